"""Owns how people write out of habit (a notice's own words, Excel, other languages) and how the language has it instead.

A habit is a pattern and what takes its place. Whether a line that was refused was written so is not guessed: its habits are put
right one after the other, the one that gets the parser furthest first, and only a line that parses in the end is a mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from attrs import frozen

from policydsl.diagnostics.model import Language

MOST_STEPS = 6
"""Habits that one line may show."""
MOST_LINE = 300
"""Characters of a line that is tried; each try parses it anew."""

_BOUNDARY = r"(?=[\s,;:()]|$)"
_CITE = {"zh": r"(\s+依据\s.*)?$", "en": r"(\s+per\s.*)?$"}


@frozen
class Habit:
    """What is written and what takes its place; `lines`: the kinds of line where it is looked for (none: every kind)."""

    pattern: re.Pattern[str]
    into: str
    lines: tuple[str, ...] = ()


@frozen
class Mended:
    """The stretch of a line that changes, and what it becomes."""

    start: int
    end: int
    text: str


def mended(line: str, symbol: str, language: Language, left: Callable[[str], int]) -> Mended | None:
    """The line put right. `left`: how many characters of a line the parser does not get through, below zero for none."""
    if len(line) > MOST_LINE:
        return None
    text, rest = line, left(line)
    for _ in range(MOST_STEPS):
        tried = []
        for habit in _habits(language):
            if habit.lines and symbol not in habit.lines:
                continue
            other = _MARKED.sub(_plain, habit.pattern.sub(habit.into, text))
            if other != text:
                tried.append((left(other), other))
        if not tried:
            return None
        # of those that get equally far the one that stands first
        best, other = min(tried, key=lambda one: one[0])
        if best >= rest:
            return None
        rest, text = best, other
        if rest < 0:
            return _stretch(line, text)
    return None


_MARKED = re.compile("‹(.+?)›")
"""What a habit marks to be put otherwise than it stands: a figure in words (至少 ‹三›项), a word in capitals (‹AND›)."""
_DIGITS = {word: str(at) for at, word in enumerate("一二三四五六七八九十", 1)} | {"两": "2"}


def _plain(found: re.Match[str]) -> str:
    return _DIGITS.get(found[1], found[1].lower())


def _stretch(old: str, new: str) -> Mended:
    """What differs between two lines, in whole words."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    while start > 0 and not old[start - 1].isspace():
        start -= 1
    while end > 0 and not old[len(old) - end].isspace():
        end -= 1
    return Mended(start, len(old) - end, " ".join(new[start : len(new) - end].split()))


@cache
def _habits(language: Language) -> tuple[Habit, ...]:
    rows = _CHINESE if language == "zh" else _ENGLISH
    return tuple(Habit(re.compile(row[0]), row[1], row[2:]) for row in rows)


_BAND, _FIELD, _DECLARED, _EXAMPLE, _HEADER, _ITEM = (
    ("rule_line",),
    ("field",),
    ("declaration",),
    ("example_line",),
    ("header",),
    ("item_line",),
)
_FOLDS = "计数|合计|最大|最小|平均|去重计数|列出"
_COMPARED = "不低于|不少于|达到|不超过|不高于|不多于|超过|高于|多于|大于|低于|少于|小于|不足|不满|等于|为|≥|≤|>|<|="
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_WHOSE = r"(?:每年度?|年度|每[家户人个项]|单[个家项]\w{0,3}?|全年|合计|总额|累计)?"
_PAYS = r"(?:减免|补贴|补助|奖励|给予|支持|资助|扶持)?"

_BUT = r"(?:[,\s]+(?:但是?|并且?|且)?|但是?)\s*"
_MEASURED = r"[\w.]+(?:\([^()]*\))?"
"""A name, a figure, or a function of something."""
_UPTO = r"[\w.]+?(?:\([^()]*\))?"
"""The same, as short as it may be."""
_LABEL = r"(?:\([一二三四五六七八九十百\d]+\)|[①-⑳]|\d+\s*[.、)]|[一二三四五六七八九十]+、)"
"""What stands before an item of a notice: (一), 1., 1、, ①."""

