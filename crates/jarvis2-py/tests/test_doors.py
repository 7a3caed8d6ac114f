"""Every function and method of the extension, asked what it cannot be asked: an answer, one of our errors (but none of our bugs), or Python's `TypeError` (for a
text with half a letter, `UnicodeEncodeError`).

A panic of Rust that gets through is PyO3's `PanicException`, which is no `Exception`."""

import itertools

import numpy as np
import pytest

import jarvis2
from jarvis2 import american, vollib


class Odd:
    """Of no use to anyone."""


ODD = [None, True, -1, 0, 2**31, 2**63, 2**64, 10**400, -(10**400), 0.0, -0.5, 1e308, 5e-324, float("nan"), float("inf"), "", "c", "x", "\ud800", b"c", (), (1, 2.0)]
ODD += [[], ["c", "x"], [1, "a"], {}, {1: 2}, Odd(), Odd, np.zeros(0), np.zeros((2, 0)), np.zeros((2, 2)), np.array([2**63], "u8"), np.array(1 + 1j), np.array("c")]
ODD += [np.ma.masked, np.ma.array([1.0, 2.0], mask=[False, True]), np.array([None, 1.0]), np.zeros(2, [("a", "f8")]), np.array(["2026-01-16"], "M8[D]"), np.float16(1), np.zeros(1, "f4")[::-1]]


def asked(door, *arguments, **named):
    try:
        door(*arguments, **named)
    except (jarvis2.Error, TypeError, UnicodeEncodeError) as error:
        assert str(error) and not isinstance(error, jarvis2.InternalError), (door, arguments, named, error)
    except BaseException as error:
        pytest.fail(f"{door}{arguments}{named}: {error!r}", pytrace=False)


OPTION = {"spot": 100.0, "strike": 95.0, "years": 0.5, "rate": 0.03, "vol": 0.2, "dividend_yield": 0.01}


@pytest.mark.parametrize("of", [jarvis2, american], ids=["european", "american"])
@pytest.mark.parametrize("name", ["price", "greeks", "implied_vol", "boundary"])
def test_prices(of, name):
    door = getattr(of, name, jarvis2.boundary)
    given = {"right": "p", **OPTION}
    if name == "implied_vol":
        given["price"] = given.pop("vol") * 30
    if name == "boundary":
        del given["spot"]
    switches = {"threads", "return_status", *({"out"} if name in ("price", "implied_vol") else ())} | ({"precision"} if of is american or name == "boundary" else set())
    for base in (given, {**given, "strike": np.array([95.0, 100.0])}):
        for argument, odd in itertools.product([*given, *sorted(switches)], ODD):
            asked(door, **{**base, argument: odd})
        for odd in ODD:
            asked(door, odd)
            asked(door, *[odd] * 7)


def test_an_integer_too_large_for_a_float_is_no_number():
    for name in OPTION:
        with pytest.raises(jarvis2.BadInput, match="inf"):
            jarvis2.price("c", **{**OPTION, name: 10**400})


def test_surfaces():
    given = {"strikes": [90.0, 100.0, 110.0], "years": 0.5, "vols": [0.27, 0.25, 0.24], "forwards": 100.0, "weights": None, "kind": "parabola"}
    surface = jarvis2.surface(**given)
    for argument, odd in itertools.product(given, ODD):
        asked(jarvis2.surface, **{**given, argument: odd})
    for odd in ODD:
        asked(surface.atm_vol, odd)
        for arguments in ((odd, 100.0, 0.5), (100.0, odd, 0.5), (100.0, 100.0, odd), (odd, odd, odd)):
            asked(surface.vol, *arguments)


def test_a_surface_at_no_time_has_no_volatility():
    surface = jarvis2.surface([90.0, 100.0, 110.0], 0.5, [0.27, 0.25, 0.24], 100.0)
    assert np.isnan(surface.vol(100.0, 100.0, float("nan"))) and np.isnan(surface.atm_vol(float("nan")))
    vols = surface.vol(np.ma.array([100.0, 100.0], mask=[True, False]), 100.0, np.ma.array([0.5, 0.5], mask=[False, False]))
    assert np.isnan(vols[0]) and vols[1] == surface.vol(100.0, 100.0, 0.5)
    assert np.isnan(surface.vol(100.0, 100.0, np.ma.array([0.5, 0.6], mask=[True, False]))[0])


