"""Prices, Greeks and volatilities: one, many, broadcast, and what is refused."""

import copy
import gc
import math
import os
import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import jarvis2
from jarvis2 import american


def some(n=257):
    rng = np.random.default_rng(7)
    right = np.where(rng.random(n) < 0.5, "c", "p")
    spot = rng.uniform(50, 150, n)
    strike = rng.uniform(50, 150, n)
    years = rng.uniform(0.02, 2, n)
    rate = rng.uniform(-0.01, 0.08, n)
    vol = rng.uniform(0.1, 0.9, n)
    dividend_yield = rng.uniform(0, 0.05, n)
    return right, spot, strike, years, rate, vol, dividend_yield


def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def by_hand(right, spot, strike, years, rate, vol, dividend_yield):
    deviation = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate - dividend_yield + vol * vol / 2) * years) / deviation
    sign = 1 if right == "c" else -1
    share = spot * math.exp(-dividend_yield * years) * normal(sign * d1)
    cash = strike * math.exp(-rate * years) * normal(sign * (d1 - deviation))
    return sign * (share - cash)


def test_a_price_is_the_textbooks():
    assert jarvis2.price("p", 36.0, 40.0, 1.0, 0.06, 0.2) == pytest.approx(3.844307791596842, abs=1e-12)
    for row in zip(*some()):
        assert jarvis2.price(*row) == pytest.approx(by_hand(*row), abs=1e-11)


def test_a_call_less_a_put_is_a_forward():
    _, *numbers = some()
    spot, strike, years, rate, _, dividend_yield = numbers
    gap = jarvis2.price("c", *numbers) - jarvis2.price("p", *numbers)
    forward = spot * np.exp(-dividend_yield * years) - strike * np.exp(-rate * years)
    np.testing.assert_allclose(gap, forward, atol=1e-11)


@pytest.mark.parametrize("door", [jarvis2.price, american.price])
def test_arrays_answer_row_by_row_as_numbers_do(door):
    columns = some()
    many = door(*columns)
    assert many.dtype == np.float64 and many.shape == (257,)
    for answer, row in zip(many, zip(*columns)):
        assert answer == pytest.approx(door(*row), abs=1e-12)


def test_threads_change_no_bit():
    columns = [np.tile(column, 41) for column in some()]
    one = jarvis2.price(*columns)
    for threads in (0, 2, 3, 7):
        assert np.array_equal(one, jarvis2.price(*columns, threads=threads))
    one = american.greeks(*columns, precision="fast")
    three = american.greeks(*columns, precision="fast", threads=3)
    assert np.array_equal(one.theta_per_day, three.theta_per_day)


def test_numpys_rules_of_shape_hold():
    strikes = np.linspace(80, 120, 5)
    years = np.array([[0.1], [0.5], [1.0]])
    table = jarvis2.price("put", 100, strikes, years, 0.03, 0.2)
    assert table.shape == (3, 5)
    for i, j in np.ndindex(3, 5):
        assert table[i, j] == pytest.approx(jarvis2.price("put", 100, strikes[j], years[i, 0], 0.03, 0.2), abs=1e-12)
    rights = np.array([["c"], ["p"]])[:, :, None]
    assert jarvis2.price(rights, 100, strikes, years, 0.03, 0.2).shape == (2, 3, 5)
    assert jarvis2.price("c", np.zeros((0, 3)) + 100, 100, 1, 0, 0.2).shape == (0, 3)


def test_any_layout_and_type_of_number_will_do():
    right, spot, strike, years, rate, vol, dividend_yield = some(12)
    plain = jarvis2.price(right, spot, strike, years, rate, vol, dividend_yield)
    twice = np.repeat(spot, 2)[::2]
    assert not twice.flags.c_contiguous
    record = np.zeros(12, dtype=[("letter", "S1"), ("spot", "<f8")])
    record["spot"] = spot
    for other in (twice, record["spot"], spot.astype(">f8"), list(spot)):
        assert np.array_equal(plain, jarvis2.price(right, other, strike, years, rate, vol, dividend_yield))
    square = jarvis2.price("c", np.asfortranarray(spot.reshape(3, 4)), 100, 1, 0.01, 0.2)
    assert np.array_equal(square.ravel(), jarvis2.price("c", spot, 100, 1, 0.01, 0.2))
    assert jarvis2.price("c", np.int64(100), np.float32(100), np.array(1), 0, 0.2) == jarvis2.price("c", 100, 100, 1, 0, 0.2)
    assert isinstance(jarvis2.price("c", np.float64(100), np.array(100.0), 1, 0, 0.2), float)


