"""What children are known to print when they fail, as a table."""

from collections.abc import Callable
from dataclasses import dataclass

from seqforecast.doctor.checks.finding import Fix, advice, command, pip
from seqforecast.doctor.checks.recipes import new_environment, tensorflow_for
from seqforecast.doctor.checks.signature_fixes import (
    cuda_libraries,
    cudnn,
    metal_pair,
    on_cpu,
    reinstall,
    say,
    upgrade,
    without_plugins,
)
from seqforecast.doctor.facts import Machine


@dataclass(frozen=True, slots=True)
class Signature:
    """A text that gives its cause away.

    Attributes:
        fragment: a regular expression, looked for without regard to case.
        cause: what it means, in one line.
        fixes: what mends it on this machine.
    """

    fragment: str
    cause: str
    fixes: Callable[[Machine], tuple[Fix, ...]]


DRIVER = command(
    "sudo ubuntu-drivers install",
    "on Ubuntu; elsewhere the distribution's NVIDIA driver, 525.60.13 or newer",
)
SIGNATURES: tuple[Signature, ...] = (
    # macOS
    Signature(
        r"Library not loaded: @rpath/_pywrap_tensorflow_internal\.so",
        "the Metal plug-in was built for TensorFlow 2.19 or older",
        metal_pair,
    ),
    Signature(
        r"symbol not found.*(LogMessageC1EPKcii|TensorShapeProto|_TF_A)"
        r"|libmetal_plugin\.dylib",
        "the Metal plug-in and TensorFlow do not fit each other",
        metal_pair,
    ),
    Signature(
        r"incompatible architecture|wrong architecture",
        "packages for two kinds of processor are mixed in this environment",
        lambda machine: (new_environment(machine),),
    ),
    Signature(
        r"could not find registered platform with id|compiler for platform METAL",
        "XLA was asked for, and Metal has no compiler for it",
        say(command("unset TF_XLA_FLAGS", "lets TensorFlow run without XLA")),
    ),
    Signature(
        r"pointer being freed was not allocated|CHECK failed: target \+ size == res",
        "two versions of a native library met in one process",
        lambda machine: (new_environment(machine),),
    ),
    Signature(
        r"command buffer exited with error status",
        "the Metal GPU faulted; TensorFlow went on with wrong numbers",
        on_cpu("the CPU does not fault"),
    ),
    Signature(
        r"No registered '\w+' OpKernel for '?GPU",
        "an operation has no kernel for this GPU, or not in this precision",
        on_cpu("the CPU has every kernel"),
    ),
    Signature(
        r"tensorflow-plugins[/\\]\S+",
        "a library in a folder `tensorflow-plugins` does not load",
        without_plugins,
    ),
    # Python packages
    Signature(
        r"Detected (incompatible|mismatched) Protobuf|Descriptors cannot be created",
        "protobuf and TensorFlow's messages are of different versions",
        upgrade("protobuf"),
    ),
    Signature(
        r"_ARRAY_API not found|numpy\.core\.(multiarray|umath) failed to import"
        r"|compiled using NumPy 1",
        "NumPy is not the one that native code was compiled for",
        upgrade("numpy"),
    ),
    Signature(
        r"file too short|invalid ELF header|truncated mach-o|not a mach-o",
        "a native file is cut short or damaged",
        reinstall,
    ),
    Signature(
        r"GLIBC_\d|GLIBCXX_\d",
        "the C or C++ library of this system is older than TensorFlow needs",
        say(
            pip(
                ("install", "tensorflow>=2.18.1,<2.21"),
                why="the last built for glibc 2.17",
            ),
            advice("use a newer distribution"),
        ),
    ),
    Signature(
        r"No module named '?tensorflow\b",
        "TensorFlow is not installed in this environment",
        lambda machine: (pip(("install", tensorflow_for(machine)), why="installs it"),),
    ),
    # NVIDIA
    Signature(
        r"does not match DSO version|Driver/library version mismatch",
        "the driver was updated and not restarted",
        say(command("sudo reboot", "starts the driver that was installed last")),
    ),
    Signature(
        r"driver version is insufficient",
        "the NVIDIA driver is too old for CUDA 12",
        say(DRIVER),
    ),
    Signature(
        r"CUDA_ERROR_INVALID_PTX|CUDA_ERROR_INVALID_HANDLE|no kernel image",
        "this TensorFlow holds no code for this card",
        on_cpu("uses the CPU instead"),
    ),
    Signature(
        r"CUDA_ERROR_NOT_FOUND: named symbol not found",
        "Docker or WSL is too old for this driver",
        say(
            command("wsl --update", "in Windows; update Docker Desktop too"),
        ),
    ),
    Signature(
        r"CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED|OOM when allocating",
        "the memory of the GPU is taken",
        say(
            command("nvidia-smi", "shows which process holds the memory; stop it"),
            command(
                "export TF_FORCE_GPU_ALLOW_GROWTH=true", "in that process, if it can"
            ),
        ),
    ),
    Signature(
        r"Loaded runtime CuDNN library|DNN library initialization failed"
        r"|CUDNN_STATUS_NOT_INITIALIZED",
        "another cuDNN is loaded than the one TensorFlow was built with",
        cudnn,
    ),
    Signature(
        r"CUDNN_STATUS_BAD_PARAM",
        "cuDNN refuses a fully masked row",
        say(advice("leave empty windows out of the data, or use `--device cpu`")),
    ),
    Signature(
        r"Cannot dlopen some GPU libraries",
        "TensorFlow cannot open the CUDA libraries",
        cuda_libraries,
    ),
    Signature(
        r"CUDA_ERROR_NO_DEVICE|no CUDA-capable device",
        "the driver shows no card to this process",
        say(command("unset CUDA_VISIBLE_DEVICES", "shows every card")),
    ),
    Signature(
        r"UNKNOWN ERROR \(303\)",
        "the container was started without the card",
        say(command("docker run --gpus all ...", "starts it with the card")),
    ),
    Signature(
        r"Could not find cuda drivers", "the NVIDIA driver is not found", say(DRIVER)
    ),
    Signature(
        r"No space left on device",
        "the disk is full",
        say(command("python -m pip cache purge", "empties what pip has kept")),
    ),
)
