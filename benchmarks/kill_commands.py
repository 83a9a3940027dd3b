"""What is left when a command is killed, the disk is full, or the directory goes away.

    python benchmarks/kill_commands.py --data PANEL.csv [--kills 50] [--jobs 2]
        [--only train,predict] [--readme docs/runs.md]

SIGKILL at random moments of each command that writes, from its start to its end, on a
panel with the columns unique_id, ds and y. After each kill: what looks complete must
be whole; then what the hints name (`train --resume`, else the same command) must end
with the files of a command that nobody stopped: history but for times, forecasts,
scores, pages and exports, bit by bit. Nothing may be left half written.

Then the same with a full disk of 30 sizes (a tmpfs; needs root on Linux), a directory
that takes no files, one that is removed meanwhile, and two of each command at once.
Prints a row a command, and writes all outcomes to results/kills.jsonl.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from measure.machine import describe
from measure.tables import put_into, table

RESULTS = Path(__file__).parent / "results" / "kills.jsonl"
PROGRAM = [sys.executable, "-m", "seqforecast"]
TIMED = {"seconds", "windows_per_second"}
DISKS = [4096 * max(1 + i, round(2048 ** (i / 29))) for i in range(30)]  # to 8 MB
EXPERIMENT = """\
name: panel
data: {{source: table, path: {data}, layout: long, time: ds, id: unique_id}}
split: {{train: rest, validation: 12, test: 12}}
window: {{lookback: 12, horizon: 4}}
model: {{cell: gru, units: [8], dropout: 0.1}}
training: {{epochs: 8, learning_rate: 0.01, compile: graph}}
intervals: {{level: [80]}}
tune: {{trials: 2, space: {{model.units: [[6], [8], [10]]}}}}
"""


@dataclass(frozen=True)
class Command:
    """A command that writes.

    Attributes:
        words: what follows `seqforecast`; EXPERIMENT, RUN and OUT stand for paths.
        goes_on: whether it leaves a directory that the same command, or `--resume`,
            completes; else a file that is there whole or not at all.
    """

    words: tuple[str, ...]
    goes_on: bool = True


COMMANDS = {
    "train": Command(("train", "EXPERIMENT", "--run-dir", "OUT")),
    "backtest": Command(
        ("backtest", "EXPERIMENT", "--cutoffs", "2", "--run-dir", "OUT")
    ),
    "compare --jobs 2": Command(
        (
            *("compare", "rnn", "gru", "-e", "EXPERIMENT", "--seeds", "1"),
            *("--jobs", "2", "--run-dir", "OUT"),
        )
    ),
    "tune": Command(("tune", "EXPERIMENT", "--run-dir", "OUT")),
    "predict --output": Command(
        ("predict", "RUN", "--output", "OUT.csv"), goes_on=False
    ),
    "export": Command(
        ("export", "RUN", "--format", "tflite", "--output", "OUT.tflite"), goes_on=False
    ),
    "report": Command(("report", "RUN", "--output", "OUT.html"), goes_on=False),
}


@dataclass
class Bench:
    """Where all happens, and what a command leaves that nobody stopped.

    Attributes:
        folder: of everything.
        experiment: the file.
        run: a finished run.
        whole: files and contents, by command.
        seconds: that a command takes, by command.
    """

    folder: Path
    experiment: Path
    run: Path
    whole: dict[str, dict[str, object]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def call(self, name: str, out: Path) -> list[str]:
        """Return the words of a command that writes to `out`."""
        places = {"EXPERIMENT": self.experiment, "RUN": self.run, "OUT": out}
        words = []
        for word in COMMANDS[name].words:
            stem, dot, suffix = word.partition(".")
            words.append(f"{places[stem]}{dot}{suffix}" if stem in places else word)
        return [*PROGRAM, *words]

    def target(self, name: str, out: Path) -> Path:
        """Return the file or directory that a command writes to."""
        return Path(self.call(name, out)[-1])


def finish(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(words, capture_output=True, text=True, check=False)


def begin(words: list[str]) -> "subprocess.Popen[str]":
    """Begin a command that can be killed with its children; its stderr is kept."""
    return subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def contents(path: Path) -> dict[str, object]:
    """Return what must be the same of a file or directory: all but times and paths."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    found: dict[str, object] = {}
    for file in sorted(path.rglob("*")):
        place = str(file.relative_to(path))
        if file.name == "history.csv":
            header, *rows = [line.split(",") for line in file.read_text().splitlines()]
            kept = [i for i, column in enumerate(header) if column not in TIMED]
            found[place] = [[row[i] for i in kept] for row in [header, *rows]]
        elif file.name in ("forecasts.csv", "series.csv", "seen.json", "memory.csv"):
            found[place] = file.read_bytes()
        elif file.name == "metrics.json":
            document = json.loads(file.read_text())
            found[place] = {part: document[part] for part in ("test", "validation")}
        elif file.name in ("comparison.json", "backtest.json", "tune.json"):
            found[place] = untimed(json.loads(file.read_text()))
    return found


