"""An xlsx is read cell by cell as it is stored, whoever wrote it; the fast reader and the XML parser agree."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.extract.workbook.child import open_book
from crm_migration.extract.workbook.refusal import Refused
from crm_migration.extract.workbook.xlsx import Xlsx
from crm_migration.extract.workbook.xlsx_parts import SharedTexts
from tests.extract.workbook.books import MAIN, stored, styles, xlsx

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def test_every_type_of_cell_is_text(tmp_path: Path) -> None:
    data = (
        '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="inlineStr"><is><t>in &amp; out</t></is></c>'
        '<c r="C1" t="str"><f>A1</f><v>x_x000D_</v></c><c r="D1" t="b"><v>1</v></c>'
        '<c r="E1"><v>0.10000000000000001</v></c>'
        '<c r="F1" s="1"><v>45322</v></c><c r="G1" t="d"><v>2024-01-31T10:20:30</v></c><c r="H1" t="n"><v>42</v></c>'
        '<c r="I1" s="1"/><c r="J1" t="s"><v>0</v></c></row>'
    )
    sst = "<si><t/></si><si><t>007</t></si>"
    path = xlsx(tmp_path / "a.xlsx", data, sst=sst, styles=styles("yyyy-mm-dd"))
    assert stored(path) == [["007", "in & out", "x\r", "TRUE", "0.1", "2024-01-31", "2024-01-31 10:20:30", "42"]]


def test_rich_text_is_joined_without_phonetic_hints(tmp_path: Path) -> None:
    rich = '<r><t>An</t></r><r><rPr><b/></rPr><t xml:space="preserve">na </t></r><rPh sb="0" eb="1"><t>アン</t></rPh>'
    data = f'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is>{rich}</is></c></row>'
    assert stored(xlsx(tmp_path / "a.xlsx", data, sst=f"<si>{rich}</si>")) == [["Anna ", "Anna "]]


def test_errors_are_told_from_values(tmp_path: Path) -> None:
    data = (
        '<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1"><f>A2</f></c><c r="C1"><f>A2</f><v/></c>'
        '<c r="D1" t="str"><f>A2</f><v></v></c><c r="E1" t="s"><v>9</v></c><c r="F1"><v>oops</v></c>'
        '<c r="G1" t="str"><v>#N/A</v></c></row>'
    )
    path = xlsx(tmp_path / "a.xlsx", data)
    book = open_book(path)
    [row] = book.rows(book.contents().sheets[0])
    assert row[1] == [None] * 6 + ["#N/A"]
    assert row[2] == {
        0: "#DIV/0!",
        1: "a formula that was never calculated",
        2: "a formula that was never calculated",
        4: "a text that the workbook lacks",
        5: "a number that cannot be read",
    }


def test_1904_shifts_dates(tmp_path: Path) -> None:
    data = '<row r="1"><c r="A1" s="1"><v>43860</v></c></row>'
    path = xlsx(tmp_path / "a.xlsx", data, styles=styles("d.m.yyyy"), book='<workbookPr date1904="1"/>')
    assert stored(path) == [["2024-01-31"]]


@pytest.mark.parametrize(
    "parts",
    [
        {"root": f'x:worksheet xmlns:x="{MAIN}"', "sheet": "{x}"},
        {"root": f'worksheet xmlns="{STRICT}"'},
        {"encoding": "utf-16"},
        {"tail": "<!-- seen -->"},
    ],
)
def test_namespaces_prefixes_and_encodings_do_not_matter(tmp_path: Path, parts: dict[str, str]) -> None:
    data = '<row r="2"><c r="B2" t="inlineStr"><is><t>Zoë</t></is></c></row>'
    if parts.pop("sheet", None):
        tags = data.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
        parts["sheet"] = f"<{parts['root']}><x:sheetData>{tags}</x:sheetData></x:worksheet>"
    if parts.get("encoding") == "utf-16":
        body = f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'
        parts["sheet"] = f'<?xml version="1.0" encoding="UTF-16"?>{body}'
    assert stored(xlsx(tmp_path / "a.xlsx", data, **parts)) == [[], [None, "Zoë"]]


def test_rows_and_cells_without_references_follow_each_other(tmp_path: Path) -> None:
    data = '<row><c><v>1</v></c><c><v>2</v></c></row><row><c r="B4"><v>3</v></c></row><row><c><v>4</v></c></row>'
    assert stored(xlsx(tmp_path / "a.xlsx", data)) == [["1", "2"], [], [], [None, "3"], ["4"]]


def test_cdata_and_comments_are_text_and_none(tmp_path: Path) -> None:
    data = '<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[a</row>b]]></t></is></c><!-- <c r="B1"/> --></row>'
    assert stored(xlsx(tmp_path / "a.xlsx", data)) == [["a</row>b"]]


@pytest.mark.parametrize(
    "data",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_sheets_that_would_lose_or_mix_cells_are_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(Refused):
        stored(xlsx(tmp_path / "a.xlsx", data))


def test_a_truncated_sheet_is_refused(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    with pytest.raises(Refused, match="damaged"):
        stored(xlsx(tmp_path / "a.xlsx", "", sheet=sheet))


def test_hidden_rows_and_columns_are_noted(tmp_path: Path) -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    )
    book = open_book(xlsx(tmp_path / "a.xlsx", "", sheet=sheet))
    notes = [row for row in book.rows(book.contents().sheets[0]) if isinstance(row, str)]
    assert notes == ["hidden columns are read like others", "hidden rows are read like others"]


def test_merged_cells_are_found_behind_the_rows(tmp_path: Path) -> None:
    tail = '<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="$C$3:$C$5"/></mergeCells>'
    for parts in ({}, {"encoding": "utf-16"}):
        book = open_book(xlsx(tmp_path / "a.xlsx", "", tail=tail, **parts))
        assert book.merged(book.contents().sheets[0]) == [(1, 2, 0, 1), (3, 5, 2, 2)]


KINDS = st.sampled_from(["", "n", "s", "str", "b", "e", "d", "inlineStr"])
VALUES = st.one_of(
    st.integers(-5, 60).map(str),
    st.floats(0, 60000).map(repr),
    st.sampled_from(["", "x &amp; y", "ä&lt;_x000D_", "#N/A"]),
)
CELLS = st.tuples(KINDS, st.sampled_from(["", "0", "1", "2"]), VALUES, st.booleans())
SHEETS = st.lists(st.lists(st.one_of(st.none(), CELLS), max_size=4), max_size=40)
OPEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def cell(row: int, place: int, one: tuple[str, str, str, bool]) -> str:
    kind, style, value, formula = one
    attributes = (f' s="{style}"' if style else "") + (f' t="{kind}"' if kind else "")
    inside = f"<is><t>{value}</t></is>" if kind == "inlineStr" else f"<v>{value}</v>" if value else ""
    return f'<c r="{"ABCD"[place]}{row}"{attributes}>{"<f>A1&amp;B1</f>" if formula else ""}{inside}</c>'


@OPEN
@given(SHEETS, st.integers(1, 20))
def test_both_readers_of_rows_agree(
    tmp_path: Path, sheet: list[list[tuple[str, str, str, bool] | None]], times: int
) -> None:
    rows = (sheet * times)[:200]
    data = "".join(
        f'<row r="{number}">' + "".join(cell(number, at, one) for at, one in enumerate(row) if one) + "</row>"
        for number, row in enumerate(rows, 1)
    )
    look = styles("yyyy-mm-dd", "[h]:mm")
    book = open_book(xlsx(tmp_path / "a.xlsx", data, sst="<si><t>a</t></si><si><t>b&amp;</t></si>", styles=look))
    assert isinstance(book, Xlsx)
    found = book.rows_of(book.contents().sheets[0])
    common = list(found.common_rows())
    assert common == list(found.parsed_rows())


@pytest.mark.parametrize("at", [3, 40, 99])
def test_a_change_of_style_in_the_middle_loses_no_row(tmp_path: Path, at: int) -> None:
    odd = {at: '<row r="{n}"><c r="A{n}"><v><!-- odd -->{n}</v></c></row>'}
    plain = '<row r="{n}" spans="1:1"><c r="A{n}"><v>{n}</v></c></row>'
    data = "".join(odd.get(number, plain).replace("{n}", str(number)) for number in range(1, 121))
    assert stored(xlsx(tmp_path / "a.xlsx", data)) == [[str(number)] for number in range(1, 121)]


def test_shared_texts_are_read_only_as_far_as_needed() -> None:
    asked = []

    def blocks() -> Iterator[list[str]]:
        for block in range(3):
            asked.append(block)
            yield [f"{block}.{number}" for number in range(1024)]

    texts = SharedTexts(blocks())
    assert (texts.get(5), texts.get(1023), asked) == ("0.5", "0.1023", [0])
    assert (texts.get(2048), texts.get(1024), asked) == ("2.0", "1.0", [0, 1, 2])
    assert texts.get(3072) is None
