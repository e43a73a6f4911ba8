"""The JSON schema for editors and the reference for people, both made from the model.

`python -m crm_migration.mapping.schema` rewrites them.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from crm_migration.mapping.descriptions import description
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.reference import reference
from crm_migration.mapping.shape import keys_of, models

ROOT = Path(__file__).resolve().parents[3]
SCHEMA_FILE = ROOT / "include" / "mappings" / "mapping.schema.json"
REFERENCE_FILE = ROOT / "docs" / "mapping-reference.md"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a mapping file, with a title and a description at every key."""
    schema = Mapping.model_json_schema(by_alias=True)
    for model in models():
        part = schema if model is Mapping else schema["$defs"][model.__name__]
        part["properties"] = {key: _described(entry, model, key) for key, entry in part["properties"].items()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the JSON schema as the file beside the mappings holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def reference_text() -> str:
    """Return the reference of a mapping's keys, in Markdown."""
    return reference(json_schema())


def write_files() -> None:
    """Write the JSON schema beside the mappings and the reference into the documentation."""
    for file, text in ((SCHEMA_FILE, schema_text()), (REFERENCE_FILE, reference_text())):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _described(entry: dict[str, Any], model: type[BaseModel], key: str) -> dict[str, Any]:
    """Return a key's entry with its title and description, and the default that a factory makes."""
    factory: Any = keys_of(model)[key].default_factory
    added = {"default": factory(), "description": description(model, key)} if factory else {}
    added["description"] = description(model, key)
    return {"title": key.replace("_", " ").capitalize()} | entry | {name: text for name, text in added.items() if text}


if __name__ == "__main__":
    write_files()
