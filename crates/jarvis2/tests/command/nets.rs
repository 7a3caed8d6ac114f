//! Nets in a plan: used where they know the situation, told what they change, and done without, with the reason, wherever something is
//! wrong with them.

use crate::chain::Market;
use crate::run::{Desk, Run, SMALL};
use nn::{Config, Weights};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The shipped model's files.
fn shipped(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name);
    fs::read(path).unwrap()
}

fn nets(run: &Run) -> Value {
    run.json()["why"]["search"]["nets"].clone()
}

#[test]
fn the_sample_is_planned_with_the_shipped_nets() {
    let desk = Desk::new();
    let run = desk.plan(&[]);
    let nets = nets(&run);
    assert_eq!(nets["in_use"], true, "{run}");
    assert_eq!(nets["model"], "shipped");
    let manifest: Value = serde_json::from_slice(&shipped("shipped.json")).unwrap();
    assert_eq!(nets["sha256"], manifest["sha256"]);
    for side in ["with_nets", "without_nets"] {
        assert!(nets[side]["action"].is_string(), "{side}: {nets}");
        assert!(nets[side]["over_holding_usd"].is_number(), "{side}: {nets}");
    }
    let text = desk.run(&[&["plan", "--no-files", "--no-diary"], SMALL].concat());
    for words in ["Nets judged", "With nets:", "without:"] {
        let flat = text.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}: {text}");
    }
    // The same command without them says so, and the search is another one.
    let off = desk.plan(&["--set", "nets.model=off"]);
    let none = &off.json()["why"]["search"]["nets"];
    assert_eq!(none["in_use"], false);
    assert_eq!(none["because"], "nets.model is \"off\"");
    assert_eq!(
        none["without_nets"]["action"],
        nets["without_nets"]["action"]
    );
}

#[test]
fn nets_give_the_same_plan_on_any_number_of_threads() {
    let desk = Desk::new();
    let with = |threads: &str| {
        let run = desk.plan(&["--no-diary", "--set", threads]);
        let mut plan = run.json();
        // The configuration is part of the manifest.
        plan["manifest"]["config_sha256"].take();
        plan
    };
    assert_eq!(with("hardware.threads=1"), with("hardware.threads=3"));
}

