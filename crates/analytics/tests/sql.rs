//! Questions to DuckDB, with answers known beforehand. In a build without it every test says that it is skipped.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use analytics::{Database, Error, Limits, OwnFile, Table, Type, Value};

fn database(files: &[OwnFile]) -> Option<Database> {
    match Database::open(&Limits::default(), files) {
        Ok(mut database) => {
            database.fill(&fills()).unwrap();
            Some(database)
        }
        Err(Error::NotBuilt) => {
            // Not `eprintln!`, which the test harness hides.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: built without DuckDB; `cargo xtask duckdb` says how to build with it"
            );
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Four fills of two symbols; the last is missing everywhere but in its id.
fn fills() -> Table {
    let mut table = Table::new(
        "fills",
        [
            ("fill_id", Type::Count),
            ("symbol", Type::Text),
            ("cash_cents", Type::Count),
            ("price_usd", Type::Number),
            ("expiry", Type::Day),
            ("filled_at_utc", Type::Moment),
            ("live", Type::Flag),
            ("exact", Type::Decimal { scale: 2 }),
        ],
    );
    for (id, symbol, cents) in [(1, "KO", 12_300), (2, "KO", -4_100), (3, "PÉP", 900)] {
        table
            .push([
                Value::from(id),
                Value::from(symbol),
                Value::from(cents),
                Value::from(cents as f64 / 100.0),
                Value::Day(20_634),
                Value::Moment(1_766_000_000_123_000 + id),
                Value::from(id == 1),
                Value::Decimal {
                    digits: i128::from(cents),
                    scale: 2,
                },
            ])
            .unwrap();
    }
    table
        .push([
            Value::from(4),
            Value::Missing,
            Value::Missing,
            Value::Missing,
            Value::Missing,
            Value::Missing,
            Value::Missing,
            Value::Missing,
        ])
        .unwrap();
    table
}

fn ask(database: &mut Database, query: &str) -> Vec<Vec<Value>> {
    let answer = database
        .query(query, &|| false)
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    (0..answer.rows())
        .map(|row| answer.columns.iter().map(|c| c.value(row)).collect())
        .collect()
}

fn whole(digits: i128) -> Value {
    Value::Decimal { digits, scale: 0 }
}

#[test]
fn every_type_goes_in_and_comes_out() {
    let Some(mut database) = database(&[]) else {
        return;
    };
    let answer = database
        .query("SELECT * FROM fills ORDER BY fill_id", &|| false)
        .unwrap();
    assert_eq!(answer.columns, fills().columns);
}

#[test]
fn known_answers() {
    let Some(mut database) = database(&[]) else {
        return;
    };
    let mut check = |query: &str, expected: Vec<Vec<Value>>| {
        assert_eq!(ask(&mut database, query), expected, "{query}");
    };
    check(
        "SELECT symbol, count(*), sum(cash_cents) FROM fills GROUP BY symbol ORDER BY symbol NULLS LAST",
        vec![
            vec!["KO".into(), 2.into(), whole(8_200)],
            vec!["PÉP".into(), 1.into(), whole(900)],
            vec![Value::Missing, 1.into(), Value::Missing],
        ],
    );
    check(
        "SELECT median(cash_cents), round(avg(price_usd), 6) FROM fills",
        vec![vec![900.0.into(), 30.333_333.into()]],
    );
    check(
        "SELECT DATE '2026-06-30', sum(exact), DATE '2026-07-10' - max(expiry) FROM fills",
        vec![vec![
            Value::Day(20_634),
            Value::Decimal {
                digits: 9_100,
                scale: 2,
            },
            10.into(),
        ]],
    );
    // What we have no type for comes back as text; one name twice becomes two.
    check(
        "SELECT [1, 2] AS a, {'x': 1} AS b, NULL AS c, 'k'::ENUM('k') AS d, INTERVAL 1 DAY IS NULL AS e",
        vec![vec![
            "[1, 2]".into(),
            "{x: 1}".into(),
            Value::Missing,
            "k".into(),
            false.into(),
        ]],
    );
    let twice = database
        .query("SELECT 1 AS id, 2 AS id, 3 AS id_1", &|| false)
        .unwrap();
    let names: Vec<&str> = twice.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["id", "id_1", "id_1_1"]);
    // No rows keep their columns.
    let none = database
        .query("SELECT * FROM fills WHERE fill_id < 0", &|| false)
        .unwrap();
    assert_eq!((none.rows(), none.columns.len()), (0, 8));
}

#[test]
fn mistakes_are_told_with_their_place() {
    let Some(mut database) = database(&[]) else {
        return;
    };
    let mut said = |query: &str| match database.query(query, &|| false) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("answered: {query}"),
    };
    let check = |said: String, parts: &[&str]| {
        for part in parts {
            assert!(said.contains(part), "not said: {part}\n{said}");
        }
    };
    check(
        said("SELECT *\nFORM fills"),
        &["line 2, character 6", "syntax error"],
    );
    check(
        said("SELECT cash FROM fills"),
        &["line 1, character 8, at `cash FROM fills`", "cash_cents"],
    );
    check(
        said("SELECT 'é', cash FROM fills"),
        &["line 1, character 13, at `cash"],
    );
    check(
        said("SELECT * FROM filles"),
        &["there is no table filles", "character 15"],
    );
    check(said("SELECT 'x'::INTEGER"), &["'x'"]);
    check(said("SELECT ? + 1"), &["parameter"]);
    check(said(""), &["only one SELECT"]);
    check(
        said("SELECT 1; SELECT 2"),
        &["only one SELECT", "these are 2"],
    );
}

