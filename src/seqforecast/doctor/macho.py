"""Mach-O files: what an arm64 library offers and needs, read without loading it.

Not by macholib (1.16.4 was tried): of a file that ends within its table of names it
reads the last symbols cut short or empty, without a complaint; any other cut is a bare
error of `struct`. It has no types and brings altgraph. Cut files are what `doctor` is
asked about.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from seqforecast.doctor.facts.machine import Preflight
from seqforecast.errors import BackendError

ARM64 = 0x0100000C
FLAT = "flat namespace"

# What the Metal plug-in links to. Its search path ends in a folder of Apple's build
# machine, so it binds only to a library of this name that is loaded already.
WANTED = "@rpath/_pywrap_tensorflow_internal.so"

# Apple, <mach-o/loader.h> and <mach-o/nlist.h>.
_MAGIC_64 = 0xFEEDFACF
_FAT_RECORDS = {0xCAFEBABE: ">5I", 0xCAFEBABF: ">IIQQII"}

# A library that is linked: plain, weak, re-exported, lazy, upward.
_LINKED_LIBRARY = {0x0C, 0x18, 0x1F, 0x20, 0x23}
_INSTALL_NAME, _SYMBOLS = 0x0D, 0x02
_MINIMUM_MACOS, _BUILD_VERSION = 0x24, 0x32
_REQUIRED = 0x80000000  # a flag on commands the loader must understand
_DEBUG, _PRIVATE, _KIND, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
_FLAT_ORDINAL = 0xFE
_OTHER_PROCESSORS = {7: "i386", 0x01000007: "x86_64", 12: "arm"}


@dataclass(frozen=True, slots=True)
class Library:
    """What the dynamic loader reads from one library.

    Attributes:
        install_name: under which others link to it; empty when it has none.
        needs: undefined symbol to the install name of the library it is bound to,
            or `FLAT`, or empty when the file does not say.
        offers: symbols that others can bind to.
        minimum_macos: major and minor, or None when the file does not say.
    """

    install_name: str
    needs: Mapping[str, str]
    offers: frozenset[str]
    minimum_macos: tuple[int, int] | None


def judge(plugin: Path, pywrap: Path) -> Preflight:
    """Judge whether a Metal plug-in can bind to a TensorFlow.

    Only symbols bound to TensorFlow's own library are compared; those alone tell
    every pair of wheels that loads from those that do not.

    Args:
        plugin: libmetal_plugin.dylib.
        pywrap: tensorflow/python/_pywrap_tensorflow_internal.so.
    """
    try:
        wants, has = read_library(plugin), read_library(pywrap)
    except MachOError as error:
        return Preflight(loads=False, error=str(error))
    bound = {symbol for symbol, library in wants.needs.items() if library == WANTED}
    missing = tuple(sorted(bound - has.offers))
    named = has.install_name == WANTED
    return Preflight(
        loads=named and not missing,
        install_name_ok=named,
        missing=missing,
        minimum_macos=wants.minimum_macos,
    )


def read_library(path: Path) -> Library:
    """Read the arm64 part of a Mach-O file, thin or fat.

    Raises:
        MachOError: the file cannot be read, is no Mach-O file, is for another
            processor or is cut off.
    """
    try:
        with path.open("rb") as file:
            return _library(Ranges(file, path))
    except OSError as error:
        raise MachOError(f"{path} cannot be read: {error.strerror}") from error


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


def _library(data: Ranges) -> Library:
    _seek_arm64(data)
    name, libraries, minimum, table = "", [], None, None
    for command, body in _commands(data):
        if command in _LINKED_LIBRARY:
            libraries.append(_name_in(body, data))
        elif command == _INSTALL_NAME:
            name = _name_in(body, data)
        elif command == _SYMBOLS:
            table = _numbers("<4I", body, 8, data)
        elif command in (_BUILD_VERSION, _MINIMUM_MACOS):
            at = 12 if command == _BUILD_VERSION else 8
            (version,) = _numbers("<I", body, at, data)
            minimum = (version >> 16, version >> 8 & 0xFF)
    if table is None:
        raise data.error("has no symbol table")
    needs, offers = _symbols(data, table, libraries)
    return Library(name, needs, offers, minimum)


def _seek_arm64(data: Ranges) -> None:
    """Point at the arm64 part and check that it is one."""
    (magic,) = data.unpack(">I", 0)
    if layout := _FAT_RECORDS.get(magic):
        (count,) = data.unpack(">I", 4)
        size = struct.calcsize(layout)
        records = [data.unpack(layout, 8 + i * size) for i in range(min(count, 64))]
        starts = {record[0]: record[2] for record in records}
        if ARM64 not in starts:
            raise data.error(f"holds code for {_processors(starts)}, not for arm64")
        data.start = starts[ARM64]
    magic, processor = data.unpack("<II", 0)
    if magic != _MAGIC_64:
        raise data.error("is not a 64-bit Mach-O file")
    if processor != ARM64:
        raise data.error(f"holds code for {_processors([processor])}, not for arm64")


def _processors(numbers: Iterator[int] | Mapping[int, int] | list[int]) -> str:
    names = [_OTHER_PROCESSORS.get(number, f"processor {number}") for number in numbers]
    return " and ".join(names) or "no processor"


def _commands(data: Ranges) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of every load command."""
    count, total = data.unpack("<II", 16)
    at, end = 32, 32 + total
    for _ in range(count):
        command, size = data.unpack("<II", at)
        if size < 8 or at + size > end:
            raise data.error(f"has a load command of {size} bytes that does not fit")
        yield command & ~_REQUIRED, data.take(at, size)
        at += size


def _numbers(layout: str, body: bytes, at: int, data: Ranges) -> tuple[int, ...]:
    if at + struct.calcsize(layout) > len(body):
        raise data.error("has a load command that is too short")
    return struct.unpack_from(layout, body, at)


def _name_in(body: bytes, data: Ranges) -> str:
    (at,) = _numbers("<I", body, 8, data)
    return _text(body, at)


def _text(strings: bytes, at: int) -> str:
    """Return the zero-terminated text at an offset; empty beyond the end."""
    end = strings.find(b"\0", at)
    return strings[at : end if end >= 0 else None].decode("utf-8", "replace")


def _symbols(
    data: Ranges, table: tuple[int, ...], libraries: list[str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Return undefined symbols with their libraries, and those that are offered."""
    offset, count, strings_at, strings_size = table
    entries = data.take(offset, 16 * count)
    strings = data.take(strings_at, strings_size)
    needs, offers = {}, set()
    for at, kind, _, description, _ in struct.iter_unpack("<IBBHQ", entries):
        if kind & _DEBUG or not kind & _EXTERNAL:
            continue
        symbol = _text(strings, at)
        if not kind & _KIND:
            ordinal = description >> 8
            known = 0 < ordinal <= len(libraries)
            bound = libraries[ordinal - 1] if known else ""
            needs[symbol] = FLAT if ordinal == _FLAT_ORDINAL else bound
        elif not kind & _PRIVATE:
            offers.add(symbol)
    return needs, frozenset(offers)
