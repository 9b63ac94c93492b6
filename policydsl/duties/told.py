"""Owns the wording of an agenda, in Chinese and English; any format can lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from policydsl.diagnostics.model import Language
from policydsl.duties.agenda import Agenda, Due, Duty, Fault, Gain, Measure, Short, State, Tally
from policydsl.explain.catalog import WIDE
from policydsl.explain.figures import Figures
from policydsl.explain.notes import reason, step_line
from policydsl.explain.phrases import WORDS as PHRASES
from policydsl.explain.teller import Teller
from policydsl.explain.terms import exact_of
from policydsl.explain.words import catalog_of

MOST_SHORT = 12
"""Rows that fall short and are listed under a task; the rest is counted."""

_ZH = {
    "title": "{key}:{on} 的待办",
    "score": "{total} 项任务:完成 {done} 项,未完成 {left} 项{open}",
    "score_open": ",未定 {open} 项",
    "amount": "目前「{name}」{value}",
    "duties": "任务",
    "done": "已完成",
    "left": "未完成",
    "open": "未定",
    "have": "{have},须{word} {need}{lacking}",
    "lacking": ",还差 {gap}",
    "tally": "{entity}共 {rows} {unit},计入 {counted} {unit}{short}{undecided}",
    "tally_short": ",未达要求 {count} {unit}",
    "tally_open": ",未定 {count} {unit}",
    "not_supplied": "没有提供{entity}表",
    "row": "个",
    "short": "{key}:{faults}",
    "gap": "{name} {value},差 {gap}",
    "over": "{name} {value},超过 {bound}",
    "against": "{name} {value},应{op} {bound}",
    "fact": "{name} {value}",
    "more": "另有 {count} {unit}",
    "undecided": "未定:{keys}",
    "due": "期限 {day}{left}{clause}",
    "days": "(还有 {days} 天)",
    "today": "(今天到期)",
    "overdue": "(已过 {days} 天)",
    "was": "(已到期)",
    "evidence": "佐证:{items}{clause}",
    "who": "负责:{who}",
    "gains": "再进一步",
    "gain": "{name}:{line}{clause}",
    "wanting": "要补的数据",
    "awaited": "等别人决定的",
    "nothing": "没有",
    "no_tasks": "这份政策没有给{entity}任务",
    "comma": ",",
    "list": "、",
}
_EN = {
    "title": "{key}: to do on {on}",
    "score": "{total} tasks: {done} done, {left} left{open}",
    "score_open": ", {open} undecided",
    "amount": "{name} now: {value}",
    "duties": "Tasks",
    "done": "done",
    "left": "to do",
    "open": "undecided",
    "have": "{have}, must be {word} {need}{lacking}",
    "lacking": ", {gap} short",
    "tally": "{rows} of {entity}, {counted} count{short}{undecided}",
    "tally_short": ", {count} fall short",
    "tally_open": ", {count} undecided",
    "not_supplied": "no table of {entity} was supplied",
    "row": "",
    "short": "{key}: {faults}",
    "gap": "{name} {value}, {gap} short",
    "over": "{name} {value}, beyond {bound}",
    "against": "{name} {value}, must be {op} {bound}",
    "fact": "{name} {value}",
    "more": "{count} more",
    "undecided": "undecided: {keys}",
    "due": "due {day}{left}{clause}",
    "days": " ({days} days left)",
    "today": " (today)",
    "overdue": " ({days} days overdue)",
    "was": " (past)",
    "evidence": "proof: {items}{clause}",
    "who": "responsible: {who}",
    "gains": "One step further",
    "gain": "{name}: {line}{clause}",
    "wanting": "Facts to supply",
    "awaited": "Decisions awaited",
    "nothing": "none",
    "no_tasks": "this policy sets no tasks for {entity}",
    "comma": ", ",
    "list": ", ",
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {name: text.translate(WIDE) for name, text in _ZH.items()},
    "en": _EN,
}
OPERATORS: Mapping[Language, Mapping[str, str]] = {
    "zh": {"ge": "不早于", "gt": "晚于", "le": "不晚于", "lt": "早于", "eq": "等于", "ne": "不等于"},
    "en": {
        "ge": "no earlier than",
        "gt": "after",
        "le": "no later than",
        "lt": "before",
        "eq": "equal to",
        "ne": "not",
    },
}


@frozen
class DutyTold:
    """One task in words. `due` says how many days are left; `lines` what there is and what is needed; `short` rows."""

    name: str
    state: State
    word: str
    due: str
    pressing: bool
    lines: tuple[str, ...]
    short: tuple[str, ...]
    notes: tuple[str, ...]


@frozen
class AgendaTold:
    """A whole agenda in words: sections in the order in which they are laid out."""

    policy: str
    title: str
    summary: tuple[str, ...]
    duties_title: str
    duties: tuple[DutyTold, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]


@frozen
class _Voice:
    words: Mapping[str, str]
    teller: Teller

    @property
    def figures(self) -> Figures:
        return self.teller.figures

    def day(self, value: date) -> str:
        """A day, or a moment to the minute."""
        if isinstance(value, datetime):
            return f"{self.figures.day(value)} {value:%H:%M}"
        return self.figures.day(value)


def tell(agenda: Agenda, units: Mapping[str, str], lang: Language) -> AgendaTold:
    """The agenda in words. `units` are the policy's units with their aliases."""
    teller = Teller(Figures(lang, units, agenda.header.currency), catalog_of(lang))
    voice = _Voice(WORDS[lang], teller)
    words = voice.words
    sections = [
        (words["gains"], tuple(_gain(item, voice) for item in agenda.gains)),
        (words["wanting"], tuple(reason(item, teller) for item in agenda.wanting)),
        (words["awaited"], tuple(reason(item, teller) for item in agenda.awaited)),
    ]
    return AgendaTold(
        agenda.header.title,
        words["title"].format(key=agenda.key or voice.figures.name(agenda.entity), on=voice.day(agenda.on)),
        tuple(_summary(agenda, voice)),
        words["duties"],
        tuple(_duty(item, agenda.key, voice) for item in agenda.duties),
        tuple((title, lines) for title, lines in sections if lines),
    )


