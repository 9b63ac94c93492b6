"""Owns the wording of changes, in Chinese and English; any format can lay it out."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from attrs import field, frozen

from policydsl.compare.model import Change, Detail, Differences, Fate, Weight
from policydsl.compare.names import aliases_of
from policydsl.compare.phrases import PHRASES, WORDS
from policydsl.compare.spoken import Plain, Speaker, written_text
from policydsl.diagnostics.model import Language
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID

MOST = 120
"""Characters of an expression that a sentence shows; the whole stands in what is written before and after."""

_KEYWORD = {
    "policy": "POLICY",
    "roll": "ROLL",
    "units": "UNITS",
    "clause": "CLAUSE",
    "entity": "ENTITY",
    "table": "TABLE",
    "rule": "RULE",
    "task": "TASK",
    "constraint": "CONSTRAINT",
    "reading": "READING",
    "decision": "DECISION",
    "example": "EXAMPLE",
    "parameter": "PARAMETER",
    "formula": "FORMULA",
    "applies": "APPLIES",
    "calendar": "CALENDAR",
    "import": "IMPORT",
    "erratum": "ERRATUM",
    "property": "PROPERTY",
    "amendment": "AMEND",
    "register": "REGISTER",
}


@frozen
class ChangeTold:
    """One change: its number, what kind of thing it is, what it is called, what became of it and, point by point, how.

    `points` are (sentence, whether it changes anything but words); `before` and `after` the declarations as they are written.
    """

    number: int
    change: Change
    kind: str
    name: str
    fate: str
    clause: str
    points: tuple[tuple[str, bool], ...]
    before: str
    after: str


@frozen
class DifferencesTold:
    """All changes of a comparison in words, by weight; `summary` counts them."""

    lang: Language
    old: str
    new: str
    summary: str
    substance: tuple[ChangeTold, ...]
    wording: tuple[ChangeTold, ...]
    examples: tuple[ChangeTold, ...]


def tell(found: Differences, lang: Language, names: tuple[str, str] | None = None) -> DifferencesTold:
    """The changes in words. `names`: what to call the two, where their titles do not tell them apart."""
    teller = _Teller(lang, _speaker(found.old, lang), _speaker(found.new, lang), found)
    numbered = {id(change): number for number, change in enumerate(found.of("substance"), 1)}
    told: dict[Weight, list[ChangeTold]] = {"substance": [], "wording": [], "example": []}
    for change in found.changes:
        told[change.weight].append(teller.change(change, numbered.get(id(change), 0)))
    return DifferencesTold(
        lang,
        names[0] if names is not None else title_of(found.old),
        names[1] if names is not None else title_of(found.new),
        teller.summary(),
        tuple(told["substance"]),
        tuple(told["wording"]),
        tuple(told["example"]),
    )


def title_of(file: tree.File) -> str:
    """What a policy is called, with its id."""
    for node in file.body:
        if isinstance(node, tree.Policy):
            id_ = next(
                (str(line.value) for line in node.lines if line.word == "H_ID" and isinstance(line.value, str)), ""
            )
            return f"{node.title} ({id_})" if id_ else node.title
    return file.source.name


def _speaker(file: tree.File, lang: Language) -> Speaker:
    return Speaker(Plain(lang, file.language, aliases_of(file)))


@frozen
class _Teller:
    lang: Language
    old: Speaker
    new: Speaker
    found: Differences
    words: Mapping[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "words", WORDS[self.lang])

    # ------------------------------------------------------------ changes

    def summary(self) -> str:
        """How many things changed, by kind."""
        words = self.words
        substance = self.found.of("substance")
        if not self.found.changes:
            return words["nothing"]
        counts: dict[str, int] = {}
        for change in substance:
            kind = self.kind(change)
            counts[kind] = counts.get(kind, 0) + 1
        parts = words["list"].join(words["counted"].format(kind=kind, count=count) for kind, count in counts.items())
        text = words["summary"].format(count=len(substance), parts=parts) if substance else words["no-substance"]
        also = [
            words[name].format(count=len(changes))
            for name, changes in (
                ("also-wording", self.found.of("wording")),
                ("also-examples", self.found.of("example")),
            )
            if changes
        ]
        return text + (words["also"].format(parts=words["list"].join(also)) if also else "")

    def kind(self, change: Change) -> str:
        """The word for what kind of declaration it is."""
        id_ = _KEYWORD.get(change.kind) or str(getattr(change.after or change.before, "word", ""))
        return BY_ID[id_].spelling(self.lang)

    def change(self, change: Change, number: int) -> ChangeTold:
        """One change in words."""
        name = change.name
        alias = change.alias
        if self.lang == "en" and alias and not name.isascii():
            name = f"{alias} 「{name}」"
        if change.owner:
            name = self.words["of"].format(owner=change.owner, name=name) if name else change.owner
        points = tuple((self.sentence(item), item.weight == "substance") for item in change.details)
        if change.fate in ("renamed", "replaced") or change.was:
            points = ((self._renamed(change), change.fate == "replaced"), *points)
        before = written_text(self.found.old, change.before, self.lang) if change.before is not None else ""
        after = written_text(self.found.new, change.after, self.lang) if change.after is not None else ""
        if change.fate in ("added", "removed") and not points:
            points = ((_cut(_brief(after or before, self.kind(change), change)), True),)
        fate: Fate = "changed" if change.fate == "replaced" else change.fate
        return ChangeTold(
            number, change, self.kind(change), name, self.words[f"fate-{fate}"], change.clause, points, before, after
        )

    def _renamed(self, change: Change) -> str:
        if change.fate == "replaced" and change.before is not None:
            old = evolve_kind(change)
            return self.words["replaced"].format(before=self.kind(old), after=self.kind(change))
        return self.words["renamed"].format(before=change.was, after=change.name)

    # ------------------------------------------------------------ details

    def sentence(self, detail: Detail) -> str:
        """One point in words."""
        data = detail.data
        phrase = PHRASES[self.lang][detail.what]
        inner = data.get("inner")
        if isinstance(inner, Detail):
            return phrase.format(head=self._head(detail), inner=self.sentence(inner))
        match detail.what:
            case "compared":
                before, after = data["before"], data["after"]
                assert isinstance(before, tree.Comparison) and isinstance(after, tree.Comparison)
                return phrase.format(before=_cut(self.old.tail(before)), after=_cut(self.new.tail(after)))
            case "operand":
                before, after = data["before"], data["after"]
                assert isinstance(before, tree.Binary) and isinstance(after, tree.Binary)
                return phrase.format(before=self.old.operand(before), after=self.new.operand(after))
            case "band-bound":
                before, after = data["before"], data["after"]
                assert isinstance(before, tree.BandRow) and isinstance(after, tree.BandRow)
                value = self.new.show(after.value)
                return phrase.format(before=self.old.edges(before), after=self.new.edges(after), value=value)
            case "step-award":
                before, after = data["before"], data["after"]
                assert isinstance(before, tree.StepRow) and isinstance(after, tree.StepRow)
                size, one, two = self.new.show(after.size), self.old.show(before.award), self.new.show(after.award)
                return phrase.format(size=size, before=one, after=two)
            case "step-size":
                before, after = data["before"], data["after"]
                assert isinstance(before, tree.StepRow) and isinstance(after, tree.StepRow)
                one, two = self.old.show(before.size), self.new.show(after.size)
                return phrase.format(award=self.new.show(after.award), before=one, after=two)
            case "mark":
                return self._mark(detail, phrase)
            case "register-line":
                word = BY_ID[str(data["word"])].spelling(self.lang)
                one, two = (
                    self._register(data[side], speaker) for side, speaker in (("before", self.old), ("after", self.new))
                )
                return phrase.format(word=word, before=one, after=two)
            case "header":
                return phrase.format(
                    word=BY_ID[str(data["word"])].spelling(self.lang),
                    before=self._header(data["before"], self.old),
                    after=self._header(data["after"], self.new),
                )
            case "mode":
                path = data["path"]
                assert isinstance(path, tuple)
                return phrase.format(
                    head="".join(f"{self.new.show(name)}: " for name in path[-1:]),
                    before=self._mode(data["before"]),
                    after=self._mode(data["after"]),
                )
            case "item-added" | "item-removed":
                item = data["item"]
                assert isinstance(item, tree.ItemLine)
                return phrase.format(name=self._either(detail).show(item.name))
            case "lines":
                return self._lines(detail)
            case "example" | "item-rewritten" | "whole" | "row-order":
                return phrase
            case "option-added" | "option-removed":
                option = data["option"]
                assert isinstance(option, tree.ReadingLine)
                speaker = self._either(detail)
                value = f" = {speaker.show(option.value)}" if option.value is not None else ""
                return phrase.format(name=speaker.show(option.name), value=_cut(value))
            case "due" | "charge":
                return self._line(detail, phrase)
            case "table-row-added" | "table-row-removed":
                return self._table_row(detail, phrase)
            case "hit" | "how-many" | "rest" | "called":
                one, two = (
                    BY_ID[str(data[side])].spelling(self.lang) if data[side] else "" for side in ("before", "after")
                )
                return phrase.format(before=one or self.words["none"], after=two or self.words["none"])
            case "field-added" | "field-removed":
                speaker = self._either(detail)
                when = f" ({speaker.show(data['when'])})" if data.get("when") is not None else ""
                return phrase.format(name=speaker.show(data["name"]), type=speaker.show(data.get("type")), when=when)
            case "adopted":
                reason = str(data["reason"])
                told = self.words["because"].format(reason=reason) if reason else ""
                return phrase.format(
                    before=self.old.show(data["before"]), after=self.new.show(data["after"]), reason=told
                )
            case "row-cited":
                row = _cut(self.new.show(data["row"]), 40)
                return phrase.format(row=row, before=self._side(detail, "before"), after=self._side(detail, "after"))
            case _:
                return self._plain(detail, phrase)

    def _plain(self, detail: Detail, phrase: str) -> str:
        speaker = self._either(detail)
        shown = {
            name: _cut(speaker.show(value)) for name, value in detail.data.items() if name not in ("before", "after")
        }
        sides = {side: self._side(detail, side) for side in ("before", "after") if side in detail.data}
        if detail.what == "value" and (
            sides["before"] == sides["after"] or len(sides["before"]) + len(sides["after"]) > MOST
        ):
            return self._rewritten(detail)
        return phrase.format(**shown, **sides)

    def _rewritten(self, detail: Detail) -> str:
        return PHRASES[self.lang]["rewritten"].format(
            before=self._side(detail, "before"), after=self._side(detail, "after")
        )

    def _side(self, detail: Detail, side: str) -> str:
        speaker = self.old if side == "before" else self.new
        value = detail.data[side]
        if isinstance(value, tuple) and detail.what == "covers":
            return f" {BY_ID['TO'].spelling(self.lang)} ".join(speaker.show(day) for day in value)
        return _cut(speaker.show(value)) or self.words["none"]

    def _either(self, detail: Detail) -> Speaker:
        return self.old if detail.what.endswith("removed") else self.new

    def _head(self, detail: Detail) -> str:
        data, speaker = detail.data, self.new
        match detail.what:
            case "band-rate":
                band = data["band"]
                assert isinstance(band, tree.BandRow)
                return self.old.edges(band)
            case "choice":
                row = data["label"]
                assert isinstance(row, tree.ChoiceRow)
                return self.words["list"].join(self.old.spelling.label(label) for label in row.labels)
            case "dated":
                row = data["row"]
                assert isinstance(row, tree.DatedRow)
                return self.words["before-that"] if row.day is None else speaker.show(row.day)
            case _:
                return speaker.show(data["name"])

    def _mark(self, detail: Detail, phrase: str) -> str:
        id_ = str(detail.data["word"])
        word = BY_ID[id_].spelling(self.lang) if id_ in BY_ID else self.words["limit"]

        def side(name: str, speaker: Speaker) -> str:
            mark = detail.data[name]
            if not isinstance(mark, tree.Attribute):
                return self.words["none"]
            if mark.names:
                return self.words["list"].join(speaker.spelling.name(name) for name in mark.names)
            value = mark.value
            shown = speaker.edge(value) if isinstance(value, tree.Edge) else speaker.show(value)
            return shown or self.words["there"]

        return phrase.format(word=word, before=side("before", self.old), after=side("after", self.new))

    def _header(self, line: object, speaker: Speaker) -> str:
        if not isinstance(line, tree.HeaderLine):
            return self.words["none"]
        shown = speaker.show(line.value)
        return f"{shown} {BY_ID['TO'].spelling(self.lang)} {speaker.show(line.end)}" if line.end is not None else shown

    def _register(self, line: object, speaker: Speaker) -> str:
        if not isinstance(line, tree.RegisterLine):
            return self.words["none"]
        return line.text or speaker.spelling.names(line.columns)

    def _mode(self, value: object) -> str:
        assert isinstance(value, tuple)
        mode, least = value
        word = BY_ID[mode].spelling(self.lang) if mode in BY_ID else self.words["none"]
        return f"{word} {least}" if mode == "LEAST_OF" else word

    def _line(self, detail: Detail, phrase: str) -> str:
        def side(name: str, speaker: Speaker) -> str:
            match detail.data[name]:
                case tree.DueLine() as line:
                    day = speaker.show(line.due)
                    mark = f" {BY_ID['DAY_BEFORE'].spelling(self.lang)}" if line.before else ""
                    if line.day_included is not None:
                        between = "" if self.lang == "zh" else " "
                        mark += between + BY_ID["WITH_DAY" if line.day_included else "SANS_DAY"].spelling(self.lang)
                    return day + mark
                case tree.ChargeLine() as line:
                    return line.who
                case _:
                    return self.words["none"]

        return phrase.format(before=side("before", self.old), after=side("after", self.new))

    def _lines(self, detail: Detail) -> str:
        """Lines of a declaration that are there on one side only, as they are written."""
        before, after = detail.data["before"], detail.data["after"]
        assert isinstance(before, tree.Amendment) and isinstance(after, tree.Amendment)
        one, two = (
            [line.strip() for line in written_text(file, node, self.lang).split("\n")[1:] if line.strip()]
            for file, node in ((self.found.old, before), (self.found.new, after))
        )
        parts = [self.words["line-gone"].format(line=line) for line in one if line not in two]
        parts += [self.words["line-come"].format(line=line) for line in two if line not in one]
        return _cut(self.words["also-line"].join(parts)) or PHRASES[self.lang]["whole"]

    def _table_row(self, detail: Detail, phrase: str) -> str:
        speaker, data = self._either(detail), detail.data
        head, cells = data["head"], data["cells"]
        assert isinstance(head, tuple) and isinstance(cells, tuple)
        told = self.words["list"].join(
            f"{speaker.show(name)} {speaker.show(cell)}" for name, cell in zip(head, cells, strict=True)
        )
        return phrase.format(row=speaker.show(data["row"]), cells=_cut(told))


def evolve_kind(change: Change) -> Change:
    """A change seen from the old declaration, of which only the kind differs."""
    from policydsl.compare.inventory import things

    before = change.before
    assert before is not None
    (thing,) = things(tree.File(before.span.source, "zh", (before,)))
    return attrs.evolve(change, kind=thing.kind, after=None)


def _brief(text: str, kind: str, change: Change) -> str:
    """What a declaration says, on one line, without the kind, name and citation that the heading has."""
    parts: list[str] = []
    for line in text.split("\n"):
        words = " ".join(line.split())
        if not words:
            continue
        # a line that was broken goes on twice as far in as a block does
        if parts and line.startswith(" " * 8):
            parts[-1] += f" {words}"
        else:
            parts.append(words)
    heading = parts[0].removeprefix(kind).lstrip().removeprefix(f"「{change.name}」").removeprefix(change.name).lstrip()
    heading = heading.removeprefix(f"({change.alias})").lstrip() if change.alias else heading
    heading = heading.removeprefix(":").removeprefix("=").lstrip()
    for cited in (BY_ID["CITED"].zh, BY_ID["CITED"].en):
        if heading.startswith(f"{cited} "):
            heading = ""
    return "; ".join(part for part in (heading, *parts[1:]) if part) or " ".join(parts)


def _cut(text: str, most: int = MOST) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
