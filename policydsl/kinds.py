"""Owns facts that are filled in for rows of another kind (当): found by the condition of each, told at their cells.

No rule may read such a fact before it has asked for the kind, so that nothing is computed from it; but either it or the kind is
wrong, and somebody should look (decision 93).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import (
    Entity,
    Expr,
    Field,
    FieldRead,
    Here,
    Kind,
    Lookup,
    OnDay,
    Program,
    Rule,
    RuleRead,
    Switch,
)
from policydsl.core.types import BOOL
from policydsl.core.values import NONE
from policydsl.core.walk import everything
from policydsl.diagnostics.model import Diagnostic, Language, Place
from policydsl.facts.cell import key_text
from policydsl.facts.findings import MOST_LISTED, Findings, cut
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.outcomes import Outcomes
from policydsl.interpret.tables import DuplicateRow
from policydsl.source import Span

CODE = "facts-wrong-kind"
MOST_TOLD = MOST_LISTED
"""Cells of one fact that are told one by one; of more it is told how many."""


@frozen(eq=False)
class Asked:
    """The facts that are asked of rows of one kind only. `rule` gives whether a row is of that kind."""

    rule: Rule
    kind: Kind
    fields: tuple[Field, ...]

    def told_by(self) -> tuple[str, ...]:
        """The facts of the row itself that say of which kind it is."""
        nodes = everything(self.kind.when)
        return tuple(dict.fromkeys(node.name for node in nodes if isinstance(node, FieldRead) and node.row == Here()))


@frozen(eq=False)
class Kinds:
    """What facts are asked of some rows only, and the program that says which: it has no rules but these and those they read."""

    program: Program
    asked: tuple[Asked, ...]


def kinds(program: Program) -> Kinds | None:
    """The kinds of rows of a policy; None where every fact is asked of every row.

    A condition that rests on a reading or the day of the run says nothing of facts alone, and is left out.
    """
    found: list[Asked] = []
    needed: dict[tuple[str, str], Rule] = {}
    for entity in program.entities.values():
        for kind, fields in _by_kind(entity):
            read: dict[tuple[str, str], Rule] = {}
            if _by_facts(program, kind.when, read):
                needed |= read
                rule = Rule(entity.name, f"当 {len(found)} {kind.text}", "local", kind.when, BOOL, output=False)
                found.append(Asked(rule, kind, fields))
    if not found:
        return None
    rules = tuple(rule for rule in program.rules if rule.id in needed)
    reduced = evolve(program, rules=(*rules, *(item.rule for item in found)), examples=(), properties=())
    return Kinds(reduced, tuple(found))


def _by_kind(entity: Entity) -> Iterator[tuple[Kind, tuple[Field, ...]]]:
    groups: dict[int, tuple[Kind, list[Field]]] = {}
    for field in entity.fields:
        if field.only is not None and not field.key:
            groups.setdefault(id(field.only), (field.only, []))[1].append(field)
    for kind, fields in groups.values():
        yield kind, tuple(fields)


def _by_facts(program: Program, when: Expr, read: dict[tuple[str, str], Rule]) -> bool:
    """Whether a condition rests on facts alone; the rules that it reads, and what these read, are put into `read`."""
    todo = [when]
    while todo:
        for node in everything(todo.pop()):
            match node:
                case Switch() | OnDay():
                    return False
                case Lookup(table=table, column=column):
                    todo += [row.cells[column] for row in program.tables[table].rows]
                case RuleRead(entity=entity, name=name) if (entity, name) not in read:
                    rule = read[entity, name] = program.rule_index[entity, name]
                    todo.append(rule.body)
    return True


def misfilled(program: Program, facts: Facts) -> list[Diagnostic]:
    """Every cell that is filled in though its row is of another kind. A row of which the kind is not known is passed over."""
    return Judge(program).told(facts)


class Judge:
    """Looks through facts for what is filled in for rows of another kind; made once for the facts of many cases."""

    def __init__(self, program: Program) -> None:
        self._language = program.language
        self._kinds = kinds(program)
        self._evaluator = Evaluator(self._kinds.program) if self._kinds is not None else None

    def told(self, facts: Facts, at: Span | None = None) -> list[Diagnostic]:
        """As `misfilled`; a cell that does not say where it stands is told at `at`."""
        if self._kinds is None or self._evaluator is None:
            return []
        try:
            outcomes = self._evaluator.outcomes(facts)
        except (ResourceError, DuplicateRow):
            # the run itself meets the same and says so
            return []
        findings = Findings(self._language)
        for asked in self._kinds.asked:
            _look(asked, facts, outcomes, findings, at)
        return findings.list


def _look(asked: Asked, facts: Facts, outcomes: Outcomes, findings: Findings, at: Span | None) -> None:
    counts = {field.name: 0 for field in asked.fields}
    spots: list[tuple[Field, Record, Known]] = []
    for row in facts.tables.get(asked.rule.entity, ()):
        if outcomes[asked.rule.entity, row.key, asked.rule.name] is not False:
            continue
        for field in asked.fields:
            cell = row.cells.get(field.name)
            if isinstance(cell, Known) and not cell.by_default and cell.value is not NONE:
                counts[field.name] += 1
                if counts[field.name] <= MOST_TOLD:
                    spots.append((field, row, cell))
    last = {field.name: row for field, row, _ in spots}
    for field, row, cell in spots:
        said = [(name, _text(row, name)) for name in asked.told_by()]
        more = counts[field.name] - MOST_TOLD if row is last[field.name] else 0
        tell(findings, cell.origin or row.origin or at, asked, field, cell.raw or key_text(cell.value), said, more)


def _text(row: Record, name: str) -> str:
    cell = row.cells.get(name)
    return cell.raw or key_text(cell.value) if isinstance(cell, Known) else ""


def tell(
    findings: Findings,
    where: Place | Span | None,
    asked: Asked,
    field: Field,
    raw: str,
    said: Sequence[tuple[str, str]],
    more: int = 0,
) -> None:
    """Tell one cell. `said`: the facts that tell the kind of its row, as they are written; `more`: cells that are not told."""
    language: Language = findings.language
    zh = language == "zh"
    shown = [f"「{name}」是「{cut(text)}」" if zh else f"“{name}” is “{cut(text)}”" for name, text in said if text]
    facts = ("、" if zh else ", ").join(shown)
    if zh:
        row = f"这一行不是({facts})" if facts else "这一行不是"
        rest = "没有用它" + (f"(「{field.name}」还有 {more} 格也是这样)" if more > 0 else "")
    else:
        row = f"this row is another ({facts})" if facts else "this row is another"
        rest = "it was not used" + (f" ({more} more cells of “{field.name}” are like it)" if more > 0 else "")
    findings.add(
        CODE,
        where,
        field=field.name,
        kind=asked.kind.text,
        raw=cut(raw),
        row=row,
        names=("、" if zh else ", ").join(f"「{name}」" if zh else f"“{name}”" for name, _ in said)
        or ("这一行的种类" if zh else "the kind of the row"),
        rest=rest,
    )
