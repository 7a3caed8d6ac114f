//! The kinds of market in a price history, and which one the last day is in: `jarvis2 regimes`, and the regime that a plan names.
//!
//! The mathematics is in `market::regimes`. A fit looks at all days up to `--as-of`; it describes them and predicts nothing. Both
//! ways read a history alike and start from the same seed, so they name a day alike.

use crate::error::Error;
use crate::plan::Figure;
use crate::recall::prices::Prices;
use clap::Args;
use jiff::civil::Date;
use market::history::{History, read_history, read_history_bytes};
use market::regimes::{Features, Regimes, RegimesConfig, features, mean_stay_days};
use market::sample;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The regime of a history's last day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RegimeView {
    /// Its name, from its typical day against the middle of all: `calm rising`.
    pub(crate) name: String,
    /// The day described, the last of the history, `YYYY-MM-DD`.
    pub(crate) today: String,
    /// The first day of the present stay: every day since was in this regime, `YYYY-MM-DD`.
    pub(crate) since: String,
    /// Whether the stay reaches back to the first day that can be told, so that it may have begun earlier.
    pub(crate) since_may_be_earlier: bool,
    /// Trading days of the present stay, today among them.
    pub(crate) days: u32,
    /// How likely the regime is, against the others, given today's features.
    pub(crate) odds_fraction: f64,
    /// Today's realised volatility over 21 days, a fraction per year.
    pub(crate) vol_per_year: f64,
    /// Today's log return over 63 days in units of its standard deviation.
    pub(crate) trend_sigmas: f64,
    /// Today's volatility over 21 days against that over 63, less one.
    pub(crate) vol_change_fraction: f64,
    /// Share of all days that the fit gives to this regime; a day between two counts for both in part.
    pub(crate) share_fraction: f64,
    /// Trading days in a row that it lasts, on average.
    pub(crate) mean_stay_days: Figure,
    /// The first day that can be told, `YYYY-MM-DD`.
    pub(crate) from: String,
    /// All regimes of the history, calmest first.
    pub(crate) regimes: Vec<String>,
    /// Whether the days fall into groups; else the regimes divide them along no gap.
    pub(crate) separate: bool,
}

/// What `jarvis2 regimes` is told.
#[derive(Debug, Args)]
pub(crate) struct RegimesArgs {
    /// Daily prices (CSV or Parquet: date, close; better also dividend and split). Without it: the embedded synthetic sample.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Which underlying, where the file holds several.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Last day that is looked at; default: all.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Exactly so many regimes, in place of the criterion's choice.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=12))]
    count: Option<u8>,
    /// Seed of the starts. Same seed and days: same regimes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print as JSON, with the regime of every day.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print the regime of every day as CSV: id, regime, odds, vol_per_year. `jarvis2 index add --facts` reads it.
    #[arg(long)]
    csv: bool,
}

/// The regimes of a history, and the regime of each day that has features.
pub(crate) struct Told {
    regimes: Regimes,
    /// Oldest first, one at least.
    days: Vec<Day>,
}

/// A day that has features.
struct Day {
    date: Date,
    features: Features,
    label: usize,
    odds: f64,
}

impl Told {
    /// Fits the regimes to all of these days. Same days and settings, same names.
    pub(crate) fn of(prices: &Prices, config: &RegimesConfig) -> Result<Told, market::Error> {
        // A return belongs to the day on which it ends.
        let dated: Vec<(Date, Features)> = features(prices.log_returns())
            .into_iter()
            .zip(prices.dates().iter().skip(1))
            .filter_map(|(features, &date)| Some((date, features?)))
            .collect();
        let all: Vec<Features> = dated.iter().map(|&(_, features)| features).collect();
        let regimes = Regimes::fit(&all, config)?;
        let days = dated
            .into_iter()
            .map(|(date, features)| {
                let label = regimes.label(&features);
                Day {
                    date,
                    features,
                    label,
                    odds: regimes.odds(&features)[label],
                }
            })
            .collect();
        Ok(Told { regimes, days })
    }

