//! The tools: what each is called, asks and answers.

use super::answers::{
    BacktestAnswer, Citation, DeviceRow, ExplainAnswer, HardwareAnswer, JournalAnswer, MemoryCut,
    PlanAnswer, PriceAnswer, PriceRow, RecallAnswer, Short,
};
use super::arguments::{
    self, ForBacktest, ForExplain, ForHardware, ForJournal, ForPlan, ForPrice, ForRecall, PlanOf,
    Question, Side, Wrong,
};
use super::{ANSWER_BYTES_MAX, Failure};
use crate::asked::{Answer, Ear, Refusal, ask_quietly, quietly};
use crate::cli::{self, ConfigArgs};
use crate::engine::inputs::{DEFAULT_SYMBOL, SAMPLE, sha256};
use crate::error::Error;
use crate::history::Past;
use crate::journal::Entry;
use crate::journal::report::{OpenRow, Period, Reconciliation, TradeRow};
use crate::plan::Plan;
use crate::progress::Progress;
use market::sample;
use rmcp::model::{Tool as Described, ToolAnnotations};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One call.
pub(super) struct Call {
    /// Below which files lie that may be read; empty: anywhere.
    pub(super) folders: Vec<PathBuf>,
    /// The configuration that the server was started with.
    pub(super) config: ConfigArgs,
    /// Set when nobody waits any more.
    pub(super) stop: Arc<AtomicBool>,
    /// Hears how far it is.
    pub(super) ear: Arc<Ear>,
}

/// What a tool gives: a short text, and the structured answer.
type Given = Result<(String, Value), Failure>;

/// One tool.
pub(super) struct Tool {
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    /// A backtest leaves word that it was run.
    leaves_word: bool,
    input: fn() -> Map<String, Value>,
    output: fn() -> Map<String, Value>,
    run: fn(&Call, Value) -> Given,
}

/// All of them.
pub(super) const TOOLS: [Tool; 7] = [
    Tool {
        name: "plan",
        title: "What do I do now?",
        description: "What to do now with a position in one symbol: sell a put or call, close, roll, or nothing. Gives the action with limit prices, its worth over \
holding with an interval, odds, the compared alternatives, reasons, evidence for and against, and what limits refused. Takes seconds to a minute. Writes no \
file, keeps nothing in the diary, places no order.",
        leaves_word: false,
        input: arguments::schema::<ForPlan>,
        output: output::<PlanAnswer>,
        run: |call, arguments| given(call, arguments, plan),
    },
    Tool {
        name: "price_chain",
        title: "Price an option chain",
        description: "Implied volatility of bid, mid and ask, Greeks and exercise boundary of every quote of a chain file, filtered by right, expiry, days, strike \
and delta. Shows the first rows that pass, and says how many there are.",
        leaves_word: false,
        input: arguments::schema::<ForPrice>,
        output: output::<PriceAnswer>,
        run: |call, arguments| given(call, arguments, price_chain),
    },
    Tool {
        name: "backtest",
        title: "How would a policy have fared?",
        description: "How a policy would have fared on past chains, night by night, beside buying and holding, bills, put-write, buy-write, a fixed rule and a random \
policy, with intervals and the odds that luck explains it. Not read-only: every run is counted in the user's log of trials, because results of uncounted \
trials cannot be judged; asking many variants until one looks good is what that log is there to show. It never opens the user's frozen period and writes \
nothing else than that it was run.",
        leaves_word: true,
        input: arguments::schema::<ForBacktest>,
        output: output::<BacktestAnswer>,
        run: |call, arguments| given(call, arguments, backtest),
    },
    Tool {
        name: "explain",
        title: "Why this decision?",
        description: "Why a plan says what it says: the menu with what limits refused, where the worth comes from, which inputs would flip it, the assumptions, the \
top of the search tree. Of a decision of the diary by its number, or of a fresh plan with the arguments of `plan`.",
        leaves_word: false,
        input: arguments::schema::<ForExplain>,
        output: output::<ExplainAnswer>,
        run: |call, arguments| given(call, arguments, explain),
    },
    Tool {
        name: "recall",
        title: "Days like today",
        description: "Past days of a price history that were most like a given day, and what followed for an option, beside what followed on any day; with a decision \
also situations of the diary like it. It explains and decides nothing.",
        leaves_word: false,
        input: arguments::schema::<ForRecall>,
        output: output::<RecallAnswer>,
        run: |call, arguments| given(call, arguments, recall),
    },
    Tool {
        name: "journal_query",
        title: "Ask the diary",
        description: "Asks the user's diary one of five fixed questions: premium by month, open lots, closed trades, decisions and how they ended, fills of the \
broker. There is no free query, and nothing can be written.",
        leaves_word: false,
        input: arguments::schema::<ForJournal>,
        output: output::<JournalAnswer>,
        run: |call, arguments| given(call, arguments, journal_query),
    },
    Tool {
        name: "hardware",
        title: "The machine",
        description: "What this machine offers: processor, memory and the budget that may be taken of it, and which GPUs are known. Proves and measures nothing.",
        leaves_word: false,
        input: arguments::schema::<ForHardware>,
        output: output::<HardwareAnswer>,
        run: |call, arguments| given(call, arguments, hardware),
    },
];

