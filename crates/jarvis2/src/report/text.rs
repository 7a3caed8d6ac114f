//! The terminal screen: 80 columns, plain text, colour and unicode where the caller allows them.
//!
//! Lines are laid out first and coloured last, whole lines at a time, so that no colour code counts as a character. Control
//! characters in names from files never reach the terminal.

use super::content::{
    EDGE_TITLE, FLIPS_TITLE, WORTH_MEANING, alternative_gaps, by_reason, draws_sentence,
    edge_parts, flat_profits, forward_sentences, gap, groups, has_parts, headline, idle_sentences,
    interval_name, leg_note, leg_prices, leg_words, missing, nearest_miss, nearest_row, payoff_day,
    profit_at, search_sentences, selected, sentence, settled_sentence, spot_row, subject_sentence,
    terms, verdict, worth_sentence,
};
use super::table::{Table, indented, pad_left, pad_right, width_of};
use super::units::{
    cell, column_decimals, count, decimal, figure, in_unit, interval_decimals, percent,
    probability, quote, signed, span, usd,
};
use crate::plan::{PayoffPoint, Plan, WhatIf};

/// Characters in a line, at most.
const WIDTH: usize = 80;
/// Alternatives shown, besides the choice, doing nothing and holding.
const ALTERNATIVES: usize = 5;
/// Notes of the ingest shown.
const NOTES: usize = 6;

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextStyle {
    /// Colour codes.
    pub(crate) color: bool,
    /// Characters beyond ASCII.
    pub(crate) unicode: bool,
}

/// How a line stands out.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Plain,
    Strong,
    Quiet,
    Warning,
}

/// Lines not yet coloured.
pub(super) struct Screen {
    lines: Vec<(Tone, String)>,
}

/// The plan as a terminal screen.
pub(crate) fn text(plan: &Plan, style: &TextStyle) -> String {
    let mut screen = Screen::new();
    screen.watermark(plan.watermark.as_deref());
    action(&mut screen, plan);
    numbers(&mut screen, plan);
    alternatives(&mut screen, plan);
    why(&mut screen, plan);
    what_if(&mut screen, plan, style.unicode);
    evidence(&mut screen, plan);
    super::recall::section(&mut screen, &plan.recall);
    data(&mut screen, plan);
    account(&mut screen, plan);
    assumptions(&mut screen, plan);
    manifest(&mut screen, plan);
    if plan.watermark.is_some() {
        screen.blank();
    }
    screen.watermark(plan.watermark.as_deref());
    screen.print(style)
}

impl Screen {
    pub(super) fn new() -> Screen {
        Screen { lines: Vec::new() }
    }

    pub(super) fn push(&mut self, tone: Tone, line: impl Into<String>) {
        self.lines.push((tone, line.into()));
    }

    pub(super) fn blank(&mut self) {
        self.push(Tone::Plain, "");
    }

    pub(super) fn heading(&mut self, title: &str, basis: &str) {
        self.blank();
        self.push(Tone::Strong, title.to_uppercase());
        if !basis.is_empty() {
            self.paragraph(Tone::Quiet, "", basis);
        }
    }

    pub(super) fn paragraph(&mut self, tone: Tone, lead: &str, words: &str) {
        for line in indented(lead, words, WIDTH) {
            self.push(tone, line);
        }
    }

    pub(super) fn table(&mut self, table: &Table) {
        for line in table.lines(WIDTH - 2) {
            self.push(Tone::Plain, format!("  {line}"));
        }
    }

