"""The workbook of rejected rows: what stands where, and that every value comes back as it was."""

import json
import random
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.errors import OperatorNeeded
from crm_migration.extract.document import Document
from crm_migration.ledger.rejected import ledger_key
from crm_migration.reload.returned import Returned
from crm_migration.report.error_workbook import Written, write_error_workbook
from crm_migration.report.rejected_rows import RejectedOf
from crm_migration.report.suggestions import suggestions
from crm_migration.report.workbook_layout import (
    MOST_LETTERS,
    OWN,
    README,
    UNREADABLE,
    corrected,
    heading,
    is_cut,
    sheet_names,
    shown,
)
from tests.reload.firm import REJECTED, Firm, cells

NASTY = [
    "=1+1", "+49 30", "-1", "@x", "'", "'=1", "007", "1980-01-02", "1e5", "TRUE", " two  blanks ", "\ttab", "a\nb",
    "a\r\nb", "a\rb", "_x000D_", "_x0041_", "\x00", "\x01\x1f\x7f", "\ufffe\uffff", "北京华信科技", "🙂" * 3,
    "<b>&amp;</b>", '"', "", "\u202egnp", "#REF!", "=cmd|' /C calc'!A0", "http://x.example", "x" * 300,
]  # fmt: skip


def listed(small: Firm, rows: dict[str, dict[str, str | None] | str]) -> RejectedOf:
    """Return a run of which the ledger lists these rows, by key: values, or the text of an unread row."""
    job = small.job("one")
    ledger = job.target.ledger
    ledger.migrate()
    number = ledger.begin_run("old", "one", {"mapping_sha256": "0" * 64})
    stream = ledger.stream_no("old", "person", "person")
    lines = [
        {
            "source_key": ledger_key(key), "step": "clean", "field": "email", "reason": "email",
            "message": "email: expected one e-mail address in column 'mail', correct it at the source",
            "raw": json.dumps({"_raw": row} if isinstance(row, str) else row),
        }
        for key, row in rows.items()
    ]  # fmt: skip
    ledger.write_rejected(number, stream, lines)
    return small.of("one")


def person(key: str | None, note: str | None) -> dict[str, str | None]:
    return {**dict.fromkeys(["last", "mail", "state", "born", "firm"], "x"), "id": key, "note": note}


def read_back(of: RejectedOf, file: Path) -> dict[str, dict[str, tuple[str | None, bool]]]:
    """Return, by row and column, the value that each cell means, and whether it counts as edited."""
    rows = {row.key: row.values or {} for row in of.rows("person")}
    found = {}
    for row in Returned(Document(file, "book.xlsx"), of.mapping).rows("person"):
        assert row.run == "one"
        found[row.key] = {column: corrected(cell, rows[row.key][column]) for column, cell in row.cells.items()}
    return found


def test_a_sheet_tells_what_is_wrong_beside_each_value(ran: Firm) -> None:
    rows = cells(ran.workbook("one"))
    assert set(rows) == REJECTED
    assert rows["007"]["id"] == "007"
    assert rows["007"]["» run"] == "one"
    assert rows["007"]["» where"] == "table 'people'"
    assert rows["007"]["» suggestion: mail"] == "bond@one.example"
    assert "name@example.com" in str(rows["007"]["» reason: mail"])
    assert rows["p5"]["» suggestion: state"] == "active"
    assert "real date" in str(rows["p5"]["» reason: born"])
    assert "refers to" in str(rows["p6"]["» reason: firm"])
    assert rows["p6"]["last"] == "Xu"
    assert "in column 'id'" in str(rows["⟨row 7⟩"]["» reason: id"])
    assert "» reason: note" not in rows["p5"]


