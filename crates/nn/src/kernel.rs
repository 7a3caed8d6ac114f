//! One dense layer over a batch, in lanes as wide as the machine has: `out = relu(x W' + b)`.
//!
//! ```text
//! out[r][c] = (... ((b[c] + x[r][0] w[c][0]) + x[r][1] w[c][1]) + ...) + x[r][K-1] w[c][K-1]
//! ```
//! A tile of up to six rows and four vectors of columns stays in registers while k runs (two vectors where there are only 16
//! registers). The weights of its columns lie one behind the other in memory (a *panel*, made once), so they are read as a
//! stream, and a panel is used for all rows of the batch while it is still in the cache. One or two rows take two panels at a
//! time: so many sums side by side hide how long a multiply-add takes. The tiling follows K. Goto & R. van de Geijn, "Anatomy
//! of high-performance matrix multiplication", ACM Trans. Math. Software 34 (2008).
//!
//! Every output is one chain over k in rising order, whatever the tile. So it has the same bits for any batch size and at any
//! place in the batch. AVX2, AVX-512 and NEON round once per step, SSE twice: there the last bits differ.
//! Inputs that are exactly zero would add nothing, so they are left out. Of a row alone, which is bound by the reading of weights, each
//! one, as after a ReLU; of more rows each block of [`BLOCK`] neighbours that is zero in all of them. The others keep their
//! order, so no bit changes but the sign of a sum that is zero, and [`finish`] makes that positive in any case.
//! Not for sparse or convolutional layers; nothing here checks for NaN.

#![allow(clippy::needless_range_loop)] // Registers are named by two or three indices; iterators would hide which.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16};

/// Rows of a tile: with four vectors of columns, 24 sums in 32 registers.
pub(crate) const TILE_ROWS: usize = 6;

/// Neighbouring inputs that are left out together where all rows have zeros: one cache line of inputs, one step of the test for zeros.
pub(crate) const BLOCK: usize = 16;

/// Numbers behind one another from an address that is a multiple of 64 bytes, so that no vector straddles two cache lines.
pub(crate) struct Aligned<T> {
    room: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy> Aligned<T> {
    /// `len` times the number `value`.
    pub(crate) fn new(len: usize, value: T) -> Aligned<T> {
        const { assert!(size_of::<T>() == 4, "16 numbers are 64 bytes") };
        let room = vec![value; len + 15];
        let start = room.as_ptr().align_offset(64).min(15);
        Aligned { room, start, len }
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.room[self.start..self.start + self.len]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.room[self.start..self.start + self.len]
    }
}

/// Columns whose weights lie together, `weights[k * columns + c]`, or two such panels one behind the other.
#[derive(Clone)]
struct Panel {
    first_column: usize,
    /// Vectors side by side: 4, 2 or 1.
    vectors: usize,
    /// 1 or 2.
    panels: usize,
    weights: Range<usize>,
}

/// How the weights lie for one kind of machine.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// Numbers in a vector.
    pub(crate) lanes: usize,
    /// Vectors in a panel: what the registers hold for six rows.
    pub(crate) widest: usize,
}

/// The layout for a level: known when the code is compiled for it.
#[inline(always)]
pub(crate) fn layout<S: Simd>(_: S) -> Layout {
    let lanes = S::f32s::LEN;
    let many_registers = lanes == 16 || cfg!(target_arch = "aarch64");
    Layout {
        lanes,
        widest: if many_registers { 4 } else { 2 },
    }
}

/// One layer, laid out for one width of vectors.
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    /// Outputs, filled up to whole vectors.
    pub(crate) columns: usize,
    relu: bool,
    panels: Vec<Panel>,
    /// The same, two by two where both are of the widest.
    pairs: Vec<Panel>,
    weights: Aligned<f32>,
    bias: Aligned<f32>,
}

