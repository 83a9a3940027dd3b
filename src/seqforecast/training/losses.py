"""Losses of scaled errors, one number a window."""

from typing import Any

from seqforecast.backend import load_keras


def loss_per_window(
    name: str, error: Any, weights: Any = 1.0, levels: Any = 0.5
) -> Any:
    """Return the loss of each window, (batch,), of scaled errors.

    Args:
        name: of the loss.
        error: scaled errors, forecast less truth, (batch, horizon), or (batch, horizon,
            quantiles), of which the mean counts.
        weights: of the steps, shape (horizon,), 1 on average.
        levels: of the quantiles, shape (quantiles,).
    """
    ops = load_keras().ops
    match name:
        case "mse":
            points = ops.square(error)
        case "mae" | "smape":
            points = ops.abs(error)
        case "quantile":  # Koenker and Bassett, "Regression quantiles", 1978
            points = ops.maximum(-levels * error, (1 - levels) * error)
        case _:  # huber; Huber, "Robust estimation of a location parameter", 1964
            size = ops.abs(error)
            points = ops.where(size <= 1, 0.5 * ops.square(error), size - 0.5)
    if len(points.shape) == 3:
        points = ops.mean(points, axis=2)
    return ops.mean(points * weights, axis=1)
