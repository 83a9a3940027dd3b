"""What a test runs in place of training: a script that does as it is told.

    python stand_in_program.py DIRECTORY WORD...

It ends by writing scores into DIRECTORY, unless a word says otherwise; what it saw of
its process goes to facts.json there.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from seqforecast.runs.run_files import RunDirectory

FAILURE = {"message": "the loss left the finite numbers", "hint": "lower the rate"}


def note(file: str, **facts: object) -> None:
    """Add a line to a file beside the run."""
    line = json.dumps({"run": run.path.name, "at": time.monotonic(), **facts})
    with (run.path.parent / file).open("a") as lines:
        lines.write(line + "\n")


def hold() -> None:
    """Wait to be stopped, and write that it was, as training does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run.log.write_text(str(os.getpid()))
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        run.manifest.write_text('{"status": "interrupted"}')
        sys.exit(130)


def facts() -> dict[str, object]:
    """Return what a process sees of its own place."""
    names = ("CUDA_VISIBLE_DEVICES", "TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")
    return {
        "cores": sorted(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else None,
        **{name: os.environ.get(name) for name in names},
        "session": os.getsid(0) if hasattr(os, "getsid") else None,
        "words": sys.argv[1:],
    }


def main(words: list[str]) -> None:
    """Do as told."""
    run.path.mkdir(parents=True, exist_ok=True)
    note("times.jsonl", event="start")
    if "hold" in words:
        hold()
    if "deaf" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        run.log.write_text(str(os.getpid()))
        time.sleep(60)
    if "epochs" in words:
        for done in range(4):
            # Appended, as training does: a file written anew is empty for a moment.
            with run.history.open("a") as file:
                file.write("1,0.5\n" if done else "epoch,loss\n")
            time.sleep(0.25)
    time.sleep(0.4 if "slow" in words else 0)
    if "fail" in words:
        sys.stdout.write(json.dumps({"schema": 1, "error": FAILURE}))
        sys.exit(3)
    if "crash" in words:
        raise ZeroDivisionError("a bug")
    if "die" in words:
        os.kill(os.getpid(), signal.SIGKILL)
    if "nothing" in words:
        return
    (run.path / "facts.json").write_text(json.dumps(facts()))
    run.metrics.write_text("{}")
    note("times.jsonl", event="end")
    if "late" in words:
        sys.exit(1)


run = RunDirectory(Path(sys.argv[1]))
main(sys.argv[2:])
