"""Clocks that are set: one axis whatever the file shows, and local clocks outside."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.calendar_features import calendar_table
from seqforecast.data.panel import Panel
from seqforecast.data.split import SplitSection, split
from seqforecast.data.table import batches
from seqforecast.data.windows import latest_windows
from seqforecast.errors import DataError
from seqforecast.runs.forecasts import RowMaker, read_forecasts, write_frames
from seqforecast.runs.run_files import RunDirectory
from support.small_tables import load

BERLIN, HOWE = "Europe/Berlin", "Australia/Lord_Howe"
EVES = ["2021-03-12", "2021-03-26", "2021-04-02", "2021-10-01", "2021-10-29"]
EVES += ["2021-11-05", "2021-12-30"]  # two days before clocks are set, somewhere
ZONES = [BERLIN, "America/New_York", "Europe/Dublin", HOWE, "UTC"]


@pytest.fixture(params=[1, 7, batches.ROWS])
def _rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read so many records at a time."""
    monkeypatch.setattr(batches, "ROWS", request.param)


def hours(start: str, periods: int = 60, freq: str = "h", zone: str = BERLIN) -> Any:
    """Return moments as clocks of a zone show them, with their offsets."""
    utc = pd.Timestamp(start, tz=zone).tz_convert("UTC")
    return pd.date_range(utc, periods=periods, freq=freq).tz_convert(zone)


