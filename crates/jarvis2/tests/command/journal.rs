//! The journal through the command: notes, brokers' files, the report; damage, locks and full disks.

use crate::run::{Desk, Run};
use serde_json::Value;

const DB: &[&str] = &["--db", "diary.sqlite"];

/// Schwab's columns: a put that expires, one that is assigned, shares called away, a dividend, a deposit, one share bought.
const SCHWAB: &str = r#""Transactions  for account XXXX-3910 as of 12/20/2024 21:16:49 ET"
"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount",
"09/23/2024","Assigned","KO 09/20/2024 72.00 C","CALL COCA COLA CO $72 EXP 09/20/24","1","","","",
"09/20/2024","Sell","KO","COCA COLA CO","100","$72.00","","$7200.00",
"09/16/2024 as of 09/13/2024","Qualified Dividend","KO","COCA COLA CO","","","","$48.50",
"08/20/2024","Sell to Open","KO 09/20/2024 72.00 C","CALL COCA COLA CO $72 EXP 09/20/24","1","$0.55","$0.66","$54.34",
"08/19/2024 as of 08/16/2024","Assigned","KO 08/16/2024 69.00 P","PUT COCA COLA CO $69 EXP 08/16/24","1","","","",
"08/16/2024","Buy","KO","COCA COLA CO","100","$69.00","","-$6900.00",
"07/22/2024","Sell to Open","KO 08/16/2024 69.00 P","PUT COCA COLA CO $69 EXP 08/16/24","1","$0.80","$0.66","$79.34",
"07/22/2024 as of 07/19/2024","Expired","KO 07/19/2024 62.00 P","PUT COCA COLA CO $62 EXP 07/19/24","2","","","",
"06/20/2024","Sell to Open","KO 07/19/2024 62.00 P","PUT COCA COLA CO $62 EXP 07/19/24","2","$0.61","$1.32","$120.68",
"06/18/2024","MoneyLink Transfer","","Tfr SOME BANK","","","","$10000.00",
"06/18/2024","Stock Split","KO","COCA COLA CO","5","","","",
"Transactions Total","","","","","","","$10602.86",
"#;

fn cents(report: &Value, field: &str) -> i64 {
    report
        .pointer(field)
        .and_then(Value::as_i64)
        .unwrap_or_else(|| panic!("no {field} in {report}"))
}

fn report(desk: &Desk, more: &[&str]) -> Value {
    desk.run(&[&["journal", "report", "--json"], DB, more].concat())
        .exits(0)
        .json()
}

fn import(desk: &Desk, file: &str) -> Run {
    desk.run(&[&["journal", "import", file, "--json"], DB].concat())
}