def test_tables():
    pa = pytest.importorskip("pyarrow")
    plain = {"right": ["c", "p"], **{name: [number] * 2 for name, number in OPTION.items()}}
    table = jarvis2.price(pa.table(plain))
    for odd in ODD:
        asked(table.__arrow_c_stream__, odd)
        for name in ("__arrow_c_stream__", "__arrow_c_array__"):
            for method in (odd, lambda self, odd=odd: odd, lambda self, odd=odd: (odd, odd)):
                asked(jarvis2.price, type("Fake", (), {name: method})())
    # Taken once: a capsule is then empty.
    stream = pa.table(plain).__arrow_c_stream__()
    once = type("Once", (), {"__arrow_c_stream__": lambda self: stream})()
    assert len(jarvis2.price(once)) == 2
    with pytest.raises(jarvis2.DataError, match="the table cannot be read: .*released"):
        jarvis2.price(once)
    array = pa.RecordBatch.from_pydict(plain).__arrow_c_array__()
    once = type("Once", (), {"__arrow_c_array__": lambda self: array})()
    assert len(jarvis2.price(once)) == 2
    asked(jarvis2.price, once)
    # What the other program raises is its own.
    class Broken:
        def __arrow_c_stream__(self, requested_schema=None):
            raise LookupError("no such table")

    with pytest.raises(LookupError, match="no such table"):
        jarvis2.price(Broken())
    kinds = [pa.nulls(2), pa.array([{"a": 1}] * 2), pa.array([[1.0]] * 2), pa.array([b"c"] * 2), pa.array([1, 2]), pa.array([1.0, 2.0]).dictionary_encode(), pa.array([True, False]), pa.array(["c", "p"])]
    kinds += [pa.array([1, 2], pa.date32()), pa.array([1, 2], pa.duration("s")), pa.array([1.0, 2.0], pa.float16()), pa.array([1, 2], pa.decimal256(40)), pa.RunEndEncodedArray.from_arrays([2], ["c"])]
    for name, kind in itertools.product(["right", "style", *OPTION, "status", "price"], kinds):
        asked(jarvis2.price, pa.table({**plain, name: kind}))
        asked(american.greeks, pa.table({**plain, name: kind}))
    assert table.column_names[-2:] == ["price", "status"] and len(table) == 2 and "2 rows" in repr(table)


def test_the_diary(tmp_path):
    for odd in ODD:
        asked(jarvis2.Experience, odd)
    (tmp_path / "bad.sqlite").write_text("no database" * 1000)
    for path in (tmp_path, tmp_path / "none.sqlite", tmp_path / "bad.sqlite"):
        with pytest.raises(jarvis2.DataError, match=str(path)):
            jarvis2.Experience(path)
    jarvis2.plan(symbol="SYNVOL", set={"search.evaluations": 1024}, db=tmp_path / "diary.sqlite")
    diary = jarvis2.Experience(tmp_path / "diary.sqlite")
    (decision,) = diary.decisions()
    for odd in ODD:
        asked(diary.decisions, odd)
        for name in ("origin", "limit"):
            asked(diary.decisions, **{name: odd})
        for door in (diary.decision, diary.situation, diary.outcome):
            asked(door, odd)
        asked(diary.outcome, decision["id"], as_of_ms=odd)
        for door, name in itertools.product((diary.fills, diary.notes), ("from_ms", "until_ms")):
            asked(door, **{name: odd})
        for door in (diary.encoding, diary.precedents):
            asked(door, odd, 1)
            asked(door, decision["situation"], odd)
        for name in ("count", "farthest"):
            asked(diary.precedents, decision["situation"], 1, **{name: odd})
    for number in (-1, 2**64, 2**70):
        with pytest.raises(jarvis2.BadInput, match=f"limit is {number}: give a whole number from 0 to") as caught:
            diary.decisions(limit=number)
        assert (caught.value.what, caught.value.value) == ("limit", str(number))
    with pytest.raises(jarvis2.BadInput, match="id is 9223372036854775808: give"):
        diary.decision(2**63)
    with pytest.raises(jarvis2.DataError, match="there is no decision with id -7"):
        diary.decision(-7)
    with pytest.raises(jarvis2.BadInput, match="farthest is NaN"):
        diary.precedents(decision["situation"], 1, farthest=float("nan"))
    with pytest.raises(jarvis2.BadInput, match='origin is "dead": write "live"'):
        diary.decisions(origin="dead")
    assert len(diary.decisions(limit=2**64 - 1)) == 1 and diary.verify() == []


