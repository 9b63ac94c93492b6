"""Owns the page of all words of the language: docs/language/keywords.md is what `page()` gives, and a test holds the two together."""

from __future__ import annotations

from pathlib import Path

from policydsl.syntax.keywords import KEYWORDS, RELATIONS, SIGNS, TYPE_WORDS

_GROUPS = {
    "declaration": ("声明:一行的开头", "a line begins with it"),
    "header": ("政策的各行", "lines of the header"),
    "line of a block": ("规则、任务、读法、算例下面的行", "lines below a rule, task, reading or example"),
    "mark of a declaration": ("声明后面的标记", "marks of a declaration"),
    "row": ("各档、各段里的词", "words of a row"),
    "logic": ("逻辑和范围", "logic and filters"),
    "comparator": ("比较", "comparators"),
    "postfix comparator": ("写在数后面的比较", "comparators after a number"),
    "value": ("值;要当名称用,须加「」", "values; as names they need 「」"),
    "function": ("后面紧跟括号的词", "words before an opening bracket"),
}
_MEANS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "=", "ne": "≠"}
_POSTFIX = {"POST_GE": "≥", "POST_LE": "≤", "POST_LE_IN": "≤"}


def page() -> str:
    """The page: a table for each group, both spellings side by side, and what each comparator means."""
    lines = [
        "# 全部关键词 / all words",
        "",
        "每个词有一种中文写法、一种英文写法;一个文件只用一种。`policydsl fmt --to en|zh` 换另一种。名称照写不变。",
        "",
        "Every word has one Chinese and one English spelling; a file uses one set. `policydsl fmt --to en|zh` switches. Names stay as written.",
        "",
    ]
    for group, (zh, en) in _GROUPS.items():
        words = [keyword for keyword in KEYWORDS if keyword.group == group]
        compares = group in ("comparator", "postfix comparator")
        lines += [
            f"## {zh} / {en}",
            "",
            "| 中文 | English |" + (" |" if compares else ""),
            "|---|---|" + ("---|" if compares else ""),
        ]
        for keyword in words:
            meaning = _POSTFIX.get(keyword.id) or _MEANS.get(RELATIONS.get(keyword.id, ""), "")
            lines.append(f"| `{keyword.zh}` | `{keyword.en}` |" + (f" {meaning} |" if compares else ""))
        lines.append("")
    lines += ["## 类型 / types", "", "| 中文 | English |", "|---|---|"]
    lines += [f"| `{zh}` | `{en}` |" for zh, en in TYPE_WORDS]
    lines += [
        "",
        "单位、名录、对象的名称也是类型。 The names of units, lists and entities are types too.",
        "",
        "## 符号 / signs",
        "",
    ]
    lines += ["| 写法 / written | 标准写法 / canonical |", "|---|---|"]
    lines += [f"| `{written}` | `{canonical}` |" for written, canonical in SIGNS.items()]
    lines += ["", "`+` `=` `<` `>` `≥` `≤` `≠` `×` `÷` `−` 照写。全角的符号、数字和括号都认。", ""]
    return "\n".join(lines)


def write() -> None:
    """Write the page anew."""
    (Path(__file__).parents[2] / "docs" / "language" / "keywords.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
