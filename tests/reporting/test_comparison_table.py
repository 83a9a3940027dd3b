from typing import Any

from comparisons import ALL
from seqforecast.reporting.comparison.table import render_comparison


def test_the_whole_table_reads_as_reviewed(golden: Any) -> None:
    parts = [f"== {name}\n{render_comparison(each)}\n" for name, each in ALL.items()]
    golden("comparison.txt", "\n".join(parts))
