#!/usr/bin/env python3
"""Searches on a Ray cluster of four node processes that misbehave, and what evonas adds to Ray's own time.

While small networks are trained, one node is killed, one joins, one training hangs and one answers
garbage: all evaluations must be there, none twice, none failed, and the run must verify. Then the time
that an evaluation takes beside what it does is compared with a bare loop over Ray tasks. Writes one JSON
and one Markdown file.

    tools/python -m pip install ray
    tools/python tools/check_ray.py --out build/ray [--program build/release/src/cli/evonas]

With --program the command line searches too, by `ray: "check_ray.py:train"`.
"""

import argparse
import concurrent.futures
import contextlib
import fcntl
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

import evonas

INPUT = "1x12x12:4"
NODES = 4
TIMEOUT = 60.0  # PyTorch alone takes long to load on a busy machine
RETRIES = 2
FOLDER = "EVONAS_CHECK_RAY"  # variable with the folder in which trainings leave their marks


def pictures(count, seed):
    """Noisy pictures of stripes in one of four directions."""
    random = torch.Generator().manual_seed(seed)
    classes = torch.randint(4, (count,), generator=random)
    across, down = torch.meshgrid(torch.arange(12.0), torch.arange(12.0), indexing="ij")
    waves = torch.stack([torch.sin(1.6 * one) for one in (across, down, across + down, across - down)])
    return torch.randn(count, 1, 12, 12, generator=random) + waves[classes, None], classes


def load():
    """What is placed on the cluster."""
    return {"folder": os.environ[FOLDER], "train": pictures(512, 1), "test": pictures(256, 2)}


