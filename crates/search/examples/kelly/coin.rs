//! Kelly betting: how much of one's wealth to stake on a coin that may be in one's favour.
//!
//! ```text
//! growth(f) = p ln(1 + b f) + (1 - p) ln(1 - f)      f* = max(0, p - (1 - p)/b)      p chance, b odds, f stake
//! ```
//! Source: Kelly, Bell System Technical Journal 35 (1956). With logarithmic utility the best stake depends neither on
//! wealth nor on the bets left, and growth adds up over bets, so the rewards are logarithms and the state needs no wealth.
//! Stakes are twentieths of wealth. Not for bets that overlap in time, nor for an uncertain chance.

use search::{Game, Outcome};

/// Stands for the logarithm of nothing.
pub(crate) const RUIN: f64 = -1e6;
/// Into how many parts wealth is divided for a stake.
const PARTS: u32 = 20;

/// A coin to bet on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coin {
    /// Probability that the bet is won.
    pub(crate) chance: f64,
    /// Dollars won for each dollar staked.
    pub(crate) odds: f64,
    /// Whether tables with as many bets left share a node: the growth to come is the same at any wealth.
    pub(crate) graph: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) bets_left: u32,
    pub(crate) ruined: bool,
}

/// A stake in twentieths of wealth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stake(pub(crate) u32);

impl Stake {
    /// As a fraction of wealth.
    pub(crate) fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(PARTS)
    }
}

impl Coin {
    /// The best stake of all, as a fraction of wealth.
    pub(crate) fn kelly(&self) -> f64 {
        (self.chance - (1.0 - self.chance) / self.odds).max(0.0)
    }

    /// Expected growth of the logarithm of wealth in one bet.
    pub(crate) fn growth(&self, fraction: f64) -> f64 {
        self.chance * (1.0 + self.odds * fraction).ln()
            + (1.0 - self.chance) * (1.0 - fraction).ln()
    }

    /// The best stake on the grid and its growth: growth is concave, so it is a neighbour of Kelly's.
    pub(crate) fn best(&self) -> (Stake, f64) {
        let below = (self.kelly() * f64::from(PARTS)).floor() as u32;
        let [low, high] = [below, below + 1].map(|part| {
            let stake = Stake(part.min(PARTS - 1));
            (stake, self.growth(stake.fraction()))
        });
        if high.1 > low.1 { high } else { low }
    }
}

impl Game for Coin {
    type State = Table;
    type Action = Stake;

    fn actions(&self, _: &Table, out: &mut Vec<Stake>) {
        out.extend((0..=PARTS).map(Stake));
    }

    fn outcomes(&self, table: &Table, stake: Stake, out: &mut Vec<Outcome<Table>>) {
        let fraction = stake.fraction();
        let ruined = stake.0 == PARTS;
        let bets_left = table.bets_left - 1;
        out.push(Outcome {
            probability: self.chance,
            reward: (1.0 + self.odds * fraction).ln(),
            state: Table {
                bets_left,
                ruined: false,
            },
        });
        out.push(Outcome {
            probability: 1.0 - self.chance,
            reward: if ruined { 0.0 } else { (1.0 - fraction).ln() },
            state: Table { bets_left, ruined },
        });
    }

    fn terminal_worth(&self, table: &Table) -> Option<f64> {
        if table.ruined {
            Some(RUIN)
        } else {
            (table.bets_left == 0).then_some(0.0)
        }
    }

    fn key(&self, table: &Table) -> Option<u128> {
        let key = u128::from(table.bets_left) << 1 | u128::from(table.ruined);
        self.graph.then_some(key)
    }
}
