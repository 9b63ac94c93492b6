"""Owns receipts on the command line: `run --receipt` writes one, `replay` repeats it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.case import day_of, form_of, put, readings_of
from policydsl.cli.console import colour, say, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.amend.rulings import Rulings
    from policydsl.interpret.trace import Trace
    from policydsl.source import Source


def write(options: argparse.Namespace, trace: Trace, rulings: Rulings | None = None) -> int:
    """Write the receipt that `run --receipt` asks for, beside its place and then renamed. `rulings`: those of the corpus that ruled."""
    from policydsl.receipts.canonical import has_sm3
    from policydsl.receipts.issue import ChangedMeanwhile, Run, receipt_data
    from policydsl.receipts.signing import CannotSign
    from policydsl.receipts.written import written
    from policydsl.reports.write import write_file

    target = Path(options.receipt)
    try:
        readings, on = readings_of(options.reading), day_of(options.on)
        if rulings is None:
            policy, others = _read(options.policy)
            run = Run(policy, others, trace, readings, on)
        else:
            policy, others = _involved(options, rulings)
            run = Run(policy, others, trace, readings, on, rulings.known, rulings.notice, rulings.on)
        inputs = [policy.name, *(source.name for source in others), *trace.facts.sources, options.sign, options.output]
        if any(name and target.resolve() == Path(name).resolve() for name in inputs):
            say(
                f"留痕会盖掉 {options.receipt},没有写;请换一个名字。 The receipt would replace that file; name another."
            )
            return USAGE
        write_file(target, written(receipt_data(run, target.resolve().parent, options.sign)))
    except ChangedMeanwhile as changed:
        say(f"{changed.name} 在测算的时候变了,没有写留痕,请重来。 It changed meanwhile; run again.")
        return FINDINGS
    except CannotSign as bad:
        say(str(bad))
        return USAGE
    except OSError as error:
        say(f"写不了留痕 {options.receipt}:{error.strerror or error}。 The receipt cannot be written.")
        return FINDINGS
    if not has_sm3():
        say("SM3 不可用,留痕里只有 SHA-256。 SM3 is not to be had here; the receipt has SHA-256 only.")
    say(f"已写好留痕 {options.receipt}。 Written.")
    return FINE


def _read(name: str) -> tuple[Source, tuple[Source, ...]]:
    """The policy file of the call and the files that it stands on. Raises OSError."""
    from policydsl.pipeline import sources_of

    found = sources_of(name)
    if not found:
        raise OSError(2, "读不了政策文件 the policy cannot be read", name)
    return found[0], found[1:]


def _involved(options: argparse.Namespace, rulings: Rulings) -> tuple[Source, tuple[Source, ...]]:
    """The files of a corpus that the text of a day is made of. Raises OSError."""
    from policydsl.amend.consolidate import NoSuchNotice, consolidate
    from policydsl.amend.corpus import load_corpus
    from policydsl.receipts.involved import involved

    corpus = load_corpus(options.policy, *(options.amending or ()))
    try:
        found = involved(corpus, consolidate(corpus, rulings.on, rulings.known, rulings.notice))
    except NoSuchNotice as missing:
        raise OSError(2, str(missing), options.policy) from None
    return found.policy, found.others


def replay(options: argparse.Namespace) -> int:
    """`policydsl replay`."""
    from policydsl.receipts.model import BadReceipt, read_receipt
    from policydsl.receipts.replay import replay as repeated
    from policydsl.receipts.signing import CannotSign, verified
    from policydsl.receipts.told import tell_replay

    form = options.format or form_of(options.output, {".json": "json"}, "text")
    if options.corpus and not Path(options.corpus).exists():
        say(f"没有找到 {options.corpus}。 There is no such folder.")
        return USAGE
    missing = next((name for name in options.facts if not Path(name).is_file()), None)
    if missing is not None:
        say(f"没有找到事实文件 {missing}。 There is no such file.")
        return USAGE
    try:
        receipt = read_receipt(options.receipt)
        signed = None
        if options.public_key:
            if receipt.signature is None:
                say("这份留痕没有签名。 The receipt is not signed.")
                return FINDINGS
            signed = verified(receipt.signed_bytes, receipt.signature[1], options.public_key)
    except BadReceipt as bad:
        say(str(bad))
        return FINDINGS
    except CannotSign as bad_key:
        say(str(bad_key))
        return USAGE
    found = repeated(
        receipt, Path(options.receipt).resolve().parent, corpus=options.corpus, facts=options.facts, signed=signed
    )
    told = tell_replay(found, options.lang)
    if form == "json":
        from policydsl.reports.replay_json import replay_json
        from policydsl.reports.results_json import dump

        content = dump(replay_json(found, told))
    else:
        from policydsl.reports.replay_text import replay_text

        screen = not options.output
        content = replay_text(
            told,
            width=width() if screen else 80,
            colour=screen and colour(sys.stdout),
            encoding=sys.stdout.encoding if screen else "utf-8",
        )
    return put(content, options.output, FINE if found.identical else FINDINGS)
