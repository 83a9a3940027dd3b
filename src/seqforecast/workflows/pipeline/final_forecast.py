"""The final forecast of a run: its network's, a baseline's, or a mean of several."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.config.experiment import Experiment
from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex, known_targets
from seqforecast.evaluation.baselines.linear import (
    LinearMap,
    fit_linear,
    forecast_linear,
)
from seqforecast.evaluation.baselines.maker import Forecaster as Baseline
from seqforecast.evaluation.baselines.registry import (
    BASELINES,
    baselines_on,
    maker_of,
)
from seqforecast.evaluation.baselines.statistical import STATISTICAL
from seqforecast.evaluation.final_choice import (
    NETWORK,
    FinalChoice,
    Judged,
    choose_final,
    name_final,
    rolling_windows,
    two_seasons,
)
from seqforecast.evaluation.metrics import Doubles, in_sample_errors
from seqforecast.files import write_json
from seqforecast.models.batched_forecast import forecast
from seqforecast.models.forecaster import Forecaster
from seqforecast.runs.documents import read_document
from seqforecast.runs.final_documents import FinalFacts, check_final
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.baselines import fit_baselines, units_of
from seqforecast.workflows.pipeline.prepare import Prepared, history_stops

LOGGER = logging.getLogger("seqforecast")
LINEAR = "linear"

# Validation windows that choose; of more, so many evenly spaced ones.
MOST_WINDOWS = 5000


@dataclass(frozen=True, slots=True, eq=False)
class FinalForecaster:
    """What a run forecasts in the end.

    Attributes:
        network: the model.
        choice: which forecasters it is a mean of, and why.
        baselines: those that have a weight, on the panel that is forecast.
    """

    network: Forecaster
    choice: FinalChoice
    baselines: Mapping[str, Baseline]

    @classmethod
    def of_network(cls, network: Forecaster) -> "FinalForecaster":
        """Return the forecasts of the network alone."""
        return cls(network, FinalChoice({NETWORK: 1.0}, "", {}), {})

    @property
    def weights(self) -> Mapping[str, float]:
        """The weights of `network` and of baselines."""
        return self.choice.weights

    @property
    def name(self) -> str:
        """As the table of scores names it."""
        return name_final(self.weights)

    @property
    def facts(self) -> dict[str, Any]:
        """`final` of metrics.json."""
        return {"weights": dict(self.weights), "reason": self.choice.reason}

    @property
    def is_network(self) -> bool:
        """Whether it is the network's forecast, and nothing else."""
        return [*self.weights] == [NETWORK]

    @property
    def quantiles(self) -> tuple[float, ...]:
        """Levels of what is forecast for a step; () where that is one number."""
        return self.network.quantiles

    def median_of(self, out: FloatArray) -> FloatArray:
        """Return y_hat, (windows, horizon), of what is forecast."""
        y_hat: FloatArray = self.network.median_of(out)
        return y_hat

    def forecast(
        self,
        panel: Panel,
        windows: WindowIndex,
        numbers: npt.NDArray[np.int32] | None = None,
        features: Features | None = None,
    ) -> Iterator[tuple[WindowIndex, FloatArray, FloatArray]]:
        """Yield windows in batches: what is forecast, and what the network alone does.

        Args:
            panel: where the windows lie; the one the baselines are of.
            windows: whose lookbacks are read, and the history before them.
            numbers: shape (series,), by which the model knows the series.
            features: of the panel, where the model reads any.

        Yields:
            Some windows and twice their forecasts, (windows, horizon) or (windows,
            horizon, quantiles), in the unit of the data.
        """
        batches = forecast(self.network, panel.values, windows, numbers, features)
        for batch, out in batches:
            yield batch, self.combine(batch, out), out

    def combine(self, windows: WindowIndex, out: FloatArray) -> FloatArray:
        """Return the weighted mean of the forecasts, in the form of the network's.

        The network's quantiles keep their distances from its median.

        Args:
            windows: that are forecast.
            out: what the network forecasts for them.
        """
        if self.is_network:
            return out
        median = self.network.median_of(out).astype(np.float64)
        final = np.zeros_like(median)
        for name, weight in self.weights.items():
            given = median if name == NETWORK else self.baselines[name](windows)
            final += weight * given
        if not self.quantiles:
            y_hat: FloatArray = final.astype(np.float32)
            return y_hat
        moved: FloatArray = (out + (final - median)[..., np.newaxis]).astype(np.float32)
        return moved


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Baselines that a run can forecast with, fitted on its train part.

    Attributes:
        baselines: by name.
        linear: the linear map, where that is one of them.
        units: shape (series + 1,), of the series that it knows; the last one is that
            of others.
        notes: on those that are left out, and on windows without a fit.
    """

    baselines: Mapping[str, Baseline]
    linear: LinearMap | None
    units: Doubles
    notes: tuple[str, ...] = ()

    @classmethod
    def on(cls, prepared: Prepared, *, chooses: bool = False) -> "Fitted":
        """Fit every baseline that is reported and can forecast the test part.

        Args:
            prepared: the data.
            chooses: whether the final forecast is to be chosen from them: they must
                forecast the validation part too.
        """
        panel, units, linear = prepared.panel, units_of(prepared), None
        parts = [prepared.validation] * chooses + [prepared.test]
        fitted, notes = fit_baselines(prepared, parts)
        if LINEAR in fitted:
            linear = fit_linear(panel, prepared.train, units[:-1])
            fitted[LINEAR] = _linear_on(panel, linear, units[:-1])
        return cls(fitted, linear, units, tuple(notes))


def _linear_on(panel: Panel, fitted: LinearMap, units: Doubles) -> Baseline:
    """Return the forecaster of a linear map on a panel, of so many units."""
    return lambda windows: forecast_linear(fitted, panel, windows, units)


def choose(prepared: Prepared, network: Forecaster, fitted: Fitted) -> FinalChoice:
    """Choose the final forecast by the errors on the validation part.

    Args:
        prepared: the data; their test part is not read.
        network: has not been trained on the validation part.
        fitted: the baselines.

    Raises:
        DataError: no forecast is made of finite numbers.
    """
    asked, units = prepared.experiment.final, fitted.units[:-1]
    if asked == NETWORK:
        return FinalChoice({NETWORK: 1.0}, "", {})
    panel, features = prepared.panel, prepared.features
    windows = prepared.validation.thinned(MOST_WINDOWS)
    stops = history_stops(prepared, prepared.parts.validation)
    in_sample = in_sample_errors(panel, stops, panel.season).absolute
    unit = np.where(in_sample > 0, in_sample, units)
    batches = forecast(network, panel.values, windows, features=features)
    out = np.concatenate([batch for _, batch in batches])
    given: dict[str, FloatArray] = {NETWORK: network.median_of(out)}
    given |= {name: predict(windows) for name, predict in fitted.baselines.items()}
    validation = _judged(given, panel, windows, unit)
    before = rolling_windows(panel, prepared.parts.train[:, 1], windows.horizon)
    before = before.thinned(MOST_WINDOWS)
    untrained = {
        name: predict(before)
        for name, predict in fitted.baselines.items()
        # Statistical ones would take as long again for each of very many cutoffs.
        if name not in (LINEAR, *STATISTICAL) and len(before)
    }
    return choose_final(asked, validation, _judged(untrained, panel, before, unit))


def _judged(
    given: Mapping[str, FloatArray],
    panel: Panel,
    windows: WindowIndex,
    unit: FloatArray,
) -> Judged:
    """Return forecasts beside what came, where it says what to expect at the end.

    With less than two seasons of history none can be learnt: how a forecaster did there
    says nothing of a series that has more by now. Earlier origins have two, too.
    """
    series = windows.series.astype(np.int64)
    actual = known_targets(panel, windows)
    least = two_seasons(panel)
    known = windows.starts + windows.lookback - panel.offsets[series]
    actual[(known < least) & (panel.lengths[series] >= least)] = np.nan
    return Judged(given, actual, series, unit)


def say_choice(prepared: Prepared, choice: FinalChoice) -> None:
    """Say what is forecast in the end, and why, where that was to be chosen."""
    if prepared.experiment.final != NETWORK:
        LOGGER.info("final forecast: %s", choice.reason)


def finalise(
    network: Forecaster, choice: FinalChoice, fitted: Fitted
) -> FinalForecaster:
    """Return the forecaster of a choice, on the data of the run."""
    names = [name for name in choice.weights if name != NETWORK]
    chosen = {name: fitted.baselines[name] for name in names}
    return FinalForecaster(network, choice, chosen)


def write_final(
    run: RunDirectory, asked: str, choice: FinalChoice, fitted: Fitted
) -> None:
    """Write what `open_final` reads; nothing where the network is all of it."""
    if asked == NETWORK:
        return
    linear = None
    if fitted.linear is not None and LINEAR in choice.weights:
        linear = {
            "weights": fitted.linear.weights.tolist(),
            "bias": fitted.linear.bias.tolist(),
            "units": fitted.units.tolist(),
        }
    document = {"schema": 1, "asked": asked, "weights": dict(choice.weights)}
    write_json(run.final, {**document, "reason": choice.reason, "linear": linear})


def read_choice(run: RunDirectory, experiment: Experiment) -> FinalChoice:
    """Return what a finished run's final forecast is made of.

    Raises:
        RunError: the file is missing, or not as seqforecast writes it.
    """
    if experiment.final == NETWORK:
        return FinalChoice({NETWORK: 1.0}, "", {})
    facts = read_document(run, run.final, FinalFacts, check_final)
    return FinalChoice(facts["weights"], facts["reason"], {})


def open_final(
    run: RunDirectory,
    experiment: Experiment,
    network: Forecaster,
    panel: Panel,
    numbers: npt.NDArray[np.int32] | None = None,
) -> FinalForecaster:
    """Return what a finished run forecasts, on its own or on other data.

    Args:
        run: complete.
        experiment: its settings.
        network: its model.
        panel: what is to be forecast.
        numbers: shape (series,), by which the model knows the series; default their
            own.

    Raises:
        RunError: the file is missing, or not as seqforecast writes it.
    """
    if experiment.final == NETWORK:
        return FinalForecaster.of_network(network)
    facts = read_document(run, run.final, FinalFacts, check_final)
    seasons = baselines_on(panel, BASELINES)
    chosen: dict[str, Baseline] = {}
    for name in facts["weights"]:
        if name == LINEAR and facts["linear"]:
            chosen[name] = _open_linear(run, facts["linear"], network, panel, numbers)
        elif name != NETWORK:
            if name not in seasons:
                why = f"weights: there is no forecaster {name!r} for these data"
                raise run.not_as_written(run.final, why)
            ones, none = np.ones(len(panel.ids)), _no_windows(panel, network)
            chosen[name] = maker_of(name)(panel, none, seasons[name], ones)
    return FinalForecaster(
        network, FinalChoice(facts["weights"], facts["reason"], {}), chosen
    )


def _open_linear(
    run: RunDirectory,
    values: Mapping[str, Any],
    network: Forecaster,
    panel: Panel,
    numbers: npt.NDArray[np.int32] | None,
) -> Baseline:
    """Return the linear map of a run on a panel.

    Raises:
        RunError: it is of other lengths than the model, or of other series.
    """
    fitted = LinearMap(np.array(values["weights"]), np.array(values["bias"]))
    wanted = network.lookback, network.horizon
    if fitted.weights.shape != wanted:
        why = f"linear.weights are not {wanted[0]} x {wanted[1]} as the model is"
        raise run.not_as_written(run.final, why)
    units = np.array(values["units"])
    own = np.arange(len(panel.ids)) if numbers is None else numbers
    return _linear_on(panel, fitted, units[np.minimum(own, len(units) - 1)])


def _no_windows(panel: Panel, network: Forecaster) -> WindowIndex:
    """Return windows of the model's lengths, none of them."""
    none = np.zeros(len(panel.ids), np.int64)
    return WindowIndex(none, none, 1, network.lookback, network.horizon, range(0))
