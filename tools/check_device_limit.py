#!/usr/bin/env python3
"""Searches under a latency limit on a device that is known from ten measurements, and looks whether winners keep it.

The networks are the 5,000 of MobileNetV3 (Once-for-All) whose latency is measured on the GPUs of HELP
(ofa_latency.csv.gz: kernel_sizes, expand_ratios, depths, resolution, and one column NAME_BATCH_latency_ms for each
GPU and batch). With each seed another GPU and batch is the new device, and nothing of the same GPU is known.
Some networks, drawn by the seed, are known on the other GPUs; ten of these are measured on the new device, which
`evonas predictor suggest` chooses, and `evonas predictor adapt` learns its latency from them. `evonas search` then
looks among all the other networks, which it knows no latency of, for the highest accuracy under a limit (--quantile
of their true latencies), which each network has to keep with the probability --confidence. That is more than the
share of winners that should: a winner is the best of many that look fast enough, and so more often than others one that
looks faster than it is. The winner's true latency is in the file.

The accuracy is that of Once-for-All's predictor (tools/to_torchscript.py ofa), which knows no images of less than 160;
networks that read such ones are left out. Beside each search stands the same one with true latencies, which says what
accuracy the caution costs. Writes OUT/device_limit.json and .md. What is done is kept in OUT and not done again.

    .venv/bin/python tools/to_torchscript.py ofa accuracy_predictor.pth models/ofa_accuracy.pt
    python3 tools/check_device_limit.py ofa_latency.csv.gz --accuracy models/ofa_accuracy.pt --out runs/device_limit

Exit code 1 where fewer winners than --required of all keep the limit (0.95).
"""

import argparse
import csv
import gzip
import io
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

GENES = ("kernel_sizes", "expand_ratios", "depths", "resolution")
SUFFIX = "_latency_ms"
LEAST_SIDE = 160  # that the accuracy predictor was trained on
SPACE_OPTION = f"least_resolution={LEAST_SIDE}"


