//! `jarvis2 models export`: a model as files for other engines, and what Core ML says of it where there is a Core ML.

use crate::error::Error;
use crate::learning::models::Model;
use clap::Args;
use nn::coreml::{CoreNet, Units};
use nn::export::{self, Numbers, ROWS_MAX};
use nn::{Net, Weights};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// A name of the list, a file, or `champion`.
    pub(crate) name: String,
    /// Write an ONNX file here; nothing is overwritten.
    #[arg(long, value_name = "FILE", required_unless_present = "coreml")]
    onnx: Option<PathBuf>,
    /// Write a Core ML package here, a folder whose name ends in .mlpackage; nothing is overwritten.
    #[arg(long, value_name = "FOLDER")]
    coreml: Option<PathBuf>,
    /// The package in 16-bit floats, as Apple's neural engine wants them; otherwise in 32-bit ones.
    #[arg(long, requires = "coreml")]
    half: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What one kind of units made of a package.
struct Trial {
    units: Units,
    /// The largest difference from the exact answers as a part of the largest of them, and the time of a batch; or why it is not used.
    found: Result<(f64, Duration), String>,
}

pub(crate) fn run(model: &Model, args: &ExportArgs) -> Result<String, Error> {
    // All places are looked at before anything is written.
    for path in [&args.onnx, &args.coreml].into_iter().flatten() {
        if path.symlink_metadata().is_ok() {
            let path = path.clone();
            return Err(told(nn::Error::Taken { path }));
        }
    }
    let numbers = if args.half {
        Numbers::F16
    } else {
        Numbers::F32
    };
    let package = match &args.coreml {
        None => None,
        Some(folder) if folder.extension().is_none_or(|end| end != "mlpackage") => {
            return Err(Error::Usage(format!(
                "{}: Apple's tools know a package by its name: let it end in .mlpackage",
                folder.display()
            )));
        }
        Some(folder) => {
            let package = export::core_ml(&model.weights, numbers).map_err(told)?;
            Some((folder, package))
        }
    };
    if let Some(path) = &args.onnx {
        export::save_onnx(&model.weights, path).map_err(told)?;
    }
    let mut trials = Vec::new();
    if let Some((folder, package)) = &package {
        package.save(folder).map_err(|error| {
            // Both or none: a second try must not find the first one's file in its way.
            if let Some(path) = &args.onnx {
                let _ = std::fs::remove_file(path);
            }
            told(error)
        })?;
        trials = Units::EACH
            .map(|units| tried(folder, &model.weights, numbers, units))
            .into();
    }
    Ok(if args.json {
        format!("{:#}", as_json(model, args, numbers, &trials))
    } else {
        text(model, args, numbers, &trials)
    })
}

/// The sentence and the exit code that fit.
fn told(error: nn::Error) -> Error {
    match error {
        nn::Error::Io { path, source, .. } => Error::UnwritableFile {
            path,
            why: source.to_string(),
        },
        other => Error::Usage(other.to_string()),
    }
}

/// Loads a package for these units, and times a batch of the largest size.
fn tried(package: &Path, weights: &Weights, numbers: Numbers, units: Units) -> Trial {
    let found = CoreNet::open(package, weights, numbers, units).and_then(|mut net| {
        let time = batch(weights, &mut |inputs, values, policies| {
            net.forward(inputs, values, policies)
        })?;
        Ok((net.off(), time))
    });
    Trial {
        units,
        found: found.map_err(|error| match error {
            nn::Error::Absent { what, why } => format!("{what} is not in this build ({why})"),
            other => other.to_string(),
        }),
    }
}

/// A net's door: inputs, values, policies.
type Forward<'a> = &'a mut dyn FnMut(&[f32], &mut [f32], &mut [f32]) -> Result<(), nn::Error>;

