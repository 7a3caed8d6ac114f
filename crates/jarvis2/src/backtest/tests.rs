//! The page and the tables of a backtest, from a report made by hand. Its figures are plausible, not computed.

use super::html::html;
use super::tables::Files;
use super::view::{
    Bin, Body, Budget, ContractView, DecisionView, EntryView, Figures, FoldView, ForwardView,
    Manifest, NightView, OddsOfLuck, OtherView, Over, Policy, Report, Stress, Told, TradeView,
    VariantView,
};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::BTreeMap;
use std::path::Path;

fn figures(part: f64) -> Figures {
    Figures {
        last_equity_usd: 101_234.56 + part,
        growth_per_year: Told::Value(0.0613 + part / 100.0),
        volatility_per_year: 0.0821,
        drawdown: 0.1094,
        cvar95_day: -0.0137,
        sharpe: Told::Value(0.71),
        sharpe_standard_error: Told::Value(0.98),
        probabilistic_sharpe: Told::Value(0.768),
        shortest_record_years: missing("the ratio is not above zero"),
        net_per_year: Told::Value(0.0222),
        net_sharpe: Told::Value(0.53),
        net_probabilistic_sharpe: Told::Value(0.704),
        turnover_per_year: 3.7,
        exposure: 0.146,
        premium_received_usd: 5_122.0,
        premium_paid_usd: 311.0,
        fees_usd: 18.85,
        dividends_usd: 77.5,
        interest_usd: 3_138.63,
        assigned_early: 31,
        assigned_at_expiry: 32,
        expired_worthless: 33,
        marks_not_of_quotes: 24,
        marks: 236,
        trades_ended: 40,
        trades_won: 29,
    }
}

fn missing(why: &str) -> Told {
    Told::Missing {
        missing: why.to_owned(),
    }
}

fn night(date: &str, equity_usd: f64) -> NightView {
    NightView {
        date: date.to_owned(),
        spot_usd: 69.42,
        cash_usd: equity_usd - 50.0,
        shares: 100,
        options_usd: -150.25,
        interest_usd: 9.87,
        equity_usd,
    }
}

fn trade(delta: Option<f64>, gain_usd: Option<f64>) -> TradeView {
    TradeView {
        decided: "2025-12-30".to_owned(),
        opened: "2025-12-31".to_owned(),
        closed: gain_usd.map(|_| "2026-01-02".to_owned()),
        ending: gain_usd.map_or("still open", |_| "bought back").to_owned(),
        right: "put".to_owned(),
        strike_usd: 67.5,
        expiry: "2026-02-13".to_owned(),
        days: 44,
        contracts: 2,
        premium_usd: 1.04,
        cost_usd: gain_usd.map(|_| 0.31),
        fees_usd: 2.6,
        gain_usd,
        spot_usd: 69.42,
        delta,
    }
}

fn policy(name: &str, equity: [f64; 3], over: Vec<Over>) -> Policy {
    let dates = ["2025-12-30", "2025-12-31", "2026-01-02"];
    Policy {
        name: name.to_owned(),
        figures: figures(equity[2] - 101_234.56),
        over,
        nights: dates
            .iter()
            .zip(equity)
            .map(|(date, equity)| night(date, equity))
            .collect(),
        entries: Vec::new(),
        trades: Vec::new(),
        unfilled: BTreeMap::new(),
        partly_filled: 0,
        calibration: Vec::new(),
        brier: missing("no trade was held to its end"),
        decisions: Vec::new(),
    }
}

fn over(name: &str, mean: f64, low: f64, high: f64) -> Over {
    Over {
        name: name.to_owned(),
        mean,
        low,
        high,
    }
}

fn entry(what: &str, contract: bool, bid_usd: Option<f64>) -> EntryView {
    EntryView {
        date: "2025-12-31".to_owned(),
        what: what.to_owned(),
        contract: contract.then(|| ContractView {
            right: "put".to_owned(),
            strike_usd: 67.5,
            expiry: "2026-02-13".to_owned(),
        }),
        count: -2,
        price_usd: 1.04,
        fees_usd: 1.3,
        cash_usd: 206.7,
        bid_usd,
        ask_usd: Some(1.1),
        spot_usd: 69.42,
    }
}

