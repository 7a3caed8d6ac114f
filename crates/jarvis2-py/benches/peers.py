"""What Python costs: Jarvis2 beside py_vollib and QuantLib one option at a time, and beside its own Rust batch a million at a time.

    python crates/jarvis2-py/benches/peers.py

needs numpy, py_vollib and QuantLib beside the package. Every figure is processor time of this thread, in turn within one run, so that
ratios hold on a busy machine; medians over rounds. Answers are compared in the run that is timed.

New arrays of some megabytes cost page faults, which glibc and numpy take differently. To leave them out on both sides, keep freed memory:

    MALLOC_TOP_PAD_=100000000 MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=2000000000 python .../peers.py million
"""

import gc
import os
import platform
import statistics
import sys
import time
import warnings
from functools import partial

warnings.filterwarnings("ignore", category=DeprecationWarning)

import numpy as np
import py_vollib.black_scholes_merton as pv
import QuantLib as ql
from py_vollib.black_scholes_merton.greeks import analytical as pv_greeks
from py_vollib.black_scholes_merton.implied_volatility import implied_volatility as pv_iv

import jarvis2
from jarvis2 import american
from jarvis2._jarvis2 import _Batch
from jarvis2.vollib.black_scholes_merton import black_scholes_merton as drop_in

ROUNDS = 31


def seconds(work):
    gc.disable()
    start = time.thread_time()
    work()
    spent = time.thread_time() - start
    gc.enable()
    return spent


def in_turn(doors, rounds=ROUNDS):
    """Medians of each, after one round that does not count."""
    spent = {name: [] for name in doors}
    for round_ in range(rounds + 1):
        for name, work in doors.items():
            took = seconds(work)
            if round_ > 0:
                spent[name].append(took)
    return {name: statistics.median(times) for name, times in spent.items()}, spent


# --- one at a time -------------------------------------------------------------------------------------------------------------

TODAY = ql.Date(30, 6, 2026)
ql.Settings.instance().evaluationDate = TODAY
DAYS = ql.Actual365Fixed()
NONE = ql.NullCalendar()


class QuantLibOption:
    """As its examples do it: quotes behind handles, an engine, one option; asked again after its quotes were set."""

    def __init__(self, kind, strike, days, exercise):
        self.spot, self.vol = ql.SimpleQuote(100.0), ql.SimpleQuote(0.2)
        rate = ql.YieldTermStructureHandle(ql.FlatForward(TODAY, 0.03, DAYS))
        dividend = ql.YieldTermStructureHandle(ql.FlatForward(TODAY, 0.01, DAYS))
        vol = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, NONE, ql.QuoteHandle(self.vol), DAYS))
        self.process = ql.BlackScholesMertonProcess(ql.QuoteHandle(self.spot), dividend, rate, vol)
        payoff = ql.PlainVanillaPayoff(kind, strike)
        self.option = ql.VanillaOption(payoff, exercise(TODAY + days))
        if exercise is ql.EuropeanExercise:
            self.option.setPricingEngine(ql.AnalyticEuropeanEngine(self.process))
        else:
            self.option.setPricingEngine(ql.QdFpAmericanEngine(self.process))


