#!/usr/bin/env bash
# absl-py 2.3.1: at the end of a process it closes what stood in the place of stderr at its import.
#
# Keras imports absl, and `absl.logging` takes sys.stderr, as it is then, for its handler. Its `close`
# leaves alone what is sys.stderr or sys.stdout at that later time, and closes every other stream. A
# program that puts a stream of its own there for a while, which hands all on to the real stderr
# (`contextlib.redirect_stderr`, a capture of warnings, a progress display), imports Keras meanwhile and
# puts the real one back, as an expert expects to be allowed, finds its own stream closed by
# `logging.shutdown`. Where that stream closes what is below it, the real stderr is gone for all that is
# said after that; else the first later write raises ValueError. Way out: a stream whose `close` does
# nothing, or absl imported before.
#
# Prints what was closed, and exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "absl-py==2.3.1"
"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import importlib.metadata
import logging
import sys


class Passing:
    """Hands on what is written, and notes that it was closed."""

    closed = False

    def write(self, text):
        return sys.__stderr__.write(text)

    def flush(self):
        sys.__stderr__.flush()

    def close(self):
        self.closed = True


imported_meanwhile = Passing()
with contextlib.redirect_stderr(imported_meanwhile):
    from absl import logging as absl_logging

logging.shutdown()  # as Python does at its end
print(f"absl-py {importlib.metadata.version('absl-py')}")
print(f"handler of absl's: {type(absl_logging.get_absl_handler()).__name__}")
print(f"the stream that stood there at the import was closed: {imported_meanwhile.closed}")
print(f"the real stderr is closed: {sys.__stderr__.closed}")
sys.exit(not imported_meanwhile.closed or sys.__stderr__.closed)
PYTHON
