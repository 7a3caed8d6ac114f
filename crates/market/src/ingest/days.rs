//! A Parquet file of the common schema, one day after another, with a batch of rows and one day in memory.
//!
//! A day on which every row is plain (a known contract, quotes that do not cross, no contract twice, one spot) is taken straight
//! from the columns. Any other day goes through the cleaning of all files, so there is one set of rules. Only for files that
//! have exactly the [`COLUMNS`] in their plain types and in which the days of the wanted symbols stand in order; [`scan`] finds that out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use pricing::Right;

use super::builder::{Builder, Setting, is_iv_sentinel, order, price};
use super::columns::{BATCH_ROWS, Holds, Values, corrupt, decode, holds};
use super::report::Note;
use super::table::guard;
use super::units::{VolVotes, Vols};
use super::vendors::{Field, Vendor, detect};
use super::words::{Cell, count, number, ticker, underlying};
use super::{Format, Options, prices_beside};
use crate::calendar::{is_holiday, is_weekend};
use crate::{Chain, Contract, Error, Quote, Style};

/// The columns of the common schema.
pub(crate) const COLUMNS: [&str; 20] = [
    "source",
    "quote_date",
    "underlying",
    "spot",
    "expiry",
    "strike",
    "right",
    "style",
    "bid",
    "ask",
    "last",
    "volume",
    "open_interest",
    "iv",
    "delta",
    "gamma",
    "theta",
    "vega",
    "rho",
    "multiplier",
];

/// What each of them is.
const FIELDS: [Field; 20] = [
    Field::Source,
    Field::Date,
    Field::Symbol,
    Field::Spot,
    Field::Expiry,
    Field::Strike,
    Field::Right,
    Field::Style,
    Field::Bid,
    Field::Ask,
    Field::Last,
    Field::Volume,
    Field::OpenInterest,
    Field::Iv,
    Field::Delta,
    Field::Gamma,
    Field::Theta,
    Field::Vega,
    Field::Rho,
    Field::Multiplier,
];

const DATE: usize = 1;
const SYMBOL: usize = 2;
const EXPIRY: usize = 4;
/// The columns of text, and those of numbers.
const TEXTS: [usize; 4] = [0, SYMBOL, 6, 7];
const NUMBERS: [usize; 14] = [3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/// Indices whose root may settle in the morning or in the evening: never plain.
const TWO_ROOTS: [&str; 4] = ["SPX", "NDX", "RUT", "VIX"];

/// What a look at dates and symbols shows.
pub(crate) enum Scan {
    /// Not a Parquet file of the common schema, or its days are not in order: to be read whole.
    Whole,
    /// Can be read one day at a time.
    Days(Outline),
}

/// Where the wanted rows of a file lie.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    /// Row groups with wanted rows: number, records before it, first and last day.
    groups: Vec<(usize, usize, Date, Date)>,
    /// Tickers of the file.
    pub(crate) symbols: BTreeSet<String>,
}

impl Outline {
    /// First and last day of the wanted symbols, if they are there.
    pub(crate) fn span(&self) -> Option<(Date, Date)> {
        Some((self.groups.first()?.2, self.groups.last()?.3))
    }
}

/// One day of a file.
pub(crate) struct Day {
    /// The trading day.
    pub(crate) date: Date,
    /// The usable rows, if there are any.
    pub(crate) chain: Option<Chain>,
    /// Rows of the day.
    pub(crate) rows: usize,
    /// Refused rows by reason.
    pub(crate) refused: BTreeMap<&'static str, usize>,
    /// What the cleaning noticed.
    pub(crate) notes: Vec<Note>,
}

/// One row as it stands in the columns; NaN is null.
struct Raw {
    record: usize,
    texts: [Option<ByteArray>; 4],
    numbers: [f64; 14],
    expiry: Option<Date>,
}

