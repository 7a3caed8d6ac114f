"""Ray: chunks of tables, and games, done by workers that may die."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

from jarvis2._errors import ResourceError, UsageError


def mapped(function: Callable[[Any], Any], table: Any, *, workers: int, chunk_rows: int, retries: int, threads: int) -> Iterator[Any]:
    at_least(0, workers=workers, retries=retries)
    at_least(1, chunk_rows=chunk_rows, threads=threads)
    starts = range(0, max(table.num_rows, 1), chunk_rows)
    # As bytes of Arrow's own format: of a slice they hold the slice alone.
    chunks = (_packed(table.slice(start, chunk_rows)) for start in starts)
    if workers == 0:
        for chunk in chunks:
            yield _unpacked(_work(function, chunk))
        return
    ray = the_ray()
    _fits(ray, threads)
    shared = ray.put(function)
    work = ray.remote(_work).options(num_cpus=threads, max_retries=retries, retry_exceptions=[ResourceError])
    under_way: dict[Any, int] = {}
    done: dict[int, Any] = {}
    wanted = 0
    try:
        numbers = iter(enumerate(chunks))
        while wanted < len(starts):
            while len(under_way) < workers:
                following = next(numbers, None)
                if following is None:
                    break
                under_way[work.remote(shared, following[1])] = following[0]
            (ready,), _ = ray.wait(list(under_way), num_returns=1)
            number = under_way.pop(ready)
            # A copy: what is read where it lies stays in Ray's store, which is small, for as long as the answer is used.
            done[number] = pa.py_buffer(got(ready, f"chunk {number} (rows from {starts[number]})", retries).to_pybytes())
            del ready
            while wanted in done:
                yield _unpacked(done.pop(wanted))
                wanted += 1
    finally:
        for reference in under_way:
            ray.cancel(reference)


def _fits(ray: Any, threads: int) -> None:
    """Refuses what no node could ever begin."""
    if not ray.is_initialized():
        ray.init()
    largest = max((node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]), default=0)
    # A cluster that has no processor yet may be about to get some.
    if 0 < largest < threads:
        raise UsageError(f"`threads` is {threads}, and the largest node of Ray has {largest:g} processors: the work would wait for ever")


def _work(function: Callable[[Any], Any], chunk: Any) -> Any:
    return _packed(pa.table(function(_unpacked(chunk))))


def _packed(table: Any) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue()


def _unpacked(chunk: Any) -> Any:
    return pa.ipc.open_stream(chunk).read_all()


def at_least(least: int, **values: int) -> None:
    """Refuses an argument that is less."""
    for name, value in values.items():
        if value < least:
            raise UsageError(f"`{name}` is {value}: {least} or more is needed")


def the_ray() -> Any:
    try:
        import ray  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise UsageError("`workers` is not 0 and there is no Ray here: `pip install ray`, or say workers=0") from error
    return ray


def got(reference: Any, what: str, retries: int) -> Any:
    """What came of it; what the work raised; or that its workers died."""
    ray = the_ray()
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise ResourceError(f"{what}: worker after worker died, {retries} were tried again ({type(error).__name__}: {error})") from error
