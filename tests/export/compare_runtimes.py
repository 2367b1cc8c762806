"""Exported networks compute the same in every runtime: onnxruntime, TorchScript and PyTorch code.

    .venv/bin/python tests/export/compare_runtimes.py PROGRAM [SPACE...]

Goes through every space that `PROGRAM space list` names and every declared one that is shipped, or
through the given ones, with random weights and random statistics of normalisations; through a network with every operator; and through
networks that torch.onnx.export wrote. `tools/test` is what runs this.
"""
import csv
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy
    import onnx
    import onnxruntime
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import every_operator
import torch_networks

TOLERANCE = 1e-4
INPUT = "3x32x32:10"


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def randomise_statistics(file):
    """Puts other numbers into normalisations, which begin as the identity."""
    model = onnx.load(file)
    numbers = numpy.random.default_rng(1)
    for tensor in model.graph.initializer:
        role = tensor.name.rsplit("_", 1)[-1]
        if role in ("mean", "variance"):
            # Small ones: signals neither vanish nor drown in the mean, however deep the network.
            low, high = (-0.02, 0.02) if role == "mean" else (0.02, 0.1)
            values = numbers.uniform(low, high, tensor.dims).astype(numpy.float32)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    onnx.save(model, file)


def check_onnx(file):
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return model


def run_onnx(file, image):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: image.numpy()})[0]


def load_pytorch(source, weights):
    spec = importlib.util.spec_from_file_location("exported", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Network()
    network.load_state_dict(torch.load(weights, weights_only=True))
    return network.eval()


def run_torchscript(file, image):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.load(file)(image).detach().numpy()


def largest_difference(expected, found):
    return float(numpy.abs(expected - found).max() / numpy.abs(expected).max())


def compare(what, expected, found, tolerance=TOLERANCE):
    difference = largest_difference(expected, found)
    print(f"  {what:30} largest difference {difference:.1e}")
    if not difference <= tolerance:
        raise SystemExit(f"{what}: differs by {difference}")


def check_network(folder, choice, shape):
    """All exports of the network that the command line `choice` names."""
    trained, shapes = folder / "trained.onnx", folder / "shapes.onnx"
    run("network", "export", *choice, "--random-weights", "--seed", 3, "--out", trained)
    randomise_statistics(trained)
    run("network", "export", *choice, "--out", shapes)
    check_onnx(trained)
    assert not [t for t in check_onnx(shapes).graph.initializer if t.name.endswith("weight")]

    costs = json.loads(run("network", "cost", *choice, "--json"))
    for file in (trained, shapes):
        read = json.loads(run("network", "cost", "--graph", file, "--json"))
        for cost in ("params", "macs", "flops"):
            assert read[cost] == costs[cost], (file, cost, read[cost], costs[cost])

    weighted = [*choice, "--weights", trained]
    run("network", "export", *weighted, "--format", "torchscript", "--out", folder / "script.pt")
    run("network", "export", *weighted, "--format", "pytorch", "--out", folder / "code.py")
    image = torch.randn(2, *shape, generator=torch.Generator().manual_seed(5))
    expected = run_torchscript(folder / "script.pt", image)
    assert numpy.isfinite(expected).all() and expected.std() > 0
    network = load_pytorch(folder / "code.py", folder / "code.pt")
    compare("PyTorch code", expected, network(image).detach().numpy())
    # A few random networks make more than the tolerance of the rounding of float32 alone. Two
    # runtimes are then as far from each other as each is from double precision.
    exact = network.double()(image.double()).detach().numpy()
    tolerance = max(TOLERANCE, 2 * largest_difference(exact, expected))
    compare("onnxruntime", expected, run_onnx(trained, image), tolerance)


def check_spaces(folder, spaces):
    shape = [int(n) for n in INPUT.split(":")[0].split("x")]
    for space in spaces:
        choice = [space, "--input", INPUT]
        if space.endswith(".yaml"):
            choice = ["declared", "--set", f"file={space}", "--input", INPUT]
        rows = run("space", "sample", *choice, "-n", 2, "--seed", 7).splitlines()
        for row in csv.DictReader(rows):
            print(f"{space} {row['architecture'][:80]}")
            check_network(folder, [choice[0], row["architecture"], *choice[1:]], shape)


def all_spaces():
    names = [name for name in run("space", "list").split() if name != "declared"]
    shipped = pathlib.Path(__file__).resolve().parents[2] / "configs" / "spaces"
    return names + [str(file) for file in sorted(shipped.glob("*.yaml"))]


def check_import(folder):
    """What torch.onnx.export writes is read, and computes the same when written again."""
    for name, opset, network in torch_networks.all_networks():
        file, again = folder / "torch.onnx", folder / "again.onnx"
        image = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(5))
        torch_networks.export(network, file, opset)
        cost = json.loads(run("network", "cost", "--graph", file, "--json"))
        print(f"torch.onnx.export {name}, opset {opset}: {cost['params']} parameters")
        assert cost["params"] == sum(p.numel() for p in network.parameters())
        run("network", "export", "--graph", file, "--out", again)
        check_onnx(again)
        expected = network(image).detach().numpy()
        compare("onnxruntime, read and written", expected, run_onnx(again, image))


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_spaces(folder, sys.argv[2:] or all_spaces())
        print("every operator")
        (folder / "graph.json").write_text(json.dumps(every_operator.graph()))
        check_network(folder, ["--graph", folder / "graph.json"], every_operator.INPUT)
        check_import(folder)
