//! Simulated paths and what they pay: sums over many paths, nothing stored between the steps.
//!
//! ```text
//! Gbm     x = (r - q - vol^2/2) t + vol sqrt(h) W                     x = ln(S / S0), W the sum of the normals so far
//! Merton  the same, less the jumps' drift, plus N m + sqrt(N) s Z' a step
//! Heston  v' by the quadratic-exponential scheme, then x' = x + (r - q) h + K0* + K1 v + K2 v' + sqrt(K3 (v + v')) Z
//! pays    max(side (level - strike), 0),  level = e^x at the end, the mean of e^x, or e^x at its highest or lowest
//! delta   side level where it pays;   vega  delta d(ln level)/d vol, d x/d vol = sqrt(h) W - vol t (Gbm alone)
//! ```
//! The twin is `pricing::monte_carlo`, which has the sources; Greeks are pathwise (Broadie & Glasserman 1996). A path has the
//! same address there and here (seed, purpose, path, step, factor), so both simulate the same paths, up to rounding: Philox
//! words in pairs, the upper 32 of 52 bits; or Sobol points scrambled by the same hash, through the same Brownian bridge.
//!
//! The bridge needs no memory for the path: joints come depth first, each the middle between the value where the path stands
//! and the top of a stack of values to come, [`DEPTH`] deep. A Sobol coordinate is the exclusive or of a word for each byte of
//! the index, from a table of the directions' sums.
//!
//! The normal behind a uniform number is M. B. Giles's (GPU Computing Gems, Jade edition (2011), chapter 10), fitted anew:
//! `z = x P(-ln(1 - x^2))`, `x = 1 - 2 p`, with `p` counted from the nearer end, so that the tails are symmetric and reach
//! 6.3 deviations; 5e-7 of itself.
//!
//! Buffers: `law`, [`LAW_LEN`] numbers; `claim`, [`CLAIM_LEN`] numbers; for Sobol points `tables`, 256 words a dimension and byte,
//! `seeds`, two words a dimension for each randomisation, and `joints`, see [`JOINT_LEN`]; out come [`SUMS`] sums a workgroup,
//! `sums[k * workgroups + workgroup]`; last, `counts`, [`COUNT_LEN`] words. Dollars are in units of the spot, undiscounted.
//! Accuracy: see `docs/kernels.md`. Not for barriers between the steps, nor for a path that is to be looked at afterwards.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use crate::normal::{DEVIATES_MAX, density, ln, mills};
use crate::random::philox;
use cubecl::prelude::*;

/// Numbers in a law. Gbm: drift of one step, deviation of one step, root of the step in years, vol times the step. Merton: drift,
/// deviation, mean number of jumps a step, the chance of none, mean and deviation of a jump, the most jumps of one step. Heston:
/// v0, theta, decay, two numbers of the noise, K0, K1, K2, K3, `K2 + K3 / 2`, `K1 + K3 / 2`, carry of one step.
pub const LAW_LEN: usize = 12;
/// Numbers in a claim: side (1 a call, -1 a put), strike, logarithms of the lower and the upper barrier, 1 if the claim begins at a barrier
/// and 0 if it ends there, what is taken off every payoff, coefficient, side, strike and value of the control.
pub const CLAIM_LEN: usize = 10;
/// Words in the counts: workgroups, workgroups for one randomisation, end and begin of the samples, steps, level (0 end, 1 mean,
/// 2 extreme, 3 end with barriers), paths in a sample (2: a path and its mirror image), two words of the key, purpose, dimensions, bytes of an index.
pub const COUNT_LEN: usize = 12;
/// Sums of a workgroup: of the payoffs, of their squares; the same for deltas and vegas.
pub const SUMS: usize = 6;
/// Values that the bridge's stack holds: enough for 1,024 steps.
pub const DEPTH: usize = 12;
/// Numbers of a joint: its place in the order of construction, weight of the left and of the right end, deviation. Before all of
/// them stand, one number a step, how many are made before the step.
pub const JOINT_LEN: usize = 4;

const GBM: u32 = 0;
const HESTON: u32 = 1;
const MERTON: u32 = 2;

const UNITS: usize = 256;

