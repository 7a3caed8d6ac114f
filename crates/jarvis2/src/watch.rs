//! What those see who watch, as plain data: the machine now, memory, running work, the last plans. `jarvis2 monitor` draws it, `jarvis2 serve`
//! sends it.

use crate::config::Config;
use crate::error::Error;
use crate::history::{self, Past};
use crate::journal::store::{self, now_ms};
use crate::status::{self, Status};
use experience::{Origin, Reader};
use hardware::sensors::{Sample, Sensors};
use hardware::{Machine, MemoryBudget, Reading};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Looks that are kept for the charts.
pub(crate) const KEPT: usize = 300;
/// Plans shown.
pub(crate) const PLANS: usize = 10;
/// Remarks shown.
const NOTES: usize = 5;
/// Folders below the plans' folder that are searched for reports of a portfolio.
const FOLDERS_MAX: usize = 200;
/// A plan or report is smaller; what is larger is none of ours.
pub(crate) const FILE_BYTES_MAX: u64 = 32 << 20;

/// Everything at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Now {
    /// Milliseconds since 1970 UTC.
    pub(crate) at_ms: i64,
    pub(crate) sample: Sample,
    pub(crate) running: Vec<Status>,
    /// The newest first, or why there are none.
    pub(crate) plans: Result<Vec<Past>, String>,
    /// Remarks, the newest last.
    pub(crate) notes: VecDeque<String>,
}

/// One look for the charts: what was known of it, by name. Shares are 0 to 1.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Point {
    pub(crate) at_ms: i64,
    pub(crate) values: BTreeMap<String, f64>,
}

/// Looks at everything, again and again.
pub(crate) struct Watch {
    pub(crate) machine: Machine,
    pub(crate) budget: MemoryBudget,
    sensors: Sensors,
    folder: Option<PathBuf>,
    diary: Result<PathBuf, String>,
    diary_seen: Option<Stamp>,
    plans: Result<Vec<Past>, String>,
    /// The kept plans as JSON, by decision: only for finding their reports.
    jsons: Vec<(i64, String)>,
    plans_folder: PathBuf,
    notes: VecDeque<String>,
    /// The last looks, the oldest first.
    pub(crate) history: VecDeque<Point>,
}

/// Tells whether a file was written since: time and size of it and of its log.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Watch {
    /// Opens the sensors.
    pub(crate) fn open(config: &Config) -> Watch {
        let machine = hardware::detect();
        Watch {
            budget: hardware::memory_budget(&machine, config.hardware.memory_limit_bytes()),
            machine,
            sensors: Sensors::open(),
            folder: status::folder(config),
            diary: match store::place(None, config) {
                Ok(place) => Ok(place.path),
                Err(error) => Err(error.to_string()),
            },
            diary_seen: None,
            plans: Err("the diary was not read yet".to_owned()),
            jsons: Vec::new(),
            plans_folder: PathBuf::from(&config.output.dir),
            notes: VecDeque::new(),
            history: VecDeque::new(),
        }
    }

    /// Looks now. Rates are over the time since the look before.
    pub(crate) fn look(&mut self) -> Now {
        let sample = self.sensors.sample();
        let found = match &self.folder {
            Some(folder) => status::look(folder),
            None => status::Found::default(),
        };
        for gone in &found.gone {
            self.note(format!(
                "{} (process {}) ended without a word while it was {}",
                gone.command, gone.pid, gone.phase
            ));
        }
        if self.folder.is_none() {
            self.note("running work is not seen: set HOME, or monitor.folder".to_owned());
        }
        self.read_diary();
        let now = Now {
            at_ms: now_ms(),
            sample,
            running: found.running,
            plans: self.plans.clone(),
            notes: self.notes.clone(),
        };
        self.history.push_back(point(&now));
        while self.history.len() > KEPT {
            self.history.pop_front();
        }
        now
    }

    fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push_back(text);
            while self.notes.len() > NOTES {
                self.notes.pop_front();
            }
        }
    }

    /// Reads the last plans if the diary was written since.
    fn read_diary(&mut self) {
        let path = match &self.diary {
            Ok(path) => path,
            Err(why) => {
                self.plans = Err(why.clone());
                return;
            }
        };
        let seen = stamp(path);
        if self.diary_seen == Some(seen) {
            return;
        }
        // A diary that someone holds is read at the next look.
        let options = experience::Options {
            owner_wait: Duration::ZERO,
            busy_wait: Duration::from_millis(50),
        };
        let read = Reader::open(path, &options).map_err(Error::from);
        let read = read.and_then(|reader| {
            let mut plans = Vec::new();
            let mut jsons = Vec::new();
            for id in reader.decisions(Origin::Live, None, PLANS)? {
                plans.push(history::past(&reader, id)?);
                if let Some(plan) = reader.decision(id)?.plan {
                    jsons.push((id.0, plan.json));
                }
            }
            Ok((plans, jsons))
        });
        match read {
            Ok((plans, jsons)) => {
                (self.plans, self.jsons) = (Ok(plans), jsons);
                self.diary_seen = Some(seen);
            }
            Err(Error::Diary(experience::Error::Missing { .. })) => {
                self.plans = Err("no plan was kept yet".to_owned());
                self.diary_seen = Some(seen);
            }
            Err(error) => self.plans = Err(error.to_string()),
        }
    }

    /// The reports of the last plans, by decision: those in the plans' folder, or one folder below, whose `plan.json` is the very
    /// plan that was kept.
    pub(crate) fn reports(&self) -> BTreeMap<i64, PathBuf> {
        let mut reports = BTreeMap::new();
        if self.jsons.is_empty() {
            return reports;
        }
        let below = std::fs::read_dir(&self.plans_folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .take(FOLDERS_MAX)
            .map(|entry| entry.path());
        for folder in std::iter::once(self.plans_folder.clone()).chain(below) {
            let Some(report) = inside(&self.plans_folder, &folder.join("report.html")) else {
                continue;
            };
            let Some(plan) = inside(&self.plans_folder, &folder.join("plan.json")) else {
                continue;
            };
            let Ok(plan) = std::fs::read_to_string(plan) else {
                continue;
            };
            for (id, json) in &self.jsons {
                if json.trim_end() == plan.trim_end() {
                    reports.insert(*id, report.clone());
                }
            }
        }
        reports
    }
}

