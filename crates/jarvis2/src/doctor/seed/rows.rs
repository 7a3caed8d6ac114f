//! What each statement wants, and what shows it.

use super::Seen;
use super::shows::{self, Stage};

/// Something that runs and says what it saw.
pub(super) enum Show {
    /// A part that the doctor examines; its name begins so.
    Part(&'static str),
    /// A figure of `jarvis2 bench` that was asked for, by name.
    Target(&'static str),
    /// Crates that are in no build of ours: none in the lock file has such a word in its name. A condition: by itself it meets nothing.
    Without(&'static [&'static str]),
    /// Lines of `jarvis2 machine`, each known or n/a with a reason.
    Machine(&'static [&'static str]),
    /// What only a Mac can show.
    Mac(&'static str),
    /// What no run of a few seconds shows, and what does.
    Elsewhere(&'static str),
    /// Another row, above.
    As(&'static str),
    /// Anything else, under the name by which it is run once.
    Run(&'static str, fn(&mut Stage) -> Seen),
}

/// One statement.
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) target: &'static str,
    pub(super) shows: &'static [Show],
}

use Show::{As, Elsewhere, Mac, Machine, Part, Run, Target, Without};

const DEVICE: Show = Run("device", shows::device);
const NO_FRAMEWORK: Show = Run("no framework", shows::no_framework);
const GPUS: Show = Run("GPUs", shows::gpus);
const TWO_TREES: Show = Run("two trees", shows::two_trees);
const EXPORT: Show = Run("export", shows::export);
const READ: Show = Run("read", shows::read);
const PYTHON: Show = Run("python", shows::python);
const COUNTS: Show = Run("counts", shows::counts);
const KEYS: Show = Run("keys", shows::keys);
const LAYERS: Show = Run("layers", shows::layers);
const REFUSED: Show = Run("refused", shows::refused);
const LEDGER: Show = Run("ledger", shows::ledger);
const WATCH: Show = Run("watch", shows::watch);
const CORE_ML: Show = Run("core ml", shows::core_ml);
const KERNEL_TIMES: Show = Run("kernel times", shows::kernel_times);
/// Texts of kernels are made when the program is built: no run of it shows more than that they are there.
const KERNELS: Show = Elsewhere(
    "the kernels' texts for Vulkan, Metal and CUDA from one source, with their values: `cargo test -p kernels`",
);
const MILLION: Show = Run("million", shows::million);

const fn row(id: &'static str, target: &'static str, shows: &'static [Show]) -> Row {
    Row { id, target, shows }
}

pub(super) const ROWS: &[Row] = &[
    row(
        "0-1",
        "every part runs here, none unusable",
        &[Run("parts", shows::parts)],
    ),
    row(
        "0-2",
        "an M4 Pro with 8+4 cores and 24 GB is seen as one",
        &[Mac("the target machine itself")],
    ),
    row(
        "1-1",
        "arrays in and out without loss",
        &[Part("European prices"), PYTHON],
    ),
    row("1-2", "a vendor's table of quotes is read", &[READ]),
    row(
        "1-3",
        "the normal law, implied volatility, quadrature and fits: right to the last places",
        &[
            Part("European prices"),
            Part("implied volatilities"),
            Part("American prices"),
            Elsewhere("the normal law, quadrature and fits by themselves: `cargo test -p pricing`"),
        ],
    ),
    row(
        "1-4",
        "the published examples of deflated Sharpe ratios",
        &[Run("statistics", shows::statistics)],
    ),
    row(
        "1-5",
        "the same tables as files, and in SQL where DuckDB is built in",
        &[EXPORT, Part("SQL")],
    ),
    row("1-6", "Parquet in and out", &[EXPORT, READ]),
    row("1-7", "tables that data frames open", &[EXPORT, PYTHON]),
    row(
        "1-8",
        "a shortest way through arrows",
        &[Run("graph", shows::graph)],
    ),
    row("1-9", "help for every command", &[Run("help", shows::help)]),
    row(
        "1-10",
        "a misspelt key is refused, with the nearest name",
        &[Run("misspelt", shows::misspelt)],
    ),
    row(
        "1-11",
        "no PyTorch; a device only after it agreed with the processor",
        &[NO_FRAMEWORK, DEVICE, GPUS],
    ),
    row("1-12", "a plan says who computed, and why", &[DEVICE]),
    row(
        "1-13",
        "no MLX; kernels of our own for Metal",
        &[Without(&["mlx"]), KERNELS, Mac("a race with MLX")],
    ),
    row(
        "1-14",
        "no FAISS; neighbours found without it",
        &[Without(&["faiss"]), Part("index")],
    ),
    row(
        "1-15",
        "no LMDB; nothing acknowledged is lost",
        &[Without(&["lmdb", "heed"]), Part("experience")],
    ),
    row(
        "1-16",
        "another graph index, as good",
        &[Without(&["hnswlib"]), Part("index")],
    ),
    row(
        "2-1",
        "the nets are right and reach the search",
        &[Part("net, f32"), Part("the net of plans"), TWO_TREES],
    ),
    row(
        "2-2",
        "our own nets, in f32 and bf16",
        &[Part("net, f32"), Part("net, bf16"), NO_FRAMEWORK, CORE_ML],
    ),
    row(
        "2-3",
        "an exact optimum, and a tree whose parts can be counted",
        &[Part("search"), COUNTS],
    ),
    row(
        "2-4",
        "all cores that we may use",
        &[Part("threads"), Mac("preference for Apple's fast cores")],
    ),
    row(
        "2-5",
        "neighbours among vectors",
        &[Part("index"), Without(&["faiss", "mlx"])],
    ),
    row(
        "2-6",
        "ledger, vectors and SQL side by side",
        &[Part("experience"), Part("index"), Part("SQL")],
    ),
    row(
        "2-7",
        "a ledger that loses nothing",
        &[
            Part("experience"),
            Part("diary"),
            Elsewhere("the queue in memory: `cargo test -p experience`"),
        ],
    ),
    row(
        "2-8",
        "keys and values kept without LMDB",
        &[Without(&["lmdb", "heed"]), KEYS],
    ),
    row(
        "2-9",
        "the machine is described, or the reason told",
        &[
            Machine(&[
                "cpu",
                "core class",
                "simd",
                "gpu",
                "neural engine",
                "memory",
            ]),
            Mac("an M4 Pro's own answers"),
        ],
    ),
    row(
        "2-10",
        "time of each kernel by the device's clock",
        &[KERNEL_TIMES],
    ),
    row("2-11", "heat is looked at", &[Part("heat")]),
    row("2-12", "the pressure on memory is known", &[Part("memory")]),
    row(
        "3-1",
        "a 768-dimensional cosine index; a situation as 768 numbers",
        &[Part("index"), Run("encoding", shows::encoding)],
    ),
    row("3-2", "a million vectors", &[MILLION]),
    row(
        "3-3",
        "a device that fails is not used, and the answer comes all the same",
        &[
            DEVICE,
            GPUS,
            Elsewhere("one that is made to fail: `cargo test -p compute --features gpu`"),
        ],
    ),
    row(
        "3-4",
        "no LMDB to remove; keys and values kept",
        &[As("2-8")],
    ),
    row("3-5", "a net of 768-512-256", &[LAYERS, CORE_ML]),
    row(
        "3-6",
        "a plan that would not fit is refused before it takes memory",
        &[
            REFUSED,
            Elsewhere(
                "copies, and pressure while it runs: `cargo xtask load`, `cargo test -p hardware`",
            ),
        ],
    ),
    row(
        "3-7",
        "Black-Scholes as a Metal shader",
        &[KERNELS, Part("GPU")],
    ),
    row(
        "3-8",
        "Greeks of positions under scenarios",
        &[Run("risk", shows::risk)],
    ),
    row(
        "3-9",
        "random numbers in parallel",
        &[Part("Monte Carlo"), Part("GPU")],
    ),
    row(
        "3-10",
        "a kernel `calculate_black_scholes` over S, K, T, r, sigma",
        &[KERNELS, Mac("that Apple's compiler takes it")],
    ),
    row("3-11", "one ledger of memory, within the budget", &[LEDGER]),
    row("3-12", "one view of GPU, memory and heat", &[WATCH]),
    row(
        "4-1",
        "no copies where memory is unified",
        &[Mac("unified memory")],
    ),
    row(
        "4-2",
        "the nets as Core ML",
        &[CORE_ML, Mac("the neural engine")],
    ),
    row("4-3", "all fast cores", &[As("2-4")]),
    row(
        "4-4",
        "one process, one memory: the sample's plan within two minutes",
        &[Run("latency", shows::latency)],
    ),
    row("4-5", "the size from which a GPU wins is measured", &[GPUS]),
    row(
        "4-6",
        "options in columns: how many a second of one thread",
        &[Target("European options priced")],
    ),
    row(
        "4-7",
        "one source for several back ends",
        &[KERNELS, Mac("that Apple's compiler takes them")],
    ),
    row("4-8", "time of each kernel", &[As("2-10")]),
    row("5-1", "as 2-5", &[As("2-5")]),
    row("5-2", "as 2-8", &[As("2-8")]),
    row("5-3", "as 3-3", &[As("1-11"), As("3-3")]),
    row("5-4", "as 2-2", &[As("1-13"), As("2-2")]),
    row(
        "5-5",
        "as 3-7 to 3-10",
        &[As("3-7"), As("3-8"), As("3-9"), As("3-10")],
    ),
    row("5-6", "as 3-6, 3-11", &[As("3-6"), As("3-11")]),
    row("5-7", "as 4-2", &[As("4-2")]),
    row("5-8", "as 4-2", &[As("4-2")]),
    row("5-9", "as 3-10", &[As("3-10")]),
    row(
        "6-1",
        "over 2,000 simulations a second",
        &[Target("simulations of the search")],
    ),
    row(
        "6-2",
        "10 to 50 ms a batch",
        &[
            Target("the net, a batch of 64"),
            Target("the net, a batch of 256"),
        ],
    ),
    row("6-3", "below 5 ms among a million vectors", &[MILLION]),
    row(
        "6-4",
        "over 100,000 options a second",
        &[
            Target("European options priced"),
            Target("American options priced"),
        ],
    ),
    row(
        "6-5",
        "below 20 GB at full load",
        &[
            Target("memory"),
            LEDGER,
            Elsewhere("everything at once: `cargo xtask load`"),
        ],
    ),
    row(
        "6-6",
        "no FAISS; neighbours fast enough on the processor",
        &[As("1-14")],
    ),
    row("6-7", "no MPS", &[As("1-11")]),
    row("6-8", "no LMDB", &[As("1-15")]),
    row("7-1", "the processor by name", &[Machine(&["cpu"])]),
    row(
        "7-2",
        "cores by class, read and not assumed",
        &[Machine(&["core class"])],
    ),
    row(
        "7-3",
        "GPU cores from structured fields",
        &[Machine(&["gpu"]), Mac("16 or 20 cores")],
    ),
    row(
        "7-4",
        "memory in bytes, and the container's limit",
        &[Machine(&["memory", "container memory"])],
    ),
    row(
        "7-5",
        "the neural engine is asked for, not assumed",
        &[Machine(&["neural engine"])],
    ),
    row(
        "7-6",
        "what is missing says why",
        &[Run("reasons", shows::reasons)],
    ),
    row(
        "7-7",
        "the rule of batches, number for number",
        &[Run("batches", shows::batches)],
    ),
    row("8-1", "neither FAISS nor LMDB", &[As("1-14"), As("1-15")]),
    row(
        "8-2",
        "Metal by one source; no MLX",
        &[As("1-13"), As("3-10")],
    ),
    row("8-3", "unified memory", &[As("3-11"), As("4-1")]),
    row(
        "8-4",
        "no limit of a framework ends a plan",
        &[As("3-3"), As("3-6")],
    ),
    row(
        "8-5",
        "inference measured, with its ratio to a named peer: docs/benchmarks.md",
        &[
            As("6-2"),
            Elsewhere("the ratio: docs/benchmarks.md, with the commands that repeat it"),
            Mac("a comparison on one"),
        ],
    ),
];
