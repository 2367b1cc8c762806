"""Searches with the command line that are killed and go on, and what is wrong with them afterwards. Of
tools/check_kills.py."""

import contextlib
import csv
import io
import json
import os
import subprocess
import time
from datetime import datetime
from pathlib import Path

LOG = "EVONAS_CHECK_KILLS"  # variable with the file in which evaluations leave their marks
SECONDS = "EVONAS_CHECK_KILLS_SECONDS"  # that an evaluation takes
PATIENCE = 600.0  # seconds for anything to happen


def marks(log):
    """The evaluations that have begun: time, key and process of each."""
    if not log.exists():
        return []
    # A line that a kill has cut short is of an evaluation that does not count yet.
    whole = log.read_text(encoding="utf-8").rpartition("\n")[0]
    found = []
    for line in whole.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def faults_of_payment(begun, kills):
    """What was paid for twice. `begun` are (time, key) of evaluations, `kills` are (time, keys that were
    stored then)."""
    last, faults = {}, []
    for when, key in sorted(begun):
        if key in last:
            between = [stored for time_of_kill, stored in kills if last[key] <= time_of_kill <= when]
            if not between:
                faults.append(f"{key} was begun twice without a kill in between")
            elif key in between[-1]:
                faults.append(f"{key} was begun again although its result was stored")
        last[key] = when
    return faults


def rows_of(text):
    """The evaluations of `evonas export`, without what times decide."""
    timed = ("seconds", "place")
    return [{name: value for name, value in row.items() if name not in timed}
            for row in csv.DictReader(io.StringIO(text))]


def faults_of_run(rows, expected, evaluations):
    """What a run lacks beside one that was not killed."""
    faults = []
    if len(rows) != evaluations:
        faults.append(f"it has {len(rows)} of {evaluations} evaluations")
    if len({row["key"] for row in rows}) != len(rows):
        faults.append("a network is there twice")
    for row in rows:
        if row["state"] != "complete":
            faults.append(f"evaluation {row['index']} has failed: {row['failure']}")
    different = [row["index"] for row, other in zip(rows, expected) if row != other]
    if different:
        faults.append(f"evaluations {', '.join(different[:5])} ... are others than without kills")
    return faults


def fit_notes(text):
    """When fits began and ended, by the log of a run: seconds of the clock, and whether it is a beginning."""
    notes = []
    for line in text.rpartition("\n")[0].splitlines():
        words = line.split()
        if len(words) > 3 and words[2] == "fit" and words[3] in ("begins", "ends"):
            notes.append((datetime.fromisoformat(words[0]).timestamp(), words[3] == "begins"))
    return notes


def fit_seconds(notes):
    """What a fit takes, on average; 0 where there is none."""
    spans = [end - begin for (begin, begins), (end, goes_on) in zip(notes, notes[1:]) if begins and not goes_on]
    return sum(spans) / len(spans) if spans else 0.0


class Searches:
    """Searches with the command line, in a folder. `predictor` guides them, where it is given."""

    def __init__(self, options, name, predictor=None):
        self.options = options
        self.predictor = predictor
        self.evaluations = options.guided_evaluations if predictor else options.evaluations
        self.folder = (options.out / name).resolve()
        self.folder.mkdir(parents=True)
        self.run = self.folder / "run"
        self.log = self.folder / "evaluations.jsonl"
        self.kills = []
        self.in_fit = 0
        self.logged = 0  # bytes of the log of earlier sessions
        self.environment = {**os.environ, LOG: str(self.log), SECONDS: str(options.seconds)}

    def write(self, source):
        configuration = {
            "space": "nasbench201",
            "objectives": [{"metric": "accuracy", "goal": "maximize"}],
            "evaluation": {"accuracy": source},
            "search": {"algorithm": "nsga2", "population": 20, "seed": self.options.seed},
            "budget": {"evaluations": self.evaluations},
        }
        if self.predictor:
            configuration["search"] = {
                "algorithm": "predictor_guided", "batch": 5, "seed": self.options.seed,
                "guidance": {"predictor": self.predictor, "initial": 10, "candidates": 500, "population": 50}}
        (self.folder / "search.yaml").write_text(json.dumps(configuration, indent=1) + "\n")

    def call(self, *arguments):
        """What a command of evonas prints; None where it refuses."""
        done = subprocess.run([self.options.program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(f"evonas {arguments[0]} ended with {done.returncode}: {done.stderr}")
        return done.stdout if done.returncode == 0 else None

    def stored(self):
        """The keys of the evaluations that are in the run."""
        text = self.call("export", self.run)
        return {row["key"] for row in rows_of(text)} if text else set()

    def begin(self):
        """Searches, or goes on, in another process."""
        begun = self.call("export", self.run) is not None
        with contextlib.suppress(OSError):
            self.logged = (self.run / "log.txt").stat().st_size
        what = ["resume", self.run] if begun else ["search", self.folder / "search.yaml", "--out", self.run]
        with open(self.folder / "console.txt", "ab") as console:
            return subprocess.Popen([self.options.program, *map(str, what)], stdout=console, stderr=console,
                                    stdin=subprocess.DEVNULL, env=self.environment)

    def fits(self):
        """The fits of this session (fit_notes)."""
        try:
            with open(self.run / "log.txt", encoding="utf-8") as log:
                log.seek(self.logged)
                return fit_notes(log.read())
        except OSError:
            return []

    def is_fitting(self):
        notes = self.fits()
        return bool(notes) and notes[-1][1]

    def wait_for_fit(self, seconds, process):
        """Waits until a fit begins, and then so long. False where the search has ended before that."""
        fits = len(self.fits())
        return self.wait_until(lambda: len(self.fits()) > fits and self.is_fitting(), process, seconds,
                               every=0.0005, missing="no fit has begun")

    def wait_for(self, moment, process):
        """False where the search has ended before that."""
        count, seconds = moment
        return self.wait_until(lambda: len({mark["key"] for mark in marks(self.log)}) >= count, process,
                               seconds, every=0.01, missing="nothing has happened")

    def wait_until(self, holds, process, seconds, every, missing):
        """Waits until that holds, and then so many seconds. False where the process has ended before that."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise RuntimeError(f"{missing} for {PATIENCE:.0f} s: see {self.folder}")
            time.sleep(every)
        time.sleep(seconds)
        return process.poll() is None

    def note_kill(self, stored=None):
        """After a kill; `stored` is what the run held then, where the search goes on by itself."""
        now = time.time()
        self.kills.append((now, self.stored() if stored is None else stored))

    def finish(self):
        """Goes on to the end, which must be a good one."""
        code = self.begin().wait(PATIENCE)
        if code != 0:
            raise RuntimeError(f"the search ended with {code}: see {self.folder / 'console.txt'}")

    def result(self, expected, most_again):
        """What was found; a kill makes no more than `most_again` evaluations begin again."""
        rows = rows_of(self.call("export", self.run) or "")
        faults = faults_of_run(rows, expected, self.evaluations)
        if self.call("verify", self.run) is None:
            faults.append("evonas verify finds it damaged")
        begun = [(mark["time"], mark["key"]) for mark in marks(self.log)]
        faults += faults_of_payment(begun, self.kills)
        again = len(begun) - len({key for _, key in begun})
        if again > most_again * len(self.kills):
            faults.append(f"{again} evaluations were begun again, and a kill can only hit {most_again}")
        result = {"kills": len(self.kills), "evaluations": len(rows), "begun": len(begun),
                  "begun_again": again, "faults": faults}
        if self.predictor:
            result["in_fit"] = self.in_fit
            if self.in_fit == 0:
                faults.append("no kill has hit a fit")
        return result
