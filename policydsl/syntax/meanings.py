"""Owns what each word of the language says, in a few words of Chinese and English, for the page of all words."""

from __future__ import annotations

GROUPS: dict[str, tuple[str, str, str]] = {
    "declaration": ("声明", "Declarations", "在行首。 At the start of a line."),
    "header": ("政策的各项", "Lines of the head", "在「政策」下面的行首。 Under `policy`."),
    "line of a block": ("块里的行", "Lines of a block", "在规则、任务、读法、算例等下面的行首。 Under a declaration."),
    "mark of a declaration": ("声明的标记", "Marks", "在名称、类型或值的后面。 After a name, a type or a value."),
    "row": ("行里的词", "Words within a line", "在值的后面。 After a value."),
    "logic": ("条件", "Conditions", "在值的后面。 After a value."),
    "comparator": (
        "比较词",
        "Comparators",
        "后面是数。含不含本数依《民法典》第一千二百五十九条,也可以写明「(含)」「(不含)」。 Before the number; "
        "whether it is included follows art. 1259 of the Civil Code and may be written out.",
    ),
    "postfix comparator": ("数后面的比较词", "Comparators after the number", "`1000元 以下`。"),
    "value": (
        "值",
        "Values",
        "可以写值的地方都算数;要当名称用,写在「」里。 Wherever a value may begin; as names they need 「」.",
    ),
    "function": ("函数", "Functions", "后面紧跟括号。 Directly before a bracket."),
}

TYPES: dict[str, tuple[str, str]] = {
    "布尔": ("真或假", "true or false"),
    "文本": ("文字", "a text"),
    "日期": ("年月日", "a day"),
    "时刻": ("日期和钟点", "a day and a time"),
    "数": ("没有单位的数", "a number without a unit"),
    "整数": ("没有单位的整数", "a whole number without a unit"),
    "比例": ("百分数,如 85%", "a ratio, like 85%"),
    "金额": ("本币的金额", "an amount of the policy's currency"),
}
"""By Chinese name: what a built-in type holds."""