impl Tool {
    /// As clients see it.
    pub(super) fn described(&self) -> Described {
        let hints = ToolAnnotations::with_title(self.title)
            .read_only(!self.leaves_word)
            .destructive(false)
            // The same question asked again is counted again.
            .idempotent(!self.leaves_word)
            .open_world(false);
        Described::new(self.name, self.description, (self.input)())
            .with_title(self.title)
            .with_raw_output_schema(Arc::new((self.output)()))
            .with_annotations(hints)
    }

    /// Checks the arguments and answers.
    pub(super) fn answer(&self, call: &Call, mut arguments: Map<String, Value>) -> Given {
        arguments::check(&(self.input)(), &mut arguments)?;
        let (text, value) = (self.run)(call, Value::Object(arguments))?;
        let bytes = bytes_sent(&text, &value);
        if bytes > ANSWER_BYTES_MAX {
            return Err(Failure::Refused(Refusal {
                kind: "resources",
                message: format!(
                    "the answer has {bytes} bytes, {ANSWER_BYTES_MAX} are the most: ask for fewer rows, or for less at once"
                ),
                exit_code: 5,
            }));
        }
        Ok((text, value))
    }
}

/// Bytes of JSON of an answer: the short text, the value, and the value as text for clients that know only text.
pub(super) fn bytes_sent(text: &str, value: &Value) -> usize {
    let value = value.to_string();
    let as_text = |text: &str| json!(text).to_string().len();
    as_text(text) + value.len() + as_text(&value)
}

/// The schema of an answer: itself, or a refusal. A client may hold either to it.
fn output<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let Value::Object(mut answer) = schema.to_value() else {
        return Map::new();
    };
    answer.remove("$schema");
    let definitions = answer.remove("$defs").unwrap_or_else(|| json!({}));
    let refusal = json!({
        "type": "object",
        "description": "Where isError is true: why there is no answer.",
        "properties": {
            "kind": {
                "type": "string",
                "enum": ["usage", "data", "resources", "internal", "interrupted"],
            },
            "message": { "type": "string", "description": "What, where, the value, the remedy." },
            "exit_code": { "type": "integer", "description": "What the command line would have ended with." },
        },
        "required": ["kind", "message", "exit_code"],
        "additionalProperties": false,
    });
    let both = json!({
        "type": "object",
        "oneOf": [answer, refusal],
        "$defs": definitions,
    });
    match both {
        Value::Object(both) => both,
        _ => Map::new(),
    }
}

