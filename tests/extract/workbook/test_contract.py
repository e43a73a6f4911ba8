"""Workbooks keep the promises of a source."""

import re
from pathlib import Path
from xml.sax.saxutils import escape

from tests.contract.source import COLUMNS, HOSTILE, Plant, Row, whole
from tests.extract.test_document_contract import DocumentContract
from tests.extract.workbook.books import xlsx


class TestWorkbook(DocumentContract):
    file = "things_*.xlsx"

    def write(self, path: Path, rows: list[Row]) -> None:
        table = [dict(zip(COLUMNS, COLUMNS, strict=True)), *rows]
        xlsx(path, "".join(_row(number, [row[column] for column in COLUMNS]) for number, row in enumerate(table, 1)))

    def test_null_is_not_the_empty_text(self, plant: Plant) -> None:
        """A sheet does not know the difference: a cell without text is empty."""
        source = plant([{"id": "1", "name": None, "changed": None}, {"id": "2", "name": "", "changed": None}])
        assert whole(source)["name"].to_list() == [None, None]

    def test_every_value_arrives_as_it_was(self, plant: Plant) -> None:
        rows: list[Row] = [{"id": f"{n:03}", "name": text, "changed": None} for n, text in enumerate(HOSTILE)]
        assert whole(plant(rows))["name"].to_list() == [text or None for text in HOSTILE]


def _row(number: int, values: list[str | None]) -> str:
    cells = (
        f'<c r="{"ABCDEFGH"[place]}{number}" t="inlineStr"><is><t xml:space="preserve">{_escaped(value)}</t></is></c>'
        for place, value in enumerate(values)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _escaped(text: str) -> str:
    """Write what XML cannot hold the way spreadsheets do."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return escape(re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", text))
