"""The agenda of a row: what is done, what falls short and by how much, when it is due; as text, JSON and a calendar."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_awards import NOTICE, facts, program, talks, trace
from rich.cells import cell_len

from policydsl.api import facts_of, loads
from policydsl.cli.main import main
from policydsl.core.facts import Facts
from policydsl.duties.agenda import Agenda, agenda
from policydsl.duties.told import tell
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.reports.agenda_ics import OCTETS, agenda_ics, fold
from policydsl.reports.agenda_json import agenda_json
from policydsl.reports.agenda_text import agenda_text

ON = date(2031, 8, 20)


def made(key: str = "乙街", on: date = ON, base: Trace | None = None) -> Agenda:
    run = base if base is not None else trace()
    evaluator = Evaluator(run.program, run.readings)

    def rerun(given: Facts, entity: str, row: str) -> Trace:
        return evaluator.run(given, {entity: [row]})

    return agenda(run, "街道", key, on, rerun)


def text(found: Agenda, lang: str = "zh") -> str:
    return agenda_text(tell(found, program().units, "en" if lang == "en" else "zh"))


def test_a_task_says_how_many_count_and_by_how_much_each_row_falls_short() -> None:
    talk = made().duties[0]
    assert (talk.name.text, talk.state) == ("办讲座", "left")
    measure = talk.measures[0]
    assert (measure.have.outcome, measure.need.outcome) == (2, 3)
    assert measure.lacking is not None and measure.lacking.outcome == 1
    tally = talk.tallies[0]
    assert (tally.rows, tally.counted) == (4, 2)
    gaps = {
        row.key: [(fault.name.text, fault.gap.outcome if fault.gap else None) for fault in row.faults]
        for row in tally.short
    }
    assert gaps == {"乙街-2": [("到场企业", 1)], "乙街-4": [("到场企业", 8)]}
    words = text(made())
    assert words.index("乙街-2") < words.index("乙街-4")
    assert "还差 1场" in words


def test_each_fault_of_a_row_is_named() -> None:
    late = {"编号": "迟", "街道": "乙街", "日期": "2031-09-01", "到场企业": "10", "佐证齐全": False}
    tally = made(base=trace(facts(讲座=[*talks("乙街", [20, 20]), late]))).duties[0].tallies[0]
    assert [fault.name.text for fault in tally.short[0].faults] == ["到场企业", "佐证齐全", "日期"]
    words = "".join(text(made(base=trace(facts(讲座=[late])))).split())
    assert "日期2031年9月1日\uff0c应不晚于2031年8月31日" in words


@pytest.mark.parametrize(
    ("on", "left", "words"),
    [
        (date(2031, 8, 20), 11, "还有 11 天"),
        (date(2031, 8, 31), 0, "今天到期"),
        (date(2031, 9, 3), -3, "已过 3 天"),
    ],
)
def test_days_left_or_overdue(on: date, left: int, words: str) -> None:
    talk = made(on=on).duties[0]
    assert talk.due is not None
    assert (talk.due.left, talk.due.last) == (left, date(2031, 8, 31))
    assert words in text(made(on=on))


def test_before_a_day_that_is_excluded_the_last_day_is_the_one_before() -> None:
    other = loads(NOTICE.replace("前(含当日)", "前(不含当日)"))
    run = Evaluator(other).run(facts_of(other, {"街道": [{"名称": "甲街", "目标": "1"}]}).facts)
    talk = next(duty for duty in made("甲街", base=run).duties if duty.name.text == "办讲座")
    assert talk.due is not None
    assert talk.due.last == date(2031, 8, 30)


def test_what_is_not_done_comes_first_the_earliest_before_the_others() -> None:
    assert [(duty.name.text, duty.state) for duty in made().duties] == [("办讲座", "left"), ("交总结", "done")]
    # with the talks of its own alone: one of nobody's could be the one that it lacks
    row = {"名称": "乙街", "企业数": "80", "目标": "100", "起算数": "70"}
    unjudged = facts(街道=[row], 讲座=talks("乙街", [20]))
    found = made(base=trace(unjudged))
    assert [(duty.name.text, duty.state) for duty in found.duties] == [("办讲座", "left"), ("交总结", "open")]
    assert [item.office for item in found.awaited if item.office] == ["区科技局"]
    assert "由区科技局决定" in text(found)


def test_missing_facts_are_to_be_supplied() -> None:
    found = made("丙街")
    assert [item.cause.name for item in found.wanting] == ["企业数"]


def test_the_next_band_and_its_worth() -> None:
    step = next(gain.step for gain in made().gains if gain.name.text == "奖金")
    assert step.then is not None and step.before is not None and step.after is not None
    assert (step.then.outcome, step.before.outcome, step.after.outcome) == (100, 8_000, 20_000)


def test_text_in_both_languages_within_its_columns() -> None:
    for lang in ("zh", "en"):
        assert max(map(cell_len, text(made(), lang).splitlines())) <= 80
    assert "must be ≥ 3" in text(made(), "en")


def test_json() -> None:
    data = agenda_json(made(), program().units, "zh")
    assert json.loads(json.dumps(data)) == data
    task = data["tasks"][0]
    assert task["due"] == {"last": "2031-08-31", "days_left": 11, "clause": "二(一)"}
    assert task["measures"][0]["lacking"]["value"] == "1"
    assert task["evidence"] == [{"items": ["签到表", "照片"], "clause": "二(二)"}]


# ---------------------------------------------------------------- calendar


def unfolded(calendar: str) -> list[str]:
    assert calendar.endswith("\r\n")
    return calendar.replace("\r\n ", "").split("\r\n")


def test_the_calendar_holds_every_deadline_as_a_whole_day() -> None:
    lines = unfolded(agenda_ics(made(), program().units, "zh"))
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20310831" in lines
    assert "DTEND;VALUE=DATE:20310901" in lines
    assert lines.count("BEGIN:VALARM") == 2  # only what is not done reminds
    summary = next(line for line in lines if line.startswith("SUMMARY"))
    assert summary == "SUMMARY:乙街 办讲座 未完成"


def test_lines_are_folded_by_octets() -> None:
    for line in agenda_ics(made(), program().units, "zh").split("\r\n"):
        assert len(line.encode("utf-8")) <= OCTETS


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400).map(lambda text: text.replace("\r", "").replace("\n", "")))
def test_folding_loses_nothing(line: str) -> None:
    pieces = list(fold(line.encode("utf-8", "replace").decode("utf-8")))
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line.encode("utf-8", "replace").decode("utf-8")
    assert all(len(piece.encode("utf-8")) <= OCTETS for piece in pieces)


def test_uids_are_stable_and_differ_by_task_and_row() -> None:
    def uids(found: Agenda) -> list[str]:
        return [line for line in unfolded(agenda_ics(found, program().units, "zh")) if line.startswith("UID:")]

    assert uids(made()) == uids(made(on=date(2031, 12, 1)))
    assert len({*uids(made()), *uids(made("甲街"))}) == 4


def test_text_from_facts_cannot_break_out_of_its_line() -> None:
    odd = "乙;街,\\\nBEGIN:VALARM"
    row = {"名称": odd, "企业数": "80", "目标": "100", "起算数": "70", "通过审核": True}
    calendar = agenda_ics(made(odd, base=trace(facts(街道=[row], 讲座=[]))), program().units, "zh")
    lines = unfolded(calendar)
    assert lines.count("BEGIN:VALARM") == 2
    assert any("乙\\;街\\,\\\\" in line for line in lines)


def test_a_time_of_day_is_told_in_utc() -> None:
    other = loads(NOTICE.replace("期限 2031年8月31日 前(含当日)", "期限 2031年8月31日18时"))
    run = Evaluator(other).run(facts_of(other, {"街道": [{"名称": "甲街", "目标": "1"}]}).facts)
    found = made("甲街", base=run)
    talk = next(duty for duty in found.duties if duty.name.text == "办讲座")
    assert talk.due is not None and isinstance(talk.due.last, datetime)
    lines = unfolded(agenda_ics(found, other.units, "zh"))
    assert "DTEND:20310831T100000Z" in lines
    assert f"DTSTAMP:{datetime(2031, 8, 20, tzinfo=UTC):%Y%m%dT%H%M%SZ}" in lines


# ---------------------------------------------------------------- the command


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy, given_facts = tmp_path / "awards.pol", tmp_path / "facts.json"
    policy.write_text(NOTICE, "utf-8")
    rows = {
        "街道": [{"名称": "乙街", "企业数": 80, "目标": 100, "起算数": 70, "通过审核": True}],
        "讲座": talks("乙街", [20, 19, 40, 12]),
        "全区": [{"预算": "100万元"}],
    }
    given_facts.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    call = ["todo", str(policy), str(given_facts), "--of", "乙街"]
    assert main([*call, "--on", "2031-08-20"]) == 0
    assert "还有 11 天" in capsys.readouterr().out
    calendar = tmp_path / "deadlines.ics"
    assert main([*call, "--on", "2031-08-20", "-o", str(calendar)]) == 0
    assert calendar.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert main(call) == 2
    assert main([*call[:-1], "丁街", "--on", "2031-08-20"]) == 2
    assert main([*call, "--on", "2031-8-20"]) == 2
