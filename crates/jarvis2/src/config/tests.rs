//! The layers, their errors, and the promise that sample, table and checks agree.

use super::*;

fn flag(name: &str, key: &str, value: &str) -> Flag {
    Flag {
        name: name.to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A folder that vanishes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path =
            std::env::temp_dir().join(format!("jarvis2-config-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a file with this text makes of the defaults. The file itself is not needed: its text is.
fn from_text(text: &str) -> Result<Loaded, Error> {
    let mut loaded = load(None, &[], &[])?;
    loaded.add_file(Path::new("my.toml"), text)?;
    loaded.check_pairs()?;
    Ok(loaded)
}

fn check_error(text: &str, expected: &str) {
    assert_eq!(
        from_text(text).expect_err(text).to_string(),
        expected,
        "{text}"
    );
}

#[test]
fn the_defaults_satisfy_their_own_table() {
    let defaults = Config::default();
    for key in table::keys() {
        let Some(default) = key.default.as_deref().or(key.example) else {
            panic!("{} has neither a default nor an example", key.dotted)
        };
        let mut config = defaults.clone();
        let accepted = Value::meanings(default)
            .iter()
            .any(|value| config.set(key.dotted, value) == Some(Ok(())));
        assert!(
            accepted,
            "{} = {default}: it takes {}",
            key.dotted, key.allowed
        );
        assert!(
            !key.unit.is_empty() && !key.meaning.is_empty(),
            "{}",
            key.dotted
        );
    }
}

#[test]
fn later_layers_win_and_show_what_they_hide() {
    let folder = Folder::new("layers");
    let path = folder.0.join("c.toml");
    std::fs::write(
        &path,
        "schema_version = 1\n\n[search]\npaths = 128\nseed = 11\n",
    )
    .expect("written");
    let env = env(&[
        ("JARVIS2__SEARCH__SEED", "12"),
        ("JARVIS2__ACTIONS__SIZES", "1, 0.25"),
        ("JARVIS2_REAL_DATA", "/x"),
    ]);
    let flags = [
        flag("--seed", "search.seed", "13"),
        flag("--rate", "market.rate_per_year", "0.04"),
    ];
    let loaded = load(Some(&path), &env, &flags).expect("all layers are fine");
    assert_eq!(
        (
            loaded.config.search.seed,
            loaded.config.search.paths,
            loaded.config.search.batch
        ),
        (13, 128, 256)
    );
    assert_eq!(loaded.config.actions.sizes, [1.0, 0.25]);
    assert_eq!(loaded.config.market.rate_per_year, Some(0.04));
    let file = path.display();
    let origin = |key: &str| loaded.origins[key].to_string();
    assert_eq!(
        origin("search.seed"),
        format!(
            "flag --seed, shadows 12 of environment variable JARVIS2__SEARCH__SEED, shadows 11 of {file}:5"
        )
    );
    assert_eq!(origin("search.paths"), format!("{file}:4"));
    assert_eq!(origin("search.batch"), "default");
    let shown = loaded.show(true);
    assert!(
        shown.contains("\nsizes = [1.0, 0.25]  # environment variable JARVIS2__ACTIONS__SIZES\n"),
        "{shown}"
    );
    assert!(
        shown.contains("\n# forecast_vol is unset  # default\n"),
        "{shown}"
    );
    assert_eq!(
        super::check(Some(&path), &env, &flags).expect("fine"),
        format!(
            "{file}: ok; of {} keys, 1 from the file, 1 from the environment, 2 from flags, {} at their defaults",
            loaded.origins.len(),
            loaded.origins.len() - 4
        )
    );
}

#[test]
fn what_is_shown_loads_to_the_same_values() {
    let changed = "schema_version = 1\n[market]\nforecast_vol = 0.3\n[costs]\nfill = \"mid\"\n[output]\ndir = \"a b\"\n";
    let loaded = from_text(changed).expect("fine");
    for with_origin in [false, true] {
        assert_eq!(
            from_text(&loaded.show(with_origin))
                .expect("what we show is valid")
                .config,
            loaded.config
        );
    }
}

#[test]
fn the_sample_is_the_defaults_and_names_every_key() {
    let sample = config_toml_sample();
    assert_eq!(
        from_text(&sample).expect("the sample is valid").config,
        Config::default()
    );
    // Removing every # gives a valid file too: the defaults, and the examples of what is unset.
    let all: String = sample
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') => format!("{key}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let loaded = from_text(&all).expect("every line of the sample is valid");
    let from_file = loaded
        .origins
        .values()
        .filter(|origin| matches!(origin.source, Source::File { .. }))
        .count();
    assert_eq!(from_file, table::keys().len());
    let mut unset = loaded.config.clone();
    unset.market = Config::default().market;
    unset.search.time_ms = None;
    unset.diary.file = None;
    unset.evidence.frozen_from = None;
    unset.monitor.folder = None;
    unset.monitor.token_file = None;
    assert_eq!(unset, Config::default());
}

#[test]
fn errors_name_the_line_the_value_and_what_is_allowed() {
    let v1 = |rest: &str| format!("schema_version = 1\n{rest}");
    check_error(
        &v1("[search]\nsede = 8"),
        "my.toml:3: unknown key search.sede; did you mean search.seed?",
    );
    check_error(
        &v1("[serach]\nseed = 8"),
        "my.toml:2: unknown key [serach]; did you mean [search]?",
    );
    check_error(
        &v1("seed = 8"),
        "my.toml:2: unknown key seed; did you mean search.seed?",
    );
    check_error(
        &v1("[market]\nmin_days = 8"),
        "my.toml:3: unknown key market.min_days; did you mean actions.min_days?",
    );
    check_error(
        &v1("[limits]\nhappiness_index_of_counterparty = 8"),
        "my.toml:3: unknown key limits.happiness_index_of_counterparty",
    );
    check_error(
        &v1("\n[search]\nbatch = \"many\""),
        "my.toml:4: search.batch = \"many\" has the wrong type: it takes a whole number from 0 to 65536; unit: leaf states",
    );
    check_error(
        &v1("[market]\nforecast_vol = 25"),
        "my.toml:3: market.forecast_vol = 25 is out of range: it takes a number from 0.01 to 5, or \"none\"; unit: fraction per year (0.25 is 25 %)",
    );
    check_error(
        &v1("[costs]\nfill = \"last\""),
        "my.toml:3: costs.fill = \"last\" is out of range: it takes \"bid_ask\" or \"mid\"",
    );
    check_error(
        &v1("[actions]\nput_deltas = [0.3,\n  1.3]"),
        "my.toml:3: actions.put_deltas = [0.3, 1.3] is out of range: it takes a list of 1 to 32 numbers from 0.01 to 0.99; unit: delta, without its sign",
    );
    check_error(
        &v1("search = 3"),
        "my.toml:2: search = 3 has the wrong type: it takes keys below the line [search]",
    );
    check_error(
        &v1("[actions]\nmin_days = 90"),
        "actions.min_days = 90 (my.toml:3) must not exceed actions.max_days = 60 (default)",
    );
    // The topmost error comes first, whatever the alphabet says.
    check_error(
        &v1("[search]\nzzzzzzz = 1\naaaaaaa = 1"),
        "my.toml:3: unknown key search.zzzzzzz",
    );
}

#[test]
fn files_of_another_schema_or_none_are_refused() {
    check_error(
        "[search]\nseed = 8",
        "my.toml: no schema_version; add the line `schema_version = 1` at the top",
    );
    check_error(
        "\nschema_version = 2",
        "my.toml:2: schema_version = 2, but this jarvis2 reads version 1; use a newer jarvis2",
    );
    check_error(
        "schema_version = 0",
        "my.toml:1: schema_version = 0, but this jarvis2 reads version 1; no such version was ever released",
    );
    check_error(
        "schema_version = \"1\"",
        "my.toml:1: schema_version = \"1\" has the wrong type: it takes the whole number 1",
    );
    let broken = from_text("schema_version = 1\n[search\nseed = 8")
        .expect_err("broken")
        .to_string();
    assert!(
        broken.starts_with("my.toml:2: not valid TOML: "),
        "{broken}"
    );
    let twice = from_text("schema_version = 1\n[search]\nseed = 8\nseed = 9")
        .expect_err("twice")
        .to_string();
    assert!(twice.starts_with("my.toml:4: not valid TOML: "), "{twice}");
}

#[test]
fn environment_and_flags_are_checked_like_the_file() {
    let error = |env: &[(String, String)], flags: &[Flag]| {
        load(None, env, flags).expect_err("refused").to_string()
    };
    assert_eq!(
        error(&env(&[("JARVIS2__SEARCH__SEDE", "8")]), &[]),
        "environment variable JARVIS2__SEARCH__SEDE: unknown key JARVIS2__SEARCH__SEDE; did you mean JARVIS2__SEARCH__SEED?"
    );
    assert_eq!(
        error(&env(&[("JARVIS2__SEARCH__DRAWS", "8")]), &[]),
        "environment variable JARVIS2__SEARCH__DRAWS: search.draws = 8 is out of range: it takes a whole number from 16 to 4096; unit: forecasts"
    );
    assert_eq!(
        error(&[], &[flag("--set", "output.html", "yes")]),
        "flag --set: output.html = yes has the wrong type: it takes true or false"
    );
    assert!(
        load(
            None,
            &env(&[("JARVIS2_REAL_DATA", "x"), ("PATH", "y")]),
            &[]
        )
        .is_ok(),
        "other variables are not ours"
    );
}

#[test]
fn a_flag_can_unset_what_a_file_sets() {
    let mut loaded = from_text("schema_version = 1\n[market]\nforecast_vol = 0.3").expect("fine");
    loaded
        .add_text(
            "market.forecast_vol",
            "none",
            Source::Flag {
                name: "--vol".to_owned(),
            },
        )
        .expect("none is allowed");
    assert_eq!(loaded.config.market.forecast_vol, None);
    assert_eq!(
        loaded.origins["market.forecast_vol"].to_string(),
        "flag --vol, shadows 0.3 of my.toml:3"
    );
}

#[test]
fn the_standard_file_is_found_written_once_and_never_overwritten() {
    let folder = Folder::new("home");
    let home = folder.0.to_string_lossy().into_owned();
    let env = env(&[("HOME", &home), ("XDG_CONFIG_HOME", "relative/is/ignored")]);
    assert_eq!(load(None, &env, &[]).expect("no file is fine").file, None);
    let path = folder.0.join(".config").join("jarvis2").join("config.toml");
    assert!(
        init(None, &env)
            .expect("written")
            .starts_with(&path.display().to_string())
    );
    assert_eq!(
        load(None, &env, &[]).expect("the sample is fine").file,
        Some(path.clone())
    );
    std::fs::write(&path, "schema_version = 1\n# mine\n").expect("written");
    assert!(matches!(init(None, &env), Err(Error::Exists { .. })));
    assert!(
        std::fs::read_to_string(&path)
            .expect("there")
            .contains("# mine")
    );
    let missing = folder.0.join("no.toml");
    let error = load(Some(&missing), &env, &[])
        .expect_err("a named file must exist")
        .to_string();
    assert!(
        error.ends_with("no such file; `jarvis2 config init` writes a commented one"),
        "{error}"
    );
    assert!(matches!(init(None, &[]), Err(Error::NoFolder)));
}

#[test]
fn the_canonical_text_changes_with_the_plan_and_not_with_the_folder() {
    let defaults = Config::default();
    let mut elsewhere = defaults.clone();
    elsewhere.output.dir = "elsewhere".to_owned();
    elsewhere.hardware.threads = 3;
    elsewhere.compute.device = crate::devices::DeviceWord::Cpu;
    assert_eq!(defaults.canonical(), elsewhere.canonical());
    let mut other = defaults.clone();
    other.objective.risk_aversion = 2.0 + f64::EPSILON * 2.0;
    assert_ne!(defaults.canonical(), other.canonical());
    assert!(
        defaults
            .canonical()
            .starts_with("schema_version = 1\nobjective.risk_aversion = 2.0\n")
    );
}

#[test]
fn a_memory_limit_of_zero_is_no_limit() {
    let mut hardware = Config::default().hardware;
    assert_eq!(hardware.memory_limit_bytes(), None);
    hardware.memory_limit_mb = 4096;
    assert_eq!(hardware.memory_limit_bytes(), Some(4_096_000_000));
}

#[test]
fn distance_between_words() {
    assert_eq!(edits("kitten", "sitting"), 3);
    assert_eq!(edits("", "abc"), 3);
    assert_eq!(edits("same", "same"), 0);
}
