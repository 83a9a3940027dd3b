"""Damaged files of each kind but CSV and Parquet: read, or refused by name.

Those are in test_load_mutated.py.
"""

import random
import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
from seqforecast.errors import SeqforecastError
from support.workbooks import write_workbook

SEEDS = 120
SIGNS = b"\x00\xff,:;?@()\n\r.-0123456789aE \"'"
DAYS = [date(2020, 1, 1) + timedelta(days=i) for i in range(20)]
TSF = """@relation x
@attribute series_name string
@attribute start_timestamp date
@attribute state string
@frequency monthly
@data
T1:1979-01-31 00-00-00:NSW:1,2,3.5,?,4
T2:1979-02-28 00-00-00:VIC:1,2,3.5
"""
TS = """@problemName x
@timestamps true
@univariate false
@classLabel true a b
@data
(2018-01-01 00:00:00,1),(2018-01-01 01:00:00,2):(2018-01-01 00:00:00,5),(2018-01-01 01:00:00,6):a
(2018-01-01 00:00:00,1),(2018-01-01 01:00:00,?):(2018-01-01 00:00:00,5),(2018-01-01 01:00:00,6):b
"""  # noqa: E501 - lines as they are


def good_files(folder):
    """Write a good file of each kind; return their contents by name."""
    rows = [["unique_id", "ds", "y"], *[["a", day, i] for i, day in enumerate(DAYS)]]
    write_workbook(folder / "x.xlsx", {"S": rows, "T": rows})
    (folder / "x.tsf").write_text(TSF)
    (folder / "x.ts").write_text(TS)
    ids = np.repeat(["a", "b"], 20)
    frame = pd.DataFrame({"unique_id": ids, "ds": DAYS * 2, "y": np.arange(40.0)})
    frame.to_feather(folder / "x.feather", compression="uncompressed")
    table = pa.Table.from_pandas(frame)
    with pa.ipc.new_stream(str(folder / "x.ipc"), table.schema) as stream:
        stream.write_table(table)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damaged(content, dice):
    """Return some bytes with others among them, without some, or with some twice."""
    raw = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        i, way = dice.randrange(len(raw) or 1), dice.random()
        if way < 0.5 and raw:
            raw[i] = dice.choice(SIGNS) if dice.random() < 0.7 else dice.randrange(256)
        elif way < 0.7:
            del raw[i : i + dice.choice([1, 3, 50])]
        elif way < 0.9:
            raw[i:i] = bytes(dice.choice(SIGNS) for _ in range(dice.choice([1, 2, 8])))
        else:
            j = dice.randrange(len(raw) + 1)
            raw[i:i] = raw[j : j + dice.choice([5, 40])]
    return bytes(raw)


@pytest.mark.parametrize("name", ["x.xlsx", "x.tsf", "x.ts", "x.feather", "x.ipc"])
def test_a_damaged_file_is_read_or_refused_by_name(name, tmp_path):
    """Broken on purpose: Arrow files read without validation; the process died."""
    content = good_files(tmp_path)[name]
    target = "dim_0" if name == "x.ts" else "y"
    source = {"source": "table", "path": name, "layout": "long", "target": target}
    section = TableSource.model_validate(source | {"missing": "zero"})
    load_table(section, tmp_path)
    refused = 0
    for seed in range(SEEDS):
        (tmp_path / name).write_bytes(damaged(content, random.Random(seed)))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                load_table(section, tmp_path)
            except SeqforecastError as error:
                refused += 1
                assert name in str(error)  # noqa: PT017 - most are refused, not all
    assert refused > SEEDS / 4
