//! Root visits of mctx 0.0.71 in the toy environment, to the last visit: 64 roots at 128 simulations and one at 512, for
//! MuZero, Gumbel and Stochastic MuZero, each leaf judged by a 768-512-256 net. Made by `golden/make.py toy`.

#[allow(dead_code)] // The benchmark uses the rest.
#[path = "../benches/toy/world.rs"]
mod world;

use std::collections::BTreeMap;

use nn::Precision;
use search::compat::{Config, Policy, Root, Searcher};
use world::{ACTIONS, FEATURES, Judged, OUTCOMES, World};

fn policy(name: &str) -> Policy {
    match name {
        "muzero" => Policy::muzero(),
        "gumbel" => Policy::gumbel(),
        _ => Policy::stochastic(OUTCOMES),
    }
}

fn roots(judged: &[Judged]) -> Vec<Root<'_, u32>> {
    judged
        .iter()
        .map(|root| Root::new(root.state, root.value, &root.logits))
        .collect()
}

/// Visits, one line per root.
fn visits(policy: Policy, first: usize, batch: usize, simulations: usize) -> Vec<String> {
    let config = Config {
        policy,
        actions: ACTIONS,
        simulations,
        max_depth: None,
    };
    let stochastic = matches!(policy, Policy::Stochastic { .. });
    let mut world = World::new(FEATURES, stochastic, Precision::F32, batch, simulations + 1);
    let judged = world.roots(first, batch);
    let mut searcher = Searcher::new(config, batch).unwrap();
    searcher.run(&roots(&judged), &mut world).unwrap();
    (0..batch)
        .map(|root| {
            let counts: Vec<String> = searcher
                .answer(root)
                .visits()
                .iter()
                .map(|n| n.to_string())
                .collect();
            counts.join(" ")
        })
        .collect()
}

fn check(name: &str) {
    let golden: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("golden/toy.json")).unwrap();
    for (batch, simulations) in [(64, 128), (1, 512)] {
        let expected = &golden[&format!("{name} {batch} {simulations}")];
        let found = visits(policy(name), 0, batch, simulations);
        let equal = found
            .iter()
            .zip(expected)
            .filter(|(found, expected)| found == expected)
            .count();
        assert_eq!(
            equal, batch,
            "{name}: {equal} of {batch} roots have mctx's visits at {simulations} simulations"
        );
        assert_eq!(expected.len(), batch);
    }
}

#[test]
fn muzero_visits_are_those_of_mctx() {
    check("muzero");
}

#[test]
fn gumbel_visits_are_those_of_mctx() {
    check("gumbel");
}

#[test]
fn stochastic_visits_are_those_of_mctx() {
    check("stochastic");
}

/// Every third action invalid and five edges deep at most.
#[test]
fn masks_and_depth_limits_are_those_of_mctx() {
    let golden: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("golden/toy.json")).unwrap();
    for name in ["muzero", "gumbel", "stochastic"] {
        let config = Config {
            policy: policy(name),
            actions: ACTIONS,
            simulations: 64,
            max_depth: Some(5),
        };
        let mut world = World::new(FEATURES, name == "stochastic", Precision::F32, 16, 65);
        let judged = world.roots(0, 16);
        world.batch = 6; // groups of 6, 6 and 4 roots
        let masks: Vec<Vec<bool>> = (0..16)
            .map(|root| (0..ACTIONS).map(|a| (root + a) % 3 == 0).collect())
            .collect();
        let mut roots = roots(&judged);
        for (root, mask) in roots.iter_mut().zip(&masks) {
            root.invalid = mask;
        }
        let mut searcher = Searcher::new(config, 16).unwrap();
        searcher.run(&roots, &mut world).unwrap();
        for (root, expected) in golden[&format!("{name} masked")].iter().enumerate() {
            let counts: Vec<String> = searcher
                .answer(root)
                .visits()
                .iter()
                .map(|n| n.to_string())
                .collect();
            assert_eq!(&counts.join(" "), expected, "{name}, root {root}");
        }
    }
}

/// Whoever a root shares its steps with, it gets the same visits: 1, 3, 7 and 11 roots at a time.
#[test]
fn visits_do_not_depend_on_the_company() {
    for name in ["muzero", "gumbel", "stochastic"] {
        let together = visits(policy(name), 0, 11, 40);
        for group in [1, 3, 7] {
            let mut apart = Vec::new();
            for first in (0..11).step_by(group) {
                apart.extend(visits(policy(name), first, group.min(11 - first), 40));
            }
            assert_eq!(apart, together, "{name} in groups of {group}");
        }
    }
}

/// The net itself against plain sums in `f64`, in batches of every kind of remainder.
#[test]
fn the_net_is_right() {
    let mut net = world::net(10, ACTIONS, Precision::F32);
    let inputs: Vec<f32> = (0..15 * FEATURES).map(|i| world::uniform(9, i)).collect();
    let weight = |layer: u32, fan_in: usize, outputs: usize, i: usize, o: usize| {
        f64::from(world::uniform(10 + layer, i * outputs + o) * (6.0 / fan_in as f32).sqrt())
    };
    let mut x: Vec<f64> = inputs[14 * FEATURES..]
        .iter()
        .map(|&x| f64::from(x))
        .collect();
    for (layer, (fan_in, outputs)) in [(768, 512), (512, 256), (256, 33)].into_iter().enumerate() {
        x = (0..outputs)
            .map(|o| {
                (0..fan_in)
                    .map(|i| x[i] * weight(layer as u32, fan_in, outputs, i, o))
                    .sum::<f64>()
            })
            .map(|sum| if layer < 2 { sum.max(0.0) } else { sum })
            .collect();
    }
    // The value is the last column here and the first answer of the net.
    let mut judge = |rows: usize| {
        let (mut values, mut logits) = (vec![0.0; rows], vec![0.0; rows * ACTIONS]);
        let x = &inputs[(15 - rows) * FEATURES..];
        net.forward(x, &mut values, &mut logits).unwrap();
        [&logits[(rows - 1) * ACTIONS..], &values[rows - 1..]].concat()
    };
    let alone = judge(1);
    assert_eq!(alone.len(), x.len());
    for (found, exact) in alone.iter().zip(&x) {
        assert!((f64::from(*found) - exact).abs() < 2e-5, "{found} {exact}");
    }
    // The last row alone and as the last of 15, 7 and 3.
    for rows in [15, 7, 3, 2] {
        assert_eq!(judge(rows), alone, "{rows} rows");
    }
}