/// Arguments in, answer out.
fn given<A: DeserializeOwned, B: Serialize + Short>(
    call: &Call,
    arguments: Value,
    work: fn(&Call, A) -> Result<B, Failure>,
) -> Given {
    let arguments = A::deserialize(&arguments).map_err(|error| Wrong {
        field: "arguments".to_owned(),
        value: arguments.clone(),
        remedy: error.to_string(),
    })?;
    let answer = work(call, arguments)?;
    let value = serde_json::to_value(&answer).map_err(|error| internal(&error.to_string()))?;
    Ok((answer.short(), value))
}

fn internal(why: &str) -> Failure {
    Error::Internal(why.to_owned()).into()
}

/// `--name=value` where there is a value: a value never reads as a flag.
fn word<T: ToString>(words: &mut Vec<String>, name: &str, value: Option<T>) {
    words.extend(value.map(|value| format!("--{name}={}", value.to_string())));
}

/// The first day of a span must not lie after its last.
fn in_order(from: Option<&String>, to: Option<&String>) -> Result<(), Wrong> {
    match (from, to) {
        // Dates were checked: as text they have the order of days.
        (Some(from), Some(to)) if from > to => Err(Wrong {
            field: "from".to_owned(),
            value: from.as_str().into(),
            remedy: format!("it lies after to = {to}: swap them"),
        }),
        _ => Ok(()),
    }
}

/// Refuses a range that nothing lies in.
fn is_range(name: &str, least: Option<f64>, most: Option<f64>) -> Result<(), Wrong> {
    match (least, most) {
        (Some(least), Some(most)) if least > most => Err(Wrong {
            field: format!("{name}_min"),
            value: least.into(),
            remedy: format!("it is more than {name}_max = {most}: swap them"),
        }),
        _ => Ok(()),
    }
}

impl Call {
    /// Runs a command.
    fn ask(&self, words: Vec<String>) -> Result<Answer, Failure> {
        Ok(ask_quietly(words, &self.stop, &self.ear)?)
    }

    /// Runs a command and reads its JSON.
    fn read<T: DeserializeOwned>(&self, words: Vec<String>) -> Result<T, Failure> {
        parsed(&self.ask(words)?.text)
    }

    /// The first words of a command, and the configuration of all.
    fn words(&self, command: &[&str]) -> Vec<String> {
        let command = command.iter().map(|&word| word.to_owned());
        command.chain(self.config.words()).collect()
    }

    /// A file that may be read, as it is to be opened.
    fn file(&self, field: &str, path: &str) -> Result<String, Wrong> {
        self.place(field, path, false)
    }

    /// Only regular files, and below the folders that were named if any were: no device, pipe or socket is opened.
    fn place(&self, field: &str, path: &str, or_folder: bool) -> Result<String, Wrong> {
        let wrong = |remedy: String| Wrong {
            field: field.to_owned(),
            value: path.into(),
            remedy,
        };
        let mut place = PathBuf::from(path);
        if !self.folders.is_empty() {
            // The same words whether or not something lies there.
            let inside = std::fs::canonicalize(&place)
                .ok()
                .filter(|found| self.folders.iter().any(|folder| found.starts_with(folder)));
            place = inside.ok_or_else(|| {
                let folders: Vec<String> = self
                    .folders
                    .iter()
                    .map(|folder| folder.display().to_string())
                    .collect();
                wrong(format!(
                    "no such file below the folders that this server reads: {}",
                    folders.join(", ")
                ))
            })?;
        }
        if let Ok(found) = std::fs::metadata(&place)
            && !(found.is_file() || (or_folder && found.is_dir()))
        {
            return Err(wrong(match or_folder {
                true => "a file or folder is needed".to_owned(),
                false => "a regular file is needed".to_owned(),
            }));
        }
        place
            .into_os_string()
            .into_string()
            .map_err(|_| wrong("a name in UTF-8 is needed".to_owned()))
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text)
        .map_err(|error| internal(&format!("an answer was not as expected: {error}")))
}

