"""The drop-in for py_vollib: its values in its units, and QuantLib's."""

import importlib
import itertools
import math

import pytest

import jarvis2
from jarvis2.vollib import black, black_scholes, black_scholes_merton
from jarvis2.vollib.black_scholes.greeks import analytical
from jarvis2.vollib.black_scholes.implied_volatility import implied_volatility

GRID = list(itertools.product("cp", (80.0, 100.0, 125.0), (100.0,), (0.05, 0.5, 2.0), (0.0, 0.04), (0.15, 0.6)))
GREEKS = ("delta", "gamma", "theta", "vega", "rho")


def test_values_of_the_documentation():
    # py_vollib's own documentation: Haug's and Hull's examples.
    assert black_scholes.black_scholes("c", 100, 90, 0.5, 0.01, 0.2) == pytest.approx(12.111581435, abs=1e-9)
    assert black_scholes.black_scholes("p", 100, 90, 0.5, 0.01, 0.2) == pytest.approx(1.66270456231, abs=1e-9)
    at = ("p", 100, 90, 0.5, 0.01, 0.2)
    week = (black_scholes.black_scholes("p", 100, 90, 0.5 - 7 / 365, 0.01, 0.2) - black_scholes.black_scholes(*at)) / 7
    assert analytical.theta(*at) == pytest.approx(week, rel=0.02)
    assert implied_volatility(5.87602423383, 100, 100, 0.5, 0.01, "c") == pytest.approx(0.2, abs=1e-9)
    with pytest.raises(ValueError):
        implied_volatility(1.0, 100, 50, 0.5, 0.01, "c")


@pytest.mark.parametrize("model", ["black_scholes", "black_scholes_merton", "black"])
def test_py_vollib_says_the_same(model):
    pytest.importorskip("py_vollib", exc_type=ImportError)
    names = [f"{model}", f"{model}.implied_volatility", f"{model}.greeks.analytical", f"{model}.greeks.numerical"]
    theirs, their_iv, their_greeks, their_steps = (importlib.import_module(f"py_vollib.{name}") for name in names)
    ours, our_iv, our_greeks, our_steps = (importlib.import_module(f"jarvis2.vollib.{name}") for name in names)
    for flag, under, strike, t, r, sigma in GRID:
        more = (0.02,) if model == "black_scholes_merton" else ()
        given = (flag, under, strike, t, r, sigma, *more)
        price = getattr(theirs, model)(*given)
        assert getattr(ours, model)(*given) == pytest.approx(price, abs=1e-9), given
        for greek in GREEKS:
            expected = getattr(their_greeks, greek)(*given)
            assert getattr(our_greeks, greek)(*given) == pytest.approx(expected, abs=1e-9), (greek, given)
            expected = getattr(their_steps, greek)(*given)
            # Gamma divides the last digits of three prices by the square of a step of about a dollar.
            assert getattr(our_steps, greek)(*given) == pytest.approx(expected, abs=1e-9), (greek, "numerical", given)
        if price > 1e-3:
            order = {
                "black_scholes": (price, under, strike, t, r, flag),
                "black_scholes_merton": (price, under, strike, t, r, *more, flag),
                "black": (price, under, strike, r, t, flag),
            }[model]
            try:
                expected = their_iv.implied_volatility(*order)
            except Exception:
                continue
            found = our_iv.implied_volatility(*order)
            # Deep in the money the last digit of the price moves the volatility: then both give the price back.
            again = getattr(ours, model)(flag, under, strike, t, r, found, *more)
            assert found == pytest.approx(expected, abs=1e-6) or again == pytest.approx(price, abs=1e-11), given


def test_quantlib_says_the_same():
    ql = pytest.importorskip("QuantLib")
    for flag, spot, strike, t, r, sigma in GRID:
        kind = ql.Option.Call if flag == "c" else ql.Option.Put
        forward, deviation, discount = spot * math.exp((r - 0.02) * t), sigma * math.sqrt(t), math.exp(-r * t)
        expected = ql.blackFormula(kind, strike, forward, deviation, discount)
        assert jarvis2.price(flag, spot, strike, t, r, sigma, 0.02) == pytest.approx(expected, abs=1e-10)


def test_black_holds_the_forward_fixed():
    given = ("c", 100.0, 105.0, 0.75, 0.03, 0.3)
    assert importlib.import_module("jarvis2.vollib.black.greeks.analytical").rho(*given) == pytest.approx(
        (black.black("c", 100, 105, 0.75, 0.0301, 0.3) - black.black("c", 100, 105, 0.75, 0.0299, 0.3)) / 0.0002 * 0.01, rel=1e-6
    )
    assert black_scholes_merton.black_scholes_merton("c", 100, 105, 0.75, 0.03, 0.3, 0.03) == pytest.approx(black.black(*given), abs=1e-12)


@pytest.mark.parametrize("model", ["black_scholes", "black_scholes_merton", "black"])
def test_greeks_by_steps_are_near_the_exact_ones(model):
    numerical, exact = (importlib.import_module(f"jarvis2.vollib.{model}.greeks.{kind}") for kind in ("numerical", "analytical"))
    more = (0.02,) if model == "black_scholes_merton" else ()
    for flag, under, strike, t, r, sigma in itertools.product("cp", (90.0, 110.0), (100.0,), (0.5, 2.0), (0.04,), (0.25, 0.6)):
        given = (flag, under, strike, t, r, sigma, *more)
        for greek in GREEKS:
            assert getattr(numerical, greek)(*given) == pytest.approx(getattr(exact, greek)(*given), rel=0.03, abs=2e-4), (greek, given)


def test_greeks_by_steps_at_the_ends():
    """What py_vollib 1.0.12 gives on the last day and at expiry; a small volatility has a short step down."""
    numerical = importlib.import_module("jarvis2.vollib.black_scholes.greeks.numerical")
    assert [numerical.delta(flag, spot, 100, 0, 0.01, 0.2) for flag in "cp" for spot in (90, 100, 110)] == [0, 0.5, 1, -1, -0.5, 0]
    assert numerical.gamma("c", 100, 100, 0, 0.01, 0.2) == math.inf and numerical.gamma("c", 90, 100, 0, 0.01, 0.2) == 0
    assert numerical.theta("c", 100, 100, 0, 0.01, 0.2) == pytest.approx(0.02523632385325826, abs=1e-9)
    assert numerical.theta("c", 100, 100, 1 / 365, 0.01, 0.2) == pytest.approx(-0.3937591893241147, abs=1e-9)
    up, none = (black_scholes.black_scholes("c", 100, 100, 0.5, 0.01, sigma) for sigma in (0.015, 0.0))
    assert numerical.vega("c", 100, 100, 0.5, 0.01, 0.005) == pytest.approx((up - none) / 1.5, abs=1e-12)
    with pytest.raises(jarvis2.BadInput, match="volatility is -0.2"):
        numerical.delta("c", 100, 100, 0.5, 0.01, -0.2)
    assert [numerical.delta(flag, 110, 100, 0, 0.01, 0.2) for flag in (True, b"p")] == [1, 0]
    assert numerical.delta("p", 0, 100, 0.5, 0.01, 0.2) == numerical.gamma("p", 0, 100, 0.5, 0.01, 0.2) == 0
    for slip in (lambda: numerical.gamma("x", 100, 100, 0, 0.01, 0.2), lambda: numerical.vega("c", 100, 100, 1, 0.05, -0.005)):
        with pytest.raises(jarvis2.BadInput):
            slip()
