//! The files that name requirements: requirements.txt as pip reads it, and pyproject.toml.

use std::io::Read;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Fault;
use super::requirement::Requirement;
use crate::error::Error;

/// Larger files are refused: nobody writes one by hand.
const BYTES_MAX: u64 = 1 << 20;
/// Files that one may include, and how deeply.
const FILES_MAX: usize = 50;
const DEPTH_MAX: usize = 8;

/// A requirement and where it stands.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) requirement: Requirement,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) group: Option<String>,
}

/// What a file and those that it includes ask for.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) asked: Vec<Asked>,
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<Fault>,
    /// Files that were read already.
    seen: Vec<PathBuf>,
}

impl Found {
    fn fault(&mut self, file: &Path, line: usize, why: impl Into<String>) {
        self.faults.push(said(file, line, why));
    }

    fn note(&mut self, file: &Path, line: usize, why: impl Into<String>) {
        self.notes.push(said(file, line, why));
    }

    fn take(
        &mut self,
        file: &Path,
        line: usize,
        group: Option<&str>,
        read: Result<Requirement, String>,
    ) {
        match read {
            Ok(requirement) => self.asked.push(Asked {
                requirement,
                file: file.display().to_string(),
                line,
                group: group.map(str::to_owned),
            }),
            Err(why) => self.fault(file, line, why),
        }
    }
}

fn said(file: &Path, line: usize, why: impl Into<String>) -> Fault {
    Fault {
        file: file.display().to_string(),
        line,
        why: why.into(),
    }
}

/// Reads a file; its manner is told by its name.
pub(super) fn read(file: &Path) -> Result<Found, Error> {
    let text = text_of(file).map_err(|why| Error::Io {
        path: file.to_owned(),
        why,
    })?;
    let mut found = Found::default();
    if file.extension().is_some_and(|end| end == "toml") {
        project(file, &text, &mut found);
    } else {
        found.seen.extend(file.canonicalize());
        requirements(file, &text, 0, &mut found);
    }
    Ok(found)
}

