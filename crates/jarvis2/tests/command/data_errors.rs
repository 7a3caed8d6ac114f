//! Exit code 3: files on which no decision can rest; and rows that are refused while the rest still serves.

use crate::chain::{AS_OF, HEADER, Market};
use crate::look::{check_plan, lines, number, text};
use crate::run::{Desk, Run};
use crate::usage_errors::fails;
use flate2::Compression;
use flate2::write::GzEncoder;
use pricing::Right;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The chain with each line rewritten; `None` leaves the line out.
fn rewritten(rewrite: impl Fn(&mut Vec<String>) -> bool) -> String {
    let mut text = format!("{HEADER}\n");
    for line in Market::flat(0.25).csv().lines().skip(1) {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if rewrite(&mut cells) {
            text.push_str(&cells.join(","));
            text.push('\n');
        }
    }
    text
}

const SPOT: usize = 3;
const EXPIRY: usize = 4;
const STRIKE: usize = 5;
const RIGHT: usize = 6;
const BID: usize = 8;
const ASK: usize = 9;
const VOL: usize = 13;
const MULTIPLIER: usize = 15;

#[track_caller]
fn rejected(content: impl AsRef<[u8]>, says: &[&str]) {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", content);
    fails(
        &desk,
        &["--chain", chain],
        3,
        "data",
        &[says, &["chain.csv"]].concat(),
    );
}

/// Rejected once it is known of which day and symbol the chain is.
#[track_caller]
fn rejected_chain(content: impl AsRef<[u8]>, says: &[&str]) {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", content);
    fails(
        &desk,
        &["--chain", chain],
        3,
        "data",
        &[says, &["ZZT", AS_OF]].concat(),
    );
}

