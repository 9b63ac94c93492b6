"""What a notice's text is read as: places, paragraphs, fragments, figures."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_notice import NOTICE

from policydsl.coverage.figures import Reader, chinese_number
from policydsl.coverage.places import of_one_line, place, shown, without_letter
from policydsl.coverage.structure import read_notice

READER = Reader(["亩", "场", "家"])


def test_places_of_the_small_notice() -> None:
    assert [(item.line, shown(item.at)) for item in read_notice(NOTICE).paragraphs] == [
        *((1, "题"), (2, "主送"), (3, "序¶1"), (4, "一"), (5, "一¶1"), (6, "一(一)"), (7, "一(二)"), (8, "二")),
        *((9, "二1"), (10, "二2"), (11, "二3"), (12, "二3(1)"), (13, "二3(2)"), (14, "二3(2)¶1")),
        *((15, "三"), (16, "三¶1"), (17, "落款"), (18, "落款")),
    ]


def test_the_last_paragraph_may_be_cited_from_above() -> None:
    notice = read_notice(NOTICE)
    assert [item.line for item in notice.within(place("二¶末"))] == [14]
    assert notice.has(place("三¶末")) and not notice.has(place("三¶2")) and not notice.has(place("一¶末"))


def test_articles_are_cited_without_their_chapter() -> None:
    text = "第一章 总则\n第一条 为了试验。\n本条第二段。\n第二章 办法\n第二条 分两类:\n(一)甲类;\n(二)乙类。\n第十三条 完。"
    places = [shown(item.at) for item in read_notice(text).paragraphs]
    assert places == ["第一章", "第一条", "第一条¶1", "第二章", "第二条", "第二条(一)", "第二条(二)", "第十三条"]


def test_full_width_numbers_and_a_year_after_a_number() -> None:
    text = "一、甲\n\uff08一\uff09乙\n\uff11\uff0e 丙\n2.2031年的丁\n3.5亩不是编号"
    places = [shown(item.at) for item in read_notice(text).paragraphs]
    assert places == ["一", "一(一)", "一(一)1", "一(一)2", "一(一)2¶1"]


@pytest.mark.parametrize(
    ("id_", "steps"),
    [
        ("七(二)2(1)b", ("七", "(二)", "2", "(1)", "b")),
        ("七\uff08二\uff092\uff081\uff09b", ("七", "(二)", "2", "(1)", "b")),
        ("八¶末c", ("八", "¶末", "c")),
        ("十¶因2", ("十", "¶因2")),
        ("主送", ("主送",)),
        ("序¶12a", ("序", "¶12", "a")),
        ("十二(十一)10", ("十二", "(十一)", "10")),
        ("第十三条(二)", ("第十三条", "(二)")),
    ],
)
def test_ids(id_: str, steps: tuple[str, ...]) -> None:
    assert place(id_) == steps
    assert place(shown(steps)) == steps


def test_places_of_one_line() -> None:
    assert of_one_line(place("七(二)2(1)"), place("七(二)2(1)a"))
    assert of_one_line(place("七(二)2(1)"), place("七(二)2"))
    assert not of_one_line(place("七(二)1"), place("七(二)10"))
    assert not of_one_line(place("七(二)2(1)"), place("七(二)2(2)"))
    assert without_letter(place("十¶因1")) == ("十",)
    assert without_letter(place("八¶末c")) == ("八", "¶末")


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("给予35万元/区", [(Fraction(350_000), "元/区")]),
        ("分别给予300元、500元、600元", [(Fraction(300), "元"), (Fraction(500), "元"), (Fraction(600), "元")]),
        (
            "给予300、500、600元/家的补助",
            [(Fraction(300), "元/家"), (Fraction(500), "元/家"), (Fraction(600), "元/家")],
        ),
        ("3至5家", [(Fraction(3), "家"), (Fraction(5), "家")]),
        ("\uff11\uff12\uff0c\uff10\uff10\uff10\uff0e\uff15元", [(Fraction("12000.5"), "元")]),
        ("达到70%\uff08含\uff09、85\uff05", [(Fraction(7, 10), ""), (Fraction(17, 20), "")]),
        ("千分之三,三分之一", [(Fraction(3, 1000), ""), (Fraction(1, 3), "")]),
        ("提高5个百分点", [(Fraction(1, 20), "个百分点")]),
        ("划分为三个梯队,共二十五家", [(Fraction(3), "个"), (Fraction(25), "家")]),
        ("2025年8月31日18时30分前", [(datetime(2025, 8, 31, 18, 30), "")]),
        ("2025年8月31日,2025-09-01", [(date(2025, 8, 31), ""), (date(2025, 9, 1), "")]),
        ("2025年度,2025年12月底", [((2025,), ""), ((2025, 12), "")]),
        ("2025年13月", [(Fraction(2025), "年"), (Fraction(13), "月")]),
        ("第3批、第二梯队、GB32100、A12、一个整体、一批、一是", []),
        ("“12218”体系", [(Fraction(12218), "")]),
        ("成交额的三成", [(Fraction(3, 10), "")]),
    ],
)
def test_figures(text: str, figures: list[tuple[object, str]]) -> None:
    assert [(item.value, item.unit) for item in READER.find(text)] == figures


def test_a_figure_says_its_words_and_place() -> None:
    text = "先办,再给予\uff13\uff15万元/区"
    (figure,) = READER.find(text)
    assert (figure.start, figure.shown) == (6, "350000元/区")


@given(st.integers(1, 99_999_999))
def test_chinese_numbers(number: int) -> None:
    def below(rest: int) -> str:
        words, gap = "", False
        for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
            digit = rest // size % 10
            if digit:
                words += ("零" if gap and words else "") + "零一二三四五六七八九"[digit] + unit
            gap = not digit
        return words

    high, low = divmod(number, 10_000)
    words = (below(high) + "万" if high else "") + ("零" if high and 0 < low < 1000 else "") + below(low)
    assert chinese_number(words) == number


@settings(max_examples=150, deadline=None)
@given(st.text("一二十、(1).2025年月日元/家%、,;。“”第条¶a \n", max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    notice = read_notice(text)
    for item in notice.paragraphs:
        assert notice.has(item.at)
        for figure in READER.find(item.text):
            assert 0 <= figure.start < len(item.text)
            item.fragment(figure.start)
