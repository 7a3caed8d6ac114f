//! What this process may take of the machine, and what it may do now: one ledger of memory, and beside long work one thread that looks at
//! the sensors once a second and says how many workers may work.
//!
//! ```text
//! memory warning     half of the workers: half as much in flight
//! memory critical    work that somebody waits for pauses up to 30 s between batches, then goes on with one worker: it holds its memory
//!                    already; background work pauses until it is over
//! heat               as hardware::thermal says; at critical, background work pauses
//! ```
//! What comes out of a piece of work does not depend on how many workers it had: results land by index, and batches that decide a
//! result are never changed here. Work that ends within a second is never looked at.

use crate::config::Config;
use hardware::ledger::Ledger;
use hardware::sensors::{Sample, Sensors};
#[cfg(test)]
use hardware::thermal::ThermalState;
use hardware::thermal::{Advice, Care, Pace, Signs};
use hardware::threads::Role;
use hardware::{Machine, PressureLevel, Reading};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time between two looks at the sensors, and before the first.
const BEAT: Duration = Duration::from_secs(1);
/// Work that somebody waits for pauses no longer than this for want of memory.
const HALT_MAX: Duration = Duration::from_secs(30);
/// How often work that pauses asks whether it may go on.
pub(crate) const NAP: Duration = Duration::from_millis(50);

/// What the sensors say at one moment, as far as it matters here.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// How short of memory the system is.
    pub(crate) memory: Reading<PressureLevel>,
    /// Signs of heat; our own speed is added here.
    pub(crate) signs: Signs,
}

impl Seen {
    fn of(sample: &Sample) -> Seen {
        Seen {
            memory: sample.memory_level(),
            signs: Signs::of(sample, None),
        }
    }
}

/// What the sensors say; a simulated host in tests.
pub(crate) type Source = Box<dyn FnMut() -> Seen + Send>;

/// The sensors of this machine, opened when they are first asked: not in the first second of anything.
fn sensors() -> Source {
    let mut sensors: Option<Sensors> = None;
    Box::new(move || {
        Seen::of(
            &sensors
                .get_or_insert_with(Sensors::open_without_gpus)
                .sample(),
        )
    })
}

