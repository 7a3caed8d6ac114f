use super::*;

const ERRORS: LogErrors = LogErrors {
    implied: 0.15,
    history: 0.20,
};

/// A series that any language can make: a linear congruential generator, sums of twelve, and the recursion itself.
struct Noise(u64);

impl Noise {
    fn normal(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..12 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        }
        sum - 6.0
    }
}

fn simulated(days: usize, shock: f64, memory: f64, seed: u64) -> Vec<f64> {
    let (mut noise, mut variance) = (Noise(seed), 1e-4_f64);
    (0..days)
        .map(|_| {
            let r = variance.sqrt() * noise.normal();
            variance = (1.0 - shock - memory) * 1e-4 + shock * r * r + memory * variance;
            r
        })
        .collect()
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} {expected}");
}

/// The likelihood and its greatest place by the Python package `arch` 8.0.0 (`GARCH.compute_variance` and `Normal.loglikelihood` on percent returns,
/// backcast at the mean square; maximum by `scipy` 1.17.1, Nelder-Mead, over the same two numbers), and its forecast of 21 days.
#[test]
fn the_likelihood_is_that_of_arch() {
    let returns = simulated(1000, 0.08, 0.90, 1);
    let target = returns.iter().map(|r| r * r).sum::<f64>() / 1000.0;
    near(target, 6.776_887_657_884_634e-5, 1e-17);
    let garch = |shock, memory| Garch {
        target,
        shock,
        memory,
    };
    for (shock, memory, expected) in [
        (0.08, 0.90, 3_418.802_932_261_906),
        (0.05, 0.90, 3_416.940_047_987_488),
        (0.20, 0.50, 3_413.248_545_171_318),
    ] {
        near(
            garch(shock, memory).log_likelihood(&returns),
            expected,
            1e-7,
        );
    }
    let fit = Garch::fit(&returns).unwrap();
    near(fit.log_likelihood(&returns), 3_419.754_579_745, 1e-5);
    near(fit.shock, 0.074_578_6, 2e-3);
    near(fit.memory, 0.891_022_7, 4e-3);
    near(
        garch(0.08, 0.90).variance(&returns, 21),
        0.001_900_895_101_438_71,
        1e-15,
    );
}

#[test]
fn garch_finds_what_was_planted_and_no_neighbour_is_likelier() {
    let returns = simulated(20_000, 0.10, 0.85, 5);
    let fit = Garch::fit(&returns).unwrap();
    near(fit.shock, 0.10, 0.015);
    near(fit.memory, 0.85, 0.025);
    near(fit.target.sqrt(), 0.01, 5e-4);
    let best = fit.log_likelihood(&returns);
    for (shock, memory) in [(0.003, 0.0), (-0.003, 0.0), (0.0, 0.003), (0.0, -0.003)] {
        let beside = Garch {
            shock: fit.shock + shock,
            memory: fit.memory + memory,
            ..fit
        };
        assert!(beside.log_likelihood(&returns) < best, "{shock} {memory}");
    }
}

#[test]
fn garch_is_stationary_whatever_it_sees() {
    let steady: Vec<f64> = simulated(600, 0.0, 0.0, 3);
    // Volatility that grows for ever asks for more persistence than there can be.
    let growing = steady.iter().enumerate();
    let growing: Vec<f64> = growing
        .map(|(day, r)| r * (day as f64 / 60.0).exp2())
        .collect();
    let crash: Vec<f64> = steady
        .iter()
        .enumerate()
        .map(|(day, r)| if day == 500 { -0.5 } else { *r })
        .collect();
    for returns in [&steady, &growing, &crash] {
        let fit = Garch::fit(returns).unwrap();
        assert!(fit.shock >= 0.0 && fit.memory >= 0.0, "{fit:?}");
        assert!(fit.shock + fit.memory <= PERSISTENCE_MAX, "{fit:?}");
        let month = fit.variance(returns, 21);
        assert!(month > 0.0 && month.is_finite(), "{fit:?}");
    }
    assert_eq!(Garch::fit(&steady[..499]), None);
    assert_eq!(Garch::fit(&[0.0; 600]), None);
    assert_eq!(Garch::fit(&[f64::NAN; 600]), None);
}

#[test]
fn har_finds_what_was_planted() {
    let planted = [2e-5, 0.10, 0.30, 0.40];
    let mut squares = vec![1e-4; MONTH];
    let mut noise = Noise(11);
    for _ in 0..20_000 {
        let mean = |count: usize| {
            let last = &squares[squares.len() - count..];
            last.iter().sum::<f64>() / count as f64
        };
        let [constant, day, week, month] = planted;
        let expected = constant + day * mean(1) + week * mean(WEEK) + month * mean(MONTH);
        // Noise of mean 0 that follows nothing.
        squares.push(expected * (1.0 + 0.25 * noise.normal()).max(0.0));
    }
    let returns: Vec<f64> = squares.iter().map(|square| square.sqrt()).collect();
    let fit = Har::fit(&returns, 1).unwrap();
    let tolerances = [4e-6, 0.02, 0.04, 0.06];
    for at in 0..4 {
        near(fit.weights[at], planted[at], tolerances[at]);
    }
}

