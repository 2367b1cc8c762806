"""Evaluations as tasks of a Ray cluster (pip install evonas[ray]; evonas has to be installed on its nodes).

    run = run_on_ray(evonas.Search(configuration, folder="runs/cluster"), train, resources={"num_gpus": 1})
"""
from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

from ._evonas import Architecture, Candidate
from .run import Run
from .search import Evaluate, Search, Told

__all__ = ["run_on_ray"]


def run_on_ray(
    search: Search,
    evaluate: Evaluate,
    *,
    resources: Mapping[str, Any] | None = None,
    most: int = 16,
    timeout: float | None = None,
    retries: int = 1,
) -> Run:
    """Searches to the end, with `evaluate(architecture)` as tasks of Ray, `most` of them at once.

    What `evaluate` returns and raises is taken as by Search.run(), a parameter `seed` included.
    `resources` are options of the tasks: num_cpus, num_gpus, resources, runtime_env, ... A task that has
    not ended `timeout` seconds after it was handed to Ray, waiting there included, is cancelled and has
    failed. One that dies with its worker or node is tried again `retries` times, and has failed then.
    The search goes on in all of these cases. Starts Ray where it does not run yet, and leaves it running.
    With the asynchronous driver workers never wait for a batch to end.
    """
    if most < 1:
        raise ValueError(f"most is 1 or more, not {most}")
    import ray

    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    task = ray.remote(_evaluate).options(
        **{"max_retries": retries, "retry_exceptions": False, **(resources or {})}
    )
    function = ray.put(evaluate)
    under_way: dict[Any, tuple[Candidate, float]] = {}
    try:
        while True:
            for candidate in search.ask(most - len(under_way)):
                reference = task.remote(function, candidate.architecture, candidate.seed)
                under_way[reference] = (candidate, time.monotonic())
            if not under_way:
                break
            done, _ = ray.wait(list(under_way), num_returns=1, timeout=_patience(under_way, timeout))
            for reference in done:
                candidate, begin = under_way.pop(reference)
                values, seconds = _result(ray, reference, time.monotonic() - begin)
                search._tell_found(candidate, values, seconds)
            for reference in _overdue(under_way, timeout):
                candidate, begin = under_way.pop(reference)
                ray.cancel(reference, force=True)
                search.tell(candidate, f"timeout: no result after {timeout:g} s",
                            seconds=time.monotonic() - begin)
    except BaseException:
        for reference in under_way:
            ray.cancel(reference, force=True)
        search.stop()
        raise
    return search.run()


def _evaluate(evaluate: Callable[..., Any], architecture: Architecture, seed: int) -> tuple[Any, float]:
    """On a worker: the values, or what was raised, and the seconds."""
    begin = time.monotonic()
    try:
        takes_seed = "seed" in inspect.signature(evaluate).parameters
    except (TypeError, ValueError):
        takes_seed = False
    try:
        values = evaluate(architecture, seed=seed) if takes_seed else evaluate(architecture)
    except Exception as error:
        # As a text: not every exception survives the way back.
        values = f"{type(error).__name__}: {error}"
    return values, time.monotonic() - begin


def _result(ray: Any, reference: Any, waited: float) -> tuple[Told, float]:
    """What a task has found; a failure where it, its worker or its node died."""
    try:
        return ray.get(reference)  # type: ignore[no-any-return]
    except Exception as error:
        lines = str(error).strip().splitlines()
        return f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}", waited


def _patience(under_way: Mapping[Any, tuple[Candidate, float]], timeout: float | None) -> float:
    """Seconds until the next task may be overdue; at most one, so that Ctrl-C is heard."""
    if timeout is None:
        return 1.0
    first = min(begin for _, begin in under_way.values())
    return min(1.0, max(0.0, first + timeout - time.monotonic()))


def _overdue(under_way: Mapping[Any, tuple[Candidate, float]], timeout: float | None) -> list[Any]:
    if timeout is None:
        return []
    now = time.monotonic()
    return [reference for reference, (_, begin) in under_way.items() if now - begin > timeout]
