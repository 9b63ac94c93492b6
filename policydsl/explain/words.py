"""Owns the way from an explanation to its telling: every account worded in one language, each told once."""

from __future__ import annotations

import re
from collections import deque

from attrs import evolve

from policydsl.core.program import Program
from policydsl.core.types import DATE
from policydsl.core.values import Status, status_of
from policydsl.diagnostics.model import Language
from policydsl.explain.account import Account, Explanation, RowAccount, ViolationTold
from policydsl.explain.choices_told import banding_then
from policydsl.explain.figures import Figures
from policydsl.explain.languages import catalog_of as catalog_of
from policydsl.explain.names import Shown
from policydsl.explain.notes import input_line, next_lines, reading_line, reason
from policydsl.explain.reasons import Reason
from policydsl.explain.sentences import passage
from policydsl.explain.statements import Banding, Calculation, Statement
from policydsl.explain.teller import Teller
from policydsl.explain.telling import Entry, Passage, RowTelling, Telling
from policydsl.explain.versions import comparison_line, law_lines, ruling_lines

DEEPEST = 8
"""Accounts nested deeper than this are told after the one they belong to, so that lines stay readable."""

_DUE = re.compile(r"^(期限|due)\s*|\s+(依据|per|by)\s.*$")
ABOUT = {
    "zh": ("编号", "发布", "发布日期", "事实文件"),
    "en": ("Number", "Issued by", "Published", "Facts from"),
}


def teller_of(explanation: Explanation) -> Teller:
    """What words an explanation in its language."""
    figures = Figures(explanation.lang, dict(explanation.units), explanation.header.currency)
    return Teller(figures, catalog_of(explanation.lang))


def teller_for(program: Program, lang: Language) -> Teller:
    """What words anything about a program in a language."""
    return Teller(Figures(lang, dict(program.units), program.header.currency), catalog_of(lang))


def tell(explanation: Explanation) -> Telling:
    """The explanation in words, in the language it asks for."""
    teller, header = teller_of(explanation), explanation.header
    labels = ABOUT[explanation.lang]
    published = header.published.isoformat() if header.published is not None else ""
    sources = teller.catalog.list_mark.join(explanation.sources)
    about = zip(labels, (header.id, header.issuer, published, sources), strict=True)
    law = law_lines(explanation.law, teller) if explanation.law is not None else ()
    return Telling(
        explanation.lang,
        header.title,
        (*((label, text) for label, text in about if text), *law),
        tuple(reading_line(use, teller) for use in explanation.readings),
        tuple(_row(row, teller) for row in explanation.rows),
        teller.catalog.labels,
    )


def _row(row: RowAccount, teller: Teller) -> RowTelling:
    """The accounts of a row, each told where it is first needed; those nested too deep follow after the others."""
    told: set[str] = set()
    waiting = deque(row.accounts)
    entries = []
    while waiting:
        item = waiting.popleft()
        if str(item.at) not in told:
            entries.append(_entry(item, teller, told, waiting, 0))
    entity = teller.figures.name(row.entity)
    identity = f"{row.entity.text}[{row.key}]" if row.key else row.entity.text
    title = (row.key if row.named else f"{entity} {row.key}") if row.key else entity
    if row.comparison is not None and entries:
        entries[0] = evolve(entries[0], notes=(comparison_line(row.comparison, teller), *entries[0].notes))
    violations = tuple(_violation(item, teller) for item in row.violations)
    return RowTelling(identity, entity, not row.key, title, tuple(entries), violations)


def _entry(account: Account, teller: Teller, told: set[str], waiting: deque[Account], depth: int) -> Entry:
    own = evolve(teller, task=account.shown.role == "task")
    identity = str(account.at)
    heading = heading_of(account, own)
    if identity in told:
        return evolve(heading, again="before")
    if depth > DEEPEST:
        waiting.append(account)
        return evolve(heading, again="after")
    told.add(identity)
    return evolve(
        heading,
        passages=_passages(account.statements, own),
        inputs=tuple(input_line(item, own) for item in account.inputs),
        reasons=tuple(reason(item, own) for item in _own_reasons(account, depth)),
        nexts=next_lines(account, own),
        notes=_notes(account, own),
        children=tuple(_entry(child, teller, told, waiting, depth + 1) for child in account.children),
    )


def _notes(account: Account, teller: Teller) -> tuple[str, ...]:
    versions = tuple(
        line
        for ruling in account.rulings
        for line in ruling_lines(ruling, ruling.name == account.rule.name and ruling.word != "TABLE", teller)
    )
    catalog = teller.catalog
    errata = tuple(
        catalog.erratum.format(
            clause=teller.cited(item.clause),
            printed=item.printed,
            meant=item.meant,
            reason=catalog.why.format(reason=item.reason) if item.reason else "",
        )
        for item in account.rule.errata
    )
    return (*_of_task(account, teller), *versions, *errata)


def _of_task(account: Account, teller: Teller) -> tuple[str, ...]:
    task, catalog = account.rule.task, teller.catalog
    if task is None:
        return ()
    lines = [
        catalog.evidence.format(items=catalog.list_mark.join(item.items), clause=teller.cited(item.clause))
        for item in task.evidence
    ]
    # what is written ends in its citation (期限 2025年8月31日 前(含当日) 依据 八(一)5): the keyword is the layout's
    written = _DUE.sub("", task.due_text).strip()
    due = written or (teller.figures.outcome(task.due, DATE) if task.due is not None else "")
    beside = [catalog.due.format(due=due)] if due else []
    if task.responsible:
        beside.append(catalog.responsible.format(who=task.responsible))
    return (*lines, catalog.semicolon.join(beside)) if beside else tuple(lines)


def _own_reasons(account: Account, depth: int) -> tuple[Reason, ...]:
    """Reasons are told at the top and where they arise, not at every rule between."""
    if depth == 0:
        return account.reasons
    below = {item.cause for child in account.children for item in child.reasons}
    return tuple(item for item in account.reasons if item.cause not in below)


def heading_of(account: Account, teller: Teller) -> Entry:
    """The name, value, status and citation of an account."""
    clause = teller.catalog.list_mark.join(account.clauses)
    status = state_of(account.shown)
    figures, shown = teller.figures, account.shown
    short = figures.show(shown, exactly=False) if figures.is_money(shown.type) else ""
    return Entry(str(account.at), figures.name(account.name), figures.amount(shown), status, clause, amount=short)


def state_of(shown: Shown) -> Status:
    """The status of a value that is shown."""
    return status_of(shown.outcome) if shown.outcome is not None else "unknown"


def _passages(statements: tuple[Statement, ...], teller: Teller) -> tuple[Passage, ...]:
    told = []
    index = 0
    while index < len(statements):
        item = statements[index]
        after = statements[index + 1] if index + 1 < len(statements) else None
        if isinstance(item, Banding) and isinstance(after, Calculation) and (item.value or item.taken is None):
            told.append(banding_then(item, after, teller))
            index += 2
        else:
            told.append(passage(item, teller))
            index += 1
    return tuple(told)


def _violation(item: ViolationTold, teller: Teller) -> Entry:
    passages = _passages(item.statements, teller)
    if item.message:
        passages = (Passage(item.message), *passages)
    return Entry(
        str(item.at),
        teller.figures.name(item.name),
        teller.figures.status("invalid"),
        "invalid",
        item.clause,
        passages,
        tuple(input_line(line, teller) for line in item.inputs),
    )
