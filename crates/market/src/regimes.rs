//! In which kind of market is a day? Days clustered by how much prices move, where they are heading, and whether that is changing.
//!
//! ```text
//! level  = ln( realised volatility of 21 days )                trend = return of 63 days / (volatility of 63 days * sqrt(63 / 252))
//! change = ln( volatility of 21 days / volatility of 63 days )
//! p(x)   = sum over k of share_k Normal(x; mean_k, covariance)                              fitted by expectation maximisation
//! BIC    = -2 ln(likelihood) m / n + (4 k + 5) ln m,   m = n / 21       least over `fewest` to `most` regimes
//! ```
//! All regimes share one covariance, so that they differ in where they lie: with one each, a mixture describes a fat-tailed cloud as a
//! narrow and a wide regime around the same middle, which nobody would call two kinds of market.
//!
//! A day looks back over 63 days, so neighbouring days tell nearly the same: `n` days count as `n / 21` independent ones, or the
//! criterion would find as many regimes as it is allowed. Sources: Dempster, Laird & Rubin, J. Royal Statistical Society B 39 (1977);
//! start by k-means++ (Arthur & Vassilvitskii, 2007); number by Schwarz, Annals of Statistics 6 (1978).
//!
//! Written here and not taken from `linfa-clustering`, because that brings a stack of array and linear-algebra crates for three
//! columns, and its labels depend on the order of rows. Here rows are put into one order first and sums run in it: the same days give
//! the same regimes bit for bit, however they were ordered; regimes are numbered from the calmest.
//!
//! A regime describes days and predicts nothing. A fit looks at all the days it is given: whoever must not look ahead fits up to a
//! day and labels later ones with [`Regimes::label`].

use crate::Error;

/// Days of the shorter look back.
pub const SHORT_DAYS: usize = 21;
/// Days of the longer look back; the first day with features has as many returns behind it.
pub const LONG_DAYS: usize = 63;
/// Fewest days that a fit takes for each regime: three independent ones.
pub const FEWEST_DAYS: usize = 3 * SHORT_DAYS;

const YEAR: f64 = crate::history::TRADING_DAYS_PER_YEAR;
const D: usize = 3;
/// Added to the variances of features of variance one, so that days that are all alike divide by no zero.
const LEAST_VARIANCE: f64 = 1e-2;

/// What a day looks like, from the returns up to its close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features {
    /// Realised volatility of the last 21 returns, a fraction per year. Positive.
    pub vol_per_year: f64,
    /// Sum of the last 63 log returns in units of their own standard deviation.
    pub trend: f64,
    /// Volatility of 21 returns over that of 63, less one: `0.2` is a fifth more.
    pub vol_change: f64,
}

impl Features {
    fn row(&self) -> [f64; D] {
        [self.vol_per_year.ln(), self.trend, self.vol_change.ln_1p()]
    }

    fn from_row(row: [f64; D]) -> Features {
        Features {
            vol_per_year: row[0].exp(),
            trend: row[1],
            vol_change: row[2].exp_m1(),
        }
    }
}

/// Features after each of these daily log returns; `None` for the first 62, and where prices did not move or a return is no number.
pub fn features(returns: &[f64]) -> Vec<Option<Features>> {
    let vol = |part: &[f64]| {
        let squares: f64 = part.iter().map(|x| x * x).sum();
        (YEAR * squares / part.len() as f64).sqrt()
    };
    (1..=returns.len())
        .map(|end| {
            let long = &returns[end.checked_sub(LONG_DAYS)?..end];
            let (vol_long, vol_short) = (vol(long), vol(&long[LONG_DAYS - SHORT_DAYS..]));
            let sum: f64 = long.iter().sum();
            let found = Features {
                vol_per_year: vol_short,
                trend: sum / (vol_long * (LONG_DAYS as f64 / YEAR).sqrt()),
                vol_change: vol_short / vol_long - 1.0,
            };
            found.row().iter().all(|x| x.is_finite()).then_some(found)
        })
        .collect()
}

