"""Owns the plan of a run: which rules become columns of the query, which are left to the reference and why, in two waves.

First wave: what a row and those below it decide; it runs piece by piece. Second wave: what needs all rows (totals, and what reads
them); it runs once, on the tables that the first wave left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from attrs import evolve, field, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.arithmetic import Width
from policydsl.columnar.encode import Encoder
from policydsl.columnar.scopes import RowScope, World
from policydsl.columnar.stages import HERE, KEY, OWNER, ROW, Query, Stage
from policydsl.columnar.terms import Beyond, Kind, Reasons, Stored, keep, kind_of
from policydsl.core import program as core
from policydsl.core.types import ListOf, Type, strip
from policydsl.core.walk import everything

Where = Literal["columns", "reference"]


@frozen
class Source:
    """The facts of one entity as a table of the database: its columns by field.

    `full`: the owner of every row is there; `lost`: nobody knows the owner of some row.
    """

    table: str
    fields: Mapping[str, Stored]
    facts: str = ""  # the table of all rows, where `table` is one piece of it
    numbered: str = ""  # the same rows called by their numbers, where there is such a table
    full: bool = True
    lost: bool = False
    supplied: bool = True
    absent: tuple[str, ...] = ()


@frozen
class Verdict:
    """Where a rule is computed, and why not in columns."""

    rule: core.Rule
    where: Where
    whole: bool = True
    """Its numbers are whole over one written denominator; else over a computed one."""
    why: tuple[str, str] = ("", "")


@frozen(eq=False)
class Wave:
    """The query of one wave: the step that ends each entity's table, and the columns of each rule."""

    query: Query
    ends: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    rules: Mapping[tuple[str, str], Stored]


@frozen(eq=False)
class Plan:
    """Both waves. `width` is the type of whole numbers that they were made for."""

    program: core.Program
    width: str
    reasons: Reasons
    verdicts: tuple[Verdict, ...]
    first: Wave
    second: Wave
    local: frozenset[tuple[str, str]]
    roots: Mapping[str, str] = field(factory=dict)
    corrected: bool = False

    def left(self, local: bool) -> tuple[core.Rule, ...]:
        """The rules of a wave that are left to the reference."""
        return tuple(
            item.rule for item in self.verdicts if item.where == "reference" and (item.rule.id in self.local) is local
        )


def plan(
    program: core.Program,
    sources: Mapping[str, Source],
    readings: Mapping[str, str],
    on: date | None,
    width: str = "BIGINT",
    why: Reasons | None = None,
    corrected: bool = False,
    pieces: bool = True,
    ordered: bool = True,
) -> Plan:
    """The plan for given sources; the second wave reads tables `T0`, `T1` … (by entity) that hold what the first wave left.

    `pieces` False: everything in one wave, for all rows are there at once. `ordered` False: nothing says in which order the rows of a table stand. `corrected`: single rows of what the first wave left will be corrected, so that every rule needs all its columns.
    """
    why = why or Reasons()
    local = _local(program) if pieces else frozenset(rule.id for rule in program.rules)
    verdicts: dict[tuple[str, str], Verdict] = {}
    makers = _Wave(program, sources, readings, on, Width(width), why, local, verdicts, corrected, ordered, not pieces)
    first = makers.wave(None)
    second = makers.wave(first)
    return Plan(
        program,
        width,
        why,
        tuple(verdicts[rule.id] for rule in program.rules),
        first,
        second,
        local,
        roots_of(program),
        corrected,
    )


