"""Owns the core tree: a policy with names, units, types and order resolved. Engines know this and nothing before it.

Every expression has a `type` and a `span` (where it was written). Rows are addressed by `RowRef`, local values by `Local`:
both count scopes outwards from the innermost, 0 first. A scope is opened by a rule (its row), by an aggregate (the row it
runs over) and by `Let` (one value each).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from policydsl.core.facts import Facts
from policydsl.core.types import Type
from policydsl.core.units import Measure
from policydsl.core.values import Status, Value
from policydsl.shown import shown
from policydsl.source import Span

# ---------------------------------------------------------------- whose row


@frozen(repr=False)
class Here:
    """The row of the scope `depth` steps outwards."""

    depth: int = 0


@frozen(repr=False)
class Owner:
    """The row that `of` belongs to by 属于; `entity` is the owner's entity."""

    of: RowRef
    entity: str


@frozen(repr=False)
class Sole:
    """The one row of a singleton entity."""

    entity: str


@frozen(repr=False)
class Keyed:
    """The row of `entity` whose key is the value of `key`."""

    entity: str
    key: Expr


@frozen(repr=False)
class OnlyChild:
    """The one row of `entity` that belongs to `of`, which may be absent (至多一条)."""

    of: RowRef
    entity: str


RowRef = Here | Owner | Sole | Keyed | OnlyChild


@frozen(repr=False)
class Children:
    """All rows of `entity` that belong to `of`."""

    of: RowRef
    entity: str


@frozen(repr=False)
class AllRows:
    """Every row of `entity`, whoever owns it."""

    entity: str


Rows = Children | AllRows

# ---------------------------------------------------------------- expressions


@frozen(repr=False)
class Node:
    """What every expression has."""

    type: Type = field(kw_only=True)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)

    def __repr__(self) -> str:
        return shown(self)


@frozen(repr=False)
class Const(Node):
    """A literal, a 名录 member, or a name that stands for one. `text` is how the drafter wrote it."""

    value: Value
    text: str = field(default="", eq=False)


@frozen(repr=False)
class FieldRead(Node):
    """A fact of a row. Missing where nobody supplied it; awaiting a decision where the field is a human decision."""

    row: RowRef
    entity: str
    name: str


@frozen(repr=False)
class RuleRead(Node):
    """The outcome of a rule, task or reading of a row."""

    row: RowRef
    entity: str
    name: str


@frozen(repr=False)
class Local(Node):
    """The value that an enclosing `Let` named; counted outwards like rows."""

    depth: int
    name: str


@frozen(repr=False)
class Let(Node):
    """`body` with the value of `value` in scope: formulas and local names (公式, 其中)."""

    name: str
    value: Expr
    body: Expr


@frozen(repr=False)
class Apply(Node):
    """A strict operation `op` (a key of `operators.OPERATIONS`) on its operands, reasons united."""

    op: str
    args: tuple[Expr, ...]


Comparator = Literal["ge", "gt", "le", "lt", "eq", "ne"]


@frozen(repr=False)
class Compare(Node):
    """Two values of one type compared; `word` is the drafter's own comparator (不低于)."""

    op: Comparator
    left: Expr
    right: Expr
    word: str = field(default="", eq=False)


@frozen(repr=False)
class Every(Node):
    """且, 须全部: any 假 gives 假, else any blocked blocks."""

    parts: tuple[Expr, ...]


@frozen(repr=False)
class Some(Node):
    """或, 任一: any 真 gives 真, else any blocked blocks. `at_least` true parts are needed (至少 N 项)."""

    parts: tuple[Expr, ...]
    at_least: int = 1


@frozen(repr=False)
class Not(Node):
    """非."""

    part: Expr


@frozen(repr=False)
class Within(Node):
    """Whether `item` is among the values of `column` of the rows, filtered by `where` (在). Local scope as in Aggregate."""

    item: Expr
    rows: Rows
    column: Expr
    where: Expr | None = None


