"""Predictors."""
from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Union

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


def _networks(**options: Any) -> str:
    """Those that are given, as the extension reads them."""
    return json.dumps({name: value for name, value in options.items() if value is not None})


class LearningPoint(NamedTuple):
    """How far a fit was at the end of an epoch."""

    epoch: int
    loss: float  #: that is made small, the mean of all steps since the last point
    held_out: float  #: loss of the labels that are held out (`validation`); nan without them


class Predictor:
    """Predicts one metric of the architectures of a space from examples.

    `model` is one of predictor_names(). With `input` it looks at the networks that read this (cifar10,
    3x32x32:10), else at cells. With `statics` gp, trees and what is made of them also read parameters,
    multiply-accumulates, memory and depth of whole networks. `pretrained` is a file that `evonas
    predictor pretrain` wrote. `prior` is one that save() or `evonas predictor fit` wrote for another task
    in the same space, such as another dataset or an earlier search: only what it does not say is learnt.

    How networks learn is as their recipes say, unless it is given, as to `evonas predictor fit`:

    - `epochs`: of published models, instead of those of their recipes; 0 is those.
    - `losses`: what is made small, "squared_error=0.5+pairwise_logistic=0.5" or another list with weights
      of squared_error, relative_squared_error (of labels above 0), permuted_pairs, pairwise_logistic,
      pairwise_hinge and list_mle.
    - `average`: decay a step of the moving average of the weights that is kept; 0 keeps the last weights.
    - `validation`: share of the labels that are held out: by their loss training ends in time, after
      `patience` epochs in a row without a least one, and the best weights are kept; 0 is none.
    - `twin`: what is scored beside each graph, to be taught that both scores are equal: "same" (under
      another dropout), "another_order" or "none"; `consistency` is the weight of their difference.

    Networks compute on `device` (cpu, cuda, cuda:1), and score in `precision` (float32, bfloat16).
    Raises ConfigurationError for values that these cannot have, and PredictorError for a model that does
    not follow them.

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
        prior: str | os.PathLike[str] | None = None,
        epochs: int = 0,
        losses: str | None = None,
        average: float | None = None,
        validation: float | None = None,
        patience: int | None = None,
        twin: str | None = None,
        consistency: float | None = None,
        device: str = "cpu",
        precision: str = "float32",
        threads: int = 0,
    ) -> None:
        networks = _networks(
            epochs=epochs,
            losses=losses,
            average=average,
            validation=validation,
            patience=patience,
            twin=twin,
            consistency=consistency,
            device=device,
            precision=precision,
        )
        self._predictor = SpacePredictor(
            space,
            model,
            input or "",
            statics,
            os.fspath(pretrained or ""),
            os.fspath(prior or ""),
            networks,
            threads,
        )

    @classmethod
    def load(
        cls,
        file: str | os.PathLike[str],
        *,
        device: str = "cpu",
        precision: str = "float32",
        threads: int = 0,
    ) -> Predictor:
        """What save(), or `evonas predictor fit`, has written."""
        self = cls.__new__(cls)
        networks = _networks(device=device, precision=precision)
        self._predictor = SpacePredictor.load(os.fspath(file), networks, threads)
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

    @property
    def learning_curve(self) -> list[LearningPoint]:
        """How the last fit went, where it was that of a network with a curve; empty elsewhere."""
        return [LearningPoint(*point) for point in self._predictor.learning_curve]

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
