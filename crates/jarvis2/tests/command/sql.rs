//! `jarvis2 sql` and `jarvis2 export`. What needs DuckDB says that it is skipped in a build without it.

use crate::run::{Desk, Run};
use serde_json::{Value, json};

/// Runs `jarvis2 sql --json`; `None`, visibly, where this build has no DuckDB. The refusal itself is checked then.
fn ask(desk: &Desk, args: &[&str]) -> Option<Run> {
    use std::io::Write;
    let run = desk.run(&[&["sql", "--json"], args].concat());
    if run.stdout.contains("this build has no SQL") {
        assert_eq!(run.code, Some(2), "{run}");
        let message = run.json()["error"]["message"].to_string();
        for words in ["duckdb-bundled", "duckdb-system", "jarvis2 export"] {
            assert!(message.contains(words), "{run}");
        }
        let _ = writeln!(std::io::stderr(), "skipped: built without DuckDB");
        return None;
    }
    Some(run)
}

/// The rows of an answer as arrays, in the order of the columns.
#[track_caller]
fn rows(run: &Run) -> Vec<Vec<Value>> {
    let answer = run.json();
    let columns = answer["columns"]
        .as_array()
        .unwrap_or_else(|| panic!("{run}"));
    answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|column| row[column["name"].as_str().unwrap()].clone())
                .collect()
        })
        .collect()
}

#[test]
fn every_table_is_documented() {
    let desk = Desk::new();
    let listed = desk.run(&["sql", "--tables", "--json"]).exits(0).json();
    let text = desk.run(&["sql", "--tables"]).exits(0).stdout;
    let page = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/analytics.md"),
    )
    .unwrap();
    let tables = listed["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 14);
    for table in tables {
        let name = table["name"].as_str().unwrap();
        assert!(text.contains(&format!("{name}  (")), "{name}");
        let heading = format!("### {name}\n");
        let section = page
            .split_once(&heading)
            .unwrap_or_else(|| panic!("docs/analytics.md has no section {name}"))
            .1;
        let section = section.split("\n### ").next().unwrap();
        for column in table["columns"].as_array().unwrap() {
            let row = format!(
                "| `{}` | {} | {} |",
                column["name"].as_str().unwrap(),
                column["type"].as_str().unwrap(),
                column["about"].as_str().unwrap()
            );
            assert!(section.contains(&row), "{name} lacks the row\n{row}");
        }
    }
}

#[test]
fn the_sample_is_exported_whole() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let desk = Desk::new();
    let run = desk.run(&["export", "--out", "out", "--json"]).exits(0);
    let said = run.json();
    assert!(
        said["notes"][0].as_str().unwrap().contains("SYNTHETIC"),
        "{run}"
    );
    let written = said["written"].as_array().unwrap();
    let names: Vec<&str> = written
        .iter()
        .map(|w| w["table"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["chains", "spots", "history", "events"]);
    for file in written {
        let path = desk.path(file["file"].as_str().unwrap());
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        assert_eq!(
            reader.metadata().file_metadata().num_rows(),
            file["rows"].as_i64().unwrap(),
            "{file}"
        );
        assert!(file["rows"].as_i64().unwrap() > 0, "{file}");
    }
    // The lines of a CSV are the rows of the Parquet, plus its header.
    desk.run(&[
        "export",
        "--out",
        "csv",
        "--format",
        "csv",
        "--only",
        "history,events",
    ])
    .exits(0);
    let lines = |name: &str| {
        let text = std::fs::read_to_string(desk.path(&format!("csv/{name}.csv"))).unwrap();
        text.lines().count() as i64 - 1
    };
    assert_eq!(lines("history"), written[2]["rows"].as_i64().unwrap());
    assert_eq!(lines("events"), written[3]["rows"].as_i64().unwrap());
    assert!(!desk.path("csv/chains.csv").exists());
}

