"""Implied volatility. Black (1976): options on a forward or future."""

from __future__ import annotations

from jarvis2._jarvis2 import implied_vol as _implied_vol

__all__ = ["implied_volatility"]


def implied_volatility(discounted_option_price: float, F: float, K: float, r: float, t: float, flag: str) -> float:
    """The volatility behind a price, as a fraction per year."""
    return _implied_vol(flag, F, K, t, r, discounted_option_price, r)
