//! `jarvis2 backtest`: how a policy would have fared, night by night, beside what anybody could have done.
//!
//! The asked policy and its baselines live through the same tape at once, each with its own book; a second pair of books looks over
//! every shoulder ([`evidence::backtest::audit`]), and a finding ends the run. Stress rows are the same policy under worse terms.

mod curves;
mod data;
mod html;
mod planner;
pub(crate) mod replay;
mod self_test;
mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod trials;
pub(crate) mod view;

use crate::cli::{self, ConfigArgs, done};
use crate::config::Config;
use crate::engine::decide;
use crate::error::Error;
use crate::governor::{self, Governor};
use crate::ingest::MappingArgs;
use crate::learning::models;
use crate::memory;
use crate::progress::Progress;
use clap::{Args, ValueEnum};
use data::{Past, Sources};
use evidence::backtest::audit::{Auditor, Finding};
use evidence::backtest::traders::{Bills, BuyAndHold, BuyWrite, PutWrite, Random, Rule};
use evidence::backtest::{self, Account, Fills, Lens, Price, Run, Terms, Trader};
use hardware::threads::Role;
use jiff::civil::Date;
use market::tape::made::{self, Assumed, Spreads};
use market::{Cents, Chain, rates};
use planner::{Decisions, Planner};
use std::ops::RangeInclusive;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    /// Chains of many days: files of any supported vendor, or folders of them. Without it: the embedded synthetic sample.
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    data: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// The underlying; give it again for the tickers that the company had over time, the last one last.
    #[arg(long, short)]
    symbol: Vec<String>,
    /// Daily prices with dividends and splits (CSV or Parquet), also from before the first chain.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Ex-dates, splits and delistings (CSV: symbol, date, kind, amount_usd).
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// First day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Last day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// Which policy is asked about; the others stand beside it.
    #[arg(long, value_enum, default_value_t = PolicyWord::Plan)]
    policy: PolicyWord,
    /// Absolute delta that the rule sells.
    #[arg(long, default_value_t = 0.30, allow_negative_numbers = true)]
    delta: f64,
    /// Days to expiry that the rule sells.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
    /// Cash on the first day, in dollars. Default: `account.assumed_cash_usd` of the configuration, or what two contracts need.
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    capital: Option<f64>,
    /// At which prices orders fill: `bid-ask`, `mid`, or the part of the way from the middle to the far side, such as 0.5.
    #[arg(long, default_value = "bid-ask", value_name = "WORD|PART")]
    fill: String,
    /// Interest rate, fraction per year. Default: `market.rate_per_year` of the configuration.
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Which measured table of spreads stands in for quotes where the files have none.
    #[arg(long, value_enum, default_value_t = SpreadsWord::Share)]
    spreads: SpreadsWord,
    /// Of the random policy, the intervals and the plan's search.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Also live through worse: costs and spreads doubled, cheaper options, a day's delay, later starts, a crash. For every policy but
    /// the plan, which takes its time for each, this is on.
    #[arg(long)]
    stress: bool,
    /// Also walk forward: which delta and days of the rule would have been chosen at the time, out of twelve, and how did that fare?
    #[arg(long)]
    walk_forward: bool,
    /// Plan with the whole budget of the configuration instead of a small one.
    #[arg(long)]
    full_budget: bool,
    /// Live through the frozen period (`evidence.frozen_from`) and nothing else. It is counted: only the first look is out of sample.
    #[arg(long)]
    open_frozen: bool,
    /// Plant the mistakes that backtests make, and show that each is found; then look for an edge in markets whose truth is known.
    #[arg(long, conflicts_with_all = ["data", "policy", "out", "html"])]
    self_test: bool,
    /// Markets of the self-test.
    #[arg(long, default_value_t = 200, requires = "self_test", value_parser = clap::value_parser!(u64).range(20..=10_000))]
    seeds: u64,
    /// Folder for report.html, report.json, and nights, entries and trades as Parquet; files of the same names are replaced.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The report as one HTML page, alone.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyWord {
    /// What `jarvis2 plan` would have advised.
    Plan,
    /// The put or call nearest to --delta and --days, held to its end.
    Rule,
    /// Buy the share and keep it.
    Hold,
    /// Cash at interest.
    Tbill,
    /// A cash-secured put at the money every month.
    Putwrite,
    /// The share and a call at the money every month.
    Buywrite,
    /// Any legal action, once a week.
    Random,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpreadsWord {
    /// A large share (AAPL, 2014).
    Share,
    /// A fund (IWM, 2026).
    Fund,
    /// The largest index fund (SPY, 2026).
    Index,
}

