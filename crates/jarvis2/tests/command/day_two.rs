//! The day after: the fill goes into the account, the next plan says what changed, and the chain comes from the user's own script.

use crate::chain::{Market, Row};
use crate::look::{check_plan, list, number, text};
use crate::run::{Desk, Run, SMALL};
use pricing::Right;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const ACCOUNT: &str = "schema_version = 1\nkind = \"cash\"\ncash_usd = 30000.0\n";

/// Implied volatility far above the forecast: a put is worth selling.
fn market(as_of: &str, spot: f64) -> Market {
    let mut market = Market::flat(0.40);
    market.as_of = as_of.parse().unwrap();
    market.spot = spot;
    market
}

fn plan(desk: &Desk, chain: &str, account: &str) -> Value {
    let words = [
        "--chain",
        chain,
        "--account",
        account,
        "--set",
        "market.forecast_vol=0.15",
        "--db",
        "diary.sqlite",
    ];
    let plan = desk.plan(&words).exits(0).json();
    check_plan(&plan);
    plan
}

/// `jarvis2 journal apply` from one account file to another.
fn apply(desk: &Desk, from: &str, out: &str, more: &[&str]) -> Run {
    let head = ["journal", "apply", "--account", from, "--out", out];
    desk.run(&[&head[..], more].concat())
}

/// Premium taken in, and contracts still open, as the journal reports them.
fn reported(desk: &Desk) -> (i64, usize) {
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    let received = report.pointer("/total/premium_received_cents");
    (
        received.and_then(Value::as_i64).unwrap(),
        list(&report, "/open").len(),
    )
}

fn written(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn the_second_day_knows_the_first() {
    let desk = Desk::new();
    desk.put("monday.csv", market("2025-03-06", 50.0).csv());
    desk.put("tuesday.csv", market("2025-03-07", 51.0).csv());
    desk.put("one.toml", ACCOUNT);
    let first = plan(&desk, "monday.csv", "one.toml");
    assert_eq!(
        text(&first, "/decision/outcome"),
        "act",
        "the premise of this test"
    );
    assert!(
        text(&first, "/recall/since_note").starts_with("n/a ("),
        "{}",
        first["recall"]
    );
    assert!(first["recall"].get("since").is_none());

    // The plan's own words are the fill's, with the fees of the broker.
    let action = text(&first, "/decision/action/text");
    let words = format!("{action} fees 2.60");
    let day = ["--on", "2025-03-06", "--db", "diary.sqlite", "--json"];
    let enter = |out: &str| {
        let fill = [&["--fill", words.as_str()], &day[..]].concat();
        apply(&desk, "one.toml", out, &fill)
    };
    let applied = enter("two.toml").exits(0).json();
    let leg = &list(&first, "/decision/action/legs")[0];
    let premium = 100.0 * number(leg, "/count") * number(leg, "/limit_usd");
    assert_eq!(
        number(&applied, "/cash_after_usd"),
        30_000.0 + premium - 2.60
    );
    // The same fill twice is caught, and no file is written over.
    let twice = enter("two.toml").exits(2);
    assert!(twice.stdout.contains("exists already"), "{twice}");
    let again = enter("three.toml").exits(2);
    assert!(
        again.stdout.contains("already") && again.stdout.contains("--again"),
        "{again}"
    );
    assert!(!desk.path("three.toml").exists());

    let second = plan(&desk, "tuesday.csv", "two.toml");
    let since = &second["recall"]["since"];
    assert_eq!(
        (text(since, "/date"), number(since, "/days")),
        ("2025-03-06", 1.0)
    );
    assert_eq!(text(since, "/action_then"), action);
    assert_eq!(text(since, "/followed"), "yes", "{since}");
    assert_eq!(list(since, "/fills").len(), 1, "{since}");
    let changes = list(since, "/changes");
    let change = |what: &str| {
        changes
            .iter()
            .find(|one| one["what"] == what)
            .unwrap_or_else(|| panic!("{what}: {since}"))
    };
    assert_eq!(text(change("share price"), "/difference"), "+2.0 %");
    assert_eq!(text(change("options"), "/then"), "none");
    assert!(text(change("options"), "/now").contains("put"), "{since}");
    let gained = format!("+${:.2}", premium - 2.60);
    assert_eq!(text(change("cash"), "/difference").replace(',', ""), gained);
    // What it says decides nothing.
    let words = [
        "--chain",
        "tuesday.csv",
        "--account",
        "two.toml",
        "--set",
        "market.forecast_vol=0.15",
        "--no-diary",
    ];
    let (mut with, mut without) = (second.clone(), desk.plan(&words).exits(0).json());
    with["recall"] = Value::Null;
    without["recall"] = Value::Null;
    assert_eq!(with, without);
    // A plan of the first day, asked for on the second, does not know it.
    let back = plan(&desk, "monday.csv", "one.toml");
    assert!(back["recall"].get("since").is_none(), "{}", back["recall"]);
}

/// One contract of several is not the plan carried out.
#[test]
fn a_part_of_a_plan_is_a_part() {
    let desk = Desk::new();
    desk.put("monday.csv", market("2025-03-06", 50.0).csv());
    desk.put("tuesday.csv", market("2025-03-07", 51.0).csv());
    desk.put("one.toml", ACCOUNT);
    let first = plan(&desk, "monday.csv", "one.toml");
    let leg = &list(&first, "/decision/action/legs")[0];
    let count = number(leg, "/count");
    assert!(count > 1.0, "the premise of this test: {leg}");
    let (expiry, strike) = (text(leg, "/expiry"), number(leg, "/strike_usd"));
    let right = text(leg, "/instrument");
    let fill = format!("sell 1 ZZT {expiry} {strike} {right} at 1.00");
    let words = [
        "--fill",
        &fill,
        "--on",
        "2025-03-06",
        "--db",
        "diary.sqlite",
    ];
    apply(&desk, "one.toml", "two.toml", &words).exits(0);
    let second = plan(&desk, "tuesday.csv", "two.toml");
    let since = &second["recall"]["since"];
    assert_eq!(
        text(since, "/followed"),
        format!("in part (1 of {count})"),
        "{since}"
    );
    let note = text(&second, "/recall/since_note");
    assert!(note.contains("carried out in part"), "{note}");
}

#[test]
fn a_broker_s_file_is_applied_as_it_is_imported() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    desk.put(
        "fills.csv",
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
         2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,2,0.90,1.30,,a\n\
         2025-03-21,assigned,,ZZT 2025-03-21 48 put,1,,,,b\n\
         2025-03-21,buy,ZZT,,100,48,0,,c\n\
         2025-03-21,expired,,ZZT 2025-03-21 48 put,1,,,,d\n\
         2025-03-24,dividend,ZZT,,,,,25.00,e\n",
    );
    let applied = apply(&desk, "one.toml", "two.toml", &["fills.csv", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        number(&applied, "/cash_after_usd"),
        30_000.0 + 180.0 - 1.30 - 4_800.0 + 25.0
    );
    let written = std::fs::read_to_string(desk.path("two.toml")).unwrap();
    assert!(
        written.contains("count = 100")
            && written.contains("basis_usd_per_share = 48.0")
            && !written.contains("[[options]]"),
        "{written}"
    );
    // What the account cannot carry is refused, and nothing is written.
    desk.put(
        "poor.toml",
        "schema_version = 1\nkind = \"cash\"\ncash_usd = 100.0\n",
    );
    let poor = [
        "--fill",
        "sell 1 ZZT 2025-03-21 48 put at 0.90",
        "--on",
        "2025-03-06",
        "--no-diary",
    ];
    let poor = apply(&desk, "poor.toml", "x.toml", &poor).exits(2);
    assert!(poor.stderr.contains("does not secure"), "{poor}");
    assert!(!desk.path("x.toml").exists());
}

/// The same trade from another source is known; a second one is a second one only where it is said to be.
#[test]
fn the_journal_knows_a_fill_whoever_wrote_it_down() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let words = |out: &str, more: &[&str]| {
        let fill = "sell 1 ZZT 2025-03-21 48 put at 0.90";
        let words = ["--fill", fill, "--on", "2025-03-06"];
        apply(&desk, "one.toml", out, &[&words[..], more].concat())
    };
    words("two.toml", &[]).exits(0);
    desk.put(
        "fills.csv",
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
         2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,1,0.90,0,,a\n",
    );
    let refused = apply(&desk, "one.toml", "three.toml", &["fills.csv"]).exits(2);
    assert!(refused.stderr.contains("--again"), "{refused}");
    words("three.toml", &[]).exits(2);
    let again = words("three.toml", &["--again", "--json"]).exits(0).json();
    assert!(
        text(&again, "/journal").starts_with("1 kept, 0 kept before"),
        "{again}"
    );
    assert_eq!(reported(&desk), (18_000, 2), "two sales of $90");
    // Imported, it is each of the two but not a third; that it happened once more is to be said.
    let import = ["journal", "import", "fills.csv", "--json"];
    let told = desk.run(&import).exits(0).json();
    assert_eq!((&told["new"], &told["known"]), (&0.into(), &1.into()));
    assert_eq!(list(&told, "/known_otherwise").len(), 1, "{told}");
    assert_eq!(reported(&desk), (18_000, 2));
    let more = desk.run(&[&import[..], &["--again"]].concat()).exits(0);
    assert_eq!(more.json()["new"], 1);
    assert_eq!(reported(&desk), (27_000, 3));
    // A diary that was named and cannot be is told by the exit code; the account is there.
    let lost = words("four.toml", &["--db", "/nowhere/diary.sqlite"]).exits(5);
    assert!(lost.stdout.contains("n/a (not kept"), "{lost}");
    assert!(desk.path("four.toml").exists());
}

