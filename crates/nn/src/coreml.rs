//! A net by Core ML on macOS: Apple decides which of its units does what, the neural engine among them.
//!
//! The package that [`export::core_ml`](crate::export::core_ml) writes is compiled for this machine, loaded for the [`Units`] asked for, and **proven
//! before use**: on a probe batch its answers must be the exact ones ([`Weights::reference`]) within [`tolerance`], else there is an
//! error, and the caller goes on with [`Net`](crate::Net). It is in builds for macOS with the feature `coreml`; elsewhere [`CoreNet::open`] says so.
//!
//! ```
//! use nn::coreml::{CoreNet, Units};
//! use nn::export::Numbers;
//! # use nn::{Config, Net, Weights};
//! # let weights = Weights::seeded(Config { inputs: 4, hidden: vec![8], policies: 3 }, 1)?;
//! let package = std::path::Path::new("net.mlpackage"); // of nn::export::core_ml
//! let (mut values, mut policies) = ([0.0], [0.0; 3]);
//! match CoreNet::open(package, &weights, Numbers::F16, Units::CpuAndNeuralEngine) {
//!     Ok(mut net) => net.forward(&[0.5; 4], &mut values, &mut policies)?,
//!     Err(_why) => Net::new(&weights).forward(&[0.5; 4], &mut values, &mut policies)?,
//! }
//! # assert!(values[0].is_finite());
//! # Ok::<(), nn::Error>(())
//! ```
//! Source of the interface: Apple's Core ML framework, as `objc2-core-ml` declares it from Apple's headers. **No Mac has run this**: it compiles for
//! macOS, and all around the calls is tested with a stand-in. Whether the neural engine takes a batch of a free size, and whether a
//! trip to it is worth a net this small, only a Mac can say.

#[cfg(all(target_os = "macos", feature = "coreml"))]
mod apple;

use std::path::Path;

use crate::export::{Numbers, ROWS_MAX};
use crate::{Config, Error, Weights};

/// Where Core ML may compute. Where it does is its own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// The processor alone.
    Cpu,
    /// The processor and the GPU.
    CpuAndGpu,
    /// The processor and the neural engine, which takes [`Numbers::F16`] alone.
    CpuAndNeuralEngine,
    /// All of them.
    All,
}

impl Units {
    /// Each of them.
    pub const EACH: [Units; 4] = [
        Units::Cpu,
        Units::CpuAndGpu,
        Units::CpuAndNeuralEngine,
        Units::All,
    ];
}

/// For tables.
impl std::fmt::Display for Units {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Units::Cpu => "processor",
            Units::CpuAndGpu => "processor and GPU",
            Units::CpuAndNeuralEngine => "processor and neural engine",
            Units::All => "all units",
        })
    }
}

/// How far the answers of a probe may be from the exact ones, as a part of the largest of these.
///
/// In `f32` twenty times what [`Net`](crate::Net) is off, and fifty times less than 16-bit floats would be: a package of the wrong kind is
/// found. In [`Numbers::F16`] what nets in bf16 are held to: the unit may keep its sums in 16 bits, by which the house net moves by
/// .4 % (`crates/nn/tests/export/check.py`).
#[must_use]
pub fn tolerance(numbers: Numbers) -> f64 {
    match numbers {
        Numbers::F32 => 1e-5,
        Numbers::F16 => 0.02,
    }
}

/// Judges at most [`ROWS_MAX`] rows: Core ML, or a stand-in in tests.
trait Predict {
    /// Fills one value and the logits for each row, or says why not.
    fn predict(
        &mut self,
        inputs: &[f32],
        values: &mut [f32],
        policies: &mut [f32],
    ) -> Result<(), Error>;
}

/// A net that Core ML computes, proven. For one thread: each makes its own.
pub struct CoreNet {
    config: Config,
    model: Box<dyn Predict>,
    off: f64,
}

/// The shape and what the proof found.
impl std::fmt::Debug for CoreNet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreNet")
            .field("architecture", &self.config.architecture())
            .field("off", &self.off)
            .finish_non_exhaustive()
    }
}

impl CoreNet {
    /// Compiles a package for this machine, loads it, and proves it against the weights it was made of.
    ///
    /// # Errors
    /// [`Error::Absent`] in builds without Core ML, [`Error::CoreMl`] if it refuses, [`Error::Unproven`] if its answers are others.
    pub fn open(
        package: &Path,
        weights: &Weights,
        numbers: Numbers,
        units: Units,
    ) -> Result<CoreNet, Error> {
        #[cfg(all(target_os = "macos", feature = "coreml"))]
        {
            let model = apple::Model::open(package, weights.config(), units)?;
            CoreNet::proven(Box::new(model), weights, numbers)
        }
        #[cfg(not(all(target_os = "macos", feature = "coreml")))]
        {
            let _ = (package, weights, numbers, units);
            Err(Error::Absent {
                what: "Core ML",
                why: "it is a part of macOS, and of builds with the feature `coreml`",
            })
        }
    }

