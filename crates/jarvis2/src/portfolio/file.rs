//! The portfolio file: one cash account, a limit of collateral, and the chain of each symbol.

use crate::account::Account;
use market::ingest::FileMapping;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A portfolio as the trader writes it down.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Portfolio {
    /// Version of this format: 1.
    pub(crate) schema_version: u32,
    /// The account: a path to an account file, seen from this file, or the account itself.
    #[schemars(with = "AccountSource")]
    account: toml::Value,
    /// Cash reserved for short puts of all symbols, open ones included, at most, in dollars.
    pub(crate) collateral_limit_usd: Option<f64>,
    /// The same as a fraction of the account's cash.
    pub(crate) collateral_limit_fraction: Option<f64>,
    /// Cash reserved for the short puts of one symbol, open ones included, at most, in dollars.
    pub(crate) max_per_symbol_usd: Option<f64>,
    /// The same as a fraction of the account's cash.
    pub(crate) max_per_symbol_fraction: Option<f64>,
    /// The symbols.
    pub(crate) symbols: Vec<Entry>,
}

/// One symbol.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Ticker.
    pub(crate) symbol: String,
    /// Its option chain: a file, or several that belong together; `"sample"` is the embedded synthetic sample.
    #[schemars(with = "Paths")]
    chain: toml::Value,
    /// A mapping of the columns of its chain (TOML), seen from this file; instead of `--mapping`.
    mapping: Option<String>,
    /// Daily prices.
    history: Option<String>,
    /// Ex-dates and earnings.
    events: Option<String>,
    /// Price of one share, where the chain has none.
    pub(crate) spot_usd: Option<f64>,
    /// Cash reserved for its short puts, open ones included, at most, in dollars; instead of `max_per_symbol_*`.
    max_collateral_usd: Option<f64>,
}

/// An account, or where it is: for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only the schema is made of it")]
enum AccountSource {
    /// A path.
    Path(String),
    /// The account itself.
    Account(Account),
}

/// One path or several: for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only the schema is made of it")]
enum Paths {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// What is wrong with a portfolio file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: the portfolio file cannot be read: {why}; `jarvis2 config init --portfolio {}` writes a sample", path.display(), path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{}: not a valid portfolio file: {why}", path.display())]
    Syntax { path: PathBuf, why: String },
    #[error("{}: {what}", path.display())]
    Wrong { path: PathBuf, what: String },
}

/// A portfolio with everything that its file names but the chains.
pub(crate) struct Read {
    pub(crate) account: Account,
    /// Where the account comes from.
    pub(crate) account_source: String,
    /// The account's file, or this file where the account stands in it.
    pub(crate) account_bytes: Vec<u8>,
    /// This file.
    pub(crate) bytes: Vec<u8>,
    /// Limit of collateral in dollars, and in words.
    pub(crate) collateral_limit: Option<(f64, String)>,
    /// Sorted by ticker.
    pub(crate) symbols: Vec<Wanted>,
}

/// A symbol to plan.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Upper case.
    pub(crate) symbol: String,
    /// Empty: the embedded sample.
    pub(crate) chains: Vec<PathBuf>,
    /// The user's own mapping of the chains' columns.
    pub(crate) mapping: Option<Arc<FileMapping>>,
    pub(crate) history: Option<PathBuf>,
    pub(crate) events: Option<PathBuf>,
    pub(crate) spot_usd: Option<f64>,
    /// Collateral of this symbol in dollars, at most.
    pub(crate) collateral_max_usd: Option<f64>,
}

/// Most symbols: more is a slip, or a job for several runs.
const SYMBOLS_MAX: usize = 500;

