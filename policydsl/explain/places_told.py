"""Owns the wording of a row's place among others: running totals, the row before, ranks, shares."""

from __future__ import annotations

from policydsl.core.types import Number
from policydsl.core.values import Blocked
from policydsl.explain.names import Shown
from policydsl.explain.statements import Placing
from policydsl.explain.teller import Teller
from policydsl.explain.telling import Alternative, Group, Passage


def placing(placing: Placing, teller: Teller) -> Passage:
    """What a row gets by its place among others."""
    match placing.kind:
        case "up-to" | "before":
            return _running(placing, teller)
        case "previous":
            return Passage(_previous(placing, teller))
        case "rank":
            return Passage(_rank(placing, teller))
        case "split" | "scale":
            return Passage(_share(placing, teller))


def _names(placing: Placing, teller: Teller) -> dict[str, object]:
    catalog = teller.catalog
    what = catalog.list_mark.join(catalog.quoted.format(name=teller.plain(item)) for item in placing.what)
    entity = teller.figures.name(placing.entity)
    if placing.group:
        keys = [
            catalog.group_key.format(name=teller.plain(key), value=_label(own, teller)) for key, own in placing.group
        ]
        entity = catalog.grouped.format(keys=catalog.list_mark.join(keys), entity=entity)
    return {
        "entity": entity,
        "unit": placing.counted_in or catalog.row_unit,
        "count": placing.count if placing.count is not None else "?",
        "what": what,
        "result": teller.show(placing.shown),
    }


def _label(own: Shown, teller: Teller) -> str:
    """A key of a group: a bare whole number is a label, as a year is, and has no separators."""
    value = own.outcome
    bare = isinstance(own.type, Number) and own.type.unit.plain and type(value) is int
    ratio = own.measure.text if own.measure is not None else not own.type.whole if isinstance(own.type, Number) else ""
    return str(value) if bare and not ratio else teller.show(own)


def _running(placing: Placing, teller: Teller) -> Passage:
    catalog, names = teller.catalog, _names(placing, teller)
    if placing.count is None or isinstance(placing.shown.outcome, Blocked):
        return Passage(catalog.no_order.format(**names))
    phrase = catalog.up_to if placing.kind == "up-to" else catalog.before
    items = tuple(
        Alternative(row.key, teller.show(row.shown) if row.shown is not None else "", catalog.row_counted, True)
        for row in placing.rows
    )
    left = placing.count - len(items)
    more = catalog.more_rows.format(count=left) if left > 0 else ""
    return Passage(phrase.format(**names), Group(catalog.rows, items, more) if items else None)


def _previous(placing: Placing, teller: Teller) -> str:
    catalog, names = teller.catalog, _names(placing, teller)
    if placing.first is not None:
        return catalog.no_previous.format(first=teller.plain(placing.first), **names)
    if not placing.rows:
        return catalog.no_order.format(**names)
    return catalog.previous.format(row=placing.rows[0].key, **names)


def _rank(placing: Placing, teller: Teller) -> str:
    catalog, names = teller.catalog, _names(placing, teller)
    if placing.count is None:
        return catalog.no_order.format(**names)
    own = catalog.list_mark.join(teller.show(item) for item in placing.own)
    phrase = catalog.rank_open if isinstance(placing.shown.outcome, Blocked) else catalog.rank
    text = phrase.format(own=own, **names)
    if placing.ties:
        tied = catalog.list_mark.join(placing.tied)
        text += catalog.tied.format(count=placing.ties, rows=tied, unit=names["unit"])
    if placing.open:
        text += catalog.open_rows.format(count=placing.open, unit=names["unit"])
    return text


def _share(placing: Placing, teller: Teller) -> str:
    catalog, names, portion = teller.catalog, _names(placing, teller), placing.portion
    total = teller.plain(placing.total) if placing.total is not None else ""
    if placing.nobody:
        return catalog.nobody_shares.format(total=total, **names)
    if portion is None and not isinstance(placing.shown.outcome, Blocked):
        return catalog.left_out.format(**names)
    if portion is None:
        return catalog.no_share.format(total=total, **names)
    sums = {
        "total": total,
        "whole": teller.show(placing.total.shown) if placing.total is not None else "",
        "weight": teller.show(portion.weight),
        "weights": teller.show(portion.weights),
        "part": teller.show(portion.part),
    }
    if portion.fits:
        return catalog.fits.format(**sums, **names)
    text = (catalog.split if placing.kind == "split" else catalog.scale).format(**sums, **names)
    if portion.rounded.outcome != portion.part.outcome:
        text += catalog.share_rounded.format(rounded=teller.show(portion.rounded))
    if portion.remainder.outcome != 0:
        text += catalog.share_remainder.format(remainder=teller.show(portion.remainder), **names)
    return text
