"""Owns the lists that a matching comes to, row by row as text: counted, by name only, not found, doubled, torn, nowhere, doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from policydsl.diagnostics.model import Language, Place
from policydsl.registers.ledger import Ledger
from policydsl.registers.match import Found, Verdict, Way
from policydsl.registers.tally import Matching, Tally

Cells = tuple[str, ...]


@frozen
class Listing:
    """A list: what it is called in JSON, its title, its heads, its rows. `facts`: its rows may serve as a list of former names."""

    id: str
    title: str
    heads: Cells
    rows: tuple[Cells, ...] = field(repr=False)


@frozen
class _Words:
    titles: Mapping[str, str]
    heads: Mapping[str, Cells]
    ways: Mapping[Way, str]
    differ: str
    torn: str
    lent: str
    code_many: str
    name_many: str
    failed: str
    nameless: str
    none: str
    comma: str


_WORDS: Mapping[Language, _Words] = {
    "zh": _Words(
        {
            "matched": "匹配",
            "by_name": "仅名称匹配",
            "unmatched": "未匹配",
            "doubled": "重复",
            "torn": "区属冲突",
            "nowhere": "归属不明",
            "doubtful": "可疑",
        },
        {
            "matched": ("数据项", "归属", "企业名称", "统一社会信用代码", "名单出处", "对上的行", "怎样对上"),
            "by_name": (
                "数据项",
                "归属",
                "名单上的名称",
                "名单上的代码",
                "名单出处",
                "对上的名称",
                "对上的代码",
                "对上的行",
                "说明",
            ),
            "unmatched": ("数据项", "归属", "企业名称", "统一社会信用代码", "名单出处", "不在哪个名册"),
            "doubled": ("名册", "情形", "代码", "名称", "出处"),
            "torn": ("数据项", "计入", "企业名称", "统一社会信用代码", "各名册的归属", "名单出处", "对上的行"),
            "nowhere": ("数据项", "企业名称", "统一社会信用代码", "写的归属", "名单出处"),
            "doubtful": ("名册", "情形", "代码", "名称", "出处"),
        },
        {Way.CODE: "代码相同", Way.NAME: "名称相同", Way.FORMER: "曾用名相同"},
        ",代码不同",
        "归属不同",
        ",代码取自更名对照",
        "一码多名",
        "一名多码",
        "代码不合校验",
        "没有代码也没有名称",
        "(空)",
        "、",
    ),
    "en": _Words(
        {
            "matched": "matched",
            "by_name": "by name only",
            "unmatched": "unmatched",
            "doubled": "doubled",
            "torn": "conflicting places",
            "nowhere": "no place",
            "doubtful": "doubtful",
        },
        {
            "matched": ("fact", "row", "firm", "code", "in the list", "matched row", "how"),
            "by_name": (
                "fact",
                "row",
                "listed name",
                "listed code",
                "in the list",
                "matched name",
                "matched code",
                "matched row",
                "remark",
            ),
            "unmatched": ("fact", "row", "firm", "code", "in the list", "absent from"),
            "doubled": ("register", "case", "code", "name", "where"),
            "torn": ("fact", "counted in", "firm", "code", "places", "in the list", "matched row"),
            "nowhere": ("fact", "firm", "code", "place written", "in the list"),
            "doubtful": ("register", "case", "code", "name", "where"),
        },
        {Way.CODE: "same code", Way.NAME: "same name", Way.FORMER: "same former name"},
        ", codes differ",
        "places differ",
        ", code from the list of former names",
        "one code, several names",
        "one name, several codes",
        "code fails its check",
        "neither code nor name",
        "(blank)",
        ", ",
    ),
}


def listings(matching: Matching, language: Language) -> tuple[Listing, ...]:
    """All lists, empty ones too, in the order in which they are looked at."""
    words = _WORDS[language]
    made: dict[str, list[Cells]] = {name: [] for name in words.titles}
    for tally in matching.tallies:
        for verdict in tally.verdicts:
            for name, cells in _cells(tally, verdict, words):
                made[name].append(cells)
    for ledger in matching.ledgers.values():
        made["doubled"] += _doubled(ledger, words)
        made["doubtful"] += _doubtful(ledger, words)
    return tuple(Listing(name, title, words.heads[name], tuple(made[name])) for name, title in words.titles.items())


def _cells(tally: Tally, verdict: Verdict, words: _Words) -> Iterator[tuple[str, Cells]]:
    """The lists that a firm stands in, each with its row there."""
    base, others = tally.ledgers[0], tally.ledgers[1:]
    row = verdict.firm.rows[0]
    name, code = base.names[row], verdict.firm.code
    here, place = _at(base.place(row)), verdict.key or words.comma.join(verdict.places)
    pairs = list(zip(others, verdict.found, strict=True))
    there = words.comma.join(_at(other.place(item.row)) for other, item in pairs if item is not None)
    if not verdict.matched:
        absent = words.comma.join(other.register.name for other, item in pairs if item is None)
        yield "unmatched", (tally.fact, place, name, code, here, absent)
        return
    if verdict.key is None:
        yield "nowhere", (tally.fact, name, code, words.comma.join(verdict.places) or words.none, here)
        return
    if verdict.torn:
        yield "torn", (tally.fact, verdict.key, name, code, words.comma.join(verdict.places), here, there)
    if verdict.sure:
        how = words.comma.join(words.ways[item.way] for _, item in pairs if item is not None)
        yield "matched", (tally.fact, place, name, code, here, there, how + (words.lent if row in base.lent else ""))
        return
    loose = [(other, item) for other, item in pairs if item is not None and item.way is not Way.CODE]
    other, item = loose[0]
    remark = words.comma.join(_remark(each, words) for _, each in loose)
    found = (other.names[item.row], other.codes[item.row], _at(other.place(item.row)))
    yield "by_name", (tally.fact, place, name, base.codes[row], here, *found, remark)


def _remark(item: Found, words: _Words) -> str:
    return words.ways[item.way] + (words.differ if item.codes_differ else "")


def _doubled(ledger: Ledger, words: _Words) -> Iterator[Cells]:
    for case, groups in ((words.code_many, ledger.doubled_codes()), (words.name_many, ledger.doubled_names())):
        for rows in groups.values():
            for row in rows.values():
                yield (ledger.register.name, case, *_firm(ledger, row))


def _doubtful(ledger: Ledger, words: _Words) -> Iterator[Cells]:
    for case, rows in ((words.failed, ledger.invalid), (words.nameless, ledger.unusable)):
        for row in rows:
            yield (ledger.register.name, case, *_firm(ledger, row))


def _firm(ledger: Ledger, row: int) -> Cells:
    return ledger.codes[row], ledger.names[row], _at(ledger.place(row))


def _at(place: Place) -> str:
    return str(place)
