"""New data are read as those of the run were; clocks that may be others are told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.table.load import load_frame
from seqforecast.errors import DataError
from seqforecast.workflows.finished.new_data import load_data, say_clocks
from seqforecast.workflows.pipeline.prepare import prepare


def zone_of(zone, start="2024-01-01", hours=200):
    """The zone of hours, once read; in text, where it is no name of a place."""
    stamps = pd.date_range(start, periods=hours, freq="h", tz=zone)
    ds = stamps.map(str) if zone and zone[0] in "+U" else stamps
    frame = pd.DataFrame({"unique_id": "a", "ds": ds, "y": np.arange(hours)})
    source = load_mapping({"data": {"source": "table", "path": "-", "layout": "long"}})
    return load_frame(source.experiment.data, frame).zone


@pytest.mark.parametrize(
    ("of_run", "here", "said"),
    [
        ({"zone": None}, {"zone": None}, None),
        ({"zone": None}, {"zone": "Asia/Tokyo"}, None),
        ({"zone": "+09:00"}, {"zone": None}, None),
        ({"zone": "+09:00"}, {"zone": "+09:00"}, None),
        ({"zone": "Europe/Berlin", "hours": 4000}, {"zone": "UTC"}, None),
        ({"zone": "Asia/Tokyo"}, {"zone": "UTC"}, "in Asia/Tokyo, these are in UTC"),
        ({"zone": "UTC"}, {"zone": "+09:00"}, "are in UTC, these are in +0900"),
        (
            {"zone": "Europe/Berlin"},  # winter only: the clock stays local
            {"zone": "Europe/Berlin", "hours": 4000},
            "in Europe/Berlin, these are in UTC",
        ),
        (
            {"zone": "Europe/Berlin", "hours": 4000},
            {"zone": None},
            "in UTC, these are without a zone",
        ),
    ],
)
def test_clocks_that_are_hours_apart_are_told(caplog, of_run, here, said):
    """Broken on purpose: only stamps turned into UTC told from local ones."""
    say_clocks(zone_of(**of_run), zone_of(**here))
    assert bool(caplog.text) == bool(said)
    assert (said or "") in caplog.text


def test_a_run_whose_data_are_gone_says_what_takes_their_place(tmp_path):
    path = tmp_path / "x.csv"
    loaded = load_mapping({"data": {"source": "table", "path": str(path)}})
    with pytest.raises(DataError, match="which this run was trained on, is no longer"):
        load_data(loaded, None)


def settled(folder, stamps, **data):
    """The settings that a run on such stamps records."""
    frame = pd.DataFrame({"ds": stamps, "a": np.arange(len(stamps)) % 7.0})
    frame.to_csv(folder / "run.csv", index=False)
    source = {"source": "table", "path": str(folder / "run.csv")} | data
    window = {"lookback": 6, "horizon": 2}
    loaded = load_mapping({"data": source, "window": window})
    prepared = prepare(loaded.experiment, Path())
    return replace(loaded, experiment=prepared.experiment), prepared.panel


def new_data(loaded, stamps):
    """The panel of new data in the form of a run's."""
    return load_data(loaded, pd.DataFrame({"ds": stamps, "a": 1.0}))


@pytest.mark.parametrize(
    ("form", "frequency", "alone"),
    [
        ("%d.%m.%Y", "D", "which can be read as"),
        ("%Y%m", "MS", "would be dates with"),
        ("%G%V", "W-MON", "would be dates with"),
    ],
)
def test_a_few_new_stamps_are_read_as_the_many_of_the_run(
    tmp_path, form, frequency, alone
):
    """Broken on purpose: the form that was found left out of the run's settings."""
    stamps = pd.date_range("2010-01-01", periods=120, freq=frequency)
    loaded, panel = settled(tmp_path, stamps.strftime(form))
    assert loaded.experiment.data.time_format == panel.time_format
    few = pd.date_range("2023-01-01", periods=10, freq=frequency)
    new = new_data(loaded, few.strftime(form))
    assert (new.origin, new.frequency) == (few[0], frequency)
    unknown = load_mapping({"data": {"source": "table", "path": "-"}})
    try:
        said = " ".join(new_data(unknown, few.strftime(form)).notes)
    except DataError as error:
        said = str(error)
    assert alone in said
    in_iso = new_data(loaded, few.map(str))
    assert (in_iso.origin, in_iso.frequency) == (few[0], frequency)


def test_clocks_of_new_data_are_those_of_the_zone_of_the_run(tmp_path):
    """However they are written now; and steps that a run counts stay steps."""
    utc = pd.date_range("2021-10-28", periods=120, freq="h", tz="UTC")
    shown = utc.tz_convert("Europe/Berlin")
    loaded, panel = settled(
        tmp_path, shown.strftime("%d.%m.%Y %H:%M"), time_zone="Europe/Berlin"
    )
    for stamps in (
        utc.map(str),
        shown.map(str),
        shown,
        shown.strftime("%m/%d/%Y %H:%M"),
    ):
        new = new_data(loaded, stamps)
        assert (new.origin, new.zone) == (panel.origin, panel.zone)
    seconds = np.arange(1_600_000_000, 1_600_400_000, 3600)
    loaded, panel = settled(tmp_path, seconds, time_format="steps")
    assert panel.origin == new_data(loaded, seconds).origin == seconds[0]


def test_a_form_that_typed_stamps_do_not_need_is_said(tmp_path):
    stamps = pd.date_range("2020-01-01", periods=30)
    loaded, _ = settled(tmp_path, stamps.strftime("%d.%m.%Y"))
    said = "data.time_format was not needed: the time column is typed"
    assert said in new_data(loaded, stamps).notes
