//! `cargo xtask dist`: what is given away, as one archive for each target.
//!
//! ```text
//! jarvis2-VERSION-TARGET/
//!   jarvis2  README.md  CHANGELOG.md  LICENSE-MIT  LICENSE-APACHE  THIRD-PARTY.txt  THIRD-PARTY-RUST.html
//!   completions/  man/man1/
//! ```
//! Built with the profile `dist`. Names are sorted, owners are nobody, times are those of the commit (or `SOURCE_DATE_EPOCH`), and paths of this
//! machine are mapped away, so that the same commit, toolchain and `gzip` give the same bytes. A line of `sha256sum` lies beside it. `--source`
//! makes the archive of the committed files instead, which the Homebrew formula builds from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

use crate::cross::{self, Cargo, Stop};
use crate::{cargo, mac};

const SHELLS: &[(&str, &str)] = &[
    ("bash", "jarvis2.bash"),
    ("elvish", "jarvis2.elv"),
    ("fish", "jarvis2.fish"),
    ("powershell", "_jarvis2.ps1"),
    ("zsh", "_jarvis2"),
];

/// A file of the archive.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// Below the archive's folder, with `/`.
    name: String,
    bytes: Vec<u8>,
    runs: bool,
}

/// What the arguments say.
#[derive(Debug, PartialEq)]
struct Wanted {
    target: Option<String>,
    out: PathBuf,
    source: bool,
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Wanted, String> {
        let mut wanted = Wanted {
            target: None,
            out: cross::root().join("target/dist-files"),
            source: false,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| format!("{word}: a value is missing"))
            };
            match word.as_str() {
                "--target" => wanted.target = Some(value()?.clone()),
                "--out" => wanted.out = PathBuf::from(value()?),
                "--source" => wanted.source = true,
                _ => {
                    return Err(format!(
                        "unknown argument {word:?}; there are --target TRIPLE, --out DIR, --source"
                    ));
                }
            }
        }
        if wanted.source && wanted.target.is_some() {
            return Err("--source is of no target".to_owned());
        }
        Ok(wanted)
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<(), Stop> {
    let wanted = Wanted::read(arguments)?;
    let mut version = version()?;
    // What was not committed gives other bytes than the commit whose time and version the archive would carry.
    if !wanted.source && is_changed() {
        version.push_str("-changed");
    }
    fs::create_dir_all(&wanted.out).map_err(|error| says(&wanted.out, &error))?;
    if wanted.source {
        let name = format!("jarvis2-{version}");
        let tar = output(
            Command::new("git")
                .args(["archive", "--format=tar", "HEAD"])
                .arg(format!("--prefix={name}/"))
                .current_dir(cross::root()),
        )?;
        return Ok(put(&wanted.out, &name, &tar)?);
    }
    let host = host()?;
    let target = wanted.target.as_ref().unwrap_or(&host);
    cross::need_target(target)?;
    let program = build(target)?;
    let name = format!("jarvis2-{version}-{target}");
    let mut entries = vec![Entry {
        name: "jarvis2".to_owned(),
        bytes: fs::read(&program).map_err(|error| says(&program, &error))?,
        runs: true,
    }];
    for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let path = cross::root().join(file);
        let bytes = fs::read(&path).map_err(|error| says(&path, &error))?;
        entries.push(plain(file.to_owned(), bytes));
    }
    entries.push(plain(
        "THIRD-PARTY.txt".to_owned(),
        third_party(target)?.into_bytes(),
    ));
    // What Rust's installer brings along: the notices of its standard library.
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
    match fs::read(sysroot.join("share/doc/rust/COPYRIGHT-library.html")) {
        Ok(bytes) => entries.push(plain("THIRD-PARTY-RUST.html".to_owned(), bytes)),
        Err(_) => eprintln!(
            "left out: THIRD-PARTY-RUST.html, since this toolchain has no share/doc/rust/COPYRIGHT-library.html"
        ),
    }
    entries.extend(said(&program)?);
    let time = time()?;
    Ok(put(&wanted.out, &name, &tar(&name, entries, time)?)?)
}

fn plain(name: String, bytes: Vec<u8>) -> Entry {
    Entry {
        name,
        bytes,
        runs: false,
    }
}

