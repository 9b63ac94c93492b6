"""Holds policies/2025.pol against the notice itself and its list of statements, both of which stand beside the checkout.

    python checks/notice_coverage.py ../shared/notice

Every statement of `clauses.yaml` must be covered, or declared 不作规则 with a reason; the text must leave nothing unexplained:
no citation that leads nowhere, no phrase that does not stand there, no paragraph unlisted, no figure that nothing uses. This
lives apart from the tests, which bring their own small notice, because the text is not part of the project.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ruamel.yaml import YAML

from policydsl.api import load
from policydsl.coverage import Coverage, cover
from policydsl.coverage.places import of_one_line, place
from policydsl.reports.coverage_text import coverage_text
from policydsl.reports.coverage_told import tell_coverage

POLICY = Path(__file__).parents[1] / "policies" / "2025.pol"


def statements(folder: Path) -> list[str]:
    """The ids of all statements of the list."""
    listed = YAML(typ="safe").load((folder / "clauses.yaml").read_text(encoding="utf-8"))
    ids = [str(item["id"]) for item in listed["clauses"]]
    assert len(ids) == listed["count"] == len(set(ids)), "the list says how many it has"
    return ids


def missing(found: Coverage, ids: list[str]) -> list[str]:
    """The statements that the inventory lacks, or that nothing covers and no reason excuses."""
    by_id = {place(clause.id): clause for clause in found.clauses}
    lacking = []
    for id_ in ids:
        clause = by_id.get(place(id_))
        if clause is None:
            near = [steps for steps in by_id if of_one_line(steps, place(id_))]
            lacking.append(f"{id_}: not in the inventory" + (", only what lies around it" if near else ""))
        elif clause.state != "covered" and not (clause.state == "no-rules" and clause.reason.strip()):
            lacking.append(f"{id_}: {clause.state}")
    return lacking


def main(folder: Path) -> int:
    """0 where nothing is missing; else says what is."""
    texts = sorted(folder.glob("*.txt"))
    assert len(texts) == 1, f"one notice in {folder}"
    found = cover(load(POLICY), texts[0].read_text(encoding="utf-8"))
    ids = statements(folder)
    lacking = missing(found, ids)
    if lacking or not found.complete:
        sys.stdout.write(coverage_text(tell_coverage(found), width=120) + "\n")
        sys.stdout.writelines(f"{line}\n" for line in lacking)
        return 1
    states = [clause.state for clause in found.clauses]
    assert found.text is not None
    sys.stdout.write(
        f"{len(ids)} statements: {states.count('covered')} covered, {states.count('no-rules')} without rules; "
        f"{len(found.text.figures)} figures in {found.text.paragraphs} paragraphs, all explained\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
