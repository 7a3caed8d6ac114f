//! `jarvis2 price` and `jarvis2 iv`: plain tables and chains in, answers out.

use crate::chain::Market;
use crate::run::{Desk, Run};
use std::collections::HashMap;
use std::process::Stdio;

const HEADER: &str = "right,style,spot,strike,years,rate,dividend_yield,vol,price";

/// The rows of a CSV by column name.
fn rows(text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            names
                .iter()
                .zip(&record)
                .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
                .collect()
        })
        .collect()
}

fn number(row: &HashMap<String, String>, name: &str) -> f64 {
    row[name]
        .parse()
        .unwrap_or_else(|_| panic!("{name} in {row:?}"))
}

/// Prices one line of [`HEADER`]'s columns.
fn one(line: &str) -> HashMap<String, String> {
    let desk = Desk::new();
    let file = desk.put("t.csv", format!("{HEADER}\n{line}\n"));
    let run = desk
        .run(&["price", "--inputs", file, "--csv", "--precision", "precise"])
        .exits(0);
    rows(&run.stdout).remove(0)
}

#[track_caller]
fn check(line: &str, status: &str, expected: &[(&str, f64, f64)], empty: &[&str]) {
    let row = one(line);
    assert_eq!(row["status"], status, "{line}");
    for &(name, value, tolerance) in expected {
        let found = number(&row, name);
        assert!(
            (found - value).abs() <= tolerance,
            "{line}: {name} {found}, not {value}"
        );
    }
    for name in empty {
        assert_eq!(row[*name], "", "{line}: {name}");
    }
}

/// European: the closed form with mpmath at 50 digits. American put: QuantLib 1.44, QdFp scheme at high precision; its value is
/// also in Andersen, Lake & Offengenden's setting of Longstaff & Schwartz (2001), Table 1, whose simulation gives 4.472.
#[test]
fn known_values_in_the_units_of_the_columns() {
    check(
        "C,E,100,100,1,0.05,0,0.2,",
        "ok",
        &[
            ("price", 10.450583572185565, 1e-12),
            ("iv", 0.2, 0.0),
            ("delta", 0.6368306511756191, 1e-13),
            ("gamma", 0.018762017345846895, 1e-14),
            ("vega_per_point", 0.3752403469169379, 1e-13),
            ("theta_per_day", -6.414027546438197 / 365.0, 1e-13),
            ("rho_per_percent", 0.5323248154537634, 1e-12),
        ],
        &["boundary"],
    );
    check(
        "put,american,36,40,1,0.06,0,0.2,",
        "ok",
        &[("price", 4.486_674_419, 2e-6), ("boundary", 33.0, 1.0)],
        &[],
    );
}

#[test]
fn a_price_in_gives_its_volatility_back() {
    for style in ["E", "A"] {
        let row = one(&format!("P,{style},95,100,0.5,0.03,0.01,0.25,"));
        let price = row["price"].clone();
        let back = one(&format!("P,{style},95,100,0.5,0.03,0.01,,{price}"));
        assert_eq!(back["price"], price, "as given");
        assert!((number(&back, "iv") - 0.25).abs() < 1e-6, "{back:?}");
        assert!((number(&back, "delta") - number(&row, "delta")).abs() < 1e-5);
        assert_eq!(back["vol"], "");
    }
}

#[test]
fn rows_without_an_answer_say_why() {
    const GREEKS: [&str; 7] = [
        "iv",
        "delta",
        "gamma",
        "vega_per_point",
        "theta_per_day",
        "rho_per_percent",
        "boundary",
    ];
    for (line, status) in [
        ("P,E,36,40,1,0.06,0,,1", "below_intrinsic"),
        ("P,A,36,40,1,0.06,0,,3.5", "below_intrinsic"),
        ("C,E,100,100,1,0.05,0,,200", "above_maximum"),
        ("C,E,100,100,0,0.05,0,,1", "expired"),
        ("C,E,100,100,1,0.05,0,,", "bad_input"),
        ("C,E,100,100,1,0.05,0,0.2,3", "bad_input"),
        ("X,E,100,100,1,0.05,0,0.2,", "bad_input"),
        ("C,B,100,100,1,0.05,0,0.2,", "bad_input"),
        ("C,E,100,-100,1,0.05,0,0.2,", "bad_input"),
        ("C,E,100,100,1,5 %,0,0.2,", "bad_input"),
        ("C,E,100,100,inf,0.05,0,0.2,", "bad_input"),
        ("C,A,100,100,1,0.05,0,-0.2,", "bad_input"),
        ("C,E,100", "bad_input"),
    ] {
        check(line, status, &[], &GREEKS);
    }
    // Deep in the money the price is what exercise pays, and no volatility can be read off it.
    let row = one("P,A,20,40,1,0.06,0,,20");
    assert!(
        ["no_vega", "at_intrinsic"].contains(&row["status"].as_str()),
        "{row:?}"
    );
    assert_eq!(row["iv"], "");
}

