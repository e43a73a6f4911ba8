"""What `check` says of fields that hold files, before anything is read."""

from pathlib import Path

import pytest

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.check import check_live
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.mapping.reader import read_mapping

MAPPING = """\
version: "1"
source: {source}
target: {target}
entities:
  document:
    {origin}
    key: id
    target: {{object: attachment, external_id: legacy_id}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      content: {field}
"""
DATABASE, FILES = "{name: old, connection: old}", "{name: old, connection: old, kind: files}"
SQL, FXIAOKE = "{name: crm, connection: crm}", "{name: crm, connection: crm, kind: fxiaoke, ledger: ledger}"
BYTES, PATH = "{from: body, kind: file, of: bytes}", "{from: path, kind: file, of: path, connection: uploads}"


def write(root: Path, field: str, source: str = DATABASE, target: str = SQL) -> Path:
    path = root / "old.yaml"
    origin = "table: documents" if source == DATABASE else "file: documents.csv"
    path.write_text(MAPPING.format(source=source, target=target, origin=origin, field=field), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("field", "source", "target", "expected"),
    [
        (BYTES, FILES, SQL, "expected 'path' for a source of kind files"),
        ("{from: path, kind: file, of: path}", DATABASE, SQL, "expected the folder of the files"),
        (PATH, DATABASE, FXIAOKE, "documents no upload of files"),
        ("{from: id, kind: file, of: bytes}", DATABASE, SQL, "a column of bytes that nothing else reads"),
        ("{from: [a, b], kind: file, of: bytes}", DATABASE, SQL, "expected one column of bytes"),
        ("{from: a, kind: file, of: bytes, default: x}", DATABASE, SQL, "expected no 'default' beside 'of: bytes'"),
        ("{from: a, kind: file, of: path, connection: a/b}", DATABASE, SQL, "an absolute path, or a URL without login"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, field: str, source: str, target: str, expected: str) -> None:
    with pytest.raises(MappingInvalid) as refused:
        read_mapping(write(tmp_path, field, source, target))
    assert expected in str(refused.value)


def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid) as refused:
        read_mapping(write(tmp_path, "{from: a, kind: file, of: path, connection: 'sftp://me:s3cret@host/f'}"))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("field", [BYTES, PATH, "{from: path, kind: file, of: path, connection: /srv/upload}"])
def test_what_can_work_is_not(tmp_path: Path, field: str) -> None:
    assert read_mapping(write(tmp_path, field)).mapping.entities["document"].fields["content"].kind == "file"


def test_paths_of_a_source_of_files_lead_into_its_own_folder(tmp_path: Path) -> None:
    read_mapping(write(tmp_path, "{from: path, kind: file, of: path}", FILES))


@pytest.mark.parametrize(("declared", "fits"), [("bytea", True), ("longblob", True), ("text", False), ("cid", False)])
def test_a_file_goes_into_a_column_of_bytes_only(tmp_path: Path, declared: str, fits: bool) -> None:
    loaded = read_mapping(write(tmp_path, BYTES))
    columns = {
        name: TargetColumn(name=name, type=kind, nullable=True, unique=True)
        for name, kind in (("id", "integer"), ("legacy_id", "text"), ("content", declared))
    }
    table = TargetTable(name="attachment", columns=columns, primary_key=("id",))
    offered = {"document": {"id": "text", "body": "bytea"}}
    problems = check_live(loaded, offered, {"attachment": table}, {})
    assert [("found 'file'" in problem) for problem in problems] == ([] if fits else [True])
