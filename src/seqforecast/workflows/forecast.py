"""From a data file to a forecast: looked at, trained, tested, forecast, in one go."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqforecast.config.experiment_file import read_experiment
from seqforecast.data.table.kinds import stem_of
from seqforecast.runs.directory import Destination
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.init import Asked, examine
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from seqforecast.workflows.train.train import train_experiment

LOGGER = logging.getLogger("seqforecast")
UNLIMITED = 1e9  # seconds


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """What is asked of a data file.

    Attributes:
        data: the file.
        asked: what is known of it, and the horizon.
        overrides: `section.key=value` texts, laid over what is chosen.
        budget: seconds that all of it may take; None: as long as it takes.
    """

    data: Path
    asked: Asked
    overrides: Sequence[str] = ()
    budget: float | None = None


def forecast_data(
    request: ForecastRequest, place: Destination, display: NoDisplay | None = None
) -> RunDirectory:
    """Look at a data file, train, test and forecast its future.

    The settings chosen are the run's `config.yaml`, with a comment beside each.

    Args:
        request: what is asked.
        place: where the run goes.
        display: is told of epochs.

    Raises:
        DataError: the file cannot be read, or is too short, or so for the horizon.
        ConfigError: what was said about it does not fit.
        BackendError: TensorFlow does not load, or the device is not there.
        RunError: the run directory is taken, or the disk is full.
        Interrupted: Ctrl-C or SIGTERM.
    """
    place.check()
    path = Path(f"{stem_of(request.data)}.yaml")
    started = examine(request.data, path, request.asked)
    for sentence in started.found:
        LOGGER.info("%s", sentence)
    loaded = read_experiment(started.text, path, request.overrides)
    # With or without a limit: how long it will take is said before training.
    budget = UNLIMITED if request.budget is None else request.budget
    return train_experiment(loaded, place, display, budget=budget)
