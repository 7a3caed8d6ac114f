//! What the planner itself costs: a game and a judge that cost next to nothing, so that the tree is all there is.
//!
//! `cargo bench -p search --bench exact`. Rates are per second of the thread's CPU time, medians of several searches in memory
//! that is warm; there is no peer, because no other planner expands all outcomes at once.

use std::hint::black_box;

use search::{Backup, Evaluator, Game, Interior, Judgement, Outcome, Planner, Root, SearchConfig};

/// Every state has the same number of actions, and every action the same number of outcomes.
struct Uniform {
    actions: u32,
    outcomes: u32,
    /// States whose numbers are equal modulo this share a node; 0: none does.
    shared: u64,
}

#[derive(Clone, Copy)]
struct Place {
    number: u64,
    depth: u32,
}

fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

impl Game for Uniform {
    type State = Place;
    type Action = u32;

    fn actions(&self, _: &Place, out: &mut Vec<u32>) {
        out.extend(0..self.actions);
    }

    fn outcomes(&self, place: &Place, action: u32, out: &mut Vec<Outcome<Place>>) {
        let probability = 1.0 / f64::from(self.outcomes);
        let first = place
            .number
            .wrapping_mul(31)
            .wrapping_add(u64::from(action * self.outcomes));
        out.extend((0..self.outcomes).map(|outcome| Outcome {
            probability,
            reward: 0.0,
            state: Place {
                number: match self.shared {
                    0 => mix(first + u64::from(outcome) + 1),
                    shared => mix(first + u64::from(outcome) + 1) % shared,
                },
                depth: place.depth + 1,
            },
        }));
    }

    fn terminal_worth(&self, _: &Place) -> Option<f64> {
        None
    }

    fn key(&self, place: &Place) -> Option<u128> {
        (self.shared > 0).then_some(u128::from(place.depth) << 64 | u128::from(place.number))
    }
}

/// Judges by a hash, with a stated error.
struct Hashed;

impl Evaluator<Place> for Hashed {
    fn evaluate(&mut self, places: &[Place], out: &mut [Judgement]) -> Result<(), search::Error> {
        for (place, judgement) in places.iter().zip(out) {
            judgement.worth = (mix(place.number) >> 11) as f64 / (1u64 << 53) as f64;
            judgement.spread = Some(0.1);
        }
        Ok(())
    }
}

fn main() {
    println!(
        "{:<44} {:>8} {:>12} {:>14} {:>6}",
        "search", "actions", "outcomes", "simulations/s", "depth"
    );
    let plain = SearchConfig::default();
    let soft = SearchConfig {
        backup: Backup::Soft { temperature: 1.0 },
        ..plain.clone()
    };
    let gumbel = SearchConfig {
        root: Root::Gumbel {
            considered: 16,
            noise: 0.0,
        },
        interior: Interior::Gumbel,
        ..plain.clone()
    };
    let game = |actions, outcomes, shared| Uniform {
        actions,
        outcomes,
        shared,
    };
    for (actions, outcomes) in [(2, 2), (8, 8), (32, 1), (32, 8), (128, 8)] {
        row("PUCT, maximum", &game(actions, outcomes, 0), &plain);
    }
    row("PUCT, soft backup", &game(32, 8, 0), &soft);
    row("Gumbel", &game(32, 8, 0), &gumbel);
    row("PUCT, maximum, shared states", &game(32, 8, 500), &plain);
    for evaluations in [256, 65_536, 1_000_000] {
        let config = SearchConfig {
            evaluations,
            ..plain.clone()
        };
        row(
            &format!("PUCT, maximum, {evaluations} evaluations"),
            &game(32, 8, 0),
            &config,
        );
    }
}

fn row(name: &str, game: &Uniform, config: &SearchConfig) {
    let mut planner = Planner::new();
    let mut once = || {
        let root = Place {
            number: 1,
            depth: 0,
        };
        let tree = planner
            .run(game, &root, &mut Hashed, config, &mut |_| true)
            .expect("the rules are in order");
        black_box(tree.choice());
        let counts = tree.counts();
        (f64::from(counts.simulations), counts.depth)
    };
    let (_, depth) = once();
    let rates = (0..5).map(|_| {
        let begin = cpu_seconds();
        let (mut simulations, mut seconds) = (0.0, 0.0);
        while seconds < 0.1 {
            simulations += once().0;
            seconds = cpu_seconds() - begin;
        }
        simulations / seconds
    });
    let mut rates: Vec<f64> = rates.collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "{name:<44} {:>8} {:>12} {:>14.0} {depth:>6}",
        game.actions,
        game.outcomes,
        rates[rates.len() / 2]
    );
}

/// CPU time of this thread.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
