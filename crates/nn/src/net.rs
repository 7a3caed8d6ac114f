//! The net that answers batches: weights laid out once, shared by all workers; room to compute in, one for each.

use std::sync::Arc;

use fearless_simd::{Level, Simd, dispatch};

use crate::kernel::{self, Aligned, Layer, Rows};
use crate::{Config, Error, Weights};

/// Rows that go through all layers together. Their activations and one panel of weights stay within a second-level cache.
const BLOCK_ROWS: usize = 96;

/// Weights laid out for the vectors of this machine.
struct Packed {
    config: Config,
    level: Level,
    /// The trunk, then both heads as one layer: value first.
    layers: Vec<Layer>,
}

/// A net ready to judge, for one thread.
///
/// A clone shares the weights and has room of its own: one for each worker. Nothing is allocated after that.
///
/// ```
/// use nn::{Config, Net, Weights};
///
/// let config = Config { inputs: 4, hidden: vec![8], policies: 3 };
/// let mut net = Net::new(&Weights::seeded(config, 1)?);
/// let inputs = [0.5, -1.0, 0.0, 2.0, 0.1, 0.2, 0.3, 0.4]; // two rows of four
/// let (mut values, mut policies) = ([0.0; 2], [0.0; 6]);
/// net.forward(&inputs, &mut values, &mut policies)?;
///
/// // A row's answer does not depend on its company, to the last bit.
/// let (mut value, mut policy) = ([0.0], [0.0; 3]);
/// net.forward(&inputs[4..], &mut value, &mut policy)?;
/// assert_eq!((value[0], &policy[..]), (values[1], &policies[3..]));
/// # Ok::<(), nn::Error>(())
/// ```
pub struct Net {
    packed: Arc<Packed>,
    room: Room,
}

impl Clone for Net {
    fn clone(&self) -> Net {
        Net {
            packed: Arc::clone(&self.packed),
            room: Room::new(&self.packed),
        }
    }
}

/// Shape and instructions; the weights are too many to print.
impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Net")
            .field("architecture", &self.config().architecture())
            .field("instructions", &self.instructions())
            .finish_non_exhaustive()
    }
}

/// Where a batch is computed.
struct Room {
    from: Aligned,
    to: Aligned,
    used: Vec<u32>,
}

impl Room {
    fn new(packed: &Packed) -> Room {
        let columns = packed.layers.iter().map(|layer| layer.columns).max();
        let inputs = packed.layers.iter().map(|layer| layer.inputs).max();
        let activations = BLOCK_ROWS * columns.unwrap_or(0);
        Room {
            from: Aligned::new(activations, f32::NAN),
            to: Aligned::new(activations, f32::NAN),
            used: vec![0; inputs.unwrap_or(0)],
        }
    }
}

impl Net {
    /// Lays out the weights for the widest vectors of this machine.
    #[must_use]
    pub fn new(weights: &Weights) -> Net {
        Net::at(weights, Level::new())
    }

    /// The same at a level of choice; tests run the narrower ones too.
    pub(crate) fn at(weights: &Weights, level: Level) -> Net {
        let config = weights.config().clone();
        let layout = dispatch!(level, simd => kernel::layout(simd));
        let (trunk, heads) = weights.layers().split_at(config.hidden.len());
        let mut layers: Vec<Layer> = trunk
            .iter()
            .map(|layer| Layer::pack(layer.inputs, true, &[(&layer.weight, &layer.bias)], layout))
            .collect();
        let parts: Vec<(&[f32], &[f32])> = heads
            .iter()
            .map(|head| (&head.weight[..], &head.bias[..]))
            .collect();
        layers.push(Layer::pack(heads[0].inputs, false, &parts, layout));
        let packed = Packed {
            config,
            level,
            layers,
        };
        Net {
            room: Room::new(&packed),
            packed: Arc::new(packed),
        }
    }

