"""Owns the commands on facts that might be others: sweep, seek, simulate."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policydsl.cli.case import Refused, day_of, facts_of, form_of, program_of, put, readings_of
from policydsl.cli.console import grave, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.compiled.engine import Compiled
    from policydsl.core.facts import Facts
    from policydsl.simulate.draws import Varying
    from policydsl.simulate.target import Names

MOST_DRAWS = 1_000_000
MOST_LINES = 10_000


def _ready(options: argparse.Namespace) -> tuple[Compiled, Facts, Names, int] | int:
    """The policy as code, its facts, and what finds names in them; or the exit code where that fails."""
    from policydsl.compiled.engine import compile_program
    from policydsl.interpret.evaluate import UnknownReading
    from policydsl.simulate.target import Names

    on, readings = day_of(options.on), readings_of(options.reading)
    program = program_of(options.policy)
    if program is None:
        return FINDINGS
    try:
        compiled = compile_program(program, readings, on)
    except UnknownReading as unknown:
        raise Refused(str(unknown), USAGE) from None
    facts, findings = facts_of(program, options.facts)
    show(findings, stream=sys.stderr)
    if not facts.tables and grave(findings):
        return FINDINGS
    return compiled, facts, Names(program, facts), FINDINGS if grave(findings) else FINE


def _asked(command: Any, options: argparse.Namespace) -> int:
    """A command whose questions may make no sense, answered in words."""
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.tables import DuplicateRow
    from policydsl.simulate.target import Ask

    try:
        found = _ready(options)
        return found if isinstance(found, int) else command(options, *found)
    except Refused as refused:
        say(str(refused))
        return refused.code
    except Ask as wrong:
        say(str(wrong))
        return USAGE
    except (ResourceError, DuplicateRow) as exhausted:
        say(str(exhausted))
        return FINDINGS


def sweep(options: argparse.Namespace) -> int:
    """`policydsl sweep`."""
    return _asked(_sweep, options)


def _sweep(options: argparse.Namespace, compiled: Compiled, facts: Facts, names: Names, code: int) -> int:
    from policydsl.simulate.sweep import MOST_POINTS, axis
    from policydsl.simulate.sweep import sweep as swept
    from policydsl.simulate.target import around, ask

    form = _form(options)
    if len(options.by) > 2:
        raise ask("至多两个事实\uff1a--by 写一次或两次", "At most two facts: --by once or twice")
    entity, key = names.row(options.of)
    target = names.rule(options.rule, entity, key)
    most = MOST_POINTS if len(options.by) == 1 else 100
    axes = []
    for text in options.by:
        name, equals, span = text.partition("=")
        fact = names.fact(name, entity, key)
        low, high, step = names.span(span, fact) if equals else (*around(fact), None)
        axes.append(axis(fact, low, high, step, most))
    found = swept(compiled, facts, target, axes)
    program, lang = compiled.program, options.lang or compiled.program.language
    from policydsl.reports import charts, sweep_files
    from policydsl.reports.results_json import dump
    from policydsl.reports.sweep_text import sweep_text

    content: str | bytes
    match form:
        case "json":
            content = dump(sweep_files.sweep_data(found))
        case "csv":
            content = sweep_files.sweep_csv(found)
        case "svg" | "png" | "html" | "vega":
            text = sweep_text(program, found, lang, 100)
            content = _chart(form, charts.sweep_chart(program, found, lang), text, lang)
        case "xlsx":
            content = sweep_files.sweep_xlsx(program, found, lang)
        case _:
            content = sweep_text(program, found, lang, width() if not options.output else 80)
    return put(content, options.output, code)


def seek(options: argparse.Namespace) -> int:
    """`policydsl seek`."""
    return _asked(_seek, options)


def _seek(options: argparse.Namespace, compiled: Compiled, facts: Facts, names: Names, code: int) -> int:
    from policydsl.reports.results_json import dump
    from policydsl.reports.sweep_files import seek_data
    from policydsl.reports.sweep_text import seek_text
    from policydsl.simulate.seek import bounds_of, step_of
    from policydsl.simulate.seek import seek as sought

    entity, key = names.row(options.of)
    target = names.rule(options.rule, entity, key)
    wanted = names.amount(options.at_least, compiled.program.rule_index[target[0], target[2]])
    fact = names.fact(options.by, entity, key)
    low, high, step = names.span(options.within, fact) if options.within else (*bounds_of(fact), None)
    if step is None:
        step = step_of(fact)
    found = sought(compiled, facts, target, fact, wanted, (low, high), step)
    form = options.format or form_of(options.output, {".json": "json"}, "text")
    lang = options.lang or compiled.program.language
    text = dump(seek_data(found)) if form == "json" else seek_text(compiled.program, found, lang, width())
    return put(text, options.output, code if found.value is not None else FINDINGS)


def simulate(options: argparse.Namespace) -> int:
    """`policydsl simulate`."""
    return _asked(_simulate, options)


def _simulate(options: argparse.Namespace, compiled: Compiled, facts: Facts, names: Names, code: int) -> int:
    from policydsl.cli.progress import steps
    from policydsl.core.types import Number, strip
    from policydsl.reports.results_json import dump
    from policydsl.reports.simulation_text import simulation_text
    from policydsl.simulate.many import simulate as simulated
    from policydsl.simulate.many import summed
    from policydsl.simulate.target import ask

    program, form = compiled.program, _form(options)
    if not 1 <= options.draws <= MOST_DRAWS:
        raise ask(f"--draws 应在 1 到 {MOST_DRAWS} 之间", f"--draws has to lie between 1 and {MOST_DRAWS}")
    if not 0 <= options.correlation <= 1:
        raise ask("--correlation 应在 0 到 1 之间", "--correlation has to lie between 0 and 1")
    varied = _varied(options.vary, names)
    main = program.header.main
    keys = [row.key for row in facts.tables.get(main, ())]
    if not keys:
        raise ask(f"事实里没有「{main}」", f"The facts hold no 「{main}」")
    from policydsl.compiled.depends import touched

    moving = touched(program, {(item.fact.entity, item.fact.field.name) for item in varied})
    numeric = [
        rule
        for rule in program.written_order
        if rule.output and isinstance(strip(rule.type), Number) and rule.id in moving
    ]
    rule = names.rule(options.rule, main, keys[0])[2] if options.rule else summed(compiled, facts, numeric)
    if options.total:
        totals = [names.rule(text, main, keys[0]) for text in options.total]
    else:
        totals = [(item.entity, "", item.name) for item in numeric if program.entities[item.entity].singleton]
    rows = [(main, key, rule) for key in keys] if rule is not None else []
    if not totals and not rows:
        raise ask("没有一条金额规则随这些事实而变", "No rule that gives a number depends on these facts")
    money = next((program.rule_index[at[0], at[2]] for at in [*totals, *rows]), None)
    budget = names.amount(options.budget, money) if options.budget and money is not None else None
    with steps() as step:
        found = simulated(compiled, facts, varied, totals, rows, options.draws, options.seed, options.correlation, step)
    lang = options.lang or program.language
    from policydsl.reports import charts, simulation_files

    def text(screen: bool) -> str:
        wide, encoding = (width(), sys.stdout.encoding) if screen else (80, "utf-8")
        return simulation_text(program, found, lang, wide, budget, encoding)

    content: str | bytes
    match form:
        case "json":
            content = dump(simulation_files.simulation_data(found, budget))
        case "csv":
            content = simulation_files.simulation_csv(found, budget)
        case "xlsx":
            content = simulation_files.simulation_xlsx(program, found, lang, budget)
        case "svg" | "png" | "html" | "vega":
            content = _chart(form, charts.simulation_chart(program, found, lang, budget), text(False), lang)
        case _:
            content = text(not options.output)
    return put(content, options.output, code)


ENDINGS = {
    ".json": "json",
    ".csv": "csv",
    ".svg": "svg",
    ".png": "png",
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
}


def _form(options: argparse.Namespace) -> str:
    """The form to write in, by --format or the ending of -o. Raises Ask where it can only go to a file."""
    from policydsl.simulate.target import ask

    ending = "vega" if (options.output or "").lower().endswith(".vl.json") else form_of(options.output, ENDINGS, "text")
    form: str = options.format or ending
    if form in ("xlsx", "png") and not options.output:
        raise ask(f"{form} 要写到文件\uff1a请加 -o 结果.{form}", f"{form} goes to a file: add -o NAME.{form}")
    return form


def _chart(form: str, chart: dict[str, Any], text: str, lang: Any) -> str | bytes:
    """A chart in the form asked for. Raises Ask where what draws it is not installed."""
    from policydsl.reports import charts
    from policydsl.simulate.target import ask

    try:
        match form:
            case "vega":
                return charts.chart_json(chart)
            case "png":
                return charts.png(chart)
            case "html":
                return charts.chart_page(chart, chart["title"]["text"], text, lang)
        return charts.svg(chart)
    except charts.NoPainter:
        raise ask(
            "画图要先安装\uff1apip install 'policydsl[charts]'\uff1b-o 图.vl.json 不用安装",
            "Charts need pip install 'policydsl[charts]'; -o NAME.vl.json does not",
        ) from None


def _varied(texts: list[str], names: Names) -> list[Varying]:
    """The facts that are drawn, each once; a later line about the same fact stands."""
    from policydsl.simulate.draws import varying
    from policydsl.simulate.target import Fact, ask

    found: dict[tuple[str, str, str], Varying] = {}
    main = names.program.header.main
    for key, name, distribution in _lines(texts):
        entity = main
        if key and key != "*":
            entity, key = names.row(key)
        owner, field = names.field(name, entity)
        one = bool(key) and key != "*"
        keys = names.under(owner, entity, key if one else "")
        if not keys:
            raise ask(
                f"「{key or owner.name}」没有「{owner.name}」的行", f"There is no row of 「{owner.name}」 in 「{key}」"
            )
        for each in keys:
            fact = Fact(owner.name, each, field, names.now(owner.name, each, field))
            if fact.now is None and "%" in distribution and not (one and owner.name == entity):
                continue  # of rows that have not reported it, ±% says nothing
            found[fact.at] = varying(names, fact, distribution)
    if not found:
        raise ask("没有要变的事实", "There are no facts to vary")
    return list(found.values())


def _lines(texts: list[str]) -> list[tuple[str, str, str]]:
    """(row or "", fact, distribution) of expressions `[ROW/]FACT ~ DISTRIBUTION` and of files with three columns."""
    from policydsl.simulate.target import ask

    lines: list[tuple[str, str, str]] = []
    for text in texts:
        if "~" not in text and "\uff5e" not in text:
            lines += _file(Path(text))
            continue
        left, _, distribution = text.replace("\uff5e", "~").partition("~")
        key, slash, name = left.strip().rpartition("/")
        if not name.strip() or not distribution.strip():
            raise ask(
                f"--vary 应写成 [行/]事实 ~ 分布\uff0c而不是「{text}」",
                f"Write --vary '[ROW/]FACT ~ DISTRIBUTION', not 「{text}」",
            )
        lines.append((key.strip() if slash else "", name.strip(), distribution.strip()))
    return lines


def _file(path: Path) -> list[tuple[str, str, str]]:
    """The lines of a scenario: the sheet 情景 of a workbook (or its first), or a .csv; headings are the first row."""
    from policydsl.facts.delimited import grid
    from policydsl.facts.findings import Rejected
    from policydsl.facts.workbook import grids
    from policydsl.simulate.target import ask

    try:
        if path.stat().st_size > 10 * 2**20:
            raise ask(f"情景文件「{path}」太大", f"The scenario file 「{path}」 is too large")
        data = path.read_bytes()
        if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
            sheets = grids(str(path), data)
            sheet = next((item for item in sheets if item.name in ("情景", "scenario")), sheets[0] if sheets else None)
        else:
            sheet = grid(str(path), path.stem, data)
    except OSError as error:
        raise ask(
            f"--vary「{path}」既不是 [行/]事实 ~ 分布\uff0c也不是能读的文件\uff08{error.strerror}\uff09",
            f"--vary 「{path}」 is neither '[ROW/]FACT ~ DISTRIBUTION' nor a file that can be read",
        ) from None
    except Rejected as rejected:
        raise ask(f"情景文件「{path}」读不了\uff1a{rejected}", f"The scenario file 「{path}」 cannot be read") from None
    rows = sheet.rows if sheet is not None else ()
    lines = []
    for number, row in enumerate(rows[1 : MOST_LINES + 1], 2):
        cells = [str(cell).strip() if cell is not None else "" for cell in row[:3]]
        if not any(cells):
            continue
        if len(cells) < 3 or not cells[1] or not cells[2]:
            raise ask(
                f"「{path}」第 {number} 行应有三列\uff1a行\uff08空着为每一行\uff09、事实、分布",
                f"Line {number} of 「{path}」 needs three columns: row (blank for every row), fact, distribution",
            )
        lines.append((cells[0], cells[1], cells[2]))
    return lines
