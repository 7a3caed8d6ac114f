"""The index, where it was built in, and its absence where not."""

import numpy as np
import pytest

import jarvis2


def test_near_words_and_arrows(tmp_path):
    try:
        index = jarvis2.Index(tmp_path / "notes", 3)
    except jarvis2.UsageError as error:
        assert "--features jarvis2-py/index" in str(error)
        pytest.skip("n/a (built without the index)")
    index.add(np.array([1, 2, 3]), np.array([[1, 0, 0.1], [0.9, 0.1, 0], [0, 1, 0]], dtype=np.float32))
    index.add_facts(2, {"symbol": "KO", "vix": 14.0})
    index.add_text(2, "note", "earnings on Tuesday")
    index.add_edge(2, 3, "rolled_to")
    near = index.nearest(np.array([1, 0, 0], dtype=np.float32), 2)
    assert [record for record, _ in near] == [1, 2]
    only = index.nearest(np.array([1, 0, 0], dtype=np.float32), 2, words={"symbol": ["KO"]}, between={"vix": (10, 20)})
    assert [record for record, _ in only] == [2]
    assert index.find_text("earnings")[0]["record"] == 2 and index.targets(2) == [3]
    assert len(index) == 3 and index.vector(3)[1] == 1
