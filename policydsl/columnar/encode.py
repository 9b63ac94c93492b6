"""Owns how an expression of the core becomes a term of a query: the one match; each family of nodes has a room of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import assert_never

from attrs import evolve

from policydsl.columnar import amounts, arithmetic, choices, ends, folds, logic, members, reach, shares, sql, windows
from policydsl.columnar.scopes import NamedScope, Nowhere, Outer, RowScope, Scope, World
from policydsl.columnar.stages import HERE, Stage
from policydsl.columnar.terms import Beyond, Grade, Stored, Term, keep, kind_of
from policydsl.core import program as core
from policydsl.core.values import NONE, Lack, NotApplicable, Value
from policydsl.interpret.scopes import Scopes

_SCOPES = Scopes()


class Encoder:
    """Makes terms on behalf of one rule. `scopes` are innermost first; the row of the rule is the last."""

    def __init__(
        self,
        world: World,
        rule: core.Rule,
        scopes: tuple[Scope, ...],
        home: RowScope,
        around: Encoder | None = None,
        shown: bool = False,
    ) -> None:
        self.world, self.rule, self.scopes, self.home, self.around, self.shown = (
            world,
            rule,
            scopes,
            home,
            around,
            shown,
        )
        self.hoists = around is None

    # ------------------------------------------------------------ for all

    def inside(self, *scopes: Scope) -> Encoder:
        """An encoder that sees more scopes."""
        return Encoder(self.world, self.rule, (*scopes, *self.scopes), self.home, self.around, self.shown)

    def below(self, row: RowScope, shown: bool) -> Encoder:
        """An encoder for what an aggregate asks of each row. `shown`: whether the row of the aggregate can be looked at there."""
        outer = self.scopes if shown else tuple(Nowhere() for _ in self.scopes)
        return Encoder(self.world, self.rule, (row, *outer), self.home, self, shown)

    def own(self) -> Encoder:
        """An encoder that sees nothing but the row of the rule (cells of a table)."""
        return Encoder(self.world, self.rule, self.scopes[-1:], self.home, self.around, self.shown)

    @property
    def nearest(self) -> RowScope:
        """The row that one row of a singleton can be brought to."""
        if self.hoists or self.shown:
            return self.home
        return next(scope for scope in self.scopes if isinstance(scope, RowScope))

    def reason(self, lack: Lack, detail: str = "") -> int:
        """The number of a reason that lies in the rule itself."""
        return self.world.why.number((lack, self.rule.entity, self.rule.name, detail))

    def blocked(self, node: core.Expr, lack: Lack, detail: str = "") -> Term:
        """A term that lacks its value for a reason in the rule itself."""
        return self.world.why.blocked(kind_of(node.type), (lack, self.rule.entity, self.rule.name, detail))

    def again(self, term: Term) -> Term:
        """A term to be used more than once."""
        return self.home.stage.hoisted(term) if self.hoists else term

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

    @staticmethod
    def seen(node: core.Expr) -> frozenset[int]:
        """The scopes that an expression looks at, counted outwards from where it stands."""
        return _SCOPES.reach(node)

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
            case core.FieldRead(row=row) | core.RuleRead(row=row) if not self.hoists and reach.keyed(row):
                return self._below(node)
            case core.FieldRead(row=row, name=name):
                return reach.read(self, row, lambda stage: stage.fields[name])
            case core.RuleRead(row=row, name=name):
                return reach.read(self, row, lambda stage: self._rule(stage, name))
            case core.Local(depth=depth):
                return self._local(depth)
            case core.Let(value=value, body=body):
                named = NamedScope(value, self.scopes, self.again(self.term(value)) if self.hoists else None)
                return self.inside(named).term(body)
            case core.Apply():
                return amounts.applied(self, node)
            case core.Compare():
                return logic.compare(self, node)
            case core.Every(parts=parts):
                terms = [self.again(self.condition(part)) for part in parts]
                return logic.decided(self, sql.every(*[term.value for term in terms]), terms)
            case core.Some(parts=parts, at_least=least):
                return logic.some(self, parts, least)
            case core.Not(part=part):
                term = self.condition(part)
                return evolve(term, value=sql.negated(term.value))
            case core.Within() if not self.hoists:
                return self._below(node)
            case core.Within():
                return members.within(self, node)
            case core.OneOf(item=item, options=options):
                return logic.one_of(self, item, options)
            case core.Choose():
                return choices.choose(self, node)
            case core.Bands():
                return amounts.bands(self, node)
            case core.Brackets():
                return amounts.brackets(self, node)
            case core.Increment():
                return amounts.increment(self, node)
            case core.Limit():
                return amounts.limited(self, node)
            case core.Pick(kind=kind, options=offered):
                terms = self.strict([choice.value for choice in offered])
                best = terms[0]
                for term in terms[1:]:
                    best = arithmetic.extreme(kind, self.again(best), self.again(term), self.world.width)
                return best
            case core.Round(mode=mode, place=place, body=body):
                term = self.again(self.fit(self.term(body)))
                return arithmetic.rounded(term, place, mode, self.world.width)
            case core.Lookup():
                return choices.lookup(self, node)
            case core.Aggregate() if not self.hoists:
                return self._below(node)
            case core.Aggregate(rows=core.Children(of=core.Owner())):
                return folds.of_owner(self, node)
            case core.Aggregate(fold="first" | "last"):
                return ends.end(self, node)
            case core.Aggregate():
                return folds.aggregate(self, node)
            case core.Switch(reading=reading, options=offered):
                name = self.world.readings[reading]
                found = next((choice.value for choice in offered if choice.label == name), None)
                return Term("text", sql.text(name)) if found is None else self.term(found)
            case core.OnDay():
                if self.world.on is None:
                    return self.blocked(node, Lack.MISSING)
                return Term("date", sql.day(self.world.on))
            case core.Pending(reason=reason):
                return self.blocked(node, Lack.DECISION, reason)
            case core.IfInapplicable(body=body, instead=instead):
                return choices.if_inapplicable(self, node, body, instead)
            case core.Has(body=body):
                return logic.has(self, self.term(body))
            case core.UnmetTasks(parts=parts):
                return logic.unmet(self, parts)
            case core.Rank() | core.Running() | core.Share() | core.Previous() if not self.hoists:
                return self._below(node)
            case core.Rank():
                return windows.rank(self, node)
            case core.Running():
                return windows.running(self, node)
            case core.Share():
                return shares.share(self, node)
            case core.Previous():
                return windows.previous(self, node)
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

    def _below(self, node: core.Expr) -> Term:
        """What is asked for in an aggregate and needs a step of its own: a column of the table of the rows that it runs over, or,
        where it is the same for all of them, of the table of the aggregate."""
        around = self.around
        assert around is not None
        named = next(at for at, scope in enumerate(self.scopes) if not isinstance(scope, NamedScope))
        row = self.scopes[named]
        assert isinstance(row, RowScope)
        seen = self.seen(node)
        if all(depth > named for depth in seen):
            if not self.shown:
                raise Beyond("看外面一行的合计", "an aggregate that looks at a row outside")
            nowhere = tuple(Nowhere() for _ in range(named + 1))
            return Encoder(self.world, self.rule, (*nowhere, *around.scopes), around.home).term(node)
        stage, here = row.stage, RowScope(row.stage, HERE)
        outer = tuple(
            Outer(scope, around.home.stage) if isinstance(scope, RowScope | NamedScope) else Nowhere()
            for scope in self.scopes[named + 1 :]
        )
        scopes: tuple[Scope, ...] = (here, *outer)
        for scope in reversed(self.scopes[:named]):
            assert isinstance(scope, NamedScope)
            scopes = (NamedScope(scope.value, scopes), *scopes)
        term = Encoder(self.world, self.rule, scopes, here).term(node)
        return keep(term, stage.fresh("b"), stage.put).at(row.alias)

    def _local(self, depth: int) -> Term:
        if depth >= len(self.scopes):
            raise Beyond("从这里看不到的局部名称", "a local name out of reach")
        scope = self.scopes[depth]
        if isinstance(scope, Outer) and isinstance(scope.scope, NamedScope) and scope.scope.term is not None:
            stored = keep(scope.scope.term, scope.stage.fresh("t"), scope.stage.put)
            return reach.brought(self, self.home.stage, scope.stage, stored).at(HERE)
        if isinstance(scope, NamedScope):
            if scope.term is not None:
                return scope.term
            outer = self.scopes[depth + 1 :]
            return Encoder(self.world, self.rule, outer, self.home, self.around, self.shown).term(scope.value)
        raise Beyond("这里看不到的局部名称", "a local name out of reach")

    def _rule(self, stage: Stage, name: str) -> Stored:
        if name not in stage.rules and (stage.entity, name) == self.rule.id:
            raise Beyond("读自己上一条的结果", "it reads its own outcome of the previous row")
        if name not in stage.rules:
            raise Beyond(f"用到「{name}」", f"uses 「{name}」")
        return stage.rules[name]

    def row(self, ref: core.RowRef) -> RowScope:
        """The scope that a reference to a row in scope means."""
        scope = self.at(ref) if isinstance(ref, core.Here) else None
        if not isinstance(scope, RowScope):
            raise Beyond("从这里看不到的行", "a row out of reach")
        return scope

    def at(self, ref: core.Here) -> Scope:
        """The scope so many steps outwards."""
        return self.scopes[ref.depth] if ref.depth < len(self.scopes) else Nowhere()
