"""Workbooks that lie, explode or are none: each is refused by name, and none harms the process or leaves a trace."""

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlwt

import crm_migration
from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import AT, Document
from crm_migration.extract.workbook import container, refusal
from crm_migration.extract.workbook.process import ask
from tests.extract.workbook.books import MAIN, frame, ods, reading, write_xlsx, xlsx

HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'


@pytest.mark.parametrize(
    "content", [b"", b"<html><table><tr><td>1</td></tr></table></html>", b"Name;City\nAnna;Ulm\n", b"%PDF-1.7 ..."]
)
def test_what_is_no_spreadsheet_is_refused_by_that_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=r"^contacts.xlsx: .*not a spreadsheet"):
        reading(path)


def test_a_zip_of_something_else_is_no_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(SourceUnreadable, match="not a spreadsheet"):
        reading(path)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.98])
def test_a_truncated_workbook_is_refused(tmp_path: Path, keep: float) -> None:
    path = xlsx(tmp_path / "a.xlsx", HEADER)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(SourceUnreadable, match=r"a.xlsx: .*damaged or truncated"):
        reading(path)


def test_a_flipped_byte_is_found_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 50))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}{rows}</sheetData></worksheet>'
    write_xlsx(path, sheet.encode(), {})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    path.write_bytes(path.read_bytes().replace(b'<c r="A40"><v>40</v>', b'<c r="A40"><v>41</v>'))
    with pytest.raises(SourceUnreadable, match="damaged"):
        frame(path)


def test_a_part_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(path, b"<a>" + b"A" * (refusal.UNJUDGED + 1) + b"</a>", {})
    start = time.monotonic()
    with pytest.raises(SourceUnreadable, match="unpack to at most 200 times"):
        reading(path)
    assert time.monotonic() - start < 30


def test_too_many_or_double_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx(tmp_path / "a.xlsx", HEADER)
    with monkeypatch.context() as patch:
        patch.setattr(container, "MOST_MEMBERS", 3)
        with pytest.raises(refusal.Refused, match="at most 3 members"):
            container.Parts(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/book.xml", "<workbook/>")
    with pytest.raises(SourceUnreadable, match="one twice"):
        reading(path)


def test_a_name_that_leads_elsewhere_is_never_written(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "in" / "a.xlsx", HEADER) if (tmp_path / "in").mkdir() is None else tmp_path
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil.txt", "x")
        archive.writestr("/evil.txt", "x")
    with pytest.raises(SourceUnreadable, match="one twice"):
        reading(path)
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["a.xlsx"]


@pytest.mark.parametrize("where", ["sheet", "sst"])
def test_a_doctype_is_refused_wherever_it_stands(tmp_path: Path, where: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    doctype = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    data = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    path = tmp_path / "a.xlsx"
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'
    write_xlsx(path, ((doctype if where == "sheet" else "") + sheet).encode(), {"sst": "<si><t>Name</t></si>"})
    if where == "sst":
        _replace(path, "xl/texts.xml", f'{doctype}<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>')
    with pytest.raises(SourceUnreadable, match="without a DOCTYPE"):
        frame(path)


def _replace(path: Path, name: str, text: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for one, part in parts.items():
            archive.writestr(one, part)


def test_a_lone_cell_at_the_far_corner_is_read_for_what_it_is(tmp_path: Path) -> None:
    data = f'{HEADER}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    found = frame(xlsx(tmp_path / "a.xlsx", data), "Name", "column_16384")
    assert found.select("column_16384", AT).rows() == [("1", 1_048_576)]


def test_an_xls_that_needs_too_much_memory_ends_in_a_refusal(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(5, 3, "Name")
    sheet.write(65_535, 255, "x")
    book.save(str(tmp_path / "a.xls"))
    with pytest.raises(SourceUnreadable, match=r"a.xls: .*within 600 MB"):
        frame(tmp_path / "a.xls")


def test_a_text_in_very_many_cells_does_not_fill_the_memory_of_the_reader(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 4002))
    path = xlsx(tmp_path / "a.xlsx", HEADER + cells, sst=f"<si><t>{'long ' * 6000}</t></si>")
    read = reading(path)
    heights = [one.height for one in read.frames(["Name"])]
    assert sum(heights) == 4000
    assert max(heights) * 30_000 < 48 << 20


def test_the_child_process_ends_with_the_reading(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 60_000))
    path = xlsx(tmp_path / "a.xlsx", HEADER + rows)
    before = _children()
    messages = ask(Document(path, "a.xlsx"), {"ask": "rows", "index": 0})
    next(messages)
    assert len(_children()) == len(before) + 1
    messages.close()  # type: ignore[attr-defined]
    assert _children() == before


def _children() -> set[str]:
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not path.exists():
        pytest.skip("needs Linux to count the children of a process")
    return set(path.read_text().split())


def test_the_child_process_has_none_of_the_parent_s_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_migration.extract.workbook import process

    monkeypatch.setenv("AIRFLOW_CONN_CRM", "secret")
    seen = process.child_environment()
    assert "AIRFLOW_CONN_CRM" not in seen
    assert Path(crm_migration.__file__).parent.parent == Path(seen["PYTHONPATH"].split(os.pathsep)[0])


def test_the_child_process_can_neither_write_a_file_nor_grow_without_end(tmp_path: Path) -> None:
    program = (
        "from crm_migration.extract.workbook.child import limit; limit()\n"
        "import sys\n"
        f"try: open({str(tmp_path / 'x')!r}, 'wb', 0).write(b'x')\n"
        "except OSError: print('no file')\n"
        "try: bytearray(700 << 20)\n"
        "except MemoryError: print('no memory')\n"
    )
    path = str(Path(crm_migration.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["no file", "no memory"]


def test_rows_of_a_sheet_do_not_stay_in_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (20_000, 100_000):
        rows = "".join(
            f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="inlineStr"><is><t>text {n}</t></is></c></row>'
            for n in range(2, count)
        )
        path = xlsx(tmp_path / f"{count}.xlsx", HEADER + rows)
        program = (
            "import io, pathlib, sys\n"
            "from crm_migration.extract.workbook import child\n"
            f"book = child.open_book(pathlib.Path({str(path)!r}))\n"
            "seen = sum(1 for _ in book.rows(book.contents().sheets[0]))\n"
            "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
            "print(seen, *peak)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(Path(crm_migration.__file__).parent.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        seen, peak = done.stdout.split()
        assert int(seen) == count - 1
        peaks.append(int(peak))
    assert peaks[1] < 1.2 * peaks[0]


def test_an_ods_bomb_of_spaces_stays_small(tmp_path: Path) -> None:
    space = '<text:s text:c="999999999"/>'
    cell = f'<table:table-cell office:value-type="string"><text:p>a{space}</text:p></table:table-cell>'
    path = ods(
        tmp_path / "a.ods", f'<table:table table:name="S"><table:table-row>{cell}</table:table-row></table:table>'
    )
    assert reading(path).columns() == ["a"]
