"""What kind of workbook a file is, and the parts of a zip container: checked before any of them is read."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from crm_migration.extract.workbook.refusal import (
    DAMAGED,
    LOCKED,
    MIB,
    MOST_MEMBERS,
    MOST_PART,
    MOST_RATIO,
    MOST_UNPACKED,
    NOT_A_SPREADSHEET,
    UNJUDGED,
    Refused,
)

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
"""The first record of a workbook of Excel 2 to 5 that stands in no container."""
ENCRYPTED = 0x1


def container_of(path: Path) -> str:
    """Return `zip` or `ole`, by the file's first bytes.

    Raises:
        Refused: it is no container of a workbook.
    """
    with path.open("rb") as handle:
        first = handle.read(512)
    if first.startswith(ZIP):
        return "zip"
    if first.startswith(OLE):
        return "ole"
    if first.startswith(OLD_EXCEL):
        raise Refused("expected an xls workbook of Excel 5 or later, found an older one", "save it as xlsx")
    raise Refused(NOT_A_SPREADSHEET)


class Parts:
    """The members of a zip container by name; nothing is ever written to disk."""

    def __init__(self, path: Path) -> None:
        """Read the zip directory and refuse what is too large, packed too tightly, locked or there twice."""
        with reading_zip():
            self._zip = zipfile.ZipFile(path)
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        if len(members) > MOST_MEMBERS:
            raise Refused(f"expected at most {MOST_MEMBERS} members in the workbook, found {len(members)}")
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise Refused(f"expected a workbook of at most {MOST_UNPACKED // MIB} MiB unpacked, found more")
        for member in members:
            _check(member)
            if self._by_name.setdefault(part_name(member.filename), member) is not member:
                raise Refused("expected every member of the workbook once, found one twice")

    def __contains__(self, name: str) -> bool:
        return part_name(name) in self._by_name

    def names(self) -> list[str]:
        """Return the names of the members as they are compared."""
        return list(self._by_name)

    def size(self, name: str) -> int:
        """Return a member's unpacked size, as the directory declares it."""
        return self._by_name[part_name(name)].file_size

    def open(self, name: str) -> IO[bytes]:
        """Return a member to read from.

        Raises:
            Refused: the workbook lacks it.
        """
        member = self._by_name.get(part_name(name))
        if member is None:
            raise Refused("expected a whole workbook, found that it names a part that it lacks")
        with reading_zip():
            return self._zip.open(member)

    def read(self, name: str) -> bytes:
        """Return a member as a whole; only small ones are read like this."""
        if name in self and self.size(name) > MOST_PART:
            raise Refused(f"expected parts of at most {MOST_PART // MIB} MiB beside the sheets, found a larger one")
        with self.open(name) as part, reading_zip():
            return part.read()


@contextmanager
def reading_zip() -> Iterator[None]:
    """Turn what a damaged zip container raises, wherever it is read, into a refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, UnicodeDecodeError):
        raise Refused(DAMAGED) from None


def part_name(name: str) -> str:
    """Return a member's name in the one form that is compared: names of parts know no case, and start at the top."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()


def _check(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & ENCRYPTED:
        raise Refused(LOCKED, "save it without a password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("expected members that are stored or deflated, found another compression")
    if member.file_size > max(UNJUDGED, MOST_RATIO * member.compress_size):
        times = member.file_size // max(member.compress_size, 1)
        raise Refused(
            f"expected members that unpack to at most {MOST_RATIO} times their size, found one of {times} times"
        )
