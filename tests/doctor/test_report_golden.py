"""The whole report of every invented machine, as reviewed."""

from collections.abc import Callable

import pytest

from seqforecast.doctor.report import Diagnosis, text
from seqforecast.doctor.verdict import judge
from support.machines.broken import BREAKAGES


@pytest.mark.parametrize("name", BREAKAGES)
def test_the_report_reads_as_reviewed(
    name: str, golden: Callable[[str, str], None]
) -> None:
    """Broken once by letting the import go on after a failed preflight."""
    machine = BREAKAGES[name]
    golden(f"doctor/{name}.txt", text(Diagnosis(machine, judge(machine))) + "\n")