    /// The regime of a day, if the day has one.
    pub(crate) fn on(&self, date: Date) -> Option<&str> {
        let place = self.days.binary_search_by_key(&date, |day| day.date).ok()?;
        Some(&self.regimes.regimes[self.days[place].label].name)
    }

    /// The regime that a user names, `today` among them; else the names there are.
    pub(crate) fn named(&self, wanted: &str) -> Result<String, String> {
        let wanted = wanted.trim();
        if wanted.eq_ignore_ascii_case("today")
            && let Some(last) = self.days.last()
        {
            return Ok(self.regimes.regimes[last.label].name.clone());
        }
        let names = self.names();
        names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(wanted))
            .cloned()
            .ok_or_else(|| names.join(", "))
    }

    fn names(&self) -> Vec<String> {
        let names = self.regimes.regimes.iter();
        names.map(|regime| regime.name.clone()).collect()
    }

    /// The regime of the last day.
    pub(crate) fn view(&self) -> Option<RegimeView> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        let stay = self.days.iter().rev();
        let stay = stay.take_while(|day| day.label == last.label).count();
        let labels: Vec<usize> = self.days.iter().map(|day| day.label).collect();
        let regime = &self.regimes.regimes[last.label];
        let stays = mean_stay_days(&labels, self.regimes.regimes.len());
        Some(RegimeView {
            name: regime.name.clone(),
            today: last.date.to_string(),
            since: self.days[self.days.len() - stay].date.to_string(),
            since_may_be_earlier: stay == self.days.len(),
            days: stay as u32,
            odds_fraction: last.odds,
            vol_per_year: last.features.vol_per_year,
            trend_sigmas: last.features.trend,
            vol_change_fraction: last.features.vol_change,
            share_fraction: regime.share,
            mean_stay_days: stays[last.label]
                .map_or_else(|| Figure::missing("no stay"), Figure::from),
            from: first.date.to_string(),
            regimes: self.names(),
            separate: self.regimes.are_separate(),
        })
    }
}

/// Reads, fits and returns what is to be printed.
pub(crate) fn run(args: &RegimesArgs) -> Result<String, Error> {
    let (history, file, synthetic) = read(args)?;
    let prices = Prices::until(&history, args.as_of.unwrap_or(Date::MAX), &file);
    let config = RegimesConfig {
        exactly: args.count.map(usize::from),
        seed: args.seed,
        ..RegimesConfig::default()
    };
    let Told { regimes, days } = Told::of(&prices, &config)?;
    if args.csv {
        return csv(&regimes, &days);
    }
    let labels: Vec<usize> = days.iter().map(|day| day.label).collect();
    let stays = mean_stay_days(&labels, regimes.regimes.len());
    if args.json {
        return json(&regimes, &days, &stays, &history, &file, synthetic);
    }
    Ok(text(
        args, &regimes, &days, &stays, &history, &file, synthetic,
    ))
}

fn read(args: &RegimesArgs) -> Result<(History, String, bool), Error> {
    if let Some(path) = &args.history {
        let history = read_history(path, args.symbol.as_deref())?;
        return Ok((history, path.display().to_string(), false));
    }
    let wanted = args
        .symbol
        .as_deref()
        .unwrap_or(crate::engine::inputs::DEFAULT_SYMBOL);
    let Some((symbol, text)) = sample::HISTORIES
        .iter()
        .find(|(symbol, _)| symbol.eq_ignore_ascii_case(wanted))
    else {
        let there: Vec<&str> = sample::HISTORIES
            .iter()
            .map(|(symbol, _)| *symbol)
            .collect();
        return Err(Error::Usage(format!(
            "the embedded sample has no {wanted}: it holds {}; give your own prices with --history FILE",
            there.join(", ")
        )));
    };
    let file = format!("embedded sample, {symbol}");
    Ok((
        read_history_bytes(&file, text.as_bytes(), None)?,
        file,
        true,
    ))
}

const SYNTHETIC: &str =
    "SYNTHETIC DATA, made by our own generator: it proves nothing about any market.";

