//! A plain table of options in, the same table with answers out, row by row in the order of the file.
//!
//! It is read, answered and written in blocks, so that its length does not matter. A row that cannot be read has the
//! status `bad_input` and no answers; it never ends the file. Only a header that says too little does.

use super::batch::{Answers, Ask, Given, Row, word};
use super::digits::{exact, short};
use super::{Form, Settings, broken_pipe};
use crate::error::Error;
use crate::memory;
use crate::progress::Progress;
use csv::ByteRecord;
use market::Style;
use pricing::Right;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// Rows read before they are answered.
const BLOCK: usize = 1 << 16;
/// Bytes of an option on its way: its line, its columns, its answers, and the line that is printed.
const ROW_BYTES: u64 = 2048;

/// Columns that are needed beside `vol` or `price`.
const NEEDED: [&str; 7] = [
    "right",
    "style",
    "spot",
    "strike",
    "years",
    "rate",
    "dividend_yield",
];

/// Answers in the order in which columns that are not there are added.
const EVERYTHING: [&str; 9] = [
    "price",
    "iv",
    "delta",
    "gamma",
    "vega_per_point",
    "theta_per_day",
    "rho_per_percent",
    "boundary",
    "status",
];
const VOLS: [&str; 2] = ["iv", "status"];

/// Where the columns stand.
struct Header {
    names: Vec<String>,
    needed: [usize; NEEDED.len()],
    vol: Option<usize>,
    price: Option<usize>,
    /// The columns of the output that hold answers: which answer, and where.
    answers: Vec<(&'static str, usize)>,
    /// All columns of the output.
    out: Vec<String>,
}

impl Header {
    fn read(file: &str, names: Vec<String>, ask: Ask) -> Result<Header, Error> {
        let missing = |column: &'static str| market::Error::MissingColumn {
            file: file.to_owned(),
            column,
            seen: names.clone(),
        };
        let find = |wanted: &str| -> Result<Option<usize>, Error> {
            let mut places = (0..names.len()).filter(|&i| names[i] == wanted);
            let place = places.next();
            match places.next() {
                None => Ok(place),
                Some(second) => Err(Error::Table {
                    file: file.to_owned(),
                    what: format!(
                        "column `{wanted}` is there twice (columns {} and {})",
                        place.map_or(0, |first| first + 1),
                        second + 1
                    ),
                    remedy: "keep one".to_owned(),
                }),
            }
        };
        let mut needed = [0; NEEDED.len()];
        for (place, name) in needed.iter_mut().zip(NEEDED) {
            *place = find(name)?.ok_or_else(|| missing(name))?;
        }
        let (vol, price) = (find("vol")?, find("price")?);
        if ask == Ask::Vols && price.is_none() {
            return Err(missing("price").into());
        }
        if vol.is_none() && price.is_none() {
            return Err(Error::Table {
                file: file.to_owned(),
                what: format!(
                    "it has neither a column `vol` nor a column `price`; seen: {}",
                    names.join(", ")
                ),
                remedy:
                    "add `vol` (fraction per year) for prices, or `price` (dollars per share) for volatilities"
                        .to_owned(),
            });
        }
        let wanted: &[&'static str] = match ask {
            Ask::Everything => &EVERYTHING,
            Ask::Vols => &VOLS,
        };
        let mut out = names.clone();
        let mut answers = Vec::new();
        for &name in wanted {
            let place = find(name)?.unwrap_or_else(|| {
                out.push(name.to_owned());
                out.len() - 1
            });
            answers.push((name, place));
        }
        Ok(Header {
            names,
            needed,
            vol,
            price,
            answers,
            out,
        })
    }

    /// The option of a line, or [`Row::BAD`].
    fn row(&self, record: &ByteRecord, ask: Ask) -> Row {
        self.try_row(record, ask).unwrap_or(Row::BAD)
    }