fn decision() -> DecisionView {
    DecisionView {
        date: "2025-12-30".to_owned(),
        outcome: "act".to_owned(),
        action: "sell 2 2026-02-13 67.50 put at 1.04".to_owned(),
        because: "the put is worth more than waiting".to_owned(),
        over_holding_usd: Told::Value(61.35),
        over_holding_low_usd: Told::Value(12.41),
        over_holding_high_usd: Told::Value(110.29),
        chance_of_profit: Told::Value(0.813),
        chance_of_assignment: Told::Value(0.177),
        stays_best: Told::Value(0.875),
        implied_vol: Told::Value(0.262),
        forecast_vol: Told::Value(0.213),
        evaluations: 1_989,
        simulations: 7_142,
        others: vec![OtherView {
            action: "do nothing".to_owned(),
            over_holding_usd: -4.44,
        }],
    }
}

fn report() -> Report {
    let mut asked = policy(
        "plan",
        [100_100.5, 99_000.25, 101_234.56],
        vec![
            over("buy and hold", 0.0451, 0.0112, 0.0893),
            over("T-bills", -0.0332, -0.0671, -0.0013),
        ],
    );
    asked.entries = vec![
        entry("sell put", true, Some(1.02)),
        entry("dividend", false, None),
    ];
    asked.trades = vec![
        trade(Some(-0.2743), Some(135.0)),
        trade(Some(-0.2981), Some(-675.0)),
        trade(None, None),
    ];
    asked.unfilled = BTreeMap::from([("nobody bids".to_owned(), 9)]);
    asked.partly_filled = 4;
    asked.calibration = vec![Bin {
        trades: 17,
        mean_delta: 0.284,
        in_the_money: 0.235,
    }];
    asked.brier = Told::Value(0.174);
    asked.decisions = vec![decision()];
    let hold = policy("buy and hold", [99_000.0, 98_000.0, 97_000.0], Vec::new());
    let bills = policy("T-bills", [100_010.0, 100_020.0, 100_030.0], Vec::new());
    let random = policy("random legal policy", [100_000.0; 3], Vec::new());
    Report {
        body: Body {
            schema_version: 1,
            id: "0123456789abcdef".to_owned(),
            watermark: None,
            manifest: Manifest {
                program: "jarvis2 9.9.9".to_owned(),
                policy: "plan".to_owned(),
                symbol: "KO".to_owned(),
                files: vec!["one.parquet".to_owned(), "two.parquet".to_owned()],
                data_sha256: "d".repeat(64),
                config_sha256: "c".repeat(64),
                first: "2025-12-30".to_owned(),
                last: "2026-01-02".to_owned(),
                trading_days: 3,
                capital_usd: 100_000.0,
                rate_per_year: 0.036,
                fills: "at bid and ask".to_owned(),
                fee_usd_per_contract: 0.65,
                fee_usd_per_share: 0.011,
                fee_usd_per_assignment: 5.25,
                seed: 41,
                besides: vec!["walk_forward".to_owned()],
                budget: Some(Budget {
                    evaluations: 2_000,
                    draws: 16,
                    draw_evaluations: 400,
                    paths: 512,
                    root_actions: 24,
                    plans: 1,
                    evaluations_done: 1_989,
                    simulations_done: 7_142,
                }),
                days_with_made_quotes: 2,
            },
            policies: vec![asked, hold, bills, random],
            stress: vec![Stress {
                name: "fees twice as high".to_owned(),
                figures: figures(-1_000.0),
            }],
            walk_forward: Some(ForwardView {
                gap_days: 33,
                variants: vec![VariantView {
                    name: "rule: 15 delta, 21 days".to_owned(),
                    sharpe: Told::Value(0.913),
                }],
                folds: vec![FoldView {
                    first: "2025-12-31".to_owned(),
                    last: "2026-01-02".to_owned(),
                    chosen: "rule: 15 delta, 21 days".to_owned(),
                }],
                sharpe: Told::Value(0.617),
                probabilistic_sharpe: Told::Value(0.812),
                best_in_sample: Told::Value(1.119),
                overfitting: Told::Value(0.377),
            }),
        },
        odds: OddsOfLuck {
            overfitting: Told::Value(0.437),
            overfitting_of: 3,
            deflated_sharpe: Told::Value(0.592),
            trials: 12,
            runs_counted: 345,
        },
        notes: vec!["KO: no splits are known".to_owned()],
    }
}

