"""Evaluations as tasks or actors of a Ray cluster (pip install evonas[ray]; evonas has to be installed on its nodes).

    run = run_on_ray(evonas.Search(configuration, folder="runs/cluster"), train, resources={"num_gpus": 1})
"""
from __future__ import annotations

import contextlib
import dataclasses
import inspect
import math
import socket
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

from ._evonas import Architecture, EvaluationError
from .run import Run
from .search import Evaluate, Search, Told

__all__ = ["run_on_ray"]

_NO_DATA = object()
#: Seconds after which the cluster is asked again what it has room for.
_ROOM_KNOWN = 5.0
#: How often the head of the cluster is looked for, and how long it may be away, in seconds. Ray waits for
#: a minute, and ends this process then.
_HEAD_LOOKED_FOR = 2.0
_HEAD_AWAY = 30.0


def run_on_ray(
    search: Search,
    evaluate: Evaluate | type,
    *,
    data: Any = _NO_DATA,
    resources: Mapping[str, Any] | None = None,
    most: int | None = None,
    timeout: float | None = None,
    retries: int = 1,
) -> Run:
    """Searches to the end, with `evaluate(architecture)` as tasks of Ray, or as actors.

    What `evaluate` returns and raises is taken as by Search.run(), a parameter `seed` included. With
    `data` it is called as `evaluate(architecture, data)`: the object is placed on the cluster once, and
    every node fetches it once. `resources` are options of the tasks: num_cpus, num_gpus, resources,
    runtime_env, ...

    A class in the place of the function has actors, as many as evaluate at once: each makes an object of
    it, with `evaluate()` or `evaluate(data)`, for its first architecture, calls that for this and for
    those that follow, and holds the resources until the search ends. An actor that an evaluation has
    failed in, other than by what `evaluate` raises, is replaced.

    `most` are handed to Ray at once; by default as many as there is room for in the
    cluster, which is asked again as nodes join and leave. Give it where a cluster grows on demand.

    An evaluation that takes longer than `timeout` seconds, counted from when it begins on a node, that
    answers with what are no metrics, or that dies with its process or node is tried again up to
    `retries` times, and has failed then. What `evaluate` raises is not tried again. The search goes on
    in all of these cases.

    Raises EvaluationError where the cluster cannot be reached any longer, or its head has been away for
    half a minute. That is no failure of the candidates: the search is stopped, and its folder can be
    continued (Search.resume) with another cluster; so it can where Ray ends this whole process, as it
    does when its own process on this machine, the raylet, dies. Starts Ray where it does not run yet,
    and leaves it running. With the asynchronous driver workers never wait for a batch to end.
    """
    if most is not None and most < 1:
        raise ValueError(f"most is 1 or more, not {most}")
    connect()
    tasks = None
    try:
        tasks = Tasks(evaluate, data=data, options=resources or {}, timeout=timeout, retries=retries)
        while True:
            wanted = (tasks.room() if most is None else most) - len(tasks)
            for candidate in search.ask(max(0, wanted)):
                tasks.start(
                    candidate, candidate.architecture, candidate.seed, candidate.metrics
                )
            if not len(tasks):
                break
            for ended in tasks.wait(1.0):
                search.tell(ended.what, ended.values, seconds=ended.seconds)
        tasks.cancel_all()
    except BaseException:
        try:
            search.stop()
        finally:
            if tasks is not None:
                tasks.cancel_all()
        raise
    return search.run()


def connect(address: str | None = None, **options: Any) -> None:
    """Joins the cluster, unless that is done; starts one where no address is given and none runs here.
    Raises ImportError without Ray, EvaluationError where the cluster cannot be reached."""
    try:
        import ray
    except ImportError:
        raise ImportError("Ray is not installed for this Python: pip install ray") from None
    if ray.is_initialized():
        return
    try:
        ray.init(address=address, log_to_driver=False, **options)
    except Exception as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> EvaluationError:
    return EvaluationError(
        f"the Ray cluster cannot be reached ({_reason(error)}): what is evaluated so far is kept; "
        "start the cluster again, or set RAY_ADDRESS to another one, and resume the run"
    )


def _is_lost(ray: Any, error: Exception) -> bool:
    """Whether an error says that the cluster is lost, rather than a task, worker or node."""
    known = ray.exceptions
    if isinstance(error, known.RayTaskError):  # as which it may also be what the task raised
        return False
    return isinstance(
        error, (ConnectionError, known.RaySystemError, known.LocalRayletDiedError, known.RpcError)
    )


