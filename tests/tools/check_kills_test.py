#!/usr/bin/env python3
"""Tests tools/check_kills.py beside a pretended evonas: what it takes for a fault, and that it kills."""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE.parents[1] / "tools/check_kills.py"
sys.path.insert(0, str(TOOL.parent))
import check_kills as tool  # noqa: E402
import killed_searches  # noqa: E402


def row(index, **values):
    return {"index": str(index), "key": f"key{index}", "state": "complete", "failure": "", **values}


class CheckKills(unittest.TestCase):
    def test_moments_are_of_the_whole_search_but_its_end(self):
        when = tool.moments(200, 50, 0.5, random.Random(1))
        counts = [count for count, _ in when]
        self.assertEqual(counts, sorted(counts))
        self.assertLess(counts[0], 5)
        self.assertIn(counts[-1], range(40, 45))
        self.assertTrue(all(0 <= wait <= 0.5 for _, wait in when))

    def test_what_was_under_way_at_a_kill_may_begin_again(self):
        begun = [(1.0, "a"), (2.0, "b"), (5.0, "b"), (6.0, "c")]
        self.assertEqual(killed_searches.faults_of_payment(begun, [(3.0, {"a"})]), [])
        self.assertIn("b was begun twice without", killed_searches.faults_of_payment(begun, [])[0])
        self.assertIn("b was begun again although", killed_searches.faults_of_payment(begun, [(3.0, {"a", "b"})])[0])
        # Under way at two kills, and then stored.
        begun += [(8.0, "b"), (11.0, "b")]
        kills = [(3.0, {"a"}), (7.0, {"a"}), (10.0, {"a", "b", "c"})]
        self.assertEqual(len(killed_searches.faults_of_payment(begun, kills)), 1)

    def test_runs_are_compared_but_for_times(self):
        text = "index,key,state,failure,seconds\n0,key0,complete,,{}\n1,key1,complete,,2\n"
        expected = killed_searches.rows_of(text.format(1))
        self.assertEqual(killed_searches.faults_of_run(killed_searches.rows_of(text.format(5)), expected, 2), [])
        self.assertIn("2 of 3", killed_searches.faults_of_run(expected, expected, 3)[0])
        failed = [row(0), row(1, state="failed", failure="died: signal 9")]
        self.assertEqual(len(killed_searches.faults_of_run(failed, expected, 2)), 2)
        self.assertIn("twice", killed_searches.faults_of_run([row(0), row(0)], expected, 2)[0])

    def test_a_line_that_was_cut_short_is_no_evaluation(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            self.assertEqual(killed_searches.marks(log), [])
            tool.begin_evaluation(log, "a")
            with open(log, "a", encoding="utf-8") as file:
                file.write('{"time": 1')
            self.assertEqual([mark["key"] for mark in killed_searches.marks(log)], ["a"])

    def test_descendants_are_found(self):
        script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
        with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            self.assertEqual(len(tool.descendants(process.pid)), 2)
            self.assertIn(process.pid, tool.descendants(os.getpid()))
            process.communicate(b"\n")

    def test_fits_are_read_from_a_log(self):
        text = ("2026-01-01T10:00:00.000 info fit begins after 10 evaluations\n"
                "2026-01-01T10:00:00.250 debug evaluation 3 fit begins\n"
                "2026-01-01T10:00:00.500 info fit ends after 10 evaluations\n"
                "2026-01-01T10:00:02.000 info fit begins after 15 evaluations\n"
                "2026-01-01T10:00:03.000 info fit ends aft")
        notes = killed_searches.fit_notes(text)
        self.assertEqual([begins for _, begins in notes], [True, False, True])
        self.assertAlmostEqual(killed_searches.fit_seconds(notes), 0.5)
        self.assertEqual(killed_searches.fit_seconds([]), 0.0)

    def check(self, parts="engine,command", **environment):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "out"
            done = subprocess.run(
                [sys.executable, TOOL, "--out", out, "--program", HERE / "pretended_evonas.py", "--kills", "2",
                 "--parts", parts, "--evaluations", "12", "--guided-evaluations", "21", "--seconds", "0.05"
                 if parts == "gp" else "0.15"],
                capture_output=True, text=True, env={**os.environ, **environment})
            found = out / "kills.json"
            return done, json.loads(found.read_text()) if found.exists() else done.stderr

    def test_searches_are_killed(self):
        done, found = self.check()
        self.assertEqual(done.returncode, 0, found)
        for part in ("engine", "command"):
            self.assertEqual((found[part]["kills"], found[part]["evaluations"]), (2, 12))
            self.assertEqual(found[part]["begun"], 12 + found[part]["begun_again"])
        self.assertIn("none", done.stdout)

    def test_a_guided_search_is_killed_in_a_fit(self):
        done, found = self.check("gp")
        self.assertEqual(done.returncode, 0, found)
        self.assertEqual((found["gp"]["kills"], found["gp"]["evaluations"]), (2, 21))
        self.assertGreater(found["gp"]["in_fit"], 0)

    def test_kills_beside_all_fits_are_a_fault(self):
        done, found = self.check("gp", PRETENDED_EVONAS="hasty")
        self.assertEqual(done.returncode, 1, found)
        self.assertIn("no kill has hit a fit", found["gp"]["faults"])

    def test_a_lost_result_is_a_fault(self):
        done, found = self.check(PRETENDED_EVONAS="forgetful")
        self.assertEqual(done.returncode, 1, found)
        self.assertIn("although its result was stored", " ".join(found["engine"]["faults"]))


if __name__ == "__main__":
    unittest.main()
