"""Greeks from formulas. Black-Scholes-Merton, with a dividend yield."""

from __future__ import annotations

from jarvis2._jarvis2 import greeks as _greeks

__all__ = ["delta", "gamma", "rho", "theta", "vega"]


def delta(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per dollar of S."""
    return _greeks(flag, S, K, t, r, sigma, q).delta


def gamma(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Delta per dollar of S."""
    return _greeks(flag, S, K, t, r, sigma, q).gamma


def theta(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per calendar day."""
    return _greeks(flag, S, K, t, r, sigma, q).theta_per_day


def vega(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per 0.01 of volatility."""
    return _greeks(flag, S, K, t, r, sigma, q).vega_per_point


def rho(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Dollars per 0.01 of rate."""
    return _greeks(flag, S, K, t, r, sigma, q).rho_per_percent
