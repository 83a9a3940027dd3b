"""Facts are gathered through the seam, from invented files and programs."""

import dataclasses
import subprocess
import sys
import time

import pytest

from seqforecast.doctor.facts.gather import MAC_KEYS, gather
from seqforecast.doctor.facts.machine import Card, Preflight, Unmet
from seqforecast.doctor.system_interface import Ran
from seqforecast.doctor.this_machine import ThisMachine
from seqforecast.doctor.verdict import judge
from support.machines.system import FILES, PYTHON, SITE, Invented


def test_versions_and_requirements_are_read_without_importing_anything() -> None:
    """Names are normalized: NumPy-2.1.3.dist-info is numpy."""
    packages = gather(Invented()).packages

    assert packages.versions == {
        "numpy": "2.1.3",
        "protobuf": "5.29.6",
        "tensorflow": "2.21.0",
    }
    assert packages.unmet == (
        Unmet("tensorflow", "protobuf<8.0.0,>=6.31.1", "protobuf", "5.29.6"),
    )
    assert packages.owners == ("tensorflow",)
    assert packages.tags == ("cp311-cp311-linux_x86_64",)
    assert packages.build == {"cuda_version": "12.5.1", "is_cuda": True}
    assert packages.damaged == ()


@pytest.mark.parametrize("kept", ["x" * 499, None])
def test_a_native_file_that_is_cut_short_or_absent_is_found(kept: str | None) -> None:
    path = "tensorflow/libtensorflow_cc.so.2"
    files = {name: text for name, text in FILES.items() if not name.endswith(path)}
    if kept is not None:
        files[f"{SITE}/{path}"] = kept

    assert gather(Invented(files)).packages.damaged == (path,)


def test_a_linux_machine_is_read_from_its_files() -> None:
    host = gather(Invented()).host

    assert host.cpu_flags == {"sse", "avx"}
    assert (host.chip, host.memory) == ("Xeon", 16384000 * 1024)
    assert (host.libc, host.libc_version, host.wsl, host.container) == (
        "glibc", "2.39", False, False
    )  # fmt: skip


def test_wsl_containers_and_musl_are_recognised() -> None:
    files = FILES | {
        "/proc/version": "Linux version 5.15 (Microsoft-WSL2)",
        "/.dockerenv": "",
        "/lib/ld-musl-x86_64.so.1": "",
    }
    system = Invented(files, interpreter=dataclasses.replace(PYTHON, libc=("", "")))
    host = gather(system).host

    assert (host.wsl, host.container, host.libc) == (True, True, "musl")


def test_a_mac_answers_what_it_knows_and_complains_about_the_rest() -> None:
    """The M1's own keys; sysctl ends with 1 because one key is unknown there."""
    output = (
        "kern.osproductversion: 15.3.1\nhw.optional.arm64: 1\n"
        "sysctl.proc_translated: 1\nmachdep.cpu.brand_string: Apple M1\n"
        "hw.memsize: 17179869184\n"
        "sysctl: unknown oid 'kern.hv_vmm_present'\n"
    )
    python = dataclasses.replace(PYTHON, system="Darwin", machine="x86_64")
    host = gather(Invented({}, {"sysctl": Ran(1, output)}, python)).host

    assert (host.version, host.translated, host.arm64_hardware) == (
        "15.3.1",
        True,
        True,
    )
    assert (host.chip, host.memory, host.virtual) == ("Apple M1", 2**34, False)
    assert len(MAC_KEYS) == 6


def test_plugins_are_found_in_the_environment_the_user_site_and_the_variable() -> None:
    user = PYTHON.user_site
    metal = "tensorflow-plugins/libmetal_plugin.dylib"
    files = FILES | {
        f"{SITE}/{metal}": "",
        f"{user}/{metal}": "",
        "/odd/libodd.so": "",
        "/odd/README": "",
    }
    system = Invented(files, environ={"TF_PLUGGABLE_DEVICE_LIBRARY_PATH": "/odd"})
    found = gather(system).plugins

    assert [(one.path, one.place) for one in found] == [
        (f"{SITE}/{metal}", "environment"),
        (f"{user}/{metal}", "user-site"),
        ("/odd/libodd.so", "variable"),
    ]
    library = f"{SITE}/tensorflow/python/_pywrap_tensorflow_internal.so"
    assert found[0].preflight == Preflight(False, error=f"{SITE}/{metal} {library}")
    assert found[2].preflight is None


