import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import evonas
from conftest import accuracy, configuration, evaluate, latency


def names_of(run):
    return list(run.evaluations()["architecture"])


def by_table(table_file, **changes):
    return configuration(
        evaluation={name: {"table": str(table_file)} for name in ("accuracy", "latency_ms")},
        **changes)


@pytest.mark.parametrize("search", [
    {"algorithm": "nsga2", "population": 10, "seed": 3},
    {"algorithm": "random", "seed": 2},
    {"algorithm": "nsga2", "population": 10, "seed": 4, "driver": "asynchronous"},
    {"algorithm": "predictor_guided", "batch": 5, "seed": 1,
     "guidance": {"predictor": "trees", "initial": 10, "candidates": 150, "population": 50}},
], ids=["nsga2", "random", "asynchronous", "guided"])
def test_the_same_run_as_the_command_line(search, table_file, run_program, tmp_path):
    """Told by Python, looked up by Python's own search, and by the program: one front, one order."""
    told = configuration(search=search)
    looked_up = by_table(table_file, search=search)
    (tmp_path / "search.yaml").write_text(json.dumps(looked_up))
    run_program("search", tmp_path / "search.yaml", "--out", tmp_path / "program")
    mine = evonas.Search(told, folder=tmp_path / "told").run(evaluate)
    own = evonas.Search(looked_up, folder=tmp_path / "own").run()
    in_memory = evonas.Search(told).run(evaluate)
    theirs = evonas.read_run(tmp_path / "program")
    for run in (mine, own, in_memory):
        assert names_of(run) == names_of(theirs)
        assert list(run.evaluations()["parent"].fillna(-1)) == \
            list(theirs.evaluations()["parent"].fillna(-1))
        for key in ("best", "front", "hypervolume", "reference_point", "evaluations"):
            assert run.summary[key] == theirs.summary[key]
    fronts = {(tmp_path / name / "front.csv").read_bytes() for name in ("told", "own", "program")}
    assert len(fronts) == 1
    for name in ("told", "own"):
        assert evonas.verify_run(tmp_path / name) == []
        run_program("verify", tmp_path / name)


def test_a_run_that_could_not_be_set_up_leaves_its_folder(tmp_path, table_file):
    with pytest.raises(evonas.Error):
        evonas.Search(by_table("/nowhere.sqlite"), folder=tmp_path / "run").run()
    assert not (tmp_path / "run").exists()
    evonas.Search(by_table(table_file), folder=tmp_path / "run").run()


def test_ask_and_tell():
    search = evonas.Search(configuration())
    asked = []
    while candidates := search.ask(7):
        # A whole generation is open before the next one is chosen.
        assert len(candidates) <= 7
        asked += candidates
        for candidate in candidates:
            assert set(candidate.metrics) == {"accuracy", "latency_ms"}
            search.tell(candidate, evaluate(candidate.architecture))
    assert search.ended and search.open == 0
    assert [one.number for one in asked] == list(range(60))
    assert search.result().summary["status"] == "complete"
    found = search.evaluations()
    assert [index for index, *_ in found] == list(range(60))
    assert found[5][2] == evaluate(found[5][1])


def test_the_order_of_telling_does_not_matter():
    def run(reverse):
        search = evonas.Search(configuration())
        while True:
            batch = []
            while candidates := search.ask(3):
                batch += candidates
            if not batch:
                return search.result().summary["front"]
            told = [(one, evaluate(one.architecture)) for one in batch]
            search.tell_all(reversed(told) if reverse else told)

    assert run(False) == run(True)


def test_an_asynchronous_search_always_has_something_to_do():
    search = evonas.Search(configuration(search={"algorithm": "nsga2", "population": 10, "seed": 1,
                                                 "driver": "asynchronous"}))
    under_way = search.ask(8)
    assert len(under_way) == 8
    told = 0
    while under_way:
        # The slowest is the one that was asked first.
        candidate = under_way.pop()
        search.tell(candidate, evaluate(candidate.architecture))
        told += 1
        more = search.ask(1)
        assert len(more) == (1 if told <= 60 - 8 else 0)
        under_way += more
    assert search.result().summary["evaluations"] == 60


