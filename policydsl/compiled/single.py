"""Owns rules as a Python function of one case: plain values in, outcomes out, nothing computed that is not asked for.

The code takes the facts that it needs out of the mapping, looks at their types, and computes on names. Where anything is not as usual
(a fact missing, a constraint false, a value out of its class) it stops, and the case is computed whole, which gives the reasons.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from policydsl.compiled.below import Below
from policydsl.compiled.cases import CaseError
from policydsl.compiled.depends import Name, judged_by
from policydsl.compiled.expressions import Expressions
from policydsl.compiled.gaps import HOLE, Open
from policydsl.compiled.numbers import Val
from policydsl.compiled.packing import ABSENT, NAMES, Found, Odd, fitting, key_reader, pack_field, reader
from policydsl.compiled.passes import Pass
from policydsl.compiled.recording import Record
from policydsl.compiled.stages import Plan, kept, named, plan
from policydsl.compiled.support import SUPPORT
from policydsl.compiled.world import packed
from policydsl.compiled.writer import LOAD, Code, Unfit, Writer, call, function, literal, name, negated, relation
from policydsl.core import program as core
from policydsl.core.scales import Quotient, Rational, Scaled

if TYPE_CHECKING:
    from policydsl.compiled.engine import Compiled

One = Callable[[Mapping[str, Any]], Any]
"""A case to the outcome of the rule that was asked for, or to a tuple of several."""

UNUSUAL: Final = (Open, Odd, CaseError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError)
"""What stops the code of a case, so that the case is computed whole."""


class UnknownRule(ValueError):
    """A rule that the main entity does not have."""


def single(compiled: Compiled, names: Sequence[str]) -> One:
    """Rules of the main entity as a function. Raises UnknownRule."""
    program = compiled.program
    main = program.header.main
    asked = [_rule(program, main, each) for each in names]
    needed = judged_by(program, asked)
    whole = _whole(compiled, asked)
    made = plan(program, compiled.readings, compiled.on, compiled.plan, needed)
    if all(ready.step is not None for ready in made.stages):
        for by_columns in (True, False):
            try:
                return _Function(compiled, made).code(asked, whole, by_columns)
            except (Unfit, RecursionError, MemoryError):
                pass
    return _in_stages(compiled, made, asked, whole)


def _rule(program: core.Program, main: str, wanted: str) -> Name:
    rules = [rule for rule in program.rules if rule.entity == main and rule.kind != "constraint"]
    found = next((rule for rule in rules if wanted == rule.name), None)
    if found is None:
        known = "、".join(rule.name for rule in rules)
        raise UnknownRule(f"「{main}」没有规则「{wanted}」\uff0c有\uff1a{known} / 「{main}」 has no rule 「{wanted}」")
    return found.id


def _told(outcomes: Sequence[Any]) -> Any:
    return outcomes[0] if len(outcomes) == 1 else tuple(outcomes)


def _whole(compiled: Compiled, asked: Sequence[Name]) -> One:
    """The same by computing the whole case."""

    def whole(values: Mapping[str, Any]) -> Any:
        outcomes = compiled.case(values)
        return _told([outcomes.of(rule) for _, rule in asked])

    return whole


def _in_stages(compiled: Compiled, made: Plan, asked: Sequence[Name], whole: One) -> One:
    """The same by packing the case and computing only what is needed."""
    slots = [compiled.slots[rule] for rule in asked]
    main = compiled.program.header.main

    def staged(values: Mapping[str, Any]) -> Any:
        rows = compiled.packing.rows(values)
        if rows is None:
            return whole(values)
        world = compiled.packing.world(rows)
        done = Pass(compiled, world)
        done.compute(made.stages)
        if done.holes or done.broken:
            return whole(values)
        return _told([done.outcome(slot, world.rows[main][0]) for slot in slots])

    return staged


OfCase = tuple[Callable[[Mapping[str, Any]], Found | None], Mapping[Name, Record | None]]
"""A case to its packed rows, and what is kept there of the steps of each rule."""


def whole_case(compiled: Compiled) -> OfCase | None:
    """What packs a case, a row and rows that belong to it, and computes all rules; it gives None for a case that is not as usual. None
    itself where there are other rows to look at."""
    program, stages = compiled.program, compiled.plan.stages
    main = program.header.main
    if main not in program.entities or program.entities[main].owner is not None:
        return None
    if any(other.singleton or other.owner != main for name, other in program.entities.items() if name != main):
        return None
    if any(ready.step is None or (ready.stage.entity != main and not ready.alone) for ready in stages):
        return None
    try:
        made = _Function(compiled, compiled.plan, compiled.recorded)
        return made.whole(), {**compiled.plan.records, **made.records}
    except (Unfit, RecursionError, MemoryError):
        return None


class _Function:
    """The function being written."""

    def __init__(self, compiled: Compiled, made: Plan, recorded: bool = False) -> None:
        self._compiled = compiled
        self._made = made
        self._main = compiled.program.entities[compiled.program.header.main]
        known = {rule: Val(literal(None), None, None, True, value) for rule, value in compiled.plan.constants.items()}
        self._code = Expressions(
            compiled.program, made.layout, compiled.readings, compiled.on, dict(compiled.plan.forms), known, recorded
        )
        self._below = Below(self._code, compiled, made)
        self.records: dict[Name, Record | None] = {}

    def code(self, asked: Sequence[Name], whole: One, by_columns: bool) -> One:
        """The function of some rules. Raises Unfit where it would have to look beyond the row and the rows that belong to it; `by_columns`
        also where it looks at more of these than their facts."""
        made, writer = self._code, self._code.writer
        mine = self._main.name
        below = [ready for ready in self._made.stages if ready.stage.entity != mine]
        if any(not ready.alone for ready in below):
            raise Unfit
        if by_columns:
            self._below.as_columns()
            self._below.column_rules(below)
            below = []
        self._rules()
        results = [self._result(rule) for rule in asked]
        writer.put(ast.Return(results[0] if len(results) == 1 else ast.Tuple(results, LOAD)))
        body = self._body()
        with writer.inside() as before:
            self._facts(writer)
            self._below.children(writer, below)
        last = ast.Return(ast.Call(writer.keep(whole), [name("values")], []))
        return self._attempt([*before, *made.before, *body], last)  # type: ignore[no-any-return]

    def whole(self) -> Callable[[Mapping[str, Any]], Found | None]:
        """The function that gives the packed rows with all that the rules give. Raises Unfit likewise."""
        made, writer, layout, mine = self._code, self._code.writer, self._made.layout, self._main
        self._rules()
        fields = [made.own(layout.fields[mine.name, field.name][0]) for field in mine.fields]
        below = [entity for entity in self._compiled.program.entities.values() if entity is not mine]
        rows = {entity.name: made.own(layout.children[mine.name, entity.name]) for entity in below}
        places: list[Code] = [name("k"), name("d"), name("HOLE"), *fields]
        places += [name("HOLE")] * (layout.width(mine.name) - len(places))
        for other, own in rows.items():
            places[layout.children[mine.name, other]] = own
        for rule in self._compiled.program.rules:
            if rule.entity != mine.name or rule.id not in made.values:
                continue
            val, place = made.values[rule.id], layout.rules[rule.id]
            if not val.solid:
                writer.test(relation("is", call("type", val.code), name("Gap")), [ast.Raise(name("Open"), None)])
            places[place] = val.code
            if val.below is not None:
                places[place + 1] = val.below
            record = self.records.get(rule.id)
            if record is not None and record.kept:
                places[place + 2] = kept(record)
        packing = self._compiled.packing
        whole = ast.List([ast.List(places, LOAD)], LOAD)
        if below:
            writer.store(name("found"), packing.main, whole)
            writer.put(ast.Return(name("found")))
        else:
            writer.put(ast.Return(ast.List([whole], LOAD)))
        body = self._body()
        if len(made.taken) > len(fields) + len(rows):
            raise Unfit
        with writer.inside() as before:
            self._every_fact(writer, len(below))
            if below:
                writer.assign("found", ast.List([literal(None)] * packing.count, LOAD))
            for entity in below:
                self._below.rows_below(writer, entity, rows[entity.name])
            unlike = ast.Compare(call("len", name("values")), [ast.NotEq()], [name("n")])
            writer.test(unlike, [ast.Raise(name("Odd"), None)])
            self._below.stages_below(writer, rows, [ready for ready in self._made.stages if ready.stage.entity in rows])
        return self._attempt([*before, *made.before, *body], ast.Return(literal(None)))  # type: ignore[no-any-return]

    def _attempt(self, body: list[ast.stmt], last: ast.stmt) -> Any:
        """The function: what is as usual, and what is done where it is not."""
        handler = ast.ExceptHandler(name("Unusual"), None, [ast.Pass()])
        kinds = {"list": list, "dict": dict}
        names = {
            **SUPPORT,
            **NAMES,
            **kinds,
            "ABSENT": ABSENT,
            "Odd": Odd,
            "Unusual": UNUSUAL,
            **self._code.writer.constants,
        }
        return function(["values"], [ast.Try(body, [handler], [], []), last], names)

    def _rules(self) -> None:
        for ready in self._made.stages:
            if ready.stage.entity == self._main.name:
                for rule in ready.stage.rules:
                    self._rule(rule)

    def _body(self) -> list[ast.stmt]:
        """What is written, if it looks at no more than names."""
        body = self._code.writer.block
        names = (node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name))
        if self._code.beyond or "r" in names:
            raise Unfit
        return body

    def _every_fact(self, writer: Writer, others: int) -> None:
        """All facts of the row, its key, which of them are put in by default; `n` counts the names there are, `others` among them."""
        made, layout, mine = self._code, self._made.layout, self._main
        writer.assign("get", ast.Attribute(name("values"), "get", LOAD))
        writer.assign("n", literal(len(mine.fields) + others))
        writer.assign("d", literal(0))
        for index, field in enumerate(mine.fields):
            place, form = layout.fields[mine.name, field.name]
            pack_field(writer, mine, field, index, form, made.own(place))
        key = mine.key_field
        if mine.singleton or key is None:
            writer.assign("k", literal("" if mine.singleton else "1"))
        else:
            place, form = layout.fields[mine.name, key.name]
            writer.assign("k", made.own(place))
            textual = relation("is", call("type", name("k")), name("str"))
            with writer.inside() as other:
                writer.assign("k", ast.Call(writer.keep(key_reader(form)), [name("k"), ast.Tuple([], LOAD)], []))
            writer.test(negated(textual), other)

    def _rule(self, rule: core.Rule) -> None:
        """A rule of the row. Whatever it cannot say ends the function."""
        made, writer = self._code, self._code.writer
        writer.begin()
        made.hoisted = {}
        if made.recorder is not None:
            made.recorder.begin()
        val = made.expr(rule.body, (made.row,))
        self._named(rule, val)
        self.records[rule.id] = made.record(rule)

    def _named(self, rule: core.Rule, val: Val) -> None:
        """Give what a rule came to a name; a constraint that is false ends the function."""
        made, writer = self._code, self._code.writer
        if rule.kind == "constraint":
            writer.test(negated(val.code), [ast.Raise(name("Open"), None)])
            made.values[rule.id] = Val(literal(True), solid=True)
            return
        if val.known:
            made.known[rule.id] = val
            return
        under = None if val.below is None else name(named(writer, val.below))
        made.values[rule.id] = val._replace(code=name(named(writer, val.code)), below=under)

    def _result(self, rule: Name) -> Code:
        """An outcome as it is told."""
        made = self._code
        constants = self._compiled.plan.constants
        if rule in constants:
            return made.writer.keep(constants[rule])
        if rule in made.known:
            return made.writer.keep(made.known[rule].const)
        val = made.values[rule]
        if not val.solid:
            kind = call("type", val.code)
            gap = ast.BoolOp(ast.Or(), [relation("is", kind, name("Gap")), relation("is", kind, name("Void"))])
            made.writer.test(gap, [ast.Raise(name("Open"), None)])
        match val.form:
            case Scaled(scale=1):
                return val.code
            case Scaled(scale=scale):
                return call("over", val.code, literal(scale))
            case Quotient():
                assert val.below is not None
                return call("over", val.code, val.below)
            case Rational():
                return call("exact", val.code)
            case _:
                return val.code

    def _facts(self, writer: Writer) -> None:
        """The facts of the row under the names that the rules use."""
        made, layout = self._code, self._made.layout
        fields = {layout.fields[self._main.name, field.name][0]: field for field in self._main.fields}
        for place, own in made.taken.items():
            field = fields.get(place)
            if field is None:
                continue
            form = layout.fields[self._main.name, field.name][1]
            usual, code = fitting(field, form, own)
            odd = writer.keep(reader(self._main, field, form))
            kept: list[ast.stmt] = []
            if code is not own:
                with writer.inside() as kept:
                    writer.assign(own.id, code)
            with writer.inside() as unusual:
                writer.assign(own.id, ast.Call(odd, [own], []))
            if field.default is None:
                writer.assign(own.id, ast.Subscript(name("values"), literal(field.name), LOAD))
                if kept:
                    writer.test(usual, kept, unusual)
                else:
                    writer.test(negated(usual), unusual)
                continue
            get = ast.Attribute(name("values"), "get", LOAD)
            writer.assign(own.id, ast.Call(get, [literal(field.name), name("ABSENT")], []))
            with writer.inside() as missing:
                writer.assign(own.id, writer.keep(_default(field, packed(form, field.default))))
            writer.test(usual, kept, [ast.If(relation("is", own, name("ABSENT")), missing, unusual)])


def _default(field: core.Field, value: Any) -> Any:
    if value is HOLE:
        raise Unfit
    return value
