//! What the program says of itself: its commands in groups, examples under each, completions for shells, man pages.
//!
//! The examples of [`EXAMPLES`] that are said to run as they stand are run by a test (`tests/command/help.rs`), the others are at least
//! understood by the parser.

use crate::cli::Cli;
use crate::error::Error;
use clap::{Args, Command, CommandFactory, FromArgMatches};
use clap_complete::Shell;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Characters in a line of help, at most.
const WIDTH: usize = 100;

/// The commands as the first page of help shows them. One that stands in no group comes last, under [`REST`].
pub(crate) const GROUPS: &[(&str, &[&str])] = &[
    ("Decide", &["plan", "risk", "recall"]),
    ("Doubt the advice", &["backtest", "replay", "market"]),
    ("Price", &["price", "iv", "surface", "regimes"]),
    (
        "Remember and ask",
        &["journal", "history", "export", "sql", "index"],
    ),
    (
        "Files and settings",
        &["ingest", "sample", "config", "schema", "completions", "man"],
    ),
    (
        "This machine",
        &[
            "doctor", "machine", "memory", "devices", "bench", "monitor", "serve", "mcp",
        ],
    ),
    ("Nets", &["models", "ablate", "train"]),
];

/// Heading of the commands that stand in no group.
pub(crate) const REST: &str = "More";

/// When an example runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// As it stands, after those above it, in seconds.
    Now,
    /// With files of the user's.
    Yours,
    /// As it stands, but it takes a minute or more, or stays until it is ended, or changes settings.
    Long,
}

/// Headings of the examples, in the order shown.
pub(crate) const WHENS: [(When, &str); 3] = [
    (When::Now, "Examples that run as they stand:"),
    (When::Yours, "With your own files:"),
    (
        When::Long,
        "That take longer, stay until you end them, or change settings:",
    ),
];

/// A command line and what it is for.
pub(crate) struct Example {
    pub(crate) when: When,
    pub(crate) line: &'static str,
    pub(crate) why: &'static str,
}

const fn now(line: &'static str, why: &'static str) -> Example {
    Example {
        when: When::Now,
        line,
        why,
    }
}

const fn yours(line: &'static str, why: &'static str) -> Example {
    Example {
        when: When::Yours,
        line,
        why,
    }
}

const fn long(line: &'static str, why: &'static str) -> Example {
    Example {
        when: When::Long,
        line,
        why,
    }
}

const SAMPLE: Example = now(
    "jarvis2 sample --out sample",
    "the synthetic sample as files, to try the rest with",
);