/// The normal below which a share `(bits + 1/2) / 2^32` lies.
#[cube]
fn normal(bits: u32) -> f32 {
    // All ones where the share is above a half: the distance from the other end.
    let flip = 0u32 - (bits >> 31u32);
    // Twice that distance.
    let y = fma(
        f32::cast_from(bits ^ flip),
        f32::new(4.656_613e-10),
        f32::new(2.328_306_4e-10),
    );
    let w = -(y * (f32::new(2.0) - y)).ln();
    let t = w - f32::new(2.5);
    let mut q = fma(t, f32::new(4.037_861e-8), f32::new(4.861_41e-7));
    q = fma(q, t, f32::new(-4.990_81e-6));
    q = fma(q, t, f32::new(-6.218_336_7e-6));
    q = fma(q, t, f32::new(3.091_509_6e-4));
    q = fma(q, t, f32::new(-1.773_009_3e-3));
    q = fma(q, t, f32::new(-5.908_171_7e-3));
    q = fma(q, t, f32::new(0.348_802_66));
    q = fma(q, t, f32::new(2.123_313_7));
    if w > f32::new(5.0) {
        let s = w.sqrt() - f32::new(3.4);
        q = fma(s, f32::new(-3.028_171_7e-5), f32::new(-2.535_666_3e-4));
        q = fma(q, s, f32::new(1.048_981_9e-3));
        q = fma(q, s, f32::new(-1.588_335_1e-3));
        q = fma(q, s, f32::new(2.020_809e-3));
        q = fma(q, s, f32::new(-3.568_803_2e-3));
        q = fma(q, s, f32::new(5.637_266e-3));
        q = fma(q, s, f32::new(1.423_605_4));
        q = fma(q, s, f32::new(4.574_674));
    }
    // Below a half the normal is negative.
    let size = u32::reinterpret((f32::new(1.0) - y) * q);
    f32::reinterpret(size ^ ((flip ^ 0xffff_ffffu32) & 0x8000_0000u32))
}

/// Probability that a standard normal is at most `x`.
#[cube]
pub(crate) fn below(x: f32) -> f32 {
    let z = Vector::<f32, Const<1>>::new(clamp(x.abs(), f32::new(0.0), f32::new(DEVIATES_MAX)));
    let tail = (density::<Const<1>>(z) * mills::<Const<1>>(z)).extract(0usize);
    select(x > f32::new(0.0), f32::new(1.0) - tail, tail)
}

#[cube]
pub(crate) fn log(x: f32) -> f32 {
    ln::<Const<1>>(Vector::<f32, Const<1>>::new(x)).extract(0usize)
}

/// Sobol coordinate of a point, scrambled; the table's words are reversed, and the sum is turned round at the end.
#[cube]
fn coordinate(
    tables: &[u32],
    seeds: &[u32],
    index: u32,
    dimension: u32,
    seed_row: u32,
    bytes: u32,
) -> u32 {
    let row = dimension * (256u32 * bytes);
    let mut x = tables[(row + (index & 255u32)) as usize];
    for byte in 1..bytes {
        let digit = (index >> (8u32 * byte)) & 255u32;
        x ^= tables[(row + 256u32 * byte + digit) as usize];
    }
    let at = 2u32 * (seed_row + dimension);
    let seed = seeds[at as usize];
    x ^= x * 0x3d20_adeau32;
    x += seed;
    x *= (seed >> 16u32) | 1u32;
    x ^= x * 0x0552_6c56u32;
    x ^= x * 0x53a2_2864u32;
    x.reverse_bits() ^ seeds[(at + 1u32) as usize]
}

#[derive(CubeType, Clone, Copy)]
struct Move {
    growth: f32,
    variance: f32,
}

