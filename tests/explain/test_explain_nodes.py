"""Each kind of step in words: what was taken, what was not and why."""

from __future__ import annotations

from fractions import Fraction

from invented_notice import DISTRICTS, FIRMS, MONEY, RATIO, apply, const, district, fact, facts, firms, per_firm, wide
from one_rule import PLACES, attending, compare, fates, said, told, total

from policydsl.core.program import (
    Band,
    Bands,
    Bound,
    Brackets,
    Case,
    Children,
    Choose,
    Every,
    Here,
    IfInapplicable,
    Inapplicable,
    Increment,
    Let,
    Limit,
    Local,
    Not,
    OnDay,
    OneOf,
    Option,
    Pick,
    Round,
    Slice,
    Some,
    Step,
    UnmetTasks,
    Within,
)
from policydsl.core.types import BOOL, DATE, TEXT, ListOf, Number, Optional

COUNT = fact("高企认定数")


def yuan(amount: int) -> object:
    return const(amount, MONEY, f"{amount}元")


def at_least(*bounds: int) -> tuple[object, ...]:
    return tuple(compare("ge", COUNT, firms(bound), "不低于") for bound in bounds)


UPPER = Bands(
    COUNT,
    "upper",
    (Band(firms(100), True, yuan(1)), Band(firms(520), False, yuan(2)), Band(firms(900), True, yuan(3))),
    yuan(4),
    type=MONEY,
)
SLICES = Brackets(
    COUNT,
    (
        Slice(firms(0), firms(500), per_firm(100)),
        Slice(firms(500), firms(900), per_firm(200)),
        Slice(firms(900), None, per_firm(300)),
    ),
    type=MONEY,
)
FLOOR = Limit(
    COUNT,
    (Bound("cap", firms(900)), Bound("floor", firms(600), compare("gt", COUNT, firms(1), "高于"), "三")),
    type=FIRMS,
)
EXCEPTIONS = Choose(
    "agree",
    (Case(at_least(500)[0], yuan(7), "重大贡献", "四"), Case(at_least(900)[0], yuan(8), "特别贡献")),
    yuan(1),
    "exceptions",
    type=MONEY,
)


def by_name(*names: str) -> Choose:
    cases = (
        Case(compare("eq", fact("名称", DISTRICTS), const(name, DISTRICTS, name)), yuan(index), name)
        for index, name in enumerate(names)
    )
    return Choose("first", tuple(cases), None, "category", type=MONEY)


def test_upper_bounds() -> None:
    assert said(UPPER) == [wide("高企认定数 520家,不超过 900家⟨含⟩档,取 3元")]
    assert fates(UPPER) == [
        (wide("不超过 100家⟨含⟩"), "1元", wide("已超过,超出 420家")),
        (wide("低于 520家⟨不含⟩"), "2元", wide("未达到:正好等于,但不含本数")),
        (wide("不超过 900家⟨含⟩"), "3元", "采用"),
        ("否则", "4元", "只在各档都不适用时"),
    ]
    assert said(UPPER, "en") == ["hte_count 520 firms, band “900 firms or less”, giving 3 yuan"]


def test_slices() -> None:
    assert said(SLICES) == [wide("高企认定数 520家,分段计算再相加 = 54,000元")]
    assert fates(SLICES) == [
        ("0家 至 500家", "100元/家", "500家 × 100元/家 = 50,000元"),
        ("500家 至 900家", "200元/家", "20家 × 200元/家 = 4,000元"),
        ("900家 以上", "300元/家", "未及此段"),
    ]


def test_caps_and_floors() -> None:
    assert said(FLOOR) == ["高企认定数 520家", wide("按保底 600家:520家 → 600家〔三〕")]
    assert fates(FLOOR, 1) == [
        ("封顶 900家", "", "未触及"),
        (wide("保底 600家⟨条件:高企认定数 520家 高于 1家⟩"), "", wide("起作用:520家 → 600家〔三〕")),
    ]
    idle = Limit(COUNT, (Bound("cap", firms(900)),), type=FIRMS)
    assert said(idle, "en")[-1] == "520 firms is within caps and floors"


def test_the_highest_of_alternatives_and_ties() -> None:
    equal = Pick("max", (Option("甲口径", yuan(5)), Option("乙口径", yuan(5))), type=MONEY)
    assert said(equal) == [wide("就高取「甲口径」 = 5元,与另一项相等,取先写的一项")]
    low = Pick("min", (Option("甲口径", yuan(9)), Option("乙口径", yuan(5))), type=MONEY)
    assert said(low, "en") == ["the lowest is “乙口径” = 5 yuan"]
    assert fates(low) == [("甲口径", "9元", wide("较高,不取")), ("乙口径", "5元", "采用")]


