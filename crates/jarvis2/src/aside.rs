//! A file that is there whole or not at all: written beside its place, then renamed.
//!
//! The place is tried before the work begins, so that a folder that is missing is said in the first second and not in the last.
//! A place that is no regular file (a pipe, a device) is written to directly: renaming would replace it.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under way; dropped before [`Aside::commit`], it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Aside {
    /// As the user wrote it, for messages.
    path: PathBuf,
    /// Where links lead to.
    target: PathBuf,
    /// The file beside it; absent where the place is written to directly.
    beside: Option<PathBuf>,
    file: Option<BufWriter<File>>,
}

impl Aside {
    /// Opens a file beside `path`, or says why that cannot be.
    pub(crate) fn create(path: &Path) -> Result<Aside, Error> {
        let refuse = |why: String| Error::UnwritableFile {
            path: path.to_owned(),
            why,
        };
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let found = fs::metadata(&target).ok();
        if found.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(refuse("it is a folder".to_owned()));
        }
        let name = target
            .file_name()
            .ok_or_else(|| refuse("it names no file".to_owned()))?
            .to_string_lossy()
            .into_owned();
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        if !folder.is_dir() {
            return Err(refuse(format!("there is no folder {}", folder.display())));
        }
        let direct = found.is_some_and(|found| !found.is_file());
        let beside =
            (!direct).then(|| folder.join(format!(".{name}.{}.partial", std::process::id())));
        let file = match &beside {
            Some(beside) => File::create(beside),
            None => File::options().write(true).open(&target),
        };
        let file = file.map_err(|error| refuse(error.to_string()))?;
        Ok(Aside {
            path: path.to_owned(),
            target,
            beside,
            file: Some(BufWriter::new(file)),
        })
    }

    /// Writes through a function.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let done = match &mut self.file {
            Some(file) => write(file),
            None => Ok(()),
        };
        done.map_err(|error| self.refused(&error))
    }

    /// Puts the file in its place; returns the place as the user wrote it.
    pub(crate) fn commit(mut self) -> Result<PathBuf, Error> {
        if let Some(mut file) = self.file.take() {
            let done = file.flush().and_then(|()| match &self.beside {
                // On the disk before it takes the place of what was there.
                Some(_) => file.get_ref().sync_all(),
                None => Ok(()),
            });
            done.map_err(|error| self.refused(&error))?;
        }
        if let Some(beside) = &self.beside {
            fs::rename(beside, &self.target).map_err(|error| self.refused(&error))?;
            self.beside = None;
        }
        Ok(self.path.clone())
    }

    fn refused(&self, error: &std::io::Error) -> Error {
        Error::UnwritableFile {
            path: self.path.clone(),
            why: error.to_string(),
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Some(beside) = self.beside.take() {
            let _ = fs::remove_file(beside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn it_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("trace.json");
        fs::write(&path, "before").unwrap();
        let mut aside = Aside::create(&path).unwrap();
        aside.write(|out| out.write_all(b"half")).unwrap();
        drop(aside);
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(names(dir.path()), ["trace.json"]);
        let mut aside = Aside::create(&path).unwrap();
        aside.write(|out| out.write_all(b"whole")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(aside.commit().unwrap(), path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(names(dir.path()), ["trace.json"]);
    }

    #[test]
    fn a_place_that_cannot_be_is_said_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let said = |path: &Path| Aside::create(path).unwrap_err().to_string();
        assert!(said(dir.path()).contains("it is a folder"));
        assert!(said(&dir.path().join("no/such/trace.json")).contains("there is no folder"));
        assert!(names(dir.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        fs::write(&real, "before").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut aside = Aside::create(&link).unwrap();
        aside.write(|out| out.write_all(b"after")).unwrap();
        aside.commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "after");
    }
}
