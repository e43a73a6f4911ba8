"""A plan as the YAML text of a mapping, with comments for the person who finishes it."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migration.mapping.live import TargetTable
from crm_migration.suggest.joins import Join, literal
from crm_migration.suggest.plan import EntityPlan, Line, Plan
from crm_migration.suggest.tables import SourceTable, SourceTables

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*( [A-Za-z0-9_]+)*")
RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
WIDEST = 118
WIDEST_BASIC = 0xFFFF
MAIN = "a"
ORDER = ("from", "kind", "part", "type_from", "types", "to", "object", "by", "required", "default", "formats")
INDENT = "  "


@dataclass(frozen=True)
class Head:
    """What stands above the entities."""

    source: Mapping[str, object]
    target: Mapping[str, object]
    origin: str
    timezone_known: bool = False


def render(plan: Plan, head: Head, source: SourceTables, tables: Sequence[SourceTable]) -> str:
    """Return the mapping."""
    lines = [
        "# yaml-language-server: $schema=mapping.schema.json",
        f"# Proposed by `crm-migration suggest` from {comment(head.origin)}: a start, not a decision.",
        "# The number behind a field says how well it fits, from 0 to 1; CHECK marks what a person has to look at.",
        "# Then: crm-migration check, plan, run.",
        'version: "1"',
        "",
        f"source: {flow(head.source)}",
        "  # CHECK: the zone of times that carry none, and `country: XX` for telephone numbers that name none.",
        f"target: {flow(head.target)}",
        "",
        "entities:",
    ]
    for number, entity in enumerate(plan.entities):
        lines += [*([""] if number else []), *_entity(entity, source, tables)]
    left_out = (*source.refused, *plan.left_out)
    if left_out:
        lines += ["", "# Left out:", *(f"# - {comment(reason)}" for reason in left_out)]
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """Return a value as YAML that reads back as the same value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    plain = PLAIN.fullmatch(text) and text.lower() not in RESERVED
    return text if plain else "".join(map(_written, json.dumps(text, ensure_ascii=False)))


def _written(letter: str) -> str:
    """Return a letter of a quoted text, escaped where YAML would read it as a line break, or not at all."""
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) <= WIDEST_BASIC else f"\\U{ord(letter):08x}"


