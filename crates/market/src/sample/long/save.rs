//! A long history as files: chains as Parquet, prices and events as text, and the page that says what they are.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use super::{LAST_DAY, Long, NAMES, RATE};
use crate::events::Event;
use crate::sample::files::{ChainFile, WATERMARK, events_csv, history_csv};
use crate::sample::{Row, unwritable};
use crate::{Error, tape::Tape};

/// Packs quickly: a long history is not shipped.
const PACKING_LEVEL: i32 = 3;

/// A file beside its place; it goes away with this.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Long {
    /// Writes the names' files into a folder, which is made if need be, and says where each lies: for each symbol
    /// `chain_SYMBOL.parquet` (the common schema, sorted by day, a row group a quarter) and `history_SYMBOL.csv`, and
    /// `events.csv` and `README.txt` for all. Ten years of the three names are some 30 MB.
    ///
    /// A file that is there already with the same content is left alone; with other content it is an error, and nothing is
    /// written. `go_on` gets the symbol and the fraction of all that is done; if it says no, nothing is written and the answer
    /// is `None`. In memory is a quarter of one name.
    pub fn write(
        &self,
        folder: &Path,
        symbols: &[&str],
        go_on: &mut dyn FnMut(&str, f64) -> bool,
    ) -> Result<Option<Vec<PathBuf>>, Error> {
        let (mut small, mut events) = (Vec::new(), Vec::new());
        for symbol in symbols {
            let text = history_csv(&self.history(symbol)?);
            small.push((format!("history_{symbol}.csv"), text));
            events.extend(self.events(symbol)?);
        }
        events.sort_by(|a: &Event, b| (&a.symbol, a.date).cmp(&(&b.symbol, b.date)));
        small.push(("events.csv".to_owned(), events_csv(&events)));
        small.push(("README.txt".to_owned(), self.readme(symbols)));
        fs::create_dir_all(folder).map_err(|cause| unwritable(folder, &cause))?;
        for (name, text) in &small {
            let path = folder.join(name);
            if path.exists() && fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
                return Err(overwrites(&path));
            }
        }
        let mut chains = Vec::new();
        for (place, symbol) in symbols.iter().enumerate() {
            let path = folder.join(format!("chain_{symbol}.parquet"));
            let name = format!(".chain_{symbol}.{}.partial", std::process::id());
            let beside = Beside(folder.join(name));
            let mut done = |part: f64| go_on(symbol, (place as f64 + part) / symbols.len() as f64);
            if !write_chains(self, symbol, &beside.0, &mut done)? {
                return Ok(None);
            }
            if path.exists() && !same(&path, &beside.0) {
                return Err(overwrites(&path));
            }
            chains.push((path, beside));
        }
        let mut paths = Vec::new();
        for (path, beside) in chains {
            if !path.exists() {
                // Only what is still not there: another program may have been faster.
                let made = File::create_new(&path).and_then(|_| fs::rename(&beside.0, &path));
                made.map_err(|cause| unwritable(&path, &cause))?;
            }
            paths.push(path);
        }
        for (name, text) in small {
            let path = folder.join(name);
            if !path.exists() {
                let made = File::create_new(&path);
                made.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
                    .map_err(|cause| unwritable(&path, &cause))?;
            }
            paths.push(path);
        }
        Ok(Some(paths))
    }

    fn readme(&self, symbols: &[&str]) -> String {
        let mut text = format!(
            "{WATERMARK}\n\n{} years, {} to {LAST_DAY}, seed {}. Invented tickers: no US stock has six letters.\n\n",
            self.years,
            self.first_day(),
            self.seed
        );
        for place in (0..NAMES.len()).filter(|place| symbols.contains(&NAMES[*place].symbol)) {
            let name = self.name(place);
            let _ = writeln!(
                text,
                "{}  {}; implied volatility is made {:.0} % above the forecast",
                name.symbol,
                name.about,
                100.0 * name.premium
            );
        }
        let _ = write!(
            text,
            "
Files
  chain_SYMBOL.parquet  every quote, sorted by day, a row group a quarter
  history_SYMBOL.csv    daily prices as traded, with dividends (dollars per share) and splits (new shares per old)
  events.csv            ex-dividend days, earnings and splits; a split is in the history too and is the same one
Columns and quotes are those of the one-year sample (`jarvis2 sample --out DIR`, its README.txt).

How it is made
  As the one-year sample, but nothing is scaled to look right afterwards: draws are independent, prices run forwards from a first
  close that does not depend on them. Crashes of 12 % in the fund come at dates that depend on the seed, two to five years apart;
  SYNVOL splits 4-for-1 ten trading days after a close above $240; dividends grow slowly and are cut where the price cannot
  carry them. Options are priced at a rate of {:.1} %. Same seed, same bytes.

What it must not be used for
  To judge whether a strategy earns money. The premium above is put in by hand, so sellers of options win on average here
  because we said so. Nor for training a model that is to trade, nor for any advice on a real account.
",
            100.0 * RATE,
        );
        text
    }
}

