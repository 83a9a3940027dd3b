"""Fits on a Ray cluster, whose machines need not share a disk."""

import io
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from seqforecast.errors import BackendError, SeqforecastError
from seqforecast.execution.fit import Command, Ended, Fit, Watcher, train_command
from seqforecast.execution.local import tell
from seqforecast.execution.ray_task import (
    SAME_VERSION,
    Board,
    request_fit,
    train_there,
    unpack_run,
)
from seqforecast.runs.run_files import RunDirectory

LOGGER = logging.getLogger("seqforecast.execution")
PAUSE = 0.2  # seconds between two looks at the cluster
GRACE = 15.0  # seconds that stopped fits have to end
BOARD_PATIENCE = 10.0  # seconds; news are worth no more
RETRIES = 3  # of a fit whose machine died


def run_on_ray(
    fits: Sequence[Fit],
    *,
    address: str | None = None,
    jobs: int | None = None,
    gpu: bool = False,
    watcher: Watcher | None = None,
    command: Command = train_command,
) -> list[Ended]:
    """Train every fit as a task of one processor on a Ray cluster.

    The machines need this version of this package, and no disk in common: the
    data go there once, the run directories come back. A fit whose machine dies
    starts over on another one. On processors of one kind the numbers are those of
    `run_local`.

    Args:
        fits: complete ones are not run again; others begin anew.
        address: of the cluster; None: RAY_ADDRESS, else one is started here.
        jobs: processors of a cluster that is started here; None: all.
        gpu: give each fit one GPU.
        watcher: is told.
        command: what Python is to run for a fit, there.

    Returns:
        How each ended, in the order of `fits`.

    Raises:
        BackendError: Ray is not installed, or there is no such cluster.
        KeyboardInterrupt: came here; what was complete stays.
    """
    ray = load_ray()
    watcher = watcher or Watcher()
    ended: dict[int, Ended] = {}
    for number, fit in enumerate(fits):
        if RunDirectory(fit.directory).is_complete:
            ended[number] = Ended(fit, "complete")
            tell(ended[number], watcher, len(ended), len(fits))
    left = {number: fit for number, fit in enumerate(fits) if number not in ended}
    with connected(ray, address, jobs):
        board = _board(ray)
        tasks = _submit(ray, left, board, gpu=gpu, command=command)
        try:
            while tasks:
                over, _ = ray.wait(list(tasks), timeout=PAUSE)
                _read_board(ray, board, left, watcher)
                for task in over:
                    number = tasks.pop(task)
                    ended[number] = _receive(ray, task, fits[number])
                    tell(ended[number], watcher, len(ended), len(fits))
        except BaseException:
            for task in tasks:
                ray.cancel(task, force=False)
            if tasks:
                ray.wait(list(tasks), num_returns=len(tasks), timeout=GRACE)
            raise
    return [ended[number] for number in range(len(fits))]


def _board(ray: Any) -> Any:
    """Return where tasks write how far they are: on this machine, which stays."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = ray.get_runtime_context().get_node_id()
    place = NodeAffinitySchedulingStrategy(here, soft=False)
    return ray.remote(Board).options(num_cpus=0, scheduling_strategy=place).remote()


def _submit(
    ray: Any, fits: Mapping[int, Fit], board: Any, *, gpu: bool, command: Command
) -> dict[Any, int]:
    """Hand out all fits; return the number of each task's fit."""
    if gpu and not ray.cluster_resources().get("GPU"):
        LOGGER.warning("no machine of the cluster has a GPU: fits wait until one has")
    task = ray.remote(train_there).options(
        num_cpus=1, num_gpus=int(gpu), max_retries=RETRIES
    )
    sent: dict[Path, Any] = {}
    tasks = {}
    for number, fit in fits.items():
        ordered = request_fit(fit)
        data = ordered.data
        if data is not None and data not in sent:
            sent[data] = ray.put(data.read_bytes())
        there = sent[data] if data is not None else None
        tasks[task.remote(number, ordered, there, board, command)] = number
    return tasks


def _read_board(
    ray: Any, board: Any, fits: Mapping[int, Fit], watcher: Watcher
) -> None:
    """Pass on what the tasks told since the last time; without the board, nothing."""
    try:
        news = ray.get(board.take.remote(), timeout=BOARD_PATIENCE)
    except ray.exceptions.RayError as error:
        LOGGER.debug("no news from the cluster: %s", error)
        return
    for number, epochs in news:
        if epochs is None:
            watcher.started(fits[number])
            LOGGER.debug("%s began on the cluster", fits[number].name)
        else:
            watcher.progressed(fits[number], epochs)


def _receive(ray: Any, task: Any, fit: Fit) -> Ended:
    """Put a finished fit's run into its place, and return how it ended."""
    try:
        delivery = ray.get(task)
    except ray.exceptions.RayError as error:
        LOGGER.debug("%s: %s", fit.name, error)
        hint = SAME_VERSION if "ModuleNotFoundError" in str(error) else ""
        return Ended(fit, "failed", _last_line(error), hint)
    try:
        if delivery.run is not None:
            unpack_run(delivery.run, fit)
    except SeqforecastError as error:
        return Ended(fit, "failed", str(error), error.hint)
    outcome = delivery.ended
    return Ended(fit, outcome.status, outcome.error, outcome.hint, outcome.seconds)


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


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
    output = io.StringIO()
    try:
        ray.init(where, log_to_driver=False, logging_level=logging.ERROR, **local)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise _no_cluster(where, error) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
    # Ray prints on stdout, where our results go, from a thread of its own.
    try:
        with redirect_stdout(output):
            try:
                yield
            finally:
                ray.shutdown()
    finally:
        LOGGER.debug("Ray: %s", output.getvalue())


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
