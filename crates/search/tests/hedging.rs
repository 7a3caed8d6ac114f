//! Hedging a sold call when trading costs something: Hodges & Neuberger by dynamic programming, and the search beside it.
//!
//! The seller of a call at strike `K` may trade at every step of a binomial lattice, pays the fraction `k` of what is
//! traded, and has exponential utility with risk aversion `g`. No interest, no drift. Cash leaves the exponent as a factor,
//! so the state is (step, level, shares), and a trade *discounts* what follows by more than one:
//!
//! ```text
//! worth(y) = max over y'   e^(g (S (y' - y) + k S |y' - y|))  E[worth'(y')]          at the end: -e^(-g (y S - max(S - K, 0)))
//! ```
//! The best rule leaves the shares alone within a band and trades to its edge from outside. For small costs the band is
//!
//! ```text
//! delta +- (3/2 k S gamma^2 / g)^(1/3)        delta, gamma of Black & Scholes
//! ```
//! Sources: Hodges & Neuberger, Review of Futures Markets 8 (1989); Whalley & Wilmott, Mathematical Finance 7 (1997).

use search::{Each, Game, Outcome, SearchConfig, StopReason, Tree, run};

/// The rules.
#[derive(Clone, Debug)]
struct Hedge {
    spot: f64,
    strike: f64,
    /// Growth of the share in an up move; a down move is its inverse.
    up: f64,
    steps: u32,
    /// Risk aversion, per dollar.
    aversion: f64,
    /// Fraction of the value traded.
    cost: f64,
    /// Shares are held in this fraction of one.
    parts: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Position {
    step: u32,
    /// Up moves since the start.
    ups: u32,
    /// Shares, in parts of one.
    shares: u32,
}

/// How many parts of a share to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hold(u32);

impl Hedge {
    fn new(vol: f64, years: f64, steps: u32, aversion: f64, cost: f64, parts: u32) -> Hedge {
        Hedge {
            spot: 100.0,
            strike: 100.0,
            up: (vol * (years / f64::from(steps)).sqrt()).exp(),
            steps,
            aversion,
            cost,
            parts,
        }
    }

    fn small() -> Hedge {
        Hedge::new(0.2, 0.25, 6, 0.1, 0.005, 20)
    }

    fn share(&self, step: u32, ups: u32) -> f64 {
        self.spot * self.up.powi(2 * ups as i32 - step as i32)
    }

    /// The probability that makes the share a fair game.
    fn up_probability(&self) -> f64 {
        1.0 / (self.up + 1.0)
    }

    fn of_a_share(&self, parts: u32) -> f64 {
        f64::from(parts) / f64::from(self.parts)
    }

    /// What trading multiplies the utility by.
    fn trade(&self, price: f64, from: u32, to: u32) -> f64 {
        let bought = self.of_a_share(to) - self.of_a_share(from);
        (self.aversion * price * (bought + self.cost * bought.abs())).exp()
    }

    fn end(&self, position: &Position) -> f64 {
        let price = self.share(position.step, position.ups);
        let wealth = self.of_a_share(position.shares) * price - (price - self.strike).max(0.0);
        -(-self.aversion * wealth).exp()
    }

    /// The price of the call without costs: `prices[step][ups]`.
    fn prices(&self) -> Vec<Vec<f64>> {
        let payoff = |ups| (self.share(self.steps, ups) - self.strike).max(0.0);
        let mut prices = vec![(0..=self.steps).map(payoff).collect::<Vec<f64>>()];
        let up = self.up_probability();
        for step in (0..self.steps as usize).rev() {
            let next = &prices[prices.len() - 1];
            prices.push(
                (0..=step)
                    .map(|ups| up * next[ups + 1] + (1.0 - up) * next[ups])
                    .collect(),
            );
        }
        prices.reverse();
        prices
    }