    /// Takes a model if its answers to a probe are right.
    #[cfg(any(test, all(target_os = "macos", feature = "coreml")))]
    fn proven(
        model: Box<dyn Predict>,
        weights: &Weights,
        numbers: Numbers,
    ) -> Result<CoreNet, Error> {
        const ROWS: usize = 8;
        let config = weights.config().clone();
        let (width, logits) = (config.inputs, config.policies);
        let mut net = CoreNet {
            config,
            model,
            off: 0.0,
        };
        // Between -2 and 2, two fifths of them zero, as encodings have zeros.
        let cell = |at: usize| match at % 5 {
            0 | 1 => 0.0,
            _ => ((37 * (at / width) + 11 * (at % width)) % 64) as f32 / 16.0 - 2.0,
        };
        let probe: Vec<f32> = (0..ROWS * width).map(cell).collect();
        let (mut values, mut policies) = ([0.0; ROWS], vec![0.0; ROWS * logits]);
        net.forward(&probe, &mut values, &mut policies)?;
        // A batch of another size is another way through Core ML.
        let (mut value, mut policy) = ([0.0], vec![0.0; logits]);
        net.forward(&probe[..width], &mut value, &mut policy)?;
        let (mut off, mut largest) = (0.0_f64, 0.0_f64);
        for row in 0..=ROWS {
            let (value, policy, row) = match row {
                ROWS => (value[0], &policy[..], 0),
                row => (values[row], &policies[row * logits..][..logits], row),
            };
            let exact = weights.reference(&probe[row * width..][..width])?;
            let found = std::iter::once(value).chain(policy.iter().copied());
            for (found, exact) in found.zip(&exact) {
                off = off.max((f64::from(found) - exact.exact).abs());
                largest = largest.max(exact.exact.abs());
            }
        }
        let limit = tolerance(numbers);
        // A net that answers 0 to everything has no largest answer to be a part of.
        net.off = if off == 0.0 { 0.0 } else { off / largest };
        if net.off > limit {
            return Err(Error::Unproven {
                off: net.off,
                limit,
            });
        }
        Ok(net)
    }

    /// The net's shape.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How far the answers of the proof were from the exact ones, as a part of the largest of these.
    #[must_use]
    pub fn off(&self) -> f64 {
        self.off
    }

    /// Judges a batch, as [`Net::forward`](crate::Net::forward) does; more than [`ROWS_MAX`] rows go in several trips. A row's answer may depend
    /// on its company in the last bits.
    ///
    /// # Errors
    /// As [`Net::forward`](crate::Net::forward), and [`Error::CoreMl`]. All outputs are then NaN.
    pub fn forward(
        &mut self,
        inputs: &[f32],
        values: &mut [f32],
        policies: &mut [f32],
    ) -> Result<(), Error> {
        let done = self.judge(inputs, values, policies);
        if done.is_err() {
            values.fill(f32::NAN);
            policies.fill(f32::NAN);
        }
        done
    }

