//! The rows of a run on disk: everything its games have taught, in one file that only grows.
//!
//! ```text
//! block   "J2ROWS1\n"  generation u64  rows u32  width u32  SHA-256 of all the rest (32 bytes)  rows * width f32
//! ```
//! Little-endian. A block is one generation of games, flushed to the disk before any checkpoint speaks of it. What stands after the
//! last block that a checkpoint knows was not yet learned from: it is cut off, and the same games are played again.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;

const MAGIC: [u8; 8] = *b"J2ROWS1\n";
const HEAD_BYTES: usize = 8 + 8 + 4 + 4 + 32;

/// The file.
pub(crate) struct RowFile {
    path: PathBuf,
    file: File,
    width: usize,
    bytes: u64,
}

impl RowFile {
    /// Opens or makes the file, and cuts it off after `bytes`.
    pub(crate) fn open(path: &Path, width: usize, bytes: u64) -> Result<RowFile, Error> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(Error::file(path))?;
        let found = file.metadata().map_err(Error::file(path))?.len();
        if found < bytes {
            return Err(Error::Run {
                path: path.to_owned(),
                why: format!(
                    "it has {found} bytes, but its checkpoint has learned from {bytes}: rows are lost; start a new run in another folder"
                ),
            });
        }
        file.set_len(bytes).map_err(Error::file(path))?;
        Ok(RowFile {
            path: path.to_owned(),
            file,
            width,
            bytes,
        })
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds a generation and waits until the disk has it.
    pub(crate) fn append(&mut self, generation: u64, rows: &[f32]) -> Result<(), Error> {
        let data: Vec<u8> = rows.iter().flat_map(|x| x.to_le_bytes()).collect();
        let count = (rows.len() / self.width) as u32;
        let mut block = Vec::with_capacity(HEAD_BYTES + data.len());
        block.extend(MAGIC);
        block.extend(generation.to_le_bytes());
        block.extend(count.to_le_bytes());
        block.extend((self.width as u32).to_le_bytes());
        block.extend(digest(&block, &data));
        block.extend(&data);
        self.file
            .seek(SeekFrom::Start(self.bytes))
            .and_then(|_| self.file.write_all(&block))
            .and_then(|()| self.file.sync_data())
            .map_err(Error::file(&self.path))?;
        self.bytes += block.len() as u64;
        Ok(())
    }

    /// The last `count` rows, oldest first. Every block is checked against its hash.
    pub(crate) fn last(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let damaged = |at: u64, what: &str| Error::Run {
            path: self.path.clone(),
            why: format!(
                "the block at byte {at} is damaged: {what}; start a new run in another folder"
            ),
        };
        // Where blocks start, so that only the last ones are read whole.
        let mut starts = Vec::new();
        let mut at = 0_u64;
        let mut head = [0_u8; HEAD_BYTES];
        while at < self.bytes {
            if self.bytes - at < HEAD_BYTES as u64 {
                return Err(damaged(at, "it is cut off"));
            }
            self.file
                .seek(SeekFrom::Start(at))
                .and_then(|_| self.file.read_exact(&mut head))
                .map_err(Error::file(&self.path))?;
            let word = |from: usize| {
                u32::from_le_bytes([head[from], head[from + 1], head[from + 2], head[from + 3]])
            };
            let (rows, width) = (word(16), word(20) as usize);
            if head[..8] != MAGIC || width != self.width {
                return Err(damaged(at, "its head is not one of this run"));
            }
            let data = u64::from(rows) * 4 * width as u64;
            if self.bytes - at - (HEAD_BYTES as u64) < data {
                return Err(damaged(at, "it is cut off"));
            }
            starts.push((at, rows as usize, data));
            at += HEAD_BYTES as u64 + data;
        }
        let mut from = starts.len();
        let mut found = 0;
        while from > 0 && found < count {
            from -= 1;
            found += starts[from].1;
        }
        let mut rows = Vec::with_capacity(found * self.width);
        for &(at, _, bytes) in &starts[from..] {
            let mut data = vec![0_u8; bytes as usize];
            self.file
                .seek(SeekFrom::Start(at))
                .and_then(|_| self.file.read_exact(&mut head))
                .and_then(|()| self.file.read_exact(&mut data))
                .map_err(Error::file(&self.path))?;
            if head[24..] != digest(&head[..24], &data) {
                return Err(damaged(at, "its hash does not fit"));
            }
            rows.extend(
                data.as_chunks::<4>()
                    .0
                    .iter()
                    .map(|&bytes| f32::from_le_bytes(bytes)),
            );
        }
        let spare = found.saturating_sub(count) * self.width;
        rows.drain(..spare);
        Ok(rows)
    }
}

fn digest(head: &[u8], data: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(head)
        .chain_update(data)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(folder: &Path) -> RowFile {
        let mut file = RowFile::open(&folder.join("rows.bin"), 2, 0).expect("a file");
        file.append(0, &[0.0, 1.0, 2.0, 3.0]).expect("room");
        file.append(1, &[4.0, 5.0]).expect("room");
        file
    }

    #[test]
    fn the_last_rows_come_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = filled(folder.path());
        assert_eq!(file.last(2).expect("sound"), [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(file.last(1).expect("sound"), [4.0, 5.0]);
        assert_eq!(file.last(9).expect("sound").len(), 6);
    }

    #[test]
    fn what_no_checkpoint_knows_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.bin");
        let mut file = filled(folder.path());
        let known = file.bytes();
        file.append(2, &[6.0, 7.0]).expect("room");
        drop(file);
        let mut file = RowFile::open(&path, 2, known).expect("a file");
        assert_eq!(file.last(1).expect("sound"), [4.0, 5.0]);
        assert_eq!(std::fs::metadata(&path).expect("a file").len(), known);
    }

    #[test]
    fn every_flipped_byte_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.bin");
        let bytes = filled(folder.path()).bytes();
        let whole = std::fs::read(&path).expect("a file");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&path, damaged).expect("room");
            let found = RowFile::open(&path, 2, bytes).and_then(|mut file| file.last(9));
            assert!(matches!(found, Err(Error::Run { .. })), "byte {at}");
        }
    }
}
