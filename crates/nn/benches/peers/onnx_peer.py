"""onnxruntime's side of `cargo bench -p nn`: the same weights, one thread.

usage: python onnx_peer.py NET.safetensors        (pip install onnxruntime onnx numpy)

Builds an ONNX model of Gemm and Relu nodes from the file, then answers lines on standard input:

    check INPUTS OUTPUTS    raw f32 rows in, raw f32 rows [value, logits] out
    time BATCH CALLS        nanoseconds of processor time per call, mean over CALLS: `run`, and a call of a model that does nothing
"""

import os
import sys
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "peers"))
import torch_twin  # noqa: E402


def session(nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, "net", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def rows(name, width):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])


def net(tensors):
    constants = [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()]
    nodes, last = [], "x"

    def dense(name, out):
        nodes.append(helper.make_node("Gemm", [last, name + ".weight", name + ".bias"], [out], transB=1))

    names = torch_twin.layer_names(tensors)
    for name in names[:-2]:
        dense(name, name)
        nodes.append(helper.make_node("Relu", [name], [name + ".relu"]))
        last = name + ".relu"
    dense(names[-2], "value")
    dense("policy", "policies")
    policies = tensors["policy.weight"].shape[0]
    inputs = tensors["layers.0.weight"].shape[1]
    return session(nodes, [rows("x", inputs)], [rows("value", 1), rows("policies", policies)], constants), inputs


def timed(calls, call):
    start = time.thread_time_ns()
    for _ in range(calls):
        call()
    return (time.thread_time_ns() - start) / calls


def main():
    model, width = net(torch_twin.load(sys.argv[1]))
    nothing = session([helper.make_node("Identity", ["x"], ["y"])], [rows("x", 1)], [rows("y", 1)], [])
    rng = np.random.default_rng(1)
    batches = {}
    one = np.ones((1, 1), np.float32)
    print(f"onnxruntime {ort.__version__}", flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "check":
            x = np.fromfile(rest[0], "<f4").reshape(-1, width)
            np.concatenate(model.run(None, {"x": x}), axis=1).tofile(rest[1])
            print("done", flush=True)
        elif command == "time":
            batch, calls = map(int, rest)
            if batch not in batches:
                batches[batch] = rng.uniform(-1, 1, (batch, width)).astype(np.float32)
            x = {"x": batches[batch]}
            empty = {"x": one}
            ns = timed(calls, lambda: model.run(None, x))
            idle = timed(calls, lambda: nothing.run(None, empty))
            print(f"{ns} {idle}", flush=True)


if __name__ == "__main__":
    main()
