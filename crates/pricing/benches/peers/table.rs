//! What was measured, as a table that goes into the documents as it is.

use crate::quantlib::QuantLib;

/// Largest `|a - b| / scale`; NaN counts as infinitely wrong.
pub(crate) fn worst(ours: &[f64], exact: &[f64], scale: &[f64]) -> f64 {
    let gaps = ours.iter().zip(exact).zip(scale);
    let gaps = gaps.map(|((a, b), scale)| (a - b).abs() / scale);
    gaps.fold(0.0, |worst, gap| {
        if gap.is_nan() {
            f64::INFINITY
        } else {
            worst.max(gap)
        }
    })
}

struct Peer {
    name: String,
    ns: f64,
    error: Option<f64>,
    missing: usize,
}

/// One line: ours, and one peer.
pub(crate) struct Row {
    what: String,
    count: usize,
    ns: f64,
    sum: f64,
    missing: usize,
    measure: &'static str,
    error: Option<f64>,
    peer: Option<Peer>,
}

impl Row {
    pub(crate) fn new(what: &str, count: usize, ns: f64) -> Row {
        Row {
            what: what.to_owned(),
            count,
            ns,
            sum: f64::NAN,
            missing: 0,
            measure: "",
            error: None,
            peer: None,
        }
    }

    /// The sum of the answers, and how many options had none.
    pub(crate) fn checked(mut self, answers: &[f64], missing: usize) -> Row {
        self.sum = answers.iter().filter(|answer| answer.is_finite()).sum();
        self.missing = missing;
        self
    }

    pub(crate) fn error(mut self, measure: &'static str, error: Option<f64>) -> Row {
        self.measure = measure;
        self.error = error;
        self
    }

    /// A peer that was timed in this process.
    pub(crate) fn against(mut self, name: &str, ns: f64, judged: Option<(f64, usize)>) -> Row {
        self.peer = Some(Peer {
            name: name.to_owned(),
            ns,
            error: judged.map(|(error, _)| error),
            missing: judged.map_or(0, |(_, missing)| missing),
        });
        self
    }

    /// A peer of the C++ program, judged by `error`.
    pub(crate) fn beside(
        self,
        name: &str,
        peer: Option<&QuantLib>,
        key: &str,
        error: impl FnOnce(&[f64]) -> Option<f64>,
    ) -> Row {
        let Some(peer) = peer else { return self };
        let values = peer.values(key);
        let missing = values.iter().filter(|value| !value.is_finite()).count();
        let mut row = self.against(name, peer.nanoseconds(key), None);
        if let Some(peer) = &mut row.peer {
            peer.error = error(values);
            peer.missing = missing;
        }
        row
    }

    /// A peer that has no Greeks but can price `times` bumped options.
    pub(crate) fn bumped(self, name: &str, peer: Option<&QuantLib>, key: &str, times: f64) -> Row {
        let Some(peer) = peer else { return self };
        let ns = times * peer.nanoseconds(key);
        self.against(&format!("{times} x {name}"), ns, None)
    }
}

#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    pub(crate) fn push(&mut self, row: Row) {
        self.0.push(row);
    }

    pub(crate) fn print(&self) {
        println!(
            "\n| what | options | ours | a second | worst error | peer | its time | its worst error | ours is faster by |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for row in &self.0 {
            let error = row.error.map_or("n/a".to_owned(), |error| {
                format!("{error:.1e} {}", row.measure)
            });
            let (peer, its, its_error, ratio) = match &row.peer {
                None => (
                    "n/a".to_owned(),
                    String::new(),
                    String::new(),
                    String::new(),
                ),
                Some(peer) => (
                    peer.name.clone(),
                    time(peer.ns),
                    peer.error
                        .map_or("n/a".to_owned(), |error| format!("{error:.1e}"))
                        + &without(peer.missing),
                    format!("**{:.1}**", peer.ns / row.ns),
                ),
            };
            println!(
                "| {} | {} | {} | {} | {error}{} | {peer} | {its} | {its_error} | {ratio} |",
                row.what,
                row.count,
                time(row.ns),
                rate(1e9 / row.ns),
                without(row.missing),
            );
        }
        println!("\nchecksums (sums of the answers timed):");
        for row in &self.0 {
            println!("  {}: {:.10e}", row.what, row.sum);
        }
    }
}

fn without(missing: usize) -> String {
    if missing == 0 {
        String::new()
    } else {
        format!("; {missing} without an answer")
    }
}

fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate >= 1e6 => format!("{:.1} million", rate / 1e6),
        rate => format!("{rate:.0}"),
    }
}
