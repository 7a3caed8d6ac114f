"""American options: price, Greeks and implied volatility as in ``jarvis2``, with ``precision`` ``"fast"``, ``"standard"`` or
``"precise"`` (errors below 1e-5, 1e-6 and about 1e-8 of the strike; a lattice's where rate and yield are negative). When to exercise: ``jarvis2.boundary``."""

from __future__ import annotations

from jarvis2._jarvis2 import american_greeks as greeks
from jarvis2._jarvis2 import american_implied_vol as implied_vol
from jarvis2._jarvis2 import american_price as price

__all__ = ["greeks", "implied_vol", "price"]
