"""The reference of a mapping's keys as Markdown, from its JSON schema."""

import json
from collections.abc import Iterator
from typing import Any

INTRODUCTION = """\
# Mapping reference

One YAML file in `include/mappings/` describes one data source. Whatever reads it reports everything that is
wrong with it at once, each fault as `file:line:column`. Editors complete and check it by the JSON schema
beside it: put this line at the top of the file.

    # yaml-language-server: $schema=mapping.schema.json

This page is made from the model by `python -m crm_migration.mapping.schema`; edit the model, not the page.

## What YAML reads differently

YAML 1.1 turns some unquoted letters into something else. Where text is expected that is refused: write it in
quotes.

| written | YAML makes of it | write |
|---|---|---|
| `NO`, `yes`, `on`, `off` | a boolean | `"NO"` |
| `010` | an octal number | `"010"` |
| `12:30:00` | a number to the base of 60 | `"12:30:00"` |
| `1.10` | the number 1.1 | `"1.10"` |
| `2026-01-31` | a date | `"2026-01-31"` |
| `null`, `~` | nothing | `"null"` |

A key that comes twice, a tag (`!`), a merge key (`<<`), more than 20 aliases (`*`), more than 40 levels, a
file over 1 MiB or not in UTF-8 are refused.
"""
SHARED = ("from", "required", "default", "on_invalid", "function")
SHARED_TEXT = ("max_length", "on_too_long")
KINDS_BELOW = "Fields"
TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "null": "",
    "object": "keys and values",
}
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "over {}",
    "exclusiveMaximum": "under {}",
    "pattern": "like `{}`",
}


def reference(schema: dict[str, Any]) -> str:
    """Return the whole page."""
    definitions = schema["$defs"]
    kinds = _kinds(definitions)
    sections = [INTRODUCTION, _section("Mapping", schema, 2)]
    order = _order(schema, definitions, set(kinds.values()))
    sections += [_section(name, definitions[name], 2) for name in order]
    sections.append(_shared(definitions["Text"]))
    sections += [_section(f"kind: {kind}", _own(definitions[name], name), 3) for kind, name in kinds.items()]
    return "\n".join(sections)


def _own(part: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a kind's definition without the keys that it shares with others."""
    hidden = ("kind",) if name == "Constant" else ("kind", *SHARED, *SHARED_TEXT)
    return part | {"properties": {key: entry for key, entry in part["properties"].items() if key not in hidden}}


def _kinds(definitions: dict[str, Any]) -> dict[str, str]:
    """Return each kind of field with the name of its definition, in the model's order."""
    union = definitions["Entity"]["properties"]["fields"]["additionalProperties"]
    by_definition = {_name(target): kind for kind, target in union["discriminator"]["mapping"].items()}
    return {by_definition[name]: name for name in (_name(entry["$ref"]) for entry in union["oneOf"])}


def _order(schema: dict[str, Any], definitions: dict[str, Any], skipped: set[str]) -> list[str]:
    """Return the definitions other than kinds in the order in which a reader meets them."""
    order: list[str] = []
    pending = list(_references(schema["properties"]))
    while pending:
        name = pending.pop(0)
        if name not in order and name not in skipped:
            order.append(name)
            pending = [*_references(definitions[name]["properties"]), *pending]
    return order


def _references(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        if isinstance(entry.get("$ref"), str):
            yield _name(entry["$ref"])
        for value in entry.values():
            yield from _references(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from _references(value)


def _shared(text: dict[str, Any]) -> str:
    shared = {key: text["properties"][key] for key in (*SHARED, *SHARED_TEXT)}
    lead = "Every field names its `kind`. All kinds but `constant` share the first five keys below, those that\n"
    lead += "yield text (text, name, company, email, phone, currency, choice, country, language, url, address) the\n"
    lead += "last two as well."
    required = [key for key in text["required"] if key in shared]
    return _section(KINDS_BELOW, {"description": lead, "properties": shared, "required": required}, 2)


def _section(title: str, part: dict[str, Any], level: int) -> str:
    lines = [f"{'#' * level} {title}", "", part["description"], ""]
    if part["properties"]:
        lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, entry in part["properties"].items():
        default = "required" if key in part.get("required", []) else _default(entry.get("default"))
        cells = (f"`{key}`", _value(entry), default, entry.get("description", ""))
        lines.append("| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |")
    return "\n".join([*lines, ""] if part["properties"] else lines)


def _default(value: Any) -> str:
    if value is None or isinstance(value, dict):
        return ""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _value(entry: dict[str, Any]) -> str:
    """Return what may be written for a key."""
    if "$ref" in entry:
        name = _name(entry["$ref"])
        return f"[{name}](#{name.lower()})"
    if "oneOf" in entry:
        return f"[{KINDS_BELOW}](#{KINDS_BELOW.lower()})"
    if "anyOf" in entry:
        return " or ".join(dict.fromkeys(text for text in map(_value, entry["anyOf"]) if text))
    if "enum" in entry or "const" in entry:
        return ", ".join(_option(option) for option in entry.get("enum", [entry.get("const")]))
    limits = [words.format(entry[key]) for key, words in LIMITS.items() if key in entry]
    return ", ".join([_type(entry), *limits])


def _option(option: str) -> str:
    """Return an option as it must be written: in quotes where YAML would read something else."""
    return f'`"{option}"`' if option in ("null", "true", "false") or option.isdigit() else f"`{option}`"


def _type(entry: dict[str, Any]) -> str:
    if entry.get("type") == "array":
        return f"list of {_value(entry['items'])}"
    values = entry.get("additionalProperties")
    if isinstance(values, dict):
        return f"keys to {_value(values)}"
    return TYPES.get(str(entry.get("type")), "any value")


def _name(target: str) -> str:
    return target.rpartition("/")[2]
