"""The checks of NVIDIA's driver, libraries and card, as a table."""

from seqforecast.doctor.checks import cuda, cuda_libraries, cuda_start, links
from seqforecast.doctor.checks.finding import Check

SHOWN = ("cuda.platform", "cuda.driver", "cuda.version", "cuda.visible", "cuda.init")
WITH_TENSORFLOW = ("packages.tensorflow", *SHOWN)

CUDA: tuple[Check, ...] = (
    Check(
        "cuda.platform",
        "static",
        "TensorFlow can use NVIDIA cards on this system",
        cuda.platform,
        "On Windows itself 2.10 was the last TensorFlow with a GPU; it works inside "
        "WSL2. CUDA libraries are published for x86_64 only.",
        (links.TENSORFLOW_INSTALL, links.WSL),
    ),
    Check(
        "cuda.mismatch",
        "static",
        "The running driver and its libraries are of one version",
        cuda.mismatch,
        "After an update the old driver runs on until the machine is restarted, "
        "while programs find the new libraries.",
        (links.CUDA_DRIVERS,),
        ("cuda.platform",),
    ),
    Check(
        "cuda.driver",
        "static",
        "The NVIDIA driver answers",
        cuda.driver,
        "nvidia-smi is asked, and libcuda is opened in a child process. Inside WSL "
        "the driver is that of Windows, inside a container that of the host.",
        (links.CUDA_DRIVERS, links.WSL, links.tensorflow_issue(60429)),
        ("cuda.platform", "cuda.mismatch"),
    ),
    Check(
        "cuda.version",
        "static",
        "The NVIDIA driver is new enough",
        cuda.driver_version,
        "TensorFlow is built with CUDA 12, which needs driver 525.60.13 or newer on "
        "Linux.",
        (links.CUDA_DRIVERS,),
        ("cuda.platform", "cuda.mismatch", "cuda.driver"),
    ),
    Check(
        "cuda.visible",
        "static",
        "No environment variable hides the cards",
        cuda_start.visible,
        "CUDA_VISIBLE_DEVICES empty or -1 hides every card; batch systems and "
        "notebooks set it.",
        (links.CUDA_DRIVERS, links.tensorflow_issue(60429)),
        ("cuda.platform", "cuda.driver"),
    ),
    Check(
        "cuda.init",
        "static",
        "The NVIDIA driver starts",
        cuda_start.initialised,
        "cuInit, the first call every CUDA program makes, is made in a child process.",
        (links.CUDA_DRIVERS, links.tensorflow_issue(68710)),
        ("cuda.platform", "cuda.driver", "cuda.version", "cuda.visible"),
    ),
    Check(
        "cuda.packages",
        "static",
        "The CUDA libraries are installed",
        cuda_libraries.packages,
        "`pip install tensorflow` brings no CUDA libraries; the extra and-cuda does. "
        "What is installed is compared with what that extra asks for.",
        (links.TENSORFLOW_INSTALL, links.tensorflow_issue(63362)),
        WITH_TENSORFLOW,
    ),
    Check(
        "cuda.libraries",
        "static",
        "The CUDA libraries can be opened",
        cuda_libraries.libraries,
        "Each library is opened in a child process, as TensorFlow would.",
        (links.tensorflow_issue(65842), links.tensorflow_issue(66987)),
        (*WITH_TENSORFLOW, "cuda.packages"),
    ),
    Check(
        "cuda.cudnn",
        "static",
        "The right cuDNN comes first",
        cuda_libraries.cudnn,
        "cuDNN must be at least as new as the one TensorFlow was built with. "
        "LD_LIBRARY_PATH and other packages can put an older one first.",
        (links.tensorflow_issue(60913),),
        (*WITH_TENSORFLOW, "cuda.packages", "cuda.libraries"),
    ),
    Check(
        "cuda.capability",
        "static",
        "TensorFlow holds code for this card",
        cuda_libraries.capability,
        "TensorFlow's wheels hold code for the families named in their build "
        "information, and a form of the last that later drivers may translate. For "
        "compute capability 12.0 this has failed.",
        (links.CUDA_CARDS, links.tensorflow_issue(97387)),
        WITH_TENSORFLOW,
    ),
    Check(
        "cuda.memory",
        "static",
        "The card has free memory",
        cuda_libraries.memory,
        "TensorFlow takes the whole card unless it is told otherwise; a second "
        "process then finds none.",
        ("https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth",),
        SHOWN,
    ),
)