def test_before_2_19_tensorflow_does_not_look_into_other_schemes() -> None:
    files = {name.replace("2.21.0", "2.18.1"): text for name, text in FILES.items()}
    files[f"{PYTHON.user_site}/tensorflow-plugins/libmetal_plugin.dylib"] = ""

    assert gather(Invented(files)).plugins == ()


def test_an_nvidia_card_is_read_from_nvidia_smi_and_the_kernel() -> None:
    files = FILES | {
        "/proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module"
        "  550.54.15  Tue Mar  5\n",
        "/cuda/libcudnn.so.8": "",
    }
    smi = Ran(0, "NVIDIA L4, 550.54.15, 23034, 22500, 8.9\n")
    system = Invented(files, {"nvidia-smi": smi}, environ={"LD_LIBRARY_PATH": ":/cuda"})
    machine = gather(system)

    assert machine.cuda.cards == (Card("NVIDIA L4", "550.54.15", 23034, 22500, "8.9"),)
    assert machine.cuda.kernel_driver == "550.54.15"
    assert machine.cuda.copies == ("/cuda/libcudnn.so.8",)
    assert machine.cuda.missing == (
        Unmet(
            "tensorflow",
            "nvidia-cudnn-cu12<10.0,>=9.3.0.75",
            "nvidia-cudnn-cu12",
            None,
        ),
    )
    assert set(machine.probes) == {"driver", "libraries"}


def test_a_card_on_the_bus_is_noticed_without_any_driver() -> None:
    pci = "/sys/bus/pci/devices/0000:01:00.0"
    files = FILES | {f"{pci}/vendor": "0x10de\n", f"{pci}/class": "0x030000\n"}

    assert gather(Invented(files)).cuda.present
    assert not gather(Invented()).cuda.present
    assert not gather(Invented()).probes


def test_a_file_that_hides_a_package_is_found() -> None:
    files = FILES | {"/home/ada/code/tensorflow.py": "", "/extra/numpy.py": ""}
    system = Invented(files, environ={"PYTHONPATH": f"/extra:{SITE}"})

    assert gather(system).python.shadows == (
        "/home/ada/code/tensorflow.py",
        "/extra/numpy.py",
    )


@pytest.mark.parametrize(
    ("names", "base", "kind"),
    [
        ((), "/usr", "venv"),
        (("conda-meta",), "/env", "conda"),
        (("conda-meta", "condabin"), "/env", "conda-base"),
        ((), "/env", "system"),
    ],
)
def test_the_kind_of_environment_is_told(
    names: tuple[str, ...], base: str, kind: str
) -> None:
    files = FILES | {f"/env/{name}/x": "" for name in names}
    python = dataclasses.replace(PYTHON, base_prefix=base)

    assert gather(Invented(files, interpreter=python)).python.kind == kind


def test_only_variables_that_matter_are_kept() -> None:
    """Broken once by keeping all of TF_: Terraform's passwords are called so too."""
    kept = {"TF_CPP_MIN_LOG_LEVEL": "3", "XLA_FLAGS": ""}
    system = Invented(environ={"TF_VAR_password": "x", "AWS_SECRET": "s", **kept})
    assert gather(system).environ == kept


def test_this_machine_can_be_read_fast_and_without_tensorflow() -> None:
    """The limit is ten times what it takes on a laptop; it must not load pandas."""
    started = time.monotonic()
    results = judge(gather(ThisMachine()))
    assert time.monotonic() - started < 5
    assert results

    code = "import sys; from seqforecast.doctor.examination import examine, Request; "
    code += "from seqforecast.doctor.this_machine import ThisMachine as T; "
    code += "examine(T(), Request(quick=True)); print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert not loaded & {"tensorflow", "keras", "pandas", "numpy", "matplotlib"}