    /// Names without a figure under the reason they share.
    fn gaps<'a>(&mut self, gaps: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (reason, names) in by_reason(gaps) {
            self.paragraph(Tone::Quiet, "  ", &reason);
            self.paragraph(Tone::Quiet, "    ", &names);
        }
    }

    pub(super) fn watermark(&mut self, watermark: Option<&str>) {
        if let Some(watermark) = watermark {
            self.paragraph(Tone::Warning, "*** ", watermark);
        }
    }

    /// Makes every line safe for the terminal, then colours it.
    pub(super) fn print(&self, style: &TextStyle) -> String {
        let mut out = String::new();
        for (tone, line) in &self.lines {
            let safe: String = line
                .trim_end()
                .chars()
                .map(|letter| printable(letter, style.unicode))
                .collect();
            let code = match tone {
                Tone::Plain => "",
                Tone::Strong => "\x1b[1m",
                Tone::Quiet => "\x1b[2m",
                Tone::Warning => "\x1b[1;33m",
            };
            if style.color && !code.is_empty() && !safe.is_empty() {
                out.push_str(&format!("{code}{safe}\x1b[0m\n"));
            } else {
                out.push_str(&safe);
                out.push('\n');
            }
        }
        out
    }
}

/// The character, or one that every terminal has; never a control character.
fn printable(letter: char, unicode: bool) -> char {
    match letter {
        letter if letter.is_control() => '?',
        letter if letter.is_ascii() || unicode => letter,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{d7}' => 'x',
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '\u{2192}' => '>',
        _ => '?',
    }
}

fn action(screen: &mut Screen, plan: &Plan) {
    let title = format!(
        "{}, {} per share, {}",
        plan.symbol,
        usd(plan.spot_usd),
        plan.as_of
    );
    screen.paragraph(Tone::Quiet, "", &title);
    screen.blank();
    screen.paragraph(Tone::Strong, "ACTION  ", &headline(plan));
    screen.paragraph(Tone::Strong, "WORTH   ", &sentence(&worth_sentence(plan)));
    screen.paragraph(Tone::Plain, "WHY     ", &sentence(&plan.decision.because));
    if !plan.decision.notices.is_empty() {
        screen.blank();
    }
    for notice in &plan.decision.notices {
        screen.paragraph(Tone::Warning, "  ! ", &sentence(notice));
    }
    let action = &plan.decision.action;
    screen.blank();
    if !action.legs.is_empty() {
        let mut table = Table::new(&[
            "Trade (prices in dollars per share)",
            "bid",
            "mid",
            "ask",
            "limit",
        ]);
        for leg in &action.legs {
            let [bid, mid, ask, limit] = leg_prices(leg);
            table.row(vec![leg_words(leg), bid, mid, ask, limit]);
            table.note(leg_note(leg));
        }
        screen.table(&table);
    }
    screen.paragraph(Tone::Plain, "  ", &terms(action));
}

fn numbers(screen: &mut Screen, plan: &Plan) {
    /// Where values end, and where the words after them begin.
    const VALUE: usize = 46;
    screen.heading("Numbers", "");
    for words in idle_sentences(plan) {
        screen.paragraph(Tone::Plain, "  ", &words);
    }
    let groups = groups(plan);
    for group in groups
        .iter()
        .filter(|group| group.lines.iter().any(|line| line.known))
    {
        screen.paragraph(
            Tone::Quiet,
            "  ",
            &format!("{} ({})", group.title, group.basis),
        );
        for line in group.lines.iter().filter(|line| line.known) {
            let label = pad_right(&line.label, 28);
            let value = pad_left(&line.value, VALUE - 4 - width_of(&label));
            screen.paragraph(Tone::Plain, &format!("    {label}{value}  "), &line.gloss);
        }
    }
    screen.gaps(missing(&groups));
    screen.paragraph(Tone::Quiet, "  ", WORTH_MEANING);
}

