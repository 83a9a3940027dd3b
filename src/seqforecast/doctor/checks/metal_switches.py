"""Checks of what the Metal plug-in needs around it: macOS, and switches."""

from seqforecast.doctor.checks.finding import (
    Finding,
    command,
    fail,
    lose_gpu,
    ok,
    pip,
    skip,
    warn,
)
from seqforecast.doctor.checks.recipes import is_apple_silicon, version_of
from seqforecast.doctor.facts import Machine


def macos(machine: Machine) -> Finding:
    """Judge whether macOS is new enough for the plug-in."""
    minima = [
        one.preflight.minimum_macos
        for one in machine.plugins
        if one.preflight and one.preflight.minimum_macos
    ]
    found = version_of(machine.host.version)
    if not minima or not found:
        return skip("no Metal plug-in")
    needed = max(minima)
    if found >= needed:
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
