"""Owns how the siblings of a row stand in a query: which rows take part, what divides them, why that may be open.

What the rows of a group lack together is gathered in a step of its own and joined to each of them: so many rows never hold so many
reasons each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.scopes import World
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, KEY, OWNER, ROW, owned
from policydsl.columnar.terms import Beyond, Grade, Term, grade, reasons
from policydsl.core import program as core
from policydsl.core.types import Member, strip
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder


@frozen
class Open:
    """Why something is open: how gravely, and the reasons. Both are there for every row; the lack is 0 where nothing is open."""

    lack: Sql
    why: Sql

    @property
    def there(self) -> Sql:
        """Whether there is a reason."""
        return sql.binary(exp.GT, self.lack.copy(), sql.whole(0))

    def blocked(self, term: Term) -> Term:
        """A term of the same kind that lacks its value for these reasons."""
        return Term(term.kind, sql.NULL, lack=self.lack.copy(), why=self.why.copy())


class Among:
    """The siblings of a row: which rows take part, and what divides them into groups."""

    def __init__(self, to: Encoder, node: core.Siblings) -> None:
        if to.scopes[-1] is not to.home:
            raise Beyond("合计里的名次和分配", "ranks and shares within an aggregate")
        self.to = to
        entities = to.world.program.entities
        owner = entities[node.entity].owner if node.owned else None
        by_owner = owner is not None and not entities[owner].singleton
        self._common: list[Open] = []
        self._own: Open | None = None
        self.held: Sql | None = None
        """Whether a row takes part; None where all do."""
        self.open: Open | None = None
        """Why that is open."""
        if node.where is not None:
            where = to.again(to.own().term(node.where))
            self.open = opened(where)
            self.held = self.column(sql.coalesce(where.value, sql.FALSE))
        self.lineup: list[Sql] = []
        if by_owner:
            assert owner is not None
            self.lineup.append(sql.column(HERE, OWNER))
            if not to.home.stage.full:
                self._orphans(owner)
        elif to.world.absent.get(node.entity):
            self._absent(node.entity)
        self.groups = list(self.lineup)
        if node.group:
            self._grouped(node.group)

    # ------------------------------------------------------------ what blocks a row or all of them

    def _absent(self, entity: str) -> None:
        """Rows that should be there and are not may stand anywhere."""
        declared = self.to.world.program.entities[entity].key_field
        number = self.to.world.why.number((Lack.MISSING, entity, declared.name if declared else entity, ""))
        self._common.append(Open(sql.whole(Grade.UNKNOWN), sql.numbers([number])))

    def _orphans(self, owner: str) -> None:
        """Of a row whose owner has no row of its own nobody knows the siblings."""
        stage, base = self.to.home.stage, self.to.world.stages[owner].flush()
        name = stage.fresh("p")
        stage.gather(base, owned(), [(name, sql.column("o", KEY))])
        declared = self.to.world.program.entities[owner].key_field
        number = self.to.world.why.number((Lack.MISSING, owner, declared.name if declared else owner, ""))
        alone = sql.blank(sql.column(HERE, name))
        lack = sql.case([(alone, sql.whole(Grade.UNKNOWN))], sql.whole(0))
        self._common.append(Open(lack, sql.case([(alone.copy(), sql.numbers([number]))], sql.numbers([]))))

    def _grouped(self, keys: tuple[core.Expr, ...]) -> None:
        """Groups; a row of unknown group may belong to any, so that it blocks them all. Raises Beyond where it may be of some by one
        key and not by another."""
        terms = [self.to.again(self.to.own().term(key)) for key in keys]
        if not all(isinstance(term.den, int) for term in terms):
            raise Beyond("按分数分组", "groups by fractions")
        if len(terms) > 1 and any(term.lack is not None for term in terms):
            raise Beyond("几个键中可能缺数的分组", "groups by several keys of which one may be lacking")
        self._own = opened(terms[0])
        if self._own is not None:
            self._common.append(self.gathered(self.lineup, self._own, self.taking_part))
        self.groups += [term.value for term in terms]

    @property
    def taking_part(self) -> Sql:
        """Whether a row takes part or may."""
        if self.held is None:
            return sql.TRUE
        return self.held.copy() if self.open is None else sql.some(self.held.copy(), self.open.there)

    @property
    def sure(self) -> Sql:
        """Whether a row surely takes part."""
        return sql.TRUE if self.held is None else self.held.copy()

    def standing(self, term: Term, outside: Term | None = None) -> Term:
        """A term, blocked where nobody knows the group of the row, or its siblings; `outside`: of a row that surely is left out."""
        rows: list[tuple[Sql, Term]] = []
        if outside is not None and self.held is not None:
            rows.append((sql.negated(self.taking_part), outside))
        if self._own is not None:
            rows.append((self._own.there, self._own.blocked(term)))
        common = together(self._common)
        if common is not None:
            rows.append((common.there, common.blocked(term)))
        return arithmetic.chosen(rows, term, term.kind, self.to.world.width) if rows else term

    def gathered(self, groups: Sequence[Sql], found: Open, when: Sql) -> Open:
        """What the rows of a group that fulfil a condition lack together, brought to each row of it."""
        stage = self.to.home.stage
        base, name = stage.flush(), stage.fresh("g")
        listed = sql.function("flatten", sql.function("list", exp.Distinct(expressions=[found.why.copy()])))
        lack, why = f"{name}l", f"{name}w"
        expressions = [
            exp.alias_(sql.function("max", found.lack.copy()), lack, copy=False),
            exp.alias_(sql.function("list_distinct", listed), why, copy=False),
        ]
        select = exp.Select(expressions=expressions)
        select.set("from_", exp.From(this=exp.alias_(exp.to_table(base), HERE, table=True)))
        select.set("where", exp.Where(this=sql.every(when, found.there)))
        for at, group in enumerate(groups):
            select.append("expressions", exp.alias_(group.copy(), f"{name}q{at}", copy=False))
        if groups:
            select.set("group", exp.Group(expressions=[group.copy() for group in groups]))
        step = stage.query.step("group", select)
        pairs = [
            exp.NullSafeEQ(this=sql.column("o", f"{name}q{at}"), expression=group.copy())
            for at, group in enumerate(groups)
        ]
        stage.gather(
            step, sql.every(*pairs) if pairs else None, [(column, sql.column("o", column)) for column in (lack, why)]
        )
        return Open(
            sql.coalesce(sql.column(HERE, lack), sql.whole(0)), sql.coalesce(sql.column(HERE, why), sql.numbers([]))
        )

    # ------------------------------------------------------------ windows

    def over(
        self,
        fold: Sql,
        order: Sequence[Sql] | None = None,
        frame: str = "",
        more: Sequence[Sql] = (),
    ) -> Sql:
        """A fold over the row's group, divided by `more`; in order, and as far as this row (`so far`) or the one before it (`before`)."""
        window = exp.Window(this=fold, partition_by=[part.copy() for part in (*self.groups, *more)])
        if order is not None:
            window.set("order", exp.Order(expressions=[item.copy() for item in order]))
        if frame:
            end = ("CURRENT ROW", None) if frame == "so far" else (sql.whole(1), "PRECEDING")
            spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=end[0], end_side=end[1])
            window.set("spec", spec)
        return self.column(window)

    def column(self, value: Sql) -> Sql:
        """Something as a column of the table, for windows do not nest."""
        if isinstance(value, exp.Column) or sql.written(value):
            return value
        stage = self.to.home.stage
        name = stage.fresh("w")
        stage.put(name, value)
        return sql.column(HERE, name)

    # ------------------------------------------------------------ what rows are ordered and weighed by

    def amount(self, node: core.Expr) -> Term:
        """What the siblings are compared or weighed by."""
        return self.to.again(self.to.fit(self.to.own().term(node)))

    def comparable(self, node: core.Expr) -> tuple[Sql, Open | None]:
        """A key to order by, and why it may be open."""
        term = self.amount(node)
        return self.column(sortable(self.to.world, node, term)), opened(term)

    def line(self, keys: tuple[core.OrderKey, ...]) -> Line:
        """The order in which rows stand: by keys, or as in their table. Raises Beyond where one of several may be lacking, since it is
        needed only of rows that are alike in the others."""
        if not keys:
            if not self.to.world.ordered:
                raise Beyond("表里行的次序", "the order of the rows of a table")
            return Line(self, [(sql.column(HERE, ROW), False)], None, True)
        found = [(*self.comparable(key.value), key.descending) for key in keys]
        if len(found) > 1 and any(own is not None for _, own, _ in found):
            raise Beyond("几个键中可能缺数的次序", "an order by several keys of which one may be lacking")
        return Line(self, [(value, down) for value, _, down in found], found[0][1], False)


