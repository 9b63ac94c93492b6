"""Owns what is told of a plan before anything is computed: which rules go to columns, which to the reference and why, and what that means."""

from __future__ import annotations

from attrs import frozen

from policydsl.columnar.engine import MOST_WHOLE
from policydsl.columnar.plan import Plan, Verdict
from policydsl.core import program as core


@frozen(eq=False)
class Planned:
    """The plan of a run on given tables, and how many rows they have."""

    plan: Plan
    rows: int

    @property
    def refused(self) -> Verdict | None:
        """The first rule for which the run will be refused: it needs all rows, has no column form, and the rows are too many."""
        everything = next((item for item in self._left if item.rule.id not in self.plan.local), None)
        return everything if self.rows > MOST_WHOLE else None

    @property
    def _left(self) -> list[Verdict]:
        return [item for item in self.plan.verdicts if item.where == "reference"]

    def lines(self) -> list[str]:
        """The plan in sentences, in the language of the policy."""
        zh = self.plan.program.language == "zh"
        columns = [item for item in self.plan.verdicts if item.where == "columns"]
        near = sum(item.rule.id in self.plan.local for item in columns)
        told = [
            f"列引擎算 {len(columns)} 条规则:{near} 条只看一户自己的行,一段一段算;{len(columns) - near} 条要看全部的行"
            if zh
            else f"{len(columns)} rules in columns: {near} look at the rows of one family, piece by piece; {len(columns) - near} need all rows"
        ]
        told += [self._one(item, zh) for item in self._left]
        if self._left:
            told.append(self._meaning(zh))
        if any(rule.kind == "constraint" for rule in self.plan.program.rules):
            told.append(
                "约束不成立的户由参考解释器算;有没有,算的时候才知道"
                if zh
                else "families of which a constraint is false go to the reference; whether there are any is known when the run is made"
            )
        return told

    def _one(self, item: Verdict, zh: bool) -> str:
        name = _name(item.rule)
        return (
            f"参考解释器算「{name}」,因为 {item.why[0]}"
            if zh
            else f"the reference: 「{name}」, because of {item.why[1]}"
        )

    def _meaning(self, zh: bool) -> str:
        """What it means that rules are left to the reference."""
        if self.refused is not None:
            name = _name(self.refused.rule)
            return (
                f"会拒绝:「{name}」要看全部的行,{self.rows:,} 行超过参考解释器一次能算的 {MOST_WHOLE:,} 行"
                if zh
                else f"it will be refused: 「{name}」 needs all rows, and {self.rows:,} are more than the {MOST_WHOLE:,} that the reference takes at once"
            )
        if any(item.rule.id not in self.plan.local for item in self._left):
            return (
                f"其中有要看全部的行的,所以整个测算({self.rows:,} 行)都会由参考解释器完成"
                if zh
                else f"one of them needs all rows: the reference will compute everything ({self.rows:,} rows)"
            )
        return (
            "它们只看一户自己的行:有这种行的户,由参考解释器逐户算,再放回表里"
            if zh
            else "they look at the rows of one family: families with such rows are computed one by one and put in place"
        )


def _name(rule: core.Rule) -> str:
    return f"{rule.entity}.{rule.name}"
