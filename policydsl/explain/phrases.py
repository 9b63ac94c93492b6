"""Owns terms in words: one match, whose few words per language stand in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import assert_never

from attrs import define, field, frozen

from policydsl.core.operators import OPERATIONS
from policydsl.core.program import Comparator, Fold
from policydsl.core.values import Blocked
from policydsl.diagnostics.model import Language
from policydsl.explain.figures import BRACKETED, Figures
from policydsl.explain.names import Address, Name, Shown, exact_of
from policydsl.explain.terms import (
    AmongTerm,
    CellTerm,
    ComparisonTerm,
    DayTerm,
    FactTerm,
    FoldTerm,
    HasTerm,
    JoinTerm,
    LiteralTerm,
    LocalTerm,
    NotTerm,
    RuleTerm,
    SumTerm,
    Term,
    ToldTerm,
)


@frozen
class Words:
    """The words of one language that terms need."""

    comparators: Mapping[Comparator, str]
    folds: Mapping[Fold, str]
    every: str
    some: str
    at_least: str
    not_: str
    among: str
    has: str
    where: str
    of: str
    list_mark: str
    high_first: str
    functions: Mapping[str, str]
    run_day: str


WORDS: Mapping[Language, Words] = {
    "zh": Words(
        {"ge": "不低于", "gt": "高于", "le": "不高于", "lt": "低于", "eq": "等于", "ne": "不等于"},
        {
            "count": "计数",
            "sum": "合计",
            "max": "最大",
            "min": "最小",
            "mean": "平均",
            "any": "任一",
            "all": "所有",
            "distinct": "去重计数",
            "list": "列出",
            "first": "第一条",
            "last": "最后一条",
        },
        " 且 ",
        " 或 ",
        "至少 {least} 项" + BRACKETED.format("{parts}"),
        "非" + BRACKETED.format("{part}"),
        "{item} 在 {options} 之中",
        "有 {part}",
        " 其中 {where}",
        "{entity}「{key}」的{name}",
        "、",
        "{key} 从高",
        {
            "abs": "绝对值" + BRACKETED.format("{0}"),
            "excess": "{0} 超过 {1} 的部分",
            "shortfall": "{0} 不足 {1} 的部分",
            "days_between": "{0} 至 {1} 的天数",
            "hours_between": "{0} 至 {1} 的小时数",
            "months_between": "{0} 至 {1} 的整月数",
            "years_between": "{0} 至 {1} 的周年数",
            "year_of": "{0} 的年份",
            "month_of": "{0} 的月份",
            "day_of": "{0} 的日号",
            "month_end": "{0} 所在月的月末",
            "date_of": "{0} 年 {1} 月 {2} 日",
            "list_nth": "{0} 依 {1} 的第 {2} 个",
            "list_at": "{0} 的第 {1} 个",
            "covered_days": "从 {0} 至 {1} 各段合起来的天数",
            "overlap_days": "{0} 至 {1} 与 {2} 至 {3} 重叠的天数",
            "workdays_between": "{0} 之后至 {1} 的工作日数" + BRACKETED.format("日历「{2}」"),
            "add_workdays": "{0} + {1}" + BRACKETED.format("日历「{2}」"),
            "sub_workdays": "{0} − {1}" + BRACKETED.format("日历「{2}」"),
            "list_sum": "{0} 的合计",
            "list_max": "{0} 中最大的",
            "list_min": "{0} 中最小的",
            "list_mean": "{0} 的平均",
            "list_count": "{0} 的个数",
        },
        "运行日期",
    ),
    "en": Words(
        {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "=", "ne": "≠"},
        {
            "count": "count",
            "sum": "sum",
            "max": "largest",
            "min": "smallest",
            "mean": "average",
            "any": "any",
            "all": "all",
            "distinct": "distinct count",
            "list": "list",
            "first": "first",
            "last": "last",
        },
        " and ",
        " or ",
        "at least {least} of ({parts})",
        "not ({part})",
        "{item} among {options}",
        "there is {part}",
        " where {where}",
        "{name} of {entity} 「{key}」",
        ", ",
        "{key} high first",
        {
            "abs": "absolute value of ({0})",
            "excess": "({0} above {1})",
            "shortfall": "({0} short of {1})",
            "days_between": "days from {0} to {1}",
            "hours_between": "hours from {0} to {1}",
            "months_between": "whole months from {0} to {1}",
            "years_between": "whole years from {0} to {1}",
            "year_of": "year of {0}",
            "month_of": "month of {0}",
            "day_of": "day of the month of {0}",
            "month_end": "end of the month of {0}",
            "date_of": "date of year {0}, month {1}, day {2}",
            "list_nth": "number {2} of {0} in the order of {1}",
            "list_at": "number {1} of {0}",
            "covered_days": "days that the periods from {0} to {1} cover",
            "overlap_days": "days that {0} to {1} and {2} to {3} have in common",
            "workdays_between": "working days after {0} up to {1} (calendar 「{2}」)",
            "add_workdays": "{0} + {1} (calendar 「{2}」)",
            "sub_workdays": "{0} − {1} (calendar 「{2}」)",
            "list_sum": "sum of {0}",
            "list_max": "largest of {0}",
            "list_min": "smallest of {0}",
            "list_mean": "average of {0}",
            "list_count": "number of {0}",
        },
        "day of the run",
    ),
}
_LONG = re.compile(r"(?<![0-9.,])[0-9]{4,18}(?![0-9])", re.ASCII)
PRECEDENCE: Mapping[str, int] = {
    "add": 1,
    "sub": 1,
    "add_months": 1,
    "add_days": 1,
    "sub_months": 1,
    "sub_days": 1,
    "mul": 2,
    "div": 2,
    "neg": 3,
}
"""How tightly the signs bind; operations that are written as words are not among them."""


@define
class Phrases:
    """Puts terms into words within one sentence; what was named once is shown by its value alone after that."""

    figures: Figures
    said: set[Address] = field(factory=set)

    @property
    def words(self) -> Words:
        """The words of the figures' language."""
        return WORDS[self.figures.lang]

    def named(self, name: str, shown: Shown) -> str:
        """A name with its value; a status in brackets, so that it never reads as a value."""
        if shown.outcome is None:
            return name
        if isinstance(shown.outcome, Blocked):
            return name + self.figures.bracketed(self.figures.show(shown))
        return f"{name} {self.figures.show(shown)}"

    def _address(self, at: Address, name: Name, elsewhere: bool) -> str:
        text = self.figures.name(name)
        return self.words.of.format(entity=at.entity, key=at.key, name=text) if elsewhere and at.key else text

    def term(self, term: Term) -> str:
        """A term inside a sentence."""
        words, show = self.words, self.figures.show
        match term:
            case FactTerm():
                return self._read(term.at, term.name, term.shown, term.elsewhere)
            case RuleTerm():
                text = self._read(term.at, term.name, term.shown, term.elsewhere)
                if term.detail is None or isinstance(term.shown.outcome, Blocked):
                    return text
                return f"{self.figures.name(term.name)} = {self.term(term.detail)} = {show(term.shown)}"
            case LocalTerm():
                return self.named(term.name, term.shown)
            case LiteralTerm():
                return self.literal(term)
            case SumTerm():
                return self._sum(term)
            case ComparisonTerm():
                word = term.word if term.word and self.figures.lang == "zh" else words.comparators[term.op]
                return f"{self.term(term.left)} {word} {self.term(term.right)}"
            case JoinTerm():
                return self._join(term)
            case NotTerm():
                return words.not_.format(part=self.term(term.part))
            case AmongTerm():
                options = words.list_mark.join(self.term(option) for option in term.options)
                return words.among.format(item=self.term(term.item), options=options)
            case HasTerm():
                return words.has.format(part=self.term(term.part))
            case FoldTerm():
                return show(term.shown) if term.shown.outcome is not None else self._fold(term)
            case CellTerm():
                return self.named(term.column, term.shown)
            case DayTerm():
                return self.named(words.run_day, term.shown)
            case ToldTerm():
                return show(term.shown)
            case _:
                assert_never(term)

    def _read(self, at: Address, name: Name, shown: Shown, elsewhere: bool) -> str:
        if at in self.said and shown.outcome is not None and not isinstance(shown.outcome, Blocked):
            return self.figures.show(shown)
        self.said.add(at)
        return self.named(self._address(at, name, elsewhere), shown)

    def literal(self, term: LiteralTerm) -> str:
        """A literal as the drafter wrote it; in English from its value where it was written in Chinese."""
        if term.text and _names(term):
            return self.named(self.figures.name(Name(term.text)), term.shown)
        if term.text and (self.figures.lang == "zh" or term.text.isascii()):
            return _grouped(term.text) if exact_of(term.shown) is not None else term.text
        return self.figures.show(term.shown) or term.text

    def _sum(self, term: SumTerm) -> str:
        own = PRECEDENCE.get(term.op)
        if own is None:
            return self._function(term)
        sign, parts = OPERATIONS[term.op].sign, list[str]()
        for index, arg in enumerate(term.args):
            text = self.term(arg)
            other = PRECEDENCE.get(arg.op, 0) if isinstance(arg, SumTerm) else 9
            # of equal rank only a left operand, or the operand of a sum or product, may stand without brackets
            if other < own or (other == own and index and term.op not in ("add", "mul")):
                text = f"({text})"
            parts.append(text)
        return sign + parts[0] if len(parts) == 1 else f" {sign} ".join(parts)

    def _function(self, term: SumTerm) -> str:
        if term.op == "list_nth":
            return self._nth(term)
        parts = [_as_written(arg, term.op) or self.term(arg) for arg in term.args]
        phrase = self.words.functions.get(term.op, "")
        if phrase.count("{") == len(parts):
            return phrase.format(*parts)
        return OPERATIONS[term.op].sign + f"({', '.join(parts)})"

    def _nth(self, term: SumTerm) -> str:
        """第几条: the values, the keys that they stand in order by, the place; the last part says which keys go from the highest."""
        words = self.words
        values, *keys, place, line = term.args
        said = line.shown.outcome if isinstance(line, LiteralTerm) else ()
        turned = [isinstance(item, tuple) and item[0] is True for item in said] if isinstance(said, tuple) else []
        shown = [
            words.high_first.format(key=self.term(key)) if down else self.term(key)
            for key, down in zip(keys, turned, strict=True)
        ]
        return words.functions[term.op].format(self.term(values), words.list_mark.join(shown), self.term(place))

    def _join(self, term: JoinTerm) -> str:
        words = self.words
        parts = [self._inner(part, term) for part in term.parts]
        if term.kind == "every":
            return words.every.join(parts)
        if term.least <= 1:
            return words.some.join(parts)
        return words.at_least.format(least=term.least, parts=words.list_mark.join(parts))

    def _inner(self, part: Term, outer: JoinTerm) -> str:
        text = self.term(part)
        return f"({text})" if isinstance(part, JoinTerm) and part.kind != outer.kind else text

    def _fold(self, term: FoldTerm) -> str:
        words = self.words
        what = self.figures.name(term.entity)
        if term.body is not None:
            what += f".{self.term(term.body)}"
        where = words.where.format(where=self.term(term.where)) if term.where is not None else ""
        return f"{words.folds[term.fold]}({what}{where})"


def _as_written(term: Term, op: str) -> str:
    """The words of an operand that is shown as it is written: a calendar by its name, a year without separators."""
    if not isinstance(term, LiteralTerm) or not term.text:
        return ""
    return term.text if isinstance(term.shown.outcome, tuple) or op == "date_of" else ""


def _grouped(text: str) -> str:
    """A number as written, with thousand separators as everywhere else."""
    return _LONG.sub(lambda found: f"{int(found[0]):,}" if not found[0].startswith("0") else found[0], text)


def _names(term: LiteralTerm) -> bool:
    """Whether a literal was written as a name (标准 服务期末 = 2025年12月31日), so that its value is to be added."""
    if term.shown.outcome is None or isinstance(term.shown.outcome, str | bool | tuple):
        return False
    return not any(char.isdigit() for char in term.text)
