//! The trader's account file: cash, shares with their basis, short and long options.

use jiff::civil::Date;
use pricing::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// An account as the trader writes it down. Only cash accounts: every short put is secured, every short call covered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// Version of this format: 1.
    pub(crate) schema_version: u32,
    /// `"cash"`: the only kind, since puts are cash-secured and calls covered.
    pub(crate) kind: String,
    /// Cash in dollars, including what secures short puts.
    pub(crate) cash_usd: f64,
    /// Shares held.
    #[serde(default)]
    pub(crate) shares: Vec<Shares>,
    /// Options held or owed.
    #[serde(default)]
    pub(crate) options: Vec<Position>,
}

/// Companies with options on a class of their shares, whose root OCC writes without a mark: `BRK.B` is `BRKB`.
const WITH_CLASSES: [&str; 14] = [
    "AKO", "BF", "BIO", "BRK", "CRD", "CWEN", "GEF", "HEI", "LEN", "LGF", "MKC", "MOG", "PBR",
    "UHAL",
];

/// A ticker in one spelling: upper case, and of a class of shares as OCC writes it. `BRK.B`, `BRK/B` and `BRK-B` are `BRKB`. Any other mark stays
/// one: `MET-A` is a preferred share of MetLife, and not `META`.
pub(crate) fn root(symbol: &str) -> String {
    let symbol = symbol.to_uppercase();
    match symbol.split_once(['.', '/', '-']) {
        Some((name, class)) if WITH_CLASSES.contains(&name) => format!("{name}{class}"),
        Some((name, class)) => format!("{name}.{class}"),
        None => symbol,
    }
}

/// Whether two spellings name the same underlying.
pub(crate) fn same_symbol(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || root(one) == root(other)
}

/// Shares of one symbol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shares {
    /// Ticker.
    pub(crate) symbol: String,
    /// How many.
    pub(crate) count: i64,
    /// What they cost, dollars per share; leave it out if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) basis_usd_per_share: Option<f64>,
}

/// Option contracts of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    /// Ticker of the underlying.
    pub(crate) symbol: String,
    /// `"put"` or `"call"` (or `"P"`, `"C"`).
    pub(crate) right: String,
    /// Expiry, `YYYY-MM-DD`.
    pub(crate) expiry: String,
    /// Exercise price, dollars per share.
    pub(crate) strike_usd: f64,
    /// Contracts; negative: short.
    pub(crate) contracts: f64,
    /// Premium received or paid, dollars per share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) premium_usd_per_share: Option<f64>,
    /// Day on which it was opened, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) opened: Option<String>,
}

/// What is wrong with an account file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: the account file cannot be read: {why}; `jarvis2 config init --account {}` writes a sample", path.display(), path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{}: not a valid account file: {why}", path.display())]
    Syntax { path: PathBuf, why: String },
    #[error("{}: {what}", path.display())]
    Wrong { path: PathBuf, what: String },
}

impl Account {
    /// Reads and checks an account file. What each check says names the entry, the value and the remedy.
    pub(crate) fn read(path: &Path) -> Result<(Account, Vec<u8>), Error> {
        let unreadable = |why: String| Error::Unreadable {
            path: path.to_owned(),
            why,
        };
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        Ok((Account::parse(path, &bytes)?, bytes))
    }

