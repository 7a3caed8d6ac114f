//! `cargo xtask arm-check`: the CPU code built for Arm Linux and its tests run under an emulator, from x86-64 Linux.
//!
//! Two steps. The tests of the groups below, built for `aarch64-unknown-linux-gnu` with Debian's cross compiler and run by its qemu: the
//! code paths of NEON, and all that asks what the processor is. Then the numbers of `crates/search/examples/bits.rs`, computed
//! here and there and compared bit for bit. `docs/mac.md` says what that shows for a Mac, and what not. An emulator has no
//! speed of its own: nothing here is timed.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::cross::{self, Cargo, Stop};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// Where Debian's cross compiler keeps the loader and the libraries of the target.
const SYSROOT: &str = "/usr/aarch64-linux-gnu";
const TOOLS: &str =
    "apt-get install qemu-user gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross";

/// Crates whose tests run in one go.
struct Group {
    packages: &'static [&'static str],
    /// Which of their tests: arguments of `cargo test`.
    kinds: &'static [&'static str],
}

/// What `--quick` runs.
const QUICK: &[Group] = &[Group {
    packages: &["hardware", "nn", "search"],
    kinds: &["--lib", "--tests"],
}];

const FULL: &[Group] = &[
    Group {
        packages: &["hardware", "nn", "search", "pricing", "market", "wheel"],
        kinds: &["--lib", "--tests"],
    },
    // Without `index`, which the default build has not: neither gcc 12 nor clang 14, which Debian 12 has, compiles its `numkong` 7.8.7 for
    // Arm. A test program of `evidence` is minutes of simulated paths; some of the others' start themselves again, which this system
    // cannot do with a program for Arm.
    Group {
        packages: &["compute", "evidence", "experience"],
        kinds: &["--lib"],
    },
];

/// Tests that are left out.
struct LeftOut {
    /// Part of their names, as `--skip` of the test programs wants it.
    name: &'static str,
    /// Whether the whole check runs them.
    in_full: bool,
    why: &'static str,
}

const fn never(name: &'static str, why: &'static str) -> LeftOut {
    LeftOut {
        name,
        in_full: false,
        why,
    }
}

const fn in_full(name: &'static str, why: &'static str) -> LeftOut {
    LeftOut {
        name,
        in_full: true,
        why,
    }
}

const LEFT_OUT: &[LeftOut] = &[
    never(
        "a_million_searches_do_not_grow",
        "counts allocations, at any processor the same; most of a minute",
    ),
    never(
        "visits_are_those_of_mctx",
        "thousands of nets of full size: many minutes. Smaller trees of mctx are compared",
    ),
    never("groups_have_the_visits_of_mctx", "the same"),
    never(
        "the_processor_has_figures",
        "asks for a speed, and an emulator has none of its own",
    ),
    never("monte_carlo::", "simulated paths: many minutes"),
    never("assignment::", "the same"),
    never("heston::", "the same"),
    never("scenarios::", "the same"),
    never("dividends::", "grids of finite differences: many minutes"),
    never(
        "greeks_are_slopes",
        "thousands of American prices: many minutes",
    ),
    never("same_bits_in_any_company", "the same"),
    in_full(
        "masks_and_depth_limits_are_those_of_mctx",
        "nets of full size",
    ),
    in_full("visits_do_not_depend_on_the_company", "the same"),
    in_full(
        "every_state_has_the_best_action",
        "plain arithmetic that no lane computes, 20 s",
    ),
    in_full("widening_reaches_deep", "the same"),
    in_full("the_choice_near_the_boundary_costs_nothing", "the same"),
];

/// What is left out of this run.
fn left_out(quick: bool) -> impl Iterator<Item = &'static LeftOut> {
    LEFT_OUT.iter().filter(move |one| quick || !one.in_full)
}

/// What was seen of the tests.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    programs: u32,
    passed: u32,
    failed: u32,
    ignored: u32,
    left_out: u32,
}

pub(crate) fn check(arguments: &[String]) -> Result<(), Stop> {
    let quick = cross::quick(arguments)?;
    let cargo = emulated()?;
    let groups = if quick { QUICK } else { FULL };
    let mut seen = Seen::default();
    for group in groups {
        tests(&cargo, group, quick, &mut seen)?;
    }
    let compared = bits(&cargo)?;
    report(groups, quick, &seen, &compared);
    if seen.failed > 0 {
        return Err(Stop::Failed(format!(
            "{} tests failed under the emulator",
            seen.failed
        )));
    }
    let unequal: Vec<&str> = compared
        .iter()
        .filter(|row| row.wrong())
        .map(|row| &*row.name)
        .collect();
    if unequal.is_empty() {
        Ok(())
    } else {
        Err(Stop::Failed(format!(
            "not the same bits: {}",
            unequal.join(", ")
        )))
    }
}

