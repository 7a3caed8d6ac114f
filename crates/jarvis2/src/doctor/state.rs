//! The state of the machine: memory, heat, clock, terminal.

use hardware::sensors::Sample;
use hardware::thermal::ThermalState;
use hardware::{Bytes, Machine, PressureLevel, Reading};
use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;

use super::Finding;
use crate::config::Config;
use crate::memory;

/// The budget, whether a plan of this configuration fits into it, and how short of memory the system is.
pub(super) fn memory(
    config: &Config,
    machine: &Machine,
    sample: &Sample,
    threads: usize,
) -> Finding {
    rated_memory(config, machine, &sample.memory_level(), threads)
}

fn rated_memory(
    config: &Config,
    machine: &Machine,
    level: &Reading<PressureLevel>,
    threads: usize,
) -> Finding {
    let part = "memory";
    let limit = config.hardware.memory_limit_bytes();
    let ledger = hardware::ledger::Ledger::new(hardware::memory_budget(machine, limit));
    let budget = ledger.budget();
    let taken = memory::reserve(&ledger, config, 1, threads);
    let need = ledger.explain().reserved_bytes;
    let finding = match taken {
        Err(error) => Finding::unusable(
            part,
            format!("a plan is refused: {error}"),
            "lower search.paths, search.evaluations or search.draw_evaluations; `jarvis2 memory explain` shows each",
        ),
        Ok(_) => {
            let why = format!(
                "up to {budget}; a plan reserves {}; pressure {level}",
                Bytes(need)
            );
            match level.known() {
                Some(PressureLevel::Critical) => Finding::care(
                    part,
                    why,
                    "the system is out of memory: end other programs before a plan or a training run",
                ),
                Some(PressureLevel::Warning) => Finding::care(
                    part,
                    why,
                    "the system is short of memory: end other programs",
                ),
                _ => Finding::works(part, why),
            }
        }
    };
    let available = machine
        .memory_available_bytes
        .known()
        .map_or(f64::NAN, |&bytes| bytes as f64);
    finding
        .figure("budget", budget.bytes as f64, "bytes")
        .figure("available", available, "bytes")
}

/// How hot the machine is.
pub(super) fn heat(sample: &Sample) -> Finding {
    let state = sample
        .thermal
        .clone()
        .map(|thermal| (thermal.state, thermal.why));
    let throttled = sample.throttle_events.known().copied().unwrap_or(0);
    rated_heat(&state, throttled)
}

fn rated_heat(state: &Reading<(ThermalState, String)>, throttled: u64) -> Finding {
    let part = "heat";
    let (state, why) = match state {
        Reading::Absent(reason) => return Finding::absent(part, format!("n/a ({reason})")),
        Reading::Known(known) => known,
    };
    let what = match throttled {
        0 => format!("{state} ({why})"),
        times => format!("{state} ({why}); the processor held itself back {times} times meanwhile"),
    };
    match state {
        ThermalState::Critical => Finding::care(
            part,
            what,
            "let the machine cool down before long work: what was measured here is too low",
        ),
        ThermalState::Serious => Finding::care(
            part,
            what,
            "it runs slower than it could, and so do the figures here; give it air, or fewer hardware.threads",
        ),
        ThermalState::Nominal | ThermalState::Fair => Finding::works(part, what),
    }
}

/// Instants at which New York's wall showed a known time: summer, winter, and the days on which its clocks change. By the law since
/// 2007 (Energy Policy Act of 2005), written as UTC.
const WALLS: [(&str, DateTime); 4] = [
    ("2026-07-17T20:00:00Z", date(2026, 7, 17).at(16, 0, 0, 0)),
    ("2026-01-16T21:00:00Z", date(2026, 1, 16).at(16, 0, 0, 0)),
    ("2026-03-08T07:00:00Z", date(2026, 3, 8).at(3, 0, 0, 0)),
    ("2026-11-01T06:00:00Z", date(2026, 11, 1).at(1, 0, 0, 0)),
];

/// The first day on which a program of this version can run.
const BUILT: &str = "2026-11-01T00:00:00Z";

/// The system's clock, and the time of the exchange.
pub(super) fn clock() -> Finding {
    let law = std::fs::read("/usr/share/zoneinfo/America/New_York");
    let law = law
        .ok()
        .and_then(|data| TimeZone::tzif("America/New_York", &data).ok());
    rated_clock(Timestamp::now(), &WALLS, law.as_ref())
}

fn rated_clock(now: Timestamp, walls: &[(&str, DateTime)], law: Option<&TimeZone>) -> Finding {
    let part = "clock";
    for (instant, wall) in walls {
        let found = instant
            .parse::<Timestamp>()
            .map(market::time::new_york_wall);
        if found.as_ref().ok() != Some(wall) {
            let why = format!("at {instant} New York's wall shows {wall}, and we say {found:?}");
            return Finding::unusable(part, why, "report it: expiry times would be wrong");
        }
    }
    let shown = now.strftime("%Y-%m-%d %H:%M UTC");
    let early = BUILT.parse::<Timestamp>().is_ok_and(|built| now < built);
    if early || now.strftime("%Y").to_string().as_str() >= "2100" {
        return Finding::unusable(
            part,
            format!("the system's clock says {shown}"),
            "set the clock: the diary and `--as-of` go by it",
        );
    }
    // Every six hours of two years: a change of the law would show within them.
    let differs = law.and_then(|law| {
        let hours = (0..2 * 365 * 4).map(|step| now + jiff::SignedDuration::from_hours(6 * step));
        hours
            .filter(|&at| law.to_datetime(at) != market::time::new_york_wall(at))
            .min()
    });
    match (law, differs) {
        (_, Some(at)) => Finding::care(
            part,
            format!(
                "{shown}; from {} on the system's time zone data say another time for New York than we do",
                at.strftime("%Y-%m-%d")
            ),
            "bring the system's time zone data up to date, or, if the law has changed, this program: expiry times rest on it",
        ),
        (None, _) => Finding::works(
            part,
            format!(
                "{shown}; New York's time by our own rules (the system has no data to compare)"
            ),
        ),
        (Some(_), None) => Finding::works(
            part,
            format!("{shown}; New York's time as the system's data have it, for two years ahead"),
        ),
    }
}

