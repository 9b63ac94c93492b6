"""Owns the wording of a comparison of readings, in Chinese and English; any format can lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve, frozen

from policydsl.core.values import exact
from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import WIDE
from policydsl.explain.figures import Figures
from policydsl.explain.terms import Name, Shown, exact_of
from policydsl.readings.flips import Alternative, Change, Comparison, Effects, RowEffect, Subtotal

_ZH = {
    "intro": "每次只换一种读法,其余照旧;影响大的在前。{now}",
    "now": "现在{subtotal}。",
    "whole": "{rows} 行的「{name}」合计 {value}",
    "part": "{rows} 行中 {computed} 行算出「{name}」,小计 {value}(不是合计)",
    "blocked": "「{name}」还没有算出的行:{keys}。读法对这几行的影响,只比较已算得出的部分。",
    "in_force": "现采用「{option}」{reason}{clause}",
    "because": ",理由:{reason}",
    "other": "改用「{option}」{reason}",
    "to": "「{name}」合计 {before} → {after}{gain}",
    "to_part": "已算出的「{name}」小计 {before} → {after}{gain}",
    "to_rows": "算出「{name}」的由 {one} 行变为 {two} 行,小计 {before} → {after}",
    "same": "「{name}」合计不变",
    "gain": "(多 {gain})",
    "loss": "(少 {gain})",
    "change": "{name} {before} → {after}{gain}",
    "by": ",由 {parts}",
    "verdict": "{name} {before} → {after}",
    "below": "{rows} {unit}{entity}的{name} {before} → {after}",
    "row": "行",
    "idle": "在这些事实上不改变任何金额和达标",
    "wanting": "比较不了:缺少 {facts}",
    "table": "{entity}(整张表)",
    "idle_but": "在这些事实上不改变任何金额和达标,只改变 {others}",
    "overturned": "已作的决定 {decisions} 超出了改后的界限,比较时略去",
    "idle_title": "在这些事实上换哪一种都不改变金额和达标的读法",
    "none": "这份政策没有读法",
    "list": "、",
    "also": ";",
    "of": "{key}的「{name}」",
}
_EN = {
    "intro": "One reading is flipped at a time, all else as it is; the greatest effect first. {now}",
    "now": "Now {subtotal}.",
    "whole": "{name} of {rows} rows totals {value}",
    "part": "{name} is computed for {computed} of {rows} rows, {value} so far (no total)",
    "blocked": "Rows without {name} yet: {keys}. Of these, only what can be computed is compared.",
    "in_force": "In force: 「{option}」{reason}{clause}",
    "because": ", because: {reason}",
    "other": "With 「{option}」{reason}",
    "to": "total {name} {before} → {after}{gain}",
    "to_part": "{name} computed so far {before} → {after}{gain}",
    "to_rows": "rows with {name} {one} → {two}, {before} → {after} so far",
    "same": "total {name} stays",
    "gain": " ({gain} more)",
    "loss": " ({gain} less)",
    "change": "{name} {before} → {after}{gain}",
    "by": ", by {parts}",
    "verdict": "{name} {before} → {after}",
    "below": "{name} of {rows} {entity} {before} → {after}",
    "row": "",
    "idle": "changes no amount and no verdict on these facts",
    "wanting": "cannot be compared: {facts} missing",
    "table": "{entity} (the table)",
    "idle_but": "changes no amount and no verdict on these facts, only {others}",
    "overturned": "decisions already taken, {decisions}, are beyond the new bounds and are left out",
    "idle_title": "Readings that change no amount and no verdict on these facts, whichever is taken",
    "none": "this policy has no readings",
    "list": ", ",
    "also": "; ",
    "of": "{name} of {key}",
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {name: text.translate(WIDE) for name, text in _ZH.items()},
    "en": _EN,
}


@frozen
class AlternativeTold:
    """What one alternative would change: its summary, a line per row as (row, text), remarks."""

    heading: str
    summary: str
    rows: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]


@frozen
class ReadingTold:
    """One reading: its name, what is in force and why, and its other alternatives."""

    name: str
    in_force: str
    alternatives: tuple[AlternativeTold, ...]


@frozen
class ComparisonTold:
    """A whole comparison in words. `idle`: readings that change nothing, under `idle_title`."""

    title: str
    intro: tuple[str, ...]
    readings: tuple[ReadingTold, ...]
    idle_title: str
    idle: tuple[ReadingTold, ...]


@frozen
class _Voice:
    words: Mapping[str, str]
    figures: Figures

    def show(self, shown: Shown) -> str:
        return self.figures.show(shown, exactly=False)

    def name(self, name: Name) -> str:
        return self.figures.name(name)

    def gain(self, difference: Shown | None) -> str:
        amount = exact_of(difference)
        if difference is None or amount is None or amount == 0:
            return ""
        size = self.show(evolve(difference, outcome=exact(abs(Fraction(amount)))))
        return self.words["gain" if amount > 0 else "loss"].format(gain=size)


def tell(comparison: Comparison, lang: Language | None = None) -> ComparisonTold:
    """The comparison in words, by default in the language of the policy."""
    program = comparison.program
    language = lang if lang is not None else program.language
    voice = _Voice(WORDS[language], Figures(language, program.units, program.header.currency))
    told = [_reading(item, comparison, voice) for item in comparison.readings]
    idle = [item.idle for item in comparison.readings]
    return ComparisonTold(
        program.header.title,
        tuple(_intro(comparison, voice)),
        tuple(item for item, still in zip(told, idle, strict=True) if not still),
        voice.words["idle_title"],
        tuple(item for item, still in zip(told, idle, strict=True) if still),
    )


def _intro(comparison: Comparison, voice: _Voice) -> Iterator[str]:
    if not comparison.readings:
        yield voice.words["none"]
        return
    now = ""
    if comparison.leading is not None and comparison.now is not None:
        now = voice.words["now"].format(subtotal=_subtotal(comparison.now, comparison, voice))
    yield voice.words["intro"].format(now=now).strip()
    if comparison.blocked and comparison.leading is not None:
        keys = voice.words["list"].join(comparison.blocked)
        yield voice.words["blocked"].format(name=_leading(comparison, voice), keys=keys)


def _leading(comparison: Comparison, voice: _Voice) -> str:
    rule = comparison.leading
    return voice.name(Name(rule.name, rule.alias)) if rule is not None else ""


def _subtotal(item: Subtotal, comparison: Comparison, voice: _Voice) -> str:
    phrase = voice.words["whole" if item.computed == item.rows else "part"]
    return phrase.format(
        name=_leading(comparison, voice), rows=item.rows, computed=item.computed, value=voice.show(item.value)
    )


def _reading(item: Effects, comparison: Comparison, voice: _Voice) -> ReadingTold:
    reading, words = item.reading, voice.words
    because = words["because"].format(reason=item.in_force.reason) if item.in_force.reason else ""
    clause = f"〔{reading.clause}〕" if reading.clause else ""
    return ReadingTold(
        voice.name(Name(reading.name, reading.alias)) + (f" {reading.alias}" if voice.figures.lang == "zh" else ""),
        words["in_force"].format(option=item.in_force.name, reason=because, clause=clause),
        tuple(_alternative(other, comparison, voice) for other in item.alternatives),
    )


def _alternative(item: Alternative, comparison: Comparison, voice: _Voice) -> AlternativeTold:
    words = voice.words
    because = words["because"].format(reason=item.option.reason) if item.option.reason else ""
    remarks = []
    if item.overturned:
        decisions = [words["of"].format(key=at.key, name=at.name) if at.key else at.name for at in item.overturned]
        remarks.append(words["overturned"].format(decisions=words["list"].join(decisions)))
    return AlternativeTold(
        words["other"].format(option=item.option.name, reason=because),
        _summary(item, comparison, voice),
        tuple(
            (row.key or voice.name(row.entity), _row(row, voice))
            for row in (*item.rows, *item.totals)
            if (row.money or row.verdicts or row.below) and not item.wanting
        ),
        tuple(remarks),
    )


def _summary(item: Alternative, comparison: Comparison, voice: _Voice) -> str:
    words = voice.words
    if item.wanting:
        facts = dict.fromkeys(
            words["of"].format(key=cause.entity, name=cause.name)
            if cause.name and cause.name != cause.entity
            else words["table"].format(entity=cause.entity)
            for cause in item.wanting
        )
        return words["wanting"].format(facts=words["list"].join(facts))
    if item.idle:
        others = dict.fromkeys(voice.name(name) for row in item.rows for name in row.others)
        return words["idle_but"].format(others=words["list"].join(others)) if others else words["idle"]
    now, after = comparison.now, item.after
    if now is None or after is None:
        return ""
    one, two = exact_of(now.value), exact_of(after.value)
    assert one is not None and two is not None
    name = _leading(comparison, voice)
    same_rows = now.computed == after.computed
    if one == two and same_rows:
        return words["same"].format(name=name)
    phrase = words["to_rows" if not same_rows else "to" if now.computed == now.rows else "to_part"]
    gain = voice.gain(evolve(now.value, outcome=exact(Fraction(two) - one)))
    before, then = voice.show(now.value), voice.show(after.value)
    return phrase.format(name=name, one=now.computed, two=after.computed, before=before, after=then, gain=gain)


def _row(row: RowEffect, voice: _Voice) -> str:
    words = voice.words
    parts = []
    tops = [change for change in row.money if change.top]
    if len(tops) == 1:
        leaves = [_change(change, voice) for change in row.money if change.leaf and not change.top]
        by = words["by"].format(parts=words["list"].join(leaves)) if leaves else ""
        parts.append(_change(tops[0], voice) + by)
    else:
        # nothing that rests on all of them differs: each stands for itself
        parts.extend(_change(change, voice) for change in tops)
    parts.extend(
        words["verdict"].format(
            name=voice.name(change.name), before=voice.show(change.before), after=voice.show(change.after)
        )
        for change in row.verdicts
    )
    parts.extend(
        words["below"].format(
            rows=item.rows,
            unit=item.counted_in or words["row"],
            entity=voice.name(item.entity),
            name=voice.name(item.name),
            before=voice.show(item.before),
            after=voice.show(item.after),
        )
        for item in row.below
    )
    return words["also"].join(parts)


def _change(change: Change, voice: _Voice) -> str:
    return voice.words["change"].format(
        name=voice.name(change.name),
        before=voice.show(change.before),
        after=voice.show(change.after),
        gain=voice.gain(change.difference),
    )
