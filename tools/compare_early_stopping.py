#!/usr/bin/env python3
"""What early stopping saves of real trainings on Fashion-MNIST, and what it costs in quality.

The same searches, seed by seed, with and without `early_stopping`: seconds of training and trained epochs
of each, the best validation accuracy that they find, and the test accuracy of that network after a longer
training. Writes OUT/early_stopping.json and .md. Runs are kept in OUT: what was broken off goes on when
it is called again.

    python3 tools/compare_early_stopping.py --out build/early_stopping
"""

import argparse
import csv
import io
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path

ARMS = ("without", "with")


def configuration(options, stops, seed):
    accuracy = {"train": {"data": "fashion_mnist", "images": options.images, "validation_images": 3000,
                          "resolution": 14, "epochs": options.epochs, "precision": "auto"}}
    if stops:
        accuracy["early_stopping"] = {"candidates": options.population // 2, "epochs": options.stop_after}
    return {
        "space": {"name": "nasbench201", "channels": 8, "cells_per_stage": 1},
        "objectives": [{"metric": "accuracy", "goal": "maximize"}],
        "evaluation": {"accuracy": accuracy},
        "search": {"algorithm": "nsga2", "population": options.population, "seed": seed},
        "budget": {"evaluations": options.evaluations},
        "final": {"train": {"images": 30000, "epochs": options.final_epochs}},
    }


def is_finished(folder):
    try:
        summary = json.loads((folder / "summary.json").read_text())
    except (OSError, ValueError):
        return False
    return summary["status"] == "complete" and "final" in summary


def search(options, arm, seed):
    """The folder of the finished run."""
    folder = options.out / f"{arm}-{seed}"
    if is_finished(folder):
        return folder
    file = options.out / f"{arm}-{seed}.yaml"
    file.write_text(json.dumps(configuration(options, arm == "with", seed), indent=1) + "\n")
    begun = subprocess.run([options.program, "export", folder], capture_output=True).returncode == 0
    command = ["resume", folder] if begun else ["search", file, "--out", folder]
    done = subprocess.run([options.program, *command], stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"compare_early_stopping: evonas {command[0]} of {folder} ended with {done.returncode}")
    return folder


def epochs_of(failure, whole):
    """How many epochs an evaluation was trained, from why it failed."""
    words = failure.split()
    return int(words[words.index("epoch") + 1]) if failure.startswith("stopped early: ") else whole


def found_in(table, summary, epochs):
    """Figures of a run: `table` is what `evonas export` prints."""
    rows = list(csv.DictReader(io.StringIO(table)))
    return {
        "seconds": sum(float(row["seconds"]) for row in rows),
        "epochs": sum(epochs_of(row["failure"], epochs) for row in rows),
        "stopped": sum(row["failure"].startswith("stopped early: ") for row in rows),
        "failed": sum(row["state"] == "failed" and not row["failure"].startswith("stopped early: ") for row in rows),
        "evaluations": len(rows),
        "best_accuracy": summary["best"]["metrics"]["accuracy"],
        "test_accuracy": summary["final"]["metrics"]["test_accuracy"],
    }


def mean_with_interval(differences, rounds=10000):
    """The mean, and the 95 % interval of it, by bootstrap."""
    rng = random.Random(1)
    means = sorted(statistics.fmean(rng.choices(differences, k=len(differences))) for _ in range(rounds))
    return {"mean": statistics.fmean(differences), "low": means[int(0.025 * rounds)],
            "high": means[int(0.975 * rounds) - 1]}


def p_value(differences):
    """Of the exact two-sided sign-flip test that pairs do not differ."""
    if len(differences) > 16:
        return None
    observed = abs(sum(differences))
    flips = [abs(sum(sign * one for sign, one in zip(signs, differences)))
             for signs in itertools.product((-1, 1), repeat=len(differences))]
    return sum(one >= observed - 1e-12 for one in flips) / len(flips)


def compare(runs):
    """Figures of the pairs; `runs` are {arm: [figures by seed]}."""
    pairs = list(zip(runs["without"], runs["with"]))
    result = {}
    for cost in ("seconds", "epochs"):
        result[f"{cost}_saved"] = mean_with_interval([1.0 - few[cost] / all_[cost] for all_, few in pairs])
    for quality in ("best_accuracy", "test_accuracy"):
        differences = [few[quality] - all_[quality] for all_, few in pairs]
        result[f"{quality}_gained"] = {**mean_with_interval(differences), "p": p_value(differences)}
    return result


def to_markdown(result):
    lines = ["| early stopping | evaluations | stopped early | s of training | epochs | best validation accuracy, % | its test accuracy, % |",
             "|---|---|---|---|---|---|---|"]
    for arm, runs in result["runs"].items():
        cells = []
        for name, digits in (("evaluations", 0), ("stopped", 1), ("seconds", 0), ("epochs", 0),
                             ("best_accuracy", 2), ("test_accuracy", 2)):
            values = [run[name] for run in runs]
            deviation = statistics.stdev(values) if len(values) > 1 else 0.0
            cells.append(f"{statistics.fmean(values):.{digits}f} ± {deviation:.{digits}f}")
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    pairs = result["pairs"]
    lines.append("")
    for cost in ("seconds", "epochs"):
        one = pairs[f"{cost}_saved"]
        lines.append(f"Saved {cost}: {100 * one['mean']:.1f} % (95 %: {100 * one['low']:.1f} to {100 * one['high']:.1f} %).")
    for quality in ("best_accuracy", "test_accuracy"):
        one = pairs[f"{quality}_gained"]
        p = "" if one["p"] is None else f", p = {one['p']:.2g}"
        lines.append(f"Difference of {quality.replace('_', ' ')}: {one['mean']:+.2f} points "
                     f"(95 %: {one['low']:+.2f} to {one['high']:+.2f}{p}).")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs and the result")
    parser.add_argument("--program", default="build/release/src/cli/evonas", help="evonas")
    parser.add_argument("--seeds", type=int, default=10, help="(10)")
    parser.add_argument("--evaluations", type=int, default=60, help="of each search (60)")
    parser.add_argument("--population", type=int, default=10, help="(10)")
    parser.add_argument("--images", type=int, default=5000, help="of a training (5000)")
    parser.add_argument("--epochs", type=int, default=9, help="of a training (9)")
    parser.add_argument("--stop-after", type=int, default=1, help="no training is stopped before so many epochs (1)")
    parser.add_argument("--final-epochs", type=int, default=5, help="of the last training of the best network (5)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    runs = {arm: [] for arm in ARMS}
    for seed in range(1, options.seeds + 1):
        for arm in ARMS:  # in turn, so that both see the same machine
            folder = search(options, arm, seed)
            table = subprocess.run([options.program, "export", folder], check=True, capture_output=True, text=True)
            summary = json.loads((folder / "summary.json").read_text())
            runs[arm].append({"seed": seed, **found_in(table.stdout, summary, options.epochs)})
            print(json.dumps({arm: runs[arm][-1]}), file=sys.stderr, flush=True)
    asked = {name: str(value) if isinstance(value, Path) else value for name, value in vars(options).items()
             if name not in ("out", "program")}
    result = {"options": asked, "processors": os.cpu_count(), "runs": runs, "pairs": compare(runs)}
    (options.out / "early_stopping.json").write_text(json.dumps(result, indent=1) + "\n")
    (options.out / "early_stopping.md").write_text(to_markdown(result))
    print(to_markdown(result), end="")


if __name__ == "__main__":
    main()
