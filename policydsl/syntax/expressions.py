"""Owns the way from the tree of an expression to written nodes. `rows` are those of the block below the line, if any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal, cast

from attrs import define, field

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, SIGNS, hard_words
from policydsl.syntax.literals import read_citation, read_date, read_quantity, read_time
from policydsl.syntax.twig import Token, Tree, Twig

_NUMBERS = ("QUANTITY", "BARE")
"""Tokens of numbers: with their unit, and without."""


@define
class Builder:
    """Builds nodes of one line. Anything wrong with a literal becomes a finding and a harmless stand-in."""

    source: Source
    language: Language
    rows: tuple[tree.Row, ...] = ()
    blocks: int = 0
    findings: list[Diagnostic] = field(factory=list)

    # ------------------------------------------------------------ places and small parts

    def span(self, twig: Twig) -> Span:
        """The place of a tree or token."""
        if twig is None or twig.start_pos < 0:
            return Span(self.source, 0, 0)
        return Span(self.source, twig.start_pos, twig.end_pos)

    def report(self, code: str, twig: Twig, mend: str | None = None, **data: object) -> None:
        """Note a finding at `twig`."""
        self.findings.append(Diagnostic(code, self.span(twig), data, language=self.language, mend=mend))

    def name(self, twig: Twig, declared: bool = False) -> tree.Name:
        """A name; where it is declared, a hard word without 「」 is refused."""
        token = twig.children[0] if isinstance(twig, Tree) else twig
        assert isinstance(token, Token)
        if token.type == "QUOTED_NAME":
            return tree.Name(token[1:-1].strip(), span=self.span(token))
        text = str(token)
        if declared and text in hard_words(self.language):
            self.report("reserved-word", token, found=text, mend=f"「{text}」")
        return tree.Name(text, span=self.span(token))

    def alias(self, twig: Twig) -> tree.Name | None:
        """An ASCII alias in brackets."""
        if not isinstance(twig, Tree):
            return None
        name = self.name(twig.children[0])
        if not name.text.isascii() or not name.text.isidentifier():
            self.report("alias-not-ascii", twig, found=name.text)
        return name

    def cite(self, twig: Twig) -> tree.Citation | None:
        """依据 …."""
        if not isinstance(twig, Tree):
            return None
        raw = twig.children[1]
        assert isinstance(raw, Token)
        text = self.source.text[raw.start_pos : raw.end_pos]
        clauses = read_citation(str(raw))
        if not clauses or any(not id_ for id_, _ in clauses):
            self.report("empty-citation", twig, found=text)
        return tree.Citation(clauses, span=self.span(twig))

    def text(self, token: Twig) -> str:
        """What stands between the quotes."""
        assert isinstance(token, Token)
        return str(token)[1:-1]

    def unit(self, twig: Twig) -> tree.UnitName | None:
        """元, 元/家."""
        if not isinstance(twig, Tree):
            return None
        names = [self.name(child) for child in twig.children if isinstance(child, Tree)]
        return tree.UnitName(names[0], names[1] if len(names) > 1 else None, span=self.span(twig))

    def inclusion(self, twig: Twig) -> bool | None:
        """What (含) says."""
        if not isinstance(twig, Tree):
            return None
        token = twig.children[0]
        return isinstance(token, Token) and token.type == "INCLUSIVE"

    # ------------------------------------------------------------ literals

    def quantity(self, twig: Twig) -> tree.Quantity:
        """A number and its unit."""
        token = twig.children[0] if isinstance(twig, Tree) else twig
        assert isinstance(token, Token)
        try:
            number, unit, digits = read_quantity(str(token))
        except ValueError:
            self.report("number-form", twig, found=str(token))
            number, unit, digits = read_quantity("0")
        if isinstance(twig, Tree) and len(twig.children) > 1:
            apart = [self.name(child).text for child in twig.children[1:] if isinstance(child, Tree)]
            unit += "/".join(apart)
        return tree.Quantity(number, unit, digits, span=self.span(twig))

    def day(self, token: Token) -> tree.Day:
        """A day of the calendar."""
        try:
            return tree.Day(read_date(token), span=self.span(token))
        except ValueError:
            self.report("no-such-day", token, found=str(token))
            return tree.Day(read_date("2000-01-01"), span=self.span(token))

    def time(self, token: Token) -> tree.Time:
        """A minute of a day."""
        try:
            return tree.Time(read_time(token), span=self.span(token))
        except ValueError:
            self.report("no-such-day", token, found=str(token))
            return tree.Time(read_time("2000-01-01T00:00"), span=self.span(token))

    # ------------------------------------------------------------ expressions

    def expr(self, twig: Twig) -> tree.Expr:
        """The node of an expression."""
        if isinstance(twig, Token):
            return self._token(twig)
        assert twig is not None
        make = _MAKERS.get(str(twig.data))
        if make is None:
            raise AssertionError(f"no node for {twig.data}")
        return make(self, twig)

    def maybe(self, twig: Twig) -> tree.Expr | None:
        """The node of an optional expression."""
        return None if twig is None else self.expr(twig)

    def _token(self, token: Token) -> tree.Expr:
        return self.quantity(token) if token.type in _NUMBERS else tree.Words(str(token), span=self.span(token))

    def _binary(self, twig: Tree) -> tree.Expr:
        ops = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "part_of": "of"}
        op = cast(Literal["add", "sub", "mul", "div", "of"], ops[str(twig.data)])
        return tree.Binary(op, self.expr(twig.children[0]), self.expr(twig.children[2]), span=self.span(twig))

    def _unary(self, twig: Tree) -> tree.Expr:
        op: Literal["neg", "not"] = "neg" if twig.data == "negate" else "not"
        return tree.Unary(op, self.expr(twig.children[1]), span=self.span(twig))

    def _logic(self, twig: Tree) -> tree.Expr:
        op: Literal["and", "or"] = "and" if twig.data == "and_expr" else "or"
        return tree.Logic(op, tuple(self.expr(child) for child in twig.children[::2]), span=self.span(twig))

    def _compare(self, twig: Tree) -> tree.Expr:
        left, word, right, *rest = twig.children
        return tree.Comparison(
            sign_of(word),
            self.expr(left),
            self.expr(right),
            self.inclusion(rest[0] if rest else None),
            span=self.span(twig),
        )

    def _one_of(self, twig: Tree) -> tree.Expr:
        item, *options = [child for child in twig.children if not isinstance(child, Token) or child.type in _NUMBERS]
        return tree.Among(self.expr(item), tuple(self.expr(option) for option in options), span=self.span(twig))

    def _within(self, twig: Tree) -> tree.Expr:
        column = self.expr(twig.children[2])
        assert isinstance(column, tree.Reference)
        return tree.Among(self.expr(twig.children[0]), column, span=self.span(twig))

    def _not_one_of(self, twig: Tree) -> tree.Expr:
        return tree.Unary("not", self._one_of(twig), span=self.span(twig))

    def _not_within(self, twig: Tree) -> tree.Expr:
        return tree.Unary("not", self._within(twig), span=self.span(twig))

    def _portion(self, twig: Tree) -> tree.Expr:
        measure, word, limit, *_ = twig.children
        return tree.Portion(sign_of(word), self.expr(measure), self.expr(limit), span=self.span(twig))

    def _instead(self, twig: Tree) -> tree.Expr:
        body, word, instead = twig.children
        assert isinstance(word, Token)
        kind: Literal["IF_NA", "IF_NONE"] = "IF_NA" if word.type == "IF_NA" else "IF_NONE"
        return tree.Instead(kind, self.expr(body), self.expr(instead), span=self.span(twig))

    def _if(self, twig: Tree) -> tree.Expr:
        _, condition, _, then, _, otherwise = twig.children
        return tree.If(self.expr(condition), self.expr(then), self.expr(otherwise), span=self.span(twig))

    def _group(self, twig: Tree) -> tree.Expr:
        inner = next(
            child for child in twig.children if not (isinstance(child, Token) and child.type in ("LPAR", "RPAR"))
        )
        return tree.Group(self.expr(inner), span=self.span(twig))

    def _several(self, twig: Tree) -> tree.Expr:
        kids = [kid for kid in twig.children if not (isinstance(kid, Token) and kid.type in ("LPAR", "RPAR"))]
        return tree.Several(tuple(self.expr(kid) for kid in kids), span=self.span(twig))

    def _number(self, twig: Tree) -> tree.Expr:
        return self.quantity(twig)

    def _date(self, twig: Tree) -> tree.Expr:
        return self.day(cast(Token, twig.children[0]))

    def _moment(self, twig: Tree) -> tree.Expr:
        return self.time(cast(Token, twig.children[0]))

    def _text(self, twig: Tree) -> tree.Expr:
        return tree.Words(self.text(twig.children[0]), span=self.span(twig))

    def _constant(self, twig: Tree) -> tree.Expr:
        word = cast(Literal["TRUE", "FALSE", "NONE", "ALL_TASKS", "UNMET_TASKS"], str(twig.data).upper())
        return tree.Constant(word, span=self.span(twig))

    def _undecided(self, twig: Tree) -> tree.Expr:
        kind: Literal["PENDING", "INAPPLICABLE"] = "PENDING" if twig.data == "pending" else "INAPPLICABLE"
        reason = self.text(twig.children[1]) if len(twig.children) > 1 else ""
        return tree.Undecided(kind, reason, span=self.span(twig))

    def reference(self, twig: Twig) -> tree.Reference:
        """A path, perhaps with keys after its first name."""
        assert isinstance(twig, Tree)
        keys: tuple[tree.Expr, ...] | None = None
        names: list[tree.Name] = []
        for child in twig.children:
            if isinstance(child, Token):
                continue
            if child is not None and child.data == "call":
                keys = tuple(
                    self.expr(arg)
                    for arg in child.children
                    if not (isinstance(arg, Token) and arg.type in ("LPAR", "RPAR", "_COMMA"))
                )
            else:
                names.append(self.name(child))
        return tree.Reference(tuple(names), keys, twig.data == "this_reference", span=self.span(twig))

    def _function(self, twig: Tree) -> tree.Expr:
        word, *rest = twig.children
        clauses, parts = self._clauses(rest, "fold_clause")
        each = next((part for part in parts if isinstance(part, Tree) and part.data == "each"), None)
        both = [kid for kid in each.children if kid is not None and not _is_mark(kid)] if each is not None else []
        args = [self.expr(part) for part in parts if not (isinstance(part, Tree) and part.data == "each")]
        return tree.Function(
            str(word),
            any(isinstance(child, Token) and child.type == "ALL_ROWS" for child in rest),
            tuple(args),
            self.expr(both[0]) if both else None,
            self._clause(clauses, "FILTER"),
            self._clause(clauses, "SATISFIES"),
            self._clause(clauses, "IF_EMPTY"),
            self._order(clauses),
            self._clause(clauses, "NTH_AT"),
            self.expr(both[1]) if len(both) > 1 else None,
            span=self.span(twig),
        )

    def _clauses(self, twigs: Sequence[Twig], name: str) -> tuple[dict[str, Tree], list[Twig]]:
        """The clauses of a call by the keyword that begins them, each at most once, and what is no clause nor a mark."""
        clauses: dict[str, Tree] = {}
        parts: list[Twig] = []
        for twig in twigs:
            if isinstance(twig, Tree) and twig.data == name:
                word = _token(twig.children[0])
                if word.type in clauses:
                    self.report("clause-twice", twig, found=self.span(word).text)
                clauses[word.type] = twig
            elif twig is not None and (not isinstance(twig, Token) or twig.type in _NUMBERS):
                parts.append(twig)
        return clauses, parts

    def _clause(self, clauses: dict[str, Tree], word: str) -> tree.Expr | None:
        return self.expr(clauses[word].children[1]) if word in clauses else None

    def _order(self, clauses: dict[str, Tree]) -> tuple[tree.Key, ...]:
        return tuple(self._key(_tree(key)) for key in _keys_of(clauses, "BY_ORDER"))

    def _key(self, twig: Tree) -> tree.Key:
        """What rows stand in line by, and the word for its direction."""
        value, *direction = twig.children
        return self.expr(value), _token(direction[0]).type if direction and direction[0] is not None else ""

    def label(self, twig: Twig) -> tree.Label:
        """What a row of a choice stands for: a name, a number, 真 or 假."""
        if isinstance(twig, Token) and twig.type in ("TRUE", "FALSE"):
            return tree.Constant("TRUE" if twig.type == "TRUE" else "FALSE", span=self.span(twig))
        return self.quantity(twig) if isinstance(twig, Tree) and twig.data == "number" else self.name(twig)

    def place(self, twig: Twig) -> tree.Quantity:
        """What is rounded to: a unit, or a number of one."""
        assert isinstance(twig, Tree)
        if str(twig.data) == "place_quantity":
            return self.quantity(twig.children[0])
        return tree.Quantity(Fraction(1), self.name(twig.children[0]).text, "", span=self.span(twig))

    def _ordered(self, twig: Tree) -> tree.Expr:
        tokens = [child for child in twig.children if isinstance(child, Token)]
        kind = next((token.type for token in tokens if token.type.startswith("O_")), "IN_TURN")
        clauses, parts = self._clauses(twig.children, "row_clause")
        keys = [part for part in parts if isinstance(part, Tree) and part.data == "rank_key"]
        values = [self.expr(part) for part in parts if part not in keys]
        ties = _token(_tree(clauses["TIES"].children[1]).children[0]).type if "TIES" in clauses else ""
        for word, kinds in _ONLY_OF.items():
            if word in clauses and kind not in kinds:
                words = (BY_ID[one].spelling(self.language) for one in (kind, word))
                self.report("clause-not-taken", clauses[word], **dict(zip(("function", "word"), words, strict=True)))
        if kind == "O_RANK" and not ties:
            self.report("rank-ties-missing", twig)
        if kind == "O_PREVIOUS" and "FIRST_CASE" not in clauses:
            self.report("previous-first-missing", twig)
        place, remainder = None, ""
        if "ROUND_TO" in clauses:
            place = self.place(clauses["ROUND_TO"].children[1])
            remainder = _token(_tree(clauses["ROUND_TO"].children[3]).children[0]).type
        return tree.Ordered(
            cast(tree.OrderedKind, kind),
            any(token.type == "ALL_ROWS" for token in tokens),
            values[0] if values else None,
            values[1] if len(values) > 1 else None,
            tuple(self._key(key) for key in keys),
            self._clause(clauses, "FILTER"),
            tuple(self.expr(key) for key in _keys_of(clauses, "GROUPED")),
            self._order(clauses),
            self._clause(clauses, "FIRST_CASE"),
            ties,
            place,
            remainder,
            span=self.span(twig),
        )

    def _block(self, twig: Tree) -> tree.Expr:
        self.blocks += 1
        head = twig.children[0]
        assert isinstance(head, Token)
        kind = cast(Literal["BANDS", "BRACKETS", "INCREMENT", "BY", "JOIN_MAX", "JOIN_MIN"], head.type)
        parts = [child for child in twig.children[1:] if not isinstance(child, Token) or child.type in _NUMBERS]
        subject = self.expr(parts[0]) if parts else None
        second = self.expr(parts[1]) if len(parts) > 1 else None
        start, by = (second, None) if kind == "INCREMENT" else (None, second)
        rows = self.rows if self.blocks == 1 else ()
        return tree.Block(kind, subject, start, rows, by, span=self.span(twig))


_ONLY_OF = {
    "BY_ORDER": ("O_RUNNING", "O_BEFORE", "O_PREVIOUS", "IN_TURN"),
    "FIRST_CASE": ("O_PREVIOUS",),
    "TIES": ("O_RANK",),
    "ROUND_TO": ("O_SHARE", "O_SCALE"),
}
"""Clauses that only some words about a row among its siblings take."""

_MAKERS: dict[str, Callable[[Builder, Tree], tree.Expr]] = {
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "part_of"), Builder._binary),
    **dict.fromkeys(("negate", "not_expr"), Builder._unary),
    **dict.fromkeys(("and_expr", "or_expr"), Builder._logic),
    "compare": Builder._compare,
    "one_of": Builder._one_of,
    "within": Builder._within,
    "not_one_of": Builder._not_one_of,
    "not_within": Builder._not_within,
    "portion": Builder._portion,
    "instead": Builder._instead,
    "if_expr": Builder._if,
    "group": Builder._group,
    "several": Builder._several,
    "number": Builder._number,
    "date": Builder._date,
    "moment": Builder._moment,
    "text": Builder._text,
    **dict.fromkeys(("true", "false", "none", "all_tasks", "unmet_tasks"), Builder._constant),
    **dict.fromkeys(("pending", "inapplicable"), Builder._undecided),
    **dict.fromkeys(("reference", "this_reference"), Builder.reference),
    "function": Builder._function,
    **dict.fromkeys(("row_by_row", "rank", "share", "scale", "in_turn"), Builder._ordered),
    **dict.fromkeys(("bands", "brackets", "increment", "choose", "best_of", "least_of"), Builder._block),
}


def _is_mark(twig: Twig) -> bool:
    return isinstance(twig, Token) and twig.type in ("_COLON", "_COMMA")


def _token(twig: Twig) -> Token:
    assert isinstance(twig, Token)
    return twig


def _tree(twig: Twig) -> Tree:
    assert isinstance(twig, Tree)
    return twig


def _keys_of(clauses: dict[str, Tree], word: str) -> list[Twig]:
    """The keys of a clause, without its word and the marks between them."""
    if word not in clauses:
        return []
    rest = clauses[word].children[1:]
    return [twig for twig in rest if not (isinstance(twig, Token) and twig.type in ("_COMMA", "LIST_MARK"))]


def sign_of(token: Any) -> str:
    """A comparator's keyword id, or its canonical sign."""
    text = str(token)
    return text if text in BY_ID else SIGNS.get(text, text)
