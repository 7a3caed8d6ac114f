"""Implied volatility. Black-Scholes, without dividends."""

from __future__ import annotations

from jarvis2._jarvis2 import implied_vol as _implied_vol

__all__ = ["implied_volatility"]


def implied_volatility(price: float, S: float, K: float, t: float, r: float, flag: str) -> float:
    """The volatility behind a price, as a fraction per year."""
    return _implied_vol(flag, S, K, t, r, price)
