"""The text of a day: who amends what, who goes first, what was known, what earlier cases are under."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policydsl.amend.consolidate import (
    Law,
    NoSuchNotice,
    alternatives,
    consolidate,
    corpus_findings,
    in_force,
    laws,
)
from policydsl.amend.corpus import Corpus, corpus_of
from policydsl.amend.listing import items_of
from policydsl.diagnostics.model import Label
from policydsl.pipeline import check_law
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.testing.amended import run_amended

OLD = """政策 “旧”:
    编号 旧
    日期 2024年1月1日
    施行 自 2024年2月1日 起

单位 家

对象 区:
    名称: 文本  主键
    家数: 家

标准 单价 = 100元/家  依据 一

部分 甲部: 依据 二
    规则 甲 = 家数 × 单价
    规则 乙 = 甲 × 2

任务 走访: 家数 不低于 3家
    佐证 记录  依据 三
    期限 2024年12月31日
    负责 区
"""


def notice(id_: str, issued: str, body: str, of: str = "旧", head: str = "", more: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"政策 “{id_}”:\n    编号 {id_}\n    日期 {issued}\n{head}\n{more}\n修订 {of}: 依据 九\n{lines}"


HALF_A_YEAR = "    施行 自 2025年1月1日 至 2025年6月30日"


def corpus(*texts: str) -> Corpus:
    return corpus_of(Source(f"{at}.pol", text) for at, text in enumerate(texts))


def day(text: str) -> date:
    return date.fromisoformat(text)


def law(on: str, *texts: str, known: str = "") -> Law:
    return consolidate(corpus(OLD, *texts), day(on), day(known) if known else None, "旧")


def price(found: Law) -> str:
    node = next(item for item in found.file.body if isinstance(item, tree.Parameter))
    assert node.value is not None
    return node.value.span.text


def codes(*texts: str) -> list[str]:
    return [finding.code for finding in corpus_findings(corpus(OLD, *texts))]


ONE = notice("一", "2025-01-01", "改为 单价 = 200元/家")
TWO = notice("二", "2025-06-01", "改为 单价 = 300元/家")


def test_a_day_has_the_text_of_that_day() -> None:
    assert price(law("2024-12-31", ONE)) == "100元/家"
    assert price(law("2025-01-01", ONE)) == "200元/家"
    assert law("2025-01-01", ONE).amended_by == ("一",)
    assert law("2024-12-31", ONE).passed[0].why == "not-yet"


def test_what_was_not_issued_was_not_known() -> None:
    late = notice("一", "2025-03-01", "改为 单价 = 200元/家 自 2025年1月1日 起")
    assert price(law("2025-02-01", late, known="2025-02-01")) == "100元/家"
    assert law("2025-02-01", late, known="2025-02-01").passed[0].why == "not-known"
    assert price(law("2025-02-01", late, known="2025-03-01")) == "200元/家"
    assert "amend-retroactive" in codes(late)
    (act,) = law("2025-02-01", late).rulings.of["", "单价"].acts
    assert act.retroactive


def test_two_notices_clash_unless_one_goes_first_or_knows_the_other() -> None:
    (found,) = corpus_findings(corpus(OLD, ONE, TWO))
    assert found.code == "amend-conflict"
    assert isinstance(found.where, Span) and found.where.source.name == "2.pol"
    assert [isinstance(label, Label) and str(label.where) for label in found.labels] == ["1.pol:7:5"]
    first = TWO + "    优先于 一\n"
    knows = TWO.replace("300元/家", "300元/家 由 200元/家")
    assert codes(ONE, first) == codes(ONE, knows) == []
    assert price(law("2025-06-01", ONE, first)) == price(law("2025-06-01", ONE, knows)) == "300元/家"


def test_the_earlier_may_go_first_too() -> None:
    found = law("2025-06-01", ONE + "    优先于 二\n", TWO)
    assert price(found) == "200元/家"
    (passed,) = found.rulings.of["", "单价"].passed
    assert (passed.why, passed.by) == ("outdone", "一")


def test_a_part_and_a_rule_in_it_are_one_place() -> None:
    inside = notice("一", "2025-01-01", "改为 甲 = 家数 × 1元/家")
    around = notice("二", "2025-06-01", "废止 甲部")
    assert codes(inside, around) == ["amend-conflict"]
    assert codes(inside, around + "    优先于 一\n") == []


def test_keeping_a_rule_of_a_part_that_goes() -> None:
    found = law("2025-01-01", notice("一", "2025-01-01", "废止 甲部\n保留 甲"))
    assert found.findings == ()
    rules = {name for (_, name), ruling in found.rulings.of.items() if ruling.word == "RULE" and not ruling.gone}
    assert rules == {"甲"}
    assert check_law(corpus(OLD), found).program is not None


def test_what_uses_the_repealed_is_told_where_it_went() -> None:
    texts = notice("一", "2025-01-01", "废止 甲")
    made = corpus(OLD, texts)
    result = check_law(made, consolidate(made, day("2025-01-01"), None, "旧"))
    assert result.program is None
    (found,) = [item for item in result.findings if item.code == "unknown-name"]
    assert any("一 在这里废止" in label.text for label in found.labels)


def test_a_notice_that_lost_force_amends_nothing_later() -> None:
    one = notice("一", "2025-01-01", "改为 单价 = 200元/家 自 2025年9月1日 起")
    over = notice("二", "2025-06-01", "废止", of="一")
    found = law("2025-09-01", one, over)
    assert price(found) == "100元/家"
    assert [passed.why for passed in found.passed] == ["lapsed"]
    # what took effect before stays
    assert price(law("2025-09-01", ONE, notice("二", "2025-06-01", "废止", of="一"))) == "200元/家"


def test_what_changes_for_a_time_is_undone_after_it() -> None:
    for_a_time = notice("一", "2025-01-01", "改为 单价 = 200元/家 自 2025年1月1日 至 2025年6月30日")
    assert price(law("2025-06-30", for_a_time)) == "200元/家"
    after = law("2025-07-01", for_a_time)
    assert price(after) == "100元/家"
    assert [(passed.why, passed.until) for passed in after.passed] == [("expired", day("2025-06-30"))]
    # a 修订 says it for all its lines, and the head of a notice for what it changes
    whole = notice("一", "2025-01-01", "改为 单价 = 200元/家").replace(
        "修订 旧:", "修订 旧 自 2025年1月1日 至 2025年6月30日:"
    )
    assert price(law("2025-07-01", whole)) == "100元/家"
    ended = notice("一", "2024-12-01", "改为 单价 = 200元/家", head=HALF_A_YEAR)
    assert price(law("2025-06-30", ended)) == "200元/家" and price(law("2025-07-01", ended)) == "100元/家"
    assert corpus(OLD, ended).days() == [day("2025-01-01"), day("2025-07-01")]


def test_what_a_notice_in_force_for_a_time_repeals_stays_repealed() -> None:
    gone = notice("一", "2024-12-01", "废止 甲", head=HALF_A_YEAR)
    found = law("2025-07-01", gone)
    assert "甲" not in {name for (_, name), item in found.rulings.of.items() if item.word == "RULE" and not item.gone}
    # unless the line itself says for how long
    for_a_time = notice("一", "2025-01-01", "废止 甲 自 2025年1月1日 至 2025年6月30日")
    found = law("2025-07-01", for_a_time)
    assert "甲" in {name for (_, name), item in found.rulings.of.items() if item.word == "RULE" and not item.gone}


def test_two_that_never_count_on_one_day_do_not_meet() -> None:
    first = notice("一", "2025-01-01", "改为 单价 = 200元/家 自 2025年1月1日 至 2025年6月30日")
    assert codes(first, notice("二", "2025-03-01", "改为 单价 = 300元/家 自 2025年7月1日 起")) == []
    assert codes(first, notice("二", "2025-03-01", "改为 单价 = 300元/家 自 2025年6月30日 起")) == ["amend-conflict"]
    second = notice("二", "2025-03-01", "改为 单价 = 300元/家 自 2025年6月1日 至 2025年6月2日")
    assert codes(first, second) == ["amend-conflict"]


def test_from_new_and_from_old() -> None:
    assert price(law("2024-06-01", ONE + "    既往 从新\n")) == "200元/家"
    assert price(law("2024-06-01", ONE + "    既往 从新\n", known="2024-12-31")) == "100元/家"
    old = law("2024-06-01", ONE + "    既往 从旧\n")
    assert price(old) == "100元/家"
    assert [passed.why for passed in old.passed] == ["old-law"]


def test_the_better_law_has_alternatives() -> None:
    made = corpus(OLD, ONE + "    既往 从优 按 甲\n")
    options = alternatives(made, day("2024-06-01"), None, "旧")
    assert [price(one) for one, _ in options] == ["100元/家", "200元/家"]
    assert options[1][1] is not None and options[1][1].path[0].text == "甲"
    assert len(alternatives(made, day("2025-06-01"), None, "旧")) == 1
    assert len(alternatives(made, day("2024-06-01"), day("2024-12-31"), "旧")) == 1


def test_a_whole_notice_ends_and_comes_back() -> None:
    gone = notice("一", "2025-01-01", "替代")
    back = notice("二", "2025-06-01", "恢复")
    made = corpus(OLD, gone, back)
    assert consolidate(made, day("2024-12-31"), None, "旧").standing == "in-force"
    ended = consolidate(made, day("2025-05-31"), None, "旧")
    assert ended.standing == "ended" and ended.ended is not None and ended.ended.notice == "一"
    assert consolidate(made, day("2025-06-01"), None, "旧").standing == "in-force"
    assert [item.id for item in in_force(made, day("2025-05-31"))] == ["一"]
    assert [item.notice.id for item in laws(made, day("2025-06-01"))] == ["旧", "一", "二"]


def test_names_of_the_amending_notice_come_with_it() -> None:
    more = "单位 项\n标准 基价 = 50元/项  依据 一\n标准 新价 = 基价 × 4项 ÷ 1家  依据 一\n"
    texts = notice("一", "2025-01-01", "改为 单价 = 新价 + 0元/家", more=more)
    made = corpus(OLD, texts)
    found = consolidate(made, day("2025-01-01"), None, "旧")
    result = check_law(made, found)
    assert result.program is not None, result.findings
    assert {act.deed for act in found.rulings.of["", "基价"].acts} == {"BORROWED"}


def test_addresses_within_a_task() -> None:
    texts = notice("一", "2025-01-01", "改为 走访.期限 = 原值 + 2个月\n改为 走访.负责 = 市局\n废止 走访.记录")
    text = format_file(law("2025-01-01", texts).file)
    assert "期限 2025年2月28日" in text and "负责 市局" in text and "佐证" not in text


def test_long_chains_are_no_trouble() -> None:
    texts = [OLD]
    for at in range(400):
        target = f"号{at - 1}" if at else "旧"
        body = f"改为 价{at - 1} = {at}元" if at else "改为 单价 = 7元/家"
        more = f"标准 「价{at}」 = 0元  依据 一\n"
        issued = date.fromordinal(day("2025-01-01").toordinal() + at).isoformat()
        texts.append(notice(f"号{at}", issued, body.replace(f"价{at - 1}", f"「价{at - 1}」"), of=target, more=more))
    made = corpus(*texts)
    assert corpus_findings(made) == ()
    assert price(consolidate(made, day("2027-01-01"), None, "旧")) == "7元/家"
    # many notices, one after the other, on one place
    chain = [OLD]
    for at in range(200):
        issued = date.fromordinal(day("2025-01-01").toordinal() + at).isoformat()
        chain.append(notice(f"号{at}", issued, f"改为 单价 = {at + 101}元/家 由 {at + 100}元/家"))
    made = corpus(*chain)
    found = consolidate(made, day("2027-01-01"), None, "旧")
    assert price(found) == "300元/家" and len(found.rulings.of["", "单价"].acts) == 200


def test_one_must_say_which_notice() -> None:
    other = OLD.replace("编号 旧", "编号 别")
    with pytest.raises(NoSuchNotice) as found:
        consolidate(corpus(OLD, other), day("2025-01-01"))
    assert found.value.known == ("旧", "别")
    with pytest.raises(NoSuchNotice):
        consolidate(corpus(OLD), day("2025-01-01"), None, "没有")
    # a notice that only amends is none to choose from
    assert consolidate(corpus(OLD, ONE), day("2025-01-01")).notice.id == "旧"


def test_nodes_keep_the_places_of_their_own_files() -> None:
    found = law("2025-01-01", ONE)
    node = next(item for item in found.file.body if isinstance(item, tree.Parameter))
    assert node.span.source.name == "0.pol"
    assert node.value is not None and node.value.span.source.name == "1.pol"
    assert node.cite is not None and node.cite.text == "一、一 九"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "修订",
        "修订 旧:",
        "政策 “x”:\n编号 y",
        "修订 旧:\n    改为",
        "部分 " * 40,
        "\n".join(" " * n + "部分 a:" for n in range(60)),
    ],
)
def test_any_file_may_lie_in_the_folder(text: str) -> None:
    made = corpus(OLD, text)
    corpus_findings(made)
    assert price(consolidate(made, day("2025-01-01"), None, "旧")) == "100元/家"


def test_the_old_value_upon_the_old_value_has_a_bottom() -> None:
    texts = [OLD]
    for at in range(120):
        issued = date.fromordinal(day("2025-01-01").toordinal() + at).isoformat()
        earlier = f"优先于 {'、'.join(f'号{n}' for n in range(at))}" if at else "保留 乙"
        texts.append(notice(f"号{at}", issued, f"改为 甲 = 原值 + 1元\n{earlier}"))
    found = corpus_findings(corpus(*texts))
    assert {finding.code for finding in found} == {"too-nested"}
    # figures of one unit are worked out, and never nest
    plain = [text.replace("改为 甲 = 原值 + 1元", "改为 单价 = 原值 + 1元/家") for text in texts]
    assert corpus_findings(corpus(*plain)) == ()
    assert format_file(consolidate(corpus(*plain), day("2026-01-01"), None, "旧").file).count("220元/家") == 1


def test_a_line_that_cannot_be_read_stops_the_text_it_speaks_of() -> None:
    made = corpus(OLD, ONE + "    改为 走访.期限 = = 1元\n")
    found = consolidate(made, day("2025-01-01"), None, "旧")
    assert [finding.code for finding in found.unread] == ["unexpected"]
    assert check_law(made, found).program is None


WORDS = [
    "改为 单价",
    "废止 甲部",
    "修订 旧:",
    "优先于 一",
    "恢复 甲",
    "    ",
    "自 2025年1月1日 起",
    "“",
    "「",
    "替代",
    "原值",
    "| a | b |",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.sampled_from(WORDS), st.booleans()), max_size=6))
def test_any_mutated_corpus_is_answered_by_findings(changes: list[tuple[int, int, str, bool]]) -> None:
    docs = [text.splitlines() for text in (OLD, ONE, TWO + "    既往 从优 按 甲\n    废止 乙\n")]
    for which, at, word, instead in changes:
        lines = docs[which]
        place = min(at, len(lines) - 1)
        if instead and lines:
            lines[place] = word
        else:
            lines.insert(place, word)
    made = corpus(*("\n".join(lines) + "\n" for lines in docs))
    corpus_findings(made)
    for id_ in made.notices:
        found = consolidate(made, day("2025-07-01"), None, id_)
        assert found.rulings is not None
        list(items_of(found))
        check_law(made, found)


DATED = """policy “Old”:
    id Old
    published 2024-01-01
    main worker
    as of left

