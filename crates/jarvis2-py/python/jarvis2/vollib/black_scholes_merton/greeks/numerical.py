"""Greeks by differences of prices. Black-Scholes-Merton, with a dividend yield.

py_vollib's steps: a percent of S, a day, 0.01 of volatility and of rate. ``analytical`` is exact and faster.
"""

from __future__ import annotations

from jarvis2.vollib import _numerical
from jarvis2.vollib.black_scholes_merton import black_scholes_merton

__all__ = ["delta", "gamma", "rho", "theta", "vega"]


def _price(flag: str, K: float, q: float) -> _numerical.Price:
    return lambda S, t, r, sigma: black_scholes_merton(flag, S, K, t, r, sigma, q)


def delta(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per dollar of S."""
    return _numerical.delta(_price(flag, K, q), S, K, t, r, sigma)


def gamma(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Delta per dollar of S."""
    return _numerical.gamma(_price(flag, K, q), S, K, t, r, sigma)


def theta(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars for the next calendar day."""
    return _numerical.theta(_price(flag, K, q), S, t, r, sigma)


def vega(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per 0.01 of volatility."""
    return _numerical.vega(_price(flag, K, q), S, t, r, sigma)


def rho(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per 0.01 of rate, the yield held fixed."""
    return _numerical.rho(_price(flag, K, q), S, t, r, sigma)
