"""What the model expects at a place of a mapping: walks the model's annotations beside the data."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crm_migration.mapping.faults import Place
from crm_migration.mapping.model import Acceptance, ColumnTest, Entity, Filter, Mapping, Reference, Text

PATCHES: dict[type[BaseModel], dict[str, Any]] = {
    Filter: {"equals": ["x"], "not_equals": None, "is_null": None, "matches": None},
    ColumnTest: {"equals": ["x"], "not_equals": None, "is_null": None, "matches": None},
    Acceptance: {"at_least_rows": 0, "no_rows": None, "equals": None},
    Entity: {"table": "x", "query": None, "file": None, "sheet": None},
    Reference: {"to": "x", "type_from": None, "types": {}},
}


def shape_at(place: Place, data: Any) -> Any:
    """Return the annotation at a place of `data`, its unions resolved by the data; None if there is none."""
    shape: Any = Mapping
    for step in place:
        shape = _inside(_concrete(shape, data), step)
        data = child(data, step)
    return _concrete(shape, data)


def child(data: Any, step: str | int) -> Any:
    """Return the entry of a list or of keys and values, None where there is none."""
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys that a mapping file may use for a model's fields."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def kinds() -> dict[str, type[BaseModel]]:
    """Return every kind of field with its model."""
    union = get_args(get_args(Entity.model_fields["fields"].annotation)[1])[0]
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(union)}


def models() -> list[type[BaseModel]]:
    """Return every model that a mapping is made of, each once, the mapping itself first."""
    found: list[type[BaseModel]] = []
    pending: list[Any] = [Mapping]
    while pending:
        shape = pending.pop(0)
        if not isinstance(shape, type) or not issubclass(shape, BaseModel):
            pending += get_args(shape)
        elif shape not in found:
            found.append(shape)
            pending += [info.annotation for info in shape.model_fields.values()]
    return found


def placeholder(shape: Any) -> Any:
    """Return the least that the model accepts for an annotation."""
    shape = _concrete(shape, None)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        required = {key: info for key, info in keys_of(shape).items() if info.is_required()}
        return {key: placeholder(info.annotation) for key, info in required.items()} | PATCHES.get(shape, {})
    arguments = get_args(shape)
    if get_origin(shape) is Literal:
        return arguments[0]
    if get_origin(shape) is dict:
        return {"x": placeholder(arguments[1])}
    return [placeholder(arguments[0])] if get_origin(shape) is list else "x"


def is_union_of_texts(shape: Any) -> bool:
    """Say whether a place takes a text or a list of texts."""
    return get_args(shape) == (str, list[str])


def _inside(shape: Any, step: str | int) -> Any:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        info = keys_of(shape).get(str(step))
        return info.annotation if info else None
    if is_union_of_texts(shape):
        return str
    arguments = get_args(shape)
    return arguments[-1] if get_origin(shape) in (dict, list) else None


def _concrete(shape: Any, data: Any) -> Any:
    """Return an annotation without metadata and `None`, a kind of field chosen by its `kind`."""
    while get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    if get_origin(shape) not in (Union, UnionType) or is_union_of_texts(shape):
        return shape
    members = [member for member in get_args(shape) if member is not NoneType]
    if len(members) == 1:
        return members[0]
    kind = child(data, "kind")
    return kinds().get(kind, Text) if isinstance(kind, str) else Text