@contextlib.contextmanager
def _reaching(ray: Any) -> Iterator[None]:
    """Says what to do where the cluster is lost."""
    try:
        yield
    except Exception as error:
        if _is_lost(ray, error):
            raise _unreachable(error) from error
        raise


@dataclasses.dataclass
class Ended:
    """An evaluation that has ended: its metrics, or a text that says why there are none."""

    what: Any
    values: Told
    seconds: float  #: that its attempts took


@dataclasses.dataclass
class _Attempt:
    what: Any
    arguments: tuple[Architecture, int, Sequence[str]]
    number: int = 1
    begun: float | None = None  #: None while it waits for a free place
    before: float = 0.0  #: seconds that earlier attempts took
    epoch: int = 0
    actor: Any = None  #: that it runs in, where it is no task of its own

    def seconds(self) -> float:
        return self.before + (0.0 if self.begun is None else time.monotonic() - self.begun)


class _Head:
    """Watches whether the head of the cluster can be reached."""

    def __init__(self, ray: Any) -> None:
        host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
        self._address = (host.strip("[]"), int(port))
        self._looked_at = self._seen_at = time.monotonic()

    def check(self) -> None:
        """Looks for it now and then. Raises ConnectionError where it has been away for long."""
        if time.monotonic() - self._looked_at >= _HEAD_LOOKED_FOR:
            self.is_there()

    def is_there(self) -> bool:
        """Looks for it. Raises ConnectionError where it has been away for long."""
        self._looked_at = time.monotonic()
        try:
            socket.create_connection(self._address, timeout=_HEAD_LOOKED_FOR).close()
            self._seen_at = time.monotonic()
        except OSError as error:
            away = time.monotonic() - self._seen_at
            if away > _HEAD_AWAY:
                raise ConnectionError(f"its head has not answered for {away:.0f} s: {error}") from error
        return self._seen_at >= self._looked_at


