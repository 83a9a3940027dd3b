"""Break real environments on purpose, and show what `seqforecast doctor` says.

    python benchmarks/doctor_breakages.py [NAME...]

Run it with a Python that has seqforecast and TensorFlow. Every breakage is made in a
copy of its environment: of hard links, so that a copy takes seconds; a file is always
removed before another takes its place. Without names all breakages are made; the
hanging one takes three minutes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Copy:
    """A copy of this environment, and the folder the doctor is started in."""

    root: Path
    work: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.root / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        return next(self.root.glob("lib/python3.*/site-packages"))

    def put(self, file: str, content: bytes) -> None:
        """Put a file below site-packages, in place of one that may be there."""
        path = self.packages / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    def install(self, requirement: str) -> None:
        """Install another version of a package."""
        pip = [str(self.python), "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, requirement], check=True, capture_output=True)


def absent(copy: Copy) -> None:
    """Remove TensorFlow as pip would."""
    shutil.rmtree(copy.packages / "tensorflow")
    for folder in copy.packages.glob("tensorflow*.dist-info"):
        shutil.rmtree(folder)


def truncated(copy: Copy) -> None:
    """Cut a library off, as a download or a full disk does."""
    (library,) = copy.packages.glob("tensorflow/libtensorflow_framework.so.?")
    with library.open("rb") as file:
        beginning = file.read(1_000_000)
    copy.put(str(library.relative_to(copy.packages)), beginning)


def crashing(code: str) -> Callable[[Copy], None]:
    """Let TensorFlow do something else when it is imported."""
    program = f"import os, signal, time\n{code}\n".encode()
    return lambda copy: copy.put("tensorflow/__init__.py", program)


def killed(name: str) -> Callable[[Copy], None]:
    """Let TensorFlow be killed by a signal."""
    return crashing(f"os.kill(os.getpid(), signal.{name}); time.sleep(60)")


def shadowed(copy: Copy) -> None:
    """Put a file named tensorflow.py where the doctor is started."""
    (copy.work / "tensorflow.py").write_text("print('my notes')\n", encoding="utf-8")


BREAKAGES: dict[str, Callable[[Copy], None]] = {
    "nothing": lambda _: None,
    "absent": absent,
    "truncated": truncated,
    "plugin": lambda copy: copy.put(
        "tensorflow-plugins/libbroken.so", b"not a library"
    ),
    "protobuf": lambda copy: copy.install("protobuf==4.25.8"),
    "numpy": lambda copy: copy.install("numpy==1.25.2"),
    "shadow": shadowed,
    "SIGILL": killed("SIGILL"),
    "SIGABRT": killed("SIGABRT"),
    "SIGKILL": killed("SIGKILL"),
    "hang": crashing("time.sleep(100_000)"),
}


def main(names: list[str]) -> None:
    """Make the breakages, one after another."""
    for name in names or BREAKAGES:
        with tempfile.TemporaryDirectory(prefix="seqforecast-") as folder:
            copy = Copy(Path(folder, "venv"), Path(folder, "work"))
            copy.work.mkdir()
            shutil.copytree(sys.prefix, copy.root, symlinks=True, copy_function=os.link)
            BREAKAGES[name](copy)
            print(f"== {name}: {examine(copy)}", flush=True)


def examine(copy: Copy) -> str:
    """Return verdict, exit code, failed checks and what would mend them."""
    command = [str(copy.python), "-m", "seqforecast", "doctor", "--json"]
    variables = {
        "SEQFORECAST_CACHE": str(copy.work),
        "PYTHONDONTWRITEBYTECODE": "1",  # never through a hard link
    }
    done = subprocess.run(
        command,
        cwd=copy.work,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return f"exit code {done.returncode}, no report\n{done.stderr[-2000:]}"
    lines = [f"exit code {done.returncode}; {report['verdict']}"]
    for check in report["checks"]:
        if check["status"] in ("fail", "warn"):
            lines.append(f"   {check['status']} {check['id']}: {check['cause']}")
            lines += [f"        -> {fix['cmd']}" for fix in check["fix"]]
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
