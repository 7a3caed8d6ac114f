//! Recorded games with what mctx 0.0.71 answers, searched again without Python. Made by `golden/make.py golden`.

#[path = "../examples/replay/recorded.rs"]
mod recorded;

use proptest::prelude::*;
use recorded::Found;
use serde_json::{Value, json};

const GAMES: &str = include_str!("golden/games.jsonl");
const TREES: &str = include_str!("golden/trees.jsonl");

/// Name, game and answer of every line.
fn lines(text: &str) -> Vec<(String, Value, Found)> {
    let read = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let answer = serde_json::from_value(line["answer"].take()).unwrap();
        (
            line["name"].as_str().unwrap().to_owned(),
            line["game"].take(),
            answer,
        )
    };
    text.lines().map(read).collect()
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 2e-6 * (1.0 + b.abs())
}

/// Visits and action equal; values to a few units in the last place.
fn agree(found: &Found, expected: &Found) -> bool {
    found.visits == expected.visits
        && found.action == expected.action
        && near(found.value, expected.value)
        && found.q.len() == expected.q.len()
        && found.q.iter().zip(&expected.q).all(|pair| match pair {
            (Some(a), Some(b)) => near(*a, *b),
            (a, b) => a.is_none() && b.is_none(),
        })
}

/// Ninety drawn games: both modes, masks, depth limits, Gumbel numbers, discounts 0, 1, 0.99, -1 and mixed, equal and coarse values.
#[test]
fn drawn_games() {
    let games = lines(GAMES);
    assert!(games.len() >= 90);
    for (name, game, expected) in games {
        let found = recorded::replay_value(game).unwrap();
        assert!(
            agree(&found, &expected),
            "{name}: {found:?}, mctx {expected:?}"
        );
    }
}

/// The trees that mctx keeps for its own tests; the numbers spelled out are those stored there.
#[test]
fn stored_trees_of_mctx() {
    let trees = lines(TREES);
    for (name, game, expected) in &trees {
        let found = recorded::replay_value(game.clone()).unwrap();
        assert!(
            agree(&found, expected),
            "{name}: {found:?}, mctx {expected:?}"
        );
    }
    let check = |name: &str, visits: &[(usize, u32)], value: f32| {
        let (_, game, _) = trees.iter().find(|tree| tree.0 == name).unwrap();
        let found = recorded::replay_value(game.clone()).unwrap();
        let visited: Vec<(usize, u32)> = found
            .visits
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, n)| *n > 0)
            .collect();
        assert_eq!(visited, visits, "{name}");
        assert!(
            (found.value - value).abs() < 1e-6,
            "{name}: {}",
            found.value
        );
    };
    check("muzero_qtransform_tree 0", &[(7, 2), (14, 48)], 2.990_252_3);
    check(
        "gumbel_muzero_reward_tree 0",
        &[
            (1, 15),
            (5, 6),
            (7, 2),
            (8, 2),
            (10, 15),
            (12, 2),
            (14, 2),
            (17, 6),
        ],
        0.637_512_3,
    );
    check(
        "gumbel_muzero_tree 0",
        &[
            (2, 21),
            (5, 49),
            (11, 3),
            (14, 49),
            (15, 3),
            (17, 9),
            (19, 3),
            (27, 3),
            (33, 9),
            (37, 3),
            (38, 3),
            (56, 3),
            (59, 9),
            (63, 3),
            (65, 9),
            (75, 21),
        ],
        0.053_575_52,
    );
}

/// The goldens have teeth: other constants, other rules and other data are noticed.
#[test]
fn changed_games_are_noticed() {
    let games: Vec<_> = lines(GAMES).into_iter().chain(lines(TREES)).collect();
    let noticed = |change: &dyn Fn(&mut Value)| {
        let caught = |(_, game, expected): &&(String, Value, Found)| {
            let mut game = game.clone();
            change(&mut game);
            recorded::replay_value(game).map_or(true, |found| !agree(&found, expected))
        };
        games.iter().filter(caught).count()
    };
    assert_eq!(noticed(&|_| ()), 0);
    assert!(noticed(&|game| game["constants"] = json!({"value_scale": 0.11})) >= 3);
    assert!(noticed(&|game| game["constants"] = json!({"maxvisit_init": 60.0})) >= 2);
    assert!(noticed(&|game| game["constants"] = json!({"rescale_values": false})) >= 3);
    assert!(noticed(&|game| game["constants"] = json!({"bounds": [-4.0, 4.0]})) >= 3);
    assert!(noticed(&|game| game["max_depth"] = json!(2)) >= 5);
    assert!(noticed(&|game| game["invalid"] = json!([])) >= 5);
    assert!(noticed(&|game| game["gumbel"] = json!([])) >= 5);
    assert!(noticed(&|game| game["max_considered"] = json!(2)) >= 5);
    assert!(noticed(&|game| game["root"]["value"] = json!(0.123)) >= 20);
}

