"""The parity probe: the cells, forward and backward, against NumPy and the CPU."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.doctor.probes import reference
from seqforecast.doctor.probes.reference import Doubles
from seqforecast.training.devices import show_only

LAYERS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@dataclass(frozen=True, slots=True)
class Size:
    """Of one comparison."""

    batch: int
    steps: int
    features: int
    units: int


# A difference quotient for every weight takes its time; the CPU does not.
SMALL = Size(batch=3, steps=8, features=2, units=5)
USUAL = Size(batch=16, steps=48, features=8, units=32)


def probe_parity(device: str) -> dict[str, Any]:
    """Return how far each cell is from what it should compute, at worst.

    `forward` is the largest difference between outputs as a share of their size,
    `gradient` the cosine between gradients. A GPU is compared with NumPy and with
    the CPU, the CPU with NumPy. TensorFloat-32, which rounds on purpose, is off.
    """
    tf = load_tensorflow(quietly=False)
    show_only(device)
    tf.config.experimental.enable_tensor_float_32_execution(False)  # noqa: FBT003
    cells = {}
    for cell in reference.CELLS:
        pairs = [_against_numpy(cell, SMALL, slopes=True), _against_numpy(cell, USUAL)]
        if device != "cpu":
            pairs.append(_against_cpu(cell, USUAL))
        cells[cell] = {
            "forward": float(np.max([forward for forward, _ in pairs])),
            "gradient": float(np.min([gradient for _, gradient in pairs])),
        }
    return {"device": device, "cells": cells}


def _against_numpy(
    cell: str, size: Size, *, slopes: bool = False
) -> tuple[float, float]:
    x, weights, toward = _draw(cell, size)
    output, gradient = _computed(cell, x, weights, toward)
    forward = reference.CELLS[cell]
    difference = reference.relative_difference(output, forward(x, weights))
    if not slopes:
        return difference, 1.0
    right = reference.gradient(forward, x, weights, toward)
    return difference, reference.cosine(gradient, right)


def _against_cpu(cell: str, size: Size) -> tuple[float, float]:
    x, weights, toward = _draw(cell, size)
    output, gradient = _computed(cell, x, weights, toward)
    with load_tensorflow().device("/CPU:0"):
        right, slopes = _computed(cell, x, weights, toward, fused=False)
    difference = reference.relative_difference(output, right)
    return difference, reference.cosine(gradient, slopes)


def _computed(
    cell: str,
    x: Doubles,
    weights: Sequence[Doubles],
    toward: Doubles,
    *,
    fused: bool = True,
) -> tuple[Doubles, Doubles]:
    """Return output and gradient of a Keras layer in a compiled graph."""
    tf = load_tensorflow()
    layer = _layer(cell, toward.shape[1], fused=fused)
    layer.build(x.shape)
    layer.set_weights(weights)

    def step(inputs: Any, counts: Any) -> tuple[Any, list[Any]]:
        with tf.GradientTape() as tape:
            output = layer(inputs)
            total = tf.reduce_sum(counts * output)
        return output, tape.gradient(total, [each.value for each in layer.weights])

    compiled = tf.function(step, autograph=False)
    output, gradients = compiled(
        *(tf.constant(each, tf.float32) for each in (x, toward))
    )
    flat = [np.ravel(gradient.numpy()) for gradient in gradients]
    return output.numpy().astype(np.float64), np.concatenate(flat).astype(np.float64)


def _layer(cell: str, units: int, *, fused: bool) -> Any:
    make = getattr(load_keras().layers, LAYERS[cell])
    if fused or cell == "simple_rnn":
        return make(units)
    return make(units, use_cudnn=False)


def _draw(cell: str, size: Size) -> tuple[Doubles, list[Doubles], Doubles]:
    """Return inputs, weights and what the outputs count, the same every time."""
    draw = np.random.default_rng(1)
    gates = {"simple_rnn": 1, "lstm": 4, "gru": 3}[cell]
    columns = gates * size.units
    bias = (2, columns) if cell == "gru" else (columns,)
    shapes = [(size.features, columns), (size.units, columns), bias]
    weights = [draw.normal(scale=size.units**-0.5, size=shape) for shape in shapes]
    x = draw.normal(size=(size.batch, size.steps, size.features))
    toward = draw.normal(size=(size.batch, size.units))
    return _rounded(x), [_rounded(each) for each in weights], toward


def _rounded(values: Doubles) -> Doubles:
    """Return values that float32 can hold, so that both sides start equal."""
    return values.astype(np.float32).astype(np.float64)
