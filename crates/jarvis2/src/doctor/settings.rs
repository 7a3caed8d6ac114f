//! Settings that suit this machine, each with its reason, and how they come into the configuration file.
//!
//! What the file sets already stays. A value that the program would take anyway is not written: it would only grow old there.

use std::path::{Path, PathBuf};

use hardware::batch::{self, Room, Work};
use hardware::threads::Role;
use hardware::{Bytes, Machine};
use nn::{Net, Weights};
use serde::Serialize;

use super::{Clock, Finding, Rating};
use crate::config::{self, Loaded, Source};
use crate::error::Error;
use crate::memory::LEAF_BYTES;

/// States judged at once whose speed is measured.
const BATCHES: [usize; 6] = [1, 4, 16, 64, 256, 1024];
/// A batch within this share of the best speed is as good as the best.
const SLACK: f64 = 0.05;

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    /// What it is now, as TOML.
    pub(crate) now: String,
    /// Whether the user set it.
    pub(crate) set_by_user: bool,
    /// What suits this machine, as TOML.
    pub(crate) recommended: String,
    /// Whether that would change anything.
    pub(crate) differs: bool,
    pub(crate) why: String,
}

/// What settings go by, besides the machine.
pub(super) struct Measured {
    /// States judged at once, and states a second.
    rates: Vec<(u64, f64)>,
    /// GPUs that are proven and no program on the processor.
    gpus: Vec<String>,
}

impl Measured {
    pub(super) fn new(clock: &Clock, findings: &[Finding]) -> Measured {
        let gpus = findings
            .iter()
            .filter(|finding| finding.rating == Rating::Works)
            .filter_map(|finding| finding.part.strip_prefix("GPU by "))
            .map(str::to_owned);
        Measured {
            rates: rates(clock),
            gpus: gpus.collect(),
        }
    }
}

/// How fast one thread judges states, by how many at once.
fn rates(clock: &Clock) -> Vec<(u64, f64)> {
    let Ok(weights) = Weights::seeded(nn::Config::default(), 7) else {
        return Vec::new();
    };
    let (width, logits) = (weights.config().inputs, weights.config().policies);
    let mut net = Net::new(&weights);
    let measured = BATCHES.map(|rows| {
        let inputs: Vec<f32> = (0..rows * width).map(|i| (i as f32).sin()).collect();
        let (mut values, mut policies) = (vec![0.0; rows], vec![0.0; rows * logits]);
        // One state is over before a clock can tell.
        let calls = 64_usize.div_ceil(rows);
        let rate = clock.rate(rows * calls, || {
            for _ in 0..calls {
                let _ = net.forward(&inputs, &mut values, &mut policies);
            }
        });
        (rows as u64, rate)
    });
    measured.to_vec()
}

/// The settings, each with its reason.
pub(super) fn recommend(loaded: &Loaded, machine: &Machine, measured: &Measured) -> Vec<Setting> {
    let config = &loaded.config;
    let values = config.values();
    let setting = |key: &'static str, recommended: String, differs: bool, why: String| {
        let now = values
            .iter()
            .find(|(name, _)| *name == key)
            .and_then(|(_, value)| value.clone());
        Setting {
            key,
            now: now.unwrap_or_else(|| "unset".to_owned()),
            set_by_user: loaded.origins[key].source != Source::Default,
            recommended,
            differs,
            why,
        }
    };

    let all = hardware::threads(machine);
    let fast = Role::Search.threads(machine);
    let in_use = match config.hardware.threads {
        0 => all.count,
        wanted => wanted as usize,
    };
    let mut settings = vec![setting(
        "hardware.threads",
        if fast.count == all.count {
            "0".to_owned()
        } else {
            fast.count.to_string()
        },
        in_use != fast.count,
        if fast.count == all.count {
            format!("0 takes {all}")
        } else {
            format!("{fast}; 0 takes {all}, and the slowest of them would be waited for")
        },
    )];

    let budget = hardware::memory_budget(machine, None);
    let limit = config.hardware.memory_limit_bytes();
    settings.push(setting(
        "hardware.memory_limit_mb",
        "0".to_owned(),
        limit.is_some_and(|limit| limit < budget.bytes),
        format!("0 takes up to {budget}"),
    ));

    let room = Room::of(machine);
    let rule = room
        .clone()
        .map(|room| batch::batch(Work::Mcts, LEAF_BYTES, room));
    let flat = batch::flattening(&measured.rates, SLACK);
    let now = u64::from(config.search.batch);
    let batch = suitable(now, rule.known().copied(), flat);
    let flat_words = flat.map_or("n/a (not measured)".to_owned(), |flat| flat.to_string());
    settings.push(setting(
        "search.batch",
        batch.to_string(),
        batch != now,
        format!(
            "the rule of memory allows {rule} (70 % of what is available, half above 80 % in use, items of {}, at most 2000); the net's \
             speed flattens at {flat_words}; a value between the two stays, because another one grows another tree",
            Bytes(LEAF_BYTES)
        ),
    ));

    let gpu_rule = room.map(|room| batch::batch(Work::Gpu, LEAF_BYTES, room));
    let device = crate::devices::DeviceWord::Auto;
    let gpus = match measured.gpus.as_slice() {
        [] => "no GPU is proven, so \"auto\" is the processor".to_owned(),
        some => format!(
            "proven: {}; \"auto\" takes it from the size on at which it was measured to be faster",
            some.join(", ")
        ),
    };
    settings.push(setting(
        "compute.device",
        format!("\"{}\"", device.word()),
        config.compute.device != device,
        format!("{gpus}; the rule's batch for a GPU is {gpu_rule}"),
    ));
    settings
}

