"""`python -m tests.fuzz --minutes 5 --seed 1`: damaged input for the parser, the readers of facts and the command line, for a bounded time.

Exit code 0: nothing ended in a traceback; 1: something did, and the seed of the input is printed (`--only TARGET --input SEED` repeats it).
"""

from __future__ import annotations

import argparse
import sys
import time
from random import Random

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.fuzz.targets import TARGETS, Failure, attempt


def run() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(TARGETS))
    parser.add_argument("--input", type=int, help="the seed of one input to repeat")
    options = parser.parse_args()
    names = [options.only] if options.only else list(TARGETS)
    if options.input is not None:
        found = [attempt(name, options.input) for name in names]
        print("\n".join(str(one) for one in found if one) or "nothing")  # noqa: T201 - a command
        return int(any(found))
    chance, failures, counts = Random(options.seed), list[Failure](), dict.fromkeys(names, 0)
    start, end = time.monotonic(), options.minutes * 60
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("s"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task(f"seed {options.seed}", total=int(end))
        while time.monotonic() - start < end and len(failures) < 5:
            name, seed = chance.choice(names), chance.randrange(2**32)
            failure = attempt(name, seed)
            counts[name] += 1
            if failure is not None:
                failures.append(failure)
                progress.console.print(str(failure), markup=False, highlight=False)
            progress.update(task, completed=int(time.monotonic() - start))
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{sum(counts.values())} inputs ({told}); {len(failures)} failures; seed {options.seed}")  # noqa: T201 - a command
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(run())
