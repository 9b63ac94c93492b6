"""Owns what each expression of the core becomes in code. What has no quick way raises `Unfit`.

Code may refuse (`Open`) wherever the reference blocks, and may refuse more often; it never gives a value where the reference
blocks. So operands that the reference needs but the code would not touch are asked for by `sure`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, assert_never

from policydsl.compiled import folds, money, places
from policydsl.compiled.gaps import Void
from policydsl.compiled.layout import Layout
from policydsl.compiled.numbers import NOTHING, Numbers, Val, number
from policydsl.compiled.recording import Record, Recorder
from policydsl.compiled.writer import Code, Unfit, Writer, binary, call, literal, name, negated, relation
from policydsl.core import program as core
from policydsl.core.operators import OPERATIONS
from policydsl.core.scales import Form, Quotient, Rational, Scaled, join
from policydsl.core.types import Number, strip
from policydsl.core.values import Absent, NotApplicable
from policydsl.interpret.choice import RowMatcher
from policydsl.interpret.scopes import Scopes
from policydsl.interpret.strict import RELATIONS

Scope = ast.Name | Val
"""What is in scope: the name of a packed row, or the value of a `Let`."""

Env = tuple[Scope, ...]
"""Scopes, innermost first."""

WHOLE_RESULTS = {
    "year_of", "month_of", "day_of", "days_between", "months_between", "years_between", "overlap_days",
    "workdays_between", "list_count",
}  # fmt: skip
MOST_CASES, MOST_LOOPS = 150, 8


class Expressions:
    """Writes the expressions of the rules of a stage. `values` holds what the stage has computed for the row at hand, `taken` the
    names of what was taken out of it, `beyond` says whether the code looks at owners or at tables of rows. `recorder`, where the steps
    of the rules are to be told from what the code computes, watches it."""

    def __init__(
        self,
        program: core.Program,
        layout: Layout,
        readings: Mapping[str, str],
        on: date | None,
        forms: Mapping[tuple[str, str], Form | None],
        constants: dict[tuple[str, str], Val],
        recorded: bool = False,
    ) -> None:
        self.program = program
        self.layout = layout
        self.readings = readings
        self.on = on
        self.forms = forms
        self.known = constants
        self.slots = {rule.id: slot for slot, rule in enumerate(program.rules)}
        self.writer = Writer()
        self.numbers = Numbers(self.writer)
        self.scopes = Scopes()
        self.values: dict[tuple[str, str], Val] = {}
        self.row = name("r")
        self.taken: dict[int, ast.Name] = {}
        # of entities whose rows come as columns: the columns used, by place; the rows of loops over them, and which were looped over
        self.columns: dict[str, dict[int, ast.Name]] = {}
        self.by_column: dict[str, tuple[str, dict[int, ast.Name]]] = {}
        self.looped: dict[str, None] = {}
        self.beyond = False
        self.hoisted: dict[int, Val] = {}
        self.before: list[ast.stmt] = []
        self.loops = 0
        self.recorder = Recorder(self) if recorded else None
        self._matchers: dict[str, RowMatcher] = {}

    # ------------------------------------------------------------ small parts

    def own(self, place: int) -> ast.Name:
        """The name of what stands at a place of the row at hand, taken out of it before the first rule."""
        found = self.taken.get(place)
        if found is None:
            found = self.taken[place] = name(self.writer.fresh("f"))
        return found

    def column(self, entity: str, place: int) -> ast.Name:
        """The column of a fact of rows that come as columns."""
        known = self.columns[entity]
        if place not in known:
            known[place] = name(self.writer.fresh("q"))
        return known[place]

    def of_column(self, used: dict[int, ast.Name], place: int) -> ast.Name:
        """What stands in a column for the row of a loop."""
        if place not in used:
            used[place] = name(self.writer.fresh("e"))
        return used[place]

    def sure(self, val: Val) -> Val:
        """The value, asked for."""
        return val if val.solid else val._replace(code=call("sure", val.code), solid=True)

    def atom(self, val: Val) -> Val:
        """The same, so that it may be used more than once."""
        return self.numbers.atom(val)

    def block(self, node: core.Expr, env: Env) -> tuple[list[ast.stmt], Val]:
        """An expression in a block of its own."""
        with self.writer.inside() as block:
            val = self.expr(node, env)
        return block, val

    def settle(self, branches: Sequence[tuple[list[ast.stmt], Val]]) -> Val:
        """One name (two for a quotient) for what several blocks give; each block is made to end with it."""
        forms = [val.form for _, val in branches if val.form is not None]
        form = join(forms) if forms else None
        target, under = self.writer.fresh("v"), None
        if isinstance(form, Quotient):
            under = self.writer.fresh("v")
        for block, val in branches:
            outer, self.writer.block = self.writer.block, block
            cast = self.numbers.cast(val, form)
            if under is not None:
                self.writer.assign(under, cast.below or literal(1))
            self.writer.assign(target, cast.code)
            self.writer.block = outer
        solid = all(val.solid for _, val in branches)
        return Val(name(target), form, name(under) if under else None, solid)

    def matcher(self, table: str) -> RowMatcher:
        """What finds the row of a table."""
        found = self._matchers.get(table)
        if found is None:
            found = self._matchers[table] = RowMatcher(self.program.tables[table])
        return found

    def order_key(self, key: core.OrderKey, env: Env) -> Code:
        """What rows are ordered by: a number as it is, a member by its place; the opposite where the highest comes first."""
        return places.order_key(self, key, env)

    def plain(self, val: Val) -> Code:
        """A value as outcomes and operations have it."""
        return val.code if val.form is None else self.numbers.plain(val)

    # ------------------------------------------------------------ every expression

    def expr(self, node: core.Expr, env: Env) -> Val:
        """Code for an expression; what has to be done before goes into the block."""
        found = self.hoisted.get(id(node))
        if found is not None:
            return found
        return self.plain_expr(node, env) if self.recorder is None else self.recorder.expr(node, env)

    @property
    def watched(self) -> Recorder | None:
        """The recorder, where what is written now is a step of its own."""
        return None if self.recorder is None or self.recorder.silent else self.recorder

    def record(self, rule: core.Rule) -> Record | None:
        """What is kept of the steps of the rule just written."""
        return None if self.recorder is None else self.recorder.finish(rule)

    def told(self, node: core.Expr) -> bool:
        """Whether the step of this expression is being kept."""
        return self.recorder is not None and self.recorder.about(node)

    def note(self, node: core.Expr, **extra: Any) -> None:
        """Keep something of the step of an expression, where steps are kept."""
        if self.recorder is not None:
            self.recorder.note(node, **extra)

    def chosen(self, node: core.Expr, blocks: Sequence[tuple[list[ast.stmt], int]]) -> None:
        """Keep which of some blocks was run, where steps are kept."""
        if self.recorder is not None:
            self.recorder.chosen(node, blocks)

    def plain_expr(self, node: core.Expr, env: Env) -> Val:
        """Code for an expression, whether or not its step is kept."""
        match node:
            case core.Const(value=value):
                return self.constant(value)
            case core.Inapplicable(reason=reason):
                return self.constant(NotApplicable(reason))
            case core.FieldRead():
                return places.field_read(self, node, env)
            case core.RuleRead():
                return places.rule_read(self, node, env)
            case core.Local(depth=depth):
                found = env[depth]
                assert isinstance(found, Val)
                return found
            case core.Let(value=value, body=body):
                return self.expr(body, (self.atom(self.expr(value, env)), *env))
            case core.Apply(op=op, args=args):
                return self.apply(op, [self.expr(arg, env) for arg in args], node)
            case core.Compare(op=op, left=left, right=right):
                return self.compare(op, self.expr(left, env), self.expr(right, env))
            case core.Every(parts=parts):
                return self.both(parts, env, False)
            case core.Some(parts=parts, at_least=1):
                return self.both(parts, env, True)
            case core.Some(parts=parts, at_least=needed):
                code: Code = literal(0)
                for part in parts:
                    code = binary("+", code, self.expr(part, env).code)
                return Val(relation("ge", code, literal(needed)), solid=True)
            case core.Not(part=part):
                val = self.expr(part, env)
                return self.constant(not val.const) if val.known else Val(negated(val.code), solid=True)
            case core.OneOf(item=item, options=options):
                return self.one_of(item, options, env)
            case core.Choose():
                return self.choose(node, env)
            case core.Bands():
                return money.bands(self, node, env)
            case core.Brackets():
                return money.brackets(self, node, env)
            case core.Increment():
                return money.increment(self, node, env)
            case core.Limit():
                return money.limit(self, node, env)
            case core.Pick(kind=kind, options=choices):
                return money.pick(self, kind, [self.expr(option.value, env) for option in choices])
            case core.Round(mode=mode, place=place, body=body):
                val = self.expr(body, env)
                return self.sure(val) if val.form is None else self.numbers.rounded(val, place, mode)
            case core.Lookup():
                return self.lookup(node, env)
            case core.Aggregate():
                return folds.aggregate(self, node, env)
            case core.Within():
                return folds.within(self, node, env)
            case core.Switch(reading=reading, options=choices):
                label = self.readings[reading]
                adopted = next((option.value for option in choices if option.label == label), None)
                return self.constant(label) if adopted is None else self.expr(adopted, env)
            case core.OnDay():
                return self.constant(self.on) if self.on is not None else Val(name("HOLE"))
            case core.Pending():
                return Val(name("HOLE"))
            case core.IfInapplicable(body=body, instead=instead):
                val = self.atom(self.expr(body, env))
                other = self.block(instead, env)
                kept: list[ast.stmt] = []
                result = self.settle([(kept, val), other])
                self.writer.test(relation("is", call("type", val.code), name("Void")), other[0], kept)
                return result
            case core.Has(body=body):
                return Val(call("present", self.expr(body, env).code), solid=True)
            case core.UnmetTasks(parts=choices):
                return self.unmet(choices, env)
            case core.Running() | core.Previous() | core.Rank() | core.Share():
                raise Unfit
            case _:
                assert_never(node)

    def constant(self, value: Any) -> Val:
        """A value known before the run."""
        if type(value) in (int, Fraction):
            return number(value)
        if isinstance(value, Absent | NotApplicable):
            return Val(self.writer.keep(Void(value)))
        if type(value) in (bool, str):
            return Val(literal(value), None, None, True, value)
        return Val(self.writer.keep(value), None, None, True, value)

    # ------------------------------------------------------------ conditions

    def compare(self, op: str, left: Val, right: Val) -> Val:
        """A comparison; known where both sides are."""
        if left.known and right.known:
            return self.constant(RELATIONS[op](left.const, right.const))  # type: ignore[index]
        return Val(self.numbers.compare(op, left, right), solid=True)

    def both(self, parts: Sequence[core.Expr], env: Env, any_: bool) -> Val:
        """且, 或: a part is computed only where those before it do not decide, or its step is kept."""
        if self.watched is not None:
            return self._every_part(parts, env, any_)
        blocks: list[tuple[list[ast.stmt], Val]] = []
        for part in parts:
            block, val = self.block(part, env)
            if val.known and bool(val.const) is any_:
                blocks.append((block, val))
                break
            if not val.known:
                blocks.append((block, val))
        if not blocks:
            return self.constant(not any_)
        if not any(block for block, _ in blocks[1:]):
            self.writer.block += blocks[0][0]
            codes = [val.code for _, val in blocks]
            code = codes[0] if len(codes) == 1 else ast.BoolOp(ast.Or() if any_ else ast.And(), codes)
            last = blocks[-1][1]
            return Val(code, solid=last.solid, const=last.const if len(blocks) == 1 else NOTHING)
        result = name(self.writer.fresh("b"))
        outer = self.writer.block
        for index, (block, val) in enumerate(blocks):
            self.writer.block += block
            self.writer.assign(result.id, val.code)
            if index < len(blocks) - 1:
                inner: list[ast.stmt] = []
                self.writer.put(ast.If(negated(result) if any_ else result, inner, []))
                self.writer.block = inner
        self.writer.block = outer
        return Val(result, solid=blocks[-1][1].solid)

    def _every_part(self, parts: Sequence[core.Expr], env: Env, any_: bool) -> Val:
        """且, 或 with every part computed, for their steps. One without a meaning behind one that decides does not matter."""
        vals: list[Val] = []
        for index, part in enumerate(parts):
            block, val = self.block(part, env)
            if index and block and not val.known:
                target = self.writer.fresh("b")
                block.append(ast.Assign([ast.Name(target, ast.Store())], val.code))
                gap: list[ast.stmt] = [ast.Assign([ast.Name(target, ast.Store())], name("HOLE"))]
                self.writer.put(ast.Try(block, [ast.ExceptHandler(name("Trouble"), None, gap)], [], []))
                vals.append(Val(name(target)))
                assert self.recorder is not None
                self.recorder.unsure(part, name(target))
            else:
                self.writer.block += block
                vals.append(val)
        if any(val.known and bool(val.const) is any_ for val in vals):
            return self.constant(any_)
        codes = [val.code for val in vals if not val.known]
        if not codes:
            return self.constant(not any_)
        code = codes[0] if len(codes) == 1 else ast.BoolOp(ast.Or() if any_ else ast.And(), codes)
        return Val(code, solid=all(val.solid for val in vals))

    def one_of(self, item: core.Expr, options: Sequence[core.Expr], env: Env) -> Val:
        """在 甲、乙."""
        what = self.atom(self.expr(item, env))
        choices = [self.expr(option, env) for option in options]
        if what.known and all(choice.known for choice in choices):
            return self.constant(what.const in [choice.const for choice in choices])
        if what.form is None and all(choice.known for choice in choices):
            kept = self.writer.keep(frozenset(choice.const for choice in choices))
            return Val(relation("in", what.code, kept), solid=True)
        tests = [self.numbers.compare("eq", what, self.atom(choice)) for choice in choices]
        if not tests:
            raise Unfit
        return Val(tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests), solid=True)

    def unmet(self, parts: Sequence[core.Option], env: Env) -> Val:
        """The labels of what is false."""
        found = self.writer.assign(self.writer.fresh(), ast.List([], ast.Load()))
        for part in parts:
            val = self.expr(part.value, env)
            add = ast.Expr(ast.Call(ast.Attribute(found, "append", ast.Load()), [literal(part.label)], []))
            self.writer.test(negated(val.code), [add])
        return Val(call("tuple", found), solid=True)

    # ------------------------------------------------------------ choices

    def choose(self, node: core.Choose, env: Env) -> Val:
        """A choice by conditions."""
        if len(node.cases) > MOST_CASES:
            raise Unfit
        if node.hit != "first":
            return self._choose_all(node, env)
        chain: list[tuple[list[ast.stmt], Val, list[ast.stmt], Val]] = []
        last: tuple[list[ast.stmt], Val] | None = None
        blocks: list[tuple[list[ast.stmt], int]] = []
        for index, case in enumerate(node.cases):
            before, when = self.block(case.when, env)
            if when.known:
                if when.const is False:
                    continue
                last = self.block(case.value, env)
                blocks.append((last[0], index))
                break
            chain.append((before, when, *self.block(case.value, env)))
            blocks.append((chain[-1][2], index))
        else:
            last = self._rest(node, env)
            blocks.append((last[0], len(node.cases)))
        if not chain:
            self.chosen(node, blocks)
            self.writer.block += last[0]
            return last[1]
        result = self.settle([*((block, val) for _, _, block, val in chain), last])
        self.chosen(node, blocks)
        rest = last[0]
        for before, when, block, _ in reversed(chain):
            rest = [*before, ast.If(when.code, block, rest)]
        self.writer.block += rest
        return result

    def _rest(self, node: core.Choose, env: Env) -> tuple[list[ast.stmt], Val]:
        if node.otherwise is not None:
            return self.block(node.otherwise, env)
        return [ast.Raise(name("Open"), None)], Val(name("HOLE"))

    def _choose_all(self, node: core.Choose, env: Env) -> Val:
        """Of several conditions exactly one may hold here; whatever else there is, the reference decides."""
        whens = [self.atom(self.expr(case.when, env)).code for case in node.cases]
        count: Code = literal(0)
        for when in whens:
            count = ast.BinOp(count, ast.Add(), when)
        self.writer.refuse_unless(relation("le", count, literal(1)))
        values = [self.block(case.value, env) for case in node.cases]
        last = self._rest(node, env)
        result = self.settle([*values, last])
        self.chosen(node, [(block, index) for index, (block, _) in enumerate([*values, last])])
        rest = last[0]
        for when, (block, _) in zip(reversed(whens), reversed(values), strict=True):
            rest = [ast.If(when, block, rest)]
        self.writer.block += rest
        return result

    def lookup(self, node: core.Lookup, env: Env) -> Val:
        """A cell of a table. Cells see the row of the rule and nothing else."""
        table = self.program.tables[node.table]
        if len(table.rows) > MOST_CASES * 20:
            raise Unfit
        cells = [row.cells[node.column] for row in table.rows]
        keys = [self.plain(self.sure(self.expr(key, env))) for key in node.keys]
        index = self._row_of(table, keys)
        self.note(node, index=index)
        constants = [self.constant(cell.value) for cell in cells if isinstance(cell, core.Const)]
        if len(constants) == len(cells):
            forms = [val.form for val in constants if val.form is not None]
            if len(forms) == len(constants):
                form = join(forms)
                if isinstance(form, Scaled):
                    kept = tuple(int(val.const * form.scale) for val in constants)
                    return Val(ast.Subscript(self.writer.keep(kept), index, ast.Load()), form, None, True)
            if all(val.known and val.form is None for val in constants):
                kept = tuple(val.const for val in constants)
                return Val(ast.Subscript(self.writer.keep(kept), index, ast.Load()), solid=True)
        if len(cells) > MOST_CASES:
            raise Unfit
        which = self.writer.atom(index)
        branches = [self.block(cell, (self.row,)) for cell in cells]
        result = self.settle(branches)
        rest: list[ast.stmt] = [ast.Raise(name("Open"), None)]
        for place, (block, _) in reversed(list(enumerate(branches))):
            rest = [ast.If(relation("eq", which, literal(place)), block, rest)]
        self.writer.block += rest
        return result

    def _row_of(self, table: core.Table, keys: Sequence[Code]) -> Code:
        """The index of the row that matches; where there is none, the quick way ends."""
        matcher = self.matcher(table.name)
        only = [row.keys[0] for row in table.rows if not row.otherwise] if len(table.key_columns) == 1 else [None]
        if all(
            accepted is not None and not any(isinstance(key, core.Interval) for key in accepted) for accepted in only
        ):
            known = {key: matcher((key,)) for accepted in only for key in accepted or ()}
            rest = next((index for index, row in enumerate(table.rows) if row.otherwise), None)
            default: Code = name("HOLE") if rest is None else literal(rest)
            get = ast.Attribute(self.writer.keep(known), "get", ast.Load())
            found = self.writer.atom(ast.Call(get, [keys[0], default], []))
            if rest is None:
                self.writer.test(relation("is", found, name("HOLE")), [ast.Raise(name("Open"), None)])
            return found
        found = self.writer.atom(ast.Call(self.writer.keep(matcher), [ast.Tuple(list(keys), ast.Load())], []))
        self.writer.test(relation("lt", found, literal(0)), [ast.Raise(name("Open"), None)])
        return found

    # ------------------------------------------------------------ operations

    def apply(self, op: str, args: Sequence[Val], node: core.Apply) -> Val:
        """A strict operation."""
        numbers = self.numbers
        if all(arg.form is not None for arg in args):
            if all(arg.known for arg in args):
                try:
                    return self.constant(OPERATIONS[op].apply(*(arg.const for arg in args)))
                except (ArithmeticError, ValueError, TypeError):
                    raise Unfit from None
            match op:
                case "add":
                    return numbers.add("+", *args)
                case "sub":
                    return numbers.add("-", *args)
                case "mul":
                    return numbers.mul(*args)
                case "div":
                    return numbers.div(*args)
                case "neg":
                    return numbers.neg(args[0])
                case "abs":
                    return numbers.absolute(args[0])
                case "excess":
                    return numbers.positive(numbers.add("-", *args))
                case "shortfall":
                    return numbers.positive(numbers.add("-", args[1], args[0]))
                case _:
                    pass
        codes: list[Code] = [self.plain(self.sure(arg)) for arg in args]
        code = ast.Call(self.writer.keep(_operation(op)), codes, [])
        if op in WHOLE_RESULTS:
            return Val(code, Scaled(1, 32), None, True)
        if isinstance(strip(node.type), Number):
            return Val(call("within", code), Rational(), None, True)
        return Val(code, solid=True)


_FUNCTIONS: dict[str, Callable[..., Any]] = {op: operation.apply for op, operation in OPERATIONS.items()}


def _operation(op: str) -> Callable[..., Any]:
    return _FUNCTIONS[op]
