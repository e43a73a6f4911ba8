"""The files and parents that a run has staged for an entity, as `attachments.write_attachments` takes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migration.errors import MappingFault
from crm_migration.extract.staged_files import NAME, StagedFiles
from crm_migration.load.import_files.attachments import Attachment
from crm_migration.load.references import qualified
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, has_table, open_table


@dataclass(frozen=True)
class AttachmentFields:
    """Which fields of an entity hold the file, its name, and the record it belongs to; without a parent, itself."""

    content: str
    file_name: str
    parent: str | None = None


def staged_folder(folder: RunFolder) -> Path:
    """Return where the run's files lie.

    Raises:
        MappingFault: not on this machine's disk.
    """
    if "://" in folder.root:
        raise MappingFault(
            f"{folder.source}/{folder.run_id}: expected files that are staged on this machine's disk, found others; "
            "point CRM_MIGRATION_STAGING at a folder"
        )
    return Path(StagedFiles(folder).path)


def staged_attachments(
    mapping: Mapping, folder: RunFolder, entity: str, fields: AttachmentFields
) -> Iterator[Attachment]:
    """Yield the files of the golden records of `entity`, in their order, without those whose parent is not there.

    Raises:
        StagingMissing: match has not staged the entity, or a parent's.
        MappingFault: the files are not on this machine's disk.
    """
    place, spec = staged_folder(folder), mapping.entities[entity]
    owners = _owners(mapping, folder, entity, fields)
    columns = [spec.target.external_id, fields.content, fields.file_name, *([fields.parent] if fields.parent else [])]
    for part in open_table(folder, entity, "golden").frames(list(dict.fromkeys(columns))):
        own = part[spec.target.external_id]
        parents = qualified(part[fields.parent], spec.references[fields.parent]) if fields.parent else own
        for name, given, parent in zip(part[fields.content], part[fields.file_name], parents, strict=True):
            owner = owners.get(parent) if fields.parent else (spec.target.object, parent)
            found = NAME.fullmatch(name or "")
            if owner is not None and found is not None:
                yield Attachment(owner[0], owner[1], given or "", place / found.group(1))


def _owners(
    mapping: Mapping, folder: RunFolder, entity: str, fields: AttachmentFields
) -> dict[str | None, tuple[str, str]]:
    """Return object and external id of each parent record, by `entity|key` of every row that became it."""
    owners: dict[str | None, tuple[str, str]] = {}
    for name in mapping.entities[entity].references[fields.parent].entities if fields.parent else ():
        target = mapping.entities[name].target
        if not has_table(folder, name, "golden"):
            continue
        golden = open_table(folder, name, "golden").frame(["_golden", target.external_id])
        members = open_table(folder, name, "members").frame(["_golden", "_key"])
        named = members.join(golden, on="_golden", how="inner").select(pl.col("_key"), pl.col(target.external_id))
        owners |= {f"{name}|{key}": (target.object, external) for key, external in named.iter_rows()}
    return owners