@given(data=st.data())
def test_clocks_and_offsets_and_moments_are_one_panel(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Broken on purpose: `later` by the order of the file alone; newest first failed.

    Series begin before the day on which clocks were set.
    """
    zone = data.draw(st.sampled_from(ZONES))
    # Clocks on Lord Howe are set by half an hour, to where hours are not.
    freq = data.draw(st.sampled_from(["15min", "30min", "h"][: 2 + (zone != HOWE)]))
    start = data.draw(st.sampled_from(EVES)) + " 12:00"
    stamps = hours(start, data.draw(st.integers(150, 400)), freq, zone)
    ids = ["a", "b"]
    frame = pd.concat(
        pd.DataFrame({"unique_id": name, "ds": stamps, "y": np.arange(len(stamps)) + i})
        for i, name in enumerate(ids)
    )
    moments = load(
        tmp_path_factory.mktemp("law"), frame, "parquet", layout="long", time_zone=zone
    )
    order = data.draw(st.sampled_from(["series", "time", "newest first"]))
    if order == "time":
        frame = frame.sort_values("ds", kind="stable")
    elif order == "newest first":
        frame = frame[::-1]
        ids.reverse()
    written = data.draw(st.sampled_from(["clocks", "offsets", "German clocks"]))
    texts = {
        "clocks": frame["ds"].dt.strftime("%Y-%m-%d %H:%M"),
        "German clocks": frame["ds"].dt.strftime("%d.%m.%Y %H:%M"),
        "offsets": frame["ds"].map(str),
    }[written]
    frame = frame.assign(ds=texts)
    panel = load(tmp_path_factory.mktemp("law"), frame, layout="long", time_zone=zone)
    assert panel.ids == tuple(ids)
    assert (panel.origin, panel.frequency) == (moments.origin, moments.frequency)
    assert panel.origin == stamps[0].tz_convert("UTC").tz_localize(None)
    assert panel.zone == moments.zone
    np.testing.assert_array_equal(panel.series(ids.index("a")), moments.series(0))
    assert any("into UTC" in note for note in panel.notes)


@pytest.mark.usefixtures("_rows")
def test_the_doubled_hour_is_two_and_is_said(tmp_path: Path) -> None:
    """Broken on purpose: both taken for the first moment; a stamp stood twice."""
    stamps = hours("2021-10-30 20:00", 12)
    frame = pd.DataFrame({"ds": stamps.strftime("%Y-%m-%d %H:%M"), "a": range(12)})
    panel = load(tmp_path, frame, time_zone=BERLIN)
    assert panel.values.tolist() == [*range(12)]
    said = "stamps shown twice where clocks of Europe/Berlin were set back: 1"
    assert any(said in note for note in panel.notes)
    lone = frame.drop(index=7)
    panel = load(tmp_path, lone, time_zone=BERLIN, missing="zero")
    assert panel.values.tolist() == [*range(7), 0, *range(8, 12)]
    assert any("only once: 1; they were taken for" in note for note in panel.notes)


@pytest.mark.usefixtures("_rows")
def test_offsets_that_change_are_turned_into_one(tmp_path: Path) -> None:
    """Also those of one zone written in another; broken on purpose: dropped."""
    stamps = hours("2021-10-30 20:00", 12)
    frame = pd.DataFrame({"ds": stamps.map(str), "a": range(12)})
    panel = load(tmp_path, frame)
    assert panel.origin == pd.Timestamp("2021-10-30 18:00")
    assert (
        "the UTC offset of the time stamps changes (+01:00, +02:00)" in panel.notes[0]
    )
    assert (panel.zone.is_utc, panel.zone.is_shown) == (True, False)
    shown = load(tmp_path, frame, time_zone="America/New_York")
    assert (shown.origin, shown.zone.name) == (panel.origin, "America/New_York")


LONG_STEPS = [
    ("06:00", "D"), ("16:00", "D"), ("00:00", "D"), ("06:00", "12h"),
    ("08:00", "W-MON"), ("00:00", "MS"), ("00:00", "6h"), ("02:00", "4h"),
]  # fmt: skip


@pytest.mark.parametrize("written", ["typed", "offsets", "clocks", "moments"])
@pytest.mark.parametrize(("hour", "freq"), LONG_STEPS)
def test_steps_longer_than_clocks_are_set_keep_the_local_clock(
    tmp_path: Path, hour: str, freq: str, written: str
) -> None:
    """Broken on purpose: midnights alone; the gas day was off every grid."""
    local = pd.date_range(f"2021-01-04 {hour}", periods=400, freq=freq)
    if freq == "6h":
        local = local + pd.Timedelta(hours=3)  # none of them an hour that is absent
    if freq == "4h":
        local = local[(local.hour != 2) | (local.month == 1)][:100]
    stamps = local.tz_localize(BERLIN, ambiguous=True, nonexistent="shift_forward")
    stamps = stamps[:180] if freq == "4h" else stamps
    asked: dict[str, Any] = {"missing": "zero"}
    if written == "clocks":
        texts, asked["time_zone"] = local[: len(stamps)].map(str), BERLIN
    elif written == "moments":
        texts, asked["time_zone"] = stamps.tz_convert("UTC").map(str), BERLIN
    else:
        texts = stamps if written == "typed" else stamps.map(str)
    kind = "parquet" if written == "typed" else "csv"
    panel = load(tmp_path, pd.DataFrame({"ds": texts, "a": 1.0}), kind, **asked)
    assert panel.origin == local[0]
    assert panel.frequency == freq
    assert not panel.zone.is_utc
    assert any("local" in note or "clocks" in note for note in panel.notes)


def summer(folder: Path, **asked: Any) -> Panel:
    """Return a panel of hours up to just before clocks are set back."""
    stamps = hours("2021-10-25 00:00", 6 * 24 + 1)
    frame = pd.DataFrame({"ds": stamps.strftime("%Y-%m-%d %H:%M"), "a": 1.0})
    return load(folder, frame, time_zone=BERLIN, **asked)


def test_forecasts_show_the_clocks_of_the_zone(tmp_path: Path) -> None:
    """Broken on purpose: what is written was UTC."""
    panel = summer(tmp_path)
    windows = latest_windows(panel, 3)
    rows = RowMaker(panel, windows, 4)
    y_hat = np.zeros((1, 4), np.float32)
    frame = rows.rows(windows, y_hat, y_hat)
    run = RunDirectory(tmp_path)
    write_frames(run.forecasts, [frame], rows.date_format)
    lines = run.forecasts.read_text().splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == ["2021-10-31 00:00:00+02:00"] * 4
    assert [line.split(",")[2] for line in lines] == [
        "2021-10-31 01:00:00+02:00",
        "2021-10-31 02:00:00+02:00",
        "2021-10-31 02:00:00+01:00",
        "2021-10-31 03:00:00+01:00",
    ]
    again = read_forecasts(run)
    assert (again["ds"] == frame["ds"]).all()
    run.manifest.write_text('{"data": {"zone": {"name": "Europe/Berlin"}}}')
    assert str(read_forecasts(run)["ds"].dt.tz) == BERLIN
    shown = panel.clocks(np.array([145, 146, 147]))
    assert [str(stamp)[11:13] for stamp in shown] == ["01", "02", "02"]


def test_dates_in_settings_and_hours_of_the_day_are_those_of_the_clocks(
    tmp_path: Path,
) -> None:
    """Broken on purpose: the border of a part counted in UTC."""
    panel = summer(tmp_path)
    by_time = SplitSection(train="2021-10-28", validation=24, test="rest")
    assert split(panel, by_time).train[0].tolist() == [0, 4 * 24]
    circle = calendar_table(panel, ["hour"], 24, panel.origin)
    assert circle[0].tolist() == [0, 1]
    assert panel.zone.moment(pd.Timestamp("2021-10-31 02:00")) == pd.Timestamp(
        "2021-10-31 01:00"
    )
    assert panel.zone.text(panel.origin) == "2021-10-25 00:00:00+02:00"


def test_days_of_a_zone_written_in_utc_hint_at_it(tmp_path: Path) -> None:
    """Broken on purpose: the hint given for any stamps off the grid."""
    days = pd.date_range("2021-03-20 06:00", periods=30, tz=BERLIN).tz_convert("UTC")
    frame = pd.DataFrame({"ds": days.map(str), "a": 1.0})
    with pytest.raises(DataError, match="is no whole number of steps") as raised:
        load(tmp_path, frame)
    assert "set data.time_zone to their zone" in raised.value.hint
    assert load(tmp_path, frame, time_zone=BERLIN).frequency == "D"
    frame.loc[3, "ds"] = "2021-03-23 17:00:00+00:00"
    with pytest.raises(DataError, match="is no whole number of steps") as raised:
        load(tmp_path, frame[:8])
    assert "data.time_zone" not in raised.value.hint
