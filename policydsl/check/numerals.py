"""Owns figures written in Chinese words (五万元, 百分之五, 三十个月): what they would be in digits."""

from __future__ import annotations

import re

_DIGITS = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_PARTS = {"百分之": "%", "千分之": "‰"}
_HALVES = ("一半", "半数", "二分之一")
_FRACTION = re.compile("([二两三四五六七八九十]+)分之([一二两三四五六七八九十]+)")
_FIGURE = re.compile("(百分之|千分之|万分之)?([零〇一二两三四五六七八九十百千万亿]+)(.*)", re.DOTALL)


def in_digits(text: str) -> str:
    """The figure with its unit as it is to be written; empty where `text` does not begin with one."""
    if text in _HALVES:
        return "50%"
    fraction = _FRACTION.fullmatch(text)
    if fraction is not None:
        below, above = _number(fraction[1]), _number(fraction[2])
        return f"{above}/{below}" if below and above else ""
    match = _FIGURE.fullmatch(text)
    if match is None:
        return ""
    part, words, unit = match[1] or "", match[2], match[3]
    scale = ""
    while words and words[-1] in _LARGE:
        # 五万元 is 5万元
        words, scale = words[:-1], words[-1] + scale
    number = _number(words)
    if number is None or (part and (scale or unit)):
        return ""
    if part == "万分之":
        return f"{number // 10}.{number % 10}‰" if number % 10 else f"{number // 10}‰"
    return f"{number}{_PARTS[part]}" if part else f"{number}{scale}{unit}"


def _number(words: str) -> int | None:
    total = section = digit = 0
    if not words:
        return None
    for word in words:
        if word in _DIGITS:
            digit = _DIGITS[word]
        elif word in _TENS:
            section += (digit or 1) * _TENS[word]
            digit = 0
        else:
            total = (total + section + digit) * _LARGE[word]
            section = digit = 0
    return total + section + digit
