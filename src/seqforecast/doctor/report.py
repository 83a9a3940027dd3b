"""The report: for people, as JSON, as text to paste; and the table of checks."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast import __version__
from seqforecast.doctor.checks.finding import Check, Fix
from seqforecast.doctor.checks.speed import rates_of, shape_of
from seqforecast.doctor.facts.machine import Machine
from seqforecast.doctor.verdict import (
    Recommendation,
    Result,
    exit_code,
    problems,
    recommend,
)
from seqforecast.reporting.text_format import plural

WIDTH = 80
UNFINISHED = 4
SEVERITIES = {"ok": "info", "skip": "info", "warn": "warning", "fail": "error"}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that a report shows.

    Attributes:
        machine: the facts.
        results: one for each check that was asked for.
        strict: a warning counts as a failure.
        quick: only the static stage was asked for.
    """

    machine: Machine
    results: tuple[Result, ...]
    strict: bool = False
    quick: bool = False

    @property
    def exit_code(self) -> int:
        """0 usable, 1 not, 4 when a child could not be started."""
        unfinished = any(p.outcome == "not_run" for p in self.machine.probes.values())
        return exit_code(self.results, strict=self.strict) or UNFINISHED * unfinished

    @property
    def recommendation(self) -> Recommendation:
        """What to train on."""
        return recommend(self.machine, self.results)


def verdict(diagnosis: Diagnosis) -> str:
    """Return the verdict in one line."""
    failed = problems(diagnosis.results, "fail")
    warned = problems(diagnosis.results, "warn")
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return f"Not ready: {failed[0].finding.cause}{more}."
    count = len(warned)
    notes = f"{count} {plural('warning', count)}" if warned else ""
    if diagnosis.exit_code == UNFINISHED:
        return "Not finished: a child process could not be started."
    if diagnosis.exit_code:
        return f"Not ready: {notes}, and --strict counts them."
    with_notes = f", with {notes}" if notes else ""
    if diagnosis.quick and not _is_partial(diagnosis):
        return f"Nothing is in the way{with_notes}; TensorFlow was not started."
    if _is_partial(diagnosis):
        finding = diagnosis.results[-1].finding
        return (
            f"{'Skipped' if finding.status == 'skip' else 'In order'}: {finding.cause}."
        )
    device = diagnosis.recommendation.device
    place = "the CPU" if device == "cpu" else f"the GPU ({device})"
    return f"Ready to train on {place}{with_notes}."


def text(diagnosis: Diagnosis, *, verbose: bool = False) -> str:
    """Return the report for people: the verdict, what is not in order, the device."""
    lines = wrapped(verdict(diagnosis), "")
    for status in ("fail", "warn"):
        for result in problems(diagnosis.results, status):
            lines += ["", *_problem(result, diagnosis.results)]
    if verbose:
        lines += ["", *(line_of(result) for result in diagnosis.results)]
    advice = diagnosis.recommendation
    if advice.device and not (diagnosis.quick or _is_partial(diagnosis)):
        lines += ["", *wrapped(f"Device: {advice.device} ({advice.why}).", "        ")]
        lines += _measured(diagnosis.machine)
    return "\n".join(line.rstrip() for line in lines)


def _measured(machine: Machine) -> list[str]:
    """Return at which shape, and what the CPU does with each cell."""
    shape, rates = shape_of(machine), rates_of(machine)
    lines = wrapped(f"        Measured with {shape}.", "        ") if shape else []
    if rates:
        lines += wrapped(f"        Windows a second on the CPU: {rates}.", "        ")
    return lines


def _is_partial(diagnosis: Diagnosis) -> bool:
    """Return whether only some checks were asked for."""
    return all(result.check.id != "speed.recommend" for result in diagnosis.results)


def _problem(result: Result, results: Sequence[Result]) -> list[str]:
    finding, name = result.finding, result.check.id
    lines = wrapped(f"{finding.status}  {name}: {finding.cause}", "      ")
    if finding.detail:
        lines += wrapped(f"      {finding.detail}", "      ")
    for label, value in finding.evidence.items():
        lines += wrapped(f"      {label}: {value}", "        ")
    for i, fix in enumerate(finding.fixes):
        lines += _way_out(fix, "fix" if i == 0 else "or")
    blocked = [one.check.id for one in results if one.blocked_by == name]
    if blocked:
        checks = _grouped(blocked)
        lines += wrapped(f"      not examined because of it: {checks}", "        ")
    return lines


def _way_out(fix: Fix, word: str) -> list[str]:
    start = f"      {word + ':':<5}"
    if not fix.cmd:
        return wrapped(start + fix.why, " " * 11)
    # A command stays on one line, however long: it is there to be copied.
    return [start + fix.cmd, *wrapped(f"           ({fix.why})", " " * 12)]


def _grouped(names: Sequence[str]) -> str:
    """Return names, those of an area together where there are many."""
    areas: dict[str, list[str]] = {}
    for name in names:
        areas.setdefault(name.partition(".")[0], []).append(name)
    return ", ".join(
        f"{area} ({len(members)})" if len(members) > 2 else ", ".join(members)
        for area, members in areas.items()
    )


