"""Many prices, plans, backtests and games on Ray, Dask or Spark. Those engines do the spreading; here is what they spread.

``price_batches``, ``greeks_batches``, ``implied_vol_batches``, ``plan_batches``, ``backtest_batches``
    An Arrow table (or record batch) in, the same with the answers out: for ``map_batches`` of Ray Data with
    ``batch_format="pyarrow"``, ``map_partitions`` or a bag of Dask, and, by ``in_arrow``, Spark's ``mapInArrow``. A row's answer
    depends on that row alone.

``price``, ``plan``, ``backtest``, ``apply``, ``self_play``
    The same on Ray itself, here or on a cluster. Work is cut into chunks that do not depend on how many workers there are, and
    comes back in order: the bytes are those of one process. Of a worker that dies Ray starts another, and its chunk is run again.
    ``workers=0`` is this process, without Ray.

Jobs are rows: a column for each flag of the command (``symbol``, ``chain``, ``as_of``, ``policy``, ``seed``, ``set``), null where it is
not given, a list where it is given several times; ``set`` is a list of texts such as ``search.evaluations=2000``. The column ``job``
is yours; columns named as those of the answers are replaced by them. Files must lie where every worker finds them. pyarrow is needed,
and Ray where ``workers`` is not 0.
"""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

from jarvis2._batches import _whole, backtest_batches, greeks_batches, implied_vol_batches, in_arrow, plan_batches, price_batches
from jarvis2._commands import _text
from jarvis2._errors import UsageError
from jarvis2._on_ray import mapped
from jarvis2._self_play import Learner, Player, seed_of, self_play
from jarvis2._trials import count, log

__all__ = [
    "Learner",
    "Player",
    "apply",
    "backtest",
    "backtest_batches",
    "count",
    "greeks_batches",
    "implied_vol_batches",
    "in_arrow",
    "plan",
    "plan_batches",
    "price",
    "price_batches",
    "seed_of",
    "self_play",
]

Jobs = Union[Any, Iterable[Mapping[str, object]]]
#: Rows of a chunk of prices: some milliseconds of work, half a megabyte a column.
_CHUNK_ROWS = 65_536


def price(table: Any, *, workers: int = 2, chunk_rows: int = _CHUNK_ROWS, retries: int = 3) -> Any:
    """Prices a table on Ray. See ``apply``."""
    return apply(price_batches, table, workers=workers, chunk_rows=chunk_rows, retries=retries)


def plan(jobs: Jobs, *, workers: int = 2, seed: int | None = None, threads: int = 1, retries: int = 3) -> Any:
    """Plans jobs on Ray: a table, or dictionaries with the arguments of ``jarvis2.plan``. Gives what ``plan_batches`` gives.

    ``seed``: job ``n`` without a seed of its own gets ``seed_of(seed, n)``; without it the configuration's. Plans quote the record
    out of sample of this machine's log, wherever they are made.
    """
    function = functools.partial(plan_batches, threads=threads, log=log())
    return apply(function, _jobs(jobs, seed), workers=workers, chunk_rows=1, retries=retries, threads=threads)


def backtest(jobs: Jobs, *, workers: int = 2, seed: int | None = None, threads: int = 1, retries: int = 3) -> Any:
    """Backtests jobs on Ray: a table, or dictionaries with the arguments of ``jarvis2.backtest``. Gives what ``backtest_batches``
    gives, and counts every run once in this user's log of trials, as it comes in.

    ``seed``: job ``n`` without a seed of its own gets ``seed_of(seed, n)``.
    """
    function = functools.partial(backtest_batches, threads=threads)
    table = _jobs(jobs, seed)
    parts = []
    for part in mapped(function, table, workers=workers, chunk_rows=1, retries=retries, threads=threads):
        count(part)
        parts.append(part)
    return pa.concat_tables(parts)


def apply(
    function: Callable[[Any], Any],
    table: Any,
    *,
    workers: int = 2,
    chunk_rows: int = _CHUNK_ROWS,
    retries: int = 3,
    threads: int = 1,
) -> Any:
    """A function of tables over a table, ``chunk_rows`` rows at a time, at most ``workers`` at once; the parts come back in order.

    The function must depend on the rows alone: its chunk is run again where a worker died, at most ``retries`` times, and then
    ``ResourceError`` is raised. What the function raises is raised here. ``threads``: processors that Ray sets aside for each.
    An empty table is one chunk without rows.
    """
    parts = mapped(function, pa.table(table), workers=workers, chunk_rows=chunk_rows, retries=retries, threads=threads)
    return pa.concat_tables(list(parts))


def _jobs(jobs: Jobs, seed: int | None) -> Any:
    if hasattr(jobs, "__arrow_c_stream__") or hasattr(jobs, "__arrow_c_array__"):
        table = pa.table(jobs)
    else:
        rows = [{name: _cell(value) for name, value in job.items()} for job in jobs]
        # A job may say nothing: a table of nothing else needs a column to have rows.
        names = dict.fromkeys(name for row in rows for name in row) or ["job"]
        table = pa.table({name: _column(name, [row.get(name) for row in rows]) for name in names})
    if table.num_rows == 0:
        raise UsageError("there are no jobs: a row for each is needed")
    if seed is None:
        return table
    there = table["seed"].to_pylist() if "seed" in table.column_names else [None] * table.num_rows
    # A seed that is none is an answer of its job, as without ``seed``.
    seeds = _column("seed", [seed_of(seed, number) if own is None else _whole(own) for number, own in enumerate(there)])
    if "seed" in table.column_names:
        return table.set_column(table.column_names.index("seed"), "seed", seeds)
    return table.append_column("seed", seeds)


def _column(name: str, cells: list[object]) -> Any:
    """A column of one type: where a job gives several, one is a list of one; where kinds differ, texts, as the command line has them."""
    if any(isinstance(cell, list) for cell in cells):
        cells = [cell if cell is None or isinstance(cell, list) else [cell] for cell in cells]
    try:
        return pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        said = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
        if name == "job" or not all(isinstance(one, (str, int, float, datetime.date)) and not isinstance(one, bool) for one in said if one is not None):
            raise UsageError(f"`{name}` of the jobs cannot be one column: {error}; give all jobs values of one kind") from None
        return pa.array([[_text(one) for one in cell] if isinstance(cell, list) else cell if cell is None else _text(cell) for cell in cells])


def _cell(value: object) -> object:
    """An argument as Arrow holds it."""
    if isinstance(value, Mapping):
        return [f"{name}={_text(one)}" for name, one in value.items()]
    if isinstance(value, (list, tuple)):
        return [_cell(one) for one in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value
