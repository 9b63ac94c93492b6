"""Laws of amendments: step by step is at once; an amendment and its reversal give back the original; the text of a day is what its run obeys."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from attrs import define, evolve, field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policydsl.amend.consolidate import Law, consolidate, corpus_findings
from policydsl.amend.corpus import corpus_of
from policydsl.diagnostics.model import Weight
from policydsl.diagnostics.wording import weight_of
from policydsl.facts.structured import from_values
from policydsl.interpret.evaluate import Evaluator
from policydsl.pipeline import check_law, check_source
from policydsl.source import Source
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.walk import mapped

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = date(2025, 1, 1)
MANY = 3


@define
class World:
    """What is in force, in plain Python: figures, cells of a table, the bound of a band, which rules stand."""

    rates: list[int] = field(factory=lambda: [10, 20, 30])
    cells: dict[str, int] = field(factory=lambda: {"甲": 1, "乙": 2})
    bound: int = 5
    extra: dict[int, bool] = field(factory=dict)

    def award(self, name: str, count: int) -> int:
        """What the rule 总额 comes to."""
        total = sum(rate * count for rate in self.rates) + self.cells[name]
        return total + (100 if count >= self.bound else 0)


def base() -> str:
    rates = "".join(f"标准 价{'零一二'[at]} = {rate}元/家  依据 二\n" for at, rate in enumerate(World().rates))
    return f"""政策 “旧”:
    编号 旧
    日期 2024年12月1日
    施行 自 2024年12月1日

名录 名: 甲、乙
单位 家

对象 区:
    名称: 名  主键
    家数: 家

{rates}
部分 一: 依据 一
    表 表一 按 名称:
        | 名称 | 额  |
        | 甲   | 1元 |
        | 乙   | 2元 |

    规则 加成 = 分档 家数:
        达到 5家  100元
        否则      0元