/// How to look for regimes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegimesConfig {
    /// At least so many: one regime is no division at all, and on real histories the criterion often asks for no more.
    pub fewest: usize,
    /// At most so many; how many there are between, the criterion says.
    pub most: usize,
    /// Exactly so many instead.
    pub exactly: Option<usize>,
    /// Same seed and days, same regimes.
    pub seed: u64,
}

impl Default for RegimesConfig {
    fn default() -> RegimesConfig {
        RegimesConfig {
            fewest: 2,
            most: 6,
            exactly: None,
            seed: 1,
        }
    }
}

/// One kind of market.
#[derive(Clone, Debug, PartialEq)]
pub struct Regime {
    /// By its features against the middle of all days: `calm rising`, `high vol falling`. No two regimes share one.
    pub name: String,
    /// Share of days, a fraction.
    pub share: f64,
    /// Its typical day.
    pub typical: Features,
}

/// The kinds of market in a history, calmest first.
#[derive(Clone, Debug)]
pub struct Regimes {
    /// Calmest first: a label is a place in this list.
    pub regimes: Vec<Regime>,
    /// The criterion for 1, 2, ... regimes, up to where it had risen twice in a row; the least that was allowed was taken.
    pub bic: Vec<f64>,
    shift: [f64; D],
    scale: [f64; D],
    mixture: Mixture,
}