fn csv(regimes: &Regimes, days: &[Day]) -> Result<String, Error> {
    let fail = |error: csv::Error| Error::Internal(error.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["id", "day", "regime", "odds", "vol_per_year"])
        .map_err(fail)?;
    for day in days {
        let date = day.date.to_string();
        out.write_record([
            &date,
            &date,
            &regimes.regimes[day.label].name,
            &format!("{:.4}", day.odds),
            &format!("{:.6}", day.features.vol_per_year),
        ])
        .map_err(fail)?;
    }
    let bytes = out
        .into_inner()
        .map_err(|error| Error::Internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
}

fn json(
    regimes: &Regimes,
    days: &[Day],
    stays: &[Option<f64>],
    history: &History,
    file: &str,
    synthetic: bool,
) -> Result<String, Error> {
    let value = json!({
        "watermark": synthetic.then_some(SYNTHETIC),
        "history": file,
        "symbol": history.symbol,
        "separate": regimes.are_separate(),
        "bic_by_count": regimes.bic,
        "regimes": regimes.regimes.iter().zip(stays).map(|(regime, stay)| json!({
            "name": regime.name,
            "share": regime.share,
            "typical_vol_per_year": regime.typical.vol_per_year,
            "typical_trend_sigmas": regime.typical.trend,
            "typical_vol_change": regime.typical.vol_change,
            "mean_stay_days": stay,
        })).collect::<Vec<Value>>(),
        "days": days.iter().map(|day| json!({
            "date": day.date.to_string(),
            "regime": regimes.regimes[day.label].name,
            "odds": day.odds,
            "vol_per_year": day.features.vol_per_year,
            "trend_sigmas": day.features.trend,
            "vol_change": day.features.vol_change,
        })).collect::<Vec<Value>>(),
        "notes": history.notes.iter().map(ToString::to_string).collect::<Vec<String>>(),
    });
    serde_json::to_string_pretty(&value).map_err(|error| Error::Internal(error.to_string()))
}

fn text(
    args: &RegimesArgs,
    regimes: &Regimes,
    days: &[Day],
    stays: &[Option<f64>],
    history: &History,
    file: &str,
    synthetic: bool,
) -> String {
    let mut text = String::new();
    if synthetic {
        text += &format!("{SYNTHETIC}\n");
    }
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return text;
    };
    text += &format!(
        "{}: {} days with a look back of 63, {} to {}\n\n",
        history
            .symbol
            .as_deref()
            .or(args.symbol.as_deref())
            .unwrap_or(file),
        days.len(),
        first.date,
        last.date
    );
    let width = regimes
        .regimes
        .iter()
        .map(|regime| regime.name.len())
        .max()
        .unwrap_or(0)
        .max(6);
    text += &format!(
        "{:width$}  {:>6}  {:>10}  {:>13}  {:>10}  {:>9}\n",
        "regime", "share", "volatility", "trend, sigmas", "vol change", "mean stay"
    );
    for (regime, stay) in regimes.regimes.iter().zip(stays) {
        let stay = stay.map_or_else(|| "n/a".to_owned(), |days| format!("{days:.0} days"));
        text += &format!(
            "{:width$}  {:>5.1}%  {:>9.1}%  {:>+13.2}  {:>+9.1}%  {stay:>9}\n",
            regime.name,
            100.0 * regime.share,
            100.0 * regime.typical.vol_per_year,
            regime.typical.trend,
            100.0 * regime.typical.vol_change,
        );
    }
    text += &format!(
        "\n{}: {} ({:.0}% sure); volatility {:.1}%, trend {:+.2} sigmas over 63 days\n",
        last.date,
        regimes.regimes[last.label].name,
        100.0 * last.odds,
        100.0 * last.features.vol_per_year,
        last.features.trend
    );
    if args.count.is_none() {
        let bic: Vec<String> = regimes.bic.iter().map(|bic| format!("{bic:.0}")).collect();
        text += &format!(
            "number of regimes: BIC for 1, 2, ... is {}; the least from 2 on was taken\n",
            bic.join(", ")
        );
    }
    if !regimes.are_separate() {
        text += "note: the criterion prefers a single regime: these days divide, but fall into no separate groups\n";
    }
    for note in &history.notes {
        text += &format!("note: {note}\n");
    }
    text + "A regime describes days that were; it predicts nothing.\n"
}
