//! A learner on disk, so that a run that stops can go on as if it had not.
//!
//! A safetensors file as in [`file`](crate::file), with three times the tensors: `weights.`, `first.` and `second.` before the
//! names of the weights, for the weights and for Adam's two means. Its metadata has `schema`, `architecture` and `sha256`, the
//! steps taken as `step`, and each field of [`LearnConfig`] under its own name; the checksum covers all of them.

use std::path::Path;

use super::adam::Adam;
use super::{LearnConfig, Learner};
use crate::file::{self, Facts, File, SCHEMA};
use crate::{Config, Error, Weights};

/// Three times the largest file of weights.
const LARGEST_CHECKPOINT: u64 = (12 << 28) + (1 << 20);

const PREFIXES: [&str; 3] = ["weights.", "first.", "second."];

impl Learner {
    /// Writes weights, Adam's means, step and schedule: beside its place first, then by renaming once the disk has it. A file that
    /// was there stays whole until the new one is.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        file::save(path, &self.to_bytes())
    }

    /// Reads what [`Learner::save`] wrote. Further steps give the same bits as those of a learner that never stopped.
    ///
    /// # Errors
    /// [`Error::Io`] if the system cannot read it, [`Error::File`] with the reason if it is no checkpoint, is damaged, or belongs
    /// to a net of another shape than `config`.
    pub fn load(path: &Path, config: &Config) -> Result<Learner, Error> {
        file::load(path, LARGEST_CHECKPOINT, |bytes| {
            Learner::from_bytes(bytes, config)
        })
    }

    /// A checkpoint as the bytes of its file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let tensors = self.parts().into_iter().zip(PREFIXES);
        let tensors = tensors.flat_map(|(part, prefix)| part.tensors(prefix));
        file::to_bytes(&self.facts(), tensors.collect())
    }

    /// A learner from the bytes that [`Learner::to_bytes`] gave, as [`Learner::load`] reads them.
    ///
    /// # Errors
    /// As [`Learner::load`], but for [`Error::Io`].
    pub fn from_bytes(bytes: &[u8], config: &Config) -> Result<Learner, Error> {
        let mut file = File::open(bytes)?;
        file.check_schema()?;
        let found = file.config()?;
        if file.fact("step").is_err() {
            return Err(Error::NoCheckpoint);
        }
        if found != *config {
            return Err(Error::OtherNet {
                found: found.architecture(),
                wanted: config.architecture(),
            });
        }
        let [weights, first, second] = PREFIXES.map(|prefix| file.weights(&found, prefix));
        let learner = Learner {
            weights: weights?,
            learn: LearnConfig::from_facts(&file)?,
            adam: Adam {
                step: number(&file, "step")?,
                first: first?,
                second: second?,
            },
        };
        let tensors = learner.parts().into_iter().zip(PREFIXES);
        let tensors: Vec<_> = tensors
            .flat_map(|(part, prefix)| part.tensors(prefix))
            .collect();
        file.close(&learner.facts(), &tensors, config)?;
        learner.learn.check()?;
        Ok(learner)
    }

    fn parts(&self) -> [&Weights; 3] {
        [&self.weights, &self.adam.first, &self.adam.second]
    }

    fn facts(&self) -> Facts {
        let mut facts = vec![
            ("schema", SCHEMA.to_string()),
            ("architecture", self.weights.config().architecture()),
            ("step", self.adam.step.to_string()),
        ];
        facts.extend(self.learn.facts());
        facts
    }
}

/// A number in the metadata, written as we write it: other texts of the same number would escape the checksum.
fn number<T: std::str::FromStr + ToString>(file: &File, key: &'static str) -> Result<T, Error> {
    let value = file.fact(key)?;
    let number = value.parse().ok();
    let number = number.filter(|number: &T| number.to_string() == value);
    number.ok_or_else(|| Error::MetadataValue {
        key,
        value: value.to_owned(),
        wanted: "a number as this program writes it",
    })
}

impl LearnConfig {
    /// Every field as text that reads back to the same bits.
    fn facts(&self) -> Facts {
        // Taken apart by name, so that no field can be forgotten.
        let LearnConfig {
            learning_rate,
            learning_rate_floor,
            warmup_steps,
            steps,
            value_scale,
            policy_scale,
            huber_delta,
            l2,
            decay,
            beta1,
            beta2,
            epsilon,
            gradient_norm_max,
        } = self;
        vec![
            ("learning_rate", learning_rate.to_string()),
            ("learning_rate_floor", learning_rate_floor.to_string()),
            ("warmup_steps", warmup_steps.to_string()),
            ("steps", steps.to_string()),
            ("value_scale", value_scale.to_string()),
            ("policy_scale", policy_scale.to_string()),
            ("huber_delta", huber_delta.to_string()),
            ("l2", l2.to_string()),
            ("decay", decay.to_string()),
            ("beta1", beta1.to_string()),
            ("beta2", beta2.to_string()),
            ("epsilon", epsilon.to_string()),
            ("gradient_norm_max", gradient_norm_max.to_string()),
        ]
    }

    fn from_facts(file: &File) -> Result<LearnConfig, Error> {
        Ok(LearnConfig {
            learning_rate: number(file, "learning_rate")?,
            learning_rate_floor: number(file, "learning_rate_floor")?,
            warmup_steps: number(file, "warmup_steps")?,
            steps: number(file, "steps")?,
            value_scale: number(file, "value_scale")?,
            policy_scale: number(file, "policy_scale")?,
            huber_delta: number(file, "huber_delta")?,
            l2: number(file, "l2")?,
            decay: number(file, "decay")?,
            beta1: number(file, "beta1")?,
            beta2: number(file, "beta2")?,
            epsilon: number(file, "epsilon")?,
            gradient_norm_max: number(file, "gradient_norm_max")?,
        })
    }
}
