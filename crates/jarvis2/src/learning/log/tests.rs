use super::*;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::json;
use std::fs;

/// A generation in which nothing was looked at.
fn row(generation: u64) -> LogRow {
    let part = 1.0 / (1.0 + generation as f64);
    LogRow {
        generation,
        steps: 64 * generation,
        games: 256,
        moves: 2_000 + generation,
        judged: 300_000,
        value_loss: 0.5 * part,
        policy_loss: 1.5 + 0.25 * part,
        gradient_norm: 0.75,
        learning_rate: 0.000_5,
        outcome: -0.125,
        outcome_less_luck: 0.25 - part,
        expected: 0.25,
        seconds: 12.5,
        evaluations_per_s: 30_000.0 + generation as f64,
        won_over_rule: None,
        gain_over_rule_bps: None,
        share_of_optimum: None,
    }
}

/// The same after a look.
fn looked(generation: u64) -> LogRow {
    LogRow {
        won_over_rule: Some(0.625),
        gain_over_rule_bps: Some([12.5, -1.5, 26.5]),
        share_of_optimum: Some([0.96875, 0.5]),
        ..row(generation)
    }
}

fn filled(folder: &Path, rows: &[LogRow]) -> Log {
    let mut log = Log::open(folder).unwrap();
    for row in rows {
        log.add(row).unwrap();
    }
    log
}

/// Wherever the second line is cut, the first stays and the file takes more.
#[test]
fn a_line_that_a_crash_cut_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.jsonl");
    let rows = [row(1), looked(2)];
    drop(filled(dir.path(), &rows));
    assert_eq!(Log::open(dir.path()).unwrap().rows(), rows);
    let whole = fs::read(&path).unwrap();
    let first = whole.iter().position(|letter| *letter == b'\n').unwrap() + 1;
    for length in [first, first + 1, first + 150, whole.len() - 2] {
        fs::write(&path, &whole[..length]).unwrap();
        let mut log = Log::open(dir.path()).unwrap();
        assert_eq!(log.rows(), &rows[..1], "{length} bytes");
        assert_eq!(fs::read(&path).unwrap(), whole[..first]);
        log.add(&rows[1]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
    // Only the end of the line is missing: the row is whole.
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(Log::open(dir.path()).unwrap().rows(), rows);
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_run_that_goes_on_repeats_its_last_rows() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = filled(dir.path(), &[row(1), row(2), looked(3)]);
    let again = log.add(&row(3)).unwrap_err().to_string();
    assert!(again.contains("generation 3 comes after"), "{again}");
    log.keep_until(7).unwrap();
    assert_eq!(log.rows().len(), 3);
    log.keep_until(1).unwrap();
    assert_eq!(log.rows(), [row(1)]);
    log.add(&looked(2)).unwrap();
    drop(log);
    assert_eq!(Log::open(dir.path()).unwrap().rows(), [row(1), looked(2)]);
}

#[test]
fn a_whole_line_that_is_no_row_is_said_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.jsonl");
    let line = |row: &LogRow| serde_json::to_string(row).unwrap();
    for (second, why) in [
        ("{\"generation\": 2}".to_owned(), "missing field"),
        (line(&row(1)), "does not follow"),
    ] {
        let text = format!("{}\n{second}\n{}\n", line(&row(1)), line(&row(3)));
        fs::write(&path, &text).unwrap();
        let said = Log::open(dir.path()).unwrap_err().to_string();
        assert!(said.contains("line 2") && said.contains(why), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

/// What is not finite is written as missing, and read so.
#[test]
fn a_number_that_is_none_does_not_spoil_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let bad = LogRow {
        policy_loss: f64::NAN,
        evaluations_per_s: f64::INFINITY,
        gain_over_rule_bps: Some([1.0, f64::NAN, f64::NAN]),
        ..looked(1)
    };
    drop(filled(dir.path(), &[bad, row(2)]));
    let log = Log::open(dir.path()).unwrap();
    let read = &log.rows()[0];
    assert!(read.policy_loss.is_nan() && read.evaluations_per_s.is_nan());
    assert_eq!(read.gain_over_rule_bps, None);
    assert_eq!(read.share_of_optimum, looked(1).share_of_optimum);
    let page = html(log.rows(), &json!({}));
    assert!(page.contains("n/a (no number): generation 1."));
    assert!(!page.contains("NaN"));
}

#[test]
fn parquet_has_the_same_numbers_and_gaps() {
    let dir = tempfile::tempdir().unwrap();
    let none = LogRow {
        value_loss: f64::NAN,
        ..row(3)
    };
    let log = filled(dir.path(), &[row(1), looked(2), none]);
    let path = dir.path().join("log.parquet");
    fs::write(&path, "before").unwrap();
    log.write_parquet(&path).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let read: Vec<Vec<(String, Field)>> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().into_columns())
        .collect();
    assert_eq!(read.len(), 3);
    let cell = |row: usize, name: &str| {
        let found = read[row].iter().find(|(column, _)| column == name);
        found
            .unwrap_or_else(|| panic!("no column {name}"))
            .1
            .clone()
    };
    let optional = [
        ("won_over_rule", 0.625),
        ("gain_over_rule_bps", 12.5),
        ("gain_over_rule_low_bps", -1.5),
        ("gain_over_rule_high_bps", 26.5),
        ("share_of_optimum_from_cash", 0.96875),
        ("share_of_optimum_from_share", 0.5),
    ];
    for (name, value) in optional {
        assert_eq!(cell(0, name), Field::Null, "{name}");
        assert_eq!(cell(1, name), Field::Double(value), "{name}");
    }
    // Every other column by its name in the log's own line.
    let line = serde_json::to_value(looked(2)).unwrap();
    let mut plain = 0;
    for (name, value) in line.as_object().unwrap() {
        let expected = match value.as_i64() {
            Some(count) => Field::Long(count),
            None => match value.as_f64() {
                Some(number) if name != "won_over_rule" => Field::Double(number),
                _ => continue,
            },
        };
        assert_eq!(cell(1, name), expected, "{name}");
        plain += 1;
    }
    assert_eq!(plain + optional.len(), read[1].len());
    assert_eq!(cell(2, "value_loss"), Field::Null);
    assert_eq!(cell(2, "generation"), Field::Long(3));
}

/// `JARVIS2_PAGE=report.html cargo test -p jarvis2 learning::log` writes a page to look at.
#[test]
fn a_long_run_stays_one_page() {
    let rows: Vec<LogRow> = (1..=400)
        .map(|generation| match generation % 20 {
            0 => looked(generation),
            _ => row(generation),
        })
        .collect();
    let page = html(
        &rows,
        &json!({ "ground": "wheel", "net": { "hidden": [512, 256] } }),
    );
    assert!(page.contains("n/a (not looked at): generation 1 to 19 and 361 others."));
    assert!(page.len() < 500_000, "{} bytes", page.len());
    if let Some(path) = std::env::var_os("JARVIS2_PAGE") {
        fs::write(path, page).unwrap();
    }
}

/// The part of a page under a heading.
fn under<'a>(page: &'a str, heading: &str) -> &'a str {
    let from = page.find(heading).unwrap_or_else(|| panic!("{heading}"));
    let rest = &page[from + heading.len()..];
    &rest[..rest.find("<h3>").unwrap_or(rest.len())]
}

