"""Networks as PyTorch modules."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def module_of(source: str) -> torch.nn.Module:
    """The module that source of Architecture.pytorch_source() defines, with new weights."""
    namespace: dict[str, object] = {"__name__": "evonas_network"}
    exec(compile(source, "<evonas network>", "exec"), namespace)
    network = namespace["Network"]
    return network()  # type: ignore[operator]
