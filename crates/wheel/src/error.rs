use market::Cents;

/// What can be wrong with a book or an action.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// More lots than the book holds.
    #[error(
        "the account has more than {limit} option lots in one symbol: close some, or merge lots of the same contract"
    )]
    TooManyLots {
        /// How many fit.
        limit: usize,
    },
    /// Money that is not there.
    #[error(
        "cash of {cash} does not cover the {reserved} that short puts may cost: this account is cash-secured only"
    )]
    NotSecured {
        /// Cash in the book.
        cash: Cents,
        /// What assignment of every short put would take.
        reserved: Cents,
    },
    /// Shares that are not there.
    #[error(
        "{short} shares are owed by short calls and {shares} are held: uncovered calls and short stock are refused"
    )]
    NotCovered {
        /// Shares that short calls may take.
        short: i64,
        /// Shares held.
        shares: i64,
    },
    /// A split after which contracts are not on 100 shares.
    #[error(
        "a split of {ratio} new shares for each old one leaves contracts that are not on 100 shares: close the options before it"
    )]
    Adjusted {
        /// New shares per old.
        ratio: f64,
    },
}