    fn try_row(&self, record: &ByteRecord, ask: Ask) -> Option<Row> {
        if record.len() != self.names.len() {
            return None;
        }
        let [right, style, rest @ ..] = self.needed;
        let cell = |place: usize| std::str::from_utf8(record.get(place)?).ok().map(str::trim);
        let number = |place: usize| {
            cell(place)?
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
        };
        // A number that is not there is `Some(None)`, one that cannot be read `None`.
        let maybe = |place: Option<usize>| match place {
            None => Some(None),
            Some(place) if is_blank(cell(place)?) => Some(None),
            Some(place) => number(place).map(Some),
        };
        let [spot, strike, years, rate, dividend_yield] = rest;
        let vol = if ask == Ask::Vols {
            None
        } else {
            maybe(self.vol)?
        };
        let (given, value) = match (vol, maybe(self.price)?) {
            (Some(vol), None) => (Given::Vol, vol),
            (None, Some(price)) => (Given::Price, price),
            _ => return None,
        };
        Some(Row {
            given,
            right: right_of(cell(right)?)?,
            style: style_of(cell(style)?)?,
            spot: number(spot)?,
            strike: number(strike)?,
            years: number(years)?,
            rate: number(rate)?,
            dividend_yield: number(dividend_yield)?,
            value,
        })
    }
}

fn is_blank(cell: &str) -> bool {
    cell.is_empty()
        || ["nan", "na", "n/a", "null", "none"]
            .iter()
            .any(|word| cell.eq_ignore_ascii_case(word))
}

pub(super) fn right_of(text: &str) -> Option<Right> {
    match text.to_ascii_lowercase().as_str() {
        "c" | "call" => Some(Right::Call),
        "p" | "put" => Some(Right::Put),
        _ => None,
    }
}

pub(super) fn style_of(text: &str) -> Option<Style> {
    match text.to_ascii_lowercase().as_str() {
        "a" | "american" => Some(Style::American),
        "e" | "european" => Some(Style::European),
        _ => None,
    }
}

/// Answer `name` of row `i`; NaN where there is none.
fn number(answers: &Answers, name: &str, i: usize) -> f64 {
    match name {
        "price" => answers.price[i],
        "iv" => answers.iv[i],
        "delta" => answers.delta[i],
        "gamma" => answers.gamma[i],
        "vega_per_point" => answers.vega_per_point[i],
        "theta_per_day" => answers.theta_per_day[i],
        "rho_per_percent" => answers.rho_per_percent[i],
        "boundary" => answers.boundary[i],
        _ => f64::NAN,
    }
}

/// Answers the table in `path` (`-` is standard input) on standard output.
pub(super) fn run(path: &Path, settings: &Settings) -> Result<(), Error> {
    let stdin = path.as_os_str() == "-";
    let file = if stdin {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let (input, bytes): (Box<dyn Read>, u64) = if stdin {
        (Box::new(std::io::stdin().lock()), 0)
    } else {
        let (input, bytes) = open(path, &file)?;
        (Box::new(input), bytes)
    };
    // While it waits for standard input, only the system can end the process.
    let progress = (!stdin).then(|| Progress::new(settings.quiet));
    let stop = || progress.as_ref().is_some_and(Progress::stopped);
    let mut input = BufReader::with_capacity(1 << 16, input);
    look_at(&mut input, &file)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let unreadable = |error: csv::Error| market::Error::Unreadable {
        file: file.clone(),
        cause: error.to_string(),
    };
    let names = reader.byte_headers().map_err(unreadable)?.clone();
    let header = Header::read(&file, header_names(&file, &names)?, settings.ask)?;
    let mut sink = Sink::new(&header, settings);
    let mut records = Vec::new();
    if let Some(progress) = &progress {
        progress.stage("options");
    }
    let block = match settings.form {
        Form::Text { rows: Some(rows) } => (rows + 1).min(BLOCK),
        // Every row is answered by itself: fewer at once change nothing.
        _ => memory::rows_at_once(&settings.machine, BLOCK, ROW_BYTES),
    };
    let outcome = loop {
        let ended = match read_block(&mut reader, &mut records, block, &stop) {
            Ok(ended) => ended,
            Err(error) => break sink.fail(unreadable(error).into()),
        };
        let rows: Vec<Row> = records
            .iter()
            .map(|record| header.row(record, settings.ask))
            .collect();
        let answers = match settings.solve(&rows, settings.ask, &stop) {
            Ok(answers) => answers,
            Err(error) => break sink.fail(error),
        };
        if stop() {
            break sink.fail(Error::Interrupted {
                done: format!("{} rows were written", sink.written),
            });
        }
        match sink.put(&records, &rows, &answers) {
            Ok(true) => {}
            Ok(false) => break sink.end(),
            Err(error) => break Err(error),
        }
        if let Some(progress) = &progress {
            progress.fraction(reader.position().byte() as f64 / bytes.max(1) as f64);
        }
        if ended {
            break sink.end();
        }
    };
    if let Some(progress) = progress {
        progress.finish();
    }
    broken_pipe(outcome)
}

/// Reads up to `most` lines in place of those of before; says whether they were the last.
fn read_block(
    reader: &mut csv::Reader<impl Read>,
    records: &mut Vec<ByteRecord>,
    most: usize,
    stop: &dyn Fn() -> bool,
) -> csv::Result<bool> {
    records.clear();
    while records.len() < most && !stop() {
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record)? {
            return Ok(true);
        }
        records.push(record);
    }
    Ok(false)
}

