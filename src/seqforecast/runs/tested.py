"""Where the test part of a run begins, from its forecasts."""

from typing import TYPE_CHECKING, Any

from seqforecast.errors import RunError
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.forecasts import read_forecasts

if TYPE_CHECKING:
    import pandas as pd


def first_cutoffs(run: RunDirectory) -> "pd.Series[Any]":
    """Return the first cutoff of each series that was tested, by its name.

    Nothing after it was trained or chosen on.

    Raises:
        RunError: there are no forecasts.
    """
    import pandas as pd

    try:
        if run.many_forecasts.is_file():
            columns = ["unique_id", "cutoff"]
            frame = pd.read_parquet(run.many_forecasts, columns=columns)
        else:
            frame = read_forecasts(run)
    except (OSError, ValueError) as error:
        raise RunError(f"the forecasts of {run.path} cannot be read: {error}") from None
    return frame.groupby("unique_id", sort=False)["cutoff"].min()
