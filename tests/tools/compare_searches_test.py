#!/usr/bin/env python3
"""Tests tools/compare_searches.py beside a pretended evonas: how it runs and reads searches, and compares."""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
SPEC = importlib.util.spec_from_file_location("compare_searches", ROOT / "tools/compare_searches.py")
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)

TABLE = """index,state,failure,seconds,accuracy
0,complete,,10,80
1,failed,it broke,1,
2,complete,,10.5,81.5
"""

# Searches write what they are told into their folder; one of random networks finds 1 less.
PROGRAM = """#!{python}
import json, pathlib, sys
command, *rest = sys.argv[1:]
if command == "export":
    folder = pathlib.Path(rest[0])
    if not folder.exists():
        sys.exit(2)
    best = 80 + float((folder / "seed").read_text())
    print("index,state,failure,seconds,accuracy")
    print(f"0,complete,,1,{{best - 2}}")
    print(f"1,complete,,1,{{best}}")
elif command == "search":
    folder = pathlib.Path(rest[rest.index("--out") + 1])
    folder.mkdir()
    settings = dict(one.split("=", 1) for one in rest if "=" in one)
    seed = float(settings["search.seed"]) - ("search.algorithm" in settings)
    (folder / "seed").write_text(str(seed))
    if "search.algorithm" in settings and not pathlib.Path(folder.parent / "broken").exists():
        (folder.parent / "broken").touch()
        sys.exit(3)
    (folder / "summary.json").write_text(json.dumps({{"status": "complete", "final": {{"metrics": {{"test": seed}}}}}}))
elif command == "resume":
    folder = pathlib.Path(rest[0])
    seed = float((folder / "seed").read_text())
    (folder / "summary.json").write_text(json.dumps({{"status": "complete", "final": {{"metrics": {{"test": seed}}}}}}))
"""


class CompareSearches(unittest.TestCase):
    def test_a_run_is_read(self):
        self.assertEqual(tool.found_in(TABLE, {"final": {"metrics": {"test_accuracy": 79.0}}}, "accuracy", [1, 3]), {
            "evaluations": 3, "failed": 1, "seconds": 21.5, "best": {"1": 80.0, "3": 81.5},
            "final": {"test_accuracy": 79.0}})
        self.assertEqual(tool.found_in(TABLE, {}, "accuracy", [1])["final"], {})

    def test_a_search_of_which_all_has_failed_has_no_best(self):
        self.assertEqual(tool.best_after([None, None, 3.0], [2, 3]), {"2": None, "3": 3.0})

    def test_arms_are_run_resumed_and_compared(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            program = folder / "evonas"
            program.write_text(PROGRAM.format(python=sys.executable))
            program.chmod(0o755)
            call = [sys.executable, ROOT / "tools/compare_searches.py", "search.yaml", "--program", program, "--out",
                    folder / "out", "--seeds", "3", "--budgets", "1", "2", "--arm", "evolution", "--arm", "random",
                    "search.algorithm=random"]
            self.assertNotEqual(subprocess.run(call, capture_output=True).returncode, 0)
            done = subprocess.run(call, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("| evolution | 80.00 ± 1.00 | 82.00 ± 1.00 |", done.stdout)
            result = json.loads((folder / "out/searches.json").read_text())
            self.assertEqual(len(result["runs"]["random"]), 3)
            for figure in ("best after 1", "best after 2", "final test"):
                one = result["compared"]["random"][figure]
                self.assertEqual((one["mean"], one["low"], one["pairs"], one["p"]), (1.0, 1.0, 3, 0.25))


if __name__ == "__main__":
    unittest.main()
