"""Owns a comparison of policies as one printable HTML page: complete in itself, opened from a file, without a script."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.compare.effects_told import EffectsTold, RowTold
from policydsl.compare.report import ComparisonTold
from policydsl.compare.told import ChangeTold
from policydsl.core.values import Exact
from policydsl.reports.difference_chart import Bar, gains_chart
from policydsl.reports.sheet import sheet, text


def difference_page(told: ComparisonTold) -> str:
    """The whole page. Everything from policies or facts is escaped."""
    return sheet(told.labels["title"], _body(told), told.lang, ("page.css", "difference.css"))


def _body(told: ComparisonTold) -> Iterator[str]:
    labels, found = told.labels, told.differences
    yield f'<header><h1>{text(labels["title"])}</h1><dl class="about">'
    about = [(labels["old"], found.old), (labels["new"], found.new)]
    if told.effects is not None and told.effects.facts:
        about.append((labels["facts"], told.effects.facts))
    yield from (f"<dt>{text(label)}</dt><dd>{text(words)}</dd>" for label, words in about)
    yield "</dl></header><main>"
    yield f'<p class="big">{text(found.summary)}</p>'
    if told.effects is not None:
        yield from _effects(told, told.effects)
    if found.substance:
        yield f'<section aria-labelledby="changes"><h2 id="changes">{text(labels["changes"])}</h2><ol class="changes">'
        for change in found.substance:
            yield from _change(change, told)
        yield "</ol></section>"
    if any(row.accounts for row in told.effects.rows) if told.effects is not None else False:
        assert told.effects is not None
        yield f'<section class="accounts" aria-labelledby="why"><h2 id="why">{text(labels["why"])}</h2>'
        for row in told.effects.rows:
            if row.accounts:
                yield from _accounts(row, told.effects)
        yield "</section>"
    for name, changes in (("wording", found.wording), ("examples", found.examples)):
        if changes:
            yield f'<section aria-labelledby="{name}"><h2 id="{name}">{text(labels[name])} ({len(changes)})</h2><ol class="changes">'
            for change in changes:
                yield from _change(change, told)
            yield "</ol></section>"
    yield f"</main><footer><p>{text(labels['printed'])}</p></footer>"


def _effects(told: ComparisonTold, effects: EffectsTold) -> Iterator[str]:
    words = effects.labels
    yield f'<section aria-labelledby="effects"><h2 id="effects">{text(effects.title)}</h2>'
    yield from (f"<p>{text(line)}</p>" for line in effects.total)
    bars = [Bar(row.key, row.size, row.gain) for row in effects.rows if row.size]
    if bars:
        title = words["chart"].format(entity=effects.entity)
        yield gains_chart(bars, title)
        yield (
            f'<p class="legend"><i class="gain"></i>{text(words["gains"])}<i class="loss"></i>{text(words["losses"])}'
            f"{'' if len(bars) == len(effects.rows) else ' ' + text(effects.same)}</p>"
        )
    yield '<div class="scroll"><table><thead><tr>'
    yield f'<th scope="col">{text(effects.entity)}</th>'
    yield "".join(f'<th scope="col" class="n">{text(words[name])}</th>' for name in ("before", "after", "gain"))
    yield f'<th scope="col">{text(words["why"])}</th></tr></thead><tbody>'
    for row in effects.rows:
        why = "; ".join(part for part in (row.remark, row.why) if part)
        cells = f'<td class="n">{text(row.before)}</td><td class="n">{text(row.after)}</td>'
        gain = f'<td class="n"><span class="{_sign(row.size)}">{text(row.gain)}</span></td>'
        yield f'<tr><th scope="row">{text(row.key)}</th>{cells}{gain}<td>{text(why)}</td></tr>'
    for title, *sums in effects.sums:
        yield f'<tr class="sum"><th scope="row">{text(title)}</th>'
        yield "".join(f'<td class="n">{text(cell)}</td>' for cell in sums) + "<td></td></tr>"
    yield "</tbody></table></div>"
    yield from (f"<p>{text(line)}</p>" for line in (*effects.singles, effects.together) if line)
    yield "</section>"


def _sign(size: Exact | None) -> str:
    return "plus" if size and size > 0 else "minus" if size and size < 0 else "none"


def _change(change: ChangeTold, told: ComparisonTold) -> Iterator[str]:
    number = str(change.number) if change.number else ""
    clause = f'<span class="cite">〔{text(change.clause)}〕</span>' if change.clause else ""
    fate = f'<span class="fate {change.change.fate}">{text(change.fate)}</span>'
    yield f'<li><span class="number">{number}</span><div><div class="head">{fate}{text(change.kind)} {text(change.name)}{clause}</div>'
    if change.points:
        yield "<ul>"
        for words, binding in change.points:
            yield f"<li{'' if binding else ' class=quiet'}>{text(words)}</li>"
        yield "</ul>"
    if told.effects is not None and change.number in told.effects.alone:
        yield f'<p class="alone">{text(told.effects.alone[change.number])}</p>'
    yield from _written(change, told)
    yield "</div></li>"


def _written(change: ChangeTold, told: ComparisonTold) -> Iterator[str]:
    sides = [(name, words) for name, words in (("before", change.before), ("after", change.after)) if words]
    heading = " / ".join(told.labels[f"written-{name}"] for name, _ in sides)
    yield f'<details class="text"><summary>{text(heading)}</summary><div class="both{" one" if len(sides) == 1 else ""}">'
    for name, words in sides:
        lines = "\n".join(text(line) for line in words.split("\n"))
        yield f"<div><p>{text(told.labels[f'written-{name}'])}</p><pre>{lines}</pre></div>"
    yield "</div></details>"


def _accounts(row: RowTold, effects: EffectsTold) -> Iterator[str]:
    yield f'<h3>{text(row.key)} <span class="{_sign(row.size)}">{text(row.gain)}</span></h3>'
    for account in row.accounts:
        yield f"<h4>{text(account.heading)}</h4><dl>"
        for name, words in (("before", account.before), ("after", account.after)):
            if words:
                yield f"<dt>{text(effects.labels[name])}</dt><dd>{text(words)}</dd>"
        yield "</dl>"
