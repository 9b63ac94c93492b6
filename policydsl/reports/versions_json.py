"""Owns the JSON of versions: which notice made a rule what it is, what was passed over, what is no longer in force."""

from __future__ import annotations

from typing import Any

from policydsl.amend.rulings import Act, Passed, Ruling, Rulings

Data = dict[str, Any]


def law_json(law: Rulings) -> Data:
    """The text that was applied, and what is no longer in it."""
    return {
        "notice": law.notice,
        "title": law.title,
        "on": law.on.isoformat(),
        "to": law.to.isoformat() if law.to is not None else None,
        "known": law.known.isoformat() if law.known is not None else None,
        "amended_by": list(law.amended_by),
        "gone": [version_json(ruling) for ruling in law.of.values() if ruling.gone],
    }


def version_json(ruling: Ruling) -> Data:
    """How one declaration came to be what it is."""
    return {
        "word": ruling.word.lower(),
        "name": ruling.name,
        "notice": ruling.notice,
        "title": ruling.title,
        "clause": ruling.clause,
        "ruled_by": ruling.by,
        "gone": ruling.gone,
        "acts": [_act(act) for act in ruling.acts],
        "passed": [_passed(item) for item in ruling.passed],
    }


def _act(act: Act) -> Data:
    return {
        "notice": act.notice,
        "title": act.title,
        "clause": act.clause,
        "deed": act.deed.lower(),
        "address": act.address,
        "since": act.since.isoformat(),
        "before": act.before,
        "after": act.after,
        "file": act.span.source.name if act.span is not None else None,
        "line": act.span.line if act.span is not None else None,
        "retroactive": act.retroactive,
    }


def _passed(item: Passed) -> Data:
    return {"act": _act(item.act), "why": item.why, "by": item.by}
