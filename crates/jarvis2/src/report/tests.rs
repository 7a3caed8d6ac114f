//! What both reports promise, on plans made by hand.
//!
//! `JARVIS2_BLESS=1 cargo test -p jarvis2 report` writes the golden screens anew.

use std::path::Path;

use serde_json::Value;

use super::fixture::{abstaining, bare, fixture, idle, large, synthetic};
use super::units::usd;
use super::{TextStyle, html, text};
use crate::plan::{Figure, Outcome, Plan};

const UNICODE: TextStyle = TextStyle {
    color: false,
    unicode: true,
};
const ASCII: TextStyle = TextStyle {
    color: false,
    unicode: false,
};
const COLOR: TextStyle = TextStyle {
    color: true,
    unicode: true,
};

fn all() -> [(&'static str, Plan); 6] {
    [
        ("act", fixture()),
        ("synthetic", synthetic()),
        ("bare", bare()),
        ("idle", idle()),
        ("abstain", abstaining()),
        ("large", large()),
    ]
}

/// The words of a text, whatever its line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words between the tags of a page.
fn visible(page: &str) -> String {
    let body = page.split_once("<body>").map_or("", |(_, body)| body);
    let mut words = String::new();
    let mut inside = false;
    for letter in body.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                words.push(' ');
            }
            letter if !inside => words.push(letter),
            _ => {}
        }
    }
    let words = words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    flat(&words)
}

#[test]
fn golden_screens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/golden");
    let bless = std::env::var_os("JARVIS2_BLESS").is_some();
    for (name, plan) in all() {
        let shown = text(&plan, &UNICODE);
        let path = folder.join(format!("{name}.txt"));
        if bless {
            std::fs::create_dir_all(&folder).expect("the folder of golden screens");
            std::fs::write(&path, &shown).expect("a golden screen");
        }
        let golden = std::fs::read_to_string(&path).expect("bless with JARVIS2_BLESS=1");
        assert!(
            shown == golden.replace("\r\n", "\n"),
            "{name} changed; if that is meant, bless with JARVIS2_BLESS=1\n{shown}"
        );
    }
}

#[test]
fn screens_fit_80_columns() {
    for (name, plan) in all() {
        for style in [UNICODE, ASCII] {
            for line in text(&plan, &style).lines() {
                assert!(line.chars().count() <= 80, "{name}: {line}");
                assert_eq!(line, line.trim_end(), "{name}");
            }
        }
    }
}

#[test]
fn styles_change_no_words() {
    let plan = synthetic();
    let plain = text(&plan, &UNICODE);
    let mut colored = text(&plan, &COLOR);
    assert_ne!(plain, colored);
    for code in ["\x1b[1m", "\x1b[2m", "\x1b[1;33m", "\x1b[0m"] {
        colored = colored.replace(code, "");
    }
    assert_eq!(plain, colored);
    assert!(text(&plan, &ASCII).is_ascii());
}

/// Whatever is missing says so, with its reason, in both reports.
#[test]
fn missing_figures_print_their_reasons() {
    for (name, plan) in all() {
        let json = serde_json::to_value(&plan).expect("a plan is plain data");
        let mut reasons = Vec::new();
        // Alternatives show some of their figures only.
        for key in ["decision", "numbers", "why", "evidence", "account"] {
            collect_reasons(&json[key], &mut reasons);
        }
        let (screen, page) = (flat(&text(&plan, &UNICODE)), visible(&html(&plan)));
        for reason in reasons {
            assert!(
                screen.contains(&reason),
                "{name}: the screen lacks {reason}"
            );
            assert!(page.contains(&reason), "{name}: the page lacks {reason}");
        }
    }
}

fn collect_reasons(value: &Value, reasons: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("n/a (") => reasons.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_reasons(item, reasons)),
        Value::Object(fields) => fields
            .values()
            .for_each(|field| collect_reasons(field, reasons)),
        _ => {}
    }
}