    /// The net's shape.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.packed.config
    }

    /// The instructions it computes with, for reports: `"AVX-512"`.
    #[must_use]
    pub fn instructions(&self) -> &'static str {
        match self.packed.level {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx512(_) => "AVX-512",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx2(_) => "AVX2",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse4_2(_) => "SSE 4.2",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse2(_) => "SSE 2",
            #[cfg(target_arch = "aarch64")]
            Level::Neon(_) => "NEON",
            _ => "portable",
        }
    }

    /// Bytes of weights that a call reads once for each block of up to 96 rows; a row alone reads fewer if activations are zero.
    #[must_use]
    pub fn weight_bytes(&self) -> usize {
        self.packed.layers.iter().map(Layer::bytes).sum()
    }

    /// Judges a batch: one row of [`Config::inputs`] numbers for each of `values`.
    ///
    /// `values[i]` is the worth of row i and `policies[i * p..(i + 1) * p]`, `p` = [`Config::policies`], its logits; both as the
    /// net was trained, no squashing. Answers have the same bits for any batch size and place in it.
    /// Tolerance against `f64`: the bound of [`Weights::reference`]; for the house net and inputs of about 1 the error seen is
    /// below 1e-6 of the largest output.
    ///
    /// # Errors
    /// [`Error::Length`] if the slices do not fit together, [`Error::Input`] for an input that is NaN or infinite,
    /// [`Error::Overflow`] if sums leave the range of `f32`. All outputs are then NaN.
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
        let rows = values.len();
        let config = &self.packed.config;
        let check = |what, found: usize, each: usize| {
            if rows.checked_mul(each) == Some(found) {
                Ok(())
            } else {
                Err(Error::Length {
                    what,
                    found,
                    rows,
                    each,
                })
            }
        };
        check("inputs", inputs.len(), config.inputs)?;
        check("policies", policies.len(), config.policies)?;
        let (packed, room) = (&*self.packed, &mut self.room);
        let verdict =
            dispatch!(packed.level, simd => blocks(simd, packed, room, inputs, values, policies));
        match verdict {
            Verdict::Fine => Ok(()),
            Verdict::Input => {
                let at = inputs.iter().position(|x| !x.is_finite()).unwrap_or(0);
                Err(Error::Input {
                    row: at / config.inputs,
                    column: at % config.inputs,
                    value: inputs[at],
                })
            }
            Verdict::Output(row) => {
                let row_inputs = &inputs[row * config.inputs..][..config.inputs];
                Err(Error::Overflow {
                    row,
                    largest: row_inputs.iter().fold(0.0, |a, x| a.max(x.abs())),
                })
            }
        }
    }
}

enum Verdict {
    Fine,
    Input,
    Output(usize),
}

#[inline(always)]
fn blocks<S: Simd>(
    simd: S,
    packed: &Packed,
    room: &mut Room,
    inputs: &[f32],
    values: &mut [f32],
    policies: &mut [f32],
) -> Verdict {
    if !kernel::all_finite(simd, inputs) {
        return Verdict::Input;
    }
    let Config {
        inputs: width,
        policies: logits,
        ..
    } = packed.config;
    let blocks = values.len().div_ceil(BLOCK_ROWS);
    let mut first = 0;
    for block in 0..blocks {
        // Of nearly equal size, so that no row is left to be judged alone, at the price of many.
        let count = (values.len() - first).div_ceil(blocks - block);
        let mut x = Rows {
            numbers: &inputs[first * width..][..count * width],
            stride: width,
            count,
        };
        let (mut from, mut to) = (&mut room.from, &mut room.to);
        for layer in &packed.layers {
            kernel::run(simd, layer, x, &mut room.used, to.as_mut_slice());
            std::mem::swap(&mut from, &mut to);
            x = Rows {
                numbers: from.as_slice(),
                stride: layer.columns,
                count,
            };
        }
        for row in 0..count {
            let out = &x.numbers[row * x.stride..][..1 + logits];
            if !kernel::all_finite(simd, out) {
                return Verdict::Output(first + row);
            }
            values[first + row] = out[0];
            policies[(first + row) * logits..][..logits].copy_from_slice(&out[1..]);
        }
        first += count;
    }
    Verdict::Fine
}
