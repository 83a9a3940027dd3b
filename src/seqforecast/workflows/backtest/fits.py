"""The fits of a backtest: trained anew on what precedes each cutoff.

All fits have one process: the data are read once, and the compiled epoch is compiled
once, because scales and weights are its variables.
"""

import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.split import Fold
from seqforecast.errors import DataError
from seqforecast.evaluation.baselines.statistical import STATISTICAL
from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.evaluation.intervals import Intervals, quantiles_of
from seqforecast.files import make_folder, read_arrays, reading, write_json
from seqforecast.models.forecaster import join_members
from seqforecast.runs import records
from seqforecast.runs.multi_fit_directories import (
    QUANTILES,
    BacktestDirectory,
    BacktestFit,
)
from seqforecast.training.checkpoints import Arrays, Checkpoint, assign
from seqforecast.training.history import EpochRecord
from seqforecast.training.loop import Learner, Trained, fit_members, values_of
from seqforecast.training.non_finite import NotFiniteError
from seqforecast.training.window_order import fix_seeds
from seqforecast.workflows.backtest.plan import BacktestPlan
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay, Recorder
from seqforecast.workflows.pipeline.final_forecast import (
    FinalForecaster,
    Fitted,
    choose,
    finalise,
)
from seqforecast.workflows.pipeline.learners import (
    count_trained,
    describe_training,
    models_of,
    say_what_was_kept,
    untrained,
    windows_of,
)
from seqforecast.workflows.pipeline.prepare import Prepared
from seqforecast.workflows.pipeline.scores import learn_intervals

LOGGER = logging.getLogger("seqforecast")
MODEL = "model"

# By name, the model first: (windows, horizon); quantiles: (windows, horizon, levels).
Made = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class SharedModels:
    """What all fits are trained with.

    Attributes:
        learners: built for the first fit, one for each lookback.
        initial: the variables of each of their engines before training.
    """

    learners: Sequence[Learner]
    initial: Sequence[Arrays]

    @classmethod
    def of(cls, learners: Sequence[Learner]) -> "SharedModels":
        """Remember how learners begin."""
        return cls(
            learners, [values_of(learner.engine.variables) for learner in learners]
        )

    def begin(self, prepared: Prepared) -> list[Learner]:
        """Return untrained learners of other data, as `build` would make them.

        Weights and scales are put into the models there are: nothing is compiled anew.
        """
        fix_seeds(prepared.experiment.seed)
        fresh = []
        for learner, initial in zip(self.learners, self.initial, strict=True):
            engine = learner.engine
            lookback = engine.forecaster.lookback
            model = untrained(prepared, lookback).model
            assign(engine.variables, initial)
            assign(engine.forecaster.model.variables, values_of(model.variables))
            fresh.append(Learner(engine, windows_of(prepared, lookback)))
        return fresh


def refit_all(
    directory: BacktestDirectory,
    planned: BacktestPlan,
    bench: SharedModels,
    display: NoDisplay,
) -> None:
    """Train every fit that has no result yet, and write what it forecasts.

    Raises:
        NotFiniteError: a loss or a gradient was not finite; the batch is in the fit.
        RunError: a file cannot be written.
        DataError: a forecast is not a finite number.
    """
    training = planned.first.experiment.training
    fits_of_one = training.ensemble * (2 if training.refit else 1)
    left = [
        fold for fold in planned.folds if not directory.fit(fold.number).is_complete
    ]
    done = len(planned.folds) - len(left)
    if done:
        LOGGER.info("%d of %d fits are trained already", done, len(planned.folds))
    display.begin(
        training.epochs,
        done * fits_of_one * training.epochs,
        planned.rolling.fits * fits_of_one,
    )
    for fold in left:
        name = f"fit {fold.number} of {len(planned.folds)}"
        LOGGER.info("%s, %s", name, say_cutoffs(fold))
        fit = directory.fit(fold.number)
        display.fit_began((fold.number - 1) * fits_of_one, name)
        turn = Turn(display, fold.number, fits_of_one, name)
        _refit(fit, fold, planned.prepare(fold), bench, turn)


def say_cutoffs(fold: Fold) -> str:
    """Return which cutoffs a fit forecasts at."""
    if fold.first == fold.last:
        return f"cutoff {fold.first}"
    return f"cutoffs {fold.first} to {fold.last}"


def _refit(
    fit: BacktestFit,
    fold: Fold,
    prepared: Prepared,
    bench: SharedModels,
    display: NoDisplay,
) -> None:
    """Train one fit, from its last checkpoint on, and write what it forecasts."""
    make_folder(fit.path)
    learners = bench.begin(prepared)
    trained = _train(fit, prepared, learners, display)
    fitted = Fitted.on(prepared, chooses=prepared.experiment.final != NETWORK)
    selected = join_members(models_of(learners), trained.selected)
    choice = choose(prepared, selected, fitted)
    intervals = learn_intervals(prepared, finalise(selected, choice, fitted))
    forecaster = join_members(models_of(learners), trained.final)
    final = finalise(forecaster, choice, fitted)
    levels, forecasts = _forecast(prepared, final, intervals, fitted)
    _be_finite(forecasts, prepared)
    records.write_arrays(fit.made, forecasts)
    engine = learners[0].engine
    size = count_trained(models_of(learners))
    facts = {"device": {"name": None}}
    document = describe_training(trained.history, engine, facts, parameters=size)
    document.pop("device")
    lengths = np.ptp(prepared.parts.train, axis=1)
    write_json(
        fit.metrics,
        {
            "fit": fold.number,
            "cutoffs": [fold.first, fold.last],
            "train_steps": {"least": int(lengths.min()), "most": int(lengths.max())},
            "windows": {
                part: len(getattr(prepared, part)) for part in ("train", "validation")
            },
            "levels": list(levels),
            "final": {"weights": dict(choice.weights), "reason": choice.reason},
            **document,
        },
    )
    fit.checkpoint.unlink(missing_ok=True)