/// What the screen can show.
pub(super) fn terminal() -> Finding {
    use std::io::IsTerminal;
    let size = console::Term::stdout().size_checked();
    let size = size.map(|(rows, columns)| (columns, rows));
    let style = crate::cli::text_style();
    rated_terminal(
        std::io::stdout().is_terminal(),
        size,
        (style.color, style.unicode),
    )
}

fn rated_terminal(
    is_terminal: bool,
    size: Option<(u16, u16)>,
    (color, unicode): (bool, bool),
) -> Finding {
    let part = "terminal";
    if !is_terminal {
        return Finding::works(
            part,
            "the output goes to a file or another program: plain text, no colour",
        );
    }
    let words = |yes: bool| if yes { "yes" } else { "no" };
    let (color, letters) = (words(color), words(unicode));
    match size {
        Some((columns, rows)) if columns > 0 && columns < 80 => Finding::care(
            part,
            format!("{columns} columns, {rows} rows, colour {color}, unicode {letters}"),
            "tables are 80 columns wide: make the window wider",
        ),
        Some((columns, rows)) if columns > 0 => Finding::works(
            part,
            format!("{columns} columns, {rows} rows, colour {color}, unicode {letters}"),
        ),
        _ => Finding::works(
            part,
            format!("size n/a (the terminal does not say), colour {color}, unicode {letters}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Rating;
    use hardware::Recording;

    fn machine(name: &str) -> Machine {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../hardware/tests/fixtures");
        let text = std::fs::read_to_string(format!("{folder}/{name}.txt")).unwrap();
        Recording::parse(&text).machine()
    }

    #[test]
    fn a_plan_fits_an_m4_pro_and_pressure_shows() {
        let rated = |config: &Config, level| {
            rated_memory(config, &machine("m4-pro-12"), &Reading::Known(level), 12)
        };
        let plain = Config::default();
        let finding = rated(&plain, PressureLevel::Normal);
        assert_eq!(finding.rating, Rating::Works, "{finding:?}");
        assert!(finding.why.contains("15.6 GiB"), "{finding:?}");
        assert_eq!(
            rated(&plain, PressureLevel::Warning).rating,
            Rating::WorksWithCare
        );
        assert_eq!(
            rated(&plain, PressureLevel::Critical).rating,
            Rating::WorksWithCare
        );
        let mut greedy = Config::default();
        greedy.hardware.memory_limit_mb = 64;
        assert_eq!(
            rated(&greedy, PressureLevel::Normal).rating,
            Rating::Unusable
        );
    }

    #[test]
    fn heat_shows_and_no_sensor_is_no_zero() {
        let rated = |state| rated_heat(&Reading::Known((state, "sensor".to_owned())), 0).rating;
        assert_eq!(rated(ThermalState::Nominal), Rating::Works);
        assert_eq!(rated(ThermalState::Fair), Rating::Works);
        assert_eq!(rated(ThermalState::Serious), Rating::WorksWithCare);
        assert_eq!(rated(ThermalState::Critical), Rating::WorksWithCare);
        let finding = rated_heat(&Reading::absent("no sensor"), 0);
        assert_eq!(
            (finding.rating, finding.why.as_str()),
            (Rating::Absent, "n/a (no sensor)")
        );
    }

    #[test]
    fn a_clock_that_is_wrong_shows() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-30T12:00:00Z");
        assert_eq!(rated_clock(now, &WALLS, None).rating, Rating::Works);
        assert_eq!(
            rated_clock(at("1970-01-02T00:00:00Z"), &WALLS, None).rating,
            Rating::Unusable
        );
        assert_eq!(
            rated_clock(at("2106-02-07T00:00:00Z"), &WALLS, None).rating,
            Rating::Unusable
        );
        let wrong = [("2026-07-17T20:00:00Z", date(2026, 7, 17).at(15, 0, 0, 0))];
        assert_eq!(rated_clock(now, &wrong, None).rating, Rating::Unusable);
        // Standard time all year, as if the law had changed.
        let law = TimeZone::fixed(jiff::tz::Offset::constant(-5));
        let finding = rated_clock(now, &WALLS, Some(&law));
        assert_eq!(finding.rating, Rating::WorksWithCare, "{finding:?}");
        assert!(finding.why.contains("2027-03-14"), "{finding:?}");
    }

    #[test]
    fn a_narrow_terminal_shows() {
        let rated = |size| rated_terminal(true, size, (true, true)).rating;
        assert_eq!(rated(Some((200, 50))), Rating::Works);
        assert_eq!(rated(Some((60, 20))), Rating::WorksWithCare);
        assert_eq!(rated(Some((0, 0))), Rating::Works);
        assert!(rated_terminal(true, None, (true, true)).why.contains("n/a"));
        assert_eq!(
            rated_terminal(false, None, (false, false)).rating,
            Rating::Works
        );
    }
}
