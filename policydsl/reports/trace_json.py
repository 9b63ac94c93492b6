"""Owns the JSON of a trace: every account with its operands, rows taken and not taken, inputs and reasons, exact throughout.

The shape is published in `trace.schema.json`; `version` changes with it. Ids are made of names: `区[黄埔区].高企认定补助`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from policydsl.diagnostics.model import Place
from policydsl.explain import Account, Explanation
from policydsl.explain.account import Input, NextStep, Reason, ViolationTold
from policydsl.explain.names import Shown
from policydsl.explain.notes import reason
from policydsl.explain.scenarios import Scenario
from policydsl.explain.versions import Comparison
from policydsl.explain.words import teller_of
from policydsl.reports.shown_json import shown
from policydsl.reports.statements_json import statement
from policydsl.reports.versions_json import law_json, version_json

VERSION = "2"

Data = dict[str, Any]


def trace_json(explanation: Explanation) -> Data:
    """The explanation as plain data that `trace.schema.json` describes. Accounts are listed once; children are ids."""
    header = explanation.header
    teller = teller_of(explanation)
    return {
        "version": VERSION,
        "policy": {
            "title": header.title,
            "id": header.id,
            "issuer": header.issuer,
            "published": header.published.isoformat() if header.published is not None else None,
        },
        "language": explanation.lang,
        "law": law_json(explanation.law) if explanation.law is not None else None,
        "compared": [
            _comparison(row.entity.text, row.key, row.comparison)
            for row in explanation.rows
            if row.comparison is not None
        ],
        "sources": list(explanation.sources),
        "readings": [
            {
                "name": use.name.text,
                "alternative": use.option,
                "adopted": use.declared,
                "reason": use.reason,
                "clause": use.clause,
                "others": [{"name": item.name, "reason": item.reason} for item in use.others],
            }
            for use in explanation.readings
        ],
        "roots": [str(item.at) for row in explanation.rows for item in row.accounts],
        "accounts": [_account(item, [reason(one, teller) for one in item.reasons]) for item in _each(explanation)],
        "violations": [_violation(item) for row in explanation.rows for item in row.violations],
    }


def _each(explanation: Explanation) -> Iterable[Account]:
    """Every account once, each after those it rests on."""
    found: dict[str, Account] = {}
    stack = [(item, False) for row in reversed(explanation.rows) for item in reversed(row.accounts)]
    while stack:
        item, opened = stack.pop()
        identity = str(item.at)
        if opened:
            found.setdefault(identity, item)
        elif identity not in found:
            stack.append((item, True))
            stack.extend((child, False) for child in reversed(item.children))
    return found.values()


def _account(item: Account, sentences: list[str]) -> Data:
    rule = item.rule
    return {
        "id": str(item.at),
        "entity": item.at.entity,
        "key": item.at.key,
        "rule": item.at.name,
        "alias": item.name.alias,
        "kind": rule.kind,
        "clause": rule.clause,
        "line": rule.span.line if rule.span is not None else None,
        **shown(item.shown),
        "steps": [statement(one) for one in item.statements],
        "inputs": [_input(one) for one in item.inputs],
        "reasons": [_reason(one, words) for one, words in zip(item.reasons, sentences, strict=True)],
        "next": [_next(one) for one in item.next_steps],
        "scenarios": [_scenario(one) for one in item.scenarios],
        "children": [str(child.at) for child in item.children],
        "versions": [version_json(ruling) for ruling in item.rulings],
    }


def _comparison(entity: str, key: str, found: Comparison) -> Data:
    return {
        "entity": entity,
        "key": key,
        "rule": found.rule.text,
        "taken": found.taken,
        "options": [{"notice": notice, **shown(outcome)} for notice, outcome in found.options],
    }


def _place(place: Place | None) -> Data | None:
    return {"file": place.file, "sheet": place.sheet, "cell": place.cell} if place is not None else None


def _input(item: Input) -> Data:
    return {
        "id": str(item.at),
        "name": item.name.text,
        "alias": item.name.alias,
        **shown(item.shown),
        "state": item.state,
        "origin": _place(item.place),
        "raw": item.raw,
        "problem": item.problem,
        "clause": item.clause,
        "counted": item.counted,
    }


def _reason(item: Reason, words: str) -> Data:
    cause = item.cause
    return {
        "lack": cause.lack.value,
        "entity": cause.entity,
        "key": cause.key,
        "name": cause.name,
        "detail": cause.detail,
        "clause": cause.clause,
        "origin": _place(cause.origin),
        "text": words,
    }


def _scenario(item: Scenario) -> Data:
    return {
        "reading": item.reading.text,
        "alternative": item.option,
        "reason": item.reason,
        "rule": item.name.text,
        **shown(item.shown),
        "also": [{"rule": name.text, **shown(other)} for name, other in item.also],
    }


def _next(item: NextStep) -> Data:
    def optional(value: Shown | None) -> Data | None:
        return shown(value) if value is not None else None

    return {
        "kind": item.kind,
        "threshold": shown(item.threshold),
        "inclusive": item.inclusive,
        "gap": shown(item.gap),
        "fact": str(item.at) if item.at is not None else None,
        "now": optional(item.now),
        "then": optional(item.then),
        "more": optional(item.more),
        "before": optional(item.before),
        "after": optional(item.after),
        "gain": optional(item.gain),
    }


def _violation(item: ViolationTold) -> Data:
    return {
        "id": str(item.at),
        "name": item.name.text,
        "message": item.message,
        "clause": item.clause,
        "inputs": [_input(one) for one in item.inputs],
        "steps": [statement(one) for one in item.statements],
    }


@cache
def schema() -> Data:
    """The published JSON Schema of `trace_json`."""
    found: Data = json.loads(files("policydsl.reports").joinpath("trace.schema.json").read_text("utf-8"))
    return found
