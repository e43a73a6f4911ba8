"""What `crm-migration preview` shows of a source, and writes out."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from crm_migration.cli import app
from tests.end_to_end.small import Books, write_mapping

Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, ["preview", *map(str, arguments)])


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    file = tmp_path / "customers.csv"
    file.write_bytes("编号;名称;日期\n007;北京;31.01.2026\n008;上海;01.02.2026\n009;坏\n".encode("gb18030"))
    return file


def spoken(result: Result) -> dict:
    return json.loads(result.stdout)


def test_a_file_is_shown_with_all_that_was_found(customers: Path, call: Call) -> None:
    found = spoken(call(customers, "--json"))
    assert found["ok"] is True
    assert found["format"] == "delimited"
    assert found["details"]["encoding"].lower() == "gb18030"
    assert found["details"]["delimiter"] == ";"
    assert [column["name"] for column in found["columns"]] == ["编号", "名称", "日期"]
    assert [column["kind"] for column in found["columns"]][2] == "date"
    assert (found["rows_read"], found["rows_kept"], found["rows_rejected"]) == (3, 2, 1)
    assert found["rows"][0] == {"编号": "007", "名称": "北京", "日期": "31.01.2026"}
    (line,) = found["rejected"]
    assert (line["at"], line["reason"], line["raw"]) == (4, "ragged", "009;坏")
    shown = call(customers).stdout
    for text in ("gb18030", "北京", "31.01.2026", "ragged", "3 rows read = 2 kept + 1 rejected"):
        assert text in shown.lower() or text in shown


def test_rows_are_written_as_read_and_no_file_is_overwritten(customers: Path, tmp_path: Path, call: Call) -> None:
    out = tmp_path / "out.csv"
    assert call(customers, "--all", "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == "编号,名称,日期\n007,北京,31.01.2026\n008,上海,01.02.2026\n"
    before = customers.read_bytes()
    for taken in (customers, out):
        result = call(customers, "--out", taken)
        assert result.exit_code == 2
        assert "expected a new file to write" in result.stderr
    assert customers.read_bytes() == before
    result = call(customers, "--out", tmp_path / "nowhere/out.csv")
    assert (result.exit_code, "expected a new file to write" in result.stderr) == (2, True)


def test_several_files_are_written_under_one_header_or_not_at_all(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW_CONN_DROP", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}))
    (folder / "1.csv").write_text("a,b\n1,2\n")
    (folder / "2.csv").write_text("b,a\n4,3\n")
    assert call("*.csv", "--connection", "drop", "--out", tmp_path / "out.csv").exit_code == 0
    assert (tmp_path / "out.csv").read_text() == "a,b\n1,2\n3,4\n"
    (folder / "3.csv").write_text("b,c\n4,3\n")
    result = call("*.csv", "--connection", "drop", "--out", tmp_path / "other.csv")
    assert result.exit_code == 2
    assert "3.csv: expected the columns of the first file" in result.stderr


def test_a_refusal_names_the_file_and_ends_in_one(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "a.json"
    file.write_text('[{"a": 1}, {"a"')
    result = call(file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("a.json: ")
    answer = spoken(call(file, "--json"))
    assert (answer["ok"], answer["error"]) == (False, "SourceUnreadable")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.csv"], "expected a file that can be read"),
        (["absent.yaml"], "expected a mapping file"),
        (["x.csv", "--connection", "nobody"], "AIRFLOW_CONN_NOBODY"),
    ],
)
def test_what_is_not_there_is_a_fault_of_the_call(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize(("option", "value"), [("--delimiter", ""), ("--encoding", "klingon"), ("--format", "pdf")])
def test_options_that_mean_nothing_are_told(customers: Path, call: Call, option: str, value: str) -> None:
    result = call(customers, option, value)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert option in result.stderr or value in result.stderr


def test_options_overrule_what_is_found(tmp_path: Path, call: Call) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append(["1"])
    other = book.create_sheet("Other")
    other.append(["title"])
    other.append(["b", "c"])
    other.append(["2", "3"])
    book.save(tmp_path / "book.xlsx")
    assert spoken(call(tmp_path / "book.xlsx", "--json"))["rows"] == [{"a": "1"}]
    found = spoken(call(tmp_path / "book.xlsx", "--sheet", "O*", "--header-row", "2", "--json"))
    assert found["rows"] == [{"b": "2", "c": "3"}]


def test_a_mapping_shows_its_entities(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books.make(tmp_path)
    for name, value in books.environment.items():
        monkeypatch.setenv(name, value)
    mapping = write_mapping(tmp_path / "old_books.yaml")
    both = spoken(call(mapping, "--rows", "2", "--json"))["previews"]
    assert [one["name"] for one in both] == ["old_books: contact", "old_books: account"]
    assert [(one["rows_read"], one["complete"]) for one in both] == [(2, False), (2, False)]
    one = spoken(call(mapping, "--entity", "account", "--all", "--json"))
    assert (one["rows_read"], one["complete"]) == (3, True)
    result = call(mapping, "--out", tmp_path / "rows.csv")
    assert (result.exit_code, "name one with --entity" in result.stderr) == (2, True)
    assert call(mapping, "--entity", "nobody").exit_code == 2
