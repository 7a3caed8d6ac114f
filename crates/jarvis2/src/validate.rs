//! `jarvis2 market validate`: forecasts of volatility walked forward over price histories, and what becomes of the default.
//!
//! The statistics are in `evidence::validate`, the forecasts in `market::forecast`; docs/validation.md has the measured figures.

use crate::cli::{self, ConfigArgs, done};
use crate::config::Config;
use crate::error::Error;
use crate::governor::{self, Governor};
use crate::learning::arena;
use crate::progress::Progress;
use clap::{Args, Subcommand};
use evidence::coverage::Better;
use evidence::validate::{
    Calibration, Jumps, QUANTILES, Question, Score, Series, Windows, chance_of_rejections,
    together, walk,
};
use hardware::threads::Role;
use jiff::civil::Date;
use market::forecast::{FITTED_RETURNS_MIN, Forecaster, LogErrors};
use market::history::{HistoryNote, read_histories, read_history};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What there is to do with the market model.
#[derive(Debug, Subcommand)]
pub(crate) enum MarketCommand {
    /// Grade the forecast of volatility, its simple rivals and the law of returns on price histories, walked forward.
    Validate(Box<ValidateArgs>),
    /// Let plans made under one model live in others: what the choice is worth where the model is wrong. Alone: on the embedded
    /// synthetic sample.
    Mismatch(Box<crate::mismatch::MismatchArgs>),
}

impl MarketCommand {
    pub(crate) fn json(&self) -> bool {
        match self {
            MarketCommand::Validate(args) => args.json,
            MarketCommand::Mismatch(args) => args.json,
        }
    }
}

/// What `jarvis2 market validate` is told.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Daily prices (CSV or Parquet: date, close, better also dividend and split; or one column of adjusted closes for each symbol). May be
    /// repeated; every symbol in it counts. Without it: synthetic series.
    #[arg(long, value_name = "FILE")]
    series: Vec<PathBuf>,
    /// Only this symbol; may be repeated.
    #[arg(long, short, value_name = "SYMBOL", requires = "series")]
    symbol: Vec<String>,
    /// Daily implied volatility in percent (CSV or Parquet: date, close), such as the VIX, of SYMBOL; without SYMBOL= of every series. May be
    /// repeated.
    #[arg(long, value_name = "[SYMBOL=]FILE", requires = "series")]
    implied: Vec<String>,
    /// First day on which a forecast is judged; returns before it are the past.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Last day that is looked at.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// Print everything as JSON, each series too.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Trading days ahead.
const HORIZONS: [usize; 3] = [1, 21, 45];
/// Where the default is decided: the tenor of a plan's forecast.
const DECIDES: usize = 21;
/// Log returns beyond this are pointed at: a split that nobody listed looks like one.
const MOVE: f64 = 0.35;
/// A test that is less likely than this rejects.
const LEVEL: f64 = 0.05;
/// Synthetic series with and without implied volatility, each.
const SYNTHETIC: u64 = 2;

/// One series, judged.
struct Judged {
    name: String,
    windows: Vec<Windows>,
    /// By horizon and forecaster.
    scores: Vec<Vec<Score>>,
}

/// The series that are compared by the same forecasters.
struct Group {
    implied: bool,
    forecasters: Vec<Forecaster>,
    series: Vec<Judged>,
}

/// One forecaster at one horizon over the series of a group: means over series, counts of series.
struct Row {
    forecaster: Forecaster,
    qlike: f64,
    mse_over_default: f64,
    came_over_forecast: f64,
    /// Mean, and mean of the standard deviation; none where a day without a move makes it endless.
    log_error: Option<(f64, f64)>,
    wins: usize,
    /// Significantly better and worse than the default.
    better: usize,
    worse: usize,
    together: Option<Better>,
}

/// The law on one forecaster at one horizon.
struct Drawn {
    forecaster: Forecaster,
    law: &'static str,
    /// Share of windows in each tenth, mean over series.
    tenths: [f64; 10],
    /// For each of [`QUANTILES`]: share beyond, series in which Kupiec, and Christoffersen, reject, and in how many the latter could be asked.
    tails: [(f64, usize, usize, usize); 4],
    series: usize,
}

/// One horizon of a group.
struct Table {
    days: usize,
    windows: usize,
    apart: usize,
    rows: Vec<Row>,
    drawn: Vec<Drawn>,
}

