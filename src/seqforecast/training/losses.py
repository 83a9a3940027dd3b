"""Losses of scaled errors, one number a window."""

from typing import Any

from seqforecast.backend import load_keras


def loss_per_window(name: str, error: Any, weights: Any = 1.0) -> Any:
    """Return the loss of each window, (batch,), of scaled errors (batch, horizon).

    Args:
        name: of the loss.
        error: scaled errors.
        weights: of the steps, shape (horizon,), 1 on average.
    """
    ops = load_keras().ops
    match name:
        case "mse":
            points = ops.square(error)
        case "mae" | "smape":
            points = ops.abs(error)
        case _:  # huber; Huber, "Robust estimation of a location parameter", 1964
            size = ops.abs(error)
            points = ops.where(size <= 1, 0.5 * ops.square(error), size - 0.5)
    return ops.mean(points * weights, axis=1)
