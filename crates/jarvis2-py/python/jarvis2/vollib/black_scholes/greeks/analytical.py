"""Greeks from formulas. Black-Scholes, without dividends."""

from __future__ import annotations

from jarvis2._jarvis2 import greeks as _greeks

__all__ = ["delta", "gamma", "rho", "theta", "vega"]


def delta(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per dollar of S."""
    return _greeks(flag, S, K, t, r, sigma).delta


def gamma(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Delta per dollar of S."""
    return _greeks(flag, S, K, t, r, sigma).gamma


def theta(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per calendar day."""
    return _greeks(flag, S, K, t, r, sigma).theta_per_day


def vega(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of volatility."""
    return _greeks(flag, S, K, t, r, sigma).vega_per_point


def rho(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of rate."""
    return _greeks(flag, S, K, t, r, sigma).rho_per_percent
