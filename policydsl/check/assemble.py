"""Owns the bridge from a written file to a program: the passes of checking, in order, and what they add up to."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from policydsl.check import lint
from policydsl.check.citations import citers
from policydsl.check.collect import collect
from policydsl.check.customary import customary
from policydsl.check.divisors import unsafe_divisors
from policydsl.check.examples import check_example
from policydsl.check.frames import Checked, Frames, RowFrame, ValueFrame
from policydsl.check.guards import asked
from policydsl.check.infer import Checker
from policydsl.check.order import in_order, likely_order
from policydsl.check.properties import stated
from policydsl.check.registers import registers
from policydsl.check.rounds import endless
from policydsl.check.rules import bound_rules, default_of, defined, infer_draft
from policydsl.check.scope import Draft, Scope
from policydsl.check.tables import check_table, same_columns
from policydsl.core import program as core
from policydsl.core.types import NEVER, Bool, Never, Number, strip
from policydsl.core.units import Measure, plain_measure
from policydsl.diagnostics.model import Diagnostic, Label
from policydsl.source import Span
from policydsl.syntax import tree


def check(file: tree.File) -> tuple[core.Program, list[Diagnostic]]:
    """The program that a file means, and everything that is wrong with its meaning.

    The program is complete only where no finding is an error; engines must not run another.
    """
    scope = collect(file)
    checker = Checker(scope, infer_draft=infer_draft)
    for item in scope.entities.values():
        for variant in item.node.variants:
            kind = core.Kind(checker.condition(variant.when, (RowFrame(item.name),)), asked(variant.when, scope))
            item.fields |= {line.name.text: evolve(item.fields[line.name.text], only=kind) for line in variant.fields}
        for name in list(item.fields):
            if f"={name}" in item.bounds:
                item.fields[name] = evolve(item.fields[name], default=default_of(checker, item.name, name))
    for name, (written, clause) in scope.tables.items():
        if "@" in name or written.since is None:
            check_table(checker, name, written, clause)
    for name, versions in scope.versions.items():
        if versions[0].since is not None:
            same_columns(checker, name, versions)
    drafts = [draft for item in scope.entities.values() for draft in item.drafts.values()]
    drafts.sort(key=lambda draft: draft.node.span.start)
    for draft in likely_order(scope, drafts):
        checker.rule(draft)
    rules = {draft.id: _rule(checker, draft) for draft in drafts}
    rules |= {rule.id: rule for rule in bound_rules(checker)}
    ordered, circles = in_order(rules)
    _report_circles(scope, [*checker.cycles, *(circles or endless(rules))], rules)
    for formula in dict.fromkeys(scope.formulas.values()):
        _formula(checker, formula)
    for parameter in dict.fromkeys(scope.parameters.values()):
        if ("", parameter.name.text) not in checker.used:
            scope.report("unused-parameter", parameter.name.span, name=parameter.name.text)
    examples = tuple(check_example(checker, node) for node in scope.examples)
    properties = stated(checker, drafts)
    unsafe_divisors(scope, rules, checker.tables)
    lint.look(checker, file)
    entities = {name: _entity(scope, name) for name in scope.entities}
    program = core.Program(
        header=_header(scope),
        language=file.language,
        rolls={name: roll for name, roll in scope.rolls.items() if name not in scope.reading_rolls},
        units=dict(scope.measures.declared),
        entities=entities,
        tables=checker.tables,
        readings={draft.name: _reading_of(draft) for draft in drafts if isinstance(draft.node, tree.Reading)},
        rules=customary(ordered, entities, _said(drafts), file.language),
        clauses=tuple(
            core.Clause(
                node.id,
                node.text if node.makes_rules else "",
                node.makes_rules,
                "" if node.makes_rules else node.text,
                span=node.span,
            )
            for node in scope.clauses.values()
        ),
        examples=examples,
        properties=properties,
        citers=citers(scope, file),
        errata=tuple(scope.errata),
        registers=registers(scope),
    )
    findings = sorted(scope.findings, key=lambda finding: getattr(finding.where, "start", 0))
    return program, _once(findings)


def _formula(checker: Checker, node: tree.Formula) -> None:
    """A formula that nothing calls is checked all the same."""
    frames: Frames = ()
    for name, unit in node.parameters:
        found = checker.scope.type_of(unit)
        if found is None:
            checker.report("unknown-type", unit.span, name=unit.text, close=checker.scope.measures.close(unit.text))
            return
        frames = (ValueFrame(name.text, found[0]), *frames)
    if ("", node.name.text) not in checker.used:
        defined(checker, node, frames)
        checker.report("unused-parameter", node.name.span, name=node.name.text)


def _once(findings: list[Diagnostic]) -> list[Diagnostic]:
    """Each finding once: an expression may be looked at more than one time."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for finding in findings:
        mark = (finding.code, str(finding.where), str(sorted(finding.data.items(), key=str)))
        if mark not in seen:
            seen.add(mark)
            kept.append(finding)
    return kept


def _touches(erratum: core.Erratum, cited: str) -> bool:
    """Whether a citation is of the clause that was printed wrongly, or of a part of it."""
    return any(part.strip().startswith(erratum.clause) for part in cited.split("、"))


