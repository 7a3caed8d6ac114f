//! The configuration: layers of settings, each value with its origin.
//!
//! ```text
//! defaults < file < environment < flags
//! ```
//! The file is the one named by the caller, else `$XDG_CONFIG_HOME/jarvis2/config.toml`, else `~/.config/jarvis2/config.toml`
//! if it exists. An environment variable is `JARVIS2__SECTION__KEY`. What is not in the table (`config/table.rs`) is an error
//! with the nearest name: a misspelt limit that is silently ignored costs money.

mod table;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

// The sections are public through their fields; a caller that passes one on may name it.
pub(crate) use table::*;
use value::{Refusal, Value};

/// The version of the file format that this program reads.
pub(crate) const SCHEMA_VERSION: i64 = 1;

/// What every environment variable of ours begins with.
const ENV_PREFIX: &str = "JARVIS2__";

/// A value from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The flag as the user typed it, for example `--seed`.
    pub(crate) name: String,
    /// The key it sets, for example `search.seed`.
    pub(crate) key: String,
    /// The value as text.
    pub(crate) value: String,
}

/// The configuration after all layers.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The values.
    pub(crate) config: Config,
    /// Where each value comes from, by dotted key.
    pub(crate) origins: BTreeMap<String, Origin>,
    /// The file that was read, if any.
    pub(crate) file: Option<PathBuf>,
}

/// Where a value comes from, and what it hides.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    /// The layer that won.
    pub(crate) source: Source,
    /// Values of lower layers, defaults aside, lowest first.
    pub(crate) shadows: Vec<(Source, String)>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)?;
        for (source, value) in self.shadows.iter().rev() {
            write!(f, ", shadows {value} of {source}")?;
        }
        Ok(())
    }
}

/// A place where a value can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The table of defaults.
    Default,
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        name: String,
    },
    /// A flag of the command line.
    Flag {
        /// The flag as typed.
        name: String,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => write!(f, "default"),
            Source::File { path, line } => write!(f, "{}:{line}", path.display()),
            Source::Environment { name } => write!(f, "environment variable {name}"),
            Source::Flag { name } => write!(f, "flag {name}"),
        }
    }
}

/// What can go wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file that was asked for is not there.
    #[error("{}: no such file; `jarvis2 config init` writes a commented one", path.display())]
    Missing { path: PathBuf },
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritable {
        path: PathBuf,
        source: std::io::Error,
    },
    /// There is a file already, and it may hold someone's work.
    #[error("{}: exists already and is left as it is; move it away first, or name another file", path.display())]
    Exists { path: PathBuf },
    /// Nobody said where the configuration lives.
    #[error(
        "there is no folder for the configuration: set HOME or XDG_CONFIG_HOME, or name a file"
    )]
    NoFolder,
    /// The file is not TOML.
    #[error("{place}: not valid TOML: {message}")]
    Syntax { place: Source, message: String },
    /// The file does not say which version it is.
    #[error("{}: no schema_version; add the line `schema_version = {SCHEMA_VERSION}` at the top", path.display())]
    SchemaMissing { path: PathBuf },
    /// The file has a version that this program does not know.
    #[error(
        "{place}: schema_version = {found}, but this jarvis2 reads version {SCHEMA_VERSION}; {}",
        if *found > SCHEMA_VERSION { "use a newer jarvis2" } else { "no such version was ever released" }
    )]
    SchemaVersion { place: Source, found: i64 },
    /// A key that does not exist.
    #[error("{place}: unknown key {key}{}", nearest.as_ref().map(|name| format!("; did you mean {name}?")).unwrap_or_default())]
    UnknownKey {
        place: Source,
        key: String,
        nearest: Option<String>,
    },
    /// A value of the wrong type.
    #[error("{place}: {key} = {value} has the wrong type: it takes {allowed}")]
    WrongType {
        place: Source,
        key: String,
        value: String,
        allowed: String,
    },
    /// A value of the right type that makes no sense.
    #[error("{place}: {key} = {value} is out of range: it takes {allowed}")]
    OutOfRange {
        place: Source,
        key: String,
        value: String,
        allowed: String,
    },
    /// Two values that cannot both hold; each is given as key, value and origin.
    #[error("{low} must not exceed {high}")]
    Conflict { low: String, high: String },
}

