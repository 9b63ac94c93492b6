"""Owns the way from the node of an expression back to its text, in pieces between which a long line may be broken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from attrs import define, field

from policydsl.syntax import tree
from policydsl.syntax.quoting import Pieces, run_of
from policydsl.syntax.spelling import Spelling

_SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷"}


@define
class Phrases:
    """Writes the expressions of one line. `blocks` are those whose rows stand below it."""

    spelling: Spelling
    blocks: list[tree.Block] = field(factory=list)

    def flat(self, node: tree.Expr) -> str:
        """An expression on one line."""
        return run_of(self.expr(node))

    def expr(self, node: tree.Expr, level: int = 0) -> Pieces:
        """The pieces of an expression, whose outermost breaks have `level`."""
        spell = self.spelling
        match node:
            case tree.Quantity():
                return [(0, spell.quantity(node))]
            case tree.Day():
                return [(0, spell.day(node.value))]
            case tree.Time():
                return [(0, spell.time(node.value))]
            case tree.Words():
                return [(0, spell.text(node.text))]
            case tree.Constant():
                return [(0, spell.word(node.word))]
            case tree.Undecided():
                return [(0, spell.word(node.kind) + (f" {spell.text(node.reason)}" if node.reason else ""))]
            case tree.Reference():
                return self._reference(node, level)
            case tree.Unary(op="neg"):
                return joined("−", self.expr(node.operand, level), "")
            case tree.Unary():
                return joined(spell.word("NOT"), self.expr(node.operand, level))
            case tree.Binary():
                return self._binary(node, level)
            case tree.Comparison():
                right = joined(self.expr(node.right, level + 1), spell.included(node.inclusive), "")
                return joined(joined(self.expr(node.left, level + 1), spell.word(node.word)), right)
            case tree.Portion():
                pieces = joined(self.expr(node.measure, level + 1), spell.word(node.word))
                return joined(joined(pieces, self.expr(node.limit, level + 1)), spell.word("PORTION"))
            case tree.Logic():
                word = spell.word("AND" if node.op == "and" else "OR")
                first, *others = node.parts
                pieces = self.expr(first, level + 1)
                for part in others:
                    pieces += broken_before(word, self.expr(part, level + 1), level)
                return pieces
            case tree.Among():
                return self._among(node, level)
            case tree.If():
                pieces = joined(spell.word("IF"), self.expr(node.condition, level + 2))
                pieces += broken_before(spell.word("THEN"), self.expr(node.then, level + 2), level + 1)
                # a chain of 否则 若 goes on at the level of the first
                after = level if isinstance(node.otherwise, tree.If) else level + 2
                return pieces + broken_before(spell.word("ELSE"), self.expr(node.otherwise, after), level)
            case tree.Group():
                return joined(joined("(", self.expr(node.inner, level + 1), ""), ")", "")
            case tree.Several():
                return [(0, f"({spell.comma.join(self.flat(item) for item in node.items)})")]
            case tree.Instead():
                pieces = joined(self.expr(node.body, level + 1), spell.word(node.word))
                return joined(pieces, self.expr(node.instead, level + 1))
            case tree.Function():
                return self._function(node, level)
            case tree.Ordered():
                return self._ordered(node, level)
            case tree.Block():
                return self._block(node, level)
            case _:
                assert_never(node)

    def _reference(self, node: tree.Reference, level: int) -> Pieces:
        spell = self.spelling
        first, *rest = node.path
        pieces: Pieces = [(0, f"{spell.word('THIS')}.{spell.name(first)}" if node.this else spell.name(first))]
        if node.keys is not None:
            pieces = joined(joined(pieces, self._listed(node.keys, level + 1), "("), ")", "")
        return joined(pieces, "".join(f".{spell.name(name)}" for name in rest), "")

    def _listed(self, items: Iterable[tree.Expr], level: int) -> Pieces:
        """Expressions with commas between them; a line may be broken after each."""
        pieces: Pieces = []
        for item in items:
            pieces = joined(pieces, ",", "") if pieces else pieces
            following = self.expr(item, level + 1)
            pieces += [(level, following[0][1]), *following[1:]]
        return pieces

    def _binary(self, node: tree.Binary, level: int) -> Pieces:
        """A chain of one rank of operators, from its left end; only sums are broken."""
        ranks = ("add", "sub") if node.op in ("add", "sub") else ("mul", "div", "of")
        chain: list[tree.Binary] = []
        left: tree.Expr = node
        while isinstance(left, tree.Binary) and left.op in ranks:
            chain.append(left)
            left = left.left
        pieces = self.expr(left, level + 1)
        for link in reversed(chain):
            right = self.expr(link.right, level + 1)
            if link.op in ("add", "sub"):
                pieces += broken_before(_SIGNS[link.op], right, level)
            else:
                sign = self.spelling.word("OF") if link.op == "of" else _SIGNS[link.op]
                pieces = joined(joined(pieces, sign), right)
        return pieces

    def _among(self, node: tree.Among, level: int) -> Pieces:
        pieces = joined(self.expr(node.item, level + 1), self.spelling.word("IN"))
        if isinstance(node.options, tree.Reference):
            return joined(pieces, self.expr(node.options, level + 1))
        options = self.spelling.comma.join(self.flat(option) for option in node.options)
        return joined(pieces, f"({options})")

    def _function(self, node: tree.Function, level: int) -> Pieces:
        spell = self.spelling
        inner = self._listed(node.args, level + 2)
        if node.all_rows:
            inner = joined(spell.word("ALL_ROWS"), inner)
        if node.of_each is not None:
            inner = joined(joined(inner, ":", ""), self.expr(node.of_each, level + 2))
        if node.to_each is not None:
            inner = joined(joined(inner, ",", ""), self.expr(node.to_each, level + 2))
        inner += self._clause("FILTER", node.where, level)
        inner += self._clause("SATISFIES", node.satisfies, level)
        inner += self._several("BY_ORDER", node.order, level)
        inner += self._clause("NTH_AT", node.nth, level)
        inner += self._clause("IF_EMPTY", node.if_empty, level)
        return joined(joined(f"{spell.word(node.word)}(", inner, ""), ")", "")

    def _clause(self, word: str, node: tree.Expr | None, level: int) -> Pieces:
        return [] if node is None else broken_before(self.spelling.word(word), self.expr(node, level + 2), level + 1)

    def _keys(self, keys: tuple[tree.Key, ...], level: int) -> Pieces:
        """Keys with the words for their directions and a list mark between them."""
        spell = self.spelling
        pieces: Pieces = []
        for at, (key, direction) in enumerate(keys):
            said = joined(self.expr(key, level), spell.word(direction) if direction else "")
            pieces = joined(joined(pieces, spell.comma.strip(), ""), said, spell.comma[1:]) if at else said
        return pieces

    def _several(self, word: str, keys: tuple[tree.Key, ...], level: int) -> Pieces:
        return broken_before(self.spelling.word(word), self._keys(keys, level + 2), level + 1) if keys else []

    def _ordered(self, node: tree.Ordered, level: int) -> Pieces:
        spell = self.spelling
        if node.kind == "IN_TURN":
            assert node.subject is not None and node.limit is not None
            whole = f" {spell.word('ALL_ROWS')}" if node.all_rows else ""
            pieces = joined(spell.word("IN_TURN") + whole, self.expr(node.subject, level + 1))
            pieces = joined(joined(pieces, spell.word("LIMIT_TO")), self.expr(node.limit, level + 1))
            if node.where is not None:
                pieces = joined(joined(pieces, spell.word("FILTER")), self.expr(node.where, level + 1))
            for word, keys in (("GROUPED", _plain(node.group)), ("BY_ORDER", node.order)):
                if keys:
                    pieces = joined(joined(pieces, spell.word(word)), self._keys(keys, level + 1))
            return pieces
        inner: Pieces = []
        if node.subject is not None:
            inner = self.expr(node.subject, level + 2)
        if node.keys:
            inner = joined(inner, self._keys(node.keys, level + 2))
        if node.limit is not None:
            word = "BY" if node.kind == "O_SHARE" else "TO"
            inner = joined(joined(inner, spell.word(word)), self.expr(node.limit, level + 2))
        if node.all_rows:
            inner = joined(spell.word("ALL_ROWS"), inner)
        inner += self._clause("FILTER", node.where, level)
        inner += self._several("GROUPED", _plain(node.group), level)
        inner += self._several("BY_ORDER", node.order, level)
        inner += self._clause("FIRST_CASE", node.first, level)
        if node.ties:
            inner += [(level + 1, f"{spell.word('TIES')} {spell.word(node.ties)}")]
        if node.place is not None:
            rounded = f"{spell.word('ROUND_TO')} {spell.place(node.place)}"
            inner += [(level + 1, f"{rounded} {spell.word('REMAINDER')} {spell.word(node.remainder)}")]
        return joined(joined(f"{spell.word(node.kind)}(", inner, ""), ")", "")

    def _block(self, node: tree.Block, level: int) -> Pieces:
        self.blocks.append(node)
        pieces: Pieces = [(0, self.spelling.word(node.kind))]
        if node.subject is not None:
            pieces = joined(pieces, self.expr(node.subject, level + 1))
        if node.start is not None:
            pieces = joined(joined(pieces, self.spelling.word("FROM")), self.expr(node.start, level + 1))
        if node.by is not None:
            pieces = joined(joined(pieces, self.spelling.word("BY")), self.expr(node.by, level + 1))
        return joined(pieces, self.spelling.word("CHOSEN")) if node.kind == "BY" else pieces

    # ------------------------------------------------------------ ends of bands

    def edge(self, edge: tree.Edge, level: int = 0) -> Pieces:
        """One end of a band. A sign is glued to its bound: before a blank it would go on from the line above."""
        spell = self.spelling
        bound = self.expr(edge.bound, level + 1)
        mark = spell.included(edge.inclusive)
        if edge.word.startswith("POST_"):
            return joined(bound, f"{spell.word(edge.word)}{mark}")
        if edge.word == "START":
            return joined(bound, mark, "")
        word = spell.word(edge.word)
        return joined(joined(word, bound, "" if word == edge.word and word != "TO" else " "), mark, "")

    def edges(self, edges: tuple[tree.Edge, ...]) -> Pieces:
        """Both ends: `5 至 10` where the lower has no word of its own."""
        first, *rest = edges
        if rest and rest[0].word == "TO" and first.word == "≥" and first.inclusive is None:
            pieces = self.expr(first.bound, 1)
        else:
            pieces = self.edge(first)
        for edge in rest:
            pieces = joined(pieces, self.edge(edge))
        return pieces


def joined(left: Pieces | str, right: Pieces | str, between: str = " ") -> Pieces:
    """Two texts with no break between them; nothing stands between where one of them is empty."""
    one = [(0, left)] if isinstance(left, str) else left
    two = [(0, right)] if isinstance(right, str) else right
    if not one or not two or not (one[-1][1] and two[0][1]):
        between = ""
    if not one or not two:
        return [*one, *two]
    return [*one[:-1], (one[-1][0], f"{one[-1][1]}{between}{two[0][1]}"), *two[1:]]


def _plain(keys: tuple[tree.Expr, ...]) -> tuple[tree.Key, ...]:
    """Keys without directions."""
    return tuple((key, "") for key in keys)


def broken_before(word: str, pieces: Pieces, level: int) -> Pieces:
    """`pieces` after `word`, before which a line may be broken."""
    return [(level, f"{word} {pieces[0][1]}"), *pieces[1:]]
