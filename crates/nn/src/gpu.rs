//! The same nets on a GPU, for many rows at a time: weights stay there, batches go up and answers come down.
//!
//! Three launches judge a batch of the house net, one a layer, each with its bias and its ReLU; the heads are one layer. Sums are
//! `f32`, in another order than on the processor: answers differ from [`Net`](crate::Net)'s in the last bits, within the same bound
//! ([`Weights::reference`]).
//!
//! [`GpuNet::with`] also makes it in bf16, on tensor units where the device's language has them (CUDA; elsewhere the same rounding at
//! the speed of `f32`): another net, whose answers move by what [`Precision::Bf16`] says. On an NVIDIA H200 a batch of 256
//! takes half the time of `f32`, one of 65,536 a fifth (`docs/benchmarks.md`).
//!
//! [`GpuNet`] holds the weights. [`GpuNet::slot`] makes room for one batch in flight: write rows into [`Slot::row`], [`Slot::submit`],
//! do something else, [`Slot::wait`]. Two slots are two half-batches: one is filled while the device judges the other.
//! Kernels: `crates/nn/kernels`, their one source `crates/kernels/src/dense.rs`. Which device, and whether it is to be trusted:
//! `compute`. Not for a few rows: a trip takes tens of microseconds, in which the processor judges some itself.

mod texts;
mod trials;

pub use texts::{
    BF16_FIRST_MIDDLE, BF16_FIRST_SMALL, BF16_FIRST_WIDE, BF16_MIDDLE, BF16_SMALL, BF16_WIDE,
    DENSE_BACKWARD, DENSE_GRADIENT, DENSE_SMALL, DENSE_TURNED, DENSE_WIDE,
};
pub use trials::trials;

use std::sync::Arc;
use std::time::Duration;

use compute::{Budget, Buffer, Gpu, Kernel, Shuttle, Task};

use crate::weights::Linear;
use crate::{Config, Error, Precision, Weights, bf16};

/// How long a batch may take before the device counts as lost.
const LIMIT: Duration = Duration::from_secs(10);
/// Rows and columns of the answer that a workgroup of the small `f32` kernels makes.
pub(crate) const SMALL: usize = 32;
/// Weights in bf16 have a multiple of so many rows.
pub(crate) const BF16_DEPTH: usize = 128;

/// A kernel of a layer.
pub(crate) struct Tiled {
    pub(crate) kernel: &'static Kernel,
    /// Rows and columns of the answer that a workgroup makes.
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// From so many workgroups on a device is busy with them; below, smaller tiles are spread over more of it.
    from: usize,
}

const fn tiled(kernel: &'static Kernel, rows: usize, columns: usize, from: usize) -> Tiled {
    Tiled {
        kernel,
        rows,
        columns,
        from,
    }
}

/// The kernels of a layer, by precision and whether it is the first, the widest tile first.
pub(crate) fn kernels(precision: Precision, first: bool) -> &'static [Tiled] {
    const SINGLE: [Tiled; 2] = [
        tiled(&DENSE_WIDE, 128, 128, 96),
        tiled(&DENSE_SMALL, SMALL, SMALL, 0),
    ];
    const FIRST: [Tiled; 3] = [
        tiled(&BF16_FIRST_WIDE, 128, 256, 256),
        tiled(&BF16_FIRST_MIDDLE, 64, 128, 64),
        tiled(&BF16_FIRST_SMALL, SMALL, SMALL, 0),
    ];
    const LATER: [Tiled; 3] = [
        tiled(&BF16_WIDE, 128, 256, 256),
        tiled(&BF16_MIDDLE, 64, 128, 64),
        tiled(&BF16_SMALL, SMALL, SMALL, 0),
    ];
    match (precision, first) {
        (Precision::F32, _) => &SINGLE,
        (Precision::Bf16, true) => &FIRST,
        (Precision::Bf16, false) => &LATER,
    }
}

/// The widest tile that keeps a device busy with so many rows and columns, half of it at least in use, and its workgroups.
fn fitting(
    precision: Precision,
    first: bool,
    rows: usize,
    columns: usize,
) -> (&'static Tiled, usize) {
    kernels(precision, first)
        .iter()
        .map(|one| {
            let groups = rows.div_ceil(one.rows) * columns.div_ceil(one.columns);
            (one, groups)
        })
        .find(|(one, groups)| {
            one.columns == SMALL || (*groups >= one.from && 2 * columns > one.columns)
        })
        .expect("the small tile is for any number")
}

/// Rows that [`GpuNet::forward`] sends at a time.
const ROWS_AT_ONCE: usize = 4096;

