//! What a track record shows: Sharpe ratios with their errors, chance among many trials, overfitting, intervals by blocks.
//!
//! ```text
//! sharpe         SR = mean / deviation of excess returns, per period; a year of P periods has SR sqrt P
//! its error      v = 1 - skew SR + (kurtosis - 1)/4 SR^2        deviation of SR = sqrt(v / (n - 1))
//! probabilistic  PSR(b) = N( (SR - b) sqrt((n - 1) / v) )       the chance that the true ratio is above b
//! shortest       n(b) = 1 + v (z / (SR - b))^2                  the record that tells SR from b at confidence N(z)
//! by luck        SR0 = sqrt(variance of the trials' ratios) ((1 - g) N^-1(1 - 1/T) + g N^-1(1 - 1/(T e)))     g = 0.5772...
//! deflated       DSR = PSR(SR0), T trials behind the one that is shown
//! overfitting    PBO: how often the best of the configurations in half of the blocks is below the median in the other half (CSCV)
//! ```
//! Skew and kurtosis (3 for a normal law) are those of the sample. Everything is per period: no number here knows what a year is except
//! [`Record::annual`].
//!
//! Sources: Mertens (2002) and Bailey & Lopez de Prado, "The Sharpe ratio efficient frontier", Journal of Risk 15 (2012): error,
//! PSR, shortest record. The same, "The deflated Sharpe ratio", Journal of Portfolio Management 40 (2014). Bailey, Borwein, Lopez de Prado & Zhu, "The
//! probability of backtest overfitting", Journal of Computational Finance 20 (2017). Politis & Romano (1994): the stationary bootstrap.

use crate::{Error, Interval, uniform};
use pricing::normal;

/// Euler's constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// Returns of equal periods, and what their law looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Periods.
    pub count: usize,
    /// Mean return of a period.
    pub mean: f64,
    /// Deviation of a period, with n - 1.
    pub deviation: f64,
    /// Third standardised moment; 0 for a normal law.
    pub skew: f64,
    /// Fourth standardised moment; 3 for a normal law.
    pub kurtosis: f64,
}

impl Record {
    /// Of returns in excess of what cash paid, one each period.
    ///
    /// # Errors
    /// [`Error::Parameter`] with fewer than three returns, one that is not finite, or all the same.
    pub fn of(excess: &[f64]) -> Result<Record, Error> {
        let count = excess.len();
        if count < 3 {
            return Err(Error::Parameter {
                name: "returns",
                value: count as f64,
                should: "three at least",
            });
        }
        if let Some(bad) = excess.iter().find(|x| !x.is_finite()) {
            return Err(Error::Parameter {
                name: "a return",
                value: *bad,
                should: "finite",
            });
        }
        let n = count as f64;
        let mean = excess.iter().sum::<f64>() / n;
        let moment = |power: i32| excess.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
        let variance = moment(2);
        // A constant return has a variance of rounding alone.
        if variance <= (1e-12 * mean).powi(2) {
            return Err(Error::Parameter {
                name: "the deviation of the returns",
                value: variance.sqrt(),
                should: "above zero: returns that never change have no Sharpe ratio",
            });
        }
        Ok(Record {
            count,
            mean,
            deviation: (variance * n / (n - 1.0)).sqrt(),
            skew: moment(3) / variance.powf(1.5),
            kurtosis: moment(4) / variance.powi(2),
        })
    }

    /// Mean over deviation, per period.
    pub fn sharpe(&self) -> f64 {
        self.mean / self.deviation
    }

    /// The ratio of a year of so many periods.
    pub fn annual(&self, periods: f64) -> f64 {
        self.sharpe() * periods.sqrt()
    }

    /// Of the ratio per period.
    pub fn standard_error(&self) -> f64 {
        (self.spread() / (self.count as f64 - 1.0)).sqrt()
    }

    /// The chance that the true ratio per period is above `benchmark`.
    pub fn probabilistic(&self, benchmark: f64) -> f64 {
        normal::cdf((self.sharpe() - benchmark) / self.standard_error())
    }

