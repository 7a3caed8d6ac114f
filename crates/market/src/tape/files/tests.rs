use std::fs;

use jiff::civil::date;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::sample;

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("jarvis2-tape-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn put(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(symbols: &[&str]) -> Vec<String> {
    symbols.iter().map(|symbol| (*symbol).to_owned()).collect()
}

fn all(files: &mut Files) -> Vec<Chain> {
    std::iter::from_fn(|| files.next_day().unwrap()).collect()
}

fn open(paths: &[PathBuf], symbols: &[&str]) -> Result<Files, Error> {
    Files::open(paths, &names(symbols), Options::default())
}

/// What a file says when it is read whole, day by day.
fn whole(path: &Path, symbol: &str) -> Vec<Chain> {
    let options = ingest::Options {
        symbol: Some(symbol.to_owned()),
        ..ingest::Options::default()
    };
    read_chains(path, &options).unwrap().chains
}

const HEADER: &str = "source,quote_date,underlying,spot,expiry,strike,right,style,bid,ask,last,volume,open_interest,iv,delta,gamma,theta,vega,rho,multiplier";

/// Two contracts of one day, as text; `bump` is added to the bid.
fn csv(symbol: &str, days: &[&str], bump: f64) -> String {
    let mut text = HEADER.to_owned();
    for day in days {
        let spot = 100.0 + day[8..].parse::<f64>().unwrap();
        for (right, bid) in [("C", 1.1), ("P", 1.3)] {
            let bid = bid + bump;
            text.push_str(&format!(
                "\nx,{day},{symbol},{spot},2024-03-15,100,{right},A,{bid:.2},2.0,,5,7,0.2,,,,,,100"
            ));
        }
    }
    text + "\n"
}

#[test]
fn the_sample_reads_the_same_both_ways() {
    let folder = Folder::new("sample");
    sample::write(&folder.0).unwrap();
    let parquet = folder.0.join("chain.parquet");
    for symbol in sample::SYMBOLS {
        let mut files = open(std::slice::from_ref(&parquet), &[symbol]).unwrap();
        let chains = all(&mut files);
        assert!(chains == whole(&parquet, symbol), "{symbol}");
        assert_eq!(files.counts().days, chains.len());
        assert_eq!(files.notes(), []);
        let splits: Vec<f64> = files
            .splits_seen()
            .iter()
            .map(|split| split.ratio)
            .collect();
        assert_eq!(
            splits,
            if symbol == "SYNVOL" {
                vec![4.0]
            } else {
                vec![]
            }
        );
    }
    // The folder also holds the last five days as text, and files of other kinds.
    let mut files = open(std::slice::from_ref(&folder.0), &["SYNDIV"]).unwrap();
    let chains = all(&mut files);
    let (there, expected) = (chains.len(), whole(&parquet, "SYNDIV").len());
    let counts = files.counts().clone();
    assert_eq!((there, counts.files, counts.shared_days), (expected, 2, 5));
    assert_eq!(counts.files_left, 6, "{:?}", files.notes());
}

#[test]
fn many_years_are_read_a_row_group_at_a_time() {
    let folder = Folder::new("long");
    let long = sample::long::Long {
        years: 2,
        seed: 9,
        monthly_only: true,
        ..Default::default()
    };
    let path = folder.0.join("chain_SYNIDX.parquet");
    sample::long::save::write_chains(&long, "SYNIDX", &path, &mut |_| true).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(reader.num_row_groups(), 8, "quarters");
    let mut files = open(std::slice::from_ref(&path), &["SYNIDX"]).unwrap();
    let mut days = 0;
    for expected in long.chains("SYNIDX").unwrap() {
        let found = files.next_day().unwrap().unwrap();
        assert_eq!(found.as_of, expected.as_of);
        assert_eq!(found.quotes.len(), expected.quotes.len());
        for (found, expected) in found.quotes.iter().zip(&expected.quotes) {
            assert_eq!(found.contract, expected.contract);
            assert_eq!(
                (found.bid_usd, found.ask_usd),
                (expected.bid_usd, expected.ask_usd)
            );
            assert_eq!(found.iv.is_some(), expected.iv.is_some());
        }
        days += 1;
    }
    assert_eq!(files.next_day().unwrap(), None);
    assert_eq!(files.counts().days, days);

    // A range, and what lies before it is only looked at.
    let options = Options {
        from: Some(date(2025, 2, 3)),
        to: Some(date(2025, 2, 7)),
        ..Options::default()
    };
    let mut part = Files::open(&[path], &names(&["SYNIDX"]), options).unwrap();
    let dates: Vec<Date> = all(&mut part).iter().map(|chain| chain.as_of).collect();
    assert_eq!(dates, [3, 4, 5, 6, 7].map(|day| date(2025, 2, day)));
    assert_eq!(part.span().1, sample::LAST_DAY);
}