def untimed(document: object) -> object:
    """Return a document without what was measured by a clock, and without paths."""
    if isinstance(document, dict):
        left = {k: v for k, v in document.items() if k not in {*TIMED, "runs"}}
        return {name: untimed(value) for name, value in left.items()}
    return [*map(untimed, document)] if isinstance(document, list) else document


def strays(folder: Path) -> list[str]:
    """Return what is left half written."""
    found = (folder.rglob(f".{kind}-*") for kind in ("part", "old"))
    return [path.name for paths in found for path in paths]


def looks_complete(bench: Bench, name: str, out: Path) -> bool:
    """Return whether a command seems to have ended well."""
    target = bench.target(name, out)
    if not COMMANDS[name].goes_on:
        return target.exists()
    words = ["runs", "ls", "--runs", str(out.parent.parent), "--json"]
    listed = finish([*PROGRAM, *words])
    runs = json.loads(listed.stdout)["runs"]
    return any(Path(run["path"]) == out and run["status"] == "complete" for run in runs)


def complete(bench: Bench, name: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Do what hints name: resume, else the same command, else in another place."""
    again = bench.call(name, out)
    if name != "train" or not out.exists() or not any(out.iterdir()):
        return finish(again)
    done = finish([*PROGRAM, "train", "--resume", str(out)])
    if "is not a run" in done.stderr or "before its settings" in done.stderr:
        shutil.rmtree(out)  # stopped before there was anything to resume
        return finish(again)
    return done


def after(bench: Bench, name: str, out: Path) -> str:
    """Return what came of a command that was stopped."""
    target = bench.target(name, out)
    whole = bench.whole[name]
    if looks_complete(bench, name, out):
        if contents(target) != whole:
            return "LOOKS COMPLETE AND IS NOT"
        return "complete before"
    done = complete(bench, name, out)
    if done.returncode != 0:
        return f"CANNOT GO ON: {done.stderr.strip().splitlines()[-2:]}"
    if contents(target) != whole:
        return "GOES ON TO ANOTHER END"
    left = strays(out.parent)
    return f"LEFT {left}" if left else "goes on to the same end"


def kill_once(bench: Bench, name: str, number: int) -> str:
    """Kill a command at a moment drawn from its whole time; return what came of it."""
    draw = random.Random(f"{name} {number}")
    out = place(bench, name, f"kill-{number}")
    process = begin(bench.call(name, out))
    try:
        process.communicate(timeout=draw.uniform(0.05, 1.1) * bench.seconds[name])
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    outcome = after(bench, name, out)
    shutil.rmtree(out.parent.parent)
    return outcome


def place(bench: Bench, name: str, number: str) -> Path:
    """Return a new place for what a command writes, two folders down."""
    parent = bench.folder / name.replace(" ", "") / number / "panel"
    parent.mkdir(parents=True)
    return parent / "out"


def prepare(bench: Bench, name: str) -> None:
    """Run a command that nobody stops, twice; note what it leaves and its time."""
    found = []
    for number in ("whole", "again"):
        out = place(bench, name, number)
        began = time.perf_counter()
        done = finish(bench.call(name, out))
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr}")
        bench.seconds[name] = time.perf_counter() - began
        found.append(contents(bench.target(name, out)))
        if name != "report":
            shutil.rmtree(out.parent.parent)
    if found[0] != found[1]:
        raise RuntimeError(f"{name} is not the same twice")
    bench.whole[name] = found[0]


@contextmanager
def disk(folder: Path, size: int) -> Iterator[Callable[[str], None]]:
    """Mount a disk of so many bytes; yield what changes its size."""
    folder.mkdir(parents=True)

    def mount(*words: str) -> None:
        subprocess.run(["mount", *words, str(folder)], check=True)

    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs")
    try:
        yield lambda size: mount("-o", f"remount,size={size}")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_once(bench: Bench, name: str, size: int) -> str:
    """Let the disk be full; then give room, and go on."""
    root = bench.folder / name.replace(" ", "") / f"disk-{size}"
    with disk(root, size) as resize:
        (root / "panel").mkdir()
        out = root / "panel" / "out"
        done = finish(bench.call(name, out))
        if "Traceback" in done.stderr or done.returncode not in (0, 5):
            return f"EXIT CODE {done.returncode}: {done.stderr.strip()[-200:]}"
        resize("64m")
        return after(bench, name, out)


def close_once(bench: Bench, name: str, _: int) -> str:
    """Write into a folder that takes no files: exit code 5, nothing made."""
    out = place(bench, name, "closed")
    subprocess.run(["chattr", "+i", str(out.parent)], check=True)
    try:
        done = finish(bench.call(name, out))
    finally:
        subprocess.run(["chattr", "-i", str(out.parent)], check=True)
    is_told = done.returncode in (2, 5) and "Traceback" not in done.stderr
    made = [*out.parent.iterdir()]
    return "refused" if is_told and not made else f"EXIT CODE {done.returncode} {made}"


def remove_once(bench: Bench, name: str, number: int) -> str:
    """Remove the directory while a command runs: exit code 2 or 5, no traceback."""
    draw = random.Random(f"{name} {number}")
    out = place(bench, name, f"removed-{number}")
    process = begin(bench.call(name, out))
    time.sleep(draw.uniform(0.1, 0.9) * bench.seconds[name])
    shutil.rmtree(out.parent, ignore_errors=True)
    _, stderr = process.communicate()
    if "Traceback" in stderr or process.returncode not in (0, 2, 5):
        return f"EXIT CODE {process.returncode}: {stderr.strip()[-300:]}"
    return f"exit code {process.returncode}"


def meet_once(bench: Bench, name: str, _: int) -> str:
    """Run two of a command at once: both end as one does, or one is refused."""
    out = place(bench, name, "two")
    words = bench.call(name, out)
    both = [begin(words) for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    codes = sorted(process.returncode for process in both)
    if any("Traceback" in error for error in errors) or codes not in ([0, 0], [0, 5]):
        return f"EXIT CODES {codes}: {' / '.join(each[-200:] for each in errors)}"
    if contents(bench.target(name, out)) != bench.whole[name]:
        return "ANOTHER END"
    return "both whole" if codes == [0, 0] else "one refused, the other whole"


TRIED = {
    "killed": kill_once,
    "full disk": fill_once,
    "no files taken": close_once,
    "removed meanwhile": remove_once,
    "two at once": meet_once,
}


def main() -> None:
    """Try all of it, print a table, and keep every outcome."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default=",".join(COMMANDS))
    parser.add_argument("--how", default=",".join(TRIED))
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), Path(folder) / "panel.yaml", Path(folder) / "run")
        bench.experiment.write_text(EXPERIMENT.format(data=given.data.resolve()))
        finish([*PROGRAM, "train", str(bench.experiment), "--run-dir", str(bench.run)])
        for name in given.only.split(","):
            prepare(bench, name)
            for how in given.how.split(","):
                numbers = {
                    "killed": range(given.kills),
                    "full disk": DISKS,
                    "removed meanwhile": range(5),
                }.get(how, range(1))
                record(bench, name, how, [*numbers], given.jobs)
    if given.readme:
        put_into(given.readme, "kills", outcomes_table())


def record(bench: Bench, name: str, how: str, numbers: list[int], jobs: int) -> None:
    """Try a command so many times; print and keep what came of it."""
    attempt = partial(TRIED[how], bench, name)
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = Counter(pool.map(attempt, numbers))
    print(f"{name:18s} {how:18s} {dict(outcomes)}", flush=True)
    line = {"command": name, "how": how, "outcomes": outcomes, "machine": describe()}
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def outcomes_table() -> str:
    """Return the newest outcomes of each command as a table in Markdown."""
    newest: dict[str, dict[str, str]] = {}
    for line in RESULTS.read_text("utf-8").splitlines():
        told = json.loads(line)
        cell = "; ".join(f"{count} {what}" for what, count in told["outcomes"].items())
        newest.setdefault(told["command"], {})[told["how"]] = cell
    rows = [
        [f"`{name}`", *(cells.get(how, "-") for how in TRIED)]
        for name, cells in newest.items()
    ]
    return table(["command", *TRIED], rows)


if __name__ == "__main__":
    main()
