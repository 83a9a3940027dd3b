"""The command line: reads, calls a workflow, prints."""

import sys


def main() -> None:
    """Run the command line, also where a package it is made with does not import."""
    from seqforecast.cli.terminal import (
        expected_failure,
        printable_streams,
        report_error,
    )

    try:
        from seqforecast.cli.app import main as run
    except Exception as error:
        expected = expected_failure(error)
        if expected is None:
            raise
        with printable_streams():
            report_error(expected, as_json=False)
        sys.exit(expected.exit_code)
    run()