def test_games():
    class Coin:
        def actions(self, state):
            return ["toss"]

        def outcomes(self, state, action):
            return [(0.5, 0.0, state + 1), (0.5, 1.0, 9)]

        def terminal_worth(self, state):
            return 0.0 if state >= 3 else None

    settings = ["evaluations", "simulations", "batch", "considered", "noise", "interior", "temperature", "exploration", "depth_max", "widening", "deviations", "tolerance", "baseline", "seed"]
    for name, odd in itertools.product([*settings, "keep_going"], ODD):
        asked(jarvis2.search, Coin(), 0, lambda state: 0.0, **{name: odd})
    for odd in ODD:
        asked(jarvis2.search, odd, 0, lambda state: 0.0)
        asked(jarvis2.search, Coin(), 0, odd)
        asked(jarvis2.search, Coin(), 0, lambda state, odd=odd: odd)
        asked(jarvis2.search, Coin(), 0, lambda state, odd=odd: (odd, odd, odd))
        asked(jarvis2.search, Coin(), 0, lambda state, odd=odd: (0.0, None, odd))
        for name in ("actions", "outcomes", "terminal_worth", "discount", "key"):
            for rule in (odd, lambda self, *_, odd=odd: odd, lambda self, *_, odd=odd: [odd], lambda self, *_, odd=odd: [(odd, odd, 9)], lambda self, *_, odd=odd: [(1.0, odd, odd)]):
                asked(jarvis2.search, type("Odd", (Coin,), {name: rule})(), 0, lambda state: 0.0, evaluations=50)
    tree = jarvis2.search(Coin(), 0, lambda state: 0.0)
    for odd in ODD:
        for door in (tree.state, tree.worth, tree.spread, tree.visits, tree.status, tree.edges, tree.improved_policy):
            asked(door, odd)
        asked(tree.outcomes, odd, 0)
        asked(tree.outcomes, 0, odd)


@pytest.mark.skipif(not hasattr(jarvis2.Index, "add"), reason="n/a (built without the index)")
def test_the_index(tmp_path):
    index = jarvis2.Index(tmp_path / "notes", 2)
    index.add([1, 2], [[1, 0], [0, 1]])
    for number, odd in enumerate(ODD):
        for name in ("dimensions", "read_only", "threads"):
            asked(jarvis2.Index, tmp_path / f"{number}{name}", **{"dimensions": 2, name: odd})
        with np.errstate(all="ignore"):
            asked(index.add, odd, [[1, 0]])
            asked(index.add, [1], odd)
            asked(index.add, odd, odd)
            asked(index.nearest, odd)
        for arguments in ((odd, {"a": 1}), (1, odd), (1, {"a": odd})):
            asked(index.add_facts, *arguments)
        for arguments in ((odd, "k", "b"), (1, odd, "b"), (1, "k", odd)):
            asked(index.add_text, *arguments)
        for arguments in ((odd, 1, "k"), (1, odd, "k"), (1, 2, odd), (1, 2, "k", odd)):
            asked(index.add_edge, *arguments)
        for named in ({"count": odd}, {"words": odd}, {"words": {"a": odd}}, {"between": odd}, {"between": {"a": odd}}, {"between": {"a": (odd, odd)}}, {"exact": odd}):
            asked(index.nearest, [1, 0], **named)
        asked(index.find_text, odd)
        for name in ("any", "kind", "limit"):
            asked(index.find_text, "a", **{name: odd})
        asked(index.targets, odd)
        asked(index.targets, 1, odd)
        asked(index.vector, odd)
    assert index.vector(2) is not None


def test_the_drop_in():
    from jarvis2.vollib.black_scholes import black_scholes
    from jarvis2.vollib.black_scholes.greeks import analytical, numerical
    from jarvis2.vollib.black_scholes.implied_volatility import implied_volatility

    given = ["c", 100.0, 95.0, 0.5, 0.03, 0.2]
    for place, odd in itertools.product(range(6), [odd for odd in ODD if not isinstance(odd, (list, tuple, np.ndarray))]):
        arguments = [*given[:place], odd, *given[place + 1 :]]
        asked(black_scholes, *arguments)
        for name in ("delta", "gamma", "theta", "vega", "rho"):
            asked(getattr(analytical, name), *arguments)
        asked(implied_volatility, *[8.0, 100.0, 95.0, 0.5, 0.03, "c"][:place], odd, *[8.0, 100.0, 95.0, 0.5, 0.03, "c"][place + 1 :])
    assert vollib.__doc__ and numerical.__doc__
