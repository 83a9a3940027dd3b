"""Facts of the plug-ins: libraries that TensorFlow will load when it is imported."""

from collections.abc import Iterator

from seqforecast.doctor.facts import Plugin, PluginPlace
from seqforecast.doctor.gathering.installed import Distribution
from seqforecast.doctor.system import System

FOLDER = "tensorflow-plugins"
LIBRARY = "tensorflow/python/_pywrap_tensorflow_internal.so"
SUFFIXES = (".so", ".dylib", ".dll")
ALL_SCHEMES_FROM = (2, 19)


def gather_plugins(
    system: System, tensorflow: Distribution | None
) -> tuple[Plugin, ...]:
    """Return every plug-in, where it lies, and whether it can be loaded."""
    return tuple(
        _judged(system, path, place, tensorflow)
        for folder, place in _folders(system, tensorflow).items()
        for path in _libraries(system, folder)
    )


def _folders(system: System, tensorflow: Distribution | None) -> dict[str, PluginPlace]:
    """Return the folders TensorFlow looks into, in its order."""
    python = system.interpreter
    found: dict[str, PluginPlace] = {}
    for site in python.path:
        if site.rstrip("/\\").endswith(("site-packages", "dist-packages")):
            own = site != python.user_site
            found[f"{site}/{FOLDER}"] = "environment" if own else "user-site"
    if _searches_every_scheme(tensorflow):
        for site in python.schemes:
            place: PluginPlace = "other-scheme"
            if site == python.user_site:
                place = "user-site"
            elif site.startswith(python.prefix):
                place = "environment"
            found.setdefault(f"{site}/{FOLDER}", place)
    named = system.environ.get("TF_PLUGGABLE_DEVICE_LIBRARY_PATH")
    if named:
        found.setdefault(named, "variable")
    return found


def _searches_every_scheme(tensorflow: Distribution | None) -> bool:
    if tensorflow is None:
        return False
    parts = tensorflow.version.split(".")[:2]
    return all(part.isdigit() for part in parts) and (
        tuple(int(part) for part in parts) >= ALL_SCHEMES_FROM
    )


def _libraries(system: System, folder: str) -> Iterator[str]:
    if folder.endswith(SUFFIXES):
        if system.size(folder) is not None:
            yield folder
        return
    for name in system.names(folder):
        if name.endswith(SUFFIXES):
            yield f"{folder}/{name}"


def _judged(
    system: System, path: str, place: PluginPlace, tensorflow: Distribution | None
) -> Plugin:
    if tensorflow is None or not path.endswith("libmetal_plugin.dylib"):
        return Plugin(path, place)
    library = f"{tensorflow.site}/{LIBRARY}"
    if system.size(library) is None:
        return Plugin(path, place)
    return Plugin(path, place, system.preflight(path, library))
