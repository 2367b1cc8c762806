#!/usr/bin/env python3
"""Opens a run in optuna-dashboard, in a headless Chromium, and compares the front that is drawn there with
that of the run's report.

The run is exported as a study of Optuna. The front of the dashboard is read out of its Pareto plot, as the
browser has drawn it, and once more computed from the values, directions and constraints that the
dashboard's interface gives out. Writes OUT/study.db, OUT/dashboard.png and OUT/dashboard.json; exit code 1
where fronts differ. A run has two objectives or more.

    tools/python -m pip install optuna optuna-dashboard
    apt-get install chromium
    tools/python tools/check_dashboard.py runs/quickstart-1 --out build/dashboard
"""

import argparse
import contextlib
import html
import http.server
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

PATIENCE = 120.0  # seconds for a program to answer

#: A page of the dashboard's own address that opens it in a frame, waits for the Pareto plot, and writes down
#: what is drawn there as the best trials.
PAGE = """<!doctype html><meta charset="utf-8"><pre id="found"></pre>
<iframe id="dashboard" src="DASHBOARD" style="width: 1400px; height: 2400px"></iframe>
<script>
const timer = setInterval(() => {
  const page = document.getElementById("dashboard").contentDocument;
  const plot = page && page.getElementById("graph-pareto-front");
  if (!plot || !plot.data) return;
  const best = plot.data.filter((trace) => trace.hovertemplate.includes("Best Trial"));
  if (!best.length || !plot.data.some((trace) => trace.x.length)) return;
  clearInterval(timer);
  document.getElementById("found").textContent =
    JSON.stringify(best.map((trace) => ({x: Array.from(trace.x), y: Array.from(trace.y), text: trace.text})));
}, 100);
</script>"""


class NothingShown(Exception):
    """The dashboard, or the browser, did not do as expected."""


def front_of_report(page):
    """The keys of the networks on the front of a report.html."""
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    if data is None:
        raise NothingShown("the report has no data: it is no report.html of a run")
    (run,) = json.loads(data[1])["runs"]
    return {one["key"] for one in run["evaluations"] if one["on_front"]}


def attribute(trial, name):
    return next((one["value"] for one in trial["user_attrs"] if one["key"] == name), None)


def dominates(one, other):
    return all(a <= b for a, b in zip(one, other)) and one != other


def front_of_study(study):
    """The keys of the feasible trials that no feasible one dominates."""
    signs = [-1.0 if direction == "maximize" else 1.0 for direction in study["directions"]]
    points = [(attribute(trial, "key"), [sign * value for sign, value in zip(signs, trial["values"])])
              for trial in study["trials"]
              if trial["state"] == "Complete" and all(one <= 0.0 for one in trial["constraints"])]
    return {key for key, point in points if not any(dominates(other, point) for _, other in points)}


def front_of_plot(dumped, study):
    """The keys of the trials that the browser has drawn as the best ones, and what was drawn of them that
    is not the values of these trials."""
    found = re.search(r'<pre id="found">(.*?)</pre>', dumped, re.DOTALL)
    if found is None or not found[1]:
        raise NothingShown("the dashboard has drawn no Pareto plot")
    trials = {trial["number"]: trial for trial in study["trials"]}
    keys, faults = set(), []
    for trace in json.loads(html.unescape(found[1])):
        for x, y, text in zip(trace["x"], trace["y"], trace["text"]):
            number = json.loads(text.replace("<br>", "\n"))["number"]
            keys.add(attribute(trials[number], "key"))
            if [x, y] != trials[number]["values"][:2]:
                faults.append(f"trial {number} is drawn at {x}, {y}")
    return keys, faults


def compare(report, fronts):
    """What is wrong, a sentence each."""
    faults = []
    for name, front in fronts.items():
        for what, keys in (("lacks", report - front), ("has besides", front - report)):
            if keys:
                faults.append(f"the front of {name} {what} {', '.join(sorted(keys))}")
    if not report:
        faults.append("the front of the report is empty")
    return faults


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def fetch(address):
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return answer.read(), answer.headers.get_content_type()