const HEADS: &str = "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n";

/// What `journal import` read before is applied with `--no-diary`, and the message says so; a file's rows are never doubled, neither in the
/// journal nor in the account.
#[test]
fn a_file_that_was_imported_is_applied_without_the_journal() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let row = "2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,1,1.30,0,,\n";
    desk.put("fills.csv", format!("{HEADS}{row}{row}"));
    desk.run(&["journal", "import", "fills.csv"]).exits(0);
    let refused = apply(&desk, "one.toml", "two.toml", &["fills.csv"]).exits(2);
    assert!(refused.stderr.contains("add --no-diary"), "{refused}");
    let file = ["fills.csv", "--no-diary"];
    let applied = apply(&desk, "one.toml", "two.toml", &file).exits(0);
    assert!(applied.stdout.contains("has 2 of these"), "{applied}");
    assert!(
        written(&desk, "two.toml").contains("cash_usd = 30260.0"),
        "{applied}"
    );
    let again = ["fills.csv", "--again"];
    let again = apply(&desk, "two.toml", "three.toml", &again).exits(2);
    assert!(again.stderr.contains("nothing new to apply"), "{again}");
    assert!(!desk.path("three.toml").exists());
    assert_eq!(reported(&desk), (26_000, 2));
}

/// Exports overlap: what the journal has is passed over and told, in the account as in the journal.
#[test]
fn a_file_that_overlaps_brings_its_new_rows() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let rows = [
        "2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,1,1.30,0,,\n",
        "2025-03-07,sell_to_open,,ZZT 2025-03-21 48 put,1,1.20,0,,\n",
        "2025-03-10,sell_to_open,,ZZT 2025-03-21 48 put,1,1.10,0,,\n",
    ];
    desk.put("first.csv", format!("{HEADS}{}{}", rows[0], rows[1]));
    desk.put("second.csv", format!("{HEADS}{}{}", rows[1], rows[2]));
    apply(&desk, "one.toml", "two.toml", &["first.csv"]).exits(0);
    for (again, more) in [("no", &[] as &[&str]), ("yes", &["--again"])] {
        // A journal of its own with the first file in it.
        let db = format!("{again}.sqlite");
        let first = ["first.csv", "--db", &db];
        apply(&desk, "one.toml", &format!("{again}-1.toml"), &first).exits(0);
        let second = [&["second.csv", "--db", &db, "--json"], more].concat();
        let second = apply(&desk, "two.toml", &format!("{again}-2.toml"), &second);
        let second = second.exits(0).json();
        assert_eq!(number(&second, "/known"), 1.0, "{second}");
        assert_eq!(list(&second, "/fills").len(), 1, "{second}");
        assert_eq!(number(&second, "/cash_after_usd"), 30_360.0, "{second}");
        assert!(
            text(&second, "/journal").starts_with("1 kept, 1 kept before"),
            "{second}"
        );
    }
    let told = apply(&desk, "two.toml", "five.toml", &["second.csv"]).exits(0);
    assert!(told.stdout.contains("known before: 1 rows"), "{told}");
    assert_eq!(reported(&desk), (36_000, 3));
}

/// Fidelity's columns: a put sold, its assignment booked on Monday, and the fund in which the cash lies.
const FIDELITY: &str = r#"Run Date,Action,Symbol,Description,Type,Quantity,Price ($),Commission ($),Fees ($),Accrued Interest ($),Amount ($),Settlement Date
09/30/2026,"REINVESTMENT FIDELITY GOVERNMENT MONEY MARKET (SPAXX) (Cash)",SPAXX,FIDELITY GOVERNMENT MONEY MARKET,Cash,12.34,1.000,,,,-12.34,
09/30/2026,"DIVIDEND RECEIVED FIDELITY GOVERNMENT MONEY MARKET (SPAXX) (Cash)",SPAXX,FIDELITY GOVERNMENT MONEY MARKET,Cash,,,,,,12.34,
09/21/2026,"YOU BOUGHT ASSIGNED PUTS AS OF 09-18-26 COCA COLA CO (KO) (Cash)",KO,COCA COLA CO,Cash,100,67.5,,,,-6750.00,09/22/2026
09/21/2026,"ASSIGNED as of Sep-18-2026 PUT (KO) COCA COLA CO SEP 18 26 $67.5 (100 SHS) (Cash)", -KO260918P67.5,PUT,Cash,1,,,,,,
09/10/2026,"YOU SOLD OPENING TRANSACTION PUT (KO) COCA COLA CO SEP 18 26 $67.5 (100 SHS) (Cash)", -KO260918P67.5,PUT,Cash,-1,1.3,0.65,0.02,,129.33,09/11/2026
09/08/2026,"PURCHASE INTO CORE ACCOUNT FIDELITY GOVERNMENT MONEY MARKET (SPAXX) (Cash)",SPAXX,FIDELITY GOVERNMENT MONEY MARKET,Cash,700,1,,,,-700.00,
"#;

