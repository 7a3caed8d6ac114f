//! Compiles the committed Metal and CUDA texts as C++ with the machine's compiler and runs them on the CPU.

use kernels::emit::Language;
use kernels::{Source, WORKGROUP};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A compiled set of kernels.
pub(crate) struct Program {
    path: PathBuf,
}

/// All kernels of `language`, compiled once; `None`, said aloud, where there is no C++ compiler.
pub(crate) fn program(language: Language) -> Option<&'static Program> {
    static METAL: OnceLock<Option<Program>> = OnceLock::new();
    static CUDA: OnceLock<Option<Program>> = OnceLock::new();
    let cell = match language {
        Language::Metal => &METAL,
        Language::Cuda => &CUDA,
        Language::Wgsl => return None,
    };
    cell.get_or_init(|| {
        let texts: Vec<(&str, String)> = kernels::sources()
            .iter()
            .map(|source| (source.name, committed(source, language)))
            .collect();
        compile(language, language.ending(), &texts)
            .unwrap_or_else(|message| panic!("{language:?}: {message}"))
    })
    .as_ref()
}

/// The committed text.
pub(crate) fn committed(source: &Source, language: Language) -> String {
    let path = source.path(language);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo run -p kernels`", path.display()))
}

/// Compiles `texts`, named; `Ok(None)` without a compiler, `Err` with its words if it refuses them.
pub(crate) fn compile(
    language: Language,
    stem: &str,
    texts: &[(&str, String)],
) -> Result<Option<Program>, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kernels-{stem}"));
    std::fs::create_dir_all(&folder).expect("a folder for the shim");
    let mut unit = match language {
        Language::Metal => "#include \"harness.h\"\n#include <metal_stdlib>\n".to_string(),
        _ => "#include \"harness.h\"\n#include \"cuda.h\"\n".to_string(),
    };
    let mut table = String::new();
    for (name, text) in texts {
        let file = format!("{name}.{}", language.ending());
        std::fs::write(folder.join(&file), with_shared_memory(text)).expect("a text for the shim");
        unit += &format!("namespace in_{name} {{\n#include \"{file}\"\n}}\n");
        table += &format!(
            "{{\"{name}\", [](const std::vector<Any> &b, const Place &p) {{ {} }}, {}}},\n",
            call(language, name, text),
            text.contains("__syncthreads()") || text.contains("threadgroup_barrier(")
        );
    }
    unit += &format!(
        "static const Kernel kernels[] = {{\n{table}}};\nint main(int argc, char **argv) {{ return serve(argc, argv, kernels, sizeof kernels / sizeof *kernels); }}\n"
    );
    let main = folder.join("main.cpp");
    std::fs::write(&main, unit).expect("a unit for the shim");
    let path = folder.join("run");
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shim");
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_string());
    let output = Command::new(&compiler)
        .args(["-std=c++17", "-O1", "-w", "-fno-strict-aliasing"])
        .arg("-I")
        .arg(&shim)
        .arg("-o")
        .args([&path, &main])
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(Some(Program { path })),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => {
            eprintln!("skipped: no C++ compiler `{compiler}` ({error}); set CXX");
            Ok(None)
        }
    }
}

/// The array in shared memory that a text declares, as a pointer to the harness's own, which it poisons.
fn with_shared_memory(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let declared = line
            .split_once("__shared__ ")
            .or_else(|| line.split_once(") threadgroup "))
            .and_then(|(_, rest)| rest.split_once("char "))
            .and_then(|(_, rest)| rest.split_once("];"))
            .and_then(|(array, rest)| Some((array.split_once('[')?, rest)));
        match declared {
            // `v5[]; // 64512 bytes`
            Some(((name, ""), rest)) => {
                let bytes = rest.trim_start_matches(" // ").trim_end_matches(" bytes");
                format!("char *const {name} = shared({bytes});\n")
            }
            Some(((name, bytes), rest)) => format!("char *const {name} = shared({bytes});{rest}\n"),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

/// How the harness calls the entry point: buffers in order, then what the text asks for.
fn call(language: Language, name: &str, text: &str) -> String {
    let start = text.find(&format!(" {name}(")).expect("an entry point") + name.len() + 2;
    let parameters = &text[start..start + text[start..].find(") {").expect("its end")];
    let mut arguments = Vec::new();
    for (i, parameter) in parameters.split(", ").enumerate() {
        let attribute = parameter.rsplit("[[").next().unwrap_or_default();
        arguments.push(match language {
            Language::Metal if !attribute.starts_with("buffer(") => {
                format!("p.{}", attribute.trim_end_matches(']'))
            }
            Language::Metal => {
                assert_eq!(attribute, format!("buffer({i})]]"), "buffers out of order");
                format!("b[{i}]")
            }
            _ => format!("b[{i}]"),
        });
    }
    let places = match language {
        Language::Metal => String::new(),
        _ => "blockIdx = p.threadgroup_position_in_grid; gridDim = p.threadgroups_per_grid; threadIdx = {p.thread_index_in_threadgroup, 0, 0}; "
            .to_string(),
    };
    format!("{places}in_{name}::{name}({});", arguments.join(", "))
}

impl Program {
    /// Runs `kernel` on a grid of workgroups; the buffers come back as the kernel left them.
    pub(crate) fn run(&self, kernel: &str, groups: [u32; 2], buffers: &[Vec<u8>]) -> Vec<Vec<u8>> {
        self.try_run(kernel, groups, buffers)
            .unwrap_or_else(|why| panic!("{kernel}: {why}"))
    }

    /// The same, or an error where the answer depends on the order in which invocations run.
    pub(crate) fn try_run(
        &self,
        kernel: &str,
        groups: [u32; 2],
        buffers: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, &'static str> {
        let mut child = Command::new(&self.path)
            .arg(kernel)
            .args(groups.map(|n| n.to_string()))
            .arg(WORKGROUP.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the compiled kernels run");
        let mut input = (buffers.len() as u64).to_le_bytes().to_vec();
        for buffer in buffers {
            input.extend((buffer.len() as u64).to_le_bytes());
            input.extend(buffer);
        }
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(&input).expect("buffers go in");
        drop(stdin);
        let output = child.wait_with_output().expect("buffers come out");
        if output.status.code() == Some(5) {
            return Err("the order of the invocations shows: a barrier is missing");
        }
        assert!(output.status.success(), "{kernel}: {}", output.status);
        let mut rest = &output.stdout[..];
        Ok(buffers
            .iter()
            .map(|buffer| {
                let (one, more) = rest.split_at(buffer.len());
                rest = more;
                one.to_vec()
            })
            .collect())
    }
}

/// Bytes of numbers.
pub(crate) fn bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Bytes of words.
pub(crate) fn word_bytes(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// A buffer of `len` numbers that no kernel would write.
pub(crate) fn poison(len: usize) -> Vec<u8> {
    word_bytes(&vec![0x7fc0_dead; len])
}

/// Numbers from bytes.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    words(bytes).into_iter().map(f32::from_bits).collect()
}

/// Words from bytes.
pub(crate) fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect()
}
