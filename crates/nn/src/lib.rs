//! Value and policy nets on the CPU: what is a situation worth, and which actions look good, many situations at a time.
//!
//! A net here is a trunk of dense layers with ReLU and two heads, a value and policy logits. The house net is 768-512-256 with
//! 1 value and 64 logits ([`Config::default`]). Three types, in the order of a life:
//!
//! 1. [`Config`]: the shape.
//! 2. [`Weights`]: the numbers, from a seed or a file. Plain vectors in the layout of `nn.Linear`; [`mod@file`] names the tensors.
//! 3. [`Net`]: the weights laid out for this machine's vectors, and room to compute in. One for each worker thread; clones share
//!    the weights.
//!
//! ```
//! use nn::{Config, Net, Weights};
//!
//! let weights = Weights::seeded(Config::default(), 7)?;
//! let mut net = Net::new(&weights);
//! let inputs = vec![0.1; 3 * 768]; // three situations
//! let (mut values, mut policies) = ([0.0; 3], [0.0; 3 * 64]);
//! net.forward(&inputs, &mut values, &mut policies)?;
//!
//! // The reference in plain f64 says how far rounding may take each answer.
//! let reference = weights.reference(&inputs[..768])?;
//! assert!((f64::from(values[0]) - reference[0].exact).abs() <= reference[0].bound);
//! # Ok::<(), nn::Error>(())
//! ```
//!
//! A net in bfloat16 is another result, and asked for by name ([`Precision`], [`Net::with`]).
//!
//! From files: `cargo run --release -p nn --example judge`. Speed: `cargo bench -p nn`, and `docs/benchmarks.md`.
//! Learning is the module `train`, behind the feature of that name: `docs/training.md`.
//! Many rows at a time on a GPU: the module [`gpu`]. For other engines, as ONNX and Core ML:
//! the module [`export`]; Core ML itself, on macOS: [`coreml`]. Never here: options, trees.

mod accelerate;
mod bf16;
mod config;
pub mod coreml;
mod error;
pub mod export;
pub mod file;
pub mod gpu;
mod kernel;
mod net;
#[cfg(feature = "train")]
pub mod train;
mod weights;

#[cfg(test)]
mod tests;

pub use config::Config;
pub use error::Error;
pub use net::{Net, Precision};
pub use weights::{Answer, Linear, Weights};