fn text_of(file: &Path) -> Result<String, String> {
    let said = |error: std::io::Error| error.to_string();
    // A pipe would wait for ever.
    if !std::fs::metadata(file).map_err(said)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let open = std::fs::File::open(file).map_err(said)?;
    open.take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(said)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("it is larger than {BYTES_MAX} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Lines as pip reads them: a `\` at the end goes on, a `#` after a blank or at the beginning starts a comment.
fn requirements(file: &Path, text: &str, depth: usize, found: &mut Found) {
    let mut lines = text.lines().enumerate();
    while let Some((number, first)) = lines.next() {
        let mut whole = without_comment(first);
        while let Some(head) = whole.strip_suffix('\\') {
            whole = head.to_owned();
            match lines.next() {
                Some((_, next)) => whole += &without_comment(next),
                None => break,
            }
        }
        line(file, number + 1, whole.trim(), depth, found);
    }
}

fn without_comment(line: &str) -> String {
    let end = line
        .char_indices()
        .find(|&(at, letter)| {
            letter == '#'
                && line[..at]
                    .chars()
                    .next_back()
                    .is_none_or(char::is_whitespace)
        })
        .map_or(line.len(), |(at, _)| at);
    line[..end].trim_end().to_owned()
}

fn line(file: &Path, number: usize, text: &str, depth: usize, found: &mut Found) {
    if text.is_empty() {
        return;
    }
    if text.starts_with('-') {
        return option(file, number, text, depth, found);
    }
    // Options of the requirement itself, such as --hash.
    let text = text.split(" --").next().unwrap_or_default().trim();
    let is_place = text.starts_with(['.', '/', '~'])
        || text
            .split(['@', ' ', '['])
            .next()
            .is_some_and(|head| head.contains("://"));
    if is_place
        || [".whl", ".tar.gz", ".zip"]
            .iter()
            .any(|end| text.ends_with(end))
            && !text.contains('@')
    {
        return place(file, number, text, found);
    }
    found.take(file, number, None, Requirement::parse(text));
}

/// A folder, a file or an address instead of a name.
fn place(file: &Path, number: usize, text: &str, found: &mut Found) {
    let named = text
        .split_once("#egg=")
        .map(|(_, rest)| rest.split(['&', ' ']).next().unwrap_or_default());
    let wheel = text
        .rsplit('/')
        .next()
        .filter(|last| last.ends_with(".whl"))
        .and_then(|last| last.split('-').next());
    match named.or(wheel) {
        Some(name) => found.take(file, number, None, Requirement::parse(name)),
        None => found.note(
            file,
            number,
            "a folder, a file or an address: it does not say which package it is",
        ),
    }
}

fn option(file: &Path, number: usize, text: &str, depth: usize, found: &mut Found) {
    let (name, value) = match text.split_once(['=', ' ']) {
        Some((name, value)) => (name, value.trim()),
        // `-rother.txt` too.
        None if text.len() > 2 && !text.starts_with("--") && text.is_char_boundary(2) => {
            text.split_at(2)
        }
        None => (text, ""),
    };
    match name {
        "-r" | "--requirement" => include(file, number, value, depth, found),
        "-e" | "--editable" => place(file, number, value, found),
        "-c" | "--constraint" => found.note(
            file,
            number,
            "constraints ask for no package and were not read",
        ),
        "-i" | "--index-url" | "--extra-index-url" | "--no-index" | "-f" | "--find-links"
        | "--no-binary" | "--only-binary" | "--prefer-binary" | "--require-hashes" | "--pre"
        | "--trusted-host" | "--use-feature" | "--config-settings" | "--global-option" => {}
        _ => found.fault(
            file,
            number,
            format!("`{name}` is no option of a requirements file"),
        ),
    }
}

fn include(file: &Path, number: usize, name: &str, depth: usize, found: &mut Found) {
    if name.is_empty() {
        return found.fault(file, number, "-r takes the name of a file");
    }
    if name.contains("://") {
        return found.note(
            file,
            number,
            "an address: nothing is asked of a network, so it was not read",
        );
    }
    if depth + 1 > DEPTH_MAX || found.seen.len() >= FILES_MAX {
        let why = format!(
            "not read: files include each other more than {DEPTH_MAX} deep, or are more than {FILES_MAX}"
        );
        return found.fault(file, number, why);
    }
    let path = file.parent().unwrap_or(Path::new("")).join(name);
    let text = match text_of(&path) {
        Ok(text) => text,
        Err(why) => return found.fault(file, number, format!("{}: {why}", path.display())),
    };
    // Each file once, however often and in whatever circle they name each other.
    match path.canonicalize() {
        Ok(whole) if found.seen.contains(&whole) => return,
        Ok(whole) => found.seen.push(whole),
        Err(error) => return found.fault(file, number, format!("{}: {error}", path.display())),
    }
    requirements(&path, &text, depth + 1, found);
}

type Value<'a> = Spanned<DeValue<'a>>;

/// The entries of a table in the order of the file; none of anything else.
fn table<'a>(value: Option<&Value<'a>>) -> Vec<(String, Value<'a>)> {
    let Some(DeValue::Table(table)) = value.map(Spanned::get_ref) else {
        return Vec::new();
    };
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), value.clone()))
        .collect();
    entries.sort_by_key(|(_, value)| value.span().start);
    entries
}

fn inside<'a>(entries: &[(String, Value<'a>)], name: &str) -> Option<Value<'a>> {
    let found = entries.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.clone())
}