/// The least squares of `numpy.linalg.lstsq` (2.4.6) on the same causes of the same series, 5 days ahead: 774 windows that had ended.
#[test]
fn har_is_least_squares() {
    let returns = simulated(800, 0.08, 0.90, 2);
    let fit = Har::fit(&returns, 5).unwrap();
    for (found, expected) in fit.weights.into_iter().zip([
        4.138_446_705_887_7e-5,
        0.005_546_810_841_497_2,
        0.097_705_757_292_734,
        0.370_767_724_085_72,
    ]) {
        near(found, expected, 1e-9 * expected.abs());
    }
    near(fit.variance(&returns), 0.000_290_321_713_251_26, 1e-12);
    near(fit.seen.0, 1.831_733_183_092_9e-5, 1e-15);
    near(fit.seen.1, 2.131_994_828_042_4e-4, 1e-15);
    assert_eq!(Har::fit(&returns[..499], 5), None);
    assert_eq!(Har::fit(&[0.01; 800], 5), None, "nothing differs");
}

#[test]
fn a_har_forecast_stays_among_what_was_seen() {
    let returns = simulated(800, 0.08, 0.90, 2);
    let mut fit = Har::fit(&returns, 5).unwrap();
    fit.weights = [-1.0, 0.0, 0.0, 0.0];
    near(fit.variance(&returns), 5.0 * fit.seen.0, 1e-18);
    fit.weights = [1.0, 0.0, 0.0, 0.0];
    near(fit.variance(&returns), 5.0 * fit.seen.1, 1e-18);
}

/// By hand: 0.06 of the last square and 0.94 of what was, of two squares of 1 and 4 a thousandth: weights 0.94 and 1.
#[test]
fn ewma_by_hand() {
    let mut returns = vec![0.0; 10];
    returns.extend([0.001_f64.sqrt(), -0.004_f64.sqrt()]);
    let past = Past {
        returns: &returns,
        implied_vol: None,
    };
    let mut fits = Fits::default();
    let ewma = Forecaster::Alone(FromReturns::Ewma);
    let found = fits.variance(ewma, past, 3, ERRORS).unwrap();
    let weights: f64 = (0..12).map(|age| 0.94_f64.powi(age)).sum();
    near(found, 3.0 * (0.004 + 0.94 * 0.001) / weights, 1e-15);
    // With a long past it is the recursion.
    let returns = simulated(600, 0.08, 0.90, 4);
    let recursion = returns
        .iter()
        .fold(1e-4, |variance, r| 0.94 * variance + 0.06 * r * r);
    let past = Past {
        returns: &returns,
        implied_vol: None,
    };
    let found = fits.variance(ewma, past, 1, ERRORS).unwrap();
    near(found, recursion, 1e-5 * recursion);
}

#[test]
fn the_mix_weighs_by_precision() {
    let history = Estimate {
        vol_per_year: 0.20,
        returns: 63,
        log_variance: 1.0 / 126.0,
    };
    let mixed = mix(Some(history), Some(0.30), ERRORS).unwrap();
    let (own, implied) = (1.0 / (1.0 / 126.0 + 0.04), 1.0 / 0.0225);
    near(mixed.history_weight, own / (own + implied), 1e-12);
    near(mixed.log_error, (1.0 / (own + implied)).sqrt(), 1e-12);
    let log = (own * 0.20_f64.ln() + implied * 0.30_f64.ln()) / (own + implied);
    near(mixed.vol_per_year, log.exp(), 1e-12);
    assert_eq!(mix(None, Some(0.30), ERRORS).unwrap().vol_per_year, 0.30);
    assert_eq!(mix(Some(history), None, ERRORS).unwrap().vol_per_year, 0.20);
    assert_eq!(mix(None, None, ERRORS), None);
}

#[test]
fn short_histories_are_told() {
    let returns = simulated(499, 0.08, 0.90, 6);
    let mut fits = Fits::default();
    for from in [FromReturns::Garch, FromReturns::Har] {
        assert_eq!(fits.history(from, &returns, 21), None);
        assert_eq!(from.returns_min(), 500);
    }
    assert_eq!(fits.history(FromReturns::Realised, &returns[..9], 21), None);
    assert!(
        fits.history(FromReturns::Realised, &returns[..10], 21)
            .is_some()
    );
    assert_eq!(fits.history(FromReturns::Ewma, &[0.0; 600], 21), None);
    let past = Past {
        returns: &returns,
        implied_vol: None,
    };
    assert_eq!(fits.variance(Forecaster::Implied, past, 21, ERRORS), None);
    let alone = fits.variance(Forecaster::Alone(FromReturns::Realised), past, 21, ERRORS);
    let mixed = fits.variance(Forecaster::Mix(FromReturns::Realised), past, 21, ERRORS);
    assert_eq!(alone, mixed, "nothing is implied");
}

/// A fit is kept for 21 days and then made anew, and each number of days ahead has its own.
#[test]
fn fits_are_kept_a_month() {
    let returns = simulated(700, 0.08, 0.90, 7);
    let mut along = Fits::default();
    for from in [FromReturns::Garch, FromReturns::Har] {
        for days in [1, 21] {
            let kept = along.history(from, &returns[..600], days).unwrap();
            let fresh = |to: usize| Fits::default().history(from, &returns[..to], days);
            assert_eq!(Some(kept), fresh(600));
            assert_ne!(along.history(from, &returns[..620], days), fresh(620));
        }
        for days in [1, 21] {
            let again = along.history(from, &returns[..621], days);
            let fresh = Fits::default().history(from, &returns[..621], days);
            assert_eq!(again, fresh);
        }
    }
}
