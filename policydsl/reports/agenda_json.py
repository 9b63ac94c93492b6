"""Owns an agenda as plain data for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policydsl.core.values import Blocked, status_of
from policydsl.diagnostics.model import Language
from policydsl.duties.agenda import Agenda, Due, Duty, Fault, Gain, Measure, Tally
from policydsl.explain.account import Reason
from policydsl.explain.figures import Figures, plain_unit
from policydsl.explain.names import Shown
from policydsl.explain.notes import reason
from policydsl.explain.results import plain_value
from policydsl.explain.teller import Teller
from policydsl.explain.words import catalog_of

VERSION = 1


def agenda_json(agenda: Agenda, units: Mapping[str, str], lang: Language) -> dict[str, Any]:
    """The agenda; amounts are exact strings in `unit`, days are ISO, `days_left` is negative where overdue."""
    teller = Teller(Figures(lang, units, agenda.header.currency), catalog_of(lang))
    return {
        "version": VERSION,
        "policy": {"title": agenda.header.title, "id": agenda.header.id},
        "entity": agenda.entity.text,
        "key": agenda.key,
        "on": agenda.on.isoformat(),
        "amounts": {name.text: _shown(shown) for name, shown in agenda.amounts},
        "tasks": [_duty(duty, teller) for duty in agenda.duties],
        "next": [_gain(gain) for gain in agenda.gains],
        "wanting": [_reason(item, teller) for item in agenda.wanting],
        "awaited": [_reason(item, teller) for item in agenda.awaited],
    }


def _duty(duty: Duty, teller: Teller) -> dict[str, Any]:
    return {
        "task": duty.name.text,
        "alias": duty.name.alias,
        "entity": duty.at.entity,
        "key": duty.at.key,
        "state": duty.state,
        "clause": duty.clause,
        "due": _due(duty.due),
        "measures": [_measure(item) for item in duty.measures],
        "rows": [_tally(item) for item in duty.tallies],
        "evidence": [{"items": list(item.items), "clause": item.clause} for item in duty.evidence],
        "responsible": duty.responsible,
        "reasons": [_reason(item, teller) for item in duty.reasons],
    }


def _due(due: Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    return {"last": due.last.isoformat(), "days_left": due.left, "clause": due.clause}


def _measure(item: Measure) -> dict[str, Any]:
    lacking = _shown(item.lacking) if item.lacking is not None else None
    return {"have": _shown(item.have), "word": item.word, "need": _shown(item.need), "lacking": lacking}


def _tally(item: Tally) -> dict[str, Any]:
    return {
        "entity": item.entity.text,
        "supplied": item.supplied,
        "rows": item.rows,
        "counted": item.counted,
        "short": [{"key": row.key, "faults": [_fault(fault) for fault in row.faults]} for row in item.short],
        "undecided": list(item.undecided),
    }


def _fault(item: Fault) -> dict[str, Any]:
    return {
        "fact": item.name.text,
        "value": _shown(item.value),
        "bound": _shown(item.bound) if item.bound is not None else None,
        "gap": _shown(item.gap) if item.gap is not None else None,
    }


def _gain(item: Gain) -> dict[str, Any]:
    step = item.step
    assert step.fact is not None and step.at is not None
    return {
        "rule": item.name.text,
        "kind": step.kind,
        "threshold": _shown(step.threshold),
        "fact": str(step.at),
        "now": _shown(step.now),
        "then": _shown(step.then),
        "more": _shown(step.more),
        "before": _shown(step.before),
        "after": _shown(step.after),
        "also": [{"rule": name.text, "before": _shown(one), "after": _shown(two)} for name, one, two, _ in step.also],
        "clause": item.clause,
    }


def _reason(item: Reason, teller: Teller) -> dict[str, Any]:
    return {"lack": item.cause.lack.value, "office": item.office, "source": item.source, "text": reason(item, teller)}


def _shown(shown: Shown | None) -> dict[str, Any] | None:
    if shown is None or shown.outcome is None:
        return None
    outcome = shown.outcome
    return {
        "status": status_of(outcome),
        "value": None if isinstance(outcome, Blocked) else plain_value(outcome, shown.measure),
        "unit": plain_unit(shown.type, shown.measure),
    }
