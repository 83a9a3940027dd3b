"""What a run was made of and on: data, versions, device, machine, times."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROGRAMS = ("seqforecast", "seqforecast.exe", "__main__.py")
Rows = list[tuple[str, str]]


def tabulate_data(manifest: Mapping[str, Any]) -> Rows:
    """Return facts of the data, name and value."""
    data, windows = manifest.get("data", {}), manifest.get("windows", {})
    season = data.get("season")
    facts = {
        "series": _count(data.get("series")),
        "values": _count(data.get("values")),
        "frequency": data.get("frequency"),
        "season": "none" if season is None else f"{season} steps",
        "windows": ", ".join(f"{count:,} {part}" for part, count in windows.items()),
        "SHA-256": data.get("sha256"),
    }
    return _known(facts)


def tabulate_environment(manifest: Mapping[str, Any]) -> Rows:
    """Return versions, device, machine, commit, times and seeds, name and value."""
    device, seeds = manifest.get("device", {}), manifest.get("seeds", {})
    facts = {
        "device": f"{device.get('name')} ({device.get('why')})" if device else None,
        "program": manifest.get("kernel"),
        **manifest.get("versions", {}),
        "platform": manifest.get("platform"),
        "git commit": manifest.get("git"),
        "seeds": ", ".join(
            f"{seed} for the {what}" for what, seed in seeds.items() if seed is not None
        ),
        "started": _time(manifest.get("started")),
        "resumed": ", ".join(map(_time, manifest.get("resumed", []))),
        "ended": _time(manifest.get("ended")),
    }
    return _known(facts)


def name_command(manifest: Mapping[str, Any]) -> str | None:
    """Return the command that made the run, wherever its program was then."""
    command = manifest.get("command")
    try:
        program, *words = shlex.split(command or "")
    except ValueError:
        return command
    is_ours = Path(program).name in PROGRAMS
    return shlex.join(["seqforecast", *words]) if is_ours else command


def _known(facts: Mapping[str, Any]) -> Rows:
    return [(name, str(of)) for name, of in facts.items() if of not in (None, "")]


def _count(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


def _time(stamp: str | None) -> str:
    """Write an ISO time as a person reads it; all of a manifest's are in UTC."""
    return "" if stamp is None else f"{stamp[:19].replace('T', ' ')} UTC"
