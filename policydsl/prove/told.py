"""Owns how verdicts are told, in Chinese and English: a line for each question, the case that refutes, what stayed open and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from policydsl.core.program import Program, RuleRead
from policydsl.core.values import Blocked, Outcome
from policydsl.core.walk import everything
from policydsl.prove.example import example, value_text
from policydsl.prove.verdict import Counterexample, Report, Verdict

_KINDS = {
    "zh": {
        "property": "性质「{}」",
        "gap": "「{}」的每种情形都有规定",
        "clash": "「{}」的各项不相抵触",
        "zero": "「{}」的除数不为零",
        "order": "「{}」的各档界限递增",
        "step": "「{}」的每档大于零",
        "dead": "「{}」的这一行用得到",
        "same": "「{}」两份文件相同",
    },
    "en": {
        "property": "property 「{}」",
        "gap": "「{}」 says what holds in every case",
        "clash": "nothing in 「{}」 clashes",
        "zero": "no divisor in 「{}」 is zero",
        "order": "the bounds in 「{}」 ascend",
        "step": "every step in 「{}」 is greater than zero",
        "dead": "this row of 「{}」 can apply",
        "same": "「{}」 is the same in both files",
    },
}
_ANSWERS = {
    "zh": {"proved": "成立", "refuted": "不成立", "undecided": "未能判定"},
    "en": {"proved": "holds", "refuted": "does not hold", "undecided": "not decided"},
}
_WORLDS = {
    "zh": {
        "monotone": ("之前", "之后"),
        "steady": ("之前", "之后"),
        "unrelated": ("之一", "之二"),
        "order": ("原来的行序", "换了行序"),
        "divided": ("合在一起", "第一份", "第二份"),
    },
    "en": {
        "monotone": ("before", "after"),
        "steady": ("before", "after"),
        "unrelated": ("one", "the other"),
        "order": ("as they stand", "in another order"),
        "divided": ("together", "first part", "second part"),
    },
}
"""By language and form of property: what tells the examples of a counterexample apart."""
_WHY = {
    "zh": {
        "vacuous": "条件永远不成立",
        "timeout": "限定时间内没有算完,可用 --seconds 加长",
        "beyond": "取决于证明器不能展开的式子",
        "unconfirmed": "找到的情形重新测算时没有得到证实",
    },
    "en": {
        "vacuous": "its condition never holds",
        "timeout": "the time was up; --seconds gives more",
        "beyond": "it turns on what the prover takes as free",
        "unconfirmed": "the case found was not confirmed by evaluation",
    },
}


def headline(verdict: Verdict, lang: str) -> str:
    """One question and its answer on one line."""
    what = _KINDS[lang][verdict.kind].format(verdict.name)
    if verdict.kind == "dead" and verdict.answer == "refuted":
        what = f"「{verdict.name}」的这一行" if lang == "zh" else f"this row of 「{verdict.name}」"
        return f"{what}:{'永远用不到' if lang == 'zh' else ' never applies'}"
    if verdict.kind == "same" and verdict.answer == "refuted" and verdict.case is None:
        return f"「{verdict.name}」{'只在一份文件里有' if lang == 'zh' else ' is in only one of the files'}"
    said = _ANSWERS[lang][verdict.answer]
    line = f"{what}:{said}" if lang == "zh" else f"{what}: {said}"
    if verdict.answer == "undecided":
        why = _WHY[lang][verdict.why]
        more = "、".join(f"「{text}」" for text in verdict.beyond)
        line += f"({why}{':' + more if more else ''})"
        if verdict.tried is not None:
            cases, rows = verdict.tried
            line += (
                f";查过 {cases} 组数据(每个对象至多 {rows} 行),没有找到反例"
                if lang == "zh"
                else f"; {cases} cases (at most {rows} rows of an entity) were searched, without a counterexample"
            )
    elif verdict.why:
        line += f"({_WHY[lang][verdict.why]})"
    return line


def examples(report: Report, verdict: Verdict, readings: Mapping[str, str]) -> str:
    """The counterexample as 算例: one, or for a fact that moves one with each value."""
    case = verdict.case
    if case is None:
        return ""
    if case.written:
        return "\n".join(case.written)
    program, zh = report.program, report.program.language == "zh"
    title = f"{'反例' if zh else 'counterexample'} {verdict.name}"
    if case.after is None:
        return example(program, title, case.facts, expectations(report.program, verdict, case), dict(readings))
    entity, rule = case.rule
    if verdict.kind == "same":
        return example(program, title, case.facts, [(entity, case.key, rule, case.outcome)], dict(readings))
    assert case.then is not None
    worlds = [
        (case.facts, case.key, case.outcome),
        (case.after, case.renamed if case.renamed is not None else case.key, case.then),
    ]
    if case.last is not None:
        worlds.append((case.last[0], case.key, case.last[1]))
    return "\n".join(
        example(program, f"{title} {word}", facts, [(entity, key, rule, outcome)], dict(readings))
        for word, (facts, key, outcome) in zip(_WORLDS[program.language][form_of(report, verdict)], worlds, strict=True)
    )


def form_of(report: Report, verdict: Verdict) -> str:
    """The form of the property that a verdict is about, empty where it is about something else."""
    if verdict.kind != "property":
        return ""
    return next(
        (item.form for item in report.program.properties if (item.name, item.span) == (verdict.name, verdict.span)), ""
    )


def expectations(program: Program, verdict: Verdict, case: Counterexample) -> list[tuple[str, str, str, Outcome]]:
    """What to expect in the example: the rule itself, of a property the rules that it speaks of."""
    from policydsl.interpret.evaluate import Evaluator

    entity, name = case.rule
    if verdict.kind != "property":
        return [(entity, case.key, name, case.outcome)]
    read = spoken_of(program, case)
    trace = Evaluator(program).run(case.facts, {entity: [case.key]})
    return [(entity, case.key, rule, trace.outcome(entity, case.key, rule)) for rule in read]


def spoken_of(program: Program, case: Counterexample) -> list[str]:
    """The rules to explain of a case."""
    entity, name = case.rule
    rule = program.rule_index[case.rule]
    if rule.kind != "property":
        return [name]
    read = [node.name for node in everything(rule.body) if isinstance(node, RuleRead) and node.entity == entity]
    return list(dict.fromkeys(reversed(read)))


def steps(report: Report, verdict: Verdict, lang: str, readings: Mapping[str, str]) -> list[str]:
    """What came of the two values, or of the two files, on a line; below it the rules that it comes from, each on one."""
    case = verdict.case
    if case is None or case.then is None:
        return []
    program = report.program
    if verdict.kind == "same" or case.after is None:
        return [
            f"{case.rule[1]}: {_said(program, case.rule, case.outcome, lang)} → {_said(program, case.rule, case.then, lang)}"
        ]
    if form_of(report, verdict) not in ("monotone", "steady"):
        name = case.rule[1]
        one, two = (_said(program, case.rule, outcome, lang) for outcome in (case.outcome, case.then))
        if case.last is None:
            return [f"{name}: {one} → {two}"]
        return [f"{name}: {one} ≠ {two} + {_said(program, case.rule, case.last[1], lang)}"]
    lines = []
    for rule, before, after in descent(program, case, readings):
        lines.append(
            f"{rule}: {_said(program, (case.rule[0], rule), before, lang)} → {_said(program, (case.rule[0], rule), after, lang)}"
        )
    return lines


def descent(program: Program, case: Counterexample, readings: Mapping[str, str]) -> list[tuple[str, Outcome, Outcome]]:
    """From the result down to the rule that moved the forbidden way and reads none that did, with both outcomes of each."""
    from policydsl.interpret.evaluate import Evaluator

    assert case.after is not None
    entity, name = case.rule
    evaluator = Evaluator(program, readings)
    traces = [evaluator.run(facts, {entity: [case.key]}) for facts in (case.facts, case.after)]

    def moved(rule: str) -> tuple[Outcome, Outcome]:
        first, second = (trace.steps.get((entity, case.key, rule)) for trace in traces)
        return (first.outcome, second.outcome) if first is not None and second is not None else (0, 0)

    down = moved(name)[0] > moved(name)[1]  # type: ignore[operator]
    path = []
    while name:
        path.append((name, *moved(name)))
        read = [
            node.name
            for node in everything(program.rule_index[entity, name].body)
            if isinstance(node, RuleRead) and node.entity == entity
        ]
        name = ""
        for rule in read:
            before, after = moved(rule)
            if (
                isinstance(before, int | Fraction)
                and isinstance(after, int | Fraction)
                and before != after
                and (before > after) is down
            ):
                name = rule
                break
    return path


def _said(program: Program, at: tuple[str, str], outcome: Outcome, lang: str) -> str:
    rule = program.rule_index[at]
    if isinstance(outcome, Blocked):
        words = {"unknown": "未知", "pending": "待裁量", "invalid": "无效"}
        return words[outcome.status] if lang == "zh" else outcome.status
    return value_text(program, outcome, rule.measure, rule.type)


def summary(report: Report, lang: str) -> str:
    """How many of each answer, and what was taken for granted."""
    counts = Counter(verdict.answer for verdict in report.verdicts)
    seconds = sum(verdict.seconds for verdict in report.verdicts)
    if lang == "zh":
        return (
            f"共 {len(report.verdicts)} 问:{counts['proved']} 成立,{counts['refuted']} 不成立,{counts['undecided']} 未能判定;用时 {seconds:.1f} 秒\n"
            "以数据齐全、不违反约束、已作决定为前提;结果待裁量、不适用、无效的情形不在性质所说之内。\n"
        )
    return (
        f"{len(report.verdicts)} questions: {counts['proved']} hold, {counts['refuted']} do not, {counts['undecided']} not decided; {seconds:.1f} s\n"
        "Taken for granted: all facts supplied and within the constraints, decisions taken; a property speaks of cases that have values.\n"
    )


def data(report: Report, readings: Mapping[str, str]) -> dict[str, object]:
    """The report as plain data."""
    return {
        "verdicts": [
            {
                "kind": verdict.kind,
                "name": verdict.name,
                "answer": verdict.answer,
                "why": verdict.why,
                "beyond": list(verdict.beyond),
                "line": verdict.span.line if verdict.span is not None else None,
                "seconds": round(verdict.seconds, 3),
                "outcomes": steps(report, verdict, report.program.language, readings),
                "example": examples(report, verdict, readings),
                "tried": verdict.tried[0] if verdict.tried is not None else None,
            }
            for verdict in report.verdicts
        ],
        "proved": sum(one.answer == "proved" for one in report.verdicts),
        "refuted": len(report.refuted),
        "undecided": len(report.undecided),
    }
