"""Whatever a file says, check answers with findings: arbitrary text, and policies with pieces moved, lost, doubled or strange."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policydsl.diagnostics.render import render
from policydsl.pipeline import check_source
from policydsl.source import Source
from policydsl.syntax.keywords import KEYWORDS

GALLERY = Path(__file__).parents[2] / "policies" / "gallery"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(GALLERY.glob("*.pol"))]
SCRAPS = st.one_of(
    st.sampled_from([keyword.zh for keyword in KEYWORDS] + [keyword.en for keyword in KEYWORDS]),
    st.sampled_from(
        [
            "(",
            ")",
            ":",
            "\uff1a",
            "\u201c",
            "\u300c",
            "|",
            "\u3001",
            "10\u5bb6",
            "70%",
            "-",
            "\t",
            "\x00",
            "\u3000",
            "=",
        ]
    ),
    st.text(max_size=4),
)
LIMITS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answered(text: str) -> None:
    result = check_source(Source("x.pol", text))
    render(result.findings, format="human", color=False, width=80)
    render(result.findings, format="json", color=False, width=80)
    assert result.program is not None or result.errors


@LIMITS
@given(st.text(max_size=300))
def test_arbitrary_text(text: str) -> None:
    answered(text)


@LIMITS
@given(
    st.sampled_from(TEXTS),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 3), SCRAPS), min_size=1, max_size=5),
)
def test_mutated_policies(text: str, changes: list[tuple[int, int, str]]) -> None:
    for place, kind, scrap in changes:
        lines = text.split("\n")
        at = place % len(lines)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[(place // 7) % len(lines)])
        else:
            words = lines[at].split(" ")
            spot = (place // 11) % len(words)
            words[spot : spot + (kind == 2)] = [scrap]
            lines[at] = " ".join(words)
        text = "\n".join(lines) or "x"
    answered(text)
