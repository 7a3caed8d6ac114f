//! Care for a hot machine: how many workers may run, and whether work that nobody waits for may.
//!
//! ```text
//! level       = the worse of the system's thermal state and "serious" while our own work is slow without another reason
//! nominal     all workers
//! fair        all workers; three quarters while the machine recovers from serious
//! serious     half of the workers
//! critical    a quarter of the workers, background work pauses
//! worse       at once
//! better      one level, after `hold` seconds without a sign of the present level; hold is 60 s, twice as long after each relapse
//!             within half an hour, at most 15 minutes
//! slow        below 80 % of the best rate of this run for 30 s, while other programs keep at most a quarter of the machine busy
//! ```
//! The second sign is there because systems have called themselves nominal while they throttled. Pure: time and signs are arguments.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::machine::Reading;
use crate::sensors::Sample;

/// How hot a system takes itself to be: the four states of macOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ThermalState {
    /// Cool.
    Nominal,
    /// Warm; nothing is held back yet.
    Fair,
    /// Hot: the processor is held back.
    Serious,
    /// Too hot.
    Critical,
}

impl ThermalState {
    fn better(self) -> ThermalState {
        match self {
            ThermalState::Critical => ThermalState::Serious,
            ThermalState::Serious => ThermalState::Fair,
            ThermalState::Fair | ThermalState::Nominal => ThermalState::Nominal,
        }
    }
}

impl fmt::Display for ThermalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ThermalState::Nominal => "nominal",
            ThermalState::Fair => "fair",
            ThermalState::Serious => "serious",
            ThermalState::Critical => "critical",
        })
    }
}

/// What [`Care`] is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Signs {
    /// The system's own word ([`crate::sensors::Sample::thermal`]).
    pub state: Reading<ThermalState>,
    /// Our own work, if it is slow ([`Pace::slow`]).
    pub slow: Option<Slow>,
    /// Share of the machine that other programs keep busy, 0 to 1: then slow work is no sign of heat.
    pub others_load: Reading<f64>,
}

impl Signs {
    /// The signs in a sample of the sensors, and our own work if it is slow.
    pub fn of(sample: &Sample, slow: Option<Slow>) -> Signs {
        let threads: usize = sample.classes.iter().map(|class| class.logical).sum();
        Signs {
            state: sample.thermal.clone().map(|thermal| thermal.state),
            slow,
            others_load: sample
                .others_cpu_threads()
                .map(|busy| busy / threads.max(1) as f64),
        }
    }
}

/// What [`Care`] allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// Workers that may run, at least 1.
    pub workers: usize,
    /// Whether work that nobody waits for may run.
    pub background: bool,
    /// The level behind it.
    pub level: ThermalState,
    /// The sign behind the level.
    pub why: String,
}

const HOLD_SECONDS: f64 = 60.0;
const HOLD_SECONDS_MAX: f64 = 900.0;
/// Serious again so soon after a recovery is a relapse; so long without one, and the next recovery is tried as early as the first.
const RELAPSE_SECONDS: f64 = 1800.0;
/// Slower than this share of the best is a sign of heat,
const SLOW_SHARE: f64 = 0.8;
/// once it has lasted so long,
const SLOW_SECONDS: f64 = 30.0;
/// unless others take more than this share of the machine.
const OTHERS_SHARE: f64 = 0.25;

/// The policy at the head of this file, with its memory.
#[derive(Clone, Debug)]
pub struct Care {
    workers_max: usize,
    level: ThermalState,
    why: String,
    /// When a sign of the present level, or a worse one, was last seen.
    seen_s: f64,
    /// Whether the level came down from serious or worse.
    recovering: bool,
    /// When the level last came down from serious or worse.
    recovered_s: Option<f64>,
    hold_s: f64,
}

impl Care {
    /// Care for a program that would run `workers_max` workers on a cool machine.
    pub fn new(workers_max: usize) -> Care {
        Care {
            workers_max: workers_max.max(1),
            level: ThermalState::Nominal,
            why: "nothing has been seen yet".to_owned(),
            seen_s: f64::NEG_INFINITY,
            recovering: false,
            recovered_s: None,
            hold_s: HOLD_SECONDS,
        }
    }

