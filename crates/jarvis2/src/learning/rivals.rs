//! Two rivals from the literature that need neither a tree nor a net: rollouts of fixed rules, and a fitted value iteration.
//!
//! **Rollout.** Every legal move is carried out and then followed by each of a few fixed rules, on the same simulated paths for all; the
//! best of them by mean utility is played (Tesauro & Galperin, NIPS 9, 1996; Bertsekas, Tsitsiklis & Wu, J. Heuristics 3, 1997). What luck
//! there was on a path is taken off by what holding was worth before and after it, so that only gains by decisions are left (Veness,
//! Lanctot & Bowling, NIPS 24, 2011; Burch et al., AIVAT, AAAI 2018):
//!
//! ```text
//! worth of a move and a rule = H(after the move) + mean over paths of  sum over later decisions of  H(after it) - H(before it)
//! H = Rules::held_worth: expected utility of holding to the horizon
//! ```
//! Where H is exact this has the mean of the utility at the end and a small part of its variance: a move that is merely held has no error at
//! all. What H leaves out (early exercise, the forecast beyond the first expiry) is left out here too. As in the tree, a path is looked at on
//! decision days only.
//!
//! **Fitted values.** Situations are sampled by random play, and what later decisions add to holding is fitted to them, again and again from
//! the end of the game to its start (Longstaff & Schwartz, RFS 14, 2001; Ernst, Geurts & Wehenkel, JMLR 6, 2005):
//!
//! ```text
//! V(s) = H(s) + unit(s) w_b . f(s)                 b = third of the game that s lies in, f = the features of Fitted, unit = View::scale
//! w_b  = argmin  sum over samples of (w . f(s) - y(s))^2 + RIDGE samples |w|^2
//! y(s) = (max over moves of  sum over outcomes of  p V(s')  -  H(s)) / unit(s)             V(s') = utility of the wealth where it is over
//! ```
//! `w . f` is kept between 0, since holding is always allowed, and the greatest `y` seen. The move that is best one step ahead by V is played.
//! A maximum over fitted values is on average too high; three passes bound how far that feeds on itself.

use super::arena::{INDIFFERENCE, traded};
use crate::engine::game::WheelGame;
use evidence::Paths;
use learn::{View, dice};
use market::futures::{Outcome as Law, State};
use pricing::Right;
use search::{Game, Outcome};
use wheel::{Move, Rules, SHARES_PER_CONTRACT, Situation};

/// Moves that are followed on all paths; an eighth of the paths picks them (halving: Karnin, Koren & Somekh, ICML 2013, with one round).
const KEPT: usize = 8;
/// See [`KEPT`].
const FIRST_PART: u32 = 8;

/// What is done after a move, to the end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Later {
    /// Nothing more.
    Hold,
    /// With nothing open the call, else the put, at this entry of the rules' deltas is sold, and held to its end.
    Sell(u8),
    /// The same, but a short lot is bought back once no more than half a cycle is left of it.
    SellHalf(u8),
}

/// A half-way decision falls on the trading day before, so half a cycle may have this many days more.
const WEEKEND_DAYS: u16 = 3;

impl Later {
    fn all(rules: &Rules) -> Vec<Later> {
        let deltas = 0..rules.deltas.len() as u8;
        let mut all = vec![Later::Hold];
        all.extend(deltas.clone().map(Later::Sell));
        all.extend(deltas.map(Later::SellHalf));
        all
    }

    /// What the rule does in a decision, carried out; `None` where it does nothing.
    fn decide(self, rules: &Rules, situation: &Situation) -> Option<Situation> {
        let Situation { state, book } = situation;
        let (Later::Sell(delta) | Later::SellHalf(delta)) = self else {
            return None;
        };
        if !book.lots().is_empty() {
            let half = rules.cycle_days / 2 + WEEKEND_DAYS;
            let due = |lot: &wheel::Lot| {
                lot.contracts < 0 && lot.expiry_day.saturating_sub(state.day) <= half
            };
            let lot = book.lots().iter().position(due)?;
            let closes = matches!(self, Later::SellHalf(_));
            return closes.then(|| traded(rules, situation, Move::Close(lot as u8)))?;
        }
        // The same bound as in `Rules::moves`.
        if state.day + rules.cycle_days / 2 > rules.horizon_day {
            return None;
        }
        let sale = if book.uncovered_shares() >= SHARES_PER_CONTRACT {
            Move::SellCall(delta)
        } else {
            Move::SellPut(delta)
        };
        traded(rules, situation, sale)
    }