def _said(drafts: list[Draft]) -> frozenset[tuple[str, str]]:
    """The rules of which the author says in what they are shown."""
    return frozenset(draft.id for draft in drafts if isinstance(draft.node, tree.Rule) and draft.node.unit is not None)


def _rule(checker: Checker, draft: Draft) -> core.Rule:
    checked = checker.bodies.get(draft.id) or Checked(core.Pending("", type=NEVER))
    node = draft.node
    measure = checked.measure
    type_ = strip(checked.body.type)
    # a ratio has no measure, so that it is shown as a percentage
    if measure is None and isinstance(type_, Number) and not type_.unit.plain:
        measure = plain_measure(type_.unit)
    own = node.cite.text if node.cite else ""
    task = _task(checker, node) if isinstance(node, tree.Task) else None
    if draft.kind in ("task", "constraint") and not isinstance(checked.body.type, Bool | Never):
        measure = None
    message = node.remark if isinstance(node, tree.Constraint) else ""
    return core.Rule(
        draft.entity,
        draft.name,
        draft.kind,
        checked.body,
        checked.body.type,
        alias=draft.alias,
        clause=own or draft.lent,
        own_clause=bool(own),
        part=draft.parts,
        measure=measure if isinstance(measure, Measure) else None,
        task=task,
        message=message,
        output=draft.kind in ("rule", "task", "condition") and not (isinstance(node, tree.Rule) and node.half),
        errata=tuple(item for item in checker.scope.errata if _touches(item, own or draft.lent)),
        span=node.span,
    )


def _task(checker: Checker, node: tree.Task) -> core.Task:
    evidence: list[core.Evidence] = []
    due, due_text, responsible, included, due_clause = None, "", "", True, ""
    for line in node.lines:
        match line:
            case tree.EvidenceLine():
                evidence.append(
                    core.Evidence(tuple(name.text for name in line.items), line.cite.text if line.cite else "")
                )
            case tree.DueLine():
                if line.before and line.day_included is None:
                    checker.report("due-day-included", line.span)
                due, due_text = line.due, line.span.text
                included, due_clause = line.day_included is not False, line.cite.text if line.cite else ""
            case tree.ChargeLine():
                responsible = line.who
            case tree.Remark():
                pass
        if not isinstance(line, tree.Remark) and line.cite:
            checker.scope.citations.append(line.cite)
    return core.Task(tuple(evidence), due, due_text, responsible, included, due_clause)


def _reading_of(draft: Draft) -> core.Reading:
    node = draft.node
    assert isinstance(node, tree.Reading)
    options = tuple(
        core.ReadingOption(line.name.text, line.reason, line.adopted, line.cite.text if line.cite else "")
        for line in node.options
    )
    clause = node.cite.text if node.cite else draft.lent
    return core.Reading(draft.name, options, draft.alias, clause, span=node.name.span)


def _entity(scope: Scope, name: str) -> core.Entity:
    item = scope.entities[name]
    return core.Entity(
        name,
        tuple(item.fields.values()),
        alias=item.alias,
        counted_in=item.counted_in,
        owner=item.owner,
        singleton=item.node.singleton,
        at_most_one=item.node.at_most_one,
        clause=item.node.cite.text if item.node.cite else "",
        span=item.node.name.span,
    )


def _header(scope: Scope) -> core.Header:
    node = scope.header
    if node is None:
        return core.Header("", main=scope.main)
    texts = {line.word: line.value for line in node.lines if isinstance(line.value, str)}
    days = {line.word: (line.value, line.end) for line in node.lines if isinstance(line.value, date)}
    force = days.get("H_FORCE", (None, None))
    published = days.get("H_DATE", (None, None))[0]
    return core.Header(
        node.title,
        id=texts.get("H_ID", ""),
        issuer=texts.get("H_ISSUER", ""),
        published=published,
        main=scope.main,
        time_zone=texts.get("H_ZONE", ""),
        currency=scope.measures.currency,
        in_force_from=force[0],
        in_force_to=force[1],
        basis=scope.basis.text if scope.basis else "",
    )


def _span_of(scope: Scope, rules: dict[tuple[str, str], core.Rule], id_: tuple[str, str]) -> Span | None:
    """Where a rule or a 标准 (of no entity) is written."""
    rule = rules.get(id_)
    if rule is not None:
        return rule.span
    parameter = scope.parameters.get(id_[1])
    return parameter.name.span if parameter is not None else None


def _report_circles(
    scope: Scope, circles: list[tuple[tuple[str, str], ...]], rules: dict[tuple[str, str], core.Rule]
) -> None:
    said: list[set[tuple[str, str]]] = []
    for circle in circles:
        if set(circle) in said:
            continue
        said.append(set(circle))
        names = [name for _, name in circle]
        spans = [_span_of(scope, rules, id_) for id_ in circle]
        labels = tuple(
            Label(span, scope.words(f"「{name}」用到「{following}」", f"{name} needs {following}"))
            for span, name, following in zip(spans, names, [*names[1:], names[0]], strict=True)
            if span is not None
        )
        where = next((span for span in spans if span is not None), None)
        assert where is not None
        scope.report("cycle", where, labels=labels, path=" → ".join([*names, names[0]]))
