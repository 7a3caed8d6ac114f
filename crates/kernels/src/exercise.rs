//! The right to exercise at every step, by regression (Longstaff & Schwartz 2001): one step back in time, and a trial of the rule.
//!
//! ```text
//! gain(s)  = e^(-r t) (side (spot - strike) - guide)      where exercise pays; guide: the European option, or nothing
//! fit(s)   = sum of c_k T_k:  T_0 .. T_5 of the log spot, y, 2 y^2 - 1, x y, x^2 y,      x and y within [-1, 1]
//! back     cash = gain(s + 1) where it pays and reaches fit(s + 1); then the sums of t_i t_j and of t_i cash over what pays at s
//! try      the first gain that pays and reaches its fit, else what is left at the end
//! ```
//! The twin is `pricing::monte_carlo::exercise_bounds`, which has the sources and solves the normal equations, in `f64`.
//! Buffers: `spots` and `variances`, `[step][column]`, as the kernels `states_*` leave them; `rule`, [`RULE_LEN`] numbers a step;
//! `claim`, [`CLAIM_LEN`] numbers; `pairs`, the [`PAIRS`] pairs (i, j) of factors in a sum, 10 for the cash; `cash`, a number a column; out
//! come `sums[k * workgroups + workgroup]`, for `exercise_back` [`SLICES`] parts of each pair, for `exercise_try` sum and sum of
//! squares; last `counts`: columns, steps, step, workgroups, columns in a sample. Dollars are in units of the spot.
//! A workgroup puts the terms of 256 columns side by side in shared memory; then each invocation adds up one product.
//! Accuracy: see `docs/kernels.md`. The lower bound is one whatever the fit is worth.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use crate::paths::{below, log};
use cubecl::prelude::*;

/// Terms of a fit.
pub const TERMS: usize = 10;
/// Pairs of terms, and of a term and the cash.
pub const PAIRS: usize = TERMS * (TERMS + 1) / 2 + TERMS;
/// Parts into which the columns of a workgroup are cut, so that more invocations have work.
pub const SLICES: usize = 3;
/// Numbers of a rule: centre and half width, inverted, of log spot and of variance; discount; discount to the end; carry to the end;
/// deviation to the end, 0 without a guide; then the coefficients.
pub const RULE_LEN: usize = 8 + TERMS;
/// Numbers of a claim: side, strike.
pub const CLAIM_LEN: usize = 2;

const UNITS: usize = 256;
/// Rows in shared memory do not begin in the same bank.
const ROW: usize = UNITS + 1;

/// What exercise pays less the guide, in today's dollars, at `base` of the rule; the claim at the end is a guide that is over.
#[cube]
fn gain(rule: &[f32], base: usize, side: f32, strike: f32, x: f32, pays: f32) -> f32 {
    let mut guide = f32::new(0.0);
    let deviation = rule[base + 7];
    if deviation > f32::new(0.0) {
        let forward = (x + rule[base + 6]).exp();
        let d1 = (x + rule[base + 6] - log(strike)) / deviation + f32::new(0.5) * deviation;
        let d2 = d1 - deviation;
        guide = rule[base + 5] * side * (forward * below(side * d1) - strike * below(side * d2));
    }
    rule[base + 4] * (pays - guide)
}

/// The term number `k` at a state.
#[cube]
fn term(x: f32, y: f32, #[comptime] k: usize) -> f32 {
    let square = f32::new(2.0) * x * x - f32::new(1.0);
    let cube = x * (f32::new(2.0) * square - f32::new(1.0));
    let mut t = f32::new(1.0);
    if comptime!(k == 1) {
        t = x;
    }
    if comptime!(k == 2) {
        t = square;
    }
    if comptime!(k == 3) {
        t = cube;
    }
    if comptime!(k == 4) {
        t = f32::new(2.0) * square * square - f32::new(1.0);
    }
    if comptime!(k == 5) {
        t = f32::new(2.0) * square * cube - x;
    }
    if comptime!(k == 6) {
        t = y;
    }
    if comptime!(k == 7) {
        t = f32::new(2.0) * y * y - f32::new(1.0);
    }
    if comptime!(k == 8) {
        t = x * y;
    }
    if comptime!(k == 9) {
        t = x * x * y;
    }
    t
}

#[cube]
fn place(rule: &[f32], at: usize, value: f32) -> f32 {
    clamp(
        (value - rule[at]) * rule[at + 1],
        f32::new(-1.0),
        f32::new(1.0),
    )
}

/// What is expected from waiting, at `base` of the rule.
#[cube]
fn waiting(rule: &[f32], base: usize, x: f32, v: f32) -> f32 {
    let at = place(rule, base, x);
    let level = place(rule, base + 2, v);
    // Without a spread of the variance its terms are not there.
    let moves = select(rule[base + 3] > f32::new(0.0), f32::new(1.0), f32::new(0.0));
    let mut sum = f32::new(0.0);
    #[unroll]
    for k in 0..TERMS {
        let mut t = term(at, level, k);
        if comptime!(k == 7) {
            t *= moves;
        }
        sum = fma(rule[base + 8 + k], t, sum);
    }
    sum
}

