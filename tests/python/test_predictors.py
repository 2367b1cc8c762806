import threading
import time

import numpy as np
import pytest

import evonas
from conftest import accuracy


@pytest.fixture(scope="module")
def labels(space):
    cells = list(dict.fromkeys(space.sample(200, seed=1)))
    return cells, np.array([accuracy(cell) for cell in cells])


def test_learns(space, labels):
    cells, values = labels
    predictor = evonas.Predictor(space, "trees").fit(cells[:150], values[:150])
    mean, deviation = predictor.predict(cells[150:])
    assert mean.shape == deviation.shape == (len(cells) - 150,)
    assert np.corrcoef(mean, values[150:])[0, 1] > 0.5
    # The same labels and seed, given as genes and as texts.
    again = evonas.Predictor(space, "trees").fit([str(cell) for cell in cells[:150]], values[:150])
    genes = np.array([cell.genes for cell in cells[150:]], dtype=np.int32)
    assert np.array_equal(again.predict(genes)[0], mean)


def test_files_are_those_of_the_command_line(space, labels, table_file, run_program, tmp_path):
    cells, values = labels
    predictor = evonas.Predictor(space, "trees").fit(cells, values)
    file = tmp_path / "own.predictor"
    predictor.save(file, "accuracy", unit="%")
    mean, _ = predictor.predict(cells)
    loaded = evonas.Predictor.load(file)
    assert loaded.metric == "accuracy" and loaded.model == "trees"
    assert np.array_equal(loaded.predict(cells)[0], mean)
    best = run_program("predictor", "score", file, "--all", "--best", "1").splitlines()[-1]
    everything = [space.at(i) for i in range(space.size)]
    assert best.startswith(str(everything[int(np.argmax(predictor.predict(everything)[0]))]))
    # A file that the program writes predicts what Python's own fit does.
    run_program("predictor", "fit", "--table", table_file, "--metric", "accuracy", "--model", "trees",
                "--out", tmp_path / "theirs.predictor")
    table = evonas.Table(table_file)
    own = evonas.Predictor(space, "trees").fit(table.architectures, table.values("accuracy"))
    theirs = evonas.Predictor.load(tmp_path / "theirs.predictor")
    assert np.array_equal(own.predict(cells)[0], theirs.predict(cells)[0])


def test_static_features_are_kept(space, labels, tmp_path):
    cells, values = labels
    predictor = evonas.Predictor(space, "trees", statics=True).fit(cells[:150], values[:150])
    predictor.save(tmp_path / "statics.predictor", "accuracy")
    mean, _ = predictor.predict(cells)
    assert np.array_equal(evonas.Predictor.load(tmp_path / "statics.predictor").predict(cells)[0], mean)
    plain = evonas.Predictor(space, "trees").fit(cells[:150], values[:150])
    assert not np.array_equal(plain.predict(cells)[0], mean)


def test_an_earlier_task_helps(space, labels, tmp_path):
    cells, values = labels
    earlier = tmp_path / "earlier.predictor"
    evonas.Predictor(space, "trees").fit(cells[:150], values[:150]).save(earlier, metric="accuracy")
    plain = evonas.Predictor(space, "trees").fit(cells[150:160], values[150:160])
    informed = evonas.Predictor(space, "trees", prior=earlier).fit(cells[150:160], values[150:160])
    rest = slice(160, None)

    def agreement(predictor):
        return np.corrcoef(predictor.predict(cells[rest])[0], values[rest])[0, 1]

    assert agreement(informed) > agreement(plain)
    kept = tmp_path / "informed.predictor"
    informed.save(kept, metric="accuracy")
    earlier.unlink()
    again = evonas.Predictor.load(kept)
    assert np.array_equal(again.predict(cells)[0], informed.predict(cells)[0])


def test_networks_learn_as_on_the_command_line(space, labels, run_program, tmp_path):
    pytest.importorskip("torch")
    cells, values = labels[0][:60], labels[1][:60]
    lines = [f"{cell},{value!r}" for cell, value in zip(cells, values.tolist())]
    (tmp_path / "labels.csv").write_text("\n".join(["arch,accuracy", *lines]) + "\n")
    evonas.Table.import_csv(space, tmp_path / "labels.csv", "arch", ["accuracy=accuracy:%:maximize"],
                            tmp_path / "labels.sqlite")
    options = {"epochs": 4, "losses": "squared_error=0.5+pairwise_logistic=0.5", "average": 0.9,
               "validation": 0.2, "patience": 3, "twin": "same", "consistency": 0.5}
    run_program("predictor", "fit", "--table", tmp_path / "labels.sqlite", "--metric", "accuracy",
                "--model", "gin", "--out", tmp_path / "theirs.predictor",
                *(word for name, value in options.items() for word in (f"--{name}", value)))
    table = evonas.Table(tmp_path / "labels.sqlite")
    own = evonas.Predictor(space, "gin", **options)
    assert own.learning_curve == []
    own.fit(table.architectures, table.values("accuracy"))
    theirs = evonas.Predictor.load(tmp_path / "theirs.predictor")
    assert np.array_equal(own.predict(cells)[0], theirs.predict(cells)[0])
    assert own.learning_curve[-1].epoch >= 1
    assert all(np.isfinite(point.loss) for point in own.learning_curve)
    plain = evonas.Predictor(space, "gin", epochs=4)
    plain.fit(table.architectures, table.values("accuracy"))
    assert not np.array_equal(own.predict(cells)[0], plain.predict(cells)[0])


def test_options_that_networks_cannot_have(space):
    for options, what in [({"losses": "squares"}, "losses"), ({"average": 1.5}, "average"),
                          ({"validation": -0.1}, "validation"), ({"patience": 0}, "patience"),
                          ({"twin": "other"}, "twin"), ({"consistency": float("nan")}, "consistency"),
                          ({"epochs": -1}, "epochs"), ({"precision": "half"}, "precision")]:
        with pytest.raises(evonas.ConfigurationError, match=f"Predictor: {what}: "):
            evonas.Predictor(space, "gin", **options)
    with pytest.raises(TypeError):
        evonas.Predictor(space, "gin", loss="squared_error")


def test_what_cannot_be_learnt(space, labels):
    cells, values = labels
    predictor = evonas.Predictor(space, "trees")
    with pytest.raises(evonas.PredictorError):
        predictor.predict(cells)
    with pytest.raises(evonas.PredictorError, match="3 values for 2 architectures|values"):
        predictor.fit(cells[:2], values[:3])
    with pytest.raises(evonas.PredictorError):
        predictor.fit(cells[:2], [1.0, float("nan")])
    with pytest.raises(evonas.PredictorError, match="trees"):
        evonas.Predictor(space, "tres")
    with pytest.raises(evonas.SpaceError):
        predictor.fit([evonas.Space("darts").sample(1)[0]], [1.0])
    with pytest.raises(TypeError):
        predictor.fit("text", [1.0])


def test_other_threads_run_during_a_fit(space, labels):
    cells, values = labels
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.monotonic()
    evonas.Predictor(space, "gp").fit(cells, values).predict([space.at(i) for i in range(5000)])
    end = time.monotonic()
    stop.set()
    thread.join()
    within = [begin, *(at for at in ticks if begin < at < end), end]
    longest = max(b - a for a, b in zip(within, within[1:]))
    assert longest < max(0.25, (end - begin) / 2), "the GIL was held"