@frozen(eq=False)
class _Wave:
    program: core.Program
    sources: Mapping[str, Source]
    readings: Mapping[str, str]
    on: date | None
    width: Width
    why: Reasons
    local: frozenset[tuple[str, str]]
    verdicts: dict[tuple[str, str], Verdict]
    corrected: bool
    ordered: bool
    whole: bool
    later: dict[tuple[str, str], Stored] = field(factory=dict)
    """Of rules of the first wave of which rows will be corrected, all their columns."""

    def wave(self, before: Wave | None) -> Wave:
        """The first wave, or the second after it."""
        query = Query()
        stages = {name: self._stage(index, name, query, before) for index, name in enumerate(self.program.entities)}
        supplied = frozenset(name for name, source in self.sources.items() if source.supplied)
        absent = {name: source.absent for name, source in self.sources.items() if source.absent}
        everything_there = self.whole or before is not None
        world = World(
            self.program,
            self.readings,
            self.on,
            self.width,
            stages,
            self.why,
            supplied,
            absent,
            everything_there,
            self.ordered,
        )
        for slot, rule in enumerate(self.program.rules):
            if (rule.id in self.local) is not (before is None):
                continue
            stage = stages[rule.entity]
            if rule.entity not in supplied and not stage.sole:
                # no rows, nothing to compute
                self.verdicts[rule.id] = Verdict(rule, "columns")
                stage.rules[rule.name] = Stored("never", sql.NULL)
                continue
            self.verdicts[rule.id] = self._place(world, stage, rule, slot)
        ends = {name: stage.flush() for name, stage in stages.items()}
        # facts are read by the second wave alone
        facts = before is None and any(rule.id not in self.local for rule in self.program.rules)
        if before is None:
            for (entity, called), stored in self.later.items():
                stages[entity].rules[called] = stored
        read = facts_read(self.program) if facts else {}
        columns = {name: _lasting(stage, read.get(name, frozenset())) for name, stage in stages.items()}
        rules = {(name, rule): stored for name, stage in stages.items() for rule, stored in stage.rules.items()}
        return Wave(query, ends, columns, rules)

    def _stage(self, index: int, name: str, query: Query, before: Wave | None) -> Stage:
        source = self.sources[name]
        base = source.table if before is None else f"T{index}"
        facts = source.facts or source.table
        sole = self.program.entities[name].singleton
        listed = {
            item.name: evolve(source.fields[item.name], items=items_of(item.type), coded=True)
            for item in self.program.entities[name].fields
            if kind_of(item.type) == "list"
        }
        fields = {**source.fields, **listed}
        stage = Stage(name, query, base, facts, sole, fields, full=source.full, numbered=bool(source.numbered))
        if before is not None:
            stage.rules = {rule: stored for (of, rule), stored in before.rules.items() if of == name}
            for slot, rule in enumerate(self.program.rules):
                if rule.entity == name and rule.id in self.local and self.verdicts[rule.id].where == "reference":
                    stage.rules[rule.name] = filled_in(rule, slot)
        return stage

    def _place(self, world: World, stage: Stage, rule: core.Rule, slot: int) -> Verdict:
        here = RowScope(stage, HERE)
        encoder = Encoder(world, rule, (here,), here)
        try:
            term = encoder.term(rule.body)
            # the label of a reading is the same for every row, whatever is wrong with the facts
            label = rule.kind == "reading" and isinstance(term.value, exp.Literal) and term.sure
            kept = _itemized(keep(term, f"r{slot}_", stage.put), rule)
            stage.rules[rule.name] = kept
            if self.corrected and rule.id in self.local and not label:
                # what reads it in this wave does so before anything is corrected
                self.later[rule.id] = _itemized(keep(kept.at(HERE), f"y{slot}_", stage.put, True), rule)
        except Beyond as beyond:
            return Verdict(rule, "reference", False, (beyond.zh, beyond.en))
        return Verdict(rule, "columns", isinstance(term.den, int))


def _lasting(stage: Stage, facts: frozenset[str]) -> tuple[str, ...]:
    """The columns of a table that outlive the query: keys, the facts that are asked for, rules."""
    stored = (*[stored for name, stored in stage.fields.items() if name in facts], *stage.rules.values())
    return tuple(dict.fromkeys((KEY, OWNER, ROW, *[column for item in stored for column in item.columns])))


def filled_in(rule: core.Rule, slot: int) -> Stored:
    """The columns of a rule that the reference computes and whose outcomes are put in afterwards."""
    name = f"x{slot}_"
    kind = kind_of(rule.type)
    den = name + "d" if kind == "number" else 1
    return Stored(
        kind, name + "v", den, name + "l", name + "w", name + "a", items=items_of(rule.type), coded=kind == "list"
    )


def _itemized(stored: Stored, rule: core.Rule) -> Stored:
    return evolve(stored, items=items_of(rule.type)) if stored.kind == "list" else stored


def items_of(type_: Type) -> Kind:
    """What a list of a type lists; text where it is none."""
    listed = strip(type_)
    return kind_of(listed.of) if isinstance(listed, ListOf) else "text"


# ---------------------------------------------------------------- what needs all rows


def _local(program: core.Program) -> frozenset[tuple[str, str]]:
    """The rules that need no other rows than those below their own row, and single rows of facts."""
    local: set[tuple[str, str]] = set()
    for rule in program.rules:
        if all(_near(program, node, local) for node in everything(rule.body)) and not _cells_reach(
            program, rule, local
        ):
            local.add(rule.id)
    return frozenset(local)


def astray(program: core.Program, sources: Mapping[str, Source]) -> tuple[core.Rule, str] | None:
    """A rule that asks for the rows of an owner where some row may be anybody's, and the entity of these rows.

    Only the reference tells what is certain nevertheless.
    """
    lost = {name for name, source in sources.items() if source.lost}
    for rule in program.rules if lost else ():
        for node in everything(rule.body):
            for name in lost & _by_owner(node):
                return rule, name
    return None