/// One step of Heston: what it adds to the logarithm of the spot, and the next variance. `bits` is the word behind the normal of
/// the variance, turned for a mirror image, where that normal comes from one word alone.
#[cube]
fn heston(
    law: &[f32],
    v: f32,
    spot_normal: f32,
    variance_normal: f32,
    bits: u32,
    #[comptime] quasi: bool,
) -> Move {
    let one = f32::new(1.0);
    let theta = law[1];
    let a = law[9];
    let mean = max(fma(v - theta, law[2], theta), f32::new(1e-18));
    let noise = max(fma(law[3], v, law[4]), f32::new(1e-36));
    // Two over psi.
    let two = max(f32::new(2.0) * mean / noise * mean, f32::new(1e-30));
    let mut next = mean;
    let mut moment = a * mean;
    let mut finite = true;
    if two < f32::new(2e12) {
        if two >= f32::new(4.0 / 3.0) {
            let b2 = two - one + (two * (two - one)).sqrt();
            let scale = mean / (one + b2);
            let root = b2.sqrt() + variance_normal;
            let rest = fma(a * scale, f32::new(-2.0), one);
            next = scale * root * root;
            finite = rest > f32::new(0.0);
            let safe = max(rest, f32::new(1e-30));
            moment = a * b2 * scale / safe - f32::new(0.5) * log(safe);
        } else {
            // The chance of more than nothing is `2 / (psi + 1)`.
            let something = f32::new(2.0) * two / (f32::new(2.0) + two);
            let nothing = one - something;
            let mut above = uniform(bits ^ 0xffff_ffffu32);
            if comptime!(quasi) {
                above = max(below(-variance_normal), f32::new(1e-30));
            }
            next = max((something / above).ln(), f32::new(0.0)) * mean / something;
            let beta = something / mean;
            finite = a < beta;
            let gap = select(finite, beta - a, one);
            moment = max(fma(beta / gap, something, nothing), f32::new(1e-30)).ln();
        }
    }
    let level = select(finite, -moment - law[10] * v, law[5]);
    let deviation = max(law[8] * (v + next), f32::new(0.0)).sqrt();
    Move {
        growth: law[11] + level + law[6] * v + law[7] * next + deviation * spot_normal,
        variance: next,
    }
}

/// Number of jumps in a step: the inverse of Poisson's distribution.
#[cube]
fn jumps(law: &[f32], u: f32) -> f32 {
    let mut chance = law[3];
    let mut sum = chance;
    let mut count = f32::new(0.0);
    while u > sum && count < law[6] {
        count += f32::new(1.0);
        chance *= law[2] / count;
        sum += chance;
    }
    count
}

