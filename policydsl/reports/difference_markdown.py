"""Owns a comparison of policies as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.compare.effects_told import EffectsTold
from policydsl.compare.report import ComparisonTold
from policydsl.compare.told import ChangeTold
from policydsl.reports.markdown import escape


def difference_markdown(told: ComparisonTold) -> str:
    """The comparison as CommonMark with tables."""
    return "\n".join(_lines(told)).rstrip() + "\n"


def _lines(told: ComparisonTold) -> Iterator[str]:
    labels, found = told.labels, told.differences
    yield f"# {escape(labels['title'])}"
    yield ""
    yield f"- {escape(labels['old'])}: {escape(found.old)}"
    yield f"- {escape(labels['new'])}: {escape(found.new)}"
    if told.effects is not None and told.effects.facts:
        yield f"- {escape(labels['facts'])}: {escape(told.effects.facts)}"
    yield ""
    yield escape(found.summary)
    if told.effects is not None:
        yield from _effects(told.effects)
    for title, changes in (
        (labels["changes"], found.substance),
        (labels["wording"], found.wording),
        (labels["examples"], found.examples),
    ):
        if changes:
            yield ""
            yield f"## {escape(title)}"
            yield ""
            for change in changes:
                yield from _change(change)
                if told.effects is not None and change.number in told.effects.alone:
                    yield f"   - *{escape(told.effects.alone[change.number])}*"


def _effects(effects: EffectsTold) -> Iterator[str]:
    words = effects.labels
    yield ""
    yield f"## {escape(effects.title)}"
    yield ""
    heads = (effects.entity, words["before"], words["after"], words["gain"], words["why"])
    yield "| " + " | ".join(escape(head) for head in heads) + " |"
    yield "|:---|---:|---:|---:|:---|"
    for row in effects.rows:
        why = "; ".join(part for part in (row.remark, row.why) if part)
        yield "| " + " | ".join(escape(text) for text in (row.key, row.before, row.after, row.gain, why)) + " |"
    for line in effects.sums:
        yield "| " + " | ".join(f"**{escape(text)}**" if text else "" for text in line) + " | |"
    yield ""
    yield from (f"- {escape(line)}" for line in (*effects.total, *effects.singles, effects.together) if line)
    for row in effects.rows:
        if row.accounts:
            yield ""
            yield f"### {escape(row.key)} {escape(row.gain)}"
            yield ""
            for account in row.accounts:
                yield f"- {escape(account.heading)}"
                for word, text in (("before", account.before), ("after", account.after)):
                    if text:
                        yield f"  - {escape(words[word])}: {escape(text)}"


def _change(change: ChangeTold) -> Iterator[str]:
    number = f"{change.number}. " if change.number else "- "
    clause = f" 〔{escape(change.clause)}〕" if change.clause else ""
    yield f"{number}**{escape(change.fate)} {escape(change.kind)} {escape(change.name)}**{clause}"
    pad = " " * len(number)
    yield from (f"{pad}- {escape(text)}" for text, _ in change.points)
