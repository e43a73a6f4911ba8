"""A workbook that LibreOffice has opened and saved means what it meant before."""

from crm_migration.extract.document import Document
from crm_migration.reload.returned import Returned
from crm_migration.report.error_workbook import write_error_workbook
from crm_migration.report.workbook_layout import corrected
from tests.reload.firm import Firm, cells, edit
from tests.reload.test_workbook import NASTY, listed, person


def test_what_libreoffice_saves_holds_the_same_values(small: Firm, libreoffice) -> None:
    rows = {f"k{number}": person(f"k{number}", text) for number, text in enumerate(NASTY)}
    rows |= {key: person(key, "key") for key in ("0012", "=K", "1e5")}
    of = listed(small, dict(rows))
    file = small.root / "book.xlsx"
    write_error_workbook(of, file)
    edit(file, {("k0", "mail"): "repaired@x.example"})
    libreoffice(small.root / "saved", "--convert-to\nxlsx", [file])
    libreoffice(small.root / "other", "--convert-to\nods", [file])
    assert cells(small.root / "saved/book.xlsx")["k0"]["» run"] == "one"
    rows["k0"]["mail"] = "repaired@x.example"
    originals = {row.key: row.values or {} for row in of.rows("person")}
    for saved in ("saved/book.xlsx", "other/book.ods"):
        returned = list(Returned(Document(small.root / saved, saved), of.mapping).rows("person"))
        assert {row.key for row in returned} == set(rows)
        for row in returned:
            values = {column: corrected(cell, originals[row.key][column]) for column, cell in row.cells.items()}
            assert {column: value for column, (value, _) in values.items()} == rows[row.key], (saved, row.key)
            assert [column for column, (_, edited) in values.items() if edited] == (["mail"] if row.key == "k0" else [])
