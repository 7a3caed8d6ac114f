"""Black-Scholes by torch.compile on an NVIDIA GPU, data resident: the peer of `benches/gpu.rs` in the same run.

    python3 torch_gpu.py [COUNT]

Prices and price + delta, gamma, vega, theta, rho in float32, columns in, columns out; error against float64 as a share of the
strike. The card is busy for half a second first; medians of events around 8 launches in a row, so what Python takes between them
does not count. The copy moves the same arrays; bytes count what is read and what is written.
"""

import sys
from time import monotonic

import torch

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 24
LAUNCHES = 8
torch.manual_seed(7)
gpu = torch.device("cuda")


def uniform(low, high):
    return low + (high - low) * torch.rand(COUNT, device=gpu)


def normal_cdf(x):
    return 0.5 + 0.5 * torch.erf(x * 0.7071067811865476)


def terms(spot, strike, years, rate, dividend, vol):
    deviation = vol * torch.sqrt(years)
    d1 = (torch.log(spot / strike) + (rate - dividend) * years) / deviation + 0.5 * deviation
    return d1, d1 - deviation, torch.exp(-rate * years), torch.exp(-dividend * years)


def price(spot, strike, years, rate, dividend, vol):
    d1, d2, discount, carry = terms(spot, strike, years, rate, dividend, vol)
    return spot * carry * normal_cdf(d1) - strike * discount * normal_cdf(d2)


def greeks(spot, strike, years, rate, dividend, vol):
    d1, d2, discount, carry = terms(spot, strike, years, rate, dividend, vol)
    n1, n2 = normal_cdf(d1), normal_cdf(d2)
    density = 0.3989422804014327 * torch.exp(-0.5 * d1 * d1)
    root = torch.sqrt(years)
    delta = carry * n1
    vega = spot * carry * density * root
    gamma = carry * density / (spot * vol * root)
    theta = -spot * carry * density * vol / (2 * root) - rate * strike * discount * n2 + dividend * spot * delta
    rho = strike * years * discount * n2
    return spot * delta - strike * discount * n2, delta, gamma, vega, theta, rho


def seconds(work, repeats=30):
    begin = monotonic()
    while monotonic() - begin < 0.5:
        work()
        torch.cuda.synchronize()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(LAUNCHES):
            work()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) * 1e-3 / LAUNCHES)
    return sorted(times)[len(times) // 2]


columns = [
    uniform(20, 520),
    uniform(20, 520),
    uniform(0.01, 2.0),
    uniform(0.0, 0.08),
    uniform(0.0, 0.05),
    uniform(0.08, 0.98),
]
columns[1] = columns[0] * uniform(0.6, 1.4)
print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {COUNT} options")
source = torch.stack(columns)
target = torch.empty_like(source)
copy = seconds(lambda: target.copy_(source))
bandwidth = 2 * source.numel() * 4 / copy
print(f"copy: {bandwidth / 1e9:.0f} GB/s read and written")
for what, law, out in (("price", price, 1), ("price and 5 Greeks", greeks, 6)):
    quick = torch.compile(law)
    got = quick(*columns)
    exact = law(*(column.double() for column in columns))
    got, exact = (got, exact) if out == 1 else (got[0], exact[0])
    error = ((got.double() - exact).abs() / columns[1].double()).max().item()
    time = seconds(lambda: quick(*columns))
    moved = (6 + out) * 4 * COUNT / time
    print(
        f"torch.compile {what}: {COUNT / time / 1e9:.1f} G/s, {moved / 1e9:.0f} GB/s = {100 * moved / bandwidth:.0f} % of the copy,"
        f" error {error:.1e} of the strike"
    )
