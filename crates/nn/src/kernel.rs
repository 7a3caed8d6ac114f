//! One dense layer over a batch, in lanes as wide as the machine has: `out = relu(x W' + b)`.
//!
//! ```text
//! out[r][c] = (... ((b[c] + x[r][0] w[c][0]) + x[r][1] w[c][1]) + ...) + x[r][K-1] w[c][K-1]
//! ```
//! A tile of up to six rows and four vectors of columns stays in registers while k runs; the weights of its columns lie one
//! behind the other in memory (a *panel*, made once), so they are read as a stream, and a panel is used for all rows of the
//! batch while it is still in the cache. The tiling follows K. Goto & R. van de Geijn, "Anatomy of high-performance matrix
//! multiplication", ACM Trans. Math. Software 34 (2008).
//!
//! Every output is one chain over k in rising order, whatever the tile. So it has the same bits for any batch size and at any
//! place in the batch. AVX2, AVX-512 and NEON round once per step, SSE twice: there the last bits differ.
//! A row alone is bound by the reading of weights. So those of inputs that are exactly zero, as after a ReLU, are not read: they
//! would add nothing.
//! Not for sparse or convolutional layers; nothing here checks for NaN.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// Rows of a tile: with four vectors of columns, 24 sums in 32 registers.
pub(crate) const TILE_ROWS: usize = 6;

/// Numbers behind one another from an address that is a multiple of 64 bytes, so that no vector straddles two cache lines.
#[derive(Clone, Debug)]
pub(crate) struct Aligned {
    room: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    /// `len` times the number `value`.
    pub(crate) fn new(len: usize, value: f32) -> Aligned {
        let room = vec![value; len + 15];
        let start = room.as_ptr().align_offset(64).min(15);
        Aligned { room, start, len }
    }

    pub(crate) fn as_slice(&self) -> &[f32] {
        &self.room[self.start..self.start + self.len]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.room[self.start..self.start + self.len]
    }
}

/// Columns whose weights lie together: `weights[k * columns + c]`.
#[derive(Clone, Debug)]
struct Panel {
    first_column: usize,
    /// Vectors side by side: 4, 2 or 1.
    vectors: usize,
    weights: std::ops::Range<usize>,
}

/// One layer, laid out for one width of vectors.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    /// Outputs, filled up to whole vectors.
    pub(crate) columns: usize,
    relu: bool,
    panels: Vec<Panel>,
    weights: Aligned,
    bias: Aligned,
}

impl Layer {
    /// Lays out weights `[out][in]` and biases of several heads over one input, side by side, for vectors of `lanes`, at most
    /// `widest` of them to a panel.
    pub(crate) fn pack(
        inputs: usize,
        relu: bool,
        heads: &[(&[f32], &[f32])],
        lanes: usize,
        widest: usize,
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
                weights: start..start + vectors * lanes * inputs,
            });
            column += vectors * lanes;
        }
        let mut layer = Layer {
            inputs,
            columns,
            relu,
            panels,
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
            } = layer.panels[panel];
            let to = &mut layer.weights.as_mut_slice()[weights.clone()];
            for (chunk, &weight) in to.chunks_exact_mut(vectors * lanes).zip(row) {
                chunk[column - first_column] = weight;
            }
        }
        layer
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

