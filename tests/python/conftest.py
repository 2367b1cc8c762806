"""What the tests of the Python package share."""
from __future__ import annotations

import os
import pathlib
import subprocess

import numpy as np
import pytest

import evonas

TOP = pathlib.Path(__file__).resolve().parents[2]
CELL = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"


def accuracy(architecture: evonas.Architecture) -> float:
    """Made up: what it is depends on the genes alone."""
    return 60.0 + sum((3.5 * gene - 0.6 * gene * gene) / (1 + i)
                      for i, gene in enumerate(architecture.genes))


def latency(architecture: evonas.Architecture) -> float:
    return 1.0 + sum(0.25 * gene for gene in architecture.genes)


def evaluate(architecture: evonas.Architecture) -> dict[str, float]:
    return {"accuracy": accuracy(architecture), "latency_ms": latency(architecture)}


@pytest.fixture(scope="session")
def program() -> str:
    """The command line."""
    path = os.environ.get("EVONAS_PROGRAM", str(TOP / "build/release/src/cli/evonas"))
    if not os.path.exists(path):
        pytest.skip(f"there is no program {path}: set EVONAS_PROGRAM")
    return path


@pytest.fixture(scope="session")
def run_program(program):
    def run(*arguments: object, code: int = 0) -> str:
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def space() -> evonas.Space:
    return evonas.Space("nasbench201")


@pytest.fixture(scope="session")
def table_file(space, tmp_path_factory) -> pathlib.Path:
    """The made-up values of all cells, exactly."""
    folder = tmp_path_factory.mktemp("table")
    lines = ["arch,accuracy,latency"]
    for index in range(space.size):
        cell = space.at(index)
        lines.append(f"{cell},{accuracy(cell)!r},{latency(cell)!r}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    evonas.Table.import_csv(space, folder / "labels.csv", "arch",
                            ["accuracy=accuracy:%:maximize", "latency_ms=latency:ms:minimize"],
                            folder / "labels.sqlite")
    return folder / "labels.sqlite"


def configuration(**changes) -> dict:
    """A search that Python tells everything."""
    return {
        "space": "nasbench201",
        "objectives": [{"metric": "accuracy", "goal": "maximize"},
                       {"metric": "latency_ms", "goal": "minimize"}],
        "limits": ["latency_ms <= 4"],
        "search": {"algorithm": "nsga2", "population": 10, "seed": 3},
        "budget": {"evaluations": 60},
        **changes,
    }


@pytest.fixture(scope="session")
def random() -> np.random.Generator:
    return np.random.default_rng(1)
