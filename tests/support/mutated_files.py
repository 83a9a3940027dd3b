"""Good data files, mutated byte by byte and column by column; and the law for them.

Whatever a file holds, reading it for training, and `init`, give a result or an error of
ours that names the file, and what `init` writes loads. A seed always makes the same
file. `benchmarks/fuzz_data_files.py` walks more seeds than the tests do.
"""

import gzip
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from seqforecast.config.experiment_file import load_experiment
from seqforecast.data.source import load_panel
from seqforecast.data.table.section import TableSource
from seqforecast.errors import SeqforecastError
from seqforecast.workflows.init import start_experiment

STEPS = 30
Rows = list[list[str]]
Random = random.Random


@dataclass(frozen=True)
class GoodFile:
    """A file that is read as it is.

    Attributes:
        name: of the file.
        rows: of a CSV file, the header first; of a Parquet file its table.
        settings: of the `data:` section.
    """

    name: str
    rows: Rows | pa.Table
    settings: dict[str, Any]

    @property
    def separator(self) -> str:
        return str(self.settings.get("separator", ","))


def _day(step: int) -> str:
    return str(np.datetime64("2024-01-01") + step)


def _wave(step: int, series: int) -> float:
    return round(20 + 5 * float(np.sin(step * 0.9 + series)) + step % 5, 2)


def _good_files() -> tuple[GoodFile, ...]:
    steps = range(STEPS)
    wide = [["ds", "a", "b"]]
    wide += [[_day(i), f"{_wave(i, 0)}", f"{_wave(i, 1)}"] for i in steps]
    commas = [["Datum", "Nord", "Süd"]]
    commas += [[row[0], *(cell.replace(".", ",") for cell in row[1:])] for row in wide]
    del commas[1]
    long = [["unique_id", "ds", "y", "price", "city"]]
    for series in range(2):
        for i in steps:
            values = [f"{_wave(i, series)}", f"{i % 3}", "north" if series else "south"]
            long.append([f"s{series}", _day(i), *values])
    roles = {"layout": "long", "past": ["price"], "static": ["city"]}
    stamps = np.datetime64("2024-01-01T00", "us") + np.arange(STEPS) * 3_600_000_000
    hours = pa.table(
        {
            "ds": stamps,
            "a": [_wave(i, 0) for i in steps],
            "b": pa.array([int(_wave(i, 1)) for i in steps], pa.int32()),
            "note": [f"text {i % 4}" for i in steps],
        }
    )
    days = pa.array([_day(i) for _ in range(2) for i in steps])
    named = pa.table(
        {
            "unique_id": pa.array(["s0"] * STEPS + ["s1"] * STEPS).dictionary_encode(),
            "ds": days.cast(pa.date32()),
            "y": pa.array([_wave(i, s) for s in range(2) for i in steps], pa.float32()),
        }
    )
    semicolons = {"separator": ";", "decimal": ",", "time": "Datum"}
    return (
        GoodFile("wide.csv", wide, {}),
        GoodFile("long.csv", long, roles),
        GoodFile("packed.csv.gz", wide, {"missing": "interpolate"}),
        GoodFile("commas.csv", commas, semicolons),
        GoodFile("hours.parquet", hours, {"target": ["a", "b"]}),
        GoodFile("days.parquet", named, {"layout": "long", "missing": "seasonal"}),
    )


GOOD = _good_files()

