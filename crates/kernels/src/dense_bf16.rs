//! Dense layers in bf16 with sums in `f32`, on tensor units where the language has them.
//!
//! ```text
//! out = bf16(x) W + b          then ReLU, if flag 1 is set           x [rows][depth]    W [depth][columns], bf16
//! ```
//! A workgroup of eight groups of 32 makes a tile of the answer. Slices of both matrices come to shared memory as bf16, the next one
//! while the one before is multiplied; each group has blocks of 16 by 16, or where a tile has fewer than eight of them a part of
//! the depth, added up at the end. The small tile, 32 x 32, is for few rows; the middle one, 64 x 128, for thousands; the wide one,
//! 128 x 256, for tens of thousands: the wider, the fewer times a number is read. A first layer reads `f32` and rounds (to
//! nearest, ties to even) on the way; answers are bf16 for the next layer (flag 2), or `f32`.
//!
//! Two bf16 lie in a word, the first in its lower half. Rows of bf16 are a multiple of eight long, rows of `f32` of four; what is
//! padding in the weights holds zeros, and so do rows of weights up to a multiple of [`DEPTH`]: what is read beside `x` is
//! multiplied by zero and must be finite. `size` is five words: rows of the answer, depth, groups of four numbers in a row of
//! `out`, in a row of `x`, and flags.
//! In CUDA this multiplies 16 by 16 matrices (`tensor.cuh`), in Metal 8 by 8. WGSL has no such thing: there it is a plain kernel
//! over the same buffers, small tiles in turn, in `f32`, no faster than [`dense`](crate::dense).
//! Accuracy: beside the rounding, that of a sum of `depth` products in `f32`; tensor units may add in groups and cut off
//! what is below the largest term's last bit.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]
// The dialect has no `div_ceil`.
#![allow(clippy::manual_div_ceil)]

use crate::normal::all;
use cubecl::cmma::{self, Matrix, MatrixIdent, MatrixLayout};
use cubecl::prelude::*;
use half::bf16;

/// Four numbers.
type Four = Vector<f32, Const<4>>;
/// Four bf16.
type Two = Vector<u32, Const<2>>;
/// Eight bf16.
type Eight = Vector<u32, Const<4>>;
/// The same for tensor units.
type Halves = Vector<bf16, Const<8>>;

/// Set: negative answers become 0.
pub const FLAG_RELU: u32 = 1;
/// Set: answers are bf16, else `f32`.
pub const FLAG_BF16: u32 = 2;
/// Weights have a multiple of so many rows.
pub const DEPTH: usize = 128;

/// Rows and columns that tensor units multiply at a time, by language; 0: there are none.
pub const CUDA: usize = 16;
pub const METAL: usize = 8;
pub const WGSL: usize = 0;

/// How a workgroup divides its part of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tile {
    /// Rows and columns of the answer.
    pub rows: usize,
    pub columns: usize,
    /// Blocks of 16 by 16 that a group of 32 invocations has, down and across.
    pub down: usize,
    pub across: usize,
    /// Depth of a slice.
    pub deep: usize,
    /// Slices in shared memory.
    pub slices: usize,
}

pub const SMALL: Tile = Tile {
    rows: 32,
    columns: 32,
    down: 1,
    across: 1,
    deep: 128,
    slices: 2,
};
pub const MIDDLE: Tile = Tile {
    rows: 64,
    columns: 128,
    down: 2,
    across: 2,
    deep: 64,
    slices: 1,
};
pub const WIDE: Tile = Tile {
    rows: 128,
    columns: 256,
    down: 4,
    across: 4,
    deep: 32,
    slices: 2,
};

impl Tile {
    /// Metal has 32 KiB of shared memory: one slice, and less deep in wide tiles.
    fn within(mut self, fragment: usize) -> Tile {
        if fragment == METAL {
            self.slices = 1;
            self.deep = self.deep.min(8192 / (self.rows + self.columns)).max(16) / 16 * 16;
        }
        self
    }

    /// Groups side by side.
    fn places_across(&self) -> usize {
        self.columns / 16 / self.across
    }

    /// Groups that have blocks of their own.
    fn places(&self) -> usize {
        self.rows / 16 / self.down * self.places_across()
    }
}

