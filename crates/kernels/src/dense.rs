//! Products of matrices for dense layers, forward and backward, in `f32`: one tile of the answer a workgroup.
//!
//! ```text
//! forward     out = x W + b            then ReLU, if flag 1 is set           x [rows][depth]    W [depth][columns]
//! turned      out = x W^T + b, the same                                      x [rows][depth]    W [columns][depth]
//! backward    out = (y V) where gate > 0, else 0                             y [rows][depth]    V [depth][columns]
//! gradient    out = scale x^T y                                              x [depth][rows]    y [depth][columns]
//! ```
//! A workgroup loads slices of both matrices into shared memory, the next one while it multiplies the one before. The small
//! tile, 32 x 32, lets four groups of invocations share the depth of 64 at a time and adds their sums in a fixed order: many
//! workgroups for few rows. The wide one, 128 x 128 with 8 x 8 sums an invocation, is for thousands of rows. Sums run in one
//! order whatever the grid, so the same sizes give the same bits on the same device.
//!
//! Rows lie behind one another, each a multiple of four numbers long; what is padding in the weights holds zeros. `size` is five
//! words: rows of the answer, depth, groups of four numbers in a row of `out`, in a row of the first matrix, and flags.
//! In shared memory a column of the first matrix is four rows in one vector, and vectors are exchanged within a row by the
//! depth, so that neither writing nor reading meets a bank twice.
//! Accuracy: that of a sum of `depth` products in `f32`.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]
// The dialect has no `div_ceil`.
#![allow(clippy::manual_div_ceil)]

use crate::normal::all;
use cubecl::prelude::*;

/// Four numbers.
type Four = Vector<f32, Const<4>>;

/// Rows and columns of a small tile.
pub const SMALL: u32 = 32;
/// Rows and columns of a wide tile.
pub const WIDE: u32 = 128;
/// Set: negative answers become 0.
pub const FLAG_RELU: u32 = 1;

/// What a product is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Use {
    Forward,
    Turned,
    Backward,
    Gradient,
}

/// Whether an answer is that of a layer.
fn is_layer(what: Use) -> bool {
    matches!(what, Use::Forward | Use::Turned)
}

/// One vector of a matrix of rows, or zeros beyond its end.
#[cube]
fn at(matrix: &[Four], row: u32, rows: u32, place: u32, stride: u32) -> Four {
    let mut found = all::<Const<4>>(0.0);
    if row < rows && place < stride {
        found = matrix[(row * stride + place) as usize];
    }
    found
}

/// Four vectors of four rows become four vectors of four depths.
#[cube]
fn turned(four: &Array<Four>, #[comptime] column: usize) -> Four {
    let mut out = all::<Const<4>>(0.0);
    #[unroll]
    for row in 0..4usize {
        out.insert(row, four[row].extract(column));
    }
    out
}

/// The end of a sum: what `Use` and flags say.
#[cube]
fn finished(sum: Four, aside: Four, flags: u32, #[comptime] what: Use) -> Four {
    let zero = all::<Const<4>>(0.0);
    let mut out = sum;
    if comptime!(is_layer(what)) {
        out = sum + aside;
        if flags & FLAG_RELU != 0u32 {
            out = max(out, zero);
        }
    }
    if comptime!(what == Use::Backward) {
        out = select_many(aside.greater_than(&zero), sum, zero);
    }
    if comptime!(what == Use::Gradient) {
        out = sum * aside;
    }
    out
}

