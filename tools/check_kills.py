#!/usr/bin/env python3
"""Kills a search at random moments, resumes it, and checks that nothing was lost or paid for twice.

Three times the same search, whose evaluations are short and always give the same: killed with `kill -9`
are the engine, the process of the command evaluator, and the head of a Ray cluster. Twice more the engine
is killed while a predictor guides it, a Gaussian process (gp) and small networks: every other time within
a fit, as far as the log of the run says that one has begun, and at least one kill has to hit one.
Afterwards a run has to be complete, to verify, to hold what the search finds that nobody kills, and may
have begun only those evaluations again that were under way at a kill. Writes OUT/kills.json and prints a
table; exit code 1 where anything is wrong.

    tools/python -m pip install ray       # for the third part, which is left out without it
    tools/python tools/check_kills.py --out build/kills
    python3 tools/check_kills.py --out build/kills --parts engine,command   # needs no package
    python3 tools/check_kills.py --out build/kills --parts gp,networks
"""

import argparse
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from killed_searches import LOG, PATIENCE, SECONDS, Searches, fit_seconds, marks, rows_of


# What evaluates, called by the command evaluator or by Ray.

def accuracy_of(genes):
    return float(sum((7 * place + 3) * (gene + 1) ** 2 for place, gene in enumerate(genes)) % 1009)


def begin_evaluation(file, key):
    line = json.dumps({"time": time.time(), "key": key, "process": os.getpid()})
    with open(file, "a", encoding="utf-8") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        log.write(line + "\n")


def work():
    """The process of the command evaluator (configs/COMMAND.md): one evaluation after the other."""
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            answer = {"type": "hello", "protocol": 1}
        elif message["type"] == "evaluate":
            begin_evaluation(os.environ[LOG], message["key"])
            time.sleep(float(os.environ[SECONDS]))
            accuracy = accuracy_of(message["architecture"]["genes"])
            answer = {"type": "result", "id": message["id"], "metrics": {"accuracy": accuracy}}
        else:
            continue
        print(json.dumps(answer), flush=True)


def load():
    """What is placed on the Ray cluster."""
    return {"log": os.environ[LOG], "seconds": float(os.environ[SECONDS])}


def train(architecture, data):
    """The function that Ray runs."""
    begin_evaluation(data["log"], architecture.key)
    time.sleep(data["seconds"])
    return accuracy_of(architecture.genes)


# What kills.

