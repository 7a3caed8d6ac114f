//! The right to exercise at every step, from below: training and trial of a rule on the device, its equations in `f64` here.

use super::{Error, WORKGROUP};
use crate::gpu::{EXERCISE_BACK, EXERCISE_TRY, LIMIT, STATES};
use crate::monte_carlo::{
    Dynamics, Estimate, Moments, Range, Simulation, State, Sums, TERMS, purpose, terms_at,
};
use crate::{Inputs, Right, european};
use compute::{Argument, Budget, Buffer, Gpu, Kernel, Task, Trial};

/// How many paths the bound may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Training {
    /// Paths that teach the exercise rule, from 2; all are kept on the device, 8 bytes a step.
    pub paths: u32,
    /// Antithetic pairs of paths that try the rule, from 2; as many at a time as fit beside nothing else.
    pub pairs: u32,
}

impl Default for Training {
    fn default() -> Training {
        Training {
            paths: 1 << 18,
            pairs: 1 << 19,
        }
    }
}

/// Numbers of a rule for one step; the coefficients come last.
const RULE_LEN: usize = 8 + TERMS;
/// Sums of one step.
const PAIRS: usize = TERMS * (TERMS + 1) / 2 + TERMS;
/// Parts of each sum in a workgroup.
const SLICES: usize = 3;
/// Workgroups of one launch at most: each adds up 65 products, which takes as long as its paths are many.
const GROUPS_MAX: u32 = 1024;
/// Paths on the CPU that say how far spot and variance go.
const PILOT_PATHS: u32 = 512;

/// Lower bound of an American option that may be exercised at every step, as the lower one of
/// [`Simulation::exercise_bounds`]: a regression rule, tried on paths of its own. The same paths as there; the rule may differ, since
/// the ranges of its polynomials come from a pilot. Under [`Dynamics::Gbm`] the European option is the guide. The sampling is not used.
///
/// # Errors
/// [`Error::Input`] names the first bad number; [`Error::Device`] is the device's, also where the paths do not fit in `budget`.
pub fn lower_bound(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    (right, strike): (Right, f64),
    training: &Training,
) -> Result<Estimate, Error> {
    simulation.check_law()?;
    crate::error::at_least(f64::MIN_POSITIVE, "strike", strike)?;
    for (what, value) in [
        ("number of training paths", training.paths),
        ("number of pairs", training.pairs),
    ] {
        if !(2..=1 << 28).contains(&value) {
            return Err(Error::Input(crate::Error::OutOfRange {
                what,
                value: value.into(),
                least: 2.0,
                most: f64::from(1_u32 << 28),
            }));
        }
    }
    let mut rule = Rule::new(simulation, right, strike);
    let device = Device {
        gpu,
        budget,
        simulation,
        claim: upload(
            gpu,
            budget,
            &[right.sign() as f32, (strike / simulation.spot) as f32],
        )?,
    };
    device.train(&mut rule, training.paths)?;
    let [sum, square] = device.try_out(&rule, training.pairs)?;
    let count = f64::from(training.pairs);
    let mean = sum / count;
    let moments = Moments {
        count: training.pairs,
        mean: simulation.spot * mean + rule.guide_now,
        squares: simulation.spot.powi(2) * (square - sum * mean).max(0.0),
    };
    Ok(Estimate::from_samples(&moments, 2))
}

fn upload(gpu: &Gpu, budget: &Budget, numbers: &[f32]) -> Result<Buffer, compute::Error> {
    let buffer = gpu.buffer("rule", numbers.len(), budget)?;
    buffer.write(numbers)?;
    Ok(buffer)
}

/// What the kernels read of every step, and what the guide is worth now.
struct Rule {
    /// `[step][number]`, for every step and the end.
    rows: Vec<[f64; RULE_LEN]>,
    /// Dollars.
    guide_now: f64,
}

