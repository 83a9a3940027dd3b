"""Broken Linux machines without a card, by the name of their golden report."""

from dataclasses import replace

from seqforecast.doctor.facts.machine import Machine, Plugin, ProbeResult, Unmet
from support.machines.changes import having, hosted, lacking, running, static
from support.machines.faults import (
    GIB,
    GREETINGS,
    ODD_PLUGIN,
    failed,
    importing,
    killed,
)
from support.machines.ready import LINUX, WINDOWS

LINUX_BREAKAGES: dict[str, Machine] = {
    "linux_ready": LINUX,
    "linux_no_avx": static(
        hosted(LINUX, cpu_flags=frozenset({"sse4_2"}), chip="Intel Celeron J1900")
    ),
    "linux_musl": static(
        hosted(having(LINUX, tensorflow=None), libc="musl", libc_version="1.2.5")
    ),
    "linux_old_glibc": static(hosted(LINUX, libc_version="2.17")),
    "linux_python_3.14": static(
        running(having(LINUX, tensorflow=None), version=(3, 14, 0))
    ),
    "linux_protobuf": static(
        lacking(
            having(LINUX, protobuf="5.29.6"),
            Unmet("tensorflow", "protobuf<8.0.0,>=6.31.1", "protobuf", "5.29.6"),
        )
    ),
    "linux_numpy": static(
        lacking(
            having(LINUX, tensorflow="2.18.1", numpy="2.4.0"),
            Unmet("tensorflow", "numpy<2.1.0,>=1.26.0", "numpy", "2.4.0"),
        )
    ),
    "linux_no_tensorflow": static(having(LINUX, tensorflow=None, keras=None)),
    "linux_no_tensorflow_no_disk": static(
        hosted(having(LINUX, tensorflow=None), disk_free=GIB)
    ),
    "linux_disk_almost_full": hosted(LINUX, disk_free=GIB // 5),
    "linux_truncated_library": static(
        replace(
            LINUX,
            packages=replace(
                LINUX.packages, damaged=("tensorflow/libtensorflow_cc.so.2",)
            ),
        )
    ),
    "linux_shadowed": static(
        running(LINUX, shadows=("/home/ada/forecast/tensorflow.py",))
    ),
    "linux_system_python": running(LINUX, kind="system", prefix="/usr"),
    "linux_import_hangs": importing(
        LINUX, ProbeResult("import", "timeout", {}, GREETINGS, 180.0)
    ),
    "linux_import_sigill": importing(LINUX, killed("import", "SIGILL", GREETINGS)),
    "linux_import_sigabrt": importing(
        LINUX,
        killed(
            "import",
            "SIGABRT",
            GREETINGS + "terminate called after throwing an instance of 'std::bad'\n"
            "Fatal Python error: Aborted\n",
        ),
    ),
    "linux_import_sigkill": importing(LINUX, killed("import", "SIGKILL")),
    "linux_plugin_does_not_load": importing(
        replace(LINUX, plugins=(Plugin(ODD_PLUGIN),)),
        failed(
            "import",
            f"NotFoundError: {ODD_PLUGIN}: undefined symbol: TF_Odd",
        ),
    ),
    "windows_ready": WINDOWS,
}
