"""The commands of the program as functions: keyword arguments are its flags."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Union, overload

from jarvis2._errors import UsageError
from jarvis2._jarvis2 import _ask

Path = Union[str, "os.PathLike[str]"]
Day = Union[str, datetime.date]
Settings = Mapping[str, Any]


class Answer(dict[str, Any]):
    """The JSON of a command's answer. ``exit_code``: 0, or 4 where a plan abstains, or 1 where a command found what it looked for."""

    exit_code: int = 0


def _text(value: object) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    return str(value)


def _words(command: tuple[object, ...], options: Mapping[str, object]) -> list[str]:
    words = [_text(word) for word in command]
    for name, value in options.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
        elif isinstance(value, Mapping):
            words.extend(f"{flag}={key}={_text(one)}" for key, one in value.items())
        elif isinstance(value, (bytes, bytearray, memoryview)) or hasattr(value, "columns") or hasattr(value, "column_names"):
            raise UsageError(f"{name} is a {type(value).__name__}: give a text, a path, a number, or a list of them")
        elif isinstance(value, Iterable) and not isinstance(value, str):
            several = [f"{flag}={_text(one)}" for one in value]
            if not several:
                raise UsageError(f"{name} is empty: name at least one, or leave it out")
            words.extend(several)
        else:
            words.append(f"{flag}={_text(value)}")
    return words


@overload
def ask(*command: object, json: Literal[True] = True, **options: object) -> Any: ...
@overload
def ask(*command: object, json: Literal[False], **options: object) -> str: ...
def ask(*command: object, json: bool = True, **options: object) -> Any:
    """Any command of the command line, such as ``ask("market", "validate", series="prices.csv")``.

    ``as_of="2026-06-30"`` is ``--as-of 2026-06-30``, ``stress=True`` is ``--stress``, a list repeats the flag, a dictionary too
    (``set={"search.evaluations": 512}``); a trailing underscore is left off (``from_``). What would be printed as JSON comes back as
    an ``Answer``, or with ``json=False`` what would be printed as text. Errors are exceptions by kind: ``UsageError``, ``DataError``,
    ``ResourceError``, ``Interrupted``, ``InternalError``; what was answered before one is its ``answer``.
    """
    return _asked(command, options, json)


def _asked(command: tuple[object, ...], options: Mapping[str, object], as_json: bool = True) -> Any:
    words = _words(command, {**options, "json": as_json})
    text, exit_code, failed = _ask(words)
    value = parsed(text) if as_json else text
    if isinstance(value, dict):
        value = Answer(value)
        value.exit_code = exit_code
    if failed is not None:
        failed.answer = value
        raise failed
    return value


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError("this has no JSON, only text: ask(..., json=False) gives it") from None


def plan(
    *,
    chain: Path | Iterable[Path] | None = None,
    account: Path | None = None,
    history: Path | None = None,
    events: Path | None = None,
    portfolio: Path | None = None,
    symbol: str | None = None,
    as_of: Day | None = None,
    spot: float | None = None,
    rate: float | None = None,
    seed: int | None = None,
    set: Settings | None = None,
    out: Path | None = None,
    keep: bool = False,
    **options: object,
) -> Answer:
    """What to do now with this position. Alone: on the embedded synthetic sample.

    Answers as ``plan.json`` (``ask("schema", "plan")`` describes it). Unlike the command it writes no files unless ``out`` names a
    folder, and neither asks nor fills the diary unless ``keep=True`` or ``db`` names one. ``spot`` is in dollars, ``rate`` a fraction
    per year. Other flags of ``jarvis2 plan`` may be given by name.
    """
    flags: dict[str, object] = dict(
        chain=chain,
        account=account,
        history=history,
        events=events,
        portfolio=portfolio,
        symbol=symbol,
        as_of=as_of,
        spot=spot,
        rate=rate,
        seed=seed,
        set=set,
        out=out,
    )
    flags["no_files"] = out is None
    flags["no_diary"] = not keep and options.get("db") is None
    answer: Answer = _asked(("plan",), {**flags, **options})
    return answer


def backtest(
    *,
    data: Path | Iterable[Path] | None = None,
    symbol: str | Iterable[str] | None = None,
    history: Path | None = None,
    events: Path | None = None,
    from_: Day | None = None,
    to: Day | None = None,
    policy: str | None = None,
    capital: float | None = None,
    fill: str | float | None = None,
    rate: float | None = None,
    seed: int | None = None,
    stress: bool = False,
    set: Settings | None = None,
    **options: object,
) -> Answer:
    """How a policy would have fared, night by night. Alone: on the embedded synthetic sample.

    ``capital`` is in dollars; ``policy`` one of ``plan``, ``rule``, ``hold``, ``tbill``, ``putwrite``, ``buywrite``, ``random``.
    Other flags of ``jarvis2 backtest`` may be given by name.
    """
    flags: dict[str, object] = dict(
        data=data,
        symbol=symbol,
        history=history,
        events=events,
        from_=from_,
        to=to,
        policy=policy,
        capital=capital,
        fill=fill,
        rate=rate,
        seed=seed,
        stress=stress,
        set=set,
    )
    answer: Answer = _asked(("backtest",), {**flags, **options})
    return answer


def risk(
    *,
    account: Path,
    chain: Path | Iterable[Path],
    events: Path | None = None,
    symbol: str | None = None,
    as_of: Day | None = None,
    **options: object,
) -> Answer:
    """What becomes of an account if shares, volatilities and the date move, and its dollar Greeks."""
    flags: dict[str, object] = dict(account=account, chain=chain, events=events, symbol=symbol, as_of=as_of)
    answer: Answer = _asked(("risk",), {**flags, **options})
    return answer


def recall(
    *,
    history: Path | None = None,
    symbol: str | None = None,
    as_of: Day | None = None,
    right: str | None = None,
    strike_over_spot: float | None = None,
    days: int | None = None,
    **options: object,
) -> Answer:
    """Days of a price history that were like today, and what followed. Alone: on the embedded synthetic sample."""
    flags: dict[str, object] = dict(
        history=history, symbol=symbol, as_of=as_of, right=right, strike_over_spot=strike_over_spot, days=days
    )
    answer: Answer = _asked(("recall",), {**flags, **options})
    return answer


def history(
    *, db: Path | None = None, symbol: str | None = None, limit: int | None = None, **options: object
) -> Any:
    """The decisions in the diary, and how they ended."""
    return _asked(("history",), {"db": db, "symbol": symbol, "limit": limit, **options})


def regimes(*, history: Path | None = None, symbol: str | None = None, **options: object) -> Answer:
    """The kinds of market in a price history: calm, rising, high volatility, falling."""
    answer: Answer = _asked(("regimes",), {"history": history, "symbol": symbol, **options})
    return answer


def hardware() -> Answer:
    """What this machine offers: cores, memory, limits. What is missing says why."""
    answer: Answer = _asked(("machine",), {})
    return answer
