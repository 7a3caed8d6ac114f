//! The door of the fuzz target `journal`.

use super::apply::{enter, spoken};
use super::contract::{OptionName, micros};
use super::import::{Had, against, read};
use super::lots::Books;
use crate::account::Account;
use experience::RecordId;
use jiff::civil::date;
use std::path::Path;

/// Someone in the middle of a wheel.
const ACCOUNT: &[u8] = br#"schema_version = 1
kind = "cash"
cash_usd = 50000.0

[[shares]]
symbol = "KO"
count = 300
basis_usd_per_share = 66.2

[[options]]
symbol = "KO"
right = "put"
expiry = "2026-09-18"
strike_usd = 67.5
contracts = -2.0

[[options]]
symbol = "KO"
right = "call"
expiry = "2026-09-18"
strike_usd = 70.0
contracts = -3.0
"#;

/// A broker's file where the first line is one of heads, else fills in words, a line each.
pub fn journal(bytes: &[u8]) {
    let mut account = Account::parse(Path::new("account.toml"), ACCOUNT).expect("the account");
    match read("fills.csv", bytes) {
        Ok(file) => {
            let met = against(&Had::default(), &file, false);
            assert!(met.fills.len() + met.refused.len() <= file.rows.len());
            let numbered = (1..).map(RecordId).zip(met.fills);
            let books = Books::of(&numbered.collect::<Vec<_>>(), &met.splits);
            assert_eq!(books.check(), 0, "a cent is lost");
            books.chains();
            for row in &file.rows {
                if enter(&mut account, row).is_err() {
                    break;
                }
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let Ok(text) = std::str::from_utf8(bytes) else {
                return;
            };
            let mut lines = Vec::new();
            for words in text.lines() {
                if let Some(name) = OptionName::parse(words) {
                    assert_eq!(OptionName::parse(&name.words()).as_ref(), Some(&name));
                    assert_eq!(OptionName::parse(&name.occ()).as_ref(), Some(&name));
                }
                let _ = micros(words);
                if spoken(words, date(2026, 9, 1), &mut account, &mut lines).is_err() {
                    break;
                }
            }
        }
    }
    let _ = account.check();
}