/// Words say 0.65 of fees and Friday, the broker 0.67 and Monday: one sale, one assignment, one purchase.
#[test]
fn words_and_the_broker_s_file_are_one_story() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let sale = "sell 1 KO 2026-09-18 67.5 put at 1.30 fees 0.65";
    let end = "assigned 1 KO 2026-09-18 67.5 put";
    let sale = ["--on", "2026-09-10", "--fill", sale];
    apply(&desk, "one.toml", "two.toml", &sale).exits(0);
    let end = ["--on", "2026-09-18", "--fill", end];
    apply(&desk, "two.toml", "three.toml", &end).exits(0);
    desk.put("fidelity.csv", FIDELITY);
    let import = ["journal", "import", "fidelity.csv", "--json"];
    let told = desk.run(&import).exits(0).json();
    assert_eq!((&told["new"], &told["known"]), (&1.into(), &3.into()));
    let twins = list(&told, "/known_otherwise");
    let differs: Vec<&str> = twins.iter().map(|one| text(one, "/differs")).collect();
    assert!(
        differs.contains(&"there 2026-09-10 for $129.35, here 2026-09-10 for $129.33")
            && differs.contains(&"there 2026-09-18 for -$6,750.00, here 2026-09-21 for -$6,750.00"),
        "{told}"
    );
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    assert_eq!(number(&report, "/reconciliation/cash_cents"), -660_831.0);
    assert_eq!(list(&report, "/open").len(), 1, "{report}");
    assert_eq!(number(&report, "/open/0/quantity"), 100.0);
    // The account takes nothing twice either, and the file alone tells the same story.
    desk.put("again.csv", FIDELITY.replace("12.34", "12.35"));
    let again = apply(&desk, "three.toml", "four.toml", &["again.csv", "--json"]);
    let again = again.exits(0).json();
    assert_eq!(
        (number(&again, "/known"), list(&again, "/fills").len()),
        (3.0, 1)
    );
    let alone = ["fidelity.csv", "--no-diary", "--json"];
    let alone = apply(&desk, "one.toml", "five.toml", &alone)
        .exits(0)
        .json();
    assert_eq!(number(&alone, "/cash_after_usd"), 23_391.67);
    let body = written(&desk, "five.toml");
    assert!(!body.contains("symbol = \"SPAXX\""), "{body}");
    // Our own columns say it without an id: another source than words.
    let rows = "2026-09-10,sell_to_open,,KO 2026-09-18 67.5 put,1,1.30,0.70,,\n2026-09-17,assigned,,KO 2026-09-18 67.5 put,1,,,,\n";
    desk.put("own.csv", format!("{HEADS}{rows}"));
    let own = ["journal", "import", "own.csv", "--json"];
    let own = desk.run(&own).exits(0).json();
    assert_eq!((&own["new"], &own["known"]), (&0.into(), &2.into()));
    // Told the other way round, and by another price or on another day.
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    desk.put("fidelity.csv", FIDELITY);
    desk.run(&import).exits(0);
    for (out, day, price, code) in [
        ("two.toml", "2026-09-10", "1.30", 2),
        ("three.toml", "2026-09-10", "1.31", 0),
        ("four.toml", "2026-09-11", "1.30", 0),
    ] {
        let words = format!("sell 1 KO 2026-09-18 67.5 put at {price} fees 0.65");
        let words = ["--on", day, "--fill", &words];
        let told = apply(&desk, "one.toml", out, &words).exits(code);
        let named = told.stderr.contains("here 2026-09-10 for $129.35");
        assert_eq!(named, code == 2, "{told}");
    }
}

/// Parts of a share are not kept; the cash that they cost is, so that the account's cash is the broker's.
#[test]
fn a_dividend_that_was_reinvested_leaves_no_cash_behind() {
    let heads = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n";
    let rows = "03/06/2025,Reinvest Dividend,ZZT,,,,,$116.27\n03/06/2025,Reinvest Shares,ZZT,,1.7123,$67.90,,-$116.27\n";
    let fidelity = "Run Date,Action,Symbol,Quantity,Price ($),Commission ($),Fees ($),Amount ($)\n\
                    03/06/2025,DIVIDEND RECEIVED ZZT (ZZT) (Cash),ZZT,,,,,116.27\n\
                    03/06/2025,REINVESTMENT ZZT (ZZT) (Cash),ZZT,1.7123,67.90,,,-116.27\n";
    for file in [&format!("{heads}{rows}"), fidelity] {
        let desk = Desk::new();
        desk.put("one.toml", ACCOUNT);
        desk.put("fills.csv", file);
        let applied = apply(&desk, "one.toml", "two.toml", &["fills.csv", "--json"]);
        let applied = applied.exits(0).json();
        assert_eq!(number(&applied, "/cash_after_usd"), 30_000.0, "{applied}");
        let remark = text(&list(&applied, "/remarks")[0], "/reason");
        assert!(
            remark.contains("0.7123 of a share of ZZT is missing") && remark.contains("$48.37"),
            "{remark}"
        );
        assert!(written(&desk, "two.toml").contains("count = 1\n"));
        let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
        assert_eq!(number(&report, "/total/dividends_cents"), 11_627.0);
        assert_eq!(number(&report, "/total/transfers_cents"), -4_837.0);
        let again = ["journal", "import", "fills.csv", "--json"];
        let again = desk.run(&again).exits(0).json();
        assert_eq!((&again["rows"], &again["new"]), (&2.into(), &0.into()));
    }
    // An amount that does not follow, and a part of a share that was no dividend.
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    desk.put(
        "bad.csv",
        format!("{heads}{}", rows.replace("-$116.27", "-$126.27")),
    );
    let bad = apply(&desk, "one.toml", "two.toml", &["bad.csv"]).exits(3);
    assert!(bad.stderr.contains("does not follow from 1.7123"), "{bad}");
    desk.put(
        "part.csv",
        format!("{heads}{}", rows.replace("Reinvest Shares", "Buy")),
    );
    let part = apply(&desk, "one.toml", "two.toml", &["part.csv"]).exits(3);
    assert!(part.stderr.contains("fractions of a share"), "{part}");
}

