"""A trained model as a file for other programs, and such a file run in its own way."""

import importlib
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.backend import load_keras, load_tensorflow, native_lines_logged
from seqforecast.data.panel import FloatArray
from seqforecast.errors import BackendError
from seqforecast.models.forecaster import Forecaster

# What the file calls its output.
OUTPUT = "forecast"
# Opset 17 of ONNX, 2022: every runtime of the last years reads it.
OPSET = 17

Inputs = Mapping[str, npt.NDArray[Any]]
Run = Callable[[Inputs], FloatArray]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that other programs read.

    Attributes:
        name: of the file or folder inside a run.
        batch: windows of one call; None: any number.
        write: puts a model there.
        read: loads it as other programs do; the function returned takes inputs by
            name and returns forecasts.
    """

    name: str
    batch: int | None
    write: Callable[[Forecaster, Path], None]
    read: Callable[[Path], Run]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return "." not in self.name


def _serving(forecaster: Forecaster, batch: int | None) -> tuple[Any, list[Any]]:
    """Return the model as a graph of its named inputs, and what these are.

    Layers run without cuDNN, whose operations no other program has.
    """
    tf = load_tensorflow()
    for layer in _each_layer(forecaster.model):
        if hasattr(layer, "use_cudnn"):
            layer.use_cudnn = False
    names = [tensor.name for tensor in forecaster.model.inputs]
    signature = [
        tf.TensorSpec([batch, *tensor.shape[1:]], tensor.dtype, tensor.name)
        for tensor in forecaster.model.inputs
    ]

    def forecast(*inputs: Any) -> dict[str, Any]:
        named_inputs = dict(zip(names, inputs, strict=True))
        return {OUTPUT: forecaster.model(named_inputs, training=False)}

    return tf.function(forecast, signature, autograph=False), signature


def _each_layer(model: Any) -> Iterator[Any]:
    """Yield all layers below a model."""
    halves = ("forward_layer", "backward_layer")
    below = [getattr(model, half) for half in halves if hasattr(model, half)]
    for layer in [*getattr(model, "layers", []), *below]:
        yield layer
        yield from _each_layer(layer)


def _write_savedmodel(forecaster: Forecaster, path: Path) -> None:
    _write_archive(forecaster, path, None)


def _write_archive(forecaster: Forecaster, path: Path, batch: int | None) -> None:
    keras = load_keras()
    function, signature = _serving(forecaster, batch)
    archive = keras.export.ExportArchive()
    archive.track(forecaster.model)
    archive.add_endpoint("serve", function.python_function, signature)
    archive.write_out(str(path), verbose=False)


def _read_savedmodel(path: Path) -> Run:
    tf = load_tensorflow()
    loaded = tf.saved_model.load(str(path))

    def run(inputs: Inputs) -> FloatArray:
        # A signature alone would not keep the weights: the loaded object owns them.
        signature = loaded.signatures["serving_default"]
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        forecasts: FloatArray = signature(**tensors)[OUTPUT].numpy()
        return forecasts

    return run


def _write_onnx(forecaster: Forecaster, path: Path) -> None:
    tf2onnx = _load("tf2onnx")
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    function, signature = _serving(forecaster, None)
    model, _ = tf2onnx.convert.from_function(
        function, signature, opset=OPSET, output_path=None
    )
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    path.write_bytes(model.SerializeToString())


def _read_onnx(path: Path) -> Run:
    runtime = _load("onnxruntime")
    session = runtime.InferenceSession(
        path.read_bytes(), providers=["CPUExecutionProvider"]
    )

    def run(inputs: Inputs) -> FloatArray:
        forecasts: FloatArray = session.run([OUTPUT], dict(inputs))[0]
        return forecasts

    return run


def _write_tflite(forecaster: Forecaster, path: Path) -> None:
    tf = load_tensorflow()
    # Only from a SavedModel it takes the names of inputs and output.
    with tempfile.TemporaryDirectory(prefix="seqforecast-") as folder:
        _write_archive(forecaster, Path(folder), 1)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=["serving_default"]
        )
        path.write_bytes(converter.convert())


def _read_tflite(path: Path) -> Run:
    tf = load_tensorflow()
    # It warns that it will move to a package of its own, and greets from native code.
    with warnings.catch_warnings(), native_lines_logged():
        warnings.filterwarnings("ignore", "(?s).*Interpreter is deprecated")
        interpreter = tf.lite.Interpreter(model_content=path.read_bytes())
        interpreter.allocate_tensors()
    signature = interpreter.get_signature_runner()

    def run(inputs: Inputs) -> FloatArray:
        count = len(next(iter(inputs.values())))
        alone = (
            {n: array[i : i + 1] for n, array in inputs.items()} for i in range(count)
        )
        return np.concatenate([signature(**one)[OUTPUT].copy() for one in alone])

    return run


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "savedmodel": Format("savedmodel", None, _write_savedmodel, _read_savedmodel),
        "onnx": Format("model.onnx", None, _write_onnx, _read_onnx),
        "tflite": Format("model.tflite", 1, _write_tflite, _read_tflite),
    }
)


def _load(module: str) -> Any:
    """Import a module of the extra `onnx`.

    Raises:
        BackendError: it is not installed, or does not load.
    """
    load_tensorflow()
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise BackendError(
            f"{module} does not load: {error}", hint="pip install 'seqforecast[onnx]'"
        ) from error


def check_format(name: str) -> None:
    """Refuse a format whose packages are not here, before anything is read.

    Raises:
        BackendError: a package is missing.
    """
    if name == "onnx":
        for module in ("onnxruntime", "tf2onnx"):
            _load(module)
