"""The process that evaluates on a Ray cluster for the command line: `evaluation: {accuracy: {ray: "train.py:train"}}`.

evonas starts it as `python3 -m evonas.ray_worker OPTIONS` (one JSON object) and speaks with it in the messages
that configs/COMMAND.md describes.
"""
from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TextIO

from ._evonas import Error, EvaluationError, Space
from .ray import Tasks, connect

#: Seconds between two signs of life.
_HEARTBEAT = 5.0
#: The longest wait for results while requests may arrive.
_TURN = 0.01
_MOST_SLOTS = 1024


def main() -> int:
    """Works until standard input ends, or the cluster is lost."""
    # Standard output is for messages alone: what anybody prints goes to the log of the run.
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(json.loads(sys.argv[1]), sys.stdin, messages)
    code = worker.run()
    if worker.has_lost_cluster:
        os._exit(code)  # at a usual end Ray would wait for the cluster
    return code


class Worker:
    """Takes requests from one stream and answers on another one."""

    def __init__(self, options: Mapping[str, Any], requests: TextIO, messages: TextIO) -> None:
        self._options = options
        self._messages = messages
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(requests,), daemon=True).start()
        self._last_sign = time.monotonic()
        self.has_lost_cluster = False

    def run(self) -> int:
        """The exit code."""
        hello = self._requests.get()
        if hello is None:
            return 0
        self._metrics = [metric["name"] for metric in hello["metrics"]]
        try:
            self._prepare()
        except Exception as error:  # whatever the file of the user raises, too
            self._write(type="hello", protocol=1, error=f"{type(error).__name__}: {error}")
            return 1
        slots = self._options["most"] or self._tasks.room()
        self._write(type="hello", protocol=1, slots=min(slots, _MOST_SLOTS))
        try:
            while self._take_requests():
                self._answer()
        except EvaluationError as error:
            # No candidate is at fault: each is tried again by the process that comes next, which waits
            # for the cluster.
            self.has_lost_cluster = True
            for number in self._tasks.under_way():
                self._write_failure(number, "cluster", str(error), retry=True)
            return 0
        self._tasks.cancel_all()
        return 0

    def _prepare(self) -> None:
        options = self._options
        self._space = space_of(options["space"], options["space_words"])
        module, evaluate = load_function(options["function"])
        self._join()
        if options["function"].rpartition(":")[0].endswith(".py"):
            pickler: Any = importlib.import_module("ray").cloudpickle
            pickler.register_pickle_by_value(module)  # the nodes need no such file
        data = {"data": attribute_of(module, options["data"])()} if options["data"] else {}
        self._tasks = Tasks(
            evaluate,
            options=options["options"],
            timeout=options["timeout_seconds"],
            retries=options["retries"],
            on_progress=self._write_progress,
            **data,
        )

    def _join(self) -> None:
        """Joins the cluster, for which it waits where it is being started again."""
        environment = {}
        if self._options["working_dir"]:
            environment = {"runtime_env": {"working_dir": self._options["working_dir"]}}
        patience = time.monotonic() + self._options["start_seconds"]
        while True:
            try:
                connect(self._options["address"] or None, **environment)
                return
            except EvaluationError as error:
                if time.monotonic() + 1.0 > patience:
                    raise
                print(error, file=sys.stderr, flush=True)
                time.sleep(1.0)

    def _listen(self, requests: TextIO) -> None:
        for line in requests:
            self._requests.put(json.loads(line))
        self._requests.put(None)

    def _take_requests(self) -> bool:
        """Does what is asked for, for which it waits only where nothing is under way; False at the end."""
        with contextlib.suppress(queue.Empty):
            wait = 0.0 if len(self._tasks) else _HEARTBEAT
            while True:
                message = self._requests.get(timeout=wait) if wait else self._requests.get_nowait()
                if message is None:
                    return False
                self._do(message)
                wait = 0.0
        return True

    def _do(self, message: dict[str, Any]) -> None:
        number = message["id"]
        if message["type"] == "evaluate":
            try:
                architecture = self._space.from_genes(message["architecture"]["genes"])
            except Error as error:
                self._write_failure(number, "request", str(error))
                return
            self._tasks.start(number, architecture, message["seed"], self._metrics)
        elif message["type"] == "cancel" and self._tasks.cancel(number):
            self._write_failure(number, "cancelled", "as asked for")

    def _answer(self) -> None:
        if time.monotonic() - self._last_sign >= _HEARTBEAT:
            self._write(type="heartbeat")
        if not len(self._tasks):
            return
        for ended in self._tasks.wait(_TURN):
            if isinstance(ended.values, Mapping):
                metrics = {name: as_metric(value) for name, value in ended.values.items()}
                self._write(type="result", id=ended.what, metrics=metrics, seconds=ended.seconds)
            else:
                kind, _, reason = str(ended.values).partition(": ")
                self._write_failure(ended.what, kind, reason, seconds=ended.seconds)

    def _write_progress(self, number: int, epoch: int, values: Any) -> None:
        if not isinstance(values, Mapping):
            values = {self._metrics[0]: values}
        metrics = {name: as_metric(value) for name, value in values.items()}
        self._write(type="progress", id=number, epoch=epoch, metrics=metrics)

    def _write_failure(
        self, number: int, kind: str, reason: str, retry: bool = False, **rest: Any
    ) -> None:
        error = {"kind": kind, "message": reason, "retry": retry}
        self._write(type="result", id=number, error=error, **rest)

    def _write(self, **message: Any) -> None:
        print(json.dumps(message), file=self._messages, flush=True)
        self._last_sign = time.monotonic()


def space_of(name: str, words: list[str]) -> Space:
    """The space that has these `words`."""
    options = {}
    for word in words:
        option, text = word.split("=", 1)
        try:
            options[option] = json.loads(text)
        except ValueError:  # a text without quotes
            options[option] = text
    return Space(name, **options)


def load_function(name: str) -> tuple[ModuleType, Callable[..., Any]]:
    """The function FILE.py:FUNCTION, or MODULE:FUNCTION, and its module. Raises ImportError and
    whatever the file raises."""
    place, _, function = name.rpartition(":")
    if not place.endswith(".py"):
        module = importlib.import_module(place)
        return module, attribute_of(module, function)
    path = os.path.abspath(place)
    if not os.path.isfile(path):
        raise ImportError(f"there is no file {path}, of which {name} is a function")
    sys.path.insert(0, os.path.dirname(path))  # for what it imports from beside it
    stem = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(stem, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, attribute_of(module, function)


def attribute_of(module: ModuleType, name: str) -> Callable[..., Any]:
    """A function of a module. Raises ImportError."""
    function = getattr(module, name, None)
    if not callable(function):
        known = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
        raise ImportError(
            f"{module.__file__} has no function {name}; it has: {', '.join(known) or 'none'}"
        )
    return function  # type: ignore[no-any-return]


def as_metric(value: Any) -> Any:
    """As messages have it."""
    if isinstance(value, tuple):
        return dict(zip(("value", "low", "high"), value))
    return value


if __name__ == "__main__":
    sys.exit(main())
