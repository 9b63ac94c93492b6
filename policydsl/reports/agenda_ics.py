"""Owns the deadlines of an agenda as an iCalendar file (RFC 5545) that desk calendars import.

A deadline on a day is an event of that whole day; one at a time of day is an event that ends there, in UTC, so that no reader needs
a table of time zones. UIDs depend on policy, row and task alone: importing again replaces, it does not double.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policydsl.diagnostics.model import Language
from policydsl.duties.agenda import Agenda, Duty
from policydsl.duties.told import AgendaTold, DutyTold, tell

OCTETS = 75
"""Octets of a line before it is folded (RFC 5545, 3.1)."""

PRODUCT = "-//policydsl//todo//ZH"
DEFAULT_ZONE = "Asia/Shanghai"
BEFOREHAND = ("-P7D", "-P1D")
"""When a calendar reminds of what is not done."""


def agenda_ics(agenda: Agenda, units: Mapping[str, str], lang: Language) -> str:
    """The deadlines as a calendar, each with what is done and lacking as its note; done tasks remind of nothing."""
    told = tell(agenda, units, lang)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_escaped(f'{agenda.key} {agenda.header.title}'.strip())}")
    for duty, words in zip(agenda.duties, told.duties, strict=True):
        if duty.due is not None:
            lines.extend(_event(agenda, duty, words, told))
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def fold(line: str) -> Iterator[str]:
    """The lines that a content line is folded into: at most 75 octets each, never within a character."""
    piece, used = "", 0
    for char in line:
        size = len(char.encode("utf-8"))
        if used + size > OCTETS:
            yield piece
            piece, used = " ", 1
        piece, used = piece + char, used + size
    yield piece


def _event(agenda: Agenda, duty: Duty, words: DutyTold, told: AgendaTold) -> Iterator[str]:
    assert duty.due is not None
    # the stamp is the day asked about, so that the same call gives the same file
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(agenda, duty)}"
    yield f"DTSTAMP:{agenda.on:%Y%m%d}T000000Z"
    yield from _when(duty.due.last, agenda.header.time_zone)
    yield f"SUMMARY:{_escaped(f'{agenda.key} {words.name} {words.word}'.strip())}"
    about = (told.policy, words.due, *words.lines, *words.short, *words.notes)
    yield "DESCRIPTION:" + _escaped("\n".join(line for line in about if line))
    yield "TRANSP:TRANSPARENT"
    if duty.state != "done":
        for ahead in BEFOREHAND:
            yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{ahead}")
            yield f"DESCRIPTION:{_escaped(words.name)}"
            yield "END:VALARM"
    yield "END:VEVENT"


def _when(last: date, zone: str) -> Iterator[str]:
    if isinstance(last, datetime):
        moment = last if last.tzinfo is not None else last.replace(tzinfo=_zone(zone))
        # an event without length is dropped by some calendars
        yield f"DTSTART:{_utc(moment - timedelta(minutes=30))}"
        yield f"DTEND:{_utc(moment)}"
    else:
        yield f"DTSTART;VALUE=DATE:{last:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _uid(agenda: Agenda, duty: Duty) -> str:
    policy = agenda.header.id or agenda.header.title
    identity = "\0".join((policy, agenda.entity.text, agenda.key, str(duty.at)))
    return f"{sha256(identity.encode('utf-8')).hexdigest()[:32]}@policydsl"


def _escaped(text: str) -> str:
    """Text as a property value (RFC 5545, 3.3.11): no bare line ends, no control characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(char for char in plain if char == "\n" or ord(char) >= 0x20)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
