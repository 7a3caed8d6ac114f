//! The tables of `jarvis2 sql` and `jarvis2 export`: what each holds, and in which units.
//!
//! `docs/analytics.md` repeats this list, and a test compares the two.

use analytics::{Table, Type};

/// Where a table comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The ledger, `--db`.
    Ledger,
    /// Option chains, `--chain`.
    Chains,
    /// Daily prices, `--history`.
    History,
    /// Ex-dates and earnings, `--events`.
    Events,
}

impl From {
    /// The flag that gives it.
    pub(super) fn flag(self) -> &'static str {
        match self {
            From::Ledger => "--db FILE",
            From::Chains => "--chain FILE",
            From::History => "--history FILE",
            From::Events => "--events FILE",
        }
    }
}

/// A column: its name with the unit, its type, and what it means.
pub(super) type ColumnSpec = (&'static str, Type, &'static str);

/// A table.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) from: From,
    pub(super) about: &'static str,
    pub(super) columns: &'static [ColumnSpec],
}

impl Spec {
    /// The table without rows.
    pub(super) fn empty(&self) -> Table {
        Table::new(
            self.name,
            self.columns.iter().map(|(name, kind, _)| (*name, *kind)),
        )
    }
}

use Type::{Count, Day, Flag, Moment, Number, Text};

