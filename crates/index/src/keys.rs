//! Bytes under names, behind one small interface: for values that can be derived again, such as counts and summaries by symbol.
//!
//! The index itself keeps them in SQLite. `analytics` has the same interface over DuckDB, and `cargo bench -p analytics --bench keys`
//! holds one against the other. Not for the truth: that is `experience`.

use crate::{Error, Index};

/// Bytes under names. It speaks in batches: one call of [`Keys::put_many`] is one transaction.
pub trait Keys {
    /// What can go wrong.
    type Error: std::error::Error;

    /// The values of these names, in their order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn get_many(&self, names: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Self::Error>;

    /// Sets all of these or none. A later pair of the same name wins.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn put_many(&mut self, pairs: &[(&str, &[u8])]) -> Result<(), Self::Error>;

    /// Removes these names, those that are there; all or none.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn remove_many(&mut self, names: &[&str]) -> Result<(), Self::Error>;

    /// Names that begin with `prefix` with their values, in the order of their bytes, at most `limit`.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn scan_prefix(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, Self::Error>;
}

impl Keys for Index {
    type Error = Error;

    fn get_many(&self, names: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        names.iter().map(|name| self.get(name)).collect()
    }

    fn put_many(&mut self, pairs: &[(&str, &[u8])]) -> Result<(), Error> {
        self.update(|change| {
            pairs
                .iter()
                .try_for_each(|(name, value)| change.put(name, value))
        })
    }

    fn remove_many(&mut self, names: &[&str]) -> Result<(), Error> {
        self.update(|change| names.iter().try_for_each(|name| change.remove(name)))
    }

    fn scan_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.scan(prefix, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Whatever is put and removed, the store answers as a sorted map does.
        #[test]
        fn the_store_is_a_sorted_map(
            steps in prop::collection::vec(
                (any::<bool>(), prop::collection::vec(("[ab%é]{0,3}", prop::collection::vec(any::<u8>(), 0..4)), 0..6)),
                0..8,
            ),
            prefix in "[ab%é]{0,2}",
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut keys = Index::open(folder.path(), &Config::new(2)).unwrap();
            let mut map: BTreeMap<String, Vec<u8>> = BTreeMap::new();
            for (put, pairs) in &steps {
                let pairs: Vec<(&str, &[u8])> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_slice())).collect();
                if *put {
                    keys.put_many(&pairs).unwrap();
                    map.extend(pairs.iter().map(|(n, v)| ((*n).to_owned(), v.to_vec())));
                } else {
                    let names: Vec<&str> = pairs.iter().map(|(n, _)| *n).collect();
                    keys.remove_many(&names).unwrap();
                    names.iter().for_each(|name| { map.remove(*name); });
                }
            }
            let expected: Vec<_> = map.iter().filter(|(n, _)| n.starts_with(&prefix)).take(3)
                .map(|(n, v)| (n.clone(), v.clone())).collect();
            prop_assert_eq!(keys.scan_prefix(&prefix, 3).unwrap(), expected);
            let names: Vec<&str> = map.keys().map(String::as_str).chain(["zz"]).collect();
            let found = keys.get_many(&names).unwrap();
            let expected: Vec<_> = names.iter().map(|name| map.get(*name).cloned()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
