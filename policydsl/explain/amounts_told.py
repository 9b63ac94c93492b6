"""Owns the wording of amounts made in parts: slices, steps beyond a start, caps and floors, roundings."""

from __future__ import annotations

from fractions import Fraction

from policydsl.core.values import Blocked
from policydsl.explain.statements import Bounding, BoundRow, Rounding, RouteRow, SliceRow, Slicing, Stepping
from policydsl.explain.teller import Teller
from policydsl.explain.telling import Alternative, Group, Passage


def slicing(slicing: Slicing, teller: Teller) -> Passage:
    """Each slice at its own rate."""
    catalog = teller.catalog
    measure = teller.measure(slicing.measure, teller.phrases())
    text = catalog.sliced.format(measure=measure, result=teller.show(slicing.shown))
    return Passage(text, Group(catalog.slices, tuple(_slice(row, teller) for row in slicing.rows)))


def _slice(row: SliceRow, teller: Teller) -> Alternative:
    catalog, start, rate = teller.catalog, teller.plain(row.start), teller.plain(row.rate)
    end = teller.plain(row.end) if row.end is not None else ""
    label = (catalog.slice if row.end is not None else catalog.last_slice).format(start=start, end=end)
    if row.part.outcome is None:
        return Alternative(label, rate, catalog.unsure)
    if row.part.outcome == 0:
        return Alternative(label, rate, catalog.slice_empty)
    amount = teller.show(row.amount)
    return Alternative(
        label, rate, catalog.slice_sum.format(part=teller.show(row.part), rate=rate, amount=amount), True
    )


def stepping(stepping: Stepping, teller: Teller) -> Passage:
    """Whole steps beyond a start, by each route, and how the routes are joined."""
    catalog, phrases = teller.catalog, teller.phrases()
    measure, start = teller.measure(stepping.measure, phrases), teller.measure(stepping.start, phrases)
    group, over = _routes(stepping, teller), stepping.excess.outcome
    if isinstance(stepping.shown.outcome, Blocked):
        return Passage(catalog.step_unsure.format(measure=measure, start=start), group)
    if isinstance(over, int | Fraction) and over <= 0:
        nothing = catalog.step_none.format(measure=measure, start=start, result=teller.show(stepping.shown))
        return Passage(nothing, group)
    excess = teller.figures.points(stepping.excess)
    text = catalog.step_excess.format(measure=measure, start=start, excess=excess)
    taken = [row for row in stepping.routes if row.taken]
    if len(stepping.routes) > 1:
        text += {"max": catalog.step_max, "min": catalog.step_min, "sum": catalog.step_sum}[stepping.join]
    text += " + ".join(_route(row, stepping.started, teller) for row in taken)
    if stepping.at_start is not None:
        text += catalog.at_start.format(amount=teller.plain(stepping.at_start))
    if len(taken) > 1 or stepping.at_start is not None:
        text += catalog.together.format(amount=teller.show(stepping.shown))
    if stepping.tie:
        text += catalog.step_tie
    if stepping.most_steps is not None:
        text += catalog.most_steps.format(steps=teller.plain(stepping.most_steps))
    return Passage(text, group)


def _route_label(row: RouteRow, teller: Teller) -> str:
    """How the route was written; with its size where that is computed (每 增量基数 的 5%)."""
    size = teller.show(row.size.shown)
    chinese = teller.figures.lang == "zh"
    if not row.label or not (chinese or row.label.isascii()):
        return teller.catalog.every_size.format(size=size)
    return row.label if size in row.label else row.label + teller.figures.bracketed(size)


def _route(row: RouteRow, started: bool, teller: Teller) -> str:
    return (teller.catalog.route_begun if started else teller.catalog.route).format(
        label=_route_label(row, teller),
        steps=row.steps,
        award=teller.plain(row.award),
        amount=teller.show(row.amount),
    )


def _routes(stepping: Stepping, teller: Teller) -> Group | None:
    if len(stepping.routes) < 2:
        return None
    return Group(teller.catalog.routes, tuple(_route_row(row, stepping, teller) for row in stepping.routes))


def _route_row(row: RouteRow, stepping: Stepping, teller: Teller) -> Alternative:
    catalog, label = teller.catalog, _route_label(row, teller)
    if row.amount.outcome is None or isinstance(row.amount.outcome, Blocked):
        return Alternative(label, "", catalog.unsure)
    value = catalog.route_value.format(steps=row.steps, amount=teller.show(row.amount))
    if row.steps == 0:
        return Alternative(label, value, catalog.no_step)
    if row.taken:
        return Alternative(label, value, catalog.taken, True)
    if stepping.tie:
        return Alternative(label, value, catalog.pick_equal)
    return Alternative(label, value, catalog.lower if stepping.join == "max" else catalog.higher)


def bounding(bounding: Bounding, teller: Teller) -> Passage:
    """Which cap or floor bound last, with the value before and after."""
    catalog = teller.catalog
    unsure = isinstance(bounding.shown.outcome, Blocked)
    items = tuple(_bound_row(row, unsure, teller) for row in bounding.bounds)
    group = Group(catalog.bounds, items)
    if unsure:
        return Passage(catalog.bound_unsure, group)
    if bounding.decided is None:
        return Passage(catalog.bound_none.format(value=teller.show(bounding.before)), group)
    row = bounding.bounds[bounding.decided]
    text = catalog.bound_by.format(
        bound=_bound(row, teller),
        before=teller.show(bounding.before),
        after=teller.show(bounding.shown),
        clause=teller.cited(row.clause),
    )
    return Passage(text, group if len(items) > 1 else None)


def _bound(row: BoundRow, teller: Teller) -> str:
    limit = teller.plain(row.limit) if row.limit is not None else ""
    return (teller.catalog.cap if row.kind == "cap" else teller.catalog.floor).format(limit=limit)


def _bound_row(row: BoundRow, unsure: bool, teller: Teller) -> Alternative:
    catalog, label = teller.catalog, _bound(row, teller)
    if row.when is not None:
        label = catalog.on_condition.format(bound=label, when=teller.plain(row.when))
    if unsure:
        fate = catalog.unsure
    elif row.bound:
        fate = catalog.bound_works.format(before=teller.show(row.before), after=teller.show(row.after))
    else:
        fate = catalog.bound_idle if row.applied else catalog.bound_off
    return Alternative(label, "", fate + teller.cited(row.clause), row.bound)


def rounding(rounding: Rounding, teller: Teller) -> Passage:
    """A rounding, with the value before and after."""
    catalog = teller.catalog
    words = {
        "half-up": catalog.half_up,
        "up": catalog.round_up,
        "down": catalog.round_down,
        "half-even": catalog.half_even,
    }
    written = rounding.text if teller.figures.lang == "zh" or rounding.text.isascii() else ""
    before, after = teller.measure(rounding.before, teller.phrases()), teller.show(rounding.shown)
    if isinstance(rounding.shown.outcome, Blocked):
        return Passage(
            catalog.round_unsure.format(how=written or words[rounding.mode], before=teller.plain(rounding.before))
        )
    same = rounding.before.shown.outcome == rounding.shown.outcome
    phrase = catalog.round_same if same else catalog.rounded
    return Passage(phrase.format(how=written or words[rounding.mode], before=before, after=after))
