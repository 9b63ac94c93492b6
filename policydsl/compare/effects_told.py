"""Owns the wording of effects: what each row gains and loses and why, in Chinese and English; any format can lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve, field, frozen

from policydsl.compare.apart import Alone
from policydsl.compare.effects import Effects, Moved, Part, RowEffect, Source, turned
from policydsl.compare.model import Change, Differences
from policydsl.core.facts import Known
from policydsl.core.types import strip
from policydsl.core.values import Exact, exact
from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import WIDE
from policydsl.explain.figures import Figures
from policydsl.explain.ledger import explain
from policydsl.explain.names import Shown
from policydsl.explain.words import tell as tell_explanation
from policydsl.interpret.trace import Trace

MOST_ACCOUNTS = 60
"""Rows whose differences are accounted for from the traces; of more, the amounts alone are told."""

_ZH = {
    "title": "各{entity}谁多谁少,按「{name}」",
    "total": "{rows} 个{entity}合计 {before} → {after},{gain}",
    "total-part": "{rows} 个{entity}中,已算出「{name}」的:原 {one} 个共 {before},新 {two} 个共 {after}",
    "gain-part": "能算出得失的各{entity}合起来{gain}",
    "open": "还说不出得失的:{keys}",
    "by-other": "以「{name}」计",
    "nothing": "不变",
    "same": "金额和达标都不变的:{keys}",
    "more": "多 {gain}",
    "less": "少 {gain}",
    "even": "不增不减",
    "not-there-old": "原来没有这一行",
    "not-there-new": "现在没有这一行",
    "part": "{name} {change}{why}",
    "turned": "{before} → {after}",
    "because": "〔改动 {numbers}〕",
    "list": "、",
    "also": ";",
    "before": "原",
    "after": "新",
    "gain": "增减",
    "sources": "事实",
    "account": "{name} {before} → {after}",
    "total-word": "合计",
    "total-open": "已算出的合计",
    "total-all": "算得出得失的",
    "gains": "增加的",
    "losses": "减少的",
    "chart": "各{entity}的增减",
    "alone": "只改这一处,各{entity}合起来{gain}",
    "alone-open": "只改这一处,有 {open} 个{entity}说不出得失,其余合起来{gain}",
    "wanting": "新政策要多报、数据里没有的:{facts};补上以后才算得出",
    "not-alone": "离开别的改动不能单独算",
    "together": "各处单独改的得失相加是 {each},一起改是 {all},相差 {rest} 出自几处改动的相互作用",
    "why": "为什么",
    "dash": "—",
    "rest": "另有 {gain} 出自新增或删去的规则",
}
_EN = {
    "title": "Who gains and who loses: {name} by {entity}",
    "total": "{rows} rows of {entity} in all {before} → {after}, {gain}",
    "total-part": "Of {rows} rows of {entity}, {name} is computed for {one} before, {before} in all, and for {two} now, {after}",
    "gain-part": "rows of which it can be said: {gain} together",
    "open": "Not to be said yet: {keys}",
    "by-other": "by {name}",
    "nothing": "no change",
    "same": "No amount and no verdict changes: {keys}",
    "more": "{gain} more",
    "less": "{gain} less",
    "even": "neither more nor less",
    "not-there-old": "there was no such row",
    "not-there-new": "there is no such row now",
    "part": "{name} {change}{why}",
    "turned": "{before} → {after}",
    "because": " [change {numbers}]",
    "list": ", ",
    "also": "; ",
    "before": "Before",
    "after": "After",
    "gain": "Change",
    "sources": "Facts",
    "account": "{name} {before} → {after}",
    "total-word": "Total",
    "total-open": "Total of what is computed",
    "total-all": "Where it can be said",
    "gains": "more",
    "losses": "less",
    "chart": "Change by {entity}",
    "alone": "by itself: {gain} over all rows of {entity}",
    "alone-open": "by itself: of {open} rows of {entity} it cannot be said, the others {gain}",
    "wanting": "Asked for by the new policy and not in the data: {facts}; results wait for them",
    "not-alone": "cannot be made without others",
    "together": "each by itself these sum to {each}, together they give {all}; {rest} comes of their interplay",
    "why": "Why",
    "dash": "-",
    "rest": "{gain} from rules that are new or gone",
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {name: text.translate(WIDE) for name, text in _ZH.items()},
    "en": _EN,
}


@frozen
class Account:
    """How one result came out before and after: its heading, and a sentence from each trace."""

    heading: str
    before: str
    after: str


@frozen
class RowTold:
    """One row: the leading amount before and after, the gain as text and as a number (None: not to be said), why in a line, and
    accounts from the traces."""

    key: str
    before: str
    after: str
    gain: str
    size: Exact | None
    remark: str
    why: str
    accounts: tuple[Account, ...]
    idle: bool


@frozen
class EffectsTold:
    """All effects in words."""

    title: str
    labels: Mapping[str, str]
    entity: str
    facts: str
    total: tuple[str, ...]
    sums: tuple[tuple[str, str, str, str], ...]
    rows: tuple[RowTold, ...]
    same: str
    singles: tuple[str, ...]
    alone: Mapping[int, str]
    together: str


def tell_effects(effects: Effects, found: Differences, lang: Language, alone: tuple[Alone, ...] = ()) -> EffectsTold:
    """The effects in words. Numbers of changes are those of their telling; `alone` what each is worth by itself."""
    numbers = {id(change): number for number, change in enumerate(found.of("substance"), 1)}
    return _Teller(effects, lang, numbers, alone).told()


@frozen
class _Teller:
    effects: Effects
    lang: Language
    numbers: Mapping[int, int]
    alone: tuple[Alone, ...]
    words: Mapping[str, str] = field(init=False)
    figures: Figures = field(init=False)

    def __attrs_post_init__(self) -> None:
        program = self.effects.new.program
        object.__setattr__(self, "words", WORDS[self.lang])
        object.__setattr__(self, "figures", Figures(self.lang, program.units, program.header.currency))

    def told(self) -> EffectsTold:
        """Everything in words, what gains or loses most first."""
        effects, words = self.effects, self.words
        entity = self._entity()
        name = self.figures.name(effects.rows[0].leading.name) if effects.rows else effects.leading[1].name
        rows = sorted(effects.rows, key=lambda row: (row.idle, -abs(Fraction(row.gain or 0))))
        detailed = {row.key for row in rows[:MOST_ACCOUNTS]}
        same = [row.key for row in rows if row.idle]
        complete = effects.before.computed == effects.before.rows == effects.after.computed and not effects.open_rows
        return EffectsTold(
            words["title"].format(entity=entity, name=name),
            words,
            entity,
            words["list"].join(effects.new.facts.sources),
            tuple(self._total(entity, name, complete)),
            tuple(self._sums(complete)),
            tuple(self._row(row, row.key in detailed) for row in rows),
            words["same"].format(keys=words["list"].join(same)) if same else "",
            tuple(
                words["account"].format(
                    name=f"{self.figures.name(owner)} {self.figures.name(moved.name)}",
                    before=self._shown(moved.before),
                    after=self._shown(moved.after),
                )
                for owner, moved in effects.totals
            ),
            {self.numbers[id(item.change)]: self._alone(item) for item in self.alone},
            self._together(),
        )

    def _alone(self, item: Alone) -> str:
        words = self.words
        if item.gain is None:
            return words["not-alone"]
        phrase = words["alone-open" if item.open else "alone"]
        return phrase.format(entity=self._entity(), gain=self.gained(item.gain), open=item.open)

    def _together(self) -> str:
        """How far the changes are worth more or less together than each by itself."""
        if not self.alone or any(item.gain is None or item.open for item in self.alone) or self.effects.open_rows:
            return ""
        each = sum((Fraction(item.gain or 0) for item in self.alone), Fraction(0))
        rest = exact(Fraction(self.effects.gain) - each)
        if rest == 0:
            return ""
        return self.words["together"].format(
            each=self.signed(exact(each)), all=self.signed(self.effects.gain), rest=self.signed(rest)
        )

    def _entity(self) -> str:
        program = self.effects.new.program
        name = self.effects.leading[1].entity
        alias = program.entities[name].alias
        return name if self.lang == "zh" else alias or name

    def _total(self, entity: str, name: str, complete: bool) -> Iterator[str]:
        effects, words = self.effects, self.words
        before, after = self._amount(effects.before.value), self._amount(effects.after.value)
        gain = self.gained(effects.gain)
        if complete:
            yield words["total"].format(rows=effects.after.rows, entity=entity, before=before, after=after, gain=gain)
        else:
            yield words["total-part"].format(
                rows=effects.after.rows,
                entity=entity,
                name=name,
                one=effects.before.computed,
                two=effects.after.computed,
                before=before,
                after=after,
            )
            yield words["gain-part"].format(entity=entity, gain=gain)
        wanting = list(self._wanting())
        if wanting:
            yield words["wanting"].format(facts=words["list"].join(wanting))
        if effects.open_rows:
            yield words["open"].format(keys=words["list"].join(effects.open_rows))

    def _wanting(self) -> Iterator[str]:
        """Facts that only the new policy asks for and that no row has."""
        old, new = self.effects.old.program, self.effects.new.program
        for name, entity in new.entities.items():
            known = {item.name for item in old.entities[name].fields} if name in old.entities else set()
            records = self.effects.new.facts.tables.get(name, ())
            for item in entity.fields:
                there = any(isinstance(record.cells.get(item.name), Known) for record in records)
                if item.name not in known and not there:
                    yield f"{name} {item.name}"

    def _sums(self, complete: bool) -> Iterator[tuple[str, str, str, str]]:
        """The lines below the rows: what the amounts sum to, and with them what is known of rows that have none yet."""
        effects, words = self.effects, self.words
        before, after = effects.before, effects.after
        gain = exact(Fraction(after.value) - before.value)
        told = self.signed(gain) if before.keys == after.keys else words["dash"]
        yield (
            words["total-word" if complete else "total-open"],
            self._amount(before.value),
            self._amount(after.value),
            told,
        )
        if not complete and (effects.gain != gain or before.keys != after.keys):
            yield words["total-all"], "", "", self.signed(effects.gain)

    # ------------------------------------------------------------ amounts

    def _amount(self, value: Exact) -> str:
        rule = self.effects.leading[1]
        return self._shown(Shown(value, strip(rule.type), rule.measure))

    def _shown(self, shown: Shown | None) -> str:
        return self.figures.show(shown, exactly=False) if shown is not None else self.words["dash"]

    def signed(self, value: Exact) -> str:
        """An amount with its sign."""
        text = self._amount(value)
        return f"+{text}" if value > 0 else text

    def gained(self, value: Exact) -> str:
        """多, 少 and by how much."""
        if value == 0:
            return self.words["even"]
        return self.words["more" if value > 0 else "less"].format(gain=self._amount(exact(abs(Fraction(value)))))

    # ------------------------------------------------------------ rows

    def _row(self, row: RowEffect, detailed: bool) -> RowTold:
        words = self.words
        remark = ""
        if not row.there[0]:
            remark = words["not-there-old"]
        elif not row.there[1]:
            remark = words["not-there-new"]
        elif row.gain and row.counted is not None and row.counted.name != row.leading.name:
            remark = words["by-other"].format(name=self.figures.name(row.counted.name))
        told = [self._part(part) for part in self._told(row)]
        rest = self._rest(row)
        if rest:
            told.append(self.words["rest"].format(gain=self.signed(rest)))
        gain = words["dash"] if row.gain is None else words["nothing"] if row.gain == 0 else self.signed(row.gain)
        return RowTold(
            row.key,
            self._shown(row.leading.before),
            self._shown(row.leading.after),
            gain,
            row.gain,
            remark,
            words["also"].join(told),
            tuple(self._accounts(row)) if detailed and not row.idle else (),
            row.idle,
        )

    def _rest(self, row: RowEffect) -> Exact:
        """What of a gain comes from rules that only one of the policies has."""
        adding = [part.moved.difference for part in row.money if part.adds]
        if not row.gain or not adding or any(item is None for item in adding):
            return 0
        return exact(Fraction(row.gain) - sum((Fraction(item or 0) for item in adding), Fraction(0)))

    def _told(self, row: RowEffect) -> tuple[Part, ...]:
        """The amounts that make up the difference, and the verdicts."""
        return (*(part for part in row.money if part.adds), *row.verdicts)

    def _part(self, part: Part) -> str:
        moved = part.moved
        changes = {id(change): change for source in part.sources for change in source.changes}
        numbers = sorted(self.numbers[at] for at in changes if at in self.numbers)
        why = self.words["because"].format(numbers=self.words["list"].join(map(str, numbers))) if numbers else ""
        return self.words["part"].format(name=self.figures.name(moved.name), change=self._change(moved), why=why)

    def _change(self, moved: Moved) -> str:
        if moved.difference is None or turned(moved) or moved.after is None:
            return self.words["turned"].format(before=self._shown(moved.before), after=self._shown(moved.after))
        text = self._shown(evolve(moved.after, outcome=moved.difference))
        return f"+{text}" if moved.difference > 0 else text

    def _accounts(self, row: RowEffect) -> Iterator[Account]:
        sources: dict[str, Source] = {}
        for part in self._told(row):
            sources.update((source.after_rule, source) for source in part.sources)
        entities = self.effects.leading[0].entity, self.effects.leading[1].entity
        for source in sources.values():
            moved = source.moved
            yield Account(
                self.words["account"].format(
                    name=self.figures.name(moved.name), before=self._shown(moved.before), after=self._shown(moved.after)
                )
                + self._numbers(source.changes),
                self._sentence(self.effects.old, entities[0], row.key, source.before_rule),
                self._sentence(self.effects.new, entities[1], row.key, source.after_rule),
            )

    def _numbers(self, changes: tuple[Change, ...]) -> str:
        numbers = [str(self.numbers[id(change)]) for change in changes if id(change) in self.numbers]
        return self.words["because"].format(numbers=self.words["list"].join(numbers)) if numbers else ""

    def _sentence(self, trace: Trace, entity: str, key: str, rule: str) -> str:
        if key not in trace.keys.get(entity, ()):
            return ""
        telling = tell_explanation(explain(trace, entity=entity, keys=[key], rules=[rule], lang=self.lang))
        entry = next((entry for row in telling.rows for entry in row.entries), None)
        if entry is None:
            return ""
        said = [passage.text for passage in entry.passages] + list(entry.reasons)
        return self.words["also"].join(said[:2])
