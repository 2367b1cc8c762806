"""Tests tools/nasbench201_to_csv.py on small files in the layout of the official ones."""

import bz2
import collections
import csv
import os
import pickle
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "nasbench201_to_csv.py"
ARCHITECTURES = [
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
]


def training(dataset, seed, epochs, accuracy, sets):
    """One ResultsCount as its state_dict gives it."""
    return {
        "name": "infer.tiny", "net_state_dict": None, "train_acc5es": None, "seed": seed, "epochs": epochs,
        "train_acc1es": {i: 10.0 for i in range(epochs)}, "train_losses": {i: 1.0 for i in range(epochs)},
        "train_times": collections.OrderedDict((i, 2.0) for i in range(epochs)),
        "arch_config": {"channel": 16, "num_cells": 5, "arch_str": "?", "class_num": 10},
        "params": 0.129306, "flop": 15.64737, "latency": [0.01, 0.02], "eval_names": list(sets),
        "eval_acc1es": {f"{name}@{i}": accuracy + i - (epochs - 1) for name in sets for i in range(epochs)},
        "eval_losses": {}, "eval_times": {},
    }


def results(index, epochs, offset):
    """One ArchResults as its state_dict gives it."""
    runs = {
        ("cifar10-valid", 777): training("cifar10-valid", 777, epochs, 80 + offset, ["x-valid", "ori-test"]),
        ("cifar10-valid", 888): training("cifar10-valid", 888, epochs, 82 + offset, ["x-valid", "ori-test"]),
        ("cifar10", 777): training("cifar10", 777, epochs, 85 + offset, ["ori-test"]),
        ("cifar100", 777): training("cifar100", 777, epochs, 50 + offset, ["x-valid", "x-test", "ori-test"]),
        ("ImageNet16-120", 777): training("ImageNet16-120", 777, epochs, 30 + offset, ["x-valid", "x-test"]),
    }
    if index == 1:
        del runs["cifar10-valid", 888]
    seeds = {}
    for dataset, seed in runs:
        seeds.setdefault(dataset, []).append(seed)
    return {"arch_index": index, "arch_str": ARCHITECTURES[index], "all_results": runs, "dataset_seed": seeds,
            "clear_net_done": True}


def infos(short, long):
    return {i: {short: results(i, 12, i), long: results(i, 200, i + 5)} for i in range(2)}


class Malicious:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