/// What follows.
struct Verdict {
    default: Forecaster,
    best: Forecaster,
    test: Option<Better>,
    better: usize,
    series: usize,
}

pub(crate) fn run(command: &MarketCommand) -> Result<u8, Error> {
    match command {
        MarketCommand::Validate(args) => validate(args),
        MarketCommand::Mismatch(args) => crate::mismatch::run(args),
    }
}

fn validate(args: &ValidateArgs) -> Result<u8, Error> {
    let config = cli::load(&args.config, Vec::new())?.config;
    let machine = hardware::detect();
    let threads = cli::threads(&config, &machine);
    let role = governor::role_for(Role::Search, &machine, threads);
    let mut governor = Governor::new(&config, &machine, threads, role, false);
    let crew = &governor.crew().part(threads);
    governor.watch();
    let progress = Progress::new(args.quiet).told("market validate", &config, &governor);
    progress.stage("reading");
    let mut notes = Vec::new();
    let mut all = series(args, &mut notes)?;
    let question = Question {
        horizons: HORIZONS.to_vec(),
        default: config.market.forecast_from,
        errors: LogErrors {
            implied: config.market.implied_log_error,
            history: config.market.history_log_error,
        },
        from: args.from.unwrap_or(Date::MIN),
        to: args.to.unwrap_or(Date::MAX),
    };
    let short = |one: &Series| one.returns.len() < FITTED_RETURNS_MIN + 4 * DECIDES;
    for one in all.iter().filter(|one| short(one)) {
        notes.push(format!(
            "{}: {} returns; fewer than {} are not judged, because GARCH and HAR are made of {FITTED_RETURNS_MIN}",
            one.name,
            one.returns.len(),
            FITTED_RETURNS_MIN + 4 * DECIDES
        ));
    }
    all.retain(|one| !short(one));
    progress.stage("walking forward");
    let interrupted = || Error::Interrupted {
        done: "the series were not all walked".to_owned(),
    };
    let count = all.len() as u64;
    let go_on = |walked: u64| {
        if count > 1 {
            progress.fraction(walked as f64 / count as f64);
        }
        progress.count("series", walked as f64);
        progress.breathe();
        !progress.stopped()
    };
    let judge = |number: u64| {
        let one = &all[number as usize];
        let windows = walk(one, &question, &|part| {
            if count == 1 {
                progress.fraction(part);
            }
            !progress.stopped()
        })?;
        let scores = windows.iter().map(Windows::scores).collect();
        Some(Judged {
            name: one.name.clone(),
            windows,
            scores,
        })
    };
    let judged = arena::each(0..count, crew, &go_on, judge).ok_or_else(interrupted)?;
    let judged: Option<Vec<Judged>> = judged.into_iter().collect();
    let judged = judged.ok_or_else(interrupted)?;
    progress.finish();
    let mut groups = [false, true].map(|implied| Group {
        implied,
        forecasters: question.forecasters(implied),
        series: Vec::new(),
    });
    for (one, series) in judged.into_iter().zip(&all) {
        if one.scores.iter().any(Vec::is_empty) {
            notes.push(format!(
                "{}: no day between --from and --to on which every forecaster has an answer; not judged",
                one.name
            ));
            continue;
        }
        groups[usize::from(series.implied.is_some())]
            .series
            .push(one);
    }
    let groups: Vec<Group> = groups
        .into_iter()
        .filter(|group| !group.series.is_empty())
        .collect();
    if groups.is_empty() {
        return Err(Error::Table {
            file: "--series".to_owned(),
            what: format!("no series can be judged ({})", notes.join("; ")),
            remedy: format!(
                "give at least {} daily prices of one name, three years or more",
                FITTED_RETURNS_MIN + 4 * DECIDES + 1
            ),
        });
    }
    let jumps = Jumps {
        per_year: config.market.jumps_per_year,
        mean_vols: config.market.jump_mean_vols,
        sd_vols: config.market.jump_sd_vols,
    };
    let synthetic = args.series.is_empty();
    let text = if args.json {
        as_json(&groups, jumps, &notes, synthetic)?
    } else {
        as_text(&groups, jumps, &config, &notes, synthetic)
    };
    Ok(done(&text))
}

