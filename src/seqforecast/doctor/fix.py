"""What `--fix` may do, and doing it; only inside the active environment."""

import subprocess
import sys
from collections.abc import Callable, Sequence

from seqforecast.doctor.facts.machine import Machine
from seqforecast.doctor.verdict import Result
from seqforecast.errors import BackendError

Step = tuple[str, ...]
Call = Callable[[Sequence[str]], int]


def plan(machine: Machine, results: Sequence[Result]) -> tuple[Step, ...]:
    """Return the pip calls that mend what failed: the first way out of each.

    Losses of the GPU are mended too. Fixes that pip cannot make are left to the user.

    Raises:
        BackendError: the active Python is not an environment of the user's own.
    """
    fixes = [
        result.finding.fixes[0]
        for status in ("fail", "warn")
        for result in results
        if result.finding.status == status and result.finding.fixes
    ]
    steps = tuple(dict.fromkeys(step for fix in fixes for step in fix.pip))
    if steps and machine.python.kind not in ("venv", "conda"):
        raise BackendError(
            f"--fix does not change {machine.python.prefix}: it is "
            f"{'conda base' if machine.python.kind == 'conda-base' else 'shared'}, "
            "not an environment of its own",
            hint="make one: python3 -m venv new-venv, and run doctor from there",
        )
    return steps


def commands(machine: Machine, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps as full commands for this environment."""
    if "pip" in machine.packages.versions:
        return tuple((sys.executable, "-m", "pip", *step) for step in steps)
    return tuple(_for_uv(step) for step in steps)


def _for_uv(step: Step) -> Step:
    """Return a pip call as uv takes it: an environment made by uv has no pip."""
    known = [word for word in step if word not in ("-y", "--no-cache-dir")]
    return ("uv", "pip", known[0], "--python", sys.executable, *known[1:])


def carry_out(steps: Sequence[Step], call: Call | None = None) -> None:
    """Run the commands in order and stop at the first that fails.

    Raises:
        BackendError: a command failed.
    """
    for step in steps:
        code = (call or _call)(step)
        if code:
            raise BackendError(
                f"exit code {code} from: {' '.join(step)}",
                hint="what it wrote above says why; nothing after it was done",
            )


def _call(step: Sequence[str]) -> int:
    try:
        # Not where the user stands: `python -m pip` would run a pip.py that lies there.
        ended = subprocess.run(  # noqa: S603 - our own
            step, stdout=sys.stderr, check=False, cwd=sys.prefix
        )
    except OSError as error:
        raise BackendError(
            f"{step[0]} cannot be started: {error}", hint="install pip or uv here"
        ) from error
    return ended.returncode
