//! Where the diary lives, and how it is opened. The clock is read here and in no other part of the diary.
//!
//! ```text
//! --db FILE  >  diary.file of the configuration  >  $XDG_DATA_HOME/jarvis2/diary.sqlite  >  ~/.local/share/jarvis2/diary.sqlite
//! ```

use super::contract::shares_for_one;
use super::lots::Split;
use crate::account::same_symbol;
use crate::config::Config;
use crate::error::Error;
use experience::{Experience, Fill, Note, Options, Origin, Reader, RecordId};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The diary's place.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// Whether the user named it with `--db`: then what goes wrong is an error and not a remark.
    pub(crate) named: bool,
}

/// Finds the place.
pub(crate) fn place(flag: Option<&Path>, config: &Config) -> Result<Place, Error> {
    if let Some(path) = flag {
        let path = path.to_owned();
        return Ok(Place { path, named: true });
    }
    if let Some(file) = &config.diary.file {
        let path = PathBuf::from(file);
        return Ok(Place { path, named: false });
    }
    let folder = |name: &str, rest: &str| {
        // The XDG base directory specification: a relative path is to be ignored.
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .map(|path| path.join(rest))
    };
    folder("XDG_DATA_HOME", "")
        .or_else(|| folder("HOME", ".local/share"))
        .map(|folder| Place {
            path: folder.join("jarvis2").join("diary.sqlite"),
            named: false,
        })
        .ok_or_else(|| {
            Error::Usage(
                "there is no folder for the diary: set HOME or XDG_DATA_HOME, or name a file with --db"
                    .to_owned(),
            )
        })
}

fn options() -> Options {
    Options {
        // A plan and a note at the same moment wait for one another; a user sees no lock unless someone sits on it.
        owner_wait: Duration::from_secs(10),
        busy_wait: Duration::from_secs(10),
    }
}

/// Opens the diary for writing; makes the file and the folder of the standard place where there are none.
pub(crate) fn writer(place: &Place) -> Result<Experience, Error> {
    if !place.named
        && let Some(folder) = place.path.parent()
    {
        std::fs::create_dir_all(folder).map_err(|error| Error::UnwritableFile {
            path: place.path.clone(),
            why: format!("{}: {error}", folder.display()),
        })?;
    }
    Ok(Experience::open(&place.path, &options())?)
}

/// Opens the diary for reading; `None` where there is none at the standard place. An older file is brought up to date first.
pub(crate) fn reader(place: &Place) -> Result<Option<Reader>, Error> {
    match Reader::open(&place.path, &options()) {
        Ok(reader) => Ok(Some(reader)),
        Err(experience::Error::Missing { .. }) if !place.named => Ok(None),
        Err(experience::Error::Older { .. }) if !crate::asked::only_reads() => {
            drop(writer(place)?);
            Ok(Some(Reader::open(&place.path, &options())?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The kind of the note that keeps a split: its text is the ratio, its moment the morning of the day.
pub(crate) const SPLIT: &str = "split";

/// What the number of a fill begins with that was made up for a position which was there before the journal.
pub(crate) const BROUGHT: &str = "before:";

/// Whether a fill is such an opening, or the cash paid in or out for it: nobody traded on its day.
pub(crate) fn is_brought(fill: &Fill) -> bool {
    let reference = fill.broker_ref.as_deref();
    reference.is_some_and(|reference| reference.starts_with(BROUGHT))
}

/// The splits that are kept, by time.
pub(crate) fn splits(reader: &Reader) -> Result<Vec<Split>, Error> {
    let notes = reader.notes(i64::MIN, i64::MAX)?;
    let split = |(_, note): (RecordId, Note)| {
        Some(Split {
            at_ms: note.written_at_ms,
            shares_for_one: shares_for_one(&note.body).ok()?,
            symbol: note.symbol.filter(|_| note.kind == SPLIT)?,
        })
    };
    Ok(notes.into_iter().filter_map(split).collect())
}

/// The decisions that a trader asked for, newest first; those of one symbol, however it was spelled, if it is named.
pub(crate) fn decisions(
    reader: &Reader,
    symbol: Option<&str>,
) -> Result<Vec<RecordId>, experience::Error> {
    let Some(symbol) = symbol else {
        return reader.decisions(Origin::Live, None, usize::MAX);
    };
    let mut all = Vec::new();
    for spelled in reader.symbols()? {
        if same_symbol(&spelled, symbol) {
            all.extend(reader.decisions(Origin::Live, Some(&spelled), usize::MAX)?);
        }
    }
    all.sort_by_key(|id| std::cmp::Reverse(*id));
    Ok(all)
}

/// Now, in milliseconds since 1970 UTC.
pub(crate) fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Today in New York, where the days of trades are counted: in its evening UTC has tomorrow already.
pub(crate) fn today() -> Date {
    new_york_day(Timestamp::now())
}

fn new_york_day(at: Timestamp) -> Date {
    market::time::new_york_wall(at).date()
}

/// Midnight of a day: a date without a time is kept as this.
pub(crate) fn midnight_ms(date: Date) -> i64 {
    let days = date
        .since(Date::constant(1970, 1, 1))
        .map_or(0, |span| span.get_days());
    i64::from(days) * DAY_MS
}

/// The day of a moment.
pub(crate) fn date_of(at_ms: i64) -> Date {
    Timestamp::from_millisecond(at_ms).map_or(Date::constant(1970, 1, 1), |at| {
        at.to_zoned(jiff::tz::TimeZone::UTC).date()
    })
}

/// `2026-11-25 12:30 UTC`; only the date where the moment is a midnight.
pub(crate) fn moment(at_ms: i64) -> String {
    if at_ms.rem_euclid(DAY_MS) == 0 {
        return date_of(at_ms).to_string();
    }
    Timestamp::from_millisecond(at_ms).map_or_else(
        |_| format!("{at_ms} ms"),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_moments_go_there_and_back() {
        for (date, ms) in [
            (Date::constant(1970, 1, 1), 0),
            (Date::constant(1969, 12, 31), -DAY_MS),
            (Date::constant(2026, 2, 28), 1_772_236_800_000),
        ] {
            assert_eq!(midnight_ms(date), ms, "{date}");
            assert_eq!(date_of(ms), date);
            assert_eq!(date_of(ms + DAY_MS - 1), date);
        }
        // The evening of Tuesday, September 8, in New York; and one in winter.
        for (utc, day) in [
            ("2026-09-09T03:59:00Z", Date::constant(2026, 9, 8)),
            ("2026-09-09T04:00:00Z", Date::constant(2026, 9, 9)),
            ("2026-12-09T04:59:00Z", Date::constant(2026, 12, 8)),
        ] {
            assert_eq!(new_york_day(utc.parse().unwrap()), day, "{utc}");
        }
        assert_eq!(moment(1_772_236_800_000), "2026-02-28");
        assert_eq!(moment(1_772_236_860_000), "2026-02-28 00:01 UTC");
    }
}