_CHINESE: tuple[tuple[str, ...], ...] = (
    (r"(?:如果|假如|倘若|若是|(?<=[=\s])[当如](?=\s))\s*(?=\S)", "若 "),
    (r"\s*[,;]\s*(?=则|那么|否则|且|或|并且|或者)", " "),
    (r"(?:那么|(?<=\s)就(?=\s)|,\s*(?=\S+\s+否则))\s*", " 则 "),
    (r"\s+(?:否则的话|不然|其他情况|其它情况)\s*", " 否则 "),
    (r"(?:大于等于|大于或等于|不小于|≧)", " 不低于 "),
    (r"(?:小于等于|小于或等于|不大于|≦)", " 不超过 "),
    (r"\s*(?:并且|而且|同时|&&|&)\s*", " 且 "),
    (r"\s*(?:或者|或是|\|\|)\s*", " 或 "),
    (r"\s*==\s*", " = "),
    (r"\s+不是\s+", " 不为 "),
    (r"\s+是\s+", " 为 "),
    (r"(?:\s*乘以\s*|\s+乘\s+)", " × "),
    (r"(?<=[\w%)])\s+[xX]\s+(?=[\w(])", " × "),
    (r"\s*除以\s*", " ÷ "),
    (r"(?:\s*加上\s*|\s+加\s+)", " + "),
    (r"(?:\s*减去\s*|\s+减\s+)", " − "),
    (rf"\(({_MEASURED})\s*(?:超过|超出)\s*({_MEASURED})\s*的?部分\)", r"(\1 超过 \2 部分)"),
    (rf"\(({_MEASURED})\s*(?:不足|低于|少于)\s*({_MEASURED})\s*的?部分\)", r"(\1 不足 \2 部分)"),
    (rf"({_UPTO})中?\s*(?:超过|超出)\s*({_UPTO})\s*的?部分", r"(\1 超过 \2 部分)"),
    (rf"({_MEASURED})\s*(?:不足|低于|少于)\s*({_UPTO})\s*的?部分", r"(\1 不足 \2 部分)"),
    (rf"({_MEASURED})\s*(?:减去|减)\s*({_UPTO})\s*的?(?:差额?|余额|部分)", r"(\1 − \2)"),
    (
        rf"({_MEASURED})\s*(?:扣除|减去|扣减)\s*({_UPTO})\s*[之以]?后(?:的?(?:余额|部分|金额|差额|余数))?",
        r"(\1 − \2)",
    ),
    (
        r"=\s*([^\W\d]+?)的,?\s*(?:给予|奖励|补助|补贴|按)\s*(\S+?)[,;]\s*(?:否则|其他|其余)的?\s*(?:不予|不给)\S*?"
        + _CITE["zh"],
        r"= 若 \1 则 \2 否则 0元\3",
    ),
    (r"(?<=[^\W\d])\s+(\d[\d,.]*[^\s\d()、,]*?)及?以上", r" 不低于 \1"),
    (r"(?<=[^\W\d])\s+(\d[\d,.]*[^\s\d()、,]*?)及?以[下内]", r" 不超过 \1"),
    (r"=\s*按\s+(\S+?)(?=\s*:|\s+依据|$)", r"= 按 \1 选"),
    (r"=\s*(?:按照?|给予|一次性(?:给予|奖励|补助|补贴)?)\s*(?=\S)", "= "),
    (r"\s*(?:给予|予以|进行|的标准)?(?:补贴|补助|奖励|资助|支持|计算|计发)" + _CITE["zh"], r"\1"),
    (r"(?<=[\s(])(?:未|没有|无|不|并非)\s+(?=[^\W\d])", "非 "),
    (r"\s*的\s*,?\s*(?=(?<![规否])则\s)", " "),
    (r"\s+完成\s*(?=[\w.])", " 达到 "),
    (rf"({_COMPARED})\s*({_UPTO})\s*的?\s*(\d[\d.]*%)(?:\s*及?(?:以上|以下))?", r"\1 \2 的 \3"),
    (r"\s+(?:同比)?(?:增长|增幅|提高|上升)\s*达?到?\s*(\d[\d.]*%)\s*及?(?:以上)?(?=.*\s则\s)", r" 不低于 \1"),
    (r"\s+属于\s+(?=[^\s、,]+(?:\s|$))", " 为 "),
    (r"\s+在\s+([\w.]+?)\s*(?:之日|当日)?起\s*(\d+)\s*(年|个月)\s*(?:之|以)?内", r" 不晚于 \1 + \2\3"),
    (r"\s+在\s+([\w.]+?)\s*(?:之日|当日)?起\s*(\d+)\s*[天日]\s*(?:之|以)?内", r" 不晚于 \1 + \2天"),
    (
        r"\s+在\s+([\w.]+?)\s*(?:之日|当日)?起\s*([二两三四五六七八九十一])\s*(年|个月)\s*(?:之|以)?内",
        r" 不晚于 \1 + ‹\2›\3",
    ),
    (rf"=\s*({_MEASURED})\s*(?:上浮|提高|增加)\s*(\d[\d.]*%)" + _CITE["zh"], r"= \1 × (1 + \2)\3"),
    (rf"=\s*({_MEASURED})\s*(?:下浮|降低|减少)\s*(\d[\d.]*%)" + _CITE["zh"], r"= \1 × (1 − \2)\3"),
    (rf"({_MEASURED})\s*打\s*([1-9])\s*折", r"\1 × \g<2>0%"),
    (rf"({_MEASURED})\s*(?:减半|折半)", r"\1 × 50%"),
    (rf"({_MEASURED})\s*(?:翻倍|翻一番|加倍)", r"\1 × 2"),
    (rf"({_MEASURED})\s*占\s*({_UPTO})\s*的?(?:比例|比重|比率|百分比)", r"(\1 ÷ \2)"),
    (
        rf"=\s*取?\s*({_MEASURED})\s*[与和、]\s*({_UPTO})\s*的?(?:取小|孰低|孰小|取低|取较小者|较小值|较低者|较小者|最小值)",
        r"= 最小(\1, \2)",
    ),
    (
        rf"=\s*取?\s*({_MEASURED})\s*[与和、]\s*({_UPTO})\s*的?(?:取大|孰高|孰大|取高|取较大者|较大值|较高者|较大者|最大值)",
        r"= 最大(\1, \2)",
    ),
    (r"就高\s*\(([^()]+)\)", r"最大(\1)"),
    (r"就低\s*\(([^()]+)\)", r"最小(\1)"),
    (rf"就高\s+({_MEASURED})、({_MEASURED})", r"最大(\1, \2)"),
    (rf"就低\s+({_MEASURED})、({_MEASURED})", r"最小(\1, \2)"),
    (r"(?<=\()(?:所有|全部|各)的?\s*(?=[^\W\d])", "全体 "),
    (r"(?<=\))\s*/\s*(?=\S)", " ÷ "),
    (
        r"^(条件\s+\S+?)\s*:\s*(?:须?(?:同时|全部)(?:满足|符合|具备)(?:以?下列?(?:全部)?(?:条件|要求)?)?|以[下上]全部|全部|均须满足)\s*(.*)$",
        r"\1: 须全部 \2",
        *_DECLARED,
    ),
    (
        r"^(条件\s+\S+?)\s*:\s*(?:(?:满足|符合|具备)(?:以?下列?(?:条件|情形)?)?(?:其一|之一)|其一|之一)\s*(.*)$",
        r"\1: 任一 \2",
        *_DECLARED,
    ),
    (
        r"^(条件\s+\S+?)\s*:\s*至少\s*(?:满足|符合|具备)?\s*(?:以?下列?)?\s*([一二两三四五六七八九十]|\d+)\s*[项条个]\s*(.*)$",
        r"\1: 至少 ‹\2›项 \3",
        *_DECLARED,
    ),
    (r"(以[上下内])的?部分", r"\1 的部分", *_BAND),
    (r"(?<=[^的\s])\s*部分(?=\s)", " 的部分", *_BAND),
    (r"^([^\W\d][^\s\d]*)\s+(?:各|均|都)(?:为|是)?\s*(\d\S*)$", r"\1: \2", *_BAND),
    (r"^不足\s*(\d\S*?)\s*的?[,\s]*按照?\s*\1\s*(?:计算?|计发|支付|发放|补助|给予)?$", r"保底 \1", *_BAND),
    (r"^(?:舍去|去掉|不计)(?:小数|尾数|角分)$|^角分不计$", "向下 到 元", *_BAND),
    (r"^四舍五入取整$", "四舍五入 到 元", *_BAND),
    (r"^除外\s+([^\W\d]+)$", r"除外 \1: 当 \1 则 0元", *_BAND),
    (r"^([^\W\d]+?)的?除外$", r"除外 \1: 当 \1 则 0元", *_BAND),
    (r"^以\s*(\S+?)\s*为(?:上限|最高限额|限)$", r"封顶 \1", *_BAND),
    (r"^以\s*(\S+?)\s*为下限$", r"保底 \1", *_BAND),
    (
        r"^(?:除外|但?)\s*([^\W\d]+?)\s*的?\s*,?\s*(?:不予|不给予?|不再|不得)(?:补贴|补助|奖励|资助|支持|享受)$",
        r"除外 \1: 当 \1 则 0元",
        *_BAND,
    ),
    (r"^除外\s+([^\W\d]+?)\s*(?:的,?)?\s*(?:为|按)\s*(\d\S*)$", r"除外 \1: 当 \1 则 \2", *_BAND),
    (r"^(?:仅|只|限|仅限|只限)\s*(?:适用)?\s*(?:于|给)?\s*([^\W\d]+?)\s*的?$", r"适用 当 \1", *_BAND),
    (rf"({_FOLDS})\s+([\w.]+)", r"\1(\2)"),
    (rf"({_FOLDS})\((\w+)\s+(?=[\w.]+\s+\d)", r"\1(\2 其中 "),
    (rf"({_FOLDS})\((\w+)\s*[,]?\s*(?=[\w.]+\s*(?:{_COMPARED}))", r"\1(\2 其中 "),
    (r"([\w.]+)\s*(?:之和|的?总和|的?合计)" + _BOUNDARY, r"合计(\1)"),
    (r"([\w.]+)\s*的?(?:最大值|最高值)" + _BOUNDARY, r"最大(\1)"),
    (r"([\w.]+)\s*的?(?:最小值|最低值)" + _BOUNDARY, r"最小(\1)"),
    (r"([\w.]+)\s*的?(?:平均值|均值|平均数)" + _BOUNDARY, r"平均(\1)"),
    (r"(\w+)\s*的(?:个数|数量|家数|条数|总数)" + _BOUNDARY, r"计数(\1)"),
    (
        r"=\s*(.+?)[,\s]+(四舍五入|向上|向下)(?:取整)?\s*(?:到|至)\s*(\S+?)" + _CITE["zh"],
        r"= \2(\1, \3)\4",
    ),
    (r"=\s*(.+?)[,\s]+(四舍五入|向上|向下)取整" + _CITE["zh"], r"= \2(\1, 1)\3"),
    (
        rf"=\s*(.+?){_BUT}{_WHOSE}(?:封顶|最高不得?超过|最多不得?超过|最高|最多|不得?超过|上限为?|以内)\s*(\S+?)"
        + _CITE["zh"],
        r"= 最小(\1, \2)\3",
    ),
    (
        rf"=\s*(.+?){_BUT}{_WHOSE}(?:保底|最低不得?低于|最少不得?少于|最低|最少|不得?低于|不得?少于|下限为?)\s*(\S+?)"
        + _CITE["zh"],
        r"= 最大(\1, \2)\3",
    ),
    (r"^(规则|标准)\s*(\S+?)\s*:\s*(?=\S)", r"\1 \2 = ", *_DECLARED),
    (r"^(规则|标准)\s*(\S+?)\s+(?:为|等于)\s+", r"\1 \2 = ", *_DECLARED),
    (r"^主键\s+(\S+?)\s*:\s*(.+)$", r"\1: \2 主键", *_FIELD),
    (r"^(\S+?)\s*\((\S+)\)\s*:?$", r"\1: \2", *_FIELD),
    (r"^(\S+)\s+(\S+)$", r"\1: \2", *_FIELD),
    (r"\s*(?:必填|非空)" + _BOUNDARY, "", *_FIELD),
    (r"\s*(?:可空|选填|可选|可不填)" + _BOUNDARY, " 或无", *_FIELD),
    (r"^(?:其他|其它|其余|余下|除此之外|否则)[:\s]+", "否则 ", *_BAND),
    (rf"^{_LABEL}\s*(?=\S)", "", *_ITEM),
    (r"^(\([一二三四五六七八九十百\d]+\)|[①-⑳]|[一二三四五六七八九十\d]+)\s*[.、)]?\s*(?=\S)", r"「\1」: ", *_ITEM),
    (rf"(:\s*){_LABEL}\s*(?=\S)", r"\1", *_ITEM, *_DECLARED),
    (r"^(表\s+.+?)\s+自\s*(\S+?)\s*起\s*按\s*(.+?)\s*(?=\s其余照旧|:|$)", r"\1 按 \3 自 \2 起", *_DECLARED),
    (r"¥\s*(\d[\d,]*(?:\.\d+)?)", r"\1元"),
    (r"^(?:主对象|对象|主要对象)\s+(\S+)$", r"主体 \1", *_HEADER),
    (r"^(?:文号|通知编号|文件编号)\s+(?=\S)", "编号 ", *_HEADER),
    (r"^(?:发文机关|发布单位|发布机关|发文单位|印发单位|印发机关)\s+(?=\S)", "发布 ", *_HEADER),
    (r"^(?:发布日期|印发日期|发文日期|成文日期|印发)\s+(?=\S)", "日期 ", *_HEADER),
    (r"^(?:施行日期|生效日期|执行日期|有效期|实施)\s+(?:自|从)?\s*(?=\S)", "施行 自 ", *_HEADER),
    (r"^(\w+?)\s*:\s*(?=\S)", r"\1 ", *_HEADER),
    (r"^(?:最高|最多|最低|最少)?(不超过|不高于|不多于|不低于|不少于)\s*([^\s\d]+?)的\s*(?=\d)", r"\1 \2 的 ", *_BAND),
    (rf"^[\w.]+(?<!不)(?<!不[得能应可])\s*(?={_COMPARED})", "", *_BAND),
    (r"(?<![\w.])不[得能应可]?(超过|高于|多于|低于|少于)", r"不\1", *_BAND),
    (rf"^{_WHOSE}(?:最高|最多|上限){_PAYS}(?:限额|额度|金额)?(?:不超过|为)?\s*(?=[\w(])", "封顶 ", *_BAND),
    (rf"^{_WHOSE}(?:最低|最少|下限){_PAYS}(?:不低于|不少于|为)?\s*(?=[\w(])", "保底 ", *_BAND),
    (r"(?<=[^\W\d])的\s*(?=\d)", " 的 ", *_BAND),
    (r"^起步[:,]?\s*(?=\d)", "起步 给予 ", *_BAND),
    (r"^不适用\s*当\s+(\w+)" + _CITE["zh"], r"适用 当 非 \1\2", *_BAND),
    (r"^不适用\s*当\s+(.+?)" + _CITE["zh"], r"适用 当 非 (\1)\2", *_BAND),
    (r"^(四舍五入|向上|向下)(?:取整)?,?(?:保留)?(?:到|至|为)?\s*(元|角|分|百元|千元|万元)$", r"\1 到 \2", *_BAND),
    (r"^(?:精确|保留|取整|计算|算)(?:到|至)\s*(\S+)$", r"四舍五入 到 \1", *_BAND),
    *(
        (rf"^(?:四舍五入)?,?(?:保留|精确到|到|至|取|\s)*(?:{many})(?:位)?小数$", f"四舍五入 到 {places}位小数", *_BAND)
        for places, many in ((1, "1|一"), (2, "2|两|二"), (3, "3|三"), (4, "4|四"))
    ),
    (r"^(?:四舍五入)?(?:保留|取|到|至)*整数$", "四舍五入 到 整数", *_BAND),
    (r"^前\s*(\d+)\s*(?:名|位)[:,]?\s+(?:给予\s*)?(?=\S)", r"不超过 \1 给予 ", *_BAND),
    (r"^第\s*(\d+)\s*(?:名|位)[:,]?\s+(?:给予\s*)?(?=\S)", r"等于 \1 给予 ", *_BAND),
    (
        r"^第\s*(\d+)\s*(?:名|位)?\s*(?:[-−~—–]|到|至)\s*第?\s*(\d+)\s*(?:名|位)[:,]?\s+(?:给予\s*)?(?=\S)",
        r"\1 至 \2 给予 ",
        *_BAND,
    ),
    (r"^第(\d+)([^\W\d]+?)(?:及|或)?(?:起|以后|之后)[:,]?\s+(?=\S)", r"\1\2 以上  ", *_BAND),
    (r"^第?(\d+)((?!名|位|\w*以[上下内]|\w*部分)[^\W\d]+?)[:,]?\s+(?:给予\s*)?(?=\S)", r"等于 \1\2  ", *_BAND),
    (
        r"^第(\d+)([^\W\d]*?)\s*(?:[-−~—–]|到|至)\s*第?(\d+)((?!名|位)[^\W\d]+?)[:,]?\s+(?=\S)",
        r"\1\4 至 \3\4  ",
        *_BAND,
    ),
    (rf"÷\s*({_NUMBER}[^\s/·]*/[^\W\d]+?)[/·]每?([^\W\d]+)", r"÷ (\1 ÷ 1\2)"),
    (rf"(?<!÷ )(?<![\d.])({_NUMBER}[^\s/·\d]*/[^\W\d]+?)[/·]每?([^\W\d]+)", r"\1 ÷ 1\2"),
    (r"(?<=[\s(])([^\W\d]+?)(?:日期|日|时间)?已?满\s*(\d+)\s*周?年", r"周年数(\1日, 申报日) 不低于 \2年"),
    (r"^(\S+?)\s*:\s*[%‰](?=\s|$)", r"\1: 比例", *_FIELD),
    (r"\s*未填按\s*否" + _BOUNDARY, " 未填按 假", *_FIELD),
    (r"\s*未填按\s*是" + _BOUNDARY, " 未填按 真", *_FIELD),
    (r"([\w.]+)\s*(?:在|属于|为|发生在)\s*(\d{4})\s*年(?:度)?(?:以?内|期间)?" + _BOUNDARY, r"年份(\1) 为 \2"),
    (r"(?:排名|排序|排位|名次)\(([\w.]+)\s*[从由按]([高低])[到至往][高低]", r"名次(\1 从\2"),
    (r"(从[高低])[、,]?\s*([\w.]+)\s*[从由按]([高低])[到至往][高低]", r"\1、\2 从\3"),
    (rf"({_NUMBER}\S*?)\s*:\s+(?=\S)", r"\1  ", *_BAND),
    (rf"^({_NUMBER})\s*[到至]\s*({_NUMBER})([^\s\d:]+)", r"\1\3 至 \2\3", *_BAND),
    (rf"^({_NUMBER}[^\s\d]+?)\s*[到至]\s*({_NUMBER}[^\s\d:]+)", r"\1 至 \2", *_BAND),
    (
        r"^每(?:增加|增长|新增|超过|超出|满)?\s*(\S+?)[,\s]*(?:再)?(?:给予|给|奖励|奖|补助|补贴|补|增加)\s*(\S+)$",
        r"每 \1 给予 \2",
        *_BAND,
    ),
    (
        r"^((?!每|第[一二三四五六七八九十\d]+[名位]|前|起|达|满|超|不|[最上下]|限|但|仅)[^\W\d]+)\s+(\d\S*)$",
        r"\1: \2",
        *_BAND,
    ),
    (r"^(\w+)\s*[=:]\s*(?=\S)", r"设 \1 = ", *_EXAMPLE),
    (r"^(\w+)\s+(?=\S)", r"设 \1 = ", *_EXAMPLE),
    (r"^(?:给定|假设|已知|输入)(?:\s*[:,]\s*|\s+)", "设 ", *_EXAMPLE),
    (r"^(?:应得|得到|得|结果|预期|期望|输出)(?:\s*[:,]\s*|\s+)", "应 ", *_EXAMPLE),
    (r"\s+(?:依据|根据|按照|出处|见)\s*:\s*(?=\S)", " 依据 "),
    (r"\s+(?:根据|按照|出处|见)\s+(?=\S+$)", " 依据 "),
)

