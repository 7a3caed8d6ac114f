"""The house net by PyTorch on an NVIDIA GPU: the peer of `benches/gpu.rs` in the same run.

    python3 torch_gpu.py [graphs] [ROWS ...]

768-512-256-{1, 64} with ReLU, heads as one layer of 65. float32 without TF32 and bfloat16; eager, a CUDA graph, and torch.compile;
rows resident on the device, launches in a row between events; last the net many times in one graph. `graphs` leaves out torch.compile,
which takes minutes at 65,536 rows. Round trip: pinned memory up, graph, pinned memory down, waited for.
Medians, in microseconds.
"""

import sys
from time import monotonic, perf_counter

import torch

COMPILES = "graphs" not in sys.argv
SIZES = [int(word) for word in sys.argv[1:] if word != "graphs"] or [1, 8, 64, 256, 1024, 4096, 65536]
torch.backends.cuda.matmul.allow_tf32 = False
torch.manual_seed(7)
gpu = torch.device("cuda")


def house(kind):
    layers = torch.nn.Sequential(
        torch.nn.Linear(768, 512), torch.nn.ReLU(), torch.nn.Linear(512, 256), torch.nn.ReLU(), torch.nn.Linear(256, 65)
    )
    return layers.to(gpu, kind).eval()


def median(values):
    return sorted(values)[len(values) // 2]


def resident(call, launches):
    times = []
    for _ in range(15):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(launches):
            call()
        end.record()
        end.synchronize()
        times.append(1000 * start.elapsed_time(end) / launches)
    return median(times)


def graph_of(call, times=1):
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(3):
            call()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(times):
            call()
    return graph


@torch.inference_mode()
def main():
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}")
    print("| rows | numbers | eager | CUDA graph | torch.compile | round trip with the graph | many in one graph |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rows in SIZES:
        for kind, name in [(torch.float32, "f32"), (torch.bfloat16, "bf16")]:
            net = house(kind)
            x = torch.rand(rows, 768, device=gpu, dtype=kind) * 2 - 1
            out = torch.empty(rows, 65, device=gpu, dtype=kind)

            def call():
                out.copy_(net(x))

            graph = graph_of(call)
            busy = monotonic()
            while monotonic() - busy < 0.4:
                graph.replay()
                torch.cuda.synchronize()
            launches = max(8, (1 << 20) // max(rows, 1024))
            eager = resident(lambda: net(x), launches)
            plain = graph_of(lambda: net(x))
            in_graph = resident(plain.replay, launches)
            many = max(4, min(200, (1 << 20) // rows))
            in_one = resident(graph_of(lambda: net(x), many).replay, 1) / many
            try:
                if not COMPILES:
                    raise RuntimeError("not asked for")
                compiled = torch.compile(net, mode="default" if rows > 4096 else "reduce-overhead")
                for _ in range(5):
                    compiled(x)
                by_compile = f"{resident(lambda: compiled(x), launches):.1f}"
            except Exception as error:  # What the compiler says is the answer.
                by_compile = f"n/a ({type(error).__name__})" if COMPILES else "n/a (not asked for)"
            up, down = torch.empty(rows, 768, dtype=kind).uniform_(-1, 1).pin_memory(), torch.empty(rows, 65, dtype=kind).pin_memory()
            times = []
            for _ in range(200 if rows <= 4096 else 15):
                start = perf_counter()
                x.copy_(up, non_blocking=True)
                graph.replay()
                down.copy_(out, non_blocking=True)
                torch.cuda.synchronize()
                times.append(1e6 * (perf_counter() - start))
            print(f"| {rows} | {name} | {eager:.1f} | {in_graph:.1f} | {by_compile} | {median(times):.1f} | {in_one:.1f} |")


main()
