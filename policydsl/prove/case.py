"""Owns the way back: from a model of the formulas to facts that the interpreter can run, with as many children as are needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import z3

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program
from policydsl.core.types import Bool, Date, Moment, Number, strip
from policydsl.core.values import NONE, Value, exact
from policydsl.prove.encode import Encoder
from policydsl.prove.numbers import Num
from policydsl.prove.solve import Search, term_of
from policydsl.prove.symbols import EPOCH, Cell, Path, Symbols

MOST = 200
"""Children of one kind that a case may have."""


def facts_of(encoder: Encoder, model: Any, root: Path, cells: Sequence[Cell], seconds: float) -> tuple[Facts, str]:
    """The facts that a model stands for, and the key of the row asked about; a fact with several values has its first."""
    program, symbols = encoder.program, encoder.symbols
    keys: dict[Path, str] = {}
    tables: dict[str, dict[Path, dict[str, Any]]] = {}
    _row(program, root, tables)
    for cell in cells:
        if cell.world not in ("", " 1"):
            continue
        rows = _row(program, cell.path, tables)
        rows[cell.name] = _cell_value(symbols, model, cell)
    made: dict[str, list[Record]] = {}
    for name in tables:
        for path, values in tables[name].items():
            made.setdefault(name, []).append(_record(program, path, values, keys))
    for node, scopes, rule, term in encoder.aggregates:
        _children(encoder, model, node, scopes, rule, term, made, keys, seconds)
    for name, item in program.entities.items():
        if item.owner is not None and name not in made:
            made[name] = []
    return Facts({name: tuple(rows) for name, rows in made.items()}), keys[root]


def _row(program: Program, path: Path, tables: dict[str, dict[Path, dict[str, Any]]]) -> dict[str, Any]:
    """The cells of a row, with the rows that it belongs to."""
    rows = tables.setdefault(path.entity, {})
    if path not in rows:
        rows[path] = {}
        owner = program.entities[path.entity].owner
        if owner is not None and not program.entities[owner].singleton:
            _row(program, _owner(path, owner), tables)
    return rows[path]


def _owner(path: Path, owner: str) -> Path:
    if path.steps and path.steps[-1].startswith(">"):
        return Path(owner, path.steps[:-1])
    return Path(owner, (*path.steps, f"<{path.entity}"))


def _record(program: Program, path: Path, values: dict[str, Any], keys: dict[Path, str]) -> Record:
    item = program.entities[path.entity]
    key = _key(program, path, values, keys)
    cells = {name: Known(value) for name, value in values.items()}
    if item.key_field is not None:
        cells.setdefault(
            item.key_field.name, Known(exact(Fraction(key)) if isinstance(item.key_field.type, Number) else key)
        )
    parent = None
    if item.owner is not None:
        above = program.entities[item.owner]
        parent = "" if above.singleton else _key(program, _owner(path, item.owner), {}, keys)
    return Record(key, cells, parent)


def _key(program: Program, path: Path, values: dict[str, Any], keys: dict[Path, str]) -> str:
    if path not in keys:
        item = program.entities[path.entity]
        field = item.key_field
        if item.singleton:
            keys[path] = ""
        elif field is not None and field.name in values:
            found = values[field.name]
            keys[path] = found.isoformat() if isinstance(found, date) else str(found)
        elif field is not None and hasattr(field.type, "roll"):
            keys[path] = program.rolls[field.type.roll].members[0]
        else:
            taken = sum(other.entity == path.entity for other in keys)
            keys[path] = str(taken + 1)
    return keys[path]


def _cell_value(symbols: Symbols, model: Any, cell: Cell) -> Any:
    if cell.absent is not False and z3.is_true(model.eval(cell.absent, model_completion=True)):
        return NONE
    return value_of(symbols, model, strip(cell.type), term_of(cell))


def value_of(symbols: Symbols, model: Any, type_: Any, term: Any) -> Value:
    """The value of a symbol in a model."""
    found = model.eval(term, model_completion=True)
    match type_:
        case Bool():
            return bool(z3.is_true(found))
        case Number():
            if z3.is_int_value(found):
                return int(found.as_long())
            if z3.is_rational_value(found):
                return exact(Fraction(int(found.numerator_as_long()), int(found.denominator_as_long())))
            rough = found.approx(12)
            return exact(Fraction(int(rough.numerator_as_long()), int(rough.denominator_as_long())))
        case Date():
            return date.fromordinal(max(1, int(found.as_long())))
        case Moment():
            return EPOCH + timedelta(seconds=int(found.as_long()))
    return symbols.spelled(int(found.as_long()))


def _children(
    encoder: Encoder,
    model: Any,
    node: core.Aggregate,
    scopes: Any,
    rule: core.Rule,
    term: Any,
    made: dict[str, list[Record]],
    keys: dict[Path, str],
    seconds: float,
) -> None:
    """Rows for an aggregate, so that it comes to what the model says: rows that its filter lets through, all alike."""
    if not isinstance(node.rows, core.Children) or node.fold not in ("count", "sum", "any"):
        return
    above, _, _ = encoder.row(node.rows.of, scopes)
    if above is None or above not in keys:
        return
    wanted = model.eval(term.top if isinstance(term, Num) else term, model_completion=True)
    count = wanted.as_long() if node.fold == "count" and z3.is_int_value(wanted) else 1
    if count > MOST or (node.fold == "any" and not z3.is_true(wanted)) or (node.fold == "sum" and str(wanted) == "0"):
        return
    path = Path(node.rows.entity, (*above.steps, f">{above.entity}"))
    fresh = Symbols()
    fresh._texts = encoder.symbols._texts
    inner = Encoder(encoder.program, fresh, encoder.readings, encoder.floors)
    inner._rule.append(rule)
    inner._root.append(above)
    row = (path, *scopes)
    holds = [YES_ if node.where is None else _true(inner.of(node.where, row))]
    if node.fold == "any" and node.body is not None:
        holds.append(_true(inner.of(node.body, row)))
    if node.fold == "sum" and node.body is not None:
        body = inner.of(node.body, row)
        holds += [body.fit, body.term.top == wanted * body.term.bottom]
    for cell in list(fresh.cells.values()):
        if cell.path != path and (cell.path, cell.name, cell.world) in encoder.symbols.cells:
            holds.append(term_of(cell) == model.eval(term_of(cell), model_completion=True))
    search = Search([*holds, *fresh.limits], seconds)
    if search.look() != "some":
        return
    values = {cell.name: _cell_value(fresh, search.model, cell) for cell in fresh.cells.values() if cell.path == path}
    for _ in range(count):
        number = len(made.setdefault(path.entity, [])) + 1
        record = _record(encoder.program, path, values, {above: keys[above], path: str(number)})
        made[path.entity].append(record)


YES_ = z3.BoolVal(True)


def _true(sym: Any) -> Any:
    return z3.And(sym.fit, sym.term)
