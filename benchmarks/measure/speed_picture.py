"""The picture of speed: windows a second against units, below the machine's ceiling."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measure.cases import GATES, SHAPES
from measure.training import Rates
from seqforecast.reporting.figures import style

HEIGHT = 4.9  # inches
GAP = 0.75  # inches between the two panels
ABOVE, BELOW = 0.15, 0.6  # inches kept for their titles and for the key
COLORS = {"simple_rnn": style.BEST, "gru": style.NAIVE, "lstm": style.MODEL}
NAMES = {"simple_rnn": "SimpleRNN", "gru": "GRU", "lstm": "LSTM"}
LINES = {
    "ours": {"linestyle": "-", "marker": "o", "markersize": 4.5},
    "torch": {"linestyle": "", "marker": "o", "markersize": 5, "mfc": "white"},
    "fit": {"linestyle": "", "marker": "x", "markersize": 5},
}
CEILING = {"linestyle": (0, (4, 3)), "linewidth": 1.1, "alpha": 0.75}


def draw(results: Sequence[Rates], matrix_speed: float, path: Path) -> None:
    """Draw a panel for each shape of window.

    Args:
        results: of training.
        matrix_speed: operations a second of float32 matrix products.
        path: where the picture goes.
    """
    title = "Training speed: windows per second against units"
    caption = (
        "forward, backward and Adam on CPU, medians; dashed: if only matrix products "
        f"cost time, at the {matrix_speed / 1e9:.0f} GFLOP/s of NumPy's"
    )
    wide = (style.WIDTH - style.LEFT - style.RIGHT - GAP) / 2
    high = HEIGHT - style.HEADER - style.BOTTOM - ABOVE - BELOW
    with style.drawing(path, HEIGHT) as figure:
        style.put_header(figure, title, caption)
        every = []
        for number, (steps, inputs) in enumerate(SHAPES):
            left = style.LEFT + number * (wide + GAP)
            axes = style.place(figure, (left, style.BOTTOM + BELOW, wide, high))
            shown = [
                r for r in results if (r.case.steps, r.case.inputs) == (steps, inputs)
            ]
            unit = "feature" if inputs == 1 else "features"
            axes.set_title(f"{steps} steps of {inputs} {unit}")
            for cell in GATES:
                _cell(axes, [r for r in shown if r.case.cell == cell], matrix_speed)
            _axes(axes, shown)
            every.append(axes)
        low = min(axes.get_ylim()[0] for axes in every)
        top = max(axes.get_ylim()[1] for axes in every)
        for axes in every:
            axes.set_ylim(low, top)
        _key(figure)


def _cell(axes: Any, results: list[Rates], matrix_speed: float) -> None:
    """Draw a cell's ceiling, our line, and marks for the others."""
    if not results:
        return
    color = COLORS[results[0].case.cell]
    units = [each.case.units for each in results]
    ceiling = [matrix_speed / each.case.operations for each in results]
    axes.plot(units, ceiling, color=color, **CEILING)
    for name, look in LINES.items():
        rates = [each.median(name) for each in results]
        if None not in rates:
            axes.plot(units, rates, color=color, **look)


def _axes(axes: Any, results: list[Rates]) -> None:
    """Set scales, and mark the sizes that were measured."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = sorted({(each.case.units, each.case.batch) for each in results})
    axes.set_xticks([units for units, _ in sizes])
    axes.set_xticklabels([f"{units}\n{batch}" for units, batch in sizes])
    axes.tick_params(which="minor", length=0)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("units, and below them windows in a batch")


def _key(figure: Any) -> None:
    """Say below the panels what colours and marks mean."""
    from matplotlib.lines import Line2D

    cells = [
        Line2D([], [], color=COLORS[cell], linewidth=3, label=NAMES[cell])
        for cell in COLORS
    ]
    words = {"ours": "seqforecast", "torch": "PyTorch", "fit": "Keras fit"}
    marks = [
        Line2D([], [], color=style.FAINT_INK, label=words[name], **look)
        for name, look in LINES.items()
    ]
    marks.append(
        Line2D([], [], color=style.FAINT_INK, label="matrix products alone", **CEILING)
    )
    figure.legend(
        handles=[*cells, *marks],
        loc="lower center",
        ncols=7,
        handletextpad=0.5,
        columnspacing=1.4,
    )
