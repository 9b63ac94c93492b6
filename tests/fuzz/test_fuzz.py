"""The short run; the long one is `python -m tests.fuzz`."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS, attempt


@pytest.mark.parametrize("target", list(TARGETS))
def test_damaged_input_ends_in_findings(target: str) -> None:
    for seed in range(25):
        failure = attempt(target, seed)
        assert failure is None, str(failure)


def test_a_traceback_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_chance: object) -> None:
        raise ValueError("of the target")

    monkeypatch.setitem(TARGETS, "check", broken)
    failure = attempt("check", 1)
    assert failure is not None
    assert "of the target" in failure.error
