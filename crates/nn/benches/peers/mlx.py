"""MLX beside the crate `nn`, for a Mac: the seed's value network with a policy head, on the GPU and on the CPU.

usage: python mlx.py NET.safetensors [BATCH ..]        (pip install mlx numpy; on Linux "mlx[cpu]")

Loads the weights unchanged, compares its outputs with numpy's in f64 to 1e-5 (on the CPU; a GPU may round more, so its difference
is printed), then prints microseconds of wall time a call, evaluated at its end, the best of 50. `cargo bench -p nn` on the same
machine is the other side. NET comes from `cargo run --release -p nn --example judge`.
"""

import os
import sys
import time

sys.path.pop(0)  # this folder, where this file would be found as the module `mlx`
import mlx.core as mx  # noqa: E402
import mlx.nn as nn  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "peers"))
import torch_twin  # noqa: E402


class Net(nn.Module):
    """`layers` are those of the seed's MLXValueNetwork; the policy head stands beside the last."""

    def __init__(self, tensors):
        super().__init__()
        layers = []
        for name in [n for n in torch_twin.layer_names(tensors) if n != "policy"]:
            outputs, inputs = tensors[name + ".weight"].shape
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.layers = layers[:-1]
        outputs, inputs = tensors["policy.weight"].shape
        self.policy = nn.Linear(inputs, outputs)

    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
        return mx.concatenate([self.layers[-1](x), self.policy(x)], axis=1)


def best_us(call, rounds=50):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter_ns()
        call()
        best = min(best, time.perf_counter_ns() - start)
    return best / 1e3


def main():
    path = sys.argv[1]
    batches = [int(word) for word in sys.argv[2:]] or [1, 8, 64, 256, 1024, 4096]
    tensors = torch_twin.load(path)
    width = tensors["layers.0.weight"].shape[1]
    rng = np.random.default_rng(1)
    devices = [("cpu", mx.cpu)] + ([("gpu", mx.gpu)] if mx.metal.is_available() else [])
    if len(devices) == 1:
        print("gpu: n/a (no Metal)")
    print("| device | batch | us a call | states/s | worst difference to f64 |")
    print("| --- | --- | --- | --- | --- |")
    for name, device in devices:
        mx.set_default_device(device)
        net = Net(tensors)
        net.load_weights(path)
        forward = mx.compile(net)
        for batch in batches:
            x = rng.uniform(-1, 1, (batch, width)).astype(np.float32)
            ours = mx.array(x)
            mx.eval(ours)
            exact = torch_twin.outputs_numpy(path, x)
            worst = np.abs(np.array(forward(ours)).astype(np.float64) - exact).max()
            if name == "cpu" and not worst < 1e-5 * max(1.0, np.abs(exact).max()):
                sys.exit(f"{name}, batch {batch}: off by {worst:.1e}")
            us = best_us(lambda: mx.eval(forward(ours)))
            print(f"| {name} | {batch} | {us:.1f} | {batch / us * 1e6:.0f} | {worst:.1e} |", flush=True)


if __name__ == "__main__":
    main()