/// Half of eight bf16, as numbers.
#[cube]
fn widened(words: Eight, high: u32) -> Four {
    let mut bits = Eight::new(0u32);
    #[unroll]
    for pair in 0..2usize {
        let word = select(high == 0u32, words.extract(pair), words.extract(pair + 2));
        bits.insert(2 * pair, word << 16u32);
        bits.insert(2 * pair + 1, word & 0xffff_0000u32);
    }
    Four::reinterpret(bits)
}

/// The nearest bf16, ties to even, each in the upper half of a word.
#[cube]
fn nearest(numbers: Four) -> Eight {
    let bits = Eight::reinterpret(numbers);
    let odd = (bits >> Eight::new(16u32)) & Eight::new(1u32);
    (bits + odd + Eight::new(0x7fffu32)) & Eight::new(0xffff_0000u32)
}

/// Two in a word.
#[cube]
fn narrowed(numbers: Four) -> Two {
    let near = nearest(numbers);
    let mut words = Two::new(0u32);
    #[unroll]
    for pair in 0..2usize {
        let low = near.extract(2 * pair) >> 16u32;
        words.insert(pair, low | near.extract(2 * pair + 1));
    }
    words
}

/// The same by the device's own instruction.
#[cube]
fn narrowed_by_device(numbers: Four) -> Two {
    Two::reinterpret(Vector::<bf16, Const<4>>::cast_from(numbers))
}

/// Eight numbers for tensor units.
#[cube]
fn halved(low: Four, high: Four) -> Halves {
    let (low, high) = (narrowed_by_device(low), narrowed_by_device(high));
    let mut words = Eight::new(0u32);
    #[unroll]
    for pair in 0..2usize {
        words.insert(pair, low.extract(pair));
        words.insert(pair + 2, high.extract(pair));
    }
    Halves::reinterpret(words)
}

/// The end of four sums: bias, ReLU, and the answer in the size that the flags say.
#[cube]
fn finish(
    sums: Four,
    biases: &[Four],
    out: &mut [Two],
    cell: u32,
    place: u32,
    flags: u32,
    #[comptime] units: bool,
) {
    let mut found = sums + biases[place as usize];
    if flags & FLAG_RELU != 0u32 {
        found = max(found, all::<Const<4>>(0.0));
    }
    if flags & FLAG_BF16 == 0u32 {
        #[unroll]
        for pair in 0..2usize {
            let mut words = Two::new(0u32);
            words.insert(0usize, u32::reinterpret(found.extract(2 * pair)));
            words.insert(1usize, u32::reinterpret(found.extract(2 * pair + 1)));
            out[2 * cell as usize + pair] = words;
        }
    } else if comptime!(units) {
        out[cell as usize] = narrowed_by_device(found);
    } else {
        out[cell as usize] = narrowed(found);
    }
}

/// Without tensor units: tiles of 32 rows and columns, one after the other, of the tile that the workgroup has.
#[cube]
fn plain<E: Numeric>(
    x: &[Vector<E, Const<4>>],
    weights: &[Eight],
    biases: &[Four],
    out: &mut [Two],
    size: &[u32],
    #[comptime] tile: Tile,
    #[comptime] single: bool,
) {
    let rows = size[0];
    let depth = size[1];
    let stride = size[2];
    let first_stride = size[3];
    let flags = size[4];
    let unit = UNIT_POS;
    let at_tile = CUBE_POS as u32;
    let places = comptime!(tile.columns as u32 / 4);
    let across = (stride + comptime!(tile.columns as u32 / 4 - 1)) / places;
    let row0 = at_tile / across * comptime!(tile.rows as u32);
    let place0 = at_tile % across * places;
    let my_row = unit / 8;
    let my_place = unit % 8;
    let mut first = Shared::<[Four]>::new_slice(256usize);
    let mut second = Shared::<[Four]>::new_slice(256usize);
    for part in 0..comptime!((tile.rows * tile.columns / 1024) as u32) {
        let row = row0 + part / (places / 8) * 32 + my_row;
        let place = place0 + part % (places / 8) * 8 + my_place;
        let near_row = min(row, rows - 1) * first_stride;
        let near_place = min(place, stride - 1);
        let mut sums = all::<Const<4>>(0.0);
        for slice in 0..(depth + 31) / 32 {
            let quad = near_row + min(slice * 8 + my_place, first_stride - 1);
            let weight = (slice * 32 + my_row) * stride + near_place;
            sync_cube();
            if comptime!(single) {
                let given = Four::cast_from(x[quad as usize]);
                first[unit as usize] = Four::reinterpret(nearest(given));
            } else {
                first[unit as usize] = widened(Eight::cast_from(x[(quad / 2) as usize]), quad % 2);
            }
            second[unit as usize] = widened(weights[(weight / 2) as usize], weight % 2);
            sync_cube();
            for four in 0..8u32 {
                let left = first[(my_row * 8 + four) as usize];
                #[unroll]
                for deep in 0..4usize {
                    let right = second[((four * 4 + deep as u32) * 8 + my_place) as usize];
                    sums = fma(Four::new(left.extract(deep)), right, sums);
                }
            }
        }
        if row < rows && place < stride {
            finish(sums, biases, out, row * stride + place, place, flags, false);
        }
    }
}

