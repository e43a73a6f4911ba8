"""A stand-in for each part at fault, so that one bad key does not hide what is wrong elsewhere.

The repaired copy is only ever checked, never used: a mapping with a fault is refused.
"""

from typing import Any

from pydantic import BaseModel

from crm_migration.mapping.explain import Explained
from crm_migration.mapping.faults import Place, nearest
from crm_migration.mapping.model import Text
from crm_migration.mapping.shape import PATCHES, child, keys_of, kinds, placeholder, shape_at


def repair(data: Any, explained: Explained) -> set[Place]:
    """Put a stand-in into `data` for what is at fault; return the places that say something else now."""
    place = explained.fault.place
    shape = shape_at(place, data)
    if explained.error == "value_error" and shape in PATCHES:
        _at(data, place).update(PATCHES[shape])
        return {(*place, key) for key in PATCHES[shape]}
    if explained.error.startswith("union_tag"):
        return _repair_kind(data, place)
    _replace(data, place)
    return {place} | ({explained.meant} if explained.meant else set())


def _repair_kind(data: Any, place: Place) -> set[Place]:
    """Take the kind that was probably meant, so that the field's other keys are judged by it."""
    field = place[:-1]
    spec = _at(data, field)
    word = spec.pop(place[-1], None)
    known = kinds()
    kind = None
    if isinstance(word, str):
        kind = word if word in known else nearest(word, known)
    if kind is None:
        _at(data, field[:-1])[field[-1]] = placeholder(Text)
        return {field}
    spec["kind"] = kind
    return {place, (*field, "kind")}


def _replace(data: Any, place: Place) -> None:
    """Drop what the model can do without, and put the least it accepts in place of the rest."""
    parent, key = _at(data, place[:-1]), place[-1] if place else ""
    holder = shape_at(place[:-1], data)
    if isinstance(holder, type) and issubclass(holder, BaseModel) and isinstance(parent, dict):
        info = keys_of(holder).get(str(key))
        if info is None or not info.is_required():
            parent.pop(key, None)
            return
    if isinstance(parent, dict | list):
        parent[key] = placeholder(shape_at(place, data))  # type: ignore[index]


def _at(data: Any, place: Place) -> Any:
    for step in place:
        data = child(data, step)
    return data
