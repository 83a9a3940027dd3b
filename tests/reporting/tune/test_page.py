"""The page of a search, from invented documents."""

from pathlib import Path
from typing import Any

from seqforecast.config.defaults import defaults_of
from seqforecast.reporting.several_fits import SeveralDocuments
from seqforecast.reporting.tune.page import (
    READING,
    render_tuning_page,
    tabulate_trials,
)
from support.pages import Page, png
from support.run_documents import MANIFEST, SETTINGS, outcome


def trial(number: int, value: float | None, **changed: Any) -> dict[str, Any]:
    settings = {"model.units": [8 * number]} if number else {}
    told = {"number": number, "value": value, "settings": settings, "epochs": 5}
    state = "complete" if value is not None else "failed"
    return told | {"state": state, "seconds": 3.0, "error": None} | changed


def invented() -> dict[str, Any]:
    trials = [trial(0, 0.5), trial(1, None, seconds=None), trial(2, 0.4)]
    return {
        "name": "sales",
        "metric": "mae",
        "searched": ["model.units"],
        "trials": trials,
        "best": trials[2],
        "run": "best",
        "test": outcome(),
    }


def test_trials_are_ranked_and_those_without_an_error_are_last() -> None:
    header, *rows = tabulate_trials(invented())
    units = ("model.units", "epochs", "time", "state")
    assert header == ("trial", "validation MAE", *units)
    assert rows == [
        ("2", "0.4000", "[16]", "5", "3.0 s", "complete"),
        ("as given", "0.5000", "-", "5", "3.0 s", "complete"),
        ("1", "-", "[8]", "5", "-", "failed"),
    ]


def test_it_says_what_was_found_what_that_is_worth_and_how_to_use_it(
    tmp_path: Path,
) -> None:
    pictures = {name: tmp_path / f"{name}.png" for name in READING}
    for name, path in pictures.items():
        path.write_bytes(png(said=f"what {name} shows"))
    shown = Page(
        render_tuning_page(
            SeveralDocuments(
                path="runs/tune-sales/a",
                document=invented(),
                manifest=MANIFEST,
                settings=SETTINGS,
                defaults=defaults_of(SETTINGS),
                pictures=pictures,
            )
        )
    )
    assert "3 trials over 1 setting: 2 complete, 1 failed" in shown.text
    gain, verdict = (
        shown.text.index(said)
        for said in ("Trial 2 has a validation MAE 20 % below", "Better than linear")
    )
    assert gain < verdict
    assert "The best validation MAE of 2 is optimistic" in shown.text
    assert "seqforecast predict runs/tune-sales/a/best" in shown.text
    assert len(shown.all("img")) == 2
