"""A run in a notebook, from invented documents."""

from pathlib import Path

from seqforecast.reporting.run.notebook import Picture, render_notebook
from support.pages import HOSTILE, Page, png
from support.run_documents import PREPROCESS, metrics_of, outcome


def test_it_shows_verdict_scores_and_the_pictures_of_forecasts(tmp_path: Path) -> None:
    """Names are no HTML. Broken once by all pictures: a notebook of megabytes."""
    pictures = {name: tmp_path / f"{name}.png" for name in ("loss", "forecast")}
    for name, path in pictures.items():
        path.write_bytes(png(said=f"what {name} shows"))
    shown = Page(
        render_notebook(
            *("runs/a", metrics_of(outcome()), PREPROCESS, (HOSTILE, "GRU"), pictures)
        )
    )
    assert HOSTILE.split()[0] in shown.text
    assert not shown.all("script")
    assert "Better than linear" in shown.text
    assert "seasonal" not in shown.text
    assert [str(image["alt"]) for image in shown.all("img")] == ["what forecast shows"]
    assert "runs/a" in shown.text


def test_a_picture_is_shown_as_svg_where_there_is_one(tmp_path: Path) -> None:
    picture = Picture(tmp_path / "loss.png")
    picture.path.write_bytes(b"png")
    assert picture._repr_svg_() is None
    (tmp_path / "loss.svg").write_text("<svg/>")
    assert (picture._repr_svg_(), picture._repr_png_()) == ("<svg/>", b"png")