/// Numbers in a row on the device: the next multiple of four.
pub(crate) fn stride(numbers: usize) -> usize {
    numbers.next_multiple_of(4)
}

/// A layer on the device, its weights turned and padded with zeros.
struct Layer {
    weights: Buffer,
    biases: Buffer,
    /// Numbers in a row of what comes in and of what goes out.
    inputs: usize,
    outputs: usize,
    /// The last words of its size.
    flags: u32,
}

/// `[out][in]` becomes `[in][out]`, with so many rows and columns, padded with zeros; layers side by side.
fn turned(side: &[&Linear], inputs: usize, outputs: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut weights, mut biases) = (vec![0.0; inputs * outputs], vec![0.0; outputs]);
    let mut column = 0;
    for layer in side {
        for (row, bias) in layer.weight.chunks_exact(layer.inputs).zip(&layer.bias) {
            for (depth, weight) in row.iter().enumerate() {
                weights[depth * outputs + column] = *weight;
            }
            biases[column] = *bias;
            column += 1;
        }
    }
    (weights, biases)
}

/// Numbers as bf16, two in a word, the first in its lower half.
fn packed(numbers: &[f32]) -> Vec<u32> {
    let pair = |two: &[f32]| u32::from(bf16::round(two[0])) | u32::from(bf16::round(two[1])) << 16;
    numbers.chunks_exact(2).map(pair).collect()
}

struct Resident {
    gpu: Gpu,
    budget: Budget,
    config: Config,
    precision: Precision,
    layers: Vec<Layer>,
}

/// A net on a device. Clones share it.
#[derive(Clone)]
pub struct GpuNet(Arc<Resident>);

impl std::fmt::Debug for GpuNet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GpuNet")
            .field("architecture", &self.config().architecture())
            .field("precision", &self.0.precision)
            .field("device", self.0.gpu.facts())
            .finish_non_exhaustive()
    }
}

impl GpuNet {
    /// Brings the weights to a device, to be judged by in `f32`.
    ///
    /// # Errors
    /// [`Error::Device`] if there is no room for them, or the device fails.
    pub fn new(gpu: &Gpu, weights: &Weights, budget: &Budget) -> Result<GpuNet, Error> {
        GpuNet::with(gpu, weights, Precision::F32, budget)
    }

    /// The same in a precision. [`Precision::Bf16`] is another net: it rounds what [`Net::with`](crate::Net::with) rounds, so answers of the
    /// house net are off by about 1 % of the largest, within the bound of [`Weights::reference_in`].
    ///
    /// # Errors
    /// [`Error::Device`] if there is no room for the weights, or the device fails.
    pub fn with(
        gpu: &Gpu,
        weights: &Weights,
        precision: Precision,
        budget: &Budget,
    ) -> Result<GpuNet, Error> {
        let config = weights.config().clone();
        let (trunk, heads) = weights.layers().split_at(config.hidden.len());
        let (inner, padding) = match precision {
            Precision::F32 => (FLAG_RELU, 4),
            Precision::Bf16 => (FLAG_RELU | FLAG_BF16, 8),
        };
        let mut sides: Vec<(Vec<&Linear>, u32)> =
            trunk.iter().map(|layer| (vec![layer], inner)).collect();
        sides.push((heads.iter().collect(), 0));
        // Numbers in a row of what a layer reads.
        let mut width = stride(config.inputs);
        let layers = sides
            .iter()
            .map(|(side, flags)| {
                let columns: usize = side.iter().map(|layer| layer.outputs).sum();
                let (outputs, inputs) = (columns.next_multiple_of(padding), width);
                width = outputs;
                let (words, biases) = match precision {
                    Precision::F32 => {
                        let (numbers, biases) = turned(side, inputs, outputs);
                        (numbers.iter().map(|x| x.to_bits()).collect(), biases)
                    }
                    Precision::Bf16 => {
                        let depth = inputs.next_multiple_of(BF16_DEPTH);
                        let (numbers, biases) = turned(side, depth, outputs);
                        (packed(&numbers), biases)
                    }
                };
                let layer = Layer {
                    weights: gpu.buffer("weights of a net", words.len(), budget)?,
                    biases: gpu.buffer("weights of a net", biases.len(), budget)?,
                    inputs,
                    outputs,
                    flags: *flags,
                };
                layer.weights.write(&words)?;
                layer.biases.write(&biases)?;
                Ok(layer)
            })
            .collect::<Result<_, compute::Error>>()?;
        let net = Resident {
            gpu: gpu.clone(),
            budget: budget.clone(),
            config,
            precision,
            layers,
        };
        Ok(GpuNet(Arc::new(net)))
    }

