"""Owns the cases of a call each with the law that rules it: one file as it is, or a notice of a corpus as it stood on the day of each case."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from policydsl.cli.case import Refused, day_of, evaluated, facts_of, program_of, readings_of
from policydsl.cli.console import grave, show
from policydsl.cli.days import days_of, has_days, open_between, owners
from policydsl.cli.main import FINDINGS, USAGE
from policydsl.diagnostics.model import Diagnostic

if TYPE_CHECKING:
    from policydsl.amend.consolidate import Law
    from policydsl.amend.corpus import Corpus
    from policydsl.amend.rulings import Rulings
    from policydsl.core.facts import Facts
    from policydsl.core.program import Program
    from policydsl.explain.versions import Comparison
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.interpret.trace import Step, Trace


@frozen
class Governed:
    """The rows of a call that one text rules. `rulings` None: a file by itself. `keys` None: every row."""

    evaluator: Evaluator
    trace: Trace
    rulings: Rulings | None = None
    keys: tuple[str, ...] | None = None
    compared: Mapping[str, Comparison] = field(factory=dict)


def is_corpus(options: argparse.Namespace) -> bool:
    """Whether a call names a folder, or files that amend the one it names."""
    return os.path.isdir(options.policy) or bool(getattr(options, "amending", None))


def corpus_of(options: argparse.Namespace) -> Corpus:
    """The corpus that a call names. What is wrong with its files is shown."""
    from policydsl.amend.corpus import load_corpus

    corpus = load_corpus(options.policy, *(getattr(options, "amending", None) or ()))
    show(corpus.findings, stream=sys.stderr)
    if not corpus.notices:
        raise Refused(f"{options.policy} 里没有写了编号的通知。 There is no notice with an id.", FINDINGS)
    return corpus


def governed(options: argparse.Namespace) -> tuple[list[Governed], list[Diagnostic]]:
    """The cases of the call, evaluated, by the text that rules them. Raises Refused. Empty where policy or facts cannot be used."""
    if not is_corpus(options):
        evaluator, trace, findings = evaluated(options)
        return ([Governed(evaluator, trace)] if evaluator is not None and trace is not None else []), findings
    from policydsl.amend.consolidate import NoSuchNotice, consolidate

    on, known = day_of(options.on), day_of(options.known, "--known")
    corpus = corpus_of(options)
    latest = on or known or max(corpus.days(), default=date.max)
    try:
        law = consolidate(corpus, latest, known, _notice(options, corpus))
    except NoSuchNotice as missing:
        raise Refused(f"{missing}\n--notice 编号", USAGE) from None
    if "H_BASIS" not in law.notice.outline.head():
        if on is None:
            raise Refused("请用 --on 写明按哪一天的规定。 Say with --on which day's law.", USAGE)
        if law.standing != "in-force":
            raise Refused(not_in_force(law), FINDINGS)
    return _by_day(options, corpus, law, on, known)


def program_on(options: argparse.Namespace) -> Program | None:
    """The program of a file, or of a notice of a corpus as it stands on the day of --on. Raises Refused."""
    if not is_corpus(options):
        return program_of(options.policy)
    from policydsl.amend.consolidate import NoSuchNotice, consolidate

    on, known = day_of(options.on), day_of(options.known, "--known")
    corpus = corpus_of(options)
    try:
        law = consolidate(corpus, on or max(corpus.days(), default=date.max), known, _notice(options, corpus))
    except NoSuchNotice as missing:
        raise Refused(f"{missing}\n--notice 编号", USAGE) from None
    return _Made(options, corpus, on).program(law)


def _notice(options: argparse.Namespace, corpus: Corpus) -> str | None:
    if options.notice or os.path.isdir(options.policy):
        return options.notice or None
    # the file that the call names, whatever else is given with it
    name = str(Path(options.policy))
    return next((notice.id for notice in corpus.notices.values() if notice.file == name), None)


def not_in_force(law: Law) -> str:
    """Why a notice is not in force on a day, in words."""
    words = {
        "not-yet": f"还没有施行(自 {law.notice.day} 起) is not yet in force",
        "not-known": "那时还没有发布 had not been issued",
        "ended": "不再有效 is no longer in force",
    }
    by = f"({law.ended.notice} 自 {law.ended.since} 起)" if law.ended is not None else ""
    return f"{law.notice.id} 在 {law.on} {words.get(law.standing, '')}{by}。"


# ---------------------------------------------------------------- one text for each day


def _by_day(
    options: argparse.Namespace, corpus: Corpus, law: Law, on: date | None, known: date | None
) -> tuple[list[Governed], list[Diagnostic]]:
    made = _Made(options, corpus, on)
    program = made.program(law)
    if program is None:
        return [], []
    facts, findings = made.facts(law)
    show(findings, stream=sys.stderr)
    if not facts.tables and grave(findings):
        return [], findings
    if not program.header.basis:
        return [made.run(law, None)], findings
    if not has_days(program):
        if on is None and len(made.texts(law, known)) > 1:
            raise Refused(
                f"基准日「{program.header.basis}」不是「{program.header.main}」的,一个案件里不止一天;请用 --on 写明按哪一天的规定。"
                " The day of the case is not one of the main entity; say with --on which day's law.",
                USAGE,
            )
        return [made.run(law, None)], findings
    days = days_of(facts, program, lambda: made.trace(law, None))
    groups: dict[tuple[Any, ...], tuple[Law, list[str], dict[str, Comparison], list[date]]] = {}
    undated: dict[str, Step] = {}
    for key, found in days.items():
        if found.day is None:
            assert found.why is not None
            undated[key] = found.why
            continue
        chosen, comparison = made.chosen(law, key, found.day, known)
        entry = groups.setdefault(chosen.mark, (chosen, [], {}, []))
        entry[1].append(key)
        entry[3].append(found.day)
        if comparison is not None:
            entry[2][key] = comparison
    parts = [made.run(law, None)] if not days else []
    for chosen, keys, compared, dates in groups.values():
        one = len(groups) == 1 and not undated
        part = made.run(chosen, None if one else tuple(keys), compared)
        made.same_days(part, {key: days[key].day for key in keys})
        first, last = min(dates), max(dates)
        if part.rulings is not None:
            part = evolve(part, rulings=evolve(part.rulings, on=first, to=last if last > first else None))
        parts.append(part)
    if undated:
        open_keys = tuple(undated) if groups else None
        part = made.run(law, open_keys)
        others = [made.trace(text, open_keys) for text in made.texts(law, known) if text.mark != law.mark]
        owned = owners(facts, program)
        parts.append(evolve(part, trace=open_between(part.trace, others, undated, owned)))
    return parts, findings


class _Made:
    """Programs, facts and evaluators of the texts of one call, each made once."""

    def __init__(self, options: argparse.Namespace, corpus: Corpus, on: date | None) -> None:
        self.options, self.corpus, self.on = options, corpus, on
        self._programs: dict[tuple[Any, ...], Program | None] = {}
        self._facts: dict[tuple[Any, ...], tuple[Facts, list[Diagnostic]]] = {}
        self._evaluators: dict[tuple[Any, ...], Evaluator] = {}
        self._laws: dict[date, Any] = {}

    def program(self, law: Law) -> Program | None:
        """The program of a text; its errors are shown."""
        from policydsl.pipeline import check_law

        if law.mark not in self._programs:
            result = check_law(self.corpus, law)
            self._programs[law.mark] = result.program
            if result.program is None:
                show(result.errors, stream=sys.stderr)
        return self._programs[law.mark]

    def facts(self, law: Law) -> tuple[Facts, list[Diagnostic]]:
        """The facts, read as a text asks for them."""
        if law.mark not in self._facts:
            program = self.program(law)
            assert program is not None
            self._facts[law.mark] = facts_of(program, self.options.facts)
        return self._facts[law.mark]

    def evaluator(self, law: Law) -> Evaluator:
        """What evaluates a text. Raises Refused."""
        from policydsl.interpret.evaluate import Evaluator, UnknownReading

        if law.mark not in self._evaluators:
            program = self.program(law)
            if program is None:
                raise Refused("合在一起的文本不能用,见上。 The consolidated text has errors, see above.", FINDINGS)
            try:
                self._evaluators[law.mark] = Evaluator(program, readings_of(self.options.reading), self.on)
            except UnknownReading as unknown:
                raise Refused(str(unknown), USAGE) from None
        return self._evaluators[law.mark]

    def trace(self, law: Law, keys: tuple[str, ...] | None) -> Trace:
        """The rows of a text evaluated. Raises Refused."""
        from policydsl.interpret.budget import ResourceError

        evaluator = self.evaluator(law)
        facts, _ = self.facts(law)
        try:
            return evaluator.run(facts, {evaluator.program.header.main: keys} if keys is not None else None)
        except ResourceError as exhausted:
            raise Refused(str(exhausted), FINDINGS) from None

    def run(self, law: Law, keys: tuple[str, ...] | None, compared: Mapping[str, Comparison] | None = None) -> Governed:
        """The rows that a text rules."""
        return Governed(self.evaluator(law), self.trace(law, keys), law.rulings, keys, compared or {})

    def texts(self, law: Law, known: date | None) -> list[Law]:
        """Every text that a notice has had, has and will have, each once."""
        from policydsl.amend.consolidate import consolidate

        found: dict[tuple[Any, ...], Law] = {law.mark: law}
        for day in (date.min, *self.corpus.days()):
            other = consolidate(self.corpus, day, known, law.notice.id)
            found.setdefault(other.mark, other)
        return list(found.values())

    def same_days(self, part: Governed, days: Mapping[str, date | None]) -> None:
        """Raise Refused where the text that rules a case says another day of it than the one by which it was chosen."""
        main, basis = part.trace.program.header.main, part.trace.program.header.basis
        if (main, basis) not in part.trace.program.rule_index:
            return
        for key, day in days.items():
            if part.trace.outcome(main, key, basis) != day:
                raise Refused(
                    f"「{basis}」本身被修订改了,案件「{key}」不知道按哪一天的规定;请用 --on 写明。"
                    f" {basis} is itself amended; say with --on which day's law.",
                    USAGE,
                )

    def chosen(self, law: Law, key: str, day: date, known: date | None) -> tuple[Law, Comparison | None]:
        """The text that rules a case of a day, and what it was chosen by where the better one counts (从优)."""
        from policydsl.amend.consolidate import alternatives
        from policydsl.explain.names import Name, Shown, exact_of
        from policydsl.explain.versions import Comparison

        if day not in self._laws:
            self._laws[day] = alternatives(self.corpus, day, known, law.notice.id)
        options = self._laws[day]
        if len(options) == 1:
            return options[0][0], None
        shown: list[tuple[str, Shown]] = []
        values: list[Any] = []
        wanted = options[-1][1]
        name = wanted.path[-1].text if wanted is not None else ""
        alias = ""
        for at, (one, _) in enumerate(options):
            trace = self.trace(one, (key,))
            program = trace.program
            rule = next(
                (item for item in program.rules_of(program.header.main) if name in (item.name, item.alias)), None
            )
            if rule is None:
                raise Refused(
                    f"从优比较的「{name}」不是{program.header.main}的规则。 No such rule to compare.", FINDINGS
                )
            alias = rule.alias
            outcome = trace.step(program.header.main, key, rule.name).outcome
            notices = [id_ for id_ in one.amended_by if at and id_ not in options[at - 1][0].amended_by]
            shown.append(("、".join(notices), Shown(outcome, rule.type, rule.measure)))
            values.append(exact_of(shown[-1][1]))
        # a later law counts only where it is known to be better
        taken = 0
        for at, value in enumerate(values):
            if value is not None and values[taken] is not None and value > values[taken]:
                taken = at
        return options[taken][0], Comparison(Name(name, alias), tuple(shown), taken)