@frozen(repr=False)
class OneOf(Node):
    """Whether `item` equals one of the options (在 甲、乙)."""

    item: Expr
    options: tuple[Expr, ...]


@frozen(repr=False)
class Case:
    """One row of a choice: `value` where `when` holds. `label` and `clause` are for the reader."""

    when: Expr
    value: Expr
    label: str = field(default="", eq=False)
    clause: str = field(default="", eq=False)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


Hit = Literal["first", "unique", "agree"]


@frozen(repr=False)
class Choose(Node):
    """A choice by conditions: 若, 按 … 选, decision tables, exceptions, versions by date.

    hit "first": the first case whose condition holds, conditions after it are not needed. "unique": exactly one may hold,
    two are a conflict. "agree": several may hold if their values are equal. `otherwise` when none holds; None there means
    that such a case is a conflict ("no row") or, for `form` "dated", not in force.
    """

    hit: Hit
    cases: tuple[Case, ...]
    otherwise: Expr | None
    form: Literal["if", "category", "table", "exceptions", "dated", "applies"] = field(default="if", eq=False)


@frozen(repr=False)
class Band:
    """One row of 分档. Lower bounds: the measure reaches (`inclusive`) or exceeds `bound`; upper bounds likewise."""

    bound: Expr
    inclusive: bool
    value: Expr
    clause: str = field(default="", eq=False)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Bands(Node):
    """分档: the one band reached. `side` lower: rows ascend and the last one reached counts; upper: rows ascend and the first
    one not exceeded counts. Only the measure, the bounds and the chosen value are needed."""

    measure: Expr
    side: Literal["lower", "upper"]
    rows: tuple[Band, ...]
    otherwise: Expr


@frozen(repr=False)
class Slice:
    """The part of the measure between `start` and `end` (None: without end) and its rate."""

    start: Expr
    end: Expr | None
    rate: Expr
    clause: str = field(default="", eq=False)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Brackets(Node):
    """累进: each slice of the measure at its own rate, summed. Slices adjoin and ascend."""

    measure: Expr
    slices: tuple[Slice, ...]


@frozen(repr=False)
class Step:
    """`award` for each whole `size` beyond the start. `label` is how it was written (每 15家)."""

    size: Expr
    award: Expr
    label: str = field(default="", eq=False)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Increment(Node):
    """递增: per route max(0, floor((measure − start) ÷ size)) × award; `started`: a step begun counts (ceiling).

    `join` says what several routes give: "max" 就高 (a tie takes the first), "min" 就低, "sum" 累加. `at_start` is paid once where
    measure ≥ start. `most_steps` caps the number of steps of each route.
    """

    measure: Expr
    start: Expr
    steps: tuple[Step, ...]
    join: Literal["max", "min", "sum"]
    started: bool = False
    at_start: Expr | None = None
    most_steps: Expr | None = None


@frozen(repr=False)
class Bound:
    """One cap (封顶, 不超过) or floor (保底, 不低于) in written order, where `when` holds (None: always)."""

    kind: Literal["cap", "floor"]
    limit: Expr
    when: Expr | None = None
    clause: str = field(default="", eq=False)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Limit(Node):
    """`body` under caps and floors, applied in written order; the trace says which one bound."""

    body: Expr
    bounds: tuple[Bound, ...]


@frozen(repr=False)
class Option:
    """A named alternative."""

    label: str
    value: Expr


@frozen(repr=False)
class Pick(Node):
    """就高 (max), 就低 (min) of alternatives; a tie takes the first and says so. Strict in all of them."""

    kind: Literal["max", "min"]
    options: tuple[Option, ...]


@frozen(repr=False)
class Round(Node):
    """`body` rounded to a multiple of `place` (in base units): half away from zero, up, down (towards zero), half even."""

    mode: Literal["half-up", "up", "down", "half-even"]
    place: Fraction
    body: Expr
    text: str = field(default="", eq=False)