/// The file, if it is one of a bearable size and lies in `folder`, wherever links lead.
pub(crate) fn inside(folder: &Path, file: &Path) -> Option<PathBuf> {
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    let meta = file.metadata().ok()?;
    (file.starts_with(folder) && meta.is_file() && meta.len() <= FILE_BYTES_MAX).then_some(file)
}

/// Seconds between two looks, as the user gave them.
pub(crate) fn interval(seconds: f64) -> Result<Duration, Error> {
    if !(0.25..=60.0).contains(&seconds) {
        return Err(Error::Usage(format!(
            "--interval {seconds}: a number of seconds from 0.25 to 60 is needed"
        )));
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn stamp(path: &Path) -> Stamp {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    [path, Path::new(&log)].map(|path| {
        let meta = path.metadata().ok()?;
        Some((meta.modified().ok()?, meta.len()))
    })
}

fn point(now: &Now) -> Point {
    let mut values = BTreeMap::new();
    let mut put = |name: String, value: Option<f64>| {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            values.insert(name, value);
        }
    };
    let sample = &now.sample;
    put("cpu".to_owned(), sample.cpu_load.known().copied());
    for class in &sample.classes {
        put(format!("cpu {}", class.name), class.load.known().copied());
    }
    put("memory".to_owned(), memory_share(sample).known().copied());
    put(
        "heat".to_owned(),
        hottest(sample).known().map(|(_, celsius)| *celsius),
    );
    for (index, gpu) in sample.gpus.known().into_iter().flatten().enumerate() {
        put(format!("gpu {index}"), gpu.load.known().copied());
    }
    for work in &now.running {
        let name = format!("{} {}", work.command, work.pid);
        put(format!("done {name}"), work.done);
        for count in &work.counts {
            put(format!("rate {name} {}", count.what), count.per_second);
        }
    }
    Point {
        at_ms: now.at_ms,
        values,
    }
}

/// Memory in use, 0 to 1.
pub(crate) fn memory_share(sample: &Sample) -> Reading<f64> {
    match (&sample.memory_used_bytes(), &sample.memory_total_bytes) {
        (Reading::Known(used), Reading::Known(total)) if *total > 0 => {
            Reading::Known(*used as f64 / *total as f64)
        }
        (Reading::Absent(why), _) | (_, Reading::Absent(why)) => Reading::absent(why.clone()),
        _ => Reading::absent("no memory is reported"),
    }
}

/// The hottest place and its degrees Celsius.
pub(crate) fn hottest(sample: &Sample) -> Reading<(String, f64)> {
    let places = match &sample.temperatures {
        Reading::Known(places) => places,
        Reading::Absent(why) => return Reading::absent(why.clone()),
    };
    let known = places
        .iter()
        .filter_map(|place| Some((place.name.clone(), *place.celsius.known()?)));
    Reading::from_option(
        known.max_by(|a, b| a.1.total_cmp(&b.1)),
        "no sensor says what can be",
    )
}

/// `1,234,567`, `12.3`, `0.0123`: a figure for people, in at most seven letters where it can be.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1e7 {
        format!("{:.1}M", value / 1e6)
    } else if size >= 1e4 {
        format!("{:.1}k", value / 1e3)
    } else if size >= 100.0 || value == value.trunc() {
        format!("{value:.0}")
    } else if size >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.4}")
    }
}

/// `4 s`, `3 min 05 s`, `2 h 10 min`.
pub(crate) fn span(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_times_for_people() {
        for (value, text) in [
            (0.0123, "0.0123"),
            (2.0, "2"),
            (12.34, "12.3"),
            (9999.4, "9999"),
            (123_456.0, "123.5k"),
            (12_345_678.0, "12.3M"),
        ] {
            assert_eq!(short(value), text);
        }
        for (seconds, text) in [(4.2, "4 s"), (185.0, "3 min 05 s"), (7800.0, "2 h 10 min")] {
            assert_eq!(span(seconds), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let plans = dir.path().join("plans");
        std::fs::create_dir(&plans).unwrap();
        std::fs::write(dir.path().join("secret"), "secret").unwrap();
        std::fs::write(plans.join("report.html"), "ours").unwrap();
        std::os::unix::fs::symlink("../secret", plans.join("link.html")).unwrap();
        assert!(inside(&plans, &plans.join("report.html")).is_some());
        assert_eq!(inside(&plans, &plans.join("link.html")), None);
        assert_eq!(inside(&plans, &plans.join("../secret")), None);
        assert_eq!(inside(&plans, &plans), None);
    }
}
