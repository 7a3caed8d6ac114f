//! Same seed and input, same bytes, on any number of threads.

use crate::chain::Market;
use crate::look::{check_plan, text};
use crate::run::Desk;

#[test]
fn the_bytes_do_not_depend_on_the_thread_count() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let args = ["--chain", chain, "--set", "market.forecast_vol=0.2"];
    let with = |more: &[&str]| desk.plan(&[&args, more].concat()).exits(0);
    let one = with(&["--set", "hardware.threads=1"]);
    check_plan(&one.json());
    for threads in ["2", "5"] {
        let setting = format!("hardware.threads={threads}");
        let other = with(&["--set", &setting]);
        assert!(
            one.stdout == other.stdout,
            "{threads} threads: {}",
            first_difference(&one.stdout, &other.stdout)
        );
    }
    let limited = with(&["--set", "hardware.memory_limit_mb=2000"]);
    assert!(
        one.stdout == limited.stdout,
        "a memory limit: {}",
        first_difference(&one.stdout, &limited.stdout)
    );
    let again = with(&["--set", "hardware.threads=1"]);
    assert!(one.stdout == again.stdout, "the same command twice");
}

#[test]
fn another_seed_is_another_plan_and_says_so() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let plan = |seed: &str| desk.plan(&["--chain", chain, "--seed", seed]).json();
    let (seven, eight) = (plan("7"), plan("8"));
    assert_eq!(seven["manifest"]["seed"], 7);
    assert_eq!(eight["manifest"]["seed"], 8);
    assert_ne!(
        seven["manifest"]["config_sha256"],
        eight["manifest"]["config_sha256"]
    );
    assert_eq!(
        seven["manifest"]["data_sha256"],
        eight["manifest"]["data_sha256"]
    );
    assert_ne!(seven["evidence"], eight["evidence"], "the paths are others");
}

#[test]
fn the_manifest_tells_inputs_apart() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let cash = |name, usd: u32| {
        let text = format!("schema_version = 1\nkind = \"cash\"\ncash_usd = {usd}\n");
        desk.put(name, text)
    };
    let plan = |account: &str| desk.plan(&["--chain", chain, "--account", account]).json();
    let (poor, rich) = (plan(cash("a.toml", 20_000)), plan(cash("b.toml", 90_000)));
    for (same, name) in [
        (true, "data_sha256"),
        (true, "config_sha256"),
        (false, "inputs_sha256"),
        (false, "encoding_sha256"),
    ] {
        let field = format!("/manifest/{name}");
        assert_eq!(text(&poor, &field) == text(&rich, &field), same, "{name}");
    }
    for name in ["data", "inputs", "config", "encoding"] {
        let hash = text(&poor, &format!("/manifest/{name}_sha256"));
        assert!(
            hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()),
            "{name}: {hash}"
        );
    }
}

/// The first lines that differ.
fn first_difference(a: &str, b: &str) -> String {
    let pair = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    pair.map_or_else(|| "one is longer".to_owned(), |(a, b)| format!("{a} | {b}"))
}
