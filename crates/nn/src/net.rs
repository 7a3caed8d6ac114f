//! The net that answers batches: weights laid out once, shared by all workers; room to compute in, one for each.

use std::sync::Arc;

use fearless_simd::{Level, Simd, dispatch};

use crate::accelerate::{self, Matrix, Multiply};
use crate::bf16;
#[cfg(target_arch = "x86_64")]
use crate::bf16::pairs::{self, Engine};
use crate::kernel::{self, Aligned, Layer, Rows, Used};
use crate::{Config, Error, Weights};

/// Rows that go through all layers together. Their activations and one panel of weights stay within a second-level cache.
/// Tiles of AMX take blocks of their own.
pub(crate) const BLOCK_ROWS: usize = 96;

/// The numbers a net multiplies. They make different nets out of the same weights: close, not equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precision {
    /// 32-bit floats, the default and the reference.
    #[default]
    F32,
    /// bfloat16 (8 significant bits) for weights and for the inputs of every layer, `f32` for biases, sums and outputs. Faster and
    /// half the memory where the processor has instructions for it (AMX, AVX512-BF16); elsewhere the same rounding at the speed of
    /// `f32`. Outputs of the house net are off by about 1 % of the largest; [`Weights::reference_in`] bounds it.
    Bf16,
}

/// For tables: `"f32"`, `"bf16"`.
impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16",
        })
    }
}

/// How a net is computed on this machine.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// Vectors of `f32`.
    Single(Level),
    /// The same over numbers rounded to bf16.
    Rounded(Level),
    /// Pairs of bf16; the level is for what stays `f32`.
    #[cfg(target_arch = "x86_64")]
    Pairs(Level, Engine),
}

impl Way {
    /// The fastest way for a precision.
    fn best(precision: Precision) -> Way {
        let level = Level::new();
        match precision {
            Precision::F32 => Way::Single(level),
            Precision::Bf16 => {
                #[cfg(target_arch = "x86_64")]
                if let Some(&engine) = Engine::all().first() {
                    return Way::Pairs(level, engine);
                }
                Way::Rounded(level)
            }
        }
    }

    pub(crate) fn precision(self) -> Precision {
        match self {
            Way::Single(_) => Precision::F32,
            _ => Precision::Bf16,
        }
    }

    fn level(self) -> Level {
        match self {
            Way::Single(level) | Way::Rounded(level) => level,
            #[cfg(target_arch = "x86_64")]
            Way::Pairs(level, _) => level,
        }
    }

    fn name(self) -> &'static str {
        #[cfg(target_arch = "x86_64")]
        if let Way::Pairs(_, engine) = self {
            return engine.name();
        }
        match self.level() {
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
}

/// Weights laid out for this machine: the trunk, then both heads as one layer, value first.
enum Layers {
    Single(Vec<Layer>),
    #[cfg(target_arch = "x86_64")]
    Pairs(Vec<pairs::Layer>),
}

/// A net laid out.
struct Packed {
    config: Config,
    way: Way,
    layers: Layers,
    /// For large batches in `f32`, if that was asked for.
    matrix: Option<Matrix>,
}

/// Outputs of a layer are laid out in multiples of this, at most.
const PADDED: usize = 64;

impl Net {
    /// Bytes of one net in `f32`, at most: weights laid out, and room to compute in. A clone takes the room alone.
    #[must_use]
    pub fn bytes_for(config: &Config) -> u64 {
        let laid_out = |shape: crate::config::Shape| {
            (shape.inputs + 1) * shape.outputs.next_multiple_of(PADDED)
        };
        let weights: usize = config.layers().map(laid_out).sum();
        let width = config.layers().map(|shape| shape.inputs.max(shape.outputs));
        let widest = width.max().unwrap_or(0).next_multiple_of(PADDED);
        4 * (weights + 3 * BLOCK_ROWS * widest) as u64
    }
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
enum Room {
    Single {
        from: Aligned<f32>,
        to: Aligned<f32>,
        used: Used,
    },
    #[cfg(target_arch = "x86_64")]
    Pairs(pairs::Room),
}

impl Room {
    fn new(packed: &Packed) -> Room {
        match &packed.layers {
            Layers::Single(layers) => {
                let columns = layers.iter().map(|layer| layer.columns).max();
                let inputs = layers.iter().map(|layer| layer.inputs).max();
                let (columns, inputs) = (columns.unwrap_or(0), inputs.unwrap_or(0));
                // Rounded inputs lie here too.
                let widest = match packed.way.precision() {
                    Precision::F32 => columns,
                    Precision::Bf16 => columns.max(inputs),
                };
                Room::Single {
                    from: Aligned::new(BLOCK_ROWS * widest, f32::NAN),
                    to: Aligned::new(BLOCK_ROWS * widest, f32::NAN),
                    used: Used::new(inputs),
                }
            }
            #[cfg(target_arch = "x86_64")]
            Layers::Pairs(layers) => Room::Pairs(pairs::Room::new(layers)),
        }
    }
}

/// Weights `[out][in]` and biases of layers that stand side by side.
type Side<'a> = Vec<(&'a [f32], &'a [f32])>;

impl Net {
    /// Lays out the weights for the widest vectors of this machine, in `f32`.
    #[must_use]
    pub fn new(weights: &Weights) -> Net {
        Net::with(weights, Precision::F32)
    }