/// What every kernel of this page does.
#[cube]
#[allow(clippy::too_many_arguments)]
fn simulate(
    law: &[f32],
    claim: &[f32],
    tables: &[u32],
    seeds: &[u32],
    joints: &[f32],
    sums: &mut [f32],
    counts: &[u32],
    #[comptime] dynamics: u32,
    #[comptime] quasi: bool,
) {
    let unit = UNIT_POS;
    let group = CUBE_POS as u32;
    let groups = counts[0];
    let groups_each = counts[1];
    let steps = counts[4];
    let kind = counts[5];
    let mirrors = counts[6];
    let key0 = counts[7];
    let key1 = counts[8];
    let purpose = counts[9];
    let dimensions = counts[10];
    let bytes = counts[11];
    let randomisation = group / groups_each;
    let workers = groups_each * 256u32;
    let worker = (group - randomisation * groups_each) * 256u32 + unit;
    let seed_row = randomisation * dimensions;
    let first = counts[3];
    let size = counts[2] - first;
    let mut turns = 0u32;
    if group < groups && worker < size {
        turns = (size - worker - 1u32) / workers + 1u32;
    }

    // Steps that one round of random words is good for.
    let halves = comptime!(if quasi || dynamics == HESTON {
        1u32
    } else {
        2u32
    });
    let mut rounds = steps;
    if comptime!(halves == 2) {
        rounds = steps / 2u32 + steps % 2u32;
    }
    let zero = f32::new(0.0);
    let share = f32::new(1.0) / f32::cast_from(mirrors);
    let law0 = law[0];
    let law1 = law[1];
    let law2 = law[2];
    let law3 = law[3];
    let side = claim[0];
    let strike = claim[1];

    let mut value_sum = zero;
    let mut value_square = zero;
    let mut delta_sum = zero;
    let mut delta_square = zero;
    let mut vega_sum = zero;
    let mut vega_square = zero;
    for visit in 0..turns {
        let index = first + worker + visit * workers;
        let mut value = zero;
        let mut delta = zero;
        let mut vega = zero;
        for mirror in 0..mirrors {
            // All normals of a mirror image are negative, all its words turned.
            let sign = fma(f32::cast_from(mirror), f32::new(-2.0), f32::new(1.0));
            let turn = 0u32 - mirror;
            let deviation = law1 * sign;
            let root = law2 * sign;
            let mut x = zero;
            let mut walked = zero;
            let mut time = zero;
            let mut jumped = zero;
            let mut variance = law0;
            let mut tangent = zero;
            let mut sum = zero;
            let mut sum_tangent = zero;
            let mut high = zero;
            let mut high_tangent = zero;
            let mut low = zero;
            let mut low_tangent = zero;
            // Of the bridges.
            let mut depth = 0u32;
            let mut row = steps;
            let mut here = zero;
            let mut here_variance = zero;
            let mut stack = Array::<f32>::new(DEPTH);
            let mut stack_variance = Array::<f32>::new(DEPTH);
            if comptime!(quasi) {
                let far = f32::cast_from(steps).sqrt();
                let bits = coordinate(tables, seeds, index, 0u32, seed_row, bytes);
                stack[0usize] = far * normal(bits);
                if comptime!(dynamics == HESTON) {
                    let bits = coordinate(tables, seeds, index, 1u32, seed_row, bytes);
                    stack_variance[0usize] = far * normal(bits);
                }
                depth = 1u32;
            }
            for round in 0..rounds {
                let mut word = 0u32;
                let mut first0 = zero;
                let mut first1 = zero;
                let mut first2 = zero;
                let mut second0 = zero;
                let mut second1 = zero;
                let mut second2 = zero;
                if comptime!(quasi) {
                    let joint_count = u32::cast_from(joints[round as usize]);
                    for _ in 0..joint_count {
                        let place = u32::cast_from(joints[row as usize]);
                        let left = joints[(row + 1u32) as usize];
                        let right = joints[(row + 2u32) as usize];
                        let deviation = joints[(row + 3u32) as usize];
                        let top = depth - 1u32;
                        let mut dimension = place;
                        if comptime!(dynamics == HESTON) {
                            dimension = 2u32 * place;
                            let bits =
                                coordinate(tables, seeds, index, dimension + 1u32, seed_row, bytes);
                            stack_variance[depth as usize] = left * here_variance
                                + right * stack_variance[top as usize]
                                + deviation * normal(bits);
                        }
                        if comptime!(dynamics == MERTON) {
                            dimension = 3u32 * place;
                        }
                        let bits = coordinate(tables, seeds, index, dimension, seed_row, bytes);
                        stack[depth as usize] =
                            left * here + right * stack[top as usize] + deviation * normal(bits);
                        depth += 1u32;
                        row += comptime!(JOINT_LEN as u32);
                    }
                    depth -= 1u32;
                    let next = stack[depth as usize];
                    first0 = next - here;
                    here = next;
                    if comptime!(dynamics == HESTON) {
                        let next = stack_variance[depth as usize];
                        first1 = next - here_variance;
                        here_variance = next;
                    }
                    if comptime!(dynamics == MERTON) {
                        let at = 3u32 * round;
                        first1 =
                            uniform(coordinate(tables, seeds, index, at + 1u32, seed_row, bytes));
                        first2 =
                            normal(coordinate(tables, seeds, index, at + 2u32, seed_row, bytes));
                    }
                } else {
                    if comptime!(dynamics == GBM) {
                        let made = philox(index, 0u32, round, purpose, key0, key1, false);
                        first0 = normal(made.w0);
                        second0 = normal(made.w2);
                    }
                    if comptime!(dynamics == HESTON) {
                        let made = philox(index, 0u32, round, purpose, key0, key1, false);
                        first0 = normal(made.w0);
                        first1 = normal(made.w2);
                        word = made.w2 ^ turn;
                    }
                    if comptime!(dynamics == MERTON) {
                        let block = 3u32 * round;
                        let made = philox(index, 0u32, block, purpose, key0, key1, false);
                        first0 = normal(made.w0);
                        first1 = uniform(made.w2 ^ turn);
                        let made = philox(index, 0u32, block + 1u32, purpose, key0, key1, false);
                        first2 = normal(made.w0);
                        second0 = normal(made.w2);
                        let made = philox(index, 0u32, block + 2u32, purpose, key0, key1, false);
                        second1 = uniform(made.w0 ^ turn);
                        second2 = normal(made.w2);
                    }
                }
                #[unroll]
                for half in 0..halves {
                    let step = comptime!(halves) * round + half;
                    if step < steps {
                        let z0 = if comptime!(half == 0) {
                            first0
                        } else {
                            second0
                        };
                        let z1 = if comptime!(half == 0) {
                            first1
                        } else {
                            second1
                        };
                        let z2 = if comptime!(half == 0) {
                            first2
                        } else {
                            second2
                        };
                        time += f32::new(1.0);
                        if comptime!(dynamics == HESTON) {
                            let made = heston(law, variance, z0 * sign, z1 * sign, word, quasi);
                            x += made.growth;
                            variance = made.variance;
                        } else {
                            walked += z0;
                            if comptime!(dynamics == MERTON) {
                                let count = jumps(law, z1);
                                jumped += fma(count.sqrt() * law[5] * sign, z2, count * law[4]);
                            }
                            x = fma(deviation, walked, fma(law0, time, jumped));
                        }
                        if comptime!(dynamics == GBM) {
                            tangent = root * walked - law3 * time;
                        }
                        if kind == 1u32 {
                            let spot = x.exp();
                            sum += spot;
                            sum_tangent = fma(spot, tangent, sum_tangent);
                        }
                        if kind >= 2u32 {
                            if x > high {
                                high = x;
                                high_tangent = tangent;
                            }
                            if x < low {
                                low = x;
                                low_tangent = tangent;
                            }
                        }
                    }
                }
            }
            let end = clamp(x, f32::new(-80.0), f32::new(80.0)).exp();
            let mut level = end;
            let mut level_tangent = tangent;
            let mut alive = true;
            if kind == 1u32 {
                level = sum / f32::cast_from(steps);
                level_tangent = sum_tangent / max(sum, f32::new(1e-30));
            }
            if kind == 2u32 {
                level = select(side > zero, high, low).exp();
                level_tangent = select(side > zero, high_tangent, low_tangent);
            }
            if kind == 3u32 {
                // One if the path met a barrier.
                let below = select(low <= claim[2], f32::new(1.0), zero);
                let touched = select(high >= claim[3], f32::new(1.0), below);
                alive = (touched - claim[4]).abs() < f32::new(0.5);
            }
            let pays = side * (level - strike);
            let control = max(claim[7] * (end - claim[8]), zero) - claim[9];
            if alive && pays > zero {
                value += pays;
                delta += side * level;
                vega = fma(side * level, level_tangent, vega);
            }
            value -= claim[6] * control;
        }
        value = fma(value, share, -claim[5]);
        delta *= share;
        vega *= share;
        value_sum += value;
        value_square = fma(value, value, value_square);
        delta_sum += delta;
        delta_square = fma(delta, delta, delta_square);
        vega_sum += vega;
        vega_square = fma(vega, vega, vega_square);
    }

    let mut shared = Shared::<[f32]>::new_slice(SUMS * UNITS);
    let at = unit as usize;
    shared[at] = value_sum;
    shared[at + UNITS] = value_square;
    shared[at + 2 * UNITS] = delta_sum;
    shared[at + 3 * UNITS] = delta_square;
    shared[at + 4 * UNITS] = vega_sum;
    shared[at + 5 * UNITS] = vega_square;
    sync_cube();
    #[unroll]
    for level in 0..8u32 {
        let half = comptime!(128u32 >> level);
        if unit < half {
            #[unroll]
            for k in 0..SUMS {
                let here = at + k * UNITS;
                let mine = shared[here];
                let other = shared[here + comptime!(half as usize)];
                shared[here] = mine + other;
            }
        }
        sync_cube();
    }
    if unit < comptime!(SUMS as u32) && group < groups {
        sums[(unit * groups + group) as usize] = shared[at * UNITS];
    }
}

