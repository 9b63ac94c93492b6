"""Owns how an expression of the core becomes a term of a query: reads, logic and choices; amounts and folds have rooms of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import assert_never

from attrs import evolve, field, frozen
from sqlglot import exp

from policydsl.columnar import amounts, arithmetic, folds, sql, windows
from policydsl.columnar.arithmetic import Width
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, KEY, OWNER, ROW, Stage, owned
from policydsl.columnar.terms import (
    GRADE,
    Beyond,
    Grade,
    Reasons,
    Span,
    Stored,
    Term,
    grade,
    guarded,
    keep,
    kind_of,
    reasons,
)
from policydsl.core import program as core
from policydsl.core.types import Member
from policydsl.core.values import NONE, Lack, NotApplicable, Value


@frozen(eq=False)
class RowScope:
    """A row that is in scope: of which table, and how that is called in the step being made."""

    stage: Stage
    alias: str


@frozen(eq=False)
class NamedScope:
    """A local name: its expression and the scopes that it sees, and the term where it is one already."""

    value: core.Expr
    scopes: tuple[Scope, ...]
    term: Term | None = None


@frozen(eq=False)
class Nowhere:
    """A scope that cannot be looked at from here."""


Scope = RowScope | NamedScope | Nowhere


@frozen(eq=False)
class World:
    """What is the same for all rules of a query."""

    program: core.Program
    readings: Mapping[str, str]
    on: date | None
    width: Width
    stages: Mapping[str, Stage]
    why: Reasons
    supplied: frozenset[str]
    absent: Mapping[str, tuple[str, ...]]  # members without a row, of entities said to be complete
    checks: list[tuple[str, Stage, Sql]] = field(factory=list)
    """What hands the run to the reference where it holds for any row: the entity, its table, a column of it."""


class Encoder:
    """Makes terms on behalf of one rule. `scopes` are innermost first; the row of the rule is the last."""

    def __init__(self, world: World, rule: core.Rule, scopes: tuple[Scope, ...], hoists: bool) -> None:
        self.world, self.rule, self.scopes, self.hoists = world, rule, scopes, hoists

    # ------------------------------------------------------------ for all

    def inside(self, *scopes: Scope, hoists: bool | None = None) -> Encoder:
        """An encoder that sees more scopes."""
        return Encoder(self.world, self.rule, (*scopes, *self.scopes), self.hoists if hoists is None else hoists)

    def own(self) -> Encoder:
        """An encoder that sees nothing but the row of the rule (cells of a table)."""
        return Encoder(self.world, self.rule, self.scopes[-1:], self.hoists)

    def reason(self, lack: Lack, detail: str = "") -> int:
        """The number of a reason that lies in the rule itself."""
        return self.world.why.number((lack, self.rule.entity, self.rule.name, detail))

    def blocked(self, node: core.Expr, lack: Lack, detail: str = "") -> Term:
        """A term that lacks its value for a reason in the rule itself."""
        return self.world.why.blocked(kind_of(node.type), (lack, self.rule.entity, self.rule.name, detail))

    def again(self, term: Term) -> Term:
        """A term to be used more than once."""
        row = self.scopes[-1]
        return row.stage.hoisted(term) if self.hoists and isinstance(row, RowScope) else term

    def fit(self, term: Term) -> Term:
        """A term to compute with: none and not applicable are no values."""
        if term.absent is None:
            return evolve(term, span=None)
        undefined = self.reason(Lack.UNDEFINED)
        when = sql.there(term.absent)
        lack = sql.case([(when, sql.whole(Grade.INVALID))], term.lack or sql.whole(0))
        why = sql.case([(when, sql.numbers([undefined]))], term.why or sql.numbers([]))
        return evolve(term, lack=lack, why=why, absent=None, known=None, span=None)

    def strict(self, nodes: Sequence[core.Expr]) -> list[Term]:
        """Terms to compute with."""
        return [self.fit(self.term(node)) for node in nodes]

    def condition(self, node: core.Expr) -> Term:
        """A condition; its value is NULL where it is undecided."""
        return self.fit(self.term(node))

    def condition_or_absent(self, node: core.Expr) -> Term:
        """The filter of an aggregate: rows for which it is none or not applicable are skipped, as where it is false."""
        term = self.term(node)
        if term.absent is None:
            return evolve(term, span=None)
        return evolve(term, absent=None, span=None)

    # ------------------------------------------------------------ the one match

    def term(self, node: core.Expr) -> Term:
        """The term of an expression. Raises Beyond."""
        match node:
            case core.Const(value=value):
                return self.constant(node, value)
            case core.Inapplicable(reason=reason):
                return Term(kind_of(node.type), sql.NULL, absent=sql.text(f"={reason}"))
            case core.FieldRead(row=row, name=name):
                return self._read(row, lambda stage: stage.fields[name])
            case core.RuleRead(row=row, name=name):
                return self._read(row, lambda stage: self._rule(stage, name))
            case core.Local(depth=depth):
                return self._local(depth)
            case core.Let(value=value, body=body):
                named = NamedScope(value, self.scopes, self.again(self.term(value)) if self.hoists else None)
                return self.inside(named).term(body)
            case core.Apply():
                return amounts.applied(self, node)
            case core.Compare():
                return self._compare(node)
            case core.Every(parts=parts):
                terms = [self.again(self.condition(part)) for part in parts]
                return self._decided(sql.every(*[term.value for term in terms]), terms)
            case core.Some(parts=parts, at_least=least):
                return self._some(parts, least)
            case core.Not(part=part):
                term = self.condition(part)
                return evolve(term, value=sql.negated(term.value))
            case core.Within():
                return folds.within(self, node)
            case core.OneOf(item=item, options=options):
                return self._one_of(item, options)
            case core.Choose():
                return self._choose(node)
            case core.Bands():
                return amounts.bands(self, node)
            case core.Brackets():
                return amounts.brackets(self, node)
            case core.Increment():
                return amounts.increment(self, node)
            case core.Limit():
                return amounts.limited(self, node)
            case core.Pick(kind=kind, options=choices):
                terms = self.strict([choice.value for choice in choices])
                best = terms[0]
                for term in terms[1:]:
                    best = arithmetic.extreme(kind, self.again(best), self.again(term), self.world.width)
                return best
            case core.Round(mode=mode, place=place, body=body):
                term = self.again(self.fit(self.term(body)))
                return arithmetic.rounded(term, place, mode, self.world.width)
            case core.Lookup():
                return self._lookup(node)
            case core.Aggregate():
                return folds.aggregate(self, node)
            case core.Switch(reading=reading, options=choices):
                name = self.world.readings[reading]
                found = next((choice.value for choice in choices if choice.label == name), None)
                return Term("text", sql.text(name)) if found is None else self.term(found)
            case core.OnDay():
                if self.world.on is None:
                    return self.blocked(node, Lack.MISSING)
                return Term("date", sql.day(self.world.on))
            case core.Pending(reason=reason):
                return self.blocked(node, Lack.DECISION, reason)
            case core.IfInapplicable(body=body, instead=instead):
                return self._if_inapplicable(node, body, instead)
            case core.Has(body=body):
                return self._has(self.term(body))
            case core.UnmetTasks(parts=parts):
                return self._unmet(parts)
            case core.Rank():
                return windows.rank(self, node)
            case core.Running():
                return windows.running(self, node)
            case core.Share():
                return windows.share(self, node)
            case core.Previous():
                raise Beyond("上一条", "the previous row")
            case _:
                assert_never(node)

    # ------------------------------------------------------------ leaves

    def constant(self, node: core.Expr, value: Value) -> Term:
        """A written value."""
        match value:
            case bool():
                return Term("bool", sql.TRUE if value else sql.FALSE)
            case int() | Fraction():
                return self.world.width.number(value)
            case str():
                return Term("text", sql.text(value))
            case date():
                return Term(kind_of(node.type), sql.day(value))
            case NotApplicable(reason=reason):
                return Term(kind_of(node.type), sql.NULL, absent=sql.text(f"={reason}"))
            case tuple():
                raise Beyond("清单和日历", "lists and calendars")
            case _ if value is NONE:
                return Term(kind_of(node.type), sql.NULL, absent=sql.text("-"))
            case _:
                raise Beyond("这种值", "such a value")

    def _local(self, depth: int) -> Term:
        scope = self.scopes[depth]
        if isinstance(scope, NamedScope):
            if scope.term is not None:
                return scope.term
            outer = self.scopes[depth + 1 :]
            return Encoder(self.world, self.rule, outer, self.hoists).term(scope.value)
        raise Beyond("这里看不到的局部名称", "a local name out of reach")

    def _rule(self, stage: Stage, name: str) -> Stored:
        if name not in stage.rules:
            raise Beyond(f"用到「{name}」", f"uses 「{name}」")
        return stage.rules[name]

    def row(self, ref: core.RowRef) -> RowScope:
        """The scope that a reference to a row in scope means."""
        scope = self.scopes[ref.depth] if isinstance(ref, core.Here) else None
        if not isinstance(scope, RowScope):
            raise Beyond("从这里看不到的行", "a row out of reach")
        return scope

    def _read(self, ref: core.RowRef, pick: Callable[[Stage], Stored]) -> Term:
        if isinstance(ref, core.Here):
            scope = self.row(ref)
            return pick(scope.stage).at(scope.alias)
        stage, alias, stored = self._reach(ref, pick)
        del stage
        return stored.at(alias)

    def _reach(self, ref: core.RowRef, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
        """Bring a column of another row to a table in scope."""
        match ref:
            case core.Here():
                scope = self.row(ref)
                return scope.stage, scope.alias, pick(scope.stage)
            case core.Sole(entity=entity):
                return self._bring(self._last(), self.world.stages[entity], pick)
            case core.Owner(of=of, entity=entity):
                owner = self.world.stages[entity]
                if owner.sole:
                    return self._bring(self._last(), owner, pick)
                if isinstance(of, core.Here):
                    return self._bring(self.row(of), owner, pick)
                reach: list[Stored] = []

                def through(stage: Stage) -> Stored:
                    reach.append(self._join(stage, owner, pick(owner)))
                    return reach[-1]

                return self._reach(of, through)
            case core.Keyed(entity=entity, key=key):
                return self._keyed(entity, key, pick)
            case core.OnlyChild(of=of, entity=entity):
                if not isinstance(of, core.Here):
                    raise Beyond("别的行的至多一条", "the only child of another row")
                return self._only(self.row(of), entity, pick)
            case _:
                assert_never(ref)

    def _last(self) -> RowScope:
        scope = self.scopes[-1]
        if not isinstance(scope, RowScope):
            raise Beyond("从这里看不到的行", "a row out of reach")
        return scope

    def _bring(self, scope: RowScope, owner: Stage, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
        return scope.stage, scope.alias, self._join(scope.stage, owner, pick(owner))

    def _keyed(self, entity: str, key: core.Expr, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
        """A column of the row that has a given key."""
        here, other = self._last(), self.world.stages[entity]
        if not self.hoists or kind_of(key.type) not in ("text", "date"):
            raise Beyond("按数找到的行", "a row found by a number")
        item = self.again(self.fit(self.term(key)))
        stored = pick(other)
        base = other.flush()
        field = self.world.program.entities[entity].key_field
        missing = self.world.why.number((Lack.MISSING, entity, field.name if field else entity, ""))
        term = guarded(stored.at("o"), sql.blank(sql.column("o", KEY)), Grade.UNKNOWN, missing)
        if item.lack is not None:
            blocked = Term(term.kind, sql.NULL, lack=item.lack, why=item.why)
            term = arithmetic.chosen(
                [(sql.binary(exp.GT, item.lack, sql.whole(0)), blocked)], term, term.kind, self.world.width
            )
        text = exp.cast(item.value, "VARCHAR")
        return (
            here.stage,
            here.alias,
            self._gathered(here.stage, base, sql.binary(exp.EQ, sql.column("o", KEY), text), term),
        )

    def _only(self, scope: RowScope, entity: str, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
        """A column of the one child that may be absent; more than one are a conflict."""
        if entity not in self.world.supplied:
            raise Beyond("没有报来的至多一条", "an only child of a table not supplied")
        child, stage = self.world.stages[entity], scope.stage
        stored = pick(child)
        base = child.flush()
        counted = exp.Select(
            expressions=[
                exp.alias_(sql.column("c", OWNER), "owner", copy=False),
                exp.alias_(exp.Min(this=sql.column("c", ROW)), "first", copy=False),
                exp.alias_(exp.Count(this=exp.Star()), "many", copy=False),
            ]
        )
        counted.set("from_", exp.From(this=exp.alias_(exp.to_table(base), "c", table=True)))
        counted.set("group", exp.Group(expressions=[sql.column("c", OWNER)]))
        firsts = stage.query.step("only", counted)
        one = exp.Select(
            expressions=[exp.Column(this=exp.Star(), table=exp.to_identifier("c")), exp.column("many", table="f")]
        )
        one.set("from_", exp.From(this=exp.alias_(exp.to_table(base), "c", table=True)))
        same = sql.binary(exp.EQ, sql.column("f", "first"), sql.column("c", ROW))
        one.set("joins", [exp.Join(this=exp.alias_(exp.to_table(firsts), "f", table=True), on=same)])
        step = stage.query.step("only", one)
        conflict = self.world.why.number((Lack.CONFLICT, entity, entity, ""))
        term = stored.at("o")
        nobody = sql.blank(sql.column("o", KEY))
        none = Term(term.kind, sql.NULL, absent=sql.text("-"))
        if term.known is not None or sql.written(term.value):
            term = evolve(term, value=sql.case([(sql.negated(nobody), term.value)], sql.NULL), known=None)
        term = arithmetic.chosen([(nobody, none)], evolve(term, span=None), term.kind, self.world.width)
        term = guarded(
            term,
            sql.coalesce(sql.binary(exp.GT, sql.column("o", "many"), sql.whole(1)), sql.FALSE),
            Grade.INVALID,
            conflict,
        )
        return (
            stage,
            scope.alias,
            self._gathered(stage, step, sql.binary(exp.EQ, sql.column("o", OWNER), sql.column(HERE, KEY)), term),
        )

    def _gathered(self, stage: Stage, step: str, on: Sql, term: Term) -> Stored:
        columns: list[tuple[str, Sql]] = []
        kept = keep(term, stage.fresh("j"), lambda name, value: columns.append((name, value)))
        stage.gather(step, on, columns)
        return kept

    def _join(self, stage: Stage, owner: Stage, stored: Stored) -> Stored:
        """Columns of the owner's (or the only) row as columns of this table; found again when asked for again."""
        if stage is owner:
            return stored
        memo = (owner.entity, stored.columns or stored)
        if memo in stage.joined:
            return stage.joined[memo]
        base = owner.flush()
        columns: list[tuple[str, Sql]] = []
        term = stored.at("o")
        if not owner.sole and not stage.full:
            field = self.world.program.entities[owner.entity].key_field
            number = self.world.why.number((Lack.MISSING, owner.entity, field.name if field else owner.entity, ""))
            term = guarded(term, sql.blank(sql.column("o", KEY)), Grade.UNKNOWN, number)
        kept = keep(term, stage.fresh("j"), lambda name, value: columns.append((name, value)))
        if columns:
            stage.gather(base, None if owner.sole else owned(), columns)
        stage.joined[memo] = kept
        return kept

    # ------------------------------------------------------------ conditions

    def _decided(self, value: Sql, terms: Sequence[Term]) -> Term:
        """A condition of several: it lacks what they lack only while it is undecided."""
        lack = grade([term.lack for term in terms])
        if lack is None:
            return Term("bool", value)
        open_ = sql.blank(value)
        why = reasons([term.why for term in terms]) or sql.numbers([])
        return Term(
            "bool", value, lack=sql.case([(open_, lack)], sql.whole(0)), why=sql.case([(open_, why)], sql.numbers([]))
        )

    def _some(self, parts: Sequence[core.Expr], least: int) -> Term:
        terms = [self.again(self.condition(part)) for part in parts]
        if least == 1:
            return self._decided(sql.some(*[term.value for term in terms]), terms)
        one, none = sql.whole(1), sql.whole(0)
        sure = sql.joined(exp.Add, [sql.case([(term.value, one)], none) for term in terms], none)
        possible = sql.joined(
            exp.Add, [sql.case([(sql.coalesce(term.value, sql.TRUE), one)], none) for term in terms], none
        )
        value = sql.case(
            [
                (sql.binary(exp.GTE, sure, sql.whole(least)), sql.TRUE),
                (sql.binary(exp.LT, possible, sql.whole(least)), sql.FALSE),
            ],
            sql.NULL,
        )
        return self._decided(value, terms)

    def _compare(self, node: core.Compare) -> Term:
        left, right = self.term(node.left), self.term(node.right)
        if isinstance(left.value, exp.Literal) and isinstance(right.value, exp.Literal) and left.kind == "text":
            # a reading is a constant of the run
            same = left.value.name == right.value.name
            if node.op in ("eq", "ne"):
                return Term("bool", sql.TRUE if same is (node.op == "eq") else sql.FALSE)
        spans = (left.span, right.span)
        one, two = self.again(self.fit(left)), self.again(self.fit(right))
        value = arithmetic.compared(node.op, one, two, self.world.width)
        if spans == (None, None) or (left.lack is None and right.lack is None):
            return arithmetic.united("bool", value, [one, two])
        certain = self._certain(node.op, evolve(one, span=spans[0]), evolve(two, span=spans[1]))
        return self._decided(certain, [one, two])

    def _certain(self, op: core.Comparator, left: Term, right: Term) -> Sql:
        """What is certain of two numbers of which at least one may be an open count."""

        def ends(term: Term) -> tuple[Term, Term | None]:
            if term.span is None:
                bare = evolve(term, lack=None, why=None)
                return bare, bare
            low = Term("number", term.span.low, natural=True)
            high = Term("number", term.span.high, natural=True) if term.span.high is not None else None
            return low, high

        (low, high), (least, most) = ends(left), ends(right)

        def compared(relation: core.Comparator, a: Term | None, b: Term | None) -> Sql:
            if a is None or b is None:
                return sql.FALSE
            return sql.coalesce(arithmetic.compared(relation, a, b, self.world.width), sql.FALSE)

        above, below = compared("gt", low, most), compared("lt", high, least)
        at_least, at_most = compared("ge", low, most), compared("le", high, least)
        exact = arithmetic.compared(op, evolve(left, lack=None), evolve(right, lack=None), self.world.width)
        rows: dict[core.Comparator, list[tuple[Sql, Sql]]] = {
            "ge": [(at_least, sql.TRUE), (below, sql.FALSE)],
            "gt": [(above, sql.TRUE), (at_most, sql.FALSE)],
            "le": [(at_most, sql.TRUE), (above, sql.FALSE)],
            "lt": [(below, sql.TRUE), (at_least, sql.FALSE)],
            "eq": [(sql.some(above, below), sql.FALSE)],
            "ne": [(sql.some(above, below), sql.TRUE)],
        }
        return sql.case(rows[op], exact)

    def _one_of(self, item: core.Expr, options: Sequence[core.Expr]) -> Term:
        what = self.again(self.fit(self.term(item)))
        terms = self.strict(options)
        equals = [arithmetic.compared("eq", what, term, self.world.width) for term in terms]
        return self._decided(sql.some(*equals), [what, *terms])

    def _has(self, term: Term) -> Term:
        if term.absent is None:
            value: Sql = sql.TRUE
            if term.lack is not None:
                value = sql.case([(sql.there(term.value), sql.TRUE)], sql.NULL)
            return Term("bool", value, lack=term.lack, why=term.why)
        rows: list[tuple[Sql, Sql]] = [(sql.there(term.absent), sql.FALSE)]
        if term.lack is not None:
            rows.append((sql.binary(exp.GT, term.lack, sql.whole(0)), sql.NULL))
        return Term("bool", sql.case(rows, sql.TRUE), lack=term.lack, why=term.why)

    def _unmet(self, parts: Sequence[core.Option]) -> Term:
        terms = [self.again(self.condition(part.value)) for part in parts]
        items = [
            sql.case([(sql.negated(term.value), sql.text(part.label))], sql.NULL)
            for part, term in zip(parts, terms, strict=True)
        ]
        listed = sql.function("list_filter", exp.Array(expressions=items), _not_blank())
        lack = grade([term.lack for term in terms])
        if lack is not None:
            listed = sql.case([(sql.binary(exp.EQ, lack, sql.whole(0)), listed)], sql.NULL)
        return arithmetic.united("list", listed, terms)

    # ------------------------------------------------------------ choices

    def _if_inapplicable(self, node: core.Expr, body: core.Expr, instead: core.Expr) -> Term:
        term = self.again(self.term(body))
        if term.absent is None:
            return term
        other = self.term(instead)
        return arithmetic.chosen(
            [(sql.there(term.absent), other)], evolve(term, absent=None), kind_of(node.type), self.world.width
        )

    def _choose(self, node: core.Choose) -> Term:
        kind = kind_of(node.type)
        cases: list[core.Case] = []
        whens: list[Term] = []
        for case in node.cases:
            when = self.again(self.condition(case.when))
            if isinstance(when.value, exp.Boolean) and not when.value.this:
                continue
            if node.hit == "first" and isinstance(when.value, exp.Boolean) and not cases:
                return self.term(case.value)
            cases.append(case)
            whens.append(when)
        if not cases and node.otherwise is not None:
            return self.term(node.otherwise)
        values = [self._passed(case.value) for case in cases]
        if node.otherwise is not None:
            rest = self._passed(node.otherwise)
        else:
            rest = self.blocked(node, Lack.NOT_IN_FORCE if node.form == "dated" else Lack.CONFLICT)
        if node.hit == "first" or len(cases) <= 1:
            rows: list[tuple[Sql, Term]] = []
            for when, value in zip(whens, values, strict=True):
                if when.lack is not None:
                    rows.append((sql.blank(when.value), Term(kind, sql.NULL, lack=when.lack, why=when.why)))
                rows.append((when.value, value))
            return arithmetic.chosen(rows, rest, kind, self.world.width)
        return self._several(node, kind, whens, values, rest)

    def _passed(self, node: core.Expr) -> Term:
        """A value that is handed on: what is certain of an open count would be lost."""
        term = self.term(node)
        if term.span is not None and term.lack is not None:
            raise Beyond("经过选择的计数", "a count that passes through a choice")
        return evolve(term, span=None)

    def _several(self, node: core.Choose, kind: str, whens: Sequence[Term], values: Sequence[Term], rest: Term) -> Term:
        values = [self.again(value) for value in values]
        conflict = self.blocked(node, Lack.CONFLICT)
        rows: list[tuple[Sql, Term]] = []
        pairs = [
            (sql.every(one.value, two.value), values[i], values[j + i + 1])
            for i, one in enumerate(whens)
            for j, two in enumerate(whens[i + 1 :])
        ]
        if node.hit == "unique":
            rows.append((sql.coalesce(sql.some(*[both for both, *_ in pairs]), sql.FALSE), conflict))
        lack = grade([when.lack for when in whens])
        if lack is not None:
            open_ = sql.some(*[sql.blank(when.value) for when in whens])
            rows.append((open_, Term(kind, sql.NULL, lack=lack, why=reasons([when.why for when in whens]))))  # type: ignore[arg-type]
        if node.hit == "agree":
            for both, one, two in pairs:
                if one.absent is not None or two.absent is not None:
                    raise Beyond("几条都成立的例外给出「不适用」", "exceptions of which several hold and do not apply")
                united = arithmetic.united(kind, sql.NULL, [one, two])
                if united.lack is not None:
                    lacking = sql.every(both, sql.binary(exp.GT, united.lack, sql.whole(0)))
                    rows.append((lacking, united))
                differ = sql.coalesce(arithmetic.compared("ne", one, two, self.world.width), sql.FALSE)
                rows.append((sql.every(both, differ), conflict))
        rows.extend((when.value, value) for when, value in zip(whens, values, strict=True))
        return arithmetic.chosen(rows, rest, kind, self.world.width)

    def _lookup(self, node: core.Lookup) -> Term:
        table = self.world.program.tables[node.table]
        keys = [self.again(term) for term in self.strict(node.keys)]
        inside = self.own()
        kind = kind_of(node.type)
        rows: list[tuple[Sql, Term]] = []
        lack = grade([key.lack for key in keys])
        if lack is not None:
            rows.append(
                (
                    sql.binary(exp.GT, lack, sql.whole(0)),
                    Term(kind, sql.NULL, lack=lack, why=reasons([key.why for key in keys])),
                )
            )
        rest = self.blocked(node, Lack.CONFLICT)
        complete = self._complete(table, node)
        for row in table.rows:
            cell = inside._passed(row.cells[node.column])
            if row.otherwise or (complete and row is table.rows[-1]):
                rest = cell
                continue
            parts = [
                self._accepts(key, accepted)
                for key, accepted in zip(keys, row.keys, strict=True)
                if accepted is not None
            ]
            rows.append((sql.every(*parts), cell))
        return arithmetic.chosen(rows, rest, kind, self.world.width)

    def _complete(self, table: core.Table, node: core.Lookup) -> bool:
        """Whether each member of a 名录 has its row, so that whatever is in no other row is in the last."""
        if len(node.keys) != 1 or any(row.otherwise for row in table.rows):
            return False
        type_ = node.keys[0].type
        accepted = {key for row in table.rows for key in row.keys[0] or () if isinstance(key, str)}
        return isinstance(type_, Member) and accepted >= set(self.world.program.rolls[type_.roll].members)

    def _accepts(self, key: Term, accepted: Sequence[Value | core.Interval]) -> Sql:
        parts: list[Sql] = []
        plain = [item for item in accepted if not isinstance(item, core.Interval)]
        if key.kind == "text" and plain:
            parts.append(exp.In(this=key.value, expressions=[sql.text(str(item)) for item in plain]))
            plain = []
        for item in accepted:
            if isinstance(item, core.Interval):
                ends = []
                if item.low is not None:
                    ends.append(self._against("ge" if item.low_closed else "gt", key, item.low))
                if item.high is not None:
                    ends.append(self._against("le" if item.high_closed else "lt", key, item.high))
                parts.append(sql.every(*ends))
        parts.extend(self._against("eq", key, item) for item in plain)
        return sql.some(*parts)

    def _against(self, op: core.Comparator, key: Term, value: Value) -> Sql:
        other = self.constant(core.Const(value, type=self.rule.type), value)
        if isinstance(value, date):
            other = evolve(other, kind=key.kind)
        return arithmetic.compared(op, key, other, self.world.width)


def _not_blank() -> Sql:
    item = exp.to_identifier("x")
    return exp.Lambda(this=sql.there(exp.Column(this=item)), expressions=[item])


def row_of(stage: Stage) -> RowScope:
    """The scope of the row that a rule of this table is about."""
    return RowScope(stage, HERE)


__all__ = ["GRADE", "Encoder", "NamedScope", "Nowhere", "RowScope", "Span", "World", "row_of"]