class NasBench201ToCsv(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)

    def run_tool(self, source, code=0):
        out = self.folder / "out.csv"
        done = subprocess.run([sys.executable, TOOL, source, out], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        if code != 0:
            self.assertFalse(out.exists())
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            return done.stderr
        with open(out, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        self.check(rows)
        return done.stdout

    def check(self, rows):
        self.assertEqual([row["arch"] for row in rows], ARCHITECTURES)
        self.assertEqual(float(rows[0]["cifar10_val@12#777"]), 80)
        self.assertEqual(float(rows[0]["cifar10_val@200#888"]), 87)
        self.assertEqual(float(rows[0]["cifar10_val@200"]), 86)
        self.assertEqual(rows[1]["cifar10_val@200#888"], "")
        self.assertEqual(float(rows[1]["cifar10_val@200"]), 86)
        self.assertEqual(float(rows[1]["cifar10_test@200"]), 91)
        self.assertEqual(float(rows[0]["cifar100_test@12"]), 50)
        self.assertEqual(float(rows[0]["imagenet16_val@200"]), 35)
        self.assertEqual(float(rows[0]["cifar10_train_seconds@12"]), 24)
        self.assertEqual(float(rows[0]["cifar10_params_m"]), 0.129306)
        self.assertNotIn("latency", rows[0])

    def nats_folder(self):
        source = self.folder / "NATS-tss-v1_0-3ffb9-simple"
        source.mkdir()
        self.write(source / "meta.pickle.pbz2", {"meta_archs": ARCHITECTURES, "total_archs": {0, 1}})
        for index, info in infos("12", "200").items():
            self.write(source / f"{index:06d}.pickle.pbz2", info)
        return source

    @staticmethod
    def write(file, value):
        file.write_bytes(bz2.compress(pickle.dumps(value, protocol=4)))

    def test_folder_of_nats_bench(self):
        command = self.run_tool(self.nats_folder())
        self.assertIn("--metric 'cifar10_val@200#777=cifar10_val@200#777:%:maximize'", command)
        self.assertIn("--metric 'cifar10_params_m=cifar10_params_m:M'", command)

    def test_one_file_of_nats_bench(self):
        source = self.folder / "NATS-tss-v1_0-3ffb9.pickle.pbz2"
        self.write(source, {"meta_archs": ARCHITECTURES, "arch2infos": infos("12", "200"), "evaluated_indexes": [0, 1]})
        self.run_tool(source)

    def whole(self):
        return {"meta_archs": ARCHITECTURES, "arch2infos": infos("less", "full"), "evaluated_indexes": {0, 1}}

    def test_old_pth_file(self):
        source = self.folder / "NAS-Bench-201-v1_1-096897.pth"
        parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, self.whole(), []]
        source.write_bytes(b"".join(pickle.dumps(part, protocol=2) for part in parts))
        self.run_tool(source)

    def test_new_pth_file(self):
        source = self.folder / "new.pth"
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(self.whole(), protocol=2))
            archive.writestr("archive/version", "3\n")
        self.run_tool(source)

    def test_what_torch_and_numpy_write(self):
        try:
            import numpy
            import torch
        except ImportError:
            self.skipTest("torch and numpy are not here")
        whole = self.whole()
        run = whole["arch2infos"][0]["less"]["all_results"]["cifar10-valid", 777]
        run["eval_acc1es"]["x-valid@11"] = numpy.float64(80)
        run["eval_acc1es"]["ori-test@11"] = numpy.float32(80)
        run["latency"] = numpy.ones(3)
        run["net_state_dict"] = {"weight": torch.ones(2, 3), "bias": torch.nn.Parameter(torch.ones(3))}
        for zipped in (True, False):
            source = self.folder / "torch.pth"
            torch.save(whole, source, _use_new_zipfile_serialization=zipped)
            self.run_tool(source)

    def test_malicious_files_are_refused_and_not_run(self):
        marker = self.folder / "marker"
        source = self.nats_folder()
        self.write(source / "000001.pickle.pbz2", {"12": Malicious(marker)})
        message = self.run_tool(source, code=2)
        self.assertIn("000001.pickle.pbz2: it asks for", message)
        self.assertIn(".mkdir, which is no plain data: it may be malicious, and nothing of it was run", message)
        self.assertFalse(marker.exists())
        pth = self.folder / "bad.pth"
        with zipfile.ZipFile(pth, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(Malicious(marker)))
        self.assertIn("which is no plain data", self.run_tool(pth, code=2))
        # Reached through a name that is allowed.
        for code in (b"cbuiltins\neval\n(S'1'\ntR.", b"ccollections\nOrderedDict.__init__.__globals__\n.",
                     b"\x80\x04\x8c\x0bcollections\x8c\x11OrderedDict.clear\x93.", b"cnumpy\nfromfile\n."):
            pth.write_bytes(code)
            self.assertIn("which is no plain data", self.run_tool(pth, code=2))
        self.assertFalse(marker.exists())

    def test_damaged_files_are_refused(self):
        source = self.nats_folder()
        whole = (source / "000000.pickle.pbz2").read_bytes()
        for data in (b"", whole[:100], whole[:-1], bz2.compress(b"text"), bz2.compress(pickle.dumps([1, 2]))):
            (source / "000000.pickle.pbz2").write_bytes(data)
            self.assertIn("000000.pickle.pbz2" if data != bz2.compress(pickle.dumps([1, 2])) else "cell 0",
                          self.run_tool(source, code=2))
        self.write(source / "000000.pickle.pbz2", {"12": {"all_results": {("cifar10", 1): {"epochs": "many"}}}})
        self.assertIn("cell 0 has no 'epochs'", self.run_tool(source, code=2))
        self.assertIn("there is no", self.run_tool(self.folder / "absent", code=2))
        self.assertIn("has no meta.pickle.pbz2", self.run_tool(self.folder, code=2))
        text = self.folder / "text.pth"
        text.write_text("weights")
        self.assertIn("text.pth", self.run_tool(text, code=2))


if __name__ == "__main__":
    unittest.main()
