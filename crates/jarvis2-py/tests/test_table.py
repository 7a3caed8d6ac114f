"""Tables by Arrow's C interface, from and to the programs that speak it."""

import numpy as np
import pytest

import jarvis2
from jarvis2 import american

pa = pytest.importorskip("pyarrow")


def columns(n=100):
    rng = np.random.default_rng(11)
    return {
        "id": np.arange(n),
        "right": np.where(rng.random(n) < 0.5, "call", "put"),
        "spot": rng.uniform(80, 120, n),
        "strike": rng.uniform(80, 120, n),
        "years": rng.uniform(0.1, 2, n),
        "rate": np.full(n, 0.04),
        "dividend_yield": np.full(n, 0.01),
        "vol": rng.uniform(0.1, 0.6, n),
    }


def inputs(c):
    return [c[name] for name in ("right", "spot", "strike", "years", "rate", "vol", "dividend_yield")]


def test_pyarrow_there_and_back():
    c = columns()
    table = pa.table(c)
    answer = pa.table(jarvis2.price(table))
    assert answer.column_names == [*c, "price", "status"]
    np.testing.assert_array_equal(answer["price"].to_numpy(), jarvis2.price(*inputs(c)))
    assert set(answer["status"].to_pylist()) == {"ok"}
    greeks = pa.table(jarvis2.greeks(table))
    np.testing.assert_array_equal(greeks["vega_per_point"].to_numpy(), jarvis2.greeks(*inputs(c)).vega_per_point)
    quoted = pa.table(jarvis2.implied_vol(answer))
    np.testing.assert_allclose(quoted["iv"].to_numpy(), c["vol"], atol=1e-7)


def test_columns_that_came_are_not_copied():
    spot = pa.array(np.linspace(80, 120, 1000))
    table = pa.table({"right": ["c"] * 1000, "spot": spot, "strike": spot, "years": spot, "rate": np.zeros(1000), "vol": np.full(1000, 0.2)})
    answer = pa.table(jarvis2.price(table))
    assert answer["spot"].chunk(0).buffers()[1].address == spot.buffers()[1].address


def test_a_batch_and_chunks_are_tables_too():
    c = columns()
    batch = pa.RecordBatch.from_pydict({name: pa.array(column) for name, column in c.items()})
    chunks = pa.Table.from_batches([batch.slice(0, 30), batch.slice(30)])
    whole = pa.table(jarvis2.price(batch))
    assert pa.table(jarvis2.price(chunks))["price"].to_pylist() == whole["price"].to_pylist()
    assert len(jarvis2.price(chunks)) == 100 and "100 rows" in repr(jarvis2.price(chunks))


def test_a_column_of_styles_is_heeded():
    c = columns()
    c["style"] = np.where(np.arange(100) % 3 == 0, "american", "european")
    answer = pa.table(jarvis2.price(pa.table(c)))["price"].to_numpy()
    rows = inputs(c)
    expected = np.where(c["style"] == "american", american.price(*rows), jarvis2.price(*rows))
    np.testing.assert_array_equal(answer, expected)
    plain = pa.table(american.price(pa.table(columns())))["price"].to_numpy()
    np.testing.assert_array_equal(plain, american.price(*rows))


def test_a_row_that_cannot_be_priced_is_null_with_its_reason():
    c = columns(4)
    table = {
        **c,
        "right": ["c", "x", None, "p"],
        "spot": pa.array([100.0, 100.0, 100.0, None]),
    }
    answer = pa.table(jarvis2.price(pa.table(table)))
    assert answer["status"].to_pylist() == ["ok", "bad_input", "bad_input", "bad_input"]
    assert [price is None for price in answer["price"].to_pylist()] == [False, True, True, True]


def test_other_types_of_columns_will_do_or_are_named():
    c = columns(5)
    table = pa.table({**c, "spot": pa.array([100] * 5), "strike": pa.array([100.0] * 5, pa.float32()), "right": pa.array(list("cpcpc")).dictionary_encode()})
    assert pa.table(jarvis2.price(table))["status"].to_pylist() == ["ok"] * 5
    for kind in (pa.large_string(), pa.string_view()):
        again = table.set_column(1, "right", pa.array(list("cpcpc"), kind))
        assert pa.table(jarvis2.price(again))["price"].to_pylist() == pa.table(jarvis2.price(table))["price"].to_pylist()
    with pytest.raises(jarvis2.BadInput, match="`spot` is of type Utf8: cast it"):
        jarvis2.price(pa.table({**c, "spot": ["1"] * 5}))
    with pytest.raises(jarvis2.BadInput, match="no column `vol`; seen: id, right"):
        jarvis2.price(pa.table(c).drop_columns(["vol"]))
    with pytest.raises(TypeError, match="a table is needed"):
        jarvis2.price(pa.array([1.0]))


def test_a_dictionary_without_words_is_a_column_of_nulls():
    c = columns(3)
    nulls = pa.array([None] * 3, pa.string()).dictionary_encode()
    assert len(nulls.dictionary) == 0
    for name in ("right", "style"):
        answer = pa.table(jarvis2.price(pa.table({**c, name: nulls})))
        assert answer["status"].to_pylist() == ["bad_input"] * 3 and answer["price"].null_count == 3


def test_a_row_that_is_null_itself_is_refused():
    c = columns(3)
    whole = pa.StructArray.from_arrays([pa.array(column) for column in c.values()], list(c))
    assert pa.table(jarvis2.price(whole))["status"].to_pylist() == ["ok"] * 3
    mask = pa.array([False, True, False])
    holed = pa.StructArray.from_arrays([pa.array(column) for column in c.values()], list(c), mask=mask)
    with pytest.raises(jarvis2.BadInput, match="row 1: the row itself is null, 1 of 3 rows are") as caught:
        jarvis2.price(holed)
    assert caught.value.row == 1


def test_polars():
    pl = pytest.importorskip("polars")
    c = columns()
    answer = pl.DataFrame(jarvis2.price(pl.DataFrame(c)))
    np.testing.assert_array_equal(answer["price"].to_numpy(), jarvis2.price(*inputs(c)))


def test_pandas():
    pd = pytest.importorskip("pandas")
    c = columns()
    frame = pd.DataFrame(c)
    if not hasattr(frame, "__arrow_c_stream__"):
        pytest.skip("this pandas has no __arrow_c_stream__")
    answer = pa.table(jarvis2.price(frame)).to_pandas()
    np.testing.assert_array_equal(answer["price"], jarvis2.price(*inputs(c)))
    # A column alone is an array like any other.
    np.testing.assert_array_equal(jarvis2.price(frame["right"], *[frame[n] for n in ("spot", "strike", "years", "rate", "vol", "dividend_yield")]), answer["price"])


def test_duckdb():
    duckdb = pytest.importorskip("duckdb")
    options = pa.table(columns())
    relation = duckdb.sql("SELECT * FROM options WHERE strike > 100")
    answer = pa.table(jarvis2.price(relation))
    assert duckdb.sql("SELECT count(*) FROM answer WHERE status = 'ok'").fetchall() == [(answer.num_rows,)]
