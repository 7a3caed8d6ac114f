//! What a policy is worth on the paths it walked, with honest error bars.
//!
//! ```text
//! worth = U^-1( mean of U(W) - b C )        C = the hedging control, mean zero; b by least squares
//! ```
//! Antithetic pairs are averaged before the standard error is taken, so that their correlation is not counted twice.
//! Source: Glasserman, Monte Carlo Methods in Financial Engineering (2003), sections 4.1 and 4.2.

use crate::walk::Walk;
use wheel::Utility;

/// A value with a two-sided interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A policy's outcomes, summed up.
#[derive(Clone, Debug)]
pub struct Grade {
    /// Certainty equivalent of the final wealth less the wealth today, in dollars.
    pub worth_usd: Interval,
    /// Mean final wealth less the wealth today, in dollars, by the same control.
    pub mean_gain_usd: f64,
    /// Mean loss of the worst 5 % of paths, in dollars: positive is a loss.
    pub cvar95_usd: f64,
    /// Share of paths that end above the wealth today.
    pub share_of_gains: f64,
    /// Mean premium received less paid along the path, in dollars.
    pub premium_usd: f64,
    /// Mean fees along the path, in dollars.
    pub fees_usd: f64,
    /// Mean number of early assignments and of assignments at expiry per path.
    pub assignments: (f64, f64),
    /// Final wealth less the wealth today at 5, 25, 50, 75 and 95 %, in dollars.
    pub quantiles_usd: [f64; 5],
    /// Worth in dollars, pair by pair: the mean's certainty equivalent, and around it utility in dollars of that wealth. Their mean is
    /// the worth exactly; paired differences are made of them.
    residuals: Vec<f64>,
}

impl Grade {
    /// Sums up walks. `deviations` is the half-width of intervals in standard errors (1.96 for 95 %).
    pub fn new(walks: &[Walk], utility: &Utility, deviations: f64) -> Grade {
        let utilities: Vec<f64> = walks.iter().map(|w| utility.of(w.wealth_usd)).collect();
        let gains: Vec<f64> = walks
            .iter()
            .map(|w| w.wealth_usd - utility.wealth_usd)
            .collect();
        let controls: Vec<f64> = walks.iter().map(|w| w.control_usd).collect();
        let residuals = pairs(&controlled(&utilities, &controls));
        let (mean, error) = mean_and_error(&residuals);
        let worth = |u: f64| utility.certain(u) - utility.wealth_usd;
        let (mean_gain, _) = mean_and_error(&pairs(&controlled(&gains, &controls)));
        let average =
            |f: &dyn Fn(&Walk) -> f64| walks.iter().map(f).sum::<f64>() / walks.len() as f64;
        let mut sorted = gains;
        sorted.sort_unstable_by(f64::total_cmp);
        let tail = (sorted.len() / 20).max(1);
        let at = |q: f64| sorted[((sorted.len() - 1) as f64 * q).round() as usize];
        Grade {
            worth_usd: Interval {
                value: worth(mean),
                low: worth(mean - deviations * error),
                high: worth(mean + deviations * error),
            },
            mean_gain_usd: mean_gain,
            cvar95_usd: 0.0 - sorted[..tail].iter().sum::<f64>() / tail as f64,
            share_of_gains: average(&|w| f64::from(u8::from(w.wealth_usd > utility.wealth_usd))),
            premium_usd: average(&|w| w.premium_usd),
            fees_usd: average(&|w| w.fees_usd),
            assignments: (
                average(&|w| f64::from(w.assigned_early)),
                average(&|w| f64::from(w.assigned_at_expiry)),
            ),
            quantiles_usd: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
            residuals: {
                let certain = utility.certain(mean);
                let dollars_per_utility =
                    (certain / utility.wealth_usd).powf(utility.risk_aversion);
                let worth = certain - utility.wealth_usd;
                residuals
                    .iter()
                    .map(|residual| worth + dollars_per_utility * (residual - mean))
                    .collect()
            },
        }
    }
}

/// How much better the first policy did than the second on the same paths: the difference of their worths in dollars.
pub fn difference(better: &Grade, other: &Grade, deviations: f64) -> Interval {
    assert_eq!(
        better.residuals.len(),
        other.residuals.len(),
        "policies are compared on the same paths"
    );
    let gaps: Vec<f64> = better
        .residuals
        .iter()
        .zip(&other.residuals)
        .map(|(a, b)| a - b)
        .collect();
    let (mean, error) = mean_and_error(&gaps);
    Interval {
        value: mean,
        low: mean - deviations * error,
        high: mean + deviations * error,
    }
}

/// Values less the control at its least-squares slope.
fn controlled(values: &[f64], controls: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let centre = values.iter().sum::<f64>() / count;
    // The control's mean is known to be zero.
    let square: f64 = controls.iter().map(|c| c * c).sum();
    let product: f64 = values
        .iter()
        .zip(controls)
        .map(|(v, c)| (v - centre) * c)
        .sum();
    let slope = if square > 0.0 { product / square } else { 0.0 };
    values
        .iter()
        .zip(controls)
        .map(|(v, c)| v - slope * c)
        .collect()
}

fn pairs(values: &[f64]) -> Vec<f64> {
    values
        .chunks(2)
        .map(|pair| pair.iter().sum::<f64>() / pair.len() as f64)
        .collect()
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (square / (count - 1.0).max(1.0) / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A control that explains the outcome shrinks the interval and leaves the mean; a wrong one would move it.
    #[test]
    fn the_control_shrinks_the_interval_and_keeps_the_mean() {
        let utility = Utility {
            risk_aversion: 0.0,
            wealth_usd: 1e5,
        };
        let noise = |i: usize| ((i as f64 * 0.754_877_666).fract() - 0.5) * 2000.0;
        let walk = |i: usize, control: f64| Walk {
            wealth_usd: 1e5 + 10.0 + noise(i),
            control_usd: control,
            ..Walk::default()
        };
        let plain = Grade::new(
            &(0..4096).map(|i| walk(i, 0.0)).collect::<Vec<_>>(),
            &utility,
            1.96,
        );
        let sharp = Grade::new(
            &(0..4096).map(|i| walk(i, noise(i))).collect::<Vec<_>>(),
            &utility,
            1.96,
        );
        assert!(
            (sharp.worth_usd.value - 10.0).abs() < 0.5,
            "{:?}",
            sharp.worth_usd
        );
        let width = |g: &Grade| g.worth_usd.high - g.worth_usd.low;
        assert!(width(&sharp) < width(&plain) / 10.0);
    }

    #[test]
    fn the_tail_is_the_mean_of_the_worst_twentieth() {
        let utility = Utility {
            risk_aversion: 3.0,
            wealth_usd: 1e5,
        };
        let walks: Vec<Walk> = (0..100)
            .map(|i| Walk {
                wealth_usd: 1e5 - 100.0 * f64::from(i),
                ..Walk::default()
            })
            .collect();
        let grade = Grade::new(&walks, &utility, 1.96);
        assert_eq!(
            grade.cvar95_usd,
            (9500.0 + 9600.0 + 9700.0 + 9800.0 + 9900.0) / 5.0
        );
    }
}
