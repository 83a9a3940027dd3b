"""`init` on damaged files and odd names: a message, or an experiment that loads."""

import datetime as dt
import gzip
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from seqforecast.config.experiment_file import load_experiment
from support.command_line import call
from support.mutated_files import NAMES, bytes_as_text

STEPS = 60
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(i) for i in range(STEPS)]
LINES = ["ds,a,b", *(f"{DAYS[i]},{i ^ 1},{i % 7}" for i in range(STEPS))]
TEXT = "\n".join(LINES)
PACKED = gzip.compress(TEXT.encode(), mtime=0)


def parquet(**columns: object) -> bytes:
    numbers = {
        "a": [float(i ^ 1) for i in range(STEPS)],
        "b": [i % 7 for i in range(STEPS)],
    }
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(pa.table({"ds": DAYS} | columns | numbers), sink)
    return bytes(sink.getvalue())


def init(path: Path, content: str | bytes, output: Path) -> object:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return call("init", path, "--output", output)


@pytest.mark.parametrize(
    "text",
    [
        "\r".join(LINES) + "\r",
        "\r\n".join(LINES[:30]) + "\n" + "\r".join(LINES[30:]),
        TEXT.replace("ds,a,b", "ds,a," + "n" * 140_000),
        TEXT.replace(",59,", "," + "0" * 140_000 + "59,"),
        TEXT.replace("ds,a,b", '"ds","a","b"').replace("\n", "\n\n"),
    ],
    ids=["old line ends", "mixed line ends", "long name", "long value", "empty lines"],
)
def test_what_train_reads_init_reads(text, tmp_path):
    result = init(tmp_path / "x.csv", text, tmp_path / "it.yaml")
    assert result.exit_code == 0, result.stderr
    load_experiment(tmp_path / "it.yaml")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv.gz", PACKED[:-9], "x.csv.gz is cut short: its gzip data have no end"),
        ("x.csv.gz", PACKED[:5], "x.csv.gz is cut short: its gzip data have no end"),
        ("x.csv.gz", PACKED + b"rest", "x.csv.gz is not a whole gzip file"),
        ("x.csv.gz", PACKED[:-8] + b"\0" * 8, "x.csv.gz is not a whole gzip file"),
        ("x.csv.gz", TEXT, "x.csv.gz is not a whole gzip file"),
        ("x.csv", PACKED, "x.csv is not CSV: it looks like a gzip archive"),
        ("x.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x.csv line 1 is not UTF-8"),
        ("x.csv", TEXT + '\n2020-03-01,"1,2', "x.csv line 62 has 2 values, but"),
        ("x.csv", TEXT + "\n2020-03-01,1,2,3", "x.csv line 62 has 4 values, but"),
        ("x.csv", TEXT[:-2] + "\n1,2,3,4,5", "x.csv line 61 has 2 values, but"),
        (
            "x.csv",
            "a,b\n" + "x,y,2020-01-01,3\n" * 30,
            "x.csv line 2 has 4 values, but the header names 2 columns",
        ),
        ("x.parquet", parquet()[:-30], "x.parquet is not a whole Parquet file"),
        ("x.parquet", parquet()[:99] + parquet()[120:], "x.parquet is"),
        (
            "x.parquet",
            parquet(note=bytes_as_text([b"\xff"] * STEPS)),
            "x.parquet row 1: column 'note' holds text that is not UTF-8",
        ),
        (
            "x.parquet",
            parquet(ds=pa.array(range(STEPS), pa.timestamp("ms", "Mars/Phobos"))),
            "x.parquet: time column 'ds' is in the zone 'Mars/Phobos', which is not",
        ),
        (
            "x.parquet",
            parquet(
                ds=pa.array(range(2**31 - STEPS, 2**31), pa.int32()).cast("date32")
            ),
            "x.parquet row 1: time column 'ds' holds 2147483588 (date32[day]), which",
        ),
        (
            "x.parquet",
            parquet(ds=pa.array(range(2**64 - STEPS, 2**64), pa.uint64())),
            "x.parquet row 1: time column 'ds' holds 18446744073709551556, which has",
        ),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(name, content, said, tmp_path):
    """Broken on purpose: pandas' own names for records that are longer; a traceback."""
    result = init(tmp_path / name, content, tmp_path / "it.yaml")
    assert result.exit_code == 3
    assert said in result.stderr
    assert not (tmp_path / "it.yaml").exists()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([[1, 2]] * STEPS),
        pa.array([{"k": 1}] * STEPS),
        pa.array([b"\xff"] * STEPS),
        pa.array([1] * STEPS, pa.duration("s")),
        pa.array([1] * STEPS, pa.time32("s")),
        pa.array([-(2**62)] * STEPS, pa.timestamp("us", "Mars/Phobos")),
        pa.array([2**31 - 1] * STEPS, pa.int32()).cast(pa.date32()),
        pa.array([1] * STEPS).cast(pa.decimal128(30, 2)),
        pa.nulls(STEPS, pa.float64()),
        pa.nulls(STEPS),
    ],
    ids=lambda column: str(column.type),
)
def test_a_column_of_any_type_may_stand_beside_the_others(column, tmp_path):
    content = parquet(odd=column)
    result = init(tmp_path / "x.parquet", content, tmp_path / "it.yaml")
    assert result.exit_code == 0, result.stderr
    experiment = load_experiment(tmp_path / "it.yaml").experiment
    assert experiment.data.target == ["a", "b"]
    assert "Column odd is not used: " in result.stdout