def read_networks(file):
    """Networks that have an accuracy: [{"genes": "3 5 ...", "latency": {"gpu_v100_1": ms}}], and the devices."""
    opener = gzip.open if str(file).endswith(".gz") else open
    with opener(file, "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    devices = [name for name in rows[0] if name.endswith(SUFFIX)]
    networks = [{"genes": " ".join(row[gene] for gene in GENES),
                 "latency": {"gpu_" + name[:-len(SUFFIX)]: float(row[name]) for name in devices}}
                for row in rows if int(row["resolution"]) >= LEAST_SIDE]
    return networks, ["gpu_" + name[:-len(SUFFIX)] for name in devices]


def gpu_of(device):
    """The device without its batch."""
    return device.rsplit("_", 1)[0]


def identity_of(kernels, expansions, depths, side):
    """Equal for the same network: blocks beyond the depth of their unit are not there."""
    blocks = [(kernels[i], expansions[i]) for i in range(len(kernels)) if i % 4 < depths[i // 4]]
    return (tuple(blocks), tuple(depths), side)


def identity_of_genes(genes):
    numbers = [int(word) for word in genes.split()]
    return identity_of(numbers[:20], numbers[20:40], numbers[40:45], numbers[45])


def identity_of_text(text):
    """Of an architecture as evonas writes it."""
    architecture = json.loads(text)
    return identity_of(architecture["ks"], architecture["e"], architecture["d"], architecture["r"][0])


def drawn(networks, devices, options, seed):
    """The new device, the others, the networks that are known and those that are searched, and the limit."""
    device = devices[(seed - 1) % len(devices)]
    others = [other for other in devices if gpu_of(other) != gpu_of(device)]
    order = list(networks)
    random.Random(seed).shuffle(order)
    known, searched = order[:options.known], order[options.known:]
    latencies = sorted(network["latency"][device] for network in searched)
    limit = latencies[int(options.quantile * (len(latencies) - 1))]
    return device, others, known, searched, limit


def write_networks(file, networks, devices):
    with open(file, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["architecture", *devices])
        for network in networks:
            writer.writerow([network["genes"], *(network["latency"][device] for device in devices)])


def measured(suggested, networks, device):
    """What `evonas predictor suggest` printed, with the latencies that the device really has."""
    latency = {identity_of_genes(network["genes"]): network["latency"][device] for network in networks}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["architecture", "latency_ms"])
    for row in csv.DictReader(io.StringIO(suggested)):
        writer.writerow([row["architecture"], latency[identity_of_text(row["architecture"])]])
    return text.getvalue()


def configuration(options, latency, limit, seed):
    return {
        "space": {"name": "mobilenetv3", "least_resolution": LEAST_SIDE},
        "among": "searched.sqlite",
        "objectives": [{"metric": "accuracy", "goal": "maximize"}],
        "limits": [f"latency_ms <= {limit}"],
        "evaluation": {"accuracy": {"torchscript": str(options.accuracy.resolve()), "unit": "%"},
                       "latency_ms": latency},
        "search": {"algorithm": "predictor_guided", "seed": seed, "guidance": {"candidates": 2000}},
        "budget": {"evaluations": options.evaluations},
    }


def evonas(options, *arguments):
    done = subprocess.run([str(options.program), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"check_device_limit: evonas {' '.join(map(str, arguments))} ended with {done.returncode}: "
                 f"{done.stderr.strip()}")
    return done.stdout


def import_table(options, folder, name, devices):
    metrics = [word for device in devices for word in ("--metric", f"{device}={device}:ms:minimize")]
    evonas(options, "table", "import", "--space", "mobilenetv3", "--set", SPACE_OPTION, "--csv", folder / f"{name}.csv",
           "--architecture", "architecture", *metrics, "--out", folder / f"{name}.sqlite")


def learn(options, folder, device, others, known, seed):
    """Writes new.predictor: latency on the device from few measurements and the other devices."""
    write_networks(folder / "known.csv", known, others)
    import_table(options, folder, "known", others)
    (folder / "devices.yaml").write_text(json.dumps({"table": "known.sqlite", "devices": others}) + "\n")
    evonas(options, "predictor", "devices", folder / "devices.yaml", "--known-only", "--out", folder)
    pool = random.Random(f"pool {seed}").sample(known, min(options.pool, len(known)))
    (folder / "pool.txt").write_text("".join(network["genes"] + "\n" for network in pool))
    suggested = evonas(options, "predictor", "suggest", folder / "devices.predictor", "-n", options.measurements,
                       "--architectures", folder / "pool.txt")
    (folder / "measured.csv").write_text(measured(suggested, known, device))
    evonas(options, "predictor", "adapt", folder / "devices.predictor", "--measured", folder / "measured.csv",
           "--out", folder / "new.predictor")


def winner(summary, networks, device, limit):
    """What the best network of a run really is; nothing kept the limit as predicted where it has no latency."""
    best = summary["best"]
    if best is None:
        return {"accuracy": None, "expected_ms": None, "true_ms": None, "within": False}
    latency = {identity_of_genes(network["genes"]): network["latency"][device] for network in networks}
    true_ms = latency[identity_of_text(best["architecture"])]
    return {"accuracy": best["metrics"]["accuracy"], "expected_ms": best["metrics"]["latency_ms"], "true_ms": true_ms,
            "within": true_ms <= limit}


def search(options, folder, name, latency, limit, seed):
    (folder / f"{name}.yaml").write_text(json.dumps(configuration(options, latency, limit, seed), indent=1) + "\n")
    shutil.rmtree(folder / name, ignore_errors=True)  # what was broken off takes seconds
    evonas(options, "search", folder / f"{name}.yaml", "--out", folder / name)
    return json.loads((folder / name / "summary.json").read_text())


def try_seed(options, networks, devices, seed):
    folder = options.out / str(seed)
    result = folder / "result.json"
    if result.exists():
        return json.loads(result.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    device, others, known, searched, limit = drawn(networks, devices, options, seed)
    learn(options, folder, device, others, known, seed)
    write_networks(folder / "searched.csv", searched, [device])
    import_table(options, folder, "searched", [device])
    arms = {f"{confidence:g}": {"predict": "new.predictor", "confidence": confidence}
            for confidence in options.confidence}
    arms["true"] = {"table": "searched.sqlite", "metric": device, "cost": "cheap"}
    found = {"seed": seed, "device": device, "limit_ms": limit, "arms": {}}
    for name, latency in arms.items():
        summary = search(options, folder, f"search_{name}", latency, limit, seed)
        found["arms"][name] = winner(summary, searched, device, limit)
    partial = folder / "result.json.tmp"
    partial.write_text(json.dumps(found, indent=1) + "\n")
    partial.replace(result)
    return found


def interval(hits, tries):
    """95 % interval of a share (Wilson, JASA 1927)."""
    z = 1.959963984540054
    share, scale = hits / tries, 1.0 + z * z / tries
    middle = (share + z * z / (2.0 * tries)) / scale
    reach = z * math.sqrt(share * (1.0 - share) / tries + z * z / (4.0 * tries * tries)) / scale
    return max(0.0, middle - reach), min(1.0, middle + reach)


def figures(runs):
    """By arm: how many winners keep the limit, and what they are; accuracies less those with true latencies."""
    result = {}
    for arm in runs[0]["arms"]:
        winners = [(run["arms"][arm], run["arms"]["true"], run["limit_ms"]) for run in runs]
        found = [one for one in winners if one[0]["true_ms"] is not None]
        hits = sum(own["within"] for own, _, _ in winners)
        costs = [true["accuracy"] - own["accuracy"] for own, true, _ in found if true["accuracy"] is not None]
        low, high = interval(hits, len(winners))
        result[arm] = {
            "seeds": len(winners), "within": hits, "share": hits / len(winners), "low": low, "high": high,
            "without_winner": len(winners) - len(found),
            "accuracy_lost": statistics.fmean(costs) if costs else None,
            "share_of_limit": statistics.fmean(own["true_ms"] / limit for own, _, limit in found) if found else None,
            "worst_share_of_limit": max((own["true_ms"] / limit for own, _, limit in found), default=None)}
    return result


def to_markdown(result):
    def number(value, form):
        return "–" if value is None else format(value, form)

    lines = ["| confidence | seeds | winners within the limit | 95 % interval | no winner | accuracy lost, points | "
             "true latency / limit, mean | worst |", "|---|---|---|---|---|---|---|---|"]
    for arm, one in result["figures"].items():
        lines.append(f"| {'true latency' if arm == 'true' else arm} | {one['seeds']} | {100 * one['share']:.0f} % | "
                     f"{100 * one['low']:.0f} to {100 * one['high']:.0f} % | {one['without_winner']} | "
                     f"{number(one['accuracy_lost'], '.2f')} | {number(one['share_of_limit'], '.3f')} | "
                     f"{number(one['worst_share_of_limit'], '.3f')} |")
    return "\n".join(lines) + "\n"


def confidences(text):
    values = [float(word) for word in text.split(",")]
    if not all(0.5 <= value <= 0.9999 for value in values):
        raise argparse.ArgumentTypeError("confidences are from 0.5 to 0.9999")
    return values


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("latencies", type=Path, help="ofa_latency.csv.gz of HELP")
    parser.add_argument("--accuracy", type=Path, required=True, help="what tools/to_torchscript.py ofa wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs and the result")
    parser.add_argument("--program", default="build/release/src/cli/evonas", help="evonas")
    parser.add_argument("--seeds", type=int, default=50, help="(50)")
    parser.add_argument("--known", type=int, default=1700, help="networks known on the other GPUs (1700)")
    parser.add_argument("--pool", type=int, default=300, help="of these, to choose measurements from (300)")
    parser.add_argument("--measurements", type=int, default=10, help="on the new device (10)")
    parser.add_argument("--quantile", type=float, default=0.5,
                        help="share of the searched networks that keep the limit (0.5)")
    parser.add_argument("--evaluations", type=int, default=100, help="of each search (100)")
    parser.add_argument("--confidence", type=confidences, default=[0.98],
                        help="with which a network has to keep the limit; several with commas between (0.98)")
    parser.add_argument("--required", type=float, default=0.95, help="share of winners, at the first confidence (0.95)")
    options = parser.parse_args()
    networks, devices = read_networks(options.latencies)
    if not 0 < options.known < len(networks):
        parser.error(f"--known {options.known}: there are {len(networks)} networks, and some must be left to search")
    options.out.mkdir(parents=True, exist_ok=True)
    runs = []
    for seed in range(1, options.seeds + 1):
        runs.append(try_seed(options, networks, devices, seed))
        print(json.dumps(runs[-1]), file=sys.stderr, flush=True)
    asked = {name: str(value) if isinstance(value, Path) else value for name, value in vars(options).items()
             if name not in ("out", "program", "latencies", "accuracy")}
    result = {"options": asked, "processors": os.cpu_count(), "figures": figures(runs), "runs": runs}
    (options.out / "device_limit.json").write_text(json.dumps(result, indent=1) + "\n")
    (options.out / "device_limit.md").write_text(to_markdown(result))
    print(to_markdown(result), end="")
    return 0 if result["figures"][f"{options.confidence[0]:g}"]["share"] >= options.required else 1


if __name__ == "__main__":
    sys.exit(main())