/// `(bits + 1/2) / 2^32`.
#[cube]
fn uniform(bits: u32) -> f32 {
    fma(
        f32::cast_from(bits),
        f32::new(2.328_306_4e-10),
        f32::new(1.164_153_2e-10),
    )
}

/// The states of independent paths, for what looks at them more than once: `spots[step * columns + column]`, the logarithm of the
/// spot over that of now, and `variances`, 0 where none moves. A column is a path; with mirror images, every second one is.
#[cube]
fn store(
    law: &[f32],
    spots: &mut [f32],
    variances: &mut [f32],
    counts: &[u32],
    #[comptime] dynamics: u32,
) {
    let column = ABSOLUTE_POS as u32;
    let columns = counts[0];
    let mirrors = counts[6];
    if column < columns {
        let steps = counts[4];
        let purpose = counts[9];
        let key0 = counts[7];
        let key1 = counts[8];
        let mirror = column % mirrors;
        let index = counts[3] + column / mirrors;
        let halves = comptime!(if dynamics == HESTON { 1u32 } else { 2u32 });
        let mut rounds = steps;
        if comptime!(halves == 2) {
            rounds = steps / 2u32 + steps % 2u32;
        }
        let zero = f32::new(0.0);
        let sign = fma(f32::cast_from(mirror), f32::new(-2.0), f32::new(1.0));
        let turn = 0u32 - mirror;
        let mut x = zero;
        let mut variance = zero;
        if comptime!(dynamics == HESTON) {
            variance = law[0];
        }
        spots[column as usize] = x;
        variances[column as usize] = variance;
        for round in 0..rounds {
            let mut word = 0u32;
            let mut first1 = zero;
            let mut first2 = zero;
            let mut second1 = zero;
            let mut second2 = zero;
            let made = philox(
                index,
                0u32,
                comptime!(if dynamics == MERTON { 3u32 } else { 1u32 }) * round,
                purpose,
                key0,
                key1,
                false,
            );
            let first0 = normal(made.w0);
            let mut second0 = normal(made.w2);
            if comptime!(dynamics == MERTON) {
                let block = 3u32 * round;
                first1 = uniform(made.w2 ^ turn);
                let made = philox(index, 0u32, block + 1u32, purpose, key0, key1, false);
                first2 = normal(made.w0);
                second0 = normal(made.w2);
                let made = philox(index, 0u32, block + 2u32, purpose, key0, key1, false);
                second1 = uniform(made.w0 ^ turn);
                second2 = normal(made.w2);
            } else {
                word = made.w2 ^ turn;
            }
            #[unroll]
            for half in 0..halves {
                let step = comptime!(halves) * round + half;
                if step < steps {
                    let z0 = if comptime!(half == 0) {
                        first0
                    } else {
                        second0
                    };
                    let z1 = if comptime!(half == 0) {
                        first1
                    } else {
                        second1
                    };
                    let z2 = if comptime!(half == 0) {
                        first2
                    } else {
                        second2
                    };
                    let at = ((step + 1u32) * columns + column) as usize;
                    if comptime!(dynamics == HESTON) {
                        let made = heston(law, variance, z0 * sign, second0 * sign, word, false);
                        x += made.growth;
                        variance = made.variance;
                    } else {
                        x += fma(law[1] * sign, z0, law[0]);
                        if comptime!(dynamics == MERTON) {
                            let count = jumps(law, z1);
                            x += fma(count.sqrt() * law[5] * sign, z2, count * law[4]);
                        }
                    }
                    spots[at] = x;
                    variances[at] = variance;
                }
            }
        }
    }
}

