"""What a run keeps of what was said."""

import logging
from pathlib import Path

import pytest

from seqforecast.runs.records import log_into, logged
from seqforecast.runs.run_files import RunDirectory

NAME = "a\n2026-01-31 12:00:00,000 ERROR forged\x1b[31m\u202e\udcff\tz"


def test_a_name_with_line_breaks_is_one_line_of_the_log(tmp_path):
    """Broken on purpose: the formatter of logging itself."""
    run = RunDirectory(tmp_path)
    logger = logging.getLogger("seqforecast")
    with logged() as handler:
        logger.warning("column %s is not used", NAME)
        log_into(run, handler)
        logger.info("column %s is not used", NAME)
        try:
            float(NAME)
        except ValueError:
            logger.debug("the traceback", exc_info=True)
    lines = run.log.read_text(encoding="utf-8").splitlines()
    shown = r"column a\n2026-01-31 12:00:00,000 ERROR forged\x1b[31m\u202e\udcff\tz"
    assert [line.split(" ", 2)[2] for line in lines[:2]] == [
        f"WARNING {shown} is not used",
        f"INFO {shown} is not used",
    ]
    assert "\x1b" not in "".join(lines)
    assert any(line.startswith("Traceback") for line in lines)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_at_the_end_of_the_log_is_no_traceback(tmp_path):
    """Broken on purpose: closing raised what flushing had swallowed."""
    run = RunDirectory(tmp_path)
    run.log.symlink_to("/dev/full")
    with logged() as handler:
        log_into(run, handler)
        logging.getLogger("seqforecast").info("said")