@frozen(repr=False)
class Lookup(Node):
    """The cell of `column` in the one row of `table` that matches `keys` (in the order of the table's key columns)."""

    table: str
    keys: tuple[Expr, ...]
    column: str


Fold = Literal["count", "sum", "max", "min", "mean", "any", "all", "distinct", "list", "first", "last"]


@frozen(repr=False)
class Aggregate(Node):
    """A fold over rows: 计数 合计 最大 最小 平均 任一 所有 去重计数 列出. `where` and `body` see the row as scope 0.

    `body` is None for count, the condition for any and all. `empty` is the value of max, min, mean, first, last over no rows.
    `order` are the keys of first and last (none: the order of the rows in their table); two rows with the same keys at the end
    looked for are a conflict unless their values are equal. The keys see the row as scope 0.
    """

    fold: Fold
    rows: Rows
    where: Expr | None = None
    body: Expr | None = None
    empty: Expr | None = None
    order: tuple[OrderKey, ...] = ()


@frozen(repr=False)
class OrderKey:
    """One of the keys that rows stand in order by, the first one deciding before the second."""

    value: Expr
    descending: bool = False


@frozen(repr=False)
class Siblings:
    """The rows among which a row stands: those of its `entity` that have the same owner (`owned`), or all of them; alike in every
    key of `group`, and for which `where` holds. All see the sibling as their only scope.

    A row of which some keys are not known may be of every group that agrees with those that are."""

    entity: str
    owned: bool
    where: Expr | None = None
    group: tuple[Expr, ...] = ()


@frozen(repr=False)
class Running(Node):
    """至今合计 (`inclusive`) and 此前合计: the sum of `body` over the siblings up to this row, in `order` (empty: as the rows
    stand in their table). `body` and the keys see the sibling as their only scope. Equal keys are a conflict. Only the siblings up
    to this row are needed for the sum; for the order the first key of all of them, and a further key of those that are alike in
    the keys before it. For a row that `where` leaves out, the sum over the siblings before it."""

    among: Siblings
    body: Expr
    order: tuple[OrderKey, ...]
    inclusive: bool


@frozen(repr=False)
class Previous(Node):
    """上一条: `body` of the sibling just before this row in `order`; `first` (seeing this row) where there is none.
    `body` sees the sibling as its only scope, and may read the very rule that holds this node."""

    among: Siblings
    body: Expr
    order: tuple[OrderKey, ...]
    first: Expr


@frozen(repr=False)
class Rank(Node):
    """名次: 1 + the number of siblings that rank before this row. Ties: "same" 1 1 3, "dense" 1 1 2, "pending": tied rows await a
    decision. A row that `where` leaves out has no place (not applicable). A blocked key blocks the places that it could change."""

    among: Siblings
    keys: tuple[OrderKey, ...]
    ties: Literal["same", "dense", "pending"]


@frozen(repr=False)
class Share(Node):
    """分摊 ("split"): `total` shared out by `weight`, the whole always distributed; 压减 ("scale"): claims (`weight`) as they are
    while they sum to no more than `total`, else scaled to it. `weight` sees the sibling as its only scope, `total` this row; it
    must be the same for all siblings, else it is a conflict. With `place`, parts are rounded down to a multiple of it and what
    is left goes, whole, by `remainder`: "largest" to the largest exact part (a tie to the first in the table), "first" or "last"
    to that row in the table. A row that `where` leaves out gets 0. Nobody to share with is undefined unless the total is 0.
    """

    among: Siblings
    kind: Literal["split", "scale"]
    total: Expr
    weight: Expr
    place: Fraction | None = None
    remainder: Literal["largest", "first", "last"] = "largest"


@frozen(repr=False)
class Switch(Node):
    """The alternative of a 读法 that this run adopts. A reading without bodies yields the label of the alternative."""

    reading: str
    options: tuple[Option, ...]