TEXTS = (
    *("", " ", "nan", "NULL", "true", "-1", "1.5.2", "1,5", "1;5", "1_0", "0x10", "é"),
    *("1e400", "-1e308", "1e-400", "inf", "9" * 19, "9" * 400, "9" * 5000, "0" * 4301),
    *("99999-01-01", "2020-02-30", "9999-12-31", "0001-01-01", "1600-01-01", "24:00"),
    *("2020-01-01 00:00Z", "2020-01-01T00:00+25:00", "2020-01-01 00+05", "now", "NaT"),
    *("20200101", "202001", "01/02/2020", "1/1/1", "2020-W05", "2020-01-01 25:61", "٣"),
    *("\0", "\x1b[31m", "\u202e", "\ufeff", "\u2028", "\x85", "\x1c", "🌍", "\ufffe"),
    *('"', "'", '""', '"x', 'x"y', "a\nb", "a\rb", "\\", "=1+1", "x" * 140_000),
)
NAMES = (
    *("", " ", "ds", "y", "all", "null", "~", "1e3", "0", "true", "id", "unique_id"),
    *("a, b", "a: b", "#x", "a]b", "{a", "- a", "? a", "'a", '"a', "a\\b", "%a", "*a"),
    *("a\nb", "a\r\nb", "\x07", "\x1b[2J", "\0", "\u202e", "\u2028", "\x85", "\x1c"),
    *("\ufeff", "\xa0a", " a ", "a.b", "a.list.element", "Unnamed: 0", "n" * 3000),
    *("__index_level_0__", "price", "a", "b", "city", "!!str a", "&a", "| a", "> a"),
    *("🌍", "~/a", "@a", "`a", "yes", "2024-01-01", "=", "a #b", "a:", ":a", "---"),
)


def mutate(seed: int) -> tuple[GoodFile, list[str], bytes]:
    """Return a good file, what is done to it, and what it then holds."""
    draw = Random(seed)
    good = GOOD[seed % len(GOOD)]
    done: list[str] = []
    level = draw.choice(("bytes", *["structure"] * 5, "both"))
    how = CSV if isinstance(good.rows, list) else PARQUET
    rows = [[*row] for row in good.rows] if isinstance(good.rows, list) else good.rows
    if level != "bytes":
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            change = draw.choice(how)
            rows = change(draw, rows)
            done.append(change.__name__)
    content = content_of(good, rows, draw)
    if level != "structure":
        for _ in range(draw.choice((1, 1, 2, 8))):
            alter = draw.choice(BYTES)
            content = alter(draw, content)
            done.append(alter.__name__)
    if good.name.endswith(".gz"):
        content = _packed(draw, content, done)
    return good, done, content


def content_of(good: GoodFile, rows: Any, draw: Random | None = None) -> bytes:
    """Return what a file of these rows holds, before it is packed."""
    if isinstance(good.rows, list):
        ends = draw.choice(("\n", "\n", "\r\n", "\r")) if draw else "\n"
        lines = (good.separator.join(_quoted(cell) for cell in row) for row in rows)
        return "".join(line + ends for line in lines).encode()
    buffer = pa.BufferOutputStream()
    settings: dict[str, Any] = {}
    if draw:
        settings["row_group_size"] = draw.choice((None, 7))
        settings["compression"] = draw.choice(("snappy", "none", "gzip"))
    pyarrow.parquet.write_table(rows, buffer, **settings)
    return bytes(buffer.getvalue())


