//! `jarvis2 replay ID`: the same question asked again of the same data must give the same bytes.
//!
//! Every backtest leaves `jarvis2/runs/ID.json` in `$XDG_DATA_HOME` (else `~/.local/share`): the words it was asked with, where, and the
//! hash of the answer. What depends on the log of trials is not part of it.

use super::data::Past;
use super::view::{self, Body};
use super::{BacktestArgs, perform};
use crate::aside::Aside;
use crate::cli::done;
use crate::engine::inputs::sha256;
use crate::error::Error;
use clap::{Args, Parser};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The run's id, as its report says it.
    id: String,
    /// Print the answer again, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is kept of a run.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The words after `jarvis2 backtest`.
    words: Vec<String>,
    /// The folder in which they were said.
    folder: PathBuf,
    data_sha256: String,
    answer_sha256: String,
}

#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Again {
    #[command(flatten)]
    args: BacktestArgs,
}

fn place(id: &str) -> Result<PathBuf, Error> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let folder = absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .ok_or_else(|| {
            Error::Usage("there is no folder for runs: set HOME or XDG_DATA_HOME".to_owned())
        })?;
    Ok(folder
        .join("jarvis2")
        .join("runs")
        .join(format!("{id}.json")))
}

fn answer(body: &Body) -> Result<String, Error> {
    serde_json::to_string(body).map_err(|error| Error::Internal(error.to_string()))
}

/// Keeps how this run was asked for.
pub(super) fn remember(body: &Body, past: &Past) -> Result<(), Error> {
    let path = place(&body.id)?;
    let refused = |why: String| Error::UnwritableFile {
        path: path.clone(),
        why,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| refused(error.to_string()))?;
    }
    let words = crate::asked::words()
        .into_iter()
        .skip_while(|word| word != "backtest")
        .skip(1)
        .collect();
    let kept = Kept {
        words,
        folder: std::env::current_dir().map_err(|error| refused(error.to_string()))?,
        data_sha256: past.sha256.clone(),
        answer_sha256: sha256(answer(body)?.as_bytes()),
    };
    let text =
        serde_json::to_string_pretty(&kept).map_err(|error| Error::Internal(error.to_string()))?;
    let mut aside = Aside::create(&path)?;
    aside.write(|file| writeln!(file, "{text}"))?;
    aside.commit()?;
    Ok(())
}

/// Asks again and compares.
pub(crate) fn run(args: &ReplayArgs) -> Result<u8, Error> {
    if args.id.is_empty() || !args.id.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Error::Usage(format!(
            "{}: an id of 16 hexadecimal digits is needed, as the report says it",
            args.id
        )));
    }
    let path = place(&args.id)?;
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let path = path.display();
        Error::Usage(format!("no run {} is kept here ({path}: {error})", args.id))
    })?;
    let kept: Kept = serde_json::from_str(&text).map_err(|error| Error::Io {
        path: path.clone(),
        why: format!("not what a run leaves: {error}"),
    })?;
    std::env::set_current_dir(&kept.folder).map_err(|error| Error::Io {
        path: kept.folder.clone(),
        why: error.to_string(),
    })?;
    let again = Again::try_parse_from(&kept.words).map_err(|error| {
        Error::Usage(format!(
            "the run was asked for in words that this version does not know: {error}"
        ))
    })?;
    let body = perform(&again.args, |config, past, outcome| {
        if past.sha256 != kept.data_sha256 {
            return Err(Error::Io {
                path: path.clone(),
                why: format!(
                    "the data are not those of the run: their hash is {}, it was {}",
                    past.sha256, kept.data_sha256
                ),
            });
        }
        Ok(view::body(&again.args, config, past, outcome))
    })?;
    let bytes = answer(&body)?;
    let now = sha256(bytes.as_bytes());
    let same = now == kept.answer_sha256 && body.id == args.id;
    if args.json {
        done(
            &json!({ "id": args.id, "same": same, "answer_sha256": now, "answer": body })
                .to_string(),
        );
    } else if same {
        done(&format!(
            "run {}: the same {} bytes (SHA-256 {now})",
            args.id,
            bytes.len()
        ));
    } else {
        done(&format!(
            "run {}: DIFFERENT: the answer has SHA-256 {now}, it had {}; the id is {} now. Another version of the program, another configuration, or a defect",
            args.id, kept.answer_sha256, body.id
        ));
    }
    Ok(if same { 0 } else { 6 })
}
