"""Owns the walk through a deep tree without the stack of Python: a formula of a thousand terms is as safe as one of three."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

Node = TypeVar("Node")
Result = TypeVar("Result")


def climb(enter: Callable[[Node], Generator[Node, Result, Result]], root: Node) -> Result:
    """What `enter` returns for `root`. A generator made by `enter` yields a part and is sent what was returned for it."""
    waiting = [enter(root)]
    answer: Any = None
    while True:
        try:
            part = waiting[-1].send(answer)
        except StopIteration as done:
            answer = done.value
            waiting.pop()
            if not waiting:
                result: Result = answer
                return result
        else:
            waiting.append(enter(part))
            answer = None
