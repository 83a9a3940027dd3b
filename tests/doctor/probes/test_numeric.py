"""The probes pass on a CPU that is right, and fail on arithmetic that is not."""

import functools

import numpy as np
import pytest

from seqforecast.doctor.examination import Workload, run_import, run_numeric, run_speed
from seqforecast.doctor.facts.machine import ProbeResult
from seqforecast.doctor.measurements import judge_probe
from seqforecast.doctor.probes import numeric, numpy_cells
from seqforecast.models.section import ModelSection
from seqforecast.training.section import TrainingSection

pytestmark = pytest.mark.tensorflow


@pytest.fixture(autouse=True)
def switches(monkeypatch):
    """Put the switches back that the canary sets in this process."""
    from seqforecast.backend import load_tensorflow

    tf = load_tensorflow()
    options = tf.config.optimizer.get_experimental_options()
    monkeypatch.setenv(numeric.SWITCH, "1")
    yield
    defaults = dict.fromkeys(numeric.METAL_OPTIONS, True)
    tf.config.optimizer.set_experimental_options({**defaults, **options})


def judged(name, data):
    return judge_probe(ProbeResult(name, "ok", data))


@pytest.mark.slow
def test_this_machine_computes_rightly_on_its_cpu():
    """The real stages, in real children."""
    loaded = run_import()
    assert loaded.outcome == "ok", loaded.output
    assert {"tensorflow", "keras", "gpus", "build"} <= set(loaded.data)

    probes = run_numeric("cpu")

    assert {probe.outcome for probe in probes.values()} == {"ok"}
    for name in ("canary", "parity"):
        assert judge_probe(probes[name]).verdict == "right"
    losses = probes["training"].data["losses"]["cpu"]
    assert len(losses) == 20
    assert losses[-1] < 0.5 * losses[0]
    assert probes["saving"].data["difference"] == 0


@pytest.mark.slow
def test_the_speed_of_this_machine_is_measured_at_the_experiments_shape():
    workload = Workload(
        ModelSection(cell="gru", units=[8], segment=4),
        TrainingSection(batch_size=16),
        lookback=24,
        horizon=4,
        experiment="small",
    )

    result = run_speed(["cpu"], workload)

    assert result.outcome == "ok", result.output
    assert result.data["milliseconds"]["cpu"] > 0
    rates = result.data["windows_per_second"]
    assert set(rates) == {"simple_rnn", "lstm", "gru"}
    assert rates["gru"] == pytest.approx(16_000 / result.data["milliseconds"]["cpu"])
    assert result.data["shape"]["tokens"] == 6
    assert (result.data["recommended"], result.data["ratio"]) == ("cpu", 1)


def lost_relu(works):
    """Return a layer whose ReLU is there only when `works()`, as on Metal."""

    def layer(x, weights, bias):
        from seqforecast.backend import load_tensorflow

        tf = load_tensorflow()
        product = tf.nn.bias_add(tf.matmul(x, weights), bias)
        return tf.reduce_min(tf.nn.relu(product) if works() else product)

    return layer


def plugin_optimizers():
    from seqforecast.backend import load_tensorflow

    options = load_tensorflow().config.optimizer.get_experimental_options()
    return options.get("use_plugin_optimizers", True)


@pytest.mark.parametrize(
    ("works", "works_with", "verdict"),
    [
        (lambda: True, "", "right"),
        (
            lambda: numeric.os.environ[numeric.SWITCH] == "1",
            "TURN_OFF_REMAPPER=1",
            "right",
        ),
        (lambda: not plugin_optimizers(), "use_plugin_optimizers=False", "right"),
        (lambda: False, "", "wrong"),
    ],
)
def test_the_canary_finds_the_switch_that_helps(
    works, works_with, verdict, monkeypatch
):
    """A ReLU that is lost unless a switch is set stands in for the Metal plug-in."""
    monkeypatch.setattr(numeric, "_relu_layer", lost_relu(works))

    found = numeric.probe_canary("cpu")

    assert found["works_with"] == works_with
    assert (found["minimum"] < 0) == (works_with != "" or verdict == "wrong")
    assert judged("canary", found).verdict == verdict


def test_a_gpu_that_loses_the_relu_whatever_is_set_leaves_the_cpu(monkeypatch):
    """The last rung places the layer on the CPU."""
    results = iter([-1.0, -2.0, -3.0, 0.0])
    monkeypatch.setattr(numeric, "_lowest", lambda *_: next(results))

    found = numeric.probe_canary("cpu")

    assert found["works_with"] == "cpu"
    assert judged("canary", found).verdict == "wrong"
    assert judged("canary", found).because == "a ReLU returned -3"


@functools.cache
def parity_as_it_is():
    """Return what is judged of the cells of this machine."""
    return judged("parity", numeric.probe_parity("cpu"))


def wrong_lstm(x, weights):
    """Swap the input gate and the forget gate."""
    order = [1, 0, 2, 3]
    swapped = [
        np.concatenate([np.split(each, 4, axis=-1)[i] for i in order], axis=-1)
        for each in weights
    ]
    return numpy_cells.lstm(x, swapped)


def wrong_gru(x, weights):
    """Give the recurrent side the bias of the input side."""
    kernel, recurrent, bias = weights
    return numpy_cells.gru(x, [kernel, recurrent, np.stack([bias[1], bias[0]])])


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("simple_rnn", lambda x, weights: 1.002 * numpy_cells.simple_rnn(x, weights)),
        ("lstm", wrong_lstm),
        ("gru", wrong_gru),
    ],
)
def test_parity_finds_a_cell_that_computes_something_else(cell, wrong, monkeypatch):
    assert parity_as_it_is().verdict == "right"
    monkeypatch.setitem(numpy_cells.CELLS, cell, wrong)

    judgement = judged("parity", numeric.probe_parity("cpu"))

    assert judgement.verdict == "wrong"
    assert judgement.because.startswith(f"the outputs of {cell} are off by")


def test_parity_finds_a_gradient_that_points_elsewhere(monkeypatch):
    """One weight in fifty counted ten times over."""
    real = numpy_cells.gradient

    def gradient(*arguments):
        slopes = real(*arguments)
        slopes[::50] *= 10
        return slopes

    monkeypatch.setattr(numpy_cells, "gradient", gradient)

    judgement = judged("parity", numeric.probe_parity("cpu"))

    assert judgement.verdict == "wrong"
    assert "the gradient of simple_rnn points elsewhere" in judgement.because


def test_both_ways_to_build_a_cell_agree():
    """What a GPU is compared with: the layer that Keras builds for the CPU."""
    for cell in numpy_cells.CELLS:
        forward, gradient = numeric._against_cpu(cell, numeric.SMALL)
        assert forward < 1e-5
        assert gradient > 0.99999


def test_a_model_that_does_not_learn_shows(monkeypatch):
    from seqforecast.doctor.probes import training

    monkeypatch.setitem(training.TRAINING, "learning_rate", 1e-9)

    losses = training.probe_training("cpu")["losses"]["cpu"]

    assert losses[-1] > 0.99 * losses[0]


def test_a_model_that_comes_back_different_shows(monkeypatch):
    from seqforecast.doctor.probes import training
    from seqforecast.models import builder

    real = builder.load_forecaster

    def load(path):
        forecaster = real(path)
        head = forecaster.core.layers[-1]
        head.bias.assign(head.bias + 0.25)
        return forecaster

    monkeypatch.setattr(builder, "load_forecaster", load)

    found = training.probe_saving("cpu")

    assert found["difference"] == pytest.approx(0.25)
