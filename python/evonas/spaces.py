"""Spaces that are declared in Python."""
from __future__ import annotations

import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from ._evonas import Space


def _cache() -> pathlib.Path:
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "evonas" / "spaces"


def declare(
    declaration: Mapping[str, Any], file: str | os.PathLike[str] | None = None, **options: Any
) -> Space:
    """A search space of one's own: the declaration that configs/spaces/reference.yaml explains, as a dict.

    A space is read from a file, so that runs can be continued and verified later. It is `file` (JSON,
    which is YAML), or one in the user's cache that is named by its content. `options` are those of the
    space `declared`: width, drop_strides, resolution. Raises SpaceError with every fault of the
    declaration.
    """
    text = json.dumps(declaration, indent=2, ensure_ascii=False, allow_nan=False)
    if file is None:
        name = hashlib.sha256(text.encode()).hexdigest()[:32]
        path = _cache() / f"{name}.yaml"
    else:
        path = pathlib.Path(file)
    path = path.absolute()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    return Space("declared", file=str(path), **options)