fn alternatives(screen: &mut Screen, plan: &Plan) {
    let rows = selected(&plan.alternatives, ALTERNATIVES);
    screen.heading(
        "Alternatives",
        "Dollars, whole account. Over holding: worth compared with holding everything to the horizon.",
    );
    let mut table = Table::new(&[
        "",
        "over\nholding",
        &interval_name(plan).replace(" int", "\nint"),
        "makes\nmoney",
        "premium",
        "cash\nlocked",
        "mean loss,\nworst 5 %",
    ]);
    let worths = rows
        .iter()
        .filter_map(|row| row.numbers.worth_over_holding.as_ref());
    let decimals = interval_decimals(worths);
    for row in &rows {
        let numbers = &row.numbers;
        let (worth, interval) = numbers.worth_over_holding.as_ref().map_or_else(
            || ("n/a".to_string(), "n/a".to_string()),
            |worth| (signed(worth.value_usd, decimals), span(worth, decimals)),
        );
        table.row(vec![
            String::new(),
            worth,
            interval,
            cell(&numbers.probability_of_profit_real_world, probability),
            cell(&numbers.premium_after_fees_usd, |value| decimal(value, 0)),
            decimal(row.action.capital_locked_usd, 0),
            cell(&numbers.cvar95_usd, |value| decimal(value, 0)),
        ]);
        let mark = if row.chosen { "*" } else { "-" };
        table.lead(format!("{mark} {}", row.action.text));
        table.note(verdict(row));
    }
    screen.table(&table);
    let hidden = plan.alternatives.len() - rows.len();
    let rest = match hidden {
        0 => String::new(),
        1 => " 1 more was compared and is not shown.".to_string(),
        _ => format!(" {hidden} more were compared and are not shown."),
    };
    let words =
        format!("* is the choice. \"Makes money\" is the real-world probability at expiry.{rest}");
    screen.paragraph(Tone::Quiet, "  ", &words);
    for gap in alternative_gaps(&rows) {
        screen.paragraph(Tone::Quiet, "  ", &gap);
    }
}

fn why(screen: &mut Screen, plan: &Plan) {
    let why = &plan.why;
    screen.heading("Why", "");
    screen.paragraph(Tone::Plain, "  Objective: ", &why.objective);
    screen.blank();
    screen.paragraph(Tone::Plain, "  ", &sentence(&subject_sentence(plan)));
    screen.blank();
    let parts = edge_parts(&why.edge);
    if has_parts(&why.edge) {
        let decimals = column_decimals(parts.iter().filter_map(|(_, _, part)| part.known()));
        let mut table = Table::new(&[EDGE_TITLE, "dollars"]);
        for (label, gloss, part) in &parts {
            table.row(vec![
                format!("{label} ({gloss})"),
                cell(part, |value| signed(value, decimals)),
            ]);
        }
        screen.table(&table);
    } else {
        screen.push(Tone::Plain, format!("  {EDGE_TITLE}"));
    }
    screen.gaps(parts.iter().filter_map(|(label, _, part)| gap(label, part)));
    screen.blank();
    screen.paragraph(Tone::Plain, "  ", &draws_sentence(why));
    if !why.flips.is_empty() {
        screen.blank();
        screen.paragraph(Tone::Plain, "  ", FLIPS_TITLE);
        let mut table = Table::new(&["", "now", "flips at"]);
        for flip in &why.flips {
            let now = in_unit(flip.now, &flip.unit);
            let flips_at = cell(&flip.flips_at, |value| in_unit(value, &flip.unit));
            table.row(vec![flip.input.clone(), now, flips_at]);
        }
        screen.table(&table);
        screen.gaps(
            why.flips
                .iter()
                .filter_map(|flip| gap(&flip.input, &flip.flips_at)),
        );
    }
    if !why.refusals.is_empty() {
        screen.blank();
        screen.push(Tone::Plain, "  Kept off the menu by your limits");
        for refusal in &why.refusals {
            let words = format!(
                "{}: {} refused; nearest miss: {}",
                refusal.limit,
                refusal.count,
                nearest_miss(refusal)
            );
            screen.paragraph(Tone::Plain, "    ", &words);
        }
    }
    screen.blank();
    for sentence in search_sentences(&why.search) {
        screen.paragraph(Tone::Quiet, "  ", &sentence);
    }
    screen.paragraph(Tone::Quiet, "  ", &settled_sentence(&plan.tree));
    if !why.search.principal_line.is_empty() {
        screen.paragraph(
            Tone::Quiet,
            "  Likeliest line: ",
            &why.search.principal_line.join(" -> "),
        );
    }
}

