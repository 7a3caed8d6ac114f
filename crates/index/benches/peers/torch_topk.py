"""Exact top-10 by torch on an NVIDIA GPU, rows resident in float16: the peer of `benches/topk.rs` in the same run.

    python3 torch_topk.py [ROWS]

`torch.topk(X @ q, 10)` for 1, 4, 8 and 16 questions over ROWS x 768, plainly and by torch.compile. The card is busy for half a second
first; "device" is the median of events around 4 calls in a row, "call" the median from float32 questions in main memory to answers in
main memory. The copy moves the same rows; its bytes count what is read and what is written.
"""

import sys
from time import monotonic, perf_counter

import torch

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
WIDTH = 768
torch.manual_seed(7)
gpu = torch.device("cuda")


def median(times):
    return sorted(times)[len(times) // 2]


def device_ms(work, calls=4, repeats=31):
    begin = monotonic()
    while monotonic() - begin < 0.5:
        work()
        torch.cuda.synchronize()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(calls):
            work()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / calls)
    return median(times)


def call_ms(work, questions, repeats=101):
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        scores, rows = work(questions.to(gpu).half())
        scores.cpu(), rows.cpu()
        times.append(1e3 * (perf_counter() - begin))
    return median(times)


rows = torch.randn(ROWS, WIDTH, device=gpu)
rows /= rows.norm(dim=1, keepdim=True)
rows = rows.half()
print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {ROWS} rows of {WIDTH} float16")
target = torch.empty_like(rows)
copy = device_ms(lambda: target.copy_(rows))
print(f"copy: {2 * rows.numel() * 2 / copy / 1e6:.0f} GB/s read and written")
del target


def nearest(questions):
    return torch.topk(rows @ questions.T, 10, dim=0)


def nearest_by_question(questions):
    return torch.topk(questions @ rows.T, 10, dim=1)


def nearest_to_one(questions):
    return torch.topk(rows @ questions[0], 10)


ways = [("rows @ questions", nearest), ("questions @ rows", nearest_by_question)]
for batch in (1, 4, 8, 16):
    questions = torch.randn(batch, WIDTH)
    questions /= questions.norm(dim=1, keepdim=True)
    given = questions.to(gpu).half()
    for name, work in ([("rows @ question", nearest_to_one)] if batch == 1 else ways):
        for how, made in (("", work), ("torch.compile ", torch.compile(work))):
            try:
                made(given)
                print(f"{how}{name}: {batch} questions, device {device_ms(lambda: made(given)):.3f} ms, call {call_ms(made, questions):.3f} ms", flush=True)
            except Exception as error:
                print(f"{how}{name}: {batch} questions, n/a ({type(error).__name__})")