entity worker:
    name: text  key
    left: date
    week: money

parameter limit: per 1
    from 2023-04-06 onward = 643元
    from 2024-04-06 onward = 700元

rule paid = min(week, limit)  per 2
"""


def amending(was: str, example: str = "") -> Corpus:
    lines = f"    change limit = 719元 was {was}\n{example}"
    return corpus(
        DATED,
        f"policy “New”:\n    id New\n    published 2025-03-01\n\namend Old from 2025-04-06 onward: per 9\n{lines}",
    )


def test_the_old_value_of_several_by_date_is_the_one_in_force_on_the_day() -> None:
    assert [item.code for item in corpus_findings(amending("700元"))] == []
    assert [item.code for item in corpus_findings(amending("643元"))] == ["amend-old-value"]


@pytest.mark.parametrize(("left", "paid"), [("2024-04-05", 643), ("2025-04-05", 700), ("2025-04-06", 719)])
def test_an_example_is_of_the_day_of_its_case(left: str, paid: int) -> None:
    example = f"    example one:\n        given name = “A”, left = {left}, week = 800元\n        then paid = {paid}元\n"
    (ran,) = run_amended(amending("700元", example))
    assert ran.findings == ()
    assert [result.ok for result in ran.results] == [True]
    assert ran.on == date.fromisoformat(left)
