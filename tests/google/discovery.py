"""Google's own description of its APIs as the judge of every answer: types, formats, enumerations, names."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

PLAIN = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
FORMATS = {
    "int64": re.compile(r"-?\d{1,19}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
}


class Unfit(AssertionError):
    """An answer that Google could not have given."""


class Discovery:
    """The discovery documents of a folder, by the names `sheets.v4` and `drive.v3`."""

    def __init__(self, folder: Path) -> None:
        self.documents = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}

    def check(self, api: str, schema: str, told: Any) -> None:
        """Raise Unfit where `told` does not fit the named schema."""
        self._check(api, {"$ref": schema}, told, schema)

    def methods(self, api: str) -> dict[str, dict[str, Any]]:
        """Return every method by its id, such as `drive.files.list`."""
        return dict(self._methods(self.documents[api]))

    def knows_field(self, api: str, schema: str, path: str) -> bool:
        """Say whether a field, such as `sheets.data.rowData`, is one of a schema."""
        found: dict[str, Any] = {"$ref": schema}
        for name in path.split("."):
            if name == "*":
                return True
            found = self._properties(api, found)
            if name not in found:
                return False
            found = found[name]
        return True

    def common_parameters(self, api: str) -> set[str]:
        return set(self.documents[api]["parameters"])

    def _methods(self, resource: dict[str, Any]):
        for method in resource.get("methods", {}).values():
            yield method["id"], method
        for inner in resource.get("resources", {}).values():
            yield from self._methods(inner)

    def _properties(self, api: str, found: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in found or found.get("type") == "array":
            found = self.documents[api]["schemas"][found["$ref"]] if "$ref" in found else found["items"]
        return found.get("properties", {})

    def _check(self, api: str, schema: dict[str, Any], told: Any, path: str) -> None:
        if "$ref" in schema:
            schema = self.documents[api]["schemas"][schema["$ref"]]
        kind = schema.get("type")
        if kind == "object":
            self._check_object(api, schema, told, path)
        elif kind == "array":
            _demand(isinstance(told, list), path, "an array")
            for at, one in enumerate(told):
                self._check(api, schema["items"], one, f"{path}[{at}]")
        elif kind in PLAIN:
            _check_plain(kind, schema, told, path)
        else:
            _demand(kind == "any", path, f"a known type, not {kind}")

    def _check_object(self, api: str, schema: dict[str, Any], told: Any, path: str) -> None:
        _demand(isinstance(told, dict), path, "an object")
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, value in told.items():
            inner = properties.get(name, others)
            _demand(inner is not None, f"{path}.{name}", "a name that Google knows")
            self._check(api, inner, value, f"{path}.{name}")


def _check_plain(kind: str, schema: dict[str, Any], told: Any, path: str) -> None:
    is_bool = isinstance(told, bool)
    _demand(isinstance(told, PLAIN[kind]) and is_bool == (kind == "boolean"), path, f"a {kind}")
    form = FORMATS.get(schema.get("format", ""))
    _demand(not (form and kind == "string") or form.fullmatch(told) is not None, path, f"format {schema.get('format')}")
    _demand("enum" not in schema or told in schema["enum"], path, "one of the enumeration")


def _demand(holds: bool, path: str, expected: str) -> None:
    if not holds:
        raise Unfit(f"{path}: expected {expected}")


@cache
def discovery_in(folder: Path) -> Discovery | None:
    """Return the discovery documents of a folder, None where there is none."""
    return Discovery(folder) if folder.is_dir() else None