def test_a_quotation_mark_left_open_is_told_where_it_stands(tmp_path):
    text = TEXT.replace("2020-01-10,", '2020-01-10,"')
    result = init(tmp_path / "x.csv", text, tmp_path / "it.yaml")
    assert result.exit_code == 3
    assert "x.csv line 61 has 2 values, but the header names 3" in result.stderr
    assert "hint: is a quotation mark left open after line 10?" in result.stderr


def test_a_separator_is_found_where_lines_are_unequal(tmp_path):
    """Their number is then told; broken on purpose: it was to be a comma."""
    text = TEXT.replace(",", ";") + "\n2020-03-01;1"
    result = init(tmp_path / "x.csv", text, tmp_path / "it.yaml")
    assert result.exit_code == 3
    assert "x.csv line 62 has 2 values, but the header names 3" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes of this kind")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    result = call("init", tmp_path / "x.csv", "--output", tmp_path / "it.yaml")
    assert result.exit_code == 3
    assert "x.csv is no plain file but a pipe" in result.stderr


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("", "ds")])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_init_writes_loads_whatever_columns_are_called(suffix, name, tmp_path):
    """Broken on purpose: names in a list written as if they stood alone: `a, b`."""
    column = [i % 5 for i in range(STEPS)]
    frame = pd.DataFrame({"ds": DAYS, name: column, "plain": column, "note": "text"})
    if suffix == ".csv" and "\0" in name:
        pytest.skip("a zero byte is nothing that CSV holds")
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    made_up = suffix == ".parquet" and name.startswith("__index_level_")
    named = [] if made_up else [name]
    words = [f"--target={column}" for column in [*named, "plain"]]
    result = call("init", path, "--output", tmp_path / "it.yaml", *words)
    assert result.exit_code == 0, result.stderr
    experiment = load_experiment(tmp_path / "it.yaml").experiment
    assert experiment.data.target == [*named, "plain"]
    assert call("config", "validate", tmp_path / "it.yaml").exit_code == 0


def test_control_characters_are_shown_as_escapes(tmp_path):
    """Broken on purpose: written as they are; the file was refused."""
    text = TEXT.replace("ds,a,b", "ds,\x1b[31mred,\u202eevil")
    assert init(tmp_path / "x.csv", text, tmp_path / "it.yaml").exit_code == 0
    written = (tmp_path / "it.yaml").read_text("utf-8")
    assert r"values are in \x1b[31mred, \u202eevil." in written
    assert written.replace("\n", "").isprintable()


def test_a_column_may_be_called_like_what_stands_for_all(tmp_path):
    rows = [f"{name},{day},{i % 5}" for name in "xy" for i, day in enumerate(DAYS)]
    text = "\n".join(["id,ds,all", *rows])
    result = init(tmp_path / "x.csv", text, tmp_path / "it.yaml")
    assert result.exit_code == 0, result.stderr
    assert load_experiment(tmp_path / "it.yaml").experiment.data.target == ["all"]


def test_steps_that_no_setting_takes_are_found_again(tmp_path):
    rows = [f"{i * 3_000_000_000},{i % 5}" for i in range(STEPS)]
    text = "\n".join(["step,a", *rows])
    result = init(tmp_path / "x.csv", text, tmp_path / "it.yaml")
    assert result.exit_code == 0, result.stderr
    assert load_experiment(tmp_path / "it.yaml").experiment.data.frequency == "auto"


def test_a_folder_may_be_called_like_a_home(tmp_path, monkeypatch):
    (tmp_path / "~").mkdir()
    monkeypatch.chdir(tmp_path)
    assert init(tmp_path / "~" / "x.csv", TEXT, Path("it.yaml")).exit_code == 0
    loaded = load_experiment(Path("it.yaml"))
    assert loaded.data_file == tmp_path / "~" / "x.csv"


def test_names_that_no_experiment_file_has_room_for_are_told(tmp_path):
    names = ",".join(f"{'n' * 4000}{i}" for i in range(100))
    rows = [f"{day},x{',1.5' * 20}{f',{i}' * 80}" for i, day in enumerate(DAYS)]
    text = "\n".join([f"ds,note,{names}", *rows])
    result = init(tmp_path / "x.csv", text, tmp_path / "it.yaml")
    assert result.exit_code == 3
    said = (
        "x.csv: an experiment for it would be refused: is too large for an experiment"
    )
    assert said in result.stderr
    assert not list(tmp_path.glob("*.yaml"))


@pytest.mark.skipif(os.name != "posix", reason="names are letters on Windows")
def test_a_file_name_that_is_no_text_is_told(tmp_path):
    """No YAML holds it, so that the file could not be named."""
    try:
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
        path.write_text(TEXT)
    except OSError:
        pytest.skip("this file system has no such names")
    result = call("init", path, "--output", tmp_path / "it.yaml")
    assert result.exit_code == 3
    assert "has a name that is no text" in result.stderr
    assert "hint: rename it\n" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows has other limits")
@pytest.mark.parametrize("letters", [240, 251, 300])
def test_a_name_too_long_to_write_is_told(letters, tmp_path, monkeypatch):
    """Of 240 the file beside it, of 251 the experiment, of 300 the data themselves.

    Broken on purpose: each was a traceback.
    """
    monkeypatch.chdir(tmp_path)
    name = "x" * letters
    if letters < 252:
        Path(f"{name}.csv").write_text(TEXT)
    result = call("init", f"{name}.csv")
    assert result.exit_code == 5
    assert "yaml cannot be written: File name too long" in result.stderr
    assert "hint: name another file\n" in result.stderr
    result = call("init", f"{name}.csv", "--output", "it.yaml")
    assert result.exit_code == (0 if letters < 252 else 3)
