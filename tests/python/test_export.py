import importlib.util
import io
import subprocess
import sys

import pytest

import evonas
from conftest import TOP, configuration, evaluate
from evonas import export

pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    def train(architecture):
        if architecture.genes[0] == 4:
            raise RuntimeError("diverged")
        return evaluate(architecture)

    path = tmp_path_factory.mktemp("runs") / "exported"
    evonas.Search(configuration(), folder=path).run(train)
    return path


def test_data_frames(folder):
    run = evonas.read_run(folder)
    rows = run.evaluations()
    assert list(rows["index"]) == list(range(60)) and run.name == "exported"
    assert set(rows["state"]) == {"complete", "failed"}
    assert (rows["latency_ms"][rows["feasible"]] <= 4).all()
    assert list(run.front()["architecture"]) == [one["architecture"] for one in run.summary["front"]]
    assert len([name for name in rows if name.startswith("gene ")]) == 6
    mutated = rows[rows["operator"] == "mutation"]
    assert len(mutated) and (mutated["parent"] < mutated["index"]).all()
    with pytest.raises(evonas.FileError, match="no run"):
        evonas.read_run(folder.parent)


def test_report_has_the_front_that_dashboards_are_compared_with(folder, run_program):
    run_program("report", folder)
    specification = importlib.util.spec_from_file_location("check_dashboard",
                                                           TOP / "tools/check_dashboard.py")
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    front = tool.front_of_report((folder / "report.html").read_text(encoding="utf-8"))
    assert front == set(evonas.read_run(folder).front()["key"])


def test_csv_is_that_of_the_command_line(folder, run_program, tmp_path):
    run = evonas.read_run(folder)
    assert run.csv() == run_program("export", folder)
    export.to_csv(run, tmp_path / "run.csv")
    read = pd.read_csv(io.StringIO((tmp_path / "run.csv").read_text()))
    assert list(read["accuracy"].dropna()) == list(run.evaluations()["accuracy"].dropna())


def test_parquet(folder, tmp_path):
    pytest.importorskip("pyarrow")
    run = evonas.read_run(folder)
    export.to_parquet(run, tmp_path / "run.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "run.parquet"), run.evaluations())


def test_optuna(folder, tmp_path):
    optuna = pytest.importorskip("optuna")
    done = subprocess.run([sys.executable, "-m", "evonas.export", folder, "--to", "optuna",
                           tmp_path / "study.db"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run = evonas.read_run(folder)
    rows = run.evaluations()
    study = optuna.load_study(study_name="exported", storage=f"sqlite:///{tmp_path / 'study.db'}")
    assert [one.name.lower() for one in study.directions] == ["maximize", "minimize"]
    assert study.metric_names == ["accuracy", "latency_ms"]
    assert study.user_attrs["limits"] == ["latency_ms <= 4"]
    assert len(study.trials) == len(rows)
    for trial, (_, row) in zip(study.trials, rows.iterrows()):
        assert trial.user_attrs["architecture"] == row["architecture"]
        if row["state"] == "failed":
            assert trial.state == optuna.trial.TrialState.FAIL
            assert trial.user_attrs["failure"] == "RuntimeError: diverged"
            continue
        assert trial.state == optuna.trial.TrialState.COMPLETE
        assert trial.values == [row["accuracy"], row["latency_ms"]]
        (constraint,) = trial.system_attrs["constraints"]
        assert (constraint <= 0) == row["feasible"] and constraint == row["latency_ms"] - 4
        assert trial.params == {name.removeprefix("gene "): row[name]
                                for name in rows if name.startswith("gene ")}
    feasible = [one for one in study.trials
                if one.state.name == "COMPLETE" and one.system_attrs["constraints"][0] <= 0]
    best = max(feasible, key=lambda one: one.values[0])
    assert best.user_attrs["architecture"] == run.best["architecture"]


STOP = "stopped early: after epoch 2 accuracy is 10 at best, worse than 50"


def exported(search, evaluate, tmp_path):
    """The trials of a search in Optuna."""
    optuna = pytest.importorskip("optuna")
    evonas.Search(search, folder=tmp_path / "run").run(evaluate)
    export.to_optuna(evonas.read_run(tmp_path / "run"), tmp_path / "study.db")
    return optuna.load_study(study_name="run", storage=f"sqlite:///{tmp_path / 'study.db'}").trials


@pytest.mark.parametrize("objectives", [1, 2])
def test_what_was_stopped_early_is_pruned(objectives, tmp_path):
    def train(architecture):
        return STOP if architecture.genes[0] > 1 else evaluate(architecture)

    search = configuration(budget={"evaluations": 12})
    search["objectives"] = search["objectives"][:objectives]
    trials = exported(search, train, tmp_path)
    assert len(trials) == 12
    assert {trial.state.name for trial in trials} == {"COMPLETE", "PRUNED"}
    for trial in trials:
        if trial.state.name == "PRUNED":
            assert trial.user_attrs["failure"] == STOP and trial.values is None


def test_values_by_epoch_are_intermediate_values(run_program, tmp_path):
    optuna = pytest.importorskip("optuna")
    run_program("search", TOP / "configs/command.yaml", "--out", tmp_path / "run")
    run = evonas.read_run(tmp_path / "run")
    by_epoch = pd.DataFrame(run.by_epoch())
    rows = run.evaluations()
    assert set(by_epoch["metric"]) == {"accuracy"} and set(by_epoch["index"]) == set(rows["index"])
    export.to_optuna(run, tmp_path / "study.db")
    trials = optuna.load_study(study_name="run", storage=f"sqlite:///{tmp_path / 'study.db'}").trials
    states = {trial.state.name for trial in trials}
    assert states == {"COMPLETE", "PRUNED"}
    for trial, (_, row) in zip(trials, rows.iterrows()):
        own = by_epoch[by_epoch["index"] == row["index"]]
        assert trial.intermediate_values == dict(zip(own["epoch"], own["value"]))
        if trial.state.name == "COMPLETE":
            assert list(own["epoch"]) == [1, 2, 3, 4, 5] and own["value"].iloc[-1] == row["accuracy"]
        else:
            assert 2 <= len(own) <= 5


def test_genes_without_words_are_numbers(tmp_path):
    space = evonas.Space("nasbench101")
    search = configuration(space="nasbench101", limits=[], budget={"evaluations": 5},
                           objectives=[{"metric": "accuracy", "goal": "maximize"}])
    trials = exported(search, lambda architecture: 1.0 * sum(architecture.genes), tmp_path)
    for trial in trials:
        genes = space.parse(trial.user_attrs["architecture"]).genes
        assert trial.params == {f"gene {place}": gene for place, gene in enumerate(genes)}
        assert trial.values == [sum(genes)]
        # What is written of a trial does not grow with their number.
        assert len(str(trial.distributions)) < 100 * len(genes)


def test_what_cannot_be_exported(tmp_path, capsys):
    assert export.main([str(tmp_path), "--to", "csv", str(tmp_path / "out.csv")]) == 2
    assert "no run" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
