"""How a training step runs: one XLA program, a graph, or step by step in Python."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.training.kernels.sequential_core import can_run, each_recurrent
from seqforecast.training.section import TrainingSection

Mode = Literal["xla", "graph", "eager"]

# A batch of starts and series for each of so many steps is handed over at once.
MOST_WINDOWS = 2**18
MOST_STEPS = 1024


def choose_mode(section: TrainingSection) -> Mode:
    """Return how steps run; auto: XLA on a CPU, else a graph.

    On CUDA a graph keeps the cuDNN kernels, which XLA cannot call; Metal has no XLA.
    """
    if section.compile != "auto":
        return section.compile
    gpus = load_tensorflow().config.get_visible_devices("GPU")
    return "graph" if gpus else "xla"


def compiled(
    function: Callable[..., Any], mode: Mode, shapes: Sequence[tuple[Any, str]]
) -> Callable[..., Any]:
    """Return the function as a program for arrays of these shapes and types.

    Args:
        function: takes and returns tensors.
        mode: how it runs.
        shapes: shape and type of each argument; None for a size that varies.
    """
    if mode == "eager":
        return function
    tf = load_tensorflow()
    signature = [tf.TensorSpec(*shape) for shape in shapes]
    program: Callable[..., Any] = tf.function(
        function, signature, jit_compile=mode == "xla", autograph=False
    )
    return program


def describe_kernel(core: Any, mode: Mode) -> str:
    """Return which code runs the recurrent layers in training, for the manifest."""
    layers = each_recurrent(core)
    if mode == "xla":
        ours = sum(can_run(layer) for layer in layers)
        return f"one XLA program; gradients by hand in {ours} of {len(layers)} layers"
    if mode == "graph" and load_tensorflow().config.get_visible_devices("GPU"):
        fused = sum(takes_cudnn(layer) for layer in layers)
        return f"a graph; Keras gives {fused} of {len(layers)} layers to cuDNN on CUDA"
    return "a graph of Keras' loops" if mode == "graph" else "Keras' loops, eagerly"


def takes_cudnn(layer: Any) -> bool:
    """Return whether Keras would give a recurrent layer to cuDNN on a CUDA GPU."""
    keras = load_keras()
    if not isinstance(layer, keras.layers.LSTM | keras.layers.GRU):
        return False
    settings = layer.get_config()
    return (
        settings["activation"] == "tanh"
        and settings["recurrent_activation"] == "sigmoid"
        and settings["use_bias"]
        and not settings["recurrent_dropout"]
        and not settings["unroll"]
        and settings.get("reset_after", True)
    )


def explain_refusal(error: Exception) -> str:
    """Return why XLA does not compile, in one line."""
    return f"XLA cannot compile this model here: {str(error).strip().splitlines()[0]}"
