#!/usr/bin/env python3
"""Turns published predictors of accuracy into TorchScript files that label architectures for evonas.

    .venv/bin/python tools/to_torchscript.py ofa accuracy_predictor.pth models/ofa_accuracy.pt
    .venv/bin/python tools/to_torchscript.py nasbench301 FOLDER models/nasbench301.pt --epoch 98

and in a configuration or an experiment `evaluation: {accuracy: {torchscript: models/ofa_accuracy.pt, unit: "%"}}`.
The files read the genes of architectures, int64 [n, genes], and give float32 [n] or [n, metrics].

ofa: the accuracy predictor of Once-for-All's tutorial (Cai et al., ICLR 2020; an MLP of one-hot depths, kernels,
expansions and resolutions) for the space mobilenetv3: ImageNet accuracy in percent, as published. It reads about 5
points above what the networks reach, and ranks them well; nothing is corrected here. It was trained on the sides 160,
176, 192, 208 and 224: a side between two of them counts as the lower, as in the published code, and below 160 there is
no accuracy (NaN) - the weights of these inputs never were trained, and would rate small images too well. Search with
`space: {name: mobilenetv3, least_resolution: 160, resolution_step: 16}`.

nasbench301: the surrogate of YAHPO Gym (Pfisterer et al., AutoML 2022) for NAS-Bench-301 (Zela et al., ICLR 2022) and
the space darts, from surrogate_model.onnx and surrogate_encoding.json in FOLDER: validation accuracy on CIFAR-10 in
percent after --epoch epochs of training (1 to 98; the default, 98, is the last) as output 0, and the seconds that
training takes until then as output 1. It is a surrogate: no label is a training. Its inputs stand in the order of the
numbers of edges and nodes, not in the alphabetical one of the encoding file.

What is written is compared with what it was made from on random architectures. Needs PyTorch, and for nasbench301 the
package onnx (tools/setup --test).
"""

import argparse
import itertools
import json
import random
import sys
from pathlib import Path
from typing import List

import torch
from torch import Tensor, nn

CHECKED = 200  # random architectures that a file is compared on
TOLERANCE = 1e-4  # of a percent, and relative for seconds


class FileFault(Exception):
    """A file that cannot be used: one sentence."""


# Once-for-All

KERNELS = (3, 5, 7)
EXPANSIONS = (3, 4, 6)
BLOCKS = 20  # four in each of five units
SIDES = tuple(range(128, 225, 4))
LEAST_TRAINED_SIDE = 160


class OfaAccuracy(nn.Module):
    """Genes of the space mobilenetv3: 20 kernels, 20 expansions, 5 depths, the side of the input."""

    def __init__(self, layers: nn.Sequential):
        super().__init__()
        self.layers = layers
        self.register_buffer("kernels", torch.tensor(KERNELS))
        self.register_buffer("expansions", torch.tensor(EXPANSIONS))
        self.register_buffer("position", torch.arange(BLOCKS) % 4)
        self.register_buffer("sides", torch.arange(8))
        self.least_side = LEAST_TRAINED_SIDE

    def forward(self, genes: Tensor) -> Tensor:
        assert genes.dim() == 2 and genes.size(1) == 46, "an architecture of mobilenetv3 has 46 genes"
        there = (genes[:, 40:45].repeat_interleave(4, dim=1) > self.position).unsqueeze(2)
        kernels = (genes[:, :20].unsqueeze(2) == self.kernels) & there
        expansions = (genes[:, 20:40].unsqueeze(2) == self.expansions) & there
        side = genes[:, 45:46]
        sides = torch.div(side - 112, 16, rounding_mode="floor") == self.sides
        encoded = torch.cat((kernels.flatten(1), expansions.flatten(1), sides), dim=1).to(torch.float32)
        accuracy = 100.0 * self.layers(encoded)
        return torch.where(side >= self.least_side, accuracy, float("nan")).squeeze(1)


