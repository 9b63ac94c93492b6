"""`python -m tests.differential --count 200000 --seed 1`: engines against the interpreter, with a bar, until the count or the time is up.

Exit code 0: they agree on everything; 1: they differ, and the smallest case found is printed. At the end it says which kinds of
nodes the random programs were made of, so that a construct that is never generated is seen.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import chain

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from policydsl.core.program import Program
from tests.differential.cases import endless, random_cases, reported
from tests.differential.engines import ENGINES
from tests.differential.nodes import all_kinds, counted
from tests.differential.run import Found, Tally, compare

RAREST = 6
"""How many kinds of nodes are named as the rarest."""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="cases, each with every engine (200000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30, help="stop after so many minutes at the latest (30)")
    parser.add_argument("--engine", action="append", choices=sorted(ENGINES), help="only this engine; may be repeated")
    parser.add_argument("--most", type=int, default=5, help="stop after so many differences (5)")
    parser.add_argument(
        "--random", action="store_true", help="leave out what people wrote: random programs and policies alone"
    )
    options = parser.parse_args()
    sys.setrecursionlimit(20_000)
    engines = {name: ENGINES[name] for name in options.engine or ENGINES}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tally, found, start = Tally(), [], time.monotonic()
    made: Counter[str] = Counter()
    program: Program | None = None
    with Progress(*columns) as progress:
        task = progress.add_task(f"seed {options.seed}", total=options.count)
        cases = random_cases(options.seed) if options.random else chain(reported(), endless(options.seed))
        for case in cases:
            if case.program is not program and case.origin.startswith(("core program", "random policy")):
                program = case.program
                made.update(counted(program))
            tally, difference = compare(case, engines, tally)
            progress.update(task, completed=tally.cases)
            if difference is not None and _is_new(difference, found):
                found.append(difference)
                progress.console.print(str(difference), markup=False, highlight=False)
            late = time.monotonic() - start > options.minutes * 60
            if tally.cases >= options.count or late or len(found) >= options.most:
                break
    print(  # noqa: T201 - a command
        f"{tally.cases} comparisons of whole cases ({', '.join(engines)}), {tally.outcomes} outcomes, of them {tally.values} values; "
        f"{tally.declined} declined; {len(found)} differences; {time.monotonic() - start:.0f} s; seed {options.seed}"
    )
    rare = ", ".join(f"{kind} {times}" for kind, times in made.most_common()[: -RAREST - 1 : -1])
    never = ", ".join(sorted(all_kinds() - set(made))) or "none"
    print(f"{len(made)} kinds of nodes in random programs; rarest: {rare}; never: {never}")  # noqa: T201 - a command
    return 1 if found else 0


def _is_new(difference: Found, found: list[Found]) -> bool:
    """Whether no difference was found yet in the same rule of the same origin."""
    key = (difference.case.origin, difference.difference.at[2])
    return all((one.case.origin, one.difference.at[2]) != key for one in found)


if __name__ == "__main__":
    sys.exit(main())