    /// What is allowed after `signs` seen at `now_s`, seconds of any clock that does not run backwards.
    pub fn observe(&mut self, now_s: f64, signs: &Signs) -> Advice {
        let (sign, why) = worst(signs);
        if sign > self.level {
            // A relapse soon after a recovery: the recovery came too early.
            let relapse = sign >= ThermalState::Serious
                && self
                    .recovered_s
                    .is_some_and(|then| now_s - then < RELAPSE_SECONDS);
            if relapse {
                self.hold_s = (self.hold_s * 2.0).min(HOLD_SECONDS_MAX);
            }
            if sign >= ThermalState::Serious {
                self.recovering = false;
                self.recovered_s = None;
            }
            self.level = sign;
        }
        if sign >= self.level {
            self.seen_s = now_s;
            self.why = why;
        } else if now_s - self.seen_s >= self.hold_s {
            if self.level >= ThermalState::Serious {
                self.recovering = true;
                self.recovered_s = Some(now_s);
            }
            self.level = self.level.better();
            self.seen_s = now_s;
            self.why = format!("no sign of {} for {:.0} s", self.level_above(), self.hold_s);
        }
        if self.level == ThermalState::Nominal {
            self.recovering = false;
            if self
                .recovered_s
                .is_some_and(|then| now_s - then > RELAPSE_SECONDS)
            {
                self.recovered_s = None;
                self.hold_s = HOLD_SECONDS;
            }
        }
        self.advice()
    }

    fn level_above(&self) -> ThermalState {
        match self.level {
            ThermalState::Nominal => ThermalState::Fair,
            ThermalState::Fair => ThermalState::Serious,
            ThermalState::Serious | ThermalState::Critical => ThermalState::Critical,
        }
    }

    fn advice(&self) -> Advice {
        let quarters = match self.level {
            ThermalState::Nominal => 4,
            ThermalState::Fair if self.recovering => 3,
            ThermalState::Fair => 4,
            ThermalState::Serious => 2,
            ThermalState::Critical => 1,
        };
        Advice {
            workers: (self.workers_max * quarters / 4).max(1),
            background: self.level < ThermalState::Critical,
            level: self.level,
            why: self.why.clone(),
        }
    }
}

/// The worst sign, and what it is.
fn worst(signs: &Signs) -> (ThermalState, String) {
    let (state, why) = match &signs.state {
        Reading::Known(state) => (*state, format!("the system says {state}")),
        Reading::Absent(reason) => (
            ThermalState::Nominal,
            format!("the system's state is n/a ({reason})"),
        ),
    };
    let busy_others = signs
        .others_load
        .known()
        .is_some_and(|&load| load > OTHERS_SHARE);
    match signs.slow {
        Some(slow)
            if slow.share < SLOW_SHARE
                && slow.seconds >= SLOW_SECONDS
                && !busy_others
                && state < ThermalState::Serious =>
        {
            (ThermalState::Serious, format!("our own work is {slow}"))
        }
        _ => (state, why),
    }
}

/// Work that is slower than it was earlier in this run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slow {
    /// The rate now, as a share of the best: 0.7 is 70 %.
    pub share: f64,
    /// For how long the rate has been below the best, in seconds.
    pub seconds: f64,
}

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "throttled to {:.0} % of the best for {:.0} s",
            self.share * 100.0,
            self.seconds
        )
    }
}

/// Rates are means over so many seconds, so that one lucky moment is no best and one unlucky one no throttling.
const WINDOW_SECONDS: f64 = 5.0;
/// After so long without work, the rate says nothing of the machine any more.
const PAUSE_SECONDS: f64 = 10.0;
/// Slow begins below the first share of the best and ends above the second.
const SLOW_BELOW: f64 = 0.85;
const SLOW_UNTIL: f64 = 0.92;

/// How fast one kind of work goes, beside the best of this run with as many workers. One `Pace` for each kind: rates of two kinds of
/// work cannot be compared.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    workers: usize,
    /// Time and work per second, oldest first.
    window: VecDeque<(f64, f64)>,
    /// By number of workers: fewer workers are slower in all, and cooler, which is no throttling.
    best: BTreeMap<usize, f64>,
    slow_since_s: Option<f64>,
}

impl Pace {
    /// Nothing seen yet.
    pub fn new() -> Pace {
        Pace::default()
    }

    /// Tells that at `now_s` work goes at `per_second` (any unit) with `workers`. Meant for about one call in a second, and only while
    /// there is work. A rate that is not finite is passed over.
    pub fn observe(&mut self, now_s: f64, workers: usize, per_second: f64) {
        if !per_second.is_finite() {
            return;
        }
        let paused = self
            .window
            .back()
            .is_some_and(|&(then, _)| now_s - then > PAUSE_SECONDS);
        if paused || workers != self.workers {
            self.window.clear();
            self.slow_since_s = None;
            self.workers = workers;
        }
        self.window.push_back((now_s, per_second));
        while self
            .window
            .front()
            .is_some_and(|&(then, _)| now_s - then > WINDOW_SECONDS)
        {
            self.window.pop_front();
        }
        let Some(rate) = self.rate() else {
            return;
        };
        let best = self.best.entry(workers).or_insert(rate);
        *best = best.max(rate);
        let share = rate / *best;
        if share < SLOW_BELOW {
            self.slow_since_s.get_or_insert(now_s);
        } else if share >= SLOW_UNTIL {
            self.slow_since_s = None;
        }
    }

