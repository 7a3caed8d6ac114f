//! The search tree as a file.

use crate::chain::Market;
use crate::look::{list, number, text};
use crate::run::Desk;
use crate::schema::violations;
use serde_json::Value;

/// The smallest budget that looks at every action once.
const TINY: &[&str] = &[
    "plan",
    "--no-files",
    "--json",
    "--set",
    "search.evaluations=1500",
    "--set",
    "search.draw_evaluations=400",
    "--set",
    "search.root_actions=12",
    "--set",
    "search.paths=128",
    "--set",
    "market.forecast_vol=0.2",
    "--chain",
    "chain.csv",
];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("chain.csv", Market::flat(0.30).csv());
    desk
}

fn traced(desk: &Desk, more: &[&str]) -> (Value, Value, String) {
    let plan = desk
        .run(&[TINY, &["--trace", "trace.json"], more].concat())
        .json();
    let written = std::fs::read_to_string(desk.path("trace.json")).unwrap();
    (plan, serde_json::from_str(&written).unwrap(), written)
}

/// Visits, probabilities and worths of the file fit each other, and the plan.
#[test]
fn the_tree_in_the_file_adds_up() {
    let desk = desk();
    let (plan, trace, written) = traced(&desk, &[]);
    assert!(!desk.path("plan.json").exists(), "--no-files still traces");
    assert_eq!(trace["schema_version"], 1);
    let nodes = list(&trace, "/nodes");
    let counts = &trace["counts"];
    for count in ["nodes", "simulations", "evaluations"] {
        assert_eq!(counts[count], plan["why"]["search"][count], "{count}");
    }
    assert_eq!(counts["nodes"], nodes.len());
    assert_eq!(trace["left_out"]["nodes_beyond_depth"], 0);
    assert_eq!(trace["left_out"]["nodes_beyond_limit"], 0);
    assert_eq!(text(&trace, "/config/search.evaluations"), "1500");
    assert_eq!(
        number(&trace, "/nodes/0/visits"),
        1.0 + number(counts, "/simulations")
    );
    assert_eq!(list(&nodes[0], "/actions").len(), 12);
    let node = |id: &Value| {
        let found = nodes.iter().find(|node| node["id"] == *id);
        found.unwrap_or_else(|| panic!("no node {id}"))
    };
    let mut decided = 0;
    for at in nodes {
        let actions = list(at, "/actions");
        if actions.is_empty() {
            continue;
        }
        decided += 1;
        let visits: f64 = actions.iter().map(|edge| number(edge, "/visits")).sum();
        assert_eq!(number(at, "/visits"), 1.0 + visits, "{}", at["id"]);
        let priors: f64 = actions.iter().map(|edge| number(edge, "/prior")).sum();
        assert!((priors - 1.0).abs() < 1e-9);
        for edge in actions {
            let outcomes = list(edge, "/outcomes");
            let tried = text(edge, "/status") != "untried";
            assert_eq!(tried, !outcomes.is_empty(), "{edge}");
            if !tried {
                assert_eq!(text(edge, "/worth_usd"), "n/a (not tried)");
                continue;
            }
            let sum = |of: &dyn Fn(&Value) -> f64| outcomes.iter().map(of).sum::<f64>();
            let odds = sum(&|outcome| number(outcome, "/probability"));
            assert!((odds - 1.0).abs() < 1e-9, "{odds}");
            let expected = sum(&|outcome| {
                let worth = number(node(&outcome["node"]), "/worth_utility");
                number(outcome, "/probability") * (number(outcome, "/reward_utility") + worth)
            });
            let worth = number(edge, "/worth_utility");
            assert!((worth - expected).abs() < 1e-6, "{worth} is not {expected}");
        }
    }
    assert!(decided > 20, "{decided} situations were decided in");
    // Over holding is over today's wealth less what holding is worth.
    let held = number(&trace, "/holding_worth_usd");
    let over = number(&trace, "/nodes/0/worth_over_holding_usd");
    assert!((number(&trace, "/nodes/0/worth_usd") - held - over).abs() < 1e-6);
    // The plan keeps the top of the same tree.
    assert_eq!(plan["tree"]["settling"], trace["settling"]);
    let root = &plan["tree"]["parts"][0];
    assert_eq!(root["visits"], nodes[0]["visits"]);
    assert_eq!(
        root["worth_over_holding_usd"],
        nodes[0]["worth_over_holding_usd"]
    );
    let schema = desk.run(&["schema", "trace"]).exits(0).json();
    let found = violations(&schema, &trace);
    assert!(found.is_empty(), "{found:#?}");
    // The same bytes again, on another number of threads.
    let again = traced(&desk, &["--set", "hardware.threads=3"]).2;
    assert!(written == again, "the trace depends on the thread count");
}