/// Runs the plan that these arguments describe.
fn planned(call: &Call, of: &PlanOf) -> Result<(Plan, u8), Failure> {
    let mut words = call.words(&["plan", "--json", "--no-files", "--no-diary"]);
    if let Some(cash) = of.cash_usd {
        if of.account.is_some() {
            return Err(Wrong {
                field: "cash_usd".to_owned(),
                value: cash.into(),
                remedy: "the account file says how much cash there is: leave one of the two out"
                    .to_owned(),
            }
            .into());
        }
        words.push(format!("--set=account.assumed_cash_usd={cash}"));
    }
    words.extend(of.settings.words()?);
    for (at, path) in of.chain.iter().enumerate() {
        let path = call.file(&format!("chain[{at}]"), path)?;
        word(&mut words, "chain", Some(path));
    }
    for (name, path) in [
        ("mapping", &of.mapping),
        ("account", &of.account),
        ("history", &of.history),
        ("events", &of.events),
    ] {
        let path = path
            .as_ref()
            .map(|path| call.file(name, path))
            .transpose()?;
        word(&mut words, name, path);
    }
    word(&mut words, "symbol", of.symbol.as_ref());
    word(&mut words, "as-of", of.as_of.as_ref());
    word(&mut words, "spot", of.spot_usd);
    word(&mut words, "rate", of.rate_per_year);
    word(&mut words, "seed", of.seed);
    if of.allow_synthetic {
        words.push("--allow-synthetic".to_owned());
    }
    let answer = call.ask(words)?;
    Ok((parsed(&answer.text)?, answer.exit_code))
}

fn plan(call: &Call, arguments: ForPlan) -> Result<PlanAnswer, Failure> {
    let (plan, exit_code) = planned(call, &arguments.of)?;
    Ok(PlanAnswer::of(&plan, exit_code, arguments.alternatives))
}

fn explain(call: &Call, arguments: ForExplain) -> Result<ExplainAnswer, Failure> {
    let Some(id) = arguments.decision else {
        let (plan, _) = planned(call, &arguments.of)?;
        return Ok(ExplainAnswer::of(&plan, arguments.tree_parts, None));
    };
    if arguments.of != PlanOf::default() {
        return Err(Wrong {
            field: "decision".to_owned(),
            value: id.into(),
            remedy: "a decision was made of what it was made of: leave the arguments of a fresh plan out, or this one".to_owned(),
        }
        .into());
    }
    let mut words = call.words(&["history", "--json"]);
    word(&mut words, "show", Some(id));
    let text = call.ask(words)?.text;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| {
        Failure::Refused(Refusal {
            kind: "data",
            message: format!(
                "decision {id} was kept by a version of the program whose plans this one does not read ({error}); `jarvis2 history --show {id}` prints it as it was"
            ),
            exit_code: 3,
        })
    })?;
    Ok(ExplainAnswer::of(&plan, arguments.tree_parts, Some(id)))
}

/// The name and hash of a file that was read, or of what stands in for it.
fn cited(kind: &str, path: Option<&str>, bytes: &[u8]) -> Citation {
    match path {
        None => Citation::new(kind, SAMPLE, Some(&sha256(bytes))),
        Some(path) => {
            let name = Path::new(path).file_name();
            let name = name.map_or_else(|| path.into(), |name| name.to_string_lossy());
            let hash = std::fs::read(path).ok().map(|bytes| sha256(&bytes));
            Citation::new(kind, &name, hash.as_deref())
        }
    }
}

