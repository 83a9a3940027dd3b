"""What the loss figure shows of a history."""

import math
from typing import Any

import pytest

from seqforecast.reporting.figures.loss import LossFigure, describe_loss, draw_loss


def history(*losses: tuple[float | None, float | None]) -> list[dict[str, Any]]:
    return [
        {"epoch": epoch, "loss": loss, "val_loss": val_loss}
        for epoch, (loss, val_loss) in enumerate(losses, 1)
    ]


def with_gradient(rows: list[dict[str, Any]], *norms: float) -> list[dict[str, Any]]:
    return [
        row | {"gradient_norm": norm, "gradient_norm_max": 2 * norm}
        for row, norm in zip(rows, norms, strict=True)
    ]


def test_the_figure_of_three_epochs() -> None:
    """Broken once by taking the last epoch for the best."""
    rows = with_gradient(history((0.9, 0.8), (0.5, 0.4), (0.3, 0.6)), 3.0, 2.0, 1.0)
    assert describe_loss(
        rows, 2, loss="mse of the scaled series", naive=0.45
    ) == LossFigure(
        title="Best validation loss 0.400 at epoch 2 of 3; naive forecast 0.450",
        caption="Loss after each epoch (mse of the scaled series)",
        train=((1.0, 0.9), (2.0, 0.5), (3.0, 0.3)),
        validation=((1.0, 0.8), (2.0, 0.4), (3.0, 0.6)),
        best=(2, 0.4),
        naive=0.45,
        log=False,
        gradient=((1.0, 3.0), (2.0, 2.0), (3.0, 1.0)),
        gradient_max=((1.0, 6.0), (2.0, 4.0), (3.0, 2.0)),
        epochs=(1, 3),
    )


def test_the_other_members_of_an_ensemble_are_thin_lines() -> None:
    """Broken once by an axis as long as the first member's epochs."""
    first, second = history((0.9, 0.8), (0.5, 0.4)), history((1, 3), (1, 2), (1, 2.5))
    figure = describe_loss(first, 2, others=[second])
    assert figure.others == (((1.0, 3.0), (2.0, 2.0), (3.0, 2.5)),)
    assert figure.epochs == (1, 3)
    assert 3.0 in figure.losses
    assert "member 1 of 2, the others thin" in figure.caption


def test_an_epoch_that_was_kept_is_not_called_best() -> None:
    """As `keep: last` keeps it. Broken once by the word for the best one."""
    rows = history((0.9, 0.8), (0.5, 0.4), (0.3, 0.6))
    assert describe_loss(rows, 3).title == "Kept validation loss 0.600 at epoch 3 of 3"


def test_a_loss_that_is_not_a_number_is_a_gap() -> None:
    """Broken once by leaving the epoch out: the line bridged it."""
    figure = describe_loss(history((1.0, math.nan), (0.5, 0.5), (0.4, None)), 2)
    assert figure.validation == ((1.0, None), (2.0, 0.5), (3.0, None))


def test_without_any_validation_loss_there_is_no_best_epoch() -> None:
    figure = describe_loss(history((1.0, None), (0.5, math.nan)), 0)
    assert (figure.validation, figure.best, figure.gradient) == ((), None, ())
    assert figure.title == "No validation loss to choose by, 2 epochs"


@pytest.mark.parametrize(("first", "log"), [(1e6, True), (5.0, True), (4.9, False)])
def test_losses_over_a_decade_have_a_logarithmic_axis(first: float, log: bool) -> None:
    assert describe_loss(history((first, first), (0.5, 0.5)), 2).log is log


@pytest.mark.parametrize(
    "rows",
    [
        history((1.0, 1.0)),
        history((1.0, math.nan), (1.0, None)),
        history((None, None)),
        history((0.0, 0.0), (0.0, 0.0)),
        history((1e30, 1e30), (1e-30, 1e-30)),
        with_gradient(history((0.5, 0.5), (0.5, 0.5)), 0.0, 0.0),
        with_gradient(history((-1.0, -2.0), (-3.0, 5.0)), 1e-9, 1e9),
        history(*[(1 / n, 1 / n) for n in range(1, 3000)]),
    ],
    ids=["one", "nan", "none", "zero", "huge", "flat", "negative", "many"],
)
def test_every_history_can_be_drawn(rows: list[dict[str, Any]], picture: Any) -> None:
    picture(draw_loss, describe_loss(rows, 1, naive=0.5))
