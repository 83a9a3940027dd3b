"""Checks of the Metal plug-in and what it needs, with their rows in the table."""

import shlex

from seqforecast.doctor.checks import finding
from seqforecast.doctor.checks.finding import (
    Check,
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
from seqforecast.doctor.checks.install_recipes import (
    INSTALLER,
    METAL_PLUGIN,
    METAL_TENSORFLOW,
    is_apple_silicon,
    version_of,
)
from seqforecast.doctor.facts.machine import Machine, Plugin

FIRST_WITHOUT = (3, 13)
ELSEWHERE = {
    "user-site": "the user's own site-packages",
    "other-scheme": "another installation scheme of this Python",
    "variable": "TF_PLUGGABLE_DEVICE_LIBRARY_PATH",
}
NATIVE = ("host.rosetta", "host.macos")
WHOLE = ("packages.tensorflow", "packages.owners", "packages.files")


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
    version = machine.packages.versions.get("tensorflow-metal")
    if version:
        return ok(f"tensorflow-metal {version}")
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


def macos(machine: Machine) -> Finding:
    """Judge whether macOS is new enough for the plug-in."""
    minima = [
        one.preflight.minimum_macos
        for one in machine.plugins
        if one.preflight and one.preflight.minimum_macos
    ]
    version = version_of(machine.host.version)
    if not minima or not version:
        return skip("no Metal plug-in")
    needed = max(minima)
    if version >= needed:
        return ok(f"macOS {machine.host.version}")
    return fail(
        f"the Metal plug-in needs macOS {needed[0]}.{needed[1]}, this is "
        f"{machine.host.version}",
        pip(("uninstall", "-y", "tensorflow-metal"), why="goes on with the CPU alone"),
        command("softwareupdate --list", "shows the macOS this Mac can have"),
    )


def xla(machine: Machine) -> Finding:
    """Judge whether XLA is forced on, which Metal does not have."""
    if not is_apple_silicon(machine) or not machine.plugins:
        return skip("no Metal plug-in")
    flags = machine.environ.get("TF_XLA_FLAGS", "")
    if "tf_xla_auto_jit" not in flags:
        return ok("not forced")
    return lose_gpu(
        "TF_XLA_FLAGS turns on XLA, which has no compiler for Metal",
        command("unset TF_XLA_FLAGS", "lets TensorFlow run without XLA"),
        detail="It ends with `could not find registered platform` or `Could not find "
        "compiler for platform METAL`.",
        TF_XLA_FLAGS=flags,
    )


def switch(machine: Machine) -> Finding:
    """Judge whether the switch against lost activations is in force."""
    if not is_apple_silicon(machine) or not machine.plugins:
        return skip("no Metal plug-in")
    value = machine.environ.get("TURN_OFF_REMAPPER", "1")
    if value == "1":
        return ok("seqforecast sets TURN_OFF_REMAPPER=1 itself")
    return warn(
        f"TURN_OFF_REMAPPER={value} lets the Metal plug-in lose activations",
        command("export TURN_OFF_REMAPPER=1", "the only value the plug-in obeys"),
        detail="seqforecast overrides it. In other programs the plug-in fuses Dense "
        "layers and drops their ReLU: the loss rises, and nothing says why.",
    )


METAL: tuple[Check, ...] = (
    Check(
        "metal.python",
        "static",
        "The Metal plug-in exists for this Python",
        python,
        "tensorflow-metal 1.2.0, the last, has wheels for Python 3.9 to 3.12. The "
        "markers of seqforecast[metal] leave it out elsewhere, without a word.",
        (finding.METAL, "https://github.com/svpino/apple-silicon/issues/1"),
        (*NATIVE, "host.system", "python.version"),
    ),
    Check(
        "metal.plugin",
        "static",
        "The Metal plug-in is installed, if it is asked for",
        plugin,
        "Without the plug-in TensorFlow uses the CPU, which for recurrent layers of "
        "forecasting size is often the faster device. --require metal insists.",
        (finding.METAL,),
        (*NATIVE, "host.accelerator", "metal.python", "packages.tensorflow"),
    ),
    Check(
        "metal.places",
        "static",
        "Plug-ins lie only in this environment",
        places,
        "TensorFlow loads every library in any folder `tensorflow-plugins` that it "
        "finds: from 2.19 on also in the user's site-packages, inside a virtual "
        "environment too.",
        (finding.tensorflow_issue(84167), finding.METAL),
        (*NATIVE, "packages.tensorflow"),
    ),
    Check(
        "metal.symbols",
        "static",
        "The Metal plug-in fits this TensorFlow",
        symbols,
        "The symbols that the plug-in needs are compared with those TensorFlow's "
        "library exports, without loading either. Loads: 1.2.0 with TensorFlow 2.18 "
        "and 2.19 (and older); 1.1.0 with 2.13 to 2.17; 1.0 with 2.13. Nothing "
        "loads with 2.20 and later. The wheel declares no requirement, so that no "
        "installer can know.",
        (
            finding.tensorflow_issue(84167),
            finding.tensorflow_issue(81987),
            finding.METAL,
        ),
        (*NATIVE, *WHOLE, "metal.places"),
    ),
    Check(
        "metal.macos",
        "static",
        "macOS is new enough for the Metal plug-in",
        macos,
        "The plug-in's file names the oldest macOS it was built for: 12.1 for 1.2.0.",
        (finding.METAL,),
        (*NATIVE, *WHOLE, "metal.symbols"),
    ),
    Check(
        "metal.xla",
        "static",
        "XLA is not forced on the Metal GPU",
        xla,
        "Metal has no compiler for XLA.",
        (finding.tensorflow_issue(58988),),
        (*NATIVE, "metal.symbols"),
    ),
    Check(
        "metal.switch",
        "static",
        "The switch against lost activations is on",
        switch,
        "The plug-in reads TURN_OFF_REMAPPER on each graph and skips its faulty "
        "rewriting only if the value is exactly 1. seqforecast always sets it; other "
        "programs do not.",
        (finding.tensorflow_issue(92686), finding.keras_issue(21108)),
        (*NATIVE, "metal.symbols"),
    ),
)


def _remove(plugin: Plugin, machine: Machine) -> Fix:
    if plugin.place == "variable":
        return command("unset TF_PLUGGABLE_DEVICE_LIBRARY_PATH", "stops loading it")
    major, minor = machine.python.version[:2]
    folder = plugin.path.replace("\\", "/").rpartition("/")[0]
    remove = f"rm -r {shlex.quote(folder)}"
    if plugin.place == "user-site" and not machine.packages.versions.get("pip"):
        return command(remove, "removes the folder TensorFlow looks into")
    return command(
        remove,
        "removes the folder TensorFlow looks into; afterwards outside every "
        f"environment: python{major}.{minor} -m pip uninstall tensorflow-metal",
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
    tensorflow = version_of(machine.packages.versions.get("tensorflow", ""))
    if (2, 18) <= tensorflow < (2, 20):
        fit = pip(("install", METAL_PLUGIN), why="fits the TensorFlow that is here")
    else:
        fit = pip(
            ("install", METAL_TENSORFLOW, METAL_PLUGIN),
            why="the pair that loads, judged by symbols",
        )
    return (fit, without)