/// Examples of the program (the empty name), of its commands, and of commands below those (`journal apply`).
const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "",
        &[
            now(
                "jarvis2 plan",
                "what to do now, on the embedded synthetic sample; writes report.html and plan.json here",
            ),
            SAMPLE,
            now(
                "jarvis2 risk --account sample/account.toml --chain sample/chain.csv --allow-synthetic",
                "what becomes of an account if the market moves",
            ),
            now(
                "jarvis2 backtest --policy rule",
                "a fixed rule, night by night, beside buying and holding",
            ),
            yours(
                "jarvis2 config init --account my-account.toml",
                "a commented account to edit",
            ),
            yours(
                "jarvis2 plan --chain chain.csv --account my-account.toml --history prices.csv --events events.csv",
                "a plan for your own position",
            ),
        ],
    ),
    (
        "plan",
        &[
            now("jarvis2 plan", "on the embedded synthetic sample"),
            SAMPLE,
            now(
                "jarvis2 plan --chain sample/chain.csv --symbol SYNVOL --history sample/history_SYNVOL.csv --events sample/events.csv --account sample/account.toml --allow-synthetic --out first",
                "the same from files, with an account; report.html and plan.json go to the folder first",
            ),
            now(
                "jarvis2 plan --json --no-files --set objective.risk_aversion=5",
                "for a program, and for a trader who minds risk more",
            ),
            now(
                "jarvis2 config init --portfolio portfolio.toml",
                "many symbols beside one purse of cash: a sample,",
            ),
            now(
                "jarvis2 plan --portfolio portfolio.toml --out portfolio",
                "and its plan",
            ),
            yours(
                "jarvis2 plan --chain chain.csv --account my-account.toml --history prices.csv --events events.csv",
                "your own position",
            ),
            yours(
                "jarvis2 plan --chain calls.csv --chain puts.csv --spot 36.20 --time-ms 5000",
                "calls and puts apart, a file without the share's price, five seconds of search",
            ),
        ],
    ),
    (
        "risk",
        &[
            SAMPLE,
            now(
                "jarvis2 risk --account sample/account.toml --chain sample/chain.csv --allow-synthetic --html risk.html",
                "dollar Greeks and scenarios, and a page of them",
            ),
            yours(
                "jarvis2 risk --account my-account.toml --chain chain.csv --events events.csv --csv",
                "every scenario of every row, for a spreadsheet",
            ),
        ],
    ),
    (
        "recall",
        &[
            now("jarvis2 recall", "past days of the embedded sample"),
            yours(
                "jarvis2 recall --history prices.csv --right call --strike-over-spot 1.05 --days 45",
                "past days like today, and the fate of such a call",
            ),
        ],
    ),
    (
        "backtest",
        &[
            now(
                "jarvis2 backtest --policy rule",
                "a put or call of 30 delta and 45 days, on the embedded sample",
            ),
            now(
                "jarvis2 backtest --policy rule --delta 0.2 --days 30 --out backtest",
                "another rule; page, JSON and tables go to the folder backtest",
            ),
            yours(
                "jarvis2 backtest --data chains --symbol SPY --history spy.csv --events events.csv --from 2015-01-02",
                "what the plan would have advised, every night",
            ),
            long(
                "jarvis2 backtest",
                "the plan on the embedded sample: half a minute or more",
            ),
            long(
                "jarvis2 backtest --self-test",
                "plants the mistakes that backtests make, and shows each found",
            ),
        ],
    ),
    (
        "replay",
        &[yours(
            "jarvis2 replay 9465ba10ce801f26",
            "the run that a backtest's last line named",
        )],
    ),
    (
        "market",
        &[
            now(
                "jarvis2 market validate",
                "the forecast of volatility, on synthetic series",
            ),
            yours("jarvis2 market validate --series prices.csv", "on your own"),
            long(
                "jarvis2 market mismatch",
                "what the choice is worth where the model is wrong",
            ),
        ],
    ),
    (
        "price",
        &[
            SAMPLE,
            now(
                "jarvis2 price sample/chain.csv --symbol SYNVOL",
                "every quote of a vendor's file: implied volatility of bid, mid and ask, Greeks, boundary",
            ),
            now(
                "printf 'right,style,spot,strike,years,rate,dividend_yield,vol,price\\nP,A,36,40,1,0.06,0,0.2,\\n' > options.csv",
                "a plain table: price and Greeks of a row with vol, or the volatility behind a price",
            ),
            now("jarvis2 price --inputs options.csv", "the same, answered"),
            yours(
                "jarvis2 price chain.csv --as-of 2026-03-20 --parquet greeks.parquet",
                "one day of a chain, kept as a table",
            ),
        ],
    ),
    (
        "iv",
        &[
            now(
                "jarvis2 iv --right P --spot 36 --strike 40 --years 1 --rate 0.06 --price 4.49",
                "one American put",
            ),
            SAMPLE,
            now(
                "jarvis2 iv sample/chain.csv --symbol SYNVOL --csv",
                "of every quote, for a program",
            ),
        ],
    ),
    (
        "surface",
        &[
            now(
                "jarvis2 surface --html smiles.html",
                "the sample's smiles, fitted, checked and drawn",
            ),
            yours("jarvis2 surface chain.csv --symbol KO", "your own"),
        ],
    ),
    (
        "regimes",
        &[
            now("jarvis2 regimes", "of the embedded sample"),
            yours("jarvis2 regimes --history prices.csv --csv", "of every day"),
        ],
    ),
    (
        "journal",
        &[
            now(
                "jarvis2 journal add --symbol KO --note \"earnings on Tuesday\"",
                "a note; prints its number",
            ),
            now("jarvis2 journal list", "notes and fills"),
            now("jarvis2 journal report", "premium and profit to the cent"),
            yours(
                "jarvis2 journal import transactions.csv --dry-run",
                "what of a broker's file would be kept",
            ),
            yours(
                "jarvis2 journal import transactions.csv",
                "keep it; again adds nothing twice",
            ),
            yours(
                "jarvis2 journal apply transactions.csv --account today.toml --out tomorrow.toml",
                "the same into an account file, and that of the day after out of it",
            ),
        ],
    ),
    (
        "journal import",
        &[
            yours(
                "jarvis2 journal import transactions.csv --dry-run",
                "what of a broker's file would be kept, and why the rest would not",
            ),
            yours(
                "jarvis2 journal import transactions.csv",
                "keep it; again adds nothing twice",
            ),
        ],
    ),
    (
        "journal apply",
        &[
            yours(
                "jarvis2 journal apply --account today.toml --out tomorrow.toml --on 2026-09-10 --fill \"sell 2 KO 2026-09-18 67.5 put at 1.30 fees 1.30\"",
                "a fill worded as the plan words it; dollars per share",
            ),
            yours(
                "jarvis2 journal apply --account today.toml --out tomorrow.toml --on 2026-09-18 --fill \"assigned 1 KO 2026-09-18 67.5 put\" --fill \"expired 1 KO 2026-09-18 67.5 put\"",
                "what became of puts on their last day",
            ),
            yours(
                "jarvis2 journal apply --account today.toml --out tomorrow.toml --on 2026-09-10 --fill \"split 2:1 KO\"",
                "shares, bases and contracts after a split",
            ),
            yours(
                "jarvis2 journal apply transactions.csv --account today.toml --out tomorrow.toml",
                "a broker's file; all of its rows or none",
            ),
            yours(
                "jarvis2 journal apply transactions.csv --account today.toml --out tomorrow.toml --no-diary",
                "one that `journal import` has read already",
            ),
        ],
    ),
    (
        "history",
        &[
            now("jarvis2 history --limit 10", "the last decisions"),
            yours(
                "jarvis2 history --show 12",
                "the plan of decision 12 as it was shown",
            ),
        ],
    ),
    (
        "export",
        &[
            now("jarvis2 export --out tables", "of the embedded sample"),
            yours(
                "jarvis2 export --out tables --chain chain.csv --history prices.csv --format csv",
                "of your files",
            ),
        ],
    ),
    (
        "sql",
        &[
            now(
                "jarvis2 sql --tables",
                "what there is to ask, with columns and units",
            ),
            yours(
                "jarvis2 sql \"SELECT symbol, max(close_usd) FROM history GROUP BY symbol\"",
                "needs a build with DuckDB (docs/analytics.md)",
            ),
        ],
    ),
    (
        "ingest",
        &[
            SAMPLE,
            now(
                "jarvis2 ingest sample/chain.csv --explain",
                "what was understood of a file, column by column",
            ),
        ],
    ),
    (
        "sample",
        &[
            SAMPLE,
            now(
                "jarvis2 sample --out long --years 2 --symbol SYNVOL",
                "two years of chains, made on the spot",
            ),
        ],
    ),
    (
        "config",
        &[
            now(
                "jarvis2 config init --account my-account.toml",
                "a commented account to edit",
            ),
            now(
                "jarvis2 config init --config my-config.toml",
                "a commented configuration; every value in it is the default",
            ),
            now(
                "jarvis2 config show --origin --config my-config.toml",
                "every value, and where it comes from",
            ),
            now(
                "jarvis2 config check --config my-config.toml",
                "what is wrong with it",
            ),
        ],
    ),
    ("schema", &[now("jarvis2 schema plan", "of plan.json")]),
    (
        "completions",
        &[
            now(
                "jarvis2 completions bash > jarvis2.bash",
                "then: source jarvis2.bash, or put it into ~/.local/share/bash-completion/completions/jarvis2",
            ),
            now(
                "jarvis2 completions zsh > _jarvis2",
                "put it into a folder of $fpath",
            ),
            now(
                "jarvis2 completions fish > jarvis2.fish",
                "put it into ~/.config/fish/completions",
            ),
        ],
    ),
    (
        "man",
        &[now(
            "jarvis2 man --out man1",
            "then: man ./man1/jarvis2-plan.1",
        )],
    ),
    (
        "models",
        &[
            now("jarvis2 models list", "* marks the one that plans use"),
            now(
                "jarvis2 models show shipped",
                "its manifest, its calibration, its matches",
            ),
            long(
                "jarvis2 models compare shipped off",
                "against the search without nets, at equal time",
            ),
            long(
                "jarvis2 models use off",
                "plans without nets from now on; `shipped` takes them back",
            ),
        ],
    ),
    (
        "ablate",
        &[
            now(
                "jarvis2 ablate --markets 4 --world-markets 0 --no-rivals --evaluations 16",
                "a taste, with intervals as wide as it deserves",
            ),
            long("jarvis2 ablate", "the whole table"),
        ],
    ),
    (
        "bench",
        &[
            now(
                "jarvis2 bench --only European --seconds 0.1",
                "prices in columns",
            ),
            long("jarvis2 bench", "everything"),
        ],
    ),
    (
        "doctor",
        &[
            now(
                "jarvis2 doctor --quick --html doctor.html",
                "what works on this machine",
            ),
            yours(
                "jarvis2 doctor --deps requirements.txt --platform macos-arm64",
                "how a project's Python packages fare on another machine",
            ),
            long(
                "jarvis2 doctor --write-config",
                "settings that suit this machine, written",
            ),
        ],
    ),
    (
        "memory",
        &[now(
            "jarvis2 memory explain --for plan",
            "what a plan takes, and of how much",
        )],
    ),
    (
        "devices",
        &[now(
            "jarvis2 devices",
            "the processor, and GPUs where the program was built for them",
        )],
    ),
    ("machine", &[now("jarvis2 machine --json", "for a program")]),
    (
        "monitor",
        &[
            now("jarvis2 monitor --once", "one screen as text"),
            long("jarvis2 monitor", "until `q`"),
        ],
    ),
    (
        "serve",
        &[
            long("jarvis2 serve", "http://127.0.0.1:7117, until Ctrl-C"),
            yours(
                "jarvis2 serve --host 0.0.0.0 --token-file token",
                "for other machines, who must show the token",
            ),
        ],
    ),
];

