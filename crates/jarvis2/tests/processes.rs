//! Commands that die while they write the diary, and commands beside one another: whole processes, as a user starts them.
//!
//! `journal add` prints a note's number once it is on the disk, `journal import` how many rows it kept, and `plan` under which number
//! its decision is kept. Each is started again and again and killed with SIGKILL at a random moment. After every kill the commands
//! that read must find all that was said to be kept, all rows of a file or none, and no plan twice. Then one process after the other
//! adds notes while eight at a time read.
//!
//! The quick set is part of `cargo test`; the long one is
//! `cargo test --release -p jarvis2 --test processes -- --kills 1000 --seconds 60`.
//! What a power cut does is not shown here: only the process dies, not the machine.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use experience::{Options, Reader};
use serde_json::Value;
use tempfile::TempDir;

const DB: &str = "diary.sqlite";
/// Rows of a broker's file: all or none of them survive.
const ROWS: usize = 24;
/// Seeds that the plans take in turn, so that each is planned several times.
const SEEDS: u64 = 5;
const READERS: usize = 8;
/// A plan that takes little time: what it says is no matter here.
const PLAN: &[&str] = &[
    "plan",
    "--json",
    "--no-files",
    "--db",
    DB,
    "--set",
    "search.evaluations=600",
    "--set",
    "search.draw_evaluations=300",
    "--set",
    "search.root_actions=16",
    "--set",
    "search.paths=512",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |place: usize| arguments.get(place).map(String::as_str).unwrap_or_default();
    match word(0) {
        // Test runners ask for the list of tests, or for other tests.
        "--list" => println!("processes: test"),
        filter if !filter.starts_with('-') && !"processes".contains(filter) => {
            println!("processes: filtered out");
        }
        _ => {
            // `cargo xtask long` asks for the tests that are otherwise left out.
            let long = arguments.iter().any(|argument| argument == "--ignored");
            let number = |name: &str, default: u64| {
                let place = arguments.iter().position(|argument| argument == name);
                place.map_or(default, |place| {
                    word(place + 1).parse().expect("a number after the flag")
                })
            };
            let (many, lasting) = if long { (1_000, 60) } else { (60, 3) };
            Kills::new(number("--seed", 1)).run(number("--kills", many));
            side_by_side(number("--seconds", lasting));
        }
    }
}

/// A folder of its own, away from the user's configuration.
struct Desk {
    folder: TempDir,
}