/// The version of the workspace.
fn version() -> Result<String, String> {
    let path = cross::root().join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| says(&path, &error))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    let version = line.map(|value| value.trim().trim_matches('"').to_owned());
    version.ok_or_else(|| format!("{}: it names no version", path.display()))
}

/// Whether files here differ from the commit. Without git nothing is known of it, and `SOURCE_DATE_EPOCH` names the time.
fn is_changed() -> bool {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain"])
        .current_dir(cross::root());
    output(&mut git).is_ok_and(|said| !said.is_empty())
}

/// The target that rustc builds for by itself.
fn host() -> Result<String, String> {
    let said = output(Command::new("rustc").arg("-vV"))?;
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned)
        .ok_or_else(|| "rustc -vV names no host".to_owned())
}

/// Seconds since 1970 that every file of the archive carries.
fn time() -> Result<u64, String> {
    let text = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => {
            let mut git = Command::new("git");
            git.args(["log", "-1", "--format=%ct"])
                .current_dir(cross::root());
            String::from_utf8_lossy(&output(&mut git)?).into_owned()
        }
    };
    text.trim()
        .parse()
        .map_err(|_| format!("{:?} is no time in seconds", text.trim()))
}

/// Builds the program and says where it is.
fn build(target: &str) -> Result<PathBuf, Stop> {
    let folder = cross::target_folder()?;
    let mut environment = compilers(target, &folder)?;
    // Where the sources lie on this machine is nobody's business, and would make other bytes elsewhere.
    let root = cross::root();
    let root = root.canonicalize().map_err(|error| says(&root, &error))?;
    let mut flags = vec![format!("--remap-path-prefix={}=/jarvis2", root.display())];
    flags.push(format!(
        "--remap-path-prefix={}=/cargo",
        cargo_home()?.display()
    ));
    environment.push((
        "CARGO_ENCODED_RUSTFLAGS".into(),
        flags.join("\u{1f}").into(),
    ));
    let arguments = [
        "build",
        "--locked",
        "--profile",
        "dist",
        "--target",
        target,
        "-p",
        "jarvis2",
    ];
    Cargo { environment }.run(&arguments)?;
    let name = if target.contains("windows") {
        "jarvis2.exe"
    } else {
        "jarvis2"
    };
    Ok(folder.join(target).join("dist").join(name))
}

/// What compiles C for a target that is not this machine's: the environment that cargo needs.
fn compilers(target: &str, folder: &Path) -> Result<Vec<(String, OsString)>, Stop> {
    if !target.ends_with("-linux-musl") {
        return Ok(Vec::new());
    }
    let named = format!("CC_{}", target.replace('-', "_"));
    if env::var_os(&named).is_some() {
        return Ok(Vec::new());
    }
    let arch = target.split('-').next().unwrap_or_default();
    // The host's own linker puts it together.
    if !cfg!(target_os = "linux") || arch != env::consts::ARCH {
        return Err(Stop::Missing(format!(
            "{target} is built on Linux on a processor of that kind: there, or in a container (packaging/Containerfile); or name a compiler \
             by {named} and a linker by CARGO_TARGET_{}_LINKER",
            target.to_uppercase().replace('-', "_")
        )));
    }
    if cross::starts("musl-gcc", &["--version"]) {
        return Ok(vec![(named, "musl-gcc".into())]);
    }
    let zig = mac::zig().map_err(|_| {
        Stop::Missing(
            "a C compiler for musl is missing. Install it: apt-get install musl-tools; or zig from ziglang.org, or `pip install \
             ziglang` in a virtual environment with PYTHON set to its interpreter"
                .to_owned(),
        )
    })?;
    // cc passes the target in LLVM's words, which zig reads in its own.
    let script = format!(
        "#!/bin/sh\nfor word do\n    shift\n    case \"$word\" in\n    --target=*) ;;\n    *) set -- \"$@\" \"$word\" ;;\n    esac\ndone\n\
         exec {} cc -target {arch}-linux-musl \"$@\"\n",
        mac::quoted(&zig)
    );
    let tools = folder.join("musl-tools");
    let path = tools.join("cc");
    fs::create_dir_all(&tools)
        .and_then(|()| mac::write_script(&path, &script))
        .map_err(|error| says(&path, &error))?;
    Ok(vec![(named, path.into_os_string())])
}

fn cargo_home() -> Result<PathBuf, String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    home.ok_or_else(|| "set HOME or CARGO_HOME".to_owned())
}

