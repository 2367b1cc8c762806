"""Evaluations as tasks and actors of Ray: of a real one where it is installed, and of a pretended one."""
import json
import os
import queue
import shutil
import sys
import threading

import pytest

import evonas
import pretended_ray
from conftest import TOP, accuracy, configuration, evaluate
from evonas import ray_worker
from evonas.ray import run_on_ray


@pytest.fixture
def pretend(monkeypatch):
    def install(*, joined=True, **how):
        ray = pretended_ray.Pretended(**how)
        if joined:
            ray.address = None
        monkeypatch.setitem(sys.modules, "ray", ray)
        return ray

    return install


def asynchronous(**changes):
    return configuration(search={"algorithm": "nsga2", "population": 10, "seed": 1,
                                 "driver": "asynchronous"}, **changes)


def failures_of(run):
    return [reason for reason in run.evaluations()["failure"] if reason]


def test_the_run_is_that_of_this_process(pretend):
    ray = pretend()
    run = run_on_ray(evonas.Search(configuration()), evaluate, resources={"num_cpus": 2})
    assert ray.options_ == {"num_returns": "streaming", "max_retries": 0, "num_cpus": 2}
    assert run.summary["front"] == evonas.Search(configuration()).run(evaluate).summary["front"]


def test_data_are_placed_once(pretend):
    ray = pretend(joined=False)

    def shifted(architecture, shift, seed):
        assert seed >= 0
        return {**evaluate(architecture), "accuracy": accuracy(architecture) + shift[0]}

    run = run_on_ray(evonas.Search(configuration()), shifted, data=[2.5])
    assert ray.placed == [shifted, [2.5]] and ray.address is None
    plain = evonas.Search(configuration()).run(evaluate)
    assert list(run.evaluations()["accuracy"] - 2.5) == pytest.approx(
        list(plain.evaluations()["accuracy"]))


def test_what_is_silent_or_dies_is_tried_again(pretend):
    ray = pretend(fates={2: "hangs", 7: "hangs", 4: RuntimeError("the worker died\nand so on")})
    run = run_on_ray(evonas.Search(asynchronous()), evaluate, most=6, timeout=0.1)
    assert len(run.evaluations()) == 60 and failures_of(run) == []
    assert ray.begun == 63 and len(ray.cancelled) == 3


class Trainer:
    """Evaluates as the function does; the first object that is asked for cannot be made where it is
    `broken`."""

    made = 0
    broken = False

    def __init__(self, shift=(0.0,)):
        Trainer.made += 1
        if Trainer.broken and Trainer.made == 1:
            raise OSError("no such data")
        self.shift = shift[0]

    def __call__(self, architecture, seed):
        assert seed >= 0
        return {**evaluate(architecture), "accuracy": accuracy(architecture) + self.shift}


@pytest.fixture
def trainer(monkeypatch):
    monkeypatch.setattr(Trainer, "made", 0)
    monkeypatch.setattr(Trainer, "broken", False)
    return Trainer


def test_an_actor_keeps_its_object(pretend, trainer):
    ray = pretend()
    run = run_on_ray(evonas.Search(configuration()), trainer, most=3, resources={"num_gpus": 1})
    assert ray.options_ == {"num_cpus": 1, "num_gpus": 1, "max_restarts": 0, "max_task_retries": 0}
    assert run.summary["front"] == evonas.Search(configuration()).run(evaluate).summary["front"]
    assert trainer.made == len(ray.actors) == 3 and ray.begun == 60
    assert set(ray.killed) == set(ray.actors) and ray.cancelled == []


def test_an_object_is_made_with_the_data(pretend, trainer):
    ray = pretend()
    run = run_on_ray(evonas.Search(configuration()), trainer, data=[2.5])
    assert ray.placed == [trainer, [2.5]]
    plain = evonas.Search(configuration()).run(evaluate)
    assert list(run.evaluations()["accuracy"] - 2.5) == pytest.approx(
        list(plain.evaluations()["accuracy"]))


def test_an_actor_that_fails_is_replaced(pretend, trainer):
    ray = pretend(fates={2: "hangs", 7: "hangs", 4: RuntimeError("the actor died\nand so on")})
    run = run_on_ray(evonas.Search(asynchronous()), trainer, most=2, timeout=0.1)
    assert len(run.evaluations()) == 60 and failures_of(run) == []
    assert ray.begun == 63 and len(ray.actors) == 5 == len(set(ray.killed))


