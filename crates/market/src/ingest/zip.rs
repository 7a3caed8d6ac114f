//! Zip archives, as far as vendors use them: one packed file, or QuantConnect LEAN's one file of each contract.
//!
//! Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory) and 4.3.16 (its end). Only stored and
//! deflated entries, no encryption; the 64-bit directory (4.3.14, 4.3.15) and sizes (4.5.3) are understood. Every entry's CRC
//! is checked.

use std::io::Read;

use serde_json::Value;

use super::json::Records;

/// One file of an archive, still packed.
pub(crate) struct Entry<'a> {
    pub name: String,
    method: u16,
    flags: u16,
    crc: u32,
    packed: &'a [u8],
    size: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let part = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(part.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(part.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(part.try_into().ok()?))
}

/// The files of an archive, folders and a Mac's shadows aside.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<Entry<'_>>, &'static str> {
    const DAMAGED: &str = "its directory is cut off or contradicts itself";
    // The directory's end is 22 bytes and a comment of at most 65,535.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = (from..bytes.len().saturating_sub(21))
        .rev()
        .find(|&at| bytes[at..].starts_with(b"PK\x05\x06"))
        .ok_or("the end of its directory is missing")?;
    let (count, start) = directory(bytes, end).ok_or(DAMAGED)?;
    let mut at = usize::try_from(start).map_err(|_| DAMAGED)?;
    let mut files = Vec::new();
    for _ in 0..count {
        let (entry, next) = entry(bytes, at).ok_or(DAMAGED)?;
        at = next;
        // A Mac's archives hold a shadow of each file, with what its finder knows of it.
        let shadow = entry.name.starts_with("__MACOSX/") || entry.name.ends_with(".DS_Store");
        if !shadow && !entry.name.ends_with('/') {
            files.push(entry);
        }
    }
    Ok(files)
}

/// How many records the directory has, and where it begins.
fn directory(bytes: &[u8], end: usize) -> Option<(u64, u64)> {
    let (count, start) = (u16_at(bytes, end + 10)?, u32_at(bytes, end + 16)?);
    if count != u16::MAX && start != u32::MAX {
        return Some((u64::from(count), u64::from(start)));
    }
    // A locator of 20 bytes before the end leads to the directory's 64-bit end.
    let locator = end.checked_sub(20)?;
    if !bytes.get(locator..)?.starts_with(b"PK\x06\x07") {
        return None;
    }
    let wide = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
    if !bytes.get(wide..)?.starts_with(b"PK\x06\x06") {
        return None;
    }
    Some((
        u64_at(bytes, wide.checked_add(32)?)?,
        u64_at(bytes, wide.checked_add(48)?)?,
    ))
}

/// The directory's record at `at`, and where the next one begins.
fn entry(bytes: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
        return None;
    }
    let length = |offset| u16_at(bytes, at + offset).map(usize::from);
    let name_end = at + 46 + length(28)?;
    let extra_end = name_end + length(30)?;
    let name = String::from_utf8_lossy(bytes.get(at + 46..name_end)?).into_owned();
    let mut wide = wide_numbers(bytes.get(name_end..extra_end)?);
    // A number that does not fit stands among the wide ones, in this order.
    let mut number = |offset| match u32_at(bytes, at + offset)? {
        u32::MAX => wide.next(),
        fits => Some(u64::from(fits)),
    };
    let (size, packed, local) = (number(24)?, number(20)?, number(42)?);
    let local = usize::try_from(local).ok()?;
    if !bytes.get(local..)?.starts_with(b"PK\x03\x04") {
        return None;
    }
    let data = local
        + 30
        + usize::from(u16_at(bytes, local + 26)?)
        + usize::from(u16_at(bytes, local + 28)?);
    let entry = Entry {
        name,
        method: u16_at(bytes, at + 10)?,
        flags: u16_at(bytes, at + 8)?,
        crc: u32_at(bytes, at + 16)?,
        packed: bytes.get(data..data.checked_add(usize::try_from(packed).ok()?)?)?,
        size,
    };
    Some((entry, extra_end + length(32)?))
}

/// The 64-bit numbers of a record's extra fields.
fn wide_numbers(extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while let (Some(id), Some(length)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let end = at + 4 + usize::from(length);
        if id == 1 {
            let inside = extra.get(at + 4..end.min(extra.len())).unwrap_or(&[]);
            numbers.extend((0..inside.len() / 8).filter_map(|n| u64_at(inside, n * 8)));
        }
        at = end;
    }
    numbers.into_iter()
}