impl Layer {
    /// Lays out weights `[out][in]` and biases of several heads over one input, side by side, as a level wants them.
    pub(crate) fn pack(
        inputs: usize,
        relu: bool,
        heads: &[(&[f32], &[f32])],
        Layout { lanes, widest }: Layout,
    ) -> Layer {
        let outputs: usize = heads.iter().map(|(_, bias)| bias.len()).sum();
        let columns = outputs.next_multiple_of(lanes);
        let mut panels = Vec::new();
        let mut column = 0;
        while column < columns {
            let left = (columns - column) / lanes;
            let vectors = if left >= widest {
                widest
            } else {
                1 << left.ilog2()
            };
            let start = column * inputs;
            panels.push(Panel {
                first_column: column,
                vectors,
                panels: 1,
                weights: start..start + vectors * lanes * inputs,
            });
            column += vectors * lanes;
        }
        let mut pairs: Vec<Panel> = Vec::new();
        for panel in &panels {
            match pairs.last_mut() {
                Some(last) if last.panels == 1 && panel.vectors == widest => {
                    last.panels = 2;
                    last.weights.end = panel.weights.end;
                }
                _ => pairs.push(panel.clone()),
            }
        }
        let mut layer = Layer {
            inputs,
            columns,
            relu,
            panels,
            pairs,
            weights: Aligned::new(columns * inputs, 0.0),
            bias: Aligned::new(columns, 0.0),
        };
        let rows = heads
            .iter()
            .flat_map(|(weight, bias)| weight.chunks_exact(inputs).zip(bias.iter()));
        let mut panel = 0;
        for (column, (row, &bias)) in rows.enumerate() {
            layer.bias.as_mut_slice()[column] = bias;
            while column >= layer.panels[panel].first_column + layer.panels[panel].vectors * lanes {
                panel += 1;
            }
            let Panel {
                first_column,
                vectors,
                ref weights,
                ..
            } = layer.panels[panel];
            let to = &mut layer.weights.as_mut_slice()[weights.clone()];
            for (chunk, &weight) in to.chunks_exact_mut(vectors * lanes).zip(row) {
                chunk[column - first_column] = weight;
            }
        }
        layer
    }

    /// Rounds the weights to bf16 where they lie.
    pub(crate) fn round_weights(&mut self) {
        for w in self.weights.as_mut_slice() {
            *w = crate::bf16::rounded(*w);
        }
    }

    /// Bytes of weights read for a batch.
    pub(crate) fn bytes(&self) -> usize {
        4 * self.weights.as_slice().len()
    }
}

/// Rows of numbers, `stride` apart; only the first `Layer::inputs` of each count.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) numbers: &'a [f32],
    pub(crate) stride: usize,
    pub(crate) count: usize,
}

/// Which inputs a layer has to look at, and room to note that for any batch.
pub(crate) struct Used {
    /// Of a row alone: the places of numbers that are not zero.
    places: Vec<u32>,
    /// Of more rows: what is left without the blocks of zeros, in rising order.
    spans: Vec<Range<usize>>,
    /// All products are formed, zeros or not.
    #[cfg(test)]
    pub(crate) dense: bool,
}

impl Used {
    /// Room for layers of up to so many inputs.
    pub(crate) fn new(inputs: usize) -> Used {
        Used {
            places: vec![0; inputs],
            // At worst every other block counts.
            spans: Vec::with_capacity(inputs.div_ceil(BLOCK).div_ceil(2)),
            #[cfg(test)]
            dense: false,
        }
    }

    #[cfg(test)]
    pub(crate) fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    #[cfg(test)]
    fn is_dense(&self) -> bool {
        self.dense
    }

    #[cfg(not(test))]
    fn is_dense(&self) -> bool {
        false
    }

    /// Notes what counts of so many inputs. For a row alone with enough zeros the answer is how many `places` hold; else the `spans`
    /// hold.
    #[inline(always)]
    pub(crate) fn find<S: Simd>(&mut self, simd: S, x: Rows, inputs: usize) -> Option<usize> {
        self.spans.clear();
        if x.count > 1 && !self.is_dense() {
            spans(simd, x, inputs, &mut self.spans);
            return None;
        }
        self.spans.push(0..inputs);
        let count = nonzero(&x.numbers[..inputs], &mut self.places);
        (count * 8 < inputs * 7 && !self.is_dense()).then_some(count)
    }
}

/// `out[r * layer.columns + c]` for every row.
#[inline(always)]
pub(crate) fn run<S: Simd>(simd: S, layer: &Layer, x: Rows, used: &mut Used, out: &mut [f32]) {
    let count = used.find(simd, x, layer.inputs);
    let list = count.map(|count| &used.places[..count]);
    let few = x.count <= 2;
    let panels = if few { &layer.pairs } else { &layer.panels };
    for panel in panels {
        let task = Task {
            weights: &layer.weights.as_slice()[panel.weights.clone()],
            bias: &layer.bias.as_slice()[panel.first_column..],
            relu: layer.relu,
            x,
            spans: &used.spans,
            columns: layer.columns,
        };
        let out = &mut out[panel.first_column..];
        let wide = layout(simd).widest == 4;
        match (panel.vectors, panel.panels) {
            (4, 2) if wide => few_rows::<S, 4, 2>(simd, &task, list, out),
            (4, _) if wide && few => few_rows::<S, 4, 1>(simd, &task, list, out),
            (4, _) if wide => many_rows::<S, 4>(simd, &task, out),
            (2, 2) if !wide => few_rows::<S, 2, 2>(simd, &task, list, out),
            (2, _) if few => few_rows::<S, 2, 1>(simd, &task, list, out),
            (2, _) => many_rows::<S, 2>(simd, &task, out),
            _ if few => few_rows::<S, 1, 1>(simd, &task, list, out),
            _ => many_rows::<S, 1>(simd, &task, out),
        }
    }
}

