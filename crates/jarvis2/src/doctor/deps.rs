//! `jarvis2 doctor --deps FILE`: the Python packages that a project asks for, rated for a machine from one table
//! (`data/python.toml`) with its sources.
//!
//! Nothing is installed or asked of any server: the table says what is generally so of a package on a kind of machine, and a package
//! that is not in it is said to be unknown.

mod files;
mod requirement;
mod table;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use hardware::{Machine, Reading};
use serde::Serialize;

use super::EXIT_UNUSABLE;
use crate::error::Error;
use crate::report::html::{Grid, begin, escape, paragraph};
use crate::report::wrap;
use requirement::Requirement;
use table::Table;

const WIDTH: usize = 80;

/// A kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Platform {
    /// macOS; else Linux.
    macos: bool,
    /// 64-bit ARM; else x86-64.
    arm: bool,
    /// With a GPU of NVIDIA.
    nvidia: bool,
}

impl Platform {
    /// The kind of this machine.
    pub(super) fn of(machine: &Machine) -> Platform {
        let nvidia = match &machine.gpus {
            Reading::Known(gpus) => gpus
                .iter()
                .any(|gpu| gpu.name.to_lowercase().contains("nvidia")),
            Reading::Absent(_) => false,
        };
        Platform {
            macos: machine.os == "macos",
            arm: machine.arch == "aarch64",
            nvidia,
        }
    }

    /// Whether all these words hold: `macos`, `linux`, `arm64`, `x86_64`, `nvidia`, `no-nvidia`; `None` for another word.
    fn is(self, words: &str) -> Option<bool> {
        let mut all = true;
        for word in words.split_whitespace() {
            all &= match word {
                "macos" => self.macos,
                "linux" => !self.macos,
                "arm64" => self.arm,
                "x86_64" => !self.arm,
                "nvidia" => self.nvidia,
                "no-nvidia" => !self.nvidia,
                _ => return None,
            };
        }
        Some(all)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.macos, self.arm) {
            (true, true) => "macos-arm64",
            (true, false) => "macos-x86_64",
            (false, true) => "linux-aarch64",
            (false, false) => "linux-x86_64",
        })?;
        f.write_str(if self.nvidia { "+nvidia" } else { "" })
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Platform, String> {
        let (kind, nvidia) = match text.strip_suffix("+nvidia") {
            Some(kind) => (kind, true),
            None => (text, false),
        };
        let (macos, arm) = match kind {
            "macos-arm64" => (true, true),
            "macos-x86_64" => (true, false),
            "linux-aarch64" => (false, true),
            "linux-x86_64" => (false, false),
            _ => {
                return Err("it takes macos-arm64, macos-x86_64, linux-x86_64 or linux-aarch64, each with or without +nvidia".to_owned());
            }
        };
        Ok(Platform { macos, arm, nvidia })
    }
}

impl Serialize for Platform {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// How a package fares on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fares {
    /// It installs and does what it is for.
    Works,
    /// It does so once something is set, installed beside it, or known.
    NeedsConfiguration,
    /// It does not install, or not do what it is for.
    Problematic,
    /// The table does not know it.
    NotInTable,
    /// Its own condition leaves this machine out.
    NotForThisMachine,
}

impl Fares {
    fn words(self) -> &'static str {
        match self {
            Fares::Works => "works",
            Fares::NeedsConfiguration => "needs configuration",
            Fares::Problematic => "problematic",
            Fares::NotInTable => "not in the table",
            Fares::NotForThisMachine => "not for this machine",
        }
    }
}

/// One package of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Row {
    /// As it is written.
    package: String,
    /// Versions, extras and condition that are asked for, as written.
    asked: String,
    rating: Fares,
    why: String,
    /// What to set or to use instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// What Jarvis2 itself has for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    file: String,
    line: usize,
    /// The optional group that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    file: String,
    line: usize,
    why: String,
}

/// What `doctor --deps --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    platform: Platform,
    /// Until when the table was kept.
    table_of: String,
    packages: Vec<Row>,
    /// Lines that cannot be read.
    faults: Vec<Fault>,
    /// Lines that are read and rate nothing, with the reason.
    notes: Vec<Fault>,
}

impl Report {
    /// [`EXIT_UNUSABLE`] where a package is problematic, 3 where a line cannot be read, else 0.
    pub(super) fn exit_code(&self) -> u8 {
        if self.count(Fares::Problematic) > 0 {
            EXIT_UNUSABLE
        } else if self.faults.is_empty() {
            0
        } else {
            3
        }
    }

    fn count(&self, rating: Fares) -> usize {
        self.packages
            .iter()
            .filter(|row| row.rating == rating)
            .count()
    }
}

