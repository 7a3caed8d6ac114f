"""The nets of the crate `nn` in Python: reads and writes the same files, gives the same outputs.

Needs numpy; torch and mlx take part where they are installed.

    python torch_twin.py names                                 # what it knows
    python torch_twin.py backends                              # what is installed of that
    python torch_twin.py seeded NET 768-512-256:1+64 SEED      # the file of Weights::seeded(config, SEED), byte for byte
    python torch_twin.py outputs NET INPUTS OUTPUTS BACKEND    # f32 rows in, f64 rows [value, logits] out; raw little-endian
    python torch_twin.py golden DIR                            # writes the files in crates/nn/tests/golden again

From a PyTorch or MLX training script: `save(path, tensors)` with the names that `crates/nn/src/file.rs` lists adds what the
crate wants to see in the metadata. In PyTorch a module with `layers = nn.Sequential(Linear, ReLU, Linear, ReLU, Linear)` and
`policy = Linear` has these names by itself: `save(path, {k: v.numpy() for k, v in module.state_dict().items()})`.
"""

import hashlib
import json
import math
import os
import sys

import numpy as np

SCHEMA = 1


def layer_names(tensors):
    """Trunk, value head, policy head: the order of computation."""
    numbers = sorted(int(k.split(".")[1]) for k in tensors if k.startswith("layers.") and k.endswith(".weight"))
    return [f"layers.{n}" for n in numbers] + (["policy"] if "policy.weight" in tensors else [])


def architecture(tensors):
    names = [n for n in layer_names(tensors) if n != "policy"]
    sizes = [tensors[names[0] + ".weight"].shape[1]] + [tensors[n + ".weight"].shape[0] for n in names]
    policies = tensors["policy.weight"].shape[0] if "policy.weight" in tensors else 0
    return "-".join(map(str, sizes[:-1])) + f":{sizes[-1]}+{policies}"


def checksum(tensors):
    digest = hashlib.sha256(f"schema {SCHEMA}\narchitecture {architecture(tensors)}\n".encode())
    for name in layer_names(tensors):
        for part in (".weight", ".bias"):
            tensor = tensors[name + part]
            digest.update(f"{name}{part} {'x'.join(map(str, tensor.shape))}\n".encode())
            digest.update(np.ascontiguousarray(tensor, "<f4").tobytes())
    return digest.hexdigest()


def save(path, tensors):
    """Writes a file that the crate `nn` loads."""
    tensors = {k: np.ascontiguousarray(v, "<f4") for k, v in tensors.items()}
    header = {
        "__metadata__": {"architecture": architecture(tensors), "schema": str(SCHEMA), "sha256": checksum(tensors)}
    }
    at = 0
    for name in sorted(tensors):
        end = at + tensors[name].nbytes
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in sorted(tensors):
            file.write(tensors[name].tobytes())


