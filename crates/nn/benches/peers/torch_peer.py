"""PyTorch's side of `cargo bench -p nn`: the same weights in bfloat16, one thread.

usage: python torch_peer.py NET.safetensors        (pip install torch numpy)

Two builds of the same net: as written, and traced and frozen. The faster of them counts at each batch. Answers lines on
standard input:

    check INPUTS OUTPUTS    raw f32 rows in, raw f32 rows [value, logits] out
    time BATCH CALLS        nanoseconds of processor time per call, mean over CALLS: inputs already bf16, outputs left bf16; and a
                            call of a module that does nothing
"""

import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "peers"))
import torch_twin  # noqa: E402


class Net(torch.nn.Module):
    """Trunk, then both heads as one layer, as ours does it."""

    def __init__(self, tensors):
        super().__init__()
        names = torch_twin.layer_names(tensors)
        tensors = {k: torch.from_numpy(v.copy()) for k, v in tensors.items()}
        layers = []
        for name in names[:-2]:
            layers += [self.linear(tensors[name + ".weight"], tensors[name + ".bias"]), torch.nn.ReLU()]
        heads = [torch.cat([tensors[n + part] for n in names[-2:]]) for part in (".weight", ".bias")]
        self.layers = torch.nn.Sequential(*layers, self.linear(*heads))

    @staticmethod
    def linear(weight, bias):
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        return layer

    def forward(self, x):
        return self.layers(x)


def timed(calls, call):
    start = time.thread_time_ns()
    for _ in range(calls):
        call()
    return (time.thread_time_ns() - start) / calls


def main():
    torch.set_num_threads(1)
    tensors = torch_twin.load(sys.argv[1])
    width = tensors["layers.0.weight"].shape[1]
    net = Net(tensors).eval().to(torch.bfloat16)
    rng = np.random.default_rng(1)
    nothing = torch.nn.Identity()
    batches, builds = {}, {}
    print(f"torch {torch.__version__} bf16 ({torch.backends.cpu.get_cpu_capability()})", flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            command, *rest = line.split()
            if command == "check":
                x = torch.from_numpy(np.fromfile(rest[0], "<f4").reshape(-1, width))
                net(x.to(torch.bfloat16)).float().numpy().astype("<f4").tofile(rest[1])
                print("done", flush=True)
            elif command == "time":
                batch, calls = map(int, rest)
                if batch not in batches:
                    x = rng.uniform(-1, 1, (batch, width)).astype(np.float32)
                    batches[batch] = torch.from_numpy(x).to(torch.bfloat16)
                    x = batches[batch]
                    found = [net]
                    try:
                        found.append(torch.jit.freeze(torch.jit.trace(net, x)))
                    except Exception as error:  # a newer torch may have dropped it
                        print(f"no frozen net: {error}", file=sys.stderr)
                    for build in found:
                        timed(20, lambda: build(x))
                    builds[batch] = found
                x = batches[batch]
                ns = min(timed(calls, lambda: build(x)) for build in builds[batch])
                idle = timed(calls, lambda: nothing(x))
                print(f"{ns} {idle}", flush=True)


if __name__ == "__main__":
    main()
