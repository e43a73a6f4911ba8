"""Nothing is lost in silence: rows that cannot be read are rejected, each with its line, and the rest loads."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from crm_migration.extract.document import MOST_RAW
from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import read, write


def rejected_lines(rows: Sequence[tuple[int, str, str, str]]) -> list[tuple[int, str]]:
    return [(line, fault) for line, fault, _, _ in rows]


def test_surplus_empty_fields_are_surplus(tmp_path: Path) -> None:
    """Which field is one too many cannot be told: `a,,b` of two columns is not `a,b`."""
    found = read(write(tmp_path, "id,name\n1,Ann\n2,Bob,\n3,,Cid\n4,Dan\n"))

    assert rejected_lines(found.rejected) == [(3, "ragged"), (4, "ragged")]


def test_a_quotation_mark_that_is_never_closed_costs_the_lines_it_swallows(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,name\n1,Ann\n2,"Bob\n3,Cid\n\n4,Dan\n'))

    assert found.kept == [("1", "Ann")]
    assert found.rejected == [
        (line, "quote", "expected the quotation mark that opened on line 3 to close, found the end of the file", raw)
        for line, raw in ((3, '2,"Bob'), (4, "3,Cid"), (6, "4,Dan"))
    ]


def test_a_quotation_mark_out_of_place_costs_its_line(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id,name,city\n1,"Ann,"Rome",x\n2,Bob,Oslo\n'))

    assert found.kept == [("2", "Bob", "Oslo")]
    [(line, fault, message, raw)] = found.rejected
    assert (line, fault, raw) == (2, "quote", '1,"Ann,"Rome",x')
    assert "opened on line 2 to close before a separator or the end of the line, found other text" in message


def test_a_lost_separator_beside_a_quoted_field_is_not_read_as_a_shift(tmp_path: Path) -> None:
    """The number of fields is right by chance: the text holds a separator."""
    found = read(write(tmp_path, 'id,name,note,city\n1,Ann"good, kind","Rome",x\n2,Bob,b,Oslo\n'))

    assert found.kept == [("2", "Bob", "b", "Oslo")]
    assert rejected_lines(found.rejected) == [(2, "quote")]


@pytest.mark.parametrize("value", ['5" pipe', '["a"]', 'say "hi"', '5" x 6" board', '48"'])
def test_quotation_marks_inside_a_field_are_letters(tmp_path: Path, value: str) -> None:
    found = read(write(tmp_path, f'id,size,city\n1,{value},Rome\n2,{value},"Oslo, N"\n'))

    assert found.kept == [("1", value, "Rome"), ("2", value, "Oslo, N")]


def test_a_row_with_a_nul_byte_is_rejected(tmp_path: Path) -> None:
    found = read(write(tmp_path, b"id,name\n1,A\0nn\n2,Bob\n"))

    assert found.kept == [("2", "Bob")]
    assert rejected_lines(found.rejected) == [(2, "nul")]


def test_the_text_of_a_rejected_row_is_cut(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n" + "x" * 5000 + "\n"))

    assert [len(raw) for *_, raw in found.rejected] == [MOST_RAW]


def test_messages_hold_no_value(tmp_path: Path) -> None:
    content = b'id,name\nSECRET\nSECRET,"SECRET"x\nSECRET,\xff\xfe\nSECRET,\0\n1,"SECRET'
    found = read(write(tmp_path, content), DelimitedOptions(encoding="utf-8"))

    assert len(found.rejected) == 5
    assert not any("SECRET" in message for _, _, message, _ in found.rejected)
    assert all("SECRET" in raw for *_, raw in found.rejected)


def test_footer_rows_are_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,Ann\n2,Bob\n\nTotal: 2\nprinted,today\n")

    for batch_rows in (1, 2, 100):
        found = read(path, DelimitedOptions(footer_rows=2), batch_rows=batch_rows)
        assert (found.kept, found.rejected) == ([("1", "Ann"), ("2", "Bob")], [])
    assert read(path, DelimitedOptions(footer_rows=9)).rows == 0


def test_frames_hold_no_more_rows_than_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n" + "".join(f"{number},Ann\n" for number in range(25)))

    found = read(path, batch_rows=10)

    assert [row[0] for row in found.kept] == [str(number) for number in range(25)]


def test_a_file_can_be_read_again(tmp_path: Path) -> None:
    found = read(write(tmp_path, "id,name\n1,Ann\n"))

    assert next(found.reading.frames(["id"])).height == 1
    assert next(found.reading.frames(["id"])).height == 1


def test_a_dos_end_of_file_mark_is_no_row(tmp_path: Path) -> None:
    assert read(write(tmp_path, "id,name\r\n1,Ann\r\n\x1a")).rows == 1


def test_a_row_of_more_than_16_mib_is_rejected_and_the_rest_loads(tmp_path: Path) -> None:
    huge = b'2,"' + b"x" * (17 << 20) + b'"\n'
    found = read(write(tmp_path, b"id,name\n1,Ann\n" + huge + b"3,Cid\n"))

    assert found.kept == [("1", "Ann"), ("3", "Cid")]
    [(line, fault, message, raw)] = found.rejected
    assert (line, fault, len(raw)) == (3, "too_long", MOST_RAW)
    assert "at most 16 MiB" in message


def test_an_unclosed_quotation_mark_in_a_big_file_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "input.csv"
    with path.open("w") as file:
        file.write('id,name\n1,"Ann\n')
        for _ in range(18):
            file.write(("2," + "x" * 997 + "\n") * 1000)
    script = (
        "import sys; from pathlib import Path; from tests.extract.delimited.reading import opened\n"
        "reading = opened(Path(sys.argv[1])); rows = bad = 0\n"
        "for frame in reading.frames(['id']): rows += frame.height; bad += frame['_fault'].count()\n"
        # Not ru_maxrss, which a child inherits from the process that started it.
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "print(rows, bad, int(peak) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    rows, bad, megabytes = map(int, done.stdout.split())

    assert (rows, bad) == (18_001, 18_001)
    assert megabytes < 600


@pytest.mark.parametrize(
    "line",
    [
        b'a"a,a"' * 100_000,
        b'"' * 600_001,
        b'a"' + b'"' * 600_000,
        b"1" * 600_000 + b"x",
        b"\\" * 600_000,
        b"'," * 300_000,
    ],
    ids=["bare", "quotes", "doubled", "digits", "escapes", "single"],
)
def test_no_line_takes_more_than_its_share_of_time(tmp_path: Path, line: bytes) -> None:
    """Ten times the work is ten times the time: no search begins anew at each letter."""
    path = write(tmp_path, b"id,name\n" + line + b"\n2,ok\n")
    begun = time.process_time()

    read(path, DelimitedOptions(escape="\\", delimiter=","))

    assert time.process_time() - begun < 20