/// A panel, or a pair of them, and the rows to multiply it with.
struct Task<'a> {
    weights: &'a [f32],
    bias: &'a [f32],
    relu: bool,
    x: Rows<'a>,
    /// The inputs that count.
    spans: &'a [Range<usize>],
    /// From one row of the output to the next.
    columns: usize,
}

/// Lists the places of numbers that are not zero; how many they are.
#[inline(always)]
fn nonzero(x: &[f32], used: &mut [u32]) -> usize {
    let used = &mut used[..x.len()];
    let mut count = 0;
    for (k, &x) in x.iter().enumerate() {
        // No branch: the place is written always and kept if the number counts.
        used[count.min(k)] = k as u32;
        count += usize::from(x != 0.0);
    }
    count
}

/// Lists what is left of several rows without the blocks of inputs that are zero in all of them. Neighbours make one span.
#[inline(always)]
fn spans<S: Simd>(simd: S, x: Rows, inputs: usize, spans: &mut Vec<Range<usize>>) {
    let zero = f32x16::splat(simd, 0.0);
    let mut start = 0;
    while start < inputs {
        let end = inputs.min(start + BLOCK);
        // A loop and no iterator: what the compiler does not inline here it compiles for the oldest machine.
        let mut row = 0;
        while row < x.count {
            let block = &x.numbers[row * x.stride + start..row * x.stride + end];
            let zeros = if block.len() == BLOCK {
                f32x16::from_slice(simd, block).simd_eq(zero).all_true()
            } else {
                block.iter().all(|&x| x == 0.0)
            };
            // Where no number is zero this is the first row.
            if !zeros {
                break;
            }
            row += 1;
        }
        if row < x.count {
            match spans.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => spans.push(start..end),
            }
        }
        start = end;
    }
}

/// `N` panels of `P` vectors for one or two rows.
#[inline(always)]
fn few_rows<S: Simd, const P: usize, const N: usize>(
    simd: S,
    task: &Task,
    list: Option<&[u32]>,
    out: &mut [f32],
) {
    match (list, task.x.count) {
        (Some(list), _) => row::<S, P, N>(simd, task, list, out),
        (None, 1) => tile_1::<S, P, N>(simd, task, 0, out),
        _ => tile_2::<S, P, N>(simd, task, 0, out),
    }
}

/// A panel of `P` vectors for three rows or more, in tiles of nearly equal height.
#[inline(always)]
fn many_rows<S: Simd, const P: usize>(simd: S, task: &Task, out: &mut [f32]) {
    let tiles = task.x.count.div_ceil(TILE_ROWS);
    let mut at = 0;
    for tile in 0..tiles {
        let rows = (task.x.count - at).div_ceil(tiles - tile);
        match rows {
            6 => tile_6::<S, P, 1>(simd, task, at, out),
            5 => tile_5::<S, P, 1>(simd, task, at, out),
            4 => tile_4::<S, P, 1>(simd, task, at, out),
            // Seven rows are four and three, and more rows make higher tiles.
            _ => tile_3::<S, P, 1>(simd, task, at, out),
        }
        at += rows;
    }
}

