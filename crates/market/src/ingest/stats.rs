//! Counts what a chain offers, before anyone judges it.

use crate::Chain;

/// How complete a chain is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainStats {
    /// All quotes.
    pub quotes: usize,
    /// With bid and ask.
    pub two_sided: usize,
    /// With an ask and no bid: nobody offers.
    pub bidless: usize,
    /// With a bid and no ask.
    pub askless: usize,
    /// With neither.
    pub unquoted: usize,
    /// Bid equal to ask.
    pub locked: usize,
    /// Bid above ask; ingest refuses those, so only in chains made elsewhere.
    pub crossed: usize,
    /// Without the vendor's implied volatility.
    pub iv_missing: usize,
    /// Not traded that day, as far as the vendor says.
    pub untraded: usize,
    /// Neither traded that day nor open.
    pub dead: usize,
    /// Distinct expiries.
    pub expiries: usize,
}

/// Counts in one pass.
pub fn chain_stats(chain: &Chain) -> ChainStats {
    let mut stats = ChainStats {
        quotes: chain.quotes.len(),
        ..ChainStats::default()
    };
    let mut last_expiry = None;
    for quote in &chain.quotes {
        match (quote.bid_usd, quote.ask_usd) {
            (Some(bid), Some(ask)) => {
                stats.two_sided += 1;
                stats.locked += usize::from(bid == ask);
                stats.crossed += usize::from(bid > ask);
            }
            (None, Some(_)) => stats.bidless += 1,
            (Some(_), None) => stats.askless += 1,
            (None, None) => stats.unquoted += 1,
        }
        stats.iv_missing += usize::from(quote.iv.is_none());
        let untraded = quote.volume.unwrap_or(0) == 0;
        stats.untraded += usize::from(untraded);
        stats.dead += usize::from(untraded && quote.open_interest.unwrap_or(0) == 0);
        stats.expiries += usize::from(last_expiry != Some(quote.contract.expiry));
        last_expiry = Some(quote.contract.expiry);
    }
    stats
}
