"""Owns how the telling of a rule's steps is written: code that puts the static tree of the rule and the values of one row together.

Which route of an increment or which cap decided is told from the values of the steps below.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from policydsl.compiled.layout import KEY, RECORD, Layout
from policydsl.compiled.recording import Record, Seen
from policydsl.compiled.writer import LOAD, STORE, Code, Unfit, Writer, at, call, literal, name, relation
from policydsl.core import program as core
from policydsl.core.scales import Form, Quotient, Rational, Scaled
from policydsl.core.values import NotApplicable
from policydsl.interpret.trace import Step


class Teller:
    """One function being written. A step is given as it is where it is the same for every row, else as code."""

    def __init__(
        self,
        program: core.Program,
        layout: Layout,
        forms: Mapping[tuple[str, str], Form | None],
        constants: Mapping[tuple[str, str], Any],
    ) -> None:
        self._program = program
        self._layout = layout
        self._forms = forms
        self._constants = constants
        self.writer = Writer()
        self._first: dict[str, ast.stmt] = {}
        self._rules: dict[int, Form | None] = {}
        self._record: Record | None = None
        self._kept: ast.Name | None = None

    def statements(self) -> list[ast.stmt]:
        """The whole body."""
        return [*self._first.values(), *self.writer.block]

    def rule(self, rule: core.Rule, record: Record, together: bool) -> None:
        """Write how the step of a rule is told."""
        layout = self._layout
        self._record = record
        self._rules = {place: self._forms[at_] for at_, place in layout.rules.items() if at_[0] == rule.entity}
        if record.kept:
            kept = self.writer.fresh("t")
            self._first[kept] = _assign(kept, at(name("r"), layout.rules[rule.id] + 2))
            self._kept = name(kept)
        body = self.step(record.step)
        if not together:
            self.writer.put(ast.Return(self.code(body)))
            return
        made: Code = self.code(body)
        if isinstance(body, Step):
            result: Code = self.code(body.outcome)
        else:
            made = self.writer.assign(self.writer.fresh("s"), made)
            result = at(made, 1)
        whole = self._new("RuleStep", [self.writer.keep(rule), self.key(), made, result])
        address = ast.Tuple([literal(rule.entity), self.key(), literal(rule.name)], LOAD)
        self.writer.put(ast.Assign([ast.Subscript(name("into"), address, STORE)], whole))

    # ------------------------------------------------------------ small parts

    def code(self, told_: Any) -> Code:
        """Code for what may be known already."""
        if isinstance(told_, ast.expr):
            return told_
        return literal(told_) if told_ is None or type(told_) in (int, str, bool) else self.writer.keep(told_)

    def _new(self, kind: str, parts: Sequence[Code]) -> Code:
        return call("new", name(kind), ast.Tuple(list(parts), LOAD))

    def make(self, node: core.Expr, result: Any, operands: Sequence[Any], note: Any = None) -> Any:
        """A step of its four parts."""
        if not any(isinstance(each, ast.expr) for each in (result, note, *operands)):
            return Step(node, result, tuple(operands), note)
        parts: Code = ast.Tuple([self.code(each) for each in operands], LOAD)
        noted: Code = literal(None) if note is None else self.code(note)
        return self._new("Step", [self.writer.keep(node), self.code(result), parts, noted])

    def key(self) -> Code:
        """The key of the row."""
        self._first.setdefault("key", _assign("key", at(name("r"), KEY)))
        return name("key")

    def once(self, target: str, code: Code) -> ast.Name:
        """A name that is given before everything else."""
        self._first.setdefault(target, _assign(target, code))
        return name(target)

    def where(self, code: Code | None) -> Code:
        """Where a name of the code that computed the row stands now."""
        assert self._record is not None
        if not isinstance(code, ast.Name):
            if code is None or isinstance(code, ast.Constant):
                return code or literal(1)
            raise Unfit
        place = self._record.places.get(code.id)
        if place is not None:
            return at(name("r"), place)
        if self._kept is None or code.id not in self._record.kept:
            raise Unfit
        return at(self._kept, self._record.kept.index(code.id))

    def outcome(self, seen: Seen) -> Any:
        """The outcome of a step."""
        val = seen.val
        if val.known:
            return val.const
        assert self._record is not None
        place = self._record.places.get(getattr(val.code, "id", ""), 0)
        # one name may stand for numbers of two classes: what is halved is the same over twice the scale
        if place in self._rules and self._rules[place] == val.form:
            return self.once(
                f"out{place}", self.value(self.where(val.code), val.form, self.where(val.below), val.solid)
            )
        return self.value(self.where(val.code), val.form, self.where(val.below), val.solid)

    def value(self, code: Code, form: Form | None, below: Code, solid: bool) -> Code:
        """A value of the code as an outcome."""
        if solid or isinstance(code, ast.Constant):
            match form:
                case None | Scaled(scale=1):
                    return code
                case Scaled(scale=scale):
                    return call("over", code, literal(scale))
                case Quotient():
                    return call("over", code, below)
                case Rational():
                    return call("exact", code)
        if isinstance(form, Scaled) and form.scale == 1:
            usual = relation("is", call("type", code), name("int"))
            return ast.IfExp(usual, code, call("told", code, literal(None), literal(1)))
        return call("told", code, self.writer.keep(form) if form is not None else literal(None), below)

    def gone(self) -> Code:
        """What has no value stops the telling."""
        self.writer.put(ast.Raise(name("Open"), None))
        return literal(None)

    def given(self, rule: tuple[str, str]) -> Any:
        """What another rule gave for the same row."""
        if rule in self._constants:
            return self._constants[rule]
        place = self._layout.rules[rule]
        row = name("r")
        code = self.value(at(row, place), self._forms[rule], at(row, place + 1), False)
        return self.once(f"out{place}", code)

    def row_key(self, row: Code) -> Code:
        """The key of another row."""
        return at(row, KEY)

    def several(self, parts: Sequence[core.Expr], seen: Seen) -> list[Any]:
        """The steps of some parts."""
        return [self.step(seen.part(part)) for part in parts]

    def one_of(self, index: Code, choices: Sequence[Callable[[], Any]]) -> Any:
        """The step of the part that was taken: code for a name, or the step itself where there is but one."""
        if isinstance(index, ast.Constant):
            return choices[index.value]()  # type: ignore[index]
        blocks, steps = [], []
        for make in choices:
            with self.writer.inside() as block:
                steps.append(make())
            blocks.append(block)
        if not any(isinstance(step, ast.expr) for step in steps):
            return ast.Subscript(self.writer.keep(tuple(steps)), index, LOAD)
        target = self.writer.fresh("s")
        rest: list[ast.stmt] = []
        for number, (block, step) in reversed(list(enumerate(zip(blocks, steps, strict=True)))):
            block.append(_assign(target, self.code(step)))
            rest = [ast.If(relation("eq", index, literal(number)), block, rest)] if rest else block
        self.writer.block += rest
        return name(target)

    # ------------------------------------------------------------ every expression

    def step(self, seen: Seen) -> Any:
        """The step of an expression."""
        node = seen.node
        match node:
            case core.Const(value=value):
                return Step(node, value, (), None)
            case core.Inapplicable(reason=reason):
                return Step(node, NotApplicable(reason), (), None)
            case core.Pending():
                return self.gone()
            case core.OnDay():
                return Step(node, seen.val.const, (), None) if seen.val.known else self.gone()
            case core.FieldRead():
                return self._field(node, seen)
            case core.RuleRead():
                return self._rule(node, seen)
            case core.Local():
                return self.make(node, self.outcome(seen), ())
            case core.Let(value=value, body=body):
                named, inner = self.step(seen.part(value)), self._named(self.step(seen.part(body)))
                return self.make(node, _result(inner), (named, inner))
            case core.Apply(args=args):
                return self.make(node, self.outcome(seen), self.several(args, seen))
            case core.Compare(left=left, right=right):
                return self.make(node, self.outcome(seen), self.several([left, right], seen))
            case core.Every(parts=parts) | core.Some(parts=parts):
                return self.make(node, self.outcome(seen), self.several(parts, seen))
            case core.Not(part=part) | core.Has(body=part) | core.Round(body=part):
                return self.make(node, self.outcome(seen), self.several([part], seen))
            case core.OneOf(item=item, options=options):
                return self.make(node, self.outcome(seen), self.several([item, *options], seen))
            case core.UnmetTasks(parts=choices):
                return self.make(node, self.outcome(seen), self.several([choice.value for choice in choices], seen))
            case core.Choose():
                return self._choose(node, seen)
            case core.Bands():
                return self._bands(node, seen)
            case core.Brackets():
                return self._brackets(node, seen)
            case core.Increment():
                return self._increment(node, seen)
            case core.Limit():
                return self._limit(node, seen)
            case core.Pick(kind=kind, options=choices):
                steps = self.named([self.step(seen.part(choice.value)) for choice in choices])
                values = ast.Tuple([self.code(_result(step)) for step in steps], LOAD)
                return self.make(node, self.outcome(seen), steps, call("decide", literal(kind), values))
            case core.Lookup():
                return self._lookup(node, seen)
            case core.Aggregate(rows=rows) | core.Within(rows=rows):
                return self.make(node, self.outcome(seen), (), self._sample(node, rows.entity, seen))
            case core.Switch():
                return self._switch(node, seen)
            case core.IfInapplicable():
                return self._if_inapplicable(node, seen)
            case _:
                raise Unfit

    def _named(self, step: Any) -> Any:
        """A step under a name, so that its outcome can be looked at."""
        if isinstance(step, ast.expr) and not isinstance(step, ast.Name):
            return self.writer.assign(self.writer.fresh("s"), step)
        return step

    def named(self, steps: Sequence[Any]) -> list[Any]:
        """The same of several."""
        return [self._named(step) for step in steps]

    def _field(self, node: core.FieldRead, seen: Seen) -> Any:
        if isinstance(node.row, core.Here):
            cells = ast.Attribute(at(name("r"), RECORD), "cells", LOAD)
            get = ast.Attribute(self.once("cells", cells), "get", LOAD)
            place, _ = self._layout.fields[node.entity, node.name]
            cell = self.once(f"cell{place}", ast.Call(get, [literal(node.name)], []))
            key = self.key()
        else:
            row = self.where(seen.extra.get("row"))
            get = ast.Attribute(ast.Attribute(at(row, RECORD), "cells", LOAD), "get", LOAD)
            cell = self.writer.assign(self.writer.fresh("c"), ast.Call(get, [literal(node.name)], []))
            key = self.row_key(row)
        note = ast.Tuple([literal(node.entity), key, cell], LOAD)
        return self.make(node, ast.Attribute(cell, "value", LOAD), (), note)

    def _rule(self, node: core.RuleRead, seen: Seen) -> Any:
        rule = (node.entity, node.name)
        if isinstance(node.row, core.Here):
            own = self.once("own", ast.Tuple([literal(node.entity), self.key()], LOAD))
            return self.make(node, self.given(rule), (), own)
        row = self.where(seen.extra.get("row"))
        if rule in self._constants:
            result = self._constants[rule]
        else:
            place = self._layout.rules[rule]
            result = self.value(at(row, place), self._forms[rule], at(row, place + 1), False)
        note = ast.Tuple([literal(node.entity), self.row_key(row)], LOAD)
        return self.make(node, result, (), note)

    def _choose(self, node: core.Choose, seen: Seen) -> Any:
        index = self._index(seen)
        values = [case.value for case in node.cases]
        several = node.hit != "first"
        makers = [self._part(value, seen) for value in (*values, node.otherwise)]
        whens = [case.when for case in node.cases if id(case.when) in seen.parts]
        if isinstance(index, ast.Constant):
            at_ = index.value
            assert isinstance(at_, int)
            operands = self.several(whens if several else whens[: at_ + 1], seen)
            step = self._named(makers[at_]())
            return self.make(node, _result(step), [*operands, step], -1 if at_ == len(values) else at_)
        target = self.writer.fresh("w")
        first = self.several(whens if several else whens[:1], seen)
        self.writer.assign(target, ast.List([self.code(each) for each in first], LOAD))
        for number, when in enumerate(whens[len(first) :], len(first)):
            with self.writer.inside() as block:
                block.append(_append(target, self.code(self.step(seen.part(when)))))
            self.writer.test(relation("ge", index, literal(number)), block)
        step = self._taken(index, makers)
        operands_code = call("tuple", ast.List([ast.Starred(name(target), LOAD), step], LOAD))
        last = ast.IfExp(relation("eq", index, literal(len(values))), literal(-1), index)
        return self._new("Step", [self.writer.keep(node), at(step, 1), operands_code, last])

    def _part(self, part: core.Expr | None, seen: Seen) -> Callable[[], Any]:
        """What tells the step of a part, one that the code never comes to among them."""
        if isinstance(part, core.Const):
            return lambda: Step(part, part.value, (), None)
        return self.gone if part is None or id(part) not in seen.parts else lambda: self.step(seen.part(part))

    def _taken(self, index: Code, makers: Sequence[Callable[[], Any]]) -> ast.Name:
        """The step of the part that was taken, under a name."""
        step = self.one_of(index, makers)
        return step if isinstance(step, ast.Name) else self.writer.assign(self.writer.fresh("s"), self.code(step))

    def _index(self, seen: Seen) -> Code:
        """Which of the parts was taken."""
        index = self.where(seen.extra.get("index"))
        return index if isinstance(index, ast.Constant) else self.writer.assign(self.writer.fresh("i"), index)

    def _bands(self, node: core.Bands, seen: Seen) -> Any:
        steps = self.several([node.measure, *(row.bound for row in node.rows)], seen)
        index = self._index(seen)
        parts = [*(row.value for row in node.rows), node.otherwise]
        step = self._taken(index, [self._part(part, seen) for part in parts])
        last = ast.IfExp(relation("eq", index, literal(len(node.rows))), literal(-1), index)
        return self.make(node, at(step, 1), [*steps, step], last)

    def _brackets(self, node: core.Brackets, seen: Seen) -> Any:
        measure = self._named(self.step(seen.part(node.measure)))
        steps, slices = [measure], []
        for item in node.slices:
            start, rate = self._named(self.step(seen.part(item.start))), self._named(self.step(seen.part(item.rate)))
            end = self._named(self.step(seen.part(item.end))) if item.end is not None else None
            steps += [start, rate] if end is None else [start, end, rate]
            edge: Code = literal(None) if end is None else self.code(_result(end))
            slices.append(ast.Tuple([self.code(_result(start)), edge, self.code(_result(rate))], LOAD))
        note = call("brackets", self.code(_result(measure)), ast.Tuple(list(slices), LOAD))
        return self.make(node, self.outcome(seen), steps, note)

    def _increment(self, node: core.Increment, seen: Seen) -> Any:
        steps = self.several([node.measure, node.start], seen)
        awards: list[Code] = []
        for route in node.steps:
            size, award = self.step(seen.part(route.size)), self._named(self.step(seen.part(route.award)))
            steps += [size, award]
            awards.append(self.code(_result(award)))
        steps += self.several([extra for extra in (node.at_start, node.most_steps) if extra is not None], seen)
        counts = ast.Tuple([self.where(count) for count in seen.extra["counts"]], LOAD)
        note = call("routes", literal(node.join), counts, ast.Tuple(awards, LOAD))
        return self.make(node, self.outcome(seen), steps, note)

    def _limit(self, node: core.Limit, seen: Seen) -> Any:
        body = self._named(self.step(seen.part(node.body)))
        if all(bound.when is None for bound in node.bounds):
            edges = self.named([self.step(seen.part(bound.limit)) for bound in node.bounds])
            told_edges = ast.Tuple([self._edge(at_, node, edge) for at_, edge in enumerate(edges)], LOAD)
            note = call("bounded", self.code(_result(body)), told_edges)
            return self.make(node, self.outcome(seen), [body, *edges], note)
        steps, applied = self.writer.fresh("w"), self.writer.fresh("w")
        self.writer.assign(steps, ast.List([self.code(body)], LOAD))
        self.writer.assign(applied, ast.List([], LOAD))
        for at_, bound in enumerate(node.bounds):
            with self.writer.inside() as block:
                edge = self._named(self.step(seen.part(bound.limit)))
                block.append(_append(steps, self.code(edge)))
                block.append(_append(applied, self._edge(at_, node, edge)))
            if bound.when is None:
                self.writer.block += block
                continue
            when = self._named(self.step(seen.part(bound.when)))
            self.writer.block.append(_append(steps, self.code(when)))
            self.writer.test(relation("is", self.code(_result(when)), literal(True)), block)
        note = call("bounded", self.code(_result(body)), name(applied))
        parts = [self.writer.keep(node), self.code(self.outcome(seen)), call("tuple", name(steps)), note]
        return self._new("Step", parts)

    def _edge(self, index: int, node: core.Limit, edge: Any) -> Code:
        cap = node.bounds[index].kind == "cap"
        return ast.Tuple([literal(index), literal(cap), self.code(_result(edge))], LOAD)

    def _lookup(self, node: core.Lookup, seen: Seen) -> Any:
        steps = self.several(node.keys, seen)
        cells = [row.cells[node.column] for row in self._program.tables[node.table].rows]
        index = self._index(seen)
        step = self._taken(index, [self._part(cell, seen) for cell in cells])
        return self.make(node, at(step, 1), [*steps, step], index)

    def _sample(self, node: core.Aggregate | core.Within, entity: str, seen: Seen) -> Code:
        extra = seen.extra
        if "rows" not in extra:
            raise Unfit
        rows = self.where(extra["rows"])
        if "found" in extra:
            assert isinstance(node, core.Aggregate)
            found = self.where(extra["found"])
            return call("ended", literal(entity), rows, found, literal(bool(node.order)), self.where(extra["end"]))
        if "taken" not in extra:
            assert isinstance(node, core.Within)
            return self._searched(node, entity, rows)
        values = self.where(extra["values"]) if "values" in extra else literal(None)
        form = extra.get("form")
        scale: Code = literal(None) if form is None else self.writer.keep(form)
        return call("sample", literal(entity), rows, self.where(extra["taken"]), values, scale)

    def _searched(self, node: core.Within, entity: str, rows: Code) -> Code:
        read = node.column
        assert isinstance(read, core.FieldRead | core.RuleRead)
        form: Form | None
        if isinstance(read, core.FieldRead):
            place, form = self._layout.fields[read.entity, read.name]
        else:
            rule = (read.entity, read.name)
            if rule in self._constants:
                raise Unfit
            place, form = self._layout.rules[rule], self._forms[rule]
            if isinstance(form, Quotient):
                raise Unfit
        scale: Code = literal(None) if form is None else self.writer.keep(form)
        return call("column", name("seen"), literal(entity), rows, literal(place), scale)

    def _switch(self, node: core.Switch, seen: Seen) -> Any:
        for option in node.options:
            if id(option.value) in seen.parts:
                step = self._named(self.step(seen.part(option.value)))
                return self.make(node, _result(step), (step,), option.label)
        return Step(node, seen.val.const, (), seen.val.const)

    def _if_inapplicable(self, node: core.IfInapplicable, seen: Seen) -> Any:
        body = self._named(self.step(seen.part(node.body)))
        target = self.writer.fresh("s")
        with self.writer.inside() as other:
            instead = self._named(self.step(seen.part(node.instead)))
            whole = self.make(node, _result(instead), (body, instead))
            self.writer.assign(target, self.code(whole))
        with self.writer.inside() as kept:
            self.writer.assign(target, self.code(self.make(node, _result(body), (body,))))
        self.writer.test(call("absent", self.code(_result(body))), other, kept)
        return name(target)


def _result(step: Any) -> Any:
    """The outcome of a step that has a name or is known."""
    return at(step, 1) if isinstance(step, ast.expr) else step.outcome


def _assign(target: str, code: Code) -> ast.stmt:
    return ast.Assign([ast.Name(target, STORE)], code)


def _append(target: str, code: Code) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Attribute(name(target), "append", LOAD), [code], []))
