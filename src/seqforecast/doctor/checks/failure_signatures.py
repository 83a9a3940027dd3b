"""How child processes fail: their endings, and known failures in what they print."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from seqforecast.doctor.checks.finding import (
    Finding,
    Fix,
    advice,
    command,
    fail,
    pip,
    skip,
)
from seqforecast.doctor.checks.install_recipes import (
    METAL_PLUGIN,
    METAL_TENSORFLOW,
    cuda_extra,
    new_environment,
    reinstall_tensorflow,
    tensorflow_for,
)
from seqforecast.doctor.facts.machine import Machine, ProbeResult

SIGNALS = {
    "SIGILL": "it met an instruction that this processor does not have",
    "SIGABRT": "native code gave up",
    "SIGSEGV": "native code reached for memory that is not its own",
    "SIGBUS": "a file it reads was cut short, or memory is broken",
    "SIGKILL": "the system killed it, most often because memory ran out",
}

BENIGN = (
    r"Could not identify NUMA node of platform GPU",
    r"Created TensorFlow device",
    r"Metal device set to",
    r"systemMemory:",
    r"maxCacheSize:",
    r"Plugin optimizer for device_type GPU is enabled",
    r"oneDNN custom operations",
    r"cpu_feature_guard|This TensorFlow binary is optimized|To enable the following",
    r"Unable to register cu(DNN|BLAS|FFT) factory|computation_placer",
    r"TF-TRT Warning",
    r"successful NUMA node read from SysFS",
    r"All log messages before absl::InitializeLog",
    r"Fatal Python error|Current thread|Extension modules|^\s*File ",
    r"Compiled cluster using XLA|XLA service|StreamExecutor device",
)
DRIVER = command(
    "sudo ubuntu-drivers install",
    "on Ubuntu; elsewhere the distribution's NVIDIA driver, 525.60.13 or newer",
)


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


def metal_pair(machine: Machine) -> tuple[Fix, ...]:
    """Return the fixes of a plug-in that does not fit."""
    without = pip(("uninstall", "-y", "tensorflow-metal"), why="goes on with the CPU")
    if machine.python.version >= (3, 13):
        return (without,)
    pair = pip(("install", METAL_TENSORFLOW, METAL_PLUGIN), why="the pair that loads")
    return (pair, without)


def without_plugins(machine: Machine) -> tuple[Fix, ...]:
    """Return the fix that takes the plug-ins away."""
    folders = [one.path.rpartition("/")[0] for one in machine.plugins]
    folder = folders[0] if folders else "tensorflow-plugins"
    return (
        command(
            f"rm -r {shlex.quote(folder)}", "removes the folder TensorFlow looks into"
        ),
    )


def reinstall(machine: Machine) -> tuple[Fix, ...]:
    """Return the fix that puts TensorFlow in place again."""
    return (reinstall_tensorflow(machine),)


def upgrade(*requirements: str) -> Callable[[Machine], tuple[Fix, ...]]:
    """Return the function whose fix resolves packages again."""

    def fixes(machine: Machine) -> tuple[Fix, ...]:
        again = ("install", "--upgrade", tensorflow_for(machine), *requirements)
        return (pip(again, why="resolves the versions again"),)

    return fixes


def cuda_libraries(machine: Machine) -> tuple[Fix, ...]:
    """Return the fixes of CUDA libraries that are not found."""
    install = cuda_extra(machine)
    clean = command("unset LD_LIBRARY_PATH", "stops other copies from coming first")
    return (clean, install) if "LD_LIBRARY_PATH" in machine.environ else (install,)


def cudnn(machine: Machine) -> tuple[Fix, ...]:
    """Return the fixes of a cuDNN that is not the right one."""
    newer = pip(("install", "--upgrade", "nvidia-cudnn-cu12<10.0"), why="a newer cuDNN")
    clean = command("unset LD_LIBRARY_PATH", "lets TensorFlow find its own cuDNN")
    return (clean, newer) if "LD_LIBRARY_PATH" in machine.environ else (newer,)


def on_cpu(why: str) -> Callable[[Machine], tuple[Fix, ...]]:
    """Return the function whose fix is the CPU."""
    train = command("seqforecast train EXPERIMENT --device cpu", why)
    return lambda machine: (train,)  # noqa: ARG005 - as every other


def say(*fixes: Fix) -> Callable[[Machine], tuple[Fix, ...]]:
    """Return the function whose fixes are the same everywhere."""
    return lambda machine: fixes  # noqa: ARG005 - as every other


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


def recognise(text: str) -> Signature | None:
    """Return the first signature found in a text, in the order of the table."""
    for signature in SIGNATURES:
        if re.search(signature.fragment, text, re.IGNORECASE):
            return signature
    return None


def telling_line(text: str, signature: Signature | None) -> str:
    """Return the line that proves a signature, or else the last that means something.

    Lines that are printed on healthy machines too are never returned.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if signature:
        for line in lines:
            if re.search(signature.fragment, line, re.IGNORECASE):
                return _shortened(line)
    worth = [line for line in lines if not re.search("|".join(BENIGN), line)]
    return _shortened(worth[-1]) if worth else ""


def _shortened(line: str) -> str:
    return line if len(line) <= 200 else f"{line[:197]}..."


def judge_ending(machine: Machine, probe: ProbeResult, doing: str) -> Finding | None:
    """Return what went wrong in a child, None when it ended well.

    Args:
        machine: all facts, for the fixes.
        probe: the child.
        doing: what it was doing, to begin a sentence with.
    """
    if probe.outcome == "ok":
        return None
    if probe.outcome == "not_run":
        return skip("the child process was not started")
    text = f"{probe.data.get('error', '')}\n{probe.output}"
    signature = recognise(text)
    evidence = {"ending": _ending(probe), "output": telling_line(text, signature)}
    evidence = {name: value for name, value in evidence.items() if value}
    if signature and probe.signal != "SIGKILL":
        return fail(signature.cause, *signature.fixes(machine), **evidence)
    if probe.outcome == "timeout":
        return fail(
            f"{doing} did not end within {probe.seconds:.0f} seconds",
            command(
                "seqforecast doctor", "once more: the first load of a cold disk is slow"
            ),
            advice("if it hangs again, stop other programs that use the GPU"),
            **evidence,
        )
    if probe.outcome == "signal":
        meaning = SIGNALS.get(str(probe.signal), "the system ended it")
        return fail(
            f"{doing} died of {probe.signal}: {meaning}",
            *_after_signal(machine, probe),
            **evidence,
        )
    return fail(
        f"{doing} failed",
        reinstall_tensorflow(machine),
        new_environment(machine),
        **evidence,
    )


def _after_signal(machine: Machine, probe: ProbeResult) -> tuple[Fix, ...]:
    if probe.signal == "SIGKILL":
        return (
            advice("close other programs, or give the container more memory (2 GiB)"),
        )
    if probe.signal == "SIGILL":
        return (advice("use a host whose processor has AVX, or a native arm64 Python"),)
    if probe.signal == "SIGBUS":
        return (reinstall_tensorflow(machine),)
    return (new_environment(machine), reinstall_tensorflow(machine))


def _ending(probe: ProbeResult) -> str:
    if probe.outcome == "signal":
        return f"{probe.signal} after {probe.seconds:.0f} seconds"
    return ""