    /// Periods that tell the ratio from `benchmark` at `confidence`; infinite where the ratio is not above it.
    pub fn shortest(&self, benchmark: f64, confidence: f64) -> f64 {
        let above = self.sharpe() - benchmark;
        if above <= 0.0 {
            return f64::INFINITY;
        }
        1.0 + self.spread() * (normal::inverse_cdf(confidence) / above).powi(2)
    }

    /// The chance that the ratio is more than the best of `trials` without any skill shows.
    pub fn deflated(&self, trials: &Trials) -> f64 {
        self.probabilistic(trials.by_luck())
    }

    /// `v` of the head of this file. Not below zero for moments that a sample can have.
    fn spread(&self) -> f64 {
        let sharpe = self.sharpe();
        1.0 - self.skew * sharpe + (self.kurtosis - 1.0) / 4.0 * sharpe * sharpe
    }
}

/// What was tried before one record was shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trials {
    /// How many, independent of one another; at least 1.
    pub count: f64,
    /// Variance of their Sharpe ratios, per period.
    pub variance: f64,
}

impl Trials {
    /// Of the ratios of all that were tried, per period, taken as independent: that errs on the side of caution.
    pub fn of(ratios: &[f64]) -> Trials {
        let count = ratios.len().max(1) as f64;
        let mean = ratios.iter().sum::<f64>() / count;
        let square = ratios.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        Trials {
            count,
            variance: square / (count - 1.0).max(1.0),
        }
    }

    /// The best ratio to expect among them if none has skill; 0 for a single one.
    pub fn by_luck(&self) -> f64 {
        if self.count <= 1.0 {
            return 0.0;
        }
        let high = |chance: f64| normal::inverse_cdf(1.0 - chance);
        self.variance.sqrt()
            * ((1.0 - GAMMA) * high(1.0 / self.count)
                + GAMMA * high(1.0 / (self.count * std::f64::consts::E)))
    }
}

/// How a choice among configurations holds out of sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overfitting {
    /// Probability of backtest overfitting: how often the best in sample is not above the median out of sample.
    pub probability: f64,
    /// How often the best in sample loses money out of sample.
    pub loses: f64,
    /// Splits of the blocks into halves.
    pub splits: usize,
}

/// Combinatorially symmetric cross-validation: `returns[configuration][period]`, cut into `blocks` (even, 2 to 16), every half of the
/// blocks against the other. Judged by Sharpe ratio.
///
/// # Errors
/// [`Error::Parameter`] for fewer than two configurations, unequal lengths, or blocks that do not fit.
pub fn overfitting(returns: &[Vec<f64>], blocks: usize) -> Result<Overfitting, Error> {
    let wrong = |name, value: usize, should| {
        Err(Error::Parameter {
            name,
            value: value as f64,
            should,
        })
    };
    if returns.len() < 2 {
        return wrong("configurations", returns.len(), "two at least");
    }
    let periods = returns[0].len();
    if let Some(other) = returns.iter().find(|row| row.len() != periods) {
        return wrong(
            "periods of a configuration",
            other.len(),
            "those of the first one",
        );
    }
    if !(2..=16).contains(&blocks) || blocks % 2 == 1 {
        return wrong("blocks", blocks, "even, 2 to 16");
    }
    if periods < 2 * blocks {
        return wrong("periods", periods, "two at least for every block");
    }
    // The sums of every block are enough for every half.
    let sums: Vec<Vec<(f64, f64, f64)>> = returns
        .iter()
        .map(|row| {
            (0..blocks)
                .map(|block| {
                    let part = &row[block * periods / blocks..(block + 1) * periods / blocks];
                    let sum = part.iter().sum();
                    (part.len() as f64, sum, part.iter().map(|x| x * x).sum())
                })
                .collect()
        })
        .collect();
    let moments = |row: &[(f64, f64, f64)], half: u32| {
        let chosen = row
            .iter()
            .enumerate()
            .filter(|(block, _)| half >> block & 1 == 1);
        let (n, sum, square) = chosen.fold((0.0, 0.0, 0.0), |all, (_, part)| {
            (all.0 + part.0, all.1 + part.1, all.2 + part.2)
        });
        let mean: f64 = sum / n;
        (mean, (square / n - mean * mean).max(0.0).sqrt())
    };
    let ratio = |row: &[(f64, f64, f64)], half: u32| {
        let (mean, deviation) = moments(row, half);
        if deviation > 0.0 {
            mean / deviation
        } else {
            0.0
        }
    };
    let all = (1_u32 << blocks) - 1;
    let (mut splits, mut below, mut loses) = (0_usize, 0.0, 0_usize);
    for half in 0..=all {
        if half.count_ones() as usize * 2 != blocks {
            continue;
        }
        splits += 1;
        let best = (0..returns.len())
            .max_by(|a, b| ratio(&sums[*a], half).total_cmp(&ratio(&sums[*b], half)))
            .unwrap_or(0);
        let out = all & !half;
        let own = ratio(&sums[best], out);
        let others = || sums.iter().enumerate().filter(|(row, _)| *row != best);
        let worse = others().filter(|(_, row)| ratio(row, out) < own).count() as f64;
        let equal = others().filter(|(_, row)| ratio(row, out) == own).count() as f64;
        // Its relative rank: above a half is above the median. Who ties with all of them is neither.
        let rank = (worse + 0.5 * equal) / (returns.len() as f64 - 1.0);
        below += match rank.total_cmp(&0.5) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        };
        loses += usize::from(moments(&sums[best], out).0 < 0.0);
    }
    Ok(Overfitting {
        probability: below / splits as f64,
        loses: loses as f64 / splits as f64,
        splits,
    })
}