/// Premium once, both sides to the cent, the open apart; and the same file again adds nothing.
#[test]
fn a_year_of_the_wheel_adds_up_to_cash() {
    let desk = Desk::new();
    let file = desk.put("schwab.csv", SCHWAB);
    let trial = desk.run(&[&["journal", "import", file, "--dry-run", "--json"], DB].concat());
    assert_eq!(trial.exits(0).json()["new"], 10);
    assert!(!desk.path("diary.sqlite").exists(), "a trial makes nothing");
    let first = import(&desk, file).exits(0).json();
    assert_eq!((&first["new"], &first["known"]), (&10.into(), &0.into()));
    assert_eq!(first["format"], "Schwab");
    let refused = first["refused"].as_array().unwrap();
    let lines: Vec<(u64, bool)> = refused
        .iter()
        .map(|row| {
            (
                row["line"].as_u64().unwrap(),
                row["reason"].as_str().unwrap().contains("is not known"),
            )
        })
        .collect();
    assert_eq!(lines, [(13, true), (14, false)], "{refused:?}");
    let before = report(&desk, &[]);
    let again = import(&desk, file).exits(0).json();
    assert_eq!((&again["new"], &again["known"]), (&0.into(), &10.into()));
    assert_eq!(
        report(&desk, &[]),
        before,
        "reading it again changed something"
    );

    // By hand, in cents: premium 122.00 + 80.00 + 55.00, fees 2.64, shares 300.00, dividend 48.50, deposit 10,000.00.
    assert_eq!(cents(&before, "/total/premium_received_cents"), 25_700);
    assert_eq!(cents(&before, "/total/options_cash_cents"), 25_436);
    assert_eq!(
        cents(&before, "/total/options_realised_cents"),
        25_436,
        "premium is counted once"
    );
    assert_eq!(cents(&before, "/total/shares_realised_cents"), 30_000);
    assert_eq!(cents(&before, "/total/dividends_cents"), 4_850);
    assert_eq!(cents(&before, "/total/transfers_cents"), 1_000_000);
    assert_eq!(cents(&before, "/reconciliation/cash_cents"), 1_060_286);
    assert_eq!(cents(&before, "/reconciliation/difference_cents"), 0);
    assert_eq!(cents(&before, "/total/contracts_assigned"), 2);
    assert!(before["open"].as_array().unwrap().is_empty());
    // The premium of the put that expired came in June and was earned in July.
    assert_eq!(cents(&before, "/months/2024-06/options_cash_cents"), 12_068);
    assert_eq!(cents(&before, "/months/2024-06/options_realised_cents"), 0);
    assert_eq!(
        cents(&before, "/months/2024-07/options_realised_cents"),
        12_068
    );
    // In the middle of it a put is open: its premium is cash, and no gain.
    let middle = report(&desk, &["--to", "2024-07-31"]);
    assert_eq!(cents(&middle, "/total/options_cash_cents"), 12_068 + 7_934);
    assert_eq!(cents(&middle, "/total/options_realised_cents"), 12_068);
    assert_eq!(cents(&middle, "/open/0/opening_cash_cents"), 7_934);
    assert_eq!(
        cents(&middle, "/reconciliation/open_positions_change_cents"),
        7_934
    );
    // From the middle on: what was open at the start is taken off again.
    let rest = report(&desk, &["--from", "2024-08-01"]);
    assert_eq!(
        cents(&rest, "/reconciliation/open_positions_change_cents"),
        -7_934
    );
    assert_eq!(cents(&rest, "/reconciliation/difference_cents"), 0);
    assert_eq!(
        cents(&middle, "/reconciliation/cash_cents") + cents(&rest, "/reconciliation/cash_cents"),
        1_060_286
    );
    let text = desk.run(&[&["journal", "report"], DB].concat()).exits(0);
    for words in [
        "$257.00",
        "$254.36",
        "$10,602.86",
        "BOTH ADD UP TO CASH",
        "assigned",
    ] {
        assert!(text.stdout.contains(words), "{words}\n{text}");
    }
}

