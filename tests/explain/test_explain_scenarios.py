"""What a place left to a decision would give under each alternative of the reading that leaves it."""

from __future__ import annotations

import sys
from pathlib import Path

import jsonschema

from policydsl.explain.account import Account, Explanation
from policydsl.explain.ledger import explain
from policydsl.explain.words import tell
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.reports.text import explanation_text
from policydsl.reports.trace_json import schema, trace_json

sys.path.insert(0, str(Path(__file__).parents[1] / "readings"))
from invented_awards import trace


def explained(run: Trace, key: str) -> Explanation:
    def flip(reading: str, option: str, entity: str, row: str) -> Trace:
        return Evaluator(run.program, {**run.readings, reading: option}).run(run.facts, {entity: [row]})

    return explain(run, entity="街道", keys=[key], flip=flip)


def accounts(explanation: Explanation) -> list[Account]:
    found = []
    stack = [account for row in explanation.rows for account in row.accounts]
    while stack:
        item = stack.pop()
        found.append(item)
        stack.extend(item.children)
    return found


def test_a_missed_task_shows_what_each_alternative_would_give() -> None:
    deferred = next(item for item in accounts(explained(trace(), "乙街")) if item.rule.name == "未完成时")
    told = {
        item.option: (item.shown.outcome, {name.text: shown.outcome for name, shown in item.also})
        for item in deferred.scenarios
    }
    assert told == {
        "不予": (0, {"基础": 0, "测算": 8_000}),
        "一半": (50_000, {"基础": 50_000, "测算": 58_000}),
    }


def test_only_what_awaits_a_decision_of_its_own_has_scenarios() -> None:
    assert not [item.rule.name for item in accounts(explained(trace(), "甲街")) if item.scenarios]
    named = {item.rule.name for item in accounts(explained(trace(), "乙街")) if item.scenarios}
    assert named == {"未完成时"}
    assert not [item for item in accounts(explained(trace(未完成时="不予"), "乙街")) if item.scenarios]


def test_in_words_and_in_json() -> None:
    explanation = explained(trace(), "乙街")
    text = "".join(explanation_text(explanation).replace("│", "").split())
    assert "如果「未完成时」按「一半」决定\uff1a「基础」为50,000元\uff0c「测算」为58,000元" in text
    assert "\uff08共同条件\uff09" in text
    data = trace_json(explanation)
    jsonschema.validate(data, schema())
    assert tell(explanation).rows