#[cube]
fn small(
    first: &[Four],
    second: &[Four],
    aside: &[Four],
    out: &mut [Four],
    size: &[u32],
    #[comptime] what: Use,
) {
    let rows = size[0];
    let depth = size[1];
    let stride = size[2];
    let first_stride = size[3];
    let flags = size[4];
    let unit = UNIT_POS;
    let tile = CUBE_POS as u32;
    let across = (stride + 7) / 8;
    let row0 = tile / across * 32;
    let place0 = tile % across * 8;
    let group = unit / 64;
    let lane = unit % 64;
    let my_rows = lane / 8;
    let my_place = lane % 8;

    // The slices of both matrices, 64 deep; at the end the sums of the four groups.
    let mut shared = Shared::<[Four]>::new_slice(1024usize);
    let mut sums = Array::<Four>::new(4usize);
    let mut ahead = Array::<Four>::new(4usize);
    #[unroll]
    for i in 0..4usize {
        sums[i] = all::<Const<4>>(0.0);
        ahead[i] = all::<Const<4>>(0.0);
    }
    let loads_first = unit < 128;
    let mine = unit % 128;
    let slices = (depth + 63) / 64;
    // One turn more than there are slices: it multiplies the last one.
    for slice in 0..slices + 1 {
        if slice > 0 {
            sync_cube();
            if loads_first {
                if comptime!(what == Use::Gradient) {
                    #[unroll]
                    for i in 0..4usize {
                        let item = mine + 128 * i as u32;
                        let deep = item / 8;
                        shared[(deep * 8 + ((item % 8) ^ ((deep >> 2u32) & 7))) as usize] =
                            ahead[i];
                    }
                } else {
                    let block = mine % 16;
                    let rows4 = mine / 16;
                    #[unroll]
                    for i in 0..4usize {
                        shared[((block * 4 + i as u32) * 8 + (rows4 ^ (block & 7))) as usize] =
                            turned(&ahead, i);
                    }
                }
            } else if comptime!(what == Use::Turned) {
                let block = mine % 16;
                let places = mine / 16;
                #[unroll]
                for i in 0..4usize {
                    shared[(512 + (block * 4 + i as u32) * 8 + (places ^ (block & 7))) as usize] =
                        turned(&ahead, i);
                }
            } else {
                #[unroll]
                for i in 0..4usize {
                    shared[(512 + mine + 128 * i as u32) as usize] = ahead[i];
                }
            }
            sync_cube();
        }
        if slice < slices {
            let deep0 = slice * 64;
            if loads_first {
                if comptime!(what == Use::Gradient) {
                    #[unroll]
                    for i in 0..4usize {
                        let item = mine + 128 * i as u32;
                        ahead[i] = at(
                            first,
                            deep0 + item / 8,
                            depth,
                            row0 / 4 + item % 8,
                            first_stride,
                        );
                    }
                } else {
                    #[unroll]
                    for i in 0..4usize {
                        ahead[i] = at(
                            first,
                            row0 + mine / 16 * 4 + i as u32,
                            rows,
                            deep0 / 4 + mine % 16,
                            first_stride,
                        );
                    }
                }
            } else if comptime!(what == Use::Turned) {
                #[unroll]
                for i in 0..4usize {
                    ahead[i] = at(
                        second,
                        place0 * 4 + mine / 16 * 4 + i as u32,
                        stride * 4,
                        deep0 / 4 + mine % 16,
                        first_stride,
                    );
                }
            } else {
                #[unroll]
                for i in 0..4usize {
                    let item = mine + 128 * i as u32;
                    ahead[i] = at(second, deep0 + item / 8, depth, place0 + item % 8, stride);
                }
            }
        }
        if slice > 0 {
            for i in 0..16u32 {
                let deep = group * 16 + i;
                let left = shared[(deep * 8 + (my_rows ^ ((deep >> 2u32) & 7))) as usize];
                let mut right_place = my_place;
                if comptime!(what == Use::Turned) {
                    right_place = my_place ^ ((deep >> 2u32) & 7);
                }
                let right = shared[(512 + deep * 8 + right_place) as usize];
                #[unroll]
                for row in 0..4usize {
                    sums[row] = fma(Four::new(left.extract(row)), right, sums[row]);
                }
            }
        }
    }
    sync_cube();
    #[unroll]
    for row in 0..4usize {
        shared[((group * 32 + my_rows * 4 + row as u32) * 8 + my_place) as usize] = sums[row];
    }
    sync_cube();
    let row = unit / 8;
    let place = unit % 8;
    if row0 + row < rows && place0 + place < stride {
        let mut sum = shared[unit as usize];
        #[unroll]
        for g in 1..4u32 {
            sum += shared[(g * 256 + unit) as usize];
        }
        let cell = ((row0 + row) * stride + place0 + place) as usize;
        if comptime!(is_layer(what)) {
            out[cell] = finished(sum, aside[(place0 + place) as usize], flags, what);
        }
        if comptime!(what == Use::Backward) {
            out[cell] = finished(sum, aside[cell], flags, what);
        }
        if comptime!(what == Use::Gradient) {
            out[cell] = finished(sum, aside[0], flags, what);
        }
    }
}

/// A layer, small tiles: `x W + b`, then ReLU if the flag says so.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn dense_small(
    x: &[Vector<f32, Const<4>>],
    weights: &[Vector<f32, Const<4>>],
    biases: &[Vector<f32, Const<4>>],
    out: &mut [Vector<f32, Const<4>>],
    size: &[u32],
) {
    small(x, weights, biases, out, size, comptime!(Use::Forward));
}

/// A layer whose weights lie as they are learned, `[out][in]`, as many rows as `out` has columns: `x W^T + b`.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn dense_turned(
    x: &[Vector<f32, Const<4>>],
    weights: &[Vector<f32, Const<4>>],
    biases: &[Vector<f32, Const<4>>],
    out: &mut [Vector<f32, Const<4>>],
    size: &[u32],
) {
    small(x, weights, biases, out, size, comptime!(Use::Turned));
}

