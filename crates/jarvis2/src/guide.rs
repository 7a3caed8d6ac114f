//! The pages of the guide (`docs/guide`) that follow from the program: its commands and its configuration.
//!
//! Each committed page is compared with what is made here. `JARVIS2_BLESS=1 cargo test -p jarvis2 --lib guide` writes them anew.

use crate::config;
use crate::help::{self, WHENS, When, examples, grouped};
use clap::{Arg, Command};
use std::fmt::Write;
use std::path::Path;

const MADE: &str = "<!-- Made from the program by its tests: JARVIS2_BLESS=1 cargo test -p jarvis2 --lib guide -->";

#[test]
fn the_page_of_commands_is_that_of_the_program() {
    let all_default = cfg!(all(
        feature = "arrow",
        feature = "monitor",
        feature = "serve"
    ));
    if !all_default || cfg!(any(feature = "index", feature = "train")) {
        eprintln!("skipped: the page shows the commands of the default build");
        return;
    }
    check("commands.md", &commands());
}

#[test]
fn the_page_of_settings_is_that_of_the_program() {
    check("settings.md", &settings());
}

fn check(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/guide/src")
        .join(name);
    if std::env::var_os("JARVIS2_BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "{}: not what the program says; write it anew with JARVIS2_BLESS=1 cargo test -p jarvis2 --lib guide",
        path.display()
    );
}

fn settings() -> String {
    let mut text = format!(
        "{MADE}\n\n# Every setting\n\n\
         One TOML file, environment variables and flags, each over the one before. `jarvis2 config init` writes a commented file,\n\
         `jarvis2 config show --origin` says where each value comes from, and an unknown key is an error with the nearest name.\n\
         `search.seed` is `--set search.seed=8` on the command line and `JARVIS2__SEARCH__SEED=8` in the environment.\n"
    );
    for (section, about) in config::SECTIONS {
        let about = joined(about);
        let _ = write!(
            text,
            "\n## `[{section}]`\n\n{about}\n\n| key | default | takes | meaning |\n| --- | --- | --- | --- |\n"
        );
        for key in config::keys().iter().filter(|key| key.section == *section) {
            let default = key
                .default
                .as_ref()
                .map_or_else(|| "unset".to_owned(), |value| format!("`{value}`"));
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                key.name,
                cell(&default),
                cell(&key.takes()),
                cell(&joined(key.meaning))
            );
        }
    }
    text
}

/// Doc lines as one.
fn joined(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    lines.join(" ")
}

fn commands() -> String {
    let mut command = help::command();
    command.build();
    let mut text = format!(
        "{MADE}\n\n# Every command\n\n\
         What `jarvis2 COMMAND --help` says, of the default build. Examples run as they stand unless they say otherwise, those with\n\
         `sample/` after `jarvis2 sample --out sample`.\n"
    );
    for (title, subs) in grouped(&command) {
        let _ = write!(text, "\n## {title}\n");
        for sub in subs {
            page(&mut text, sub, &format!("jarvis2 {}", sub.get_name()), 3);
            shown(&mut text, sub.get_name());
        }
    }
    text
}

/// A command and those below it.
fn page(text: &mut String, command: &Command, name: &str, depth: usize) {
    let _ = write!(text, "\n{} {name}\n", "#".repeat(depth));
    if let Some(about) = command.get_about() {
        let _ = write!(text, "\n{}\n", sentence(&about.to_string()));
    }
    let arguments: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version"))
        .collect();
    if !arguments.is_empty() {
        let _ = write!(text, "\n| argument | meaning |\n| --- | --- |\n");
    }
    for arg in arguments {
        let _ = writeln!(
            text,
            "| `{}` | {} |",
            cell(&spelled(arg)),
            cell(&meaning(arg))
        );
    }
    for sub in command.get_subcommands() {
        if sub.get_name() != "help" && !sub.is_hide_set() {
            let name = format!("{name} {}", sub.get_name());
            page(text, sub, &name, depth + 1);
            shown(text, name.trim_start_matches("jarvis2 "));
        }
    }
}

/// `--chain <FILE>`, `-s, --symbol <SYMBOL>` or `<FILE>`.
fn spelled(arg: &Arg) -> String {
    let mut text = String::new();
    if let Some(short) = arg.get_short() {
        let _ = write!(text, "-{short}, ");
    }
    if let Some(long) = arg.get_long() {
        let _ = write!(text, "--{long}");
    }
    if arg.get_action().takes_values() {
        let names = arg.get_value_names().unwrap_or_default();
        let shown: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
        let gap = if arg.get_long().is_some() { " " } else { "" };
        let _ = write!(text, "{gap}{}", shown.join(" "));
    }
    text
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let mut text = sentence(&help.map(ToString::to_string).unwrap_or_default());
    let values = arg.get_possible_values();
    let values: Vec<String> = values
        .iter()
        .filter(|value| !value.is_hide_set() && arg.get_action().takes_values())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if !values.is_empty() {
        let _ = write!(text, " One of {}.", values.join(", "));
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let _ = write!(text, " Default: {}.", defaults.join(", "));
    }
    text
}

/// The examples of a command.
fn shown(text: &mut String, name: &str) {
    let examples = examples(name);
    if examples.is_empty() {
        return;
    }
    text.push_str("\n```sh\n");
    for (when, _) in WHENS {
        for example in examples.iter().filter(|example| example.when == when) {
            let note = match when {
                When::Now => "",
                When::Yours => " (your own files)",
                When::Long => " (takes longer, stays, or changes settings)",
            };
            let _ = writeln!(text, "# {}{note}\n{}", example.why, example.line);
        }
    }
    text.push_str("```\n");
}

/// One line with a full stop.
fn sentence(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.ends_with(['.', ':', '!', '?']) || words.is_empty() {
        true => words,
        false => format!("{words}."),
    }
}

/// What a cell of a table holds without ending it.
fn cell(words: &str) -> String {
    words.replace('|', "\\|")
}
