"""Owns what pytest does with policy files: `pytest policies/` runs the 算例 and 性质 of every .pol file as tests.

Each example is a test `FILE.pol::算例 NAME`, each property `FILE.pol::性质 NAME`; a file with mistakes is one failing test. A folder
is looked through only where it or a file in it is named, so that a project with .pol files of its own sees no test that it did not ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from policydsl.core.program import Example, Program, Property


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--no-policies` leaves .pol files alone."""
    parser.getgroup("policydsl").addoption(
        "--no-policies", action="store_true", help="do not collect the examples and properties of .pol files"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A .pol file that was asked for, by name or by a folder that holds it."""
    if file_path.suffix != ".pol" or parent.config.getoption("--no-policies"):
        return None
    return PolicyFile.from_parent(parent, path=file_path)


class PolicyFile(pytest.File):
    """One policy file."""

    def collect(self) -> Iterable[pytest.Item]:
        """Its examples and properties; where it has mistakes, one test that says them."""
        from policydsl.pipeline import check_path

        result = check_path(str(self.path))
        program = result.program
        if program is None:
            from policydsl.diagnostics.render import render

            said = render(result.errors, format="human", color=False, width=100)
            yield Mistakes.from_parent(self, name="check", said=said)
            return
        zh = program.language == "zh"
        for example in program.examples:
            name = f"{'算例' if zh else 'example'} {example.name}"
            yield ExampleItem.from_parent(self, name=name, program=program, example=example)
        for item in program.properties:
            name = f"{'性质' if zh else 'property'} {item.name}"
            yield PropertyItem.from_parent(self, name=name, program=program, stated=item)


class Told(Exception):
    """A failure, told as the drafter is told it."""


class PolicyItem(pytest.Item):
    """A test of a policy file."""

    line: int | None = None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """What the drafter is told; no traceback."""
        if isinstance(excinfo.value, Told):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is written."""
        return self.path, self.line, self.name


class Mistakes(PolicyItem):
    """A policy that cannot be run."""

    def __init__(self, *, said: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._said = said

    def runtest(self) -> None:
        """Fails with the findings."""
        raise Told(self._said)


class ExampleItem(PolicyItem):
    """One 算例."""

    def __init__(self, *, program: Program, example: Example, **rest: Any) -> None:
        super().__init__(**rest)
        self._program = program
        self._example = example
        self.line = example.span.line - 1 if example.span is not None else None

    def runtest(self) -> None:
        """Runs the example and tells what differs."""
        from policydsl.interpret.evaluate import Evaluator
        from policydsl.testing.examples import run_example
        from policydsl.testing.failing import example_lines

        example = self._example
        result = run_example(Evaluator(self._program, example.readings, example.on), example)
        if not result.ok:
            raise Told("\n".join(example_lines(self.path.name, result, self._program)))


class PropertyItem(PolicyItem):
    """One 性质."""

    def __init__(self, *, program: Program, stated: Property, **rest: Any) -> None:
        super().__init__(**rest)
        self._program = program
        self._stated = stated
        self.line = stated.span.line - 1 if stated.span is not None else None

    def runtest(self) -> None:
        """Searches for a counterexample and tells it."""
        from policydsl.testing.failing import property_lines
        from policydsl.testing.properties import check_property

        result = check_property(self._program, self._stated)
        if not result.ok:
            raise Told("\n".join(property_lines(self.path.name, result, self._program)))
