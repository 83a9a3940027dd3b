"""Drawing: whole files only, no settings of the user, no global state."""

import subprocess
import sys
from pathlib import Path

import pytest

from seqforecast.errors import DiskFullError
from seqforecast.reporting.figures.loss import describe_loss, draw_loss
from seqforecast.reporting.figures.style import drawing

ROWS = [{"epoch": 1, "loss": 1.0, "val_loss": 1.0}]


def test_a_failed_drawing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """Broken once by saving in `finally`."""
    path = tmp_path / "loss.png"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), drawing(path, 3.0) as figure:
        figure.text(1 / 0, 0, "")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once by saving to the path itself; a full disk is told by its type."""

    def full(part: Path, _: bytes) -> None:
        part.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    path = tmp_path / "loss.png"
    path.write_text("old")
    with pytest.raises(DiskFullError) as caught:
        draw_loss(describe_loss(ROWS, 1), path)
    assert str(caught.value) == f"{path} cannot be written: No space left on device"
    assert caught.value.hint == "free some space"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_does_not_depend_on_the_users_settings(tmp_path: Path) -> None:
    """Broken once by leaving out matplotlib's defaults."""
    import matplotlib as mpl

    figure = describe_loss(ROWS, 1)
    draw_loss(figure, tmp_path / "a.png")
    strange = {"axes.facecolor": "black", "xtick.direction": "in", "font.size": 30}
    with mpl.rc_context(strange):
        draw_loss(figure, tmp_path / "b.png")
        assert mpl.rcParams["font.size"] == 30
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_pyplot_and_pandas_are_never_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from seqforecast.reporting.figures import loss\n"
        "assert 'matplotlib' not in sys.modules\n"
        "rows = [{'epoch': 1, 'loss': 1.0, 'val_loss': 1.0}]\n"
        "loss.draw_loss(loss.describe_loss(rows, 1), Path(sys.argv[1]))\n"
        "heavy = {'matplotlib.pyplot', 'pandas', 'tensorflow', 'keras'}\n"
        "assert not heavy & set(sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "loss.png")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
