"""An uploaded workbook of corrected rows: limited, looked into by a process of its own, and kept under our own name."""

import hashlib
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crm_migration.errors import SourceUnreadable, UploadRefused
from crm_migration.extract.document import Document
from crm_migration.mapping.model import Mapping
from crm_migration.reload.returned import Returned
from crm_migration.staging import file_system, room_for, safe_name

FOLDER = "_uploads"
MOST_BYTES = 64 << 20
_BLOCK = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}\.xlsx")
_SHOWN = "the uploaded workbook"


@dataclass(frozen=True)
class Upload:
    """A workbook that was taken: its name, which `reload_rejected` is given, where it lies, and rows by entity."""

    name: str
    path: str
    rows: dict[str, int] = field(default_factory=dict)


def accept_upload(content: IO[bytes], mapping: Mapping, staging: str, run_id: str) -> Upload:
    """Keep an uploaded workbook that holds rejected rows of the run `run_id`; nothing is loaded.

    It lies under `_uploads/<source>/` of the staging folder, named by its content: the same file is kept once.

    Raises:
        UploadRefused: it is larger than MOST_BYTES, no workbook, not one of this mapping's rejected rows, without any
            row, or one of another run.
        StagingFull: the disk has no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="crm-migration-upload-") as folder:
        file = Path(folder) / "upload.xlsx"
        digest = _copied(content, file)
        rows = _counted(Returned(Document(file, _SHOWN), mapping), run_id)
        name = f"{digest}.xlsx"
        path = _folder(staging, mapping.source.name) + f"/{name}"
        _keep(file, path)
    return Upload(name, path, rows)


@contextmanager
def workbook_file(named: str, staging: str, source: str) -> Iterator[Document]:
    """Give a workbook as a file of this machine: one that was uploaded, by its name, or one at a path or URL.

    Raises:
        UploadRefused: there is none, or it is larger than MOST_BYTES.
    """
    path = f"{_folder(staging, source)}/{named}" if _NAME.fullmatch(named) else named
    filesystem, local = file_system(path)
    shown = Path(local).name
    with tempfile.TemporaryDirectory(prefix="crm-migration-reload-") as folder:
        file = Path(folder) / "workbook.xlsx"
        try:
            with filesystem.open(local, "rb") as content:
                _copied(content, file)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise UploadRefused(
                f"{shown}: expected a workbook that can be read, found none ({error.strerror or 'not found'}); check "
                "the path, or upload the file again"
            ) from None
        yield Document(file, shown if shown != named or not _NAME.fullmatch(named) else _SHOWN)


def _folder(staging: str, source: str) -> str:
    return f"{staging.rstrip('/')}/{FOLDER}/{safe_name(source)}"


def _copied(content: IO[bytes], file: Path) -> str:
    """Copy at most MOST_BYTES, and return the SHA-256 of what there is."""
    digest, size = hashlib.sha256(), 0
    with room_for(str(file)), file.open("wb") as copy:
        while block := content.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise UploadRefused(
                    f"{_SHOWN}: expected at most {MOST_BYTES >> 20} MiB, found more; delete rows that are not to be "
                    "loaded now, and load the rest with a second file"
                )
            digest.update(block)
            copy.write(block)
    return digest.hexdigest()


def _counted(returned: Returned, run_id: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    try:
        for entity in returned.sheets:
            for row in returned.rows(entity):
                if row.run != run_id:
                    raise wrong_run(returned.document.name, row.sheet, row.at, run_id)
                counted[entity] += 1
    except SourceUnreadable as unreadable:
        raise UploadRefused(str(unreadable)) from None
    if not counted:
        raise UploadRefused(f"{_SHOWN}: expected rejected rows of run {run_id}, found none; upload the edited file")
    return dict(counted)


def wrong_run(document: str, sheet: str, at: int, run_id: str) -> UploadRefused:
    """Return the refusal of a row that names another run."""
    return UploadRefused(
        f"{document}, sheet {sheet}, row {at}: expected a row of run {run_id}, found one of another run; upload "
        "the file on the page of its own run"
    )


def _keep(file: Path, path: str) -> None:
    filesystem, local = file_system(path)
    if filesystem.exists(local):
        return
    filesystem.makedirs(local.rsplit("/", 1)[0], exist_ok=True)
    temporary = f"{path}.part"
    with (
        room_for(temporary),
        file.open("rb") as source,
        filesystem.open(file_system(temporary)[1], "wb") as target,
    ):
        shutil.copyfileobj(source, target)
    filesystem.mv(file_system(temporary)[1], local)
