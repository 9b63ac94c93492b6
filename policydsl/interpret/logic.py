"""Owns conditions: 且, 或, 非, 在, 有 in three values. What is certain whatever the open parts turn out to be, is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from policydsl.core.program import Every, FieldRead, Has, Not, OneOf, Some, UnmetTasks, Within
from policydsl.core.values import Absent, Blocked, Lack, NotApplicable, Outcome, Value
from policydsl.interpret import across
from policydsl.interpret.across import Across
from policydsl.interpret.folds import Asked, Found, Prelude, gather, sure_values
from policydsl.interpret.lack import FIT, Asker, CountRange, Frame, join
from policydsl.interpret.staged import Plain, Staged, new, quiet
from policydsl.interpret.strict import Binary
from policydsl.interpret.trace import Sample, Step


def _open(asker: Asker, frame: Frame, outcomes: Sequence[Outcome]) -> Blocked:
    """The reasons why a condition is not decided; at least one of the outcomes has none."""
    blocked = asker.strict(frame, outcomes)
    assert blocked is not None
    return blocked


def _worth_showing(steps: Sequence[Step], verdict: bool) -> tuple[Step, ...]:
    """The parts to show of a decided condition. A part behind the one that decided and without any meaning there was guarded
    by it (除数 > 0 且 甲 ÷ 除数 ≥ 1) and is left out."""
    shown, decided = [], False
    for step in steps:
        outcome = step[1]
        if decided and isinstance(outcome, Blocked) and any(cause.lack is Lack.UNDEFINED for cause in outcome.causes):
            continue
        decided = decided or outcome is verdict
        shown.append(step)
    return tuple(shown)


def every(node: Every, parts: Sequence[Staged], asker: Asker) -> Staged:
    """且: any 假 decides. The trace shows the other parts too, so that a reader sees all that is unmet."""
    traceds = tuple(part.traced for part in parts)
    plains = tuple(part.plain for part in parts)

    def traced(frame: Frame) -> Step:
        steps = [part(frame) for part in traceds]
        held = True
        for step in steps:
            if step[1] is False:
                return new(Step, (node, False, _worth_showing(steps, False), None))
            if step[1] is not True:
                held = False
        outcome = True if held else _open(asker, frame, [step[1] for step in steps])
        return new(Step, (node, outcome, tuple(steps), None))

    def plain(frame: Frame) -> Outcome:
        undecided: list[Outcome] = []
        for part in plains:
            outcome = part(frame)
            if outcome is False:
                return False
            if outcome is not True:
                undecided.append(outcome)
        return _open(asker, frame, undecided) if undecided else True

    many = across.every([part.across for part in parts])
    return Staged(traced, _both(asker, *plains) if len(plains) == 2 else plain, many)


def _both(asker: Asker, first: Plain, second: Plain) -> Plain:
    """且 of two conditions, the commonest filter of an aggregate, without a list of what is undecided."""

    def plain(frame: Frame) -> Outcome:
        one = first(frame)
        if one is False:
            return False
        two = second(frame)
        if two is False or (one is True and two is True):
            return two
        return _open(asker, frame, (one, two))

    return plain


def some(node: Some, parts: Sequence[Staged], asker: Asker) -> Staged:
    """或, and 至少 N 项: true when enough parts are sure, false when too few are possible."""
    traceds = tuple(part.traced for part in parts)
    plains = tuple(part.plain for part in parts)
    needed = node.at_least

    def verdict(frame: Frame, outcomes: Sequence[Outcome]) -> Outcome:
        sure = sum(1 for outcome in outcomes if outcome is True)
        undecided = [outcome for outcome in outcomes if outcome is not True and outcome is not False]
        if sure >= needed:
            return True
        return False if sure + len(undecided) < needed else _open(asker, frame, undecided)

    def traced(frame: Frame) -> Step:
        steps = [part(frame) for part in traceds]
        outcome = verdict(frame, [step[1] for step in steps])
        shown = _worth_showing(steps, outcome) if isinstance(outcome, bool) else tuple(steps)
        return new(Step, (node, outcome, shown, None))

    many = across.some([part.across for part in parts], needed)
    return Staged(traced, lambda frame: verdict(frame, [part(frame) for part in plains]), many)


def negation(node: Not, part: Staged, asker: Asker) -> Staged:
    """非."""

    def flip(frame: Frame, outcome: Outcome) -> Outcome:
        return not outcome if isinstance(outcome, bool) else _open(asker, frame, (outcome,))

    def traced(frame: Frame) -> Step:
        step = part.traced(frame)
        return new(Step, (node, flip(frame, step[1]), (step,), None))

    return Staged(traced, lambda frame: flip(frame, part.plain(frame)), across.negation(part.across))


def one_of(node: OneOf, item: Staged, options: Sequence[Staged], equal: Binary) -> Staged:
    """在 甲、乙: one sure equality suffices; `equal` compares two outcomes strictly."""
    traceds = tuple(option.traced for option in options)
    plains = tuple(option.plain for option in options)

    def verdict(frame: Frame, what: Outcome, choices: Sequence[Outcome]) -> Outcome:
        undecided: list[Blocked] = []
        for choice in choices:
            same = equal(frame, what, choice)
            if same is True:
                return True
            if isinstance(same, Blocked):
                undecided.append(same)
        return join(undecided) if undecided else False

    def traced(frame: Frame) -> Step:
        what = item.traced(frame)
        steps = tuple([option(frame) for option in traceds])
        return new(Step, (node, verdict(frame, what[1], [step[1] for step in steps]), (what, *steps), None))

    return Staged(
        traced,
        lambda frame: verdict(frame, item.plain(frame), [option(frame) for option in plains]),
        across.one_of(item.across, [option.across for option in options]),
    )


def within(
    node: Within,
    item: Prelude,
    find: Callable[[Frame], Found],
    prelude: Sequence[Prelude],
    asked: Asked,
    equal: Binary,
    once: int | None = None,
    many: Across | None = None,
) -> Staged:
    """在 (rows): true when one row surely has the value, false when no row can; the item is computed once, like the prelude.

    `once`: a box of the run, where what is searched is the same for every row that asks: it is then looked through once, so
    that n rows that ask of m rows take n + m steps and not n × m.
    """
    if once is not None:
        return _member(node, item.plain, find, gather(node.rows.entity, find, prelude, asked), equal, once, many)
    box = item.box

    def differs(frame: Frame, value: Outcome) -> bool:
        return equal(frame, frame[-1].boxes[box], value) is False

    meet = gather(node.rows.entity, find, (item, *prelude), asked, differs)

    def traced(frame: Frame) -> Step:
        sample, causes, _ = meet(frame)
        verdicts = [equal(frame, frame[-1].boxes[box], value) for value in _searched(sample)]
        undecided = [*(verdict for verdict in verdicts if isinstance(verdict, Blocked)), *causes]
        outcome = True if True in verdicts else join(undecided) if undecided else False
        return new(Step, (node, outcome, (), sample))

    return quiet(traced)


def _searched(sample: Sample) -> list[Outcome]:
    """What the rows that count have in the column, known or not: an item that is not known itself is lacking for any of them."""
    return [value for value in sample.values if not isinstance(value, Absent | NotApplicable)]


def _member(
    node: Within,
    item: Plain,
    find: Callable[[Frame], Found],
    meet: Callable[[Frame], tuple[Sample, list[Blocked], bool]],
    equal: Binary,
    box: int,
    many: Across | None,
) -> Staged:
    name = node.column.name if isinstance(node.column, FieldRead) else None

    def search(frame: Frame) -> tuple[Sample, list[Blocked], Sequence[Value], frozenset[Value]]:
        """What was searched, kept for all the rows that ask; a column of facts is looked through once for all runs."""
        boxes = frame[-1].boxes
        if boxes[box] is None:
            found = find(frame)
            group = found.group if name is not None and found.lacking is None else None
            sample, causes, _ = meet(frame)
            if group is not None and group.column(name or "") is sample.values:
                boxes[box] = (sample, causes, sample.values, group.members(name or ""))
            else:
                values = sure_values(sample)
                boxes[box] = (sample, causes, values, frozenset(values))
        kept: tuple[Sample, list[Blocked], Sequence[Value], frozenset[Value]] = boxes[box]
        return kept

    def plain(frame: Frame) -> Outcome:
        sample, causes, _, known = search(frame)
        what = item(frame)
        if type(what) in FIT:
            return what in known or (join(causes) if causes else False)
        # a blocked or absent item is compared as with any row, every row gives the same reason; a count that is open is not:
        # it may be what one row holds and certainly not what another does
        searched = _searched(sample)
        verdicts = [equal(frame, what, value) for value in (searched if isinstance(what, CountRange) else searched[:1])]
        undecided = [*(verdict for verdict in verdicts if isinstance(verdict, Blocked)), *causes]
        return True if True in verdicts else join(undecided) if undecided else False

    def traced(frame: Frame) -> Step:
        outcome = plain(frame)
        return new(Step, (node, outcome, (), search(frame)[0]))

    def found_at_once(frame: Frame) -> frozenset[Value] | None:
        _, causes, _, known = search(frame)
        return None if causes else known

    return Staged(traced, plain, across.member(many, found_at_once))


def has(node: Has, body: Staged) -> Staged:
    """有(x): whether there is a value that is neither none nor not applicable."""

    def present(outcome: Outcome) -> Outcome:
        return join((outcome,)) if isinstance(outcome, Blocked) else not isinstance(outcome, Absent | NotApplicable)

    def traced(frame: Frame) -> Step:
        step = body.traced(frame)
        return new(Step, (node, present(step[1]), (step,), None))

    return Staged(traced, lambda frame: present(body.plain(frame)))


def unmet(node: UnmetTasks, parts: Sequence[Staged], asker: Asker) -> Staged:
    """未完成任务: the labels of the conditions that are false, once all are decided."""
    labels = tuple(part.label for part in node.parts)
    traceds = tuple(part.traced for part in parts)

    def traced(frame: Frame) -> Step:
        steps = tuple([part(frame) for part in traceds])
        blocked = asker.strict(frame, [step[1] for step in steps])
        if blocked is not None:
            return new(Step, (node, blocked, steps, None))
        missed = tuple([label for label, step in zip(labels, steps, strict=True) if step[1] is False])
        return new(Step, (node, missed, steps, None))

    return quiet(traced)
