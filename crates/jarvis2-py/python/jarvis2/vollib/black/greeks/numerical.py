"""Greeks by differences of prices. Black (1976): options on a forward or future.

py_vollib's steps: a percent of F, a day, 0.01 of volatility and of rate. ``analytical`` is exact and faster.
"""

from __future__ import annotations

from jarvis2.vollib import _numerical
from jarvis2.vollib.black import black

__all__ = ["delta", "gamma", "rho", "theta", "vega"]


def _price(flag: str, K: float) -> _numerical.Price:
    return lambda F, t, r, sigma: black(flag, F, K, t, r, sigma)


def delta(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per dollar of F."""
    return _numerical.delta(_price(flag, K), F, K, t, r, sigma)


def gamma(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Delta per dollar of F."""
    return _numerical.gamma(_price(flag, K), F, K, t, r, sigma)


def theta(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars for the next calendar day."""
    return _numerical.theta(_price(flag, K), F, t, r, sigma)


def vega(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of volatility."""
    return _numerical.vega(_price(flag, K), F, t, r, sigma)


def rho(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of rate, the forward held fixed."""
    return _numerical.rho(_price(flag, K), F, t, r, sigma)