/// The examples of a command; of the program itself for the empty name.
pub(crate) fn examples(name: &str) -> &'static [Example] {
    EXAMPLES
        .iter()
        .find(|(command, _)| *command == name)
        .map_or(&[], |(_, examples)| examples)
}

/// The command line with groups and examples.
pub(crate) fn command() -> Command {
    let mut command = Cli::command();
    for (name, examples) in EXAMPLES {
        let (name, below) = name.split_once(' ').unwrap_or((name, ""));
        if name.is_empty() || command.find_subcommand(name).is_none() {
            continue;
        }
        command = command.mut_subcommand(name, |sub| match below {
            "" => sub.after_help(shown(examples)),
            // All of them are passed over, so that they keep their order.
            below => sub.mut_subcommands(|sub| match sub.get_name() == below {
                true => sub.after_help(shown(examples)),
                false => sub,
            }),
        });
    }
    let groups = groups(&command);
    command
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{groups}\nOptions:\n{{options}}{{after-help}}"
        ))
        .after_help(format!(
            "{}\n`jarvis2 COMMAND --help` explains a command, with examples.",
            shown(examples(""))
        ))
}

/// Parses words, the program's name first.
pub(crate) fn parsed<W: Into<OsString> + Clone>(
    words: impl IntoIterator<Item = W>,
) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
}