/// The first things that a trader looks for, and sentences from every part of the plan, are in both reports.
#[test]
fn both_reports_say_what_the_plan_says() {
    let plan = fixture();
    let (screen, page) = (flat(&text(&plan, &UNICODE)), visible(&html(&plan)));
    let mut expected: Vec<String> = [
        "+$84.12",
        "+$31.00 to +$137.24",
        "$206.70",
        "$66.47",
        "+2.8 %",
        "+0.47",
        "95 % interval",
        "per share \u{d7} 100 \u{d7} 2 contracts; 28-delta; implied vol 24.1 %",
        "on 2026-09-18",
        "0.02",
        "0.39",
        "74.3 %",
        "52.4 %",
        "30.1 %",
        "<0.1 %",
        "34.6 %",
        "$13,293.30",
        "1.5 %",
        "11.4 %",
        "$1,421.18",
        "$302.55",
        "+168.3",
        "-14.92",
        "+$4.13",
        "-$17.86",
        "+$6.02",
        "$66.35",
        "+$171.92",
        "1.045",
        "$13,500.00",
        "83.3 %",
        "54.2 %",
        "91.7 %",
        "60.0 %",
        "18.70 % a year",
        "16.10 % a year",
        "$0.81 per share",
        "4,096",
        "3,871",
        "12,345",
        "20,000",
        "64.3 %",
        "-1,020",
        "+118 to +225",
        "+1,105",
        "71.2 %",
        "$20,000.00",
        "66.105",
        "$26,901.50",
        "$4,200.00",
        "1,412",
        "236",
        "69.29",
        "18.7 %",
        "0.24",
    ]
    .iter()
    .map(|number| (*number).to_string())
    .collect();
    expected.extend([
        plan.why.objective.clone(),
        plan.evidence.meaning.clone(),
        plan.what_if.meaning.clone(),
        plan.decision.because.clone(),
        format!("speak of the choice: {}", plan.why.subject),
        format!("the kind of \"{}\" stays best in 83.3 %", plan.why.subject),
    ]);
    expected.extend(plan.decision.notices.clone());
    expected.extend(plan.data.notes.clone());
    expected.extend(plan.account.options.clone());
    expected.extend(
        plan.why
            .refusals
            .iter()
            .map(|refusal| refusal.nearest_miss.clone()),
    );
    expected.extend(
        plan.why
            .assumptions
            .iter()
            .map(|assumption| assumption.value.clone()),
    );
    expected.push(plan.manifest.data_sha256.clone());
    for item in expected {
        assert!(screen.contains(&item), "the screen lacks {item}");
        assert!(page.contains(&item), "the page lacks {item}");
    }
    for row in plan
        .alternatives
        .iter()
        .filter(|row| row.action.kind != "sell_put" || row.chosen)
    {
        assert!(
            screen.contains(&row.verdict),
            "the screen lacks {}",
            row.verdict
        );
    }
    for row in &plan.alternatives {
        assert!(
            page.contains(&row.verdict),
            "the page lacks {}",
            row.verdict
        );
    }
}

/// What to do and what it is worth are the first things on the screen, below a watermark.
#[test]
fn the_first_lines_decide() {
    let screen = text(&fixture(), &UNICODE);
    let lines: Vec<&str> = screen.lines().take(4).collect();
    assert!(
        lines[2].starts_with("ACTION  sell 2 KO 2026-09-18 67.5 puts"),
        "{lines:?}"
    );
    assert!(lines[3].starts_with("WORTH   +$84.12"), "{lines:?}");
    let abstained = abstaining();
    assert_eq!(abstained.decision.outcome, Outcome::Abstain);
    assert!(text(&abstained, &UNICODE).contains("ACTION  ABSTAIN: do nothing today"));
    assert!(visible(&html(&abstained)).contains("ABSTAIN: do nothing today"));
}