/// Reads and checks a portfolio file. What each check says names the entry, the value and the remedy.
pub(crate) fn read(path: &Path) -> Result<Read, crate::error::Error> {
    let unreadable = |why: String| Error::Unreadable {
        path: path.to_owned(),
        why,
    };
    let wrong = |what: String| Error::Wrong {
        path: path.to_owned(),
        what,
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
    let file: Portfolio = toml::from_str(text).map_err(|error| {
        if toml::from_str::<Account>(text).is_ok() {
            return wrong(
                "this is an account file; a portfolio names one (account = \"FILE\") and lists [[symbols]]: `jarvis2 config init --portfolio FILE` writes a sample".to_owned(),
            );
        }
        Error::Syntax {
            path: path.to_owned(),
            why: error.to_string().trim_end().to_owned(),
        }
    })?;
    if file.schema_version != 1 {
        return Err(wrong(format!(
            "schema_version = {}: this version of jarvis2 reads 1",
            file.schema_version
        ))
        .into());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let (account, account_source, account_bytes) = match &file.account {
        toml::Value::String(name) => {
            let found = folder.join(name);
            let (account, bytes) = Account::read(&found)?;
            (account, name.clone(), bytes)
        }
        inline => {
            let account = Account::inline(inline.clone(), path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            (account, format!("[account] of {name}"), bytes.clone())
        }
    };
    let cash_usd = account.cash_usd;
    let limit = |name: &str, usd: Option<f64>, fraction: Option<f64>| {
        amount(name, usd, fraction, cash_usd).map_err(wrong)
    };
    let collateral_limit = limit(
        "collateral_limit",
        file.collateral_limit_usd,
        file.collateral_limit_fraction,
    )?;
    let per_symbol = limit(
        "max_per_symbol",
        file.max_per_symbol_usd,
        file.max_per_symbol_fraction,
    )?;
    if file.symbols.is_empty() || file.symbols.len() > SYMBOLS_MAX {
        return Err(wrong(format!(
            "[[symbols]]: {} entries; 1 to {SYMBOLS_MAX} are read",
            file.symbols.len()
        ))
        .into());
    }
    let mut symbols = Vec::new();
    for (index, entry) in file.symbols.iter().enumerate() {
        let mut wanted = entry
            .wanted(folder, per_symbol.as_ref().map(|(usd, _)| *usd))
            .map_err(|what| {
                wrong(format!(
                    "[[symbols]] number {} ({}): {what}",
                    index + 1,
                    entry.symbol
                ))
            })?;
        if let Some(name) = &entry.mapping {
            wanted.mapping = Some(Arc::new(FileMapping::read(&folder.join(name))?));
        }
        symbols.push(wanted);
    }
    symbols.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    if let Some(twice) = symbols
        .windows(2)
        .find(|pair| pair[0].symbol == pair[1].symbol)
    {
        return Err(wrong(format!(
            "[[symbols]]: {} stands there twice; several files of one symbol go into one entry: chain = [\"calls.csv\", \"puts.csv\"]",
            twice[0].symbol
        ))
        .into());
    }
    Ok(Read {
        account,
        account_source,
        account_bytes,
        bytes,
        collateral_limit,
        symbols,
    })
}

/// A limit given in dollars or as a fraction of the cash, not both: dollars, and the words for it.
fn amount(
    name: &str,
    usd: Option<f64>,
    fraction: Option<f64>,
    cash_usd: f64,
) -> Result<Option<(f64, String)>, String> {
    match (usd, fraction) {
        (Some(_), Some(_)) => Err(format!(
            "{name}_usd and {name}_fraction are both given: leave one out"
        )),
        (Some(usd), None) if usd.is_finite() && usd >= 0.0 => {
            Ok(Some((usd, format!("{name}_usd = {usd}"))))
        }
        (Some(usd), None) => Err(format!("{name}_usd = {usd} is no amount of dollars")),
        (None, Some(fraction)) if (0.0..=1.0).contains(&fraction) => Ok(Some((
            fraction * cash_usd,
            format!("{name}_fraction = {fraction} of the cash"),
        ))),
        (None, Some(fraction)) => Err(format!(
            "{name}_fraction = {fraction}: write a fraction from 0 to 1 of the account's cash"
        )),
        (None, None) => Ok(None),
    }
}

impl Entry {
    fn wanted(&self, folder: &Path, per_symbol: Option<f64>) -> Result<Wanted, String> {
        let symbol = self.symbol.trim().trim_start_matches('^').to_uppercase();
        if symbol.is_empty() {
            return Err("symbol is empty".to_owned());
        }
        let names: Vec<&str> = match &self.chain {
            toml::Value::String(name) => vec![name],
            toml::Value::Array(names) => names
                .iter()
                .map(|name| name.as_str().ok_or("chain: write file names in quotes"))
                .collect::<Result<_, _>>()?,
            _ => return Err("chain: write a file name, a list of them, or \"sample\"".to_owned()),
        };
        if names.is_empty() || names.iter().any(|name| name.trim().is_empty()) {
            return Err("chain names no file".to_owned());
        }
        if names.len() > 1 && names.contains(&"sample") {
            return Err("chain: \"sample\" stands alone".to_owned());
        }
        let chains = if names == ["sample"] {
            Vec::new()
        } else {
            names.iter().map(|name| folder.join(name)).collect()
        };
        if let (true, Some(name)) = (chains.is_empty(), &self.mapping) {
            return Err(format!(
                "mapping = {name:?}: the embedded sample needs none; leave it out, or name a chain"
            ));
        }
        if let Some(spot) = self
            .spot_usd
            .filter(|spot| !(spot.is_finite() && *spot > 0.0))
        {
            return Err(format!("spot_usd = {spot}: a price in dollars is needed"));
        }
        if let Some(most) = self
            .max_collateral_usd
            .filter(|most| !(most.is_finite() && *most >= 0.0))
        {
            return Err(format!(
                "max_collateral_usd = {most} is no amount of dollars"
            ));
        }
        Ok(Wanted {
            symbol,
            chains,
            mapping: None,
            history: self.history.as_ref().map(|name| folder.join(name)),
            events: self.events.as_ref().map(|name| folder.join(name)),
            spot_usd: self.spot_usd,
            collateral_max_usd: self.max_collateral_usd.or(per_symbol),
        })
    }
}

/// A commented portfolio file to start from. It runs as it stands.
pub(crate) const SAMPLE: &str = r#"# A jarvis2 portfolio: many symbols, one cash account, one limit of collateral.
# Paths are seen from this file. Run it: jarvis2 plan --portfolio THIS-FILE
schema_version = 1

# The account: a file (`jarvis2 config init --account FILE` writes one), or the table [account] below.
# account = "my-account.toml"

# Cash reserved for the short puts of all symbols, at most. In dollars, or as a fraction of the account's cash.
collateral_limit_fraction = 0.60
# collateral_limit_usd = 60000.00

# The same for one symbol. Without it one symbol may take all.
max_per_symbol_fraction = 0.25
# max_per_symbol_usd = 25000.00

[account]
schema_version = 1
kind = "cash"
cash_usd = 100000.00

# Shares and options as in an account file:
# [[account.shares]]
# symbol = "SYNDIV"
# count = 100
# basis_usd_per_share = 61.20

# "sample" is the embedded synthetic sample: invented tickers, no evidence of anything. For real symbols:
# [[symbols]]
# symbol = "KO"
# chain = "ko.csv"                    # or ["calls.csv", "puts.csv"]
# mapping = "mine.toml"               # only where the chain's columns are nobody's: your own
# history = "ko-prices.csv"           # daily prices, for the forecast of volatility
# events = "events.csv"               # ex-dates and earnings
# spot_usd = 69.42                    # only where the chain has none
# max_collateral_usd = 10000.00       # instead of max_per_symbol_*
[[symbols]]
symbol = "SYNVOL"
chain = "sample"

[[symbols]]
symbol = "SYNDIV"
chain = "sample"

[[symbols]]
symbol = "SYNIDX"
chain = "sample"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.toml");
        std::fs::write(&path, text).unwrap();
        match read(&path) {
            Ok(read) => format!(
                "fine: {} of {}, limit {:?}",
                read.symbols
                    .iter()
                    .map(|wanted| wanted.symbol.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
                read.account_source,
                read.collateral_limit.map(|(usd, _)| usd)
            ),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_sample_is_valid_and_sorted() {
        assert_eq!(
            said(SAMPLE),
            "fine: SYNDIV SYNIDX SYNVOL of [account] of p.toml, limit Some(60000.0)"
        );
    }

    #[test]
    fn each_mistake_is_named() {
        let check = |from: &str, to: &str, says: &str| {
            assert!(SAMPLE.contains(from), "{from}");
            let found = said(&SAMPLE.replacen(from, to, 1));
            assert!(found.contains(says), "{to}\nsaid: {found}\nnot:  {says}");
        };
        for (from, to, says) in [
            (
                "schema_version = 1",
                "schema_version = 2",
                "schema_version = 2",
            ),
            (
                "collateral_limit_fraction = 0.60",
                "collateral_limit_fraction = 60",
                "= 60: write a fraction",
            ),
            (
                "collateral_limit_fraction = 0.60",
                "collateral_limit_usd = -1",
                "collateral_limit_usd = -1",
            ),
            (
                "# collateral_limit_usd",
                "collateral_limit_usd",
                "both given",
            ),
            (
                "# collateral_limit_usd",
                "colateral_limit_usd",
                "unknown field `colateral_limit_usd`",
            ),
            ("chain = \"sample\"", "chain = []", "chain names no file"),
            (
                "chain = \"sample\"",
                "chain = [\"sample\", \"a.csv\"]",
                "stands alone",
            ),
            ("chain = \"sample\"", "chain = 7", "write a file name"),
            (
                "chain = \"sample\"",
                "chain = \"sample\"\nspot_usd = 0",
                "spot_usd = 0",
            ),
            (
                "chain = \"sample\"",
                "chain = \"sample\"\nmax_collateral_usd = nan",
                "max_collateral_usd = NaN",
            ),
            (
                "\"SYNDIV\"\nchain",
                "\"synvol\"\nchain",
                "SYNVOL stands there twice",
            ),
            ("\"SYNVOL\"\nchain", "\" \"\nchain", "symbol is empty"),
            ("cash_usd = 100000.00", "cash_usd = -4", "cash_usd = -4"),
            ("kind = \"cash\"", "kind = \"margin\"", "out of scope"),
            ("cash_usd = 100000.00", "cash = 4", "unknown field `cash`"),
            (
                "# account = \"my-account.toml\"",
                "account = \"none.toml\"",
                "duplicate key",
            ),
        ] {
            check(from, to, says);
        }
        let by_path = "schema_version = 1\naccount = \"none.toml\"\n[[symbols]]\nsymbol = \"A\"\nchain = \"a.csv\"\n";
        assert!(
            said(by_path).contains("none.toml: the account file cannot be read"),
            "{}",
            said(by_path)
        );
        let none = "schema_version = 1\naccount = \"none.toml\"\nsymbols = []\n";
        assert!(said(none).contains("none.toml"));
    }
}
