"""Owns runs that are written as receipts and repeated from them: on the facts in the receipt, and from files as a person would."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import evolve

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Entity, Program
from policydsl.core.values import Absent, Exact, decimal_text, exact
from policydsl.facts.read import read
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.tables import DuplicateRow
from policydsl.interpret.trace import Trace
from policydsl.pipeline import check_source
from policydsl.receipts.issue import Run, receipt_data
from policydsl.receipts.model import Receipt, receipt_of
from policydsl.receipts.plain import facts_from
from policydsl.receipts.replay import Replay, replay
from policydsl.receipts.written import written
from policydsl.registers.fill import counted
from policydsl.source import Source

POLICY = "政策.pol"
FACTS = "事实.json"


class NotOneText(ValueError):
    """A program that is not that of one text which stands on nothing else."""


def text_of(program: Program) -> str:
    """The one text that a program was made of. Raises NotOneText."""
    texts = {rule.span.source.text for rule in program.rules if rule.span is not None}
    text = texts.pop() if len(texts) == 1 else ""
    if not text or "引用" in text or "import" in text:
        raise NotOneText(program.header.title)
    return text


def receipt_of_run(folder: Path, text: str, trace: Trace, readings: Mapping[str, str], on: date | None) -> Receipt:
    """The receipt of a run, written into the folder beside its policy and read back."""
    policy = Source(str(folder / POLICY), text)
    Path(policy.name).write_text(text, encoding="utf-8", newline="")
    place = folder / "留痕.json"
    place.write_text(written(receipt_data(Run(policy, (), trace, readings, on), folder)), encoding="utf-8")
    return receipt_of(place.read_bytes())


def repeated(program: Program, facts: Facts, readings: Mapping[str, str], on: date | None) -> Mapping[Any, Any]:
    """The outcomes of a run as they are repeated from nothing but its receipt; none where the repetition says that it differs."""
    text = text_of(program)
    trace = Evaluator(program, readings, on).run(evolve(facts, sources=()))
    with tempfile.TemporaryDirectory() as place:
        receipt = receipt_of_run(Path(place), text, trace, readings, on)
        found = replay(receipt, place)
    if not (found.whole and found.from_receipt.same and not found.forged):
        return {}
    again = check_source(Source(POLICY, next(item.text or "" for item in receipt.files))).program
    assert again is not None
    run = Evaluator(again, receipt.asked, receipt.on).run(facts_from(again, receipt.facts))
    return {at: step.outcome for at, step in run.steps.items()}


# ---------------------------------------------------------------- from files, as a person would


def from_files(
    folder: Path, text: str, facts: Facts, readings: Mapping[str, str], on: date | None
) -> tuple[Trace, Replay] | None:
    """The facts written into a file of the folder, read, run, and the run repeated from its receipt and the files beside it.

    None where the facts as they are read hold one key twice: of these there is no run.
    """
    program = check_source(Source(str(folder / POLICY), text)).program
    assert program is not None
    path = folder / FACTS
    path.write_text(json.dumps(plain(program, facts), ensure_ascii=False), encoding="utf-8")
    supplied, _ = read(program, [str(path)])
    supplied, _ = counted(program, supplied)
    try:
        trace = Evaluator(program, readings, on).run(supplied)
    except DuplicateRow:
        return None
    return trace, replay(receipt_of_run(folder, text, trace, readings, on), folder)


def plain(program: Program, facts: Facts) -> dict[str, list[dict[str, Any]]]:
    """Facts in the shape of a .json file of facts: each row with the key of its owner, numbers in their own measure."""
    return {
        name: [dict(_row(program.entities[name], record)) for record in records]
        for name, records in facts.tables.items()
    }


def _row(entity: Entity, record: Record) -> Iterator[tuple[str, Any]]:
    if entity.owner:
        yield entity.owner, record.parent or ""
    for field in entity.fields:
        cell = record.cells.get(field.name)
        if isinstance(cell, Known):
            yield field.name, _written(cell.value, field.measure.size if field.measure is not None else 1)


def _written(value: Any, size: Exact) -> Any:
    match value:
        case bool():
            return value
        case int() | Fraction():
            return decimal_text(exact(Fraction(value) / size))
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return [_written(item, size) for item in value]
        case Absent():
            return "无"
    return value