/// Rates every package that the file asks for.
pub(super) fn rate(file: &Path, platform: Platform) -> Result<Report, Error> {
    let table = Table::embedded()?;
    let found = files::read(file)?;
    let packages = found
        .asked
        .iter()
        .map(|asked| {
            let (rating, why, remedy) = rated(&table, &asked.requirement, platform);
            let known = table.get(&asked.requirement.name);
            Row {
                package: asked.requirement.name.clone(),
                asked: asked.requirement.asked(),
                rating,
                why,
                remedy,
                here: known.and_then(|package| package.here.clone()),
                source: known.map(|package| package.source_of(&asked.requirement.name)),
                file: asked.file.clone(),
                line: asked.line,
                group: asked.group.clone(),
            }
        })
        .collect();
    Ok(Report {
        platform,
        table_of: table.kept.clone(),
        packages,
        faults: found.faults,
        notes: found.notes,
    })
}

/// Rating, reason, and what to do.
fn rated(
    table: &Table,
    asked: &Requirement,
    platform: Platform,
) -> (Fares, String, Option<String>) {
    if asked.holds_on(platform) == Some(false) {
        let why = format!("its condition leaves this machine out: {}", asked.marker);
        return (Fares::NotForThisMachine, why, None);
    }
    let Some(package) = table.get(&asked.name) else {
        let why = "nothing is known here of how it fares".to_owned();
        return (Fares::NotInTable, why, None);
    };
    let Some(verdict) = package.verdict(platform) else {
        let why = format!("nothing is known here of how it fares on {platform}");
        return (Fares::NotInTable, why, None);
    };
    let (mut rating, mut why, mut remedy) =
        (verdict.rating, verdict.why.clone(), verdict.remedy.clone());
    if let Some(since) = &package.since
        && asked.stays_below(since)
        && rating != Fares::Problematic
    {
        rating = Fares::NeedsConfiguration;
        why = format!(
            "{} keeps it before {since}, and the rating is meant from there on: {why}",
            asked.versions
        );
        remedy = Some(match remedy {
            Some(remedy) => format!("allow {since} or later; {remedy}"),
            None => format!("allow {since} or later"),
        });
    }
    (rating, why, remedy)
}

fn verdict(report: &Report) -> String {
    let counts = [
        Fares::Works,
        Fares::NeedsConfiguration,
        Fares::Problematic,
        Fares::NotInTable,
        Fares::NotForThisMachine,
    ]
    .map(|rating| (report.count(rating), rating.words()));
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{words}: {count}"))
        .collect();
    let unreadable = match report.faults.len() {
        0 => String::new(),
        count => format!("; lines that cannot be read: {count}"),
    };
    format!(
        "{}{unreadable}",
        if said.is_empty() {
            "no package is asked for".to_owned()
        } else {
            said.join(", ")
        }
    )
}

/// The report as text of 80 columns.
pub(super) fn text(report: &Report) -> String {
    let mut out = format!(
        "Python packages on {} (table of {})\n\n",
        report.platform, report.table_of
    );
    let put = |out: &mut String, words: &str| {
        for line in wrap(words, WIDTH - 4) {
            *out += &format!("    {line}\n");
        }
    };
    for row in &report.packages {
        let asked = format!("{} {}", row.package, row.asked);
        let group = row
            .group
            .as_ref()
            .map_or(String::new(), |group| format!(" [{group}]"));
        out += &format!(
            "{:<20}  {}  ({}:{}{group})\n",
            row.rating.words(),
            asked.trim_end(),
            row.file,
            row.line
        );
        put(&mut out, &row.why);
        if let Some(remedy) = &row.remedy {
            put(&mut out, &format!("do: {remedy}"));
        }
        if let Some(here) = &row.here {
            put(&mut out, &format!("here: {here}"));
        }
        if let Some(source) = &row.source {
            out += &format!("    source: {source}\n");
        }
    }
    if !report.packages.is_empty() {
        out.push('\n');
    }
    for fault in &report.faults {
        out += &format!(
            "cannot be read: {}:{}: {}\n",
            fault.file, fault.line, fault.why
        );
    }
    for note in &report.notes {
        out += &format!("note: {}:{}: {}\n", note.file, note.line, note.why);
    }
    out + &verdict(report) + "\n"
}

