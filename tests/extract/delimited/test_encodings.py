"""The encoding is found where the content tells it, said where it was guessed, and its faults stay with their rows."""

import json
from pathlib import Path

import pytest

from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import opened, read, write

FILES = [
    "big5.csv",
    "cp932_shift_jis.csv",
    "gb18030.csv",
    "gbk.csv",
    "gbk_nearly_ascii.csv",
    "gbk_semicolon_lf.csv",
    "gbk_short_5rows.csv",
    "utf16be_bom.csv",
    "utf16le_bom_tab.txt",
    "utf8.csv",
    "utf8_bom.csv",
]
# GB 18030 holds all of GBK, byte for byte.
SUPERSET = {"gbk": "gb18030"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("declared", [False, True])
def test_chinese_and_japanese_files_are_read_exactly(shared_data: Path, name: str, declared: bool) -> None:
    path = shared_data / "files/zh_encodings" / name
    expected = json.loads((path.parent / f"{name}.expected.json").read_text(encoding="utf-8"))
    header, *rows = expected["rows"]

    found = read(path, DelimitedOptions(encoding=expected["encoding"] if declared else None))

    assert found.columns == header
    assert [list(row) for row in found.kept] == [[value or None for value in row] for row in rows]
    assert found.rejected == []
    details = found.reading.facts.details
    assert details["delimiter"] == expected["delimiter"]
    assert details["encoding"] in {expected["encoding"], SUPERSET.get(expected["encoding"])}
    guessed = not (declared or expected["bom"] or expected["encoding"] == "utf-8")
    assert guessed == any("encoding guessed" in note for note in found.reading.facts.notes)


def test_all_encodings_of_the_world_are_there(shared_data: Path) -> None:
    folder = shared_data / "files/zh_encodings"

    assert {path.name.removesuffix(".expected.json") for path in folder.glob("*.expected.json")} == set(FILES)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    found = read(write(tmp_path, "id\tname\n1\tZoë 世\n", encoding))

    assert (found.columns, found.kept, found.lines) == (["id", "name"], [("1", "Zoë 世")], [2])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_shows_in_its_zero_bytes(tmp_path: Path, encoding: str) -> None:
    found = read(write(tmp_path, "id,name\n1,Zoë\n2,Ann\n", encoding))

    assert found.kept == [("1", "Zoë"), ("2", "Ann")]
    assert any("zero bytes" in note for note in found.reading.facts.notes)


def test_what_the_mapping_declares_wins_over_the_content(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,Ä\n", "utf-8")

    assert read(path, DelimitedOptions(encoding="cp1252")).kept == [("1", "Ã„")]


def test_a_byte_order_mark_that_contradicts_the_mapping_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "id\n1\n", "utf-8-sig")

    with pytest.raises(
        SourceUnreadable, match="expected gb18030 as the mapping says, found the byte order mark of utf-8"
    ):
        opened(path, DelimitedOptions(encoding="gb18030"))


@pytest.mark.parametrize("name", ["utf-9", "base64", "idna"])
def test_an_unknown_encoding_is_the_mapping_s_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(MappingFault, match=f"found '{name}'"):
        opened(write(tmp_path, "id\n1\n"), DelimitedOptions(encoding=name))


def test_rows_that_the_encoding_cannot_decode_are_rejected_one_by_one(tmp_path: Path) -> None:
    lines = [f"{number},Zoë\n".encode() for number in range(1, 6)]
    lines[2] = b"3,Zo\xeb\n"
    found = read(write(tmp_path, b"id,name\n" + b"".join(lines)))

    assert found.kept == [(str(number), "Zoë") for number in (1, 2, 4, 5)]
    assert found.rejected == [
        (4, "encoding", "expected text in utf-8, found bytes that mean nothing in it", "3,Zo\\xeb")
    ]
    assert any("lines that are not: 1," in note for note in found.reading.facts.notes)


def test_a_byte_that_is_no_letter_of_a_declared_encoding_costs_its_row_only(tmp_path: Path) -> None:
    content = "编号,名称\n1,商启\n2,".encode("gb18030") + b"\xff\n" + "3,黄柏\n".encode("gb18030")
    found = read(write(tmp_path, content), DelimitedOptions(encoding="gb18030"))

    assert found.kept == [("1", "商启"), ("3", "黄柏")]
    assert [(line, fault, raw) for line, fault, _, raw in found.rejected] == [(3, "encoding", "2,\\xff")]


def test_lines_of_utf8_in_a_file_of_another_encoding_are_not_read_as_gibberish(tmp_path: Path) -> None:
    gbk = [f"{number},北京商启公司\n".encode("gbk") for number in range(1, 6)]
    gbk[3] = "4,上海黄柏公司\n".encode()
    found = read(write(tmp_path, b"id,name\n" + b"".join(gbk)))

    assert found.kept == [(str(number), "北京商启公司") for number in (1, 2, 3, 5)]
    assert found.rejected == [
        (5, "encoding", "expected text in gb18030, found bytes that mean nothing in it", "4,上海黄柏公司")
    ]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    """`é` and a letter after it are a letter of GB 18030, too."""
    found = read(write(tmp_path, "id,name\n1,Amélie\n2,Jürgen Müller\n3,José Peña\n", "cp1252"))

    assert found.kept == [("1", "Amélie"), ("2", "Jürgen Müller"), ("3", "José Peña")]
    assert any("cp1252" in note for note in found.reading.facts.notes)


def test_letters_cut_in_two_by_a_block_are_whole(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n" + "1,世界é\U0001f600\n" * 5)

    for block_bytes in range(1, 9):
        assert read(path, block_bytes=block_bytes).kept == [("1", "世界é\U0001f600")] * 5
