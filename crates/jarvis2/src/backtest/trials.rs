//! Every backtest is counted, by itself: what was tried before a good one was found decides how good it is.
//!
//! One line of JSON for each run in `jarvis2/trials.jsonl` of `$XDG_DATA_HOME` (else `~/.local/share`). Each line holds the hash of the
//! line before, and how many there are and the last hash stand a second time in `jarvis2/trials.head` of `$XDG_STATE_HOME` (else
//! `~/.local/state`). Whoever cuts, changes or removes the log is not stopped, but told on: the count goes on from the larger of both,
//! and every later report says so.
//!
//! The frozen period (`evidence.frozen_from` of the configuration) is left out of every run but those with `--open-frozen`, which are
//! counted too. The first such run of a version of the policy is its record out of sample, and what `jarvis2 plan` quotes.

use crate::aside::Aside;
use crate::config::Config;
use crate::engine::inputs::sha256;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trial {
    /// Counted from 1.
    pub(crate) number: u64,
    /// When, in UTC.
    pub(crate) at: String,
    /// The report's id.
    pub(crate) run: String,
    /// Of all that decides the policy's own figures: the same question asked again is no new trial.
    pub(crate) question: String,
    pub(crate) policy: String,
    /// Of program, settings and nets that decide what a plan advises.
    pub(crate) version: String,
    pub(crate) symbol: String,
    pub(crate) data_sha256: String,
    pub(crate) synthetic: bool,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) trading_days: usize,
    /// Of daily returns less what bills paid, per day; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sharpe_per_day: Option<f64>,
    /// Chance that the true ratio is above zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) probabilistic_sharpe: Option<f64>,
    /// Mean return a year over buying and holding, and its interval at 95 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) over_holding: Option<[f64; 3]>,
    /// The same over the fixed rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) over_rule: Option<[f64; 3]>,
    /// Did it live through the frozen period?
    pub(crate) opened: bool,
    /// Hash of the line before; empty in the first.
    pub(crate) before: String,
}

/// The log.
pub(crate) struct Trials {
    log: PathBuf,
    head: PathBuf,
    pub(crate) trials: Vec<Trial>,
    last_hash: String,
    /// Runs that were counted, whatever is left of the log.
    pub(crate) counted: u64,
    /// What is wrong with the log.
    pub(crate) broken: Option<String>,
    /// Others who would add wait until this is closed.
    _alone: Option<File>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Head {
    count: u64,
    hash: String,
    /// Runs whose lines are gone.
    lost: u64,
}

impl Trials {
    /// Reads the log; a missing one is an empty one, unless the head knows better.
    pub(crate) fn open() -> Result<Trials, Error> {
        let [data, state] = folders()?;
        Trials::at(&data, &state)
    }

    /// Reads the log to add to it: until it is dropped, other processes that would add wait (`trials.lock`, beside the head).
    pub(crate) fn open_alone() -> Result<Trials, Error> {
        let [data, state] = folders()?;
        Trials::alone_at(&data, &state)
    }

    fn alone_at(data: &Path, state: &Path) -> Result<Trials, Error> {
        let path = state.join("trials.lock");
        let refused = |error: std::io::Error| Error::UnwritableFile {
            path: path.clone(),
            why: error.to_string(),
        };
        fs::create_dir_all(state).map_err(refused)?;
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(refused)?;
        match file.lock() {
            Err(error) if error.kind() != ErrorKind::Unsupported => return Err(refused(error)),
            // A file system without locks: as good as it can be there.
            _ => (),
        }
        Ok(Trials {
            _alone: Some(file),
            ..Trials::at(data, state)?
        })
    }