/// Reads the days of a file in order.
pub(crate) struct Days {
    path: PathBuf,
    file: String,
    wanted: Vec<String>,
    vendor: &'static Vendor<'static>,
    reader: SerializedFileReader<File>,
    groups: VecDeque<(usize, usize, Date, Date)>,
    columns: Vec<ColumnReader>,
    /// Records of the open group that are not decoded yet, and the number of the first decoded one, from 1.
    left: usize,
    record: usize,
    batch: Vec<Values>,
    /// The next row of the batch, and how many it has.
    at: usize,
    len: usize,
    names: Names,
    /// The day that is being gathered.
    day: Option<(Date, usize)>,
    rows: Vec<Raw>,
    /// What the days so far say of the unit of volatilities.
    votes: VolVotes,
}

/// Looks at the days and symbols of a file. `wanted` are tickers of underlyings.
pub(crate) fn scan(path: &Path, wanted: &[String]) -> Result<Scan, Error> {
    let file = path.display().to_string();
    let Some(reader) = open(path, &file)? else {
        return Ok(Scan::Whole);
    };
    guard(&file, || {
        outline(&reader, wanted).map_err(|cause| corrupt(&file, &cause))
    })
}

/// The file, if it is Parquet with our columns.
fn open(path: &Path, file: &str) -> Result<Option<SerializedFileReader<File>>, Error> {
    let unreadable = |cause: std::io::Error| Error::Unreadable {
        file: file.to_owned(),
        cause: cause.to_string(),
    };
    let mut content = File::open(path).map_err(unreadable)?;
    let mut magic = [0; 4];
    if std::io::Read::read_exact(&mut content, &mut magic).is_err() || magic != *b"PAR1" {
        return Ok(None);
    }
    let reader = guard(file, || {
        SerializedFileReader::new(content).map_err(|cause| corrupt(file, &cause))
    })?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let held = |i: usize| match i {
        DATE | EXPIRY => Holds::Days,
        _ if TEXTS.contains(&i) => Holds::Texts,
        _ => Holds::Numbers,
    };
    let ours = schema.num_columns() == COLUMNS.len()
        && (0..COLUMNS.len()).all(|i| {
            let column = schema.column(i);
            column.path().string() == COLUMNS[i] && holds(&column) == held(i)
        });
    Ok(ours.then_some(reader))
}

fn outline(reader: &SerializedFileReader<File>, wanted: &[String]) -> Result<Scan, ParquetError> {
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut names = Names::default();
    let mut found = Outline {
        groups: Vec::new(),
        symbols: BTreeSet::new(),
    };
    let (mut before, mut records) = (None, 0);
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number)?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let first_record = records;
        records += left;
        let mut columns = [
            group.get_column_reader(DATE)?,
            group.get_column_reader(SYMBOL)?,
        ];
        let mut span = None;
        while left > 0 {
            let want = left.min(BATCH_ROWS);
            let dates = decode(&schema.column(DATE), &mut columns[0], want)?;
            let symbols = decode(&schema.column(SYMBOL), &mut columns[1], want)?;
            // Several quotes of a contract on a day are told apart by their clock, which a day read alone has lost.
            if dates.has_clock() {
                return Ok(Scan::Whole);
            }
            let dates = dates.into_days();
            let (Values::Days(dates), Values::Texts(symbols)) = (dates, symbols) else {
                return Ok(Scan::Whole);
            };
            if dates.len() != want || symbols.len() != want {
                return Err(ParquetError::EOF("a column ends early".to_owned()));
            }
            for (date, symbol) in dates.into_iter().zip(&symbols) {
                if names.place(symbol.as_ref(), wanted).is_none() {
                    continue;
                }
                let Some(date) = date.filter(|date| !is_weekend(*date) && before <= Some(*date))
                else {
                    return Ok(Scan::Whole);
                };
                before = Some(date);
                span = Some((span.map_or(date, |(first, _)| first), date));
            }
            left -= want;
        }
        if let Some((first, last)) = span {
            found.groups.push((number, first_record, first, last));
        }
    }
    found.symbols = names.seen;
    Ok(Scan::Days(found))
}

/// Which wanted symbol a row is of; remembers the last answer, as neighbours are alike.
#[derive(Default)]
struct Names {
    last: Option<(ByteArray, Option<usize>)>,
    seen: BTreeSet<String>,
}

