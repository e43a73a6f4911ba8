"""Which files of a folder are meant, by their names: one answer on a disk, in a bucket and in Google Drive."""

import unicodedata
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp")
OFFICE_LOCK = "~$"


def fits(path: str, pattern: str, title: str | None = None) -> bool:
    """Say whether a file fits a pattern: by its path below the source's folder where the pattern holds a `/`.

    Else by its last part, or by its `title` where titles may hold a `/` themselves. Accents written as one character
    or as two, as macOS does, are the same.
    """
    told = path if "/" in pattern else title if title is not None else PurePosixPath(path).name
    return fnmatchcase(unicodedata.normalize("NFC", told), unicodedata.normalize("NFC", pattern))


def is_unfinished(name: str) -> bool:
    """Say whether a file or folder is hidden, a lock of an office program, or still being written, by its name."""
    return name.startswith((".", OFFICE_LOCK)) or name.lower().endswith(UNFINISHED)