def line_of(result: Result) -> str:
    """Return one check in one line."""
    line = f"{result.finding.status:<5} {result.check.id:<22} {result.finding.cause}"
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def wrapped(line: str, indent: str) -> list[str]:
    """Return a line in pieces of 80 columns; words and commands stay whole."""
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [""]


def as_json(diagnosis: Diagnosis) -> Mapping[str, Any]:
    """Return the report for programs."""
    machine, advice = diagnosis.machine, diagnosis.recommendation
    host, python = machine.host, machine.python
    return {
        "schema": 1,
        "tool": "seqforecast doctor",
        "version": __version__,
        "verdict": verdict(diagnosis),
        "exit_code": diagnosis.exit_code,
        "target": machine.required or "any",
        "host": {
            "system": host.system,
            "machine": host.machine,
            "version": host.version,
            "chip": host.chip,
            "cores": host.cores,
            "memory": host.memory,
            "disk_free": host.disk_free,
            "rosetta": host.translated,
            "virtual": host.virtual,
            "libc": f"{host.libc} {host.libc_version}".strip(),
            "wsl": host.wsl,
            "container": host.container,
            "gpus": [card.name for card in machine.cuda.cards],
        },
        "python": {
            "version": ".".join(map(str, python.version)),
            "implementation": python.implementation,
            "executable": python.executable,
            "environment": python.kind,
        },
        "packages": dict(sorted(machine.packages.versions.items())),
        "recommend": {
            "device": advice.device or None,
            "why": advice.why,
            "env": dict(advice.environ),
            "install": list(advice.install),
        },
        "checks": [_check(result, machine) for result in diagnosis.results],
    }


def _check(result: Result, machine: Machine) -> Mapping[str, Any]:
    check, finding = result.check, result.finding
    probe = machine.probes.get(check.probe)
    return {
        "id": check.id,
        "stage": check.stage,
        "status": finding.status,
        "severity": SEVERITIES[finding.status],
        "title": check.title,
        "cause": finding.cause,
        "detail": finding.detail,
        "evidence": dict(finding.evidence),
        "fix": [{"cmd": fix.cmd or None, "why": fix.why} for fix in finding.fixes],
        "refs": list(check.refs),
        "blocked_by": result.blocked_by or None,
        "ms": round(probe.seconds * 1000) if probe else 0,
    }


def to_paste(diagnosis: Diagnosis) -> str:
    """Return a report for an issue or a forum, without names of person and host."""
    machine = diagnosis.machine
    host, python = machine.host, machine.python
    cards = ", ".join(f"{card.name} ({card.driver})" for card in machine.cuda.cards)
    packages = ("seqforecast", "tensorflow", "tensorflow-metal", "keras", "numpy")
    facts = {
        "system": f"{host.system} {host.version} on {host.machine} {host.chip}".strip(),
        "python": f"{'.'.join(map(str, python.version))} ({python.kind}) "
        f"{python.executable}",
        "packages": ", ".join(
            f"{name} {version}"
            for name, version in sorted(machine.packages.versions.items())
            if name.startswith(("nvidia-", "protobuf", "tensorflow"))
            or name in packages
        ),
        "plug-ins": ", ".join(plugin.path for plugin in machine.plugins),
        "cards": cards,
        "variables": ", ".join(f"{k}={v}" for k, v in sorted(machine.environ.items())),
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    written = "\n".join(["```", text(diagnosis, verbose=True), "", *lines, "```"])
    return redact(written, machine)


def redact(written: str, machine: Machine) -> str:
    """Return a text without the home directory, the user's and the host's name."""
    host = machine.host
    user = re.split(r"[\\/]", host.home.rstrip("\\/"))[-1] if host.home else ""
    for private, placeholder in ((host.home, "~"), (host.name, "HOST"), (user, "USER")):
        if len(private) > 2:
            pattern = rf"(?<![\w]){re.escape(private)}(?![\w])"
            written = re.sub(pattern, placeholder, written)
    return written


def listing(checks: Sequence[Check]) -> str:
    """Return the table of checks, stage by stage."""
    lines: list[str] = []
    for stage in dict.fromkeys(check.stage for check in checks):
        lines.append(f"{stage}:")
        named = [check for check in checks if check.stage == stage]
        lines += [f"  {check.id:<21} {check.title}" for check in named]
    return "\n".join(lines)


def explanation(check: Check) -> str:
    """Return why a check is made, what it needs, and where this is known from."""
    lines = [f"{check.id}: {check.title}.", "", *wrapped(check.about, ""), ""]
    lines += wrapped(f"stage: {check.stage}", "  ")
    if check.needs:
        lines += wrapped(
            f"asked only if these are in order: {', '.join(check.needs)}", "  "
        )
    return "\n".join([*lines, "read more:", *(f"  {ref}" for ref in check.refs)])
