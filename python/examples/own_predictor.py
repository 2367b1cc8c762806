"""A predictor that learns from data of one's own: a CSV file with architectures and a value each.

    python own_predictor.py LABELS.csv --space nasbench201 --architecture arch --value accuracy

Without a file it makes values up: the number of convolutions of a cell, with noise.
"""
import argparse
import csv

import numpy as np

import evonas


def made_up(space: evonas.Space) -> tuple[list[evonas.Architecture], np.ndarray]:
    architectures = list(dict.fromkeys(space.sample(300, seed=1)))
    random = np.random.default_rng(1)
    counts = [str(architecture).count("conv") for architecture in architectures]
    return architectures, 60 + 5 * np.array(counts) + random.normal(size=len(counts))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?")
    parser.add_argument("--space", default="nasbench201")
    parser.add_argument("--architecture", default="architecture")
    parser.add_argument("--value", default="value")
    parser.add_argument("--model", default="gp")
    options = parser.parse_args()
    space = evonas.Space(options.space)
    if options.file is None:
        architectures, values = made_up(space)
    else:
        with open(options.file, newline="") as file:
            rows = list(csv.DictReader(file))
        architectures = [space.parse(row[options.architecture]) for row in rows]
        values = np.array([float(row[options.value]) for row in rows])
    known = len(architectures) * 2 // 3
    predictor = evonas.Predictor(space, options.model)
    predictor.fit(architectures[:known], values[:known])
    expected, deviation = predictor.predict(architectures[known:])
    error = np.abs(expected - values[known:])
    print(f"{known} labels; off by {error.mean():.3f} on {len(error)} others, "
          f"expected {deviation.mean():.3f}; r = {np.corrcoef(expected, values[known:])[0, 1]:.3f}")
    everything = space.sample(1000, seed=2)
    best = everything[int(np.argmax(predictor.predict(everything)[0]))]
    print(f"most promising of 1,000 others: {best}")


if __name__ == "__main__":
    main()
