"""The page of a run on disk: made by `train`, made again by `report`."""

import errno
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from seqforecast.errors import ConfigError, DiskFullError, RunError
from seqforecast.files import cannot_write
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.pages import report, unless_it_fails
from support.command_line import call
from support.pages import Page, check_access, png
from support.run_documents import MANIFEST, PREPROCESS, SETTINGS, metrics_of, outcome
from support.small_run import SMALL, train


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run that is only its documents: nothing was trained."""
    run = RunDirectory(tmp_path / "run")
    run.plots.mkdir(parents=True)
    run.metrics.write_text(json.dumps(metrics_of(outcome())))
    run.manifest.write_text(json.dumps(MANIFEST))
    run.preprocess.write_text(json.dumps(PREPROCESS))
    run.resolved.write_text(yaml.safe_dump(SETTINGS))
    run.series.write_text("unique_id,mae,best_mae\nNA,1.0,2.0\nb,3.0,\nc,4.0,2.0\n")
    (run.plots / "loss.png").write_bytes(png(said="the loss falls"))
    (run.plots / "later.png").write_bytes(png(said="a figure of a later version"))
    return run


def test_a_page_is_made_from_the_files_alone(run: RunDirectory) -> None:
    assert report(run.path) == run.report
    page = Page(run.report.read_text("utf-8"))
    check_access(page)
    assert "Better than linear by 20 %" in page.text
    assert "Better than linear on 1 of 2 series" in page.text
    assert "NA 0.5000" in page.text
    alts = [image["alt"] for image in page.all("img")]
    assert alts == ["the loss falls", "a figure of a later version"]


def test_a_run_without_pictures_and_series_has_a_page(run: RunDirectory) -> None:
    run.series.unlink()
    for path in run.plots.iterdir():
        path.unlink()
    run.plots.rmdir()
    page = Page(report(run.path).read_text("utf-8"))
    assert not page.all("img")


def test_the_page_goes_where_it_is_told_to(run: RunDirectory, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("an older one")
    assert report(run.path, page) == page
    assert "Better than linear" in page.read_text("utf-8")
    assert not run.report.exists()
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["page.html"]


def test_a_page_that_cannot_be_made_leaves_the_old_one(run: RunDirectory) -> None:
    """Broken on purpose: the page written before it was whole."""
    before = report(run.path).read_bytes()
    (run.plots / "loss.png").write_text("no picture")
    with pytest.raises(RunError, match="is not whole: cannot identify image file"):
        report(run.path)
    assert run.report.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("metrics.json", "{}", "is not as seqforecast writes it: test: field required"),
        ("metrics.json", "[]", "does not hold a JSON object"),
        ("metrics.json", None, "is not complete"),
        ("manifest.json", None, "is not a run"),
        ("preprocess.json", "{", "cannot be read"),
        ("resolved.yaml", None, "is not whole: no such experiment file"),
        ("resolved.yaml", "[]", "holds no settings"),
        ("series.csv", "unique_id,mae,best_mae\na,b,c\n", "series.csv cannot be read"),
        ("series.csv", "unique_id,mae\na,1\n", "is not as this version writes it"),
    ],
)
def test_a_broken_run_is_said_to_be_broken(
    run: RunDirectory, name: str, text: str | None, said: str
) -> None:
    path = run.path / name
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(RunError, match=said):
        report(run.path)
    assert not run.report.exists()


@pytest.mark.parametrize("name", ["metrics.json", "report", "no/page.html", "."])
def test_an_output_that_is_no_page_is_refused(run: RunDirectory, name: str) -> None:
    with pytest.raises(ConfigError):
        report(run.path, run.path / name)


def test_a_page_in_no_folder_or_in_the_place_of_one_is_told(run: RunDirectory) -> None:
    (run.path / "folder.html").mkdir()
    for name, said in (
        ("no/page.html", "/no is not a directory"),
        ("folder.html", "/folder.html is a directory"),
    ):
        with pytest.raises(ConfigError, match=f"{said}$") as caught:
            report(run.path, run.path / name)
        assert caught.value.hint == "name a file in a folder there is"


def test_a_page_that_cannot_be_written_names_the_option(run: RunDirectory) -> None:
    run.report.mkdir()
    with pytest.raises(RunError, match="cannot be written") as caught:
        report(run.path)
    assert caught.value.hint == "write it to another place with --output"


def test_the_command_prints_where_the_page_is(run: RunDirectory) -> None:
    result = call("report", run.path)
    assert (result.exit_code, result.stdout) == (0, f"{run.report}\n")
    told = json.loads(call("report", run.path, "--json").stdout)
    size = run.report.stat().st_size
    assert told == {
        "schema": 1,
        "run": str(run.path),
        "page": str(run.report),
        "bytes": size,
    }


def test_the_command_says_what_is_wrong(run: RunDirectory, tmp_path: Path) -> None:
    absent = call("report", tmp_path / "absent")
    assert absent.exit_code == 5
    assert "does not exist" in absent.stderr
    wrong = call("report", run.path, "--output", "page.pdf")
    assert wrong.exit_code == 2
    assert "must end in .html" in wrong.stderr
    assert absent.stdout == wrong.stdout == ""


def test_what_fails_by_the_way_is_a_warning(caplog: Any) -> None:
    """A file that cannot be written is none: the run goes on when it can be."""
    with unless_it_fails("drawing"):
        raise ValueError("no such colour")
    assert "drawing failed: ValueError: no such colour" in caplog.text
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EIO, errno.EROFS):
        failed = cannot_write(Path("loss.png"), OSError(number, "why"))
        is_full = number in (errno.ENOSPC, errno.EDQUOT)
        assert isinstance(failed, DiskFullError) == is_full
        assert failed.exit_code == 5
        with pytest.raises(RunError, match="cannot be written"), unless_it_fails("it"):
            raise failed


@pytest.mark.tensorflow
def test_training_writes_the_page_that_report_makes_again(tmp_path: Path) -> None:
    """All that is new: what the page took is in the total, and the run has ended."""
    run = train(tmp_path, SMALL, drawn=True)
    first = run.report.read_text("utf-8").splitlines()
    again = report(run.path).read_text("utf-8").splitlines()
    gone = set(first) - set(again)
    assert len(gone) <= 1
    assert all(line.startswith("<td") for line in gone)
    images = Page("\n".join(first)).all("img")
    assert len(images) == len(list(run.plots.glob("*.png"))) == 5
    assert {"image/svg+xml"} == {str(each["src"])[5:18] for each in images}
    assert not [each for each in images if "no description" in str(each["alt"])]


@pytest.mark.tensorflow
def test_a_full_disk_at_the_end_ends_the_run_and_space_completes_it(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """Broken on purpose: `unless_it_fails` that lets a run go on without figures."""
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    put, full = Path.replace, ["loss.png", "memory.png", "report.html", "metrics.json"]

    def replace(part: Path, target: Path) -> Path:
        if full and target.name == full[0]:
            full.pop(0)
            raise OSError(errno.ENOSPC, "No space left on device")
        return put(part, target)

    monkeypatch.setattr(Path, "replace", replace)
    run = RunDirectory(tmp_path / "run")
    changes = ("-s", "training.epochs=1", "-s", "training.compile=eager")
    words: tuple[Any, ...] = ("train", path, "--run-dir", run.path, *changes)
    while full:
        name = full[0]
        result = call(*words)
        assert result.exit_code == 5, result.stderr
        assert f"{name} cannot be written: No space left on device" in result.stderr
        assert (
            "hint: free some space, then `seqforecast train --resume" in result.stderr
        )
        assert run.read_json(run.manifest)["status"] == "failed"
        assert run.model.is_file()
        assert not run.is_complete
        words = ("train", "--resume", run.path)
    result = call(*words)
    assert result.exit_code == 0, result.stderr
    assert len([*run.plots.glob("*.png")]) == len([*run.plots.glob("*.svg")]) == 5
    assert not [*run.path.rglob(".part*")]


@pytest.mark.tensorflow
def test_a_figure_that_cannot_be_drawn_does_not_lose_the_run(
    tmp_path: Path, monkeypatch: Any, caplog: Any
) -> None:
    """Broken on purpose: the error let through."""

    def fail(*_: Any) -> None:
        raise ValueError("no such font")

    from seqforecast.workflows.pipeline import figures
    from seqforecast.workflows.train import train as workflow

    monkeypatch.setattr(figures.loss, "draw_loss", fail)
    monkeypatch.setattr(workflow, "write_run_page", fail)
    logging.getLogger("seqforecast").setLevel(logging.DEBUG)
    run = train(tmp_path, SMALL, drawn=True, **{"training.epochs": 1})
    assert run.is_complete
    log = run.log.read_text()
    assert "WARNING drawing failed: ValueError: no such font" in log
    assert "WARNING the page failed: ValueError: no such font" in log
    monkeypatch.undo()
    assert report(run.path).is_file()
