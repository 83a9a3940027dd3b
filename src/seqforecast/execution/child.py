"""The process of one fit: on its own core, and gone when its parent is gone.

    python -m seqforecast.execution.child CORE (-m MODULE | FILE) [WORD...]

CORE is a number, or `any`. Stdin is a pipe that only the parent holds open.
"""

import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Sequence

# Enough for a chunk of training and a checkpoint.
GRACE = 60.0


def main(core: str, words: Sequence[str]) -> None:
    """Run Python's `words` on one core until they end, or the parent does.

    Args:
        core: its number, as the system counts, or `any`.
        words: what would follow `python`.
    """
    pin(core)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if words[0] == "-m":
        sys.argv = list(words[1:])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(words)
        runpy.run_path(words[0], run_name="__main__")


def pin(core: str) -> None:
    """Leave this process one core: its number, or `any`; where the system can."""
    if core != "any" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})


def _end_with_parent() -> None:
    """End this process as SIGTERM does, once the parent is dead.

    The file is read below Python's buffer: that one would be locked when this
    process ends by itself.
    """
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
