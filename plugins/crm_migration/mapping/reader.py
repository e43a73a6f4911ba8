"""Reads a mapping file, or says everything that is wrong with it at once."""

import codecs
import copy
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.check import static_faults
from crm_migration.mapping.document import Document, Refused, parse, unquoted
from crm_migration.mapping.explain import explain
from crm_migration.mapping.faults import Fault, Place, render
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.repair import repair

__all__ = ["LoadedMapping", "read_mapping"]

LARGEST = 1024 * 1024
ROUNDS = 6
CLEAR = {None: ("", "null"), True: ("true",), False: ("false",)}


def read_mapping(path: Path) -> LoadedMapping:
    """Read and check the mapping at `path`.

    Raises:
        MappingInvalid: The file cannot be read, is not a mapping, or holds faults; all of them are listed.
    """
    raw = _bytes(path)
    try:
        document = parse(_text(raw))
    except Refused as refused:
        raise MappingInvalid([f"{path}:{refused.line}:{refused.column}: {refused.text}"]) from None
    mapping, faults = _checked(document)
    if faults or mapping is None:
        raise MappingInvalid(render(path, document.positions, faults))
    return LoadedMapping(mapping, hashlib.sha256(raw).hexdigest(), path, document.positions)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such path"
        raise MappingInvalid([f"{path}:1:1: expected a mapping file that can be read, found: {reason}"]) from None
    if len(raw) > LARGEST:
        raise MappingInvalid([f"{path}:1:1: expected a file of at most {LARGEST // 1024} KiB, found a larger one"])
    return raw


def _text(raw: bytes) -> str:
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        column = len(before) - (before.rfind("\n") + 1) + 1
        found = f"the byte 0x{raw[error.start]:02X}"
        raise Refused(before.count("\n") + 1, column, f"expected text in UTF-8, found {found}") from None


def _checked(document: Document) -> tuple[Mapping | None, list[Fault]]:
    """Return the mapping, or a stand-in for it where faults were found, and all the faults."""
    mapping, faults, damaged = _validated(document)
    if mapping is not None:
        faults += [fault for fault in static_faults(mapping) if not _is_echo(fault, damaged)]
        faults += [fault for fault in _doubtful(mapping, document) if fault.place not in damaged]
    return mapping, faults


def _validated(document: Document) -> tuple[Mapping | None, list[Fault], set[Place]]:
    """Validate, repair what is at fault and validate again, so that later rules see the rest."""
    data = copy.deepcopy(document.data)
    faults = list(document.faults)
    damaged = {fault.place for fault in faults}
    reported = set(document.unread)
    for _ in range(ROUNDS):
        try:
            return Mapping.model_validate(data, by_alias=True, by_name=False), faults, damaged
        except ValidationError as error:
            explained = explain(error, data, document)
        faults += [item.fault for item in explained if not _touches(item.fault.place, reported)]
        for item in explained:
            damaged |= repair(data, item)
        reported |= damaged
    return None, faults, damaged


def _touches(place: Place, others: set[Place]) -> bool:
    """Say whether one of the others lies at, above or below a place."""
    return any(place[: len(other)] == other or other[: len(place)] == place for other in others)


def _is_echo(fault: Fault, damaged: set[Place]) -> bool:
    """Say whether a fault may only be there because something that it was judged by is at fault itself."""
    judged_by = (fault.place[:-1] if fault.at_key else fault.place, *fault.depends)
    return any(place[: len(other)] == other for place in judged_by for other in damaged)


def _doubtful(mapping: Mapping, document: Document) -> Iterator[Fault]:
    """Yield what YAML made of unquoted letters where the model takes any value."""
    for name, entity in mapping.entities.items():
        for index, expectation in enumerate(entity.expectations):
            place: Place = ("entities", name, "expectations", index, "kwargs")
            yield from _doubtful_values(expectation.kwargs, place, document)


def _doubtful_values(value: Any, place: Place, document: Document) -> Iterator[Fault]:
    if isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _doubtful_values(item, (*place, step), document)
        return
    spot = document.positions.spot(place)
    if spot is None or spot.written is None or _reads_one_way(value, spot.written):
        return
    yield Fault(place, f"expected a value that reads one way, found {unquoted(spot.written, spot.made)}")


def _reads_one_way(value: Any, written: str) -> bool:
    if value is None or isinstance(value, bool):
        return written in CLEAR[value]
    return isinstance(value, str | int | float)
