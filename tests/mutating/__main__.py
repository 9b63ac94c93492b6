"""`python -m tests.mutating policydsl.core.units policydsl.interpret.sharing`: which wrong changes of our own engine its tests notice.

Tests are collected once; for each change a process is split off, in which the function is the wrong one, and the tests that call
the function are run until one fails: those that have noticed most first, then the quickest. Needs mutmut (3.8.1), whose
operators make the changes. At the end: a line for each module, and in a file what was not noticed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
INTERPRET = "interpret_nodes siblings shares rounds calendar_days membership rows_of_nobody under interpret_many interpret_laws columns_laws siblings_laws"
TESTS = (
    "core",
    *(f"interpret/test_{name}.py" for name in INTERPRET.split()),
    "language/test_pages.py",
    "differential/test_known_traps.py",
    "differential/test_engines_agree.py",
)
"""Where the tests are that judge, under `tests`."""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutating", description=__doc__)
    parser.add_argument("modules", nargs="+", help="such as policydsl.core.units")
    parser.add_argument("--tests", nargs="*", default=[str(ROOT / "tests" / name) for name in TESTS])
    parser.add_argument("--minutes", type=float, default=9, help="stop after so many minutes (9)")
    parser.add_argument("--seconds", type=float, default=10, help="of tests for one change (10)")
    parser.add_argument("--every", type=int, default=1, help="only each n-th change (1)")
    parser.add_argument("--from", type=int, default=0, dest="start", help="the change to begin with (0)")
    parser.add_argument("--calls", help="a file that keeps which test calls what, for the next slice on the same tree")
    parser.add_argument("--survivors", default="survivors.txt", help="where to write what was not noticed")
    options = parser.parse_args()

    import pytest
    from hypothesis import settings

    from tests.mutating.judge import Judge

    os.chdir(ROOT)
    # the same cases for every change, and none kept
    settings.register_profile("mutating", database=None, derandomize=True, deadline=None)
    settings.load_profile("mutating")
    quiet = [
        "-o",
        "addopts=",
        "-s",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:xdist",
        "-p",
        "no:faulthandler",
        "-p",
        "no:randomly",
    ]
    return int(pytest.main([*quiet, *options.tests], plugins=[Judge(options)]))


if __name__ == "__main__":
    sys.exit(main())
