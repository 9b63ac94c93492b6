"""Owns statements, the steps of a telling before any language: the band reached, the cap that bound, rows counted."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import frozen

from policydsl.core.program import Fold
from policydsl.explain.names import Address, Name, Shown
from policydsl.explain.terms import FactTerm, RuleTerm, Term


@frozen
class Calculation:
    """A term worked out: the arithmetic with its operands and the result."""

    term: Term


@frozen
class LocalNamed:
    """`name` stands for `term` in what follows (其中)."""

    name: str
    term: Term


Fate = Literal["taken", "outdone", "short", "beyond", "unasked", "blocked", "else-taken", "else"]
"""What became of a row: taken; reached but a better row is taken; not reached; exceeded (upper bounds); not looked at;
undecided; the 否则 row, taken or not."""


@frozen
class BandRow:
    """A row of bands. `bound` None: the 否则 row. `gap`: how much more (or less) of the measure would reach it."""

    bound: Term | None
    inclusive: bool
    value: Term
    fate: Fate
    gap: Shown | None = None
    clause: str = ""


@frozen
class Banding:
    """The band that a measure reached, and why none of the others. `value` is what the band taken gives, if any was."""

    measure: Term
    side: Literal["lower", "upper"]
    rows: tuple[BandRow, ...]
    taken: int | None
    value: Term | None
    shown: Shown


@frozen
class CaseRow:
    """A case of a choice. `when` None: the 否则 row."""

    when: Term | None
    label: str
    fate: Fate
    clause: str = ""


@frozen
class Choosing:
    """Which case of a choice applied. `value` is what the case taken says, if one was.

    `subject` is what all cases compare, where they compare one thing (按 X 选); `reading` says that it is a 读法.
    """

    form: Literal["if", "category", "table", "exceptions", "dated", "applies"]
    cases: tuple[CaseRow, ...]
    taken: int | None
    value: Term | None
    shown: Shown
    subject: Term | None = None
    reading: bool = False


@frozen
class SliceRow:
    """A slice of 累进: its ends, rate, the part of the measure in it and what that gives."""

    start: Term
    end: Term | None
    rate: Term
    part: Shown
    amount: Shown
    clause: str = ""


@frozen
class Slicing:
    """Each slice of a measure at its own rate."""

    measure: Term
    rows: tuple[SliceRow, ...]
    shown: Shown


@frozen
class RouteRow:
    """A route of 递增: how many whole steps, and what they give."""

    label: str
    size: Term
    award: Term
    steps: int
    amount: Shown
    taken: bool


@frozen
class Stepping:
    """Steps beyond a start. `excess` is measure − start; `at_start`, `most_steps` where the policy has them."""

    measure: Term
    start: Term
    excess: Shown
    routes: tuple[RouteRow, ...]
    join: Literal["max", "min", "sum"]
    started: bool
    tie: bool
    at_start: Term | None
    most_steps: Term | None
    shown: Shown


@frozen
class BoundRow:
    """A cap or floor. `when`: its condition, if any; `applied`: that held; `bound`: it changed the value."""

    kind: Literal["cap", "floor"]
    limit: Term | None
    when: Term | None
    applied: bool
    bound: bool
    before: Shown
    after: Shown
    clause: str = ""


@frozen
class Bounding:
    """Caps and floors in written order; `decided` is the index of the one that bound last, None where none did."""

    before: Shown
    bounds: tuple[BoundRow, ...]
    decided: int | None
    shown: Shown


@frozen
class Rounding:
    """A rounding, with the value before and after."""

    mode: Literal["half-up", "up", "down", "half-even"]
    place: Fraction
    text: str
    before: Term
    shown: Shown


@frozen
class PickRow:
    """An alternative of 就高 or 就低."""

    label: str
    value: Term
    taken: bool


@frozen
class Picking:
    """The highest or lowest of named alternatives. `tie`: another one is equal to the one taken."""

    kind: Literal["max", "min"]
    options: tuple[PickRow, ...]
    tie: bool
    shown: Shown


@frozen
class KeyRange:
    """A range of keys that a row of a table accepts; None for an end that is open for ever."""

    low: Shown | None
    high: Shown | None
    low_closed: bool
    high_closed: bool


@frozen
class Looking:
    """A row of a table found by keys. `row` names it (label column or keys); `others` names those that do not match.

    `ranges` says what its key columns accept, where one of them is a range and no column names the row; `otherwise`: it is the
    row for every key that no other row accepts.
    """

    table: Name
    keys: tuple[Term, ...]
    column: str
    row: str
    others: tuple[str, ...]
    value: Term
    clause: str = ""
    found: bool = True
    ranges: tuple[KeyRange | str, ...] = ()
    otherwise: bool = False


@frozen
class FoldRow:
    """A row an aggregate met: its key, what it gives, and the facts and rules that its filter read."""

    key: str
    shown: Shown | None
    read: tuple[FactTerm | RuleTerm, ...] = ()
    at: Address | None = None


@frozen
class Folding:
    """An aggregate. `short`: rows whose filter is false; `unsure`: rows not decided, by status; `partial`: so far."""

    fold: Fold
    entity: Name
    counted_in: str
    where: Term | None
    body: Term | None
    total: int
    taken: tuple[FoldRow, ...]
    short: tuple[FoldRow, ...]
    unsure: tuple[FoldRow, ...]
    pending: int
    unknown: int
    invalid: int
    inapplicable: int
    partial: Shown | None
    shown: Shown
    supplied: bool = True


@frozen
class Portion:
    """A share: this row's weight of the sum of all, the exact part, that rounded down, what of the remainder it took.

    `fits`: the claims are no more than the whole, and are paid as they are.
    """

    weight: Shown
    weights: Shown
    part: Shown
    rounded: Shown
    remainder: Shown
    fits: bool


@frozen
class Placing:
    """What a row gets by its place among others: a running total, the row before, its rank, its share.

    `what` is summed, taken over, ranked by or weighed by; `count` rows are among them, `rows` the last of those in order.
    `first` is what stands where there is no row before. `own` are this row's values of `what`; `ties` rows tie with it,
    `tied` are some of them; `open` rows are undecided. `total` is what is shared, `nobody` says that no row shares it. `group`: what the
    rows have in common, key by key.
    """

    kind: Literal["up-to", "before", "previous", "rank", "split", "scale"]
    entity: Name
    counted_in: str
    what: tuple[Term, ...]
    shown: Shown
    count: int | None = None
    rows: tuple[FoldRow, ...] = ()
    first: Term | None = None
    own: tuple[Shown, ...] = ()
    ties: int = 0
    tied: tuple[str, ...] = ()
    open: int = 0
    total: Term | None = None
    portion: Portion | None = None
    nobody: bool = False
    group: tuple[tuple[Term, Shown], ...] = ()


@frozen
class Searching:
    """Whether an item is among the values of a column of rows (在)."""

    item: Term | None
    entity: Name
    column: Term
    where: Term | None
    total: int
    shown: Shown


@frozen
class AlternativeReading:
    """An alternative of a reading, and the reason given for it."""

    name: str
    reason: str


@frozen
class Adopting:
    """The alternative of a reading that this run used; `declared`: it is the one that the policy adopts."""

    reading: Name
    option: AlternativeReading
    others: tuple[AlternativeReading, ...]
    declared: bool
    clause: str
    value: Term | None


@frozen
class Deferring:
    """A value that only a human can give."""

    reason: str


@frozen
class Excluding:
    """A rule that does not apply."""

    reason: str


@frozen
class Substituting:
    """`instead` is used where `body` is none or not applicable."""

    body: Term
    instead: Term | None


@frozen
class Unfinished:
    """The conditions of a list that are false."""

    total: int
    shown: Shown


@frozen
class Overruling:
    """Constraints of the row that overrule what was computed."""

    names: tuple[Name, ...]
    computed: Shown


Statement = (
    Calculation
    | LocalNamed
    | Banding
    | Choosing
    | Slicing
    | Stepping
    | Bounding
    | Rounding
    | Picking
    | Looking
    | Folding
    | Placing
    | Searching
    | Adopting
    | Deferring
    | Excluding
    | Substituting
    | Unfinished
    | Overruling
)