    /// Backward induction: `worths[step][ups][shares]`.
    fn solve(&self) -> Vec<Vec<Vec<f64>>> {
        let up = self.up_probability();
        let mut worths: Vec<Vec<Vec<f64>>> = Vec::new();
        for step in (0..=self.steps).rev() {
            let row = |ups: u32| -> Vec<f64> {
                let price = self.share(step, ups);
                let here = |shares: u32| {
                    let Some(next) = worths.last() else {
                        return self.end(&Position { step, ups, shares });
                    };
                    let [down, above] = [&next[ups as usize], &next[ups as usize + 1]];
                    let worth = |to: u32| {
                        let later = up * above[to as usize] + (1.0 - up) * down[to as usize];
                        self.trade(price, shares, to) * later
                    };
                    (0..=self.parts)
                        .map(worth)
                        .fold(f64::NEG_INFINITY, f64::max)
                };
                (0..=self.parts).map(here).collect()
            };
            worths.push((0..=step).map(row).collect());
        }
        worths.reverse();
        worths
    }

    /// The shares that are best left alone at the start.
    fn band(&self) -> (u32, u32) {
        let worths = self.solve();
        let up = self.up_probability();
        let rests = |shares: &u32| {
            let next = |ups: usize| worths[1][ups][*shares as usize];
            let rest = up * next(1) + (1.0 - up) * next(0);
            rest >= worths[0][0][*shares as usize] * (1.0 + 1e-12)
        };
        let low = (0..=self.parts).find(rests);
        let high = (0..=self.parts).rev().find(rests);
        (low.expect("a band"), high.expect("a band"))
    }
}

impl Game for Hedge {
    type State = Position;
    type Action = Hold;

    fn actions(&self, _: &Position, out: &mut Vec<Hold>) {
        out.extend((0..=self.parts).map(Hold));
    }

    fn outcomes(&self, position: &Position, to: Hold, out: &mut Vec<Outcome<Position>>) {
        let up = self.up_probability();
        out.extend(
            [(0, 1.0 - up), (1, up)].map(|(moved, probability)| Outcome {
                probability,
                reward: 0.0,
                state: Position {
                    step: position.step + 1,
                    ups: position.ups + moved,
                    shares: to.0,
                },
            }),
        );
    }

    fn terminal_worth(&self, position: &Position) -> Option<f64> {
        (position.step == self.steps).then(|| self.end(position))
    }

    fn discount(&self, position: &Position, to: Hold) -> f64 {
        let price = self.share(position.step, position.ups);
        self.trade(price, position.shares, to.0)
    }

