#!/usr/bin/env python3
"""Trains one NAS-Bench-201 cell on Fashion-MNIST in plain eager PyTorch.

The peer that `evonas bench training` is measured against: same network, recipe, batch and data, one
thread, modules written the way the benchmark's authors write them.

    .venv/bin/python tools/train_eager.py --cell '|nor_conv_3x3~0|+|...|' --channels 8 --cells 1
"""

import argparse
import gzip
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FOLDERS = ["/usr/share/datasets/fashion-mnist", "/usr/share/dataset-fashion-mnist"]


def read_idx(path):
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape).copy())


def load(folder, split, resolution):
    images = read_idx(next(Path(folder).glob(f"{split}-images-idx3-ubyte*")))
    labels = read_idx(next(Path(folder).glob(f"{split}-labels-idx1-ubyte*"))).long()
    images = images.unsqueeze(1).float() / 255
    if resolution:
        images = F.adaptive_avg_pool2d(images, resolution)
    return images, labels


class ReluConvBn(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn(self.conv(F.relu(x)))


class Zero(nn.Module):
    def forward(self, x):
        return x.mul(0.0)


def operation(name, channels):
    return {
        "none": Zero,
        "skip_connect": nn.Identity,
        "nor_conv_1x1": lambda: ReluConvBn(channels, channels, 1),
        "nor_conv_3x3": lambda: ReluConvBn(channels, channels, 3),
        "avg_pool_3x3": lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
    }[name]()


class Cell(nn.Module):
    def __init__(self, nodes, channels):
        super().__init__()
        self.nodes = nn.ModuleList(
            nn.ModuleList(operation(name, channels) for name, _ in node) for node in nodes
        )

    def forward(self, x):
        states = [x]
        for node in self.nodes:
            states.append(sum(op(state) for op, state in zip(node, states)))
        return states[-1]


class Reduction(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.a = ReluConvBn(inputs, outputs, 3, 2)
        self.b = ReluConvBn(outputs, outputs, 3)
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, 2, ceil_mode=True), nn.Conv2d(inputs, outputs, 1, bias=False)
        )

    def forward(self, x):
        return self.shortcut(x) + self.b(self.a(x))


class Network(nn.Module):
    def __init__(self, cell, channels, cells, classes=10):
        super().__init__()
        nodes = [
            [(edge.split("~")[0], int(edge.split("~")[1])) for edge in node.strip("|").split("|")]
            for node in cell.split("+")
        ]
        layers = [nn.Conv2d(1, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)]
        for stage in range(3):
            if stage:
                layers.append(Reduction(channels, 2 * channels))
                channels *= 2
            layers += [Cell(nodes, channels) for _ in range(cells)]
        layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(channels, classes)

    def forward(self, x):
        return self.head(self.body(x))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", required=True)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--cells", type=int, default=1)
    parser.add_argument("--data-dir", default=next((f for f in FOLDERS if Path(f).exists()), None))
    parser.add_argument("--images", type=int, default=10000, help="training images")
    parser.add_argument("--resolution", type=int, default=14)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--warmup-epochs", type=float, default=0.5)
    parser.add_argument("--clip", type=float, default=5.0)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    images, labels = load(options.data_dir, "train", options.resolution)
    test_images, test_labels = load(options.data_dir, "t10k", options.resolution)
    order = torch.randperm(len(images))[: options.images]
    images, labels = images[order], labels[order]
    mean, deviation = images.mean(), images.std()
    images, test_images = (images - mean) / deviation, (test_images - mean) / deviation

    network = Network(options.cell, options.channels, options.cells)
    if options.channels_last:
        network = network.to(memory_format=torch.channels_last)
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() == 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": options.weight_decay}, {"params": others}],
        lr=options.learning_rate, momentum=0.9, nesterov=True,
    )  # fmt: skip
    steps = len(images) // options.batch
    total, warmup = steps * options.epochs, options.warmup_epochs * steps
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / warmup if warmup else 1.0, 1.0)
        * 0.5 * (1 + math.cos(math.pi * step / total)),
    )  # fmt: skip

    network.train()
    begin = time.perf_counter()
    for _ in range(options.epochs):
        order = torch.randperm(len(images))
        for step in range(steps):
            batch = order[step * options.batch : (step + 1) * options.batch]
            x = images[batch]
            if options.channels_last:
                x = x.contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(network(x), labels[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), options.clip)
            optimizer.step()
            schedule.step()
    seconds = time.perf_counter() - begin

    network.eval()
    with torch.no_grad():
        right = sum(
            (network(x).argmax(1) == y).sum().item()
            for x, y in zip(test_images.split(1000), test_labels.split(1000))
        )
    print(json.dumps({
        "images_per_second": options.epochs * steps * options.batch / seconds,
        "seconds": seconds,
        "test_accuracy": 100.0 * right / len(test_labels),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