/// Whatever is wrong with the weights: a sentence, the rule, and the exit code of the plan itself.
#[test]
fn bad_weights_leave_the_rule_in_use() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let (weights, manifest) = (shipped("shipped.safetensors"), shipped("shipped.json"));
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let changed = |key: &str, value: Value| {
        let mut manifest = manifest.clone();
        manifest[key] = value;
        manifest.to_string().into_bytes()
    };
    let good = manifest.to_string().into_bytes();
    let mut flipped = weights.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let small = Config {
        inputs: 20,
        hidden: vec![8],
        policies: 4,
    };
    let small = Weights::seeded(small, 1).unwrap();
    let untrained = Config {
        inputs: 768,
        hidden: vec![512, 256],
        policies: 64,
    };
    let untrained = Weights::seeded(untrained, 1).unwrap();
    let of_untrained = {
        let mut manifest = manifest.clone();
        manifest["sha256"] = untrained.sha256().into();
        manifest["steps"] = 0.into();
        manifest.to_string().into_bytes()
    };
    /// Name, weights, manifest if there is one, and what is to be said.
    type Case<'a> = (&'a str, Vec<u8>, Option<Vec<u8>>, &'a str);
    let cases: [Case<'_>; 9] = [
        ("flipped", flipped, Some(good.clone()), "checksum"),
        (
            "cut",
            weights[..weights.len() / 2].to_vec(),
            Some(good.clone()),
            "no whole safetensors file",
        ),
        (
            "empty",
            Vec::new(),
            Some(good.clone()),
            "no whole safetensors file",
        ),
        (
            "shape",
            small.to_bytes(),
            Some(good),
            "the wheel needs 768 inputs",
        ),
        (
            "bare",
            weights.clone(),
            None,
            "without a manifest counts as untrained",
        ),
        (
            "encoding",
            weights.clone(),
            Some(changed("encoding", "wheel-9.9".into())),
            "speaks wheel-9.9",
        ),
        (
            "other",
            weights.clone(),
            Some(changed("sha256", "00".into())),
            "the manifest is of other weights",
        ),
        (
            "torn",
            weights.clone(),
            Some(b"{".to_vec()),
            "its manifest cannot be read",
        ),
        (
            "untrained",
            untrained.to_bytes(),
            Some(of_untrained),
            "the net is untrained",
        ),
    ];
    for (name, weights, manifest, says) in cases {
        let file = format!("{name}.safetensors");
        fs::write(desk.path(&file), weights).unwrap();
        if let Some(manifest) = manifest {
            fs::write(desk.path(&format!("{name}.json")), manifest).unwrap();
        }
        let setting = format!("nets.model={file}");
        let run = desk
            .plan(&["--chain", chain, "--no-diary", "--set", &setting])
            .exits(0);
        let nets = nets(&run);
        assert_eq!(nets["in_use"], false, "{name}");
        let because = nets["because"].as_str().unwrap();
        assert!(because.contains(says), "{name}: {because}");
        assert!(
            because.contains(&file) || because.contains(name),
            "{name}: {because}"
        );
    }
    let missing = desk
        .plan(&["--chain", chain, "--no-diary", "--set", "nets.model=nobody"])
        .exits(0);
    assert_eq!(nets(&missing)["in_use"], false);
    let text = desk.run(
        &[
            &[
                "plan",
                "--no-files",
                "--no-diary",
                "--chain",
                chain,
                "--set",
                "nets.model=flipped.safetensors",
            ],
            SMALL,
        ]
        .concat(),
    );
    let text = text.exits(0);
    assert!(text.stdout.contains("rule in use"), "{text}");
}

/// A taste that no training market had: the plan says so and does without.
#[test]
fn what_the_nets_never_saw_is_planned_without_them() {
    let desk = Desk::new();
    let run = desk.plan(&["--no-diary", "--set", "objective.risk_aversion=30"]);
    let nets = nets(&run);
    assert_eq!(nets["in_use"], false, "{run}");
    let because = nets["because"].as_str().unwrap();
    assert!(because.starts_with("out of distribution: "), "{because}");
    assert!(
        because.contains("of account and assumptions, is 3.000"),
        "{because}"
    );
    // More deltas than the policy has outputs for.
    let many = "actions.interior_deltas=[0.1,0.15,0.2,0.25,0.3,0.35]";
    let run = desk.plan(&["--no-diary", "--set", many]);
    let because = self::nets(&run)["because"].as_str().unwrap().to_owned();
    assert!(because.contains("interior_deltas has 6"), "{because}");
    // Limits and deltas show in a leaf only, not in today's numbers.
    for setting in [
        "limits.max_collateral_fraction=0.3",
        "costs.fill=mid",
        "actions.interior_deltas=[0.05,0.5]",
    ] {
        let run = desk.plan(&["--no-diary", "--set", setting]);
        let because = self::nets(&run)["because"]
            .as_str()
            .unwrap_or("none")
            .to_owned();
        assert!(because.contains("a day later"), "{setting}: {because}");
    }
}

