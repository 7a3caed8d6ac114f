//! From a kernel in Rust to its text in three languages, without a device.
//!
//! The compilers ask only for limits, which are written down here. No text carries lengths or metadata: a kernel that asked
//! for the length of a buffer would read a field that is not there, and the check below refuses it.

use cubecl::ir::features::{Features, MmaConfig};
use cubecl::ir::{DeviceIdentity, ElemType, FloatKind, HardwareProperties, MemoryDeviceProperties};
use cubecl::prelude::*;
use cubecl::{Compiler, WgpuCompilationOptions, ir::metadata::Info};
use cubecl_cpp::{MslCompiler, shared::CompilationOptions, shared::CppCompiler, target::Cuda};
use cubecl_wgpu::WgslCompiler;
use std::sync::Arc;

/// Languages, by the ending of their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// WebGPU Shading Language.
    Wgsl,
    /// Metal Shading Language.
    Metal,
    /// CUDA C++.
    Cuda,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::Wgsl, Language::Metal, Language::Cuda];

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Language::Wgsl => "wgsl",
            Language::Metal => "metal",
            Language::Cuda => "cu",
        }
    }
}

/// Limits that every device in question exceeds.
pub fn properties() -> Arc<DeviceProperties> {
    let mut features = Features::default();
    // What tensor units multiply: in CUDA, and in Metal.
    for side in [16, 8] {
        features.matmul.cmma.insert(MmaConfig {
            a_type: ElemType::Float(FloatKind::BF16),
            b_type: ElemType::Float(FloatKind::BF16),
            cd_type: ElemType::Float(FloatKind::F32),
            m: side,
            n: side,
            k: side,
        });
    }
    Arc::new(DeviceProperties::new(
        features,
        MemoryDeviceProperties::new(u64::MAX, 256),
        HardwareProperties {
            load_width: 128,
            vector_register_count: None,
            plane_size_min: 32,
            plane_size_max: 32,
            max_bindings: 31,
            max_shared_memory_size: 65536,
            max_cube_count: (65535, 65535, 65535),
            max_units_per_cube: 1024,
            max_cube_dim: (1024, 1024, 64),
            num_streaming_multiprocessors: None,
            num_tensor_cores: None,
            min_tensor_cores_dim: None,
            num_cpu_cores: None,
            last_level_cache_size: None,
            max_vector_size: 4,
            cube_mma_reserved_shared_memory: 0,
        },
        cubecl::profile::TimingMethod::Device,
        DeviceIdentity {
            name: "none".to_string(),
            fingerprint: "none".to_string(),
            physical: None,
        },
    ))
}

/// The text of `kernel` in `language`, its entry point named `name`; the buffers in `read` are only read.
///
/// # Panics
/// If the compiler refuses the kernel, or its text depends on metadata: mistakes in this crate.
pub fn text(kernel: &dyn CubeKernel, name: &str, read: &[usize], language: Language) -> String {
    let mut definition = kernel.define();
    // The launchers give buffers only.
    definition.info = Info::default();
    let made = match language {
        Language::Wgsl => WgslCompiler
            .compile(definition, &WgpuCompilationOptions::default())
            .map(|made| made.to_string()),
        Language::Metal => MslCompiler::default()
            .compile(definition, &CompilationOptions::default())
            .map(|made| made.to_string()),
        Language::Cuda => CppCompiler::<Cuda>::default()
            .compile(definition, &CompilationOptions::default())
            .map(|made| made.to_string()),
    };
    let raw =
        made.unwrap_or_else(|error| panic!("{name} does not compile to {language:?}: {error}"));
    let lines: Vec<&str> = raw.lines().map(str::trim_end).collect();
    let mut text = lines.join("\n");
    for (from, to) in UNUSED {
        text = text.replace(from, to);
    }
    text = text.replace(INCLUDES, TENSOR);
    if text.contains(SHARED) {
        text = sized(&overlaid(&text));
    }
    let bare = text.replace(ARRAY, "");
    if !bare.contains("array<") || language == Language::Wgsl {
        text = bare;
    }
    if language == Language::Wgsl {
        for binding in read {
            let given = format!("@binding({binding}) var<storage, read_write>");
            assert!(text.contains(&given), "{name} has no binding {binding}");
            text = text.replace(&given, &format!("@binding({binding}) var<storage, read>"));
        }
    }
    let text = renumbered(&sorted(&named(&text, name), name));
    assert!(
        !text.contains("info"),
        "the {language:?} text of {name} reads metadata: no lengths, no scalars"
    );
    text
}

/// What the compilers write and no kernel uses, or write so that lines run together.
const UNUSED: [(&str, &str); 4] = [
    ("struct info_st {\n\n};\n", ""),
    (
        "\ntypedef struct CUtensorMap_st {\nalignas(128) unsigned long long int opaque[16];\n} CUtensorMap;\n",
        "",
    ),
    (";float", ";\nfloat"),
    (";*", ";\n*"),
];