impl Entry<'_> {
    /// The file's bytes; no more than the directory says are ever unpacked.
    pub(crate) fn unpack(&self) -> Result<Vec<u8>, &'static str> {
        if self.flags & 1 != 0 {
            return Err("it is encrypted");
        }
        let mut out = Vec::new();
        let read = match self.method {
            0 => self.packed.take(self.size).read_to_end(&mut out),
            8 => flate2::read::DeflateDecoder::new(self.packed)
                .take(self.size)
                .read_to_end(&mut out),
            _ => return Err("it is packed in a way other than deflate"),
        };
        read.map_err(|_| "a packed file in it is damaged")?;
        let mut crc = flate2::Crc::new();
        crc.update(&out);
        if crc.sum() != self.crc || out.len() as u64 != self.size {
            return Err("a file in it does not match its checksum");
        }
        Ok(out)
    }
}

/// What the name of a LEAN entry says: `aapl_quote_american_call_10000000_20150117.csv`, or in minute archives
/// `20140606_aapl_minute_quote_american_call_6400000_20140621.csv`.
struct LeanName<'n> {
    symbol: &'n str,
    kind: &'n str,
    style: &'n str,
    right: &'n str,
    strike: &'n str,
    expiry: &'n str,
    /// Day of the file, where its rows count milliseconds of a day.
    day: Option<&'n str>,
}

fn lean_name(name: &str) -> Option<LeanName<'_>> {
    let stem = name.rsplit('/').next()?.strip_suffix(".csv")?;
    let parts: Vec<&str> = stem.split('_').collect();
    let (day, symbol, rest) = match parts.as_slice() {
        [symbol, rest @ ..] if rest.len() == 5 => (None, symbol, rest),
        [day, symbol, _, rest @ ..] if rest.len() == 5 => (Some(*day), symbol, rest),
        _ => return None,
    };
    let [kind, style, right, strike, expiry] = rest else {
        return None;
    };
    let known = ["quote", "trade", "openinterest"].contains(kind)
        && ["american", "european"].contains(style)
        && ["call", "put"].contains(right);
    known.then_some(LeanName {
        symbol,
        kind,
        style,
        right,
        strike,
        expiry,
        day,
    })
}

/// Columns of LEAN's quotes before and in the rows of each file. Prices are in 1/10,000 of a dollar.
const LEAN_NAME: [&str; 5] = ["underlying", "style", "right", "strike", "expiry"];
const LEAN_ROW: [&str; 11] = [
    "time", "bidopen", "bidhigh", "bidlow", "bidclose", "bidsize", "askopen", "askhigh", "asklow",
    "askclose", "asksize",
];

/// What kind of LEAN archive it is, by its first entry: `quote`, `trade`, `openinterest`.
pub(crate) fn lean_kind<'e>(entries: &'e [Entry<'_>]) -> Option<&'e str> {
    let first = lean_name(&entries.first()?.name)?;
    Some(first.kind)
}

/// The quotes of all contracts in a LEAN archive, in the order of its directory.
pub(crate) fn lean_quotes(
    entries: &[Entry<'_>],
    limit_bytes: u64,
) -> Result<Records, &'static str> {
    if entries.iter().map(|entry| entry.size).sum::<u64>() > limit_bytes {
        return Err("it unpacks to more than fits");
    }
    let mut rows = Vec::new();
    for entry in entries {
        let Some(name) = lean_name(&entry.name).filter(|name| name.kind == "quote") else {
            return Err("files of quotes and other files are mixed in it");
        };
        let text = String::from_utf8(entry.unpack()?).map_err(|_| "a file in it is not text")?;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let mut row: Vec<Value> = [
                name.symbol,
                name.style,
                name.right,
                name.strike,
                name.expiry,
            ]
            .into_iter()
            .map(Value::from)
            .collect();
            row.extend(line.split(',').take(LEAN_ROW.len()).map(Value::from));
            row.resize(LEAN_NAME.len() + LEAN_ROW.len(), Value::Null);
            if let Some(day) = name.day {
                row[LEAN_NAME.len()] = Value::from(day);
            }
            rows.push(row);
        }
    }
    let names = LEAN_NAME.iter().chain(&LEAN_ROW);
    Ok(Records {
        names: names.map(|name| (*name).to_owned()).collect(),
        rows,
    })
}