impl Error {
    /// Whether a line of a file is to blame, or a file that cannot be read; not an argument or a variable.
    pub(crate) fn is_of_file(&self) -> bool {
        match self {
            Error::Unreadable { .. } | Error::SchemaMissing { .. } | Error::Conflict { .. } => true,
            Error::Syntax { place, .. }
            | Error::SchemaVersion { place, .. }
            | Error::UnknownKey { place, .. }
            | Error::WrongType { place, .. }
            | Error::OutOfRange { place, .. } => matches!(place, Source::File { .. }),
            Error::Missing { .. }
            | Error::Unwritable { .. }
            | Error::Exists { .. }
            | Error::NoFolder => false,
        }
    }
}

/// The environment variables that matter here. Call it once, at the front door; everything else takes them as an argument.
pub(crate) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        })
        .filter(|(name, _)| {
            name.starts_with(ENV_PREFIX) || name == "HOME" || name == "XDG_CONFIG_HOME"
        })
        .collect()
}

/// Puts the layers together and checks every value. `file` must exist if it is given.
pub(crate) fn load(
    file: Option<&Path>,
    env: &[(String, String)],
    flags: &[Flag],
) -> Result<Loaded, Error> {
    let mut loaded = Loaded::defaults();
    loaded.file = match file {
        Some(path) => Some(path.to_owned()),
        None => standard_files(env).into_iter().find(|path| path.is_file()),
    };
    if let Some(path) = loaded.file.clone() {
        let text = std::fs::read_to_string(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { path: path.clone() },
            _ => Error::Unreadable {
                path: path.clone(),
                source,
            },
        })?;
        loaded.add_file(&path, &text)?;
    }
    for (name, value) in env {
        if let Some(rest) = name.strip_prefix(ENV_PREFIX) {
            let key = rest.to_ascii_lowercase().replace("__", ".");
            loaded.add_text(&key, value, Source::Environment { name: name.clone() })?;
        }
    }
    for flag in flags {
        loaded.add_text(
            &flag.key,
            &flag.value,
            Source::Flag {
                name: flag.name.clone(),
            },
        )?;
    }
    loaded.check_pairs()?;
    Ok(loaded)
}

/// Where the configuration is looked for, best place first.
fn standard_files(env: &[(String, String)]) -> Vec<PathBuf> {
    let folder = |name: &str| {
        let value = env
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| PathBuf::from(value))?;
        // The XDG base directory specification: a relative path is to be ignored.
        value.is_absolute().then_some(value)
    };
    [
        folder("XDG_CONFIG_HOME"),
        folder("HOME").map(|home| home.join(".config")),
    ]
    .into_iter()
    .flatten()
    .map(|folder| folder.join("jarvis2").join("config.toml"))
    .collect()
}

/// Where the configuration is written where there is none yet; `None` if nobody says.
pub(crate) fn standard_file(env: &[(String, String)]) -> Option<PathBuf> {
    standard_files(env).into_iter().next()
}

/// A file's text alone over the defaults: what the fuzz targets read.
#[cfg(fuzzing)]
pub(crate) fn of_text(text: &str) -> Result<Loaded, Error> {
    let mut loaded = Loaded::defaults();
    loaded.add_file(Path::new("config.toml"), text)?;
    loaded.check_pairs()?;
    Ok(loaded)
}

impl Loaded {
    /// The configuration where nobody says anything.
    fn defaults() -> Loaded {
        let origin = Origin {
            source: Source::Default,
            shadows: Vec::new(),
        };
        Loaded {
            config: Config::default(),
            origins: table::keys()
                .into_iter()
                .map(|key| (key.dotted.to_owned(), origin.clone()))
                .collect(),
            file: None,
        }
    }