/// The series asked for, each with its implied volatility where one is named.
fn series(args: &ValidateArgs, notes: &mut Vec<String>) -> Result<Vec<Series>, Error> {
    if args.series.is_empty() {
        let made = (0..2 * SYNTHETIC).map(|number| {
            let mut made = Series::synthetic(number);
            if number < SYNTHETIC {
                made.implied = None;
            }
            made
        });
        return Ok(made.collect());
    }
    let mut implied: Vec<(Option<String>, BTreeMap<Date, f64>, bool)> = Vec::new();
    for asked in &args.implied {
        let (symbol, file) = match asked.split_once('=') {
            Some((symbol, file)) => (Some(symbol.trim().to_uppercase()), file),
            None => (None, asked.as_str()),
        };
        let days = read_history(Path::new(file), None)?.days;
        let days = days.iter().map(|day| (day.date, day.close_usd / 100.0));
        implied.push((symbol, days.collect(), false));
    }
    let wanted: Vec<String> = args.symbol.iter().map(|one| one.to_uppercase()).collect();
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for path in &args.series {
        for mut history in read_histories(path)? {
            let file_name = || path.file_stem().map(|stem| stem.to_string_lossy());
            let name = history.symbol.clone();
            let name = name.or_else(|| file_name().map(|name| name.into_owned()));
            let name = name.unwrap_or_else(|| path.display().to_string());
            names.push(name.clone());
            if !wanted.is_empty() && !wanted.contains(&name.to_uppercase()) {
                continue;
            }
            // Columns named by symbol are adjusted closes: a jump in them is a jump.
            let of_symbol = |note: &HistoryNote| matches!(note, HistoryNote::ColumnOfSymbol { .. });
            if !history.notes.iter().any(of_symbol) {
                for (date, ratio) in history.mark_splits() {
                    notes.push(format!(
                        "{name}: the close jumps by 1:{ratio:.3} on {date} and no split is listed: taken as a split"
                    ));
                }
            }
            let told = history.notes.iter().filter(|note| !of_symbol(note));
            notes.extend(told.map(|note| format!("{name}: {note}")));
            let returns = history.log_returns();
            if let Some(bad) = returns.iter().find(|r| !r.is_finite()) {
                return Err(Error::Table {
                    file: path.display().to_string(),
                    what: format!("{name} has a return of {bad}"),
                    remedy: "check its closes, dividends and splits".to_owned(),
                });
            }
            let moves = history.days.iter().skip(1).zip(&returns);
            for (day, r) in moves.filter(|(_, r)| r.abs() > MOVE) {
                notes.push(format!(
                    "{name}: a move of {:+.0} % on {}, taken as it stands; if it is a split, list it in a column `split`",
                    100.0 * r.exp_m1(),
                    day.date
                ));
            }
            let dates: Vec<Date> = history.days.iter().skip(1).map(|day| day.date).collect();
            let own = implied.iter_mut().find(|(symbol, ..)| {
                symbol
                    .as_ref()
                    .is_none_or(|symbol| *symbol == name.to_uppercase())
            });
            let own = own.map(|(_, days, used)| {
                *used = true;
                dates.iter().map(|date| days.get(date).copied()).collect()
            });
            found.push(Series {
                name,
                dates,
                returns,
                implied: own,
            });
        }
    }
    let named = |name: &String| found.iter().any(|one| one.name.to_uppercase() == *name);
    if let Some(missing) = wanted.iter().find(|name| !named(name)) {
        return Err(Error::Usage(format!(
            "--symbol {missing}: no series is called so; there are {}",
            names.join(", ")
        )));
    }
    if let Some((Some(symbol), ..)) = implied.iter().find(|(_, _, used)| !used) {
        return Err(Error::Usage(format!(
            "--implied {symbol}=...: no series is called {symbol}"
        )));
    }
    Ok(found)
}

impl Group {
    fn tables(&self, jumps: Jumps) -> Vec<Table> {
        (0..HORIZONS.len())
            .map(|at| self.table(at, jumps))
            .collect()
    }

    fn table(&self, at: usize, jumps: Jumps) -> Table {
        let windows: Vec<&Windows> = self.series.iter().map(|one| &one.windows[at]).collect();
        let tests = together(&windows);
        let rows: Vec<Row> = (0..self.forecasters.len())
            .map(|who| self.row(at, who, tests[who]))
            .collect();
        let mut shown = vec![0];
        let best = best(&rows);
        if best != 0 {
            shown.push(best);
        }
        let drawn = shown.into_iter().flat_map(|who| {
            [("normal", None), ("normal and jump", Some(jumps))].map(|(law, jumps)| {
                let all = windows.iter().filter_map(|one| one.calibration(who, jumps));
                Drawn::of(self.forecasters[who], law, &all.collect::<Vec<_>>())
            })
        });
        Table {
            days: HORIZONS[at],
            windows: windows.iter().map(|one| one.came.len()).sum(),
            apart: windows
                .iter()
                .map(|one| one.came.len().div_ceil(one.days))
                .sum(),
            drawn: drawn.collect(),
            rows,
        }
    }