def test_numbers_may_be_objects():
    from decimal import Decimal
    from fractions import Fraction

    plain = jarvis2.price("c", np.array([100.0, 101.0]), 100, 1, 0.01, 0.2)
    for other in ([Decimal(100), Fraction(101)], np.array([np.int8(100), np.float32(101)], dtype=object), np.array([100, 101], "u1")):
        assert np.array_equal(plain, jarvis2.price("c", other, 100, 1, 0.01, 0.2))
    assert jarvis2.price("c", Decimal(100), 100, True, 0.01, 0.2) == plain[0]
    with pytest.raises(jarvis2.BadInput, match="row 1: spot is NaN"):
        jarvis2.price("c", np.array([100, None]), 100, 1, 0.01, 0.2)


@pytest.mark.parametrize(
    ("years", "named"),
    [
        (np.array([30, 60], "m8[D]"), r"timedelta64\[D\] of kind \"m\" \(spans of time; divide them"),
        (np.timedelta64(30, "D"), "kind \"m\""),
        (np.array(["2026-01-16"], "M8[D]"), "kind \"M\""),
        (["1.0", "2.0"], "kind \"U\" \\(text; convert"),
        ("1.0", "kind \"U\""),
        (np.array([b"1.0"]), "kind \"S\""),
        (np.array([1 + 1j]), "kind \"c\" \\(complex"),
        (1 + 1j, "kind \"c\""),
        (np.zeros(2, [("a", "f8")]), "kind \"V\""),
        (np.array([1.0, "2.0"], dtype=object), "kind \"O\", and row 1 is '2.0'"),
        (np.array([np.timedelta64(30, "D"), 1], dtype=object), "kind \"O\", and row 0 is "),
        (np.ma.array([30, 60], "m8[D]"), "kind \"m\""),
    ],
)
def test_what_is_no_number_is_refused_by_its_kind(years, named):
    for return_status in (False, True):
        with pytest.raises(jarvis2.BadInput, match="years: a number or an array of numbers is needed, not .*" + named) as caught:
            jarvis2.price("c", 100, 100, years, 0.01, 0.2, return_status=return_status)
        assert caught.value.what == "years"
    with pytest.raises(jarvis2.BadInput, match="years: a number"):
        jarvis2.surface([90, 100], years, 0.2, 100)


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", object])
def test_what_is_masked_is_not_priced(kind):
    spot = np.ma.array(np.array([100, 101, 102], kind), mask=[False, True, False])
    with pytest.raises(jarvis2.BadInput, match="row 1: spot is NaN") as caught:
        jarvis2.price("c", spot, 100, 1, 0.01, 0.2)
    assert caught.value.row == 1
    prices, status = jarvis2.price("c", spot, 100, 1, 0.01, 0.2, return_status=True)
    assert [jarvis2.STATUS[s] for s in status] == ["ok", "bad_input", "ok"] and np.isnan(prices[1])
    plain = jarvis2.price("c", np.array([100.0, 102.0]), 100, 1, 0.01, 0.2)
    assert np.array_equal(prices[[0, 2]], plain)
    assert np.array_equal(jarvis2.price("c", np.ma.array([100.0, 102.0]), 100, 1, 0.01, 0.2), plain)
    with pytest.raises(jarvis2.BadInput, match="spot is NaN"):
        jarvis2.price("c", np.ma.masked, 100, 1, 0.01, 0.2)
    with pytest.raises(jarvis2.BadInput, match="row 1: right is masked"):
        jarvis2.price(np.ma.array(["c", "p"], mask=[False, True]), 100, 100, 1, 0.01, 0.2)


def test_rights_in_words_letters_bytes_and_truth():
    plain = jarvis2.price(["c", "p", "c"], 100, 95, 1, 0.02, 0.2)
    for right in (
        np.array(["call", "PUT", "Call"]),
        np.array([b"C", b"P", b"C"]),
        np.array([True, False, True]),
        np.array(["c", "p", "call"], dtype=object),
    ):
        assert np.array_equal(plain, jarvis2.price(right, 100, 95, 1, 0.02, 0.2))


