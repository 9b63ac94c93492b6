"""Owns how mutation and cover are told: in a drafter's words, and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from policydsl.core.program import Program
from policydsl.testing.mutation import Mutation, Survivor
from policydsl.testing.reach import Cover, Gap

KINDS = {
    "rule": ("规则", "rules"),
    "branch": ("分支", "branches"),
    "band": ("档", "bands"),
    "row": ("表行", "table rows"),
    "reading": ("读法", "readings"),
}
WIDE = {ord(":"): "\uff1a", ord("("): "\uff08", ord(")"): "\uff09"}


def cover_lines(name: str, found: Cover, program: Program) -> list[str]:
    """What no example reaches, kind by kind, then the counts."""
    zh = program.language == "zh"
    lines: list[str] = []
    for gap in sorted(found.gaps, key=lambda item: item.span.start if item.span is not None else 0):
        lines.append(f"{name}:{_line(gap.span)} {_gap(gap, zh)}")
    counts = [f"{KINDS[kind][0 if zh else 1]} {hit}/{total}" for kind, (total, hit) in found.counts.items() if total]
    lines.append(("算例到过\uff1a" if zh else "reached by examples: ") + ("、" if zh else ", ").join(counts))
    return lines


def _gap(gap: Gap, zh: bool) -> str:
    said = gap.said if len(gap.said) <= 40 else gap.said[:39] + "…"
    if gap.kind == "rule":
        return f"没有算例用到「{gap.name}」" if zh else f"no example rests on 「{gap.name}」"
    if gap.kind == "reading":
        return f"没有算例采用「{gap.name} = {said}」" if zh else f"no example adopts 「{gap.name} = {said}」"
    if gap.kind == "row":
        return (
            f"没有算例查到表「{gap.name}」的这一行\uff1a{said}"
            if zh
            else f"no example looks up this row of 「{gap.name}」: {said}"
        )
    what = "档" if gap.kind == "band" else "分支"
    return (
        f"「{gap.name}」的这一{what}没有算例走到\uff1a{said}"
        if zh
        else f"no example takes this {gap.kind} of 「{gap.name}」: {said}"
    )


def _line(span: object) -> int:
    found = getattr(span, "line", 0)
    return found if isinstance(found, int) else 0


def cover_data(name: str, found: Cover) -> dict[str, Any]:
    """Cover as plain data: `counts` by kind, and `gaps` with kind, entity, rule, what is written, line and column."""
    return {
        "policy": name,
        "counts": {kind: {"total": total, "reached": hit} for kind, (total, hit) in found.counts.items()},
        "gaps": [
            {
                "kind": gap.kind,
                "entity": gap.entity,
                "name": gap.name,
                "text": gap.said,
                "line": gap.span.line if gap.span is not None else None,
                "column": gap.span.column if gap.span is not None else None,
            }
            for gap in found.gaps
        ],
    }


# ---------------------------------------------------------------- mutation


def mutation_lines(name: str, found: Mutation, program: Program) -> list[str]:
    """The survivors, each with the example that would notice it, those that are open or no mistakes, and the score."""
    zh = program.language == "zh"
    lines: list[str] = []
    offered: set[str] = set()
    for item in found.survivors:
        if item.fate != "told":
            continue
        said = item.mutant.said(program.language)
        head = f"写错也看不出\uff1a{said}" if zh else f"nothing would notice: {said}"
        lines.append(f"{name}:{_line(item.mutant.span)} {head}")
        body = item.example.split("\n", 1)[1]
        if body in offered:
            lines.append("    (上面的算例也能看出)" if zh else "    (an example above would notice as well)")
        else:
            offered.add(body)
            lines.append("  加上这个算例就看得出\uff1a" if zh else "  this example would:")
            lines += [f"    {line}" for line in item.example.rstrip("\n").split("\n")]
        lines.append("")
    lines += _group(
        name, found, program, ("open",), "没有看出,也没有证明是一回事的:", "not noticed, and not proved to be the same:"
    )
    lines += _group(
        name, found, program, ("same", "unread"), "不是写错的改动(不计):", "changes that are no mistakes (not counted):"
    )
    return [*lines, _score(found, zh)]


def amending(target: str, days: Sequence[date], program: Program) -> str:
    """Of which notice, in force on which days, a text is that is spoken of next."""
    if program.language != "zh":
        return f"amendments of {target}, in its text of {', '.join(day.isoformat() for day in days)}:"
    said = "、".join(f"{day.year}年{day.month}月{day.day}日" for day in days)
    return f"修订 {target}\uff0c在{said}的文本里\uff1a"


def _group(
    name: str, found: Mutation, program: Program, fates: tuple[str, ...], chinese: str, english: str
) -> list[str]:
    """The survivors of some fates, each on a line with what is known of it."""
    zh = program.language == "zh"
    some = [item for item in found.survivors if item.fate in fates]
    if not some:
        return []
    said = [f"  {name}:{_line(item.mutant.span)} {item.mutant.said(program.language)}{_why(item, zh)}" for item in some]
    return [chinese.translate(WIDE) if zh else english, *said, ""]


def _score(found: Mutation, zh: bool) -> str:
    if not found.total:
        return "没有可以改错的地方(没有规则)".translate(WIDE) if zh else "nothing to change: there are no rules"
    counted, share = found.total - found.equivalent, f"{found.share * 100:.1f}%"
    same, unread, open_ = found.count("same"), found.count("unread"), found.count("open")
    if zh:
        rest = [
            f"没有看出的 {found.count('told')} 处有算例可加" if found.count("told") else "",
            f"{open_} 处没有判定" if open_ else "",
            f"另有 {same} 处已证明改了也一样" if same else "",
            f"{unread} 处没有结果用到" if unread else "",
        ]
        return ";".join(
            [
                f"改错 {counted} 处,看出 {found.noticed} 处({share})\uff1a算例 {found.by_examples} 处,性质 {found.by_properties} 处",
                *(part for part in rest if part),
            ]
        )
    rest = [
        f"{found.count('told')} of the others have an example to add" if found.count("told") else "",
        f"{open_} are not decided" if open_ else "",
        f"{same} more are proved to change nothing" if same else "",
        f"on {unread} no outcome rests" if unread else "",
    ]
    return "; ".join(
        [
            f"{counted} wrong changes, {found.noticed} noticed ({share}): {found.by_examples} by examples, "
            f"{found.by_properties} by properties",
            *(part for part in rest if part),
        ]
    )


def _why(item: Survivor, zh: bool) -> str:
    """What is known of a survivor that no example is offered for, in brackets."""
    said = _known(item, zh)
    return f"\uff08{said}\uff09" if zh else f" ({said})"


def _known(item: Survivor, zh: bool) -> str:
    answer = item.answer
    if item.fate == "unread":
        return "没有结果用到它" if zh else "no outcome rests on it"
    if item.fate == "same":
        assert answer is not None
        if answer.reason == "form":
            return (
                "已证明\uff1a数据齐全时,不论它用到的规则是多少,算出来都一样"
                if zh
                else "proved: with all facts supplied it gives the same whatever the rules that it reads give"
            )
        return (
            "已证明\uff1a数据齐全、不违反约束时,结果总是一样"
            if zh
            else "proved: the same for all facts that are complete and within the constraints"
        )
    tried = f"试了 {item.tried} 例,结果都一样" if zh else f"the same in all of {item.tried} cases"
    if answer is None:
        return tried + (";没有问证明器" if zh else "; the prover was not asked")
    beyond = "、".join(f"「{text if len(text) <= 24 else text[:23] + '…'}」" for text in answer.beyond[:3])
    why = {
        "beyond": (
            f"取决于证明器不能展开的{beyond or '式子'}",
            f"it turns on {beyond or 'what the prover takes as free'}",
        ),
        "timeout": ("证明器在限定时间内没有算完", "the prover ran out of time"),
        "unconfirmed": ("证明器找到的情形重新测算没有得到证实", "the prover's case was not confirmed by evaluation"),
        "readings": (
            "在采用的读法和逐个换读法时已证明一样,读法的别的搭配没有都看",
            "proved under the adopted readings and each alternative alone; not all combinations were looked at",
        ),
        "": ("证明器找到了不同,但没有算例能写出来", "the prover found a difference that no example can state"),
    }[answer.why]
    return f"{tried};{why[0]}" if zh else f"{tried}; {why[1]}"


def mutation_data(name: str, found: Mutation, program: Program) -> dict[str, Any]:
    """Mutation as plain data. `fate` of a survivor: told, same, unread or open; `known` says it in words."""
    zh = program.language == "zh"
    return {
        "policy": name,
        "total": found.total,
        "noticed": {"examples": found.by_examples, "properties": found.by_properties},
        "proved_same": found.count("same"),
        "unread": found.count("unread"),
        "open": found.count("open"),
        "share": round(found.share, 4),
        "survivors": [
            {
                "kind": item.mutant.kind,
                "change": item.mutant.said(program.language),
                "rules": [f"{rule.entity}.{rule.name}" for rule in item.mutant.rules],
                "line": item.mutant.span.line if item.mutant.span is not None else None,
                "column": item.mutant.span.column if item.mutant.span is not None else None,
                "fate": item.fate,
                "example": item.example or None,
                "known": "" if item.fate == "told" else _known(item, zh),
                "cases_tried": item.tried,
            }
            for item in found.survivors
        ],
    }
