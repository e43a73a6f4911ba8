"""Files in a folder, on this machine or behind any fsspec URL, as documents."""

import ftplib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any

from crm_migration.connections import FileRoot
from crm_migration.errors import MappingFault, MigrationError, SourceUnavailable
from crm_migration.extract.document import Document, Reading
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.landing import Landing
from crm_migration.extract.names import fits, is_unfinished
from crm_migration.mapping.model import Entity, SourceConfig
from crm_migration.staging import LocalFiles

MOST_WAITS = 30
CHECKSUMS = ("md5", "ETag", "etag", "md5Hash", "content_md5", "checksum")


@dataclass(frozen=True)
class Listed:
    """One file as its folder lists it; `name` is its path below the source's folder."""

    name: str
    path: str
    version: str
    modified: datetime | None

    @property
    def age(self) -> float | None:
        """Return for how many seconds it has stood still; None where its storage's clock does not tell."""
        seconds = (datetime.now(UTC) - self.modified).total_seconds() if self.modified else -1.0
        return seconds if seconds >= 0 else None


@dataclass(frozen=True)
class Look:
    """The files of a folder at one moment: their versions by name, and the names of those that are not yet still."""

    versions: dict[str, str]
    moving: list[str]


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
        fitting = [listed for listed in self._listed([pattern]) if fits(listed.name, pattern)]
        return [self._fetched(self._settled(listed)) for listed in fitting]

    def look(self, patterns: list[str], before: Mapping[str, str]) -> Look:
        """Return the files that fit one of the patterns as they are now, and whether all of them stand still.

        A file whose time its storage does not tell, or tells to be in the future, stands still where its version is
        that of the look `before`.
        """
        fitting = [one for one in self._listed(patterns) if any(fits(one.name, pattern) for pattern in patterns)]
        wait = self.config.settle_seconds
        moving = [
            one.name
            for one in fitting
            if not (before.get(one.name) == one.version if one.age is None else one.age >= wait)
        ]
        return Look({one.name: one.version for one in fitting}, moving)

    def reading(self, document: Document, wanted: Wanted) -> Reading:
        """Return the reader of a document; raises what `open_reading` raises."""
        return open_reading(document, wanted, self.landing)

    def unchanged(self, document: Document) -> bool:
        """Say whether a document that was read in place is still what it was when it was listed."""
        return not self._is_local or self._seen(self._path(document.name), document.name).version == document.version

    @cached_property
    def _filesystem(self) -> Any:
        if self._is_local and not self.root.options:
            return LocalFiles()
        import fsspec

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

    def _listed(self, patterns: list[str]) -> list[Listed]:
        """Return the folder's files, those in folders below where the mapping or a pattern asks for them."""
        deep = self.config.recursive or any("/" in pattern for pattern in patterns)
        with self._answering():
            self._filesystem.invalidate_cache()
            if not self._filesystem.exists(self._folder):
                raise MappingFault(
                    f"{self.config.name}: expected the folder {self.config.folder or 'of the connection'} to be there, "
                    f"found none (connection {self.config.connection!r}); correct the connection or source.folder"
                )
            found = list(self._files_in(self._folder, deep))
        return sorted((one for one in found if self._inside(one.name)), key=lambda one: one.name)

    def _files_in(self, folder: str, deep: bool) -> Iterator[Listed]:
        """Yield what a folder lists; a folder that cannot be listed is no empty one, so nothing is left out."""
        for entry in self._filesystem.ls(folder, detail=True):
            name = self._below(str(entry["name"]))
            if not name or is_unfinished(PurePosixPath(name).name):
                continue
            if entry["type"] == "file":
                yield _listed(name, self._path(name), entry)
            elif entry.get("islink") and Path(self._path(name)).is_file():
                yield _listed(name, self._path(name), self._told(self._path(name)))
            elif entry["type"] == "directory" and deep and not entry.get("islink"):
                yield from self._files_in(self._path(name), deep)

    def _below(self, path: str) -> str:
        plain = isinstance(self._filesystem, LocalFiles)
        # The second is fsspec's way to a plain path.
        base = self._folder if plain else str(self._filesystem._strip_protocol(self._folder))  # noqa: SLF001
        return path[len(base.rstrip("/")) :].strip("/")

    def _inside(self, name: str) -> bool:
        """Leave out links that lead out of the folder."""
        if not self._is_local:
            return True
        folder = Path(self._folder).resolve()
        return (folder / name).resolve().is_relative_to(folder)

    def _seen(self, path: str, name: str) -> Listed:
        with self._answering():
            self._filesystem.invalidate_cache()
            return _listed(name, path, self._told(path))

    def _told(self, path: str) -> dict[str, Any]:
        """Return what the file system tells of a file; of a link on this machine, what it leads to."""
        if not self._is_local:
            return dict(self._filesystem.info(path))
        found = Path(path).stat()
        return {"size": found.st_size, "mtime": found.st_mtime}

    def _settled(self, listed: Listed) -> Listed:
        """Return the file as it is once it has stood still for the time that the mapping names."""
        wait = self.config.settle_seconds
        for _ in range(MOST_WAITS):
            age = listed.age
            if wait == 0 or (age is not None and age >= wait):
                return listed
            self.sleep(wait if age is None else wait - age)
            before, listed = listed, self._seen(listed.path, listed.name)
            if age is None and listed.version == before.version:
                return listed
        raise SourceUnavailable(
            f"{self.config.name}: {listed.name}: expected a file that is finished, found one that is still being "
            "written; it is read at the next attempt"
        )

    def _fetched(self, listed: Listed) -> Document:
        document = Document(Path(listed.path), listed.name, listed.name, listed.version, listed.modified)
        if self._is_local:
            return document
        landed = self.landing.fetch(f"{listed.name}.{listed.version}", partial(self._download, listed))
        # A size alone does not tell one content from another.
        version = listed.version if listed.modified else _content_of(landed)
        return replace(document, path=landed, version=version)

    def _download(self, listed: Listed, to: Path) -> None:
        with self._answering():
            self._filesystem.get_file(listed.path, str(to))
        if self._seen(listed.path, listed.name).version != listed.version:
            raise SourceUnavailable(
                f"{self.config.name}: {listed.name}: expected a file that stays as it is while it is fetched, found it "
                "changed; it is fetched again at the next attempt"
            )

    def _answering(self) -> "_Answering":
        return _Answering(f"{self.config.name}: connection {self.config.connection!r}")