def test_out_is_written_and_read_where_it_lies():
    columns = some()
    out = np.full(257, 7.0)
    assert jarvis2.price(*columns, out=out) is out
    assert np.array_equal(out, jarvis2.price(*columns))
    for wrong in (np.zeros(256), np.zeros(257, dtype="f4"), np.zeros(514)[::2]):
        with pytest.raises(jarvis2.BadInput, match="out must be"):
            jarvis2.price(*columns, out=wrong)


def test_a_number_and_a_table_refuse_what_they_cannot_heed():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"right": ["c"], "spot": [100.0], "strike": [100.0], "years": [1.0], "rate": [0.01], "vol": [0.2], "price": [9.0]})
    for of in (jarvis2, american):
        for door in (of.price, of.implied_vol):
            with pytest.raises(jarvis2.BadInput, match="out: a single option gives a number") as caught:
                door("c", 100, 100, 1, 0.01, 9.0, out=np.zeros(1))
            assert caught.value.what == "out"
            with pytest.raises(jarvis2.BadInput, match="out: the answer to a table is a new table"):
                door(table, out=np.zeros(1))
        for door in (of.price, of.greeks, of.implied_vol):
            with pytest.raises(jarvis2.BadInput, match="return_status: the answer to a table is a new table with a column `status`"):
                door(table, return_status=True)


def test_greeks_are_copied_and_compared():
    one, many = jarvis2.greeks("c", 100, 100, 1, 0.01, 0.2), jarvis2.greeks("c", [90.0, 100.0], 100, 1, 0.01, 0.2)
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one != jarvis2.greeks("c", 101, 100, 1, 0.01, 0.2)
    assert np.array_equal(pickle.loads(pickle.dumps(many)).delta, many.delta)


def test_a_surface_knows_where_it_says_nothing():
    surface = jarvis2.surface([90, 100, 110.0], 0.5, [0.22, 0.2, 0.21], 100.0)
    slips = [(0, 100, 0.5), (-1, 100, 0.5), (100, 0, 0.5), (100, 100, 0), (100, 100, -1), (math.inf, 100, 0.5), (100, 100, math.inf)]
    assert all(math.isnan(surface.vol(*slip)) for slip in slips) and math.isnan(surface.atm_vol(0))
    with pytest.raises(jarvis2.Error, match="SVI five"):
        jarvis2.surface([90, 100, 110, 120.0], 0.5, 0.2, 100.0, kind="svi")


def test_contiguous_numbers_are_not_copied():
    import tracemalloc

    n = 1_000_000
    spot = np.full(n, 100.0)
    out = np.empty(n)
    tracemalloc.start()
    jarvis2.price("c", spot, spot, spot * 0 + 1, 0.01, spot * 0 + 0.2, out=out)
    tracemalloc.reset_peak()
    years, vol = spot * 0 + 1, spot * 0 + 0.2
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    jarvis2.price("c", spot, spot, years, 0.01, vol, out=out)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 100_000, f"{peak} bytes were taken for {8 * n} bytes of columns"


def test_what_was_priced_is_found_again():
    columns = list(some())
    prices = jarvis2.price(*columns)
    vols = jarvis2.implied_vol(*columns[:5], prices, columns[6])
    good = ~np.isnan(vols)
    assert good.sum() > 200
    again = jarvis2.price(*[c[good] for c in columns[:5]], vols[good], columns[6][good])
    np.testing.assert_allclose(again, prices[good], atol=1e-9)
    assert jarvis2.implied_vol("p", 36, 40, 1, 0.06, 3.844307791596842) == pytest.approx(0.2, abs=1e-10)
    assert american.implied_vol("p", 36, 40, 1, 0.06, american.price("p", 36, 40, 1, 0.06, 0.2)) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("of", [jarvis2, american])
