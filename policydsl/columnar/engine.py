"""Owns a run on DuckDB: facts in, both waves, the rows that only the reference can say, results out. Exact or an error.

Whole numbers are 64 bits wide first; what outgrows them is run again with 128 bits, and what outgrows those goes to the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.kinds import tell_misfilled
from policydsl.columnar.plan import Plan, Source, Verdict, astray, filled_in, plan, spoiled
from policydsl.columnar.reference import Corrections, family, whole
from policydsl.columnar.sources import Loader
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Reasons, Stored
from policydsl.core import program as core
from policydsl.core.facts import Facts
from policydsl.diagnostics.model import Diagnostic
from policydsl.facts.findings import Findings
from policydsl.interpret.evaluate import Evaluator

if TYPE_CHECKING:
    import duckdb

PIECE = 1_000_000
"""Rows at the top of the chains of owners that are computed in one piece."""
BATCH = 2_000
"""Families that the reference computes at a time."""
LEDGER = (("mark", "text"), ("piece", "int"))
"""The table of what is finished."""
MOST_WHOLE = 500_000
"""Rows that the reference may be given all at once, where a rule needs all rows and has no column form."""

Progress = Callable[[str, int, int], None]
"""Called with what is done, how many of how many."""


class TooLarge(Exception):
    """A rule that needs all rows at once, and has no column form, met more of them than the reference can hold."""

    def __init__(self, verdict: Verdict, rows: int) -> None:
        name, (zh, en) = verdict.rule.name, verdict.why
        super().__init__(
            f"规则「{name}」要看全部的行,列引擎不会算({zh});{rows:,} 行超过参考解释器一次能算的 {MOST_WHOLE:,} 行。"
            f" / Rule 「{name}」 needs all rows and has no column form ({en}); {rows:,} rows are more than the reference takes at once."
        )


@frozen(eq=False)
class Results:
    """What came out: of each entity a table of the database, and where in it each rule stands."""

    db: duckdb.DuckDBPyConnection
    program: core.Program
    plan: Plan
    tables: Mapping[str, str]
    rules: Mapping[tuple[str, str], Stored]
    findings: Sequence[Diagnostic]
    routed: int
    """Families of rows that the reference computed."""
    whole: bool = False
    """Whether the reference computed everything."""

    @property
    def reasons(self) -> list[tuple[Any, str, str, str]]:
        """The reasons, by their numbers."""
        return list(self.plan.reasons.numbers)


@define(eq=False)
class Engine:
    """A program under given readings on a database. Raises UnknownReading as the reference does."""

    program: core.Program
    db: duckdb.DuckDBPyConnection
    readings: Mapping[str, str] | None = None
    on: date | None = None
    progress: Progress = lambda *_: None
    piece: int = PIECE
    mark: str = ""
    """What the pieces that a killed run has finished must have been made for, to be taken over; none are where it is empty."""
    resumed: int = 0
    _reference: Evaluator = field(init=False)
    _facts: Mapping[str, Source] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._reference = Evaluator(self.program, self.readings or {}, self.on)

    def files(self, paths: Sequence[str]) -> Results:
        """Run on .parquet, .csv and Arrow files, each named after its entity. Raises Rejected, TooLarge."""
        why, findings = Reasons(), Findings(self.program.language)
        loader = Loader(self.db, self.program, why, findings)
        sources = loader.files(paths)
        tell_misfilled(loader)
        return self._run(sources, why, findings)

    def tables(self, tables: Mapping[str, object]) -> Results:
        """Run on data frames, or paths of files, by the names of their entities. Raises Rejected, TooLarge, TypeError, ValueError."""
        why, findings = Reasons(), Findings(self.program.language)
        loader = Loader(self.db, self.program, why, findings)
        sources = loader.tables(tables)
        tell_misfilled(loader)
        return self._run(sources, why, findings)

    def facts(self, facts: Facts) -> Results:
        """Run on facts already read. Raises TooLarge."""
        why, findings = Reasons(), Findings(self.program.language)
        sources = Loader(self.db, self.program, why, findings).facts(facts)
        return self._run(sources, why, findings)

    # ------------------------------------------------------------ the run

    def _run(self, sources: Mapping[str, Source], why: Reasons, findings: Findings) -> Results:
        import duckdb

        for width in ("BIGINT", "HUGEINT"):
            try:
                return self._waves(sources, why, findings, width)
            except (duckdb.OutOfRangeException, duckdb.ConversionException):
                continue
        made = plan(self.program, self._pieces(sources), self._reference.readings, self.on, "HUGEINT", why)
        return self._all_by_reference(made, sources, why, findings, made.verdicts[0])

    def _pieces(self, sources: Mapping[str, Source]) -> dict[str, Source]:
        return {
            name: evolve(source, table=f"V{index}", facts=source.table)
            for index, (name, source) in enumerate((name, sources[name]) for name in self.program.entities)
        }

    def _waves(self, sources: Mapping[str, Source], why: Reasons, findings: Findings, width: str) -> Results:
        pieces = self._pieces(sources)
        self._facts = sources
        made = plan(self.program, pieces, self._reference.readings, self.on, width, why)
        lost = astray(self.program, sources)
        if lost is not None:
            rule, entity = lost
            verdict = next(item for item in made.verdicts if item.rule is rule)
            said = f"「{entity}」有的行没有写明归谁", f"some rows of 「{entity}」 do not say whose they are"
            return self._all_by_reference(made, sources, why, findings, evolve(verdict, why=said))
        self._whole_view(sources)
        broken = self._broken(made)
        found = spoiled(self.program, made, self._false(made)) if broken else None
        if found is not None:
            reader, constraint = found
            verdict = next(item for item in made.verdicts if item.rule is reader)
            said = (
                f"约束「{constraint.name}」有不成立的,它的数「{reader.name}」也读",
                f"the constraint 「{constraint.name}」 is false somewhere, and 「{reader.name}」 reads what it spoils",
            )
            return self._all_by_reference(made, sources, why, findings, evolve(verdict, why=said))
        if broken:
            made = plan(self.program, pieces, self._reference.readings, self.on, width, why, corrected=True)
        self._first(made, sources)
        routed = self._correct(made, sources, broken)
        tables, rules = self._second(made)
        for verdict in made.verdicts:
            if verdict.where == "reference" and verdict.rule.id not in made.local:
                return self._all_by_reference(made, sources, why, findings, verdict)
        wrong = self._wrong_totals(made, tables, rules)
        if wrong is not None:
            return self._all_by_reference(made, sources, why, findings, wrong)
        return Results(self.db, self.program, made, tables, rules, findings.list, routed)

    def do(self, statement: exp.Expression) -> list[tuple[Any, ...]]:
        """Run one statement; gives all its rows."""
        return sql.done(self.db, statement)

    def _count(self, table: str) -> int:
        return int(self.do(exp.select(exp.Count(this=exp.Star())).from_(table))[0][0])

    # ------------------------------------------------------------ pieces

    def _view(self, index: int, select: exp.Select) -> None:
        self.do(sql.create(f"V{index}", select, "VIEW"))

    def _whole_view(self, sources: Mapping[str, Source]) -> None:
        for index, name in enumerate(self.program.entities):
            self._view(index, exp.select("*").from_(sources[name].table))

    def _piece_view(self, made: Plan, sources: Mapping[str, Source], root: str, low: int, high: int) -> None:
        """Only the rows `low` … `high` of a root, and what belongs to them; the first piece has what belongs to no row that is there."""
        names = list(self.program.entities)
        for index, name in enumerate(names):
            if made.roots[name] != root:
                continue
            select = exp.select("t.*").from_(exp.alias_(exp.to_table(sources[name].table), "t", table=True))
            if name == root:
                between = exp.Between(this=sql.column("t", ROW), low=sql.whole(low), high=sql.whole(high))
                select = select.where(between)
            else:
                owner = self.program.entities[name].owner
                assert owner is not None
                mine = exp.select(KEY).from_(f"V{names.index(owner)}").subquery()
                taken: sql.Sql = exp.In(this=sql.column("t", OWNER), query=mine)
                if low == 1 and not sources[name].full:
                    known = exp.select(KEY).from_(sources[owner].table).subquery()
                    taken = sql.some(taken, sql.negated(exp.In(this=sql.column("t", OWNER), query=known)))
                select = select.where(taken)
            self._view(index, select)

    def _first(self, made: Plan, sources: Mapping[str, Source]) -> None:
        """The tables `T0`, `T1` … of what the first wave computes."""
        names = list(self.program.entities)
        for root in dict.fromkeys(made.roots.values()):
            mine = [name for name in names if made.roots[name] == root]
            rows = self._count(sources[root].table)
            last = self.do(exp.select(exp.Max(this=exp.column(ROW))).from_(sources[root].table))[0][0] or 0
            pieces = list(range(1, last + 1, self.piece)) if rows > self.piece else [0]
            self._whole_view(sources)
            mark = f"{self.mark}|{made.width}|{made.corrected}|{root}"
            finished = self._finished(mark)
            for number, low in enumerate(pieces):
                if number < finished:
                    self.resumed += 1
                    continue
                if len(pieces) > 1:
                    self._piece_view(made, sources, root, low, low + self.piece - 1)
                # a piece is there as a whole, and told to be there, or not at all
                self.db.begin()
                try:
                    for name in mine:
                        self._keep(made, name, names.index(name), number > 0)
                    self._finish(mark, number)
                    self.db.commit()
                except BaseException:
                    self.db.rollback()
                    raise
                self.progress(root, min(low + self.piece - 1, rows) if low else rows, rows)
        self._whole_view(sources)

    def _finished(self, mark: str) -> int:
        """How many pieces of a killed run can be taken over."""
        if not self.mark:
            return 0
        columns = [exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build(kind)) for name, kind in LEDGER]
        ledger = exp.Schema(this=exp.to_table("ledger"), expressions=columns)
        self.do(exp.Create(this=ledger, kind="TABLE", exists=True))
        mine = sql.binary(exp.EQ, exp.column("mark"), sql.text(mark))
        return int(self.do(exp.select(exp.Count(this=exp.Star())).from_("ledger").where(mine))[0][0])

    def _finish(self, mark: str, number: int) -> None:
        if self.mark:
            if number == 0:
                gone = sql.binary(exp.EQ, exp.column("mark"), sql.text(mark))
                self.do(exp.delete("ledger", where=gone))
            self.do(exp.insert(exp.select(sql.text(mark), sql.whole(number)), "ledger"))

    def _keep(self, made: Plan, name: str, index: int, more: bool) -> None:
        columns = [exp.column(column) for column in made.first.columns[name]]
        select = made.first.query.select(made.first.ends[name], columns)
        if not any(rule.entity == name and rule.id in made.local for rule in self.program.rules):
            # nothing is computed for its rows, now or afterwards: it stays where it is
            if not more:
                sql.removed(self.db, f"T{index}")
                whole = exp.select(*columns).from_(self._facts[name].table)
                self.do(sql.create(f"T{index}", whole, "VIEW"))
            return
        select = _ordered(select)
        if more:
            self.do(exp.Insert(this=exp.to_table(f"T{index}"), expression=select))
        else:
            sql.removed(self.db, f"T{index}")
            self.do(sql.create(f"T{index}", select))

    # ------------------------------------------------------------ what the reference says

    def _false(self, made: Plan) -> list[core.Rule]:
        """The constraints that are false of some row, and those that the query cannot judge."""
        found = [rule for rule in made.left(local=True) if rule.kind == "constraint"]
        for name in self.program.entities:
            judged = [
                (rule, sql.negated(made.first.rules[rule.id].at("e").value))
                for rule in self.program.rules
                if rule.entity == name and rule.kind == "constraint" and rule.id in made.first.rules
            ]
            judged = [(rule, part) for rule, part in judged if part.find(exp.Column)]
            if judged:
                any_ = [sql.function("bool_or", part) for _, part in judged]
                row = self.do(made.first.query.select(made.first.ends[name], any_, "e"))[0]
                found += [rule for (rule, _), false in zip(judged, row, strict=True) if false]
        return found

    def _broken(self, made: Plan) -> dict[str, set[str]]:
        """By root, the keys of families in which a constraint is false, or that have a rule without a column form."""
        found: dict[str, set[str]] = {}
        for name in self.program.entities:
            false = [
                sql.negated(made.first.rules[rule.id].at("e").value)
                for rule in self.program.rules
                if rule.entity == name and rule.kind == "constraint" and rule.id in made.first.rules
            ]
            false = [part for part in false if part.find(exp.Column)]
            if false:
                end = made.first.ends[name]
                select = made.first.query.select(end, [sql.column("e", KEY)], "e", sql.some(*false))
                keys = {row[0] for row in self.do(select)}
                if keys:
                    found.setdefault(made.roots[name], set()).update(self._tops(made, name, keys))
        for rule in made.left(local=True):
            table = f"V{list(self.program.entities).index(rule.entity)}"
            keys = {row[0] for row in self.do(exp.select(KEY).from_(table))}
            if keys:
                found.setdefault(made.roots[rule.entity], set()).update(self._tops(made, rule.entity, keys))
        return found

    def _tops(self, made: Plan, name: str, keys: set[str]) -> set[str]:
        """The keys of the rows at the top of the chains of owners."""
        names = list(self.program.entities)
        while name != made.roots[name]:
            owner = self.program.entities[name].owner
            assert owner is not None
            table = f"V{names.index(name)}"
            select = exp.select(OWNER).distinct().from_(table).where(_among(exp.column(KEY), keys))
            keys = {row[0] for row in self.do(select) if row[0] is not None}
            name = owner
        return keys

    def _correct(self, made: Plan, sources: Mapping[str, Source], broken: Mapping[str, set[str]]) -> int:
        names = list(self.program.entities)
        for slot, rule in enumerate(self.program.rules):
            if rule.id in made.local and made.verdicts[slot].where == "reference":
                table = exp.to_table(f"T{names.index(rule.entity)}")
                for column, kind in _typed(filled_in(rule, slot)):
                    definition = exp.ColumnDef(
                        this=exp.to_identifier(column), kind=exp.DataType.build(kind, dialect="duckdb")
                    )
                    self.do(exp.Alter(this=table.copy(), kind="TABLE", actions=[definition]))
        done, routed = 0, sum(len(keys) for keys in broken.values())
        # what needs all rows is not asked of a few
        rules = tuple(rule for rule in self.program.rules if rule.id in made.local)
        nearby = Evaluator(evolve(self.program, rules=rules), self.readings or {}, self.on)
        for root, keys in broken.items():
            corrections = Corrections(self.db, made, root)
            for batch in _batches(sorted(keys), BATCH):
                facts = family(self.db, made, sources, root, batch)
                wanted = {
                    name: [row.key for row in facts.tables.get(name, ())]
                    for name in names
                    if made.roots[name] == root and (name in facts.tables or not self.program.entities[name].singleton)
                }
                trace = nearby.run(facts, {name: keys for name, keys in wanted.items() if name in facts.tables})
                corrections.put(trace, wanted)
                done += len(batch)
                self.progress("参考解释器", done, routed)
        return routed

    def _all_by_reference(
        self, made: Plan, sources: Mapping[str, Source], why: Reasons, findings: Findings, verdict: Verdict
    ) -> Results:
        rows = sum(self._count(source.table) for source in sources.values())
        if rows > MOST_WHOLE:
            raise TooLarge(verdict, rows)
        tables, rules = whole(self.db, self.program, made, sources, self._reference)
        return Results(self.db, self.program, made, tables, rules, findings.list, 0, True)

    # ------------------------------------------------------------ totals

    def _second(self, made: Plan) -> tuple[dict[str, str], dict[tuple[str, str], Stored]]:
        names = list(self.program.entities)
        tables: dict[str, str] = {}
        rules = dict(made.second.rules)
        for index, name in enumerate(names):
            tables[name] = f"T{index}"
            if made.second.ends[name] == f"T{index}":
                continue
            columns = [exp.column(column) for column in dict.fromkeys(made.second.columns[name])]
            select = made.second.query.select(made.second.ends[name], columns)
            sql.removed(self.db, f"U{index}")
            self.do(sql.create(f"U{index}", _ordered(select)))
            tables[name] = f"U{index}"
        return tables, rules

    def _wrong_totals(
        self, made: Plan, tables: Mapping[str, str], rules: Mapping[tuple[str, str], Stored]
    ) -> Verdict | None:
        """A constraint over all rows that is false, if any: it spoils what no piece could know of."""
        for verdict in made.verdicts:
            rule = verdict.rule
            if rule.kind != "constraint" or rule.id in made.local or rule.id not in rules:
                continue
            value = rules[rule.id].at("e").value
            table = exp.alias_(exp.to_table(tables[rule.entity]), "e", table=True)
            select = exp.select(exp.Count(this=exp.Star())).from_(table).where(sql.negated(value))
            if self.do(select)[0][0]:
                zh, en = "约束不成立,要看是哪些数", "a constraint is false, and what it spoils is to be found"
                return evolve(verdict, why=(zh, en))
        return None


def _ordered(select: exp.Select) -> exp.Select:
    """The same in the order of the file; a join or a window may have lost it."""
    steps = select.args.get("with_")
    lost = steps is not None and (steps.find(exp.Join) is not None or steps.find(exp.Window) is not None)
    return select.order_by(ROW) if lost else select


def _batches(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(keys), size):
        yield keys[at : at + size]


def _among(column: sql.Sql, keys: set[str]) -> sql.Sql:
    return exp.In(this=column, expressions=[sql.text(key) for key in sorted(keys)])


def _typed(stored: Stored) -> list[tuple[str, str]]:
    """The columns of a rule that is filled in, with their types."""
    value = {"number": "HUGEINT", "bool": "BOOLEAN", "date": "DATE", "moment": "TIMESTAMP", "list": "VARCHAR[]"}
    types = {"v": value.get(stored.kind, "VARCHAR"), "d": "HUGEINT", "l": "INTEGER", "w": "INTEGER[]", "a": "VARCHAR"}
    return [(column, types[column[-1]]) for column in stored.columns]
