"""A binary file read in ranges, each checked against the end of the file."""

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from seqforecast.errors import BackendError


class MachOError(BackendError):
    """A file is not a whole Mach-O library for arm64."""


@dataclass(slots=True)
class Ranges:
    """A file, read in ranges that are checked; offsets start at `start`."""

    file: BinaryIO
    path: Path
    start: int = 0
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = self.file.seek(0, 2)

    def take(self, offset: int, length: int) -> bytes:
        """Return `length` bytes.

        Raises:
            MachOError: the file ends before.
        """
        if self.start + offset + length > self.size:
            raise self.error(
                f"is cut off: byte {self.start + offset + length} is needed, "
                f"the file has {self.size}"
            )
        self.file.seek(self.start + offset)
        return self.file.read(length)

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Return the numbers at an offset.

        Raises:
            MachOError: the file ends before.
        """
        return struct.unpack(layout, self.take(offset, struct.calcsize(layout)))

    def error(self, what: str) -> MachOError:
        """Return the refusal of this file."""
        return MachOError(
            f"{self.path} {what}",
            hint="install its package again, in a new environment",
        )