/// Backward through a layer: `y V` where the layer's input `gate` was positive.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn dense_backward(
    y: &[Vector<f32, Const<4>>],
    weights: &[Vector<f32, Const<4>>],
    gate: &[Vector<f32, Const<4>>],
    out: &mut [Vector<f32, Const<4>>],
    size: &[u32],
) {
    small(y, weights, gate, out, size, comptime!(Use::Backward));
}

/// A layer's weights: `scale x^T y`, the sum over the rows of a batch. `scale` is four times the same number.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn dense_gradient(
    x: &[Vector<f32, Const<4>>],
    y: &[Vector<f32, Const<4>>],
    scale: &[Vector<f32, Const<4>>],
    out: &mut [Vector<f32, Const<4>>],
    size: &[u32],
) {
    small(x, y, scale, out, size, comptime!(Use::Gradient));
}

/// A layer, wide tiles.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn dense_wide(
    x: &[Vector<f32, Const<4>>],
    weights: &[Vector<f32, Const<4>>],
    biases: &[Vector<f32, Const<4>>],
    out: &mut [Vector<f32, Const<4>>],
    size: &[u32],
) {
    let rows = size[0];
    let depth = size[1];
    let stride = size[2];
    let first_stride = size[3];
    let flags = size[4];
    let unit = UNIT_POS;
    let tile = CUBE_POS as u32;
    let across = (stride + 31) / 32;
    let row0 = tile / across * 128;
    let place0 = tile % across * 32;
    let my_rows = unit / 16;
    let my_place = unit % 16;

    let mut shared = Shared::<[Four]>::new_slice(1024usize);
    let mut sums = Array::<Four>::new(16usize);
    let mut ahead = Array::<Four>::new(4usize);
    #[unroll]
    for i in 0..16usize {
        sums[i] = all::<Const<4>>(0.0);
    }
    #[unroll]
    for i in 0..4usize {
        ahead[i] = all::<Const<4>>(0.0);
    }
    let loads_first = unit < 128;
    let mine = unit % 128;
    let slices = (depth + 15) / 16;
    for slice in 0..slices + 1 {
        if slice > 0 {
            sync_cube();
            if loads_first {
                let block = mine % 4;
                let rows4 = mine / 4;
                #[unroll]
                for i in 0..4usize {
                    shared[((block * 4 + i as u32) * 32 + (rows4 ^ (block * 2))) as usize] =
                        turned(&ahead, i);
                }
            } else {
                #[unroll]
                for i in 0..4usize {
                    shared[(512 + mine + 128 * i as u32) as usize] = ahead[i];
                }
            }
            sync_cube();
        }
        if slice < slices {
            let deep0 = slice * 16;
            if loads_first {
                #[unroll]
                for i in 0..4usize {
                    ahead[i] = at(
                        x,
                        row0 + mine / 4 * 4 + i as u32,
                        rows,
                        deep0 / 4 + mine % 4,
                        first_stride,
                    );
                }
            } else {
                #[unroll]
                for i in 0..4usize {
                    let item = mine + 128 * i as u32;
                    ahead[i] = at(
                        weights,
                        deep0 + item / 32,
                        depth,
                        place0 + item % 32,
                        stride,
                    );
                }
            }
        }
        if slice > 0 {
            for deep in 0..16u32 {
                let exchanged = my_rows ^ ((deep >> 2u32) * 2);
                let upper = shared[(deep * 32 + exchanged) as usize];
                let lower = shared[(deep * 32 + 16 + exchanged) as usize];
                let left = shared[(512 + deep * 32 + my_place) as usize];
                let right = shared[(528 + deep * 32 + my_place) as usize];
                #[unroll]
                for row in 0..4usize {
                    let high = Four::new(upper.extract(row));
                    let low = Four::new(lower.extract(row));
                    sums[2 * row] = fma(high, left, sums[2 * row]);
                    sums[2 * row + 1] = fma(high, right, sums[2 * row + 1]);
                    sums[8 + 2 * row] = fma(low, left, sums[8 + 2 * row]);
                    sums[9 + 2 * row] = fma(low, right, sums[9 + 2 * row]);
                }
            }
        }
    }
    #[unroll]
    for half in 0..2usize {
        #[unroll]
        for row in 0..4usize {
            #[unroll]
            for side in 0..2usize {
                let here = row0 + 64 * half as u32 + my_rows * 4 + row as u32;
                let place = place0 + my_place + 16 * side as u32;
                if here < rows && place < stride {
                    out[(here * stride + place) as usize] = finished(
                        sums[8 * half + 2 * row + side],
                        biases[place as usize],
                        flags,
                        comptime!(Use::Forward),
                    );
                }
            }
        }
    }
}