    fn judge(
        &mut self,
        inputs: &[f32],
        values: &mut [f32],
        policies: &mut [f32],
    ) -> Result<(), Error> {
        let (width, logits, rows) = (self.config.inputs, self.config.policies, values.len());
        self.config.check_batch(inputs, values, policies)?;
        self.config.check_finite(inputs)?;
        for first in (0..rows).step_by(ROWS_MAX) {
            let end = rows.min(first + ROWS_MAX);
            self.model.predict(
                &inputs[first * width..end * width],
                &mut values[first..end],
                &mut policies[first * logits..end * logits],
            )?;
        }
        for row in 0..rows {
            let logits = &policies[row * logits..][..logits];
            if !values[row].is_finite() || logits.iter().any(|x| !x.is_finite()) {
                let inputs = &inputs[row * width..][..width];
                return Err(Error::Overflow {
                    row,
                    largest: inputs.iter().fold(0.0, |a, x| a.max(x.abs())),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Net;

    /// Our own net in Core ML's place, its answers changed, and how many rows it was asked at a time.
    struct StandIn<F> {
        net: Net,
        change: F,
        asked: std::rc::Rc<std::cell::RefCell<Vec<usize>>>,
    }

    impl<F: Fn(usize, f32) -> f32> Predict for StandIn<F> {
        fn predict(
            &mut self,
            inputs: &[f32],
            values: &mut [f32],
            policies: &mut [f32],
        ) -> Result<(), Error> {
            let rows = values.len();
            self.asked.borrow_mut().push(rows);
            self.net.forward(inputs, values, policies)?;
            for x in values.iter_mut().chain(policies) {
                *x = (self.change)(rows, *x);
            }
            Ok(())
        }
    }

    fn weights() -> Weights {
        let config = Config {
            inputs: 6,
            hidden: vec![8],
            policies: 3,
        };
        Weights::seeded(config, 2).unwrap()
    }

    type Asked = std::rc::Rc<std::cell::RefCell<Vec<usize>>>;

    fn opened(
        numbers: Numbers,
        change: impl Fn(usize, f32) -> f32 + 'static,
    ) -> (Result<CoreNet, Error>, Asked) {
        let weights = weights();
        let asked = Asked::default();
        let model = StandIn {
            net: Net::new(&weights),
            change,
            asked: asked.clone(),
        };
        let net = CoreNet::proven(Box::new(model), &weights, numbers);
        (net, asked)
    }

    #[test]
    fn a_model_is_proven_before_use() {
        let (good, _) = opened(Numbers::F32, |_, x| x);
        assert!(good.unwrap().off() < 1e-6);
        let near = |_, x: f32| x * 1.001;
        assert!(opened(Numbers::F16, near).0.is_ok());
        let error = opened(Numbers::F32, near).0.unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains("off by 1.0e-3 of the largest, 1e-5"),
            "{said}"
        );
        // Wrong for one size of batch alone.
        let single = |rows: usize, x: f32| if rows == 1 { -x } else { x };
        assert!(matches!(
            opened(Numbers::F16, single).0,
            Err(Error::Unproven { .. })
        ));
        let none = |_, _| f32::NAN;
        assert!(matches!(
            opened(Numbers::F16, none).0,
            Err(Error::Overflow { .. })
        ));
    }

    #[test]
    fn batches_go_in_trips_of_what_a_package_takes() {
        let (net, asked) = opened(Numbers::F32, |_, x| x);
        let mut net = net.unwrap();
        asked.borrow_mut().clear();
        let rows = 2 * ROWS_MAX + 3;
        let inputs: Vec<f32> = (0..rows * 6).map(|i| (i % 17) as f32 / 8.0 - 1.0).collect();
        let answers = |forward: &mut dyn FnMut(&mut [f32], &mut [f32])| {
            let (mut values, mut policies) = (vec![0.0; rows], vec![0.0; 3 * rows]);
            forward(&mut values, &mut policies);
            (values, policies)
        };
        let found =
            answers(&mut |values, policies| net.forward(&inputs, values, policies).unwrap());
        let mut ours = Net::new(&weights());
        let wanted =
            answers(&mut |values, policies| ours.forward(&inputs, values, policies).unwrap());
        assert_eq!(found, wanted);
        assert_eq!(*asked.borrow(), [ROWS_MAX, ROWS_MAX, 3]);
        net.forward(&[], &mut [], &mut []).unwrap();
        assert_eq!(asked.borrow().len(), 3);
    }

    #[test]
    fn bad_batches_are_refused_as_by_the_net() {
        let (net, _) = opened(Numbers::F32, |_, x| x);
        let mut net = net.unwrap();
        let mut ours = Net::new(&weights());
        for (inputs, rows, logits) in [
            (vec![0.0; 11], 2, 6),
            (vec![0.0; 12], 2, 5),
            ([vec![0.0; 7], vec![f32::NAN; 5]].concat(), 2, 6),
        ] {
            let (mut values, mut policies) = (vec![0.5; rows], vec![0.5; logits]);
            let found = net
                .forward(&inputs, &mut values, &mut policies)
                .unwrap_err();
            assert!(values.iter().chain(&policies).all(|x| x.is_nan()));
            let wanted = ours
                .forward(&inputs, &mut values, &mut policies)
                .unwrap_err();
            assert_eq!(found.to_string(), wanted.to_string());
        }
    }

    #[test]
    #[cfg(not(all(target_os = "macos", feature = "coreml")))]
    fn builds_without_it_say_so() {
        let place = Path::new("net.mlpackage");
        let error = CoreNet::open(place, &weights(), Numbers::F32, Units::All).unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains("feature `coreml`") && said.contains("Net::new"),
            "{said}"
        );
    }
}
