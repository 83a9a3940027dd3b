"""Pictures are drawn into a fresh folder and looked at as far as a test can."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Callable[[Any, Path], None], Any], None]:
    """Draw a figure and check that one PNG of the usual width, and an SVG, is all."""

    def check(draw: Callable[[Any, Path], None], figure: Any) -> None:
        from matplotlib.image import imread

        path = tmp_path / "figure.png"
        draw(figure, path)
        pixels = imread(path)
        assert pixels.shape[1] == 1056
        assert 200 < pixels.shape[0] < 1500
        assert pixels[..., :3].std() > 0.01
        files = sorted(file.name for file in tmp_path.iterdir())
        assert files == ["figure.png", "figure.svg"]

    return check
