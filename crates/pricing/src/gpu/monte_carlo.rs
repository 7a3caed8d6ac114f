//! Monte Carlo on a GPU: the paths of [`crate::monte_carlo`], many at a time, in `f32`.
//!
//! The same seed gives the same paths as on the CPU, number by number, so an estimate here differs from its twin by rounding, not
//! by chance. Workgroups add up payoffs and their squares about a pilot's mean; the last step is `f64` on the CPU, and so is the
//! standard error: over paths or pairs for independent ones, over randomisations for Sobol points.
//! Kernels: `crates/kernels/src/paths.rs`. Accuracy: see `docs/kernels.md`. Not for a payoff without a name ([`Payoff`] has
//! those it knows), nor below some ten thousand paths, where launch and transfers take longer than the CPU.

mod exercise;

pub use exercise::{Training, lower_bound};

use super::{LIMIT, PATHS, SOBOL};
use crate::monte_carlo::{
    Control, Dynamics, Estimate, Knock, Moments, PILOT_PATHS, Payoff, Sampling, Sensitivities,
    Simulation, purpose, tables_for_kernel,
};
use crate::{Right, heston};
use compute::{Argument, Budget, Buffer, Gpu, Kernel, Task, Trial};
use std::time::Duration;

/// Why there is no estimate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question makes no sense.
    #[error(transparent)]
    Input(#[from] crate::Error),
    /// The device failed; [`compute::with_fallback`] starts again on the CPU.
    #[error(transparent)]
    Device(#[from] compute::Error),
}

/// Paths behind the number about which payoffs are added up.
const CENTRE_PATHS: u32 = 64;

/// Workgroups of one launch at most: enough to fill any device many times over, and few sums to fetch.
const GROUPS_MAX: u32 = 8192;

/// Invocations in a workgroup.
const WORKGROUP: u32 = 256;

/// Sums of one workgroup.
const SUMS: usize = 6;

/// Steps of all paths in one launch: short enough that no watchdog wakes up.
fn steps_max(gpu: &Gpu) -> u64 {
    if gpu.facts().software {
        1 << 25
    } else {
        1 << 30
    }
}

/// Value of a payoff, as [`Simulation::estimate`] gives it.
///
/// # Errors
/// [`Error::Input`] names the first bad number; [`Error::Device`] is the device's.
pub fn estimate(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    payoff: &Payoff,
) -> Result<Estimate, Error> {
    Ok(sensitivities(gpu, budget, simulation, payoff)?.value)
}

/// As [`estimate`], with the time that the device needed for the launches alone: by its own clock, or where it has none by ours.
///
/// # Errors
/// As for [`estimate`].
pub fn timed(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    payoff: &Payoff,
) -> Result<(Estimate, Duration), Error> {
    let (found, time) = with_pilot(gpu, budget, simulation, payoff)?;
    Ok((found[0], time))
}

/// Value, delta and vega, as [`Simulation::sensitivities`] gives them.
///
/// # Errors
/// [`Error::Input`] names the first bad number; [`Error::Device`] is the device's.
pub fn sensitivities(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    payoff: &Payoff,
) -> Result<Sensitivities, Error> {
    let (found, _) = with_pilot(gpu, budget, simulation, payoff)?;
    Ok(simulation.known(payoff, found))
}

fn with_pilot(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    payoff: &Payoff,
) -> Result<([Estimate; 3], Duration), Error> {
    simulation.check()?;
    payoff.check()?;
    let pilot = simulation.pilot(CENTRE_PATHS, |path| payoff.at(path), |_| 0.0);
    let centre = (pilot.payoff / simulation.spot) as f32;
    Ok(run(gpu, budget, simulation, payoff, None, centre)?)
}

/// Value of a payoff with the noise that it shares with a European option taken out, as [`Simulation::estimate_with_control`]
/// does it: `known` is the option's value now, in dollars. The coefficient comes from 1,024 paths on the CPU.
///
/// # Errors
/// [`Error::Input`] names the first bad number; [`Error::Device`] is the device's.
pub fn estimate_with_european(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    payoff: &Payoff,
    (right, strike, known): (Right, f64, f64),
) -> Result<Estimate, Error> {
    let option = Payoff::European { right, strike };
    simulation.check()?;
    payoff.check()?;
    option.check()?;
    let pilot = simulation.pilot(PILOT_PATHS, |path| payoff.at(path), |path| option.at(path));
    let value = known * (simulation.rate * simulation.years).exp();
    let coefficient = pilot.coefficient;
    let control = Control {
        right,
        strike,
        value,
        coefficient,
    };
    let centre = pilot.payoff - coefficient * (pilot.control - value);
    let centre = (centre / simulation.spot) as f32;
    let ([value, ..], _) = run(gpu, budget, simulation, payoff, Some(control), centre)?;
    Ok(value)
}

/// The buffers that stay the same from launch to launch.
struct Fixed {
    law: Buffer,
    claim: Buffer,
    sobol: Option<(Buffer, Buffer)>,
}

/// Value, delta and vega, in dollars; the inputs have been checked.
fn run(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    payoff: &Payoff,
    control: Option<Control>,
    centre: f32,
) -> Result<([Estimate; 3], Duration), compute::Error> {
    let upload = |what, numbers: &[f32]| -> Result<Buffer, compute::Error> {
        let buffer = gpu.buffer(what, numbers.len(), budget)?;
        buffer.write(numbers)?;
        Ok(buffer)
    };
    let mut fixed = Fixed {
        law: upload("law", &simulation.law_for_kernel())?,
        claim: upload(
            "claim",
            &simulation.claim_for_kernel(payoff, control, centre),
        )?,
        sobol: None,
    };
    let plan = Plan::new(simulation, payoff, steps_max(gpu));
    if let Sampling::Sobol { .. } = simulation.sampling {
        let words = tables_for_kernel(simulation.dimensions(), plan.bytes);
        let tables = gpu.buffer("directions", words.len(), budget)?;
        tables.write(&words)?;
        fixed.sobol = Some((tables, upload("bridge", &simulation.joints_for_kernel())?));
    }
    let mut totals = vec![Total::default(); plan.randomisations as usize];
    let mut time = Duration::ZERO;
    for launch in plan.launches() {
        let (sums, took) = one(gpu, budget, simulation, &plan, &fixed, &launch)?;
        time += took;
        let groups = launch.groups() as usize;
        for group in 0..groups {
            let at = launch.first_randomisation as usize + group / launch.groups_each as usize;
            for k in 0..SUMS {
                totals[at].0[k] += f64::from(sums[k * groups + group]);
            }
        }
    }
    let discount = (-simulation.rate * simulation.years).exp();
    // Undiscounted and per dollar of spot in, dollars out.
    let units = [simulation.spot, 1.0, simulation.spot].map(|unit| unit * discount);
    let centres = [f64::from(centre), 0.0, 0.0];
    let samples = f64::from(plan.samples);
    let found = std::array::from_fn(|k| {
        let mut moments = Moments::default();
        let paths_each;
        if let Sampling::Sobol { points, .. } = simulation.sampling {
            for total in &totals {
                moments.add(units[k] * (centres[k] + total.0[2 * k] / samples));
            }
            paths_each = points;
        } else {
            let [sum, square] = [totals[0].0[2 * k], totals[0].0[2 * k + 1]];
            moments = Moments {
                count: plan.samples,
                mean: units[k] * (centres[k] + sum / samples),
                squares: units[k] * units[k] * (square - sum * sum / samples).max(0.0),
            };
            paths_each = plan.mirrors;
        }
        Estimate::from_samples(&moments, paths_each)
    });
    Ok((found, time))
}

/// Sums of payoffs, their squares, and the same of deltas and vegas, over all samples.
#[derive(Clone, Copy, Debug, Default)]
struct Total([f64; SUMS]);

/// One launch: a range of randomisations, and of the samples in each.
struct Launch {
    first_randomisation: u32,
    randomisations: u32,
    groups_each: u32,
    from: u32,
    to: u32,
}

impl Launch {
    fn groups(&self) -> u32 {
        self.randomisations * self.groups_each
    }
}

/// How the work is cut.
pub(super) struct Plan {
    randomisations: u32,
    /// Paths, pairs, or points of one randomisation.
    samples: u32,
    mirrors: u32,
    /// Bytes of the largest index.
    pub(super) bytes: u32,
    kind: u32,
    samples_max: u64,
}

impl Plan {
    fn new(simulation: &Simulation, payoff: &Payoff, steps_max: u64) -> Plan {
        let (randomisations, samples, mirrors) = match simulation.sampling {
            Sampling::Plain { paths } => (1, paths, 1),
            Sampling::Antithetic { pairs } => (1, pairs, 2),
            Sampling::Sobol {
                points,
                randomisations,
            } => (randomisations, points, 1),
        };
        let bits = u32::BITS - (samples - 1).leading_zeros();
        Plan {
            randomisations,
            samples,
            mirrors,
            bytes: bits.div_ceil(8).max(1),
            kind: payoff.kind_for_kernel(),
            samples_max: (steps_max / u64::from(simulation.steps) / u64::from(mirrors)).max(256),
        }
    }

    fn launches(&self) -> Vec<Launch> {
        let each = u64::from(self.samples).min(self.samples_max) as u32;
        let together = (self.samples_max / u64::from(each)).clamp(1, u64::from(GROUPS_MAX)) as u32;
        let mut launches = Vec::new();
        let mut first = 0;
        while first < self.randomisations {
            let randomisations = together.min(self.randomisations - first);
            let mut from = 0;
            while from < self.samples {
                let to = from + each.min(self.samples - from);
                let groups = (to - from).div_ceil(WORKGROUP);
                launches.push(Launch {
                    first_randomisation: first,
                    randomisations,
                    groups_each: groups.min((GROUPS_MAX / randomisations).max(1)),
                    from,
                    to,
                });
                from = to;
            }
            first += randomisations;
        }
        launches
    }

    /// The last buffer of a launch.
    fn counts(&self, simulation: &Simulation, launch: &Launch) -> [u32; 12] {
        let [key0, key1] = simulation.key_for_kernel();
        [
            launch.groups(),
            launch.groups_each,
            launch.to,
            launch.from,
            simulation.steps,
            self.kind,
            self.mirrors,
            key0,
            key1,
            purpose::ESTIMATE,
            simulation.dimensions() as u32,
            self.bytes,
        ]
    }
}

fn one(
    gpu: &Gpu,
    budget: &Budget,
    simulation: &Simulation,
    plan: &Plan,
    fixed: &Fixed,
    launch: &Launch,
) -> Result<(Vec<f32>, Duration), compute::Error> {
    let kernel = kernel(simulation);
    let groups = launch.groups();
    let mut sums = vec![0.0; SUMS * groups as usize];
    let out = gpu.buffer(kernel.name, sums.len(), budget)?;
    let words = plan.counts(simulation, launch);
    let counts = gpu.buffer(kernel.name, words.len(), budget)?;
    counts.write(&words)?;
    let seeds;
    let mut buffers = vec![&fixed.law, &fixed.claim];
    if let Some((tables, joints)) = &fixed.sobol {
        let first = launch.first_randomisation;
        let words = simulation.seeds_for_kernel(first..first + launch.randomisations);
        seeds = gpu.buffer("seeds", words.len(), budget)?;
        seeds.write(&words)?;
        buffers.extend([tables, &seeds, joints]);
    }
    buffers.extend([&out, &counts]);
    let task = Task {
        kernel: &kernel,
        buffers: &buffers,
        invocations: u64::from(groups) * u64::from(WORKGROUP),
    };
    let timing = gpu.run(&[task], LIMIT)?;
    out.read(&mut sums, LIMIT)?;
    Ok((sums, timing.gpu.unwrap_or(timing.wall)))
}

/// The kernel of a law and a kind of paths.
fn kernel(simulation: &Simulation) -> Kernel {
    let kernels = match simulation.sampling {
        Sampling::Plain { .. } | Sampling::Antithetic { .. } => PATHS,
        Sampling::Sobol { .. } => SOBOL,
    };
    kernels[simulation.law_number()]
}

/// A small problem for each kernel.
pub(super) fn trials() -> Vec<Trial> {
    let mut trials = estimates();
    trials.extend(exercise::trials());
    trials
}

/// Small estimates. Expected sums are those of the `f64` twin.
fn estimates() -> Vec<Trial> {
    let sobol = Sampling::Sobol {
        points: 300,
        randomisations: 2,
    };
    let model = heston::Model {
        v0: 0.09,
        kappa: 1.5,
        theta: 0.06,
        sigma: 0.8,
        rho: -0.6,
    };
    let jumps = Dynamics::Merton {
        vol: 0.2,
        jumps_per_year: 3.0,
        jump_mean: -0.08,
        jump_deviation: 0.1,
    };
    let calls = Payoff::Asian {
        right: Right::Call,
        strike: 52.0,
    };
    let puts = Payoff::Lookback {
        right: Right::Put,
        strike: 49.0,
    };
    let ends = Payoff::European {
        right: Right::Call,
        strike: 51.0,
    };
    let barrier = Payoff::Barrier {
        right: Right::Put,
        strike: 52.0,
        barrier: 42.0,
        knock: Knock::DownAndOut,
    };
    let plain = Sampling::Plain { paths: 700 };
    let pairs = Sampling::Antithetic { pairs: 700 };
    let gbm = Dynamics::Gbm { vol: 0.3 };
    let stochastic = Dynamics::Heston(model);
    [
        (gbm, pairs, calls),
        (stochastic, plain, ends),
        (jumps, plain, barrier),
        (gbm, sobol, puts),
        (stochastic, sobol, calls),
        (jumps, sobol, barrier),
    ]
    .into_iter()
    .map(|(dynamics, sampling, payoff)| {
        let simulation = Simulation {
            spot: 50.0,
            years: 0.5,
            rate: 0.04,
            dividend_yield: 0.01,
            steps: 9,
            dynamics,
            sampling,
            seed: 0xfeed_5eed_0dd5,
        };
        trial(&simulation, &payoff)
    })
    .collect()
}

fn trial(simulation: &Simulation, payoff: &Payoff) -> Trial {
    let kernel = kernel(simulation);
    let plan = Plan::new(simulation, payoff, u64::MAX);
    let launch = Launch {
        first_randomisation: 0,
        randomisations: plan.randomisations,
        // So few that an invocation has several samples.
        groups_each: 2 / plan.randomisations,
        from: 0,
        to: plan.samples,
    };
    let centre = 0.05_f32;
    let workers = (launch.groups_each * WORKGROUP) as usize;
    let mut expected = vec![0.0; SUMS * launch.groups() as usize];
    // The twin takes its paths in this order: randomisation, sample, mirror image.
    let paths = std::cell::RefCell::new(Vec::new());
    let scale = [1.0 / simulation.spot, 1.0, 1.0 / simulation.spot];
    simulation.run_many(|path| {
        let slopes = simulation.slopes(payoff, path);
        paths
            .borrow_mut()
            .push([0, 1, 2].map(|k| slopes[k] * scale[k]));
        [0.0]
    });
    for (at, sample) in paths
        .into_inner()
        .chunks_exact(plan.mirrors as usize)
        .enumerate()
    {
        let (randomisation, index) = (at / plan.samples as usize, at % plan.samples as usize);
        let group = randomisation * launch.groups_each as usize + index % workers / 256;
        for k in 0..3 {
            let mean = sample.iter().map(|path| path[k]).sum::<f64>() / sample.len() as f64;
            let value = mean - if k == 0 { f64::from(centre) } else { 0.0 };
            expected[2 * k * launch.groups() as usize + group] += value;
            expected[(2 * k + 1) * launch.groups() as usize + group] += value * value;
        }
    }
    let floats = |numbers: &[f32]| Argument::Floats(numbers.to_vec());
    let mut arguments = vec![
        floats(&simulation.law_for_kernel()),
        floats(&simulation.claim_for_kernel(payoff, None, centre)),
    ];
    if let Sampling::Sobol { randomisations, .. } = simulation.sampling {
        arguments.extend([
            Argument::Words(tables_for_kernel(simulation.dimensions(), plan.bytes)),
            Argument::Words(simulation.seeds_for_kernel(0..randomisations)),
            floats(&simulation.joints_for_kernel()),
        ]);
    }
    arguments.push(Argument::Answers {
        expected,
        // 300 to 400 samples, each within 1e-6 in units of the spot.
        absolute: 3e-4,
        relative: 1e-5,
    });
    arguments.push(Argument::Words(plan.counts(simulation, &launch).to_vec()));
    Trial {
        name: kernel.name.to_owned(),
        kernel,
        arguments,
        invocations: u64::from(launch.groups()) * u64::from(WORKGROUP),
    }
}

#[cfg(test)]
mod tests;
