"""Owns the list of all codes, each declared once, in the module of the room that reports it."""

from __future__ import annotations

from policydsl.diagnostics.code import Code
from policydsl.diagnostics.codes_amend import AMENDMENTS
from policydsl.diagnostics.codes_blocks import BLOCKS
from policydsl.diagnostics.codes_cells import CELLS
from policydsl.diagnostics.codes_examples import EXAMPLES
from policydsl.diagnostics.codes_facts import FACTS
from policydsl.diagnostics.codes_folds import FOLDS
from policydsl.diagnostics.codes_lines import LINES
from policydsl.diagnostics.codes_literals import LITERALS
from policydsl.diagnostics.codes_names import NAMES
from policydsl.diagnostics.codes_registers import REGISTERS
from policydsl.diagnostics.codes_syntax import SYNTAX
from policydsl.diagnostics.codes_types import TYPES
from policydsl.diagnostics.codes_whole import WHOLE

__all__ = ["CODES", "Code"]

CODES: dict[str, Code] = {
    **SYNTAX,
    **LITERALS,
    **LINES,
    **NAMES,
    **TYPES,
    **FOLDS,
    **BLOCKS,
    **WHOLE,
    **EXAMPLES,
    **AMENDMENTS,
    **FACTS,
    **CELLS,
    **REGISTERS,
}