    /// Utility that the rule's decisions on this path add to holding.
    fn gain(self, rules: &Rules, start: &Situation, path: &[State], law: &mut Vec<Law>) -> f64 {
        let mut situation = start.clone();
        let mut gain = 0.0;
        let mut next = rules.next_day(&situation);
        for &state in path {
            if state.day < next {
                continue;
            }
            situation = rules.arrive(&situation, state, |_, _| ());
            if rules.is_over(&situation) {
                break;
            }
            if let Some(after) = self.decide(rules, &situation) {
                gain += rules.held_worth(&after, law) - rules.held_worth(&situation, law);
                situation = after;
            }
            next = rules.next_day(&situation);
        }
        gain
    }
}

/// The move that is best when followed by the best of the fixed rules, if it beats doing nothing (followed likewise) by enough.
///
/// Time grows with moves times rules times `paths / 8`. With no paths the rules add nothing: one step ahead.
pub(crate) fn rolled_out(game: &WheelGame, situation: &Situation, paths: u32) -> Option<Move> {
    let rules = &game.0;
    let mut moves = Vec::new();
    game.actions(situation, &mut moves);
    let mut law = Vec::new();
    let mut lines: Vec<Line> = moves
        .into_iter()
        .filter_map(|choice| Line::begin(rules, situation, choice, &mut law))
        .collect();
    if lines.len() < 2 {
        return None;
    }
    if let Some(drawn) = paths_from(rules, &situation.state, paths, seed(situation)) {
        let later = Later::all(rules);
        let few = (paths / FIRST_PART).max(2) as usize;
        for line in &mut lines {
            line.choose(rules, &later, &drawn, few, &mut law);
        }
        // Doing nothing stands first and stays; a sort keeps the order of equals.
        lines[1..].sort_by(|a, b| b.worth().total_cmp(&a.worth()));
        lines.truncate(1 + KEPT);
        for line in &mut lines {
            line.choose(rules, &[line.later], &drawn, drawn.count(), &mut law);
        }
    }
    let margin = INDIFFERENCE * rules.utility.wealth_usd;
    best_beyond(lines.iter().map(|line| (line.choice, line.worth())), margin)
}

/// A move, and how it is followed.
struct Line {
    choice: Move,
    /// After the move, and after what holders exercise on the evening of the first day.
    after: Situation,
    held: f64,
    later: Later,
    gain: f64,
}

impl Line {
    fn begin(
        rules: &Rules,
        situation: &Situation,
        choice: Move,
        law: &mut Vec<Law>,
    ) -> Option<Line> {
        let after = traded(rules, situation, choice)?;
        let after = rules.first_close(&after, |_, _| ()).unwrap_or(after);
        Some(Line {
            choice,
            held: rules.held_worth(&after, law),
            after,
            later: Later::Hold,
            gain: 0.0,
        })
    }

    fn worth(&self) -> f64 {
        self.held + self.gain
    }

    /// Takes the best of these rules by the first `count` paths.
    fn choose(
        &mut self,
        rules: &Rules,
        later: &[Later],
        paths: &Paths,
        count: usize,
        law: &mut Vec<Law>,
    ) {
        let mut best = (f64::NEG_INFINITY, Later::Hold);
        for &rule in later {
            let gain = if rule == Later::Hold {
                0.0
            } else {
                let gains = paths
                    .iter()
                    .take(count)
                    .map(|path| rule.gain(rules, &self.after, path, law));
                gains.sum::<f64>() / count.min(paths.count()) as f64
            };
            if gain > best.0 {
                best = (gain, rule);
            }
        }
        (self.gain, self.later) = best;
    }
}

/// The best of these moves, the first of which is doing nothing, if it beats that by more than `margin`.
fn best_beyond(mut worths: impl Iterator<Item = (Move, f64)>, margin: f64) -> Option<Move> {
    let (_, idle) = worths.next()?;
    let best = worths.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    (best.1 > idle + margin).then_some(best.0)
}

