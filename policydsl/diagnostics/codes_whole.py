"""Owns the wording of findings on a policy as a whole: circles, readings, what is never used or cited, examples, deadlines."""

from __future__ import annotations

from policydsl.diagnostics.code import Code
from policydsl.diagnostics.model import Weight

_ERROR, _WARNING, _NOTE = Weight.ERROR, Weight.WARNING, Weight.NOTE

_RULES = (
    Code(
        "cycle",
        _ERROR,
        "规则转圈",
        "rules in a circle",
        "这些规则转着圈地互相要用:{path}。",
        "These rules need one another in a circle: {path}.",
        "请改其中一条,让它不再用到后面的。",
        "Change one of them so that it no longer needs the next.",
    ),
    Code(
        "due-day-included",
        _ERROR,
        "没有写含不含当日",
        "whether the day counts is not said",
        "期限的「前」没有写含不含当日。",
        "The deadline does not say whether the day itself counts.",
        "请写「前(含当日)」或「前(不含当日)」。",
        "Write `(that day included)` or `(that day excluded)`.",
    ),
    Code(
        "quoted-too-long",
        _WARNING,
        "引文过长",
        "quotation too long",
        "引用的原文有 {length} 个字,依据里最多引 30 个字。",
        "The phrase quoted has {length} characters; a citation quotes 30 at most.",
        "请只引关键的几个字。",
        "Quote only the words that matter.",
    ),
)

_READINGS = (
    Code(
        "reading-adopted",
        _ERROR,
        "读法要有一个「采用」",
        "one reading is adopted",
        "读法「{name}」有 {count} 个「采用」,应当正好一个。",
        "The reading “{name}” has {count} adopted alternatives; exactly one is wanted.",
        "请留一个「采用」,其余写「备选」。",
        "Keep one `adopt`, and make the others `alternative`.",
    ),
    Code(
        "reading-single",
        _WARNING,
        "读法只有一种",
        "reading without an alternative",
        "读法「{name}」只有一种,没有别的可选。",
        "The reading “{name}” has one alternative only.",
        "请补上「备选」,或者改写成规则。",
        "Add an `alternative`, or write it as a rule.",
    ),
    Code(
        "reading-mixed",
        _ERROR,
        "读法的写法不一",
        "reading with and without values",
        "读法「{name}」里有的写了值,有的没有写。",
        "Some alternatives of “{name}” have a value and some do not.",
        "请都写「= 值」,或者都不写。",
        "Give all of them a value, or none.",
    ),
)

_UNUSED = (
    Code(
        "unused-field",
        _WARNING,
        "没有用到的数据项",
        "field never used",
        "数据项「{name}」没有哪条规则用到。",
        "No rule uses the field “{name}”.",
        "如果政策确实不用,请删去,免得让人白填。",
        "Where the policy does not need it, delete it: nobody should have to fill it in.",
    ),
    Code(
        "unused-table",
        _WARNING,
        "没有用到的表",
        "table never used",
        "表「{name}」没有哪条规则用到。",
        "No rule uses the table “{name}”.",
        "请核对是不是漏写了规则,或者删去这张表。",
        "Check for a rule left out, or delete the table.",
    ),
    Code(
        "unused-rule",
        _WARNING,
        "没有用到的读法",
        "reading never used",
        "「{name}」没有哪条规则用到。",
        "No rule uses “{name}”.",
        "请核对是不是漏写了规则,或者删去。",
        "Check for a rule left out, or delete it.",
    ),
    Code(
        "rule-without-citation",
        _WARNING,
        "没有写依据",
        "rule without a citation",
        "「{name}」没有写依据。",
        "“{name}” cites no clause.",
        "请在行末写「依据 条款号」,或者写在所在的「部分」后面。",
        "End the line with `per CLAUSE`, or cite it on the part that it stands in.",
    ),
    Code(
        "unreachable-branch",
        _WARNING,
        "走不到的分支",
        "branch never taken",
        "这一支永远走不到。",
        "This branch is never taken.",
        "请核对条件。",
        "Check the condition.",
    ),
    Code(
        "always-true",
        _WARNING,
        "条件总是成立",
        "condition always true",
        "这个条件总是成立。",
        "This condition is always true.",
        "请核对比较的数字。",
        "Check the numbers compared.",
    ),
    Code(
        "always-false",
        _WARNING,
        "条件从不成立",
        "condition always false",
        "这个条件从不成立。",
        "This condition is never true.",
        "请核对比较的数字。",
        "Check the numbers compared.",
    ),
)

_EXAMPLES = (
    Code(
        "example-unknown-fact",
        _ERROR,
        "算例里的名称不对",
        "unknown name in an example",
        "算例里的「{name}」不是可以设定的数据项,也不是可以核对的规则。",
        "“{name}” in the example is no field to set and no rule to expect.",
        "是不是「{close}」?",
        "Did you mean “{close}”?",
    ),
    Code(
        "example-value",
        _ERROR,
        "算例里的值不合",
        "wrong value in an example",
        "「{name}」要「{expected}」,算例里写的是「{found}」。",
        "“{name}” is “{expected}”, but the example says “{found}”.",
    ),
    Code(
        "example-no-key",
        _ERROR,
        "算例没有写明是谁",
        "example without a key",
        "算例没有设定主键「{name}」,不知道算的是哪一个。",
        "The example does not set the key “{name}”, so which row it is about is not known.",
        "请写「设 {name} = …」。",
        "Write `given {name} = …`.",
    ),
    Code(
        "example-reading",
        _ERROR,
        "算例里的读法不对",
        "unknown reading in an example",
        "没有叫「{name}」的读法或备选。",
        "There is no reading or alternative called “{name}”.",
        "是不是「{close}」?",
        "Did you mean “{close}”?",
    ),
)

WHOLE: dict[str, Code] = {code.code: code for code in (*_RULES, *_READINGS, *_UNUSED, *_EXAMPLES)}
