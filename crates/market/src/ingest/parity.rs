//! The spot out of the chain itself: `S ~ C - P + K`, where calls and puts are quoted on both sides.
//!
//! From put-call parity (Stoll, Journal of Finance 24, 1969) with rate, dividends and early exercise ignored, which the
//! nearest expiries allow: at 4 % a year, ten days to expiry and a strike of $100 the neglect is $0.11. Not for a hard-to-borrow
//! stock or across a large dividend.

use jiff::civil::Date;
use pricing::Right;

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

/// Expiries and pairs per expiry that enter the median.
const EXPIRIES: usize = 3;
const PAIRS: usize = 7;

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
    let mut by_expiry: Vec<(Date, Vec<(f64, f64)>)> = Vec::new();
    let mut call: Option<&Quote> = None;
    for quote in quotes.filter(|quote| days_from_epoch(quote.contract.expiry) >= today + 2) {
        let contract = &quote.contract;
        if contract.right == Right::Call {
            call = Some(quote);
            continue;
        }
        let twin = call.filter(|c| {
            c.contract.expiry == contract.expiry && c.contract.strike_usd == contract.strike_usd
        });
        let Some((call_usd, put_usd)) =
            twin.and_then(|call| Some((call.mid_usd()?, quote.mid_usd()?)))
        else {
            continue;
        };
        let gap = call_usd - put_usd;
        let pair = (gap.abs(), gap + contract.strike_usd);
        match by_expiry.last_mut() {
            Some((expiry, pairs)) if *expiry == contract.expiry => pairs.push(pair),
            _ => by_expiry.push((contract.expiry, vec![pair])),
        }
    }
    by_expiry.retain(|(_, pairs)| pairs.len() >= 3);
    let expiry = by_expiry.first()?.0;
    let mut spots = Vec::new();
    for (_, mut pairs) in by_expiry.into_iter().take(EXPIRIES) {
        // Near the money is where call and put cost the same.
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        spots.extend(pairs.into_iter().take(PAIRS).map(|(_, spot)| spot));
    }
    let pairs = spots.len();
    let spot_usd = median(&mut spots)?;
    let deviation_usd = median(
        &mut spots
            .iter()
            .map(|spot| (spot - spot_usd).abs())
            .collect::<Vec<_>>(),
    )?;
    (spot_usd > 0.0).then_some(Parity {
        spot_usd,
        deviation_usd,
        pairs,
        expiry,
    })
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