#[test]
fn files_that_are_no_chain() {
    rejected("", &["is empty"]);
    rejected(format!("{HEADER}\n"), &["no chain"]);
    rejected(
        "a,b,c\n1,2,3\n",
        &["fit no known vendor", "seen: a, b, c", "closest", "lacks"],
    );
    rejected(
        "date,open,high,low,close\n2025-03-06,1,2,1,2\n",
        &["fit no known vendor"],
    );
    rejected(
        [
            0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0x00, 0x9c,
        ],
        &[],
    );
    rejected(
        (0..4096_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect::<Vec<u8>>(),
        &[],
    );
    rejected(b"PAR1 and then nothing of the kind PAR1", &["Parquet"]);
    rejected(b"%PDF-1.7 a statement", &[]);
    rejected(b"<html><body>429 Too Many Requests</body></html>", &[]);
    rejected("{\"status\": \"FAILED\"}", &["JSON"]);
    rejected("{\"callExpDateMap\": {", &["JSON"]);
    let packed = gzip(Market::flat(0.25).csv().as_bytes());
    rejected(&packed[..packed.len() / 2], &["truncated gzip"]);
}

#[test]
fn files_that_are_not_there() {
    let desk = Desk::new();
    fails(
        &desk,
        &["--chain", "nowhere.csv"],
        3,
        "data",
        &["nowhere.csv", "no such file"],
    );
    fails(&desk, &["--chain", "."], 3, "data", &["is a folder"]);
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    fails(
        &desk,
        &["--chain", chain, "--history", "h.csv"],
        3,
        "data",
        &["h.csv", "no such file"],
    );
    fails(
        &desk,
        &["--chain", chain, "--events", "e.csv"],
        3,
        "data",
        &["e.csv", "no such file"],
    );
    let empty = desk.put("h.csv", "date,close\n");
    fails(
        &desk,
        &["--chain", chain, "--history", empty],
        3,
        "data",
        &["h.csv", "no day"],
    );
    let events = desk.put(
        "e.csv",
        "symbol,date,kind,amount_usd\nZZT,2025-04-01,dividend?,x\n",
    );
    fails(
        &desk,
        &["--chain", chain, "--events", events],
        3,
        "data",
        &["e.csv, line 2"],
    );
}

#[test]
fn chains_of_unusable_rows() {
    let crossed = rewritten(|cells| {
        cells.swap(BID, ASK);
        // What had no bid would have no ask now, and is not crossed.
        cells[ASK] != "0.00"
    });
    rejected(crossed, &["crossed"]);
    let expired = rewritten(|cells| {
        cells[EXPIRY] = "2025-02-21".to_owned();
        true
    });
    rejected(expired, &["expired"]);
    let cents = rewritten(|cells| {
        cells[STRIKE] = format!("{}", 100.0 * cells[STRIKE].parse::<f64>().unwrap());
        true
    });
    rejected(cents, &["strike scale"]);
    let adjusted = rewritten(|cells| {
        cells[MULTIPLIER] = "10".to_owned();
        true
    });
    rejected(adjusted, &["adjusted"]);
    let mut currencies = 0;
    let text: String = Market::flat(0.25)
        .csv()
        .lines()
        .map(|line| {
            currencies += 1;
            let cell = match currencies {
                1 => "currency",
                2..20 => "USD",
                _ => "EUR",
            };
            format!("{line},{cell}\n")
        })
        .collect();
    rejected(text, &["EUR", "USD", "split the file by currency"]);
}

#[test]
fn chains_on_which_nothing_can_rest() {
    let no_spot = |cells: &mut Vec<String>| cells[SPOT].clear();
    let puts = rewritten(|cells| {
        no_spot(cells);
        cells[RIGHT] == "P"
    });
    rejected_chain(puts, &["no spot", "--spot"]);
    let tonight = rewritten(|cells| {
        cells[EXPIRY] = AS_OF.to_owned();
        true
    });
    // One expiry six times over: all but the first are doubles, and the first ends today.
    rejected_chain(tonight, &["expir"]);
    let thin = rewritten(|cells| {
        cells[EXPIRY] == "2025-03-21" && ["50", "51"].contains(&cells[STRIKE].as_str())
    });
    rejected_chain(thin, &["at least 5 are needed", "of 4 contracts"]);
    let bidless = rewritten(|cells| {
        cells[BID] = "0".to_owned();
        cells[ASK] = "-1".to_owned();
        cells[VOL] = "NaN".to_owned();
        true
    });
    rejected_chain(bidless, &["0 of", "are needed"]);
    // Near, and so far that no strike is near it: the price before a split, cents for dollars.
    for spot in ["57", "44", "100", "25", "7.14", "350", "5000"] {
        let elsewhere = |expiries: &dyn Fn(&str) -> bool| {
            rewritten(|cells| {
                cells[SPOT] = spot.to_owned();
                expiries(&cells[EXPIRY])
            })
        };
        let says = ["put-call parity says", &format!("${spot} "), "--spot"];
        rejected_chain(elsewhere(&|_| true), &says);
        let only_far = elsewhere(&|expiry| expiry == "2025-05-16");
        rejected_chain(only_far, &says);
    }
    // No parity to ask: what is out of the money by that spot costs as in the money, or as nothing out there does.
    let one_sided = |right: &'static str, spot: &'static str, strikes: std::ops::Range<f64>| {
        rewritten(|cells| {
            cells[SPOT] = spot.to_owned();
            cells[RIGHT] == right && strikes.contains(&cells[STRIKE].parse::<f64>().unwrap())
        })
    };
    for (right, spot) in [("P", "70"), ("P", "500"), ("C", "30"), ("C", "5")] {
        let says = ["dollar of strike", &format!("${spot} "), "$5", "--spot"];
        rejected_chain(one_sided(right, spot, 0.0..1e9), &says);
    }
    for (right, spot, strikes) in [("P", "150", 35.0..52.0), ("C", "25", 47.0..65.0)] {
        let says = [
            "far beyond",
            "a volatility of",
            &format!("${spot} "),
            "--spot",
        ];
        rejected_chain(one_sided(right, spot, strikes), &says);
    }
    let mut absurd = Market::flat(9.5);
    absurd.expiries.truncate(3);
    let rows: Vec<_> = absurd
        .rows()
        .into_iter()
        .filter(|row| (5.0..500.0).contains(&row.strike))
        .collect();
    rejected_chain(
        format!("{HEADER}\n{}", absurd.lines(&rows)),
        &["volatility", "units"],
    );
}

#[test]
fn reading_a_file_tells_a_spot_that_its_quotes_contradict() {
    let notes = |spot: &str| {
        let desk = Desk::new();
        let chain = rewritten(|cells| {
            cells[SPOT] = spot.to_owned();
            true
        });
        desk.run(&["ingest", desk.put("chain.csv", chain)])
            .exits(0)
            .stdout
    };
    assert!(notes("54").contains("pairs of calls and puts"));
    assert!(!notes("50").contains("pairs of calls and puts"));
}

#[test]
fn a_stub_quote_far_away_says_nothing_of_the_spot() {
    let mut chain = Market::flat(0.25).csv();
    for right in ["C", "P"] {
        chain += &format!("x,{AS_OF},ZZT,50,2025-03-14,33,{right},american,0.05,30,,0,0,,,100\n");
    }
    accepted(chain, &[]);
}

/// The chain serves; these words stand among its notes or refused rows.
#[track_caller]
fn accepted(content: String, says: &[&str]) -> Run {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", content);
    let run = desk.plan(&["--chain", chain, "--rate", "0.04"]);
    assert!(matches!(run.code, Some(0 | 4)), "{run}");
    let plan = run.json();
    check_plan(&plan);
    let said = lines(&plan, "/data/notes") + &lines(&plan, "/data/refused");
    for words in says {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    run
}

#[test]
fn a_mistyped_quote_is_no_trade() {
    let slip = |factor: f64, bare: bool| {
        rewritten(|cells| {
            if cells[EXPIRY] == "2025-04-17" && cells[STRIKE] == "47" && cells[RIGHT] == "P" {
                let bid: f64 = cells[BID].parse().unwrap();
                cells[BID] = format!("{:.2}", bid * factor);
                cells[ASK] = format!("{:.2}", bid * factor + 0.1);
                if bare {
                    cells[ASK].clear();
                }
            }
            true
        })
    };
    for content in [
        slip(10.0, false),
        slip(10.0, true),
        slip(2.2, false),
        slip(0.1, false),
    ] {
        let run = accepted(content, &["1 quote contradicts", "2025-04-17 47 put"]);
        let action = run.json()["decision"]["action"]["text"].to_string();
        assert!(!action.contains("2025-04-17 47 put"), "{action}");
    }
}

#[test]
fn exchanged_sides_are_refused() {
    let exchanged = rewritten(|cells| {
        let other = if cells[RIGHT] == "C" { "P" } else { "C" };
        cells[RIGHT] = other.to_owned();
        true
    });
    rejected_chain(
        exchanged,
        &["calls get dearer", "calls and puts are exchanged"],
    );
}

#[test]
fn percent_volatilities_are_accepted_with_a_note() {
    let percent = rewritten(|cells| {
        cells[VOL] = "25.0".to_owned();
        true
    });
    accepted(percent, &["volatilities are in percent"]);
    // Without bid and ask the vendor's volatility decides.
    let unquoted = rewritten(|cells| {
        cells[VOL] = "25.0".to_owned();
        cells[BID].clear();
        cells[ASK].clear();
        true
    });
    let run = accepted(
        unquoted,
        &[
            "volatilities are in percent",
            "no bid and ask",
            "assumed spread",
        ],
    );
    let plan = run.json();
    let vol = number(&plan, "/data/smiles/1/atm_vol");
    assert!((vol - 0.25).abs() < 0.01, "{vol}");
}

#[test]
fn rows_are_refused_one_by_one_and_counted() {
    let market = Market::flat(0.25);
    let lines: Vec<String> = market.csv().lines().map(str::to_owned).collect();
    let at_50 = |right: &str| {
        lines
            .iter()
            .position(|l| l.contains(&format!("2025-04-17,50,{right},")))
            .unwrap()
    };
    let mut bent = lines.clone();
    bent[at_50("C")] = bent[at_50("C")].replace(",100", ",10");
    let mut cells: Vec<String> = bent[at_50("P")].split(',').map(str::to_owned).collect();
    cells.swap(BID, ASK);
    bent[at_50("P")] = cells.join(",");
    bent.push(lines[1].clone());
    bent.push(lines[1].replace("2025-03-14", "2025-02-14"));
    bent.push(lines[1].replace("2025-03-14", "soon"));
    let run = accepted(
        bent.join("\n"),
        &["adjusted", "crossed", "duplicate", "expired", "bad expiry"],
    );
    let plan = run.json();
    assert_eq!(number(&plan, "/data/rows") as usize, bent.len() - 1);
    for refused in plan["data"]["refused"].as_array().unwrap() {
        assert_eq!(refused["count"], 1, "{refused}");
        assert!(text(refused, "/examples/0").contains("row "), "{refused}");
    }
}

#[test]
fn dead_quotes_and_shuffled_rows_do_not_change_the_plan() {
    let market = Market::flat(0.25);
    let desk = Desk::new();
    let sorted = desk.put("a.csv", market.csv());
    let mut lines: Vec<String> = market.csv().lines().skip(1).map(str::to_owned).collect();
    lines.reverse();
    lines.swap(3, 40);
    let shuffled = desk.put("b.csv", format!("{HEADER}\n{}\n", lines.join("\n")));
    let plan = |file: &str| {
        let mut plan = desk.plan(&["--chain", file]).exits(0).json();
        plan["manifest"]["data_sha256"].take();
        plan["data"]["chain"].take();
        plan
    };
    assert!(plan(sorted) == plan(shuffled), "the order of rows matters");
    // Sentinels stand for no quote: such rows stay, and never reach the menu.
    let dead = rewritten(|cells| {
        if cells[STRIKE].parse::<f64>().unwrap() < 47.0 {
            cells[BID] = "-1".to_owned();
            cells[ASK] = "NaN".to_owned();
        }
        true
    });
    let run = accepted(dead, &[]);
    for row in run.json()["alternatives"].as_array().unwrap() {
        for leg in row["action"]["legs"].as_array().unwrap() {
            assert!(number(leg, "/strike_usd") >= 47.0, "{leg}");
        }
    }
}

#[test]
fn quotes_below_parity_are_kept_and_marked_not_invented() {
    let market = Market::flat(0.25);
    let mut rows = market.rows();
    for row in rows
        .iter_mut()
        .filter(|row| row.right == Right::Put && row.strike > 53.0)
    {
        // Deep puts bid under what exercise pays.
        row.bid = ((row.strike - market.spot) * 100.0).round() / 100.0 - 0.40;
        row.ask = row.bid + 0.30;
    }
    accepted(format!("{HEADER}\n{}", market.lines(&rows)), &[]);
}

#[test]
fn an_old_chain_says_how_old_it_is() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    let plan = desk
        .plan(&["--chain", chain, "--as-of", "2025-03-13"])
        .exits(0)
        .json();
    assert_eq!(text(&plan, "/as_of"), AS_OF, "quotes are not backdated");
    assert!(
        lines(&plan, "/data/notes")
            .contains("the last day in the file is 2025-03-06, before 2025-03-13")
    );
    fails(
        &desk,
        &["--chain", chain, "--as-of", "2025-03-05"],
        3,
        "data",
        &["later than the day asked for", "--as-of"],
    );
}

#[test]
fn a_spot_by_hand_repairs_a_missing_one() {
    let desk = Desk::new();
    let puts = rewritten(|cells| {
        cells[SPOT].clear();
        cells[RIGHT] == "P"
    });
    let chain = desk.put("chain.csv", puts);
    let plan = desk.plan(&["--chain", chain, "--spot", "50"]).json();
    assert_eq!(number(&plan, "/spot_usd"), 50.0);
    // With both rights parity says it.
    let both = rewritten(|cells| {
        cells[SPOT].clear();
        true
    });
    let plan = accepted(both, &["assumed from put-call parity"]).json();
    assert!((number(&plan, "/spot_usd") - 50.0).abs() < 0.3);
}
