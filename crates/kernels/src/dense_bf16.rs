//! Dense layers in half precision on tensor units.

#![allow(missing_docs)]
#![allow(clippy::manual_div_ceil)]

use crate::normal::all;
use half::bf16;
use cubecl::cmma::{self, Matrix, MatrixIdent, MatrixLayout};
use cubecl::prelude::*;

type Four = Vector<f32, Const<4>>;
type Two = Vector<u32, Const<2>>;
type Halves = Vector<bf16, Const<4>>;

/// Set: negative answers become 0.
pub const FLAG_RELU: u32 = 1;
/// Set: answers are bf16, else `f32`.
pub const FLAG_BF16: u32 = 2;

/// Rows and columns that tensor units multiply at a time, by language; 0: none.
pub const CUDA: usize = 16;
pub const METAL: usize = 8;
pub const NONE: usize = 0;

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

/// For few rows: many workgroups.
pub const SMALL: Tile = Tile { rows: 32, columns: 32, down: 1, across: 1, deep: 128, slices: 2 };
/// For thousands of rows.
pub const WIDE: Tile = Tile { rows: 128, columns: 128, down: 4, across: 2, deep: 32, slices: 2 };

impl Tile {
    /// Metal has 32 KiB of shared memory: room for one slice.
    fn within(mut self, fragment: usize) -> Tile {
        if fragment == METAL {
            self.slices = 1;
        }
        self
    }
    fn places_across(&self) -> usize {
        self.columns / 16 / self.across
    }
    fn places(&self) -> usize {
        self.rows / 16 / self.down * self.places_across()
    }
}

/// Four halves from four numbers, or from two words.
#[cube]
fn halved<E: Numeric, N: Size>(quad: Vector<E, N>, #[comptime] single: bool) -> Halves {
    if comptime!(single) {
        Halves::cast_from(quad)
    } else {
        Halves::reinterpret(quad)
    }
}

/// The same as numbers, without tensor units.
#[cube]
fn widened(words: Two) -> Four {
    let mut bits = Vector::<u32, Const<4>>::new(0u32);
    #[unroll]
    for pair in 0..2usize {
        bits.insert(2 * pair, words.extract(pair) << 16u32);
        bits.insert(2 * pair + 1, words.extract(pair) & 0xffff_0000u32);
    }
    Four::reinterpret(bits)
}

/// The nearest bf16 numbers, ties to even, two in a word.
#[cube]
fn narrowed(numbers: Four) -> Two {
    let bits = Vector::<u32, Const<4>>::reinterpret(numbers);
    let sixteen = Vector::<u32, Const<4>>::new(16u32);
    let odd = (bits >> sixteen) & Vector::<u32, Const<4>>::new(1u32);
    let near = (bits + odd + Vector::<u32, Const<4>>::new(0x7fffu32)) >> sixteen;
    let mut words = Two::new(0u32);
    #[unroll]
    for pair in 0..2usize {
        words.insert(
            pair,
            near.extract(2 * pair) | (near.extract(2 * pair + 1) << 16u32),
        );
    }
    words
}

#[cube]
fn at<E: Numeric, N: Size>(
    matrix: &[Vector<E, N>],
    row: u32,
    rows: u32,
    place: u32,
    stride: u32,
) -> Vector<E, N> {
    let mut found = Vector::<E, N>::new(E::from_int(0));
    if row < rows && place < stride {
        found = matrix[(row * stride + place) as usize];
    }
    found
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
        out[cell as usize] = Two::reinterpret(Halves::cast_from(found));
    } else {
        out[cell as usize] = narrowed(found);
    }
}

