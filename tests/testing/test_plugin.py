"""Policy files under pytest: collected, chosen, run side by side, and failing in the drafter's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_policy import small

pytest_plugins = "pytester"
PLUGIN = ("-p", "policydsl.testing.plugin")
PROPERTY = "性质 不吃亏: 认定数 增加 时 补 不减\n"
SECOND = "\n算例 “九成(含)”:\n    设 名称 = 西区, 认定数 = 90家, 目标数 = 100家\n    应 补 = 45000元\n"


def project(pytester: pytest.Pytester, text: str, name: str = "例.pol") -> Path:
    folder = pytester.mkdir("policies") if not (pytester.path / "policies").exists() else pytester.path / "policies"
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_examples_and_properties_are_tests(pytester):
    project(pytester, small(more=PROPERTY) + SECOND)
    result = pytester.runpytest(*PLUGIN, "policies", "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*例.pol::算例 八成 PASSED*", "*性质 不吃亏 PASSED*"])


def test_a_failure_is_told_with_values_and_branch_and_no_traceback(pytester):
    project(pytester, small(rate=510) + SECOND)
    result = pytester.runpytest(*PLUGIN, "policies")
    result.assert_outcomes(passed=1, failed=1)
    out = result.stdout.str()
    assert "算例未通过:九成(含)" in out and "补 应为 45000元,得到 45,900元" in out
    assert "达到 85%" in out and "510" in out
    assert "Traceback" not in out and "plugin.py" not in out


def test_a_refuted_property_is_told_as_examples(pytester):
    project(pytester, small(rate=200, more=PROPERTY))
    result = pytester.runpytest(*PLUGIN, "policies")
    result.assert_outcomes(passed=1, failed=1)
    out = result.stdout.str()
    assert "性质不成立:不吃亏" in out and "认定数 84 → 85, 补 25200 → 17000" in out
    assert "算例 “反例:不吃亏之后”:" in out


def test_a_file_with_mistakes_is_one_failing_test(pytester):
    project(pytester, "政策 “例”:\n    主体 区\n单位 家\n对象 区:\n    数: 斤\n")
    result = pytester.runpytest(*PLUGIN, "policies")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*例.pol:5:8*"])


def test_k_and_one_file_by_name_choose(pytester):
    path = project(pytester, small(more=PROPERTY) + SECOND)
    project(pytester, small(), "另一份.pol")
    pytester.runpytest(*PLUGIN, "policies", "-k", "九成").assert_outcomes(passed=1, deselected=3)
    pytester.runpytest(*PLUGIN, str(path), "-k", "性质").assert_outcomes(passed=1, deselected=2)
    pytester.runpytest(*PLUGIN, f"{path}::算例 八成").assert_outcomes(passed=1)


def test_last_failed_runs_only_what_failed(pytester):
    path = project(pytester, small(rate=510) + SECOND)
    pytester.runpytest(*PLUGIN, "policies").assert_outcomes(passed=1, failed=1)
    path.write_text(small() + SECOND, encoding="utf-8")
    result = pytester.runpytest(*PLUGIN, "policies", "--lf")
    assert result.parseoutcomes().get("passed") == 1 and "failed" not in result.parseoutcomes()


def test_workers_share_the_tests(pytester):
    project(pytester, small(more=PROPERTY) + SECOND)
    project(pytester, small(rate=510) + SECOND, "另一份.pol")
    pytester.runpytest_subprocess(*PLUGIN, "policies", "-n", "2").assert_outcomes(passed=4, failed=1)


def test_python_tests_stand_beside_them_and_testpaths_are_kept(pytester):
    pytester.makeini("[pytest]\ntestpaths = tests\n")
    project(pytester, small(rate=510) + SECOND)
    (pytester.mkdir("tests") / "test_one.py").write_text(
        "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test_one(n):\n    pass\n"
    )
    # what nobody asked for is not run; what is asked for is
    pytester.runpytest(*PLUGIN).assert_outcomes(passed=2)
    pytester.runpytest(*PLUGIN, "tests", "policies").assert_outcomes(passed=3, failed=1)
    pytester.runpytest(*PLUGIN, "tests", "policies", "--no-policies").assert_outcomes(passed=2)
