"""Owns coverage in words: what is to be done first, then every clause, then every figure, as tables that each format lays out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import frozen

from policydsl.core.program import Citer
from policydsl.coverage import Cited, ClauseCover, Coverage, HeldFigure
from policydsl.coverage.cover import State
from policydsl.coverage.held import Explained
from policydsl.diagnostics.model import Language

KINDS: dict[str, tuple[str, str]] = {
    "rule": ("规则", "rule"),
    "task": ("任务", "task"),
    "condition": ("条件", "condition"),
    "constraint": ("约束", "constraint"),
    "reading": ("读法", "reading"),
    "decision": ("裁量", "decision"),
    "field": ("数据", "field"),
    "entity": ("对象", "entity"),
    "table": ("表", "table"),
    "parameter": ("标准", "parameter"),
    "formula": ("公式", "formula"),
    "calendar": ("日历", "calendar"),
    "amendment": ("修订", "amendment"),
    "register": ("名册", "register"),
    "part": ("部分", "part"),
}
STATES: dict[State, tuple[str, str]] = {
    "covered": ("有规则", "covered"),
    "no-rules": ("不作规则", "no rules"),
    "uncovered": ("无人引用", "cited by none"),
    "contradicted": ("前后不一", "contradicted"),
    "unlisted": ("未列入清单", "not in the inventory"),
}
EXPLAINED: dict[Explained, tuple[str, str]] = {
    "used": ("有规则用到", "used"),
    "no-rules": ("不作规则", "no rules"),
    "not": ("无人用到", "used by none"),
}


@frozen
class Line:
    """One row of a table; `bad` where something is left to do about it."""

    cells: tuple[str, ...]
    bad: bool = False


@frozen
class Block:
    """A titled table; `nothing` is said where it is empty. `long` for what a terminal leaves out."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    nothing: str = ""
    long: bool = False


@frozen
class CoverageTold:
    """Coverage in one language."""

    lang: Language
    title: str
    about: tuple[tuple[str, str], ...]
    complete: bool
    blocks: tuple[Block, ...]


def tell_coverage(found: Coverage, lang: Language | None = None) -> CoverageTold:
    """The words of a coverage, in the policy's language unless `lang` says other."""
    return _Teller(found, lang or found.lang).told()


