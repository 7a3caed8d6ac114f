//! The table of packages: `data/python.toml`, in the program.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::requirement::normal;
use super::{Fares, Platform};
use crate::error::Error;

const TEXT: &str = include_str!("../../../data/python.toml");

/// All packages by their normal names.
pub(super) struct Table {
    /// Until when it was kept.
    pub(super) kept: String,
    packages: Vec<Package>,
    places: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kept: String,
    package: Vec<Package>,
}

/// One package, or some that fare alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    pub(super) names: Vec<String>,
    /// Where it is said; `NAME` stands for the name asked for.
    source: String,
    /// What Jarvis2 itself has for it.
    pub(super) here: Option<String>,
    /// The version from which on the verdicts are meant.
    pub(super) since: Option<String>,
    /// The first that holds counts.
    verdict: Vec<Verdict>,
}

/// How it fares on some machines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    /// Words that must all hold ([`Platform::is`]); nothing: everywhere else.
    #[serde(default)]
    on: String,
    #[serde(rename = "is")]
    pub(super) rating: Fares,
    pub(super) why: String,
    /// What to set or to use instead.
    #[serde(rename = "do")]
    pub(super) remedy: Option<String>,
}

impl Table {
    /// The table in the program.
    pub(super) fn embedded() -> Result<Table, Error> {
        let broken =
            |error: toml::de::Error| Error::Internal(format!("the table of packages: {error}"));
        let file: File = toml::from_str(TEXT).map_err(broken)?;
        let mut places = BTreeMap::new();
        for (place, package) in file.package.iter().enumerate() {
            for name in &package.names {
                places.insert(normal(name), place);
            }
        }
        Ok(Table {
            kept: file.kept,
            packages: file.package,
            places,
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Package> {
        self.places
            .get(&normal(name))
            .map(|&place| &self.packages[place])
    }
}

impl Package {
    /// Where it is said of the package with this name.
    pub(super) fn source_of(&self, name: &str) -> String {
        self.source.replace("NAME", &normal(name))
    }

    pub(super) fn verdict(&self, platform: Platform) -> Option<&Verdict> {
        self.verdict
            .iter()
            .find(|verdict| platform.is(&verdict.on) == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_a_verdict_with_a_source_on_every_machine() {
        let table = Table::embedded().unwrap();
        assert!(table.kept.starts_with("20"));
        let names: usize = table
            .packages
            .iter()
            .map(|package| package.names.len())
            .sum();
        assert_eq!(names, table.places.len(), "a name stands twice");
        assert!(names >= 70, "{names}");
        for package in &table.packages {
            let name = &package.names[0];
            assert!(package.source.starts_with("https://"), "{name}");
            for verdict in &package.verdict {
                for platform in ["macos-arm64", "linux-x86_64+nvidia"] {
                    let platform: Platform = platform.parse().unwrap();
                    assert!(platform.is(&verdict.on).is_some(), "{name}: {}", verdict.on);
                }
                assert!(!verdict.why.is_empty(), "{name}");
                let rates = [Fares::Works, Fares::NeedsConfiguration, Fares::Problematic];
                assert!(rates.contains(&verdict.rating), "{name}");
                if verdict.rating != Fares::Works {
                    assert!(verdict.remedy.is_some(), "{name}: what is to be done?");
                }
            }
            for kind in [
                "macos-arm64",
                "macos-x86_64",
                "linux-x86_64",
                "linux-aarch64",
            ] {
                for gpu in ["", "+nvidia"] {
                    let platform: Platform = format!("{kind}{gpu}").parse().unwrap();
                    assert!(package.verdict(platform).is_some(), "{name} on {platform}");
                }
            }
        }
    }
}