@contextlib.contextmanager
def a_dashboard(program, study):
    """The address of a dashboard of the file."""
    port = free_port()
    process = subprocess.Popen([program, f"sqlite:///{study}", "--port", str(port), "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fetch(f"http://127.0.0.1:{port}/api/meta")
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NothingShown(f"optuna-dashboard does not answer: {error}") from error
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextlib.contextmanager
def with_page(dashboard, page):
    """The address of the page beside the dashboard, whose answers are passed on: a script may look into a
    frame of its own address alone."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                body, kind = (page.encode(), "text/html") if self.path == "/check" else fetch(dashboard + self.path)
                self.send_response(200)
            except OSError as error:
                body, kind = str(error).encode(), "text/plain"
                self.send_response(502)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/check"
        server.shutdown()


def browse(chromium, address, *what):
    """What the browser prints. As root it runs without its sandbox: it opens nothing but this machine's
    own pages."""
    done = subprocess.run(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--window-size=1400,2400", "--virtual-time-budget=30000", *what, address],
        capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise NothingShown(f"{chromium} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def found_program(given, names, advice):
    """The path of the program that is given, or of the first of these names that is there."""
    beside = Path(sys.executable).parent
    for name in [given] if given else names:
        for path in (shutil.which(name), shutil.which(beside / name)):
            if path:
                return path
    raise NothingShown(f"there is no {given or names[0]} here: {advice}")


def check(options):
    dashboard_program = found_program(options.dashboard, ["optuna-dashboard"],
                                      f"{sys.executable} -m pip install optuna-dashboard")
    chromium = found_program(options.chromium, ["chromium", "chromium-browser", "google-chrome"],
                             "apt-get install chromium")
    options.out.mkdir(parents=True, exist_ok=True)
    file = (options.out / "study.db").resolve()
    if options.study:
        shutil.copyfile(options.study, file)
    else:
        subprocess.run([sys.executable, "-m", "evonas.export", options.run, "--to", "optuna", file],
                       check=True, stdout=subprocess.DEVNULL)
    report = front_of_report((options.run / "report.html").read_text(encoding="utf-8"))
    with a_dashboard(dashboard_program, file) as address:
        number = json.loads(fetch(f"{address}/api/studies")[0])["study_summaries"][0]["study_id"]
        study = json.loads(fetch(f"{address}/api/studies/{number}")[0])
        if len(study["directions"]) < 2:
            raise NothingShown("the run has one objective, and so no front to look at")
        shown = f"/dashboard/studies/{number}"
        browse(chromium, address + shown, f"--screenshot={options.out.resolve() / 'dashboard.png'}")
        with with_page(address, PAGE.replace("DASHBOARD", shown)) as page:
            plotted, faults = front_of_plot(browse(chromium, page, "--dump-dom"), study)
    fronts = {"the plot": plotted, "the study": front_of_study(study)}
    states = [trial["state"] for trial in study["trials"]]
    return {"run": str(options.run), "trials": {state: states.count(state) for state in sorted(set(states))},
            "front": {"the report": sorted(report), **{name: sorted(one) for name, one in fronts.items()}},
            "faults": faults + compare(report, fronts)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--study", type=Path, help="the run as a study, if it is exported already")
    parser.add_argument("--dashboard", help="the program optuna-dashboard")
    parser.add_argument("--chromium", help="the program chromium")
    options = parser.parse_args()
    try:
        found = check(options)
    except (NothingShown, OSError, subprocess.SubprocessError) as error:
        print(f"check_dashboard: {error}", file=sys.stderr)
        return 2
    (options.out / "dashboard.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found["trials"]))
    for name, front in found["front"].items():
        print(f"front of {name:12} {len(front):4} networks")
    print("\n".join(found["faults"]) or "all fronts are the same")
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
