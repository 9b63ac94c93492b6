"""Owns random facts with more rows than usual: some of one place in an order, some of an owner that has no row."""

from __future__ import annotations

from random import Random

from attrs import evolve

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from tests.differential.facts import Drawer


def drawn(program: Program, seed: int) -> Facts:
    """The facts of one seed."""
    chance = Random(seed)
    tables = dict(Drawer(program, chance, 14).facts().tables)
    for name, entity in program.entities.items():
        owned = entity.owner and not program.entities[entity.owner].singleton
        if owned and name in tables and chance.random() < 0.2:
            tables[name] = tuple(evolve(row, parent="99") if chance.random() < 0.2 else row for row in tables[name])
    return Facts(tables)