#[test]
fn files_follow_each_other_and_may_repeat_each_other() {
    let folder = Folder::new("overlap");
    let first = folder.put(
        "a.csv",
        csv("ABC", &["2024-02-05", "2024-02-06"], 0.0).as_bytes(),
    );
    let second = folder.put(
        "b.csv",
        csv("ABC", &["2024-02-06", "2024-02-07"], 0.0).as_bytes(),
    );
    let mut files = open(&[second.clone(), first.clone()], &["abc"]).unwrap();
    let chains = all(&mut files);
    let dates: Vec<i8> = chains.iter().map(|chain| chain.as_of.day()).collect();
    assert_eq!(dates, [5, 6, 7]);
    assert!(chains.iter().all(|chain| chain.quotes.len() == 2));
    assert_eq!(files.counts().shared_days, 1);

    // Calls in one file and puts in the other belong together.
    let text = csv("ABC", &["2024-02-05"], 0.0);
    let only = |right: &str| -> String {
        let keep = |line: &&str| line.starts_with("source") || line.contains(right);
        text.lines()
            .filter(keep)
            .map(|line| format!("{line}\n"))
            .collect()
    };
    let calls = folder.put("calls.csv", only(",C,").as_bytes());
    let puts = folder.put("puts.csv", only(",P,").as_bytes());
    let chains = all(&mut open(&[calls, puts], &["ABC"]).unwrap());
    assert_eq!((chains.len(), chains[0].quotes.len()), (1, 2));

    // Another bid for the same contract is a contradiction.
    let other = folder.put("c.csv", csv("ABC", &["2024-02-06"], 0.01).as_bytes());
    let mut files = open(&[first, other], &["ABC"]).unwrap();
    files.next_day().unwrap();
    let error = files.next_day().unwrap_err().to_string();
    assert!(
        error.contains("c.csv and ")
            && error.contains(
                "differ about 2024-02-06: of the 2024-03-15 100 Call, the bid is 1.11 and 1.1;"
            ),
        "{error}"
    );
}

#[test]
fn a_company_may_change_its_name_but_not_have_two_at_once() {
    let folder = Folder::new("names");
    let old = folder.put(
        "old.csv",
        csv("FB", &["2024-02-05", "2024-02-06"], 0.0).as_bytes(),
    );
    let new = folder.put("new.csv", csv("META", &["2024-02-07"], 0.0).as_bytes());
    let chains = all(&mut open(&[new.clone(), old.clone()], &["FB", "META"]).unwrap());
    let symbols: Vec<&str> = chains.iter().map(|chain| chain.symbol.as_str()).collect();
    assert_eq!(symbols, ["FB", "FB", "META"]);
    let both = folder.put("both.csv", csv("META", &["2024-02-06"], 0.0).as_bytes());
    let mut files = open(&[old.clone(), both], &["FB", "META"]).unwrap();
    files.next_day().unwrap();
    let error = files.next_day().unwrap_err().to_string();
    assert!(
        error.contains("2024-02-06 has quotes of FB and of META"),
        "{error}"
    );
    // A name that no file knows is noted.
    let files = open(&[old, new], &["FB", "META", "MTEA"]).unwrap();
    assert!(
        files
            .notes()
            .iter()
            .any(|(_, text)| text.contains("no file holds MTEA"))
    );
}