/// A row that the account cannot take is refused as any other: by its line, with exit code 3, and `--partial` goes on without it.
#[test]
fn a_row_that_the_account_cannot_take_is_refused_alone() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    desk.put(
        "fills.csv",
        format!(
            "{HEADS}2025-03-06,buy_to_close,,ZZT 2025-03-21 48 put,1,1.30,,,\n2025-03-06,buy,ZZT,,10,36,,,\n"
        ),
    );
    let refused = apply(&desk, "one.toml", "two.toml", &["fills.csv"]).exits(3);
    assert!(
        refused.stderr.contains("1 of 2 rows") && refused.stderr.contains("line 2: it ends 1 ZZT"),
        "{refused}"
    );
    assert!(!desk.path("two.toml").exists());
    let partial = ["fills.csv", "--partial", "--json"];
    let partial = apply(&desk, "one.toml", "two.toml", &partial)
        .exits(0)
        .json();
    assert_eq!(number(&partial, "/cash_after_usd"), 29_640.0, "{partial}");
    assert!(text(&partial, "/journal").starts_with("1 kept, 0 kept before"));
    // Nothing is left of it.
    let only = format!("{HEADS}2025-03-06,sell,ZZT,,1000,36,,,\n");
    desk.put("only.csv", only);
    apply(&desk, "one.toml", "three.toml", &["only.csv", "--partial"]).exits(3);
}

/// Two companies may pay the same dividend on one day.
#[test]
fn cash_is_told_apart_by_its_symbol() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let rows = "2025-03-06,dividend,KO,,,,,51.00,k1\n";
    desk.put("ko.csv", format!("{HEADS}{rows}"));
    desk.put(
        "pep.csv",
        format!("{HEADS}2025-03-06,dividend,PEP,,,,,51.00,p1\n"),
    );
    apply(&desk, "one.toml", "two.toml", &["ko.csv"]).exits(0);
    let pep = apply(&desk, "two.toml", "three.toml", &["pep.csv", "--json"]);
    assert_eq!(number(&pep.exits(0).json(), "/cash_after_usd"), 30_102.0);
    // Another broker's file says one of them again; without a symbol it may be either.
    let heads = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n";
    for (row, new) in [
        ("03/06/2025,Cash Dividend,PEP,,,,,$51.00\n", 0),
        ("03/06/2025,Cash Dividend,JNJ,,,,,$51.00\n", 1),
        ("03/06/2025,Cash Dividend,,,,,,$51.00\n", 0),
    ] {
        desk.put("schwab.csv", format!("{heads}{row}"));
        let import = ["journal", "import", "schwab.csv", "--dry-run", "--json"];
        assert_eq!(desk.run(&import).exits(0).json()["new"], new, "{row}");
    }
}

/// An account without a row of the file would be wrong in silence; totals and remarks are no rows.
#[test]
fn a_file_with_refused_rows_changes_nothing() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let heads = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n";
    let good = "03/06/2025,Sell to Open,ZZT 03/21/2025 48.00 P,PUT,1,$1.30,$0,$130.00\n";
    let split = "03/07/2025,Stock Split,ZZT,,100,,,\n";
    let total = "Transactions Total,,,,,,,$130.00\n";
    desk.put("good.csv", format!("{heads}{good}{total}"));
    desk.put("split.csv", format!("{heads}{good}{split}{total}"));
    let refused = apply(&desk, "one.toml", "two.toml", &["split.csv"]).exits(3);
    for words in ["1 of 2 rows", "line 3: ", "split 2:1", "--partial"] {
        assert!(refused.stderr.contains(words), "{words}: {refused}");
    }
    assert!(!desk.path("two.toml").exists() && !desk.path(".local").exists());
    let partial = apply(&desk, "one.toml", "two.toml", &["split.csv", "--partial"]);
    let partial = partial.exits(0);
    assert!(partial.stdout.contains("not applied, line 3"), "{partial}");
    apply(&desk, "one.toml", "three.toml", &["good.csv", "--no-diary"]).exits(0);
    // The same id is the same row: a second one, or another one than the journal has, is a slip.
    let row = "2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,1,1.40,0,,T1\n";
    desk.put("twice.csv", format!("{HEADS}{row}{row}"));
    let twice = apply(&desk, "one.toml", "four.toml", &["twice.csv"]).exits(3);
    assert!(twice.stderr.contains("stands in line 2"), "{twice}");
    desk.put("first.csv", format!("{HEADS}{row}"));
    apply(&desk, "one.toml", "four.toml", &["first.csv"]).exits(0);
    desk.put(
        "other.csv",
        format!("{HEADS}{}", row.replace("1.40", "1.50")),
    );
    let other = apply(&desk, "four.toml", "five.toml", &["other.csv"]).exits(3);
    assert!(other.stderr.contains("under the same id"), "{other}");
}

/// Words have no lines: the message repeats them. And slips in days are refused.
#[test]
fn a_fill_in_words_is_refused_by_its_words() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    desk.put(
        "short.toml",
        format!("{ACCOUNT}[[options]]\nsymbol = \"ZZT\"\nright = \"put\"\nexpiry = \"2025-03-21\"\nstrike_usd = 48.0\ncontracts = -1.0\nopened = \"2025-03-06\"\n"),
    );
    let good = "buy 1 ZZT at 50";
    for (account, day, fill, says) in [
        (
            "one.toml",
            "2025-03-06",
            "sell 100 ZZT at 70",
            "but the account holds 1: start from",
        ),
        (
            "one.toml",
            "2025-03-06",
            "assigned 1 ZZT 2025-03-21 48 put",
            "but the account holds 0",
        ),
        (
            "short.toml",
            "2025-03-05",
            "buy 1 ZZT 2025-03-21 48 put at 0.10",
            "opened on 2025-03-06: check the day",
        ),
        ("one.toml", "2025-03-06", "split 3:2 ZZT", "by hand"),
        (
            "one.toml",
            "2025-03-06",
            "split 2:1 KO",
            "holds nothing in KO",
        ),
    ] {
        let words = ["--on", day, "--fill", good, "--fill", fill];
        let refused = apply(&desk, account, "two.toml", &words).exits(2);
        let named = format!("--fill \"{fill}\": ");
        assert!(
            refused.stderr.contains(&named) && refused.stderr.contains(says),
            "{refused}"
        );
    }
    let late = ["--on", "2999-03-06", "--fill", good];
    let late = apply(&desk, "one.toml", "two.toml", &late).exits(2);
    assert!(late.stderr.contains("still to come"), "{late}");
    desk.put("late.csv", format!("{HEADS}2999-03-06,buy,ZZT,,1,50,,,\n"));
    apply(&desk, "one.toml", "two.toml", &["late.csv"]).exits(3);
    desk.run(&["journal", "import", "late.csv"]).exits(3);
    assert!(!desk.path("two.toml").exists());
}

