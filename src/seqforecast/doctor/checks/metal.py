"""Checks of the Metal plug-in on Apple silicon, before TensorFlow is imported."""

from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    advice,
    command,
    fail,
    lose_gpu,
    ok,
    pip,
    skip,
    warn,
)
from seqforecast.doctor.checks.recipes import (
    INSTALLER,
    METAL_PLUGIN,
    METAL_TENSORFLOW,
    is_apple_silicon,
    version_of,
)
from seqforecast.doctor.facts import Machine, Plugin

FIRST_WITHOUT = (3, 13)


ELSEWHERE = {
    "user-site": "the user's own site-packages",
    "other-scheme": "another installation scheme of this Python",
    "variable": "TF_PLUGGABLE_DEVICE_LIBRARY_PATH",
}


def python(machine: Machine) -> Finding:
    """Judge whether the plug-in exists for this Python."""
    if not is_apple_silicon(machine):
        return skip("not Apple silicon")
    version = machine.python.version
    if version < FIRST_WITHOUT or "tensorflow-metal" in machine.packages.versions:
        return ok(f"Python {version[0]}.{version[1]}")
    return lose_gpu(
        f"the Metal plug-in does not exist for Python {version[0]}.{version[1]}",
        command(f"{INSTALLER} --python 3.12", "a new environment on Python 3.12"),
        advice("stay: the CPU works, and is often faster for recurrent layers"),
        detail="`pip install 'seqforecast[metal]'` installs no plug-in here and does "
        "not say so.",
    )


def plugin(machine: Machine) -> Finding:
    """Judge whether the plug-in is there, if it is wanted."""
    if not is_apple_silicon(machine):
        return skip("not Apple silicon")
    found = machine.packages.versions.get("tensorflow-metal")
    if found:
        return ok(f"tensorflow-metal {found}")
    if not machine.required:
        return skip("not installed; training uses the CPU")
    return lose_gpu(
        "the Metal plug-in is not installed",
        pip(
            ("install", METAL_TENSORFLOW, METAL_PLUGIN),
            why="the only plug-in that fits a TensorFlow of today, and its partner",
        ),
    )


def places(machine: Machine) -> Finding:
    """Judge whether plug-ins lie only in this environment."""
    if not machine.plugins:
        return skip("no plug-in")
    strays = [one for one in machine.plugins if one.place in ELSEWHERE]
    if not strays:
        return ok("no plug-in from elsewhere")
    first = strays[0]
    breaks = any(one.preflight and not one.preflight.loads for one in strays)
    say = fail if breaks else warn
    return say(
        f"a TensorFlow plug-in is loaded from {ELSEWHERE[first.place]}",
        _remove(first, machine),
        detail="TensorFlow loads every plug-in it finds, from 2.19 on in the user's "
        "site-packages too, even inside a virtual environment."
        + (" This one does not fit, so that the import fails." if breaks else ""),
        files=", ".join(one.path for one in strays),
    )


def _remove(plugin: Plugin, machine: Machine) -> Fix:
    if plugin.place == "variable":
        return command("unset TF_PLUGGABLE_DEVICE_LIBRARY_PATH", "stops loading it")
    major, minor = machine.python.version[:2]
    folder = plugin.path.replace("\\", "/").rpartition("/")[0]
    if plugin.place == "user-site" and not machine.packages.versions.get("pip"):
        return command(f"rm -r '{folder}'", "removes the folder TensorFlow looks into")
    return command(
        f"rm -r '{folder}'",
        "removes the folder TensorFlow looks into; afterwards outside every "
        f"environment: python{major}.{minor} -m pip uninstall tensorflow-metal",
    )


def symbols(machine: Machine) -> Finding:
    """Judge from the symbols of both files whether the plug-in can be loaded."""
    here = [one for one in machine.plugins if one.place == "environment"]
    judged = [one for one in here if one.preflight]
    if not judged:
        return skip("no Metal plug-in")
    bad = next((one for one in judged if not _loads(one)), None)
    if bad is None or bad.preflight is None:
        return ok("every symbol the plug-in needs is there")
    preflight = bad.preflight
    if preflight.error:
        return fail(
            "the Metal plug-in or TensorFlow's library cannot be read",
            pip(
                ("install", "--force-reinstall", METAL_TENSORFLOW, METAL_PLUGIN),
                why="downloads both again",
            ),
            file=bad.path,
            error=preflight.error,
        )
    versions = machine.packages.versions
    return fail(
        f"tensorflow-metal {versions.get('tensorflow-metal', '(unknown)')} cannot "
        f"load beside TensorFlow {versions.get('tensorflow', '(unknown)')}",
        *_refit(machine),
        detail="TensorFlow loads every plug-in when it is imported and gives up if "
        "one fails, so that the CPU cannot be used either.",
        **_proof(bad),
    )


def _loads(plugin: Plugin) -> bool:
    return plugin.preflight is None or plugin.preflight.loads


def _proof(plugin: Plugin) -> dict[str, str]:
    preflight = plugin.preflight
    if preflight is None:
        return {}
    proof = {}
    if not preflight.install_name_ok:
        proof["install name"] = "not the one the plug-in asks for"
    if preflight.missing:
        proof["missing symbols"] = (
            f"{len(preflight.missing)}, the first {preflight.missing[0]}"
        )
    return proof


def _refit(machine: Machine) -> tuple[Fix, ...]:
    without = pip(
        ("uninstall", "-y", "tensorflow-metal"), why="goes on with the CPU alone"
    )
    if machine.python.version >= FIRST_WITHOUT:
        return (without,)
    found = version_of(machine.packages.versions.get("tensorflow", ""))
    if (2, 18) <= found < (2, 20):
        fit = pip(("install", METAL_PLUGIN), why="fits the TensorFlow that is here")
    else:
        fit = pip(
            ("install", METAL_TENSORFLOW, METAL_PLUGIN),
            why="the pair that loads, judged by symbols",
        )
    return (fit, without)
