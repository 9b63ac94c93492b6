"""Owns damage: bytes and texts changed at random, the same for the same seed."""

from __future__ import annotations

from random import Random

SIGNS = "()（）“”「」:：,，、。=＝×÷−-+*/%‰|#\t\n\r \u3000\ufeff\u200b\x00\u202e9零一万亿元家日月年%若则否则且或非规则对象表自起至"


def text(chance: Random, given: str, other: str) -> str:
    """A text with some of it cut, doubled, moved, swapped for signs, or spliced with another text."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(given) + 1)
        end = min(len(given), at + chance.choice((1, 1, 3, 20, 200)))
        match chance.randrange(7):
            case 0:
                given = given[:at] + given[end:]
            case 1:
                given = given[:at] + chance.choice(SIGNS) + given[at:]
            case 2:
                given = given[:end] + given[at:end] * chance.choice((1, 3, 50)) + given[end:]
            case 3:
                start = chance.randrange(len(other) + 1)
                given = given[:at] + other[start : start + chance.choice((5, 60, 400))] + given[end:]
            case 4:
                given = (
                    given[:at] + chance.choice(("(" * 300, "若 " * 200, "9" * 400, "非 " * 500, "　" * 80)) + given[at:]
                )
            case 5:
                lines = given.splitlines(keepends=True)
                chance.shuffle(lines[: chance.randint(0, 12)])
                one, two = (chance.randrange(len(lines)) for _ in range(2)) if lines else (0, 0)
                if lines:
                    lines[one], lines[two] = lines[two], lines[one]
                given = "".join(lines)
            case _:
                given = given[:at]
    return given


def raw(chance: Random, given: bytes) -> bytes:
    """Bytes with some of them changed, cut or doubled."""
    data = bytearray(given)
    for _ in range(chance.choice((1, 2, 10, 100))):
        if not data:
            break
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.choice((1, 4, 64))]
            case 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.choice((1, 8))))
            case _:
                del data[at if chance.random() < 0.1 else len(data) :]
    return bytes(data)
