"""Owns a run on DuckDB: facts in, both waves, the rows that only the reference can say, results out. Exact or an error.

Whole numbers are 64 bits wide first; what outgrows them is run again with 128 bits, and what outgrows those goes to the reference.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.families import Families
from policydsl.columnar.kinds import tell_misfilled
from policydsl.columnar.numbered import PERFECT
from policydsl.columnar.pieces import Ledger, Views, ordered
from policydsl.columnar.plan import Plan, Source, Verdict, astray, plan, spoiled
from policydsl.columnar.reference import whole
from policydsl.columnar.results import Results
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

    from policydsl.columnar.parts import Parts

PIECE = 1_000_000
"""Rows at the top of the chains of owners that are computed in one piece."""
MOST_IN_MEMORY = 800_000_000
"""Bytes of a table that is kept in memory as it is."""
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
    parts: Parts | None = None
    """Where pieces are written down as they are finished; else all stay in the database until they are asked for."""
    resumed: int = 0
    _reference: Evaluator = field(init=False)
    _facts: Mapping[str, Source] = field(factory=dict)
    _scattered: set[str] = field(factory=set)

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

    def planned(self, paths: Sequence[str]) -> tuple[Plan, int, Sequence[Diagnostic]]:
        """The plan of a run on files, how many rows they have, and what was found in them; nothing is computed. Raises Rejected."""
        why, findings = Reasons(), Findings(self.program.language)
        sources = Loader(self.db, self.program, why, findings).files(paths)
        made = self._plan(Views(self.db, self.program, sources, False, "BIGINT"), why)
        return made, sum(self._count(source.table) for source in sources.values()), findings.list

    def facts(self, facts: Facts) -> Results:
        """Run on facts already read. Raises TooLarge."""
        why, findings = Reasons(), Findings(self.program.language)
        sources = Loader(self.db, self.program, why, findings).facts(facts)
        return self._run(sources, why, findings)

    # ------------------------------------------------------------ the run

    def _run(self, sources: Mapping[str, Source], why: Reasons, findings: Findings) -> Results:
        import duckdb

        self.db.execute(f"SET perfect_ht_threshold = {PERFECT}")
        # a run that was killed after 64 bits were too few goes on with 128
        widths = ("HUGEINT",) if Ledger(self.db, self.mark).begun("HUGEINT") else ("BIGINT", "HUGEINT")
        for width in widths:
            try:
                return self._waves(sources, why, findings, width)
            except (duckdb.OutOfRangeException, duckdb.ConversionException):
                continue
        made = self._plan(Views(self.db, self.program, sources, False, "HUGEINT"), why)
        return self._all_by_reference(made, sources, why, findings, made.verdicts[0])

    def _plan(self, views: Views, why: Reasons, corrected: bool = False) -> Plan:
        return plan(self.program, views.pieces(), self._reference.readings, self.on, views.width, why, corrected)

    def _waves(self, sources: Mapping[str, Source], why: Reasons, findings: Findings, width: str) -> Results:
        self._facts = sources
        views = Views(self.db, self.program, sources, any(source.numbered for source in sources.values()), width)
        made = self._plan(views, why)
        lost = astray(self.program, sources)
        if lost is not None:
            rule, entity = lost
            verdict = next(item for item in made.verdicts if item.rule is rule)
            said = f"「{entity}」有的行没有写明归谁", f"some rows of 「{entity}」 do not say whose they are"
            return self._all_by_reference(made, sources, why, findings, evolve(verdict, why=said))
        views.whole()
        broken = Families(self.db, self.program, made).broken()
        if broken and views.numbered:
            # the reference knows rows by their keys
            views = evolve(views, numbered=False)
            made = self._plan(views, why)
            views.whole()
            broken = Families(self.db, self.program, made).broken()
        found = spoiled(self.program, made, Families(self.db, self.program, made).false()) if broken else None
        if found is not None:
            reader, constraint = found
            verdict = next(item for item in made.verdicts if item.rule is reader)
            said = (
                f"约束「{constraint.name}」有不成立的,它的数「{reader.name}」也读",
                f"the constraint 「{constraint.name}」 is false somewhere, and 「{reader.name}」 reads what it spoils",
            )
            return self._all_by_reference(made, sources, why, findings, evolve(verdict, why=said))
        if broken:
            made = self._plan(views, why, corrected=True)
        self._first(made, views)
        families = Families(self.db, self.program, made)
        routed = families.correct(sources, broken, self.readings or {}, self.on, self.progress)
        tables, rules = self._second(made)
        for verdict in made.verdicts:
            if verdict.where == "reference" and verdict.rule.id not in made.local:
                return self._all_by_reference(made, sources, why, findings, verdict)
        wrong = self._wrong_totals(made, tables, rules)
        if wrong is not None:
            return self._all_by_reference(made, sources, why, findings, wrong)
        scattered = frozenset(name for name in self._scattered if tables[name].startswith("T"))
        return Results(
            self.db, self.program, made, tables, rules, findings.list, routed, parts=self.parts, scattered=scattered
        )

    def do(self, statement: exp.Expression) -> list[tuple[Any, ...]]:
        """Run one statement; gives all its rows."""
        return sql.done(self.db, statement)

    def _count(self, table: str) -> int:
        return int(self.do(exp.select(exp.Count(this=exp.Star())).from_(table))[0][0])

    # ------------------------------------------------------------ pieces

    def _first(self, made: Plan, views: Views) -> None:
        """The tables `T0`, `T1` … of what the first wave computes, and the parts of what is written piece by piece."""
        names = list(self.program.entities)
        ledger = Ledger(self.db, self.mark)
        self._scattered.clear()
        if self.parts is not None:
            self.parts.begin()
        for root in dict.fromkeys(made.roots.values()):
            mine = [name for name in names if made.roots[name] == root]
            table = self._facts[root].table
            rows = self._count(table)
            last = self.do(exp.select(exp.Max(this=exp.column(ROW))).from_(table))[0][0] or 0
            pieces = list(range(1, last + 1, self.piece)) if rows > self.piece else [0]
            views.whole()
            if len(pieces) == 1:
                # what is made at once is not kept: there is nothing to go on from
                with self._settled():
                    for name in mine:
                        self._keep(made, views, name, False, True)
                self.progress(root, rows, rows)
                continue
            self._scattered.update(name for name in mine if name != root)
            parted = self._parted(made, mine)
            said = f"{made.width}{'' if parted is None else ', parts'}"
            finished = ledger.finished(said, root)
            for number, low in enumerate(pieces):
                if number < len(finished):
                    self.resumed += 1
                    for name, counts in json.loads(finished[number]).items():
                        assert self.parts is not None
                        self.parts.take(self.program, name, number, counts)
                    continue
                views.piece(made, root, low, low + self.piece - 1)
                told: dict[str, str] = {}
                # a piece is there as a whole, and told to be there, or not at all
                with self._settled():
                    for name in mine:
                        if parted is not None and name in parted:
                            assert self.parts is not None
                            told[name] = self.parts.keep(self.db, made, views, name, number, parted[name])
                        else:
                            self._keep(made, views, name, number > 0, False)
                    ledger.finish(said, root, number, json.dumps(told))
                self.progress(root, min(low + self.piece - 1, rows), rows)
        views.whole()

    @contextlib.contextmanager
    def _settled(self) -> Iterator[None]:
        """What is done within is done as a whole, or not at all."""
        self.db.begin()
        try:
            yield
            self.db.commit()
        except BaseException:
            self.db.rollback()
            raise

    def _parted(self, made: Plan, mine: Sequence[str]) -> dict[str, list[str]] | None:
        """Which entities are written down piece by piece, each with the columns that what needs all rows reads; None where single
        rows will be corrected, or rows are not finished before all are there."""
        if self.parts is None or made.corrected or made.left(local=True):
            return None
        names = list(self.program.entities)
        if any(made.second.ends[name] != f"T{names.index(name)}" for name in mine):
            return None
        read = {column.name for select in self._seconds(made).values() for column in select.find_all(exp.Column)}
        found: dict[str, list[str]] = {}
        for name in mine:
            # rows below do not stand in the order of those above them
            computed = any(rule.entity == name and rule.id in made.local for rule in self.program.rules)
            if computed and made.roots[name] == name:
                # where nothing needs all rows, none is asked for again
                asked = read | {KEY, OWNER, ROW} if read else set()
                found[name] = [column for column in made.first.columns[name] if column in asked]
        return found

    def _keep(self, made: Plan, views: Views, name: str, more: bool, once: bool) -> None:
        """The rows of a piece put in the table of what the first wave leaves; `once`: there is no other piece."""
        table = f"T{list(self.program.entities).index(name)}"
        if not any(rule.entity == name and rule.id in made.local for rule in self.program.rules):
            # nothing is computed for its rows, now or afterwards: it stays where it is
            if not more:
                sql.removed(self.db, table)
                columns = [exp.column(column) for column in made.first.columns[name]]
                self.do(sql.create(table, exp.select(*columns).from_(self._facts[name].table), "VIEW"))
            return
        select = views.kept(made, name)
        if more:
            self.do(exp.Insert(this=exp.to_table(table), expression=select))
        else:
            sql.removed(self.db, table)
            passing = once and self._small(name, len(made.first.columns[name]))
            self.do(sql.create(table, select, temporary=passing))

    def _small(self, name: str, columns: int) -> bool:
        """Whether a table is kept in memory as it is, not packed in a file."""
        return self._count(self._facts[name].table) * columns * 8 < MOST_IN_MEMORY

    # ------------------------------------------------------------ what the reference says

    def _all_by_reference(
        self, made: Plan, sources: Mapping[str, Source], why: Reasons, findings: Findings, verdict: Verdict
    ) -> Results:
        rows = sum(self._count(source.table) for source in sources.values())
        if rows > MOST_WHOLE:
            raise TooLarge(verdict, rows)
        tables, rules = whole(self.db, self.program, made, sources, self._reference)
        return Results(self.db, self.program, made, tables, rules, findings.list, 0, True)

    # ------------------------------------------------------------ totals

    def _seconds(self, made: Plan) -> dict[str, exp.Select]:
        """What is asked in the second wave, by entity."""
        found = {}
        for index, name in enumerate(self.program.entities):
            if made.second.ends[name] != f"T{index}":
                columns = [exp.column(column) for column in dict.fromkeys(made.second.columns[name])]
                found[name] = made.second.query.select(made.second.ends[name], columns)
        return found

    def _second(self, made: Plan) -> tuple[dict[str, str], dict[tuple[str, str], Stored]]:
        selects = self._seconds(made)
        tables: dict[str, str] = {}
        for index, name in enumerate(self.program.entities):
            tables[name] = f"T{index}"
            if name in selects:
                tables[name] = f"U{index}"
                sql.removed(self.db, tables[name])
                passing = self._small(name, len(made.second.columns[name]))
                self.do(sql.create(tables[name], ordered(selects[name]), temporary=passing))
        return tables, dict(made.second.rules)

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