规则 总额 = 家数 × 价零 + 家数 × 价一 + 家数 × 价二 + 表一.额 + 加成  依据 三
"""


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[date, str]], list[World]]:
    """Notices that amend the base one after the other, as (day, text), and the world before and after each."""
    world = World()
    worlds, texts = [_copy(world)], []
    for at in range(draw(st.integers(1, 4))):
        day = START + timedelta(days=30 * at)
        lines, touched = [], set[object]()
        for _ in range(draw(st.integers(1, MANY))):
            kind = draw(st.sampled_from(["set", "rel", "cell", "band", "add", "drop", "back"]))
            line = _op(draw, world, kind, touched)
            lines += [line] if line else []
        earlier = [f"    优先于 {'、'.join(f'新{n}' for n in range(at))}\n"] if at else []
        body = "".join(lines) or "    保留 总额\n"
        texts.append(
            (day, f"政策 “新”:\n    编号 新{at}\n    日期 {day}\n\n修订 旧: 依据 九\n{body}{''.join(earlier)}")
        )
        worlds.append(_copy(world))
    return texts, worlds


def _copy(world: World) -> World:
    return World(list(world.rates), dict(world.cells), world.bound, dict(world.extra))


def _op(draw: st.DrawFn, world: World, kind: str, touched: set[object]) -> str:
    """A line of 修订 that can be carried out, and the world with it done; empty where there is none of the kind."""
    number = draw(st.integers(1, 999))
    if kind in ("set", "rel"):
        at = draw(st.integers(0, 2))
        if ("rate", at) in touched:
            return ""
        touched.add(("rate", at))
        old, name = world.rates[at], f"价{'零一二'[at]}"
        world.rates[at] = number if kind == "set" else old + number
        value = f"{number}元/家 由 {old}元/家" if kind == "set" else f"原值 + {number}元/家"
        return f"    改为 {name} = {value}\n"
    if kind == "cell":
        row = draw(st.sampled_from(["甲", "乙"]))
        if ("cell", row) in touched:
            return ""
        touched.add(("cell", row))
        world.cells[row] = number
        return f"    改为 表一({row}).额 = {number}元\n"
    if kind == "band":
        if "band" in touched:
            return ""
        touched.add("band")
        old, world.bound = world.bound, number
        return f"    改为 加成({old}家):\n        达到 {number}家  100元\n"
    at = draw(st.integers(0, 2))
    stands, name = world.extra.get(at), f"加项{'零一二'[at]}"
    if ("extra", at) in touched:
        return ""
    touched.add(("extra", at))
    if kind == "add" and stands is None:
        world.extra[at] = True
        return f"    增加:\n        规则 {name} = 家数 × {number}元/家\n"
    if kind == "drop" and stands:
        world.extra[at] = False
        return f"    废止 {name}\n"
    if kind == "back" and stands is False:
        world.extra[at] = True
        return f"    恢复 {name}\n"
    return ""


def law_of(texts: list[str], on: date) -> Law:
    corpus = corpus_of(Source(f"{at}.pol", text) for at, text in enumerate(texts))
    bad = [item for item in corpus_findings(corpus) if weight_of(item) is Weight.ERROR]
    assert not bad, bad
    return consolidate(corpus, on, None, "旧")


def bare(file: tree.File) -> tuple[Any, ...]:
    """A file without its citations: who is cited depends on the way, what is said does not."""

    def change(item: Any) -> Any:
        return evolve(item, cite=None) if getattr(item, "cite", None) is not None else item

    return tuple(mapped(node, change) for node in file.body if not isinstance(node, tree.Policy))


@LAW
@given(histories(), st.data())
def test_step_by_step_is_at_once(history: tuple[list[tuple[date, str]], list[World]], data: st.DataObject) -> None:
    texts, _ = history
    stop = data.draw(st.integers(0, len(texts) - 1))
    end = texts[-1][0]
    at_once = law_of([base(), *(text for _, text in texts)], end)
    step = format_file(law_of([base(), *(text for _, text in texts)], texts[stop][0]).file)
    later = [text for _, text in texts[stop + 1 :]]
    gone = [f"新{at}" for at in range(stop + 1)]
    # what was repealed before the step is in no text any more: it can be taken up again only by way of the whole history
    if any("恢复" in text for text in later):
        return
    known = [_without(text, gone) for text in later]
    step_by_step = law_of([step, *known], end)
    assert bare(step_by_step.file) == bare(at_once.file)


def _without(text: str, ids: list[str]) -> str:
    """A notice that does not speak of notices that the step has taken in."""
    lines = []
    for line in text.splitlines():
        if line.startswith("    优先于 "):
            left = [id_ for id_ in line.removeprefix("    优先于 ").split("、") if id_ not in ids]
            if not left:
                continue
            line = f"    优先于 {'、'.join(left)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


@LAW
@given(histories(), st.integers(0, 1200), st.sampled_from(["甲", "乙"]))
def test_the_text_of_a_day_is_what_the_world_says(
    history: tuple[list[tuple[date, str]], list[World]], count: int, name: str
) -> None:
    texts, worlds = history
    all_texts = [base(), *(text for _, text in texts)]
    for at, world in enumerate(worlds):
        on = texts[at - 1][0] if at else START - timedelta(days=1)
        corpus = corpus_of(Source(f"{n}.pol", text) for n, text in enumerate(all_texts))
        law = consolidate(corpus, on, None, "旧")
        result = check_law(corpus, law)
        assert result.program is not None, result.findings
        facts, _ = from_values(result.program, {"区": [{"名称": name, "家数": count}]})
        outcome = Evaluator(result.program, {}, on).run(facts).outcome("区", name, "总额")
        assert outcome == world.award(name, count)
        # and the text, written down and read again as a file by itself, gives the same
        alone = check_source(Source("alone.pol", format_file(law.file)))
        assert alone.program is not None, alone.findings
        assert Evaluator(alone.program, {}, on).run(facts).outcome("区", name, "总额") == outcome
        standing = {slot for slot, stands in world.extra.items() if stands}
        rules = {rule.name for rule in result.program.rules}
        assert rules >= {f"加项{'零一二'[slot]}" for slot in standing}
        assert not rules & {f"加项{'零一二'[slot]}" for slot, stands in world.extra.items() if not stands}


@LAW
@given(st.integers(1, 999), st.sampled_from(["rate", "cell", "rule", "part", "row", "evidence", "whole"]))
def test_an_amendment_and_its_reversal_give_back_the_original(number: int, kind: str) -> None:
    there, back = {
        "rate": (f"改为 价零 = {number}元/家 由 10元/家", f"改为 价零 = 10元/家 由 {number}元/家"),
        "cell": (f"改为 表一(甲).额 = {number}元", f"改为 表一(甲).额 = 1元 由 {number}元"),
        "rule": ("废止 总额", "恢复 总额"),
        "part": ("废止 一", "恢复 一"),
        "row": (f"增加 加成:\n        达到 {number + 5}家  7元", f"废止 加成({number + 5}家)"),
        "evidence": ("废止 任务.甲证", "恢复 任务.甲证"),
        "whole": ("废止", "恢复"),
    }[kind]
    text = base() + "\n任务 任务: 家数 不低于 1家\n    佐证 甲证、乙证  依据 四\n"
    one = f"政策 “新”:\n    编号 新\n    日期 2025年1月1日\n\n修订 旧: 依据 九\n    {there}\n"
    two = f"政策 “还”:\n    编号 还\n    日期 2025年2月1日\n\n修订 旧: 依据 九\n    {back}\n    优先于 新\n"
    before = law_of([text, one, two], date(2024, 12, 31))
    between = law_of([text, one, two], date(2025, 1, 1))
    after = law_of([text, one, two], date(2025, 2, 1))
    assert bare(before.file) == bare(after.file)
    assert before.standing == after.standing == "in-force"
    assert (
        between.standing == "ended" if kind == "whole" else bare(between.file) != bare(before.file) or number in (1, 10)
    )