    /// The numbers that it multiplies.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.0.precision
    }

    /// The net's shape.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The device.
    #[must_use]
    pub fn gpu(&self) -> &Gpu {
        &self.0.gpu
    }

    /// Room for a batch of up to `rows_max` rows in flight, on the host and on the device. Kernels are compiled here.
    ///
    /// # Errors
    /// [`Error::Device`] if there is no room, or a kernel does not compile.
    pub fn slot(&self, rows_max: usize) -> Result<Slot, Error> {
        Slot::new(self, rows_max.max(1))
    }

    /// Judges a batch and waits: see [`Net::forward`](crate::Net::forward), whose lengths and errors these are. Large batches
    /// go in parts, the next one up while one is judged.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Input`], [`Error::Overflow`], [`Error::Device`]. All outputs are then NaN.
    pub fn forward(
        &self,
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

    fn judge(&self, inputs: &[f32], values: &mut [f32], policies: &mut [f32]) -> Result<(), Error> {
        let rows = values.len();
        let config = self.config();
        config.check_batch(inputs, values, policies)?;
        config.check_finite(inputs)?;
        // What rounds to infinity could become a NaN, and a ReLU would make it a 0.
        let rounds = self.0.precision == Precision::Bf16;
        if rounds && let Some(at) = inputs.iter().position(|x| bf16::rounded(*x).is_infinite()) {
            return Err(Error::Overflow {
                row: at / config.inputs,
                largest: inputs[at].abs(),
            });
        }
        if rows == 0 {
            return Ok(());
        }
        let part = ROWS_AT_ONCE.min(rows);
        let mut slots = vec![self.slot(part)?];
        if rows > part {
            slots.push(self.slot(part)?);
        }
        let parts = rows.div_ceil(part);
        let mut take = |slot: &mut Slot, at: usize| -> Result<(), Error> {
            let answers = slot.wait()?;
            for row in 0..answers.rows() {
                let here = at * part + row;
                values[here] = answers.value(row);
                policies[here * config.policies..][..config.policies]
                    .copy_from_slice(answers.policy(row));
            }
            Ok(())
        };
        for at in 0..parts {
            let both = slots.len();
            let slot = &mut slots[at % both];
            if at >= 2 {
                take(slot, at - 2)?;
            }
            let here = at * part..((at + 1) * part).min(rows);
            for (row, from) in here.clone().enumerate() {
                slot.row(row)
                    .copy_from_slice(&inputs[from * config.inputs..][..config.inputs]);
            }
            slot.submit(here.len())?;
        }
        for at in parts.saturating_sub(2)..parts {
            let both = slots.len();
            take(&mut slots[at % both], at)?;
        }
        let width = config.policies;
        let finite = |row: usize| {
            values[row].is_finite()
                && policies[row * width..][..width]
                    .iter()
                    .all(|logit| logit.is_finite())
        };
        match (0..rows).find(|&row| !finite(row)) {
            None => Ok(()),
            Some(row) => Err(Error::Overflow {
                row,
                largest: inputs[row * config.inputs..][..config.inputs]
                    .iter()
                    .fold(0.0, |most, x| most.max(x.abs())),
            }),
        }
    }
}

/// How many rows a launch is made for: few numbers of rows, so that what a launch needs to know is on the device already.
struct Rung {
    rows: usize,
    /// By layer: its kernel, the five words that it reads, and its workgroups.
    steps: Vec<(&'static Kernel, Buffer, u64)>,
}

/// Multiples of 32 that grow by a quarter at most, up to the one that just holds `rows_max`.
fn rungs(rows_max: usize) -> Vec<usize> {
    let most = rows_max.next_multiple_of(SMALL);
    let mut rungs = vec![SMALL];
    while let Some(&last) = rungs.last()
        && last < most
    {
        rungs.push(((last + (last / 4).max(SMALL)) / SMALL * SMALL).min(most));
    }
    rungs
}

/// One batch in flight: host memory, device memory, and launches that are ready.
pub struct Slot {
    shuttle: Shuttle,
    launches: Launches,
    rows_max: usize,
    rows: usize,
}

/// What runs on the device.
struct Launches {
    net: GpuNet,
    /// What each layer reads, then the answers.
    rooms: Vec<Buffer>,
    rungs: Vec<Rung>,
}

impl Slot {
    fn new(net: &GpuNet, rows_max: usize) -> Result<Slot, Error> {
        let Resident {
            gpu,
            budget,
            layers,
            ..
        } = &*net.0;
        let heights = rungs(rows_max);
        let most = heights.last().copied().unwrap_or(SMALL);
        // Words of a row: of the inputs, then of what each layer makes.
        let widths = std::iter::once(layers[0].inputs).chain(layers.iter().map(Layer::words));
        let rooms = widths
            .map(|width| gpu.buffer("a batch for a net", most * width, budget))
            .collect::<Result<Vec<_>, _>>()?;
        let rungs = heights
            .iter()
            .map(|&rows| Rung::new(net, rows))
            .collect::<Result<Vec<_>, compute::Error>>()?;
        let (first, last) = (layers[0].inputs, layers[layers.len() - 1].outputs);
        Ok(Slot {
            shuttle: gpu.shuttle(rows_max * first, rows_max * last)?,
            launches: Launches {
                net: net.clone(),
                rooms,
                rungs,
            },
            rows_max,
            rows: 0,
        })
    }

