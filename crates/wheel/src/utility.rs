//! What a final wealth is worth to a risk-averse trader, in dollars.
//!
//! ```text
//! U(W) = W0 ((W/W0)^(1-g) - 1) / (1-g)        g = relative risk aversion; g = 1: W0 ln(W/W0)
//! ```
//! Constant relative risk aversion (Pratt 1964, Arrow 1965), scaled so that a dollar near the starting wealth `W0` counts
//! about one: worths read as dollars. [`Utility::certain`] turns an expected utility back into the sure wealth that
//! is exactly as good: the certainty equivalent.

/// How the trader weighs gain against risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Utility {
    /// Relative risk aversion `g`: 0 counts dollars only.
    pub risk_aversion: f64,
    /// Wealth today in dollars, the scale `W0`. Positive.
    pub wealth_usd: f64,
}

impl Utility {
    /// Wealth below this part of the start counts as this part: ruin is bad, not infinitely bad.
    const FLOOR: f64 = 1e-3;

    /// Utility of `wealth` dollars.
    pub fn of(&self, wealth: f64) -> f64 {
        let ratio = (wealth / self.wealth_usd).max(Utility::FLOOR);
        let power = 1.0 - self.risk_aversion;
        let unit = if power.abs() < 1e-9 {
            ratio.ln()
        } else {
            (power * ratio.ln()).exp_m1() / power
        };
        self.wealth_usd * unit
    }

    /// The sure wealth in dollars whose utility is `utility`.
    pub fn certain(&self, utility: f64) -> f64 {
        let unit = utility / self.wealth_usd;
        let power = 1.0 - self.risk_aversion;
        self.wealth_usd
            * if power.abs() < 1e-9 {
                unit.exp()
            } else {
                // Above aversion 1 utility is bounded: what lies beyond (the end of an error bar) is more than any wealth.
                ((power * unit).max(1e-12 - 1.0).ln_1p() / power)
                    .exp()
                    .min(1e3)
            }
    }

    /// Expected utility of `fixed + slope * R` dollars over the nodes of a growth factor `R`.
    pub fn of_linear(&self, fixed: f64, slope: f64, growth: &Growth) -> f64 {
        if slope == 0.0 {
            return self.of(fixed);
        }
        growth
            .0
            .iter()
            .map(|&(weight, factor)| weight * self.of(fixed + slope * factor))
            .sum()
    }
}

/// A lognormal growth factor with mean 1 as five weighted nodes (Gauss-Hermite; Abramowitz & Stegun 1964, table 25.10).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth([(f64, f64); 5]);

impl Growth {
    /// No growth at all.
    pub const NONE: Growth = Growth([(0.2, 1.0); 5]);

    /// Weight and factor of every node.
    pub fn nodes(&self) -> impl Iterator<Item = (f64, f64)> {
        self.0.into_iter()
    }

    /// `deviation` is the standard deviation of the logarithm.
    pub fn lognormal(deviation: f64) -> Growth {
        const NODES: [(f64, f64); 5] = [
            (0.011_257_411_327_720_69, -2.856_970_013_872_806),
            (0.222_075_922_005_612_6, -1.355_626_179_974_266),
            (0.533_333_333_333_333_3, 0.0),
            (0.222_075_922_005_612_6, 1.355_626_179_974_266),
            (0.011_257_411_327_720_69, 2.856_970_013_872_806),
        ];
        let factors = NODES.map(|(weight, z)| (weight, (deviation * z).exp()));
        let mean: f64 = factors.iter().map(|(weight, factor)| weight * factor).sum();
        Growth(factors.map(|(weight, factor)| (weight, factor / mean)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_equivalent_undoes_utility() {
        for risk_aversion in [0.0, 0.5, 1.0, 3.0, 10.0] {
            let utility = Utility {
                risk_aversion,
                wealth_usd: 1e5,
            };
            for wealth in [5e4, 9.9e4, 1e5, 1.3e5] {
                let back = utility.certain(utility.of(wealth));
                assert!(
                    (back - wealth).abs() < 1e-6 * wealth,
                    "{risk_aversion} {wealth} {back}"
                );
            }
        }
    }

    /// All wealth in a lognormal stock: the certainty equivalent is `W exp(-g s^2/2)` exactly.
    #[test]
    fn the_nodes_meet_the_lognormal_closed_form() {
        let utility = Utility {
            risk_aversion: 3.0,
            wealth_usd: 1e5,
        };
        for deviation in [0.05, 0.1, 0.2, 0.3] {
            let certain =
                utility.certain(utility.of_linear(0.0, 1e5, &Growth::lognormal(deviation)));
            let exact = 1e5 * (-3.0 * deviation * deviation / 2.0_f64).exp();
            assert!(
                (certain - exact).abs() < 1e5 * 1e-3 * deviation.powi(4),
                "{deviation}: {certain} against {exact}"
            );
        }
    }
}