def moments(kills, evaluations, longest_wait, rng):
    """When to kill: once so many different evaluations have begun, after so many seconds more. The last
    tenth of a search is left for it to end."""
    counts = sorted(rng.randrange(max(1, 9 * evaluations // 10)) for _ in range(kills))
    return [(count, rng.uniform(0.0, longest_wait)) for count in counts]


def command_source(processes):
    return {"command": [sys.executable, str(Path(__file__).resolve()), "--work"], "unit": "%",
            "processes": processes, "retries": 100, "backoff_seconds": 0.05}


def without_kills(options, predictor=None):
    """The evaluations of a search that nobody kills, and the seconds that a fit takes."""
    searches = Searches(options, f"reference-{predictor}" if predictor else "reference", predictor)
    searches.write(command_source(2))
    searches.finish()
    return rows_of(searches.call("export", searches.run)), fit_seconds(searches.fits())


def kill_engine(options, when, searches, _fit):
    searches.write(command_source(2))
    for moment in when:
        process = searches.begin()
        if not searches.wait_for(moment, process):
            break
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        time.sleep(0.2)  # its processes end with it
        searches.note_kill()
    searches.finish()


def kill_guided(options, when, searches, fit):
    """Every other kill waits for a fit, and hits anywhere in it."""
    searches.write(command_source(2))
    rng = random.Random(f"{options.seed} fits")
    for number, moment in enumerate(when):
        process = searches.begin()
        is_there = searches.wait_for(moment, process)
        if is_there and number % 2:
            is_there = searches.wait_for_fit(rng.uniform(0.0, 0.9 * fit), process)
        if not is_there:
            break
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        searches.in_fit += searches.is_fitting()
        time.sleep(0.2)  # its processes end with it
        searches.note_kill()
    searches.finish()


def is_worker(process):
    """Whether it still runs, and is no other that got its number."""
    try:
        return b"--work" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def kill_command(options, when, searches, _fit):
    searches.write(command_source(2))
    rng = random.Random(f"{options.seed} processes")
    process = searches.begin()
    for moment in when:
        if not searches.wait_for(moment, process):
            break
        deadline = time.monotonic() + PATIENCE
        stored, there = searches.stored(), []
        while not there and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)  # none has begun anything since the last kill
            there = [one for one in sorted({mark["process"] for mark in marks(searches.log)})
                     if is_worker(one)]
        if not there:
            break
        victim = rng.choice(there)
        os.kill(victim, signal.SIGKILL)
        while is_worker(victim):
            time.sleep(0.001)
        searches.note_kill(stored)
    if process.wait(PATIENCE) != 0:
        raise RuntimeError(f"the search ended with {process.returncode}: see {searches.folder}")


def descendants(process):
    """A process and all that it has started, and they in turn."""
    children = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:  # the name of the program, in parentheses, may hold anything
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


class Head:
    """A Ray cluster of one node, all of it in processes below one. Its address is put into the environment
    of searches."""

    def __init__(self, searches):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        ray = shutil.which(Path(sys.executable).parent / "ray") or "ray"
        with open(searches.folder / "ray.txt", "ab") as console:
            self.process = subprocess.Popen(
                [ray, "start", "--head", "--block", "--node-ip-address=127.0.0.1", f"--port={port}", "--num-cpus=2",
                 "--include-dashboard=false", "--disable-usage-stats"], stdout=console, stderr=console)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
                break
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    raise RuntimeError(f"Ray does not start: see {searches.folder / 'ray.txt'}") from error
                time.sleep(0.1)
        searches.environment["RAY_ADDRESS"] = f"127.0.0.1:{port}"

    def kill(self):
        for one in descendants(self.process.pid):
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(PATIENCE)


def kill_ray(options, when, searches, _fit):
    searches.write({"ray": f"{Path(__file__).name}:train", "data": "load", "unit": "%",
                    "folder": str(Path(__file__).resolve().parent), "python": sys.executable,
                    "start_seconds": 5, "most": 2})
    for moment in when:
        head = Head(searches)
        try:
            process = searches.begin()
            is_there = searches.wait_for(moment, process)
        finally:
            head.kill()
        process.wait(PATIENCE)
        if not is_there:
            break
        searches.note_kill()
    head = Head(searches)
    try:
        searches.finish()
    finally:
        head.kill()


#: What kills, how many evaluations are under way where a kill hits, and what guides the search.
KILLS = {"engine": (kill_engine, 2, None), "command": (kill_command, 1, None), "ray": (kill_ray, 2, None),
         "gp": (kill_guided, 2, "gp"), "networks": (kill_guided, 2, "networks")}


def to_table(results):
    lines = [f"{'killed':10} {'kills':>6} {'evaluations':>12} {'begun':>6} {'again':>6} {'in fits':>8} "
             f"{'seconds':>8}  faults"]
    for name, one in results.items():
        if "skipped" in one:
            lines.append(f"{name:10} {one['skipped']}")
            continue
        lines.append(f"{name:10} {one['kills']:6} {one['evaluations']:12} {one['begun']:6} {one['begun_again']:6} "
                     f"{one.get('in_fit', '-'):>8} {one['seconds']:8.0f}  {'; '.join(one['faults']) or 'none'}")
    return "\n".join(lines)


def has_ray():
    try:
        import ray  # noqa: F401
    except ImportError:
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help="a new folder")
    parser.add_argument("--program", default="build/release/src/cli/evonas",
                        help="evonas (build/release/src/cli/evonas)")
    parser.add_argument("--parts", default=",".join(KILLS), help=f"what is killed ({','.join(KILLS)})")
    parser.add_argument("--kills", type=int, default=25, help="of each (25)")
    parser.add_argument("--evaluations", type=int, default=200, help="of each search (200)")
    parser.add_argument("--guided-evaluations", type=int, default=80, help="of each that a predictor guides (80)")
    parser.add_argument("--seconds", type=float, default=0.1, help="that an evaluation takes (0.1)")
    parser.add_argument("--seed", type=int, default=1, help="of the search and the moments (1)")
    options = parser.parse_args()
    if options.work:
        work()
        return 0
    if options.out is None:
        parser.error("--out is missing")
    unknown = set(options.parts.split(",")) - set(KILLS)
    if unknown:
        parser.error(f"--parts are of {', '.join(KILLS)}, not {', '.join(sorted(unknown))}")
    options.out.mkdir(parents=True)
    references = {}
    results = {}
    for name in options.parts.split(","):
        if name == "ray" and not has_ray():
            results[name] = {"skipped": "Ray is not installed: pip install ray"}
            continue
        rng = random.Random(f"{options.seed} {name}")
        begin = time.monotonic()
        kill, most_again, predictor = KILLS[name]
        if predictor not in references:
            references[predictor] = without_kills(options, predictor)
        expected, fit = references[predictor]
        searches = Searches(options, name, predictor)
        longest_wait = 3.0 * options.seconds + fit
        kill(options, moments(options.kills, searches.evaluations, longest_wait, rng), searches, fit)
        results[name] = {**searches.result(expected, most_again), "seconds": time.monotonic() - begin}
        if results[name]["kills"] != options.kills:
            results[name]["faults"].append(f"it ended before it was killed {options.kills} times")
        print(json.dumps({name: results[name]}), file=sys.stderr, flush=True)
    (options.out / "kills.json").write_text(json.dumps(results, indent=1) + "\n")
    print(to_table(results))
    return 1 if any(one.get("faults") for one in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
