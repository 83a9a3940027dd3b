"""The checks of the computer and of the interpreter, as a table."""

from seqforecast.doctor.checks import host, links, python, system
from seqforecast.doctor.checks.finding import Check

HOST: tuple[Check, ...] = (
    Check(
        "host.rosetta",
        "static",
        "Python is a native program on Apple silicon",
        system.rosetta,
        "An Intel Python runs on Apple silicon through Rosetta, and everything pip "
        "then installs is for Intel too. TensorFlow's Intel build dies there, and "
        "the Metal plug-in does not exist for it.",
        (links.ROSETTA, links.tensorflow_issue(46178)),
    ),
    Check(
        "host.system",
        "static",
        "TensorFlow is published for this kind of machine",
        system.system,
        "TensorFlow has wheels for Linux on x86_64 and aarch64, for Apple silicon and "
        "for 64-bit Windows. For Intel Macs 2.16.2 was the last.",
        (links.TENSORFLOW_INSTALL,),
        ("host.rosetta",),
    ),
    Check(
        "host.macos",
        "static",
        "macOS is new enough",
        system.macos,
        "Every TensorFlow wheel for macOS is built for macOS 12. From macOS 13 on "
        "Metal has recurrent layers of its own.",
        (links.METAL, links.TENSORFLOW_INSTALL),
    ),
    Check(
        "host.virtual",
        "static",
        "The Mac's GPU is a real one",
        system.virtual,
        "Virtual Macs, those of hosted test runners among them, show a GPU that does "
        "not compute what it should.",
        (links.VIRTUAL_MACS,),
        ("host.rosetta",),
    ),
    Check(
        "host.processor",
        "static",
        "The processor has AVX",
        host.processor,
        "TensorFlow for x86_64 is compiled with AVX instructions; a processor or an "
        "emulator without them kills it on import.",
        (links.TENSORFLOW_INSTALL, links.tensorflow_issue(58339)),
    ),
    Check(
        "host.libc",
        "static",
        "The C library can load TensorFlow",
        host.libc,
        "Wheels for Linux name the oldest glibc they work with: 2.17 up to "
        "TensorFlow 2.20, 2.27 from 2.21 on. There are none for musl.",
        (links.MUSL, links.GLIBC),
        ("host.system",),
    ),
    Check(
        "host.disk",
        "static",
        "There is room on the disk",
        host.disk,
        "TensorFlow takes more than one GiB, with CUDA or Metal about three. Full "
        "disks leave files cut short.",
        (links.TENSORFLOW_INSTALL,),
    ),
    Check(
        "host.memory",
        "static",
        "There is memory for TensorFlow",
        host.memory,
        "A process killed by the system without a word has most often run out of "
        "memory.",
        (links.TENSORFLOW_INSTALL,),
    ),
    Check(
        "host.accelerator",
        "static",
        "The GPU that --require asks for can be here",
        system.accelerator,
        "With --require gpu, metal or cuda, a machine without that GPU is not ready.",
        (links.TENSORFLOW_INSTALL,),
        ("host.rosetta",),
    ),
)

PYTHON: tuple[Check, ...] = (
    Check(
        "python.version",
        "static",
        "TensorFlow is published for this Python",
        python.version,
        "seqforecast works on Python 3.10 to 3.13, as TensorFlow does. On Apple "
        "silicon the Metal plug-in ends with 3.12.",
        (links.TENSORFLOW_INSTALL,),
        ("host.rosetta", "host.system"),
    ),
    Check(
        "python.build",
        "static",
        "Python is the usual 64-bit build",
        python.build,
        "Wheels with native code fit one implementation, one width and one "
        "threading model of Python.",
        (links.PYTHON_METADATA,),
        ("host.rosetta", "host.system"),
    ),
    Check(
        "python.environment",
        "static",
        "Python runs in an environment of its own",
        python.environment,
        "Packages installed into the system's Python or conda's base get into the way "
        "of others, and theirs into the way of these. `doctor --fix` changes "
        "neither.",
        (links.PYTHON_VENV,),
    ),
    Check(
        "python.shadows",
        "static",
        "No file hides a package",
        python.shadows,
        "A file tensorflow.py, keras.py or numpy.py in the working directory or on "
        "PYTHONPATH is imported instead of the package.",
        (links.PYTHON_IMPORT,),
    ),
)
