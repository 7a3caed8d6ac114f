//! `jarvis2 doctor`: what of the program works on this machine.
//!
//! Each part is run, its answers are compared with values that are known from elsewhere, its speed is measured shortly, and it is
//! rated, with the reason and what to do. A part is named `absent` where this build or this machine does not have it and nothing
//! needs it. `doctor --deps FILE` rates the Python packages that a project asks for instead ([`deps`]).
//!
//! Exit codes: 0 if nothing is unusable, [`EXIT_UNUSABLE`] otherwise; for `--deps` the same with `problematic`, and 3 where a line
//! could not be read.

mod checks;
pub(crate) mod deps;
mod places;
mod print;
mod seed;
mod settings;
mod state;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use hardware::sensors::Sensors;
use serde::Serialize;

use crate::bench;
use crate::cli::{self, ConfigArgs};
use crate::config::{self, Loaded};
use crate::error::Error;
use crate::progress::Progress;

/// The exit code where something is unusable.
pub(crate) const EXIT_UNUSABLE: u8 = 7;
/// Time for all measurements; the proof of a GPU that was never proven comes on top.
const BUDGET: Duration = Duration::from_secs(20);
/// Seconds of one measurement, and of a quick one.
const MEASURE: [f64; 2] = [0.4, 0.04];

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Shorter measurements, and no proof of a GPU that is not known yet.
    #[arg(long)]
    quick: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Show how the recommended settings differ from the configuration, and write them to its file. What the file sets already stays.
    #[arg(long)]
    write_config: bool,
    /// Rate the Python packages of a requirements.txt or pyproject.toml for this machine instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["quick", "write_config"])]
    deps: Option<PathBuf>,
    /// Rate them for another machine: macos-arm64, macos-x86_64, linux-x86_64 or linux-aarch64, with +nvidia where it has such a GPU.
    #[arg(long, value_name = "MACHINE", requires = "deps")]
    platform: Option<deps::Platform>,
    /// Run every statement that the product began with (docs/seed.md) on this machine: target, what was measured, verdict. Takes a
    /// minute or two.
    #[arg(long, conflicts_with_all = ["deps", "html", "write_config"])]
    seed: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// How well a part works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rating {
    /// Its answers are right.
    Works,
    /// Its answers are right, and something is to be known or done.
    WorksWithCare,
    /// It does not run, or what it says is wrong.
    Unusable,
    /// Not in this build or on this machine; nothing needs it.
    Absent,
}

impl Rating {
    /// For people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Rating::Works => "works",
            Rating::WorksWithCare => "works with care",
            Rating::Unusable => "unusable",
            Rating::Absent => "absent",
        }
    }
}

/// Something that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// What.
    pub(crate) name: String,
    /// How much.
    pub(crate) value: f64,
    /// Of what.
    pub(crate) unit: &'static str,
}

/// What was found of one part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    /// The part.
    pub(crate) part: String,
    pub(crate) rating: Rating,
    /// What was run, and what came out.
    pub(crate) why: String,
    /// What to do about it; nothing where it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
    /// What was measured.
    pub(crate) figures: Vec<Figure>,
}

impl Finding {
    fn new(part: &str, rating: Rating, why: impl Into<String>) -> Finding {
        Finding {
            part: part.to_owned(),
            rating,
            why: why.into(),
            remedy: None,
            figures: Vec::new(),
        }
    }

    pub(crate) fn works(part: &str, why: impl Into<String>) -> Finding {
        Finding::new(part, Rating::Works, why)
    }

    pub(crate) fn care(part: &str, why: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding {
            remedy: Some(remedy.into()),
            ..Finding::new(part, Rating::WorksWithCare, why)
        }
    }

    pub(crate) fn unusable(
        part: &str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            remedy: Some(remedy.into()),
            ..Finding::new(part, Rating::Unusable, why)
        }
    }

    pub(crate) fn absent(part: &str, why: impl Into<String>) -> Finding {
        Finding::new(part, Rating::Absent, why)
    }

    pub(crate) fn figure(mut self, name: &str, value: f64, unit: &'static str) -> Finding {
        // What could not be measured is left out rather than shown as a number.
        if value.is_finite() {
            self.figures.push(Figure {
                name: name.to_owned(),
                value,
                unit,
            });
        }
        self
    }
}

/// The time that measurements may take.
pub(crate) struct Clock {
    until: Instant,
    seconds: f64,
}

impl Clock {
    pub(crate) fn new(quick: bool) -> Clock {
        Clock {
            until: Instant::now() + BUDGET,
            seconds: MEASURE[usize::from(quick)],
        }
    }

    /// Seconds for the next measurement; none once the budget is spent, where three passes have to do.
    fn seconds(&self) -> f64 {
        let left = self.until.saturating_duration_since(Instant::now());
        self.seconds.min(left.as_secs_f64())
    }

    /// Items a second: `size` by the median time of at least three passes.
    pub(crate) fn rate(&self, size: usize, mut work: impl FnMut()) -> f64 {
        let until = Instant::now() + Duration::from_secs_f64(self.seconds());
        let mut times = Vec::new();
        while times.len() < 3 || Instant::now() < until {
            let at = Instant::now();
            work();
            times.push(at.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        size as f64 / times[times.len() / 2].max(1e-9)
    }
}

/// What `jarvis2 doctor --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) version: &'static str,
    /// The worst rating, absent parts aside.
    pub(crate) verdict: Rating,
    pub(crate) seconds: f64,
    pub(crate) findings: Vec<Finding>,
    pub(crate) settings: Vec<settings::Setting>,
    pub(crate) machine: Vec<Fact>,
    /// What the sensors said at the end.
    pub(crate) sensors: Vec<Fact>,
    pub(crate) notes: Vec<String>,
}

/// One row of a table of facts.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The file or counter behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
}

