"""Training: all peers side by side, one slice each in turn, round after round."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measure.cases import Case

PEERS = ("ours", "ours_graph", "fit", "fit_arrays", "torch", "torch_1")
TORCH = ("torch", "torch_1")  # of these the better one counts


def environment() -> dict[str, str]:
    """Return the variables of a child that finds this folder and seqforecast."""
    folder = str(Path(__file__).resolve().parents[1])
    found = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(found)}


class Peer:
    """A child process that trains when it is asked to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `__exit__`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "measure.child", name],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.absent: str | None = self._hear()["absent"]

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._errors.close()

    def prepare(self, case: Case) -> None:
        """Let it build, compile and warm up."""
        self._ask(asdict(case))

    def rate(self) -> float:
        """Let it train one slice; return windows a second."""
        told = self._ask("go")
        return float(told["windows"] / told["seconds"])

    def _ask(self, question: object) -> dict[str, Any]:
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace")[-3000:]
            raise RuntimeError(f"{self.name} ended before it answered:\n{said}")
        told: dict[str, Any] = json.loads(line)
        return told


@dataclass(frozen=True)
class Rates:
    """Windows a second of each peer in each round, shape peers x rounds."""

    case: Case
    rates: dict[str, list[float]]

    def median(self, name: str) -> float | None:
        """Return a peer's median; `torch` is the better of its two settings."""
        rates = self._of(name)
        return statistics.median(rates) if rates else None

    def ratios(self, name: str) -> list[float]:
        """Return ours over a peer's, sorted; empty when there is no such peer."""
        ours, theirs = self._of("ours"), self._of(name)
        return sorted(a / b for a, b in zip(ours, theirs, strict=False))

    def _of(self, name: str) -> list[float]:
        names = TORCH if name == "torch" else (name,)
        found = [self.rates[each] for each in names if each in self.rates]
        return max(found, key=statistics.median, default=[])


def compare(
    cases: Sequence[Case], names: Sequence[str], rounds: int
) -> Iterator[Rates]:
    """Measure every case; who begins a round changes from round to round."""
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(name)) for name in names]
        for peer in peers:
            if peer.absent:
                print(f"{peer.name} is skipped: {peer.absent}", file=sys.stderr)
        peers = [peer for peer in peers if not peer.absent]
        for case in cases:
            for peer in peers:
                peer.prepare(case)
            rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
            for number in range(rounds):
                first = number % len(peers)
                for peer in peers[first:] + peers[:first]:
                    time.sleep(0.05)  # until the threads of the last one sleep
                    rates[peer.name].append(peer.rate())
            result = Rates(case, rates)
            print(_line(result), file=sys.stderr, flush=True)
            yield result


def _line(result: Rates) -> str:
    medians = [
        f"{name} {statistics.median(rates):,.0f}"
        for name, rates in result.rates.items()
    ]
    return f"{result.case}: windows/s {', '.join(medians)}"