/// Antithetic pairs of paths from a state to the horizon, day by day; `None` where there are to be none.
///
/// The two of a pair share the spot's shock, mirrored; jumps and volatility are drawn apart.
fn paths_from(rules: &Rules, from: &State, count: u32, seed: u64) -> Option<Paths> {
    let futures = &rules.futures;
    let between = |&day: &u16| day > from.day && day < rules.horizon_day;
    let mut days: Vec<u16> = futures
        .trading_days
        .iter()
        .copied()
        .filter(between)
        .collect();
    days.push(rules.horizon_day);
    let mut states = Vec::with_capacity((count as usize + 1) * days.len());
    for path in 0..u64::from(count.div_ceil(2) * 2) {
        let mut state = *from;
        for &day in &days {
            let uniform = |path: u64, dimension: u64| {
                dice::uniform(seed, &[path, u64::from(day), dimension]).clamp(1e-12, 1.0 - 1e-12)
            };
            let shock = uniform(path / 2, 0);
            let shock = if path % 2 == 1 { 1.0 - shock } else { shock };
            state = futures.step(&state, day, [shock, uniform(path, 1), uniform(path, 2)]);
            states.push(state);
        }
    }
    Paths::from_states(days.len(), states).ok()
}

/// Dice of a situation's own: the same for the same situation, and others for every other.
fn seed(situation: &Situation) -> u64 {
    let Situation { state, book } = situation;
    let places = [
        u64::from(state.day),
        state.spot.to_bits(),
        state.vol_factor.to_bits(),
        book.cash().0 as u64,
        book.shares() as u64,
    ];
    dice::hash(0x0007_a11b_ac4e_d5ee, &places)
}

/// What later decisions add to holding in one market, fitted.
pub(crate) struct Fitted {
    bands: [Band; BANDS],
    /// Of the start, to which features are set in proportion.
    start: State,
    deviation: f64,
}

/// Features of a situation:
///
/// | place | feature |
/// | --- | --- |
/// | 0 | 1 |
/// | 1-3 | cash, shares, cash reserved for puts, as parts of the wealth at the start |
/// | 4 | days left, as a part of the game |
/// | 5 | log of the spot over the spot at the start, in deviations to the horizon, within +-3 |
/// | 6 | volatility factor |
/// | 7 | how far short lots are out of the money, in their deviations within +-3, each times its notional as a part of wealth |
/// | 8, 9 | squares of 4 and 5 |
/// | 10 | free cash times days left |
/// | 11 | uncovered shares times days left |
/// | 12 | volatility factor times days left |
const FEATURES: usize = 13;
/// Parts of the game with weights of their own.
const BANDS: usize = 3;
/// Times that targets are taken anew: decisions that a value looks ahead within its own part of the game.
const PASSES: usize = 3;
/// Penalty on the squares of weights, for each sample.
const RIDGE: f64 = 1e-3;
/// Features of spots and strikes are held within so many deviations.
const FAR: f64 = 3.0;

type Features = [f64; FEATURES];

/// Weights, and the greatest target that they were fitted to.
#[derive(Clone, Copy, Default)]
struct Band {
    weights: Features,
    most: f64,
}

impl Band {
    fn value(&self, features: &Features) -> f64 {
        dot(&self.weights, features).clamp(0.0, self.most)
    }
}

/// A situation as the fit sees it.
struct Seen {
    band: usize,
    features: Features,
    held: f64,
    unit: f64,
}

/// A sampled situation, and what each of its moves may lead to.
struct Sample {
    seen: Seen,
    moves: Vec<Vec<(f64, Ahead)>>,
}

/// What comes next: the end, or another situation.
enum Ahead {
    Over(f64),
    Goes(Seen),
}

impl Fitted {
    /// Fits to `states` situations after the first decision; with none, holding is what V is. Time grows with `states` times moves
    /// times outcomes, each judged once by the closed form.
    pub(crate) fn fit(game: &WheelGame, today: &Situation, states: u32) -> Fitted {
        let rules = &game.0;
        let deviation = rules.futures.deviation(&today.state, rules.horizon_day);
        let mut fitted = Fitted {
            bands: [Band::default(); BANDS],
            start: today.state,
            deviation: deviation.max(1e-3),
        };
        let samples: Vec<Sample> = sampled(game, today, states)
            .iter()
            .map(|situation| fitted.sample(game, situation))
            .collect();
        for _ in 0..PASSES {
            for band in (0..BANDS).rev() {
                let rows: Vec<(&Features, f64)> = samples
                    .iter()
                    .filter(|sample| sample.seen.band == band)
                    .map(|sample| (&sample.seen.features, fitted.target(sample)))
                    .collect();
                fitted.bands[band] = Band {
                    weights: ridge(&rows),
                    most: rows.iter().map(|(_, target)| *target).fold(0.0, f64::max),
                };
            }
        }
        fitted
    }

