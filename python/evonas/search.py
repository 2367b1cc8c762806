"""Searches that Python runs."""
from __future__ import annotations

import concurrent.futures
import inspect
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Union

from ._evonas import Architecture, Candidate, SearchError, SearchOfPython, Space
from .run import Run

#: What a metric is told as: a number, or the number and the bounds of its 95 % interval.
Value = Union[float, "tuple[float, float, float]"]
#: What is told of a candidate: its metrics, the value of the only one, or why there are none.
Told = Union[Mapping[str, Value], Value, BaseException, str]
Evaluate = Callable[..., Union[Mapping[str, Value], Value]]

_FREE = ("params", "macs", "flops", "memory_bytes")


def _section_of(space: Space) -> dict[str, Any]:
    """What a configuration says of a space."""
    name, words = space.words
    options: dict[str, Any] = {}
    for word in words:
        option, text = word.split("=", 1)
        try:
            options[option] = json.loads(text)
        except ValueError:  # a text without quotes
            options[option] = text
    if not name.endswith(".so"):
        return {"name": name, **options}
    own = {option.removeprefix("options."): str(value) for option, value in options.items()}
    return {"library": os.path.abspath(name), "options": own}


def _completed(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration in which objectives and limits without a source are told."""
    whole = dict(configuration)
    if isinstance(whole.get("space"), Space):
        whole["space"] = _section_of(whole["space"])
    metrics = [
        one["metric"]
        for one in whole.get("objectives", [])
        if isinstance(one, Mapping) and isinstance(one.get("metric"), str)
    ]
    metrics += [
        found[1]
        for limit in whole.get("limits", [])
        if isinstance(limit, str) and (found := re.match(r"\s*(\w+)", limit)) is not None
    ]
    sources = dict(whole.get("evaluation") or {})
    for metric in metrics:
        if metric not in _FREE:
            sources.setdefault(metric, {"told": {}})
    if sources:
        whole["evaluation"] = sources
    return whole


class Search:
    """A search by ask and tell, or with a function that evaluates.

    `configuration` is a file, or a dict with the same content (`space` may be a Space there). What Python
    tells are the metrics with `evaluation: {NAME: {told: {unit: UNIT}}}`; in a dict, objectives and limits
    without a source are told as well. `overrides` replace single values, as `--set` does:
    ["budget.evaluations=20"].

    With a `folder` the search is a run of evonas: every outcome is kept as soon as it is told, and the
    folder can be continued (Search.resume), verified and reported on; the same seed and the same values
    give the same run as the command line does. Without one nothing is kept on disk.

    Safe from several threads. Raises ConfigurationError with all faults of the configuration.
    """

    def __init__(
        self,
        configuration: Mapping[str, Any] | str | os.PathLike[str],
        *,
        overrides: Iterable[str] = (),
        folder: str | os.PathLike[str] | None = None,
        threads: int = 0,
        verbose: bool = False,
    ) -> None:
        where = "" if folder is None else os.fspath(folder)
        changes = list(overrides)
        if isinstance(configuration, Mapping):
            text = json.dumps(
                _completed(configuration), indent=1, ensure_ascii=False, default=os.fspath
            )
            self._search = SearchOfPython.begin_text(text, changes, where, threads, verbose)
        else:
            file = os.fspath(configuration)
            self._search = SearchOfPython.begin_file(file, changes, where, threads, verbose)

    @classmethod
    def resume(
        cls,
        folder: str | os.PathLike[str],
        *,
        overrides: Iterable[str] = (),
        threads: int = 0,
        verbose: bool = False,
    ) -> Search:
        """Continues a run; budget and final stage may be changed. What was under way is asked again, and
        nothing else is."""
        self = cls.__new__(cls)
        self._search = SearchOfPython.resume(os.fspath(folder), list(overrides), threads, verbose)
        return self

    @property
    def space(self) -> Space:
        """The space that is searched."""
        return self._search.space

    @property
    def ended(self) -> bool:
        """Whether nothing more will be asked."""
        return self._search.ended

    @property
    def open(self) -> int:
        """How many candidates were asked for and not told."""
        return self._search.open

    def ask(self, n: int = 1) -> list[Candidate]:
        """Up to `n` candidates whose metrics the search wants to know.

        Fewer, or none, where it waits for what is open before it goes on (the synchronous driver chooses
        a whole batch at once), or has ended (`ended`). Raises what has ended the search, if it was a
        fault.
        """
        return self._search.ask(n)

    def tell(self, candidate: Candidate, values: Told, *, seconds: float = 0.0) -> None:
        """Tells the metrics of a candidate, by name: {"accuracy": 93.1}, with an interval {"latency_ms":
        (1.2, 1.1, 1.4)}; where it is the only one, the value will do. An exception, or a text, says that
        the evaluation has failed and why; it is kept as one line of 1000 bytes at most. A text that begins
        with "stopped early: " says that you gave it up for better ones, which does not count for
        budget.failure_share. `seconds` that the
        evaluation took, 0 or more, count for budget.training_seconds.

        With a run folder the values are in it when this returns. Raises SearchError, and takes nothing,
        for a candidate that is not open and for other metrics than are asked for, and what float() raises
        for a value that is no number.
        """
        self._search.tell(candidate, values, seconds)

    def tell_all(self, told: Iterable[tuple[Candidate, Told]]) -> None:
        """Tells several at once: all of them or, where one is refused, none."""
        self._search.tell_all(list(told))

    def stop(self) -> None:
        """Ends the search where it is. A run folder can be continued."""
        self._search.stop()

    def run(self, evaluate: Evaluate | None = None, *, workers: int = 1) -> Run:
        """Searches to the end, with `evaluate(architecture)` for what is to be told.

        It returns the metrics, as tell() takes them; where it raises, or returns what tell() refuses, the
        evaluation has failed, and is stored with the reason. A parameter `seed`, if it has one, gets the
        seed of the evaluation. Up to `workers` of them run at once, in threads. Ctrl-C, and every other
        exception that is no Exception, ends the search and comes out.
        """
        if evaluate is not None:
            with self._stopped_by_exceptions():
                self._drive(evaluate, workers)
        self._search.wait()
        return self.result()

    def result(self) -> Run:
        """What was found, once the search has ended."""
        found = self._search.result
        if found is None:
            raise SearchError("the search has not ended: run it to its end, or stop it")
        return Run(found)

    def evaluations(self) -> list[tuple[int, Architecture, dict[str, float], str]]:
        """Index, architecture, metrics and failure of all that is evaluated so far, in the order in which
        it was complete."""
        return self._search.evaluations()

    @contextmanager
    def _stopped_by_exceptions(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._search.stop()
            raise

    def _drive(self, evaluate: Evaluate, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"workers is 1 or more, not {workers}")
        call = _caller(evaluate)
        if workers == 1:
            while candidates := self.ask(1):
                self._tell_found(candidates[0], *call(candidates[0]))
            return
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            under_way: dict[concurrent.futures.Future[Any], Candidate] = {}
            while True:
                for candidate in self.ask(workers - len(under_way)):
                    under_way[pool.submit(call, candidate)] = candidate
                if not under_way:
                    return
                done, _ = concurrent.futures.wait(
                    under_way, return_when=concurrent.futures.FIRST_COMPLETED
                )
                for future in [future for future in under_way if future in done]:
                    self._tell_found(under_way.pop(future), *future.result())

    def _tell_found(self, candidate: Candidate, values: Told, seconds: float) -> None:
        try:
            self.tell(candidate, values, seconds=seconds)
        except Exception as error:  # what stands for a number may raise anything
            if self.ended:
                raise
            # What the function returned are no values: this evaluation has failed.
            self.tell(candidate, error, seconds=seconds)


def _caller(evaluate: Evaluate) -> Callable[[Candidate], tuple[Told, float]]:
    """Calls the function of the user for a candidate: the values, or what it raised, and the seconds."""
    try:
        takes_seed = "seed" in inspect.signature(evaluate).parameters
    except (TypeError, ValueError):
        takes_seed = False

    def call(candidate: Candidate) -> tuple[Told, float]:
        begin = time.monotonic()
        values: Told
        try:
            if takes_seed:
                values = evaluate(candidate.architecture, seed=candidate.seed)
            else:
                values = evaluate(candidate.architecture)
        except Exception as error:
            values = error
        return values, time.monotonic() - begin

    return call
