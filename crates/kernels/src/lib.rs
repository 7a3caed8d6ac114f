//! The GPU kernels: one source in Rust, three texts that are committed and reviewed.
//!
//! `cargo run -p kernels` writes the texts: financial kernels to `crates/pricing/kernels`, generic ones to
//! `crates/compute/kernels`, each as WGSL (Vulkan), Metal and CUDA C++. The product embeds them and launches them itself;
//! nothing that ships depends on this crate or on `cubecl`, whose runtime is not used. A test fails when a committed text is
//! not what the source gives.
//!
//! Convention: one entry point a file, named like the file; storage buffers only, numbered in the order of the arguments;
//! workgroups of [`WORKGROUP`] invocations in one row, grids of one or two dimensions; no lengths, no scalars: how much there
//! is to do stands in the last buffer. The pages of the modules say what each kernel computes; `docs/kernels.md` has the
//! buffers and the measured accuracy.

pub mod american;
pub mod black_scholes;
pub mod dense;
pub mod dense_bf16;
pub mod emit;
pub mod exercise;
pub mod implied;
pub mod normal;
pub mod paths;
pub mod random;
pub mod reduce;
pub mod topk;

use cubecl::prelude::*;
use emit::Language;
use std::path::PathBuf;

/// Invocations in a workgroup.
pub const WORKGROUP: u32 = 256;

/// One kernel, ready to be printed.
pub struct Source {
    /// Name of the entry point and of the files.
    pub name: &'static str,
    /// The crate whose folder `kernels` holds the texts.
    pub room: &'static str,
    /// Its file in this crate.
    pub file: &'static str,
    /// Names of the buffers that are read, in binding order; those that are written follow, then `last`.
    pub reads: &'static [&'static str],
    /// Names of the buffers that are written.
    pub writes: &'static [&'static str],
    /// Names of the buffers that are read and stand last: how much there is to do.
    pub last: &'static [&'static str],
    kernel: fn(usize) -> Box<dyn CubeKernel>,
    /// Rows that an invocation takes, where the kernel can take any number.
    widths: Option<fn(Language) -> usize>,
}

impl Source {
    /// What the file in `language` has to contain.
    pub fn text(&self, language: Language) -> String {
        let (first, written) = (self.reads.len(), self.writes.len());
        let read: Vec<usize> = (0..first)
            .chain(first + written..first + written + self.last.len())
            .collect();
        let kernel = (self.kernel)(self.width(language));
        let body = emit::text(kernel.as_ref(), self.name, &read, language);
        format!(
            "// Written by `cargo run -p kernels` from crates/kernels/src/{}: edit that.\n{}\n",
            self.file,
            body.trim()
        )
    }

    /// Rows or counters that an invocation of the text in `language` takes.
    pub fn width(&self, language: Language) -> usize {
        self.widths.map_or(1, |widths| widths(language))
    }

    /// Where the file in `language` is.
    pub fn path(&self, language: Language) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(self.room)
            .join("kernels")
            .join(format!("{}.{}", self.name, language.ending()))
    }
}

/// Rows an invocation takes in columns: as many as make the widest load, where that is faster.
fn rows(language: Language) -> usize {
    match language {
        Language::Wgsl | Language::Metal | Language::Cuda => 4,
    }
}

fn fragment(language: Language) -> usize {
    match language {
        Language::Wgsl => dense_bf16::WGSL,
        Language::Metal => dense_bf16::METAL,
        Language::Cuda => dense_bf16::CUDA,
    }
}

macro_rules! source {
    ($room:literal, $module:ident :: $name:ident :: $kernel:ident $([$wide:ident])?,
     $($read:literal),* => $($write:literal),+ ; $($last:literal),*) => {
        Source {
            name: stringify!($name),
            room: $room,
            file: concat!(stringify!($module), ".rs"),
            reads: &[$($read),*],
            writes: &[$($write),+],
            last: &[$($last),*],
            widths: [$(Some($wide as fn(Language) -> usize),)? None][0],
            kernel: |_width| Box::new($module::$name::$kernel::new(
                KernelSettings::new(
                    (*CubeDim::new_1d(WORKGROUP)).into(),
                    ExecutionMode::Unchecked,
                    AddressType::U32,
                ),
                emit::properties(),
                Default::default(),
                $(buffer($read),)* $(buffer($write),)+ $(buffer($last),)* $(width_of!($wide, _width))?
            )),
        }
    };
}

macro_rules! width_of {
    ($wide:ident, $width:ident) => {
        $width
    };
}

fn buffer(_name: &str) -> BufferCompilationArg {
    BufferCompilationArg { inplace: None }
}

