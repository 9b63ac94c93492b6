"""Registers matched and counted: codes, names, former names, places, what is listed, and how the counts reach the facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_registers import ALPHABET, POLICY, credit_code, firm, written

import policydsl
from policydsl.api import FactsRead
from policydsl.core.facts import Bad, Known
from policydsl.registers.codes import plain, valid
from policydsl.registers.lists import listings
from policydsl.registers.names import folded
from policydsl.registers.tally import Count, match

PROGRAM = policydsl.loads(POLICY)
Rows = list[tuple[object, ...]]


def read(folder: Path, **tables: Rows) -> FactsRead:
    return policydsl.read_facts(
        PROGRAM, *written(folder, {"区": [("甲区", "", "", ""), ("乙区", "", "", "")], **tables})
    )


def counts(folder: Path, fact: str, **tables: Rows) -> dict[str, Count]:
    facts = read(folder, **tables).facts
    (tally,) = (item for item in match(PROGRAM, facts).tallies if item.fact == fact)
    return dict(tally.counts)


def codes(found: FactsRead) -> set[str]:
    return {item.code for item in found.findings}


# ---------------------------------------------------------------- codes and names


@pytest.mark.parametrize("code", ["11440105007499334H", "91440101MA5CJQ4N59", credit_code(7)])
def test_codes_that_are_right(code: str) -> None:
    assert valid(code)
    assert valid(plain(f" {code[:8]}-{code[8:].lower()} "))


@given(st.integers(0, 99_999_999), st.integers(0, 17), st.sampled_from(ALPHABET))
@settings(max_examples=60)
def test_one_wrong_sign_is_always_found(number: int, at: int, sign: str) -> None:
    code = credit_code(number)
    other = code[:at] + sign + code[at + 1 :]
    assert valid(other) == (other == code)


@pytest.mark.parametrize("code", ["", "1", credit_code(1)[:17], credit_code(1) + "0", "I" * 18, "1.2345E+17"])
def test_what_is_no_code(code: str) -> None:
    assert not valid(code)


def test_spellings_of_a_name() -> None:
    plainly = "示例A(广州)科技有限公司"
    for other in (
        "示例\uff21\uff08广州\uff09科技有限公司",
        " 示例a [广州] 科技 有限公司\u3000",
        "示例A〔广州〕科技有限公司",
    ):
        assert folded(other) == folded(plainly)
    for other in ("示例A(广州)科技有限责任公司", "示例A(广州)科技股份有限公司", "示例A广州科技有限公司"):
        assert folded(other) != folded(plainly)


@given(st.text(max_size=12))
@settings(max_examples=60)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


# ---------------------------------------------------------------- counting


def test_by_code_by_name_and_not_at_all(tmp_path: Path) -> None:
    firms: Rows = [(1, firm(n), credit_code(n) if n != 2 else "", "甲区") for n in (1, 2, 3)]
    others: Rows = [(credit_code(1), "别的写法", "甲区"), (credit_code(2), firm(2).replace("(", "\uff08"), "甲区")]
    assert counts(tmp_path, "规上数", 认定名单=firms, 四上库=others) == {"甲区": Count(1, 1), "乙区": Count()}
    assert counts(tmp_path, "认定数", 认定名单=firms, 四上库=others)["甲区"] == Count(3)


def test_company_forms_are_not_merged(tmp_path: Path) -> None:
    firms: Rows = [(1, "示例有限公司", "", "甲区")]
    assert (
        counts(tmp_path, "规上数", 认定名单=firms, 四上库=[(credit_code(1), "示例有限责任公司", "甲区")])["甲区"]
        == Count()
    )


def test_firms_are_counted_and_not_patents(tmp_path: Path) -> None:
    firms: Rows = [(1, firm(1), credit_code(1), "甲区"), (2, firm(1), credit_code(1), "甲区")]
    patents: Rows = [(f"P{n}", firm(1), credit_code(1)) for n in range(5)]
    assert counts(tmp_path, "专利数", 认定名单=firms, 专利授权=patents)["甲区"] == Count(1)


def test_a_changed_name_is_found_and_a_confirmed_one_counts(tmp_path: Path) -> None:
    firms: Rows = [(1, "示例旧名", "", "甲区")]
    large: Rows = [(credit_code(1), "示例新名", "甲区")]
    renamed: Rows = [("示例旧名", "示例中名", ""), ("示例中名", "示例新名", "")]
    assert counts(tmp_path, "规上数", 认定名单=firms, 四上库=large)["甲区"] == Count()
    assert counts(tmp_path, "规上数", 认定名单=firms, 四上库=large, 更名对照=renamed)["甲区"] == Count(0, 1)
    renamed = [("示例旧名", "示例新名", credit_code(1))]
    assert counts(tmp_path, "规上数", 认定名单=firms, 四上库=large, 更名对照=renamed)["甲区"] == Count(1)
    # a firm confirmed by hand: the listed name and its code
    same: Rows = [(1, firm(2), "", "甲区")]
    found = counts(
        tmp_path,
        "规上数",
        认定名单=same,
        四上库=[(credit_code(2), firm(2), "")],
        更名对照=[(firm(2), "", credit_code(2))],
    )
    assert found["甲区"] == Count(1)


def test_the_same_name_with_another_code_is_not_counted(tmp_path: Path) -> None:
    firms: Rows = [(1, firm(1), credit_code(1), "甲区")]
    facts = read(tmp_path, 认定名单=firms, 四上库=[(credit_code(9), firm(1), "甲区")]).facts
    lists = {item.id: item.rows for item in listings(match(PROGRAM, facts), "zh")}
    assert len(lists["by_name"]) == 1 and "代码不同" in lists["by_name"][0][-1]


def test_a_code_that_fails_its_check_warns_and_counts(tmp_path: Path) -> None:
    wrong = credit_code(1)[:17] + ("0" if credit_code(1)[17] != "0" else "1")
    tables: dict[str, Rows] = {"认定名单": [(1, firm(1), wrong, "甲区")], "四上库": [(wrong, firm(1), "甲区")]}
    assert counts(tmp_path, "规上数", **tables)["甲区"] == Count(1)
    assert "register-code-check" in codes(read(tmp_path, **tables))


def test_one_code_with_two_names_is_one_firm_and_one_name_with_two_codes_two(tmp_path: Path) -> None:
    firms: Rows = [
        (1, "示例甲", credit_code(1), "甲区"),
        (2, "示例甲新", credit_code(1), "甲区"),
        (1, "示例乙", credit_code(2), "甲区"),
        (2, "示例乙", credit_code(3), "甲区"),
        # the name has two codes: which of them this row is cannot be known
        (3, "示例乙", "", "甲区"),
    ]
    found = read(tmp_path, 认定名单=firms)
    matching = match(PROGRAM, found.facts)
    assert matching.tallies[0].counts["甲区"] == Count(4)
    doubled = next(item for item in listings(matching, "zh") if item.id == "doubled").rows
    assert [row[1] for row in doubled] == ["一码多名"] * 2 + ["一名多码"] * 2
    assert "register-duplicate" in codes(found)


def test_a_row_without_its_code_is_the_firm_of_that_name(tmp_path: Path) -> None:
    firms: Rows = [(1, firm(1), "", "甲区"), (2, firm(1), credit_code(1), "甲区")]
    assert counts(tmp_path, "认定数", 认定名单=firms)["甲区"] == Count(1)


def test_where_a_firm_belongs(tmp_path: Path) -> None:
    firms: Rows = [
        (1, firm(1), credit_code(1), "east"),
        (1, firm(2), credit_code(2), ""),
        (1, firm(3), credit_code(3), "甲区"),
        (1, firm(4), credit_code(4), "外地"),
        (1, firm(5), credit_code(5), ""),
    ]
    large: Rows = [
        (credit_code(n), firm(n), place) for n, place in ((1, "甲区"), (2, "乙区"), (3, "乙区"), (4, ""), (5, ""))
    ]
    found = read(tmp_path, 认定名单=firms, 四上库=large)
    matching = match(PROGRAM, found.facts)
    tally = next(item for item in matching.tallies if item.fact == "规上数")
    assert tally.counts == {"甲区": Count(2), "乙区": Count(1)}
    lists = {item.id: item.rows for item in listings(matching, "zh")}
    assert [row[2] for row in lists["torn"]] == [firm(3)]
    assert {row[1] for row in lists["nowhere"]} >= {firm(4), firm(5)}
    assert {"register-places", "register-nowhere"} <= codes(found)


def test_every_firm_stands_in_exactly_one_of_the_lists_that_divide_them(tmp_path: Path) -> None:
    firms: Rows = [(1, firm(n), credit_code(n) if n % 3 else "", ("甲区", "乙区", "")[n % 5 % 3]) for n in range(40)]
    large: Rows = [(credit_code(n), firm(n), ("甲区", "")[n % 2]) for n in range(0, 40, 2)]
    facts = read(tmp_path, 认定名单=firms, 四上库=large).facts
    matching = match(PROGRAM, facts)
    lists = {item.id: item.rows for item in listings(matching, "zh")}
    parts = [row for name in ("matched", "by_name", "unmatched") for row in lists[name] if row[0] == "规上数"]
    nowhere = [row for row in lists["nowhere"] if row[0] == "规上数"]
    assert len(parts) + len(nowhere) == 40


# ---------------------------------------------------------------- into the facts


def cell(found: FactsRead, fact: str, key: str = "甲区") -> object:
    return next(row for row in found.facts.tables["区"] if row.key == key).cells[fact]


def test_a_blank_takes_the_count_and_says_from_where(tmp_path: Path) -> None:
    found = read(tmp_path, 认定名单=[(1, firm(1), credit_code(1), "甲区")], 四上库=[(credit_code(1), firm(1), "")])
    taken = cell(found, "规上数")
    assert isinstance(taken, Known) and taken.value == 1
    assert "认定名单 ∩ 四上库" in taken.counted
    assert str(taken.origin).endswith("认定名单.csv")
    assert policydsl.evaluate(PROGRAM, found.facts).outcome("区", "乙区", "奖励") is not None


@pytest.mark.parametrize(("filled", "stands"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_figure_stands_between_what_is_sure_and_what_may_be(tmp_path: Path, filled: int, stands: bool) -> None:
    firms: Rows = [(1, firm(n), credit_code(n), "甲区") for n in (1, 2)]
    large: Rows = [(credit_code(1), firm(1), ""), ("", firm(2), "")]
    found = read(tmp_path, 区=[("甲区", "", filled, ""), ("乙区", "", "", "")], 认定名单=firms, 四上库=large)
    taken = cell(found, "规上数")
    assert isinstance(taken, Known if stands else Bad)
    assert ("register-differs" in codes(found)) is not stands


def test_without_registers_the_figures_are_as_filled_in(tmp_path: Path) -> None:
    found = read(tmp_path, 区=[("甲区", 5, 4, ""), ("乙区", "", "", "")])
    taken = cell(found, "规上数")
    assert isinstance(taken, Known) and (taken.value, taken.counted) == (4, "")
    assert not any(code.startswith("register") for code in codes(found))


def test_a_register_in_several_files_and_with_a_title_above(tmp_path: Path) -> None:
    (first,) = written(tmp_path, {"认定名单": [(1, firm(1), credit_code(1), "甲区")]})
    folder = tmp_path / "第二批"
    folder.mkdir()
    second = folder / "11认定名单.csv"
    second.write_text(f"第二批公示名单\n序号,单位名称,所在区\n1,{firm(2)},甲区\n合计,,\n", encoding="utf-8")
    found = policydsl.read_facts(PROGRAM, first, second)
    taken = cell(found, "认定数")
    assert isinstance(taken, Known) and taken.value == 2


def test_a_mangled_code_is_said_and_the_name_still_serves(tmp_path: Path) -> None:
    found = read(tmp_path, 认定名单=[(1, firm(1), "1.2345E+17", "甲区")])
    assert "facts-code-mangled" in codes(found)
    taken = cell(found, "认定数")
    assert isinstance(taken, Known) and taken.value == 1