    fn add_file(&mut self, path: &Path, text: &str) -> Result<(), Error> {
        let place = |offset: usize| Source::File {
            path: path.to_owned(),
            line: 1 + text.as_bytes()[..offset.min(text.len())]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count(),
        };
        let parsed = DeTable::parse(text).map_err(|error| Error::Syntax {
            place: place(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let mut entries = in_file_order(parsed.get_ref());
        let version = entries
            .iter()
            .position(|entry| entry.name == "schema_version");
        let version = entries.remove(version.ok_or_else(|| Error::SchemaMissing {
            path: path.to_owned(),
        })?);
        match Value::from_toml(version.value) {
            Value::Integer(SCHEMA_VERSION) => {}
            Value::Integer(found) => {
                return Err(Error::SchemaVersion {
                    place: place(version.offset),
                    found,
                });
            }
            _ => {
                return Err(Error::WrongType {
                    place: place(version.offset),
                    key: "schema_version".to_owned(),
                    value: version.text(text),
                    allowed: format!("the whole number {SCHEMA_VERSION}"),
                });
            }
        }
        for section in entries {
            let at = place(section.offset);
            let known = table::SECTIONS
                .iter()
                .any(|(name, _)| *name == section.name);
            match section.value {
                DeValue::Table(keys) if known => {
                    for key in in_file_order(keys) {
                        let dotted = format!("{}.{}", section.name, key.name);
                        self.add(
                            &dotted,
                            &[Value::from_toml(key.value)],
                            &key.text(text),
                            place(key.offset),
                        )?;
                    }
                }
                DeValue::Table(_) => return Err(unknown_section(section.name, at)),
                _ if known => {
                    return Err(Error::WrongType {
                        place: at,
                        key: section.name.to_owned(),
                        value: section.text(text),
                        allowed: format!("keys below the line [{}]", section.name),
                    });
                }
                _ => return Err(unknown_key(section.name, at)),
            }
        }
        Ok(())
    }

    fn add_text(&mut self, key: &str, text: &str, source: Source) -> Result<(), Error> {
        self.add(key, &Value::meanings(text), text, source)
    }

    /// Sets `key` to the first of `meanings` that its type takes; `text` is the value as the user wrote it.
    fn add(
        &mut self,
        key: &str,
        meanings: &[Value],
        text: &str,
        place: Source,
    ) -> Result<(), Error> {
        let before = self
            .config
            .values()
            .into_iter()
            .find(|(name, _)| *name == key)
            .and_then(|(_, value)| value);
        let mut refusal = Refusal::WrongType;
        for value in meanings {
            match self.config.set(key, value) {
                None => return Err(unknown_key(key, place)),
                Some(Ok(())) => {
                    self.remember(key, before, place);
                    return Ok(());
                }
                Some(Err(Refusal::OutOfRange)) => refusal = Refusal::OutOfRange,
                Some(Err(Refusal::WrongType)) => {}
            }
        }
        let known = table::keys()
            .into_iter()
            .find(|known| known.dotted == key)
            .expect("the table accepted this key above");
        let (key, value, allowed) = (key.to_owned(), text.to_owned(), known.takes());
        Err(match refusal {
            Refusal::WrongType => Error::WrongType {
                place,
                key,
                value,
                allowed,
            },
            Refusal::OutOfRange => Error::OutOfRange {
                place,
                key,
                value,
                allowed,
            },
        })
    }

    /// Notes that `source` now sets `key`, whose value was `before`.
    fn remember(&mut self, key: &str, before: Option<String>, source: Source) {
        let origin = self
            .origins
            .get_mut(key)
            .expect("every key of the table has an origin");
        let below = std::mem::replace(&mut origin.source, source);
        if below != Source::Default {
            origin
                .shadows
                .push((below, before.unwrap_or_else(|| "unset".to_owned())));
        }
    }

    fn check_pairs(&self) -> Result<(), Error> {
        let actions = &self.config.actions;
        let named = |key: &str, value: u32| format!("{key} = {value} ({})", self.origins[key]);
        if actions.min_days > actions.max_days {
            return Err(Error::Conflict {
                low: named("actions.min_days", actions.min_days),
                high: named("actions.max_days", actions.max_days),
            });
        }
        Ok(())
    }

    /// Every value as TOML that loads to the same configuration. `with_origin` adds a comment to each that says where it comes
    /// from and what it hides.
    pub(crate) fn show(&self, with_origin: bool) -> String {
        let mut text = format!("schema_version = {SCHEMA_VERSION}\n");
        let lines: Vec<_> = table::keys()
            .into_iter()
            .zip(self.config.values())
            .collect();
        for (section, _) in table::SECTIONS {
            text.push_str(&format!("\n[{section}]\n"));
            for (key, (_, value)) in lines.iter().filter(|(key, _)| key.section == *section) {
                match value {
                    Some(value) => text.push_str(&format!("{} = {value}", key.name)),
                    None => text.push_str(&format!("# {} is unset", key.name)),
                }
                if with_origin {
                    text.push_str(&format!("  # {}", self.origins[key.dotted]));
                }
                text.push('\n');
            }
        }
        text
    }
}

impl Config {
    /// The values that a plan depends on, one `key = value` a line in a fixed order: what a hash of the configuration is taken
    /// of. The sections `[output]`, `[diary]` and `[monitor]` are left out, because they say where the plan goes and not what it is, and `[hardware]`
    /// and `[compute]`, because a plan names the device that was taken.
    pub(crate) fn canonical(&self) -> String {
        let mut text = format!("schema_version = {SCHEMA_VERSION}\n");
        for (key, value) in self.values().into_iter().filter(|(key, _)| {
            !["output.", "diary.", "hardware.", "compute.", "monitor."]
                .iter()
                .any(|section| key.starts_with(section))
        }) {
            text.push_str(&format!(
                "{key} = {}\n",
                value.as_deref().unwrap_or("unset")
            ));
        }
        text
    }
}

/// A commented file with every key at its default: what `config init` writes.
pub(crate) fn config_toml_sample() -> String {
    let mut text = format!(
        "# Configuration of jarvis2. Every key below is optional and stands at its default: remove the # to change one.\n\
         # Environment variables ({ENV_PREFIX}SEARCH__SEED=8) and flags overrule this file; `jarvis2 config show --origin` tells.\n\
         schema_version = {SCHEMA_VERSION}\n"
    );
    let keys = table::keys();
    for (section, about) in table::SECTIONS {
        text.push_str(&format!("\n{}[{section}]\n", comment(about)));
        for key in keys.iter().filter(|key| key.section == *section) {
            text.push_str(&format!(
                "\n{}# Takes {}.\n",
                comment(key.meaning),
                key.takes()
            ));
            let value = match &key.default {
                Some(default) => default,
                None => {
                    text.push_str("# Unset by default. For example:\n");
                    key.example.unwrap_or("\"none\"")
                }
            };
            text.push_str(&format!("#{} = {value}\n", key.name));
        }
    }
    text
}

/// The JSON Schema of the configuration file, from the same table as everything else.
pub(crate) fn json_schema() -> serde_json::Value {
    let mut sections = serde_json::Map::new();
    let version =
        serde_json::json!({ "const": SCHEMA_VERSION, "description": "Version of this format." });
    sections.insert("schema_version".to_owned(), version);
    for (section, about) in table::SECTIONS {
        let mut keys = serde_json::Map::new();
        for key in table::keys().iter().filter(|key| key.section == *section) {
            let mut schema = key.schema.clone();
            let meaning: Vec<&str> = key.meaning.iter().map(|line| line.trim()).collect();
            schema["description"] = format!("{} Unit: {}.", meaning.join(" "), key.unit).into();
            keys.insert(key.name.to_owned(), schema);
        }
        let about: Vec<&str> = about.iter().map(|line| line.trim()).collect();
        sections.insert(
            (*section).to_owned(),
            serde_json::json!({ "type": "object", "description": about.join(" "), "properties": keys, "additionalProperties": false }),
        );
    }
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jarvis2 configuration",
        "type": "object",
        "properties": sections,
        "required": ["schema_version"],
        "additionalProperties": false
    })
}

/// Doc lines as TOML comments.
fn comment(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| format!("# {}\n", line.trim()))
        .collect()
}

