"""Owns the written tree: what a file says, before names, units or types mean anything.

Trees compare by meaning: spans, comments and spelling that makes no difference do not count. A `Name` compares by its text.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from policydsl.diagnostics.model import Language
from policydsl.shown import shown
from policydsl.source import Source, Span
from policydsl.syntax.lines import Comment


@frozen(repr=False)
class Written:
    """What every node has: the place it was written at."""

    span: Span = field(kw_only=True, eq=False, repr=False)

    def __repr__(self) -> str:
        return shown(self)


@frozen(repr=False)
class Name(Written):
    """A name, without its 「」."""

    text: str


@frozen(repr=False)
class Citation(Written):
    """依据: clause ids in order, each with the phrase quoted from it, if any."""

    clauses: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The ids joined as they are printed; of several clauses of one other notice, that notice is named once."""
        shown, before = [], ""
        for id_, _ in self.clauses:
            notice, _, clause = id_.rpartition(" ")
            shown.append(clause if notice and notice == before else id_)
            before = notice
        return "、".join(shown)


# ---------------------------------------------------------------- expressions


@frozen(repr=False)
class Quantity(Written):
    """A number with what is glued to it: `35万元` is 35 with unit text 万元. `unit` may be joined by /."""

    number: Fraction
    unit: str
    digits: str = field(default="", eq=False)


@frozen(repr=False)
class Day(Written):
    """A date literal."""

    value: date


@frozen(repr=False)
class Time(Written):
    """A date with an hour and minute."""

    value: datetime


@frozen(repr=False)
class Words(Written):
    """A quoted text."""

    text: str


@frozen(repr=False)
class Constant(Written):
    """真, 假, 无, 全部任务完成, 未完成任务 (by keyword id)."""

    word: Literal["TRUE", "FALSE", "NONE", "ALL_TASKS", "UNMET_TASKS"]


@frozen(repr=False)
class Reference(Written):
    """`a`, `a.b`, `a(key).b`; `this` for 本.a."""

    path: tuple[Name, ...]
    keys: tuple[Expr, ...] | None = None
    this: bool = False


@frozen(repr=False)
class Unary(Written):
    """neg or not."""

    op: Literal["neg", "not"]
    operand: Expr


@frozen(repr=False)
class Binary(Written):
    """Arithmetic; "of" is × written 的."""

    op: Literal["add", "sub", "mul", "div", "of"]
    left: Expr
    right: Expr


@frozen(repr=False)
class Comparison(Written):
    """`word` is a keyword id or a sign; `inclusive` what (含) or (不含) says, if written."""

    word: str
    left: Expr
    right: Expr
    inclusive: bool | None = None


@frozen(repr=False)
class Logic(Written):
    """且 or 或 of several parts."""

    op: Literal["and", "or"]
    parts: tuple[Expr, ...]


@frozen(repr=False)
class Among(Written):
    """在 (a、b) or 在 X.列."""

    item: Expr
    options: tuple[Expr, ...] | Reference


@frozen(repr=False)
class If(Written):
    """若 … 则 … 否则 …."""

    condition: Expr
    then: Expr
    otherwise: Expr


@frozen(repr=False)
class Group(Written):
    """( … ), kept so that the formatter prints what was written."""

    inner: Expr


@frozen(repr=False)
class Portion(Written):
    """X 超过 N 部分: what of X lies beyond N (or short of it); `word` is the comparator."""

    word: str
    measure: Expr
    limit: Expr


@frozen(repr=False)
class Instead(Written):
    """X 不适用 时 Y, X 无 时 Y (by keyword id)."""

    word: Literal["IF_NA", "IF_NONE"]
    body: Expr
    instead: Expr


@frozen(repr=False)
class Undecided(Written):
    """待裁量 or 不适用 with a reason."""

    kind: Literal["PENDING", "INAPPLICABLE"]
    reason: str


@frozen(repr=False)
class Function(Written):
    """A function word with its arguments; `word` is a keyword id. `of_each` is what stands after the colon,
    `to_each` the second of two."""

    word: str
    all_rows: bool
    args: tuple[Expr, ...]
    of_each: Expr | None = None
    where: Expr | None = None
    satisfies: Expr | None = None
    if_empty: Expr | None = None
    order: tuple[Key, ...] = ()
    nth: Expr | None = None
    to_each: Expr | None = None


