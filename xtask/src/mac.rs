//! `cargo xtask mac-check`: what can be known about the macOS build without a Mac. `docs/mac.md` says what that is, and what not.
//!
//! All for `aarch64-apple-darwin`: the workspace with all targets through clippy (types, `cfg` mistakes, lints), in which build
//! scripts compile C and C++ with zig; the same with features that the default leaves out; and the program linked against
//! the libraries of [`LIBRARIES`], which are names and nothing else, and then read back: the oldest system it says it runs on, the
//! libraries it wants, the names it imports. Everything is written below `target/mac-check` and removed at the end.
//! `--quick`, for every change: types alone, in cargo's own folder, where the next run finds what did not change.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cross::{self, Cargo, Stop};
use crate::mach::Program;

const TARGET: &str = "aarch64-apple-darwin";
/// The oldest system that we say we run on.
const OLDEST_MACOS: &str = "15.0";

/// What the default leaves out and a Mac may be asked for: sensors through what Apple does not publish, recall, GPUs beside Metal
/// (which is always built), Core ML, the index, training.
const FEATURES: &str = "hardware/macmon,experience/recall,compute/gpu,pricing/gpu,nn/gpu,nn/coreml,jarvis2/gpu,jarvis2/coreml,jarvis2/index,jarvis2/train";

/// Crates without C: `--quick` needs no zig for them.
const WITHOUT_C: &[&str] = &["hardware", "compute", "pricing", "nn", "search"];

pub(crate) fn check(arguments: &[String]) -> Result<(), Stop> {
    let quick = cross::quick(arguments)?;
    if cfg!(windows) {
        let reason = "it writes shell scripts as compilers; run it on Linux or macOS";
        return Err(Stop::Missing(reason.into()));
    }
    cross::need_target(TARGET)?;
    if quick {
        return types();
    }
    let zig = zig()?;
    eprintln!("zig: {}", zig.join(" "));
    let folder = cross::target_folder()?.join("mac-check");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut environment = wrappers(&folder, &zig)?;
    let build = folder.join("build");
    environment.push(("CARGO_TARGET_DIR".into(), build.clone().into_os_string()));
    let cargo = Cargo { environment };

    let lints = ["--", "-D", "warnings"];
    let all = ["clippy", "--locked", "--target", TARGET, "--all-targets"];
    cargo.run(&[&all[..], &["--workspace"], &lints].concat())?;
    cargo.run(&[&all[..], &["--workspace", "--features", FEATURES], &lints].concat())?;
    link(cargo, &zig, &folder)?;
    eprintln!("no Mac has run it: see docs/mac.md");
    // Some gigabytes that nothing else can use. After a failure it stays, for the next try.
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(())
}

/// Types only: of the crates without C, and of the program where zig is there.
fn types() -> Result<(), Stop> {
    let mut arguments = vec!["check", "--locked", "--target", TARGET];
    for package in WITHOUT_C {
        arguments.extend(["-p", package]);
    }
    arguments.extend(["--features", "hardware/macmon,nn/coreml"]);
    let plain = Cargo {
        environment: Vec::new(),
    };
    plain.run(&arguments)?;
    let beside = match zig() {
        Ok(zig) => {
            // A place of their own that stays: other compilers would build all C anew.
            let folder = cross::target_folder()?.join("mac-tools");
            fs::create_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
            let environment = wrappers(&folder, &zig)?;
            Cargo { environment }
                .run(&["check", "--locked", "--target", TARGET, "-p", "jarvis2"])?;
            "and the program with its C through zig"
        }
        Err(Stop::Missing(why)) => {
            eprintln!("left out: the program jarvis2, since {why}");
            "and not the program"
        }
        Err(stop) => return Err(stop),
    };
    eprintln!(
        "types for {TARGET}: {}, {beside}. Not checked by --quick: lints, tests, features, linking",
        WITHOUT_C.join(", ")
    );
    Ok(())
}

