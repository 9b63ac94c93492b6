"""Owns worked examples: their facts as typed rows, their expectations as exact values or statuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from policydsl.check import refer
from policydsl.check.frames import Frames, RowFrame
from policydsl.check.scope import EntityScope, Scope
from policydsl.core import program as core
from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.types import ListOf, Number, Optional, Reference, Type, strip
from policydsl.core.values import NONE, NotApplicable, Status, Value
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker

MAX_ROWS = 10_000
"""Rows that one line of an example may stand for."""
_STATUS: dict[str, Status] = {"PENDING": "pending", "UNKNOWN": "unknown", "INVALID": "invalid"}


def check_example(checker: Checker, node: tree.Example) -> core.Example:
    """The example with its facts; rows are keyed as in facts files."""
    tables: dict[str, list[tuple[dict[str, Cell], str | None]]] = {}
    main: dict[str, Cell] = {}
    singles: dict[str, dict[str, Cell]] = {}
    readings: dict[str, str] = {}
    expects: list[core.Expectation] = []
    on = None
    for line in node.lines:
        match line:
            case tree.Given():
                for item in line.items:
                    _assign(checker, item, main, singles)
            case tree.GivenRows():
                entity = checker.scope.entity(line.entity.text)
                if entity is None:
                    close = checker.scope.close_to(line.entity.text, None)
                    checker.report("unknown-entity", line.entity.span, name=line.entity.text, close=close)
                    continue
                _rows(checker, line, entity, tables.setdefault(entity.name, []))
            case tree.Adopting():
                for reading, option in line.items:
                    _adopt(checker, reading, option, readings)
            case tree.OnDate():
                on = line.day
            case tree.Should():
                pass
    facts = _facts(checker, main, singles, tables)
    for name, rows in facts.tables.items():
        keys = [row.key for row in rows]
        if len(set(keys)) < len(keys):
            twice = next(key for key, times in Counter(keys).items() if times > 1)
            checker.report("example-key-twice", node.name.span, name=name, key=twice)
    for line in node.lines:
        if isinstance(line, tree.Should):
            for expected in line.items:
                found = _expected(checker, expected)
                if found is not None:
                    expects.append(found)
    if not any(isinstance(line, tree.Should) for line in node.lines):
        checker.report("example-without-expectation", node.name.span, name=node.name.text)
    return core.Example(node.name.text, facts, tuple(expects), readings, on, span=node.name.span)


def _bare_owners(scope: Scope) -> Iterator[EntityScope]:
    """The entities whose facts and rules an example may name alone: the main one, then the singletons."""
    if scope.main in scope.entities:
        yield scope.entities[scope.main]
    yield from (scope.entities[name] for name in scope.singletons())


def _assign(
    checker: Checker, item: tree.Assignment, main: dict[str, Cell], singles: dict[str, dict[str, Cell]]
) -> None:
    scope = checker.scope
    path = item.target.path
    target: EntityScope | None
    if len(path) == 2:
        target = scope.entity(path[0].text)
    else:
        target = next((entity for entity in _bare_owners(scope) if entity.owns(path[0].text)), None)
    name = path[-1].text
    canonical = target.owns(name) if target is not None else None
    if target is None or canonical is None or canonical not in target.fields or item.target.keys is not None:
        close = scope.close_to(name, scope.main)
        checker.report("example-unknown-fact", item.target.span, name=item.target.span.text, close=close)
        return
    cells = singles.setdefault(target.name, {}) if target.node.singleton else main
    if not target.node.singleton and target.name != scope.main:
        checker.report("example-unknown-fact", item.target.span, name=item.target.span.text, close="")
        return
    if canonical in cells:
        checker.report("example-twice", item.target.span, name=name)
    cells[canonical] = _cell(checker, target, canonical, item.value)


def _cell(checker: Checker, entity: EntityScope, name: str, value: tree.Expr | None) -> Cell:
    if value is None:
        return Missing()
    field = entity.fields[name]
    wanted = strip(field.type)
    found = _literal(checker, value, (), wanted)
    if isinstance(wanted, Reference) and isinstance(found, core.Const):
        return Known(str(found.value), raw=found.text)
    common = checker.same(field.type, found.type)
    if common is None:
        common = checker.agree(core.Const(0, name, type=field.type), found, value.span, "=")
    if not isinstance(found, core.Const):
        refer.constant(checker, found, value.span)
        return Missing()
    if found.value is NONE and not isinstance(field.type, Optional):
        checker.report("type-mismatch", value.span, found=found.text, expected=checker.say(field.type))
        return Missing()
    if (
        isinstance(wanted, Number)
        and wanted.whole
        and not field.fractional
        and isinstance(found.value, Fraction)
        and isinstance(common, Number)
    ):
        checker.report("integer-expected", value.span, name=name, found=found.text)
    return Known(found.value, raw=found.text)


def _literal(checker: Checker, node: tree.Expr, frames: Frames, wanted: Type) -> core.Expr:
    """The value that an example writes; where a list is wanted, one value alone is a list of one."""
    if isinstance(wanted, ListOf) and not isinstance(node, tree.Several):
        inner = node.inner if isinstance(node, tree.Group) else node
        node = tree.Several((inner,), span=node.span)
    return checker.expr(node, frames, wanted)


def _rows(
    checker: Checker, line: tree.GivenRows, entity: EntityScope, rows: list[tuple[dict[str, Cell], str | None]]
) -> None:
    cells: dict[str, Cell] = {}
    owner: str | None = None
    for item in line.items:
        name = item.target.path[-1].text
        if entity.owner is not None and checker.scope.entity(name) is checker.scope.entities[entity.owner]:
            owner = _owner(checker, entity.owner, item.value)
            continue
        canonical = entity.owns(name)
        if canonical is None or canonical not in entity.fields or len(item.target.path) > 1:
            close = checker.scope.close_to(name, entity.name)
            checker.report("example-unknown-fact", item.target.span, name=item.target.span.text, close=close)
            continue
        cells[canonical] = _cell(checker, entity, canonical, item.value)
    count = 1
    if line.count is not None:
        count = int(line.count.number)
        if line.count.number != count or not 0 <= count <= MAX_ROWS:
            checker.report("example-row-count", line.count.span, found=line.count.span.text, most=MAX_ROWS)
            count = 0
        measure = checker.scope.measures.parse(line.count.unit)
        if line.count.unit and measure is None:
            close = checker.scope.measures.close(line.count.unit)
            unit = entity.counted_in or next(iter(checker.scope.measures.declared), "")
            mend = f"{line.count.digits}{unit}" if unit and checker.scope.language == "zh" else None
            checker.report("unknown-unit", line.count.span, mend, name=line.count.unit, close="" if mend else close)
    if line.grid is None:
        rows += [(dict(cells), owner)] * count
        return
    for written in line.grid.rows:
        row, mine = dict(cells), owner
        for head, cell in zip(line.grid.head, written, strict=True):
            if cell.kind == "UNKNOWN":
                continue
            canonical = entity.owns(head.text)
            field = entity.fields.get(canonical or "")
            if cell.kind == "values" and len(cell.values) > 1 and field and isinstance(strip(field.type), ListOf):
                row[canonical or ""] = _cell(
                    checker, entity, canonical or "", tree.Several(cell.values, span=cell.span)
                )
                continue
            if len(cell.values) != 1 or cell.kind != "values":
                checker.report("cell-one-value", cell.span, found=cell.raw)
                continue
            if entity.owner is not None and checker.scope.entity(head.text) is checker.scope.entities[entity.owner]:
                mine = _owner(checker, entity.owner, cell.values[0])
                continue
            if canonical is None or canonical not in entity.fields:
                close = checker.scope.close_to(head.text, entity.name)
                checker.report("example-unknown-fact", head.span, name=head.text, close=close)
                continue
            row[canonical] = _cell(checker, entity, canonical, cell.values[0])
        rows.append((row, mine))


def _owner(checker: Checker, entity: str, value: tree.Expr | None) -> str | None:
    """The key of a row as an example writes it; rows of an entity without a key go by their number: 企业(1)."""
    if value is None:
        return None
    keyed = any(field.key for field in checker.scope.entities[entity].fields.values())
    found = checker.expr(value, (), Reference(entity) if keyed else None)
    return key_text(found.value) if isinstance(found, core.Const) else None


def _adopt(checker: Checker, reading: tree.Name, option: tree.Name, readings: dict[str, str]) -> None:
    for item in checker.scope.entities.values():
        canonical = item.owns(reading.text)
        draft = item.drafts.get(canonical or "")
        if draft is not None and isinstance(draft.node, tree.Reading):
            names = [line.name.text for line in draft.node.options]
            if option.text not in names:
                checker.report("unknown-alternative", option.span, name=option.text, known="、".join(names))
            readings[draft.name] = option.text
            return
    close = checker.scope.close_to(reading.text, checker.scope.main)
    checker.report("unknown-reading", reading.span, name=reading.text, close=close)


def _facts(
    checker: Checker,
    main: dict[str, Cell],
    singles: dict[str, dict[str, Cell]],
    tables: dict[str, list[tuple[dict[str, Cell], str | None]]],
) -> Facts:
    scope = checker.scope
    blank = {name: _blank(scope.entities[name]) for name in {*singles, *tables, scope.main} if name in scope.entities}
    built: dict[str, tuple[Record, ...]] = {
        name: (Record("", {**blank[name], **cells}),) for name, cells in singles.items()
    }
    rows = dict(tables)
    if main or (scope.main and scope.main not in rows and not scope.entities[scope.main].node.singleton):
        rows[scope.main] = [(main, None), *rows.get(scope.main, [])]
    lone: dict[str, str] = {}
    order = sorted(rows, key=lambda name: len(list(scope.ancestors(name))))
    for name in order:
        entity = scope.entities[name]
        if entity.node.singleton:
            built[name] = tuple(Record("", {**blank[name], **cells}) for cells, _ in rows[name][:1])
            continue
        key = next((field.name for field in entity.fields.values() if field.key), None)
        records: list[Record] = []
        for number, (cells, owner) in enumerate(rows[name], 1):
            cell = cells.get(key) if key is not None else None
            text = key_text(cell.value) if isinstance(cell, Known) else str(number)
            if key is not None and not isinstance(cell, Known) and name != scope.main:
                cells = {**cells, key: Known(text, raw=text)} if _text_key(entity, key) else cells
            parent = owner
            if parent is None and entity.owner is not None:
                parent = "" if scope.entities[entity.owner].node.singleton else lone.get(entity.owner)
            records.append(Record(text, {**blank[name], **cells}, parent))
        built[name] = tuple(records)
        if records:
            lone[name] = records[0].key
    return Facts(built)


def _blank(entity: EntityScope) -> dict[str, Cell]:
    """The cells of a row of which an example says nothing: as when facts are read, a legal default or missing."""
    return {
        name: Missing() if field.default is None else Known(field.default, by_default=field.default_clause or "未填按")
        for name, field in entity.fields.items()
    }


def _text_key(entity: EntityScope, key: str) -> bool:
    from policydsl.core.types import Text

    return isinstance(entity.fields[key].type, Text)


def key_text(value: Value) -> str:
    """A key as text."""
    from policydsl.core.values import decimal_text

    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return decimal_text(value)
    return str(value)


def _expected(checker: Checker, node: tree.Expected) -> core.Expectation | None:
    scope = checker.scope
    path, key = node.target.path, None
    if node.target.keys is not None:
        entity = scope.entity(path[0].text)
        if entity is not None and len(node.target.keys) == 1 and len(path) == 2:
            key = _owner(checker, entity.name, node.target.keys[0])
        name = path[-1]
    elif len(path) == 2:
        entity, name = scope.entity(path[0].text), path[1]
    else:
        name = path[0]
        entity = next((item for item in _bare_owners(scope) if item.owns(name.text)), None)
    canonical = entity.owns(name.text) if entity is not None else None
    draft = entity.drafts.get(canonical) if entity is not None and canonical is not None else None
    if entity is None or draft is None:
        close = scope.close_to(name.text, scope.main)
        # the row is known, the rule is not: it is the rule's name that has to be mended
        said = name.text if entity is not None and node.target.keys is not None else node.target.span.text
        checker.report("example-unknown-rule", node.target.span, name=said, close=close)
        return None
    checker.used.add(draft.id)
    if entity.node.singleton:
        key = ""
    if node.status == "INAPPLICABLE":
        return core.Expectation(entity.name, key, draft.name, NotApplicable(), span=node.span)
    if node.status:
        return core.Expectation(entity.name, key, draft.name, None, _STATUS[node.status], span=node.span)
    checked = checker.rule(draft)
    assert node.value is not None
    wanted = checked.body.type if checked is not None else core.Const(0, type=Number()).type
    found = _literal(checker, node.value, (RowFrame(entity.name),), strip(wanted))
    checker.agree(core.Const(0, draft.name, type=wanted), found, node.value.span, "=")
    value = refer.constant(checker, found, node.value.span)
    if value is None:
        return None
    return core.Expectation(entity.name, key, draft.name, value, span=node.span)