class _Teller:
    def __init__(self, found: Coverage, lang: Language) -> None:
        self.found = found
        self.lang: Language = lang

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def pick(self, pair: tuple[str, str]) -> str:
        return self.say(*pair)

    def told(self) -> CoverageTold:
        found, say = self.found, self.say
        about = [(say("编号", "number"), found.number), (say("发布", "issued by"), found.issuer), *self.counts()]
        blocks = [
            Block(
                say("要处理的", "To be done"),
                (say("条款", "clause"), say("问题", "what is wrong"), say("怎么办", "what would mend it")),
                tuple(Line(cells, True) for cells in self.problems()),
                say("没有。每一条都有着落。", "Nothing: every clause is answered for."),
            ),
            Block(
                say("条款与规则", "Clauses and what answers to them"),
                (
                    say("条款", "clause"),
                    say("内容或理由", "title or reason"),
                    say("状态", "state"),
                    say("引用它的", "cited by"),
                ),
                tuple(self.clause(clause) for clause in found.clauses),
                say("条款清单是空的,也没有规则写依据。", "The inventory is empty and nothing cites."),
            ),
        ]
        if found.text is not None:
            blocks.append(
                Block(
                    say("原文中的数字", "Figures of the text"),
                    (say("条款", "clause"), say("行", "line"), say("数字", "figure"), say("上下文", "words around"), say("着落", "state"), say("用到它的", "used by")),
                    tuple(self.figure(item) for item in found.text.figures),
                    say("原文中没有数字。", "The text has no figures."),
                    long=True,
                )
            )  # fmt: skip
        title = say(f"{found.title}:条款覆盖", f"{found.title}: coverage")
        return CoverageTold(self.lang, title, tuple(pair for pair in about if pair[1]), found.complete, tuple(blocks))

    def counts(self) -> Iterator[tuple[str, str]]:
        found, say = self.found, self.say
        states = Counter(clause.state for clause in found.clauses)
        parts = say(",", ", ").join(f"{self.pick(STATES[state])} {states[state]}" for state in STATES if states[state])
        yield say("条款", "clauses"), say(f"{len(found.clauses)} 条:{parts}", f"{len(found.clauses)}: {parts}")
        if found.uncited:
            yield say("没有依据的", "citing nothing"), str(len(found.uncited))
        if found.text is None:
            yield say("原文", "text"), say("没有给(--text),没有对照", "not given (--text), not held against")
            return
        fates = Counter(item.explained for item in found.text.figures)
        parts = say(",", ", ").join(f"{self.pick(EXPLAINED[fate])} {fates[fate]}" for fate in EXPLAINED if fates[fate])
        yield (
            say("原文", "text"),
            say(
                f"{found.text.paragraphs} 段,{len(found.text.figures)} 个数字" + (f":{parts}" if parts else ""),
                f"{found.text.paragraphs} paragraphs, {len(found.text.figures)} figures"
                + (f": {parts}" if parts else ""),
            ),
        )

    # ------------------------------------------------------------ what is to be done

    def problems(self) -> Iterator[tuple[str, str, str]]:
        say = self.say
        for clause in self.found.clauses:
            if clause.state == "uncovered":
                yield (
                    clause.id,
                    say("没有规则引用它,也没有说不作规则", "nothing cites it, and it is not said to make no rules"),
                    say("给规则写上依据,或写 不作规则 和理由", "cite it, or say no rules and why"),
                )
            elif clause.state == "contradicted":
                names = self.names(clause.cited)
                yield (
                    clause.id,
                    say(f"说了不作规则,却被{names}引用", f"said to make no rules, and cited by {names}"),
                    say("去掉 不作规则,或改依据", "drop no rules, or change the citation"),
                )
            elif clause.state == "unlisted":
                names = self.names(clause.cited)
                yield (
                    clause.id,
                    say(f"{names}引用了它,条款清单里没有", f"cited by {names}, and not in the inventory"),
                    say(f"加一行 条款 {clause.id} “…”,或改依据", f"add clause {clause.id} “…”, or change the citation"),
                )
        for citer in self.found.uncited:
            yield (
                "",
                say(f"{self.name(citer)}没有写依据", f"{self.name(citer)} cites nothing"),
                say("写上依据,或放进有依据的部分", "cite a clause, or put it in a part that does"),
            )
        yield from self.text_problems()

    def text_problems(self) -> Iterator[tuple[str, str, str]]:
        text, say = self.found.text, self.say
        if text is None:
            return
        if text.cut:
            yield "", say("原文太长,只看了前面一部分", "the text is too long; only its beginning was looked at"), ""
        for place in text.places:
            who = say(
                f"「{place.by}」引用的" if place.by else "清单里的",
                f"cited by {place.by}: " if place.by else "listed: ",
            )
            yield (
                place.clause,
                say(f"{who}条款在原文里找不到", f"{who}no such clause in the text"),
                say(f"原文里有 {place.near}" if place.near else "核对条款号", f"the text has {place.near}" if place.near else "check the number"),
            )  # fmt: skip
        for phrase in text.phrases:
            others = "、".join(phrase.elsewhere)
            yield (
                phrase.clause,
                say(f"「{phrase.by}」引的“{phrase.quoted}”不在这里", f"“{phrase.quoted}”, quoted by {phrase.by}, does not stand here"),
                say(f"它在 {others}" if others else "原文里没有这句话", f"it stands in {others}" if others else "it stands nowhere"),
            )  # fmt: skip
        for id_, line, words in text.unlisted:
            yield (
                id_,
                say(
                    f"原文第 {line} 行没有列入条款清单:“{words[:18]}”",
                    f"line {line} is not in the inventory: “{words[:40]}”",
                ),
                say(f"加一行 条款 {id_} “…”", f"add clause {id_} “…”"),
            )
        for item in text.unexplained:
            others = "、".join(item.by)
            yield (
                item.at,
                say(f"“{item.figure.raw}”没有规则用到(“{item.context}”)", f"no rule uses “{item.figure.raw}” (“{item.context}”)"),
                say(
                    f"「{others}」用到这个数,依据写的是别处" if others else f"写成规则,或写 条款 …: 不作规则 “…{item.figure.raw}…”",
                    f"{others} uses it, citing another place" if others else f"make it a rule, or say no rules “…{item.figure.raw}…”",
                ),
            )  # fmt: skip

    # ------------------------------------------------------------ rows

    def clause(self, clause: ClauseCover) -> Line:
        cells = (clause.id, clause.title or clause.reason, self.pick(STATES[clause.state]), self.names(clause.cited))
        return Line(cells, not clause.fine)

    def figure(self, item: HeldFigure) -> Line:
        by = self.say("、", ", ").join(item.by)
        cells = (
            *(item.at, str(item.line), item.figure.raw, item.context),
            *(self.pick(EXPLAINED[item.explained]), by if item.explained != "not" else ""),
        )
        return Line(cells, item.explained == "not")

    def names(self, cited: tuple[Cited, ...]) -> str:
        """Citers by kind: 规则 甲、乙;任务 丙."""
        kinds: dict[str, list[str]] = {}
        for one in cited:
            kinds.setdefault(self.pick(KINDS[one.citer.kind]), []).append(one.citer.name)
        return self.say(";", "; ").join(
            f"{kind} {self.say('、', ', ').join(dict.fromkeys(names))}" for kind, names in kinds.items()
        )

    def name(self, citer: Citer) -> str:
        where = f" ({citer.span.source.name}:{citer.span.line})" if citer.span is not None else ""
        return f"{self.pick(KINDS[citer.kind])} {citer.name}{where}"
