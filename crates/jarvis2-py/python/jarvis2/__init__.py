"""Jarvis2: what do I do now with this position? And the parts that the answer rests on, each by itself.

Prices and volatilities (``price``, ``greeks``, ``implied_vol``, ``american``, ``boundary``, ``surface``)
    Numbers in, a number out. With arrays in, numpy's rules of broadcasting hold and arrays of ``float64`` come out; other threads
    go on meanwhile, and contiguous ``float64`` is read where it lies. A table alone (anything with ``__arrow_c_stream__`` or
    ``__arrow_c_array__``: Polars, pandas, DuckDB, PyArrow) gives a table.

    ``right``: ``"c"``, ``"call"``, ``"p"``, ``"put"``; in arrays also ``True`` for calls. ``spot``, ``strike``, prices: dollars per
    share. ``years``: 365 days each. ``rate``, ``dividend_yield``, ``vol``: fractions per year, 0.25 is 25 %, continuously
    compounded. Signs are the holder's. ``theta_per_day``: dollars per calendar day; ``vega_per_point``: dollars per 0.01 of
    volatility; ``rho_per_percent``: dollars per 0.01 of rate.

    Arrays may hold floats, integers, truth values, or objects that are such numbers; what is masked or null, and ``None``, is NaN.
    Anything else (text, complex numbers, moments and spans of time) is ``BadInput`` that names the kind. A null in a column of a table
    is a null in its answer; a table of which a row is null itself (a struct's) is ``BadInput`` with the row.

    ``threads``: how many may work, 1 unless said; 0 for what the machine lets us take. ``out``: an array to write to, for arrays alone.

    A number that cannot be used is ``BadInput``, with its row where it is one of many. Good input without an answer (a price that no
    volatility gives) is ``NoAnswer`` for an option alone, and NaN without an exception in an array. With ``return_status=True`` neither
    is raised: the answer is a pair of the values, NaN where there is none (``None`` for the boundary of an option alone), and their
    statuses, numbers of ``STATUS``. What is no number, a ``right`` that is none and shapes that do not fit are raised all the same.
    A table needs neither ``out`` nor ``return_status`` and refuses both: its answer has a column ``status``.

Decisions (``plan``, ``backtest``, ``risk``, ``recall``, ``history``, ``journal``, ``regimes``, ``hardware``, ``ask``)
    The commands of the command line, in this process: keyword arguments are its flags, the answer is its JSON. Ctrl-C works.

Parts (``search``, ``Experience``, ``Index``)
    The search over a game of yours, the diary, and vectors with texts and arrows. What your game raises comes out as it is; what it
    gives that cannot be is ``UsageError``.

Many at once (``jarvis2.distributed``, to be imported by itself: it needs pyarrow)
    Prices, plans, backtests and self-play on Ray, Dask or Spark.
"""

from __future__ import annotations

from jarvis2 import american, journal
from jarvis2._commands import Answer, ask, backtest, hardware, history, plan, recall, regimes, risk
from jarvis2._errors import (
    BadInput,
    DataError,
    Error,
    InternalError,
    Interrupted,
    NoAnswer,
    ResourceError,
    UsageError,
)
from jarvis2._game import Game, Judge, Judgement
from jarvis2._jarvis2 import (
    STATUS,
    Branch,
    Counts,
    Edge,
    Experience,
    Expiry,
    GreekArrays,
    Greeks,
    Index,
    Step,
    Surface,
    Table,
    Tree,
    __version__,
    boundary,
    greeks,
    implied_vol,
    price,
    search,
    surface,
)

__all__ = [
    "STATUS",
    "Answer",
    "BadInput",
    "Branch",
    "Counts",
    "DataError",
    "Edge",
    "Error",
    "Experience",
    "Expiry",
    "Game",
    "GreekArrays",
    "Greeks",
    "Index",
    "InternalError",
    "Interrupted",
    "Judge",
    "Judgement",
    "NoAnswer",
    "ResourceError",
    "Step",
    "Surface",
    "Table",
    "Tree",
    "UsageError",
    "__version__",
    "american",
    "ask",
    "backtest",
    "boundary",
    "greeks",
    "hardware",
    "history",
    "implied_vol",
    "journal",
    "plan",
    "price",
    "recall",
    "regimes",
    "risk",
    "search",
    "surface",
]
