//! `jarvis2 monitor`: the machine, memory, running work and the last plans on a screen of text, anew every second.
//!
//! `frame` is pure: what was seen and a size in, a screen out. `--once` prints one such screen.

use crate::cli::{ConfigArgs, done, load, wants_color, wants_unicode};
use crate::error::Error;
use crate::journal::safe;
use crate::report::units::usd_signed;
use crate::status::Status;
use crate::watch::{self, Now, Watch};
use clap::Args;
use hardware::thermal::ThermalState;
use hardware::{Bytes, PressureLevel, Reading};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// From this width on there are two columns.
const WIDE: u16 = 140;
/// Width of the names of rows.
const NAME: usize = 12;

#[derive(Debug, Args)]
pub(crate) struct MonitorArgs {
    /// Seconds between two looks.
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    interval: f64,
    /// Print one screen as text and end: two looks, one interval apart.
    #[arg(long)]
    once: bool,
    /// Size of that screen in columns and rows. Default: the terminal's, else 80x24.
    #[arg(long, value_name = "WxH", requires = "once", value_parser = size)]
    size: Option<(u16, u16)>,
    #[command(flatten)]
    config: ConfigArgs,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let pair = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    pair.filter(|(width, height)| (40..=500).contains(width) && (10..=200).contains(height))
        .ok_or_else(|| "write COLUMNSxROWS, such as 80x24, from 40x10 to 500x200".to_owned())
}

/// The command.
pub(crate) fn run(args: &MonitorArgs) -> Result<u8, Error> {
    let interval = watch::interval(args.interval)?;
    let config = load(&args.config, Vec::new())?.config;
    let mut watch = Watch::open(&config);
    let look = Look {
        color: wants_color(),
        unicode: wants_unicode(),
    };
    if args.once {
        std::thread::sleep(interval);
        let now = watch.look();
        let (width, height) = args
            .size
            .or_else(|| {
                ratatui::crossterm::terminal::size()
                    .ok()
                    .filter(|_| std::io::stdout().is_terminal())
            })
            .unwrap_or((80, 24));
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        frame(
            &watch,
            &now,
            interval,
            false,
            look,
            buffer.area,
            &mut buffer,
        );
        return Ok(done(&text(&buffer)));
    }
    if !std::io::stdout().is_terminal() {
        return Err(Error::Usage(
            "the monitor needs a terminal; --once prints one screen".to_owned(),
        ));
    }
    let mut terminal = ratatui::try_init().map_err(|error| Error::Internal(error.to_string()))?;
    let ended = watching(&mut terminal, &mut watch, interval, look);
    ratatui::restore();
    ended.map_err(|error| Error::Internal(format!("the terminal: {error}")))?;
    Ok(0)
}

/// Looks and draws until `q`.
fn watching(
    terminal: &mut ratatui::DefaultTerminal,
    watch: &mut Watch,
    interval: Duration,
    look: Look,
) -> std::io::Result<()> {
    let mut paused = false;
    let mut now = watch.look();
    let mut next = Instant::now() + Duration::from_millis(250).min(interval);
    loop {
        terminal.draw(|screen| {
            let area = screen.area();
            frame(
                watch,
                &now,
                interval,
                paused,
                look,
                area,
                screen.buffer_mut(),
            );
        })?;
        // Until the next look, or a key that changes the screen.
        loop {
            let left = next.saturating_duration_since(Instant::now());
            if !event::poll(if paused { interval } else { left })? {
                break;
            }
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => match key.code {
                    KeyCode::Char('q') | KeyCode::Esc => return Ok(()),
                    KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                        return Ok(());
                    }
                    KeyCode::Char('p') => {
                        paused = !paused;
                        break;
                    }
                    _ => {}
                },
                Event::Resize(..) => break,
                _ => {}
            }
        }
        if !paused && Instant::now() >= next {
            now = watch.look();
            next = Instant::now() + interval;
        }
    }
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
struct Look {
    color: bool,
    unicode: bool,
}

