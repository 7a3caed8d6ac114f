//! Steps of the grid back over one span without dividends, eight nodes at once.
//!
//! ```text
//! (1 - dt/2 A) V(before) = (1 + dt/2 A) V(after)          rows  -down V[j-1] + middle V[j] - up V[j+1]
//! y[j] = p (right[j] + up y[j+1])                          downwards from the side that is never exercised
//! V[j] = max(y[j] + b V[j-1], exercise[j])                 upwards;  b = p down,  p = 1 / (middle - up b)
//! ```
//! The matrix is the same in every row, so its factors are the fixed point `p`: nothing is factorised. Both recurrences wait
//! for their own results, which is what a step costs; so the nodes are cut into eight stretches, one in each lane, that run
//! at the same time as if nothing came in from the stretch before. What came in is added after: a chain of
//! `V -> max(r + b V, e)` is again of the form `max(R + B V, E)`, with `B` a power of `b`. This is the exercise of Brennan &
//! Schwartz (1977), from the exercised side on, in another order. Scans of such maps: G. E. Blelloch, "Prefix Sums and Their
//! Applications" (1990).
//!
//! Eight lanes whatever the machine has, so that every level that fuses multiply and add gives the same numbers.

use crate::Inputs;
use crate::simd::level;
use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch, f64x8};

/// Nodes at once.
const LANES: usize = 8;

/// One number for each stretch of the grid.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Row([f64; LANES]);

/// Columns in the order of the lanes: row `i` holds node `i` of each stretch.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    value: Vec<Row>,
    spot: Vec<Row>,
    /// Right-hand sides, eliminated downwards.
    right: Vec<Row>,
    /// The best of waiting and exercise for who comes from nothing.
    exercised: Vec<Row>,
    /// What comes in counts so much in row `i`: from above, and from below.
    from_above: Vec<f64>,
    from_below: Vec<f64>,
}

/// What is walked over.
pub(super) struct Span<'a> {
    pub(super) inputs: &'a Inputs,
    /// Between nodes, in log of the spot; positive for puts.
    pub(super) step: f64,
    /// Years from now to its beginning, and its length.
    pub(super) begin: f64,
    pub(super) length: f64,
    /// From its end on: parts of its length, and quarters of steps in each.
    pub(super) blocks: &'a [(f64, usize)],
    /// Steps in a quarter.
    pub(super) quarter: usize,
    /// What exercise costs at a time; `None` where nobody exercises.
    pub(super) strike: Option<&'a dyn Fn(f64) -> f64>,
}

/// Half a time step of the equation: what a node takes from its neighbours, what waiting costs, and the fixed point of the
/// factors.
#[derive(Clone, Copy)]
struct Couple {
    up: f64,
    down: f64,
    discount: f64,
    pivot: f64,
}

impl Couple {
    fn new(inputs: &Inputs, half: f64, step: f64) -> Couple {
        let diffusion = half * 0.5 * inputs.vol * inputs.vol / (step * step);
        let (up, down) = (
            diffusion * (-0.5 * step).exp(),
            diffusion * (0.5 * step).exp(),
        );
        let discount = half * inputs.rate;
        let middle = 1.0 + up + down + discount;
        let pivot = 2.0 / (middle + (middle * middle - 4.0 * up * down).max(0.0).sqrt());
        Couple {
            up,
            down,
            discount,
            pivot,
        }
    }
}

/// The two nodes outside of the rows. At and below the low one the value is a line in the spot, and above the high one it is
/// the same everywhere: what only the discount moves.
#[derive(Clone, Copy)]
struct Ends {
    low: f64,
    high: f64,
    above: f64,
}

/// Carries `value` from the end of the span to its beginning; `spot` at its end. A multiple of eight nodes and one at each end.
pub(super) fn back(span: &Span, spot: &[f64], value: &mut [f64], rows: &mut Rows) {
    rows.load(spot, value);
    let mut ends = Ends {
        low: value[0],
        high: value[value.len() - 1],
        above: value[value.len() - 1],
    };
    let spots = Ends {
        low: spot[0],
        high: spot[spot.len() - 1],
        above: f64::NAN,
    };
    dispatch!(level(), s => {
        if span.strike.is_some() {
            walk::<_, true>(s, span, spots, &mut ends, rows);
        } else {
            walk::<_, false>(s, span, spots, &mut ends, rows);
        }
    });
    rows.store(value);
    let last = value.len() - 1;
    (value[0], value[last]) = (ends.low, ends.high);
}

