"""One backtest on disk: its files."""

from pathlib import Path

from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.requests import RequestDirectory

# The name of what is forecast beside the model's one number a step, and the baselines'.
QUANTILES = "quantiles"


class BacktestFit(RunDirectory):
    """What one fit of a backtest leaves; it is complete once `metrics` exists."""

    __slots__ = ()

    @property
    def metrics(self) -> Path:
        """How it was trained; written last."""
        return self.path / "fit.json"

    @property
    def made(self) -> Path:
        """Its forecasts and those of the baselines at its cutoffs."""
        return self.path / "forecasts.npz"


class BacktestDirectory(RequestDirectory):
    """The files of one backtest; what each fit left is below `fits`."""

    __slots__ = ()

    @property
    def metrics(self) -> Path:
        """The scores, over all cutoffs and by cutoff; written last."""
        return self.path / "backtest.json"

    @property
    def table(self) -> Path:
        """One row a cutoff: the model and every baseline."""
        return self.path / "cutoffs.csv"

    def fit(self, number: int) -> BacktestFit:
        """Return the directory of one fit, counted from 1."""
        return BacktestFit(self.path / "fits" / str(number))