/// An interval of `statistic` at `confidence`, by the stationary bootstrap: `draws` series of blocks whose length is geometric with mean
/// `block`, glued together, around the end of the series.
///
/// # Errors
/// [`Error::Parameter`] for no values, a block below 1 or a confidence outside 0 and 1.
pub fn by_blocks(
    values: &[f64],
    block: f64,
    draws: usize,
    confidence: f64,
    seed: u64,
    statistic: impl Fn(&[f64]) -> f64,
) -> Result<Interval, Error> {
    let checks = [
        (
            "values",
            values.len() as f64,
            !values.is_empty(),
            "one at least",
        ),
        ("draws", draws as f64, draws > 0, "one at least"),
        (
            "mean length of a block",
            block,
            block >= 1.0,
            "1 or more periods",
        ),
        (
            "confidence",
            confidence,
            confidence > 0.0 && confidence < 1.0,
            "between 0 and 1",
        ),
    ];
    for (name, value, fine, should) in checks {
        if !fine {
            return Err(Error::Parameter {
                name,
                value,
                should,
            });
        }
    }
    let count = values.len();
    let mut found: Vec<f64> = (0..draws)
        .map(|draw| {
            let mut place = 0;
            let series: Vec<f64> = (0..count)
                .map(|step| {
                    let address = 2 * (draw * count + step) as u64;
                    if step == 0 || uniform(seed, address) < 1.0 / block {
                        place = (uniform(seed, address + 1) * count as f64) as usize % count;
                    } else {
                        place = (place + 1) % count;
                    }
                    values[place]
                })
                .collect();
            statistic(&series)
        })
        .collect();
    found.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (draws as f64 - 1.0);
        let (low, part) = (place.floor() as usize, place.fract());
        let high = (low + 1).min(draws - 1);
        found[low] + part * (found[high] - found[low])
    };
    let tail = (1.0 - confidence) / 2.0;
    Ok(Interval {
        value: statistic(values),
        low: at(tail),
        high: at(1.0 - tail),
    })
}

