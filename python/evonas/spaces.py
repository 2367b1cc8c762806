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
    path = _kept(text) if file is None else _written(text, pathlib.Path(file))
    return Space("declared", file=str(path), **options)


def _kept(text: str) -> pathlib.Path:
    """The file of the cache with this declaration."""
    name = hashlib.sha256(text.encode()).hexdigest()[:32]
    return _written(text, _cache() / f"{name}.yaml")


def _written(text: str, path: pathlib.Path) -> pathlib.Path:
    path = path.absolute()
    if not _is(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_bytes(text.encode())
        partial.replace(path)
    return path


def _is(path: pathlib.Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def pack(name: str, words: list[str]) -> tuple[str, list[str], str | None]:
    """What a pickled space consists of: its words, and the declaration that it is read from."""
    file = _file_of(name, words)
    text = None if file is None else file.read_bytes().decode()
    return name, words, text


def unpack(packed: tuple[str, list[str], str | None]) -> tuple[str, list[str]]:
    """The words of such a space here, where its file may not be."""
    name, words, text = packed
    file = _file_of(name, words)
    if file is None or text is None or _is(file, text):
        return name, words
    there = f"file={json.dumps(str(_kept(text)))}"
    return name, [there if word.startswith("file=") else word for word in words]


def _file_of(name: str, words: list[str]) -> pathlib.Path | None:
    """The declaration of a space, where it is read from one."""
    for word in words:
        option, _, text = word.partition("=")
        if name == "declared" and option == "file":
            return pathlib.Path(json.loads(text) if text.startswith('"') else text)
    return None