/// The groups with those of their commands that this program has.
pub(crate) fn grouped(command: &Command) -> Vec<(&'static str, Vec<&Command>)> {
    let shown = |sub: &&Command| !sub.is_hide_set() && sub.get_name() != "help";
    let mut groups: Vec<(&str, Vec<&Command>)> = GROUPS
        .iter()
        .map(|(title, names)| {
            let found = names
                .iter()
                .filter_map(|name| command.find_subcommand(name));
            (*title, found.filter(shown).collect())
        })
        .collect();
    let in_a_group = |sub: &Command| {
        GROUPS
            .iter()
            .any(|(_, names)| names.contains(&sub.get_name()))
    };
    let rest = command.get_subcommands().filter(shown);
    groups.push((REST, rest.filter(|sub| !in_a_group(sub)).collect()));
    groups.retain(|(_, commands)| !commands.is_empty());
    groups
}

fn groups(command: &Command) -> String {
    let mut text = String::new();
    for (title, commands) in grouped(command) {
        let _ = writeln!(text, "\n{title}:");
        for sub in commands {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            text.push_str(&wrapped(&format!("  {:13}", sub.get_name()), &about));
        }
    }
    text
}

/// Examples under their headings.
fn shown(examples: &[Example]) -> String {
    let mut text = String::new();
    for (when, heading) in WHENS {
        let mut some = examples
            .iter()
            .filter(|example| example.when == when)
            .peekable();
        if some.peek().is_none() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{heading}");
        for Example { line, why, .. } in some {
            let _ = writeln!(text, "  {line}");
            text.push_str(&wrapped("      ", why));
        }
    }
    text
}

