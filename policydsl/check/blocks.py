"""Owns blocks of rows below an expression: which kind of block means what is said of each in its own module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policydsl.check.bands import bands, brackets
from policydsl.check.choices import choice, pick
from policydsl.check.crossed import in_columns
from policydsl.check.frames import Frames
from policydsl.check.increments import increment
from policydsl.core import program as core
from policydsl.core.types import Type
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def block(checker: Checker, node: tree.Block, frames: Frames, expected: Type | None) -> core.Expr:
    """The core expression of a block."""
    match node.kind:
        case "BANDS":
            return bands(checker, in_columns(checker, node), frames, expected)
        case "BRACKETS":
            return brackets(checker, in_columns(checker, node), frames)
        case "INCREMENT":
            return increment(checker, node, frames)
        case "BY":
            return choice(checker, node, frames, expected)
        case "JOIN_MAX" | "JOIN_MIN":
            return pick(checker, node, frames)
