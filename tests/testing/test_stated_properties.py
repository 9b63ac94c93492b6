"""性质 are searched for counterexamples on and around the facts of the examples, and at the thresholds of what they speak of."""

from __future__ import annotations

import json

from small_policy import small

import policydsl
from policydsl.cli.main import main
from policydsl.testing.examples import run_examples
from policydsl.testing.properties import check_properties

MORE = """性质 非负: 恒有 补 ≥ 0元
性质 不吃亏: 认定数 增加 时 补 不减
性质 目标越高越少: 目标数 增加 时 补 不增
"""


def test_properties_that_hold_are_not_refuted() -> None:
    results = check_properties(policydsl.loads(small(more=MORE)))
    assert [(result.item.name, result.ok) for result in results] == [
        ("非负", True),
        ("不吃亏", True),
        ("目标越高越少", True),
    ]
    assert all(result.cases > 100 for result in results)


def test_an_inverted_band_is_found_and_brought_to_the_step_that_breaks() -> None:
    results = {result.item.name: result for result in check_properties(policydsl.loads(small(200, MORE)))}
    assert results["非负"].ok
    found = results["不吃亏"].counterexample
    assert found is not None
    assert (found.before, found.after) == ((84, 25200), (85, 17000))


def test_it_is_found_without_any_example_near() -> None:
    far = small(200, MORE).replace("认定数 = 80家, 目标数 = 100家", "认定数 = 1家, 目标数 = 1000家")
    far = far.replace("应 补 = 24000元, 增 = 0元", "应 补 = 0元")
    results = {result.item.name: result for result in check_properties(policydsl.loads(far))}
    assert not results["不吃亏"].ok


def test_a_condition_that_fails_is_found_at_the_threshold() -> None:
    text = small(more="性质 不到五万: 恒有 补 < 50000元\n")
    (result,) = check_properties(policydsl.loads(text))
    found = result.counterexample
    assert found is not None and found.example == ""
    assert found.cases[0].outcome("补", found.key) >= 50_000


def test_counterexamples_are_examples_that_pass_and_hold_no_more_than_they_need() -> None:
    text = small(200, MORE + "性质 小: 恒有 补 < 50000元\n")
    written = [
        example
        for result in check_properties(policydsl.loads(text))
        if result.counterexample is not None
        for example in result.counterexample.written
    ]
    assert len(written) == 5
    results = run_examples(policydsl.loads(text + "\n" + "\n".join(written)))
    assert [item.example.name for item in results if not item.ok] == []
    assert all("活动" not in example for example in written)


def test_the_command_tells_both_cases_and_the_branch(tmp_path, capsys) -> None:
    path = tmp_path / "例.pol"
    path.write_text(small(200, "性质 不吃亏: 认定数 增加 时 补 不减\n"), encoding="utf-8")
    assert main(["test", str(path)]) == 1
    out = capsys.readouterr().out
    assert "性质不成立:不吃亏" in out and "认定数 84 → 85, 补 25200 → 17000" in out
    assert "算例 “反例:不吃亏之前”:" in out and "应 补 = 1.7万元" in out
    assert "达到 85%" in out
    assert main(["test", "--format", "json", str(path)]) == 1
    told = json.loads(capsys.readouterr().out)["examples"][-1]
    assert told["counterexample"].endswith("补 25200 → 17000") and len(told["examples"]) == 2