/// The batch that is used, moved between what its speed asks for and what memory allows.
fn suitable(now: u64, rule: Option<u64>, flat: Option<u64>) -> u64 {
    let most = rule.unwrap_or(u64::MAX);
    let least = flat.unwrap_or(1).min(most);
    now.clamp(least, most)
}

/// What would be written: those that differ and that no file, variable or flag has set.
fn changes(settings: &[Setting]) -> Vec<&Setting> {
    let wanted = settings
        .iter()
        .filter(|setting| setting.differs && !setting.set_by_user);
    wanted.collect()
}

/// Shows the difference and writes it.
pub(super) fn write(
    loaded: &Loaded,
    settings: &[Setting],
    env: &[(String, String)],
) -> Result<(), Error> {
    for kept in settings
        .iter()
        .filter(|setting| setting.differs && setting.set_by_user)
    {
        eprintln!(
            "kept: {} = {} ({}); recommended: {}",
            kept.key, kept.now, loaded.origins[kept.key], kept.recommended
        );
    }
    let changes = changes(settings);
    if changes.is_empty() {
        eprintln!("nothing to write: all else is as recommended");
        return Ok(());
    }
    let path = match &loaded.file {
        Some(file) => file.clone(),
        None => config::standard_file(env).ok_or(config::Error::NoFolder)?,
    };
    eprintln!("{}:", path.display());
    for change in &changes {
        eprintln!(
            "-  {} = {}  ({})",
            change.key, change.now, loaded.origins[change.key]
        );
        eprintln!("+  {} = {}", change.key, change.recommended);
    }
    replace(&path, &changes)?;
    eprintln!("written: {}", path.display());
    Ok(())
}

/// Puts the changes into the file, which is only replaced if it reads well afterwards.
fn replace(path: &Path, changes: &[&Setting]) -> Result<(), Error> {
    let unwritable = |error: std::io::Error| Error::UnwritableFile {
        path: path.to_owned(),
        why: error.to_string(),
    };
    // A file kept elsewhere behind a link stays there.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let before = match std::fs::read_to_string(&place) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(unwritable(error)),
    };
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let pairs: Vec<(&str, &str)> = changes
        .iter()
        .map(|change| (change.key, change.recommended.as_str()))
        .collect();
    let aside = PathBuf::from(format!("{}.{}.part", place.display(), std::process::id()));
    std::fs::write(&aside, edited(before.as_deref(), &pairs)).map_err(unwritable)?;
    let kept = before
        .is_some()
        .then(|| std::fs::metadata(&place))
        .and_then(Result::ok);
    let done = config::load(Some(&aside), &[], &[])
        .map_err(|_| Error::UnwritableFile {
            path: path.to_owned(),
            why: "it is written in a manner that this program cannot add to; add the lines above by hand".to_owned(),
        })
        .and_then(|_| match kept {
            Some(kept) => std::fs::set_permissions(&aside, kept.permissions()).map_err(unwritable),
            None => Ok(()),
        })
        .and_then(|()| std::fs::rename(&aside, &place).map_err(unwritable));
    if done.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    done
}