fn price_chain(call: &Call, asked: ForPrice) -> Result<PriceAnswer, Failure> {
    let days = [asked.days_min, asked.days_max].map(|days| days.map(f64::from));
    is_range("days", days[0], days[1])?;
    is_range("strike", asked.strike_min, asked.strike_max)?;
    is_range("delta", asked.delta_min, asked.delta_max)?;
    let mut words = call.words(&["price", "--json"]);
    word(&mut words, "symbol", asked.symbol.as_ref());
    word(&mut words, "as-of", asked.as_of.as_ref());
    word(&mut words, "spot", asked.spot_usd);
    word(&mut words, "rate", asked.rate_per_year);
    let mapping = asked.mapping.as_ref();
    let mapping = mapping.map(|path| call.file("mapping", path)).transpose()?;
    word(&mut words, "mapping", mapping);
    let path = asked.chain.as_ref();
    let path = path.map(|path| call.file("chain", path)).transpose()?;
    match &path {
        None => {
            words.push("--sample".to_owned());
            if asked.symbol.is_none() {
                word(&mut words, "symbol", Some(DEFAULT_SYMBOL));
            }
        }
        // What follows `--` is a file, whatever its name looks like.
        Some(path) => words.extend(["--".to_owned(), path.clone()]),
    }
    let mut answer: PriceAnswer = call.read(words)?;
    answer.quotes_total = answer.rows.len();
    let within = |value: Option<f64>, low: Option<f64>, high: Option<f64>| {
        (low.is_none() && high.is_none())
            || value.is_some_and(|value| {
                low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high)
            })
    };
    let passes = |row: &PriceRow| {
        let right = match asked.right {
            None => true,
            Some(Side::Call) => row.right == "C",
            Some(Side::Put) => row.right == "P",
        };
        right
            && asked
                .expiry
                .as_ref()
                .is_none_or(|expiry| row.expiry == *expiry)
            && within(Some(row.days.into()), days[0], days[1])
            && within(Some(row.strike), asked.strike_min, asked.strike_max)
            && within(row.delta.map(f64::abs), asked.delta_min, asked.delta_max)
    };
    answer.rows.retain(passes);
    answer.quotes_passing = answer.rows.len();
    answer.skipped = asked.skip.min(answer.rows.len());
    answer.rows.drain(..answer.skipped);
    answer.rows.truncate(asked.rows);
    answer.citations = vec![cited("chain", path.as_deref(), sample::CHAIN_PARQUET)];
    Ok(answer)
}

fn backtest(call: &Call, asked: ForBacktest) -> Result<BacktestAnswer, Failure> {
    in_order(asked.from.as_ref(), asked.to.as_ref())?;
    // The file that tells watchers how far it is would be one file more.
    let mut words = call.words(&["backtest", "--json", "--set=monitor.status=false"]);
    word(&mut words, "policy", Some(asked.policy.word()));
    words.extend(asked.settings.words()?);
    for (at, path) in asked.data.iter().enumerate() {
        let path = call.place(&format!("data[{at}]"), path, true)?;
        word(&mut words, "data", Some(path));
    }
    for (name, path) in [
        ("mapping", &asked.mapping),
        ("history", &asked.history),
        ("events", &asked.events),
    ] {
        let path = path
            .as_ref()
            .map(|path| call.file(name, path))
            .transpose()?;
        word(&mut words, name, path);
    }
    word(&mut words, "symbol", asked.symbol.as_ref());
    word(&mut words, "from", asked.from.as_ref());
    word(&mut words, "to", asked.to.as_ref());
    word(&mut words, "delta", asked.delta);
    word(&mut words, "days", asked.days);
    word(&mut words, "capital", asked.capital_usd);
    word(&mut words, "rate", asked.rate_per_year);
    word(&mut words, "seed", asked.seed);
    if asked.walk_forward {
        words.push("--walk-forward".to_owned());
    }
    let mut answer: BacktestAnswer = call.read(words)?;
    let manifest = &answer.manifest;
    answer.citations = vec![
        Citation::new("run", &answer.id, None),
        Citation::new(
            "data",
            &manifest.files.join(", "),
            Some(&manifest.data_sha256),
        ),
        Citation::new("configuration", "all layers", Some(&manifest.config_sha256)),
    ];
    Ok(answer)
}

