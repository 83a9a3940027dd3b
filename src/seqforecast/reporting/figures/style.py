"""Style: what all figures share: colours, type, header, bands, saving."""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.files import write_whole
from seqforecast.reporting.figures.dark import with_dark
from seqforecast.reporting.figures.labels import FONT, drawable
from seqforecast.reporting.figures.thinning import Points

# Types of matplotlib, which is imported late.
Figure = Any
Axes = Any

# Okabe and Ito, Color Universal Design, 2008: told apart by colour-blind readers too.
MODEL = "#0072B2"
NAIVE = "#D55E00"
TRUTH = "#1A1A1A"
PAST = "#9A9A9A"
TRAIN = "#7F8C99"
BEST = "#009E73"  # the best epoch, the best baseline
INK = "#222222"
FAINT_INK = "#5F6368"
GRID = "#E6E6E6"
SHADE = "#F3F6F9"
OTHERS = ("#56B4E9", MODEL, "#CC79A7", BEST, NAIVE, "#E69F00")
WIDTH = 9.6  # inches; at 110 dots an inch 1056 pixels
DPI = 110
HEADER = 0.82  # inches kept for title and caption
TITLE_LETTERS, CAPTION_LETTERS = 82, 112  # of a line; longer texts have several
TITLE_LINE, CAPTION_LINE = 0.24, 0.18  # inches
SQUEEZED = 1.1  # how many times as long a line may be that is written smaller
LEFT, RIGHT, BOTTOM = 0.85, 0.25, 0.62
LABELS = 1.4  # inches kept for names at the right end of lines
LINE = 0.19  # inches between two such names
SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#B0B0B0",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": FAINT_INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titlepad": 6,
    "figure.dpi": DPI,
    "font.family": [FONT],
    "font.size": 10,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "savefig.dpi": DPI,
    "svg.fonttype": "path",
    "svg.hashsalt": "seqforecast",  # the same names in the file each time
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": "#B0B0B0",
    "xtick.labelcolor": FAINT_INK,
    "xtick.labelsize": 9.5,
    "ytick.color": "#B0B0B0",
    "ytick.labelcolor": FAINT_INK,
    "ytick.labelsize": 9.5,
    "ytick.major.size": 0,
}

# Groups of settings that change how a figure looks.
STYLED = {
    *("agg", "axes", "figure", "font", "grid", "hatch", "image", "legend", "lines"),
    *("markers", "patch", "path", "savefig", "scatter", "text", "xtick", "ytick"),
}
COVER = 0.18  # how much an interval covers what is below it

NAIVE_NAME = "naive forecast"

# Level in percent, lower and upper ends.
Band = tuple[float, Points, Points]


@contextmanager
def drawing(path: Path, height: float) -> Iterator[Figure]:
    """Yield an empty figure; write it when the block ends without an error.

    It is written as PNG, and beside that as SVG with the colours of dark screens.

    What the user's own matplotlib settings say does not matter. An error leaves the
    file that was there, or none.

    Args:
        path: where the picture goes; its folder exists.
        height: in inches.

    Raises:
        WriteError: the file cannot be written.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as EmptyFigure

    style: dict[Any, Any] = {
        name: value
        for name, value in mpl.rcParamsDefault.items()
        if name.partition(".")[0] in STYLED
    }
    with mpl.rc_context(style | SETTINGS):
        figure = EmptyFigure(figsize=(WIDTH, height))
        FigureCanvasAgg(figure)
        yield figure
        _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write a picture of both kinds, each whole or not at all."""
    metadata = {"Description": figure.get_label()} if figure.get_label() else {}
    drawn, lines = io.BytesIO(), io.StringIO()
    figure.savefig(drawn, format="png", metadata=metadata)
    figure.savefig(lines, format="svg", metadata=metadata | {"Date": None})
    write_whole(path, lambda part: part.write_bytes(drawn.getvalue()))
    text = with_dark(lines.getvalue())
    vector = path.with_suffix(".svg")
    write_whole(vector, lambda part: part.write_bytes(text.encode()))


