import numpy as np
import pytest

import evonas
from conftest import CELL, accuracy


def test_values(space, table_file):
    table = evonas.Table(table_file)
    assert len(table) == 15625 and table.networks == 6466
    assert ("accuracy", "%", "maximize") in table.metrics
    values = table.values("accuracy")
    assert values.dtype == np.float64 and values.shape == (15625,)
    for row in (0, 77, 15624):
        assert values[row] == accuracy(table[row])
    cell = space.parse(CELL)
    assert table[table.find(cell)] == cell
    assert table.architectures[77] == table[77]


def test_what_is_not_there(space, table_file):
    table = evonas.Table(table_file, space)
    with pytest.raises(evonas.EvaluationError, match="accuracy"):
        table.values("acuracy")
    with pytest.raises(IndexError):
        table[15625]
    with pytest.raises(evonas.EvaluationError):
        evonas.Table(table_file.with_name("none.sqlite"))
    with pytest.raises(evonas.EvaluationError, match="nasbench201"):
        evonas.Table(table_file, evonas.Space("darts"))


def test_import_tells_the_line(space, tmp_path):
    (tmp_path / "bad.csv").write_text(f"arch,value\n{CELL},1\n|nothing|,2\n")
    with pytest.raises(evonas.EvaluationError, match="bad.csv.*3"):
        evonas.Table.import_csv(space, tmp_path / "bad.csv", "arch", ["value=value"],
                                tmp_path / "out.sqlite")
