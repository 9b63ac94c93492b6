"""Writes `facts.xlsx` beside this file: invented facts for `policies/2025.pol`. Run it again and the bytes are the same.

Nothing here is real: districts are those of the notice, every number, firm, code, project, event and decision is made up so
that each branch of the policy is met once. Firms are called 示例企业0001 and so on; codes carry the region 440199, which no
place has, with valid check digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import NamedTuple

from xlsxwriter import Workbook

Cell = str | int | date | None
Row = Sequence[Cell]

SHEETS: dict[str, tuple[str, ...]] = {
    "区": (
        *("名称", "高企认定数", "高企公告数", "高企年度目标", "上年高企认定数", "规上高企数", "上年规上高企数"),
        *("规上科服数", "上年规上科服数", "专利高企数", "上年专利高企数", "基数口径"),
    ),
    "宣讲活动": ("区", "活动编号", "日期", "参与企业数", "佐证齐全", "附签到明细", "上传日期"),
    "宣讲签到": ("宣讲活动", "统一社会信用代码", "企业名称"),
    "对接活动": ("区", "活动编号", "日期", "参与企业数", "佐证齐全", "附签到明细", "上传日期"),
    "对接签到": ("对接活动", "统一社会信用代码", "企业名称"),
    "重点企业": ("区", "统一社会信用代码", "企业名称", "营收靠前", "定期报送"),
    "企业报送": ("重点企业", "报送季度"),
    "重大项目": ("区", "项目编号", "项目名称", "定期报送"),
    "技术需求": ("区", "需求编号", "企业名称", "登记日期", "有效"),
    "登记企业": ("统一社会信用代码", "企业名称"),
    "项目报送": ("重大项目", "报送期", "当期投资", "累计投资"),
    "全市": ("预算额度",),
    "申报机构": (
        *("区", "统一社会信用代码", "机构名称", "申报方式", "提交时间", "推荐名次", "推荐时间", "入选"),
        *("实质从事经营", "开展专业服务", "经验和保障", "熟悉政策", "其他资质证明", "协议写明职责权益", "签订合作协议"),
        *("基本信息表(2025年度)", "法人证书", "营业执照", "年度工作方案", "行为准则承诺书"),
    ),
    "联合单位": ("申报机构", "单位代码", "单位名称", "牵头"),
    "一区一机构": (
        *("区", "统一社会信用代码", "机构名称"),
        *("开展对接服务", "辅导跟踪", "推动规模提升", "交办任务", "更新GI信息", "遵守行为准则"),
        *("统一提报", "全程留痕", "真实可溯", "相互印证", "规范完整"),
    ),
    "前一通知机构": ("统一社会信用代码", "机构名称", "服务类别", "应走访次数", "对应经费"),
    "走访": ("前一通知机构", "走访编号", "走访单位", "走访日期", "及时录入", "营业收入", "研发投入", "照片显示单位"),
    "裁量": ("对象", "主键", "事项", "结论", "理由", "决定人", "日期"),
}
NOTE = (
    "本工作簿的数据全部是虚构的,只用来演示 policies/2025.pol 怎样测算。",
    "各区的家数、目标、活动、企业、项目、需求、预算和裁量都不是真实数据,不能引用。",
    "企业、机构名称一律写作「示例」加编号;统一社会信用代码用 440199 开头的区划,没有这样的行政区划。",
    "由同一文件夹里的 make.py 生成,重新生成得到的文件一个字节也不差。",
    "All data in this workbook are invented.",
)


class District(NamedTuple):
    """One district: code for ids, tier, the eleven figures of its row, and how far its base work went."""

    name: str
    code: str
    tier: int
    recognised: int
    target: int
    last: int
    large: int
    large_last: int
    services: int
    services_last: int | None
    patents: int
    patents_last: int
    kind: str = "当年交集"
    needs: int = 60
    needs_valid: int = 60
    briefings: int = 12
    judged: tuple[bool | None, bool | None] = (True, True)
    passed: bool | None = True


DISTRICTS = (
    # exactly 100 %, 80 %, 100 %, 80 %
    District("黄埔区", "HP", 1, 1000, 1000, 930, 168, 200, 210, 200, 104, 100, needs=300, needs_valid=240),
    # the increment by number (90 ÷ 15) beats that by share; patents exactly 100 %; services below 80 %
    District("天河区", "TH", 1, 1290, 1200, 1150, 260, 240, 240, 300, 195, 150, needs=320, needs_valid=250),
    # exactly 85 %; one need short of 55, so the base subsidy is for a human; large firms exactly 100 %
    District("番禺区", "PY", 1, 510, 600, 520, 105, 100, 84, 100, 70, 80, needs=118, needs_valid=54),
    # exactly 70 %; one large firm short of 80 %, one patent firm short of 100 %
    District("白云区", "BY", 2, 350, 500, 430, 83, 100, 120, 110, 64, 50, needs=170, needs_valid=120),
    # one short of 85 %; last year's base is the stock, so it cannot be compared
    District("南沙区", "NS", 2, 339, 400, 350, 110, 300, 66, 60, 41, 30, "有效存量", needs=160, needs_valid=110),
    # the district worked through in domain notes and examples: 44.25万元
    District("花都区", "HD", 2, 490, 450, 405, 150, 142, 55, 52, 40, 35, needs=150, needs_valid=100),
    # both routes of the increment tie at 10万元
    District("增城区", "ZC", 2, 330, 300, 270, 90, 80, 37, 40, 26, 25, needs=140, needs_valid=90),
    # below 70 %; a figure of last year is missing
    District("海珠区", "HZ", 3, 265, 380, 300, 70, 66, 95, None, 39, 30, needs=90, needs_valid=50),
    # the increment by share (3 steps of 5 % of 240) beats that by number
    District("越秀区", "YX", 3, 276, 240, 230, 52, 48, 130, 120, 21, 20, needs=80, needs_valid=45),
    # one short of 100 %; a base of zero; the report and the evaluation are not judged yet
    District(
        *("荔湾区", "LW", 3, 149, 150, 140, 31, 30, 48, 50, 6, 0),
        needs=70,
        needs_valid=40,
        judged=(True, None),
        passed=None,
    ),
    # last year's count is below the target, so the base of the 5 % matters; nine events only; the evaluation is failed
    District(
        *("从化区", "CH", 3, 150, 120, 100, 24, 25, 20, 18, 9, 6),
        needs=60,
        needs_valid=30,
        briefings=9,
        passed=False,
    ),
)
BRIEFING = {1: 60, 2: 40, 3: 20}
MATCHING = {1: 30, 2: 20, 3: 10}
FIRMS = {1: 15, 2: 10, 3: 10}
PROJECTS = {1: 5, 2: 3, 3: 3}
ANNOUNCED_LESS = {"TH": 2, "PY": 1}
"""Firms of the public list that are not in the announcement after it, by district."""

QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
SIGNED = "HD"
"""The district whose events come with their sign-in sheets."""

ATTENDANTS = 70_000
"""Numbers of the firms that sign in begin here."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int) -> str:
    """An invented 统一社会信用代码 with both check digits right (GB 11714, GB 32100)."""
    subject = f"{number:08d}"
    weighed = sum(int(digit) * weight for digit, weight in zip(subject, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    subject += "0123456789X"[-weighed % 11]
    body = f"91440199{subject}"
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def yes(value: bool | None) -> str | None:
    """A judgement as it is written; None where it is not made yet."""
    return None if value is None else "是" if value else "否"


def facts() -> dict[str, list[Row]]:
    """All rows of the workbook by sheet."""
    numbers = count(1)
    rows: dict[str, list[Row]] = {name: [] for name in SHEETS}
    for at, item in enumerate(DISTRICTS):
        rows["区"].append(
            (
                *(
                    item.name,
                    item.recognised,
                    item.recognised - ANNOUNCED_LESS.get(item.code, 0),
                    item.target,
                    item.last,
                    item.large,
                    item.large_last,
                ),
                *(item.services, item.services_last, item.patents, item.patents_last, item.kind),
            )
        )
        for kind, code, least, enough in (
            ("宣讲", "XJ", BRIEFING[item.tier], item.briefings),
            ("对接", "DJ", MATCHING[item.tier], 4),
        ):
            held = list(_events(item, code, least, enough, at))
            rows[f"{kind}活动"] += held
            if item.code == SIGNED:
                rows[f"{kind}签到"] += [row for event in held for row in _sign_ins(event)]
        firms = list(_firms(item, numbers))
        rows["重点企业"] += firms
        rows["企业报送"] += _quarters(item, firms)
        rows["重大项目"] += _projects(item)
        rows["技术需求"] += _needs(item, numbers)
        rows["裁量"] += _decisions(item)
        rows["申报机构"] += _applicants(item, at)
        rows["联合单位"] += _members(item, at)
        rows["一区一机构"].append(_agency(item, at))
    rows["登记企业"] += [(credit_code(number), f"示例企业{number:04d}") for number in range(1, next(numbers))]
    rows["项目报送"] += [report for project in rows["重大项目"] for report in _reports(project)]
    rows["全市"].append((8_000_000,))
    rows["前一通知机构"] += _earlier()
    rows["走访"] += _visits()
    return rows


def _events(item: District, kind: str, least: int, enough: int, at: int) -> Iterator[Row]:
    """As many events as said that count, the first exactly at the least number of firms; then one too small, one unproven."""
    late = date(2025, 11, 3) + timedelta(days=at)
    held = [
        (date(2025, 4, 21) + timedelta(days=16 * number + at), least + (number * 7 + at) % 30 * bool(number), "是")
        for number in range(enough)
    ]
    held += [(late, least - 1, "是"), (late + timedelta(days=7), least + 5, "否")]
    for number, (day, firms, proven) in enumerate(held, 1):
        signed = "是" if item.code == SIGNED else None
        uploaded = day + timedelta(days=number % 4)
        yield item.name, f"{kind}-{item.code}-{number:03d}", day, firms, proven, signed, uploaded


def _sign_ins(event: Row) -> Iterator[Row]:
    """As many different firms as the event declares; every tenth signs in twice and still counts once."""
    firms = event[3]
    assert isinstance(firms, int)
    for place in range(firms):
        number = ATTENDANTS + place
        for _ in range(2 if place % 10 == 0 else 1):
            yield event[1], credit_code(number), f"示例企业{number}"


def _firms(item: District, numbers: Iterator[int]) -> Iterator[Row]:
    wanted = FIRMS[item.tier]
    for place in range(wanted + 2):
        number = next(numbers)
        leading, reported = place != wanted, place != wanted + 1
        yield item.name, credit_code(number), f"示例企业{number:04d}", yes(leading), yes(reported)


def _quarters(item: District, firms: Sequence[Row]) -> Iterator[Row]:
    """The quarters in which each key firm was reported: all, but in 白云区 three firms are left out of the third."""
    for place, firm in enumerate(firms):
        for quarter in QUARTERS:
            if firm[4] == "是" and not (item.code == "BY" and quarter == "第三季度" and place < 3):
                yield firm[1], quarter


def _projects(item: District) -> Iterator[Row]:
    for place in range(PROJECTS[item.tier] + 1):
        yield item.name, f"XM-{item.code}-{place + 1:02d}", f"示例项目{item.code}{place + 1:02d}", yes(place > 0)


def _reports(project: Row) -> Iterator[Row]:
    """Three quarters of a project: what was invested in each, and so far."""
    so_far = 0
    for number, day in enumerate((date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)), 1):
        so_far += 1_000_000 * number
        yield project[1], day, 1_000_000 * number, so_far


def _needs(item: District, numbers: Iterator[int]) -> Iterator[Row]:
    """The valid ones in time come first, the last of them on 31 August; then late, invalid and not yet judged ones in turn."""
    for place in range(item.needs):
        day = date(2025, 4, 14) + timedelta(days=place * 131 // max(1, item.needs_valid))
        valid: bool | None = True
        if place == item.needs_valid - 1:
            day = date(2025, 8, 31)
        elif place >= item.needs_valid:
            after = place - item.needs_valid
            day = (date(2025, 9, 1), date(2025, 7, 10), date(2025, 9, 30))[after % 3]
            valid = (True, False, None if item.code == "NS" else False)[after % 3]
        number = next(numbers)
        yield item.name, f"XQ-{item.code}-{place + 1:04d}", f"示例企业{number:04d}", day, yes(valid)


def _decisions(item: District) -> Iterator[Row]:
    done, accepted = item.judged
    office, agency, day = "市科技局", "市统筹机构", date(2026, 3, 20)
    judged = (
        ("分派任务已落实", done, agency, "示例:走访记录和周报齐全"),
        ("总结报告合格", accepted, agency, "示例:三部分内容齐全"),
        ("通过绩效考核", item.passed, office, "示例:通过审核" if item.passed else "示例:宣讲活动只有九场,审核未通过"),
    )
    for about, made, by, reason in judged:
        if made is not None:
            yield "区", item.name, about, yes(made), reason, by, day
    if item.code == "HD":
        yield "区", item.name, "核准补助", 740_000, "示例:按测算额核准,取整到万元", office, date(2026, 4, 10)
        yield "区", item.name, "拨付补助", 700_000, "示例:结合预算额度", office, date(2026, 4, 30)
    if item.code == "CH":
        yield "区", item.name, "核准补助", 0, "示例:未通过审核", office, date(2026, 4, 10)
        yield "区", item.name, "拨付补助", 0, "示例:未通过审核", office, date(2026, 4, 30)


APPLICANTS = 80_000
"""Where the invented numbers of agencies begin, apart from those of firms."""


def _applicants(item: District, at: int) -> Iterator[Row]:
    """Three recommended, the first in one place and the second in the next chosen; the first applies jointly in every third
    district. In 黄埔区 two more: one an hour late, one without its pledge."""
    for place in range(5 if item.code == "HP" else 3):
        joint = place == 0 and at % 3 == 0
        ranked, late, bare = place < 3, place == 3, place == 4
        yield (
            *(item.name, credit_code(APPLICANTS + 10 * at + place), f"示例机构{10 * at + place:03d}"),
            "联合申报" if joint else "单独申报",
            "2025年4月10日19时"
            if late
            else "2025年4月10日18时"
            if place == 0
            else f"2025年4月{8 if bare else place + 7}日10时30分",
            place + 1 if ranked else "无",
            ("2025年4月17日18时" if at == 0 else "2025年4月16日15时") if ranked else "无",
            yes(place == at % 2),
            *("是", "是", "是", "是", "是"),
            *(yes(joint), yes(joint)),
            *("是", yes(at % 2 == 1), yes(at % 2 == 0), "是", yes(not bare)),
        )


def _members(item: District, at: int) -> Iterator[Row]:
    """The lead and its partner of a joint application."""
    if at % 3 == 0:
        lead = credit_code(APPLICANTS + 10 * at)
        yield lead, lead, f"示例机构{10 * at:03d}", "是"
        yield lead, credit_code(APPLICANTS + 10 * at + 9), f"示例机构{10 * at + 9:03d}", "否"


def _agency(item: District, at: int) -> Row:
    """The agency chosen; in 从化区 it kept its records badly."""
    sound = item.code != "CH"
    code, name = credit_code(APPLICANTS + 10 * at + at % 2), f"示例机构{10 * at + at % 2:03d}"
    return (item.name, code, name, *("是",) * 6, "是", "是", yes(sound), yes(sound), "是")


def _earlier() -> Iterator[Row]:
    yield credit_code(APPLICANTS + 900), "示例机构900", "研发活动规范化", 3, 20_000
    yield credit_code(APPLICANTS + 901), "示例机构901", "研发活动规范化", 2, 20_000
    yield credit_code(APPLICANTS + 902), "示例机构902", "科技服务业发展", 2, 20_000


def _visits() -> Iterator[Row]:
    """Three in order, one of them before the day of the earlier notice; then one without a figure of research, one entered late."""
    first, second = credit_code(APPLICANTS + 900), credit_code(APPLICANTS + 901)
    for number, day in enumerate((date(2025, 3, 31), date(2025, 4, 1), date(2025, 12, 31)), 1):
        yield first, f"ZF-{number:02d}", f"示例企业{9000 + number}", day, "是", 12_000_000, 800_000, "是"
    yield second, "ZF-11", "示例企业9011", date(2025, 6, 3), "是", 9_000_000, "无", "是"
    yield second, "ZF-12", "示例企业9012", date(2025, 6, 4), "否", 9_000_000, 600_000, "是"


def workbook(rows: dict[str, list[Row]]) -> bytes:
    """The bytes of the workbook, the same for the same rows."""
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": "虚构的示例数据", "created": datetime(2025, 1, 1)})
    head = book.add_format({"bold": True, "bg_color": "#D9E2F3", "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    note = book.add_worksheet("填写说明")
    note.set_column(0, 0, 100)
    for number, line in enumerate(NOTE):
        note.write_string(number, 0, line)
    for name, columns in SHEETS.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(columns) - 1, 16)
        for column, title in enumerate(columns):
            sheet.write_string(0, column, title, head)
        for number, row in enumerate(rows[name], 1):
            _write(sheet, number, row, day)
    book.close()
    return buffer.getvalue()


def _write(sheet: object, number: int, row: Iterable[Cell], day: object) -> None:
    for column, cell in enumerate(row):
        match cell:
            case None:
                continue
            case str():
                sheet.write_string(number, column, cell)  # type: ignore[attr-defined]
            case date():
                sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), day)  # type: ignore[attr-defined]
            case int():
                sheet.write_number(number, column, cell)  # type: ignore[attr-defined]


if __name__ == "__main__":
    (Path(__file__).parent / "facts.xlsx").write_bytes(workbook(facts()))
