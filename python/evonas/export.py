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

    A trial is an evaluation: its values are the objectives, its parameters the genes in words (in numbers
    where the space does not describe them), its constraints by how much the limits are broken (0 or less:
    kept). Failed evaluations are failed trials; those that were stopped early, and screenings, are pruned
    ones. Values after each epoch, of the first objective that has any, are intermediate values.
    Everything else is in the attributes of
    the user: architecture, key, the other metrics, failure, origin. Needs optuna (pip install
    evonas[optuna]).
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
            study.set_user_attr("limits", [f"{metric} {relation} {str(bound).removesuffix('.0')}"
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
    from optuna.trial import create_trial

    columns = run.columns()
    parameters, distributions = _parameters(run, columns)
    metrics = [metric for metric, _ in run.objectives]
    on_the_way = _intermediate_values(run, metrics)
    trials = []
    for row, chosen in enumerate(parameters):
        complete = columns["state"][row] == "complete"
        system: dict[str, Any] = {}
        if complete and run.limits:
            system["constraints"] = [
                _excess(columns[metric][row], relation, bound)
                for metric, relation, bound in run.limits
            ]
        trials.append(create_trial(
            state=_state(columns["state"][row], columns["failure"][row]),
            values=[float(columns[metric][row]) for metric in metrics] if complete else None,
            params=chosen,
            distributions={name: distributions[name] for name in chosen},
            user_attrs=_attributes(columns, row),
            intermediate_values=on_the_way.get(columns["index"][row], {}),
            system_attrs=system,
        ))
    return trials


def _intermediate_values(run: Run, metrics: list[str]) -> dict[int, dict[int, float]]:
    """By index and epoch, of the first of these metrics that has any."""
    columns = run.by_epoch()
    known = set(columns["metric"])
    wanted = next((metric for metric in metrics if metric in known), None)
    values: dict[int, dict[int, float]] = {}
    rows = zip(columns["index"], columns["epoch"], columns["metric"], columns["value"])
    for index, epoch, metric, value in rows:
        if metric == wanted:
            values.setdefault(index, {})[epoch] = float(value)
    return values


def _state(state: str, failure: str) -> optuna.trial.TrialState:
    from optuna.trial import TrialState

    if state == "complete":
        return TrialState.COMPLETE
    stopped = state == "screened" or failure.startswith("stopped early: ")
    return TrialState.PRUNED if stopped else TrialState.FAIL


def _parameters(
    run: Run, columns: dict[str, Any]
) -> tuple[list[dict[str, str | int]], dict[str, BaseDistribution]]:
    """The parameters of each row, and what each of them may be: words where the space has them for a gene,
    else numbers. Not every row needs to have all of them."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    rows: list[dict[str, str | int]]
    distributions: dict[str, BaseDistribution] = {}
    described = [(gene, words) for gene, words in run.genes if f"gene {gene}" in columns]
    if described:
        rows = [{} for _ in columns["index"]]
        for gene, words in described:
            if words:
                distributions[gene] = CategoricalDistribution(words)
            for parameters, text in zip(rows, columns[f"gene {gene}"]):
                parameters[gene] = text if words else int(text)
    else:
        rows = [{f"gene {place}": gene for place, gene in enumerate(genes)}
                for genes in run.genotypes()]
    numbers: dict[str, list[int]] = {}
    for parameters in rows:
        for name, value in parameters.items():
            if isinstance(value, int):
                numbers.setdefault(name, []).append(value)
    for name, values in numbers.items():
        distributions[name] = IntDistribution(min(values), max(values))
    return rows, distributions


def _excess(value: float, relation: str, bound: float) -> float:
    return float(value - bound if relation == "<=" else bound - value)


def _attributes(columns: dict[str, Any], row: int) -> dict[str, Any]:
    """What is known of an evaluation, but for what is missing and the genes."""
    attributes: dict[str, Any] = {}
    for name, values in columns.items():
        if name.startswith("gene "):
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
