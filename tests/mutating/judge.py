"""Owns the judging of wrong changes by collected tests: which tests call what, and for each change whether one of them fails."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import pickle
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import frozen
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import policydsl
from tests.mutating.changes import Change, changes, function_of

Verdict = Literal["failed", "time", "passed", "uncalled", "broken"]
MOST_MEMORY = 4 << 30
"""Bytes that a process with a wrong change may take."""


@frozen
class Met:
    """What a test takes and calls: seconds, and the functions of core/ and interpret/ by file and first line."""

    seconds: float
    called: set[tuple[str, int]]


class Judge:
    """A pytest plugin that runs no test itself but for each change those that call what it changes."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.end = time.monotonic() + options.minutes * 60
        self.failed = False
        self.kills: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails."""
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge all changes."""
        items = {item.nodeid: item for item in session.items}
        all_changes = [change for name in self.options.modules for change in changes(name)]
        chosen = all_changes[self.options.start :: self.options.every]
        met = self._met(items)
        print(
            f"{len(items)} tests, {sum(one.seconds for one in met.values()):.0f} s; {len(chosen)} changes", flush=True
        )
        # what is there already is not to be copied for every change
        gc.collect()
        gc.freeze()
        tally: dict[str, Counter[Verdict]] = {}
        left: list[tuple[Change, Verdict]] = []
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns) as progress:
            task = progress.add_task("changes", total=len(chosen))
            for number, change in enumerate(chosen):
                if time.monotonic() > self.end:
                    print(f"stopped before change {self.options.start + number * self.options.every}: {change.name}")
                    break
                verdict = self._judged(change, items, met)
                tally.setdefault(change.module, Counter())[verdict] += 1
                if verdict in ("passed", "uncalled"):
                    left.append((change, verdict))
                progress.advance(task)
        for module, count in tally.items():
            judged = count.total() - count["uncalled"]
            noticed = count["failed"] + count["time"] + count["broken"]
            share = f"{noticed / judged:.0%}" if judged else "-"
            print(f"{module}: {judged} judged, {noticed} noticed ({share}), {count['passed']} not; {dict(count)}")
        said = "".join(f"{change.name} {verdict}\n{change.said}\n\n" for change, verdict in left)
        Path(self.options.survivors).write_text(said, encoding="utf-8")
        return True

    # ------------------------------------------------------------ which tests call what

    def _met(self, items: dict[str, pytest.Item]) -> dict[str, Met]:
        """What each test takes and calls, as noted in a file before, or found now."""
        noted = Path(self.options.calls) if self.options.calls else None
        if noted is not None and noted.exists():
            data = noted.read_bytes()
        else:
            data = self._found(items)
            if noted is not None:
                noted.write_bytes(data)
        return {name: Met(seconds, called) for name, (seconds, called) in pickle.loads(data).items() if name in items}

    def _found(self, items: dict[str, pytest.Item]) -> bytes:
        """Found in a process of its own, so that nothing is kept that was computed rightly."""
        home = Path(policydsl.__file__).parent
        rooms = tuple(str(home / room) for room in ("core", "interpret"))
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            found: dict[str, tuple[float, set[tuple[str, int]]]] = {}
            for name, item in items.items():
                called: set[tuple[str, int]] = set()

                def note(frame: Any, event: str, _arg: object, called: set[tuple[str, int]] = called) -> None:
                    code = frame.f_code
                    if event == "call" and code.co_filename.startswith(rooms):
                        called.add((code.co_filename, code.co_firstlineno))

                self.failed = False
                start = time.process_time()
                sys.setprofile(note)
                run(item)
                sys.setprofile(None)
                found[name] = (time.process_time() - start, called)
                if self.failed:
                    print(f"fails without any change: {name}", flush=True)
                    os._exit(1)
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(found, pipe)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            data = pipe.read()
        os.waitpid(child, 0)
        if not data:
            pytest.exit("tests must pass before changes are judged", 1)
        return data

    # ------------------------------------------------------------ one change

    def _judged(self, change: Change, items: dict[str, pytest.Item], met: dict[str, Met]) -> Verdict:
        code = function_of(importlib.import_module(change.module), change.function).__code__
        at = (code.co_filename, code.co_firstlineno)
        mine = sorted(
            (name for name, one in met.items() if at in one.called),
            key=lambda name: met[name].seconds / (1 + self.kills[name]),
        )
        if not mine:
            return "uncalled"
        order, seconds = [], 0.0
        for name in mine:
            if seconds + met[name].seconds <= self.options.seconds or not order:
                order.append(name)
                seconds += met[name].seconds
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            self._try(change, [(name, items[name]) for name in order], 5 + 5 * seconds, write)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            killer = pipe.read().decode()
        _, status = os.waitpid(child, 0)
        self.kills[killer] += 1
        if os.WIFSIGNALED(status):
            return "time" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "broken"
        return "passed" if os.WEXITSTATUS(status) == 0 else "failed"

    def _try(self, change: Change, order: list[tuple[str, pytest.Item]], seconds: float, write: int) -> None:
        """In a process of its own: the wrong function, and the tests until one fails."""
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        # of processor time: on a busy machine a test that waits has not gone wrong
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        code = 1
        try:
            change.make()
            self.failed = False
            code = 0
            for name, item in order:
                run(item)
                if self.failed:
                    os.write(write, name.encode())
                    code = 1
                    break
        except BaseException:
            code = 1
        finally:
            os._exit(code)


def run(item: pytest.Item) -> None:
    """One test with its fixtures."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
