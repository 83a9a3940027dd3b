"""Time stamps of new data that may be on another clock than the run's are told."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.data.table.load import load_frame
from seqforecast.errors import DataError
from seqforecast.workflows.finished.new_data import load_data, say_clocks


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
