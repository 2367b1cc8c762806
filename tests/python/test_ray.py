"""Evaluations as tasks of Ray: of a real one where it is installed, and of a pretended one."""
import os
import sys
import time
import types

import pytest

import evonas
from conftest import configuration, evaluate
from evonas.ray import run_on_ray


class Pretended:
    """What run_on_ray() uses of Ray, in this process; tasks end in the reverse of their order."""

    def __init__(self, never=(), dies=()):
        self.never, self.dies, self.tasks, self.cancelled, self.options_ = never, dies, {}, [], None

    def is_initialized(self):
        return True

    def put(self, value):
        return value

    def remote(self, function):
        def start(*arguments):
            reference = len(self.tasks)
            self.tasks[reference] = lambda: function(*arguments)
            return reference

        def options(**given):
            self.options_ = given
            return types.SimpleNamespace(remote=start)

        return types.SimpleNamespace(options=options)

    def wait(self, references, num_returns, timeout):
        assert num_returns == 1
        ready = [one for one in references if one not in self.never]
        if not ready:
            time.sleep(timeout)
            return [], references
        return ready[-1:], [one for one in references if one != ready[-1]]

    def get(self, reference):
        if reference in self.dies:
            raise RuntimeError("the worker died\nand so on")
        return self.tasks[reference]()

    def cancel(self, reference, force):
        assert force
        self.cancelled.append(reference)


@pytest.fixture
def pretend(monkeypatch):
    def install(**how):
        ray = Pretended(**how)
        monkeypatch.setitem(sys.modules, "ray", ray)
        return ray

    return install


def test_the_run_is_that_of_this_process(pretend):
    ray = pretend()
    run = run_on_ray(evonas.Search(configuration()), evaluate, resources={"num_cpus": 2})
    assert ray.options_ == {"max_retries": 1, "retry_exceptions": False, "num_cpus": 2}
    assert run.summary["front"] == evonas.Search(configuration()).run(evaluate).summary["front"]


def test_what_is_silent_or_dies_has_failed(pretend):
    ray = pretend(never={2, 7}, dies={4})

    def some(architecture, seed):
        if seed % 5 == 0:
            raise ValueError("too large")
        return evaluate(architecture)

    search = evonas.Search(configuration(search={"algorithm": "nsga2", "population": 10, "seed": 1,
                                                 "driver": "asynchronous"}))
    rows = run_on_ray(search, some, most=6, timeout=0.2).evaluations()
    failures = [reason for reason in rows["failure"] if reason]
    assert len(rows) == 60 and ray.cancelled == [2, 7]
    assert sum(reason.startswith("timeout: ") for reason in failures) == 2
    assert failures.count("RuntimeError: the worker died") == 1
    assert set(failures) - {"RuntimeError: the worker died", "timeout: no result after 0.2 s"} <= {
        "ValueError: too large"}


def test_ctrl_c_cancels_what_is_under_way(pretend, tmp_path):
    ray = pretend()
    ray.get = lambda reference: (_ for _ in ()).throw(KeyboardInterrupt())
    search = evonas.Search(configuration(), folder=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        run_on_ray(search, evaluate, most=4)
    assert len(ray.cancelled) == 3 and search.ended


@pytest.mark.skipif("EVONAS_TEST_RAY" not in os.environ, reason="set EVONAS_TEST_RAY to start Ray")
def test_a_real_ray():
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        run = run_on_ray(evonas.Search(configuration()), evaluate)
    finally:
        ray.shutdown()
    assert run.summary["front"] == evonas.Search(configuration()).run(evaluate).summary["front"]
