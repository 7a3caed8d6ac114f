//! The user's folders: may we write there, and is there room?

use std::io::Write;
use std::path::{Path, PathBuf};

use hardware::Bytes;

use super::Finding;
use crate::config::{self, Loaded};
use crate::journal;
use crate::learning::models::Shelf;

/// A diary of a thousand plans takes some tens of megabytes; below this a day's work may not fit.
const ROOM_MIN: u64 = 100_000_000;
/// Below this an index or a training run may fill the disk.
const ROOM_GOOD: u64 = 2_000_000_000;

/// One finding for each folder.
pub(super) fn all(loaded: &Loaded) -> Vec<Finding> {
    let parent = |path: PathBuf| path.parent().map(Path::to_path_buf);
    let folders = [
        (
            "folder of the configuration",
            match &loaded.file {
                Some(file) => parent(file.clone()),
                None => config::standard_file(&config::environment()).and_then(parent),
            },
            "set HOME or XDG_CONFIG_HOME to a folder of yours",
        ),
        (
            "folder of the diary",
            match loaded.config.diary.keep {
                true => journal::store::place(None, &loaded.config)
                    .ok()
                    .and_then(|place| parent(place.path)),
                false => None,
            },
            "set diary.file to another place, or diary.keep to false",
        ),
        (
            "folder of the nets",
            Shelf::of_user().folder().map(Path::to_path_buf),
            "set XDG_DATA_HOME to a folder of yours; plans do without it",
        ),
        (
            "folder of what is known of GPUs",
            crate::devices::cache_file().and_then(parent),
            "set XDG_CACHE_HOME to a folder of yours; without it every run proves its GPU anew",
        ),
        (
            "folder of the reports",
            Some(PathBuf::from(&loaded.config.output.dir)),
            "set output.dir, or give --out or --no-files",
        ),
    ];
    let looked_at = folders
        .into_iter()
        .map(|(part, folder, remedy)| match folder {
            Some(folder) => writable(part, &folder, remedy),
            None => Finding::absent(part, "not used, or no place for it is known"),
        });
    looked_at.collect()
}

/// What the folder allows: tried by writing where it is there, asked of the folder above where it is not.
fn writable(part: &str, folder: &Path, remedy: &str) -> Finding {
    let whole = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let there = whole
        .ancestors()
        .map(|path| {
            if path.as_os_str().is_empty() {
                Path::new(".")
            } else {
                path
            }
        })
        .find(|path| path.exists());
    let Some(there) = there else {
        return Finding::unusable(
            part,
            format!("{}: no folder above it is there", folder.display()),
            remedy,
        );
    };
    let refused =
        |why: String| Finding::unusable(part, format!("{}: {why}", there.display()), remedy);
    if !there.is_dir() {
        return refused("it is a file, not a folder".to_owned());
    }
    let tried = if there == whole {
        written(there)
    } else {
        let both = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
        rustix::fs::access(there, both).map_err(|error| error.to_string())
    };
    if let Err(why) = tried {
        return refused(format!("cannot be written: {why}"));
    }
    let room = match rustix::fs::statvfs(there) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let why = format!("{} may be written; room n/a ({error})", whole.display());
            return Finding::works(part, why);
        }
    };
    let state = if there == whole {
        "may be written"
    } else {
        "is not there yet and can be made"
    };
    roomy(part, &format!("{} {state}", whole.display()), room)
}

fn roomy(part: &str, what: &str, room_bytes: u64) -> Finding {
    let why = format!("{what}, {} free", Bytes(room_bytes));
    let finding = match room_bytes {
        ..ROOM_MIN => Finding::unusable(
            part,
            why,
            "free some of the disk before anything is kept there",
        ),
        ROOM_MIN..ROOM_GOOD => Finding::care(
            part,
            why,
            "enough for plans and the diary; free some before an index or a training run",
        ),
        _ => Finding::works(part, why),
    };
    finding.figure("free", room_bytes as f64, "bytes")
}

/// Writes a small file to the disk and takes it away.
fn written(folder: &Path) -> Result<(), String> {
    let path = folder.join(format!(".jarvis2-doctor-{}", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(&path)?;
        file.write_all(&[0; 4096])?;
        file.sync_all()
    };
    let tried = write();
    let _ = std::fs::remove_file(&path);
    tried.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Rating;

    fn rating(folder: &Path) -> Rating {
        writable("folder", folder, "another").rating
    }

    #[test]
    fn a_folder_that_cannot_be_written_shows() {
        let dir = tempfile::tempdir().unwrap();
        assert_ne!(rating(dir.path()), Rating::Unusable);
        assert_ne!(rating(&dir.path().join("not/yet")), Rating::Unusable);
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            0,
            "something was left behind"
        );
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(rating(&file), Rating::Unusable);
        assert_eq!(rating(&file.join("below")), Rating::Unusable);
        // Nobody can write there, not even root.
        #[cfg(target_os = "linux")]
        assert_eq!(rating(Path::new("/proc")), Rating::Unusable);
    }

    #[test]
    fn a_full_disk_shows() {
        let rated = |room| roomy("folder", "here", room).rating;
        assert_eq!(rated(0), Rating::Unusable);
        assert_eq!(rated(ROOM_MIN - 1), Rating::Unusable);
        assert_eq!(rated(ROOM_MIN), Rating::WorksWithCare);
        assert_eq!(rated(ROOM_GOOD), Rating::Works);
    }
}
