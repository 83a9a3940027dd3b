"""Dialect: what separates the values of a CSV file, and decimals from units."""

from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written.

    Attributes:
        separator: between values.
        decimal: between units and decimals of a number.
    """

    separator: str = ","
    decimal: str = "."


PLAIN = Dialect()