class Line:
    """The siblings in order: by keys, each with whether the highest comes first."""

    def __init__(self, among: Among, keys: Sequence[tuple[Sql, bool]], own: Open | None, unique: bool) -> None:
        self._among = among
        self.own = own
        """Why nobody knows where this row stands."""
        self.blocked = among.gathered(among.groups, own, among.taking_part) if own is not None else None
        """Why there is no order at all."""
        self.values = [value for value, _ in keys]
        self.descending = [down for _, down in keys]
        self.order = [exp.Ordered(this=value.copy(), desc=down, nulls_first=True) for value, down in keys]
        self.alike: Sql = sql.whole(1)
        """How many siblings surely stand at the place of this row, itself among them."""
        self.tied: Sql = sql.FALSE
        """Whether another does."""
        if not unique:
            self.alike = among.over(sql.filtered(exp.Count(this=exp.Star()), among.held), more=self.values)
            itself = sql.whole(1)
            if among.held is not None:
                itself = sql.case([(among.held.copy(), sql.whole(1))], sql.whole(0))
            self.tied = sql.binary(exp.GT, self.alike, itself)

    def placed(self, term: Term) -> Term:
        """A term, blocked where there is no order, or the row has no place in it."""
        rows = [(found.there, found.blocked(term)) for found in (self.blocked, self.own) if found is not None]
        return arithmetic.chosen(rows, term, term.kind, self._among.to.world.width) if rows else term


