"""Greeks from formulas. Black (1976): options on a forward or future."""

from __future__ import annotations

from jarvis2._jarvis2 import greeks as _greeks

__all__ = ["delta", "gamma", "rho", "theta", "vega"]


def delta(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per dollar of F."""
    return _greeks(flag, F, K, t, r, sigma, r).delta


def gamma(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Delta per dollar of F."""
    return _greeks(flag, F, K, t, r, sigma, r).gamma


def theta(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per calendar day."""
    return _greeks(flag, F, K, t, r, sigma, r).theta_per_day


def vega(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of volatility."""
    return _greeks(flag, F, K, t, r, sigma, r).vega_per_point


def rho(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of rate, the forward held fixed."""
    return -0.01 * t * _greeks(flag, F, K, t, r, sigma, r).price
