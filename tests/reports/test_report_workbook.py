"""The workbook of results as a bureau prints it: the sheet of computation, links, totals that are formulas, explanations."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from invented_awards import facts, program, talks, trace
from rich.cells import cell_len

from policydsl.api import facts_of, loads
from policydsl.core.facts import Facts
from policydsl.explain.computation import Computation, computation
from policydsl.explain.ledger import explain
from policydsl.explain.results import results
from policydsl.explain.words import tell
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.reports.cells_xlsx import picture, stored
from policydsl.reports.computation_xlsx import letters
from policydsl.reports.results_xlsx import results_xlsx


def made(run: Trace, cached: bool = False) -> openpyxl.Workbook:
    sheet = computation(run)
    assert sheet is not None
    keys = [line.key for line in sheet.lines]
    telling = tell(explain(run, entity=sheet.entity, keys=keys))
    content = results_xlsx(results(run), sheet, telling, ("facts.json",))
    return openpyxl.load_workbook(BytesIO(content), data_only=cached)


def sheet_of(given: Facts | None = None) -> Computation:
    found = computation(trace(given))
    assert found is not None
    return found


def grid(page: Any) -> dict[str, dict[str, Any]]:
    """Cells of the body by row key, then by the name of the column."""
    top = next(row for row in range(1, 12) if page.cell(row, 2).value == "条款依据")
    names = {}
    for column in range(1, page.max_column + 1):
        name = next((page.cell(row, column).value for row in range(top - 1, 1, -1) if page.cell(row, column).value), "")
        names[column] = str(name).split("\n")[0]
    body = {}
    for row in range(top + 1, page.max_row + 1):
        key = page.cell(row, 2).value
        if key:
            body[str(key)] = {names[column]: page.cell(row, column) for column in names}
    return body


# ---------------------------------------------------------------- the layout follows from the policy


def test_columns_are_the_facts_before_the_rules_that_read_them_and_decisions_after() -> None:
    sheet = sheet_of()
    assert [(head.name, head.kind) for head in sheet.heads] == [
        ("基础", "rule"),
        ("企业数", "fact"),
        ("目标", "fact"),
        ("完成率", "rule"),
        ("奖金", "rule"),
        ("增量", "rule"),
        ("测算", "rule"),
        ("核准", "decision"),
    ]
    assert {head.name: head.groups for head in sheet.heads}["完成率"] == ("奖励",)
    assert sheet.unit == "元"


def test_only_amounts_and_counts_are_summed() -> None:
    assert {head.name for head in sheet_of().heads if head.summed} == {
        "基础",
        "企业数",
        "目标",
        "奖金",
        "增量",
        "测算",
        "核准",
    }


def test_a_policy_whose_main_entity_is_a_singleton_has_no_sheet_of_computation() -> None:
    lone = loads("政策 “甲(虚构)”:\n    主体 市\n对象 市 单例:\n    数: 金额\n规则 倍 = 数 × 2  依据 一\n")
    assert computation(Evaluator(lone).run(facts_of(lone, {"市": [{"数": "1元"}]}).facts)) is None


# ---------------------------------------------------------------- values, status, totals


def test_amounts_are_numbers_and_what_has_none_is_text_with_its_reason() -> None:
    body = grid(made(trace())["测算表"])
    assert body["甲街"]["测算"].value == 124_200
    assert body["乙街"]["测算"].value == "待裁量"
    assert "没有写怎样扣减" in body["乙街"]["测算"].comment.text
    assert body["丙街"]["测算"].value == "未知"
    assert (body["甲街"]["完成率"].value, body["甲街"]["完成率"].number_format) == (1.2, "#,##0%")


def test_totals_are_formulas_over_what_is_computed_and_say_what_is_not() -> None:
    page, values = made(trace())["测算表"], made(trace(), cached=True)["测算表"]
    total = grid(page)["已算出的合计"]["测算"]
    span = re.fullmatch(r"=SUM\((\w+):(\w+)\)", total.value)
    assert span is not None
    cells = [cell.value for (cell,) in page[f"{span[1]}:{span[2]}"]]
    assert cells == [124_200, "待裁量", "未知"]
    assert grid(values)["已算出的合计"]["测算"].value == 124_200
    left = grid(page)["未计入合计的行"]["测算"]
    assert left.value.count("COUNTIF") == 6
    assert grid(values)["未计入合计的行"]["测算"].value == "待裁量 1 未知 1"
    assert grid(page)["已算出的合计"]["完成率"].value is None


def test_a_total_of_all_rows_is_called_a_total() -> None:
    row = {"名称": "甲街", "企业数": "120", "目标": "100", "起算数": "100", "通过审核": True, "核准": "100000元"}
    whole = grid(made(trace(facts(街道=[row], 讲座=talks("甲街", [20, 20, 20]))))["测算表"])
    assert "合计" in whole
    assert "已算出的合计" not in whole


def test_no_text_of_facts_becomes_a_formula() -> None:
    odd = {"名称": "=1+1", "企业数": "120", "目标": "100", "起算数": "100", "通过审核": True}
    book = made(trace(facts(街道=[odd], 讲座=[])))
    formulas = [cell.value for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert all(re.match(r"=(SUM|TRIM)\(", text) for text in formulas)
    assert grid(book["测算表"])["=1+1"]["测算"] is not None


def test_a_share_is_never_shown_rounder_than_it_is() -> None:
    from fractions import Fraction

    for value in (Fraction(99_996, 100_000), Fraction(19_999, 20_000), Fraction(7, 10), Fraction(13, 12)):
        number, places, _ = stored(value, share=True)
        assert number is not None
        shown = f"{number:.{places}%}"
        assert (shown == "100%") == (value == 1), shown
        assert picture(places, True).endswith("%")


# ---------------------------------------------------------------- links, print, explanations


def test_problems_lead_to_the_cells_and_keys_to_the_explanations() -> None:
    book = made(trace())
    links = [cell.hyperlink.location for row in book["未决事项"].iter_rows() for cell in row if cell.hyperlink]
    assert links
    for location in links:
        name, cell = re.fullmatch(r"'(.+)'!(\w+)", location).groups()  # type: ignore[union-attr]
        assert book[name][cell].value in ("待裁量", "未知", "未完成", None) or isinstance(book[name][cell].value, str)
    assert any(location.startswith("'测算表'!") for location in links)
    key = grid(book["测算表"])["甲街"]["街道"]
    assert key.hyperlink.location == "'说明·甲街'!A1"


def test_each_row_has_a_sheet_that_says_why() -> None:
    book = made(trace())
    page = book["说明·乙街"]
    text = "\n".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value)
    assert "没有写怎样扣减" in text
    assert "#2.企业数" in text  # where each fact came from
    heads = [cell.value for cell in page[3]]
    assert heads[:3] == ["索引号", "规则", "结果"]
    assert book["说明"]["A1"].value == "政策"


def test_printed_on_a4_landscape_with_heads_on_every_page() -> None:
    page = made(trace())["测算表"]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (
        "9" if isinstance(page.page_setup.paperSize, str) else 9,
        "landscape",
    )
    assert page.print_title_cols and page.print_title_rows
    assert page.freeze_panes == "C6"
    assert "单位\uff1a元" in [cell.value for cell in page[2]]


def test_groups_span_their_columns() -> None:
    page = made(trace())["测算表"]
    merged = {str(item) for item in page.merged_cells.ranges}
    award = next(cell for cell in page[3] if cell.value == "奖励")
    assert any(item.startswith(f"{award.coordinate}:") for item in merged)


@pytest.mark.parametrize(("column", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_letters(column: int, text: str) -> None:
    assert letters(column) == text


def test_columns_are_as_wide_as_their_values() -> None:
    page = made(trace())["测算表"]
    for cells in grid(page).values():
        for cell in cells.values():
            if isinstance(cell.value, int) and cell.column > 2:
                assert page.column_dimensions[letters(cell.column - 1)].width is not None
                assert cell_len(f"{cell.value:,}") <= 16


def test_in_english() -> None:
    run = trace()
    sheet = computation(run, "en")
    assert sheet is not None
    content = results_xlsx(results(run, "en"), sheet, tell(explain(run, entity="街道", lang="en")))
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames[:2] == ["computation", "open"]
    assert program().header.title in book["computation"]["C1"].value
