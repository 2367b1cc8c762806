"""A search space of one's own and a training loop of one's own: small convolutional networks that tell
stripes from blobs. Takes about a minute.

    python own_training.py [--folder runs/own] [--evaluations 12]
"""
import argparse

import torch

import evonas

INPUT = "1x16x16:2"

SPACE = {
    "title": "Two stages of small convolutions",
    "stem": [{"operation": "conv", "channels": 8}],
    "stages": [
        {"operation": "inverted_residual", "channels": 8, "stride": 2, "depth": [1, 2],
         "kernel": [3, 5], "expansion": [1, 3]},
        {"operation": ["inverted_residual", "identity"], "channels": 16, "stride": 2,
         "kernel": [3, 5], "expansion": [1, 3]},
    ],
    "head": [{"operation": "conv", "channels": 16, "kernel": 1}],
}


def images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy pictures of vertical stripes (class 1) and of none (class 0)."""
    random = torch.Generator().manual_seed(seed)
    classes = torch.randint(2, (count,), generator=random)
    noise = torch.randn(count, 1, 16, 16, generator=random)
    stripes = torch.sin(torch.arange(16) * 1.6).repeat(16, 1)
    return noise + 0.5 * classes[:, None, None, None] * stripes, classes


def train(architecture: evonas.Architecture, seed: int) -> dict[str, float]:
    """Accuracy, in percent, after a short training."""
    torch.manual_seed(seed % 2**63)
    network = architecture.to_torch(INPUT)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    pictures, classes = images(1024, seed=1)
    for batch in range(32):
        part = slice(32 * batch, 32 * batch + 32)
        loss = torch.nn.functional.cross_entropy(network(pictures[part]), classes[part])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.eval()
    pictures, classes = images(512, seed=2)
    with torch.no_grad():
        right = network(pictures).argmax(1) == classes
    return {"accuracy": 100.0 * right.double().mean().item()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder")
    parser.add_argument("--evaluations", type=int, default=12)
    options = parser.parse_args()
    search = evonas.Search(
        {
            "space": evonas.declare(SPACE),
            "input": INPUT,
            "objectives": [
                {"metric": "accuracy", "goal": "maximize"},
                {"metric": "flops", "goal": "minimize"},
            ],
            "search": {"algorithm": "nsga2", "population": 4, "seed": 1},
            "budget": {"evaluations": options.evaluations},
        },
        folder=options.folder,
    )
    run = search.run(train)
    for network in run.summary["front"]:
        print(f"{network['metrics']['accuracy']:6.2f} % {network['metrics']['flops']:10.0f} FLOPs  "
              f"{network['architecture']}")


if __name__ == "__main__":
    main()
