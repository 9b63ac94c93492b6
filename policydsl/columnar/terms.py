"""Owns how a value stands in a query: exact numbers as whole numerators over denominators, and beside every value its lack.

Of one row exactly one holds: the value is there (not NULL), it is none or not applicable (`absent` is there), or it is lacking
(`lack` is above 0). Because a lacking value is NULL, the three-valued logic of SQL is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Literal

from attrs import evolve, field, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.sql import Sql
from policydsl.core.types import Bool, Date, ListOf, Member, Moment, Never, Number, Reference, Text, Type, strip
from policydsl.core.values import Lack

Kind = Literal["number", "bool", "text", "date", "moment", "list", "never"]


class Grade(IntEnum):
    """How grave a lack is: the status that is shown is the greatest."""

    VALUE = 0
    PENDING = 1
    UNKNOWN = 2
    INVALID = 3


GRADE: dict[Lack, Grade] = {
    Lack.MISSING: Grade.UNKNOWN,
    Lack.DECISION: Grade.PENDING,
    Lack.VIOLATED: Grade.INVALID,
    Lack.UNREADABLE: Grade.INVALID,
    Lack.CONFLICT: Grade.INVALID,
    Lack.NOT_IN_FORCE: Grade.INVALID,
    Lack.UNDEFINED: Grade.INVALID,
}


def kind_of(type_: Type) -> Kind:
    """The kind of column that values of a type are kept in."""
    match strip(type_):
        case Number():
            return "number"
        case Bool():
            return "bool"
        case Text() | Member() | Reference():
            return "text"
        case Date():
            return "date"
        case Moment():
            return "moment"
        case ListOf():
            return "list"
        case Never():
            return "never"
        case _:
            return "never"


@frozen
class Span:
    """What is certain of an open count: at least `low`, at most `high` (None: there may be any number more)."""

    low: Sql
    high: Sql | None


@frozen
class Term:
    """One expression in a query.

    `value`: a number's numerator, or the value itself. `den`: the denominator, above 0, written or computed. `lack`: 0 where
    nothing can be lacking, else an expression that is 0 where nothing is. `why`: numbers of the reasons, never NULL. `absent`:
    NULL, or `-` for none, or `=` and the reason for not applicable. `known`: a whole number that is written. `natural`: never
    below zero; `positive`: never zero either. `span`: of a count, what is certain of it. `items`: of a list, what it lists, over
    `den` where that is numbers; `coded`: they stand in it as texts.
    """

    kind: Kind
    value: Sql
    den: int | Sql = 1
    lack: Sql | None = None
    why: Sql | None = None
    absent: Sql | None = None
    known: int | None = None
    natural: bool = False
    positive: bool = False
    span: Span | None = None
    items: Kind = "text"
    coded: bool = False

    @property
    def sure(self) -> bool:
        """Whether there is a value to compute with, whatever the facts."""
        return self.lack is None and self.absent is None

    @property
    def den_sql(self) -> Sql:
        """The denominator as an expression."""
        return sql.whole(self.den) if isinstance(self.den, int) else self.den


class Beyond(Exception):
    """Something that this engine leaves to the reference; the message says what, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


Why = tuple[Lack, str, str, str]
"""A reason without its row: the lack, the entity and name of what lacks, the drafter's reason."""


@frozen(eq=False)
class Reasons:
    """The reasons that a run may meet, numbered in the order in which they were first thought of."""

    numbers: dict[Why, int] = field(factory=dict)

    def number(self, why: Why) -> int:
        """The number of a reason."""
        return self.numbers.setdefault(why, len(self.numbers))

    def blocked(self, kind: Kind, *whys: Why) -> Term:
        """A term that lacks its value for given reasons, whatever the facts."""
        grade = max(GRADE[why[0]] for why in whys)
        found = sorted({self.number(why) for why in whys})
        return Term(kind, sql.NULL, lack=sql.whole(grade), why=sql.numbers(found))


def grade(parts: Sequence[Sql | None]) -> Sql | None:
    """The gravest of several lacks."""
    lacks = [part for part in parts if part is not None]
    return sql.greatest(lacks) if lacks else None


