//! What a linked program for macOS says of itself: a Mach-O file of 64 bits, as far as we ask.
//!
//! Source: Apple's headers `mach-o/loader.h` and `mach-o/nlist.h`, as LLVM documents them (`llvm/BinaryFormat/MachO.h`).

use std::collections::BTreeSet;
use std::fmt;

const MAGIC_64: u32 = 0xfeed_facf;
const ARM64: u32 = 0x0100_000c;
const SYMTAB: u32 = 0x2;
const LOAD_DYLIB: u32 = 0xc;
const LOAD_WEAK_DYLIB: u32 = 0x8000_0018;
const CODE_SIGNATURE: u32 = 0x1d;
const BUILD_VERSION: u32 = 0x32;
const MACOS: u32 = 1;

/// A version of a system: "15.0", or "15.0.1".
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Version(u32);

impl Version {
    #[cfg(test)]
    pub(crate) fn of(major: u32, minor: u32) -> Version {
        Version(major << 16 | minor << 8)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version(packed) = *self;
        write!(f, "{}.{}", packed >> 16, packed >> 8 & 0xff)?;
        match packed & 0xff {
            0 => Ok(()),
            patch => write!(f, ".{patch}"),
        }
    }
}

/// What the file says.
#[derive(Debug, PartialEq)]
pub(crate) struct Program {
    /// The oldest macOS that it says it runs on.
    pub(crate) oldest: Version,
    /// Libraries that the loader must find, by path.
    pub(crate) libraries: Vec<String>,
    /// Names that they must have.
    pub(crate) imports: BTreeSet<String>,
    /// Whether there is room for a signature.
    pub(crate) signed: bool,
}

impl Program {
    /// Reads a program for 64-bit Arm.
    ///
    /// # Errors
    /// If it is something else, ends early, or does not name a version of macOS.
    pub(crate) fn read(bytes: &[u8]) -> Result<Program, String> {
        let word = |at: usize| -> Result<u32, String> {
            let word = bytes.get(at..at.saturating_add(4));
            let word = word.ok_or_else(|| format!("it ends before byte {at}"))?;
            Ok(u32::from_le_bytes(word.try_into().expect("four bytes")))
        };
        let text = |at: usize| -> String {
            let rest = bytes.get(at..).unwrap_or_default();
            let end = rest.iter().position(|&byte| byte == 0);
            String::from_utf8_lossy(&rest[..end.unwrap_or(rest.len())]).into_owned()
        };
        if word(0)? != MAGIC_64 || word(4)? != ARM64 {
            return Err("it is no Mach-O file for 64-bit Arm".into());
        }
        let (mut oldest, mut signed) = (None, false);
        let (mut libraries, mut imports) = (Vec::new(), BTreeSet::new());
        let mut at = 32;
        for _ in 0..word(16)? {
            let (command, size) = (word(at)?, word(at + 4)? as usize);
            match command {
                BUILD_VERSION if word(at + 8)? == MACOS => oldest = Some(Version(word(at + 12)?)),
                LOAD_DYLIB | LOAD_WEAK_DYLIB => libraries.push(text(at + word(at + 8)? as usize)),
                CODE_SIGNATURE => signed = true,
                SYMTAB => {
                    let (symbols, count) = (word(at + 8)? as usize, word(at + 12)? as usize);
                    let names = word(at + 16)? as usize;
                    for at in (0..count).map(|i| symbols + 16 * i) {
                        // Type: no bits for a debugger, undefined, seen from outside.
                        if word(at + 4)? & 0xef == 0x01 {
                            imports.insert(text(names + word(at)? as usize));
                        }
                    }
                }
                _ => {}
            }
            if size < 8 {
                return Err(format!("a load command of {size} bytes"));
            }
            at += size;
        }
        Ok(Program {
            oldest: oldest.ok_or("it names no version of macOS")?,
            libraries,
            imports,
            signed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one load command of each kind that we read, by hand.
    fn file() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut words = |all: &[u32]| bytes.extend(all.iter().flat_map(|x| x.to_le_bytes()));
        words(&[MAGIC_64, ARM64, 0, 2, 4, 24 + 32 + 24 + 16, 0, 0]);
        words(&[BUILD_VERSION, 24, MACOS, 0x000f_0000, 0x000f_0200, 0]);
        words(&[LOAD_DYLIB, 32, 24, 0, 0, 0, u32::from_le_bytes(*b"/a.d"), 0]);
        // Two symbols after all commands, then their names.
        let symbols = 32 + 24 + 32 + 24 + 16;
        words(&[SYMTAB, 24, symbols, 2, symbols + 32, 8]);
        words(&[CODE_SIGNATURE, 16, 0, 0]);
        words(&[1, 0x01, 0, 0]); // "_x", undefined
        words(&[4, 0x0f, 0, 0]); // "_y", in a section of its own
        bytes.extend(b"\0_x\0_y\0\0");
        bytes
    }

    #[test]
    fn a_file_says_what_it_wants() {
        let program = Program::read(&file()).unwrap();
        assert_eq!(program.oldest.to_string(), "15.0");
        assert_eq!(program.libraries, ["/a.d"]);
        assert_eq!(program.imports, BTreeSet::from(["_x".to_owned()]));
        assert!(program.signed);
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_refused() {
        let whole = file();
        // But for the names and the value of the last symbol, which nothing asks for.
        for length in 0..whole.len() - 16 {
            assert!(Program::read(&whole[..length]).is_err(), "{length} bytes");
        }
        let mut intel = whole.clone();
        intel[4] = 7;
        assert!(Program::read(&intel).is_err());
        let mut iphone = whole;
        iphone[40] = 2;
        assert!(Program::read(&iphone).is_err());
    }
}