def place(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Add axes at (left, bottom, width, height), in inches."""
    width, height = figure.get_size_inches()
    left, bottom, wide, high = box
    return figure.add_axes((left / width, bottom / height, wide / width, high / height))


def put_header(figure: Figure, title: str, caption: str) -> None:
    """Write the finding, and below it what is shown and how it was chosen.

    Each line too many makes the figure higher; call it before anything is placed.
    Both texts are also kept inside the file, for who cannot see it: see `pictures`.
    """
    figure.set_label(f"{title}. {caption}.")
    titles, captions = _lines(title, TITLE_LETTERS), _lines(caption, CAPTION_LETTERS)
    more = (len(titles) - 1) * TITLE_LINE + (len(captions) - 1) * CAPTION_LINE
    height = figure.get_size_inches()[1] + more
    figure.set_size_inches(WIDTH, height)
    at = 0.3
    for lines, size, letters, step, weight, color in (
        (titles, 13.0, TITLE_LETTERS, TITLE_LINE, "bold", INK),
        (captions, 10.0, CAPTION_LETTERS, CAPTION_LINE, "normal", FAINT_INK),
    ):
        for line in lines:
            plain, fonts = drawable(line)
            font = {"fontfamily": fonts, "fontweight": weight, "color": color}
            fitting = size * min(1, letters / max(len(plain), 1))
            where = (0.2 / WIDTH, 1 - at / height)
            figure.text(*where, plain, fontsize=fitting, **font)
            at += step


def _lines(text: str, letters: int) -> list[str]:
    """Return a text as lines of about one length.

    One that is a few letters too long for a line is a little smaller instead.
    """
    count = -(-len(text) // round(SQUEEZED * letters))
    if count <= 1:
        return [text]
    return textwrap.wrap(text, min(letters, len(text) // count + letters // 10))


def put_legend(figure: Figure, handles: Sequence[Any], **settings: Any) -> None:
    """Name lines and bands once, below the header."""
    height = figure.get_size_inches()[1]
    below = min(text.get_position()[1] for text in figure.texts)
    place = (0.13 / WIDTH, below - 0.06 / height)
    spaced = {"borderaxespad": 0, "handlelength": 1.8, "columnspacing": 2.0}
    where = {"loc": "upper left", "bbox_to_anchor": place, "ncols": 6}
    figure.legend(handles=handles, **where | spaced | settings)


def put_label(
    axes: Axes, at: tuple[float, float], text: str, color: str, **settings: Any
) -> Any:
    """Write a direct label beside a point of the data, with a white rim."""
    shift = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
    return axes.annotate(
        text, at, color=color, path_effects=rim(), **(shift | settings)
    )


def baseline_color(name: str) -> str:
    """Return the colour of a baseline's line, by what the line is called."""
    return NAIVE if name == NAIVE_NAME else BEST


def rim() -> list[Any]:
    """Return the effect that sets a text off from the lines below it."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground="white")]


def put_end_labels(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Name lines at the right of the axes, moved apart where they end close together.

    Args:
        axes: with their scale and limits set.
        ends: last value, name and colour of each line.
    """
    inches = axes.figure.get_size_inches()[1] * axes.get_position().height
    to_axes = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[1]
    placed = sorted(
        (float(to_axes.transform((x, value))[1]), name, color)
        for value, name, color in ends
    )
    step, lowest = LINE / inches, 0.0
    for above, (height, name, color) in zip(
        reversed(range(len(placed))), placed, strict=True
    ):
        at = max(min(height, 1.0 - above * step), lowest)
        lowest = at + step
        text, fonts = drawable(name)
        where = {"transform": axes.transAxes, "va": "center", "fontfamily": fonts}
        axes.text(1.012, at, text, color=color, **where)


def columns(pairs: Sequence[tuple[float, Any]]) -> tuple[list[float], list[Any]]:
    """Return x and y of (x, y) pairs, for `plot`."""
    return [x for x, _ in pairs], [float("nan") if y is None else y for _, y in pairs]


def draw_bands(axes: Axes, bands: Sequence[Band], color: str) -> None:
    """Shade intervals, the widest first, so that narrow ones are darker.

    One step has no area: there they are lines.
    """
    for _, low, high in bands:
        (steps, lows), (others, highs) = map(columns, (low, high))
        if len(steps) == 1:
            axes.vlines(steps, lows, highs, color, linewidth=7, alpha=COVER)
            continue
        highs = np.interp(steps, others, highs)
        axes.fill_between(steps, lows, highs, color=color, alpha=COVER, linewidth=0)


def band_entries(bands: Sequence[Band]) -> list[Any]:
    """Return an entry of a legend for each level, as dark as it is drawn."""
    from matplotlib.patches import Patch

    levels = dict.fromkeys(level for level, *_ in bands)
    return [
        Patch(
            color=MODEL,
            alpha=1 - (1 - COVER) ** number,
            linewidth=0,
            label=f"{level:g} % interval",
        )
        for number, level in enumerate(levels, start=1)
    ]