/// Writes the sample to `path`, or to the standard place. It never overwrites. The answer is a sentence for the user.
pub(crate) fn init(path: Option<&Path>, env: &[(String, String)]) -> Result<String, Error> {
    let path = match path {
        Some(path) => path.to_owned(),
        None => standard_files(env)
            .into_iter()
            .next()
            .ok_or(Error::NoFolder)?,
    };
    let unwritable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists { path: path.clone() },
        _ => Error::Unwritable {
            path: path.clone(),
            source,
        },
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| Error::Unwritable {
            path: folder.to_owned(),
            source,
        })?;
    }
    let mut file = std::fs::File::create_new(&path).map_err(unwritable)?;
    std::io::Write::write_all(&mut file, config_toml_sample().as_bytes()).map_err(unwritable)?;
    Ok(format!(
        "{}: written; every value in it is the default",
        path.display()
    ))
}

/// Checks all layers. The answer is a sentence for the user.
pub(crate) fn check(
    file: Option<&Path>,
    env: &[(String, String)],
    flags: &[Flag],
) -> Result<String, Error> {
    let loaded = load(file, env, flags)?;
    let count = |wanted: fn(&Source) -> bool| {
        loaded
            .origins
            .values()
            .filter(|origin| wanted(&origin.source))
            .count()
    };
    let place = loaded
        .file
        .as_ref()
        .map_or("no configuration file".to_owned(), |path| {
            path.display().to_string()
        });
    Ok(format!(
        "{place}: ok; of {} keys, {} from the file, {} from the environment, {} from flags, {} at their defaults",
        loaded.origins.len(),
        count(|source| matches!(source, Source::File { .. })),
        count(|source| matches!(source, Source::Environment { .. })),
        count(|source| matches!(source, Source::Flag { .. })),
        count(|source| matches!(source, Source::Default)),
    ))
}