    /// The same in a precision of choice, by the fastest instructions for it that this machine has.
    #[must_use]
    pub fn with(weights: &Weights, precision: Precision) -> Net {
        Net::by(weights, Way::best(precision))
    }

    /// The same in `f32` with Accelerate's matrix product (macOS) for batches of 64 rows or more. Their last bits may then differ
    /// from those of small batches, which [`Net::new`] promises not to do.
    ///
    /// # Errors
    /// [`Error::Absent`] on other systems.
    pub fn with_accelerate(weights: &Weights) -> Result<Net, Error> {
        let absent = Error::Absent {
            what: "Accelerate",
            why: "it is a part of macOS",
        };
        let multiply = accelerate::product().ok_or(absent)?;
        Ok(Net::with_product(weights, multiply))
    }

    /// The same with any product; tests have a plain one.
    pub(crate) fn with_product(weights: &Weights, multiply: Multiply) -> Net {
        let way = Way::Single(Level::new());
        Net::laid_out(weights, way, Some(Matrix::new(weights, multiply)))
    }

    /// The same in a way of choice; tests run the slower ones too.
    pub(crate) fn by(weights: &Weights, way: Way) -> Net {
        Net::laid_out(weights, way, None)
    }

    fn laid_out(weights: &Weights, way: Way, matrix: Option<Matrix>) -> Net {
        let config = weights.config().clone();
        let (trunk, heads) = weights.layers().split_at(config.hidden.len());
        let mut sides: Vec<(usize, bool, Side)> = trunk
            .iter()
            .map(|layer| {
                (
                    layer.inputs,
                    true,
                    vec![(&layer.weight[..], &layer.bias[..])],
                )
            })
            .collect();
        let parts = heads.iter().map(|head| (&head.weight[..], &head.bias[..]));
        sides.push((heads[0].inputs, false, parts.collect()));
        let sides = sides
            .iter()
            .map(|(inputs, relu, side)| (*inputs, *relu, &side[..]));
        let layers = match way {
            Way::Single(level) | Way::Rounded(level) => {
                let layout = dispatch!(level, simd => kernel::layout(simd));
                let mut layers: Vec<Layer> = sides
                    .map(|(inputs, relu, side)| Layer::pack(inputs, relu, side, layout))
                    .collect();
                if matches!(way, Way::Rounded(_)) {
                    layers.iter_mut().for_each(Layer::round_weights);
                }
                Layers::Single(layers)
            }
            #[cfg(target_arch = "x86_64")]
            Way::Pairs(_, engine) => Layers::Pairs(
                sides
                    .map(|(inputs, relu, side)| pairs::Layer::pack(inputs, relu, side, engine))
                    .collect(),
            ),
        };
        let packed = Packed {
            config,
            way,
            layers,
            matrix,
        };
        Net {
            room: Room::new(&packed),
            packed: Arc::new(packed),
        }
    }

    /// From now on forms all products, also those with zeros, where it is computed in vectors of `f32`.
    #[cfg(test)]
    pub(crate) fn form_all_products(&mut self) {
        match &mut self.room {
            Room::Single { used, .. } => used.dense = true,
            #[cfg(target_arch = "x86_64")]
            Room::Pairs(_) => {}
        }
    }

    /// The net's shape.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.packed.config
    }

    /// The numbers that it multiplies.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.packed.way.precision()
    }

