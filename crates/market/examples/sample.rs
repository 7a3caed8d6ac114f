//! Makes the committed sample anew from its seed: `cargo run -p market --example sample`, or `cargo xtask sample`.
//!
//! Build again afterwards: the files are part of the program.

use std::error::Error;
use std::fs;
use std::path::Path;

use market::sample::{SEED, generate, render};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
    for (name, content) in render(&generate(SEED))? {
        let path = folder.join(name);
        fs::write(&path, &content).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("{:9} bytes  {}", content.len(), path.display());
    }
    Ok(())
}
