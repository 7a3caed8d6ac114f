//! NVIDIA's library loaded when the program runs: a stand-in with known answers, in a process that finds it. No GPU is needed.
//! On x86-64 alone: elsewhere the tests may run in an emulator, for which the C compiler at hand builds nothing.

#![cfg(all(feature = "nvml", target_os = "linux", target_arch = "x86_64"))]

use std::process::Command;

use hardware::sensors::Sensors;

const CHILD: &str = "HARDWARE_TEST_CHILD";

/// In the child: the rows of its GPUs. Alone it has nothing to do.
#[test]
fn child_prints_its_gpus() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    for (name, value) in Sensors::open().sample().rows() {
        if name.starts_with("gpu") {
            println!("{name}: {value}");
        }
    }
}

/// What the child prints when its libraries are looked for in `folder` first.
fn gpus_with(folder: &std::path::Path) -> String {
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child_prints_its_gpus", "--nocapture"])
        .env(CHILD, "1")
        .env("LD_LIBRARY_PATH", folder)
        .output()
        .expect("the child");
    let text = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<&str> = text
        .lines()
        .filter_map(|line| line.find("gpu").map(|at| &line[at..]))
        .filter(|line| line.starts_with("gpu:") || line.starts_with("gpu "))
        .filter(|line| line.contains(": "))
        .collect();
    rows.join("\n")
}

#[test]
fn a_library_that_is_found_is_read() {
    let folder = std::env::temp_dir().join(format!("nvml-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake_nvml.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(folder.join("libnvidia-ml.so.1"))
        .arg(source)
        .status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no C compiler");
        return;
    }
    let rows = gpus_with(&folder);
    std::fs::remove_dir_all(&folder).expect("our folder");
    let expected = "\
gpu 0: NVIDIA Test 1
gpu 0 load: 87 %
gpu 0 memory: 1.0 GiB of 140.4 GiB
gpu 0 temperature: 88 C
gpu 0 clock: 1215 MHz
gpu 0 power: 698.1 W
gpu 0 throttled: heat (software), power limit
gpu 1: NVIDIA Test 2
gpu 1 load: n/a (the GPU does not offer it)
gpu 1 memory: n/a (the GPU does not offer it)
gpu 1 temperature: n/a (the GPU does not offer it)
gpu 1 clock: n/a (the GPU does not offer it)
gpu 1 power: n/a (the GPU does not offer it)
gpu 1 throttled: n/a (the GPU does not offer it)";
    assert_eq!(rows, expected);
}
