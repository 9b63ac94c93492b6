"""Owns the explanation as one printable HTML page: complete in itself, opened from a file, without a script."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.explain import Explanation, tell
from policydsl.explain.catalog import Labels
from policydsl.explain.telling import Alternative, Entry, Group, InputLine, Passage, RowTelling, Telling
from policydsl.reports.contents import SUMMARY_DEPTH, contents, told
from policydsl.reports.sheet import sheet, text


def explanation_page(explanation: Explanation) -> str:
    """The whole page. Everything from a policy or its facts is escaped; details are open, so that print shows them all."""
    telling = tell(explanation)
    return sheet(telling.title, _body(telling), telling.lang)


def _body(telling: Telling) -> Iterator[str]:
    labels = telling.labels
    yield f"<header><h1>{text(telling.title)}</h1>"
    if telling.about:
        yield '<dl class="about">'
        yield from (f"<dt>{text(label)}</dt><dd>{text(words)}</dd>" for label, words in telling.about)
        yield "</dl>"
    yield "</header>"
    yield "<main>"
    if len(telling.rows) > 1:
        yield from contents(telling.rows, labels)
    if telling.readings:
        yield f'<section aria-labelledby="readings"><h2 id="readings">{text(labels.readings)}</h2><ul class="readings">'
        yield from (f"<li>{text(words)}</li>" for words in telling.readings)
        yield "</ul></section>"
    for index, row in enumerate(telling.rows):
        # on paper, what the policy is about and the totals begin a page each; rows beside them follow one another
        yield from _row(row, index, labels, page=row.single or row.entity == telling.rows[0].entity)
    yield "</main>"
    yield f"<footer><p>{text(labels.printed)}</p></footer>"


def _row(row: RowTelling, index: int, labels: Labels, page: bool) -> Iterator[str]:
    kind = "page" if page else "beside"
    yield f'<section class="{kind}" aria-labelledby="r{index}"><h2 id="r{index}">{text(row.title)}</h2>'
    yield '<div class="scroll"><table>'
    yield (
        f'<thead><tr><th scope="col">{text(labels.rule)}</th><th scope="col" class="n">{text(labels.value)}</th>'
        f'<th scope="col">{text(labels.clause)}</th></tr></thead><tbody>'
    )
    for number, (entry, depth) in enumerate(told(row.entries)):
        if depth > SUMMARY_DEPTH:
            continue
        lead = ' class="lead"' if number == 0 else ""
        pad = f' style="padding-left:{0.6 + 1.1 * depth:.1f}rem"' if depth else ""
        yield (
            f'<tr{lead}><th scope="row"{pad}>{text(entry.name)}</th><td class="n">{_value(entry)}</td>'
            f'<td class="c">{text(entry.clause)}</td></tr>'
        )
    yield "</tbody></table></div>"
    if row.violations:
        yield f"<h3>{text(labels.violations)}</h3>"
        for entry in row.violations:
            yield from _entry(entry, labels, 0)
    for entry in row.entries:
        yield from _entry(entry, labels, 0)
    yield "</section>"


def _value(entry: Entry) -> str:
    words = text(entry.value)
    return words if entry.status == "value" else f'<span class="state">{words}</span>'


def _entry(entry: Entry, labels: Labels, depth: int) -> Iterator[str]:
    clause = f'<span class="clause">〔{text(entry.clause)}〕</span>' if entry.clause else ""
    if entry.again:
        where = labels.again if entry.again == "before" else labels.later
        yield f'<p class="again">{text(entry.name)} {_value(entry)} · {text(where)}</p>'
        return
    top = " top" if depth == 0 else ""
    yield f'<details class="rule{top}" open data-id="{text(entry.id)}"><summary><span class="name">{text(entry.name)}</span>'
    yield f'<span class="value">{_value(entry)}</span>{clause}</summary><div class="body">'
    for passage in entry.passages:
        yield from _passage(passage, labels)
    for line in entry.notes:
        yield f'<p class="inputs">{text(line)}</p>'
    for line in entry.reasons:
        yield f'<p class="reason">{text(line)}</p>'
    for line in entry.nexts:
        yield f'<p class="next">{text(line)}</p>'
    if entry.inputs:
        yield (
            f'<p class="inputs"><b>{text(labels.inputs)}</b> '
            + " \N{MIDDLE DOT} ".join(map(_input, entry.inputs))
            + "</p>"
        )
    for child in entry.children:
        yield from _entry(child, labels, depth + 1)
    yield "</div></details>"


def _input(item: InputLine) -> str:
    beside = "; ".join(text(part) for part in (item.place, item.note) if part)
    words = f"{text(item.name)} {text(item.value)}"
    words = f'<span class="wanting">{words}</span>' if item.wanting else words
    return f"{words} ({beside})" if beside else words


def _passage(passage: Passage, labels: Labels) -> Iterator[str]:
    yield f"<p>{text(passage.text)}</p>"
    if passage.group is not None:
        yield from _group(passage.group, labels)


def _group(group: Group, labels: Labels) -> Iterator[str]:
    values = any(item.value for item in group.items)
    yield f'<table class="rows"><caption>{text(group.title)}</caption><thead><tr><th scope="col">{text(labels.item)}</th>'
    yield (
        f'<th scope="col" class="n">{text(labels.value)}</th>' if values else ""
    ) + f'<th scope="col">{text(labels.why)}</th>'
    yield "</tr></thead><tbody>"
    yield from (_alternative(item, values) for item in group.items)
    if group.more:
        yield f'<tr><td colspan="{3 if values else 2}">{text(group.more)}</td></tr>'
    yield "</tbody></table>"


def _alternative(item: Alternative, values: bool) -> str:
    taken = ' class="taken"' if item.taken else ""
    value = f'<td class="n">{text(item.value)}</td>' if values else ""
    return f'<tr{taken}><th scope="row">{text(item.label)}</th>{value}<td>{text(item.fate)}</td></tr>'