class _Answering:
    """Turns what a storage raises inside the block into an error of this package, without what it may quote.

    Every file system has errors of its own, so all of them are met here; none of them is passed over.
    """

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, MigrationError):
            return
        if isinstance(error, ImportError):
            raise MappingFault(
                f"{self.place}: expected the package of its file system, found none; install it beside crm-migration"
            ) from None
        if isinstance(error, PermissionError | ftplib.error_perm):
            raise MappingFault(f"{self.place}: expected leave to read, found none; grant it") from None
        if isinstance(error, FileNotFoundError):
            raise SourceUnavailable(f"{self.place}: a file went away while it was read; it is tried again") from None
        raise SourceUnavailable(f"{self.place}: the storage did not answer ({type(error).__name__})") from None


def _listed(name: str, path: str, entry: dict[str, Any]) -> Listed:
    """Return a file from what its file system tells of it."""
    modified = _moment(entry)
    checksum = next((str(entry[key]) for key in CHECKSUMS if entry.get(key)), "")
    stamp = repr(entry.get("mtime") or modified or "")
    return Listed(name, path, "-".join(part for part in (str(entry.get("size")), stamp, checksum) if part), modified)


def _moment(entry: dict[str, Any]) -> datetime | None:
    """Return when a file was changed last; None where its file system does not tell, or not in a known way."""
    for key in ("mtime", "LastModified", "last_modified", "updated", "modified", "modify", "created"):
        value = entry.get(key)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and (found := _read_moment(value)):
            return found
    return None


def _read_moment(text: str) -> datetime | None:
    """Return a moment written as ISO, or as FTP's MLSD does (RFC 3659: YYYYMMDDHHMMSS, in UTC)."""
    try:
        found = datetime.fromisoformat(f"{text[:8]}T{text[8:14]}" if text[:14].isdecimal() else text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _content_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