def _quoted(cell: str) -> str:
    """Return a value as CSV has it; Python's own writer takes no zero bytes."""
    if any(sign in cell for sign in ',;"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _packed(draw: Random, content: bytes, done: list[str]) -> bytes:
    packed = gzip.compress(content, mtime=0)
    way = draw.choice(
        ("whole", "whole", "doubled", "doubled", "damaged", "cut", "tail")
    )
    done.append(way)
    if way == "doubled":
        middle = draw.randrange(len(content) + 1)
        halves = (content[:middle], content[middle:])
        return b"".join(gzip.compress(half, mtime=0) for half in halves)
    if way == "damaged":
        return flip(draw, packed)
    if way == "cut":
        return truncate(draw, packed)
    return packed + (b"rest" if way == "tail" else b"")


# Byte level.


def flip(draw: Random, content: bytes) -> bytes:
    at = draw.randrange(len(content) or 1)
    byte = bytes([content[at] ^ (1 << draw.randrange(8))]) if content else b""
    return content[:at] + byte + content[at + 1 :]


def delete(draw: Random, content: bytes) -> bytes:
    at = draw.randrange(len(content) or 1)
    return content[:at] + content[at + draw.choice((1, 1, 4, 100)) :]


def duplicate(draw: Random, content: bytes) -> bytes:
    at = draw.randrange(len(content) or 1)
    part = content[at : at + draw.choice((1, 10, 100))]
    return content[:at] + part * draw.choice((2, 2, 30)) + content[at:]


def insert(draw: Random, content: bytes) -> bytes:
    at = draw.randrange(len(content) + 1)
    odd = draw.choice((b"\0", b"\xff", b'"', b"\r", b"\n", b",", b";", b"\xef\xbb\xbf"))
    return content[:at] + odd * draw.choice((1, 1, 3)) + content[at:]


def truncate(draw: Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def splice(draw: Random, content: bytes) -> bytes:
    good = draw.choice(GOOD)
    other = content_of(good, good.rows)
    at = draw.randrange(len(content) + 1)
    return content[:at] + other[draw.randrange(len(other)) :]


BYTES = (flip, delete, duplicate, insert, truncate, splice)


# Rows of text.


def drop_column(draw: Random, rows: Rows) -> Rows:
    at = draw.randrange(4)
    return [row[:at] + row[at + 1 :] for row in rows]


def double_column(draw: Random, rows: Rows) -> Rows:
    at = draw.randrange(3)
    renamed = draw.random() < 0.7
    doubled = [row + row[at : at + 1] for row in rows]
    if renamed and doubled and doubled[0]:
        doubled[0][-1] = draw.choice(NAMES)
    return doubled


def rename(draw: Random, rows: Rows) -> Rows:
    if rows and rows[0]:
        rows[0][draw.randrange(len(rows[0]))] = draw.choice(NAMES)
    return rows


def odd_cells(draw: Random, rows: Rows) -> Rows:
    for _ in range(draw.choice((1, 1, 5))):
        row = draw.choice(rows) if rows else []
        if row:
            row[draw.randrange(len(row))] = draw.choice(TEXTS)
    return rows


def same_cells(draw: Random, rows: Rows) -> Rows:
    at, text = draw.randrange(3), draw.choice(("", *TEXTS))
    for row in rows[1:]:
        if at < len(row):
            row[at] = text
    return rows


def other_times(draw: Random, rows: Rows) -> Rows:
    way = draw.choice(
        (
            str,
            lambda i: str(i * 10**16),
            lambda i: str(i * 3_000_000_000),
            lambda i: f"{9000 + 30 * i}-01-01",
            lambda i: f"{1 + i:04}-12-31",
            lambda i: f"{i % 28 + 1}.{i // 28 + 1}.2024",
            lambda i: f"2024-01-01 {i % 24:02}:00+0{i % 2}:00",
            lambda i: f"2024-01-01T{i % 24:02}:{i:02}Z",
            lambda i: f"2024-01-01 00+{i % 12:02}",
            lambda i: f"Jan {1990 + i}",
        )
    )
    for i, row in enumerate(rows[1:]):
        at = 1 if len(row) > 3 else 0
        if at < len(row):
            row[at] = way(i % STEPS)
    return rows


def ragged(draw: Random, rows: Rows) -> Rows:
    row = draw.choice(rows) if rows else []
    return [each[: len(each) // 2] if each is row else each for each in rows]


def without_header(draw: Random, rows: Rows) -> Rows:
    return rows[1:]


def few_rows(draw: Random, rows: Rows) -> Rows:
    return rows[: draw.randrange(5)]


def doubled_rows(draw: Random, rows: Rows) -> Rows:
    at = draw.randrange(len(rows) or 1)
    return rows[:at] + rows[at : at + draw.choice((1, 40))] * 2 + rows[at:]


def shuffled(draw: Random, rows: Rows) -> Rows:
    rest = rows[1:]
    draw.shuffle(rest)
    return rows[:1] + rest


def empty_lines(draw: Random, rows: Rows) -> Rows:
    at = draw.randrange(len(rows) + 1)
    return [*rows[:at], [], draw.choice(([], [" "], ["\t"])), *rows[at:]]


CSV: tuple[Callable[[Random, Rows], Rows], ...] = (
    *(drop_column, double_column, rename, rename, odd_cells, odd_cells, same_cells),
    *(
        other_times,
        other_times,
        other_times,
        ragged,
        without_header,
        few_rows,
        doubled_rows,
        shuffled,
    ),
    empty_lines,
)


# Columns of types.

VIEW = getattr(pa, "string_view", pa.string)()


def _put(table: Any, at: int, column: Any) -> Any:
    return table.set_column(at, table.column_names[at], column)


def bytes_as_text(content: list[bytes]) -> Any:
    """Return texts that are none."""
    ends = np.cumsum([0, *map(len, content)]).astype(np.int32).tobytes()
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(content))]
    return pa.Array.from_buffers(pa.string(), len(content), buffers)


def drop_typed(draw: Random, table: Any) -> Any:
    if table.num_columns == 1:
        return table
    return table.remove_column(draw.randrange(table.num_columns))


def double_typed(draw: Random, table: Any) -> Any:
    at = draw.randrange(table.num_columns)
    return table.append_column(draw.choice(NAMES), table.column(at))


def rename_typed(draw: Random, table: Any) -> Any:
    names = table.column_names
    names[draw.randrange(len(names))] = draw.choice(NAMES)
    return table.rename_columns(names)


def empty_typed(draw: Random, table: Any) -> Any:
    at = draw.randrange(table.num_columns)
    kind = draw.choice((table.column(at).type, pa.null(), pa.float64(), pa.string()))
    return _put(table, at, pa.nulls(table.num_rows, kind))


def odd_typed(draw: Random, table: Any) -> Any:
    """Put a column of another type in the place of one."""
    at, n = draw.randrange(table.num_columns), table.num_rows
    whole = np.arange(n)
    columns: dict[str, Callable[[], Any]] = {
        "list": lambda: pa.array([[1, 2]] * n, pa.list_(pa.int64())),
        "texts": lambda: pa.array([["x"]] * n, pa.large_list(pa.string())),
        "struct": lambda: pa.array([{"a": 1, "b": "x"}] * n),
        "map": lambda: pa.array([[("k", 1)]] * n, pa.map_(pa.string(), pa.int64())),
        "binary": lambda: pa.array([b"\xff" + bytes([i % 9]) for i in range(n)]),
        "bytes": lambda: pa.array([b"s%d" % (i % 2) for i in range(n)]),
        "fixed": lambda: pa.array([b"abcd"] * n, pa.binary(4)),
        "no text": lambda: bytes_as_text([b"ok", *[b"\xff\xfe"] * n][:n]),
        "large": lambda: pa.array([f"s{i % 2}" for i in range(n)], pa.large_string()),
        "view": lambda: pa.array([f"s{i % 2}" for i in range(n)]).cast(VIEW),
        "flags": lambda: pa.array(whole % 2 == 0),
        "uint64": lambda: pa.array(np.uint64(2**63) + whole.astype(np.uint64)),
        "int64": lambda: pa.array(2**62 + whole * 2**40),
        "negative": lambda: pa.array(-(2**63) + whole),
        "counts": lambda: pa.array(whole.astype(np.int16)),
        "long steps": lambda: pa.array(whole * 5_000_000_000),
        "half": lambda: pa.array(whole.astype(np.float16)),
        "nan": lambda: pa.array(np.full(n, np.nan)),
        "infinite": lambda: pa.array(np.full(n, -np.inf)),
        "huge": lambda: pa.array(np.full(n, 1e300)),
        "decimal": lambda: pa.array(whole).cast(pa.decimal128(30, 5)),
        "coded": lambda: pa.array(whole % 2).dictionary_encode(),
        "far days": lambda: pa.array((2**31 - 1 - whole).astype(np.int32), pa.date32()),
        "far date64": lambda: pa.array(whole * 86_400_000 - 2**61, pa.int64()).cast(
            pa.date64(), safe=False
        ),
        "far ms": lambda: pa.array(2**60 + whole, pa.timestamp("ms")),
        "far us": lambda: pa.array(2**62 + whole, pa.timestamp("us")),
        "far ns": lambda: pa.array(2**63 - 1 - whole[::-1], pa.timestamp("ns")),
        "late": lambda: pa.array(8 * 10**15 + whole * 86_400_000_000).cast(
            pa.timestamp("us", "Asia/Tokyo")
        ),
        "zone": lambda: pa.array(whole, pa.timestamp("ms", "Mars/Phobos")),
        "no zone": lambda: pa.array(whole, pa.timestamp("us", "\0/..")),
        "offset": lambda: pa.array(whole * 3600, pa.timestamp("s", "+01:00")),
        "time": lambda: pa.array(whole.astype(np.int32), pa.time32("s")),
        "duration": lambda: pa.array(whole, pa.duration("ms")),
        "text": lambda: pa.array([draw.choice(TEXTS) for _ in range(n)]),
        "dates": lambda: pa.array([f"{1000 + 300 * i}-01-01" for i in range(n)]),
    }
    return _put(table, at, columns[draw.choice(list(columns))]())


def _taken(values: Any, order: list[Any]) -> Any:
    """Return some rows; as they are where Arrow cannot take from such a type."""
    try:
        return values.take(pa.array(order, pa.int64()))
    except pa.ArrowNotImplementedError:
        return values


def holes(draw: Random, table: Any) -> Any:
    at = draw.randrange(table.num_columns)
    mask = pa.array([draw.random() < 0.3 for _ in range(table.num_rows)])
    column = table.column(at).combine_chunks()
    kept = [i if not gone else None for i, gone in enumerate(mask.to_pylist())]
    return _put(table, at, _taken(column, kept))


def few_typed(draw: Random, table: Any) -> Any:
    return table.slice(draw.randrange(5), draw.randrange(5))


def doubled_typed(draw: Random, table: Any) -> Any:
    return pa.concat_tables([table, table.slice(draw.randrange(table.num_rows + 1))])


def shuffled_typed(draw: Random, table: Any) -> Any:
    order = list(range(table.num_rows))
    draw.shuffle(order)
    return _taken(table, order)


PARQUET: tuple[Callable[[Random, Any], Any], ...] = (
    *(drop_typed, double_typed, rename_typed, rename_typed, empty_typed),
    *(odd_typed, odd_typed, odd_typed, odd_typed, holes, few_typed, doubled_typed),
    shuffled_typed,
)


def fault_of(seed: int, folder: Path) -> str:
    """Return how a mutated file breaks the law; nothing where it does not.

    Args:
        seed: which file.
        folder: takes it, and nothing of it stays.
    """
    good, done, content = mutate(seed)
    path, output = folder / good.name, folder / "started.yaml"
    path.write_bytes(content)
    settings = {"source": "table", "path": good.name} | good.settings
    source = TableSource.model_validate(settings)

    def init() -> None:
        load_experiment(start_experiment(path, output).path)

    try:
        fault = _fault(lambda: load_panel(source, folder), path) or _fault(init, path)
    finally:
        path.unlink()
        output.unlink(missing_ok=True)
    return f"{path.name} after {done}: {fault}" if fault else ""


def _fault(read: Callable[[], object], path: Path) -> str:
    """Return what is raised beside errors that name the file."""
    try:
        read()
    except SeqforecastError as error:
        return "" if path.name in str(error) else f"not named in: {error}"
    except Exception as error:
        last = reversed(traceback.extract_tb(error.__traceback__)[-12:])
        way = " < ".join(f"{frame.name}:{frame.lineno}" for frame in last)
        return f"{error!r:.300} at {way}"
    return ""
