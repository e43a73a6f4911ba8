"""Column names are found or given; what cannot name columns is refused."""

from pathlib import Path

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.source import BATCH_ROWS
from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import opened, read, write


def test_lines_before_the_names_are_skipped_and_told(tmp_path: Path) -> None:
    found = read(write(tmp_path, "Report,,\n\n,,\nfor our partners\nid,name,city\n1,Ann,Rome\n2,Bob,Oslo\n"))

    assert (found.columns, found.lines) == (["id", "name", "city"], [6, 7])
    assert "lines before line 5 hold no column names and were skipped" in found.reading.facts.notes


def test_the_line_of_the_names_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path, '"a\nb",x,y\nc,d,e\nid,name,city\n1,Ann,Rome\n')

    found = read(path, DelimitedOptions(header_row=4))

    assert (found.columns, found.kept, found.lines) == (["id", "name", "city"], [("1", "Ann", "Rome")], [5])


def test_a_line_that_is_not_there_cannot_hold_the_names(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"input.csv: expected the column names on line 9, found fewer lines"):
        opened(write(tmp_path, "id\n1\n"), DelimitedOptions(header_row=9))


def test_a_blank_line_cannot_hold_the_names(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="line 2: expected the column names, found a blank line"):
        opened(write(tmp_path, "x\n\nid\n1\n"), DelimitedOptions(header_row=2))


def test_names_of_the_mapping_must_fit_the_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "1,Ann,x\n2,Bob,y\n3,Cid,z\n")

    with pytest.raises(SourceUnreadable, match=r"columns of the mapping: expected 3 column names, .* found 2; repair"):
        opened(path, DelimitedOptions(columns=["id", "name"]))


def test_names_may_stand_far_down(tmp_path: Path) -> None:
    path = write(tmp_path, "# filler of a long preamble, without any meaning\n" * 20_000 + "id;name\n1;Ann\n")

    found = read(path, DelimitedOptions(header_row=20_001, delimiter=";"))

    assert (found.columns, found.kept, found.lines) == (["id", "name"], [("1", "Ann")], [20_002])


def test_a_file_without_names_on_demand(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n1,Ann\n"), DelimitedOptions(header_row=0))

    assert (found.columns, found.kept) == (["column_1", "column_2"], [("id", "name"), ("1", "Ann")])
    assert found.lines == [1, 2]


def test_names_of_the_mapping_mean_that_the_file_has_none(tmp_path: Path) -> None:
    found = read(write(tmp_path, "1,Ann\n2,Bob\n"), DelimitedOptions(columns=["id", "name"]))

    assert (found.columns, found.kept) == (["id", "name"], [("1", "Ann"), ("2", "Bob")])


def test_names_of_the_mapping_take_the_place_of_a_line_of_names(tmp_path: Path) -> None:
    found = read(write(tmp_path, "x,x\n1,Ann\n"), DelimitedOptions(columns=["id", "name"], header_row=1))

    assert (found.columns, found.kept, found.lines) == (["id", "name"], [("1", "Ann")], [2])


def test_a_first_line_that_is_plainly_a_row_is_one(tmp_path: Path) -> None:
    found = read(write(tmp_path, "1,ann@example.com,2024-01-31\n2,bob@example.com,2024-02-01\n"))

    assert found.columns == ["column_1", "column_2", "column_3"]
    assert len(found.kept) == 2
    assert any("reads like a row" in note for note in found.reading.facts.notes)


def test_years_may_name_columns(tmp_path: Path) -> None:
    assert read(write(tmp_path, "2023,2024,2025\n10,20,30\n11,21,31\n")).columns == ["2023", "2024", "2025"]


def test_equal_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"input.csv: line 1: .*found 'id', 'name' more than once; rename"):
        opened(write(tmp_path, "id,name,x,id, name \n1,2,3,4,5\n"))


def test_names_that_differ_in_case_or_inner_blanks_are_different(tmp_path: Path) -> None:
    found = read(write(tmp_path, "Name,name,first name,firstname\n1,2,3,4\n"))

    assert found.columns == ["Name", "name", "first name", "firstname"]


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,,column_2,\n1,2,3,4\n"))

    assert found.columns == ["id", "column_2_", "column_2", "column_4"]
    assert "columns without a name: column_2_, column_4" in found.reading.facts.notes


def test_surplus_separators_after_the_names_are_no_columns(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name,,\n1,Ann\n2,Bob\n3,Cid\n"))

    assert (found.columns, len(found.kept), found.rejected) == (["id", "name"], 3, [])


def test_names_that_fit_no_row_are_refused(tmp_path: Path) -> None:
    """To shift them would put each value under a wrong name."""
    with pytest.raises(
        SourceUnreadable, match=r"line 1: expected 3 column names, as the rows have fields, found 2; repair"
    ):
        opened(write(tmp_path, "id,namecity\n1,Ann,Rome\n2,Bob,Oslo\n3,Cid,Bonn\n"))


def test_a_second_line_of_the_same_names_is_no_row(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,name\n1,Ann\n"id", name\n2,Bob\nid,Cid\n'))

    assert found.kept == [("1", "Ann"), ("2", "Bob"), ("id", "Cid")]
    assert found.rejected == [(3, "header", "expected a row, found the column names again", '"id", name')]


@pytest.mark.parametrize("line", [b"id,na\0me", b"id,na\xffme\xfe", b'id,"na"me'])
def test_names_that_are_no_text_are_refused(tmp_path: Path, line: bytes) -> None:
    with pytest.raises(SourceUnreadable, match=r"input.csv: line 1: expected"):
        opened(write(tmp_path, line + b"\n1,2\n"), DelimitedOptions(encoding="utf-8", delimiter=","))


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="expected at most 16384 columns, found 16385"):
        opened(write(tmp_path, ",".join(f"c{number}" for number in range(16_385)) + "\n"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_an_empty_file_has_no_columns_and_one_empty_frame(tmp_path: Path, content: bytes) -> None:
    reading = opened(write(tmp_path, content))

    frames = list(reading.frames(["id"], BATCH_ROWS))

    assert reading.columns() == []
    assert [frame.shape for frame in frames] == [(0, 6)]


def test_a_file_of_names_only_yields_one_empty_frame(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name"))

    assert (found.columns, found.rows) == (["id", "name"], 0)


def test_columns_that_the_file_lacks_are_null(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n1,Ann\n2\n"), columns=["name", "city", "id"])

    assert found.kept == [("Ann", None, "1")]
    assert found.faults == {3: "ragged"}
    assert read(write(tmp_path, "id,name\n1,Ann\n"), columns=["city"]).kept == [(None,)]