/// One account under way, with who looks over its shoulder.
struct Seat<'a> {
    label: String,
    account: Account<'a>,
    auditor: Auditor,
    /// Days of the tape that go by before it begins.
    late: usize,
    lens: Option<Lens>,
}

/// What became of one account.
pub(crate) struct Lived {
    pub(crate) label: String,
    pub(crate) run: Run,
}

/// Everything that became of all.
pub(crate) struct Outcome {
    /// The asked policy first, then the baselines.
    pub(crate) runs: Vec<Lived>,
    /// The asked policy under worse terms.
    pub(crate) stress: Vec<Lived>,
    /// Every variant of the rule that a walk forward chooses from; empty: not walked.
    pub(crate) variants: Vec<Lived>,
    pub(crate) decisions: Vec<planner::Decided>,
    /// Days whose quotes were made, of all.
    pub(crate) made: (usize, usize),
    pub(crate) notes: Vec<String>,
}

pub(crate) fn run(args: &BacktestArgs) -> Result<u8, Error> {
    if args.self_test {
        return self_tested(args);
    }
    let files = tables::Files::create(args.out.as_deref(), args.html.as_deref())?;
    let report = perform(args, |config, past, outcome| {
        let mut log = trials::Trials::open_alone()?;
        let body = view::body(args, config, past, outcome);
        replay::remember(&body, past)?;
        view::report(args, config, past, outcome, body, &mut log)
    })?;
    done(&if args.json {
        cli::pretty(&report)?
    } else {
        view::text(&report)
    });
    files.write(&report)?;
    Ok(0)
}

fn self_tested(args: &BacktestArgs) -> Result<u8, Error> {
    args.mapping.read(false)?;
    let config = cli::load(&args.config, Vec::new())?.config;
    let machine = hardware::detect();
    let threads = cli::threads(&config, &machine);
    let role = governor::role_for(Role::Search, &machine, threads);
    let mut governor = Governor::new(&config, &machine, threads, role, false);
    governor.watch();
    let progress = Progress::new(args.quiet || args.json).told("backtest", &config, &governor);
    let test = self_test::run(args.seeds, &progress)?;
    progress.finish();
    done(&if args.json {
        cli::pretty(&test)?
    } else {
        self_test::text(&test)
    });
    Ok(if test.good() { 0 } else { 6 })
}

/// Lives through everything, and hands over what became of it.
fn perform<T>(
    args: &BacktestArgs,
    then: impl FnOnce(&Config, &Past, &Outcome) -> Result<T, Error>,
) -> Result<T, Error> {
    args.check()?;
    let loaded = cli::load(&args.config, Vec::new())?;
    let machine = hardware::detect();
    let mut config = loaded.config;
    let threads = cli::threads(&config, &machine);
    let role = governor::role_for(Role::Search, &machine, threads);
    let mut governor = Governor::new(&config, &machine, threads, role, false);
    config.search.seed = args.seed;
    // The plan reckons with what its cash earns here.
    config.market.rate_per_year = Some(rate(args, &config));
    if !args.full_budget {
        small(&mut config);
    }
    let taken = memory::reserve(governor.ledger(), &config, 1, threads)?;
    governor.watch();
    let crew = governor.crew();
    crew.enter();
    let progress = Progress::new(args.quiet || args.json).told("backtest", &config, &governor);
    let (from, to) = window(args, &config)?;
    let sources = Sources {
        data: args.data.clone(),
        mapping: args.mapping.read(!args.data.is_empty())?,
        symbols: args.symbol.clone(),
        history: args.history.clone(),
        events: args.events.clone(),
        from,
        to,
    };
    progress.stage("looking at the files");
    let past = Past::open(&sources)?;
    let decisions = Decisions::default();
    let planner = || Planner {
        config: config.clone(),
        nets: models::asked(&config),
        crew: crew.clone(),
        evaluations_max: taken.evaluations_max,
        progress: &progress,
        decisions: decisions.clone(),
        standing: None,
    };
    let outcome = live(args, &config, &past, &progress, &planner, &decisions)?;
    progress.finish();
    then(&config, &past, &outcome)
}