/// tastytrade, Fidelity, Robinhood and our own columns say the same wheel, and the reports agree.
#[test]
fn every_broker_tells_the_same_story() {
    let files = [
        (
            "tasty.csv",
            "tastytrade",
            "Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity,Average Price,Commissions,Fees,Multiplier,Root Symbol,Underlying Symbol,Expiration Date,Strike Price,Call or Put,Order #,Total,Currency\n\
             2024-08-16T22:00:00-0400,Receive Deliver,Assignment,,KO    240816P00069000,Equity Option,Removal of option due to assignment,0.00,1,0.00,--,0.00,100,KO,KO,8/16/24,69,PUT,,0.00,USD\n\
             2024-08-16T22:00:00-0400,Receive Deliver,Buy to Open,BUY_TO_OPEN,KO,Equity,Buy to Open 100 KO @ 69.00,\"-6,900.00\",100,-69.00,--,0.00,,,,,,,,\"-6,900.00\",USD\n\
             2024-07-22T10:30:00-0400,Trade,Sell to Open,SELL_TO_OPEN,KO    240816P00069000,Equity Option,Sold 1 KO 08/16/24 Put 69.00 @ 0.80,80.00,1,80.00,-0.50,-0.16,100,KO,KO,8/16/24,69,PUT,391052108,79.34,USD\n\
             2024-07-01T06:00:00-0400,Money Movement,Deposit,,,,Wire,\"7,000.00\",0,,--,0.00,,,,,,,,\"7,000.00\",USD\n",
        ),
        (
            "fidelity.csv",
            "Fidelity",
            "\n\nRun Date,Action,Symbol,Description,Type,Price ($),Quantity,Commission ($),Fees ($),Accrued Interest ($),Amount ($),Cash Balance ($),Settlement Date\n\
             08/16/2024,\"ASSIGNED PUTS as of AUG-16-2024 PUT (KO) COCA COLA AUG 16 24 $69 (100 SHS) (Cash)\", -KO240816P69,PUT (KO),Cash,,1,,,,,,\n\
             08/16/2024,YOU BOUGHT ASSIGNED PUTS COCA COLA (KO) (Cash),KO,COCA COLA,Cash,69.00,100,,,,-6900.00,,08/19/2024\n\
             07/22/2024,YOU SOLD OPENING TRANSACTION PUT (KO) COCA COLA AUG 16 24 $69 (100 SHS) (Cash), -KO240816P69,PUT (KO),Cash,0.80,-1,0.65,0.01,,79.34,,07/23/2024\n\
             07/01/2024,Electronic Funds Transfer Received (Cash),,No Description,Cash,,0,,,,7000.00,,\n\
             \n\"Brokerage services provided by Fidelity Brokerage Services LLC.\"\n",
        ),
        (
            "robinhood.csv",
            "Robinhood",
            "\"Activity Date\",\"Process Date\",\"Settle Date\",\"Instrument\",\"Description\",\"Trans Code\",\"Quantity\",\"Price\",\"Amount\"\n\
             \"8/16/2024\",\"8/16/2024\",\"8/19/2024\",\"KO\",\"KO 8/16/2024 Put $69.00\",\"OASGN\",\"1\",\"\",\"\"\n\
             \"8/16/2024\",\"8/16/2024\",\"8/19/2024\",\"KO\",\"Coca-Cola\nCUSIP: 191216100\n1 KO Option Assigned\",\"Buy\",\"100\",\"$69.00\",\"($6,900.00)\"\n\
             \"7/22/2024\",\"7/22/2024\",\"7/23/2024\",\"KO\",\"KO 8/16/2024 Put $69.00\",\"STO\",\"1\",\"$0.80\",\"$79.34\"\n\
             \"7/1/2024\",\"7/1/2024\",\"7/1/2024\",\"\",\"ACH Deposit\",\"ACH\",\"\",\"\",\"$7,000.00\"\n",
        ),
        (
            "own.csv",
            "jarvis2",
            "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
             2024-07-01,deposit,,,,,,7000,a1\n\
             2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,0.80,0.66,,a2\n\
             2024-08-16,assigned,KO,KO240816P00069000,1,,,,a3\n\
             2024-08-16,buy,KO,,100,69,,,a4\n",
        ),
    ];
    let stories: Vec<Value> = files
        .iter()
        .map(|(name, format, content)| {
            let desk = Desk::new();
            let file = desk.put(name, content);
            let summary = import(&desk, file).exits(0).json();
            assert_eq!(
                (summary["format"].as_str().unwrap(), &summary["new"]),
                (*format, &4.into()),
                "{summary}"
            );
            let mut story = report(&desk, &[]);
            assert_eq!(cents(&story, "/total/contracts_assigned"), 1);
            assert_eq!(story["open"][0]["contract"], "KO shares");
            story["db"] = Value::Null;
            story
        })
        .collect();
    for story in &stories[1..] {
        assert_eq!(*story, stories[0]);
    }
}

