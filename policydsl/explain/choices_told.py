"""Owns the wording of choices: bands, cases, alternatives, rows of tables, readings."""

from __future__ import annotations

from typing import Literal, assert_never

from policydsl.explain.phrases import Phrases
from policydsl.explain.statements import (
    Adopting,
    Banding,
    BandRow,
    Calculation,
    CaseRow,
    Choosing,
    KeyRange,
    Looking,
    Picking,
    PickRow,
)
from policydsl.explain.teller import Teller, calculation, condition, says_itself
from policydsl.explain.telling import Alternative, Group, Passage
from policydsl.explain.terms import ComparisonTerm, FactTerm, LocalTerm, RuleTerm, Term

Side = Literal["lower", "upper"]


def band_of(side: Side, row: BandRow, teller: Teller) -> str:
    """A row of bands by its bound: 达到 100%(含)."""
    return (
        teller.catalog.otherwise
        if row.bound is None
        else bound_of(side, row.inclusive, teller.plain(row.bound), teller)
    )


def bound_of(side: Side, inclusive: bool, bound: str, teller: Teller) -> str:
    """A bound with its side and whether it includes its number."""
    catalog = teller.catalog
    if side == "lower":
        return (catalog.reaches if inclusive else catalog.exceeds).format(bound=bound)
    return (catalog.within if inclusive else catalog.below).format(bound=bound)


def _reached(banding: Banding, teller: Teller) -> str:
    catalog = teller.catalog
    if banding.taken is None:
        return catalog.band_unsure
    row = banding.rows[banding.taken]
    if row.bound is None:
        return catalog.no_band_lower if banding.side == "lower" else catalog.no_band_upper
    return catalog.band.format(bound=band_of(banding.side, row, teller))


def banding(banding: Banding, teller: Teller) -> Passage:
    """The band reached and what it gives; the others and why not."""
    phrases = teller.phrases()
    text = teller.measure(banding.measure, phrases) + teller.catalog.comma + _reached(banding, teller)
    if banding.value is not None:
        text += teller.catalog.takes.format(value=phrases.term(banding.value))
    return Passage(text, _bands(banding, teller))


def banding_then(banding: Banding, then: Calculation, teller: Teller) -> Passage:
    """A band and the calculation that uses it, in one sentence: 达到 100%(含)档:520家 × 600元/家 = 312,000元."""
    phrases = teller.phrases()
    text = teller.measure(banding.measure, phrases) + teller.catalog.comma + _reached(banding, teller)
    text += teller.catalog.colon + calculation(then.term, teller, phrases)
    return Passage(text, _bands(banding, teller))


def _bands(banding: Banding, teller: Teller) -> Group:
    items = []
    for index, row in enumerate(banding.rows):
        fate = _band_fate(row, banding.side, teller) + teller.cited(row.clause)
        label = band_of(banding.side, row, teller)
        items.append(Alternative(label, teller.plain(row.value), fate, index == banding.taken))
    return Group(teller.catalog.bands, tuple(items))


def _band_fate(row: BandRow, side: Side, teller: Teller) -> str:
    catalog = teller.catalog
    match row.fate:
        case "taken" | "else-taken":
            return catalog.taken
        case "outdone":
            return catalog.outdone_lower if side == "lower" else catalog.outdone_upper
        case "short" | "beyond":
            if row.gap is None:
                return catalog.short_plain if row.fate == "short" else catalog.beyond_plain
            if row.gap.outcome == 0:
                return catalog.exactly_excluded
            gap = teller.figures.points(row.gap)
            return (catalog.short if row.fate == "short" else catalog.beyond).format(gap=gap)
        case "else":
            return catalog.else_only
        case "unasked" | "blocked":
            return catalog.unsure
        case _:
            assert_never(row.fate)


def _case(row: CaseRow, form: str, teller: Teller, phrases: Phrases) -> str:
    catalog = teller.catalog
    if row.when is None:
        return catalog.general if form == "exceptions" else catalog.otherwise
    if form == "dated" and isinstance(row.when, ComparisonTerm):
        return catalog.from_day.format(label=teller.show(row.when.right.shown))
    when = condition(row.when, teller, phrases)
    if not row.label:
        return when
    return (catalog.exception if form == "exceptions" else catalog.labelled).format(label=row.label, when=when)