/// The file with each key below its section's line; every other line stays as it is.
fn edited(before: Option<&str>, pairs: &[(&str, &str)]) -> String {
    let mut lines: Vec<String> = match before {
        Some(text) => text.lines().map(str::to_owned).collect(),
        None => vec![
            "# Settings that `jarvis2 doctor --write-config` found to suit this machine; `jarvis2 config show` has the others.".to_owned(),
            format!("schema_version = {}", config::SCHEMA_VERSION),
        ],
    };
    for (key, value) in pairs {
        let Some((section, name)) = key.split_once('.') else {
            continue;
        };
        let line = format!("{name} = {value}  # jarvis2 doctor");
        let is_head = |line: &String| {
            let bare = line.split('#').next().unwrap_or_default().trim();
            let inner = bare
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            inner.is_some_and(|inner| inner.trim() == section)
        };
        match lines.iter().position(is_head) {
            Some(head) => lines.insert(head + 1, line),
            None => lines.extend([String::new(), format!("[{section}]"), line]),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use hardware::Recording;

    fn machine(name: &str) -> Machine {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../hardware/tests/fixtures");
        let text = std::fs::read_to_string(format!("{folder}/{name}.txt")).unwrap();
        Recording::parse(&text).machine()
    }

    fn measured() -> Measured {
        Measured {
            rates: vec![(1, 1e3), (16, 5e3), (64, 9.9e3), (256, 1e4)],
            gpus: Vec::new(),
        }
    }

    fn defaults() -> Loaded {
        config::load(None, &[], &[]).unwrap()
    }

    /// Key, recommended value, whether it differs from the defaults.
    #[track_caller]
    fn check(name: &str, expected: [(&str, &str, bool); 4]) {
        let found = recommend(&defaults(), &machine(name), &measured());
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.key, one.recommended.as_str(), one.differs))
            .collect();
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn recorded_machines_get_what_suits_them() {
        let of = |threads, differs| {
            [
                ("hardware.threads", threads, differs),
                ("hardware.memory_limit_mb", "0", false),
                ("search.batch", "256", false),
                ("compute.device", "\"auto\"", false),
            ]
        };
        check("m4-pro-12", of("8", true));
        check("m4-pro-14", of("10", true));
        check("m5-pro", of("0", false));
        check("intel-hybrid", of("8", true));
        check("vm", of("0", false));
    }

    #[test]
    fn a_batch_moves_only_as_far_as_it_must() {
        assert_eq!(suitable(256, Some(2000), Some(64)), 256);
        assert_eq!(suitable(256, Some(2000), Some(512)), 512);
        assert_eq!(suitable(256, Some(100), Some(64)), 100);
        assert_eq!(suitable(256, Some(100), Some(512)), 100);
        assert_eq!(suitable(256, None, None), 256);
    }

    #[test]
    fn a_file_keeps_its_lines_and_loads() {
        let file = "# mine\nschema_version = 1\n\n[search]  # how hard\nseed = 9\n\n#[hardware]\n#threads = 0\n";
        let text = edited(
            Some(file),
            &[("hardware.threads", "8"), ("search.batch", "512")],
        );
        assert_eq!(
            text,
            "# mine\nschema_version = 1\n\n[search]  # how hard\nbatch = 512  # jarvis2 doctor\nseed = 9\n\n#[hardware]\n#threads = 0\n\n\
             [hardware]\nthreads = 8  # jarvis2 doctor\n"
        );
        let dir = tempfile::tempdir().unwrap();
        let load = |text: &str| {
            let path = dir.path().join("config.toml");
            std::fs::write(&path, text).unwrap();
            config::load(Some(&path), &[], &[]).unwrap().config
        };
        let config = load(&text);
        assert_eq!(
            (
                config.hardware.threads,
                config.search.batch,
                config.search.seed
            ),
            (8, 512, 9)
        );
        let config = load(&edited(None, &[("hardware.threads", "8")]));
        assert_eq!(config.hardware.threads, 8);
        let config = load(&edited(
            Some(&config::config_toml_sample()),
            &[("hardware.threads", "8")],
        ));
        assert_eq!(config.hardware.threads, 8);
    }

    #[test]
    fn what_the_user_set_stays_and_a_strange_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let put = |text: &str| std::fs::write(&path, text).unwrap();
        let load = || config::load(Some(&path), &[], &[]).unwrap();
        put("schema_version = 1\n[hardware]\nthreads = 3\n");
        let settings = recommend(&load(), &machine("m4-pro-12"), &measured());
        assert!(settings[0].differs && settings[0].set_by_user);
        assert_eq!(changes(&settings), Vec::<&Setting>::new());

        // A section in braces has no line to write below.
        let strange = "schema_version = 1\nhardware = { memory_limit_mb = 9000 }\n";
        put(strange);
        let settings = recommend(&load(), &machine("m4-pro-12"), &measured());
        let changes = changes(&settings);
        assert_eq!(changes.len(), 1);
        assert!(replace(&path, &changes).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), strange);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);

        let plain = "schema_version = 1\n";
        put(plain);
        let settings = recommend(&load(), &machine("m4-pro-12"), &measured());
        replace(&path, &super::changes(&settings)).unwrap();
        assert_eq!(load().config.hardware.threads, 8);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(plain));
    }

    #[test]
    fn speed_is_measured_at_every_batch() {
        let rates = rates(&Clock::new(true));
        assert_eq!(rates.len(), BATCHES.len());
        assert!(
            rates
                .iter()
                .all(|&(_, rate)| rate.is_finite() && rate > 0.0),
            "{rates:?}"
        );
    }
}