#[test]
fn what_cannot_be_exported_is_said() {
    let desk = Desk::new();
    for (args, code, says) in [
        (
            &["--out", "o", "--only", "chian"][..],
            2,
            "no such table; the tables are decisions",
        ),
        (
            &["--out", "o", "--only", "fills"],
            2,
            "comes from --db FILE",
        ),
        (&["--out", "o", "--db", "none.sqlite"], 3, "none.sqlite"),
        (
            &["--out", "o", "--chain", "none.csv"],
            3,
            "none.csv: no such file",
        ),
        (&["--out", "/proc/no/such"], 5, "cannot be written"),
        (&[], 2, "--out"),
    ] {
        let run = desk.run(&[&["export"], args].concat()).exits(code);
        assert!(run.stderr.contains(says), "not said: {says}\n{run}");
    }
}

/// Answers that follow from the sample's files, which are read here in another way.
#[test]
fn questions_with_known_answers() {
    let desk = Desk::new();
    let Some(run) = ask(
        &desk,
        &[
            "SELECT symbol, count(*) AS days, sum(dividend_usd) FROM history GROUP BY symbol ORDER BY symbol",
        ],
    ) else {
        return;
    };
    let mut expected: Vec<Vec<Value>> = market::sample::HISTORIES
        .iter()
        .map(|(symbol, csv)| {
            let history =
                market::history::read_history_bytes("", csv.as_bytes(), Some(symbol)).unwrap();
            let paid: f64 = history.days.iter().map(|day| day.dividend_usd).sum();
            (symbol, history.days.len(), paid)
        })
        .map(|(symbol, days, paid)| vec![json!(symbol), json!(days), json!(paid)])
        .collect();
    expected.sort_by_key(|row| row[0].to_string());
    let mut found = rows(&run);
    // A sum of doubles depends on its order in the last digits.
    for (found, expected) in found.iter_mut().zip(&expected) {
        let gap = found[2].as_f64().unwrap() - expected[2].as_f64().unwrap();
        assert!(gap.abs() < 1e-9, "{run}");
        found[2] = expected[2].clone();
    }
    assert_eq!(found, expected);
    assert!(
        run.json()["notes"][0]
            .as_str()
            .unwrap()
            .contains("SYNTHETIC")
    );

    let chains = market::ingest::read_chains_bytes(
        "",
        market::sample::CHAIN_PARQUET,
        &market::ingest::Options::default(),
    )
    .unwrap();
    // Quotes of puts, the days, and the widest spread in percent of the mid, of each symbol's last day.
    let run = ask(
        &desk,
        &[r#"WITH last AS (SELECT symbol, max("date") AS "date" FROM chains GROUP BY symbol)
             SELECT symbol, "date", count(*) AS puts, max((ask_usd - bid_usd) / mid_usd) AS widest
             FROM chains JOIN last USING (symbol, "date") WHERE "right" = 'P' GROUP BY symbol, "date" ORDER BY symbol"#],
    )
    .unwrap();
    let mut last = std::collections::BTreeMap::new();
    for chain in &chains.chains {
        last.insert(chain.symbol.clone(), chain);
    }
    let expected: Vec<Vec<Value>> = last
        .values()
        .map(|chain| {
            let puts: Vec<_> = chain
                .quotes
                .iter()
                .filter(|quote| quote.contract.right == pricing::Right::Put)
                .collect();
            let widest = puts
                .iter()
                .filter_map(|q| Some((q.ask_usd? - q.bid_usd?) / q.mid_usd()?))
                .fold(f64::NEG_INFINITY, f64::max);
            vec![
                json!(chain.symbol),
                json!(chain.as_of.to_string()),
                json!(puts.len()),
                json!(widest),
            ]
        })
        .collect();
    assert_eq!(rows(&run), expected);
    // Returns: the same number from SQL's own windows.
    let run = ask(
        &desk,
        &["WITH r AS (SELECT log_return, ln((close_usd + dividend_usd) * split / lag(close_usd) OVER (PARTITION BY symbol ORDER BY \"date\")) AS again FROM history)
           SELECT count(*) > 0, max(abs(log_return - again)) < 1e-12, count(*) FILTER (WHERE (log_return IS NULL) <> (again IS NULL)) FROM r"],
    )
    .unwrap();
    assert_eq!(rows(&run), [[json!(true), json!(true), json!(0)]]);
}

/// A ledger with two symbols, a roll and an assignment.
fn ledger(desk: &Desk) -> &'static str {
    use experience::{
        CASH, Decision, Durability, Edge, Experience, Fill, FillKind, Note, Options, Origin,
        Outcome, Situation, Visit,
    };
    let mut book = Experience::open(&desk.path("book.sqlite"), &Options::default()).unwrap();
    book.write(Durability::Full, |page| {
        let mut decisions = Vec::new();
        for (symbol, day) in [("KO", 0_i64), ("KO", 7), ("PEP", 9)] {
            let at = 1_766_000_000_000 + day * 86_400_000;
            let situation = page.situation(&Situation {
                symbol: symbol.into(),
                as_of_ms: at,
                source: "test".into(),
                facts: "{}".into(),
            })?;
            decisions.push(page.decision(&Decision {
                situation,
                made_at_ms: at,
                origin: Origin::Live,
                action: format!("sell 1 {symbol} put"),
                worth: Some(12.5),
                model: None,
                seed: Some(u64::MAX),
                visits: vec![Visit {
                    action: "hold".into(),
                    visits: 3,
                    prior: None,
                    worth: Some(0.0),
                }],
                plan: None,
            })?);
        }
        for (decision, contract, cents, kind) in [
            (0, "KO    260116P00060000", 12_300_i32, FillKind::Trade),
            (0, "KO    260116P00060000", -4_100, FillKind::Trade),
            (1, "KO    260220P00058000", 15_000, FillKind::Trade),
            (2, "PEP260220P00130500", 9_900, FillKind::Trade),
            // Cash that no trade brought: a question about trades leaves it out.
            (1, CASH, 4_850, FillKind::Dividend),
        ] {
            page.fill(&Fill {
                kind,
                decision: Some(decisions[decision]),
                filled_at_ms: 1_766_000_000_000,
                symbol: if contract.starts_with("PEP") {
                    "PEP"
                } else {
                    "KO"
                }
                .into(),
                contract: contract.into(),
                quantity: match contract {
                    CASH => cents.into(),
                    _ if cents > 0 => -1,
                    _ => 1,
                },
                price_per_share: f64::from(cents.abs()) / 10_000.0,
                fees_cents: 65,
                cash_cents: i64::from(cents),
                broker_ref: None,
            })?;
        }
        for (decision, ending, at) in [
            (0, "rolled", 1),
            (1, "expired", 2),
            // Corrected later.
            (1, "assigned", 3),
            (2, "expired", 4),
        ] {
            page.outcome(&Outcome {
                decision: decisions[decision],
                known_at_ms: 1_766_000_000_000 + at,
                ending: ending.into(),
                realised_cents: None,
                facts: "{}".into(),
            })?;
        }
        page.edge(&Edge {
            source: decisions[0],
            target: decisions[1],
            kind: "rolled_to".into(),
            weight: 1.0,
        })?;
        page.note(&Note {
            about: Some(decisions[0]),
            symbol: Some("KO".into()),
            written_at_ms: 1_766_000_000_000,
            kind: "note".into(),
            body: "earnings on Tuesday, \"no put\" before".into(),
        })?;
        Ok(())
    })
    .unwrap();
    "book.sqlite"
}

#[test]
fn the_ledger_is_exported_with_cents_and_moments() {
    let desk = Desk::new();
    let db = ledger(&desk);
    let run = desk
        .run(&["export", "--db", db, "--out", "out", "--format", "csv"])
        .exits(0);
    assert!(!run.stderr.contains("SYNTHETIC"), "{run}");
    let read = |name: &str| std::fs::read_to_string(desk.path(&format!("out/{name}.csv"))).unwrap();
    let fills = read("fills");
    let lines: Vec<&str> = fills.lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[0].starts_with("fill_id,kind,decision_id,"));
    let kind = |line: &str| line.split(',').nth(1).map(str::to_owned);
    assert_eq!(kind(lines[4]).as_deref(), Some("trade"));
    assert_eq!(kind(lines[5]).as_deref(), Some("dividend"));
    assert!(lines[5].contains(",KO,USD,,,,"), "{fills}");
    assert!(
        lines[1].ends_with(
            ",2025-12-17T19:33:20Z,KO,KO    260116P00060000,2026-01-16,60,P,-1,1.23,65,12300,"
        ),
        "{fills}"
    );
    assert!(lines[4].contains(",2026-02-20,130.5,P,-1,"), "{fills}");
    let outcomes = read("outcomes");
    let newest: Vec<bool> = outcomes
        .lines()
        .skip(1)
        .map(|l| l.ends_with("true"))
        .collect();
    assert_eq!(newest, [true, false, true, true], "{outcomes}");
    assert!(read("notes").contains("\"earnings on Tuesday, \"\"no put\"\" before\""));
    assert!(read("decisions").contains(",18446744073709551615"));
    assert_eq!(read("visits").lines().count(), 4);
    assert!(!desk.path("out/chains.csv").exists());
}

