"""Owns the table made from `grammar.lark`: building it takes lark most of a second, so it is kept in `tables.json`.

`python -m policydsl.syntax.tables` writes that file anew after a change of the grammar or the keywords; a test holds them together.
Only that needs lark; a command reads the file, which is data and runs no code.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policydsl.diagnostics.model import Language
from policydsl.syntax.automaton import Automaton, Made, Rows
from policydsl.syntax.keywords import KEYWORDS
from policydsl.syntax.tokens import Words

if TYPE_CHECKING:
    from lark import Lark

STARTS = (
    "declaration",
    "members",
    "header",
    "field",
    "rule_line",
    "task_line",
    "item_line",
    "calendar_line",
    "register_line",
    "reading_line",
    "example_line",
    "amend_line",
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
    """The SHA-256 of the grammar that the table is made from."""
    from hashlib import sha256

    return sha256(f"{grammar()}{STARTS}".encode()).hexdigest()


def build(lexer: Any = "basic") -> Lark:
    """Lark's parser made anew from the grammar. Raises lark's GrammarError if the grammar is not LALR(1)."""
    from lark import Lark

    return Lark(
        grammar(),
        parser="lalr",
        lexer=lexer,
        start=list(STARTS),
        propagate_positions=True,
        maybe_placeholders=True,
    )


def serialise(parser: Lark) -> str:
    """The table of a parser as JSON text, with the patterns of its terminals and the fingerprint of the grammar.

    `rows` has for each state its steps (symbol, state, …) and its complete rules (rule, set of terminals, …); symbols are
    numbers in `symbols`, sets numbers in `sets`.
    """
    from lark.parsers.lalr_analysis import Shift

    table: Any = parser.parser.parser.parser.parse_table
    rules = sorted(parser.rules, key=lambda rule: (str(rule.origin.name), [str(part.name) for part in rule.expansion]))
    number = {rule: at for at, rule in enumerate(rules)}
    symbols = sorted({str(name) for row in table.states.values() for name in row})
    place = {name: at for at, name in enumerate(symbols)}
    states = numbered(table)
    sets: dict[tuple[int, ...], int] = {}
    rows = []
    for state in states:
        steps: list[int] = []
        complete: dict[int, list[int]] = {}
        for name, (action, argument) in sorted(table.states[state].items()):
            if action is Shift:
                steps += [place[name], states[argument]]
            else:
                complete.setdefault(number[argument], []).append(place[name])
        pairs: list[int] = []
        for rule, names in sorted(complete.items()):
            pairs += [rule, sets.setdefault(tuple(names), len(sets))]
        rows.append([steps, pairs])
    data = {
        "grammar": fingerprint(),
        "patterns": {str(terminal.name): terminal.pattern.to_regexp() for terminal in parser.terminals},
        "symbols": symbols,
        "sets": [list(names) for names in sets],
        "rules": [_made(rule) for rule in rules],
        "rows": rows,
        "first": {name: states[table.start_states[name]] for name in STARTS},
        "last": {name: states[table.end_states[name]] for name in STARTS},
    }
    lines = ",\n".join(
        f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'), sort_keys=True)}"
        for key, value in data.items()
    )
    return f"{{\n{lines}\n}}\n"


def numbered(table: Any) -> dict[int, int]:
    """Our number of each state of lark's: in the order in which they are reached, since lark's differ from run to run."""
    from lark.parsers.lalr_analysis import Shift

    reached: dict[int, int] = {}
    waiting = [table.start_states[name] for name in reversed(STARTS)]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached[state] = len(reached)
            steps = sorted((name, at) for name, (action, at) in table.states[state].items() if action is Shift)
            waiting += [at for _, at in reversed(steps)]
    return reached


def _made(rule: Any) -> Made:
    """How a rule of lark's makes its tree: tokens that only mark are left out, the parts of `_rules` take their place."""
    absent = "".join(str(int(empty)) for empty in rule.options.empty_indices) or "0" * len(rule.expansion)
    # the None of `[…]` that stand before each part, and at the end
    nones = [len(run) for run in absent.split("0")]
    kept: list[tuple[int, bool, int]] = []
    before = 0
    for at, symbol in enumerate(rule.expansion):
        before += nones[at]
        if not (symbol.is_term and symbol.filter_out):
            kept.append((at, not symbol.is_term and symbol.name.startswith("_"), before))
            before = 0
    before += nones[len(rule.expansion)]
    plain = not before and kept == [(at, False, 0) for at in range(len(rule.expansion))]
    return Made(
        origin=str(rule.origin.name),
        size=len(rule.expansion),
        data=str(rule.alias or rule.options.template_source or rule.origin.name),
        single=bool(rule.options.expand1) and not rule.alias,
        kept=None if plain else tuple(kept),
        nones=before,
    )


@cache
def _read() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLES.read_bytes())
    return table


@cache
def automaton() -> Automaton:
    """The table of the grammar, which serves both languages."""
    table = _read()
    return Automaton(
        Rows(table["symbols"], table["sets"], table["rows"]),
        [Made(*rule) for rule in table["rules"]],
        table["first"],
        table["last"],
    )


@cache
def words_of(language: Language) -> Words:
    """What makes tokens of a line whose keywords are in `language`."""
    return Words(language, _read()["patterns"], automaton())


def write() -> None:
    """Write `tables.json` anew, beside it and then in its place."""
    beside = TABLES.with_suffix(".new")
    beside.write_text(serialise(build()), encoding="utf-8")
    os.replace(beside, TABLES)


if __name__ == "__main__":
    write()