/// Doing nothing with cash alone takes a few sentences: no list of figures that do not apply, no flat drawing.
#[test]
fn doing_nothing_is_said_in_few_words() {
    let plan = idle();
    let (screen, page) = (flat(&text(&plan, &UNICODE)), visible(&html(&plan)));
    for shown in [&screen, &page] {
        for present in [
            "+$209.10 over the wealth today, the same on every path; doing nothing is itself the yardstick",
            "Every simulated path ends +$209.10 over the wealth today",
            "premium, break-even, odds and returns do not apply: n/a (no option is sold).",
            "delta and the other Greeks are 0",
            "No price of the share changes the profit: $0.00 on 2026-07-31, +$104.20 on 2026-09-14, +$209.10 on 2026-10-29.",
            "the best action besides doing nothing: sell 2 KO 2026-09-18 67.5 puts",
            "yardstick: ",
        ] {
            assert!(shown.contains(present), "lacks {present}:\n{shown}");
        }
        for absent in ["zero lies inside", "Gamma", "from now", "Break-even"] {
            assert!(!shown.contains(absent), "has {absent}:\n{shown}");
        }
    }
}

/// The tree is drawn, said in tables, and its drawing names its figures.
#[test]
fn the_tree_is_drawn_and_told() {
    let plan = fixture();
    let (screen, page) = (flat(&text(&plan, &UNICODE)), html(&plan));
    let seen = visible(&page);
    let settled = "its best action became another once; since 1,024 evaluations (26.5 % of them) it is \"sell 2 KO 2026-09-18 67.5 puts";
    for shown in [&screen, &seen] {
        assert!(shown.contains(settled), "lacks {settled}:\n{shown}");
    }
    for present in [
        "2,560 62.5 % +$91.40 \u{b1} $12.50 open",
        "$63.10, volatility 26 %: 100 shares, -2 KO 2026-09-18 67.5 put 25.0 % -$612.30 do nothing today",
        "2 unlikelier ones are not shown",
        "worth over holding +$302.70, 1400 visits",
    ] {
        let present = present.replace("1400", "1,400");
        assert!(seen.contains(&present), "lacks {present}:\n{seen}");
    }
    assert_eq!(page.matches("<svg class=\"tree\"").count(), 1);
    assert!(page.contains("box chosen"), "the plan's action stands out");
    let bare = html(&bare());
    assert!(!bare.contains("<svg class=\"tree\""));
    assert!(visible(&bare).contains("n/a (no action was tried)"));
}

/// Widths of siblings add up to no more than their parent, whatever the shares say.
#[test]
fn boxes_of_the_tree_stay_inside_their_parents() {
    let mut plan = fixture();
    plan.tree.parts[1].share_fraction = f64::NAN;
    plan.tree.parts[4].worth_over_holding_usd = Figure::missing("not tried");
    plan.tree.parts[7].parent = 9_999;
    balanced(&html(&plan));
    let page = html(&fixture());
    let tree = &page[page.find("<svg class=\"tree\"").unwrap()..];
    let number = |text: &str, name: &str| -> f64 {
        let after = text.split(&format!(" {name}=\"")).nth(1).unwrap();
        after.split(['%', '"']).next().unwrap().parse().unwrap()
    };
    let boxes: Vec<(f64, f64)> = tree
        .split("<svg ")
        .skip(2)
        .take(plan.tree.parts.len())
        .map(|text| {
            let text = format!(" {text}");
            (number(&text, "x"), number(&text, "width"))
        })
        .collect();
    for (index, part) in fixture().tree.parts.iter().enumerate().skip(1) {
        let ((x, width), (left, all)) = (boxes[index], boxes[part.parent as usize]);
        assert!(
            x >= left - 0.011 && x + width <= left + all + 0.021,
            "{part:?}"
        );
    }
}

/// A table of profits with gaps is shown with gaps.
#[test]
fn ragged_tables_leave_gaps() {
    let mut plan = fixture();
    plan.what_if.profit_usd[0].pop();
    plan.what_if.profit_usd[1].push(1.0);
    plan.what_if.profit_usd.pop();
    let (screen, page) = (text(&plan, &UNICODE), html(&plan));
    assert!(
        screen
            .lines()
            .any(|line| line.starts_with("  50.00") && line.ends_with("n/a"))
    );
    assert_eq!(visible(&page).matches(" n/a n/a n/a n/a").count(), 1);
    balanced(&page);
}

