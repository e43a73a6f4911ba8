"""Mappings and programs that the documentation shows in part: every key is known at its place, every name is there."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.house.pages import PAGES, ROOT, Block, blocks, imports_of

SCHEMA = json.loads((ROOT / "include/mappings/mapping.schema.json").read_text(encoding="utf-8"))
SNIPPETS = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]
PROGRAMS = [block for page in PAGES for block in blocks(page) if block.language == "python"]
AIRFLOW = "airflow."
"""What begins so is asked for in test_compose.py, by a process of its own."""


def in_part(node: Any) -> Any:
    """Return a schema under which keys may be left out: the page shows only some of them."""
    if isinstance(node, list):
        return [in_part(one) for one in node]
    if not isinstance(node, dict):
        return node
    left_out = ("required", "minProperties", "discriminator")
    kept = {
        key: in_part(value) for key, value in node.items() if key not in left_out or not isinstance(value, list | int)
    }
    return {"anyOf" if key == "oneOf" else key: value for key, value in kept.items()}


def places(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every place of a mapping whose keys are known: it itself, its parts, and the parts that lie under names."""
    yield "Mapping", {"$ref": "#"}
    for name, part in schema["$defs"].items():
        yield name, {"$ref": f"#/$defs/{name}"}
        for key, entry in part["properties"].items():
            if "$defs" in json.dumps(entry.get("additionalProperties", "")):
                yield f"{name}.{key}", {"type": "object", "additionalProperties": entry["additionalProperties"]}
    yield "entities", {"type": "object", "additionalProperties": {"$ref": "#/$defs/Entity"}}


RELAXED = in_part(SCHEMA)


def fits(shown: Any) -> list[str]:
    """Return the places at which a piece of a mapping may stand."""
    return [
        name
        for name, place in places(RELAXED)
        if Draft202012Validator({"$defs": {**RELAXED["$defs"], "Mapping": _root()}, **_at(place)}).is_valid(shown)
    ]


def _root() -> dict[str, Any]:
    return {key: value for key, value in RELAXED.items() if key not in ("$defs", "$schema")}


def _at(place: dict[str, Any]) -> dict[str, Any]:
    return {"$ref": "#/$defs/Mapping"} if place == {"$ref": "#"} else place


@pytest.mark.parametrize("block", SNIPPETS, ids=lambda block: f"{block.page}:{block.line}")
def test_a_piece_of_a_mapping_fits_the_schema_where_it_belongs(block: Block) -> None:
    shown = yaml.safe_load(block.text)
    assert isinstance(shown, dict)
    assert fits(shown), f"{block.page}:{block.line}: no place of a mapping takes these keys and values"


@pytest.mark.parametrize(
    "wrong",
    ["approved: manual", "contact: {fields: {name: {kind: txt}}}", "account: {matches: {}}", "deadline: tomorrow",
     "name: {from: a, kind: text, pattern: x}", "notify: [{events: [rejected], via: pigeon}]"],
)  # fmt: skip
def test_a_key_or_value_that_no_mapping_knows_fits_nowhere(wrong: str) -> None:
    assert fits(yaml.safe_load(wrong)) == []


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: f"{block.page}:{block.line}")
def test_a_program_compiles_and_what_it_imports_is_there(block: Block) -> None:
    compile(block.text, block.page, "exec")
    for module, name in imports_of(block.text):
        if not module.startswith(AIRFLOW):
            there = importlib.import_module(module)
            assert not name or hasattr(there, name)


def test_the_function_of_ones_own_does_what_the_page_says() -> None:
    (block,) = [block for block in PROGRAMS if block.page == "docs/cleaning.md"]
    known: dict[str, Any] = {}
    exec(compile(block.text, block.page, "exec"), known)
    given = pd.Series(["de 123.456-789", None], dtype="string")
    assert known["tax_number"](given).tolist() == ["123456789", pd.NA]
