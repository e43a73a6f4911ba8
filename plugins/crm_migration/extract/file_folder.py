"""The folder that paths in a source's rows lead into: a file of it is staged, and nothing outside of it is touched."""

import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm_migration.connections import ConnectionFields, FileRoot, file_root
from crm_migration.errors import ConnectionUnknown, MappingFault, SourceUnavailable
from crm_migration.extract.staged_files import (
    BLOCK,
    MISSING,
    OUTSIDE,
    TOO_LARGE,
    UNREADABLE,
    FileRefused,
    StagedFiles,
)
from crm_migration.mapping.fields import File
from crm_migration.mapping.files import folder_of
from crm_migration.mapping.model import Entity, SourceConfig
from crm_migration.staging import RunFolder

LONGEST_PATH = 4_000


@dataclass(frozen=True)
class FileFolder:
    """One folder with files, here or behind fsspec; files of it are put to `files`."""

    root: FileRoot
    files: StagedFiles
    filesystem: Any = field(repr=False)

    def stage(self, path: str, most_bytes: int) -> str:
        """Stage the file at `path`, which is below the folder, and return its name.

        A backslash parts folders like a slash. A name that is not there is sought in Unicode's other form.

        Raises:
            FileRefused: it is missing, too large, not to be read, or outside of the folder.
            SourceUnavailable: the storage did not answer.
        """
        steps = path.replace("\\", "/")
        if steps.startswith("/") or ".." in steps.split("/"):
            raise FileRefused(OUTSIDE)
        if not steps.strip("/. ") or "\x00" in steps or len(steps) > LONGEST_PATH:
            raise FileRefused(MISSING)
        forms = dict.fromkeys([steps, *(unicodedata.normalize(form, steps) for form in ("NFC", "NFD"))])
        for at, form in enumerate(forms, 1):
            try:
                return self.files.put(self._blocks(form, most_bytes), most_bytes)
            except FileRefused as refused:
                if refused.reason != MISSING or at == len(forms):
                    raise
        raise FileRefused(MISSING)

    def _blocks(self, steps: str, most_bytes: int) -> Iterator[bytes]:
        if self.root.protocol == "file":
            return _local_blocks(Path(self.root.path), steps, most_bytes)
        return self._remote_blocks(steps)

    def _remote_blocks(self, steps: str) -> Iterator[bytes]:
        try:
            with self.filesystem.open(f"{self.root.path.rstrip('/')}/{steps}", "rb") as handle:
                while block := handle.read(BLOCK):
                    yield block
        except (FileNotFoundError, IsADirectoryError):
            raise FileRefused(MISSING) from None
        except PermissionError:
            raise FileRefused(UNREADABLE) from None
        except OSError as error:
            raise SourceUnavailable(
                f"folder of files ({self.root.protocol}): expected an answer, found {type(error).__name__}; the task "
                "can be repeated as it is"
            ) from None


def _local_blocks(root: Path, steps: str, most_bytes: int) -> Iterator[bytes]:
    """Yield the content of a regular file whose real place, links followed, is below `root`."""
    try:
        real, home = (root / steps).resolve(strict=True), root.resolve(strict=True)
        if not real.is_relative_to(home):
            raise FileRefused(OUTSIDE)
        handle = _open_below(home, real)
    except FileNotFoundError:
        raise FileRefused(MISSING) from None
    except (OSError, ValueError, RuntimeError):
        raise FileRefused(UNREADABLE) from None
    with os.fdopen(handle, "rb") as opened:
        told = os.fstat(opened.fileno())
        if not stat.S_ISREG(told.st_mode):
            raise FileRefused(UNREADABLE)
        if told.st_size > most_bytes:
            raise FileRefused(TOO_LARGE)
        try:
            while block := opened.read(BLOCK):
                yield block
        except OSError:
            raise FileRefused(UNREADABLE) from None


def _open_below(home: Path, real: Path) -> int:
    # Not blocked by a pipe, and not led elsewhere by a link that has taken the file's place meanwhile.
    handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        # A folder above it may have become a link: what was opened tells where it is, on Linux.
        place = Path(f"/proc/self/fd/{handle}").readlink()
    except FileNotFoundError:
        return handle
    if not place.is_relative_to(home):
        os.close(handle)
        raise FileRefused(OUTSIDE)
    return handle


@dataclass(frozen=True)
class Folders:
    """Where the files of a mapping's paths are: the source, its own connection, and others by their ids."""

    source: SourceConfig
    own: ConnectionFields = field(repr=False)
    others: Mapping[str, ConnectionFields] = field(default_factory=dict, repr=False)

    def of(self, entity: Entity, folder: RunFolder) -> dict[str, FileFolder]:
        """Return the folder of each field of `entity` that holds paths of files; files are staged in `folder`.

        Raises:
            ConnectionUnknown: a connection is not given, or is none to files.
            MappingFault: a folder is not there.
        """
        fields = {name: spec for name, spec in entity.fields.items() if isinstance(spec, File) and spec.of == "path"}
        return {name: self._opened(name, self._root(spec), folder) for name, spec in fields.items()}

    def _root(self, spec: File) -> FileRoot:
        if spec.connection is None:
            root = file_root(self.own)
            below = self.source.folder
            return FileRoot(root.protocol, f"{root.path.rstrip('/')}/{below}", root.options) if below else root
        named = folder_of(spec)
        if named is not None:
            protocol, _, path = named.rpartition("://")
            return FileRoot(protocol or "file", path)
        if spec.connection not in self.others:
            raise ConnectionUnknown(f"connection {spec.connection!r}: expected it beside the source's own, found none")
        return file_root(self.others[spec.connection])

    def _opened(self, name: str, root: FileRoot, folder: RunFolder) -> FileFolder:
        if root.protocol == "file":
            filesystem, there = None, Path(root.path).is_dir()
        else:
            import fsspec

            filesystem = fsspec.filesystem(root.protocol, **root.options)
            there = True
        if not there:
            raise MappingFault(
                f"{self.source.name}: field {name!r}: expected the folder of its files to be there, found none; "
                "correct the field's connection"
            )
        return FileFolder(root, StagedFiles(folder), filesystem)
