//! Which device, where is the buffer, run this kernel.
//!
//! A [`Device`] is the processor or a [`Gpu`] behind Metal, Vulkan or CUDA. Every variant exists in every build; one that is
//! not built in, or whose driver is missing, answers with an [`Error`] that says what to rebuild or to install. A [`Kernel`]
//! is text in three languages; a [`Buffer`] comes from its device's pool, against a [`Budget`].
//!
//! A GPU earns its trust by work: [`prove`] runs every kernel on a small problem with poisoned outputs, in a child process with
//! a time limit, and compares with numbers in double precision. What is wrong, silent, hanging or crashing is not used, and
//! [`with_fallback`] finishes on the processor what a GPU that is lost leaves undone.
//!
//! ```
//! use compute::{Choice, choose, find, with_fallback};
//!
//! for found in find() {
//!     match found.adapters {
//!         Ok(adapters) => println!("{}: {} adapters", found.backend, adapters.len()),
//!         Err(why) => println!("{}: n/a ({why})", found.backend),
//!     }
//! }
//! // By name; `Choice::Auto` takes a GPU that the second argument has nothing against.
//! let (device, _why) = choose(Choice::Cpu, &mut |_| None)?;
//! let answer = with_fallback(&device, |_gpu| unreachable!("it is the processor"), || (1..=4).sum::<u32>());
//! assert_eq!((answer.value, answer.fell_back.is_none()), (10, true));
//! # Ok::<(), compute::Error>(())
//! ```
//!
//! Deliberately absent: what the numbers mean. No option, no price, no net; several GPUs at once; images.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod budget;
#[cfg(feature = "cuda")]
mod cuda;
mod device;
mod engine;
mod error;
mod generic;
mod kernel;
mod measure;
mod pool;
mod proof;
mod record;
mod rows;
mod shuttle;
mod times;
#[cfg(any(feature = "vulkan", target_os = "macos"))]
mod wgpu;

pub use budget::Budget;
pub use device::{
    Answer, Backend, Choice, Device, Facts, Found, Gpu, Task, choose, find, with_fallback,
};
pub use engine::Timing;
pub use error::Error;
pub use generic::{PHILOX_NORMALS, PHILOX_UNIFORMS, PHILOX_WORDS, REDUCE};
pub use kernel::{Access, Kernel};
pub use measure::{Measured, crossover, measure_cpu, measure_gpu, trials};
pub use pool::{Buffer, POISON, Word};
pub use proof::{Argument, Proof, Trial, Verdict, prove, serve, try_one};
pub use record::{Key, Record, Records};
pub use rows::{Column, Resident};
pub use shuttle::Shuttle;
pub use times::{KernelTime, kernel_times};
