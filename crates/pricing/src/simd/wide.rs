//! `W` vectors of `f64` or `f32` side by side, and what is computed in them.
//!
//! Every operation is written for all `W` vectors before the next begins. A processor waits four cycles for a sum or product;
//! the neighbours' fill them, which its own reordering cannot do over the length of a whole formula.
//! Formulas: see the parent. Not for arguments outside the ranges that each function states; nothing here checks them.

use super::precision::Precision;
use crate::Right;
use fearless_simd::Simd;
use fearless_simd::prelude::*;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// Numbers side by side; `W` vectors of the machine.
pub(crate) struct Wide<S: Simd, P: Precision, const W: usize>(pub(crate) [P::Vector<S>; W]);

/// A yes or no for each of them.
pub(crate) struct Flags<S: Simd, P: Precision, const W: usize>([Mask<S, P>; W]);

type Mask<S, P> = <<P as Precision>::Vector<S> as SimdBase<S>>::Mask;

impl<S: Simd, P: Precision, const W: usize> Clone for Wide<S, P, W> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Simd, P: Precision, const W: usize> Copy for Wide<S, P, W> {}
impl<S: Simd, P: Precision, const W: usize> Clone for Flags<S, P, W> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Simd, P: Precision, const W: usize> Copy for Flags<S, P, W> {}

/// A table that the compiler must read where it is used. Otherwise it keeps the numbers in registers over the whole loop, and
/// what is computed has to go to memory instead.
#[inline(always)]
fn table<P, T: AsRef<[P]>>(table: &'static T) -> &'static [P] {
    std::hint::black_box(table).as_ref()
}

/// The same for every vector: loops and no closures, which would not be inlined where the wide instructions are allowed.
macro_rules! each {
    ($first:expr, $i:ident => $f:expr) => {{
        let mut out = $first;
        let mut $i = 0;
        while $i < W {
            out[$i] = $f;
            $i += 1;
        }
        out
    }};
}

macro_rules! operator {
    ($trait:ident, $name:ident, $op:tt) => {
        impl<S: Simd, P: Precision, const W: usize> $trait for Wide<S, P, W> {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                Wide(each!(self.0, i => self.0[i] $op other.0[i]))
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

impl<S: Simd, P: Precision, const W: usize> Neg for Wide<S, P, W> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Wide(each!(self.0, i => -self.0[i]))
    }
}

macro_rules! flag_operator {
    ($trait:ident, $name:ident, $op:tt) => {
        impl<S: Simd, P: Precision, const W: usize> $trait for Flags<S, P, W> {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                Flags(each!(self.0, i => self.0[i] $op other.0[i]))
            }
        }
    };
}

flag_operator!(BitAnd, bitand, &);
flag_operator!(BitOr, bitor, |);

impl<S: Simd, P: Precision, const W: usize> Not for Flags<S, P, W> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Flags(each!(self.0, i => !self.0[i]))
    }
}

impl<S: Simd, P: Precision, const W: usize> Flags<S, P, W> {
    /// How many rows.
    pub(crate) const LEN: usize = W * <P::Vector<S> as SimdBase<S>>::LEN;

    /// Which of the rights are puts. There are `LEN` of them.
    #[inline(always)]
    pub(crate) fn puts(simd: S, right: &[Right]) -> Self {
        let len = <P::Vector<S> as SimdBase<S>>::LEN;
        let none = Mask::<S, P>::splat(simd, false);
        Flags(each!([none; W], i => {
            let right = &right[i * len..(i + 1) * len];
            let mut bits = 0;
            let mut at = 0;
            while at < len {
                let mut bytes = [0_u8; 8];
                let some = &right[at..if at + 8 < len { at + 8 } else { len }];
                for (byte, &right) in bytes.iter_mut().zip(some) {
                    *byte = right as u8;
                }
                // Eight bytes of 0 or 1 become eight bits: the product brings byte `j` to bit `56 + j`.
                let gathered = u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                bits |= gathered << at;
                at += 8;
            }
            Mask::<S, P>::from_bitmask(simd, bits)
        }))
    }

