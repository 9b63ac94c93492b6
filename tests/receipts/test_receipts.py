"""A receipt repeats its run to the byte, or what differs is named: a file, a figure, a fact, a notice, an engine, an edit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policydsl.api import facts_of
from policydsl.cli.main import main
from policydsl.interpret.evaluate import Evaluator
from policydsl.pipeline import check_source
from policydsl.receipts import canonical, issue, model, replay
from policydsl.receipts.canonical import canonical_json, canonical_policy, digest
from policydsl.receipts.model import BadReceipt, receipt_of
from policydsl.receipts.plain import facts_from, facts_plain, results_plain
from policydsl.receipts.written import written
from policydsl.source import Source

SCHEMA = json.loads((Path(model.__file__).parent / "receipt.schema.json").read_text(encoding="utf-8"))
SHARED = "标准 单价 = 300元/家  依据 一\n"
POLICY = """政策 “例”:
    编号 例-1
    发布 某局
    主体 区
引用 “共用.pol”
单位 家、场
对象 区:
    名称: 文本 主键
    家数: 家
    日期: 日期
    特色: 文本 或无
    核准: 布尔 人工判断 由 某局
    附件: 布尔 未填按 假 依据 一
对象 活动 (场, event) 属于 区:
    参与: 家
读法 口径 (A1): 依据 一
    采用 宽 = 1
    备选 严 = 2
规则 奖励 (award), 万元 = 家数 × 单价 × 口径  依据 一
规则 三分 = 奖励 ÷ 3  依据 一
规则 场次 = 计数(活动 其中 参与 不低于 20家)  依据 一
规则 发放 = 若 核准 则 奖励 否则 0元  依据 一
约束 不多: 家数 不超过 1000家
"""
ROWS: list[dict[str, Any]] = [
    {"名称": "甲区", "家数": 12, "日期": "2025-06-03", "特色": "无", "核准": True},
    {"名称": "乙区", "家数": 7, "日期": "2025-06-04", "特色": "外贸"},
    {"名称": "丙区", "家数": "", "核准": False},
]
EVENTS = [{"区": "甲区", "参与": 30}, {"区": "甲区", "参与": 10}]


class Case:
    """A folder with a policy, what it stands on, its facts, and calls of the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("例.pol", POLICY)
        self.write("共用.pol", SHARED)
        self.facts({"区": ROWS, "活动": EVENTS})

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def facts(self, tables: object) -> None:
        self.write("事实.json", json.dumps(tables, ensure_ascii=False))

    def run(self, *options: str) -> int:
        files = [str(self.folder / name) for name in ("例.pol", "事实.json", "留痕.json", "结果.json")]
        return main(["run", files[0], files[1], "--receipt", files[2], "-o", files[3], *options])

    def replay(self, *options: str) -> int:
        return main(["replay", str(self.folder / "留痕.json"), *options])

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "留痕.json").read_text(encoding="utf-8"))
        return found

    def edit(self, change: Callable[[dict[str, Any]], object], sealed: bool = False) -> None:
        """Edit the receipt; `sealed`: with a digest that fits again."""
        data = self.data
        change(data)
        if sealed:
            body = {name: value for name, value in data.items() if name not in ("digest", "signature")}
            data["digest"] = digest(canonical_json(body)).plain()
        self.write("留痕.json", written(data))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    assert found.run("--on", "2025-08-31", "--reading", "A1=严") == 0
    return found


