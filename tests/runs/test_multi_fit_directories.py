"""Which comparison a request goes on with."""

import json

import pytest

from seqforecast.errors import RunError
from seqforecast.files import write_json
from seqforecast.runs import directory
from seqforecast.runs.directory import Destination
from seqforecast.runs.multi_fit_directories import ComparisonDirectory, begin

ASKED = {"seeds": (0, 1), "members": {"gru": {"units": [3]}}}


def complete(directory: ComparisonDirectory) -> None:
    write_json(directory.metrics, {})
    write_json(directory.manifest, {"status": "complete"})


def test_the_same_request_goes_on_where_it_stopped(tmp_path):
    first, goes_on = begin(
        ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED
    )
    assert not goes_on
    assert first.path.parent == tmp_path / "compare-x"
    again, goes_on = begin(
        ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED
    )
    assert goes_on
    assert again.path == first.path


def test_another_request_begins_anew(tmp_path):
    first, _ = begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)
    other, goes_on = begin(
        ComparisonDirectory, Destination(tmp_path), "compare-x", {**ASKED, "seeds": [0]}
    )
    assert not goes_on
    assert other.path != first.path


def test_a_complete_comparison_is_never_written_over(tmp_path):
    first, _ = begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)
    complete(first)
    other, goes_on = begin(
        ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED
    )
    assert not goes_on
    assert other.path != first.path


def test_one_with_failed_fits_is_not_complete(tmp_path):
    first, _ = begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)
    write_json(first.metrics, {})
    write_json(first.manifest, {"status": "failed"})
    assert begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)[1]


def test_a_broken_request_is_passed_over(tmp_path):
    first, _ = begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)
    first.request.write_text("{")
    assert not begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)[1]


def test_a_broken_manifest_of_another_attempt_blocks_nothing(tmp_path):
    first, _ = begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)
    write_json(first.metrics, {})
    first.manifest.write_text("")
    assert not begin(ComparisonDirectory, Destination(tmp_path), "compare-x", ASKED)[1]


def test_an_exact_directory_goes_on_too(tmp_path):
    place = Destination(tmp_path, tmp_path / "here")
    first, _ = begin(ComparisonDirectory, place, "compare-x", ASKED)
    assert first.path == tmp_path / "here"
    assert json.loads(first.request.read_text())["seeds"] == [0, 1]
    assert begin(ComparisonDirectory, place, "compare-x", ASKED) == (first, True)
    with pytest.raises(RunError, match="is finished, or holds another request"):
        begin(ComparisonDirectory, place, "compare-x", {**ASKED, "seeds": [7]})


def test_of_two_requests_at_once_one_has_the_directory(tmp_path, monkeypatch):
    """Both find it empty. Broken on purpose: the request written without a lock."""
    place, refuse, others = (
        Destination(exact=tmp_path / "x"),
        directory.refuse_taken,
        [],
    )

    def find_empty(path):
        refuse(path)
        monkeypatch.setattr(directory, "refuse_taken", refuse)
        others.append(begin(ComparisonDirectory, place, "x", {"number": 2}))

    monkeypatch.setattr(directory, "refuse_taken", find_empty)
    # Its files are there before this one's directory is claimed for good.
    with pytest.raises(RunError, match="another request"):
        begin(ComparisonDirectory, place, "x", {"number": 1})
    ((winner, goes_on),) = others
    assert not goes_on
    assert json.loads(winner.request.read_text())["number"] == 2
