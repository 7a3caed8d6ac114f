"""Tables in, tables with the answers out; a row's answer depends on that row alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

import jarvis2
from jarvis2._commands import _words, parsed
from jarvis2._errors import BadInput, DataError, NoAnswer, UsageError
from jarvis2._jarvis2 import _ask
from jarvis2._trials import LOCK, Log, apart, read_file

#: A table or a record batch of pyarrow; what goes in comes out.
_Batch = TypeVar("_Batch")

#: Flags that a job may not have, nor settings whose key ends so, and why.
_REFUSED = {
    "db": "it would be kept again where a job is run again; keep it from the answers",
    "html": "files would be written wherever the worker is; write them from the answers",
    "json": "answers are JSON here",
    "keep": "it would be kept again where a job is run again; keep it from the answers",
    "open_frozen": "the first look at a frozen period counts; ask for it by itself: `jarvis2.backtest`",
    "out": "files would be written wherever the worker is; write them from the answers",
    "time_ms": "the answer would depend on the worker's speed; say `search.evaluations` in `set`",
    "trace": "files would be written wherever the worker is; ask for it by itself: `jarvis2.plan`",
}
_SAID = {"status": pa.string(), "message": pa.string(), "exit_code": pa.int32(), "answer": pa.string()}
_PLAN = {"outcome": pa.string(), "action": pa.string(), "worth_over_holding_usd": pa.float64()}
_BACKTEST = {
    "run": pa.string(),
    "last_equity_usd": pa.float64(),
    "growth_per_year": pa.float64(),
    "drawdown": pa.float64(),
    "sharpe": pa.float64(),
    "record": pa.string(),
}


def price_batches(batch: _Batch) -> _Batch:
    """``jarvis2.price`` of every row: columns ``price`` and ``status`` are added."""
    return _columns(jarvis2.price, batch)


def greeks_batches(batch: _Batch) -> _Batch:
    """``jarvis2.greeks`` of every row."""
    return _columns(jarvis2.greeks, batch)


def implied_vol_batches(batch: _Batch) -> _Batch:
    """``jarvis2.implied_vol`` of every row."""
    return _columns(jarvis2.implied_vol, batch)


def plan_batches(jobs: _Batch, *, threads: int = 1, log: Log | None = None) -> _Batch:
    """``jarvis2.plan`` of every row, which writes no files and asks no diary.

    Adds ``status`` (``ok`` or the kind of error, with ``message``), ``exit_code``, ``outcome``, ``action``,
    ``worth_over_holding_usd`` and ``answer``, the plan as JSON. A number that the plan does not have is null; the JSON says why.
    ``threads``: of each plan, unless its ``set`` says ``hardware.threads``. ``log``: for ``plan`` of this module.
    """
    with LOCK:
        if log is None:
            return _asked(jobs, "plan", threads, _PLAN, _of_plan)
        with apart(log):
            return _asked(jobs, "plan", threads, _PLAN, _of_plan)


def backtest_batches(jobs: _Batch, *, threads: int = 1) -> _Batch:
    """``jarvis2.backtest`` of every row.

    Adds ``status``, ``message`` and ``exit_code`` as ``plan_batches`` does, ``run``, ``last_equity_usd``, ``growth_per_year``,
    ``drawdown`` and ``sharpe`` of the policy that was asked about, ``answer`` and ``record``. What luck may have done (``odds``)
    depends on all questions that were ever asked; rows do not see each other, so that it is missing: ``count`` the answers, then ask
    for the one you choose by itself. While this runs, the process's data folder is a temporary one.
    """
    with LOCK:
        return _asked(jobs, "backtest", threads, _BACKTEST, None)


def in_arrow(function: Callable[[Any], Any]) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A function of batches as Spark's ``mapInArrow`` wants it: record batches in, one after the other, record batches out."""

    def mapped(batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            yield function(batch)

    return mapped


def _columns(function: Callable[[Any], Any], batch: _Batch) -> _Batch:
    return _like(batch, pa.table(function(batch)))


def _like(batch: _Batch, table: Any) -> _Batch:
    """The table as what came: a record batch for a record batch."""
    if not isinstance(batch, pa.RecordBatch):
        same: _Batch = table
        return same
    whole = table.combine_chunks().to_batches()
    one: _Batch = whole[0] if whole else pa.RecordBatch.from_pylist([], schema=table.schema)
    return one


def _asked(
    jobs: _Batch, command: str, threads: int, extra: Mapping[str, Any], read: Callable[[Any], dict[str, object]] | None
) -> _Batch:
    types = {**_SAID, **extra}
    table = pa.table(jobs)
    kept = [name for name in table.column_names if name not in types]
    answers: dict[str, list[object]] = {name: [] for name in types}
    for job in table.select(kept).to_pylist():
        row = _ask_one(command, job, threads, read)
        for name, column in answers.items():
            column.append(row.get(name))
    answer = table.select(kept)
    for name, kind in types.items():
        answer = answer.append_column(name, pa.array(answers[name], kind))
    return _like(jobs, answer)


def _ask_one(command: str, job: Mapping[str, object], threads: int, read: Callable[[Any], dict[str, object]] | None) -> dict[str, object]:
    """Errors that another worker would make too are answers; a lack of memory and mistakes of ours are raised."""
    try:
        words = _words((command,), _flags(command, job, threads))
        if read is not None:
            text, exit_code = _told(words)
            return {"status": "ok", "exit_code": exit_code, "answer": text, **read(parsed(text))}
        with apart({}) as folder:
            text, exit_code = _told(words)
            return {"status": "ok", "exit_code": exit_code, **_of_backtest(parsed(text), folder)}
    except (BadInput, NoAnswer, UsageError, DataError) as error:
        return {"status": error.kind, "message": str(error), "exit_code": error.exit_code}


def _told(words: list[str]) -> tuple[str, int]:
    text, exit_code, failed = _ask(words)
    if failed is not None:
        raise failed
    return text, exit_code


def _flags(command: str, job: Mapping[str, object], threads: int) -> dict[str, object]:
    flags = {name.rstrip("_"): _whole(value) for name, value in job.items() if value is not None and name != "job"}
    for name in flags:
        _refuse(name, name)
    settings = flags.pop("set", [])
    if isinstance(settings, str):
        settings = [settings]
    if not isinstance(settings, Sequence):
        raise UsageError(f"`set` of a job is {settings!r}: a list of texts such as search.evaluations=2000 is needed")
    settings = [str(setting) for setting in settings]
    keys = [setting.partition("=")[0].strip() for setting in settings]
    for key in keys:
        _refuse(key.rpartition(".")[2], f"{key}` in `set")
    if "hardware.threads" not in keys:
        settings.append(f"hardware.threads={threads}")
    flags["set"] = settings
    if command == "plan":
        flags.update(no_files=True, no_diary=True)
    return {**flags, "json": True}


def _whole(value: object) -> object:
    """A column of whole numbers with a null in it comes as one of floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refuse(name: str, said: str) -> None:
    why = _REFUSED.get(name.replace("-", "_"))
    if why is not None:
        raise UsageError(f"a job cannot have `{said}`: {why}")


def _number(value: object) -> float | None:
    """``None`` for what is missing; the answer holds the reason."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _of_plan(answer: Any) -> dict[str, object]:
    decision = answer.get("decision") or {}
    numbers = answer.get("numbers") or {}
    return {
        "outcome": decision.get("outcome"),
        "action": (decision.get("action") or {}).get("text"),
        "worth_over_holding_usd": _number((numbers.get("worth_over_holding") or {}).get("value_usd")),
    }


def _of_backtest(answer: Any, folder: Path) -> dict[str, object]:
    odds = answer.get("odds")
    if isinstance(odds, dict):
        missing = {"missing": "jobs of one table do not see each other: ask this one by itself"}
        odds.update({name: missing for name in ("deflated_sharpe", "trials", "runs_counted") if name in odds})
    row: dict[str, object] = {"answer": json.dumps(answer), "run": answer.get("id")}
    label = (answer.get("manifest") or {}).get("policy")
    policies = answer.get("policies") or [{}]
    asked = next((policy for policy in policies if policy.get("name") == label), policies[0])
    figures = asked.get("figures") or {}
    row.update({name: _number(figures.get(name)) for name in ("last_equity_usd", "growth_per_year", "drawdown", "sharpe")})
    lines = read_file(folder / "trials.jsonl").decode().splitlines()
    if lines:
        trial = {name: value for name, value in json.loads(lines[-1]).items() if name not in ("number", "at", "before")}
        kept = read_file(folder / "runs" / f"{trial['run']}.json")
        run = {name: value for name, value in json.loads(kept or b"{}").items() if name != "folder"}
        row["record"] = json.dumps({"trial": trial, "run": run})
    return row
