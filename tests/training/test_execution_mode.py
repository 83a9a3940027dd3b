"""How steps run: chosen, fallen back from, described."""

import logging
import sys

import numpy as np
import pytest

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.models.section import Cell
from seqforecast.training.section import TrainingSection

pytestmark = pytest.mark.tensorflow


def core_of(**model):
    from seqforecast.models.builder import build_core
    from seqforecast.models.section import ModelSection

    return build_core(ModelSection.model_validate(model), lookback=4, horizon=1)


def engine_of(mode):
    from seqforecast.doctor.probes.training import sine_engine

    return sine_engine({"units": [3]}, {"compile": mode, "batch_size": 8}, 4, 1)


def test_auto_is_xla_without_a_gpu_and_a_graph_with_one(monkeypatch):
    tf = load_tensorflow()

    from seqforecast.training.execution_mode import choose_mode

    assert choose_mode(TrainingSection()) == "xla"
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda _: ["a GPU"])
    assert choose_mode(TrainingSection()) == "graph"
    assert choose_mode(TrainingSection(compile="xla")) == "xla"


def break_xla(engine):
    """Let an operation that XLA does not know into the steps of an engine."""
    tf = load_tensorflow()

    step = engine._step

    def with_text(*arguments):
        loss, norm = step(*arguments)
        return loss + 0 * tf.strings.to_number(tf.strings.as_string(norm)), norm

    engine._step = with_text


def test_auto_falls_back_to_a_graph_with_one_warning(caplog):
    """And learns the same from there. Broken on purpose: `_has_compiled` never set."""
    reference, windows = engine_of("graph")
    engine, _ = engine_of("auto")
    break_xla(engine)
    with caplog.at_level(logging.WARNING, "seqforecast"):
        reports = [engine.train(windows) for _ in range(2)]
    (record,) = caplog.records
    assert record.message.startswith("XLA cannot compile this model here: ")
    assert record.message.endswith("; training runs as a graph, which is slower")
    assert engine.mode == "graph"
    expected = [reference.train(windows) for _ in range(2)]
    for one, other in zip(reports, expected, strict=True):
        assert one.losses == pytest.approx(other.losses, rel=1e-5)


def test_xla_that_was_asked_for_fails_with_a_hint():
    from seqforecast.errors import BackendError

    engine, windows = engine_of("xla")
    break_xla(engine)
    with pytest.raises(BackendError, match="XLA cannot compile this model") as caught:
        engine.train(windows)
    assert "training.compile: auto" in str(caught.value.hint)


@pytest.mark.parametrize("cell", list(Cell))
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_layers_said_to_take_cudnn_are_those_keras_gives_to_it(
    cell, activation, bidirectional
):
    """Keras decides by these arguments and by whether there is a GPU.

    No GPU is needed: its second question is answered with yes, and what it then
    calls is watched.
    """
    load_keras()
    rnn = sys.modules["keras.src.backend.tensorflow.rnn"]

    from seqforecast.training.execution_mode import takes_cudnn
    from seqforecast.training.kernels.sequential_core import each_recurrent

    core = core_of(cell=cell, activation=activation, bidirectional=bidirectional)
    called = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rnn, "_is_gpu_available", lambda: True)
        for kernel in ("_cudnn_lstm", "_cudnn_gru"):

            def watched(*_, kernel=kernel, **__):
                called.append(kernel)
                raise NotImplementedError

            patch.setattr(rnn, kernel, watched)
        core(np.zeros((2, 4, 1), np.float32), training=True)
    layers = each_recurrent(core)
    assert len(called) == sum(map(takes_cudnn, layers))
    assert len(layers) == 1 + bidirectional
    assert bool(called) == (cell is not Cell.SIMPLE_RNN and activation == "tanh")


def test_the_kernel_is_described(monkeypatch):
    tf = load_tensorflow()

    from seqforecast.training.execution_mode import describe_kernel

    core = core_of(cell="lstm", units=[2, 2])
    said = describe_kernel(core, "xla")
    assert said == "one XLA program; gradients by hand in 2 of 2 layers"
    assert describe_kernel(core, "graph") == "a graph of Keras' loops"
    assert describe_kernel(core, "eager") == "Keras' loops, eagerly"
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda _: ["a GPU"])
    said = describe_kernel(core, "graph")
    assert said == "a graph; Keras gives 2 of 2 layers to cuDNN on CUDA"
