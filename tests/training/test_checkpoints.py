"""A checkpoint, and the weights a run begins with, are read whole or refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqforecast.errors import RunError
from seqforecast.runs.records import read_start, write_arrays, write_start
from seqforecast.runs.run_files import RunDirectory
from seqforecast.training.checkpoints import Checkpoint, assign
from seqforecast.training.history import EpochRecord
from support.broken_documents import OTHERS, broken, check_refusal

EPOCH = EpochRecord(1, 0.5, None, 0.01, 1.0, 100.0, 0.1, 0.2)
WEIGHTS = [np.zeros((2, 3), np.float32), np.arange(3), np.array(7, np.uint32)]
WHOLE = Checkpoint(
    (EPOCH, EPOCH), WEIGHTS, WEIGHTS[:1], (WEIGHTS[:1], WEIGHTS[:1]), WEIGHTS[1:]
)


class Variable:
    """Has a shape, and takes a value, as those of Keras do."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.value: Any = None

    def assign(self, value: Any) -> None:
        self.value = np.asarray(value, np.float32).reshape(self.shape)


def use(path: Path) -> None:
    """Read a checkpoint, and go on from it as training does."""
    read = Checkpoint.read(path)
    assert all(isinstance(record.epoch, int) for record in read.history)
    assert all(record.loss is not None for record in read.history)
    for values in (read.current, read.best, *read.kept):
        assign([Variable(weight.shape) for weight in WEIGHTS[: len(values)]], values)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_arrays(tmp_path / "checkpoint.npz", WHOLE.arrays())
    read = Checkpoint.read(tmp_path / "checkpoint.npz")
    assert read.history == WHOLE.history
    assert len(read.kept) == 2
    for mine, theirs in zip(read.current, WEIGHTS, strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype
    use(tmp_path / "checkpoint.npz")


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the arrays of a checkpoint, one of them gone, renamed or another."""
    named = WHOLE.arrays()
    name = draw(st.sampled_from([*named]))
    how = draw(st.sampled_from(("gone", "renamed", "other", "history")))
    if how == "history":
        rows = [record.values() for record in WHOLE.history]
        text = json.dumps(draw(broken(rows)))
        named["history"] = np.frombuffer(text.encode(), np.uint8)
        return named
    array = named.pop(name)
    if how == "renamed":
        named[draw(st.sampled_from(("x", "current_9", "kept7_0", "best_")))] = array
    if how == "other":
        others = (
            *(array[None], array.astype("U9"), np.array("x"), np.zeros(0)),
            *(np.zeros((5, 5)), np.array(1j), np.array([b"{"]), array.ravel()[:1]),
        )
        named[name] = draw(st.sampled_from(others))
    return named


@settings(
    max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(named=changed())
def test_a_broken_checkpoint_is_refused_or_goes_on(
    named: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Broken on purpose: only ValueError caught; types of the history not checked."""
    path = tmp_path_factory.getbasetemp() / "checkpoint.npz"
    np.savez(path, **named)
    try:
        use(path)
    except RunError as error:
        check_refusal(error, Path("checkpoint"))


@settings(
    max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_bytes_that_are_none_of_ours_are_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Cut off, overwritten and no archive at all: of checkpoint and start alike."""
    run = RunDirectory(tmp_path_factory.getbasetemp())
    path = run.start
    np.savez(path, **{"0001-00000": WEIGHTS[0], "0001-00001": WEIGHTS[1]})
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    how = data.draw(st.sampled_from(("cut", "write", "insert")))
    if how == "cut":
        del whole[at:]
    elif how == "write":
        whole[at] ^= data.draw(st.integers(1, 255))
    else:
        whole[at:at] = data.draw(st.binary(min_size=1, max_size=30))
    path.write_bytes(whole)
    try:
        read_start(run)
    except RunError as error:
        check_refusal(error, path)
    finally:
        path.unlink()


def test_weights_come_back_by_member_and_in_order(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    assert read_start(run) == []
    write_start(run, [WEIGHTS, WEIGHTS[:2]])
    assert [len(member) for member in read_start(run)] == [3, 2]
    np.savez(run.start, x=np.array(["text"]))
    with pytest.raises(RunError, match="x does not hold numbers") as caught:
        read_start(run)
    check_refusal(caught.value, run.start)


def test_there_are_values_of_every_type_among_those_that_break() -> None:
    assert {type(each).__name__ for each in OTHERS} >= {
        *("NoneType", "bool", "int", "float", "str", "list", "dict")
    }
