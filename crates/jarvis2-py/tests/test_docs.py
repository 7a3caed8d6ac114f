"""The pages of examples run as written."""

import re
from pathlib import Path

import pytest

import jarvis2

DOCS = Path(__file__).parents[3] / "docs"


def blocks(page):
    return re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def test_the_page_of_examples_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("pyarrow", "polars", "numpy"):
        pytest.importorskip(name)
    run("python.md")


def test_the_page_of_many_machines_runs(tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("pyarrow", "numpy", "ray.data", "dask.bag"):
        pytest.importorskip(name)
    request.getfixturevalue("ray")
    run("distributed.md")


def run(page):
    # What is defined in a page is nobody's module.
    names: dict[str, object] = {"__name__": "__main__"}
    assert len(blocks(page)) > 5
    for number, block in enumerate(blocks(page), 1):
        if block.startswith("# On Spark"):
            continue
        if block.startswith("# With the index") and not has_index():
            continue
        if block.startswith("# Beside ") and not all(map(there, re.findall(r"^import (\w+)", block, re.MULTILINE))):
            continue
        exec(compile(block, f"docs/{page}, block {number}", "exec"), names)


def has_index():
    """Whether the package was built with it."""
    return hasattr(jarvis2.Index, "add")


def there(module):
    try:
        __import__(module)
    except ImportError:
        return False
    return True