def test_greeks_are_slopes_of_the_price(of):
    at = dict(right="p", spot=100.0, strike=95.0, years=0.75, rate=0.03, vol=0.25, dividend_yield=0.01)
    greeks = of.greeks(**at)

    def slope(name, step):
        up, down = dict(at), dict(at)
        up[name] += step
        down[name] -= step
        return (of.price(**up) - of.price(**down)) / (2 * step)

    assert greeks.price == pytest.approx(of.price(**at), abs=1e-9)
    assert greeks.delta == pytest.approx(slope("spot", 0.05), rel=1e-4)
    assert greeks.vega_per_point == pytest.approx(slope("vol", 1e-3) / 100, rel=1e-3)
    assert greeks.theta_per_day == pytest.approx(-slope("years", 1e-3) / 365, rel=1e-3)
    assert greeks.rho_per_percent == pytest.approx(slope("rate", 1e-3) / 100, rel=1e-2)
    many = of.greeks(**{**at, "spot": np.array([100.0, 101.0])})
    for name in ("price", "delta", "gamma", "vega_per_point", "theta_per_day", "rho_per_percent"):
        assert getattr(many, name)[0] == pytest.approx(getattr(greeks, name), abs=1e-12)
    assert "vega_per_point" in repr(greeks)


def test_exercise_pays_at_the_boundary_and_beyond():
    edge = jarvis2.boundary("p", 100, 1, 0.05, 0.25)
    assert 70 < edge < 85
    assert american.price("p", edge - 1, 100, 1, 0.05, 0.25) == pytest.approx(101 - edge, abs=1e-4)
    assert american.price("p", edge + 1, 100, 1, 0.05, 0.25) > 99 - edge + 1e-4
    assert jarvis2.boundary("c", 100, 1, 0.05, 0.25) is None
    edges = jarvis2.boundary(["p", "c"], 100, 1, 0.05, 0.25)
    assert edges[0] == edge and np.isnan(edges[1])


def test_one_bad_number_is_named():
    with pytest.raises(jarvis2.BadInput, match="volatility is -0.2") as caught:
        jarvis2.price("c", 100, 100, 1, 0.01, -0.2)
    assert isinstance(caught.value, ValueError) and caught.value.kind == "bad_input"
    assert (caught.value.what, caught.value.value, caught.value.row) == ("volatility", "-0.2", None)
    with pytest.raises(jarvis2.BadInput, match='right is "x": write'):
        jarvis2.price("x", 100, 100, 1, 0.01, 0.2)
    with pytest.raises(jarvis2.BadInput, match="spot: a number or an array"):
        jarvis2.price("c", "a hundred", 100, 1, 0.01, 0.2)
    with pytest.raises(TypeError, match="missing: years, rate, vol"):
        jarvis2.price("c", 100, 100)
    with pytest.raises(jarvis2.BadInput, match="precision"):
        american.price("c", 100, 100, 1, 0.01, 0.2, precision="good")


@pytest.mark.parametrize("threads", [1, 4])
def test_a_bad_row_is_named(threads):
    columns = [np.tile(column, 50) for column in some()]
    columns[1][[5000, 9000]] = np.nan
    with pytest.raises(jarvis2.BadInput, match="row 5000: spot is NaN") as caught:
        jarvis2.price(*columns, threads=threads)
    assert caught.value.row == 5000
    prices, status = jarvis2.price(*columns, threads=threads, return_status=True)
    assert status.dtype == np.uint8 and list(np.flatnonzero(status)) == [5000, 9000]
    assert jarvis2.STATUS[status[5000]] == "bad_input" and np.isnan(prices[5000])
    for return_status in (False, True):
        letters = columns[0].copy()
        letters[[7000, 9500]] = "x"
        with pytest.raises(jarvis2.BadInput, match='row 7000: right is "x"') as caught:
            jarvis2.price(letters, *columns[1:], threads=threads, return_status=return_status)
        assert caught.value.row == 7000


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(jarvis2.BadInput, match=r"spot \[3\].*strike \[4\]|strike \[4\].*spot \[3\]"):
        jarvis2.price("c", np.ones(3), np.ones(4), 1, 0, 0.2)


def test_a_price_without_a_volatility_has_a_reason():
    with pytest.raises(jarvis2.NoAnswer, match="no volatility is that low") as caught:
        jarvis2.implied_vol("c", 100, 90, 1, 0.0, 5.0)
    assert caught.value.kind == "below_intrinsic"
    vols, status = jarvis2.implied_vol("c", 100, 90, 1, 0.0, np.array([5.0, 15.0, 100.0]), return_status=True)
    assert [jarvis2.STATUS[s] for s in status] == ["below_intrinsic", "ok", "above_maximum"]
    assert np.isnan(vols[0]) and vols[1] > 0.2 and np.isnan(vols[2])