def single():
    n, days = 200, 182
    years, rate, dividend_yield = days / 365, 0.03, 0.01
    rng = np.random.default_rng(5)
    spots = [float(x) for x in rng.uniform(80, 120, n)]
    vols = [float(x) for x in rng.uniform(0.1, 0.6, n)]
    european, early = ql.EuropeanExercise, lambda date: ql.AmericanExercise(TODAY, date)

    def made(exercise):
        return QuantLibOption(ql.Option.Put, 100.0, days, exercise)

    reused, reused_early = made(european), made(early)

    def quantlib_price(spot, vol, option=None):
        """Of an option that is there, or of one made anew; likewise below."""
        option = option or made(european)
        option.spot.setValue(spot)
        option.vol.setValue(vol)
        return option.option.NPV()

    prices = [jarvis2.price("p", s, 100.0, years, rate, v, dividend_yield) for s, v in zip(spots, vols)]
    for s, v, p in zip(spots, vols, prices):
        for other in (quantlib_price(s, v), quantlib_price(s, v, reused), pv.black_scholes_merton("p", s, 100.0, years, rate, v, dividend_yield)):
            assert abs(other - p) < 1e-9, (s, v, p, other)
    pairs = list(zip(spots, vols))

    def loop(call):
        def work():
            for spot, vol in pairs:
                call(spot, vol)

        return work

    show("price of one European put", n, in_turn({
        "jarvis2.price": loop(lambda s, v: jarvis2.price("p", s, 100.0, years, rate, v, dividend_yield)),
        "jarvis2.vollib": loop(lambda s, v: drop_in("p", s, 100.0, years, rate, v, dividend_yield)),
        "py_vollib": loop(lambda s, v: pv.black_scholes_merton("p", s, 100.0, years, rate, v, dividend_yield)),
        "QuantLib, objects made": loop(quantlib_price),
        "QuantLib, quotes set": loop(partial(quantlib_price, option=reused)),
    }))

    quoted = list(zip(spots, prices))
    for (s, p), v in zip(quoted, vols):
        assert abs(jarvis2.implied_vol("p", s, 100.0, years, rate, p, dividend_yield) - v) < 1e-7
        assert abs(pv_iv(p, s, 100.0, years, rate, dividend_yield, "p") - v) < 1e-7

    def quantlib_iv(spot, price, option=None):
        option = option or made(european)
        option.spot.setValue(spot)
        return option.option.impliedVolatility(price, option.process, 1e-9, 200, 1e-4, 5.0)

    for (s, p), v in zip(quoted, vols):
        assert abs(quantlib_iv(s, p) - v) < 1e-6 and abs(quantlib_iv(s, p, reused) - v) < 1e-6, (s, p, v)

    def loop_quoted(call):
        def work():
            for spot, price in quoted:
                call(spot, price)

        return work

    show("implied volatility of one European put", n, in_turn({
        "jarvis2.implied_vol": loop_quoted(lambda s, p: jarvis2.implied_vol("p", s, 100.0, years, rate, p, dividend_yield)),
        "py_vollib": loop_quoted(lambda s, p: pv_iv(p, s, 100.0, years, rate, dividend_yield, "p")),
        "QuantLib, objects made": loop_quoted(quantlib_iv),
        "QuantLib, quotes set": loop_quoted(partial(quantlib_iv, option=reused)),
    }))

    def all_greeks(s, v):
        given = ("p", s, 100.0, years, rate, v, dividend_yield)
        return [getattr(pv_greeks, name)(*given) for name in ("delta", "gamma", "vega", "theta", "rho")]

    def quantlib_greeks(spot, vol, option=None):
        option = option or made(european)
        option.spot.setValue(spot)
        option.vol.setValue(vol)
        o = option.option
        return o.delta(), o.gamma(), o.vega(), o.thetaPerDay(), o.rho()

    s, v = pairs[0]
    ours = jarvis2.greeks("p", s, 100.0, years, rate, v, dividend_yield)
    for theirs in (all_greeks(s, v), quantlib_greeks(s, v), quantlib_greeks(s, v, reused)):
        assert abs(ours.theta_per_day - theirs[3]) < 1e-9
    show("price and five Greeks of one European put", n, in_turn({
        "jarvis2.greeks": loop(lambda s, v: jarvis2.greeks("p", s, 100.0, years, rate, v, dividend_yield)),
        "py_vollib": loop(all_greeks),
        "QuantLib, objects made": loop(quantlib_greeks),
        "QuantLib, quotes set": loop(partial(quantlib_greeks, option=reused)),
    }))

    def quantlib_american(spot, vol, option=None):
        option = option or made(early)
        option.spot.setValue(spot)
        option.vol.setValue(vol)
        return option.option.NPV()

    for s, v in pairs:
        ours = american.price("p", s, 100.0, years, rate, v, dividend_yield)
        worst = max(abs(quantlib_american(s, v, option) - ours) for option in (None, reused_early))
        assert worst < 1e-3, (s, v, worst)
    show("price of one American put (QuantLib: QdFp, its default scheme)", n, in_turn({
        "jarvis2.american.price": loop(lambda s, v: american.price("p", s, 100.0, years, rate, v, dividend_yield)),
        "QuantLib, objects made": loop(quantlib_american),
        "QuantLib, quotes set": loop(partial(quantlib_american, option=reused_early)),
    }, rounds=11))


def show(what, n, measured):
    medians, _ = measured
    first = next(iter(medians.values()))
    print(f"\n{what}: microseconds each")
    for name, spent in medians.items():
        print(f"  {name:26} {spent / n * 1e6:9.3f}   {spent / first:7.1f} x")


# --- a million at a time -------------------------------------------------------------------------------------------------------


def million():
    n = 1_000_000
    rng = np.random.default_rng(6)
    letters = np.where(rng.random(n) < 0.5, "c", "p")
    truth = letters == "c"
    spot, strike = rng.uniform(80, 120, n), rng.uniform(80, 120, n)
    years, vol = rng.uniform(0.05, 2, n), rng.uniform(0.1, 0.6, n)
    rate, dividend_yield = np.full(n, 0.03), np.full(n, 0.01)
    numbers = [spot, strike, years, rate, dividend_yield, vol]
    kept = "kept" if "MALLOC_TRIM_THRESHOLD_" in os.environ else "as the system has it"
    print(f"\n{n:,} European options, one thread, freed memory {kept}: milliseconds of processor time; beside the Rust batch: median of the rounds' ratios")
    for what, door in (("price", jarvis2.price), ("greeks", jarvis2.greeks), ("implied_vol", jarvis2.implied_vol)):
        last = vol
        if what == "implied_vol":
            last = jarvis2.price(letters, spot, strike, years, rate, vol, dividend_yield)
        batch = _Batch(what, letters, [*numbers[:5], last])
        ask = lambda right: door(right, spot, strike, years, rate, last, dividend_yield)
        doors = {
            "Rust": batch.run,
            "letters": lambda: ask(letters),
            "truth": lambda: ask(truth),
            "rate and yield as numbers": lambda: door(letters, spot, strike, years, 0.03, last, 0.01),
        }
        medians, spent = in_turn(doors)
        rust = medians["Rust"]
        line = ", ".join(
            f"{name} {medians[name] * 1e3:.2f} ({statistics.median(a / b - 1 for a, b in zip(spent[name], spent['Rust'])) * 100:+.1f} %)"
            for name in list(doors)[1:]
        )
        print(f"  {what:12} Rust {rust * 1e3:8.2f}   from Python: {line}")


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, {platform.machine()}, numpy {np.__version__}, QuantLib {ql.__version__}, jarvis2 {jarvis2.__version__}")
    if "million" not in sys.argv[1:]:
        single()
    if "single" not in sys.argv[1:]:
        million()