def sortable(world: World, node: core.Expr, term: Term) -> Sql:
    """What a term is ordered by: itself, or a member's place in its 名录. Raises Beyond."""
    if term.kind == "number" and not isinstance(term.den, int):
        raise Beyond("按分数排的次序", "an order by fractions")
    if term.kind not in ("number", "date", "moment", "bool", "text"):
        raise Beyond("这样的次序", "such an order")
    type_ = strip(node.type)
    if not isinstance(type_, Member):
        return term.value
    members = world.program.rolls[type_.roll].members
    rows = [(sql.binary(exp.EQ, term.value, sql.text(name)), sql.whole(at)) for at, name in enumerate(members)]
    place = sql.case(rows, sql.whole(len(members)))
    return place if term.sure else sql.case([(sql.there(term.value.copy()), place)], sql.NULL)


def said(when: Sql, grade_: int, number: int) -> Open:
    """One reason where a condition holds."""
    return Open(
        sql.case([(when, sql.whole(grade_))], sql.whole(0)),
        sql.case([(when.copy(), sql.numbers([number]))], sql.numbers([])),
    )


def opened(term: Term) -> Open | None:
    """Why a term is open; None where it never is."""
    return Open(term.lack, term.why or sql.numbers([])) if term.lack is not None else None


def together(parts: Sequence[Open | None]) -> Open | None:
    """Several reasons at once."""
    found = [part for part in parts if part is not None]
    lack, why = grade([part.lack for part in found]), reasons([part.why for part in found])
    return Open(lack, why or sql.numbers([])) if lack is not None else None


def beside(term: Term, *more: Open | None) -> Term:
    """A term that lacks its value also for other reasons, all of them named."""
    found = together([opened(term), *more])
    if found is None:
        return term
    value = sql.case([(sql.binary(exp.EQ, found.lack.copy(), sql.whole(0)), term.value)], sql.NULL)
    return evolve(term, value=value, lack=found.lack, why=found.why, known=None)
