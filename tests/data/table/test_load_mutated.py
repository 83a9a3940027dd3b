"""Damaged and odd files are read, or refused by name; nothing else ever happens.

`python benchmarks/fuzz_data_files.py` walks many more.
"""

import gzip

import pytest

from seqforecast.data.source import load_panel
from seqforecast.data.table.section import TableSource
from seqforecast.workflows.init import start_experiment
from support.mutated_files import GOOD, content_of, fault_of, mutate

FILES, BATCHES = 500, 10


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_mutated_file_is_read_or_refused_by_name(batch, tmp_path):
    """Broken on purpose: what gzip raises let through.

    Each has a number, which always makes the same file: `fault_of(number, folder)`.
    """
    numbers = range(batch, FILES, BATCHES)
    faults = {number: fault_of(number, tmp_path) for number in numbers}
    assert {number: fault for number, fault in faults.items() if fault} == {}


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good.name)
def test_the_files_are_good_before_they_are_mutated(good, tmp_path):
    content = content_of(good, good.rows)
    packed = good.name.endswith(".gz")
    (tmp_path / good.name).write_bytes(gzip.compress(content) if packed else content)
    settings = {"source": "table", "path": good.name} | good.settings
    panel = load_panel(TableSource.model_validate(settings), tmp_path)
    assert len(panel.ids) == 2
    start_experiment(tmp_path / good.name, tmp_path / "it.yaml")


def test_a_number_always_makes_the_same_file():
    for number in range(30):
        _, done, content = mutate(number)
        assert (done, content) == mutate(number)[1:]
        assert done
