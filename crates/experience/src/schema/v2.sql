-- Kinds of fills: 1 trade, 2 expired, 3 assigned, 4 exercised, 5 dividend, 6 interest, 7 fee, 8 transfer. Version 1 knew trades.
ALTER TABLE fills ADD COLUMN kind INTEGER NOT NULL DEFAULT 1 CHECK (kind BETWEEN 1 AND 8);
CREATE INDEX fills_by_time ON fills (filled_at_ms);

-- A digest of everything that a decision depends on: the same again is the same decision, looked at again.
CREATE TABLE digests (
    digest   BLOB PRIMARY KEY,
    decision INTEGER NOT NULL UNIQUE REFERENCES decisions
) STRICT, WITHOUT ROWID;

CREATE TABLE looks (
    decision INTEGER NOT NULL REFERENCES decisions,
    at_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX looks_by_decision ON looks (decision);

CREATE INDEX notes_by_time ON notes (written_at_ms);
