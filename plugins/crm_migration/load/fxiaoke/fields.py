"""From an object's description to the table that a mapping is checked against."""

from collections.abc import Mapping
from typing import Any

from crm_migration.load.fxiaoke.records import ID
from crm_migration.load.fxiaoke.settings import Settings
from crm_migration.mapping.live import TargetColumn, TargetTable

USER_ID = "user_id"
FILLED_BY_US = frozenset({"owner", "record_type"})
"""Sent with every new record, from the settings where the mapping does not name them."""
WRITTEN_ONCE = frozenset({"create_time", "created_by"})
"""Taken when a record is created, and never again."""
COMPUTED = frozenset({"formula", "count", "quote", "auto_number"})
PEOPLE = frozenset({"employee", "employee_many"})
NUMBERS = frozenset({"number", "currency", "percentile"})


def table_of(target_object: str, fields: Mapping[str, Any], settings: Settings) -> TargetTable:
    """Return an object as a table; inactive fields and those that cannot be read are left out.

    The type of a column is the field's own (`select_one`, `currency`, …), its options the values that it takes.
    """
    described = {
        name: one
        for name, one in fields.items()
        if isinstance(one, Mapping) and isinstance(one.get("type"), str) and one.get("is_active", True)
    }
    columns = {name: _column(name, one, settings) for name, one in described.items()}
    columns[ID] = TargetColumn(ID, "text", length=32, nullable=False, has_default=True, generated=True, unique=True)
    return TargetTable(target_object, columns, (ID,))


def _column(name: str, described: Mapping[str, Any], settings: Settings) -> TargetColumn:
    kind = str(described["type"])
    places = described.get("decimal_places")
    scaled = kind in NUMBERS and isinstance(places, int)
    return TargetColumn(
        name=name,
        type=kind,
        length=_length(described) if kind not in NUMBERS else None,
        precision=38 if scaled else None,
        scale=places if scaled else None,
        nullable=not described.get("is_required", False),
        has_default=name in FILLED_BY_US or described.get("default_value") not in (None, "", []),
        generated=_generated(name, described),
        unique=bool(described.get("is_unique", False)),
        foreign_key=_points_at(kind, described, settings),
        options=_options(described),
    )


def _generated(name: str, described: Mapping[str, Any]) -> bool:
    if described["type"] in COMPUTED:
        return True
    return described.get("define_type") == "system" and name not in FILLED_BY_US | WRITTEN_ONCE


def _length(described: Mapping[str, Any]) -> int | None:
    length = described.get("max_length")
    return length if isinstance(length, int) and length > 0 else None


def _points_at(kind: str, described: Mapping[str, Any], settings: Settings) -> tuple[str, str] | None:
    if kind in PEOPLE:
        return settings.users, USER_ID
    target = described.get("target_api_name")
    if kind in ("object_reference", "master_detail") and isinstance(target, str):
        return target, ID
    return None


def _options(described: Mapping[str, Any]) -> tuple[str, ...]:
    options = described.get("options")
    if described["type"] not in ("select_one", "select_many") or not isinstance(options, list):
        return ()
    return tuple(str(one["value"]) for one in options if isinstance(one, Mapping) and "value" in one)