/// Every table, in the order in which it is shown.
pub(super) const TABLES: [Spec; 14] = [
    Spec {
        name: "decisions",
        from: From::Ledger,
        about: "every decision kept in the ledger",
        columns: &[
            ("decision_id", Count, "its record"),
            ("situation_id", Count, "the situation it was made in"),
            ("symbol", Text, "the underlying"),
            (
                "as_of_utc",
                Moment,
                "the moment that the situation describes",
            ),
            ("made_at_utc", Moment, "when it was made"),
            ("origin", Text, "live, self_play or backtest"),
            ("action", Text, "the action chosen; doing nothing is one"),
            (
                "worth",
                Number,
                "worth of the choice, in the unit of its search",
            ),
            ("model_id", Count, "who judged"),
            (
                "seed",
                Text,
                "seed of the search, unsigned 64 bits in decimal",
            ),
        ],
    },
    Spec {
        name: "visits",
        from: From::Ledger,
        about: "every action that a decision's search looked at",
        columns: &[
            ("decision_id", Count, "the decision"),
            ("place", Count, "place in the menu, from 0"),
            ("action", Text, "the action"),
            ("visits", Count, "how often the search went there"),
            (
                "prior",
                Number,
                "its probability before the search, fraction",
            ),
            ("worth", Number, "its worth, in the unit of the search"),
        ],
    },
    Spec {
        name: "plans",
        from: From::Ledger,
        about: "plans as they were shown",
        columns: &[
            ("decision_id", Count, "the decision"),
            ("text", Text, "for people"),
            ("json", Text, "for programs: plan.json"),
        ],
    },
    Spec {
        name: "fills",
        from: From::Ledger,
        about: "what the broker's files say: trades, how options ended, dividends and other cash",
        columns: &[
            ("fill_id", Count, "its record"),
            (
                "kind",
                Text,
                "trade, expired, assigned, exercised, dividend, interest, fee or transfer",
            ),
            (
                "decision_id",
                Count,
                "the decision it followed, where known",
            ),
            ("filled_at_utc", Moment, "when"),
            ("symbol", Text, "the underlying"),
            (
                "contract",
                Text,
                "OCC notation, the symbol for shares, or USD for cash",
            ),
            (
                "expiry",
                Day,
                "of the contract; missing for shares and cash",
            ),
            ("strike_usd", Number, "of the contract, dollars per share"),
            ("right", Text, "C or P"),
            (
                "quantity",
                Count,
                "contracts, shares, or cents of cash; bought or received above 0, sold or paid below",
            ),
            ("price_usd", Number, "dollars per share"),
            ("fees_cents", Count, "fees paid, cents"),
            (
                "cash_cents",
                Count,
                "change of cash with fees taken off, cents; received above 0",
            ),
            ("broker_ref", Text, "the broker's number"),
        ],
    },
    Spec {
        name: "outcomes",
        from: From::Ledger,
        about: "how decisions ended; several for one decision are its history",
        columns: &[
            ("outcome_id", Count, "its record"),
            ("decision_id", Count, "the decision"),
            ("known_at_utc", Moment, "when it became known"),
            ("ending", Text, "assigned, expired, closed, rolled"),
            ("realised_cents", Count, "gain or loss, cents"),
            ("facts_json", Text, "anything else, a JSON object"),
            ("is_newest", Flag, "is this the decision's newest outcome?"),
        ],
    },
    Spec {
        name: "situations",
        from: From::Ledger,
        about: "what was seen",
        columns: &[
            ("situation_id", Count, "its record"),
            ("symbol", Text, "the underlying"),
            ("as_of_utc", Moment, "the moment it describes"),
            ("source", Text, "a file or a simulation"),
            ("facts_json", Text, "anything else, a JSON object"),
        ],
    },
    Spec {
        name: "labels",
        from: From::Ledger,
        about: "values put on records afterwards, such as a regime",
        columns: &[
            ("label_id", Count, "its record"),
            ("about_id", Count, "the record it is about"),
            ("name", Text, "which label"),
            ("known_at_utc", Moment, "when it became known"),
            ("word", Text, "its value, where it is a word"),
            ("number", Number, "its value, where it is a number"),
        ],
    },
    Spec {
        name: "notes",
        from: From::Ledger,
        about: "words of the user, reasons of the program",
        columns: &[
            ("note_id", Count, "its record"),
            ("about_id", Count, "the record it is about"),
            ("symbol", Text, "the underlying it is about"),
            ("written_at_utc", Moment, "when"),
            ("kind", Text, "note, reason or another word"),
            ("body", Text, "the text"),
        ],
    },
    Spec {
        name: "edges",
        from: From::Ledger,
        about: "arrows from record to record",
        columns: &[
            ("edge_id", Count, "its record"),
            ("source_id", Count, "from"),
            ("target_id", Count, "to"),
            ("kind", Text, "rolled_to, ended_in, led_to or another word"),
            ("weight", Number, "1 where nothing else is meant"),
        ],
    },
    Spec {
        name: "models",
        from: From::Ledger,
        about: "networks and rules that judged",
        columns: &[
            ("model_id", Count, "its record"),
            ("name", Text, "what people call it"),
            ("digest_hex", Text, "hash of its weights, hexadecimal"),
            ("made_at_utc", Moment, "when it was made"),
            ("parent_id", Count, "the model it was trained from"),
            ("facts_json", Text, "anything else, a JSON object"),
        ],
    },
    Spec {
        name: "chains",
        from: From::Chains,
        about: "every usable quote, of every day in the files",
        columns: &[
            ("source", Text, "the vendor, or synthetic-v1"),
            ("symbol", Text, "the underlying"),
            ("date", Day, "the trading day of the quote"),
            ("spot_usd", Number, "one share at the time of the quotes"),
            ("expiry", Day, "last day of the contract"),
            ("days_to_expiry", Count, "calendar days from date to expiry"),
            ("strike_usd", Number, "dollars per share"),
            ("right", Text, "C or P"),
            ("style", Text, "A American, E European"),
            ("multiplier", Count, "shares per contract"),
            ("bid_usd", Number, "dollars per share; missing: nobody bids"),
            ("ask_usd", Number, "dollars per share"),
            (
                "mid_usd",
                Number,
                "half-way between bid and ask, dollars per share",
            ),
            ("last_usd", Number, "last trade, dollars per share"),
            ("volume", Count, "contracts traded that day"),
            ("open_interest", Count, "contracts open"),
            (
                "iv",
                Number,
                "the vendor's implied volatility, fraction per year",
            ),
            ("delta", Number, "the vendor's, of the holder, one share"),
            ("gamma", Number, "the vendor's, per dollar, one share"),
            (
                "theta_per_day",
                Number,
                "the vendor's, dollars per calendar day, one share",
            ),
            (
                "vega_per_point",
                Number,
                "the vendor's, dollars per vol point, one share",
            ),
            (
                "rho_per_percent",
                Number,
                "the vendor's, dollars per percent, one share",
            ),
        ],
    },
    Spec {
        name: "spots",
        from: From::Chains,
        about: "the price of one share on every day of the chain files",
        columns: &[
            ("symbol", Text, "the underlying"),
            ("date", Day, "the trading day"),
            ("spot_usd", Number, "dollars per share, as on that day"),
        ],
    },
    Spec {
        name: "history",
        from: From::History,
        about: "daily prices as traded, not adjusted",
        columns: &[
            (
                "symbol",
                Text,
                "the underlying, where the file names it or --symbol does",
            ),
            ("date", Day, "the trading day"),
            ("open_usd", Number, "first price, dollars per share"),
            ("high_usd", Number, "highest price"),
            ("low_usd", Number, "lowest price"),
            ("close_usd", Number, "last price"),
            (
                "dividend_usd",
                Number,
                "dividend that goes ex on this day, dollars per share",
            ),
            ("split", Number, "new shares per old from this day on"),
            (
                "log_return",
                Number,
                "ln((close + dividend) split / close before); missing on the first day",
            ),
        ],
    },
    Spec {
        name: "events",
        from: From::Events,
        about: "ex-dates, earnings, splits and delistings",
        columns: &[
            ("symbol", Text, "the underlying"),
            ("date", Day, "the day; for a dividend the ex-date"),
            ("kind", Text, "ex_dividend, earnings, split or delisting"),
            (
                "amount_usd",
                Number,
                "the dividend, or what a delisted share is paid, dollars per share",
            ),
            ("ratio", Number, "new shares per old, of a split"),
        ],
    },
];

/// The table of this name.
pub(super) fn spec(name: &str) -> Option<&'static Spec> {
    TABLES.iter().find(|spec| spec.name == name)
}
