"""Mutated data files: what reading them raises beside errors that name the file.

    python benchmarks/fuzz_data_files.py [--files 20000] [--first 0] [--jobs 1]

Takes good files (wide and long CSV, gzip, decimal commas, Parquet with dates, ids and
dictionaries), damages bytes and changes columns, reads each for training and with
`init`, and prints every way in which one breaks the law of tests/support/
mutated_files.py, with its number: the same number always makes the same file. A process
that dies, or a file that takes longer than ten seconds, is a fault too. Four to eight
minutes on one core.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.mutated_files import fault_of

TOGETHER = 500  # files of one process
LONGEST = 10.0  # seconds of one file


def faults(first: int, count: int) -> list[tuple[int, str]]:
    """Return the faults of some files, each with its number."""
    warnings.simplefilter("error")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            started = time.perf_counter()
            fault = fault_of(seed, Path(folder))
            seconds = time.perf_counter() - started
            if seconds > LONGEST:
                fault = f"took {seconds:.0f} s. {fault}"
            if fault:
                found.append((seed, fault))
    return found


def main() -> None:
    """Read all files, and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    started, kinds = time.perf_counter(), Counter[str]()
    for begin in range(0, given.files, given.jobs * TOGETHER):
        with ProcessPoolExecutor(given.jobs) as pool:
            asked = {}
            for offset in range(begin, begin + given.jobs * TOGETHER, TOGETHER):
                count = min(TOGETHER, given.files - offset)
                if count > 0:
                    first = given.first + offset
                    asked[first] = pool.submit(faults, first, count)
            for first, answer in asked.items():
                try:
                    found = answer.result()
                except BrokenProcessPool:
                    found = [(first, f"a process died in the {TOGETHER} from here on")]
                for seed, fault in found:
                    kind = fault.partition("]: ")[2][:60] or fault[:60]
                    kinds[kind] += 1
                    if kinds[kind] == 1:
                        print(f"{seed}: {fault}", flush=True)
    seconds = time.perf_counter() - started
    print(
        f"{given.files:,} files in {seconds:.0f} s: {sum(kinds.values()):,} faults "
        f"of {len(kinds)} kinds"
    )
    sys.exit(bool(kinds))


if __name__ == "__main__":
    main()