/// The best action is known after each batch, and the last moment is the finished tree.
#[test]
fn the_choice_settles_before_the_end() {
    let (_, trace, _) = traced(&desk(), &["--set", "search.batch=64"]);
    let points = list(&trace, "/settling/points");
    assert!(points.len() >= 10, "{}", points.len());
    let evaluations: Vec<f64> = points
        .iter()
        .map(|point| number(point, "/evaluations"))
        .collect();
    assert!(evaluations.is_sorted_by(|a, b| a < b), "{evaluations:?}");
    let last = points.last().unwrap();
    assert_eq!(last["evaluations"], trace["counts"]["evaluations"]);
    let actions = list(&trace, "/nodes/0/actions");
    let worth = |edge: &Value| edge["worth_over_holding_usd"].as_f64();
    let best = actions
        .iter()
        .max_by(|a, b| worth(a).partial_cmp(&worth(b)).unwrap())
        .unwrap();
    assert_eq!(last["best"], best["text"]);
    assert_eq!(
        last["best_worth_over_holding_usd"],
        best["worth_over_holding_usd"]
    );
    let settled = number(&trace, "/settling/settled_at_evaluations");
    let changes = list(&trace, "/settling/changes");
    assert_eq!(number(changes.last().unwrap(), "/evaluations"), settled);
    assert_eq!(changes.last().unwrap()["best"], last["best"]);
    for point in points
        .iter()
        .filter(|point| number(point, "/evaluations") >= settled)
    {
        assert_eq!(point["best"], last["best"]);
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let desk = desk();
    let whole = traced(&desk, &[]).1;
    let all = list(&whole, "/nodes").len();
    let shallow = traced(&desk, &["--trace-depth", "1"]).1;
    let near = list(&shallow, "/nodes").len();
    assert!(near > 1 && near < all);
    assert_eq!(
        number(&shallow, "/left_out/nodes_beyond_depth"),
        (all - near) as f64
    );
    let cut = list(&shallow, "/nodes")
        .iter()
        .filter(|node| number(node, "/actions_left_out") > 0.0);
    assert!(cut.count() > 0, "nodes at the depth say what they lack");
    let few = traced(&desk, &["--trace-nodes", "10"]).1;
    assert_eq!(list(&few, "/nodes").len(), 10);
    assert_eq!(
        number(&few, "/left_out/nodes_beyond_limit"),
        (all - 10) as f64
    );
    let written = |outcome: &Value| outcome["written"] == true;
    let outcomes: Vec<&Value> = list(&few, "/nodes/0/actions")
        .iter()
        .flat_map(|edge| list(edge, "/outcomes"))
        .collect();
    assert_eq!(
        outcomes.iter().filter(|outcome| written(outcome)).count(),
        9
    );
}

/// A place that cannot be written is said before the work begins, and nothing is left behind.
#[test]
fn a_trace_that_cannot_be_written_is_said_at_once() {
    let desk = desk();
    std::fs::create_dir(desk.path("folder")).unwrap();
    for (path, says) in [
        ("no/such/trace.json", "there is no folder no/such"),
        ("folder", "it is a folder"),
    ] {
        let run = desk.run(&["plan", "--no-files", "--trace", path]).exits(5);
        assert!(run.stderr.contains(says), "{run}");
        assert!(run.stdout.is_empty(), "{run}");
    }
    let run = desk.run(&["plan", "--trace-depth", "3"]).exits(2);
    assert!(run.stderr.contains("--trace"), "{run}");
    // A failed plan leaves an older trace as it was.
    desk.put("old.json", "old");
    desk.run(&[
        "plan",
        "--no-files",
        "--chain",
        "none.csv",
        "--trace",
        "old.json",
    ])
    .exits(3);
    assert_eq!(
        std::fs::read_to_string(desk.path("old.json")).unwrap(),
        "old"
    );
    let left = std::fs::read_dir(desk.path("")).unwrap().count();
    assert_eq!(left, 3, "chain.csv, folder and old.json");
}