/// Every kernel.
#[rustfmt::skip]
pub fn sources() -> Vec<Source> {
    vec![
        source!("pricing", black_scholes::black_scholes_price::BlackScholesPrice [rows],
            "spots", "strikes", "years", "rates", "yields", "vols" => "prices"; "counts"),
        source!("pricing", black_scholes::black_scholes_greeks::BlackScholesGreeks [rows],
            "spots", "strikes", "years", "rates", "yields", "vols"
            => "prices", "deltas", "gammas", "vegas", "thetas", "rhos"; "counts"),
        source!("pricing", black_scholes::calculate_black_scholes::CalculateBlackScholes,
            "spots", "strikes", "years", "rates", "vols" => "prices"; ),
        source!("pricing", implied::implied_vol::ImpliedVol [rows],
            "prices", "spots", "strikes", "years", "rates", "yields" => "vols", "statuses"; "counts"),
        source!("pricing", american::american_premium::AmericanPremium [rows],
            "spots", "strikes", "years", "boundary" => "premiums"; "counts"),
        source!("nn", dense::dense_small::DenseSmall, "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense::dense_wide::DenseWide, "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense::dense_turned::DenseTurned, "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense::dense_backward::DenseBackward, "y", "weights", "gate" => "out"; "size"),
        source!("nn", dense::dense_gradient::DenseGradient, "x", "y", "scale" => "out"; "size"),
        source!("nn", dense_bf16::bf16_first_small::Bf16FirstSmall [fragment], "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense_bf16::bf16_first_middle::Bf16FirstMiddle [fragment], "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense_bf16::bf16_first_wide::Bf16FirstWide [fragment], "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense_bf16::bf16_small::Bf16Small [fragment], "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense_bf16::bf16_middle::Bf16Middle [fragment], "x", "weights", "biases" => "out"; "size"),
        source!("nn", dense_bf16::bf16_wide::Bf16Wide [fragment], "x", "weights", "biases" => "out"; "size"),
        source!("pricing", paths::paths_gbm::PathsGbm, "law", "claim" => "sums"; "counts"),
        source!("pricing", paths::sobol_gbm::SobolGbm,
            "law", "claim", "tables", "seeds", "joints" => "sums"; "counts"),
        source!("pricing", paths::paths_heston::PathsHeston, "law", "claim" => "sums"; "counts"),
        source!("pricing", paths::sobol_heston::SobolHeston,
            "law", "claim", "tables", "seeds", "joints" => "sums"; "counts"),
        source!("pricing", paths::paths_merton::PathsMerton, "law", "claim" => "sums"; "counts"),
        source!("pricing", paths::sobol_merton::SobolMerton,
            "law", "claim", "tables", "seeds", "joints" => "sums"; "counts"),
        source!("pricing", paths::states_gbm::StatesGbm, "law" => "spots", "variances"; "counts"),
        source!("pricing", paths::states_heston::StatesHeston, "law" => "spots", "variances"; "counts"),
        source!("pricing", paths::states_merton::StatesMerton, "law" => "spots", "variances"; "counts"),
        source!("pricing", exercise::exercise_back::ExerciseBack,
            "spots", "variances", "rule", "claim", "pairs" => "cash", "sums"; "counts"),
        source!("pricing", exercise::exercise_try::ExerciseTry,
            "spots", "variances", "rule", "claim" => "sums"; "counts"),
        source!("compute", random::philox_words::PhiloxWords, => "words"; "address"),
        source!("compute", random::philox_uniforms::PhiloxUniforms, => "uniforms"; "address"),
        source!("compute", random::philox_normals::PhiloxNormals, => "normals"; "address"),
        source!("compute", reduce::reduce::Reduce, "values" => "sums", "minima", "maxima"; "size"),
        source!("index", topk::topk_halves_1::TopkHalves1, "rows", "marks", "queries" => "scores", "tops"; "shape"),
        source!("index", topk::topk_halves_8::TopkHalves8, "rows", "marks", "queries" => "scores", "tops"; "shape"),
        source!("index", topk::topk_halves_16::TopkHalves16, "rows", "marks", "queries" => "scores", "tops"; "shape"),
        source!("index", topk::topk_bytes_1::TopkBytes1, "rows", "marks", "queries" => "scores", "tops"; "shape"),
        source!("index", topk::topk_bytes_8::TopkBytes8, "rows", "marks", "queries" => "scores", "tops"; "shape"),
        source!("index", topk::topk_bytes_16::TopkBytes16, "rows", "marks", "queries" => "scores", "tops"; "shape"),
        source!("index", topk::topk_select::TopkSelect, "scores", "tops" => "answers"; "wanted"),
    ]
}