/// The days that are lived through: those before the frozen period, or that period alone.
fn window(args: &BacktestArgs, config: &Config) -> Result<(Option<Date>, Option<Date>), Error> {
    let Some(text) = &config.evidence.frozen_from else {
        return if args.open_frozen {
            Err(Error::Usage("--open-frozen: there is no frozen period; set evidence.frozen_from = \"YYYY-MM-DD\" first".to_owned()))
        } else {
            Ok((args.from, args.to))
        };
    };
    let frozen: Date = text.parse().map_err(|_| {
        Error::Usage(format!(
            "evidence.frozen_from = {text:?}: write a date as YYYY-MM-DD"
        ))
    })?;
    if args.open_frozen {
        return Ok((
            Some(args.from.map_or(frozen, |from| from.max(frozen))),
            args.to,
        ));
    }
    // Between what is learnt from and what is judged on lie as many days as a position may live: none sees both.
    let longest = config.actions.max_days.max(u32::from(args.days));
    let last = frozen.saturating_sub(jiff::Span::new().days(i64::from(longest) + 1));
    if args.from.is_some_and(|from| from > last) {
        return Err(Error::Usage(format!(
            "--from lies within {longest} days of the frozen period, which begins on {frozen}: choose an earlier day, or --open-frozen"
        )));
    }
    Ok((args.from, Some(args.to.map_or(last, |to| to.min(last)))))
}

/// A budget for hundreds of plans, where the user did not choose one; what it is stands in the manifest.
fn small(config: &mut Config) {
    let unset = Config::default().search;
    let search = &mut config.search;
    for (own, unset, small) in [
        (&mut search.evaluations, unset.evaluations, 2_000),
        // Some 25 for each action of the longest menu; a shorter menu would leave out the smaller sizes, which a tail limit may leave alone.
        (&mut search.draw_evaluations, unset.draw_evaluations, 1_600),
        (&mut search.paths, unset.paths, 512),
    ] {
        if *own == unset {
            *own = small;
        }
    }
}

fn terms(args: &BacktestArgs, config: &Config, first: &Chain) -> Result<Terms, Error> {
    let at = match args.fill.as_str() {
        "bid-ask" => Price::BidAsk,
        "mid" => Price::Mid,
        part => {
            let part = part.parse().ok().filter(|part| (-1.0..=3.0).contains(part));
            Price::Part(part.ok_or_else(|| {
                Error::Usage(format!(
                    "--fill {}: write bid-ask, mid, or a part from -1 to 3 such as 0.5",
                    args.fill
                ))
            })?)
        }
    };
    let spot = first.spot_usd.unwrap_or(0.0);
    let capital = match args.capital {
        Some(capital) if CAPITAL_USD.contains(&capital) => capital,
        Some(capital) => {
            return Err(Error::Usage(format!(
                "--capital {capital}: a number of dollars from {} to {} is needed",
                CAPITAL_USD.start(),
                CAPITAL_USD.end()
            )));
        }
        // Two contracts at the money, and room for them to become dearer.
        None => config
            .account
            .assumed_cash_usd
            .max((spot * 250.0 / 100_000.0).ceil() * 100_000.0),
    };
    Ok(Terms {
        capital: Cents::from_usd(capital),
        rate: rate(args, config),
        debit_spread: DEBIT_SPREAD,
        costs: decide::costs(config),
        fills: Fills {
            at,
            slippage_usd: config.costs.extra_slippage_usd_per_share,
            ..Fills::default()
        },
        dividend_notice_days: DIVIDEND_NOTICE_DAYS,
    })
}

/// What cash earns and options are discounted by.
fn rate(args: &BacktestArgs, config: &Config) -> f64 {
    args.rate
        .or(config.market.rate_per_year)
        .unwrap_or(rates::ASSUMED)
}

/// What a debt costs above the rate: no policy here borrows, but a fee or an assignment may come before the cash.
const DEBIT_SPREAD: f64 = 0.05;
/// Companies declare dividends some weeks before the ex-date.
const DIVIDEND_NOTICE_DAYS: u16 = 45;

/// What an account may begin with: a cent is the least that it knows, and of a hundred billion it keeps every cent.
const CAPITAL_USD: RangeInclusive<f64> = 0.01..=1e11;
/// What the configuration takes too.
const RATE: RangeInclusive<f64> = -0.1..=1.0;
const DELTA: RangeInclusive<f64> = 0.01..=0.99;

