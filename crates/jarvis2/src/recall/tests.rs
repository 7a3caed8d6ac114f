//! Nothing looks ahead, nothing is recalled where nothing is close, and what is recalled is what happened.

use super::prices::{FARTHEST, Prices, Scale, wilson};
use super::*;
use jiff::ToSpan;
use jiff::civil::Date;
use market::calendar::{next_trading_day, trading_day_at_or_before};
use market::history::{Day, History};

const FIRST: Date = Date::constant(2022, 1, 3);

/// A stream of numbers in (0, 1): splitmix64 (Steele, Lea & Flood 2014).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17
    }

    fn normal(&mut self) -> f64 {
        let (a, b) = (self.next(), self.next());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// Trading days from [`FIRST`] on with these log returns.
fn history(returns: impl IntoIterator<Item = f64>) -> History {
    let (mut date, mut close) = (FIRST, 100.0_f64);
    let mut days = Vec::new();
    for r in returns {
        close *= r.exp();
        days.push(Day {
            date,
            open_usd: None,
            high_usd: None,
            low_usd: None,
            close_usd: close,
            dividend_usd: 0.0,
            split: 1.0,
        });
        date = next_trading_day(date);
    }
    History {
        symbol: None,
        days,
        notes: Vec::new(),
        rows_read: 0,
    }
}

fn noise(seed: u64, days: usize) -> Vec<f64> {
    let mut stream = Stream(seed);
    (0..days).map(|_| 0.01 * stream.normal()).collect()
}

/// Among all days, whatever their regime.
fn recall(prices: &Prices, contract: Option<Contract>, as_of: Date) -> Result<PriceRecall, String> {
    super::prices::recall(prices, contract, as_of, None, None)
}

fn put(strike_over_spot: f64, days: u32) -> Contract {
    Contract {
        right: Right::Put,
        strike_over_spot,
        days,
    }
}

/// The day before a crash looks like today, but its outcome is not known yet: it must not be recalled.
#[test]
fn a_day_whose_outcome_is_not_known_is_never_recalled() {
    let history = history(noise(1, 600));
    for (days, as_of_day) in [(7, 500), (30, 500), (91, 420), (400, 599)] {
        let as_of = history.days[as_of_day].date;
        let prices = Prices::until(&history, as_of, "test");
        let found = recall(&prices, Some(put(0.95, days)), as_of).unwrap();
        assert!(found.after_any.days > 30);
        for day in &found.precedents {
            let due = day
                .date
                .parse::<Date>()
                .unwrap()
                .checked_add(i64::from(days).days())
                .unwrap();
            assert!(due <= as_of, "{} is due on {due}, after {as_of}", day.date);
            assert_eq!(day.end, trading_day_at_or_before(due).to_string());
        }
    }
}

/// Whatever comes after the day asked for, the answer is the same to the last bit.
#[test]
fn the_future_may_be_anything() {
    let base = noise(2, 500);
    let as_of_day = 400;
    let mut crash = base.clone();
    for r in &mut crash[as_of_day + 1..] {
        *r = -0.2;
    }
    let ask = |returns: Vec<f64>| {
        let history = history(returns);
        let as_of = history.days[as_of_day].date;
        recall(
            &Prices::until(&history, as_of, "test"),
            Some(put(0.95, 30)),
            as_of,
        )
    };
    let answer = ask(base.clone());
    assert!(answer.is_ok());
    assert_eq!(answer, ask(crash));
    assert_eq!(answer, ask(base[..=as_of_day].to_vec()));
    // A planted change on the last day that counts does change it: the test can fail.
    let mut seen = base;
    seen[as_of_day] = -0.2;
    assert_ne!(answer, ask(seen));
}

/// Two planted stretches repeat today's to the bit; each fell 10 % afterwards. They are found first, at distance 0, with that fall.
#[test]
fn planted_twins_are_found_with_what_followed() {
    let mut returns = noise(3, 900);
    let stretch: Vec<f64> = noise(77, 64).iter().map(|r| 2.0 * r - 0.004).collect();
    let before = noise(5, 252);
    let plant = |at: usize, returns: &mut Vec<f64>| {
        returns[at - 251..=at].copy_from_slice(&before);
        returns[at - 63..=at].copy_from_slice(&stretch);
    };
    for at in [300, 600, 899] {
        plant(at, &mut returns);
    }
    for at in [300, 600] {
        returns[at + 1] = 0.9_f64.ln();
        returns[at + 2..at + 40].fill(0.0);
    }
    let history = history(returns);
    let as_of = history.days[899].date;
    let prices = Prices::until(&history, as_of, "test");
    let found = recall(&prices, Some(put(0.95, 30)), as_of).unwrap();
    let mut twins: Vec<&str> = found.precedents[..2]
        .iter()
        .map(|day| day.date.as_str())
        .collect();
    twins.sort_unstable();
    assert_eq!(
        twins,
        [
            history.days[300].date.to_string(),
            history.days[600].date.to_string()
        ]
    );
    for day in &found.precedents[..2] {
        assert!(day.distance < 1e-9, "{}", day.distance);
        assert!((day.return_fraction + 0.1).abs() < 1e-9 && day.past_strike == Some(true));
        assert!((day.worst_close_fraction + 0.1).abs() < 1e-9);
    }
    // A call with the same strike ends short of it; a put far below as well.
    let call = Contract {
        right: Right::Call,
        ..put(0.95, 30)
    };
    let with = |contract| recall(&prices, Some(contract), as_of).unwrap();
    assert!(
        with(call).precedents[..2]
            .iter()
            .all(|day| day.past_strike == Some(false))
    );
    assert!(
        with(put(0.85, 30)).precedents[..2]
            .iter()
            .all(|day| day.past_strike == Some(false))
    );
}

/// After a crash such as was never seen before, nothing is close.
#[test]
fn nothing_is_close_to_what_never_was() {
    let mut returns = noise(4, 600);
    for r in &mut returns[590..] {
        *r = -0.08;
    }
    let history = history(returns);
    let as_of = history.days[599].date;
    let found = recall(
        &Prices::until(&history, as_of, "test"),
        Some(put(0.95, 30)),
        as_of,
    )
    .unwrap();
    assert_eq!((found.close_days, found.precedents.len()), (0, 0));
    assert_eq!(found.after_close.independent, 0);
    assert!(found.nearest > FARTHEST);
    let view = of_prices(
        Some(&Prices::until(&history, as_of, "test")),
        "",
        None,
        as_of,
        None,
    )
    .unwrap();
    assert!(
        view.prices_note.starts_with("n/a (none of"),
        "{}",
        view.prices_note
    );
}

/// Features that have nothing to do with one another: about 2 in 1,000 days are within the distance of another by accident.
#[test]
fn noise_is_rarely_close() {
    let mut stream = Stream(6);
    let rows: Vec<[f64; 8]> = (0..2_000)
        .map(|_| std::array::from_fn(|_| stream.normal()))
        .collect();
    let (mut close, mut pairs) = (0_u32, 0_u32);
    for now in rows.iter().step_by(20) {
        let scale = Scale::of(&rows, now);
        for row in &rows {
            if row != now {
                pairs += 1;
                close += u32::from(scale.distance(row, now) <= FARTHEST);
            }
        }
    }
    let share = f64::from(close) / f64::from(pairs);
    // Chi-square with 8 degrees of freedom below 1: 0.00175.
    assert!((0.001..0.003).contains(&share), "{share}");
}

#[test]
fn outcomes_that_overlap_are_counted_once() {
    let history = history(noise(8, 800));
    let as_of = history.days[799].date;
    let found = recall(
        &Prices::until(&history, as_of, "test"),
        Some(put(0.97, 30)),
        as_of,
    )
    .unwrap();
    assert!(found.close_days >= found.after_close.independent);
    assert_eq!(found.after_close.days, found.after_close.independent);
    for (at, a) in found.precedents.iter().enumerate() {
        for b in &found.precedents[at + 1..] {
            assert!(
                a.end <= b.date || b.end <= a.date,
                "{} and {} overlap",
                a.date,
                b.date
            );
        }
    }
    // About 715 days have features and an outcome; 30 calendar days are 19 to 21 trading days, so 34 to 38 outcomes fit.
    let fits = found.after_any.independent;
    assert!((34..=38).contains(&fits), "{fits}");
}

/// A split changes neither features nor outcomes, whether the file lists it or not.
#[test]
fn a_split_is_no_crash() {
    let plain = history(noise(9, 400));
    let as_of = plain.days[399].date;
    let ask = |history: &History| {
        recall(
            &Prices::until(history, as_of, "test"),
            Some(put(0.95, 30)),
            as_of,
        )
        .unwrap()
    };
    let expected = ask(&plain);
    for listed in [true, false] {
        let mut split = plain.clone();
        for day in &mut split.days[200..] {
            day.close_usd /= 4.0;
        }
        if listed {
            split.days[200].split = 4.0;
        }
        let found = ask(&split);
        assert_eq!(found.close_days, expected.close_days, "listed: {listed}");
        for (a, b) in found.precedents.iter().zip(&expected.precedents) {
            assert_eq!(a.date, b.date);
            assert!((a.return_fraction - b.return_fraction).abs() < 1e-9);
        }
    }
}

#[test]
fn too_little_history_says_what_is_missing() {
    let long = history(noise(10, 300));
    for (count, as_of_day, expected) in [
        (0, 299, "no day up to"),
        (50, 49, "need the 63 before it"),
        (80, 79, "30 are the least"),
        (200, 299, "the history ends on"),
    ] {
        let mut short = long.clone();
        let as_of = long.days[as_of_day].date;
        short.days.truncate(count);
        let why = recall(&Prices::until(&short, as_of, "test"), None, as_of).unwrap_err();
        assert!(why.contains(expected), "{count}: {why}");
    }
}

/// Newcombe, Statistics in Medicine 17 (1998), table I: Wilson's interval without continuity correction.
#[test]
fn wilson_meets_published_values() {
    for (hits, sample, low, high) in [
        (81.0, 263, 0.2553, 0.3662),
        (15.0, 148, 0.0624, 0.1605),
        (0.0, 20, 0.0, 0.1611),
        (1.0, 29, 0.0061, 0.1718),
    ] {
        let found = wilson(hits / f64::from(sample), sample as usize);
        assert!(
            (found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5,
            "{hits}/{sample}: {found:?}"
        );
    }
}

/// Calm rising years and wild falling half years in turn, ending 20 days into a wild one.
fn two_markets() -> History {
    let mut stream = Stream(31);
    history((0..1_520).map(|day| {
        if day % 375 >= 250 || day >= 1_500 {
            0.03 * stream.normal() - 0.004
        } else {
            0.006 * stream.normal() + 0.001
        }
    }))
}

fn view_of(history: &History, as_of: Date, only: Option<&str>) -> RecallView {
    let prices = Prices::until(history, as_of, "test");
    of_prices(Some(&prices), "", None, as_of, only).unwrap()
}

/// The stay is counted back day by day, and every number of it is that of the fit.
#[test]
fn todays_regime_is_named_with_since_when() {
    let history = two_markets();
    let as_of = history.days[1_519].date;
    let regime = view_of(&history, as_of, None).regime.unwrap();
    assert!(regime.name.ends_with("falling"), "{regime:?}");
    assert_eq!(regime.today, as_of.to_string());
    let told = Told::of(
        &Prices::until(&history, as_of, "test"),
        &RegimesConfig::default(),
    )
    .unwrap();
    let since: Date = regime.since.parse().unwrap();
    let stay = history.days.iter().filter(|day| day.date >= since);
    assert_eq!(stay.clone().count(), regime.days as usize);
    for day in stay {
        assert_eq!(
            told.on(day.date),
            Some(regime.name.as_str()),
            "{}",
            day.date
        );
    }
    let before = history.days.iter().rfind(|day| day.date < since).unwrap();
    assert_ne!(told.on(before.date), Some(regime.name.as_str()));
    assert!(
        !regime.since_may_be_earlier && regime.days < 125,
        "{regime:?}"
    );
    // Volatility over 21 days, by hand.
    let returns = history.log_returns();
    let square: f64 = returns[returns.len() - 21..].iter().map(|r| r * r).sum();
    let vol = (252.0 * square / 21.0).sqrt();
    assert!((regime.vol_per_year - vol).abs() < 1e-12, "{regime:?}");
    assert!((0.0..1.0).contains(&regime.share_fraction) && regime.odds_fraction > 0.5);
}

/// Whatever comes later, a day keeps its name; and the same prices are named alike again.
#[test]
fn a_regime_knows_nothing_of_later_days() {
    let history = two_markets();
    let as_of = history.days[900].date;
    let view = view_of(&history, as_of, None);
    assert!(view.regime.is_some(), "{}", view.regime_note);
    assert_eq!(view, view_of(&history, as_of, None));
    let mut crash = history.clone();
    for day in &mut crash.days[901..] {
        day.close_usd *= 0.1;
    }
    assert_eq!(view, view_of(&crash, as_of, None));
    crash.days[900].close_usd *= 0.8;
    assert_ne!(view.regime, view_of(&crash, as_of, None).regime);
}

/// The filter takes days away and changes nothing about those that stay.
#[test]
fn days_of_one_regime_alone() {
    let history = two_markets();
    let as_of = history.days[1_519].date;
    let all = view_of(&history, as_of, None);
    let names = all.regime.clone().unwrap().regimes;
    let all = all.prices.unwrap();
    let mut days = 0;
    for name in &names {
        let one = view_of(&history, as_of, Some(name));
        assert_eq!(one.only_regime.as_ref(), Some(name));
        let found = one.prices.unwrap();
        days += found.after_any.days;
        assert_eq!(found.features, all.features);
        for day in &found.precedents {
            assert_eq!(day.regime.as_ref(), Some(name));
            if let Some(same) = all.precedents.iter().find(|of| of.date == day.date) {
                assert_eq!((same, same.distance), (day, day.distance));
            }
        }
    }
    assert_eq!(days, all.after_any.days, "every day has one regime");
    let today = view_of(&history, as_of, Some("Today"));
    assert_eq!(
        today.only_regime,
        view_of(&history, as_of, None)
            .regime
            .map(|regime| regime.name)
    );
    let prices = Prices::until(&history, as_of, "test");
    let unknown = of_prices(Some(&prices), "", None, as_of, Some("boom")).unwrap_err();
    assert!(unknown.to_string().contains(&names.join(", ")), "{unknown}");
}

#[test]
fn without_a_regime_the_reason_is_said() {
    let as_of = FIRST;
    let none = of_prices(None, "no price history", None, as_of, None).unwrap();
    assert_eq!(none.regime_note, "n/a (no price history)");
    let short = history(noise(12, 100));
    let last = short.days[99].date;
    let note = view_of(&short, last, None).regime_note;
    assert!(note.starts_with("n/a (37 days"), "{note}");
    let stale = view_of(&short, last.checked_add(60.days()).unwrap(), None);
    assert!(
        stale.regime.is_none() && stale.regime_note.contains("the history ends on"),
        "{}",
        stale.regime_note
    );
}
