//! Whether forecasts come true: losses of volatility forecasts and which is better, and whether quantiles are passed as often as they say.
//!
//! ```text
//! QLIKE          r / f - ln(r / f) - 1        r what came, f the forecast, both variances: 0 where they are equal, and hard on low forecasts
//! better         Diebold-Mariano: mean difference of two losses over its error; neighbours up to h - 1 apart go together, with the
//!                correction for small samples of Harvey, Leybourne & Newbold
//! passed         Kupiec: is p n what passed?             LR = 2 ln( L(share that passed) / L(p) ), chi squared with 1 degree
//! in clusters    Christoffersen: does passing follow passing?                                    1 degree; both together 2
//! ```
//! A forecast of h days overlaps the next h - 1: take days that are h apart, or tell [`better`] so.
//!
//! Sources: Patton, Journal of Econometrics 160 (2011), for QLIKE; Diebold & Mariano (1995); Harvey, Leybourne & Newbold (1997); Kupiec, Journal of
//! Derivatives 3 (1995); Christoffersen, International Economic Review 39 (1998).

use crate::Error;
use pricing::normal;

/// The loss of a forecast of variance where `realised` came. Infinite for a forecast of nothing.
pub fn qlike(forecast: f64, realised: f64) -> f64 {
    if forecast <= 0.0 {
        return f64::INFINITY;
    }
    // A day without any move would be infinitely wrong whatever was said; a millionth of the forecast stands for it.
    let ratio = (realised / forecast).max(1e-6);
    ratio - ratio.ln() - 1.0
}

/// Which of two forecasts has the smaller loss, and whether that can be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Better {
    /// Mean loss of the first less that of the second: below zero the first is better.
    pub difference: f64,
    /// That over its standard error.
    pub statistic: f64,
    /// Chance of one so far from zero where both are alike.
    pub p_value: f64,
}

/// Compares losses of two forecasts on the same days, of which each looks `horizon` days ahead.
///
/// # Errors
/// [`Error::Parameter`] for series of different lengths, fewer than four horizons of days, or losses that do not differ.
pub fn better(first: &[f64], second: &[f64], horizon: usize) -> Result<Better, Error> {
    let (count, lags) = (first.len(), horizon.max(1));
    let wrong = |name, value, should| {
        Err(Error::Parameter {
            name,
            value,
            should,
        })
    };
    if second.len() != count {
        return wrong(
            "losses of the second",
            second.len() as f64,
            "as many as of the first",
        );
    }
    if count < 4 * lags {
        return wrong("losses", count as f64, "four horizons of days at least");
    }
    let n = count as f64;
    let gaps: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let difference = gaps.iter().sum::<f64>() / n;
    let together = |lag: usize| {
        let pairs = gaps.iter().zip(&gaps[lag..]);
        pairs
            .map(|(a, b)| (a - difference) * (b - difference))
            .sum::<f64>()
            / n
    };
    // Weights that fall (Bartlett) keep it above zero.
    let variance = together(0)
        + 2.0
            * (1..lags)
                .map(|lag| (1.0 - lag as f64 / lags as f64) * together(lag))
                .sum::<f64>();
    if variance.is_nan() || variance <= 0.0 {
        return wrong("the variance of the differences", variance, "above zero");
    }
    let h = lags as f64;
    let small = ((n + 1.0 - 2.0 * h + h * (h - 1.0) / n) / n)
        .max(0.0)
        .sqrt();
    let statistic = small * difference / (variance / n).sqrt();
    Ok(Better {
        difference,
        statistic,
        p_value: 2.0 * normal::cdf(-statistic.abs()),
    })
}

/// How often a quantile was passed, and whether that can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Days.
    pub days: usize,
    /// Of them, days on which the quantile was passed.
    pub passed: usize,
    /// Chance of a share so far off (Kupiec).
    pub share_p: f64,
    /// Chance of so much clustering (Christoffersen); none where passing was never followed by a day, or always or never happened.
    pub clusters_p: Option<f64>,
    /// Chance of both.
    pub both_p: Option<f64>,
}

/// Tests days on which a quantile was passed (`true`) or not, where it should be passed with chance `p`.
///
/// # Errors
/// [`Error::Parameter`] for no days or a chance outside 0 and 1.
pub fn coverage(days: &[bool], p: f64) -> Result<Coverage, Error> {
    let wrong = |name, value, should| {
        Err(Error::Parameter {
            name,
            value,
            should,
        })
    };
    if days.is_empty() {
        return wrong("days", 0.0, "one at least");
    }
    if !(p > 0.0 && p < 1.0) {
        return wrong("the chance of passing", p, "between 0 and 1");
    }
    let passed = days.iter().filter(|day| **day).count();
    let (hits, misses) = (passed as f64, (days.len() - passed) as f64);
    let share =
        2.0 * (likelihood(hits, misses, hits / (hits + misses)) - likelihood(hits, misses, p));
    let (mut from_miss, mut from_hit) = ([0.0_f64; 2], [0.0_f64; 2]);
    for pair in days.windows(2) {
        let from = if pair[0] {
            &mut from_hit
        } else {
            &mut from_miss
        };
        from[usize::from(pair[1])] += 1.0;
    }
    let (after_miss, after_hit) = (from_miss[0] + from_miss[1], from_hit[0] + from_hit[1]);
    let hits_after = from_miss[1] + from_hit[1];
    let all = after_miss + after_hit;
    let clusters = (after_hit > 0.0 && after_miss > 0.0 && hits_after > 0.0 && hits_after < all)
        .then(|| {
            let alike = likelihood(hits_after, all - hits_after, hits_after / all);
            let own = likelihood(from_miss[1], from_miss[0], from_miss[1] / after_miss)
                + likelihood(from_hit[1], from_hit[0], from_hit[1] / after_hit);
            2.0 * (own - alike)
        });
    Ok(Coverage {
        days: days.len(),
        passed,
        share_p: beyond_one(share),
        clusters_p: clusters.map(beyond_one),
        // Chi squared with two degrees.
        both_p: clusters.map(|clusters| (-(share + clusters).max(0.0) / 2.0).exp()),
    })
}