    /// The move that is best one step ahead, if it beats doing nothing by enough.
    pub(crate) fn choose(&self, game: &WheelGame, situation: &Situation) -> Option<Move> {
        let mut moves = Vec::new();
        game.actions(situation, &mut moves);
        let mut outcomes = Vec::new();
        let worths = moves.into_iter().map(|choice| {
            outcomes.clear();
            game.outcomes(situation, choice, &mut outcomes);
            let worth = |outcome: &Outcome<Situation>| {
                outcome.probability * self.worth(&self.ahead(game, &outcome.state))
            };
            (choice, outcomes.iter().map(worth).sum())
        });
        best_beyond(worths, INDIFFERENCE * game.0.utility.wealth_usd)
    }

    fn worth(&self, ahead: &Ahead) -> f64 {
        match ahead {
            Ahead::Over(worth) => *worth,
            Ahead::Goes(seen) => {
                seen.held + seen.unit * self.bands[seen.band].value(&seen.features)
            }
        }
    }

    /// What the best move adds to holding, in units.
    fn target(&self, sample: &Sample) -> f64 {
        let expected = |outcomes: &Vec<(f64, Ahead)>| -> f64 {
            outcomes
                .iter()
                .map(|(p, ahead)| p * self.worth(ahead))
                .sum()
        };
        let best = sample.moves.iter().map(expected).reduce(f64::max);
        best.map_or(0.0, |best| (best - sample.seen.held) / sample.seen.unit)
    }

    fn sample(&self, game: &WheelGame, situation: &Situation) -> Sample {
        let mut moves = Vec::new();
        game.actions(situation, &mut moves);
        let mut outcomes = Vec::new();
        let moves = moves.into_iter().map(|choice| {
            outcomes.clear();
            game.outcomes(situation, choice, &mut outcomes);
            let ahead = outcomes
                .iter()
                .map(|o| (o.probability, self.ahead(game, &o.state)));
            ahead.collect()
        });
        Sample {
            moves: moves.collect(),
            seen: self.seen(game, situation),
        }
    }

    fn ahead(&self, game: &WheelGame, situation: &Situation) -> Ahead {
        game.terminal_worth(situation)
            .map_or_else(|| Ahead::Goes(self.seen(game, situation)), Ahead::Over)
    }

    fn seen(&self, game: &WheelGame, situation: &Situation) -> Seen {
        let scale = game.scale(situation);
        let rules = &game.0;
        let gone = usize::from(situation.state.day) * BANDS / usize::from(rules.horizon_day.max(1));
        Seen {
            band: gone.min(BANDS - 1),
            features: self.features(rules, situation),
            held: scale.zero,
            unit: scale.unit,
        }
    }

    /// See [`FEATURES`].
    fn features(&self, rules: &Rules, situation: &Situation) -> Features {
        let Situation { state, book } = situation;
        let part = |usd: f64| usd / rules.utility.wealth_usd;
        let left = f64::from(rules.horizon_day.saturating_sub(state.day))
            / f64::from(rules.horizon_day.max(1));
        let spot = ((state.spot / self.start.spot).ln() / self.deviation).clamp(-FAR, FAR);
        let vol = state.vol_factor;
        let out_of_money = |lot: &wheel::Lot| {
            let deviation = rules.futures.deviation(state, lot.expiry_day).max(1e-3);
            let below = (state.spot / lot.strike_usd()).ln() / deviation;
            let out = if lot.right == Right::Put {
                below
            } else {
                -below
            };
            out.clamp(-FAR, FAR) * part(lot.shares() as f64 * lot.strike_usd())
        };
        let short = book.lots().iter().filter(|lot| lot.contracts < 0);
        let moneyness: f64 = short.map(out_of_money).sum();
        [
            1.0,
            part(book.cash().usd()),
            part(book.shares() as f64 * state.spot),
            part(book.reserved().usd()),
            left,
            spot,
            vol,
            moneyness,
            left * left,
            spot * spot,
            part(book.free_cash().usd()) * left,
            part(book.uncovered_shares() as f64 * state.spot) * left,
            vol * left,
        ]
    }
}

