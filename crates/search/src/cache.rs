//! An evaluator that remembers what it said.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::error::Error;
use crate::game::{Evaluator, Judgement};
use crate::tree::KeyHasher;

/// Remembers judgements by key, within one search and from one to the next.
///
/// What is remembered takes no place in a batch and nothing from the budget. A tree shares equal states by itself; this
/// helps where they are not shared, where many searches meet the same states, and where a search is repeated. It is
/// right only for an evaluator whose answer depends on the state alone.
///
/// Two generations of at most `capacity` judgements each: when the young one is full, the old one is forgotten. What is
/// asked for becomes young again. Which are kept depends on the order of questions alone.
///
/// ```
/// use search::{Cached, Each, Evaluator, Judgement};
///
/// let mut judge = Cached::new(Each(|x: &u32| f64::from(*x)), 1000, |x: &u32| Some(u128::from(*x)));
/// assert_eq!(judge.recall(&7), None);
/// judge.evaluate(&[7], &mut [Judgement::default()])?;
/// assert_eq!(judge.recall(&7), Some(Judgement::of(7.0)));
/// assert_eq!((judge.hits(), judge.misses()), (1, 1));
/// # Ok::<(), search::Error>(())
/// ```
pub struct Cached<E, K> {
    inner: E,
    key: K,
    capacity: usize,
    young: Memory,
    old: Memory,
    hits: u64,
    misses: u64,
}

type Memory = HashMap<u128, Judgement, BuildHasherDefault<KeyHasher>>;

impl<E, K> Cached<E, K> {
    /// Remembers up to twice `capacity` judgements of `inner`, for states to which `key` gives a key. Equal keys must
    /// mean equal judgements.
    pub fn new(inner: E, capacity: usize, key: K) -> Cached<E, K> {
        Cached {
            inner,
            key,
            capacity,
            young: Memory::default(),
            old: Memory::default(),
            hits: 0,
            misses: 0,
        }
    }

    /// Bytes that it takes once both generations are full, with so many priors in each judgement.
    ///
    /// ```
    /// // A million judgements remembered for good, and as many that are on their way out.
    /// let bytes = search::Cached::<(), ()>::bytes_for(1_000_000, 0);
    /// assert!(bytes < 500 << 20);
    /// ```
    pub fn bytes_for(capacity: usize, priors: usize) -> u64 {
        // A table doubles when seven eighths of it are full; a byte beside each entry says whose it is.
        let slots = (capacity as u64 * 8).div_ceil(7).max(4).next_power_of_two();
        let entry = size_of::<(u128, Judgement)>() as u64 + 1;
        let listed = if priors == 0 {
            0
        } else {
            // What the allocator puts beside each list.
            (priors * size_of::<f64>()) as u64 + 16
        };
        // Two tables, and what they leave behind in the allocator as they grow.
        3 * slots * entry + 2 * capacity as u64 * listed
    }

    /// Questions answered from memory.
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// Questions that memory had no answer to.
    pub fn misses(&self) -> u64 {
        self.misses
    }

    /// Forgets everything, as after new weights.
    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    /// The evaluator behind it.
    pub fn into_inner(self) -> E {
        self.inner
    }

    fn remember_all<State>(&mut self, leaves: &[State], out: &[Judgement])
    where
        K: Fn(&State) -> Option<u128>,
    {
        for (leaf, judgement) in leaves.iter().zip(out) {
            if let Some(key) = (self.key)(leaf) {
                self.remember(key, judgement.clone());
            }
        }
    }

    fn remember(&mut self, key: u128, judgement: Judgement) {
        if self.capacity == 0 {
            return;
        }
        if self.young.len() >= self.capacity {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(key, judgement);
    }
}

impl<State, E: Evaluator<State>, K: Fn(&State) -> Option<u128>> Evaluator<State> for Cached<E, K> {
    fn evaluate(&mut self, leaves: &[State], out: &mut [Judgement]) -> Result<(), Error> {
        self.inner.evaluate(leaves, out)?;
        self.remember_all(leaves, out);
        Ok(())
    }

    fn batch(&self) -> u32 {
        self.inner.batch()
    }

    fn groups(&self) -> usize {
        self.inner.groups()
    }

    fn begin(&mut self, group: usize, leaves: &[State]) -> Result<(), Error> {
        self.inner.begin(group, leaves)
    }

    fn finish(
        &mut self,
        group: usize,
        leaves: &[State],
        out: &mut [Judgement],
    ) -> Result<(), Error> {
        self.inner.finish(group, leaves, out)?;
        self.remember_all(leaves, out);
        Ok(())
    }

    fn recall(&mut self, state: &State) -> Option<Judgement> {
        let key = (self.key)(state)?;
        if let Some(judgement) = self.young.get(&key) {
            self.hits += 1;
            return Some(judgement.clone());
        }
        let Some(judgement) = self.old.remove(&key) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        self.remember(key, judgement.clone());
        Some(judgement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Each;

    #[test]
    fn forgets_the_oldest_generation() {
        let mut asked = Vec::new();
        let mut judge = Cached::new(
            Each(|x: &u32| {
                asked.push(*x);
                f64::from(*x)
            }),
            2,
            |x: &u32| (*x < 100).then_some(u128::from(*x)),
        );
        let mut ask = |x: u32| match judge.recall(&x) {
            Some(judgement) => judgement.worth,
            None => {
                let mut out = [Judgement::default()];
                judge.evaluate(&[x], &mut out).unwrap();
                out[0].worth
            }
        };
        // 1 and 2 fill a generation, 3 starts the next, 1 is saved by being asked for, 4 makes 2 be forgotten.
        for x in [1, 2, 3, 1, 4, 1, 2, 200, 200] {
            assert_eq!(ask(x), f64::from(x));
        }
        drop(judge);
        assert_eq!(asked, [1, 2, 3, 4, 2, 200, 200]);
    }

    #[test]
    fn no_capacity_no_memory() {
        let mut judge = Cached::new(Each(|x: &u32| f64::from(*x)), 0, |x: &u32| {
            Some(u128::from(*x))
        });
        judge.evaluate(&[7], &mut [Judgement::default()]).unwrap();
        assert_eq!(judge.recall(&7), None);
    }
}
