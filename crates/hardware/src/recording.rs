//! A machine written down as text, to be read again anywhere: what the tests know of machines that they do not run on.
//!
//! One line for each thing, `name = text`, where `|` in the text stands for a new line; other lines that start with `#` are notes.
//!
//! ```text
//! # where this comes from
//! arch = aarch64
//! hw.memsize = 25769803776                    a counter of macOS
//! system_profiler SPDisplaysDataType = {...}  what that command prints; so also "ioreg AGXAccelerator"
//! MTLDevice Apple M4 = 12713120000            what a GPU of the machine's own memory says it may hold at once
//! /proc/meminfo = MemTotal: 24684084 kB       a file of Linux
//! ```
//! A recording with counters is a Mac, any other is Linux.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use crate::gpu::Stated;
use crate::machine::Machine;
use crate::{gpu, linux, macos};

/// What one machine offered when it was looked at.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    entries: Vec<(String, String)>,
}

impl Recording {
    /// Reads the text at the head of this file; lines that are none of it are passed over.
    pub fn parse(text: &str) -> Recording {
        let entries = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(" = "))
            .map(|(name, text)| (name.trim().to_owned(), text.replace('|', "\n")))
            .collect();
        Recording { entries }
    }

    /// The machine as we would describe it if we ran on it, but for what only the running process knows.
    pub fn machine(&self) -> Machine {
        let is_mac = self
            .entries
            .iter()
            .any(|(name, _)| name.starts_with("hw.") || name.starts_with("machdep."));
        let mut machine = if is_mac {
            let mut machine = macos::machine(&|name| self.counter(name));
            machine.gpus =
                gpu::with_stated(macos::gpus(&|command| self.text(command)), self.devices());
            machine
        } else {
            let files = |path: &str| self.text(path);
            let mut machine = linux::machine(&files);
            machine.gpus = gpu::of_linux(&files, &|folder| self.names(folder));
            machine
        };
        if let Some(arch) = self.text("arch") {
            machine.arch = arch;
        }
        if is_mac {
            macos::note_sources(&mut machine);
        } else {
            linux::note_sources(&mut machine);
        }
        machine
    }

    /// Writes the files of a Linux machine below `root`, in folders as on the machine: `root/proc/meminfo`.
    pub fn write_to(&self, root: &Path) -> io::Result<()> {
        for (name, text) in &self.entries {
            let Some(path) = name.strip_prefix('/') else {
                continue;
            };
            let path = root.join(path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, text)?;
        }
        Ok(())
    }

    fn devices(&self) -> Vec<Stated> {
        let device = |(name, bytes): &(String, String)| {
            Some(Stated {
                name: name.strip_prefix("MTLDevice ")?.to_owned(),
                unified: true,
                working_set_bytes: bytes.parse().ok()?,
            })
        };
        self.entries.iter().filter_map(device).collect()
    }

    fn text(&self, name: &str) -> Option<String> {
        let found = self.entries.iter().find(|(entry, _)| entry == name)?;
        Some(found.1.clone())
    }

    /// The names of files and folders in `folder`.
    fn names(&self, folder: &str) -> Vec<String> {
        let below = |path: &str| {
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            Some(rest.split('/').next()?.to_owned())
        };
        let names: BTreeSet<String> = self
            .entries
            .iter()
            .filter_map(|(path, _)| below(path))
            .collect();
        names.into_iter().collect()
    }

    /// A counter as the kernel gives it: sizes have 8 bytes, counts 4, texts end in NUL.
    fn counter(&self, name: &str) -> Option<Vec<u8>> {
        let text = self.text(name)?;
        Some(
            match (
                text.parse::<i64>(),
                i32::try_from(text.parse::<i64>().unwrap_or(i64::MAX)),
            ) {
                (Ok(_), Ok(count)) if !name.contains("size") => count.to_ne_bytes().to_vec(),
                (Ok(size), _) => size.to_ne_bytes().to_vec(),
                (Err(_), _) => [text.as_bytes(), b"\0"].concat(),
            },
        )
    }
}