/// With tensor units.
#[cube]
fn tensor<E: Numeric>(
    x: &[Vector<E, Const<4>>],
    weights: &[Eight],
    biases: &[Four],
    out: &mut [Two],
    size: &[u32],
    #[comptime] tile: Tile,
    #[comptime] single: bool,
    #[comptime] fragment: usize,
) {
    let rows = size[0];
    let depth = size[1];
    let stride = size[2];
    let first_stride = size[3];
    let flags = size[4];
    let unit = UNIT_POS;
    let group = UNIT_POS / 32;
    let at_tile = CUBE_POS as u32;
    let quads = comptime!(tile.columns as u32 / 4);
    let tiles_across = (stride + comptime!(tile.columns as u32 / 4 - 1)) / quads;
    let row0 = at_tile / tiles_across * comptime!(tile.rows as u32);
    let place0 = at_tile % tiles_across * quads;

    let places = comptime!(tile.places() as u32);
    let places_across = comptime!(tile.places_across() as u32);
    let splits = comptime!(8 / tile.places());
    let my_place = group % places;
    let my_split = group / places;
    let my_row = my_place / places_across * comptime!(16 * tile.down as u32);
    let my_column = my_place % places_across * comptime!(16 * tile.across as u32);

    // Rows in shared memory are an odd number of vectors long, so that rows below one another meet no bank twice.
    let first_pad = comptime!(tile.deep as u32 / 8 + 1);
    let second_pad = comptime!(tile.columns as u32 / 8 + 1);
    let first_len = comptime!(tile.rows * (tile.deep / 8 + 1));
    let second_len = comptime!(tile.deep * (tile.columns / 8 + 1));
    let mut first = Shared::<[Halves]>::new_slice(comptime!(tile.slices * first_len));
    let mut second = Shared::<[Halves]>::new_slice(comptime!(tile.slices * second_len));

    // What an invocation loads of a slice, eight numbers at a time: where it begins, and where it goes.
    let deep = comptime!(tile.deep as u32 / 8);
    let across = comptime!(tile.columns as u32 / 8);
    let first_loads = comptime!(tile.rows * tile.deep / 2048);
    let second_loads = comptime!(tile.columns * tile.deep / 2048);
    let vectors = comptime!(if single { 2usize } else { 1usize });
    let mut first_ahead = Array::<Vector<E, Const<4>>>::new(comptime!(vectors * first_loads));
    let mut second_ahead = Array::<Eight>::new(second_loads);
    let mut first_from = Array::<u32>::new(first_loads);
    let mut first_to = Array::<u32>::new(first_loads);
    let mut second_from = Array::<u32>::new(second_loads);
    let mut second_to = Array::<u32>::new(second_loads);
    let per_row = comptime!(if single { 1u32 } else { 2u32 });
    #[unroll]
    for i in 0..first_loads {
        let item = unit + 256 * i as u32;
        // Neighbours in a row four apart write to other banks.
        let slot = item / deep;
        let row = slot / 8 * 8 + slot % 2 * 4 + slot / 2 % 4;
        first_from[i] = min(row0 + row, rows - 1) * (first_stride / per_row);
        first_to[i] = row * first_pad + item % deep;
        #[unroll]
        for vector in 0..vectors {
            first_ahead[vectors * i + vector] = Vector::<E, Const<4>>::new(E::from_int(0));
        }
    }
    #[unroll]
    for i in 0..second_loads {
        let item = unit + 256 * i as u32;
        second_from[i] =
            item / across * (stride / 2) + min(place0 / 2 + item % across, stride / 2 - 1);
        second_to[i] = item / across * second_pad + item % across;
        second_ahead[i] = Eight::new(0u32);
    }
    let my_deep = unit % deep;
    let last = first_stride / per_row - 1;

    let downs = comptime!(tile.down * 16 / fragment);
    let acrosses = comptime!(tile.across * 16 / fragment);
    let mut sums = Sequence::<Matrix<f32>>::new();
    #[unroll]
    for _ in 0..comptime!(downs * acrosses) {
        sums.push(Matrix::<f32>::from_value(
            MatrixIdent::Accumulator,
            fragment,
            fragment,
            fragment,
            MatrixLayout::Undefined,
            0.0f32,
        ));
    }

    let slices = (depth + comptime!(tile.deep as u32 - 1)) / comptime!(tile.deep as u32);
    // One turn more than there are slices: it multiplies the last one.
    for slice in 0..slices + 1 {
        if slice < slices {
            #[unroll]
            for i in 0..first_loads {
                let place = slice * deep + my_deep;
                #[unroll]
                for vector in 0..vectors {
                    let near = min(place * comptime!(vectors as u32) + vector as u32, last);
                    first_ahead[vectors * i + vector] = x[(first_from[i] + near) as usize];
                }
            }
            let begin = slice * comptime!(tile.deep as u32) * (stride / 2);
            #[unroll]
            for i in 0..second_loads {
                second_ahead[i] = weights[(begin + second_from[i]) as usize];
            }
        }
        if slice > 0 {
            let now = (slice + comptime!(tile.slices as u32 - 1)) % comptime!(tile.slices as u32);
            #[unroll]
            for step in 0..comptime!(tile.deep / fragment / splits) {
                let deep_at = my_split * comptime!((tile.deep / splits) as u32)
                    + comptime!((step * fragment) as u32);
                let mut lefts = Sequence::<Matrix<bf16>>::new();
                #[unroll]
                for row in 0..downs {
                    let begin = now * comptime!(first_len as u32)
                        + (my_row + comptime!((row * fragment) as u32)) * first_pad
                        + deep_at / 8;
                    let mut left = Matrix::<bf16>::from_value(
                        MatrixIdent::A,
                        fragment,
                        fragment,
                        fragment,
                        MatrixLayout::RowMajor,
                        bf16::new(0.0),
                    );
                    let end = comptime!(tile.slices * first_len);
                    cmma::load(&mut left, &first[begin as usize..end], first_pad * 8);
                    lefts.push(left);
                }
                #[unroll]
                for column in 0..acrosses {
                    let begin = now * comptime!(second_len as u32)
                        + deep_at * second_pad
                        + (my_column + comptime!((column * fragment) as u32)) / 8;
                    let mut right = Matrix::<bf16>::from_value(
                        MatrixIdent::B,
                        fragment,
                        fragment,
                        fragment,
                        MatrixLayout::RowMajor,
                        bf16::new(0.0),
                    );
                    let end = comptime!(tile.slices * second_len);
                    cmma::load(&mut right, &second[begin as usize..end], second_pad * 8);
                    #[unroll]
                    for row in 0..downs {
                        let sum = sums.index(comptime!(row * acrosses + column));
                        cmma::execute(lefts.index(row), &right, sum, sum);
                    }
                }
            }
        }
        if comptime!(tile.slices == 1) {
            sync_cube();
        }
        if slice < slices {
            let next = slice % comptime!(tile.slices as u32);
            #[unroll]
            for i in 0..first_loads {
                let to = (next * comptime!(first_len as u32) + first_to[i]) as usize;
                if comptime!(single) {
                    first[to] = halved(
                        Four::cast_from(first_ahead[2 * i]),
                        Four::cast_from(first_ahead[2 * i + 1]),
                    );
                } else {
                    first[to] = Halves::reinterpret(first_ahead[i]);
                }
            }
            #[unroll]
            for i in 0..second_loads {
                let to = (next * comptime!(second_len as u32) + second_to[i]) as usize;
                second[to] = Halves::reinterpret(second_ahead[i]);
            }
        }
        sync_cube();
    }

    // Blocks go through shared memory, some of a row at a time, since only the device knows which invocation holds which sum. In
    // CUDA they lie where the slices lay (see `emit`): all invocations are past the barrier behind their last read of those.
    let parts = comptime!(16 / fragment);
    let together = comptime!(if fragment == METAL { 1 } else { tile.across });
    let wide = comptime!(4 * together as u32);
    let pad = comptime!(wide + 1);
    let own = group * comptime!(16 * pad);
    let len = comptime!(128 * pad as usize);
    let mut blocks = Shared::<[Four]>::new_slice(len);
    #[unroll]
    for turn in 0..comptime!(tile.down * tile.across / together) {
        let down = comptime!(turn / (tile.across / together));
        let right = comptime!(turn % (tile.across / together) * together);
        #[unroll]
        for row in 0..parts {
            #[unroll]
            for column in 0..comptime!(together * parts) {
                let begin =
                    own + comptime!((row * fragment) as u32 * pad + (column * fragment / 4) as u32);
                cmma::store(
                    &mut blocks[begin as usize..len],
                    sums.index(comptime!(
                        (down * parts + row) * acrosses + right * parts + column
                    )),
                    comptime!(4 * pad),
                    MatrixLayout::RowMajor,
                );
            }
        }
        let row0 = row0 + comptime!(16 * down as u32);
        let place0 = place0 + comptime!(4 * right as u32);
        if comptime!(splits == 1) {
            // A group ends its own blocks.
            sync_plane();
            #[unroll]
            for part in 0..comptime!(2 * together as u32) {
                let item = unit % 32 + 32 * part;
                let row = row0 + my_row + item / wide;
                let place = place0 + my_column / 4 + item % wide;
                if row < rows && place < stride {
                    let sum = blocks[(own + item / wide * pad + item % wide) as usize];
                    finish(sum, biases, out, row * stride + place, place, flags, true);
                }
            }
            sync_plane();
        } else {
            sync_cube();
            #[unroll]
            for part in 0..together {
                let item = unit + comptime!(256 * part as u32);
                let of = item / (16 * wide);
                let at = item % (16 * wide);
                let row = row0 + of / places_across * comptime!(16 * tile.down as u32) + at / wide;
                let place =
                    place0 + of % places_across * comptime!(4 * tile.across as u32) + at % wide;
                if of < places && row < rows && place < stride {
                    let begin = (of * 16 + at / wide) * pad + at % wide;
                    let mut sum = blocks[begin as usize];
                    #[unroll]
                    for split in 1..splits {
                        sum +=
                            blocks[(begin + comptime!(split as u32) * places * 16 * pad) as usize];
                    }
                    finish(sum, biases, out, row * stride + place, place, flags, true);
                }
            }
            sync_cube();
        }
    }
}

