#!/usr/bin/env python3
"""Opens exported nets with other people's tools and sets their answers beside ours.

python check.py FOLDER        (pip install onnx onnxruntime coremltools numpy)

FOLDER holds what `Case::write` of crates/nn/tests/export.rs leaves, plain little-endian numbers, row by row:

    rows.f32     [rows, inputs]     what the net is asked
    ours.f32     [rows, outputs]    what `nn::Net` answers: the value, then the logits
    exact.f64    [rows, outputs]    the same net in f64
    bound.f64    [rows, outputs]    how far a net in f32 may be from that, however it sums (`Weights::reference`)
    net.onnx, net-f32.mlpackage, net-f16.mlpackage

ONNX is checked by onnx and run by ONNX Runtime. A Core ML package cannot be run here: coremltools reads and type-checks its program, and
the few operators of it are computed with numpy. Last line "all agree", or a nonzero exit code and what does not.

Tolerances, as parts of the largest answer. f32: 1e-5, twenty times what `nn::Net` itself is off, and fifty times less than what 16-bit
floats would be; and no answer further from the exact one than its bound, which holds for any order of sums and is far wider. f16: 2 %, which
is what nets in bf16 are held to; f16 has three more bits, but an engine may keep its sums in 16 bits too. Both kinds of sums are
computed and told.
"""

import json
import pathlib
import sys

import numpy as np

TOLERANCE = {"f32": 1e-5, "f16": 0.02}
ROWS_MAX = 256
failures = []


def say(what, answers, numbers):
    """Prints the largest gaps, and notes what is beyond its tolerance."""
    answers = np.asarray(answers, np.float64)
    assert answers.shape == exact.shape, f"{what}: {answers.shape} answers, {exact.shape} wanted"
    off = np.abs(answers - exact)
    largest = np.abs(exact).max()
    limit = TOLERANCE[numbers]
    good = np.isfinite(answers).all() and off.max() <= limit * largest
    if numbers == "f32":
        good = good and (off <= bound).all()
    print(
        f"{what}: largest difference {np.abs(answers - ours).max():.3g} from nn::Net, {off.max():.3g} from f64"
        f" ({off.max() / largest:.2g} of the largest answer; at most {limit:g}): {'agrees' if good else 'DISAGREES'}"
    )
    if not good:
        failures.append(what)


def onnx_net(path):
    import onnx
    import onnxruntime

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    facts = {it.key: it.value for it in model.metadata_props}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (features,) = session.get_inputs()
    assert features.name == "features" and features.shape == ["rows", inputs], features
    names = [it.name for it in session.get_outputs()]
    assert names == ["value", "policy"][: len(names)], names
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {path.name}, {facts['architecture']}, opset {model.opset_import[0].version}")
    say("onnx", np.hstack(session.run(None, {"features": rows})), "f32")
    # One row alone, and more rows than a package takes.
    one = np.hstack(session.run(None, {"features": rows[:1]}))
    many = np.hstack(session.run(None, {"features": np.tile(rows[:1], (ROWS_MAX + 44, 1))}))
    assert one.shape == (1, exact.shape[1]) and len(many) == ROWS_MAX + 44


def sums_in_half(x, w, b):
    """x W' + b with every step rounded to 16 bits, as the least careful engine may."""
    total = np.zeros((len(x), len(w)), np.float16)
    for k in range(x.shape[1]):
        total += x[:, k : k + 1] * w[None, :, k]
    return total + b


def core_ml(path, numbers):
    import coremltools as ct
    from coremltools.converters.mil.frontend.milproto import load as milproto

    manifest = json.loads((path / "Manifest.json").read_text())
    entries = manifest["itemInfoEntries"]
    assert manifest["rootModelIdentifier"] in entries and len(entries) == 2
    for entry in entries.values():
        assert (path / "Data" / entry["path"]).exists(), entry
    spec = ct.models.MLModel(str(path), skip_model_load=True).get_spec()
    (feature,) = spec.description.input
    array = feature.type.multiArrayType
    sizes = [(it.lowerBound, it.upperBound) for it in array.shapeRange.sizeRanges]
    assert feature.name == "features" and sizes == [(1, ROWS_MAX), (inputs, inputs)], feature
    names = [it.name for it in spec.description.output]
    assert names == ["value", "policy"][: len(names)], names
    # This reads weight.bin through Apple's own reader and infers every type anew.
    program = milproto.load(
        spec, specification_version=spec.specificationVersion, file_weights_dir=str(path / "Data/com.apple.CoreML/weights")
    )
    operations = list(program.functions["main"].operations)
    kinds = [it.op_type for it in operations if it.op_type != "const"]
    print(f"coremltools {ct.__version__}: {path.name}, specification {spec.specificationVersion}, {' '.join(kinds)}")

    def answers(half_sums):
        known = {"features": rows}

        def of(variable):
            return variable.val if variable.val is not None else known[variable.name]

        for it in operations:
            if it.op_type == "const":
                continue
            x = of(it.x)
            if it.op_type == "linear":
                w, b = of(it.weight), of(it.bias)
                assert x.dtype == w.dtype == b.dtype == {"f32": np.float32, "f16": np.float16}[numbers]
                if half_sums:
                    y = sums_in_half(x, w, b)
                else:
                    y = (x.astype(np.float32) @ w.T.astype(np.float32) + b.astype(np.float32)).astype(x.dtype)
            elif it.op_type == "relu":
                y = np.maximum(x, x.dtype.type(0))
            elif it.op_type == "cast":
                y = x.astype({"fp16": np.float16, "fp32": np.float32}[it.dtype.val])
            else:
                raise SystemExit(f"{path}: an operator {it.op_type} that this check does not know")
            known[it.outputs[0].name] = y
        return np.hstack([known[name] for name in names])

    say(f"Core ML {numbers}", answers(False), numbers)
    if numbers == "f16":
        say(f"Core ML {numbers}, sums in 16 bits too", answers(True), numbers)


folder = pathlib.Path(sys.argv[1])
exact = np.fromfile(folder / "exact.f64")
ours = np.fromfile(folder / "ours.f32", np.float32)
bound = np.fromfile(folder / "bound.f64")
rows = np.fromfile(folder / "rows.f32", np.float32)
count = int((folder / "count.txt").read_text())
exact, ours, bound, rows = (it.reshape(count, -1) for it in (exact, ours, bound, rows))
inputs = rows.shape[1]
print(f"{count} rows of {inputs}; answers up to {np.abs(exact).max():.3g}")
say("nn::Net itself", ours, "f32")
onnx_net(folder / "net.onnx")
for numbers in ["f32", "f16"]:
    core_ml(folder / f"net-{numbers}.mlpackage", numbers)
if failures:
    sys.exit("disagree: " + ", ".join(failures))
print("all agree")
