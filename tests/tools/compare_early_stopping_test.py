#!/usr/bin/env python3
"""Tests tools/compare_early_stopping.py without a training: how it reads runs, and compares them."""

import importlib.util
import json
import pathlib
import tempfile
import types
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("compare_early_stopping", ROOT / "tools/compare_early_stopping.py")
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)

STOP = '"stopped early: after epoch 2 accuracy is 41 at best, worse than 50, the median of 5 candidates"'
TABLE = f"""index,state,failure,seconds,accuracy
0,complete,,10,80
1,failed,{STOP},2.5,
2,failed,training diverged,1,
3,complete,,10.5,81
"""
SUMMARY = {"status": "complete", "best": {"metrics": {"accuracy": 81.0}}, "final": {"metrics": {"test_accuracy": 80.0}}}


def figures(seconds, epochs, best, test):
    return {"seconds": seconds, "epochs": epochs, "stopped": 3, "failed": 0, "evaluations": 10,
            "best_accuracy": best, "test_accuracy": test}


class CompareEarlyStopping(unittest.TestCase):
    def test_a_run_is_read(self):
        self.assertEqual(tool.found_in(TABLE, SUMMARY, 9), {
            "seconds": 24.0, "epochs": 29, "stopped": 1, "failed": 1, "evaluations": 4,
            "best_accuracy": 81.0, "test_accuracy": 80.0})

    def test_a_run_is_finished_once_its_best_network_is_tested(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            self.assertFalse(tool.is_finished(folder))
            for summary, expected in ((SUMMARY, True), ({**SUMMARY, "status": "interrupted"}, False),
                                      ({"status": "complete"}, False)):
                (folder / "summary.json").write_text(json.dumps(summary))
                self.assertEqual(tool.is_finished(folder), expected)

    def test_searches_differ_in_early_stopping_alone(self):
        options = types.SimpleNamespace(images=10, epochs=4, population=6, stop_after=2, evaluations=12, final_epochs=3)
        plain, stopping = (tool.configuration(options, stops, 5) for stops in (False, True))
        self.assertEqual(stopping["evaluation"]["accuracy"].pop("early_stopping"), {"candidates": 3, "epochs": 2})
        self.assertEqual(plain, stopping)

    def test_pairs_are_compared(self):
        runs = {"without": [figures(100, 90, 80, 79), figures(200, 90, 82, 80)],
                "with": [figures(50, 45, 80, 78), figures(120, 60, 81, 80)]}
        pairs = tool.compare(runs)
        self.assertAlmostEqual(pairs["seconds_saved"]["mean"], 0.45)
        self.assertAlmostEqual(pairs["epochs_saved"]["low"], 1 / 3)
        self.assertAlmostEqual(pairs["epochs_saved"]["high"], 0.5)
        self.assertEqual(pairs["best_accuracy_gained"]["mean"], -0.5)
        self.assertEqual(pairs["test_accuracy_gained"]["p"], 1.0)
        text = tool.to_markdown({"runs": runs, "pairs": pairs})
        self.assertIn("| with | 10 ± 0 |", text)
        self.assertIn("Saved seconds: 45.0 %", text)
        self.assertIn("Difference of test accuracy: -0.50 points", text)

    def test_sign_flips_are_all_tried(self):
        self.assertEqual(tool.p_value([1.0, 2.0, 3.0]), 2 / 8)
        self.assertEqual(tool.p_value([1.0, -1.0]), 1.0)
        self.assertIsNone(tool.p_value([1.0] * 17))


if __name__ == "__main__":
    unittest.main()
