"""Staged tables: Parquet parts plus a manifest, on a local folder or any fsspec URL.

A table lives at `<root>/<source>/<run>/<entity>/<step>/`. Its parts carry the attempt in their name and the
manifest is replaced last in one atomic write, so a step's output is there whole or not at all, on object
storage as on disk, and a repeated attempt replaces the one before it.
"""

import errno
import hashlib
import io
import json
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import polars as pl

from crm_migration.errors import StagingFull, StagingMissing

MANIFEST = "manifest.json"
ONLY_IN_MANIFEST = frozenset({"documents", "versions", "shares", "counted"})
"""Facts that may be long, or tell of people by names of documents or by keys."""

LONGEST_NAME = 200
PAGE_BYTES = 256 << 10
"""What stays at hand in a processor while it is packed: larger pages are written more slowly."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def own_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with texts of its own: what was filtered out of a frame holds all texts of that frame."""
    return frame.with_columns(
        pl.concat_str(name, pl.lit("")).alias(name) for name, kind in frame.schema.items() if kind == pl.String
    )


def safe_name(text: str) -> str:
    """Return `text` as one path segment: letters, digits, `._-` kept, everything else `_`.

    What had to be changed ends in a hash of what it was, so that no two texts share a segment.
    """
    name = re.sub(r"[^A-Za-z0-9._-]", "_", text).strip(".")[:LONGEST_NAME]
    if name and name == text:
        return name
    return f"{name}-{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:8]}"


class LocalFiles:
    """This machine's files, by the names that fsspec gives to what staged tables and folders of files need.

    Importing fsspec asks every installed package for its file systems: a process without a URL does not wait for that.
    """

    def open(self, path: str, mode: str) -> IO[Any]:
        """Return the opened file."""
        return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")

    def makedirs(self, path: str, *, exist_ok: bool) -> None:
        """Make a folder and those above it."""
        Path(path).mkdir(parents=True, exist_ok=exist_ok)

    def mv(self, old: str, new: str) -> None:
        """Rename a file; one of the new name is replaced in one step."""
        Path(old).replace(new)

    def rm(self, path: str, *, recursive: bool = False) -> None:
        """Remove a file, or with `recursive` a folder and all in it."""
        if recursive and Path(path).is_dir():
            shutil.rmtree(path)
        else:
            Path(path).unlink()

    def info(self, path: str) -> dict[str, Any]:
        """Return what fsspec tells of a file or folder, of a link itself."""
        told = _told(path)
        if told is None:
            raise FileNotFoundError(path)
        return told

    def exists(self, path: str) -> bool:
        """Return whether there is anything of that name."""
        return Path(path).exists()

    def isdir(self, path: str) -> bool:
        """Return whether that is a folder."""
        return Path(path).is_dir()

    def modified(self, path: str) -> datetime:
        """Return when a file was changed last."""
        return datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)

    def ls(self, path: str, *, detail: bool) -> list[Any]:
        """Return what a folder holds: full paths, or with `detail` what fsspec tells of each."""
        with os.scandir(path) as found:
            paths = [entry.path for entry in found]
        if not detail:
            return paths
        return [told for path in paths if (told := _told(path)) is not None]

    def invalidate_cache(self) -> None:
        """Do nothing: what is told is what is there."""


