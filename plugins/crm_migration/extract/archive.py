"""Compressed files and archives: one member is unpacked to disk, within limits, before anybody reads it."""

import gzip
import struct
import zipfile
import zlib
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import Document, refused
from crm_migration.mapping.faults import listed

GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
OFFICE_MEMBERS = (b"[Content_Types].xml", b"mimetype")
BLOCK = 1 << 20
MOST_BYTES = 16 << 30
UNJUDGED_BYTES = 16 << 20
MOST_RATIO = 200
MOST_MEMBERS = 10_000
MOST_DIRECTORY = 16 << 20
LONGEST_TAIL = END_OF_DIRECTORY.size + 65_535
MOST_LISTED = 10
ENCRYPTED = 0x1


def packed_as(path: Path) -> str | None:
    """Return `gzip` or `zip` for a compressed file or an archive; office files, zip inside, are neither."""
    with path.open("rb") as handle:
        first = handle.read(4)
    if first.startswith(GZIP):
        return "gzip"
    return "zip" if first in (ZIP, EMPTY_ZIP) and not is_office(path) else None


def is_office(path: Path) -> bool:
    """Say whether a zip file names one of the members that every xlsx, xlsb and ods has."""
    with path.open("rb") as handle:
        head = handle.read(4096)
        size = handle.seek(0, 2)
        handle.seek(max(0, size - MOST_DIRECTORY))
        tail = handle.read()
    return any(name in head or name in tail for name in OFFICE_MEMBERS)


def unpack_gzip(document: Document, to: Path) -> None:
    """Write the unpacked bytes of a gzip file to `to`.

    Raises:
        SourceUnreadable: it is damaged or truncated, or unpacks to more than the limits allow.
    """
    with document.path.open("rb") as packed, to.open("wb") as out:
        try:
            with gzip.GzipFile(fileobj=packed) as unpacked:
                _copy(document, unpacked, out, document.path.stat().st_size)
        except EOFError:
            raise refused(document, "expected gzip data to its end, found it truncated") from None
        except (gzip.BadGzipFile, zlib.error):
            raise refused(document, "expected gzip data, found it damaged") from None


def zip_member(document: Document, pattern: str | None) -> str:
    """Return the name of the archive's member to read: its only file, or the one that fits `pattern`.

    Raises:
        SourceUnreadable: it is damaged or too large, names a path outside itself, or no or several files fit.
    """
    _check_directory(document)
    try:
        with zipfile.ZipFile(document.path) as archive:
            return _chosen(document, archive, pattern)
    except zipfile.BadZipFile:
        raise _damaged(document) from None


def unpack_zip(document: Document, member: str, to: Path) -> None:
    """Write one member of a zip archive, as `zip_member` named it, to `to`.

    Raises:
        SourceUnreadable: it is damaged, encrypted, or unpacks to more than the limits allow.
    """
    try:
        with zipfile.ZipFile(document.path) as archive:
            found = archive.getinfo(member)
            if found.flag_bits & ENCRYPTED:
                raise refused(document, "expected an archive without a password, found one with")
            with archive.open(found) as packed, to.open("wb") as out:
                _copy(document, packed, out, max(found.compress_size, 1))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise _damaged(document) from None


def _damaged(document: Document) -> SourceUnreadable:
    return refused(document, "expected a zip archive, found it damaged or of a kind that cannot be read")


def _copy(document: Document, packed: IO[bytes] | gzip.GzipFile, out: IO[bytes], packed_bytes: int) -> None:
    written = 0
    while block := packed.read(BLOCK):
        written += len(block)
        if written > MOST_BYTES:
            raise refused(document, f"expected at most {MOST_BYTES >> 30} GiB unpacked, found more")
        if written > UNJUDGED_BYTES and written > MOST_RATIO * packed_bytes:
            raise refused(document, f"expected data that unpacks to at most {MOST_RATIO} times its size, found more")
        out.write(block)


def _check_directory(document: Document) -> None:
    """Refuse an archive whose own table of contents would be a burden to read."""
    with document.path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - LONGEST_TAIL))
        tail = handle.read()
    at = tail.rfind(EMPTY_ZIP)
    if at < 0 or len(tail) - at < END_OF_DIRECTORY.size:
        raise refused(document, "expected a zip archive, found no end of its directory")
    members, directory = END_OF_DIRECTORY.unpack_from(tail, at)[4:6]
    if members > MOST_MEMBERS or directory > MOST_DIRECTORY:
        raise refused(document, f"expected an archive of at most {MOST_MEMBERS} files, found more")


def _chosen(document: Document, archive: zipfile.ZipFile, pattern: str | None) -> str:
    members = [member for member in archive.infolist() if not member.is_dir()]
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise refused(document, "expected members inside the archive, found one with a path that leads out of it")
    fitting = [member for member in members if pattern is None or fnmatchcase(member.filename, pattern)]
    if len(fitting) != 1:
        names = listed([member.filename for member in members][:MOST_LISTED])
        wanted = f"one file that fits {pattern!r}" if pattern else "an archive of one file"
        raise refused(
            document, f"expected {wanted}, found {len(fitting)}; it holds {names or 'nothing'}", "set read.member"
        )
    return fitting[0].filename
