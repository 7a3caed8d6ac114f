"""Tables by Arrow's C interface, from and to the programs that speak it."""

import io

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
    with pytest.raises(jarvis2.BadInput, match="`spot` is of type Utf8: cast it to float64"):
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


def holed(c, nulls):
    """A struct in which these rows are null themselves; numbers stand beneath them all the same."""
    n = len(c["id"])
    mask = pa.array([row in nulls for row in range(n)])
    return pa.StructArray.from_arrays([pa.array(column) for column in c.values()], list(c), mask=mask)


def test_a_row_that_is_null_itself_is_refused():
    c = columns(3)
    whole = pa.StructArray.from_arrays([pa.array(column) for column in c.values()], list(c))
    assert pa.table(jarvis2.price(whole))["status"].to_pylist() == ["ok"] * 3
    for door in (jarvis2.price, jarvis2.greeks, american.price):
        with pytest.raises(jarvis2.BadInput, match="row 1: the row itself is null") as caught:
            door(holed(c, {1}))
        assert (caught.value.row, caught.value.what, caught.value.value) == (1, "table", "null")


def test_a_null_row_in_a_chunk_is_refused_by_its_place_in_the_table():
    c = columns(10)
    whole = holed(c, {})
    for nulls, first in (({0}, 10), ({9}, 19), ({3, 4}, 13), (set(range(10)), 10)):
        chunks = pa.chunked_array([whole, whole.slice(0, 0), holed(c, nulls)])
        with pytest.raises(jarvis2.BadInput, match=f"row {first}: the row itself is null") as caught:
            jarvis2.price(chunks)
        assert caught.value.row == first
    # What is not in the slice is not in the table, wherever the slice begins within a byte of the bitmap.
    for start, end in ((0, 3), (4, 10), (5, 6), (9, 10)):
        some = holed(c, {3}).slice(start, end - start)
        expected = jarvis2.price(*[column[start:end] for column in inputs(c)])
        for table in (some, pa.chunked_array([some.slice(0, 1), some.slice(1)])):
            np.testing.assert_array_equal(pa.table(jarvis2.price(table))["price"].to_numpy(), expected)
    with pytest.raises(jarvis2.BadInput, match="row 2: the row itself is null"):
        jarvis2.price(holed(c, {3}).slice(1, 5))


def nulled(column, kind, nulls):
    return pa.array([None if row in nulls else cell for row, cell in enumerate(column)], kind)


@pytest.mark.parametrize(
    "right",
    [pa.string(), pa.large_string(), pa.string_view(), pa.bool_(), pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.uint32(), pa.large_string())],
    ids=str,
)
@pytest.mark.parametrize("number", [pa.float64(), pa.float32(), pa.int64(), pa.int8(), pa.uint16(), pa.decimal128(12, 2)], ids=str)
def test_null_in_is_null_out_in_every_type_slice_and_chunk(right, number):
    """In each column another row is null, in one row two; the whole is cut at places that are no multiples of eight."""
    n = 40
    c = columns(n)
    letters = [letter == "call" if pa.types.is_boolean(right) else letter for letter in c["right"]]
    wholes = [[round(float(x)) for x in c[name]] for name in ("spot", "strike")]
    spot, strike = (pa.array(column, pa.int32()).cast(number) for column in wholes)
    table = pa.table({
        "right": nulled(letters, right, {2, 17}),
        "style": nulled(["european"] * n, pa.dictionary(pa.int8(), pa.string()), {5}),
        "spot": nulled(spot.to_pylist(), number, {3, 31}),
        "strike": nulled(strike.to_pylist(), number, {8}),
        "years": nulled(c["years"], pa.float64(), {13}),
        "rate": c["rate"],
        "dividend_yield": nulled(c["dividend_yield"], pa.float64(), {17, 39}),
        "vol": nulled(c["vol"], pa.float64(), {21}),
    })
    bad = {2, 17, 5, 3, 31, 8, 13, 39, 21}
    expected = jarvis2.price(c["right"], *wholes, c["years"], c["rate"], c["vol"], c["dividend_yield"])
    expected = [None if row in bad else price for row, price in enumerate(expected)]
    statuses = ["bad_input" if row in bad else "ok" for row in range(n)]
    chunks = pa.concat_tables([table.slice(0, 3), table.slice(3, 0), table.slice(3, 14), table.slice(17)])
    for given in (table, chunks, table.combine_chunks().to_batches()[0]):
        answer = pa.table(jarvis2.price(given))
        assert answer["price"].to_pylist() == expected and answer["status"].to_pylist() == statuses
        for name in table.column_names:
            assert answer[name].to_pylist() == table[name].to_pylist(), name
    for start, end in ((1, 4), (16, 33), (39, 40), (7, 7)):
        answer = pa.table(jarvis2.price(table.slice(start, end - start)))
        assert answer["price"].to_pylist() == expected[start:end] and answer["status"].to_pylist() == statuses[start:end]
    # Columns of a struct without null rows of its own are the same table.
    struct = pa.StructArray.from_arrays([column.combine_chunks() for column in table.columns], table.column_names)
    assert pa.table(jarvis2.price(struct.slice(16, 20)))["price"].to_pylist() == expected[16:36]


