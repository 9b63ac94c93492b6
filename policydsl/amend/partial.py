"""Owns 沿用 … 适用于: a policy that is changed for some rows only. What is said anew and what stood before become two halves, and
what has their name chooses between them by the condition.
"""

from __future__ import annotations

from attrs import evolve

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.syntax import tree

_OURS, _THEIRS = ("本办法", "here"), ("原办法", "before")


def halved(
    old: tree.Declaration, new: tree.Declaration, when: tree.Expr, language: Language, findings: list[Diagnostic]
) -> list[tree.Declaration]:
    """The two halves and the choice between them; what is no rule, figure or condition cannot be halved."""
    match old, new:
        case (tree.Rule(), tree.Rule()) | (tree.Parameter(), tree.Parameter()):
            assert isinstance(old, tree.Rule | tree.Parameter) and isinstance(new, tree.Rule | tree.Parameter)
            mine, theirs = _half(new, _OURS, language), _half(old, _THEIRS, language)
            choice = tree.If(when, _reading(mine.name), _reading(theirs.name), span=new.span)
            return [theirs, mine, evolve(new, value=choice, after=())]
        case (tree.Task(), tree.Task()) | (tree.Constraint(), tree.Constraint()):
            assert isinstance(old, tree.Task | tree.Constraint) and isinstance(new, tree.Task | tree.Constraint)
            return [evolve(new, condition=_either(when, new.condition, old.condition))]
        case _:
            findings.append(Diagnostic("overlay-whole", new.span, {}, language=language))
            return [new]


def limited(node: tree.Declaration, when: tree.Expr) -> tree.Declaration:
    """What a partial overlay adds, for its rows only."""
    match node:
        case tree.Rule():
            return evolve(node, after=(*node.after, tree.Applies(when, "", span=when.span)))
        case tree.Constraint():
            free = tree.Unary("not", tree.Group(when, span=when.span), span=when.span)
            parts = (free, tree.Group(node.condition, span=node.condition.span))
            return evolve(node, condition=tree.Logic("or", parts, span=node.span))
        case tree.Part() | tree.On():
            return evolve(node, body=tuple(limited(inner, when) for inner in node.body))
        case _:
            return node


def _either(when: tree.Expr, new: tree.Expr, old: tree.Expr) -> tree.Expr:
    return tree.If(when, new, old, span=new.span)


def _half(node: tree.Rule | tree.Parameter, words: tuple[str, str], language: Language) -> tree.Rule | tree.Parameter:
    name = tree.Name(f"{node.name.text}·{words[language == 'en']}", span=node.name.span)
    if isinstance(node, tree.Rule):
        return evolve(node, name=name, alias=None, half=True)
    return evolve(node, name=name, alias=None)


def _reading(name: tree.Name) -> tree.Expr:
    return tree.Reference((name,), span=name.span)