/// The report as one self-contained HTML file.
pub(super) fn html(report: &Report) -> String {
    let title = format!("Python packages on {}", report.platform);
    let mut page = begin(&title);
    page.push_str(&format!("<main>\n<header>\n<h1>{}</h1>\n", escape(&title)));
    paragraph(&mut page, "worth", &verdict(report));
    paragraph(
        &mut page,
        "soft",
        &format!("By a table of {}; nothing was installed.", report.table_of),
    );
    if !report.faults.is_empty() {
        page.push_str("<ul class=\"notices\">\n");
        for fault in &report.faults {
            let line = format!(
                "cannot be read: {}:{}: {}",
                fault.file, fault.line, fault.why
            );
            page.push_str(&format!("<li>{}</li>\n", escape(&line)));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</header>\n<section>\n<h2>Packages</h2>\n");
    let mut grid = Grid::new(
        "",
        "What each is asked for, how it fares, and what to do",
        &[
            "Package",
            "Asked for",
            "Rating",
            "Why",
            "What to do",
            "Here",
            "Source",
        ],
    )
    .words(6);
    for row in &report.packages {
        let words = |text: &str| ("words", escape(text));
        let or_nothing = |text: &Option<String>| words(text.as_deref().unwrap_or_default());
        grid.row(
            if row.rating == Fares::Problematic {
                "sum"
            } else {
                ""
            },
            &escape(&row.package),
            &[
                words(&row.asked),
                words(row.rating.words()),
                words(&row.why),
                or_nothing(&row.remedy),
                or_nothing(&row.here),
                or_nothing(&row.source),
            ],
        );
    }
    grid.finish(&mut page);
    for note in &report.notes {
        paragraph(
            &mut page,
            "soft",
            &escape(&format!("{}:{}: {}", note.file, note.line, note.why)),
        );
    }
    page.push_str("</section>\n</main>\n</body>\n</html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(platform: &str) -> Platform {
        platform.parse().unwrap()
    }

    /// The rating of a line on a machine.
    #[track_caller]
    fn check(line: &str, platform: &str, expected: Fares) {
        let asked = Requirement::parse(line).unwrap();
        let (rating, why, _) = rated(&Table::embedded().unwrap(), &asked, on(platform));
        assert_eq!(rating, expected, "{line} on {platform}: {why}");
    }

    /// The ratings of section 1 of the assessment that the product was asked for, for an M4 Pro.
    #[test]
    fn the_seed_s_packages_are_rated_as_the_seed_rates_them() {
        use Fares::{NeedsConfiguration, Problematic, Works};
        let mac = "macos-arm64";
        for line in [
            "numpy>=1.26.4",
            "pandas>=2.2.3",
            "scipy>=1.14.0",
            "scikit-learn>=1.5.0",
            "duckdb>=0.10.0",
            "pyarrow>=14.0.0",
            "polars>=0.20.0",
            "networkx",
            "click",
            "rich",
            "typer",
            "pydantic",
            "hnswlib",
            "usearch",
        ] {
            check(line, mac, Works);
        }
        check("torch>=2.0.0", mac, NeedsConfiguration);
        check("mlx", mac, NeedsConfiguration);
        check("faiss-cpu", mac, Problematic);
        check("faiss-gpu", mac, Problematic);
        check("lmdb", mac, Problematic);
    }

    #[test]
    fn a_verdict_follows_the_machine() {
        use Fares::{NeedsConfiguration, NotForThisMachine, NotInTable, Problematic, Works};
        check("faiss-cpu", "linux-x86_64", Works);
        check("lmdb", "linux-x86_64", Works);
        check("cupy-cuda12x", "macos-arm64", Problematic);
        check("cupy-cuda12x", "linux-x86_64", Problematic);
        check("cupy-cuda12x", "linux-x86_64+nvidia", Works);
        check("torch", "linux-x86_64+nvidia", Works);
        check("mlx", "linux-x86_64", NeedsConfiguration);
        check("no-such-package-of-ours", "linux-x86_64", NotInTable);
        check(
            "numpy; sys_platform == 'darwin'",
            "linux-x86_64",
            NotForThisMachine,
        );
        check("numpy; sys_platform == 'darwin'", "macos-arm64", Works);
        // Only versions of which nothing is said.
        check("numpy==1.21.0", "macos-arm64", NeedsConfiguration);
        check("NumPy<1.26.4", "macos-arm64", NeedsConfiguration);
        check("numpy<2", "macos-arm64", Works);
    }

    #[test]
    fn machines_have_names() {
        for name in [
            "macos-arm64",
            "macos-x86_64",
            "linux-aarch64+nvidia",
            "linux-x86_64",
        ] {
            assert_eq!(on(name).to_string(), name);
        }
        assert!("windows".parse::<Platform>().is_err());
    }

    fn recorded(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../hardware/tests/fixtures");
        let text = std::fs::read_to_string(format!("{folder}/{name}.txt")).unwrap();
        Platform::of(&hardware::Recording::parse(&text).machine()).to_string()
    }

    #[test]
    fn recorded_machines_are_known() {
        assert_eq!(recorded("m4-pro-12"), "macos-arm64");
        assert_eq!(recorded("mac-intel"), "macos-x86_64");
        assert_eq!(recorded("vm"), "linux-x86_64");
        assert_eq!(recorded("arm-big-little"), "linux-aarch64");
    }
}