/// Words after a lead, broken into lines that begin below the first word.
fn wrapped(lead: &str, words: &str) -> String {
    let mut text = lead.to_owned();
    let mut column = lead.len();
    for (index, word) in words.split_whitespace().enumerate() {
        if index > 0 && column + 1 + word.len() > WIDTH {
            let _ = write!(text, "\n{:1$}", "", lead.len());
            column = lead.len();
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
    text
}

/// What `completions` prints.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// What `man` writes.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Folder for the pages, one for each command; files of the same names are replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The script that completes the words of this program.
pub(crate) fn completions(args: &CompletionsArgs) -> String {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "jarvis2", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes the man pages and says how many.
pub(crate) fn man(args: &ManArgs) -> Result<String, Error> {
    let out = &args.out;
    let unwritable = |error: std::io::Error| Error::Unwritable {
        path: out.clone(),
        why: error.to_string(),
    };
    std::fs::create_dir_all(out).map_err(unwritable)?;
    clap_mangen::generate_to(command(), out).map_err(unwritable)?;
    let mut pages = 0;
    for entry in std::fs::read_dir(out).map_err(unwritable)? {
        let path = entry.map_err(unwritable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("jarvis2") && name.ends_with(".1") {
            let page = std::fs::read_to_string(&path).map_err(unwritable)?;
            std::fs::write(&path, with_examples(&page)).map_err(unwritable)?;
            pages += 1;
        }
    }
    Ok(format!(
        "{}: {pages} pages; read one with `man {}`",
        out.display(),
        // With a slash in it `man` takes it for a file.
        Path::new(".").join(out).join("jarvis2.1").display()
    ))
}

/// A man page whose examples are called so and keep their lines.
fn with_examples(page: &str) -> String {
    let Some((before, after)) = page.split_once(".SH EXTRA\n") else {
        return page.to_owned();
    };
    let (examples, rest) = match after.find("\n.SH ") {
        Some(end) => after.split_at(end),
        None => (after.trim_end(), "\n"),
    };
    format!("{before}.SH EXAMPLES\n.nf\n{examples}\n.fi{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_understood() {
        for (name, examples) in EXAMPLES {
            let top = name.split(' ').next().unwrap_or_default();
            if !top.is_empty() && command().find_subcommand(top).is_none() {
                continue;
            }
            for Example { line, .. } in *examples {
                let line = line.split('>').next().unwrap_or_default();
                if !line.starts_with("jarvis2 ") {
                    continue;
                }
                let words = words(line);
                let parsed = parsed(&words);
                assert!(parsed.is_ok(), "{line}: {:?}", parsed.err());
                // An example of another command would surprise; a file to begin with does not.
                let own = words.join(" ").contains(&format!("jarvis2 {name}"));
                assert!(own || matches!(&*words[1], "sample" | "config"), "{line}");
            }
        }
    }

    #[test]
    fn every_command_has_a_group_and_an_example() {
        let command = command();
        let known = grouped(&command);
        assert_eq!(
            known
                .iter()
                .find(|(title, _)| *title == REST)
                .map(|(_, rest)| {
                    rest.iter()
                        .map(|sub| sub.get_name().to_owned())
                        .collect::<Vec<_>>()
                }),
            None,
            "not in GROUPS"
        );
        // What this build has not, and what only a program asks.
        let without = ["index", "train", "mcp"];
        for sub in known.iter().flat_map(|(_, commands)| commands) {
            let name = sub.get_name();
            assert!(
                without.contains(&name) || !examples(name).is_empty(),
                "{name} has no example"
            );
        }
    }

    #[test]
    fn lines_of_help_fit() {
        let text = command().render_help().to_string();
        for line in text.lines().filter(|line| !line.starts_with("  jarvis2")) {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
        assert!(text.contains("\nDecide:\n  plan "), "{text}");
    }

    /// Words as a shell would part them; quotes hold words together.
    fn words(line: &str) -> Vec<String> {
        line.split('"')
            .enumerate()
            .flat_map(|(index, part)| match index % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect()
    }
}
