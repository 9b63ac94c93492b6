"""Owns how mutation and cover are told: in a drafter's words, and as plain data."""

from __future__ import annotations

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
FAR = 0.95


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
    """The survivors, each with the example that would notice it, those that nothing can tell apart, and the score."""
    zh = program.language == "zh"
    lines: list[str] = []
    real = [item for item in found.survivors if not item.equivalent]
    same = [item for item in found.survivors if item.equivalent]
    offered: set[str] = set()
    for item in real:
        said = item.mutant.said(program.language)
        head = f"写错也看不出\uff1a{said}" if zh else f"nothing would notice: {said}"
        lines.append(f"{name}:{_line(item.mutant.span)} {head}")
        assert item.example is not None
        body = item.example.split("\n", 1)[1]
        if body in offered:
            lines.append("    (上面的算例也能看出)" if zh else "    (an example above would notice as well)")
        else:
            offered.add(body)
            lines.append("  加上这个算例就看得出\uff1a" if zh else "  this example would:")
            lines += [f"    {line}" for line in item.example.rstrip("\n").split("\n")]
        lines.append("")
    if same:
        lines.append(
            "分辨不出的改动\uff08不影响得分\uff09\uff1a" if zh else "changes that cannot be told apart (not counted):"
        )
        for item in same:
            lines.append(f"  {name}:{_line(item.mutant.span)} {item.mutant.said(program.language)}{_why(item, zh)}")
        lines.append("")
    share = f"{found.share * 100:.1f}%"
    counted = found.total - found.equivalent
    if zh:
        lines.append(
            f"改错 {counted} 处,看出 {found.noticed} 处({share})\uff1a算例 {found.by_examples} 处,性质 {found.by_properties} 处"
            f";另有 {found.equivalent} 处分辨不出"
        )
    else:
        lines.append(
            f"{counted} wrong changes, {found.noticed} noticed ({share}): {found.by_examples} by examples, "
            f"{found.by_properties} by properties; {found.equivalent} more cannot be told apart"
        )
    return lines


def _why(item: Survivor, zh: bool) -> str:
    if item.unread:
        return "\uff08没有结果用到它\uff09" if zh else " (no outcome rests on it)"
    return f"\uff08试了 {item.tried} 例,结果都一样\uff09" if zh else f" (the same in all of {item.tried} cases)"


def mutation_data(name: str, found: Mutation, program: Program) -> dict[str, Any]:
    """Mutation as plain data."""
    return {
        "policy": name,
        "total": found.total,
        "noticed": {"examples": found.by_examples, "properties": found.by_properties},
        "indistinguishable": found.equivalent,
        "share": round(found.share, 4),
        "survivors": [
            {
                "kind": item.mutant.kind,
                "change": item.mutant.said(program.language),
                "rules": [f"{rule.entity}.{rule.name}" for rule in item.mutant.rules],
                "line": item.mutant.span.line if item.mutant.span is not None else None,
                "column": item.mutant.span.column if item.mutant.span is not None else None,
                "example": item.example,
                "indistinguishable": item.equivalent,
                "unread": item.unread,
                "cases_tried": item.tried,
            }
            for item in found.survivors
        ],
    }