#[test]
fn nothing_can_be_written_or_reached() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.parquet");
    std::fs::write(&own, fills().parquet().unwrap()).unwrap();
    let files = [OwnFile {
        name: "mine".into(),
        path: own.clone(),
    }];
    let Some(mut database) = database(&files) else {
        return;
    };
    let before = std::fs::read(&own).unwrap();
    let path = own.display();
    for query in [
        "DELETE FROM fills".to_owned(),
        "CREATE TABLE t (a INTEGER)".to_owned(),
        "INSERT INTO fills SELECT * FROM fills".to_owned(),
        format!("COPY fills TO '{path}'"),
        format!("SELECT 1; COPY fills TO '{path}'"),
        "SET enable_external_access = true".to_owned(),
        "INSTALL httpfs".to_owned(),
        "LOAD httpfs".to_owned(),
        format!("ATTACH '{path}.db'"),
        "PRAGMA database_list".to_owned(),
        "EXPLAIN SELECT 1".to_owned(),
    ] {
        let error = database.query(&query, &|| false).unwrap_err();
        assert!(
            matches!(error, Error::NotOneQuestion { .. }),
            "{query}: {error}"
        );
    }
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "a\n1\n").unwrap();
    for query in [
        format!("SELECT * FROM read_csv('{}')", other.display()),
        "SELECT * FROM read_text('/etc/hostname')".to_owned(),
        "SELECT * FROM glob('/*')".to_owned(),
        "SELECT * FROM read_parquet('https://example.invalid/x.parquet')".to_owned(),
        format!(
            "SELECT * FROM sqlite_scan('{}', 't')",
            folder.path().join("x.sqlite").display()
        ),
    ] {
        let error = database.query(&query, &|| false).unwrap_err();
        assert!(
            matches!(error, Error::NoAccess { .. } | Error::Sql { .. }),
            "{query}: {error}"
        );
    }
    assert_eq!(
        ask(&mut database, "SELECT count(*) FROM fills")[0][0],
        4.into()
    );
    assert_eq!(std::fs::read(&own).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    // Both switches are off, and no extension is to be had.
    assert_eq!(
        ask(
            &mut database,
            "SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions'),
                    current_setting('enable_external_access'), current_setting('lock_configuration')"
        )[0],
        [false.into(), false.into(), false.into(), true.into()]
    );
}