/// Cargo that builds for the target and runs what it built under the emulator.
fn emulated() -> Result<Cargo, Stop> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let reason = "it compares with x86-64 and uses Debian's emulator: run it on x86-64 Linux";
        return Err(Stop::Missing(reason.into()));
    }
    cross::need_target(TARGET)?;
    let emulator = ["qemu-aarch64", "qemu-aarch64-static"]
        .into_iter()
        .find(|name| cross::starts(name, &["--version"]));
    let compilers = ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-g++"];
    let compiler = compilers
        .iter()
        .all(|name| cross::starts(name, &["--version"]));
    let (Some(emulator), true) = (emulator, compiler) else {
        return Err(Stop::Missing(format!(
            "an emulator of Arm or a compiler for it is missing; install them: {TOOLS}"
        )));
    };
    let runner = format!("{emulator} -L {SYSROOT}");
    let environment = [
        (
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER",
            compilers[0],
        ),
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", &runner),
        ("CC_aarch64_unknown_linux_gnu", compilers[0]),
        ("CXX_aarch64_unknown_linux_gnu", compilers[1]),
        ("AR_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-ar"),
    ];
    let environment = environment.map(|(key, value)| (key.to_owned(), value.into()));
    Ok(Cargo {
        environment: environment.into(),
    })
}

fn tests(cargo: &Cargo, group: &Group, quick: bool, seen: &mut Seen) -> Result<(), String> {
    let mut arguments = vec!["test", "--locked", "--target", TARGET, "--no-fail-fast"];
    arguments.extend(group.kinds);
    for package in group.packages {
        arguments.extend(["-p", package]);
    }
    arguments.push("--");
    for LeftOut { name, .. } in left_out(quick) {
        arguments.extend(["--skip", name]);
    }
    let failed_before = seen.failed;
    let start = Instant::now();
    let well = cargo.lines(&arguments, |line| {
        if !line.is_empty() && !line.ends_with("... ok") && !line.starts_with("running ") {
            println!("{line}");
        }
        seen.take(line);
    })?;
    eprintln!("tests: {} s with building", start.elapsed().as_secs());
    // Something that did not build, or ended before it could say how many.
    if !well && seen.failed == failed_before {
        return Err("the tests for Arm did not all build and run".into());
    }
    Ok(())
}

impl Seen {
    /// Adds a line "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; ...".
    fn take(&mut self, line: &str) {
        let Some(line) = line.strip_prefix("test result: ") else {
            return;
        };
        self.programs += 1;
        for part in line.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(word)) = (words.next().map(str::parse::<u32>), words.next())
            else {
                continue;
            };
            match word {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                "filtered" => self.left_out += count,
                _ => {}
            }
        }
    }
}

/// One result, computed on both.
#[derive(Debug)]
struct Compared {
    name: String,
    /// What it rests on, as `bits.rs` says.
    basis: String,
    /// Numbers, and how many of them are the same to the last bit.
    numbers: usize,
    same: usize,
    hashes: [String; 2],
    /// Why they need not be the same here.
    excuse: Option<&'static str>,
}

impl Compared {
    fn equal(&self) -> bool {
        self.same == self.numbers
    }

    fn wrong(&self) -> bool {
        !self.equal() && self.excuse.is_none()
    }
}

fn bits(cargo: &Cargo) -> Result<Vec<Compared>, String> {
    let run = [
        "run",
        "--locked",
        "--quiet",
        "-p",
        "search",
        "--example",
        "bits",
    ];
    let here = Cargo {
        environment: Vec::new(),
    };
    let read = |cargo: &Cargo, arguments: &[&str]| -> Result<String, String> {
        let mut text = String::new();
        let well = cargo.lines(arguments, |line| text.extend([line, "\n"]))?;
        if well {
            Ok(text)
        } else {
            Err("the numbers to compare were not computed".into())
        }
    };
    let host = read(&here, &[&run[..], &["--", "--all"]].concat())?;
    let arm = read(
        cargo,
        &[&run[..], &["--target", TARGET, "--", "--all"]].concat(),
    )?;
    compare(&host, &arm, fused())
}

/// Whether this machine's vectors multiply and add in one step.
fn fused() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        true
    }
}

/// The head of one result and its numbers.
type Printed<'a> = BTreeMap<&'a str, (&'a str, &'a str, Vec<&'a str>)>;

/// By name: basis, hash, numbers. Lines of numbers begin with two blanks.
fn printed(text: &str) -> Option<Printed<'_>> {
    let mut all = BTreeMap::new();
    let mut name = "";
    for line in text.lines() {
        if let Some(number) = line.strip_prefix("  ") {
            let (_, _, numbers): &mut (_, _, Vec<&str>) = all.get_mut(name)?;
            numbers.push(number);
        } else {
            let (basis, rest) = line.split_once(' ')?;
            let (_, rest) = rest.trim_start().split_once(' ')?;
            let (hash, rest) = rest.split_once(' ')?;
            name = rest;
            all.insert(name, (basis, hash, Vec::new()));
        }
    }
    Some(all)
}

