"""Random small programs over the invented entities of `small_programs`, and random facts with blanks, for the laws."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st
from small_programs import (
    ALL_DISTRICTS,
    FLAGS,
    MEMBERS,
    NUMBERS,
    apply,
    city,
    compare,
    const,
    district,
    program,
    record,
    rule,
)

from policydsl.core.facts import Facts
from policydsl.core.program import (
    Aggregate,
    Band,
    Bands,
    Bound,
    Brackets,
    Case,
    Children,
    Choose,
    Every,
    Expr,
    FieldRead,
    Has,
    Here,
    IfInapplicable,
    Inapplicable,
    Increment,
    Keyed,
    Let,
    Limit,
    Local,
    Lookup,
    Not,
    OneOf,
    OnlyChild,
    Option,
    Owner,
    Pending,
    Pick,
    Program,
    Round,
    RuleRead,
    Slice,
    Some,
    Step,
    Table,
    TableRow,
    Within,
)
from policydsl.core.types import BOOL, Number

N = Number()
TABLE = Table(
    "分级",
    ("级",),
    ("额",),
    (
        TableRow(((0, 1),), {"额": const(10)}),
        TableRow(((2,),), {"额": city("预算")}),
        TableRow((None,), {"额": const(5)}, True),
    ),
)

SEEDS = st.integers(0, 2**32)
"""Programs and facts are drawn from a seed: a draw by hypothesis for each of hundreds of choices would take most of the time."""


def quantity(chance: Random) -> Any:
    """A small number, mostly whole."""
    return chance.randint(-3, 4) if chance.random() < 0.8 else chance.choice((Fraction(1, 2), Fraction(-3, 2)))


class Maker:
    """Draws expressions of one rule. `scopes` lists what is in scope, innermost first: an entity, or the type of a local."""

    def __init__(self, chance: Random, readable: dict[str, bool]) -> None:
        self.chance = chance
        self.readable = readable  # rules of 区 that may be read, and whether they are conditions

    def pick(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def coin(self) -> bool:
        return self.chance.random() < 0.5

    def row(self, scopes: tuple[str, ...], entity: str) -> Any:
        """A reference to a row of 区 from here."""
        ways: list[Any] = [Here(depth) for depth, scope in enumerate(scopes) if scope == entity]
        if entity == "区":
            ways += [Owner(Here(depth), "区") for depth, scope in enumerate(scopes) if scope == "活动"]
            ways.append(Keyed("区", const(self.pick(*MEMBERS))))
        return self.chance.choice(ways) if ways else None

    def field(self, scopes: tuple[str, ...], names: tuple[str, ...], event: str, type_: Any) -> Expr:
        if "活动" in scopes and self.coin():
            return FieldRead(self.row(scopes, "活动"), "活动", event, type=type_)
        return FieldRead(self.row(scopes, "区"), "区", self.pick(*names), type=type_)

    def known_rule(self, scopes: tuple[str, ...], condition: bool) -> Expr | None:
        names = [name for name, is_condition in self.readable.items() if is_condition is condition]
        return (
            RuleRead(self.row(scopes, "区"), "区", self.pick(*names), type=BOOL if condition else N) if names else None
        )

    def local(self, scopes: tuple[str, ...], type_: str) -> Expr | None:
        depths = [depth for depth, scope in enumerate(scopes) if scope == type_]
        return Local(self.pick(*depths), "名", type=N if type_ == "number" else BOOL) if depths else None

    # -------------------------------------------------------- numbers

    def number(self, scopes: tuple[str, ...], depth: int) -> Expr:
        if depth <= 0:
            return self.number_leaf(scopes)
        kinds = (self.operation, self.choice, self.bands, self.brackets, self.increment, self.limit, self.pick_one)
        kinds += (self.rounded, self.lookup, self.fold, self.let, self.optional, self.number_leaf)
        make = self.pick(*kinds)
        return make(scopes) if make == self.number_leaf else make(scopes, depth - 1)

    def number_leaf(self, scopes: tuple[str, ...]) -> Expr:
        kind = self.chance.choices(("const", "field", "city", "rule", "local", "pending"), (20, 40, 10, 15, 20, 1))[0]
        if kind == "const":
            return const(quantity(self.chance))
        if kind == "city":
            return city("预算")
        if kind == "pending":
            return Pending("未定", type=N)
        found = self.known_rule(scopes, False) if kind == "rule" else self.local(scopes, "number")
        if kind != "field" and found is not None:
            return found
        return self.field(scopes, (*NUMBERS, "核准"), "家数", N)

    def operation(self, scopes: tuple[str, ...], depth: int) -> Expr:
        op = self.pick("add", "sub", "mul", "div", "neg")
        return apply(op, *(self.number(scopes, depth) for _ in range(1 if op == "neg" else 2)))

    def choice(self, scopes: tuple[str, ...], depth: int) -> Expr:
        cases = tuple(Case(self.condition(scopes, depth), self.number(scopes, depth)) for _ in range(self.pick(1, 2)))
        otherwise = self.pick(None, const(1), Inapplicable("不适用", type=N), self.number(scopes, 0))
        return Choose(self.pick("first", "unique", "agree"), cases, otherwise, type=N)

    def bounds(self, scopes: tuple[str, ...], count: int) -> list[Expr]:
        edges = sorted(self.chance.sample(range(-3, 5), count))
        made: list[Expr] = [const(edge) for edge in edges]
        if self.coin():
            made[self.chance.randrange(count)] = self.number_leaf(scopes)
        return made

    def bands(self, scopes: tuple[str, ...], depth: int) -> Expr:
        rows = tuple(Band(bound, self.coin(), self.number(scopes, depth - 1)) for bound in self.bounds(scopes, 2))
        return Bands(self.number(scopes, depth), self.pick("lower", "upper"), rows, const(0), type=N)

    def brackets(self, scopes: tuple[str, ...], depth: int) -> Expr:
        low, high = self.bounds(scopes, 2)
        slices = (Slice(low, high, const(2)), Slice(high, None, self.number_leaf(scopes)))
        return Brackets(self.number(scopes, depth), slices, type=N)

    def increment(self, scopes: tuple[str, ...], depth: int) -> Expr:
        steps = (Step(const(Fraction(1, 2)), const(3)), Step(self.number_leaf(scopes), const(5)))
        extra = {"at_start": const(7)} if self.coin() else {}
        extra |= {"most_steps": self.number_leaf(scopes)} if self.coin() else {}
        join, started = self.pick("max", "min", "sum"), self.coin()
        return Increment(
            self.number(scopes, depth), self.number_leaf(scopes), steps, join, started=started, type=N, **extra
        )

    def limit(self, scopes: tuple[str, ...], depth: int) -> Expr:
        when = self.condition(scopes, 0) if self.coin() else None
        bounds = (Bound("cap", self.number_leaf(scopes), when), Bound("floor", self.number_leaf(scopes)))
        return Limit(self.number(scopes, depth), bounds, type=N)

    def pick_one(self, scopes: tuple[str, ...], depth: int) -> Expr:
        options = tuple(Option(label, self.number(scopes, depth)) for label in "ab")
        return Pick(self.pick("max", "min"), options, type=N)

    def rounded(self, scopes: tuple[str, ...], depth: int) -> Expr:
        mode = self.pick("half-up", "up", "down", "half-even")
        return Round(mode, self.pick(Fraction(1), Fraction(1, 2), Fraction(2)), self.number(scopes, depth), type=N)

    def lookup(self, scopes: tuple[str, ...], depth: int) -> Expr:
        return Lookup("分级", (self.number(scopes, depth),), "额", type=N)

    def let(self, scopes: tuple[str, ...], depth: int) -> Expr:
        if self.coin():
            return Let("名", self.number(scopes, depth), self.number(("number", *scopes), depth), type=N)
        return Let("名", self.condition(scopes, depth), self.number(("condition", *scopes), depth), type=N)

    def optional(self, scopes: tuple[str, ...], depth: int) -> Expr:
        row = self.row(scopes, "区")
        child = FieldRead(OnlyChild(row, "报告"), "报告", "页数", type=N)
        return IfInapplicable(self.pick(child, self.number(scopes, depth)), self.number(scopes, 0), type=N)

    def rows(self, scopes: tuple[str, ...]) -> tuple[Any, str]:
        if self.coin():
            return Children(self.row(scopes, "区"), "活动"), "活动"
        return ALL_DISTRICTS, "区"

    def fold(self, scopes: tuple[str, ...], depth: int, kinds: tuple[str, ...] = ()) -> Aggregate:
        kind = self.pick(*(kinds or ("count", "sum", "max", "min", "mean", "distinct")))
        rows, entity = self.rows(scopes)
        inner = (entity, *scopes)
        where = self.condition(inner, depth) if self.coin() else None
        body = None if kind == "count" else self.condition(inner, depth) if kinds else self.number(inner, depth)
        empty = const(0) if kind in ("max", "min", "mean") and self.coin() else None
        return Aggregate(kind, rows, where, body, empty, type=BOOL if kinds else N)

    # -------------------------------------------------------- conditions

    def condition(self, scopes: tuple[str, ...], depth: int) -> Expr:
        if depth <= 0:
            return self.condition_leaf(scopes)
        kind = self.pick("compare", "compare", "every", "some", "not", "of", "within", "has", "quantified", "leaf")
        below = depth - 1
        if kind == "compare":
            op = self.pick("ge", "gt", "le", "lt", "eq", "ne")
            return compare(op, self.number(scopes, below), self.number(scopes, below))
        if kind == "every":
            return Every(tuple(self.condition(scopes, below) for _ in range(2)), type=BOOL)
        if kind == "some":
            return Some(tuple(self.condition(scopes, below) for _ in range(2)), self.pick(1, 2), type=BOOL)
        if kind == "not":
            return Not(self.condition(scopes, below), type=BOOL)
        if kind == "of":
            return OneOf(self.number(scopes, below), (const(1), self.number_leaf(scopes)), type=BOOL)
        if kind == "has":
            return Has(self.optional(scopes, 0) if self.coin() else self.choice(scopes, below), type=BOOL)
        if kind == "quantified":
            return self.fold(scopes, below, ("any", "all"))
        if kind == "within":
            rows, entity = self.rows(scopes)
            where = self.condition((entity, *scopes), below) if self.coin() else None
            return Within(self.number(scopes, below), rows, self.number((entity, *scopes), 0), where, type=BOOL)
        return self.condition_leaf(scopes)

    def condition_leaf(self, scopes: tuple[str, ...]) -> Expr:
        kind = self.pick("const", "field", "field", "rule", "local", "compare")
        if kind == "const":
            return const(self.coin())
        if kind == "compare":
            return compare(self.pick("ge", "lt"), self.field(scopes, NUMBERS, "家数", N), self.number_leaf(scopes))
        found = self.known_rule(scopes, True) if kind == "rule" else self.local(scopes, "condition")
        if kind != "field" and found is not None:
            return found
        return self.field(scopes, FLAGS, "有效", BOOL)


def expression(seed: int, scopes: tuple[str, ...] = ("区",)) -> Expr:
    """One expression that reads no rules."""
    maker = Maker(Random(seed), {})
    return maker.number(scopes, 3) if maker.coin() else maker.condition(scopes, 3)


def condition(seed: int) -> Expr:
    """One condition that reads no rules."""
    return Maker(Random(seed), {}).condition(("区",), 2)


def fold(seed: int) -> Aggregate:
    """One aggregate of a rule of 区."""
    maker = Maker(Random(seed), {})
    return maker.fold(("区",), 2, maker.pick((), ("any", "all")))


def policy(seed: int) -> Program:
    """A few rules of 区 that read each other."""
    chance = Random(seed)
    readable: dict[str, bool] = {}
    rules = []
    for index in range(chance.randint(1, 4)):
        is_condition = chance.random() < 0.4
        maker = Maker(chance, dict(readable))
        body = maker.condition(("区",), 2) if is_condition else maker.number(("区",), 2)
        rules.append(rule(f"规则{index}", body))
        readable[f"规则{index}"] = is_condition
    return program(*rules, tables=(TABLE,))


def histories(seed: int) -> tuple[Facts, Facts]:
    """The same facts twice: with some blanks, missing rows and missing tables, and with some or all of these filled in."""
    chance = Random(seed)

    def cells(*names: str) -> dict[str, Any]:
        return {name: chance.random() < 0.5 if name in (*FLAGS, "有效") else quantity(chance) for name in names}

    keys = ("东区", "西区", "北区")
    tables: dict[str, list[Any]] = {
        "区": [district(key, **cells(*NUMBERS, "核准", *FLAGS)) for key in keys],
        "活动": [
            record(str(number), chance.choice(keys), **cells("家数", "有效")) for number in range(chance.randint(0, 4))
        ],
        "报告": [record(key, key, **cells("页数")) for key in keys if chance.random() < 0.5],
        "全市": [record("", **cells("预算"))],
    }
    later = _thinned(chance, tables, chance.choice((0.0, 0.0, 0.1)))
    return _facts(_thinned(chance, later, chance.choice((0.05, 0.15, 0.3)))), _facts(later)


def _thinned(chance: Random, tables: dict[str, list[Any]], share: float) -> dict[str, list[Any]]:
    """The tables with fewer cells, perhaps without a district, perhaps without a whole table."""
    thinned: dict[str, list[Any]] = {}
    absent = chance.choice(MEMBERS) if chance.random() < share else None
    for entity, rows in tables.items():
        if entity != "区" and chance.random() < share / 2:
            continue
        thinned[entity] = [
            record(
                row.key, row.parent, **{n: c for n, c in row.cells.items() if n == "名称" or chance.random() >= share}
            )
            for row in rows
            if entity != "区" or row.key != absent
        ]
    return thinned


def _facts(tables: dict[str, list[Any]]) -> Facts:
    return Facts({entity: tuple(rows) for entity, rows in tables.items()})