/// As a reader sees it: tags away, space where it does not break.
fn seen(page: &str) -> String {
    let body = page.split("</style>").last().unwrap_or_default();
    let mut text = String::new();
    let mut tag = false;
    for letter in body.chars() {
        match letter {
            '<' => tag = true,
            '>' => {
                tag = false;
                text.push(' ');
            }
            '\u{a0}' if !tag => text.push(' '),
            letter if !tag => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    for words in expected {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

#[test]
fn the_page_says_everything() {
    let page = html(&report());
    let text = seen(&page);
    check(
        &text,
        &[
            "KO \u{b7} 2025-12-30 to 2026-01-02 \u{b7} 3 trading days \u{b7} $100,000.00 of capital",
            "Would \u{201c}plan\u{201d} on KO have done better than what anybody could have done?",
            // The verdict, by the intervals alone.
            "it was better than \u{201c}buy and hold\u{201d}; worse than \u{201c}T-bills\u{201d}; without an interval against \u{201c}random legal policy\u{201d}.",
            "+4.5 % +1.1 % to +8.9 % better",
            "-3.3 % -6.7 % to -0.1 % worse",
            // The figures of two policies side by side.
            "Last equity $101,234.56 $97,000.00",
            "+6.1 %",
            "8.2 %",
            "10.9 %",
            "-1.4 %",
            "0.71 \u{b1} 0.98",
            "76.8 %",
            "n/a (the ratio is not above zero)",
            "+2.2 %",
            "Sharpe ratio of that a year 0.53",
            "70.4 %",
            "3.7",
            "14.6 %",
            "$5,122.00",
            "$311.00",
            "$18.85",
            "$77.50",
            "$3,138.63",
            "Assigned early lots 31",
            "Assigned at expiry lots 32",
            "Expired worthless lots 33",
            "24 of 236",
            "29 of 40 (72.5 %)",
            // Years: 99,000.25 of 100,000 and 101,234.56 of 99,000.25.
            "2025 -1.0 % -2.0 %",
            "2026 +2.3 % -1.0 %",
            "fees twice as high $100,234.56",
            // Luck, and what it was counted over.
            "59.2 % 12 questions asked of these data so far, of 345 runs counted in all",
            "43.7 % the 3 policies above",
            // Odds, and the map: the mean of +1.00 % and -5.00 % of 13,500.
            "28.4 % told 28.4 %, came true 23.5 % 23.5 % 17",
            "0.174",
            "0.20 to 0.30 n/a 0 trades n/a 0 trades n/a 0 trades -2.00 % 2 trades",
            "1 of 3 trades are not in it",
            // Trades.
            "2025-12-31 decided 2025-12-30 2 \u{d7} 67.5 put 2026-02-13, 44 days 69.42 -0.27 1.04 2026-01-02 bought back 0.31 2.60 +$135.00 +1.00 % of strike",
            "still open n/a (still open) 2.60 n/a (still open)",
            // Decisions.
            "1 plan made, 1 acted",
            "2025-12-30 did: sell 2 2026-02-13 67.50 put at 1.04",
            "The put is worth more than waiting.",
            "Worth over holding +$61.35",
            "+$12.41 to +$110.29",
            "81.3 %",
            "17.7 %",
            "87.5 %",
            "26.2 %",
            "21.3 %",
            "1,989",
            "7,142",
            "do nothing -$4.44",
            "nobody bids 9 0 0 0",
            "filled in part 4 0 0 0",
            // The manifest, whole.
            "budget.draw_evaluations 400",
            "files one.parquet; two.parquet",
            "fee_usd_per_share 0.011",
            "seed 41",
            "jarvis2 9.9.9",
            "KO: no splits are known",
            "On 2 of 3 days the files have no bid and ask",
            "jarvis2 replay 0123456789abcdef",
        ],
    );
    // The share of trades won is the last row of its table.
    let (before, after) = text.split_once("Trades that made money").unwrap();
    assert!(before.contains("Marks not of two-sided quotes"));
    assert!(after.find("Under worse terms").unwrap() < 250, "{after}");
}

#[test]
fn the_page_needs_nothing_and_says_of_which_run_it_is() {
    let page = html(&report());
    for forbidden in [
        "http:",
        "https:",
        "src=",
        "href=",
        "url(",
        "@import",
        "<script",
        "NaN",
        "null",
        "inf%",
        "undefined",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let captions: Vec<&str> = page.split("<p class=\"caption\">").skip(1).collect();
    assert!(captions.len() > page.matches("<table").count());
    for caption in captions {
        let caption = caption.split("</p>").next().unwrap();
        assert!(caption.contains("run 0123456789abcdef"), "{caption}");
    }
    assert!(!page.contains("class=\"watermark\""));
    let mut made_up = report();
    made_up.body.watermark = Some("SYNTHETIC DATA: nothing here is evidence".to_owned());
    let page = html(&made_up);
    assert_eq!(
        page.matches("class=\"watermark\">SYNTHETIC DATA").count(),
        2
    );
}

#[test]
fn what_is_missing_says_why() {
    let mut poor = report();
    let asked = &mut poor.body.policies[0];
    asked.over.clear();
    asked.nights.truncate(1);
    asked.trades.clear();
    asked.calibration.clear();
    asked.decisions.clear();
    asked.figures.volatility_per_year = f64::NAN;
    asked.figures.trades_ended = 0;
    poor.body.policies.truncate(1);
    poor.body.stress.clear();
    poor.odds.deflated_sharpe = missing("the only question");
    poor.notes.clear();
    let page = html(&poor);
    assert!(!page.contains("NaN"));
    check(
        &seen(&page),
        &[
            "n/a (there is nothing to compare with)",
            "n/a (a curve needs two days)",
            "n/a (not a finite number)",
            "n/a (no trade ended)",
            "n/a (not run: --stress)",
            "n/a (no trade with a known delta was held to its end)",
            "n/a (no trade with a known delta has ended)",
            "n/a (no option was sold)",
            "n/a (only the plan says why;",
            "n/a (the only question)",
            "n/a (nothing was noted)",
        ],
    );
    poor.body.policies.clear();
    check(&seen(&html(&poor)), &["n/a (no policy was run)"]);
}

#[test]
fn names_cannot_break_the_page() {
    let hostile = "<script>alert(\"1\")</script>&\u{1b}[31m";
    let mut report = report();
    let body = &mut report.body;
    body.manifest.symbol = hostile.to_owned();
    body.manifest.policy = hostile.to_owned();
    body.manifest.files = vec![hostile.to_owned()];
    body.watermark = Some(hostile.to_owned());
    body.stress[0].name = hostile.to_owned();
    body.policies[0].over[0].name = hostile.to_owned();
    for policy in &mut body.policies {
        policy.name = format!("{} {hostile}", policy.name);
    }
    let asked = &mut body.policies[0];
    asked.unfilled.insert(hostile.to_owned(), 1);
    asked.trades[0].ending = hostile.to_owned();
    asked.decisions[0].action = hostile.to_owned();
    asked.decisions[0].because = hostile.to_owned();
    asked.decisions[0].others[0].action = hostile.to_owned();
    asked.brier = missing(hostile);
    report.notes = vec![hostile.to_owned()];
    let page = html(&report);
    assert!(!page.contains("<script") && !page.contains('\u{1b}'));
    assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;"));
}

/// Rows of a Parquet file with the names of their columns, by the `parquet` crate's own record reader.
fn rows(path: &Path) -> Vec<Vec<(String, Field)>> {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().into_columns())
        .collect()
}

fn row(cells: &[(&str, Field)]) -> Vec<(String, Field)> {
    cells
        .iter()
        .map(|(name, field)| ((*name).to_owned(), field.clone()))
        .collect()
}

#[test]
fn files_hold_what_the_report_holds() {
    let dir = tempfile::tempdir().unwrap();
    let (out, page) = (dir.path().join("made/here"), dir.path().join("page.html"));
    let report = report();
    let files = Files::create(Some(&out), Some(&page)).unwrap();
    files.write(&report).unwrap();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert_eq!(read(&page), html(&report));
    assert_eq!(read(&out.join("report.html")), html(&report));
    let json = crate::cli::pretty(&report).unwrap() + "\n";
    assert!(read(&out.join("report.json")) == json);

    let text = |text: &str| Field::Str(text.to_owned());
    let usd = Field::Double;
    // Days since 1970-01-01: 2025-12-31 is 20,453.
    let (run, date, expiry) = (
        text("0123456789abcdef"),
        Field::Date(20_453),
        Field::Date(20_497),
    );
    let nights = rows(&out.join("nights.parquet"));
    assert_eq!(nights.len(), 12);
    assert_eq!(
        nights[1],
        row(&[
            ("run_id", run.clone()),
            ("policy", text("plan")),
            ("date", date.clone()),
            ("spot_usd", usd(69.42)),
            ("cash_usd", usd(98_950.25)),
            ("shares", Field::Long(100)),
            ("options_usd", usd(-150.25)),
            ("interest_usd", usd(9.87)),
            ("equity_usd", usd(99_000.25)),
        ])
    );
    assert_eq!(nights[11][1].1, text("random legal policy"));
    let entries = rows(&out.join("entries.parquet"));
    assert_eq!(entries.len(), 2);
    assert_eq!(
        entries[0],
        row(&[
            ("run_id", run.clone()),
            ("policy", text("plan")),
            ("date", date.clone()),
            ("what", text("sell put")),
            ("right", text("put")),
            ("strike_usd", usd(67.5)),
            ("expiry", expiry.clone()),
            ("count", Field::Long(-2)),
            ("price_usd", usd(1.04)),
            ("fees_usd", usd(1.3)),
            ("cash_usd", usd(206.7)),
            ("bid_usd", usd(1.02)),
            ("ask_usd", usd(1.1)),
            ("spot_usd", usd(69.42)),
        ])
    );
    for column in [4, 5, 6, 11] {
        assert_eq!(entries[1][column].1, Field::Null);
    }
    let trades = rows(&out.join("trades.parquet"));
    assert_eq!(trades.len(), 3);
    assert_eq!(
        trades[1],
        row(&[
            ("run_id", run),
            ("policy", text("plan")),
            ("decided", Field::Date(20_452)),
            ("opened", date),
            ("closed", Field::Date(20_455)),
            ("ending", text("bought back")),
            ("right", text("put")),
            ("strike_usd", usd(67.5)),
            ("expiry", expiry),
            ("days", Field::Long(44)),
            ("contracts", Field::Long(2)),
            ("premium_usd", usd(1.04)),
            ("cost_usd", usd(0.31)),
            ("fees_usd", usd(2.6)),
            ("gain_usd", usd(-675.0)),
            ("spot_usd", usd(69.42)),
            ("delta", usd(-0.2981)),
        ])
    );
    for column in [4, 12, 14, 16] {
        assert_eq!(trades[2][column].1, Field::Null);
    }
}
