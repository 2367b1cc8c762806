"""Runs for other tools: CSV, Parquet, and studies that Optuna and optuna-dashboard open.

    python -m evonas.export RUN --to optuna study.db
"""
from __future__ import annotations

import argparse
import math
import os
import pathlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

from ._evonas import Error, FileError
from .run import Run, read_run

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution


def to_csv(run: Run, file: str | os.PathLike[str]) -> None:
    """Writes what `evonas export` prints."""
    _replace(file, lambda path: path.write_text(run.csv(), encoding="utf-8"))


def to_parquet(run: Run, file: str | os.PathLike[str]) -> None:
    """Writes the rows of Run.evaluations(). Needs pandas and pyarrow (pip install evonas[parquet])."""
    _replace(file, lambda path: run.evaluations().to_parquet(path, index=False))


def to_optuna(run: Run, file: str | os.PathLike[str], *, name: str | None = None) -> None:
    """Writes an SQLite file with one study, for `optuna-dashboard sqlite:///FILE`.

    A trial is an evaluation: its values are the objectives, its parameters the genes in words (the whole
    architecture where the space does not describe them), its constraints by how much the limits are
    broken (0 or less: kept). Failed evaluations are failed trials, screenings are pruned ones. Everything
    else is in the attributes of the user: architecture, key, the other metrics, failure, origin. Needs
    optuna (pip install evonas[optuna]).
    """
    import optuna

    def write(path: pathlib.Path) -> None:
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        try:
            study = optuna.create_study(
                storage=storage,
                study_name=name or run.name,
                directions=[goal for _, goal in run.objectives],  # type: ignore[misc]
            )
            with warnings.catch_warnings():  # metric names are called experimental
                warnings.simplefilter("ignore")
                study.set_metric_names([metric for metric, _ in run.objectives])
            study.set_user_attr("limits", [f"{metric} {relation} {bound:.17g}"
                                           for metric, relation, bound in run.limits])
            study.set_user_attr("space", run.space)
            study.set_user_attr("configuration", run.configuration)
            study.add_trials(_trials(run))
        finally:
            storage.remove_session()
            storage.engine.dispose()

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        _replace(file, write)
    finally:
        optuna.logging.set_verbosity(before)


def _trials(run: Run) -> list[optuna.trial.FrozenTrial]:
    from optuna.trial import TrialState, create_trial

    states = {
        "complete": TrialState.COMPLETE,
        "failed": TrialState.FAIL,
        "screened": TrialState.PRUNED,
    }
    columns = run.columns()
    distributions = _distributions(run, columns)
    metrics = [metric for metric, _ in run.objectives]
    trials = []
    for row in range(len(columns["index"])):
        complete = columns["state"][row] == "complete"
        parameters = {gene: _parameter(columns[column][row], distribution)
                      for gene, (column, distribution) in distributions.items()}
        system: dict[str, Any] = {}
        if complete and run.limits:
            system["constraints"] = [
                _excess(columns[metric][row], relation, bound)
                for metric, relation, bound in run.limits
            ]
        trials.append(create_trial(
            state=states[columns["state"][row]],
            values=[float(columns[metric][row]) for metric in metrics] if complete else None,
            params=parameters,
            distributions={gene: one for gene, (_, one) in distributions.items()},
            user_attrs=_attributes(columns, row, {column for column, _ in distributions.values()}),
            system_attrs=system,
        ))
    return trials


def _distributions(
    run: Run, columns: dict[str, Any]
) -> dict[str, tuple[str, BaseDistribution]]:
    """By parameter the column that it is in, and what it may be."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    found: dict[str, tuple[str, BaseDistribution]] = {}
    for gene, values in run.genes:
        column = f"gene {gene}"
        if column not in columns:
            continue
        if values:
            found[gene] = (column, CategoricalDistribution(values))
        else:
            numbers = [int(value) for value in columns[column]] or [0]
            found[gene] = (column, IntDistribution(min(numbers), max(numbers)))
    if not found:
        # Every trial is to have the same choices.
        choices = list(dict.fromkeys(columns["architecture"])) or [""]
        found["architecture"] = ("architecture", CategoricalDistribution(choices))
    return found


def _parameter(text: str, distribution: BaseDistribution) -> str | int:
    from optuna.distributions import IntDistribution

    return int(text) if isinstance(distribution, IntDistribution) else text


def _excess(value: float, relation: str, bound: float) -> float:
    return float(value - bound if relation == "<=" else bound - value)


def _attributes(columns: dict[str, Any], row: int, parameters: set[str]) -> dict[str, Any]:
    """What is known of an evaluation, but for what is missing and what are parameters."""
    attributes: dict[str, Any] = {}
    for name, values in columns.items():
        if name in parameters and name != "architecture":
            continue
        value = values[row]
        if hasattr(value, "item"):
            value = value.item()
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            continue
        attributes[name] = value
    return attributes


def _replace(file: str | os.PathLike[str], write: Any) -> None:
    """Writes another file and puts it into the place of this one."""
    path = pathlib.Path(file).absolute()
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        write(partial)
        partial.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


_WRITERS = {"csv": to_csv, "parquet": to_parquet, "optuna": to_optuna}


def main(arguments: list[str] | None = None) -> int:
    """The command `python -m evonas.export`; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evonas.export", description="Every evaluation of a run, for other tools.")
    parser.add_argument("run", help="run folder")
    parser.add_argument("file", help="file to write")
    parser.add_argument("--to", choices=sorted(_WRITERS), default="optuna",
                        help="csv, parquet, or optuna: a study in SQLite (default)")
    options = parser.parse_args(arguments)
    try:
        _WRITERS[options.to](read_run(options.run), options.file)
    except ImportError as error:
        print(f"evonas.export: {error}: pip install 'evonas[{options.to}]'", file=sys.stderr)
        return 2
    except Error as error:
        print(f"evonas.export: {error}", file=sys.stderr)
        return 2
    print(options.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
