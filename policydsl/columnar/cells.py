"""Owns how the cells of a file's column become columns of the database: what the column's type says as it is, the rest read one by one.

Every value that the type does not say is read by the same reader as a cell of a spreadsheet, once for each distinct value, so that
a value means the same whichever engine reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.origins import MIXED, NUMBER, Heading
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Grade, Kind, Stored, kind_of
from policydsl.core import program as core
from policydsl.core.types import ListOf, Member, Number, Optional, strip
from policydsl.core.values import NONE, Absent, Value
from policydsl.diagnostics.model import Place
from policydsl.facts.cell import Column, Reading, key_text
from policydsl.facts.findings import Problem, Rejected, cut

if TYPE_CHECKING:
    from policydsl.columnar.filed import FileTable, Held

MOST_ODD = 1_000_000
"""Distinct values of a column that may need reading one by one."""
MOST_DIGITS = 38
"""Digits of a whole number that the database holds for certain."""
MOST_TOLD = 20
"""Findings of one kind that a column tells one by one; of more it tells how many."""
_TYPES = {"bool": "BOOLEAN", "text": "VARCHAR", "date": "DATE", "moment": "TIMESTAMP"}
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_LONG = {"UBIGINT", "HUGEINT", "UHUGEINT"}
_FLOATS = {"FLOAT", "DOUBLE"}
_MOMENTS = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_CELLS = {*_INTEGERS, *_LONG, *_FLOATS, *_MOMENTS, "DECIMAL", "BOOLEAN", "VARCHAR", "JSON", "DATE", '"NULL"', MIXED}
"""Types of columns whose values can be cells."""
_PLACES = 4
"""Digits behind the point with which floats are taken as they stand; what has more is read one by one."""
_LONGEST_NOTHING = 4
"""Letters of the longest word for none (`none`)."""
_FIRST, _AFTER = "0001-01-01", "10000-01-01"
"""The first of the days that there are, and the first that is none."""


Looked = tuple[int, int]
"""The least number of a column and the greatest; 0 where it holds none."""


@frozen(eq=False)
class FileColumn:
    """Makes the columns of one field."""

    of: FileTable
    rows: str
    item: core.Field
    held: Held
    column: str

    @property
    def kind(self) -> Kind:
        """The kind of column that the field's values are kept in."""
        return kind_of(self.item.type)

    def look(self) -> list[Sql]:
        """What one look at all cells asks of them: how many the column's type says as they are, the least number and the greatest."""
        direct = self._taken()[0]
        folds = [exp.Min, exp.Max] if self.kind == "number" else []
        return [exp.Count(this=direct), *[fold(this=direct.copy()) for fold in folds]]

    def _taken(self) -> tuple[Sql, Sql, int]:
        direct, plain, den = self._direct(exp.column(self.held.heading.column, table="r", quoted=True), self.kind, 0)
        return (sql.NULL, sql.NULL, den) if isinstance(strip(self.item.type), ListOf) else (direct, plain, den)

    def make(self, expressions: list[Sql], joins: list[exp.Join], looked: Looked | None = None) -> Stored:
        """Value, lack, reasons and absence as far as the data need them; `looked`: what a look at all cells found, if every one
        was said by the column's type."""
        loader, item = self.of.loader, self.item
        kind = self.kind
        raw = exp.column(self.held.heading.column, table="r", quoted=True)
        direct, plain, den = self._taken()
        blank, odd, least, most = self._count(raw, direct, kind) if looked is None else (0, 0, *looked)
        if odd and self._unfit:
            return self._refused(raw, kind, blank, expressions)
        if odd and kind == "number" and self.held.heading.type in _FLOATS and not natural(item):
            finer = self._direct(raw, kind, _PLACES)
            counted = self._count(raw, finer[0], kind)
            if counted[1] < odd:
                (direct, plain, den), (blank, odd, least, most) = finer, counted
        # where every cell was found to be in order, no query looks again
        value: Sql = plain
        if blank and self.text and kind == "text":
            value = sql.case([(blank_text(raw, self.text), sql.NULL)], plain)
        lack: Sql | None = None
        why: Sql | None = None
        absent: Sql | None = None
        if odd:
            value, den, lack, why, absent = self._odd(raw, direct, den, kind, joins, max(most, -least))
        if item.default is not None and blank:
            usual = constant(item.default, kind)
            assert isinstance(usual.value, exp.Expression)
            if usual.known is not None:
                over = lcm(den, usual.den if isinstance(usual.den, int) else 1)
                value = scaled(value, over // den)
                den = over
                usual = constant(Fraction(usual.known, int(usual.den)) * den, kind)
            value = sql.case([(blank_text(raw, self.text), usual.value)], value)  # type: ignore[list-item]
        elif blank:
            grade_ = sql.whole(loader.blank_grade(item))
            why_blank = sql.numbers([loader.blank(self.of.declared, item)])
            lack = sql.case([(blank_text(raw, self.text), grade_)], lack or sql.whole(0))
            why = sql.case([(blank_text(raw, self.text), why_blank)], why or sql.numbers([]))
        names: dict[str, str | None] = {"l": None, "w": None, "a": None}
        expressions.append(exp.alias_(value, self.column + "v", copy=False))
        for letter, part in (("l", lack), ("w", why), ("a", absent)):
            if part is not None:
                names[letter] = self.column + letter
                expressions.append(exp.alias_(part, self.column + letter, copy=False))
        whole = natural(item)
        positive = whole and least > 0 and lack is None and not odd and item.default is None
        return Stored(
            kind, self.column + "v", den, names["l"], names["w"], names["a"], natural=whole, positive=positive
        )

    @property
    def text(self) -> bool:
        """Whether the file holds text in this column."""
        return self.held.heading.type == "VARCHAR"

    @property
    def _unfit(self) -> bool:
        """Whether nothing that the column's type can hold is a cell."""
        type_ = self.held.heading.type
        if isinstance(strip(self.item.type), ListOf):
            type_ = type_.removesuffix("[]")
        return type_.split("(")[0] not in _CELLS

    def _refused(self, raw: Sql, kind: Kind, blank: int, expressions: list[Sql]) -> Stored:
        """A column of which every cell that is not blank is invalid, for what the column is; told once. Raises Rejected for keys."""
        loader, item, heading, file = self.of.loader, self.item, self.held.heading, self.of.where.file
        mend, mend_en = _mend(heading)
        own = heading.own or heading.type
        data = {"file": file, "name": heading.name, "type": own, "field": item.name, "mend": mend, "mend_en": mend_en}
        problem = Problem("facts-column-type", data)
        if item.key or self.column == "own":
            raise Rejected(problem.code, **data)
        loader.findings.problem(problem, Place(file, "", heading.name))
        bad = sql.numbers([loader.bad(self.of.declared, item, problem.text(loader.findings.language))])
        nothing: Sql = exp.cast(exp.Null(), _TYPES.get(kind, "BIGINT"))
        lack, why, den = sql.whole(int(Grade.INVALID)), bad, 1
        if blank and item.default is not None:
            usual = constant(item.default, kind)
            assert isinstance(usual.value, exp.Expression)
            assert isinstance(usual.den, int)
            den = usual.den
            nothing = sql.case([(sql.blank(raw), usual.value)], nothing)
            lack, why = (
                sql.case([(sql.blank(raw), sql.whole(0))], lack),
                sql.case([(sql.blank(raw), sql.numbers([]))], why),
            )
        elif blank:
            lack = sql.case([(sql.blank(raw), sql.whole(loader.blank_grade(item)))], lack)
            why = sql.case([(sql.blank(raw), sql.numbers([loader.blank(self.of.declared, item)]))], why)
        for letter, part in (("v", nothing), ("l", lack), ("w", why)):
            expressions.append(exp.alias_(part, self.column + letter, copy=False))
        return Stored(kind, self.column + "v", den, self.column + "l", self.column + "w", natural=natural(item))

    def _direct(self, raw: Sql, kind: str, places: int) -> tuple[Sql, Sql, int]:
        """The value where the column's own type says it, NULL else; the same of a column of which every cell does; the denominator
        of numbers. `places`: digits behind the point with which floats are looked at."""
        found, item = self.held.heading.type, self.item
        if kind == "number":
            return self._number(raw, found, places)

        def matches(pattern: str) -> Sql:
            return sql.function("regexp_full_match", raw, sql.text(pattern))

        if kind == "text" and found == "VARCHAR":
            if isinstance(strip(item.type), Member):
                roll = strip(item.type)
                assert isinstance(roll, Member)
                members = [sql.text(member) for member in self._members(roll)]
                return sql.case([(exp.In(this=raw, expressions=members), raw)], sql.NULL), raw.copy(), 1
            length = sql.function("length", raw)
            plain = [matches(r"[\p{L}\p{N}]+"), sql.binary(exp.LT, length, sql.whole(1_000))]
            if isinstance(item.type, Optional):
                # a short word may say that there is none
                plain.append(sql.binary(exp.GT, length.copy(), sql.whole(_LONGEST_NOTHING)))
            return sql.case([(sql.every(*plain), raw)], sql.NULL), raw.copy(), 1
        if (kind, found) == ("bool", "BOOLEAN"):
            return raw, raw.copy(), 1
        if (kind, found) == ("date", "DATE"):
            return sql.case([(_within(raw), raw)], sql.NULL), raw.copy(), 1
        if kind in ("date", "moment") and found in _MOMENTS:
            return self._moment(raw, kind, found)
        if kind == "date" and found == "VARCHAR":
            day = exp.TryCast(this=raw, to=exp.DataType.build("date"))
            return sql.case([(matches(r"\d{4}-\d{2}-\d{2}"), day)], sql.NULL), day.copy(), 1
        nothing = exp.cast(exp.Null(), _TYPES.get(kind, "VARCHAR"))
        return nothing, nothing.copy(), 1

    def _members(self, roll: Member) -> list[str]:
        """The words of a list that stand for themselves; one that says that there is none does not."""
        loader = self.of.loader
        reading = Reading(Column(self.item, self.held.unit), loader.program, loader.units)
        return [member for member in loader.program.rolls[roll.roll].members if reading.one(member) == member]

    def _moment(self, raw: Sql, kind: str, found: str) -> tuple[Sql, Sql, int]:
        """A moment to the second; or the day whose beginning it is."""
        at = raw if found == "TIMESTAMP" else exp.TryCast(this=raw, to=exp.DataType.build("timestamp"))
        step = "second" if kind == "moment" else "day"
        start = sql.function("date_trunc", sql.text(step), at.copy())
        if kind == "moment":
            return sql.case([(_within(at), start)], sql.NULL), start.copy(), 1
        day = exp.cast(at.copy(), "date")
        whole_day = sql.every(_within(at), sql.binary(exp.EQ, at.copy(), start))
        return sql.case([(whole_day, day)], sql.NULL), day.copy(), 1

    def _number(self, raw: Sql, found: str, places: int) -> tuple[Sql, Sql, int]:
        type_ = strip(self.item.type)
        assert isinstance(type_, Number)
        units = self.of.loader.units
        usual = units.size(self.held.unit, type_.unit, self.item.measure)
        size = Fraction(1) if usual is None else Fraction(usual)
        count = type_.whole and not self.item.fractional
        den = 1
        if found in _INTEGERS:
            value: Sql = exp.cast(raw, "BIGINT")
        elif found.startswith("DECIMAL("):
            digits = int(found[8:-1].split(",")[1])
            den = 10**digits
            # twice as wide as what 64 bits hold: what does not fit is read one by one
            moved = sql.binary(
                exp.Mul, exp.cast(raw, f"DECIMAL(38,{digits})"), exp.cast(sql.whole(den), "DECIMAL(38,0)")
            )
            value = exp.TryCast(this=moved, to=exp.DataType.build("BIGINT", dialect="duckdb"))
        elif found in _LONG:
            value = exp.TryCast(this=raw, to=exp.DataType.build("BIGINT", dialect="duckdb"))
        elif found in _FLOATS and places:
            value, den = _decimals(raw, places), 10**places
        elif found in _FLOATS:
            even = sql.every(
                sql.binary(exp.EQ, raw, sql.function("floor", raw)),
                sql.binary(exp.LT, exp.Abs(this=raw), exp.Literal.number("1e15")),
            )
            value = sql.case([(even, exp.cast(raw, "BIGINT"))], exp.cast(exp.Null(), "BIGINT"))
        elif found == "VARCHAR":
            plain_digits = sql.function("regexp_full_match", raw, sql.text(r"-?\d{1,15}"))
            value = sql.case(
                [(plain_digits, exp.TryCast(this=raw, to=exp.DataType.build("BIGINT", dialect="duckdb")))], sql.NULL
            )
        else:
            nothing = exp.cast(exp.Null(), "BIGINT")
            return nothing, nothing.copy(), 1
        plain = value.copy()
        if count:
            fine = sql.binary(exp.GTE, value, sql.whole(0))
            if size != 1 or den != 1:
                whole_ = sql.binary(
                    exp.EQ,
                    sql.binary(exp.Mod, _wide(value, size.numerator), sql.whole(den * size.denominator)),
                    sql.whole(0),
                )
                fine = sql.every(fine, whole_)
            value = sql.case([(fine, value)], sql.NULL)
        if size.numerator != 1:
            # what does not fit is read one by one
            value = exp.TryCast(this=_wide(value, size.numerator), to=exp.DataType.build("BIGINT", dialect="duckdb"))
        return value, scaled(plain, size.numerator), den * size.denominator

    def _count(self, raw: Sql, direct: Sql, kind: str) -> tuple[int, int, int, int]:
        """How many cells are blank, how many have to be read one by one, the least number and the greatest."""
        number = kind == "number"
        least, most = (fold(this=direct.copy()) if number else sql.whole(0) for fold in (exp.Min, exp.Max))
        blank = blank_text(raw, self.text)
        odd = sql.every(sql.negated(blank), sql.blank(direct))
        select = exp.select(
            sql.filtered(exp.Count(this=exp.Star()), blank), sql.filtered(exp.Count(this=exp.Star()), odd), least, most
        ).from_(exp.alias_(exp.to_table(self.rows), "r", table=True))
        found = self.of.loader.do(select)[0]
        return int(found[0]), int(found[1]), int(found[2] or 0), int(found[3] or 0)

    def _odd(
        self, raw: Sql, direct: Sql, den: int, kind: str, joins: list[exp.Join], most: int
    ) -> tuple[Sql, int, Sql | None, Sql | None, Sql | None]:
        """Read what the type does not say, once for each distinct value, and join it."""
        import pyarrow as pa

        loader, declared, item = self.of.loader, self.of.declared, self.item
        blank = blank_text(raw, self.text)
        odd = sql.every(sql.negated(blank), sql.blank(direct))
        as_text = exp.cast(raw, "VARCHAR")
        base = exp.alias_(exp.to_table(self.rows), "r", table=True)
        select = exp.select(
            exp.alias_(raw, "raw"),
            exp.alias_(exp.Min(this=exp.column(NUMBER, table="r", quoted=True)), "at"),
            exp.alias_(as_text, "shown"),
        )
        select = select.from_(base).where(odd).group_by(raw.copy(), as_text.copy()).order_by("at").limit(MOST_ODD + 1)
        found = loader.do(select)
        if len(found) > MOST_ODD:
            raise Rejected(
                "facts-too-large",
                file=self.of.where.file,
                what=f"列「{self.held.heading.name}」要逐个读的值",
                what_en=f"values of “{self.held.heading.name}” to be read one by one",
                size=len(found),
                limit=MOST_ODD,
            )
        origin = self.of.origin
        reading = Reading(Column(item, self.held.unit), loader.program, loader.units)
        read = [
            (shown, at, reading.one(plain(origin.value(self.held.heading.column, value)))) for value, at, shown in found
        ]
        numbers = [value for *_, value in read if isinstance(value, int | Fraction) and not isinstance(value, bool)]
        over = lcm(den, *[number.denominator for number in numbers]) if kind == "number" else 1
        if kind == "number":
            self._held_by_columns(read, over, most * (over // den))
        values: list[Any] = []
        lacks: list[int] = []
        whys: list[list[int]] = []
        absents: list[str | None] = []
        told = 0
        for _, at, cell in read:
            if isinstance(cell, Problem):
                told += 1
                if told <= MOST_TOLD:
                    loader.findings.problem(cell, self.of.place(item.name, at))
                values.append(None)
                lacks.append(int(Grade.INVALID))
                whys.append([loader.bad(declared, item, cell.text(loader.findings.language))])
                absents.append(None)
                continue
            values.append(arrow_of(cell, kind, over))
            lacks.append(int(Grade.VALUE))
            whys.append([])
            absents.append("-" if cell is NONE else None)
        name = f"{self.rows}_{self.column}"
        types = {"bool": pa.bool_(), "date": pa.date32(), "moment": pa.timestamp("s"), "list": pa.list_(pa.string())}
        arrow = pa.table(
            {
                "raw": pa.array([shown for shown, *_ in read], pa.string()),
                "v": pa.array(values, types.get(kind, pa.string())),
                "l": pa.array(lacks, pa.int32()),
                "w": pa.array(whys, pa.list_(pa.int32())),
                "a": pa.array(absents, pa.string()),
            }
        )
        loader.db.register(f"{name}_arrow", arrow)
        loader.do(sql.create(name, exp.select("*").from_(f"{name}_arrow"), temporary=True))
        loader.db.unregister(f"{name}_arrow")
        alias = self.column
        on = sql.every(
            sql.binary(exp.EQ, as_text.copy(), sql.column(alias, "raw")),
            sql.negated(blank.copy()),
            sql.blank(direct.copy()),
        )
        joins.append(exp.Join(this=exp.alias_(exp.to_table(name), alias, table=True), side="LEFT", on=on))
        other = sql.column(alias, "v")
        if kind == "number":
            other = exp.cast(
                other, "BIGINT" if all(abs(int(v)) < 1 << 62 for v in values if v is not None) else "HUGEINT"
            )
        if kind == "number":
            factor = over // den
            direct = scaled(direct, factor) if most * factor < 1 << 62 else _wide(direct, factor)
        value = sql.coalesce(direct, other)
        bad = any(lacks)
        lack = sql.coalesce(sql.column(alias, "l"), sql.whole(0)) if bad else None
        why = sql.coalesce(sql.column(alias, "w"), sql.numbers([])) if bad else None
        none = sql.column(alias, "a") if any(absent is not None for absent in absents) else None
        return value, over, lack, why, none

    def _held_by_columns(self, read: Sequence[tuple[Any, int, Value | Problem | None]], over: int, most: int) -> None:
        """Raises Rejected where numbers of the column are too long over their common denominator; for the row of the longest."""
        numbers = [(shown, at, cell) for shown, at, cell in read if isinstance(cell, int | Fraction)]
        digits = max([len(str(abs(cell.numerator) * (over // cell.denominator))) for *_, cell in numbers], default=0)
        digits = max(digits, len(str(most)))
        if digits <= MOST_DIGITS:
            return
        shown, at, _ = max(numbers, key=lambda one: max(abs(one[2].numerator), one[2].denominator))
        place = self.of.place(self.item.name, at)
        raise Rejected(
            "facts-too-long-number",
            file=place.file,
            name=self.held.heading.name,
            row=int(place.cell.rpartition(":")[2]),
            raw=cut(str(shown)),
            size=digits,
            limit=MOST_DIGITS,
        )


# ---------------------------------------------------------------- values


def _within(raw: Sql) -> Sql:
    """Whether a day or a moment is within the years that the reference knows."""
    after = sql.binary(exp.LT, raw.copy(), exp.cast(sql.text(_AFTER), "date"))
    return sql.every(sql.binary(exp.GTE, raw.copy(), exp.cast(sql.text(_FIRST), "date")), after)


def _decimals(raw: Sql, places: int) -> Sql:
    """The decimal of at most 15 digits, `places` of them behind the point, that a float stands for; in units of the last. Else NULL.

    A float stands for the shortest decimal that is read back as it; there is no more than one of up to 15 digits.
    """
    power = exp.Literal.number(f"1e{places}")
    wide = exp.cast(raw, "DOUBLE")
    moved = sql.binary(exp.Mul, wide, power)
    nearest = sql.function("round", moved)
    same = sql.binary(exp.EQ, exp.Div(this=nearest, expression=power.copy(), typed=True), wide.copy())
    small = sql.binary(exp.LT, exp.Abs(this=moved.copy()), exp.Literal.number("1e15"))
    return sql.case([(sql.every(small, same), exp.cast(nearest.copy(), "BIGINT"))], exp.cast(exp.Null(), "BIGINT"))


def _mend(heading: Heading) -> tuple[str, str]:
    """What makes cells of a column that holds none, in Chinese and English."""
    type_, own = heading.type, heading.own.lower()
    if "TIME ZONE" in type_ or "TIMESTAMPTZ" in type_:
        return "请换成当地时间,再去掉时区。", "Turn it into local time and drop the time zone."
    if own.startswith("decimal"):
        return "请换成至多 38 位的定点小数,或者文字。", "Make it a decimal of at most 38 digits, or text."
    if type_.endswith("]") or type_.startswith(("STRUCT", "MAP", "UNION")) or own.startswith(("struct", "map", "list")):
        return "一格只写一个值;有几个的,另成一张表。", "One cell holds one value; several want a table of their own."
    return "请换成数、文字、日期、时刻或真假。", "Make it numbers, text, days, moments or truth values."


def scaled(value: Sql, factor: int) -> Sql:
    return value if factor == 1 else sql.binary(exp.Mul, value, exp.cast(sql.whole(factor), "BIGINT"))


def _wide(value: Sql, factor: int) -> Sql:
    """Scaled, twice as wide."""
    return sql.binary(exp.Mul, exp.cast(value, "HUGEINT", dialect="duckdb"), sql.whole(factor))


def blank_text(raw: Sql, text: bool) -> Sql:
    """Whether a cell is blank; of text, also where it is nothing but white space."""
    if not text:
        return sql.blank(raw)
    return sql.some(sql.blank(raw), sql.function("regexp_full_match", raw, sql.text(r"[\s\x{3000}\x{00a0}]*")))


def natural(item: core.Field) -> bool:
    type_ = strip(item.type)
    return isinstance(type_, Number) and type_.whole and not item.fractional and not isinstance(item.type, Optional)


def plain(value: Any) -> Any:
    """A value of the database as a reader of cells expects it."""
    return Fraction(value) if isinstance(value, Decimal) else value


def constant(value: Value, kind: str) -> Stored:
    if isinstance(value, bool):
        return Stored("bool", sql.TRUE if value else sql.FALSE)
    if isinstance(value, int | Fraction):
        exact = Fraction(value)
        node = exp.cast(sql.whole(exact.numerator), "BIGINT")
        return Stored("number", node, exact.denominator, known=exact.numerator, natural=exact >= 0)
    if value is NONE:
        return Stored(kind, sql.NULL, absent=sql.text("-"))  # type: ignore[arg-type]
    if isinstance(value, str):
        return Stored("text", sql.text(value))
    return Stored(kind, sql.day(value))  # type: ignore[arg-type]


def arrow_of(value: Value | None, kind: str, den: int) -> Any:
    """A value for a column of the database; numbers as text, so that none is too large on the way."""
    if value is None or isinstance(value, Absent):
        return None
    if kind == "number":
        assert isinstance(value, int | Fraction)
        return str(int(value * den))
    if kind == "list":
        assert isinstance(value, tuple)
        return [key_text(item) for item in value]
    if kind == "text":
        return key_text(value)
    return value
