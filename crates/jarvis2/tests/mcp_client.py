"""Asks every tool of `jarvis2 mcp` with the protocol's own Python package.

    python mcp_client.py PATH_OF_THE_PROGRAM

needs `pip install -r mcp_client.txt`. Over standard input and output and over HTTP, each with the handshake and with the newer
protocol without one: lists the tools, calls each on the embedded sample, holds what comes to the declared schema and hints, sends
wrong arguments and refused questions, and looks at what was written in an empty home. One line a tool; ends with 1 if anything
was not as it should be.
"""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jsonschema
from mcp import Client, MCPError, StdioServerParameters

SMALL = [
    "search.evaluations=3000",
    "search.draw_evaluations=1200",
    "search.root_actions=32",
    "search.paths=512",
]

# Arguments, and what the answer must hold.
CALLS = {
    "plan": ({"set": SMALL}, ["watermark", "outcome", "alternatives", "reasons", "evidence", "refusals", "citations"]),
    "price_chain": ({"right": "put", "delta_min": 0.1, "delta_max": 0.5, "rows": 20}, ["watermark", "rows", "quotes_total", "citations"]),
    "backtest": (
        {"policy": "rule", "from": "2026-01-02", "to": "2026-03-31"},
        ["watermark", "id", "policies", "odds", "notes", "citations"],
    ),
    "explain": ({"set": SMALL}, ["watermark", "menu", "refusals", "edge", "tree", "citations"]),
    "recall": ({"days": 30}, ["watermark", "prices_note", "prices", "citations"]),
    "journal_query": ({"question": "premium_by_month"}, ["rows_total", "months", "note", "citations"]),
    "hardware": ({}, ["machine", "memory", "devices"]),
}

# Arguments that are wrong, and the field that must be named.
WRONG = [
    ("plan", {"sybmol": "KO"}, "sybmol"),
    ("plan", {"as_of": "30 June"}, "as_of"),
    ("price_chain", {"delta_min": 2}, "delta_min"),
    ("backtest", {"policy": "best"}, "policy"),
    ("explain", {"decision": "first"}, "decision"),
    ("recall", {"days": 0}, "days"),
    ("journal_query", {"question": "DELETE FROM fills"}, "question"),
    ("hardware", {"reset": True}, "reset"),
]

# Wrong together: no schema of single arguments can say so.
WRONG_TOGETHER = [
    ("plan", {"account": "a.toml", "cash_usd": 5000}, "cash_usd"),
    ("explain", {"decision": 1, "symbol": "KO"}, "decision"),
    ("backtest", {"policy": "rule", "from": "2026-02-01", "to": "2026-01-01"}, "from"),
    ("journal_query", {"question": "fills", "from": "2026-02-01", "to": "2026-01-01"}, "from"),
]

# Questions that are refused: kind and exit code.
REFUSED = [
    ("plan", {"chain": ["nowhere.csv"]}, "data", 3),
    ("plan", {"symbol": "NOPE"}, "data", 3),
    ("price_chain", {"chain": "nowhere.csv"}, "data", 3),
    ("backtest", {"policy": "rule", "data": ["nowhere.csv"], "symbol": "KO"}, "data", 3),
    ("explain", {"decision": 41}, "usage", 2),
    ("recall", {"symbol": "NOPE"}, "usage", 2),
]

# What a backtest leaves, because it is counted; nothing else may be there.
COUNTED = re.compile(r"\.local/(share/jarvis2/(trials\.jsonl|runs/[0-9a-f]{16}\.json)|state/jarvis2/trials\.(head|lock))")


