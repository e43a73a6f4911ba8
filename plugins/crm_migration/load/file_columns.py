"""Columns of a target that hold files: read back as names, which the database computes, and written as bytes.

Between two databases a file is a name, `sha256:<hash>:<bytes>`, everywhere in the line. Bytes are fetched from the
run's staged files when a row is written, and from the target when its before-image is taken; never more than
PIECE_BYTES and one file at a time.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable
from crm_migration.extract.staged_files import BLOCK, StagedFiles, size_of
from crm_migration.load.bulk import update_rows
from crm_migration.load.refusal import RowsRefused
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder

if TYPE_CHECKING:
    from crm_migration.load.target import SqlTarget

PIECE_BYTES: Final = 1024 * 1024
STATEMENT_ROOM: Final = 512 * 1024
SQLITE_NAME = "crm_file_name"


class FileNotStaged(RowsRefused):
    """A row names a file that is not among the staged files of its run."""


def file_columns(mapping: Mapping, target_object: str) -> list[str]:
    """Return the columns of `target_object` that the mapping fills with files."""
    specs = [entity.fields.items() for entity in mapping.entities.values() if entity.target.object == target_object]
    return list(dict.fromkeys(name for fields in specs for name, spec in fields if isinstance(spec, File)))


def file_name(column: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Return what names the file in a column, computed where it lies; null where there is none."""
    if dialect == "sqlite":
        name: sa.ColumnElement[Any] = sa.Function(SQLITE_NAME, column)
        return name
    head: sa.ColumnElement[Any] = sa.literal_column("'sha256:'")
    colon: sa.ColumnElement[Any] = sa.literal_column("':'")
    if dialect == "mysql":
        return sa.func.concat(head, sa.func.sha2(column, sa.literal_column("256")), colon, sa.func.octet_length(column))
    digest = sa.func.encode(sa.func.sha256(column), sa.literal_column("'hex'"))
    size = sa.cast(sa.func.octet_length(column), sa.Text)
    # Not concat(), which would make a name of nothing.
    return head.op("||")(digest).op("||")(colon).op("||")(size)


def lend_sqlite(connection: Any) -> None:
    """Lend a connection of SQLite the function that names a file."""
    connection.create_function(SQLITE_NAME, 1, _name, deterministic=True)


def _name(content: object) -> str | None:
    if content is None:
        return None
    held = content if isinstance(content, bytes) else str(content).encode()
    return f"sha256:{hashlib.sha256(held).hexdigest()}:{len(held)}"