/// The most that was lost from a height before, 0 to 1 of it.
pub fn drawdown(wealth: &[f64]) -> f64 {
    let mut top = f64::NEG_INFINITY;
    wealth.iter().fold(0.0, |most: f64, now| {
        top = top.max(*now);
        most.max(1.0 - now / top)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(sharpe: f64, count: usize, skew: f64, kurtosis: f64) -> Record {
        Record {
            count,
            mean: sharpe,
            deviation: 1.0,
            skew,
            kurtosis,
        }
    }

    fn near(found: f64, published: f64, half_a_digit: f64) {
        assert!(
            (found - published).abs() <= half_a_digit,
            "{found} {published}"
        );
    }

    /// Bailey & Lopez de Prado (2012), section 4: 24 months with a ratio of 0.458, by normal moments and by those of the sample.
    #[test]
    fn the_probabilistic_ratio_of_its_paper() {
        near(record(0.458, 24, 0.0, 3.0).probabilistic(0.0), 0.982, 5e-4);
        near(
            record(0.458, 24, -2.448, 10.164).probabilistic(0.0),
            0.913,
            5e-4,
        );
    }

    /// The same paper, section 5: a ratio of 2 a year told from 1 at 95 %, normal returns: years of daily, weekly and monthly records.
    #[test]
    fn the_shortest_record_of_its_paper() {
        for (periods, years) in [(252.0_f64, 2.73), (52.0, 2.83), (12.0, 3.24)] {
            let record = record(2.0 / periods.sqrt(), 100, 0.0, 3.0);
            near(
                record.shortest(1.0 / periods.sqrt(), 0.95) / periods,
                years,
                5e-3,
            );
        }
        assert_eq!(
            record(0.1, 100, 0.0, 3.0).shortest(0.1, 0.95),
            f64::INFINITY
        );
    }

    /// Bailey & Lopez de Prado (2014), the numerical example: 2.5 a year over 1,250 days, skew -3, kurtosis 10, a variance of 1/2 a year
    /// among 100 trials; 46 trials.
    #[test]
    fn the_deflated_ratio_of_its_paper() {
        let shown = record(2.5 / 250_f64.sqrt(), 1250, -3.0, 10.0);
        let trials = |count| Trials {
            count,
            variance: 0.5 / 250.0,
        };
        near(trials(100.0).by_luck(), 0.1132, 5e-5);
        near(shown.deflated(&trials(100.0)), 0.9004, 5e-5);
        near(shown.deflated(&trials(46.0)), 0.9505, 5e-5);
        // With normal returns 88 trials are as good as those 46.
        near(
            record(2.5 / 250_f64.sqrt(), 1250, 0.0, 3.0).deflated(&trials(88.0)),
            0.9505,
            5e-5,
        );
        assert_eq!(trials(1.0).by_luck(), 0.0);
    }

    #[test]
    fn a_negative_skew_widens() {
        // A published tool has this sign wrong.
        let error = |skew| record(0.2, 100, skew, 5.0).standard_error();
        assert!(error(-2.0) > error(0.0) && error(0.0) > error(2.0));
    }

    #[test]
    fn moments_by_hand() {
        // -1, 0, 0, 0, 6: mean 1, second moment 32/5, third 114/5, fourth 644/5.
        let found = Record::of(&[-1.0, 0.0, 0.0, 0.0, 6.0]).unwrap();
        near(found.mean, 1.0, 1e-15);
        near(found.deviation, 8_f64.sqrt(), 1e-14);
        near(found.skew, 22.8 / 6.4_f64.powf(1.5), 1e-13);
        near(found.kurtosis, 128.8 / 6.4_f64.powi(2), 1e-13);
        for bad in [&[0.1, 0.2][..], &[0.1; 5], &[0.1, f64::NAN, 0.2]] {
            assert!(
                matches!(Record::of(bad), Err(Error::Parameter { .. })),
                "{bad:?}"
            );
        }
    }

    /// The error of the ratio is that of many records (a mixture with a crash: skewed, fat).
    #[test]
    fn the_error_is_the_scatter_of_many_records() {
        let (records, count) = (4000, 120);
        let law = |address: u64| {
            let calm = 0.06 + normal::inverse_cdf(uniform(3, 2 * address).max(1e-12)) * 0.2;
            if uniform(3, 2 * address + 1) < 0.05 {
                calm - 0.8
            } else {
                calm
            }
        };
        let all: Vec<Record> = (0..records)
            .map(|record| {
                let returns: Vec<f64> = (0..count).map(|day| law(record * count + day)).collect();
                Record::of(&returns).unwrap()
            })
            .collect();
        let mean = |of: &dyn Fn(&Record) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        let centre = mean(&Record::sharpe);
        let scatter = mean(&|record| (record.sharpe() - centre).powi(2)).sqrt();
        let said = mean(&Record::standard_error);
        assert!((said / scatter - 1.0).abs() < 0.06, "{said} {scatter}");
    }

    fn noise(seed: u64, rows: u64, periods: u64) -> Vec<Vec<f64>> {
        (0..rows)
            .map(|row| {
                (0..periods)
                    .map(|period| {
                        normal::inverse_cdf(uniform(seed, row * periods + period).max(1e-12))
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn noise_is_overfitted_and_skill_is_not() {
        // Without skill the best in sample is above the median as often as not.
        let found: Vec<Overfitting> = (0..40)
            .map(|seed| overfitting(&noise(seed, 20, 240), 10).unwrap())
            .collect();
        let mean = found.iter().map(|one| one.probability).sum::<f64>() / 40.0;
        assert!((mean - 0.5).abs() < 0.08, "{mean}");
        assert_eq!(found[0].splits, 252);
        let mut returns = noise(7, 20, 240);
        returns[3].iter_mut().for_each(|x| *x += 0.5);
        let skill = overfitting(&returns, 10).unwrap();
        assert!(skill.probability < 0.01 && skill.loses < 0.01, "{skill:?}");
        // What paid in the first half and cost in the second is chosen for it.
        for (row, part) in returns.iter_mut().enumerate() {
            for (period, x) in part.iter_mut().enumerate() {
                *x = if (period < 120) == (row % 2 == 0) {
                    1.0
                } else {
                    -1.0
                } + 0.01 * *x;
            }
        }
        assert!(overfitting(&returns, 2).unwrap().probability > 0.99);
    }

    #[test]
    fn overfitting_refuses_what_it_cannot_judge() {
        let rows = noise(1, 3, 64);
        for (rows, blocks) in [
            (&rows[..1], 4),
            (&rows[..], 3),
            (&rows[..], 0),
            (&rows[..], 18),
        ] {
            assert!(overfitting(rows, blocks).is_err());
        }
        let mut uneven = rows.clone();
        uneven[1].pop();
        assert!(overfitting(&uneven, 4).is_err());
        assert!(overfitting(&noise(1, 3, 7), 4).is_err());
    }

    #[test]
    fn blocks_keep_what_follows_on_what() {
        // Each value is the one before times 0.9 plus noise: the mean scatters far more than that of independent values.
        let mut at = 0.0;
        let series: Vec<f64> = noise(11, 1, 2000)[0]
            .iter()
            .map(|x| {
                at = 0.9 * at + x;
                at
            })
            .collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let width = |block| {
            let found = by_blocks(&series, block, 400, 0.95, 5, mean).unwrap();
            found.high - found.low
        };
        // In theory sqrt((1 + 0.9) / (1 - 0.9)) = 4.4 times.
        let ratio = width(60.0) / width(1.0);
        assert!((3.0..5.0).contains(&ratio), "{ratio}");
        let found = by_blocks(&series, 60.0, 400, 0.95, 5, mean).unwrap();
        assert!(found.low < mean(&series) && mean(&series) < found.high);
        assert_eq!(found, by_blocks(&series, 60.0, 400, 0.95, 5, mean).unwrap());
    }

    #[test]
    fn a_drawdown_is_from_the_height_before() {
        near(drawdown(&[100.0, 120.0, 90.0, 130.0, 104.0]), 0.25, 1e-15);
        assert_eq!(drawdown(&[1.0, 2.0, 3.0]), 0.0);
        assert_eq!(drawdown(&[]), 0.0);
    }
}
