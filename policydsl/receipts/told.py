"""Owns the wording of a repetition, in Chinese and English: a verdict, then what was checked and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import frozen

from policydsl.compare.told import tell as tell_differences
from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import WIDE
from policydsl.receipts.canonical import Plain, has_sm3
from policydsl.receipts.located import Located
from policydsl.receipts.replay import CellDiffering, Differing, Failure, Repeated, Replay

MOST = 20
"""Results and facts that are told one by one; the JSON has all of them."""

_ZH = {
    "title": "按留痕重算",
    "policy": "政策",
    "made": "留痕时间",
    "on": "基准日 {on}",
    "known": "按 {known} 所知",
    "identical": "重算一致:结果一个字节也不差。",
    "identical-gone": "重算一致:结果一个字节也不差(找不到的文件用了留痕里存的)。",
    "repeatable": "用留痕里的政策和事实重算,结果一个字节也不差;但是文件已经和当时不同:",
    "different": "重算不一致:",
    "newer-only": "重算一致,但是之后另有通知:",
    "whole": "留痕完整,摘要相符",
    "not-whole": "留痕被改动过:内容与它自己的摘要对不上",
    "forged": "留痕里的「{name}」与它自己的摘要对不上",
    "signed": "签名有效",
    "not-signed": "签名无效:不是这把公钥的主人签的,或者签了以后内容变了",
    "unchecked": "有签名,没有给公钥(--public-key),没有核对",
    "no-sm3": "SM3 不可用,只核对了 SHA-256",
    "sm3-missing": "留痕时 SM3 不可用,只核对了 SHA-256",
    "same": "{name} 没有变",
    "form": "{name} 只变了版式或注释,说的还是一回事",
    "changed": "{name} 变了",
    "gone": "{name} 找不到,用留痕里存的",
    "unreadable": "{name} 读不了",
    "facts-gone": "{name} 找不到,事实用留痕里存的",
    "engine": "引擎不同:当时 {before},现在 {after}",
    "engine-same": "引擎相同",
    "again-same": "用留痕里的政策和事实重算:一致",
    "again-differs": "用留痕里的政策和事实重算,{count} 个结果不同,是引擎不同所致,或者留痕里的结果被改过:",
    "today-same": "用现在的文件重算:结果一致",
    "today-differs": "用现在的文件重算,{count} 个结果不同:",
    "violations": "违反约束的地方与当时不同",
    "policy-differs": "政策的改动:{summary}",
    "cells": "事实有 {count} 处不同:",
    "cell": "{entity} {key} {name}:{before} → {after}",
    "row-added": "{entity} {key}:当时没有这一行",
    "row-removed": "{entity} {key}:现在没有这一行",
    "result": "{entity} {key} {name}:{before} → {after}",
    "more": "另有 {count} 处",
    "newer-amends": "{id} {title}修订了它{since}({file})",
    "newer-stands-on": "{id} {title}沿用了它{since}({file})",
    "newer-again": "{id} {title}编号相同,内容不同{since}({file})",
    "since": ",自 {since} 起",
    "fail-policy": "政策现在通不过检查",
    "fail-facts": "事实读不成这份政策的事实",
    "fail-reading": "当时采用的读法现在没有了",
    "fail-resources": "超出了计算的限度",
    "absent": "没有",
    "blank": "空",
}
_EN = {
    "title": "Repeated from a receipt",
    "policy": "Policy",
    "made": "Made",
    "on": "day of the case {on}",
    "known": "as known on {known}",
    "identical": "The same again: the results are the same to the byte.",
    "identical-gone": "The same again, to the byte (for files that are not to be found the receipt's own copies were used).",
    "repeatable": "From the receipt's own policy and facts the results are the same to the byte; but files are not what they were:",
    "different": "Not the same:",
    "newer-only": "The same again, but there are later notices:",
    "whole": "the receipt is whole, its digest agrees",
    "not-whole": "the receipt was edited: it is not what its own digest says",
    "forged": "「{name}」 in the receipt is not what the digest beside it says",
    "signed": "the signature is valid",
    "not-signed": "the signature is not valid: not by the owner of this key, or edited after",
    "unchecked": "signed, but no --public-key was given to check it with",
    "no-sm3": "SM3 is not to be had here, only SHA-256 was checked",
    "sm3-missing": "SM3 was not to be had when the receipt was made, only SHA-256 was checked",
    "same": "{name} is unchanged",
    "form": "{name} changed in layout or remarks only and says the same",
    "changed": "{name} changed",
    "gone": "{name} is not to be found; the receipt's copy was used",
    "unreadable": "{name} cannot be read",
    "facts-gone": "{name} is not to be found; the facts in the receipt were used",
    "engine": "another engine: {before} then, {after} now",
    "engine-same": "the same engine",
    "again-same": "from the receipt's own policy and facts: the same",
    "again-differs": "from the receipt's own policy and facts {count} results differ, by another engine or because the receipt's results were edited:",
    "today-same": "from the files as they are: the same results",
    "today-differs": "from the files as they are {count} results differ:",
    "violations": "other constraints are broken than then",
    "policy-differs": "the policy changed: {summary}",
    "cells": "{count} facts differ:",
    "cell": "{entity} {key} {name}: {before} → {after}",
    "row-added": "{entity} {key}: there was no such row",
    "row-removed": "{entity} {key}: there is no such row now",
    "result": "{entity} {key} {name}: {before} → {after}",
    "more": "{count} more",
    "newer-amends": "{id} {title} amends it{since} ({file})",
    "newer-stands-on": "{id} {title} is based on it{since} ({file})",
    "newer-again": "{id} {title} has the same id and says something else{since} ({file})",
    "since": ", from {since}",
    "fail-policy": "the policy no longer passes its check",
    "fail-facts": "the facts cannot be read as facts of this policy",
    "fail-reading": "a reading that was in force is no longer there",
    "fail-resources": "beyond the bounds of computing",
    "absent": "none",
    "blank": "blank",
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {name: text.translate(WIDE) for name, text in _ZH.items()},
    "en": _EN,
}
_STATUS: Mapping[Language, Mapping[str, str]] = {
    "zh": {"pending": "待裁量", "unknown": "未知", "invalid": "无效"},
    "en": {"pending": "pending", "unknown": "unknown", "invalid": "invalid"},
}

Tone = Literal["good", "bad", "note"]


@frozen
class LineTold:
    """One thing that was checked: how it went, in a sentence, and lines that say it closer."""

    tone: Tone
    text: str
    closer: tuple[str, ...] = ()


@frozen
class ReplayTold:
    """A repetition in words."""

    title: str
    about: tuple[tuple[str, str], ...]
    identical: bool
    verdict: str
    lines: tuple[LineTold, ...]


def tell_replay(replay: Replay, lang: Language | None = None) -> ReplayTold:
    """The repetition in words, by default in the language of its policy."""
    return _Teller(replay, lang or replay.language).told()


@frozen
class _Teller:
    replay: Replay
    lang: Language

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS[self.lang]

    def told(self) -> ReplayTold:
        receipt, words = self.replay.receipt, self.words
        days = [
            words[name].format(**{name: day}) for name, day in (("on", receipt.on), ("known", receipt.known)) if day
        ]
        about = [(words["policy"], receipt.title), (words["made"], "  ".join((receipt.made, *days)))]
        return ReplayTold(words["title"], tuple(about), self.replay.identical, self._verdict(), tuple(self._lines()))

    def _verdict(self) -> str:
        replay, words = self.replay, self.words
        if replay.identical:
            return words["identical-gone" if any(item.state == "gone" for item in replay.files) else "identical"]
        trusted = replay.whole and replay.signed is not False and not replay.forged and replay.from_receipt.same
        if trusted and (replay.today is None or replay.today.same) and not self._moved():
            return words["newer-only"]
        return words["repeatable" if trusted else "different"]

    def _moved(self) -> bool:
        return any(item.state in ("changed", "unreadable") for item in self.replay.files)

    def _lines(self) -> Iterator[LineTold]:
        replay, words = self.replay, self.words
        yield LineTold("good", words["whole"]) if replay.whole else LineTold("bad", words["not-whole"])
        yield from (LineTold("bad", words["forged"].format(name=name)) for name in replay.forged)
        if replay.signed is not None:
            yield LineTold("good", words["signed"]) if replay.signed else LineTold("bad", words["not-signed"])
        elif replay.receipt.signature is not None:
            yield LineTold("note", words["unchecked"])
        if not has_sm3():
            yield LineTold("note", words["no-sm3"])
        elif any(item.digest.sm3 is None for item in replay.receipt.files):
            yield LineTold("note", words["sm3-missing"])
        yield from map(self._file, replay.files)
        if replay.policy is not None:
            told = tell_differences(replay.policy, self.lang)
            points = [
                f"{change.fate} {change.kind} {change.name}: {'; '.join(text for text, _ in change.points)}"
                for change in (*told.substance, *told.wording, *told.examples)
            ]
            yield LineTold("bad", words["policy-differs"].format(summary=told.summary), tuple(self._first(points)))
        if replay.cells:
            lines = [self._cell(cell) for cell in replay.cells]
            yield LineTold("bad", words["cells"].format(count=len(lines)), tuple(self._first(lines)))
        if replay.engine is not None:
            tone: Tone = "note" if replay.from_receipt.same else "bad"
            yield LineTold(tone, words["engine"].format(before=replay.engine[0], after=replay.engine[1]))
        else:
            yield LineTold("good", words["engine-same"])
        yield self._repeated(replay.from_receipt, "again")
        if replay.today is not None:
            yield self._repeated(replay.today, "today")
        for newer in replay.newer:
            since = words["since"].format(since=newer.since) if newer.since is not None else ""
            text = words[f"newer-{newer.how}"].format(
                id=newer.id, title=f"{newer.title} " if newer.title else "", since=since, file=newer.file
            )
            yield LineTold("bad", text)

    def _file(self, item: Located) -> LineTold:
        name = item.record.name
        if item.path is not None and item.path.name != name.rpartition("/")[2]:
            name = f"{name} ({item.path.name})"
        tones: dict[str, Tone] = {"same": "good", "form": "note", "gone": "note", "changed": "bad", "unreadable": "bad"}
        phrase = "facts-gone" if item.state == "gone" and item.record.role == "facts" else item.state
        return LineTold(tones[item.state], self.words[phrase].format(name=name))

    def _repeated(self, repeated: Repeated, which: str) -> LineTold:
        words = self.words
        if repeated.failure is not None:
            return LineTold("bad", self._failure(repeated.failure), tuple(self._findings(repeated)))
        if repeated.same:
            return LineTold("good", words[f"{which}-same"])
        lines = list(self._first([self._result(item) for item in repeated.differing]))
        if repeated.violations:
            lines.append(words["violations"])
        return LineTold("bad", words[f"{which}-differs"].format(count=len(repeated.differing)), tuple(lines))

    def _failure(self, failure: Failure) -> str:
        return self.words[f"fail-{failure}"]

    def _findings(self, repeated: Repeated) -> Iterator[str]:
        from policydsl.diagnostics.wording import message

        for finding in repeated.findings[:MOST]:
            yield f"{finding.where}: {message(finding)}"

    def _first(self, lines: list[str]) -> Iterator[str]:
        yield from lines[:MOST]
        if len(lines) > MOST:
            yield self.words["more"].format(count=len(lines) - MOST)

    def _result(self, item: Differing) -> str:
        before, after = self._outcome(item.before), self._outcome(item.after)
        text = self.words["result"].format(entity=item.entity, key=item.key, name=item.name, before=before, after=after)
        return " ".join(text.split())

    def _outcome(self, plain: Plain) -> str:
        match plain:
            case {"status": "value", "value": value, "unit": str() as unit}:
                return f"{_grouped(value) if isinstance(value, str) else self._value(value)}{unit}"
            case {"status": str() as status}:
                return _STATUS[self.lang].get(status, status)
            case _:
                return self.words["absent"]

    def _cell(self, cell: CellDiffering) -> str:
        phrase = f"row-{cell.rows}" if cell.rows else "cell"
        text = self.words[phrase].format(
            entity=cell.entity,
            key=cell.key,
            name=cell.name,
            before=self._value(cell.before),
            after=self._value(cell.after),
        )
        return " ".join(text.split())

    def _value(self, plain: Plain) -> str:
        zh = self.lang == "zh"
        match plain:
            case None:
                return self.words["blank"]
            case bool():
                return ("是" if plain else "否") if zh else ("yes" if plain else "no")
            case {"none": True}:
                return "无" if zh else "none"
            case {"inapplicable": _}:
                return "不适用" if zh else "not applicable"
            case {"value": value}:
                return self._value(value)
            case {"raw": str() as raw}:
                return f"“{raw}”"
            case list():
                return "、".join(self._value(item) for item in plain)
            case str():
                return plain
            case _:
                return str(plain)


def _grouped(text: str) -> str:
    """A number with thousand separators; any other text as it is."""
    whole, point, rest = text.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 20 and (not point or rest.isdigit())):
        return text
    return f"{'−' if text.startswith('-') else ''}{int(whole):,}{point}{rest}"
