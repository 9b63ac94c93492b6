"""Owns what the commands share: where text goes, in which width, with colour or not, and how findings are shown."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

from policydsl.diagnostics.model import Diagnostic, Weight
from policydsl.diagnostics.wording import weight_of


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return max(40, shutil.get_terminal_size((100, 24)).columns)


def colour(stream: TextIO) -> bool:
    """Whether escape codes may be written: only on a terminal, and not where NO_COLOR asks for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(
    findings: Iterable[Diagnostic], form: Literal["human", "json"] = "human", stream: TextIO | None = None
) -> None:
    """Print findings."""
    from policydsl.diagnostics.render import render

    out = stream if stream is not None else sys.stdout
    out.write(render(findings, format=form, color=colour(out), width=width()))


def say(text: str) -> None:
    """One line to the error stream."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def grave(findings: Iterable[Diagnostic], strict: bool = False) -> bool:
    """Whether any finding is an error (or, strictly, a warning)."""
    bad = {Weight.ERROR, Weight.WARNING} if strict else {Weight.ERROR}
    return any(weight_of(finding) in bad for finding in findings)
