"""Owns files that stand on other files: 引用 takes shared names from another, 沿用 takes a whole policy and changes some of it.

Syntax × syntax → syntax: what comes out is one written tree whose nodes keep the places of their own files.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from attrs import evolve

from policydsl.amend.partial import halved, limited
from policydsl.diagnostics.model import Diagnostic
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.parse import parse

Load = Callable[[str, str], Source | None]
"""Reads a file named by a policy: (the naming file, the path as written) → source, None where there is none."""

MAX_FILES = 200
"""Files that one policy may stand on."""

_SHARED = (tree.Units, tree.Roll, tree.Calendar, tree.Register, tree.Parameter, tree.Formula, tree.Table)
_INHERITED = ("H_MAIN", "H_ZONE", "H_CURRENCY", "H_BASIS")
Key = tuple[str, str]


def gather(file: tree.File, load: Load) -> tuple[tree.File, list[Diagnostic]]:
    """The file with everything it stands on, and what is wrong with that."""
    findings: list[Diagnostic] = []
    if not _stands_on(file):
        return file, findings
    return _gather(file, load, (file.source.name,), findings), findings


def _stands_on(file: tree.File) -> bool:
    return any(isinstance(node, tree.Import) for node in file.body) or _base_of(file) is not None


def _base_of(file: tree.File) -> tree.HeaderLine | None:
    for node in file.body:
        if isinstance(node, tree.Policy):
            return next((line for line in node.lines if line.word == "H_BASED"), None)
    return None


def _gather(file: tree.File, load: Load, path: tuple[str, ...], findings: list[Diagnostic]) -> tree.File:
    body: list[tree.Declaration] = []
    for node in file.body:
        if isinstance(node, tree.Import):
            other = _read(file, node.path, node.span, load, path, findings)
            if other is not None:
                body += [item for item in _flat(other.body) if isinstance(item, _SHARED)]
        else:
            body.append(node)
    file = evolve(file, body=tuple(body))
    line = _base_of(file)
    if line is None or not isinstance(line.value, str):
        return file
    base = _read(file, line.value, line.span, load, path, findings)
    return _over(base, file, line.when, findings) if base is not None else file


def _read(
    file: tree.File, name: str, where: Span, load: Load, path: tuple[str, ...], findings: list[Diagnostic]
) -> tree.File | None:
    def refuse(code: str, **data: object) -> None:
        findings.append(Diagnostic(code, where, data, language=file.language))

    plain = PurePosixPath(name.replace("\\", "/"))
    if plain.is_absolute() or ":" in name or plain.suffix != ".pol" or "\x00" in name:
        refuse("import-path", name=name)
        return None
    source = load(file.source.name, name)
    if source is None:
        refuse("import-not-found", name=name)
        return None
    if source.name in path or len(path) > MAX_FILES:
        circle = path[path.index(source.name) :] if source.name in path else path
        refuse("import-circle", path=" → ".join((*circle, source.name)))
        return None
    other, wrong = parse(source)
    findings += wrong
    return _gather(other, load, (*path, source.name), findings)


def _flat(body: tuple[tree.Declaration, ...]) -> list[tree.Declaration]:
    found: list[tree.Declaration] = []
    for node in body:
        found += _flat(node.body) if isinstance(node, tree.Part | tree.On) else [node]
    return found


# ---------------------------------------------------------------- 沿用


def _over(base: tree.File, file: tree.File, when: tree.Expr | None, findings: list[Diagnostic]) -> tree.File:
    """The base policy with what the other file says anew in its place, and what it adds behind; with `when` for the rows only of
    which that holds."""
    mine = {key: node for node, key in _named(file.body, "", file) if key is not None}
    theirs = {key for _, key in _named(base.body, "", base) if key is not None}
    entities = {node.name.text: node for node in _flat(file.body) if isinstance(node, tree.Entity)}
    kept = _replaced(base.body, "", base, mine, entities, when, findings)
    added = _without(
        file.body, "", file, theirs, {node.name.text for node in _flat(base.body) if isinstance(node, tree.Entity)}
    )
    header = next((node for node in base.body if isinstance(node, tree.Policy)), None)
    body: list[tree.Declaration] = []
    for node in added:
        node = limited(node, when) if when is not None else node
        if isinstance(node, tree.Policy) and header is not None:
            own = {line.word for line in node.lines}
            lines = [line for line in header.lines if line.word in _INHERITED and line.word not in own]
            node = evolve(node, lines=(*node.lines, *lines))
        body.append(node)
    first = [node for node in body if isinstance(node, tree.Policy)]
    rest = [node for node in body if not isinstance(node, tree.Policy)]
    return evolve(file, body=(*first, *kept, *rest))


def _main(file: tree.File) -> str:
    for node in file.body:
        if isinstance(node, tree.Policy):
            line = next((line for line in node.lines if line.word == "H_MAIN"), None)
            if line is not None and isinstance(line.value, tree.Name):
                return line.value.text
    return ""


def _key(node: tree.Declaration, on: str) -> Key | None:
    match node:
        case tree.Rule() | tree.Task() | tree.Constraint() | tree.Reading() | tree.Decision() | tree.Conditions():
            return (on, node.name.text)
        case tree.Table(since=since):
            return (f"表@{since}", node.name.text)
        case tree.Parameter() | tree.Formula() | tree.Roll() | tree.Calendar() | tree.Register():
            return ("", node.name.text)
        case _:
            return None


def _named(body: tuple[tree.Declaration, ...], on: str, file: tree.File) -> list[tuple[tree.Declaration, Key | None]]:
    found: list[tuple[tree.Declaration, Key | None]] = []
    for node in body:
        match node:
            case tree.Part():
                found += _named(node.body, on, file)
            case tree.On():
                found += _named(node.body, "" if node.entity.text == _main(file) else node.entity.text, file)
            case _:
                found.append((node, _key(node, on)))
    return found


def _replaced(
    body: tuple[tree.Declaration, ...],
    on: str,
    base: tree.File,
    mine: dict[Key, tree.Declaration],
    entities: dict[str, tree.Entity],
    when: tree.Expr | None,
    findings: list[Diagnostic],
) -> tuple[tree.Declaration, ...]:
    found: list[tree.Declaration] = []
    for node in body:
        match node:
            case tree.Policy() | tree.Example() | tree.Import() | tree.Amendment():
                continue
            case tree.Part():
                found.append(evolve(node, body=_replaced(node.body, on, base, mine, entities, when, findings)))
            case tree.On():
                whose = "" if node.entity.text == _main(base) else node.entity.text
                found.append(evolve(node, body=_replaced(node.body, whose, base, mine, entities, when, findings)))
            case tree.Entity():
                other = entities.get(node.name.text)
                found.append(_merged(node, other) if other is not None else node)
            case _:
                key = _key(node, on)
                if key is None or key not in mine:
                    found.append(node)
                elif when is None:
                    found.append(mine[key])
                else:
                    found += halved(node, mine[key], when, base.language, findings)
    return tuple(found)


def _merged(base: tree.Entity, other: tree.Entity) -> tree.Entity:
    mine = {line.name.text: line for line in other.fields}
    fields = tuple(mine.get(line.name.text, line) for line in base.fields)
    known = {line.name.text for line in base.fields}
    added = tuple(line for line in other.fields if line.name.text not in known)
    return evolve(base, fields=(*fields, *added), variants=(*base.variants, *other.variants))


def _without(
    body: tuple[tree.Declaration, ...], on: str, file: tree.File, theirs: set[Key], entities: set[str]
) -> tuple[tree.Declaration, ...]:
    """What the file adds: everything that is not put in the place of something of its base."""
    found: list[tree.Declaration] = []
    for node in body:
        match node:
            case tree.Part():
                found.append(evolve(node, body=_without(node.body, on, file, theirs, entities)))
            case tree.On():
                whose = "" if node.entity.text == _main(file) else node.entity.text
                found.append(evolve(node, body=_without(node.body, whose, file, theirs, entities)))
            case tree.Entity():
                if node.name.text not in entities:
                    found.append(node)
            case _:
                key = _key(node, on)
                if key is None or key not in theirs:
                    found.append(node)
    return tuple(found)
