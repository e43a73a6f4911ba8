"""Rules for fields that hold the content of files: where it comes from, and whether the target takes it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from crm_migration.mapping.faults import Fault, quoted
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.scope import Scope

CONNECTION_ID = re.compile(r"[\w.\-]{1,200}")
ADDRESS = re.compile(r"[a-z][a-z0-9+]*://[^@\s]+")


def file_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the faults of an entity's fields of kind `file`."""
    for name, spec in scope.entity.fields.items():
        if not isinstance(spec, File):
            continue
        if scope.mapping.target.kind == "fxiaoke":
            text = "expected a field that a target of kind 'fxiaoke' takes, whose interface documents no upload of "
            text += "files, found 'file'; leave it out"
            yield Fault(scope.kind_of(name), text, depends=(("target", "kind"),))
        yield from _bytes(scope, name, spec) if spec.of == "bytes" else _path(scope, name, spec)


def folder_of(spec: File) -> str | None:
    """Return the folder that a field itself names, as a path or URL; None where it names a connection, or nothing."""
    named = spec.connection or ""
    return named if "://" in named or PurePosixPath(named).is_absolute() else None


def file_connections(mapping: Mapping) -> list[str]:
    """Return the ids of the connections, beside the source's own, that lead to folders of files."""
    specs = [spec for entity in mapping.entities.values() for spec in entity.fields.values() if isinstance(spec, File)]
    named = [spec.connection for spec in specs if spec.connection is not None and folder_of(spec) is None]
    return list(dict.fromkeys(named))


def _path(scope: Scope, name: str, spec: File) -> Iterator[Fault]:
    where = scope.at("fields", name, "connection")
    if spec.connection is None:
        if scope.mapping.source.kind != "files":
            text = f"expected the folder of the files for a source of kind {scope.mapping.source.kind}, found none"
            yield Fault(where, text, depends=(("source", "kind"),))
        return
    named = spec.connection
    if not (CONNECTION_ID.fullmatch(named) or PurePosixPath(named).is_absolute() or ADDRESS.fullmatch(named)):
        # Not repeated: it may hold a password.
        yield Fault(where, "expected a connection id, an absolute path, or a URL without login, found another text")


def _bytes(scope: Scope, name: str, spec: File) -> Iterator[Fault]:
    place = scope.at("fields", name)
    if scope.mapping.source.kind != "database":
        text = f"expected 'path' for a source of kind {scope.mapping.source.kind}, found 'bytes'"
        yield Fault((*place, "of"), text, depends=(("source", "kind"),))
    if len(spec.columns) != 1:
        yield Fault((*place, "from"), "expected one column of bytes, found several")
    for key in ("connection", "function", "default"):
        if getattr(spec, key) is not None:
            text = f"expected no {quoted(key)} beside 'of: bytes', found one, which nothing reads"
            yield Fault((*place, key), text, at_key=True, depends=((*place, "of"),))
    for other, reads in _other_readers(scope, name):
        if spec.columns[0] in reads:
            text = f"expected a column of bytes that nothing else reads, found one that {other} reads"
            yield Fault((*place, "from"), text)


def _other_readers(scope: Scope, name: str) -> Iterator[tuple[str, list[str]]]:
    entity = scope.entity
    yield "the key, a filter or a rule", entity.identifying_columns
    yield "'watermark'", [entity.watermark] if entity.watermark else []
    for other, spec in entity.fields.items():
        if other != name:
            beside = [getattr(spec, key, None) for key in ("country_from", "type_from")]
            yield f"the field {quoted(other)}", [*spec.columns, *(column for column in beside if column)]
