"""Greeks by differences of prices, with py_vollib's steps: a percent of the price of the underlying, a point of volatility or rate, a day.

Their errors are those of the steps: theta is what tomorrow takes, and rho of Black's model is a difference too. ``analytical`` is exact.
"""

from __future__ import annotations

from collections.abc import Callable

#: Price by underlying, time, rate and volatility: what a model leaves open once flag, strike and yield are known.
Price = Callable[[float, float, float, float], float]

STEP = 0.01
DAY = 1 / 365
#: What is left of the last day.
MOMENT = 0.00001


def delta(price: Price, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Dollars per dollar of S."""
    if t == 0 or S == 0:
        price(S, t, r, sigma)  # Refuses what cannot be used.
        if S == 0:
            return 0.0
        call = price(2 * K, 0, r, sigma) > 0  # Whatever the flag is: above the strike only a call pays at the end.
        held = 0.5 if S == K else float((S > K) == call)
        return held if call else -held
    return (price(S * (1 + STEP), t, r, sigma) - price(S * (1 - STEP), t, r, sigma)) / (2 * S * STEP)


def gamma(price: Price, S: float, K: float, t: float, r: float, sigma: float) -> float:
    """Delta per dollar of S."""
    if t == 0 or S == 0:
        price(S, t, r, sigma)
        return float("inf") if S == K and t == 0 else 0.0
    up, here, down = (price(S * factor, t, r, sigma) for factor in (1 + STEP, 1, 1 - STEP))
    return (up - 2 * here + down) / (S * STEP) ** 2


def theta(price: Price, S: float, t: float, r: float, sigma: float) -> float:
    """Dollars per calendar day: tomorrow's price less today's; on the last day all that is left of it."""
    tomorrow = t - DAY if t > DAY else MOMENT
    return price(S, tomorrow, r, sigma) - price(S, t, r, sigma)


def vega(price: Price, S: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of volatility. Below 0.01 the step down ends at 0 and counts for as much as it is."""
    price(S, t, r, sigma)
    if sigma >= STEP:
        return (price(S, t, r, sigma + STEP) - price(S, t, r, sigma - STEP)) / 2
    return (price(S, t, r, sigma + STEP) - price(S, t, r, 0.0)) / (sigma + STEP) * STEP


def rho(price: Price, S: float, t: float, r: float, sigma: float) -> float:
    """Dollars per 0.01 of rate."""
    return (price(S, t, r + STEP, sigma) - price(S, t, r - STEP, sigma)) / 2