def test_exceptions() -> None:
    assert said(EXCEPTIONS) == [wide("除外「重大贡献」⟨高企认定数 520家 不低于 500家⟩:成立,取 7元〔四〕")]
    assert [fate for _, _, fate in fates(EXCEPTIONS)] == [wide("成立,采用〔四〕"), "不成立", "只在其余都不成立时"]


def test_a_choice_by_category_names_the_category() -> None:
    assert said(by_name("甲区", "乙区")) == [wide("按 名称 甲区 选,取 0元")]
    assert fates(by_name("乙区", "甲区")) == [("乙区", "", "不是这一类"), ("甲区", "", "采用")]


def test_no_case_at_all_is_a_conflict() -> None:
    body = Choose("first", (Case(at_least(900)[0], yuan(7)),), None, type=MONEY)
    assert said(body) == [wide("没有一项条件成立,而此处未规定那时如何")]
    assert told(body).status == "invalid"


def test_a_blocked_condition_leaves_the_choice_open() -> None:
    body = Choose("first", (Case(fact("通过考核", BOOL), yuan(7)),), yuan(0), type=MONEY)
    assert said(body) == [wide("通过考核⟨待裁量⟩:尚不能定,因此还不知取哪一项")]


def test_conditions() -> None:
    assert said(Every(at_least(100, 900), type=BOOL)) == [
        wide("高企认定数 520家 不低于 100家 且 520家 不低于 900家:不成立")
    ]
    some = Some(at_least(100, 200, 900, 1000), 2, type=BOOL)
    assert said(some) == [
        wide(
            "4 项条件须至少 2 项成立,2 项成立;2 项不成立⟨高企认定数 520家 不低于 900家、520家 不低于 1,000家⟩;结论:成立"
        )
    ]
    assert said(Not(at_least(900)[0], type=BOOL)) == [wide("非⟨高企认定数 520家 不低于 900家⟩:成立")]
    among = OneOf(
        fact("名称", DISTRICTS), (const("甲区", DISTRICTS, "甲区"), const("乙区", DISTRICTS, "乙区")), type=BOOL
    )
    assert said(among) == [wide("名称 甲区 在 甲区、乙区 之中:成立")]
    assert said(at_least(600)[0], kind="task") == [wide("高企认定数 520家 不低于 600家:未完成,差 80家")]


def test_rows_folded() -> None:
    assert said(total("sum", attending())) == [wide("3 场宣讲活动中 2 场已算出,小计 102家⟨不是合计⟩;未知 1 场")]
    assert fates(total("sum", attending())) == [
        ("甲区-01", "60家", "计入"),
        ("甲区-02", "42家", "计入"),
        ("甲区-03", "未知", "未定"),
    ]
    large = compare("ge", attending(), firms(50), "不低于")
    assert said(total("sum", attending(), large), key="乙区") == [
        wide("1 场宣讲活动中满足「参与企业数 不低于 50家」的 1 场,「参与企业数」合计 80家")
    ]
    assert said(total("max", attending(), empty=firms(0)), key="乙区") == [wide("1 场宣讲活动,「参与企业数」最大 80家")]
    assert said(total("any", compare("ge", attending(), firms(90), "不低于")), key="乙区") == [
        wide("1 场宣讲活动中 0 场满足「参与企业数 不低于 90家」;任一满足:不成立")
    ]
    counted = total("count", None, large)
    assert said(counted) == [wide("3 场宣讲活动中 1 场满足「参与企业数 不低于 50家」;未知 1 场")]
    assert fates(counted) == [
        ("甲区-02", "参与企业数 42家", "不满足"),
        ("甲区-03", wide("参与企业数⟨未知⟩"), "未定"),
    ]


def test_membership_in_rows() -> None:
    body = Within(COUNT, Children(Here(), "宣讲活动"), attending(), None, type=BOOL)
    assert said(body, key="乙区")[0].endswith(wide("在「宣讲活动」⟨1 行⟩的「参与企业数」之中:未知"))


