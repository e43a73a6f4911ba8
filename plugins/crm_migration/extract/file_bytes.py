"""Files in columns of bytes: each is staged, and its row goes on with its name.

A value's bytes are in memory only until its file is named. The database is asked for at most one byte more
than a file may have, so that no value, however large, arrives whole before it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from crm_migration.extract.printing import AnyColumn, Naming
from crm_migration.extract.staged_files import BLOCK, TOO_LARGE, StagedFiles, name_of
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Entity
from crm_migration.staging import RunFolder

CUTTING = ("postgresql", "mysql", "mariadb", "sqlite")


def cut_off(connection: sa.Connection, column: AnyColumn, most_bytes: int | None) -> AnyColumn:
    """Return a column of bytes as it is asked for, with one byte more than allowed; another column as it is."""
    dialect = connection.dialect.name
    if most_bytes is None or dialect not in CUTTING:
        return column
    if dialect == "postgresql":
        return sa.func.substring(column, 1, most_bytes + 1)
    # What these databases hold as text in such a column is bytes all the same.
    held = sa.cast(column, sa.LargeBinary)
    # Not of every value: substr() of SQLite makes NULL of nothing.
    return sa.case((sa.func.length(held) > most_bytes, sa.func.substr(held, 1, most_bytes + 1)), else_=held)


@dataclass(frozen=True)
class FileColumns:
    """The columns of an entity that hold files as bytes: how large each file may be, and where they are staged."""

    limits: Mapping[str, int]
    files: StagedFiles | None

    @classmethod
    def of(cls, entity: Entity, folder: RunFolder | None) -> "FileColumns":
        """Return those of `entity`; without a folder, files are named and not staged."""
        specs = [spec for spec in entity.fields.values() if isinstance(spec, File) and spec.of == "bytes"]
        limits = {spec.columns[0]: spec.max_bytes for spec in specs}
        return cls(limits, StagedFiles(folder) if folder and limits else None)

    def naming(self, columns: list[str]) -> Naming:
        """Return, by its position among `columns`, what names the files of each column."""
        return {at: partial(self._name, self.limits[name]) for at, name in enumerate(columns) if name in self.limits}

    def _name(self, most_bytes: int, content: bytes) -> str:
        """Return the name of a file that is staged now, or the reason why there is none."""
        if len(content) > most_bytes:
            return TOO_LARGE
        if self.files is None:
            return name_of(content)
        whole = memoryview(content)
        return self.files.put((whole[start : start + BLOCK] for start in range(0, len(whole), BLOCK)), most_bytes)
