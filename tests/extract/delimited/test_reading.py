"""Delimited text is read exactly; what cannot be read is rejected row by row."""

from pathlib import Path

from tests.extract.delimited.reading import read, write


def test_rows_are_read_with_the_line_they_start_on(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,note\n1,one\n\n2,"two\nlines"\n3,three\n'))

    assert found.columns == ["id", "note"]
    assert found.kept == [("1", "one"), ("2", "two\nlines"), ("3", "three")]
    assert found.lines == [2, 4, 6]


def test_a_ragged_row_is_rejected_and_the_rest_loads(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n1,Ann\n2\n3,Bob,Smith\n4,Cid\n"))

    assert found.kept == [("1", "Ann"), ("4", "Cid")]
    assert found.rejected == [
        (3, "ragged", "expected 2 fields, found 1", "2"),
        (4, "ragged", "expected 2 fields, found 3", "3,Bob,Smith"),
    ]