def reasons(parts: Sequence[Sql | None]) -> Sql | None:
    """The reasons of several terms together."""
    whys = [part for part in parts if part is not None]
    if not whys:
        return None
    result = whys[0]
    for part in whys[1:]:
        result = sql.function("list_concat", result, part)
    return result


def guarded(term: Term, when: Sql, grade_: int, number: int) -> Term:
    """A term that also lacks where a condition holds, for one reason more."""
    lack = sql.case([(when, sql.whole(grade_))], term.lack or sql.whole(0))
    why = sql.case([(when, sql.numbers([number]))], term.why or sql.numbers([]))
    value = sql.case([(sql.negated(when), term.value)], sql.NULL)
    span = term.span
    if span is not None:
        # nothing is certain of what is not there
        low = sql.case([(when.copy(), sql.NULL)], span.low)
        span = Span(low, None if span.high is None else sql.case([(when.copy(), sql.NULL)], span.high))
    return evolve(term, value=value, lack=lack, why=why, known=None, span=span)


@frozen
class Stored:
    """A term that has become columns of a table: names of columns, or what never varies."""

    kind: Kind
    value: str | Sql
    den: int | str = 1
    lack: str | Sql | None = None
    why: str | Sql | None = None
    absent: str | Sql | None = None
    known: int | None = None
    natural: bool = False
    positive: bool = False
    low: str | Sql | None = None
    high: str | Sql | None = None
    items: Kind = "text"
    coded: bool = False

    def at(self, alias: str) -> Term:
        """The term, read from the table that stands in the query under this name."""

        def read(part: str | Sql) -> Sql:
            return sql.column(alias, part) if isinstance(part, str) else part

        def maybe(part: str | Sql | None) -> Sql | None:
            return None if part is None else read(part)

        span = Span(read(self.low), maybe(self.high)) if self.low is not None else None
        return Term(
            self.kind,
            read(self.value),
            self.den if isinstance(self.den, int) else sql.column(alias, self.den),
            maybe(self.lack),
            maybe(self.why),
            maybe(self.absent),
            self.known,
            self.natural,
            self.positive,
            span,
            self.items,
            self.coded,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        parts = (self.value, self.den, self.lack, self.why, self.absent, self.low, self.high)
        return tuple(part for part in parts if isinstance(part, str))


def keep(term: Term, name: str, put: Callable[[str, Sql], None], all_of_it: bool = False) -> Stored:
    """A term as columns whose names begin with `name`; `put` adds one column. `all_of_it`: value, lack, reasons and absence
    become columns even where they never vary, so that single rows may be corrected."""
    if all_of_it:
        usual = {"number": "BIGINT", "bool": "BOOLEAN", "date": "DATE", "moment": "TIMESTAMP", "list": "VARCHAR[]"}
        value = term.value
        if isinstance(value, exp.Null):
            # of a list nothing is known but what the rule says
            term = evolve(term, coded=term.kind == "list")
            value = exp.cast(value, usual.get(term.kind, "VARCHAR"), dialect="duckdb")
        term = evolve(
            term,
            value=value,
            known=None,
            lack=term.lack if term.lack is not None else sql.whole(0),
            why=term.why if term.why is not None else sql.numbers([]),
            absent=exp.cast(term.absent if term.absent is not None else sql.NULL, "VARCHAR"),
        )

    def stored(part: Sql | None, letter: str) -> str | Sql | None:
        if part is None or (not all_of_it and sql.written(part)):
            return part
        put(name + letter, part)
        return name + letter

    kept = stored(term.value, "v")
    den: int | str = 1
    if isinstance(term.den, int):
        den = term.den
    else:
        den = name + "d"
        put(den, term.den)
    span = term.span
    return Stored(
        term.kind,
        kept if kept is not None else sql.NULL,
        den,
        stored(term.lack, "l"),
        stored(term.why, "w"),
        stored(term.absent, "a"),
        term.known,
        term.natural,
        term.positive,
        stored(span.low, "n") if span else None,
        stored(span.high, "m") if span else None,
        term.items,
        term.coded,
    )