/// Independent paths under Black and Scholes.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn paths_gbm(law: &[f32], claim: &[f32], sums: &mut [f32], counts: &[u32]) {
    simulate(law, claim, counts, counts, law, sums, counts, GBM, false);
}

/// Scrambled Sobol points under Black and Scholes.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn sobol_gbm(
    law: &[f32],
    claim: &[f32],
    tables: &[u32],
    seeds: &[u32],
    joints: &[f32],
    sums: &mut [f32],
    counts: &[u32],
) {
    simulate(law, claim, tables, seeds, joints, sums, counts, GBM, true);
}

/// Independent paths under Heston.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn paths_heston(law: &[f32], claim: &[f32], sums: &mut [f32], counts: &[u32]) {
    simulate(law, claim, counts, counts, law, sums, counts, HESTON, false);
}

/// Scrambled Sobol points under Heston.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn sobol_heston(
    law: &[f32],
    claim: &[f32],
    tables: &[u32],
    seeds: &[u32],
    joints: &[f32],
    sums: &mut [f32],
    counts: &[u32],
) {
    simulate(
        law, claim, tables, seeds, joints, sums, counts, HESTON, true,
    );
}

/// Independent paths under Merton.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn paths_merton(law: &[f32], claim: &[f32], sums: &mut [f32], counts: &[u32]) {
    simulate(law, claim, counts, counts, law, sums, counts, MERTON, false);
}

/// Scrambled Sobol points under Merton.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn sobol_merton(
    law: &[f32],
    claim: &[f32],
    tables: &[u32],
    seeds: &[u32],
    joints: &[f32],
    sums: &mut [f32],
    counts: &[u32],
) {
    simulate(
        law, claim, tables, seeds, joints, sums, counts, MERTON, true,
    );
}

/// States under Black and Scholes.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn states_gbm(law: &[f32], spots: &mut [f32], variances: &mut [f32], counts: &[u32]) {
    store(law, spots, variances, counts, GBM);
}

/// States under Heston.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn states_heston(law: &[f32], spots: &mut [f32], variances: &mut [f32], counts: &[u32]) {
    store(law, spots, variances, counts, HESTON);
}

/// States under Merton.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn states_merton(law: &[f32], spots: &mut [f32], variances: &mut [f32], counts: &[u32]) {
    store(law, spots, variances, counts, MERTON);
}