#[test]
fn what_is_not_there_is_said() {
    let folder = Folder::new("errors");
    let path = folder.put(
        "a.csv",
        csv("ABC", &["2024-02-05", "2024-02-06"], 0.0).as_bytes(),
    );
    let say = |paths: &[PathBuf], symbol: &str, options| match Files::open(
        paths,
        &names(&[symbol]),
        options,
    ) {
        Ok(_) => "fine".to_owned(),
        Err(error) => error.to_string(),
    };
    let paths = std::slice::from_ref(&path);
    let check = |got: String, expected: &str| assert!(got.contains(expected), "{got}");
    let any = Options::default;
    check(say(paths, "XYZ", any()), "holds no XYZ; it holds: ABC");
    let late = Options {
        from: Some(date(2025, 1, 1)),
        to: None,
        ..Options::default()
    };
    check(
        say(paths, "ABC", late),
        "no day of ABC lies on or after 2025-01-01; the files hold 2024-02-05 to 2024-02-06",
    );
    check(
        say(&[folder.0.join("none.csv")], "ABC", any()),
        "no such file",
    );
    let empty = Folder::new("empty");
    check(
        say(std::slice::from_ref(&empty.0), "ABC", any()),
        "no file of option quotes; nothing is there",
    );
    empty.put("readme.txt", b"hello");
    check(
        say(std::slice::from_ref(&empty.0), "ABC", any()),
        "no file of option quotes; 1 left aside",
    );
    // A named file must be one of quotes; in a folder it is left aside with a note.
    let text = folder.put("readme.txt", b"hello");
    check(say(&[text], "ABC", any()), "fit no known vendor");
    let files = open(std::slice::from_ref(&folder.0), &["ABC"]).unwrap();
    assert_eq!((files.counts().files, files.counts().files_left), (1, 1));
}

/// Days that are not plain go through the same cleaning as every file, and a shut day and a copy are dropped on both ways.
#[test]
fn dirty_days_are_cleaned_alike() {
    let folder = Folder::new("dirty");
    let long = sample::long::Long {
        years: 1,
        monthly_only: true,
        ..Default::default()
    };
    let mut rows = Vec::new();
    for (at, chain) in long.chains("SYNDIV").unwrap().take(12).enumerate() {
        let copy = at == 7;
        if copy {
            // The day's quotes are those of the day before, which is the last day in `rows`.
            let before = rows.last().map(|row: &sample::Row| row.date);
            let old: Vec<sample::Row> = rows
                .iter()
                .filter(|row| Some(row.date) == before)
                .cloned()
                .collect();
            rows.extend(old.into_iter().map(|row| sample::Row {
                date: chain.as_of,
                ..row
            }));
            continue;
        }
        rows.extend(chain.quotes.into_iter().map(|quote| sample::Row {
            date: chain.as_of,
            spot_usd: chain.spot_usd.unwrap(),
            quote,
        }));
    }
    let days: Vec<Date> = {
        let mut days: Vec<Date> = rows.iter().map(|row| row.date).collect();
        days.dedup();
        days
    };
    for (place, row) in rows.iter_mut().enumerate() {
        let at = days.iter().position(|day| *day == row.date).unwrap();
        let quote = &mut row.quote;
        match (at, place % 5) {
            (1, 0) => quote.bid_usd = quote.ask_usd.map(|ask| ask + 0.01),
            (2, 1) => quote.iv = Some(0.0),
            (3, 2) => quote.contract.multiplier = 10,
            (4, 3) => row.spot_usd += 0.01,
            (5, _) => quote.iv = quote.iv.map(|iv| 100.0 * iv),
            _ => {}
        }
    }
    // A contract that stands there twice, and a day on which the exchange was shut.
    let twice = rows.iter().position(|row| row.date == days[9]).unwrap();
    rows.insert(twice, rows[twice].clone());
    let independence = date(2025, 7, 4);
    let next = rows.iter().position(|row| row.date > independence).unwrap();
    let shut = sample::Row {
        date: independence,
        ..rows[next - 1].clone()
    };
    rows.insert(next, shut);
    let path = folder.0.join("dirty.parquet");
    sample::long::save::write_rows(&rows, &path);

    let mut files = open(std::slice::from_ref(&path), &["SYNDIV"]).unwrap();
    let chains = all(&mut files);
    let expected = whole(&path, "SYNDIV");
    assert_eq!(chains.len(), expected.len());
    for (found, expected) in chains.iter().zip(&expected) {
        assert!(found == expected, "{}", found.as_of);
    }
    let counts = files.counts();
    assert_eq!(
        (counts.days, counts.shut_days, counts.copied_days),
        (11, 1, 1)
    );
    let labels: Vec<&str> = counts.refused.keys().copied().collect();
    assert_eq!(
        counts.refused.values().filter(|rows| **rows == 0).count(),
        0
    );
    assert_eq!(labels.len(), 3, "{labels:?}");

    // Out of order: read whole, and the same.
    rows.reverse();
    sample::long::save::write_rows(&rows, &path);
    let chains = all(&mut open(&[path], &["SYNDIV"]).unwrap());
    assert_eq!(chains.len(), expected.len());
    let same = |a: &Chain, b: &Chain| (a.as_of, a.quotes.len()) == (b.as_of, b.quotes.len());
    assert!(chains.iter().zip(&expected).all(|(a, b)| same(a, b)));
}