fn recall(call: &Call, asked: ForRecall) -> Result<RecallAnswer, Failure> {
    let mut words = call.words(&["recall", "--json"]);
    let path = asked.history.as_ref();
    let path = path.map(|path| call.file("history", path)).transpose()?;
    word(&mut words, "history", path.as_ref());
    word(&mut words, "symbol", asked.symbol.as_ref());
    word(&mut words, "as-of", asked.as_of.as_ref());
    let right = asked.right.map(|right| match right {
        Side::Call => "call",
        Side::Put => "put",
    });
    word(&mut words, "right", right);
    word(&mut words, "strike-over-spot", asked.strike_over_spot);
    word(&mut words, "days", asked.days);
    word(&mut words, "regime", asked.regime.as_ref());
    word(&mut words, "decision", asked.decision);
    let mut answer: RecallAnswer = call.read(words)?;
    if let Some(id) = asked.decision {
        // An invented decision has invented precedents, whatever prices it is asked about.
        let show = call.words(&["history", "--show", &id.to_string(), "--json"]);
        if let Ok(plan) = call.read::<Value>(show) {
            answer.watermark = plan["watermark"].as_str().map(str::to_owned);
        }
    }
    if let Some(prices) = &mut answer.prices {
        prices.precedents.truncate(asked.rows);
    }
    answer.diary.truncate(asked.rows);
    let mut bytes: &[u8] = &[];
    if path.is_none() {
        answer.watermark = Some(format!(
            "SYNTHETIC DATA ({}): nothing here is evidence of any market",
            sample::SOURCE
        ));
        let symbol = asked
            .symbol
            .as_deref()
            .unwrap_or(DEFAULT_SYMBOL)
            .trim()
            .to_uppercase();
        let text = sample::HISTORIES.iter().find(|(name, _)| *name == symbol);
        bytes = text.map_or(&[], |(_, text)| text.as_bytes());
    }
    answer.citations = vec![cited("prices", path.as_deref(), bytes)];
    answer.citations.extend(
        asked
            .decision
            .map(|id| Citation::new("decision", &id.to_string(), None)),
    );
    Ok(answer)
}

/// What `journal report --json` says.
#[derive(Deserialize)]
struct Report {
    db: String,
    total: Period,
    months: BTreeMap<String, Period>,
    reconciliation: Reconciliation,
    trades: Vec<TradeRow>,
    open: Vec<OpenRow>,
}

/// What `history --json` says.
#[derive(Deserialize)]
struct Decisions {
    db: String,
    decisions: Vec<Past>,
}

/// What `journal list --json` says.
#[derive(Deserialize)]
struct Entries {
    db: String,
    entries: Vec<Entry>,
}

/// The last rows, and how many there were.
fn latest<T>(mut rows: Vec<T>, most: usize) -> (usize, Vec<T>) {
    let total = rows.len();
    rows.drain(..total.saturating_sub(most));
    (total, rows)
}

