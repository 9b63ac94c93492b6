"""Owns the command line: arguments in, functions called, text out. Nothing heavy is imported before the command that needs it.

Exit codes: 0 fine, 1 findings (an error in a policy or its facts, an example that fails, a file that `fmt --check` would change),
2 a call that makes no sense. Advice (warnings, notes) is printed and is no finding unless `--strict` says so.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

FINE, FINDINGS, USAGE = 0, 1, 2
_COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("policydsl.cli.policies", "check"),
    "fmt": ("policydsl.cli.policies", "fmt"),
    "test": ("policydsl.cli.policies", "test"),
    "mutate": ("policydsl.cli.mutation", "mutate"),
    "new": ("policydsl.cli.starting", "new"),
    "repl": ("policydsl.cli.starting", "repl"),
    "template": ("policydsl.cli.cases", "template"),
    "run": ("policydsl.cli.cases", "run"),
    "explain": ("policydsl.cli.cases", "explain"),
    "readings": ("policydsl.cli.readings", "readings"),
    "todo": ("policydsl.cli.todo", "todo"),
    "registers": ("policydsl.cli.registers", "registers"),
    "coverage": ("policydsl.cli.coverage", "coverage"),
    "sweep": ("policydsl.cli.whatif", "sweep"),
    "seek": ("policydsl.cli.whatif", "seek"),
    "simulate": ("policydsl.cli.whatif", "simulate"),
    "diff": ("policydsl.cli.diff", "diff"),
    "sql": ("policydsl.cli.columns", "sql"),
    "prove": ("policydsl.cli.prove", "prove"),
    "replay": ("policydsl.cli.receipts", "replay"),
    "law": ("policydsl.cli.law", "law"),
    "history": ("policydsl.cli.law", "history"),
}


def entry() -> None:
    """The console script."""
    # a command builds trees that live until it ends: looking through them for rubbish again and again is a fifth of its time.
    # The notice of 3,000 lines comes to 100,000 nodes; what is left at the end goes with the process and is not looked through
    gc.set_threshold(1_000_000, 20, 100)
    code = main(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command and give its exit code. Never ends in a traceback for anything that a file or an argument says."""
    for stream in (sys.stdout, sys.stderr):
        # a console that cannot show a sign shows another; it does not stop the command
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    parser = _parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code) if isinstance(stop.code, int) else USAGE
    if options.command is None:
        parser.print_help()
        return USAGE
    module, name = _COMMANDS[options.command]
    command: Callable[[argparse.Namespace], int] = getattr(import_module(module), name)
    try:
        return command(options)
    except BrokenPipeError:
        # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policydsl",
        description="政策即代码 policy as code: 每一分钱都算得准、说得清 exact, explained, clause by clause.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    check = commands.add_parser("check", help="检查政策文件 find every mistake of policy files")
    _policies(check)
    _format(check)
    check.add_argument("--strict", action="store_true", help="提醒也算问题 warnings count as findings")

    fmt = commands.add_parser("fmt", help="排版政策文件 put policy files into the one canonical form")
    _policies(fmt)
    fmt.add_argument("--to", choices=("zh", "en"), help="改用另一种语言的关键词 switch the keywords")
    fmt.add_argument("--check", action="store_true", help="只说哪些文件需要排版 only say which files would change")
    fmt.add_argument(
        "-o", "--output", metavar="FILE", help="写到另一个文件,- 为屏幕 write there instead, - for the screen"
    )

    test = commands.add_parser("test", help="运行文件里的算例 run the worked examples of policy files")
    _policies(test)
    test.add_argument(
        "-k", metavar="WORD", default="", help="只运行名称含此字的算例 only examples whose names contain WORD"
    )
    test.add_argument("--cover", action="store_true", help="说出算例没有走到的规则、分支和表行 what no example reaches")
    _format(test)

    mutate = commands.add_parser(
        "mutate", help="故意写错,看算例看不看得出 try the examples on wrong changes, offer the missing ones"
    )
    _policies(mutate)
    mutate.add_argument("--format", choices=("text", "json"), default="text")
    mutate.add_argument(
        "--seconds",
        metavar="N",
        type=float,
        default=20.0,
        help="证明器一共最多几秒 the longest that the prover may take",
    )

    new = commands.add_parser("new", help="新建一份带说明的政策文件 write a commented file to start from")
    new.add_argument("output", metavar="FILE.pol")
    new.add_argument("--lang", choices=("zh", "en"), default="zh", help="关键词的语言 language of the keywords")
    for name in ("title", "id", "issuer", "entity", "unit"):
        new.add_argument(f"--{name}")

    repl = commands.add_parser("repl", help="在一行事实上试算表达式 try expressions on one row")
    repl.add_argument("policy", metavar="POLICY")
    repl.add_argument("facts", metavar="FACTS", nargs="+")
    repl.add_argument("--of", metavar="KEY", help="哪一行(默认第一行) which row (the first, if not said)")

    template = commands.add_parser("template", help="生成待填的工作簿 write the workbook to fill in")
    template.add_argument("policy", metavar="POLICY")
    template.add_argument("--on", metavar="DATE", help="按哪一天的规定 by the law of which day")
    _amended(template)
    template.add_argument("-o", "--output", metavar="FILE", required=True)

    run = commands.add_parser("run", help="测算 work out every row's amounts")
    _case(run)
    run.add_argument(
        "--format", choices=("table", "json", "csv", "xlsx"), help="默认按 -o 的扩展名 by the ending of -o, else table"
    )
    run.add_argument("-o", "--output", metavar="FILE")
    run.add_argument(
        "--engine",
        choices=("auto", "reference", "compiled", "columnar", "spark"),
        default="auto",
        help="默认:.parquet 和 Arrow 文件用列引擎,其余用参考解释器 the column engine for .parquet and Arrow, else the reference",
    )
    run.add_argument(
        "--plan",
        action="store_true",
        help="列引擎和 Spark:不算,先说哪些规则在列里算、哪些由参考解释器算、为什么 say which rules go where and why, compute nothing",
    )
    run.add_argument("--master", help="Spark 在哪里,如 local[2] where Spark runs (else as the environment says)")
    run.add_argument("--receipt", metavar="FILE", help="写一份留痕,日后可以重算 write what is needed to repeat this")
    run.add_argument("--sign", metavar="PEM", help="用这把 ed25519 私钥给留痕签名 sign the receipt")

    explain = commands.add_parser("explain", help="说明每一个数 say why, step by step")
    _case(explain)
    explain.add_argument("--of", metavar="KEY", action="append", help="只说这一行(如 黄埔区) only this row")
    explain.add_argument("--rule", metavar="NAME", action="append", help="只说这一条规则 only this rule")
    explain.add_argument("--format", choices=("text", "md", "html", "json"))
    explain.add_argument("--lang", choices=("zh", "en"), help="说明用的语言 language of the explanation")
    explain.add_argument("-o", "--output", metavar="FILE")

    swept = commands.add_parser("sweep", help="一个事实变动时金额怎样变 how the money moves as a fact does")
    _whatif(swept, _CHARTED)
    swept.add_argument("--of", metavar="KEY", required=True, help="哪一行(如 黄埔区) which row")
    swept.add_argument("--rule", metavar="RULE", required=True, help="哪一条规则,或 全市.测算总额 which rule")
    swept.add_argument(
        "--by", metavar="FACT[=FROM..TO[:STEP]]", action="append", required=True, help="变动的事实,至多两个 what moves"
    )

    sought = commands.add_parser("seek", help="要达到一个金额,最少差多少 the least change that reaches an amount")
    _whatif(sought, ("text", "json"))
    sought.add_argument("--of", metavar="KEY", required=True, help="哪一行(如 黄埔区) which row")
    sought.add_argument("--rule", metavar="RULE", required=True, help="哪一条规则 which rule")
    sought.add_argument("--at-least", metavar="X", required=True, help="至少多少,如 50万元 how much")
    sought.add_argument("--by", metavar="FACT", required=True, help="改哪一个事实 which fact changes")
    sought.add_argument("--within", metavar="FROM..TO[:STEP]", help="在什么范围里找 where to look")

    drawn = commands.add_parser(
        "simulate", help="事实说不准时,总额会是多少 what totals come to when facts are uncertain"
    )
    _whatif(drawn, _CHARTED)
    drawn.add_argument(
        "--vary",
        metavar="'[ROW/]FACT ~ DISTRIBUTION' | FILE",
        action="append",
        required=True,
        help="如 '高企认定数 ~ ±10%%',或情景文件(.csv .xlsx) an expression, or a file of them",
    )
    drawn.add_argument("--draws", metavar="N", type=int, default=10_000, help="抽多少次 how many draws")
    drawn.add_argument("--seed", metavar="S", type=int, default=1, help="种子,同一种子结果相同 the same gives the same")
    drawn.add_argument(
        "--correlation", metavar="RHO", type=float, default=0.0, help="同一行各事实同涨同落的程度,0 到 1"
    )
    drawn.add_argument("--rule", metavar="RULE", help="逐行看哪一条规则 which rule, row by row")
    drawn.add_argument("--total", metavar="ENTITY.RULE", action="append", help="看哪些总额 which totals")
    drawn.add_argument("--budget", metavar="X", help="超过它的机会有多大 the chance of more than this")

    readings = commands.add_parser("readings", help="换一种读法会差多少 what other readings would change")
    _case(readings)
    readings.add_argument("--of", metavar="KEY", action="append", help="只看这一行(如 黄埔区) only this row")
    readings.add_argument("--format", choices=("text", "json"))
    readings.add_argument("--lang", choices=("zh", "en"))
    readings.add_argument("-o", "--output", metavar="FILE")

    todo = commands.add_parser("todo", help="还要做什么、何时到期 what is left to do, and by when")
    _case(todo, on_required=True)
    todo.add_argument("--of", metavar="KEY", required=True, help="哪一行(如 黄埔区) which row")
    todo.add_argument("--format", choices=("text", "json", "ics"), help="ics 可导入日历 for calendars")
    todo.add_argument("--lang", choices=("zh", "en"))
    todo.add_argument("-o", "--output", metavar="FILE")

    registers = commands.add_parser("registers", help="名单相互核对、计数 match registers of firms and count them")
    registers.add_argument("policy", metavar="POLICY")
    registers.add_argument(
        "facts", metavar="FACTS", nargs="+", help="各名册的表,也可以连同事实 the registers, and facts"
    )
    registers.add_argument("--format", choices=("text", "json", "xlsx"))
    registers.add_argument("--lang", choices=("zh", "en"))
    registers.add_argument("-o", "--output", metavar="FILE")

    prove = commands.add_parser("prove", help="对所有可能的数据证明性质 prove properties for all facts")
    prove.add_argument("policies", metavar="POLICY", nargs="+", help="一份文件;--same 时两份 one file, two with --same")
    prove.add_argument("--same", action="store_true", help="两份文件意思是否相同 whether two files mean the same")
    prove.add_argument("--properties", action="store_true", help="只问写明的性质 only the properties that are stated")
    prove.add_argument("--all", action="store_true", help="成立的也列出 list what holds too")
    prove.add_argument(
        "--seconds", metavar="N", type=float, default=5.0, help="每一问最多几秒 the longest for a question"
    )
    prove.add_argument("--strict", action="store_true", help="未能判定也算问题 what stays open counts as a finding")
    prove.add_argument("--format", choices=("text", "json"), default="text")
    prove.add_argument("--lang", choices=("zh", "en"))
    prove.add_argument(
        "--reading",
        metavar="NAME=ALTERNATIVE",
        action="append",
        default=[],
        help="采用另一种读法 adopt another reading",
    )

    coverage = commands.add_parser("coverage", help="逐条核对通知 hold every clause of the notice against the policy")
    coverage.add_argument("policy", metavar="POLICY")
    coverage.add_argument(
        "--text", metavar="NOTICE.txt", help="通知原文,每段一行 the notice itself, a paragraph a line"
    )
    coverage.add_argument("--format", choices=("text", "json", "html", "xlsx"))
    coverage.add_argument("--lang", choices=("zh", "en"), help="报告用的语言 language of the report")
    coverage.add_argument("-o", "--output", metavar="FILE")

    diff = commands.add_parser("diff", help="新旧两份政策比一比 what changed, and who gains and who loses")
    diff.add_argument("old", metavar="OLD.pol", help="旧政策,或通知的文件夹 the old policy, or a folder of notices")
    diff.add_argument(
        "new", metavar="NEW.pol", nargs="?", help="新政策;比两个日子的不用 the new one; none for two days"
    )
    diff.add_argument("--facts", metavar="FACTS", action="append", default=[], help="用这些事实算出各自的得失")
    diff.add_argument(
        "--on",
        metavar="DATE",
        action="append",
        default=[],
        help="基准日;文件夹写两次,比两个日子 the day of the case; twice for a folder",
    )
    diff.add_argument("--notice", metavar="ID", help="文件夹里的哪一份(编号) which notice of the folder")
    diff.add_argument("--reading", metavar="NAME=ALTERNATIVE", action="append", default=[])
    diff.add_argument("--format", choices=("text", "md", "html", "json"))
    diff.add_argument("--lang", choices=("zh", "en"))
    diff.add_argument("--exit-code", action="store_true", help="有改动时退出码为 1 exit with 1 where anything changed")
    diff.add_argument("-o", "--output", metavar="FILE")

    sql = commands.add_parser("sql", help="印出在自己的数据库里测算的查询 print the query for a warehouse of your own")
    sql.add_argument("policy", metavar="POLICY")
    sql.add_argument("--dialect", default="duckdb", help="duckdb 或 spark;会经过浮点数的拒绝 duckdb or spark")
    sql.add_argument(
        "--of", metavar="ENTITY", help="哪个对象的规则(默认主体) whose rules (the main entity, if not said)"
    )
    sql.add_argument("--on", metavar="DATE", help="基准日 the day of the case")
    sql.add_argument("--reading", metavar="NAME=ALTERNATIVE", action="append", default=[])
    replay = commands.add_parser(
        "replay", help="按留痕重算,一个字节也不差,或者说出差在哪里 repeat a run from its receipt"
    )
    replay.add_argument("receipt", metavar="RECEIPT")
    replay.add_argument(
        "--corpus", metavar="DIR", help="到这个文件夹里找政策文件和以后的通知 where policies and later notices are"
    )
    replay.add_argument(
        "--facts", metavar="FACTS", action="append", default=[], help="事实文件现在在哪里 where the facts are"
    )
    replay.add_argument("--public-key", metavar="PEM", help="用这把公钥核对签名 check the signature")
    replay.add_argument("--format", choices=("text", "json"))
    replay.add_argument("--lang", choices=("zh", "en"))
    replay.add_argument("-o", "--output", metavar="FILE")
    law = commands.add_parser("law", help="某一天有效的文本 the text in force on a day")
    law.add_argument("policy", metavar="CORPUS", help=".pol 文件的文件夹 a folder of notices")
    law.add_argument("--on", metavar="DATE", required=True, help="哪一天,如 2025-08-31 the day")
    law.add_argument("--known", metavar="DATE", help="只算到这一天已经发布的通知 as it was known on that day")
    law.add_argument("--of", metavar="ID", help="只看这一份(编号) only this notice")
    law.add_argument("--format", choices=("text", "html"))
    law.add_argument("-o", "--output", metavar="FILE")

    history = commands.add_parser("history", help="一条规则的来历 how a rule came to be what it is")
    history.add_argument("policy", metavar="CORPUS", help=".pol 文件的文件夹 a folder of notices")
    history.add_argument("rule", metavar="RULE", help="名称,或 编号.名称 its name, or ID.NAME")
    history.add_argument("--format", choices=("text", "json"), default="text")
    return parser


