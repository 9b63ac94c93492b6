"""Owns the workbook to fill in: one sheet per entity with drop-downs and notes, an explanation first. The only user of xlsxwriter."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

from attrs import define, frozen

from policydsl.core.program import Entity, Field, Program
from policydsl.core.types import Bool, Date, Member, Moment, Number, Reference, Text, Type, strip
from policydsl.facts.decisions import COLUMNS
from policydsl.facts.grid import letters
from policydsl.facts.guide import example, heading, owner_heading, remark, type_text, unit_text
from policydsl.facts.naming import DECISIONS, GUIDE, sheet_titles
from policydsl.source import display_width

_LAST_ROW = 1_048_575
_LONGEST = 32_000
"""Characters that a spreadsheet keeps in a cell or a note, with some to spare."""
_WIDTHS = (16, 24, 30, 14, 20, 30, 28, 34)
"""Columns of the sheet that explains the others, in characters."""
_LINE = 15
"""The height of a line, in points."""


def write(program: Program, path: str | Path) -> None:
    """Write the workbook that asks for a program's facts. It appears whole or not at all; an older one is replaced.

    Raises OSError where it cannot be written.
    """
    content = workbook(program)
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def workbook(program: Program) -> bytes:
    """The bytes of the workbook; the same program always gives the same."""
    from xlsxwriter import Workbook

    zh = program.language == "zh"
    decided = [(entity, item) for entity in program.entities.values() for item in entity.fields if item.decision]
    titles = sheet_titles(program)
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed date keeps reruns identical byte for byte.
    book.set_properties({"title": program.header.title[:255], "created": datetime(2000, 1, 1)})
    guide = book.add_worksheet(GUIDE[0 if zh else 2])
    sheets = {name: book.add_worksheet(titles[name]) for name in program.entities}
    decisions = book.add_worksheet(DECISIONS[0 if zh else 1]) if decided else None
    lists = _Lists(book.add_worksheet(GUIDE[1 if zh else 3]))
    writer = _Writer(program, titles, sheets, _Formats.of(book), lists)
    for entity in program.entities.values():
        writer.entity(entity)
    if decisions:
        writer.decisions(decisions, decided)
    writer.explain(guide, decided)
    book.close()
    return buffer.getvalue()


@frozen
class _Formats:
    """Cell formats of the workbook; xlsxwriter has no types."""

    header: Any
    locked: Any
    title: Any
    body: Any
    open: dict[str, Any]

    @staticmethod
    def of(book: Any) -> _Formats:
        cell = {"border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
        shapes = ("General", "@", "#,##0", "0.00%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm")
        return _Formats(
            book.add_format({**cell, "bold": True, "bg_color": "#D9E2F3", "text_wrap": True, "align": "center"}),
            book.add_format({**cell, "num_format": "@", "bg_color": "#F2F2F2"}),
            book.add_format({"bold": True, "font_size": 14}),
            book.add_format({**cell, "text_wrap": True, "num_format": "@", "valign": "top"}),
            {shape: book.add_format({"locked": False, "num_format": shape}) for shape in shapes},
        )


class _Lists:
    """The sheet that drop-downs take their choices from: lists in a cell hold 255 characters only."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._ranges: dict[str, str] = {}
        sheet.hide()
        sheet.protect()

    def range(self, name: str, items: Sequence[str]) -> str:
        """The formula of the range that holds the items, written once for each name."""
        if name not in self._ranges:
            column = len(self._ranges)
            self._sheet.write_string(0, column, name)
            for row, item in enumerate(items, 1):
                self._sheet.write_string(row, column, item)
            letter = letters(column)
            self._ranges[name] = f"={_quoted(self._sheet.get_name())}!${letter}$2:${letter}${max(len(items), 1) + 1}"
        return self._ranges[name]


@define
class _Column:
    """One column of an entity's sheet: its header, what it asks for, the note on its header."""

    header: str
    type: Type
    field: Field | None
    note: str


