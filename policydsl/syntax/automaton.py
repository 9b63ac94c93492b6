"""Owns running the grammar's table over the tokens of a line: shifts, reductions, and the tree they make.

lark makes the table from `grammar.lark` (tables.py); running it here spares every start the import of lark and the loading of its
general form, and makes the same trees in half the time (docs/decisions/0070-table.md). A test holds the trees to lark's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from policydsl.syntax.twig import END, Token, Tree, Twig

Row = dict[str, int]
"""What a state does at each terminal and after each rule: a state to go on to, or −1 − the number of a rule that is complete."""


class Made(NamedTuple):
    """A rule of the grammar that may be complete, and the tree that it makes.

    `origin`: the rule. `size`: how many parts it has. `data`: the name of its tree. `single`: it gives way to its only part.
    `kept`: which parts become children, each with whether its own children take its place and how many None stand before it;
    None where all parts are children as they are. `nones`: how many None stand at the end.
    """

    origin: str
    size: int
    data: str
    single: bool
    kept: tuple[tuple[int, bool, int], ...] | None
    nones: int


class Refused(Exception):
    """A line that the grammar does not have. `token` is where it stops; `stack` the states it had come to."""

    def __init__(self, token: Token, stack: list[int]) -> None:
        super().__init__(token)
        self.token = token
        self.stack = stack


class Rows(dict[int, Row]):
    """The states of a table, each unpacked when a line first comes to it: most lines need few of them."""

    def __init__(self, symbols: list[str], sets: list[list[int]], packed: list[list[list[int]]]) -> None:
        super().__init__()
        self._symbols = symbols
        self._sets = sets
        self._packed = packed

    def __missing__(self, state: int) -> Row:
        to, complete = self._packed[state]
        symbols = self._symbols
        row = {symbols[to[at]]: to[at + 1] for at in range(0, len(to), 2)}
        for at in range(0, len(complete), 2):
            row.update(dict.fromkeys([symbols[number] for number in self._sets[complete[at + 1]]], -1 - complete[at]))
        self[state] = row
        return row


class Automaton(NamedTuple):
    """A table: its states and rules, and for each start symbol its first and last state."""

    rows: Rows
    rules: list[Made]
    first: dict[str, int]
    last: dict[str, int]

    def takes(self, stack: list[int], terminal: str) -> bool:
        """Whether a line would come to take `terminal` after `stack`; a state's entry says only that it may somewhere."""
        rows = self.rows
        action = rows[stack[-1]].get(terminal)
        if action is None or action >= 0:
            return action is not None
        last = self.last.values() if terminal == END else ()
        reached = list(stack)
        while action is not None and action < 0:
            rule = self.rules[-1 - action]
            if rule.size:
                del reached[-rule.size :]
            state = rows[reached[-1]][rule.origin]
            if state in last:
                return True
            reached.append(state)
            action = rows[state].get(terminal)
        return action is not None

    def accepts(self, stack: list[int]) -> set[str]:
        """Every terminal that could stand next."""
        return {name for name in self.rows[stack[-1]] if name.isupper() and self.takes(stack, name)}

    def run(self, symbol: str, tokens: Iterable[Token], stack: list[int], end: int) -> Tree:
        """The tree of `tokens` as `symbol`. `stack` is filled as they are taken, so that they may be chosen by it.

        `end` is where the line ends. Raises Refused at the first token that cannot stand where it does.
        """
        rows, rules, last = self.rows, self.rules, self.last[symbol]
        stack.append(self.first[symbol])
        row = rows[stack[-1]]
        values: list[Twig] = []
        for token in tokens:
            kind = token.type
            while True:
                action = row.get(kind)
                if action is None:
                    raise Refused(token, stack)
                if action >= 0:
                    break
                row = self._reduce(rules[-1 - action], stack, values)
            stack.append(action)
            values.append(token)
            row = rows[action]
        while stack[-1] != last:
            action = row.get(END)
            if action is None:
                raise Refused(Token(END, "", end, end), stack)
            row = self._reduce(rules[-1 - action], stack, values)
        made = values[-1]
        assert isinstance(made, Tree)
        return made

    def _reduce(self, rule: Made, stack: list[int], values: list[Twig]) -> Row:
        """Put the tree of a complete rule in the place of its parts; gives the state that it leads to."""
        origin, size, data, single, kept, nones = rule
        if size:
            parts = values[-size:]
            del values[-size:], stack[-size:]
        else:
            parts = []
        if kept is None:
            children = parts
        else:
            children = []
            for at, spread, before in kept:
                if before:
                    children += [None] * before
                part = parts[at]
                if spread:
                    # a list of many parts grows in place
                    found = part.children  # type: ignore[union-attr]
                    children = children + found if children else found
                else:
                    children.append(part)
            if nones:
                children += [None] * nones
        made: Twig
        if single and len(children) == 1:
            made = children[0]
        else:
            made = Tree(data, children)
        if made.__class__ is Tree:
            _place(made, parts)
        values.append(made)
        state = self.rows[stack[-1]][origin]
        stack.append(state)
        return self.rows[state]


def _place(made: Tree, parts: list[Twig]) -> None:
    """Say where a tree stands: from its first part that is written to its last. A place it has already is kept."""
    start = end = -1
    for part in parts:
        if part is not None:
            start = part.start_pos if part.__class__ is Token else part.outer_start  # type: ignore[union-attr]
            if start >= 0:
                break
    if start < 0:
        return
    for part in reversed(parts):
        if part is not None:
            end = part.end_pos if part.__class__ is Token else part.outer_end  # type: ignore[union-attr]
            if end >= 0:
                break
    made.outer_start, made.outer_end = start, end
    if made.start_pos < 0:
        made.start_pos, made.end_pos = start, end