#[test]
fn the_ledger_answers() {
    let desk = Desk::new();
    let db = ledger(&desk);
    let Some(run) = ask(
        &desk,
        &[
            "--db",
            db,
            "SELECT symbol, sum(cash_cents) AS cash_cents FROM fills WHERE kind = 'trade' GROUP BY symbol ORDER BY symbol",
        ],
    ) else {
        return;
    };
    assert_eq!(
        rows(&run),
        [[json!("KO"), json!(23_200)], [json!("PEP"), json!(9_900)]]
    );
    let run = ask(
        &desk,
        &[
            "--db",
            db,
            "SELECT kind, count(*) AS fills, sum(cash_cents) AS cash_cents FROM fills GROUP BY kind ORDER BY kind",
        ],
    )
    .unwrap();
    assert_eq!(
        rows(&run),
        [
            [json!("dividend"), json!(1), json!(4_850)],
            [json!("trade"), json!(4), json!(33_100)]
        ]
    );
    // Cash of roll chains that ended in assignment, with the note that was written at their start.
    let run = ask(
        &desk,
        &[
            "--db",
            db,
            "WITH RECURSIVE chain AS (
                 SELECT decision_id AS first, decision_id AS last FROM decisions
                 WHERE decision_id NOT IN (SELECT target_id FROM edges WHERE kind = 'rolled_to')
                 UNION ALL
                 SELECT first, target_id FROM chain JOIN edges ON source_id = last AND kind = 'rolled_to')
             SELECT d.symbol, count(DISTINCT last) AS decisions, sum(f.cash_cents) AS cash_cents, any_value(n.body) AS note
             FROM chain JOIN decisions d ON d.decision_id = first JOIN fills f ON f.decision_id = last AND f.kind = 'trade'
             LEFT JOIN notes n ON n.about_id = first
             WHERE first IN (SELECT first FROM chain JOIN outcomes o ON o.decision_id = last
                             WHERE o.is_newest AND o.ending = 'assigned')
             GROUP BY d.symbol",
        ],
    )
    .unwrap();
    assert_eq!(
        rows(&run),
        [[
            json!("KO"),
            json!(2),
            json!(23_200),
            json!("earnings on Tuesday, \"no put\" before")
        ]]
    );
    // Another process may write while we read: nobody's lock is touched.
    let _owner = experience::Experience::open(&desk.path(db), &Default::default()).unwrap();
    let run = ask(&desk, &["--db", db, "SELECT count(*) FROM visits"]).unwrap();
    assert_eq!(rows(&run), [[json!(3)]]);
}

