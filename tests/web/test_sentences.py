"""Whatever the product says in a fixed form has Chinese words: each sentence is made as it is made, and looked for."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from crm_migration import reload
from crm_migration.clean import messages
from crm_migration.load import load, refusal, retire
from crm_migration.mapping.model import FieldSpec
from crm_migration.reload import corrections, returned
from crm_migration.report.approval import Approval
from crm_migration.report.sentences import SENTENCES, say
from crm_migration.report.words import VALIDATIONS, spaced
from crm_migration.staging import open_table
from crm_migration.validate.checks import SCHEMA, _lines
from crm_migration.web import chinese_sentences, english_words
from crm_migration.web.language import CHINESE_SENTENCES
from tests.load.two_sources import Scene
from tests.web.said import CHINESE, LATIN, untold

WEB = Path(english_words.__file__).parent


def holes(sentence: str) -> list[tuple[str, str]]:
    return [(name, kind or "") for _, name, kind, _ in Formatter().parse(sentence) if name]


FILLED = {"phase": "full load", "steps": "Extract, Clean", "sentences": "2 rows in no state"}


def fill(kind: str, count: int) -> str | int:
    return count if "|" in kind or kind == "," else FILLED.get(kind, "q7")


@pytest.mark.parametrize("count", [1, 1234])
@pytest.mark.parametrize("name", SENTENCES)
def test_each_sentence_of_the_report_has_chinese_words_and_keeps_its_values(name: str, count: int) -> None:
    values = {hole: fill(kind, count) for hole, kind in holes(SENTENCES[name])}
    told = say(name, **values)
    assert untold(told, "q7") == []
    for value in values.values():
        if value not in FILLED.values():
            assert (f"{value:,}" if isinstance(value, int) else value) in CHINESE.sentence(told)


def test_every_translation_has_the_holes_of_its_sentence() -> None:
    for english, chinese in CHINESE_SENTENCES.table.items():
        assert {name for name, _ in holes(english)} == {name for name, _ in holes(chinese)}, english


@given(
    st.lists(st.sampled_from([*chinese_sentences.SENTENCES, ": ", "; ", "\n", "{x}", "%s", "列"]) | st.text(max_size=9))
)
def test_text_in_no_known_form_stays_and_none_is_too_odd(parts: list[str]) -> None:
    told = CHINESE.sentence("".join(parts))
    assert isinstance(told, str)
    odd = "".join(part for part in parts if part not in chinese_sentences.SENTENCES)
    assert LATIN.findall(odd) or CHINESE.sentence("⟦" + odd + "⟧") == "⟦" + odd + "⟧"


@pytest.mark.parametrize("text", ["The record must not be empty", "the amount is the highest", "name is not ASCII"])
def test_a_sentence_of_others_is_not_told_in_half(text: str) -> None:
    assert CHINESE.sentence(text) == text


def specs(kind: str, **more: object) -> FieldSpec:
    return TypeAdapter(FieldSpec).validate_python({"kind": kind, "from": "col_7", **more})


FIELDS = [
    specs("text", max_length=9),
    specs("date", formats=["%Y-%m-%d"]),
    specs("datetime", formats=["%Y"]),
    specs("integer"),
    specs("integer", minimum=1),
    specs("integer", maximum=5),
    specs("integer", minimum=1, maximum=5),
    specs("decimal", precision=9, scale=2),
]
REFUSALS = [
    *((FIELDS[0], reason) for reason in (*messages._EXPECTED, "length", "required")),
    (FIELDS[1], "date"),
    (FIELDS[2], "datetime"),
    *((field, "integer") for field in FIELDS[3:7]),
    (FIELDS[7], "decimal"),
]  # fmt: skip
ALLOWED = (
    "q7",
    "col_7",
    "name@example.com",
    "https://example.com/page",
    "ISO",
    "BCP",
    "max_bytes",
    "true",
    "false",
    "NUL",
)


@pytest.mark.parametrize(("spec", "reason"), REFUSALS)
def test_each_message_about_a_field_has_chinese_words(spec: FieldSpec, reason: str) -> None:
    message = messages.refusal("q7", spec, reason)
    assert untold(message, *ALLOWED) == []
    both = f"a.xlsx, sheet q7, row 12: {message}; {message}"
    assert untold(both, *ALLOWED, "a.xlsx") == []
    assert CHINESE.sentence(both).startswith("a.xlsx · q7，第 12 行：q7：")


@pytest.mark.parametrize("columns", [["col_7"], ["col_7", "col_7"]])
def test_each_message_about_a_key_or_a_rule_has_chinese_words(columns: list[str]) -> None:
    for reason in ("key_duplicate", "nul", "key_missing"):
        assert untold(messages.key_refusal(columns, reason), *ALLOWED) == []
    assert untold(messages.unclassified_refusal(columns, ["q7", "q7"]), *ALLOWED, "when") == []


@pytest.mark.parametrize("text", [*load.MESSAGES.values(), *retire.MESSAGES.values()])
def test_each_message_about_a_record_has_chinese_words(text: str) -> None:
    assert (
        untold(text, "on_missing_parent: null", "on_target_change: overwrite", "on_target_change", "update", "reject")
        == []
    )


@pytest.mark.parametrize("text", sorted({*refusal.POSTGRES_REASONS.values(), *refusal.REFUSED_MYSQL.values()}))
def test_each_answer_of_a_database_has_chinese_words(text: str) -> None:
    assert untold(text, "JSON") == []
    assert untold(f"{text} (column q7)", "JSON", "column q7") == []


def test_answers_about_a_sample_have_chinese_words() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for answer in ("approved", "rejected"):
        for by in ("q7", None):
            told = f"approve_sample: the sample was {Approval(answer=answer, by=by, at=moment).told}"
            assert untold(told, "q7", "on_timeout", "approve_sample") == []
    assert untold("load.contact: failed; see its log", "load.contact") == []
    assert CHINESE.sentence("validate_full: failed; see its log") == "验证：失败，请查看其日志"


def failed_check(name: str, **values: object) -> str:
    row = dict.fromkeys(SCHEMA) | {"entity": "q7", "validation": "validity", "name": name, **values}
    (line,) = _lines([row])
    return f"validate_full: 1 of 9 checks failed; {ADVICE}\n  {line}\nThe sample has been rolled back; {BACK}."


ADVICE = (
    "the target does not hold what was meant. Look at the named rows in source and target; then correct the mapping or "
    "the rows and run again, or roll back:"
)
BACK = "the target is as it was before"


def test_what_failed_checks_say_has_chinese_words() -> None:
    for values in ({"failing": 3, "failing_keys": ["q7"]}, {"source_value": "3", "target_value": "4"}, {}):
        assert untold(failed_check("records_in_target", **values), "q7") == []


@pytest.mark.parametrize("kind", VALIDATIONS)
def test_every_check_of_great_expectations_has_chinese_words(kind: str) -> None:
    found = importlib.util.find_spec("great_expectations")
    assert found is not None
    assert found.origin is not None
    listed = (Path(found.origin).parent / "expectations/core/__init__.py").read_text(encoding="utf-8")
    names = re.findall(r"^from \.(\w+) import", listed, re.MULTILINE)
    assert len(names) > 50
    assert [name for name in names if spaced(name.removeprefix("expect_")) == CHINESE.check(name)] == []
    assert CHINESE.code_word("validation", kind) != kind
    assert CHINESE.check("figure: q7") == "指标：q7"


def test_why_records_are_in_a_sample_has_chinese_words(scene: Scene) -> None:
    job = scene.job("legacy", "one")
    for entity, spec in job.mapping.entities.items():
        staged = open_table(job.folder, entity, "sample")
        whys = {*staged.frame(["why"])["why"], *staged.facts["covered"], *staged.facts["uncovered"]}
        assert len(whys) > 3
        assert {why: words for why in whys if (words := untold(why, *spec.fields, "ASCII"))} == {}
    for pace in ("the last green run", "this sample"):
        assert untold(pace) == []
    job.target.close()


def refusals(path: Path) -> Iterator[str]:
    """Yield the texts with which a module of the monitor refuses a request, their values as `q7`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if named and (node.func.id == "HTTPException" or node.func.id in ERRORS):  # type: ignore[union-attr, attr-defined]
            yield from (text for text in map(constant, node.args) if text)  # type: ignore[attr-defined]