@frozen(repr=False)
class OnDay(Node):
    """The day of the run (`--on`), where the policy names no date of the case to go by; missing where none was given."""


@frozen(repr=False)
class Pending(Node):
    """待裁量: no value until a human decides; `reason` is the drafter's."""

    reason: str


@frozen(repr=False)
class Inapplicable(Node):
    """不适用: the value that says a rule does not apply."""

    reason: str


@frozen(repr=False)
class IfInapplicable(Node):
    """`body`, or `instead` where it is none or not applicable (不适用 时, 无 时)."""

    body: Expr
    instead: Expr


@frozen(repr=False)
class Has(Node):
    """有(x): whether an optional value is there."""

    body: Expr


@frozen(repr=False)
class UnmetTasks(Node):
    """The names of the conditions in `parts` that are false, as a list (未完成任务)."""

    parts: tuple[Option, ...]


Expr = (
    Const
    | FieldRead
    | RuleRead
    | Local
    | Let
    | Apply
    | Compare
    | Every
    | Some
    | Not
    | Within
    | OneOf
    | Choose
    | Bands
    | Brackets
    | Increment
    | Limit
    | Pick
    | Round
    | Lookup
    | Aggregate
    | Running
    | Previous
    | Rank
    | Share
    | Switch
    | OnDay
    | Pending
    | Inapplicable
    | IfInapplicable
    | Has
    | UnmetTasks
)

# ---------------------------------------------------------------- declarations


@frozen(repr=False)
class Roll:
    """A 名录: its members in order, and their ASCII aliases."""

    name: str
    members: tuple[str, ...]
    aliases: Mapping[str, str] = field(factory=dict)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Decision:
    """What makes a field a human decision: the deciding office, and whether it is a judgement of fact (人工判断)."""

    office: str = ""
    judgement: bool = False


@frozen(repr=False)
class Register:
    """名册: a list of firms, by the heads its columns may have. One with `formers` says which names and codes are one firm."""

    name: str
    alias: str = ""
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    formers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    source: str = ""
    clause: str = ""
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Kind:
    """当: the rows of which a fact is asked: the condition, which sees the row as its only scope, and how it is written."""

    when: Expr
    text: str


@frozen(repr=False)
class Field:
    """A fact that an entity's rows carry. `measure` is how bare numbers in facts files are meant and shown (numbers only).

    `counted`: the registers in all of which a firm must stand to be counted here (计自). `only`: of which rows it is asked; None
    for all.
    """

    name: str
    type: Type
    alias: str = ""
    measure: Measure | None = None
    key: bool = False
    complete: bool = False
    fractional: bool = False
    default: Value | None = None
    default_clause: str = ""
    source: str = ""
    clause: str = ""
    note: str = ""
    decision: Decision | None = None
    counted: tuple[str, ...] = ()
    only: Kind | None = None
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Entity:
    """A table of facts. `owner` is the entity it belongs to (属于). The key field, if any, has `key`; a singleton has none."""

    name: str
    fields: tuple[Field, ...]
    alias: str = ""
    counted_in: str = ""
    owner: str | None = None
    singleton: bool = False
    at_most_one: bool = False
    clause: str = ""
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)

    @property
    def key_field(self) -> Field | None:
        """The 主键 field."""
        return next((item for item in self.fields if item.key), None)


@frozen(repr=False)
class Evidence:
    """佐证: what proves a task, and the clause that asks for it."""

    items: tuple[str, ...]
    clause: str = ""


@frozen(repr=False)
class Task:
    """What a 任务 carries besides its condition. `due_included`: the day that it names is the last one, not the one after."""

    evidence: tuple[Evidence, ...] = ()
    due: Value | None = None
    due_text: str = ""
    responsible: str = ""
    due_included: bool = True
    due_clause: str = ""


@frozen(repr=False)
class ReadingOption:
    """One alternative of a reading and why."""

    name: str
    reason: str
    adopted: bool
    clause: str = ""