    fn row(&self, at: usize, who: usize, together: Option<Better>) -> Row {
        let scores: Vec<&Vec<Score>> = self.series.iter().map(|one| &one.scores[at]).collect();
        let count = scores.len() as f64;
        let mean = |of: &dyn Fn(&Score) -> f64| {
            scores.iter().map(|score| of(&score[who])).sum::<f64>() / count
        };
        let told = |sign: f64| {
            let tests = scores.iter().filter_map(|score| score[who].qlike_test);
            tests
                .filter(|test| test.p_value < LEVEL && sign * test.difference > 0.0)
                .count()
        };
        let logs: Option<Vec<(f64, f64)>> =
            scores.iter().map(|score| score[who].log_error).collect();
        let least =
            |score: &&&Vec<Score>| score.iter().all(|other| score[who].qlike <= other.qlike);
        Row {
            forecaster: self.forecasters[who],
            qlike: mean(&|score| score.qlike),
            mse_over_default: scores
                .iter()
                .map(|score| score[who].mse / score[0].mse)
                .sum::<f64>()
                / count,
            came_over_forecast: mean(&|score| score.came_over_forecast),
            log_error: logs.map(|logs| {
                let sum = logs.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
                (sum.0 / count, sum.1 / count)
            }),
            wins: scores.iter().filter(least).count(),
            better: told(-1.0),
            worse: told(1.0),
            together,
        }
    }

    /// From the table at [`DECIDES`].
    fn verdict(&self, tables: &[Table]) -> Option<Verdict> {
        let table = tables.iter().find(|table| table.days == DECIDES)?;
        let best = &table.rows[best(&table.rows)];
        Some(Verdict {
            default: self.forecasters[0],
            best: best.forecaster,
            test: best.together,
            better: best.better,
            series: self.series.len(),
        })
    }
}

/// The row of the least mean QLIKE.
fn best(rows: &[Row]) -> usize {
    let by_loss = |a: &usize, b: &usize| rows[*a].qlike.total_cmp(&rows[*b].qlike);
    (0..rows.len()).min_by(by_loss).unwrap_or(0)
}

impl Drawn {
    fn of(forecaster: Forecaster, law: &'static str, all: &[Calibration]) -> Drawn {
        let count = all.len() as f64;
        let tenth = |at: usize| {
            let share =
                |one: &Calibration| one.tenths[at] as f64 / one.tenths.iter().sum::<usize>() as f64;
            all.iter().map(share).sum::<f64>() / count
        };
        let tail = |at: usize| {
            let tails = || all.iter().map(|one| one.tails[at]);
            let clusters = || tails().filter_map(|tail| tail.coverage.clusters_p);
            (
                tails().map(|tail| tail.share).sum::<f64>() / count,
                tails().filter(|tail| tail.coverage.share_p < LEVEL).count(),
                clusters().filter(|p| *p < LEVEL).count(),
                clusters().count(),
            )
        };
        Drawn {
            forecaster,
            law,
            tenths: std::array::from_fn(tenth),
            tails: std::array::from_fn(tail),
            series: all.len(),
        }
    }

    /// The quantiles whose coverage fails in more series than chance explains.
    fn failing(&self) -> Vec<String> {
        let tails = QUANTILES.iter().zip(&self.tails);
        tails
            .filter(|(_, (_, kupiec, ..))| {
                chance_of_rejections(*kupiec, self.series) < LEVEL + 1e-9
            })
            .map(|(quantile, (share, kupiec, ..))| {
                let due = quantile.min(1.0 - quantile);
                format!(
                    "{:.0} %: {:.2} % beyond instead of {:.0} %, rejected in {kupiec} of {}",
                    100.0 * quantile,
                    100.0 * share,
                    100.0 * due,
                    self.series
                )
            })
            .collect()
    }
}

