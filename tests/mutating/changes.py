"""Owns the wrong changes of a module's functions: made by mutmut's operators, each as code that can take the place of the right one."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from attrs import field, frozen
from mutmut.mutation.file_mutation import mutate_file_contents

NAME = re.compile(r"^x(?:_|ǁ(?P<owner>\w+?)ǁ)(?P<name>\w+?)__mutmut_(?P<number>\d+|orig)$")


@frozen(eq=False)
class Change:
    """One wrong change of a function: where it is, what it says, and its code. `function` is the qualified name in its module."""

    module: str
    function: str
    number: int
    said: str = field(repr=False)
    code: CodeType = field(repr=False)
    defaults: tuple[Any, ...] | None = field(repr=False)
    keywords: dict[str, Any] | None = field(repr=False)

    @property
    def name(self) -> str:
        """The change in one word."""
        return f"{self.module}.{self.function} {self.number}"

    def make(self) -> None:
        """Put it in the place of the right function, in this process for good."""
        target = function_of(importlib.import_module(self.module), self.function)
        target.__code__, target.__defaults__, target.__kwdefaults__ = self.code, self.defaults, self.keywords


def changes(name: str) -> Iterator[Change]:
    """All changes of the functions and methods of a module."""
    module = importlib.import_module(name)
    path = Path(module.__file__ or "")
    made = mutate_file_contents(str(path), path.read_text(encoding="utf-8")).code
    nodes: dict[str, ast.FunctionDef] = {}
    for node in ast.walk(ast.parse(made)):
        if isinstance(node, ast.FunctionDef) and NAME.match(node.name):
            nodes[node.name] = node
    for node in nodes.values():
        found = NAME.match(node.name)
        assert found is not None
        if found["number"] == "orig":
            continue
        owner, plain = found["owner"], found["name"]
        function = f"{owner}.{plain}" if owner else plain
        right = nodes[node.name.rpartition("_")[0] + "_orig"]
        lines = unified_diff(*(ast.unparse(one).split("\n")[1:] for one in (right, node)), lineterm="", n=0)
        said = "\n".join(line for line in lines if line[:3] not in ("---", "+++") and line[:2] != "@@")
        wrong = _function(module, node, plain)
        if function_of(module, function).__code__.co_freevars != wrong.__code__.co_freevars:
            continue
        yield Change(
            name, function, int(found["number"]), said, wrong.__code__, wrong.__defaults__, wrong.__kwdefaults__
        )


def _function(module: ModuleType, node: ast.FunctionDef, name: str) -> FunctionType:
    """The function that a definition makes among the names of its module."""
    node.name, node.decorator_list = name, []
    future = ast.parse("from __future__ import annotations")
    place: dict[str, Any] = dict(vars(module))
    exec(compile(ast.Module([*future.body, node], []), module.__file__ or "", "exec"), place)
    made: FunctionType = place[name]
    return made


def function_of(module: ModuleType, name: str) -> FunctionType:
    """The function behind a qualified name, without what decorates it."""
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part] if isinstance(found, type) else getattr(found, part)
    while not isinstance(found, FunctionType):
        found = next(
            inner
            for inner in (getattr(found, slot, None) for slot in ("fget", "func", "__func__", "__wrapped__"))
            if inner is not None
        )
    return found
