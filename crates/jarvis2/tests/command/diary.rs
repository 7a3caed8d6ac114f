//! The diary of plans, what is listed of it, and recall: through the command, as a user meets them.

use crate::chain::Market;
use crate::look::{check_plan, list, number, text};
use crate::run::{Desk, SMALL};
use serde_json::Value;
use std::fmt::Write;

/// A plan that sells a put: implied volatility far above the forecast.
const RICH: &[&str] = &["--chain", "chain.csv", "--set", "market.forecast_vol=0.15"];

fn market(as_of: &str) -> Market {
    let mut market = Market::flat(0.40);
    market.as_of = as_of.parse().unwrap();
    market
}

fn history(desk: &Desk, more: &[&str]) -> Vec<Value> {
    let run = desk.run(&[&["history", "--json"], more].concat()).exits(0);
    run.json()["decisions"].as_array().unwrap().clone()
}

/// The same inputs are one decision, looked at twice, and the same bytes; other inputs are another.
#[test]
fn a_plan_is_kept_once_and_looked_at_often() {
    let desk = Desk::new();
    desk.put("chain.csv", market("2025-03-06").csv());
    let first = desk.plan(RICH).exits(0);
    assert!(
        first.stderr.contains("kept in the diary: decision"),
        "{first}"
    );
    let again = desk.plan(RICH).exits(0);
    assert!(
        again.stderr.contains("kept in the diary already"),
        "{again}"
    );
    assert!(first.stdout == again.stdout, "the diary changed the plan");
    let off = desk.plan(&[RICH, &["--no-diary"]].concat()).exits(0);
    assert!(off.stderr.is_empty(), "{off}");
    let (mut with, mut without) = (first.json(), off.json());
    assert!(text(&without, "/recall/diary_note").contains("switched off"));
    with["recall"] = Value::Null;
    without["recall"] = Value::Null;
    assert_eq!(with, without, "recall decides nothing");

    let plan = first.json();
    check_plan(&plan);
    assert_eq!(
        text(&plan, "/decision/outcome"),
        "act",
        "the premise of this test"
    );
    let kept = history(&desk, &[]);
    assert_eq!(kept.len(), 1);
    let kept = &kept[0];
    assert_eq!(
        (&kept["looks"], &kept["symbol"], &kept["outcome"]),
        (&2.into(), &"ZZT".into(), &"act".into())
    );
    assert_eq!(kept["as_of"], "2025-03-06");
    assert_eq!(text(kept, "/action"), text(&plan, "/decision/action/text"));
    assert_eq!(
        number(kept, "/worth_usd"),
        number(&plan, "/numbers/worth_over_holding/value_usd")
    );
    assert_eq!(kept["seed"], plan["manifest"]["seed"]);
    // The plan comes back as it was.
    let id = kept["id"].to_string();
    let shown = desk.run(&["history", "--show", &id, "--json"]).exits(0);
    assert_eq!(shown.stdout, first.stdout);
    assert!(
        desk.run(&["history", "--show", &id])
            .exits(0)
            .stdout
            .contains("ACTION")
    );
    desk.run(&["history", "--show", "999"]).exits(2);

    desk.plan(&[RICH, &["--seed", "8"]].concat()).exits(0);
    assert_eq!(history(&desk, &[]).len(), 2);
    assert_eq!(history(&desk, &["--symbol", "KO"]).len(), 0);
    assert_eq!(history(&desk, &["--limit", "1"]).len(), 1);
    // What the ledger holds beside it: the 768 numbers and what was looked at.
    let path = desk.path(".local/share/jarvis2/diary.sqlite");
    let ledger = rusqlite::Connection::open(path).unwrap();
    let ask = |sql: &str| {
        ledger
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(
        ask("SELECT count(*) FROM encodings WHERE length(vector) = 3072"),
        2
    );
    let tried = list(&plan, "/alternatives").len() as i64;
    assert!(
        ask("SELECT count(*) FROM visits WHERE decision = (SELECT min(id) FROM decisions)")
            >= tried
    );
    assert_eq!(
        ask("SELECT sum(visits) FROM visits WHERE decision = (SELECT min(id) FROM decisions)"),
        number(&plan, "/why/search/simulations") as i64,
        "every simulation went through one action at the root"
    );
    assert_eq!(ask("SELECT count(*) FROM models"), 1);
}

/// A day's plan recalls the day before, with its outcome once that is known, and never looks ahead.
#[test]
fn situations_of_the_past_come_back_and_those_of_the_future_do_not() {
    let desk = Desk::new();
    let plan = |day: &str| {
        desk.put("chain.csv", market(day).csv());
        desk.plan(RICH).exits(0).json()
    };
    let first = plan("2025-03-04");
    assert!(list(&first, "/recall/diary").is_empty());
    assert!(text(&first, "/recall/diary_note").contains("no earlier day"));
    let second = plan("2025-03-05");
    let recalled = list(&second, "/recall/diary");
    assert_eq!(recalled.len(), 1, "{}", second["recall"]);
    assert_eq!(recalled[0]["date"], "2025-03-04");
    assert!(number(&recalled[0], "/distance") <= 0.05);
    assert!(recalled[0]["ending"].is_null());
    assert_eq!(
        text(&recalled[0], "/action"),
        text(&first, "/decision/action/text")
    );
    // An earlier day planned later sees neither of the two.
    assert!(list(&plan("2025-03-03"), "/recall/diary").is_empty());

    // The broker's file: the first plan was followed, and the option bought back on March 6.
    let leg = &first["decision"]["action"]["legs"][0];
    let contract = format!(
        "ZZT {} {} {}",
        leg["expiry"].as_str().unwrap(),
        leg["strike_usd"],
        leg["instrument"].as_str().unwrap()
    );
    let (count, limit) = (
        leg["count"].as_i64().unwrap(),
        leg["limit_usd"].as_f64().unwrap(),
    );
    let fills = format!(
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
         2025-03-04,sell_to_open,ZZT,{contract},{count},{limit},0,,1\n\
         2025-03-06,buy_to_close,ZZT,{contract},{count},0.05,0,,2\n"
    );
    desk.put("fills.csv", fills);
    let summary = desk
        .run(&["journal", "import", "fills.csv", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (
            &summary["matched"]["fills"],
            &summary["matched"]["outcomes"]
        ),
        (&1.into(), &1.into()),
        "{summary}"
    );
    let again = desk
        .run(&["journal", "import", "fills.csv", "--json"])
        .exits(0)
        .json();
    assert_eq!(again["matched"]["outcomes"], 0);
    let past = history(&desk, &["--to", "2025-03-04", "--from", "2025-03-04"]);
    assert_eq!(
        (&past[0]["ending"], &past[0]["ended"]),
        (&"closed".into(), &"2025-03-06".into())
    );
    let gain = (100.0 * count as f64 * (limit - 0.05) * 100.0).round();
    assert_eq!(number(&past[0], "/realised_cents"), gain);
    // On March 6 itself the outcome was not known yet, on the day after it was.
    let ending = |plan: &Value| {
        let rows = list(plan, "/recall/diary");
        let first = rows.iter().find(|row| row["date"] == "2025-03-04");
        first.unwrap_or_else(|| panic!("{rows:?}"))["ending"].clone()
    };
    assert_eq!(ending(&plan("2025-03-06")), Value::Null);
    let known = plan("2025-03-07");
    assert_eq!(ending(&known), "closed");
    // Alone, by the decision's number.
    let decision = history(&desk, &["--limit", "1"])[0]["id"].to_string();
    let alone = desk
        .run(&["recall", "--decision", &decision, "--json"])
        .exits(0)
        .json();
    assert_eq!(alone["diary"], known["recall"]["diary"]);
    // A market of another kind is not close.
    let mut calm = market("2025-03-10");
    (calm.vol, calm.skew, calm.spot) = (0.12, 0.3, 150.0);
    desk.put("chain.csv", calm.csv());
    let account = "schema_version = 1\nkind = \"cash\"\ncash_usd = 1000\n[[shares]]\nsymbol = \"ZZT\"\ncount = 300\nbasis_usd_per_share = 160\n";
    desk.put("account.toml", account);
    let other = desk
        .plan(&["--chain", "chain.csv", "--account", "account.toml"])
        .json();
    assert!(
        list(&other, "/recall/diary").is_empty(),
        "{}",
        other["recall"]["diary"]
    );
    assert!(
        text(&other, "/recall/diary_note").contains("none of"),
        "{}",
        other["recall"]
    );
}

/// Fills that no decision asked for, or that two asked for, follow none.
#[test]
fn only_certain_fills_follow_a_decision() {
    let desk = Desk::new();
    desk.put("chain.csv", market("2025-03-04").csv());
    let plan = desk.plan(RICH).exits(0).json();
    let leg = &plan["decision"]["action"]["legs"][0];
    let (expiry, strike) = (
        leg["expiry"].as_str().unwrap(),
        leg["strike_usd"].as_f64().unwrap(),
    );
    let count = leg["count"].as_i64().unwrap();
    let heads = "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n";
    let rows = [
        // Another strike, too many, too late.
        format!(
            "2025-03-04,sell_to_open,ZZT,ZZT {expiry} {} put,1,0.5,0,,1\n",
            strike - 1.0
        ),
        format!(
            "2025-03-04,sell_to_open,ZZT,ZZT {expiry} {strike} put,{},0.5,0,,2\n",
            count + 1
        ),
        format!("2025-03-28,sell_to_open,ZZT,ZZT {expiry} {strike} put,1,0.5,0,,3\n"),
    ];
    desk.put("fills.csv", heads.to_owned() + &rows.concat());
    let summary = desk
        .run(&["journal", "import", "fills.csv", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&summary["new"], &summary["matched"]["fills"]),
        (&3.into(), &0.into()),
        "{summary}"
    );
}

/// A diary that cannot be written is a remark, unless the user named it.
#[test]
fn a_diary_that_cannot_be_kept_does_not_cost_the_plan() {
    let desk = Desk::new();
    desk.put("chain.csv", market("2025-03-06").csv());
    // A file stands where the folder should be.
    desk.put(".local", "");
    let run = desk.plan(RICH).exits(0);
    check_plan(&run.json());
    assert!(
        run.stderr.contains("not kept in the diary") && run.stderr.contains("--no-diary"),
        "{run}"
    );
    desk.put("theirs.sqlite", "x".repeat(4096));
    let named = desk
        .plan(&[RICH, &["--db", "theirs.sqlite"]].concat())
        .exits(3);
    check_plan(&named.json());
    assert!(named.stderr.contains("not kept in the diary"), "{named}");
    // By the configuration: another file, or none.
    let set = |pair: &str| desk.plan(&[RICH, &["--set", pair]].concat()).exits(0);
    assert!(set("diary.keep=false").stderr.is_empty());
    set("diary.file=mine.sqlite");
    assert!(desk.path("mine.sqlite").exists());
    let no_home = desk
        .command(&[&["plan", "--json", "--no-files"], SMALL, RICH].concat())
        .env_remove("HOME")
        .output()
        .unwrap();
    assert_eq!(no_home.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&no_home.stderr).contains("set HOME"));
}

/// A thousand days of a price history, `close` by a small generator.
fn prices(days: usize) -> String {
    let mut csv = "date,close\n".to_owned();
    let (mut date, mut close, mut state) = (jiff::civil::date(2021, 1, 4), 50.0_f64, 12_345_u64);
    for _ in 0..days {
        writeln!(csv, "{date},{close:.4}").unwrap();
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        close *= 1.0 + ((state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5) * 0.04;
        date = market::calendar::next_trading_day(date);
    }
    csv
}

/// The sample's history is recalled in the first command of the README, in text, page and JSON; alone as well.
#[test]
fn the_sample_recalls_its_own_past() {
    let desk = Desk::new();
    let run = desk.run(&[&["plan", "--out", "out"], SMALL].concat());
    assert!(run.code == Some(0) || run.code == Some(4), "{run}");
    assert!(run.stdout.contains("RECALL"), "{run}");
    let json = std::fs::read_to_string(desk.path("out/plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&json).unwrap();
    assert!(plan["recall"]["prices"].is_object(), "{}", plan["recall"]);
    assert!(
        std::fs::read_to_string(desk.path("out/report.html"))
            .unwrap()
            .contains("<h2>Recall</h2>")
    );
    assert_eq!(history(&desk, &[])[0]["source"], "synthetic-v1");
    let alone = desk.run(&["recall"]).exits(0);
    assert!(
        alone.stdout.contains("RECALL") && alone.stdout.contains("SYNTHETIC"),
        "{alone}"
    );
}

/// The command sees nothing later than the day asked for: a file cut there gives the same bytes.
#[test]
fn recall_does_not_look_ahead() {
    let desk = Desk::new();
    let all = prices(900);
    let day = all
        .lines()
        .nth(700)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    let cut: String = all
        .lines()
        .take(701)
        .map(|line| format!("{line}\n"))
        .collect();
    let ask = |content: &str| {
        desk.put("prices.csv", content);
        desk.run(&[
            "recall",
            "--history",
            "prices.csv",
            "--as-of",
            &day,
            "--days",
            "45",
            "--json",
        ])
        .exits(0)
    };
    let (long, short) = (ask(&all), ask(&cut));
    assert_eq!(long.stdout, short.stdout);
    let found = long.json();
    assert_eq!(text(&found, "/prices/today"), day);
    assert!(number(&found, "/prices/after_any/days") > 500.0);
    let today: jiff::civil::Date = day.parse().unwrap();
    for row in list(&found, "/prices/precedents") {
        let end: jiff::civil::Date = text(row, "/end").parse().unwrap();
        assert!(end <= today, "{row}");
        assert!(number(row, "/distance") <= 0.5);
    }
    desk.run(&["recall", "--strike-over-spot", "0"]).exits(2);
    desk.run(&["recall", "--days", "0"]).exits(2);
    desk.run(&["recall", "--history", "nowhere.csv"]).exits(3);
    desk.run(&["recall", "--symbol", "NOPE"]).exits(2);
    let none = desk.run(&["recall", "--decision", "5"]).exits(2);
    assert!(
        none.stderr.contains("no decision with its numbers"),
        "{none}"
    );
    // Thirty days are no history.
    let short = desk.put("short.csv", prices(30));
    let run = desk.run(&["recall", "--history", short]).exits(0);
    assert!(run.stdout.contains("n/a (the history has 30 days"), "{run}");
}

/// The plan, the page and the screen name the regime that `jarvis2 regimes` names; the diary keeps it and is asked by it.
#[test]
fn the_regime_is_the_same_everywhere() {
    let desk = Desk::new();
    desk.put("prices.csv", prices(1_000));
    let day = "2024-06-03";
    desk.put("chain.csv", market(day).csv());
    let with_history = [RICH, &["--history", "prices.csv"]].concat();
    let run = desk.run(
        &[
            &["plan", "--out", "out", "--json"],
            SMALL,
            &with_history[..],
        ]
        .concat(),
    );
    let plan = run.exits(0).json();
    let regime = &plan["recall"]["regime"];
    let name = text(regime, "/name");
    let note = text(&plan, "/recall/regime_note");
    assert!(note.starts_with(&format!("{name} since ")), "{note}");
    let told = desk
        .run(&[
            "regimes",
            "--history",
            "prices.csv",
            "--as-of",
            day,
            "--json",
        ])
        .exits(0)
        .json();
    let days = list(&told, "/days");
    let last = days.last().unwrap();
    assert_eq!((text(last, "/date"), text(last, "/regime")), (day, name));
    for (ours, theirs) in [
        ("/odds_fraction", "/odds"),
        ("/vol_per_year", "/vol_per_year"),
        ("/trend_sigmas", "/trend_sigmas"),
        ("/vol_change_fraction", "/vol_change"),
    ] {
        assert_eq!(number(regime, ours), number(last, theirs), "{ours}");
    }
    let stay = days.iter().rev();
    let stay: Vec<_> = stay.take_while(|day| day["regime"] == name).collect();
    assert_eq!(number(regime, "/days"), stay.len() as f64);
    assert_eq!(text(regime, "/since"), text(stay[stay.len() - 1], "/date"));
    let named = list(&told, "/regimes").iter().find(|of| of["name"] == name);
    for (ours, theirs) in [
        ("/share_fraction", "/share"),
        ("/mean_stay_days", "/mean_stay_days"),
    ] {
        assert_eq!(
            number(regime, ours),
            number(named.unwrap(), theirs),
            "{ours}"
        );
    }
    let flat = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
    let id = history(&desk, &[])[0]["id"].to_string();
    let shown = desk.run(&["history", "--show", &id]).exits(0);
    assert!(flat(&shown.stdout).contains(&format!("Regime: {name} since ")));
    let page = std::fs::read_to_string(desk.path("out/report.html")).unwrap();
    assert!(page.contains(&format!("Regime: {name} since ")));

    // A day later the diary remembers the first plan's regime, and is asked by it.
    desk.put("chain.csv", market("2024-06-04").csv());
    let next = desk.plan(&with_history).exits(0).json();
    assert_eq!(list(&next, "/recall/diary")[0]["regime"], name);
    let decision = history(&desk, &["--limit", "1"])[0]["id"].to_string();
    let ask = |regime: &str| {
        desk.run(&[
            "recall",
            "--history",
            "prices.csv",
            "--as-of",
            "2024-06-04",
            "--decision",
            &decision,
            "--regime",
            regime,
            "--json",
        ])
    };
    let same = ask(name).exits(0).json();
    assert_eq!(same["only_regime"], name);
    assert_eq!(list(&same, "/diary").len(), 1);
    let others = list(&told, "/regimes");
    let other = others.iter().find(|of| of["name"] != name).unwrap();
    let other = ask(text(other, "/name")).exits(0).json();
    assert!(list(&other, "/diary").is_empty());
    assert!(
        text(&other, "/diary_note").contains("whose plan named"),
        "{other}"
    );
    let unknown = ask("boom").exits(2);
    assert!(unknown.stdout.contains(name), "{unknown}");
    // Without prices there is no regime, and the reason is there.
    let bare = desk.plan(RICH).exits(0).json();
    assert!(bare["recall"]["regime"].is_null());
    assert!(text(&bare, "/recall/regime_note").contains("give --history FILE"));
}