@frozen(repr=False)
class Reading:
    """A 读法: an ambiguous place of the text with the adopted alternative first in force unless a run says otherwise."""

    name: str
    options: tuple[ReadingOption, ...]
    alias: str = ""
    clause: str = ""
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)

    @property
    def adopted(self) -> str:
        """The name of the adopted alternative."""
        return next(option.name for option in self.options if option.adopted)


@frozen(repr=False)
class Erratum:
    """勘误: words of a clause that were printed by mistake, what they should be, and why. Computes nothing."""

    clause: str
    printed: str
    meant: str
    reason: str = ""
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


RuleKind = Literal["rule", "task", "condition", "reading", "constraint", "local", "property"]


@frozen(repr=False)
class Rule:
    """Something computed for every row of `entity`.

    `blames`, of a constraint that is the bound of a fact or decision: that field, the only one that a violation speaks against.
    `clause` is its own citation or the one its 部分 lends; `part` the names of the enclosing parts, outermost first;
    `measure` how its value is shown; `output` whether results list it (locals and readings are not listed); `errata`
    what was printed wrongly in the clauses that it cites.
    """

    entity: str
    name: str
    kind: RuleKind
    body: Expr
    type: Type
    alias: str = ""
    clause: str = ""
    own_clause: bool = False
    part: tuple[str, ...] = ()
    measure: Measure | None = None
    task: Task | None = None
    message: str = ""
    blames: str = ""
    output: bool = True
    errata: tuple[Erratum, ...] = field(default=(), eq=False)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)

    @property
    def id(self) -> tuple[str, str]:
        """(entity, name), unique in a program."""
        return (self.entity, self.name)


@frozen(repr=False)
class Interval:
    """A range of keys; None for an end that is open for ever."""

    low: Value | None
    high: Value | None
    low_closed: bool = True
    high_closed: bool = True


@frozen(repr=False)
class TableRow:
    """One row of a table: per key column the keys or ranges it matches (None: any), per value column an expression.

    `otherwise`: a row for every key that no other row matches.
    """

    keys: tuple[tuple[Value | Interval, ...] | None, ...]
    cells: Mapping[str, Expr]
    otherwise: bool = False
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Table:
    """A 表 by keys. `label` is the column, if any, that names the row (梯队)."""

    name: str
    key_columns: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    alias: str = ""
    clause: str = ""
    label: str = ""
    since: date | None = None
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Clause:
    """条款: an entry of the inventory of the notice. `rules`: whether it makes rules; `reason` why not."""

    id: str
    title: str = ""
    makes_rules: bool = True
    reason: str = ""
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


CiterKind = Literal[
    "rule",
    "task",
    "condition",
    "constraint",
    "reading",
    "decision",
    "field",
    "entity",
    "table",
    "parameter",
    "formula",
    "calendar",
    "register",
    "part",
    "amendment",
]


@frozen(repr=False)
class Citation:
    """One clause that a declaration cites, the phrase it quotes from it, and whether its 部分 lends it."""

    clause: str
    quoted: str = ""
    lent: bool = False
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Citer:
    """A declaration with all it cites, its rows, evidence and due date included, and the figures it is written with.

    `literals` are its numbers and dates in base units; `words` its texts (来源, 理由, 说明), which may hold figures too; `lists`
    how many things its lists name (rows of a table and their keys, evidence, items, parts of a part).
    """

    kind: CiterKind
    entity: str
    name: str
    cites: tuple[Citation, ...] = ()
    literals: tuple[Const, ...] = ()
    words: tuple[str, ...] = ()
    lists: tuple[int, ...] = ()
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Expectation:
    """What an example says a rule of a row must give: a value (compared exactly) or a status."""

    entity: str
    key: str | None
    rule: str
    value: Value | None
    status: Status = "value"
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


@frozen(repr=False)
class Example:
    """算例: facts and what must come of them. `key` is None in an expectation about the example's only main row."""

    name: str
    facts: Facts
    expects: tuple[Expectation, ...]
    readings: Mapping[str, str] = field(factory=dict)
    on: date | None = None
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)


