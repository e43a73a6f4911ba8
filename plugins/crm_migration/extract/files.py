"""Files in a folder, on this machine or behind any fsspec URL, as documents."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from crm_migration.connections import FileRoot
from crm_migration.errors import MappingFault, SourceUnavailable
from crm_migration.extract.document import Document, Reading
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.landing import Landing
from crm_migration.mapping.model import Entity, SourceConfig

UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp")
OFFICE_LOCK = "~$"
MOST_WAITS = 30
CHECKSUMS = ("md5", "ETag", "etag", "md5Hash", "content_md5", "checksum")


@dataclass(frozen=True)
class Listed:
    """One file as its folder lists it; `name` is its path below the source's folder."""

    name: str
    path: str
    version: str
    modified: datetime | None


@dataclass(frozen=True)
class FileStore:
    """The folder of a source of kind `files`."""

    config: SourceConfig
    root: FileRoot
    landing: Landing = field(repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def documents(self, entity: Entity) -> list[Document]:
        """Return the files that fit the entity's pattern, by name, each finished and on this machine's disk.

        Hidden files and those whose name says that they are still being written are left out. A pattern that holds
        a `/` is compared with the path below the folder, another one with the file's name.

        Raises:
            MappingFault: the folder is not there, or leads out of the connection's own.
            SourceUnavailable: the storage did not answer, or a file is still being written.
        """
        return self.named(entity.file or "*")

    def named(self, pattern: str) -> list[Document]:
        """Return the files that fit a pattern, as `documents` does."""
        fitting = [listed for listed in self._listed() if fits(listed.name, pattern)]
        return [self._fetched(self._settled(listed)) for listed in fitting]

    def standing(self, patterns: list[str]) -> dict[str, str] | None:
        """Return the version of each file that fits one of the patterns; None while any of them is being written."""
        found = [listed for listed in self._listed() if any(fits(listed.name, pattern) for pattern in patterns)]
        if any(_age(listed) < self.config.settle_seconds for listed in found):
            return None
        return {listed.name: listed.version for listed in found}

    def reading(self, document: Document, wanted: Wanted) -> Reading:
        """Return the reader of a document; raises what `open_reading` raises."""
        return open_reading(document, wanted, self.landing)

    def unchanged(self, document: Document) -> bool:
        """Say whether a document that was read in place is still what it was when it was listed."""
        return not self._is_local or self._seen(self._path(document.name), document.name).version == document.version

    @cached_property
    def _filesystem(self) -> Any:
        return fsspec.filesystem(self.root.protocol, **self.root.options)

    @property
    def _is_local(self) -> bool:
        return self.root.protocol == "file"

    @property
    def _folder(self) -> str:
        below = PurePosixPath(self.config.folder or "")
        if below.is_absolute() or ".." in below.parts:
            raise MappingFault(
                f"{self.config.name}: expected a folder below the connection's own, found one that leads out of it; "
                "edit source.folder"
            )
        return "/".join(part for part in (self.root.path.rstrip("/"), str(below) if below.parts else "") if part) or "/"

    def _path(self, name: str) -> str:
        return f"{self._folder.rstrip('/')}/{name}"

    def _listed(self) -> list[Listed]:
        with self._answering():
            found = self._filesystem.find(self._folder, maxdepth=None if self.config.recursive else 1)
            if not found and not self._filesystem.exists(self._folder):
                raise MappingFault(
                    f"{self.config.name}: expected the folder {self.config.folder or 'of the connection'} to be there, "
                    f"found none (connection {self.config.connection!r}); correct the connection or source.folder"
                )
        base = self._filesystem._strip_protocol(self._folder).rstrip("/")  # noqa: SLF001 fsspec's way to a plain path
        names = sorted(str(path)[len(base) :].lstrip("/") for path in found)
        return [self._seen(self._path(name), name) for name in names if not _unfinished(name) and self._inside(name)]

    def _inside(self, name: str) -> bool:
        """Leave out links that lead out of the folder."""
        if not self._is_local:
            return True
        folder = Path(self._folder).resolve()
        return (folder / name).resolve().is_relative_to(folder)

    def _seen(self, path: str, name: str) -> Listed:
        with self._answering():
            found = self._filesystem.info(path)
        modified = _moment(found)
        checksum = next((str(found[key]) for key in CHECKSUMS if found.get(key)), "")
        stamp = repr(found.get("mtime") or modified or "")
        version = "-".join(part for part in (str(found.get("size")), stamp, checksum) if part)
        return Listed(name, path, version, modified)

    def _settled(self, listed: Listed) -> Listed:
        """Return the file as it is once it has stood still for the time that the mapping names."""
        wait = self.config.settle_seconds
        for _ in range(MOST_WAITS):
            age = _age(listed)
            if age >= wait:
                return listed
            self.sleep(min(wait, wait - age))
            listed = self._seen(listed.path, listed.name)
        raise SourceUnavailable(
            f"{self.config.name}: {listed.name}: expected a file that is finished, found one that is still being "
            "written; it is read at the next attempt"
        )

    def _fetched(self, listed: Listed) -> Document:
        document = Document(Path(listed.path), listed.name, listed.name, listed.version, listed.modified)
        if self._is_local:
            return document

        def download(to: Path) -> None:
            with self._answering():
                self._filesystem.get_file(listed.path, str(to))

        return replace(document, path=self.landing.fetch(f"{listed.name}.{listed.version}", download))

    def _answering(self) -> "_Answering":
        return _Answering(f"{self.config.name}: connection {self.config.connection!r}")


class _Answering:
    """Turns what a storage raises inside the block into an error of this package, without what it may quote."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermissionError):
            raise MappingFault(f"{self.place}: expected leave to read, found none; grant it") from None
        if isinstance(error, FileNotFoundError):
            raise SourceUnavailable(f"{self.place}: a file went away while it was read; it is tried again") from None
        if isinstance(error, OSError):
            raise SourceUnavailable(f"{self.place}: the storage did not answer ({type(error).__name__})") from None


def fits(name: str, pattern: str) -> bool:
    """Say whether a path below a source's folder fits a pattern; one without `/` is compared with its last part."""
    return fnmatchcase(name if "/" in pattern else PurePosixPath(name).name, pattern)


def _age(listed: Listed) -> float:
    """Return for how many seconds a file has stood still; where its storage does not tell, it is taken as whole."""
    return (datetime.now(UTC) - listed.modified).total_seconds() if listed.modified else math.inf


def _unfinished(name: str) -> bool:
    parts = PurePosixPath(name).parts
    last = parts[-1].lower()
    return any(part.startswith(".") for part in parts) or last.startswith(OFFICE_LOCK) or last.endswith(UNFINISHED)


def _moment(found: dict[str, Any]) -> datetime | None:
    for key in ("mtime", "LastModified", "last_modified", "updated", "modified", "created"):
        value = found.get(key)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    return None
