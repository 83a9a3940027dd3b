"""Whole numbers that are dates in two ways, and regular in neither, are asked about."""

import pandas as pd
import pytest

from seqforecast.data.table.open_file import open_frame
from seqforecast.data.table.time_column import survey_times
from seqforecast.errors import AmbiguousTimesError

RIVALS = {
    ("yyyymm", "yyyyww"): (
        *(201504, 201509, 201601, 201604, 201703, 201709),
        *(201901, 201902, 201910, 202001, 202003, 202004),
    ),
    ("yyyymmddhh", "epoch_s"): (
        *(2001011419, 2001040809, 2001060405),
        *(2001070420, 2001071312, 2001121710),
    ),
}


@pytest.mark.parametrize("forms", RIVALS)
def test_numbers_that_are_dates_in_two_ways_are_refused_with_both(forms):
    """Broken on purpose: the first that fits was taken."""
    table = open_frame(pd.DataFrame({"ds": RIVALS[forms], "y": 1.0}))
    said = f"which can be read as {forms[0]} and as {forms[1]}"
    with pytest.raises(AmbiguousTimesError, match=said) as caught:
        survey_times(table, "ds")
    assert caught.value.candidates == forms
    assert survey_times(table, "ds", forms[0]).form == forms[0]
