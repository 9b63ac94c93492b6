"""A total over rows that are not all computed has no value anywhere: what it has so far is said, and never called a total."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from invented_awards import facts, program, trace

from policydsl.api import facts_of
from policydsl.core.facts import Facts
from policydsl.explain.ledger import explain
from policydsl.explain.results import Cell, results
from policydsl.reports.results_json import results_json
from policydsl.reports.results_table import results_table
from policydsl.reports.results_xlsx import results_xlsx
from policydsl.reports.text import explanation_text


def total(given: Facts | None = None, **readings: str) -> Cell:
    sheet = next(sheet for sheet in results(trace(given, **readings)).sheets if sheet.entity == "全区")
    return sheet.rows[0][1][0]


def test_how_far_a_total_has_come() -> None:
    cell = total()
    assert (cell.status, cell.value) == ("unknown", None)
    extent = cell.extent
    assert extent is not None
    assert (extent.rows, extent.computed, extent.pending, extent.unknown, extent.invalid) == (3, 1, 1, 1, 0)
    assert extent.partial == 124_200


def test_a_whole_total_is_of_all_its_rows() -> None:
    street = {"名称": "甲街", "企业数": "120", "目标": "100", "起算数": "100", "通过审核": True}
    cell = total(facts(街道=[street]))
    assert cell.value == "124200"
    assert cell.extent is not None
    assert (cell.extent.rows, cell.extent.computed, cell.extent.partial) == (1, 1, 124_200)


def test_nothing_is_added_where_nothing_is_computed() -> None:
    cell = total(facts(街道=[{"名称": "丙街", "企业数": "", "目标": "100", "起算数": "1", "通过审核": True}]))
    assert cell.extent is not None
    assert (cell.extent.computed, cell.extent.unknown) == (0, 1)
    assert "小计" not in cell.extent.text


def test_rows_of_a_table_that_nobody_supplied() -> None:
    cell = results(trace(facts_of(program(), {"全区": [{"预算": "1元"}]}).facts)).sheets[0].rows[0][1][0]
    assert (cell.status, cell.value) == ("unknown", None)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_on_the_terminal(width: int) -> None:
    text = "".join(results_table(results(trace()), width=width).split())
    assert "总额\uff1a3个街道中1个已算出\uff0c小计124,200元\uff08不是合计\uff09\uff1b待裁量1个\uff1b未知1个" in text


def test_in_json() -> None:
    cell = results_json(trace())["results"]["全区"][""]["总额"]
    assert cell["value"] is None
    assert cell["partial"] == "124200"
    assert cell["rows"] == {"total": 3, "computed": 1, "pending": 1, "unknown": 1, "invalid": 0, "inapplicable": 0}


def test_in_the_workbook() -> None:
    page = openpyxl.load_workbook(BytesIO(results_xlsx(results(trace()))))["全区"]
    assert [page.cell(row, 2).value for row in (2, 3)] == ["未知", 124_200]
    assert page["A3"].value == "已算出的小计\uff08不是合计\uff09"
    assert "3 个街道中 1 个已算出" in page["B4"].value


def test_in_the_explanation() -> None:
    text = "".join(explanation_text(explain(trace(), entity="全区")).split())
    assert "3个街道中1个已算出\uff0c小计124,200元\uff08不是合计\uff09" in text


def test_a_broken_constraint_is_said_even_where_no_result_rests_on_it() -> None:
    over = {"名称": "甲街", "企业数": "120", "目标": "100", "起算数": "1", "通过审核": True, "核准": "900000元"}
    run = trace(facts(街道=[over]))
    table = results(run)
    assert len(table.violations) == 1
    where, text = table.violations[0]
    assert where.startswith("街道[甲街].")
    assert "「核准」违反约束" in text
    assert "事实违反约束" in results_table(table)
    assert results_json(run)["violations"] == [{"constraint": where, "reason": text}]
    page = openpyxl.load_workbook(BytesIO(results_xlsx(table)))["未决事项"]
    assert text in [cell.value for cell in page["A"]]