    /// A bit for each row.
    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        let mut bits = 0;
        let mut i = 0;
        while i < W {
            bits |= self.0[i].to_bitmask() << (i * Self::LEN / W);
            i += 1;
        }
        bits
    }

    #[inline(always)]
    pub(crate) fn all(self) -> bool {
        let mut all = self.0[0];
        let mut i = 1;
        while i < W {
            all &= self.0[i];
            i += 1;
        }
        all.all_true()
    }

    #[inline(always)]
    pub(crate) fn any(self) -> bool {
        let mut any = self.0[0];
        let mut i = 1;
        while i < W {
            any |= self.0[i];
            i += 1;
        }
        any.any_true()
    }

    #[inline(always)]
    pub(crate) fn select(self, yes: Wide<S, P, W>, no: Wide<S, P, W>) -> Wide<S, P, W> {
        Wide(each!(yes.0, i => self.0[i].select(yes.0[i], no.0[i])))
    }
}

impl<S: Simd, P: Precision, const W: usize> Wide<S, P, W> {
    /// How many rows.
    pub(crate) const LEN: usize = W * <P::Vector<S> as SimdBase<S>>::LEN;

    #[inline(always)]
    pub(crate) fn splat(simd: S, value: f64) -> Self {
        Wide([P::Vector::<S>::splat(simd, P::of(value)); W])
    }

    #[inline(always)]
    fn constant(simd: S, value: P) -> Self {
        Wide([P::Vector::<S>::splat(simd, value); W])
    }

    /// From `LEN` rows.
    #[inline(always)]
    pub(crate) fn load(simd: S, rows: &[P]) -> Self {
        let len = <P::Vector<S> as SimdBase<S>>::LEN;
        let zero = P::Vector::<S>::splat(simd, P::of(0.0));
        Wide(each!([zero; W], i => P::Vector::<S>::from_slice(simd, &rows[i * len..(i + 1) * len])))
    }

    /// Into `LEN` rows.
    #[inline(always)]
    pub(crate) fn store(self, rows: &mut [P]) {
        let len = <P::Vector<S> as SimdBase<S>>::LEN;
        let mut i = 0;
        while i < W {
            self.0[i].store_slice(&mut rows[i * len..(i + 1) * len]);
            i += 1;
        }
    }

    /// `self * factor + term`.
    #[inline(always)]
    pub(crate) fn mul_add(self, factor: Self, term: Self) -> Self {
        Wide(each!(self.0, i => self.0[i].mul_add(factor.0[i], term.0[i])))
    }