def load(path):
    """The tensors of a file, its checksum compared."""
    with open(path, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    metadata = header.pop("__metadata__")
    body = data[8 + size :]
    tensors = {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        tensors[name] = np.frombuffer(body[begin:end], "<f4").reshape(info["shape"])
    if checksum(tensors) != metadata["sha256"] or architecture(tensors) != metadata["architecture"]:
        raise ValueError(f"{path}: the checksum or the architecture is not what the metadata says")
    return tensors


def seeded(text, seed):
    """The start of training: uniform of He's variance before a ReLU, 1/inputs in the heads, from SplitMix64 over a counter."""
    trunk, heads = text.split(":")
    sizes = [int(s) for s in trunk.split("-")]
    policies = int(heads.split("+")[1])
    shapes = [(f"layers.{2 * i}", n, m, 2.0) for i, (n, m) in enumerate(zip(sizes, sizes[1:]))]
    shapes.append((f"layers.{2 * (len(sizes) - 1)}", sizes[-1], 1, 1.0))
    if policies:
        shapes.append(("policy", sizes[-1], policies, 1.0))
    tensors, drawn = {}, 0
    for name, inputs, outputs, gain in shapes:
        count = inputs * outputs
        with np.errstate(over="ignore"):
            step = np.uint64(0x9E3779B97F4A7C15)
            z = np.uint64(seed) + step * (np.arange(drawn, drawn + count, dtype=np.uint64) + np.uint64(1))
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = z ^ (z >> np.uint64(31))
        uniform = ((z >> np.uint64(40)).astype(np.float64) + 0.5) / 2**23 - 1.0
        drawn += count
        c = math.sqrt(3.0 * (gain / inputs))
        tensors[name + ".weight"] = (c * uniform).astype(np.float32).reshape(outputs, inputs)
        tensors[name + ".bias"] = np.zeros(outputs, np.float32)
    return tensors


def outputs_numpy(path, x):
    """In f64: the reference."""
    tensors = {k: v.astype(np.float64) for k, v in load(path).items()}
    h = x.astype(np.float64)
    names = layer_names(tensors)
    trunk = [n for n in names if n != "policy"]
    for name in trunk[:-1]:
        h = np.maximum(h @ tensors[name + ".weight"].T + tensors[name + ".bias"], 0.0)
    heads = trunk[-1:] + (["policy"] if "policy" in names else [])
    return np.concatenate([h @ tensors[n + ".weight"].T + tensors[n + ".bias"] for n in heads], axis=1)


def outputs_torch(path, x):
    import torch

    tensors = {k: torch.from_numpy(v.copy()) for k, v in load(path).items()}
    names = layer_names(tensors)

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            layers = []
            for name in [n for n in names if n != "policy"]:
                outputs, inputs = tensors[name + ".weight"].shape
                layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
            self.layers = torch.nn.Sequential(*layers[:-1])
            if "policy" in names:
                outputs, inputs = tensors["policy.weight"].shape
                self.policy = torch.nn.Linear(inputs, outputs)

        def forward(self, x):
            h = self.layers[:-1](x)
            heads = [self.layers[-1](h)] + ([self.policy(h)] if hasattr(self, "policy") else [])
            return torch.cat(heads, dim=1)

    twin = Twin()
    twin.load_state_dict(tensors)  # strict: every name and shape must be its own
    with torch.no_grad():
        return twin(torch.from_numpy(x)).numpy().astype(np.float64)


def outputs_mlx(path, x):
    import mlx.core as mx
    import mlx.nn as nn

    mx.set_default_device(mx.cpu)
    tensors = load(path)
    names = layer_names(tensors)

    class ValueNetwork(nn.Module):
        """A value net with the layers of the file, which knows nothing of policies."""

        def __init__(self):
            super().__init__()
            layers = []
            for name in [n for n in names if n != "policy"]:
                outputs, inputs = tensors[name + ".weight"].shape
                layers += [nn.Linear(inputs, outputs), nn.ReLU()]
            self.layers = layers[:-1]

        def trunk(self, x):
            for layer in self.layers[:-1]:
                x = layer(x)
            return x

        def __call__(self, x):
            return self.layers[-1](self.trunk(x))

    class Twin(ValueNetwork):
        def __init__(self):
            super().__init__()
            if "policy" in names:
                outputs, inputs = tensors["policy.weight"].shape
                self.policy = nn.Linear(inputs, outputs)

        def __call__(self, x):
            heads = [super().__call__(x)]
            if "policy" in names:
                heads.append(self.policy(self.trunk(x)))
            return mx.concatenate(heads, axis=1)

    class MLXValueNetwork(nn.Module):
        """Word for word the value network of the design document; only for its own sizes."""

        def __init__(self):
            super().__init__()
            self.layers = [
                nn.Linear(768, 512),
                nn.ReLU(),
                nn.Linear(512, 256),
                nn.ReLU(),
                nn.Linear(256, 1),
            ]

        def __call__(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    twin, value = Twin(), ValueNetwork()
    if architecture(tensors).startswith("768-512-256:1"):
        value = MLXValueNetwork()
    twin.load_weights(path)  # strict
    value.load_weights(path, strict=False)
    out = np.array(twin(mx.array(x))).astype(np.float64)
    alone = np.array(value(mx.array(x))).astype(np.float64)
    if not np.array_equal(alone[:, 0], out[:, 0]):
        raise ValueError("the value net alone loads other weights than the twin")
    return out


BACKENDS = {"numpy": outputs_numpy, "torch": outputs_torch, "mlx": outputs_mlx}


def available():
    found = ["numpy"]
    for name, module in (("torch", "torch"), ("mlx", "mlx.core")):
        try:
            __import__(module)
            found.append(name)
        except ImportError:
            pass
    return found


def golden(folder):
    """A small net with every kind of layer as a file, the house net from its seed, and what both answer in f64."""
    rng = np.random.default_rng(20260101)
    small = {}
    for name, inputs, outputs in (("layers.0", 12, 9), ("layers.2", 9, 7), ("layers.4", 7, 1), ("policy", 7, 5)):
        small[name + ".weight"] = (rng.standard_normal((outputs, inputs)) / math.sqrt(inputs)).astype(np.float32)
        small[name + ".bias"] = (0.1 * rng.standard_normal(outputs)).astype(np.float32)
    small_path = os.path.join(folder, "small-v1.safetensors")
    save(small_path, small)
    house_path = os.path.join(folder, "house.tmp")
    save(house_path, seeded("768-512-256:1+64", 20260101))
    for name, path, inputs in (("small-v1", small_path, 12), ("house", house_path, 768)):
        # Row r, column c: exact in f32, no two rows alike, some of them zero.
        r, c = np.meshgrid(np.arange(3), np.arange(inputs), indexing="ij")
        x = (((37 * r + 11 * c) % 64 - 32) / 16.0).astype(np.float32)
        with open(os.path.join(folder, name + ".txt"), "w") as file:
            file.write(f"# value and logits of rows 0 to 2 in f64 by numpy; x[r][c] = ((37 r + 11 c) mod 64 - 32) / 16\n")
            file.write(f"# sha256 {checksum(load(path))}\n")
            for row in outputs_numpy(path, x):
                file.write(" ".join(f"{y:.12g}" for y in row) + "\n")
    os.remove(house_path)


def main():
    command, *rest = sys.argv[1:] or ["help"]
    if command == "names":
        print(" ".join(BACKENDS))
    elif command == "backends":
        print(" ".join(available()))
    elif command == "seeded":
        path, text, seed = rest
        save(path, seeded(text, int(seed)))
    elif command == "outputs":
        net, inputs, out, backend = rest
        weights = load(net)
        x = np.fromfile(inputs, "<f4").reshape(-1, weights["layers.0.weight"].shape[1])
        BACKENDS[backend](net, x).astype("<f8").tofile(out)
    elif command == "golden":
        golden(*rest)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
