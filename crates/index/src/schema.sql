-- `seq` counts every vector ever added and is never used twice: whoever has seen one number has seen all smaller ones.
CREATE TABLE vectors (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    record INTEGER NOT NULL UNIQUE,
    data   BLOB NOT NULL
) STRICT;

CREATE TABLE facets (
    record INTEGER NOT NULL,
    name   TEXT NOT NULL,
    word   TEXT,
    number REAL,
    PRIMARY KEY (record, name),
    CHECK ((word IS NULL) <> (number IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE texts (
    id     INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    body   TEXT NOT NULL
) STRICT;
CREATE INDEX texts_by_record ON texts (record);

CREATE VIRTUAL TABLE words USING fts5 (
    body, content = 'texts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER texts_in AFTER INSERT ON texts BEGIN
    INSERT INTO words (rowid, body) VALUES (new.id, new.body);
END;
CREATE TRIGGER texts_out AFTER DELETE ON texts BEGIN
    INSERT INTO words (words, rowid, body) VALUES ('delete', old.id, old.body);
END;

CREATE TABLE edges (
    source INTEGER NOT NULL,
    target INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (source, target, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the length of a vector, and how many were ever taken out.
CREATE TABLE shape (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    dimensions INTEGER NOT NULL,
    deletes    INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshots (
    generation INTEGER PRIMARY KEY,
    last_seq   INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    deletes    INTEGER NOT NULL,
    settings   TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    sha256     BLOB NOT NULL
) STRICT;
