"""The child: one peer in a process of its own, training a slice when it is asked to.

    python -m measure.child PEER

Reads a JSON line, answers with one: a case is prepared and warmed up, `"go"` trains
one slice and tells how many windows that was and how long it took.
"""

import json
import math
import os
import sys
import time
from collections.abc import Callable

from measure.cases import Case

SECONDS = 1.2  # of one slice

Run = Callable[[int], object]


def preparer(name: str) -> Callable[[Case], Run]:
    """Return how a peer gets ready.

    Raises:
        ImportError: it is not installed.
    """
    if name in ("ours", "ours_graph"):
        from measure import ours

        mode = "xla" if name == "ours" else "graph"
        return lambda case: ours.prepare(case, mode)
    if name in ("fit", "fit_arrays"):
        from measure import keras_fit

        if name == "fit":
            return keras_fit.prepare_dataset
        return keras_fit.prepare_arrays
    from measure import torch_loop

    threads = 1 if name == "torch_1" else None
    return lambda case: torch_loop.prepare(case, threads)


def seconds_of(run: Run, steps: int) -> float:
    """Train for some steps and return how long it took."""
    started = time.perf_counter()
    run(steps)
    return time.perf_counter() - started


def steps_of_a_slice(run: Run, chunk: int) -> int:
    """Compile, warm up, and return how many steps take about a slice's time."""
    steps = chunk
    run(steps)
    while (seconds := seconds_of(run, steps)) < 0.7 * SECONDS:
        steps = chunk * math.ceil(min(SECONDS / seconds, 8) * steps / chunk)
    return steps


def answer(name: str) -> None:
    """Serve until stdin ends."""
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer

    def tell(**facts: object) -> None:
        print(json.dumps(facts), file=lines, flush=True)

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        prepare = preparer(name)
    except ImportError as error:
        return tell(absent=str(error))
    tell(absent=None)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked != "go":
            case = Case(**asked)
            run = prepare(case)
            steps = steps_of_a_slice(run, case.chunk)
            tell(steps=steps)
        else:
            taken, seconds = steps, seconds_of(run, steps)
            # Threads that wait for each other are many times slower on a busy machine.
            if seconds > 3 * SECONDS and steps > case.chunk:
                steps = case.chunk * max(1, int(steps / case.chunk * SECONDS / seconds))
                run(steps)
            tell(windows=taken * case.batch, seconds=seconds)
    return None


if __name__ == "__main__":
    answer(sys.argv[1])
