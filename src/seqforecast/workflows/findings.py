"""Findings: what a leak audit compared, and what differed."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

# Cutoffs of each series: the first and the last of its test part, and between them.
CUTOFFS = 5
MOST_TOLD = 5


@dataclass(slots=True)
class Findings:
    """What an audit compared, and what differed.

    Attributes:
        windows: forecasts made with everything after their cutoff scrambled.
        points: the numbers in them.
        differences: the first few: `what`, `where`, and both values.
        count: how many there are.
        why: what may explain them, where that is known.
    """

    windows: int = 0
    points: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    why: str | None = None

    def differ(self, what: str, where: str, kept: Any, scrambled: Any) -> None:
        """Note a difference."""
        self.count += 1
        if len(self.differences) < MOST_TOLD:
            found = {"what": what, "where": where}
            found |= {"kept": kept, "scrambled": scrambled}
            self.differences.append(found)

    def as_json(self) -> dict[str, Any]:
        """Return the `audit` object of `evaluate --json`."""
        told = dataclasses.asdict(self)
        return {"passed": not self.count, "cutoffs_a_series": CUTOFFS, **told}