def test_an_object_that_cannot_be_made_is_a_failure(pretend, trainer):
    ray = pretend()
    trainer.broken = True
    run = run_on_ray(evonas.Search(configuration()), trainer, most=1)
    assert failures_of(run) == ["OSError: no such data"]
    assert trainer.made == 2 and len(ray.actors) == 1


def test_what_never_works_has_failed(pretend):
    ray = pretend(fates={0: "hangs", 1: "hangs"})
    tried = []

    def some(architecture, seed):
        tried.append(str(architecture))
        if seed % 5 == 0:
            raise ValueError("too large")
        if seed % 5 == 1:
            return {"accuracy": float("nan"), "latency_ms": 1.0}
        if seed % 5 == 2:
            return {"accuracy": 3.0}
        return evaluate(architecture)

    run = run_on_ray(evonas.Search(asynchronous(budget={"evaluations": 40, "failure_share": 1.0})),
                     some, most=1, timeout=0.1)
    counts = {reason: failures_of(run).count(reason) for reason in failures_of(run)}
    assert counts.pop("timeout: no result 0.1 s after it began (in the last of 2 attempts)") == 1
    raised = counts.pop("ValueError: too large")
    garbage = sum(counts.values())
    assert set(counts) == {
        "result: nan is no finite number (in the last of 2 attempts)",
        "result: the metrics are accuracy, latency_ms, not accuracy (in the last of 2 attempts)"}
    assert raised > 0 and len(run.evaluations()) == 40
    assert len(tried) == 39 + garbage and ray.begun == 41 + garbage


def test_who_waits_for_a_place_is_not_late(pretend):
    pretend(queued=0.1)
    search = evonas.Search(configuration(budget={"evaluations": 10}))
    run = run_on_ray(search, evaluate, most=10, timeout=0.05)
    assert len(run.evaluations()) == 10 and failures_of(run) == []


def test_as_many_as_there_is_room_for(pretend, monkeypatch):
    monkeypatch.setattr("evonas.ray._ROOM_KNOWN", 0.0)
    ray = pretend(nodes=3)
    ray.nodes_[1]["Alive"] = False

    def some(architecture):
        ray.nodes_[1]["Alive"] = len(told) > 20
        told.append(ray.most)
        return evaluate(architecture)

    told = []
    run_on_ray(evonas.Search(asynchronous()), some, resources={"num_cpus": 0.5})
    assert told[20] == 8 and told[-1] == 12
    with pytest.raises(ValueError, match="1 or more"):
        run_on_ray(evonas.Search(configuration()), evaluate, most=0)


@pytest.mark.parametrize("error", [pretended_ray.RaySystemError("no raylet"), ConnectionError("gone"),
                                   pretended_ray.LocalRayletDiedError("no raylet")])
def test_a_lost_cluster_is_no_failure_of_a_candidate(pretend, tmp_path, error):
    ray = pretend(fates={25: error})

    def cancel(task, force):
        raise pretended_ray.RaySystemError("cannot cancel either")

    ray.cancel = cancel
    search = evonas.Search(configuration(), folder=tmp_path / "run")
    with pytest.raises(evonas.EvaluationError, match="start the cluster again.*resume") as raised:
        run_on_ray(search, evaluate)
    assert raised.value.__cause__ is error and search.ended
    assert not any(failure for *_, failure in search.evaluations())
    del search
    pretend()
    run = run_on_ray(evonas.Search.resume(tmp_path / "run"), evaluate)
    assert run.summary["front"] == evonas.Search(configuration()).run(evaluate).summary["front"]
    assert evonas.verify_run(tmp_path / "run") == []


def test_a_lost_head_is_noticed(pretend, monkeypatch):
    monkeypatch.setattr("evonas.ray._HEAD_LOOKED_FOR", 0.01)
    monkeypatch.setattr("evonas.ray._HEAD_AWAY", 0.05)
    monkeypatch.setattr("evonas.ray._ROOM_KNOWN", 0.0)
    ray = pretend(fates={9: "hangs"})
    search = evonas.Search(configuration(budget={"evaluations": 10}))

    def some(architecture):
        ray.head.close()
        ray.nodes = None  # nobody would answer
        return evaluate(architecture)

    with pytest.raises(evonas.EvaluationError, match="its head has not answered"):
        run_on_ray(search, some)
    assert search.ended


