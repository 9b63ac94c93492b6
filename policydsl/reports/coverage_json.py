"""Owns the JSON of coverage, a contract (version 1)."""

from __future__ import annotations

from typing import Any

from policydsl.coverage import Cited, Coverage, HeldFigure
from policydsl.source import Span


def coverage_json(found: Coverage) -> dict[str, Any]:
    """Coverage as plain data.

    `clauses[].state`: covered, no-rules, uncovered, contradicted, unlisted; `cited[].how`: exact, whole, inner. `text` is null
    where no text was given; `text.figures[].explained`: used, no-rules, not. `value` is exact (`"13/12"`), in base units.
    """
    text = found.text
    return {
        "version": 1,
        "policy": {"title": found.title, "id": found.number, "issuer": found.issuer},
        "complete": found.complete,
        "clauses": [
            {
                "id": clause.id,
                "title": clause.title,
                "state": clause.state,
                "reason": clause.reason,
                "cited": [_cited(one) for one in clause.cited],
            }
            for clause in found.clauses
        ],
        "uncited": [
            {"kind": citer.kind, "entity": citer.entity, "name": citer.name, "where": _where(citer.span)}
            for citer in found.uncited
        ],
        "text": None
        if text is None
        else {
            "paragraphs": text.paragraphs,
            "cut": text.cut,
            "places": [
                {"clause": item.clause, "by": item.by, "near": item.near, "where": _where(item.span)}
                for item in text.places
            ],
            "phrases": [
                {
                    "clause": item.clause,
                    "quoted": item.quoted,
                    "by": item.by,
                    "elsewhere": list(item.elsewhere),
                    "where": _where(item.span),
                }
                for item in text.phrases
            ],
            "unlisted": [{"clause": id_, "line": line} for id_, line, _ in text.unlisted],
            "figures": [_figure(item) for item in text.figures],
        },
    }


def _cited(one: Cited) -> dict[str, Any]:
    citer = one.citer
    return {
        "kind": citer.kind,
        "entity": citer.entity,
        "name": citer.name,
        "how": one.how,
        "lent": one.lent,
        "quoted": one.quoted,
        "where": _where(citer.span),
    }


def _figure(item: HeldFigure) -> dict[str, Any]:
    return {
        "clause": item.at,
        "line": item.line,
        "figure": item.figure.raw,
        "value": item.figure.shown,
        "explained": item.explained,
        "by": list(item.by),
    }


def _where(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"file": span.source.name, "line": span.line, "column": span.column}
