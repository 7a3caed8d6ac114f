//! Nets on the shelf: weights with a manifest that says where they come from, and which of them plans listen to.
//!
//! | file of the folder | what |
//! | --- | --- |
//! | `NAME.safetensors` | weights, as `nn::file` writes them |
//! | `NAME.json` | their [`Manifest`] |
//! | `champion` | the name of the model that plans use; without it the shipped one |
//! | `arena.jsonl` | every match that was played for that place, won or lost, one [`Match`] a line |
//!
//! The folder is `jarvis2/models` in `$XDG_DATA_HOME`, else in `~/.local/share`. The shipped model lies in the program.

use crate::config::Config;
use crate::engine::game::POLICIES;
use crate::error::Error;
use nn::Weights;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wheel::encoding;

/// What the inputs and outputs of a net for the wheel mean; other numbers in the same places have another name.
pub(crate) const ENCODING: &str = "wheel-768-64.1";
/// The model in the program.
pub(crate) const SHIPPED: &str = "shipped";
/// The word of the configuration for whichever model won the last match.
pub(crate) const CHAMPION: &str = "champion";
/// The word of the configuration for the closed form alone.
pub(crate) const OFF: &str = "off";

const SHIPPED_WEIGHTS: &[u8] = include_bytes!("../../models/shipped.safetensors");
const SHIPPED_MANIFEST: &str = include_str!("../../models/shipped.json");

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Version of this format.
    pub(crate) schema: u32,
    /// What inputs and outputs mean ([`ENCODING`]).
    pub(crate) encoding: String,
    /// Sizes of the layers, as the weights' file says them.
    pub(crate) architecture: String,
    /// Checksum of the weights, as their file says it.
    pub(crate) sha256: String,
    /// What it was trained on.
    pub(crate) ground: String,
    /// Steps of the learner.
    pub(crate) steps: u64,
    /// Games that were played for it.
    pub(crate) games: u64,
    /// Decisions in them.
    pub(crate) moves: u64,
    /// Seed of the run.
    pub(crate) seed: u64,
    /// Every setting of the run.
    pub(crate) settings: String,
    /// Version of the program that trained it.
    pub(crate) version: String,
    /// What situations it was trained on.
    #[serde(default)]
    pub(crate) support: Option<crate::learning::support::Support>,
    /// How often what it expected came true.
    #[serde(default)]
    pub(crate) calibration: Option<crate::learning::calibration::Calibration>,
}

/// A match for the champion's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Match {
    /// Name and checksum of the candidate.
    pub(crate) candidate: (String, String),
    /// Of whom it played against; `off` is the search without nets.
    pub(crate) champion: (String, String),
    /// Frozen markets, the same for both.
    pub(crate) markets: u64,
    /// Evaluations before each decision, candidate and champion.
    pub(crate) evaluations: (u32, u32),
    /// Mean processor time of a decision in milliseconds.
    pub(crate) milliseconds: (f64, f64),
    /// How much better the candidate did, in hundredths of a percent of wealth, with the ends of the 95 % interval.
    pub(crate) gain_bps: [f64; 3],
    /// Is the candidate better: the interval above zero, at no more time for a decision than a tenth above the other's?
    pub(crate) better: bool,
}

/// A model that may be used.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) weights: Arc<Weights>,
    pub(crate) manifest: Manifest,
}

/// The shelf.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    folder: Option<PathBuf>,
}

impl Shelf {
    /// The shelf of the user.
    pub(crate) fn of_user() -> Shelf {
        let folder = |name: &str, rest: &str| {
            // The XDG base directory specification: a relative path is to be ignored.
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .map(|path| path.join(rest).join("jarvis2").join("models"))
        };
        Shelf {
            folder: folder("XDG_DATA_HOME", "").or_else(|| folder("HOME", ".local/share")),
        }
    }

    /// The folder, if there is a place for one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The folder, made if it is not there.
    fn made(&self) -> Result<&Path, Error> {
        let folder = self.folder.as_deref().ok_or_else(|| {
            Error::Usage(
                "there is no folder for models: set HOME or XDG_DATA_HOME, or name a file"
                    .to_owned(),
            )
        })?;
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        Ok(folder)
    }

