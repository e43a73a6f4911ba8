"""Whatever is said of a source that cannot be read, or of a row of it, has Chinese words."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from crm_migration.errors import MigrationError
from crm_migration.extract import faults
from crm_migration.extract.document import Document, refused
from crm_migration.extract.google.faults import PERSON_REASONS, Asker, Refusal, key_refused, raise_for
from crm_migration.extract.google.patience import Busy, _given_up
from crm_migration.extract.grid import NAME_THEM
from crm_migration.extract.json import scanner
from crm_migration.extract.json.faults import KINDS, not_an_object, not_json
from crm_migration.extract.json.window import Window
from crm_migration.extract.sheets import NoSheet, SheetInfo, choose
from crm_migration.extract.workbook import refusal
from crm_migration.extract.xml import faults as xml_faults
from tests.web.said import ADVICE, CHINESE, PACKAGE, Said, untold

SOURCES = [PACKAGE / "connections.py", *sorted((PACKAGE / "extract").glob("**/*.py"))]
PUT_IN = {
    "bytesq7": "bytes in column 'q7'",
    "read in q7": "read in schema 'q7'",
    "of that nameq7": "of that name (did you mean 'q7'?)",
    "tokenq7": "token (q7)",
    "q7row": "q7: row",
    "q7: q7; it offers": "q7: no column 'q7'; no column 'q7' (did you mean 'q7'?); it offers",
    "watermark q7: q7": "watermark 'q7': expected a date, a time stamp or ISO text",
    "expected q7, found q7; it holds": "expected one file that fits 'q7', found 2; it holds",
    "connection q7: expected it": "connection 'q7': expected it",
    "column q7: expected one": "column 'q7': expected one",
    "an error at column q7: q7": "an error at column 7: expected a value",
    "an object, found q7": "an object, found an array",
    "no records: q7": "no records: an array",
}
WRAPPERS = re.compile(
    r"(?:q7: )*(?:line q7, column q7: )?q7(?:, found q7)?; "
    "(?:edit the mapping|repair .+|ask for an export in smaller .+)"
    r"|q7: cannot be read, found q7: q7|.+ found q7q7, asked q7; .+"
)
"""What is put together of other sentences, each told below, and what a database says in its own words."""
OWN = (
    *("q7", "PostgreSQL", "SQLSTATE", "SQLite", "SELECT", "UTF", "ISO", "watermark", "source.folder", "crm-migration"),
    *("URI", "postgres://user:password@host:5432/database", "postgresql://user@host/name", "Airflow", "JSON", "URL"),
    *("conn_type", "extra", "path", "folder", "bucket", "error", "fs"),
    *(
        "zip",
        "gzip",
        "KiB",
        "MiB",
        "GiB",
        "MB",
        "NUL",
        "NaN",
        "Infinity",
        "XML",
        "DOCTYPE",
        "xlsx",
        "xlsb",
        "xls",
        "ods",
    ),
    *("Excel", "CSV", "encoding", "Python", "header_row", "columns", "read.workbook", "read.member", "json.records"),
    *("json.encoding", "xml.records", "xml.namespaces", "extract_prepare", "extract", "clean", "_row", "true", "false"),
    *("null", "https://docs.python.org/3/library/codecs.html#standard-encodings", "_file", "_sheet", "_unit", "_at"),
    *("Google", "Drive", "API", "HTTP", "id", "key_path", "keyfile_dict", "num_retries", "token_uri", "endpoint"),
    *("http://127.0.0.1:8080", "kind: google_drive", "google_cloud_platform", "source.spreadsheet", "pattern"),
)


def put_in(said: str) -> str:
    """Return a sentence with what it may really hold in places where not any text is right."""
    for short, whole in PUT_IN.items():
        said = said.replace(short, whole)
    said = re.sub(r"\b(line|row|record) q7", r"\1 7", said)
    return re.sub(r"(line 7), column q7", r"\1, column 7", said)


def told() -> Iterator[str]:
    for path in SOURCES:
        yield from (put_in(said) for said in Said(path).sentences() if not WRAPPERS.fullmatch(said))


def test_what_is_said_of_connections_and_sources_has_chinese_words() -> None:
    texts = set(told())
    assert len(texts) >= 150
    assert {text: words for text in sorted(texts) if (words := untold(text, *OWN))} == {}
    task = f"contact.extract: legacy.contact: the database is away or busy (error 2013); {faults.RETRY}"
    assert (
        CHINESE.sentence(task) == "contact.extract：legacy.contact：数据库不可用或繁忙（错误 2013）；可原样重复该任务"
    )


DOCUMENT = Document(Path("q7"), "q7")


def error_of(call: Callable[[], object]) -> str:
    with pytest.raises((MigrationError, NoSheet)) as raised:
        call()
    return str(raised.value)


@pytest.mark.parametrize(
    "rest", ["[1", '{"a" 1}', "{1}", '"a', "[1 2]", '{"a": 1} 2', '["\\x"]', '["\t"]', "[tru]", "1", ""]
)
@pytest.mark.parametrize("before", ['{"a": 1, "b": ', "[1, "])
def test_what_is_said_of_json_that_is_none_has_chinese_words(before: str, rest: str) -> None:
    window = Window(DOCUMENT, iter([before + rest]))

    def read() -> None:
        for _ in window.members() if before.startswith("{") else window.elements():
            window.value()
        window.end()

    assert untold(error_of(read), "q7", "JSON") == []


@pytest.mark.parametrize("expected", [*scanner._EXPECTED.values(), scanner.ScanFailed(0, "").expected])
def test_what_the_grammar_of_json_asks_for_has_chinese_words(expected: str) -> None:
    for found in ("the end of the file: it is truncated", "something else"):
        refusal = str(refused(DOCUMENT, f"line 3, column 4: {expected}, found {found}"))
        assert CHINESE.sentence(refusal).startswith("q7：第 3 行第 4 列：")
        assert untold(refusal, "JSON") == []
    assert untold(not_json(9, expected).message, "JSON") == []


@pytest.mark.parametrize("value", [*KINDS, "7"])
def test_kinds_of_json_have_chinese_words(value: str) -> None:
    fault = not_an_object(value, 0)
    assert untold(fault.message, value, "true", "false", "null") == []


@pytest.mark.parametrize(
    "found", [*xml_faults._LIMITS.values(), "expected well-formed XML to its end, found an error (q7)"]
)
def test_what_is_said_of_the_limits_of_xml_has_chinese_words(found: str) -> None:
    do = "ask for an export in smaller parts" if found in xml_faults._LIMITS.values() else ADVICE
    assert untold(f"q7: line 7, column 7: {found}; {do}", "q7", "XML") == []


@pytest.mark.parametrize("reason", PERSON_REASONS)
def test_what_google_leaves_to_a_person_has_chinese_words(reason: str) -> None:
    asker = Asker("connection 'q7': spreadsheet q7", "q7", "q7")
    for asked in (Refusal(403, (reason,)), Refusal(418)):
        assert untold(error_of(partial(raise_for, asked, asker, 0)), "q7", "HTTP", "Google", reason) == []
    assert untold(str(key_refused("q7", "connection 'q7'", ())), "q7", "Google") == []


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("wait", [0, 30])
def test_what_is_said_when_google_does_not_answer_has_chinese_words(times: int, wait: int) -> None:
    said = str(_given_up("q7", Busy("HTTP 503", wait), times))
    assert CHINESE.sentence(said).count(f"共请求 {times} 次") == 1
    assert untold(said, "q7", "HTTP", "Google") == []


SHEETS = [SheetInfo(at, f"q7{at:02}", visible=False) for at in range(30)]


@pytest.mark.parametrize(("sheets", "wanted"), [(SHEETS[:0], None), (SHEETS, None), (SHEETS, "q7*"), (SHEETS, "q70")])
def test_what_is_said_of_sheets_that_are_not_there_has_chinese_words(
    sheets: list[SheetInfo], wanted: str | None
) -> None:
    said = error_of(lambda: choose(sheets, wanted, read_hidden=False))
    assert untold(f"a.xlsx: {said}", "q7", "a.xlsx") == []


@pytest.mark.parametrize("error", [value for value in vars(refusal).values() if isinstance(value, refusal.CellError)])
def test_what_stands_in_cells_instead_of_values_has_chinese_words(error: str) -> None:
    said = f"a.xlsx, sheet q7, row 3: expected a value, found {error} in column 'q7', #DIV/0! in column 'q7, q7'"
    assert untold(said, "q7", "a.xlsx", "DIV") == []
    assert CHINESE.sentence(said).startswith("a.xlsx · q7，第 3 行：应为值，却有列 'q7' 中的")


def test_places_and_columns_are_told_with_their_values() -> None:
    said = "a.xlsx: sheet 甲: row 3: expected every column name once, found 'q7' in columns A and C, 'x' in columns"
    told = CHINESE.sentence(f"{said} B and D; {NAME_THEM}")
    assert told.startswith(
        "a.xlsx：工作表 甲：第 3 行：每个列名只能出现一次，却有列 A、C 均为 'q7'、列 B、D 均为 'x'；"
    )
    said = (
        "legacy: contact: a.csv: no column 'q7' (did you mean 'q8'?); no column 'z'; it offers 'q8'; edit the mapping"
    )
    assert CHINESE.sentence(said) == (
        "legacy：contact：a.csv：没有列 'q7'（是否为 'q8'？）；没有列 'z'；现有 'q8'；请修改映射"
    )
    assert CHINESE.sentence("a.csv, line 12: expected 5 fields, found 6") == "a.csv，第 12 行：应有 5 个字段，却有 6 个"