_CHARTED = ("text", "json", "csv", "xlsx", "svg", "png", "html", "vega")
"""The forms of what has a chart; vega is the chart as a specification of Vega-Lite."""


def _whatif(parser: argparse.ArgumentParser, forms: tuple[str, ...]) -> None:
    _case(parser)
    parser.add_argument("--format", choices=forms)
    parser.add_argument("--lang", choices=("zh", "en"))
    parser.add_argument("-o", "--output", metavar="FILE")


def _policies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "policies", metavar="POLICY", nargs="+", help=".pol 文件,或含 .pol 的文件夹 files, or folders of them"
    )


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("human", "json"), default="human")


def _case(parser: argparse.ArgumentParser, on_required: bool = False) -> None:
    parser.add_argument("policy", metavar="POLICY", help=".pol 文件,或通知的文件夹 a file, or a folder of notices")
    parser.add_argument("facts", metavar="FACTS", nargs="+", help=".xlsx .xls .ods .json .yaml .csv,或 .csv 的文件夹")
    parser.add_argument("--on", metavar="DATE", required=on_required, help="基准日,如 2025-08-31 the day of the case")
    _amended(parser)
    parser.add_argument(
        "--reading",
        metavar="NAME=ALTERNATIVE",
        action="append",
        default=[],
        help="采用另一种读法 adopt another reading",
    )


def _amended(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--known", metavar="DATE", help="只算到这一天已经发布的通知 as it was known on that day")
    parser.add_argument("--notice", metavar="ID", help="文件夹里的哪一份(编号) which notice of the folder")
    parser.add_argument(
        "--with", dest="amending", metavar="FILE", action="append", help="修订它的通知 a notice that amends it"
    )


def _version() -> str:
    from policydsl import __version__

    return f"policydsl {__version__}"
