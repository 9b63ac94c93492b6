"""Owns the JSON of results, a contract: {"policy": …, "results": {ENTITY: {KEY: {RULE: {status, value, unit, reasons}}}}}."""

from __future__ import annotations

import json
from typing import Any

from policydsl.core.values import decimal_text
from policydsl.diagnostics.model import Language
from policydsl.explain import Results
from policydsl.explain.results import Cell, results
from policydsl.interpret.trace import Trace


def results_json(trace: Trace, lang: Language | None = None) -> dict[str, Any]:
    """The results of a run as plain data.

    Numbers are exact strings (`"1.25"`, `"13/12"` where no finite decimal exists) in `unit`, booleans are booleans, text and
    dates (ISO) strings, lists lists. A singleton has the key `""`. `value` is null where `status` is not "value", where a rule
    does not apply (then `reasons` says why) and for none. A total over rows also says of how many rows it is and how many are computed
    (`rows`), and what these sum to (`partial`, which is a total only where `status` is "value"). `reasons` are in the policy's language unless `lang` says other.
    """
    return results_data(results(trace, lang))


def results_data(table: Results) -> dict[str, Any]:
    """The same from a table of results."""
    return {
        "policy": policy_data(table),
        "violations": [{"constraint": where, "reason": text} for where, text in table.violations],
        "results": {
            sheet.entity: {
                key: {column.name: _cell(cell) for column, cell in zip(sheet.columns, cells, strict=True)}
                for key, cells in sheet.rows
            }
            for sheet in table.sheets
        },
    }


def policy_data(table: Results) -> dict[str, Any]:
    """What the notice says of itself, and the readings that were in force."""
    header = table.header
    return {
        "title": header.title,
        "id": header.id,
        "issuer": header.issuer,
        "published": header.published.isoformat() if header.published is not None else None,
        "readings": dict(table.readings),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    data: dict[str, Any] = {
        "status": cell.status,
        "value": cell.value,
        "unit": cell.unit,
        "reasons": list(cell.reasons),
    }
    extent = cell.extent
    if extent is not None:
        data["rows"] = {
            "total": extent.rows,
            "computed": extent.computed,
            "pending": extent.pending,
            "unknown": extent.unknown,
            "invalid": extent.invalid,
            "inapplicable": extent.inapplicable,
        }
        data["partial"] = decimal_text(extent.partial) if extent.partial is not None else None
    return data


def dump(data: dict[str, Any]) -> str:
    """Plain data as JSON text, readable and always the same for the same data."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