impl Rule {
    /// Ranges, discounts and guide; the fit is still nothing.
    fn new(simulation: &Simulation, right: Right, strike: f64) -> Rule {
        let last = simulation.steps as usize;
        let mut seen: Vec<Vec<State>> = vec![Vec::new(); last + 1];
        simulation.look(purpose::PILOT, PILOT_PATHS, |path| {
            for (seen, state) in seen.iter_mut().zip(path) {
                seen.push(*state);
            }
        });
        let carry = simulation.rate - simulation.dividend_yield;
        let vol = match simulation.dynamics {
            Dynamics::Gbm { vol } if vol > 0.0 => Some(vol),
            _ => None,
        };
        let rows = seen
            .iter()
            .enumerate()
            .map(|(step, states)| {
                let pays = |state: &&State| right.sign() * (state.spot - strike) > 0.0;
                let mut chosen: Vec<&State> = states.iter().filter(pays).collect();
                if chosen.len() < 2 {
                    chosen = states.iter().collect();
                }
                let spots = Range::of(
                    chosen
                        .iter()
                        .map(|state| (state.spot / simulation.spot).ln()),
                );
                let variances = match simulation.dynamics {
                    Dynamics::Heston(_) => Range::of(chosen.iter().map(|state| state.variance)),
                    _ => Range::of([0.0].into_iter()),
                };
                let so_far = simulation.years * step as f64 / last as f64;
                let left = simulation.years - so_far;
                let mut row = [0.0; RULE_LEN];
                row[..8].copy_from_slice(&[
                    spots.centre,
                    spots.per_unit,
                    variances.centre,
                    variances.per_unit,
                    (-simulation.rate * so_far).exp(),
                    (-simulation.rate * left).exp(),
                    carry * left,
                    vol.map_or(0.0, |vol| vol * left.sqrt()),
                ]);
                if step == last && vol.is_some() {
                    // At the end guide and claim are one.
                    row[4] = 0.0;
                }
                row
            })
            .collect();
        let guide_now = vol.map_or(0.0, |vol| {
            european::price(&Inputs {
                right,
                spot: simulation.spot,
                strike,
                years: simulation.years,
                rate: simulation.rate,
                dividend_yield: simulation.dividend_yield,
                vol,
            })
        });
        Rule { rows, guide_now }
    }

    fn numbers(&self) -> Vec<f32> {
        self.rows.iter().flatten().map(|&x| x as f32).collect()
    }
}

struct Device<'a> {
    gpu: &'a Gpu,
    budget: &'a Budget,
    simulation: &'a Simulation,
    claim: Buffer,
}

/// Spots and variances, `[step][column]`.
struct States {
    spots: Buffer,
    variances: Buffer,
}