/// Two shares for one: counts, bases, strikes and premiums in the account, and the journal's lots, in words or from a file.
#[test]
fn a_split_turns_account_and_journal() {
    let desk = Desk::new();
    desk.put(
        "one.toml",
        format!("{ACCOUNT}[[shares]]\nsymbol = \"KO\"\ncount = 250\nbasis_usd_per_share = 69.0\n"),
    );
    let sale = "sell 2 KO 2026-09-18 71.5 put at 1.30";
    apply(
        &desk,
        "one.toml",
        "two.toml",
        &["--on", "2026-09-09", "--fill", sale],
    )
    .exits(0);
    let split = ["--on", "2026-09-10", "--fill", "split 2:1 KO"];
    let applied = apply(&desk, "two.toml", "three.toml", &split).exits(0);
    assert!(applied.stdout.contains("250 -> 500 shares"), "{applied}");
    let after = written(&desk, "three.toml");
    for line in [
        "cash_usd = 30260.0",
        "count = 500",
        "basis_usd_per_share = 34.5",
        "contracts = -4.0",
        "strike_usd = 35.75",
        "premium_usd_per_share = 0.65",
        "opened = \"2026-09-10\"",
    ] {
        assert!(after.contains(line), "{line}: {after}");
    }
    // The journal turned its lot with it: the purchase after the split closes the sale before it.
    let purchase = "buy 4 KO 2026-09-18 35.75 put at 0.40";
    let bought = ["--on", "2026-09-11", "--fill", purchase];
    let bought = apply(&desk, "three.toml", "four.toml", &bought).exits(0);
    assert!(bought.stdout.contains("1 kept, 0 kept before"), "{bought}");
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    assert_eq!(number(&report, "/total/options_realised_cents"), 10_000.0);
    assert_eq!(list(&report, "/open").len(), 0, "{report}");
    // A row of a file says the same split.
    desk.put(
        "split.csv",
        format!("{HEADS}2026-09-10,split,KO,,2:1,,,,\n"),
    );
    let known = desk.run(&["journal", "import", "split.csv", "--json"]);
    let known = known.exits(0).json();
    assert_eq!((&known["new"], &known["known"]), (&0.into(), &1.into()));
    let file = ["split.csv", "--no-diary"];
    apply(&desk, "two.toml", "five.toml", &file).exits(0);
    let body = |name: &str| {
        let text = written(&desk, name);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(body("five.toml"), body("three.toml"));
}

/// Shares held before the first day of the journal are called away: they come in at their basis, and both sides still add up to cash.
#[test]
fn what_the_account_had_before_the_journal_comes_in_when_it_is_closed() {
    let desk = Desk::new();
    let with = |basis: &str| format!("{ACCOUNT}[[shares]]\nsymbol = \"ZZT\"\ncount = 200\n{basis}");
    desk.put("one.toml", with("basis_usd_per_share = 60.0\n"));
    let sale = "sell 2 ZZT 2025-03-21 70 call at 0.80";
    let away = "assigned 2 ZZT 2025-03-21 70 call";
    let sold = ["--on", "2025-03-06", "--fill", sale];
    apply(&desk, "one.toml", "two.toml", &sold).exits(0);
    let called = ["--on", "2025-03-21", "--fill", away];
    let called = apply(&desk, "two.toml", "three.toml", &called).exits(0);
    assert!(called.stdout.contains("200 ZZT at $60"), "{called}");
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    for (field, cents) in [
        ("/total/shares_realised_cents", 200_000.0),
        ("/total/options_realised_cents", 16_000.0),
        ("/total/transfers_cents", 1_200_000.0),
        ("/reconciliation/cash_cents", 1_416_000.0),
    ] {
        assert_eq!(number(&report, field), cents, "{field}: {report}");
    }
    assert_eq!(list(&report, "/open").len(), 0, "{report}");
    // Two puts without a day of their opening, both bought back: no roll is made of what came in on that day.
    let desk = Desk::new();
    let put = |strike: &str| {
        format!(
            "[[options]]\nsymbol = \"ZZT\"\nright = \"put\"\nexpiry = \"2025-03-21\"\nstrike_usd = {strike}\ncontracts = -1\n"
        )
    };
    let premium = "premium_usd_per_share = 1.30\n";
    let (one, other) = (put("48"), put("47"));
    desk.put(
        "one.toml",
        format!("{ACCOUNT}{one}{premium}{other}{premium}"),
    );
    let bought = [
        "--on",
        "2025-03-06",
        "--fill",
        "buy 1 ZZT 2025-03-21 48 put at 0.40",
        "--fill",
        "buy 1 ZZT 2025-03-21 47 put at 0.30",
    ];
    apply(&desk, "one.toml", "two.toml", &bought).exits(0);
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    assert_eq!(list(&report, "/trades").len(), 2, "{report}");
    assert_eq!(list(&report, "/rolls").len(), 0, "{report}");
    // What the account does not say is asked for, by the contract's words, and only for that one.
    let desk = Desk::new();
    desk.put("one.toml", format!("{ACCOUNT}{one}{other}{premium}"));
    let bought = apply(&desk, "one.toml", "two.toml", &bought).exits(0);
    let asks = "closes 1 ZZT 2025-03-21 48 put, but the journal knows 0";
    assert!(
        bought.stdout.contains(asks) && bought.stdout.contains("or say in one.toml what it cost"),
        "{bought}"
    );
    // Without a basis it is said, and nothing is made up.
    let desk = Desk::new();
    desk.put("one.toml", with(""));
    apply(&desk, "one.toml", "two.toml", &sold).exits(0);
    let called = ["--on", "2025-03-21", "--fill", away];
    let called = apply(&desk, "two.toml", "three.toml", &called).exits(0);
    assert!(
        called.stdout.contains("1 not kept") && called.stdout.contains("basis_usd_per_share"),
        "{called}"
    );
}

/// Shares of KO that cost $60, held before the journal.
fn held_at_60() -> String {
    format!("{ACCOUNT}[[shares]]\nsymbol = \"KO\"\ncount = 100\nbasis_usd_per_share = 60.0\n")
}

/// Puts of KO, sold before the journal.
fn sold_before(strike: f64, count: i64, premium: f64) -> String {
    format!(
        "{ACCOUNT}[[options]]\nsymbol = \"KO\"\nright = \"put\"\nexpiry = \"2026-09-18\"\nstrike_usd = {strike:?}\ncontracts = {count}\npremium_usd_per_share = {premium:?}\nopened = \"2026-09-02\"\n"
    )
}

/// Fills in words of one day each, from `one.toml` on; what the last one printed.
fn told(desk: &Desk, fills: &[(&str, &str)]) -> String {
    let mut printed = String::new();
    let name = |at: usize| match at {
        0 => "one.toml".to_owned(),
        at => format!("after-{at}.toml"),
    };
    for (at, (day, fill)) in fills.iter().enumerate() {
        let words = ["--on", day, "--fill", fill];
        printed = apply(desk, &name(at), &name(at + 1), &words)
            .exits(0)
            .stdout;
    }
    printed
}

/// Gains in cents, of shares and of options; everything is closed.
fn gained(desk: &Desk) -> (f64, f64) {
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    assert_eq!(list(&report, "/open").len(), 0, "{report}");
    (
        number(&report, "/total/shares_realised_cents"),
        number(&report, "/total/options_realised_cents"),
    )
}

/// The account knows the mean of all shares, the journal what some of them cost: what comes in cost the rest.
#[test]
fn the_rest_of_a_position_comes_in_at_what_the_rest_cost() {
    let bought = ("2026-09-08", "buy 100 KO at 70");
    let desk = Desk::new();
    desk.put("one.toml", held_at_60());
    let sold = told(&desk, &[bought, ("2026-09-09", "sell 200 KO at 72")]);
    assert!(sold.contains("100 KO at $60"), "{sold}");
    assert_eq!(gained(&desk), (140_000.0, 0.0));
    // In parts and on one day, which has no order: the same.
    let desk = Desk::new();
    desk.put("one.toml", held_at_60());
    let half = ("2026-09-08", "sell 100 KO at 72");
    told(&desk, &[bought, half, ("2026-09-09", "sell 100 KO at 72")]);
    assert_eq!(gained(&desk), (140_000.0, 0.0));
    // Two puts at $1.00 from before and two at $1.30 are bought back at $0.40, in two parts.
    let desk = Desk::new();
    desk.put("one.toml", sold_before(71.5, -2, 1.0));
    let contract = "KO 2026-09-18 71.5 put at";
    let fills = [
        ("2026-09-08", format!("sell 2 {contract} 1.30 fees 1.30")),
        ("2026-09-09", format!("buy 1 {contract} 0.40")),
        ("2026-09-10", format!("buy 3 {contract} 0.40")),
    ];
    let fills: Vec<(&str, &str)> = fills.iter().map(|(day, fill)| (*day, &**fill)).collect();
    told(&desk, &fills);
    assert_eq!(gained(&desk), (0.0, 30_000.0 - 130.0));
}

/// What comes in across a split is what the account held after it, and the journal does not turn it once more.
#[test]
fn what_comes_in_after_a_split_is_counted_in_new_shares() {
    let run = |account: String, rows: &str| {
        let desk = Desk::new();
        desk.put("one.toml", account);
        desk.put(
            "fills.csv",
            format!("{HEADS}2026-09-10,split,KO,,2:1,,,,\n{rows}"),
        );
        apply(&desk, "one.toml", "two.toml", &["fills.csv"]).exits(0);
        desk
    };
    let desk = run(held_at_60(), "2026-09-10,sell,KO,,200,36,,,\n");
    assert_eq!(gained(&desk), (120_000.0, 0.0));
    let back = "2026-09-11,buy_to_close,,KO 2026-09-18 35.75 put,4,0.40,,,\n";
    let desk = run(sold_before(71.5, -2, 1.3), back);
    assert_eq!(gained(&desk), (0.0, 10_000.0));
    // A part of them.
    let desk = run(held_at_60(), "2026-09-11,sell,KO,,150,36,,,\n");
    assert_eq!(gained(&desk), (90_000.0, 0.0));
    // The contract was opened before the split, and closed in a run after it; once turned by the program, once by hand.
    let split = ("2026-09-10", "split 2:1 KO");
    let back = ("2026-09-11", "buy 4 KO 2026-09-18 35.75 put at 0.40");
    let desk = Desk::new();
    desk.put("one.toml", sold_before(71.5, -2, 1.3));
    told(&desk, &[split, back]);
    assert_eq!(gained(&desk), (0.0, 10_000.0));
    let desk = Desk::new();
    desk.put(
        "split.csv",
        format!("{HEADS}2026-09-10,split,KO,,2:1,,,,\n"),
    );
    desk.run(&["journal", "import", "split.csv"]).exits(0);
    desk.put("one.toml", sold_before(35.75, -4, 0.65));
    told(&desk, &[back]);
    assert_eq!(gained(&desk), (0.0, 10_000.0));
}

/// A split needs its day, comes before the trades after it, and is done once.
#[test]
fn a_split_in_words_comes_once_and_in_time() {
    let desk = Desk::new();
    desk.put("one.toml", held_at_60());
    let refused = |from: &str, words: &[&str], says: &str| {
        let refused = apply(&desk, from, "never.toml", words).exits(2);
        assert!(refused.stderr.contains(says), "{says}: {refused}");
        assert!(!desk.path("never.toml").exists());
    };
    let split = ["--fill", "split 2:1 KO"];
    refused("one.toml", &split, "add --on YYYY-MM-DD");
    let on = |day| [&split[..], &["--on", day]].concat();
    told(&desk, &[("2026-09-11", "buy 100 KO at 31")]);
    let late = "KO on 2026-09-11 (record ";
    refused("after-1.toml", &on("2026-09-10"), late);
    refused("after-1.toml", &on("2026-09-11"), late);
    // As the message says: by hand in the account, and alone into the journal.
    desk.put(
        "split.csv",
        "date,action,symbol,quantity,price_usd\n2026-09-10,split,KO,2:1,\n",
    );
    desk.run(&["journal", "import", "split.csv"]).exits(0);
    desk.put(
        "one.toml",
        format!("{ACCOUNT}[[shares]]\nsymbol = \"KO\"\ncount = 300\nbasis_usd_per_share = 30.333333333333332\n"),
    );
    let sold = ["--on", "2026-09-14", "--fill", "sell 300 KO at 32"];
    apply(&desk, "one.toml", "sold.toml", &sold).exits(0);
    assert_eq!(gained(&desk), (40_000.0 + 10_000.0, 0.0));

    // The same split of another day is the same, unless it is said to be another.
    let desk = Desk::new();
    desk.put("one.toml", held_at_60());
    told(&desk, &[("2026-09-10", "split 2:1 KO")]);
    let twice = |day: &str, more: &[&str]| {
        let words = [&split[..], &["--on", day], more].concat();
        apply(&desk, "after-1.toml", "never.toml", &words)
    };
    for (day, more) in [("2026-09-14", &[] as &[&str]), ("2026-09-10", &["--again"])] {
        let refused = twice(day, more).exits(2);
        assert!(refused.stderr.contains("already"), "{refused}");
        assert!(!desk.path("never.toml").exists());
    }
    desk.put(
        "split.csv",
        format!("{HEADS}2026-09-14,split,KO,,2:1,,,,\n"),
    );
    let known = desk.run(&["journal", "import", "split.csv", "--json"]);
    let known = known.exits(0).json();
    assert_eq!((&known["new"], &known["known"]), (&0.into(), &1.into()));
    let again = twice("2026-09-14", &["--again"]).exits(0);
    assert!(again.stdout.contains("1 kept, 0 kept before"), "{again}");
    assert!(
        written(&desk, "never.toml").contains("count = 400"),
        "{again}"
    );
}

/// The account that a split turned is planned on, also where the chain does not list the contract.
#[test]
fn a_plan_takes_the_account_that_a_split_turned() {
    let desk = Desk::new();
    desk.put("chain.csv", market("2025-03-06", 50.0).csv());
    desk.put(
        "events.csv",
        "symbol,date,kind,amount_usd,ratio\nZZT,2025-03-05,split,,2\n",
    );
    let lot = "[[options]]\nsymbol = \"ZZT\"\nright = \"put\"\nexpiry = \"2025-04-17\"\nstrike_usd = 94.5\ncontracts = -1\nopened = \"2025-02-20\"\n";
    desk.put("one.toml", format!("{ACCOUNT}{lot}"));
    told(&desk, &[("2025-03-05", "split 2:1 ZZT")]);
    let run = |account: &str| {
        let words = [
            "--chain",
            "chain.csv",
            "--account",
            account,
            "--events",
            "events.csv",
            "--no-diary",
        ];
        desk.plan(&[&words[..], SMALL].concat())
    };
    let before = run("one.toml").exits(2);
    assert!(before.stdout.contains("before the split"), "{before}");
    let after = run("after-1.toml");
    assert!(matches!(after.code, Some(0 | 4)), "{after}");
}

/// Over a split the last plan is told in today's shares: by the files of the market, or by the journal alone.
#[test]
fn a_split_between_two_plans_is_no_fall() {
    let split = "2025-03-07,split,ZZT,,2:1,,,,";
    let head = "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id";
    let listed = "symbol,date,kind,amount_usd,ratio\nZZT,2025-03-07,split,,2\n";
    for by_file in [true, false] {
        let desk = Desk::new();
        let mut monday = market("2025-03-06", 100.0);
        monday.strike_step *= 2.0;
        desk.put("monday.csv", monday.csv());
        desk.put("tuesday.csv", market("2025-03-07", 51.0).csv());
        desk.put("events.csv", listed);
        desk.put("split.csv", format!("{head}\n{split}\n"));
        let shares =
            |count: i64| format!("{ACCOUNT}[[shares]]\nsymbol = \"ZZT\"\ncount = {count}\n");
        desk.put("one.toml", shares(100));
        desk.put("two.toml", shares(200));
        plan(&desk, "monday.csv", "one.toml");
        let events: &[&str] = if by_file {
            &["--events", "events.csv"]
        } else {
            let import = ["journal", "import", "split.csv", "--db", "diary.sqlite"];
            desk.run(&import).exits(0);
            &[]
        };
        let words = ["--chain", "tuesday.csv", "--account", "two.toml"];
        let more = ["--set", "market.forecast_vol=0.15", "--db", "diary.sqlite"];
        let second = desk.plan(&[&words[..], &more, events].concat());
        let second = second.exits(0).json();
        let since = &second["recall"]["since"];
        let changes = list(since, "/changes");
        let change = |what: &str| changes.iter().find(|one| one["what"] == what);
        let price = change("share price").unwrap();
        assert_eq!(text(price, "/difference"), "+2.0 %", "{since}");
        assert_eq!(text(price, "/then"), "$50.00 ($100.00 before the split)");
        assert!(change("split of 2025-03-07").is_some(), "{since}");
        // As many as before, in new shares.
        assert!(change("shares").is_none(), "{since}");
    }
}

/// A class of shares: the plan's words are the fill's, and the next plan knows the position, however the chain writes the symbol.
#[test]
fn a_class_of_shares_is_one_symbol() {
    let desk = Desk::new();
    let chain = |day: &str, symbol: &'static str| {
        let mut market = market(day, 50.0);
        market.symbol = symbol;
        market.csv()
    };
    desk.put("monday.csv", chain("2025-03-06", "BRK.B"));
    desk.put("tuesday.csv", chain("2025-03-07", "BRK-B"));
    desk.put("one.toml", ACCOUNT);
    let first = plan(&desk, "monday.csv", "one.toml");
    let action = text(&first, "/decision/action/text");
    assert!(
        action.contains("BRK.B"),
        "the premise of this test: {action}"
    );
    let words = [
        "--fill",
        action,
        "--on",
        "2025-03-06",
        "--db",
        "diary.sqlite",
    ];
    apply(&desk, "one.toml", "two.toml", &words).exits(0);
    let second = plan(&desk, "tuesday.csv", "two.toml");
    assert_eq!(list(&second, "/account/options").len(), 1, "{second}");
    assert_eq!(list(&second, "/account/left_out").len(), 0, "{second}");
    let since = &second["recall"]["since"];
    assert_eq!(text(since, "/date"), "2025-03-06", "{since}");
    assert_eq!(text(since, "/followed"), "yes", "{since}");
    let same = plan(&desk, "monday.csv", "two.toml");
    assert_eq!(list(&same, "/account/options").len(), 1, "{same}");
    let history = ["history", "--json", "--db", "diary.sqlite"];
    let history = desk.run(&history).exits(0).json();
    let of_it = [
        "history",
        "--symbol",
        "BRKB",
        "--json",
        "--db",
        "diary.sqlite",
    ];
    let of_it = desk.run(&of_it).exits(0).json();
    assert_eq!(list(&of_it, "/decisions"), list(&history, "/decisions"));
    let followed = list(&history, "/decisions")
        .iter()
        .filter(|decision| !list(decision, "/fills").is_empty());
    assert_eq!(followed.count(), 1, "{history}");
    // Covered by the shares, whatever they are called.
    desk.put(
        "shares.toml",
        format!("{ACCOUNT}[[shares]]\nsymbol = \"BRK.B\"\ncount = 100\n"),
    );
    let call = "sell 1 BRKB 2025-03-21 55 call at 0.50";
    let call = ["--fill", call, "--on", "2025-03-06", "--no-diary"];
    apply(&desk, "shares.toml", "covered.toml", &call).exits(0);
}

