"""Every example in the drafter's guides holds, and every message in them is the one that is given."""

from __future__ import annotations

import pytest

from tests.language.pages import FOLDER, Case, checked, examined, failures, output, pages, shown

GUIDES = pages(FOLDER.parent / "guides")
CASES = [case for page in GUIDES for case in page.cases]


@pytest.mark.parametrize("case", [case for case in CASES if not case.bad], ids=lambda case: case.title)
def test_example_holds(case: Case) -> None:
    result = checked(case)
    assert result.program is not None, shown(result.findings)
    results = examined(case, result.program)
    assert results
    assert all(item.ok for item in results), failures(results)


@pytest.mark.parametrize("case", [case for case in CASES if case.bad], ids=lambda case: case.title)
def test_slip_gives_the_message(case: Case) -> None:
    (block,) = case.outputs
    assert checked(case).errors
    assert output(case, block) == block.text, "python -m tests.language.update, and look at what changed"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_what_comes_of_it_is_as_printed(case: Case) -> None:
    for block in case.outputs:
        if block.kind in ("trace", "law"):
            assert output(case, block) == block.text, "python -m tests.language.update, and look at what changed"
