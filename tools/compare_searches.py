#!/usr/bin/env python3
"""Compares searches whose evaluations cannot be had from a table, such as real trainings, seed by seed.

Each arm is the same configuration with settings of its own; the first one is compared with each of the
others: the best value that was found after so many evaluations, and what the final training says of the
best network, where the configuration has one. The metric is to be maximised and without limits. Writes
OUT/searches.json and .md. Runs are kept in OUT: what was broken off goes on when it is called again.

    python3 tools/compare_searches.py experiments/hierarchical_fashion_mnist.yaml --seeds 5 \\
      --arm evolution --arm random search.algorithm=random --out runs/hierarchical
"""

import argparse
import csv
import io
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from compare_early_stopping import mean_with_interval, p_value


def is_finished(folder):
    try:
        return json.loads((folder / "summary.json").read_text())["status"] == "complete"
    except (OSError, ValueError, KeyError):
        return False


def search(options, name, settings, seed):
    """The folder of the finished run."""
    folder = options.out / f"{name}-{seed}"
    if is_finished(folder):
        return folder
    begun = subprocess.run([options.program, "export", folder], capture_output=True).returncode == 0
    command = ["resume", folder] if begun else ["search", options.configuration, "--out", folder]
    if not begun:
        for setting in [*settings, f"search.seed={seed}"]:
            command += ["--set", setting]
    done = subprocess.run([options.program, *command], stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"compare_searches: evonas {command[0]} of {folder} ended with {done.returncode}")
    return folder


def best_after(values, budgets):
    """The best of the first values, of which None have failed, for each number of them."""
    return {str(budget): max((one for one in values[:budget] if one is not None), default=None)
            for budget in budgets}


def found_in(table, summary, metric, budgets):
    """Figures of a run: `table` is what `evonas export` prints."""
    rows = list(csv.DictReader(io.StringIO(table)))
    values = [float(row[metric]) if row["state"] == "complete" else None for row in rows]
    final = summary.get("final") or {}
    return {"evaluations": len(rows), "failed": values.count(None),
            "seconds": sum(float(row["seconds"]) for row in rows),
            "best": best_after(values, budgets), "final": final.get("metrics", {})}


def compare(runs, budgets):
    """How much better the first arm is than each other one, by what it is compared in."""
    first, *others = runs
    result = {}
    for other in others:
        pairs = list(zip(runs[first], runs[other]))
        figures = {f"best after {budget}": [(a["best"][str(budget)], b["best"][str(budget)]) for a, b in pairs]
                   for budget in budgets}
        for name in pairs[0][0]["final"]:
            figures[f"final {name}"] = [(a["final"].get(name), b["final"].get(name)) for a, b in pairs]
        result[other] = {}
        for name, values in figures.items():
            differences = [a - b for a, b in values if a is not None and b is not None]
            if differences:
                result[other][name] = {**mean_with_interval(differences), "p": p_value(differences),
                                       "pairs": len(differences)}
    return result


def to_markdown(result):
    budgets = result["options"]["budgets"]
    lines = [f"| search | {' | '.join(f'best after {budget}' for budget in budgets)} | failed | s of evaluations |",
             "|---" * (len(budgets) + 3) + "|"]
    for arm, runs in result["runs"].items():
        columns = [[run["best"][str(budget)] for run in runs] for budget in budgets]
        columns += [[run["failed"] for run in runs], [run["seconds"] for run in runs]]
        cells = []
        for column in columns:
            there = [one for one in column if one is not None]
            deviation = statistics.stdev(there) if len(there) > 1 else 0.0
            cells.append(f"{statistics.fmean(there):.2f} ± {deviation:.2f}" if there else "-")
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    first = next(iter(result["runs"]))
    lines.append("")
    for other, figures in result["compared"].items():
        for name, one in figures.items():
            p = "" if one["p"] is None else f", p = {one['p']:.2g}"
            lines.append(f"{first} over {other}, {name}: {one['mean']:+.3f} (95 %: {one['low']:+.3f} to "
                         f"{one['high']:+.3f}{p}; {one['pairs']} seeds).")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("configuration", type=Path, help="of a search")
    parser.add_argument("--arm", nargs="+", action="append", required=True, metavar=("NAME", "KEY=VALUE"),
                        help="a name, and what it sets; at least two")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs and the result")
    parser.add_argument("--program", default="build/release/src/cli/evonas", help="evonas")
    parser.add_argument("--seeds", type=int, default=5, help="(5)")
    parser.add_argument("--metric", default="accuracy", help="that is compared (accuracy)")
    parser.add_argument("--budgets", type=int, nargs="+", default=[50, 100, 200],
                        help="numbers of evaluations to compare at (50 100 200)")
    options = parser.parse_args()
    arms = {name: settings for name, *settings in options.arm}
    if len(arms) < 2:
        parser.error("give at least two arms of different names")
    options.out.mkdir(parents=True, exist_ok=True)
    runs = {name: [] for name in arms}
    for seed in range(1, options.seeds + 1):
        for name, settings in arms.items():  # in turn, so that all see the same machine
            folder = search(options, name, settings, seed)
            table = subprocess.run([options.program, "export", folder], check=True, capture_output=True, text=True)
            summary = json.loads((folder / "summary.json").read_text())
            runs[name].append({"seed": seed, **found_in(table.stdout, summary, options.metric, options.budgets)})
            print(json.dumps({name: runs[name][-1]}), file=sys.stderr, flush=True)
    asked = {"configuration": options.configuration.name, "arms": arms, "seeds": options.seeds,
             "metric": options.metric, "budgets": options.budgets}
    result = {"options": asked, "processors": os.cpu_count(), "runs": runs, "compared": compare(runs, options.budgets)}
    (options.out / "searches.json").write_text(json.dumps(result, indent=1) + "\n")
    (options.out / "searches.md").write_text(to_markdown(result))
    print(to_markdown(result), end="")


if __name__ == "__main__":
    main()