OrderedKind = Literal["O_RUNNING", "O_BEFORE", "O_PREVIOUS", "IN_TURN", "O_RANK", "O_SHARE", "O_SCALE"]


@frozen(repr=False)
class Ordered(Written):
    """A row among its siblings, by keyword id: running totals, the previous row, in turn up to a limit, rank, shares.

    `subject` is what is added up, carried on, shared out (分摊: the whole) or scaled (压减); `limit` the limit of 依次, the weight of
    分摊, the budget of 压减; `keys` what ranks; `group` what all the siblings have in common, `order` what they stand in line by, the
    first key first; `ties` and `remainder` keyword ids.
    """

    kind: OrderedKind
    all_rows: bool
    subject: Expr | None
    limit: Expr | None = None
    keys: tuple[Key, ...] = ()
    where: Expr | None = None
    group: tuple[Expr, ...] = ()
    order: tuple[Key, ...] = ()
    first: Expr | None = None
    ties: str = ""
    place: Quantity | None = None
    remainder: str = ""


@frozen(repr=False)
class Block(Written):
    """分档 累进 递增 按…选 就高 就低, whose rows stand on the lines below. `by`: what chooses the column of a 分档 or 累进 by rows
    `| … |`."""

    kind: Literal["BANDS", "BRACKETS", "INCREMENT", "BY", "JOIN_MAX", "JOIN_MIN"]
    subject: Expr | None
    start: Expr | None
    rows: tuple[Row, ...]
    by: Expr | None = None


@frozen(repr=False)
class Several(Written):
    """(5000元、6000元): the value of a list, as an example writes it; () is an empty one."""

    items: tuple[Expr, ...]


Expr = (
    Quantity
    | Day
    | Time
    | Words
    | Constant
    | Reference
    | Unary
    | Binary
    | Comparison
    | Logic
    | Among
    | If
    | Group
    | Undecided
    | Function
    | Block
    | Portion
    | Instead
    | Ordered
    | Several
)

Key = tuple[Expr, str]
"""What rows stand in line by: a value, and HIGH_FIRST or LOW_FIRST; "" where no direction is said, which is low first."""

# ---------------------------------------------------------------- lines of blocks


@frozen(repr=False)
class Edge:
    """One end of a band: a comparator (id or sign), a postfix word (POST_…), TO or START (the lower end of 甲(含) 至 乙),
    its bound, what (含) says."""

    word: str
    bound: Expr
    inclusive: bool | None = None


@frozen(repr=False)
class BandRow(Written):
    """达到 70%(含) 300元/家; two edges for a row with both ends; none for 否则."""

    edges: tuple[Edge, ...]
    of_part: bool
    value: Expr
    cite: Citation | None = None
    gives: bool = field(default=False, eq=False)
    quick: Quantity | None = None
    so_far: Quantity | None = None


Label = Name | Quantity | Constant
"""What a row of a choice stands for."""