/// Real files, where they are: both ways agree, and the three days on which the exchange was shut are found.
#[test]
fn real_files_read_the_same_both_ways() {
    let Some(folder) = std::env::var_os("JARVIS2_REAL_DATA") else {
        return;
    };
    let chains = PathBuf::from(folder).join("chains");
    for (name, symbol, shut) in [
        ("riskalertsys_KO.parquet", "KO", 3),
        ("riskalertsys_SOFI.parquet", "SOFI", 3),
        ("ivolatility_AAPL_2014-08.parquet", "AAPL", 0),
        ("cboe_SPX_2024-01-05.parquet", "SPX", 0),
        ("lean_AAPL_2014-06.parquet", "AAPL", 0),
    ] {
        let path = chains.join(name);
        let mut files = open(std::slice::from_ref(&path), &[symbol]).unwrap();
        let found = all(&mut files);
        let expected = whole(&path, symbol);
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!(found == expected, "{name} {}", found.as_of);
        }
        println!("{name}: {:?} {:?}", files.counts(), files.notes());
        let counts = files.counts();
        let unquoted = if shut == 3 { 47 } else { 0 };
        assert_eq!(
            (counts.shut_days, counts.days_unquoted),
            (shut, unquoted),
            "{name}"
        );
    }
}

#[test]
#[ignore = "long: prints how fast ten years are read"]
fn long_ten_years_are_read_quickly() {
    let folder = Folder::new("speed");
    let long = sample::long::Long::default();
    let path = folder.0.join("chain_SYNIDX.parquet");
    let started = std::time::Instant::now();
    sample::long::save::write_chains(&long, "SYNIDX", &path, &mut |_| true).unwrap();
    let size = fs::metadata(&path).unwrap().len();
    println!("written: {size} bytes in {:?}", started.elapsed());
    for _ in 0..3 {
        let started = std::time::Instant::now();
        let mut files = open(std::slice::from_ref(&path), &["SYNIDX"]).unwrap();
        let opened = started.elapsed();
        let mut quotes = 0;
        while let Some(chain) = files.next_day().unwrap() {
            quotes += chain.quotes.len();
        }
        println!(
            "opened in {opened:?}, {quotes} quotes read in {:?}",
            started.elapsed()
        );
    }
    let started = std::time::Instant::now();
    let days = whole(&path, "SYNIDX").len();
    println!("the same {days} days read whole in {:?}", started.elapsed());
}
