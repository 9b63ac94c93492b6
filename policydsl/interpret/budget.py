"""Owns the limits of a run: how large a number may grow. Beyond them a run ends in `ResourceError`, never in an outcome."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from policydsl.core.values import Value

BITS: Final = 10_000
"""Binary digits that a whole number, a numerator or a denominator may have."""

LIMIT: Final = 1 << BITS


class ResourceError(Exception):
    """A run asked for more than a run may take. `zh` and `en` say what, each in one sentence."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


def too_large(rule: str, key: str) -> ResourceError:
    """The error for a number beyond `BITS`, met while the rule `rule` was computed for the row `key`."""
    of = f"「{key}」的" if key else ""
    whose = f" of 「{key}」" if key else ""
    return ResourceError(
        f"计算{of}「{rule}」时得到的数超过 {BITS} 个二进制位\uff0c请检查事实表中的数和算式。",
        f"Computing 「{rule}」{whose} gave a number of more than {BITS} binary digits; check the facts and the formula.",
    )


def too_deep(rule: str) -> ResourceError:
    """The error for an expression nested too deeply to be computed."""
    return ResourceError(
        f"「{rule}」的算式嵌套太深\uff0c请拆成几条规则。",
        f"The formula of 「{rule}」 is nested too deeply; split it into several rules.",
    )


def fits(value: Value) -> bool:
    """Whether a value is within the budget; only numbers can exceed it."""
    if type(value) is int:
        return -LIMIT < value < LIMIT
    if type(value) is Fraction:
        return -LIMIT < value.numerator < LIMIT and value.denominator < LIMIT
    return True
