"""Files of records lie beside the import files, with an index that tells whose they are."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_migration.errors import FencedOut
from crm_migration.load.import_files import outgoing
from crm_migration.mapping.reader import read_mapping
from tests.fencing import take_fence
from tests.import_files.wizard_runs import MAPPING, Wizard

SETTING = "      Document: {file_name: title, file_owner: [firm, person]}\nentities:\n"
DOCUMENT = """\
  document:
    table: docs
    key: id
    target: {object: Document, external_id: legacy_key}
    fields:
      legacy_key: {from: id, kind: text, required: true, max_length: 60}
      title: {from: title, kind: text, max_length: 200}
      content: {from: path, kind: file, of: path, connection: "FOLDER"}
      firm: {from: firm, kind: reference, to: account}
      person: {from: person, kind: reference, to: contact}
"""


class Documents(Wizard):
    """A legacy database whose documents are files of firms, of people, and of nobody."""

    @property
    def folder(self) -> Path:
        """Return the folder that paths lead into."""
        return self.root / "upload"

    @property
    def mapping(self) -> str:
        """Return the mapping with its documents."""
        text = MAPPING.replace("tolerances:", "TOLERANCES", 1)
        head, tail = text.split("TOLERANCES")
        setting = SETTING.removesuffix("entities:\n")
        return head + setting + "tolerances:" + tail + DOCUMENT.replace("FOLDER", str(self.folder))

    def put(self, key: str, content: bytes, firm: str | None = None, person: str | None = None) -> None:
        """Put a document's row and file."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{key}.bin").write_bytes(content)
        owners = ", ".join("NULL" if owner is None else f"'{owner}'" for owner in (firm, person))
        self.change(
            "CREATE TABLE IF NOT EXISTS docs (id TEXT PRIMARY KEY, title TEXT, path TEXT, firm TEXT, person TEXT);"
            f"INSERT OR REPLACE INTO docs VALUES ('{key}', '../{key} =1.pdf', '{key}.bin', {owners});"
        )

    def attached(self, run_id: str, phase: str = "full") -> dict[tuple[str, str, str], bytes]:
        """Return the files of a run by object, external id and name."""
        place = self.place(run_id, phase)
        if not (place / "attachments.csv").is_file():
            return {}
        with (place / "attachments.csv").open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        keys = [(row["object"], row["external_id"], row["file_name"]) for row in rows]
        assert len(set(keys)) == len(keys)
        return {key: (place / row["path"]).read_bytes() for key, row in zip(keys, rows, strict=True)}


@pytest.fixture
def documents(sqlite_url: str, tmp_path: Path) -> Iterator[Documents]:
    made = Documents(tmp_path / "case", sqlite_url)
    made.put("d1", b"offer", firm="f1")
    made.put("d2", b"offer", person="p1")
    made.put("d3", b"mine")
    yield made
    made.close()


FIRST = {
    ("Account", "f1", "../d1 =1.pdf"): b"offer",
    ("Contact", "p1", "../d2 =1.pdf"): b"offer",
    ("Document", "d3", "../d3 =1.pdf"): b"mine",
}


def test_files_go_with_new_records_and_again_when_they_are_others(documents: Documents) -> None:
    documents.load("one", "document", documents.mapping)
    assert documents.attached("one") == FIRST
    (created,) = documents.place("one", "full").glob("*_Document_create_*.csv")
    assert created.read_text("utf-8-sig").splitlines()[0] == '"legacy_key","title","firm","person"'

    documents.put("d3", b"changed")
    documents.change("UPDATE docs SET title = 'renamed.pdf' WHERE id = 'd1'")
    assert documents.load("two", "document", documents.mapping) == {"updated": 2, "unchanged": 1}
    assert documents.attached("two") == {("Document", "d3", "../d3 =1.pdf"): b"changed"}


def test_files_of_the_sample_do_not_come_again_with_the_rest(documents: Documents) -> None:
    documents.load_after_sample("one", documents.mapping)
    sample, rest = documents.attached("one", "sample"), documents.attached("one")
    assert sample
    assert rest
    assert sample.keys().isdisjoint(rest)
    assert sample | rest == FIRST


def test_whoever_was_replaced_while_it_wrote_changes_nothing_that_lies_there(
    documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents.load("one", "document", documents.mapping)
    place = documents.place("one", "full")
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    (place / "result.csv").write_text("the wizard's")
    job, write = documents.jobs[-1], outgoing._write
    stale = take_fence(job.target.ledger, "the first")

    def replaced(*arguments: object) -> object:
        written = write(*arguments)
        fresh = take_fence(job.target.ledger, "its replacement")
        monkeypatch.setattr(outgoing, "_write", write)
        job.target.hand_over(job.load_job(), job.folder, "full", fresh)
        return written

    monkeypatch.setattr(outgoing, "_write", replaced)
    with pytest.raises(FencedOut):
        job.target.hand_over(job.load_job(), job.folder, "full", stale)
    (place / "result.csv").unlink()
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    assert [path.name for path in place.parent.iterdir() if path.is_dir()] == ["full"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("file_name: title", "file_name: titel", "did you mean 'title'"),
        ("[firm, person]", "[firm, title]", "expected references to records of one object each, found 'title'"),
        ("Document: {", "Account: {", "a field of 'Account'"),
    ],
)
def test_what_the_settings_of_files_name_must_be_there(
    documents: Documents, tmp_path: Path, before: str, after: str, words: str
) -> None:
    text = documents.mapping.replace("ON_DELETE", "keep").replace("FORMAT", "format: csv").replace(before, after)
    if "Account: {file" in text:
        text = text.replace("      Account: {title: Companies, labels: {legacy_key: Legacy key, name: Company}}\n", "")
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=words):
        read_mapping(tmp_path / "wrong.yaml")
