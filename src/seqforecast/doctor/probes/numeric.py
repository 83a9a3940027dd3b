"""Probes of numbers: ReLU in a graph, and the cells against NumPy and the CPU."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqforecast.backend import FORCED, load_keras, load_tensorflow
from seqforecast.doctor.probes import numpy_cells
from seqforecast.doctor.probes.numpy_cells import Doubles
from seqforecast.training.devices import METAL_OPTIONS, show_only

SWITCH = "TURN_OFF_REMAPPER"
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
    for cell in numpy_cells.CELLS:
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
    forward = numpy_cells.CELLS[cell]
    difference = numpy_cells.relative_difference(output, forward(x, weights))
    if not slopes:
        return difference, 1.0
    right = numpy_cells.gradient(forward, x, weights, toward)
    return difference, numpy_cells.cosine(gradient, right)


def _against_cpu(cell: str, size: Size) -> tuple[float, float]:
    x, weights, toward = _draw(cell, size)
    output, gradient = _computed(cell, x, weights, toward)
    with load_tensorflow().device("/CPU:0"):
        right, slopes = _computed(cell, x, weights, toward, fused=False)
    difference = numpy_cells.relative_difference(output, right)
    return difference, numpy_cells.cosine(gradient, slopes)


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
        return output, tape.gradient(total, [weight.value for weight in layer.weights])

    compiled = tf.function(step, autograph=False)
    output, gradients = compiled(
        *(tf.constant(array, tf.float32) for array in (x, toward))
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
    return _rounded(x), [_rounded(weight) for weight in weights], toward


def _rounded(values: Doubles) -> Doubles:
    """Return values that float32 can hold, so that both sides start equal."""
    return values.astype(np.float32).astype(np.float64)


def probe_canary(device: str) -> dict[str, Any]:
    """Return the lowest output of a ReLU, with ever more of the switches set.

    The first try has none of them, the last all that seqforecast sets by itself.
    `works_with` is the first switch that helped, cpu when none of them did; "" when
    none was needed, or nothing helps.
    """
    tf = load_tensorflow(quietly=False)
    show_only(device)
    lowest = {name: _lowest(tf, place) for name, place in _ladder(tf)}
    good = [name for name, minimum in lowest.items() if minimum >= 0]
    del lowest["cpu"]
    return {
        "device": device,
        "minimum": lowest[""],
        "works_with": good[0] if good else "",
        "remapper_off": False,
        "tries": [
            {"switches": name, "minimum": minimum} for name, minimum in lowest.items()
        ],
    }


def _ladder(tf: Any) -> Iterator[tuple[str, AbstractContextManager[Any]]]:
    """Set one switch more before each name; the last is the CPU."""
    tf.config.optimizer.set_experimental_options(dict.fromkeys(METAL_OPTIONS, True))
    os.environ[SWITCH] = "0"
    yield "", nullcontext()
    os.environ[SWITCH] = FORCED[SWITCH]
    yield f"{SWITCH}={FORCED[SWITCH]}", nullcontext()
    tf.config.optimizer.set_experimental_options(METAL_OPTIONS)
    yield "use_plugin_optimizers=False", nullcontext()
    yield "cpu", tf.device("/CPU:0")


def _lowest(tf: Any, place: AbstractContextManager[Any]) -> float:
    """Return the lowest output of a new graph: each is optimised only once."""
    draw = np.random.default_rng(0)
    x, weights = draw.normal(size=(64, 32)), draw.normal(size=(32, 16))
    with place:
        values = [
            tf.constant(array, tf.float32) for array in (x, weights, np.full(16, -1.0))
        ]
        compiled: Callable[..., Any] = tf.function(_relu_layer, autograph=False)
        return float(compiled(*values))


def _relu_layer(x: Any, weights: Any, bias: Any) -> Any:
    tf = load_tensorflow()
    product = tf.nn.bias_add(tf.matmul(x, weights), bias)
    return tf.reduce_min(tf.nn.relu(product))
