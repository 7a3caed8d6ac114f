//! Frames of invented moments: what must stand on a screen, at two sizes.

use super::*;
use crate::config::Config;
use crate::status::{Count, Figure, Held, KernelRow};
use hardware::sensors::{ClassSample, GpuSample, Thermal};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::collections::VecDeque;

const PLAIN: Look = Look {
    color: false,
    unicode: true,
};

/// A watch away from the user's files, and what it sees.
fn seen() -> (Watch, Now, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    let path = |name: &str| Some(dir.path().join(name).display().to_string());
    config.monitor.folder = path("running");
    config.diary.file = path("diary.sqlite");
    let mut watch = Watch::open(&config);
    let now = watch.look();
    (watch, now, dir)
}

fn busy(now: &Now) -> Status {
    Status {
        schema: 1,
        command: "plan".to_owned(),
        pid: 4242,
        started: None,
        since_ms: now.at_ms - 65_000,
        written_ms: now.at_ms,
        phase: "searching".to_owned(),
        done: Some(0.25),
        left_seconds: Some(30.0),
        counts: vec![Count {
            what: "simulations".to_owned(),
            count: 5000.0,
            per_second: Some(1234.0),
        }],
        figures: vec![Figure {
            what: "value loss".to_owned(),
            value: 0.125,
        }],
        memory: vec![Held {
            component: "search tree".to_owned(),
            bytes: 30 << 20,
        }],
        kernels: vec![KernelRow {
            device: "Vulkan card".to_owned(),
            kernel: "dense_small".to_owned(),
            launches: 2_000,
            timed: 8,
            launch_us: Some(12.5),
        }],
        message: Some("generation 3 is done".to_owned()),
    }
}

fn screen(watch: &Watch, now: &Now, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let drawn = terminal.draw(|screen| {
        let area = screen.area();
        frame(
            watch,
            now,
            Duration::from_secs(1),
            false,
            PLAIN,
            area,
            screen.buffer_mut(),
        );
    });
    text(drawn.unwrap().buffer)
}

#[track_caller]
fn shows(screen: &str, parts: &[&str]) {
    for part in parts {
        assert!(screen.contains(part), "{part:?} is not on\n{screen}");
    }
}

#[test]
fn a_small_screen_shows_each_part() {
    let (watch, mut now, _dir) = seen();
    now.running = vec![busy(&now), busy(&now)];
    let screen = screen(&watch, &now, 80, 24);
    shows(
        &screen,
        &[
            "q quits, p pauses",
            "all cores",
            "pressure",
            "60.0 MiB reserved of a budget of",
            "plan (process 4242) for 1 min 05 s: searching",
            " 25 %, 30 s left",
            "5000 simulations (1234/s), value loss 0.1250",
            "and 1 more",
            "Last plans",
            "n/a (no plan was kept yet)",
        ],
    );
    assert_eq!(screen.lines().count(), 24);
}

#[test]
fn a_wide_screen_shows_the_ledger_too() {
    let (watch, mut now, _dir) = seen();
    now.running = vec![busy(&now)];
    now.notes = VecDeque::from(["train (process 7) ended without a word".to_owned()]);
    shows(
        &screen(&watch, &now, 200, 50),
        &[
            "30.0 MiB  search tree",
            "generation 3 is done",
            "train (process 7) ended without a word",
            "swap",
            "throttled",
        ],
    );
}

#[test]
fn what_is_missing_gives_its_reason_and_no_zero() {
    let (watch, mut now, _dir) = seen();
    let gone = || Reading::absent("not here");
    let sample = &mut now.sample;
    sample.cpu_load = gone();
    sample.classes = vec![ClassSample {
        name: "Performance".to_owned(),
        logical: 8,
        load: gone(),
        clock_mhz: gone(),
    }];
    sample.memory_total_bytes = Reading::absent("not here");
    sample.memory_pressure = Reading::absent("not here");
    sample.memory_available_bytes = Reading::absent("not here");
    sample.thermal = Reading::absent("not here");
    sample.temperatures = Reading::absent("not here");
    sample.power = Reading::absent("not here");
    sample.gpus = Reading::absent("not here");
    let screen = screen(&watch, &now, 80, 30);
    for name in [
        "all cores",
        "8 Performance",
        "in use",
        "state",
        "hottest",
        "power",
        "gpu",
    ] {
        let line = screen.lines().find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("{name} is not on\n{screen}"));
        assert!(line.ends_with("n/a (not here)"), "{line}");
    }
}

#[test]
fn heat_and_a_card_are_shown() {
    let (watch, mut now, _dir) = seen();
    now.sample.thermal = Reading::Known(Thermal {
        state: ThermalState::Serious,
        why: "the system says so".to_owned(),
    });
    now.sample.gpus = Reading::Known(vec![GpuSample {
        name: "Card".to_owned(),
        load: Reading::Known(0.5),
        memory_used_bytes: Reading::Known(1 << 30),
        memory_total_bytes: Reading::Known(8 << 30),
        celsius: Reading::Known(71.0),
        clock_mhz: Reading::absent("not said"),
        watts: Reading::Known(120.0),
        throttled: Reading::Known(vec!["heat".to_owned()]),
    }]);
    shows(
        &screen(&watch, &now, 80, 30),
        &[
            "serious (the system says so)",
            "50 % Card",
            "1.0 GiB of 8.0 GiB, n/a (not said), 71 C, 120 W",
            "held down  heat",
        ],
    );
}

#[test]
fn bars_and_lines_have_their_width() {
    for look in [
        PLAIN,
        Look {
            unicode: false,
            ..PLAIN
        },
    ] {
        for share in [0.0, 0.3, 1.0, 7.0] {
            assert_eq!(look.bar(share, 10).chars().count(), 10);
        }
        let values = [None, Some(0.0), Some(0.5), Some(1.0), Some(9.0)];
        let line = look.spark(values.into_iter(), 8);
        assert_eq!(line.chars().count(), 8);
        assert!(line.starts_with("    "), "{line:?}");
    }
    assert_eq!(
        PLAIN.spark([Some(0.0), Some(0.5), Some(1.0)].into_iter(), 3),
        "▁▅█"
    );
    assert!(size("80x24").is_ok() && size("8x2").is_err() && size("80").is_err());
}
