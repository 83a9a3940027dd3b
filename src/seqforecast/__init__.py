"""seqforecast: honest forecasts from recurrent networks, one YAML file at a time."""

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "load_run", "train"]


def __getattr__(name: str) -> Any:
    """Import `train` and `load_run` when first used, so that importing is instant."""
    if name in ("train", "load_run"):
        from seqforecast import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
