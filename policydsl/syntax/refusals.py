"""Owns saying why a line was refused: one diagnostic, with its mend where one is found. Made ready with the first line refused."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from policydsl.diagnostics.model import Language
from policydsl.syntax.automaton import Refused
from policydsl.syntax.habits import Mended, mended
from policydsl.syntax.keywords import BY_ID, KEYWORDS, hard_words
from policydsl.syntax.slips import slip_at
from policydsl.syntax.wordings import EACH, Wording, wordings

if TYPE_CHECKING:
    from policydsl.syntax.door import Door

MAX_MENDED = 1_000
"""Characters of a line in which a mend is sought: each try parses the line anew."""

MOST_TRIED = 60
"""Lines of a file for which other wordings are tried."""

_WORDING = {"list": "list-needs-brackets", "each": "each-in-expression"}
_SIGNED = re.compile(r"(?<=\w)([/+*−-])(?=\w)")
"""A sign of arithmetic with no blanks around it."""
_DATE_SLIP = re.compile(r"(?<!\d)([12]\d{3})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_MONTH_SLIP = re.compile(r"(?<!\d)([12]\d{3})(?:年(\d{1,2})月(?:份)?|[-./](0?[1-9]|1[0-2]))(?![\d日/.-])")
_WORD = re.compile(r"[^\W\d]+")
_RUN = re.compile(r"[^\s:()\"“”「」、|]+")
_OWNED = re.compile(r"\S+\s+(\S+)\s+(属于|belongs to|of)\s+([^\s=:]+)")
_KINDS = {
    "zh": {
        "NAME": "名称",
        "QUOTED_NAME": "",
        "QUANTITY": "数量",
        "BARE": "",
        "DATE": "日期",
        "MOMENT": "时刻",
        "TEXT": "“文字”",
        "COMPARATOR": "比较词(不低于、超过…)",
        "FUNCTION": "",
        "ROUNDING": "四舍五入",
        "POST": "以上、以下",
        "$END": "行末",
        "RAW": "内容",
        "CLAUSE_ID": "条款号",
        "LPAR": "(",
        "RPAR": ")",
        "DOT": "",
        "LIST_MARK": "、",
        "SLASH": "",
        "_COLON": ":",
        "_COMMA": ",",
        "EQUALS": "=",
        "PLUS": "+",
        "MINUS": "−",
        "TIMES": "×",
        "DIVIDE": "÷",
        "NEGATIVE": "",
    },
    "en": {
        "NAME": "a name",
        "QUOTED_NAME": "",
        "QUANTITY": "a quantity",
        "BARE": "",
        "DATE": "a date",
        "MOMENT": "a time",
        "TEXT": "a quoted text",
        "COMPARATOR": "a comparator (at least, over…)",
        "FUNCTION": "",
        "ROUNDING": "round half up",
        "POST": "and above, and below",
        "$END": "the end of the line",
        "RAW": "what it is",
        "CLAUSE_ID": "a clause",
        "LPAR": "(",
        "RPAR": ")",
        "DOT": "",
        "LIST_MARK": ",",
        "SLASH": "",
        "_COLON": ":",
        "_COMMA": ",",
        "EQUALS": "=",
        "PLUS": "+",
        "MINUS": "−",
        "TIMES": "×",
        "DIVIDE": "÷",
        "NEGATIVE": "",
    },
}


@cache
def _words_of(language: Language) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words that may be glued to a name, longest first, and all words."""
    glue = sorted(
        (
            keyword.spelling(language)
            for keyword in KEYWORDS
            if keyword.kind in ("inner", "hard", "call") and len(keyword.spelling(language)) > 1
        ),
        key=len,
        reverse=True,
    )
    glue += ["且", "或", "则", "非", "若", "为", "在", "自", "至", "的"] if language == "zh" else []
    return tuple(glue), frozenset(word for keyword in KEYWORDS for word in keyword.spelling(language).split(" "))


