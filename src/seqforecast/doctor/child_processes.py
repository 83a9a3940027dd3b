"""Child processes: probes that may hang or crash, run where they can do no harm."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from seqforecast.doctor.facts.machine import Outcome, ProbeResult
from seqforecast.files import python_of

PROBES = python_of("seqforecast.doctor.probes", "-X", "faulthandler")

# Of long output the first and the last bytes are kept: causes and crashes.
KEPT_BYTES = 32_768

# Windows has no signals; it ends a process with one of these instead.
_WINDOWS_CRASHES = {
    0xC0000005: "SIGSEGV",
    0xC000001D: "SIGILL",
    0xC0000409: "SIGABRT",
}


def run_child(name: str, arguments: Mapping[str, Any], timeout: float) -> ProbeResult:
    """Run one probe in a process of its own.

    Args:
        name: of the probe; see `seqforecast.doctor.probes`.
        arguments: what the probe is called with; anything JSON can hold.
        timeout: seconds after which the child and all its children are killed.
    """
    return run_program(name, (*PROBES, name, json.dumps(dict(arguments))), timeout)


def run_program(name: str, command: Sequence[str], timeout: float) -> ProbeResult:
    """Run a program that writes its result to the file it is given last.

    The program has no stdin and, except on Windows, a session of its own. The
    result is a JSON object; without one the program has failed. Nothing of it
    outlives this call.

    Args:
        name: what the result is called.
        command: the program and its arguments; the path of the file is added.
        timeout: seconds.
    """
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as output,
    ):
        result = Path(folder, "result.json")
        try:
            code = _run([*command, str(result)], output, timeout)
        except OSError as error:
            data = {"error": f"the process cannot start: {error}"}
            return ProbeResult(name, "not_run", data)
        seconds = time.monotonic() - started
        ending = _ending(code, _read(result))
        return ProbeResult(
            name=name,
            outcome=ending.outcome,
            data=ending.data,
            output=_shortened(output),
            seconds=seconds,
            signal=ending.signal,
        )


@dataclass(frozen=True, slots=True)
class _Ending:
    outcome: Outcome
    data: Mapping[str, Any]
    signal: str | None = None


def _run(command: list[str], output: BinaryIO, timeout: float) -> int | None:
    """Return the exit code, or None after a timeout; leave no process behind."""
    # A file and not a pipe: a pipe stays open as long as any grandchild has it.
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _kill_family(process)
        process.wait()


def _kill_family(process: subprocess.Popen[bytes]) -> None:
    """Kill a child with all its children, also those it left behind."""
    if sys.platform == "win32":
        if process.poll() is None:
            command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(  # noqa: S603 - fixed command
                command, capture_output=True, check=False
            )
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left; macOS says it the second way when only zombies are


def _read(result: Path) -> Mapping[str, Any] | None:
    """Return what the child wrote, None if it wrote nothing whole."""
    try:
        content = json.loads(result.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _ending(code: int | None, data: Mapping[str, Any] | None) -> _Ending:
    if code is None:
        return _Ending("timeout", data or {})
    if name := _signal(code):
        return _Ending("signal", data or {}, name)
    if data is None:
        return _Ending("failed", {"error": f"exit code {code} and no result"})
    return _Ending("failed" if code or "error" in data else "ok", data)


def _signal(code: int) -> str | None:
    """Return the name of the signal that ended a process."""
    if code >= 0:
        return _WINDOWS_CRASHES.get(code)
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _shortened(output: BinaryIO) -> str:
    """Return the output as text, without its middle when it is long."""
    size = output.seek(0, os.SEEK_END)
    output.seek(0)
    if size <= 2 * KEPT_BYTES:
        return output.read().decode("utf-8", "replace")
    first = output.read(KEPT_BYTES).decode("utf-8", "replace")
    output.seek(size - KEPT_BYTES)
    last = output.read().decode("utf-8", "replace")
    return f"{first}\n[{size - 2 * KEPT_BYTES} bytes left out]\n{last}"
