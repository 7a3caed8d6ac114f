//! A search allocates nothing, and a million of them do not grow.

use std::convert::Infallible;

use search::compat::{Answers, Config, Leaves, Model, Policy, Root, Searcher};

struct Counting {
    groups: usize,
}

impl Model for Counting {
    type State = u32;
    type Error = Infallible;

    fn groups(&self) -> usize {
        self.groups
    }

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), Infallible> {
        for i in 0..leaves.len() {
            let state = leaves.parents[i]
                .wrapping_mul(31)
                .wrapping_add(leaves.moves[i] + 1);
            answers.states[i] = state;
            answers.rewards[i] = (state % 7) as f32;
            answers.discounts[i] = 0.9;
            answers.values[i] = (state % 5) as f32;
            for (a, logit) in answers.logits(i).iter_mut().enumerate() {
                *logit = ((state as usize + a) % 3) as f32;
            }
        }
        Ok(())
    }
}

const LOGITS: [f32; 20] = [0.5; 20];

fn policies() -> [Policy; 3] {
    [Policy::muzero(), Policy::gumbel(), Policy::stochastic(4)]
}

#[test]
fn a_search_allocates_nothing() {
    for policy in policies() {
        let config = Config {
            policy,
            actions: 20,
            simulations: 100,
            max_depth: None,
        };
        let roots = [
            Root::new(1, 0.0, &LOGITS),
            Root::new(2, 0.0, &LOGITS),
            Root::new(3, 1.0, &LOGITS),
        ];
        let mut searcher = Searcher::new(config, 3).unwrap();
        let memory = searcher.memory_bytes();
        let taken = allocation_counter::measure(|| {
            for groups in [1, 2, 3] {
                searcher.run(&roots, &mut Counting { groups }).unwrap();
            }
        });
        assert_eq!(taken.count_total, 0, "{policy:?}");
        assert_eq!(searcher.memory_bytes(), memory);
        // The counter works, and the sum of the columns is what was really taken.
        let taken = allocation_counter::measure(|| drop(Searcher::<u32>::new(config, 3)));
        assert!(taken.count_total > 10);
        assert_eq!(taken.bytes_current, 0);
        let taken =
            allocation_counter::measure(|| std::mem::forget(Searcher::<u32>::new(config, 3)));
        assert_eq!(taken.bytes_current as usize, memory, "{policy:?}");
    }
}

#[test]
fn a_million_searches_do_not_grow() {
    let config = Config {
        policy: Policy::muzero(),
        actions: 3,
        simulations: 3,
        max_depth: None,
    };
    let mut searcher = Searcher::new(config, 1).unwrap();
    let memory = searcher.memory_bytes();
    let mut first = Vec::new();
    let taken = allocation_counter::measure(|| {
        for search in 0..1_000_000u32 {
            let root = Root::new(search % 4, 0.0, &LOGITS[..3]);
            searcher.run(&[root], &mut Counting { groups: 1 }).unwrap();
            if search == 0 {
                first = searcher.answer(0).visits().to_vec();
            }
        }
    });
    assert_eq!(taken.count_total, 1, "the one vector of the test itself");
    assert_eq!(searcher.memory_bytes(), memory);
    // The last search is as the first: nothing stays behind.
    searcher
        .run(
            &[Root::new(0, 0.0, &LOGITS[..3])],
            &mut Counting { groups: 1 },
        )
        .unwrap();
    assert_eq!(searcher.answer(0).visits(), first);
}