class Tasks:
    """The evaluations that are under way on a cluster. For one thread.

    Every call may raise EvaluationError: the cluster cannot be reached any longer.
    """

    def __init__(
        self,
        evaluate: Callable[..., Any],
        *,
        data: Any = _NO_DATA,
        options: Mapping[str, Any],
        timeout: float | None,
        retries: int,
        on_progress: Callable[[Any, int, Mapping[str, Any]], None] = lambda what, epoch, values: None,
    ) -> None:
        """`on_progress` hears what is yielded after an epoch, where `evaluate` is a generator. Where it
        is a class, actors keep objects of it."""
        import ray

        self._ray: Any = ray
        self._options = options
        self._timeout = timeout
        self._retries = retries
        self._on_progress = on_progress
        self._under_way: dict[Any, _Attempt] = {}
        self._room = (-math.inf, 1)
        self._head = _Head(ray)
        with _reaching(ray):
            # A stream, so that a task can say that it has begun. Attempts are counted here, not by Ray.
            self._task: Any = None
            self._actor: Any = None
            self._idle: list[Any] = []  # actors
            if inspect.isclass(evaluate):
                # Without a number actors take a CPU to begin with, and none later.
                self._actor = ray.remote(_Actor).options(
                    **{"num_cpus": 1, **options, "max_restarts": 0, "max_task_retries": 0}
                )
            else:
                self._task = ray.remote(_evaluate).options(
                    **{**options, "num_returns": "streaming", "max_retries": 0}
                )
            self._function = ray.put(evaluate)
            self._data = [] if data is _NO_DATA else [ray.put(data)]

    def __len__(self) -> int:
        return len(self._under_way)

    def room(self) -> int:
        """How many evaluations the cluster has room for, busy or not; at least one."""
        known_at, room = self._room
        if time.monotonic() - known_at <= _ROOM_KNOWN:
            return room
        with _reaching(self._ray):
            # Without a head there would be no answer, for as long as Ray waits for one.
            if not self._head.is_there():
                return room
            nodes = self._ray.nodes()
        room = max(1, sum(_places(node, self._options) for node in nodes))
        self._room = (time.monotonic(), room)
        return room

    def start(
        self, what: Any, architecture: Architecture, seed: int, metrics: Sequence[str]
    ) -> None:
        """Hands an evaluation to Ray; `what` names it in what wait() returns."""
        self._start(_Attempt(what, (architecture, seed, list(metrics))))

    def wait(self, seconds: float) -> list[Ended]:
        """Waits up to so many seconds, until something ends, and returns what has."""
        with _reaching(self._ray):
            self._head.check()
            # Handles of streams, each of which is ready when it has something new.
            ready, _ = self._ray.wait(
                list(self._under_way), num_returns=1, timeout=min(seconds, self._patience())
            )
        heard = [self._hear(task) for task in ready]
        heard += [
            self._try_again(task, f"timeout: no result {self._timeout:g} s after it began")
            for task in self._overdue()
            if not self._has_news(task)
        ]
        return [ended for ended in heard if ended is not None]

    def cancel(self, what: Any) -> bool:
        """Cancels an evaluation, if it is still under way; wait() does not return it any more."""
        for task, attempt in self._under_way.items():
            if attempt.what == what:
                self._cancel(task, attempt)
                del self._under_way[task]
                return True
        return False

    def cancel_all(self) -> None:
        """Cancels what is under way, and ends actors, as far as the cluster can be reached; raises
        nothing."""
        for task, attempt in self._under_way.items():
            self._cancel(task, attempt)
        self._under_way.clear()
        for actor in self._idle:
            self._end(actor)
        self._idle.clear()

    def under_way(self) -> list[Any]:
        """The names of what is under way."""
        return [attempt.what for attempt in self._under_way.values()]

    def _start(self, attempt: _Attempt) -> None:
        with _reaching(self._ray):
            if self._actor is None:
                task = self._task.remote(self._function, *attempt.arguments, *self._data)
            else:
                if not self._idle:
                    self._idle.append(self._actor.remote(self._function, *self._data))
                attempt.actor = self._idle.pop()
                streamed = attempt.actor.evaluate.options(num_returns="streaming")
                task = streamed.remote(*attempt.arguments)
        self._under_way[task] = attempt

    def _cancel(self, task: Any, attempt: _Attempt) -> None:
        if attempt.actor is not None:
            self._end(attempt.actor)
            return
        # What cannot be cancelled has ended, or its cluster has.
        with contextlib.suppress(Exception):
            self._ray.cancel(task, force=True)

    def _end(self, actor: Any) -> None:
        with contextlib.suppress(Exception):  # as above
            self._ray.kill(actor)

    def _hear(self, task: Any) -> Ended | None:
        """What a task says next, if that is how it ends."""
        attempt = self._under_way[task]
        try:
            kind, told = self._ray.get(next(task))
        except StopIteration:
            return self._try_again(task, "died: the task ended without a result")
        except Exception as error:
            if _is_lost(self._ray, error):
                raise _unreachable(error) from error
            return self._try_again(task, _reason(error))
        if kind == "begun":
            attempt.begun = time.monotonic()
            return None
        if kind == "progress":
            attempt.epoch += 1
            self._on_progress(attempt.what, attempt.epoch, told)
            return None
        if kind == "garbage":
            return self._try_again(task, told)
        del self._under_way[task]
        if attempt.actor is not None:
            self._idle.append(attempt.actor)
        return Ended(attempt.what, told, attempt.seconds())

    def _try_again(self, task: Any, fault: str) -> Ended | None:
        """An attempt has failed: begins the next one, or ends with the fault."""
        attempt = self._under_way.pop(task)
        self._cancel(task, attempt)
        if attempt.number <= self._retries:
            self._start(
                _Attempt(
                    attempt.what, attempt.arguments, attempt.number + 1, before=attempt.seconds()
                )
            )
            return None
        if attempt.number > 1:
            fault += f" (in the last of {attempt.number} attempts)"
        return Ended(attempt.what, fault, attempt.seconds())

    def _patience(self) -> float:
        """Seconds until the next task may be overdue."""
        begun = [one.begun for one in self._under_way.values() if one.begun is not None]
        if self._timeout is None or not begun:
            return math.inf
        return max(0.0, min(begun) + self._timeout - time.monotonic())

    def _has_news(self, task: Any) -> bool:
        """Whether it has said something that nobody has had the time to hear yet."""
        with _reaching(self._ray):
            ready, _ = self._ray.wait([task], num_returns=1, timeout=0)
        return bool(ready)

    def _overdue(self) -> list[Any]:
        if self._timeout is None:
            return []
        latest = time.monotonic() - self._timeout
        return [
            task
            for task, one in self._under_way.items()
            if one.begun is not None and one.begun <= latest
        ]


