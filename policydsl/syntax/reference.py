"""Owns the page of all words of the language, with what each says: docs/language/keywords.md is what `page()` gives, held by a test."""

from __future__ import annotations

from pathlib import Path

from policydsl.syntax.keywords import KEYWORDS, RELATIONS, TYPE_WORDS, Keyword
from policydsl.syntax.meanings import GROUPS, MEANINGS, TYPES

_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "=", "ne": "≠"}
_OTHER_SIGNS = (
    ("=", "=", "等于;定义和赋值", "equal; a definition, an assignment"),
    ("≠", "!= <>", "不等于", "not equal"),
    ("≥", ">= ⩾", "不低于,含本数", "at least, including the number"),
    ("≤", "<= ⩽", "不超过,含本数", "at most, including the number"),
    (">", ">", "超过,不含本数", "over, excluding the number"),
    ("<", "<", "低于,不含本数", "under, excluding the number"),
    ("+", "+", "加", "plus"),
    (
        "−",
        "-",
        "减;两边各空一格。紧贴后面的数是负号",
        "minus, with a blank on both sides; glued to a number it is its sign",
    ),
    ("×", "*", "乘", "times"),
    ("÷", "/", "除;写 / 时两边各空一格", "divided by; a / has a blank on both sides"),
    ("/", "/", "紧贴在单位之间:元/家", "between units, glued to both: 元/家"),
    ("、", ",", "列举", "between the items of a list"),
    ("「」", "", "名称,里面可以有数字、空格和保留的词", "a name that holds digits, blanks or a reserved word"),
    ("“”", '""', "文字", "a text"),
    ("#", "", "注释,到行末", "a comment, to the end of the line"),
    ("|", "", "表的格", "a cell of a table"),
)


def page() -> str:
    """The Markdown of the page."""
    lines = [
        "# 全部关键词 / All words",
        "",
        "每个词有一种中文写法、一种英文写法;一个文件只用一种,`policydsl fmt --to en|zh` 换另一种,名称照写不变。",
        "标点、数字和空格用全角半角都可以。",
        "",
        "Every word has one Chinese and one English spelling; a file uses one set, and `policydsl fmt --to en|zh` switches;",
        "names stay as written. Full-width and half-width signs, digits and blanks count the same.",
        "",
    ]
    for group, (zh, en, note) in GROUPS.items():
        lines += [f"## {zh} / {en}", "", note, ""]
        lines += _table([_row(keyword) for keyword in KEYWORDS if keyword.group == group])
    lines += ["## 类型 / Types", ""]
    lines += [
        "只在写类型的地方算数;单位、名录、对象的名称也是类型。 Where a type stands; the names of units, lists and entities are types too.",
        "",
    ]
    lines += _table([(zh, en, *TYPES[zh]) for zh, en in TYPE_WORDS])
    lines += ["## 符号 / Signs", ""]
    lines += [
        "第一列是排版以后的写法,第二列也可以写。 The formatter writes the first column; the second may be written too.",
        "",
    ]
    lines += ["| 符号 | 也可以写 | 意思 | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| {_code(sign)} | {_code(also)} | {zh} | {en} |" for sign, also, zh, en in _OTHER_SIGNS]
    return "\n".join(lines) + "\n"


def _row(keyword: Keyword) -> tuple[str, str, str, str]:
    relation = RELATIONS.get(keyword.id)
    if relation is None:
        return (keyword.zh, keyword.en, *MEANINGS[keyword.id])
    zh, en = MEANINGS.get(keyword.id, ("", ""))
    sign = f"`{_SIGNS[relation]}`"
    return (keyword.zh, keyword.en, f"{sign} {zh}".strip(), f"{sign} {en}".strip())


def _table(rows: list[tuple[str, str, str, str]]) -> list[str]:
    lines = ["| 中文 | English | 意思 | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| `{zh}` | `{en}` | {said} | {says} |" for zh, en, said, says in rows]
    return [*lines, ""]


def _code(signs: str) -> str:
    return " ".join(f"`{sign}`".replace("|", "\\|") for sign in signs.split())


def write() -> None:
    """Write the page anew."""
    (Path(__file__).parents[2] / "docs" / "language" / "keywords.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
