"""What the ending of a child process means: its own error, a signal, or silence."""

from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    advice,
    command,
    fail,
    skip,
)
from seqforecast.doctor.checks.recipes import new_environment, reinstall_tensorflow
from seqforecast.doctor.checks.signatures import recognise, telling_line
from seqforecast.doctor.facts import Machine, ProbeResult

SIGNALS = {
    "SIGILL": "it met an instruction that this processor does not have",
    "SIGABRT": "native code gave up",
    "SIGSEGV": "native code reached for memory that is not its own",
    "SIGBUS": "a file it reads was cut short, or memory is broken",
    "SIGKILL": "the system killed it, most often because memory ran out",
}


def judge_ending(machine: Machine, probe: ProbeResult, doing: str) -> Finding | None:
    """Return what went wrong in a child, None when it ended well.

    Args:
        machine: all facts, for the fixes.
        probe: the child.
        doing: what it was doing, to begin a sentence with.
    """
    if probe.outcome == "ok":
        return None
    if probe.outcome == "not_run":
        return skip("the child process was not started")
    text = f"{probe.data.get('error', '')}\n{probe.output}"
    signature = recognise(text)
    evidence = {"ending": _ending(probe), "output": telling_line(text, signature)}
    evidence = {name: told for name, told in evidence.items() if told}
    if signature and probe.signal != "SIGKILL":
        return fail(signature.cause, *signature.fixes(machine), **evidence)
    if probe.outcome == "timeout":
        return fail(
            f"{doing} did not end within {probe.seconds:.0f} seconds",
            command(
                "seqforecast doctor", "once more: the first load of a cold disk is slow"
            ),
            advice("if it hangs again, stop other programs that use the GPU"),
            **evidence,
        )
    if probe.outcome == "signal":
        meaning = SIGNALS.get(str(probe.signal), "the system ended it")
        return fail(
            f"{doing} died of {probe.signal}: {meaning}",
            *_after_signal(machine, probe),
            **evidence,
        )
    return fail(
        f"{doing} failed",
        reinstall_tensorflow(machine),
        new_environment(machine),
        **evidence,
    )


def _after_signal(machine: Machine, probe: ProbeResult) -> tuple[Fix, ...]:
    if probe.signal == "SIGKILL":
        return (
            advice("close other programs, or give the container more memory (2 GiB)"),
        )
    if probe.signal == "SIGILL":
        return (advice("use a host whose processor has AVX, or a native arm64 Python"),)
    if probe.signal == "SIGBUS":
        return (reinstall_tensorflow(machine),)
    return (new_environment(machine), reinstall_tensorflow(machine))


def _ending(probe: ProbeResult) -> str:
    if probe.outcome == "signal":
        return f"{probe.signal} after {probe.seconds:.0f} seconds"
    return ""
