"""Owns blocks of rows: 分档, 累进, 递增, choice by category, the better of alternatives. Checks order, gaps, overlaps, dead rows."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from policydsl.check.crossed import in_columns
from policydsl.check.frames import Frames
from policydsl.check.guards import chosen, knowing
from policydsl.core import program as core
from policydsl.core.types import BOOL, NEVER, Bool, Date, Member, Moment, Never, Number, Text, Type, strip
from policydsl.core.values import decimal_text, exact
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, RELATIONS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def block(checker: Checker, node: tree.Block, frames: Frames, expected: Type | None) -> core.Expr:
    """The core expression of a block."""
    match node.kind:
        case "BANDS":
            return _bands(checker, in_columns(checker, node), frames, expected)
        case "BRACKETS":
            return _brackets(checker, in_columns(checker, node), frames)
        case "INCREMENT":
            return _increment(checker, node, frames)
        case "BY":
            return _choice(checker, node, frames, expected)
        case "JOIN_MAX" | "JOIN_MIN":
            return _pick(checker, node, frames)


@frozen
class End:
    """One end of a row: its bound, and whether the bound itself belongs to the row."""

    bound: core.Expr
    closed: bool
    span: Span

    @property
    def value(self) -> object:
        """The bound where it is a literal, else None."""
        return self.bound.value if isinstance(self.bound, core.Const) else None


@frozen
class Range:
    """A row as the interval it says; None where it has no such end."""

    low: End | None
    high: End | None
    row: tree.BandRow
    open_end: bool = False


def _bands_of(
    checker: Checker, node: tree.Block, measure: core.Expr, frames: Frames
) -> tuple[list[Range], tree.BandRow | None]:
    """The rows of a band or bracket block as intervals, and the 否则 row."""
    ranges: list[Range] = []
    otherwise: tree.BandRow | None = None
    for row in node.rows:
        if isinstance(row, tree.GridRow):
            continue
        if not isinstance(row, tree.BandRow):
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        if not row.edges:
            if otherwise is not None:
                checker.report("band-else-twice", row.span)
            otherwise = row
            continue
        if otherwise is not None:
            checker.report("band-else-last", row.span)
        ranges.append(_range(checker, row, measure, frames))
    return (ranges[::-1] if _descends(ranges) else ranges), otherwise


def _descends(ranges: list[Range]) -> bool:
    """Whether rows are written from the highest to the lowest, each below the one before: they mean what they mean upwards."""
    found: list[tuple[int | Fraction, int]] = []
    for item in ranges:
        end = item.low or item.high
        value = end.value if end is not None else None
        if not isinstance(value, int | Fraction) or isinstance(value, bool):
            return False
        found.append((value, 1 if item.low is not None else 0))
    return len(found) > 1 and all(before > after for before, after in zip(found, found[1:], strict=False))


def _range(checker: Checker, row: tree.BandRow, measure: core.Expr, frames: Frames) -> Range:
    low: End | None = None
    high: End | None = None
    unstated = False
    first_relation = ""
    for edge in row.edges:
        bound = checker.expr(edge.bound, frames)
        checker.agree(measure, bound, edge.bound.span, _spelling(checker, edge.word))
        if edge.word == "TO":
            relation = "le"
            closed = edge.inclusive if edge.inclusive is not None else True
            unstated = edge.inclusive is None and first_relation != "gt"
        elif edge.word == "START":
            closed = edge.inclusive is not False
            relation = "ge" if closed else "gt"
        elif edge.word.startswith("POST"):
            relation = "ge" if edge.word == "POST_GE" else "le"
            closed = edge.inclusive if edge.inclusive is not None else True
        else:
            relation = RELATIONS[edge.word]
            closed = relation in ("ge", "le", "eq")
            if edge.inclusive is not None and edge.inclusive != closed and relation in ("ge", "le", "gt", "lt"):
                mark = BY_ID["INCLUSIVE" if edge.inclusive else "EXCLUSIVE"].spelling(checker.scope.language)
                checker.report("inclusive-contradiction", row.span, word=_spelling(checker, edge.word), mark=mark)
        end = End(bound, closed, edge.bound.span)
        if relation == "ne":
            checker.report("line-out-of-place", row.span, line=row.span.text)
        if relation in ("ge", "gt", "eq"):
            low = end
        if relation in ("le", "lt", "eq"):
            high = end
        first_relation = first_relation or relation
    a, b = (low.value if low else None), (high.value if high else None)
    if isinstance(a, int | Fraction) and isinstance(b, int | Fraction):
        closed_point = low is not None and high is not None and low.closed and high.closed
        if a > b or (a == b and not closed_point):
            checker.report("band-unreachable", row.span, bound=row.span.text)
    return Range(low, high, row, unstated)


def _spelling(checker: Checker, word: str) -> str:
    return BY_ID[word].spelling(checker.scope.language) if word in BY_ID else word


def _ascends(checker: Checker, ends: list[End]) -> None:
    """Literal bounds must ascend strictly; a repeated one makes a row that can never apply."""
    for previous, this in zip(ends, ends[1:], strict=False):
        a, b = previous.value, this.value
        if a is None or b is None or type(a) is bool:
            continue
        # a number and a day under a measure of which nothing is known: that is told there
        if type(a) is not type(b) and not (isinstance(a, int | Fraction) and isinstance(b, int | Fraction)):
            continue
        if a == b and previous.closed == this.closed:
            checker.report("band-repeated", this.span, bound=this.span.text)
        elif a > b:  # type: ignore[operator]
            checker.report("band-order", this.span, previous=previous.span.text, this=this.span.text)


def _adjoin(checker: Checker, ranges: list[Range], whole: bool, gap_is_else: bool) -> None:
    """Rows with both ends must follow one another without gap or overlap."""
    for before, after in zip(ranges, ranges[1:], strict=False):
        high, low = before.high, after.low
        if high is None or low is None:
            checker.report("band-sides-mixed", after.row.span)
            continue
        if not isinstance(high.value, int | Fraction) or not isinstance(low.value, int | Fraction):
            continue
        closed_high = high.closed
        if before.open_end and high.value == low.value:
            if after.row.edges[0].word in ("≥",) and len(after.row.edges) > 1 and after.open_end:
                checker.report("band-ends", after.row.span, bound=low.span.text)
                continue
            closed_high = not low.closed
        if whole and high.closed and low.closed and low.value == high.value + 1:
            continue
        if high.value > low.value or (high.value == low.value and closed_high and low.closed):
            checker.report("band-overlap", after.row.span, low=low.span.text, high=high.span.text)
        elif (high.value < low.value or (not closed_high and not low.closed)) and not gap_is_else:
            checker.report("band-gap", after.row.span, low=high.span.text, high=low.span.text)


def _value(
    checker: Checker,
    row: tree.BandRow | tree.ChoiceRow,
    frames: Frames,
    expected: Type | None,
    found: list[tuple[core.Expr, Span]],
) -> core.Expr:
    first = next((strip(value.type) for value, _ in found if not isinstance(value.type, Never)), expected)
    value = checker.expr(row.value, frames, first)
    found.append((value, row.value.span))
    if row.cite:
        checker.scope.citations.append(row.cite)
    return value


def _without_rows(checker: Checker, node: tree.Block) -> core.Expr:
    if any(isinstance(row, tree.GridRow) for row in node.rows):
        # what is wrong with its cells has been said
        return core.Pending("", type=NEVER, span=node.span)
    return checker.report("block-without-rows", node.span)


def _bands(checker: Checker, node: tree.Block, frames: Frames, expected: Type | None) -> core.Expr:
    assert node.subject is not None
    measure = checker.expr(node.subject, frames)
    if not isinstance(measure.type, Number | Date | Moment | Never):
        return checker.report("number-expected", node.subject.span, found=checker.say(measure.type))
    ranges, otherwise = _bands_of(checker, node, measure, frames)
    if not ranges:
        return _without_rows(checker, node)
    found: list[tuple[core.Expr, Span]] = []
    values = [_value(checker, item.row, frames, expected, found) for item in ranges]
    rest = _value(checker, otherwise, frames, expected, found) if otherwise is not None else None
    type_ = checker.common(tuple(found))
    whole = isinstance(measure.type, Number) and measure.type.whole
    clause = [item.row.cite.text if item.row.cite else "" for item in ranges]
    lower = all(item.low is not None and item.high is None for item in ranges)
    upper = all(item.high is not None and item.low is None for item in ranges)
    if lower or upper:
        ends = [item.low if lower else item.high for item in ranges]
        _ascends(checker, [end for end in ends if end is not None])
        if rest is None:
            return checker.report("band-else-missing", node.span)
        rows = tuple(
            core.Band(end.bound, end.closed, value, cited, span=item.row.span)
            for end, value, cited, item in zip(ends, values, clause, ranges, strict=True)
            if end is not None
        )
        side: Literal["lower", "upper"] = "lower" if lower else "upper"
        return core.Bands(measure, side, rows, rest, type=type_, span=node.span)
    _adjoin(checker, ranges, whole, rest is not None)
    return _as_lower(checker, node, measure, ranges, values, rest, type_, clause)


def _as_lower(
    checker: Checker,
    node: tree.Block,
    measure: core.Expr,
    ranges: list[Range],
    values: list[core.Expr],
    rest: core.Expr | None,
    type_: Type,
    clause: list[str],
) -> core.Expr:
    """Intervals that follow one another, as lower bounds: below the first comes 否则 or the first row, above the last 否则."""
    below = rest
    rows: list[core.Band] = []
    for at, (item, value, cited) in enumerate(zip(ranges, values, clause, strict=True)):
        if item.low is None:
            if at == 0:
                below = value
                # said as the complement: what is above the bound belongs to the rows that follow
            continue
        if at > 0 and rest is not None:
            before = ranges[at - 1].high
            if before is not None and not _touch(ranges[at - 1], item):
                rows.append(core.Band(before.bound, not before.closed, rest, span=item.row.span))
        rows.append(core.Band(item.low.bound, item.low.closed, value, cited, span=item.row.span))
    last = ranges[-1].high
    if last is not None:
        if rest is None:
            return checker.report("band-else-missing", node.span)
        rows.append(core.Band(last.bound, not last.closed, rest, span=ranges[-1].row.span))
    if below is None:
        return checker.report("band-else-missing", node.span)
    return core.Bands(measure, "lower", tuple(rows), below, type=type_, span=node.span)


def _touch(before: Range, after: Range) -> bool:
    assert before.high is not None and after.low is not None
    a, b = before.high.value, after.low.value
    if not isinstance(a, int | Fraction) or not isinstance(b, int | Fraction):
        return True
    return a >= b or (
        isinstance(a, int) and isinstance(b, int) and b - a == 1 and before.high.closed and after.low.closed
    )


# ---------------------------------------------------------------- 累进


def _brackets(checker: Checker, node: tree.Block, frames: Frames) -> core.Expr:
    assert node.subject is not None
    measure = checker.number(node.subject, frames)
    if not isinstance(measure.type, Number):
        return measure
    ranges, otherwise = _bands_of(checker, node, measure, frames)
    found: list[tuple[core.Expr, Span]] = []
    rates = [_value(checker, item.row, frames, None, found) for item in ranges]
    rest = _value(checker, otherwise, frames, None, found) if otherwise is not None else None
    type_ = checker.common(tuple(found))
    if not ranges:
        return _without_rows(checker, node)
    zero = core.Const(0, "0", type=Number(measure.type.unit, True), span=node.span)
    slices: list[core.Slice] = []
    if all(item.low is not None and item.high is None for item in ranges):
        lows = [item.low for item in ranges if item.low is not None]
        _ascends(checker, lows)
        if rest is not None:
            slices.append(core.Slice(zero, lows[0].bound, rest, span=otherwise.span if otherwise else None))
        for at, (low, rate, item) in enumerate(zip(lows, rates, ranges, strict=True)):
            end = lows[at + 1].bound if at + 1 < len(lows) else None
            slices.append(core.Slice(low.bound, end, rate, _cited(item.row), span=item.row.span))
    else:
        previous: End | None = None
        for item, rate in zip(ranges, rates, strict=True):
            start = item.low.bound if item.low is not None else previous.bound if previous is not None else zero
            if item.low is not None and previous is not None and isinstance(previous.value, int | Fraction):
                begins = item.low.value
                if isinstance(begins, int | Fraction) and begins != previous.value:
                    code = "band-gap" if begins > previous.value else "band-overlap"
                    checker.report(code, item.row.span, low=previous.span.text, high=item.low.span.text)
            if item.low is None and previous is not None and isinstance(item.high, End):
                _ascends(checker, [previous, item.high])
            if slices and slices[-1].end is None:
                checker.report("band-sides-mixed", item.row.span)
            end = item.high.bound if item.high is not None else None
            slices.append(core.Slice(start, end, rate, _cited(item.row), span=item.row.span))
            previous = item.high
        if slices[-1].end is not None:
            if rest is None:
                return checker.report("band-else-missing", node.span)
            slices.append(core.Slice(slices[-1].end, None, rest, span=otherwise.span if otherwise else None))
    if not isinstance(type_, Number):
        return core.Pending("", type=NEVER, span=node.span)
    _quick(checker, [item.row for item in ranges], slices, Number(measure.type.unit * type_.unit))
    return core.Brackets(measure, tuple(slices), type=Number(measure.type.unit * type_.unit), span=node.span)


def _quick(checker: Checker, rows: list[tree.BandRow], slices: list[core.Slice], type_: Number) -> None:
    """A printed quick deduction (速算扣除) or total of the slices before (前段累计) must be what the slices below make it; it takes
    no part in the computation."""
    printed = {row.span: row.quick for row in rows}
    totals = {row.span: row.so_far for row in rows}
    below = Fraction(0)
    for piece in slices:
        literals = [
            part.value if isinstance(part, core.Const) else None for part in (piece.start, piece.rate, piece.end)
        ]
        start, rate, end = (Fraction(value) if isinstance(value, int | Fraction) else None for value in literals)
        if start is None or rate is None:
            return
        quick = printed.get(piece.span) if piece.span is not None else None
        measure = checker.scope.measures.parse(quick.unit) if quick is not None else None
        if quick is not None and (measure is None or measure.unit != type_.unit):
            checker.report("unit-needed", quick.span, number=quick.digits, unit=checker.say(type_))
        elif quick is not None and measure is not None and quick.number * measure.size != rate * start - below:
            due = f"{decimal_text(exact((rate * start - below) / measure.size))}{quick.unit}"
            checker.report("quick-deduction", quick.span, due, found=quick.span.text, expected=due)
        total = totals.get(piece.span) if piece.span is not None else None
        measure = checker.scope.measures.parse(total.unit) if total is not None else None
        if total is not None and (measure is None or measure.unit != type_.unit):
            checker.report("unit-needed", total.span, number=total.digits, unit=checker.say(type_))
        elif total is not None and measure is not None and total.number * measure.size != below:
            due = f"{decimal_text(exact(below / measure.size))}{total.unit}"
            checker.report("cumulative-figure", total.span, due, found=total.span.text, expected=due)
        if end is None:
            return
        below += rate * (end - start)


def _cited(row: tree.BandRow) -> str:
    return row.cite.text if row.cite else ""


# ---------------------------------------------------------------- 递增


def _increment(checker: Checker, node: tree.Block, frames: Frames) -> core.Expr:
    assert node.subject is not None and node.start is not None
    measure = checker.number(node.subject, frames)
    start = checker.number(node.start, frames)
    checker.agree(measure, start, node.start.span, BY_ID["FROM"].spelling(checker.scope.language))
    steps: list[core.Step] = []
    found: list[tuple[core.Expr, Span]] = []
    join: Literal["max", "min", "sum"] | None = None
    started = False
    at_start = most = None
    for row in node.rows:
        match row:
            case tree.StepRow():
                steps.append(_step(checker, row, measure, frames, found))
            case tree.Mark(word="JOIN_MAX"):
                join = "max"
            case tree.Mark(word="JOIN_MIN"):
                join = "min"
            case tree.Mark(word="JOIN_SUM"):
                join = "sum"
            case tree.Mark(word="STARTED"):
                started = True
            case tree.Mark():
                pass
            case tree.Amount(word="AT_START"):
                at_start = checker.number(row.value, frames)
                found.append((at_start, row.value.span))
            case tree.Amount():
                most = _most(checker, row, frames)
            case _:
                checker.report("line-out-of-place", row.span, line=row.span.text)
    type_ = checker.common(tuple(found))
    if not steps:
        return checker.report("block-without-rows", node.span)
    if len(steps) > 1 and join is None:
        checker.report("increment-join-missing", node.span)
    if isinstance(measure.type, Never) or isinstance(start.type, Never):
        type_ = NEVER
    return core.Increment(
        measure, start, tuple(steps), join or "max", started, at_start, most, type=type_, span=node.span
    )


def _most(checker: Checker, row: tree.Amount, frames: Frames) -> core.Expr:
    value = row.value
    if isinstance(value, tree.Quantity) and value.unit in ("档", "steps", "step", "次"):
        return core.Const(exact(value.number), value.span.text, type=Number(whole=True), span=value.span)
    return checker.number(value, frames)


def _step(
    checker: Checker, row: tree.StepRow, measure: core.Expr, frames: Frames, found: list[tuple[core.Expr, Span]]
) -> core.Step:
    size = checker.number(row.size, frames)
    award = checker.number(row.award, frames)
    found.append((award, row.award.span))
    if row.cite:
        checker.scope.citations.append(row.cite)
    plain = isinstance(size.type, Number) and size.type.unit.plain
    if plain and isinstance(row.size, tree.Quantity) and row.size.unit in ("%", "‰"):
        if isinstance(measure.type, Number) and not measure.type.unit.plain:
            checker.report("step-percent-of", row.size.span, percent=row.size.span.text)
    elif checker.same(measure.type, size.type) is None:
        checker.report("step-unit", row.size.span, found=checker.say(size.type), expected=checker.say(measure.type))
    if isinstance(size, core.Const) and isinstance(size.value, int | Fraction) and size.value <= 0:
        checker.report("step-not-positive", row.size.span, found=row.size.span.text)
    label = f"{BY_ID['EVERY_STEP'].spelling(checker.scope.language)} {row.size.span.text}"
    return core.Step(size, award, label, span=row.span)


# ---------------------------------------------------------------- 按 … 选, 就高


def _choice(checker: Checker, node: tree.Block, frames: Frames, expected: Type | None) -> core.Expr:
    assert node.subject is not None
    subject = checker.expr(node.subject, frames)
    kind = strip(subject.type)
    if isinstance(kind, Never):
        return subject
    if isinstance(kind, Number | Bool):
        return _by_value(checker, node, subject, frames, expected)
    if not isinstance(kind, Member | Text):
        return checker.report("choice-subject", node.subject.span, found=checker.say(kind))
    cases: list[core.Case] = []
    found: list[tuple[core.Expr, Span]] = []
    seen: dict[str, Span] = {}
    otherwise: core.Expr | None = None
    for row in node.rows:
        if isinstance(row, tree.BandRow) and not row.edges:
            otherwise = _value(checker, row, frames, expected, found)
            continue
        if not isinstance(row, tree.ChoiceRow):
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        options: list[core.Expr] = []
        for label in row.labels:
            if not isinstance(label, tree.Name):
                checker.report("choice-label", label.span, found=label.span.text)
                continue
            name = checker.scope.member(kind.roll, label.text) if isinstance(kind, Member) else label.text
            if name is None:
                checker.expr(tree.Reference((label,), span=label.span), frames, kind)
                continue
            if name in seen:
                checker.report("choice-twice", label.span, member=name)
            seen[name] = label.span
            options.append(core.Const(name, label.text, type=kind, span=label.span))
        inside = knowing(frames, chosen(node.subject, row.labels))
        value = _value(checker, row, inside, expected, found)
        when: core.Expr
        if len(options) == 1:
            when = core.Compare("eq", subject, options[0], "=", type=BOOL, span=row.span)
        else:
            when = core.OneOf(subject, tuple(options), type=BOOL, span=row.span)
        text = checker.scope.words("、", ", ").join(label.span.text for label in row.labels)
        cases.append(core.Case(when, value, text, row.cite.text if row.cite else "", span=row.span))
    type_ = checker.common(tuple(found))
    if isinstance(kind, Member) and otherwise is None:
        absent = [member for member in checker.scope.rolls[kind.roll].members if member not in seen]
        if absent:
            checker.report("choice-missing", node.span, members=checker.scope.words("、", ", ").join(absent))
    if isinstance(kind, Text) and otherwise is None:
        checker.report("band-else-missing", node.span)
    return core.Choose("first", tuple(cases), otherwise, "category", type=type_, span=node.span)


def _plain(label: tree.Label) -> str:
    return label.text if isinstance(label, tree.Name) else label.span.text


def _by_value(
    checker: Checker, node: tree.Block, subject: core.Expr, frames: Frames, expected: Type | None
) -> core.Expr:
    """A choice by a number, or by 真 and 假: each row for one or several of them."""
    assert node.subject is not None
    cases: list[core.Case] = []
    found: list[tuple[core.Expr, Span]] = []
    seen: set[object] = set()
    otherwise: core.Expr | None = None
    for row in node.rows:
        if isinstance(row, tree.BandRow) and not row.edges:
            otherwise = _value(checker, row, frames, expected, found)
            continue
        if not isinstance(row, tree.ChoiceRow):
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        options: list[core.Expr] = []
        for label in row.labels:
            if isinstance(label, tree.Name):
                checker.report("choice-label", label.span, found=label.text)
                continue
            option = checker.expr(label, frames)
            checker.agree(subject, option, label.span, "=")
            if isinstance(option, core.Const):
                if option.value in seen:
                    checker.report("choice-twice", label.span, member=label.span.text)
                seen.add(option.value)
            options.append(option)
        inside = knowing(frames, chosen(node.subject, row.labels))
        value = _value(checker, row, inside, expected, found)
        if not options:
            continue
        when: core.Expr = (
            core.Compare("eq", subject, options[0], "=", type=BOOL, span=row.span)
            if len(options) == 1
            else core.OneOf(subject, tuple(options), type=BOOL, span=row.span)
        )
        text = checker.scope.words("、", ", ").join(label.span.text for label in row.labels)
        cases.append(core.Case(when, value, text, row.cite.text if row.cite else "", span=row.span))
    type_ = checker.common(tuple(found))
    if otherwise is None and seen != {True, False}:
        return checker.report("band-else-missing", node.span)
    return core.Choose("first", tuple(cases), otherwise, "category", type=type_, span=node.span)


def _pick(checker: Checker, node: tree.Block, frames: Frames) -> core.Expr:
    options: list[core.Option] = []
    found: list[tuple[core.Expr, Span]] = []
    for row in node.rows:
        if not isinstance(row, tree.ChoiceRow) or len(row.labels) != 1:
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        options.append(core.Option(_plain(row.labels[0]), _value(checker, row, frames, None, found)))
    type_ = checker.common(tuple(found))
    if not options:
        return checker.report("block-without-rows", node.span)
    if not isinstance(strip(type_), Number | Date | Moment | Never):
        return checker.report("number-expected", node.span, found=checker.say(type_))
    return core.Pick("max" if node.kind == "JOIN_MAX" else "min", tuple(options), type=type_, span=node.span)
