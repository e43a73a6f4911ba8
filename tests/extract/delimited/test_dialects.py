"""The dialect is found from the content, told, and can be overridden."""

from pathlib import Path

import pytest

from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import read, write

ROWS = [("1", "Ann, the first", "Berlin"), ("2", 'Bob "B" Smith', "Rome"), ("3", "Cid", "Oslo")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x1f", "||", "+|", "::"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [("id", "name", "city"), *ROWS]
    text = "".join(delimiter.join('"' + value.replace('"', '""') + '"' for value in row) + "\r\n" for row in rows)

    found = read(write(tmp_path, text))

    assert found.reading.facts.details["delimiter"] == delimiter
    assert f"delimiter guessed as {delimiter!r}" in found.reading.facts.notes
    assert (found.columns, found.kept) == (["id", "name", "city"], ROWS)


def test_the_separator_told_to_excel_is_taken(tmp_path: Path) -> None:
    found = read(write(tmp_path, "sep=;\r\nid;name\r\n1,5;Ann\r\n"))

    assert (found.columns, found.kept, found.lines) == (["id", "name"], [("1,5", "Ann")], [3])


def test_empty_columns_do_not_make_a_separator_of_two_letters(tmp_path: Path) -> None:
    found = read(write(tmp_path, "a|b|c\n" + "1||3\n" * 100))

    assert found.kept == [("1", None, "3")] * 100


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id;price;weight\n1;2,50;3,25\n2;7,00;1,75\n"))

    assert found.kept == [("1", "2,50", "3,25"), ("2", "7,00", "1,75")]


def test_the_mapping_s_delimiter_wins(tmp_path: Path) -> None:
    found = read(write(tmp_path, "a;b,c\n1;2,3\n"), DelimitedOptions(delimiter=";"))

    assert (found.columns, found.kept) == (["a", "b,c"], [("1", "2,3")])
    assert found.reading.facts.notes == []


def test_a_file_without_a_delimiter_has_one_column(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'name\nAnn\n"Bob\nSmith"\n\n""\n'))

    assert (found.columns, found.kept, found.lines) == (["name"], [("Ann",), ("Bob\nSmith",), ("",)], [2, 3, 6])
    assert "no delimiter found: one column" in found.reading.facts.notes


def test_single_quotation_marks_are_found(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n1,'Smith, Ann'\n2,'Mill, Bob'\n3,'O''Neil, Cid'\n"))

    assert found.kept == [("1", "Smith, Ann"), ("2", "Mill, Bob"), ("3", "O'Neil, Cid")]
    assert found.reading.facts.details["quote"] == "'"


def test_apostrophes_are_no_quotation_marks(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n1,'t Hooft\n2,O'Neil\n3,'s-Gravenhage\n"))

    assert [row[1] for row in found.kept] == ["'t Hooft", "O'Neil", "'s-Gravenhage"]


def test_no_quotation_marks_on_demand(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,note\n1,"a\n2,b"\n'), DelimitedOptions(quote=""))

    assert found.kept == [("1", '"a'), ("2", 'b"')]


def test_an_escape_mark_is_found_and_leaves_other_letters_alone(tmp_path: Path) -> None:
    text = 'id,note\n1,"a \\"big\\" one"\n2,"path C:\\new\\table"\n3,one\\, two\n4,back\\\\slash\n'
    found = read(write(tmp_path, text))

    assert found.reading.facts.details["escape"] == "\\"
    assert [row[1] for row in found.kept] == ['a "big" one', "path C:\\new\\table", "one, two", "back\\slash"]


def test_backslashes_that_escape_nothing_are_letters(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,path\n1,"C:\\dir\\"\n2,"D:\\"\n'))

    assert found.kept == [("1", "C:\\dir\\"), ("2", "D:\\")]
    assert found.reading.facts.details["escape"] == ""


def test_an_escaped_line_end_is_part_of_the_field(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,note\n1,a\\\nb\n2,c\n"), DelimitedOptions(quote="", escape="\\"))

    assert (found.kept, found.lines) == ([("1", "a\nb"), ("2", "c")], [2, 4])


def test_blanks_around_quotation_marks_do_not_matter(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id, name , city\n1, "Smith, Ann" , Rome\n'))

    assert (found.columns, found.kept) == (["id", "name", "city"], [("1", "Smith, Ann", " Rome")])


def test_records_of_a_separator_of_their_own_may_hold_line_ends(tmp_path: Path) -> None:
    text = "1+|one\ntwo+|x&|\n2+|three+|&|\n3+|four+|z&|\n"
    options = DelimitedOptions(delimiter="+|", record_separator="&|", columns=["id", "note", "flag"])
    found = read(write(tmp_path, text), options)

    assert found.kept == [("1", "one\ntwo", "x"), ("2", "three", None), ("3", "four", "z")]
    assert found.lines == [1, 3, 4]


@pytest.mark.parametrize(("ends", "name"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
def test_line_ends_of_every_system(tmp_path: Path, ends: str, name: str) -> None:
    found = read(write(tmp_path, ends.join(["id,name", "1,Ann", "", "2,Bob", ""])))

    assert (found.kept, found.lines) == ([("1", "Ann"), ("2", "Bob")], [2, 4])
    assert found.reading.facts.details["line_ends"] == name


def test_mixed_line_ends(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,name\r\n1,Ann\n2,"B\rob"\r3,Cid\r\n'))

    assert (found.kept, found.lines) == ([("1", "Ann"), ("2", "B\rob"), ("3", "Cid")], [2, 3, 5])
    assert found.reading.facts.details["line_ends"] == "mixed"


def test_comments_are_no_rows(tmp_path: Path) -> None:
    text = '# exported "today"\nid,name\n1,Ann\n#2,Bob\n3,"#Cid\n# not a comment"\n'
    found = read(write(tmp_path, text), DelimitedOptions(comment="#"))

    assert found.columns == ["id", "name"]
    assert (found.kept, found.lines) == ([("1", "Ann"), ("3", "#Cid\n# not a comment")], [3, 5])


def test_empty_and_quoted_empty_fields_differ(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,a,b\n1,,""\n2, ,x\n'))

    assert found.kept == [("1", None, ""), ("2", " ", "x")]


def test_values_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    values = ("007", "+8613800000000", "1e5", "NULL", "NA", "true", " padded ", "2024-01-01")
    found = read(write(tmp_path, "a,b,c,d,e,f,g,h\n" + ",".join(values) + "\n"))

    assert found.kept == [values]


def test_facts_tell_how_the_file_was_understood(tmp_path: Path) -> None:
    found = read(write(tmp_path, "Customers of today\n\nid;name\n1;Zoë\n"))

    assert found.reading.facts.format == "delimited"
    assert found.reading.facts.details == {
        "encoding": "utf-8",
        "delimiter": ";",
        "quote": '"',
        "escape": "",
        "header_row": 3,
        "columns": ["id", "name"],
        "line_ends": "LF",
    }
    assert found.reading.facts.notes == [
        "delimiter guessed as ';'",
        "lines before line 3 hold no column names and were skipped",
    ]
