"""Mach-O files made here, byte by byte, are read and judged as real ones are.

Real wheels are judged by benchmarks/metal_preflight.py.
"""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.doctor.macho import FLAT, WANTED, MachOError, judge, read_library

ARM64, X86_64 = 0x0100000C, 0x01000007
EXTERNAL, DEFINED, PRIVATE, DEBUG = 0x01, 0x0E, 0x10, 0x20


def command(number, body):
    body += bytes(-len(body) % 8)
    return struct.pack("<II", number, 8 + len(body)) + body


def linked(name, number=0x0C):
    return command(number, struct.pack("<4I", 24, 0, 0, 0) + name.encode() + b"\0")


def library(name=WANTED, offers=(), needs=(), **settings):
    """Return a thin arm64 library.

    `needs` holds (symbol, ordinal of its library); `links` the names of the libraries;
    `entries` further (symbol, type) pairs.
    """
    links = settings.get("links", (WANTED,))
    minimum = settings.get("minimum", (12, 1))
    entries = [(symbol, EXTERNAL | DEFINED, 0) for symbol in offers]
    entries += [(symbol, EXTERNAL, ordinal << 8) for symbol, ordinal in needs]
    entries += [(symbol, kind, 0) for symbol, kind in settings.get("entries", ())]
    strings, table = b"\0", b""
    for symbol, kind, description in entries:
        table += struct.pack("<IBBHQ", len(strings), kind, 1, description, 0)
        strings += symbol.encode() + b"\0"
    version = minimum[0] << 16 | minimum[1] << 8
    commands = [linked(name, 0x0D), *map(linked, links)]
    commands.append(command(0x32, struct.pack("<4I", 1, version, 0, 0)))
    start = 32 + sum(map(len, commands)) + 24
    place = (start, len(entries), start + len(table), len(strings))
    commands.append(command(0x02, struct.pack("<4I", *place)))
    head = (0xFEEDFACF, settings.get("processor", ARM64), 0, 6, len(commands))
    header = struct.pack("<8I", *head, sum(map(len, commands)), 0, 0)
    return header + b"".join(commands) + table + strings


def fat(*parts, wide=False):
    """Return a fat file of (processor, bytes) pairs."""
    record = ">IIQQII" if wide else ">5I"
    size = struct.calcsize(record)
    head = struct.pack(">II", 0xCAFEBABF if wide else 0xCAFEBABE, len(parts))
    body, records = b"", b""
    for processor, content in parts:
        offset = 8 + size * len(parts) + len(body)
        numbers = (processor, 0, offset, len(content), 14, 0)[: 6 if wide else 5]
        records += struct.pack(record, *numbers)
        body += content
    return head + records + body


