"""Small tables, written to a file and loaded from it."""

from pathlib import Path
from typing import Any

import pandas as pd

from seqforecast.data.panel import Panel
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource


def load(folder: Path, frame: pd.DataFrame, kind: str = "csv", **asked: Any) -> Panel:
    """Write a table, and load it."""
    path = folder / f"data.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    source = {"source": "table", "path": path.name} | asked
    return load_table(TableSource.model_validate(source), folder)
