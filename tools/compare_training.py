#!/usr/bin/env python3
"""Training speed of evonas beside the same network and recipe in eager PyTorch.

Runs `evonas bench training` and tools/train_eager.py in turn, seed by seed, so that both see the same
machine in the same minute, and writes one JSON and one Markdown file.

    .venv/bin/python tools/compare_training.py --out experiments/training_speed
"""

import argparse
import json
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
CELLS = {
    "quickstart": "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|skip_connect~0|nor_conv_3x3~1|avg_pool_3x3~2|",
    "all 3x3": "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|",
}


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{result.stderr}")
    return json.loads(result.stdout)


def ours(cell, precision, seed, options):
    return run([
        options.evonas, "bench", "training", cell, "--precision", precision, "--set", "channels=8",
        "--set", "cells_per_stage=1", "--images", "10000", "--resolution", "14", "--epochs", str(options.epochs),
        "--seed", str(seed), "--json",
    ])  # fmt: skip


def eager(cell, layout, seed, options):
    return run([
        sys.executable, TOP / "tools/train_eager.py", "--cell", cell, "--epochs", str(options.epochs),
        "--seed", str(seed), *layout,
    ])  # fmt: skip


def computes_bfloat16():
    """Without instructions for it, bfloat16 is emulated and ten times slower."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and re.search(r"\b(avx512_bf16|amx_bf16)\b", cpuinfo.read_text())


def mean_and_deviation(values):
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evonas", default=TOP / "build/release/src/cli/evonas")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    engines = {
        "eager PyTorch": lambda cell, seed: eager(cell, [], seed, options),
        "eager PyTorch, channels last": lambda cell, seed: eager(cell, ["--channels-last"], seed, options),
        "evonas, float32": lambda cell, seed: ours(cell, "float32", seed, options),
    }
    if computes_bfloat16():
        engines["evonas, bfloat16"] = lambda cell, seed: ours(cell, "bfloat16", seed, options)
    runs = {name: {engine: [] for engine in engines} for name in CELLS}
    for seed in range(1, options.seeds + 1):
        for name, cell in CELLS.items():
            for engine, train in engines.items():
                runs[name][engine].append(train(cell, seed))
                print(f"{name}, {engine}, seed {seed}: {runs[name][engine][-1]}", file=sys.stderr)

    lines = [
        f"# Training speed, one thread, {options.seeds} seeds ({platform.machine()})", "",
        f"NAS-Bench-201 skeleton, 8 channels, one cell a stage, 10,000 Fashion-MNIST images of 14 x 14, batch 128,",
        f"{options.epochs} epochs. Mean and standard deviation over seeds; speed is against the faster eager version.", "",
        "| cell | engine | images/s | speed | GFLOP/s | share of sgemm | test accuracy |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, engines_of_cell in runs.items():
        speeds = {e: [r["images_per_second"] for r in rs] for e, rs in engines_of_cell.items()}
        peer = max(statistics.mean(v) for e, v in speeds.items() if e.startswith("eager"))
        for engine, results in engines_of_cell.items():
            speed, deviation = mean_and_deviation(speeds[engine])
            accuracy, noise = mean_and_deviation([r["test_accuracy"] for r in results])
            gflops = statistics.mean(r["gflops"] for r in results) if "gflops" in results[0] else None
            share = (
                statistics.mean(r["gflops"] / r["sgemm_gflops"] for r in results) if gflops else None
            )
            lines.append(
                f"| {name} | {engine} | {speed:.0f} +- {deviation:.0f} | {speed / peer:.2f} | "
                f"{f'{gflops:.1f}' if gflops else '-'} | {f'{share:.0%}' if share else '-'} | "
                f"{accuracy:.2f} +- {noise:.2f} |"
            )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.with_suffix(".json").write_text(json.dumps({"cells": CELLS, "runs": runs}, indent=1) + "\n")
    options.out.with_suffix(".md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