    /// `self * factor - term`.
    #[inline(always)]
    pub(crate) fn mul_sub(self, factor: Self, term: Self) -> Self {
        Wide(each!(self.0, i => self.0[i].mul_sub(factor.0[i], term.0[i])))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        Wide(each!(self.0, i => self.0[i].abs()))
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        Wide(each!(self.0, i => self.0[i].sqrt()))
    }

    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Wide(each!(self.0, i => self.0[i].max(other.0[i])))
    }

    #[inline(always)]
    pub(crate) fn min(self, other: Self) -> Self {
        Wide(each!(self.0, i => self.0[i].min(other.0[i])))
    }

    #[inline(always)]
    pub(crate) fn lt(self, other: Self) -> Flags<S, P, W> {
        let none = self.0[0].simd_lt(self.0[0]);
        Flags(each!([none; W], i => self.0[i].simd_lt(other.0[i])))
    }

    #[inline(always)]
    pub(crate) fn le(self, other: Self) -> Flags<S, P, W> {
        let none = self.0[0].simd_lt(self.0[0]);
        Flags(each!([none; W], i => self.0[i].simd_le(other.0[i])))
    }

    /// Whether `low <= self <= high`.
    #[inline(always)]
    pub(crate) fn within(self, simd: S, low: f64, high: f64) -> Flags<S, P, W> {
        Self::splat(simd, low).le(self) & self.le(Self::splat(simd, high))
    }

    /// Whether every number is positive and from `2^from` to below `2^(from + 64)`.
    #[inline(always)]
    pub(crate) fn in_windows<const N: usize>(
        simd: S,
        numbers: [Self; N],
        from: [i32; N],
    ) -> Flags<S, P, W> {
        let none = Mask::<S, P>::splat(simd, false);
        Flags(each!([none; W], i => {
            let mut vectors = [numbers[0].0[i]; N];
            let mut k = 1;
            while k < N {
                vectors[k] = numbers[k].0[i];
                k += 1;
            }
            P::in_windows(simd, vectors, from)
        }))
    }

    /// `c[0] + c[1] self + ...`, even and odd powers apart so that two chains run side by side.
    #[inline(always)]
    pub(crate) fn polynomial(self, simd: S, c: &[P]) -> Self {
        let square = self * self;
        let (mut even, mut odd) = if c.len().is_multiple_of(2) {
            (c.len() - 2, c.len() - 1)
        } else {
            (c.len() - 1, c.len() - 2)
        };
        let mut sums = [Self::constant(simd, c[even]), Self::constant(simd, c[odd])];
        while even >= 2 {
            even -= 2;
            sums[0] = sums[0].mul_add(square, Self::constant(simd, c[even]));
            if odd >= 2 {
                odd -= 2;
                sums[1] = sums[1].mul_add(square, Self::constant(simd, c[odd]));
            }
        }
        sums[1].mul_add(self, sums[0])
    }

    /// The exponential; see `exp`.
    #[inline(always)]
    pub(crate) fn exp(self, simd: S) -> Self {
        let [low, high] = P::EXP_RANGE;
        let low = Self::constant(simd, low);
        let lost = self.lt(low);
        let grown = self
            .max(low)
            .min(Self::constant(simd, high))
            .exp_in_range(simd);
        lost.select(Self::splat(simd, 0.0), grown)
    }

    /// The exponential of a number that is not positive: 0 below -708.39, in `f32` below -87.3.
    #[inline(always)]
    pub(crate) fn exp_of_negative(self, simd: S) -> Self {
        let lost = self.lt(Self::constant(simd, P::EXP_RANGE[0]));
        lost.select(Self::splat(simd, 0.0), self.exp_in_range(simd))
    }

    /// The exponential of two numbers, and where both are at most `most` from 0: 600, in `f32` 10, and no more. Where all are
    /// small there is nothing to take apart, and the short way gives the same bits.
    #[inline(always)]
    pub(crate) fn exp_of_two(simd: S, x: [Self; 2], most: Self) -> ([Self; 2], Flags<S, P, W>) {
        // Below half of ln 2 the whole number in x / ln 2 is none.
        let small = Self::splat(simd, 0.3465);
        let all_small = (x[0].abs() + x[1].abs()).lt(small);
        if all_small.all() {
            (
                [x[0].exp_of_remainder(simd), x[1].exp_of_remainder(simd)],
                all_small,
            )
        } else {
            (
                [x[0].exp_in_range(simd), x[1].exp_in_range(simd)],
                x[0].abs().le(most) & x[1].abs().le(most),
            )
        }
    }

    #[inline(always)]
    fn exp_in_range(self, simd: S) -> Self {
        let round = Self::constant(simd, P::ROUND);
        let shifted = self.mul_add(Self::splat(simd, std::f64::consts::LOG2_E), round);
        let n = shifted - round;
        let r = n.mul_add(-Self::constant(simd, P::LN_2[0]), self);
        let r = n.mul_add(-Self::constant(simd, P::LN_2[1]), r);
        let small = r.exp_of_remainder(simd);
        Wide(each!(small.0, i => P::scaled::<S>(small.0[i], shifted.0[i])))
    }

    #[inline(always)]
    fn exp_of_remainder(self, simd: S) -> Self {
        (self * self).mul_add(self.polynomial(simd, table(P::EXP)), self) + Self::splat(simd, 1.0)
    }

    /// `ln(self / b)` with no digit lost where the two are close. Both are normal, positive, between 1e-306 and 1e306 (1e-30 and
    /// 1e30 in `f32`).
    #[inline(always)]
    pub(crate) fn ln_ratio(self, simd: S, b: Self) -> Self {
        let (scaled, k) = self.aligned(simd, b);
        let f = (scaled - b) / (scaled + b);
        Self::ln_from(simd, f, k)
    }

    /// [`Wide::ln_ratio`], and `1 / b` from the same division; here `b` is no nearer to 0 than 1e-150 (1e-18 in `f32`).
    #[inline(always)]
    pub(crate) fn ln_ratio_and_inverse(self, simd: S, b: Self) -> [Self; 2] {
        let (scaled, k) = self.aligned(simd, b);
        let sum = scaled + b;
        let share = Self::splat(simd, 1.0) / (sum * b);
        [
            Self::ln_from(simd, (scaled - b) * (b * share), k),
            sum * share,
        ]
    }

    /// `self` times the power of two that brings it near to `b`, and that power.
    #[inline(always)]
    fn aligned(self, simd: S, b: Self) -> (Self, Self) {
        let (mut scaled, mut power) = (self.0, self.0);
        let mut i = 0;
        while i < W {
            (scaled[i], power[i]) = P::aligned(simd, self.0[i], b.0[i]);
            i += 1;
        }
        (Wide(scaled), Wide(power))
    }

    #[inline(always)]
    fn ln_from(simd: S, f: Self, k: Self) -> Self {
        let square = f * f;
        let low = k * Self::constant(simd, P::LN_2[1]);
        let rest = (f * square).mul_add(square.polynomial(simd, table(P::LN)), low);
        k.mul_add(Self::constant(simd, P::LN_2[0]), f + (f + rest))
    }

    /// Mills' ratio `(1 - N(z)) / n(z)` for `z` from 0 to 1e70 (1e4 in `f32`).
    #[inline(always)]
    pub(crate) fn mills(self, simd: S) -> Self {
        let (centre, pole) = Self::mills_places(simd);
        let (above, pole) = (self + centre, self + pole);
        let share = Self::splat(simd, 1.0) / (above * pole);
        let t = (self - centre) * (pole * share);
        t.polynomial(simd, table(P::MILLS)) * (above * share)
    }

    /// [`Wide::mills`] of two arguments at the price of one division.
    #[inline(always)]
    pub(crate) fn mills_of_two(simd: S, z: [Self; 2]) -> [Self; 2] {
        let (centre, pole) = Self::mills_places(simd);
        let above = [z[0] + centre, z[1] + centre];
        let pole = [z[0] + pole, z[1] + pole];
        let below = [above[0] * pole[0], above[1] * pole[1]];
        let share = Self::splat(simd, 1.0) / (below[0] * below[1]);
        let share = [share * below[1], share * below[0]];
        let t = [
            (z[0] - centre) * (pole[0] * share[0]),
            (z[1] - centre) * (pole[1] * share[1]),
        ];
        [
            t[0].polynomial(simd, table(P::MILLS)) * (above[0] * share[0]),
            t[1].polynomial(simd, table(P::MILLS)) * (above[1] * share[1]),
        ]
    }

    #[inline(always)]
    fn mills_places(simd: S) -> (Self, Self) {
        (
            Self::constant(simd, P::MILLS_CENTRE),
            Self::splat(simd, super::POLE),
        )
    }

    /// Mills' ratio at `near`, and how much less it is `gap` further on, to a few roundings of itself however small the gap.
    /// `near` from -0.75, both up to 1e70 (1e4 in `f32`).
    ///
    /// With `Y = G(t) / (z + p)` the difference is `gap (G1 - 2 C (z1 + p) [G] / (w1 w2)) / ((z1 + p) (z2 + p))`, where
    /// `[G]` is the divided difference of the polynomial; Horner's scheme makes it beside the value.
    #[inline(always)]
    pub(crate) fn mills_and_fall(simd: S, near: Self, gap: Self) -> [Self; 2] {
        let far = near + gap;
        let lift = Self::splat(simd, P::SPREAD_CENTRE + super::SPREAD_FROM);
        let centre = Self::splat(simd, P::SPREAD_CENTRE - super::SPREAD_FROM);
        let pole = Self::splat(simd, super::SPREAD_POLE);
        let above = [near + lift, far + lift];
        let pole = [near + pole, far + pole];
        let below = [above[0] * above[1], pole[0] * pole[1]];
        let share = Self::splat(simd, 1.0) / (below[0] * below[1]);
        let [per_above, per_pole] = [below[1] * share, below[0] * share];
        let t = [
            (near - centre) * (above[1] * per_above),
            (far - centre) * (above[0] * per_above),
        ];
        let [value, divided] = Self::polynomial_and_difference(simd, t, table(P::SPREAD));
        let tilt = pole[0] * per_above * Self::splat(simd, -2.0 * P::SPREAD_CENTRE);
        [
            value * (pole[1] * per_pole),
            gap * per_pole * tilt.mul_add(divided, value),
        ]
    }

    /// The polynomial at `t[0]`, and `(c(t[0]) - c(t[1])) / (t[0] - t[1])`; an even number of coefficients.
    #[inline(always)]
    fn polynomial_and_difference(simd: S, t: [Self; 2], c: &[P]) -> [Self; 2] {
        let u = [t[0] * t[0], t[1] * t[1]];
        let mut k = c.len() - 2;
        let mut value = [Self::constant(simd, c[k]), Self::constant(simd, c[k + 1])];
        let mut fall = value;
        k -= 2;
        loop {
            value[0] = value[0].mul_add(u[0], Self::constant(simd, c[k]));
            value[1] = value[1].mul_add(u[0], Self::constant(simd, c[k + 1]));
            if k == 0 {
                break;
            }
            k -= 2;
            fall[0] = fall[0].mul_add(u[1], value[0]);
            fall[1] = fall[1].mul_add(u[1], value[1]);
        }
        let [even, odd] = value;
        let inner = fall[1].mul_add(t[1], fall[0]);
        [odd.mul_add(t[0], even), (t[0] + t[1]).mul_add(inner, odd)]
    }
}

