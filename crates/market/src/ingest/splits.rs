//! Splits seen in the data: a jump of the spot by a split's ratio that the strikes follow.

use jiff::civil::Date;

use super::report::Split;

/// The spot of one symbol on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct DaySpot {
    /// Ticker.
    pub symbol: String,
    /// Trading day.
    pub date: Date,
    /// Dollars per share, as it was on that day.
    pub spot_usd: f64,
}

/// Ratios in which companies split their shares; reverse splits are the inverses.
const RATIOS: [f64; 8] = [1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0];

/// How far a day's own move may push the jump off the ratio.
const TOLERANCE: f64 = 0.03;

/// The split ratio by which a price that was `before` and is `after` seems to have been divided.
pub(crate) fn split_ratio(before_usd: f64, after_usd: f64) -> Option<f64> {
    let jump = before_usd / after_usd;
    let near = |ratio: f64| (jump / ratio - 1.0).abs() <= TOLERANCE;
    RATIOS
        .into_iter()
        .flat_map(|ratio| [ratio, 1.0 / ratio])
        .find(|&ratio| near(ratio))
}

/// Divides every spot before a split by its ratio, so that the series is in shares of today.
pub fn adjust_for_splits(spots: &mut [DaySpot], splits: &[Split]) {
    for split in splits {
        for spot in spots
            .iter_mut()
            .filter(|spot| spot.symbol == split.symbol && spot.date < split.date)
        {
            spot.spot_usd /= split.ratio;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ratios_of_splits_are_recognised_and_crashes_are_not() {
        assert_eq!(split_ratio(645.57, 93.70), Some(7.0));
        assert_eq!(split_ratio(1.0, 10.1), Some(0.1));
        assert_eq!(split_ratio(100.0, 98.0), None);
        assert_eq!(split_ratio(100.0, 0.0), None);
        assert_eq!(split_ratio(100.0, 60.0), None);
    }

    #[test]
    fn earlier_prices_are_divided_and_later_ones_left() {
        let spot = |day, spot_usd| DaySpot {
            symbol: "ZZZ".to_owned(),
            date: date(2024, 1, day),
            spot_usd,
        };
        let mut spots = [spot(2, 700.0), spot(3, 101.0), spot(4, 99.0)];
        adjust_for_splits(
            &mut spots,
            &[Split {
                symbol: "ZZZ".to_owned(),
                date: date(2024, 1, 3),
                ratio: 7.0,
            }],
        );
        assert_eq!(spots.map(|spot| spot.spot_usd), [100.0, 101.0, 99.0]);
    }
}
