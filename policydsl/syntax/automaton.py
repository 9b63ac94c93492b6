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


class Parts(NamedTuple):
    """What a line has come to: trees and tokens, and where each begins and ends, −1 where nothing is written.

    A tree that took the place of its only part keeps its own place; here all that was written counts, brackets too.
    """

    values: list[Twig]
    starts: list[int]
    ends: list[int]


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
        rows = self.rows
        stack.append(self.first[symbol])
        row = rows[stack[-1]]
        parts = Parts([], [], [])
        values, starts, ends = parts
        for token in tokens:
            state = row.get(token.type, -1)
            if state < 0:
                state = self._reduce(token, stack, parts)
            stack.append(state)
            values.append(token)
            starts.append(token.start_pos)
            ends.append(token.end_pos)
            row = rows[state]
        self._reduce(Token(END, "", end, end), stack, parts, self.last[symbol])
        made = values[-1]
        assert isinstance(made, Tree)
        return made

    def _reduce(self, token: Token, stack: list[int], parts: Parts, last: int = -1) -> int:
        """Put the trees of complete rules in the places of their parts, until `token` can be taken or the state `last` is reached.

        Gives the state to go on to. Raises Refused where there is neither.
        """
        rows, rules, kind = self.rows, self.rules, token.type
        values, starts, ends = parts
        while stack[-1] != last:
            action = rows[stack[-1]].get(kind)
            if action is None:
                raise Refused(token, stack)
            if action >= 0:
                return action
            origin, size, data, single, kept, nones = rules[-1 - action]
            if size == 1 and kept is None:
                # most rules: what has one part stands where that stands
                stack.pop()
                if not single:
                    values[-1] = Tree(data, [values[-1]], starts[-1], ends[-1])
            else:
                start = end = -1
                own: list[Twig] = []
                if size:
                    start, end, own = starts[-size], ends[-1], values[-size:]
                    if start < 0 or end < 0:
                        # its first or last part is not written
                        start = next((at for at in starts[-size:] if at >= 0), -1)
                        end = next((at for at in reversed(ends[-size:]) if at >= 0), -1)
                    del stack[-size:], values[-size:], starts[-size:], ends[-size:]
                children = own if kept is None else _children(own, kept, nones)
                if single and len(children) == 1:
                    values.append(children[0])
                else:
                    values.append(Tree(data, children, start, end))
                starts.append(start)
                ends.append(end)
            stack.append(rows[stack[-1]][origin])
        return last


def _children(parts: list[Twig], kept: Iterable[tuple[int, bool, int]], nones: int) -> list[Twig]:
    """The children that a rule makes of its parts."""
    children: list[Twig] = []
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
    return children