_FOLDED = "count|sum|max|min|mean|distinct"
_WORDED = "not below|at least|reaches|not over|not above|at most|over|above|below|under|is|equals|≥|≤|>|<|="

_LABEL_EN = r"(?:\((?:\d+|[a-z]|[ivx]+)\)|\d+\s*[.)])"

_ENGLISH: tuple[tuple[str, ...], ...] = (
    (r"\s*[,;]\s*(?=then|else|otherwise|and|or)", " "),
    (r"\botherwise\b", "else"),
    (r"\belif\b|\belsif\b|\belse,?\s+when\b", "else if"),
    (r"\bwhen\b(?=.*\bthen\b)", "if"),
    (r"\s*(?:&&|&)\s*", " and "),
    (r"\s*\|\|\s*", " or "),
    (r"\b(?:greater than or equal to|no less than|no fewer than)\b", "not below"),
    (r"\b(?:less than or equal to|no more than|no greater than)\b", "not over"),
    (r"\b(AND|OR|IF|THEN|ELSE|NOT)\b", r"‹\1›"),
    (r"\bof\s+the\s+", "of "),
    (r"(?<=[\w%)])\s+(?:times|multiplied by|[xX])\s+(?=[\w(])", " × "),
    (r"\s+(?:divided by)\s+", " ÷ "),
    (r"\s+plus\s+", " + "),
    (r"\s+minus\s+", " − "),
    (rf"\b({_FOLDED})(?:\s+of)?\s+([\w.]+)", r"\1(\2)"),
    (rf"\b({_FOLDED})\((\w+)\s*,?\s*(?=[\w.]+\s*(?:{_WORDED}))", r"\1(\2 where "),
    (
        r"=\s*(.+?),?\s+(?:but\s+)?(?:capped at|up to|at most|not over|no more than|limited to|maximum)\s+(\S+?)"
        + _CITE["en"],
        r"= min(\1, \2)\3",
    ),
    (
        r"=\s*(.+?),?\s+(?:but\s+)?(?:at least|not below|no less than|minimum)\s+(\S+?)" + _CITE["en"],
        r"= max(\1, \2)\3",
    ),
    (r"=\s*(.+?),?\s+rounded up to\s+(?:the nearest\s+)?(\S+?)" + _CITE["en"], r"= round_up(\1, \2)\3"),
    (r"=\s*(.+?),?\s+rounded down to\s+(?:the nearest\s+)?(\S+?)" + _CITE["en"], r"= round_down(\1, \2)\3"),
    (r"=\s*(.+?),?\s+rounded to\s+(?:the nearest\s+)?(\S+?)" + _CITE["en"], r"= round_half_up(\1, \2)\3"),
    (r"^(rule|parameter)\s+(\S+?)\s*:\s*(?=\S)", r"\1 \2 = ", *_DECLARED),
    (r"^(rule|parameter)\s+(\S+?)\s+is\s+", r"\1 \2 = ", *_DECLARED),
    (r"^key\s+(\S+?)\s*:\s*(.+)$", r"\1: \2 key", *_FIELD),
    (r"^(\S+?)\s*\((\S+)\)\s*:?$", r"\1: \2", *_FIELD),
    (r"^(\S+)\s+(\S+)$", r"\1: \2", *_FIELD),
    (r"\s*(?:required|mandatory)\b", "", *_FIELD),
    (r"\s*(?:optional|nullable)\b", " or none", *_FIELD),
    (r"^(?:other|others|otherwise|default|any other|else)[:\s]+", "else ", *_BAND),
    (rf"^{_LABEL_EN}\s*(?=\S)", "", *_ITEM),
    (r"^(\((?:\d+|[a-z]|[ivx]+)\)|\d+)\s*[.)]?\s*(?=\S)", r"「\1」: ", *_ITEM),
    (rf"(:\s*){_LABEL_EN}\s*(?=\S)", r"\1", *_ITEM, *_DECLARED),
    (
        r"^(table\s+.+?)\s+from\s+(\S+)\s+onward\s+by\s+(.+?)\s*(?=\srest unchanged|:|$)",
        r"\1 by \3 from \2 onward",
        *_DECLARED,
    ),
    (r"\b([A-Z]{3})\s+(\d[\d,]*(?:\.\d+)?)", r"\2\1"),
    (r"\$\s*(\d[\d,]*(?:\.\d+)?)", r"\1USD"),
    (r"£\s*(\d[\d,]*(?:\.\d+)?)", r"\1GBP"),
    (r"€\s*(\d[\d,]*(?:\.\d+)?)", r"\1EUR"),
    (r"^(?:subject|main entity|entity|about)\s+(\S+)$", r"main \1", *_HEADER),
    (r"^(?:date|published on|issued)\s+(?=\S)", "published ", *_HEADER),
    (r"^(?:number|no|reference|ref)\.?\s+(?=\S)", "id ", *_HEADER),
    (r"^(?:issued by|authority|agency|publisher|by)\s+(?=\S)", "issuer ", *_HEADER),
    (r"^(\w[\w ]*?)\s*:\s*(?=\S)", r"\1 ", *_HEADER),
    (rf"^[\w.]+\s*(?={_WORDED})", "", *_BAND),
    (rf"({_NUMBER}\S*?)\s*:\s+(?=\S)", r"\1  ", *_BAND),
    (
        r"^(?:for )?(?:each|every|per)\s+(?:further\s+|additional\s+)?(\S+?),?\s+(?:gives|give|pays|pay|add|adds)\s+(\S+)$",
        r"every \1 gives \2",
        *_BAND,
    ),
    (r"^((?!each|every|not|over|above|below|from|first|start)[A-Za-z_]+)\s+(\d\S*)$", r"\1: \2", *_BAND),
    (r"^(\w+)\s*[=:]\s*(?=\S)", r"given \1 = ", *_EXAMPLE),
    (r"^(\w+)\s+(?=\S)", r"given \1 = ", *_EXAMPLE),
    (r"^(?:when|input|assume)\s*[:,]?\s*", "given ", *_EXAMPLE),
    (r"^(?:expect|result|output|should be)\s*[:,]?\s*", "then ", *_EXAMPLE),
    (r"\s+(?:per|see|under)\s*:?\s*(?=\S+$)", " per "),
)
