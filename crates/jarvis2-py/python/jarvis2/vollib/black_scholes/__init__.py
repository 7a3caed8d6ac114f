"""Black-Scholes, without dividends."""

from __future__ import annotations

from jarvis2._jarvis2 import price as _price

__all__ = ["black_scholes"]


def black_scholes(flag: str, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Price in dollars. ``flag`` is "c" or "p"; S the price of a share and K the strike in dollars; t in years; r and sigma fractions per year."""
    return _price(flag, S, K, t, r, sigma)
