"""Owns random facts with more rows than usual: some of one place in an order, some of an owner that has no row."""

from __future__ import annotations

from random import Random

from attrs import evolve

from policydsl.core.facts import Facts
from policydsl.core.program import Entity, Program
from policydsl.core.types import Member
from tests.differential.facts import Drawer


class Many(Drawer):
    """Draws up to fourteen rows of an entity."""

    def keys(self, entity: Entity) -> list[str]:
        """The keys of its rows."""
        field = entity.key_field
        if field is not None and isinstance(field.type, Member):
            return super().keys(entity)
        return [str(number) for number in range(1, self.chance.randint(0 if entity.owner else 1, 14) + 1)]


def drawn(program: Program, seed: int) -> Facts:
    """The facts of one seed."""
    chance = Random(seed)
    tables = dict(Many(program, chance).facts().tables)
    for name, entity in program.entities.items():
        owned = entity.owner and not program.entities[entity.owner].singleton
        if owned and name in tables and chance.random() < 0.2:
            tables[name] = tuple(evolve(row, parent="99") if chance.random() < 0.2 else row for row in tables[name])
    return Facts(tables)
