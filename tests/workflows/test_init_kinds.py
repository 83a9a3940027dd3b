"""`init` of files of every kind: read, said, and written so that `train` reads them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_experiment
from seqforecast.data.source import load_panel
from support.command_line import call
from support.workbooks import write_workbook

DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(60)]
VALUES = np.round(np.random.default_rng(0).lognormal(6, 1, 60)) + 1
FRAME = pd.DataFrame({"day": pd.to_datetime(DAYS), "visits": VALUES})

TSF = """@attribute series_name string
@attribute start_timestamp date
@frequency daily
@data
"""


def begin(folder, name, *options):
    """Return what was said, the settings of data, and the values they read."""
    result = call("init", folder / name, "--output", folder / "x.yaml", *options)
    assert result.exit_code == 0, result.stderr
    experiment = load_experiment(folder / "x.yaml").experiment
    return result.stdout, experiment.data, load_panel(experiment.data, folder).values


def write(folder, kind):
    rows = [["day", "visits"], *map(list, zip(DAYS, VALUES.tolist(), strict=True))]
    numbers = ",".join(map(str, VALUES))
    match kind:
        case "xlsx":
            write_workbook(folder / "x.xlsx", {"Visits": rows})
        case "tsf":
            (folder / "x.tsf").write_text(f"{TSF}A:2024-01-01 00-00-00:{numbers}\n")
        case "feather":
            FRAME.to_feather(folder / "x.feather")
        case "folder":
            FRAME.assign(shop="01").to_parquet(
                folder / "x.folder", partition_cols=["shop"]
            )
        case "tsv":
            FRAME.to_csv(folder / "x.tsv", sep="\t", index=False)
    return f"x.{kind}"


@pytest.mark.parametrize("kind", ["xlsx", "tsf", "feather", "folder", "tsv"])
def test_a_file_of_any_kind_is_written_for(kind, tmp_path):
    _, data, values = begin(tmp_path, write(tmp_path, kind))
    assert values.tolist() == VALUES.tolist()
    assert data.frequency == "D"
    assert data.target_columns in (None, ["visits"], ["y"])


def test_the_name_of_the_experiment_is_that_of_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind in ("xlsx", "tsv"):
        name = write(tmp_path, kind)
        assert call("init", name).exit_code == 0
        (tmp_path / "x.yaml").unlink()


def test_another_sheet_is_taken_when_it_is_named(tmp_path):
    other = [["day", "visits"], *[[day, i + 5] for i, day in enumerate(DAYS)]]
    sheets = {"Visits": [["day", "visits"], *[[day, i] for i, day in enumerate(DAYS)]]}
    write_workbook(tmp_path / "x.xlsx", sheets | {"Next": other})
    said, data, values = begin(tmp_path, "x.xlsx")
    assert "sheet 'Visits' was read, the first with data" in said
    assert (data.sheet, values[0]) == (None, 0)
    (tmp_path / "x.yaml").unlink()
    _, data, values = begin(tmp_path, "x.xlsx", "--sheet", "Next")
    assert (data.sheet, values[0]) == ("Next", 5)


def test_thousands_are_said_and_can_be_said(tmp_path):
    """Broken on purpose: the sign found, and not written; `train` then refuses."""
    path = tmp_path / "x.csv"
    lines = [f"{day};{value:,.0f}" for day, value in zip(DAYS, VALUES, strict=True)]
    path.write_text("\n".join(["day;visits", *lines]) + "\n")
    said, data, values = begin(tmp_path, "x.csv")
    assert "Thousands have ','" in said
    assert (data.thousands, data.decimal) == (",", ".")
    assert values.tolist() == VALUES.tolist()
    (tmp_path / "x.yaml").unlink()
    lines = [f"{day};{1 + i},{900 - i}" for i, day in enumerate(DAYS)]
    path.write_text("\n".join(["day;visits", *lines]) + "\n")
    asked = call("init", path, "--output", tmp_path / "x.yaml")
    assert asked.exit_code == 3
    assert "which may be thousands or decimals" in asked.stderr
    _, data, values = begin(tmp_path, "x.csv", "--thousands", ",")
    assert values[0] == 1900
    (tmp_path / "x.yaml").unlink()
    _, data, values = begin(tmp_path, "x.csv", "--decimal", ",")
    assert (data.thousands, values[0]) == ("none", np.float32(1.9))


def test_marks_are_proposed_and_not_taken(tmp_path):
    odd = FRAME.assign(visits=FRAME["visits"].mask(FRAME.index.isin([5, 9]), -9999))
    odd.to_csv(tmp_path / "x.csv", index=False)
    said, data, values = begin(tmp_path, "x.csv")
    assert "-9999 stands 2 times, far from all other values" in said
    assert data.missing_marks == []
    assert values.min() == -9999
    assert "# missing_marks: [-9999]" in (tmp_path / "x.yaml").read_text()