@dataclass(frozen=True)
class FileRows:
    """An open transaction on one object of a target, and the staged files of the run that writes."""

    connection: sa.Connection
    target: "SqlTarget"
    target_object: str
    folder: RunFolder

    def columns(self, rows: pl.DataFrame) -> list[str]:
        """Return the columns of `rows` that hold names of files."""
        return [name for name in self.target.file_columns(self.target_object) if name in rows.columns]

    def pieces(self, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield `rows` in order, a piece at a time, with the files' bytes in place of their names.

        Raises:
            RowsRefused: a file is larger than a statement to the target may be, or is not staged (FileNotStaged).
            StagedFileMissing: a staged file is not what its name says.
        """
        columns = self.columns(rows)
        if not columns:
            yield rows
            return
        sizes = pl.Series("size", [self._size(line) for line in rows.select(columns).iter_rows()], dtype=pl.Int64)
        number = (sizes.cum_sum() // PIECE_BYTES).alias("_piece")
        for part in rows.with_columns(number).partition_by("_piece", maintain_order=True, include_key=False):
            yield part.with_columns(self._contents(part[name]) for name in columns)

    def update(self, rows: pl.DataFrame, key: str) -> int:
        """Set every column of `rows` but `key`; of files, those that the target does not hold yet. Return rows matched.

        Raises:
            RowsRefused, StagedFileMissing: as `pieces`.
        """
        table, columns = self.target.table(self.target_object), self.columns(rows)
        matched = update_rows(self.connection, table, [key], rows.drop(columns))
        for name in columns:
            held = self.target.read_ids(self.connection, self.target_object, [name], rows[key])
            both = rows.select(key, name).join(held, left_on=key, right_on="target_id", how="inner", suffix="_held")
            for piece in self.pieces(both.filter(pl.col(name).ne_missing(pl.col(f"{name}_held"))).select(key, name)):
                if not piece.is_empty():
                    self._put(table, key, piece)
        return matched

    def _put(self, table: sa.Table, key: str, piece: pl.DataFrame) -> None:
        if self.target.dialect != "sqlite":
            update_rows(self.connection, table, [key], piece)
            return
        # The driver keeps the last statements with what was bound to them: it must be one, not one a piece.
        values: dict[str, Any] = {name: sa.bindparam(f"_{name}") for name in piece.columns if name != key}
        statement = table.update().where(table.c[key] == sa.bindparam("_key", type_=sa.Text)).values(values)
        rows = [{"_key": row[key]} | {f"_{name}": row[name] for name in values} for row in piece.iter_rows(named=True)]
        self.connection.execute(statement, rows)

    def images(self, columns: list[str], ids: pl.Series) -> pl.DataFrame:
        """Return `columns` of records as their before-images, and stage the files that they name.

        A file that is staged already is read back, and staged again where it is not whole.

        Raises:
            BackupUnreadable: a file was changed while it was read, or is larger than what a rollback could put back.
        """
        images = self.target.read_ids(self.connection, self.target_object, columns, ids)
        files, columns = StagedFiles(self.folder), self.columns(images)
        most = self._most_bytes() if columns else None
        for name in columns:
            missing = images.select("target_id", name).drop_nulls().unique(name)
            for identity, wanted in missing.iter_rows():
                if most is not None and size_of(wanted) > most:
                    raise BackupUnreadable(
                        f"{self.target_object} {identity}: {name}: expected a file that a rollback can put back, of at "
                        f"most {most} bytes, found one of {size_of(wanted)}; nothing was loaded. Raise the target's "
                        "max_allowed_packet, then clear the backup task"
                    )
                if not files.is_whole(wanted):
                    self._keep(files, name, (identity, wanted))
        return images

    def _keep(self, files: StagedFiles, column: str, one: tuple[str, str]) -> None:
        identity, wanted = one
        table = self.target.table(self.target_object)
        key = table.c[self.target.primary_key(self.target_object)]
        mine = key == (int(identity) if isinstance(key.type, sa.Integer) else identity)
        held = self.connection.scalar(sa.select(sa.cast(table.c[column], sa.LargeBinary)).where(mine))
        content = bytes(held or b"")
        blocks = (content[start : start + BLOCK] for start in range(0, len(content), BLOCK))
        if files.put(blocks, len(content)) != wanted:
            raise BackupUnreadable(
                f"{self.target_object} {identity}: {column}: expected the file that was there a moment ago, found "
                "another; nothing was loaded. Clear the backup task"
            )

    def _size(self, names: tuple[str | None, ...]) -> int:
        return sum(size_of(name) for name in names if name is not None)

    def _contents(self, names: pl.Series) -> pl.Series:
        files, most = StagedFiles(self.folder), self._most_bytes()
        return pl.Series(names.name, [self._content(files, name, most) for name in names], dtype=pl.Binary)

    def _content(self, files: StagedFiles, name: str | None, most: int | None) -> bytes | None:
        if name is None:
            return None
        if most is not None and size_of(name) > most:
            raise RowsRefused(
                f"a file is larger than the {most} bytes that the target's max_allowed_packet leaves for it"
            )
        if not files.has(name):
            raise FileNotStaged("a file that it is to hold is not among the staged files of this run")
        return files.read(name)

    def _most_bytes(self) -> int | None:
        """Return how large a file in a statement may be, which holds it as hex; None where there is no limit."""
        if self.target.dialect != "mysql":
            return None
        packet = int(self.connection.exec_driver_sql("SELECT @@max_allowed_packet").scalar() or 0)
        return (packet - STATEMENT_ROOM) // 2
