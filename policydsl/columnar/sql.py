"""Owns small pieces of queries, as SQLGlot nodes. Nothing here is pasted from strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    import duckdb

Sql = exp.Expr
NULL = exp.Null()
TRUE, FALSE = exp.true(), exp.false()

_NESTS = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Is, exp.Lambda)


def nested(node: Sql) -> Sql:
    """A node in brackets where it needs them inside an operator."""
    return exp.Paren(this=node) if isinstance(node, _NESTS) and not isinstance(node, exp.Paren) else node


def column(alias: str, name: str) -> Sql:
    """A column of a table in the query."""
    return exp.column(name, table=alias)


def whole(number: int) -> Sql:
    """A whole number as written."""
    literal = exp.Literal.number(abs(number))
    return exp.Paren(this=exp.Neg(this=literal)) if number < 0 else literal


def text(value: str) -> Sql:
    """A text as written."""
    return exp.Literal.string(value)


def day(value: date) -> Sql:
    """A day, or a moment in the policy's own time zone."""
    if isinstance(value, datetime):
        return exp.cast(text(value.replace(tzinfo=None).isoformat(sep=" ")), "timestamp")
    return exp.cast(text(value.isoformat()), "date")


def binary(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    """`left` and `right` joined by an operator."""
    return kind(this=nested(left), expression=nested(right))


def joined(kind: type[exp.Binary], parts: Sequence[Sql], empty: Sql) -> Sql:
    """Parts joined by 且 or 或 (AND, OR)."""
    if not parts:
        return empty
    result = parts[0]
    for part in parts[1:]:
        result = binary(kind, result, part)
    return result


def every(*parts: Sql) -> Sql:
    """AND of conditions."""
    return joined(exp.And, parts, TRUE)


def some(*parts: Sql) -> Sql:
    """OR of conditions."""
    return joined(exp.Or, parts, FALSE)


def negated(part: Sql) -> Sql:
    """NOT of a condition."""
    return exp.Not(this=nested(part))


def blank(part: Sql) -> Sql:
    """Whether something is NULL."""
    return exp.Is(this=nested(part), expression=exp.Null())


def there(part: Sql) -> Sql:
    """Whether something is not NULL."""
    return negated(blank(part))


def case(rows: Sequence[tuple[Sql, Sql]], otherwise: Sql) -> Sql:
    """CASE WHEN … THEN … ELSE … END; the first row that holds."""
    if not rows:
        return otherwise
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in rows], default=otherwise)


def function(name: str, *args: Sql) -> Sql:
    """A function by its name."""
    return exp.Anonymous(this=name, expressions=list(args))


def each(body: Callable[..., Sql], many: int = 1) -> Sql:
    """A lambda of one variable, or of two: an element and its place, or what was made so far and an element."""
    names = [exp.to_identifier(name) for name in ("x", "y")[:many]]
    return exp.Lambda(this=body(*[exp.Column(this=name.copy()) for name in names]), expressions=names)


def greatest(parts: Sequence[Sql]) -> Sql:
    """The greatest of parts none of which is NULL."""
    return parts[0] if len(parts) == 1 else exp.Greatest(this=parts[0], expressions=list(parts[1:]), ignore_nulls=True)


def among(kind: str, parts: Sequence[Sql]) -> Sql:
    """The greatest ("max") or least of numbers none of which is NULL."""
    if len(parts) == 1:
        return parts[0]
    return (exp.Greatest if kind == "max" else exp.Least)(this=parts[0], expressions=list(parts[1:]), ignore_nulls=True)


def coalesce(part: Sql, instead: Sql) -> Sql:
    """`part`, or `instead` where it is NULL."""
    return exp.Coalesce(this=part, expressions=[instead])


def numbers(items: Sequence[int]) -> Sql:
    """A list of small whole numbers."""
    return exp.cast(exp.Array(expressions=[whole(item) for item in items]), "INT[]")


def packed(items: Sequence[int]) -> Sql:
    """A long list of small whole numbers, as one node: a text that is read as a list."""
    return exp.cast(text(f"[{', '.join(map(str, items))}]"), "INT[]")


def filtered(fold: Sql, condition: Sql | None) -> Sql:
    """An aggregate over the rows for which a condition holds."""
    return fold if condition is None else exp.Filter(this=fold, expression=exp.Where(this=condition))


def written(node: Sql) -> bool:
    """Whether a node is a value as written, with nothing to compute."""
    match node:
        case exp.Null() | exp.Literal() | exp.Boolean():
            return True
        case exp.Cast(this=this) | exp.Paren(this=this) | exp.Neg(this=this):
            return written(this)
        case exp.Array():
            return all(written(item) for item in node.expressions)
        case _:
            return False


def done(db: duckdb.DuckDBPyConnection, statement: exp.Expression) -> list[tuple[Any, ...]]:
    """Run one statement to its end; gives all its rows."""
    return db.execute(statement.sql("duckdb")).fetchall()


def create(name: str, select: Sql, kind: str = "TABLE", temporary: bool = False) -> exp.Expression:
    """CREATE OR REPLACE a table or view from what is asked."""
    node = exp.Create(this=exp.to_table(name), kind=kind, expression=select, replace=True)
    if temporary:
        node.set("properties", exp.Properties(expressions=[exp.TemporaryProperty()]))
    return node


def removed(db: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove a table or view, if there is one of this name."""
    kind = (
        exp.select("table_type")
        .from_("information_schema.tables")
        .where(binary(exp.EQ, exp.column("table_name"), text(name)))
    )
    for (found,) in done(db, kind):
        done(db, exp.Drop(tables=[exp.to_table(name)], kind="VIEW" if found == "VIEW" else "TABLE"))