/// Logarithm of the chance of so many hits and misses; what did not happen counts nothing.
fn likelihood(hits: f64, misses: f64, chance: f64) -> f64 {
    let part = |count: f64, chance: f64| {
        if count > 0.0 {
            count * chance.ln()
        } else {
            0.0
        }
    };
    part(hits, chance) + part(misses, 1.0 - chance)
}

/// The chance that chi squared with one degree is beyond `x`.
fn beyond_one(x: f64) -> f64 {
    2.0 * normal::cdf(-x.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uniform;

    fn days(count: usize, passed: usize) -> Vec<bool> {
        (0..count).map(|day| day < passed).collect()
    }

    /// Kupiec (1995), table 3: how many of 255, 510 and 1,000 days may pass before 95 % rejects.
    #[test]
    fn kupiec_rejects_where_his_table_does() {
        for (p, count, low, high) in [
            (0.01, 255, None, 7),
            (0.01, 510, Some(1), 11),
            (0.01, 1000, Some(4), 17),
            (0.05, 255, Some(6), 21),
            (0.05, 510, Some(16), 36),
            (0.05, 1000, Some(37), 65),
        ] {
            let kept = |passed| coverage(&days(count, passed), p).unwrap().share_p > 0.05;
            assert!(kept(high - 1) && !kept(high), "{p} {count} {high}");
            if let Some(low) = low {
                assert!(kept(low + 1) && !kept(low), "{p} {count} {low}");
            }
        }
    }

    #[test]
    fn clusters_are_found_and_scattered_days_are_not() {
        // Ten of 200 days, twice five in a row, and every twentieth.
        let rows: Vec<bool> = (0..200).map(|day| (day / 5) % 20 == 3).collect();
        let apart: Vec<bool> = (0..200).map(|day| day % 20 == 3).collect();
        let (rows, apart) = (
            coverage(&rows, 0.05).unwrap(),
            coverage(&apart, 0.05).unwrap(),
        );
        assert_eq!((rows.passed, apart.passed), (10, 10));
        assert!(rows.share_p > 0.99 && apart.share_p > 0.99);
        assert!(rows.clusters_p.unwrap() < 1e-6, "{rows:?}");
        assert!(rows.both_p.unwrap() < 1e-5, "{rows:?}");
        assert!(apart.clusters_p.unwrap() > 0.1, "{apart:?}");
        let none = coverage(&days(50, 0), 0.05).unwrap();
        assert_eq!((none.clusters_p, none.both_p), (None, None));
        assert!(coverage(&[], 0.05).is_err() && coverage(&days(5, 1), 1.0).is_err());
    }

    /// Right forecasts are rejected about as often as the level says.
    #[test]
    fn right_quantiles_are_rejected_as_often_as_said() {
        let trials = 2000;
        let mut rejected = [0; 2];
        for trial in 0..trials {
            let passed: Vec<bool> = (0..500)
                .map(|day| uniform(9, trial * 500 + day) < 0.05)
                .collect();
            let found = coverage(&passed, 0.05).unwrap();
            rejected[0] += usize::from(found.share_p < 0.05);
            rejected[1] += usize::from(found.clusters_p.is_some_and(|p| p < 0.05));
        }
        for count in rejected {
            let share = count as f64 / trials as f64;
            assert!((0.02..0.09).contains(&share), "{rejected:?}");
        }
    }

    #[test]
    fn the_loss_is_least_where_the_forecast_is_right() {
        assert_eq!(qlike(0.04, 0.04), 0.0);
        assert!(
            qlike(0.02, 0.04) > qlike(0.08, 0.04),
            "low forecasts cost more"
        );
        assert!((qlike(0.02, 0.04) - (1.0 - 2.0_f64.ln())).abs() < 1e-15);
        assert_eq!(qlike(0.0, 0.04), f64::INFINITY);
        assert!(qlike(0.04, 0.0).is_finite());
    }

    #[test]
    fn the_better_forecast_is_told_where_it_can_be() {
        let losses = |seed, shift: f64| -> Vec<f64> {
            (0..400).map(|day| uniform(seed, day) + shift).collect()
        };
        let found = better(&losses(1, 0.0), &losses(2, 0.2), 1).unwrap();
        assert!(found.difference < -0.1 && found.p_value < 1e-6, "{found:?}");
        let told = (0..500)
            .filter(|seed| {
                let found = better(&losses(1000 + seed, 0.0), &losses(9000 + seed, 0.0), 1);
                found.unwrap().p_value < 0.05
            })
            .count();
        assert!((10..45).contains(&told), "{told} of 500");
        // Differences that last four days are a quarter as many.
        let lasting = |seed| -> Vec<f64> { (0..400).map(|day| uniform(seed, day / 4)).collect() };
        let told = |horizon| {
            let all = (0..500).filter(|seed| {
                let found = better(&lasting(3000 + seed), &lasting(7000 + seed), horizon);
                found.unwrap().p_value < 0.05
            });
            all.count()
        };
        assert!(told(1) > 120, "{}", told(1));
        assert!(told(8) < 70, "{}", told(8));
        assert!(better(&[1.0; 10], &[1.0; 10], 1).is_err());
        assert!(better(&[1.0; 10], &[1.0; 9], 1).is_err());
        assert!(better(&losses(1, 0.0)[..7], &losses(2, 0.0)[..7], 2).is_err());
    }
}
