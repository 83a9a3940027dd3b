"""Broken machines with an NVIDIA card, by the name of their golden report."""

from dataclasses import replace

from seqforecast.doctor.facts.machine import Card, Cuda, Machine
from support.machines.changes import driven, having, hosted, on_cpu, tried
from support.machines.faults import (
    GREETINGS,
    NO_CUDA_PACKAGES,
    NO_DRIVER,
    RTX,
    blind,
    broken_gpu,
)
from support.machines.ready import LINUX, NVIDIA, WINDOWS, ended

CUDA_BREAKAGES: dict[str, Machine] = {
    "cuda_ready": NVIDIA,
    "cuda_plain_tensorflow": on_cpu(
        driven(having(NVIDIA, nvidia_cudnn_cu12=None), missing=NO_CUDA_PACKAGES)
    ),
    "cuda_no_driver": on_cpu(
        tried(driven(NVIDIA, smi_code=9, cards=(), kernel_driver=""), NO_DRIVER)
    ),
    "cuda_old_driver": on_cpu(
        driven(
            tried(NVIDIA, ended("driver", loaded=True, code=0, version=11040)),
            cards=(Card("Tesla T4", "470.256.02", 15360, 15000, "7.5"),),
            kernel_driver="470.256.02",
        )
    ),
    "cuda_half_updated_driver": on_cpu(
        driven(
            tried(NVIDIA, ended("driver", loaded=True, code=803, version=12080)),
            smi_code=18,
            smi_output="Failed to initialize NVML: Driver/library version mismatch",
            cards=(),
        )
    ),
    "cuda_hidden": on_cpu(
        tried(
            replace(NVIDIA, environ={"CUDA_VISIBLE_DEVICES": "-1"}),
            ended("driver", loaded=True, code=100, version=12040, devices=[]),
        )
    ),
    "cuda_older_cudnn_first": on_cpu(
        driven(
            tried(
                replace(NVIDIA, environ={"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}),
                ended("libraries", loaded={"libcudnn.so.9": "/usr"}, cudnn="9.1.0"),
            ),
            copies=("/usr/local/cuda/lib64/libcudnn.so.9",),
        )
    ),
    "cuda_library_does_not_open": on_cpu(
        tried(
            NVIDIA,
            ended(
                "libraries",
                loaded={},
                failed={"libcufft.so.11": "libcufft.so.11: file too short"},
            ),
        )
    ),
    "cuda_capability_12": on_cpu(
        driven(NVIDIA, cards=(RTX,), kernel_driver=RTX.driver)
    ),
    "cuda_out_of_memory": broken_gpu(
        NVIDIA,
        GREETINGS + "E cuda_executor.cc:1228] failed to allocate 8.00MiB: "
        "CUDA_ERROR_OUT_OF_MEMORY: out of memory\n",
    ),
    "cuda_memory_taken": on_cpu(
        driven(NVIDIA, cards=(Card("NVIDIA L4", "550.54.15", 23034, 120, "8.9"),))
    ),
    "cuda_ptx": broken_gpu(NVIDIA, "E failed: CUDA_ERROR_INVALID_PTX: a PTX JIT\n"),
    "cuda_not_seen": blind(
        NVIDIA,
        GREETINGS + "W gpu_device.cc:2343] Cannot dlopen some GPU libraries. Please "
        "make sure the missing libraries mentioned above are installed properly\n",
    ),
    "cuda_required_not_there": replace(on_cpu(LINUX), required="cuda"),
    "wsl_no_driver": on_cpu(
        tried(
            hosted(driven(NVIDIA, smi_code=None, cards=(), kernel_driver=""), wsl=True),
            NO_DRIVER,
        )
    ),
    "container_no_card": on_cpu(
        tried(
            hosted(
                driven(NVIDIA, smi_code=None, cards=(), kernel_driver=""),
                container=True,
            ),
            NO_DRIVER,
        )
    ),
    "windows_with_card": replace(
        WINDOWS, cuda=Cuda(present=True, smi_code=0, cards=(RTX,))
    ),
}
