"""What runs have found."""
from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from . import _evonas

if TYPE_CHECKING:
    import pandas as pd

_WHOLE = ("index", "generation", "rung", "place", "parent", "other_parent")


class Run:
    """A finished or interrupted run; what it holds does not change any more."""

    def __init__(self, found: _evonas.FoundRun) -> None:
        self._found = found

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self._found.name

    @property
    def space(self) -> str:
        """The name of its search space."""
        return self._found.space

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json: status, termination, seed, evaluations, failures, seconds, best, front,
        hypervolume, reference_point, ..."""
        return json.loads(self._found.summary)  # type: ignore[no-any-return]

    @property
    def best(self) -> dict[str, Any] | None:
        """The best network in the first objective within the limits: architecture, key, metrics and
        intervals. None where nothing keeps the limits."""
        return self.summary["best"]  # type: ignore[no-any-return]

    @property
    def message(self) -> str:
        """How the search has ended, in a sentence."""
        return self._found.message

    @property
    def configuration(self) -> str:
        """The configuration with every default, as YAML."""
        return self._found.configuration

    @property
    def objectives(self) -> list[tuple[str, str]]:
        """Metric and goal (maximize, minimize) of each."""
        return self._found.objectives

    @property
    def limits(self) -> list[tuple[str, str, float]]:
        """Metric, relation (<=, >=) and bound of each."""
        return self._found.limits

    @property
    def genes(self) -> list[tuple[str, list[str]]]:
        """Names of the genes, and what each value of them stands for; empty where the space does not
        say."""
        return self._found.genes

    @property
    def units(self) -> dict[str, str]:
        """Units by metric."""
        return self._found.units

    def columns(self) -> dict[str, Any]:
        """The columns of evaluations() as arrays and lists, for those who have no pandas."""
        return self._found.columns()

    def genotypes(self) -> list[list[int]]:
        """The genes of each row of evaluations(), as Architecture.genes has them."""
        return self._found.genotypes()

    def by_epoch(self) -> dict[str, Any]:
        """What was known after each epoch of evaluations whose source tells: columns index, epoch,
        metric and value, a row each; pandas.DataFrame(run.by_epoch()) is a data frame."""
        return self._found.by_epoch()

    def evaluations(self) -> pd.DataFrame:
        """Every evaluation, and every screening, that is complete, a row each, by index.

        Columns: index, generation, rung (0 for an evaluation), architecture, key, state (complete,
        failed, screened), failure, feasible, on_front, seconds, place, operator, parent, other_parent;
        each metric, where there is one with the bounds of its interval (NAME_low, NAME_high) and what
        was expected of it (expected_NAME); and the genes in words ("gene NAME").
        """
        import pandas as pd

        columns = {
            name: pd.array(values, dtype="Int64") if name in _WHOLE else values
            for name, values in self.columns().items()
        }
        return pd.DataFrame(columns)

    def front(self) -> pd.DataFrame:
        """The rows of evaluations() that are on the front, ordered by the first objective."""
        rows = self.evaluations()
        metric, goal = self.objectives[0]
        front = rows[rows["on_front"]]
        return front.sort_values(metric, ascending=goal == "minimize", kind="stable")

    def csv(self) -> str:
        """What `evonas export` prints."""
        return self._found.csv()

    def __repr__(self) -> str:
        return f"Run({self.name}: {self.message})"


def read_run(folder: str | os.PathLike[str]) -> Run:
    """The run of a folder, also while another process searches in it. Raises FileError where there is
    none."""
    return Run(_evonas.read_run(os.fspath(folder)))


def verify_run(folder: str | os.PathLike[str], *, threads: int = 0) -> list[str]:
    """What is wrong with a run, a sentence a fault, as `evonas verify` tells it; empty where all is
    well."""
    return _evonas.verify_run(os.fspath(folder), threads)
