-- Every row of the ledger that others may point at has an id from one counter, never used twice.
-- Kinds: 1 situation, 2 decision, 3 fill, 4 outcome, 5 label, 6 note, 7 edge, 8 model.
CREATE TABLE records (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 8)
) STRICT;

CREATE TABLE models (
    id         INTEGER PRIMARY KEY REFERENCES records,
    name       TEXT NOT NULL,
    digest     BLOB NOT NULL UNIQUE,
    made_at_ms INTEGER NOT NULL,
    parent     INTEGER REFERENCES models,
    facts      TEXT NOT NULL CHECK (json_valid(facts))
) STRICT;

CREATE TABLE situations (
    id       INTEGER PRIMARY KEY REFERENCES records,
    symbol   TEXT NOT NULL,
    as_of_ms INTEGER NOT NULL,
    source   TEXT NOT NULL,
    facts    TEXT NOT NULL CHECK (json_valid(facts))
) STRICT;
CREATE INDEX situations_by_symbol ON situations (symbol, as_of_ms);

-- 768 little-endian f32. A situation keeps one encoding for each version of the encoder.
CREATE TABLE encodings (
    situation INTEGER NOT NULL REFERENCES situations,
    version   INTEGER NOT NULL,
    vector    BLOB NOT NULL CHECK (length(vector) = 3072),
    PRIMARY KEY (situation, version)
) STRICT;

-- Origins: 1 live, 2 self-play, 3 backtest.
CREATE TABLE decisions (
    id         INTEGER PRIMARY KEY REFERENCES records,
    situation  INTEGER NOT NULL REFERENCES situations,
    made_at_ms INTEGER NOT NULL,
    origin     INTEGER NOT NULL CHECK (origin BETWEEN 1 AND 3),
    action     TEXT NOT NULL,
    worth      REAL,
    model      INTEGER REFERENCES models,
    seed       INTEGER
) STRICT;
CREATE INDEX decisions_by_situation ON decisions (situation);

CREATE TABLE visits (
    decision INTEGER NOT NULL REFERENCES decisions,
    place    INTEGER NOT NULL,
    action   TEXT NOT NULL,
    visits   INTEGER NOT NULL CHECK (visits >= 0),
    prior    REAL,
    worth    REAL,
    PRIMARY KEY (decision, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE plans (
    decision INTEGER PRIMARY KEY REFERENCES decisions,
    text     TEXT NOT NULL,
    json     TEXT NOT NULL CHECK (json_valid(json))
) STRICT;

-- What the user reports: quantity and cash with their signs, cash in whole cents with fees taken off.
CREATE TABLE fills (
    id              INTEGER PRIMARY KEY REFERENCES records,
    decision        INTEGER REFERENCES decisions,
    filled_at_ms    INTEGER NOT NULL,
    symbol          TEXT NOT NULL,
    contract        TEXT NOT NULL,
    quantity        INTEGER NOT NULL CHECK (quantity <> 0),
    price_per_share REAL NOT NULL,
    fees_cents      INTEGER NOT NULL,
    cash_cents      INTEGER NOT NULL,
    broker_ref      TEXT UNIQUE
) STRICT;
CREATE INDEX fills_by_decision ON fills (decision) WHERE decision IS NOT NULL;

CREATE TABLE outcomes (
    id             INTEGER PRIMARY KEY REFERENCES records,
    decision       INTEGER NOT NULL REFERENCES decisions,
    known_at_ms    INTEGER NOT NULL,
    ending         TEXT NOT NULL,
    realised_cents INTEGER,
    facts          TEXT NOT NULL CHECK (json_valid(facts))
) STRICT;
CREATE INDEX outcomes_by_decision ON outcomes (decision);

CREATE TABLE labels (
    id          INTEGER PRIMARY KEY REFERENCES records,
    about       INTEGER NOT NULL REFERENCES records,
    name        TEXT NOT NULL,
    known_at_ms INTEGER NOT NULL,
    word        TEXT,
    number      REAL,
    CHECK ((word IS NULL) <> (number IS NULL))
) STRICT;
CREATE INDEX labels_by_record ON labels (about, name);

CREATE TABLE notes (
    id            INTEGER PRIMARY KEY REFERENCES records,
    about         INTEGER REFERENCES records,
    symbol        TEXT,
    written_at_ms INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    body          TEXT NOT NULL
) STRICT;
CREATE INDEX notes_by_record ON notes (about) WHERE about IS NOT NULL;

CREATE TABLE edges (
    id     INTEGER PRIMARY KEY REFERENCES records,
    source INTEGER NOT NULL REFERENCES records,
    target INTEGER NOT NULL REFERENCES records,
    kind   TEXT NOT NULL,
    weight REAL NOT NULL,
    UNIQUE (source, target, kind)
) STRICT;
CREATE INDEX edges_by_target ON edges (target);
