//! The wheel as the search sees it: the rules as a game, and its states as the numbers that a net sees.

use learn::{Scale, View};
use search::{Game, Outcome};
use std::sync::Arc;
use wheel::{Move, Rules, Situation, encoding};

/// The wheel under these rules.
#[derive(Clone, Debug)]
pub(crate) struct WheelGame(pub(crate) Arc<Rules>);

impl Game for WheelGame {
    type State = Situation;
    type Action = Move;

    fn actions(&self, situation: &Situation, out: &mut Vec<Move>) {
        self.0.moves(situation, out);
    }

    fn outcomes(&self, situation: &Situation, choice: Move, out: &mut Vec<Outcome<Situation>>) {
        let mut after = situation.clone();
        if let Some(action) = self.0.action(situation, choice) {
            // A move that is on the menu can be carried out; if not, nothing is done, which is what a broker would do.
            let _refused = after
                .book
                .trade(&action, self.0.style, &self.0.costs)
                .is_err();
        }
        let mut journeys = Vec::with_capacity(16);
        self.0.journeys(&after, &mut journeys);
        out.extend(journeys.into_iter().map(|(probability, state)| Outcome {
            probability,
            reward: 0.0,
            state,
        }));
    }

    fn terminal_worth(&self, situation: &Situation) -> Option<f64> {
        self.0
            .is_over(situation)
            .then(|| self.0.final_worth(situation))
    }
}

/// Policy outputs of a net for the wheel: on the first day the lines of the menu in their order, later
///
/// | outputs | moves |
/// | --- | --- |
/// | 0 | do nothing |
/// | 1-5 | sell puts, by the place of the delta in the grid |
/// | 6-10 | sell calls |
/// | 11-18 | close the lot of this row of the encoding |
/// | 19-58 | roll it: five deltas for each lot |
pub(crate) const POLICIES: usize = 64;
/// Deltas of the grid that have outputs of their own.
const DELTAS: usize = 5;
/// A value of 1 is worth this part of today's wealth, times the deviation of the spot to the horizon.
const UNIT: f64 = 0.05;
/// Deviations beyond these count as these.
const DEVIATIONS: (f64, f64) = (0.02, 1.0);

/// Why a net cannot speak of these rules, if it cannot.
pub(crate) fn beyond_nets(rules: &Rules) -> Option<String> {
    (rules.deltas.len() > DELTAS).then(|| {
        format!(
            "the nets know {DELTAS} deltas of later sales, actions.interior_deltas has {}",
            rules.deltas.len()
        )
    })
}

impl View for WheelGame {
    fn inputs(&self) -> usize {
        encoding::LEN
    }

    fn policies(&self) -> usize {
        POLICIES
    }

    fn encode(&self, situation: &Situation, out: &mut [f32]) {
        encoding::write(&self.0, situation, out);
    }

    fn encode_all(&self, situations: &[Situation], out: &mut [f32]) {
        let mut encoder = encoding::Encoder::new(&self.0);
        for (situation, row) in situations.iter().zip(out.chunks_exact_mut(encoding::LEN)) {
            encoder.write(situation, row);
        }
    }

    fn slot(&self, situation: &Situation, choice: Move, _: usize) -> usize {
        // A net sees the lots in this order, whichever was opened first.
        let row = |lot: u8| {
            let order = encoding::lot_order(&situation.book);
            let found = order.iter().position(|&place| place == usize::from(lot));
            found.unwrap_or(usize::from(lot))
        };
        let delta = |delta: u8| usize::from(delta).min(DELTAS - 1);
        match choice {
            Move::Menu(line) => usize::from(line),
            Move::Nothing => 0,
            Move::SellPut(at) => 1 + delta(at),
            Move::SellCall(at) => 1 + DELTAS + delta(at),
            Move::Close(lot) => 1 + 2 * DELTAS + row(lot),
            Move::Roll(lot, at) => {
                1 + 2 * DELTAS + wheel::book::LOTS + DELTAS * row(lot) + delta(at)
            }
        }
    }

    /// Holding is the zero: what a net has to learn is what later decisions add to it. Its unit is a part of the spot's deviation
    /// to the horizon, as a sure amount beside what holding is worth: premiums grow with both.
    fn scale(&self, situation: &Situation) -> Scale {
        let (rules, utility) = (&self.0, &self.0.utility);
        let zero = rules.held_worth(situation, &mut Vec::with_capacity(48));
        let ratio = (utility.certain(zero) / utility.wealth_usd).clamp(0.1, 10.0);
        let deviation = rules.futures.deviation(&situation.state, rules.horizon_day);
        let part = UNIT * deviation.clamp(DEVIATIONS.0, DEVIATIONS.1);
        Scale {
            zero,
            unit: part * utility.wealth_usd * ratio.powf(-utility.risk_aversion),
        }
    }
}
