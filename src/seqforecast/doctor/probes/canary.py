"""The canary: a ReLU in a compiled graph, whose output must not be negative.

The Metal plug-in rewrites MatMul, BiasAdd and Relu into one operation that leaves
the Relu out. The pattern needs a graph, values that are not constant, and nothing
between the three.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from seqforecast.backend import FORCED, load_tensorflow
from seqforecast.training.devices import METAL_OPTIONS, show_only

SWITCH = "TURN_OFF_REMAPPER"


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
        "tries": [{"switches": name, "minimum": each} for name, each in lowest.items()],
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
            tf.constant(each, tf.float32) for each in (x, weights, np.full(16, -1.0))
        ]
        compiled: Callable[..., Any] = tf.function(_layer, autograph=False)
        return float(compiled(*values))


def _layer(x: Any, weights: Any, bias: Any) -> Any:
    tf = load_tensorflow()
    product = tf.nn.bias_add(tf.matmul(x, weights), bias)
    return tf.reduce_min(tf.nn.relu(product))
