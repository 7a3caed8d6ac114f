"""The log of trials (docs/backtest.md): every run counts, once, where the user asked for it and not where a worker happened to be."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

#: What has been counted so far: `trials.jsonl` and `trials.head`, where they are.
Log = Mapping[str, bytes]

#: Held by whoever reads or moves the process's data folder.
LOCK = threading.RLock()

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]


def _homes() -> tuple[Path, Path]:
    """The folders of what is kept (models, runs, the log of trials) and of the log's head."""

    def folder(name: str, rest: str) -> Path:
        named = os.environ.get(name, "")
        return (Path(named) if os.path.isabs(named) else Path.home() / rest) / "jarvis2"

    return folder("XDG_DATA_HOME", ".local/share"), folder("XDG_STATE_HOME", ".local/state")


def read_file(path: Path) -> bytes:
    """Nothing where there is no file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def log() -> Log:
    with LOCK:
        data, state = _homes()
        found = {"trials.jsonl": read_file(data / "trials.jsonl"), "trials.head": read_file(state / "trials.head")}
    return {name: content for name, content in found.items() if content}


@contextmanager
def apart(log: Log) -> Iterator[Path]:
    """A data folder with this log and the machine's own models, for as long as it lasts. Under the lock: it is the process's."""
    names = ("XDG_DATA_HOME", "XDG_STATE_HOME")
    with LOCK, tempfile.TemporaryDirectory(prefix="jarvis2-") as folder:
        models = _homes()[0] / "models"
        before = {name: os.environ.get(name) for name in names}
        own = Path(folder) / "jarvis2"
        own.mkdir()
        if models.is_dir():
            (own / "models").symlink_to(models, target_is_directory=True)
        for name, content in log.items():
            (own / name).write_bytes(content)
        os.environ.update({name: folder for name in names})
        try:
            yield own
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def count(answers: Any) -> int:
    """Counts the runs of ``backtest_batches`` in this user's log of trials, as ``jarvis2.backtest`` does, in their order.

    ``jarvis2 replay`` knows them then. Returns how many. Count a table once; ``backtest`` has done so.
    """
    records = [json.loads(text) for text in pa.table(answers)["record"].to_pylist() if text is not None]
    if not records:
        return 0
    with LOCK:
        data, state = _homes()
        for path in (data / "runs", state):
            path.mkdir(parents=True, exist_ok=True)
        with _alone(state / "trials.lock"):
            _add(records, data, state)
    return len(records)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Other threads and processes wait; the program does the same with the same file."""
    with open(path, "ab") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _add(records: list[Any], data: Path, state: Path) -> None:
    log, head = data / "trials.jsonl", state / "trials.head"
    lines = read_file(log).splitlines()
    known = json.loads(read_file(head) or b"{}")
    # As the program does: the larger of both goes on.
    counted = max(len(lines), known.get("count", 0)) + known.get("lost", 0)
    last = hashlib.sha256(lines[-1]).hexdigest() if lines else ""
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    new = []
    for record in records:
        counted += 1
        line = json.dumps({"number": counted, "at": at, **record["trial"], "before": last}, separators=(",", ":")).encode()
        last = hashlib.sha256(line).hexdigest()
        new.append(line + b"\n")
    for record in records:
        if record["run"]:
            kept = {**record["run"], "folder": os.getcwd()}
            write_file(data / "runs" / f"{record['trial']['run']}.json", json.dumps(kept, indent=2).encode() + b"\n")
    with open(log, "ab") as file:
        file.write(b"".join(new))
        file.flush()
        os.fsync(file.fileno())
    here = len(lines) + len(new)
    write_file(head, json.dumps({"count": here, "hash": last, "lost": max(counted - here, 0)}).encode() + b"\n")


def write_file(path: Path, content: bytes) -> None:
    """The old file or the new one, whatever happens."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with open(aside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)