def write_line(folder, **values):
    with open(Path(folder) / "trainings.jsonl", "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(values) + "\n")


def has_fate(folder, name):
    """Whether this training, and no other one, is to have that fate."""
    try:
        (Path(folder) / name).rename(Path(folder) / f"{name}.done")
    except OSError:
        return False
    return True


def train(architecture, data, seed):
    """Accuracy in percent after a short training."""
    begin = time.time()
    write_line(data["folder"], begin=begin, key=architecture.key)
    if has_fate(data["folder"], "hang"):
        time.sleep(3600)
    if has_fate(data["folder"], "garbage"):
        return {"accuracy": float("nan"), "flops": "many"}
    torch.set_num_threads(1)
    torch.manual_seed(seed % 2**63)
    network = architecture.to_torch(INPUT)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    images, classes = data["train"]
    for batch in range(16):
        part = slice(32 * batch, 32 * batch + 32)
        loss = torch.nn.functional.cross_entropy(network(images[part]), classes[part])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.eval()
    images, classes = data["test"]
    with torch.no_grad():
        accuracy = (network(images).argmax(1) == classes).double().mean().item()
    write_line(data["folder"], begin=begin, end=time.time(), key=architecture.key)
    return 100.0 * accuracy


def nothing(architecture):
    """An evaluation that is over at once, but for a rest in which nobody computes."""
    time.sleep(0.02)
    return float(sum(architecture.genes))


def configuration(evaluations):
    return {
        "space": {"name": "nasbench201", "channels": 4, "cells_per_stage": 1},
        "input": INPUT,
        "objectives": [{"metric": "accuracy", "goal": "maximize"}, {"metric": "flops", "goal": "minimize"}],
        "search": {"algorithm": "nsga2", "population": 20, "seed": 1, "driver": "asynchronous"},
        "budget": {"evaluations": evaluations},
    }


class Mischief:
    """Does to the cluster what a month of running does, each once so many trainings have ended. On the main
    thread, on which alone Ray adds nodes."""

    def __init__(self, cluster, folder, evaluations):
        self.cluster, self.folder = cluster, folder
        self.victim = cluster.worker_nodes_in_order.pop(0)
        self.nodes = [(time.time(), NODES)]  # since when there are so many
        self.due = [(0.25, self.hang), (0.35, self.garbage), (0.45, self.kill), (0.6, self.add)]
        self.due = [(share * evaluations, act) for share, act in self.due]

    def run_beside(self, search):
        """Until all is done, or the search has ended."""
        for count, act in self.due:
            while sum("end" in line for line in trainings(self.folder)) < count and not search.done():
                time.sleep(0.1)
            act()

    def hang(self):
        (self.folder / "hang").touch()

    def garbage(self):
        (self.folder / "garbage").touch()

    def kill(self):
        self.cluster.remove_node(self.victim, allow_graceful=False)
        self.nodes.append((time.time(), NODES - 1))

    def add(self):
        self.cluster.worker_nodes_in_order.append(self.cluster.add_node(num_cpus=1))
        self.nodes.append((time.time(), NODES))


def trainings(folder):
    file = folder / "trainings.jsonl"
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def utilisation(lines, nodes):
    """Share of the time of the nodes, from the first beginning to the last end, in which trainings that
    ended ran."""
    done = [line for line in lines if "end" in line]
    begin, end = min(line["begin"] for line in done), max(line["end"] for line in done)
    until = [since for since, _ in nodes[1:]] + [end]
    there = sum(count * max(0.0, min(last, end) - max(since, begin))
                for (since, count), last in zip(nodes, until))
    return sum(line["end"] - line["begin"] for line in done) / there


def search_from_python(options, folder, _file):
    from evonas.ray import run_on_ray

    search = evonas.Search(configuration(options.evaluations), folder=folder / "run")
    run_on_ray(search, train, data=load(), timeout=TIMEOUT, retries=RETRIES)


def search_from_command_line(options, folder, address):
    whole = configuration(options.evaluations)
    whole["evaluation"] = {"accuracy": {
        "ray": "check_ray.py:train", "data": "load", "folder": str(Path(__file__).resolve().parent),
        "python": sys.executable, "address": address, "timeout_seconds": TIMEOUT, "retries": RETRIES,
        "most": NODES}}
    (folder / "search.yaml").write_text(json.dumps(whole))
    subprocess.run([options.program, "search", folder / "search.yaml", "--out", folder / "run"], check=True)


def check(name, search, cluster, options):
    """A search with mischief: what was found, after assertions."""
    folder = (options.out / name).resolve()
    folder.mkdir(parents=True)
    os.environ[FOLDER] = str(folder)
    mischief = Mischief(cluster, folder, options.evaluations)
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        ended = pool.submit(search, options, folder, cluster.address)
        mischief.run_beside(ended)
        ended.result()
    seconds = time.monotonic() - begin
    assert (folder / "hang.done").exists() and (folder / "garbage.done").exists()
    rows = evonas.read_run(folder / "run").evaluations()
    assert list(rows["index"]) == list(range(options.evaluations)), "evaluations are missing"
    assert rows["key"].nunique() == options.evaluations, "a network is there twice"
    assert (rows["state"] == "complete").all(), rows[rows["state"] != "complete"]["failure"].tolist()
    assert evonas.verify_run(folder / "run") == [], "the run does not verify"
    lines = trainings(folder)
    return {
        "evaluations": len(rows),
        "failures": 0,
        "trainings_begun": sum("end" not in line for line in lines),
        "seconds": seconds,
        "seconds_of_a_training": statistics.median(line["end"] - line["begin"] for line in lines if "end" in line),
        "utilisation": utilisation(lines, mischief.nodes),
        "best_accuracy": rows["accuracy"].max(),
    }


def bare_loop(ray, architectures):
    task = ray.remote(nothing)
    waiting, under_way = list(architectures), []
    while waiting or under_way:
        while waiting and len(under_way) < NODES:
            under_way.append(task.remote(waiting.pop()))
        done, under_way = ray.wait(under_way, num_returns=1)
        ray.get(done)


def overhead(ray, count, rounds):
    """Milliseconds of a node for each evaluation, beside what the evaluation does: of a bare loop over
    Ray tasks, of evonas, and what is between them, as medians over rounds that take turns."""
    from evonas.ray import run_on_ray

    whole = configuration(count)
    architectures = evonas.Space("nasbench201", channels=4, cells_per_stage=1).sample(count)
    rows = []
    for number in range(rounds + 1):
        begin = time.monotonic()
        bare_loop(ray, architectures)
        middle = time.monotonic()
        run_on_ray(evonas.Search(whole), nothing)
        end = time.monotonic()
        if number:  # the first one starts the processes
            rows.append([1000.0 * NODES * part / count - 20.0 for part in (middle - begin, end - middle)])
    return {
        "bare_ms": statistics.median(bare for bare, _ in rows),
        "evonas_ms": statistics.median(own for _, own in rows),
        "beyond_ray_ms": statistics.median(own - bare for bare, own in rows),
        "evaluations": count,
        "rounds": rounds,
    }


@contextlib.contextmanager
def a_cluster():
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        cluster.worker_nodes_in_order = [cluster.add_node(num_cpus=1) for _ in range(NODES)]
        cluster.wait_for_nodes()
        ray.init(address=cluster.address, log_to_driver=False)
        yield ray, cluster
    finally:
        ray.shutdown()
        cluster.shutdown()


def to_markdown(results):
    lines = ["| search | evaluations | failed | trainings begun | seconds | a training, s | nodes busy |",
             "|---|---|---|---|---|---|---|"]
    for name, one in results["searches"].items():
        lines.append(
            f"| {name} | {one['evaluations']} | {one['failures']} | {one['trainings_begun']} | {one['seconds']:.0f} "
            f"| {one['seconds_of_a_training']:.2f} | {100 * one['utilisation']:.0f} % |")
    cost = results["overhead"]
    lines += ["", "| a node's time for each evaluation, beside what it does | ms |", "|---|---|",
              f"| bare loop over Ray tasks | {cost['bare_ms']:.1f} |", f"| evonas | {cost['evonas_ms']:.1f} |",
              f"| evonas beyond Ray | {cost['beyond_ray_ms']:.1f} |", "",
              f"Ray {results['ray']}, {NODES} nodes of one CPU on {os.cpu_count()} processors; "
              f"medians of {cost['rounds']} rounds of {cost['evaluations']} evaluations."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--evaluations", type=int, default=200)
    parser.add_argument("--program", help="evonas, to search from the command line too")
    parser.add_argument("--rounds", type=int, default=5, help="of the measurement of the overhead")
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    searches = {"Python": search_from_python}
    if options.program:
        searches["command line"] = search_from_command_line
    results = {"searches": {}}
    with a_cluster() as (ray, cluster):
        results["ray"] = ray.__version__
        for name, search in searches.items():
            results["searches"][name] = check(name, search, cluster, options)
            print(json.dumps({name: results["searches"][name]}), flush=True)
        results["overhead"] = overhead(ray, options.evaluations, options.rounds)
    (options.out / "ray.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.out / "ray.md").write_text(to_markdown(results))
    print(to_markdown(results), end="")
    assert results["overhead"]["beyond_ray_ms"] < 20.0, "an evaluation takes 20 ms longer than Ray itself needs"


if __name__ == "__main__":
    main()