impl Names {
    fn place(&mut self, raw: Option<&ByteArray>, wanted: &[String]) -> Option<usize> {
        let raw = raw?;
        if let Some((last, place)) = &self.last
            && last.data() == raw.data()
        {
            return *place;
        }
        let name = ticker(std::str::from_utf8(raw.data()).unwrap_or_default());
        let symbol = underlying(&name).to_owned();
        let place = wanted.iter().position(|wanted| *wanted == symbol);
        if self.seen.len() < 1000 {
            self.seen.insert(symbol);
        }
        self.last = Some((raw.clone(), place));
        place
    }
}

impl Days {
    /// The days from one to another, both included.
    pub(crate) fn open(
        path: &Path,
        wanted: &[String],
        outline: &Outline,
        from: Date,
        to: Date,
    ) -> Result<Days, Error> {
        let file = path.display().to_string();
        let ours = open(path, &file)?;
        let reader = ours.ok_or_else(|| Error::CorruptParquet {
            file: file.clone(),
            cause: "it changed while it was read".to_owned(),
        })?;
        let names: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
        let vendor = detect(&names).map_err(|_| Error::CorruptParquet {
            file: file.clone(),
            cause: "its columns are not the common ones".to_owned(),
        });
        let wanted_groups = outline
            .groups
            .iter()
            .filter(|(_, _, first, last)| from <= *last && *first <= to);
        Ok(Days {
            path: path.to_owned(),
            file,
            wanted: wanted.to_vec(),
            vendor: vendor?.vendor,
            reader,
            groups: wanted_groups.copied().collect(),
            columns: Vec::new(),
            left: 0,
            record: 1,
            batch: Vec::new(),
            at: 0,
            len: 0,
            names: Names::default(),
            day: None,
            rows: Vec::new(),
            votes: VolVotes::default(),
        })
    }

    /// The next day, or `None` after the last.
    pub(crate) fn next_day(&mut self) -> Result<Option<Day>, Error> {
        loop {
            while self.at < self.len {
                let at = self.at;
                let [date, symbol] = [DATE, SYMBOL].map(|column| &self.batch[column]);
                let (Values::Days(dates), Values::Texts(symbols)) = (date, symbol) else {
                    return Err(self.changed());
                };
                let Some(place) = self.names.place(symbols[at].as_ref(), &self.wanted) else {
                    self.at += 1;
                    continue;
                };
                let date = dates[at].ok_or_else(|| self.changed())?;
                match self.day {
                    Some((day, _)) if day != date => return self.gathered(),
                    Some((_, first)) if first != place => {
                        return Err(Error::TwoNames {
                            file: self.file.clone(),
                            date,
                            first: self.wanted[first].clone(),
                            second: self.wanted[place].clone(),
                        });
                    }
                    _ => self.day = Some((date, place)),
                }
                self.rows.push(self.raw(at));
                self.at += 1;
            }
            let more = guard(&self.file.clone(), || {
                self.fill().map_err(|cause| corrupt(&self.file, &cause))
            })?;
            if !more {
                return self.gathered();
            }
        }
    }

    fn changed(&self) -> Error {
        Error::CorruptParquet {
            file: self.file.clone(),
            cause: "it changed while it was read".to_owned(),
        }
    }

    /// Decodes the next batch; false at the end.
    fn fill(&mut self) -> Result<bool, ParquetError> {
        if self.left == 0 {
            let Some((number, first_record, ..)) = self.groups.pop_front() else {
                return Ok(false);
            };
            let group = self.reader.get_row_group(number)?;
            self.columns = (0..COLUMNS.len())
                .map(|column| group.get_column_reader(column))
                .collect::<Result<_, _>>()?;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            (self.record, self.len) = (first_record + 1, 0);
        }
        self.record += self.len;
        let want = self.left.min(BATCH_ROWS);
        let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
        self.batch.clear();
        for (i, column) in self.columns.iter_mut().enumerate() {
            let values = decode(&schema.column(i), column, want)?.into_days();
            let fits = match &values {
                Values::Texts(_) => TEXTS.contains(&i),
                Values::Numbers(_) => NUMBERS.contains(&i),
                Values::Days(_) => [DATE, EXPIRY].contains(&i),
                Values::Instants(_) | Values::Walls(_) | Values::Nothing => false,
            };
            if !fits || values.len() != Some(want) {
                let cause = format!("column {} ends early or is of another type", COLUMNS[i]);
                return Err(ParquetError::General(cause));
            }
            self.batch.push(values);
        }
        (self.at, self.len) = (0, want);
        self.left -= want;
        Ok(true)
    }

