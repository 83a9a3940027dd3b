"""Tables: what was measured, in Markdown, for the terminal and the pages."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measure.cases import SHAPES
from measure.training import Rates

PEERS = {"torch": "PyTorch", "fit": "`fit`, tf.data", "fit_arrays": "`fit`, arrays"}
WAYS = {
    "ours": "seqforecast",
    "predict_2000": "`model.predict`, batch 2000",
    "predict_32": "`model.predict`, batch 32",
}
END = "<!-- end -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def training_table(results: Sequence[Rates]) -> str:
    """Return ours in windows a second, and how many times a peer's that is."""
    head = ["cell, units, batch"]
    for steps, inputs in SHAPES:
        head += [f"{steps} x {inputs}: windows/s", *(f"x {p}" for p in PEERS.values())]
    rows: dict[tuple[str, int], list[str]] = {}
    for result in results:
        case = result.case
        row = rows.setdefault((case.cell, case.units), [])
        if not row:
            row.append(f"{case.cell} {case.units}, {case.batch}")
        row.append(f"{result.median('ours') or 0:,.0f}")
        row += [spread(result.ratios(name)) for name in PEERS]
    return table(head, list(rows.values()))


def spread(ratios: Sequence[float]) -> str:
    """Return median and range of ratios."""
    if not ratios:
        return "skipped"
    low, high = min(ratios), max(ratios)
    return f"{statistics.median(ratios):.2f} ({low:.2f} to {high:.2f})"


def prediction_table(found: dict[str, dict[str, Any]]) -> str:
    """Return seconds and memory of forecasting a million windows."""
    rows = []
    for name, each in found.items():
        # At batch 32 a tenth of the windows is made: its memory says nothing.
        whole = each["windows"] == found["ours"]["windows"]
        memory = f"{each['memory'] / 1e6:,.0f} MB" if whole else "not measured"
        seconds = statistics.median(each["seconds"])
        rows.append([WAYS[name], f"{seconds:.1f} s", memory])
    return table(["a million windows, LSTM 50, lookback 50", "time", "memory"], rows)


def processes_table(found: dict[str, list[float]]) -> str:
    """Return how long whole commands take."""
    rows = [
        [f"`{name}`", f"{statistics.median(each):.2f} s"]
        for name, each in found.items()
        if each
    ]
    return table(["the whole process of", "time"], rows)


def put_into(page: Path, block: str, text: str) -> None:
    """Write a text between the marks of a block of a page.

    Raises:
        ValueError: the marks are not there.
    """
    mark = f"<!-- block: {block} -->\n"
    before, begin, rest = page.read_text(encoding="utf-8").partition(mark)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no {mark.strip()} with its {END}")
    page.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")