    /// Reads and checks the bytes of an account file; `path` is what messages call it.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Account, Error> {
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Unreadable {
            path: path.to_owned(),
            why: "it is not UTF-8 text".to_owned(),
        })?;
        let account: Account = toml::from_str(text).map_err(|error| Error::Syntax {
            path: path.to_owned(),
            why: error.to_string().trim_end().to_owned(),
        })?;
        account.check().map_err(|what| Error::Wrong {
            path: path.to_owned(),
            what,
        })?;
        Ok(account)
    }

    /// Checks an account that stands in another file.
    pub(crate) fn inline(value: toml::Value, path: &Path) -> Result<Account, Error> {
        let account: Account = value.try_into().map_err(|error| Error::Syntax {
            path: path.to_owned(),
            why: format!("[account]: {}", error.to_string().trim_end()),
        })?;
        account.check().map_err(|what| Error::Wrong {
            path: path.to_owned(),
            what: format!("[account]: {what}"),
        })?;
        Ok(account)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.schema_version != 1 {
            return Err(format!(
                "schema_version = {}: this version of jarvis2 reads 1",
                self.schema_version
            ));
        }
        if self.kind != "cash" {
            return Err(format!(
                "kind = \"{}\" is unknown: only \"cash\" is supported; margin accounts (Reg-T, portfolio, IRA with margin) are out of scope",
                self.kind
            ));
        }
        if !self.cash_usd.is_finite() || self.cash_usd < 0.0 {
            return Err(format!(
                "cash_usd = {} is not an amount of cash: a cash account cannot owe money",
                self.cash_usd
            ));
        }
        if self.cash_usd > 1e12 {
            return Err(format!(
                "cash_usd = {} is more than a trillion dollars: check the unit (dollars, not cents)",
                self.cash_usd
            ));
        }
        for (index, shares) in self.shares.iter().enumerate() {
            shares.check().map_err(|what| {
                format!(
                    "[[shares]] number {} ({}): {what}",
                    index + 1,
                    shares.symbol
                )
            })?;
        }
        for (index, position) in self.options.iter().enumerate() {
            position.check().map_err(|what| {
                format!(
                    "[[options]] number {} ({}): {what}",
                    index + 1,
                    position.symbol
                )
            })?;
        }
        let mut symbols: Vec<String> = self.shares.iter().map(|s| root(&s.symbol)).collect();
        symbols.sort();
        if let Some(twice) = symbols.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!(
                "[[shares]]: {} stands there twice: add the counts up and average the basis",
                twice[0]
            ));
        }
        self.symbols()
            .iter()
            .try_for_each(|symbol| self.check_cover(symbol))?;
        self.check_secured()
    }

    /// Every symbol in the account, upper case, sorted; of several spellings of one the first.
    pub(crate) fn symbols(&self) -> Vec<String> {
        let shares = self.shares.iter().map(|s| s.symbol.to_uppercase());
        let mut symbols: Vec<String> = shares
            .chain(self.options.iter().map(|o| o.symbol.to_uppercase()))
            .collect();
        symbols.sort();
        symbols.dedup_by(|later, first| same_symbol(later, first));
        symbols
    }

    fn check_cover(&self, symbol: &str) -> Result<(), String> {
        let held: i64 = self
            .shares
            .iter()
            .filter(|s| same_symbol(&s.symbol, symbol))
            .map(|s| s.count)
            .sum();
        let short: f64 = self
            .options
            .iter()
            .filter(|o| {
                same_symbol(&o.symbol, symbol)
                    && o.right() == Some(Right::Call)
                    && o.contracts < 0.0
            })
            .map(|o| -o.contracts * 100.0)
            .sum();
        if short > held as f64 {
            return Err(format!(
                "{symbol}: short calls need {short} shares but the account holds {held}: uncovered calls are refused (list the shares, or remove the calls)"
            ));
        }
        Ok(())
    }

    fn check_secured(&self) -> Result<(), String> {
        let needed = self.pledged_usd(None);
        if needed > self.cash_usd + 0.005 {
            return Err(format!(
                "cash_usd = {:.2} does not secure the short puts, which may cost {needed:.2}: cash-secured accounts only",
                self.cash_usd
            ));
        }
        Ok(())
    }

    /// Dollars that assignment of every short put would take, without those of one symbol.
    pub(crate) fn pledged_usd(&self, without: Option<&str>) -> f64 {
        self.options
            .iter()
            .filter(|o| o.right() == Some(Right::Put) && o.contracts < 0.0)
            .filter(|o| without.is_none_or(|symbol| !same_symbol(&o.symbol, symbol)))
            .map(|o| -o.contracts * 100.0 * o.strike_usd)
            .sum()
    }
}

