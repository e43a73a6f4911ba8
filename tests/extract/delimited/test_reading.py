"""Delimited text is read exactly; what cannot be read is rejected row by row."""

from pathlib import Path

from tests.extract.delimited.reading import opened, read, write


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


def test_frames_of_many_empty_values_hold_few_rows(tmp_path: Path) -> None:
    wide, rows = 1000, 12_000
    names = [f"c{place}" for place in range(wide)]
    path = write(tmp_path, ",".join(names) + "\n" + ("x" + "," * (wide - 1) + "\n") * rows)

    heights = [frame.height for frame in opened(path).frames(names)]

    assert sum(heights) == rows
    # A value takes 16 bytes at the least: no frame takes much more than what is held back, and a block beyond it.
    assert max(heights) * wide * 16 < 80 << 20
