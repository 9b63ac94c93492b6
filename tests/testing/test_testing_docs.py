"""What docs/testing.md and the guide for policy staff show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from policydsl.cli.main import main

pytest_plugins = "pytester"
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guides" / "enough-examples.md").read_text(encoding="utf-8")
NOTICE = (ROOT / "policies" / "2025.pol").read_text(encoding="utf-8")
SETTINGS = "from hypothesis import HealthCheck, settings\nsettings.register_profile('q', deadline=None, max_examples=400, derandomize=True, suppress_health_check=list(HealthCheck))\nsettings.load_profile('q')\n"
INVERTED = re.compile(r"(达到 85%\(含\)\s+)500元/家")


def snippets() -> str:
    return SETTINGS + "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))


def project(pytester, notice: str) -> None:
    pytester.mkdir("policies").joinpath("2025.pol").write_text(notice, encoding="utf-8")
    pytester.makepyfile(test_notice=snippets())


def test_the_snippets_hold_of_the_notice(pytester):
    project(pytester, NOTICE)
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "test_notice.py").assert_outcomes(passed=2)


def test_the_property_fails_usefully_with_one_band_inverted(pytester):
    changed, count = INVERTED.subn(r"\g<1>200元/家", NOTICE)
    assert count == 1
    project(pytester, changed)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "test_notice.py", "-k", "one_more_firm")
    result.assert_outcomes(failed=1, deselected=1)
    out = result.stdout.str()
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert all(line in out for line in shown.strip().splitlines())
    assert "应 绩效补助 = " in out
    # under ten lines
    (first, *_) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len([line for line in first.splitlines() if line.strip()]) < 10


def test_the_guide_shows_what_the_command_says(tmp_path, capsys):
    before, after = re.findall(r"```pol\n(.*?)```", GUIDE, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
    path = tmp_path / "通知.pol"
    path.write_text(before, encoding="utf-8")
    assert main(["mutate", str(path)]) == 1
    out = capsys.readouterr().out.replace("\uff1a", ":")
    assert all(line.strip() in out for line in shown.strip().splitlines())
    path.write_text(after, encoding="utf-8")
    assert main(["mutate", str(path)]) == 0
    assert "(100.0%)" in capsys.readouterr().out