/// Rows that lie are refused with their line and reason; the good ones beside them are kept.
#[test]
fn planted_defects_are_refused_row_by_row() {
    let heads = "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n";
    for (row, reason) in [
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1000000000,60,0,,",
            "more than a trillion dollars",
        ),
        (
            "2024-07-22,deposit,,,,,,999999999999999,",
            "more than a trillion dollars",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,0.80,0.66,793.40,",
            "does not follow from",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,0.80,0.66,-79.34,",
            "does not follow from",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1.5,0.80,,,",
            "fractions",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,0,0.80,,,",
            "quantity is 0",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,,,,",
            "no price",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,-0.8,,,",
            "below zero",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,abc,,,",
            "no amount",
        ),
        (
            "2024-07-22,buy_to_close,KO,KO 2024-08-16 69 put,1,0.10,,,",
            "knows 0",
        ),
        (
            "2024-08-16,expired,KO,KO 2024-08-16 69 put,1,,,,",
            "knows 0",
        ),
        (
            "2024-07-22,expired,KO,KO 2024-08-16 69 put,1,,,,",
            "had not expired yet",
        ),
        (
            "2024-09-20,assigned,KO,KO 2024-08-16 69 put,1,,,,",
            "within 7 days",
        ),
        (
            "2024-08-19,buy,KO,KO 2024-08-16 69 put,1,0.10,,,",
            "could not trade on 2024-08-19",
        ),
        // $130 for the contract.
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,130,,,",
            "not per contract",
        ),
        // Half of it, and the broker's amount agrees: no put costs that.
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 put,1,70,0,7000.00,",
            "more than its strike",
        ),
        (
            "2024-07-22,sell_to_open,KO,KO 2024-08-16 69 call,1,130,,,",
            "not per contract",
        ),
        // June 12 read as December 6.
        (
            "2024-07-22,sell_to_open,KO,KO 12/06/2026 69 put,1,1.30,,,",
            "without trading (Sunday)",
        ),
        ("2024-07-22,assigned,KO,KO,1,,,,", "no option"),
        ("2024-07-22,sell,KO,,100,70,,,", "knows 0"),
        ("2024-13-22,buy,KO,,100,70,,,", "is no date"),
        ("2024-07-22,gift,KO,,100,70,,,", "is none of"),
        ("2024-07-22,dividend,KO,,,,,,", "no amount"),
        ("2024-07-22,buy,\u{1}KO,,100,70,,,", "neither"),
    ] {
        let desk = Desk::new();
        let content = format!("{heads}{row}\n2024-07-23,buy,KO,,100,70,,,good\n");
        let file = desk.put("own.csv", content);
        let summary = import(&desk, file).exits(0).json();
        assert_eq!(summary["new"], 1, "{row}: {summary}");
        let refused = summary["refused"].as_array().unwrap();
        assert_eq!(refused.len(), 1, "{row}: {summary}");
        assert_eq!(refused[0]["line"], 2);
        let said = refused[0]["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{row}: {said}");
    }
    // The same id for another trade.
    let desk = Desk::new();
    let file = desk.put(
        "own.csv",
        format!("{heads}2024-07-22,buy,KO,,100,70,,,x\n2024-07-23,buy,KO,,50,70,,,x\n"),
    );
    let summary = import(&desk, file).exits(0).json();
    assert!(
        summary["refused"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("same id"),
        "{summary}"
    );
    // A call far in the money is told from a slip by its amount.
    let desk = Desk::new();
    let file = desk.put(
        "own.csv",
        format!("{heads}2024-07-22,buy_to_open,KO,KO 2024-08-16 30 call,1,39.50,0,-3950.00,\n2024-07-22,buy_to_open,KO,KO 2024-08-16 30 call,1,31,0,-3100.00,\n"),
    );
    assert_eq!(import(&desk, file).exits(0).json()["new"], 2);
    // A file whose days stand before their months is refused whole: those up to the 12th would be taken for months.
    let heads_of = |format: &str| match format {
        "own" => (
            heads,
            "02/06/2026,sell_to_open,,KO 2026-06-12 67.5 put,1,1.30,,,",
            "15/06/2026,buy,KO,,1,67,,,",
        ),
        _ => (
            "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n",
            "06/02/2026,Sell to Open,KO 06/12/2026 67.50 P,PUT,1,$1.30,$0,$130",
            "06/03/2026,Sell to Open,KO 19/06/2026 67.50 P,PUT,1,$1.30,$0,$130",
        ),
    };
    for format in ["own", "Schwab"] {
        let (heads, good, bad) = heads_of(format);
        let file = desk.put("days.csv", format!("{heads}{good}\n{bad}\n"));
        let said = import(&desk, file).exits(3).json();
        let said = said["error"]["message"].as_str().unwrap();
        assert!(
            said.contains("line 3: ") && said.contains("YYYY-MM-DD"),
            "{format}: {said}"
        );
    }
    // Nothing usable at all is an error.
    let file = desk.put("bad.csv", format!("{heads}2024-07-22,gift,,,,,,,\n"));
    import(&desk, file).exits(3);
    let file = desk.put("other.csv", "a,b\n1,2\n");
    let said = import(&desk, file).exits(3).json();
    assert!(
        said["error"]["message"]
            .as_str()
            .unwrap()
            .contains("columns looked for"),
        "{said}"
    );
    import(&desk, "missing.csv").exits(3);
}

