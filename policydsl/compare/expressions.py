"""Owns where two expressions differ: the smallest parts that a reader would point at, with the words that place them."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from policydsl.compare.model import Detail, Weight
from policydsl.compare.pairing import paired
from policydsl.compare.same import Forms, bare, flat
from policydsl.compare.spoken import without_citation
from policydsl.syntax import tree

MOST_PARTS = 3
"""Differing parts of one expression that are told one by one; where more differ, the whole is shown before and after."""


@frozen
class Pair:
    """The forms of the old and of the new file."""

    old: Forms
    new: Forms

    def same(self, old: object, new: object) -> bool:
        """Whether an old and a new node say the same."""
        return self.old.of(old) == self.new.of(new)

    def expressions(self, old: tree.Expr | None, new: tree.Expr | None) -> list[Detail]:
        """Where two values differ; the whole of one of them where there is only one."""
        if old is None or new is None:
            return [] if old is new else [Detail("value", {"before": old, "after": new})]
        if self.same(old, new):
            return []
        found = list(self._parts(bare(old), bare(new)))
        blocks = any(item.what not in ("value", "operand") for item in found)
        if len(found) > MOST_PARTS and not blocks:
            return [Detail("value", {"before": old, "after": new})]
        return found

    def _parts(self, old: tree.Expr, new: tree.Expr) -> Iterator[Detail]:
        if self.same(old, new):
            return
        match old, new:
            case tree.Block(), tree.Block() if old.kind == new.kind:
                yield from self.blocks(old, new)
            case tree.Comparison(), tree.Comparison() if self.same(old.left, new.left):
                # the measure is the same: what it is held against says it all
                yield Detail("compared", {"before": old, "after": new})
            case tree.Comparison(), tree.Comparison() if self.same(old.right, new.right) and _relation(
                old
            ) == _relation(new):
                yield from self._parts(bare(old.left), bare(new.left))
            case tree.Binary(), tree.Binary() if _sign(old) == _sign(new):
                if self.same(old.left, new.left):
                    yield from self._operand(old, new)
                else:
                    yield from self._parts(bare(old.left), bare(new.left))
                    yield from self._parts(bare(old.right), bare(new.right))
            case tree.If(), tree.If():
                yield from self._parts(bare(old.condition), bare(new.condition))
                yield from self._parts(bare(old.then), bare(new.then))
                yield from self._parts(bare(old.otherwise), bare(new.otherwise))
            case tree.Logic(), tree.Logic() if old.op == new.op:
                yield from self._logic(old, new)
            case tree.Unary(), tree.Unary() if old.op == new.op:
                yield from self._parts(bare(old.operand), bare(new.operand))
            case tree.Reference(keys=tuple() as one), tree.Reference(keys=tuple() as two) if (
                len(one) == len(two) and old.this == new.this and self.same(old.path, new.path)
            ):
                # a formula or a table with other arguments
                for mine, yours in zip(one, two, strict=True):
                    yield from self._parts(bare(mine), bare(yours))
            case tree.Portion(), tree.Portion() if self.same(old.measure, new.measure):
                yield Detail("value", {"before": old, "after": new})
            case tree.Instead(), tree.Instead() if old.word == new.word:
                yield from self._parts(bare(old.body), bare(new.body))
                yield from self._parts(bare(old.instead), bare(new.instead))
            case tree.Function(), tree.Function() if self._alike(old, new):
                yield from self._function(old, new)
            case _:
                yield Detail("value", {"before": old, "after": new})

    def _operand(self, old: tree.Binary, new: tree.Binary) -> Iterator[Detail]:
        one, two = bare(old.right), bare(new.right)
        if _leaf(one) and _leaf(two):
            yield Detail("operand", {"before": old, "after": new})
        else:
            yield from self._parts(one, two)

    def _logic(self, old: tree.Logic, new: tree.Logic) -> Iterator[Detail]:
        pairs = paired(flat(old), flat(new), [lambda item: self.old.of(item)], [lambda item: self.new.of(item)])
        gone = [one for one, two in pairs if one is not None and two is None]
        come = [two for one, two in pairs if one is None and two is not None]
        if len(gone) == 1 == len(come):
            yield from self._parts(gone[0], come[0])
            return
        yield from (Detail("condition-removed", {"what": item}) for item in gone)
        yield from (Detail("condition-added", {"what": item}) for item in come)

    def _alike(self, old: tree.Function, new: tree.Function) -> bool:
        return (
            old.word == new.word
            and old.all_rows == new.all_rows
            and len(old.args) == len(new.args)
            and all((getattr(old, name) is None) == (getattr(new, name) is None) for name in _CLAUSES)
        )

    def _function(self, old: tree.Function, new: tree.Function) -> Iterator[Detail]:
        for one, two in zip(old.args, new.args, strict=True):
            yield from self._parts(bare(one), bare(two))
        for name in _CLAUSES:
            one_, two_ = getattr(old, name), getattr(new, name)
            if one_ is not None and two_ is not None:
                yield from self._parts(bare(one_), bare(two_))

    # ------------------------------------------------------------ blocks

    def blocks(self, old: tree.Block, new: tree.Block) -> Iterator[Detail]:
        """Where two blocks of a kind differ, row by row."""
        if not self.same(old.subject, new.subject):
            yield Detail("subject", {"before": old.subject, "after": new.subject})
        if not self.same(old.start, new.start):
            yield Detail("start", {"before": old.start, "after": new.start})
        yield from self.rows(old.rows, new.rows)

    def rows(self, old: tuple[tree.Row, ...], new: tuple[tree.Row, ...]) -> Iterator[Detail]:
        """Where the lines of two blocks differ. A line is known by what it is about, else by what it gives, else by its place."""
        before, after = self.old, self.new
        pairs = paired(
            old,
            new,
            [before.of, lambda row: _subject(before, row), lambda row: _gift(before, row), type],
            [after.of, lambda row: _subject(after, row), lambda row: _gift(after, row), type],
        )
        for one, two in pairs:
            if one is None:
                yield Detail("line-added", {"what": two}, _weight(two))
            elif two is None:
                yield Detail("line-removed", {"what": one}, _weight(one))
            elif not self.same(one, two):
                yield from self._row(one, two)

    def _row(self, old: tree.Row, new: tree.Row) -> Iterator[Detail]:
        one, two = getattr(old, "cite", None), getattr(new, "cite", None)
        cited = self.same(one, two)
        inner: list[Detail] = []
        match old, new:
            case tree.BandRow(), tree.BandRow():
                inner = list(self._band(old, new))
            case tree.StepRow(), tree.StepRow() if self.same(old.award, new.award) != self.same(old.size, new.size):
                what = "step-size" if self.same(old.award, new.award) else "step-award"
                inner = [Detail(what, {"before": old, "after": new})]
            case tree.ChoiceRow(), tree.ChoiceRow() if self._labels(old) == self._labels(new, True):
                inner = [
                    Detail("choice", {"label": old, "inner": item}) for item in self.expressions(old.value, new.value)
                ]
            case tree.LetRow(), tree.LetRow() if self.same(old.name, new.name):
                inner = [
                    Detail("local", {"name": old.name, "inner": item})
                    for item in self.expressions(old.value, new.value)
                ]
            case tree.DatedRow(), tree.DatedRow() if old.day == new.day:
                inner = [
                    Detail("dated", {"row": old, "inner": item}) for item in self.expressions(old.value, new.value)
                ]
            case tree.ExceptRow(), tree.ExceptRow() if self.same(old.name, new.name):
                inner = [
                    Detail("exception", {"name": old.name, "inner": item})
                    for item in (
                        *self.expressions(old.when, new.when),
                        *self.expressions(old.value, new.value),
                        *self.rows(old.rows, new.rows),
                    )
                ]
                if not self.same(old.prevails, new.prevails):
                    inner.append(Detail("line", {"before": old, "after": new}))
            case tree.Applies(), tree.Applies() if self.same(old.when, new.when):
                inner = [] if old.reason == new.reason else [Detail("line", {"before": old, "after": new}, "wording")]
            case tree.GridRow(), tree.GridRow():
                inner = list(self._grid_row(old, new))
            case tree.Remark(), tree.Remark():
                inner = [Detail("line", {"before": old, "after": new}, "wording")]
            case _:
                # a citation alone is told as such below
                inner = (
                    []
                    if self._uncited(old) == self._uncited(new, True)
                    else [Detail("line", {"before": old, "after": new})]
                )
        yield from inner
        if not cited:
            yield Detail("row-cited", {"row": new, "before": one, "after": two}, "wording")

    def _grid_row(self, old: tree.GridRow, new: tree.GridRow) -> Iterator[Detail]:
        """Where the bands of a table with a column for each category differ: cells, while its ends and columns stay."""
        one, two = old.grid.rows, new.grid.rows
        ends = all(self.same(mine[0], yours[0]) for mine, yours in zip(one, two, strict=False) if mine and yours)
        shape = [len(row) for row in one] == [len(row) for row in two] == [len(new.grid.head)] * len(two)
        if not (shape and ends and self.same(old.heads, new.heads)):
            yield Detail("line", {"before": old, "after": new})
            return
        for mine, yours in zip(one, two, strict=True):
            for head, before, after in zip(new.grid.head, mine, yours, strict=True):
                if not self.same(before, after):
                    yield Detail("cell", {"row": (yours[0],), "column": head, "before": before, "after": after})

    def _band(self, old: tree.BandRow, new: tree.BandRow) -> Iterator[Detail]:
        edges = self.same(old.edges, new.edges) and old.of_part == new.of_part
        value = self.same(old.value, new.value) and self.same(old.quick, new.quick)
        if not edges and not value:
            yield Detail("line", {"before": old, "after": new})
        elif not edges:
            yield Detail("band-bound", {"before": old, "after": new})
        elif not value:
            if self.same(old.value, new.value):
                yield Detail("line", {"before": old, "after": new})
            else:
                yield from (
                    Detail("band-rate", {"band": old, "inner": item}) for item in self.expressions(old.value, new.value)
                )

    def _labels(self, row: tree.ChoiceRow, new: bool = False) -> object:
        forms = self.new if new else self.old
        return frozenset(forms.of(label) for label in row.labels)

    def _uncited(self, row: tree.Row, new: bool = False) -> object:
        return (self.new if new else self.old).of(without_citation(row))


_CLAUSES = ("of_each", "where", "satisfies", "if_empty", "order")


def _weight(row: object) -> Weight:
    return "wording" if isinstance(row, tree.Remark) else "substance"


def _leaf(node: tree.Expr) -> bool:
    if isinstance(node, tree.Reference) and node.keys:
        return False
    return isinstance(node, tree.Quantity | tree.Day | tree.Time | tree.Words | tree.Constant | tree.Reference)


def _relation(node: tree.Comparison) -> str:
    from policydsl.syntax.keywords import RELATIONS

    return RELATIONS.get(node.word, node.word)


def _sign(node: tree.Binary) -> str:
    return "mul" if node.op == "of" else node.op


def _subject(forms: Forms, row: tree.Row) -> object:
    """What a line is about: its bounds, its labels, its day, its word."""
    match row:
        case tree.BandRow():
            return ("band", forms.of(row.edges), row.of_part)
        case tree.ChoiceRow():
            return ("choice", frozenset(forms.of(label) for label in row.labels))
        case tree.StepRow():
            return ("step", forms.of(row.size))
        case tree.LetRow() | tree.ExceptRow():
            return (type(row).__name__, forms.of(row.name))
        case tree.DatedRow():
            return ("dated", row.day)
        case tree.Mark() | tree.Amount() | tree.CapRow() | tree.RoundRow():
            return (type(row).__name__, row.word)
        case tree.Remark() | tree.Applies() | tree.GridRow():
            return type(row).__name__


def _gift(forms: Forms, row: tree.Row) -> object:
    """What a line gives."""
    match row:
        case tree.BandRow() | tree.ChoiceRow() | tree.LetRow() | tree.ExceptRow() | tree.DatedRow():
            return (type(row).__name__, forms.of(row.value))
        case tree.StepRow():
            return ("step", forms.of(row.award))
        case _:
            # nothing to know it by
            return None
