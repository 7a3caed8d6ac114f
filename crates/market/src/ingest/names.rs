//! What a file's name says, where the vendor writes it nowhere else.

use std::path::Path;

use jiff::civil::Date;

use super::vendors::Naming;
use super::words::{Cell, Spelling, date, ticker, underlying};

/// What could be read off a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileName {
    pub symbol: Option<String>,
    pub day: Option<Date>,
    pub expiry: Option<Date>,
    pub spot_usd: Option<f64>,
}

impl Naming {
    /// A name that says all.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Naming::Nothing => "SYMBOL.csv",
            Naming::EndOfDay => "spy_eod_202301.txt",
            Naming::SymbolAndDay => "KO_2026-06-12.json",
            Naming::SymbolAndExpiry => "amd-options-exp-2025-11-21-show-all-stacked-10-22-2025.csv",
            Naming::SymbolExpirySpot => "SP500-18-oct-2024-5781.88.csv",
        }
    }
}

impl FileName {
    pub(crate) fn read(file: &str, naming: Naming) -> FileName {
        let path = Path::new(file);
        let text = |part: Option<&std::ffi::OsStr>| {
            part.and_then(|part| part.to_str()).unwrap_or("").to_owned()
        };
        let name = text(path.file_name());
        let folder = text(path.parent().and_then(Path::file_name));
        match naming {
            Naming::Nothing => FileName::default(),
            Naming::EndOfDay => FileName {
                symbol: name.split_once("_eod").and_then(|(head, _)| symbol(head)),
                ..FileName::default()
            },
            Naming::SymbolAndDay => symbol_and_day(&name, &folder),
            Naming::SymbolAndExpiry => {
                let cut = name.split_once("-options-exp-");
                FileName {
                    symbol: cut.and_then(|(head, _)| symbol(head)),
                    expiry: cut
                        .and_then(|(_, tail)| tail.get(..10))
                        .and_then(|day| date(Cell::Text(day), &[Spelling::Iso])),
                    ..FileName::default()
                }
            }
            Naming::SymbolExpirySpot => symbol_expiry_spot(&name),
        }
    }
}

/// The last part that is a date, and the part before it, or else the folder.
fn symbol_and_day(name: &str, folder: &str) -> FileName {
    let stem = name.split('.').next().unwrap_or(name);
    let parts: Vec<&str> = stem.split('_').collect();
    let spelled = [Spelling::Iso, Spelling::Compact];
    let found = parts
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, part)| Some((at, date(Cell::from_text(part), &spelled)?)));
    let Some((at, day)) = found else {
        return FileName::default();
    };
    let before = at.checked_sub(1).map_or(folder, |before| parts[before]);
    FileName {
        symbol: symbol(before),
        day: Some(day),
        ..FileName::default()
    }
}

/// `SP500-18-oct-2024-5781.88.csv`.
fn symbol_expiry_spot(name: &str) -> FileName {
    let stem = name.trim_end_matches(".gz");
    let stem = stem.strip_suffix(".csv").unwrap_or(stem);
    let parts: Vec<&str> = stem.split('-').collect();
    let [head, day, month, year, spot] = parts.as_slice() else {
        return FileName::default();
    };
    let spelled = format!("{day} {month} {year}");
    FileName {
        symbol: symbol(head),
        expiry: date(Cell::Text(&spelled), &[Spelling::Words]),
        spot_usd: spot
            .parse()
            .ok()
            .filter(|spot: &f64| spot.is_finite() && *spot > 0.0),
        day: None,
    }
}

/// A short ticker; what is longer is another word.
fn symbol(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['$', '^']);
    let plain = !text.is_empty()
        && text.len() <= 5
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.starts_with(|c: char| c.is_ascii_alphabetic());
    plain.then(|| underlying(&ticker(text)).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn names_say_what_their_vendor_writes_into_them() {
        let check = |file, naming, symbol: Option<&str>, on, expiry, spot_usd| {
            let expected = FileName {
                symbol: symbol.map(str::to_owned),
                day: on,
                expiry,
                spot_usd,
            };
            assert_eq!(FileName::read(file, naming), expected, "{file}");
        };
        let (both, expiring, spot) = (
            Naming::SymbolAndDay,
            Naming::SymbolAndExpiry,
            Naming::SymbolExpirySpot,
        );
        check(
            "a/spy_eod_202301.txt",
            Naming::EndOfDay,
            Some("SPY"),
            None,
            None,
            None,
        );
        check(
            "a/KO_2026-06-12.json",
            both,
            Some("KO"),
            Some(day(2026, 6, 12)),
            None,
            None,
        );
        check(
            "universes/spy/20240104.csv",
            both,
            Some("SPY"),
            Some(day(2024, 1, 4)),
            None,
            None,
        );
        check(
            "lean_universe_spy_20240104.csv",
            both,
            Some("SPY"),
            Some(day(2024, 1, 4)),
            None,
            None,
        );
        check("options.json", both, None, None, None, None);
        check(
            "20240104.csv",
            both,
            None,
            Some(day(2024, 1, 4)),
            None,
            None,
        );
        check(
            "$spx-options-exp-2025-11-21-weekly-show-all-stacked-10-22-2025.csv",
            expiring,
            Some("SPX"),
            None,
            Some(day(2025, 11, 21)),
            None,
        );
        check(
            "barchart_AMD_2025-10-22.csv",
            expiring,
            None,
            None,
            None,
            None,
        );
        check(
            "SP500-18-oct-2024-5781.88.csv",
            spot,
            Some("SPX"),
            None,
            Some(day(2024, 10, 18)),
            Some(5781.88),
        );
    }
}