@define
class _Writer:
    """Everything that writing one workbook needs."""

    program: Program
    titles: dict[str, str]
    sheets: dict[str, Any]
    formats: _Formats
    lists: _Lists

    @property
    def zh(self) -> bool:
        """Whether the policy is in Chinese."""
        return self.program.language == "zh"

    def columns(self, entity: Entity) -> list[_Column]:
        """The columns of an entity's sheet: its key, its owner, its other facts. Human decisions have a sheet of their own."""
        facts = [
            _Column(heading(item), item.type, item, self._note(item)) for item in entity.fields if item.decision is None
        ]
        owner = self.program.entities.get(entity.owner or "")
        if owner is None or owner.singleton:
            return facts
        key = owner.key_field
        type_: Type = key.type if key and isinstance(strip(key.type), Member) else Reference(owner.name)
        note = f"属于哪一个「{owner.name}」" if self.zh else f"the “{owner.name}” that the row belongs to"
        place = 1 if facts and facts[0].field and facts[0].field.key else 0
        facts.insert(place, _Column(owner_heading(entity, owner), type_, None, note))
        return facts

    def entity(self, entity: Entity) -> None:
        """Write the sheet of an entity."""
        sheet = self.sheets[entity.name]
        columns = self.columns(entity)
        self._shape(sheet, [column.header for column in columns])
        members = self._complete(entity)
        last = 1 if entity.singleton else _LAST_ROW
        for place, column in enumerate(columns):
            width = max(10, min(40, display_width(column.header) + 4))
            sheet.set_column(place, place, width, self.formats.open[_number_format(column)])
            if column.note:
                sheet.write_comment(0, place, column.note, {"x_scale": 2, "y_scale": 1 + column.note.count("\n") / 3})
            choices = self._choices(column.type)
            if choices:
                _drop_down(sheet, last, place, choices)
            if column.field and column.field.key:
                for row, member in enumerate(members, 1):
                    sheet.write_string(row, place, member, self.formats.locked)
        sheet.freeze_panes(1, 1 if columns and columns[0].field and columns[0].field.key else 0)

    def decisions(self, sheet: Any, decided: Sequence[tuple[Entity, Field]]) -> None:
        """Write the sheet of human decisions, empty but for its headings and the choice of matters."""
        headers = list(COLUMNS) if self.zh else list(COLUMNS.values())
        self._shape(sheet, headers)
        for place, name in enumerate(COLUMNS):
            shape = "yyyy-mm-dd" if name == "日期" else "General" if name == "结论" else "@"
            sheet.set_column(place, place, 30 if name == "理由" else 16, self.formats.open[shape])
        entities = list(dict.fromkeys(entity.name for entity, _ in decided))
        matters = list(dict.fromkeys(item.name for _, item in decided))
        whose, what = ("裁量·对象", "裁量·事项") if self.zh else ("decisions: entity", "decisions: item")
        _drop_down(sheet, _LAST_ROW, 0, self.lists.range(whose, entities))
        _drop_down(sheet, _LAST_ROW, 2, self.lists.range(what, matters))
        sheet.freeze_panes(1, 0)

    def explain(self, sheet: Any, decided: Sequence[tuple[Entity, Field]]) -> None:
        """Write the sheet that explains all others."""
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        _on_paper(sheet)
        sheet.write_string(0, 0, self.program.header.title[:_LONGEST], self.formats.title)
        advice = _ADVICE_ZH if self.zh else _ADVICE_EN
        for row, line in enumerate(advice, 2):
            sheet.write_string(row, 0, line)
        row = len(advice) + 3
        row = self._rows(sheet, row, _SHEETS_ZH if self.zh else _SHEETS_EN, self._sheet_rows(bool(decided)))
        self._rows(sheet, row + 1, _FIELDS_ZH if self.zh else _FIELDS_EN, self._field_rows())
        sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})

    # ------------------------------------------------------------ parts

    def _shape(self, sheet: Any, headers: Sequence[str]) -> None:
        """Locked headings over open cells, the heading always in sight."""
        _on_paper(sheet)
        sheet.repeat_rows(0)
        sheet.set_column(len(headers), 16_383, None, self.formats.open["General"])
        sheet.set_row(0, 32, self.formats.header)
        for place, header in enumerate(headers):
            sheet.write_string(0, place, header[:_LONGEST], self.formats.header)
        allowed = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
        sheet.protect("", dict.fromkeys((*allowed, "select_locked_cells", "select_unlocked_cells"), True))

    def _note(self, field: Field) -> str:
        language = self.program.language
        unit = unit_text(field)
        labels = ("填写", "单位", "来源", "依据", "说明") if self.zh else ("write", "unit", "source", "clause", "note")
        texts = (
            type_text(field.type, field, language),
            unit,
            field.source,
            field.clause,
            remark(field, language),
        )
        return "\n".join(f"{label}:{text}" for label, text in zip(labels, texts, strict=True) if text)[:_LONGEST]

    def _complete(self, entity: Entity) -> Sequence[str]:
        """The keys that a complete table must have, written out."""
        key = entity.key_field
        type_ = strip(key.type) if key else None
        return self.program.rolls[type_.roll].members if key and key.complete and isinstance(type_, Member) else ()

    def _choices(self, type_: Type) -> str | list[str] | None:
        """Where the drop-down of a column takes its choices from."""
        match strip(type_):
            case Member(roll):
                return self.lists.range(roll, self.program.rolls[roll].members)
            case Bool():
                return ["是", "否"] if self.zh else ["yes", "no"]
            case Reference(entity):
                return self._keys(entity)
            case _:
                return None

    def _keys(self, entity: str) -> str | None:
        """The formula of the keys written in another sheet, as far as they go."""
        asked = self.program.entities.get(entity)
        place = (
            next((i for i, column in enumerate(self.columns(asked)) if column.field and column.field.key), None)
            if asked
            else None
        )
        if place is None:
            return None
        title, letter = _quoted(self.titles[entity]), letters(place)
        return f"=OFFSET({title}!${letter}$2,0,0,MAX(1,COUNTA({title}!${letter}$2:${letter}$10001)),1)"

    def _rows(self, sheet: Any, row: int, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
        for place, text in enumerate(headers):
            sheet.write_string(row, place, text, self.formats.header)
        for row, texts in enumerate(rows, row + 1):  # noqa: B020
            lines = [ceil(display_width(text) / (width - 2)) for text, width in zip(texts, _WIDTHS, strict=False)]
            sheet.set_row(row, _LINE * max(1, *lines))
            for place, text in enumerate(texts):
                sheet.write_string(row, place, text[:_LONGEST], self.formats.body)
        return row + 1

    def _sheet_rows(self, decided: bool) -> list[list[str]]:
        rows = []
        for entity in self.program.entities.values():
            if entity.singleton:
                kind = "只有一行" if self.zh else "one row"
            elif self._complete(entity):
                kind = "每个一行,已列好" if self.zh else "one row each, listed already"
            else:
                unit = entity.counted_in or "条"
                kind = (
                    f"每{unit}一行,一{unit}没有就只留表头" if self.zh else "one row each; none: leave the heading alone"
                )
            if entity.owner and not self.program.entities[entity.owner].singleton:
                owned = f"属于「{entity.owner}」" if self.zh else f"belongs to “{entity.owner}”"
                kind = f"{kind};{owned}"
            rows.append([self.titles[entity.name], entity.name, kind, entity.clause])
        if decided:
            what = "由人决定的事项:谁、何时、为什么" if self.zh else "what people decide: who, when and why"
            rows.append([DECISIONS[0 if self.zh else 1], "", what, ""])
        return rows

    def _field_rows(self) -> list[list[str]]:
        language = self.program.language
        return [
            [
                self.titles[entity.name],
                item.name,
                type_text(item.type, item, language),
                unit_text(item),
                example(item.type, item, self.program),
                item.source,
                item.clause,
                remark(item, language) or (item.decision.office if item.decision else ""),
            ]
            for entity in self.program.entities.values()
            for item in entity.fields
        ]


_ADVICE_ZH = (
    "每张表填一类对象,表头不要改;不知道的格留空,留空不等于 0。",
    "数字可以写 1050、1,050、35万、85%;表头括号里是单位,不写单位的数字按它计。",
    "日期写 2025-08-31 或 2025年8月31日;编号、代码先把格式设为「文本」再填。",
    "把鼠标放在表头上,可以看到每一列的来源和依据。本页的例子只示范写法,不是真实数据。",
)
_ADVICE_EN = (
    "Each sheet takes one kind of thing. Leave the headings alone, and leave blank what is not known: blank is not 0.",
    "Numbers: 1050, 1,050, 85%. A bare number is in the unit that stands in the heading's bracket.",
    "Dates: 2025-08-31. Format codes as text before writing them.",
    "Notes on the headings give source and clause. The examples on this page only show the form; they are no real data.",
)
_SHEETS_ZH, _SHEETS_EN = ("表", "对象", "怎么填", "依据"), ("sheet", "entity", "how", "clause")
_FIELDS_ZH = ("表", "列", "填什么", "单位", "写法举例", "来源", "依据", "说明")
_FIELDS_EN = ("sheet", "column", "what", "unit", "written like", "source", "clause", "note")


def _number_format(column: _Column) -> str:
    type_ = strip(column.type)
    match type_:
        case Text() | Member() | Reference():
            return "@"
        case Date():
            return "yyyy-mm-dd"
        case Moment():
            return "yyyy-mm-dd hh:mm"
        case Number() if column.field and unit_text(column.field) == "%":
            return "0.00%"
        case Number() if type_.whole and not (column.field and column.field.fractional):
            return "#,##0"
        case _:
            return "General"


def _on_paper(sheet: Any) -> None:
    """Printed across A4, all columns beside each other."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _drop_down(sheet: Any, last: int, column: int, source: str | list[str]) -> None:
    sheet.data_validation(1, column, last, column, {"validate": "list", "source": source, "error_type": "warning"})


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"
