//! Has a net seen anything like this? The range of every input over the situations it was trained on.

#[cfg(feature = "train")]
use crate::learning::markets::Markets;
use serde::{Deserialize, Serialize};
use wheel::{Rules, Situation, encoding};

/// The least and the greatest of every input over the first situations of many games: as they are, and as a leaf would have them a
/// day later, because the block of the menu then holds limits, costs and deltas ([`encoding::LATER`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Support {
    /// Games looked at.
    pub(crate) games: u64,
    pub(crate) low: Vec<f32>,
    pub(crate) high: Vec<f32>,
}

/// An input may lie this part of the range outside it.
const SLACK: f32 = 0.1;

/// Inputs outside of what a net was trained on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outside {
    /// How many.
    pub(crate) count: usize,
    /// The one that is farthest out.
    pub(crate) farthest: Option<Far>,
}

/// An input outside its range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Far {
    /// What it speaks of.
    pub(crate) name: String,
    pub(crate) value: f32,
    pub(crate) low: f32,
    pub(crate) high: f32,
}

/// A situation today, and the same a day later.
pub(crate) fn rows(rules: &Rules, today: &Situation) -> Vec<f32> {
    let mut rows = vec![0.0; 2 * encoding::LEN];
    let mut later = today.clone();
    later.state.day += 1;
    for (situation, row) in [today, &later]
        .into_iter()
        .zip(rows.chunks_exact_mut(encoding::LEN))
    {
        encoding::write(rules, situation, row);
    }
    rows
}

impl Support {
    /// Looks at the first `games` games of a ground.
    #[cfg(feature = "train")]
    pub(crate) fn of(ground: &Markets, games: u64) -> Support {
        let mut support = Support {
            games,
            low: vec![f32::INFINITY; 2 * encoding::LEN],
            high: vec![f32::NEG_INFINITY; 2 * encoding::LEN],
        };
        for number in 0..games {
            let seat = ground.seat(number);
            let row = rows(&seat.rules, &seat.today);
            for ((low, high), &x) in support.low.iter_mut().zip(&mut support.high).zip(&row) {
                *low = low.min(x);
                *high = high.max(x);
            }
        }
        support
    }

    /// Which inputs of these [`rows`] lie outside; a support of another length knows none of them.
    pub(crate) fn outside(&self, row: &[f32]) -> Outside {
        let mut outside = Outside {
            count: 0,
            farthest: None,
        };
        let mut most = 0.0;
        for (place, &x) in row.iter().enumerate() {
            let (low, high) = match (self.low.get(place), self.high.get(place)) {
                (Some(&low), Some(&high)) if low <= high => (low, high),
                _ => (0.0, 0.0),
            };
            let room = SLACK * (high - low) + 1e-6;
            let beyond = (low - x).max(x - high) - room;
            if beyond > 0.0 {
                outside.count += 1;
                let distance = beyond / (high - low + 1e-3);
                if distance > most {
                    most = distance;
                    outside.farthest = Some(Far {
                        name: name(place),
                        value: x,
                        low,
                        high,
                    });
                }
            }
        }
        outside
    }
}

/// What an input speaks of.
fn name(place: usize) -> String {
    let (place, day) = (place % encoding::LEN, place / encoding::LEN);
    let when = if day == 0 { "" } else { " a day later" };
    let blocks = [
        ("account and assumptions", encoding::ACCOUNT),
        ("open lots", encoding::LOTS),
        ("term structure", encoding::TERMS),
        ("menu", encoding::MENU),
        ("dividends", encoding::EVENTS),
    ];
    let block = blocks.into_iter().find(|(_, range)| range.contains(&place));
    block.map_or_else(
        || format!("number {place}{when}"),
        |(block, range)| format!("number {} of {block}{when}", place - range.start),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_counted_and_the_farthest_named() {
        let support = Support {
            games: 2,
            low: vec![0.0, -1.0, 5.0],
            high: vec![1.0, 1.0, 5.0],
        };
        assert_eq!(support.outside(&[0.5, -1.1, 5.0]).count, 0);
        let outside = support.outside(&[1.2, -1.3, 5.0]);
        assert_eq!(outside.count, 2);
        let far = outside.farthest.expect("one is farthest");
        assert_eq!(
            (far.name.as_str(), far.value),
            ("number 0 of account and assumptions", 1.2)
        );
        // A number that never changed in training knows only itself, and one beyond the support counts.
        assert_eq!(support.outside(&[0.5, 0.0, 5.1, 1.0]).count, 2);
    }
}
