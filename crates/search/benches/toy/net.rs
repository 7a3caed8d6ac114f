//! A plain multi-layer perceptron in `f32` for one thread: three layers, ReLU between, logits and a value at the end.
//!
//! ```text
//! h1 = relu(x W1)   h2 = relu(h1 W2)   (logits, v) = h2 W3   value = tanh v
//! ```
//! Weights are packed in panels of 32 columns, inputs in blocks of rows, one number of each row after the other, so that the
//! inner loop reads both in order: each step multiplies one column of the block with one row of the panel into registers.
//! A row's sums run in the order of the inputs whatever the batch is, so an answer does not depend on its company.
//! Not a library: it is here so that a search can be timed with a net of known size. No biases, no training.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16};

const LANES: usize = 16;
/// Columns of a full panel.
const PANEL: usize = 2 * LANES;

/// One layer: `inputs x outputs` weights, packed.
struct Layer {
    inputs: usize,
    outputs: usize,
    /// Panels of 32 columns, and one of 16 where that is enough at the end; padding is 0.
    packed: Vec<f32>,
}

impl Layer {
    /// `weight(i, o)` is the weight from input `i` to output `o`.
    fn new(inputs: usize, outputs: usize, weight: impl Fn(usize, usize) -> f32) -> Layer {
        let mut packed = Vec::new();
        let padded = outputs.next_multiple_of(LANES);
        let mut first = 0;
        while first < padded {
            let width = PANEL.min(padded - first);
            for i in 0..inputs {
                packed.extend(
                    (first..first + width).map(|o| if o < outputs { weight(i, o) } else { 0.0 }),
                );
            }
            first += width;
        }
        Layer {
            inputs,
            outputs,
            packed,
        }
    }

    fn padded(&self) -> usize {
        self.outputs.next_multiple_of(LANES)
    }
}

/// The net and room for batches of up to `capacity` rows.
pub(crate) struct Net {
    layers: [Layer; 3],
    level: Level,
    /// Inputs of a layer, in blocks of rows.
    blocks: Vec<f32>,
    hidden: [Vec<f32>; 2],
}

