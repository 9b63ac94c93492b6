"""The guides on comparing and on receipts: every command is run, and what it prints is what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from policydsl.cli.main import main

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
PAIR = ROOT / "policies" / "examples" / "pair"
_FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def blocks(guide: str) -> list[str]:
    return _FENCE.findall((GUIDES / guide).read_text(encoding="utf-8"))


def calls(block: str) -> list[tuple[str, str]]:
    """Each command with what is shown below it."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        else:
            command, shown = found[-1]
            found[-1] = (command, shown + line)
    return found


def output(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    words = shlex.split(command, comments=True)
    if words[0] == "policydsl":
        main(words[1:])
        out, err = capsys.readouterr()
        return _MOMENT.sub("2026-01-05T08:00:00Z", err + out)
    assert words[0] == "openssl"
    if shutil.which("openssl") is None:
        keys(words)
        return ""
    subprocess.run(words, check=True, capture_output=True)
    return ""


def keys(words: list[str]) -> None:
    """What OpenSSL would write, where there is none."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    target = Path(words[words.index("-out") + 1])
    if words[1] == "genpkey":
        key = Ed25519PrivateKey.generate()
        target.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    else:
        private = form.load_pem_private_key(Path(words[words.index("-in") + 1]).read_bytes(), None)
        target.write_bytes(private.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))


def before(command: str, folder: Path) -> None:
    """What the page says has happened before a command."""
    old = folder / "旧办法.pol"
    if "改动之后" in command:
        old.write_text(old.read_text(encoding="utf-8").replace("600元/家\n", "610元/家\n", 1), encoding="utf-8")
    if "政策库" in command:
        for name, home in (("旧办法.pol", "政策库"), ("新办法.pol", "政策库"), ("事实.json", "档案")):
            (folder / home).mkdir(exist_ok=True)
            shutil.copy(PAIR / name, folder / home / name)
        later = "政策 “2027年补充通知”:\n    编号 虚构-2027-1\n    施行 自 2027年1月1日 起\n    沿用 “旧办法.pol”\n"
        (folder / "政策库" / "补充通知.pol").write_text(later, encoding="utf-8")


@pytest.mark.parametrize("guide", ["comparing.md", "receipts.md"])
def test_the_guide_shows_what_is_printed(
    guide: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in PAIR.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    shown_text = made = (GUIDES / guide).read_text(encoding="utf-8")
    for block in blocks(guide):
        new = ""
        for command, _ in calls(block):
            before(command, tmp_path)
            new += f"$ {command}\n{output(command, capsys)}"
        made = made.replace(block, new, 1)
    if os.environ.get("WRITE_GUIDES"):
        (GUIDES / guide).write_text(made, encoding="utf-8")
    assert made == shown_text, "WRITE_GUIDES=1 pytest tests/receipts/test_guides.py writes them anew"
