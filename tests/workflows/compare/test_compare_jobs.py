"""Which fits share what: jobs, cores and GPUs of an invented machine."""

from types import SimpleNamespace

import pytest

from seqforecast.workflows.compare import compare
from seqforecast.workflows.compare.plan import Budget


@pytest.fixture
def execute(monkeypatch):
    """Return what fits of members on these devices would be run with."""
    given = {}

    def executed(*devices, jobs=None):
        members = [
            SimpleNamespace(
                experiment=SimpleNamespace(training=SimpleNamespace(device=device))
            )
            for device in devices
        ]
        budget = Budget(seeds=1, jobs=jobs)
        asked = SimpleNamespace(budget=budget, members=members)
        compare._execute(asked, range(12), None)
        return given["jobs"], given["gpus"]

    monkeypatch.setattr(compare, "run_local", lambda _, **rest: given.update(rest))
    monkeypatch.setattr(compare, "visible_gpus", lambda: ["0", "1"])
    monkeypatch.setattr(compare, "usable_cores", lambda: [0, 1, 2, 3])
    monkeypatch.setattr(compare, "free_memory", lambda: None)
    return executed


@pytest.mark.parametrize(
    ("devices", "jobs", "gpus"),
    [
        (["auto", "auto"], 2, ["0", "1"]),
        (["cpu", "gpu"], 2, ["0", "1"]),
        (["cpu", "cpu"], 4, []),
        (["gpu:1", "gpu:1"], 1, []),
        (["gpu:0", "cpu"], 1, []),
        (["gpu:0", "auto"], 1, []),
    ],
    ids=str,
)
def test_no_two_fits_have_a_gpu_at_once(execute, devices, jobs, gpus):
    assert execute(*devices) == (jobs, gpus)


def test_who_asks_for_jobs_has_them(execute):
    assert execute("gpu:0", "gpu:1", jobs=2) == (2, [])
