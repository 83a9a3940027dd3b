"""The Python interface: pandas in, pandas out, the same errors as the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqforecast.config.experiment_file import load_experiment, load_mapping, resolve
from seqforecast.files import expand
from seqforecast.runs import directory
from seqforecast.runs.forecasts import read_forecasts
from seqforecast.runs.records import read_history
from seqforecast.runs.run_files import RunDirectory

if TYPE_CHECKING:
    import pandas as pd

    from seqforecast.reporting.run.notebook import Picture


@dataclass(frozen=True, slots=True)
class Run:
    """A complete run.

    Attributes:
        directory: its files.
    """

    directory: RunDirectory

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.directory.path

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        return self.directory.read_json(self.directory.metrics)

    @property
    def history(self) -> "pd.DataFrame":
        """One row an epoch."""
        import pandas as pd

        return pd.DataFrame(read_history(self.directory)).astype({"epoch": int})

    def forecasts(self) -> "pd.DataFrame":
        """Return the test part: unique_id, cutoff, ds, step, y, y_hat, q_*."""
        return read_forecasts(self.directory)

    def predict(self, data: Any = None) -> "pd.DataFrame":
        """Forecast the horizon after the end of the data, or of other data.

        Args:
            data: a file, or a frame of pandas, Polars, Arrow or DuckDB, with the
                columns of the run's.

        Returns:
            Columns unique_id, ds, step, y_hat, and q_10 and so on of quantiles.
        """
        from seqforecast.workflows.finished.predict import predict_run

        return predict_run(self.directory, data)

    def plot(self, name: str | None = None) -> "Picture":
        """Return a picture, which a notebook shows, with the `path` of its PNG file.

        Args:
            name: forecast, error_by_step, loss, memory and so on; default future
                where the run has forecast it, else forecast.

        Raises:
            ConfigError: the run has no such picture.
        """
        from seqforecast.workflows.pipeline.pages import find_picture

        return find_picture(self.directory, name)

    def _repr_html_(self) -> str:
        """Return verdict, scores and pictures, for a notebook."""
        from seqforecast.workflows.pipeline.pages import render_in_notebook

        return render_in_notebook(self.directory)

    def report(self, output: str | Path | None = None) -> Path:
        """Write the page of the run again, and return where it is.

        Args:
            output: a file ending in .html; default report.html in the run.
        """
        from seqforecast.workflows.pipeline.pages import report

        return report(self.path, None if output is None else expand(output))


def train(
    experiment: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    *,
    runs: str | Path = "runs",
    start: str | Path | None = None,
    budget: float | None = None,
) -> Run:
    """Train an experiment and return its run.

    Args:
        experiment: a path, the name of a shipped config, or the settings themselves.
        overrides: settings to change, by dotted name: `{"training.epochs": 3}`.
        runs: where run directories go.
        start: a complete run with whose weights training begins.
        budget: seconds that all of it may take; training is planned to fit.

    Raises:
        SeqforecastError: as the command line would; see `seqforecast.errors`.
    """
    from seqforecast.runs.directory import Destination
    from seqforecast.workflows.train.train import train_experiment

    changed = overrides or {}
    if isinstance(experiment, Mapping):
        loaded = load_mapping(experiment, changed)
    else:
        loaded = load_experiment(resolve(str(experiment)), changed)
    begin = None if start is None else expand(start)
    place = Destination(expand(runs))
    return Run(train_experiment(loaded, place, start=begin, budget=budget))


def load_run(path: str | Path) -> Run:
    """Open a complete run.

    Raises:
        RunError: there is no run, or it has not been scored.
    """
    return Run(directory.open_complete(expand(path)))
