"""What a workbook of corrected rows is refused for, and that nothing is loaded of it then."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from crm_migration.errors import OperatorNeeded, UploadRefused
from crm_migration.preflight import preflight
from crm_migration.reload import accept_upload
from crm_migration.reload import upload as uploads
from crm_migration.reload.corrections import stage_corrections
from crm_migration.reload.upload import workbook_file
from tests.reload.firm import Firm, edit


@pytest.fixture
def book(ran: Firm, tmp_path: Path) -> Path:
    """The workbook of the run, in a file of the test's own."""
    file = tmp_path / "rejected.xlsx"
    file.write_bytes(ran.workbook("one").read_bytes())
    return file


def refusal(ran: Firm, file: Path | str, original: str = "one") -> str:
    """Return why a workbook is not taken; the target and the ledger are as before."""
    before = ran.people(), ran.settled("one")
    job = ran.reloading(f"refused {file}", original, file)
    with pytest.raises((UploadRefused, OperatorNeeded)) as refused:
        preflight(job)
    assert (ran.people(), ran.settled("one")) == before
    assert job.target.ledger.find_run("old", job.run_id) is None
    return str(refused.value)


def upload_refusal(ran: Firm, content: bytes, run_id: str = "one") -> str:
    job = ran.job("upload")
    with pytest.raises(UploadRefused) as refused:
        accept_upload(io.BytesIO(content), job.mapping, job.staging, run_id)
    return str(refused.value)


def change(file: Path, row: int, column: str, value: object, sheet: str = "person") -> Path:
    """Put a value into a cell of a sheet, by its row and the name of its column."""
    workbook = openpyxl.load_workbook(file)
    page = workbook[sheet]
    place = next(cell.column for cell in page[1] if cell.value == column)
    page.cell(row, place).value = value
    workbook.save(file)
    return file


def test_a_row_that_was_not_rejected_is_refused_by_name(ran: Firm, book: Path) -> None:
    assert "row 2: expected a row that run one rejected, found 'p1'" in refusal(ran, change(book, 2, "» row", "p1"))


def test_a_row_that_is_there_twice_is_refused(ran: Firm, book: Path) -> None:
    assert "expected each row once, found 'p4' again" in refusal(ran, change(book, 2, "» row", "p4"))


def test_a_row_of_another_run_is_refused(ran: Firm, book: Path) -> None:
    found = refusal(ran, change(book, 3, "» run", "two"))
    assert "sheet person, row 3: expected a row of run one, found one of another run" in found
    assert upload_refusal(ran, book.read_bytes()) == found.replace("rejected.xlsx", "the uploaded workbook")


def test_a_key_that_was_edited_is_refused_and_every_fault_is_listed(ran: Firm, book: Path) -> None:
    found = refusal(ran, edit(book, {("007", "id"): "008", ("p4", "id"): None}))
    assert found.count("expected the key column 'id' as it was") == 2
    assert "008" not in found


def test_a_row_without_a_key_takes_none_that_is_loaded(ran: Firm, book: Path) -> None:
    assert "found one that is taken" in refusal(ran, edit(book, {("⟨row 7⟩", "id"): "p1"}))


def test_columns_and_sheets_that_nobody_knows_are_refused(ran: Firm, book: Path) -> None:
    assert "found another: 'vip'" in refusal(ran, change(book, 1, "note", "vip"))
    assert "twice: 'last'" in refusal(ran, change(book, 1, "vip", "last"))
    workbook = openpyxl.load_workbook(book)
    workbook["person"].title = "persona"
    workbook.save(book)
    assert "found 'persona'" in refusal(ran, book)


def test_a_cell_with_an_error_is_refused_by_its_row(ran: Firm, book: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    cell = workbook["person"]["E4"]
    cell.value, cell.data_type = "#REF!", "e"
    workbook.save(book)
    assert "sheet person, row 4: expected values, found a cell that shows an error" in refusal(ran, book)


def test_a_workbook_without_open_rows_says_so(ran: Firm, book: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    workbook["person"].delete_rows(2, 10)
    workbook.save(book)
    assert "that are open, found none; there is nothing to load" in refusal(ran, book)
    assert "expected rejected rows of run one, found none" in upload_refusal(ran, book.read_bytes())


def test_columns_that_were_taken_out_leave_their_values_as_they_were(ran: Firm, book: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    page = workbook["person"]
    page.delete_cols(next(cell.column for cell in page[1] if cell.value == "note"))
    workbook.save(book)
    job = ran.reloading("fewer columns", "one", book)
    assert stage_corrections(job)["person"] == 5


def test_what_is_no_workbook_is_refused(ran: Firm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "not a spreadsheet" in upload_refusal(ran, b"id;name\n1;x\n")
    assert "expected" in upload_refusal(ran, b"PK\x03\x04" + b"\x00" * 200)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (17 << 20))
    assert "times their size" in upload_refusal(ran, bomb.getvalue())
    monkeypatch.setattr(uploads, "MOST_BYTES", 1 << 20)
    assert "expected at most 1 MiB" in upload_refusal(ran, b"x" * ((1 << 20) + 1))
    assert "expected a workbook that can be read" in refusal(ran, tmp_path / "nothing.xlsx")


def test_an_upload_is_kept_once_under_a_name_of_our_own(ran: Firm, book: Path) -> None:
    job = ran.job("upload")
    taken = accept_upload(io.BytesIO(book.read_bytes()), job.mapping, job.staging, "one")
    again = accept_upload(io.BytesIO(book.read_bytes()), job.mapping, job.staging, "one")
    assert taken == again
    assert taken.rows == {"person": 5}
    folder = Path(job.staging) / "_uploads/old"
    assert [path.name for path in folder.iterdir()] == [taken.name]
    with workbook_file(taken.name, job.staging, "old") as document:
        assert document.path.read_bytes() == book.read_bytes()
    staged = ran.reloading("by name", "one", taken.name)
    assert stage_corrections(staged)["person"] == 5


def test_only_a_run_that_read_the_source_and_stands_is_reloaded(ran: Firm, book: Path) -> None:
    assert "expected a run that the ledger knows" in refusal(ran, book, "nothing")
    ledger = ran.of("one").ledger
    undone = ledger.begin_run("old", "undone", {"mapping_sha256": "0" * 64})
    ledger.update_run(undone, status="rolled_back")
    assert "found one that was rolled back" in refusal(ran, book, "undone")
    ledger.begin_run("old", "reload", {"mapping_sha256": "0" * 64, "reload_of": ran.of("one").run_no})
    assert "reload them for one" in refusal(ran, book, "reload")
    with pytest.raises(OperatorNeeded, match="ask for the workbook of one"):
        ran.workbook("reload")
