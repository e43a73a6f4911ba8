"""The fields of one entity before and after cleaning, and proposals for choices whose values have no entry."""

from collections.abc import Iterator
from typing import Any

from rapidfuzz import fuzz, process

from crm_migration.mapping.model import Choice, Entity
from crm_migration.report.quality_parts import FieldProfile, NoEntries, NoEntry, SideProfile
from crm_migration.report.tables import EntityTables, read

VALUES_LISTED = 50
LONGEST_LISTED = 60
ALIKE = 70
"""Percent from which a value is proposed: two letters of `Custmer` may differ, a short code may not."""


def profile(tables: EntityTables, spec: Entity) -> tuple[FieldProfile, ...] | None:
    """Return each field before and after; None where cleaning did not stage it."""
    if tables.profile is None or tables.clean is None:
        return None
    facts, sides = tables.clean.facts, dict[tuple[str, str], SideProfile]()
    for frame in read(tables.profile):
        for line in frame.to_dicts():
            place = line.pop("field"), line.pop("side")
            sides[place] = SideProfile(**line)
    return tuple(
        FieldProfile(
            field=name,
            kind=field.kind,
            before=sides[name, "before"],
            after=sides[name, "after"],
            changed=facts["changed"].get(name, 0),
            invalid=facts["invalid"].get(name, {}),
            flags=facts.get("flags", {}).get(name, {}),
        )
        for name, field in spec.fields.items()
        if (name, "before") in sides
    )


def no_entries(tables: EntityTables, spec: Entity) -> NoEntries | None:
    """Return the values without an entry, each with the target's value that is most alike; None where all have one."""
    lines = [line for frame in read(tables.no_entry) for line in frame.to_dicts()]
    if not lines:
        return None
    listed: list[NoEntry] = []
    for name, field in spec.fields.items():
        if isinstance(field, Choice):
            listed += _listed(name, field, [line for line in lines if line["field"] == name])
    rows = sum(line["rows"] for line in lines)
    return NoEntries(listed=tuple(listed), more_rows=rows - sum(one.rows for one in listed))


def _listed(name: str, spec: Choice, lines: list[dict[str, Any]]) -> Iterator[NoEntry]:
    told = [line for line in lines if line["value"] is not None and len(line["value"]) <= LONGEST_LISTED]
    for line in sorted(told, key=lambda line: (-line["rows"], line["value"]))[:VALUES_LISTED]:
        proposal, likeness = nearest(line["value"], spec)
        yield NoEntry(field=name, value=line["value"], rows=line["rows"], proposal=proposal, likeness=likeness)


def nearest(value: str, spec: Choice) -> tuple[str | None, int | None]:
    """Return the target's value whose name, or one of whose entries, is most alike, and how much in percent."""
    known = {entry: target for entry, target in spec.values.items() if entry and target}
    known |= {target: target for target in known.values()}
    best = process.extractOne(
        value.casefold(), {entry: entry.casefold() for entry in known}, scorer=fuzz.ratio, score_cutoff=ALIKE
    )
    return (None, None) if best is None else (known[best[2]], int(best[1]))
