#!/usr/bin/env python3
"""Tests tools/check_device_limit.py beside a pretended evonas: what it draws, measures, and makes of winners."""

import csv
import importlib.util
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/check_device_limit.py"
SPEC = importlib.util.spec_from_file_location("check_device_limit", TOOL)
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)

DEVICES = ("a_1", "a_32", "b_1")

# Suggests the first of the pool; a search finds the first network that it may ask for, whatever its latency.
PRETENDED = """#!{python}
import csv, json, pathlib, sys
words = sys.argv[1:]
def text_of(genes):
    numbers = [int(word) for word in genes.split()]
    return json.dumps({{"ks": numbers[:20], "e": numbers[20:40], "d": numbers[40:45], "r": numbers[45:]}})
if words[:2] == ["predictor", "suggest"]:
    count = int(words[words.index("-n") + 1])
    pool = pathlib.Path(words[words.index("--architectures") + 1]).read_text().splitlines()
    writer = csv.writer(sys.stdout)
    writer.writerow(["architecture", "latency_ms"])
    for genes in pool[:count]:
        writer.writerow([text_of(genes), ""])
elif words[0] == "search":
    out = pathlib.Path(words[words.index("--out") + 1])
    with open(out.parent / "searched.csv", newline="") as file:
        genes = next(csv.DictReader(file))["architecture"]
    out.mkdir()
    best = {{"architecture": text_of(genes), "metrics": {{"accuracy": 75.5, "latency_ms": 1.0}}}}
    (out / "summary.json").write_text(json.dumps({{"best": best}}))
"""


def latencies(rows):
    """A file of random networks."""
    rng = random.Random(1)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*tool.GENES, *(device + tool.SUFFIX for device in DEVICES)])
    for row in range(rows):
        words = [[rng.choice((3, 5, 7)) for _ in range(20)], [rng.choice((3, 4, 6)) for _ in range(20)],
                 [rng.choice((2, 3, 4)) for _ in range(5)]]
        writer.writerow([*(" ".join(map(str, numbers)) for numbers in words), 128 + 4 * (row % 25),
                         *(row + 100 * place + 1 for place in range(3))])
    return text.getvalue()


class CheckDeviceLimit(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "latencies.csv").write_text(latencies(100))
        self.networks, self.devices = tool.read_networks(self.path / "latencies.csv")

    def test_networks_without_an_accuracy_are_left_out(self):
        self.assertEqual(self.devices, ["gpu_a_1", "gpu_a_32", "gpu_b_1"])
        self.assertEqual(len(self.networks), 68)
        self.assertTrue(all(int(network["genes"].split()[45]) >= 160 for network in self.networks))

    def test_blocks_that_are_not_there_do_not_matter(self):
        kernels, expansions, depths = [3] * 20, [4] * 20, [2, 4, 4, 4, 4]
        changed = kernels[:2] + [7] + kernels[3:]
        same = tool.identity_of(kernels, expansions, depths, 160)
        self.assertEqual(tool.identity_of(changed, expansions, depths, 160), same)
        self.assertNotEqual(tool.identity_of(changed, expansions, [3, 4, 4, 4, 4], 160),
                            tool.identity_of(kernels, expansions, [3, 4, 4, 4, 4], 160))
        genes = " ".join(map(str, kernels + expansions + depths + [160]))
        text = json.dumps({"ks": changed, "e": expansions, "d": depths, "r": [160]})
        self.assertEqual(tool.identity_of_genes(genes), tool.identity_of_text(text))

    def test_nothing_of_the_new_gpu_is_known(self):
        options = types.SimpleNamespace(known=40, quantile=0.5)
        device, others, known, searched, limit = tool.drawn(self.networks, self.devices, options, 2)
        self.assertEqual((device, others), ("gpu_a_32", ["gpu_b_1"]))
        self.assertEqual((len(known), len(searched)), (40, 28))
        self.assertFalse({network["genes"] for network in known} & {network["genes"] for network in searched})
        within = sum(network["latency"][device] <= limit for network in searched)
        self.assertEqual(within, 14)
        self.assertEqual(tool.drawn(self.networks, self.devices, options, 2)[3], searched)
        self.assertNotEqual(tool.drawn(self.networks, self.devices, options, 5)[3], searched)

    def test_winners_are_judged_by_their_true_latency(self):
        network = self.networks[3]
        numbers = [int(word) for word in network["genes"].split()]
        text = json.dumps({"ks": numbers[:20], "e": numbers[20:40], "d": numbers[40:45], "r": numbers[45:]})
        true_ms = network["latency"]["gpu_b_1"]
        summary = {"best": {"architecture": text, "metrics": {"accuracy": 76.0, "latency_ms": 1.0}}}
        for limit, within in ((true_ms, True), (true_ms - 0.5, False)):
            found = tool.winner(summary, self.networks, "gpu_b_1", limit)
            self.assertEqual((found["true_ms"], found["within"]), (true_ms, within))
        self.assertFalse(tool.winner({"best": None}, self.networks, "gpu_b_1", 1e9)["within"])
        low, high = tool.interval(48, 50)
        self.assertAlmostEqual(low, 0.865, places=3)
        self.assertAlmostEqual(high, 0.989, places=3)

    def test_whole(self):
        program = self.path / "evonas"
        program.write_text(PRETENDED.format(python=sys.executable))
        program.chmod(0o755)
        out = self.path / "out"
        command = [sys.executable, TOOL, self.path / "latencies.csv", "--accuracy", "accuracy.pt", "--out", out,
                   "--program", program, "--seeds", "4", "--known", "40", "--pool", "20", "--measurements", "5"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        result = json.loads((out / "device_limit.json").read_text())
        self.assertEqual([run["device"] for run in result["runs"]], ["gpu_a_1", "gpu_a_32", "gpu_b_1", "gpu_a_1"])
        self.assertEqual(list(result["figures"]), ["0.98", "true"])
        self.assertEqual(result["figures"]["0.98"]["accuracy_lost"], 0.0)
        self.assertEqual(done.returncode, int(result["figures"]["0.98"]["within"] < 4))
        rows = list(csv.DictReader(io.StringIO((out / "2/measured.csv").read_text())))
        true = {tool.identity_of_genes(network["genes"]): network["latency"]["gpu_a_32"] for network in self.networks}
        self.assertEqual([float(row["latency_ms"]) for row in rows],
                         [true[tool.identity_of_text(row["architecture"])] for row in rows])
        self.assertEqual(len(rows), 5)
        configuration = json.loads((out / "2/search_0.98.yaml").read_text())
        self.assertEqual(configuration["limits"], [f"latency_ms <= {result['runs'][1]['limit_ms']}"])
        # What is done is not done again.
        program.unlink()
        again = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual((again.returncode, again.stdout), (done.returncode, done.stdout))


if __name__ == "__main__":
    unittest.main()
