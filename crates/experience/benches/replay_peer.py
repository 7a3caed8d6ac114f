"""cpprb's prioritized replay, measured as `replay.rs` measures ours: processor time of the thread, batch 256."""

import time

import cpprb
import numpy as np

BATCH = 256


def rates(step, steps=300, rounds=7):
    out = []
    for _ in range(rounds):
        before = time.thread_time()
        for _ in range(steps):
            step()
        out.append(steps * BATCH / (time.thread_time() - before))
    out.sort()
    return out


def run(capacity, width):
    buffer = cpprb.PrioritizedReplayBuffer(capacity, {"row": {"shape": width, "dtype": np.float32}}, alpha=0.6)
    block = (np.arange(1000 * width) % 97).astype(np.float32).reshape(1000, width)
    before = time.thread_time()
    for _ in range(capacity // 1000):
        buffer.add(row=block)
    rate = capacity / (time.thread_time() - before)
    print(f"  cpprb {cpprb.__version__ if hasattr(cpprb, '__version__') else ''}, {capacity} x {width}: added {rate / 1e6:.2f} M rows a second")
    turns = np.arange(capacity, dtype=np.uint64)
    buffer.update_priorities(turns, 0.01 + (turns * np.uint64(2654435761) % np.uint64(1000)) / 1000.0)
    new = 0.01 + np.arange(BATCH) / 256.0

    def draw():
        assert buffer.sample(BATCH, beta=0.4)["row"].shape == (BATCH, width)

    def draw_and_update():
        got = buffer.sample(BATCH, beta=0.4)
        buffer.update_priorities(got["indexes"], new)

    for what, step in (("with rows", draw), ("with rows and new priorities", draw_and_update)):
        r = rates(step)
        print(f"  cpprb, {what}, {capacity} x {width}: {r[3] / 1e6:.2f} M ({r[6] / 1e6:.2f})")


run(1_000_000, 8)
run(200_000, 768)