/// Without tensor units: tiles of 32 rows and columns, one after the other, of the tile that the workgroup has.
#[cube]
fn plain<E: Numeric, N: Size>(
    x: &[Vector<E, N>],
    weights: &[Two],
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
        let mut sums = all::<Const<4>>(0.0);
        for slice in 0..(depth + 31) / 32 {
            let given = at(x, row, rows, slice * 8 + my_place, first_stride);
            let weight = at(weights, slice * 32 + my_row, depth, place, stride);
            sync_cube();
            if comptime!(single) {
                first[unit as usize] = widened(narrowed(Four::cast_from(given)));
            } else {
                first[unit as usize] = widened(Two::cast_from(given));
            }
            second[unit as usize] = widened(weight);
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

#[cube]
fn tensor<E: Numeric, N: Size>(
    x: &[Vector<E, N>],
    weights: &[Two],
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
    let tiles_across = (stride * 4 + comptime!(tile.columns as u32 - 1)) / comptime!(tile.columns as u32);
    let at_tile = CUBE_POS as u32;
    let row0 = at_tile / tiles_across * comptime!(tile.rows as u32);
    let place0 = at_tile % tiles_across * comptime!(tile.columns as u32 / 4);

    let places = comptime!(tile.places() as u32);
    let places_across = comptime!(tile.places_across() as u32);
    let splits = comptime!(8 / tile.places());
    let my_place = group % places;
    let my_split = group / places;
    let my_row = my_place / places_across * comptime!(16 * tile.down as u32);
    let my_column = my_place % places_across * comptime!(16 * tile.across as u32);

    // Vectors of a row in shared memory.
    let first_pad = comptime!(tile.deep as u32 / 4 + 2);
    let second_pad = comptime!(tile.columns as u32 / 4 + 2);
    let first_len = comptime!(tile.rows * (tile.deep / 4 + 2));
    let second_len = comptime!(tile.deep * (tile.columns / 4 + 2));
    let mut first = Shared::<[Halves]>::new_slice(comptime!(tile.slices * first_len));
    let mut second = Shared::<[Halves]>::new_slice(comptime!(tile.slices * second_len));

    let first_loads = comptime!(tile.rows * tile.deep / 1024);
    let second_loads = comptime!(tile.columns * tile.deep / 1024);
    let mut first_ahead = Array::<Vector<E, N>>::new(first_loads);
    let mut second_ahead = Array::<Two>::new(second_loads);
    #[unroll]
    for i in 0..first_loads {
        first_ahead[i] = Vector::<E, N>::new(E::from_int(0));
    }
    #[unroll]
    for i in 0..second_loads {
        second_ahead[i] = Two::new(0u32);
    }

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

    let deep = comptime!(tile.deep as u32);
    let slices = (depth + comptime!(tile.deep as u32 - 1)) / deep;
    for slice in 0..slices + 1 {
        if slice < slices {
            #[unroll]
            for i in 0..first_loads {
                let item = unit + 256 * i as u32;
                first_ahead[i] = at(
                    x,
                    row0 + item / (deep / 4),
                    rows,
                    slice * (deep / 4) + item % (deep / 4),
                    first_stride,
                );
            }
            #[unroll]
            for i in 0..second_loads {
                let item = unit + 256 * i as u32;
                let across = comptime!(tile.columns as u32 / 4);
                second_ahead[i] = at(
                    weights,
                    slice * deep + item / across,
                    depth,
                    place0 + item % across,
                    stride,
                );
            }
        }
        if slice > 0 {
            let now = (slice + comptime!(tile.slices as u32 - 1)) % comptime!(tile.slices as u32);
            #[unroll]
            for step in 0..comptime!(tile.deep / fragment / splits) {
                let deep_at = (my_split * comptime!(tile.deep as u32 / splits as u32)) + comptime!((step * fragment) as u32);
                let mut lefts = Sequence::<Matrix<bf16>>::new();
                #[unroll]
                for row in 0..downs {
                    let begin = now * comptime!(first_len as u32)
                        + (my_row + comptime!((row * fragment) as u32)) * first_pad
                        + deep_at / 4;
                    let mut left = Matrix::<bf16>::from_value(MatrixIdent::A, fragment, fragment, fragment, MatrixLayout::RowMajor, bf16::new(0.0));
                    cmma::load(&mut left, &first[begin as usize..comptime!(tile.slices * first_len)], first_pad * 4);
                    lefts.push(left);
                }
                #[unroll]
                for column in 0..acrosses {
                    let begin = now * comptime!(second_len as u32)
                        + deep_at * second_pad
                        + (my_column + comptime!((column * fragment) as u32)) / 4;
                    let mut right = Matrix::<bf16>::from_value(MatrixIdent::B, fragment, fragment, fragment, MatrixLayout::RowMajor, bf16::new(0.0));
                    cmma::load(&mut right, &second[begin as usize..comptime!(tile.slices * second_len)], second_pad * 4);
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
                let item = unit + 256 * i as u32;
                let cell = next * comptime!(first_len as u32) + item / (deep / 4) * first_pad + item % (deep / 4);
                first[cell as usize] = halved(first_ahead[i], single);
            }
            #[unroll]
            for i in 0..second_loads {
                let item = unit + 256 * i as u32;
                let across = comptime!(tile.columns as u32 / 4);
                let cell = next * comptime!(second_len as u32) + item / across * second_pad + item % across;
                second[cell as usize] = Halves::reinterpret(second_ahead[i]);
            }
        }
        sync_cube();
    }

    // Block after block, through shared memory, since only the device knows which invocation holds which sum.
    let mut blocks = Shared::<[Four]>::new_slice(640usize);
    #[unroll]
    for block in 0..comptime!(tile.down * tile.across) {
        #[unroll]
        for part in 0..comptime!(16 / fragment * (16 / fragment)) {
            let row = comptime!(block / tile.across * (16 / fragment) + part / (16 / fragment));
            let column = comptime!(block % tile.across * (16 / fragment) + part % (16 / fragment));
            let begin = group * 80 + comptime!((part / (16 / fragment) * fragment * 5 + part % (16 / fragment) * fragment / 4) as u32);
            cmma::store(
                &mut blocks[begin as usize..640usize],
                sums.index(comptime!(row * acrosses + column)),
                20,
                MatrixLayout::RowMajor,
            );
        }
        sync_cube();
        #[unroll]
        for turn in 0..comptime!((tile.places() + 3) / 4) {
            let item = unit + comptime!(256 * turn as u32);
            let place = item / 64;
            if place < places {
                let row = item % 64 / 4;
                let four = item % 4;
                let mut sum = blocks[(place * 80 + row * 5 + four) as usize];
                #[unroll]
                for split in 1..splits {
                    sum += blocks[((place + comptime!(split as u32) * places) * 80 + row * 5 + four) as usize];
                }
                let here = row0
                    + place / places_across * comptime!(16 * tile.down as u32)
                    + comptime!((16 * (block / tile.across)) as u32)
                    + row;
                let quad = place0
                    + place % places_across * comptime!(4 * tile.across as u32)
                    + comptime!((4 * (block % tile.across)) as u32)
                    + four;
                if here < rows && quad < stride {
                    finish(sum, biases, out, here * stride + quad, quad, flags, true);
                }
            }
        }
        sync_cube();
    }
}

/// With tensor units or without.
#[cube]
fn layer<E: Numeric, N: Size>(
    x: &[Vector<E, N>],
    weights: &[Two],
    biases: &[Four],
    out: &mut [Two],
    size: &[u32],
    #[comptime] tile: Tile,
    #[comptime] single: bool,
    #[comptime] fragment: usize,
) {
    if comptime!(fragment == 0) {
        plain(x, weights, biases, out, size, tile, single);
    } else {
        tensor(x, weights, biases, out, size, comptime!(tile.within(fragment)), single, fragment);
    }
}

macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident, $numbers:ty, $single:literal, $tile:expr) => {
        $(#[$doc])*
        #[cube(launch_unchecked, create_dummy_kernel)]
        pub fn $name(
            x: &[$numbers],
            weights: &[Vector<u32, Const<2>>],
            biases: &[Vector<f32, Const<4>>],
            out: &mut [Vector<u32, Const<2>>],
            size: &[u32],
            #[comptime] fragment: usize,
        ) {
            layer(x, weights, biases, out, size, $tile, $single, fragment);
        }
    };
}

kernel!(
    /// The first layer, `x` in `f32`, small tiles.
    bf16_first_small, Vector<f32, Const<4>>, true, comptime!(SMALL));
kernel!(
    /// The first layer, wide tiles.
    bf16_first_wide, Vector<f32, Const<4>>, true, comptime!(WIDE));
kernel!(
    /// A later layer, `x` in bf16, small tiles.
    bf16_small, Vector<u32, Const<2>>, false, comptime!(SMALL));
kernel!(
    /// A later layer, wide tiles.
    bf16_wide, Vector<u32, Const<2>>, false, comptime!(WIDE));

#[cube(launch_unchecked, create_dummy_kernel)]
pub fn variant_first(
    x: &[Vector<f32, Const<4>>],
    weights: &[Vector<u32, Const<2>>],
    biases: &[Vector<f32, Const<4>>],
    out: &mut [Vector<u32, Const<2>>],
    size: &[u32],
    #[comptime] tile: Tile,
) {
    layer(x, weights, biases, out, size, tile, true, 16usize);
}
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn variant_next(
    x: &[Vector<u32, Const<2>>],
    weights: &[Vector<u32, Const<2>>],
    biases: &[Vector<f32, Const<4>>],
    out: &mut [Vector<u32, Const<2>>],
    size: &[u32],
    #[comptime] tile: Tile,
) {
    layer(x, weights, biases, out, size, tile, false, 16usize);
}