fn what_if(screen: &mut Screen, plan: &Plan, unicode: bool) {
    let what_if = &plan.what_if;
    screen.heading("What if", &sentence(&what_if.meaning));
    if let Some(words) = flat_profits(what_if) {
        screen.paragraph(Tone::Plain, "  ", &words);
        return;
    }
    if !what_if.spots_usd.is_empty() && !what_if.dates.is_empty() {
        let decimals = column_decimals(what_if.profit_usd.iter().flatten().copied());
        let mut heads = vec!["spot", "from now"];
        heads.extend(what_if.dates.iter().map(String::as_str));
        let mut table = Table::new(&heads);
        let here = nearest_row(&what_if.spots_usd, plan.spot_usd);
        for (index, spot_usd) in what_if.spots_usd.iter().enumerate().rev() {
            let (spot, distance) = spot_row(*spot_usd, plan.spot_usd);
            let mark = if here == Some(index) { " <" } else { "" };
            let mut cells = vec![format!("{spot}{mark}"), distance];
            let columns = 0..what_if.dates.len();
            cells.extend(columns.map(|column| signed(profit_at(what_if, index, column), decimals)));
            table.row(cells);
        }
        screen.table(&table);
        screen.push(
            Tone::Quiet,
            "  Profit in dollars against the wealth today; < marks the price nearest to now.",
        );
    }
    for line in sketch(what_if, plan.spot_usd, unicode) {
        screen.push(Tone::Plain, line);
    }
}

/// The payoff drawn with characters; nothing if there is nothing to draw.
fn sketch(what_if: &WhatIf, spot_usd: f64, unicode: bool) -> Vec<String> {
    const COLUMNS: usize = 61;
    const ROWS: usize = 11;
    let mut points = what_if.payoff.clone();
    points.retain(|point| {
        point.spot_usd.is_finite() && point.now_usd.is_finite() && point.at_expiry_usd.is_finite()
    });
    points.sort_by(|a, b| a.spot_usd.total_cmp(&b.spot_usd));
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    let (left, right) = (first.spot_usd, last.spot_usd);
    let profits = || {
        points
            .iter()
            .flat_map(|point| [point.now_usd, point.at_expiry_usd])
    };
    let low = profits().fold(0.0, f64::min);
    let high = profits().fold(0.0, f64::max);
    if right <= left || high <= low {
        return Vec::new();
    }
    let row_of =
        |profit: f64| ((high - profit) / (high - low) * (ROWS - 1) as f64).round() as usize;
    let column_of = |spot: f64| ((spot - left) / (right - left) * (COLUMNS - 1) as f64).round();
    let (zero, bar, now, expiry) = if unicode {
        ('─', '│', '○', '●')
    } else {
        ('-', '|', 'o', '*')
    };

    let mut grid = vec![vec![' '; COLUMNS]; ROWS];
    grid[row_of(0.0)].fill(zero);
    let here = column_of(spot_usd);
    if (0.0..COLUMNS as f64).contains(&here) {
        for row in &mut grid {
            row[here as usize] = bar;
        }
    }
    let spots =
        (0..COLUMNS).map(|column| left + (right - left) * column as f64 / (COLUMNS - 1) as f64);
    for (column, spot) in spots.enumerate() {
        let (moved_now, at_expiry) = profits_at(&points, spot);
        grid[row_of(moved_now)][column] = now;
        grid[row_of(at_expiry)][column] = expiry;
    }

    let mut lines = vec![String::new()];
    for (index, row) in grid.iter().enumerate() {
        let label = match index {
            index if index == row_of(0.0) => "0".to_string(),
            0 => signed(high, 0),
            index if index == ROWS - 1 => signed(low, 0),
            _ => String::new(),
        };
        lines.push(format!(
            "  {} {}",
            pad_left(&label, 12),
            row.iter().collect::<String>()
        ));
    }
    let (from, to) = (decimal(left, 2), decimal(right, 2));
    let gap = COLUMNS.saturating_sub(width_of(&from) + width_of(&to));
    lines.push(format!("{}{from}{}{to}", " ".repeat(15), " ".repeat(gap)));
    lines.push(format!(
        "{}{expiry} {}   {now} if moved today   {bar} price now",
        " ".repeat(15),
        payoff_day(what_if)
    ));
    lines
}