/// With tensor units or without.
#[cube]
fn layer<E: Numeric>(
    x: &[Vector<E, Const<4>>],
    weights: &[Eight],
    biases: &[Four],
    out: &mut [Two],
    size: &[u32],
    #[comptime] tile: Tile,
    #[comptime] single: bool,
    #[comptime] fragment: usize,
) {
    if comptime!(fragment == WGSL) {
        plain(x, weights, biases, out, size, tile, single);
    } else {
        tensor(
            x,
            weights,
            biases,
            out,
            size,
            comptime!(tile.within(fragment)),
            single,
            fragment,
        );
    }
}

macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident, $numbers:ty, $single:literal, $tile:expr) => {
        $(#[$doc])*
        #[cube(launch_unchecked, create_dummy_kernel)]
        pub fn $name(
            x: &[Vector<$numbers, Const<4>>],
            weights: &[Vector<u32, Const<4>>],
            biases: &[Vector<f32, Const<4>>],
            out: &mut [Vector<u32, Const<2>>],
            size: &[u32],
            #[comptime] fragment: usize,
        ) {
            layer(x, weights, biases, out, size, comptime!($tile), $single, fragment);
        }
    };
}

kernel!(
    /// A first layer, `x` in `f32`, small tiles.
    bf16_first_small, f32, true, SMALL);
kernel!(
    /// A first layer, middle tiles.
    bf16_first_middle, f32, true, MIDDLE);
kernel!(
    /// A first layer, wide tiles.
    bf16_first_wide, f32, true, WIDE);
kernel!(
    /// A later layer, `x` in bf16, small tiles.
    bf16_small, u32, false, SMALL);
kernel!(
    /// A later layer, middle tiles.
    bf16_middle, u32, false, MIDDLE);
kernel!(
    /// A later layer, wide tiles.
    bf16_wide, u32, false, WIDE);
