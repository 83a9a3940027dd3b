"""Cases: the models that are trained, and how much arithmetic a window is."""

from collections.abc import Sequence
from dataclasses import dataclass

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
SIZES = ((50, 32), (64, 64), (128, 128), (256, 256))  # units and batch
SHAPES = ((50, 1), (15, 32))  # steps of the cell and inputs of one step


@dataclass(frozen=True)
class Case:
    """One recurrent layer and a head of one output, trained with Adam on MSE.

    Attributes:
        cell: simple_rnn, lstm or gru.
        units: of the layer.
        batch: windows in one step of training.
        steps: time steps of the cell.
        inputs: numbers that it reads in one of them.
    """

    cell: str
    units: int
    batch: int
    steps: int
    inputs: int

    @property
    def lookback(self) -> int:
        """Values in one window."""
        return self.steps * self.inputs

    @property
    def chunk(self) -> int:
        """Steps of training between two looks at the clock, for every peer."""
        return 100 if self.units < 128 else 10

    @property
    def operations(self) -> int:
        """Operations of the matrix products of training on one window.

        A forward pass and two products of its size backwards; a product is a
        multiplication and an addition.
        """
        width = GATES[self.cell] * self.units
        return 3 * 2 * self.steps * (self.inputs + self.units) * width

    def __str__(self) -> str:
        """Return its name in tables and logs."""
        shape = f"{self.steps} x {self.inputs}"
        return f"{self.cell} {self.units}, batch {self.batch}, {shape}"


def grid(units: Sequence[int]) -> list[Case]:
    """Return all cases with these units."""
    sizes = [size for size in SIZES if size[0] in units]
    return [
        Case(cell, *size, *shape)
        for shape in SHAPES
        for cell in GATES
        for size in sizes
    ]