/// Payoffs and limits by hand: nothing is left to formulas.
#[test]
fn corners_have_answers() {
    let ok = |line: &str, expected: &[(&str, f64, f64)]| check(line, "ok", expected, &[]);
    ok(
        "P,E,36,40,0,0.06,0,0.2,",
        &[("price", 4.0, 0.0), ("delta", -1.0, 0.0)],
    );
    ok(
        "C,A,36,40,0,0.06,0,0.2,",
        &[("price", 0.0, 0.0), ("delta", 0.0, 0.0)],
    );
    ok(
        "C,A,40,40,0,0.06,0,0.2,",
        &[("price", 0.0, 0.0), ("delta", 0.5, 0.0)],
    );
    ok("P,A,36,40,0,0.06,0,0.2,", &[("boundary", 40.0, 0.0)]);
    ok(
        "C,E,100,90,1,0,0,0,",
        &[("price", 10.0, 1e-12), ("delta", 1.0, 0.0)],
    );
    ok("P,A,0,40,1,0.06,0,0.2,", &[("price", 40.0, 1e-9)]);
    ok("C,E,0,40,1,0.06,0,0.2,", &[("price", 0.0, 0.0)]);
    ok(
        "C,E,100,90,1,0.05,0,1e6,",
        &[("price", 100.0, 1e-9), ("gamma", 0.0, 1e-9)],
    );
    // No dividends: a call is never exercised early.
    check("C,A,100,90,1,0.05,0,0.3,", "ok", &[], &["boundary"]);
    // Negative rate and yield: exercise pays within a band, so there is a price but no one boundary.
    check("P,A,100,100,1,-0.02,-0.05,0.2,", "ok", &[], &["boundary"]);
}

/// A mark before the first letter, Windows line ends, quotes, foreign columns, any order.
#[test]
fn untidy_files_keep_their_columns() {
    let desk = Desk::new();
    let file = desk.put(
        "t.csv",
        "\u{feff}name,VOL,style,right,strike,spot,rate,dividend_yield,years,price\r\n\
         \"a, \"\"b\"\"\",0.2,E,C,100,100,0.05,0,1,\r\n\r\nc,,E,C,100,100,0.05,0,1,10.4505835721855650\r\n",
    );
    let run = desk.run(&["price", "--inputs", file, "--csv"]).exits(0);
    let head = run.stdout.lines().next().unwrap();
    assert_eq!(
        head,
        "name,vol,style,right,strike,spot,rate,dividend_yield,years,price,iv,delta,gamma,vega_per_point,theta_per_day,rho_per_percent,boundary,status"
    );
    let found = rows(&run.stdout);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["name"], "a, \"b\"");
    assert!((number(&found[0], "price") - 10.450583572185565).abs() < 1e-12);
    assert_eq!(
        found[1]["price"], "10.4505835721855650",
        "as it was written"
    );
    assert!((number(&found[1], "iv") - 0.2).abs() < 1e-12);
}

#[test]
fn headers_that_say_too_little() {
    let desk = Desk::new();
    for (content, says) in [
        ("", "is empty"),
        ("right,style,spot,strike,years,rate,vol\n", "dividend_yield"),
        (
            "right,style,spot,strike,years,rate,dividend_yield\n",
            "neither a column `vol` nor",
        ),
        (
            "right,style,spot,strike,years,rate,dividend_yield,vol,vol\n",
            "twice",
        ),
        ("PAR1xxxx", "Parquet"),
    ] {
        let file = desk.put("t.csv", content);
        let text = desk.run(&["price", "--inputs", file]).exits(3);
        assert!(
            text.stderr.contains(says) && text.stderr.contains("t.csv"),
            "{text}"
        );
        let json = desk.run(&["price", "--inputs", file, "--json"]).exits(3);
        assert_eq!(json.json()["error"]["kind"], "data", "{json}");
    }
    desk.run(&["price", "--inputs", "none.csv"]).exits(3);
    desk.run(&["price"]).exits(2);
    desk.run(&["price", "a.csv", "--inputs", "b.csv"]).exits(2);
    // A header alone is a table without rows.
    let file = desk.put("t.csv", format!("{HEADER}\n"));
    let run = desk.run(&["price", "--inputs", file, "--csv"]).exits(0);
    assert_eq!(run.stdout.lines().count(), 1);
}

fn through_stdin(args: &[&str], input: &str) -> Run {
    let desk = Desk::new();
    let file = desk.put("in", input);
    let mut command = desk.command(args);
    let output = command
        .stdin(Stdio::from(std::fs::File::open(desk.path(file)).unwrap()))
        .output()
        .unwrap();
    assert!(output.status.success());
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        line: args.join(" "),
    }
}

/// More rows than are read at once: in order, and the same row gives the same bytes wherever it stands.
#[test]
fn long_tables_come_out_in_order() {
    let mut input = "row,right,style,spot,strike,years,rate,dividend_yield,vol\n".to_owned();
    for row in 0..70_000 {
        let spot = 90 + row % 7;
        input.push_str(&format!("{row},C,E,{spot},100,0.5,0.03,0.01,0.25\n"));
    }
    let run = through_stdin(&["price", "--inputs", "-", "--csv"], &input);
    let lines: Vec<&str> = run.stdout.lines().skip(1).collect();
    assert_eq!(lines.len(), 70_000);
    for (row, line) in lines.iter().enumerate() {
        let (first, rest) = line.split_once(',').unwrap();
        assert_eq!(first, row.to_string());
        assert_eq!(rest, lines[row % 7].split_once(',').unwrap().1);
    }
}

