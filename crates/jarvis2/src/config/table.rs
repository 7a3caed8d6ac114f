//! The one table of the configuration: key, type, default, unit, range, meaning.
//!
//! The structs, the defaults, the checks, the sample file and every message come from it, so they cannot drift apart. To add
//! a key, add a line here.

use crate::devices::DeviceWord;
use market::forecast::FromReturns;

use super::value::{Range, Refusal, Setting, Value};

/// One key, as the sample file and the messages describe it.
pub(crate) struct Key {
    /// The section in brackets.
    pub(crate) section: &'static str,
    /// The key below it.
    pub(crate) name: &'static str,
    /// `section.name`.
    pub(crate) dotted: &'static str,
    /// What it means, a line each.
    pub(crate) meaning: &'static [&'static str],
    /// Its unit.
    pub(crate) unit: &'static str,
    /// What it takes, in words.
    pub(crate) allowed: String,
    /// Its default as TOML text; `None` if it is unset.
    pub(crate) default: Option<String>,
    /// What it takes, as JSON Schema.
    pub(crate) schema: serde_json::Value,
    /// A value for the sample if there is no default.
    pub(crate) example: Option<&'static str>,
}

impl Key {
    /// What the key takes and in which unit, in words that follow "it takes".
    pub(crate) fn takes(&self) -> String {
        match self.unit {
            "none" => self.allowed.clone(),
            unit => format!("{}; unit: {unit}", self.allowed),
        }
    }
}