impl BacktestArgs {
    /// Numbers that no market has.
    fn check(&self) -> Result<(), Error> {
        let within = |flag: &str, value: f64, range: RangeInclusive<f64>, what: &str| {
            if range.contains(&value) {
                return Ok(());
            }
            Err(Error::Usage(format!(
                "{flag} {value}: {what} from {} to {} is needed",
                range.start(),
                range.end()
            )))
        };
        if let Some(rate) = self.rate {
            within("--rate", rate, RATE, "a fraction per year")?;
        }
        within("--delta", self.delta, DELTA, "an absolute delta")?;
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Error::Usage(format!(
                "--from {from} --to {to}: the last day lies before the first"
            )));
        }
        Ok(())
    }

    /// Is the policy also asked about under worse terms?
    fn stressed(&self) -> bool {
        self.stress || self.policy != PolicyWord::Plan
    }

    /// What is asked for besides the policy and its baselines.
    fn besides(&self) -> Vec<String> {
        let flags = [
            ("stress", self.stressed()),
            ("walk_forward", self.walk_forward),
        ];
        flags
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    fn spreads(&self) -> Spreads {
        match self.spreads {
            SpreadsWord::Share => Spreads::Share,
            SpreadsWord::Fund => Spreads::Fund,
            SpreadsWord::Index => Spreads::IndexFund,
        }
    }

    fn trader<'a>(
        &self,
        word: PolicyWord,
        config: &Config,
        planner: &dyn Fn() -> Planner<'a>,
    ) -> Box<dyn Trader + 'a> {
        match word {
            PolicyWord::Plan => Box::new(planner()),
            PolicyWord::Rule => Box::new(Rule {
                delta: self.delta,
                days: self.days,
            }),
            PolicyWord::Hold => Box::new(BuyAndHold),
            PolicyWord::Tbill => Box::new(Bills),
            PolicyWord::Putwrite => Box::new(PutWrite),
            PolicyWord::Buywrite => Box::new(BuyWrite),
            PolicyWord::Random => Box::new(Random::new(
                self.seed,
                decide::grid(config),
                decide::limits(config),
            )),
        }
    }
}

fn live<'a>(
    args: &BacktestArgs,
    config: &Config,
    past: &Past,
    progress: &Progress,
    planner: &dyn Fn() -> Planner<'a>,
    decisions: &Decisions,
) -> Result<Outcome, Error> {
    let mut tape = past.tape()?;
    let assumed = Assumed {
        rate: rate(args, config),
        spreads: args.spreads(),
    };
    let mut counts = made::Counts::default();
    let mut spotless = Vec::new();
    let mut next_day = || -> Result<Option<Chain>, Error> {
        loop {
            let mut day = tape.next_day()?;
            if let Some(chain) = &mut day {
                if chain.spot_usd.is_none() {
                    chain.spot_usd = past.close(chain.as_of);
                }
                // Without the price of the share nothing can be marked: the day goes by as if it had no chain.
                if chain.spot_usd.is_none() {
                    spotless.push(chain.as_of);
                    continue;
                }
                made::make(chain, &assumed, &mut counts);
            }
            return Ok(day);
        }
    };
    let Some(first) = next_day()? else {
        return Err(Error::Usage(
            "no day of the data lies within --from and --to".to_owned(),
        ));
    };
    let terms = terms(args, config, &first)?;
    let seat = |label: &str,
                trader: Box<dyn Trader + 'a>,
                terms: &Terms,
                late: usize,
                lens: Option<Lens>| Seat {
        label: label.to_owned(),
        auditor: Auditor::new(
            terms,
            &past.corporate,
            past.history.as_ref().filter(|_| lens.is_none()),
        ),
        account: Account::new(trader, terms.clone(), past.corporate.clone(), past.before()),
        late,
        lens,
    };
    let mut seats = Vec::new();
    let asked = args.trader(args.policy, config, planner);
    let asked_name = asked.name();
    seats.push(seat(&asked_name, asked, &terms, 0, None));
    let baselines = [
        PolicyWord::Hold,
        PolicyWord::Tbill,
        PolicyWord::Putwrite,
        PolicyWord::Buywrite,
        PolicyWord::Random,
    ];
    for word in baselines.into_iter().filter(|word| *word != args.policy) {
        let trader = args.trader(word, config, planner);
        let name = trader.name();
        seats.push(seat(&name, trader, &terms, 0, None));
    }
    let rule = Rule::default();
    if asked_name != rule.name() {
        seats.push(seat(&rule.name(), Box::new(rule), &terms, 0, None));
    }
    let plain = seats.len();
    if args.stressed() {
        for (label, terms, late, lens) in stresses(&terms, past) {
            seats.push(seat(
                label,
                args.trader(args.policy, config, planner),
                &terms,
                late,
                lens,
            ));
        }
    }
    let stressed = seats.len();
    if args.walk_forward {
        for delta in FORWARD_DELTAS {
            for days in FORWARD_DAYS {
                let rule = Rule { delta, days };
                seats.push(seat(&rule.name(), Box::new(rule), &terms, 0, None));
            }
        }
    }
    progress.stage("living through the days");
    let length = f64::from((past.span.1 - past.span.0).get_days().max(1));
    let mut next = Some(first);
    let (mut days, mut notes) = (0_usize, past.notes.clone());
    while let Some(chain) = next {
        for seat in seats.iter_mut().filter(|seat| seat.late <= days) {
            let seen = seat.lens.as_ref().map(|lens| lens.look(&chain, terms.rate));
            let seen = seen.as_ref().unwrap_or(&chain);
            seat.account.step(seen).map_err(of_backtest)?;
            seat.auditor.see(seen, seat.account.run());
        }
        days += 1;
        progress.fraction(f64::from((chain.as_of - past.span.0).get_days()) / length);
        progress.count("days", days as f64);
        progress.breathe();
        if progress.stopped() {
            return Err(Error::Interrupted {
                done: format!("the days up to {} were lived through", chain.as_of),
            });
        }
        next = next_day()?;
    }
    let made = (counts.days_made, days);
    if let Some(first) = spotless.first() {
        notes.push(format!(
            "{} days have no price of the share and were left out, the first on {first}; --history can tell it",
            spotless.len()
        ));
    }
    let mut lived = Vec::new();
    for seat in seats {
        let findings = seat.auditor.close(args.to);
        if let Some(found) = findings.first() {
            return Err(found_out(&seat.label, found, findings.len()));
        }
        lived.push(Lived {
            label: seat.label,
            run: seat.account.finish(),
        });
    }
    let variants = lived.split_off(stressed);
    let stress = lived.split_off(plain);
    for run in &lived {
        notes.extend(
            run.run
                .notes
                .iter()
                .map(|note| format!("{}: {note}", run.label)),
        );
    }
    let decisions = decisions.borrow().clone();
    Ok(Outcome {
        runs: lived,
        stress,
        variants,
        decisions,
        made,
        notes,
    })
}

