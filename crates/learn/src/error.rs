//! What can go wrong while learning.

use std::path::PathBuf;

/// What can go wrong in `learn`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A net for another game.
    #[error(
        "the net has {} inputs and {} policy outputs, the game {} and {}: use weights that were trained for this game",
        net.0, net.1, game.0, game.1
    )]
    Shape {
        /// Inputs and policy outputs of the net.
        net: (usize, usize),
        /// Those of the game.
        game: (usize, usize),
    },
    /// A value of the configuration with which nothing can be learned.
    #[error("train config: {what} is {value}: {why}")]
    Config {
        /// Which one.
        what: &'static str,
        /// Its value.
        value: String,
        /// What would do.
        why: &'static str,
    },
    /// The search refused the game or the net's word.
    #[error("self-play of game {game}: {source}")]
    Search {
        /// The game's number.
        game: u64,
        /// What it said.
        source: search::Error,
    },
    /// A worth that is no number came out of a game.
    #[error(
        "game {game}, move {step}: the target {target} is not finite; the rewards of the game must be"
    )]
    Target {
        /// The game's number.
        game: u64,
        /// Which decision of it.
        step: usize,
        /// What was to be learned.
        target: f64,
    },
    /// The learner or the net.
    #[error(transparent)]
    Net(#[from] nn::Error),
    /// The replay.
    #[error("replay: {0}")]
    Replay(String),
    /// The folder of a run cannot be read or written.
    #[error("{}: {source}; the run is as it was at its last checkpoint", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder of a run holds something else.
    #[error("{}: {why}", path.display())]
    Run {
        /// Where.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
}

#[cfg(feature = "train")]
impl Error {
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    }
}