def flow(value: object) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def comment(text: str) -> str:
    """Return text that cannot leave its comment."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _entity(entity: EntityPlan, source: SourceTables, tables: Sequence[SourceTable]) -> list[str]:
    pair = entity.pair
    key = pair.table.identity
    lines = [f"  {scalar(pair.entity)}:  # {pair.score:.2f} {comment(pair.table.name)} -> {comment(pair.target.name)}"]
    lines += _origin(entity, source, tables)
    lines.append(f"    key: {flow(key[0] if len(key) == 1 else list(key))}")
    lines += _watermark(entity, source.can_join)
    if entity.deleted:
        column, dead = entity.deleted
        test: dict[str, object] = {"is_null": False} if dead is None else {"equals": [dead]}
        rule = {"name": "soft_deleted", "column": column, **test}
        lines += ["    filters:", f"      - {flow(rule)}"]
    lines.append(f"    target: {flow(_object(entity, pair.target))}")
    lines.append("    fields:")
    for line in entity.lines:
        lines += _field(line)
    return [*lines, *_remarks(entity), *_match(entity)]


def _object(entity: EntityPlan, target: TargetTable) -> dict[str, object]:
    written: dict[str, object] = {"object": target.name, "external_id": entity.external_id}
    if target.primary_key and target.primary_key[0] != "id":
        written["id"] = target.primary_key[0]
    return written


def _watermark(entity: EntityPlan, from_database: bool) -> list[str]:
    if entity.watermark and from_database:
        return [f"    watermark: {scalar(entity.watermark)}"]
    if entity.watermark:
        return [f"    # watermark: {scalar(entity.watermark)}  # only if every file holds all rows that changed"]
    return ["    # watermark: no column says when a row last changed; every run compares all rows"]


def _origin(entity: EntityPlan, source: SourceTables, tables: Sequence[SourceTable]) -> list[str]:
    table = entity.pair.table
    if table.is_document:
        named = {"file": table.file, "sheet": table.sheet}
        return [f"    {key}: {scalar(value)}" for key, value in named.items() if value is not None]
    joined = [offer.joined for offer in entity.used if offer.joined]
    if not joined:
        return [f"    table: {scalar(table.name)}"]
    steps = list(dict.fromkeys(step for one in joined for step in one.join.steps))
    names = {step: f"j{number}" for number, step in enumerate(steps, start=1)}
    chosen = [f"{MAIN}.*"]
    for one in joined:
        column = f"{names[one.join]}.{source.quoted(one.column.name)}"
        chosen.append(column if one.alias == one.column.name else f"{column} AS {source.quoted(one.alias)}")
    query = [f"SELECT {', '.join(dict.fromkeys(chosen))}", f"FROM {source.quoted(table.name)} {MAIN}"]
    by_name = {one.name: one for one in tables}
    for step in steps:
        query += _join(step, names, source, by_name[step.table])
    return ["    query: |", *(f"      {line}" for line in query)]


def _join(step: Join, names: Mapping[Join, str], source: SourceTables, table: SourceTable) -> Iterator[str]:
    alias, parent = names[step], names[step.parent] if step.parent else MAIN
    tests = [f"{alias}.{source.quoted(step.column)} = {parent}.{source.quoted(step.parent_column)}"]
    for column, value in step.where:
        test = "IS NULL" if value is None else f"= {literal(table.columns[column], value)}"
        tests.append(f"{alias}.{source.quoted(column)} {test}")
    yield f"LEFT JOIN {source.quoted(step.table)} {alias}"
    yield f"  ON {' AND '.join(tests)}"


def _field(line: Line) -> list[str]:
    made = line.proposal
    said = _said(line)
    notes = [f"      # {comment(note)}" for note in made.notes]
    options = {key: made.options[key] for key in sorted(made.options, key=_place)}
    one = f"      {scalar(made.name)}: {flow(options)}"
    if len(one) + len(said) <= WIDEST and "values" not in made.options:
        return [*notes, one + said]
    lines = [*notes, f"      {scalar(made.name)}:{said}"]
    for key, value in options.items():
        lines += _option(key, value)
    return lines


def _place(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER)


def _option(key: str, value: Any) -> list[str]:
    if key == "values":
        return ["        values:", *(f"          {scalar(one)}: {scalar(meant)}" for one, meant in value.items())]
    return [f"        {key}: {flow(value)}"]


def _said(line: Line) -> str:
    if line.fit is None:
        return ""
    others = ", ".join(f"{name} {score:.2f}" for name, score in line.fit.others)
    return f"  # {line.fit.score:.2f}" + (f"; else {comment(others)}" if others else "")


def _remarks(entity: EntityPlan) -> list[str]:
    lines = []
    for name, maybe in entity.nothing_for.items():
        named = ", ".join(f"{other} {score:.2f}" for other, score in maybe)
        lines.append(f"      # {comment(name)}: nothing fits" + (f"; perhaps {comment(named)}" if named else ""))
    return [
        *lines,
        *_listed("Columns that no field reads:", entity.unmapped),
        *_listed("Columns without values:", entity.empty),
    ]


def _listed(head: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    text = comment(f"{head} {', '.join(names)}")
    mark = "    # "
    return textwrap.wrap(text, WIDEST, initial_indent=mark, subsequent_indent=mark, break_on_hyphens=False)


def _match(entity: EntityPlan) -> list[str]:
    """Return keys that could find duplicates, as a comment: what makes two rows one customer, a person decides."""
    kinds = {line.proposal.name: line.proposal.options["kind"] for line in entity.lines}
    email = next((name for name, kind in kinds.items() if kind == "email"), None)
    names = [name for name, kind in kinds.items() if kind == "name"] or [name for name in kinds if name == "name"]
    if email is None or not names:
        return []
    by = "person" if len(names) > 1 else "company"
    key = {"name": "email", "fields": [email], "similar": {"fields": names, "by": by}}
    return ["    # match:  # to find duplicates", "    #   keys:", f"    #     - {flow(key)}"]
