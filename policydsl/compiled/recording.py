"""Owns what code leaves behind of the steps of a rule while it computes them: the value of each, from which the steps are told later.

Values that stand in the packed row anyway (facts, what rules gave) are not kept twice. Of a step that the code cannot tell (the same
expression written in two branches, a search for a first row) there is no record, and the reference makes the steps of that rule.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import frozen

from policydsl.compiled.numbers import Val
from policydsl.compiled.writer import STORE, Code, Unfit, literal, name
from policydsl.core import program as core

if TYPE_CHECKING:
    from policydsl.compiled.expressions import Env, Expressions

LEAVES = (core.FieldRead, core.RuleRead, core.Aggregate, core.Within)
"""Steps without operands: what stands inside of these expressions is not told as steps."""


class Seen(NamedTuple):
    """A step as the code knows it: the expression, its value, the steps of its parts by the identity of their expressions (None where
    one stands in two branches), what else was kept of it, and whether it is computed in every case."""

    node: core.Expr
    val: Val
    parts: Mapping[int, Seen | None]
    extra: Mapping[str, Any]
    surely: bool = False

    def part(self, node: core.Expr) -> Seen:
        """The step of a part. Raises Unfit where there is none."""
        found = self.parts.get(id(node))
        if found is None:
            raise Unfit
        return found


@frozen
class Record:
    """What is kept of a rule: its step, the names of the code that stand in the packed row, with their places, and the names whose
    values are kept beside, in order."""

    step: Seen
    places: Mapping[str, int]
    kept: tuple[str, ...]


class Recorder:
    """Watches the expressions of a rule being written."""

    def __init__(self, made: Expressions) -> None:
        self._made = made
        self._open: list[tuple[core.Expr | None, dict[int, Seen | None], dict[str, Any]]] = []
        self._top: list[ast.stmt] = []
        self._start = 0
        self._late: list[str] = []
        self._paused = 0

    def begin(self) -> None:
        """A rule is written from here on, into the block at hand."""
        self._top = self._made.writer.block
        self._start = len(self._top)
        self._late = []
        self._open = [(None, {}, {})]

    @property
    def silent(self) -> bool:
        """Whether what is written now is no step of its own."""
        return self._paused > 0

    def expr(self, node: core.Expr, env: Env) -> Val:
        """Code for an expression, its value under a name."""
        made = self._made
        if self._paused:
            return made.plain_expr(node, env)
        self._open.append((node, {}, {}))
        leaf = isinstance(node, LEAVES)
        self._paused += leaf
        try:
            val = made.plain_expr(node, env)
        finally:
            self._paused -= leaf
            _, parts, extra = self._open.pop()
        if not val.known:
            val = self._under_a_name(val, node)
            self.keep(val.code, val.below)
        surely = made.writer.block is self._top
        seen = Seen(node, val, parts, extra, surely)
        above = self._open[-1][1]
        other = above.get(id(node))
        if id(node) not in above or surely or (other is not None and _alike(other.val, val)):
            above[id(node)] = seen
        elif other is None or not other.surely:
            above[id(node)] = None
        return val

    def _under_a_name(self, val: Val, node: core.Expr) -> Val:
        val = self._made.atom(val)
        constant = isinstance(val.code, ast.Name) and (val.code.id.startswith("k") or val.code.id == "HOLE")
        if constant and not isinstance(node, core.Const | core.Inapplicable | core.Pending | core.OnDay):
            val = val._replace(code=self._made.writer.assign(self._made.writer.fresh(), val.code))
        return val

    def unsure(self, node: core.Expr, target: ast.Name) -> None:
        """A part may have come to nothing; then the gap stands under this name."""
        parts = self._open[-1][1]
        seen = parts.get(id(node))
        if seen is not None:
            parts[id(node)] = seen._replace(val=seen.val._replace(code=target, solid=False))
            self.keep(target)

    def about(self, node: core.Expr) -> bool:
        """Whether this is the expression whose step is being kept."""
        return bool(self._open) and self._open[-1][0] is node

    def keep(self, *codes: Code | None) -> None:
        """See to it that names that are given only in some branch are known in every one."""
        if self._made.writer.block is self._top:
            return
        for code in codes:
            if isinstance(code, ast.Name) and self._made.writer.new(code.id):
                self._late.append(code.id)

    def note(self, node: core.Expr, **extra: Any) -> None:
        """Keep something else of the step being written. Nothing is kept of what is no step of its own."""
        if self.about(node):
            self._open[-1][2].update(extra)
            for each in extra.values():
                self.keep(*(each if isinstance(each, list) else [each]))

    def chosen(self, node: core.Expr, blocks: Sequence[tuple[list[ast.stmt], int]]) -> None:
        """Keep which of some blocks was run."""
        if self._paused:
            return
        if len(blocks) == 1:
            self.note(node, index=literal(blocks[0][1]))
            return
        index = name(self._made.writer.fresh("n"))
        for block, number in blocks:
            block.append(ast.Assign([ast.Name(index.id, STORE)], literal(number)))
        self.note(node, index=index)

    def finish(self, rule: core.Rule) -> Record | None:
        """What is kept of the rule just written, whose value has its name already; names of branches are given before them."""
        made = self._made
        if self._late:
            names: list[ast.expr] = [ast.Name(each, STORE) for each in dict.fromkeys(self._late)]
            self._top.insert(self._start, ast.Assign(names, literal(None)))
        root = self._open[0][1].get(id(rule.body))
        if root is None:
            return None
        places = {own.id: place for place, own in made.taken.items()}
        for at, val in made.values.items():
            if at[0] == rule.entity:
                place = made.layout.rules[at]
                places |= {code.id: place + shift for shift, code in enumerate((val.code, val.below)) if _named(code)}  # type: ignore[union-attr]
        given = made.values.get(rule.id)
        if given is not None:
            root = root._replace(val=given)
        try:
            kept = dict.fromkeys(each for each in _names(root) if each not in places)
        except (Unfit, RecursionError):
            return None
        return Record(root, places, tuple(kept))


def _alike(one: Val, other: Val) -> bool:
    """Whether two values are the same literal or stand under the same name."""
    if one.known or other.known:
        return one.known and other.known and type(one.const) is type(other.const) and one.const == other.const
    return ast.dump(one.code) == ast.dump(other.code) and _named(one.code) and one.form == other.form


def _named(code: Code | None) -> bool:
    return isinstance(code, ast.Name)


def _names(seen: Seen) -> Iterator[str]:
    """The names of the code that a step and those below it are told from. Raises Unfit."""
    codes: list[Any] = []
    if not seen.val.known and not isinstance(seen.node, core.FieldRead | core.RuleRead):
        codes += [seen.val.code, seen.val.below]
    for each in seen.extra.values():
        codes += each if isinstance(each, list) else [each]
    for code in codes:
        if isinstance(code, ast.Name) and not code.id.startswith("k") and code.id not in ("HOLE", "VOID_ROW"):
            yield code.id
    for part in seen.parts.values():
        if part is None:
            raise Unfit
        yield from _names(part)
