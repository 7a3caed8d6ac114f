//! Loads weights, judges a batch, prints the answers.
//!
//! ```text
//! cargo run --release -p nn --example judge                     # makes a net from a seed, writes it, loads it again
//! cargo run --release -p nn --example judge -- net.safetensors  # a net of yours
//! ```

#![allow(clippy::disallowed_methods)] // An example may look at its arguments; the crate may not.

use std::path::PathBuf;

use nn::{Config, Net, Weights};

fn main() -> Result<(), nn::Error> {
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => {
            let path = std::env::temp_dir().join("judge-example.safetensors");
            Weights::seeded(Config::default(), 7)?.save(&path)?;
            println!(
                "no file was given: wrote an untrained net to {}",
                path.display()
            );
            path
        }
    };
    let weights = Weights::load(&path)?;
    let config = weights.config().clone();
    println!("net {}, sha256 {}", config.architecture(), weights.sha256());

    // One net for each thread; `net.clone()` shares the weights.
    let mut net = Net::new(&weights);
    println!("computed with {}", net.instructions());

    // Four made-up situations, one row each. Real ones come from `wheel::encoding`.
    let rows = 4;
    let width = config.inputs;
    let inputs: Vec<f32> = (0..rows * width)
        .map(|i| ((i * i % 17) as f32 - 8.0) / 8.0)
        .collect();
    let mut values = vec![0.0; rows];
    let mut policies = vec![0.0; rows * config.policies];
    net.forward(&inputs, &mut values, &mut policies)?;

    for (row, value) in values.iter().enumerate() {
        let logits = &policies[row * config.policies..][..config.policies];
        let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        match best {
            Some(best) => println!(
                "row {row}: value {value:+.6}, action {best} has the largest logit {:+.6}",
                logits[best]
            ),
            None => println!("row {row}: value {value:+.6}"),
        }
    }
    Ok(())
}
