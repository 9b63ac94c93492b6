"""Owns the words of the language: one Chinese and one English spelling each, in one table.

`id` is the name of the terminal in `grammar.lark`. The kind says where a word counts as a keyword:
- "line": only at the start of a line;
- "inner": only after a value or a name, where no name can stand;
- "call": only directly before an opening bracket;
- "hard": wherever a value may begin; to be used as a name it needs 「」.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from attrs import frozen

from policydsl.diagnostics.model import Language

Kind = Literal["line", "inner", "call", "hard"]


@frozen
class Keyword:
    """One word of the language in both spellings. `group` is the heading it stands under in the reference."""

    id: str
    zh: str
    en: str
    kind: Kind
    group: str

    @property
    def terminal(self) -> str:
        """The terminal of `grammar.lark` that the word is: words of one group that stand in the same places share one."""
        return _SHARED.get(self.id) or _SHARED.get(self.id[:2] if self.id[1] == "_" else self.group, self.id)

    def spelling(self, language: Language) -> str:
        """The word as it is written in `language`."""
        return self.zh if language == "zh" else self.en


# 由 is one word in Chinese: behind a number the parser cannot know yet whether an office or an old value follows
_SHARED = {
    "comparator": "COMPARATOR",
    "F_": "FUNCTION",
    "R_": "ROUNDING",
    "postfix comparator": "POST",
    "WAS": "OFFICE",
}


def _rows(group: str, kind: Kind, rows: str) -> tuple[Keyword, ...]:
    found = []
    for row in rows.strip().splitlines():
        id_, zh, en = (cell.strip() for cell in row.split("|"))
        found.append(Keyword(id_, zh, en, kind, group))
    return tuple(found)


KEYWORDS: tuple[Keyword, ...] = (
    *_rows(
        "declaration",
        "line",
        """
        POLICY      | 政策   | policy
        ROLL        | 名录   | list
        UNITS       | 单位   | units
        CLAUSE      | 条款   | clause
        ENTITY      | 对象   | entity
        PART        | 部分   | part
        ON          | 针对   | for
        TABLE       | 表     | table
        RULE        | 规则   | rule
        TASK        | 任务   | task
        CONSTRAINT  | 约束   | constraint
        READING     | 读法   | reading
        DECISION    | 裁量   | decision
        EXAMPLE     | 算例   | example
        PARAMETER   | 标准   | parameter
        FORMULA     | 公式   | formula
        CONDITIONS  | 条件   | conditions
        MATERIALS   | 材料   | materials
        CALENDAR    | 日历   | calendar
        IMPORT      | 引用   | import
        ERRATUM     | 勘误   | erratum
        PROPERTY    | 性质   | property
        AMEND       | 修订   | amend
        REGISTER    | 名册   | register
        """,
    ),
    *_rows(
        "header",
        "line",
        """
        H_ID        | 编号   | id
        H_ISSUER    | 发布   | issuer
        H_DATE      | 日期   | published
        H_MAIN      | 主体   | main
        H_ZONE      | 时区   | timezone
        H_CURRENCY  | 币种   | currency
        H_FORCE     | 施行   | in force
        H_BASIS     | 基准日 | as of
        H_BASED     | 沿用   | based on
        """,
    ),
    *_rows(
        "line of a block",
        "line",
        """
        EVERY_STEP  | 每       | every
        JOIN_SUM    | 累加     | added up
        UNCAPPED    | 不封顶   | uncapped
        CAP         | 封顶     | cap
        FLOOR       | 保底     | floor
        AT_START    | 起步     | at start
        STARTED     | 不满按一档计 | started steps count
        MOST_STEPS  | 最多     | at most steps
        R_HALF_UP   | 四舍五入 | round half up
        R_UP        | 向上     | round up
        R_DOWN      | 向下     | round down
        R_EVEN      | 五成双   | round half even
        REMARK      | 说明     | note
        EVIDENCE    | 佐证     | evidence
        DUE         | 期限     | due
        CHARGE      | 负责     | in charge
        ADOPT       | 采用     | adopt
        ALTERNATIVE | 备选     | alternative
        SET         | 设       | given
        SHOULD      | 应       | then
        ON_DATE     | 基准日   | on
        EXCEPT      | 除外     | except
        APPLIES     | 适用     | applies
        BEFORE_THAT | 此前     | before that
        COVERS      | 覆盖     | covers
        HOLIDAYS    | 放假     | holidays
        MAKE_UP     | 补班     | working days off
        REPEAL      | 废止     | repeal
        KEEP        | 保留     | keep
        AMENDED     | 改为     | change
        ADD         | 增加     | add
        MERGE       | 并入     | take over
        RESTORE     | 恢复     | restore
        SUPERSEDE   | 替代     | supersede
        PAST        | 既往     | past cases
        COL_CODE    | 代码     | code
        COL_NAME    | 名称     | name
        COL_FORMER  | 曾用名   | former name
        COL_PLACE   | 归属     | assigned to
        """,
    ),
    *_rows(
        "mark of a declaration",
        "inner",
        """
        CITED       | 依据     | per
        BELONGS     | 属于     | belongs to
        SINGLETON   | 单例     | singleton
        AT_MOST_ONE | 至多一条 | at most one
        KEY         | 主键     | key
        COMPLETE    | 齐全     | complete
        OR_NONE     | 或无     | or none
        FRACTIONAL  | 可为小数 | fractional
        SOURCE      | 来源     | source
        DEFAULT     | 未填按   | default
        REASON      | 理由     | because
        JUDGEMENT   | 人工判断 | judgement
        COUNTED     | 计自     | counted from
        OFFICE      | 由       | by office
        NO_RULES    | 不作规则 | no rules
        AS_LIST     | 清单     | list of these
        HIT_UNIQUE  | 唯一     | unique
        HIT_FIRST   | 首个     | first
        DAY_BEFORE  | 前       | by then
        UNKNOWN     | 未知     | unknown
        INVALID     | 无效     | invalid
        """,
    ),
    *_rows(
        "row",
        "inner",
        """
        GIVE        | 给予     | gives
        OF_PART     | 的部分   | of it
        TO          | 至       | to
        INCLUSIVE   | (含)     | (inclusive)
        EXCLUSIVE   | (不含)   | (exclusive)
        WITH_DAY    | (含当日) | (that day included)
        SANS_DAY    | (不含当日) | (that day excluded)
        WHEN        | 当       | when
        FROM        | 自       | from
        CHOSEN      | 选       | choose
        ROUND_TO    | 到       | to the
        ONWARD      | 起       | onward
        PREVAILS    | 优先于   | prevails over
        WAS         | 由       | was
        NEW_LAW     | 从新     | under the new law
        OLD_LAW     | 从旧     | under the old law
        BETTER_LAW  | 从优     | under the better law
        PORTION     | 部分     | portion
        ALWAYS      | 恒有     | always
        INCREASES   | 增加     | increases
        DECREASES   | 减少     | decreases
        AT_THAT     | 时       | means
        NOT_LESS    | 不减     | never less
        NOT_MORE    | 不增     | never more
        WHENEVER    | 凡       | whenever
        EACH_MORE   | 每增     | increases by
        NO_JUMP     | 变动 不超过 | never jumps by more than
        FREE_OF     | 与       | does not depend on
        NOWISE      | 无关     | at all
        ROW_ORDER   | 行序 无关 | order
        SPLIT       | 拆分     | split
        SAME_SUM    | 合计不变 | adds up to the same
        PARTS_SUM   | 之和 等于 | of the parts adds up to
        PARTS_MOST  | 之和 不超过 | of the parts never exceeds
        ALL_OF      | 须全部   | all of these
        ANY_OF      | 任一     | any of these
        LEAST_OF    | 至少     | at least these
        ANY         | 任意     | anything
        QUICK       | 速算扣除 | less
        SO_FAR      | 前段累计 | so far
        BY_ORDER    | 依       | in order of
        NTH_AT      | 第       | nth
        APPLIED_TO  | 适用于   | applied to
        SHOULD_BE   | 应为     | should be
        REST_SAME   | 其余照旧 | rest unchanged
        GROUPED     | 分组     | within
        FIRST_CASE  | 首条     | first being
        LIMIT_TO    | 限额     | up to
        HIGH_FIRST  | 从高     | high first
        LOW_FIRST   | 从低     | low first
        TIES        | 并列     | ties
        SAME_PLACE  | 同名次   | share a place
        DENSE       | 紧接     | leave no gap
        REMAINDER   | 尾差归   | remainder to
        LARGEST     | 最大者   | the largest
        FIRST_ROW   | 首位     | the first
        LAST_ROW    | 末位     | the last
        """,
    ),
    *_rows(
        "logic",
        "inner",
        """
        AND         | 且       | and
        OR          | 或       | or
        THEN        | 则       | then
        ELSE        | 否则     | else
        IN          | 在       | in
        NOT_IN      | 不在     | not in
        OF          | 的       | of
        FILTER      | 其中     | where
        SATISFIES   | 满足     | satisfies
        IF_EMPTY    | 无则     | if empty
        IF_NA       | 不适用 时 | if inapplicable
        IF_NONE     | 无 时    | if none
        """,
    ),
    *_rows(
        "comparator",
        "inner",
        """
        GE_BELOW    | 不低于   | not below
        GE_LESS     | 不少于   | not less than
        GE_LEAST    | 至少     | at least
        GE_REACH    | 达到     | reaches
        GE_FULL     | 满       | completes
        LE_OVER     | 不超过   | not over
        LE_ABOVE    | 不高于   | not above
        LE_MORE     | 不多于   | not more than
        LE_MOST     | 至多     | at most
        GT_OVER     | 超过     | over
        GT_ABOVE    | 高于     | above
        GT_MORE     | 多于     | more than
        GT_GREATER  | 大于     | greater than
        LT_BELOW    | 低于     | below
        LT_SHORT    | 不足     | short of
        LT_UNDER    | 不满     | under
        LT_FEWER    | 少于     | fewer than
        LT_LESS     | 小于     | less than
        EQ_EQUAL    | 等于     | equals
        NE_EQUAL    | 不等于   | differs from
        EQ_IS       | 为       | is
        NE_IS       | 不为     | is not
        GE_DATE     | 不早于   | not before
        LE_DATE     | 不晚于   | not after
        LT_DATE     | 早于     | before
        GT_DATE     | 晚于     | after
        """,
    ),
    *_rows(
        "postfix comparator",
        "inner",
        """
        POST_GE     | 以上     | and above
        POST_LE     | 以下     | and below
        POST_LE_IN  | 以内     | and within
        """,
    ),
    *_rows(
        "value",
        "hard",
        """
        IF          | 若       | if
        NOT         | 非       | not
        TRUE        | 真       | true
        FALSE       | 假       | false
        NONE        | 无       | none
        THIS        | 本       | this
        IN_TURN     | 依次     | in turn
        ALL_ROWS    | 全体     | every row of
        BANDS       | 分档     | bands
        BRACKETS    | 累进     | brackets
        INCREMENT   | 递增     | increment
        BY          | 按       | by
        PENDING     | 待裁量   | pending
        INAPPLICABLE | 不适用  | inapplicable
        JOIN_MAX    | 就高     | highest
        JOIN_MIN    | 就低     | lowest
        ALL_TASKS   | 全部任务完成 | all tasks done
        UNMET_TASKS | 未完成任务 | unmet tasks
        """,
    ),
    *_rows(
        "function",
        "call",
        """
        F_COUNT     | 计数     | count
        F_SUM       | 合计     | sum
        F_MAX       | 最大     | max
        F_MIN       | 最小     | min
        F_MEAN      | 平均     | mean
        F_ANY       | 任一     | any
        F_ALL       | 所有     | all
        F_DISTINCT  | 去重计数 | distinct
        F_LIST      | 列出     | list_of
        F_ABS       | 绝对值   | abs
        F_HAS       | 有       | has
        F_HALF_UP   | 四舍五入 | round_half_up
        F_UP        | 向上     | round_up
        F_DOWN      | 向下     | round_down
        F_EVEN      | 五成双   | round_half_even
        F_YEARS     | 周年数   | years_between
        F_MONTHS    | 整月数   | months_between
        F_DAYS      | 天数     | days_between
        F_YEAR_OF   | 年份     | year_of
        F_MONTH_OF  | 月份     | month_of
        F_DAY_OF    | 日号     | day_of
        F_DATE      | 某日     | date_of
        F_MONTH_END | 月末     | month_end
        F_OVERLAP   | 重叠天数 | overlap_days
        F_UNMET     | 未满足   | unmet
        F_WORKDAYS  | 工作日数 | working_days_between
        F_FIRST     | 第一条   | first_of
        F_LAST      | 最后一条 | last_of
        F_NTH       | 第几条   | nth_of
        F_COVERED   | 覆盖天数 | covered_days
        F_CEILING   | 上限     | upper_bound
        F_BASEMENT  | 下限     | lower_bound
        O_RUNNING   | 至今合计 | running_sum
        O_BEFORE    | 此前合计 | sum_before
        O_PREVIOUS  | 上一条   | previous
        O_RANK      | 名次     | rank
        O_SHARE     | 分摊     | share
        O_SCALE     | 压减     | scale_down
        """,
    ),
)

BY_ID: dict[str, Keyword] = {keyword.id: keyword for keyword in KEYWORDS}

TYPE_WORDS: tuple[tuple[str, str], ...] = (
    ("布尔", "boolean"),
    ("文本", "text"),
    ("日期", "date"),
    ("时刻", "moment"),
    ("数", "number"),
    ("整数", "integer"),
    ("比例", "ratio"),
    ("金额", "money"),
)
"""Names of built-in types, which count only where a type stands. A number of a unit has the unit's name as its type."""

SIGNS: dict[str, str] = {">=": "≥", "⩾": "≥", "<=": "≤", "⩽": "≤", "!=": "≠", "<>": "≠", "-": "−", "*": "×", "/": "÷"}
"""Other ways to write a sign, and its one canonical spelling."""

RELATIONS: dict[str, str] = {
    **{keyword.id: keyword.id[:2].lower() for keyword in KEYWORDS if keyword.group == "comparator"},
    "≥": "ge",
    ">": "gt",
    "≤": "le",
    "<": "lt",
    "=": "eq",
    "≠": "ne",
}
"""What each comparator means: ge gt le lt eq ne."""


@cache
def hard_words(language: Language) -> frozenset[str]:
    """Words that cannot be a bare name."""
    return frozenset(keyword.spelling(language) for keyword in KEYWORDS if keyword.kind == "hard")