/// Writes the chains of one name. `go_on` gets the fraction that is done; if it says no, the file is left unfinished and the
/// answer is false.
pub(crate) fn write_chains(
    long: &Long,
    symbol: &str,
    path: &Path,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Result<bool, Error> {
    let mut chains = long.chains(symbol)?;
    let bad = |cause: String| Error::Unwritable {
        file: path.display().to_string(),
        cause,
    };
    let days = chains.size_hint().0;
    let sink = File::create(path).map_err(|cause| unwritable(path, &cause))?;
    let file = ChainFile::create(BufWriter::new(sink), long.seed, PACKING_LEVEL);
    let mut file = file.map_err(|cause| bad(cause.to_string()))?;
    let mut rows: Vec<Row> = Vec::new();
    let quarter = |row: &Row| (row.date.year(), (row.date.month() - 1) / 3);
    let mut done = 0;
    while let Some(chain) = chains.next_day()? {
        let (date, spot_usd) = (chain.as_of, chain.spot_usd.unwrap_or_default());
        let mut new = chain
            .quotes
            .into_iter()
            .map(|quote| Row {
                date,
                spot_usd,
                quote,
            })
            .peekable();
        let turns = rows.first().map(quarter) != new.peek().map(quarter);
        if turns && !rows.is_empty() {
            file.group(&rows).map_err(|cause| bad(cause.to_string()))?;
            rows.clear();
        }
        rows.extend(new);
        done += 1;
        if !go_on(f64::from(done) / days as f64) {
            return Ok(false);
        }
    }
    file.group(&rows)
        .and_then(|()| file.finish())
        .map_err(|cause| bad(cause.to_string()))?;
    Ok(true)
}

/// Any rows as one row group.
#[cfg(test)]
pub(crate) fn write_rows(rows: &[Row], path: &Path) {
    let mut file = ChainFile::create(File::create(path).unwrap(), 0, PACKING_LEVEL).unwrap();
    file.group(rows).unwrap();
    file.finish().unwrap();
}

fn overwrites(path: &Path) -> Error {
    Error::WouldOverwrite {
        file: path.display().to_string(),
    }
}

/// Do two files hold the same bytes? What cannot be read is not the same.
fn same(a: &Path, b: &Path) -> bool {
    let equal = || -> std::io::Result<bool> {
        let (a, b) = (File::open(a)?, File::open(b)?);
        if a.metadata()?.len() != b.metadata()?.len() {
            return Ok(false);
        }
        let (mut a, mut b) = (BufReader::new(a), BufReader::new(b));
        let (mut x, mut y) = ([0; 8192], [0; 8192]);
        loop {
            let got = a.read(&mut x)?;
            if got == 0 {
                return Ok(true);
            }
            b.read_exact(&mut y[..got])?;
            if x[..got] != y[..got] {
                return Ok(false);
            }
        }
    };
    equal().unwrap_or(false)
}
