//! The form of a recorded game, and its search. Shared by the example and the tests.

use std::collections::HashMap;

use search::compat::{Answers, Config, Error, Gumbel, Leaves, Model, Policy, Puct, Root, Searcher};
use serde::{Deserialize, Serialize};

/// A search would take more memory than a recorded game can ever need.
const MOST_NUMBERS: usize = 1 << 26;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Muzero,
    Gumbel,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootRecord {
    value: f32,
    logits: Vec<f32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeRecord {
    reward: f32,
    discount: f32,
    value: f32,
    logits: Vec<f32>,
}

/// Constants other than mctx's defaults; not part of the common form, for tests against mctx's own stored trees.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Constants {
    value_scale: Option<f32>,
    maxvisit_init: Option<f32>,
    rescale_values: Option<bool>,
    bounds: Option<(f32, f32)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Game {
    mode: Mode,
    simulations: usize,
    #[serde(default)]
    max_depth: Option<usize>,
    actions: usize,
    #[serde(default)]
    max_considered: Option<usize>,
    #[serde(default)]
    gumbel: Vec<f32>,
    #[serde(default)]
    invalid: Vec<bool>,
    root: RootRecord,
    nodes: HashMap<String, NodeRecord>,
    #[serde(default)]
    constants: Constants,
}

/// What a search found.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Found {
    /// Visits of each action at the root.
    pub(crate) visits: Vec<u32>,
    /// Reward plus discounted value of each action; `None` where never visited.
    pub(crate) q: Vec<Option<f32>>,
    /// The root's value.
    pub(crate) value: f32,
    /// The action to take.
    pub(crate) action: usize,
}

/// A search over what was recorded: a state is the node's place in the list, 0 for the root.
struct Tape<'a> {
    nodes: Vec<(&'a str, &'a NodeRecord)>,
    places: HashMap<&'a str, u32>,
    key: String,
}

impl Model for Tape<'_> {
    type State = u32;
    type Error = String;

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), String> {
        use std::fmt::Write;
        for i in 0..leaves.len() {
            self.key.clear();
            if let Some(parent) = (leaves.parents[i] as usize).checked_sub(1) {
                self.key.push_str(self.nodes[parent].0);
                self.key.push(',');
            }
            let _ = write!(self.key, "{}", leaves.moves[i]); // writing to a string does not fail
            let Some(&place) = self.places.get(self.key.as_str()) else {
                return Err(format!(
                    "the search asks for node \"{}\", which the file lacks",
                    self.key
                ));
            };
            let node = self.nodes[place as usize].1;
            answers.states[i] = place + 1;
            answers.rewards[i] = node.reward;
            answers.discounts[i] = node.discount;
            answers.values[i] = node.value;
            answers.logits(i).copy_from_slice(&node.logits);
        }
        Ok(())
    }
}

/// Searches the game in `text` and gives the answer as one line of JSON.
pub(crate) fn replay(text: &str) -> Result<String, String> {
    let game: Game = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let found = search(&game)?;
    serde_json::to_string(&found).map_err(|error| error.to_string())
}

/// As [`replay`], for a game that is part of a larger file.
#[allow(dead_code)] // The example has no use for it.
pub(crate) fn replay_value(game: serde_json::Value) -> Result<Found, String> {
    let game: Game = serde_json::from_value(game).map_err(|error| error.to_string())?;
    search(&game)
}

fn finite(what: &str, numbers: &[f32]) -> Result<(), String> {
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(number) => Err(format!(
            "{what}: {number} is not a number of single precision"
        )),
        None => Ok(()),
    }
}

fn check(game: &Game) -> Result<(), String> {
    let actions = game.actions;
    if actions == 0 {
        return Err("actions: there must be at least one action".to_owned());
    }
    let room = actions
        .checked_next_multiple_of(16)
        .and_then(|lanes| lanes.checked_mul(4))
        .and_then(|block| block.checked_mul(game.simulations.checked_add(1)?));
    if room.is_none_or(|numbers| numbers > MOST_NUMBERS) {
        return Err(format!(
            "{} simulations of {actions} actions need more memory than a recorded game can use",
            game.simulations
        ));
    }
    if game.root.logits.len() != actions {
        return Err(format!(
            "root: {} logits, but {actions} actions",
            game.root.logits.len()
        ));
    }
    for (what, len) in [
        ("gumbel", game.gumbel.len()),
        ("invalid", game.invalid.len()),
    ] {
        if len != actions && len != 0 {
            return Err(format!("{what}: {len} entries, but {actions} actions"));
        }
    }
    finite("root value", &[game.root.value])?;
    finite("root logits", &game.root.logits)?;
    finite("gumbel", &game.gumbel)?;
    for (key, node) in &game.nodes {
        let known = key.split(',').all(|part| {
            part.parse::<usize>()
                .is_ok_and(|action| action < actions && action.to_string() == part)
        });
        if !known {
            return Err(format!(
                "node \"{key}\": a key is actions from 0 to {} with commas between",
                actions.saturating_sub(1)
            ));
        }
        if node.logits.len() != actions {
            return Err(format!(
                "node \"{key}\": {} logits, but {actions} actions",
                node.logits.len()
            ));
        }
        let numbers = [node.reward, node.discount, node.value];
        finite(&format!("node \"{key}\""), &numbers)?;
        finite(&format!("node \"{key}\" logits"), &node.logits)?;
    }
    Ok(())
}

fn search(game: &Game) -> Result<Found, String> {
    let constants = game.constants;
    let policy = match game.mode {
        Mode::Muzero => Policy::MuZero(Puct {
            bounds: constants.bounds,
            ..Puct::default()
        }),
        Mode::Gumbel => {
            let mctx = Gumbel::default();
            Policy::Gumbel(Gumbel {
                max_considered: game.max_considered.unwrap_or(mctx.max_considered),
                value_scale: constants.value_scale.unwrap_or(mctx.value_scale),
                maxvisit_init: constants.maxvisit_init.unwrap_or(mctx.maxvisit_init),
                rescale_values: constants.rescale_values.unwrap_or(mctx.rescale_values),
                use_mixed_value: mctx.use_mixed_value,
            })
        }
    };
    let config = Config {
        policy,
        actions: game.actions,
        simulations: game.simulations,
        max_depth: game.max_depth,
    };
    check(game)?;
    let mut searcher = Searcher::new(config, 1).map_err(|error| error.to_string())?;
    let nodes: Vec<(&str, &NodeRecord)> = game
        .nodes
        .iter()
        .map(|(key, node)| (key.as_str(), node))
        .collect();
    let mut tape = Tape {
        places: nodes
            .iter()
            .zip(0..)
            .map(|((key, _), place)| (*key, place))
            .collect(),
        nodes,
        key: String::new(),
    };
    let root = Root {
        state: 0,
        value: game.root.value,
        logits: &game.root.logits,
        invalid: &game.invalid,
        gumbel: if game.mode == Mode::Gumbel {
            &game.gumbel
        } else {
            &[]
        },
    };
    searcher
        .run(&[root], &mut tape)
        .map_err(|error| match error {
            Error::Model(missing) => missing,
            other => other.to_string(),
        })?;
    let answer = searcher.answer(0);
    if !answer.value().is_finite() {
        return Err("the values of this game overflow single precision".to_owned());
    }
    Ok(Found {
        visits: answer
            .visits()
            .iter()
            .map(|&visits| visits as u32)
            .collect(),
        q: (0..game.actions).map(|action| answer.q(action)).collect(),
        value: answer.value(),
        action: answer.action(),
    })
}
