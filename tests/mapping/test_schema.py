"""The JSON schema and the reference: current, complete, and in agreement with the reader."""

import json

import pytest
from jsonschema import Draft202012Validator

from crm_migration.mapping import schema
from crm_migration.mapping.document import parse
from crm_migration.mapping.reader import read_mapping
from tests.mapping.samples import CRM, changed, problems

VALIDATOR = Draft202012Validator(schema.json_schema())


def test_the_files_are_what_the_model_generates():
    hint = "run python -m crm_migration.mapping.schema"
    assert schema.SCHEMA_FILE.read_text(encoding="utf-8") == schema.schema_text(), hint
    assert schema.REFERENCE_FILE.read_text(encoding="utf-8") == schema.reference_text(), hint


def test_the_files_are_written_where_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "SCHEMA_FILE", tmp_path / "a" / "schema.json")
    monkeypatch.setattr(schema, "REFERENCE_FILE", tmp_path / "b" / "reference.md")
    schema.write_files()
    assert json.loads((tmp_path / "a" / "schema.json").read_text()) == schema.json_schema()
    assert (tmp_path / "b" / "reference.md").read_text().startswith("# Mapping reference\n")


def test_every_key_has_a_title_and_a_description():
    generated = schema.json_schema()
    parts = {"Mapping": generated, **generated["$defs"]}
    missing = [
        f"{name}.{key}: {word}"
        for name, part in parts.items()
        for key, entry in part["properties"].items()
        for word in ("title", "description")
        if not entry.get(word)
    ]
    assert missing == []
    assert len(parts) > 25


def test_the_reference_holds_every_key_of_every_part():
    generated, text = schema.json_schema(), schema.reference_text()
    for name, part in {"Mapping": generated, **generated["$defs"]}.items():
        kind = part["properties"].get("kind", {}).get("const")
        heading = f"\n### kind: {kind}\n" if kind and "default" not in part["properties"]["kind"] else f"\n## {name}\n"
        assert heading in text
        shared = text.split("\n## Fields\n")[1].split("\n### ")[0] if heading.startswith("\n###") else ""
        section = text.split(heading)[1].split("\n## ")[0].split("\n### ")[0]
        for key in part["properties"]:
            assert f"| `{key}` |" in section + shared or key == "kind", f"{name}.{key}"


def test_links_of_the_reference_lead_to_its_headings():
    text = schema.reference_text()
    headings = {line.lstrip("# ").lower() for line in text.splitlines() if line.startswith("#")}
    links = {part.split(")")[0] for part in text.split("](#")[1:]}
    assert links
    assert links <= headings


@pytest.mark.parametrize(
    "old_new", [None, ("kind: owner,", "kind: ownr,"), ("max_length: 254", "max_lenght: 254"), ('"9"', "9")]
)
def test_editor_and_reader_judge_alike(tmp_path, old_new):
    text = CRM if old_new is None else changed(old_new)
    whole = VALIDATOR.is_valid(parse(text).data)
    assert whole == (old_new is None)
    assert (problems(tmp_path, text) == []) == whole


def test_mappings_of_the_repository_are_whole_and_fit_the_schema():
    mappings = sorted(schema.SCHEMA_FILE.parent.glob("*.yaml"))
    assert mappings
    for path in mappings:
        assert read_mapping(path).mapping.entities
        assert VALIDATOR.is_valid(parse(path.read_text(encoding="utf-8")).data)
