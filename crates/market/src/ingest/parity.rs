//! The spot out of the chain itself: `S ~ C - P + K`, where calls and puts are quoted on both sides.
//!
//! From put-call parity (Stoll, Journal of Finance 24, 1969) with rate, dividends and early exercise ignored, which the
//! nearest expiries allow: at 4 % a year, ten days to expiry and a strike of $100 the neglect is $0.11. Not for a hard-to-borrow
//! stock or across a large dividend.

use jiff::civil::Date;
use pricing::Right;
use pricing::smile::ParityPair;

use crate::calendar::days_from_epoch;
use crate::{Chain, Quote};

/// A spot read off put-call parity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parity {
    /// Median of `C - P + K`, dollars per share.
    pub spot_usd: f64,
    /// Median absolute deviation from it, dollars per share.
    pub deviation_usd: f64,
    /// Pairs of call and put behind it.
    pub pairs: usize,
    /// The nearest expiry used.
    pub expiry: Date,
}

/// Expiries, and the most and the fewest pairs of one, that enter the median.
const EXPIRIES: usize = 3;
const PAIRS: usize = 7;
const PAIRS_MIN: usize = 3;

/// The spot of a chain from its nearest expiries at least two days out; `None` without three two-sided pairs.
pub fn spot_from_parity(chain: &Chain) -> Option<Parity> {
    from_sorted(chain.as_of, chain.quotes.iter())
}

/// The same for quotes sorted by expiry, strike and right.
pub(crate) fn from_sorted<'a>(
    as_of: Date,
    quotes: impl Iterator<Item = &'a Quote>,
) -> Option<Parity> {
    let today = days_from_epoch(as_of);
    let later: Vec<&Quote> = quotes
        .filter(|quote| days_from_epoch(quote.contract.expiry) >= today + 2)
        .collect();
    let mut first = None;
    let mut near = Vec::new();
    let mut expiries = 0;
    for expiry in later.chunk_by(|a, b| a.contract.expiry == b.contract.expiry) {
        let pairs = pairs(expiry.iter().copied());
        if pairs.len() < PAIRS_MIN {
            continue;
        }
        first.get_or_insert(expiry[0].contract.expiry);
        near.extend(nearest(pairs));
        expiries += 1;
        if expiries == EXPIRIES {
            break;
        }
    }
    let spot_usd = median_spot(&near)?;
    let mut off: Vec<f64> = near
        .iter()
        .map(|pair| (spot(pair) - spot_usd).abs())
        .collect();
    Some(Parity {
        spot_usd,
        deviation_usd: median(&mut off)?,
        pairs: near.len(),
        expiry: first?,
    })
}

/// The strikes at which call and put are both quoted on both sides; each weighs one over the sum of their spreads and a cent. Quotes as a
/// chain has them: sorted by expiry, strike and right.
pub fn pairs<'a>(quotes: impl IntoIterator<Item = &'a Quote>) -> Vec<ParityPair> {
    let mut call: Option<&Quote> = None;
    let mut pairs = Vec::new();
    for quote in quotes {
        let contract = &quote.contract;
        if contract.right == Right::Call {
            call = Some(quote);
            continue;
        }
        let same = |call: &&Quote| {
            call.contract.expiry == contract.expiry
                && call.contract.strike_usd == contract.strike_usd
        };
        let pair = call.filter(same).and_then(|call| {
            let width = (call.ask_usd? - call.bid_usd?) + (quote.ask_usd? - quote.bid_usd?);
            Some(ParityPair {
                strike: contract.strike_usd,
                call_mid: call.mid_usd()?,
                put_mid: quote.mid_usd()?,
                weight: 1.0 / (width + 0.01),
            })
        });
        pairs.extend(pair);
    }
    pairs
}

/// Those nearest to the money, which is where call and put cost the same.
pub fn nearest(mut pairs: Vec<ParityPair>) -> Vec<ParityPair> {
    let gap = |pair: &ParityPair| (pair.call_mid - pair.put_mid).abs();
    pairs.sort_by(|a, b| gap(a).total_cmp(&gap(b)));
    pairs.truncate(PAIRS);
    pairs
}

/// The spot that one pair gives, dollars per share.
fn spot(pair: &ParityPair) -> f64 {
    pair.call_mid - pair.put_mid + pair.strike
}

/// The median of the spots that pairs give, dollars per share; `None` without pairs, and where it is not above 0.
pub fn median_spot(pairs: &[ParityPair]) -> Option<f64> {
    let mut spots: Vec<f64> = pairs.iter().map(spot).collect();
    median(&mut spots).filter(|usd| *usd > 0.0)
}

/// The middle value; sorts its argument.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    Some(if values.len() % 2 == 1 {
        *upper
    } else {
        (upper + values[values.len() / 2 - 1]) / 2.0
    })
}
