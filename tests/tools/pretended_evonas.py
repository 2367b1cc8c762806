#!/usr/bin/env python3
"""Does as evonas does, as far as tools/check_kills.py looks at it: one evaluation after the other, by one
process of the command evaluator, and fits before each batch where a predictor guides it. With
PRETENDED_EVONAS=forgetful it forgets a result at every resume, with hasty its fits take no time."""

import csv
import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path


def stored(run):
    file = run / "stored.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def start(command):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write('{"type": "hello"}\n')
    process.stdin.flush()
    process.stdout.readline()
    return process


def ask(process, message):
    try:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        return process.stdout.readline()
    except BrokenPipeError:
        return ""


def note(run, what):
    with open(run / "log.txt", "a", encoding="utf-8") as log:
        log.write(f"{datetime.now().isoformat(timespec='milliseconds')} info {what}\n")


def fit(run):
    note(run, "fit begins after some evaluations")
    if os.environ.get("PRETENDED_EVONAS") != "hasty":
        time.sleep(0.3)
    note(run, "fit ends after some evaluations")


def search(run):
    configuration = json.loads((run / "config.yaml").read_text())
    command = configuration["evaluation"]["accuracy"]["command"]
    process = start(command)
    done = stored(run)
    for index in range(len(done), configuration["budget"]["evaluations"]):
        if "guidance" in configuration["search"] and index % configuration["search"]["batch"] == 0:
            fit(run)
        genes = [index, 1, 2]
        message = {"type": "evaluate", "id": index, "key": f"key{index}", "architecture": {"genes": genes}}
        while not (line := ask(process, message)):
            process.wait()
            process = start(command)
        row = {"index": index, "key": message["key"], "state": "complete", "failure": "", "seconds": os.getpid(),
               "accuracy": json.loads(line)["metrics"]["accuracy"]}
        with open(run / "stored.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    process.stdin.close()
    process.wait()


def main():
    command, place, *rest = sys.argv[1:]
    run = Path(rest[1] if command == "search" else place)
    if command == "search":
        run.mkdir(exist_ok=True)
        (run / "config.yaml").write_text(Path(place).read_text())
        search(run)
    elif not stored(run):
        return 2
    elif command == "resume":
        if os.environ.get("PRETENDED_EVONAS") == "forgetful":
            rows = stored(run)[:-1]
            (run / "stored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        search(run)
    elif command == "export":
        writer = csv.DictWriter(sys.stdout, list(stored(run)[0]))
        writer.writeheader()
        writer.writerows(stored(run))
    return 0


if __name__ == "__main__":
    sys.exit(main())