#[test]
fn a_model_is_exported_and_nothing_is_overwritten() {
    let desk = Desk::new();
    let told = desk
        .run(&[
            "models",
            "export",
            "shipped",
            "--onnx",
            "net.onnx",
            "--coreml",
            "net.mlpackage",
            "--half",
            "--json",
        ])
        .exits(0)
        .json();
    assert_eq!(told["coreml"]["numbers"], "f16");
    assert_eq!(told["outputs"], serde_json::json!(["value", "policy"]));
    let onnx = fs::read(desk.path("net.onnx")).unwrap();
    let sum = told["sha256"].as_str().unwrap();
    let named = onnx.windows(64).any(|text| text == sum.as_bytes());
    assert!(named, "the file does not name its weights");
    // Two bytes for each of the house net's 541,761 numbers but the value's bias, and four in the other.
    let size = |name: &str| fs::metadata(desk.path(name)).unwrap().len();
    let weights = "net.mlpackage/Data/com.apple.CoreML/weights/weight.bin";
    assert!((1_083_000..1_090_000).contains(&size(weights)));
    assert!((2_166_000..2_170_000).contains(&size("net.onnx")));

    // A place that is taken, a name that Apple's tools would not know, nothing to write, no such model: nothing happens.
    for (words, why) in [
        (
            ["champion", "--onnx", "net.onnx"],
            "net.onnx is there already, and nothing is overwritten",
        ),
        (
            ["champion", "--coreml", "net.mlpackage"],
            "net.mlpackage is there already",
        ),
        (
            ["champion", "--coreml", "package"],
            "let it end in .mlpackage",
        ),
        (["off", "--onnx", "other.onnx"], "is no model"),
        (["nobody", "--onnx", "other.onnx"], "nobody"),
    ] {
        let run = desk.run(&[&["models", "export"][..], &words[..]].concat());
        let run = run.exits(2);
        assert!(run.stderr.contains(why), "{run}");
    }
    let first = ["models", "export", "shipped", "--onnx", "new.onnx"];
    desk.run(&[&first[..], &["--coreml", "net.mlpackage"]].concat())
        .exits(2);
    assert!(!desk.path("new.onnx").exists());
    // Both or none.
    desk.run(&[&first[..], &["--coreml", "no/such/net.mlpackage"]].concat())
        .exits(5);
    assert!(!desk.path("new.onnx").exists());
    // As shells complete the name of a folder.
    desk.run(&[
        "models",
        "export",
        "shipped",
        "--coreml",
        "slash.mlpackage/",
    ])
    .exits(0);
    assert!(desk.path("slash.mlpackage/Manifest.json").exists());
    desk.run(&["models", "export", "shipped"]).exits(2);
    let run = desk
        .run(&["models", "export", "shipped", "--onnx", "no/such/net.onnx"])
        .exits(5);
    assert!(run.stderr.contains("name another file"), "{run}");
    let run = desk
        .run(&["models", "export", "shipped", "--coreml", "plain.mlpackage"])
        .exits(0);
    assert!(run.stdout.contains("f32, 1 to 256 rows"), "{run}");
    assert_eq!(fs::read(desk.path("net.onnx")).unwrap(), onnx);
}

#[test]
fn the_shelf_lists_shows_and_chooses() {
    let desk = Desk::new();
    let list = desk.run(&["models", "list", "--json"]).exits(0).json();
    assert_eq!(list["champion"], "shipped");
    assert_eq!(list["models"][0]["name"], "shipped");
    assert_eq!(list["models"][0]["in_use"], true);
    let shown = desk
        .run(&["models", "show", "champion", "--json"])
        .exits(0)
        .json();
    assert_eq!(shown["manifest"]["sha256"], list["models"][0]["sha256"]);
    assert_eq!(shown["matches"], serde_json::json!([]));

    desk.run(&["models", "use", "nobody"]).exits(2);
    desk.run(&["models", "use", "off"]).exits(0);
    assert_eq!(nets(&desk.plan(&["--no-diary"]))["in_use"], false);
    let list = desk.run(&["models", "list"]).exits(0);
    assert!(list.stdout.contains("Plans use no nets"), "{list}");
    desk.run(&["models", "use", "shipped"]).exits(0);
    assert_eq!(nets(&desk.plan(&["--no-diary"]))["in_use"], true);

    // A model of the user's own, by name.
    let folder = desk.path(".local/share/jarvis2/models");
    for end in ["safetensors", "json"] {
        fs::write(
            folder.join(format!("mine.{end}")),
            shipped(&format!("shipped.{end}")),
        )
        .unwrap();
    }
    desk.run(&["models", "use", "mine"]).exits(0);
    desk.run(&["models", "use", "champion"]).exits(0);
    assert_eq!(nets(&desk.plan(&["--no-diary"]))["model"], "mine");
    // Gone again: the rule, and a reason.
    fs::remove_file(folder.join("mine.safetensors")).unwrap();
    let run = desk.plan(&["--no-diary"]);
    assert_eq!(nets(&run)["in_use"], false, "{run}");
}

