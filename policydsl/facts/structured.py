"""Owns reading .json and .yaml: bytes → one grid per entity. Numbers stay digit for digit; names may not repeat; YAML loads no code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic, Place
from policydsl.facts.assemble import assemble
from policydsl.facts.delimited import decoded
from policydsl.facts.findings import Findings, Problem, Rejected
from policydsl.facts.grid import MAX_COLUMNS, MAX_DEPTH, MAX_ROWS, Grid, Numeral, Verbatim


def from_values(
    program: Program, tables: Mapping[str, Sequence[Mapping[str, Any]] | Mapping[str, Any]]
) -> tuple[Facts, list[Diagnostic]]:
    """Facts from Python values in the shape of JSON facts, `{ENTITY: [{FIELD: value, …}, …]}`, and all that is wrong with them.

    Numbers may be int, Fraction, Decimal, float (its shortest decimal) or text; days and times may be date and datetime.
    """
    findings = Findings(program.language)
    try:
        plain = {name: value if isinstance(value, Mapping) else list(value) for name, value in tables.items()}
        grids = _grids(_VALUES, plain)
    except Rejected as rejected:
        findings.problem(Problem(rejected.code, rejected.data), Place(_VALUES))
        grids = []
    return assemble(program, [(_VALUES, grids)] if grids else [], findings), findings.list


_VALUES = "<values>"
"""What places show for facts that come from no file."""


class _Repeated(ValueError):
    """A name that stands twice in one object."""


def of_json(file: str, data: bytes) -> list[Grid]:
    """The tables of a .json file. Raises Rejected."""
    text = decoded(file, data)
    _shallow(file, text)
    try:
        tree = json.loads(
            text, object_pairs_hook=_once, parse_int=Numeral, parse_float=Numeral, parse_constant=_no_constant
        )
    except _Repeated as repeated:
        raise Rejected("facts-duplicate-name", file=file, name=str(repeated)) from None
    except json.JSONDecodeError as error:
        raise Rejected("facts-syntax", file=file, line=error.lineno, reason=f"JSON: {error.msg}") from None
    except ValueError as error:
        raise Rejected("facts-syntax", file=file, line=1, reason=f"JSON: {error}") from None
    except RecursionError:
        raise _deep(file) from None
    return _grids(file, tree)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Repeated(name)
            seen.add(name)
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _shallow(file: str, text: str) -> None:
    """Refuse nesting beyond the bound before anything recurses into it. Brackets inside strings count too: they only close again."""
    deepest = depth = 0
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    inside = False
    for piece in text.replace("\\\\", "").replace('\\"', "").split('"'):
        if not inside and ("[" in piece or "{" in piece or "]" in piece or "}" in piece):
            for char in piece:
                if char in "[{":
                    depth += 1
                    deepest = max(deepest, depth)
                elif char in "]}":
                    depth -= 1
            if deepest > MAX_DEPTH:
                raise _deep(file)
        inside = not inside


def of_yaml(file: str, data: bytes) -> list[Grid]:
    """The tables of a .yaml file, from its events: no types are guessed, no tags, aliases or merges are followed. Raises Rejected."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.events import (
        AliasEvent,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
    )

    text = decoded(file, data)
    tree: list[Any] = []
    open_: list[Any] = [tree]
    names: list[str | None] = [None]
    documents = 0

    def put(value: Any, line: int) -> None:
        into = open_[-1]
        if isinstance(into, list):
            into.append(value)
        elif names[-1] is None:
            if isinstance(value, list | dict):
                raise Rejected(
                    "facts-syntax", file=file, line=line, reason="YAML: 名称应当是文字 / a name is to be text"
                )
            name = "" if value is None else str(value)
            if name in into:
                raise Rejected("facts-duplicate-name", file=file, name=name)
            names[-1] = name
        else:
            into[names[-1]] = value
            names[-1] = None

    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1 if event.start_mark else 1
            tag = getattr(event, "tag", None)
            if isinstance(event, AliasEvent):
                raise Rejected("facts-alias", file=file, line=line, name=f"*{event.anchor}")
            if tag is not None and str(tag) not in {"!", "tag:yaml.org,2002:str"}:
                raise Rejected("facts-alias", file=file, line=line, name=str(tag))
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Rejected("facts-syntax", file=file, line=line, reason="YAML: 有几个文档 / several documents")
            elif isinstance(event, ScalarEvent):
                put(_scalar(event.value, bool(event.style)), line)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                inner: Any = {} if isinstance(event, MappingStartEvent) else []
                put(inner, line)
                open_.append(inner)
                names.append(None)
                if len(open_) > MAX_DEPTH + 1:
                    raise _deep(file)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                open_.pop()
                names.pop()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"YAML: {error.problem or 'syntax'}"
        raise Rejected("facts-syntax", file=file, line=mark.line + 1 if mark else 1, reason=reason) from None
    except YAMLError as error:
        raise Rejected("facts-syntax", file=file, line=1, reason=f"YAML: {str(error)[:80]}") from None
    except (RecursionError, ValueError, IndexError, AttributeError, AssertionError, TypeError) as error:
        # The library's scanner stumbles over some broken texts without one of its own errors.
        raise Rejected("facts-syntax", file=file, line=1, reason=f"YAML: {type(error).__name__}") from None
    return _grids(file, tree[0] if tree and tree[0] is not None else {})


def _scalar(value: str, quoted: bool) -> Any:
    if quoted:
        return Verbatim(value)
    return None if value in {"", "~", "null", "Null", "NULL"} else value


def _deep(file: str) -> Rejected:
    return Rejected(
        "facts-too-large", file=file, what="嵌套层数", what_en="nesting", size=f">{MAX_DEPTH}", limit=MAX_DEPTH
    )


def _grids(file: str, tree: Any) -> list[Grid]:
    """One grid per entity of {ENTITY: [{FIELD: value}]}."""
    if not isinstance(tree, Mapping):
        raise _shape(file, "最外层不是 {对象: …}", "the outermost value is no {ENTITY: …}")
    return [_grid(file, str(name), value) for name, value in tree.items()]


def _grid(file: str, name: str, value: Any) -> Grid:
    single = isinstance(value, Mapping)
    items = [value] if single else value
    if items is None:
        items = []
    if not isinstance(items, list):
        raise _shape(file, f"「{name}」不是列表", f"“{name}” is no list")
    if len(items) >= MAX_ROWS:
        raise _bound(file, "行数", "rows", len(items), MAX_ROWS)
    columns: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        if not isinstance(item, Mapping):
            raise _shape(
                file,
                f"「{name}」的第 {number} 条不是 {{数据项: 值}}",
                f"item {number} of “{name}” is no {{FIELD: value}}",
            )
        for key in item:
            columns.setdefault(str(key), len(columns))
        if len(columns) > MAX_COLUMNS:
            raise _bound(file, "列数", "columns", len(columns), MAX_COLUMNS)
    order = list(columns)
    rows: list[list[Any]] = [list(order)]
    rows += [[item.get(key) for key in order] for item in items]
    return Grid(file, name, rows, name, listed=True, single=single)


def _shape(file: str, found: str, found_en: str) -> Rejected:
    return Rejected("facts-shape", file=file, found=f"「{file}」里{found}", found_en=f"in “{file}”, {found_en}")


def _bound(file: str, what: str, what_en: str, size: int, limit: int) -> Rejected:
    return Rejected("facts-too-large", file=file, what=what, what_en=what_en, size=size, limit=limit)
