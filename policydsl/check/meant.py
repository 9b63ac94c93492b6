"""Owns what words from elsewhere mean here: types and functions as spreadsheets and other languages call them, counts in words."""

from __future__ import annotations

import re
from collections.abc import Collection

from policydsl.diagnostics.model import Language
from policydsl.syntax.keywords import BY_ID

_TYPES: dict[str, tuple[str, ...]] = {
    "比例": ("百分比", "百分数", "比率", "占比", "%"),
    "金额": ("钱", "货币", "人民币", "金钱"),
    "文本": ("文字", "字符串", "字符", "名称"),
    "数": ("数字", "数值", "数量", "整数", "小数"),
    "布尔": ("是否", "是或否", "是/否", "真假", "布尔值", "判断"),
    "时刻": ("时间", "日期时间"),
    "日期": ("年月日", "日子", "年月", "月份"),
    "ratio": ("percent", "percentage", "rate", "share"),
    "money": ("amount", "currency", "cash"),
    "text": ("string", "str", "word"),
    "number": ("int", "integer", "float", "decimal", "count"),
    "boolean": ("bool", "yesno", "flag"),
    "moment": ("datetime", "time", "timestamp"),
    "date": ("day", "year_month", "yearmonth"),
}

_FUNCTIONS = {
    word: meant
    for meant, words in {
        "F_HALF_UP": "round 舍入 取整 四舍五入到",
        "F_UP": "roundup ceil ceiling 进一 向上取整",
        "F_DOWN": "rounddown floor trunc int 舍去 向下取整",
        "F_SUM": "sumif sumifs 求和 总和 total 加总",
        "F_COUNT": "countif countifs counta len 个数 数量 计算",
        "F_MEAN": "avg average mean 平均值 均值",
        "F_MAX": "maximum 最大值 取大 较大者",
        "F_MIN": "minimum 最小值 取小 较小者",
        "F_DISTINCT": "unique 去重",
        "F_DAYS": "days 相差天数",
        "F_YEARS": "datedif years age 年龄 周岁",
        "F_MONTHS": "months 月数 相差月数",
        "F_MONTH_END": "eomonth 月底",
        "F_YEAR_OF": "year 年",
        "F_MONTH_OF": "month 月",
        "F_DAY_OF": "day 日",
        "F_WORKDAYS": "networkdays 工作日",
    }.items()
    for word in words.split()
}
_COUNTED = ("数", "个数", "数量", "总数", "家数", "人数", "条数", "_count", "s_count")


def type_meant(text: str) -> str:
    """The word of the language for a type, or nothing."""
    return next((word for word, others in _TYPES.items() if text.lower() in others), "")


def function_meant(text: str, language: Language) -> str:
    """The function of the language that another name stands for, or nothing."""
    meant = _FUNCTIONS.get(text.casefold())
    return BY_ID[meant].spelling(language) if meant is not None else ""


def truth_meant(text: str, language: Language) -> str:
    """真 or 假 for what a sheet says instead, or nothing."""
    words = {"TRUE": ("是", "对", "√", "yes", "y"), "FALSE": ("否", "不是", "no", "n")}
    meant = next((word for word, others in words.items() if text.casefold() in others), None)
    return BY_ID[meant].spelling(language) if meant is not None else ""


def nothing_meant(text: str, language: Language) -> str:
    """Nothing, for what a notice says of those that get nothing (不予补助), or nothing at all."""
    if language == "zh":
        return (
            "0元"
            if re.fullmatch(r"(?:不予|不给予?|不再给予|不|没有)(?:奖励?|补[助贴]?|资助|支持|发放|给|享受)?", text)
            else ""
        )
    return "0" if text.casefold() in ("nothing", "nil") else ""


def count_meant(text: str, entities: Collection[str], language: Language) -> str:
    """How to write the number of rows of an entity that is named in words (企业数, number_of_firms), or nothing."""
    for entity in sorted(entities, key=len, reverse=True):
        words = (
            *(f"{entity}{end}" for end in _COUNTED),
            *(f"{of}_of_{entity}{s}" for of in ("number", "count") for s in ("", "s")),
        )
        if text in words:
            return f"{BY_ID['F_COUNT'].spelling(language)}({entity})"
    return ""