def _summary(agenda: Agenda, voice: _Voice) -> Iterator[str]:
    words = voice.words
    states = [item.state for item in agenda.duties]
    if states:
        undecided = words["score_open"].format(open=states.count("open")) if "open" in states else ""
        yield words["score"].format(
            total=len(states), done=states.count("done"), left=states.count("left"), open=undecided
        )
    else:
        yield words["no_tasks"].format(entity=voice.figures.name(agenda.entity))
    for name, shown in agenda.amounts:
        yield words["amount"].format(name=voice.figures.name(name), value=voice.figures.show(shown))


def _duty(duty: Duty, key: str, voice: _Voice) -> DutyTold:
    words = voice.words
    notes = []
    for item in duty.evidence:
        clause = voice.teller.cited(item.clause)
        notes.append(words["evidence"].format(items=words["list"].join(item.items), clause=clause))
    if duty.responsible:
        notes.append(words["who"].format(who=duty.responsible))
    lines = [_measure(item, voice) for item in duty.measures]
    short = list[str]()
    for tally in duty.tallies:
        lines.append(_tally(tally, voice))
        if duty.state != "done":
            short.extend(_shorts(tally, voice))
    lines.extend(reason(item, voice.teller) for item in duty.reasons)
    return DutyTold(
        voice.figures.name(duty.name) + (f" {duty.at.key}" if duty.at.key != key else ""),
        duty.state,
        words[duty.state],
        _due(duty.due, duty.state, voice) if duty.due is not None else "",
        duty.state != "done" and duty.due is not None and duty.due.left < 0,
        tuple(lines),
        tuple(short),
        tuple(notes),
    )


def _due(due: Due, state: State, voice: _Voice) -> str:
    words = voice.words
    if state == "done":
        left = ""
    elif due.left > 0:
        left = words["days"].format(days=due.left)
    elif due.left == 0:
        left = words["today"]
    else:
        left = words["overdue"].format(days=-due.left)
    return words["due"].format(day=voice.day(due.last), left=left, clause=voice.teller.cited(due.clause))


def _measure(item: Measure, voice: _Voice) -> str:
    words = voice.words
    lacking = words["lacking"].format(gap=voice.figures.points(item.lacking)) if item.lacking is not None else ""
    lang = voice.figures.lang
    word = item.word if item.word and lang == "zh" else PHRASES[lang].comparators[item.op]
    return words["have"].format(
        have=voice.figures.show(item.have), word=word, need=voice.figures.show(item.need), lacking=lacking
    )


def _tally(item: Tally, voice: _Voice) -> str:
    words, unit = voice.words, _unit(item, voice)
    if not item.supplied:
        return words["not_supplied"].format(entity=voice.figures.name(item.entity))
    short = words["tally_short"].format(count=len(item.short), unit=unit) if item.short else ""
    undecided = words["tally_open"].format(count=len(item.undecided), unit=unit) if item.undecided else ""
    name = voice.figures.name(item.entity)
    return words["tally"].format(
        entity=name, rows=item.rows, counted=item.counted, unit=unit, short=short, undecided=undecided
    )


def _unit(item: Tally, voice: _Voice) -> str:
    return (item.counted_in or voice.words["row"]) if voice.figures.lang == "zh" else ""


def _shorts(item: Tally, voice: _Voice) -> Iterator[str]:
    words = voice.words
    # those that lack least can be mended first
    for row in sorted(item.short, key=_distance)[:MOST_SHORT]:
        yield _short(row, voice)
    if len(item.short) > MOST_SHORT:
        yield words["more"].format(count=len(item.short) - MOST_SHORT, unit=_unit(item, voice)).rstrip()
    if item.undecided:
        keys = words["list"].join(item.undecided[:MOST_SHORT])
        more = len(item.undecided) - MOST_SHORT
        yield words["undecided"].format(keys=keys) + (f" … +{more}" if more > 0 else "")


def _distance(row: Short) -> tuple[int, Fraction]:
    gaps = [exact_of(item.gap) for item in row.faults]
    return len(row.faults), sum((Fraction(gap) for gap in gaps if gap is not None), Fraction(0))


def _short(row: Short, voice: _Voice) -> str:
    if row.faults:
        faults = voice.words["list"].join(_fault(item, voice) for item in row.faults)
    else:
        faults = voice.words["list"].join(voice.teller.plain(item) for item in row.read)
    return voice.words["short"].format(key=row.key, faults=faults)


def _fault(item: Fault, voice: _Voice) -> str:
    words, show = voice.words, voice.figures.show
    name, value = voice.figures.name(item.name), show(item.value)
    if item.bound is None or item.op is None:
        return words["fact"].format(name=name, value=value)
    if item.gap is not None and item.op in ("ge", "gt"):
        return words["gap"].format(name=name, value=value, gap=voice.figures.points(item.gap))
    if item.gap is not None and item.op in ("le", "lt"):
        return words["over"].format(name=name, value=value, bound=show(item.bound))
    return words["against"].format(
        name=name, value=value, op=OPERATORS[voice.figures.lang][item.op], bound=show(item.bound)
    )


def _gain(item: Gain, voice: _Voice) -> str:
    name = voice.figures.name(item.name)
    return voice.words["gain"].format(
        name=name, line=step_line(item.step, voice.teller), clause=voice.teller.cited(item.clause)
    )
