"""Owns the tree of one line as the grammar has it: tokens and trees with their places. What they mean is built from them later."""

from __future__ import annotations

from typing import Final

END: Final = "$END"
"""The type of the token at the end of a line."""


class Token(str):
    """A word of a line. The text is what it stands for: a keyword's is its id. Places are character offsets in the source."""

    __slots__ = ("end_pos", "start_pos", "type")
    type: str
    start_pos: int
    end_pos: int

    def __new__(cls, type_: str, text: str, start: int, end: int) -> Token:
        """A token of terminal `type_`."""
        token = str.__new__(cls, text)
        token.type = type_
        token.start_pos = start
        token.end_pos = end
        return token

    def __repr__(self) -> str:
        return f"Token({self.type!r}, {str(self)!r})"


class Tree:
    """A rule of the grammar (`data`) and what it is made of; None stands for a part in `[…]` that is not there.

    `start_pos` and `end_pos` are offsets in the source, −1 where nothing is written. A tree that took the place of its only
    part has the place of that part.
    """

    __slots__ = ("children", "data", "end_pos", "start_pos")

    def __init__(self, data: str, children: list[Tree | Token | None], start: int, end: int) -> None:
        self.data = data
        self.children = children
        self.start_pos = start
        self.end_pos = end

    def __repr__(self) -> str:
        return f"Tree({self.data!r}, {self.children!r})"


Twig = Tree | Token | None