/// The one of this process, from the start of its work to the end.
pub(crate) struct Governor {
    shared: Arc<Shared>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

struct Shared {
    ledger: Ledger,
    machine: Machine,
    /// Where worker threads belong; none: where they are.
    role: Option<Role>,
    /// Whether nobody waits for the work.
    background: bool,
    workers_max: usize,
    /// Workers that may work now; 0: none of a background work.
    workers: AtomicUsize,
    /// States judged so far, if the work says so: its own speed is a sign of heat.
    judged: AtomicU64,
    verdict: Mutex<Verdict>,
}

/// What was last decided, and since when.
#[derive(Debug)]
struct Verdict {
    why: String,
    /// Since when memory has been critical.
    halted: Option<Instant>,
    /// The fewest workers so far.
    fewest: usize,
}

impl Governor {
    /// For work on so many threads. With a `role` its threads go where they belong ([`Role::enter`]).
    pub(crate) fn new(
        config: &Config,
        machine: &Machine,
        threads: usize,
        role: Option<Role>,
        background: bool,
    ) -> Governor {
        let limit = config.hardware.memory_limit_bytes();
        let workers_max = threads.max(1);
        Governor {
            shared: Arc::new(Shared {
                ledger: Ledger::new(hardware::memory_budget(machine, limit)),
                machine: machine.clone(),
                role,
                background,
                workers_max,
                workers: AtomicUsize::new(workers_max),
                judged: AtomicU64::new(0),
                verdict: Mutex::new(Verdict {
                    why: "nothing has been seen yet".to_owned(),
                    halted: None,
                    fewest: workers_max,
                }),
            }),
            watcher: None,
        }
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// All workers, as many as may work now.
    pub(crate) fn crew(&self) -> Crew {
        Crew {
            most: self.shared.workers_max,
            shared: Some(Arc::clone(&self.shared)),
        }
    }

    /// Begins to look at the sensors, until this is dropped.
    pub(crate) fn watch(&mut self) {
        self.watch_by(sensors(), BEAT);
    }

    /// The same with any source, once in every `beat`.
    pub(crate) fn watch_by(&mut self, mut source: Source, beat: Duration) {
        if self.watcher.is_some() {
            return;
        }
        let (end, ended) = channel();
        let shared = Arc::clone(&self.shared);
        let begun = Instant::now();
        let mut eye = Eye::new(shared.workers_max);
        let watcher = std::thread::Builder::new()
            .name("governor".to_owned())
            .spawn(move || {
                while ended.recv_timeout(beat) == Err(RecvTimeoutError::Timeout) {
                    let seen = source();
                    eye.look(&shared, begun.elapsed().as_secs_f64(), seen);
                }
            });
        // Without a thread there is no care, and no harm.
        self.watcher = watcher.ok().map(|watcher| (end, watcher));
    }
}

impl Drop for Governor {
    fn drop(&mut self) {
        if let Some((end, watcher)) = self.watcher.take() {
            drop(end);
            let _ = watcher.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the watcher keeps between two looks.
struct Eye {
    care: Care,
    pace: Pace,
    rate: Rate,
}

impl Eye {
    fn new(workers_max: usize) -> Eye {
        Eye {
            care: Care::new(workers_max),
            pace: Pace::new(),
            rate: Rate::default(),
        }
    }

    /// Decides by what is seen `now_s` seconds after the start, and publishes it.
    fn look(&mut self, shared: &Shared, now_s: f64, mut seen: Seen) {
        let judged = shared.judged.load(Ordering::Relaxed);
        if let Some(per_second) = self.rate.tell(now_s, judged) {
            let workers = shared.workers.load(Ordering::Relaxed);
            self.pace.observe(now_s, workers, per_second);
        }
        seen.signs.slow = self.pace.slow(now_s);
        if let Reading::Known(level) = seen.memory {
            shared.ledger.observe(level);
        }
        let advice = self.care.observe(now_s, &seen.signs);
        shared.decide(&advice, shared.ledger.level());
    }
}

/// A count, as a rate of whole seconds: the seconds in which work began or ended are passed over, because they look like slow work.
#[derive(Default)]
struct Rate {
    before: Option<(f64, u64)>,
    /// Rates of the last looks in which the count grew without a break, at most two.
    grew: Vec<f64>,
}

impl Rate {
    fn tell(&mut self, now_s: f64, count: u64) -> Option<f64> {
        let before = self.before.replace((now_s, count));
        let (then, had) = before?;
        if count <= had || now_s <= then {
            self.grew.clear();
            return None;
        }
        self.grew.push((count - had) as f64 / (now_s - then));
        if self.grew.len() < 3 {
            return None;
        }
        self.grew.remove(0);
        Some(self.grew[0])
    }
}

impl Shared {
    fn decide(&self, advice: &Advice, memory: PressureLevel) {
        let half = (self.workers_max / 2).max(1);
        let (most, mut why) = match memory {
            PressureLevel::Normal => (self.workers_max, String::new()),
            PressureLevel::Warning => (half, "memory is short".to_owned()),
            PressureLevel::Critical => (1, "memory is critically short".to_owned()),
        };
        if advice.workers < self.workers_max || !advice.background {
            if !why.is_empty() {
                why += "; ";
            }
            why += &format!("heat is {}: {}", advice.level, advice.why);
        }
        let rests = memory == PressureLevel::Critical || !advice.background;
        let workers = if self.background && rests {
            0
        } else {
            advice.workers.min(most)
        };
        let mut verdict = lock(&self.verdict);
        verdict.halted = match memory {
            PressureLevel::Critical => Some(verdict.halted.unwrap_or_else(Instant::now)),
            _ => None,
        };
        verdict.why = why;
        verdict.fewest = verdict.fewest.min(workers);
        self.workers.store(workers, Ordering::Relaxed);
    }
}

/// The workers of a piece of work: so many threads at most, and as many of them as may work now. Clones are the same.
#[derive(Clone)]
pub(crate) struct Crew {
    most: usize,
    shared: Option<Arc<Shared>>,
}

impl Crew {
    /// Always so many.
    pub(crate) fn fixed(workers: usize) -> Crew {
        Crew {
            most: workers.max(1),
            shared: None,
        }
    }

    /// A part of the crew with at most so many, that shrinks as the whole does.
    pub(crate) fn part(&self, most: usize) -> Crew {
        Crew {
            most: most.max(1),
            shared: self.shared.clone(),
        }
    }

    /// Workers at most.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Workers that may work now, at least 1: for a batch that is begun in any case.
    pub(crate) fn now(&self) -> usize {
        self.may().max(1)
    }

    /// Workers that may begin something new now; 0 while background work is to pause.
    pub(crate) fn may(&self) -> usize {
        let Some(shared) = &self.shared else {
            return self.most;
        };
        match shared.workers.load(Ordering::Relaxed) {
            0 => 0,
            workers if workers >= shared.workers_max => self.most,
            workers => (self.most * workers / shared.workers_max).max(1),
        }
    }

    /// Why work is to pause now; `None`: it may go on.
    pub(crate) fn halted(&self) -> Option<String> {
        let shared = self.shared.as_ref()?;
        if shared.background {
            let rests = shared.workers.load(Ordering::Relaxed) == 0;
            return rests.then(|| lock(&shared.verdict).why.clone());
        }
        let verdict = lock(&shared.verdict);
        let since = verdict.halted?;
        (since.elapsed() < HALT_MAX).then(|| verdict.why.clone())
    }

    /// Says that so many more states were judged.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    pub(crate) fn judged(&self, states: u64) {
        if let Some(shared) = &self.shared {
            shared.judged.fetch_add(states, Ordering::Relaxed);
        }
    }

    /// Moves the calling thread to where the crew's threads belong. A thread does it once, when it starts.
    pub(crate) fn enter(&self) {
        if let Some(shared) = &self.shared
            && let Some(role) = shared.role
        {
            // A thread that stays where it was does the same work.
            let _ = role.enter(&shared.machine);
        }
    }

    /// Waits until worker number `worker`, from 0, may begin something new. `false`: the work is over, as `over` says.
    pub(crate) fn turn(&self, worker: usize, over: &dyn Fn() -> bool) -> bool {
        loop {
            if over() {
                return false;
            }
            if worker < self.may() {
                return true;
            }
            // Of work that somebody waits for, one goes on.
            std::thread::sleep(NAP);
        }
    }

    /// The fewest workers that were ever let work.
    #[cfg(test)]
    pub(crate) fn fewest(&self) -> usize {
        self.shared
            .as_ref()
            .map_or(self.most, |shared| lock(&shared.verdict).fewest)
    }
}

/// Whether it is worth a thread's while to go to a role: only where the threads asked for fit on its cores. On macOS always: there a role
/// names a quality of service and narrows nothing.
pub(crate) fn role_for(role: Role, machine: &Machine, threads: usize) -> Option<Role> {
    let fits = threads <= role.threads(machine).count;
    (fits || cfg!(target_os = "macos")).then_some(role)
}

/// A host that is as hot and as short of memory as said.
#[cfg(test)]
pub(crate) fn simulated(state: ThermalState, memory: PressureLevel) -> Seen {
    Seen {
        memory: Reading::Known(memory),
        signs: Signs {
            state: Reading::Known(state),
            slow: None,
            others_load: Reading::Known(0.0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(not(target_os = "macos"))]
    use hardware::Recording;
    use hardware::ledger::{Ask, Priority};

    fn governor(threads: usize, background: bool) -> Governor {
        let machine = hardware::detect();
        Governor::new(&Config::default(), &machine, threads, None, background)
    }

    /// Replays states (n, f, s, c), a second each, with memory (N, W, C) before it if it changes; gives workers of the first and the
    /// last second.
    fn replay(background: bool, trace: &str) -> String {
        let governor = governor(8, background);
        let crew = governor.crew();
        let mut eye = Eye::new(8);
        let mut memory = PressureLevel::Normal;
        let mut said = Vec::new();
        let mut now = 0.0;
        for sign in trace.chars() {
            match sign {
                'N' => memory = PressureLevel::Normal,
                'W' => memory = PressureLevel::Warning,
                'C' => memory = PressureLevel::Critical,
                sign => {
                    let state = match sign {
                        's' => ThermalState::Serious,
                        'c' => ThermalState::Critical,
                        'f' => ThermalState::Fair,
                        _ => ThermalState::Nominal,
                    };
                    eye.look(&governor.shared, now, simulated(state, memory));
                    now += 1.0;
                    let halts = if crew.halted().is_some() { "!" } else { "" };
                    said.push(format!("{}{halts}", crew.may()));
                }
            }
        }
        said.dedup();
        said.join(" ")
    }

    #[test]
    fn workers_follow_heat_and_memory() {
        assert_eq!(replay(false, "nnff"), "8");
        assert_eq!(replay(false, "nsc"), "8 4 2");
        assert_eq!(replay(false, "nWn"), "8 4");
        // Hot and short of memory: the fewer of both.
        assert_eq!(replay(false, "nWc"), "8 2");
        // What somebody waits for pauses a while, and then goes on with one.
        assert_eq!(replay(false, "nCn"), "8 1!");
        assert_eq!(replay(true, "nsc"), "8 4 0!");
        assert_eq!(replay(true, "nCn"), "8 0!");
        // A level that falls is believed once it has lasted.
        assert_eq!(replay(true, "nCnNn"), "8 0!");
        let calm = format!("cn{}", "n".repeat(61));
        assert_eq!(replay(true, &calm), "0! 4");
    }

    #[test]
    fn a_pause_says_why() {
        let governor = governor(4, true);
        let mut eye = Eye::new(4);
        let hot = simulated(ThermalState::Critical, PressureLevel::Normal);
        eye.look(&governor.shared, 0.0, hot);
        assert_eq!(
            governor.crew().halted().as_deref(),
            Some("heat is critical: the system says critical")
        );
        let short = simulated(ThermalState::Nominal, PressureLevel::Critical);
        let other = self::governor(4, true);
        Eye::new(4).look(&other.shared, 0.0, short);
        assert_eq!(
            other.crew().halted().as_deref(),
            Some("memory is critically short")
        );
    }

    #[test]
    fn the_ledger_hears_of_pressure() {
        let governor = governor(2, false);
        let short = simulated(ThermalState::Nominal, PressureLevel::Critical);
        Eye::new(2).look(&governor.shared, 0.0, short);
        assert_eq!(governor.ledger().level(), PressureLevel::Critical);
        let ask = Ask::of("more", 1, Priority::Foreground);
        assert!(governor.ledger().reserve(ask, Duration::ZERO).is_err());
    }

    /// A machine that says nothing is left to work.
    #[test]
    fn what_is_missing_stops_nothing() {
        let governor = governor(8, true);
        let seen = Seen {
            memory: Reading::absent("no sensor"),
            signs: Signs {
                state: Reading::absent("no sensor"),
                slow: None,
                others_load: Reading::absent("no sensor"),
            },
        };
        Eye::new(8).look(&governor.shared, 0.0, seen);
        assert_eq!(governor.crew().may(), 8);
        assert_eq!(governor.crew().halted(), None);
    }

    #[test]
    fn a_part_of_the_crew_shrinks_with_it() {
        let governor = governor(8, false);
        let crew = governor.crew();
        let small = crew.part(3);
        assert_eq!((crew.now(), small.now(), small.part(1).now()), (8, 3, 1));
        let hot = simulated(ThermalState::Serious, PressureLevel::Normal);
        Eye::new(8).look(&governor.shared, 0.0, hot);
        assert_eq!((crew.now(), small.now(), small.part(1).now()), (4, 1, 1));
        assert_eq!(Crew::fixed(5).now(), 5);
    }

    /// Work that says how fast it is, is found out where it slows down though the system calls itself nominal; breaks and their
    /// ragged ends are no sign.
    #[test]
    fn slow_work_is_a_sign_of_heat_and_breaks_are_not() {
        let run = |rate: &dyn Fn(u32) -> u64| {
            let governor = governor(8, true);
            let crew = governor.crew();
            let mut eye = Eye::new(8);
            for second in 0..200 {
                crew.judged(rate(second));
                let calm = simulated(ThermalState::Nominal, PressureLevel::Normal);
                eye.look(&governor.shared, f64::from(second), calm);
            }
            crew.fewest()
        };
        assert_eq!(run(&|_| 1000), 8);
        assert_eq!(run(&|second| if second < 60 { 1000 } else { 700 }), 4);
        // Twelve seconds of games, the first and the last not whole, and three of steps.
        let games = |second: u32| match second % 15 {
            0 | 11 => 200,
            12.. => 0,
            _ => 1000,
        };
        assert_eq!(run(&games), 8);
    }

    #[test]
    fn the_watcher_looks_at_the_sensors_and_ends_with_its_governor() {
        let mut governor = governor(4, false);
        let crew = governor.crew();
        let looks = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&looks);
        let hot = move || {
            seen.fetch_add(1, Ordering::Relaxed);
            simulated(ThermalState::Serious, PressureLevel::Normal)
        };
        governor.watch_by(Box::new(hot), Duration::from_millis(1));
        let until = Instant::now() + Duration::from_secs(20);
        while crew.now() > 2 {
            assert!(Instant::now() < until, "nobody looked");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(!crew.turn(3, &|| crew.fewest() == 2), "it was over");
        drop(governor);
        let after = looks.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(looks.load(Ordering::Relaxed), after);
    }

    #[test]
    fn the_real_sensors_answer() {
        let mut source = sensors();
        let seen = source();
        let governor = governor(2, false);
        Eye::new(2).look(&governor.shared, 0.0, seen);
        assert!((1..=2).contains(&governor.crew().now()));
    }

    /// A plan stays on the fast cores unless the user asked for more threads than they have.
    #[cfg(not(target_os = "macos"))]
    #[test]
    fn roles_are_entered_where_the_threads_fit() {
        let hybrid = include_str!("../../hardware/tests/fixtures/intel-hybrid.txt");
        let hybrid = Recording::parse(hybrid).machine();
        assert_eq!(role_for(Role::Search, &hybrid, 8), Some(Role::Search));
        assert_eq!(role_for(Role::Search, &hybrid, 16), None);
    }

    /// What watching costs: a second of looks at once.
    #[cfg(target_os = "linux")]
    #[test]
    fn watching_costs_next_to_nothing() {
        let spent = || {
            let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
        };
        let governor = governor(2, false);
        let (mut source, mut eye) = (sensors(), Eye::new(2));
        source();
        let before = spent();
        const LOOKS: u32 = 100;
        for look in 0..LOOKS {
            eye.look(&governor.shared, f64::from(look), source());
        }
        let each = (spent() - before) / f64::from(LOOKS);
        println!("{:.3} ms a look", 1e3 * each);
        // Once a second: 0.5 % of a core, with room for a loaded machine and for its many sensors.
        assert!(each < 5e-3, "{:.3} ms a look", 1e3 * each);
    }
}