impl Look {
    fn style(self, color: Color) -> Style {
        if self.color {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    fn good_or_bad(self, badness: u8) -> Style {
        match badness {
            0 => Style::new(),
            1 => self.style(Color::Yellow),
            _ => self.style(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// `share`, 0 to 1, as a bar.
    fn bar(self, share: f64, width: usize) -> String {
        let full = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
        let (on, off) = if self.unicode {
            ("█", "░")
        } else {
            ("#", ".")
        };
        on.repeat(full) + &off.repeat(width - full)
    }

    /// The newest `width` values, each 0 to 1; what was not known is a gap.
    fn spark(self, values: impl DoubleEndedIterator<Item = Option<f64>>, width: usize) -> String {
        let steps: &[char] = if self.unicode {
            &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
        } else {
            &['_', '.', ':', '-', '=', '+', '*', '#']
        };
        let mut letters: Vec<char> = values
            .rev()
            .take(width)
            .map(|value| match value {
                Some(value) => {
                    let step = (value.clamp(0.0, 1.0) * 8.0) as usize;
                    steps[step.min(7)]
                }
                None => ' ',
            })
            .collect();
        letters.resize(width, ' ');
        letters.into_iter().rev().collect()
    }
}

/// One screen.
fn frame(
    watch: &Watch,
    now: &Now,
    interval: Duration,
    paused: bool,
    look: Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    Paragraph::new(title(now, interval, paused, look)).render(head, buffer);
    if area.width >= WIDE {
        let [left, _, right] = Layout::horizontal([
            Constraint::Fill(1),
            Constraint::Length(2),
            Constraint::Fill(1),
        ])
        .areas(body);
        let mut lines = machine(watch, now, look, left.width as usize, true);
        if !now.notes.is_empty() {
            lines.extend(heading("Remarks", look, left.width as usize));
            lines.extend(notes(now, look));
        }
        Paragraph::new(fitted(lines, left.width, look)).render(left, buffer);
        let mut lines = work(now, look, right.width as usize, true);
        let room = (right.height as usize).saturating_sub(lines.len() + 1);
        lines.extend(plans(now, look, right.width as usize, room));
        Paragraph::new(fitted(lines, right.width, look)).render(right, buffer);
        return;
    }
    let width = body.width as usize;
    let mut lines = machine(watch, now, look, width, false);
    lines.extend(work(now, look, width, false));
    lines.extend(notes(now, look).into_iter().rev().take(1));
    let room = (body.height as usize).saturating_sub(lines.len() + 1);
    if room > 0 {
        lines.extend(plans(now, look, width, room));
    }
    Paragraph::new(fitted(lines, body.width, look)).render(body, buffer);
}

fn title(now: &Now, interval: Duration, paused: bool, look: Look) -> Line<'static> {
    let at = jiff::Timestamp::from_millisecond(now.at_ms).map_or_else(
        |_| String::new(),
        |at| at.strftime("%H:%M:%S UTC").to_string(),
    );
    Line::from(vec![
        Span::styled("jarvis2 monitor", look.bold()),
        Span::raw(format!("  {at}  every {} s  ", interval.as_secs_f64())),
        if paused {
            Span::styled("PAUSED  ", look.good_or_bad(1))
        } else {
            Span::raw("")
        },
        Span::raw("q quits, p pauses"),
    ])
}

/// Lines that are too long end with a sign that says so.
fn fitted(lines: Vec<Line<'static>>, width: u16, look: Look) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let cut = if look.unicode { "…" } else { "~" };
    let fit = |line: Line<'static>| {
        if line.width() <= width {
            return line;
        }
        let style = line.style;
        let mut left = width.saturating_sub(1);
        let mut spans = Vec::new();
        for span in line.spans {
            // Letters that take two columns are rare here; the screen cuts what they exceed.
            let kept: String = span.content.chars().take(left).collect();
            left -= kept.chars().count();
            spans.push(Span::styled(kept, span.style));
        }
        spans.push(Span::raw(cut));
        Line::from(spans).style(style)
    };
    lines.into_iter().map(fit).collect()
}

fn heading(text: &str, look: Look, width: usize) -> Option<Line<'static>> {
    let rule = if look.unicode { "─" } else { "-" };
    let rest = width.saturating_sub(text.chars().count() + 1);
    Some(Line::styled(
        format!("{text} {}", rule.repeat(rest)),
        look.style(Color::Cyan),
    ))
}

fn row(name: &str, value: impl Into<String>) -> Line<'static> {
    Line::raw(format!("{name:NAME$} {}", value.into()))
}

fn percent(share: &Reading<f64>) -> String {
    match share {
        Reading::Known(share) => format!("{:3.0} %", share * 100.0),
        Reading::Absent(why) => format!("n/a ({why})"),
    }
}

/// Cores, memory, heat, graphics.
fn machine(watch: &Watch, now: &Now, look: Look, width: usize, roomy: bool) -> Vec<Line<'static>> {
    let sample = &now.sample;
    let history = |name: String| {
        watch
            .history
            .iter()
            .map(move |point| point.values.get(&name).copied())
    };
    let chart = width.saturating_sub(NAME + 32).clamp(8, 100);
    let mut lines: Vec<Line<'static>> = heading("Processor", look, width).into_iter().collect();
    let mut load_row =
        |name: String, key: String, load: &Reading<f64>, clock: Option<&Reading<f64>>| {
            let clock = match clock {
                Some(Reading::Known(mhz)) => format!("{mhz:.0} MHz"),
                Some(Reading::Absent(_)) => "clock n/a".to_owned(),
                None => String::new(),
            };
            lines.push(match load {
                Reading::Known(_) => row(
                    &name,
                    format!(
                        "{} {:10} {}",
                        percent(load),
                        clock,
                        look.spark(history(key), chart)
                    ),
                ),
                absent => row(&name, percent(absent)),
            });
        };
    load_row(
        "all cores".to_owned(),
        "cpu".to_owned(),
        &sample.cpu_load,
        None,
    );
    for class in &sample.classes {
        load_row(
            format!("{} {}", class.logical, class.name),
            format!("cpu {}", class.name),
            &class.load,
            Some(&class.clock_mhz),
        );
    }
    if roomy
        && let Some(Reading::Absent(why)) = sample.classes.first().map(|class| &class.clock_mhz)
    {
        lines.push(row("clocks", format!("n/a ({why})")));
    }
    lines.push(row(
        "this monitor",
        format!(
            "{}, {}",
            sample
                .own
                .cpu_threads
                .clone()
                .map(|threads| format!("{:.1} % of a core", 100.0 * threads)),
            sample.own.memory_bytes.clone().map(Bytes)
        ),
    ));
    lines.extend(heading("Memory", look, width));
    memory(watch, now, look, width, roomy, &mut lines);
    lines.extend(heading("Heat and power", look, width));
    heat(now, look, roomy, &mut lines);
    lines.extend(heading("Graphics", look, width));
    match &sample.gpus {
        Reading::Known(gpus) if gpus.is_empty() => lines.push(row("gpu", "none")),
        Reading::Known(gpus) => {
            for (index, gpu) in gpus.iter().enumerate() {
                lines.push(row(
                    &format!("gpu {index}"),
                    format!(
                        "{} {} {}",
                        percent(&gpu.load),
                        safe(&gpu.name),
                        look.spark(history(format!("gpu {index}")), chart.min(40)),
                    ),
                ));
                let known = |value: &Reading<f64>, unit: &str| {
                    value.clone().map(|value| format!("{value:.0} {unit}"))
                };
                let (used, total) = (&gpu.memory_used_bytes, &gpu.memory_total_bytes);
                if roomy || gpus.len() == 1 {
                    lines.push(row(
                        "",
                        format!(
                            "{} of {}, {}, {}, {}",
                            used.clone().map(Bytes),
                            total.clone().map(Bytes),
                            known(&gpu.clock_mhz, "MHz"),
                            known(&gpu.celsius, "C"),
                            known(&gpu.watts, "W")
                        ),
                    ));
                }
                if let Some(reasons) = gpu.throttled.known().filter(|reasons| !reasons.is_empty()) {
                    lines.push(row("  held down", reasons.join(", ")).style(look.good_or_bad(1)));
                }
            }
        }
        Reading::Absent(why) => lines.push(row("gpu", format!("n/a ({why})"))),
    }
    lines
}