/// Links the program with the default features and Core ML, and looks at what came out.
fn link(mut cargo: Cargo, zig: &[String], folder: &Path) -> Result<(), Stop> {
    let libraries = folder.join("libraries");
    write_libraries(&libraries).map_err(|error| format!("{}: {error}", libraries.display()))?;
    let search = libraries.display();
    // Rust tells by the last letters of its name which flags a linker takes.
    let linker = folder.join("link-cc");
    let script = compiler(&quoted(zig), "cc", &format!(" '-F{search}' '-L{search}'"));
    write_script(&linker, &script).map_err(|error| format!("{}: {error}", linker.display()))?;
    let variable = "CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER";
    cargo.environment.push((variable.into(), linker.into()));
    // What the code computes is checked elsewhere: unoptimised it links the same names in a fraction of the time.
    for (key, value) in [
        ("CARGO_PROFILE_DEV_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_DEV_DEBUG", "0"),
    ] {
        cargo.environment.push((key.into(), value.into()));
    }
    let build = ["build", "--locked", "--target", TARGET, "-p", "jarvis2"];
    cargo.run(&[&build[..], &["--features", "coreml"]].concat())?;
    let path = folder.join("build").join(TARGET).join("debug/jarvis2");
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let program = Program::read(&bytes).map_err(|why| format!("{}: {why}", path.display()))?;
    judge(&program)?;
    eprintln!(
        "linked: {} bytes for macOS {} and later, {} libraries, {} names imported, all of them on our list or on zig's of the system library",
        bytes.len(),
        program.oldest,
        program.libraries.len(),
        program.imports.len()
    );
    Ok(())
}

/// Names that the program must call: matrix products of Accelerate, GPUs, the memory of the system and of this process, quality of service.
const WANTED: &[&str] = &[
    "cblas_sgemm",
    "MTLCopyAllDevices",
    "host_statistics",
    "proc_pidinfo",
    "pthread_set_qos_class_self_np",
    "sysctlbyname",
];

/// What must be true of the linked program.
fn judge(program: &Program) -> Result<(), String> {
    if program.oldest.to_string() != OLDEST_MACOS {
        return Err(format!(
            "it asks for macOS {}, not {OLDEST_MACOS}",
            program.oldest
        ));
    }
    if !program.signed {
        return Err("it has no signature: Apple silicon would not start it".into());
    }
    if let Some(name) = WANTED
        .iter()
        .find(|name| !program.imports.contains(&format!("_{name}")))
    {
        return Err(format!("it does not call {name}: what needs it fell away"));
    }
    let known = |name: &String| name == SYSTEM || LIBRARIES.iter().any(|one| one.path == name);
    match program.libraries.iter().find(|name| !known(name)) {
        Some(name) => Err(format!("it wants {name}, which is on no list of ours")),
        None => Ok(()),
    }
}

/// A library of macOS as the linker sees it: where it is, and the names that we take from it.
struct Library {
    /// As the linker is asked for it: a framework, or `lib...`.
    name: &'static str,
    path: &'static str,
    names: &'static [&'static str],
}

/// C's library, which zig knows.
const SYSTEM: &str = "/usr/lib/libSystem.B.dylib";

/// Every name that the program may take from a library other than [`SYSTEM`]: our own list, which no file of Apple's went into.
/// A name that is missing here ends the link, so nothing that Apple does not publish comes in unseen. That a Mac has the
/// names it does not show.
const LIBRARIES: &[Library] = &[
    Library {
        name: "Accelerate",
        path: "/System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate",
        names: &["cblas_sgemm"],
    },
    Library {
        name: "CoreFoundation",
        path: "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
        names: &["CFRelease"],
    },
    Library {
        name: "CoreGraphics",
        path: "/System/Library/Frameworks/CoreGraphics.framework/Versions/A/CoreGraphics",
        names: &[
            "CGColorSpaceCreateWithName",
            "kCGColorSpaceDisplayP3",
            "kCGColorSpaceExtendedLinearSRGB",
            "kCGColorSpaceExtendedSRGB",
            "kCGColorSpaceSRGB",
        ],
    },
    // Its classes and their methods are text, looked up when it runs.
    Library {
        name: "CoreML",
        path: "/System/Library/Frameworks/CoreML.framework/Versions/A/CoreML",
        names: &[],
    },
    Library {
        name: "Foundation",
        path: "/System/Library/Frameworks/Foundation.framework/Versions/C/Foundation",
        names: &["NSKeyValueChangeNewKey"],
    },
    Library {
        name: "Metal",
        path: "/System/Library/Frameworks/Metal.framework/Versions/A/Metal",
        names: &["MTLCopyAllDevices"],
    },
    Library {
        name: "QuartzCore",
        path: "/System/Library/Frameworks/QuartzCore.framework/Versions/A/QuartzCore",
        names: &[],
    },
    Library {
        name: "libobjc",
        path: "/usr/lib/libobjc.A.dylib",
        names: &[
            "class_addIvar",
            "class_addMethod",
            "class_getInstanceMethod",
            "class_getInstanceVariable",
            "class_getName",
            "class_getSuperclass",
            "class_isMetaClass",
            "class_respondsToSelector",
            "ivar_getOffset",
            "method_getName",
            "method_getTypeEncoding",
            "objc_alloc",
            "objc_allocateClassPair",
            "objc_autoreleasePoolPop",
            "objc_autoreleasePoolPush",
            "objc_destroyWeak",
            "objc_disposeClassPair",
            "objc_getClass",
            "objc_initWeak",
            "objc_loadWeakRetained",
            "objc_msgSend",
            "objc_msgSendSuper",
            "objc_registerClassPair",
            "objc_release",
            "objc_retain",
            "objc_retainAutoreleasedReturnValue",
            "object_getClass",
            "sel_getName",
            "sel_registerName",
        ],
    },
    Library {
        name: "libiconv",
        path: "/usr/lib/libiconv.2.dylib",
        names: &[],
    },
];