impl Report {
    pub(crate) fn count(&self, rating: Rating) -> usize {
        let same = |finding: &&Finding| finding.rating == rating;
        self.findings.iter().filter(same).count()
    }
}

/// The worst rating of all that is there.
fn worst(findings: &[Finding]) -> Rating {
    let there = findings.iter().map(|finding| finding.rating);
    there
        .filter(|&rating| rating != Rating::Absent)
        .max()
        .unwrap_or(Rating::Works)
}

/// Runs the command.
pub(crate) fn run(args: &DoctorArgs) -> Result<u8, Error> {
    if let Some(file) = &args.deps {
        return rate_packages(args, file);
    }
    let started = Instant::now();
    let progress = Progress::new(args.quiet || args.json);
    let mut sensors = Sensors::open();
    let machine = hardware::detect();
    let mut findings = Vec::new();
    let loaded = configuration(args, &mut findings)?;
    let threads = cli::threads(&loaded.config, &machine);
    let mut notes: Vec<String> = bench::slow_build().map(str::to_owned).into_iter().collect();
    let clock = Clock::new(args.quick);

    let parts = checks::Parts {
        clock: &clock,
        machine: &machine,
        loaded: &loaded,
        threads,
        quick: args.quick,
        progress: &progress,
    };
    checks::all(&parts, &mut findings, &mut notes)?;
    progress.stage("sensors");
    let sample = sensors.sample();
    findings.push(state::memory(&loaded.config, &machine, &sample, threads));
    findings.push(state::heat(&sample));
    findings.extend(places::all(&loaded));
    findings.push(state::clock());
    findings.push(state::terminal());
    if args.seed {
        let answer = seed::run(&findings, notes, &progress)?;
        progress.finish();
        cli::done(&if args.json {
            cli::pretty(&answer)?
        } else {
            seed::text(&answer, &cli::text_style())
        });
        return Ok(if answer.failed() { EXIT_UNUSABLE } else { 0 });
    }
    progress.stage("settings");
    let settings = settings::recommend(
        &loaded,
        &machine,
        &settings::Measured::new(&clock, &findings),
    );
    progress.finish();

    let fact = |(name, value): (String, String), source: Option<String>| Fact {
        name,
        value,
        source,
    };
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        verdict: worst(&findings),
        seconds: started.elapsed().as_secs_f64(),
        machine: machine
            .rows()
            .into_iter()
            .map(|row| {
                let source = machine.source(&row.0).map(str::to_owned);
                fact(row, source)
            })
            .collect(),
        sensors: sample
            .rows()
            .into_iter()
            .map(|row| fact(row, None))
            .collect(),
        findings,
        settings,
        notes,
    };
    if let Some(path) = &args.html {
        put(path, &print::html(&report))?;
    }
    if args.json {
        cli::done(&cli::pretty(&report)?);
    } else {
        cli::done(&print::text(&report, &cli::text_style()));
    }
    if args.write_config {
        settings::write(&loaded, &report.settings, &config::environment())?;
    }
    Ok(match report.verdict {
        Rating::Unusable => EXIT_UNUSABLE,
        _ => 0,
    })
}

fn put(path: &std::path::Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|error| Error::UnwritableFile {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    crate::asked::note(format!("written: {}", path.display()));
    Ok(())
}

/// The configuration; a file that cannot be used is a finding, and the examination goes on with the defaults.
fn configuration(args: &DoctorArgs, findings: &mut Vec<Finding>) -> Result<Loaded, Error> {
    const PART: &str = "configuration";
    match cli::load(&args.config, Vec::new()) {
        Ok(loaded) => {
            let place = loaded.file.as_ref().map_or_else(
                || "no file: every value is its default".to_owned(),
                |file| format!("{} was read", file.display()),
            );
            findings.push(Finding::works(PART, place));
            Ok(loaded)
        }
        Err(Error::Config(error)) if error.is_of_file() => {
            findings.push(Finding::unusable(
                PART,
                error.to_string(),
                "correct that line, or move the file away; every command stops there. What follows rests on the defaults",
            ));
            Ok(config::load(None, &[], &[])?)
        }
        Err(error) => Err(error),
    }
}

fn rate_packages(args: &DoctorArgs, file: &std::path::Path) -> Result<u8, Error> {
    let platform = match args.platform {
        Some(platform) => platform,
        None => deps::Platform::of(&hardware::detect()),
    };
    let report = deps::rate(file, platform)?;
    if let Some(path) = &args.html {
        put(path, &deps::html(&report))?;
    }
    if args.json {
        cli::done(&cli::pretty(&report)?);
    } else {
        cli::done(&deps::text(&report));
    }
    Ok(report.exit_code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_is_the_worst_of_what_is_there() {
        let of = |ratings: &[Rating]| {
            let findings: Vec<Finding> = ratings
                .iter()
                .map(|&rating| Finding::new("part", rating, ""))
                .collect();
            worst(&findings)
        };
        use Rating::{Absent, Unusable, Works, WorksWithCare};
        assert_eq!(of(&[Works, Absent]), Works);
        assert_eq!(of(&[Works, WorksWithCare, Absent]), WorksWithCare);
        assert_eq!(of(&[Unusable, WorksWithCare, Works]), Unusable);
    }

    #[test]
    fn what_was_not_measured_is_no_figure() {
        let finding = Finding::works("part", "").figure("speed", f64::NAN, "options/s");
        assert_eq!(finding.figures, []);
    }
}