/// The tables of a pyproject.toml that name packages.
fn project(file: &Path, text: &str, found: &mut Found) {
    let line_of = |offset: usize| {
        1 + text.as_bytes()[..offset.min(text.len())]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let line = line_of(error.span().map_or(0, |span| span.start));
            return found.fault(file, line, format!("not valid TOML: {}", error.message()));
        }
    };
    let at = |value: &Value| line_of(value.span().start);
    let root = root.get_ref();
    let list = |value: &Value, group: Option<&str>, found: &mut Found| match value.get_ref() {
        DeValue::Array(items) => {
            for item in items.iter() {
                match item.get_ref() {
                    DeValue::String(text) => {
                        found.take(file, at(item), group, Requirement::parse(text))
                    }
                    // A group that includes another: that one is read where it stands.
                    DeValue::Table(_) if group.is_some() => {}
                    _ => found.fault(file, at(item), "a text such as \"numpy>=1.26\" is needed"),
                }
            }
        }
        _ => found.fault(file, at(value), "a list of texts is needed"),
    };

    let parts = table(root.get("project"));
    if let Some(value) = inside(&parts, "dependencies") {
        list(&value, None, found);
    }
    for (group, value) in table(inside(&parts, "optional-dependencies").as_ref()) {
        list(&value, Some(&group), found);
    }
    for (group, value) in table(root.get("dependency-groups")) {
        list(&value, Some(&group), found);
    }
    let tool = table(root.get("tool"));
    let poetry = table(inside(&tool, "poetry").as_ref());
    let mut sections = vec![
        (None, inside(&poetry, "dependencies")),
        (Some("dev".to_owned()), inside(&poetry, "dev-dependencies")),
    ];
    for (group, value) in table(inside(&poetry, "group").as_ref()) {
        sections.push((Some(group), inside(&table(Some(&value)), "dependencies")));
    }
    for (group, section) in sections {
        for (name, value) in table(section.as_ref()) {
            if name.eq_ignore_ascii_case("python") {
                continue;
            }
            // Several ways to ask for one package, each under its own condition.
            let ways: Vec<Value> = match value.get_ref() {
                DeValue::Array(ways) => ways.iter().cloned().collect(),
                _ => vec![value.clone()],
            };
            for way in &ways {
                found.take(file, at(way), group.as_deref(), of_poetry(&name, way));
            }
        }
    }
    if found.asked.is_empty() && found.faults.is_empty() {
        found.note(
            file,
            1,
            "neither [project], [dependency-groups] nor [tool.poetry] names a package",
        );
    }
}

