//! Searches a recorded game as mctx would: `cargo run --release -p search --example replay -- GAME.json`.
//!
//! A recorded game holds what a model said at every node that a search may meet, so a search needs no model. Golden trees, bug
//! reports and comparisons with other programs all use this one form:
//!
//! ```text
//! {"mode": "muzero" | "gumbel", "simulations": N, "max_depth": null | D, "actions": A, "max_considered": M,
//!  "gumbel": [A numbers], "invalid": [A booleans], "root": {"value": v, "logits": [A numbers]},
//!  "nodes": {"3": {"reward": r, "discount": d, "value": v, "logits": [A numbers]}, "3,0": {..}}}
//! ```
//!
//! Nodes are keyed by the actions that lead to them from the root. Constants are mctx's own; there is no noise, and a tie goes
//! to the lowest index. `max_considered` and `gumbel` matter in mode "gumbel" alone and may be left out, as may `invalid` and
//! `max_depth`. One line comes out:
//!
//! ```text
//! {"visits": [A counts], "q": [A numbers, null where never visited], "value": v, "action": a}
//! ```
//!
//! A node that the search asks for and the file lacks is an error that names it. Exit code 1 then, and 2 for a wrong command.

#[path = "replay/recorded.rs"]
mod recorded;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [path] = arguments.as_slice() else {
        eprintln!("usage: replay GAME.json");
        return ExitCode::from(2);
    };
    let answer = std::fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| recorded::replay(&text));
    match answer {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
