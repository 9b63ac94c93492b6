"""Owns aggregates and membership in code: loops over packed rows, with what does not change from row to row done before them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, assert_never

from policydsl.compiled import places
from policydsl.compiled.numbers import Val
from policydsl.compiled.writer import Code, Unfit, call, literal, name, relation
from policydsl.core import program as core
from policydsl.core import scales
from policydsl.core.scales import FACT_BITS, ROWS, Rational, Scaled
from policydsl.core.types import Optional
from policydsl.core.walk import order_parts, parts

if TYPE_CHECKING:
    from policydsl.compiled.expressions import Env, Expressions

MOST_LOOPS = 8


class Loop:
    """A loop being written: its row, and the statements of its body. Rows that do not count are passed over."""

    def __init__(
        self, made: Expressions, found: core.Rows | ast.Name | str, env: Env, inside: Sequence[core.Expr | None]
    ) -> None:
        """`found`: rows, the name of some, or the entity of rows that come as columns."""
        if made.loops >= MOST_LOOPS:
            raise Unfit
        self._made = made
        self._entity = ""
        self._rows: Code
        if isinstance(found, ast.Name):
            self._rows = found
        elif isinstance(found, str):
            self._rows, self._entity = name("none"), found
            made.looped[found] = None
        elif places.column_rows(made, found, env):
            self._rows, self._entity = name("none"), found.entity
            made.looped[found.entity] = None
        else:
            self._rows = places.rows(made, found, env)
        for part in inside:
            if part is not None:
                _hoist(made, part, (name("none"), *env), 1)
        self.row = name(made.writer.fresh("c"))
        if self._entity:
            made.by_column[self.row.id] = (self._entity, {})
        self.env: Env = (self.row, *env)
        self.body: list[ast.stmt] = []
        self._outer = made.writer.block

    def __enter__(self) -> Loop:
        self._made.loops += 1
        self._outer, self._made.writer.block = self._made.writer.block, self.body
        return self

    def __exit__(self, *_: object) -> None:
        made = self._made
        made.loops -= 1
        made.writer.block = self._outer
        target: Code = ast.Name(self.row.id, ast.Store())
        if self._entity:
            target, self._rows = self._columns()
        made.writer.put(ast.For(target, self._rows, self.body or [ast.Pass()], []))

    def _columns(self) -> tuple[Code, Code]:
        """The facts of a row that the loop uses, and the columns that it runs over."""
        made = self._made
        used = made.by_column[self.row.id][1]
        if not used:
            first = next(place for (entity, _), (place, _) in made.layout.fields.items() if entity == self._entity)
            used = {first: self.row}
        facts: list[Code] = [ast.Name(fact.id, ast.Store()) for fact in used.values()]
        columns: list[Code] = [made.column(self._entity, place) for place in used]
        if len(facts) == 1:
            return facts[0], columns[0]
        return ast.Tuple(facts, ast.Store()), call("zip", *columns)

    def skip_unless(self, condition: core.Expr | None) -> None:
        """Pass over rows for which a condition does not hold."""
        if condition is None:
            return
        val = self._made.expr(condition, self.env)
        if val.known and val.const is True:
            return
        self._made.writer.test(ast.UnaryOp(ast.Not(), val.code), [ast.Continue()])

    def skip_void(self, val: Val, body: core.Expr) -> Val:
        """Pass over rows whose value is none or not applicable."""
        if val.solid or not isinstance(body.type, Optional):
            return val
        val = self._made.atom(val)
        self._made.writer.test(relation("is", call("type", val.code), name("Void")), [ast.Continue()])
        return val


def _hoist(made: Expressions, node: core.Expr, env: Env, opened: int) -> None:
    """Compute before a loop what looks at nothing that the loop changes, but for what costs no more than a name.

    `env` is that of the node, with names that nobody reads for the `opened` scopes that it does not look at.
    """
    if isinstance(node, core.Const | core.Local | core.Inapplicable | core.Pending | core.OnDay):
        return
    if id(node) in made.hoisted:
        return
    worth = isinstance(node, core.RuleRead | core.FieldRead | core.Lookup | core.Apply | core.Aggregate | core.Switch)
    if worth and not any(found < opened for found in made.scopes.reach(node)):
        made.hoisted[id(node)] = made.atom(made.expr(node, env))
        return
    match node:
        case core.Let(value=value, body=body):
            _hoist(made, value, env, opened)
            _hoist(made, body, (name("none"), *env), opened + 1)
        case core.Aggregate() | core.Within() | core.Running() | core.Previous() | core.Rank() | core.Share():
            return
        case _:
            for part in parts(node):
                _hoist(made, part, env, opened)


class Column(NamedTuple):
    """The rows that count and what is computed of each. `scaled`: of whole numbers, the class; else values are as in outcomes."""

    taken: ast.Name
    values: ast.Name | None = None
    val: Val = Val(literal(None))
    scaled: Scaled | None = None


def _append(target: Code, code: Code, method: str = "append") -> ast.stmt:
    return ast.Expr(ast.Call(ast.Attribute(target, method, ast.Load()), [code], []))


def aggregate(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """A fold over rows."""
    kept = dict(made.hoisted)
    try:
        return _aggregate(made, node, env)
    finally:
        made.hoisted = kept


def _aggregate(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    writer = made.writer
    if made.told(node) and node.fold not in ("first", "last"):
        return _kept(made, node, env)
    match node.fold:
        case "count":
            count = writer.assign(writer.fresh("n"), literal(0))
            with Loop(made, node.rows, env, [node.where]) as loop:
                loop.skip_unless(node.where)
                writer.put(ast.AugAssign(ast.Name(count.id, ast.Store()), ast.Add(), literal(1)))
            return Val(count, Scaled(1, ROWS), None, True)
        case "any" | "all":
            return _decided(made, node, env)
        case "distinct" | "list":
            return _collected(made, node, env)
        case "sum" | "mean":
            return _summed(made, node, env)
        case "max" | "min":
            return _extreme(made, node, env)
        case "first" | "last":
            return _end(made, node, env)
        case _:
            assert_never(node.fold)


def _body(node: core.Aggregate) -> core.Expr:
    assert node.body is not None
    return node.body


def _decided(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """任一, 所有: the first row that decides ends the loop."""
    wanted = node.fold == "any"
    writer = made.writer
    result = writer.assign(writer.fresh("b"), literal(not wanted))
    with Loop(made, node.rows, env, [node.where, node.body]) as loop:
        loop.skip_unless(node.where)
        test = made.expr(_body(node), loop.env).code
        found: list[ast.stmt] = [ast.Assign([ast.Name(result.id, ast.Store())], literal(wanted)), ast.Break()]
        writer.test(test if wanted else ast.UnaryOp(ast.Not(), test), found)
    return Val(result, solid=True)


def _collected(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """去重计数, 列出."""
    writer, distinct = made.writer, node.fold == "distinct"
    empty: Code = call("set") if distinct else ast.List([], ast.Load())
    found = writer.assign(writer.fresh(), empty)
    with Loop(made, node.rows, env, [node.where, node.body]) as loop:
        loop.skip_unless(node.where)
        val = loop.skip_void(made.expr(_body(node), loop.env), _body(node))
        writer.put(_append(found, made.plain(val if distinct else made.sure(val)), "add" if distinct else "append"))
    if distinct:
        return Val(call("len", found), Scaled(1, ROWS), None, True)
    return Val(call("tuple", found), solid=True)


def _summed(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """合计, 平均: whole numbers where the class is S, else fractions, each sum looked at."""
    writer = made.writer
    mean = node.fold == "mean"
    count = writer.assign(writer.fresh("n"), literal(0)) if mean else None
    total = writer.assign(writer.fresh("n"), literal(0))
    with Loop(made, node.rows, env, [node.where, node.body]) as loop:
        loop.skip_unless(node.where)
        val = loop.skip_void(made.expr(_body(node), loop.env), _body(node))
        if val.form is None:
            raise Unfit
        form = scales.total(val.form)
        if isinstance(form, Scaled):
            writer.put(ast.AugAssign(ast.Name(total.id, ast.Store()), ast.Add(), val.code))
        else:
            writer.assign(total.id, call("plus", total, made.numbers.rational(val)))
        if count is not None:
            writer.put(ast.AugAssign(ast.Name(count.id, ast.Store()), ast.Add(), literal(1)))
    if count is None:
        _at_once(made, total)
    result = Val(total, form, None, True)
    if count is None:
        return result
    with writer.inside() as block:
        value = made.numbers.div(result, Val(count, Scaled(1, ROWS), None, True))
    return _or_empty(made, node, env, count, (block, value))


def _rows(made: Expressions, found: core.Rows, env: Env) -> ast.Name:
    """The rows of an aggregate under a name."""
    code = places.rows(made, found, env)
    return code if isinstance(code, ast.Name) else made.writer.assign(made.writer.fresh(), code)


def _column(
    made: Expressions, rows: ast.Name, env: Env, where: core.Expr | None, body: core.Expr | None, plain: bool
) -> Column:
    """The rows that a filter takes and what the body gives for each, as lists."""
    writer, taken = made.writer, rows
    if where is not None:
        taken = name(writer.fresh())
        with Loop(made, rows, env, [where]) as loop:
            loop.skip_unless(where)
            writer.put(_append(taken, loop.row))
        _as_list(made, taken)
    if body is None:
        return Column(taken)
    values = name(writer.fresh())
    with Loop(made, taken, env, [body]) as loop:
        val = made.expr(body, loop.env)
        scaled = val.form if isinstance(val.form, Scaled) and not plain else None
        writer.put(_append(values, made.plain(val) if scaled is None else val.code))
    _as_list(made, values)
    return Column(taken, values, val, scaled)


def _as_list(made: Expressions, target: ast.Name) -> None:
    """The loop just written makes a list; where it does nothing else, it is written as Python writes lists."""
    loop = made.writer.block.pop()
    match loop:
        case ast.For(target=row, iter=rows, body=[ast.Expr(ast.Call(args=[item]))]):
            tests: list[Code] = []
        case ast.For(
            target=row,
            iter=rows,
            body=[ast.If(ast.UnaryOp(ast.Not(), test), [ast.Continue()]), ast.Expr(ast.Call(args=[item]))],
        ):
            tests = [test]
        case _:
            made.writer.assign(target.id, ast.List([], ast.Load()))
            made.writer.put(loop)
            return
    made.writer.assign(target.id, ast.ListComp(item, [ast.comprehension(row, rows, tests, 0)]))


def _kept(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """A fold of which the rows and their values are kept."""
    writer = made.writer
    rows = _rows(made, node.rows, env)
    taken, values, val, scaled = _column(made, rows, env, node.where, node.body, node.fold in ("distinct", "list"))
    if values is None:
        made.note(node, rows=rows, taken=taken)
        return Val(call("len", taken), Scaled(1, ROWS), None, True)
    made.note(node, rows=rows, taken=taken, values=values, form=scaled)
    # a sum asks for its numbers by itself
    surely = val.solid or (node.fold == "sum" and scaled is not None and not isinstance(_body(node).type, Optional))
    known = values if surely else writer.assign(writer.fresh(), call("some", values))
    match node.fold:
        case "any":
            return Val(relation("in", literal(True), known), solid=True)
        case "all":
            return Val(ast.Compare(literal(False), [ast.NotIn()], [known]), solid=True)
        case "distinct":
            return Val(call("len", call("set", known)), Scaled(1, ROWS), None, True)
        case "list":
            return Val(call("tuple", known), solid=True)
        case "sum" | "mean":
            return _total(made, node, env, known, val)
        case "max" | "min":
            with writer.inside() as block:
                best = writer.assign(writer.fresh(), call(node.fold, known))
            form = scaled or (val.form and Rational(val.form.bits, scales.below(val.form)))
            return _or_empty(made, node, env, known, (block, Val(best, form, None, True)))
        case _:
            raise Unfit


def _total(made: Expressions, node: core.Aggregate, env: Env, known: Code, val: Val) -> Val:
    writer = made.writer
    if val.form is None:
        raise Unfit
    form = scales.total(val.form)
    if isinstance(val.form, Scaled) and not isinstance(form, Scaled):
        raise Unfit
    total = writer.assign(writer.fresh("n"), call("sum" if isinstance(form, Scaled) else "summed", known))
    result = Val(total, form, None, True)
    if node.fold == "sum":
        return result
    with writer.inside() as block:
        value = made.numbers.div(result, Val(call("len", known), Scaled(1, ROWS), None, True))
    return _or_empty(made, node, env, known, (block, value))


def _at_once(made: Expressions, total: ast.Name) -> None:
    """The loop just written sums a whole column; then Python does so."""
    match made.writer.block[-1]:
        case ast.For(target=ast.Name(id=row), iter=rows, body=[ast.AugAssign(value=ast.Name(id=added))]) if (
            row == added
        ):
            made.writer.block.pop()
            made.writer.assign(total.id, call("sum", rows))


def _or_empty(made: Expressions, node: core.Aggregate, env: Env, test: Code, found: tuple[list[ast.stmt], Val]) -> Val:
    """What was found, or the value for no rows; without one the quick way ends."""
    if node.empty is not None:
        empty = made.block(node.empty, env)
    else:
        empty = [ast.Raise(name("Open"), None)], Val(name("HOLE"))
    result = made.settle([found, empty])
    made.writer.test(test, found[0], empty[0])
    return result._replace(solid=result.solid or node.empty is None)


def _extreme(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """最大, 最小: a tie keeps the first."""
    writer = made.writer
    best = writer.assign(writer.fresh("n"), literal(None))
    with Loop(made, node.rows, env, [node.where, node.body]) as loop:
        loop.skip_unless(node.where)
        val = loop.skip_void(made.expr(_body(node), loop.env), _body(node))
        val = made.sure(val)
        if val.form is not None and not isinstance(val.form, Scaled):
            val = made.numbers.as_rational(val)
        val = made.atom(val)
        better = relation("gt" if node.fold == "max" else "lt", val.code, best)
        test = ast.BoolOp(ast.Or(), [relation("is", best, literal(None)), better])
        writer.test(test, [ast.Assign([ast.Name(best.id, ast.Store())], val.code)])
    there = ast.Compare(best, [ast.IsNot()], [literal(None)])
    return _or_empty(made, node, env, there, ([], Val(best, val.form, None, True)))


def _end(made: Expressions, node: core.Aggregate, env: Env) -> Val:
    """第一条, 最后一条: by the order of the table, or by keys that no two rows share."""
    writer, last = made.writer, node.fold == "last"
    body = _body(node)
    if places.column_rows(made, node.rows, env):
        raise Unfit
    rows = _rows(made, node.rows, env) if made.told(node) else None
    found = writer.assign(writer.fresh(), ast.List([], ast.Load()))
    with Loop(made, rows or node.rows, env, [node.where, *order_parts(node.order)]) as loop:
        loop.skip_unless(node.where)
        keys: list[ast.expr] = [made.order_key(key, loop.env) for key in node.order]
        writer.put(_append(found, ast.Tuple([*keys, loop.row], ast.Load()) if keys else loop.row))
    with writer.inside() as block:
        if not node.order:
            end: Code = ast.Subscript(found, literal(-1 if last else 0), ast.Load())
        else:
            end = call("extreme", found, literal(last))
        row = writer.assign(writer.fresh("t"), end)
        if rows is not None:
            made.note(node, rows=rows, found=found, end=row)
        value = made.expr(body, (row, *env))
        if not value.solid and isinstance(body.type, Optional):
            value = made.sure(value)
        value = made.atom(value)
    return _or_empty(made, node, env, found, (block, value))._replace(solid=False)


def within(made: Expressions, node: core.Within, env: Env) -> Val:
    """在 (rows)."""
    kept = dict(made.hoisted)
    try:
        return _within(made, node, env)
    finally:
        made.hoisted = kept


def _within(made: Expressions, node: core.Within, env: Env) -> Val:
    writer = made.writer
    item = made.atom(made.sure(made.expr(node.item, env)))
    column = node.column
    alike = isinstance(column, core.FieldRead | core.RuleRead) and column.row == core.Here()
    if alike and isinstance(node.rows, core.AllRows) and node.where is None:
        if made.told(node):
            made.note(node, rows=_rows(made, node.rows, env))
        return Val(relation("in", made.plain(item), _searched(made, node)), solid=True)
    if made.told(node):
        rows = _rows(made, node.rows, env)
        taken, values, val, _ = _column(made, rows, env, node.where, column, True)
        assert values is not None
        made.note(node, rows=rows, taken=taken, values=values, form=None)
        known: Code = values if val.solid else call("some", values)
        return Val(relation("in", made.plain(item), known), solid=True)
    result = writer.assign(writer.fresh("b"), literal(False))
    with Loop(made, node.rows, env, [node.where, column]) as loop:
        loop.skip_unless(node.where)
        val = made.atom(loop.skip_void(made.expr(column, loop.env), column))
        found: list[ast.stmt] = [ast.Assign([ast.Name(result.id, ast.Store())], literal(True)), ast.Break()]
        writer.test(made.numbers.compare("eq", item, val), found)
    return Val(result, solid=True)


def _searched(made: Expressions, node: core.Within) -> Code:
    """A column of every row as a set, made once before the rows of the stage (once for all runs over the same facts, where it is one
    of facts); a gap where it is not all known."""
    writer = made.writer
    target = writer.fresh("s")
    outer, writer.block, row = writer.block, [], made.row
    made.row = name("none")
    place, form = made.layout.fields.get((node.rows.entity, getattr(node.column, "name", "")), (0, None))
    if isinstance(node.column, core.FieldRead) and (form is None or form == Scaled(1, FACT_BITS)):
        made.beyond = True
        table = literal(made.layout.tables[node.rows.entity] + places.ALL)
        writer.assign(target, call("members", name("world"), table, literal(place)))
    else:
        writer.assign(target, call("set"))
        with Loop(made, node.rows, (), []) as loop:
            val = loop.skip_void(made.expr(node.column, loop.env), node.column)
            writer.put(_append(name(target), made.plain(val), "add"))
    attempt, writer.block, made.row = writer.block, outer, row
    gap: list[ast.stmt] = [ast.Assign([ast.Name(target, ast.Store())], name("HOLE"))]
    made.before.append(ast.Try(attempt, [ast.ExceptHandler(name("Trouble"), None, gap)], [], []))
    return name(target)