#[test]
fn text_and_json_say_the_same() {
    let desk = Desk::new();
    let file = desk.put(
        "t.csv",
        format!("{HEADER}\nC,E,100,100,1,0.05,0,0.2,\nC,E,100,100,1,0.05,0,,200\n"),
    );
    let text = desk.run(&["price", "--inputs", file]).exits(0);
    for words in ["10.4506", "20.00", "%/year", "above_maximum", "n/a"] {
        assert!(text.stdout.contains(words), "{words}\n{text}");
    }
    let json = desk
        .run(&["price", "--inputs", file, "--json"])
        .exits(0)
        .json();
    assert_eq!(json["rows"][0]["status"], "ok");
    assert!((json["rows"][0]["price"].as_f64().unwrap() - 10.450583572185565).abs() < 1e-12);
    assert_eq!(json["rows"][1]["price"], 200.0);
    assert!(json["rows"][1]["iv"].is_null());
}

#[test]
fn volatilities_alone() {
    let desk = Desk::new();
    let file = desk.put(
        "t.csv",
        format!("{HEADER}\nC,E,100,100,1,0.05,0,,10.450583572185565\nC,E,100,100,1,0.05,0,0.2,\n"),
    );
    let run = desk.run(&["iv", "--inputs", file, "--csv"]).exits(0);
    assert!(
        run.stdout.starts_with(&format!("{HEADER},iv,status\n")),
        "{run}"
    );
    let found = rows(&run.stdout);
    assert!((number(&found[0], "iv") - 0.2).abs() < 1e-12);
    assert_eq!(found[1]["status"], "bad_input", "no price, no volatility");
    let one = [
        "iv", "--right", "C", "--style", "E", "--spot", "100", "--strike", "100", "--years", "1",
        "--rate", "0.05", "--price",
    ];
    let run = desk
        .run(&[&one[..], &["10.450583572185565"]].concat())
        .exits(0);
    assert!(run.stdout.contains("20.0000 %"), "{run}");
    let run = desk.run(&[&one[..], &["200"]].concat()).exits(0);
    assert!(run.stdout.contains("n/a (above_maximum)"), "{run}");
}

/// The chain was priced at a flat 25 % by the American method: that is what must come back, on both sides of the quotes.
#[test]
fn a_chain_gives_its_volatility_back() {
    let desk = Desk::new();
    let file = desk.put("chain.csv", Market::flat(0.25).csv());
    let run = desk
        .run(&[
            "price",
            file,
            "--rate",
            "0.04",
            "--csv",
            "--parquet",
            "out.parquet",
        ])
        .exits(0);
    let found = rows(&run.stdout);
    assert!(found.len() > 50);
    let mut near = 0;
    for row in &found {
        assert_eq!(row["style"], "A");
        let (strike, spot) = (number(row, "strike"), number(row, "spot"));
        if row["status"] == "ok" && (strike / spot).ln().abs() < 0.05 {
            near += 1;
            assert!((number(row, "iv") - 0.25).abs() < 0.02, "{row:?}");
            assert!(number(row, "iv_bid") <= number(row, "iv"));
            assert!(number(row, "iv") <= number(row, "iv_ask"));
            assert!(number(row, "theta_per_day") < 0.0);
        }
        if row["status"] != "ok" {
            assert_eq!(row["delta"], "", "{row:?}");
        }
    }
    assert!(near > 10, "{near}");
    assert!(
        std::fs::read(desk.path("out.parquet"))
            .unwrap()
            .starts_with(b"PAR1")
    );
    let text = desk.run(&["price", file]).exits(0);
    for words in [
        "ZZT on 2025-03-06",
        "mid vol",
        "more rows: --all",
        "Treasury",
    ] {
        assert!(text.stdout.contains(words), "{words}\n{text}");
    }
    let json = desk.run(&["iv", file, "--json"]).exits(0).json();
    assert!(json["rows"][0].get("delta").is_none());
    let absent = desk.run(&["price", file, "--symbol", "NONE"]);
    assert!(
        absent.code != Some(0) && absent.stderr.contains("ZZT"),
        "{absent}"
    );
    desk.run(&["price", file, "--spot", "-5"]).exits(2);
}

#[test]
fn the_sample_is_priced_and_says_what_it_is() {
    let desk = Desk::new();
    let args = ["price", "--sample", "--symbol", "SYNIDX", "--json"];
    let json = desk.run(&args).exits(0).json();
    let mark = json["watermark"].as_str().unwrap();
    assert!(mark.starts_with("SYNTHETIC DATA"), "{mark}");
    assert!(!json["rows"].as_array().unwrap().is_empty());
    let text = desk.run(&args[..4]).exits(0).stdout;
    assert!(text.contains(mark), "{text}");
    desk.run(&["price", "--sample", "chain.csv"]).exits(2);
}
