"""Owns counts from registers as JSON: version 1 of a contract; new keys only come beside the others."""

from __future__ import annotations

from typing import Any

from policydsl.reports.registers_told import RegistersTold


def registers_json(told: RegistersTold) -> dict[str, Any]:
    """Counts by entity, fact and row, and every list with a dict for each row."""
    program = told.program
    return {
        "version": 1,
        "policy": {"title": program.header.title, "id": program.header.id},
        "counts": [
            {
                "entity": tally.entity,
                "fact": tally.fact,
                "registers": [item.register.name for item in tally.ledgers],
                "rows": [
                    {"key": key, "counted": count.sure, "by_name": count.by_name, "if_confirmed": count.all}
                    for key, count in tally.counts.items()
                ],
                "total": {
                    "counted": tally.total.sure,
                    "by_name": tally.total.by_name,
                    "if_confirmed": tally.total.all,
                },
            }
            for _, _, tally in told.facts
        ],
        "lists": {
            item.id: {"title": item.title, "heads": list(item.heads), "rows": [list(row) for row in item.rows]}
            for item in told.lists
        },
    }
