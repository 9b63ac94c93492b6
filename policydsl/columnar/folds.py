"""Owns how aggregates stand in a query: child rows grouped by their owner, all rows at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, lists, sql
from policydsl.columnar.reach import keyed, read
from policydsl.columnar.scopes import RowScope
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, KEY, OWNER, ROW
from policydsl.columnar.terms import Beyond, Grade, Span, Term, grade, keep, kind_of
from policydsl.core import program as core
from policydsl.core.values import Lack
from policydsl.core.walk import order_parts

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

CHILD = "c"


def aggregate(to: Encoder, node: core.Aggregate, asked: Callable[[Encoder], Term] | None = None) -> Term:
    """A fold over rows, as a step of its own that is joined to the table of the rule. `asked`: what is folded, where that is more than
    the body of the node."""
    entity = node.rows.entity
    here = to.home.stage
    by_owner = grouped(to, node.rows)
    if entity not in to.world.supplied:
        return not_supplied(to, node)
    child = to.world.stages[entity]
    inside = to.below(RowScope(child, CHILD), by_owner or here.sole)
    where = inside.condition_or_absent(node.where) if node.where is not None else None
    body = asked(inside) if asked is not None else inside.term(node.body) if node.body is not None else None
    absent = () if by_owner else to.world.absent.get(entity, ())
    base, from_child = here.flush(), child.flush()

    columns: list[tuple[str, Sql]] = []
    name = here.fresh("g")

    def put(letter: str, value: Sql) -> str:
        columns.append((name + letter, value))
        return name + letter

    fold = _Fold(to, node, where, body, absent, put)
    # a join of whole numbers is quickest without any other condition
    fold.late = here.numbered and where is not None and sees(where.value, HERE)
    result = fold.make()
    select = exp.Select(expressions=[exp.alias_(value, column, copy=False) for column, value in columns])
    select.set("from_", exp.From(this=exp.alias_(exp.to_table(from_child), CHILD, table=True)))
    if fold.only is not None:
        select.set("where", exp.Where(this=fold.only))
    if by_owner:
        on = sql.binary(exp.EQ, sql.column(CHILD, OWNER), sql.column(HERE, KEY))
        select.append("expressions", exp.alias_(sql.column(CHILD, OWNER), KEY, copy=False))
        select.set("group", exp.Group(expressions=[sql.column(CHILD, OWNER)]))
        if sees(select, HERE):
            select.set("joins", [exp.Join(this=exp.alias_(exp.to_table(base), HERE, table=True), on=on)])
    elif here.sole and sees(select, HERE):
        select.set("joins", [exp.Join(this=exp.alias_(exp.to_table(base), HERE, table=True), kind="CROSS")])
    step = here.query.step("fold", select)
    mine = sql.binary(exp.EQ, sql.column("o", KEY), sql.column(HERE, KEY)) if by_owner else None
    here.gather(step, mine, [(column, sql.column("o", column)) for column, _ in columns])
    return result(to)


def of_owner(to: Encoder, node: core.Aggregate) -> Term:
    """A fold over the rows of the owner of a row: a column of the owner's table, brought to the row."""
    rows = node.rows
    assert isinstance(rows, core.Children) and isinstance(rows.of, core.Owner)
    inner = (node.where, node.body, *order_parts(node.order))
    outside = [depth for part in inner if part is not None for depth in to.seen(part) if depth > 0]
    stage = to.world.stages[rows.of.entity]
    if outside or (node.empty is not None and to.seen(node.empty)):
        raise Beyond("别的行的下级,又看这一行", "children of another row that look at this one")
    if not to.home.stage.full or keyed(rows.of):
        raise Beyond("别的行的下级", "children of another row")
    here = RowScope(stage, HERE)
    moved = evolve(node, rows=core.Children(core.Here(0), rows.entity))
    term = type(to)(to.world, to.rule, (here,), here).term(moved)
    stored = keep(term, stage.fresh("b"), stage.put)
    return read(to, rows.of, lambda owner: stored)


def sees(node: Sql, alias: str) -> bool:
    return any(column.table == alias for column in node.find_all(exp.Column))


def grouped(to: Encoder, rows: core.Rows) -> bool:
    """Whether the rows are those of the row of the rule; not, where they are all rows."""
    match rows:
        case core.AllRows():
            return False
        case core.Children(of=core.Sole()):
            return False
        case core.Children(of=core.Here() as of):
            if of.depth >= len(to.scopes) or to.scopes[of.depth] is not to.home:
                raise Beyond("别的行的下级", "children of another row")
            declared = to.world.program.entities[rows.entity]
            return not (declared.owner is not None and to.world.program.entities[declared.owner].singleton)
        case _:
            raise Beyond("别的行的下级", "children of another row")


def not_supplied(to: Encoder, node: core.Aggregate) -> Term:
    """No table was handed in: there may be any number of rows."""
    entity = node.rows.entity
    term = to.world.why.blocked(kind_of(node.type), (Lack.MISSING, entity, entity, ""))
    if node.fold in ("count", "distinct"):
        return evolve(term, span=Span(to.world.width.whole(0), None))
    return term


