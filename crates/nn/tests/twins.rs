//! The same files and the same outputs in Python: numpy in `f64`, and PyTorch and MLX where they are installed.
//!
//! The golden files were made by `python crates/nn/peers/torch_twin.py golden crates/nn/tests/golden`, so the first two tests
//! need no Python. The third does: `PYTHON` names the interpreter, else `python3`; without numpy it says so and passes. The long
//! one wants PyTorch and MLX.

#![allow(clippy::disallowed_methods)] // A test may look at the environment; the crate may not.

use std::path::{Path, PathBuf};
use std::process::Command;

use nn::{Config, Net, Weights};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// Row r, column c, as in `torch_twin.py`.
fn inputs(rows: usize, width: usize) -> Vec<f32> {
    let cell = |r, c| ((37 * r + 11 * c) % 64) as f32 / 16.0 - 2.0;
    (0..rows)
        .flat_map(|r| (0..width).map(move |c| cell(r, c)))
        .collect()
}

/// Rows of value and logits.
fn outputs(weights: &Weights, inputs: &[f32]) -> Vec<Vec<f32>> {
    let config = weights.config();
    let rows = inputs.len() / config.inputs;
    let mut values = vec![f32::NAN; rows];
    let mut policies = vec![f32::NAN; rows * config.policies];
    let mut net = Net::new(weights);
    net.forward(inputs, &mut values, &mut policies).unwrap();
    let logits = policies.chunks_exact(config.policies);
    let rows = values.iter().zip(logits);
    rows.map(|(&value, logits)| [&[value], logits].concat())
        .collect()
}

/// To 1e-5 of 1 or of the number itself, whichever is larger.
fn check(ours: &[Vec<f32>], theirs: &[Vec<f64>]) {
    assert_eq!(ours.len(), theirs.len());
    for (row, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(ours.len(), theirs.len());
        for (i, (&ours, &theirs)) in ours.iter().zip(theirs).enumerate() {
            let gap = (f64::from(ours) - theirs).abs();
            assert!(
                gap <= 1e-5 * theirs.abs().max(1.0),
                "row {row} output {i}: {ours} and {theirs}"
            );
        }
    }
}

fn check_golden(weights: &Weights, name: &str) {
    let text = std::fs::read_to_string(golden(name)).unwrap();
    let (comments, rows): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with('#'));
    assert_eq!(comments[1], format!("# sha256 {}", weights.sha256()));
    let theirs: Vec<Vec<f64>> = rows
        .iter()
        .map(|line| line.split(' ').map(|x| x.parse().unwrap()).collect())
        .collect();
    check(
        &outputs(weights, &inputs(3, weights.config().inputs)),
        &theirs,
    );
}

/// Also the file of schema 1 that must open for ever.
#[test]
fn a_file_made_by_numpy_gives_what_numpy_gives() {
    let weights = Weights::load(&golden("small-v1.safetensors")).unwrap();
    assert_eq!(weights.config().architecture(), "12-9-7:1+5");
    check_golden(&weights, "small-v1.txt");
}

#[test]
fn the_house_net_of_a_seed_gives_what_numpy_gives() {
    let weights = Weights::seeded(Config::default(), 20_260_101).unwrap();
    check_golden(&weights, "house.txt");
}

/// A Python and `torch_twin.py`.
struct Twin {
    python: String,
}

impl Twin {
    /// What it prints, or why it failed.
    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/torch_twin.py");
        let mut command = Command::new(&self.python);
        match command.arg(&script).args(arguments).output() {
            Ok(out) if out.status.success() => {
                Ok(String::from_utf8_lossy(&out.stdout).into_owned())
            }
            Ok(out) => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The house net of a seed, saved here, loaded there: the same outputs to 1e-5.
    fn agrees(&self, backend: &str) {
        let scratch = |name: &str| {
            let name = format!("{backend}-{}-{name}", std::process::id());
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
        };
        let (net, rows, out) = (
            scratch("net.safetensors"),
            scratch("rows.f32"),
            scratch("out.f64"),
        );
        let weights = Weights::seeded(Config::default(), 4).unwrap();
        weights.save(&net).unwrap();
        let x = inputs(10, 768);
        let bytes: Vec<u8> = x.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(&rows, bytes).unwrap();
        let paths = [&net, &rows, &out].map(|path| path.to_str().unwrap());
        self.run(&["outputs", paths[0], paths[1], paths[2], backend])
            .unwrap();
        let bytes = std::fs::read(&out).unwrap();
        let (numbers, _) = bytes.as_chunks::<8>();
        let theirs: Vec<f64> = numbers.iter().map(|&b| f64::from_le_bytes(b)).collect();
        let theirs: Vec<Vec<f64>> = theirs.chunks_exact(65).map(<[f64]>::to_vec).collect();
        check(&outputs(&weights, &x), &theirs);
        println!("equal to {backend}");
        for path in [net, rows, out] {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[test]
fn python_reads_and_writes_the_same_nets() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let twin = Twin { python };
    // Importing torch or mlx takes seconds: `long_torch_and_mlx_give_the_same_outputs` does that.
    if let Err(why) = twin.run(&["names"]) {
        let why = why.trim().lines().last().unwrap_or_default().to_owned();
        println!(
            "skipped: {} with numpy was not found ({why}); set PYTHON",
            twin.python
        );
        return;
    }
    let theirs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python.safetensors");
    let config = Config {
        inputs: 33,
        hidden: vec![20, 10],
        policies: 6,
    };
    twin.run(&["seeded", theirs.to_str().unwrap(), "33-20-10:1+6", "9"])
        .unwrap();
    let ours = Weights::seeded(config, 9).unwrap();
    assert_eq!(std::fs::read(&theirs).unwrap(), ours.to_bytes());
    twin.agrees("numpy");
}

/// The file loads unchanged into a PyTorch module and into the MLX value network of the design document. `NN_TWINS_PYTHON` names
/// a Python that has both (`pip install torch "mlx[cpu]" numpy`); a missing one is then an error.
#[test]
#[ignore = "long: wants a Python with torch and mlx"]
fn long_torch_and_mlx_give_the_same_outputs() {
    let Ok(python) = std::env::var("NN_TWINS_PYTHON") else {
        println!("skipped: NN_TWINS_PYTHON names no Python with torch and mlx");
        return;
    };
    let twin = Twin { python };
    assert_eq!(twin.run(&["backends"]).unwrap().trim(), "numpy torch mlx");
    for backend in ["numpy", "torch", "mlx"] {
        twin.agrees(backend);
    }
}
