//! Compiles and runs the peer program on the options of this run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::options::Options;

/// What the peer measured and answered, by the names in `quantlib.cpp`.
pub(crate) struct QuantLib {
    pub(crate) version: String,
    nanoseconds: BTreeMap<String, (usize, f64)>,
    values: BTreeMap<String, Vec<f64>>,
}

impl QuantLib {
    /// Builds `quantlib.cpp` and runs it; says why if it cannot.
    pub(crate) fn run(options: &Options, prices: &[f64]) -> Result<QuantLib, String> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/quantlib.cpp");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = folder.join("quantlib-peer");
        let build = Command::new("g++")
            .args(["-std=c++17", "-O3", "-march=native"])
            .arg(source)
            .args(["-lQuantLib", "-o"])
            .arg(&program)
            .output();
        let install = "install it with `apt install g++ libquantlib0-dev`";
        match build {
            Err(error) => return Err(format!("g++: {error}; {install}")),
            Ok(output) if !output.status.success() => {
                let text = String::from_utf8_lossy(&output.stderr);
                let line = text.lines().find(|line| line.contains("error"));
                let line = line.unwrap_or("g++ failed");
                return Err(format!("{line}; {install}"));
            }
            Ok(_) => {}
        }
        let (data, results) = (folder.join("options.bin"), folder.join("results.txt"));
        std::fs::write(&data, options.bytes(prices)).map_err(|error| error.to_string())?;
        let output = Command::new(&program).arg(&data).arg(&results).output();
        let output = output.map_err(|error| error.to_string())?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the peer stopped, {}: {text}", output.status));
        }
        let answers = std::fs::read_to_string(&results).map_err(|error| error.to_string())?;
        parse(&String::from_utf8_lossy(&output.stdout), &answers)
            .ok_or_else(|| "the peer's output cannot be read".to_owned())
    }

    /// Answers under this name; none if there are none.
    pub(crate) fn values(&self, name: &str) -> &[f64] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// Time per item; NaN if it was not taken.
    pub(crate) fn nanoseconds(&self, name: &str) -> f64 {
        self.nanoseconds.get(name).map_or(f64::NAN, |&(_, ns)| ns)
    }
}

fn parse(times: &str, answers: &str) -> Option<QuantLib> {
    let mut version = String::new();
    let mut nanoseconds = BTreeMap::new();
    for line in times.lines() {
        let mut words = line.split_whitespace();
        let (name, count, ns) = (words.next()?, words.next()?, words.next()?);
        if name == "version" {
            version = count.to_owned();
        } else {
            nanoseconds.insert(name.to_owned(), (count.parse().ok()?, ns.parse().ok()?));
        }
    }
    let mut values = BTreeMap::new();
    for line in answers.lines() {
        let mut words = line.split_whitespace();
        let (name, count) = (words.next()?, words.next()?.parse::<usize>().ok()?);
        let numbers: Option<Vec<f64>> = words.map(|word| word.parse().ok()).collect();
        let numbers = numbers.filter(|numbers| numbers.len() == count)?;
        values.insert(name.to_owned(), numbers);
    }
    Some(QuantLib {
        version,
        nanoseconds,
        values,
    })
}
