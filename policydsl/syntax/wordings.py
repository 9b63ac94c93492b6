"""Owns what notices say and an expression cannot (300人以下, 20人至300人, 每家5元): the stretch of a line, and how to write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from policydsl.diagnostics.model import Language


@frozen
class Wording:
    """A stretch of a line, and what says the same in an expression. `kind`: which turn of phrase it is."""

    kind: str
    start: int
    end: int
    mended: str


_NUMBER = r"\d[\d,.]*(?:[^\s\d,.、()以及至到~和与之]+(?:/[^\s\d,.、()以及至到~和与之]+)?)?"
_DAY = r"[12]\d{3}年\d{1,2}月\d{1,2}日|[12]\d{3}-\d\d-\d\d"
_SUBJECT = r"(?P<x>[^\s()、,]+(?:\([^\s()]*\))?(?:\.[^\s()、,]+)?)"

_ZH = {
    "post": re.compile(
        rf"(?:在\s*)?(?P<n>{_NUMBER})\s*及?(?P<w>以上|以下|以内)\s*(?:\((?P<m>含|不含)\))?(?:的(?!\s))?"
    ),
    "before": re.compile(rf"(?:在\s*)?(?P<w>以上|以下|以内)\s*(?P<m>)(?P<n>{_NUMBER})"),
    "between": re.compile(
        rf"{_SUBJECT}\s+(?:在|介于)?\s*(?P<a>{_NUMBER}|{_DAY})\s*(?:至|到|~|—|和|与)\s*(?P<b>{_DAY}|{_NUMBER})\s*(?:之间|期间)?"
    ),
    "day": re.compile(
        rf"(?:在\s*)?(?P<d>{_DAY})\s*(?P<w>之前|以前|前|之后|以后|后|起)\s*(?:\((?P<m>含|不含)(?:当日|本日)?\))?"
    ),
    "list": re.compile(rf"{_SUBJECT}\s+(?:为|是|等于|属于)\s+(?P<l>[^\s、,()]+(?:\s?、\s?[^\s、,()]+)+)"),
    "chain": re.compile(
        r"(?P<r>不低于|不少于|至少|达到|满|不超过|不高于|不多于|至多|超过|高于|多于|大于|低于|不足|不满|少于|小于|[≤≥<>]=?)"
        rf"\s*{_SUBJECT}\s+(?=不低于|不少于|不超过|不高于|不多于|超过|高于|多于|大于|低于|不足|不满|少于|小于|[≤≥<>])"
    ),
    "each": re.compile(rf"{_SUBJECT}\s+每(?!满|增|超|达|多|少)(?P<u>[^\W\d]+?)\s*(?P<v>\d[\d,.]*[^\s\d,.、()]+)"),
}
_EN = {
    "post": re.compile(
        rf"(?P<n>{_NUMBER})\s*(?P<w>and above|and below|and within)\s*(?:\((?P<m>inclusive|exclusive)\))?"
    ),
    "between": re.compile(rf"{_SUBJECT}\s+(?:from|between)?\s*(?P<a>\d\S*)\s+(?:to|and)\s+(?P<b>\d\S*)"),
    "list": re.compile(rf"{_SUBJECT}\s+(?:is|equals)\s+(?P<l>[^\s,()]+(?:\s*,\s*[^\s,()]+)+)"),
    "chain": re.compile(
        r"(?P<r>not below|not less than|at least|not over|not above|not more than|at most|over|above|below|under|[≤≥<>]=?)"
        rf"\s+{_SUBJECT}\s+(?=not |at |over |above |below |under |[≤≥<>])"
    ),
    "each": re.compile(rf"{_SUBJECT}\s+every\s+(?P<u>[A-Za-z_]+)\s+(?P<v>\d\S*)"),
    "word": re.compile(r"(?<!\S)(?P<s>otherwise|==)(?!\S)"),
}
_INSTEAD = {"otherwise": "else", "==": "="}
_POST = {
    ("zh", "以上", True): "不低于",
    ("zh", "以上", False): "超过",
    ("zh", "以下", True): "不超过",
    ("zh", "以下", False): "低于",
    ("zh", "以内", True): "不超过",
    ("zh", "以内", False): "低于",
    ("en", "and above", True): "not below",
    ("en", "and above", False): "over",
    ("en", "and below", True): "not over",
    ("en", "and below", False): "below",
    ("en", "and within", True): "not over",
    ("en", "and within", False): "below",
}
_DAYS = {"前": ("不晚于", "早于"), "后": ("不早于", "晚于"), "起": ("不早于", "晚于")}
EACH = re.compile(r"(?<!\S)(?:每\S*|every)(?=\s)")
"""每 where no line of its own begins with it."""


def wordings(text: str, start: int, end: int, at: int, language: Language) -> Iterator[Wording]:
    """What of `text` from `start` to `end`, around `at`, may be the notice's own order of words, the likeliest first."""
    for kind, pattern in (_ZH if language == "zh" else _EN).items():
        for found in pattern.finditer(text, start, end):
            if found.start() <= at <= found.end():
                yield Wording(kind, found.start(), found.end(), _written(kind, found, language).rstrip())


def _written(kind: str, found: re.Match[str], language: Language) -> str:
    zh = language == "zh"
    match kind:
        case "post" | "before":
            included = found["m"] not in ("不含", "exclusive")
            return f"{_POST[language, found['w'], included]} {found['n']}"
        case "between":
            x, a, b = found["x"], found["a"], found["b"]
            if not zh:
                return f"{x} not below {a} and {x} not over {b}"
            low, high = ("不早于", "不晚于") if re.fullmatch(_DAY, a) else ("不低于", "不超过")
            return f"{x} {low} {a} 且 {x} {high} {b}"
        case "day":
            with_it, without_it = _DAYS[found["w"][-1]]
            return f"{without_it if found['m'] == '不含' else with_it} {found['d']}"
        case "list":
            return f"{found['x']} {'在' if zh else 'in'} ({found['l']})"
        case "chain":
            return f"{found['r']} {found['x']} {'且' if zh else 'and'} {found['x']} "
        case "word":
            return _INSTEAD[found["s"]]
        case _:
            return f"{found['x']} × {found['v']}/{found['u']}"