/// Two equal fills of one day are two; a second file that overlaps brings the rest; a file without its beginning waits for it.
#[test]
fn overlapping_and_partial_files_meet() {
    let desk = Desk::new();
    let heads = "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n";
    let open = "\"07/22/2024\",\"Sell to Open\",\"KO 08/16/2024 69.00 P\",\"PUT\",\"1\",\"$0.80\",\"$0.66\",\"$79.34\"\n";
    let close = "\"08/01/2024\",\"Buy to Close\",\"KO 08/16/2024 69.00 P\",\"PUT\",\"2\",\"$0.20\",\"$1.32\",\"-$41.32\"\n";
    let august = desk.put("august.csv", format!("{heads}{close}"));
    let early = import(&desk, august).exits(3).json();
    assert!(
        early["refused"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("opening trade first"),
        "{early}"
    );
    let july = desk.put("july.csv", format!("{heads}{open}{open}"));
    assert_eq!(import(&desk, july).exits(0).json()["new"], 2);
    let both = desk.put("both.csv", format!("{heads}{close}{open}{open}"));
    let summary = import(&desk, both).exits(0).json();
    assert_eq!((&summary["new"], &summary["known"]), (&1.into(), &2.into()));
    let story = report(&desk, &[]);
    assert_eq!(
        cents(&story, "/reconciliation/realised_cents"),
        2 * 7_934 - 4_132
    );
    assert_eq!(cents(&story, "/total/trades_closed"), 2);
}

#[test]
fn a_roll_is_one_chain_and_its_open_end_is_no_gain() {
    let desk = Desk::new();
    let file = desk.put(
        "own.csv",
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
         2024-07-01,sell_to_open,KO,KO 2024-07-26 62 put,2,0.60,1.30,,1\n\
         2024-07-24,buy_to_close,KO,KO 2024-07-26 62 put,2,0.90,1.30,,2\n\
         2024-07-24,sell_to_open,KO,KO 2024-08-30 61 put,2,1.40,1.30,,3\n",
    );
    import(&desk, file).exits(0);
    let story = report(&desk, &[]);
    let roll = &story["rolls"][0];
    assert_eq!(roll["contracts"].as_array().unwrap().len(), 2, "{roll}");
    assert_eq!(roll["ending"], "open");
    // 120.00 - 1.30 - 180.00 - 1.30, and 280.00 - 1.30 for what is open.
    assert_eq!(
        (
            cents(roll, "/realised_cents"),
            cents(roll, "/open_cash_cents")
        ),
        (-6_260, 27_870)
    );
    assert_eq!(cents(&story, "/total/options_realised_cents"), -6_260);
    assert_eq!(cents(&story, "/total/options_cash_cents"), -6_260 + 27_870);
    let remark = story["open"][0]["remark"].as_str().unwrap();
    assert!(remark.contains("expired on 2024-08-30"), "{remark}");
}

/// The number that `add` prints is that of a note which is there.
#[test]
fn notes_are_there_when_their_number_is_printed() {
    let desk = Desk::new();
    let note = "earnings on Tuesday; 'quoted' \u{201c}and\u{201d} ümläut";
    let add = |more: &[&str]| desk.run(&[&["journal", "add", "--note", note], more, DB].concat());
    let id: i64 = add(&["--symbol", "ko"])
        .exits(0)
        .stdout
        .trim()
        .parse()
        .unwrap();
    let other = add(&["--json", "--about", &id.to_string()]).exits(0).json();
    assert_eq!(other["id"], id + 1);
    let list = |more: &[&str]| {
        desk.run(&[&["journal", "list", "--json"], more, DB].concat())
            .exits(0)
            .json()["entries"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert_eq!(list(&[]).len(), 2);
    let of_ko = list(&["--symbol", "KO"]);
    assert_eq!(
        (of_ko.len(), &of_ko[0]["note"], &of_ko[0]["id"]),
        (1, &note.into(), &id.into())
    );
    assert!(list(&["--to", "2020-01-01"]).is_empty());
    assert_eq!(list(&["--from", "2020-01-01"]).len(), 2);
    desk.run(
        &[
            &[
                "journal",
                "list",
                "--from",
                "2024-02-01",
                "--to",
                "2024-01-01",
            ],
            DB,
        ]
        .concat(),
    )
    .exits(2);
    desk.run(&[&["journal", "add", "--note", " "], DB].concat())
        .exits(3);
    desk.run(&[&["journal", "add", "--note", "x", "--about", "999"], DB].concat())
        .exits(3);
    assert_eq!(list(&[]).len(), 2, "what was refused left nothing");
    // Without --db: in the user's own folder, and a list before the first note is empty and no error.
    let fresh = Desk::new();
    let empty = fresh.run(&["journal", "list", "--json"]).exits(0);
    assert!(empty.json()["entries"].as_array().unwrap().is_empty());
    assert!(empty.stderr.contains("no diary"), "{empty}");
    fresh.run(&["journal", "add", "--note", "first"]).exits(0);
    assert!(fresh.path(".local/share/jarvis2/diary.sqlite").exists());
    assert_eq!(
        fresh.run(&["journal", "list", "--json"]).json()["entries"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    fresh
        .run(&["journal", "list", "--db", "nowhere.sqlite"])
        .exits(3);
}

/// What is wrong with the file is said, with its exit code, and the file stays as it is.
#[test]
fn files_that_cannot_be_used_are_left_alone() {
    let desk = Desk::new();
    let add = || desk.run(&[&["journal", "add", "--json", "--note", "x"], DB].concat());
    let list = || desk.run(&[&["journal", "list", "--json"], DB].concat());
    let path = desk.path("diary.sqlite");
    let sql = |script: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(script).unwrap();
    };
    let message = |run: Run| run.json()["error"]["message"].as_str().unwrap().to_owned();
    // Newer.
    add().exits(0);
    sql("PRAGMA user_version = 999");
    let bytes = std::fs::read(&path).unwrap();
    assert!(message(add().exits(3)).contains("schema 999"));
    assert!(message(list().exits(3)).contains("use the newer program"));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    sql("PRAGMA user_version = 2");
    assert_eq!(
        list().exits(0).json()["entries"].as_array().unwrap().len(),
        1
    );
    // Another program's database, and no database at all.
    std::fs::remove_file(&path).unwrap();
    sql("CREATE TABLE theirs (x)");
    let bytes = std::fs::read(&path).unwrap();
    assert!(message(add().exits(3)).contains("another program"));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    std::fs::write(&path, "this is no database, and longer than a header of a hundred bytes, so that it is looked at as one.....").unwrap();
    let said = message(add().exits(3));
    assert!(
        said.contains("damaged, or no database of ours") && said.contains("name another file"),
        "{said}"
    );
    // A folder where the file should be.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let run = add();
    assert!(run.code == Some(5) || run.code == Some(3), "{run}");
}

/// The file of the first schema version, brought up to date by the command that reads it.
#[test]
fn a_diary_of_the_past_is_read() {
    let desk = Desk::new();
    let past = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../experience/tests/past/v1.sqlite"
    );
    std::fs::copy(past, desk.path("diary.sqlite")).unwrap();
    let entries = desk
        .run(&[&["journal", "list", "--json"], DB].concat())
        .exits(0)
        .json();
    let kinds: Vec<&str> = entries["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["trade", "note"]);
    let decisions = desk
        .run(&[&["history", "--json"], DB].concat())
        .exits(0)
        .json();
    assert_eq!(decisions["decisions"][0]["realised_cents"], -12_000);
    assert_eq!(decisions["decisions"][0]["outcome"], "n/a (not kept)");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::process::Command;

    /// A limit on the size of files stands for a disk that is full: the write fails, everything before it is still there.
    #[test]
    fn a_full_disk_loses_nothing() {
        let desk = Desk::new();
        let program = env!("CARGO_BIN_EXE_jarvis2");
        desk.run(&[&["journal", "add", "--note", "before"], DB].concat())
            .exits(0);
        let long = "x".repeat(100_000);
        let mut command = Command::new("sh");
        // 40 blocks of 512 bytes. The signal is ignored so that the write answers with an error, as on a full disk.
        let script = format!(
            "trap '' XFSZ; ulimit -f 40; exec {program} journal add --json --db diary.sqlite --note {long}"
        );
        command.args(["-c", &script]).current_dir(desk.path("."));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains("diary.sqlite"), "{said}");
        let list = desk
            .run(&[&["journal", "list", "--json"], DB].concat())
            .exits(0)
            .json();
        assert_eq!(list["entries"].as_array().unwrap().len(), 1);
        desk.run(&[&["journal", "add", "--note", "after"], DB].concat())
            .exits(0);
    }

    /// A real full disk, where this machine lets us mount one.
    #[test]
    fn a_full_file_system_is_said_to_be_full() {
        let desk = Desk::new();
        let program = env!("CARGO_BIN_EXE_jarvis2");
        std::fs::create_dir(desk.path("small")).unwrap();
        let long = "x".repeat(100_000);
        let script = format!(
            "mount -t tmpfs -o size=200k none small || exit 77; \
             {program} journal add --db small/d.sqlite --note first >/dev/null || exit 78; \
             {program} journal add --json --db small/d.sqlite --note {long}; code=$?; \
             {program} journal list --json --db small/d.sqlite; [ $code = 5 ] || exit $code; \
             mount -o remount,ro small || exit 77; \
             {program} journal list --db small/d.sqlite || exit 79; \
             {program} journal add --db small/d.sqlite --note x"
        );
        let output = Command::new("unshare")
            .args(["-rm", "sh", "-c", &script])
            .current_dir(desk.path("."))
            .output();
        let output = match output {
            Ok(output) if !matches!(output.status.code(), Some(1 | 77) | None) => output,
            _ => {
                use std::io::Write;
                let _ = writeln!(
                    std::io::stderr(),
                    "skipped: no file system may be mounted here"
                );
                return;
            }
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(
            said.contains("no space left") && said.contains("cannot be written"),
            "{said}"
        );
        assert!(said.contains("\"note\": \"first\""), "{said}");
    }

    /// A process that holds the lock and ends in time is waited for; the note is kept and no lock is shown.
    #[test]
    fn a_writer_waits_for_another() {
        let desk = Desk::new();
        desk.run(&[&["journal", "add", "--note", "first"], DB].concat())
            .exits(0);
        let mut children: Vec<std::process::Child> = (0..6)
            .map(|n| {
                let note = format!("note {n}");
                desk.command(&[&["journal", "add", "--note", &note], DB].concat())
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in &mut children {
            assert!(child.wait().unwrap().success());
        }
        let list = desk
            .run(&[&["journal", "list", "--json"], DB].concat())
            .exits(0)
            .json();
        assert_eq!(list["entries"].as_array().unwrap().len(), 7);
    }

    /// Whoever holds the diary for longer than we wait is named; the plan and the note say what to do.
    #[test]
    #[ignore = "waits ten seconds"]
    fn long_a_lock_that_stays_is_told() {
        let desk = Desk::new();
        desk.run(&[&["journal", "add", "--note", "first"], DB].concat())
            .exits(0);
        let lock = std::fs::File::open(desk.path("diary.sqlite.lock")).unwrap();
        lock.lock().unwrap();
        let run = desk
            .run(&[&["journal", "add", "--json", "--note", "x"], DB].concat())
            .exits(5);
        assert!(
            run.stdout.contains("being written by another process"),
            "{run}"
        );
        // Readers need no lock.
        desk.run(&[&["journal", "list"], DB].concat()).exits(0);
        drop(lock);
        desk.run(&[&["journal", "add", "--note", "x"], DB].concat())
            .exits(0);
    }
}
