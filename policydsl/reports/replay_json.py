"""Owns the JSON of a repetition from a receipt: everything that was checked, and every result and fact that differs."""

from __future__ import annotations

from typing import Any

from policydsl.receipts.replay import Repeated, Replay
from policydsl.receipts.told import ReplayTold


def replay_json(replay: Replay, told: ReplayTold) -> dict[str, Any]:
    """The repetition as plain data."""
    return {
        "version": 1,
        "identical": replay.identical,
        "verdict": told.verdict,
        "receipt": {"whole": replay.whole, "signed": replay.signed, "edited": list(replay.forged)},
        "files": [
            {
                "role": item.record.role,
                "name": item.record.name,
                "state": item.state,
                "found": str(item.path) if item.path is not None else None,
            }
            for item in replay.files
        ],
        "engine": (
            {"same": True}
            if replay.engine is None
            else {"same": False, "then": replay.engine[0], "now": replay.engine[1]}
        ),
        "from_receipt": _repeated(replay.from_receipt),
        "today": _repeated(replay.today) if replay.today is not None else None,
        "facts": [
            {
                "entity": cell.entity,
                "key": cell.key,
                "name": cell.name or None,
                "before": cell.before,
                "after": cell.after,
                "row": cell.rows or None,
            }
            for cell in replay.cells
        ],
        "newer": [
            {
                "id": item.id,
                "title": item.title,
                "file": item.file,
                "how": item.how,
                "since": item.since.isoformat() if item.since is not None else None,
            }
            for item in replay.newer
        ],
        "lines": [{"tone": line.tone, "text": line.text, "closer": list(line.closer)} for line in told.lines],
    }


def _repeated(repeated: Repeated) -> dict[str, Any]:
    return {
        "same": repeated.same,
        "failure": repeated.failure,
        "results": [
            {"entity": item.entity, "key": item.key, "name": item.name, "before": item.before, "after": item.after}
            for item in repeated.differing
        ],
        "violations_differ": repeated.violations,
    }