class _Fold:
    """The columns of one aggregate and the term that reads them."""

    def __init__(
        self,
        to: Encoder,
        node: core.Aggregate,
        where: Term | None,
        body: Term | None,
        absent: tuple[str, ...],
        put: Callable[[str, Sql], str],
    ) -> None:
        self.to, self.node, self.where, self.body, self.absent, self.put = to, node, where, body, absent, put
        self.only: Sql | None = None
        """The rows that count: those that are taken and those that are open. A group without any is as one without rows."""
        self.late = False
        """Whether all rows are grouped, and each fold is told which of them to take."""

    def make(self) -> Callable[[Encoder], Term]:
        """Add the columns; gives what reads them."""
        node, body, width = self.node, self.body, self.to.world.width
        taken = self.where.value if self.where is not None else None
        lack, why, unsure = self._open()
        if lack is None and taken is not None and not self.late:
            # every row that is left is taken
            self.only, taken = taken, None
        kind = kind_of(node.type)
        match node.fold:
            case "count":
                value = self.put("v", sql.filtered(exp.Count(this=exp.Star()), taken))
                return self._count(value, lack, why, unsure)
            case "distinct":
                assert body is not None
                if not isinstance(body.den, int):
                    raise Beyond("分数的去重计数", "distinct fractions")
                value = self.put("v", sql.filtered(exp.Count(this=exp.Distinct(expressions=[body.value])), taken))
                return self._count(value, lack, why, unsure)
            case "any" | "all":
                assert body is not None
                fold = sql.function("bool_or" if node.fold == "any" else "bool_and", body.value)
                value = self.put("v", sql.filtered(fold, taken))
                return self._verdict(value, lack, why, node.fold == "any")
            case "sum":
                assert body is not None
                if not isinstance(body.den, int):
                    raise Beyond("分数的合计", "a sum of fractions")
                value = self.put("v", width.cast(sql.filtered(exp.Sum(this=body.value), taken)))
                zero = width.whole(0)
                return lambda to: self._read(
                    to,
                    Term("number", sql.coalesce(sql.column(HERE, value), zero), body.den, natural=body.natural),
                    lack,
                    why,
                )
            case "list":
                return self._list(taken, lack, why)
            case "max" | "min" | "mean":
                return self._best(kind, taken, lack, why)
            case _:
                raise Beyond("这种合计", "such an aggregate")

    # ------------------------------------------------------------ what is open

    def _open(self) -> tuple[str | None, str | None, str | None]:
        """Columns: the gravest lack of open rows, their reasons, how many rows are open. None where no row can be."""
        where, body, fold = self.where, self.body, self.node.fold
        rows: list[tuple[Sql, Sql, Sql]] = []  # when, lack, reasons
        if where is not None and where.lack is not None:
            when = sql.binary(exp.GT, where.lack, sql.whole(0))
            if body is not None and fold in ("any", "all"):
                harmless = sql.negated(body.value) if fold == "any" else body.value
                when = sql.every(when, sql.negated(sql.coalesce(harmless, sql.FALSE)))
            rows.append((when, where.lack, where.why or sql.numbers([])))
        if body is not None and body.lack is not None:
            when = sql.binary(exp.GT, body.lack, sql.whole(0))
            if where is not None:
                when = sql.every(where.value, when)
            rows.append((when, body.lack, body.why or sql.numbers([])))
        if not rows:
            return None, None, None
        lack = sql.case([(when, grade_) for when, grade_, _ in rows], sql.whole(0))
        open_ = sql.some(*[sql.coalesce(when, sql.FALSE) for when, *_ in rows])
        if where is not None and not self.late:
            self.only = sql.some(sql.coalesce(where.value.copy(), sql.FALSE), open_.copy())
        why = sql.case([(when, whys) for when, _, whys in rows], sql.numbers([]))
        listed = sql.function("list_distinct", sql.function("flatten", sql.filtered(sql.function("list", why), open_)))
        return (
            self.put("l", sql.function("max", lack)),
            self.put("w", listed),
            self.put("u", sql.filtered(exp.Count(this=exp.Star()), open_)),
        )

    def _read(self, to: Encoder, term: Term, lack: str | None, why: str | None) -> Term:
        """A strict result of the fold: it lacks its value where a row is open."""
        grade_, reasons_ = self._lack(lack, why)
        if grade_ is None:
            return term
        blocked = Term(term.kind, sql.NULL, lack=grade_, why=reasons_)
        open_ = sql.binary(exp.GT, grade_, sql.whole(0))
        return arithmetic.chosen([(open_, blocked)], term, term.kind, to.world.width)

    def _lack(self, lack: str | None, why: str | None) -> tuple[Sql | None, Sql | None]:
        zero = sql.whole(0)
        parts: list[Sql | None] = [sql.coalesce(sql.column(HERE, lack), zero) if lack else None]
        whys: list[Sql] = [sql.coalesce(sql.column(HERE, why), sql.numbers([]))] if why else []
        if self.absent:
            entity = self.node.rows.entity
            field = self.to.world.program.entities[entity].key_field
            number = self.to.world.why.number((Lack.MISSING, entity, field.name if field else entity, ""))
            parts.append(sql.whole(Grade.UNKNOWN))
            whys.append(sql.numbers([number]))
        if not whys:
            return grade(parts), None
        return grade(parts), whys[0] if len(whys) == 1 else sql.function("list_concat", *whys)

    # ------------------------------------------------------------ each fold

    def _count(self, value: str, lack: str | None, why: str | None, unsure: str | None) -> Callable[[Encoder], Term]:
        def read(to: Encoder) -> Term:
            width = to.world.width
            low = width.cast(sql.coalesce(sql.column(HERE, value), sql.whole(0)))
            grade_, _ = self._lack(lack, why)
            counted = Term("number", low, natural=True)
            if grade_ is None:
                return counted
            more: Sql = sql.whole(len(self.absent))
            if unsure:
                more = sql.binary(exp.Add, more, sql.coalesce(sql.column(HERE, unsure), sql.whole(0)))
            span = Span(low, width.cast(sql.binary(exp.Add, low, more)))
            return evolve(self._read(to, counted, lack, why), span=span)

        return read

    def _verdict(self, value: str, lack: str | None, why: str | None, any_: bool) -> Callable[[Encoder], Term]:
        decisive = sql.TRUE if any_ else sql.FALSE
        other = sql.FALSE if any_ else sql.TRUE

        def read(to: Encoder) -> Term:
            found = sql.coalesce(sql.column(HERE, value), other)
            grade_, reasons_ = self._lack(lack, why)
            if grade_ is None:
                return Term("bool", found)
            zero = sql.whole(0)
            sure = found if any_ else sql.negated(found)
            open_ = sql.every(sql.negated(sure), sql.binary(exp.GT, grade_, zero))
            return Term(
                "bool",
                sql.case([(sure, decisive), (open_, sql.NULL)], other),
                lack=sql.case([(open_, grade_)], zero),
                why=sql.case([(open_, reasons_ or sql.numbers([]))], sql.numbers([])),
            )

        return read

    def _list(self, taken: Sql | None, lack: str | None, why: str | None) -> Callable[[Encoder], Term]:
        assert self.body is not None
        if not self.to.world.ordered:
            raise Beyond("没有次序的清单", "lists without an order")
        if self.body.kind == "list" or not isinstance(self.body.den, int) or not lists.plain(self.body.den):
            raise Beyond("列出清单或分数", "lists of lists or fractions")
        items, den = self.body.kind, self.body.den
        there = sql.there(self.body.value)
        ordered = exp.Order(this=self.body.value, expressions=[exp.Ordered(this=sql.column(CHILD, ROW), desc=False)])
        listed = exp.ArrayAgg(this=ordered)
        value = self.put("v", sql.filtered(listed, there if taken is None else sql.every(taken, there)))
        kinds = {"number": self.to.world.width.name, "bool": "BOOLEAN", "date": "DATE", "moment": "TIMESTAMP"}
        none = exp.cast(exp.Array(expressions=[]), f"{kinds.get(items, 'VARCHAR')}[]", dialect="duckdb")
        listed_ = Term("list", sql.coalesce(sql.column(HERE, value), none), den, items=items)
        return lambda to: self._read(to, listed_, lack, why)

    def _best(self, kind: str, taken: Sql | None, lack: str | None, why: str | None) -> Callable[[Encoder], Term]:
        body, fold, width = self.body, self.node.fold, self.to.world.width
        assert body is not None
        if not isinstance(body.den, int):
            raise Beyond("分数的最大、最小或平均", "the maximum, minimum or mean of fractions")
        if fold == "mean":
            value = self.put("v", width.cast(sql.filtered(exp.Sum(this=body.value), taken)))
            count = self.put("c", sql.filtered(exp.Count(this=body.value), taken))
        else:
            value = self.put("v", sql.filtered(sql.function(fold, body.value), taken))
            count = ""

        def read(to: Encoder) -> Term:
            found = sql.column(HERE, value)
            if fold == "mean":
                many = width.cast(sql.coalesce(sql.column(HERE, count), sql.whole(0)))
                den = sql.case([(sql.binary(exp.GT, many, sql.whole(0)), many)], sql.whole(1))
                over: int | Sql = den if body.den == 1 else sql.binary(exp.Mul, den, sql.whole(int(body.den_sql.name)))
                term = Term("number", found, over, natural=body.natural)
            else:
                term = Term(kind, found, body.den, natural=body.natural)  # type: ignore[arg-type]
            node = self.node
            empty = to.term(node.empty) if node.empty is not None else to.blocked(node, Lack.UNDEFINED)
            whole = to.again(arithmetic.chosen([(sql.blank(found), empty)], term, kind, to.world.width))
            grade_, reasons_ = self._lack(lack, why)
            if grade_ is None:
                return whole
            open_ = sql.binary(exp.GT, grade_, sql.whole(0))
            blocked = Term(whole.kind, sql.NULL, lack=grade_, why=reasons_)
            return arithmetic.chosen([(open_, blocked)], whole, kind, to.world.width)

        return read