/// The shortest time of several batches of [`ROWS_MAX`] rows.
fn batch(weights: &Weights, forward: Forward<'_>) -> Result<Duration, nn::Error> {
    let config = weights.config();
    let inputs = vec![0.5; ROWS_MAX * config.inputs];
    let (mut values, mut policies) = (vec![0.0; ROWS_MAX], vec![0.0; ROWS_MAX * config.policies]);
    let mut shortest = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        forward(&inputs, &mut values, &mut policies)?;
        shortest = shortest.min(start.elapsed());
    }
    Ok(shortest)
}

/// The time of our own net for the same batch, beside which the others are seen.
fn ours(weights: &Weights) -> Option<Duration> {
    let mut net = Net::new(weights);
    batch(weights, &mut |inputs, values, policies| {
        net.forward(inputs, values, policies)
    })
    .ok()
}

/// Which units may take the package.
fn takes(numbers: Numbers) -> &'static str {
    match numbers {
        Numbers::F32 => "the processor and the GPU; the neural engine wants --half",
        Numbers::F16 => "the processor, the GPU and the neural engine",
    }
}

fn as_json(model: &Model, args: &ExportArgs, numbers: Numbers, trials: &[Trial]) -> Value {
    let milliseconds = |time: Duration| 1e3 * time.as_secs_f64();
    let any = trials.iter().any(|trial| trial.found.is_ok());
    let ours = if any { ours(&model.weights) } else { None };
    let trials: Vec<Value> = trials
        .iter()
        .map(|trial| match &trial.found {
            Ok((off, time)) => json!({
                "units": trial.units.to_string(), "off": off, "batch_ms": milliseconds(*time), "error": null,
            }),
            Err(why) => json!({ "units": trial.units.to_string(), "error": why }),
        })
        .collect();
    json!({
        "name": model.name,
        "sha256": model.manifest.sha256,
        "architecture": model.manifest.architecture,
        "encoding": model.manifest.encoding,
        "input": export::FEATURES,
        "outputs": [export::VALUE, export::POLICY],
        "onnx": args.onnx.as_ref().map(|path| json!({ "path": path, "numbers": "f32" })),
        "coreml": args.coreml.as_ref().map(|path| json!({
            "path": path, "numbers": numbers.to_string(), "rows_max": ROWS_MAX, "tried": trials,
            "batch_rows": ROWS_MAX, "own_net_batch_ms": ours.map(milliseconds),
        })),
    })
}

