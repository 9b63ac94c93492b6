"""Owns the wording of findings on literals: days, months, periods and numbers."""

from __future__ import annotations

from policydsl.diagnostics.code import Code
from policydsl.diagnostics.model import Weight

_ERROR = Weight.ERROR

_LITERALS = (
    Code(
        "date-form",
        _ERROR,
        "日期的写法",
        "form of a date",
        "日期「{found}」要写成「2025年8月1日」或「2025-08-01」的样子。",
        "The date “{found}” has to be written like 2025-08-01.",
    ),
    Code(
        "month-without-day",
        _ERROR,
        "月份没有写日",
        "month without a day",
        "「{found}」没有写是哪一天。",
        "“{found}” names no day.",
        "按月份计的,一律写当月 1 日,加减写「3个月」,相差几个月写「整月数(甲日, 乙日)」;到月底为止的,写当月最后一天,或者「月末(甲日)」。",
        "What is counted by months is written as the first day of the month, with `3months` to add and `months_between(a, b)` "
        "to count; what ends with the month, as its last day or `month_end(a)`.",
    ),
    Code(
        "no-such-day",
        _ERROR,
        "没有这一天",
        "no such day",
        "日历上没有「{found}」。",
        "There is no “{found}” in the calendar.",
        "请核对年、月、日和钟点;一天的最后写成 23时59分,或者次日 0时。",
        "Check year, month, day and hour; hours run from 0 to 23.",
    ),
    Code(
        "period-reversed",
        _ERROR,
        "起止颠倒",
        "period written backwards",
        "「至」后面的 {last} 早于前面的 {first}。",
        "{last} behind `to` is earlier than {first} before it.",
        "请核对年、月、日。",
        "Check years, months and days.",
    ),
    Code(
        "number-form",
        _ERROR,
        "数字的写法",
        "form of a number",
        "数字「{found}」读不了:分母是 0,或者位数过多。",
        "The number “{found}” cannot be read: it is over zero, or has too many digits.",
        "请核对这个数。",
        "Check the number.",
    ),
)

LITERALS: dict[str, Code] = {code.code: code for code in _LITERALS}