fn memory(
    watch: &Watch,
    now: &Now,
    look: Look,
    width: usize,
    roomy: bool,
    lines: &mut Vec<Line<'static>>,
) {
    let sample = &now.sample;
    lines.push(row(
        "in use",
        match watch::memory_share(sample) {
            Reading::Known(share) => format!(
                "{} {} of {}",
                look.bar(share, width.saturating_sub(NAME + 32).clamp(8, 40)),
                sample.memory_used_bytes().map(Bytes),
                sample.memory_total_bytes.clone().map(Bytes)
            ),
            Reading::Absent(why) => format!("n/a ({why})"),
        },
    ));
    let level = sample.memory_level();
    let badness = match level.known() {
        Some(PressureLevel::Critical) => 2,
        Some(PressureLevel::Warning) => 1,
        _ => 0,
    };
    lines.push(
        row("pressure", format!("{level}; {}", sample.memory_pressure))
            .style(look.good_or_bad(badness)),
    );
    let swap = match (&sample.swap_used_bytes, &sample.swap_total_bytes) {
        (Reading::Known(used), Reading::Known(total)) => {
            format!("{} of {}", Bytes(*used), Bytes(*total))
        }
        (Reading::Absent(why), _) | (_, Reading::Absent(why)) => format!("n/a ({why})"),
    };
    if roomy {
        lines.push(row("swap", swap));
        if let Reading::Known(room) = &sample.container_room_bytes {
            lines.push(row("container", format!("{} left", Bytes(*room))));
        }
    }
    let reserved: u64 = now
        .running
        .iter()
        .flat_map(|work| &work.memory)
        .map(|held| held.bytes)
        .sum();
    let limit = if roomy {
        format!(" ({})", watch.budget.limit)
    } else {
        String::new()
    };
    lines.push(row(
        "ledger",
        format!(
            "{} reserved of a budget of {}{limit}",
            Bytes(reserved),
            Bytes(watch.budget.bytes)
        ),
    ));
}

