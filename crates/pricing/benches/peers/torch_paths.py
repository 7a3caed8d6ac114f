"""Monte Carlo by torch.compile on an NVIDIA GPU: the peer of `benches/paths.rs` in the same run.

    python3 torch_paths.py PATHS [NAME ...]

One year in 64 steps, float32. The whole estimate is one compiled function, normals by `torch.randn` inside it, so that the compiler
may fuse them with the steps; a sum and a sum of squares come out. Names: `gbm_end`, `gbm_mean`, `heston_end`, and how they are
written: `_table` draws all normals of a path as one row and sums or scans it, `_loop` is a loop over the steps that tracing
unrolls. Heston is by full truncation (Lord, Koekkoek & van Dijk 2010), one root and no branch a step, which is less work than the
quadratic-exponential scheme of `paths.rs`; `heston_qe_loop` has that scheme, both branches and a choice. The card is busy for half
a second first; medians of events; the best way of writing is the one to compare with.
"""

import sys
from time import monotonic

import torch

PATHS = int(sys.argv[1])
NAMES = sys.argv[2:]
STEPS = 64
SPOT, STRIKE, RATE, YIELD, YEARS = 100.0, 100.0, 0.03, 0.01, 1.0
VOL = 0.25
V0, KAPPA, THETA, SIGMA, RHO = 0.04, 1.5, 0.06, 0.5, -0.6
gpu = torch.device("cuda")
H = YEARS / STEPS
DRIFT, DEVIATION = (RATE - YIELD - 0.5 * VOL * VOL) * H, VOL * H**0.5


def sums(pays):
    return pays.sum(), (pays * pays).sum()


def gbm_end_table():
    x = DRIFT * STEPS + DEVIATION * torch.randn(PATHS, STEPS, device=gpu).sum(1)
    return sums(torch.clamp(SPOT * torch.exp(x) - STRIKE, min=0.0))


def gbm_mean_table():
    x = torch.cumsum(DRIFT + DEVIATION * torch.randn(PATHS, STEPS, device=gpu), 1)
    return sums(torch.clamp(SPOT * torch.exp(x).mean(1) - STRIKE, min=0.0))


def gbm_end_loop():
    x = torch.zeros(PATHS, device=gpu)
    for _ in range(STEPS):
        x = x + (DRIFT + DEVIATION * torch.randn(PATHS, device=gpu))
    return sums(torch.clamp(SPOT * torch.exp(x) - STRIKE, min=0.0))


def gbm_mean_loop():
    x = torch.zeros(PATHS, device=gpu)
    total = torch.zeros(PATHS, device=gpu)
    for _ in range(STEPS):
        x = x + (DRIFT + DEVIATION * torch.randn(PATHS, device=gpu))
        total = total + torch.exp(x)
    return sums(torch.clamp(SPOT * total / STEPS - STRIKE, min=0.0))


def heston_end_loop():
    x = torch.zeros(PATHS, device=gpu)
    v = torch.full((PATHS,), V0, device=gpu)
    free = (1 - RHO * RHO) ** 0.5
    for _ in range(STEPS):
        z1 = torch.randn(PATHS, device=gpu)
        z2 = torch.randn(PATHS, device=gpu)
        positive = torch.clamp(v, min=0.0)
        root = torch.sqrt(positive * H)
        x = x + (RATE - YIELD) * H - 0.5 * positive * H + root * (RHO * z1 + free * z2)
        v = v + KAPPA * (THETA - positive) * H + SIGMA * root * z1
    return sums(torch.clamp(SPOT * torch.exp(x) - STRIKE, min=0.0))


def heston_qe_loop():
    import math

    decay = math.exp(-KAPPA * H)
    gone = 1 - decay
    noise_state, noise_level = SIGMA**2 * decay * gone / KAPPA, 0.5 * THETA * SIGMA**2 * gone**2 / KAPPA
    slope = RHO / SIGMA
    half = 0.5 * H * (KAPPA * slope - 0.5)
    k1, k2, k3 = half - slope, half + slope, 0.5 * H * (1 - RHO**2)
    a = k2 + 0.5 * k3
    x = torch.zeros(PATHS, device=gpu)
    v = torch.full((PATHS,), V0, device=gpu)
    for _ in range(STEPS):
        z, zv = torch.randn(PATHS, device=gpu), torch.randn(PATHS, device=gpu)
        mean = THETA + (v - THETA) * decay
        psi = (noise_state * v + noise_level) / (mean * mean)
        two = 2 / torch.clamp(psi, max=1.5)
        b2 = two - 1 + torch.sqrt(two) * torch.sqrt(two - 1)
        scale = mean / (1 + b2)
        root = torch.sqrt(b2) + zv
        rest = 1 - 2 * a * scale
        moment = a * b2 * scale / rest - 0.5 * torch.log(rest)
        nothing = (psi - 1) / (psi + 1)
        beta = (1 - nothing) / mean
        above = 0.5 * torch.erfc(zv * 0.7071067811865476)
        low = torch.clamp(torch.log((1 - nothing) / above), min=0.0) / beta
        low_moment = torch.log(nothing + beta * (1 - nothing) / (beta - a))
        quadratic = psi <= 1.5
        after = torch.where(quadratic, scale * root * root, low)
        level = -torch.where(quadratic, moment, low_moment) - (k1 + 0.5 * k3) * v
        x = x + (RATE - YIELD) * H + level + k1 * v + k2 * after + torch.sqrt(k3 * (v + after)) * z
        v = after
    return sums(torch.clamp(SPOT * torch.exp(x) - STRIKE, min=0.0))


def seconds(work, repeats=9):
    begin = monotonic()
    while monotonic() - begin < 0.5:
        work()
        torch.cuda.synchronize()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        work()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) * 1e-3)
    return sorted(times)[len(times) // 2]


print(f"torch {torch.__version__} on {torch.cuda.get_device_name()}, {PATHS} paths, {STEPS} steps", flush=True)
print(f"{'':<16} {'ms':>9} {'G paths/s':>10} {'G steps/s':>10} {'value':>10} {'error':>9} {'compiled in s':>14}", flush=True)
for name in NAMES:
    begin = monotonic()
    work = torch.compile(globals()[name])
    try:
        first, second = (float(x) for x in work())
    except Exception as error:
        print(f"{name:<16} n/a ({str(error).splitlines()[0][:120]})", flush=True)
        continue
    compiled = monotonic() - begin
    mean = first / PATHS
    error = (max(second / PATHS - mean * mean, 0.0) / PATHS) ** 0.5
    discount = 2.718281828459045 ** (-RATE * YEARS)
    took = seconds(work)
    print(
        f"{name:<16} {1e3 * took:9.3f} {PATHS / took / 1e9:10.3f} {PATHS * STEPS / took / 1e9:10.1f}"
        f" {discount * mean:10.5f} {discount * error:9.5f} {compiled:14.1f}",
        flush=True,
    )
    torch.cuda.empty_cache()
