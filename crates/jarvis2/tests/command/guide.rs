//! The guide (`docs/guide`): its commands run as written, its pages hang together.

use crate::run::Desk;
use std::path::{Path, PathBuf};

/// Every page of the guide with its path, in order.
fn pages() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/src")];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = std::fs::read_to_string(&path).unwrap();
                pages.push((path, text));
            }
        }
    }
    pages.sort();
    pages
}

/// The blocks of a page whose first line is this.
fn blocks<'a>(page: &'a str, first: &str) -> Vec<&'a str> {
    let open = format!("\n{first}\n");
    let after = page.split(open.as_str()).skip(1);
    after
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

/// A block `sh runnable` runs line by line as it stands, in one folder for its page, away from the user's files; small budgets stand in the
/// environment. Blocks `sh` without the word need what a test has not: the user's files, a browser, minutes.
#[cfg(unix)]
#[test]
fn commands_run_as_written() {
    let mut ran = 0;
    for (path, page) in pages() {
        let desk = Desk::new();
        for block in blocks(&page, "```sh runnable") {
            let run = desk.shell(block);
            assert_eq!(run.code, Some(0), "{}: {run}", path.display());
            ran += 1;
        }
    }
    assert!(ran >= 10, "{ran} blocks");
}

/// What the tutorial shows of the plan is what the plan says, up to figures.
#[cfg(unix)]
#[test]
fn the_tutorial_shows_what_comes_out() {
    let page = pages()
        .into_iter()
        .find(|(path, _)| path.ends_with("tutorial.md"));
    let (_, page) = page.expect("there is a tutorial");
    let desk = Desk::new();
    let said = desk.shell("jarvis2 plan --no-files").exits(0).stdout;
    for label in blocks(&page, "```text")
        .iter()
        .flat_map(|block| block.lines())
        .filter_map(|line| line.trim().split(&[':'][..]).next()?.split("  ").next())
        .filter(|label| label.starts_with(|letter: char| letter.is_ascii_uppercase()))
    {
        assert!(
            said.contains(label),
            "the plan does not say {label:?}: {said}"
        );
    }
}

#[test]
fn pages_hang_together() {
    let pages = pages();
    let summary = &pages
        .iter()
        .find(|(path, _)| path.ends_with("SUMMARY.md"))
        .expect("there is a summary")
        .1;
    for (path, page) in &pages {
        let folder = path.parent().unwrap();
        let file_name = path.file_name().unwrap().to_string_lossy();
        let name = match folder.ends_with("numbers") {
            true => format!("numbers/{file_name}"),
            false => file_name.into_owned(),
        };
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "{name} is not in SUMMARY.md"
        );
        for link in page.split("](").skip(1) {
            let to = link.split(')').next().unwrap_or_default();
            let (file, anchor) = to.split_once('#').unwrap_or((to, ""));
            if to.contains("://") {
                continue;
            }
            let target = if file.is_empty() {
                path.clone()
            } else {
                folder.join(file)
            };
            assert!(target.exists(), "{name}: there is no {to}");
            if !anchor.is_empty() && target.extension().is_some_and(|e| e == "md") {
                let text = std::fs::read_to_string(&target).unwrap();
                let found = text
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| slug(line.trim_start_matches('#')) == anchor);
                assert!(found, "{name}: {file} has no heading for #{anchor}");
            }
        }
    }
}

/// A heading as forges and mdbook make its address.
fn slug(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// Every figure that a plan can print has its page: the labels of the report stand in the guide.
#[test]
fn every_number_of_a_plan_is_explained() {
    let guide: String = pages().into_iter().map(|(_, page)| page).collect();
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let content = std::fs::read_to_string(report.join("content.rs")).unwrap();
    // First strings of `line(...)`, `interval(...)` and `label: "..."`, and the parts of the edge.
    let mut labels: Vec<&str> = Vec::new();
    for call in ["line(\n", "line(\"", "interval(\"", "label: \""] {
        for rest in content.split(call).skip(1) {
            let text = rest.trim_start().trim_start_matches('"');
            let at_quote = rest.trim_start().starts_with('"') || call.ends_with('"');
            if at_quote {
                labels.extend(text.split('"').next());
            }
        }
    }
    let edge = content.split("fn edge_parts").nth(1).unwrap_or_default();
    let edge = edge.split("\n}").next().unwrap_or_default();
    labels.extend(
        edge.split("(\"")
            .skip(1)
            .chain(edge.split("(\n").skip(1))
            .filter_map(|rest| rest.trim_start().trim_start_matches('"').split('"').next()),
    );
    assert!(labels.len() > 25, "{labels:?}");
    for label in labels {
        assert!(
            guide.contains(label),
            "the guide does not explain {label:?}"
        );
    }
}

/// Where a page says that its number lies in `plan.json`, there it lies.
#[test]
fn pages_of_numbers_name_their_place_in_the_plan() {
    let plan = Desk::new().plan(&["--no-diary"]).exits(0).json();
    // A small budget may find nothing to do; what would have been traded has the same form.
    let rows = plan["alternatives"].as_array().unwrap();
    let traded = rows.iter().find(|row| !row["action"]["legs"][0].is_null());
    let traded = &traded.expect("something was considered")["action"];
    let mut found = 0;
    for (path, page) in pages() {
        let Some((_, named)) = page.split_once("**In `plan.json`:** `") else {
            continue;
        };
        let place = named.split([',', '`']).next().unwrap_or_default();
        if place.starts_with('*') {
            continue;
        }
        let (mut value, rest) = match place.strip_prefix("decision.action.") {
            Some(rest) => (traded, rest),
            None => (&plan, place),
        };
        for key in rest.split('.') {
            let (key, is_list) = match key.strip_suffix("[]") {
                Some(key) => (key, true),
                None => (key, false),
            };
            value = &value[key];
            if is_list {
                value = &value[0];
            }
        }
        assert!(!value.is_null(), "{}: no {place}", path.display());
        found += 1;
    }
    assert!(found > 50, "{found} pages");
}