fn compare(host: &str, arm: &str, fused: bool) -> Result<Vec<Compared>, String> {
    let wrong = || "`bits` printed something unknown".to_owned();
    let (host, arm) = (
        printed(host).ok_or_else(wrong)?,
        printed(arm).ok_or_else(wrong)?,
    );
    if host.is_empty() || !host.keys().eq(arm.keys()) {
        return Err(format!(
            "not the same results: {:?} and {:?}",
            host.keys(),
            arm.keys()
        ));
    }
    let rows = host.into_iter().map(|(name, (basis, hash, numbers))| {
        let (_, other_hash, others) = &arm[name];
        Compared {
            name: name.to_owned(),
            basis: basis.to_owned(),
            numbers: numbers.len().max(others.len()),
            same: numbers.iter().zip(others).filter(|(a, b)| a == b).count(),
            hashes: [hash.to_owned(), (*other_hash).to_owned()],
            excuse: match basis {
                "lanes" if fused => None,
                "lanes" => Some("this processor has no fused multiply-add"),
                "pairs" => Some("x86-64 may sum pairs of bf16, in another order"),
                _ => Some("rests on the system's exp and ln"),
            },
        }
    });
    Ok(rows.collect())
}

fn report(groups: &[Group], quick: bool, seen: &Seen, compared: &[Compared]) {
    println!("\nx86-64 and emulated Arm, number by number:");
    for row in compared {
        let [here, there] = &row.hashes;
        let verdict = match (row.equal(), row.excuse) {
            (true, _) => format!("equal                 {here}"),
            (false, None) => format!(
                "{} of {} UNEQUAL  {here} {there}",
                row.numbers - row.same,
                row.numbers
            ),
            (false, Some(why)) => {
                format!(
                    "n/a: {} of {} differ ({why})",
                    row.numbers - row.same,
                    row.numbers
                )
            }
        };
        println!(
            "  {:<36} {:<6} {:>6} numbers  {verdict}",
            row.name, row.basis, row.numbers
        );
    }
    let packages: Vec<&str> = groups
        .iter()
        .flat_map(|group| group.packages)
        .copied()
        .collect();
    println!(
        "\n{} tests of {} passed under the emulator, {} failed, {} ignored as on any machine; {} test programs.",
        seen.passed,
        packages.join(", "),
        seen.failed,
        seen.ignored,
        seen.programs
    );
    println!("Left out by name: {} tests.", seen.left_out);
    for LeftOut { name, why, .. } in left_out(quick) {
        println!("  {name}: {why}");
    }
    if quick {
        println!("Left out by --quick: the other crates.");
    } else {
        println!(
            "Of evidence, index and experience the unit tests alone ran: others walk paths for minutes, or start themselves again, which cannot be done here."
        );
    }
    println!(
        "Not checked: index (its C does not compile for Arm with the compilers of Debian 12), learn (its tests build burn, whose gemm-f16 does not compile for an Arm without half floats), analytics and jarvis2 (their builds are long; no code of theirs knows the processor), doc tests, examples, benches; \
         speed, the sensors and the page size of a real machine; the exp and ln of macOS; SVE and AMX of Apple."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_tests_add_up() {
        let mut seen = Seen::default();
        seen.take("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.31s");
        seen.take("test a::b ... ok");
        seen.take("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        let wanted = Seen {
            programs: 2,
            passed: 7,
            failed: 2,
            ignored: 1,
            left_out: 2,
        };
        assert_eq!(seen, wanted);
    }

    #[test]
    fn one_bit_is_found() {
        let text = |x: &str, y: &str| {
            format!(
                "lanes      2 aa european prices\n  {x}\n  02\nlibm       1 bb tree of a\n  {y}\n"
            )
        };
        let verdicts = |arm: &str, fused| -> Vec<(bool, bool)> {
            let rows = compare(&text("01", "03"), arm, fused).unwrap();
            rows.iter().map(|row| (row.equal(), row.wrong())).collect()
        };
        assert_eq!(
            verdicts(&text("01", "03"), true),
            [(true, false), (true, false)]
        );
        assert_eq!(
            verdicts(&text("81", "03"), true),
            [(false, true), (true, false)]
        );
        assert_eq!(
            verdicts(&text("81", "83"), false),
            [(false, false), (false, false)]
        );
        // A result that one side lacks, and a shorter one.
        assert!(
            compare(
                &text("01", "03"),
                "lanes 1 aa european prices\n  01\n",
                true
            )
            .is_err()
        );
        assert!(compare("", "", true).is_err());
        let short = text("01", "03").replace("  02\n", "");
        assert_eq!(verdicts(&short, true)[0], (false, true));
    }
}