/// What was traded before a plan was made, or after its prices had expired, did not carry it out in time.
#[test]
fn earlier_and_late_fills_are_told_apart() {
    let desk = Desk::new();
    for (name, day, spot) in [
        ("monday.csv", "2025-03-03", 50.0),
        ("tuesday.csv", "2025-03-04", 50.5),
        ("friday.csv", "2025-03-07", 51.0),
    ] {
        desk.put(name, market(day, spot).csv());
    }
    desk.put("one.toml", ACCOUNT);
    let first = plan(&desk, "monday.csv", "one.toml");
    let leg = &list(&first, "/decision/action/legs")[0];
    let count = number(leg, "/count");
    assert!(count > 2.0, "the premise of this test: {leg}");
    let contract = format!(
        "ZZT {} {} {} at 1.00",
        text(leg, "/expiry"),
        number(leg, "/strike_usd"),
        text(leg, "/instrument")
    );
    let enter = |from: &str, out: &str, day: &str, count: f64| {
        let fill = format!("sell {count} {contract}");
        let words = ["--fill", &fill, "--on", day, "--db", "diary.sqlite"];
        apply(&desk, from, out, &words).exits(0);
    };
    // One is sold on Monday; the plan made after that asks for more of them, and nobody trades.
    enter("one.toml", "two.toml", "2025-03-03", 1.0);
    let more = plan(&desk, "monday.csv", "two.toml");
    let asked = text(&more, "/decision/action/text").to_owned();
    assert_ne!(asked, text(&first, "/decision/action/text"));
    let tuesday = plan(&desk, "tuesday.csv", "two.toml");
    let since = &tuesday["recall"]["since"];
    assert_eq!(text(since, "/action_then"), asked);
    assert_eq!(text(since, "/followed"), "no", "{since}");
    // On Friday the rest of Tuesday's is sold: its prices were those of Tuesday and Wednesday.
    let leg = &list(&tuesday, "/decision/action/legs")[0];
    let same = format!(
        "ZZT {} {} {} at 1.00",
        text(leg, "/expiry"),
        number(leg, "/strike_usd"),
        text(leg, "/instrument")
    );
    let fill = format!("sell {} {same}", number(leg, "/count"));
    let words = [
        "--fill",
        &fill,
        "--on",
        "2025-03-07",
        "--db",
        "diary.sqlite",
    ];
    apply(&desk, "two.toml", "three.toml", &words).exits(0);
    let friday = plan(&desk, "friday.csv", "three.toml");
    let followed = text(&friday["recall"]["since"], "/followed");
    let until = text(&tuesday, "/decision/action/valid_until");
    assert!(
        followed.starts_with("late (") && followed.contains(&format!("expired on {until}")),
        "{followed}"
    );
    let note = text(&friday, "/recall/since_note");
    assert!(note.contains("carried out late"), "{note}");
}