/// What a process left behind.
struct Said {
    /// `None`: a signal ended it.
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// When a process is killed.
#[derive(Clone, Copy)]
enum Moment {
    Never,
    /// So long after its start.
    AfterStart(Duration),
    /// So long after the first byte of its answer: a plan is kept after it was printed.
    AfterAnswer(Duration),
}

impl Desk {
    fn new() -> Desk {
        Desk {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program until its end or the moment. Its words go to files `NAME.out` and `NAME.err`, which no pipe can hold up.
    fn start(&self, name: &str, args: &[&str], moment: Moment) -> Said {
        let (out, err) = (
            self.path(&format!("{name}.out")),
            self.path(&format!("{name}.err")),
        );
        let mut command = Command::new(env!("CARGO_BIN_EXE_jarvis2"));
        command.args(args).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("JARVIS2") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .env("HOME", self.folder.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null())
            .stdout(File::create(&out).expect("room"))
            .stderr(File::create(&err).expect("room"))
            .spawn()
            .expect("the program starts");
        match moment {
            Moment::Never => {}
            Moment::AfterStart(wait) => {
                std::thread::sleep(wait);
                child.kill().expect("SIGKILL");
            }
            Moment::AfterAnswer(wait) => {
                let silent = || std::fs::metadata(&out).map_or(0, |file| file.len()) == 0;
                while silent() && child.try_wait().expect("our child").is_none() {
                    std::thread::sleep(Duration::from_micros(200));
                }
                std::thread::sleep(wait);
                child.kill().expect("SIGKILL");
            }
        }
        let code = child.wait().expect("it ends").code();
        let read = |path| std::fs::read_to_string(path).expect("text");
        Said {
            code,
            stdout: read(&out),
            stderr: read(&err),
        }
    }

    /// Runs a command that must succeed without a word of complaint.
    fn ask(&self, name: &str, args: &[&str]) -> Value {
        let said = self.start(name, args, Moment::Never);
        assert!(
            said.code == Some(0) && said.stderr.is_empty(),
            "{args:?}: exit {:?}\n{}\n{}",
            said.code,
            said.stderr,
            said.stdout
        );
        serde_json::from_str(&said.stdout).expect("JSON")
    }

    /// Notes by number, and the fills of each day: how many, and their cash in cents.
    fn journal(&self, name: &str) -> (BTreeMap<i64, String>, BTreeMap<String, (usize, i64)>) {
        let list = self.ask(name, &["journal", "list", "--json", "--db", DB]);
        let (mut notes, mut days) = (BTreeMap::new(), BTreeMap::new());
        for entry in list["entries"].as_array().expect("a list") {
            let id = entry["id"].as_i64().expect("a number");
            match entry["note"].as_str() {
                Some(note) => assert!(notes.insert(id, note.to_owned()).is_none(), "{id} twice"),
                None => {
                    let day = entry["at"].as_str().expect("a day").to_owned();
                    let (count, cash) = days.entry(day).or_insert((0, 0));
                    *count += 1;
                    *cash += entry["cash_cents"].as_i64().expect("cents");
                }
            }
        }
        (notes, days)
    }

    /// Decisions: number, seed, looks.
    fn decisions(&self, name: &str) -> Vec<(i64, u64, u64)> {
        let args = ["history", "--json", "--limit", "1000000", "--db", DB];
        let history = self.ask(name, &args);
        let decisions = history["decisions"].as_array().expect("a list");
        let number = |of: &Value, field: &str| of[field].as_u64().expect("a number");
        decisions
            .iter()
            .map(|one| {
                let words = one["outcome"].as_str().expect("a word");
                assert!(!words.starts_with("n/a"), "kept in part: {one}");
                (
                    number(one, "id") as i64,
                    number(one, "seed"),
                    number(one, "looks"),
                )
            })
            .collect()
    }

    fn assert_sound(&self) {
        let reader = Reader::open(&self.path(DB), &Options::default()).expect("it opens");
        assert_eq!(reader.verify().expect("readable"), [""; 0]);
    }
}

fn body(turn: u64) -> String {
    format!("note {turn}: {}", "words ".repeat((turn % 50) as usize + 1))
}

/// A day of its own for every file.
fn day(turn: u64) -> String {
    let first = jiff::civil::date(2001, 1, 1);
    let days = i64::try_from(turn).expect("few files");
    first
        .checked_add(jiff::Span::new().days(days))
        .expect("a date")
        .to_string()
}

/// A file of puts sold and bought back, and the cash that they leave, in cents.
fn statement(turn: u64) -> (String, i64) {
    let mut csv =
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n".to_owned();
    let (day, mut cash_cents) = (day(turn), 0);
    for row in 0..ROWS {
        let (action, price_cents) = if row % 2 == 0 {
            ("sell_to_open", 150)
        } else {
            ("buy_to_close", 40)
        };
        let sign = if row % 2 == 0 { 1 } else { -1 };
        cash_cents += sign * 100 * price_cents - 65;
        csv += &format!(
            "{day},{action},KO,KO 2040-09-21 {} put,1,{}.{:02},0.65,,{turn}-{row}\n",
            50 + row / 2,
            price_cents / 100,
            price_cents % 100
        );
    }
    (csv, cash_cents)
}

/// The number in `kept in the diary: decision 12 in ...`, if the line is whole.
fn kept(stderr: &str) -> Option<i64> {
    stderr.split_inclusive('\n').find_map(|line| {
        let line = line.strip_suffix('\n')?;
        let rest = line
            .strip_prefix("kept in the diary: decision ")
            .or_else(|| line.strip_prefix("kept in the diary already: decision "))?;
        rest.split(' ').next()?.parse().ok()
    })
}

/// What was started, and what of it was acknowledged.
struct Kills {
    desk: Desk,
    random: u64,
    /// Turns of `journal add` by the number that was printed.
    notes: BTreeMap<i64, u64>,
    /// Files by turn, and whether their import was acknowledged.
    files: BTreeMap<u64, bool>,
    /// Plans by seed: started, acknowledged, and the decision's number where one was told.
    plans: BTreeMap<u64, (u64, u64, Option<i64>)>,
    died_early: u64,
}

impl Kills {
    fn new(seed: u64) -> Kills {
        Kills {
            desk: Desk::new(),
            random: seed,
            notes: BTreeMap::new(),
            files: BTreeMap::new(),
            plans: BTreeMap::new(),
            died_early: 0,
        }
    }

    /// In [0, 1): splitmix64 (Steele, Lea & Flood 2014).
    fn unit(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.random;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Some moment of a life that usually lasts so long, or shortly after it.
    fn within(&mut self, life: Duration) -> Moment {
        Moment::AfterStart(life.mul_f64(1.3 * self.unit()))
    }

    fn add(&mut self, turn: u64, moment: Moment) {
        let body = body(turn);
        let args = ["journal", "add", "--note", &body, "--db", DB];
        let said = self.desk.start("write", &args, moment);
        assert!(said.stderr.is_empty(), "{}", said.stderr);
        match said.stdout.strip_suffix('\n') {
            Some(id) => {
                let id = id.parse().expect("a number");
                assert!(
                    self.notes.insert(id, turn).is_none(),
                    "{id} was given twice"
                );
            }
            None => {
                assert_eq!(said.code, None, "it ended without a number");
                self.died_early += 1;
            }
        }
    }

    fn import(&mut self, turn: u64, moment: Moment) {
        let name = format!("{turn}.csv");
        std::fs::write(self.desk.path(&name), statement(turn).0).expect("room");
        let args = ["journal", "import", &name, "--json", "--db", DB];
        let said = self.desk.start("write", &args, moment);
        assert!(said.stderr.is_empty(), "{}", said.stderr);
        let summary: Option<Value> = serde_json::from_str(&said.stdout).ok();
        assert!(summary.is_some() || said.code.is_none(), "{}", said.stdout);
        self.died_early += u64::from(summary.is_none());
        self.files.insert(turn, summary.is_some());
        self.check();
        // Whoever sees it die imports the file again: what was there is known, and the rest comes in.
        let again = self.desk.ask("write", &args);
        let count = |field: &str| again[field].as_u64().expect("a number") as usize;
        let (new, known) = (count("new"), count("known"));
        assert!(
            new + known == ROWS && (new == 0 || known == 0),
            "kept in part: {again}"
        );
        self.files.insert(turn, true);
    }

    fn plan(&mut self, seed: u64, moment: Moment) {
        let word = seed.to_string();
        let args = [PLAN, &["--seed", &word]].concat();
        let said = self.desk.start("write", &args, moment);
        let (started, acknowledged, decision) = self.plans.entry(seed).or_default();
        *started += 1;
        match kept(&said.stderr) {
            Some(id) => {
                *acknowledged += 1;
                assert!(decision.is_none_or(|old| old == id), "kept twice: {id}");
                *decision = Some(id);
            }
            None => {
                assert_eq!(said.code, None, "not kept: {} {}", said.stderr, said.stdout);
                self.died_early += 1;
            }
        }
    }

    /// Everything that was acknowledged is listed, and nothing is half there.
    fn check(&self) {
        let (notes, days) = self.desk.journal("read");
        for (id, turn) in &self.notes {
            assert_eq!(notes.get(id), Some(&body(*turn)), "note {id} is lost");
        }
        // A note may be there whose number was never printed; it is whole then.
        for note in notes.values() {
            let turn = note.strip_prefix("note ").and_then(|rest| {
                let (turn, _) = rest.split_once(':')?;
                turn.parse().ok()
            });
            assert_eq!(turn.map(body).as_ref(), Some(note), "a note in part");
        }
        for (&turn, &acknowledged) in &self.files {
            let found = days.get(&day(turn)).copied();
            match found {
                None => assert!(!acknowledged, "file {turn} is lost"),
                Some(found) => assert_eq!(found, (ROWS, statement(turn).1), "file {turn}"),
            }
        }
        let decisions = self.desk.decisions("read");
        for (&seed, &(started, acknowledged, decision)) in &self.plans {
            let of_seed: Vec<_> = decisions.iter().filter(|one| one.1 == seed).collect();
            assert!(of_seed.len() <= 1, "seed {seed} was kept twice");
            if let Some(id) = decision {
                let (found, _, looks) = of_seed.first().expect("an acknowledged decision");
                assert_eq!(*found, id);
                assert!(
                    (acknowledged..=started).contains(looks),
                    "seed {seed}: {looks}"
                );
            }
        }
    }

    fn run(mut self, kills: u64) {
        // How long each lives when nobody kills it; the plans of later runs meet this diary.
        let mut life = [Duration::ZERO; 3];
        let clock = Instant::now();
        self.add(0, Moment::Never);
        life[0] = clock.elapsed();
        let clock = Instant::now();
        self.import(0, Moment::Never);
        life[1] = clock.elapsed() / 4;
        let clock = Instant::now();
        self.plan(SEEDS, Moment::Never);
        life[2] = clock.elapsed();
        let (notes, imports, plans) = (
            self.notes.len(),
            self.files.len(),
            self.acknowledged_plans(),
        );
        let mut turns = [0_u64; 3];
        for kill in 1..=kills {
            match kill % 10 {
                0 => {
                    turns[2] += 1;
                    // Half of them at any moment, half while the answer is out and the diary is written.
                    let moment = if turns[2].is_multiple_of(2) {
                        self.within(life[2])
                    } else {
                        Moment::AfterAnswer(Duration::from_secs_f64(0.06 * self.unit()))
                    };
                    self.plan(turns[2] % SEEDS, moment);
                }
                3 | 6 | 9 => {
                    turns[1] += 1;
                    let moment = self.within(life[1]);
                    self.import(kill, moment);
                }
                _ => {
                    turns[0] += 1;
                    let moment = self.within(life[0]);
                    self.add(kill, moment);
                }
            }
            self.check();
            if kill % 20 == 0 || kill == kills {
                self.desk.assert_sound();
            }
        }
        let acknowledged = (self.notes.len() - notes) as u64 + self.acknowledged_plans() - plans;
        assert!(
            kills < 30 || (acknowledged > 0 && self.died_early > 0),
            "the harness tested nothing: {acknowledged} acknowledged, {} died before",
            self.died_early
        );
        let (killed_plans, died_early) = (turns[2], self.died_early);
        // Whoever asks for the same plans again finds each kept once, whole.
        for seed in 0..SEEDS.min(turns[2] + 1) {
            self.plan(seed, Moment::Never);
        }
        self.check();
        for (seed, (.., decision)) in &self.plans {
            let id = decision.expect("it was kept").to_string();
            let args = ["history", "--show", &id, "--json", "--db", DB];
            let plan = self.desk.ask("read", &args);
            assert_eq!(plan["manifest"]["seed"], *seed);
        }
        println!(
            "{kills} kills ({} of `journal add`, {} of `journal import`, {killed_plans} of `plan`), {died_early} before the answer: \
             {} notes, {} files of {ROWS} rows and {} plans acknowledged, none lost, none in part, none twice",
            turns[0],
            turns[1],
            self.notes.len() - notes,
            self.files.len() - imports,
            self.acknowledged_plans() - plans,
        );
    }

    fn acknowledged_plans(&self) -> u64 {
        self.plans.values().map(|(_, told, _)| told).sum()
    }
}

/// One writer after the other, eight readers at a time, each a process.
fn side_by_side(seconds: u64) {
    let mut first = Kills::new(1);
    first.plan(1, Moment::Never);
    let decision = first.plans[&1].2.expect("it was kept");
    let desk = first.desk;
    let end = Instant::now() + Duration::from_secs(seconds);
    let added: Mutex<Vec<(i64, u64)>> = Mutex::new(Vec::new());
    let so_far = || added.lock().expect("no panic elsewhere").clone();
    let reads = std::thread::scope(|scope| {
        let (desk, added, so_far) = (&desk, &added, &so_far);
        let writer = scope.spawn(move || {
            let mut turn = 0;
            while Instant::now() < end {
                turn += 1;
                let said = desk.start(
                    "write",
                    &["journal", "add", "--note", &body(turn), "--db", DB],
                    Moment::Never,
                );
                assert!(
                    said.code == Some(0) && said.stderr.is_empty(),
                    "{}",
                    said.stderr
                );
                let id = said.stdout.trim().parse().expect("a number");
                added.lock().expect("no panic elsewhere").push((id, turn));
            }
        });
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                scope.spawn(move || {
                    let name = format!("reader-{reader}");
                    let mut reads = [0_u64; 3];
                    let mut turn = reader;
                    while Instant::now() < end {
                        turn += 1;
                        match turn % 3 {
                            0 => {
                                let before = so_far();
                                let (notes, _) = desk.journal(&name);
                                for (id, turn) in before {
                                    assert_eq!(notes.get(&id), Some(&body(turn)), "{id} is lost");
                                }
                            }
                            1 => {
                                let id = decision.to_string();
                                let view = desk.ask(
                                    &name,
                                    &["recall", "--decision", &id, "--json", "--db", DB],
                                );
                                assert!(view["diary_note"].is_string());
                            }
                            _ => assert_eq!(desk.decisions(&name)[0].0, decision),
                        }
                        reads[turn % 3] += 1;
                    }
                    reads
                })
            })
            .collect();
        writer.join().expect("the writer met no error");
        let mut total = [0; 3];
        for reader in readers {
            let reads = reader.join().expect("the reader met no error");
            for (total, reads) in total.iter_mut().zip(reads) {
                *total += reads;
            }
        }
        total
    });
    let (notes, _) = desk.journal("read");
    let added = so_far();
    let expected: BTreeMap<i64, String> =
        added.iter().map(|&(id, turn)| (id, body(turn))).collect();
    assert_eq!(notes, expected, "what was added is there, and nothing else");
    assert!(
        added.len() > 1 && reads.iter().all(|&count| count > 0),
        "too little happened: {} notes, reads {reads:?}",
        added.len()
    );
    desk.assert_sound();
    println!(
        "{seconds} s, one writer and {READERS} readers, each call a process: {} notes added and all there; \
         {} lists, {} recalls and {} histories read, no error",
        added.len(),
        reads[0],
        reads[1],
        reads[2]
    );
}