def test_failures_have_their_reason():
    def train(architecture):
        if architecture.genes[0] == 4:
            raise ArithmeticError("the loss is not a number")
        return evaluate(architecture) if architecture.genes[0] else {"accuracy": 1.0}

    rows = evonas.Search(configuration()).run(train).evaluations()
    failed = rows[rows["state"] == "failed"]
    assert 0 < len(failed) < 60
    reasons = set(failed["failure"])
    assert "ArithmeticError: the loss is not a number" in reasons
    assert all("latency_ms" in reason for reason in reasons if "Arithmetic" not in reason)
    assert rows.loc[rows["state"] == "failed", "accuracy"].isna().all()


class Odd(Exception):
    """Nobody can read it."""

    def __str__(self):
        raise RuntimeError("no text")


class NoNumber:
    def __float__(self):
        raise OSError("the disk with the number is away")


def returned(value):
    return lambda: value


def raised(error):
    def fail():
        raise error

    return fail


@pytest.mark.parametrize(("garbage", "reason"), [
    (returned(None), "SearchError: several metrics are told by name"),
    (returned({1: 2.0}), "SearchError: the names of metrics are texts, and one is '1'"),
    (returned({"\udcff": 2.0}), "SearchError: '\\udcff' is no metric"),
    (returned({"accuracy": 10**400, "latency_ms": 1}), "OverflowError: int too large"),
    (returned({"accuracy": "much", "latency_ms": 1}), "TypeError: must be real number, not str"),
    (returned({"accuracy": float("inf"), "latency_ms": 1}), "SearchError: accuracy is inf"),
    (returned({"accuracy": [1, 2, None], "latency_ms": 1}), "TypeError: must be real number"),
    (returned({"accuracy": NoNumber(), "latency_ms": 1}), "OSError: the disk with the number"),
    (returned(""), "SearchError: a failure is told with its reason"),
    (returned("\udcff"), "\\udcff"),
    (returned("two\nlines\x00\x1b"), "two lines  "),
    (raised(ValueError("\udcff")), "ValueError: \\udcff"),
    (raised(ValueError("x" * 10**6)), "ValueError: xxx"),
    (raised(Odd()), "Odd"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_garbage_is_a_failed_evaluation(garbage, reason, tmp_path):
    calls = []

    def train(architecture):
        calls.append(architecture)
        return garbage() if len(calls) == 3 else evaluate(architecture)

    run = evonas.Search(configuration(budget={"evaluations": 20}), folder=tmp_path / "run").run(train)
    assert run.summary["status"] == "complete" and run.summary["evaluations"] == 20
    failures = [failure for failure in run.columns()["failure"] if failure]
    assert len(failures) == 1 and failures[0].startswith(reason)
    assert len(failures[0].encode()) < 1100
    assert evonas.verify_run(tmp_path / "run") == []


def test_too_many_failures_end_it():
    def fail(architecture):
        raise RuntimeError("no")

    run = evonas.Search(configuration()).run(fail)
    assert run.summary["status"] == "failed" and "RuntimeError: no" in run.message


def test_intervals_and_seconds():
    search = evonas.Search(configuration(budget={"training_seconds": 100}))
    while candidates := search.ask(1):
        cell = candidates[0].architecture
        search.tell(candidates[0], {"accuracy": (accuracy(cell), 50.0, 99.0),
                                    "latency_ms": latency(cell)}, seconds=10)
    rows = search.result().evaluations()
    assert len(rows) == 10 and set(rows["seconds"]) == {10.0}
    assert set(rows["accuracy_low"]) == {50.0} and "latency_ms_low" not in rows


def test_what_is_refused():
    search = evonas.Search(configuration())
    (candidate,) = search.ask(1)
    good = evaluate(candidate.architecture)
    for values, what in [({"accuracy": 1.0}, "latency_ms"), ({**good, "size": 1.0}, "size"),
                         ({**good, "accuracy": float("nan")}, "finite"), (1.0, "by name"),
                         ({**good, "accuracy": (1.0, 2.0)}, "three")]:
        with pytest.raises(evonas.SearchError, match=what):
            search.tell(candidate, values)
    with pytest.raises(TypeError):
        search.tell(candidate, {**good, "accuracy": "much"})
    for seconds in (-5.0, float("nan"), float("inf")):
        with pytest.raises(evonas.SearchError, match="seconds"):
            search.tell(candidate, good, seconds=seconds)
    with pytest.raises(evonas.SearchError, match="list of"):
        search.tell_all([("candidate", good)])
    assert search.open == 1
    search.tell(candidate, good)
    with pytest.raises(evonas.SearchError, match="no open question"):
        search.tell(candidate, good)
    with pytest.raises(evonas.SearchError, match="not ended"):
        search.result()
    search.stop()
    assert search.ended and search.result().summary["status"] == "interrupted"
    with pytest.raises(evonas.SearchError, match="ended"):
        search.tell(candidate, good)


def test_faults_of_the_configuration_come_together():
    with pytest.raises(evonas.ConfigurationError) as error:
        evonas.Search(configuration(search={"algorithm": "nsga3", "popluation": 2}))
    assert "nsga2" in str(error.value) and "population" in str(error.value)
    with pytest.raises(evonas.ConfigurationError, match="budget"):
        evonas.Search({"space": "nasbench201", "objectives": []})
    with pytest.raises(evonas.FileError, match="final"):
        evonas.Search(configuration(input="cifar10", final={"measure": {}}))


def test_the_program_cannot_tell(run_program, tmp_path):
    told = {"told": {"unit": "%"}}
    (tmp_path / "told.yaml").write_text(json.dumps(
        configuration(evaluation={"accuracy": told, "latency_ms": told})))
    run_program("config", "check", tmp_path / "told.yaml")
    run_program("search", tmp_path / "told.yaml", "--out", tmp_path / "run", code=2)
    run = evonas.Search(tmp_path / "told.yaml", folder=tmp_path / "mine").run(evaluate)
    assert run.units["accuracy"] == "%"
    assert run_program("report", tmp_path / "mine")


def test_an_own_space_under_a_limit_of_parameters(tmp_path):
    space = evonas.declare({
        "title": "Two stages",
        "stem": [{"operation": "conv", "channels": 8}],
        "stages": [{"operation": "conv", "channels": [8, 16, 24], "kernel": [3, 5], "depth": [1, 2, 3]}],
    }, tmp_path / "space.yaml")
    search = evonas.Search({
        "space": space, "input": "1x16x16:2",
        "objectives": [{"metric": "accuracy", "goal": "maximize"}],
        "limits": ["params <= 20000"],
        "search": {"algorithm": "regularized_evolution", "population": 5, "seed": 1},
        "budget": {"evaluations": 15},
    }, folder=tmp_path / "run")
    assert search.space.options[0] == space.options[0]
    run = search.run(lambda architecture: float(sum(architecture.genes)))
    best = space.parse(run.best["architecture"])
    assert best.cost("1x16x16:2")["params"] == run.best["metrics"]["params"] <= 20000
    assert evonas.verify_run(tmp_path / "run") == []


def test_continued_after_a_stop(tmp_path):
    whole = evonas.Search(configuration(), folder=tmp_path / "whole").run(evaluate)
    search = evonas.Search(configuration(), folder=tmp_path / "run")
    for candidate in search.ask(10) + search.ask(10):
        search.tell(candidate, evaluate(candidate.architecture))
    with pytest.raises(evonas.SearchError):  # it is being written
        evonas.Search.resume(tmp_path / "run")
    search.stop()
    calls = []

    def count(architecture):
        calls.append(architecture)
        return evaluate(architecture)

    run = evonas.Search.resume(tmp_path / "run").run(count)
    assert len(calls) == 50
    assert names_of(run) == names_of(whole) and run.summary["front"] == whole.summary["front"]
    more = evonas.Search.resume(tmp_path / "run", overrides=["budget.evaluations=70"]).run(count)
    assert more.summary["evaluations"] == 70 and len(calls) == 60
    with pytest.raises(evonas.FileError, match="budget"):
        evonas.Search.resume(tmp_path / "run", overrides=["search.seed=9"])
    with pytest.raises(evonas.FileError, match="holds a run"):
        evonas.Search(configuration(), folder=tmp_path / "run")


KILLED = """
import os, sys, evonas
sys.path.insert(0, {tests!r})
from conftest import configuration, evaluate
search = evonas.Search(configuration(), folder={folder!r})
told = 0
while candidates := search.ask(1):
    search.tell(candidates[0], evaluate(candidates[0].architecture))
    told += 1
    if told == 23:
        os.kill(os.getpid(), 9)
"""


def test_what_was_told_survives_a_kill(tmp_path):
    folder = str(tmp_path / "run")
    code = KILLED.format(tests=os.path.dirname(__file__), folder=folder)
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert len(evonas.read_run(folder).evaluations()) == 23
    whole = evonas.Search(configuration()).run(evaluate)
    assert names_of(evonas.Search.resume(folder).run(evaluate)) == names_of(whole)
    assert evonas.verify_run(folder) == []


def test_exceptions_that_are_none_of_the_evaluation_end_it(tmp_path):
    calls = []

    def interrupted(architecture):
        calls.append(architecture)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return evaluate(architecture)

    search = evonas.Search(configuration(), folder=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        search.run(interrupted)
    assert search.result().summary["status"] == "interrupted"
    assert len(evonas.read_run(tmp_path / "run").evaluations()) == 4


def test_a_fault_of_the_search_comes_out(tmp_path):
    search = evonas.Search(configuration(evaluation={
        "accuracy": {"told": {}}, "latency_ms": {"table": str(tmp_path / "none.sqlite")}}))
    with pytest.raises(evonas.EvaluationError, match="none.sqlite"):
        search.ask(1)
    with pytest.raises(evonas.EvaluationError, match="none.sqlite"):
        search.run(lambda architecture: 1.0)


@pytest.mark.parametrize("driver", ["synchronous", "asynchronous"])
def test_several_evaluations_at_once(driver):
    most, now = 0, 0
    lock = threading.Lock()

    def slow(architecture, seed):
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.002 * (1 + seed % 3))
        with lock:
            now -= 1
        return evaluate(architecture)

    run = evonas.Search(configuration(search={"algorithm": "nsga2", "population": 10, "seed": 1,
                                              "driver": driver})).run(slow, workers=4)
    assert run.summary["evaluations"] == 60 and most == 4
    if driver == "synchronous":
        alone = evonas.Search(configuration(search={"algorithm": "nsga2", "population": 10,
                                                    "seed": 1})).run(evaluate)
        assert run.summary["front"] == alone.summary["front"]


def test_forgotten_searches_end():
    for _ in range(3):
        search = evonas.Search(configuration())
        search.ask(3)
        del search


def test_speed():
    """Thousands of candidates a second; python/examples say what a search of yours would do."""
    count, best = 20000, 0.0
    for _ in range(3):
        search = evonas.Search(configuration(
            objectives=[{"metric": "accuracy", "goal": "maximize"}], limits=[],
            space="darts", search={"algorithm": "nsga2", "population": 200, "seed": 1},
            budget={"evaluations": count}))
        begin = time.monotonic()
        while candidates := search.ask(200):
            search.tell_all([(candidate, 1.0 * sum(candidate.architecture.genes))
                             for candidate in candidates])
        best = max(best, count / (time.monotonic() - begin))
    print(f"{best:.0f} candidates a second")
    assert best > 5000  # 20,000 where nothing else runs
