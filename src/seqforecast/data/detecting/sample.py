"""The first rows of an unknown table, its columns in the types they seem to have."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from seqforecast.data.sources.dialect import Dialect

ROWS = 2_000_000  # looked at


def read_sample(path: Path, dialect: Dialect) -> pd.DataFrame:
    """Return the first rows of a table, of columns that have names.

    Names are those of the file: what pandas keeps as the index of a frame is a column
    of a Parquet file like others. A text is a text even where pandas would take it for
    a missing value: a series may be called NA.
    """
    return _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path, dialect)


def _parquet(path: Path) -> pd.DataFrame:
    batches, rows = [], 0
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches():
            batches.append(batch)
            rows += batch.num_rows
            if rows >= ROWS:
                break
    table = pa.Table.from_batches(batches)
    return _named(table.to_pandas(ignore_metadata=True), "__index_level_")


def _csv(path: Path, dialect: Dialect) -> pd.DataFrame:
    frame = _named(
        pd.read_csv(
            path,
            sep=dialect.separator,
            decimal=dialect.decimal,
            nrows=ROWS,
            low_memory=False,
        ),
        "Unnamed: ",
    )
    lost = [
        name
        for name in frame.columns
        if frame[name].isna().all()
        or (not pd.api.types.is_numeric_dtype(frame[name]) and frame[name].isna().any())
    ]
    if lost:
        texts = pd.read_csv(
            path,
            sep=dialect.separator,
            nrows=ROWS,
            usecols=lost,
            dtype=str,
            keep_default_na=False,
        )
        frame = frame.assign(**{name: texts[name] for name in lost})
    return frame


def _named(frame: pd.DataFrame, unnamed: str) -> pd.DataFrame:
    """Return the columns whose names are not made up."""
    return frame[[name for name in frame.columns if not name.startswith(unnamed)]]