    fn key(&self, position: &Position) -> Option<u128> {
        let [step, ups, shares] = [position.step, position.ups, position.shares].map(u128::from);
        Some(step << 64 | ups << 32 | shares)
    }
}

/// Plans from so many shares with a judge that hedges without costs: it promises too much.
fn search(hedge: &Hedge, shares: u32, evaluations: u32) -> Tree<Hedge> {
    let prices = hedge.prices();
    let mut judge = Each(|position: &Position| {
        let owed = prices[position.step as usize][position.ups as usize];
        let held = hedge.of_a_share(position.shares) * hedge.share(position.step, position.ups);
        -(hedge.aversion * (owed - held)).exp()
    });
    let root = Position {
        step: 0,
        ups: 0,
        shares,
    };
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    run(hedge, &root, &mut judge, &config, &mut |_| true).expect("the rules are in order")
}

/// As [`Hedge::band`] on a fine grid of shares, as the edges in shares.
///
/// The utility is told net of the shares' value, which keeps it near one; a trade then multiplies by the cost alone, so the
/// best one is found by a sweep from each side. Levels further from the start than six standard deviations are left out.
fn fine_band(hedge: &Hedge) -> (f64, f64) {
    let (steps, parts) = (hedge.steps as i32, hedge.parts as usize);
    let widest = (6.0 * f64::from(steps).sqrt()) as i32;
    let up = hedge.up_probability();
    let price = |level: i32| hedge.spot * hedge.up.powi(level);
    // By level from -widest to widest, of the parity of the step.
    let place = |level: i32| (level.clamp(-widest, widest) + widest) as usize;
    let mut worths: Vec<Vec<f64>> = (-widest..=widest)
        .map(|level| {
            let owed = (price(level) - hedge.strike).max(0.0);
            vec![(hedge.aversion * owed).exp(); parts + 1]
        })
        .collect();
    for step in (0..steps).rev() {
        let reach = step.min(widest - 1);
        let mut here = worths.clone();
        for level in (-reach..=reach).filter(|level| (level + step) % 2 == 0) {
            let here = &mut here[place(level)];
            let (above, below) = (&worths[place(level + 1)], &worths[place(level - 1)]);
            let now = price(level);
            // e^(-g y dS) for y = 0, h, 2h, ... is a product.
            let factor = |end: f64| (-hedge.aversion * (end - now) / f64::from(hedge.parts)).exp();
            let [rise, fall] = [factor(price(level + 1)), factor(price(level - 1))];
            let (mut gain, mut loss) = (up, 1.0 - up);
            for ((here, above), below) in here.iter_mut().zip(above).zip(below) {
                *here = gain * above + loss * below;
                gain *= rise;
                loss *= fall;
            }
            let fee = (hedge.aversion * hedge.cost * now / f64::from(hedge.parts)).exp();
            if step == 0 {
                let sold = |part: &usize| *part > 0 && here[part - 1] * fee < here[*part];
                let bought = |part: &usize| *part < parts && here[part + 1] * fee < here[*part];
                let rests: Vec<usize> = (0..=parts)
                    .filter(|part| !sold(part) && !bought(part))
                    .collect();
                let edge = |part: Option<&usize>| *part.expect("a band") as f64 / parts as f64;
                return (edge(rests.first()), edge(rests.last()));
            }
            for part in 1..=parts {
                here[part] = here[part].min(here[part - 1] * fee);
            }
            for part in (0..parts).rev() {
                here[part] = here[part].min(here[part + 1] * fee);
            }
        }
        worths = here;
    }
    unreachable!("the first step returns")
}

/// Half the width of the band of Whalley & Wilmott, at the start, for a share of 100 dollars and a strike of the same.
fn whalley_wilmott(vol: f64, years: f64, aversion: f64, cost: f64) -> f64 {
    let deviation = vol * years.sqrt();
    let density = (-(deviation / 2.0).powi(2) / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let gamma = density / (100.0 * deviation);
    (1.5 * cost * 100.0 * gamma * gamma / aversion).cbrt()
}

/// Exhausted from either side of both edges, the search rests within the band of dynamic programming and trades to its
/// edge from outside.
#[test]
fn the_band_is_that_of_dynamic_programming() {
    let hedge = Hedge::small();
    let worths = hedge.solve();
    let (low, high) = hedge.band();
    assert!(
        low > 2 && high < hedge.parts - 2 && high - low > 4,
        "{low} {high}"
    );
    for shares in [0, low - 1, low, high, high + 1] {
        let tree = search(&hedge, shares, 4096);
        assert_eq!(tree.stop_reason(), StopReason::Solved);
        assert_eq!(tree.best_action(), Some(Hold(shares.clamp(low, high))));
        for node in tree.nodes() {
            let position = tree.state(node);
            let row = &worths[position.step as usize][position.ups as usize];
            let exact = row[position.shares as usize];
            let found = tree.worth(node);
            assert!(
                (found / exact - 1.0).abs() < 1e-10,
                "{found} for {exact} at {position:?}"
            );
        }
    }
}

/// On half the evaluations that would exhaust it, the search's trade from any number of shares costs less than two cents
/// for sure, and both edges are within two steps of the grid. The choice is that flat near the edges.
#[test]
fn half_the_work_costs_cents() {
    let hedge = Hedge::small();
    let worths = hedge.solve();
    let (low, high) = hedge.band();
    let half = search(&hedge, low, 4096).counts().evaluations / 2;
    let up = hedge.up_probability();
    let mut worst_usd = 0.0f64;
    let mut rests = Vec::new();
    for shares in 0..=hedge.parts {
        let Some(Hold(to)) = search(&hedge, shares, half).best_action() else {
            panic!("no action at {shares}");
        };
        let [down, above] = [0, 1].map(|ups: usize| worths[1][ups][to as usize]);
        let chosen = hedge.trade(hedge.spot, shares, to) * (up * above + (1.0 - up) * down);
        // What the mistake is worth in money that is certain.
        let regret_usd = (chosen / worths[0][0][shares as usize]).ln() / hedge.aversion;
        worst_usd = worst_usd.max(regret_usd);
        if to == shares {
            rests.push(shares);
        }
    }
    assert!(worst_usd < 0.02, "{worst_usd}");
    let [first, .., last] = rests[..] else {
        panic!("{rests:?} is no band");
    };
    assert!(
        first.abs_diff(low) <= 2 && last.abs_diff(high) <= 2,
        "{first} {last}"
    );
}

/// The comparison can be failed: with another cost or another aversion the band is another.
#[test]
fn a_misread_cost_is_found_out() {
    let (low, high) = Hedge::small().band();
    for wrong in [
        Hedge {
            cost: 0.002,
            ..Hedge::small()
        },
        Hedge {
            aversion: 0.3,
            ..Hedge::small()
        },
    ] {
        let inside = |shares: u32| search(&wrong, shares, 4096).best_action() == Some(Hold(shares));
        assert!(!(inside(low) && inside(high)), "{wrong:?}");
    }
}

/// Both programs of ours agree on a lattice that both can do.
#[test]
fn the_fine_band_is_the_band() {
    for cost in [0.002, 0.005, 0.02] {
        let hedge = Hedge {
            cost,
            ..Hedge::small()
        };
        let (low, high) = hedge.band();
        let fine = fine_band(&hedge);
        let coarse = (hedge.of_a_share(low), hedge.of_a_share(high));
        assert!(
            (fine.0 - coarse.0).abs() < 1e-9 && (fine.1 - coarse.1).abs() < 1e-9,
            "{fine:?} {coarse:?}"
        );
    }
}

/// As costs vanish the band narrows with their cube root: the slope of the logarithms is 1/3 within .02, by least squares
/// over five costs. Its width is that of Whalley & Wilmott but for a tenth, and comes nearer with more steps: hedging at
/// the steps only leaves less to decide.
#[test]
fn the_band_tends_to_whalley_and_wilmott() {
    let (vol, years, aversion) = (0.2, 0.25, 0.1);
    let width = |steps: u32, parts: u32, cost: f64| {
        let (low, high) = fine_band(&Hedge::new(vol, years, steps, aversion, cost, parts));
        // A band of one point of the grid has the width of a step.
        high - low + 1.0 / f64::from(parts)
    };
    let costs = [0.01, 0.005, 0.0025, 0.00125, 0.000625];
    let points = costs.map(|cost: f64| (cost.ln(), width(200, 200, cost).ln()));
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / 5.0;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let slope = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum::<f64>()
        / points
            .iter()
            .map(|point| (point.0 - x).powi(2))
            .sum::<f64>();
    assert!((slope - 1.0 / 3.0).abs() < 0.02, "{slope}");

    let ratio = |steps: u32, parts: u32| {
        width(steps, parts, 0.0025) / (2.0 * whalley_wilmott(vol, years, aversion, 0.0025))
    };
    let [few, some, many] = [ratio(50, 200), ratio(150, 200), ratio(400, 200)];
    assert!(few < some && some < many, "{few} {some} {many}");
    assert!((0.9..1.0).contains(&many), "{many}");
}