/// A net that plays like the search it is compared with must not be called better, and the record is kept.
#[test]
fn a_match_is_played_recorded_and_not_won_by_chance() {
    let desk = Desk::new();
    let compare = |first: &str, second: &str| {
        let line = [
            "models",
            "compare",
            first,
            second,
            "--markets",
            "6",
            "--evaluations",
            "32",
            "--json",
        ];
        desk.run(&line).exits(0).json()
    };
    let same = compare("shipped", "shipped");
    let [gain, low, high] = [0, 1, 2].map(|at| same["gain_bps"][at].as_f64().unwrap());
    assert!(low <= gain && gain <= high, "{same}");
    assert_eq!(same["markets"], 6);
    // Nothing was recorded by a comparison.
    assert!(
        !desk
            .path(".local/share/jarvis2/models/arena.jsonl")
            .exists()
    );

    // An untrained net with a forged manifest loses its challenge, and the champion stays.
    let weights = Weights::seeded(
        Config {
            inputs: 768,
            hidden: vec![16],
            policies: 64,
        },
        3,
    )
    .unwrap();
    let mut manifest: Value = serde_json::from_slice(&shipped("shipped.json")).unwrap();
    manifest["sha256"] = weights.sha256().into();
    fs::write(desk.path("forged.safetensors"), weights.to_bytes()).unwrap();
    desk.put("forged.json", manifest.to_string());
    let line = [
        "models",
        "challenge",
        "forged.safetensors",
        "--markets",
        "200",
        "--evaluations",
        "16",
        "--json",
    ];
    let lost = desk.run(&line).exits(0).json();
    assert_eq!(lost["champion"], false, "{lost}");
    let record = fs::read_to_string(desk.path(".local/share/jarvis2/models/arena.jsonl")).unwrap();
    assert_eq!(record.lines().count(), 1);
    assert_eq!(
        desk.run(&["models", "list", "--json"]).json()["champion"],
        "shipped"
    );
    // A second try is no test.
    let again = desk.run(&line).exits(2).json();
    let why = again["error"]["message"].as_str().unwrap();
    assert!(why.contains("has played off before"), "{why}");
    // Too few markets decide nothing; a name that the list could not read back is refused before a game is played.
    let few = [
        "models",
        "challenge",
        "forged.safetensors",
        "--markets",
        "24",
    ];
    desk.run(&few).exits(2);
    for end in ["safetensors", "json"] {
        fs::copy(
            desk.path(&format!("forged.{end}")),
            desk.path(&format!("net.v2.{end}")),
        )
        .unwrap();
    }
    let run = desk
        .run(&["models", "challenge", "net.v2.safetensors"])
        .exits(2);
    assert!(run.stderr.contains("cannot be a model's name"), "{run}");
    // Nor can a stranger take the name of a model on the shelf.
    let folder = desk.path(".local/share/jarvis2/models");
    for end in ["safetensors", "json"] {
        fs::write(
            folder.join(format!("forged.{end}")),
            shipped(&format!("shipped.{end}")),
        )
        .unwrap();
    }
    let run = desk
        .run(&["models", "challenge", "forged.safetensors"])
        .exits(2);
    assert!(run.stderr.contains("another model of this name"), "{run}");
}