    fn at(data: &Path, state: &Path) -> Result<Trials, Error> {
        let (log, head) = (data.join("trials.jsonl"), state.join("trials.head"));
        let text = read(&log)?.unwrap_or_default();
        let known: Option<Head> = read(&head)?.and_then(|text| serde_json::from_str(&text).ok());
        let (mut trials, mut last_hash, mut broken): (Vec<Trial>, String, Option<String>) =
            (Vec::new(), String::new(), None);
        for (place, line) in text.lines().enumerate() {
            let Ok(trial) = serde_json::from_str::<Trial>(line) else {
                broken.get_or_insert_with(|| {
                    format!("line {} of {} is not a trial", place + 1, log.display())
                });
                continue;
            };
            if trial.before != last_hash {
                broken.get_or_insert_with(|| format!("line {} of {} does not follow the one before: lines were changed or taken out", place + 1, log.display()));
            }
            last_hash = sha256(line.as_bytes());
            trials.push(trial);
        }
        let here = trials.len() as u64;
        let mut counted = here;
        if let Some(head) = known {
            counted = here.max(head.count) + head.lost;
            if head.count > here || (head.count == here && head.hash != last_hash) {
                broken.get_or_insert_with(|| {
                    format!(
                        "{} holds {here} of the {} runs that were counted, or others",
                        log.display(),
                        head.count
                    )
                });
            }
            if head.lost > 0 {
                broken.get_or_insert_with(|| {
                    format!("{} runs are missing from {}", head.lost, log.display())
                });
            }
        } else if here > 0 {
            broken.get_or_insert_with(|| {
                format!(
                    "{} is gone: whether lines are missing cannot be told",
                    head.display()
                )
            });
        }
        Ok(Trials {
            log,
            head,
            trials,
            last_hash,
            counted,
            broken,
            _alone: None,
        })
    }

    /// Adds a run; its number and the hash before it are set here. The same question asked again is the same trial, but counts as a run.
    pub(crate) fn add(&mut self, mut trial: Trial) -> Result<(), Error> {
        trial.number = self.counted + 1;
        trial.before.clone_from(&self.last_hash);
        let line =
            serde_json::to_string(&trial).map_err(|error| Error::Internal(error.to_string()))?;
        let refused = |path: &Path, why: String| Error::UnwritableFile {
            path: path.to_owned(),
            why,
        };
        for path in [&self.log, &self.head] {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| refused(path, error.to_string()))?;
            }
        }
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(|error| refused(&self.log, error.to_string()))?;
        file.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| refused(&self.log, error.to_string()))?;
        self.last_hash = sha256(line.as_bytes());
        self.trials.push(trial);
        self.counted += 1;
        let here = self.trials.len() as u64;
        let head = Head {
            count: here,
            hash: self.last_hash.clone(),
            lost: self.counted.saturating_sub(here),
        };
        let text =
            serde_json::to_string(&head).map_err(|error| Error::Internal(error.to_string()))?;
        let mut aside = Aside::create(&self.head)?;
        aside.write(|file| writeln!(file, "{text}"))?;
        aside.commit()?;
        Ok(())
    }

    /// Sharpe ratios per day of the different questions asked of these data.
    pub(crate) fn ratios(&self, data_sha256: &str) -> BTreeMap<String, f64> {
        let own = self
            .trials
            .iter()
            .filter(|trial| trial.data_sha256 == data_sha256);
        own.filter_map(|trial| Some((trial.question.clone(), trial.sharpe_per_day?)))
            .collect()
    }

    /// How often the frozen period of these data has been opened.
    pub(crate) fn openings(&self, data_sha256: &str) -> usize {
        self.trials
            .iter()
            .filter(|trial| trial.opened && trial.data_sha256 == data_sha256)
            .count()
    }

    /// The record out of sample of a version of the plan: of all data, the first opening of each.
    pub(crate) fn record(&self, version: &str) -> Vec<&Trial> {
        let mut seen: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for trial in self.trials.iter().filter(|trial| trial.opened) {
            // Data that somebody has looked at before, with whatever policy, are not out of sample any more.
            let first = !seen.contains(&trial.data_sha256.as_str());
            seen.push(&trial.data_sha256);
            if first && trial.version == version && trial.policy == "plan" && !trial.synthetic {
                found.push(trial);
            }
        }
        found
    }
}