def _told(path: str) -> dict[str, Any] | None:
    """Return what fsspec tells of a file, of a link itself; None for one that has gone away meanwhile."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    kind = "directory" if stat.S_ISDIR(found.st_mode) else "file" if stat.S_ISREG(found.st_mode) else "other"
    link = stat.S_ISLNK(found.st_mode)
    return {"name": path, "type": kind, "islink": link, "size": found.st_size, "mtime": found.st_mtime}


def file_system(url: str) -> tuple[Any, str]:
    """Return the file system that a path or an fsspec URL leads to, and the path in it."""
    if ":" in url or url.startswith("~"):
        import fsspec

        filesystem, path = fsspec.core.url_to_fs(url)
        # fsspec remembers what it saw of a folder while the process lives; another one may have written since.
        filesystem.invalidate_cache()
        return filesystem, str(path)
    return LocalFiles(), os.path.abspath(url)  # noqa: PTH100 links stay as they are, `..` is taken out as fsspec does


@dataclass(frozen=True)
class RunFolder:
    """Where one run of one source stages its tables; `root` is a path or an fsspec URL."""

    root: str
    source: str
    run_id: str

    def table(self, entity: str, step: str) -> str:
        """Return the folder of the staged table that `step` writes for `entity`."""
        return "/".join([self.root.rstrip("/"), *map(safe_name, (self.source, self.run_id, entity, step))])


@dataclass(frozen=True)
class Staged:
    """A finished staged table; small and plain, so its `reference` may pass through XCom."""

    path: str
    rows: int
    columns: dict[str, str]
    sha256: str
    parts: list[str]
    facts: dict[str, Any] = field(default_factory=dict)

    def reference(self) -> dict[str, Any]:
        """Return path, rows, hash and the step's own facts, those of each document left out: what a task hands on."""
        facts = {name: fact for name, fact in self.facts.items() if name not in ONLY_IN_MANIFEST}
        return {"path": self.path, "rows": self.rows, "sha256": self.sha256, "facts": facts}

    def frames(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the parts in order, each as a frame, reading only `columns` when given.

        Raises:
            StagingMissing: a part is gone.
        """
        for part in self.parts:
            with self._opened(part) as handle:
                yield pl.read_parquet(handle, columns=columns)

    def stretch(self, start: int, stop: int, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Yield `columns` of the rows from position `start` up to `stop`, both counted from 0; raises as `frames` does.

        Of the parts that hold none of them only the first column is read.
        """
        before = 0
        for part in self.parts:
            with self._opened(part) as handle:
                height = pl.read_parquet(handle, columns=columns[:1]).height
            here = max(start - before, 0), min(stop - before, height)
            before += height
            if here[0] < here[1]:
                with self._opened(part) as handle:
                    yield pl.read_parquet(handle, columns=columns).slice(here[0], here[1] - here[0])

    def checksums(self) -> Iterator[bytes]:
        """Yield the SHA-256 of each part's bytes as they are now; raises what `frames` raises."""
        for part in self.parts:
            with self._opened(part) as handle:
                yield hashlib.file_digest(handle, "sha256").digest()

    def contents(self) -> Iterator[bytes]:
        """Yield the bytes of each part as they are now; raises what `frames` raises."""
        for part in self.parts:
            with self._opened(part) as handle:
                yield handle.read()

    @contextmanager
    def _opened(self, part: str) -> Iterator[Any]:
        filesystem, path = file_system(self.path)
        try:
            handle = filesystem.open(f"{path}/{part}", "rb")
        except FileNotFoundError as missing:
            raise StagingMissing(
                f"{self.path}: a part named by the manifest is missing: {part}; "
                "clear the task that writes it and run it again"
            ) from missing
        with handle:
            yield handle

    def frame(self, columns: list[str] | None = None) -> pl.DataFrame:
        """Return all parts as one frame; for narrow selections and small tables."""
        frames = list(self.frames(columns))
        return pl.concat(frames) if frames else pl.DataFrame()


@contextmanager
def room_for(path: str) -> Iterator[None]:
    """Say what to do where the disk has no room for the file that the block writes at `path`.

    Raises:
        StagingFull: the disk or the quota is full, or a file may not be that large; what was written of it is gone.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        filesystem, local = file_system(path)
        if filesystem.exists(local):
            filesystem.rm(local)
        raise StagingFull(
            f"staging: no room to write {path} ({os.strerror(error.errno)}); nothing of it was kept. Free some "
            "space and clear the task, or point CRM_MIGRATION_STAGING elsewhere and start a new run"
        ) from None


def replace_file(path: str, text: str) -> None:
    """Write a small file in one move: whoever reads it finds the old one or the new one, whole.

    Raises:
        StagingFull: the disk has no room for it.
    """
    folder, _, name = path.rpartition("/")
    temporary = f"{folder}/.{name}.{uuid.uuid4().hex[:8]}"
    filesystem, local = file_system(path)
    with room_for(temporary):
        with filesystem.open(file_system(temporary)[1], "w") as handle:
            handle.write(text)
        filesystem.mv(file_system(temporary)[1], local)


class TableWriter:
    """Writes one staged table; nothing is visible under its name until `finish`."""

    def __init__(self, folder: RunFolder, entity: str, step: str) -> None:
        """Open the table for writing; an earlier attempt stays readable until this one finishes."""
        self.step = step
        self.path = folder.table(entity, step)
        self._filesystem, self._folder = file_system(self.path)
        self._filesystem.makedirs(self._folder, exist_ok=True)
        self._attempt = uuid.uuid4().hex[:8]
        self._parts: list[str] = []
        self._digest = hashlib.sha256()
        self._columns: dict[str, str] = {}
        self._rows = 0
        self.staged: Staged | None = None

    def write(self, frame: pl.DataFrame) -> None:
        """Append `frame` as one part; an empty frame is written only to record the columns.

        Raises:
            StagingFull: the disk has no room for it.
        """
        if frame.is_empty() and self._parts:
            return
        content = io.BytesIO()
        frame.write_parquet(content, compression="lz4", statistics=False, data_page_size=PAGE_BYTES)
        self._append(content.getbuffer())
        self._columns = {column: str(kind) for column, kind in frame.schema.items()}
        self._rows += frame.height

    def take_over(self, staged: Staged) -> None:
        """Append the parts of a finished table as they are.

        Raises:
            StagingFull: the disk has no room for them.
            StagingMissing: a part is gone.
        """
        if staged.rows == 0 and self._parts:
            return
        for content in staged.contents():
            self._append(content)
        self._columns = staged.columns
        self._rows += staged.rows

    def _append(self, content: bytes | memoryview) -> None:
        name = f"part-{self._attempt}-{len(self._parts):05d}.parquet"
        self._digest.update(hashlib.sha256(content).digest())
        with room_for(f"{self.path}/{name}"), self._filesystem.open(f"{self._folder}/{name}", "wb") as handle:
            handle.write(content)
        self._parts.append(name)

    def finish(self, **facts: Any) -> Staged:
        """Publish the table with `facts` in its manifest, drop the attempt before it, and return it."""
        staged = Staged(self.path, self._rows, self._columns, self._digest.hexdigest(), self._parts, facts)
        replace_file(f"{self.path}/{MANIFEST}", json.dumps(asdict(staged), indent=1, default=str))
        self._remove_stale()
        self.staged = staged
        return staged

    def _remove_stale(self) -> None:
        for found in self._filesystem.ls(self._folder, detail=False):
            name = str(found).rsplit("/", 1)[-1]
            if name.startswith("part-") and name not in self._parts:
                self._drop(found)

    def _drop(self, path: str) -> None:
        # An attempt that has replaced this one, or that this one replaces, may have dropped it in the same moment.
        with suppress(FileNotFoundError):
            self._filesystem.rm(path)

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Publish when the block ended well and `finish` was not called; of a block that failed leave no trace."""
        if self.staged is not None:
            return
        if kind is None:
            self.finish()
            return
        for part in self._parts:
            self._drop(f"{self._folder}/{part}")


def open_table(folder: RunFolder, entity: str, step: str) -> Staged:
    """Return the staged table that `step` wrote for `entity`.

    Raises:
        StagingMissing: it was never finished, or its files are gone.
    """
    path = folder.table(entity, step)
    filesystem, local = file_system(path)
    try:
        with filesystem.open(f"{local}/{MANIFEST}", "r") as handle:
            manifest = json.load(handle)
    except FileNotFoundError as missing:
        raise StagingMissing(
            f"{folder.source}/{folder.run_id}: {entity}: no finished '{step}' table at {path}; "
            f"clear the task that writes it (step '{step}') and run it again"
        ) from missing
    return Staged(**manifest)


def has_table(folder: RunFolder, entity: str, step: str) -> bool:
    """Return whether `step` finished its table for `entity` in this run."""
    filesystem, local = file_system(folder.table(entity, step))
    return bool(filesystem.exists(f"{local}/{MANIFEST}"))


def drop_table(folder: RunFolder, entity: str, step: str) -> None:
    """Remove the staged table that `step` wrote for `entity`, if it is there."""
    filesystem, local = file_system(folder.table(entity, step))
    with suppress(FileNotFoundError):
        filesystem.rm(local, recursive=True)


def latest_run(root: str, source: str, entity: str, step: str) -> RunFolder | None:
    """Return the run of `source` that was the last to finish `step` for `entity`, None where no run has."""
    filesystem, path = file_system(f"{root.rstrip('/')}/{safe_name(source)}")
    if not filesystem.isdir(path):
        return None
    names = [str(found).rstrip("/").rsplit("/", 1)[-1] for found in filesystem.ls(path, detail=False)]
    # A folder whose name is no run's as `safe_name` writes it leads nowhere.
    runs = [RunFolder(root, source, name) for name in sorted(names) if safe_name(name) == name]
    finished = [run for run in runs if has_table(run, entity, step)]
    return max(finished, key=lambda run: _finished_at(run, entity, step), default=None)


def _finished_at(run: RunFolder, entity: str, step: str) -> datetime:
    filesystem, path = file_system(run.table(entity, step))
    moment: datetime = filesystem.modified(f"{path}/{MANIFEST}")
    return moment