    /// The most rows of a batch.
    #[must_use]
    pub fn rows_max(&self) -> usize {
        self.rows_max
    }

    /// The inputs of a row, to be written: [`Config::inputs`] numbers in memory that the device reads.
    ///
    /// # Panics
    /// Beyond `rows_max`, and while a batch is in flight.
    pub fn row(&mut self, row: usize) -> &mut [f32] {
        let width = self.launches.net.0.layers[0].inputs;
        let inputs = self.launches.net.0.config.inputs;
        &mut self.shuttle.input()[row * width..][..inputs]
    }

    /// All rows at once, one behind the other.
    ///
    /// # Panics
    /// While a batch is in flight, and for a net whose inputs are no multiple of four: use [`Slot::row`].
    pub fn inputs(&mut self) -> &mut [f32] {
        let width = self.launches.net.0.layers[0].inputs;
        assert_eq!(width, self.launches.net.0.config.inputs, "rows are padded");
        self.shuttle.input()
    }

    /// Sends the first `rows` rows to the device and returns at once. The numbers must be finite, also once they are rounded to bf16.
    ///
    /// # Errors
    /// [`Error::Device`].
    ///
    /// # Panics
    /// Beyond `rows_max`, and while a batch is in flight.
    pub fn submit(&mut self, rows: usize) -> Result<(), Error> {
        assert!(rows <= self.rows_max, "more rows than the slot holds");
        let Launches { net, rooms, .. } = &self.launches;
        let layers = &net.0.layers;
        let buffers = self.launches.buffers(rows);
        let tasks = self.launches.tasks(rows, &buffers, 1);
        let last = layers.len();
        self.shuttle.begin(
            (&rooms[0], rows * layers[0].inputs),
            &tasks,
            (&rooms[last], rows * layers[last - 1].outputs),
        )?;
        self.rows = rows;
        Ok(())
    }

    /// Waits for the batch in flight.
    ///
    /// # Errors
    /// [`Error::Device`]; after a lost device the net answers no more.
    ///
    /// # Panics
    /// If no batch is in flight.
    pub fn wait(&mut self) -> Result<Answers<'_>, Error> {
        let stride = self.launches.net.0.layers[self.launches.net.0.layers.len() - 1].outputs;
        Ok(Answers {
            numbers: self.shuttle.finish(LIMIT)?,
            rows: self.rows,
            stride,
            policies: self.launches.net.0.config.policies,
        })
    }

    /// Runs the launches of a batch of `rows` again and again on what lies on the device, without a trip; for benchmarks.
    ///
    /// # Errors
    /// [`Error::Device`].
    #[doc(hidden)]
    pub fn repeat(&self, rows: usize, times: usize) -> Result<compute::Timing, Error> {
        let launches = &self.launches;
        let buffers = launches.buffers(rows);
        let tasks = launches.tasks(rows, &buffers, times);
        Ok(launches.net.0.gpu.run(&tasks, LIMIT)?)
    }
}

impl Launches {
    fn rung(&self, rows: usize) -> &Rung {
        let mut rungs = self.rungs.iter();
        rungs
            .find(|rung| rung.rows >= rows)
            .expect("the last rung holds the most rows")
    }

    /// What each layer's launch reads and writes.
    fn buffers(&self, rows: usize) -> Vec<[&Buffer; 5]> {
        let steps = &self.rung(rows).steps;
        self.net
            .0
            .layers
            .iter()
            .zip(steps)
            .zip(self.rooms.windows(2))
            .map(|((layer, (_, size, _)), rooms)| {
                [&rooms[0], &layer.weights, &layer.biases, &rooms[1], size]
            })
            .collect()
    }

