"""The driver that judges our tests: changes are made, take the place of the right function, and are noticed or said not to be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="its operators make the changes")

from policydsl.core import units
from tests.mutating.changes import changes, function_of

ROOT = Path(__file__).parents[2]


def test_every_change_says_what_it_changes() -> None:
    found = list(changes("policydsl.core.units"))
    assert {change.function for change in found} >= {"Unit.__mul__", "Unit.__str__", "currency_of", "base"}
    assert len({change.name for change in found}) == len(found) > 50
    assert all(change.said and "mutmut" not in change.said for change in found)
    assert any("return name if exponent == 1" in change.said for change in found if change.function == "_power")


def test_functions_are_found_behind_what_decorates_them() -> None:
    from policydsl.core import program, values

    assert function_of(units, "Unit.plain").__name__ == "plain"
    assert function_of(values, "Blocked.status").__name__ == "status"
    assert function_of(program, "Program.rule_index").__name__ == "rule_index"
    assert function_of(units, "currency_of") is units.currency_of


JUDGED = """
from policydsl.core import units
assert units._power("元", 2) == "元^2"
change = next(one for one in __import__("tests.mutating.changes", fromlist=["x"]).changes("policydsl.core.units")
              if one.function == "_power" and "exponent != 1" in one.said)
change.make()
assert units._power("元", 2) == "元"
"""


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own with this tree before all others."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_change_takes_the_place_of_the_right_function() -> None:
    done = call("-c", JUDGED)
    assert done.returncode == 0, done.stderr


def test_the_command_counts_what_is_noticed_and_writes_the_rest(tmp_path: Path) -> None:
    left = tmp_path / "left.txt"
    tests = str(ROOT / "tests" / "core" / "test_exact_values.py")
    options = ("--tests", tests, "--every", "6", "--minutes", "2", "--survivors", str(left))
    done = call("-m", "tests.mutating", "policydsl.core.units", "policydsl.core.walk", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    units_, walk = (line for line in done.stdout.splitlines() if line.startswith("policydsl."))
    assert "noticed (" in units_ and "'failed'" in units_
    # nothing of walk.py is called by these tests: it is said, and counts for neither side
    assert walk.startswith("policydsl.core.walk: 0 judged") and "'uncalled'" in walk
    assert "policydsl.core.walk." in left.read_text(encoding="utf-8")
