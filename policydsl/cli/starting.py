"""Owns the commands for beginning: `new` writes a commented file to start from, `repl` tries expressions on a case."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.console import colour, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.core.program import Program

_ZH = """# 一份新的政策文件。以 # 开头的是说明,写好以后可以删去。
# 检查: policydsl check {file}      算例: policydsl test {file}      生成待填表: policydsl template {file} -o 待填.xlsx

政策 “{title}”:
    编号  {id}
    发布  {issuer}
    主体  {entity}

# 数量的单位先在这里列出;元、%、年、月、天不用列
单位 {unit}

# 通知的条款;不产生规则的,写 不作规则 和理由
条款 一: 不作规则 “宗旨”
条款 二: “补助标准”

# 每个{entity}要填的事实:名称、类型、来源、依据
对象 {entity}:
    名称:     文本    主键
    完成数:   {unit}
    年度目标: {unit}  大于 0{unit}  依据 二

规则 完成率 = 完成数 ÷ 年度目标  依据 二

# 分档:达到哪一档,就按哪一档的单价
规则 补助 = 完成数 × 分档 完成率: 依据 二
    达到 80%(含)   100元/{unit}
    达到 100%(含)  200元/{unit}
    否则           0元/{unit}

# 每个门槛的两边各写一个算例,改了数字马上知道影响了什么
算例 刚好达标:
    设 名称 = “示例”, 完成数 = 100{unit}, 年度目标 = 100{unit}
    应 补助 = 2万元

算例 差一个:
    设 名称 = “示例”, 完成数 = 99{unit}, 年度目标 = 100{unit}
    应 补助 = 9900元
"""
_EN = """# A new policy file. Lines that begin with # are remarks; delete them when it is done.
# Check: policydsl check {file}    Examples: policydsl test {file}    Workbook: policydsl template {file} -o facts.xlsx

policy “{title}”:
    id      {id}
    issuer  {issuer}
    main    {entity}

# Units of what is counted; money, % and time need none
units {unit}

# The clauses of the notice; those that make no rule say so, and why
clause 1: no rules “purpose”
clause 2: “amounts”

# What each {entity} has to fill in
entity {entity}:
    name:      text    key
    completed: {unit}
    target:    {unit}  greater than 0 {unit}  per 2

rule completion = completed ÷ target  per 2

# Bands: the rate of the highest band reached
rule award = completed × bands completion: per 2
    reaches 80%(inclusive)   100元/{unit}
    reaches 100%(inclusive)  200元/{unit}
    else                     0元/{unit}

# An example on each side of every threshold shows at once what a change does
example “just reached”:
    given name = “sample”, completed = 100 {unit}, target = 100 {unit}
    then award = 20,000元

example “one short”:
    given name = “sample”, completed = 99 {unit}, target = 100 {unit}
    then award = 9,900元
"""
_QUESTIONS = (
    ("title", "通知的名称 title of the notice", "新的通知", "A new notice"),
    ("id", "编号 its id", "NEW-1", "NEW-1"),
    ("issuer", "发布机关 who issues it", "发布机关", "Issuer"),
    ("entity", "补助对象叫什么 who receives (一个词 one word)", "单位名录", "Applicant"),
    ("unit", "计数的单位 what is counted", "家", "firm"),
)


def new(options: argparse.Namespace) -> int:
    """`policydsl new`: asks what flags leave open, where there is somebody to ask; never writes over a file."""
    from policydsl.pipeline import check_source
    from policydsl.reports.write import write_file
    from policydsl.source import Source

    target = Path(options.output)
    if target.suffix != ".pol":
        say("文件名要以 .pol 结尾。 The name must end in .pol.")
        return USAGE
    if target.exists():
        say(f"{target} 已经有了,没有改动它。 It is there already and was left alone.")
        return FINDINGS
    answers = {"file": target.name}
    for name, question, zh, en in _QUESTIONS:
        usual = zh if options.lang == "zh" else en
        given = getattr(options, name)
        if given is None and sys.stdin.isatty():
            sys.stderr.write(f"{question} [{usual}]: ")
            sys.stderr.flush()
            given = sys.stdin.readline().strip()
        answers[name] = given or usual
    text = (_ZH if options.lang == "zh" else _EN).format(**answers)
    result = check_source(Source(str(target), text))
    if result.errors:
        say("这些答案写不成一份能检查通过的文件: These answers make no file that checks:")
        show(result.errors, stream=sys.stderr)
        return USAGE
    try:
        write_file(target, text)
    except OSError as error:
        say(f"写不了 {target}:{error.strerror}。 Cannot write it.")
        return FINDINGS
    say(f"已写好 {target}。下一步: Written. Next:\n  policydsl check {target}\n  policydsl test {target}")
    return FINE


# ---------------------------------------------------------------- repl


def repl(options: argparse.Namespace) -> int:
    """`policydsl repl`: each line is an expression, worked out for one row and explained; an empty line or end of input ends."""
    from policydsl.facts.read import read
    from policydsl.kinds import misfilled
    from policydsl.pipeline import check_path

    result = check_path(options.policy)
    if result.program is None:
        show(result.errors, stream=sys.stderr)
        return FINDINGS
    program = result.program
    facts, findings = read(program, [Path(name) for name in options.facts])
    findings = [finding for finding in findings if finding.code != "facts-sheet-absent"]
    show([*findings, *misfilled(program, facts)], stream=sys.stderr)
    main = program.header.main
    keys = [record.key for record in facts.tables.get(main, ())]
    key = options.of or (keys[0] if keys else "")
    if key not in keys:
        say(f"「{main}」没有「{key}」。有:{'、'.join(keys[:12])}")
        return USAGE
    asking = sys.stdin.isatty()
    if asking:
        say(f"{main} {key}。写一个表达式,回车;空行结束。 Write an expression; an empty line ends.")
    text = result.source.text
    while True:
        if asking:
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line.strip():
            return FINE
        _answer(text, program, line.strip(), facts, key)


def _answer(text: str, program: Program, line: str, facts: Facts, key: str) -> None:
    from policydsl.explain.ledger import explain
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.pipeline import check_source
    from policydsl.reports.text import explanation_text
    from policydsl.source import Source

    name, word, cited = ("试算", "规则", "依据 试算") if program.language == "zh" else ("trial", "rule", "per trial")
    before = text.rstrip("\n") + "\n"
    result = check_source(
        Source("试算" if program.language == "zh" else "trial", f"{before}{word} {name} = {line}  {cited}\n")
    )
    mine = [finding for finding in result.errors if getattr(finding.where, "start", 0) >= len(before)]
    if result.program is None:
        show(mine or result.errors)
        return
    main = program.header.main
    try:
        trace = Evaluator(result.program).run(facts, {main: [key]})
    except ResourceError as exhausted:
        say(str(exhausted))
        return
    account = explain(trace, entity=main, keys=[key], rules=[name], lang=program.language)
    out = sys.stdout
    told = explanation_text(account, width=width(), colour=colour(out), encoding=out.encoding or "utf-8")
    # the heading of the notice is the same each time
    lines = told.splitlines()
    start = next((at for at, item in enumerate(lines) if name in item), 0)
    out.write("\n".join(lines[start:]) + "\n")
    out.flush()
