//! `--device` and `compute.device`: who computes, who is refused, and what the answer says of it.

use crate::chain::Market;
use crate::run::{Desk, Run, SMALL, npy};
use serde_json::Value;
use std::path::Path;

/// A backend that this system cannot have.
const ABSENT: &str = if cfg!(target_os = "macos") {
    "vulkan"
} else {
    "metal"
};

/// What `plan --json` says, and the reason for its device, cut out.
fn plan_and_reason(run: &Run) -> (Value, String) {
    let mut plan = run.json();
    let reason = plan["manifest"]["device_because"].take();
    (plan, reason.as_str().expect("a reason").to_owned())
}

#[test]
fn the_processor_gives_the_same_plan_however_it_was_chosen() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let with = |more: &[&str]| desk.plan(&[&["--chain", chain], more].concat()).exits(0);
    let (unasked, reason) = plan_and_reason(&with(&[]));
    assert_eq!(unasked["manifest"]["device"], "cpu");
    assert!(
        reason.starts_with("no GPU is known to be faster for "),
        "{reason}"
    );
    let file = format!("schema_version = 1\n[compute]\ndevice = \"{ABSENT}\"\n");
    let file = desk.put("absent.toml", file);
    for asked in [
        &["--device", "cpu"][..],
        &["--set", "compute.device=cpu"],
        // The flag wins.
        &["--config", file, "--device", "cpu"],
    ] {
        let (plan, reason) = plan_and_reason(&with(asked));
        assert_eq!(plan, unasked, "{asked:?}");
        assert_eq!(reason, "asked for");
    }
    let text = desk
        .run(
            &[
                &["plan", "--no-files", "--no-diary", "--chain", chain],
                SMALL,
            ]
            .concat(),
        )
        .exits(0);
    assert!(
        text.stdout.contains("implied volatilities on cpu: no GPU"),
        "{text}"
    );
}

#[test]
fn a_device_that_is_absent_is_an_error_that_says_what_to_do() {
    let desk = Desk::new();
    let table = "right,style,spot,strike,years,rate,dividend_yield,vol\nC,E,100,100,1,0.03,0,0.2\n";
    let table = desk.put("table.csv", table);
    let key = format!("compute.device={ABSENT}");
    for command in [
        &["plan", "--no-files"][..],
        &["price", "--inputs", table],
        &["iv", "--inputs", table],
        &["bench"],
    ] {
        for asked in [["--device", ABSENT], ["--set", &key]] {
            let run = desk.run(&[command, &asked].concat()).exits(5);
            assert!(run.stderr.contains("not in this build"), "{run}");
            assert!(run.stdout.is_empty(), "{run}");
            let json = desk.run(&[command, &asked, &["--json"]].concat()).exits(5);
            assert_eq!(json.json()["error"]["exit_code"], 5);
        }
    }
    let run = desk.run(&["plan", "--set", "compute.device=gpu"]).exits(2);
    assert!(run.stderr.contains("\"vulkan\""), "{run}");
}

/// With a file that is no library before the Vulkan loader, as if that were not installed.
#[cfg(target_os = "linux")]
fn without_loader(desk: &Desk, args: &[&str]) -> Run {
    let folder = desk.path("hidden");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["libvulkan.so", "libvulkan.so.1"] {
        std::fs::write(folder.join(name), "").unwrap();
    }
    run_with(desk, args, "LD_LIBRARY_PATH", &folder)
}

fn run_with(desk: &Desk, args: &[&str], name: &str, value: &Path) -> Run {
    let output = desk.command(args).env(name, value).output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        line: args.join(" "),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_the_vulkan_loader_everything_still_works() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let plan = [&["plan", "--json", "--no-files", "--chain", chain], SMALL].concat();
    let with = desk.run(&plan).exits(0);
    let without = without_loader(&desk, &plan).exits(0);
    assert!(with.stdout == without.stdout, "{without}");
    let listed = without_loader(&desk, &["devices", "--json"])
        .exits(0)
        .json();
    let gpus = listed["gpus"].as_array().unwrap();
    let vulkan = gpus.iter().find(|row| row["backend"] == "vulkan").unwrap();
    let absent = vulkan["absent"].as_str().expect("no adapter");
    let built = !absent.contains("not in this build");
    assert!(
        !built || absent.contains("install the Vulkan loader"),
        "{absent}"
    );
    let refused = without_loader(&desk, &["bench", "--device", "vulkan"]).exits(5);
    let said = refused.stderr.trim_start_matches("jarvis2: ").trim();
    assert_eq!(said, absent);
}