fn open(path: &Path, file: &str) -> Result<(File, u64), Error> {
    let file = file.to_owned();
    if path.is_dir() {
        return Err(market::Error::Folder { file }.into());
    }
    let unreadable = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::NotFound => market::Error::Missing { file: file.clone() },
        _ => market::Error::Unreadable {
            file: file.clone(),
            cause: cause.to_string(),
        },
    };
    let input = File::open(path).map_err(unreadable)?;
    let bytes = input.metadata().map_err(unreadable)?.len();
    Ok((input, bytes))
}

/// Objects to what is no CSV file, and passes over the mark that some programs put before the first letter.
fn look_at(input: &mut impl BufRead, file: &str) -> Result<(), Error> {
    let file = file.to_owned();
    let head = input
        .fill_buf()
        .map_err(|error| market::Error::Unreadable {
            file: file.clone(),
            cause: error.to_string(),
        })?;
    let not = |what, remedy| market::Error::NotATable {
        file: file.clone(),
        what,
        remedy,
    };
    if head.is_empty() {
        return Err(market::Error::Empty { file }.into());
    }
    if head.starts_with(b"PAR1") {
        return Err(not(
            "Parquet",
            "write the table as CSV; a chain goes without --inputs",
        )
        .into());
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Err(not(
            "gzip",
            "unpack it, or pipe it: gzip -dc FILE | jarvis2 price --inputs -",
        )
        .into());
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(not("UTF-16 text", "save it as \"CSV UTF-8\"").into());
    }
    if head.starts_with("\u{feff}".as_bytes()) {
        input.consume(3);
    }
    Ok(())
}

/// The names of the columns, trimmed and in lower case where they are ours.
fn header_names(file: &str, names: &ByteRecord) -> Result<Vec<String>, Error> {
    if names.is_empty() || names.iter().all(|name| name.trim_ascii().is_empty()) {
        return Err(market::Error::Empty {
            file: file.to_owned(),
        }
        .into());
    }
    let own = |name: &str| NEEDED.contains(&name) || name == "vol" || EVERYTHING.contains(&name);
    names
        .iter()
        .map(|name| {
            let name = std::str::from_utf8(name).map_err(|_| market::Error::NotUtf8 {
                file: file.to_owned(),
                line: 1,
            })?;
            let lower = name.trim().to_ascii_lowercase();
            Ok(if own(&lower) { lower } else { name.to_owned() })
        })
        .collect()
}

/// Where the rows go.
struct Sink<'a> {
    header: &'a Header,
    form: Form,
    ask: Ask,
    threads: usize,
    out: BufWriter<Box<dyn Write>>,
    written: usize,
    begun: bool,
}

impl<'a> Sink<'a> {
    fn new(header: &'a Header, settings: &Settings) -> Sink<'a> {
        Sink {
            header,
            form: settings.form,
            ask: settings.ask,
            threads: settings.threads,
            out: BufWriter::with_capacity(1 << 16, crate::asked::out()),
            written: 0,
            begun: false,
        }
    }

    fn begin(&mut self) -> Result<(), Error> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        match self.form {
            Form::Csv => {
                let mut line = csv::Writer::from_writer(Vec::new());
                line.write_record(&self.header.out)
                    .map_err(|error| Error::Internal(error.to_string()))?;
                let line = line
                    .into_inner()
                    .map_err(|error| Error::Internal(error.to_string()))?;
                self.write(&line)
            }
            Form::Json => self.write(b"{\"rows\":["),
            Form::Text { .. } => self.write(text_head(self.ask).as_bytes()),
        }
    }