/// One text file for each library, in the linker's own format (`.tbd`, version 4).
fn write_libraries(folder: &Path) -> std::io::Result<()> {
    for Library { name, path, names } in LIBRARIES {
        let names: Vec<String> = names.iter().map(|name| format!("'_{name}'")).collect();
        let text = format!(
            "--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-macos ]\ninstall-name: '{path}'\nexports:\n  - targets: [ arm64-macos ]\n    \
             symbols: [ {} ]\n...\n",
            names.join(", ")
        );
        let file = if name.starts_with("lib") {
            folder.join(format!("{name}.tbd"))
        } else {
            folder.join(format!("{name}.framework/{name}.tbd"))
        };
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(file, text)?;
    }
    Ok(())
}

/// The command that starts zig: `zig`, or the Python package.
pub(crate) fn zig() -> Result<Vec<String>, Stop> {
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
    Err(Stop::Missing(
        "zig is missing: it compiles C and C++ for macOS. Install it from ziglang.org, or `pip install ziglang` in a virtual \
         environment and set PYTHON to its interpreter"
            .into(),
    ))
}

/// A script that acts as Apple's compiler, or as its linker.
fn compiler(zig: &str, language: &str, more: &str) -> String {
    // Build scripts and Rust ask for Apple's flags; zig has its own.
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
exec {zig} {language} -target aarch64-macos.{OLDEST_MACOS}{more} "$@"
"#
    )
}

/// The command as a shell takes it.
pub(crate) fn quoted(zig: &[String]) -> String {
    let words: Vec<String> = zig.iter().map(|word| format!("'{word}'")).collect();
    words.join(" ")
}

/// Writes scripts that act as compiler and archiver; the environment that makes cargo use them.
fn wrappers(folder: &Path, zig: &[String]) -> Result<Vec<(String, OsString)>, String> {
    let zig = quoted(zig);
    let compile = |language: &str| compiler(&zig, language, "");
    let plain = |tool: &str| format!("#!/bin/sh\nexec {zig} {tool} \"$@\"\n");
    let mut environment = Vec::new();
    let tools = [
        ("cc", compile("cc"), "CC_aarch64_apple_darwin"),
        ("c++", compile("c++"), "CXX_aarch64_apple_darwin"),
        ("ar", plain("ar"), "AR_aarch64_apple_darwin"),
        ("ranlib", plain("ranlib"), "RANLIB_aarch64_apple_darwin"),
    ];
    for (name, script, variable) in tools {
        let path = folder.join(name);
        write_script(&path, &script).map_err(|error| format!("{}: {error}", path.display()))?;
        environment.push((variable.to_owned(), path.into_os_string()));
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

pub(crate) fn write_script(path: &Path, script: &str) -> std::io::Result<()> {
    fs::write(path, script)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mach::Version;

    /// A program that passes, changed in one thing each time.
    #[test]
    fn a_program_is_judged() {
        let good = || Program {
            oldest: Version::of(15, 0),
            libraries: vec![SYSTEM.into(), LIBRARIES[0].path.into()],
            imports: WANTED.iter().map(|name| format!("_{name}")).collect(),
            signed: true,
        };
        assert_eq!(judge(&good()), Ok(()));
        let complaint = |change: fn(&mut Program)| {
            let mut program = good();
            change(&mut program);
            judge(&program).unwrap_err()
        };
        assert!(complaint(|it| it.oldest = Version::of(26, 0)).contains("26.0"));
        assert!(complaint(|it| it.signed = false).contains("signature"));
        assert!(
            complaint(|it| it.libraries.push("/usr/lib/libIOReport.dylib".into()))
                .contains("IOReport")
        );
        assert!(complaint(|it| it.imports.clear()).contains("cblas_sgemm"));
    }
}
