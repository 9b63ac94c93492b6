"""Owns the solver: whether formulas can hold together within a time, and the smallest values of symbols with which they do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

import z3

from policydsl.prove.numbers import Num
from policydsl.prove.symbols import Cell, Symbols

Found = Literal["none", "some", "unknown"]


class Search:
    """One question put to the solver. `seconds` bounds the question; making the case small gets as much again."""

    def __init__(self, formulas: Sequence[Any], seconds: float) -> None:
        self.solver = z3.Solver()
        self.seconds = seconds
        self.formulas = list(formulas)
        for formula in formulas:
            self.solver.add(formula)
        self.model: Any = None

    def look(self) -> Found:
        """Whether the formulas can hold together."""
        self.solver.set("timeout", max(1, int(self.seconds * 1000)))
        found = self.solver.check()
        if found == z3.sat:
            self.model = self.solver.model()
        return "some" if found == z3.sat else "none" if found == z3.unsat else "unknown"

    def smallest(self, terms: Sequence[Any], aside: Sequence[Any] = ()) -> None:
        """Makes the terms small one after the other: a condition false, a number as near to zero as it can be.

        Those `aside` have no say in what is asked: they are held still until the others are small.
        """
        if aside:
            self.solver.push()
            self.solver.add([term == self.model.eval(term, model_completion=True) for term in aside])
            self._shrink(terms)
            small = [term == self.model.eval(term, model_completion=True) for term in terms]
            self.solver.pop()
            self.solver.add(small)
            self._shrink(aside)
        else:
            self._shrink(terms)

    def _shrink(self, terms: Sequence[Any]) -> None:
        until = time.monotonic() + 3 * self.seconds
        self._confine([term for term in terms if z3.is_int(term)], until)
        for term in terms:
            if z3.is_bool(term):
                self._fix(z3.Not(term), term, until)
            elif z3.is_int(term):
                self._least(term, until)
            else:
                if not self._fix(term == 0, None, until):
                    for places in (1, 100):
                        if self._fix(z3.IsInt(term * places), None, until):
                            break
                    value = self.model.eval(term, model_completion=True)
                    self.solver.add(term == value)

    def _confine(self, terms: Sequence[Any], until: float) -> None:
        """Bounds all numbers at once, none below zero, by the least power of two that will do."""
        if not self._fix(z3.And([term >= 0 for term in terms]), None, until):
            return
        for power in range(1, 16, 2):
            if self._fix(z3.And([term <= 2**power for term in terms]), None, until):
                return

    def _least(self, term: Any, until: float) -> None:
        size = z3.If(term < 0, -term, term)
        high = abs(self.model.eval(term, model_completion=True).as_long())
        low = 0
        while low < high and time.monotonic() < until:
            middle = (low + high) // 2
            if self._try(size <= middle, until):
                high = abs(self.model.eval(term, model_completion=True).as_long())
            else:
                low = middle + 1
        self._fix(size <= high, None, until + 1)
        self.solver.add(term == self.model.eval(term, model_completion=True))

    def _fix(self, condition: Any, otherwise: Any, until: float) -> bool:
        """Adds a condition if it can hold too, else its opposite where there is one."""
        if self._try(condition, until):
            self.solver.add(condition)
            return True
        if otherwise is not None:
            self.solver.add(self.model.eval(otherwise, model_completion=True) == otherwise)
        return False

    def _try(self, condition: Any, until: float) -> bool:
        left = until - time.monotonic()
        if left <= 0:
            return False
        if z3.is_true(self.model.eval(condition, model_completion=True)):
            return True
        self.solver.set("timeout", max(1, int(min(left, 1.5) * 1000)))
        self.solver.push()
        self.solver.add(condition)
        good = self.solver.check() == z3.sat
        if good:
            self.model = self.solver.model()
        self.solver.pop()
        return bool(good)


def term_of(cell: Cell) -> Any:
    """The one symbol of a fact."""
    return cell.term.top if isinstance(cell.term, Num) else cell.term


def symbols_in(formulas: Sequence[Any]) -> set[str]:
    """The names of the symbols that formulas hold."""
    names: set[str] = set()
    met: set[int] = set()
    stack = list(formulas)
    while stack:
        term = stack.pop()
        if term.get_id() in met:
            continue
        met.add(term.get_id())
        if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            names.add(term.decl().name())
        stack.extend(term.children())
    return names


def relevant(formulas: Sequence[Any], premises: Sequence[Any], near: bool = False) -> list[Any]:
    """The premises that say something about the symbols of the formulas, or (unless `near`) about those of such premises."""
    known = symbols_in(formulas)
    left = [(premise, symbols_in([premise])) for premise in premises]
    taken: list[Any] = []
    grown = True
    if near:
        return [premise for premise, names in left if names & known]
    while grown:
        grown = False
        for item in list(left):
            if item[1] & known:
                left.remove(item)
                taken.append(item[0])
                known |= item[1]
                grown = True
    return taken


def cells_in(symbols: Symbols, formulas: Sequence[Any]) -> list[Cell]:
    """The facts whose symbols formulas hold."""
    names = symbols_in(formulas)
    return [cell for cell in symbols.cells.values() if term_of(cell).decl().name() in names or _absence(cell) in names]


def _absence(cell: Cell) -> str:
    return "" if cell.absent is False else str(cell.absent.decl().name())
