"""Files and notes that belong to records: a folder of copies under safe names, and an index for the import.

Names from outside never become paths: a copy is named by the hash of its content and what is harmless of its name.
"""

import csv
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from crm_migration.load.import_files.manifest import temporary_of
from crm_migration.mapping.import_files import FORMULA_STARTS

if TYPE_CHECKING:
    import _csv

INDEX, NOTES, FOLDER = "attachments.csv", "notes.csv", "attachments"
INDEX_COLUMNS = ("object", "external_id", "file_name", "path", "bytes", "sha256")
NOTE_COLUMNS = ("object", "external_id", "title", "text")
MOST_BYTES = 100 << 20
"""More than a field of kind `file` may hold."""
_BLOCK = 1 << 20
_MOST_NAME, _MOST_ENDING = 80, 12
_HARMFUL = re.compile(r"[^\w.\- ]")


@dataclass(frozen=True)
class Attachment:
    """A file of a record: a path below the folder of staged files, or its bytes."""

    target_object: str
    external_id: str
    file_name: str
    content: Path | bytes


@dataclass(frozen=True)
class Note:
    """A note of a record."""

    target_object: str
    external_id: str
    title: str
    text: str


@dataclass(frozen=True)
class RefusedAttachment:
    """A file that does not travel, and why."""

    target_object: str
    external_id: str
    reason: str


@dataclass(frozen=True)
class WrittenAttachments:
    """What was copied, and what was not."""

    files: int = 0
    bytes: int = 0
    refused: list[RefusedAttachment] = field(default_factory=list)


class _Unfit(Exception):
    """One file cannot travel."""


def write_attachments(
    folder: Path, attachments: Iterable[Attachment], staged: Path, most_bytes: int = MOST_BYTES
) -> WrittenAttachments:
    """Copy files into `folder` and index them; return how many, and those that are refused, each with its reason.

    Only regular files below `staged` are read, and none of more than `most_bytes`. A content that several records have
    is copied once. The index is there when all files are.
    """
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    count, size, refused = 0, 0, []
    temporary = temporary_of(folder / INDEX)
    with temporary.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as handle:
        index = _table(handle, INDEX_COLUMNS)
        for one in attachments:
            try:
                name, copied, sha256 = _copy(one, folder / FOLDER, staged, most_bytes)
            except _Unfit as unfit:
                refused.append(RefusedAttachment(one.target_object, one.external_id, str(unfit)))
                continue
            path = f"{FOLDER}/{name}"
            index.writerow(safe_cells(one.target_object, one.external_id, one.file_name, path, str(copied), sha256))
            count, size = count + 1, size + copied
    temporary.replace(folder / INDEX)
    return WrittenAttachments(count, size, refused)


def write_notes(folder: Path, notes: Iterable[Note]) -> int:
    """Write the notes of records as one table, and return their number."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary, count = temporary_of(folder / NOTES), 0
    with temporary.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as handle:
        table = _table(handle, NOTE_COLUMNS)
        for note in notes:
            count += 1
            table.writerow(safe_cells(note.target_object, note.external_id, note.title, note.text))
    temporary.replace(folder / NOTES)
    return count


def safe_file_name(name: str) -> str:
    """Return what is harmless of a file's name: no folders, no control characters, not hidden, not long."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = " ".join(_HARMFUL.sub("_", bare).split()).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > _MOST_ENDING:
        return plain[:_MOST_NAME]
    return f"{stem[: _MOST_NAME - len(ending) - 1]}.{ending}"


def _copy(one: Attachment, folder: Path, staged: Path, most_bytes: int) -> tuple[str, int, str]:
    """Return the name, size and SHA-256 of the copy."""
    temporary = folder / ".copy.part"
    digest, size = hashlib.sha256(), 0
    try:
        with temporary.open("wb") as target:
            for block in _blocks(one.content, staged):
                size += len(block)
                if size > most_bytes:
                    raise _Unfit(f"expected a file of at most {most_bytes} bytes, found a larger one")
                digest.update(block)
                target.write(block)
        name = f"{digest.hexdigest()[:32]}-{safe_file_name(one.file_name)}"
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)
    return name, size, digest.hexdigest()


def _blocks(content: Path | bytes, staged: Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with _below(staged, content).open("rb") as handle:
        while block := handle.read(_BLOCK):
            yield block


def _below(staged: Path, content: Path) -> Path:
    """Return the path of a regular file below the folder of staged files, links followed."""
    try:
        path = (staged / content).resolve()
        if not path.is_relative_to(staged.resolve()):
            raise _Unfit("expected a file below the folder of staged files, found one elsewhere")
        is_file = path.is_file()
    except (OSError, ValueError):
        raise _Unfit("expected the path of a file, found another text") from None
    if not is_file:
        raise _Unfit("expected a file, found none")
    if not os.access(path, os.R_OK):
        raise _Unfit("expected leave to read the file, found none")
    return path


def _table(handle: IO[str], columns: tuple[str, ...]) -> "_csv.Writer":
    table = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(columns)
    return table


def safe_cells(*texts: str) -> list[str]:
    """Return texts as cells that no spreadsheet takes for a formula."""
    return [f"'{text}" if text.lstrip("'")[:1] in _STARTS else text for text in texts]


def bare_cell(cell: str) -> str:
    """Return the text that `safe_cells` has made a cell of."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in _STARTS else cell


_STARTS = frozenset(FORMULA_STARTS)
