"""Processes that fit statistical forecasters: shared by all, gone with their parent."""

import atexit
import json
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from seqforecast.data.panel import FloatArray
from seqforecast.errors import BackendError
from seqforecast.files import python_of
from seqforecast.hardware import usable_cores

INSTALL = "pip install 'seqforecast[statistical]'"
# A process has one core: its numbers do not depend on how many there are.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
ASKED = ("name", "season", "horizon")
PAUSE = 0.1  # seconds between two looks at the clock
LOADING = 180.0  # seconds that the library may take to load
DOUBT = 1.5  # times the limit that a guess must exceed to be believed
LEAST = 1.0  # seconds to guess from
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One history to forecast.

    Attributes:
        name: of the forecaster.
        values: shape (steps,), the history, oldest first, in the unit of the data.
        season: in steps; 1 for none.
        horizon: steps to forecast.
    """

    name: str
    values: FloatArray
    season: int
    horizon: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    Attributes:
        forecast: shape (horizon,); empty where there is none.
        error: why there is none.
    """

    forecast: tuple[float, ...] = ()
    error: str = ""


class Child:
    """A process that fits one history after the other.

    Args:
        command: what runs it; it speaks as `fitting` does.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - Python, a module of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ONE_THREAD,
            encoding="utf-8",
            start_new_session=True,  # a terminal's Ctrl-C is for the parent
        )
        self.is_loaded = False

    def load(self) -> None:
        """Wait until the library is loaded.

        Raises:
            BackendError: it is not installed, or does not load.
        """
        if self.is_loaded:
            return
        said = self._read()
        if "ready" not in said:
            why = said.get("absent", said.get("error"))
            raise BackendError(f"statsforecast does not load: {why}", hint=INSTALL)
        self.is_loaded = True

    def ask(self, request: Request) -> Answer:
        """Return what it answers; the end of the process is an answer too."""
        try:
            pipe = self._process.stdin
            if pipe is not None:
                values = [float(value) for value in request.values]
                said = {name: getattr(request, name) for name in ASKED}
                pipe.write(json.dumps(said | {"values": values}) + "\n")
                pipe.flush()
            return Answer(**self._read())
        except OSError as error:
            return Answer(error=f"its process ended: {error}")

    def _read(self) -> dict[str, Any]:
        pipe = self._process.stdout
        line = pipe.readline() if pipe is not None else ""
        if not line:
            return {"error": f"its process ended with code {self._process.wait()}"}
        said: dict[str, Any] = json.loads(line)
        return said

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it, and close its pipes; nobody may be reading them."""
        self.kill()
        for pipe in filter(None, (self._process.stdout, self._process.stdin)):
            with suppress(OSError):  # what it never read
                pipe.close()


@dataclass(slots=True)
class Processes:
    """Those that wait for requests; more are started when they are needed.

    Attributes:
        command: what runs one; empty for that of `fitting`.
        most: how many at the same time; None for one a core.
        idle: those that wait.
    """

    command: Sequence[str] = ()
    most: int | None = None
    idle: list[Child] = field(default_factory=list)

    def fit(self, requests: Sequence[Request], seconds: float) -> list[Answer]:
        """Return an answer to each request, in their order.

        Args:
            requests: at least one.
            seconds: that all of them may take; loading the library is not counted.

        Raises:
            BackendError: the library is not there, or they would take longer.
        """
        return _Work(self, requests, seconds).done()

    def take(self) -> Child:
        """Return one that waits, or start one."""
        while self.idle:
            child = self.idle.pop()
            if child.is_alive:
                return child
            child.close()
        module = "seqforecast.evaluation.baselines.fitting"
        return Child(self.command or python_of(module))

    def close(self) -> None:
        """End all that wait."""
        while self.idle:
            self.idle.pop().close()


SHARED = Processes()
atexit.register(SHARED.close)


class _Work:
    """Requests under way: a thread for each process, and the clock.

    Args:
        owner: whose processes they are.
        requests: at least one.
        seconds: that they may take.
    """

    def __init__(
        self, owner: Processes, requests: Sequence[Request], seconds: float
    ) -> None:
        self._owner, self._requests, self._seconds = owner, requests, seconds
        self._left = deque(spread_out(len(requests)))
        self._answers: SimpleQueue[tuple[int, Answer | BackendError]] = SimpleQueue()
        self._children: list[Child] = []
        self._count = min(owner.most or len(usable_cores()), len(requests))
        self._loaded: float | None = None

    def done(self) -> list[Answer]:
        """Return the answers.

        Raises:
            BackendError: the library is not there, or they would take longer.
        """
        threads = [
            threading.Thread(target=self._run, args=(self._take(),), daemon=True)
            for _ in range(self._count)
        ]
        try:
            for thread in threads:
                thread.start()
            found = self._wait()
        except BaseException:
            self._left.clear()
            for child in self._children:
                child.kill()
            raise
        finally:
            for thread in threads:
                thread.join()
            self._owner.idle += self._children
        return [found[number] for number in range(len(self._requests))]

    def _take(self) -> Child:
        self._children.append(child := self._owner.take())
        return child

    def _run(self, child: Child) -> None:
        """Ask until nothing is left; a process that ended is replaced."""
        try:
            child.load()
            self._loaded = self._loaded or time.monotonic()
            while self._left:
                number = self._left.popleft()
                self._answers.put((number, child.ask(self._requests[number])))
                if self._left and not child.is_alive:
                    child = self._take()
                    child.load()
        except IndexError:  # another thread was faster
            return
        except BackendError as error:
            self._answers.put((-1, error))

    def _wait(self) -> dict[int, Answer]:
        """Collect the answers, and watch the time.

        Raises:
            BackendError: the library is not there, or they would take longer.
        """
        found: dict[int, Answer] = {}
        began = time.monotonic()
        while len(found) < len(self._requests):
            try:
                number, answer = self._answers.get(timeout=PAUSE)
            except Empty:
                pass
            else:
                if isinstance(answer, BackendError):
                    raise answer
                found[number] = answer
            if self._loaded is not None:
                self._check(len(found), time.monotonic() - self._loaded)
            elif time.monotonic() - began > LOADING:
                raise BackendError(
                    f"statsforecast is not loaded after {LOADING:.0f} s",
                    hint="is this machine busy? the same command tries again",
                )
        return found

    def _check(self, done: int, spent: float) -> None:
        """Give up where the time is over, or will not do by far.

        Raises:
            BackendError: says how long all would take.
        """
        total = len(self._requests)
        guess = spent * total / done if done else spent
        is_known = done >= self._count and spent > LEAST
        if done == total or (
            spent <= self._seconds and not (is_known and guess > DOUBT * self._seconds)
        ):
            return
        about = f"about {guess:,.0f} s" if done else f"more than {spent:,.0f} s"
        raise BackendError(
            f"{total:,} fits of {self._requests[0].name} would take {about}, more than "
            f"the {self._seconds:g} s that a baseline may take",
            hint="evaluation.baseline_seconds gives them more",
        )


def spread_out(count: int) -> list[int]:
    """Return the numbers below a count, so that the first few of them stand for all.

    Histories get longer from one to the next: the first alone would promise too much.
    By multiples of the golden ratio, whose first few always lie far apart.
    """
    return sorted(range(count), key=lambda number: number * GOLDEN % 1)
