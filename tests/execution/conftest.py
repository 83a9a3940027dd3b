"""A Ray cluster on this machine, where Ray is installed."""

import importlib.util

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `ray` where Ray is not installed."""
    if importlib.util.find_spec("ray"):
        return
    skip = pytest.mark.skip(reason="Ray is not installed: pip install -e '.[ray]'")
    for item in items:
        if item.get_closest_marker("ray"):
            item.add_marker(skip)
