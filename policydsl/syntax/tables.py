"""Owns the parser made from `grammar.lark`: building it takes most of a second, so its tables are kept in `tables.json`.

`python -m policydsl.syntax.tables` writes that file anew after a change of the grammar or the keywords; a test holds them together.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from policydsl.diagnostics.model import Language
from policydsl.syntax.keywords import KEYWORDS
from policydsl.syntax.tokens import ChineseLexer, EnglishLexer

STARTS = (
    "declaration",
    "members",
    "header",
    "field",
    "rule_line",
    "task_line",
    "item_line",
    "calendar_line",
    "reading_line",
    "example_line",
    "cell",
    "expr",
)
_HERE = Path(__file__).parent
TABLES = _HERE / "tables.json"


def grammar() -> str:
    """The whole grammar: the file with the terminals of the keywords declared."""
    written = (_HERE / "grammar.lark").read_text(encoding="utf-8")
    declared = " ".join(sorted({keyword.terminal for keyword in KEYWORDS}))
    return f"{written}\n%declare {declared}\n"


def fingerprint() -> str:
    """The SHA-256 of the grammar that tables are made from."""
    return hashlib.sha256(f"{grammar()}{STARTS}".encode()).hexdigest()


def build() -> Lark:
    """The parser made anew from the grammar. Raises lark's GrammarError if the grammar is not LALR(1)."""
    return Lark(
        grammar(),
        parser="lalr",
        lexer=ChineseLexer,
        start=list(STARTS),
        propagate_positions=True,
        maybe_placeholders=True,
    )


def serialise(parser: Lark) -> str:
    """The tables of a parser as JSON text, with the fingerprint of their grammar."""
    parser.options.options["lexer"] = None
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    data["parser"]["lexer_conf"]["lexer_type"] = None
    return json.dumps(
        {"data": data, "memo": memo, "grammar": fingerprint()},
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


@cache
def parser_for(language: Language) -> Lark:
    """The parser for files with keywords of `language`."""
    tables: dict[str, Any] = json.loads(TABLES.read_text(encoding="utf-8"))
    lexer = ChineseLexer if language == "zh" else EnglishLexer
    data = tables["data"]
    data["options"]["lexer"] = lexer
    data["parser"]["lexer_conf"]["lexer_type"] = lexer
    # JSON keys are text; lark's tables are keyed by numbers
    tables["memo"] = {int(key): value for key, value in tables["memo"].items()}
    table = data["parser"]["parser"]
    table["states"] = {int(state): _actions(row) for state, row in table["states"].items()}
    table["tokens"] = {int(number): name for number, name in table["tokens"].items()}
    return Lark.load(tables)


def _actions(row: dict[str, list[Any]]) -> dict[int, tuple[Any, ...]]:
    return {int(token): tuple(action) for token, action in row.items()}


def write() -> None:
    """Write `tables.json` anew, beside it and then in its place."""
    beside = TABLES.with_suffix(".new")
    beside.write_text(serialise(build()) + "\n", encoding="utf-8")
    os.replace(beside, TABLES)


if __name__ == "__main__":
    write()