def choosing(choosing: Choosing, teller: Teller) -> Passage:
    """The case that applied; where there are several, the others and why not."""
    catalog, phrases, form = teller.catalog, teller.phrases(), choosing.form
    taken = choosing.cases[choosing.taken] if choosing.taken is not None else None
    if choosing.subject is not None and taken is not None:
        return _by_category(choosing, choosing.subject, taken, teller)
    if taken is not None and form == "dated" and (dated := _dated(choosing, taken, teller)):
        return Passage(dated, _cases(choosing, teller) if len(choosing.cases) > 2 else None)
    if taken is None:
        blocked = [row for row in choosing.cases if row.fate == "blocked"]
        which = catalog.list_mark.join(_case(row, form, teller, phrases) for row in blocked)
        text = catalog.choice_unsure.format(which=which) if which else catalog.choice_none
    else:
        shown = taken if taken.when is not None else choosing.cases[0]
        many = taken.when is None and len(choosing.cases) > 2
        case = "" if many else _case(shown, form, teller, phrases)
        value = catalog.takes.format(value=phrases.term(choosing.value)) if choosing.value is not None else ""
        phrase = catalog.case_holds if taken.when is not None else catalog.cases_fail if many else catalog.case_fails
        # a fact or rule named with its truth (政策宣讲 未完成) has said already whether it holds
        if not many and not shown.label and says_itself(shown.when):
            phrase = catalog.case_stands
        text = phrase.format(case=case, value=value) + teller.cited(taken.clause)
    return Passage(text, _cases(choosing, teller) if len(choosing.cases) > 2 else None)


def _dated(choosing: Choosing, taken: CaseRow, teller: Teller) -> str:
    """The version of a rule or table that is in force: by which day, from when on."""
    catalog, phrases = teller.catalog, teller.phrases()
    written = [row.when for row in choosing.cases if isinstance(row.when, ComparisonTerm)]
    if not written:
        return ""
    # versions are tried from the latest on, so the last of them is the earliest
    when = taken.when if isinstance(taken.when, ComparisonTerm) else written[-1]
    day, label = phrases.term(when.left), teller.show(when.right.shown)
    value = catalog.takes.format(value=phrases.term(choosing.value)) if choosing.value is not None else ""
    phrase = catalog.in_force if taken.when is not None else catalog.earlier
    return phrase.format(day=day, label=label, value=value) + teller.cited(taken.clause)


def _by_category(choosing: Choosing, subject: Term, taken: CaseRow, teller: Teller) -> Passage:
    """按 X 选: what X is, and what that gives; a 读法 is named with its alternative alone, the others stand elsewhere."""
    catalog, phrases = teller.catalog, teller.phrases()
    what = phrases.term(subject)
    clause = teller.cited(taken.clause)
    takes = catalog.namely if choosing.reading else catalog.takes
    value = takes.format(value=phrases.term(choosing.value)) if choosing.value is not None else ""
    if choosing.reading and isinstance(subject, RuleTerm):
        name = teller.quoted(subject.name)
        option = teller.show(subject.shown).strip("“”")
        return Passage(catalog.by_reading.format(reading=name, option=option, value=value) + clause)
    items = tuple(
        Alternative(
            row.label or teller.catalog.otherwise,
            "",
            (catalog.taken if index == choosing.taken else catalog.not_it) + teller.cited(row.clause),
            index == choosing.taken,
        )
        for index, row in enumerate(choosing.cases)
    )
    return Passage(catalog.by_category.format(what=what, value=value) + clause, Group(catalog.cases, items))


def _cases(choosing: Choosing, teller: Teller) -> Group:
    items = []
    for index, row in enumerate(choosing.cases):
        label = _case(row, choosing.form, teller, teller.phrases())
        items.append(
            Alternative(label, "", _case_fate(row, teller) + teller.cited(row.clause), index == choosing.taken)
        )
    return Group(teller.catalog.cases, tuple(items))


