"""Checks of the CUDA libraries and of the card; all CUDA rows of the table."""

from collections.abc import Mapping

from seqforecast.doctor.checks import cuda, finding
from seqforecast.doctor.checks.finding import (
    Check,
    Finding,
    advice,
    command,
    lose_gpu,
    ok,
    pip,
    skip,
)
from seqforecast.doctor.checks.install_recipes import cuda_extra, version_of
from seqforecast.doctor.facts.machine import Card, Machine

LEAST_FREE_MIB = 512
PACKAGES = {"cudart": "cuda-runtime", "cublasLt": "cublas", "nvJitLink": "nvjitlink"}
SHOWN = ("cuda.platform", "cuda.driver", "cuda.version", "cuda.visible", "cuda.init")
WITH_TENSORFLOW = ("packages.tensorflow", *SHOWN)


def packages(machine: Machine) -> Finding:
    """Judge whether the CUDA libraries are installed in the versions asked for."""
    cuda = machine.cuda
    if not cuda.present or not cuda.wanted:
        return skip("TensorFlow asks for none" if cuda.present else "no NVIDIA card")
    if not cuda.missing:
        return ok(f"{len(cuda.wanted)} CUDA packages")
    absent = [one for one in cuda.missing if one.found is None]
    if len(absent) == len(cuda.wanted):
        cause = "TensorFlow was installed without the CUDA libraries"
    else:
        count = len(cuda.missing)
        cause = f"{count} CUDA {'library is' if count == 1 else 'libraries are'} "
        cause += "absent or not in the range"
    return lose_gpu(
        cause,
        cuda_extra(machine),
        **{
            one.name: f"{one.found or 'absent'}; asked for: {one.requirement}"
            for one in cuda.missing[:3]
        },
    )


def libraries(machine: Machine) -> Finding:
    """Judge whether the CUDA libraries can be opened."""
    probe = machine.probes.get("libraries")
    if not machine.cuda.present or probe is None or probe.outcome == "not_run":
        return skip("no NVIDIA card" if probe is None else "they were not tried")
    failed = dict(probe.data.get("failed") or {})
    if probe.outcome == "ok" and not failed:
        loaded = probe.data.get("loaded")
        count = len(loaded) if isinstance(loaded, dict) else 0
        return ok(f"{count} libraries open")
    path = machine.environ.get("LD_LIBRARY_PATH")
    again = pip(
        ("install", "--force-reinstall", "--no-deps", *_pins(machine, failed)),
        why="downloads them again",
    )
    clean = command("unset LD_LIBRARY_PATH", "stops other copies from coming first")
    name, message = next(iter(failed.items()), ("", f"the child: {probe.outcome}"))
    return lose_gpu(
        f"{name or 'a CUDA library'} cannot be opened",
        *((clean, again) if path else (again,)),
        error=message,
        LD_LIBRARY_PATH=path or "not set",
    )


def cudnn(machine: Machine) -> Finding:
    """Judge whether the cuDNN that loads is the one TensorFlow was built with."""
    probe = machine.probes.get("libraries")
    version = str(probe.data.get("cudnn") or "") if probe else ""
    if not machine.cuda.present or not version:
        return skip("cuDNN was not opened")
    oldest = _oldest_cudnn(machine)
    if version_of(version) >= oldest:
        return ok(f"cuDNN {version}")
    copies = machine.cuda.copies
    needed = ".".join(str(number) for number in oldest)
    if copies:
        return lose_gpu(
            f"an older cuDNN, {version}, comes first on LD_LIBRARY_PATH",
            command(
                "unset LD_LIBRARY_PATH", "lets TensorFlow find the one beside itself"
            ),
            needed=f"{needed} or newer",
            copies=", ".join(copies),
        )
    return lose_gpu(
        f"cuDNN {version} is older than the one TensorFlow was built with",
        pip(("install", "--upgrade", "nvidia-cudnn-cu12<10.0"), why="a newer cuDNN"),
        needed=f"{needed} or newer",
    )


def capability(machine: Machine) -> Finding:
    """Judge whether TensorFlow holds code for this card."""
    built = machine.packages.build.get("cuda_compute_capabilities") or ()
    cards = [card for card in machine.cuda.cards if card.capability]
    if not cards or not built:
        return skip("the card or the build does not say")
    lowest, highest = _reach([str(one) for one in built])
    outside = [card for card in cards if not lowest <= _number(card) < highest]
    if not outside:
        return ok(", ".join(f"{card.name}: {card.capability}" for card in cards))
    card = outside[0]
    newer = _number(card) >= highest
    return lose_gpu(
        f"this TensorFlow holds no code for {card.name} "
        f"(compute capability {card.capability})",
        command("seqforecast train EXPERIMENT --device cpu", "uses the CPU instead"),
        advice(
            "use a TensorFlow built for this card: by its maker, or from source"
            if newer
            else "use a card from 2016 on"
        ),
        detail="It ends with CUDA_ERROR_INVALID_PTX or CUDA_ERROR_INVALID_HANDLE."
        if newer
        else "",
        built_for=", ".join(str(one) for one in built),
    )


def memory(machine: Machine) -> Finding:
    """Judge whether another process has taken the card's memory."""
    cards = [card for card in machine.cuda.cards if card.memory]
    if not cards:
        return skip("the card does not say")
    card = max(cards, key=lambda one: one.free)
    if card.free >= LEAST_FREE_MIB:
        return ok(f"{card.free} of {card.memory} MiB free")
    return lose_gpu(
        f"{card.free} MiB are free on {card.name}: another process holds the rest",
        command("nvidia-smi", "shows which; stop it"),
        command(
            "export TF_FORCE_GPU_ALLOW_GROWTH=true",
            "in the other process, if it is TensorFlow: takes what it needs only",
        ),
        memory=f"{card.free} of {card.memory} MiB free",
    )


