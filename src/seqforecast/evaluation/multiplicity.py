"""Many comparisons at once: corrected probabilities, and groups that share a letter."""

from collections.abc import Iterable, Sequence
from string import ascii_letters


def correct(probabilities: Sequence[float]) -> list[float]:
    """Return probabilities corrected for how many there are, in the same order.

    At most the chance of one false claim among all of them (Holm, A Simple
    Sequentially Rejective Multiple Test Procedure, 1979).
    """
    order = sorted(range(len(probabilities)), key=lambda i: probabilities[i])
    corrected, largest = [0.0] * len(order), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, probabilities[i] * (len(order) - rank)))
        corrected[i] = largest
    return corrected


def assign_letters(
    names: Sequence[str], apart: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return letters by name: two share one exactly where they are not apart.

    By insertion and absorption (Piepho, An Algorithm for a Letter-Based Representation
    of All-Pairwise Comparisons, 2004).

    Args:
        names: letters are given in this order, the best first.
        apart: pairs of names that differ significantly, in any order.
    """
    groups = [frozenset(names)]
    for a, b in apart:
        split: list[frozenset[str]] = []
        for group in groups:
            both = a in group and b in group
            split += [group - {a}, group - {b}] if both else [group]
        groups = [
            group
            for i, group in enumerate(split)
            if not any(group < other for other in split) and group not in split[:i]
        ]
    groups.sort(key=lambda group: [name not in group for name in names])
    letters = {group: _letter(i) for i, group in enumerate(groups)}
    return {
        name: "".join(letter for group, letter in letters.items() if name in group)
        for name in names
    }


def _letter(number: int) -> str:
    """Return a, b, ..., Z, a', b', ..."""
    return ascii_letters[number % 52] + "'" * (number // 52)