impl Verdict {
    fn text(&self) -> String {
        let Verdict { default, best, .. } = self;
        if default == best {
            return format!(
                "the default ({default}) has the least mean QLIKE at {DECIDES} days: it stays"
            );
        }
        let better = format!(
            "better by itself in {} of {} series",
            self.better, self.series
        );
        match self.test {
            Some(test) => format!(
                "{best} has the least mean QLIKE at {DECIDES} days, {:.4} below the default ({default}): Diebold-Mariano over all series {:+.2}, p {}; {better}. {}",
                -test.difference,
                test.statistic,
                chance(test.p_value),
                if test.p_value < LEVEL {
                    "It should be the default"
                } else {
                    "By its mean it should be the default, but luck could explain so much"
                }
            ),
            None => format!(
                "{best} has the least mean QLIKE at {DECIDES} days; but n/a (too few days to test it against the default, {default})"
            ),
        }
    }
}

fn days(count: usize) -> &'static str {
    if count == 1 { "day" } else { "days" }
}

fn chance(p: f64) -> String {
    if p < 1e-4 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}

const WATERMARK: &str = "SYNTHETIC SERIES, made by our own generator: they prove nothing about any market; give real ones with --series FILE";

fn as_text(
    groups: &[Group],
    jumps: Jumps,
    config: &Config,
    notes: &[String],
    synthetic: bool,
) -> String {
    let mut text = String::new();
    if synthetic {
        text += &format!("*** {WATERMARK}\n");
    }
    text += &format!(
        "Forecasts of variance, walked forward: each sees returns up to its day. QLIKE and MSE: less is better. Mixes weigh by log errors of {} (implied) and {} (history).\n",
        config.market.implied_log_error, config.market.history_log_error
    );
    for group in groups {
        let names: Vec<&str> = group.series.iter().map(|one| one.name.as_str()).collect();
        let what = if group.implied { "with" } else { "without" };
        let _ = writeln!(
            text,
            "\n{} series {what} implied volatility: {}",
            names.len(),
            names.join(", ")
        );
        let tables = group.tables(jumps);
        for table in &tables {
            text += &table.text();
        }
        if let Some(verdict) = group.verdict(&tables) {
            text += &format!("\nVERDICT  {}\n", verdict.text());
        }
        for table in &tables {
            let of_default = |drawn: &&Drawn| drawn.forecaster == group.forecasters[0];
            for drawn in table.drawn.iter().filter(of_default) {
                let failing = drawn.failing();
                if !failing.is_empty() {
                    text += &format!(
                        "WARNING  {} {}, {} on {}: coverage fails at {}\n",
                        table.days,
                        days(table.days),
                        drawn.law,
                        drawn.forecaster,
                        failing.join("; ")
                    );
                }
            }
        }
    }
    if !notes.is_empty() {
        text += "\n";
    }
    for note in notes {
        text += &format!("note: {note}\n");
    }
    text += "\nbest: series in which it has the least QLIKE. better, worse: series in which Diebold-Mariano tells it from the default at 5 %. DM: the same over all series\ntogether, below zero is better than the default. came/said: mean variance that came over that forecast. ln error: mean and standard deviation of ln(volatility\nthat came / forecast); n/a where on some day nothing moved. Kupiec, Christ.: series rejected at 5 % on windows that do not overlap, of how many.\n";
    text
}

impl Table {
    fn text(&self) -> String {
        let mut text = format!(
            "\n{} trading {} ahead: {} forecasts\n{:<31}{:>9}{:>10}{:>11}{:>15}{:>6}{:>8}{:>7}{:>8}{:>10}\n",
            self.days,
            days(self.days),
            self.windows,
            "forecaster",
            "QLIKE",
            "MSE, rel.",
            "came/said",
            "ln error",
            "best",
            "better",
            "worse",
            "DM",
            "p"
        );
        for (at, row) in self.rows.iter().enumerate() {
            let name = if at == 0 {
                format!("{} (default)", row.forecaster)
            } else {
                row.forecaster.to_string()
            };
            let log = row.log_error.map_or_else(
                || "n/a".to_owned(),
                |(mean, deviation)| format!("{mean:+.3} {deviation:.3}"),
            );
            let (statistic, p) = row.together.map_or_else(
                || ("-".to_owned(), "-".to_owned()),
                |test| (format!("{:+.2}", test.statistic), chance(test.p_value)),
            );
            let _ = writeln!(
                text,
                "{name:<31}{:>9.4}{:>10.3}{:>11.3}{log:>15}{:>6}{:>8}{:>7}{statistic:>8}{p:>10}",
                row.qlike,
                row.mse_over_default,
                row.came_over_forecast,
                row.wins,
                row.better,
                row.worse
            );
        }
        let _ = writeln!(
            text,
            "returns of {} {} under the law, share beyond (Kupiec, Christ. reject); {} windows apart",
            self.days,
            days(self.days),
            self.apart
        );
        for drawn in &self.drawn {
            let tails = QUANTILES.iter().zip(&drawn.tails);
            let tails = tails.map(|(quantile, (share, kupiec, clusters, asked))| {
                format!(
                    "{:.0} %: {:.2} % ({kupiec}/{}, {clusters}/{asked})",
                    100.0 * quantile,
                    100.0 * share,
                    drawn.series
                )
            });
            let tenths = drawn
                .tenths
                .iter()
                .map(|share| format!("{:.1}", 100.0 * share));
            let _ = writeln!(
                text,
                "  {} on {}\n    {}\n    tenths, percent: {}",
                drawn.law,
                drawn.forecaster,
                tails.collect::<Vec<_>>().join("  "),
                tenths.collect::<Vec<_>>().join(" ")
            );
        }
        text
    }
}