@pytest.fixture
def write(tmp_path):
    def write(content, name="library.so"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


PLUGIN = library(
    "plugin",
    needs=[("_TF_NewStatus", 1), ("_LogMessage", 1), ("_elsewhere", 0xFE)],
    entries=[("_local", 0), ("_debug", DEBUG | DEFINED | EXTERNAL)],
)


def test_a_plugin_loads_into_a_tensorflow_that_offers_what_it_binds_to(write):
    """Symbols of the flat namespace are not looked for.

    Broken on purpose: every symbol counted as bound to TensorFlow.
    """
    tensorflow = library(offers=["_TF_NewStatus", "_LogMessage", "_more"])

    verdict = judge(write(PLUGIN), write(tensorflow, "pywrap.so"))

    assert verdict.loads
    assert not verdict.missing
    assert verdict.minimum_macos == (12, 1)


def test_a_symbol_that_is_missing_is_named(write):
    """Broken on purpose: private symbols counted as offered."""
    tensorflow = library(
        offers=["_TF_NewStatus"],
        entries=[("_LogMessage", EXTERNAL | DEFINED | PRIVATE)],
    )

    verdict = judge(write(PLUGIN), write(tensorflow, "pywrap.so"))

    assert not verdict.loads
    assert verdict.install_name_ok
    assert verdict.missing == ("_LogMessage",)


def test_a_tensorflow_whose_library_changed_its_name_is_refused(write):
    """TensorFlow 2.20 and later, even if they offered every symbol.

    Broken on purpose: `loads` without the name.
    """
    tensorflow = library("bazel-out/other", offers=["_TF_NewStatus", "_LogMessage"])

    verdict = judge(write(PLUGIN), write(tensorflow, "pywrap.so"))

    assert not verdict.loads
    assert not verdict.install_name_ok
    assert not verdict.missing


@pytest.mark.parametrize("wide", [False, True])
def test_the_arm64_part_of_a_fat_file_is_read(write, wide):
    intel = library("intel", offers=["_wrong"], processor=X86_64)
    path = write(fat((X86_64, intel), (ARM64, PLUGIN), wide=wide))

    assert read_library(path) == read_library(write(PLUGIN, "thin.so"))


def test_symbols_are_bound_to_the_library_of_their_ordinal(write):
    """Broken on purpose: ordinals counted from 0."""
    path = write(
        library(
            links=("first", "second"),
            needs=[("_a", 1), ("_b", 2), ("_c", 0xFE), ("_d", 9)],
        )
    )

    needs = read_library(path).needs

    assert needs == {"_a": "first", "_b": "second", "_c": FLAT, "_d": ""}


def test_symbols_of_the_file_itself_and_of_debuggers_do_not_count(write):
    """Broken on purpose: every entry of the table taken."""
    path = write(
        library(
            offers=["_offered"],
            entries=[
                ("_local", DEFINED),
                ("_local_undefined", 0),
                ("_debug", DEBUG | DEFINED | EXTERNAL),
                ("_debug_undefined", DEBUG | EXTERNAL),
            ],
        )
    )

    read = read_library(path)

    assert (dict(read.needs), read.offers) == ({}, {"_offered"})


NO_TABLE = "has no symbol table"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is cut off: byte 4 is needed, the file has 0"),
        (PLUGIN[:-9], f"is cut off: byte {len(PLUGIN)} is needed"),
        (PLUGIN[:60], "is cut off"),
        (b"\x7fELF" + bytes(60), "is not a 64-bit Mach-O file"),
        (library(processor=X86_64), "holds code for x86_64, not for arm64"),
        (fat((X86_64, b""), (7, b"")), "holds code for x86_64 and i386, not for arm64"),
        (fat(), "holds code for no processor, not for arm64"),
        (fat((ARM64, bytes(64))), "is not a 64-bit Mach-O file"),
        (struct.pack("<8I", 0xFEEDFACF, ARM64, 0, 6, 0, 0, 0, 0), NO_TABLE),
        (
            struct.pack("<10I", 0xFEEDFACF, ARM64, 0, 6, 1, 8, 0, 0, 2, 4),
            "has a load command of 4 bytes that does not fit",
        ),
        (
            struct.pack("<10I", 0xFEEDFACF, ARM64, 0, 6, 1, 8, 0, 0, 2, 8),
            "has a load command that is too short",
        ),
    ],
)
def test_a_file_that_cannot_be_judged_says_why(write, content, message):
    path = write(content)

    with pytest.raises(MachOError) as caught:
        read_library(path)

    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert caught.value.hint == "install its package again, in a new environment"
    verdict = judge(path, path)
    assert not verdict.loads
    assert verdict.error == str(caught.value)


def test_a_file_that_is_not_there_is_an_error_of_ours(tmp_path):
    gone = tmp_path / "gone.dylib"

    verdict = judge(gone, gone)

    assert verdict.error == f"{gone} cannot be read: No such file or directory"


@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=200).map(lambda tail: PLUGIN[:4] + tail),
        st.tuples(st.integers(0, len(PLUGIN) - 1), st.binary(max_size=12)).map(
            lambda change: (
                PLUGIN[: change[0]] + change[1] + PLUGIN[change[0] + len(change[1]) :]
            )
        ),
        st.binary(max_size=80).map(lambda tail: fat((ARM64, PLUGIN))[:12] + tail),
    )
)
def test_no_bytes_make_the_reader_raise_anything_of_its_own(content):
    """Broken on purpose: the check that a load command is long enough left out."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "library.so")
        path.write_bytes(content)
        try:
            read_library(path)
        except MachOError as error:
            assert str(path) in str(error)  # noqa: PT017 - either outcome is right
