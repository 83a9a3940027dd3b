#!/usr/bin/env bash
# matplotlib 3.10.7: with text.parse_math off, tick labels of a log axis show their markup.
#
# `rcParams["text.parse_math"] = False` says that no text is mathematics, which a figure needs whose
# titles are names of a user's series, as in "price in $ of $AAPL". An expert expects the labels of axes
# to become plain text then, as 10^-1 or 0.1. The linear formatter does so. The default formatter of a
# log axis goes on writing $\mathdefault{10^{-1}}$, and the figure shows these letters as they stand:
# the setting is obeyed where texts are drawn, not where they are made. A formatter of one's own for
# every log axis is the way out.
#
# Prints what the two axes show, and exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "matplotlib==3.10.7"
MPLCONFIGDIR="$folder" MPLBACKEND=agg "$folder/venv/bin/python" - <<'PYTHON'
import sys

import matplotlib
from matplotlib import pyplot

matplotlib.rcParams["text.parse_math"] = False
figure, (linear, logarithmic) = pyplot.subplots(1, 2)
linear.plot([1, 2], [0.1, 0.2])
logarithmic.plot([1, 2], [0.1, 10.0])
logarithmic.set_yscale("log")
figure.canvas.draw()
shown = {}
for name, axes in (("linear", linear), ("log", logarithmic)):
    shown[name] = [label.get_text() for label in axes.get_yticklabels()]
print(f"matplotlib {matplotlib.__version__}")
for name, labels in shown.items():
    print(f"{name}: {labels}")
sys.exit(
    any("$" in label for label in shown["linear"])
    or not any("mathdefault" in label for label in shown["log"])
)
PYTHON
