"""`python -m tests.bench.bench_prove`: everything that `prove` asks of the 2025 notice, and of it against itself with its parts in another order."""

from __future__ import annotations

import time

import policydsl
from policydsl.prove.ask import Prover, same
from tests.bench.__main__ import NOTICE


def main() -> None:
    """Measure and print."""
    text = NOTICE.read_text("utf-8")
    program = policydsl.loads(text)
    _told("properties of 2025.pol", lambda: list(Prover(program).properties()), "<= 20 s")
    _told("all questions of 2025.pol", lambda: list(Prover(program).soundness()), "")
    _told("2025.pol against itself, re-ordered", lambda: list(same(program, policydsl.loads(reordered(text)), {})), "")


def reordered(text: str) -> str:
    """The notice with two of its parts in the other order."""
    marks = ("    部分 规上高企 (", "    部分 规上科服 (", "    部分 发明专利 (")
    first, second, third = (text.index(mark) for mark in marks)
    return text[:first] + text[second:third] + text[first:second] + text[third:]


def _told(name: str, ask, goal: str) -> None:  # type: ignore[no-untyped-def]
    start, used = time.perf_counter(), time.process_time()
    verdicts = ask()
    wall, processor = time.perf_counter() - start, time.process_time() - used
    answers = {word: sum(one.answer == word for one in verdicts) for word in ("proved", "refuted", "undecided")}
    print(f"{name:40} {len(verdicts):4} questions {answers}  wall {wall:6.1f} s  processor {processor:6.1f} s  {goal}")


if __name__ == "__main__":
    main()