fn of_poetry(name: &str, value: &Value) -> Result<Requirement, String> {
    match value.get_ref() {
        DeValue::String(versions) => Requirement::of_poetry(name, versions, Vec::new(), ""),
        DeValue::Table(table) => {
            let text = |key: &str| match table.get(key).map(Spanned::get_ref) {
                Some(DeValue::String(text)) => text.to_string(),
                _ => String::new(),
            };
            let extras = match table.get("extras").map(Spanned::get_ref) {
                Some(DeValue::Array(extras)) => extras
                    .iter()
                    .filter_map(|extra| match extra.get_ref() {
                        DeValue::String(extra) => Some(extra.to_string()),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            let marker = match (text("markers"), text("platform")) {
                (marker, _) if !marker.is_empty() => marker,
                (_, platform) if !platform.is_empty() => {
                    format!("sys_platform == '{}'", platform.replace('\'', ""))
                }
                _ => String::new(),
            };
            Requirement::of_poetry(name, &text("version"), extras, &marker)
        }
        _ => Err(format!("{name}: a version in quotes or a table is needed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(files: &[(&str, &str)]) -> (tempfile::TempDir, Found) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = read(&dir.path().join(files[0].0)).unwrap();
        (dir, found)
    }

    /// Name, what is asked, line, group.
    fn asked(found: &Found) -> Vec<(String, String, usize, Option<String>)> {
        let row = |one: &Asked| {
            (
                one.requirement.name.clone(),
                one.requirement.asked(),
                one.line,
                one.group.clone(),
            )
        };
        found.asked.iter().map(row).collect()
    }

    fn row(
        name: &str,
        asked: &str,
        line: usize,
        group: Option<&str>,
    ) -> (String, String, usize, Option<String>) {
        (
            name.to_owned(),
            asked.to_owned(),
            line,
            group.map(str::to_owned),
        )
    }

    #[test]
    fn requirements_are_read_as_pip_reads_them() {
        let text = "\u{feff}# all of it\n\
                    numpy>=1.26.4  # arrays\n\
                    \n\
                    --index-url https://pypi.example/simple\n\
                    torch[opt]==2.1.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\n\
                    -r more/other.txt\n\
                    -e ./local\n\
                    git+https://git.example/x.git#egg=faiss-cpu\n\
                    https://files.example/scipy-1.14.0-cp312-macosx.whl\n\
                    pandas @ https://files.example/p.whl\n\
                    lmdb=>1.0\n\
                    --frobnicate\n\
                    -c constraints.txt\n";
        let (dir, found) = within(&[
            ("requirements.txt", text),
            (
                "more/other.txt",
                "-r ../requirements.txt\n-r missing.txt\nduckdb\n",
            ),
        ]);
        assert_eq!(
            asked(&found),
            [
                row("numpy", ">=1.26.4", 2, None),
                row("torch", "[opt] ==2.1.0", 5, None),
                row("duckdb", "", 3, None),
                row("faiss-cpu", "", 10, None),
                row("scipy", "", 11, None),
                row("pandas", "@ https://files.example/p.whl", 12, None),
            ]
        );
        let lines: Vec<(usize, bool)> = found
            .faults
            .iter()
            .map(|fault| (fault.line, fault.file.ends_with("other.txt")))
            .collect();
        assert_eq!(
            lines,
            [(2, true), (13, false), (14, false)],
            "{:?}",
            found.faults
        );
        assert_eq!(
            found.notes.iter().map(|note| note.line).collect::<Vec<_>>(),
            [9, 15]
        );
        drop(dir);
    }

    #[test]
    fn includes_are_bounded() {
        let chain: Vec<(String, String)> = (0..20)
            .map(|i| (format!("{i}.txt"), format!("-r {}.txt\np{i}\n", i + 1)))
            .collect();
        let files: Vec<(&str, &str)> = chain
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let (_dir, found) = within(&files);
        assert_eq!(found.asked.len(), DEPTH_MAX + 1);
        assert_eq!(found.faults.len(), 1);
        let (_dir, found) = within(&[
            ("a.txt", "-r a.txt\n-rb.txt\nnumpy\n"),
            ("b.txt", "--requirement=a.txt\nscipy\n"),
        ]);
        assert_eq!(found.asked.len(), 2);
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    }

    #[test]
    fn what_cannot_be_a_file_of_requirements_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).is_err());
        assert!(read(&dir.path().join("missing.txt")).is_err());
        let large = dir.path().join("large.txt");
        std::fs::write(&large, vec![b'#'; BYTES_MAX as usize + 1]).unwrap();
        assert!(read(&large).is_err());
        std::fs::write(&large, [0xff, 0xfe, 0x00]).unwrap();
        assert!(read(&large).is_err());
    }

    #[test]
    fn projects_are_read() {
        let text = "[project]\n\
                    name = \"x\"\n\
                    dependencies = [\n  \"numpy>=1.26\",\n  \"torch; sys_platform == 'darwin'\",\n  \"lmdb ?\",\n]\n\
                    [project.optional-dependencies]\n\
                    gpu = [\"cupy-cuda12x\"]\n\
                    [dependency-groups]\n\
                    test = [\"pytest\", { include-group = \"lint\" }]\n\
                    [tool.poetry.dependencies]\n\
                    python = \"^3.11\"\n\
                    pandas = \"^2.2\"\n\
                    mlx = { version = \"*\", markers = \"sys_platform == 'darwin'\", extras = [\"cpu\"] }\n\
                    jax = [{ version = \"^0.4\", platform = \"linux\" }, { version = \"^0.5\", platform = \"darwin\" }]\n\
                    scipy = 1\n\
                    [tool.poetry.group.dev.dependencies]\n\
                    black = \"24\"\n";
        let (_dir, found) = within(&[("pyproject.toml", text)]);
        assert_eq!(
            asked(&found),
            [
                row("numpy", ">=1.26", 4, None),
                row("torch", "; sys_platform == 'darwin'", 5, None),
                row("cupy-cuda12x", "", 9, Some("gpu")),
                row("pytest", "", 11, Some("test")),
                row("pandas", "^2.2", 14, None),
                row("mlx", "[cpu] ; sys_platform == 'darwin'", 15, None),
                row("jax", "^0.4; sys_platform == 'linux'", 16, None),
                row("jax", "^0.5; sys_platform == 'darwin'", 16, None),
                row("black", "24", 19, Some("dev")),
            ]
        );
        let lines: Vec<usize> = found.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [6, 17], "{:?}", found.faults);
        let (_dir, found) = within(&[("pyproject.toml", "[project]\nname = x\n")]);
        assert_eq!(found.faults[0].line, 2);
        let (_dir, found) = within(&[("pyproject.toml", "[build-system]\n")]);
        assert_eq!((found.asked.len(), found.notes.len()), (0, 1));
    }
}