impl Net {
    /// A net of `sizes` (inputs, two hidden layers, outputs) with weights by layer, input and output.
    pub(crate) fn new(
        sizes: [usize; 4],
        capacity: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Net {
        let layers =
            std::array::from_fn(|l| Layer::new(sizes[l], sizes[l + 1], |i, o| weight(l, i, o)));
        Net {
            layers,
            level: Level::new(),
            blocks: vec![0.0; capacity * sizes[0].max(sizes[1]).max(sizes[2])],
            hidden: [
                vec![0.0; capacity * sizes[1].next_multiple_of(LANES)],
                vec![0.0; capacity * sizes[2].next_multiple_of(LANES)],
            ],
        }
    }

    /// Numbers in a row of outputs: the outputs, padded to 16.
    pub(crate) fn stride(&self) -> usize {
        self.layers[2].padded()
    }

    /// Rows of `inputs` to rows of outputs at [`Net::stride`].
    pub(crate) fn forward(&mut self, inputs: &[f32], rows: usize, out: &mut [f32]) {
        let level = self.level;
        dispatch!(level, simd => forward(simd, self, inputs, rows, out));
    }
}

#[inline(always)]
fn forward<S: Simd>(simd: S, net: &mut Net, inputs: &[f32], rows: usize, out: &mut [f32]) {
    let [first, second] = &mut net.hidden;
    layer(
        simd,
        &net.layers[0],
        inputs,
        rows,
        &mut net.blocks,
        first,
        true,
    );
    layer(
        simd,
        &net.layers[1],
        first,
        rows,
        &mut net.blocks,
        second,
        true,
    );
    layer(
        simd,
        &net.layers[2],
        second,
        rows,
        &mut net.blocks,
        out,
        false,
    );
}

/// Rows of the largest tile that the registers hold: 8 by 32 numbers with vectors of 16, 4 by 32 below.
#[inline(always)]
fn tile_rows<S: Simd>() -> usize {
    if <S::f32s as SimdBase<S>>::LEN == LANES {
        8
    } else {
        4
    }
}

#[inline(always)]
fn layer<S: Simd>(
    simd: S,
    layer: &Layer,
    inputs: &[f32],
    rows: usize,
    blocks: &mut [f32],
    out: &mut [f32],
    relu: bool,
) {
    let most = tile_rows::<S>();
    let k = layer.inputs;
    // Blocks of 8 (or 4), 4, 2 and 1 rows.
    let mut row = 0;
    while row < rows {
        let height = block_height(rows - row, most);
        let block = &mut blocks[row * k..][..height * k];
        let source = &inputs[row * k..][..height * k];
        match height {
            8 => pack::<8>(source, k, block),
            4 => pack::<4>(source, k, block),
            2 => pack::<2>(source, k, block),
            _ => block.copy_from_slice(source),
        }
        row += height;
    }
    let stride = layer.padded();
    let mut first = 0;
    while first < stride {
        let width = PANEL.min(stride - first);
        let panel = &layer.packed[first * k..][..width * k];
        let mut row = 0;
        while row < rows {
            let height = block_height(rows - row, most);
            let block = &blocks[row * k..][..height * k];
            let target = &mut out[row * stride + first..];
            match (height, width) {
                (8, PANEL) => tile::<S, 8, 2>(simd, block, panel, target, stride, relu),
                (4, PANEL) => tile::<S, 4, 2>(simd, block, panel, target, stride, relu),
                (2, PANEL) => tile::<S, 2, 2>(simd, block, panel, target, stride, relu),
                (_, PANEL) => tile::<S, 1, 2>(simd, block, panel, target, stride, relu),
                (8, _) => tile::<S, 8, 1>(simd, block, panel, target, stride, relu),
                (4, _) => tile::<S, 4, 1>(simd, block, panel, target, stride, relu),
                (2, _) => tile::<S, 2, 1>(simd, block, panel, target, stride, relu),
                _ => tile::<S, 1, 1>(simd, block, panel, target, stride, relu),
            }
            row += height;
        }
        first += width;
    }
}

#[inline(always)]
fn block_height(left: usize, most: usize) -> usize {
    match left {
        8.. if most == 8 => 8,
        4.. => 4,
        2.. => 2,
        _ => 1,
    }
}

/// Rows to columns: `block[i][r] = source[r][i]`.
#[inline(always)]
fn pack<const R: usize>(source: &[f32], k: usize, block: &mut [f32]) {
    let rows: [&[f32]; R] = std::array::from_fn(|r| &source[r * k..][..k]);
    for (i, column) in block.as_chunks_mut::<R>().0.iter_mut().enumerate() {
        for r in 0..R {
            column[r] = rows[r][i];
        }
    }
}

/// `R` rows times a panel of `C` vectors.
#[inline(always)]
fn tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    block: &[f32],
    panel: &[f32],
    out: &mut [f32],
    stride: usize,
    relu: bool,
) {
    let zero = f32x16::splat(simd, 0.0);
    let mut sums = [[zero; C]; R];
    let weights = panel.as_chunks::<LANES>().0.as_chunks::<C>().0;
    for (column, weights) in block.as_chunks::<R>().0.iter().zip(weights) {
        let mut w = [zero; C];
        let mut c = 0;
        while c < C {
            w[c] = f32x16::load_array_ref(simd, &weights[c]);
            c += 1;
        }
        let mut r = 0;
        while r < R {
            let x = f32x16::splat(simd, column[r]);
            let mut c = 0;
            while c < C {
                sums[r][c] = x.mul_add(w[c], sums[r][c]);
                c += 1;
            }
            r += 1;
        }
    }
    for r in 0..R {
        for c in 0..C {
            let mut sum = sums[r][c];
            if relu {
                sum = sum.max(zero);
            }
            sum.store_slice(&mut out[r * stride + c * LANES..][..LANES]);
        }
    }
}
