"""Uses of every kind of door, for the type checker alone: it is not run."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Optional

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
from numpy.typing import NDArray

import jarvis2
from jarvis2 import american, distributed
from jarvis2.vollib.black_scholes import black_scholes
from jarvis2.vollib.black_scholes.greeks import numerical
from jarvis2.vollib.black_scholes.greeks.analytical import delta
from jarvis2.vollib.black_scholes.implied_volatility import implied_volatility

one: float = jarvis2.price("c", 100, 100.0, 1, 0.01, 0.2)
spots: NDArray[np.float64] = np.linspace(80, 120, 3)
many: NDArray[np.float64] = jarvis2.price("c", spots, 100, 1, 0.01, 0.2, threads=2)
values, statuses = jarvis2.implied_vol(["c", "p"], 100, 100, 1, 0.01, [9.0, 8.0], return_status=True)
alone: tuple[float, int] = jarvis2.price("c", 100, 100, 1, 0.01, 0.2, return_status=True)
told: tuple[jarvis2.Greeks, int] = american.greeks("p", 100, 100, 1, 0.01, 0.2, return_status=True)
codes: NDArray[np.uint8] = statuses
greeks: jarvis2.Greeks = american.greeks("p", 100, 100, 1, 0.01, 0.2, precision="fast")
columns: jarvis2.GreekArrays = jarvis2.greeks("p", spots, 100, 1, 0.01, 0.2)
vega: NDArray[np.float64] = columns.vega_per_point
edge: Optional[float] = jarvis2.boundary("p", 100, 1, 0.05, 0.2)
table: jarvis2.Table = jarvis2.price(pa.table({}))
surface: jarvis2.Surface = jarvis2.surface(spots, 1.0, spots, 100)
vol: float = surface.vol(100, 100, 1)
stepped: float = numerical.vega("c", 1, 1, 1, 0, 0.2)
dropped: float = black_scholes("c", 1, 1, 1, 0, 0.2) + delta("c", 1, 1, 1, 0, 0.2) + implied_volatility(0.1, 1, 1, 1, 0, "c")


class Walk:
    def actions(self, state: int, /) -> Iterable[str]:
        return ["on"]

    def outcomes(self, state: int, action: str, /) -> Iterable[tuple[float, float, int]]:
        return [(1.0, 0.0, state + 1)]

    def terminal_worth(self, state: int, /) -> float | None:
        return 0.0 if state > 3 else None


class Judges:
    def evaluate(self, states: Sequence[int], /) -> Sequence[float | jarvis2.Judgement]:
        return [jarvis2.Judgement(0.0) for _ in states]


tree: jarvis2.Tree[int, str] = jarvis2.search(Walk(), 0, Judges(), evaluations=10)
action: Optional[str] = tree.best_action
plan: jarvis2.Answer = jarvis2.plan(chain=[Path("a.csv")], as_of=datetime.date(2026, 6, 30), set={"search.seed": 1})
text: str = jarvis2.ask("schema", "plan", json=False)
priced: pa.Table = distributed.price_batches(table)
answers: pa.Table = distributed.backtest([{"symbol": "SPY", "set": {"search.seed": 1}}], workers=0, seed=1)


with jarvis2.Index(Path("notes"), 3, read_only=True, threads=0) as index:
    index.add(np.arange(2), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    near: list[tuple[int, float]] = index.nearest(spots, words={"symbol": ["KO"]}, between={"vix": (10, 20.0)}, exact=True)


class Plays:
    def play(self, number: int, seed: int, weights: float, /) -> bool:
        return number > weights


class Learns:
    def weights(self) -> float:
        return 0.5

    def learn(self, number: int, record: bool, /) -> None: ...

    def save(self) -> bytes:
        return b""

    def load(self, state: bytes, /) -> None: ...


played: int = distributed.self_play(Plays, Learns(), games=10)
try:
    jarvis2.price("x", 1, 1, 1, 0, 1)
except jarvis2.BadInput as error:
    row: int | None = error.row