/// Situations of random legal play, the start left out; fewer where the game has no second decision.
fn sampled(game: &WheelGame, today: &Situation, states: u32) -> Vec<Situation> {
    let (seed, states) = (seed(today), states as usize);
    let mut sampled = Vec::with_capacity(states);
    let (mut moves, mut outcomes) = (Vec::new(), Vec::new());
    // Every game that has a second decision gives at least one situation.
    for play in 0..states as u64 {
        let mut situation = today.clone();
        for step in 0.. {
            game.actions(&situation, &mut moves);
            if moves.is_empty() || sampled.len() == states {
                break;
            }
            if step > 0 {
                sampled.push(situation.clone());
            }
            let at = dice::uniform(seed, &[play, step, 0]) * moves.len() as f64;
            outcomes.clear();
            game.outcomes(&situation, moves[at as usize], &mut outcomes);
            let mut left = dice::uniform(seed, &[play, step, 1]);
            let drawn = outcomes.iter().find(|outcome| {
                left -= outcome.probability;
                left < 0.0
            });
            let Some(next) = drawn.or(outcomes.last()) else {
                break;
            };
            situation = next.state.clone();
        }
    }
    sampled
}

/// Weights of least squares with a penalty of [`RIDGE`] on each sample, by Cholesky's decomposition of the normal equations.
fn ridge(rows: &[(&Features, f64)]) -> Features {
    let mut matrix = [[0.0; FEATURES]; FEATURES];
    let mut weights = [0.0; FEATURES];
    for (features, target) in rows {
        for i in 0..FEATURES {
            weights[i] += features[i] * target;
            for j in 0..=i {
                matrix[i][j] += features[i] * features[j];
            }
        }
    }
    let penalty = RIDGE * rows.len().max(1) as f64;
    for i in 0..FEATURES {
        matrix[i][i] += penalty;
        for j in 0..=i {
            let taken: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - taken;
            // The penalty keeps the diagonal positive but for rounding.
            matrix[i][j] = if i == j {
                rest.max(1e-12).sqrt()
            } else {
                rest / matrix[j][j]
            };
        }
    }
    for i in 0..FEATURES {
        let taken: f64 = (0..i).map(|k| matrix[i][k] * weights[k]).sum();
        weights[i] = (weights[i] - taken) / matrix[i][i];
    }
    for i in (0..FEATURES).rev() {
        let taken: f64 = (i + 1..FEATURES).map(|k| matrix[k][i] * weights[k]).sum();
        weights[i] = (weights[i] - taken) / matrix[i][i];
    }
    weights
}

