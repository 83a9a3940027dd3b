"""The critical-difference diagram: average ranks, joined where nobody can tell apart.

After Demsar, Statistical comparisons of classifiers over multiple data sets, 2006, with
bars from pairwise tests as in Ismail Fawaz et al., Deep learning for time series
classification: a review, 2019.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.compare.colors import MemberStyle, room_of, styles_of
from seqforecast.reporting.compare.verdict import (
    ONE,
    Pairs,
    beaten_by,
    cliques,
    is_silent,
    listed,
)
from seqforecast.reporting.figures import style
from seqforecast.reporting.figures.labels import drawable
from seqforecast.reporting.figures.style import Axes

ROW = 0.3  # inches a name
BAR = 0.2  # inches a bar
AXIS = 0.45  # inches above the axis


@dataclass(frozen=True, slots=True)
class RankFigure:
    """What to draw.

    Attributes:
        title: the finding.
        caption: of what the ranks are, and the test behind the bars.
        ranks: style and average rank, best (lowest) first.
        bars: average ranks of each set whose members are not told apart.
    """

    title: str
    caption: str
    ranks: tuple[tuple[MemberStyle, float], ...]
    bars: tuple[tuple[float, ...], ...]


def describe_ranks(
    comparison: Mapping[str, Any], ranks: Mapping[str, float]
) -> RankFigure:
    """Return what to draw of average ranks.

    Args:
        comparison: the document, comparison.json; its `pairs` say who is told apart.
        ranks: average rank of each member and of the best baseline, at least two; 1
            is the lowest error.
    """
    styles, about = styles_of(comparison), comparison["significance"]
    order = sorted(ranks, key=lambda name: ranks[name])
    silent = is_silent(comparison)
    alike = () if silent else cliques(order, comparison["pairs"])
    count = about["count"]
    over = f" over {count:,} {ONE[about['unit']] if count == 1 else about['unit']}"
    how = (
        str(about["reason"])
        if silent
        else f"bars: not significantly apart ({about['test']}, "
        f"{about['correction']}, {100 * about['level']:g} %)"
    )
    first = f"{styles[order[0]].label} ranks first; nothing is claimed"
    return RankFigure(
        title=first if silent else _finding(styles, order, alike, comparison["pairs"]),
        caption=f"Average rank{over if count else ''}, 1 is best; {how}",
        ranks=tuple((styles[name], ranks[name]) for name in order),
        bars=tuple(tuple(ranks[name] for name in clique) for clique in alike),
    )


def draw_ranks(figure: RankFigure, path: Path) -> None:
    """Draw the axis, names at both sides below it, bars between.

    Raises:
        RunError: the file cannot be written.
    """
    sides = -(-len(figure.ranks) // 2)
    bars = BAR * len(figure.bars) + 0.12
    high = AXIS + bars + ROW * sides + 0.15
    room = room_of([member_style.label for member_style, _ in figure.ranks], 1.2)
    wide = style.WIDTH - 2 * room
    with style.drawing(path, style.HEADER + high + 0.1) as canvas:
        style.put_header(canvas, figure.title, figure.caption)
        axes = style.place(canvas, (room, 0.1, wide, high))
        # The unit of the vertical axis is an inch, 0 at the scale and up negative.
        axes.set_ylim(high - AXIS, -AXIS)
        axes.axis("off")
        low, top = 1, max(len(figure.ranks), 2)
        axes.set_xlim(low, top)
        axes.plot([low, top], [0, 0], color=style.INK, linewidth=1.2, clip_on=False)
        for tick in range(low, top + 1):
            axes.plot([tick, tick], [-0.07, 0], color=style.INK, linewidth=1.2)
            axes.text(tick, -0.13, str(tick), ha="center", va="bottom", fontsize=9.5)
        for number, bar in enumerate(figure.bars):
            _draw_bar(axes, bar, BAR * (number + 1) - 0.02)
        for at, (member_style, rank) in enumerate(figure.ranks):
            left = at < sides
            row = at if left else len(figure.ranks) - 1 - at
            edge = low if left else top
            _draw_name(axes, (member_style, rank), bars + ROW * (row + 0.5), edge)


def _draw_bar(axes: Axes, ranks: Sequence[float], at: float) -> None:
    """Join a set; points mark who belongs to it, so that a bar may pass others."""
    axes.plot([min(ranks), max(ranks)], [at, at], color=style.INK, linewidth=3.5)
    axes.plot(ranks, [at] * len(ranks), "o", color=style.INK, markersize=7)


def _draw_name(
    axes: Axes, ranked: tuple[MemberStyle, float], at: float, edge: float
) -> None:
    """Lead from a rank down and out to the name at the edge."""
    member_style, rank = ranked
    color, marker = member_style.color, member_style.marker or "o"
    line = {"color": color, "linewidth": 1.3, "zorder": 1, "clip_on": False}
    axes.plot([rank, rank, edge], [0, at, at], **line)
    axes.plot([rank], [0], marker, color=color, markersize=7, zorder=4)
    left = edge == axes.get_xlim()[0]
    text, fonts = drawable(member_style.label)
    side = {"ha": "right" if left else "left", "va": "center", "fontfamily": fonts}
    shift = {"xytext": (-6 if left else 6, 0), "textcoords": "offset points"}
    axes.annotate(text, (edge, at), color=member_style.ink, **side, **shift)
    inner = {"ha": "left" if left else "right", "va": "bottom", "fontsize": 8.5}
    number = {"xytext": (3 if left else -3, 1), "textcoords": "offset points"}
    axes.annotate(f"{rank:.2f}", (edge, at), color=style.FAINT_INK, **inner, **number)


def _finding(
    styles: Mapping[str, MemberStyle],
    order: Sequence[str],
    alike: Sequence[Sequence[str]],
    pairs: Pairs,
) -> str:
    """Return the title; ranks may favour one whose mean error is larger."""
    first = order[0]
    beaten = [name for name in order if first in beaten_by(name, pairs)]
    if not beaten:
        return _title(styles, order, alike)
    label, other = styles[first].label, styles[beaten[0]].label
    return f"{label} ranks first, but has a larger mean error than {other}"


def _title(
    styles: Mapping[str, MemberStyle],
    order: Sequence[str],
    alike: Sequence[Sequence[str]],
) -> str:
    """Say who ranks first, and from whom it is not told apart."""
    first, *others = order
    near = {name for clique in alike if first in clique for name in clique} - {first}
    label = styles[first].label
    if not near:
        everyone = styles[others[0]].label if len(others) == 1 else "all others"
        return f"{label} ranks first, significantly apart from {everyone}"
    if any(len(clique) == len(order) for clique in alike):
        return f"No significant difference between all {len(order)}"
    names = listed([styles[name].label for name in others if name in near])
    begin = f"{label} ranks first, not significantly apart from"
    title = f"{begin} {names}"
    short = f"{begin} {len(near)} of {len(others)}"
    return title if len(title) <= style.TITLE_LETTERS else short
