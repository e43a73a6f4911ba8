"""Files: a path becomes the name of the file that is staged from it; what the extract has staged is named already."""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, over_distinct
from crm_migration.errors import MappingFault
from crm_migration.extract.file_folder import FileFolder
from crm_migration.extract.staged_files import REASONS, UNREADABLE, FileRefused, is_name
from crm_migration.mapping.fields import File


def clean_file(column: Column, spec: File, context: Context) -> Cleaned:
    """Return names of files; the reasons are those of `staged_files.REASONS`.

    Raises:
        MappingFault: nobody has opened the folder of the paths.
        SourceUnavailable: the storage of the files did not answer.
    """
    found = column.text
    if spec.of == "path":
        found = over_distinct(found, lambda paths: _staged(paths, spec, context.files))
    named = pl.Series([text is not None and is_name(text) for text in found], dtype=pl.Boolean)
    known = found.is_in(list(REASONS))
    reasons = found.set(named, None).set((~named & ~known).fill_null(value=False) & found.is_not_null(), UNREADABLE)
    return Cleaned(found.set(~named, None), reasons)


def _staged(paths: pl.Series, spec: File, folder: FileFolder | None) -> pl.Series:
    if folder is None and len(paths):
        raise MappingFault("expected the folder of the files of a field of paths to be opened, found none")
    return pl.Series([_name(path, spec, folder) for path in paths if folder is not None], dtype=pl.String)


def _name(path: str, spec: File, folder: FileFolder) -> str:
    try:
        return folder.stage(path, spec.max_bytes)
    except FileRefused as refused:
        return refused.reason
