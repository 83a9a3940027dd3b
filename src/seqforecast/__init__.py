"""seqforecast: honest forecasts from recurrent networks, one YAML file at a time."""

from typing import Any

__version__ = "0.1.0"
__all__ = ["Run", "__version__", "load_run", "train"]


def __getattr__(name: str) -> Any:
    """Import the interface when it is first used, so that importing is instant."""
    if name in ("Run", "load_run", "train"):
        from seqforecast import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