impl Shares {
    fn check(&self) -> Result<(), String> {
        if self.symbol.trim().is_empty() {
            return Err("symbol is empty".to_owned());
        }
        if self.count <= 0 {
            return Err(format!(
                "count = {}: leave the entry out if there are no shares; short stock is out of scope",
                self.count
            ));
        }
        if self.count > 100_000_000 {
            return Err(format!(
                "count = {}: more than a hundred million shares; check the number",
                self.count
            ));
        }
        match self.basis_usd_per_share {
            Some(basis) if !(basis.is_finite() && basis > 0.0) => Err(format!(
                "basis_usd_per_share = {basis} is no price: leave it out if it is not known"
            )),
            _ => Ok(()),
        }
    }
}

impl Position {
    fn check(&self) -> Result<(), String> {
        if self.right().is_none() {
            return Err(format!(
                "right = \"{}\": write \"put\" or \"call\"",
                self.right
            ));
        }
        if self.expiry().is_none() {
            return Err(format!("expiry = \"{}\": write YYYY-MM-DD", self.expiry));
        }
        if !(0.01..=1_000_000.0).contains(&self.strike_usd) {
            return Err(format!("strike_usd = {} is no strike", self.strike_usd));
        }
        if !self.contracts.is_finite()
            || self.contracts.fract() != 0.0
            || self.contracts == 0.0
            || self.contracts.abs() > 1e6
        {
            return Err(format!(
                "contracts = {}: write a whole number, negative for short",
                self.contracts
            ));
        }
        match self.opened.as_deref().map(str::parse::<Date>) {
            Some(Err(_)) => {
                return Err(format!(
                    "opened = \"{}\": write YYYY-MM-DD",
                    self.opened.as_deref().unwrap_or("")
                ));
            }
            Some(Ok(opened)) if Some(opened) > self.expiry() => {
                return Err(format!(
                    "opened = \"{opened}\" lies after the expiry {}",
                    self.expiry
                ));
            }
            _ => (),
        }
        match self.premium_usd_per_share {
            Some(premium) if !(premium.is_finite() && premium >= 0.0) => Err(format!(
                "premium_usd_per_share = {premium}: write the amount without a sign, or leave it out"
            )),
            _ => Ok(()),
        }
    }

    /// Call or put, if the text says so.
    pub(crate) fn right(&self) -> Option<Right> {
        match self.right.trim().to_lowercase().as_str() {
            "put" | "p" => Some(Right::Put),
            "call" | "c" => Some(Right::Call),
            _ => None,
        }
    }

    /// The expiry, if the text is a date.
    pub(crate) fn expiry(&self) -> Option<Date> {
        self.expiry.trim().parse().ok()
    }
}

/// A commented account file to start from.
pub(crate) const SAMPLE: &str = r#"# A jarvis2 account. Only what you own and owe: no password, no broker.
schema_version = 1
kind = "cash"            # every short put is secured by cash, every short call by shares
cash_usd = 50000.00      # including the cash that secures short puts

# Shares that you hold. Leave basis_usd_per_share out if you do not know it.
# [[shares]]
# symbol = "SYNDIV"
# count = 100
# basis_usd_per_share = 61.20