def test_values_are_text_faults_coloured_and_codes_to_choose_from(ran: Firm) -> None:
    book = openpyxl.load_workbook(ran.workbook("one"))
    page = book["person"]
    columns = {cell.value: cell.column for cell in page[1]}
    at = {page.cell(row, 1).value: row for row in range(2, page.max_row + 1)}
    note = page.cell(at["007"], columns["note"])
    assert (note.value, note.data_type, note.number_format, note.quotePrefix) == ("=1+1", "s", "@", True)
    assert page.cell(at["007"], columns["born"]).value == "1970-01-02"
    assert page.cell(at["007"], columns["mail"]).fill.fgColor.rgb == "FFFFE0B2"
    assert page.cell(at["p5"], columns["mail"]).fill.fgColor.rgb != "FFFFE0B2"
    (rule,) = page.data_validations.dataValidation
    assert page.cell(at["p5"], columns["state"]).coordinate in rule.sqref
    values, place = book["» lists"], rule.formula1.split("!")[1].replace("$", "")
    assert [cell.value for (cell,) in values[place]] == ["active", "inactive", "prospect"]
    assert values.sheet_state == "hidden"
    told = "\n".join(str(cell.value) for (cell,) in book[README].iter_rows() if cell.value)
    assert "run one of source old" in told
    assert "被拒绝的行" in told


def test_what_could_not_be_read_is_shown_apart_and_only_the_source_repairs_it(small: Firm) -> None:
    of = listed(small, {"⟨row 3⟩": "a;b\x01;=c", "p1": person("p1", "x")})
    file = small.root / "book.xlsx"
    assert write_error_workbook(of, file) == Written({"firm": 0, "person": 1}, 1)
    (line,) = list(openpyxl.load_workbook(file)[UNREADABLE].iter_rows(min_row=2, values_only=True))
    assert line[0] == "person"
    assert line[4] == "a;b␁;=c"
    assert set(read_back(of, file)) == {"p1"}


def test_every_value_and_key_comes_back_to_the_letter(small: Firm) -> None:
    chance = random.Random(7)
    texts = NASTY + ["".join(chance.choices("".join(NASTY), k=chance.randint(1, 40))) for _ in range(300)]
    long = ["=" + "y" * 40_000, "🙂" * 20_000]
    rows = {f"k{number}": person(f"k{number}", text) for number, text in enumerate([*texts, *long, None])}
    rows |= {text: person(text, "key") for text in ("0012", "=K", "k|\\|", "键")}
    of = listed(small, dict(rows))
    file = small.root / "book.xlsx"
    write_error_workbook(of, file)
    found = read_back(of, file)
    assert set(found) == set(rows)
    for key, values in found.items():
        assert {column: value for column, (value, _) in values.items()} == rows[key]
        assert not any(edited for _, edited in values.values())


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(original=st.none() | st.text(max_size=60), typed=st.none() | st.text(min_size=1, max_size=60))
def test_a_cell_means_the_original_or_what_was_typed(original: str | None, typed: str | None) -> None:
    assert corrected(shown(original), original) == (original, False)
    value, edited = corrected(typed, original)
    assert value == original if not edited else value == typed or original != shown(original)


def test_an_emptied_cell_is_an_edit_and_a_blank_one_is_not() -> None:
    assert corrected(None, "x") == (None, True)
    assert corrected(None, "") == ("", False)
    assert corrected("x", None) == ("x", True)
    assert corrected("a\x00b!".replace("\x00", "␀"), "a\x00b") == ("ab!", True)
    assert is_cut("y" * (MOST_LETTERS + 1))


def test_sheets_have_names_that_spreadsheets_take() -> None:
    names = sheet_names(["person", "Person", "README", "a/b", "a:b", "x" * 40, "x" * 41, "history"])
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert names["person"] == "person"
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names.values())
    assert heading("» row") not in OWN


def test_suggestions_are_made_where_they_are_safe(small: Firm) -> None:
    entity = small.job("x").mapping.entities["person"]
    source = small.job("x").mapping.source
    state = suggestions(entity.fields["state"], ["Actve", "inactve", "zzz", None, "a"], source)
    assert state == ["active", "inactive", None, None, None]
    mail = suggestions(entity.fields["email"], ["a (at) b.example", "a@@gmial.com", "nobody", None, "a b@c"], source)
    assert mail == ["a@b.example", "a@gmail.com", None, None, None]
    assert suggestions(entity.fields["last_name"], ["x"], source) == [None]


def test_a_run_that_nobody_knows_has_no_workbook(small: Firm) -> None:
    small.job("one").target.ledger.migrate()
    with pytest.raises(OperatorNeeded, match="expected a run that the ledger knows"):
        small.workbook("nothing")