/// What the texts in CUDA would include, and what they get instead: no header is there when they are compiled.
const INCLUDES: &str = "#include <mma.h>\n#include <cuda_bf16.h>\n";
const TENSOR: &str = include_str!("tensor.cuh");

/// What only arrays in CUDA use, local or shared.
const ARRAY: &str = "\ntemplate <typename T, size_t N>\nstruct array {\n    T data[N];\n    __device__ T& operator[](size_t i) { return data[i]; }\n    __device__ const T& operator[](size_t i) const { return data[i]; }\n};\n\n";

/// How shared memory begins in CUDA.
const SHARED: &str = "extern __shared__ ";

/// In CUDA, shared sums of [`dense_bf16`](crate::dense_bf16) begin where its slices of bf16 began, which are no longer read then: the
/// compiler frees no shared memory for later use.
fn overlaid(text: &str) -> String {
    if !text.contains("array<__nv_bfloat16_8") {
        return text.to_string();
    }
    let lines = text.lines().map(|line| {
        let sums = line.starts_with("array<float_4, ") && line.contains("reinterpret_cast<array<");
        match line.rsplit_once('[') {
            Some((head, _)) if sums => format!("{head}[0]);\n"),
            _ => format!("{line}\n"),
        }
    });
    lines.collect()
}

/// More shared memory than a kernel in CUDA may declare has to be asked for at the launch: it stays of unknown size, and a comment
/// says how much it is.
const STATIC: usize = 49152;

/// CUDA's shared memory gets the size that its arrays need, so that a launch need not say it.
///
/// # Panics
/// If the text does not look as expected: another version of the compiler.
fn sized(text: &str) -> String {
    let start = text.find(SHARED).expect("shared memory");
    let end = start + text[start..].find("];").expect("its end");
    let bytes = text[end..]
        .split("reinterpret_cast<array<")
        .skip(1)
        .filter_map(|part| {
            // `float, 256> *>(&v3[1024]);`
            let (element, rest) = part.split_once(", ")?;
            let (count, rest) = rest.split_once('>')?;
            let (_, rest) = rest.split_once("(&")?;
            let (offset, _) = rest.split_once('[')?.1.split_once(']')?;
            let size = match element {
                "float" | "uint32_t" | "int32_t" => 4,
                "__nv_bfloat16_8" => 16,
                _ if element.ends_with("_2") => 8,
                _ if element.ends_with("_4") => 16,
                _ => panic!("how long is a shared {element}?"),
            };
            Some(offset.parse::<usize>().ok()? + size * count.parse::<usize>().ok()?)
        })
        .max()
        .expect("an array in shared memory");
    let name = &text[start + SHARED.len()..end];
    if bytes > STATIC {
        return format!(
            "{}{SHARED}{name}]; // {bytes} bytes\n{}",
            &text[..start],
            &text[end + 2..]
        );
    }
    format!(
        "{}__shared__ {name}{bytes}];\n{}",
        &text[..start],
        &text[end + 2..]
    )
}

/// The compilers append a hash to the name of the entry point.
fn named(text: &str, name: &str) -> String {
    let start = text
        .find(&format!("{name}_"))
        .unwrap_or_else(|| panic!("no entry point {name} in:\n{text}"));
    let long: String = text[start..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    text.replace(&long, name)
}

/// Metal's built-in parameters come in an order that changes from run to run: by their names, then.
fn sorted(text: &str, name: &str) -> String {
    let Some(start) = text.find(&format!("void {name}(")) else {
        return text.to_string();
    };
    let from = start + format!("void {name}(").len();
    let to = from + text[from..].find(") {").expect("the end of the parameters");
    let mut parameters: Vec<&str> = text[from..to].split(", ").collect();
    let attribute = |parameter: &&str| parameter.rsplit("[[").next().map(str::to_string);
    let buffers = parameters
        .iter()
        .take_while(|parameter| parameter.contains("[[buffer("))
        .count();
    parameters[buffers..].sort_by_key(attribute);
    format!("{}{}{}", &text[..from], parameters.join(", "), &text[to..])
}

/// Values are numbered in the order in which they appear, so that a change in one place leaves the rest as it was.
fn renumbered(text: &str) -> String {
    let mut numbers = std::collections::HashMap::new();
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let starts = c == 'v' && !before.is_ascii_alphanumeric();
        before = c;
        let digits: String = text[at + c.len_utf8()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if !starts || digits.is_empty() {
            out.push(c);
            continue;
        }
        for _ in 0..digits.len() {
            rest.next();
        }
        before = '0';
        let next = numbers.len();
        let number = *numbers.entry(digits).or_insert(next);
        out.push_str(&format!("v{number}"));
    }
    out
}
