#!/usr/bin/env python3
"""Tests tools/check_dashboard.py without a dashboard and a browser: how it reads fronts, and compares them."""

import contextlib
import html
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("check_dashboard", ROOT / "tools/check_dashboard.py")
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)


def trial(number, values, constraints=(), state="Complete"):
    return {"number": number, "state": state, "values": values, "constraints": list(constraints),
            "user_attrs": [{"key": "index", "value": str(number)}, {"key": "key", "value": f"key{number}"}]}


STUDY = {
    "directions": ["maximize", "minimize"],
    "trials": [
        trial(0, [90.0, 2.0], [-1.0]),
        trial(1, [95.0, 5.0], [2.0]),  # breaks the limit
        trial(2, [80.0, 1.0], [0.0]),
        trial(3, [80.0, 1.5], [-0.5]),  # dominated
        trial(4, [90.0, 2.0], [-1.0]),  # as good as the first one
        {**trial(5, None), "state": "Fail"},
    ],
}


def dumped(*drawn):
    """What a browser prints where these trials, each at a place, are drawn as the best."""
    texts = [json.dumps({"number": number, "values": place}, indent=2).replace("\n", "<br>") for number, place in drawn]
    trace = {"x": [place[0] for _, place in drawn], "y": [place[1] for _, place in drawn], "text": texts}
    return f'<html><pre id="found">{html.escape(json.dumps([trace]))}</pre><iframe></iframe></html>'


class CheckDashboard(unittest.TestCase):
    def test_front_of_a_report(self):
        run = {"evaluations": [{"key": "a", "on_front": True}, {"key": "b", "on_front": False}]}
        data = {"kind": "search", "runs": [run]}
        page = f'<body><script type="application/json" id="data">{json.dumps(data)}</script><script></script>'
        self.assertEqual(tool.front_of_report(page), {"a"})
        with self.assertRaisesRegex(tool.NothingShown, "no report.html"):
            tool.front_of_report("<html></html>")

    def test_front_of_a_study(self):
        self.assertEqual(tool.front_of_study(STUDY), {"key0", "key2", "key4"})

    def test_front_of_a_plot(self):
        places = [(0, [90.0, 2.0]), (2, [80.0, 1.0])]
        self.assertEqual(tool.front_of_plot(dumped(*places), STUDY), ({"key0", "key2"}, []))
        _, faults = tool.front_of_plot(dumped((0, [90.0, 2.5])), STUDY)
        self.assertEqual(faults, ["trial 0 is drawn at 90.0, 2.5"])
        for empty in ("<html></html>", '<pre id="found"></pre>'):
            with self.assertRaisesRegex(tool.NothingShown, "no Pareto plot"):
                tool.front_of_plot(empty, STUDY)

    def test_fronts_are_compared(self):
        self.assertEqual(tool.compare({"a", "b"}, {"the plot": {"b", "a"}}), [])
        faults = tool.compare({"a", "b"}, {"the plot": {"b", "c"}})
        self.assertEqual(faults, ["the front of the plot lacks a", "the front of the plot has besides c"])
        self.assertEqual(tool.compare(set(), {"the plot": set()}), ["the front of the report is empty"])

    def test_what_is_missing_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ["check_dashboard.py", folder, "--out", folder, "--dashboard", "no-such-program"]
            with unittest.mock.patch.object(sys, "argv", arguments), \
                    contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(tool.main(), 2)
        self.assertIn("no no-such-program here", said.getvalue())
        self.assertIn("pip install optuna-dashboard", said.getvalue())


if __name__ == "__main__":
    unittest.main()