def test_it_says_everything_that_the_run_rests_on(case: Case) -> None:
    data = case.data
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(data, SCHEMA)
    assert [(item["role"], item["name"]) for item in data["files"]] == [
        ("policy", "例.pol"),
        ("stands-on", "共用.pol"),
        ("facts", "事实.json"),
    ]
    for item in data["files"]:
        raw = (case.folder / item["name"]).read_bytes()
        assert (item["sha256"], item["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))
        if "sm3" in hashlib.algorithms_available:
            assert item["sm3"] == hashlib.new("sm3", raw).hexdigest()
    assert data["run"]["on"] == "2025-08-31"
    assert data["run"]["readings"] == {"口径": {"alternative": "严", "asked": True}}
    assert [(item["key"], item["value"], item["office"]) for item in data["decisions"]] == [
        ("甲区", True, "某局"),
        ("丙区", False, "某局"),
    ]
    assert data["results"]["区"]["甲区"]["奖励"] == {"status": "value", "value": "7200", "unit": "元", "causes": []}
    assert data["results"]["区"]["乙区"]["三分"]["value"] == "1400"
    assert data["results"]["区"]["丙区"]["奖励"]["causes"] == [
        {"lack": "missing", "entity": "区", "key": "丙区", "name": "家数"}
    ]


def test_the_digest_can_be_worked_out_by_anyone(case: Case) -> None:
    data = case.data
    body = {name: value for name, value in data.items() if name not in ("digest", "signature")}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert data["digest"]["sha256"] == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_it_is_repeated_to_the_byte(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert case.replay() == 0
    assert "重算一致\uff1a结果一个字节也不差。" in capsys.readouterr().out
    assert case.replay("--lang", "en") == 0
    assert "The same again" in capsys.readouterr().out


def test_a_changed_figure_is_named_with_what_it_does(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.write("共用.pol", SHARED.replace("300", "310"))
    capsys.readouterr()
    assert case.replay() == 1
    out = capsys.readouterr().out
    assert "结果一个字节也不差\uff1b但是文件已经和当时不同" in out
    assert "共用.pol 变了" in out and "例.pol 没有变" in out
    assert "修改 标准 单价: 300元/家 → 310元/家" in out
    assert "区 甲区 奖励\uff1a7,200元 → 7,440元" in out
    assert case.replay("--format", "json") == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["identical"], data["from_receipt"]["same"], data["today"]["same"]) == (False, True, False)
    assert data["files"][1]["state"] == "changed"


def test_form_alone_changes_nothing(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.write("例.pol", "# 一句说明\n" + POLICY.replace("规则 三分 = ", "规则 三分   =   "))
    capsys.readouterr()
    assert case.replay() == 0
    assert "例.pol 只变了版式或注释" in capsys.readouterr().out


def test_a_changed_fact_is_named(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{**ROWS[0], "家数": 13}, ROWS[1], {"名称": "丁区", "家数": 1}]
    case.facts({"区": rows, "活动": EVENTS})
    capsys.readouterr()
    assert case.replay() == 1
    out = capsys.readouterr().out
    assert "事实.json 变了" in out
    assert "区 甲区 家数\uff1a12 → 13" in out
    assert "区 丙区\uff1a现在没有这一行" in out and "区 丁区\uff1a当时没有这一行" in out
    assert "区 甲区 奖励\uff1a7,200元 → 7,800元" in out


def test_files_that_are_gone_are_taken_from_the_receipt(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    (case.folder / "事实.json").unlink()
    (case.folder / "共用.pol").unlink()
    capsys.readouterr()
    assert case.replay() == 0
    out = capsys.readouterr().out
    assert "共用.pol 找不到" in out and "事实用留痕里存的" in out
    case.write("例.pol", POLICY.replace("÷ 3", "÷ 4"))
    assert case.replay() == 1
    assert "区 甲区 三分\uff1a2,400元 → 1,800元" in capsys.readouterr().out


def test_files_are_found_where_they_are_now(case: Case, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("例.pol", "共用.pol", "事实.json"):
        path = case.folder / name
        case.write(f"库/{'新名' + name if name.endswith('json') else name}", path.read_text(encoding="utf-8"))
        path.unlink()
    capsys.readouterr()
    assert case.replay("--corpus", str(tmp_path / "库"), "--facts", str(tmp_path / "库" / "新名事实.json")) == 0
    out = capsys.readouterr().out
    assert "共用.pol 没有变" in out and "事实.json (新名事实.json) 没有变" in out


def test_a_later_notice_is_named(case: Case, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("例.pol", "共用.pol"):
        case.write(f"库/{name}", (case.folder / name).read_text(encoding="utf-8"))
    assert case.replay("--corpus", str(tmp_path / "库")) == 0
    case.write(
        "库/后.pol",
        "政策 “后一份”:\n    编号 例-2\n    施行 自 2026年1月1日 起\n    沿用 “例.pol”\n规则 三分 = 奖励 ÷ 4  依据 一\n",
    )
    capsys.readouterr()
    assert case.replay("--corpus", str(tmp_path / "库")) == 1
    out = capsys.readouterr().out
    assert "重算一致\uff0c但是之后另有通知" in out
    assert "例-2 后一份 沿用了它\uff0c自 2026-01-01 起" in out


def test_another_engine_is_said(
    case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "engine_digest", lambda: "0" * 64)
    capsys.readouterr()
    assert case.replay() == 0
    assert "引擎不同\uff1a当时 0.1.0" in capsys.readouterr().out


@pytest.mark.parametrize("sealed", [False, True])
def test_edited_results_do_not_pass(case: Case, sealed: bool, capsys: pytest.CaptureFixture[str]) -> None:
    case.edit(lambda data: data["results"]["区"]["甲区"]["奖励"].update(value="9999"), sealed)
    capsys.readouterr()
    assert case.replay() == 1
    out = capsys.readouterr().out
    assert "重算不一致" in out
    assert "区 甲区 奖励\uff1a9,999元 → 7,200元" in out
    assert ("留痕被改动过" in out) is not sealed


def test_an_edited_text_does_not_pass(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.edit(lambda data: data["files"][1].update(text=SHARED.replace("300", "400")), sealed=True)
    capsys.readouterr()
    assert case.replay() == 1
    out = capsys.readouterr().out
    assert "「共用.pol」与它自己的摘要对不上" in out and "重算不一致" in out


def test_a_library_without_sm3_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canonical, "_sm3", lambda data: None)
    case = Case(tmp_path)
    assert case.run() == 0
    assert "SM3 不可用" in capsys.readouterr().err
    assert case.data["files"][0]["sm3"] is None
    jsonschema.validate(case.data, SCHEMA)
    assert case.replay() == 0
    assert "SM3 不可用\uff0c只核对了 SHA-256" in capsys.readouterr().out
    monkeypatch.undo()
    assert case.replay() == 0
    assert "留痕时 SM3 不可用" in capsys.readouterr().out


# ---------------------------------------------------------------- signatures


def keys(folder: Path, name: str) -> tuple[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return str(private), str(public)


def test_a_signature_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = Case(tmp_path)
    private, public = keys(tmp_path, "甲")
    assert case.run("--sign", private) == 0
    jsonschema.validate(case.data, SCHEMA)
    capsys.readouterr()
    assert case.replay("--public-key", public) == 0
    assert "签名有效" in capsys.readouterr().out
    assert case.replay() == 0
    assert "没有给公钥" in capsys.readouterr().out
    assert case.replay("--public-key", keys(tmp_path, "乙")[1]) == 1
    assert "签名无效" in capsys.readouterr().out
    case.edit(lambda data: data.update(made="2020-01-01T00:00:00Z"), sealed=True)
    assert case.replay("--public-key", public) == 1
    assert "签名无效" in capsys.readouterr().out


def test_bad_keys_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = Case(tmp_path)
    private, public = keys(tmp_path, "甲")
    for key in (public, str(tmp_path / "none.pem"), str(tmp_path / "例.pol")):
        assert case.run("--sign", key) == 2
        assert not (tmp_path / "留痕.json").exists()
    assert case.run() == 0
    assert case.replay("--public-key", public) == 1
    assert "没有签名" in capsys.readouterr().err
    assert case.run("--sign", private) == 0
    assert case.replay("--public-key", private) == 2
    assert main(["run", str(tmp_path / "例.pol"), str(tmp_path / "事实.json"), "--sign", private]) == 2


# ---------------------------------------------------------------- what is no receipt


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "不是完整的 JSON"),
        (b'{"receipt": 1, "made": "20', "不是完整的 JSON"),
        (b"[1]", "不是留痕文件"),
        (b'{"policy": 1}', "没有「receipt」"),
        (b'{"receipt": 2}', "版本"),
        (b'{"receipt": 1}', "「engine」"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b'{"receipt": 1, "x": 1.5}', "小数"),
        (b'{"receipt": 1, "x": NaN}', "小数"),
        (b'{"receipt": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "嵌套过深"),
        (b'{"receipt": 1, "x": ' + b"9" * 10_000 + b"}", "过大的数"),
    ],
    ids=lambda item: item[:20] if isinstance(item, bytes) else "",
)
def test_what_is_no_receipt_is_said(raw: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadReceipt, match=said):
        receipt_of(raw)
    path = tmp_path / "r.json"
    path.write_bytes(raw)
    assert main(["replay", str(path)]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_receipt_never_replaces_what_it_is_of(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("例.pol", "共用.pol", "事实.json", "结果.json"):
        before = (case.folder / name).read_bytes()
        files = [str(case.folder / each) for each in ("例.pol", "事实.json", name, "结果.json")]
        assert main(["run", files[0], files[1], "--receipt", files[2], "-o", files[3]]) == 2
        if name != "结果.json":
            assert (case.folder / name).read_bytes() == before
        assert "会盖掉" in capsys.readouterr().err


def test_places_without_a_receipt_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["replay", str(tmp_path / "none.json")]) == 1
    assert main(["replay", str(tmp_path)]) == 1
    case = Case(tmp_path)
    assert case.run() == 0
    assert case.replay("--corpus", str(tmp_path / "none")) == 2
    assert case.replay("--facts", str(tmp_path / "none")) == 2
    monkeypatch.setattr(model, "MOST_BYTES", 10)
    assert case.replay() == 1
    assert "超过" in capsys.readouterr().err


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_part_may_be_missing_or_wrong(case: Case, data: st.DataObject) -> None:
    """Every part taken out or put to another kind is refused, or repeated without an exception."""
    receipt = case.data
    node: Any = receipt
    for _ in range(data.draw(st.integers(0, 4))):
        inner = node[data.draw(st.sampled_from(sorted(node)))] if isinstance(node, dict) and node else None
        if isinstance(node, list) and node:
            inner = node[data.draw(st.integers(0, len(node) - 1))]
        if not isinstance(inner, dict | list) or not inner:
            break
        node = inner
    at = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node)))))
    wrong = data.draw(st.sampled_from([None, True, 7, "x", [], {}, [[]], {"x": 1}, "gone"]))
    if wrong == "gone":
        del node[at]
    else:
        node[at] = wrong
    try:
        found = receipt_of(written(receipt).encode("utf-8"))
    except BadReceipt as bad:
        assert str(bad)
        return
    repeated = replay.replay(found, case.folder)
    if node is receipt.get("digest") and at == "sm3" and wrong is None:
        # as from a machine without SM3; the SHA-256 is still there
        return
    assert repeated.identical == (canonical_json(receipt) == canonical_json(case.data))


# ---------------------------------------------------------------- laws

MAIN = POLICY.replace("引用 “共用.pol”\n", SHARED)
FIGURES = [
    at
    for at, char in enumerate(MAIN)
    if char.isdigit()
    and not MAIN[MAIN.rfind("\n", 0, at) : at].count("(")
    and "编号" not in MAIN[MAIN.rfind("\n", 0, at) : at]
]
values = st.one_of(st.integers(0, 1000), st.just(""))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(values, st.sampled_from([True, False, ""])), min_size=1, max_size=4),
    st.sampled_from(["宽", "严"]),
)
def test_facts_come_back_and_give_the_same(rows: list[tuple[object, object]], reading: str) -> None:
    program = check_source(Source("例.pol", MAIN)).program
    assert program is not None
    tables = {"区": [{"名称": f"{at}区", "家数": many, "核准": yes} for at, (many, yes) in enumerate(rows)], "活动": []}
    facts = facts_of(program, tables).facts
    plain = facts_plain(program, facts)
    again = facts_from(program, json.loads(canonical_json(plain)))
    assert again.tables == facts.tables
    one, two = (Evaluator(program, {"口径": reading}).run(each) for each in (facts, again))
    assert canonical_json(results_plain(one)) == canonical_json(results_plain(two))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FIGURES), st.sampled_from("0123456789"))