#[inline(always)]
fn walk<S: Simd, const EXERCISE: bool>(
    s: S,
    span: &Span,
    spots: Ends,
    ends: &mut Ends,
    rows: &mut Rows,
) {
    s.vectorize(
        #[inline(always)]
        || {
            let Inputs {
                right,
                rate,
                dividend_yield,
                ..
            } = *span.inputs;
            let end = span.begin + span.length;
            let mut now = end;
            for (number, &(part, quarters)) in span.blocks.iter().enumerate() {
                let steps = quarters * span.quarter;
                let dt = part * span.length / steps as f64;
                let half = 0.5 * dt;
                let couple = Couple::new(span.inputs, half, span.step);
                rows.powers(couple);
                // The first two steps are four implicit halves, with the same matrix.
                let halves = if number == 0 { 4.min(2 * steps) } else { 0 };
                for number in 0..halves + steps - halves / 2 {
                    let is_half = number < halves;
                    now -= if is_half { half } else { dt };
                    let sign = right.sign();
                    let (grown, paid) = match span.strike {
                        Some(strike) => (
                            sign * ((rate - dividend_yield) * (now - end)).exp(),
                            sign * strike(now),
                        ),
                        None => (0.0, 0.0),
                    };
                    let worth = if is_half {
                        1.0 / (1.0 + couple.discount)
                    } else {
                        (1.0 - couple.discount) / (1.0 + couple.discount)
                    };
                    let mut low = ends.low * worth;
                    if EXERCISE {
                        low = low.max(spots.low * grown - paid);
                    }
                    let (middle, up, down) = if is_half {
                        (1.0, 0.0, 0.0)
                    } else {
                        let middle = 1.0 - couple.up - couple.down - couple.discount;
                        (middle, couple.up, couple.down)
                    };
                    let explicit = [middle, up, down].map(|part| part * couple.pivot);
                    let after = Ends {
                        low,
                        above: ends.above * worth,
                        high: f64::NAN,
                    };
                    let mut high =
                        rows.step::<S, EXERCISE>(s, couple, explicit, [grown, paid], *ends, after);
                    if EXERCISE {
                        high = high.max(spots.high * grown - paid);
                    }
                    *ends = Ends { high, ..after };
                }
            }
        },
    );
}

impl Rows {
    /// Cuts columns without their ends into stretches.
    fn load(&mut self, spot: &[f64], value: &[f64]) {
        let count = (value.len() - 2) / LANES;
        let nothing = Row([0.0; LANES]);
        self.right.resize(count, nothing);
        self.exercised.resize(count, nothing);
        for (rows, column) in [(&mut self.value, value), (&mut self.spot, spot)] {
            rows.resize(count, nothing);
            for (lane, stretch) in column[1..].chunks_exact(count).take(LANES).enumerate() {
                for (row, &number) in rows.iter_mut().zip(stretch) {
                    row.0[lane] = number;
                }
            }
        }
    }

    fn store(&self, value: &mut [f64]) {
        let count = self.value.len();
        let stretches = value[1..].chunks_exact_mut(count).take(LANES);
        for (lane, stretch) in stretches.enumerate() {
            for (number, row) in stretch.iter_mut().zip(&self.value) {
                *number = row.0[lane];
            }
        }
    }

    /// The powers of both factors; those that are as good as 0 are 0, since the smallest numbers are slow.
    #[inline(always)]
    fn powers(&mut self, couple: Couple) {
        let count = self.value.len();
        self.from_above.resize(count, 0.0);
        self.from_below.resize(count, 0.0);
        let (above, below) = (couple.up * couple.pivot, couple.down * couple.pivot);
        let (mut power_above, mut power_below) = (1.0, 1.0);
        let pairs = self
            .from_below
            .iter_mut()
            .zip(self.from_above.iter_mut().rev());
        for (from_below, from_above) in pairs {
            power_above *= above;
            power_below *= below;
            if power_above < 1e-100 {
                power_above = 0.0;
            }
            if power_below < 1e-100 {
                power_below = 0.0;
            }
            (*from_below, *from_above) = (power_below, power_above);
        }
    }