/// The diary names the judge that judged.
#[test]
fn the_diary_says_who_judged() {
    let desk = Desk::new();
    desk.put("monday.csv", market("2025-03-06", 50.0).csv());
    desk.put("one.toml", ACCOUNT);
    let plan = plan(&desk, "monday.csv", "one.toml");
    let nets = plan.pointer("/why/search/nets").unwrap();
    let judge = match nets["in_use"].as_bool().unwrap() {
        true => format!(
            "nets {} ({})",
            text(nets, "/model"),
            &text(nets, "/sha256")[..12]
        ),
        false => "closed-form judge".to_owned(),
    };
    let history = ["history", "--json", "--db", "diary.sqlite"];
    let history = desk.run(&history).exits(0).json().to_string();
    assert!(
        history.contains(&format!("{judge}, local-vol")),
        "{history}"
    );
}

/// The answer of the service for this market, in the shape that yfinance gives.
fn answer(market: &Market) -> Value {
    let side = |rows: &[Row], right: Right| -> Vec<Value> {
        let one = |row: &&Row| {
            let letter = if right == Right::Call { 'C' } else { 'P' };
            let osi = format!(
                "{}{}{letter}{:08}",
                market.symbol,
                row.expiry.strftime("%y%m%d"),
                (row.strike * 1000.0) as i64
            );
            json!({
                "contractSymbol": osi, "lastTradeDate": "2025-03-06 20:45:00+00:00", "strike": row.strike, "lastPrice": row.ask,
                "bid": row.bid, "ask": row.ask, "change": 0.0, "percentChange": 0.0, "volume": 25, "openInterest": 500,
                "impliedVolatility": row.vol, "inTheMoney": false, "contractSize": "REGULAR", "currency": "USD",
            })
        };
        rows.iter()
            .filter(|row| row.right == right)
            .map(|row| one(&row))
            .collect()
    };
    let rows = market.rows();
    let chains: serde_json::Map<String, Value> = market
        .expiries
        .iter()
        .map(|&expiry| {
            let rows: Vec<Row> = rows
                .iter()
                .filter(|row| row.expiry == expiry)
                .cloned()
                .collect();
            let chain =
                json!({ "calls": side(&rows, Right::Call), "puts": side(&rows, Right::Put) });
            (expiry.to_string(), chain)
        })
        .collect();
    // 2025-03-06, 15:55 in New York.
    json!({ market.symbol: { "underlying": { "regularMarketPrice": market.spot, "regularMarketTime": 1_741_294_500 }, "chains": chains } })
}