def test_not_applicable_and_its_substitute() -> None:
    nothing = Inapplicable("未开展此项工作", type=Optional(MONEY))
    assert said(nothing) == [wide("不适用:未开展此项工作")]
    assert told(nothing).value == "不适用"
    assert said(IfInapplicable(nothing, yuan(0), type=MONEY)) == [
        wide("不适用:未开展此项工作"),
        wide("不适用,改取 0元"),
    ]


def test_local_names() -> None:
    body = Let(
        "超出",
        apply("sub", COUNT, firms(500), FIRMS),
        apply("mul", Local(0, "超出", type=FIRMS), per_firm(5), MONEY),
        type=MONEY,
    )
    assert said(body) == ["记「超出」= 高企认定数 520家 − 500家 = 20家", "超出 20家 × 5元/家 = 100元"]


def test_brackets_keep_the_order_of_operations() -> None:
    inner = apply("sub", firms(2), apply("add", COUNT, firms(3), FIRMS), FIRMS)
    assert said(apply("sub", firms(1), inner, FIRMS)) == ["1家 − (2家 − (高企认定数 520家 + 3家)) = 522家"]
    product = apply("mul", apply("mul", COUNT, const(2, RATIO, "2"), FIRMS), const(3, RATIO, "3"), FIRMS)
    assert said(product) == ["高企认定数 520家 × 2 × 3 = 3,120家"]
    assert said(apply("excess", COUNT, firms(500), FIRMS)) == ["高企认定数 520家 超过 500家 的部分 = 20家"]


def test_steps_begun_with_an_award_at_the_start_and_a_most() -> None:
    body = Increment(
        COUNT,
        firms(500),
        (Step(firms(15), yuan(100), "每 15家"),),
        "sum",
        True,
        yuan(3),
        const(9, Number(whole=True), "9"),
        type=MONEY,
    )
    assert said(body) == [
        wide("高企认定数 520家,起点 500家,超出 20家;每 15家 计 2 档 × 100元 = 200元,另有起步 3元,共 203元;最多 9 档")
    ]


def test_a_rounding_that_changes_nothing_says_so() -> None:
    assert said(Round("up", Fraction(10), COUNT, "向上取整 到 10家", type=FIRMS)) == [
        wide("向上取整 到 10家:高企认定数 520家,数值不变")
    ]


def test_unmet_tasks() -> None:
    parts = (Option("甲事", at_least(9999)[0]), Option("乙事", at_least(1)[0]))
    assert said(UnmetTasks(parts, type=ListOf(TEXT))) == [wide("2 项中未完成的:甲事")]


def test_a_day_of_the_run_that_nobody_gave() -> None:
    assert told(OnDay(type=DATE)).reasons == (wide("区「甲区」的「单独」算不出:没有说明按哪一天,请用 --on 给出"),)


def test_places_among_others() -> None:
    given = facts(district("甲区", 1, 300), district("乙区", 2, 500, 3), district("丙区", 3, 300, 4))

    def of(name: str, lang: str = "zh") -> str:
        return told(PLACES[name], lang, "丙区", given).passages[0].text

    assert of("before") == wide("区按先后在本行之前共 2 个,「高企年度目标」累计 800家")
    assert of("up-to") == "区的先后或范围尚不能定"
    assert of("previous") == wide("区的上一行⟨乙区⟩,「高企年度目标」为 500家")
    assert of("rank") == wide("在 3 个区中按「高企年度目标」⟨本行 300家⟩排第 2,与 1 个并列⟨甲区⟩")
    assert of("split") == wide(
        "1,000元 按「高企年度目标」在 3 个区中分摊:1,000元 × 300家 ÷ 1,100家 = 272.73元⟨精确值 3000/11元⟩,舍去尾数为 272元"
    )
    assert of("scale") == wide(
        "3 个区的「高企年度目标」合计 1,100家,超过 100元,按比例压减:300家 × 100元 ÷ 1,100家 = 27.27元⟨精确值 300/11元⟩"
    )
    assert of("fits", "en") == (
        "hte_target of 3 rows of district is 1,100 firms in all, no more than 1,000,000 yuan: paid as it is, 300 yuan here"
    )
    given = facts(district("甲区", 1, 100), district("乙区", 2, 500, 3))
    assert told(PLACES["previous"], key="甲区", given=given).passages[0].text == wide("区没有上一行,取 0家")
    assert told(PLACES["split"], key="乙区", given=given).passages[0].text.endswith(wide("补得余数 1元,共 834元"))
    assert told(PLACES["up-to"], key="乙区", given=given).passages[0].group is not None