/// Functions for tiles of so many rows, from row `at` on, by `N` panels of `P` vectors. The rows are spelled out: as a loop, 24
/// sums are more than the compiler unrolls, and what it does not unroll it keeps in memory, at a third of the speed.
macro_rules! tile {
    ($name:ident, $count:literal: $($r:literal)+) => {
        #[inline(always)]
        fn $name<S: Simd, const P: usize, const N: usize>(
            simd: S,
            task: &Task,
            at: usize,
            out: &mut [f32],
        ) {
            let lanes = S::f32s::LEN;
            let width = P * lanes;
            let inputs = task.weights.len() / (N * width);
            let x = &task.x.numbers[at * task.x.stride..];
            let rows: [&[f32]; $count] = [$(&x[$r * task.x.stride..][..inputs]),+];
            let panels = panels::<N>(task.weights);
            let mut first = [[S::f32s::splat(simd, 0.0); P]; N];
            for n in 0..N {
                for v in 0..P {
                    let bias = &task.bias[n * width + v * lanes..][..lanes];
                    first[n][v] = S::f32s::from_slice(simd, bias);
                }
            }
            let mut sum = [first; $count];
            for span in task.spans {
                let length = span.len();
                let rows: [&[f32]; $count] = [$(&rows[$r][span.start..][..length]),+];
                let mut parts = panels;
                for n in 0..N {
                    parts[n] = &panels[n][span.start * width..][..length * width];
                }
                for k in 0..length {
                    let mut w = first;
                    for n in 0..N {
                        let weights = &parts[n][k * width..][..width];
                        for v in 0..P {
                            let weights = &weights[v * lanes..(v + 1) * lanes];
                            w[n][v] = S::f32s::from_slice(simd, weights);
                        }
                    }
                    $(
                        let x = S::f32s::splat(simd, rows[$r][k]);
                        for n in 0..N {
                            for v in 0..P {
                                sum[$r][n][v] = w[n][v].mul_add(x, sum[$r][n][v]);
                            }
                        }
                    )+
                }
            }
            $(
                for n in 0..N {
                    for v in 0..P {
                        let to = (at + $r) * task.columns + n * width + v * lanes;
                        let sum = finish(simd, sum[$r][n][v], task.relu);
                        sum.store_slice(&mut out[to..to + lanes]);
                    }
                }
            )+
        }
    };
}

tile!(tile_1, 1: 0);
tile!(tile_2, 2: 0 1);
tile!(tile_3, 3: 0 1 2);
tile!(tile_4, 4: 0 1 2 3);
tile!(tile_5, 5: 0 1 2 3 4);
tile!(tile_6, 6: 0 1 2 3 4 5);

/// One row by `N` panels of `P` vectors, over the inputs in `list` alone.
#[inline(always)]
fn row<S: Simd, const P: usize, const N: usize>(
    simd: S,
    task: &Task,
    list: &[u32],
    out: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let width = P * lanes;
    let panels = panels::<N>(task.weights);
    let mut sum = [[S::f32s::splat(simd, 0.0); P]; N];
    for n in 0..N {
        for v in 0..P {
            let bias = &task.bias[n * width + v * lanes..][..lanes];
            sum[n][v] = S::f32s::from_slice(simd, bias);
        }
    }
    for &k in list {
        let k = k as usize;
        let x = S::f32s::splat(simd, task.x.numbers[k]);
        for n in 0..N {
            let weights = &panels[n][k * width..][..width];
            for v in 0..P {
                let w = S::f32s::from_slice(simd, &weights[v * lanes..(v + 1) * lanes]);
                sum[n][v] = w.mul_add(x, sum[n][v]);
            }
        }
    }
    for n in 0..N {
        for v in 0..P {
            let to = &mut out[n * width + v * lanes..][..lanes];
            finish(simd, sum[n][v], task.relu).store_slice(to);
        }
    }
}

/// Cuts weights into those of `N` panels.
#[inline(always)]
fn panels<const N: usize>(weights: &[f32]) -> [&[f32]; N] {
    let each = weights.len() / N;
    let mut panels = [weights; N];
    for n in 0..N {
        panels[n] = &weights[n * each..][..each];
    }
    panels
}

/// ReLU that lets NaN through, so that it is seen at the end. Adding zero makes a negative zero positive: a product with a zero
/// input can change nothing else, so that a row gives the same bits whether such products are formed or left out.
#[inline(always)]
fn finish<S: Simd>(simd: S, sum: S::f32s, relu: bool) -> S::f32s {
    let zero = S::f32s::splat(simd, 0.0);
    let sum = sum + zero;
    if relu {
        sum.simd_lt(zero).select(zero, sum)
    } else {
        sum
    }
}

/// Is every number finite?
#[inline(always)]
pub(crate) fn all_finite<S: Simd>(simd: S, numbers: &[f32]) -> bool {
    let lanes = S::f32s::LEN;
    let zero = S::f32s::splat(simd, 0.0);
    let mut sum = [zero; 4];
    let mut chunks = numbers.chunks_exact(4 * lanes);
    for chunk in &mut chunks {
        for v in 0..4 {
            let x = S::f32s::from_slice(simd, &chunk[v * lanes..(v + 1) * lanes]);
            // Zero for a finite number, NaN for any other.
            sum[v] = x.mul_add(zero, sum[v]);
        }
    }
    let sum = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    sum.as_slice().iter().all(|x| !x.is_nan()) && chunks.remainder().iter().all(|x| x.is_finite())
}
