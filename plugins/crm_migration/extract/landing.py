"""Where files from elsewhere are put before they are read: under safe names, whole or not at all."""

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from crm_migration.staging import RunFolder, file_system, safe_name

LANDING, FILES = "_landing", "files"


class Landing:
    """A run's landing folder; all tasks of the run find there what one of them has fetched.

    With staging on object storage a file is kept there, and each process works on a copy of its own.
    """

    def __init__(self, folder: RunFolder | None = None) -> None:
        """Land below the run's staging, or in a folder that goes with this process."""
        self._remote = folder.table(LANDING, FILES) if folder is not None and "://" in folder.root else None
        self._own = Path(folder.table(LANDING, FILES)) if folder is not None and self._remote is None else None

    @property
    def _local(self) -> Path:
        if self._own is None:
            return self._passing
        self._own.mkdir(parents=True, exist_ok=True)
        return self._own

    @cached_property
    def _passing(self) -> Path:
        made = Path(tempfile.mkdtemp(prefix="crm-migration-"))
        # Documents outlive the object that has landed them.
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        return made

    def fetch(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the landed file of `name`, made by `make` at the path it is given where it is not there yet.

        `name` tells one version of one file from all others; it becomes a safe file name.
        """
        final = self._local / safe_name(name)
        if final.exists():
            return final
        temporary = final.with_name(f".{final.name[-100:]}.{uuid.uuid4().hex[:8]}")
        try:
            if not self._from_remote(final.name, temporary):
                make(temporary)
                self._to_remote(temporary, final.name)
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)
        return final

    def clear(self) -> None:
        """Remove all that has landed: what is asked for next is fetched anew, as it is by then."""
        for folder in (self._own, self.__dict__.pop("_passing", None)):
            if folder is not None and folder.exists():
                shutil.rmtree(folder)
        if self._remote is not None:
            filesystem, path = file_system(self._remote)
            if filesystem.exists(path):
                filesystem.rm(path, recursive=True)

    def _from_remote(self, name: str, to: Path) -> bool:
        if self._remote is None:
            return False
        filesystem, path = file_system(f"{self._remote}/{name}")
        if not filesystem.exists(path):
            return False
        filesystem.get_file(path, os.fspath(to))
        return True

    def _to_remote(self, file: Path, name: str) -> None:
        if self._remote is None:
            return
        filesystem, path = file_system(f"{self._remote}/{name}")
        filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        temporary = f"{path}.{uuid.uuid4().hex[:8]}"
        filesystem.put_file(os.fspath(file), temporary)
        filesystem.mv(temporary, path)