_ROWS = """
POLICY      | 文件的第一项:政策的名称 | the policy and its title, first in a file
ROLL        | 一组成员,如行政区 | a list of members, like districts
UNITS       | 计数单位 | units of count
CLAUSE      | 通知的一条 | a clause of the notice
ENTITY      | 一类数据,一张表 | a kind of thing with data, one table
PART        | 一组规则,把依据借给里面的各项 | a group of rules, which lends them its citation
ON          | 里面的规则属于哪个对象 | whose rules these are
TABLE       | 按键查的表 | a table to look up by its keys
RULE        | 算出一个值 | what computes a value
TASK        | 要完成的事和怎样算完成 | what has to be done, and when it counts as done
CONSTRAINT  | 数据必须满足的条件 | what the data must satisfy
READING     | 一处文字的几种理解 | the ways a passage can be understood
DECISION    | 由人定的数 | a figure that an office decides
EXAMPLE     | 一组事实和应有的结果 | facts and the results they must have
PARAMETER   | 通知里的一个数 | a figure of the notice
FORMULA     | 自己的函数 | a function of one's own
CONDITIONS  | 几项条件 | a list of conditions
MATERIALS   | 几份材料 | a list of papers to hand in
CALENDAR    | 工作日历 | a calendar of working days
IMPORT      | 用另一个文件里的名录、单位、表、标准、公式、日历 | what another file shares
ERRATUM     | 通知印错的一个词 | a word that the notice was printed with by mistake
REGISTER    | 企业名单,用来核对和计数 | a list of firms to match and count
PROPERTY    | 规则必须有的性质 | what must always be so of the rules
H_ID        | 文号或代号 | the number of the document
H_ISSUER    | 发布机关 | who issued it
H_DATE      | 发布日期 | when it was issued
H_MAIN      | 没有写明对象的规则属于谁 | whose rules they are where nothing else is said
H_ZONE      | 时区 | the time zone
H_CURRENCY  | 币种 | the currency
H_FORCE     | 从哪天到哪天施行 | from when to when it is in force
H_BASIS     | 按哪个日期选法 | the date that chooses the law of a case
H_BASED     | 以哪个政策为底本 | the policy that this one changes in part
EVERY_STEP  | 递增的一步 | one step of an increment
JOIN_SUM    | 各种口径相加 | the routes are added up
UNCAPPED    | 没有上限 | there is no cap
CAP         | 最多给多少 | the most it may be
FLOOR       | 最少给多少 | the least it may be
AT_START    | 达到起点就给 | what is given at the start
STARTED     | 不满一步也算一步 | a step begun counts as one
MOST_STEPS  | 最多几步 | the most steps that count
R_HALF_UP   | 逢五进一 | half goes up
R_UP        | 取整时进上去 | away to the next above
R_DOWN      | 取整时舍去 | away to the next below
R_EVEN      | 逢五成双 | half goes to the even one
REMARK      | 给人看的说明 | a note for readers
EVIDENCE    | 证明完成的材料 | what proves it
DUE         | 完成的期限 | when it is due
CHARGE      | 谁负责 | who is responsible
ADOPT       | 采用的读法 | the reading in use
ALTERNATIVE | 另一种读法 | another reading
SET         | 给定的事实 | the facts given
SHOULD      | 应有的结果 | the results expected
ON_DATE     | 按哪一天算 | the day it is computed for
EXCEPT      | 例外 | an exception
APPLIES     | 什么时候适用 | when it applies
BEFORE_THAT | 最早一版以前 | before the earliest version
COVERS      | 日历从哪天到哪天 | the days a calendar covers
HOLIDAYS    | 放假的日子 | days off
AMEND       | 对另一份通知作什么改动 | what this notice does to another
REPEAL      | 不再有效 | no longer in force
KEEP        | 照旧有效 | stays in force
AMENDED     | 换成另一个值或另一条 | another value or text in its place
ADD         | 原来没有的 | what was not there
MERGE       | 移到本通知里来 | moved into this notice
RESTORE     | 废止了的重新有效 | what was repealed is in force again
SUPERSEDE   | 整份由本通知代替 | this notice takes the place of the whole
PAST        | 以前的案件按新的还是旧的 | which law a case of the time before is under
WAS         | 原来的值 | the old value
NEW_LAW     | 按新规定 | by the new law
OLD_LAW     | 按旧规定 | by the old law
BETTER_LAW  | 两种都算,取高的 | both, and the higher counts
MAKE_UP     | 调休上班的日子 | days off that are worked
COL_CODE    | 哪一列是统一社会信用代码 | the column of the registration code
COL_NAME    | 哪一列是企业名称 | the column of the firm's name
COL_FORMER  | 哪一列是更名以前的名称 | the column of the name before a change
COL_PLACE  | 哪一列说明企业算在谁那里 | the column that says where the firm is counted
CITED       | 出自哪一条 | the clause it comes from
BELONGS     | 是谁的子项 | whose child it is
SINGLETON   | 只有一行 | it has a single row
AT_MOST_ONE | 每个上级至多有一行 | at most one row for each parent
KEY         | 用来指认一行 | what tells one row from another
COMPLETE    | 名录里的都在,缺的算未知 | every member is there; those missing are unknown
OR_NONE     | 可以写「无」 | it may be `none`
FRACTIONAL  | 可以不是整数 | it need not be whole
SOURCE      | 数据从哪里来 | where the data come from
DEFAULT     | 空着按多少算 | what a blank counts as
REASON      | 为什么这样理解 | why it is read so
COUNTED     | 由哪些名册的交集计数 | counted as the firms that are in all these registers
JUDGEMENT   | 由人判断,不由计算 | a person judges it
OFFICE      | 由谁 | by whom
NO_RULES    | 这一条不产生规则 | the clause makes no rules
AS_LIST     | 可以有几个值 | it may have several values
HIT_UNIQUE  | 只有一行合用 | only one row fits
HIT_FIRST   | 用第一个合用的行 | the first row that fits is taken
DAY_BEFORE  | 在那以前 | before it
UNKNOWN     | 没有报来 | not reported
INVALID     | 违反约束 | against a constraint
GIVE        | 后面是给的值 | what follows is the value
OF_PART     | 只算超出的一段 | only of what lies beyond
TO          | 到哪里为止 | to the other end
INCLUSIVE   | 包括本数 | including the number
EXCLUSIVE   | 不包括本数 | excluding the number
WITH_DAY    | 那一天也算 | including that day
SANS_DAY    | 那一天不算 | excluding that day
WHEN        | 在什么条件下 | on what condition
FROM        | 从哪里起 | from where
CHOSEN      | 各行写各种情形 | the lines below are the cases
ROUND_TO    | 取整到多少 | what is rounded to
ONWARD      | 从那天开始 | from that day on
PREVAILS    | 比谁优先 | what it prevails over
PORTION     | 超过(或不足)的一段 | what lies beyond (or short of) it
ALWAYS      | 任何数据下都成立 | it holds whatever the data
INCREASES   | 变大 | gets larger
DECREASES   | 变小 | gets smaller
AT_THAT     | 那时 | then
NOT_LESS    | 不会变小 | does not get less
NOT_MORE    | 不会变大 | does not get more
WHENEVER    | 在什么条件下就有什么 | on what condition something holds
EACH_MORE   | 每变大这么多 | each time it gets larger by so much
NO_JUMP     | 一步最多变多少 | how much one step may change it
FREE_OF     | 不由什么决定 | what has no say in it
NOWISE      | 换成别的值也一样 | whatever its value
ROW_ORDER   | 各行换了次序也一样 | in whatever order its rows stand
SPLIT       | 分成两份 | in two parts
SAME_SUM    | 两份的结果加起来和原来一样 | the outcomes of the parts add up to that of the whole
PARTS_SUM   | 各行的数加起来正好是 | the figures of the rows make exactly
PARTS_MOST  | 各行的数加起来最多是 | the figures of the rows make at most
ALL_OF      | 每一项都要 | every one of them
ANY_OF      | 有一项就行 | one of them is enough
LEAST_OF    | 至少几项 | at least so many of them
ANY         | 不论什么值 | whatever the value
QUICK       | 印出来的速算扣除数,核对用 | the printed quick deduction, which is verified
SO_FAR      | 印出来的前面各段的合计,核对用 | the printed total of the slices before, which is verified
BY_ORDER    | 按什么排先后 | in what order
NTH_AT      | 第几行 | which row in the order
APPLIED_TO  | 只有符合条件的才用本文件的规定 | the rows that the new provisions are for; the others stay under the base
SHOULD_BE   | 正确的词 | the right words
REST_SAME   | 没有写的行和以前一样 | rows that are not said are as before
GROUPED     | 按什么分组 | within which groups
FIRST_CASE  | 第一行没有上一行,用什么 | what the first row has in its place
LIMIT_TO    | 总共到多少为止 | up to how much in all
HIGH_FIRST  | 大的在前 | the larger first
LOW_FIRST   | 小的在前 | the smaller first
TIES        | 相同的怎样排 | how equals are placed
SAME_PLACE  | 相同的同一名次 | equals share a place
DENSE       | 后面的名次不空 | no place is left out after them
REMAINDER   | 取整的零头归谁 | who gets what rounding leaves over
LARGEST     | 最大的一份 | the largest share
FIRST_ROW   | 第一行 | the first row
LAST_ROW    | 最后一行 | the last row
AND         | 两边都成立 | both hold
OR          | 一边成立就行 | one of them holds
THEN        | 成立时的值 | the value if so
ELSE        | 其余情形的值 | the value otherwise
IN          | 是其中之一 | is one of
NOT_IN      | 不是其中之一 | is none of
OF          | 乘:基数 的 5% | times: `base of 5%`
FILTER      | 哪些行;或者给一个值起名 | which rows; or a local name
SATISFIES   | 每一行要满足什么 | what each row must satisfy
IF_EMPTY    | 一行也没有时的值 | the value where there are no rows
IF_NA       | 不适用时的值 | the value where it is not applicable
IF_NONE     | 是「无」时的值 | the value where it is none
GE_BELOW    | 含本数 | including the number
GE_LESS     | 含本数 | including the number
GE_LEAST    | 含本数 | including the number
GE_REACH    | 含本数 | including the number
GE_FULL     | 含本数 | including the number
LE_OVER     | 含本数 | including the number
LE_ABOVE    | 含本数 | including the number
LE_MORE     | 含本数 | including the number
LE_MOST     | 含本数 | including the number
GT_OVER     | 不含本数 | excluding the number
GT_ABOVE    | 不含本数 | excluding the number
GT_MORE     | 不含本数 | excluding the number
GT_GREATER  | 不含本数 | excluding the number
LT_BELOW    | 不含本数 | excluding the number
LT_SHORT    | 不含本数 | excluding the number
LT_UNDER    | 不含本数 | excluding the number
LT_FEWER    | 不含本数 | excluding the number
LT_LESS     | 不含本数 | excluding the number
GE_DATE     | 含当日 | that day or later
LE_DATE     | 含当日 | that day or earlier
LT_DATE     | 不含当日 | earlier than that day
GT_DATE     | 不含当日 | later than that day
POST_GE     | `≥` 含本数 | `≥` including the number
POST_LE     | `≤` 含本数 | `≤` including the number
POST_LE_IN  | `≤` 含本数 | `≤` including the number
IF          | 按条件取值 | a value by a condition
NOT         | 不成立 | it does not hold
TRUE        | 是 | yes
FALSE       | 否 | no
NONE        | 没有 | there is none
THIS        | 规则所说的那一行 | the row the rule is about
ALL_ROWS    | 所有的行,不只是本行的子项 | every row, not this row's children only
BANDS       | 达到哪一档取哪一档的值 | the value of the one band reached
BRACKETS    | 每一段按本段的标准 | each slice at its own rate
INCREMENT   | 每满一步给一份 | so much for each whole step
BY          | 按什么选;按什么查表、分摊 | by what is chosen, looked up, shared
PENDING     | 等人决定 | a person has to decide
INAPPLICABLE | 没有这个值 | there is no such value here
JOIN_MAX    | 取最高的 | the highest
JOIN_MIN    | 取最低的 | the lowest
IN_TURN     | 按先后,到限额为止 | in order, up to a limit
ALL_TASKS   | 每项任务都完成 | every task is done
UNMET_TASKS | 没有完成的任务的名称 | the names of the tasks not done
F_COUNT     | 有几行 | how many rows
F_SUM       | 加起来 | the sum
F_MAX       | 最大的 | the largest
F_MIN       | 最小的 | the smallest
F_MEAN      | 平均数 | the mean
F_ANY       | 有一行满足 | some row satisfies it
F_ALL       | 每一行都满足 | every row satisfies it
F_DISTINCT  | 有几个不同的值 | how many different values
F_LIST      | 列成清单 | a list of the values
F_ABS       | 去掉负号 | without its sign
F_HAS       | 不是「无」 | it is not none
F_HALF_UP   | 逢五进一 | half goes up
F_UP        | 进上去 | to the next above
F_DOWN      | 舍去 | to the next below
F_EVEN      | 逢五成双 | half goes to the even one
F_YEARS     | 满几周年 | whole years between
F_MONTHS    | 满几个月 | whole months between
F_DAYS      | 相差几天 | days between
F_YEAR_OF   | 日期的年 | the year of a day
F_MONTH_OF  | 日期的月 | the month of a day
F_DAY_OF    | 日期的日 | the day of the month
F_DATE      | 年、月、日合成日期 | a day from year, month and day
F_MONTH_END | 当月最后一天 | the last day of the month
F_OVERLAP   | 两段时间重叠几天 | days that two periods share
F_UNMET     | 没有满足的各项的名称 | the names of the items not met
F_WORKDAYS  | 相差几个工作日 | working days between
F_FIRST     | 排在最前的一行 | the first row in order
F_LAST      | 排在最后的一行 | the last row in order
F_NTH       | 按次序的第几行 | the nth row in order
F_COVERED   | 几段时间合起来的天数,重叠的只算一次 | days that at least one of the periods covers
F_CEILING   | 人来决定的,最多可能多少 | the most a decision could make of it
F_BASEMENT  | 人来决定的,最少可能多少 | the least a decision could make of it
O_RUNNING   | 从头到本行的合计 | the total up to this row
O_BEFORE    | 本行以前的合计 | the total before this row
O_PREVIOUS  | 前一行的值 | the value in the row before
O_RANK      | 排第几 | its place in the ranking
O_SHARE     | 把总数分完 | the whole, shared out
O_SCALE     | 按比例减到预算以内 | scaled down to a budget
"""


def _read() -> dict[str, tuple[str, str]]:
    found = {}
    for row in _ROWS.strip().splitlines():
        id_, zh, en = (cell.strip() for cell in row.split("|"))
        found[id_] = (zh, en)
    return found


MEANINGS: dict[str, tuple[str, str]] = _read()
"""By keyword id: what the word says, in Chinese and in English."""