/// What a walk forward chooses from.
const FORWARD_DELTAS: [f64; 4] = [0.15, 0.2, 0.3, 0.4];
/// The same; the longest is the gap between what is learnt from and what is judged.
const FORWARD_DAYS: [u16; 3] = [21, 30, 45];

/// Worse terms: what they are called, the terms, days of delay, another look at the chains.
fn stresses(terms: &Terms, past: &Past) -> Vec<(&'static str, Terms, usize, Option<Lens>)> {
    let with = |change: &dyn Fn(&mut Terms)| {
        let mut terms = terms.clone();
        change(&mut terms);
        terms
    };
    let costs = with(&|terms| {
        terms.costs.per_contract = terms.costs.per_contract * 2;
        terms.costs.per_share_usd *= 2.0;
        terms.costs.per_assignment = terms.costs.per_assignment * 2;
    });
    let middle = past.span.0.saturating_add(
        jiff::Span::new().days(i64::from((past.span.1 - past.span.0).get_days() / 2)),
    );
    vec![
        ("fees twice as high", costs, 0, None),
        (
            "spreads twice as wide",
            with(&|terms| terms.fills.spread_factor *= 2.0),
            0,
            None,
        ),
        (
            "options 2 volatility points cheaper",
            terms.clone(),
            0,
            Some(Lens::Cheaper(0.02)),
        ),
        (
            "orders wait a day",
            with(&|terms| terms.fills.delay += 1),
            0,
            None,
        ),
        ("begun 5 trading days later", terms.clone(), 5, None),
        ("begun 10 trading days later", terms.clone(), 10, None),
        ("begun 15 trading days later", terms.clone(), 15, None),
        (
            "a fall of 20 % overnight, half-way",
            terms.clone(),
            0,
            Some(Lens::Crash(middle, 0.8)),
        ),
    ]
}

fn of_backtest(error: backtest::Error) -> Error {
    match error {
        backtest::Error::Market(error) => Error::Data(error),
        backtest::Error::Stopped { date } => Error::Interrupted {
            done: format!("the days before {date} were lived through"),
        },
        error @ backtest::Error::NoSpot { .. } => Error::Usage(error.to_string()),
        error @ backtest::Error::TooLong { .. } => Error::Usage(error.to_string()),
        error => Error::Internal(error.to_string()),
    }
}

/// A finding of the second pair of books: what was printed would be wrong.
fn found_out(label: &str, found: &Finding, count: usize) -> Error {
    match found {
        Finding::Vanished { .. } | Finding::Date { .. } => Error::Table {
            file: label.to_owned(),
            what: found.to_string(),
            remedy: "nothing is reported on such data".to_owned(),
        },
        _ => Error::Internal(format!(
            "{label}: the audit found {count} times that the books do not agree: {found}"
        )),
    }
}
