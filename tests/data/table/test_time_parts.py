"""Which parts of a time stamp go together."""

import pytest
from pydantic import ValidationError

from seqforecast.data.table.section import TableSource


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["year"], "one part alone is a column"),
        (["quarter", "month"], "needs a date or a year, and not both"),
        (["date", "year"], "needs a date or a year, and not both"),
        (["date", "month"], "a date has its month and day already"),
        (["year", "month", "week"], "month and week say the same twice"),
        (["year", "day"], "days are those of a month"),
        (["year", "month", "hour"], "hours are those of a date or a day"),
        (["date", "minute"], "minutes are those of an hour"),
        (["year", "quartr"], "'quartr' is no part of a time stamp; did you mean"),
    ],
)
def test_parts_that_make_no_time_stamp_are_refused(parts: list[str], said: str) -> None:
    time = {part: f"column {part}" for part in parts}
    with pytest.raises(ValidationError, match=said):
        TableSource(source="table", path="x.csv", time=time)


def test_each_part_has_a_column_of_its_own() -> None:
    with pytest.raises(ValidationError, match="'a' is named twice by time, id, target"):
        TableSource(source="table", path="x.csv", time={"year": "a", "month": "a"})
