"""Our numbers are those of the packages that mean the same by a name."""

import importlib
from pathlib import Path

import pytest

from support.handbook import ROOT, block_of

# Where a package means what we mean, and how many times ours its number is.
SAME = {
    "mase": {"utilsforecast": 1, "sktime": 1, "darts": 1, "gluonts": 1},
    "rmsse": {"utilsforecast": 1, "sktime": 1, "darts": 1},
    "mase missing": {"utilsforecast": 1, "darts": 1, "gluonts": 1},
    "smape": {"utilsforecast": 1 / 200, "sktime": 1 / 100, "darts": 1},
    "wql": {"utilsforecast": 1, "gluonts": 1},
    "drift": {"statsforecast": 1, "sktime": 1, "darts": 1},
    "seasonal naive": {"statsforecast": 1, "sktime": 1, "darts": 1},
}


@pytest.fixture(scope="module")
def script():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module("conventions")


@pytest.fixture(scope="module")
def shown(script):
    """Cells by case and package."""
    rows = [line.split("|")[1:-1] for line in block_of("conventions").splitlines()]
    rows = [[cell.strip() for cell in row] for row in rows if len(row) > 2]
    heads = [cell.split()[0] for cell in rows[0]]
    told = {row[0]: dict(zip(heads, row, strict=True)) for row in rows[2:]}
    return {name: told[said] for name, said in script.CASES.items()}


def test_the_table_shows_what_we_compute(script, shown):
    """`python benchmarks/conventions.py --readme docs/conventions.md` rewrites it."""
    ours = {name: script.written(value) for name, value in script.ours().items()}
    assert {name: shown[name]["seqforecast"] for name in ours} == ours


@pytest.mark.parametrize("case", SAME)
def test_ours_is_the_number_of_the_peers_that_mean_the_same(case, shown):
    """In the unit of each. Broken on purpose: MASE by the lag 2; 100 for 200."""
    ours = float(shown[case]["seqforecast"])
    for peer, unit in SAME[case].items():
        assert float(shown[case][peer]) == pytest.approx(unit * ours, rel=1e-3)


def test_every_package_has_a_script(script):
    folder = Path(script.HERE)
    assert {path.stem for path in folder.glob("of_*.py")} == {
        f"of_{name}" for name in script.PEERS
    }
