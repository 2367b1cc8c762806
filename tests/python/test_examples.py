"""The examples run, and do what they say."""
import os
import re
import subprocess
import sys

import pytest

from conftest import TOP, configuration, evaluate

import evonas


def run_example(name, *arguments):
    done = subprocess.run([sys.executable, TOP / "python/examples" / name, *map(str, arguments)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readme(tmp_path):
    """The first example of the README, as it stands there."""
    pytest.importorskip("torch")
    example = re.search(r"^```python\n(.*?)^```$", (TOP / "README.md").read_text(), re.M | re.S)
    (tmp_path / "example.py").write_text(example[1])
    done = subprocess.run([sys.executable, "example.py"], capture_output=True, text=True, cwd=tmp_path,
                          env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    run = evonas.read_run(tmp_path / "runs/mine")
    assert run.summary["evaluations"] == 20 and run.summary["failures"] == 0
    front = run.summary["front"]
    assert len(done.stdout.splitlines()) == len(front)
    (limit,) = run.limits
    assert all(network["metrics"]["latency_ms"] <= limit[2] for network in front)


def test_own_training(tmp_path):
    pytest.importorskip("torch")
    lines = run_example("own_training.py", "--folder", tmp_path / "run", "--evaluations", 4).splitlines()
    front = evonas.read_run(tmp_path / "run").summary["front"]
    assert len(lines) == len(front) >= 1 and "FLOPs" in lines[0]
    assert front[0]["metrics"]["accuracy"] > 60
    assert evonas.verify_run(tmp_path / "run") == []


def test_own_predictor(space, tmp_path):
    out = run_example("own_predictor.py", "--model", "trees")
    assert float(out.splitlines()[0].rsplit("r = ", 1)[1]) > 0.8
    cells = space.sample(90, seed=4)
    lines = ["arch,accuracy", *(f"{cell},{evaluate(cell)['accuracy']}" for cell in cells)]
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    out = run_example("own_predictor.py", tmp_path / "labels.csv", "--model", "trees",
                      "--architecture", "arch", "--value", "accuracy")
    assert out.startswith("60 labels")


@pytest.mark.parametrize("objectives", [1, 2])
def test_plot_run(objectives, tmp_path):
    pytest.importorskip("plotly")
    search = configuration()
    search["objectives"] = search["objectives"][:objectives]
    evonas.Search(search, folder=tmp_path / "run").run(evaluate)
    out = tmp_path / "front.html"
    assert run_example("plot_run.py", tmp_path / "run", "--out", out).strip() == str(out)
    assert "nor_conv_3x3" in out.read_text()


def test_bench_ask_tell():
    out = subprocess.run([sys.executable, TOP / "tools/bench_ask_tell.py", "--candidates", "200",
                          "--repeats", "2"], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    assert re.search(r"^median *[0-9,]+ candidates a second", out.stdout, re.M)