fn heat(now: &Now, look: Look, roomy: bool, lines: &mut Vec<Line<'static>>) {
    let sample = &now.sample;
    let state = match &sample.thermal {
        Reading::Known(thermal) => {
            let badness = match thermal.state {
                ThermalState::Nominal => 0,
                ThermalState::Fair | ThermalState::Serious => 1,
                ThermalState::Critical => 2,
            };
            row("state", format!("{} ({})", thermal.state, thermal.why))
                .style(look.good_or_bad(badness))
        }
        Reading::Absent(why) => row("state", format!("n/a ({why})")),
    };
    lines.push(state);
    lines.push(row(
        "hottest",
        watch::hottest(sample)
            .map(|(name, celsius)| format!("{celsius:.0} C at {}", safe(&name)))
            .to_string(),
    ));
    let watts = match &sample.power {
        Reading::Known(places) => {
            let each = places.iter().map(|place| {
                let watts = place.watts.clone().map(|watts| format!("{watts:.1} W"));
                format!("{} {watts}", safe(&place.name))
            });
            each.collect::<Vec<_>>().join(", ")
        }
        Reading::Absent(why) => format!("n/a ({why})"),
    };
    lines.push(row("power", watts));
    if roomy {
        let events = sample.throttle_events.clone();
        lines.push(row(
            "throttled",
            events.map(|count| format!("{count} times")).to_string(),
        ));
    }
}