def test_a_column_of_nulls_alone_and_a_null_word_are_null_out():
    c = columns(4)
    for name in ("spot", "right", "style"):
        answer = pa.table(jarvis2.price(pa.table({**c, name: pa.nulls(4)})))
        assert answer["price"].null_count == 4 and answer["status"].to_pylist() == ["bad_input"] * 4
    words = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0], pa.int8()), pa.array(["call", None]))
    answer = pa.table(jarvis2.price(pa.table({**c, "right": words})))
    assert answer["status"].to_pylist() == ["ok", "bad_input", "bad_input", "ok"]


def test_a_table_without_rows_has_its_answers_columns():
    whole = pa.table(columns(3))
    none = whole.slice(3)
    for given in (none, none.to_batches(), whole.schema.empty_table(), none.to_struct_array(), pa.table(jarvis2.price(none)).drop_columns(["price", "status"])):
        given = pa.Table.from_batches(given, whole.schema) if isinstance(given, list) else given
        answer = jarvis2.greeks(given)
        assert len(answer) == 0 and pa.table(answer).column_names[-2:] == ["rho_per_percent", "status"]
        assert pa.table(answer)["price"].type == pa.float64() and pa.table(answer)["status"].type == pa.string()


def test_a_name_that_two_columns_have_is_refused():
    table = pa.table(columns(2))
    with pytest.raises(jarvis2.BadInput, match="more than one column `spot`: rename or drop"):
        jarvis2.price(table.append_column("spot", pa.array([1.0, 2.0])))
    assert len(jarvis2.price(table.append_column("id", pa.array([1, 2])))) == 2


def test_what_is_said_of_a_column_stays():
    fields = [pa.field(name, column.type, metadata={b"of": b"mine"}) for name, column in zip(columns(2), pa.table(columns(2)).columns)]
    schema = pa.schema(fields, metadata={b"source": b"a file"})
    answer = pa.table(jarvis2.price(pa.table(columns(2), schema=schema)))
    assert answer.schema.metadata == {b"source": b"a file"} and answer.schema.field("spot").metadata == {b"of": b"mine"}


def test_columns_with_nulls_as_arrays():
    """A column alone is an array like any other: what is null is NaN, and its row is named."""
    numbers = [100.0, 100.0, 1.0, 0.01, 0.2]
    holes = pa.chunked_array([pa.array([100.0, 101.0]), pa.array([None, 103.0])])
    columns = [holes, pa.array([100, 101, None, 103]), pa.array([100, 101, None, 103], pa.float32())]
    pl = pytest.importorskip("polars")
    columns += [pl.Series([100.0, 101.0, None, 103.0]), pl.Series([100, 101, None, 103])]
    for column in columns:
        with pytest.raises(jarvis2.BadInput, match="row 2: spot is NaN"):
            jarvis2.price("c", column, *numbers[1:])
        prices, status = jarvis2.price("c", column, *numbers[1:], return_status=True)
        assert [jarvis2.STATUS[s] for s in status] == ["ok", "ok", "bad_input", "ok"] and np.isnan(prices[2])
    letters = [pa.array(["c", "p", None]), pa.array([True, False, None]), pa.array(["c", "p", None]).dictionary_encode(), pl.Series(["c", "p", None])]
    for column in letters:
        with pytest.raises(jarvis2.BadInput, match="row 2: right is None"):
            jarvis2.price(column, *numbers)


