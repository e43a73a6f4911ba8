"""Selections of the model that the page and the console share."""

import json
from dataclasses import dataclass

from crm_migration.report.model import Check, Checks, EntityReport, Rejection, Report
from crm_migration.report.quality_parts import FieldProfile, NoEntry
from crm_migration.report.words import plural

_ORDER = {"fail": 0, "info": 1, "pass": 2}


@dataclass(frozen=True)
class EntityChecks:
    """The checks of one entity, failures first."""

    entity: str
    lines: tuple[Check, ...]
    passed: int
    failed: int
    info: int


@dataclass(frozen=True)
class EntityRejection:
    """Rejected rows of one entity with one reason in one field."""

    entity: str
    extracted: int | None
    line: Rejection


def by_entity(checks: Checks) -> tuple[EntityChecks, ...]:
    """Return the checks grouped by entity, in the order in which entities first appear."""
    names = list(dict.fromkeys(line.entity for line in checks.lines))
    return tuple(_of_entity(name, [line for line in checks.lines if line.entity == name]) for name in names)


def _of_entity(name: str, lines: list[Check]) -> EntityChecks:
    status = [line.status for line in lines]
    return EntityChecks(
        entity=name,
        lines=tuple(sorted(lines, key=lambda line: _ORDER[line.status])),
        passed=status.count("pass"),
        failed=status.count("fail"),
        info=status.count("info"),
    )


def failed_checks(report: Report) -> tuple[tuple[str, Check], ...]:
    """Return every failed check with the name of its validation."""
    phases = (("sample", report.sample_checks), ("full load", report.full_checks))
    return tuple((name, line) for name, found in phases if found for line in found.lines if line.status == "fail")


def money_checks(report: Report) -> tuple[Check, ...]:
    """Return the checks that compare sums, of the full load or else of the sample."""
    found = report.full_checks or report.sample_checks
    return tuple(line for line in found.lines if line.name.split(" ")[0] == "sum") if found else ()


def all_rejections(report: Report) -> tuple[EntityRejection, ...]:
    """Return the rejections of all entities, most frequent first."""
    lines = [
        EntityRejection(entity.name, entity.identity.extracted, line)
        for entity in report.entities
        for line in entity.rejections or ()
    ]
    return tuple(sorted(lines, key=lambda found: -found.line.rows))


def profiled(entity: EntityReport) -> tuple[FieldProfile, ...]:
    """Return an entity's fields before and after cleaning, none where that was not reached."""
    return (entity.quality.profile or ()) if entity.quality else ()


def few_values(entity: EntityReport) -> tuple[FieldProfile, ...]:
    """Return the fields whose values are told: those that choose among few."""
    return tuple(line for line in profiled(entity) if line.before.top or line.after.top)


def missing_entries(entity: EntityReport) -> tuple[NoEntry, ...]:
    """Return the values of an entity's choices that have no entry."""
    return entity.quality.no_entry.listed if entity.quality and entity.quality.no_entry else ()


def entries_to_paste(entity: EntityReport) -> str:
    """Return entries for the mapping, proposed ones ready, the others to be filled in, as YAML."""
    lines = [f"{entity.name}:", "  fields:"]
    field = None
    for entry in missing_entries(entity):
        if entry.field != field:
            field = entry.field
            lines += [f"    {_yaml(field)}:", "      values:"]
        rows = plural(entry.rows, "row")
        if entry.proposal is None:
            lines.append(f'        # {_yaml(entry.value)}: ""  # {rows}')
        else:
            lines.append(f"        {_yaml(entry.value)}: {_yaml(entry.proposal)}  # {rows}, {entry.likeness}% alike")
    return "\n".join(lines)


def _yaml(text: str) -> str:
    """Return a text in double quotes as YAML reads them, on one line; nothing in it is invisible."""
    plain = all(letter.isprintable() for letter in text)
    return json.dumps(text, ensure_ascii=not plain)


def emptier(entity: EntityReport) -> int:
    """Return how many fields hold fewer values after cleaning than the source did."""
    fields = entity.quality.fields if entity.quality else ()
    return sum(line.clean_filled < line.source_filled for line in fields)
