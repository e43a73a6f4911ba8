"""Files of a run's rows, staged once each under the hash of their content.

They lie at `<staging>/<source>/<run>/_files/<SHA-256>`. Everything else of the line handles a file by its name, the
text `sha256:<hash>:<bytes>`; bytes are only where they come in and where they go out.
"""

import hashlib
import os
import re
import uuid
from collections.abc import Iterable
from typing import Final

from crm_migration.errors import StagingMissing
from crm_migration.staging import LocalFiles, RunFolder, file_system, room_for

FOLDER = "_files"
NAME: Final = re.compile(r"sha256:([0-9a-f]{64}):([0-9]{1,18})")
BLOCK = 1 << 20

MISSING, TOO_LARGE, UNREADABLE, OUTSIDE = "file_missing", "file_too_large", "file_unreadable", "file_outside"
REASONS: Final = (MISSING, TOO_LARGE, UNREADABLE, OUTSIDE)
"""Why a row's file does not travel; no name of a file is any of them."""


class FileRefused(Exception):
    """One file does not travel; `reason` is one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


class StagedFileMissing(StagingMissing):
    """A staged file is not there, or is no longer what its name says."""


def name_of(content: bytes) -> str:
    """Return the name of a file with this content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}:{len(content)}"


def is_name(text: str) -> bool:
    """Return whether `text` names a file."""
    return NAME.fullmatch(text) is not None


def size_of(name: str) -> int:
    """Return how many bytes the file of that name has."""
    return int(name.rpartition(":")[2])


class StagedFiles:
    """The staged files of one run."""

    def __init__(self, folder: RunFolder) -> None:
        """Look at the files of the run that stages in `folder`; nothing is made before the first is put there."""
        self.path = folder.table(FOLDER, FOLDER).rpartition("/")[0]
        self._filesystem, self._folder = file_system(self.path)

    def has(self, name: str) -> bool:
        """Return whether the file of that name is staged."""
        return bool(self._filesystem.exists(self._at(name)))

    def is_whole(self, name: str) -> bool:
        """Return whether the file of that name is staged and reads back, a block at a time, as its name says."""
        digest, size = hashlib.sha256(), 0
        try:
            with self._filesystem.open(self._at(name), "rb") as handle:
                while block := handle.read(BLOCK):
                    digest.update(block)
                    size += len(block)
        except FileNotFoundError:
            return False
        return f"sha256:{digest.hexdigest()}:{size}" == name

    def put(self, blocks: Iterable[bytes | memoryview], most_bytes: int) -> str:
        """Stage a file, read a block at a time, and return its name.

        It takes the place of one that is there already, which a power cut or a person may have cut short.

        Raises:
            FileRefused: it has more than `most_bytes`.
            StagingFull: the disk has no room for it.
        """
        self._filesystem.makedirs(self._folder, exist_ok=True)
        part = f".part-{uuid.uuid4().hex}"
        digest, size = hashlib.sha256(), 0
        try:
            with (
                room_for(f"{self.path}/{part}"),
                self._filesystem.open(f"{self._folder}/{part}", "wb") as handle,
            ):
                for block in blocks:
                    size += len(block)
                    if size > most_bytes:
                        raise FileRefused(TOO_LARGE)
                    digest.update(block)
                    handle.write(block)
                if isinstance(self._filesystem, LocalFiles):
                    # Else a power cut may leave the name and not the content.
                    handle.flush()
                    os.fsync(handle.fileno())
            name = f"sha256:{digest.hexdigest()}:{size}"
            self._filesystem.mv(f"{self._folder}/{part}", self._at(name))
        finally:
            if self._filesystem.exists(f"{self._folder}/{part}"):
                self._filesystem.rm(f"{self._folder}/{part}")
        return name

    def read(self, name: str) -> bytes:
        """Return the content of the file of that name.

        Raises:
            StagedFileMissing: it is not staged, or is no longer what its name says.
        """
        try:
            with self._filesystem.open(self._at(name), "rb") as handle:
                content: bytes = handle.read()
        except FileNotFoundError:
            content = b""
        if name_of(content) != name:
            raise StagedFileMissing(
                f"{self.path}: expected the file {name}, found none or another content; clear the tasks 'extract' and "
                "'clean' of its entity and run them again"
            )
        return content

    def _at(self, name: str) -> str:
        found = NAME.fullmatch(name)
        if found is None:
            raise StagingMissing(f"{self.path}: expected the name of a staged file, found another text")
        return f"{self._folder}/{found.group(1)}"
