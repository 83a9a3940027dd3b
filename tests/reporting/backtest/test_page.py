"""The page of a backtest, from invented documents."""

from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of
from seqforecast.reporting.backtest.page import (
    READING,
    render_backtest_page,
    tabulate_fits,
)
from seqforecast.reporting.several_fits import SeveralDocuments
from support.pages import Page, png
from support.run_documents import MANIFEST, SETTINGS, outcome, scored


def invented() -> dict[str, Any]:
    test = outcome(intervals=[{"level": 80, "coverage": 0.7, "width": 3.0}])
    rows = [
        {
            "cutoff": at,
            "first": f"195{at}-12-01",
            "last": f"195{at}-12-01",
            "fit": at,
            "is_refit": True,
            "windows": 1,
            "points": 12,
            "model": scored(10.0 + at),
            "baselines": {"naive": scored(70.0), "linear": scored(12.5)},
        }
        for at in (1, 2, 3)
    ]
    fit = {"train_steps": {"least": 72, "most": 1072}, "epochs": 10, "seconds": 75.0}
    fits = [
        fit | {"fit": at, "cutoffs": [at, at], "best_epoch": at or None}
        for at in (1, 2, 3)
    ]
    sizes = {"cutoffs": 3, "horizon": 12, "series": 1, "window": "expanding"}
    return {"name": "sales", **sizes, "test": test, "by_cutoff": rows, "fits": fits}


def page(folder: Path, **manifest: Any) -> Page:
    pictures = {name: folder / f"{name}.png" for name in READING}
    for name, path in pictures.items():
        path.write_bytes(png(said=f"what {name} shows"))
    told = SeveralDocuments(
        path="runs/backtest-sales/it is",
        document=invented(),
        manifest=MANIFEST | manifest,
        settings=SETTINGS,
        defaults=defaults_of(SETTINGS),
        pictures=pictures,
    )
    return Page(render_backtest_page(told))


def test_it_says_the_verdict_then_scores_cutoffs_fits_and_shows_both_pictures(
    tmp_path: Path,
) -> None:
    shown = page(tmp_path)
    assert "sales: backtest" in shown.text
    assert "3 cutoffs from 1951-12-01 to 1953-12-01, 3 fits, expanding" in shown.text
    headings = ["Scores", "Each cutoff", "Intervals", "Fits"]
    headings += ["Forecasts at the cutoffs", "Error by cutoff", "What to do with it"]
    places = [shown.text.index(heading) for heading in headings]
    assert places == sorted(places)
    assert shown.text.index("Better than linear") < places[0]
    assert [str(each["alt"]) for each in shown.all("img")] == [
        f"what {name} shows" for name in READING
    ]
    assert "seqforecast train 'runs/backtest-sales/it is'/config.yaml" in shown.text


def test_the_range_of_the_data_and_of_their_parts_is_said(tmp_path: Path) -> None:
    """Of older versions nothing is known, and nothing said."""
    spans = {"all": {"first": "1949-01", "last": "1960-12"}, "test": None}
    spans["train"] = {"first": "1950-01", "last": "1956-02"}
    data = {"data": {**MANIFEST["data"], "range": spans}}
    said = "Data 1949-01 to 1960-12; train 1950-01 to 1956-02."
    assert said in page(tmp_path, **data).text
    assert "1960-12" not in page(tmp_path).text


def test_a_cell_names_its_column_for_a_phone(tmp_path: Path) -> None:
    """Broken once by cells alone: a card of numbers without a name."""
    cells = page(tmp_path).all("td")
    names = [str(each.get("data-column")) for each in cells if "data-column" in each]
    assert {"MAE", "linear", "kept epoch", "coverage"} <= set(names)


def test_fits_are_told_with_their_train_part() -> None:
    rows = tabulate_fits(invented())
    assert rows[1] == ("1", "1", "72 to 1,072", "10", "1", "75 s")
