//! The examination for people: text of 80 columns, and one HTML file that needs nothing else.

use hardware::Bytes;

use super::{Fact, Figure, Finding, Rating, Report};
use crate::report::html::{Grid, begin, escape, paragraph};
use crate::report::{TextStyle, wrap};

const WIDTH: usize = 80;
/// Where the words of a finding begin.
const INDENT: usize = 4;

/// A figure with its unit: `one thread 12.3 M options/s`.
fn figure(figure: &Figure) -> String {
    let Figure { name, value, unit } = figure;
    match *unit {
        "bytes" => format!("{name} {}", Bytes(*value as u64)),
        "GB/s" | "GFLOP/s" => format!("{name} {value:.1} {unit}"),
        unit if unit.ends_with("/s") => format!("{name} {} {unit}", crate::bench::short(*value)),
        unit if *value >= 100.0 => format!("{name} {value:.0} {unit}"),
        unit => format!("{name} {value:.2} {unit}"),
    }
}

fn figures(finding: &Finding) -> String {
    let all: Vec<String> = finding.figures.iter().map(figure).collect();
    all.join(", ")
}

/// How many parts got each rating.
fn verdict(report: &Report) -> String {
    format!(
        "{} work, {} with care, {} unusable, {} absent; {:.1} s",
        report.count(Rating::Works),
        report.count(Rating::WorksWithCare),
        report.count(Rating::Unusable),
        report.count(Rating::Absent),
        report.seconds
    )
}

fn put(out: &mut String, words: &str, indent: usize) {
    for line in wrap(words, WIDTH - indent) {
        *out += &format!("{}{line}\n", " ".repeat(indent));
    }
}

/// The report as text.
pub(super) fn text(report: &Report, style: &TextStyle) -> String {
    let mut out = String::new();
    for name in ["os", "cpu", "logical cores", "memory"] {
        if let Some(fact) = report.machine.iter().find(|fact| fact.name == name) {
            put(&mut out, &format!("{name}: {}", fact.value), 0);
        }
    }
    out.push('\n');
    for finding in &report.findings {
        out += &format!("{}  {}\n", painted(finding.rating, style), finding.part);
        put(&mut out, &finding.why, INDENT);
        if !finding.figures.is_empty() {
            put(&mut out, &format!("measured: {}", figures(finding)), INDENT);
        }
        if let Some(remedy) = &finding.remedy {
            put(&mut out, &format!("do: {remedy}"), INDENT);
        }
    }
    out += "\nSettings for this machine (`jarvis2 doctor --write-config` writes what differs):\n\n";
    for setting in &report.settings {
        let same = if setting.differs {
            format!("now {}", setting.now)
        } else {
            "as it is".to_owned()
        };
        out += &format!("{} = {}  ({same})\n", setting.key, setting.recommended);
        put(&mut out, &setting.why, INDENT);
    }
    out.push('\n');
    for note in &report.notes {
        put(&mut out, &format!("note: {note}"), 0);
    }
    put(&mut out, &verdict(report), 0);
    out
}

/// The rating in a column of its own, in colour where there is colour.
fn painted(rating: Rating, style: &TextStyle) -> String {
    let words = format!("{:<15}", rating.words());
    if !style.color {
        return words;
    }
    let code = match rating {
        Rating::Works => "32",
        Rating::WorksWithCare => "33",
        Rating::Unusable => "1;31",
        Rating::Absent => "2",
    };
    format!("\u{1b}[{code}m{words}\u{1b}[0m")
}