def published_ofa_encoding(kernels, expansions, depths, side):
    """The 128 inputs as the published code lays them out, one architecture."""
    inputs = [0.0] * 128
    for block in range(BLOCKS):
        if block % 4 < depths[block // 4]:
            inputs[3 * block + KERNELS.index(kernels[block])] = 1.0
            inputs[60 + 3 * block + EXPANSIONS.index(expansions[block])] = 1.0
    inputs[120 + (side - 112) // 16] = 1.0
    return inputs


def random_ofa(rng):
    return ([rng.choice(KERNELS) for _ in range(BLOCKS)], [rng.choice(EXPANSIONS) for _ in range(BLOCKS)],
            [rng.choice((2, 3, 4)) for _ in range(5)], rng.choice(SIDES))


def read_ofa(file):
    """The published network, 128-400-400-400-1."""
    layers = nn.Sequential(nn.Linear(128, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400),
                           nn.ReLU(), nn.Linear(400, 1))
    try:
        layers.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    except Exception as error:
        raise FileFault(f"{file} is not the accuracy predictor of Once-for-All (weights of layers 128-400-400-400-1): "
                        f"{first_line(error)}") from error
    return layers.eval()


def convert_ofa(arguments):
    layers = read_ofa(arguments.file)
    script = torch.jit.script(OfaAccuracy(layers).eval())
    rng = random.Random(1)
    networks = [random_ofa(rng) for _ in range(CHECKED)]
    with torch.inference_mode():
        found = script(torch.tensor([kernels + expansions + depths + [side]
                                     for kernels, expansions, depths, side in networks]))
        expected = 100.0 * layers(torch.tensor([published_ofa_encoding(*network) for network in networks])).squeeze(1)
    trained = torch.tensor([side >= LEAST_TRAINED_SIDE for _, _, _, side in networks])
    if not torch.equal(torch.isnan(found), ~trained):
        raise FileFault("sides that were never trained are not told apart")
    difference = (found - expected)[trained].abs().max().item()
    expect_close(difference, "the published encoding")
    save(script, arguments.out)
    print(f"{arguments.out}: 46 genes of mobilenetv3 -> accuracy in %, about 5 points high as published; none below a "
          f"side of {LEAST_TRAINED_SIDE}. On {int(trained.sum())} random networks at most {difference:.1e} from the "
          f"published encoding and network.")


# NAS-Bench-301

OPERATIONS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3",
              "dil_conv_5x5")  # as the genes of the space darts number them
CELLS = ("normal", "reduce")
EDGES = 14  # of a cell; that of node k from input i has the number (0 + 2 + 3 + ... + (k - 1)) + i
NODES = (3, 4, 5)  # whose pair of inputs is an input of the surrogate; node 2 has no choice
PREFIX = "NetworkSelectorDatasetInfo_COLON_darts_COLON_"
ABSENT = 0  # the code of an edge that a cell lacks


class Surrogate(nn.Module):
    """The network of the ONNX file: embeddings of the 34 categories and the epoch, read by three towers whose sum is
    squashed."""

    def __init__(self, weights, constants, epoch: float):
        super().__init__()
        tables = [weights[f"embds_fct.{i}.weight"] for i in range(34)]
        self.embeddings = nn.ModuleList([nn.Embedding.from_pretrained(table) for table in tables])
        self.register_buffer("epoch", torch.tensor([[epoch * constants["Mul"][0]]]))
        self.wide = linear(weights, "wide.0")
        self.deep = tower(weights, "deep", 3)
        self.deeper = tower(weights, "deeper", 5)
        self.percent = 1.0 / constants["Div"][0]
        self.seconds_begin = constants["Sub"][0]
        self.seconds_scale = constants["Mul"][1]
        self.seconds_least = constants["Add"][0]

    def forward(self, categories: Tensor) -> Tensor:
        parts: List[Tensor] = []
        for i, embedding in enumerate(self.embeddings):
            parts.append(embedding(categories[:, i]))
        parts.append(self.epoch.expand(categories.size(0), 1))
        x = torch.cat(parts, dim=1)
        squashed = torch.sigmoid(self.wide(x) + self.deep(x) + self.deeper(x))
        accuracy = squashed[:, 0] * self.percent
        seconds = (squashed[:, 1] - self.seconds_begin) * self.seconds_scale + self.seconds_least
        return torch.stack((accuracy, seconds), dim=1)


class DartsLabels(nn.Module):
    """Genes of the space darts: for each node of the normal and the reducing cell operation, lower input, operation,
    higher input."""

    def __init__(self, surrogate: Surrogate, operation_codes, pair_codes):
        super().__init__()
        self.surrogate = surrogate
        self.register_buffer("operation_codes", torch.tensor(operation_codes))
        self.register_buffer("pair_codes", torch.tensor(pair_codes))  # [node, lower input * 5 + higher input]
        self.register_buffer("first_edges", torch.tensor([0, 0, 2, 2, 5, 5, 9, 9]))  # of the node of each gene pair
        self.register_buffer("nodes", torch.arange(3))

    def forward(self, genes: Tensor) -> Tensor:
        assert genes.dim() == 2 and genes.size(1) == 32, "an architecture of darts has 32 genes"
        pairs = genes.reshape(-1, 2, 8, 2)  # cell, edge, operation and input
        inputs = pairs[:, :, :, 1]
        edges = torch.zeros((genes.size(0), 2, 14), dtype=torch.int64, device=genes.device)
        edges = edges.scatter(2, self.first_edges + inputs, self.operation_codes[pairs[:, :, :, 0]])
        chosen = inputs[:, :, 2::2] * 5 + inputs[:, :, 3::2]  # of the nodes 3 to 5
        codes = self.pair_codes[self.nodes, chosen]
        return self.surrogate(torch.cat((edges.flatten(1), codes.flatten(1)), dim=1))


def linear(weights, name):
    layer = nn.Linear(weights[f"{name}.weight"].size(1), weights[f"{name}.weight"].size(0))
    layer.load_state_dict({part: weights[f"{name}.{part}"] for part in ("weight", "bias")})
    return layer


def tower(weights, name, layers):
    modules = []
    for i in range(layers - 1):
        modules += [linear(weights, f"{name}.{i}.1"), nn.SELU()]
    return nn.Sequential(*modules, linear(weights, f"{name}.{layers - 1}.0"))


def category_names():
    """The categories in the order of the surrogate's inputs."""
    edges = [f"{PREFIX}edge_{cell}_{edge}" for cell in CELLS for edge in range(EDGES)]
    return edges + [f"{PREFIX}inputs_node_{cell}_{node}" for cell in CELLS for node in NODES]


def read_codes(file):
    """The code of each operation, and of each pair of inputs by node."""
    try:
        encoding = json.loads(Path(file).read_text())
        edges = [encoding[name] for name in category_names()[:2 * EDGES]]
        pairs = [[encoding[f"{PREFIX}inputs_node_{cell}_{node}"] for node in NODES] for cell in CELLS]
        operations = [edges[0][operation] for operation in OPERATIONS]
        table = [[ABSENT] * 25 for _ in NODES]
        for row, node in enumerate(NODES):
            for lower, higher in itertools.combinations(range(node), 2):
                table[row][lower * 5 + higher] = pairs[0][row][f"{lower}_{higher}"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileFault(f"{file} is not the encoding of the NAS-Bench-301 surrogate: {first_line(error)}") from error
    if any(edge != edges[0] for edge in edges) or pairs[0] != pairs[1] or edges[0].get("#na#") != ABSENT:
        raise FileFault(f"{file} codes edges or cells differently, where the published file codes all alike")
    return operations, table


def read_surrogate(file):
    """The model, its weights, and the constants beside each of its operators, in their order."""
    import onnx
    from onnx import numpy_helper

    try:
        model = onnx.load(file)
    except Exception as error:
        raise FileFault(f"{file} cannot be read as ONNX: {first_line(error)}") from error
    weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in model.graph.initializer}
    values = {node.output[0]: numpy_helper.to_array(node.attribute[0].t) for node in model.graph.node
              if node.op_type == "Constant"}
    constants = {}
    for node in model.graph.node:
        if node.op_type in ("Mul", "Div", "Sub", "Add") and node.input[1] in values:
            constants.setdefault(node.op_type, []).append(float(values[node.input[1]]))
    if {name: len(found) for name, found in constants.items()} != {"Mul": 2, "Div": 1, "Sub": 1, "Add": 1}:
        raise FileFault(f"{file} is another network than the NAS-Bench-301 surrogate of YAHPO Gym")
    return model, weights, constants


def random_darts(rng):
    """The genes of a random architecture, and its categories by name as YAHPO Gym spells them."""
    genes, names = [], {name: "#na#" for name in category_names()}
    for cell in CELLS:
        for node in range(2, 6):
            pair = sorted(rng.sample(range(node), 2))
            for source in pair:
                operation = rng.randrange(len(OPERATIONS))
                genes += [operation, source]
                names[f"{PREFIX}edge_{cell}_{sum(range(2, node)) + source}"] = OPERATIONS[operation]
            if node in NODES:
                names[f"{PREFIX}inputs_node_{cell}_{node}"] = f"{pair[0]}_{pair[1]}"
    return genes, names


def convert_nasbench301(arguments):
    import numpy
    from onnx.reference import ReferenceEvaluator

    folder = Path(arguments.folder)
    encoding_file = folder / "surrogate_encoding.json"
    operations, pairs = read_codes(encoding_file)
    model, weights, constants = read_surrogate(folder / "surrogate_model.onnx")
    try:
        labels = DartsLabels(Surrogate(weights, constants, arguments.epoch), operations, pairs)
    except (KeyError, RuntimeError) as error:
        raise FileFault(f"{folder / 'surrogate_model.onnx'} lacks a layer: {first_line(error)}") from error
    script = torch.jit.script(labels.eval())

    encoding = json.loads(encoding_file.read_text())
    reference = ReferenceEvaluator(model)
    rng = random.Random(1)
    cells = [random_darts(rng) for _ in range(CHECKED)]
    with torch.inference_mode():
        found = script(torch.tensor([genes for genes, _ in cells]))
    epoch = numpy.array([[arguments.epoch]], numpy.float32)
    expected = [reference.run(None, {"x_cat": numpy.array([[encoding[name][names[name]] for name in category_names()]],
                                                          numpy.int32), "x_cont": epoch})[0][0] for _, names in cells]
    difference = (found - torch.from_numpy(numpy.stack(expected))).abs()
    worst, worst_seconds = difference[:, 0].max().item(), (difference[:, 1] / found[:, 1]).max().item()
    expect_close(max(worst, worst_seconds), "the ONNX file")
    save(script, arguments.out)
    print(f"{arguments.out}: 32 genes of darts -> validation accuracy in % after {arguments.epoch} epochs (output 0), "
          f"seconds of training (output 1). On {CHECKED} random cells at most {worst:.1e} points and {worst_seconds:.1e} "
          f"of the seconds from the ONNX file.")


# Both


def first_line(error):
    return (str(error).splitlines() or [type(error).__name__])[0]


def expect_close(difference, what):
    if not difference < TOLERANCE:
        raise FileFault(f"the result differs from {what} by {difference}, more than {TOLERANCE}")


def save(script, out):
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    script.save(str(out))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True, metavar="ofa|nasbench301")
    ofa = kinds.add_parser("ofa", help="the accuracy predictor of Once-for-All, for mobilenetv3")
    ofa.add_argument("file", help="accuracy_predictor.pth")
    ofa.add_argument("out", help="TorchScript file to write")
    ofa.set_defaults(convert=convert_ofa)
    nasbench301 = kinds.add_parser("nasbench301", help="the surrogate of NAS-Bench-301, for darts")
    nasbench301.add_argument("folder", help="folder with surrogate_model.onnx and surrogate_encoding.json")
    nasbench301.add_argument("out", help="TorchScript file to write")
    nasbench301.add_argument("--epoch", type=int, default=98, choices=range(1, 99), metavar="EPOCH",
                             help="of which accuracy and seconds are told, 1 to 98 (default: 98)")
    nasbench301.set_defaults(convert=convert_nasbench301)
    arguments = parser.parse_args()
    try:
        arguments.convert(arguments)
    except FileFault as fault:
        sys.exit(f"to_torchscript: {fault}")


if __name__ == "__main__":
    main()
