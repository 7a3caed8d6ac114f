"""The page of examples runs as written."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "python.md"


def blocks():
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_page_of_examples_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("pyarrow", "polars", "numpy"):
        pytest.importorskip(name)
    names: dict[str, object] = {}
    assert len(blocks()) > 5
    for number, block in enumerate(blocks(), 1):
        if block.startswith("# Beside ") and not all(map(there, re.findall(r"^import (\w+)", block, re.MULTILINE))):
            continue
        exec(compile(block, f"docs/python.md, block {number}", "exec"), names)


def there(module):
    try:
        __import__(module)
    except ImportError:
        return False
    return True
