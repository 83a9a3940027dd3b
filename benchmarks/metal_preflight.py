"""Judge real Metal plug-ins against real TensorFlow wheels for macOS, on any machine.

    python benchmarks/metal_preflight.py

Each wheel (about 250 MB for a TensorFlow) is downloaded with pip, two files are taken
out of it, and it is deleted. The last line says whether all fifteen verdicts are those
found by comparing every symbol of every library, once, by hand.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from seqforecast.doctor.facts.machine import Preflight
from seqforecast.doctor.macho import judge

PLUGINS = ("1.0.1", "1.1.0", "1.2.0")
# For each plug-in: symbols that are missing, or None where the library itself is.
EXPECTED: dict[str, tuple[int | None, int | None, int | None]] = {
    "2.17.1": (2, 0, 0),
    "2.18.1": (3, 1, 0),
    "2.19.1": (3, 1, 0),
    "2.20.0": (None, None, None),
    "2.21.0": (None, None, None),
}
FILES = {
    "tensorflow-metal": "tensorflow-plugins/libmetal_plugin.dylib",
    "tensorflow": "tensorflow/python/_pywrap_tensorflow_internal.so",
}


def main() -> int:
    """Print the table; return 1 where a verdict differs from what is known."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plugins = [take_out("tensorflow-metal", each, folder) for each in PLUGINS]
        right = 0
        print("| TensorFlow | " + " | ".join(f"metal {p}" for p in PLUGINS) + " |")
        print("|---" * (1 + len(PLUGINS)) + "|")
        for version, expected in EXPECTED.items():
            library = take_out("tensorflow", version, folder)
            verdicts = [judge(plugin, library) for plugin in plugins]
            library.unlink()
            print(f"| {version} | " + " | ".join(map(say, verdicts)) + " |", flush=True)
            right += sum(map(agrees, verdicts, expected))
    print(f"{right} of {len(EXPECTED) * len(PLUGINS)} verdicts are right")
    return 0 if right == len(EXPECTED) * len(PLUGINS) else 1


def take_out(package: str, version: str, folder: Path) -> Path:
    """Download a wheel for Apple silicon and return the one file that is read."""
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-cache-dir", "--only-binary=:all:", "--dest", str(wheels)]
    command += ["--platform=macosx_12_0_arm64", "--python-version=3.11"]
    subprocess.run([*command, f"{package}=={version}"], check=True)
    (wheel,) = wheels.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        member = archive.extract(FILES[package], folder)
    wheel.unlink()
    return Path(member).rename(folder / f"{package}-{version}")


def say(verdict: Preflight) -> str:
    """Return one cell of the table."""
    if verdict.error:
        return verdict.error
    if verdict.loads:
        return "loads"
    gone = "" if verdict.install_name_ok else "library gone, "
    return f"FAILS: {gone}missing symbols: {len(verdict.missing)}"


def agrees(verdict: Preflight, missing: int | None) -> bool:
    """Compare a verdict with the number of missing symbols that is known."""
    if verdict.error:
        return False
    if missing is None:
        return not verdict.install_name_ok and not verdict.loads
    counted = len(verdict.missing) == missing
    return verdict.install_name_ok and counted and verdict.loads == (missing == 0)


if __name__ == "__main__":
    sys.exit(main())
