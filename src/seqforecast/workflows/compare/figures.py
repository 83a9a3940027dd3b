"""The figures of a comparison."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqforecast.files import make_folder
from seqforecast.reporting.compare import (
    critical_difference,
    error_by_step,
    gradient_profiles,
    loss_curves,
    seeds,
    side_by_side,
)
from seqforecast.reporting.figures.forecasts import WindowPicture
from seqforecast.runs.forecasts import read_y_hat
from seqforecast.runs.multi_fit_directories import ComparisonDirectory
from seqforecast.runs.records import read_gradient_profile, read_history
from seqforecast.workflows.compare.results import (
    ComparedMembers,
    Finished,
    errors_by_step,
)
from seqforecast.workflows.pipeline.baselines import fit_baseline
from seqforecast.workflows.pipeline.figures import picture_windows, shown_of
from seqforecast.workflows.pipeline.prepare import Prepared

# A figure as described, and what draws it.
Picture = tuple[Any, Callable[[Any, Path], None]]


def draw_comparison(
    directory: ComparisonDirectory,
    prepared: Prepared,
    compared: ComparedMembers,
    document: Mapping[str, Any],
) -> None:
    """Draw every figure into the plots folder.

    Raises:
        RunError: a figure cannot be written.
    """
    make_folder(directory.plots)
    for name, (figure, draw) in _pictures(prepared, compared, document).items():
        draw(figure, directory.plots / f"{name}.png")


def _pictures(
    prepared: Prepared, compared: ComparedMembers, document: Mapping[str, Any]
) -> dict[str, Picture]:
    """Return what to draw, in the order of the page."""
    members, order = compared.members, compared.comparison.ranks
    pictures: dict[str, Picture] = {}
    if len(order) > 1:
        ranks = critical_difference.describe_ranks(document, order)
        pictures["ranks"] = ranks, critical_difference.draw_ranks
    pictures["seeds"] = seeds.describe_seeds(document), seeds.draw_seeds
    pictures["loss"] = _loss(members, document), loss_curves.draw_loss_curves
    best = str(compared.comparison.best_baseline)
    windows = {member.name: _windows(prepared, member, best) for member in members}
    windows |= {
        each.name: _fitted(prepared, each.name, best) for each in compared.named
    }
    pictures["forecasts"] = (
        side_by_side.describe_side_by_side(document, windows, best),
        side_by_side.draw_side_by_side,
    )
    pictures["error_by_step"] = (
        _steps(prepared, compared, document),
        error_by_step.draw_step_errors,
    )
    profiles = {member.name: _gradient_profile(member) for member in members}
    pictures["memory"] = (
        gradient_profiles.describe_gradient_profiles(document, profiles),
        gradient_profiles.draw_gradient_profiles,
    )
    return pictures


def _loss(
    members: Sequence[Finished], document: Mapping[str, Any]
) -> loss_curves.LossCurves:
    """Return the curves of what validation chose by, refits left out."""
    units = {_unit(member) for member in members}
    naive = members[0].training("naive_loss")[0]
    histories = {
        member.name: [
            [row for row in read_history(run) if not row["refit"]]
            for run in member.runs
        ]
        for member in members
    }
    return loss_curves.describe_loss_curves(
        document,
        histories,
        loss=" or ".join(sorted({measured for measured, *_ in units})),
        naive=naive,
        is_one_unit=len(units) == 1,
    )


def _unit(member: Finished) -> tuple[str, ...]:
    """Return what the numbers of a loss depend on."""
    experiment = member.experiment
    measured = experiment.training.measured
    if experiment.training.loss_unit == "window":
        return measured, experiment.scale, experiment.model.instance_norm
    return measured, experiment.scale


def _windows(
    prepared: Prepared, member: Finished, baseline: str
) -> list[WindowPicture]:
    """Return some windows of the test part with the forecasts of the first seed."""
    places = shown_of(prepared.test)
    y_hat = read_y_hat(member.runs[0], prepared.test.horizon)[places]
    chosen = prepared.test.take(places)
    return picture_windows(prepared, chosen, y_hat, baseline)


def _fitted(prepared: Prepared, name: str, baseline: str) -> list[WindowPicture]:
    """Return the same windows with the forecasts of a baseline."""
    windows = prepared.test.take(shown_of(prepared.test))
    y_hat = fit_baseline(prepared, name)(windows)
    return picture_windows(prepared, windows, y_hat, baseline)


def _steps(
    prepared: Prepared, compared: ComparedMembers, document: Mapping[str, Any]
) -> error_by_step.StepErrors:
    """Return the errors by step of members, the naive forecast and the best."""
    members = {
        member.name: [
            [_or_nan(row["mae"]) for row in metrics["test"]["by_step"]]
            for metrics in member.metrics
        ]
        for member in compared.members
    }
    members |= {
        each.name: [errors_by_step(prepared, each.name).tolist()]
        for each in compared.named
    }
    best = str(compared.comparison.best_baseline)
    baselines = {name: errors_by_step(prepared, name) for name in ("naive", best)}
    return error_by_step.describe_step_errors(document, members, baselines)


def _or_nan(error: float | None) -> float:
    return np.nan if error is None else error


def _gradient_profile(member: Finished) -> tuple[list[float], list[float]]:
    norms = read_gradient_profile(member.runs[0])
    return norms["untrained"], norms["trained"]