/// One step back: cash by the rule of the step after, then the sums of the normal equations.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn exercise_back(
    spots: &[f32],
    variances: &[f32],
    rule: &[f32],
    claim: &[f32],
    pairs: &[u32],
    cash: &mut [f32],
    sums: &mut [f32],
    counts: &[u32],
) {
    let unit = UNIT_POS;
    let columns = counts[0];
    let steps = counts[1];
    let step = counts[2];
    let groups = counts[3];
    let group = CUBE_POS as u32;
    let side = claim[0];
    let strike = claim[1];
    let zero = f32::new(0.0);
    let mut terms = Shared::<[f32]>::new_slice((TERMS + 1) * ROW);
    let base = step as usize * RULE_LEN;
    let later = base + RULE_LEN;
    // What this invocation adds up.
    let pair = unit % comptime!(PAIRS as u32);
    let slice = unit / comptime!(PAIRS as u32);
    let left = pairs[(2u32 * pair) as usize] as usize * ROW;
    let right = pairs[(2u32 * pair + 1u32) as usize] as usize * ROW;
    let moves = select(rule[base + 3] > zero, f32::new(1.0), zero);
    let mut sum = zero;
    let mut batches = 0u32;
    if group < groups {
        // Batch `group`, then every `groups` further on.
        let all = (columns + 255u32) >> 8u32;
        batches = (all + groups - 1u32 - group) / groups;
    }
    for batch in 0..batches {
        let column = (batch * groups + group) * 256u32 + unit;
        let mut weight = zero;
        let mut x = zero;
        let mut v = zero;
        let mut money = zero;
        if column < columns {
            let next = ((step + 1u32) * columns + column) as usize;
            let x_next = spots[next];
            let pays_next = side * (x_next.exp() - strike);
            if step + 1u32 == steps {
                cash[column as usize] =
                    gain(rule, later, side, strike, x_next, max(pays_next, zero));
            } else if pays_next > zero {
                let gained = gain(rule, later, side, strike, x_next, pays_next);
                if gained >= waiting(rule, later, x_next, variances[next]) {
                    cash[column as usize] = gained;
                }
            }
            let here = (step * columns + column) as usize;
            money = cash[column as usize];
            x = place(rule, base, spots[here]);
            v = place(rule, base + 2, variances[here]);
            weight = select(
                side * (spots[here].exp() - strike) > zero,
                f32::new(1.0),
                zero,
            );
        }
        let at = unit as usize;
        #[unroll]
        for k in 0..TERMS {
            let mut t = weight * term(x, v, k);
            if comptime!(k == 7) {
                t *= moves;
            }
            terms[at + k * ROW] = t;
        }
        terms[at + TERMS * ROW] = weight * money;
        sync_cube();
        if slice < comptime!(SLICES as u32) {
            for turn in 0..86u32 {
                let k = (turn * comptime!(SLICES as u32) + slice) as usize;
                if k < UNITS {
                    sum = fma(terms[left + k], terms[right + k], sum);
                }
            }
        }
        sync_cube();
    }
    if slice < comptime!(SLICES as u32) && group < groups {
        sums[(unit * groups + group) as usize] = sum;
    }
}

/// What the rule earns: sum and sum of squares of the samples' means.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn exercise_try(
    spots: &[f32],
    variances: &[f32],
    rule: &[f32],
    claim: &[f32],
    sums: &mut [f32],
    counts: &[u32],
) {
    let unit = UNIT_POS;
    let columns = counts[0];
    let steps = counts[1];
    let groups = counts[3];
    let together = counts[4];
    let group = CUBE_POS as u32;
    let side = claim[0];
    let strike = claim[1];
    let zero = f32::new(0.0);
    let samples = columns / together;
    let workers = groups * 256u32;
    let worker = group * 256u32 + unit;
    let mut sum = zero;
    let mut square = zero;
    let mut turns = 0u32;
    if worker < samples && group < groups {
        turns = (samples - worker - 1u32) / workers + 1u32;
    }
    for turn in 0..turns {
        let sample = turn * workers + worker;
        let mut earned = zero;
        for one in 0..together {
            let column = sample * together + one;
            let mut open = true;
            let mut step = 0u32;
            while open && step < steps {
                let at = (step * columns + column) as usize;
                let x = spots[at];
                let pays = side * (x.exp() - strike);
                if pays > zero {
                    let base = step as usize * RULE_LEN;
                    let gained = gain(rule, base, side, strike, x, pays);
                    if gained >= waiting(rule, base, x, variances[at]) {
                        earned += gained;
                        open = false;
                    }
                }
                step += 1u32;
            }
            if open {
                let x = spots[(steps * columns + column) as usize];
                let pays = max(side * (x.exp() - strike), zero);
                earned += gain(rule, steps as usize * RULE_LEN, side, strike, x, pays);
            }
        }
        earned /= f32::cast_from(together);
        sum += earned;
        square = fma(earned, earned, square);
    }
    let mut shared = Shared::<[f32]>::new_slice(2 * UNITS);
    let at = unit as usize;
    shared[at] = sum;
    shared[at + UNITS] = square;
    sync_cube();
    #[unroll]
    for level in 0..8u32 {
        let half = comptime!(128u32 >> level);
        if unit < half {
            #[unroll]
            for k in 0..2usize {
                let here = at + k * UNITS;
                let mine = shared[here];
                let other = shared[here + comptime!(half as usize)];
                shared[here] = mine + other;
            }
        }
        sync_cube();
    }
    if unit < 2u32 && group < groups {
        sums[(unit * groups + group) as usize] = shared[at * UNITS];
    }
}
