//! Plans the wheel on a lattice twice, by search and by backward induction, and prints both as one line of JSON.
//!
//! ```text
//! cargo run --release -p search --example wheel_lattice -- --fee 0.45
//! ```
//! The search knows only the rules and what a state would fetch if it were liquidated now. The lattice is small enough
//! for the default budget to exhaust it, and then the two must agree to the last digits; with `--evaluations 256` one
//! can see how far it comes on less. With `--life 2` options live two cycles and may be kept, bought back, rolled or
//! assigned early at mid-life; twelve cycles of those need 7236 evaluations.

use std::process::ExitCode;

use search::problems::wheel_lattice::{Action, Lattice, Solved};
use search::problems::wheel_rolling::{Move, Rolling};
use search::{Evaluator, Game, SearchConfig, run};

const USAGE: &str = "\
usage: wheel_lattice [--mu M] [--implied-vol V] [--sigma S] [--rate R] [--cycles N] [--fee F] [--cost C] [--evaluations E]
                     [--life L]

  --mu           expected growth of the share, a fraction per year      0.03
  --implied-vol  volatility in the premiums, a fraction per year        0.27
  --sigma        volatility of the share, a fraction per year           0.25
  --rate         interest, a fraction per year                          0.03
  --cycles       months to play, 1 to 120                               12
  --fee          dollars taken from every premium, per share            0.01
  --cost         dollars for buying or selling a share                  0.02
  --evaluations  budget of each search, with cash and with a share      4096
  --life         cycles that an option lives, 1 or 2                    1

The share costs 100 dollars at the start. An action that the budget did not reach is null; `evaluations` is what the
search that needed more has used. An option that lives two cycles may be kept, bought back or rolled after the first, and
its holder may exercise it then.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(&arguments).and_then(|(game, evaluations)| plan(&game, evaluations)) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("wheel_lattice: {complaint}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The rules and the budget, or what is wrong with the arguments.
fn parse(arguments: &[String]) -> Result<(Rolling, u32), String> {
    let mut lattice = Lattice::reference();
    let mut life = 1;
    let mut evaluations = SearchConfig::default().evaluations;
    let mut given: Vec<&str> = Vec::new();
    for pair in arguments.chunks(2) {
        let flag = pair[0].as_str();
        if given.contains(&flag) {
            return Err(format!("{flag} is given twice"));
        }
        given.push(flag);
        let value = || pair.get(1).ok_or_else(|| format!("{flag} needs a value"));
        let number = |low: f64, high: f64| -> Result<f64, String> {
            let value = value()?;
            let wrong = || format!("{flag} must be a number from {low} to {high}, not {value:?}");
            let number: f64 = value.parse().map_err(|_| wrong())?;
            (low..=high)
                .contains(&number)
                .then_some(number)
                .ok_or_else(wrong)
        };
        let count = |high: u32| -> Result<u32, String> {
            let value = value()?;
            let wrong = || format!("{flag} must be a whole number from 1 to {high}, not {value:?}");
            let count: u32 = value.parse().map_err(|_| wrong())?;
            (1..=high)
                .contains(&count)
                .then_some(count)
                .ok_or_else(wrong)
        };
        match flag {
            "--mu" => lattice.mu = number(-10.0, 10.0)?,
            "--implied-vol" => lattice.implied_vol = number(0.001, 10.0)?,
            "--sigma" => lattice.sigma = number(0.001, 10.0)?,
            "--rate" => lattice.rate = number(-1.0, 1.0)?,
            "--cycles" => lattice.cycles = count(120)?,
            "--fee" => lattice.fee = number(0.0, 1e6)?,
            "--cost" => lattice.cost = number(0.0, 1e6)?,
            "--evaluations" => evaluations = count(u32::MAX)?,
            "--life" => life = count(2)?,
            _ => return Err(format!("unknown argument {flag:?}")),
        }
    }
    let chance = lattice.up_probability();
    if !(0.0 < chance && chance < 1.0) {
        return Err(format!(
            "no lattice has --mu {} at --sigma {}: an up move would need the probability {chance}",
            lattice.mu, lattice.sigma
        ));
    }
    let game = Rolling {
        lattice,
        life,
        early: true,
    };
    Ok((game, evaluations))
}

/// Plans the game; options of one cycle are the plain lattice, whose code is shorter.
fn plan(game: &Rolling, evaluations: u32) -> Result<String, String> {
    let lattice = &game.lattice;
    if game.life == 1 {
        let solved = lattice.solve();
        beside(
            lattice,
            &mut lattice.evaluator(),
            &solved,
            evaluations,
            Action::name,
        )
    } else {
        let solved = game.solve();
        beside(
            game,
            &mut game.evaluator(),
            &solved,
            evaluations,
            Move::name,
        )
    }
}

/// Searches from both starts, which backward induction has solved last, and sets the two answers side by side.
fn beside<G: Game>(
    game: &G,
    evaluator: &mut impl Evaluator<G::State>,
    solved: &[Solved<G::State, G::Action>],
    evaluations: u32,
    name: fn(G::Action) -> String,
) -> Result<String, String> {
    let [.., cash, share] = solved else {
        return Err("backward induction has no start".into());
    };
    let mut search = |start: &Solved<G::State, G::Action>| {
        searched(game, &start.state, evaluator, evaluations, name)
    };
    let (cash_found, cash_used) = search(cash)?;
    let (share_found, share_used) = search(share)?;
    let exact = |start| Answer::exact(start, name);
    Ok(format!(
        "{{{},\"evaluations\":{},\"dp\":{{{}}}}}",
        worths(&cash_found, &share_found),
        cash_used.max(share_used),
        worths(&exact(cash), &exact(share)),
    ))
}

/// What a state is worth, and each of its actions.
struct Answer {
    worth: f64,
    actions: Vec<(String, Option<f64>)>,
}

impl Answer {
    fn exact<S, A: Copy>(start: &Solved<S, A>, name: fn(A) -> String) -> Answer {
        let actions = start.actions.iter();
        Answer {
            worth: start.worth,
            actions: actions
                .map(|(action, worth)| (name(*action), Some(*worth)))
                .collect(),
        }
    }
}

/// The answer of the search, and the evaluations it has used.
fn searched<G: Game>(
    game: &G,
    root: &G::State,
    evaluator: &mut impl Evaluator<G::State>,
    evaluations: u32,
    name: fn(G::Action) -> String,
) -> Result<(Answer, u32), String> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let tree =
        run(game, root, evaluator, &config, &mut |_| true).map_err(|error| error.to_string())?;
    let edges = tree.edges(tree.root());
    let answer = Answer {
        worth: tree.worth(tree.root()),
        actions: edges.map(|edge| (name(edge.action), edge.worth)).collect(),
    };
    Ok((answer, tree.counts().evaluations))
}

fn worths(cash: &Answer, share: &Answer) -> String {
    let object = |answer: &Answer| {
        let number =
            |worth: Option<f64>| worth.map_or("null".to_owned(), |worth| worth.to_string());
        let entries = answer
            .actions
            .iter()
            .map(|(name, worth)| format!("\"{name}\":{}", number(*worth)));
        entries.collect::<Vec<_>>().join(",")
    };
    format!(
        "\"value_cash\":{},\"value_share\":{},\"q_cash\":{{{}}},\"q_share\":{{{}}}",
        cash.worth,
        share.worth,
        object(cash),
        object(share)
    )
}
