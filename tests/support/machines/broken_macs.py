"""Broken Macs, by the name of their golden report."""

from dataclasses import replace

from seqforecast.doctor.facts.machine import Machine, Plugin, Preflight
from support.machines.changes import having, hosted, on_cpu, running, static, tried
from support.machines.faults import (
    GONE,
    LOG_MESSAGE,
    broken_gpu,
    canary,
    killed,
    metal,
    unmeasured,
)
from support.machines.ready import MAC, ended

MAC_BREAKAGES: dict[str, Machine] = {
    "mac_ready": MAC,
    "mac_cpu_only": on_cpu(replace(having(MAC, tensorflow_metal=None), plugins=())),
    "mac_tensorflow_2.20_metal_1.2.0": metal("1.2.0", "2.20.0", GONE),
    "mac_tensorflow_2.21_metal_1.2.0": metal("1.2.0", "2.21.0", GONE),
    "mac_tensorflow_2.18_metal_1.1.0": metal(
        "1.1.0", "2.18.1", Preflight(False, missing=(LOG_MESSAGE,))
    ),
    "mac_tensorflow_2.16_metal_1.0.1": metal(
        "1.0.1",
        "2.16.2",
        Preflight(False, missing=("__ZN10tensorflow16TensorShapeProtoC1ERKS0_",)),
    ),
    "mac_python_3.13": on_cpu(
        replace(
            running(
                having(MAC, tensorflow="2.21.0", tensorflow_metal=None),
                version=(3, 13, 1),
            ),
            plugins=(),
            packages=replace(
                having(MAC, tensorflow="2.21.0", tensorflow_metal=None).packages,
                tags=("cp313-cp313-macosx_12_0_arm64",),
            ),
        )
    ),
    "mac_rosetta": static(
        hosted(
            replace(
                having(MAC, tensorflow="2.16.2", tensorflow_metal=None), plugins=()
            ),
            machine="x86_64",
            translated=True,
        )
    ),
    "mac_intel": on_cpu(
        hosted(
            replace(
                having(MAC, tensorflow="2.16.2", tensorflow_metal=None),
                plugins=(),
                packages=replace(
                    having(MAC, tensorflow="2.16.2", tensorflow_metal=None).packages,
                    tags=("cp311-cp311-macosx_10_15_x86_64",),
                ),
            ),
            machine="x86_64",
            arm64_hardware=False,
        )
    ),
    "mac_old_macos": static(
        hosted(
            replace(having(MAC, tensorflow=None, tensorflow_metal=None), plugins=()),
            version="11.7.10",
        )
    ),
    "mac_macos_12.0": static(hosted(MAC, version="12.0.1")),
    "mac_macos_12": hosted(MAC, version="12.6"),
    "mac_tensorflow_macos_leftover": static(
        replace(
            having(MAC, tensorflow_macos="2.16.2"),
            packages=replace(
                having(MAC, tensorflow_macos="2.16.2").packages,
                owners=("tensorflow", "tensorflow-macos"),
            ),
        )
    ),
    "mac_user_site_plugin": static(
        replace(
            having(MAC, tensorflow_metal=None),
            plugins=(
                Plugin(
                    "/Users/ada/Library/Python/3.11/lib/python/site-packages/"
                    "tensorflow-plugins/libmetal_plugin.dylib",
                    "user-site",
                    Preflight(False, missing=(LOG_MESSAGE,)),
                ),
            ),
        )
    ),
    "mac_xla_flags": on_cpu(
        replace(MAC, environ={"TF_XLA_FLAGS": "--tf_xla_auto_jit=2"})
    ),
    "mac_relu_lost": unmeasured(
        canary(
            MAC,
            **{
                "": -2.1,
                "TURN_OFF_REMAPPER=1": -2.1,
                "use_plugin_optimizers=False": -2.1,
            },
        )
    ),
    "mac_relu_mended": canary(MAC, **{"": -2.1, "TURN_OFF_REMAPPER=1": 0.0}),
    "mac_slower_on_metal": tried(
        MAC,
        ended(
            "speed",
            shape={"cell": "gru", "units": [128], "lookback": 336, "batch": 64},
            milliseconds={"cpu": 12.0, "gpu:0": 156.0},
        ),
    ),
    "mac_virtual": on_cpu(hosted(MAC, virtual=True, chip="Apple M1 (Virtual)")),
    "mac_lstm_wrong": tried(
        unmeasured(MAC),
        ended(
            "parity",
            device="gpu:0",
            cells={"lstm": {"forward": 0.4, "gradient": 0.2}},
        ),
    ),
    "mac_aborts_on_gpu": broken_gpu(
        MAC, "python(123): malloc: *** error: pointer being freed was not allocated"
    ),
}
MAC_BREAKAGES["mac_aborts_on_gpu"] = tried(
    MAC_BREAKAGES["mac_aborts_on_gpu"],
    killed(
        "gpu", "SIGABRT", "malloc: *** error: pointer being freed was not allocated"
    ),
)
