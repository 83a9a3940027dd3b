"""Every check, in the order in which they are asked."""

from seqforecast.doctor.checks import finding, numeric, speed, tensorflow_import
from seqforecast.doctor.checks.cuda_libraries import CUDA
from seqforecast.doctor.checks.finding import Check, keras_issue, tensorflow_issue
from seqforecast.doctor.checks.host import HOST
from seqforecast.doctor.checks.metal import METAL
from seqforecast.doctor.checks.packages import INSTALLABLE, PACKAGES, RANGE
from seqforecast.doctor.checks.python import PYTHON

BEFORE_IMPORT = (
    *INSTALLABLE,
    "host.processor",
    "python.shadows",
    "packages.tensorflow",
    "packages.owners",
    "packages.architecture",
    "packages.files",
    "packages.protobuf",
    "packages.numpy",
    "packages.keras",
    "packages.requirements",
    "packages.imports",
    "metal.places",
    "metal.symbols",
    "metal.macos",
)
BEFORE_GPU = (
    "host.virtual",
    "host.accelerator",
    "metal.python",
    "metal.plugin",
    "metal.xla",
    *(check.id for check in CUDA),
)
RECURRENT = ("numeric.relu", "import.tensorflow")


def _parity(cell: str, title: str) -> Check:
    return Check(
        f"numeric.{cell}",
        "numeric",
        f"{title} computes the right values and gradients",
        numeric.parity(cell),
        f"The layer's output and gradients on the GPU are compared with the CPU's; on "
        f"a machine without a GPU, the CPU's with a reference in NumPy. Fused "
        f"kernels have been wrong before. Limits: relative difference "
        f"{numeric.LARGEST_DIFFERENCE:g}, cosine of the gradients "
        f"{numeric.SMALLEST_COSINE:g}.",
        (tensorflow_issue(60192), "https://github.com/pytorch/pytorch/issues/94691"),
        RECURRENT,
        "parity",
    )


LATER: tuple[Check, ...] = (
    Check(
        "import.tensorflow",
        "import",
        "TensorFlow can be imported",
        tensorflow_import.tensorflow,
        "Done in a child process with a time limit: a broken plug-in or library kills "
        "the process that imports TensorFlow. What the child printed is compared "
        "with the texts of known failures.",
        (tensorflow_issue(84167), tensorflow_issue(46178), tensorflow_issue(98980)),
        BEFORE_IMPORT,
        "import",
    ),
    Check(
        "import.backend",
        "import",
        "Keras runs on TensorFlow",
        tensorflow_import.backend,
        "Keras can run on other libraries; seqforecast's models need TensorFlow.",
        (finding.KERAS_BACKEND,),
        ("import.tensorflow",),
        "import",
    ),
    Check(
        "import.gpu",
        "import",
        "TensorFlow sees the GPU",
        tensorflow_import.gpu,
        "TensorFlow falls back to the CPU without an error when a driver, a library "
        "or a plug-in is absent; the reason is in the lines it prints.",
        (finding.TENSORFLOW_INSTALL, tensorflow_issue(63362)),
        ("import.tensorflow", *BEFORE_GPU),
        "import",
    ),
    Check(
        "numeric.gpu",
        "numeric",
        "The GPU computes without dying",
        numeric.gpu,
        "A GPU can be listed and still fail at the first operation: no memory, no "
        "code for the card, another cuDNN, a virtual machine.",
        (tensorflow_issue(97387), tensorflow_issue(83371), tensorflow_issue(57058)),
        ("import.gpu",),
        "canary",
    ),
    Check(
        "numeric.relu",
        "numeric",
        "A Dense layer keeps its ReLU in graph mode",
        numeric.relu,
        "tensorflow-metal rewrites MatMul, BiasAdd, ReLU into one operation that has "
        "no ReLU: models train, and learn less. One negative output proves it. "
        "TURN_OFF_REMAPPER=1 turns the rewriting off; seqforecast sets it.",
        (tensorflow_issue(61650), tensorflow_issue(92686), keras_issue(21108)),
        ("import.tensorflow",),
        "canary",
    ),
    _parity("simple_rnn", "SimpleRNN"),
    _parity("lstm", "LSTM"),
    _parity("gru", "GRU"),
    Check(
        "numeric.training",
        "numeric",
        "The loss falls in a short training",
        numeric.training,
        "Twenty steps of Adam on a sine: the loss must stay finite and fall.",
        (tensorflow_issue(61650),),
        (*RECURRENT, "numeric.lstm"),
        "training",
    ),
    Check(
        "numeric.saving",
        "numeric",
        "A model forecasts the same after saving and loading",
        numeric.saving,
        "What `predict` loads must be what `train` has scored.",
        (keras_issue(21108),),
        RECURRENT,
        "saving",
    ),
    Check(
        "speed.recommend",
        "speed",
        "The fastest device is known",
        speed.recommend,
        "Milliseconds a training step on each device that computes right, at the "
        "shapes of --for EXPERIMENT, or at usual ones. Recurrent layers are often "
        "faster on the CPU. `train` with `device: auto` uses the result.",
        (tensorflow_issue(56782), f"{finding.APPLE_FORUM}/701246"),
        (*RECURRENT, "numeric.training"),
        "speed",
    ),
)
CHECKS: tuple[Check, ...] = (*HOST, *PYTHON, *PACKAGES, *METAL, *RANGE, *CUDA, *LATER)
BY_ID = {check.id: check for check in CHECKS}
