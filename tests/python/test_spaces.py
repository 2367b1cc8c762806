import copy
import pickle

import numpy as np
import pytest

import evonas
from conftest import CELL


def test_names():
    assert "nasbench201" in evonas.space_names()
    assert evonas.space_names()[-1] == "declared"


def test_sampling_is_that_of_the_command_line(space, run_program):
    rows = run_program("space", "sample", "nasbench201", "-n", "20", "--seed", "5",
                       "--input", "cifar10").splitlines()[1:]
    sampled = space.sample(20, seed=5)
    assert [str(one) for one in sampled] == [row.split(",")[0] for row in rows]
    assert [one.key for one in sampled] == [row.split(",")[1] for row in rows]
    for one, row in zip(sampled, rows):
        cost = one.cost("cifar10")
        assert [cost["params"], cost["macs"], cost["flops"]] == [int(x) for x in row.split(",")[2:5]]


def test_an_architecture_is_a_value(space):
    cell = space.parse(CELL)
    assert str(cell) == CELL
    assert cell == space.from_genes(list(cell.genes))
    assert hash(cell) == hash(space.parse(CELL))
    assert len({cell, space.parse(CELL)}) == 1
    assert cell != space.at(0) and cell != CELL
    for other in (pickle.loads(pickle.dumps(cell)), copy.copy(cell)):
        assert other == cell and other.key == cell.key and other.space.name == "nasbench201"


def test_options_travel(space):
    small = pickle.loads(pickle.dumps(evonas.Space("nasbench201", channels=8)))
    assert small.options == ["channels=8"]
    assert small.parse(CELL).cost()["params"] < space.parse(CELL).cost()["params"]


def test_variation(space):
    first, second = space.sample(2)
    child = space.mutate(first, seed=1)
    assert child != first and child == space.mutate(first, seed=1)
    assert sum(a != b for a, b in zip(child.genes, first.genes)) == 1
    mixed = space.crossover(first, second, seed=2)
    assert all(gene in pair for gene, *pair in zip(mixed.genes, first.genes, second.genes))
    assert child in space.neighbours(first)


def test_arrays_of_genes(space):
    cells = space.sample(5)
    rows = np.array([cell.genes for cell in cells], dtype=np.int64)
    assert space.from_array(rows) == cells
    rows[2, 0] = 70000
    with pytest.raises(evonas.SpaceError, match="row 2: 70000"):
        space.from_array(rows)


@pytest.mark.parametrize(
    "call", [lambda space: space.parse("|nothing~0|"), lambda space: space.from_genes([9, 0]),
             lambda space: space.at(15625)])
def test_what_is_no_architecture(space, call):
    with pytest.raises(evonas.SpaceError):
        call(space)


def test_what_is_no_space():
    with pytest.raises(evonas.Error, match="nasbench201"):
        evonas.Space("nasbench2O1")
    with pytest.raises(evonas.ConfigurationError, match="channel"):
        evonas.Space("nasbench201", chanels=8)


def test_networks_in_pytorch(space):
    torch = pytest.importorskip("torch")
    cell = evonas.Space("nasbench201", channels=8, cells_per_stage=1).parse(CELL)
    network = cell.to_torch("1x28x28:10")
    assert network(torch.zeros(3, 1, 28, 28)).shape == (3, 10)
    assert sum(p.numel() for p in network.parameters()) == cell.cost("1x28x28:10")["params"]
    assert "class Network" in cell.pytorch_source()


def test_networks_in_onnx(space):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(space.parse(CELL).onnx("cifar10", seed=1))
    onnx.checker.check_model(model)
    assert space.parse(CELL).onnx(seed=1) == space.parse(CELL).onnx(seed=1)


def test_a_space_from_a_dict(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    declaration = {
        "title": "Two stages",
        "stem": [{"operation": "conv", "channels": 8}],
        "stages": [{"operation": "conv", "channels": 16, "kernel": [3, 5], "depth": [1, 2]}],
    }
    space = evonas.declare(declaration)
    assert space.size == len({space.at(i) for i in range(space.size)}) and space.size > 2
    assert space.options[0].startswith("file=")
    assert evonas.declare(declaration).at(1) == space.at(1)
    assert evonas.declare(declaration, tmp_path / "own.yaml", width=2.0).at(0).cost()["params"] > \
        space.at(0).cost()["params"]
    with pytest.raises(evonas.SpaceError, match="convolute"):
        evonas.declare({**declaration, "stem": [{"operation": "convolute", "channels": 8}]})


def test_a_declared_space_travels_with_its_declaration(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "two words.yaml"
    space = evonas.declare({
        "title": "Two stages",
        "stem": [{"operation": "conv", "channels": 8}],
        "stages": [{"operation": "conv", "channels": 16, "kernel": [3, 5], "depth": [1, 2]}],
    }, file, width=2.0)
    packed = pickle.dumps(space.at(1))
    assert pickle.loads(packed).space.options == space.options
    text = file.read_text()
    file.unlink()
    there = pickle.loads(packed)  # as on another machine
    assert str(there) == str(space.at(1)) and there.cost() == space.at(1).cost()
    kept = list((tmp_path / "cache/evonas/spaces").iterdir())
    assert [one.read_text() for one in kept] == [text]
    file.write_text(text.replace("16", "32"))  # another space lies where it came from
    assert pickle.loads(packed).cost() == there.cost()
    assert pickle.loads(pickle.dumps(there)) == there