/// Software Vulkan serves. The proof and the verdicts are kept in the desk's own folder.
#[test]
fn gpu_plan_and_bench_use_the_device_that_was_asked_for() {
    let desk = Desk::new();
    let cache = desk.path("cache");
    let run = |args: &[&str]| run_with(&desk, args, "XDG_CACHE_HOME", &cache);
    let asked = ["--device", "vulkan"];
    let unproven = run(&[&["bench", "--only", "price"], &asked[..]].concat()).exits(5);
    let listed = run(&["devices", "--json", "--quiet"]).exits(0).json();
    let gpus = listed["gpus"].as_array().unwrap();
    let vulkan = gpus.iter().find(|row| row["backend"] == "vulkan").unwrap();
    if let Some(absent) = vulkan["absent"].as_str() {
        assert!(
            std::env::var_os("JARVIS2_GPU_TESTS").is_none() || absent.contains("not in this build"),
            "JARVIS2_GPU_TESTS asks for a GPU: {absent}"
        );
        eprintln!("skipped: {absent}");
        return;
    }
    assert!(
        unproven.stderr.contains("run `jarvis2 devices` once"),
        "{unproven}"
    );
    assert_eq!(vulkan["proven"], true, "{vulkan}");

    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let plan = [
        &[
            "plan",
            "--json",
            "--no-files",
            "--no-diary",
            "--chain",
            chain,
        ],
        SMALL,
    ]
    .concat();
    let cpu = run(&plan).exits(0).json();
    let gpu = run(&[&plan[..], &asked].concat()).exits(0).json();
    let device = gpu["manifest"]["device"].as_str().unwrap();
    assert!(device.starts_with("vulkan "), "{device}");
    assert_eq!(gpu["manifest"]["device_because"], "asked for");
    assert_eq!(
        gpu["manifest"]["config_sha256"],
        cpu["manifest"]["config_sha256"]
    );
    let (one, other) = (&gpu["data"]["smiles"], &cpu["data"]["smiles"]);
    let smiles = one
        .as_array()
        .unwrap()
        .iter()
        .zip(other.as_array().unwrap());
    let mut differ = 0;
    for (one, other) in smiles {
        let vol = |smile: &Value| smile["atm_vol"].as_f64().unwrap();
        assert_eq!(one["points"], other["points"]);
        assert!((vol(one) - vol(other)).abs() < 1e-5, "{one} {other}");
        differ += usize::from(vol(one) != vol(other));
    }
    // Equal to the last bit would mean that the processor did it.
    assert!(differ > 0, "{other}");

    let bench = [
        "bench",
        "--json",
        "--seconds",
        "0.01",
        "--only",
        "American price, b",
    ];
    let bench = run(&[&bench[..], &asked].concat()).exits(0).json();
    let names: Vec<&str> = bench["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    let how = ["all threads", "round trip", "resident"];
    assert_eq!(
        names,
        how.map(|how| format!("American price, boundary known, {how}"))
    );
    for row in bench["rows"].as_array().unwrap() {
        assert!(row["per_second_median"].as_f64().unwrap() > 0.0);
        assert!(
            row["checked"].as_str().unwrap().starts_with("within"),
            "{row}"
        );
    }
    assert_eq!(bench["crossovers"][0]["device"], bench["rows"][1]["device"]);

    if cfg!(feature = "train") {
        let learn = |folder: &str, more: &[&str]| {
            let line =
                "train --ground lattice --cycles 3 --games 60 --steps 30 --generations 4 --json";
            let mut line: Vec<&str> = line.split(' ').collect();
            line.extend(["--folder", folder]);
            line.extend(more);
            let told = run(&line).exits(0);
            assert_eq!(told.json()["finished"], true);
            let weights = std::fs::read(desk.path(folder).join("net.safetensors"));
            (told.stderr, weights.expect("weights"))
        };
        let (told, weights) = learn("there", &asked);
        assert!(told.contains("learning on Vulkan"), "{told}");
        assert!(!told.contains("given up"), "{told}");
        let (told, here) = learn("here", &[]);
        assert!(!told.contains("learning on"), "{told}");
        // Equal to the last bit would mean that the processor did it; the gradients themselves are compared in `nn`.
        assert_ne!(weights, here);
        // Judged there too, and the processor learns on what comes of it.
        let (told, games) = learn("games", &[&asked[..], &["--games-on-device"]].concat());
        assert!(!told.contains("given up"), "{told}");
        assert_ne!(games, here);
    }
    if cfg!(feature = "index") {
        let rows: Vec<Vec<f32>> = (0..400)
            .map(|row| (1..=64).map(|k| ((row * k) as f32 * 0.013).sin()).collect())
            .collect();
        desk.put("rows.npy", npy(&rows));
        let line = ["index", "import", "--db", "there", "rows.npy", "--json"];
        let there = run(&[&line[..], &asked].concat()).exits(0);
        assert!(!there.stderr.contains("processor"), "{there}");
        // What the device found is the truth that the graph is measured by (a graph built on several threads is another one each time).
        let recall = &there.json()["recall"];
        assert_eq!(recall["questions"], 200, "{there}");
        assert!(recall["after"].as_f64().unwrap() > 0.95, "{there}");
    }
    let kernels = bench["kernels"].as_array().unwrap();
    assert!(!kernels.is_empty());
    for kernel in kernels {
        assert!(
            kernel["launches"].as_u64() >= kernel["timed"].as_u64(),
            "{kernel}"
        );
        assert!(
            kernel["launch_us"].as_f64().is_none_or(|us| us > 0.0),
            "{kernel}"
        );
    }
}
