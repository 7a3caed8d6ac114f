//! `cargo xtask mac-check`: what can be known about the macOS build without a Mac. `docs/mac.md` says what that is, and what not.
//!
//! Two steps, both for `aarch64-apple-darwin`: the workspace with all targets through clippy (types, `cfg` mistakes, lints), in
//! which build scripts compile C and C++ with zig; and the same with features that the default leaves out. Nothing is linked.
//! Everything is written below `target/mac-check` and removed at the end.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo;

const TARGET: &str = "aarch64-apple-darwin";
/// The oldest system that we say we run on.
const OLDEST_MACOS: &str = "15.0";

/// Compiled beside the default features: package and features.
const FEATURES: &[(&str, &str)] = &[
    ("experience", "recall"),
    // Metal is always built for macOS; these add what else may be asked for there.
    ("compute", "gpu"),
    ("pricing", "gpu"),
    ("jarvis2", "gpu,index"),
];

pub(crate) fn check() -> Result<(), String> {
    if cfg!(windows) {
        return Err("mac-check writes shell scripts as compilers; run it on Linux or macOS".into());
    }
    target_is_there()?;
    let zig = zig()?;
    eprintln!("zig: {}", zig.join(" "));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = folder.join("mac-check");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let folder = folder
        .canonicalize()
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let environment = wrappers(&folder, &zig)?;

    let build = folder.join("build");
    let run = |arguments: &[&str]| -> Result<(), String> {
        let shown = format!("cargo {}", arguments.join(" "));
        eprintln!("==> {shown}");
        let status = Command::new(cargo())
            .args(arguments)
            .current_dir(&root)
            .env("CARGO_TARGET_DIR", &build)
            .envs(environment.iter().map(|(key, value)| (key, value)))
            .status()
            .map_err(|error| format!("{shown}: cannot start: {error}"))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{shown}: {status}"))
        }
    };
    let done = steps(&run);
    // About a gigabyte that nothing else can use. After a failure it stays, for the next try.
    if done.is_ok() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    done
}

fn steps(run: &dyn Fn(&[&str]) -> Result<(), String>) -> Result<(), String> {
    let lints = ["--", "-D", "warnings"];
    let all = ["clippy", "--locked", "--target", TARGET, "--all-targets"];
    run(&[&all[..], &["--workspace"], &lints].concat())?;
    for (package, features) in FEATURES {
        run(&[&all[..], &["-p", package, "--features", features], &lints].concat())?;
    }
    eprintln!("no Mac has run it, and nothing was linked: see docs/mac.md");
    Ok(())
}

/// Rust's standard library for the target.
fn target_is_there() -> Result<(), String> {
    let out = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let folder = out.ok().filter(|out| out.status.success());
    let folder = folder.map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()));
    match folder {
        Some(folder) if folder.is_dir() => Ok(()),
        _ => Err(format!(
            "the standard library for {TARGET} is missing; install it: rustup target add {TARGET}"
        )),
    }
}

/// The command that starts zig: `zig`, or the Python package.
fn zig() -> Result<Vec<String>, String> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let candidates = [
        vec!["zig".to_owned()],
        vec![python, "-m".into(), "ziglang".into()],
    ];
    for candidate in candidates {
        let out = Command::new(&candidate[0])
            .args(&candidate[1..])
            .arg("version")
            .output();
        if out.is_ok_and(|out| out.status.success()) {
            return Ok(candidate);
        }
    }
    Err("zig is missing: it compiles C and C++ for macOS. Install it from ziglang.org, or `pip install ziglang` in a virtual \
         environment and set PYTHON to its interpreter"
        .into())
}

/// Writes scripts that act as compiler and archiver; the environment that makes cargo use them.
fn wrappers(folder: &Path, zig: &[String]) -> Result<Vec<(String, OsString)>, String> {
    let quoted: Vec<String> = zig.iter().map(|word| format!("'{word}'")).collect();
    let zig = quoted.join(" ");
    // Build scripts ask for Apple's flags; zig has its own.
    let compile = |language: &str| {
        format!(
            r#"#!/bin/sh
# Drops the flags of Apple's compiler that zig does not know, and calls zig.
for word do
    shift
    case "$drop" in yes) drop=; continue ;; esac
    case "$word" in
    -arch | -isysroot | -target) drop=yes ;;
    --target=* | -mmacosx-version-min=* | -mmacos-version-min=*) ;;
    *) set -- "$@" "$word" ;;
    esac
done
exec {zig} {language} -target aarch64-macos.{OLDEST_MACOS} "$@"
"#
        )
    };
    let plain = |tool: &str| format!("#!/bin/sh\nexec {zig} {tool} \"$@\"\n");
    let mut environment = Vec::new();
    let tools = [
        ("cc", compile("cc"), vec!["CC_aarch64_apple_darwin"]),
        ("c++", compile("c++"), vec!["CXX_aarch64_apple_darwin"]),
        ("ar", plain("ar"), vec!["AR_aarch64_apple_darwin"]),
        (
            "ranlib",
            plain("ranlib"),
            vec!["RANLIB_aarch64_apple_darwin"],
        ),
    ];
    for (name, script, variables) in tools {
        let path = folder.join(name);
        write_script(&path, &script).map_err(|error| format!("{}: {error}", path.display()))?;
        for variable in variables {
            environment.push((variable.to_owned(), path.clone().into_os_string()));
        }
    }
    environment.push((
        "ZIG_GLOBAL_CACHE_DIR".into(),
        folder.join("zig").into_os_string(),
    ));
    environment.push((
        "ZIG_LOCAL_CACHE_DIR".into(),
        folder.join("zig").into_os_string(),
    ));
    // Any folder: it keeps build scripts from asking Apple's tools for one.
    environment.push(("SDKROOT".into(), folder.as_os_str().to_owned()));
    environment.push(("MACOSX_DEPLOYMENT_TARGET".into(), OLDEST_MACOS.into()));
    Ok(environment)
}

fn write_script(path: &Path, script: &str) -> std::io::Result<()> {
    fs::write(path, script)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
