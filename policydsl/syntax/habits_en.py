"""Owns the habits of those who write in English: each a pattern, what takes its place, and the kinds of line it is looked for in."""

from __future__ import annotations

_CITE = r"(\s+per\s.*)?$"
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_BAND, _FIELD, _DECLARED, _EXAMPLE, _HEADER, _ITEM = (
    ("rule_line",),
    ("field",),
    ("declaration",),
    ("example_line",),
    ("header",),
    ("item_line",),
)
_FOLDED = "count|sum|max|min|mean|distinct"
_WORDED = "not below|at least|reaches|not over|not above|at most|over|above|below|under|is|equals|≥|≤|>|<|="

_LABEL_EN = r"(?:\((?:\d+|[a-z]|[ivx]+)\)|\d+\s*[.)])"

HABITS: tuple[tuple[str, ...], ...] = (
    (r"\s*[,;]\s*(?=then|else|otherwise|and|or)", " "),
    (r"\botherwise\b", "else"),
    (r"\belif\b|\belsif\b|\belse,?\s+when\b", "else if"),
    (r"\bwhen\b(?=.*\bthen\b)", "if"),
    (r"\s*(?:&&|&)\s*", " and "),
    (r"\s*\|\|\s*", " or "),
    (r"\b(?:greater than or equal to|no less than|no fewer than)\b", "not below"),
    (r"\b(?:less than or equal to|no more than|no greater than)\b", "not over"),
    (r"\b(AND|OR|IF|THEN|ELSE|NOT)\b", r"‹\1›"),
    (r"\bof\s+the\s+", "of "),
    (r"(?<=[\w%)])\s+(?:times|multiplied by|[xX])\s+(?=[\w(])", " × "),
    (r"\s+(?:divided by)\s+", " ÷ "),
    (r"\s+plus\s+", " + "),
    (r"\s+minus\s+", " − "),
    (rf"\b({_FOLDED})(?:\s+of)?\s+([\w.]+)", r"\1(\2)"),
    (rf"\b({_FOLDED})\((\w+)\s*,?\s*(?=[\w.]+\s*(?:{_WORDED}))", r"\1(\2 where "),
    (
        r"=\s*(.+?),?\s+(?:but\s+)?(?:capped at|up to|at most|not over|no more than|limited to|maximum)\s+(\S+?)"
        + _CITE,
        r"= min(\1, \2)\3",
    ),
    (
        r"=\s*(.+?),?\s+(?:but\s+)?(?:at least|not below|no less than|minimum)\s+(\S+?)" + _CITE,
        r"= max(\1, \2)\3",
    ),
    (r"=\s*(.+?),?\s+rounded up to\s+(?:the nearest\s+)?(\S+?)" + _CITE, r"= round_up(\1, \2)\3"),
    (r"=\s*(.+?),?\s+rounded down to\s+(?:the nearest\s+)?(\S+?)" + _CITE, r"= round_down(\1, \2)\3"),
    (r"=\s*(.+?),?\s+rounded to\s+(?:the nearest\s+)?(\S+?)" + _CITE, r"= round_half_up(\1, \2)\3"),
    (r"^(rule|parameter)\s+(\S+?)\s*:\s*(?=\S)", r"\1 \2 = ", *_DECLARED),
    (r"^(rule|parameter)\s+(\S+?)\s+is\s+", r"\1 \2 = ", *_DECLARED),
    (r"^key\s+(\S+?)\s*:\s*(.+)$", r"\1: \2 key", *_FIELD),
    (r"^(\S+?)\s*\((\S+)\)\s*:?$", r"\1: \2", *_FIELD),
    (r"^(\S+)\s+(\S+)$", r"\1: \2", *_FIELD),
    (r"\s*(?:required|mandatory)\b", "", *_FIELD),
    (r"\s*(?:optional|nullable)\b", " or none", *_FIELD),
    (r"^(?:other|others|otherwise|default|any other|else)[:\s]+", "else ", *_BAND),
    (rf"^{_LABEL_EN}\s*(?=\S)", "", *_ITEM),
    (r"^(\((?:\d+|[a-z]|[ivx]+)\)|\d+)\s*[.)]?\s*(?=\S)", r"「\1」: ", *_ITEM),
    (rf"(:\s*){_LABEL_EN}\s*(?=\S)", r"\1", *_ITEM, *_DECLARED),
    (
        r"^(table\s+.+?)\s+from\s+(\S+)\s+onward\s+by\s+(.+?)\s*(?=\srest unchanged|:|$)",
        r"\1 by \3 from \2 onward",
        *_DECLARED,
    ),
    (r"\b([A-Z]{3})\s+(\d[\d,]*(?:\.\d+)?)", r"\2\1"),
    (r"\$\s*(\d[\d,]*(?:\.\d+)?)", r"\1USD"),
    (r"£\s*(\d[\d,]*(?:\.\d+)?)", r"\1GBP"),
    (r"€\s*(\d[\d,]*(?:\.\d+)?)", r"\1EUR"),
    (r"^(?:subject|main entity|entity|about)\s+(\S+)$", r"main \1", *_HEADER),
    (r"^(?:date|published on|issued)\s+(?=\S)", "published ", *_HEADER),
    (r"^(?:number|no|reference|ref)\.?\s+(?=\S)", "id ", *_HEADER),
    (r"^(?:issued by|authority|agency|publisher|by)\s+(?=\S)", "issuer ", *_HEADER),
    (r"^(\w[\w ]*?)\s*:\s*(?=\S)", r"\1 ", *_HEADER),
    (rf"^[\w.]+\s*(?={_WORDED})", "", *_BAND),
    (rf"({_NUMBER}\S*?)\s*:\s+(?=\S)", r"\1  ", *_BAND),
    (
        r"^(?:for )?(?:each|every|per)\s+(?:further\s+|additional\s+)?(\S+?),?\s+(?:gives|give|pays|pay|add|adds)\s+(\S+)$",
        r"every \1 gives \2",
        *_BAND,
    ),
    (r"^((?!each|every|not|over|above|below|from|first|start)[A-Za-z_]+)\s+(\d\S*)$", r"\1: \2", *_BAND),
    (r"^(\w+)\s*[=:]\s*(?=\S)", r"given \1 = ", *_EXAMPLE),
    (r"^(\w+)\s+(?=\S)", r"given \1 = ", *_EXAMPLE),
    (r"^(?:when|input|assume)\s*[:,]?\s*", "given ", *_EXAMPLE),
    (r"^(?:expect|result|output|should be)\s*[:,]?\s*", "then ", *_EXAMPLE),
    (r"\s+(?:per|see|under)\s*:?\s*(?=\S+$)", " per "),
)