def test_a_stream_whose_sender_needs_the_interpreter():
    """pyarrow reads ahead in its own threads, and asks a file of Python's for bytes there."""
    csv = pytest.importorskip("pyarrow.csv")
    c = columns()
    rows = 20_000
    table = pa.table({name: np.resize(values, rows) for name, values in c.items()})
    file = io.BytesIO()
    csv.write_csv(table, file)
    file.seek(0)
    reader = csv.open_csv(file, read_options=csv.ReadOptions(block_size=16_384))
    answer = pa.table(jarvis2.price(reader))
    np.testing.assert_array_equal(answer["price"].to_numpy(), np.resize(jarvis2.price(*inputs(c)), rows))


def test_polars():
    pl = pytest.importorskip("polars")
    c = columns()
    frame = pl.DataFrame(c)
    answer = pl.DataFrame(jarvis2.price(frame))
    np.testing.assert_array_equal(answer["price"].to_numpy(), jarvis2.price(*inputs(c)))
    # Categories, small types, nulls, and more chunks than one.
    other = frame.with_columns(pl.col("right").cast(pl.Categorical), pl.when(pl.col("id") % 7 != 3).then(pl.col("spot")).alias("spot"))
    other = pl.concat([other.head(10), other.slice(10, 55), other.tail(35)], rechunk=False)
    answer = pl.DataFrame(jarvis2.price(other))
    assert answer["price"].is_null().to_list() == [row % 7 == 3 for row in range(100)]
    kept = answer.filter(pl.col("status") == "ok")
    np.testing.assert_array_equal(kept["price"].to_numpy(), jarvis2.price(*inputs(c))[kept["id"].to_numpy()])
    # A column of structs, one of which is null.
    structs = frame.to_struct("options")
    np.testing.assert_array_equal(pa.table(jarvis2.price(structs))["price"].to_numpy(), jarvis2.price(*inputs(c)))
    with pytest.raises(jarvis2.BadInput, match="row 4: the row itself is null"):
        jarvis2.price(pl.select(pl.when(pl.int_range(100) != 4).then(pl.lit(structs))).to_series())


def test_pandas():
    pd = pytest.importorskip("pandas")
    c = columns()
    frame = pd.DataFrame(c)
    if not hasattr(frame, "__arrow_c_stream__"):
        pytest.skip("this pandas has no __arrow_c_stream__")
    answer = pa.table(jarvis2.price(frame)).to_pandas()
    np.testing.assert_array_equal(answer["price"], jarvis2.price(*inputs(c)))
    # A missing one is NaN, however it is kept.
    for spots in (pd.Series([95.0, pd.NA], dtype=object), pd.Series([95, None], dtype="Int64"), pd.Series([True, None], dtype="boolean")):
        prices, statuses = jarvis2.price("p", spots, 100, 1, 0.01, 0.2, return_status=True)
        assert prices[0] > 0 and np.isnan(prices[1]) and statuses.tolist() == [0, jarvis2.STATUS.index("bad_input")]
    # A column alone is an array like any other.
    np.testing.assert_array_equal(jarvis2.price(frame["right"], *[frame[n] for n in ("spot", "strike", "years", "rate", "vol", "dividend_yield")]), answer["price"])


def test_duckdb():
    duckdb = pytest.importorskip("duckdb")
    options = pa.table(columns())
    said = duckdb.sql("SELECT 'c' AS right, 100.0 AS spot, 95 AS strike, 0.5 AS years, 0.04 AS rate, NULLIF(i, 1) * 0.1 AS vol FROM range(1, 4) t(i)")
    answer = pa.table(jarvis2.price(said))
    assert answer["status"].to_pylist() == ["bad_input", "ok", "ok"] and answer["price"][0].as_py() is None
    assert answer["price"][1].as_py() == pytest.approx(jarvis2.price("c", 100, 95, 0.5, 0.04, 0.2), abs=1e-12)
    relation = duckdb.sql("SELECT * FROM options WHERE strike > 100")
    answer = pa.table(jarvis2.price(relation))
    assert duckdb.sql("SELECT count(*) FROM answer WHERE status = 'ok'").fetchall() == [(answer.num_rows,)]