fn small() -> Value {
    let node = |reward: f64| json!({"reward": reward, "discount": 0.5, "value": 0.0, "logits": [0.0, 0.0]});
    json!({
        "mode": "muzero", "simulations": 3, "max_depth": 1, "actions": 2, "max_considered": 16,
        "gumbel": [0.0, 0.0], "invalid": [false, false],
        "root": {"value": 0.0, "logits": [0.0, 0.0]},
        "nodes": {"0": node(-1.0), "1": node(2.0)}
    })
}

/// Checks that a change of a good game is refused with words that name it.
fn refused(change: impl Fn(&mut Value), words: &str) {
    let mut game = small();
    change(&mut game);
    let error = recorded::replay(&game.to_string()).unwrap_err();
    assert!(error.contains(words), "\"{error}\" should say \"{words}\"");
}

#[test]
fn a_small_game_by_hand() {
    // Action 0 first, by the tie; it loses 1, so action 1 next; that gains 2, so action 1 again. The value is the mean of 0 (the
    // first word), -1, 2 and 2.
    let line = recorded::replay(&small().to_string()).unwrap();
    assert_eq!(
        line,
        r#"{"visits":[1,2],"q":[-1.0,2.0],"value":0.75,"action":1}"#
    );
}

#[test]
fn bad_files_are_refused_by_name() {
    refused(
        |game| drop(game["nodes"].as_object_mut().unwrap().remove("1")),
        "asks for node \"1\"",
    );
    refused(
        |game| game["max_depth"] = json!(null),
        "asks for node \"1,0\"",
    );
    refused(
        |game| game["simulations"] = json!(0),
        "at least one simulation",
    );
    refused(|game| game["simulations"] = json!(u64::MAX), "memory");
    refused(|game| game["simulations"] = json!(-1), "invalid value");
    refused(|game| game["actions"] = json!(0), "at least one action");
    refused(|game| game["actions"] = json!(3), "2 logits, but 3 actions");
    refused(|game| game["actions"] = json!(u64::MAX), "memory");
    refused(
        |game| game["gumbel"] = json!([1.0]),
        "gumbel: 1 entries, but 2 actions",
    );
    refused(
        |game| game["invalid"] = json!([true, false, true]),
        "invalid: 3 entries, but 2 actions",
    );
    refused(|game| game["mode"] = json!("alphazero"), "unknown variant");
    refused(|game| game["root"]["value"] = json!(1e300), "root value");
    refused(|game| game["root"]["value"] = json!(null), "invalid type");
    refused(
        |game| game["root"]["logits"] = json!([0.0]),
        "root: 1 logits",
    );
    refused(
        |game| game["root"]["logits"] = json!([0.0, -1e39]),
        "root logits",
    );
    refused(
        |game| game["nodes"]["1"]["reward"] = json!(-1e40),
        "node \"1\"",
    );
    refused(
        |game| game["nodes"]["1"]["logits"] = json!([0.0]),
        "node \"1\": 1 logits",
    );
    refused(
        |game| game["nodes"]["1"]["logits"] = json!([0.0, 1e39]),
        "node \"1\" logits",
    );
    refused(
        |game| game["nodes"]["1"]["discount"] = json!("half"),
        "invalid type",
    );
    for key in [
        "2",
        "",
        "0,",
        "01",
        "+1",
        "x",
        "0;1",
        "18446744073709551616",
    ] {
        refused(
            |game| game["nodes"][key] = game["nodes"]["1"].clone(),
            "a key is actions from 0 to 1",
        );
    }
    refused(|game| game["typo"] = json!(1), "unknown field");
    for text in ["", "{", "[]", "nul", "{\"mode\":\"muzero\"}", "NaN"] {
        assert!(recorded::replay(text).is_err());
    }
    let text = small()
        .to_string()
        .replace("\"value\":0.0", "\"value\":NaN");
    assert!(recorded::replay(&text).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Damaged files give an answer or an error, never a panic.
    #[test]
    fn damaged_files_do_not_panic(line in 0usize..90, at in 0.0f64..1.0, byte in any::<u8>(), cut in any::<bool>()) {
        let line: Value = serde_json::from_str(GAMES.lines().nth(line).unwrap()).unwrap();
        let mut bytes = line["game"].to_string().into_bytes();
        let at = (at * bytes.len() as f64) as usize;
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = b' ' + byte % 95;
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(answer) = recorded::replay(&text) {
            prop_assert!(serde_json::from_str::<Value>(&answer).is_ok());
        }
    }
}
