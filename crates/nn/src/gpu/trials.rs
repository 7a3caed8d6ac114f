//! Small problems on which a device proves its products, against sums in `f64`.

use compute::{Argument, Kernel, Trial};

use super::{
    BF16_DEPTH, DENSE_BACKWARD, DENSE_GRADIENT, DENSE_SMALL, DENSE_TURNED, DENSE_WIDE, FLAG_BF16,
    FLAG_RELU, SMALL, Tiled, kernels, packed, size_words, stride,
};
use crate::{Precision, bf16};

/// Numbers between -1 and 1 that no kernel makes by chance.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| {
            let mixed = (i ^ seed.rotate_left(16))
                .wrapping_mul(0x9e37_79b9)
                .rotate_left(13)
                .wrapping_mul(0x85eb_ca6b);
            (mixed >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

/// A sum of 200 products below 1 in `f32` is well within it.
const ABSOLUTE: f64 = 2e-5;

/// A product of matrices whose answer is `rows` by `columns`.
struct Shape {
    rows: usize,
    depth: usize,
    columns: usize,
    /// Numbers in a row of the first matrix.
    first: usize,
    /// Of the kernel.
    tile: usize,
    relu: bool,
}

/// A trial with its three inputs and the answer of each cell, given the first two.
fn trial(
    name: &str,
    kernel: Kernel,
    shape: &Shape,
    [first, second, aside]: [Vec<f32>; 3],
    answer: impl Fn(&[f32], &[f32], &[f32], usize, usize) -> f64,
) -> Trial {
    let &Shape {
        rows,
        depth,
        columns,
        tile,
        ..
    } = shape;
    let width = stride(columns);
    let expected = (0..rows * width)
        .map(|cell| answer(&first, &second, &aside, cell / width, cell % width))
        .collect();
    let tiles = rows.div_ceil(tile) * width.div_ceil(tile);
    Trial {
        name: name.to_owned(),
        kernel,
        arguments: vec![
            Argument::Floats(first),
            Argument::Floats(second),
            Argument::Floats(aside),
            Argument::Answers {
                expected,
                absolute: ABSOLUTE,
                relative: 0.0,
            },
            Argument::Words(
                size_words(rows, depth, width, shape.first, u32::from(shape.relu)).to_vec(),
            ),
        ],
        invocations: (tiles * kernel.workgroup as usize) as u64,
    }
}

/// A sum of products in `f64`.
fn dot(depth: usize, pair: impl Fn(usize) -> (f32, f32)) -> f64 {
    (0..depth)
        .map(pair)
        .map(|(a, b)| f64::from(a) * f64::from(b))
        .sum()
}

/// Whole numbers from -3 to 3, some of them so little off that bf16 rounds it away.
fn wholes(count: usize, seed: u32) -> Vec<f32> {
    numbers(count, seed)
        .into_iter()
        .map(|x| {
            let whole = (x * 3.49).round();
            if x > 0.0 {
                whole * (1.0 + 1.0 / 1024.0)
            } else {
                whole
            }
        })
        .collect()
}

/// Trials of a layer in bf16. With answers in `f32` the sums of rounded numbers are held to the tolerance of all sums. With answers
/// in bf16 every product and sum is a whole number, exact in any order; what is seen is rounding, to the last bit.
fn in_bf16(tiled: &Tiled, first: bool) -> [Trial; 2] {
    let kernel = *tiled.kernel;
    // Beyond a tile both ways, and no multiple of a slice deep.
    let (rows, width) = (tiled.rows + 3, tiled.columns + 8);
    let depth: usize = if first { 52 } else { 136 };
    let height = depth.next_multiple_of(BF16_DEPTH);
    let made = |make: fn(usize, u32) -> Vec<f32>, flags: u32| {
        let x = make(rows * depth, 1);
        let mut weights = make(depth * width, 2);
        weights.resize(height * width, 0.0);
        let biases = make(width, 3);
        let exact: Vec<f64> = (0..rows * width)
            .map(|cell| {
                let (row, column) = (cell / width, cell % width);
                let pair = |k| {
                    (
                        bf16::rounded(x[row * depth + k]),
                        bf16::rounded(weights[k * width + column]),
                    )
                };
                let sum = dot(depth, pair) + f64::from(biases[column]);
                if flags & FLAG_RELU == 0 {
                    sum
                } else {
                    sum.max(0.0)
                }
            })
            .collect();
        let answers = if flags & FLAG_BF16 == 0 {
            Argument::Answers {
                expected: exact,
                absolute: ABSOLUTE,
                relative: 0.0,
            }
        } else {
            let numbers: Vec<f32> = exact.iter().map(|x| *x as f32).collect();
            Argument::AnswerWords(packed(&numbers))
        };
        let tiles = rows.div_ceil(tiled.rows) * width.div_ceil(tiled.columns);
        Trial {
            name: format!(
                "{}, answers in {}",
                kernel.name,
                if flags & FLAG_BF16 == 0 {
                    "f32"
                } else {
                    "bf16"
                }
            ),
            kernel,
            arguments: vec![
                if first {
                    Argument::Floats(x)
                } else {
                    Argument::Words(packed(&x))
                },
                Argument::Words(packed(&weights)),
                Argument::Floats(biases),
                answers,
                Argument::Words(size_words(rows, depth, width, depth, flags).to_vec()),
            ],
            invocations: (tiles * kernel.workgroup as usize) as u64,
        }
    };
    [made(numbers, 0), made(wholes, FLAG_RELU | FLAG_BF16)]
}

/// A trial for each kernel of nets, edges of tiles among them.
pub fn trials() -> Vec<Trial> {
    let mut all = Vec::new();
    for (name, kernel, [rows, depth, columns, tile]) in [
        ("dense_small", DENSE_SMALL, [37, 132, 65, SMALL]),
        ("dense_wide", DENSE_WIDE, [131, 52, 140, 128]),
    ] {
        let width = stride(columns);
        for relu in [false, true] {
            let shape = Shape {
                rows,
                depth,
                columns,
                first: depth,
                tile,
                relu,
            };
            all.push(trial(
                &format!("{name}{}", if relu { " with ReLU" } else { "" }),
                kernel,
                &shape,
                [
                    numbers(rows * depth, 1),
                    numbers(depth * width, 2),
                    numbers(width, 3),
                ],
                |x, weights, biases, row, column| {
                    let pair = |k| (x[row * depth + k], weights[k * width + column]);
                    let sum = dot(depth, pair) + f64::from(biases[column]);
                    if relu { sum.max(0.0) } else { sum }
                },
            ));
        }
    }
    for first in [true, false] {
        for tiled in kernels(Precision::Bf16, first) {
            all.extend(in_bf16(tiled, first));
        }
    }
    let (rows, depth, columns) = (34, 76, 68);
    let shape = Shape {
        rows,
        depth,
        columns,
        first: depth,
        tile: SMALL,
        relu: true,
    };
    all.push(trial(
        "dense_turned",
        DENSE_TURNED,
        &shape,
        [
            numbers(rows * depth, 1),
            numbers(columns * depth, 2),
            numbers(columns, 3),
        ],
        |x, weights, biases, row, column| {
            let pair = |k| (x[row * depth + k], weights[column * depth + k]);
            (dot(depth, pair) + f64::from(biases[column])).max(0.0)
        },
    ));
    let (rows, depth, columns) = (35, 68, 72);
    let shape = Shape {
        rows,
        depth,
        columns,
        first: depth,
        tile: SMALL,
        relu: false,
    };
    all.push(trial(
        "dense_backward",
        DENSE_BACKWARD,
        &shape,
        [
            numbers(rows * depth, 1),
            numbers(depth * columns, 2),
            numbers(rows * columns, 4),
        ],
        |y, weights, gate, row, column| {
            let pair = |k| (y[row * depth + k], weights[k * columns + column]);
            let open = gate[row * columns + column] > 0.0;
            if open { dot(depth, pair) } else { 0.0 }
        },
    ));
    let (rows, depth, columns) = (44, 70, 68);
    let shape = Shape {
        rows,
        depth,
        columns,
        first: rows,
        tile: SMALL,
        relu: false,
    };
    all.push(trial(
        "dense_gradient",
        DENSE_GRADIENT,
        &shape,
        [
            numbers(depth * rows, 1),
            numbers(depth * columns, 2),
            vec![0.5; 4],
        ],
        |x, y, scale, row, column| {
            let pair = |k| (x[k * rows + row], y[k * columns + column]);
            f64::from(scale[0]) * dot(depth, pair)
        },
    ));
    all
}