#[test]
fn own_files_have_the_names_given() {
    let folder = tempfile::tempdir().unwrap();
    let named = |name: &str, file: &str| OwnFile {
        name: name.into(),
        path: folder.path().join(file),
    };
    // A quote in the path is no way out of it.
    let parquet = named("mine", "it's.parquet");
    std::fs::write(&parquet.path, fills().parquet().unwrap()).unwrap();
    let csv = named("Plain", "plain.csv");
    std::fs::write(&csv.path, "symbol,usd\nKO,1.5\nKO,2.5\n").unwrap();
    let Some(mut database) = database(&[parquet.clone(), csv]) else {
        return;
    };
    assert_eq!(
        ask(
            &mut database,
            "SELECT sum(usd), (SELECT sum(cash_cents) FROM MINE) FROM plain"
        ),
        [vec![4.0.into(), whole(9_100)]]
    );
    // Our own Parquet has the types that our tables have.
    let answer = database
        .query("SELECT * FROM mine ORDER BY fill_id", &|| false)
        .unwrap();
    assert_eq!(answer.columns, fills().columns);
    assert!(matches!(
        database.fill(&Table::new("mine", [("a", Type::Count)])),
        Err(Error::Twice { .. })
    ));
    let opens = |file: OwnFile| match Database::open(&Limits::default(), &[file]) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("opened"),
    };
    assert!(opens(named("x", "none.parquet")).contains("none.parquet: cannot be read"));
    std::fs::write(folder.path().join("bad.parquet"), b"PAR1 no").unwrap();
    assert!(opens(named("x", "bad.parquet")).contains("bad.parquet: cannot be read"));
    assert!(opens(named("x", "it.sqlite")).contains(".parquet or .csv"));
    assert!(opens(named("drop table", "plain.csv")).contains("cannot name a table"));
    assert!(opens(named("a\"b", "plain.csv")).contains("cannot name a table"));
}

#[test]
fn a_query_says_which_tables_it_needs() {
    let Some(database) = database(&[]) else {
        return;
    };
    let of = |query: &str| database.mentioned(query).unwrap();
    let names = |query: &str| of(query).tables.into_iter().collect::<Vec<_>>();
    assert_eq!(
        names(
            "SELECT * FROM Fills f JOIN (SELECT * FROM outcomes) o USING (id) WHERE x IN (SELECT y FROM notes)"
        ),
        ["fills", "notes", "outcomes"]
    );
    let with = of("WITH chains AS (SELECT 1) SELECT 'history' FROM chains");
    assert!(with.needs("chains") && !with.surely_needs("chains") && !with.needs("history"));
    assert!(!of("SELECT * FROM range(3), unnest([1])").any);
    for any in [
        "SHOW TABLES",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_tables()",
        "FROM query('FROM fills')",
    ] {
        assert!(of(any).any, "{any}");
    }
    assert_eq!(names("DESCRIBE fills"), ["fills"]);
}

/// A query that would run for years ends soon after it is asked to.
#[test]
fn a_long_query_can_be_stopped() {
    let Some(mut database) = database(&[]) else {
        return;
    };
    let start = Instant::now();
    let error = database
        .query(
            "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range % 7 = b.range % 5",
            &|| start.elapsed().as_millis() > 100,
        )
        .unwrap_err();
    assert!(matches!(error, Error::Stopped), "{error}");
    assert!(start.elapsed().as_secs() < 30);
    assert_eq!(ask(&mut database, "SELECT 1"), [vec![1.into()]]);
}

#[test]
fn memory_has_a_limit() {
    let limits = Limits {
        memory_bytes: Some(64 << 20),
        threads: Some(1),
    };
    let Ok(mut database) = Database::open(&limits, &[]) else {
        return;
    };
    let error = database
        .query("SELECT list(range) FROM range(100000000)", &|| false)
        .unwrap_err();
    match error {
        Error::OutOfMemory { limit_bytes, .. } => assert_eq!(limit_bytes, 64 << 20),
        other => panic!("{other}"),
    }
    // Nothing was spilled beside us.
    assert!(!Path::new(".tmp").exists());
    assert_eq!(ask(&mut database, "SELECT 1"), [vec![1.into()]]);
}

/// More rows than one batch and one row group hold.
#[test]
fn many_rows_keep_their_order() {
    let mut table = Table::new("many", [("a", Type::Count), ("b", Type::Text)]);
    for row in 0..200_000_i64 {
        let word = (row % 3 != 0).then(|| format!("w{row}"));
        table.push([row.into(), word.into()]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = OwnFile {
        name: "file".into(),
        path: folder.path().join("many.parquet"),
    };
    std::fs::write(&file.path, table.parquet().unwrap()).unwrap();
    let Some(mut database) = database(&[file]) else {
        return;
    };
    database.fill(&table).unwrap();
    for name in ["many", "file"] {
        let answer = database
            .query(&format!("SELECT * FROM {name}"), &|| false)
            .unwrap();
        assert_eq!(answer.columns, table.columns, "{name}");
    }
}