    /// The mean rate of the last seconds; `None` until they are seen.
    pub fn rate(&self) -> Option<f64> {
        let (first, last) = (self.window.front()?.0, self.window.back()?.0);
        if last - first < WINDOW_SECONDS / 2.0 {
            return None;
        }
        Some(self.window.iter().map(|&(_, rate)| rate).sum::<f64>() / self.window.len() as f64)
    }

    /// The best rate of this run with the present number of workers.
    pub fn best(&self) -> Option<f64> {
        self.best.get(&self.workers).copied()
    }

    /// Whether work is slow at `now_s`; `None` if it is not, or if there has been none lately.
    pub fn slow(&self, now_s: f64) -> Option<Slow> {
        let since = self.slow_since_s?;
        let (last, _) = *self.window.back()?;
        if now_s - last > PAUSE_SECONDS {
            return None;
        }
        Some(Slow {
            share: self.rate()? / self.best()?,
            seconds: (now_s - since).max(0.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signs(state: ThermalState) -> Signs {
        Signs {
            state: Reading::Known(state),
            slow: None,
            others_load: Reading::Known(0.0),
        }
    }

    /// Replays "state x seconds" and gives the changes of workers as "second:workers", with "!" where background work pauses.
    fn replay(trace: &str) -> String {
        let mut care = Care::new(8);
        let (mut now, mut last, mut changes) = (0, (8, true), Vec::new());
        for part in trace.split_whitespace() {
            let (state, seconds) = part.split_at(1);
            let state = match state {
                "n" => ThermalState::Nominal,
                "f" => ThermalState::Fair,
                "s" => ThermalState::Serious,
                _ => ThermalState::Critical,
            };
            for _ in 0..seconds.parse().expect("seconds") {
                let advice = care.observe(f64::from(now), &signs(state));
                let next = (advice.workers, advice.background);
                if next != last {
                    changes.push(format!("{now}:{}{}", next.0, if next.1 { "" } else { "!" }));
                    last = next;
                }
                now += 1;
            }
        }
        changes.join(" ")
    }

    #[test]
    fn levels_fall_at_once_and_recover_step_by_step() {
        assert_eq!(replay("n100 f100 n100"), "");
        assert_eq!(replay("n10 s5 n300"), "10:4 74:6 134:8");
        assert_eq!(replay("n10 c5 n300"), "10:2! 74:4 134:6 194:8");
        // Fair while it recovers: it stays below its all.
        assert_eq!(replay("s5 f300 n100"), "0:4 64:6 364:8");
    }

    #[test]
    fn a_state_that_flickers_changes_nothing_twice() {
        let flicker = "s1 n1 ".repeat(300);
        assert_eq!(replay(&flicker), "0:4");
        let slower = "s1 n50 ".repeat(20);
        assert_eq!(replay(&slower), "0:4");
    }

    #[test]
    fn each_relapse_doubles_the_wait() {
        // Calm comes after 60 s; heat comes back as soon as it does.
        assert_eq!(
            replay("s1 n60 s1 n120 s1 n240"),
            "0:4 60:6 61:4 181:6 182:4 422:6"
        );
    }

    /// A machine whose heat follows its load, with a state at fixed temperatures.
    struct Host {
        celsius: f64,
        /// Where it settles with all workers, above 25 C.
        rise: f64,
    }

    impl Host {
        /// One second with a share of its workers busy, in rooms of 25 C; 60 s to settle.
        fn second(&mut self, busy: f64) {
            self.celsius += (25.0 + self.rise * busy - self.celsius) / 60.0;
        }

        fn state(&self) -> ThermalState {
            match self.celsius {
                c if c >= 100.0 => ThermalState::Critical,
                c if c >= 92.0 => ThermalState::Serious,
                c if c >= 80.0 => ThermalState::Fair,
                _ => ThermalState::Nominal,
            }
        }

        /// A processor holds itself back above 90 C.
        fn speed(&self) -> f64 {
            if self.celsius >= 90.0 { 0.65 } else { 1.0 }
        }
    }

    /// An hour of full work, then an hour of a tenth of it. Gives changes of workers, the hottest second after the first ten minutes,
    /// and the workers at the end.
    fn run(rise: f64, honest: bool) -> (usize, f64, usize) {
        let mut host = Host {
            celsius: 40.0,
            rise,
        };
        let (mut care, mut pace) = (Care::new(12), Pace::new());
        let (mut workers, mut changes, mut hottest) = (12, 0, 0.0_f64);
        for second in 0..7200 {
            let (now, want) = (f64::from(second), if second < 3600 { 1.0 } else { 0.1 });
            host.second(want * workers as f64 / 12.0);
            if second > 600 {
                hottest = hottest.max(host.celsius);
            }
            pace.observe(now, workers, host.speed() * workers as f64 * want.max(1.0));
            let advice = care.observe(
                now,
                &Signs {
                    state: if honest {
                        Reading::Known(host.state())
                    } else {
                        Reading::Known(ThermalState::Nominal)
                    },
                    slow: pace.slow(now),
                    others_load: Reading::Known(0.02),
                },
            );
            changes += usize::from(advice.workers != workers);
            workers = advice.workers;
        }
        (changes, hottest, workers)
    }

    /// Hosts that would settle between 75 C (cool) and 145 C with all workers.
    const RISES: [f64; 10] = [50.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0, 90.0, 100.0, 120.0];

    #[test]
    fn a_simulated_host_stays_below_critical_and_recovers() {
        for rise in RISES {
            let (changes, hottest, workers) = run(rise, true);
            assert!(changes <= 15, "{rise}: {changes} changes in two hours");
            assert!(hottest < 93.0, "{rise}: {hottest} C");
            assert_eq!(workers, 12, "{rise}");
            // Cool enough at all times: nothing happens.
            assert_eq!(changes == 0, rise < 67.0, "{rise}: {changes}");
        }
    }

    #[test]
    fn a_host_that_calls_itself_nominal_is_found_out_by_its_speed() {
        for rise in RISES {
            let (changes, _, workers) = run(rise, false);
            assert!(changes <= 17, "{rise}: {changes} changes in two hours");
            assert_eq!(changes == 0, rise <= 65.0, "{rise}: {changes}");
            assert_eq!(workers, 12, "{rise}");
        }
    }

    #[test]
    fn slow_work_is_no_heat_while_others_are_busy() {
        let slow = Some(Slow {
            share: 0.5,
            seconds: 100.0,
        });
        let mut signs = Signs {
            slow,
            ..signs(ThermalState::Nominal)
        };
        let advice = Care::new(8).observe(0.0, &signs);
        assert_eq!(advice.workers, 4);
        assert_eq!(
            advice.why,
            "our own work is throttled to 50 % of the best for 100 s"
        );
        signs.others_load = Reading::Known(0.5);
        assert_eq!(Care::new(8).observe(0.0, &signs).workers, 8);
        signs.others_load = Reading::absent("no counter");
        signs.slow = Some(Slow {
            share: 0.5,
            seconds: 10.0,
        });
        assert_eq!(Care::new(8).observe(0.0, &signs).workers, 8);
    }

    #[test]
    fn pace_tells_by_how_much_and_for_how_long() {
        let mut pace = Pace::new();
        for second in 0..60 {
            pace.observe(f64::from(second), 8, 1000.0);
        }
        assert_eq!(pace.slow(59.0), None);
        for second in 60..100 {
            pace.observe(f64::from(second), 8, 700.0);
        }
        let slow = pace.slow(99.0).expect("slow");
        assert_eq!(slow.to_string(), "throttled to 70 % of the best for 36 s");
        // One lucky second is no recovery, and fewer workers are no throttling.
        pace.observe(100.0, 8, 1000.0);
        assert!(pace.slow(100.0).is_some());
        for second in 101..120 {
            pace.observe(f64::from(second), 4, 350.0);
        }
        assert_eq!(pace.slow(119.0), None);
        assert_eq!(pace.best(), Some(350.0));
        // Work that has stopped is not slow.
        for second in 120..160 {
            pace.observe(f64::from(second), 8, 500.0);
        }
        assert!(pace.slow(160.0).is_some());
        assert_eq!(pace.slow(200.0), None);
        pace.observe(200.0, 8, f64::NAN);
        assert_eq!(pace.slow(200.0), None);
    }

    proptest! {
        /// Whatever the states, workers stay in bounds, worse is heard at once, and two rises are a hold apart.
        #[test]
        fn any_trace(states in prop::collection::vec(0_u8..4, 1..600)) {
            let mut care = Care::new(10);
            let (mut last, mut rose) = (10, f64::NEG_INFINITY);
            for (second, state) in states.into_iter().enumerate() {
                let state = [ThermalState::Nominal, ThermalState::Fair, ThermalState::Serious, ThermalState::Critical]
                    [usize::from(state)];
                let advice = care.observe(second as f64, &signs(state));
                prop_assert!((1..=10).contains(&advice.workers));
                prop_assert!(advice.level >= state);
                prop_assert_eq!(advice.background, advice.level < ThermalState::Critical);
                if advice.workers > last {
                    prop_assert!(second as f64 - rose >= HOLD_SECONDS);
                    rose = second as f64;
                }
                last = advice.workers;
            }
        }
    }
}