    fn raw(&self, at: usize) -> Raw {
        let text = |column: usize| match &self.batch[column] {
            Values::Texts(values) => values[at].clone(),
            _ => None,
        };
        let number = |column: usize| match &self.batch[column] {
            Values::Numbers(values) => values[at],
            _ => f64::NAN,
        };
        Raw {
            record: self.record + at,
            texts: TEXTS.map(text),
            numbers: NUMBERS.map(number),
            expiry: match &self.batch[EXPIRY] {
                Values::Days(values) => values[at],
                _ => None,
            },
        }
    }

    /// The day whose rows are all there.
    fn gathered(&mut self) -> Result<Option<Day>, Error> {
        let Some((date, place)) = self.day.take() else {
            return Ok(None);
        };
        let rows = std::mem::take(&mut self.rows);
        let symbol = &self.wanted[place];
        let mut day = Day {
            date,
            chain: plain(symbol, date, &rows, &mut self.votes),
            rows: rows.len(),
            refused: BTreeMap::new(),
            notes: Vec::new(),
        };
        if day.chain.is_none() {
            self.clean(&rows, &mut day)?;
        }
        // The next day has about as many.
        self.rows.reserve(rows.len() + rows.len() / 8);
        Ok(Some(day))
    }

    /// A day that is not plain goes the way of every other file.
    fn clean(&mut self, rows: &[Raw], day: &mut Day) -> Result<(), Error> {
        let options = Options::default();
        let mut builder = Builder::new(Setting {
            file: &self.file,
            vendor: self.vendor,
            options: &options,
            symbol: None,
            as_of: None,
            expiry: None,
            spot_usd: None,
            rate: None,
            lacks_spot: false,
            capture: None,
            newest_trade: None,
            semicolons: false,
        });
        for raw in rows {
            let mut cells = [Cell::Missing; Field::COUNT];
            for (column, text) in TEXTS.iter().zip(&raw.texts) {
                let text = text
                    .as_ref()
                    .and_then(|bytes| std::str::from_utf8(bytes.data()).ok());
                cells[FIELDS[*column] as usize] = text.map_or(Cell::Missing, Cell::from_text);
            }
            for (column, value) in NUMBERS.iter().zip(raw.numbers) {
                cells[FIELDS[*column] as usize] = typed(value);
            }
            cells[Field::Date as usize] = Cell::Day(day.date);
            cells[Field::Expiry as usize] = raw.expiry.map_or(Cell::Missing, Cell::Day);
            builder.push(raw.record, None, &cells);
        }
        let beside = |symbol: &str| prices_beside(&self.path, symbol);
        match builder.finish(&beside, &mut self.votes) {
            Ok(ingest) => {
                day.chain = ingest.chains.into_iter().next();
                (day.refused, day.notes) = (ingest.refused_counts, ingest.notes);
            }
            // Nothing of the day can be used; the notes say why a shut day was dropped.
            Err(Error::NoChain { .. }) if is_holiday(day.date) => {
                let symbol = rows.first().and_then(|raw| raw.texts[1].as_ref());
                let symbol = symbol.map_or(String::new(), |bytes| {
                    ticker(std::str::from_utf8(bytes.data()).unwrap_or_default())
                });
                day.notes.push(Note::HolidayDropped {
                    symbol: underlying(&symbol).to_owned(),
                    date: day.date,
                    rows: rows.len(),
                });
            }
            Err(Error::NoChain { .. }) => {
                day.refused.insert("no usable row that day", rows.len());
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn typed<'a>(value: f64) -> Cell<'a> {
    if value.is_nan() {
        Cell::Missing
    } else {
        Cell::Number(value)
    }
}

/// The chain of a day on which there is nothing to clean; `None` leaves the day to the cleaning.
fn plain(symbol: &str, date: Date, rows: &[Raw], votes: &mut VolVotes) -> Option<Chain> {
    if is_holiday(date) || TWO_ROOTS.contains(&symbol) {
        return None;
    }
    let mut spot_usd = None;
    let mut quotes = Vec::with_capacity(rows.len());
    for raw in rows {
        let [
            spot,
            strike_usd,
            bid,
            ask,
            last,
            volume,
            interest,
            iv,
            delta,
            gamma,
            theta,
            vega,
            rho,
            multiplier,
        ] = raw.numbers;
        let [source, name, right, style] = &raw.texts;
        if source
            .as_ref()
            .is_some_and(|bytes| bytes.data() == b"deribit")
            || name.as_ref()?.data().last()?.is_ascii_digit()
        {
            return None;
        }
        if !spot.is_nan() {
            if !(spot > 0.0 && spot.is_finite()) || spot_usd.is_some_and(|known| known != spot) {
                return None;
            }
            spot_usd = Some(spot);
        }
        let right = match right.as_ref()?.data() {
            b"C" => Right::Call,
            b"P" => Right::Put,
            _ => return None,
        };
        let style = match style.as_ref()?.data() {
            b"A" => Style::American,
            b"E" => Style::European,
            _ => return None,
        };
        let expiry = raw.expiry.filter(|expiry| date <= *expiry)?;
        let bid_usd = price(typed(bid), "bid").ok()?;
        let ask_usd = price(typed(ask), "ask").ok()?;
        let last_usd = price(typed(last), "last").ok()?;
        let crossed = matches!((bid_usd, ask_usd), (Some(bid), Some(ask)) if bid > ask);
        let usual = multiplier.is_nan() || multiplier == 100.0;
        if crossed || !usual || !(strike_usd > 0.0 && strike_usd.is_finite()) {
            return None;
        }
        let soft = |value| number(typed(value)).ok().flatten();
        quotes.push(Quote {
            contract: Contract {
                symbol: symbol.to_owned(),
                right,
                style,
                expiry,
                strike_usd,
                multiplier: 100,
            },
            bid_usd,
            ask_usd,
            last_usd,
            volume: count(typed(volume)).ok().flatten(),
            open_interest: count(typed(interest)).ok().flatten(),
            iv: soft(iv).filter(|&iv| iv > 0.0 && !is_iv_sentinel(iv)),
            delta: soft(delta),
            gamma: soft(gamma),
            theta_per_day: soft(theta),
            vega_per_point: soft(vega),
            rho_per_percent: soft(rho),
        });
    }
    let spot = spot_usd?;
    if quotes
        .iter()
        .any(|quote| quote.contract.strike_usd > 20.0 * spot)
    {
        return None;
    }
    let by_contract = |a: &Quote, b: &Quote| order(&a.contract, &b.contract);
    if !quotes.is_sorted_by(|a, b| by_contract(a, b).is_lt()) {
        quotes.sort_by(by_contract);
        if quotes
            .windows(2)
            .any(|pair| by_contract(&pair[0], &pair[1]).is_eq())
        {
            return None;
        }
    }
    let source = rows.iter().find_map(|raw| {
        let text = std::str::from_utf8(raw.texts[0].as_ref()?.data()).ok()?;
        Cell::from_text(text).text()
    });
    let chain = Chain {
        symbol: symbol.to_owned(),
        as_of: date,
        spot_usd,
        rate: None,
        source: source.unwrap_or(Format::Common.name()).to_owned(),
        quotes,
    };
    if let Some(vols) = Vols::of(&chain) {
        let mut with_day = *votes;
        with_day.add(vols);
        if with_day.in_percent() || vols.are_contradicted() {
            return None;
        }
        *votes = with_day;
    }
    Some(chain)
}