/// The folders of the log and of its head.
fn folders() -> Result<[PathBuf; 2], Error> {
    let folder = |name: &str, home: &str| {
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        absolute(name)
            .or_else(|| absolute("HOME").map(|path| path.join(home)))
            .map(|path| path.join("jarvis2"))
            .ok_or_else(|| {
                Error::Usage(format!(
                    "there is no folder for the log of trials: set HOME or {name}"
                ))
            })
    };
    Ok([
        folder("XDG_DATA_HOME", ".local/share")?,
        folder("XDG_STATE_HOME", ".local/state")?,
    ])
}

fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Io {
            path: path.to_owned(),
            why: error.to_string(),
        }),
    }
}

/// What decides what a plan advises: the program's version and the settings, budgets and seed left out.
pub(crate) fn version(config: &Config) -> String {
    let parts = (
        env!("CARGO_PKG_VERSION"),
        &config.objective,
        &config.decision,
        &config.limits,
        &config.actions,
        &config.costs,
        &config.nets,
    );
    // The rate is the market's and not the policy's.
    let mut market = config.market.clone();
    market.rate_per_year = None;
    sha256(format!("{parts:?} {market:?}").as_bytes())[..16].to_owned()
}

/// Fewer trading days than this are no evidence, whatever they show.
const DAYS_MIN: usize = 250;

/// What a plan may say of the record of its version: the chance that the true Sharpe ratio is above zero, or why nothing can be said;
/// and a sentence.
pub(crate) fn quoted(config: &Config) -> Result<(f64, String), String> {
    let trials = Trials::open().map_err(|error| error.to_string())?;
    quote(&trials.record(&version(config)))
}