impl Regimes {
    /// Finds the regimes of these days, whatever their order.
    ///
    /// # Errors
    /// [`Error::FewDays`] with fewer days than [`FEWEST_DAYS`], or than as many for each regime asked for.
    pub fn fit(days: &[Features], config: &RegimesConfig) -> Result<Regimes, Error> {
        let fewest = config.exactly.unwrap_or(config.fewest).max(1);
        let wanted = config.exactly.unwrap_or(1).max(1);
        let needed = FEWEST_DAYS * wanted;
        if days.len() < needed {
            return Err(Error::FewDays {
                days: days.len(),
                needed,
            });
        }
        let mut rows: Vec<[f64; D]> = days.iter().map(Features::row).collect();
        rows.sort_by(|a, b| {
            a.iter()
                .zip(b)
                .map(|(a, b)| a.total_cmp(b))
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let n = rows.len() as f64;
        let shift: [f64; D] =
            std::array::from_fn(|d| rows.iter().map(|row| row[d]).sum::<f64>() / n);
        let scale: [f64; D] = std::array::from_fn(|d| {
            let square: f64 = rows.iter().map(|row| (row[d] - shift[d]).powi(2)).sum();
            // A feature that never changes tells nothing, and must not divide by zero.
            Some((square / n).sqrt())
                .filter(|&x| x > 1e-12)
                .unwrap_or(1.0)
        });
        for row in &mut rows {
            *row = std::array::from_fn(|d| (row[d] - shift[d]) / scale[d]);
        }
        let independent = n / SHORT_DAYS as f64;
        let most = config.exactly.unwrap_or(config.most).max(1);
        // Three independent days for each regime at least.
        let most = most.min(days.len() / FEWEST_DAYS).max(1);
        let fewest = fewest.min(most);
        let mut best: Option<(f64, Mixture)> = None;
        let mut bic = Vec::new();
        for k in 1..=most {
            let (mixture, likelihood) = Mixture::fit(&rows, k, config.seed);
            let parameters = (4 * k + 5) as f64;
            let criterion = -2.0 * likelihood / n * independent + parameters * independent.ln();
            bic.push(criterion);
            let better = best.as_ref().is_none_or(|(least, _)| criterion < *least);
            if k >= fewest && better {
                best = Some((criterion, mixture));
            }
            // Once it has risen twice it is not looked at further.
            if k > fewest.max(2) && bic[k - 3..].is_sorted() {
                break;
            }
        }
        let Some((_, mut mixture)) = best else {
            return Err(Error::FewDays {
                days: days.len(),
                needed,
            });
        };
        mixture
            .parts
            .sort_by(|a, b| a.mean[0].total_cmp(&b.mean[0]));
        let middle = rows[rows.len() / 2][0] * scale[0] + shift[0];
        let regimes = name(&mixture, middle.exp(), shift, scale);
        Ok(Regimes {
            regimes,
            bic,
            shift,
            scale,
            mixture,
        })
    }

    /// Whether the days fall into groups: whether the criterion prefers what was found to a single regime. Where they do not, the
    /// regimes still divide the days, but along no gap.
    pub fn are_separate(&self) -> bool {
        let found = self.bic.get(self.regimes.len() - 1);
        self.regimes.len() > 1 && found < self.bic.first()
    }

    /// How likely each regime is for a day, in their order; the sum is one.
    pub fn odds(&self, day: &Features) -> Vec<f64> {
        let row = day.row();
        let row = std::array::from_fn(|d| (row[d] - self.shift[d]) / self.scale[d]);
        let mut odds = Vec::new();
        self.mixture.odds(&row, &mut odds);
        odds
    }

    /// The likeliest regime of a day; the calmer of two that are equally likely.
    pub fn label(&self, day: &Features) -> usize {
        let mut best = (0, f64::NEG_INFINITY);
        for (place, odds) in self.odds(day).into_iter().enumerate() {
            if odds > best.1 {
                best = (place, odds);
            }
        }
        best.0
    }
}

/// Days in a row that a regime lasts, on average, for each of `count` regimes; `None` for one without days. The labels are those of
/// days in order.
pub fn mean_stay_days(labels: &[usize], count: usize) -> Vec<Option<f64>> {
    let mut days = vec![0_u32; count];
    let mut stays = vec![0_u32; count];
    let mut before = None;
    for &label in labels {
        if label < count {
            days[label] += 1;
            stays[label] += u32::from(before != Some(label));
        }
        before = Some(label);
    }
    days.iter()
        .zip(&stays)
        .map(|(&days, &stays)| (stays > 0).then(|| f64::from(days) / f64::from(stays)))
        .collect()
}

/// Draws `count` rows with as many of each regime as of any other, up to one: strata for replay, where calm days would else drown
/// all others. Within a regime no row comes again before all have come. Same seed, same draw.
pub fn stratified(labels: &[usize], count: usize, seed: u64) -> Vec<usize> {
    let regimes = labels.iter().max().map_or(0, |&largest| largest + 1);
    let mut strata: Vec<Vec<usize>> = vec![Vec::new(); regimes];
    for (row, &label) in labels.iter().enumerate() {
        strata[label].push(row);
    }
    strata.retain(|stratum| !stratum.is_empty());
    let mut random = Random(seed);
    for stratum in &mut strata {
        for last in (1..stratum.len()).rev() {
            let other = random.below(last + 1);
            stratum.swap(last, other);
        }
    }
    if strata.is_empty() {
        return Vec::new();
    }
    (0..count)
        .map(|i| {
            let stratum = &strata[i % strata.len()];
            stratum[i / strata.len() % stratum.len()]
        })
        .collect()
}

/// How alike two groupings of the same rows are, whatever their labels: 1 the same, about 0 by chance.
///
/// The adjusted Rand index of Hubert & Arabie, J. Classification 2 (1985).
///
/// # Panics
/// If they are of different length.
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> f64 {
    assert_eq!(a.len(), b.len(), "both group the same rows");
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let mut counts = std::collections::BTreeMap::new();
    let (mut of_a, mut of_b) = (counts.clone(), counts.clone());
    for (&a, &b) in a.iter().zip(b) {
        *counts.entry((a, b)).or_insert(0.0) += 1.0;
        *of_a.entry((a, 0)).or_insert(0.0) += 1.0;
        *of_b.entry((b, 0)).or_insert(0.0) += 1.0;
    }
    let sum = |counts: &std::collections::BTreeMap<(usize, usize), f64>| {
        counts.values().map(|&n| pairs(n)).sum::<f64>()
    };
    let (together, in_a, in_b) = (sum(&counts), sum(&of_a), sum(&of_b));
    let chance = in_a * in_b / pairs(a.len() as f64).max(1.0);
    let most = (in_a + in_b) / 2.0;
    if (most - chance).abs() < 1e-12 {
        1.0
    } else {
        (together - chance) / (most - chance)
    }
}

fn name(mixture: &Mixture, middle_vol: f64, shift: [f64; D], scale: [f64; D]) -> Vec<Regime> {
    let mut regimes: Vec<Regime> = mixture
        .parts
        .iter()
        .map(|part| {
            let typical =
                Features::from_row(std::array::from_fn(|d| part.mean[d] * scale[d] + shift[d]));
            let level = match typical.vol_per_year / middle_vol {
                ratio if ratio < 0.8 => "calm",
                ratio if ratio < 1.25 => "normal",
                ratio if ratio < 2.0 => "high vol",
                _ => "extreme vol",
            };
            let heading = match typical.trend {
                trend if trend > 0.5 => "rising",
                trend if trend < -0.5 => "falling",
                _ => "flat",
            };
            Regime {
                name: format!("{level} {heading}"),
                share: part.share,
                typical,
            }
        })
        .collect();
    let twins = |regimes: &[Regime], place: usize| {
        let same = |other: &Regime| other.name == regimes[place].name;
        regimes.iter().filter(|other| same(other)).count() > 1
    };
    let told_apart: Vec<bool> = (0..regimes.len())
        .map(|place| twins(&regimes, place))
        .collect();
    for (regime, twin) in regimes.iter_mut().zip(told_apart) {
        if twin {
            regime.name += match regime.typical.vol_change {
                change if change > 0.1 => ", vol growing",
                change if change < -0.1 => ", vol fading",
                _ => ", vol steady",
            };
        }
    }
    for place in 0..regimes.len() {
        let earlier = regimes[..place].iter().filter(|other| {
            let stem = other
                .name
                .trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
            stem == regimes[place].name
        });
        let earlier = earlier.count();
        if earlier > 0 {
            regimes[place].name += &format!(" {}", earlier + 1);
        }
    }
    regimes
}

#[derive(Clone, Debug)]
struct Mixture {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    share: f64,
    mean: [f64; D],
    /// Cholesky factor of the covariance, lower triangle.
    factor: [[f64; D]; D],
    /// `ln(share) - ln(det factor) - D/2 ln(2 pi)`.
    constant: f64,
}

impl Mixture {
    /// The mixture of `k` normals and the logarithm of its likelihood.
    fn fit(rows: &[[f64; D]], k: usize, seed: u64) -> (Mixture, f64) {
        let labels = k_means(rows, k, seed);
        let mut weights: Vec<f64> = labels
            .iter()
            .flat_map(|&label| (0..k).map(move |part| f64::from(u8::from(part == label))))
            .collect();
        let mut mixture = Mixture::from_weights(rows, &weights, k);
        let mut before = f64::NEG_INFINITY;
        let mut likelihood = before;
        let mut odds = Vec::with_capacity(k);
        for _ in 0..300 {
            likelihood = 0.0;
            for (row, weights) in rows.iter().zip(weights.chunks_exact_mut(k)) {
                likelihood += mixture.odds(row, &mut odds);
                weights.copy_from_slice(&odds);
            }
            if likelihood - before < 1e-6 * rows.len() as f64 {
                break;
            }
            before = likelihood;
            mixture = Mixture::from_weights(rows, &weights, k);
        }
        (mixture, likelihood)
    }

    fn from_weights(rows: &[[f64; D]], weights: &[f64], k: usize) -> Mixture {
        let mut within = [[0.0; D]; D];
        let mut middles = Vec::with_capacity(k);
        for part in 0..k {
            let weight = |place: usize| weights[place * k + part];
            let total: f64 = (0..rows.len()).map(weight).sum::<f64>().max(1e-9);
            let mut mean = [0.0; D];
            for (place, row) in rows.iter().enumerate() {
                for d in 0..D {
                    mean[d] += weight(place) * row[d] / total;
                }
            }
            for (place, row) in rows.iter().enumerate() {
                for a in 0..D {
                    for b in 0..=a {
                        within[a][b] += weight(place) * (row[a] - mean[a]) * (row[b] - mean[b]);
                    }
                }
            }
            middles.push((total / rows.len() as f64, mean));
        }
        for (d, row) in within.iter_mut().enumerate() {
            for x in row.iter_mut() {
                *x /= rows.len() as f64;
            }
            row[d] += LEAST_VARIANCE;
        }
        let parts = middles
            .into_iter()
            .map(|(share, mean)| Part::new(share, mean, within))
            .collect();
        Mixture { parts }
    }

    /// Fills the odds of each part for a row and returns the logarithm of its density.
    fn odds(&self, row: &[f64; D], odds: &mut Vec<f64>) -> f64 {
        odds.clear();
        odds.extend(self.parts.iter().map(|part| part.log_density(row)));
        let largest = odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = odds.iter().map(|x| (x - largest).exp()).sum();
        let log_density = largest + sum.ln();
        for x in odds.iter_mut() {
            *x = (*x - log_density).exp();
        }
        log_density
    }
}

impl Part {
    fn new(share: f64, mean: [f64; D], covariance: [[f64; D]; D]) -> Part {
        let mut factor = [[0.0; D]; D];
        for a in 0..D {
            for b in 0..=a {
                let sum: f64 = (0..b).map(|c| factor[a][c] * factor[b][c]).sum();
                let rest: f64 = covariance[a][b] - sum;
                factor[a][b] = if a == b {
                    rest.max(LEAST_VARIANCE / 10.0).sqrt()
                } else {
                    rest / factor[b][b]
                };
            }
        }
        let log_det: f64 = (0..D).map(|d| factor[d][d].ln()).sum();
        Part {
            share,
            mean,
            factor,
            constant: share.ln() - log_det - D as f64 / 2.0 * (2.0 * std::f64::consts::PI).ln(),
        }
    }

    fn log_density(&self, row: &[f64; D]) -> f64 {
        let mut solved = [0.0; D];
        for a in 0..D {
            let sum: f64 = (0..a).map(|b| self.factor[a][b] * solved[b]).sum();
            solved[a] = (row[a] - self.mean[a] - sum) / self.factor[a][a];
        }
        self.constant - 0.5 * solved.iter().map(|x| x * x).sum::<f64>()
    }
}

/// Labels of k-means, the best of five starts by k-means++.
fn k_means(rows: &[[f64; D]], k: usize, seed: u64) -> Vec<usize> {
    let square = |a: &[f64; D], b: &[f64; D]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let mut best: Option<(f64, Vec<usize>)> = None;
    for start in 0..5_u64 {
        let mut random = Random(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ (start << 8 | k as u64));
        let mut centres = vec![rows[random.below(rows.len())]];
        let mut nearest: Vec<f64> = rows.iter().map(|row| square(row, &centres[0])).collect();
        while centres.len() < k {
            let mut left = random.unit() * nearest.iter().sum::<f64>();
            let chosen = nearest.iter().position(|&far| {
                left -= far;
                left < 0.0
            });
            let centre = rows[chosen.unwrap_or(rows.len() - 1)];
            for (row, nearest) in rows.iter().zip(&mut nearest) {
                *nearest = nearest.min(square(row, &centre));
            }
            centres.push(centre);
        }
        let mut labels = vec![usize::MAX; rows.len()];
        let mut spread = 0.0;
        for _ in 0..100 {
            let mut moved = false;
            spread = 0.0;
            for (row, label) in rows.iter().zip(&mut labels) {
                let (mut to, mut least) = (0, f64::INFINITY);
                for (place, centre) in centres.iter().enumerate() {
                    let far = square(row, centre);
                    if far < least {
                        (to, least) = (place, far);
                    }
                }
                moved |= *label != to;
                *label = to;
                spread += least;
            }
            if !moved {
                break;
            }
            let mut sums = vec![([0.0; D], 0.0); k];
            for (row, &label) in rows.iter().zip(&labels) {
                let (sum, count) = &mut sums[label];
                for d in 0..D {
                    sum[d] += row[d];
                }
                *count += 1.0;
            }
            for (centre, (sum, count)) in centres.iter_mut().zip(sums) {
                // A centre without days stays where it is.
                if count > 0.0 {
                    *centre = sum.map(|x| x / count);
                }
            }
        }
        if best.as_ref().is_none_or(|(least, _)| spread < *least) {
            best = Some((spread, labels));
        }
    }
    best.map(|(_, labels)| labels).unwrap_or_default()
}

/// splitmix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests;