    /// Writes the answers; `false` where nobody wants more of them.
    fn put(
        &mut self,
        records: &[ByteRecord],
        rows: &[Row],
        answers: &Answers,
    ) -> Result<bool, Error> {
        self.begin()?;
        match self.form {
            Form::Csv => {
                for block in csv_blocks(self.header, records, answers, self.threads) {
                    self.write(&block?)?;
                }
            }
            Form::Json => {
                for (i, record) in records.iter().enumerate() {
                    let comma = if self.written + i > 0 { ",\n" } else { "\n" };
                    let row = json_row(self.header, record, rows[i], answers, i);
                    self.write(format!("{comma}{}", Value::Object(row)).as_bytes())?;
                }
            }
            Form::Text { rows: limit } => {
                for (i, row) in rows.iter().enumerate() {
                    let number = self.written + i + 1;
                    if limit.is_some_and(|limit| number > limit) {
                        self.write(
                            b"More rows follow: --all shows them, --csv and --json write them.\n",
                        )?;
                        return Ok(false);
                    }
                    self.write(text_row(number, row, answers, i, self.ask).as_bytes())?;
                }
            }
        }
        self.written += records.len();
        Ok(true)
    }

    fn end(&mut self) -> Result<(), Error> {
        self.begin()?;
        match self.form {
            Form::Json => self.write(b"\n]}\n")?,
            Form::Text { .. } if self.written == 0 => self.write(b"No rows.\n")?,
            _ => {}
        }
        self.flush()
    }

    /// Ends what was begun, so that a program can still read it, and hands the error on.
    fn fail(&mut self, error: Error) -> Result<(), Error> {
        if self.begun && self.form == Form::Json {
            // The error stands beside the rows: two documents on one stream would be none.
            let said = super::error_json(&error);
            self.write(format!("\n],\"error\":{said}}}\n").as_bytes())?;
            self.flush()?;
            return Err(Error::Said(Box::new(error)));
        }
        self.flush()?;
        Err(error)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(unwritable)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.out.flush().map_err(unwritable)
    }
}

pub(super) fn unwritable(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Error::ClosedPipe
    } else {
        Error::Unwritable {
            path: "standard output".into(),
            why: error.to_string(),
        }
    }
}