#[test]
fn own_parquet_and_other_outputs() {
    let desk = Desk::new();
    desk.run(&["export", "--out", "out", "--only", "events"])
        .exits(0);
    let query = "SELECT kind, count(*) AS n FROM mine GROUP BY kind ORDER BY kind";
    let args = [
        "--table",
        "mine=out/events.parquet",
        query,
        "--parquet",
        "answer.parquet",
    ];
    let Some(run) = ask(&desk, &args) else {
        return;
    };
    let counts = rows(&run);
    assert_eq!(counts.len(), 2, "{run}");
    assert_eq!(run.json()["notes"], json!([]));
    let again = ask(
        &desk,
        &[
            "--table",
            "a=answer.parquet",
            "SELECT * FROM a ORDER BY kind",
        ],
    )
    .unwrap();
    assert_eq!(rows(&again), counts);
    let csv = desk.run(&[
        "sql",
        "--csv",
        "--table",
        "a=answer.parquet",
        "FROM a ORDER BY kind",
    ]);
    assert_eq!(
        csv.exits(0).stdout,
        format!(
            "kind,n\nearnings,{}\nex_dividend,{}\n",
            counts[0][1], counts[1][1]
        )
    );
    let text = desk
        .run(&["sql", "SELECT 1.50 AS usd, NULL AS nothing"])
        .exits(0);
    assert_eq!(text.stdout, " usd  nothing\n1.50     NULL\n(1 row)\n");
}

