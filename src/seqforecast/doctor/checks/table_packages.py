"""The checks of what is installed, as a table."""

from seqforecast.doctor.checks import links, packages
from seqforecast.doctor.checks.finding import Check

HAS_TENSORFLOW = ("packages.tensorflow",)
INSTALLABLE = (
    "host.rosetta",
    "host.system",
    "host.macos",
    "host.libc",
    "host.disk",
    "python.version",
    "python.build",
)

PACKAGES: tuple[Check, ...] = (
    Check(
        "packages.tensorflow",
        "static",
        "TensorFlow is installed",
        packages.tensorflow,
        "Read from the metadata of this environment, without importing anything.",
        (links.TENSORFLOW_INSTALL,),
        INSTALLABLE,
    ),
    Check(
        "packages.owners",
        "static",
        "One distribution owns the folder `tensorflow`",
        packages.owners,
        "tensorflow, tensorflow-macos and tensorflow-cpu all write into the same "
        "folder; two of them mix their files.",
        (links.METAL, links.PYTHON_METADATA),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.architecture",
        "static",
        "TensorFlow was built for this processor and this Python",
        packages.architecture,
        "The wheel's tag is compared with the running interpreter. They differ when "
        "an environment was copied, or holds packages of a translated Python.",
        (links.PYTHON_METADATA,),
        (*HAS_TENSORFLOW, "packages.owners"),
    ),
    Check(
        "packages.files",
        "static",
        "TensorFlow's native files are whole",
        packages.files,
        "The size of each native file is compared with the record of the installation.",
        (links.PYTHON_METADATA,),
        (*HAS_TENSORFLOW, "packages.owners", "packages.architecture"),
    ),
    Check(
        "packages.protobuf",
        "static",
        "protobuf is in the range TensorFlow asks for",
        packages.protobuf,
        "TensorFlow 2.18 and 2.19 need protobuf below 6, 2.20 at least 5.28, 2.21 at "
        "least 6.31.1 and below 8. Other packages move it.",
        (links.tensorflow_issue(98980),),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.numpy",
        "static",
        "NumPy is in the range TensorFlow asks for",
        packages.numpy,
        "Native code compiled for one NumPy may not load beside another.",
        ("https://numpy.org/doc/stable/dev/depending_on_numpy.html",),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.keras",
        "static",
        "Keras is in the range TensorFlow asks for",
        packages.keras,
        "Keras is a package of its own that TensorFlow asks for.",
        (links.KERAS_BACKEND,),
        HAS_TENSORFLOW,
    ),
    Check(
        "packages.requirements",
        "static",
        "Every other requirement is met",
        packages.requirements,
        "All requirements of tensorflow, keras and seqforecast are compared with what "
        "is installed.",
        (links.PYTHON_METADATA,),
        HAS_TENSORFLOW,
    ),
)

RANGE: tuple[Check, ...] = (
    Check(
        "packages.range",
        "static",
        "seqforecast works with this TensorFlow",
        packages.range_of_tensorflow,
        "Asked after the Metal checks: a plug-in that does not fit is the better "
        "reason to change TensorFlow's version.",
        (links.TENSORFLOW_INSTALL,),
        (*HAS_TENSORFLOW, "packages.owners", "metal.places", "metal.symbols"),
    ),
)