PropertyForm = Literal["always", "whenever", "parts", "monotone", "steady", "unrelated", "order", "divided"]


@frozen(repr=False)
class Property:
    """性质: what must hold on all facts. It belongs to rows of `entity`.

    - "always", "whenever", "parts" (恒有, 凡 … 则 …, 之和): the rule of this name and of kind "property" is never false. Of
      "whenever" its body is `Some` of the condition's `Not` and what follows; of "parts" likewise of there being rows at all.
    - "monotone": when the fact `fact` moves one way (`rises`: up) and all else stays, the outcome of `result` never goes down
      (`falls` is forbidden) or never up.
    - "steady": when `fact` is greater by `step`, in base units, the outcome of `result` differs by no more than `most`.
    - "unrelated": `result` is the same whatever the fact that `about` names (entity, field) holds; of a key, whatever its rows
      are called, as long as they are told apart.
    - "order": `result` is the same in whatever order the rows of the entity that `about` names stand.
    - "divided": where each number fact and the rows of each entity (field "") that `about` names are split in two, and all else
      stays, the outcomes of `result` for the two parts add up to that for the whole.
    """

    entity: str
    name: str
    form: PropertyForm
    fact: str = ""
    rises: bool = True
    result: tuple[str, str] = ("", "")
    forbidden: Literal["falls", "rises"] = "falls"
    clause: str = ""
    about: tuple[tuple[str, str], ...] = ()
    step: Fraction = Fraction(0)
    most: Fraction = Fraction(0)
    span: Span | None = field(default=None, kw_only=True, eq=False, repr=False)

    @property
    def stated(self) -> bool:
        """Whether a rule of its own says what must hold."""
        return self.form in ("always", "whenever", "parts")

    @property
    def subject(self) -> tuple[str, str]:
        """The rule that it speaks of, by entity and name."""
        return (self.entity, self.name) if self.stated else self.result


@frozen(repr=False)
class Header:
    """What the notice says of itself."""

    title: str
    id: str = ""
    issuer: str = ""
    published: date | None = None
    main: str = ""
    time_zone: str = ""
    currency: str = "元"
    in_force_from: date | None = None
    in_force_to: date | None = None
    basis: str = ""


@frozen(slots=False, repr=False)
class Program:
    """A whole policy, checked. `rules` are in dependency order across entities: what a rule reads stands before it."""

    header: Header
    language: Literal["zh", "en"]
    rolls: Mapping[str, Roll]
    units: Mapping[str, str]
    entities: Mapping[str, Entity]
    tables: Mapping[str, Table]
    readings: Mapping[str, Reading]
    rules: tuple[Rule, ...]
    clauses: tuple[Clause, ...] = ()
    examples: tuple[Example, ...] = ()
    properties: tuple[Property, ...] = ()
    citers: tuple[Citer, ...] = ()
    registers: Mapping[str, Register] = field(factory=dict)
    errata: tuple[Erratum, ...] = ()

    @cached_property
    def rule_index(self) -> Mapping[tuple[str, str], Rule]:
        """Rules by (entity, name)."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def written_order(self) -> tuple[Rule, ...]:
        """Rules in the order in which the drafter wrote them; of several files, those of the one with the most rules first."""
        counts = Counter(rule.span.source.name for rule in self.rules if rule.span)
        files = [name for name, _ in counts.most_common()]

        def place(rule: Rule) -> tuple[int, int]:
            return (files.index(rule.span.source.name), rule.span.start) if rule.span else (-1, 0)

        return tuple(sorted(self.rules, key=place))

    def rules_of(self, entity: str) -> tuple[Rule, ...]:
        """The listed rules and tasks of an entity, as written."""
        return tuple(rule for rule in self.written_order if rule.entity == entity and rule.output)

    def __hash__(self) -> int:
        return id(self)
