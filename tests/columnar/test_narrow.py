"""A narrowed query gives what the whole one gives, and asks for nothing that is not read."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import exp, parse_one

from policydsl.columnar.narrow import narrowed

STEPS = (
    ("a_0", "SELECT e.*, e.x + e.y AS s, e.x * 2 AS twice, e.y AS same FROM t AS e"),
    ("f_1", "SELECT SUM(c.v) AS total, c.p AS k FROM u AS c JOIN a_0 AS e ON c.p = e.k WHERE c.v > e.y GROUP BY c.p"),
    ("a_2", "SELECT e.*, o.total AS total FROM a_0 AS e LEFT JOIN f_1 AS o ON o.k = e.k"),
    ("a_3", "SELECT e.*, e.s * e.s AS square, e.same + e.twice AS pair FROM a_2 AS e"),
    ("w_4", "SELECT e.*, SUM(e.pair) OVER (PARTITION BY e.square) AS w FROM a_3 AS e"),
    ("a_5", "SELECT e.*, CASE WHEN e.w > 3 THEN COALESCE(e.total, 0) ELSE e.w END AS last FROM w_4 AS e"),
)


def asked(wanted: list[str], narrow: bool) -> tuple[str, list[str]]:
    steps = [(name, parse_one(text, dialect="duckdb")) for name, text in STEPS]
    found, end = narrowed(steps, "a_5", wanted) if narrow else (steps, "a_5")  # type: ignore[arg-type]
    select = exp.select(*[exp.column(name) for name in wanted]).from_(end)
    ctes = [exp.CTE(this=step, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, step in found]
    if ctes:
        select.set("with_", exp.With(expressions=ctes))
    return select.sql("duckdb"), [name for name, _ in found]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (["k", "x"], []),
        (["k", "square"], ["a_0", "a_3"]),
        (["k", "pair"], ["a_3"]),
        (["k", "total"], ["f_1", "a_2"]),
        (["k", "w"], ["a_0", "w_4"]),
        (["k", "last"], ["a_0", "f_1", "a_2", "w_4", "a_5"]),
        (["k", "last", "square", "pair", "s"], ["a_0", "f_1", "a_2", "a_3", "w_4", "a_5"]),
    ],
)
def test_the_same_from_fewer_steps(wanted: list[str], left: list[str]) -> None:
    db = duckdb.connect()
    db.execute("CREATE TABLE t AS SELECT i AS k, i * 7 % 5 AS x, i % 3 AS y FROM range(60) r(i)")
    db.execute("CREATE TABLE u AS SELECT i % 50 AS p, i % 9 AS v FROM range(200) r(i)")
    whole, _ = asked(wanted, narrow=False)
    text, steps = asked(wanted, narrow=True)
    assert steps == left
    assert db.execute(text + " ORDER BY 1").fetchall() == db.execute(whole + " ORDER BY 1").fetchall()


def test_what_is_read_once_is_computed_where_it_is_read() -> None:
    text, _ = asked(["k", "pair"], narrow=True)
    assert text == "WITH a_3 AS (SELECT e.k, e.y + (e.x * 2) AS pair FROM t AS e) SELECT k, pair FROM a_3"


def test_what_is_read_twice_stays_a_column() -> None:
    text, _ = asked(["k", "square"], narrow=True)
    assert text.count("e.x + e.y") == 1


def test_a_step_of_which_nothing_but_its_rows_is_asked_has_a_column() -> None:
    steps = [
        ("f_0", "SELECT t.x + 1 AS x FROM t AS t"),
        ("g_1", "SELECT SUM(c.v) AS total FROM u AS c"),
        ("h_2", "SELECT e.*, o.total AS total FROM f_0 AS e CROSS JOIN g_1 AS o"),
    ]
    found, end = narrowed([(name, parse_one(text, dialect="duckdb")) for name, text in steps], "h_2", ["total"])  # type: ignore[misc]
    assert end == "h_2"
    assert dict(found)["f_0"].sql("duckdb") == "SELECT 1 AS one FROM t AS t"
