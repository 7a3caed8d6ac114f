//! What is known of each device, kept between runs: verdicts, figures, crossovers.
//!
//! A record holds for one adapter, one driver, one set of kernel texts and one version of the program; anything else is proven
//! anew. The file is a cache: a damaged one is told and replaced, and deleting it costs a few seconds.

use crate::kernel::hash;
use crate::{Error, Facts, Measured, Trial, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What a record holds for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// Backend, number and name of the adapter.
    pub adapter: String,
    /// Its driver.
    pub driver: String,
    /// A hash of the kernels' texts.
    pub kernels: String,
    /// The version of this program.
    pub version: String,
}

impl Key {
    /// The key of an adapter with these trials.
    pub fn new(facts: &Facts, trials: &[Trial], version: &str) -> Key {
        Key {
            adapter: format!("{} {} {}", facts.backend.word(), facts.adapter, facts.name),
            driver: facts.driver.clone(),
            kernels: hash(trials.iter().map(|trial| &trial.kernel)),
            version: version.to_owned(),
        }
    }
}

/// What is known of one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it holds for.
    pub key: Key,
    /// A verdict for each trial, by name.
    pub verdicts: Vec<(String, Verdict)>,
    /// Figures, if it was proven.
    pub measured: Option<Measured>,
    /// Rows from which on this device is faster than the processor, round trip included, by kind of work; `None`: at no size.
    #[serde(default)]
    pub crossovers: BTreeMap<String, Option<usize>>,
}

impl Record {
    /// Whether every trial was passed.
    pub fn is_proven(&self) -> bool {
        !self.verdicts.is_empty() && self.verdicts.iter().all(|(_, verdict)| verdict.is_proven())
    }

    /// Why the device is not used, or the worst error of the proof.
    pub fn summary(&self) -> String {
        let bad = self
            .verdicts
            .iter()
            .find(|(_, verdict)| !verdict.is_proven());
        if let Some((name, verdict)) = bad {
            return format!("{name}: {verdict}");
        }
        let worst = self.verdicts.iter().map(|(_, verdict)| match verdict {
            Verdict::Proven { worst } => *worst,
            _ => f64::NAN,
        });
        match worst.max_by(f64::total_cmp) {
            Some(worst) => Verdict::Proven { worst }.to_string(),
            None => "not proven: no trial".to_owned(),
        }
    }
}

const FORMAT: u32 = 1;

/// The file of records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Records {
    format: u32,
    records: Vec<Record>,
}

impl Default for Records {
    fn default() -> Records {
        Records {
            format: FORMAT,
            records: Vec::new(),
        }
    }
}

impl Records {
    /// Reads the file. A missing one is empty; a damaged or foreign one is empty too, and the text says so.
    pub fn load(file: &Path) -> (Records, Option<String>) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (Records::default(), None);
            }
            Err(error) => return (Records::default(), Some(ignored(file, &error.to_string()))),
        };
        match serde_json::from_str::<Records>(&text) {
            Ok(records) if records.format == FORMAT => (records, None),
            Ok(records) => {
                let why = format!("its format is {}, ours {FORMAT}", records.format);
                (Records::default(), Some(ignored(file, &why)))
            }
            Err(error) => (Records::default(), Some(ignored(file, &error.to_string()))),
        }
    }

    /// All of them, whatever they hold for.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    /// The record of a key.
    pub fn get(&self, key: &Key) -> Option<&Record> {
        self.records.iter().find(|record| record.key == *key)
    }

    /// Adds or replaces; what was known of the same adapter under another driver or version is forgotten.
    pub fn put(&mut self, record: Record) {
        self.records
            .retain(|known| known.key.adapter != record.key.adapter);
        self.records.push(record);
    }

    /// Writes the file, aside first, so that a reader never sees half of it.
    pub fn save(&self, file: &Path) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::Record {
            file: file.display().to_string(),
            why: error.to_string(),
        };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        let aside = file.with_extension(format!("{}.tmp", std::process::id()));
        std::fs::write(&aside, text)
            .and_then(|()| std::fs::rename(&aside, file))
            .map_err(failed)
    }
}

fn ignored(file: &Path, why: &str) -> String {
    format!(
        "{}: ignored, devices are proven anew: {why}",
        file.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;

    fn record(driver: &str, verdict: Verdict) -> Record {
        let facts = Facts {
            backend: Backend::Vulkan,
            adapter: 0,
            name: "a card".to_owned(),
            driver: driver.to_owned(),
            software: false,
            unified: false,
            memory_bytes: None,
            buffer_bytes_max: 1,
            buffers_max: 8,
            workgroup_max: 256,
        };
        Record {
            key: Key::new(&facts, &crate::measure::trials(), "1"),
            verdicts: vec![("copy".to_owned(), verdict)],
            measured: Some(Measured::default()),
            crossovers: BTreeMap::from([("price".to_owned(), Some(50_000))]),
        }
    }

    #[test]
    fn a_record_comes_back_and_a_new_driver_replaces_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/devices.json");
        assert_eq!(Records::load(&file), (Records::default(), None));
        let old = record("1.0", Verdict::Proven { worst: 0.25 });
        let mut records = Records::default();
        records.put(old.clone());
        records.save(&file).expect("saved");
        assert_eq!(Records::load(&file), (records.clone(), None));
        let new = record("2.0", Verdict::NotWritten { missing: 3, of: 4 });
        assert_eq!(records.get(&new.key), None, "another driver is another key");
        records.put(new.clone());
        assert_eq!(records.get(&old.key), None);
        assert!(!new.is_proven() && old.is_proven());
        assert!(new.summary().contains("no output written: 3 of 4"));
    }

    #[test]
    fn a_damaged_file_is_told_and_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("devices.json");
        for text in ["{", "{\"format\": 99, \"records\": []}", "[1]"] {
            std::fs::write(&file, text).expect("written");
            let (records, note) = Records::load(&file);
            assert_eq!(records, Records::default());
            assert!(note.expect("a note").contains("proven anew"), "{text}");
        }
    }
}
