"""Stages of a workflow: how long each took, and how much memory by then."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqforecast.hardware import peak_memory
from seqforecast.reporting.text_format import align_names, align_right, join, mib

UNTOLD = "this system does not tell a process its peak memory"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that has ended.

    Attributes:
        name: in plain words.
        seconds: it took.
        memory: peak resident bytes of the process so far; None where untold.
    """

    name: str
    seconds: float
    memory: int | None

    def values(self) -> dict[str, Any]:
        """Return an item of `stages` in metrics.json."""
        document = {"name": self.name, "seconds": self.seconds, "memory": self.memory}
        if self.memory is None:
            return {**document, "reasons": {"memory": UNTOLD}}
        return document


@dataclass(slots=True)
class Stages:
    """The stages of a workflow so far; together they cover all its time.

    Attributes:
        clock: returns seconds.
        memory: returns the process' peak memory in bytes.
        done: the stages that have ended, in order.
    """

    clock: Callable[[], float] = time.perf_counter
    memory: Callable[[], int | None] = peak_memory
    done: list[Stage] = field(default_factory=list)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin the first stage."""
        self._began = self.clock()

    def end(self, name: str) -> None:
        """End the stage that is on and give it its name; the next one begins."""
        now = self.clock()
        self.done.append(Stage(name, now - self._began, self.memory()))
        self._began = now

    def values(self) -> list[dict[str, Any]]:
        """Return `stages` of metrics.json."""
        return [stage.values() for stage in self.done]


def describe_stages(stages: Sequence[Stage]) -> list[str]:
    """Return the stages as lines of a table: name, seconds, peak memory by then."""
    rows = [("stage", "seconds", "peak memory")]
    rows += [
        (ended.name, f"{ended.seconds:.2f}", mib(ended.memory)) for ended in stages
    ]
    total = sum(stage.seconds for stage in stages)
    rows.append(("all", f"{total:.2f}", mib(stages[-1].memory if stages else None)))
    names, seconds, memory = zip(*rows, strict=True)
    return join([align_names(names), align_right(seconds), align_right(memory)])
