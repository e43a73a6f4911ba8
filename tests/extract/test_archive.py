"""Compressed files and archives are unpacked within limits, or refused."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.archive import MOST_RATIO, UNJUDGED_BYTES, packed_as, unpack_gzip, unpack_zip, zip_member
from crm_migration.extract.document import Document
from crm_migration.extract.formats import sniff_format


def gz(tmp_path: Path, content: bytes) -> Document:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(content)
    return Document(file, "a.csv.gz")


def test_gzip_unpacks_all_its_members(tmp_path: Path) -> None:
    document = gz(tmp_path, gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    assert packed_as(document.path) == "gzip"
    unpack_gzip(document, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"x" * 1000)[:-9], "truncated"),
        (gzip.compress(b"x" * 1000)[:-8] + b"\0" * 8, "damaged"),
        (b"\x1f\x8b" + b"x" * 100, "damaged"),
        (gzip.compress(b"x" * (UNJUDGED_BYTES + (2 << 20))), f"at most {MOST_RATIO} times"),
    ],
    ids=["truncated", "checksum", "rubbish", "bomb"],
)
def test_gzip_that_is_damaged_or_a_bomb_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=rf"a\.csv\.gz: .*{said}"):
        unpack_gzip(gz(tmp_path, content), tmp_path / "out")
    assert (tmp_path / "out").stat().st_size < UNJUDGED_BYTES + (4 << 20)


def zipped(tmp_path: Path, members: dict[str, bytes]) -> Document:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return Document(file, "a.zip")


def test_a_zip_gives_its_only_file_or_the_one_that_is_named(tmp_path: Path) -> None:
    document = zipped(tmp_path, {"in/a.csv": b"a", "in/b.csv": b"b"})
    assert packed_as(document.path) == "zip"
    with pytest.raises(SourceUnreadable, match=r"an archive of one file, found 2; it holds 'in/a.csv', 'in/b.csv'"):
        zip_member(document, None)
    with pytest.raises(SourceUnreadable, match="found 0"):
        zip_member(document, "c*")
    member = zip_member(document, "*/b.csv")
    unpack_zip(document, member, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"b"


@pytest.mark.parametrize("name", ["../out.csv", "/etc/out.csv", "a/../../out.csv", "C:/out.csv"])
def test_a_zip_with_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceUnreadable, match="leads out of it"):
        zip_member(zipped(tmp_path, {name: b"x", "good.csv": b"y"}), "good.csv")


def test_zip_bombs_and_rubbish_are_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path, {"a.csv": b"x" * (UNJUDGED_BYTES + (2 << 20))})
    with pytest.raises(SourceUnreadable, match=f"at most {MOST_RATIO} times"):
        unpack_zip(bomb, "a.csv", tmp_path / "out")
    many = zipped(tmp_path, {f"{n}.csv": b"" for n in range(10_001)})
    with pytest.raises(SourceUnreadable, match="at most 10000 files"):
        zip_member(many, "1.csv")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04rubbish")
    with pytest.raises(SourceUnreadable, match="no end of its directory"):
        zip_member(Document(tmp_path / "b.zip", "b.zip"), None)


def test_hostile_archives(shared_data: Path, tmp_path: Path) -> None:
    slip = shared_data / "hostile/zip/slip.zip"
    with pytest.raises(SourceUnreadable, match="leads out of it"):
        zip_member(Document(slip, slip.name), None)
    bomb = shared_data / "hostile/xml/gzip_bomb_100MB.xml.gz"
    with pytest.raises(SourceUnreadable, match=f"at most {MOST_RATIO} times"):
        unpack_gzip(Document(bomb, bomb.name), tmp_path / "out")


def test_an_office_file_is_no_archive(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    (tmp_path / "f").write_bytes(content.getvalue())
    assert packed_as(tmp_path / "f") is None
    assert sniff_format(Document(tmp_path / "f", "a.csv")) == "workbook"
