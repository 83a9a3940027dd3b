"""Where the checks' knowledge comes from."""

TENSORFLOW_ISSUES = "https://github.com/tensorflow/tensorflow/issues"
KERAS_ISSUES = "https://github.com/keras-team/keras/issues"
TENSORFLOW_INSTALL = "https://www.tensorflow.org/install/pip"
TENSORFLOW_CUDA = "https://www.tensorflow.org/install/source#gpu"
METAL = "https://developer.apple.com/metal/tensorflow-plugin/"
ROSETTA = "https://developer.apple.com/documentation/apple-silicon/about-the-rosetta-translation-environment"
CUDA_DRIVERS = "https://docs.nvidia.com/deploy/cuda-compatibility/"
CUDA_CARDS = "https://developer.nvidia.com/cuda-gpus"
WSL = "https://docs.nvidia.com/cuda/wsl-user-guide/"
PYTHON_VENV = "https://docs.python.org/3/library/venv.html"
PYTHON_IMPORT = "https://docs.python.org/3/tutorial/modules.html#the-module-search-path"
PYTHON_METADATA = "https://packaging.python.org/en/latest/specifications/"
KERAS_BACKEND = "https://keras.io/getting_started/#configuring-your-backend"
APPLE_FORUM = "https://developer.apple.com/forums/thread"
VIRTUAL_MACS = "https://github.com/actions/runner-images/issues/9254"
MUSL = "https://peps.python.org/pep-0656/"
GLIBC = "https://peps.python.org/pep-0600/"


def tensorflow_issue(number: int) -> str:
    """Return the address of an issue of TensorFlow."""
    return f"{TENSORFLOW_ISSUES}/{number}"


def keras_issue(number: int) -> str:
    """Return the address of an issue of Keras."""
    return f"{KERAS_ISSUES}/{number}"
