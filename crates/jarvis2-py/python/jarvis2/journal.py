"""The journal: notes, a broker's fills, and premium and profit to the cent. ``db`` names the diary; default: the user's own."""

from __future__ import annotations

import os
from typing import Any

from jarvis2._commands import Answer, Day, Path, _asked

__all__ = ["add", "import_file", "list_entries", "report"]


def add(note: str, *, db: Path | None = None, symbol: str | None = None, **options: object) -> Any:
    """Keeps a note; it is on the disk when this returns."""
    return _asked(("journal", "add"), {"note": note, "db": db, "symbol": symbol, **options})


def list_entries(*, db: Path | None = None, symbol: str | None = None, **options: object) -> Any:
    """Notes and fills, oldest first."""
    return _asked(("journal", "list"), {"db": db, "symbol": symbol, **options})


def import_file(path: Path, *, db: Path | None = None, dry_run: bool = False, **options: object) -> Answer:
    """Reads a broker's file of transactions (CSV). Reading it again adds nothing twice."""
    name = os.fspath(path)
    if name.startswith("-"):  # No flag.
        name = os.path.join(os.curdir, name)
    answer: Answer = _asked(("journal", "import", name), {"db": db, "dry_run": dry_run, **options})
    return answer


def report(
    *, db: Path | None = None, symbol: str | None = None, from_: Day | None = None, to: Day | None = None, **options: object
) -> Answer:
    """Premium by the day cash moved and by the day the trade ended, both adding up to cash."""
    answer: Answer = _asked(("journal", "report"), {"db": db, "symbol": symbol, "from_": from_, "to": to, **options})
    return answer