impl Device<'_> {
    fn words(&self, words: &[u32]) -> Result<Buffer, compute::Error> {
        let buffer = self.gpu.buffer("counts", words.len(), self.budget)?;
        buffer.write(words)?;
        Ok(buffer)
    }

    fn launch(
        &self,
        kernel: &Kernel,
        buffers: &[&Buffer],
        groups: u32,
    ) -> Result<(), compute::Error> {
        let task = Task {
            kernel,
            buffers,
            invocations: u64::from(groups) * u64::from(WORKGROUP),
        };
        self.gpu.run(&[task], LIMIT)?;
        Ok(())
    }

    /// `columns` paths from sample `first` on.
    fn states(
        &self,
        purpose: u32,
        first: u32,
        columns: u32,
        mirrors: u32,
    ) -> Result<States, compute::Error> {
        let elements = (self.simulation.steps as usize + 1) * columns as usize;
        let states = States {
            spots: self.gpu.buffer("spots", elements, self.budget)?,
            variances: self.gpu.buffer("variances", elements, self.budget)?,
        };
        let law = upload(self.gpu, self.budget, &self.simulation.law_for_kernel())?;
        let counts = self.words(&counts_of_states(
            self.simulation,
            purpose,
            first,
            columns,
            mirrors,
        ))?;
        let kernel = STATES[self.simulation.law_number()];
        let buffers = [&law, &states.spots, &states.variances, &counts];
        self.launch(&kernel, &buffers, columns.div_ceil(WORKGROUP))?;
        Ok(states)
    }

    /// Fits the rule step by step, from the last but one to now.
    fn train(&self, rule: &mut Rule, paths: u32) -> Result<(), compute::Error> {
        let states = self.states(purpose::TRAIN, 0, paths, 1)?;
        let cash = self.gpu.buffer("cash", paths as usize, self.budget)?;
        let groups = paths.div_ceil(WORKGROUP).min(GROUPS_MAX);
        let mut sums = vec![0.0_f32; PAIRS * SLICES * groups as usize];
        let out = self.gpu.buffer("sums", sums.len(), self.budget)?;
        let pairs = self.words(&pairs())?;
        for step in (0..self.simulation.steps).rev() {
            let numbers = upload(self.gpu, self.budget, &rule.numbers())?;
            let counts = self.words(&[paths, self.simulation.steps, step, groups, 1])?;
            let buffers = [
                &states.spots,
                &states.variances,
                &numbers,
                &self.claim,
                &pairs,
                &cash,
                &out,
                &counts,
            ];
            self.launch(&EXERCISE_BACK, &buffers, groups)?;
            out.read(&mut sums, LIMIT)?;
            let fit = gathered(&sums, groups as usize).coefficients();
            rule.rows[step as usize][8..].copy_from_slice(&fit);
        }
        Ok(())
    }

    /// Sum and sum of squares of what pairs of paths earn.
    fn try_out(&self, rule: &Rule, pairs: u32) -> Result<[f64; 2], compute::Error> {
        let numbers = upload(self.gpu, self.budget, &rule.numbers())?;
        let steps = u64::from(self.simulation.steps) + 1;
        // Two buffers of states within half of the budget, and each within the largest that there is.
        let bytes = (self.budget.bytes / 4).min(self.gpu.facts().buffer_bytes_max);
        let at_once = (bytes / (8 * steps)).clamp(WORKGROUP.into(), 1 << 22) as u32;
        let mut totals = [0.0; 2];
        let mut first = 0;
        while first < pairs {
            let samples = at_once.min(pairs - first);
            let states = self.states(purpose::LOWER, first, 2 * samples, 2)?;
            let groups = samples.div_ceil(WORKGROUP).min(GROUPS_MAX);
            let mut sums = vec![0.0_f32; 2 * groups as usize];
            let out = self.gpu.buffer("sums", sums.len(), self.budget)?;
            let counts = self.words(&[2 * samples, self.simulation.steps, 0, groups, 2])?;
            let buffers = [
                &states.spots,
                &states.variances,
                &numbers,
                &self.claim,
                &out,
                &counts,
            ];
            self.launch(&EXERCISE_TRY, &buffers, groups)?;
            out.read(&mut sums, LIMIT)?;
            for (total, sums) in totals.iter_mut().zip(sums.chunks(groups as usize)) {
                *total += sums.iter().map(|&sum| f64::from(sum)).sum::<f64>();
            }
            first += samples;
        }
        Ok(totals)
    }
}

/// The counts of the kernels of states are those of the estimates; columns come first.
fn counts_of_states(
    simulation: &Simulation,
    purpose: u32,
    first: u32,
    columns: u32,
    mirrors: u32,
) -> [u32; 12] {
    let [key0, key1] = simulation.key_for_kernel();
    let steps = simulation.steps;
    [
        columns, 0, 0, first, steps, 0, mirrors, key0, key1, purpose, 0, 0,
    ]
}

/// The two factors of each sum: two terms, or a term and the cash.
fn pairs() -> Vec<u32> {
    let terms = TERMS as u32;
    let of_terms = (0..terms).flat_map(|i| (0..=i).map(move |j| [i, j]));
    let of_cash = (0..terms).map(|i| [i, terms]);
    of_terms.chain(of_cash).flatten().collect()
}

/// The parts of all workgroups, added up.
fn gathered(sums: &[f32], groups: usize) -> Sums {
    let mut gathered = Sums {
        matrix: [[0.0; TERMS]; TERMS],
        right: [0.0; TERMS],
    };
    for (pair, factors) in pairs().chunks_exact(2).enumerate() {
        let total: f64 = (0..SLICES)
            .flat_map(|slice| &sums[(slice * PAIRS + pair) * groups..][..groups])
            .map(|&sum| f64::from(sum))
            .sum();
        let [i, j] = [factors[0] as usize, factors[1] as usize];
        if j == TERMS {
            gathered.right[i] = total;
        } else {
            gathered.matrix[i][j] = total;
        }
    }
    gathered
}

const TRIAL_COLUMNS: u32 = 600;