/// Completions and man pages: from the program, or, where this machine cannot run it, from one built for this machine.
fn said(program: &Path) -> Result<Vec<Entry>, String> {
    let runs = cross::starts(&program.to_string_lossy(), &["--version"]);
    let ask = |words: &[&str]| {
        let mut command = if runs {
            Command::new(program)
        } else {
            let mut command = Command::new(cargo());
            command
                .args(["run", "--quiet", "--locked", "-p", "jarvis2", "--"])
                .current_dir(cross::root());
            command
        };
        output(command.args(words))
    };
    let mut entries = Vec::new();
    for (shell, file) in SHELLS {
        let script = ask(&["completions", shell])?;
        entries.push(plain(format!("completions/{file}"), script));
    }
    let folder = cross::target_folder()?.join("dist-man");
    // Pages of an earlier version would be given away too.
    let _ = fs::remove_dir_all(&folder);
    ask(&["man", "--out", &folder.to_string_lossy()])?;
    let pages = fs::read_dir(&folder).map_err(|error| says(&folder, &error))?;
    for page in pages.flatten() {
        let bytes = fs::read(page.path()).map_err(|error| says(&page.path(), &error))?;
        let name = page.file_name().to_string_lossy().into_owned();
        entries.push(plain(format!("man/man1/{name}"), bytes));
    }
    Ok(entries)
}

/// The licences of everything that is in the program, each text once.
fn third_party(target: &str) -> Result<String, String> {
    let tree = output(
        Command::new(cargo())
            .args([
                "tree",
                "--locked",
                "-p",
                "jarvis2",
                "-e",
                "normal,no-proc-macro",
            ])
            .args(["--target", target, "--prefix", "none", "--no-dedupe"])
            .args(["--format", "{p}\t{l}"])
            .current_dir(cross::root()),
    )?;
    let sources = cargo_home()?.join("registry/src");
    let mut crates: BTreeMap<String, String> = BTreeMap::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut silent = Vec::new();
    for line in String::from_utf8_lossy(&tree).lines() {
        let (package, licence) = line.split_once('\t').unwrap_or((line, ""));
        let mut words = package.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else {
            continue;
        };
        let ours = words.any(|word| word.starts_with("(/"));
        let version = version.trim_start_matches('v');
        let id = format!("{name} {version}");
        if ours || crates.insert(id.clone(), licence.to_owned()).is_some() {
            continue;
        }
        let mut found = licences(&sources, &format!("{name}-{version}"))?;
        // Of Apache's licence the text is the same for all.
        if found.is_empty() && licence.contains("Apache-2.0") {
            let path = cross::root().join("LICENSE-APACHE");
            let text = fs::read_to_string(&path).map_err(|error| says(&path, &error))?;
            found.push(text.trim().to_owned());
        }
        if found.is_empty() {
            silent.push(id.clone());
        }
        for text in found {
            texts.entry(text).or_default().push(id.clone());
        }
    }
    if !silent.is_empty() {
        return Err(format!(
            "no text of a licence comes with {}: put each into packaging/licences/NAME-VERSION.txt, from where the crate is made",
            silent.join(", ")
        ));
    }
    if crates.is_empty() {
        return Err("cargo tree names no crate".to_owned());
    }
    let mut page = String::from(
        "jarvis2 is made of its own code (MIT OR Apache-2.0) and of the crates below, with Rust's standard library (MIT OR Apache-2.0).\n\n",
    );
    for (id, licence) in &crates {
        page.push_str(&format!("{id}: {licence}\n"));
    }
    let table = cross::root().join("crates/pricing/src/monte_carlo/joe_kuo_1024.txt");
    let table = fs::read_to_string(&table).map_err(|error| says(&table, &error))?;
    let head: String = table
        .lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| format!("{}\n", line.trim_start_matches(['#', ' '])))
        .collect();
    texts
        .entry(head)
        .or_default()
        .push("the table of direction numbers".to_owned());
    if target.ends_with("-musl") {
        let path = cross::root().join("packaging/licences/musl.txt");
        let text = fs::read_to_string(&path).map_err(|error| says(&path, &error))?;
        texts
            .entry(text)
            .or_default()
            .push("the C library musl".to_owned());
    }
    let mut sorted: Vec<(&Vec<String>, &String)> =
        texts.iter().map(|(text, ids)| (ids, text)).collect();
    sorted.sort();
    for (ids, text) in sorted {
        page.push_str(&format!(
            "\n{}\nOf {}:\n\n{}\n",
            "-".repeat(78),
            ids.join(", "),
            text.trim_end()
        ));
    }
    Ok(page)
}

