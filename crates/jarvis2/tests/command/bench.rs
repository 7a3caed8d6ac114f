//! `jarvis2 bench`: figures that were measured, and answers that were checked.

use crate::run::Desk;
use std::time::Instant;

#[test]
fn figures_agree_with_the_clock_outside() {
    let started = Instant::now();
    let arguments = [
        "bench",
        "--seconds",
        "0.05",
        "--only",
        "European price",
        "--json",
    ];
    let run = Desk::new().run(&arguments);
    let outside = started.elapsed().as_secs_f64();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let bench: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let rows = bench["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    let mut inside = 0.0;
    for row in rows {
        let (size, median) = (row["size"].as_f64(), row["per_second_median"].as_f64());
        let passes = row["passes"].as_f64().expect("a number");
        assert!(passes >= 3.0);
        assert!(row["per_second_best"].as_f64() >= median, "{row}");
        assert!(row["checked"].as_str().expect("text").contains("within"));
        inside += passes * size.expect("a number") / median.expect("a number");
    }
    // Half of the passes took at least the median, so this much time must really have gone by.
    assert!(
        inside / 2.0 < outside,
        "{inside} s are claimed in {outside} s"
    );
}

#[test]
fn a_row_that_is_not_there_is_told() {
    let run = Desk::new().run(&["bench", "--seconds", "0.01", "--only", "teleport"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("teleport"), "{}", run.stderr);
}