/// Profit now and at expiry between the points of the payoff: two or more, in order.
fn profits_at(points: &[PayoffPoint], spot: f64) -> (f64, f64) {
    let after = points
        .partition_point(|point| point.spot_usd < spot)
        .clamp(1, points.len() - 1);
    let (a, b) = (&points[after - 1], &points[after]);
    let step = b.spot_usd - a.spot_usd;
    let share = if step > 0.0 {
        ((spot - a.spot_usd) / step).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let between = |from: f64, to: f64| from + share * (to - from);
    (
        between(a.now_usd, b.now_usd),
        between(a.at_expiry_usd, b.at_expiry_usd),
    )
}

fn evidence(screen: &mut Screen, plan: &Plan) {
    let evidence = &plan.evidence;
    screen.heading("Evidence", &sentence(&evidence.meaning));
    let rows = &evidence.rows;
    if !rows.is_empty() {
        let worth_decimals = interval_decimals(rows.iter().map(|row| &row.worth));
        let mut table = Table::new(&[
            "policy",
            "worth",
            &interval_name(plan).replace(" int", "\nint"),
            "mean\ngain",
            "mean loss,\nworst 5 %",
        ]);
        for row in rows {
            table.row(vec![
                row.policy.clone(),
                signed(row.worth.value_usd, worth_decimals),
                span(&row.worth, worth_decimals),
                signed(row.mean_gain_usd, worth_decimals),
                decimal(row.cvar95_usd, 0),
            ]);
        }
        screen.table(&table);
        if rows.iter().any(|row| row.cvar95_usd < 0.0) {
            screen.push(Tone::Quiet, "  A mean loss below zero is a gain.");
        }
        screen.blank();
        screen.paragraph(
            Tone::Quiet,
            "  ",
            "Final wealth less today's wealth: 5 of 100 paths end below the 5 % column, and so on.",
        );
        let mut table = Table::new(&["policy", "5 %", "25 %", "50 %", "75 %", "95 %"]);
        for row in rows {
            let mut cells = vec![row.policy.clone()];
            cells.extend(row.quantiles_usd.iter().map(|value| signed(*value, 0)));
            table.row(cells);
        }
        screen.table(&table);
        screen.blank();
        screen.paragraph(
            Tone::Quiet,
            "  ",
            "Means per path. Ends above today is the trap figure: read it last.",
        );
        let mut table = Table::new(&[
            "policy",
            "premium",
            "fees",
            "assigned\nearly",
            "assigned\nat expiry",
            "ends\nabove today",
        ]);
        for row in rows {
            table.row(vec![
                row.policy.clone(),
                decimal(row.premium_usd, 0),
                decimal(row.fees_usd, 2),
                decimal(row.assignments_early, 2),
                decimal(row.assignments_at_expiry, 2),
                probability(row.share_of_gains),
            ]);
        }
        screen.table(&table);
    }
    screen.paragraph(
        Tone::Strong,
        "  Record on real history: ",
        &super::content::record(evidence),
    );
    if let Some(words) = super::content::mismatch(plan) {
        screen.paragraph(Tone::Strong, "  Where the model is wrong: ", &words);
        for left_out in evidence.mismatch.iter().flat_map(|view| &view.left_out) {
            screen.paragraph(Tone::Quiet, "  ", left_out);
        }
    }
}

fn data(screen: &mut Screen, plan: &Plan) {
    let data = &plan.data;
    screen.heading("Data", "");
    let words = format!(
        "{} ({}): {} rows read, {} contracts used.",
        data.chain,
        data.format,
        count(data.rows),
        count(data.contracts)
    );
    screen.paragraph(Tone::Plain, "  ", &words);
    for refused in &data.refused {
        let example = refused
            .examples
            .first()
            .map_or_else(String::new, |example| format!(" (first: {example})"));
        screen.paragraph(
            Tone::Plain,
            "  refused ",
            &format!("{}: {}{example}", count(refused.count), refused.reason),
        );
    }
    for note in data.notes.iter().take(NOTES) {
        screen.paragraph(Tone::Quiet, "  - ", note);
    }
    if data.notes.len() > NOTES {
        screen.push(
            Tone::Quiet,
            format!("  - and {} more notes", data.notes.len() - NOTES),
        );
    }
    if !data.smiles.is_empty() {
        let mut table = Table::new(&[
            "expiry",
            "days",
            "forward",
            "vol at\nmoney",
            "contracts\nfitted",
            "fit error\n(points)",
        ]);
        for smile in &data.smiles {
            table.row(vec![
                smile.expiry.clone(),
                smile.dte_days.to_string(),
                decimal(smile.forward_usd, 2),
                percent(smile.atm_vol),
                smile.points.to_string(),
                decimal(smile.rmse_vol * 100.0, 2),
            ]);
        }
        screen.table(&table);
        for words in forward_sentences(&data.smiles) {
            screen.paragraph(Tone::Quiet, "  ", &words);
        }
    }
}

fn account(screen: &mut Screen, plan: &Plan) {
    let account = &plan.account;
    screen.heading("Account", "");
    let words = format!(
        "{}: cash {}, of which {} is reserved for short puts; {} shares (cost basis {}); wealth {} with options at mid.",
        account.source,
        usd(account.cash_usd),
        usd(account.reserved_usd),
        decimal(account.shares as f64, 0),
        figure(&account.basis_usd_per_share, |basis| format!(
            "{} per share",
            quote_usd(basis)
        )),
        usd(account.wealth_usd),
    );
    screen.paragraph(Tone::Plain, "  ", &words);
    for option in &account.options {
        screen.paragraph(Tone::Plain, "  - ", option);
    }
    for left_out in &account.left_out {
        screen.paragraph(Tone::Quiet, "  left out: ", left_out);
    }
}

fn quote_usd(price: f64) -> String {
    format!("${}", quote(price))
}

fn assumptions(screen: &mut Screen, plan: &Plan) {
    if plan.why.assumptions.is_empty() {
        return;
    }
    screen.heading("Assumptions", "");
    for assumption in &plan.why.assumptions {
        let words = format!(
            "{}: {} ({})",
            assumption.name, assumption.value, assumption.source
        );
        screen.paragraph(Tone::Plain, "  - ", &words);
    }
}

fn manifest(screen: &mut Screen, plan: &Plan) {
    let manifest = &plan.manifest;
    screen.heading("To repeat this plan", "");
    let words = format!(
        "jarvis2 {}, seed {}, plan format {}",
        manifest.version, manifest.seed, plan.schema_version
    );
    screen.paragraph(Tone::Plain, "  ", &words);
    let words = format!(
        "implied volatilities on {}: {}",
        manifest.device, manifest.device_because
    );
    screen.paragraph(Tone::Plain, "  ", &words);
    let hashes = [
        ("data", &manifest.data_sha256),
        ("inputs", &manifest.inputs_sha256),
        ("config", &manifest.config_sha256),
        ("situation", &manifest.encoding_sha256),
    ];
    for (name, hash) in hashes {
        screen.paragraph(Tone::Quiet, &format!("  {}", pad_right(name, 11)), hash);
    }
}