def files(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"]}


@contextlib.contextmanager
def over_http(program: str, home: Path):
    server = subprocess.Popen(
        [program, "mcp", "--http", "0"],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(10)


@contextlib.contextmanager
def over_stdio(program: str, home: Path):
    yield StdioServerParameters(command=program, args=["mcp"], cwd=str(home), env=environment(home))


async def calls(client: Client, say) -> None:
    listed = (await client.list_tools()).tools
    assert [tool.name for tool in listed] == list(CALLS), [tool.name for tool in listed]
    for tool in listed:
        begun = time.monotonic()
        arguments, fields = CALLS[tool.name]
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        jsonschema.validate(arguments, tool.input_schema)
        hints = tool.annotations
        reads = tool.name != "backtest"
        assert hints.read_only_hint is reads and hints.idempotent_hint is reads, hints
        assert hints.destructive_hint is False and hints.open_world_hint is False, hints

        result = await client.call_tool(tool.name, arguments)
        assert not result.is_error, result
        answer = result.structured_content
        jsonschema.validate(answer, tool.output_schema)
        missing = [field for field in fields if field not in answer]
        assert not missing, f"{tool.name}: no {missing}"
        assert json.loads(result.content[1].text) == answer
        if "watermark" in answer:
            assert answer["watermark"].startswith("SYNTHETIC DATA")
            assert answer["watermark"] in result.content[0].text
        size = len(json.dumps(answer))

        wrong = [(bad, field) for name, bad, field in WRONG + WRONG_TOGETHER if name == tool.name]
        for bad, field in wrong:
            try:
                jsonschema.validate(bad, tool.input_schema, format_checker=jsonschema.FormatChecker())
            except jsonschema.ValidationError:
                pass
            else:
                together = (tool.name, bad, field) in WRONG_TOGETHER
                assert together, f"{tool.name}: the declared schema lets {bad} pass"
            try:
                result = await client.call_tool(tool.name, bad)
            except MCPError as error:
                assert error.code == -32602, error
                assert error.data["field"] == field and error.data["remedy"], error.data
            else:
                raise AssertionError(f"{tool.name} took {bad}: {result}")

        refused = [(bad, kind, code) for name, bad, kind, code in REFUSED if name == tool.name]
        for bad, kind, code in refused:
            result = await client.call_tool(tool.name, bad)
            assert result.is_error, result
            refusal = result.structured_content
            assert (refusal["kind"], refusal["exit_code"]) == (kind, code), refusal
            assert refusal["message"] and refusal["message"] in result.content[0].text
            jsonschema.validate(refusal, tool.output_schema)
        seconds = time.monotonic() - begun
        say(f"{tool.name}: answered with {size} bytes, {len(wrong)} wrong and {len(refused)} refused questions told, {seconds:.1f} s")


async def stopped(client: Client, say) -> None:
    """A plan of ten minutes is given up after two seconds; the next call is answered."""
    heard = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    long = client.call_tool("plan", {"set": [*SMALL, "search.time_ms=600000"]}, progress_callback=hear)
    try:
        await asyncio.wait_for(long, 2.5)
    except (TimeoutError, asyncio.TimeoutError):
        pass
    else:
        raise AssertionError("it was meant to take longer")
    assert heard, "nothing was heard of how far it was"
    begun = time.monotonic()
    result = await asyncio.wait_for(client.call_tool("hardware", {}), 20)
    assert not result.is_error
    say(f"a plan given up: told {heard[-1][1]!r}; the next call was answered after {time.monotonic() - begun:.1f} s")


async def main(program: str) -> int:
    failed = 0
    for way in (over_stdio, over_http):
        for mode in ("legacy", "auto"):
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder)
                name = f"{way.__name__[5:]}, {mode}"
                say = lambda line, name=name: print(f"{name}: {line}", flush=True)
                try:
                    with way(program, home) as server:
                        async with Client(server, mode=mode) as client:
                            say(f"protocol {client.protocol_version}")
                            await calls(client, say)
                            await stopped(client, say)
                    left = [file for file in files(home) if not COUNTED.fullmatch(file)]
                    assert not left, f"files were written: {left}"
                    trials = (home / ".local/share/jarvis2/trials.jsonl").read_text().splitlines()
                    assert len(trials) == 1, trials
                    say("nothing was written but the one trial that was counted")
                except Exception as error:  # noqa: BLE001: told, and counted
                    failed += 1
                    import traceback

                    traceback.print_exception(error)
                    say(f"FAILED: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(asyncio.run(main(str(Path(sys.argv[1]).resolve()))))
