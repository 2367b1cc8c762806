"""Tests tools/to_torchscript.py, and labels of TorchScript files through the program.

    .venv/bin/python tests/tools/to_torchscript_test.py EVONAS
"""

import importlib.util
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import torch
except ImportError:
    sys.exit(77)

TOP = Path(__file__).resolve().parents[2]
TOOL = TOP / "tools" / "to_torchscript.py"
SURROGATE = TOP.parent / "shared" / "data" / "nasbench301"
PROGRAM = sys.argv.pop(1)


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def convert(*arguments):
    return run(sys.executable, TOOL, *arguments)


class Sums(torch.nn.Module):
    """Two numbers: a weighted sum of the genes, and another one."""

    def __init__(self, first: float):
        super().__init__()
        self.register_buffer("weights", torch.sin(torch.arange(32) + first))

    def forward(self, genes: torch.Tensor) -> torch.Tensor:
        values = genes.to(torch.float32) * self.weights
        return torch.stack((values.sum(1), 10.0 + values[:, 2]), dim=1)


class Tool(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def published(self):
        """A file like that of Once-for-All, with random weights."""
        torch.manual_seed(0)
        layers = torch.nn.Sequential(*[part for size in ((128, 400), (400, 400), (400, 400))
                                       for part in (torch.nn.Linear(*size), torch.nn.ReLU())],
                                     torch.nn.Linear(400, 1))
        torch.save(layers.state_dict(), self.folder / "predictor.pth")
        return layers

    def test_once_for_all(self):
        layers = self.published()
        out = self.folder / "new" / "accuracy.pt"
        result = convert("ofa", self.folder / "predictor.pth", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        script = torch.jit.load(out)
        rng = random.Random(3)
        for side in (128, 156, 160, 172, 176, 224):
            depths = [rng.choice((2, 3, 4)) for _ in range(5)]
            kernels = [rng.choice((3, 5, 7)) for _ in range(20)]
            expansions = [rng.choice((3, 4, 6)) for _ in range(20)]
            inputs = torch.zeros(128)
            for block in range(20):
                if block % 4 < depths[block // 4]:
                    inputs[3 * block + (3, 5, 7).index(kernels[block])] = 1
                    inputs[60 + 3 * block + (3, 4, 6).index(expansions[block])] = 1
            inputs[120 + (side - 112) // 16] = 1
            found = script(torch.tensor([kernels + expansions + depths + [side]] * 2))
            self.assertEqual(found.shape, (2,))
            if side < 160:
                self.assertTrue(found.isnan().all())
            else:
                self.assertAlmostEqual(found[1].item(), 100 * layers(inputs).item(), places=4)
        with self.assertRaisesRegex(torch.jit.Error, "46 genes"):
            script(torch.zeros((1, 32), dtype=torch.int64))

    def test_other_files_are_refused(self):
        torch.save({"0.weight": torch.zeros(3)}, self.folder / "other.pth")
        marker = self.folder / "marker"

        class Harm:
            def __reduce__(self):
                return os.mkdir, (str(marker),)

        (self.folder / "harm.pth").write_bytes(pickle.dumps(Harm()))
        (self.folder / "surrogate_encoding.json").write_text("{}")
        for arguments in (("ofa", "other.pth"), ("ofa", "harm.pth"), ("ofa", "absent.pth"), ("nasbench301", ".")):
            result = convert(arguments[0], self.folder / arguments[1], self.folder / "out.pt")
            self.assertEqual(result.returncode, 1, arguments)
            self.assertRegex(result.stderr, "to_torchscript: .* is not the ")
            self.assertNotIn("Traceback", result.stderr)
        self.assertFalse(marker.exists())
        self.assertFalse((self.folder / "out.pt").exists())

    @unittest.skipUnless(SURROGATE.exists(), "needs the published surrogate")
    def test_nasbench301(self):
        try:
            import onnxruntime
        except ImportError:
            self.skipTest("needs onnxruntime")
        result = convert("nasbench301", SURROGATE, self.folder / "darts.pt", "--epoch", "50")
        self.assertEqual(result.returncode, 0, result.stderr)
        spec = importlib.util.spec_from_file_location("to_torchscript", TOOL)
        tool = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tool)
        encoding = json.loads((SURROGATE / "surrogate_encoding.json").read_text())
        session = onnxruntime.InferenceSession(SURROGATE / "surrogate_model.onnx")
        script = torch.jit.load(self.folder / "darts.pt")
        rng = random.Random(5)
        for _ in range(20):
            genes, names = tool.random_darts(rng)
            codes = torch.tensor([[encoding[name][names[name]] for name in tool.category_names()]], dtype=torch.int32)
            expected = session.run(None, {"x_cat": codes.numpy(), "x_cont": torch.tensor([[50.0]]).numpy()})[0][0]
            accuracy, seconds = script(torch.tensor([genes]))[0].tolist()
            self.assertAlmostEqual(accuracy, expected[0], places=3)
            self.assertAlmostEqual(seconds / expected[1], 1.0, places=5)


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        torch.jit.script(Sums(0.0)).save(str(self.folder / "labels.pt"))
        (self.folder / "search.yaml").write_text("""
space: darts
objectives: [{metric: accuracy, goal: maximize}]
limits: [other <= 14]
evaluation:
  accuracy: {torchscript: labels.pt, unit: "%"}
  other: {torchscript: labels.pt, output: 1, cost: cheap}
search: {algorithm: ofa_evolution, population: 10}
budget: {evaluations: 40}
""")

    def evonas(self, *arguments):
        return run(PROGRAM, *arguments)

    def test_a_search_is_verified_and_goes_on_with_the_same_file_only(self):
        folder = self.folder / "run"
        result = self.evonas("search", self.folder / "search.yaml", "--out", folder, "--threads", "2")
        self.assertEqual(result.returncode, 0, result.stderr)
        best = json.loads((folder / "summary.json").read_text())["best"]
        self.assertLessEqual(best["metrics"]["other"], 14)
        verified = self.evonas("verify", folder)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        more = ("resume", folder, "--set", "budget.evaluations=50")
        self.assertEqual(self.evonas(*more).returncode, 0)
        torch.jit.script(Sums(1.0)).save(str(self.folder / "labels.pt"))
        refused = self.evonas("resume", folder, "--set", "budget.evaluations=60")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("its identity of accuracy+other is", refused.stderr)
        self.assertEqual(self.evonas("verify", folder).returncode, 1)
        # A report needs the file no more.
        (self.folder / "labels.pt").unlink()
        self.assertEqual(self.evonas("report", folder).returncode, 0)

    def test_algorithms_are_compared_without_a_table(self):
        experiment = self.folder / "experiment.yaml"
        experiment.write_text("""
space: darts
objectives: [{metric: accuracy, goal: maximize}]
evaluation: {accuracy: {torchscript: labels.pt}}
search: [{algorithm: random}, {algorithm: ofa_evolution, population: 10, evaluations: 20}]
seeds: 3
budgets: [10, 40]
""")
        out = self.folder / "out"
        result = self.evonas("benchmark", experiment, "--json", "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        found = json.loads(result.stdout)
        self.assertIsNone(found["optimum"])
        self.assertLessEqual(found["algorithms"]["random"]["budgets"]["40"]["best_median"], found["best_found"])
        self.assertEqual(list(found["algorithms"]["ofa_evolution"]["budgets"]), ["10"])
        for name in ("report.html", "result.md", "experiment.yaml"):
            self.assertTrue((out / name).exists())
        again = self.evonas("benchmark", out / "experiment.yaml", "--json", "--out", out)
        self.assertEqual(again.stdout, result.stdout)

    def test_what_cannot_label_is_refused(self):
        (self.folder / "labels.pt").write_text("no module")
        result = self.evonas("search", self.folder / "search.yaml", "--out", self.folder / "run")
        self.assertEqual(result.returncode, 2)
        self.assertIn("this is no TorchScript module", result.stderr)


if __name__ == "__main__":
    unittest.main()
