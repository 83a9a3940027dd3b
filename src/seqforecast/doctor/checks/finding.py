"""What a check says: status, cause, what was seen, what mends it, where from."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from seqforecast.doctor.facts.machine import Machine

Status = Literal["ok", "warn", "fail", "skip"]
Stage = Literal["static", "import", "numeric", "speed"]
TENSORFLOW_ISSUES = "https://github.com/tensorflow/tensorflow/issues"
KERAS_ISSUES = "https://github.com/keras-team/keras/issues"
TENSORFLOW_INSTALL = "https://www.tensorflow.org/install/pip"
METAL = "https://developer.apple.com/metal/tensorflow-plugin/"
ROSETTA = "https://developer.apple.com/documentation/apple-silicon/about-the-rosetta-translation-environment"
CUDA_DRIVERS = "https://docs.nvidia.com/deploy/cuda-compatibility/"
CUDA_CARDS = "https://developer.nvidia.com/cuda-gpus"
WSL = "https://docs.nvidia.com/cuda/wsl-user-guide/"
PYTHON_VENV = "https://docs.python.org/3/library/venv.html"
PYTHON_IMPORT = "https://docs.python.org/3/tutorial/modules.html#the-module-search-path"
PYTHON_METADATA = "https://packaging.python.org/en/latest/specifications/"
KERAS_BACKEND = "https://keras.io/getting_started/#configuring-your-backend"
APPLE_FORUM = "https://developer.apple.com/forums/thread"
VIRTUAL_MACS = "https://github.com/actions/runner-images/issues/9254"
MUSL = "https://peps.python.org/pep-0656/"
GLIBC = "https://peps.python.org/pep-0600/"


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out.

    Attributes:
        cmd: what to type; empty when no command can do it.
        why: what it does, or what to do instead of a command.
        pip: the arguments of each pip call in `cmd`; empty when `--fix` must not
            do it.
    """

    cmd: str
    why: str
    pip: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's verdict.

    Attributes:
        status: what the check says of this machine.
        cause: one line: what was seen, or what is wrong.
        detail: what follows from it.
        evidence: what proves it.
        fixes: ways out, the best first; never empty for warn and fail.
        spares_cpu: the failure leaves the CPU usable.
    """

    status: Status
    cause: str
    detail: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    spares_cpu: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One question about a machine.

    Attributes:
        id: its name: area.subject.
        stage: when it is asked.
        title: the statement that is true when all is well.
        judge: the answer; reads the facts and nothing else.
        about: why the question matters, for `--explain`.
        refs: where this is known from.
        needs: checks without which the question has no meaning.
        probe: the child process whose result it reads.
    """

    id: str
    stage: Stage
    title: str
    judge: Callable[[Machine], Finding]
    about: str
    refs: tuple[str, ...]
    needs: tuple[str, ...] = ()
    probe: str = ""


def ok(cause: str, **evidence: Any) -> Finding:
    """Return the finding that all is well."""
    return Finding("ok", cause, evidence=_texts(evidence))


def skip(cause: str) -> Finding:
    """Return the finding that the question does not arise here."""
    return Finding("skip", cause)


def warn(cause: str, *fixes: Fix, detail: str = "", **evidence: Any) -> Finding:
    """Return the finding that it works, but slowly or not for long."""
    return Finding("warn", cause, detail, _texts(evidence), fixes)


def fail(cause: str, *fixes: Fix, detail: str = "", **evidence: Any) -> Finding:
    """Return the finding that training is impossible or its numbers are wrong."""
    return Finding("fail", cause, detail, _texts(evidence), fixes)


def lose_gpu(cause: str, *fixes: Fix, detail: str = "", **evidence: Any) -> Finding:
    """Return the finding that the GPU is lost and the CPU is not."""
    return Finding("fail", cause, detail, _texts(evidence), fixes, spares_cpu=True)


def pip(*steps: tuple[str, ...], why: str) -> Fix:
    """Return the fix that calls pip, once for each step."""
    cmd = " && ".join(f"python -m pip {shlex.join(step)}" for step in steps)
    return Fix(cmd, why, steps)


def command(cmd: str, why: str) -> Fix:
    """Return the fix that the user types; `--fix` leaves it alone."""
    return Fix(cmd, why)


def advice(why: str) -> Fix:
    """Return the fix that no command can do."""
    return Fix("", why)


def _texts(evidence: Mapping[str, Any]) -> dict[str, str]:
    return {
        name if name.isupper() or "." in name else name.replace("_", " "): str(value)
        for name, value in evidence.items()
    }


def tensorflow_issue(number: int) -> str:
    """Return the address of an issue of TensorFlow."""
    return f"{TENSORFLOW_ISSUES}/{number}"


def keras_issue(number: int) -> str:
    """Return the address of an issue of Keras."""
    return f"{KERAS_ISSUES}/{number}"