CUDA: tuple[Check, ...] = (
    Check(
        "cuda.platform",
        "static",
        "TensorFlow can use NVIDIA cards on this system",
        cuda.platform,
        "On Windows itself 2.10 was the last TensorFlow with a GPU; it works inside "
        "WSL2. CUDA libraries are published for x86_64 only.",
        (finding.TENSORFLOW_INSTALL, finding.WSL),
    ),
    Check(
        "cuda.mismatch",
        "static",
        "The running driver and its libraries are of one version",
        cuda.mismatch,
        "After an update the old driver runs on until the machine is restarted, "
        "while programs find the new libraries.",
        (finding.CUDA_DRIVERS,),
        ("cuda.platform",),
    ),
    Check(
        "cuda.driver",
        "static",
        "The NVIDIA driver answers",
        cuda.driver,
        "nvidia-smi is asked, and libcuda is opened in a child process. Inside WSL "
        "the driver is that of Windows, inside a container that of the host.",
        (finding.CUDA_DRIVERS, finding.WSL, finding.tensorflow_issue(60429)),
        ("cuda.platform", "cuda.mismatch"),
    ),
    Check(
        "cuda.version",
        "static",
        "The NVIDIA driver is new enough",
        cuda.driver_version,
        "TensorFlow is built with CUDA 12, which needs driver 525.60.13 or newer on "
        "Linux.",
        (finding.CUDA_DRIVERS,),
        ("cuda.platform", "cuda.mismatch", "cuda.driver"),
    ),
    Check(
        "cuda.visible",
        "static",
        "No environment variable hides the cards",
        cuda.visible,
        "CUDA_VISIBLE_DEVICES empty or -1 hides every card; batch systems and "
        "notebooks set it.",
        (finding.CUDA_DRIVERS, finding.tensorflow_issue(60429)),
        ("cuda.platform", "cuda.driver"),
    ),
    Check(
        "cuda.init",
        "static",
        "The NVIDIA driver starts",
        cuda.initialised,
        "cuInit, the first call every CUDA program makes, is made in a child process.",
        (finding.CUDA_DRIVERS, finding.tensorflow_issue(68710)),
        ("cuda.platform", "cuda.driver", "cuda.version", "cuda.visible"),
    ),
    Check(
        "cuda.packages",
        "static",
        "The CUDA libraries are installed",
        packages,
        "`pip install tensorflow` brings no CUDA libraries; the extra and-cuda does. "
        "What is installed is compared with what that extra asks for.",
        (finding.TENSORFLOW_INSTALL, finding.tensorflow_issue(63362)),
        WITH_TENSORFLOW,
    ),
    Check(
        "cuda.libraries",
        "static",
        "The CUDA libraries can be opened",
        libraries,
        "Each library is opened in a child process, as TensorFlow would.",
        (finding.tensorflow_issue(65842), finding.tensorflow_issue(66987)),
        (*WITH_TENSORFLOW, "cuda.packages"),
    ),
    Check(
        "cuda.cudnn",
        "static",
        "The right cuDNN comes first",
        cudnn,
        "cuDNN must be at least as new as the one TensorFlow was built with. "
        "LD_LIBRARY_PATH and other packages can put an older one first.",
        (finding.tensorflow_issue(60913),),
        (*WITH_TENSORFLOW, "cuda.packages", "cuda.libraries"),
    ),
    Check(
        "cuda.capability",
        "static",
        "TensorFlow holds code for this card",
        capability,
        "TensorFlow's wheels hold code for the families named in their build "
        "information, and a form of the last that later drivers may translate. For "
        "compute capability 12.0 this has failed.",
        (finding.CUDA_CARDS, finding.tensorflow_issue(97387)),
        WITH_TENSORFLOW,
    ),
    Check(
        "cuda.memory",
        "static",
        "The card has free memory",
        memory,
        "TensorFlow takes the whole card unless it is told otherwise; a second "
        "process then finds none.",
        ("https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth",),
        SHOWN,
    ),
)


def _oldest_cudnn(machine: Machine) -> tuple[int, ...]:
    """Return what and-cuda asks for, or else the major version of the build."""
    for requirement in machine.cuda.wanted:
        if requirement.startswith("nvidia-cudnn") and ">=" in requirement:
            bound = requirement.partition(">=")[2].partition(",")[0]
            return version_of(bound)[:2]
    return version_of(str(machine.packages.build.get("cudnn_version", "")))[:1]


def _reach(built: list[str]) -> tuple[int, int]:
    """Return the capabilities covered, from the lowest to below the next family."""
    numbers = [
        int(digits) for one in built if (digits := one.rpartition("_")[2]).isdigit()
    ]
    if not numbers:
        return 0, 10_000
    return min(numbers), (max(numbers) // 10 + 1) * 10


def _number(card: Card) -> int:
    major, _, minor = card.capability.partition(".")
    return int(major or 0) * 10 + int(minor or 0)


def _pins(machine: Machine, failed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the packages of the libraries that failed, in the installed versions."""
    versions = machine.packages.versions
    stems = {name.removeprefix("lib").partition(".so")[0] for name in failed}
    names = {f"nvidia-{PACKAGES.get(stem, stem)}-cu12" for stem in stems}
    pins = tuple(f"{name}=={versions[name]}" for name in sorted(names & set(versions)))
    return pins or ("tensorflow[and-cuda]>=2.18.1,<2.22",)
