"""Evolutionary neural-architecture search: the engine of evonas, from Python.

- Space, Architecture: search spaces, their networks, what these cost, PyTorch modules and ONNX files.
- declare(): a space of one's own from a dict.
- Table: benchmark tables.
- Predictor: what to expect of an architecture, learnt from a few labels.
- Search: searches by ask and tell, or with a function that evaluates; with a run folder they are those of
  the command line, bit for bit.
- Run, read_run(), verify_run(): what a run has found, as data frames.

Everything that evonas complains of is an evonas.Error. Long calls let other Python threads run.
"""
try:  # the extension finds the LibTorch of this PyTorch then
    import torch  # noqa: F401
except ImportError:
    pass

from ._evonas import (
    Architecture,
    Candidate,
    ConfigurationError,
    Error,
    EvaluationError,
    FileError,
    GraphError,
    PredictorError,
    ReportError,
    SearchError,
    Space,
    SpaceError,
    Table,
    predictor_names,
    space_names,
    version as __version__,
)
from .predictor import Predictor
from .run import Run, read_run, verify_run
from .search import Search
from .spaces import declare

__all__ = [
    "Architecture",
    "Candidate",
    "ConfigurationError",
    "Error",
    "EvaluationError",
    "FileError",
    "GraphError",
    "Predictor",
    "PredictorError",
    "ReportError",
    "Run",
    "Search",
    "SearchError",
    "Space",
    "SpaceError",
    "Table",
    "__version__",
    "declare",
    "predictor_names",
    "read_run",
    "space_names",
    "verify_run",
]