/// `out[r * layer.columns + c]` for every row. `used` is room for the places of the inputs that are not zero.
#[inline(always)]
pub(crate) fn run<S: Simd>(
    simd: S,
    layer: &Layer,
    x: Rows,
    backwards: bool,
    used: &mut [u32],
    out: &mut [f32],
) {
    let count = if x.count == 1 {
        nonzero(&x.numbers[..layer.inputs], used)
    } else {
        layer.inputs
    };
    let list = if count * 8 < layer.inputs * 7 {
        Some(&used[..count])
    } else {
        None
    };
    let panels = layer.panels.len();
    for i in 0..panels {
        let panel = &layer.panels[if backwards { panels - 1 - i } else { i }];
        match panel.vectors {
            4 => panel_rows::<S, 4>(simd, layer, panel, x, list, out),
            2 => panel_rows::<S, 2>(simd, layer, panel, x, list, out),
            _ => panel_rows::<S, 1>(simd, layer, panel, x, list, out),
        }
    }
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

/// One panel for all rows, in tiles of nearly equal height.
#[inline(always)]
fn panel_rows<S: Simd, const V: usize>(
    simd: S,
    layer: &Layer,
    panel: &Panel,
    x: Rows,
    list: Option<&[u32]>,
    out: &mut [f32],
) {
    let weights = &layer.weights.as_slice()[panel.weights.clone()];
    let bias = &layer.bias.as_slice()[panel.first_column..][..V * S::f32s::LEN];
    let columns = layer.columns;
    let relu = layer.relu;
    if let Some(list) = list {
        let out = &mut out[panel.first_column..];
        return row::<S, V>(
            simd,
            weights,
            bias,
            &x.numbers[..layer.inputs],
            list,
            relu,
            out,
        );
    }
    let tiles = x.count.div_ceil(TILE_ROWS);
    let mut at = 0;
    for tile_index in 0..tiles {
        let rows = (x.count - at).div_ceil(tiles - tile_index);
        let from = &x.numbers[at * x.stride..];
        let to = &mut out[at * columns + panel.first_column..];
        match rows {
            6 => tile_6::<S, V>(simd, weights, bias, from, x.stride, relu, to, columns),
            5 => tile_5::<S, V>(simd, weights, bias, from, x.stride, relu, to, columns),
            4 => tile_4::<S, V>(simd, weights, bias, from, x.stride, relu, to, columns),
            3 => tile_3::<S, V>(simd, weights, bias, from, x.stride, relu, to, columns),
            2 => tile_2::<S, V>(simd, weights, bias, from, x.stride, relu, to, columns),
            _ => tile_1::<S, V>(simd, weights, bias, from, x.stride, relu, to, columns),
        }
        at += rows;
    }
}

/// Functions for tiles of so many rows by `V` vectors of columns. The rows are spelled out: as a loop, 24 sums are more than the
/// compiler unrolls, and what it does not unroll it keeps in memory, at a third of the speed.
macro_rules! tile {
    ($name:ident, $count:literal: $($r:literal)+) => {
        #[inline(always)]
        #[allow(clippy::too_many_arguments)] // The innermost room; one caller.
        fn $name<S: Simd, const V: usize>(
            simd: S,
            weights: &[f32],
            bias: &[f32],
            x: &[f32],
            x_stride: usize,
            relu: bool,
            out: &mut [f32],
            out_stride: usize,
        ) {
            let lanes = S::f32s::LEN;
            let inputs = weights.len() / (V * lanes);
            let rows: [&[f32]; $count] = [$(&x[$r * x_stride..][..inputs]),+];
            let mut first = [S::f32s::splat(simd, 0.0); V];
            for v in 0..V {
                first[v] = S::f32s::from_slice(simd, &bias[v * lanes..(v + 1) * lanes]);
            }
            let mut sum = [first; $count];
            for (k, weights) in weights.chunks_exact(V * lanes).enumerate() {
                let mut w = first;
                for v in 0..V {
                    w[v] = S::f32s::from_slice(simd, &weights[v * lanes..(v + 1) * lanes]);
                }
                $(
                    let x = S::f32s::splat(simd, rows[$r][k]);
                    for v in 0..V {
                        sum[$r][v] = w[v].mul_add(x, sum[$r][v]);
                    }
                )+
            }
            $(
                for v in 0..V {
                    let to = &mut out[$r * out_stride + v * lanes..][..lanes];
                    finish(simd, sum[$r][v], relu).store_slice(to);
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

/// One row by `V` vectors of columns, over the inputs in `list` alone.
#[inline(always)]
fn row<S: Simd, const V: usize>(
    simd: S,
    weights: &[f32],
    bias: &[f32],
    x: &[f32],
    list: &[u32],
    relu: bool,
    out: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let width = V * lanes;
    let mut sum = [S::f32s::splat(simd, 0.0); V];
    for v in 0..V {
        sum[v] = S::f32s::from_slice(simd, &bias[v * lanes..(v + 1) * lanes]);
    }
    for &k in list {
        let k = k as usize;
        let weights = &weights[k * width..(k + 1) * width];
        let x = S::f32s::splat(simd, x[k]);
        for v in 0..V {
            let w = S::f32s::from_slice(simd, &weights[v * lanes..(v + 1) * lanes]);
            sum[v] = w.mul_add(x, sum[v]);
        }
    }
    for v in 0..V {
        finish(simd, sum[v], relu).store_slice(&mut out[v * lanes..(v + 1) * lanes]);
    }
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
