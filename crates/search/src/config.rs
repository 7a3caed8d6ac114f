//! How a search is conducted: its budget, where it looks, what it believes, and when it has seen enough.

use crate::error::Error;

/// How hard to think, and in which manner.
///
/// ```
/// use search::{Root, SearchConfig};
///
/// let thorough = SearchConfig { evaluations: 65_536, ..SearchConfig::default() };
/// let narrow = SearchConfig { root: Root::Gumbel { considered: 8, noise: 0.0 }, ..thorough };
/// assert!(narrow.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SearchConfig {
    /// States that this search may hand to the evaluator, the root included; at least 1. Never exceeded.
    pub evaluations: u32,
    /// Descents that this search may make; at least 1. Never exceeded.
    pub simulations: u32,
    /// Most states that wait for the evaluator at a time; at least 1. Descents run on while earlier ones wait, so it
    /// changes the order of the search, which is why it is a constant and neither a number of cores nor what a device
    /// likes: an evaluator that prefers smaller calls ([`crate::Evaluator::batch`]) gets these states in several, and the
    /// tree is the same.
    pub batch: u32,
    /// How the actions of the root share the budget.
    pub root: Root,
    /// How the actions below the root share it.
    pub interior: Interior,
    /// What a node makes of its actions.
    pub backup: Backup,
    /// The constant c of PUCT, for worths scaled to [0, 1] among siblings. More looks wider, less looks deeper.
    pub exploration: f64,
    /// States this many actions from the root are judged but not opened. Where several lines lead to a state, the
    /// shortest counts.
    pub depth_max: u32,
    /// Where a state has more actions than can be looked at, how many are.
    pub widening: Option<Widening>,
    /// How many standard deviations of the evaluator's error an interval holds on either side. The final move is the one
    /// whose interval ends highest at its low end; 0 takes worths as they are. Not used where no error is known.
    pub deviations: f64,
    /// Stop once the best action's interval lies above all others', or below one by no more than this, in the unit of worth.
    pub tolerance: Option<f64>,
    /// Stop once no action's interval reaches above that of this one.
    pub baseline: Option<Baseline>,
    /// Decides between actions that look exactly alike, and draws the Gumbel noise of the root.
    pub seed: u64,
}

/// How the actions of the root share the budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Root {
    /// Each once, then PUCT: every action is ranked.
    Puct,
    /// Sequential halving (Danihelka et al., "Policy improvement by planning with Gumbel", ICLR 2022): the most
    /// promising ones share a part of the budget equally, the better half of them the next part, and so on. Best where
    /// the budget is small for the number of actions; the others get no worth. The parts are parts of
    /// [`SearchConfig::evaluations`] or [`SearchConfig::simulations`], whichever runs out first.
    Gumbel {
        /// How many actions start, of greatest prior (with noise: drawn by prior without replacement); at least 1. A judge
        /// without priors gives no reason to leave any out: then take all.
        considered: u32,
        /// Multiplies the Gumbel noise: 0 to play as well as one can, 1 to explore as a policy in training does.
        noise: f64,
    },
}

/// How the actions below the root share the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interior {
    /// PUCT (Silver et al. 2017).
    Puct,
    /// Visits follow the improved policy (Danihelka et al. 2022), without randomness. Uses `exp` and `ln`, whose last
    /// bit may differ between platforms.
    Gumbel,
}

/// What a node makes of its actions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Backup {
    /// The greatest worth. Exact when the leaves are; prefers what noisy leaves judged too high.
    Max,
    /// A mean of the worths, weighted by how likely it is that noise alone has put them below the greatest: a normal
    /// density of the deviation `temperature * spread of the greatest`. Less prone to what noise has raised, and the
    /// same as `Max` where the spread is 0 (solved) or not known.
    Soft {
        /// How far below the greatest, in its spreads, an action still counts; 1 is a good start. Positive.
        temperature: f64,
    },
}

/// Progressive widening (Coulom 2007): a state with more than `from` actions has `from * visits^exponent` of them looked
/// at, of greatest prior. The worth of such a state is of those alone, and of the evaluator's word on the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Widening {
    /// States with no more actions than this are not touched; at least 1.
    pub from: u32,
    /// 0 never looks at more, 1 at almost all.
    pub exponent: f64,
}

/// The action to beat, such as doing nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Its index among the actions of the root.
    pub action: usize,
    /// What another must add to be worth its while, in the unit of worth; not negative.
    pub margin: f64,
}

impl Default for SearchConfig {
    fn default() -> SearchConfig {
        SearchConfig {
            evaluations: 4096,
            simulations: u32::MAX,
            batch: 64,
            root: Root::Puct,
            interior: Interior::Puct,
            backup: Backup::Max,
            exploration: 1.25,
            depth_max: u32::MAX,
            widening: None,
            deviations: 2.0,
            tolerance: None,
            baseline: None,
            seed: 0,
        }
    }
}

impl SearchConfig {
    /// Says which value no search can run with.
    pub fn check(&self) -> Result<(), Error> {
        const POSITIVE: &str = "it must be at least 1";
        const NOT_NEGATIVE: &str = "it must be finite and not negative";
        let at_least_one = |what, count: u32| (what, f64::from(count), count > 0, POSITIVE);
        let at_least_zero = |what, x: f64| (what, x, x.is_finite() && x >= 0.0, NOT_NEGATIVE);
        // What is not asked for is fine.
        let fine = ("", 0.0, true, "");
        let (considered, noise) = match self.root {
            Root::Puct => (fine, fine),
            Root::Gumbel { considered, noise } => (
                at_least_one("considered", considered),
                at_least_zero("noise", noise),
            ),
        };
        let (from, exponent) = self.widening.map_or((fine, fine), |widening| {
            let share = widening.exponent;
            (
                at_least_one("widening.from", widening.from),
                (
                    "widening.exponent",
                    share,
                    (0.0..=1.0).contains(&share),
                    "it must be from 0 to 1",
                ),
            )
        });
        let rules = [
            at_least_one("evaluations", self.evaluations),
            at_least_one("simulations", self.simulations),
            at_least_one("batch", self.batch),
            at_least_zero("exploration", self.exploration),
            at_least_zero("deviations", self.deviations),
            self.tolerance
                .map_or(fine, |tolerance| at_least_zero("tolerance", tolerance)),
            self.baseline
                .map_or(fine, |line| at_least_zero("baseline.margin", line.margin)),
            considered,
            noise,
            match self.backup {
                Backup::Max => fine,
                Backup::Soft { temperature } => (
                    "temperature",
                    temperature,
                    temperature.is_finite() && temperature > 0.0,
                    "it must be finite and positive",
                ),
            },
            from,
            exponent,
        ];
        match rules.into_iter().find(|(.., holds, _)| !holds) {
            Some((what, value, _, why)) => Err(Error::Config { what, value, why }),
            None => Ok(()),
        }
    }
}