/// States of a few paths, one step back with them, and a rule tried on them. Expected numbers in `f64`.
pub(super) fn trials() -> Vec<Trial> {
    let heston = crate::heston::Model {
        v0: 0.09,
        kappa: 1.5,
        theta: 0.06,
        sigma: 0.5,
        rho: -0.6,
    };
    let jumps = Dynamics::Merton {
        vol: 0.2,
        jumps_per_year: 3.0,
        jump_mean: -0.08,
        jump_deviation: 0.1,
    };
    let laws = [Dynamics::Gbm { vol: 0.3 }, Dynamics::Heston(heston), jumps];
    let simulations = laws.map(|dynamics| Simulation {
        spot: 50.0,
        years: 0.5,
        rate: 0.04,
        dividend_yield: 0.01,
        steps: 7,
        dynamics,
        sampling: crate::monte_carlo::Sampling::Plain { paths: 2 },
        seed: 0xfeed_5eed_0dd5,
    });
    let mut trials: Vec<Trial> = simulations.iter().map(states_trial).collect();
    trials.push(back_trial(&simulations[1]));
    trials.push(try_trial(&simulations[0]));
    trials
}

/// Logarithms of the spot over that of now and variances (0 where none moves), `[step][path]`.
fn states_of(simulation: &Simulation) -> [Vec<f64>; 2] {
    let columns = TRIAL_COLUMNS as usize;
    let steps = simulation.steps as usize;
    let mut spots = vec![0.0; (steps + 1) * columns];
    let mut variances = spots.clone();
    let moves = matches!(simulation.dynamics, Dynamics::Heston(_));
    let mut column = 0;
    simulation.look(purpose::TRAIN, TRIAL_COLUMNS, |path| {
        for (step, state) in path.iter().enumerate() {
            spots[step * columns + column] = (state.spot / simulation.spot).ln();
            if moves {
                variances[step * columns + column] = state.variance;
            }
        }
        column += 1;
    });
    [spots, variances]
}

fn narrow(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|&x| x as f32).collect()
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|&x| x.into()).collect()
}

fn answers(expected: Vec<f64>, absolute: f64) -> Argument {
    Argument::Answers {
        expected,
        absolute,
        relative: 2e-5,
    }
}

fn states_trial(simulation: &Simulation) -> Trial {
    let kernel = STATES[simulation.law_number()];
    let [spots, variances] = states_of(simulation);
    let counts = counts_of_states(simulation, purpose::TRAIN, 0, TRIAL_COLUMNS, 1);
    Trial {
        name: kernel.name.to_owned(),
        kernel,
        arguments: vec![
            Argument::Floats(simulation.law_for_kernel().to_vec()),
            answers(spots, 2e-5),
            answers(variances, 2e-5),
            Argument::Words(counts.to_vec()),
        ],
        invocations: TRIAL_COLUMNS.into(),
    }
}

/// A claim and a rule for the trials, as `f32` holds them: a put with coefficients of no meaning.
fn trial_rule(simulation: &Simulation) -> (Vec<f32>, [f32; 2]) {
    let mut rule = Rule::new(simulation, Right::Put, 52.0);
    for (step, row) in rule.rows.iter_mut().enumerate() {
        for (k, c) in row[8..].iter_mut().enumerate() {
            *c = 0.02 * (1.3 * step as f64 + 2.1 * k as f64).sin();
        }
    }
    (rule.numbers(), [-1.0, 1.04])
}

/// The kernel's arithmetic in `f64`.
struct Twin {
    rule: Vec<f64>,
    strike: f64,
}

impl Twin {
    fn row(&self, step: usize) -> &[f64] {
        &self.rule[step * RULE_LEN..][..RULE_LEN]
    }

    fn terms(&self, step: usize, x: f64, v: f64) -> [f64; TERMS] {
        let row = self.row(step);
        let range = |k: usize| Range {
            centre: row[k],
            per_unit: row[k + 1],
        };
        let variance = range(2);
        terms_at(
            range(0).map(x),
            (variance.per_unit > 0.0).then(|| variance.map(v)),
        )
    }

    fn waiting(&self, step: usize, x: f64, v: f64) -> f64 {
        let terms = self.terms(step, x, v);
        terms
            .iter()
            .zip(&self.row(step)[8..])
            .map(|(t, c)| t * c)
            .sum()
    }