def _case_fate(row: CaseRow, teller: Teller) -> str:
    catalog = teller.catalog
    match row.fate:
        case "taken":
            return catalog.case_taken
        case "else-taken":
            return catalog.taken
        case "outdone":
            return catalog.case_outdone
        case "short" | "beyond":
            return catalog.case_short
        case "unasked":
            return catalog.case_unasked
        case "blocked":
            return catalog.unsure
        case "else":
            return catalog.case_else
        case _:
            assert_never(row.fate)


def picking(picking: Picking, teller: Teller) -> Passage:
    """Which of several alternatives is the highest or lowest."""
    catalog = teller.catalog
    word = catalog.highest if picking.kind == "max" else catalog.lowest
    taken = next((row for row in picking.options if row.taken), None)
    items = tuple(
        Alternative(row.label, _option(row, teller), _pick_fate(row, picking, teller), row.taken)
        for row in picking.options
    )
    if taken is None:
        return Passage(catalog.pick_unsure.format(word=word), Group(catalog.options, items))
    text = catalog.picked.format(word=word, label=taken.label, value=teller.show(picking.shown))
    return Passage(text + (catalog.pick_tie if picking.tie else ""), Group(catalog.options, items))


def _option(row: PickRow, teller: Teller) -> str:
    """The value of an alternative; named only where its label is another name."""
    value = row.value
    if isinstance(value, FactTerm | RuleTerm | LocalTerm) and row.label in (
        value.name,
        getattr(value.name, "text", ""),
    ):
        return teller.show(value.shown)
    return teller.plain(value)


def _pick_fate(row: PickRow, picking: Picking, teller: Teller) -> str:
    catalog = teller.catalog
    if row.taken:
        return catalog.taken
    if not any(other.taken for other in picking.options):
        return catalog.unsure
    if row.value.shown.outcome == picking.shown.outcome:
        return catalog.pick_equal
    return catalog.pick_lower if picking.kind == "max" else catalog.pick_higher


def looking(looking: Looking, teller: Teller) -> Passage:
    """The row of a table that was found by its keys."""
    phrases = teller.phrases()
    keys = teller.catalog.list_mark.join(phrases.term(key) for key in looking.keys)
    table = teller.quoted(looking.table)
    if not looking.found:
        return Passage(teller.catalog.not_looked_up.format(table=table, keys=keys))
    value, clause = phrases.term(looking.value), teller.cited(looking.clause)
    row = teller.catalog.otherwise if looking.otherwise else looking.row
    if looking.ranges:
        row = teller.catalog.comma.join(_range(item, teller) for item in looking.ranges)
    return Passage(teller.catalog.looked_up.format(table=table, keys=keys, row=row, value=value, clause=clause))


def _range(key: KeyRange | str, teller: Teller) -> str:
    """What a key column of a row of a table accepts, in words."""
    if isinstance(key, str):
        return key
    words = teller.phrases().words
    ends = []
    if key.low is not None:
        ends.append(f"{words.comparators['ge' if key.low_closed else 'gt']} {teller.show(key.low)}")
    if key.high is not None:
        ends.append(f"{words.comparators['le' if key.high_closed else 'lt']} {teller.show(key.high)}")
    return words.every.join(ends)


def adopting(adopting: Adopting, teller: Teller) -> Passage:
    """The alternative of a reading in force, its reason, and the names of the others."""
    catalog = teller.catalog
    value = catalog.equals.format(value=teller.plain(adopting.value)) if adopting.value is not None else ""
    reason = catalog.because.format(reason=adopting.option.reason) if adopting.option.reason else ""
    others = catalog.list_mark.join(f"「{item.name}」" for item in adopting.others)
    return Passage(
        (catalog.adopted if adopting.declared else catalog.switched).format(
            reading=teller.quoted(adopting.reading),
            option=adopting.option.name,
            value=value,
            reason=reason,
            others=catalog.alternatives.format(others=others) if others else "",
            clause=teller.cited(adopting.clause),
        )
    )
