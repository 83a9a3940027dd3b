"""Connecting to a Ray cluster, or starting one on this machine."""

import io
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from seqforecast.errors import BackendError

LOGGER = logging.getLogger("seqforecast.execution")


def load_ray() -> Any:
    """Import Ray.

    Raises:
        BackendError: it is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise BackendError(
            f"Ray does not load: {error}", hint="pip install 'seqforecast[ray]'"
        ) from error
    return ray


@contextmanager
def connected(ray: Any, address: str | None, jobs: int | None) -> Iterator[None]:
    """Be connected to a cluster meanwhile, quietly.

    Args:
        ray: the module.
        address: of the cluster; None: RAY_ADDRESS, else one is started here.
        jobs: processors of a cluster that is started here; None: all.

    Raises:
        BackendError: there is no such cluster.
    """
    if ray.is_initialized():  # by a Python user, whose it stays
        yield
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    where = address or os.environ.get("RAY_ADDRESS") or "local"
    # Ray's own handler would end this process before the fits are stopped.
    before = signal.getsignal(signal.SIGTERM)
    local = {"num_cpus": jobs, "include_dashboard": False} if where == "local" else {}
    _knock(where)
    said = io.StringIO()
    try:
        ray.init(where, log_to_driver=False, logging_level=logging.ERROR, **local)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise _no_cluster(where, error) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
    # Ray prints on stdout, where our results go, from a thread of its own.
    try:
        with redirect_stdout(said):
            try:
                yield
            finally:
                ray.shutdown()
    finally:
        LOGGER.debug("Ray: %s", said.getvalue())


def _knock(where: str) -> None:
    """Refuse an address where nothing listens: Ray itself would wait for minutes.

    Raises:
        BackendError: nothing does.
    """
    host, colon, port = where.rpartition("://")[2].rpartition(":")
    if not (colon and port.isdigit()):
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except OSError as error:
        raise _no_cluster(where, error) from error


def _no_cluster(where: str, error: Exception) -> BackendError:
    return BackendError(
        f"no Ray cluster answers at {where}: {error}",
        hint="`ray status` on one of its machines tells whether it runs; "
        "without --address one is started on this machine",
    )
