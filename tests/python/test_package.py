"""The package as a whole: documentation, types, errors."""
import inspect
import pathlib
import re

import evonas


def test_everything_public_is_documented():
    for name in evonas.__all__:
        if name.startswith("__"):
            continue
        thing = getattr(evonas, name)
        assert inspect.getdoc(thing), name
        for member, value in vars(thing).items() if inspect.isclass(thing) else ():
            if not member.startswith("_"):
                assert getattr(value, "__doc__", None), f"{name}.{member}"


def test_types():
    folder = pathlib.Path(evonas.__file__).parent
    assert (folder / "py.typed").exists()
    stub = (folder / "_evonas.pyi").read_text()
    for name in ("Architecture", "Candidate", "Space", "Table", "Error", "SearchError"):
        assert re.search(rf"^class {name}\b", stub, re.MULTILINE), name


def test_errors():
    for name in evonas.__all__:
        if name.endswith("Error"):
            assert issubclass(getattr(evonas, name), evonas.Error)
    assert issubclass(evonas.Error, RuntimeError)
    assert re.fullmatch(r"\d+\.\d+\.\d+", evonas.__version__)