fn dot(a: &Features, b: &Features) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::governor::Crew;
    use crate::learning::arena::{self, Player, gain, one_step};
    use crate::learning::markets::Markets;
    use std::sync::Arc;

    const MARKETS: Markets = Markets {
        seed: 0x51de,
        strata: false,
    };

    /// A market of the ground where only this part of the implied volatility comes true: no drift beyond the rate, no jumps.
    fn market(number: u64, forecast_over_implied: f64) -> (WheelGame, Situation) {
        let seat = MARKETS.seat(number);
        let mut rules = (*seat.rules).clone();
        let mut assumptions = rules.futures.assumptions;
        assumptions.drift = rules.futures.rate;
        assumptions.forecast_over_implied = forecast_over_implied;
        assumptions.jumps_per_year = 0.0;
        rules.futures = rules.futures.under(assumptions);
        (WheelGame(Arc::new(rules)), seat.today)
    }

    const PLAYERS: [Player; 2] = [
        Player::Rollout { paths: 8 },
        Player::FittedValue { states: 64 },
    ];

    fn first_move(game: &WheelGame, today: &Situation, player: &Player) -> Option<Move> {
        match player {
            Player::Rollout { paths } => rolled_out(game, today, *paths),
            Player::FittedValue { states } => Fitted::fit(game, today, *states).choose(game, today),
            _ => unreachable!("not a rival"),
        }
    }

    /// Mean gain over holding and its standard error, in 1e-4 of wealth, over the first markets that pass.
    fn gains(
        count: usize,
        ratio: f64,
        player: &Player,
        only: fn(&Situation) -> bool,
    ) -> (f64, f64) {
        let markets = (0..).map(|number| (number, market(number, ratio)));
        let markets = markets.filter(|(_, (_, today))| only(today)).take(count);
        let gains: Vec<f64> = markets
            .map(|(number, (game, today))| {
                let paths = arena::pair(MARKETS.seed, number, &game.0, None);
                1e4 * gain(&game, &today, &paths, player)
            })
            .collect();
        let mean = gains.iter().sum::<f64>() / count as f64;
        let square: f64 = gains.iter().map(|gain| (gain - mean).powi(2)).sum();
        (mean, square.sqrt() / count as f64)
    }

    fn all_cash(today: &Situation) -> bool {
        today.book.shares() == 0 && today.book.lots().is_empty()
    }

    /// Shares may be worth hedging without a premium; cash has next to nothing to gain, and a premium moves it to act.
    #[test]
    fn without_a_premium_cash_stays_cash() {
        for player in &PLAYERS {
            let (mean, error) = gains(16, 1.0, player, all_cash);
            println!("{player:?} without a premium: {mean:.2} +- {error:.2} of 10000");
            let room = 4.0 + 2.0 * error;
            assert!(mean.abs() < room, "{player:?}: {mean} +- {error}");
            let acted = |ratio: f64| {
                (0..40)
                    .map(|number| market(number, ratio))
                    .filter(|(_, today)| all_cash(today))
                    .filter(|(game, today)| first_move(game, today, player).is_some())
                    .count()
            };
            let (fair, rich) = (acted(1.0), acted(0.7));
            println!("{player:?} acted at once in {fair}, with a premium in {rich}");
            assert!(3 * fair < rich, "{player:?} acted in {fair} and {rich}");
        }
    }

    #[test]
    fn a_planted_premium_is_earned() {
        for player in &PLAYERS {
            let (mean, error) = gains(64, 0.7, player, |_| true);
            println!("{player:?} with a premium: {mean:.2} +- {error:.2} of 10000");
            assert!(mean > 3.0 * error, "{player:?}: {mean} +- {error}");
        }
    }

    #[test]
    fn the_same_situation_gets_the_same_move() {
        for number in 0..4 {
            let (game, today) = market(number, 0.7);
            for player in &PLAYERS {
                let [a, b] = [0; 2].map(|_| first_move(&game, &today, player));
                assert_eq!(a, b, "{player:?}");
            }
        }
    }

    #[test]
    fn without_paths_or_states_it_is_one_step_ahead() {
        let mut acted = 0;
        for number in 0..12 {
            let (game, today) = market(number, 0.8);
            let expected = one_step(&game, &today);
            assert_eq!(rolled_out(&game, &today, 0), expected, "market {number}");
            acted += usize::from(expected.is_some());
            // One step ahead by outcomes sees the same worths but for their quantisation.
            let fitted = Fitted::fit(&game, &today, 0);
            assert!(
                fitted
                    .bands
                    .iter()
                    .all(|band| band.weights == [0.0; FEATURES])
            );
        }
        assert!(acted > 0, "no market had anything to do");
    }

    #[test]
    fn where_there_is_nothing_to_choose_nothing_is_chosen() {
        let (game, mut over) = market(0, 0.7);
        let fitted = Fitted::fit(&game, &over, 8);
        over.state.day = game.0.horizon_day;
        assert_eq!(rolled_out(&game, &over, 32), None);
        assert_eq!(fitted.choose(&game, &over), None);
        // A game that ends with the next decision day has no situations to learn from, and one without a menu no moves.
        let (game, today) = market(0, 0.7);
        let mut rules = (*game.0).clone();
        rules.menu.truncate(1);
        let alone = WheelGame(Arc::new(rules));
        assert_eq!(rolled_out(&alone, &today, 32), None);
        let mut rules = (*alone.0).clone();
        rules.horizon_day = 1;
        let short = WheelGame(Arc::new(rules));
        assert!(sampled(&short, &today, 8).is_empty());
        assert_eq!(Fitted::fit(&short, &today, 8).choose(&short, &today), None);
    }

    /// What the rules' decisions add on paths, luck taken off, is what they add at the end on average.
    #[test]
    fn gains_without_luck_have_the_mean_of_the_ends() {
        let (game, today) = (0..)
            .map(|number| market(number, 0.7))
            .find(|(_, today)| all_cash(today))
            .expect("some account is all cash");
        let rules = &game.0;
        let paths = paths_from(rules, &today.state, 4000, 5).expect("there are paths");
        let mut law = Vec::new();
        let rule = Later::Sell(2);
        let held = rules.held_worth(&today, &mut law);
        let (mut gain, mut end) = (0.0, Vec::new());
        for path in paths.iter() {
            gain += rule.gain(rules, &today, path, &mut law);
            end.push(ended(rules, &today, path, rule) - held);
        }
        let count = end.len() as f64;
        let (gain, mean) = (gain / count, end.iter().sum::<f64>() / count);
        let square: f64 = end.iter().map(|end| (end - mean).powi(2)).sum();
        let error = square.sqrt() / count;
        println!("gain {gain:.2}, end {mean:.2} +- {error:.2} dollars of utility");
        assert!(gain > 0.0);
        assert!(
            (gain - mean).abs() < 4.0 * error,
            "{gain} {mean} +- {error}"
        );
    }

    fn ended(rules: &Rules, start: &Situation, path: &[State], rule: Later) -> f64 {
        let mut situation = start.clone();
        let mut next = rules.next_day(&situation);
        for &state in path.iter() {
            if state.day >= next {
                situation = rules.arrive(&situation, state, |_, _| ());
                situation = rule.decide(rules, &situation).unwrap_or(situation);
                next = rules.next_day(&situation);
            }
        }
        rules.final_worth(&situation)
    }

    /// The fit finds weights that made the targets, and shrinks them by little.
    #[test]
    fn ridge_finds_the_weights_that_made_the_targets() {
        let made: Features = std::array::from_fn(|k| 0.1 * k as f64 - 0.5);
        let rows: Vec<Features> = (0..400)
            .map(|row| std::array::from_fn(|k| dice::uniform(9, &[row, k as u64]) * 4.0 - 2.0))
            .collect();
        let rows: Vec<(&Features, f64)> = rows.iter().map(|row| (row, dot(row, &made))).collect();
        let found = ridge(&rows);
        for (found, made) in found.iter().zip(&made) {
            assert!((found - made).abs() < 3e-3, "{found} for {made}");
        }
        assert_eq!(ridge(&[]), [0.0; FEATURES]);
    }

    /// A value that later decisions earn: the fit sees it in the states where cash is free, and it fades to the end.
    #[test]
    fn free_cash_is_worth_more_the_more_days_are_left() {
        let (game, today) = (0..)
            .map(|number| market(number, 0.7))
            .find(|(_, today)| all_cash(today))
            .expect("some account is all cash");
        let fitted = Fitted::fit(&game, &today, 256);
        let value = |part: f64| {
            let mut situation = today.clone();
            situation.state.day = (part * f64::from(game.0.horizon_day)) as u16;
            let seen = fitted.seen(&game, &situation);
            seen.unit * fitted.bands[seen.band].value(&seen.features) / game.0.utility.wealth_usd
        };
        let [early, late, end] = [0.1, 0.5, 0.95].map(value);
        println!("{early:.5} {late:.5} {end:.5}");
        assert!(early > late && late > end, "{early} {late} {end}");
        assert!(end < 1e-3);
    }

    #[test]
    #[ignore = "measures time; prints milliseconds a decision and a fit"]
    fn what_a_decision_costs() {
        let players = [
            Player::OneStep,
            Player::Rollout { paths: 32 },
            Player::FittedValue { states: 256 },
            Player::Search {
                evaluations: 512,
                net: None,
            },
        ];
        let scores = arena::play(&MARKETS, 0..16, &players, None, &Crew::fixed(1), &|_| true)
            .expect("played");
        for (at, player) in players.iter().enumerate() {
            let seconds: f64 = scores.iter().map(|row| row[at].seconds).sum();
            let decisions: u64 = scores.iter().map(|row| row[at].decisions).sum();
            println!(
                "{player:?}: {:.2} ms a decision",
                1e3 * seconds / decisions as f64
            );
        }
    }
}