#[test]
fn synthetic_data_is_marked_at_both_ends() {
    let plan = synthetic();
    let screen = text(&plan, &UNICODE);
    assert!(screen.starts_with("*** SYNTHETIC DATA"));
    let end = screen.rfind("*** SYNTHETIC DATA").expect("a watermark");
    assert!(
        screen[end..].lines().count() <= 2,
        "nothing comes after the watermark"
    );
    assert_eq!(screen.matches("*** SYNTHETIC DATA").count(), 2);
    assert_eq!(visible(&html(&plan)).matches("SYNTHETIC DATA").count(), 2);
    assert!(!text(&fixture(), &UNICODE).contains("SYNTHETIC"));
}

#[test]
fn pages_are_well_formed_and_load_nothing() {
    for (name, plan) in all() {
        let page = html(&plan);
        balanced(&page);
        for absent in [
            "http:", "https:", "src=", "href=", "url(", "@import", "<script", "NaN", "inf%",
        ] {
            assert!(!page.contains(absent), "{name}: {absent}");
        }
        assert!(page.len() < 200_000, "{name}: {} bytes", page.len());
        assert_eq!(
            page,
            html(&plan),
            "{name}: the same plan gives the same bytes"
        );
    }
}

/// Every tag is closed, in order, and every attribute is quoted.
fn balanced(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.split_once("</style>").expect("a style sheet").1;
    open.push("html".into());
    open.push("head".into());
    while let Some((_, tail)) = rest.split_once('<') {
        let (tag, after) = tail.split_once('>').expect("an open tag");
        rest = after;
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap_or_default()
            .to_string();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(closed),
                "near {}",
                &rest[..rest.len().min(80)]
            );
        } else if !tag.ends_with('/') && name != "br" {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "still open: {open:?}");
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "<script>alert(\"1\")</script>&\u{1b}[31m";
    let mut plan = synthetic();
    plan.symbol = hostile.into();
    plan.watermark = Some(format!("SYNTHETIC DATA {hostile}"));
    plan.decision.action.text = hostile.into();
    plan.decision.notices = vec![hostile.into()];
    plan.alternatives[0].action.text = hostile.into();
    plan.alternatives[0].verdict = hostile.into();
    plan.why.assumptions[0].source = hostile.into();
    plan.evidence.rows[0].policy = hostile.into();
    plan.what_if.dates[0] = hostile.into();
    plan.data.chain = hostile.into();
    plan.data.smiles[0].expiry = hostile.into();
    plan.account.source = hostile.into();
    plan.manifest.device = hostile.into();
    plan.manifest.device_because = hostile.into();
    plan.tree.parts[1].text = hostile.into();
    plan.tree.parts[1].label = hostile.into();
    plan.tree.parts[1].status = hostile.into();
    plan.tree.settling.changes[0].best = hostile.into();
    plan.tree.settling.points[3].best = hostile.into();
    let page = html(&plan);
    assert!(!page.contains("<script"));
    assert!(!page.contains('\u{1b}'));
    assert!(page.contains("&lt;script&gt;"));
    balanced(&page);
    assert!(!text(&plan, &UNICODE).contains('\u{1b}'));
}

/// Numbers that no plan should hold still leave a readable report.
#[test]
fn numbers_that_are_not_finite_print_na() {
    let mut plan = fixture();
    plan.what_if.profit_usd[0][0] = f64::NAN;
    plan.what_if.payoff[0].now_usd = f64::INFINITY;
    plan.evidence.rows[0].quantiles_usd[0] = f64::NAN;
    plan.alternatives[1]
        .numbers
        .worth_over_holding
        .as_mut()
        .expect("a worth")
        .low_usd = f64::NEG_INFINITY;
    let (screen, page) = (text(&plan, &UNICODE), html(&plan));
    for shown in [&screen, &page] {
        assert!(!shown.contains("NaN") && !shown.contains("inf%") && !shown.contains("$inf"));
    }
    balanced(&page);
    assert_eq!(usd(f64::NAN), "n/a");
}
