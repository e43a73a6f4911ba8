"""Small workbooks for the tests, written part by part, and a look at what the child process sees in them."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.extract.document import Document
from crm_migration.extract.formats import Wanted
from crm_migration.extract.grid import GridReading
from crm_migration.extract.workbook.child import open_book
from crm_migration.extract.workbook.reading import read_workbook
from crm_migration.mapping.reading import ReadOptions, WorkbookOptions

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
Grid = list[list[str | None]]


def reading(path: Path, sheet: str | None = None, **options: Any) -> GridReading:
    wanted = Wanted(ReadOptions(workbook=WorkbookOptions(**options)), sheet)
    return read_workbook(Document(path, path.name), wanted)


def frame(path: Path, *columns: str, sheet: str | None = None, **options: Any) -> pl.DataFrame:
    read = reading(path, sheet, **options)
    return pl.concat(read.frames(list(columns) or read.columns()))


def stored(path: Path, sheet: int = 0) -> Grid:
    """Return the cells of a sheet from its first row, errors in their places, as the child process reads them."""
    book = open_book(path)
    grid: Grid = []
    for row in book.rows(book.contents().sheets[sheet]):
        if isinstance(row, str):
            continue
        number, cells, errors = row
        grid += [[] for _ in range(number - len(grid))]
        width = max([len(cells), *(place + 1 for place in errors)])
        grid[number - 1] = [errors.get(at) or (cells[at] if at < len(cells) else None) for at in range(width)]
    return grid


def xlsx(path: Path, data: str, **parts: str) -> Path:
    """Write an xlsx whose first sheet holds `data`; `sst`, `styles`, `tail`, `book` and `root` add to it."""
    root = parts.get("root", f'worksheet xmlns="{MAIN}"')
    name = root.split()[0]
    sheet = f"<{root}><sheetData>{data}</sheetData>{parts.get('tail', '')}</{name}>"
    write_xlsx(path, parts.get("sheet", sheet).encode(parts.get("encoding", "utf-8")), parts)
    return path


def write_xlsx(path: Path, sheet: bytes, parts: dict[str, str]) -> None:
    kinds = {"rId1": "worksheet", "rId2": "sharedStrings", "rId3": "styles"}
    names = {"rId1": "odd/place.xml", "rId2": "texts.xml", "rId3": "/xl/looks.xml"}
    related = "".join(
        f'<Relationship Id="{one}" Type="{RELATIONS}/{kinds[one]}" Target="{names[one]}"/>' for one in kinds
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relationships("officeDocument", "xl/book.xml"))
        archive.writestr("xl/_rels/book.xml.rels", f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>')
        archive.writestr(
            "xl/book.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{parts.get("book", "")}'
            '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr("xl/odd/place.xml", sheet)
        archive.writestr("xl/texts.xml", f'<sst xmlns="{MAIN}">{parts.get("sst", "")}</sst>')
        archive.writestr("xl/looks.xml", f'<styleSheet xmlns="{MAIN}">{parts.get("styles", "")}</styleSheet>')


def relationships(kind: str, target: str) -> str:
    one = f'<Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}">{one}</Relationships>'


def styles(*codes: str) -> str:
    """Return the styles part's content for cell formats 1, 2, … with these number formats."""
    formats = "".join(f'<numFmt numFmtId="{200 + at}" formatCode="{code}"/>' for at, code in enumerate(codes))
    cells = "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(codes)))
    return f'<numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>{cells}</cellXfs>'


def ods(path: Path, tables: str, **parts: str) -> Path:
    """Write an ods of these tables; `automatic` are its styles."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
        f'calcext:1.0"><office:automatic-styles>{parts.get("automatic", "")}</office:automatic-styles><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", parts.get("mimetype", "application/vnd.oasis.opendocument.spreadsheet"))
        archive.writestr("content.xml", content)
        if "manifest" in parts:
            archive.writestr("META-INF/manifest.xml", parts["manifest"])
    return path


def xlsb(path: Path, rows: Sequence[Sequence[str | float | None]], merged: Sequence[tuple[int, ...]] = ()) -> Path:
    """Write an xlsb of one sheet; `#N/A` and `#DIV/0!` are errors."""
    width = max(len(row) for row in rows)
    sheet = record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + record(145)
    for number, row in enumerate(rows):
        sheet += record(0, struct.pack("<I", number) + bytes(21))
        sheet += b"".join(_xlsb_cell(place, value) for place, value in enumerate(row) if value is not None)
    sheet += record(146) + b"".join(record(176, struct.pack("<IIII", *one)) for one in merged) + record(130)
    bundle = struct.pack("<II", 0, 1) + wide("rId1") + wide("S")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relationships("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", relationships("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", record(131) + record(143) + record(156, bundle) + record(144) + record(132))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _xlsb_cell(place: int, value: str | float) -> bytes:
    head = struct.pack("<II", place, 0)
    if isinstance(value, float):
        return record(5, head + struct.pack("<d", value))
    codes = {"#DIV/0!": 0x07, "#N/A": 0x2A}
    return record(3, head + bytes([codes[value]])) if value in codes else record(6, head + wide(value))


def record(kind: int, data: bytes = b"") -> bytes:
    return _number(kind) + _number(len(data)) + data


def _number(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _number(rest) if rest else bytes([low])


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
