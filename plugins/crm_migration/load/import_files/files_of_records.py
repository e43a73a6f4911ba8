"""The files of the records that are handed over, as `attachments.write_attachments` puts them beside the import files.

A file goes with its record when that is new, or had another file before. The CRM has the others already.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from crm_migration.extract.staged_files import StagedFiles
from crm_migration.load.file_columns import file_columns
from crm_migration.load.import_files.attachments import Attachment
from crm_migration.load.import_files.describing import entities_of, external_id_of, fields_of
from crm_migration.mapping.import_files import ImportObject
from crm_migration.mapping.model import Reference
from crm_migration.staging import RunFolder, has_table, open_table

if TYPE_CHECKING:
    from crm_migration.load.import_files.target import ImportFilesTarget

BEFORE = "_before"


@dataclass(frozen=True)
class FilesOfRecords:
    """The files that a run has staged, for the records of a target."""

    target: "ImportFilesTarget"
    folder: RunFolder
    _images: dict[str, pl.DataFrame] = field(default_factory=dict)

    def objects(self) -> list[str]:
        """Return the objects whose records have files."""
        names = dict.fromkeys(entity.target.object for _, entity in entities_of(self.target.mapping))
        return [name for name in names if file_columns(self.target.mapping, name)]

    def of(self, target_object: str, rows: pl.DataFrame) -> Iterator[Attachment]:
        """Yield the files of records (`target_id`, canonical fields) that the CRM cannot have from an earlier run.

        Raises:
            StagingMissing: such a file is not among the staged files of the run.
        """
        mapping, files = self.target.mapping, StagedFiles(self.folder)
        settings = mapping.target.import_files.objects.get(target_object, ImportObject())
        title = settings.file_name or external_id_of(mapping, target_object)
        owners = {name: self._owner(target_object, name) for name in settings.file_owner}
        for column in file_columns(mapping, target_object):
            before = self._before(target_object).select("target_id", pl.col(column).alias(BEFORE))
            both = rows.join(before, on="target_id", how="left", maintain_order="left")
            for row in both.filter(pl.col(column).ne_missing(pl.col(BEFORE))).iter_rows(named=True):
                if row[column] is None:
                    continue
                filled = ((found, row[name]) for name, found in owners.items() if row[name] is not None)
                owner = next(filled, (target_object, row["target_id"]))
                yield Attachment(*owner, row[title] or row["target_id"], files.read(row[column]))

    def _owner(self, target_object: str, name: str) -> str:
        spec = fields_of(self.target.mapping, target_object)[name]
        entities = spec.entities if isinstance(spec, Reference) else ()
        return next(self.target.mapping.entities[one].target.object for one in entities)

    def _before(self, target_object: str) -> pl.DataFrame:
        """Return which files the records had before the run, of those that it has changed."""
        if target_object not in self._images:
            columns = file_columns(self.target.mapping, target_object)
            found = [pl.DataFrame(schema=dict.fromkeys(["target_id", *columns], pl.String))]
            for name, _ in entities_of(self.target.mapping, target_object):
                if has_table(self.folder, name, "backup"):
                    found.append(open_table(self.folder, name, "backup").frame(["target_id", *columns]))
            self._images[target_object] = pl.concat(found).unique("target_id", keep="first", maintain_order=True)
        return self._images[target_object]