fn text(model: &Model, args: &ExportArgs, numbers: Numbers, trials: &[Trial]) -> String {
    let config = model.weights.config();
    let mut text = format!(
        "{} ({}), {}\n  input        {} [rows, {}]: {}\n  outputs      {} [rows, 1], {} [rows, {}], as the net gives them\n",
        model.name,
        model.manifest.sha256,
        model.manifest.architecture,
        export::FEATURES,
        config.inputs,
        model.manifest.encoding,
        export::VALUE,
        export::POLICY,
        config.policies,
    );
    if let Some(path) = &args.onnx {
        let _ = writeln!(
            text,
            "  ONNX         {}: f32, any number of rows",
            path.display()
        );
    }
    if let Some(path) = &args.coreml {
        let _ = writeln!(
            text,
            "  Core ML      {}: {numbers}, 1 to {ROWS_MAX} rows; for {}",
            path.display(),
            takes(numbers)
        );
    }
    let mut said = "";
    for trial in trials {
        match &trial.found {
            Ok((off, time)) => {
                let _ = writeln!(
                    text,
                    "  tried        {}: {ROWS_MAX} rows in {:.3} ms; off by {off:.1e} of the largest answer",
                    trial.units,
                    1e3 * time.as_secs_f64()
                );
            }
            // Said once where all have the same reason.
            Err(why) if why == said => {}
            Err(why) => {
                let _ = writeln!(text, "  not tried    {why}");
                said = why;
            }
        }
    }
    if trials.iter().any(|trial| trial.found.is_ok())
        && let Some(time) = ours(&model.weights)
    {
        let _ = writeln!(
            text,
            "  beside them  the program's own net on one core: {ROWS_MAX} rows in {:.3} ms",
            1e3 * time.as_secs_f64()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::game::WheelGame;
    use crate::learning::markets::Markets;
    use crate::learning::models::{SHIPPED, Shelf};
    use learn::View;
    use search::Game;
    use std::fs;
    use std::process::Command;

    /// Situations as nets see them: starts of games, and what follows from a first move.
    fn encodings(games: u64) -> Vec<f32> {
        let ground = Markets {
            seed: 91,
            strata: false,
        };
        let mut rows = Vec::new();
        for number in 0..games {
            let seat = ground.seat(number);
            let game = WheelGame(seat.rules);
            let mut situation = seat.today;
            for _ in 0..3 {
                if game.terminal_worth(&situation).is_some() {
                    break;
                }
                let at = rows.len();
                rows.resize(at + game.inputs(), 0.0);
                game.encode(&situation, &mut rows[at..]);
                let (mut moves, mut outcomes) = (Vec::new(), Vec::new());
                game.actions(&situation, &mut moves);
                game.outcomes(&situation, moves[moves.len() / 2], &mut outcomes);
                situation = outcomes.swap_remove(outcomes.len() / 2).state;
            }
        }
        rows
    }

    /// The shipped net on situations of the wheel: ONNX Runtime, and Core ML's program computed with numpy. Wants the Python that
    /// `crates/nn/tests/export.rs` wants.
    #[test]
    fn other_engines_judge_situations_as_the_shipped_net_does() {
        let Ok(python) = std::env::var("JARVIS2_PYTHON_NETS") else {
            println!(
                "skipped: JARVIS2_PYTHON_NETS names no Python with onnx, onnxruntime, coremltools and numpy"
            );
            return;
        };
        let model = Shelf::of_user().find(SHIPPED).expect("a shelf");
        let weights = model.expect("the net").weights;
        let rows = encodings(60);
        let config = weights.config();
        let count = rows.len() / config.inputs;
        let (mut values, mut policies) = (vec![0.0; count], vec![0.0; count * config.policies]);
        Net::new(&weights)
            .forward(&rows, &mut values, &mut policies)
            .expect("judged");
        let (mut ours, mut exact, mut bound) = (Vec::new(), Vec::new(), Vec::new());
        for (i, row) in rows.chunks_exact(config.inputs).enumerate() {
            ours.push(values[i]);
            ours.extend(&policies[i * config.policies..][..config.policies]);
            for answer in weights.reference(row).expect("a row") {
                exact.extend(answer.exact.to_le_bytes());
                bound.extend(answer.bound.to_le_bytes());
            }
        }
        let singles =
            |numbers: &[f32]| -> Vec<u8> { numbers.iter().flat_map(|x| x.to_le_bytes()).collect() };
        let folder = tempfile::tempdir().expect("a folder");
        let place = |name: &str| folder.path().join(name);
        for (name, bytes) in [
            ("rows.f32", singles(&rows)),
            ("ours.f32", singles(&ours)),
            ("exact.f64", exact),
            ("bound.f64", bound),
            ("count.txt", count.to_string().into_bytes()),
        ] {
            fs::write(place(name), bytes).expect("written");
        }
        export::save_onnx(&weights, &place("net.onnx")).expect("written");
        for numbers in [Numbers::F32, Numbers::F16] {
            let package = export::core_ml(&weights, numbers).expect("a package");
            let folder = place(&format!("net-{numbers}.mlpackage"));
            package.save(&folder).expect("written");
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/tests/export/check.py");
        let out = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .output()
            .expect("Python");
        let said = String::from_utf8_lossy(&out.stdout);
        println!("{said}");
        let errors = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{said}{errors}");
        assert!(said.trim_end().ends_with("all agree"), "{said}");
    }
}
