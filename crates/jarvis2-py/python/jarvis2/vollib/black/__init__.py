"""Black (1976): options on a forward or future."""

from __future__ import annotations

from jarvis2._jarvis2 import price as _price

__all__ = ["black"]


def black(flag: str, F: float, K: float, t: float, r: float, sigma: float) -> float:
    """Price in dollars. ``flag`` is "c" or "p"; F the price of a forward and K the strike in dollars; t in years; r and sigma fractions per year."""
    return _price(flag, F, K, t, r, sigma, r)
