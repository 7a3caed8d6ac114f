//! The American put on a binomial lattice, where backward induction says what the search must find.
//!
//! Source of the lattice: Cox, Ross & Rubinstein, J. Financial Economics 7 (1979). The case is the first of the table in
//! Longstaff & Schwartz, Review of Financial Studies 14 (2001).

use search::{Each, Game, NodeId, Outcome, SearchConfig, Status, StopReason, Tree, run};

/// Worth of the first case, from a program of its own.
const REFERENCE: f64 = 4.484498;

/// A put that may be exercised at every step.
struct Put {
    strike: f64,
    steps: u32,
    /// Growth of the share in an up move; a down move is its inverse.
    up: f64,
    /// Risk-neutral probability of an up move.
    probability: f64,
    /// Over one step.
    discount: f64,
    spot: f64,
    /// Whether equal (step, up moves) share a node.
    graph: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Moment {
    step: u32,
    ups: u32,
    exercised: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Exercise,
    Wait,
}

const TODAY: Moment = Moment {
    step: 0,
    ups: 0,
    exercised: false,
};

impl Put {
    fn new(spot: f64, sigma: f64, years: f64, steps: u32) -> Put {
        let rate: f64 = 0.06;
        let step = years / f64::from(steps);
        let up = (sigma * step.sqrt()).exp();
        Put {
            strike: 40.0,
            steps,
            up,
            probability: ((rate * step).exp() - 1.0 / up) / (up - 1.0 / up),
            discount: (-rate * step).exp(),
            spot,
            graph: true,
        }
    }

    fn reference() -> Put {
        Put::new(36.0, 0.2, 1.0, 50)
    }

    fn intrinsic(&self, step: u32, ups: u32) -> f64 {
        let net = 2 * ups as i32 - step as i32;
        (self.strike - self.spot * self.up.powi(net)).max(0.0)
    }

    /// Backward induction: `worths[step][ups]`.
    fn solve(&self) -> Vec<Vec<f64>> {
        let mut worths: Vec<Vec<f64>> = (0..=self.steps)
            .map(|step| (0..=step).map(|ups| self.intrinsic(step, ups)).collect())
            .collect();
        for step in (0..self.steps as usize).rev() {
            for ups in 0..=step {
                let [down, up] = [worths[step + 1][ups], worths[step + 1][ups + 1]];
                let wait = self.discount * (self.probability * up + (1.0 - self.probability) * down);
                worths[step][ups] = worths[step][ups].max(wait);
            }
        }
        worths
    }
}

impl Game for Put {
    type State = Moment;
    type Action = Action;

    fn actions(&self, moment: &Moment, out: &mut Vec<Action>) {
        out.push(Action::Exercise);
        if moment.step < self.steps {
            out.push(Action::Wait);
        }
    }

    fn outcomes(&self, moment: &Moment, action: Action, out: &mut Vec<Outcome<Moment>>) {
        let Moment { step, ups, .. } = *moment;
        match action {
            Action::Exercise => out.push(Outcome {
                probability: 1.0,
                reward: self.intrinsic(step, ups),
                state: Moment { exercised: true, ..*moment },
            }),
            Action::Wait => {
                let chances = [(0, 1.0 - self.probability), (1, self.probability)];
                out.extend(chances.map(|(up, probability)| Outcome {
                    probability,
                    reward: 0.0,
                    state: Moment { step: step + 1, ups: ups + up, exercised: false },
                }));
            }
        }
    }

    fn terminal_worth(&self, moment: &Moment) -> Option<f64> {
        if moment.exercised {
            Some(0.0)
        } else if moment.step == self.steps {
            Some(self.intrinsic(moment.step, moment.ups))
        } else {
            None
        }
    }

    fn discount(&self, _: &Moment, action: Action) -> f64 {
        match action {
            Action::Exercise => 1.0,
            Action::Wait => self.discount,
        }
    }

    fn key(&self, moment: &Moment) -> Option<u128> {
        let key = u128::from(moment.step) << 33 | u128::from(moment.ups) << 1 | u128::from(moment.exercised);
        self.graph.then_some(key)
    }
}

/// A normal number that belongs to a place in the lattice, alike in every run.
fn noise(step: u32, ups: u32, seed: u64) -> f64 {
    let mut x = seed.wrapping_mul(0xd134_2543_de82_ef95) ^ (u64::from(step) << 32 | u64::from(ups));
    let mut uniform = || {
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let y = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let y = (y ^ (y >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((y ^ (y >> 31)) as f64 + 0.5) / 2f64.powi(64)
    };
    let (a, b) = (uniform(), uniform());
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

#[test]
fn measure() {
    for graph in [true, false] {
        let put = Put { graph, ..Put::reference() };
        let exact = put.solve();
        for c in [1.25, 0.05] {
            for batch in [1, 64] {
                for leaf in ["noise", "intrinsic"] {
                    println!(); print!("graph {graph} c {c} batch {batch} {leaf}:");
                    for evaluations in [64, 256, 1024, 4096] {
                        let mut sq = 0.0; let mut bias = 0.0;
                        let n = 16;
                        let mut used = 0;
                        for seed in 0..n {
                            let config = SearchConfig { evaluations, batch, exploration: c, seed, ..SearchConfig::default() };
                            let mut e = Each(|m: &Moment| if leaf == "noise" { exact[m.step as usize][m.ups as usize] + 0.1 * noise(m.step, m.ups, seed) } else { put.intrinsic(m.step, m.ups) });
                            let tree = run(&put, &TODAY, &mut e, &config, &mut |_| true).unwrap();
                            used = tree.counts().evaluations;
                            bias += tree.worth(tree.root()) - exact[0][0]; sq += (tree.worth(tree.root()) - exact[0][0]).powi(2);
                        }
                        print!(" {:.5} bias {:.4} ({used})", (sq / n as f64).sqrt(), bias / n as f64);
                    }
        
                }
            }
        }
    }
}
