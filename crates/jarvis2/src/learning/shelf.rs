//! `jarvis2 models`: which nets there are, where they come from, which one plans use.

use crate::cli::{ConfigArgs, done};
use crate::error::Error;
use crate::governor::Crew;
use crate::learning::calibration::{self, Calibration};
use crate::learning::export::{self, ExportArgs};
use crate::learning::gate::{self, Side};
use crate::learning::models::{CHAMPION, Match, Model, OFF, SHIPPED, Shelf};
use crate::progress::Progress;
use clap::{Args, Subcommand};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models; * marks the one that plans use.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a model's manifest, its calibration and its matches.
    Show {
        /// A name of the list, a file, or `champion`.
        name: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Play two models against each other on frozen simulated markets, at equal time, with the same dice.
    Compare(Box<CompareArgs>),
    /// Play a model for the champion's place: against the search without nets, then against the champion. The record is kept.
    Challenge(Box<ChallengeArgs>),
    /// Set what a model expects beside what comes, on frozen simulated markets: worths, and odds of the lot sold first.
    Calibrate(Box<CalibrateArgs>),
    /// Write a model for other engines: as an ONNX file, as a Core ML package for Apple's.
    Export(ExportArgs),
    /// Make plans use this model: a name of the list, `shipped`, or `off`.
    Use {
        /// Which.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// A name of the list, a file, or `champion`.
    first: String,
    /// Against this one; `off` is the search without nets.
    #[arg(default_value = OFF)]
    second: String,
    /// Frozen markets that both play.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(3..=1_000_000))]
    markets: u64,
    /// Evaluations before each decision of the first; the second gets as many as take the same time.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..))]
    evaluations: u32,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ChallengeArgs {
    /// A name of the list, or the file of a model, which is then put on the shelf.
    name: String,
    /// Frozen markets of each match.
    #[arg(long, default_value_t = 1600, value_parser = clap::value_parser!(u64).range(gate::MARKETS_MIN..=1_000_000))]
    markets: u64,
    /// Evaluations before each decision; the other side gets as many as take the same time.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..))]
    evaluations: u32,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CalibrateArgs {
    /// A name of the list, a file, `champion`, or `off`: the search without nets.
    #[arg(default_value = CHAMPION)]
    name: String,
    /// Frozen markets.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    markets: u64,
    /// Evaluations before each decision.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..))]
    evaluations: u32,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

impl ModelsCommand {
    pub(crate) fn json(&self) -> bool {
        match self {
            ModelsCommand::List { json } | ModelsCommand::Show { json, .. } => *json,
            ModelsCommand::Compare(args) => args.json,
            ModelsCommand::Challenge(args) => args.json,
            ModelsCommand::Calibrate(args) => args.json,
            ModelsCommand::Export(args) => args.json,
            ModelsCommand::Use { .. } => false,
        }
    }
}

pub(crate) fn run(command: &ModelsCommand) -> Result<u8, Error> {
    let shelf = Shelf::of_user();
    match command {
        ModelsCommand::List { json } => list(&shelf, *json).map(|text| done(&text)),
        ModelsCommand::Show { name, json } => show(&shelf, name, *json).map(|text| done(&text)),
        ModelsCommand::Compare(args) => compare(&shelf, args).map(|text| done(&text)),
        ModelsCommand::Challenge(args) => challenge(&shelf, args).map(|text| done(&text)),
        ModelsCommand::Calibrate(args) => calibrate(&shelf, args).map(|text| done(&text)),
        ModelsCommand::Export(args) => wanted(&shelf, &args.name)
            .and_then(|model| export::run(&model, args))
            .map(|text| done(&text)),
        ModelsCommand::Use { name } => choose(&shelf, name).map(|text| done(&text)),
    }
}

/// Finds a model that must be there.
fn wanted(shelf: &Shelf, name: &str) -> Result<Model, Error> {
    shelf
        .find(name)
        .map_err(|why| Error::Usage(format!("model {name}: {why}")))?
        .ok_or_else(|| {
            Error::Usage(format!(
                "{name} is the search without nets, which is no model"
            ))
        })
}

fn list(shelf: &Shelf, as_json: bool) -> Result<String, Error> {
    let champion = shelf.champion();
    let rows: Vec<(String, Result<Option<Model>, String>)> = shelf
        .names()
        .into_iter()
        .map(|name| {
            let model = shelf.find(&name);
            (name, model)
        })
        .collect();
    if as_json {
        let models: Vec<_> = rows
            .iter()
            .map(|(name, model)| match model {
                Ok(Some(model)) => json!({
                    "name": name, "in_use": *name == champion, "sha256": model.manifest.sha256,
                    "ground": model.manifest.ground, "steps": model.manifest.steps,
                    "games": model.manifest.games, "error": null,
                }),
                Ok(None) => json!({ "name": name, "in_use": false, "error": "no model" }),
                Err(why) => json!({ "name": name, "in_use": *name == champion, "error": why }),
            })
            .collect();
        let all = json!({ "champion": champion, "models": models });
        return Ok(format!("{all:#}"));
    }
    let mut text = String::new();
    for (name, model) in &rows {
        let mark = if *name == champion { "*" } else { " " };
        let line = match model {
            Ok(Some(model)) => format!(
                "{} steps, {} games, {} ({}...)",
                model.manifest.steps,
                model.manifest.games,
                model.manifest.ground,
                model.manifest.sha256.chars().take(12).collect::<String>()
            ),
            Ok(None) => "no model".to_owned(),
            Err(why) => format!("not usable: {why}"),
        };
        let _ = writeln!(text, "{mark} {name:<24} {line}");
    }
    if champion == OFF {
        text.push_str("Plans use no nets (`jarvis2 models use shipped` changes that).\n");
    } else {
        text.push_str(
            "* is what plans use, unless nets.model of the configuration says otherwise.\n",
        );
    }
    Ok(text)
}

fn show(shelf: &Shelf, name: &str, as_json: bool) -> Result<String, Error> {
    let model = wanted(shelf, name)?;
    let manifest = &model.manifest;
    let matches: Vec<Match> = shelf
        .matches()
        .into_iter()
        .filter(|one| [&one.candidate.1, &one.champion.1].contains(&&manifest.sha256))
        .collect();
    if as_json {
        let all = json!({ "name": model.name, "manifest": manifest, "matches": matches });
        return Ok(format!("{all:#}"));
    }
    let mut text = format!(
        "{}\n  weights      {} ({})\n  trained on   {}: {} steps, {} games, {} decisions, seed {}\n  settings     {}\n  made by      jarvis2 {}, encoding {}\n",
        model.name,
        manifest.sha256,
        manifest.architecture,
        manifest.ground,
        manifest.steps,
        manifest.games,
        manifest.moves,
        manifest.seed,
        manifest.settings,
        manifest.version,
        manifest.encoding,
    );
    match &manifest.calibration {
        None => text.push_str("  calibration  n/a (was not measured)\n"),
        Some(calibration) => {
            let _ = write!(text, "  calibration  {}", calibration_text(calibration));
        }
    }
    for one in &matches {
        let _ = writeln!(text, "  match        {}", sentence(one));
    }
    if matches.is_empty() {
        text.push_str("  matches      none on this machine\n");
    }
    Ok(text)
}

/// A calibration in words, several lines.
fn calibration_text(calibration: &Calibration) -> String {
    let mut text = format!(
        "on {} frozen markets; worth over holding in hundredths of a percent of wealth:\n",
        calibration.markets
    );
    for bin in &calibration.worth {
        let _ = writeln!(
            text,
            "    expected {:8.1}   came {:8.1} +- {:.1} ({} markets)",
            bin.expected,
            bin.realised,
            1.96 * bin.error,
            bin.count
        );
    }
    for (what, odds) in [
        ("profit", &calibration.profit),
        ("assignment", &calibration.assigned),
    ] {
        if odds.count == 0 {
            let _ = writeln!(text, "    Brier score of {what}: n/a (nothing was sold)");
            continue;
        }
        let _ = writeln!(
            text,
            "    Brier score of {what}: {:.4}; of the base rate {:.4} ({} lots)",
            odds.brier, odds.brier_of_base_rate, odds.count
        );
        for bin in &odds.bins {
            let _ = writeln!(
                text,
                "      said {:5.1} %   came {:5.1} % ({})",
                100.0 * bin.expected,
                100.0 * bin.realised,
                bin.count
            );
        }
    }
    text
}

/// Where the markets of comparisons begin: no challenge is decided on them.
const COMPARED_FROM: u64 = 3 << 32;

/// A match in words.
pub(crate) fn sentence(one: &Match) -> String {
    let [gain, low, high] = one.gain_bps;
    format!(
        "{} against {} on {} frozen markets: {gain:+.1} hundredths of a percent of wealth ({low:+.1} to {high:+.1}), {} and {} evaluations, {:.1} and {:.1} ms a decision: {}",
        one.candidate.0,
        one.champion.0,
        one.markets,
        one.evaluations.0,
        one.evaluations.1,
        one.milliseconds.0,
        one.milliseconds.1,
        if one.better {
            "better"
        } else {
            "not shown to be better"
        }
    )
}

fn compare(shelf: &Shelf, args: &CompareArgs) -> Result<String, Error> {
    let config = crate::cli::load(&args.config, Vec::new())?.config;
    let crew = Crew::fixed(crate::cli::threads(&config, &hardware::detect()));
    let side = |name: &str| -> Result<Side, Error> {
        if name == OFF || (name == CHAMPION && shelf.champion() == OFF) {
            return Ok(Side::of(None));
        }
        wanted(shelf, name).map(|model| Side::of(Some(&model)))
    };
    let (first, second) = (side(&args.first)?, side(&args.second)?);
    let progress = Progress::new(args.quiet);
    progress.stage("playing");
    let played = gate::play(
        &first,
        &second,
        COMPARED_FROM,
        args.markets,
        args.evaluations,
        &crew,
        &|done| {
            progress.fraction(done as f64 / args.markets as f64);
            !progress.stopped()
        },
    );
    progress.finish();
    let played = played.ok_or_else(|| Error::Interrupted {
        done: "the match was not played to its end".to_owned(),
    })?;
    if args.json {
        return serde_json::to_string_pretty(&played)
            .map_err(|error| Error::Internal(error.to_string()));
    }
    Ok(sentence(&played))
}

fn challenge(shelf: &Shelf, args: &ChallengeArgs) -> Result<String, Error> {
    let config = crate::cli::load(&args.config, Vec::new())?.config;
    let crew = Crew::fixed(crate::cli::threads(&config, &hardware::detect()));
    let mut model = wanted(shelf, &args.name)?;
    if args.name.contains(['/', '.']) {
        let stem = Path::new(&args.name).file_stem();
        model.name = stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    }
    let progress = Progress::new(args.quiet);
    progress.stage("playing");
    let matches = gate::challenge(
        shelf,
        &model,
        args.markets,
        args.evaluations,
        &crew,
        &|done| {
            progress.fraction(done as f64 / args.markets as f64);
            !progress.stopped()
        },
    )?;
    progress.finish();
    let matches = matches.ok_or_else(|| Error::Interrupted {
        done: "the match was not played to its end; the champion stays".to_owned(),
    })?;
    let crowned = matches.iter().all(|one| one.better);
    if args.json {
        let all = json!({ "name": model.name, "matches": matches, "champion": crowned });
        return Ok(format!("{all:#}"));
    }
    let mut text: String = matches.iter().map(|one| sentence(one) + "\n").collect();
    text += if crowned {
        "it is the champion now: plans use it"
    } else {
        "the champion stays"
    };
    Ok(text)
}

fn calibrate(shelf: &Shelf, args: &CalibrateArgs) -> Result<String, Error> {
    let config = crate::cli::load(&args.config, Vec::new())?.config;
    let crew = Crew::fixed(crate::cli::threads(&config, &hardware::detect()));
    let model = shelf
        .find(&args.name)
        .map_err(|why| Error::Usage(format!("model {}: {why}", args.name)))?;
    let player = Side::of(model.as_ref()).player(args.evaluations);
    let progress = Progress::new(args.quiet);
    progress.stage("playing");
    let numbers = calibration::FROM..calibration::FROM + args.markets;
    let found = calibration::measure(&gate::FROZEN, numbers, &player, &crew, &|done| {
        progress.fraction(done as f64 / args.markets as f64);
        !progress.stopped()
    });
    progress.finish();
    let found = found.ok_or_else(|| Error::Interrupted {
        done: "the games were not all played".to_owned(),
    })?;
    if args.json {
        return serde_json::to_string_pretty(&found)
            .map_err(|error| Error::Internal(error.to_string()));
    }
    Ok(calibration_text(&found))
}

fn choose(shelf: &Shelf, name: &str) -> Result<String, Error> {
    if name == OFF {
        shelf.crown(OFF)?;
        return Ok("plans use no nets".to_owned());
    }
    if name.contains(['/', '.']) {
        return Err(Error::Usage(format!(
            "{name}: a file is named by nets.model of the configuration; `models use` takes a name of `models list`"
        )));
    }
    let model = wanted(shelf, name)?;
    shelf.crown(&model.name)?;
    let own = if name == SHIPPED {
        " that came with the program"
    } else {
        ""
    };
    Ok(format!(
        "plans use {}{own} ({})",
        model.name, model.manifest.sha256
    ))
}