/// The lines of a block, in parts made on several threads; in order.
fn csv_blocks(
    header: &Header,
    records: &[ByteRecord],
    answers: &Answers,
    threads: usize,
) -> Vec<Result<Vec<u8>, Error>> {
    let share = records.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..records.len())
            .step_by(share)
            .map(|first| {
                let rows = first..(first + share).min(records.len());
                scope.spawn(move || csv_rows(header, records, answers, rows))
            })
            .collect();
        hands
            .into_iter()
            .map(|hand| match hand.join() {
                Ok(block) => block,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

fn csv_rows(
    header: &Header,
    records: &[ByteRecord],
    answers: &Answers,
    rows: std::ops::Range<usize>,
) -> Result<Vec<u8>, Error> {
    let internal = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    let mut out = csv::Writer::from_writer(Vec::with_capacity(rows.len() * 256));
    let mut cells: Vec<Vec<u8>> = vec![Vec::new(); header.out.len()];
    for i in rows {
        let record = &records[i];
        for (place, cell) in cells.iter_mut().enumerate() {
            cell.clear();
            if place < header.names.len() {
                cell.extend_from_slice(record.get(place).unwrap_or_default());
            }
        }
        for &(name, place) in &header.answers {
            let cell = &mut cells[place];
            if name == "status" {
                cell.clear();
                cell.extend_from_slice(word(answers.status[i]).as_bytes());
            } else if name == "price" && Some(place) == header.price && !blank_bytes(cell) {
                // The price that was given stays as it was written.
            } else {
                cell.clear();
                cell.extend_from_slice(exact(number(answers, name, i)).as_bytes());
            }
        }
        out.write_record(&cells).map_err(|error| internal(&error))?;
    }
    out.into_inner().map_err(|error| internal(&error))
}

fn blank_bytes(cell: &[u8]) -> bool {
    std::str::from_utf8(cell).is_ok_and(|cell| is_blank(cell.trim()))
}

fn json_row(
    header: &Header,
    record: &ByteRecord,
    row: Row,
    answers: &Answers,
    i: usize,
) -> Map<String, Value> {
    let mut object = Map::new();
    for (place, name) in header.names.iter().enumerate() {
        let text = String::from_utf8_lossy(record.get(place).unwrap_or_default()).into_owned();
        let ours = header.needed[2..].contains(&place)
            || Some(place) == header.vol
            || Some(place) == header.price;
        let value = if !ours {
            Value::String(text)
        } else if is_blank(text.trim()) {
            Value::Null
        } else {
            // A cell that is no number stays as it is, so that it can be found.
            match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => number.into(),
                _ => Value::String(text),
            }
        };
        object.insert(name.clone(), value);
    }
    for &(name, _) in &header.answers {
        let value = match name {
            "status" => Value::String(word(answers.status[i])),
            "price" if row.given != Given::Vol && header.price.is_some() => continue,
            // What is not finite becomes null.
            _ => number(answers, name, i).into(),
        };
        object.insert(name.to_owned(), value);
    }
    object
}

/// Heads and widths of the columns for people; the first block is the option, the second the answers.
const OPTION: [(&str, &str, usize); 8] = [
    ("row", "", 7),
    ("right", "", 6),
    ("style", "", 6),
    ("spot", "$", 10),
    ("strike", "$", 10),
    ("time", "days", 9),
    ("rate", "%/year", 8),
    ("yield", "%/year", 8),
];
const ANSWERS: [(&str, &str, usize); 8] = [
    ("price", "$", 11),
    ("vol", "%/year", 9),
    ("delta", "", 8),
    ("gamma", "per $", 9),
    ("vega", "$/point", 9),
    ("theta", "$/day", 9),
    ("rho", "$/%", 9),
    ("boundary", "spot $", 10),
];

fn text_head(ask: Ask) -> String {
    let answers = &ANSWERS[..if ask == Ask::Vols { 2 } else { ANSWERS.len() }];
    let columns = || OPTION.iter().chain(answers);
    let heads: String = columns()
        .map(|(head, _, width)| format!("{head:>width$}"))
        .collect();
    let units: String = columns()
        .map(|(_, unit, width)| format!("{unit:>width$}"))
        .collect();
    format!("Per share, the holder's sign.\n{heads}  status\n{units}\n")
}

fn text_row(number: usize, row: &Row, answers: &Answers, i: usize, ask: Ask) -> String {
    let (right, style) = if row.given == Given::Nothing {
        ("n/a", "n/a")
    } else {
        (
            if row.right == Right::Call {
                "call"
            } else {
                "put"
            },
            if row.style == Style::American {
                "A"
            } else {
                "E"
            },
        )
    };
    let price = if ask == Ask::Vols {
        row.value
    } else {
        answers.price[i]
    };
    let cells = [
        number.to_string(),
        right.to_owned(),
        style.to_owned(),
        short(row.spot, 2),
        short(row.strike, 2),
        short(365.0 * row.years, 2),
        short(100.0 * row.rate, 2),
        short(100.0 * row.dividend_yield, 2),
        short(price, 4),
        short(100.0 * answers.iv[i], 2),
        short(answers.delta[i], 4),
        short(answers.gamma[i], 5),
        short(answers.vega_per_point[i], 4),
        short(answers.theta_per_day[i], 4),
        short(answers.rho_per_percent[i], 4),
        boundary(row.style, answers.boundary[i]),
    ];
    let widths = OPTION.iter().chain(&ANSWERS).map(|(_, _, width)| *width);
    let shown = OPTION.len() + if ask == Ask::Vols { 2 } else { ANSWERS.len() };
    let line: String = cells
        .iter()
        .zip(widths)
        .take(shown)
        .map(|(cell, width)| format!(" {cell:>0$}", width - 1))
        .collect();
    format!("{line}  {}\n", word(answers.status[i]))
}

/// A boundary for people: European options have none by contract, others where exercise never pays.
pub(super) fn boundary(style: Style, usd: f64) -> String {
    if usd.is_finite() || style == Style::American {
        short(usd, 2)
    } else {
        "-".to_owned()
    }
}
