"""Invented registers of firms: codes with both check signs right in region 440199, which no place has; names that say 示例."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
POLICY = """政策 “示例”:
    主体 区

名录 行政区: 甲区 (east)、乙区
单位 家

名册 认定名单 (recognised): 依据 八(二)1
    代码  统一社会信用代码
    名称  企业名称、单位名称
    归属  所在区

名册 四上库 (large): 依据 八(二)2
    代码  统一社会信用代码
    名称  企业名称
    归属  所在区

名册 专利授权 (patents): 依据 八(二)4
    代码  统一社会信用代码
    名称  权利人

名册 更名对照 (renamed): 依据 八(二)
    曾用名  原名称
    名称    现名称
    代码    统一社会信用代码

对象 区:
    名称:      行政区  主键 齐全
    认定数:    家      计自 认定名单  依据 八(二)1
    规上数:    家      计自 认定名单 且 四上库  依据 八(二)2
    专利数:    家      计自 认定名单 且 专利授权  依据 八(二)4

规则 奖励 = 认定数 × 100元/家 + 规上数 × 10元/家 + 专利数 × 1元/家  依据 一
"""


def credit_code(number: int) -> str:
    """An invented 统一社会信用代码 with both check signs right (GB 11714, GB 32100)."""
    subject = f"{number:08d}"
    weighed = sum(int(digit) * weight for digit, weight in zip(subject, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    body = f"91440199{subject}{'0123456789X'[-weighed % 11]}"
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def firm(number: int) -> str:
    """The name of an invented firm."""
    return f"示例{number:06d}(广州)科技有限公司"


HEADS = {
    "认定名单": ("批次", "企业名称", "统一社会信用代码", "所在区"),
    "四上库": ("统一社会信用代码", "企业名称", "所在区"),
    "专利授权": ("专利号", "权利人", "统一社会信用代码"),
    "更名对照": ("原名称", "现名称", "统一社会信用代码"),
    "区": ("名称", "认定数", "规上数", "专利数"),
}


def written(folder: Path, tables: dict[str, Sequence[Sequence[object]]]) -> list[Path]:
    """Tables as .csv files in a folder, with their heads."""
    made = []
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        buffer = StringIO()
        csv.writer(buffer).writerows([HEADS[name], *rows])
        path.write_text(buffer.getvalue(), encoding="utf-8")
        made.append(path)
    return made


def recognised(count: int, districts: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """A list of recognised firms: every tenth without its code, every hundredth with a slip in it."""
    for number in range(count):
        code = credit_code(number)
        if number % 10 == 3:
            code = ""
        elif number % 100 == 7:
            code = code[:17] + ("0" if code[17] != "0" else "1")
        yield number % 3 + 1, firm(number), code, districts[number % len(districts)]


def large(count: int, districts: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Registered firms: every third of the recognised, then others; half of the names with other brackets."""
    for place in range(count):
        number = place * 3
        name = firm(number) if place % 2 else firm(number).replace("(", "\uff08").replace(")", "\uff09")
        yield credit_code(number), name, districts[(number + (place % 50 == 0)) % len(districts)]


def patents(count: int) -> Iterator[tuple[object, ...]]:
    """Patents: several of one firm."""
    for place in range(count):
        number = place // 4 * 2
        yield f"示例专利{place:07d}", firm(number), credit_code(number)


def rows(items: Iterable[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """All of them."""
    return list(items)