    /// The launches of a batch, over and over.
    fn tasks<'a>(
        &'a self,
        rows: usize,
        buffers: &'a [[&'a Buffer; 5]],
        times: usize,
    ) -> Vec<Task<'a>> {
        let steps = &self.rung(rows).steps;
        (0..times)
            .flat_map(|_| buffers.iter().zip(steps))
            .map(|(buffers, (kernel, _, groups))| Task {
                kernel,
                buffers,
                invocations: groups * u64::from(kernel.workgroup),
            })
            .collect()
    }
}

impl Rung {
    fn new(net: &GpuNet, rows: usize) -> Result<Rung, compute::Error> {
        let Resident {
            gpu,
            budget,
            layers,
            ..
        } = &*net.0;
        let steps = layers
            .iter()
            .enumerate()
            .map(|(at, layer)| {
                let (tiled, groups) = fitting(net.0.precision, at == 0, rows, layer.outputs);
                let kernel = tiled.kernel;
                gpu.compile(kernel)?;
                let size = gpu.buffer("a batch for a net", SIZE_LEN, budget)?;
                size.write(&size_words(
                    rows,
                    layer.inputs,
                    layer.outputs,
                    layer.inputs,
                    layer.flags,
                ))?;
                Ok((kernel, size, groups as u64))
            })
            .collect::<Result<_, compute::Error>>()?;
        Ok(Rung { rows, steps })
    }
}

/// Words that say how much there is to do.
const SIZE_LEN: usize = 5;

/// Flag of a size: negative answers become 0.
pub(crate) const FLAG_RELU: u32 = 1;
/// Flag of a size: answers are bf16.
pub(crate) const FLAG_BF16: u32 = 2;

/// Rows, depth, groups of four numbers in a row of the answer and of the first matrix, and flags.
pub(crate) fn size_words(
    rows: usize,
    depth: usize,
    outputs: usize,
    inputs: usize,
    flags: u32,
) -> [u32; SIZE_LEN] {
    let [rows, depth, outputs, inputs] =
        [rows, depth, outputs / 4, inputs / 4].map(|word| word as u32);
    [rows, depth, outputs, inputs, flags]
}

impl Layer {
    /// Words of a row of its answer.
    fn words(&self) -> usize {
        if self.flags & FLAG_BF16 == 0 {
            self.outputs
        } else {
            self.outputs / 2
        }
    }
}

/// What a device said of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    numbers: &'a [f32],
    rows: usize,
    stride: usize,
    policies: usize,
}

impl Answers<'_> {
    /// Rows of the batch.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The value of a row. It is not finite where sums left the range of `f32`.
    ///
    /// # Panics
    /// Beyond the rows.
    #[must_use]
    pub fn value(&self, row: usize) -> f32 {
        self.numbers[row * self.stride]
    }

    /// The policy logits of a row.
    ///
    /// # Panics
    /// Beyond the rows.
    #[must_use]
    pub fn policy(&self, row: usize) -> &[f32] {
        &self.numbers[row * self.stride + 1..][..self.policies]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rung_just_holds_the_batch() {
        for rows in [1, 32, 33, 256, 1_000, 4_096, 65_536] {
            let rungs = rungs(rows);
            assert_eq!(rungs.last(), Some(&rows.next_multiple_of(SMALL)));
            for pair in rungs.windows(2) {
                assert!(
                    pair[0] < pair[1] && pair[1] <= pair[0] + (pair[0] / 4).max(SMALL),
                    "{rungs:?}"
                );
            }
        }
    }

    /// By layer of the house net, as measured.
    #[test]
    fn wider_tiles_are_for_more_rows_and_columns() {
        let check = |rows, expected: [&str; 3]| {
            let names = [(true, 512), (false, 256), (false, 72)].map(|(first, columns)| {
                fitting(Precision::Bf16, first, rows, columns).0.kernel.name
            });
            assert_eq!(names, expected, "{rows}");
        };
        check(1, ["bf16_first_small", "bf16_small", "bf16_small"]);
        check(256, ["bf16_first_small", "bf16_small", "bf16_small"]);
        check(4_096, ["bf16_first_middle", "bf16_middle", "bf16_middle"]);
        check(65_536, ["bf16_first_wide", "bf16_wide", "bf16_middle"]);
        let (tiled, groups) = fitting(Precision::F32, true, 4_096, 512);
        assert_eq!((tiled.kernel.name, groups), ("dense_wide", 128));
    }

    #[test]
    fn two_numbers_lie_in_a_word_the_first_below() {
        assert_eq!(packed(&[1.0, -2.0]), [0xc000_3f80]);
    }
}
