"""Destination: where forecasts go is settled before any work."""

from pathlib import Path

from seqforecast.config.loading import load_experiment
from seqforecast.errors import ConfigError
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.writing import refuse_output

SUFFIXES = (".csv", ".parquet")


def check_destination(output: Path, run: RunDirectory, data: Path | None) -> None:
    """Refuse a file that is read, or that the run recorded, or of no known kind.

    Args:
        output: where forecasts are to go.
        run: that makes them.
        data: what they are made from; None: the run's own data.

    Raises:
        ConfigError: they cannot go there.
        RunError: no file can be written there.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise ConfigError(
            f"{output}: forecasts are written as {' or '.join(SUFFIXES)}",
            hint=f"name it {output.with_suffix('.csv')}",
        )
    refuse_output(output)
    kept = [run.forecasts, run.many_forecasts, run.series, run.history]
    taken = dict.fromkeys(kept, "a record of the run")
    own = _own_data(run)
    for path in (own, data):
        if path is not None:
            taken[path] = "the data"
    for path, what in taken.items():
        if output.exists() and path.exists() and output.samefile(path):
            raise ConfigError(
                f"--output {output} is {what}, and would be written over",
                hint="name another file",
            )


def _own_data(run: RunDirectory) -> Path | None:
    """Return the file that the run was trained on, if any."""
    loaded = load_experiment(run.resolved)
    path = getattr(loaded.experiment.data, "path", None)
    return None if path is None else loaded.folder / Path(path).expanduser()