    /// The instructions it computes with, for reports: `"AVX-512"`, `"AMX bf16"`. A net in [`Precision::Bf16`] that says
    /// `"AVX2"` or the like rounds its numbers and computes in `f32`.
    #[must_use]
    pub fn instructions(&self) -> &'static str {
        self.packed.way.name()
    }

    /// Bytes of weights that a call reads once for each block of up to 96 rows (64 with AMX); in `f32` fewer where all
    /// rows have zeros.
    #[must_use]
    pub fn weight_bytes(&self) -> usize {
        match &self.packed.layers {
            Layers::Single(layers) => layers.iter().map(Layer::bytes).sum(),
            #[cfg(target_arch = "x86_64")]
            Layers::Pairs(layers) => layers.iter().map(pairs::Layer::bytes).sum(),
        }
    }

    /// Judges a batch: one row of [`Config::inputs`] numbers for each of `values`.
    ///
    /// `values[i]` is the worth of row i and `policies[i * p..(i + 1) * p]`, `p` = [`Config::policies`], its logits; both as the
    /// net was trained, no squashing. Answers have the same bits for any batch size and place in it.
    /// In `f32`, inputs that are zero in all rows of a batch cost less: sixteen neighbours from a multiple of sixteen on are left out.
    /// Tolerance against `f64`: the bound of [`Weights::reference_in`]; for the house net and inputs of about 1 the error seen is
    /// below 2e-6 of the largest output in `f32` and below 2e-2 of it in bf16.
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
        config.check_batch(inputs, values, policies)?;
        let packed = &*self.packed;
        let level = packed.way.level();
        let verdict = match (&packed.layers, &mut self.room) {
            (Layers::Single(layers), Room::Single { from, to, used }) => {
                if !dispatch!(level, simd => kernel::all_finite(simd, inputs)) {
                    Verdict::Input
                } else if let Some(matrix) = &packed.matrix
                    && rows >= accelerate::FROM_ROWS
                {
                    matrix.blocks(config, (from, to), inputs, values, policies)
                } else {
                    let room = (from, to, used);
                    let rounded = packed.way.precision() == Precision::Bf16;
                    dispatch!(level, simd => if rounded {
                        blocks::<_, true>(simd, layers, config, room, inputs, values, policies)
                    } else {
                        blocks::<_, false>(simd, layers, config, room, inputs, values, policies)
                    })
                }
            }
            #[cfg(target_arch = "x86_64")]
            (Layers::Pairs(layers), Room::Pairs(room)) => {
                let Way::Pairs(_, engine) = packed.way else {
                    unreachable!("layers of pairs are made for an engine")
                };
                pairs::blocks(engine, layers, config, room, inputs, values, policies)
            }
            #[cfg(target_arch = "x86_64")]
            _ => unreachable!("a net and its room are made together"),
        };
        let overflow = match verdict {
            Verdict::Fine => return Ok(()),
            Verdict::Input => None,
            Verdict::Output(row) => Some(row),
        };
        // Pairs are checked block by block: an input that is not finite may follow the row that overflows, and is told first.
        config.check_finite(inputs)?;
        match overflow {
            Some(row) => {
                let row_inputs = &inputs[row * config.inputs..][..config.inputs];
                Err(Error::Overflow {
                    row,
                    largest: row_inputs.iter().fold(0.0, |a, x| a.max(x.abs())),
                })
            }
            None => unreachable!("a verdict of an input that is not finite, and all are"),
        }
    }
}

/// What became of a batch.
pub(crate) enum Verdict {
    Fine,
    /// Some input is not finite.
    Input,
    /// An output of this row is not finite.
    Output(usize),
}

/// Judges rows of finite inputs; with `ROUND` in numbers rounded to bf16.
#[inline(always)]
fn blocks<S: Simd, const ROUND: bool>(
    simd: S,
    layers: &[Layer],
    config: &Config,
    (room, other, used): (&mut Aligned<f32>, &mut Aligned<f32>, &mut Used),
    inputs: &[f32],
    values: &mut [f32],
    policies: &mut [f32],
) -> Verdict {
    let (width, logits) = (config.inputs, config.policies);
    let blocks = values.len().div_ceil(BLOCK_ROWS);
    let mut first = 0;
    for block in 0..blocks {
        // Of nearly equal size, so that no row is left to be judged alone, at the price of many.
        let count = (values.len() - first).div_ceil(blocks - block);
        let (mut from, mut to) = (&mut *room, &mut *other);
        let mut x = Rows {
            numbers: &inputs[first * width..][..count * width],
            stride: width,
            count,
        };
        if ROUND {
            let rounded = &mut from.as_mut_slice()[..count * width];
            for (to, &x) in rounded.iter_mut().zip(x.numbers) {
                *to = bf16::rounded(x);
            }
            x.numbers = rounded;
        }
        for (i, layer) in layers.iter().enumerate() {
            let out = to.as_mut_slice();
            kernel::run(simd, layer, x, used, out);
            if ROUND && i + 1 < layers.len() {
                for x in &mut out[..count * layer.columns] {
                    *x = bf16::rounded(*x);
                }
            }
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