macro_rules! settings {
    ($(
        $(#[doc = $section_doc:literal])+
        [$section:ident] $struct:ident {
            $(
                $(#[doc = $doc:literal])+
                $name:ident: $type:ty = $default:expr, $unit:literal $(, $range:expr)? $(; example $example:literal)?;
            )+
        }
    )+) => {
        $(
            $(#[doc = $section_doc])+
            #[derive(Clone, Debug, PartialEq)]
            pub(crate) struct $struct {
                $(
                    $(#[doc = $doc])+
                    #[doc = concat!("\n\nUnit: ", $unit, ".")]
                    pub(crate) $name: $type,
                )+
            }
        )+

        /// Everything that can be set, after all layers.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct Config {
            $(
                $(#[doc = $section_doc])+
                pub(crate) $section: $struct,
            )+
        }

        impl Default for Config {
            fn default() -> Config {
                Config { $($section: $struct { $($name: $default,)+ },)+ }
            }
        }

        impl Config {
            /// Sets `dotted`; `None` if there is no such key.
            pub(crate) fn set(&mut self, dotted: &str, value: &Value) -> Option<Result<(), Refusal>> {
                $($(
                    if dotted == concat!(stringify!($section), ".", stringify!($name)) {
                        let range: Range = [$(Some($range),)? None][0].clone();
                        return Some(Setting::read(value, &range).map(|value| self.$section.$name = value));
                    }
                )+)+
                None
            }

            /// Every key and its value as TOML text, `None` if unset, in the order of the table.
            pub(crate) fn values(&self) -> Vec<(&'static str, Option<String>)> {
                vec![$($((concat!(stringify!($section), ".", stringify!($name)), self.$section.$name.write()),)+)+]
            }
        }

        /// The sections and what each is about.
        pub(crate) const SECTIONS: &[(&str, &[&str])] = &[$((stringify!($section), &[$($section_doc),+]),)+];

        /// Every key in the order of the table.
        pub(crate) fn keys() -> Vec<Key> {
            let defaults = Config::default();
            vec![$($(
                Key {
                    section: stringify!($section),
                    name: stringify!($name),
                    dotted: concat!(stringify!($section), ".", stringify!($name)),
                    meaning: &[$($doc),+],
                    unit: $unit,
                    allowed: <$type as Setting>::allowed(&[$(Some($range),)? None][0].clone()),
                    schema: <$type as Setting>::schema(&[$(Some($range),)? None][0].clone()),
                    default: defaults.$section.$name.write(),
                    example: [$(Some($example),)? None][0],
                },
            )+)+]
        }
    };
}

settings! {
    /// What the trader wants.
    [objective] Objective {
        /// Relative risk aversion gamma of the CRRA utility of final wealth: 0 asks for the highest mean, 1 is log utility.
        risk_aversion: f64 = 2.0, "none", 0.0..=50.0;
        /// How far ahead wealth is judged.
        horizon_days: u32 = 91, "calendar days", 28.0..=365.0;
    }

    /// What is believed about the market. Unset values are estimated from the data, or from the key named.
    [market] Market {
        /// Interest rate, continuously compounded. Unset: estimated from the data.
        rate_per_year: Option<f64> = None, "fraction per year", -0.1..=1.0; example "0.04";
        /// Expected growth of the share price with dividends. Unset: the interest rate, so a share earns no premium.
        drift_per_year: Option<f64> = None, "fraction per year", -1.0..=1.0; example "0.07";
        /// Forecast of the volatility. Unset: from realised and implied volatility.
        forecast_vol: Option<f64> = None, "fraction per year (0.25 is 25 %)", 0.01..=5.0; example "0.25";
        /// What of a price history enters the forecast beside implied volatility: "garch" (GARCH(1,1)) and "har" need 500 returns and leave shorter
        /// histories to "realised" (the last 63 returns); "ewma" weighs recent days more. `jarvis2 market validate` compares them.
        forecast_from: FromReturns = FromReturns::Garch, "none";
        /// Continuous dividend yield. Unset: from the data.
        dividend_yield: Option<f64> = None, "fraction per year", 0.0..=0.5; example "0.02";
        /// Standard deviation of the log forecast error when only implied volatility is known.
        implied_log_error: f64 = 0.15, "log points (0.15 is about 15 %)", 0.0..=2.0;
        /// Standard deviation of the log error of realised volatility as a forecast, besides its sampling error.
        history_log_error: f64 = 0.20, "log points (0.20 is about 20 %)", 0.0..=2.0;
        /// Time in which volatility returns half-way to its mean.
        mean_reversion_half_life_days: f64 = 45.0, "calendar days", 1.0..=730.0;
        /// Volatility of volatility: standard deviation of the change of log volatility.
        vol_of_vol: f64 = 0.5, "per square root of a year", 0.0..=2.0;
        /// Correlation of volatility shocks with price moves, beyond what the slope of the smile carries.
        spot_vol_correlation: f64 = -0.2, "none", -1.0..=1.0;
        /// Mean number of crash jumps of the price, on top of the forecast volatility.
        jumps_per_year: f64 = 0.25, "jumps per year", 0.0..=5.0;
        /// Mean log jump.
        jump_mean_vols: f64 = -0.4, "multiples of the forecast volatility", -1.0..=1.0;
        /// A jump is the mean plus or minus this, equally likely.
        jump_sd_vols: f64 = 0.3, "multiples of the forecast volatility", 0.0..=1.0;
        /// Standard deviation of the drift over the draws of the market's parameters.
        drift_error_per_year: f64 = 0.02, "fraction per year", 0.0..=1.0;
    }

    /// How hard to think.
    [search] Search {
        /// Leaf states evaluated by the main search.
        evaluations: u32 = 20_000, "leaf states", 1.0..=100_000_000.0;
        /// Leaf states evaluated at once. Another number grows another tree. 0: as many as memory allows by a rule, 2,000 at most;
        /// the plan says how many. More than the rule allows are never taken.
        batch: u32 = 256, "leaf states", 0.0..=65_536.0;
        /// Forecasts drawn from their error and searched one by one, to see how often each action wins.
        draws: u32 = 16, "forecasts", 16.0..=4096.0;
        /// Leaf states evaluated by the search of one draw.
        draw_evaluations: u32 = 4000, "leaf states", 1.0..=100_000_000.0;
        /// Simulated price paths.
        paths: u32 = 4096, "paths", 64.0..=1_000_000.0;
        /// Same inputs and seed, same plan. It stays below 2^53, so that every reader of JSON keeps it whole.
        seed: u64 = 7, "none", 0.0..=9_007_199_254_740_991.0;
        /// Stop after this time. Unset: no limit. A plan that was stopped by the clock cannot be repeated exactly.
        time_ms: Option<u64> = None, "milliseconds", 1.0..=86_400_000.0; example "2000";
        /// How today's actions share the main search: "puct" looks at each and goes on with what looks best, "gumbel" halves
        /// their number as the budget is spent (not by the clock: with `time_ms` all stay).
        root: RootRule = RootRule::Puct, "none";
        /// How widely "puct" looks, today and later: less goes deeper into what looks best.
        exploration: f64 = 1.25, "none", 0.0..=100.0;
        /// Actions considered now, at most.
        root_actions: u32 = 64, "actions", 2.0..=64.0;
    }

    /// Nets that judge the positions of the search.
    [nets] Nets {
        /// "champion" is whichever model won the last match (`jarvis2 models`), at first the one that comes with the program; a name
        /// of the list or a file is that one; "off" leaves the judging to the closed form.
        model: String = "champion".to_owned(), "name or path";
    }

    /// Which actions are considered.
    [actions] Actions {
        /// Deltas of puts to sell now, unsigned.
        put_deltas: Vec<f64> = vec![0.10, 0.16, 0.22, 0.30, 0.40, 0.50], "delta, without its sign", 0.01..=0.99;
        /// Deltas of calls to sell now.
        call_deltas: Vec<f64> = vec![0.10, 0.16, 0.22, 0.30, 0.40, 0.50], "delta", 0.01..=0.99;
        /// Nearest expiry considered.
        min_days: u32 = 5, "calendar days to expiry", 0.0..=3650.0;
        /// Farthest expiry considered.
        max_days: u32 = 60, "calendar days to expiry", 1.0..=3650.0;
        /// How many expiries between the two are considered.
        expiries: u32 = 4, "expiries", 1.0..=64.0;
        /// Deltas considered later in the tree, where no quotes exist yet.
        interior_deltas: Vec<f64> = vec![0.15, 0.30, 0.45], "delta, without its sign", 0.01..=0.99;
        /// Time to expiry of the contracts considered later in the tree.
        interior_days: u32 = 30, "calendar days to expiry", 1.0..=365.0;
        /// Sizes considered.
        sizes: Vec<f64> = vec![1.0, 0.5, 0.25], "fraction of the largest size allowed", 0.01..=1.0;
        /// Whether selling or buying the shares outright competes with the options.
        allow_stock_trades: bool = false, "none";
    }

    /// What trading costs.
    [costs] Costs {
        /// Commission and fees of an option trade.
        fee_usd_per_contract: f64 = 0.65, "dollars per contract", 0.0..=1000.0;
        /// Commission and fees of a share trade.
        fee_usd_per_share: f64 = 0.0, "dollars per share", 0.0..=100.0;
        /// Fee of one assignment.
        assignment_fee_usd: f64 = 0.0, "dollars", 0.0..=1000.0;
        /// The price at which a trade is assumed to fill: "bid_ask" sells at the bid and buys at the ask, "mid" fills half-way.
        fill: Fill = Fill::BidAsk, "none";
        /// Paid on top of the fill, in the direction that hurts.
        extra_slippage_usd_per_share: f64 = 0.0, "dollars per share", 0.0..=100.0;
        /// Full bid-ask spread assumed where the file has no bid and ask.
        spread_fraction_without_quotes: f64 = 0.05, "fraction of the mid price", 0.0..=2.0;
        /// The assumed spread is at least this wide.
        min_spread_usd_without_quotes: f64 = 0.02, "dollars per share", 0.0..=100.0;
    }

    /// What is never recommended, however good it looks.
    [limits] Limits {
        /// Cash reserved for short puts, at most.
        max_collateral_fraction: f64 = 1.0, "fraction of wealth", 0.0..=1.0;
        /// Wealth in one underlying if all its puts are assigned, at most.
        max_concentration_fraction: f64 = 1.0, "fraction of wealth", 0.0..=1.0;
        /// Mean loss in the worst 5 % of outcomes, at most.
        max_cvar95_fraction: f64 = 0.25, "fraction of wealth", 0.0..=1.0;
        /// Absolute dollar delta, at most.
        max_delta_fraction: f64 = 1.5, "fraction of wealth", 0.0..=10.0;
        /// Open interest of a contract, at least. 0 also accepts contracts whose open interest is unknown.
        min_open_interest: u32 = 0, "contracts", 0.0..=1_000_000_000.0;
        /// Bid-ask spread of a contract, at most.
        max_spread_fraction: f64 = 0.5, "fraction of the mid price", 0.0..=2.0;
    }

    /// When an answer is good enough to be given.
    [decision] Decision {
        /// Share of the draws in which the recommended kind of action must stay best.
        min_share_of_draws: f64 = 0.5, "fraction of the draws", 0.0..=1.0;
        /// Confidence of the intervals that are printed and tested.
        confidence: f64 = 0.95, "fraction", 0.5..=0.9999;
        /// Worths closer than this count as equal: an action must beat holding by more, in the plan and in the draws.
        indifference_bps: f64 = 3.0, "hundredths of a percent of wealth", 0.0..=1000.0;
    }

    /// What the trader has, if no account file says so.
    [account] Account {
        /// Cash assumed without an account file.
        assumed_cash_usd: f64 = 100_000.0, "dollars", 1.0..=1_000_000_000_000.0;
    }

    /// How much of the machine to use.
    [hardware] Hardware {
        /// Threads. 0: all cores that we may use.
        threads: u32 = 0, "threads", 0.0..=1024.0;
        /// Memory limit. 0: a rule from the size of the machine and its container. It can lower the rule and not raise it.
        memory_limit_mb: u64 = 0, "megabytes of 1,000,000 bytes", 0.0..=1_000_000_000.0;
    }

    /// Where columns of options are computed.
    [compute] Compute {
        /// "auto" takes a GPU where `jarvis2 devices` has proven it and measured it to be faster, else the processor; the others name
        /// one, and it is an error if it is not there. A GPU answers in single precision.
        device: DeviceWord = DeviceWord::Auto, "none";
    }

    /// What is remembered.
    [diary] Diary {
        /// Keep every plan in the diary, and look there for situations like today's.
        keep: bool = true, "none";
        /// The diary's file. Unset: `jarvis2/diary.sqlite` in `$XDG_DATA_HOME`, else in `~/.local/share`.
        file: Option<String> = None, "path"; example "\"diary.sqlite\"";
    }

    /// What counts as evidence.
    [evidence] Evidence {
        /// First day of the frozen period: backtests end before it, by as many days as a position may live, unless they open it. Every
        /// opening is counted, and the first of each version of the policy is the record that plans quote. Unset: nothing is frozen.
        frozen_from: Option<String> = None, "date, YYYY-MM-DD"; example "\"2025-01-01\"";
        /// Let the choice of a plan also live in markets that are not its model's, and quote the worst. `jarvis2 market mismatch` shows all.
        mismatch: bool = true, "none";
    }

    /// What those see who watch: `jarvis2 monitor` and `jarvis2 serve`.
    [monitor] Monitor {
        /// Long work leaves word of how far it is, in a small file that goes when it ends.
        status: bool = true, "none";
        /// The folder of those files. Unset: `jarvis2/running` in `$XDG_CACHE_HOME`, else in the system's folder for such files.
        folder: Option<String> = None, "path"; example "\"running\"";
        /// A file with the token that `jarvis2 serve` asks for; without one it is for this machine alone.
        token_file: Option<String> = None, "path"; example "\"token\"";
    }

    /// Where the answer goes.
    [output] Output {
        /// Folder of the report files, seen from the current folder.
        dir: String = ".".to_owned(), "path";
        /// Write the report as HTML.
        html: bool = true, "none";
        /// Write the plan as JSON.
        json: bool = true, "none";
    }
}

impl Hardware {
    /// The user's memory limit in bytes, if there is one.
    pub(crate) fn memory_limit_bytes(&self) -> Option<u64> {
        (self.memory_limit_mb > 0).then_some(self.memory_limit_mb * 1_000_000)
    }
}

/// The price at which a trade is assumed to fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Sell at the bid, buy at the ask.
    BidAsk,
    /// Half-way between bid and ask.
    Mid,
}

/// How today's actions share the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootRule {
    /// Each once, then the more promising the more.
    Puct,
    /// Sequential halving.
    Gumbel,
}

/// Makes settings of enums: one word each.
macro_rules! words {
    ($($name:ident { $($word:literal => $variant:ident),+ $(,)? })+) => {$(
        impl Setting for $name {
            fn read(value: &Value, _range: &Range) -> Result<$name, Refusal> {
                match value {
                    $(Value::Text(text) if text == $word => Ok($name::$variant),)+
                    Value::Text(_) => Err(Refusal::OutOfRange),
                    _ => Err(Refusal::WrongType),
                }
            }

            fn allowed(_range: &Range) -> String {
                [$(concat!("\"", $word, "\"")),+].join(" or ")
            }

            fn write(&self) -> Option<String> {
                let word = match self {
                    $($name::$variant => $word,)+
                };
                Some(format!("\"{word}\""))
            }

            fn schema(_range: &Range) -> serde_json::Value {
                serde_json::json!({ "enum": [$($word),+] })
            }
        }
    )+};
}

words! {
    Fill { "bid_ask" => BidAsk, "mid" => Mid }
    FromReturns { "garch" => Garch, "har" => Har, "ewma" => Ewma, "realised" => Realised }
    DeviceWord {
        "auto" => Auto,
        "cpu" => Cpu,
        "metal" => Metal,
        "vulkan" => Vulkan,
        "cuda" => Cuda,
    }
    RootRule { "puct" => Puct, "gumbel" => Gumbel }
}
