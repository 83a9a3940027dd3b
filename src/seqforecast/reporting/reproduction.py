"""A reproduction as text: the verdict, what was compared, what is not as it was."""

from collections.abc import Mapping
from typing import Any

from seqforecast.reporting.aligning import align_names, join, wrap

VERDICTS = {
    "equal": "Equal: the same run again, in everything but times, rates and memory.",
    "within tolerance": "Equal within the tolerance of {tolerance:g}, not bit by bit.",
    "different": "Different: more than the tolerance of {tolerance:g}.",
}


def render_reproduction(told: Mapping[str, Any]) -> str:
    """Return what `reproduce` prints, from its document."""
    verdict = VERDICTS[told["result"]].format(tolerance=told["tolerance"])
    rows = [(each["what"], _likeness(each)) for each in told["compared"]]
    lines = [*wrap([verdict]), "", *_columns(rows)]
    if told["surroundings"]:
        changed = [
            (each["what"], f"{each['recorded']}, now {each['now']}")
            for each in told["surroundings"]
        ]
        lines += ["", "Not as it was:", *_columns(changed)]
    lines += wrap(told["notes"])
    if told["again"]:
        lines += [f"The second run is in {told['again']}"]
    return "\n".join(lines)


def _likeness(each: Mapping[str, Any]) -> str:
    if each["equal"]:
        return "equal"
    values = f"{each['recorded']}, now {each['again']}"
    if each["difference"] is None:
        return f"{each['where']}: {values}"
    return f"differs by up to {each['difference']:.2g}: {each['where']}: {values}"


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    names, texts = zip(*rows, strict=True)
    return [f"  {line}" for line in join([align_names(names), texts])]
