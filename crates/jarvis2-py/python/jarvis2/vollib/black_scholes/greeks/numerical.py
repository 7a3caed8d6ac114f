"""Greeks by differences of prices. Black-Scholes, without dividends.

py_vollib's steps: a percent of S, a day, 0.01 of volatility and of rate. ``analytical`` is exact and faster.
"""

from __future__ import annotations

from jarvis2.vollib import _numerical
from jarvis2.vollib.black_scholes import black_scholes

__all__ = ["delta", "gamma", "rho", "theta", "vega"]


def _price(flag: str, K: float) -> _numerical.Price:
    return lambda S, t, r, sigma: black_scholes(flag, S, K, t, r, sigma)


def delta(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per dollar of S."""
    return _numerical.delta(_price(flag, K), S, K, t, r, sigma)


def gamma(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Delta per dollar of S."""
    return _numerical.gamma(_price(flag, K), S, K, t, r, sigma)


def theta(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars for the next calendar day."""
    return _numerical.theta(_price(flag, K), S, t, r, sigma)


def vega(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of volatility."""
    return _numerical.vega(_price(flag, K), S, t, r, sigma)


def rho(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of rate."""
    return _numerical.rho(_price(flag, K), S, t, r, sigma)
