"""Owns the code being written: statements as `ast` nodes, fresh names for what is kept, constants beside the code.

Names are made by counting and say nothing of the policy; what a policy writes reaches the code only as constants.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any, Final

Code = ast.expr
LOAD, STORE = ast.Load(), ast.Store()


VALUES: Final = "tvbn"
"""First letters of names that hold values worked out."""


class Unfit(Exception):
    """A rule that has no quick way; the reference computes it."""


def name(id_: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(id_, LOAD)


def literal(value: str | int | None) -> ast.Constant:
    """A literal: a number, a text, a truth."""
    return ast.Constant(value)


def call(function: str, *args: Code) -> ast.Call:
    """A call of one of the functions of `support`."""
    return ast.Call(name(function), list(args), [])


def at(row: Code, index: int) -> ast.Subscript:
    """A place of a row."""
    return ast.Subscript(row, literal(index), LOAD)


_OPERATORS: dict[str, ast.operator] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "//": ast.FloorDiv()}
_RELATIONS: dict[str, ast.cmpop] = {
    "ge": ast.GtE(),
    "gt": ast.Gt(),
    "le": ast.LtE(),
    "lt": ast.Lt(),
    "eq": ast.Eq(),
    "ne": ast.NotEq(),
    "in": ast.In(),
    "is": ast.Is(),
}


def binary(sign: str, left: Code, right: Code) -> Code:
    """An operation on two operands; what literals already decide is decided."""
    if sign == "*":
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Constant) and one.value == 1:
                return other
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant) and sign != "//":
        a, b = left.value, right.value
        assert isinstance(a, int) and isinstance(b, int)
        return literal(a + b if sign == "+" else a - b if sign == "-" else a * b)
    return ast.BinOp(left, _OPERATORS[sign], right)


def relation(op: str, left: Code, right: Code) -> Code:
    """A comparison."""
    return ast.Compare(left, [_RELATIONS[op]], [right])


def negated(code: Code) -> Code:
    """非."""
    return ast.UnaryOp(ast.Not(), code)


def chosen(test: Code, yes: Code, no: Code) -> Code:
    """One of two."""
    return ast.IfExp(test, yes, no)


def function(parameters: Sequence[str], body: list[ast.stmt], names: Mapping[str, Any]) -> Any:
    """A Python function of statements. `names` is all that it knows besides its parameters."""
    arguments = ast.arguments([], [ast.arg(item) for item in parameters], None, [], [], None, [])
    module = ast.Module([ast.FunctionDef("stage", arguments, body, [])], [])
    ast.fix_missing_locations(module)
    compiled = compile(module, "<policy>", "exec", dont_inherit=True)
    code = next(item for item in compiled.co_consts if isinstance(item, CodeType))
    return FunctionType(code, {"__builtins__": {}, **names}, "stage")


class Writer:
    """The block that is written into, and the constants that the code refers to."""

    def __init__(self) -> None:
        self.block: list[ast.stmt] = []
        self.constants: dict[str, Any] = {}
        self._kept: dict[int, tuple[str, Any]] = {}
        self._count = 0
        self._begun = 0

    def begin(self) -> None:
        """Another rule is written from here on."""
        self._begun = self._count

    def new(self, target: str) -> bool:
        """Whether a name was made for a value of the rule being written."""
        return target[:1] in VALUES and target[1:].isdecimal() and int(target[1:]) > self._begun

    def fresh(self, letter: str = "t") -> str:
        """A name that is not used yet."""
        self._count += 1
        return f"{letter}{self._count}"

    def keep(self, value: Any) -> ast.Name:
        """A name for a constant that the code refers to."""
        known = self._kept.get(id(value))
        if known is None:
            known = self._kept[id(value)] = (self.fresh("k"), value)
            self.constants[known[0]] = value
        return name(known[0])

    def put(self, statement: ast.stmt) -> None:
        """Write one statement."""
        self.block.append(statement)

    def assign(self, target: str, code: Code) -> ast.Name:
        """Write an assignment."""
        self.put(ast.Assign([ast.Name(target, STORE)], code))
        return name(target)

    def store(self, row: Code, index: int, code: Code) -> None:
        """Write an assignment to a place of a row."""
        self.put(self.setting(row, index, code))

    @staticmethod
    def setting(row: Code, index: int, code: Code) -> ast.stmt:
        """An assignment to a place of a row."""
        return ast.Assign([ast.Subscript(row, literal(index), STORE)], code)

    def atom(self, code: Code) -> Code:
        """The code, or the name that holds what it gives, so that it may be used more than once."""
        return code if isinstance(code, ast.Name | ast.Constant) else self.assign(self.fresh(), code)

    def do(self, code: Code) -> None:
        """Write an expression for what it does."""
        self.put(ast.Expr(code))

    def stop(self) -> None:
        """Write that the quick way ends."""
        self.put(ast.Raise(name("Open"), None))

    def test(self, test: Code, yes: list[ast.stmt], no: list[ast.stmt] | None = None) -> None:
        """Write a choice between two blocks."""
        self.put(ast.If(test, yes or [ast.Pass()], no or []))

    def refuse_unless(self, test: Code) -> None:
        """Write that the quick way ends unless something holds."""
        self.put(ast.If(negated(test), [ast.Raise(name("Open"), None)], []))

    @contextmanager
    def inside(self) -> Iterator[list[ast.stmt]]:
        """What is written meanwhile goes into the block that is given."""
        outer, self.block = self.block, []
        try:
            yield self.block
        finally:
            self.block = outer
