"""Owns the words of a finding: its templates filled from its data, in the language of the file it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from policydsl.diagnostics.code import Code
from policydsl.diagnostics.codes import CODES
from policydsl.diagnostics.model import Diagnostic, Language, Weight

NOTHING = "—"
"""What stands for data that a finding does not carry."""

MOST_SHOWN = 240
"""Characters of one piece of data that a message shows."""

_FIELD = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_BARE = {
    ord(char): " " if char in "\t\r\n\v\f" else "·"
    for char in map(chr, [*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
}
"""Controls and signs that turn the direction of text: what comes from a file must not steer a terminal."""


def declared(code: str) -> Code:
    """The declaration of `code`; a bare stand-in where there is none, so that a finding is never lost."""
    return CODES.get(code) or Code(code, Weight.ERROR, code, code, code, code)


def weight_of(finding: Diagnostic) -> Weight:
    """How grave a finding is."""
    return declared(finding.code).weight


def message(finding: Diagnostic) -> str:
    """The sentence that says what is wrong."""
    code = declared(finding.code)
    return _fill(code.zh if finding.language == "zh" else code.en, finding.data, finding.language)


def helps(finding: Diagnostic) -> tuple[str, ...]:
    """What would mend it, a sentence each; those that name what the finding does not know are left out."""
    code = declared(finding.code)
    template = code.help_zh if finding.language == "zh" else code.help_en
    return tuple(
        _fill(line, finding.data, finding.language)
        for line in template.splitlines()
        if all(_shown(finding.data.get(name), finding.language) for name in _FIELD.findall(line) if name)
    )


def bare(text: str) -> str:
    """`text` without control characters, one character for one."""
    return text.translate(_BARE)


def _fill(template: str, data: Mapping[str, object], language: Language) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        return _shown(data.get(match[1]), language) or NOTHING

    return _FIELD.sub(one, template)


def _shown(value: object, language: Language) -> str:
    """A piece of data as a message shows it; empty where there is nothing to show."""
    match value:
        case None:
            text = ""
        case bool():
            text = ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
        case Fraction():
            text = str(value.numerator) if value.denominator == 1 else str(value)
        case list() | tuple() | set() | frozenset():
            text = ("、" if language == "zh" else ", ").join(_shown(item, language) for item in value)
        case _:
            text = str(value)
    text = bare(text)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
