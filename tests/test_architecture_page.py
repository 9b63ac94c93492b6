"""The page of the house is true: it names the core's nodes, each once, and every room that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import policydsl
from policydsl.core import program as core

ROOMS = Path(policydsl.__file__).parent
TEXT = (ROOMS.parent / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_node_of_the_core_says_why_it_exists_and_none_is_made_up() -> None:
    _, _, table = TEXT.partition("## The core's nodes")
    rows = [line for line in table.split("\n## ")[0].splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(node.__name__ for node in get_args(core.Expr))
    assert all(row.split("|")[2].strip() for row in rows)


def test_every_room_is_on_the_plan_and_no_other() -> None:
    plan = TEXT.split("```")[1]
    rooms = set(re.findall(r"^  (\w+)/ ", plan, re.MULTILINE))
    files = set(re.findall(r"^  (\w+\.py) ", plan, re.MULTILINE))
    assert rooms == {item.name for item in ROOMS.iterdir() if (item / "__init__.py").exists()}
    assert files == {item.name for item in ROOMS.glob("*.py")} - {"__main__.py"}
