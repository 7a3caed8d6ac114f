//! What the help promises: each example that it says runs as it stands does, completions and man pages come out whole.

use crate::run::Desk;

/// Heading of the examples that run as they stand.
const NOW: &str = "Examples that run as they stand:";

/// The commands that the first page of help names.
fn commands(help: &str) -> Vec<&str> {
    let named = help.lines().filter_map(|line| line.strip_prefix("  "));
    named
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "jarvis2")
        .collect()
}

/// The lines of a help text that are said to run as they stand.
#[cfg(unix)]
fn examples(help: &str) -> Vec<&str> {
    let after = help.split(NOW).nth(1).unwrap_or_default();
    after
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("      "))
        .map(str::trim)
        .collect()
}

#[cfg(unix)]
#[test]
fn examples_run_as_they_stand() {
    let desk = Desk::new();
    let first = desk.run(&["--help"]).exits(0);
    let commands = commands(&first.stdout);
    assert!(commands.len() > 20, "{first}");
    let mut pages = vec![first.stdout.clone()];
    for command in commands {
        pages.push(desk.run(&[command, "--help"]).exits(0).stdout);
    }
    let mut ran = 0;
    for page in &pages {
        // A folder for each page: its examples stand on each other and on nothing else.
        let desk = Desk::new();
        for line in examples(page) {
            desk.shell(line).exits(0);
            ran += 1;
        }
    }
    assert!(ran > 40, "{ran} examples");
}

#[test]
fn the_first_page_groups_every_command() {
    let help = Desk::new().run(&["--help"]).exits(0).stdout;
    let commands = commands(&help);
    for wanted in [
        "plan",
        "price",
        "backtest",
        "journal",
        "doctor",
        "completions",
    ] {
        assert!(commands.contains(&wanted), "{wanted}: {help}");
    }
    assert!(!commands.contains(&"prove-device"), "{help}");
    assert!(
        help.find("\nDecide:") < help.find("\nThis machine:"),
        "{help}"
    );
    // A mistake still names what was meant.
    let wrong = Desk::new().run(&["paln"]).exits(2);
    assert!(wrong.stderr.contains("'plan'"), "{wrong}");
}

/// Commands below a command have examples of their own where they take files.
#[test]
fn commands_of_the_journal_show_how_they_are_used() {
    for command in ["import", "apply"] {
        let help = Desk::new().run(&["journal", command, "--help"]).exits(0);
        let example = format!("  jarvis2 journal {command} ");
        assert!(help.stdout.contains(&example), "{help}");
    }
}

#[test]
fn shells_complete_commands_and_flags() {
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = desk.run(&["completions", shell]).exits(0).stdout;
        for word in ["plan", "allow-synthetic", "backtest"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    desk.run(&["completions", "tcsh"]).exits(2);
}

/// What bash says when Tab is pressed, with the script that it was given.
#[cfg(unix)]
#[test]
fn bash_completes() {
    let desk = Desk::new();
    let script = desk.run(&["completions", "bash"]).exits(0).stdout;
    desk.put("jarvis2.bash", script);
    let probe = "source ./jarvis2.bash; COMP_WORDS=(jarvis2 pl); COMP_CWORD=1; _jarvis2 jarvis2 pl jarvis2; echo ${COMPREPLY[@]}; \
         COMP_WORDS=(jarvis2 plan --allow); COMP_CWORD=2; _jarvis2 jarvis2 --allow plan; echo ${COMPREPLY[@]}";
    let Ok(out) = std::process::Command::new("bash")
        .args(["--norc", "-c", probe])
        .current_dir(desk.path("."))
        .output()
    else {
        eprintln!("skipped: there is no bash here");
        return;
    };
    let said = String::from_utf8_lossy(&out.stdout);
    assert_eq!(said, "plan\n--allow-synthetic\n", "{out:?}");
}

#[test]
fn man_pages_are_written_for_every_command() {
    let desk = Desk::new();
    desk.run(&["man", "--out", "man1"]).exits(0);
    let help = desk.run(&["--help"]).exits(0).stdout;
    for command in commands(&help) {
        let page = std::fs::read_to_string(desk.path(&format!("man1/jarvis2-{command}.1")));
        let page = page.unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(page.contains(".SH SYNOPSIS"), "{command}: {page}");
        assert!(!page.contains(".SH EXTRA"), "{command}: {page}");
    }
    let first = std::fs::read_to_string(desk.path("man1/jarvis2.1")).unwrap();
    assert!(first.contains(".SH EXAMPLES\n.nf\n"), "{first}");
    // The hidden child process has none.
    assert!(!desk.path("man1/jarvis2-prove-device.1").exists());
}