@frozen(repr=False)
class ChoiceRow(Written):
    """企业、个体户: 5%; the labels of a choice by number or by 真 and 假 are literals."""

    labels: tuple[Label, ...]
    value: Expr
    cite: Citation | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The labels as text."""
        return tuple(label.text if isinstance(label, Name) else label.span.text for label in self.labels)


@frozen(repr=False)
class StepRow(Written):
    """每 15家 给予 5万元."""

    size: Expr
    award: Expr
    cite: Citation | None = None


@frozen(repr=False)
class Mark(Written):
    """A line of one keyword: JOIN_MAX JOIN_MIN JOIN_SUM UNCAPPED STARTED."""

    word: str


@frozen(repr=False)
class Amount(Written):
    """最多 N or 起步 给予 A."""

    word: Literal["MOST_STEPS", "AT_START"]
    value: Expr


@frozen(repr=False)
class CapRow(Written):
    """封顶 or 保底, where `when` holds."""

    word: Literal["CAP", "FLOOR"]
    limit: Expr
    when: Expr | None = None
    cite: Citation | None = None


@frozen(repr=False)
class RoundRow(Written):
    """四舍五入 到 元: keyword id and the place (a number with unit, or a unit)."""

    word: str
    place: Quantity
    cite: Citation | None = None


@frozen(repr=False)
class Remark(Written):
    """说明."""

    text: str


@frozen(repr=False)
class LetRow(Written):
    """其中 r = …: a name for this rule alone."""

    name: Name
    value: Expr
    cite: Citation | None = None


@frozen(repr=False)
class ExceptRow(Written):
    """除外 名: 当 C 则 v 优先于 …, with exceptions to the exception below it."""

    name: Name
    when: Expr
    value: Expr
    prevails: tuple[Name, ...] = ()
    cite: Citation | None = None
    rows: tuple[Row, ...] = ()


@frozen(repr=False)
class DatedRow(Written):
    """自 D 起 = v; `day` None for 此前 = v."""

    day: date | None
    value: Expr
    cite: Citation | None = None


@frozen(repr=False)
class Applies(Written):
    """适用 当 C 否则 不适用 “…”: under a rule, or in a 部分 for all its rules."""

    when: Expr
    reason: str
    cite: Citation | None = None


@frozen(repr=False)
class GridRow(Written):
    """The rows `| … |` of a 分档 or 累进: the first column has the ends, each other column the values of one category."""

    grid: Grid
    heads: tuple[Cell, ...]


Row = (
    BandRow
    | GridRow
    | ChoiceRow
    | StepRow
    | Mark
    | Amount
    | CapRow
    | RoundRow
    | Remark
    | LetRow
    | ExceptRow
    | DatedRow
    | Applies
)


@frozen(repr=False)
class Cell(Written):
    """A cell of a table, as parsed by the cell grammar. `raw` is its text. The head of a column of printed figures that are only
    verified (速算扣除, 前段累计) is the keyword's id, and so is 未知 in the rows of an example."""

    kind: Literal["values", "edges", "any", "else", "QUICK", "SO_FAR", "UNKNOWN"]
    values: tuple[Expr, ...] = ()
    edges: tuple[Edge, ...] = ()
    raw: str = field(default="", eq=False)