    /// One step: `explicit` has the weights of the right-hand side, times the pivot, of a node, the one above and the one
    /// below; exercise pays `grown` times the spot less `paid`. Hands out the value of waiting at the high end.
    #[inline(always)]
    fn step<S: Simd, const EXERCISE: bool>(
        &mut self,
        s: S,
        couple: Couple,
        explicit: [f64; 3],
        [grown, paid]: [f64; 2],
        before: Ends,
        after: Ends,
    ) -> f64 {
        let count = self.value.len();
        let Rows {
            value,
            spot,
            right,
            exercised,
            from_above,
            from_below,
        } = self;
        let (value, spot) = (&mut value[..count], &spot[..count]);
        let (right, exercised) = (&mut right[..count], &mut exercised[..count]);
        let (from_above, from_below) = (&from_above[..count], &from_below[..count]);
        let (b, c) = (couple.down * couple.pivot, couple.up * couple.pivot);
        let (b_lanes, c_lanes) = (f64x8::splat(s, b), f64x8::splat(s, c));
        let [middle, up, down] = explicit;
        let (middle, up, down) = (
            f64x8::splat(s, middle),
            f64x8::splat(s, up),
            f64x8::splat(s, down),
        );

        // Downwards. Across the ends of stretches the neighbours are in the next lane.
        let (first, last) = (value[0].0, value[count - 1].0);
        let mut above = first;
        let mut below_first = last;
        for lane in 0..LANES {
            above[lane] = if lane + 1 < LANES {
                first[lane + 1]
            } else {
                before.high
            };
            below_first[lane] = if lane > 0 { last[lane - 1] } else { before.low };
        }
        let mut above = f64x8::simd_from(s, above);
        let below_first = f64x8::simd_from(s, below_first);
        let mut here = f64x8::simd_from(s, last);
        let mut carried = f64x8::splat(s, 0.0);
        for i in (0..count).rev() {
            let below = if i > 0 {
                f64x8::simd_from(s, value[i - 1].0)
            } else {
                below_first
            };
            let sum = up.mul_add(above, down.mul_add(below, middle * here));
            carried = c_lanes.mul_add(carried, sum);
            right[i].0 = carried.into();
            above = here;
            here = below;
        }
        // What comes in from above. Were all the same there, its rows would be `V (1 - b)`; this amounts to a node above that
        // is `b` times as far from it as the high one, and so it must be on both sides of the equation.
        let [at, up, down] = explicit;
        let beside = before.above + b * (before.high - before.above);
        let high =
            at * before.high + up * beside + down * last[LANES - 1] + c * (after.above * (1.0 - b));
        let bottom = right[0].0;
        let mut incoming = [high; LANES];
        for lane in (0..LANES - 1).rev() {
            incoming[lane] = bottom[lane + 1] + from_above[0] * incoming[lane + 1];
        }

        // Upwards.
        let incoming = f64x8::simd_from(s, incoming);
        let (grown, paid) = (f64x8::splat(s, grown), f64x8::splat(s, paid));
        let mut waiting = f64x8::splat(s, 0.0);
        let mut best = f64x8::splat(s, f64::MIN);
        for i in 0..count {
            let own =
                f64x8::splat(s, from_above[i]).mul_add(incoming, f64x8::simd_from(s, right[i].0));
            waiting = b_lanes.mul_add(waiting, own);
            value[i].0 = waiting.into();
            if EXERCISE {
                let pays = f64x8::simd_from(s, spot[i].0).mul_sub(grown, paid);
                best = b_lanes.mul_add(best, own).max(pays);
                exercised[i].0 = best.into();
            }
        }
        let (top, top_exercised) = (value[count - 1].0, exercised[count - 1].0);
        let mut incoming = [after.low; LANES];
        for lane in 1..LANES {
            let waiting = top[lane - 1] + from_below[count - 1] * incoming[lane - 1];
            incoming[lane] = if EXERCISE {
                waiting.max(top_exercised[lane - 1])
            } else {
                waiting
            };
        }
        let incoming = f64x8::simd_from(s, incoming);
        for i in 0..count {
            let waiting =
                f64x8::splat(s, from_below[i]).mul_add(incoming, f64x8::simd_from(s, value[i].0));
            let next = if EXERCISE {
                waiting.max(f64x8::simd_from(s, exercised[i].0))
            } else {
                waiting
            };
            value[i].0 = next.into();
        }
        high + b * value[count - 1].0[LANES - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Right;
    use proptest::prelude::*;

    /// One step of `count` rows from values that are a line with noise; exercise pays `1 - spot`, or nobody exercises.
    struct Case {
        couple: Couple,
        explicit: [f64; 3],
        before: Ends,
        after: Ends,
        rows: Rows,
        old: Vec<f64>,
        pays: Vec<f64>,
    }

    fn case(count: usize, diffusion: f64, is_half: bool, noise: &[f64]) -> Case {
        let n = LANES * count;
        let inputs = Inputs {
            right: Right::Put,
            spot: 1.0,
            strike: 1.0,
            years: 1.0,
            rate: 0.05,
            dividend_yield: 0.0,
            vol: 0.3,
        };
        let step = 3.0 / n as f64;
        let half = diffusion * step * step / (0.5 * inputs.vol * inputs.vol);
        let couple = Couple::new(&inputs, half, step);
        let spot: Vec<f64> = (0..n + 2).map(|i| (step * i as f64 - 1.5).exp()).collect();
        let old: Vec<f64> = (0..n + 2)
            .map(|i| (1.0 - spot[i]).max(0.0) + 0.05 * noise[i % noise.len()])
            .collect();
        let mut rows = Rows::default();
        rows.load(&spot, &old);
        rows.powers(couple);
        let explicit = if is_half {
            [1.0, 0.0, 0.0]
        } else {
            let middle = 1.0 - couple.up - couple.down - couple.discount;
            [middle, couple.up, couple.down]
        };
        Case {
            couple,
            explicit: explicit.map(|part| part * couple.pivot),
            before: Ends {
                low: old[0],
                high: old[n + 1],
                above: 0.3,
            },
            after: Ends {
                low: old[0] * 0.99,
                high: f64::NAN,
                above: 0.29,
            },
            rows,
            pays: spot.iter().map(|spot| 1.0 - spot).collect(),
            old,
        }
    }

    impl Case {
        /// Values after the step, and by how much each row misses its equation.
        fn run<const EXERCISE: bool>(mut self) -> (Vec<f64>, Vec<f64>) {
            let Case {
                couple,
                explicit,
                before,
                after,
                ..
            } = self;
            let high = dispatch!(level(), s => self.rows.step::<_, EXERCISE>(s, couple, explicit, [-1.0, -1.0], before, after));
            let mut new = self.old.clone();
            self.rows.store(&mut new);
            let n = new.len() - 1;
            (new[0], new[n]) = (after.low, high);
            let Couple {
                up,
                down,
                discount,
                pivot,
            } = couple;
            let (b, old) = (down * pivot, &self.old);
            let beside = |above: f64, high: f64| above + b * (high - above);
            let miss = (1..=n).map(|j| {
                let (old_above, new_above) = if j < n {
                    (old[j + 1], new[j + 1])
                } else {
                    (beside(before.above, before.high), beside(after.above, high))
                };
                let [at, from_up, from_down] = explicit.map(|part| part / pivot);
                let right = at * old[j] + from_up * old_above + from_down * old[j - 1];
                (1.0 + up + down + discount) * new[j] - up * new_above - down * new[j - 1] - right
            });
            let miss = miss.collect();
            (new, miss)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn every_row_obeys_its_equation(
            count in 1_usize..40, diffusion in 1e-6..1e3_f64, is_half: bool, noise in prop::collection::vec(0.0..1.0_f64, 7),
        ) {
            let (_, miss) = case(count, diffusion, is_half, &noise).run::<false>();
            let worst = miss.iter().fold(0.0_f64, |worst, miss| worst.max(miss.abs()));
            prop_assert!(worst < 1e-13 * (1.0 + diffusion), "{worst:e}");
        }

        /// The holder exercises or waits, whichever is best: no row is below exercise, and waiting pays nothing extra except
        /// where there is exercise. From the low end on it is exercised, as far as it is at all.
        #[test]
        fn exercise_is_complementary(
            count in 1_usize..40, log_diffusion in -6.0..5.0_f64, is_half: bool,
        ) {
            let case = case(count, log_diffusion.exp(), is_half, &[0.0]);
            let pays = case.pays.clone();
            let diffusion = log_diffusion.exp();
            let (new, miss) = case.run::<true>();
            for j in 1..new.len() - 1 {
                let (over, miss) = (new[j] - pays[j], miss[j - 1]);
                prop_assert!(over >= -1e-15 && miss >= -1e-13 * (1.0 + diffusion), "{over:e} {miss:e}");
                prop_assert!(over < 1e-13 || miss < 1e-13 * (1.0 + diffusion), "{over:e} {miss:e}");
            }
        }
    }
}
