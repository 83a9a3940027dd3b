"""A run in a notebook: verdict, table and pictures below a cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforecast.reporting.page import render_page, show
from seqforecast.reporting.run.page import READING
from seqforecast.reporting.tables import tabulate_scores
from seqforecast.reporting.verdict import say_about, say_run

# Of the pictures of a run, those that say what it forecasts; the others have names too.
SHOWN = ("future", "forecast")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a run, which a notebook shows.

    Attributes:
        path: a PNG file; an SVG of the same name may lie beside it.
    """

    path: Path

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()

    def _repr_svg_(self) -> str | None:
        vector = self.path.with_suffix(".svg")
        return vector.read_text("utf-8") if vector.is_file() else None


def render_notebook(
    path: str,
    metrics: Mapping[str, Any],
    preprocess: Mapping[str, Any],
    named: tuple[str, str],
    pictures: Mapping[str, Path],
) -> str:
    """Return what a notebook shows of a run, as HTML without a page around it.

    Args:
        path: the run directory.
        metrics: the content of metrics.json.
        preprocess: of preprocess.json.
        named: the experiment and the recurrent layer.
        pictures: PNG files by name.

    Raises:
        OSError: a picture cannot be read.
    """
    test, parameters = metrics["test"], metrics["training"]["parameters"]
    scores = tabulate_scores(test)
    return render_page(
        "notebook.html",
        title=f"{named[0]}: {named[1]}",
        about=say_about(test, preprocess, parameters, named[1]),
        verdict=say_run(test),
        scores=[scores.header, *scores.rows],
        figures=show(
            {name: pictures[name] for name in SHOWN if name in pictures}, READING
        ),
        path=path,
    )