/// Running work.
fn work(now: &Now, look: Look, width: usize, roomy: bool) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = heading("Running work", look, width).into_iter().collect();
    if now.running.is_empty() {
        lines.push(Line::raw("nothing is at work"));
    }
    // On a small screen the longest at work alone, and how many there are besides.
    let shown = if roomy { 6 } else { 1 };
    for one in now.running.iter().take(shown) {
        lines.push(Line::from(vec![
            Span::styled(safe(&one.command), look.bold()),
            Span::raw(format!(
                " (process {}) for {}: {}",
                one.pid,
                watch::span((now.at_ms - one.since_ms) as f64 / 1000.0),
                safe(&one.phase)
            )),
        ]));
        lines.push(done_line(one, look, width));
        let mut said: Vec<String> = one
            .counts
            .iter()
            .map(|count| match count.per_second {
                Some(rate) => format!(
                    "{} {} ({}/s)",
                    watch::short(count.count),
                    safe(&count.what),
                    watch::short(rate)
                ),
                None => format!("{} {}", watch::short(count.count), safe(&count.what)),
            })
            .collect();
        said.extend(
            one.figures
                .iter()
                .map(|figure| format!("{} {}", safe(&figure.what), watch::short(figure.value))),
        );
        if one.silent(now.at_ms) {
            let seconds = (now.at_ms - one.written_ms) as f64 / 1000.0;
            lines.push(
                Line::raw(format!("  no word for {}", watch::span(seconds)))
                    .style(look.good_or_bad(1)),
            );
        }
        if !said.is_empty() {
            lines.push(Line::raw(format!("  {}", said.join(", "))));
        }
        if roomy {
            lines.extend(
                one.message
                    .iter()
                    .map(|text| Line::raw(format!("  {}", safe(text)))),
            );
            lines.extend(one.memory.iter().map(|held| {
                Line::raw(format!(
                    "  {:>10}  {}",
                    Bytes(held.bytes).to_string(),
                    safe(&held.component)
                ))
            }));
            let kernels = one.kernels.iter();
            lines
                .extend(kernels.map(|kernel| Line::raw(format!("  gpu {}", safe(&kernel.text())))));
        }
    }
    if now.running.len() > shown {
        lines.push(Line::raw(format!("and {} more", now.running.len() - shown)));
    }
    lines
}

fn done_line(one: &Status, look: Look, width: usize) -> Line<'static> {
    let Some(done) = one.done else {
        return Line::raw("  how far it is: n/a (this phase does not know its end)");
    };
    let left = one
        .left_seconds
        .map(|seconds| format!(", {} left", watch::span(seconds)))
        .unwrap_or_default();
    Line::raw(format!(
        "  {} {:.0} %{left}",
        look.bar(done, width.saturating_sub(30).clamp(8, 50)),
        100.0 * done
    ))
}

fn plans(now: &Now, look: Look, width: usize, room: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = heading("Last plans", look, width).into_iter().collect();
    match &now.plans {
        Err(why) => lines.push(Line::raw(format!("n/a ({})", safe(why)))),
        Ok(plans) if plans.is_empty() => lines.push(Line::raw("no plan was kept yet")),
        Ok(plans) => lines.extend(plans.iter().take(room).map(|plan| {
            let worth = plan.worth_usd.map_or_else(|| "n/a".to_owned(), usd_signed);
            let synthetic = if plan.source.starts_with("synthetic") {
                " SYNTHETIC"
            } else {
                ""
            };
            Line::raw(format!(
                "{} {:6} {worth:>9} {}{synthetic}",
                plan.as_of,
                safe(&plan.symbol),
                safe(&plan.action)
            ))
        })),
    }
    lines
}

fn notes(now: &Now, look: Look) -> Vec<Line<'static>> {
    now.notes
        .iter()
        .map(|text| Line::raw(safe(text)).style(look.good_or_bad(1)))
        .collect()
}

/// A screen as text, without blanks at the ends of lines.
fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let line: String = (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