fn journal_query(call: &Call, asked: ForJournal) -> Result<JournalAnswer, Failure> {
    in_order(asked.from.as_ref(), asked.to.as_ref())?;
    let words = |command: &[&str]| {
        let mut words = call.words(command);
        word(&mut words, "symbol", asked.symbol.as_ref());
        word(&mut words, "from", asked.from.as_ref());
        word(&mut words, "to", asked.to.as_ref());
        words
    };
    let mut answer = JournalAnswer {
        watermark: None,
        question: asked.question,
        note: None,
        rows_total: 0,
        rows_shown: 0,
        months: None,
        total: None,
        reconciliation: None,
        lots: None,
        trades: None,
        decisions: None,
        fills: None,
        citations: Vec::new(),
    };
    let most = asked.rows;
    match asked.question {
        Question::PremiumByMonth | Question::OpenLots | Question::ClosedTrades => {
            let mut report: Report = call.read(words(&["journal", "report", "--json"]))?;
            answer.of_diary(&report.db);
            // The report goes by contract; those opened last are the latest.
            report.open.sort_by(|a, b| a.opened.cmp(&b.opened));
            match asked.question {
                Question::OpenLots => {
                    let (total, rows) = latest(report.open, most);
                    (answer.rows_total, answer.rows_shown) = (total, rows.len());
                    answer.lots = Some(rows);
                }
                Question::ClosedTrades => {
                    let (total, rows) = latest(report.trades, most);
                    (answer.rows_total, answer.rows_shown) = (total, rows.len());
                    answer.trades = Some(rows);
                    answer.total = Some(report.total);
                }
                _ => {
                    let (total, rows) = latest(report.months.into_iter().collect(), most);
                    (answer.rows_total, answer.rows_shown) = (total, rows.len());
                    answer.months = Some(rows.into_iter().collect());
                    answer.total = Some(report.total);
                    answer.reconciliation = Some(report.reconciliation);
                }
            }
            // Without a diary there are no sums, which is not the same as sums of nothing.
            if answer.note.is_some() {
                (answer.total, answer.reconciliation) = (None, None);
            }
        }
        Question::Decisions => {
            // Newest first, and as many as there are: to be counted.
            let all = format!("--limit={}", usize::MAX);
            let mut found: Decisions = call.read(words(&["history", "--json", &all]))?;
            answer.rows_total = found.decisions.len();
            found.decisions.truncate(most);
            answer.rows_shown = found.decisions.len();
            answer.of_diary(&found.db);
            let ids = found.decisions.iter().map(|past| past.id.to_string());
            answer
                .citations
                .extend(ids.map(|id| Citation::new("decision", &id, None)));
            let invented = |past: &Past| past.source.starts_with("synthetic");
            if found.decisions.iter().any(invented) {
                answer.watermark = Some(
                    "SYNTHETIC DATA: decisions whose source begins with synthetic were made on invented markets"
                        .to_owned(),
                );
            }
            answer.decisions = Some(found.decisions);
        }
        Question::Fills => {
            let mut found: Entries = call.read(words(&["journal", "list", "--json"]))?;
            found.entries.retain(|entry| entry.kind != "note");
            let (total, rows) = latest(found.entries, most);
            (answer.rows_total, answer.rows_shown) = (total, rows.len());
            answer.of_diary(&found.db);
            answer.fills = Some(rows);
        }
    }
    Ok(answer)
}

fn hardware(call: &Call, _: ForHardware) -> Result<HardwareAnswer, Failure> {
    let machine = call.read(vec!["machine".to_owned(), "--json".to_owned()])?;
    let explained: Value = call.read(call.words(&["memory", "explain", "--json"]))?;
    let mut memory =
        MemoryCut::deserialize(&explained).map_err(|error| internal(&error.to_string()))?;
    memory.plan_reserved_bytes = explained["plan"]["reserved_bytes"].as_u64();
    let mut notes = Vec::new();
    let examined = || {
        let config = cli::load(&call.config, Vec::new())?.config;
        let progress = Progress::new(true);
        let mut notes = Vec::new();
        let rows =
            crate::devices::examine(&config, &hardware::detect(), false, &progress, &mut notes)?;
        Ok::<_, Error>((rows, notes))
    };
    let (examined, _) = quietly(Vec::new(), &call.stop, &call.ear, examined);
    let (rows, said) = examined?;
    notes.extend(said);
    if call.stop.load(Ordering::Relaxed) {
        let done = "the devices were not looked at".to_owned();
        return Err(Error::Interrupted { done }.into());
    }
    let devices = rows.into_iter().map(|row| DeviceRow {
        backend: row.backend.word().to_owned(),
        name: row.facts.map(|facts| facts.name),
        proven: row.proven,
        verdict: row
            .absent
            .or(row.verdict)
            .unwrap_or_else(|| "not proven yet: `jarvis2 devices` does".to_owned()),
    });
    Ok(HardwareAnswer {
        machine,
        memory,
        devices: devices.collect(),
        notes,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