/// One entry of a table of the file.
struct Entry<'a> {
    name: &'a str,
    value: &'a DeValue<'a>,
    /// Where the key begins, in bytes.
    offset: usize,
    span: std::ops::Range<usize>,
}

impl Entry<'_> {
    /// The value as the user wrote it, on one line.
    fn text(&self, file: &str) -> String {
        let written = file.get(self.span.clone()).unwrap_or_default();
        written.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The entries of a table as a reader meets them, so that the first error is the topmost.
fn in_file_order<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = table
        .iter()
        .map(|(key, value)| Entry {
            name: key.get_ref(),
            value: value.get_ref(),
            offset: key.span().start,
            span: value.span(),
        })
        .collect();
    entries.sort_by_key(|entry| entry.offset);
    entries
}

fn unknown_section(name: &str, place: Source) -> Error {
    let nearest = nearest(
        name,
        table::SECTIONS
            .iter()
            .map(|(section, _)| (*section, *section)),
    );
    Error::UnknownKey {
        place,
        key: format!("[{name}]"),
        nearest: nearest.map(|name| format!("[{name}]")),
    }
}

/// The nearest name is written as `place` would write it.
fn unknown_key(key: &str, place: Source) -> Error {
    let keys = table::keys();
    let bare = key.rsplit('.').next().unwrap_or(key);
    let whole = nearest(key, keys.iter().map(|known| (known.dotted, known.dotted)));
    // The right key in the wrong section, or in none.
    let nearest =
        whole.or_else(|| nearest(bare, keys.iter().map(|known| (known.name, known.dotted))));
    let spelled = |name: &str| match place {
        Source::Environment { .. } => format!(
            "{ENV_PREFIX}{}",
            name.replace('.', "__").to_ascii_uppercase()
        ),
        _ => name.to_owned(),
    };
    Error::UnknownKey {
        key: spelled(key),
        nearest: nearest.map(spelled),
        place,
    }
}

/// Of pairs of a name and what it stands for, the one whose name is nearest to `wrong`, if any is near at all.
fn nearest<'a>(wrong: &str, names: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    let (distance, meant) = names
        .map(|(name, meant)| (edits(wrong, name), meant))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= (wrong.len() / 4).max(2)).then_some(meant)
}

/// Levenshtein's distance: how many letters to insert, delete or replace to turn one word into the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, left) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}