#[test]
fn mistakes_in_queries() {
    let desk = Desk::new();
    let db = ledger(&desk);
    if ask(&desk, &["SELECT 1"]).is_none() {
        return;
    }
    for (args, code, kind, says) in [
        (&["SELEC 1"][..], 2, "usage", "line 1, character 1"),
        (&["SELECT bid FROM chains"], 2, "usage", "bid_usd"),
        (
            &["SELECT * FROM chain"],
            2,
            "usage",
            "the tables are decisions, visits",
        ),
        (&["SELECT * FROM fills"], 2, "usage", "comes from --db FILE"),
        (
            &["--db", db, "SELECT * FROM chains"],
            2,
            "usage",
            "comes from --chain FILE",
        ),
        (
            &["--db", "none.sqlite", "SELECT * FROM fills"],
            3,
            "data",
            "none.sqlite",
        ),
        (
            &["DELETE FROM fills", "--db", db],
            2,
            "usage",
            "only one SELECT",
        ),
        (
            &["SELECT * FROM 'book.sqlite'"],
            2,
            "usage",
            "no table book.sqlite",
        ),
        (
            &["SELECT * FROM read_csv('x.csv')"],
            2,
            "usage",
            "--table NAME=FILE",
        ),
        (&["--table", "x", "SELECT 1"], 2, "usage", "NAME=FILE"),
        (
            &["--table", "x=no.parquet", "SELECT 1"],
            3,
            "data",
            "no.parquet",
        ),
        (
            &["SELECT 1", "--parquet", "no/such/a.parquet"],
            5,
            "resources",
            "no folder",
        ),
    ] {
        let run = ask(&desk, args).unwrap().exits(code);
        let error = &run.json()["error"];
        assert_eq!(error["kind"], kind, "{run}");
        assert!(
            error["message"].as_str().unwrap().contains(says),
            "not said: {says}\n{run}"
        );
    }
    // A table of one's own may have the name of one of ours.
    desk.put("mine.csv", "a\n5\n");
    let run = ask(&desk, &["--table", "fills=mine.csv", "SELECT a FROM fills"]).unwrap();
    assert_eq!(rows(&run), [[json!(5)]]);
    let run = ask(&desk, &["SELECT count(*) FROM (SHOW TABLES)"]).unwrap();
    assert_eq!(rows(&run), [[json!(4)]]);
}