def _places(node: Mapping[str, Any], options: Mapping[str, Any]) -> int:
    """How many tasks with these options a node has room for."""
    if not node["Alive"]:
        return 0
    needs = {
        "CPU": options.get("num_cpus", 1),
        "GPU": options.get("num_gpus", 0),
        "memory": options.get("memory", 0),
        **(options.get("resources") or {}),
    }
    # Tasks that take nothing are as many as there are CPUs.
    needs = {name: need for name, need in needs.items() if need} or {"CPU": 1}
    there = node["Resources"]
    # Shares such as .1 are added up with a slight error.
    return min(int(there.get(name, 0.0) / need + 1e-9) for name, need in needs.items())


def _reason(error: BaseException) -> str:
    """As one line."""
    error = getattr(error, "cause", None) or error  # what a task has raised
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}"


def _evaluate(
    evaluate: Callable[..., Any],
    architecture: Architecture,
    seed: int,
    metrics: Sequence[str],
    *data: Any,
) -> Iterator[tuple[str, Any]]:
    """On a node: one evaluation by a function."""
    yield from _told(lambda: _call(evaluate, architecture, seed, *data), metrics)


class _Actor:
    """On a node: evaluates by an object of a class. That is made for the first architecture, so that
    what it raises is a failure like any other."""

    def __init__(self, make: Callable[..., Any], *data: Any) -> None:
        self._make = make
        self._data = data
        self._made: Any = None

    def evaluate(
        self, architecture: Architecture, seed: int, metrics: Sequence[str]
    ) -> Iterator[tuple[str, Any]]:
        """One evaluation."""
        yield from _told(lambda: self._call(architecture, seed), metrics)

    def _call(self, architecture: Architecture, seed: int) -> Any:
        if self._made is None:
            self._made = self._make(*self._data)
        return _call(self._made, architecture, seed)


def _told(call: Callable[[], Any], metrics: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """That an evaluation begins, values after each epoch, and the result of the call.

    A result is plain numbers or a text, which can be read everywhere.
    """
    yield "begun", None
    try:
        values = call()
        if inspect.isgenerator(values):
            values = yield from _epochs(values)
    except Exception as error:
        yield "failed", f"{type(error).__name__}: {error}"
        return
    if isinstance(values, BaseException):
        yield "failed", f"{type(values).__name__}: {values}"
    elif isinstance(values, str):
        yield "failed", values or "failed: the function returned an empty text"
    else:
        yield _checked(values, metrics)


def _call(evaluate: Callable[..., Any], *arguments: Any) -> Any:
    architecture, seed, *data = arguments
    try:
        takes_seed = "seed" in inspect.signature(evaluate).parameters
    except (TypeError, ValueError):
        takes_seed = False
    if takes_seed:
        return evaluate(architecture, *data, seed=seed)
    return evaluate(architecture, *data)


def _epochs(generator: Iterator[Any]) -> Generator[tuple[str, Any], None, Any]:
    """Tells what is yielded after each epoch, and returns the result: the last of it, if no other."""
    values = None
    while True:
        try:
            values = next(generator)
        except StopIteration as end:
            return values if end.value is None else end.value
        yield "progress", _numbers(values) if isinstance(values, Mapping) else _number(values)


def _checked(values: Any, metrics: Sequence[str]) -> tuple[str, Any]:
    """The metrics, or what is wrong with them."""
    try:
        if not isinstance(values, Mapping):
            if len(metrics) != 1:
                raise ValueError(f"several metrics are returned by name: {', '.join(metrics)}")
            values = {metrics[0]: values}
        found = _numbers(values)
        if set(found) != set(metrics):
            raise ValueError(
                f"the metrics are {', '.join(metrics)}, not {', '.join(found) or 'none'}"
            )
    except (TypeError, ValueError) as error:
        return "garbage", f"result: {error}"
    return "values", found


def _numbers(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _number(value) for name, value in values.items()}


def _number(value: Any) -> float | tuple[float, ...]:
    """A finite number, or three: the value and the bounds of its interval."""
    if isinstance(value, (tuple, list)):
        if len(value) != 3:
            raise ValueError("an interval is three numbers: (value, low, high)")
        return tuple(_number(one) for one in value)  # type: ignore[misc]
    if isinstance(value, str):
        raise ValueError(f"{value!r} is no number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no finite number")
    return number