def spoiled(program: core.Program, made: Plan, constraints: Iterable[core.Rule]) -> tuple[core.Rule, core.Rule] | None:
    """A rule that reads what a constraint spoils where it is false, from elsewhere than the rows that are computed again with it; and
    that constraint."""
    for constraint in constraints:
        root = made.roots[constraint.entity]
        blamed = {(constraint.entity, constraint.blames)}
        cells = blamed if constraint.blames else _facts_of(program, constraint)
        for rule in program.rules:
            near = rule.id in made.local and made.roots[rule.entity] == root
            read = _facts_of(program, rule, through=False)
            if (not near and read & cells) or (near and any(made.roots[entity] != root for entity, _ in read & cells)):
                return rule, constraint
    return None


def _facts_of(program: core.Program, rule: core.Rule, through: bool = True) -> set[tuple[str, str]]:
    """The facts that a rule reads, itself or (`through`) by other rules."""
    rules = {other.id: other for other in program.rules}
    found: set[tuple[str, str]] = set()
    todo, done = [rule], {rule.id}
    while todo:
        for node in _whole(program, todo.pop()):
            match node:
                case core.FieldRead(entity=entity, name=name):
                    found.add((entity, name))
                case core.RuleRead(entity=entity, name=name) if through and (entity, name) not in done:
                    done.add((entity, name))
                    todo.append(rules[entity, name])
    return found


def facts_read(program: core.Program) -> dict[str, frozenset[str]]:
    """By entity, the facts that some rule reads."""
    found: dict[str, set[str]] = {}
    for rule in program.rules:
        for entity, name in _facts_of(program, rule, through=False):
            found.setdefault(entity, set()).add(name)
    return {entity: frozenset(names) for entity, names in found.items()}


def _whole(program: core.Program, rule: core.Rule) -> Iterator[core.Expr]:
    """The nodes of a rule and of the cells of tables that it looks up."""
    for node in everything(rule.body):
        yield node
        if isinstance(node, core.Lookup):
            for row in program.tables[node.table].rows:
                yield from everything(row.cells[node.column])


def _by_owner(node: core.Expr) -> set[str]:
    """The entities of which a node looks at the rows of one owner."""
    match node:
        case core.Aggregate(rows=core.Children(entity=entity)):
            return {entity}
        case core.Within(rows=core.Children(entity=entity)):
            return {entity}
        case core.Running(among=among) | core.Previous(among=among) | core.Rank(among=among) | core.Share(among=among):
            return {among.entity} if among.owned else set()
        case core.FieldRead(row=row) | core.RuleRead(row=row):
            found = set()
            while not isinstance(row, core.Here | core.Sole | core.Keyed):
                if isinstance(row, core.OnlyChild):
                    found.add(row.entity)
                row = row.of
            return found
        case _:
            return set()


def _cells_reach(program: core.Program, rule: core.Rule, local: set[tuple[str, str]]) -> bool:
    for node in everything(rule.body):
        if isinstance(node, core.Lookup):
            for row in program.tables[node.table].rows:
                for inside in everything(row.cells[node.column]):
                    if not _near(program, inside, local):
                        return True
    return False


def _near(program: core.Program, node: core.Expr, local: set[tuple[str, str]]) -> bool:
    match node:
        case core.RuleRead(row=row, entity=entity, name=name):
            return (entity, name) in local and not _keyed(row)
        case core.Aggregate(rows=rows):
            if isinstance(rows, core.AllRows) or isinstance(rows.of, core.Sole):
                return False
            owner = program.entities[rows.entity].owner
            return owner is None or not program.entities[owner].singleton
        case core.Running(among=among) | core.Previous(among=among) | core.Rank(among=among) | core.Share(among=among):
            # of what belongs to a singleton all rows are siblings, in whichever piece they stand
            owner = program.entities[among.entity].owner
            return among.owned and owner is not None and not program.entities[owner].singleton
        case core.Within(rows=core.AllRows(), column=column, where=where):
            # only facts of all rows are there for every piece
            searched = [column] if where is None else [column, where]
            return not any(isinstance(inside, core.RuleRead) for part in searched for inside in everything(part))
        case core.FieldRead(row=row) if _keyed(row):
            return False
        case _:
            return True


def _keyed(row: core.RowRef) -> bool:
    match row:
        case core.Keyed():
            return True
        case core.Owner(of=of) | core.OnlyChild(of=of):
            return _keyed(of)
        case _:
            return False


def roots_of(program: core.Program) -> dict[str, str]:
    """The entity at the top of each entity's chain of owners; singletons and what belongs to them stand for themselves."""
    roots = {}
    for name in program.entities:
        at = name
        while (owner := program.entities[at].owner) is not None and not program.entities[owner].singleton:
            at = owner
        roots[name] = at
    return roots