# Options; negative contracts are short.
# [[options]]
# symbol = "SYNDIV"
# right = "put"                    # or "call"
# expiry = "2026-07-17"
# strike_usd = 58.0
# contracts = -1
# premium_usd_per_share = 0.85     # what you received (or paid)
# opened = "2026-06-15"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        let head = "schema_version = 1\nkind = \"cash\"\n";
        let account: Result<Account, _> = toml::from_str(&format!("{head}{text}"));
        match account {
            Err(error) => error.to_string(),
            Ok(account) => account.check().err().unwrap_or_else(|| "fine".to_owned()),
        }
    }

    #[test]
    fn a_class_of_shares_has_one_name_and_a_preferred_share_its_own() {
        for one in ["BRK.B", "BRK/B", "brk-b", "BRKB"] {
            assert!(same_symbol(one, "BRK.B") && root(one) == "BRKB", "{one}");
        }
        assert!(same_symbol("MET-A", "met.a"));
        for (one, other) in [("MET-A", "META"), ("F-B", "FB"), ("KO", "KOF")] {
            assert!(!same_symbol(one, other), "{one} {other}");
        }
    }

    #[test]
    fn the_sample_is_valid_as_it_stands_and_uncommented() {
        let account: Account = toml::from_str(SAMPLE).unwrap();
        assert_eq!(account.check(), Ok(()));
        let full: String = SAMPLE
            .replace("\n# [[", "\n[[")
            .lines()
            .map(|l| {
                let code = l.strip_prefix("# ").filter(|c| c.contains(" = "));
                format!("{}\n", code.unwrap_or(l))
            })
            .collect();
        let account: Account = toml::from_str(&full).unwrap();
        assert_eq!(
            (account.shares.len(), account.options.len(), account.check()),
            (1, 1, Ok(()))
        );
    }

    #[test]
    fn each_mistake_is_named_with_its_value() {
        let put = |more: &str| {
            format!(
                "cash_usd = 10000\n[[options]]\nsymbol = \"A\"\nright = \"put\"\nexpiry = \"2026-07-17\"\nstrike_usd = 50\ncontracts = -1\n{more}"
            )
        };
        assert_eq!(check(&put("")), "fine");
        for (text, says) in [
            ("cash_usd = -5", "cash_usd = -5"),
            ("cash_usd = nan", "cash_usd = NaN"),
            ("cash = 5", "unknown field `cash`"),
            (
                "cash_usd = 4000\n[[options]]\nsymbol = \"A\"\nright = \"put\"\nexpiry = \"2026-07-17\"\nstrike_usd = 50\ncontracts = -1",
                "does not secure",
            ),
            (
                "cash_usd = 1\n[[shares]]\nsymbol = \"A\"\ncount = 50\n[[options]]\nsymbol = \"a\"\nright = \"call\"\nexpiry = \"2026-07-17\"\nstrike_usd = 50\ncontracts = -1",
                "short calls need 100 shares but the account holds 50",
            ),
            (
                "cash_usd = 1\n[[shares]]\nsymbol = \"A\"\ncount = 0",
                "count = 0",
            ),
            (
                "cash_usd = 1\n[[shares]]\nsymbol = \"A\"\ncount = 5\nbasis_usd_per_share = -1",
                "basis_usd_per_share = -1",
            ),
            (
                "cash_usd = 1\n[[shares]]\nsymbol = \"A\"\ncount = 5\n[[shares]]\nsymbol = \"a\"\ncount = 5",
                "twice",
            ),
            (
                &put("").replace("contracts = -1", "contracts = -1.5"),
                "contracts = -1.5",
            ),
            (&put("").replace("\"put\"", "\"puts\""), "right = \"puts\""),
            (
                &put("").replace("2026-07-17", "07/17/2026"),
                "write YYYY-MM-DD",
            ),
            (
                &put("").replace("strike_usd = 50", "strike_usd = 0"),
                "strike_usd = 0",
            ),
            (&put("opened = \"2027-01-01\""), "after the expiry"),
        ] {
            let said = check(text);
            assert!(said.contains(says), "{text}\nsaid: {said}\nnot:  {says}");
        }
        assert!(check("cash_usd = 1").replace("fine", "").is_empty());
        let margin: Account =
            toml::from_str("schema_version = 1\nkind = \"margin\"\ncash_usd = 1").unwrap();
        assert!(margin.check().unwrap_err().contains("out of scope"));
    }
}