fn as_json(
    groups: &[Group],
    jumps: Jumps,
    notes: &[String],
    synthetic: bool,
) -> Result<String, Error> {
    let of_test = |test: Option<Better>| {
        test.map(|test| json!({ "difference": test.difference, "statistic": test.statistic, "p_value": test.p_value }))
    };
    let of_log = |log: Option<(f64, f64)>| {
        log.map(|(mean, deviation)| json!({ "mean": mean, "deviation": deviation }))
    };
    let groups: Vec<Value> = groups
        .iter()
        .map(|group| {
            let tables = group.tables(jumps);
            let verdict = group.verdict(&tables).map(|verdict| {
                json!({
                    "text": verdict.text(), "default": verdict.default.to_string(), "best": verdict.best.to_string(),
                    "diebold_mariano": of_test(verdict.test),
                })
            });
            let horizons: Vec<Value> = tables
                .iter()
                .enumerate()
                .map(|(at, table)| {
                    let rows: Vec<Value> = table.rows.iter().map(|row| json!({
                        "forecaster": row.forecaster.to_string(), "qlike": row.qlike, "mse_over_default": row.mse_over_default,
                        "came_over_forecast": row.came_over_forecast, "log_error": of_log(row.log_error), "best_in_series": row.wins,
                        "better_in_series": row.better, "worse_in_series": row.worse, "diebold_mariano": of_test(row.together),
                    })).collect();
                    let laws: Vec<Value> = table.drawn.iter().map(|drawn| json!({
                        "forecaster": drawn.forecaster.to_string(), "law": drawn.law, "tenths": drawn.tenths, "fails": drawn.failing(),
                        "tails": QUANTILES.iter().zip(&drawn.tails).map(|(quantile, (share, kupiec, clusters, asked))| json!({
                            "quantile": quantile, "share_beyond": share, "series": drawn.series, "kupiec_rejects": kupiec,
                            "christoffersen_rejects": clusters, "christoffersen_asked": asked,
                        })).collect::<Vec<_>>(),
                    })).collect();
                    let series: Vec<Value> = group.series.iter().map(|one| {
                        let (windows, scores) = (&one.windows[at], &one.scores[at]);
                        json!({
                            "name": one.name, "forecasts": windows.came.len(), "days_left_out": windows.left_out,
                            "first": windows.dates.first().map(ToString::to_string), "last": windows.dates.last().map(ToString::to_string),
                            "scores": group.forecasters.iter().zip(scores).map(|(forecaster, score)| json!({
                                "forecaster": forecaster.to_string(), "qlike": score.qlike, "mse_of_variance_per_year": score.mse,
                                "came_over_forecast": score.came_over_forecast, "log_error": of_log(score.log_error),
                                "qlike_against_default": of_test(score.qlike_test), "mse_against_default": of_test(score.mse_test),
                            })).collect::<Vec<_>>(),
                        })
                    }).collect();
                    json!({ "trading_days": table.days, "forecasts": table.windows, "windows_apart": table.apart, "rows": rows, "laws": laws, "series": series })
                })
                .collect();
            json!({ "implied": group.implied, "verdict": verdict, "horizons": horizons })
        })
        .collect();
    cli::pretty(&json!({
        "watermark": synthetic.then_some(WATERMARK),
        "groups": groups,
        "notes": notes,
    }))
}
