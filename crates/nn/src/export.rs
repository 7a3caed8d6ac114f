//! Nets for other people's engines: ONNX, and Core ML packages for Apple's. Written here byte by byte; no library of theirs is needed.
//!
//! | what | numbers | where it runs |
//! | --- | --- | --- |
//! | [`onnx`]: one file | `f32` | ONNX Runtime and whatever else reads operator set 17, on any system |
//! | [`core_ml`] with [`Numbers::F32`]: a folder `*.mlpackage` | `f32` | macOS 12 and later, on the processor and the GPU |
//! | [`core_ml`] with [`Numbers::F16`] | 16-bit floats inside, `f32` at both ends | the same, and the neural engine, which has 16-bit floats alone |
//!
//! The arithmetic is [`Net`](crate::Net)'s, layer for layer:
//!
//! ```text
//! features [rows, inputs] -> (Gemm, Relu) for each hidden layer -> Gemm -> value  [rows, 1]
//!                                                                  Gemm -> policy [rows, policies], absent if there are none
//! ```
//! Value and logits are as `Net` gives them: no squashing, no softmax; which logits are legal moves is the caller's affair, here as there.
//! Rows are free in ONNX and 1 to [`ROWS_MAX`] in Core ML. In `f32` sums have another order, so answers lie within the bound of
//! [`Weights::reference`]; 16-bit floats make another net, whose outputs move by some thousandths of the largest.
//! The same weights make the same bytes: no date, no name of a machine. The net's shape and checksum are in the files' metadata.
//!
//! ```
//! use nn::{Config, Weights, export};
//!
//! let weights = Weights::seeded(Config { inputs: 4, hidden: vec![8], policies: 3 }, 1)?;
//! let onnx = export::onnx(&weights);
//! let package = export::core_ml(&weights, export::Numbers::F16)?;
//! assert_eq!(package.files()[0].0, "Manifest.json");
//! assert!(onnx.windows(4).any(|text| text == b"Gemm"));
//! # Ok::<(), nn::Error>(())
//! ```
//! Check against the engines themselves: `crates/nn/tests/export.rs`. No Mac has run a package (`docs/mac.md`).

mod core_ml;
mod onnx;
mod proto;

pub use core_ml::{Numbers, Package, ROWS_MAX, core_ml};
pub use onnx::onnx;

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Error, Weights, file};

/// The input of every exported net.
pub const FEATURES: &str = "features";
/// Its first output.
pub const VALUE: &str = "value";
/// Its second output, if the net has policies.
pub const POLICY: &str = "policy";

/// What the files say of the net beside its numbers.
fn facts(weights: &Weights) -> [(&'static str, String); 2] {
    [
        ("architecture", weights.config().architecture()),
        ("sha256", weights.sha256()),
    ]
}

/// The name of an output for the head at this place.
fn output(head: usize) -> &'static str {
    [VALUE, POLICY][head]
}

/// Writes the net as an ONNX file. A file is there whole or not at all.
///
/// # Errors
/// [`Error::Taken`] if the place is taken, [`Error::Io`].
pub fn save_onnx(weights: &Weights, path: &Path) -> Result<(), Error> {
    free(path)?;
    file::save(path, &onnx(weights))
}

impl Package {
    /// Writes the package as a folder; its name should end in `.mlpackage`, by which Apple's tools know it. The folder is made beside its place
    /// and then renamed, so that no half a package is ever found there.
    ///
    /// # Errors
    /// [`Error::Taken`] if the place is taken or an earlier try left its part, [`Error::Io`].
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        free(folder)?;
        // By its parts: a name may end in a slash.
        let folder: PathBuf = folder.components().collect();
        let mut name = folder.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = folder.with_file_name(name);
        free(&part)?;
        let write = || {
            fs::create_dir(&part)?;
            for (name, bytes) in self.files() {
                let path = part.join(name);
                fs::create_dir_all(path.parent().unwrap_or(&part))?;
                fs::write(path, bytes)?;
            }
            fs::rename(&part, &folder)
        };
        write().map_err(|source| {
            // What is there was made a moment ago, by us.
            let _ = fs::remove_dir_all(&part);
            Error::Io {
                action: "write",
                path: folder.clone(),
                source,
            }
        })
    }
}

/// Refuses a place where something is.
fn free(path: &Path) -> Result<(), Error> {
    // A link that leads nowhere is something too.
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Error::Taken {
            path: path.to_owned(),
        }),
        Err(_) => Ok(()),
    }
}
