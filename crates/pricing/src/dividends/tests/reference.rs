//! American and European prices with cash dividends, spot model, from an independent engine.
//!
//! QuantLib 1.44, `FdBlackScholesVanillaEngine`, cash dividend model `Spot`, Douglas scheme, day count Actual/365 fixed, on
//! 2000 time steps by 4000 nodes; delta likewise. The price on 1000 by 2000 differs by at most 3e-6 of the strike. `coarse` is
//! the same engine on 100 by 400, the size that is compared with for speed.

/// One option and its price.
pub(crate) struct Row {
    /// Whether it is a call.
    pub(crate) call: bool,
    /// Whether it may be exercised before expiry.
    pub(crate) american: bool,
    /// Spot, strike, days to expiry, rate, yield, volatility.
    pub(crate) option: [f64; 6],
    /// Days to the ex-date, dollars per share.
    pub(crate) dividends: &'static [(f64, f64)],
    /// On 2000 by 4000.
    pub(crate) price: f64,
    /// On 2000 by 4000.
    pub(crate) delta: f64,
    /// Price on 100 by 400.
    pub(crate) coarse: f64,
}

/// The rows.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    Row { call: true, american: true, option: [100.0, 100.0, 90.0, 0.05, 0.0, 0.25], dividends: &[(45.0, 1.0)], price: 5.05395337, delta: 0.536334, coarse: 5.05413009 },
    Row { call: true, american: true, option: [100.0, 95.0, 90.0, 0.05, 0.0, 0.25], dividends: &[(45.0, 2.0)], price: 7.55526332, delta: 0.708534, coarse: 7.55534924 },
    Row { call: false, american: true, option: [100.0, 105.0, 90.0, 0.05, 0.0, 0.25], dividends: &[(45.0, 1.0)], price: 7.93960540, delta: -0.641927, coarse: 7.93810606 },
    Row { call: false, american: true, option: [100.0, 100.0, 180.0, 0.045, 0.0, 0.3], dividends: &[(30.0, 0.6), (121.0, 0.6)], price: 7.96599533, delta: -0.450432, coarse: 7.96415607 },
    Row { call: true, american: true, option: [100.0, 90.0, 180.0, 0.045, 0.0, 0.3], dividends: &[(30.0, 0.6), (121.0, 0.6)], price: 14.41034376, delta: 0.742454, coarse: 14.41117879 },
    Row { call: true, american: true, option: [60.0, 57.5, 45.0, 0.045, 0.0, 0.18], dividends: &[(20.0, 0.485)], price: 3.02436471, delta: 0.786091, coarse: 3.02437778 },
    Row { call: false, american: true, option: [60.0, 57.5, 45.0, 0.045, 0.0, 0.18], dividends: &[(20.0, 0.485)], price: 0.60221305, delta: -0.258646, coarse: 0.60201916 },
    Row { call: true, american: true, option: [100.0, 100.0, 365.0, 0.04, 0.08, 0.3], dividends: &[(304.0, 10.0)], price: 9.34939949, delta: 0.504742, coarse: 9.34405447 },
    Row { call: false, american: true, option: [100.0, 110.0, 365.0, 0.06, 0.0, 0.2], dividends: &[(40.0, 1.5), (131.0, 1.5), (222.0, 1.5), (313.0, 1.5)], price: 14.21536231, delta: -0.664892, coarse: 14.21334975 },
    Row { call: true, american: true, option: [100.0, 100.0, 365.0, 0.06, 0.0, 0.2], dividends: &[(40.0, 1.5), (131.0, 1.5), (222.0, 1.5), (313.0, 1.5)], price: 7.87951396, delta: 0.550162, coarse: 7.87998094 },
    Row { call: true, american: true, option: [100.0, 85.0, 30.0, 0.05, 0.0, 0.4], dividends: &[(28.0, 3.0)], price: 15.62475973, delta: 0.939987, coarse: 15.62474959 },
    Row { call: false, american: true, option: [100.0, 85.0, 30.0, 0.05, 0.0, 0.4], dividends: &[(28.0, 3.0)], price: 0.66183972, delta: -0.113331, coarse: 0.66174953 },
    Row { call: false, american: true, option: [100.0, 100.0, 730.0, 0.03, 0.01, 0.25], dividends: &[(60.0, 1.0), (151.0, 1.0), (242.0, 1.0), (333.0, 1.0), (425.0, 1.0), (516.0, 1.0), (607.0, 1.0), (698.0, 1.0)], price: 15.60687932, delta: -0.468395, coarse: 15.60698629 },
    Row { call: true, american: true, option: [100.0, 120.0, 730.0, 0.03, 0.01, 0.25], dividends: &[(60.0, 1.0), (151.0, 1.0), (242.0, 1.0), (333.0, 1.0), (425.0, 1.0), (516.0, 1.0), (607.0, 1.0), (698.0, 1.0)], price: 6.29575395, delta: 0.334799, coarse: 6.29667398 },
    Row { call: false, american: true, option: [40.0, 60.0, 365.0, 0.08, 0.0, 0.5], dividends: &[(100.0, 2.0), (282.0, 2.0)], price: 22.71401382, delta: -0.743007, coarse: 22.71151104 },
    Row { call: true, american: true, option: [250.0, 240.0, 60.0, 0.0, 0.0, 0.15], dividends: &[(10.0, 2.5)], price: 10.92877388, delta: 0.798152, coarse: 10.92810523 },
    Row { call: false, american: true, option: [250.0, 240.0, 60.0, 0.1, 0.0, 0.15], dividends: &[(10.0, 2.5)], price: 1.98255970, delta: -0.229934, coarse: 1.98049553 },
    Row { call: true, american: true, option: [20.0, 25.0, 500.0, 0.05, 0.0, 0.45], dividends: &[(90.0, 0.5), (270.0, 0.5), (450.0, 0.5)], price: 2.54155955, delta: 0.442960, coarse: 2.54175925 },
    Row { call: false, american: true, option: [20.0, 25.0, 500.0, 0.05, 0.0, 0.45], dividends: &[(90.0, 0.5), (270.0, 0.5), (450.0, 0.5)], price: 7.41370271, delta: -0.573837, coarse: 7.41294234 },
    Row { call: false, american: true, option: [100.0, 100.0, 365.0, 0.05, 0.0, 0.25], dividends: &[(180.0, 25.0)], price: 24.03891111, delta: -0.796489, coarse: 24.03606428 },
    Row { call: true, american: false, option: [100.0, 95.0, 200.0, 0.05, 0.0, 0.2], dividends: &[(60.0, 1.0), (150.0, 1.0)], price: 8.90945173, delta: 0.679580, coarse: 8.90996783 },
    Row { call: false, american: false, option: [100.0, 95.0, 200.0, 0.05, 0.0, 0.2], dividends: &[(60.0, 1.0), (150.0, 1.0)], price: 3.31351618, delta: -0.320420, coarse: 3.31376979 },
    Row { call: true, american: true, option: [2900.0, 2800.0, 28.0, 0.0, 0.0, 0.2], dividends: &[(27.0, 40.0)], price: 124.30312061, delta: 0.749183, coarse: 124.30251910 },
    Row { call: true, american: true, option: [100.0, 101.0, 20.0, 0.03, 0.02, 0.3], dividends: &[(7.0, 0.5)], price: 2.15353728, delta: 0.436253, coarse: 2.15363523 },
];
