"""Other forms of the report: JSON, a text to paste, the table of checks."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from seqforecast import __version__
from seqforecast.doctor.checks.finding import Check
from seqforecast.doctor.facts import Machine
from seqforecast.doctor.judging import Result
from seqforecast.doctor.report import Diagnosis, text, verdict, wrapped

SEVERITIES = {"ok": "info", "skip": "info", "warn": "warning", "fail": "error"}


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
    check, found = result.check, result.finding
    probe = machine.probes.get(check.probe)
    return {
        "id": check.id,
        "stage": check.stage,
        "status": found.status,
        "severity": SEVERITIES[found.status],
        "title": check.title,
        "cause": found.cause,
        "detail": found.detail,
        "evidence": dict(found.evidence),
        "fix": [{"cmd": fix.cmd or None, "why": fix.why} for fix in found.fixes],
        "refs": list(check.refs),
        "blocked_by": result.blocked_by or None,
        "ms": round(probe.seconds * 1000) if probe else 0,
    }


def to_paste(diagnosis: Diagnosis) -> str:
    """Return a report for an issue or a forum, without names of person and host."""
    machine = diagnosis.machine
    host, python = machine.host, machine.python
    cards = ", ".join(f"{card.name} ({card.driver})" for card in machine.cuda.cards)
    shown = ("seqforecast", "tensorflow", "tensorflow-metal", "keras", "numpy")
    facts = {
        "system": f"{host.system} {host.version} on {host.machine} {host.chip}".strip(),
        "python": f"{'.'.join(map(str, python.version))} ({python.kind}) "
        f"{python.executable}",
        "packages": ", ".join(
            f"{name} {version}"
            for name, version in sorted(machine.packages.versions.items())
            if name.startswith(("nvidia-", "protobuf", "tensorflow")) or name in shown
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
    for private, shown in ((host.home, "~"), (host.name, "HOST"), (user, "USER")):
        if len(private) > 2:
            pattern = rf"(?<![\w]){re.escape(private)}(?![\w])"
            written = re.sub(pattern, shown, written)
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
