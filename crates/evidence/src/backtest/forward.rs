//! Walk-forward: which of several variants would have been chosen at the time, and how did the choices fare?
//!
//! ```text
//! fold k      the days from k n / (folds + 1) to (k + 1) n / (folds + 1), k = 1 .. folds
//! chosen      the best Sharpe ratio of all days before the fold but the last `gap`
//! out         the chosen variant's returns within the fold, one fold after the other
//! ```
//! The gap is the longest life of a position: nothing that is learnt from is still open where it is judged (purge), and nothing that is
//! judged began where something was learnt (embargo). Changing from one variant's position to another's costs nothing here, which flatters
//! by about a trade's costs a fold.
//!
//! Source: Lopez de Prado, Advances in Financial Machine Learning (2018), chapters 7 and 11.

use crate::Error;

/// One fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its first day, as an index of the returns.
    pub first: usize,
    /// The day after its last.
    pub end: usize,
    /// Which variant was chosen for it.
    pub chosen: usize,
}

/// What the choices brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// In order of time.
    pub folds: Vec<Fold>,
    /// Returns out of sample, of all folds.
    pub out: Vec<f64>,
}

/// Chooses among variants of equal length, by their excess returns.
///
/// # Errors
/// [`Error::Parameter`] for fewer than two variants, unequal lengths, no fold, or too few days before the first fold.
pub fn forward(variants: &[Vec<f64>], folds: usize, gap: usize) -> Result<Forward, Error> {
    let wrong = |name: &'static str, value: f64, should: &'static str| Error::Parameter {
        name,
        value,
        should,
    };
    let count = variants.first().map_or(0, Vec::len);
    if variants.len() < 2 {
        return Err(wrong("variants", variants.len() as f64, "two at least"));
    }
    if let Some(other) = variants.iter().find(|other| other.len() != count) {
        return Err(wrong(
            "days of a variant",
            other.len() as f64,
            "as many as the others have",
        ));
    }
    if folds == 0 {
        return Err(wrong("folds", 0.0, "one at least"));
    }
    let edge = |k: usize| k * count / (folds + 1);
    if edge(1) < gap + LEAST {
        return Err(wrong(
            "days before the first fold",
            edge(1) as f64,
            "the gap and 60 more at least: take a longer period",
        ));
    }
    let mut forward = Forward {
        folds: Vec::new(),
        out: Vec::new(),
    };
    for k in 1..=folds {
        let (first, end) = (edge(k), edge(k + 1));
        let ratio = |returns: &Vec<f64>| sharpe(&returns[..first - gap]);
        let ratios: Vec<f64> = variants.iter().map(ratio).collect();
        // Of equals the first.
        let chosen =
            (1..ratios.len()).fold(0, |best, i| if ratios[i] > ratios[best] { i } else { best });
        forward.out.extend(&variants[chosen][first..end]);
        forward.folds.push(Fold { first, end, chosen });
    }
    Ok(forward)
}

/// Fewest days to choose by.
const LEAST: usize = 60;

fn sharpe(returns: &[f64]) -> f64 {
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n;
    // What never moved is no better than anything.
    if variance > 0.0 {
        mean / variance.sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(mean: f64, count: usize) -> Vec<f64> {
        (0..count)
            .map(|i| mean + if i % 2 == 0 { 0.01 } else { -0.01 })
            .collect()
    }

    #[test]
    fn the_past_chooses_and_the_future_pays() {
        // The first is better at first, the second later.
        let mut one = days(0.002, 300);
        one.extend(days(-0.002, 300));
        let mut two = days(0.0, 300);
        two.extend(days(0.003, 300));
        let found = forward(&[one.clone(), two.clone()], 5, 20).unwrap();
        let chosen: Vec<usize> = found.folds.iter().map(|fold| fold.chosen).collect();
        // 100 days each; before the fourth the first has (300 x 0.2 - 80 x 0.2) %, the second 80 x 0.3 %; before the fifth it is 24 against 54.
        assert_eq!(chosen, [0, 0, 0, 0, 1]);
        assert_eq!(found.out.len(), 500);
        assert_eq!(found.out[..400], one[100..500]);
        assert_eq!(found.out[400..], two[500..]);
    }

    /// The days of a gap change no choice, whatever stands in them.
    #[test]
    fn a_gap_is_not_looked_at() {
        let (one, two) = (days(0.0005, 300), days(0.0, 300));
        let mut planted = two.clone();
        for day in &mut planted[130..150] {
            *day = 1.0;
        }
        let plain = forward(&[one.clone(), two], 1, 20).unwrap();
        let with = forward(&[one.clone(), planted.clone()], 1, 20).unwrap();
        assert_eq!((plain.folds[0].chosen, with.folds[0].chosen), (0, 0));
        assert_eq!(forward(&[one, planted], 1, 19).unwrap().folds[0].chosen, 1);
    }

    #[test]
    fn what_cannot_be_walked_is_refused() {
        assert!(forward(&[days(0.0, 300)], 3, 10).is_err());
        assert!(forward(&[days(0.0, 300), days(0.0, 299)], 3, 10).is_err());
        assert!(forward(&[days(0.0, 300), days(0.0, 300)], 0, 10).is_err());
        assert!(forward(&[days(0.0, 300), days(0.0, 300)], 4, 1).is_err());
    }
}
