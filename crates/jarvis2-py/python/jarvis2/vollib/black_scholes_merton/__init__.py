"""Black-Scholes-Merton, with a dividend yield."""

from __future__ import annotations

from jarvis2._jarvis2 import price as _price

__all__ = ["black_scholes_merton"]


def black_scholes_merton(flag: str, S: float, K: float, t: float, r: float, sigma: float, q: float) -> float:
    """Price in dollars. ``flag`` is "c" or "p"; S the price of a share and K the strike in dollars; t in years; r and q and sigma fractions per year."""
    return _price(flag, S, K, t, r, sigma, q)