/// The report as one self-contained HTML file.
pub(super) fn html(report: &Report) -> String {
    let title = format!("Jarvis2 on this machine: {}", report.verdict.words());
    let mut page = begin(&title);
    page.push_str("<main>\n<header>\n");
    page.push_str(&format!("<h1>{}</h1>\n", escape(&title)));
    paragraph(&mut page, "worth", &verdict(report));
    paragraph(&mut page, "soft", &format!("jarvis2 {}", report.version));
    if !report.notes.is_empty() {
        page.push_str("<ul class=\"notices\">\n");
        for note in &report.notes {
            page.push_str(&format!("<li>{}</li>\n", escape(note)));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</header>\n<section>\n<h2>Parts</h2>\n");
    let mut grid = Grid::new(
        "",
        "What was run, what came out, and what to do",
        &["Part", "Rating", "Why", "Measured", "What to do"],
    )
    .words(4);
    // What needs a reader first; the order within a rating is that of the examination.
    let mut sorted: Vec<&Finding> = report.findings.iter().collect();
    let weight = |finding: &&Finding| match finding.rating {
        Rating::Unusable => 0,
        Rating::WorksWithCare => 1,
        Rating::Works => 2,
        Rating::Absent => 3,
    };
    sorted.sort_by_key(weight);
    for finding in sorted {
        let class = match finding.rating {
            Rating::Unusable => "sum",
            _ => "",
        };
        let words = |text: &str| ("words", escape(text));
        grid.row(
            class,
            &escape(&finding.part),
            &[
                words(finding.rating.words()),
                words(&finding.why),
                words(&figures(finding)),
                words(finding.remedy.as_deref().unwrap_or_default()),
            ],
        );
    }
    grid.finish(&mut page);
    page.push_str("</section>\n<section>\n<h2>Settings for this machine</h2>\n");
    let mut grid = Grid::new(
        "",
        "What suits it, and why; `jarvis2 doctor --write-config` writes what differs",
        &["Key", "Now", "Recommended", "Why"],
    )
    .words(3);
    for setting in &report.settings {
        grid.row(
            if setting.differs { "chosen" } else { "" },
            &escape(setting.key),
            &[
                ("words", escape(&setting.now)),
                ("words", escape(&setting.recommended)),
                ("words", escape(&setting.why)),
            ],
        );
    }
    grid.finish(&mut page);
    page.push_str("</section>\n");
    facts(&mut page, "Machine", "What it has", &report.machine);
    facts(
        &mut page,
        "Sensors",
        "What it did meanwhile",
        &report.sensors,
    );
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn facts(page: &mut String, title: &str, caption: &str, facts: &[Fact]) {
    page.push_str(&format!("<section>\n<h2>{}</h2>\n", escape(title)));
    let with_source = facts.iter().any(|fact| fact.source.is_some());
    let heads: &[&str] = if with_source {
        &["Name", "Value", "Source"]
    } else {
        &["Name", "Value"]
    };
    let mut grid = Grid::new("", caption, heads).words(heads.len() - 1);
    for fact in facts {
        let mut cells = vec![("words", escape(&fact.value))];
        if with_source {
            cells.push(("words", escape(fact.source.as_deref().unwrap_or_default())));
        }
        grid.row("", &escape(&fact.name), &cells);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::settings::Setting;

    fn report() -> Report {
        let finding = Finding::works("net, f32", "64 states beside f64").figure(
            "one thread",
            123_456.0,
            "states/s",
        );
        let broken = Finding::unusable("European prices", "off by <1e-3>", "report it");
        Report {
            version: "0",
            verdict: Rating::Unusable,
            seconds: 1.25,
            findings: vec![finding, broken, Finding::absent("SQL", "not in this build")],
            settings: vec![Setting {
                key: "hardware.threads",
                now: "0".to_owned(),
                set_by_user: false,
                recommended: "8".to_owned(),
                differs: true,
                why: "8 (cores of Performance)".to_owned(),
            }],
            machine: vec![Fact {
                name: "cpu".to_owned(),
                value: "Apple M4 Pro".to_owned(),
                source: Some("machdep.cpu.brand_string".to_owned()),
            }],
            sensors: vec![Fact {
                name: "cpu load".to_owned(),
                value: "n/a (no sensor)".to_owned(),
                source: None,
            }],
            notes: vec!["a note".to_owned()],
        }
    }

    #[test]
    fn text_has_every_part_on_80_columns() {
        let plain = TextStyle {
            color: false,
            unicode: false,
        };
        let shown = text(&report(), &plain);
        assert_eq!(
            shown,
            "cpu: Apple M4 Pro\n\n\
             works            net, f32\n    64 states beside f64\n    measured: one thread 123 k states/s\n\
             unusable         European prices\n    off by <1e-3>\n    do: report it\n\
             absent           SQL\n    not in this build\n\n\
             Settings for this machine (`jarvis2 doctor --write-config` writes what differs):\n\n\
             hardware.threads = 8  (now 0)\n    8 (cores of Performance)\n\n\
             note: a note\n1 work, 0 with care, 1 unusable, 1 absent; 1.2 s\n"
        );
        let color = TextStyle {
            color: true,
            unicode: true,
        };
        assert!(text(&report(), &color).contains("\u{1b}[1;31munusable       \u{1b}[0m  European"));
    }

    #[test]
    fn html_is_one_file_and_escapes() {
        let page = html(&report());
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        assert!(page.contains("off by &lt;1e-3&gt;") && !page.contains("<1e-3>"));
        for outside in ["<script", "src=", "http://", "https://", "@import"] {
            assert!(!page.contains(outside), "{outside}");
        }
        let (broken, sound) = (page.find("European prices"), page.find("net, f32"));
        assert!(broken < sound, "what is broken comes first");
    }
}
