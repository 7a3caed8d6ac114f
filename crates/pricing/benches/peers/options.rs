//! The options that are priced: made from a seed, the same on every machine to the last bits of `exp`.

use pricing::european::Inputs32Ref;
use pricing::{InputsRef, QuotedRef, Right, european, normal};

/// Columns of options, and the whole days that the years were made of.
#[derive(Default)]
pub(crate) struct Options {
    right: Vec<Right>,
    spot: Vec<f64>,
    strike: Vec<f64>,
    days: Vec<u32>,
    years: Vec<f64>,
    rate: Vec<f64>,
    dividend_yield: Vec<f64>,
    vol: Vec<f64>,
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
struct Random(u64);

impl Random {
    /// Uniform in (0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(53) + 2f64.powi(-54)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }
}

impl Options {
    /// `count` options of every kind that is traded.
    pub(crate) fn new(seed: u64, count: usize) -> Options {
        let mut random = Random(seed);
        let mut options = Options::default();
        for i in 0..count {
            let spot = random.between(20f64.ln(), 600f64.ln()).exp();
            let vol = random.between(0.08, 0.9);
            let days = random.between(1.0, 731.0) as u32;
            let deviation = vol * (f64::from(days) / 365.0).sqrt();
            let log = 1.2 * normal::inverse_cdf(random.uniform()) * deviation;
            let strike = spot * log.clamp(-0.6, 0.6).exp();
            let rate = random.between(0.0, 0.07);
            let dividend_yield = random.between(0.0, 0.05);
            let right = if i % 2 == 0 { Right::Call } else { Right::Put };
            options.push(right, spot, strike, days, rate, dividend_yield, vol);
        }
        options
    }

    /// One underlying's chain of 4,000 contracts: 20 expiries from 2 days to 2 years, 100 strikes, calls and puts.
    pub(crate) fn chain() -> Options {
        let mut options = Options::default();
        for expiry in 0..20 {
            let days = (2.0 * 365f64.powf(f64::from(expiry) / 19.0)).round() as u32;
            for strike in 0..100 {
                let strike = 70.0 + 0.6 * f64::from(strike);
                let far = (strike / 100.0f64).ln();
                let vol = (0.25 - 0.15 * far + 0.2 * far * far).max(0.1);
                for right in [Right::Call, Right::Put] {
                    options.push(right, 100.0, strike, days, 0.043, 0.013, vol);
                }
            }
        }
        options
    }

    #[allow(clippy::too_many_arguments)] // One row of the columns.
    fn push(
        &mut self,
        right: Right,
        spot: f64,
        strike: f64,
        days: u32,
        rate: f64,
        dividend_yield: f64,
        vol: f64,
    ) {
        self.right.push(right);
        self.spot.push(spot);
        self.strike.push(strike);
        self.days.push(days);
        self.years.push(f64::from(days) / 365.0);
        self.rate.push(rate);
        self.dividend_yield.push(dividend_yield);
        self.vol.push(vol);
    }

    pub(crate) fn len(&self) -> usize {
        self.right.len()
    }

    /// The first `count` puts, in order.
    pub(crate) fn puts(&self, count: usize) -> Options {
        self.first(count, |i| self.right[i] == Right::Put)
    }

    /// The first `count` of so many days to expiry or more, in order.
    pub(crate) fn of_days(&self, days_min: u32, count: usize) -> Options {
        self.first(count, |i| self.days[i] >= days_min)
    }

    /// Sets all yields to 0 but those of some rows.
    pub(crate) fn keep_yields(&mut self, keep: impl Fn(usize) -> bool) {
        for (i, dividend_yield) in self.dividend_yield.iter_mut().enumerate() {
            if !keep(i) {
                *dividend_yield = 0.0;
            }
        }
    }

    fn first(&self, count: usize, which: impl Fn(usize) -> bool) -> Options {
        let mut first = Options::default();
        for i in (0..self.len()).filter(|&i| which(i)).take(count) {
            first.push(
                self.right[i],
                self.spot[i],
                self.strike[i],
                self.days[i],
                self.rate[i],
                self.dividend_yield[i],
                self.vol[i],
            );
        }
        first
    }

    pub(crate) fn as_ref(&self) -> InputsRef<'_> {
        InputsRef {
            right: &self.right,
            spot: &self.spot,
            strike: &self.strike,
            years: &self.years,
            rate: &self.rate,
            dividend_yield: &self.dividend_yield,
            vol: &self.vol,
        }
    }

    pub(crate) fn quoted<'a>(&'a self, price_usd: &'a [f64]) -> QuotedRef<'a> {
        QuotedRef {
            right: &self.right,
            price_usd,
            spot: &self.spot,
            strike: &self.strike,
            years: &self.years,
            rate: &self.rate,
            dividend_yield: &self.dividend_yield,
        }
    }

    /// Every European price by the one-option function: the quotes of the inversion.
    pub(crate) fn european_long_hand(&self) -> Vec<f64> {
        let inputs = self.as_ref();
        (0..self.len())
            .map(|i| european::price(&inputs.get(i)))
            .collect()
    }

    /// Count, then sign, spot, strike, days, rate, yield, volatility and price, each as a column of doubles.
    pub(crate) fn bytes(&self, prices: &[f64]) -> Vec<u8> {
        let count = self.len() as f64;
        let signs: Vec<f64> = self.right.iter().map(|right| right.sign()).collect();
        let days: Vec<f64> = self.days.iter().map(|&days| f64::from(days)).collect();
        let columns: [&[f64]; 8] = [
            &signs,
            &self.spot,
            &self.strike,
            &days,
            &self.rate,
            &self.dividend_yield,
            &self.vol,
            prices,
        ];
        let mut bytes = count.to_ne_bytes().to_vec();
        for column in columns {
            bytes.extend(column.iter().flat_map(|value| value.to_ne_bytes()));
        }
        bytes
    }

    /// FNV-1a over the inputs: says whether two runs priced the same options.
    pub(crate) fn checksum(&self) -> u64 {
        let bytes = self.bytes(&[]);
        bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
        })
    }
}

/// The same options in `f32`.
pub(crate) struct Singles<'a> {
    right: &'a [Right],
    numbers: [Vec<f32>; 6],
}

impl Singles<'_> {
    pub(crate) fn new(options: &Options) -> Singles<'_> {
        let column = |column: &[f64]| column.iter().map(|&x| x as f32).collect();
        Singles {
            right: &options.right,
            numbers: [
                column(&options.spot),
                column(&options.strike),
                column(&options.years),
                column(&options.rate),
                column(&options.dividend_yield),
                column(&options.vol),
            ],
        }
    }

    pub(crate) fn as_ref(&self) -> Inputs32Ref<'_> {
        let [spot, strike, years, rate, dividend_yield, vol] = &self.numbers;
        Inputs32Ref {
            right: self.right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        }
    }
}

/// `N` columns of room for `len` answers.
pub(crate) fn room<T: Clone, const N: usize>(len: usize, empty: T) -> [Vec<T>; N] {
    std::array::from_fn(|_| vec![empty.clone(); len])
}