fn quote(record: &[&Trial]) -> Result<(f64, String), String> {
    let Some(longest) = record.iter().max_by_key(|trial| trial.trading_days) else {
        return Err("no backtest of this version on a frozen period yet: set evidence.frozen_from and run jarvis2 backtest --policy plan --open-frozen on your data".to_owned());
    };
    let (days, run) = (longest.trading_days, &longest.run);
    if days < DAYS_MIN {
        return Err(format!(
            "the frozen record of this version has {days} trading days ({}, run {run}): too few to say anything",
            longest.symbol
        ));
    }
    let Some(chance) = longest.probabilistic_sharpe else {
        return Err(format!("run {run} never moved: it has no Sharpe ratio"));
    };
    let interval = |over: Option<[f64; 3]>| {
        over.map_or_else(
            || "n/a (not compared)".to_owned(),
            |[mean, low, high]| {
                let [mean, low, high] = [mean, low, high].map(|part| 100.0 * part);
                format!("{mean:+.1} % a year ({low:+.1} to {high:+.1})")
            },
        )
    };
    Ok((
        chance,
        format!(
            "{} from {} to {}, the first look at it (run {run}): over buy and hold {}, over the fixed rule {}",
            longest.symbol,
            longest.first,
            longest.last,
            interval(longest.over_holding),
            interval(longest.over_rule)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(run: &str, data: &str, opened: bool) -> Trial {
        Trial {
            number: 0,
            at: "2026-01-01T00:00:00Z".to_owned(),
            run: run.to_owned(),
            question: run.to_owned(),
            policy: "plan".to_owned(),
            version: "v".to_owned(),
            symbol: "X".to_owned(),
            data_sha256: data.to_owned(),
            synthetic: false,
            first: "2020-01-02".to_owned(),
            last: "2025-01-02".to_owned(),
            trading_days: 1258,
            sharpe_per_day: Some(0.02),
            probabilistic_sharpe: Some(0.8),
            over_holding: None,
            over_rule: None,
            opened,
            before: String::new(),
        }
    }

    #[test]
    fn runs_are_counted_and_a_cut_log_is_told_on() {
        let folder = tempfile::tempdir().unwrap();
        let (data, state) = (folder.path().join("data"), folder.path().join("state"));
        let open = || Trials::at(&data, &state).unwrap();
        for run in ["a", "b", "b"] {
            open().add(trial(run, "d", false)).unwrap();
        }
        let trials = open();
        assert_eq!(
            (
                trials.counted,
                trials.broken.clone(),
                trials.ratios("d").len()
            ),
            (3, None, 2)
        );
        let log = data.join("trials.jsonl");
        let text = fs::read_to_string(&log).unwrap();
        // The last line is taken out: the count stays.
        let lines: Vec<&str> = text.lines().collect();
        fs::write(&log, format!("{}\n{}\n", lines[0], lines[1])).unwrap();
        assert_eq!(open().counted, 3);
        assert!(open().broken.unwrap().contains("2 of the 3"));
        // A number in the middle is changed.
        fs::write(&log, text.replacen("0.02", "0.03", 1)).unwrap();
        assert!(open().broken.unwrap().contains("line 2"));
        // All of it is gone, and the next run is still the fourth.
        fs::remove_file(&log).unwrap();
        let mut trials = open();
        trials.add(trial("c", "d", false)).unwrap();
        assert_eq!((trials.trials[0].number, open().counted), (4, 4));
        assert!(open().broken.unwrap().contains("3 runs are missing"));
    }

    #[test]
    fn who_adds_at_the_same_time_waits() {
        let folder = tempfile::tempdir().unwrap();
        let (data, state) = (folder.path().join("data"), folder.path().join("state"));
        std::thread::scope(|scope| {
            for worker in 0..4 {
                let (data, state) = (&data, &state);
                scope.spawn(move || {
                    for run in 0..8 {
                        let mut trials = Trials::alone_at(data, state).unwrap();
                        let name = format!("{worker}-{run}");
                        trials.add(trial(&name, "d", false)).unwrap();
                    }
                });
            }
        });
        let trials = Trials::at(&data, &state).unwrap();
        assert_eq!((trials.counted, trials.broken), (32, None));
    }

    #[test]
    fn the_record_is_the_first_look_at_data() {
        let folder = tempfile::tempdir().unwrap();
        let mut trials = Trials::at(&folder.path().join("d"), &folder.path().join("s")).unwrap();
        trials.add(trial("first", "d", true)).unwrap();
        trials.add(trial("second", "d", true)).unwrap();
        trials
            .add(Trial {
                policy: "rule".to_owned(),
                ..trial("rule", "e", true)
            })
            .unwrap();
        trials.add(trial("after the rule", "e", true)).unwrap();
        let record: Vec<&str> = trials
            .record("v")
            .iter()
            .map(|trial| trial.run.as_str())
            .collect();
        assert_eq!(record, ["first"]);
        assert_eq!((trials.openings("d"), trials.record("w").len()), (2, 0));
        let (chance, words) = quote(&trials.record("v")).unwrap();
        assert_eq!(chance, 0.8);
        assert!(
            words.starts_with(
                "X from 2020-01-02 to 2025-01-02, the first look at it (run first): over buy and hold n/a"
            ),
            "{words}"
        );
        let short = Trial {
            trading_days: 249,
            over_rule: Some([0.01, -0.02, 0.04]),
            ..trial("short", "f", true)
        };
        assert!(quote(&[&short]).unwrap_err().contains("249 trading days"));
        let long = Trial {
            trading_days: 250,
            ..short
        };
        assert!(
            quote(&[&long])
                .unwrap()
                .1
                .ends_with("over the fixed rule +1.0 % a year (-2.0 to +4.0)")
        );
        assert!(
            quote(&[])
                .unwrap_err()
                .contains("no backtest of this version")
        );
    }
}