/// `examples/get_chain.py` against a recorded answer, and the plan on what it wrote.
#[test]
fn the_user_s_own_script_feeds_the_plan() {
    let Ok(version) = Command::new("python3").arg("--version").output() else {
        eprintln!("skipped: no python3 here");
        return;
    };
    assert!(version.status.success());
    let desk = Desk::new();
    let market = market("2025-03-06", 50.0);
    let mut answers = answer(&market);
    answers["NONE"] = json!({ "underlying": {}, "chains": {} });
    desk.put("answer.json", answers.to_string());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("../../examples/get_chain.py");
    let lines = std::fs::read_to_string(&script).unwrap();
    assert!(
        lines.lines().filter(|line| !line.trim().is_empty()).count() <= 20,
        "the script is to be read at a glance"
    );
    let fetch = |symbol: &str| {
        Command::new("python3")
            .arg(&script)
            .args([symbol, "chain.csv"])
            .current_dir(desk.path(""))
            .env("PYTHONPATH", root.join("tests/fake"))
            .env("YFINANCE_ANSWER", desk.path("answer.json"))
            .output()
            .unwrap()
    };
    let run = fetch("zzt");
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success(), "{said}");
    // A fetch that brings nothing leaves what was there.
    let before = std::fs::read(desk.path("chain.csv")).unwrap();
    let nothing = fetch("none");
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(
        !nothing.status.success() && said.contains("no options"),
        "{said}"
    );
    assert_eq!(std::fs::read(desk.path("chain.csv")).unwrap(), before);
    let plan = desk
        .plan(
            &[
                &[
                    "--chain",
                    "chain.csv",
                    "--set",
                    "market.forecast_vol=0.15",
                    "--no-diary",
                ],
                SMALL,
            ]
            .concat(),
        )
        .exits(0)
        .json();
    check_plan(&plan);
    assert_eq!(
        (
            text(&plan, "/symbol"),
            text(&plan, "/as_of"),
            number(&plan, "/spot_usd")
        ),
        ("ZZT", "2025-03-06", 50.0)
    );
    assert_eq!(text(&plan, "/data/format"), "yfinance");
    // The same market by our own columns is the same decision.
    desk.put("own.csv", market.csv());
    let own = desk
        .plan(
            &[
                &[
                    "--chain",
                    "own.csv",
                    "--set",
                    "market.forecast_vol=0.15",
                    "--no-diary",
                ],
                SMALL,
            ]
            .concat(),
        )
        .exits(0)
        .json();
    assert_eq!(
        text(&plan, "/decision/action/text"),
        text(&own, "/decision/action/text")
    );
}