def test_ctrl_c_cancels_what_is_under_way(pretend, tmp_path):
    ray = pretend(fates={1: KeyboardInterrupt()})
    search = evonas.Search(configuration(), folder=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        run_on_ray(search, evaluate, most=4)
    assert len(ray.cancelled) >= 1 and search.ended


def test_without_ray(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    search = evonas.Search(configuration())
    with pytest.raises(ImportError, match="pip install ray"):
        run_on_ray(search, evaluate)
    assert not search.ended


TRAIN = """
from conftest import accuracy, evaluate

def load():
    return 2.5

def train(architecture):
    return evaluate(architecture)

def shifted(architecture, shift, seed):
    return {**evaluate(architecture), "accuracy": (accuracy(architecture) + shift, 0.0, 99.0)}

def epochs(architecture):
    for epoch in range(3):
        yield {"accuracy": epoch, "loss": 3 - epoch}
    return evaluate(architecture)

def fails(architecture):
    raise ValueError("too large\\nby far")

class Kept:
    def __init__(self, shift):
        self.calls, self.shift = 0, shift

    def __call__(self, architecture):
        self.calls += 1
        return {"accuracy": self.calls + self.shift, "latency_ms": 1.0}
"""


class Engine:
    """What evonas is to the worker: writes requests and reads messages."""

    def __init__(self, folder, function="train", metrics=("accuracy", "latency_ms"), **options):
        (folder / "train.py").write_text(TRAIN)
        self.space = evonas.Space("nasbench201", channels=8)
        name, words = self.space.words
        self.requests, self.messages = queue.SimpleQueue(), queue.SimpleQueue()
        self.worker = ray_worker.Worker(
            {"function": f"{folder}/train.py:{function}", "data": "", "space": name,
             "space_words": words, "address": "", "working_dir": "", "most": 0, "options": {},
             "timeout_seconds": 10.0, "retries": 0, "start_seconds": 1.0, **options},
            iter(self.requests.get, None), self)
        self.send(type="hello", protocol=1, metrics=[{"name": one, "unit": ""} for one in metrics])
        self.codes = []
        self.thread = threading.Thread(target=lambda: self.codes.append(self.worker.run()))
        self.thread.start()

    def send(self, **message):
        self.requests.put(json.dumps(message))

    def evaluate(self, number, index, **rest):
        genes = list(self.space.at(index).genes)
        self.send(type="evaluate", id=number, attempt=1, seed=number,
                  architecture={"genes": genes, **rest})

    def write(self, text):
        if text.strip():
            self.messages.put(json.loads(text))

    def flush(self):
        pass

    def hear(self):
        message = self.messages.get(timeout=10)
        return self.hear() if message["type"] == "heartbeat" else message

    def end(self):
        self.requests.put(None)
        self.thread.join(10)
        return self.codes[0]


def test_the_worker_evaluates(pretend, tmp_path):
    ray = pretend(joined=False)
    engine = Engine(tmp_path, "shifted", data="load", address="cluster:6379",
                    options={"num_cpus": 1, "num_gpus": 0})
    assert engine.hear() == {"type": "hello", "protocol": 1, "slots": 4}
    assert ray.address == "cluster:6379" and ray.placed[1:] == [2.5]
    for number in (1, 2):
        engine.evaluate(number, 100 + number)
    results = {message["id"]: message for message in (engine.hear(), engine.hear())}
    for number in (1, 2):
        cell = engine.space.at(100 + number)
        value = accuracy(cell) + 2.5
        assert results[number]["metrics"]["accuracy"] == {"value": value, "low": 0.0, "high": 99.0}
        assert results[number]["type"] == "result" and results[number]["seconds"] >= 0
    assert engine.end() == 0


def test_the_worker_keeps_objects_of_a_class(pretend, tmp_path):
    ray = pretend()
    engine = Engine(tmp_path, "Kept", data="load", most=1)
    engine.hear()
    for number in (1, 2, 3):
        engine.evaluate(number, number)
        assert engine.hear()["metrics"] == {"accuracy": number + 2.5, "latency_ms": 1.0}
    assert engine.end() == 0
    assert len(ray.actors) == 1 and ray.killed == ray.actors


def test_the_worker_tells_values_after_epochs(pretend, tmp_path):
    pretend()
    engine = Engine(tmp_path, "epochs", most=3)
    assert engine.hear()["slots"] == 3
    engine.evaluate(7, 5)
    for epoch in (1, 2, 3):
        assert engine.hear() == {"type": "progress", "id": 7, "epoch": epoch,
                                 "metrics": {"accuracy": epoch - 1.0, "loss": 4.0 - epoch}}
    assert engine.hear()["metrics"]["accuracy"] == accuracy(engine.space.at(5))
    assert engine.end() == 0


def test_the_worker_tells_why_there_is_no_result(pretend, tmp_path):
    pretend(fates={1: "hangs", 2: "hangs"})
    engine = Engine(tmp_path, "fails", timeout_seconds=0.1)
    engine.hear()
    engine.evaluate(1, 5)
    assert engine.hear()["error"] == {"kind": "ValueError", "message": "too large\nby far", "retry": False}
    engine.evaluate(2, 5)
    assert engine.hear()["error"]["kind"] == "timeout"
    engine.evaluate(3, 6, genes=[99])
    assert engine.hear()["error"]["kind"] == "request"
    assert engine.end() == 0


def test_the_worker_cancels(pretend, tmp_path):
    ray = pretend(fates={0: "hangs", 1: "hangs"})
    engine = Engine(tmp_path)
    engine.hear()
    engine.evaluate(1, 5)
    engine.send(type="cancel", id=1)
    engine.send(type="cancel", id=99)  # of one that has ended
    message = engine.hear()
    assert message["id"] == 1 and message["error"]["kind"] == "cancelled"
    engine.evaluate(2, 5)
    assert engine.end() == 0 and len(ray.cancelled) == 2


def test_the_worker_does_not_blame_candidates_for_a_lost_cluster(pretend, tmp_path):
    pretend(fates={0: "hangs", 1: pretended_ray.RaySystemError("no raylet")})
    engine = Engine(tmp_path)
    engine.hear()
    engine.evaluate(1, 5)
    engine.evaluate(2, 6)
    messages = [engine.hear(), engine.hear()]
    assert {message["id"] for message in messages} == {1, 2}
    assert all(message["error"]["kind"] == "cluster" and message["error"]["retry"]
               for message in messages)
    engine.thread.join(10)
    assert engine.codes == [0] and engine.worker.has_lost_cluster


@pytest.mark.parametrize("changes, message", [
    ({"function": "trian"}, "has no function trian; it has: .*shifted"),
    ({"data": "lod"}, "has no function lod"),
    ({"function": "x.py:train"}, "there is no file .*x.py"),
    ({"space": "nasbench2O1"}, "nasbench201"),
])
def test_the_worker_refuses_to_work(pretend, tmp_path, changes, message):
    pretend()
    engine = Engine(tmp_path, **changes)
    refusal = engine.hear()
    assert refusal["type"] == "hello"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(refusal["error"])
    assert engine.end() == 1


def test_the_worker_without_ray_or_without_a_cluster(pretend, monkeypatch, tmp_path):
    ray = pretend(joined=False)

    def init(**options):
        raise ConnectionError("nobody answers")

    ray.init = init
    engine = Engine(tmp_path, start_seconds=0.5)
    assert "cannot be reached (ConnectionError: nobody answers)" in engine.hear()["error"]
    assert engine.end() == 1
    monkeypatch.setitem(sys.modules, "ray", None)
    engine = Engine(tmp_path)
    assert "pip install ray" in engine.hear()["error"]
    assert engine.end() == 1


def test_one_line_of_configuration(run_program, monkeypatch, tmp_path):
    shutil.copy(TOP / "tests/python/pretended_ray.py", tmp_path / "ray.py")
    folders = [str(tmp_path), str(TOP / "tests/python"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))
    (tmp_path / "train.py").write_text(TRAIN)
    whole = configuration(space={"name": "nasbench201", "channels": 8}, evaluation={
        "accuracy": {"ray": "train.py:train", "python": sys.executable, "most": 3},
        "latency_ms": {"from": "accuracy"}})
    (tmp_path / "search.yaml").write_text(json.dumps(whole))
    run_program("search", tmp_path / "search.yaml", "--out", tmp_path / "run")
    run = evonas.read_run(tmp_path / "run")
    assert run.summary["front"] == evonas.Search(configuration()).run(evaluate).summary["front"]
    assert failures_of(run) == [] and evonas.verify_run(tmp_path / "run") == []


@pytest.mark.skipif("EVONAS_TEST_RAY" not in os.environ, reason="set EVONAS_TEST_RAY to start Ray")
def test_a_real_ray():
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        runs = [run_on_ray(evonas.Search(configuration()), one) for one in (evaluate, Trainer)]
    finally:
        ray.shutdown()
    front = evonas.Search(configuration()).run(evaluate).summary["front"]
    assert [run.summary["front"] for run in runs] == [front, front]
