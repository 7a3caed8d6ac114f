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
