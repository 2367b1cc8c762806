"""Predictors."""
from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from ._evonas import Architecture, Space, SpacePredictor

if TYPE_CHECKING:
    import numpy.typing as npt

    Architectures = Union[Sequence[Union[Architecture, str]], npt.NDArray[np.integer[Any]]]


def _architectures(space: Space, given: Architectures) -> list[Architecture]:
    if isinstance(given, np.ndarray) and given.ndim == 2:
        if not np.issubdtype(given.dtype, np.integer):
            raise TypeError(f"genes are whole numbers, not {given.dtype}")
        return space.from_array(np.ascontiguousarray(given, dtype=np.int64))
    if isinstance(given, (str, Architecture)):
        raise TypeError("a sequence of architectures is expected, not one of them")
    return [space.parse(one) if isinstance(one, str) else one for one in given]


class Predictor:
    """Predicts one metric of the architectures of a space from examples.

    `model` is one of predictor_names(). With `input` it looks at the networks that read this (cifar10,
    3x32x32:10), else at cells. With `statics` gp, trees and what is made of them also read parameters,
    multiply-accumulates, memory and depth of whole networks. `pretrained` is a file that `evonas
    predictor pretrain` wrote, `epochs` replaces those of published models.

    Architectures are given as a sequence of them, of their notations, or as an array of their genes, a
    row each.
    """

    def __init__(
        self,
        space: Space,
        model: str = "evonas",
        *,
        input: str | None = None,
        statics: bool = False,
        pretrained: str | os.PathLike[str] | None = None,
        epochs: int = 0,
        threads: int = 0,
    ) -> None:
        self._predictor = SpacePredictor(
            space, model, input or "", statics, os.fspath(pretrained or ""), epochs, threads
        )

    @classmethod
    def load(cls, file: str | os.PathLike[str], *, threads: int = 0) -> Predictor:
        """What save(), or `evonas predictor fit`, has written."""
        self = cls.__new__(cls)
        self._predictor = SpacePredictor.load(os.fspath(file), threads)
        return self

    @property
    def space(self) -> Space:
        """The space whose architectures it knows."""
        return self._predictor.space

    @property
    def model(self) -> str:
        """What kind of predictor it is."""
        return self._predictor.model

    @property
    def metric(self) -> str:
        """What it predicts, where it was loaded or saved."""
        return self._predictor.metric

    @property
    def parameters(self) -> int:
        """How many numbers a fit learns."""
        return self._predictor.parameters

    def fit(
        self,
        architectures: Architectures,
        values: npt.ArrayLike,
        *,
        noise: npt.ArrayLike | None = None,
        seed: int = 1,
    ) -> Predictor:
        """Learns from labels; what was learnt before is forgotten. Returns itself.

        `noise` is the standard deviation of each value around what it stands for. The same labels in the
        same order and the same seed give the same predictor. Ctrl-C ends a fit and leaves the predictor
        as it was.
        """
        known = _architectures(self.space, architectures)
        self._predictor.fit(
            known,
            np.ascontiguousarray(values, dtype=np.float64),
            None if noise is None else np.ascontiguousarray(noise, dtype=np.float64),
            seed,
        )
        return self

    def predict(
        self, architectures: Architectures
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Expected values, and the standard deviations by which they are expected to be off."""
        return self._predictor.predict(_architectures(self.space, architectures))

    def save(
        self,
        file: str | os.PathLike[str],
        metric: str,
        *,
        unit: str = "",
        higher_is_better: bool = True,
    ) -> None:
        """Keeps what was learnt in a file, for load() and `evonas predictor score`."""
        self._predictor.save(os.fspath(file), metric, unit, higher_is_better)