ERRORS = ("OperatorNeeded", "TargetUnavailable", "MappingFault", "ConnectionUnknown")


RELOAD = Path(reload.__file__).parent
AGAIN = {"corrections.py": corrections._AGAIN, "returned.py": returned._AGAIN}


SAYS = re.compile("expected .+found|nothing was loaded|was too long|the mapping reads")


def texts_of(node: ast.AST, again: str) -> Iterator[str]:
    """Yield the texts below a node, each as it is put together."""
    text = constant(node, again) if isinstance(node, ast.expr) else None
    if text is not None:
        yield text
    for child in ast.iter_child_nodes(node) if text is None else ():
        yield from texts_of(child, again)


def told_of_uploads(path: Path) -> Iterator[str]:
    """Yield the sentences of a module that say what was expected of a workbook."""
    for text in texts_of(ast.parse(path.read_text(encoding="utf-8")), AGAIN.get(path.name, "")):
        if SAYS.search(text):
            whole = text.replace("row q7", "row 7").replace("noneq7", "none (7 are closed already)")
            yield whole.replace("q7: expected the columns", "q7, sheet q7: expected the columns")


def test_every_refusal_of_repaired_rows_has_chinese_words() -> None:
    texts = {text for path in sorted(RELOAD.glob("*.py")) for text in told_of_uploads(path)}
    assert len(texts) >= 15
    assert {text: words for text in sorted(texts) if (words := untold(text, "q7", "MiB"))} == {}
    for what in ("one that is there twice", "another"):
        assert (
            untold(f"q7, sheet q7: expected the columns of the source, found {what}: 'q7'; {returned._AGAIN}", "q7")
            == []
        )
    both = "a.xlsx: nothing was loaded.\nsheet q7, row 7 (k1): expected values, found a cell that shows an error or an "
    both += "unfinished formula; type the value itself"
    assert CHINESE.sentence(both).startswith("a.xlsx：没有加载任何内容。\nq7，第 7 行 (k1)：应为值")


def constant(node: ast.expr, again: str = "") -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, again) for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _part(part: ast.expr, again: str) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    put_in = part.value if isinstance(part, ast.FormattedValue) else part
    return again if isinstance(put_in, ast.Name) and put_in.id == "_AGAIN" else "q7"


def test_every_refusal_of_the_monitor_has_chinese_words() -> None:
    texts = [text for path in sorted(WEB.glob("*.py")) for text in refusals(path)]
    assert len(texts) >= 10
    names = ("q7", "DAG", "KiB", "file", "Airflow", "Admin", "Connections")
    assert {text: words for text in texts if (words := untold(text, *names))} == {}
