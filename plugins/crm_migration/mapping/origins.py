"""Rules for where an entity's rows come from: what fits the kind of source, and what is written as a path."""

import codecs
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import get_args

from crm_migration.mapping.faults import Fault, quoted
from crm_migration.mapping.model import Mapping, SourceKind
from crm_migration.mapping.reading import Format, ReadOptions
from crm_migration.mapping.scope import Scope

WANTED: dict[SourceKind, str] = {
    "database": "'table' or 'query' for a database",
    "files": "'file' for a source of files",
    "google_drive": "'file' for a Google Drive",
    "google_sheet": "'sheet' for a Google Sheet",
}
ONLY_FOR: dict[str, tuple[SourceKind, ...]] = {
    "folder": ("files", "google_drive"),
    "recursive": ("files", "google_drive"),
    "settle_seconds": ("files",),
    "spreadsheet": ("google_sheet",),
    "db_schema": ("database",),
}
NEEDED: dict[SourceKind, str] = {"google_drive": "folder", "google_sheet": "spreadsheet"}
GOOGLE_ID = re.compile(r"[A-Za-z0-9_-]{10,200}")


def source_kind_faults(mapping: Mapping) -> Iterator[Fault]:
    """Yield where the source's settings do not fit its kind."""
    source = mapping.source
    for key, kinds in ONLY_FOR.items():
        if key in source.model_fields_set and source.kind not in kinds:
            alias = type(source).model_fields[key].alias or key
            text = f"expected no {quoted(alias)} for a source of kind {source.kind}, found one"
            yield Fault(("source", alias), text, at_key=True, depends=(("source", "kind"),))
    needed = NEEDED.get(source.kind)
    if needed is not None:
        found = getattr(source, needed)
        if found is None:
            yield Fault(("source", needed), f"expected the {needed}'s id for a {source.kind}, found none")
        elif not GOOGLE_ID.fullmatch(found):
            yield Fault(("source", needed), f"expected an id as the address has it, found {quoted(found)}")
    if source.kind == "files" and source.folder is not None and _leads_out(source.folder):
        text = f"expected a folder below the connection's own, found {quoted(source.folder)}"
        yield Fault(("source", "folder"), text)


def origin_faults(scope: Scope) -> Iterator[Fault]:
    """Yield where an entity's origin does not fit the kind of source, or cannot be a path."""
    entity, kind = scope.entity, scope.mapping.source.kind
    given = [key for key in ("table", "query", "file", "sheet") if getattr(entity, key) is not None]
    fitting = {
        "database": given in (["table"], ["query"]),
        "files": "file" in given,
        "google_drive": "file" in given,
        "google_sheet": given == ["sheet"],
    }[kind]
    if not fitting:
        depends = (("source", "kind"), *(scope.at(key) for key in given))
        text = f"expected {WANTED[kind]}, found {' and '.join(map(quoted, given))}"
        yield Fault(scope.at(given[0]), text, at_key=True, depends=depends)
    if entity.file is not None and _leads_out(entity.file):
        yield Fault(scope.at("file"), f"expected a file below the source's folder, found {quoted(entity.file)}")
    yield from _idle_options(scope)
    yield from _encodings(scope)
    yield from _columns(scope)


def _idle_options(scope: Scope) -> Iterator[Fault]:
    """Yield options that are written and that nothing reads."""
    kind, read = scope.mapping.source.kind, scope.entity.read
    if kind == "database":
        if read.model_fields_set:
            text = "expected no 'read' for a database, whose rows need no reading from text; found one"
            yield Fault(scope.at("read"), text, at_key=True, depends=(("source", "kind"),))
        return
    if kind == "google_sheet":
        yield from _idle_in_a_sheet(scope)
    elif read.format is not None:
        yield from _idle_in_a_format(scope, read.format)


def _idle_in_a_sheet(scope: Scope) -> Iterator[Fault]:
    read = scope.entity.read
    for key in _written(read):
        if key != "workbook" and not (key == "format" and read.format in (None, "workbook")):
            text = f"expected 'workbook' options only for a Google Sheet, found {quoted(key)}, which nothing reads"
            yield Fault(scope.at("read", key), text, at_key=True, depends=(("source", "kind"),))


def _idle_in_a_format(scope: Scope, chosen: Format) -> Iterator[Fault]:
    """Yield the options of other formats; in a Drive, `workbook` is for the Google Sheets beside the files."""
    used = {chosen, "workbook"} if scope.mapping.source.kind == "google_drive" else {chosen}
    for key in _written(scope.entity.read):
        if key in get_args(Format) and key not in used:
            text = f"expected options of the format {quoted(chosen)}, found {quoted(key)}, which nothing reads"
            yield Fault(scope.at("read", key), text, at_key=True, depends=(scope.at("read", "format"),))
    if scope.entity.sheet is not None and "workbook" not in used:
        text = f"expected no sheet in the format {quoted(chosen)}, found one, which nothing reads"
        yield Fault(scope.at("sheet"), text, at_key=True, depends=(scope.at("read", "format"),))


def _written(read: ReadOptions) -> list[str]:
    """Return the options that the mapping's file has, as it names them, in the model's order."""
    fields = type(read).model_fields
    return [field.alias or name for name, field in fields.items() if name in read.model_fields_set]


def _encodings(scope: Scope) -> Iterator[Fault]:
    read = scope.entity.read
    for key, encoding in (("delimited", read.delimited.encoding), ("json", read.json_.encoding)):
        if encoding is not None and not _is_encoding(encoding):
            text = f"expected the name of an encoding, such as 'gb18030', found {quoted(encoding)}"
            yield Fault(scope.at("read", key, "encoding"), text)


def _columns(scope: Scope) -> Iterator[Fault]:
    for key in ("delimited", "workbook"):
        options = getattr(scope.entity.read, key)
        if len(set(options.columns)) < len(options.columns):
            yield Fault(scope.at("read", key, "columns"), "expected each column once, found one twice")


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)  # noqa: SLF001 the only place that says so
    except (LookupError, ValueError):
        return False


def _leads_out(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\x00" in path
