"""A loss that leaves the finite numbers is explained, not averaged away."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.non_finite import NotFiniteError
from support.small_run import small, train

pytestmark = pytest.mark.tensorflow

# A SimpleRNN with relu and a rate of 1000 leaves float32 within a few steps.
EXPLODING = small(
    model={"cell": "simple_rnn", "units": [8], "activation": "relu"},
    training={"epochs": 3, "learning_rate": 1000.0, "optimizer": "sgd"},
)


def broken_run(root, mapping):
    with pytest.raises(NotFiniteError) as caught:
        train(root, mapping)
    return caught.value, RunDirectory(next((root / "small").iterdir()))


@pytest.mark.parametrize("mode", ["graph", "eager", "xla"])
def test_an_explosion_stops_the_run_and_names_its_place(tmp_path, mode):
    """Broken on purpose: `is_finite` always true."""
    training = {**EXPLODING["training"], "compile": mode}
    error, run = broken_run(tmp_path, {**EXPLODING, "training": training})

    text = str(error)
    assert "training left the finite numbers in epoch 1: " in text
    assert "the gradient of layer 'simple_rnn_1' is too large to square" in text
    assert "in the window of series series_0 from " in text
    assert "training.clip_norm: 1.0" in error.hint
    assert "training.learning_rate (now 1000)" in error.hint
    manifest = run.read_json(run.manifest)
    assert manifest["status"] == "failed"
    assert manifest["error"] == text
    with np.load(run.bad_batch) as batch:
        assert batch["values"].shape == (32, 16, 1)
        assert np.isfinite(batch["values"]).all()
    assert not run.is_complete


def test_a_validation_loss_that_is_not_finite_is_explained_too(tmp_path):
    """Training is finite: one value of 1e30 lies in the validation part alone."""
    steps = np.arange(90)
    frame = pd.DataFrame({"ds": steps, "y": np.sin(steps)})
    frame.loc[72, "y"] = 1e30
    frame.to_csv(tmp_path / "data.csv", index=False)
    mapping = small(
        data={"source": "table", "path": str(tmp_path / "data.csv")},
        scale="none",
        window={"lookback": 8, "horizon": 2},
    )
    error, run = broken_run(tmp_path / "runs", mapping)
    first, last = str(error).split(" from ")[1].split(" to ")
    assert int(first) <= 72 <= int(last)
    assert not run.is_complete


def test_the_window_of_the_report_is_the_one_that_broke(tmp_path):
    """One value of 1e30 in one of three series: only its windows can overflow."""
    steps = np.arange(90)
    frame = pd.DataFrame({"ds": steps} | {name: np.sin(steps) for name in "abc"})
    frame.loc[40, "b"] = 1e30
    frame.to_csv(tmp_path / "data.csv", index=False)
    mapping = small(
        data={"source": "table", "path": str(tmp_path / "data.csv")},
        scale="none",
        window={"lookback": 8, "horizon": 2},
    )
    error, _ = broken_run(tmp_path / "runs", mapping)
    text = str(error)
    assert "first in the window of series b from " in text
    first, last = text.split(" from ")[1].split(" to ")
    assert int(first) <= 40 <= int(last)