    /// Names of the models, the shipped one first.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .folder
            .as_deref()
            .and_then(|folder| fs::read_dir(folder).ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let is_model = path.extension()? == "safetensors";
                is_model.then(|| path.file_stem()?.to_str().map(str::to_owned))?
            })
            .collect();
        names.sort();
        names.insert(0, SHIPPED.to_owned());
        names
    }

    /// The name that [`CHAMPION`] stands for.
    pub(crate) fn champion(&self) -> String {
        let file = self.folder.as_deref().map(|folder| folder.join("champion"));
        file.and_then(|file| fs::read_to_string(file).ok())
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| SHIPPED.to_owned())
    }

    /// The model that a word of the configuration means; `None` for [`OFF`].
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub(crate) fn find(&self, word: &str) -> Result<Option<Model>, String> {
        let name = match word {
            OFF => return Ok(None),
            CHAMPION => self.champion(),
            other => other.to_owned(),
        };
        if name == OFF {
            return Ok(None);
        }
        if name == SHIPPED {
            let weights = Weights::from_bytes(SHIPPED_WEIGHTS).map_err(|error| error.to_string());
            return checked(SHIPPED, weights, SHIPPED_MANIFEST).map(Some);
        }
        let path = if name.contains(['/', '.']) {
            PathBuf::from(&name)
        } else {
            let folder = self.folder.as_deref();
            let folder =
                folder.ok_or("there is no folder for models: set HOME or XDG_DATA_HOME")?;
            folder.join(format!("{name}.safetensors"))
        };
        let weights = Weights::load(&path).map_err(|error| error.to_string());
        let beside = path.with_extension("json");
        let manifest = fs::read_to_string(&beside).map_err(|error| {
            format!(
                "{}: {error}: a net without a manifest counts as untrained",
                beside.display()
            )
        });
        // The weights are looked at first: a damaged file is the better reason.
        let weights = Ok(weights?);
        checked(&name, weights, &manifest?)
            .map_err(|why| format!("{}: {why}", path.display()))
            .map(Some)
    }

    /// Puts a model on the shelf.
    ///
    /// # Errors
    /// Where the folder cannot be written, the name is none for a model, or another model has it.
    pub(crate) fn put(&self, model: &Model) -> Result<PathBuf, Error> {
        self.free(&model.name, &model.manifest.sha256)?;
        let folder = self.made()?;
        let path = folder.join(format!("{}.safetensors", model.name));
        save(&path, model)?;
        Ok(path)
    }

    /// Whether this name may be given to the model with this checksum.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn free(&self, name: &str, sha256: &str) -> Result<(), Error> {
        let reserved = [SHIPPED, CHAMPION, OFF].contains(&name);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if reserved || name.is_empty() || !name.chars().all(plain) {
            return Err(Error::Usage(format!(
                "{name:?} cannot be a model's name: it has letters, digits, - and _, and is not {SHIPPED}, {CHAMPION} or {OFF}"
            )));
        }
        match self.find(name) {
            Ok(Some(other)) if other.manifest.sha256 != sha256 => Err(Error::Usage(format!(
                "{name}: the list has another model of this name ({}...); give this one another name",
                other.manifest.sha256.chars().take(12).collect::<String>()
            ))),
            _ => Ok(()),
        }
    }

    /// Makes a model the champion.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub(crate) fn crown(&self, name: &str) -> Result<(), Error> {
        let folder = self.made()?;
        let (aside, place) = (folder.join("champion.part"), folder.join("champion"));
        fs::write(&aside, format!("{name}\n"))
            .and_then(|()| fs::rename(&aside, &place))
            .map_err(|error| unwritable(&place, &error))
    }

    /// Writes a match into the record.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub(crate) fn record(&self, one: &Match) -> Result<(), Error> {
        let path = self.made()?.join("arena.jsonl");
        let line =
            serde_json::to_string(one).map_err(|error| Error::Internal(error.to_string()))?;
        let mut options = fs::OpenOptions::new();
        options
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| {
                file.write_all(format!("{line}\n").as_bytes())?;
                file.sync_all()
            })
            .map_err(|error| unwritable(&path, &error))
    }

    /// The matches so far; lines that cannot be read are left out.
    pub(crate) fn matches(&self) -> Vec<Match> {
        let path = self
            .folder
            .as_deref()
            .map(|folder| folder.join("arena.jsonl"));
        path.and_then(|path| fs::read_to_string(path).ok())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}

/// The model that the configuration asks for.
///
/// # Errors
/// Why there is none, in a sentence; a plan goes on without nets then.
pub(crate) fn asked(config: &Config) -> Result<Option<Model>, String> {
    Shelf::of_user().find(&config.nets.model)
}

/// Writes weights and manifest beside each other, the manifest last: weights without one are not used.
pub(crate) fn save(path: &Path, model: &Model) -> Result<(), Error> {
    let failed = |error: String| Error::UnwritableFile {
        path: path.to_owned(),
        why: error,
    };
    model
        .weights
        .save(path)
        .map_err(|error| failed(error.to_string()))?;
    let text =
        serde_json::to_string_pretty(&model.manifest).map_err(|error| failed(error.to_string()))?;
    let (aside, place) = (
        path.with_extension("json.part"),
        path.with_extension("json"),
    );
    fs::write(&aside, text + "\n")
        .and_then(|()| fs::rename(&aside, &place))
        .map_err(|error| failed(error.to_string()))
}

fn checked(name: &str, weights: Result<Weights, String>, manifest: &str) -> Result<Model, String> {
    let weights = weights?;
    let manifest: Manifest = serde_json::from_str(manifest)
        .map_err(|error| format!("its manifest cannot be read: {error}"))?;
    let shape = weights.config();
    if (shape.inputs, shape.policies) != (encoding::LEN, POLICIES) {
        return Err(format!(
            "the net is {}, the wheel needs {} inputs and {POLICIES} policy outputs: use weights that `jarvis2 train` made on the wheel",
            shape.architecture(),
            encoding::LEN
        ));
    }
    if manifest.schema != 1 || manifest.encoding != ENCODING {
        return Err(format!(
            "the net speaks {} (schema {}), this program {ENCODING} (schema 1): train it anew",
            manifest.encoding, manifest.schema
        ));
    }
    if manifest.sha256 != weights.sha256() {
        return Err("the manifest is of other weights: copy both files again".to_owned());
    }
    if manifest.steps == 0 {
        return Err("the net is untrained: its manifest says 0 steps".to_owned());
    }
    Ok(Model {
        name: name.to_owned(),
        weights: Arc::new(weights),
        manifest,
    })
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::UnwritableFile {
        path: path.to_owned(),
        why: error.to_string(),
    }
}