@frozen(repr=False)
class Grid(Written):
    """A table as written: its head and its rows of cells."""

    head: tuple[Name, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_spans: tuple[Span, ...] = field(default=(), eq=False, repr=False)


# ---------------------------------------------------------------- declarations


@frozen(repr=False)
class Item:
    """A name that may carry an alias, in a list."""

    name: Name
    alias: Name | None = None


@frozen(repr=False)
class UnitName(Written):
    """元, 元/家."""

    above: Name
    below: Name | None = None

    @property
    def text(self) -> str:
        """As it is written."""
        return self.above.text + (f"/{self.below.text}" if self.below else "")


@frozen(repr=False)
class HeaderLine(Written):
    """One line of 政策: keyword id and its value(s). `when`: the rows that 沿用 … 适用于 is for."""

    word: str
    value: str | date | Name
    end: date | None = None
    when: Expr | None = None


@frozen(repr=False)
class Policy(Written):
    """政策 “…”: and its lines."""

    title: str
    lines: tuple[HeaderLine, ...]


@frozen(repr=False)
class Roll(Written):
    """名录."""

    name: Name
    alias: Name | None
    members: tuple[Item, ...]
    block: bool = field(default=False, eq=False)


@frozen(repr=False)
class Units(Written):
    """单位."""

    items: tuple[Item, ...]


@frozen(repr=False)
class Clause(Written):
    """条款."""

    id: str
    makes_rules: bool
    text: str


@frozen(repr=False)
class Attribute(Written):
    """A mark of a field or decision: keyword id, and what goes with it."""

    word: str
    value: Expr | Name | str | Edge | None = None
    cite: Citation | None = None
    names: tuple[Name, ...] = ()


@frozen(repr=False)
class FieldLine(Written):
    """A field of an entity."""

    name: Name
    alias: Name | None
    type: UnitName
    attributes: tuple[Attribute, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Variant(Written):
    """当 类型 为 企业: fields that only such rows carry."""

    when: Expr
    fields: tuple[FieldLine, ...]


@frozen(repr=False)
class Entity(Written):
    """对象. `marks` in brackets: a counting unit and/or an alias."""

    name: Name
    marks: tuple[Name, ...]
    owner: Name | None
    singleton: bool
    at_most_one: bool
    fields: tuple[FieldLine, ...]
    cite: Citation | None = None
    variants: tuple[Variant, ...] = ()


@frozen(repr=False)
class Part(Written):
    """部分: lends its citation to what stands in it."""

    name: Name
    alias: Name | None
    cite: Citation | None
    body: tuple[Declaration, ...]


@frozen(repr=False)
class On(Written):
    """针对: whose rules stand in it, and the citation that it lends them."""

    entity: Name
    body: tuple[Declaration, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Table(Written):
    """表 … 按 …."""

    name: Name
    alias: Name | None
    keys: tuple[Name, ...]
    cite: Citation | None
    grid: Grid
    hit: Literal["", "HIT_UNIQUE", "HIT_FIRST"] = ""
    since: date | None = None
    rest_same: bool = False
    across: Name | None = None
    heads: tuple[Cell, ...] = ()

    @property
    def crossed(self) -> tuple[int, ...]:
        """The columns at whose head stands a cell (`heads`, in this order) and no name: all but the keys, wherever those stand."""
        if self.across is None:
            return ()
        keys = {key.text for key in self.keys}
        return tuple(at for at, name in enumerate(self.grid.head) if name.text not in keys)


@frozen(repr=False)
class CalendarLine(Written):
    """覆盖 D 至 D, 放假 D、D 至 D, 补班 D (by keyword id). `periods`: first and last days, the same one for a single day."""

    word: Literal["COVERS", "HOLIDAYS", "MAKE_UP"]
    periods: tuple[tuple[date, date], ...]
    cite: Citation | None = None

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the periods; none of one that is written backwards."""
        return tuple(first + timedelta(at) for first, last in self.periods for at in range((last - first).days + 1))


@frozen(repr=False)
class Calendar(Written):
    """日历: the days that a calendar of working days covers, its holidays and its make-up working days."""

    name: Name
    first: date | None
    last: date | None
    holidays: tuple[date, ...]
    make_up: tuple[date, ...]
    cite: Citation | None = None
    lines: tuple[CalendarLine, ...] = ()


@frozen(repr=False)
class RegisterLine(Written):
    """代码 A, 名称 A、B, 曾用名 A, 归属 A (the heads of columns, by keyword id); 来源 “…”."""

    word: Literal["COL_CODE", "COL_NAME", "COL_FORMER", "COL_PLACE", "SOURCE"]
    columns: tuple[Name, ...]
    text: str = ""


@frozen(repr=False)
class Register(Written):
    """名册: a list of firms and its columns."""

    name: Name
    alias: Name | None
    lines: tuple[RegisterLine, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Rule(Written):
    """规则. `rows` are those of its block, `after` what modifies the whole: caps, rounding, remarks. `half`: one of the two that a
    rule of a partial overlay chooses from, never written."""

    name: Name
    alias: Name | None
    unit: UnitName | None
    value: Expr | None
    after: tuple[Row, ...]
    cite: Citation | None = None
    half: bool = field(default=False, eq=False)


@frozen(repr=False)
class Parameter(Written):
    """标准: a named figure of the notice, perhaps with versions by date."""

    name: Name
    alias: Name | None
    unit: UnitName | None
    value: Expr | None
    after: tuple[Row, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Formula(Written):
    """公式 f(a: 元, b: 家) = …."""

    name: Name
    parameters: tuple[tuple[Name, UnitName], ...]
    value: Expr
    after: tuple[Row, ...]
    cite: Citation | None = None


@frozen(repr=False)
class ItemLine(Written):
    """One item of 条件 or 材料: a condition, a group of items, or (neither) a fact that must be there."""

    name: Name
    alias: Name | None
    value: Expr | None
    mode: str = ""
    least: int = 0
    items: tuple[ItemLine, ...] = ()
    cite: Citation | None = None


@frozen(repr=False)
class Always(Written):
    """性质: 恒有 a condition."""

    name: Name
    condition: Expr
    cite: Citation | None = None


@frozen(repr=False)
class Monotone(Written):
    """性质: 事实 增加 时 规则 不减. `moves` and `never` are keyword ids."""

    name: Name
    fact: Reference
    moves: Literal["INCREASES", "DECREASES"]
    result: Reference
    never: Literal["NOT_LESS", "NOT_MORE"]
    cite: Citation | None = None


@frozen(repr=False)
class Whenever(Written):
    """性质: 凡 a condition 则 another."""

    name: Name
    condition: Expr
    then: Expr
    cite: Citation | None = None


@frozen(repr=False)
class Steady(Written):
    """性质: 事实 每增 so much 时 规则 变动 不超过 an amount."""

    name: Name
    fact: Reference
    step: Expr
    result: Reference
    most: Expr
    cite: Citation | None = None


@frozen(repr=False)
class Unrelated(Written):
    """性质: 规则 与 a fact 无关, or 与 the rows of an entity 行序 无关. `how` is a keyword id."""

    name: Name
    result: Reference
    about: Reference
    how: Literal["NOWISE", "ROW_ORDER"]
    cite: Citation | None = None


@frozen(repr=False)
class Divided(Written):
    """性质: facts or rows 拆分 时 规则 合计不变."""

    name: Name
    about: tuple[Reference, ...]
    result: Reference
    cite: Citation | None = None


@frozen(repr=False)
class SharedOut(Written):
    """性质: 对象.规则 之和 等于 (or 不超过) a value. `how` is a keyword id."""

    name: Name
    part: Reference
    how: Literal["PARTS_SUM", "PARTS_MOST"]
    whole: Expr
    cite: Citation | None = None


Property = Always | Whenever | Monotone | Steady | Unrelated | Divided | SharedOut
"""性质 of every form."""


@frozen(repr=False)
class Import(Written):
    """引用: a file whose units, rolls, tables, parameters, formulas and calendars are shared."""

    path: str


@frozen(repr=False)
class Erratum(Written):
    """勘误: words of a clause that were printed by mistake, and what they should be."""

    clause: str
    printed: str
    meant: str
    reason: str = ""
    cite: Citation | None = None


@frozen(repr=False)
class Conditions(Written):
    """条件 or 材料 (by keyword id): items of which all (ALL_OF), any (ANY_OF) or some (LEAST_OF) must hold."""

    word: Literal["CONDITIONS", "MATERIALS"]
    name: Name
    alias: Name | None
    mode: str
    least: int
    items: tuple[ItemLine, ...]
    cite: Citation | None = None


@frozen(repr=False)
class EvidenceLine(Written):
    """佐证."""

    items: tuple[Name, ...]
    cite: Citation | None = None


@frozen(repr=False)
class DueLine(Written):
    """期限. `day_included`: what (含当日) says."""

    due: date | datetime
    before: bool
    day_included: bool | None
    cite: Citation | None = None


@frozen(repr=False)
class ChargeLine(Written):
    """负责."""

    who: str
    cite: Citation | None = None


TaskLine = EvidenceLine | DueLine | ChargeLine | Remark


@frozen(repr=False)
class Task(Written):
    """任务."""

    name: Name
    alias: Name | None
    condition: Expr
    lines: tuple[TaskLine, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Constraint(Written):
    """约束."""

    name: Name
    condition: Expr
    remark: str
    cite: Citation | None = None


@frozen(repr=False)
class ReadingLine(Written):
    """采用 or 备选."""

    adopted: bool
    name: Name
    value: Expr | None
    reason: str
    cite: Citation | None = None


@frozen(repr=False)
class Reading(Written):
    """读法."""

    name: Name
    alias: Name | None
    options: tuple[ReadingLine, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Decision(Written):
    """裁量."""

    name: Name
    alias: Name | None
    type: UnitName
    attributes: tuple[Attribute, ...]
    cite: Citation | None = None


@frozen(repr=False)
class Assignment(Written):
    """a = v in an example; None: 未知."""

    target: Reference
    value: Expr | None


@frozen(repr=False)
class Given(Written):
    """设 a = v, b = w: the main row's facts."""

    items: tuple[Assignment, ...]


@frozen(repr=False)
class GivenRows(Written):
    """设 宣讲活动 10场: a = v, or with a table below."""

    entity: Name
    count: Quantity | None
    items: tuple[Assignment, ...]
    grid: Grid | None = None


@frozen(repr=False)
class Expected(Written):
    """One expectation: a value, or a status by keyword id."""

    target: Reference
    value: Expr | None
    status: Literal["", "PENDING", "UNKNOWN", "INVALID", "INAPPLICABLE"] = ""


@frozen(repr=False)
class Should(Written):
    """应."""

    items: tuple[Expected, ...]


@frozen(repr=False)
class Adopting(Written):
    """采用 R = A in an example."""

    items: tuple[tuple[Name, Name], ...]


@frozen(repr=False)
class OnDate(Written):
    """基准日 of an example."""

    day: date


ExampleLine = Given | GivenRows | Should | Adopting | OnDate


@frozen(repr=False)
class Example(Written):
    """算例."""

    name: Name
    lines: tuple[ExampleLine, ...]


@frozen(repr=False)
class Naming(Written):
    """废止, 保留, 恢复 or 并入 (by keyword id) of what is named. `since` and `until`: 自 D 起, 自 D 至 E, if the line says so."""

    word: Literal["REPEAL", "KEEP", "RESTORE", "MERGE"]
    targets: tuple[Reference, ...]
    since: date | None = None
    cite: Citation | None = None
    until: date | None = None


@frozen(repr=False)
class Whole(Written):
    """替代, 废止 or 恢复 of the whole notice."""

    word: Literal["SUPERSEDE", "REPEAL", "RESTORE"]
    since: date | None = None
    cite: Citation | None = None
    until: date | None = None


@frozen(repr=False)
class Changing(Written):
    """改为 X = v 由 w: `was` is the old value, if it is said."""

    target: Reference
    value: Expr
    was: Expr | None = None
    since: date | None = None
    cite: Citation | None = None
    until: date | None = None


@frozen(repr=False)
class Putting(Written):
    """改为 or 增加 (AMENDED, ADD) with declarations in its block: in the place of those of the same name, or new ones."""

    word: Literal["AMENDED", "ADD"]
    body: tuple[Declaration, ...]
    since: date | None = None
    cite: Citation | None = None
    until: date | None = None


BlockLine = Row | TaskLine | ItemLine


@frozen(repr=False)
class Extending(Written):
    """改为 X or 增加 X (AMENDED, ADD) with lines of X in its block: rows of a table, bands, items, evidence, a deadline."""

    word: Literal["AMENDED", "ADD"]
    target: Reference
    grid: Grid | None = None
    lines: tuple[BlockLine, ...] = ()
    since: date | None = None
    cite: Citation | None = None
    until: date | None = None


@frozen(repr=False)
class Past(Written):
    """既往 从新, 从旧, 从优 按 R (by keyword id): which law a case of the time before is under; `by` what is compared."""

    word: Literal["NEW_LAW", "OLD_LAW", "BETTER_LAW"]
    by: Reference | None = None
    cite: Citation | None = None


@frozen(repr=False)
class Prevailing(Written):
    """优先于: the notices before whose amendments these go."""

    notices: tuple[str, ...]


AmendLine = Naming | Whole | Changing | Putting | Extending | Past | Prevailing | Example


@frozen(repr=False)
class Amendment(Written):
    """修订: what this notice does to another, by that one's 编号. Its examples are of the text as amended.

    `since` and `until`: 自 D 起, 自 D 至 E of every line that does not say its own.
    """

    id: str
    lines: tuple[AmendLine, ...]
    cite: Citation | None = None
    since: date | None = None
    until: date | None = None


Declaration = (
    Policy
    | Roll
    | Units
    | Clause
    | Entity
    | Part
    | On
    | Table
    | Rule
    | Task
    | Constraint
    | Reading
    | Decision
    | Example
    | Parameter
    | Formula
    | Conditions
    | Applies
    | Calendar
    | Register
    | Import
    | Erratum
    | Always
    | Monotone
    | Whenever
    | Steady
    | Unrelated
    | Divided
    | SharedOut
    | Amendment
)


@frozen(repr=False)
class File:
    """A whole file: its declarations in the order they were written, and the remarks between them."""

    source: Source = field(eq=False, repr=False)
    language: Language
    body: tuple[Declaration, ...]
    comments: tuple[Comment, ...] = field(default=(), eq=False)
