"""forecasts.csv, or forecasts.parquet above a million rows."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.files import reading, write_whole
from seqforecast.runs.run_files import RunDirectory

if TYPE_CHECKING:
    import pandas as pd

MOST_CSV_ROWS = 1_000_000
FORMULA = re.compile(
    "'*[=+\\-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]"
)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
OFFSET = r"[+-]\d\d:\d\d$"
WINDOWS_AT_ONCE = 1_000_000


def path_for(run: RunDirectory, windows: WindowIndex) -> Path:
    """Return which of the two files these windows go to."""
    rows = len(windows) * windows.horizon
    return run.forecasts if rows <= MOST_CSV_ROWS else run.many_forecasts


class RowMaker:
    """Makes table rows of forecasts; knows the calendar around the windows once."""

    def __init__(self, panel: Panel, windows: WindowIndex, horizon: int) -> None:
        ends = [
            (int(cutoffs.min()), int(cutoffs.max()))
            for some in windows.chunks(WINDOWS_AT_ONCE)
            for cutoffs in [some.cutoffs(panel)]
        ]
        self._first = min(first for first, _ in ends)
        last = max(last for _, last in ends) + horizon
        self._panel = panel
        self._grid = panel.stamps(np.arange(self._first, last + 1))
        self._shown: Any = self._grid
        if panel.zone.is_shown:
            self._shown = panel.zone.show(self._grid)
        self._ids = np.array(panel.ids, dtype=object)

    @property
    def date_format(self) -> str | None:
        """How stamps are written: without the time of day when all are midnight.

        None: as they are, numbers, or what clocks show and how far from UTC they are.
        """
        if isinstance(self._panel.frequency, int) or self._panel.zone.is_shown:
            return None
        for unit, form in (("D", "%Y-%m-%d"), ("s", "%Y-%m-%d %H:%M:%S")):
            if np.array_equal(self._grid.astype(f"datetime64[{unit}]"), self._grid):
                return form
        return "%Y-%m-%d %H:%M:%S.%f"

    def rows(
        self,
        windows: WindowIndex,
        y_hat: FloatArray,
        y: FloatArray | None,
        quantiles: Mapping[str, FloatArray] = MappingProxyType({}),
    ) -> "pd.DataFrame":
        """Return one row a step; without truth, without cutoff and y columns.

        Args:
            windows: the windows that were forecast.
            y_hat: shape (windows, horizon), in the unit of the data.
            y: the truth, same shape, NaN where it is missing; or None.
            quantiles: the same shape each, by the name of their column.
        """
        import pandas as pd

        horizon = y_hat.shape[1]
        cutoffs = np.repeat(windows.cutoffs(self._panel) - self._first, horizon)
        steps = np.tile(np.arange(1, horizon + 1), len(windows))
        columns: dict[str, Any] = {
            "unique_id": self._ids[np.repeat(windows.series, horizon)]
        }
        if y is not None:
            columns["cutoff"] = self._shown[cutoffs]
        columns |= {"ds": self._shown[cutoffs + steps], "step": steps}
        if y is not None:
            columns["y"] = y.reshape(-1)
        columns["y_hat"] = y_hat.reshape(-1)
        columns |= {name: quantile.reshape(-1) for name, quantile in quantiles.items()}
        return pd.DataFrame(columns)


def guard_formulas(name: str) -> str:
    """Return a name with an apostrophe before what a spreadsheet would compute.

    `=`, `+`, `-`, `@`, a tab or a line break at its begin, numbers apart; where
    apostrophes stand before those already it has one more: `unguard_formulas` finds
    every name again. The rule of the OWASP page "CSV Injection".
    """
    is_formula = FORMULA.match(name) and not NUMBER.fullmatch(name)
    return f"'{name}" if is_formula else name


def unguard_formulas(name: str) -> str:
    """Return the name that `guard_formulas` was given."""
    is_guarded = name.startswith("'") and guard_formulas(name[1:]) == name
    return name[1:] if is_guarded else name


def _texts_of(frame: "pd.DataFrame") -> dict[str, list[str]]:
    """Return the different texts of each column that has some."""
    columns = frame.columns[[kind.kind in "OU" for kind in frame.dtypes]]
    return {
        column: [text for text in frame[column].unique() if isinstance(text, str)]
        for column in columns
    }


def write_frames(
    path: Path,
    frames: Iterable["pd.DataFrame"],
    date_format: str | None,
    *,
    raw: bool = False,
) -> None:
    """Write tables one after another into one file, whole or not at all.

    Raises:
        RunError: the file cannot be written.
    """

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            write_csv(file, frames, date_format, raw=raw)

    if path.suffix.lower() == ".csv":
        write_whole(path, write)
    else:
        write_whole(path, lambda part: _write_parquet(part, frames))


def write_csv(
    file: TextIO,
    frames: Iterable["pd.DataFrame"],
    date_format: str | None = None,
    *,
    raw: bool = False,
) -> None:
    """Write tables one after another as CSV, the names of the columns once.

    Args:
        file: open.
        frames: the tables.
        date_format: of time stamps.
        raw: whether names are written as they are, formulas too.
    """
    for number, frame in enumerate(frames):
        texts = _texts_of(frame)
        # Python before 3.13 leaves a name with a lone \r without quotation marks.
        has_return = any("\r" in text for column in texts.values() for text in column)
        guards = {} if raw else dict.fromkeys(texts, cache(guard_formulas))
        frame.assign(
            **{
                column: frame[column].map(guard, na_action="ignore")
                for column, guard in guards.items()
                if [*map(guard, texts[column])] != texts[column]
            }
        ).to_csv(
            file,
            index=False,
            quoting=csv.QUOTE_NONNUMERIC if has_return else csv.QUOTE_MINIMAL,
            header=number == 0,
            date_format=date_format,
            lineterminator="\n",
        )


def _write_parquet(part: Path, frames: Iterable["pd.DataFrame"]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _opened() as writers:
        for frame in frames:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            if not writers:
                writers.append(pq.ParquetWriter(part, table.schema))
            writers[0].write_table(table)


@contextmanager
def _opened() -> Iterator[list[Any]]:
    """Close a writer that is opened when the first table shows the columns."""
    writers: list[Any] = []
    try:
        yield writers
    finally:
        for writer in writers:
            writer.close()


def read_forecasts(run: RunDirectory) -> "pd.DataFrame":
    """Return the test forecasts of a run, dates as dates.

    Raises:
        RunError: they cannot be read.
    """
    import pandas as pd

    if run.many_forecasts.is_file():
        with reading(run.many_forecasts, run.how_to_mend):
            return pd.read_parquet(run.many_forecasts)
    with reading(run.forecasts, run.how_to_mend):
        frame = pd.read_csv(
            run.forecasts,
            dtype={"unique_id": str},
            keep_default_na=False,
            na_values={"y": [""]},  # what was missing in the data
        )
        frame["unique_id"] = frame["unique_id"].map(cache(unguard_formulas))
        for column in ("cutoff", "ds"):
            if not pd.api.types.is_integer_dtype(frame[column]):
                frame[column] = _stamps_in(run, frame[column])
    return frame


def read_future(run: RunDirectory, rows: int | None = None) -> "pd.DataFrame":
    """Return the forecasts after the end of a run's data; stamps are as written.

    Args:
        run: whose `future` is in the file that metrics.json names.
        rows: so many of the first; None: all.

    Raises:
        RunError: they cannot be read.
    """
    import pandas as pd

    many = run.future.with_suffix(".parquet")
    if many.is_file():
        with reading(many, run.how_to_mend):
            whole = pd.read_parquet(many)
            return whole if rows is None else whole.head(rows)
    with reading(run.future, run.how_to_mend):
        frame = pd.read_csv(
            run.future, dtype={"unique_id": str}, keep_default_na=False, nrows=rows
        )
        frame["unique_id"] = frame["unique_id"].map(cache(unguard_formulas))
        return frame


def _stamps_in(run: RunDirectory, texts: "pd.Series") -> "pd.Series":
    """Return time stamps of texts; in the zone of the run if they have its offsets."""
    import pandas as pd

    if not texts.str.contains(OFFSET).any():
        return pd.to_datetime(texts)
    stamps = pd.to_datetime(texts, utc=True)
    data = run.read_json(run.manifest).get("data", {}) if run.manifest.is_file() else {}
    zone = data.get("zone", {}).get("name")
    return stamps.dt.tz_convert(zone) if zone else stamps


def read_y_hat(run: RunDirectory, horizon: int) -> FloatArray:
    """Return the test forecasts of a run alone, (windows, horizon), in their order.

    Raises:
        RunError: there are no such forecasts.
    """
    import pandas as pd

    is_large = run.many_forecasts.is_file()
    path = run.many_forecasts if is_large else run.forecasts
    with reading(path, run.how_to_mend):
        if is_large:
            frame = pd.read_parquet(path, columns=["y_hat"])
        else:
            frame = pd.read_csv(path, usecols=["y_hat"])
        y_hat: FloatArray = frame["y_hat"].to_numpy(np.float64).reshape(-1, horizon)
    return y_hat