    fn pays(&self, x: f64) -> f64 {
        self.strike - x.exp()
    }

    fn gain(&self, step: usize, x: f64, pays: f64) -> f64 {
        let row = self.row(step);
        let forward = (x + row[6]).exp();
        let guide = if row[7] > 0.0 {
            row[5] * european::black(Right::Put, forward, self.strike, row[7])
        } else {
            0.0
        };
        row[4] * (pays - guide)
    }
}

/// The last step back, from the end.
fn back_trial(simulation: &Simulation) -> Trial {
    const GROUPS: usize = 2;
    let (columns, steps) = (TRIAL_COLUMNS as usize, simulation.steps as usize);
    let step = steps - 1;
    let [spots, variances] = states_of(simulation).map(|numbers| narrow(&numbers));
    let (rule, claim) = trial_rule(simulation);
    let twin = Twin {
        rule: wide(&rule),
        strike: claim[1].into(),
    };
    let mut cash = vec![0.0; columns];
    let mut sums = vec![0.0; PAIRS * SLICES * GROUPS];
    for column in 0..columns {
        let x_next = f64::from(spots[steps * columns + column]);
        cash[column] = twin.gain(steps, x_next, twin.pays(x_next).max(0.0));
        let x = f64::from(spots[step * columns + column]);
        let v = f64::from(variances[step * columns + column]);
        if twin.pays(x) <= 0.0 {
            continue;
        }
        let mut factors = twin.terms(step, x, v).to_vec();
        factors.push(cash[column]);
        let (group, slice) = (column / 256 % GROUPS, column % 256 % SLICES);
        for (pair, at) in pairs().chunks_exact(2).enumerate() {
            sums[(slice * PAIRS + pair) * GROUPS + group] +=
                factors[at[0] as usize] * factors[at[1] as usize];
        }
    }
    Trial {
        name: EXERCISE_BACK.name.to_owned(),
        kernel: EXERCISE_BACK,
        arguments: vec![
            Argument::Floats(spots),
            Argument::Floats(variances),
            Argument::Floats(rule),
            Argument::Floats(claim.to_vec()),
            Argument::Words(pairs()),
            answers(cash, 1e-5),
            answers(sums, 2e-4),
            Argument::Words(vec![
                TRIAL_COLUMNS,
                simulation.steps,
                step as u32,
                GROUPS as u32,
                1,
            ]),
        ],
        invocations: (GROUPS * 256) as u64,
    }
}

/// Pairs of columns under a rule that exercises here and there.
fn try_trial(simulation: &Simulation) -> Trial {
    const GROUPS: usize = 1;
    let (columns, steps) = (TRIAL_COLUMNS as usize, simulation.steps as usize);
    let [spots, variances] = states_of(simulation).map(|numbers| narrow(&numbers));
    let (rule, claim) = trial_rule(simulation);
    let twin = Twin {
        rule: wide(&rule),
        strike: claim[1].into(),
    };
    let earned = |column: usize| {
        for step in 0..steps {
            let x = f64::from(spots[step * columns + column]);
            let v = f64::from(variances[step * columns + column]);
            let pays = twin.pays(x);
            if pays > 0.0 {
                let gain = twin.gain(step, x, pays);
                if gain >= twin.waiting(step, x, v) {
                    return gain;
                }
            }
        }
        let x = f64::from(spots[steps * columns + column]);
        twin.gain(steps, x, twin.pays(x).max(0.0))
    };
    let (mut sum, mut square) = (0.0, 0.0);
    for sample in 0..columns / 2 {
        let mean = 0.5 * (earned(2 * sample) + earned(2 * sample + 1));
        sum += mean;
        square += mean * mean;
    }
    Trial {
        name: EXERCISE_TRY.name.to_owned(),
        kernel: EXERCISE_TRY,
        arguments: vec![
            Argument::Floats(spots),
            Argument::Floats(variances),
            Argument::Floats(rule),
            Argument::Floats(claim.to_vec()),
            answers(vec![sum, square], 1e-4),
            Argument::Words(vec![TRIAL_COLUMNS, simulation.steps, 0, GROUPS as u32, 2]),
        ],
        invocations: (GROUPS * 256) as u64,
    }
}
