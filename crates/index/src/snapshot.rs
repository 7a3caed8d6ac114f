//! The graph of neighbours on disk: written aside, flushed, renamed, and believed only when its hash is the recorded one.
//!
//! A snapshot is a convenience: the rows in SQLite are what counts. The newest two are kept; when the newest is missing or damaged
//! (one flipped bit is enough), the one before it serves, and when that fails too, the graph is built from the rows.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::Error;

/// Snapshots kept.
const KEPT: i64 = 2;

/// What SQLite knows of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) generation: i64,
    /// Every vector up to this number was looked at.
    pub(crate) last_seq: u64,
    pub(crate) count: u64,
    /// The counter of deletes at that moment.
    pub(crate) deletes: u64,
    /// What must be the same for the file to serve.
    pub(crate) settings: String,
    bytes: u64,
    sha256: Vec<u8>,
}

pub(crate) fn path(folder: &Path, generation: i64) -> PathBuf {
    folder.join(format!("vectors-{generation}.usearch"))
}

/// Newest first.
pub(crate) fn recorded(connection: &Connection) -> rusqlite::Result<Vec<Recorded>> {
    connection
        .prepare_cached("SELECT * FROM snapshots ORDER BY generation DESC")?
        .query_map([], |row| {
            let number = |place| row.get::<_, i64>(place).map(i64::cast_unsigned);
            Ok(Recorded {
                generation: row.get(0)?,
                last_seq: number(1)?,
                count: number(2)?,
                deletes: number(3)?,
                settings: row.get(4)?,
                bytes: number(5)?,
                sha256: row.get(6)?,
            })
        })?
        .collect()
}

/// What is wrong with the file, if anything.
pub(crate) fn fault(folder: &Path, recorded: &Recorded) -> Option<String> {
    let path = path(folder, recorded.generation);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match hash(&path) {
        Err(error) => Some(format!("{name}: {error}")),
        Ok((bytes, _)) if bytes != recorded.bytes => Some(format!(
            "{name} has {bytes} bytes where {} were written",
            recorded.bytes
        )),
        Ok((_, sha256)) if sha256 != recorded.sha256 => Some(format!(
            "{name} is not what was written: its hash is another"
        )),
        Ok(_) => None,
    }
}

/// Writes with `save` and records it; returns the new generation. `count`, `last_seq` and `deletes` describe what `save` writes.
///
/// A snapshot smaller than the last one is refused unless deletes explain the difference.
pub(crate) fn write(
    folder: &Path,
    connection: &mut Connection,
    settings: &str,
    (last_seq, count, deletes): (u64, u64, u64),
    save: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<i64, Error> {
    let database = folder.join("index.sqlite");
    let fail = |error| Error::sqlite(&database, error);
    let known = recorded(connection).map_err(fail)?;
    if let Some(last) = known.first() {
        let explained = deletes.saturating_sub(last.deletes);
        if count + explained < last.count {
            return Err(Error::WouldLose {
                new: count,
                expected: last.count - explained,
            });
        }
    }
    let generation = known.first().map_or(1, |last| last.generation + 1);
    let target = path(folder, generation);
    let aside = target.with_extension("part");
    save(&aside)?;
    let file = File::open(&aside).map_err(|error| Error::io(&aside, error))?;
    file.sync_all().map_err(|error| Error::io(&aside, error))?;
    let (bytes, sha256) = hash(&aside).map_err(|error| Error::io(&aside, error))?;
    std::fs::rename(&aside, &target).map_err(|error| Error::io(&target, error))?;
    // The name itself is durable once the folder is.
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| Error::io(folder, error))?;
    let record = |connection: &mut Connection| -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        transaction.execute(
            "INSERT INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                generation,
                last_seq.cast_signed(),
                count.cast_signed(),
                deletes.cast_signed(),
                settings,
                bytes.cast_signed(),
                sha256
            ],
        )?;
        transaction.execute(
            "DELETE FROM snapshots WHERE generation <= ?1",
            [generation - KEPT],
        )?;
        transaction.commit()
    };
    record(connection).map_err(fail)?;
    sweep(folder, generation - KEPT);
    Ok(generation)
}

/// Removes what no row names: old generations, and files that a dying process left half written.
pub(crate) fn sweep(folder: &Path, up_to: i64) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Some(rest) = name.strip_prefix("vectors-") else {
            continue;
        };
        let old = rest
            .strip_suffix(".usearch")
            .and_then(|number| number.parse::<i64>().ok())
            .is_some_and(|generation| generation <= up_to);
        if old || rest.ends_with(".part") {
            // What cannot be removed now is removed next time.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn hash(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, digest.finalize().to_vec()));
        }
        bytes += read as u64;
        digest.update(&buffer[..read]);
    }
}