@pytest.mark.parametrize("of", [jarvis2, american])
def test_a_status_is_returned_for_one_option_too(of):
    for spot in (100.0, np.array(100.0)):
        price, status = of.price("c", spot, 100, 1, 0.01, 0.2, return_status=True)
        assert price == of.price("c", 100, 100, 1, 0.01, 0.2) and jarvis2.STATUS[status] == "ok"
    for spot in (-1, math.nan, np.array(-1.0)):
        price, status = of.price("c", spot, 100, 1, 0.01, 0.2, return_status=True)
        assert math.isnan(price) and jarvis2.STATUS[status] == "bad_input"
        greeks, status = of.greeks("c", spot, 100, 1, 0.01, 0.2, return_status=True)
        assert math.isnan(greeks.price) and math.isnan(greeks.rho_per_percent) and jarvis2.STATUS[status] == "bad_input"
    vol, status = of.implied_vol("c", 100, 90, 1, 0.0, 5.0, return_status=True)
    assert math.isnan(vol) and jarvis2.STATUS[status] == "below_intrinsic"
    assert jarvis2.boundary("p", -1, 1, 0.05, 0.2, return_status=True) == (None, jarvis2.STATUS.index("bad_input"))
    with pytest.raises(jarvis2.BadInput, match="right is"):
        of.price("x", 100, 100, 1, 0.01, 0.2, return_status=True)


def test_other_threads_go_on():
    n = 200_000
    spot = np.linspace(80, 120, n)
    beats = 0
    done = threading.Event()

    def work():
        american.price("p", spot, 100.0, 1.0, 0.05, 0.25)
        done.set()

    hand = threading.Thread(target=work)
    hand.start()
    while not done.is_set():
        beats += 1
        time.sleep(0.001)
    hand.join()
    assert beats > 5


def test_a_surface_gives_back_its_quotes():
    strikes = np.array([90, 100, 110, 90, 100, 110.0])
    years = np.repeat([0.25, 1.0], 3)
    vols = np.array([0.27, 0.25, 0.24, 0.26, 0.25, 0.245])
    surface = jarvis2.surface(strikes, years, vols, 100.0)
    np.testing.assert_allclose(surface.vol(strikes, 100.0, years), vols, atol=1e-9)
    assert surface.vol(100.0, 100.0, 0.25) == pytest.approx(0.25)
    assert [expiry.years for expiry in surface.expiries] == [0.25, 1.0]
    assert 0.24 < surface.atm_vol(0.5) < 0.26
    with pytest.raises(jarvis2.BadInput, match="one expiry has one forward"):
        jarvis2.surface(strikes, years, vols, [100, 101, 100, 100, 100, 100])


def test_numbers_need_no_numpy_and_the_import_is_light():
    code = (
        "import sys, jarvis2; from jarvis2.vollib.black_scholes import black_scholes;"
        "assert abs(jarvis2.price('p', 36, 40, 1, 0.06, 0.2) - 3.8443077915968) < 1e-9;"
        "jarvis2.greeks('p', 36, 40, 1, 0.06, 0.2); black_scholes('c', 100, 100, 1, 0.01, 0.2);"
        "assert 'numpy' not in sys.modules, 'numpy was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such a stack may be had")
def test_a_panic_is_an_internal_error():
    """A thread whose stack is larger than any memory cannot be started; what fails there panics."""
    code = (
        "import numpy as np, jarvis2\n"
        "try:\n"
        "    jarvis2.price('c', np.full(10_000, 100.0), 100, 1, 0.01, 0.2, threads=2)\n"
        "except Exception as error:\n"
        "    assert type(error) is jarvis2.InternalError and error.exit_code == 6 and str(error).startswith('a bug: '), repr(error)\n"
        "    print('caught')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], env={**os.environ, "RUST_MIN_STACK": str(1 << 60)}, capture_output=True, text=True)
    assert ran.stdout == "caught\n", ran.stderr


def test_nothing_is_leaked():
    spot = np.linspace(80, 120, 1000)
    before = sys.getrefcount(spot)
    for _ in range(50):
        jarvis2.price("c", spot, 100, 1, 0.01, 0.2)
    gc.collect()
    assert sys.getrefcount(spot) == before