impl<S: Simd, P: Precision> Wide<S, P, 4> {
    /// The first and the last two vectors.
    #[inline(always)]
    pub(crate) fn halves(self) -> [Wide<S, P, 2>; 2] {
        let [a, b, c, d] = self.0;
        [Wide([a, b]), Wide([c, d])]
    }

    #[inline(always)]
    pub(crate) fn join([first, last]: [Wide<S, P, 2>; 2]) -> Self {
        let ([a, b], [c, d]) = (first.0, last.0);
        Wide([a, b, c, d])
    }
}

impl<S: Simd, P: Precision> Flags<S, P, 4> {
    /// The first and the last two vectors.
    #[inline(always)]
    pub(crate) fn halves(self) -> [Flags<S, P, 2>; 2] {
        let [a, b, c, d] = self.0;
        [Flags([a, b]), Flags([c, d])]
    }

    #[inline(always)]
    pub(crate) fn join([first, last]: [Flags<S, P, 2>; 2]) -> Self {
        let ([a, b], [c, d]) = (first.0, last.0);
        Flags([a, b, c, d])
    }
}

impl<S: Simd> Wide<S, f64, 4> {
    /// In half of the digits.
    #[inline(always)]
    pub(crate) fn narrow(self) -> Wide<S, f32, 2> {
        let [a, b, c, d] = self.0;
        Wide([a.narrow(b), c.narrow(d)])
    }
}

impl<S: Simd> Wide<S, f32, 2> {
    /// In twice the digits.
    #[inline(always)]
    pub(crate) fn widen(self) -> Wide<S, f64, 4> {
        let ((a, b), (c, d)) = (self.0[0].widen(), self.0[1].widen());
        Wide([a, b, c, d])
    }
}