class Refusals:
    """Explains lines of one file to its `Door`."""

    def __init__(self, door: Door) -> None:
        self.text = door.text
        self.language = door.language
        self._door = door
        self._report = door.report
        self._glue, self._spellings = _words_of(door.language)
        self._tries = 0

    def explain(self, error: Refused, start: int, end: int, symbol: str) -> None:
        """Report why the line from `start` to `end` is not read as `symbol`."""
        at, stop = error.token.start_pos, error.token.end_pos
        said = self.text[at:stop]
        if at == start and symbol == "declaration":
            self._unknown_start(start, end)
            return
        slip = _DATE_SLIP.search(self.text, start, end)
        if slip and slip.start() <= at <= slip.end():
            year, month, day = slip.groups()
            self._report("date-form", slip.start(), slip.end(), found=slip.group(), mend=self._day(year, month, day))
            return
        month = _MONTH_SLIP.search(self.text, start, end)
        while month and not month.start() <= at <= month.end():
            month = _MONTH_SLIP.search(self.text, month.end(), end)
        if month:
            first = self._day(month[1], month[2] or month[3], "1")
            self._report("month-without-day", month.start(), month.end(), found=month.group(), mend=first)
            return
        worded = self._worded(at, start, end, symbol)
        if worded is not None:
            found = self.text[worded.start : worded.end].strip()
            stop = worded.start + len(found)
            if worded.kind == "word":
                self._report("unexpected", worded.start, stop, worded.mended, found=found, expected=worded.mended)
                return
            self._report(
                _WORDING.get(worded.kind, "notice-wording"), worded.start, stop, found=found, mend=worded.mended
            )
            return
        slipped = slip_at(self.text, at, start, end, symbol, self.language)
        if slipped is not None:
            self._report(slipped.code, slipped.start, slipped.end, found=slipped.found, mend=slipped.mend)
            return
        owned = _OWNED.match(self.text, start, end) if symbol == "declaration" else None
        if owned is not None and owned.start(2) == at:
            head = BY_ID["ON"].spelling(self.language)
            self._report("owner-apart", at, owned.end(3), found=owned[1], owner=owned[3], mend=f"{head} {owned[3]}:")
            return
        habit = self._habit(start, end, symbol)
        if habit is not None:
            begin, stop = start + habit.start, start + habit.end
            self._report("another-wording", begin, stop, found=self.text[begin:stop].strip(), mend=habit.text)
            return
        glued = self._unglue(at, start, end, symbol)
        if glued is not None:
            where, mended = glued
            self._report("glued-words", where[0], where[1], found=self.text[where[0] : where[1]], mend=mended)
            return
        if said and said in hard_words(self.language):
            self._report("reserved-word", at, stop, found=said, mend=f"「{said}」")
            return
        apart = self._apart(at, start, end, symbol)
        if apart is not None:
            where, mended = apart
            self._report("glued-words", where[0], where[1], found=self.text[where[0] : where[1]], mend=mended)
            return
        named = self._bracketed(at, start, end, symbol)
        if named is not None:
            found = self.text[named[0] : named[1]]
            self._report("name-needs-brackets", named[0], named[1], found=found, mend=f"「{found}」")
            return
        listed = self._listed(at, start, end, symbol)
        if listed is not None:
            found = self.text[listed[0] : listed[1]]
            self._report("list-needs-brackets", listed[0], listed[1], found=found, mend=f"({found})")
            return
        found = self.text[start:end].strip()
        words = _WORD.findall(found) if at >= end and symbol == "rule_line" and found not in self._spellings else []
        if words and self._unnamed(start, end, symbol):
            self._report("choice-needs-name", start, end, found=found, mend=f"{words[-1]}: {found}")
            return
        if symbol == "item_line" and self._unnamed(start, end, symbol):
            example = "条件一" if self.language == "zh" else "first"
            self._report("item-needs-name", start, end, found=found, mend=f"{example}: {found}")
            return
        each = next((one for one in EACH.finditer(self.text, start, end) if one.start() <= at <= one.end() + 1), None)
        if each is not None and each.start() > start:
            self._report("each-in-expression", each.start(), each.end(), found=each.group())
            return
        depth = _depth(self.text, start, at)
        ends = at >= end or said in (BY_ID["CITED"].spelling(self.language), ":")
        if ends and depth <= 0 and "ELSE" in self._door.automaton.accepts(error.stack):
            self._report("if-without-else", min(at, end - 1), stop)
            return
        if at >= end and depth > 0:
            self._report("open-bracket", end - 1, end, count=depth)
            return
        expected = self._expected(error)
        if at >= end:
            self._report("line-ends-early", max(start, end - 1), end, expected=expected)
        else:
            self._report("unexpected", at, stop, found=said, expected=expected)

    def _day(self, year: str, month: str, day: str) -> str:
        if self.language == "zh":
            return f"{year}年{int(month)}月{int(day)}日"
        return f"{year}-{int(month):02}-{int(day):02}"

    def _unknown_start(self, start: int, end: int) -> None:
        match = _WORD.match(self.text, start, end)
        word = match.group() if match else self.text[start : start + 1]
        known = [keyword.spelling(self.language) for keyword in KEYWORDS if keyword.group == "declaration"]
        close = get_close_matches(word, known, 1, 0.5)
        longer = [item for item in known if word.startswith(item)]
        if longer and len(word) > len(longer[0]):
            mend = f"{longer[0]} {word[len(longer[0]) :]}"
            self._report("glued-words", start, start + len(word), found=word, mend=mend)
            return
        self._report(
            "unknown-declaration",
            start,
            start + len(word),
            found=word,
            known="、".join(known) if self.language == "zh" else ", ".join(known),
            mend=close[0] if close else None,
        )

    def _unglue(self, at: int, start: int, end: int, symbol: str) -> tuple[tuple[int, int], str] | None:
        """The word at or before `at` with spaces put in, if the line then parses, or parses further."""
        words = [match for match in _WORD.finditer(self.text, start, end) if match.start() <= at]
        words = [match for match in words if match.group() not in self._spellings][-6:]
        best: tuple[int, tuple[int, int], str] | None = None
        for match in reversed(words):
            word = match.group()
            for keyword in self._glue:
                if keyword not in word or keyword == word:
                    continue
                # letters that happen to be a word (the “in” of income) are not glued to the others; 10and is
                if self.language == "en" and not re.search(rf"\d{keyword}|{keyword}\d", word):
                    continue
                left, right = word.split(keyword, 1)
                mended = " ".join(part for part in (left, keyword, right) if part)
                reach = self._reach(f"{self.text[start : match.start()]}{mended}{self.text[match.end() : end]}", symbol)
                gained = reach - (at - start)
                if gained > len(mended) - len(word) and (best is None or reach > best[0]):
                    best = (reach, match.span(), mended)
        return (best[1], best[2]) if best else None

    def _apart(self, at: int, start: int, end: int, symbol: str) -> tuple[tuple[int, int], str] | None:
        """What is written with a sign and no blanks (`income/12`, `income-5`), with blanks, if the line then parses, or parses further."""
        run = next((match for match in _RUN.finditer(self.text, start, end) if match.start() <= at < match.end()), None)
        if run is None or not _SIGNED.search(run.group()):
            return None
        mended = _SIGNED.sub(r" \1 ", run.group())
        reach = self._reach(f"{self.text[start : run.start()]}{mended}{self.text[run.end() : end]}", symbol)
        return (run.span(), mended) if reach > run.start() - start + len(mended) else None

    def _bracketed(self, at: int, start: int, end: int, symbol: str) -> tuple[int, int] | None:
        """A name with digits or signs in it (算例 达到85%:) around `at` that parses once it stands in 「」, or gets further."""
        run = next((match for match in _RUN.finditer(self.text, start, end) if match.start() <= at < match.end()), None)
        # a name begins with its digits only where it is declared: at the start of the line or after its first word
        if run is None or not run.group().isprintable():
            return None
        if len(self.text[start : run.start()].split()) > 1 and (run.start() == at or run.group()[0].isdigit()):
            return None
        mended = f"{self.text[start : run.start()]}「{run.group()}」{self.text[run.end() : end]}"
        return run.span() if self._reach(mended, symbol) > run.end() - start + 2 else None

    def _listed(self, at: int, start: int, end: int, symbol: str) -> tuple[int, int] | None:
        """What stands behind 在 with 、 between and no brackets around, if the line parses, or parses further, with them."""
        word = re.escape(BY_ID["IN"].spelling(self.language))
        lists = re.compile(rf"(?<!\S){word}\s+([^\s()、,]+(?:\s?[、,]\s?[^\s()、,]+)+)")
        found = next((one for one in lists.finditer(self.text, start, end) if one.start(1) <= at <= one.end(1)), None)
        if found is None:
            return None
        mended = f"{self.text[start : found.start(1)]}({found[1]}){self.text[found.end(1) : end]}"
        return found.span(1) if self._reach(mended, symbol) > found.end(1) - start + 1 else None

    def _worded(self, at: int, start: int, end: int, symbol: str) -> Wording | None:
        """What stands around `at` in the notice's own words, if the line parses, or parses further, with its mend."""
        for one in wordings(self.text, start, end, at, self.language):
            behind = self.text[one.end : end]
            mended = f"{self.text[start : one.start]}{one.mended} {behind.lstrip()}".rstrip()
            if self._reach(mended, symbol) > one.start - start + len(one.mended):
                return one
        return None

    def _habit(self, start: int, end: int, symbol: str) -> Mended | None:
        """A line written as people are used to from elsewhere, put right. Of a file full of them only the first are."""
        if self._tries >= MOST_TRIED:
            return None
        self._tries += 1
        return mended(self.text[start:end], symbol, self.language, lambda line: len(line) - self._reach(line, symbol))

    def _unnamed(self, start: int, end: int, symbol: str) -> bool:
        """Whether a line of 条件, or of 就高 and 就低, lacks nothing but its name."""
        name = "甲" if self.language == "zh" else "a"
        return self._reach(f"{name}: {self.text[start:end]}", symbol) > end - start + 3

    def _reach(self, line: str, symbol: str) -> int:
        """How far `line` parses: beyond its end when it does as a whole."""
        if len(line) > MAX_MENDED:
            return 0
        try:
            self._door.run(line, 0, len(line), symbol)
        except Refused as error:
            return error.token.start_pos
        return len(line) + 1

    def _expected(self, error: Refused) -> str:
        accepts = self._door.automaton.accepts(error.stack)
        names = _KINDS[self.language]
        shared = {"COMPARATOR", "FUNCTION", "ROUNDING", "POST"}
        found = [names[item] for item in names if item in accepts and names[item]]
        quoted = "「{}」" if self.language == "zh" else "`{}`"
        found += [
            quoted.format(BY_ID[item].spelling(self.language))
            for item in BY_ID
            if item in accepts and item not in shared and BY_ID[item].kind != "hard"
        ]
        if "NAME" in accepts and "QUANTITY" in accepts:
            found = ["名称、数量或其他值" if self.language == "zh" else "a name, a quantity or another value"]
        joined = found[:8]
        return ("、" if self.language == "zh" else ", ").join(joined) + ("…" if len(found) > 8 else "")


def _depth(text: str, start: int, end: int) -> int:
    return text.count("(", start, end) - text.count(")", start, end)