/// Texts of licences in a crate's folder and one below it (C libraries keep theirs there).
fn licences(sources: &Path, folder: &str) -> Result<Vec<String>, String> {
    let mut texts = Vec::new();
    let own = cross::root().join(format!("packaging/licences/{folder}.txt"));
    if let Ok(text) = fs::read_to_string(own) {
        texts.push(text.trim().to_owned());
    }
    let registries = fs::read_dir(sources).map_err(|error| says(sources, &error))?;
    for registry in registries.flatten() {
        let root = registry.path().join(folder);
        let mut folders = vec![root.clone()];
        let inside = fs::read_dir(&root).into_iter().flatten().flatten();
        folders.extend(
            inside
                .map(|entry| entry.path())
                .filter(|path| path.is_dir()),
        );
        for folder in folders {
            let entries: Vec<_> = fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .collect();
            // zstd may be had under either: its LICENSE (BSD) is the one that holds here, and not its COPYING (GPL).
            let chosen = folder.ends_with("zstd");
            for entry in entries {
                let name = entry.file_name().to_string_lossy().to_uppercase();
                let wanted = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
                let is_one = wanted.iter().any(|word| name.starts_with(word));
                let is_code = name.ends_with(".RS") || name.ends_with(".PY");
                let other = chosen && name.starts_with("COPYING");
                if is_one && !is_code && !other && entry.path().is_file() {
                    let bytes =
                        fs::read(entry.path()).map_err(|error| says(&entry.path(), &error))?;
                    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
                    texts.push(text.trim().to_owned());
                }
            }
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

/// An archive in the form of POSIX.1-1988 (ustar): plain files below one folder, sorted, of nobody, all of one time.
fn tar(folder: &str, mut entries: Vec<Entry>, time: u64) -> Result<Vec<u8>, String> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = Vec::new();
    for entry in entries {
        let name = format!("{folder}/{}", entry.name);
        if name.len() > 100 {
            return Err(format!(
                "{name}: a name of this archive has 100 bytes at most"
            ));
        }
        let mut head = [0_u8; 512];
        let mut field =
            |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
        field(0, &name);
        field(100, if entry.runs { "0000755" } else { "0000644" });
        field(108, "0000000");
        field(116, "0000000");
        field(124, &format!("{:011o}", entry.bytes.len()));
        field(136, &format!("{time:011o}"));
        // The sum is taken with blanks in its own place.
        field(148, "        ");
        field(156, "0");
        field(257, "ustar");
        field(263, "00");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(head);
        out.extend(&entry.bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    // Two empty blocks end it.
    out.resize(out.len() + 1024, 0);
    Ok(out)
}

/// Packs an archive and writes it with its checksum.
fn put(out: &Path, name: &str, tar: &[u8]) -> Result<(), String> {
    let file = format!("{name}.tar.gz");
    let path = out.join(&file);
    fs::write(&path, gzip(tar)?).map_err(|error| says(&path, &error))?;
    let sum = sha256(&path)?;
    let beside = out.join(format!("{file}.sha256"));
    fs::write(&beside, format!("{sum}  {file}\n")).map_err(|error| says(&beside, &error))?;
    let bytes = fs::metadata(&path).map_err(|error| says(&path, &error))?;
    println!("{}: {} bytes, sha256 {sum}", path.display(), bytes.len());
    Ok(())
}

/// Packed without a name or a time in it.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let wrong = |error: io::Error| format!("gzip: {error}");
    let mut child = Command::new("gzip")
        .args(["-n", "-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(wrong)?;
    let mut pipe = child.stdin.take().expect("it is piped");
    // Both ends at once: neither may wait for the other.
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(move || pipe.write_all(bytes));
        let out = child.wait_with_output();
        writer.join().expect("it does not panic").and(out)
    });
    let out = written.map_err(wrong)?;
    match out.status.success() {
        true => Ok(out.stdout),
        false => Err(format!("gzip: {}", out.status)),
    }
}

/// By the system's tool: GNU's, or that of Perl, which macOS has.
fn sha256(path: &Path) -> Result<String, String> {
    let tools: [(&str, &[&str]); 2] = [("sha256sum", &[]), ("shasum", &["-a", "256"])];
    for (tool, arguments) in tools {
        if let Ok(said) = output(Command::new(tool).args(arguments).arg(path)) {
            let said = String::from_utf8_lossy(&said);
            if let Some(sum) = said.split_whitespace().next() {
                return Ok(sum.trim_start_matches('\\').to_owned());
            }
        }
    }
    Err("neither sha256sum nor shasum is here".to_owned())
}

/// What a command prints; an error if it does not end well.
fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let shown = format!("{:?}", command.get_program());
    let out = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{shown}: cannot start: {error}"))?;
    match out.status.success() {
        true => Ok(out.stdout),
        false => Err(format!("{shown}: {}", out.status)),
    }
}

fn says(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formula_names_the_archive_of_this_version() {
        let path = cross::root().join("packaging/homebrew/jarvis2.rb");
        let formula = fs::read_to_string(&path).unwrap();
        let archive = format!("/jarvis2-{}.tar.gz\"", version().unwrap());
        assert!(formula.contains(&archive), "{archive} is not in {formula}");
    }

    fn entries() -> Vec<Entry> {
        vec![
            plain("man/man1/b.1".to_owned(), vec![b'x'; 513]),
            Entry {
                name: "a".to_owned(),
                bytes: b"#!/bin/sh\n".to_vec(),
                runs: true,
            },
        ]
    }

    #[test]
    fn the_order_of_files_makes_no_difference() {
        let forth = tar("f", entries(), 1_700_000_000);
        let mut back = entries();
        back.reverse();
        assert_eq!(forth, tar("f", back, 1_700_000_000));
        assert_ne!(forth, tar("f", entries(), 1_700_000_001));
        let long = vec![plain("n".repeat(100), Vec::new())];
        assert!(tar("f", long, 0).is_err());
    }

    #[test]
    fn tar_reads_it() {
        let archive = tar("f", entries(), 1_700_000_000).unwrap();
        assert_eq!(archive.len(), 512 + 512 + 512 + 1024 + 1024);
        let folder = env::temp_dir().join(format!("jarvis2-dist-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("f.tar.gz");
        fs::write(&path, gzip(&archive).unwrap()).unwrap();
        let listed = output(Command::new("tar").arg("-tvzf").arg(&path).env("TZ", "UTC"));
        match listed {
            Ok(listed) => {
                let listed = String::from_utf8(listed).unwrap();
                let lines: Vec<&str> = listed.lines().collect();
                assert_eq!(lines.len(), 2, "{listed}");
                assert!(lines[0].starts_with("-rwxr-xr-x"), "{listed}");
                assert!(lines[0].ends_with(" f/a"), "{listed}");
                assert!(lines[1].starts_with("-rw-r--r--"), "{listed}");
                assert!(lines[1].contains(" 513 "), "{listed}");
            }
            Err(why) => eprintln!("skipped: {why}"),
        }
        // Of the empty text, from FIPS 180-4's examples.
        let empty = folder.join("empty");
        fs::write(&empty, "").unwrap();
        assert_eq!(
            sha256(&empty).unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn licences_of_what_is_in_the_program_are_given_on() {
        // The crates of this machine's own build are here.
        let page = third_party(&host().unwrap()).unwrap();
        assert!(page.contains("\nclap "), "{page}");
        assert!(page.contains("Joe"), "the table of direction numbers");
        // Of zstd's two licences one is chosen.
        assert!(page.contains("zstd-sys"));
        assert!(!page.contains("GNU GENERAL PUBLIC LICENSE"));
        assert!(third_party("no-such-target").is_err());
    }

    #[test]
    fn words_are_read() {
        let read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            Wanted::read(&words)
        };
        let wanted = read(&["--target", "t", "--out", "o"]).unwrap();
        assert_eq!(wanted.target.as_deref(), Some("t"));
        assert_eq!(wanted.out, Path::new("o"));
        assert!(read(&["--out"]).is_err());
        assert!(read(&["--traget", "t"]).is_err());
        assert!(read(&["--source", "--target", "t"]).is_err());
        assert!(
            version()
                .unwrap()
                .starts_with(|digit: char| digit.is_ascii_digit())
        );
    }
}