def _train(
    fit: BacktestFit,
    prepared: Prepared,
    learners: Sequence[Learner],
    display: NoDisplay,
) -> Trained:
    """Run every epoch that the last checkpoint has not."""
    resume = Checkpoint.read(fit.checkpoint) if fit.checkpoint.is_file() else None
    engine = learners[0].engine
    recorder = Recorder(fit, engine.section, display)
    recorder.begin(resume)
    try:
        trained = fit_members(learners, prepared.experiment.seed, recorder, resume)
    except NotFiniteError as error:
        records.write_arrays(fit.bad_batch, error.batch)
        raise
    say_what_was_kept(trained.history, engine)
    return trained


def _forecast(
    prepared: Prepared,
    final: FinalForecaster,
    intervals: Intervals | None,
    fitted: Fitted,
) -> tuple[tuple[float, ...], Made]:
    """Return the levels of quantiles, and what model and baselines forecast."""
    panel, test = prepared.panel, prepared.test
    chunks = [*final.forecast(panel, test, features=prepared.features)]
    out = np.concatenate([chunk for _, chunk, _ in chunks])
    forecasts = {MODEL: final.median_of(out)}
    if prepared.experiment.final != NETWORK:
        alone = np.concatenate([chunk for _, _, chunk in chunks])
        forecasts[NETWORK] = final.median_of(alone)
    levels, ends = quantiles_of(out, final.quantiles, intervals, test.series)
    if levels:
        forecasts[QUANTILES] = ends
    for name, predict in fitted.baselines.items():
        forecasts[name] = predict(test)
    return levels, forecasts


def _be_finite(forecasts: Made, prepared: Prepared) -> None:
    """Refuse forecasts that are no numbers before they count as a result."""
    for name, values in forecasts.items():
        bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
        if len(bad):
            series = prepared.panel.ids[prepared.test.series[bad[0]]]
            raise DataError(
                f"the forecast of {name} for {series} is not a finite number",
                hint="if the model diverged, lower training.learning_rate or set "
                "training.clip_norm",
            )


def read_made(
    directory: BacktestDirectory, planned: BacktestPlan, levels: Sequence[float]
) -> dict[str, Any]:
    """Return the forecasts of every fit, put together in the order of the windows.

    Args:
        directory: of the backtest.
        planned: what it does.
        levels: of quantiles; empty where there are none.

    Returns:
        By name: model, network where that is another one, quantiles where there are
        any, then the baselines; without those that could not be fitted everywhere.

    Raises:
        RunError: they cannot be read.
    """
    series, horizon = len(planned.first.panel.ids), planned.windows.horizon
    own = () if planned.first.experiment.final == NETWORK else (NETWORK,)
    names = (MODEL, *own, *planned.first.baselines)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(names, (horizon,))
    if levels:
        shapes[QUANTILES] = (horizon, len(levels))
    pieces: dict[str, list[Any]] = {}
    for fold in planned.folds:
        path = directory.fit(fold.number).made
        count = fold.last - fold.first + 1
        hint = (
            f"remove {shlex.quote(str(path.parent))}; the same command trains that fit "
            "again"
        )
        found = read_arrays(path, hint)
        for name in [name for name in STATISTICAL if name not in found]:
            shapes.pop(name, None)
        with reading(path, hint):
            for name, shape in shapes.items():
                values = found[name].reshape(series, count, *shape)
                pieces.setdefault(name, []).append(values)
    joined = {name: np.concatenate(pieces[name], axis=1) for name in shapes}
    return {
        name: values.reshape(series * planned.rolling.cutoffs, *values.shape[2:])
        for name, values in joined.items()
    }


class Turn(NoDisplay):
    """The display of one fit among all of them.

    Args:
        display: of all.
        number: of this fit, counted from 1.
        each: fits that it consists of: members of an ensemble, and their refits.
        name: of this fit.
    """

    def __init__(
        self, display: NoDisplay, number: int, fits_of_one: int, name: str
    ) -> None:
        self._display, self._name = display, name
        self._before = (number - 1) * fits_of_one

    def fit_began(self, fit: int, name: str) -> None:
        """Pass it on."""
        self._display.fit_began(self._before + fit, f"{self._name}, {name}")

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Pass it on."""
        self._display.stepped(epoch, done, total, loss)

    def ended(self, record: EpochRecord, *, is_best: bool) -> None:
        """Pass it on."""
        self._display.ended(record, is_best=is_best)