def test_every_figure_of_the_policy_is_watched(tmp_path: Path, at: int, digit: str) -> None:
    if MAIN[at] == digit:
        return
    case = Case(tmp_path)
    case.write("例.pol", MAIN)
    assert case.run() == 0
    case.write("例.pol", MAIN[:at] + digit + MAIN[at + 1 :])
    found = replay.replay(model.read_receipt(tmp_path / "留痕.json"), tmp_path)
    assert not found.identical
    assert found.files[0].state == "changed"
    assert found.policy is not None or (found.today is not None and found.today.failure is not None)


def test_a_file_that_changes_while_it_is_read_makes_no_receipt(tmp_path: Path) -> None:
    case = Case(tmp_path)
    source = Source(str(case.folder / "例.pol"), MAIN)
    program = check_source(source).program
    assert program is not None
    trace = Evaluator(program).run(facts_of(program, {"区": ROWS, "活动": EVENTS}).facts)
    with pytest.raises(issue.ChangedMeanwhile):
        issue.receipt_data(issue.Run(source, (), trace, {}), tmp_path)


def test_the_canonical_text_does_not_depend_on_form() -> None:
    one = canonical_policy(Source("a", MAIN))
    wide = "# 说明\n\n" + MAIN.replace("÷", " ÷ ").replace("单位 家", "单位   家")
    assert canonical_policy(Source("b", wide)) == one
    assert canonical_policy(Source("c", MAIN.replace("300", "301"))) != one
