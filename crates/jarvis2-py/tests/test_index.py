"""The index, where it was built in, and its absence where not."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import jarvis2

HERE = hasattr(jarvis2.Index, "add")
built = pytest.mark.skipif(not HERE, reason="n/a (built without the index)")


@pytest.fixture
def open_index(tmp_path):
    def opened(dimensions=3, **settings):
        return jarvis2.Index(tmp_path / "notes", dimensions, **settings)

    return opened


def three(index):
    index.add(np.array([1, 2, 3]), np.array([[1, 0, 0.1], [0.9, 0.1, 0], [0, 1, 0]], dtype=np.float32))
    return index


@pytest.mark.skipif(HERE, reason="n/a (built with the index)")
def test_its_absence_says_how_to_build_it(tmp_path):
    with pytest.raises(jarvis2.UsageError, match="--features jarvis2-py/index"):
        jarvis2.Index(tmp_path / "notes", 3)


@built
def test_near_words_and_arrows(open_index):
    index = three(open_index())
    index.add_facts(2, {"symbol": "KO", "vix": 14.0})
    index.add_text(2, "note", "earnings on Tuesday")
    index.add_edge(2, 3, "rolled_to")
    near = index.nearest(np.array([1, 0, 0], dtype=np.float32), 2)
    assert [record for record, _ in near] == [1, 2]
    only = index.nearest(np.array([1, 0, 0], dtype=np.float32), 2, words={"symbol": ["KO"]}, between={"vix": (10, 20)})
    assert [record for record, _ in only] == [2]
    assert index.find_text("earnings")[0]["record"] == 2 and index.targets(2) == [3]
    assert len(index) == 3 and index.vector(3)[1] == 1
    assert "notes" in repr(index)


@built
def test_distances_are_one_minus_the_cosine(open_index):
    rng = np.random.default_rng(3)
    rows, query = rng.normal(size=(500, 8)).astype(np.float32), rng.normal(size=8)
    index = open_index(8)
    index.add(np.arange(500) * 7 - 100, rows)
    cosines = rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
    order = np.argsort(-cosines)[:10]
    for exact in (True, False):
        near = index.nearest(query, exact=exact)
        assert [record for record, _ in near] == list(order * 7 - 100)
        np.testing.assert_allclose([distance for _, distance in near], 1 - cosines[order], atol=1e-5)
    np.testing.assert_array_equal(index.vector(-100), rows[0])


@built
def test_facts_filter(open_index):
    rng = np.random.default_rng(4)
    index = open_index(4)
    rows = rng.normal(size=(200, 4))
    index.add(range(200), rows)
    for record in range(200):
        index.add_facts(record, {"symbol": ["KO", "PEP", "SPY"][record % 3], "vix": record / 10})

    def expected(test):
        passing = [record for record in range(200) if test(record)]
        cosine = {r: rows[r] @ rows[5] / np.linalg.norm(rows[r]) for r in passing}
        return sorted(passing, key=lambda r: -cosine[r])[:10]

    def found(**filters):
        answers = [index.nearest(rows[5], 10, exact=exact, **filters) for exact in (False, True)]
        assert answers[0] == answers[1]
        return [record for record, _ in answers[0]]

    assert found(words={"symbol": ["KO"]}) == expected(lambda r: r % 3 == 0)
    assert found(words={"symbol": ["KO", "SPY"]}) == expected(lambda r: r % 3 != 1)
    assert found(between={"vix": (3, 4.5)}) == expected(lambda r: 30 <= r <= 45)
    assert found(words={"symbol": ["PEP"]}, between={"vix": (3, 10**400)}) == expected(lambda r: r % 3 == 1 and r >= 30)
    assert found(words={"symbol": []}) == found(words={"nothing": ["KO"]}) == found(between={"symbol": (0, 1)}) == []
    # A fact that is told again is the new one.
    index.add_facts(5, {"symbol": "other"})
    assert found(words={"symbol": ["other"]}) == [5]


@built
def test_texts_and_arrows(open_index):
    index = open_index()
    index.add_text(4, "note", "Earnings on Tuesday, rolled early")
    index.add_text(4, "reason", "assigned")
    index.add_text(5, "note", "rolled again before the ex dividend date")
    assert [hit["record"] for hit in index.find_text("rolled")] in ([4, 5], [5, 4])
    assert [hit["record"] for hit in index.find_text("rolled -earnings")] == [5]
    assert [hit["record"] for hit in index.find_text("tuesday dividend")] == []
    assert len(index.find_text("tuesday dividend", any=True)) == 2
    assert index.find_text("assigned", kind="note") == [] and len(index.find_text("assigned", kind="reason")) == 1
    assert len(index.find_text("rolled", limit=1)) == 1 and index.find_text("rolled", limit=0) == []
    assert len(index.find_text("rolled", limit=2**64 - 1)) == 2
    for typed in ("", '"', "-", "* AND (", "'; DROP TABLE texts; --"):
        assert index.find_text(typed) == []
    index.add_edge(4, 5, "rolled_to")
    index.add_edge(4, 6, "cites", 0.5)
    index.add_edge(5, 4, "back")
    assert sorted(index.targets(4)) == [5, 6] and index.targets(4, "cites") == [6] and index.targets(99) == []
    assert len(index) == 0 and index.vector(4) is None


@built
def test_more_are_asked_for_than_there_are(open_index):
    index = open_index()
    for exact in (False, True):
        assert index.nearest([1, 0, 0], exact=exact) == []
        assert index.nearest([1, 0, 0], 2**64 - 1, exact=exact) == []
    assert len(index) == 0 and index.vector(1) is None
    index.add([], np.zeros((0, 3)))
    three(index)
    for count, got in ((0, 0), (1, 1), (3, 3), (4, 3), (1000, 3), (2**64 - 1, 3)):
        for exact in (False, True):
            assert len(index.nearest([1, 0, 0], count, exact=exact)) == got
            assert len(index.nearest([1, 0, 0], count, exact=exact, between={"x": (0, 1)})) == 0
    for count in (-1, 2**64, 2**70):
        with pytest.raises(jarvis2.BadInput, match=f"count is {count}: give a whole number from 0"):
            index.nearest([1, 0, 0], count)


@built
def test_vectors_that_cannot_be_kept_are_named_and_nothing_is_kept(open_index):
    index = open_index()
    good = [1, 0, 0.1]
    for vectors, said, row in (
        ([[1, 0], [0, 1]], "row 0: .* it has 2 numbers, not 3", 0),
        ([[1, 0, 0, 0]] * 2, "row 0: .* it has 4 numbers, not 3", 0),
        ([good, [0, 0, 0]], "row 1: .* all its numbers are zero", 1),
        ([good, [1, np.nan, 0]], "row 1: .* number 1 is NaN", 1),
        ([good, [1, 0, np.inf]], "row 1: .* number 2 is inf", 1),
        ([good, [1, 0, None]], "row 1: .* number 2 is NaN", 1),
        (np.ma.array([good, good], mask=[[0, 0, 0], [0, 1, 0]], dtype="f4"), "row 1: .* number 1 is NaN", 1),
        (np.ma.array([good, good], mask=[[0, 0, 0], [0, 1, 0]]), "row 1: .* number 1 is NaN", 1),
        ([good, [1e200, 0, 0]], "row 1: .* number 0 is inf", 1),
        ([good, [1e30, 0, 0]], "row 1: .* its length 1.* is out of range", 1),
        ([good], "2 records and 1 vectors: one for each", None),
        (good, r"vectors: an array of two dimensions, a row for each record, is needed, not of shape \[3\]", None),
        ([["a", "b", "c"]] * 2, "vectors: a number or an array of numbers is needed, not <U1 of kind \"U\"", None),
        ([good, [1, 0]], "vectors: a number or an array of numbers is needed", None),
    ):
        with np.errstate(over="ignore"), pytest.raises(jarvis2.BadInput, match=said) as caught:
            index.add([7, 8], vectors)
        assert caught.value.what == "vectors" and caught.value.row == row
        assert len(index) == 0 and index.vector(7) is None
    for query, said in (([1, 0], "it has 2 numbers, not 3"), ([0, 0, 0], "no direction"), ([1, np.nan, 0], "number 1 is NaN"), ([good], "one dimension"), ("abc", "vector: a number"), (None, "one dimension")):
        for exact in (False, True):
            with pytest.raises(jarvis2.BadInput, match=said) as caught:
                index.nearest(query, exact=exact)
            assert caught.value.what == "vector"


@built
def test_ids_that_are_none_are_named(open_index):
    index = open_index(1)
    for records, said in (
        ([1.0], "not float64 of kind \"f\""),
        (["a"], "not <U1 of kind \"U\""),
        ([True], "of kind \"b\""),
        ([None], "of kind \"O\""),
        ([2**70], "of kind \"O\""),
        (np.array([2**63], "u8"), "one of them above that"),
        (np.ma.array([1], mask=[True]), "not a masked array"),
        (5, r"records: an array of one dimension is needed, not of shape \[\]"),
        ([[1]], "one dimension"),
    ):
        with pytest.raises(jarvis2.BadInput, match=said) as caught:
            index.add(records, [[1.0]])
        assert caught.value.what == "records"
    for record in (2**63, -(2**63) - 1, 2**70):
        for door in (lambda: index.vector(record), lambda: index.targets(record), lambda: index.add_text(record, "note", "x"), lambda: index.add_facts(record, {"a": 1})):
            with pytest.raises(jarvis2.BadInput, match=f"record is {record}: give a whole number from -9223372036854775808"):
                door()
        with pytest.raises(jarvis2.BadInput, match="target is "):
            index.add_edge(1, record, "to")
    index.add([2**63 - 1, -(2**63)], [[1.0], [-1.0]])
    assert index.nearest([1.0]) == [(2**63 - 1, 0.0), (-(2**63), 2.0)]
    for kind in ("i1", "u2", "i4", "u8", ">i8"):
        index.add(np.array([3], kind), [[1.0]])
    assert len(index) == 3
    wide = np.arange(20, dtype="f4").reshape(10, 2)[::2, 1:]
    index.add(np.arange(10)[::2], wide)
    assert index.vector(4)[0] == wide[2, 0]


@built
def test_facts_and_arrows_that_cannot_be_kept(open_index):
    index = open_index()
    for fact in (np.nan, np.inf):
        with pytest.raises(jarvis2.BadInput, match="facet vix of record 2 is ") as caught:
            index.add_facts(2, {"symbol": "KO", "vix": fact})
        assert caught.value.what == "facts"
    for facts in ({"a": None}, {"a": [1]}, {1: "a"}, [1], None):
        with pytest.raises(TypeError, match="facts"):
            index.add_facts(2, facts)
    for weight in (np.nan, np.inf, 10**400):
        with pytest.raises(jarvis2.BadInput, match="the arrow from 1 to 2 has weight ") as caught:
            index.add_edge(1, 2, "to", weight)
        assert caught.value.what == "weight" and index.targets(1) == []
    for ends in ((np.nan, 1), (0, np.nan), (2, 1)):
        with pytest.raises(jarvis2.BadInput, match="the range of \"vix\" is .*: give the low end, then the high one"):
            index.nearest([1, 0, 0], between={"vix": ends})
    with pytest.raises(TypeError, match="words"):
        index.nearest([1, 0, 0], words={"symbol": "KO"})


@built
def test_what_was_kept_is_there_again(tmp_path):
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(300, 16)).astype(np.float32)
    folder = tmp_path / "deep" / "notes"
    with jarvis2.Index(str(folder), 16) as index:
        index.add(np.arange(300), rows)
        index.add_facts(7, {"symbol": "KO"})
        index.add_text(7, "note", "earnings")
        index.add_edge(7, 8, "rolled_to")
        answers = index.nearest(rows[7], 20)
        assert index.snapshot() == 1
        index.add([1], rows[2:3])
        index.add([300], -rows[7:8])
    for settings in ({}, {"read_only": True}, {"threads": 0}, {"threads": 3}):
        with jarvis2.Index(folder, 16, **settings) as index:
            assert len(index) == 301
            assert [pair for pair in index.nearest(rows[7], 20) if pair[0] != 1] == [pair for pair in answers if pair[0] != 1]
            np.testing.assert_array_equal(index.vector(1), rows[2])
            assert index.nearest(-rows[7], 1)[0][0] == 300
            assert index.nearest(rows[7], words={"symbol": ["KO"]})[0][0] == 7
            assert index.find_text("earnings")[0]["record"] == 7 and index.targets(7) == [8]


@built
def test_a_folder_has_one_writer_and_any_readers(tmp_path):
    folder = tmp_path / "notes"
    with pytest.raises(jarvis2.DataError, match="there is no index at .*notes: open it for writing once"):
        jarvis2.Index(folder, 3, read_only=True)
    first = three(jarvis2.Index(folder, 3))
    with pytest.raises(jarvis2.DataError, match="is being written by another process"):
        jarvis2.Index(folder, 3)
    reader = jarvis2.Index(folder, 3, read_only=True)
    assert len(reader) == 3
    for change in (lambda: reader.add([1], [[1, 0, 0]]), lambda: reader.add_facts(1, {}), lambda: reader.add_text(1, "note", "x"), lambda: reader.add_edge(1, 2, "to"), reader.snapshot):
        with pytest.raises(jarvis2.UsageError, match="was opened with read_only=True: open it without"):
            change()
    first.add([4], [[1, 1, 1]])
    assert len(reader) == 3 and len(jarvis2.Index(folder, 3, read_only=True)) == 4
    first.close()
    first.close()
    for use in (lambda: len(first), lambda: first.nearest([1, 0, 0]), lambda: first.add([1], [[1, 0, 0]]), first.snapshot, lambda: first.vector(1)):
        with pytest.raises(jarvis2.UsageError, match="notes was closed: open it again"):
            use()
    with jarvis2.Index(folder, 3) as second, pytest.raises(ZeroDivisionError):
        second.add([5], [[1, 1, 0]])
        1 / 0
    assert len(jarvis2.Index(folder, 3)) == 5


@built
def test_a_folder_that_is_none_or_has_other_vectors(tmp_path):
    three(jarvis2.Index(tmp_path / "notes", 3)).close()
    for settings in ({}, {"read_only": True}):
        with pytest.raises(jarvis2.Error, match="3.*4|4.*3"):
            jarvis2.Index(tmp_path / "notes", 4, **settings)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(jarvis2.DataError, match="file"):
        jarvis2.Index(tmp_path / "file", 3)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "index.sqlite").write_text("no database" * 1000)
    with pytest.raises(jarvis2.DataError, match="bad"):
        jarvis2.Index(tmp_path / "bad", 3)
    for dimensions in (0, -1, 65_537, 2**70):
        with pytest.raises(jarvis2.BadInput, match=f"dimensions is {dimensions}: give a whole number from 1 to 65536"):
            jarvis2.Index(tmp_path / "other", dimensions)
    for threads in (-1, 2**70):
        with pytest.raises(jarvis2.BadInput, match=f"threads is {threads}"):
            jarvis2.Index(tmp_path / "other", 3, threads=threads)
    with pytest.raises(TypeError, match="dimensions"):
        jarvis2.Index(tmp_path / "other", "three")


@built
def test_threads_of_python_may_ask_at_once(open_index):
    rng = np.random.default_rng(6)
    rows = rng.normal(size=(400, 8))
    index = open_index(8, threads=2)
    failed = []

    def work(part):
        try:
            index.add(np.arange(100) + part * 100, rows[part * 100 : part * 100 + 100])
            for record in range(part * 100, part * 100 + 100, 9):
                assert index.nearest(rows[record], 1)[0][0] == record
        except BaseException as error:
            failed.append(error)

    hands = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert not failed and len(index) == 400


@built
def test_a_program_that_is_killed_loses_nothing_that_was_added(tmp_path):
    code = (
        "import os, sys, jarvis2\n"
        "index = jarvis2.Index(sys.argv[1], 2)\n"
        "index.add([1, 2], [[1, 0], [0, 1]])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "notes")])
    assert jarvis2.Index(tmp_path / "notes", 2).nearest([1, 0.1], 1)[0][0] == 1
