//! Who judges the leaves of the tree: the closed form, or a net that knows what later decisions may add to it.

use super::game::WheelGame;
use crate::governor::Crew;
use learn::NetJudge;
use market::futures::Outcome as Law;
use nn::{Net, Weights};
use search::{Evaluator, Judgement};
use std::thread;
use wheel::{Rules, Situation};

/// A judge that counts.
pub(crate) trait Judge: Evaluator<Situation> {
    /// States judged so far.
    fn judged(&self) -> u64;
}

/// Judges a leaf by the expected utility of holding it to the horizon, in closed form; batches are shared out over threads.
pub(crate) struct HeldWorth<'a> {
    rules: &'a Rules,
    crew: Crew,
    judged: u64,
}

impl<'a> HeldWorth<'a> {
    pub(crate) fn new(rules: &'a Rules, crew: Crew) -> HeldWorth<'a> {
        HeldWorth {
            rules,
            crew,
            judged: 0,
        }
    }
}

impl Judge for HeldWorth<'_> {
    fn judged(&self) -> u64 {
        self.judged
    }
}

impl Evaluator<Situation> for HeldWorth<'_> {
    fn evaluate(
        &mut self,
        leaves: &[Situation],
        out: &mut [Judgement],
    ) -> Result<(), search::Error> {
        self.judged += leaves.len() as u64;
        let judge = |leaves: &[Situation], out: &mut [Judgement]| {
            let mut law: Vec<Law> = Vec::with_capacity(48);
            for (leaf, judgement) in leaves.iter().zip(out) {
                *judgement = Judgement::of(self.rules.held_worth(leaf, &mut law));
            }
        };
        let share = leaves.len().div_ceil(self.crew.now()).max(16);
        if leaves.len() <= share {
            judge(leaves, out);
            return Ok(());
        }
        thread::scope(|scope| {
            for (leaves, out) in leaves.chunks(share).zip(out.chunks_mut(share)) {
                scope.spawn(|| {
                    self.crew.enter();
                    judge(leaves, out);
                });
            }
        });
        Ok(())
    }
}

/// One net for every thread.
pub(crate) struct Nets(Vec<Net>);

impl Nets {
    pub(crate) fn new(weights: &Weights, threads: usize) -> Nets {
        Nets((0..threads.max(1)).map(|_| Net::new(weights)).collect())
    }
}

/// Judges leaves by a net; batches are shared out over threads. A state is judged alike in any batch.
pub(crate) struct NetWorth<'a>(Vec<NetJudge<'a, WheelGame>>, Crew);

impl<'a> NetWorth<'a> {
    /// # Errors
    /// Where the net is not one for the wheel.
    pub(crate) fn new(
        game: &'a WheelGame,
        nets: &'a mut Nets,
        crew: Crew,
    ) -> Result<Self, learn::Error> {
        let judges = nets.0.iter_mut().map(|net| NetJudge::new(game, net));
        Ok(NetWorth(judges.collect::<Result<_, _>>()?, crew))
    }
}

impl Judge for NetWorth<'_> {
    fn judged(&self) -> u64 {
        self.0.iter().map(NetJudge::judged).sum()
    }
}

impl Evaluator<Situation> for NetWorth<'_> {
    fn evaluate(
        &mut self,
        leaves: &[Situation],
        out: &mut [Judgement],
    ) -> Result<(), search::Error> {
        let workers = self.1.now().min(self.0.len());
        let share = leaves.len().div_ceil(workers).max(16);
        if leaves.len() <= share {
            return self.0[0].evaluate(leaves, out);
        }
        thread::scope(|scope| {
            let crew = &self.1;
            let parts = leaves.chunks(share).zip(out.chunks_mut(share));
            let workers: Vec<_> = parts
                .zip(&mut self.0)
                .map(|((leaves, out), judge)| {
                    scope.spawn(|| {
                        crew.enter();
                        judge.evaluate(leaves, out)
                    })
                })
                .collect();
            let ended = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            ended.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::markets::Markets;
    use crate::learning::models::{SHIPPED, Shelf};
    use nn::Precision;
    use search::Game;

    /// Of the numbers, the one that a part of them does not exceed.
    fn quantile(numbers: &mut [f64], part: f64) -> f64 {
        numbers.sort_unstable_by(f64::total_cmp);
        numbers[((numbers.len() - 1) as f64 * part) as usize]
    }

    /// What the shipped net loses in bf16, on the processor as on a GPU: at the start of games, and after the move that it likes best.
    #[test]
    fn the_shipped_net_in_bf16_is_close_to_that_in_f32() {
        let shelf = Shelf::of_user();
        let model = shelf.find(SHIPPED).expect("a shelf").expect("the net");
        let mut nets =
            [Precision::F32, Precision::Bf16].map(|precision| Net::with(&model.weights, precision));
        let ground = Markets {
            seed: 90,
            strata: false,
        };
        let top = |judgement: &Judgement| {
            let priors = judgement.priors.iter().enumerate();
            priors
                .max_by(|a, b| a.1.total_cmp(b.1))
                .map_or(0, |(at, _)| at)
        };
        let (mut units, mut points, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        let (mut changed, mut there) = (0_usize, Vec::new());
        for number in 0..250 {
            let seat = ground.seat(number);
            let game = WheelGame(seat.rules);
            let mut situation = seat.today;
            for _ in 0..4 {
                if game.terminal_worth(&situation).is_some() {
                    break;
                }
                let [exact, rounded] = nets.each_mut().map(|net| {
                    let mut judge = NetJudge::new(&game, net).expect("a net for the wheel");
                    let mut out = [Judgement::of(0.0)];
                    judge
                        .evaluate(std::slice::from_ref(&situation), &mut out)
                        .expect("judged");
                    let [judgement] = out;
                    judgement
                });
                let scale = learn::View::scale(&game, &situation);
                let gap = (rounded.worth - exact.worth).abs();
                units.push(gap / scale.unit);
                let utility = &game.0.utility;
                let sure = utility.certain(rounded.worth) - utility.certain(exact.worth);
                points.push(1e4 * sure.abs() / utility.wealth_usd);
                there.push(((exact.worth - scale.zero) / scale.unit).abs());
                let best = top(&exact);
                if top(&rounded) != best {
                    changed += 1;
                    lost.push(exact.priors[best] - exact.priors[top(&rounded)]);
                }
                let (mut moves, mut outcomes) = (Vec::new(), Vec::new());
                game.actions(&situation, &mut moves);
                game.outcomes(&situation, moves[best], &mut outcomes);
                situation = outcomes.swap_remove(outcomes.len() / 2).state;
            }
        }
        let seen = units.len();
        let share = changed as f64 / seen as f64;
        let worst_lost = lost.iter().copied().fold(0.0, f64::max);
        println!(
            "{seen} situations: value off by {:.4} (median), {:.4} (99 %), {:.4} (most) of its unit, where the value is {:.4} (median); \
             {:.3}, {:.3} and {:.3} hundredths of a percent of wealth; another move first in {:.2} % of them, which had at most {worst_lost:.4} less of the prior",
            quantile(&mut units, 0.5),
            quantile(&mut units, 0.99),
            quantile(&mut units, 1.0),
            quantile(&mut there, 0.5),
            quantile(&mut points, 0.5),
            quantile(&mut points, 0.99),
            quantile(&mut points, 1.0),
            100.0 * share,
        );
        assert!(quantile(&mut units, 0.99) < 0.05);
        assert!(share < 0.05, "{share}");
        assert!(quantile(&mut units, 0.5) > 1e-6, "nothing was rounded");
    }
}