#[test]
fn the_page_has_every_point_and_says_what_is_missing() {
    let rows = [row(1), row(2), looked(3), row(4), row(5)];
    let page = html(&rows, &json!({ "ground": "wheel" }));
    let points = |heading: &str| under(&page, heading).matches("<circle").count();
    let curves = |heading: &str| under(&page, heading).matches("<polyline").count();
    for (heading, lines) in [
        ("<h3>Value loss</h3>", 1),
        ("<h3>Policy loss</h3>", 1),
        ("<h3>What was expected, and what came</h3>", 2),
        ("<h3>Evaluations a second</h3>", 1),
    ] {
        assert_eq!(points(heading), lines * rows.len(), "{heading}");
        assert_eq!(curves(heading), lines, "{heading}");
        assert!(!under(&page, heading).contains("n/a"), "{heading}");
    }
    for row in &rows {
        let words = format!("generation {}: evaluations a second", row.generation);
        assert!(page.contains(&words), "{words}");
    }
    let gain = "<h3>Gain over the rule of 30 delta and 45 days</h3>";
    let gained = under(&page, gain);
    assert_eq!((points(gain), curves(gain)), (1, 0));
    assert!(gained.contains("generation 3: gain over the rule 12.50, -1.500 to 26.50"));
    assert!(gained.contains("n/a (not looked at): generation 1 to 2, 4 to 5."));
    assert_eq!(points("<h3>Share of the optimum</h3>"), 2);
    // The last generation was not looked at.
    let last = &page[page.find("The last generation").unwrap()..];
    let last = &last[..last.find("</section>").unwrap()];
    assert_eq!(last.matches("n/a (not looked at)").count(), 4);
    assert!(last.contains("30,005"));
}

/// A line goes through a gap neither where a value nor where a generation is missing.
#[test]
fn gaps_break_the_curve() {
    let mut rows = vec![row(1), row(2), row(3), row(4), row(5), row(7), row(8)];
    rows[2].value_loss = f64::NAN;
    let page = html(&rows, &json!(null));
    let losses = under(&page, "<h3>Value loss</h3>");
    assert_eq!(losses.matches("<circle").count(), 6);
    assert_eq!(losses.matches("<polyline").count(), 3);
    assert!(losses.contains("n/a (no number): generation 3."));
    let policy = under(&page, "<h3>Policy loss</h3>");
    assert_eq!(policy.matches("<polyline").count(), 2);
    assert!(under(&page, "<h3>Share of the optimum</h3>").contains("n/a (not looked at)"));
}

#[test]
fn the_page_escapes_what_it_is_told_and_loads_nothing() {
    let about = json!({
        "<b>name": "<script>alert('x')</script>",
        "net": { "hidden": [512, 256], "seed": null },
        "grounds": [{ "name": "a&b" }],
    });
    for rows in [vec![], vec![looked(1)]] {
        let page = html(&rows, &about);
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
        assert!(page.contains("&lt;b&gt;name"));
        assert!(page.contains(">net.hidden</th><td class=\"words\">512, 256</td>"));
        assert!(page.contains(">net.seed</th><td class=\"words\">n/a</td>"));
        assert!(page.contains(">grounds.0.name</th><td class=\"words\">a&amp;b</td>"));
        for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
