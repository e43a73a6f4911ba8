"""What must hold whatever has happened, asked from outside: by plain SQL, and from the staged outcomes.

Each function returns what it found wrong, one sentence each, none when all is well.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from crm_migration.staging import has_table, open_table
from tests.cases.circle import ENTITIES, KEYS
from tests.cases.line import ask
from tests.faults import crm_invariants as crm
from tests.faults.place import CrmPlace, Place

RECORDS = {
    "account": "c.name, c.type, c.email, c.description, c.created_at, p.legacy_id, m.legacy_id FROM crm.account c"
    " LEFT JOIN crm.account p ON p.id = c.parent_id LEFT JOIN crm.contact m ON m.id = c.primary_contact_id",
    "contact": "c.first_name, c.last_name, c.email, c.do_not_call, c.created_at, p.legacy_id, m.legacy_id"
    " FROM crm.contact c LEFT JOIN crm.account p ON p.id = c.account_id"
    " LEFT JOIN crm.contact m ON m.id = c.reports_to_id",
    "opportunity": "c.name, c.stage, c.amount, c.close_date, p.legacy_id, m.legacy_id FROM crm.opportunity c"
    " LEFT JOIN crm.account p ON p.id = c.account_id LEFT JOIN crm.contact m ON m.id = c.contact_id",
    "activity": "c.subject, c.parent_type, a.legacy_id, p.legacy_id, o.legacy_id FROM crm.activity c"
    " LEFT JOIN crm.account a ON a.id = c.parent_id AND c.parent_type = 'account'"
    " LEFT JOIN crm.contact p ON p.id = c.parent_id AND c.parent_type = 'contact'"
    " LEFT JOIN crm.opportunity o ON o.id = c.parent_id AND c.parent_type = 'opportunity'",
}
REFERENCES = {
    "account": {"parent_id": "account", "primary_contact_id": "contact"},
    "contact": {"account_id": "account", "reports_to_id": "contact"},
    "opportunity": {"account_id": "account", "contact_id": "contact"},
    "activity": {"parent_id": None},
}
# Whether a record that the run inserted got its references at once or in the second pass is as the batches fell.
LEDGER_LINE = (
    "SELECT s.entity, c.source_key, c.golden_id, c.fingerprint IS NULL, c.created, c.retired, i.run_id,"
    " CASE WHEN c.changed_run = c.inserted_run THEN NULL ELSE h.run_id END"
    " FROM {ledger}crosswalk c JOIN {ledger}stream s ON s.stream_no = c.stream_no"
    " LEFT JOIN {ledger}run i ON i.run_no = c.inserted_run LEFT JOIN {ledger}run h ON h.run_no = c.changed_run"
)
OUTCOME = ("_key", "outcome", "_golden", "reason", "step")


def answer(place: Place, query: str) -> list[tuple[Any, ...]]:
    """Return what the target answers; names of control tables begin with `{ledger}`, those of others with `crm.`."""
    postgres = place.dialect == "postgresql"
    query = query.replace("{ledger}", "crm_migration." if postgres else "crm_migration_")
    return ask(place.case.target_url, query if postgres else query.replace("crm.", ""))


def records(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Return the target's records with the legacy keys of what they refer to, whatever ids they have."""
    if isinstance(place, CrmPlace):
        return crm.records(place)
    return {
        name: answer(place, f"SELECT c.legacy_id, {part} ORDER BY c.legacy_id, c.id") for name, part in RECORDS.items()
    }


def crosswalk(place: Place) -> list[tuple[Any, ...]]:
    """Return the ledger's lines without the target's ids, runs by name."""
    return sorted(answer(place, LEDGER_LINE), key=str)


def outcomes(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Return what became of each row, and why, by entity, without the target's ids."""
    found = {}
    for entity in ENTITIES:
        lines = open_table(place.folder, entity, "outcome").frame().to_dicts() if _loaded(place, entity) else []
        found[entity] = sorted((tuple(line[name] for name in OUTCOME) for line in lines), key=str)
    return found


def _loaded(place: Place, entity: str) -> bool:
    return has_table(place.folder, entity, "outcome")


def source_keys(place: Place, entity: str) -> list[str]:
    """Return the key of each row at the source."""
    file = place.case.source_url.removeprefix("sqlite:///")
    columns = " || '|' || ".join(KEYS[entity])
    with closing(sqlite3.connect(file)) as database:
        return [str(key) for (key,) in database.execute(f"SELECT {columns} FROM {ENTITIES[entity]}")]


def conservation(place: Place) -> list[str]:
    """Every row of the source is in exactly one state."""
    found = []
    for entity, lines in outcomes(place).items():
        states = Counter(line[0] for line in lines)
        keys = Counter(source_keys(place, entity))
        found += [f"conservation: {entity} row is in {states[key]} states" for key in keys if states[key] != 1]
        found += [f"conservation: {entity} has an outcome of no row" for key in states if key not in keys]
    return found


def one_to_one(place: Place) -> list[str]:
    """Every record has one line of the crosswalk that founded it, and no key is there twice."""
    if isinstance(place, CrmPlace):
        return crm.one_to_one(place)
    found = []
    chosen = "SELECT c.target_id, c.fingerprint IS NULL, c.retired FROM {ledger}crosswalk c JOIN {ledger}stream s"
    for entity in ENTITIES:
        lines = answer(place, f"{chosen} ON s.stream_no = c.stream_no WHERE s.object = '{entity}'")
        founding = Counter(str(identity) for identity, loser, retired in lines if not loser and retired != "deleted")
        known = {str(identity) for identity, _, retired in lines if retired != "deleted"}
        there = [(str(identity), key) for identity, key in answer(place, f"SELECT id, legacy_id FROM crm.{entity}")]
        ids = {identity for identity, _ in there}
        found += [f"half: {entity} record without its line in the crosswalk" for one in ids if founding[one] == 0]
        found += [f"duplicate: {entity} record with {founding[one]} lines" for one in ids if founding[one] > 1]
        found += [f"half: line in the crosswalk without its {entity} record" for _ in known - ids]
        keys = Counter(key for _, key in there)
        found += [f"duplicate: {entity} key is there {count} times" for count in keys.values() if count > 1]
    return found


def whole_batches(place: Place) -> list[str]:
    """What the batches of each run say they inserted is what the crosswalk holds of it."""
    said = "SELECT run_no, stream_no, SUM(inserted) FROM {ledger}load_batch GROUP BY run_no, stream_no"
    # A record that another source founded and a run has brought back is in the run's own batches, not in that stream's.
    held = (
        "SELECT c.inserted_run, c.stream_no, COUNT(*) FROM {ledger}crosswalk c "
        "JOIN {ledger}run r ON r.run_no = c.inserted_run "
        "JOIN {ledger}stream s ON s.stream_no = c.stream_no AND s.source = r.source "
        "WHERE c.created GROUP BY c.inserted_run, c.stream_no"
    )
    batches = {(run, stream): int(rows) for run, stream, rows in answer(place, said) if rows}
    lines = {(run, stream): int(rows) for run, stream, rows in answer(place, held)}
    pairs = ((batches.get(one, 0), lines.get(one, 0)) for one in batches.keys() | lines.keys())
    return [f"half: batches say {said} records, the crosswalk {held}" for said, held in pairs if said < held]


def references_whole(place: Place) -> list[str]:
    """Every reference leads to a record."""
    if isinstance(place, CrmPlace):
        return crm.references_whole(place)
    ids = {entity: {row[0] for row in answer(place, f"SELECT id FROM crm.{entity}")} for entity in ENTITIES}
    found = []
    for entity, fields in REFERENCES.items():
        for field, parent in fields.items():
            kind = f"'{parent}'" if parent else "parent_type"
            rows = answer(place, f"SELECT {kind}, {field} FROM crm.{entity} WHERE {field} IS NOT NULL")
            found += [f"reference: {entity}.{field} leads nowhere" for of, one in rows if one not in ids[of]]
    return found


def rejected_named(place: Place) -> list[str]:
    """Every row that was not taken over stands in the ledger, with a reason and a sentence."""
    named = "SELECT s.entity, r.source_key, r.reason, r.message FROM {ledger}rejected_row r JOIN {ledger}stream s"
    named += (
        f" ON s.stream_no = r.stream_no JOIN {{ledger}}run n ON n.run_no = r.run_no WHERE n.run_id = '{place.run_id}'"
    )
    lines = answer(place, named)
    known = {(entity, key) for entity, key, reason, message in lines if reason and message}
    lost = [
        f"unnamed: a rejected {entity} row is not in the ledger"
        for entity, rows in outcomes(place).items()
        for key, outcome, *_ in rows
        if outcome == "rejected" and (entity, key) not in known
    ]
    return lost + [f"unnamed: {entity} row without a reason" for entity, _, why, text in lines if not (why and text)]


def writes(place: Place) -> int:
    """Return how many writing calls a CRM has been sent; none go to other targets."""
    return crm.writes(place) if isinstance(place, CrmPlace) else 0


def run_status(place: Place) -> str | None:
    """Return what the ledger says of the run, None where it does not know it."""
    mine = f"run_id = '{place.run_id}' AND source = '{place.source}'"
    rows = answer(place, f"SELECT status FROM {{ledger}}run WHERE {mine}")
    return str(rows[0][0]) if rows else None


def not_green(place: Place) -> list[str]:
    """A run that has not come to its end does not say that it has."""
    status = run_status(place)
    return [] if status in (None, "running", "red") else [f"false green: an unfinished run is called {status}"]


def after_fault(place: Place) -> list[str]:
    """Return what is wrong with a target right after a fault, before anybody has done anything about it."""
    if isinstance(place, CrmPlace):
        return crm.doubled(place) + crm.all_noted(place) + crm.references_whole(place)
    return one_to_one(place) + whole_batches(place) + references_whole(place)


def alike(found: dict[str, Any], expected: dict[str, Any], what: str) -> list[str]:
    """Name the parts of `found` that are not as `expected`, and some of the lines in which they differ."""
    return [
        f"{what}: {name}{_differing(found.get(name), expected[name])}"
        for name in expected
        if found.get(name) != expected[name]
    ]


def _differing(found: Any, expected: Any) -> str:
    if not (isinstance(found, list) and isinstance(expected, list)):
        return ""
    here, there = Counter(map(str, found)), Counter(map(str, expected))
    return f": {[*(here - there)][:3]} in place of {[*(there - here)][:3]}"


def told(place: Place) -> dict[str, Any]:
    """Return all that can be compared of a finished run."""
    gone = {
        f"retired {entity}": sorted(
            map(str, open_table(place.folder, entity, "source_deletes").frame(["_key", "action", "reason"]).rows())
        )
        for entity in ENTITIES
        if has_table(place.folder, entity, "source_deletes")
    }
    return {
        **{f"records {name}": rows for name, rows in records(place).items()},
        **{f"outcomes {name}": rows for name, rows in outcomes(place).items()},
        **gone,
        "crosswalk": crosswalk(place),
        "status": run_status(place),
    }


def at_the_end(place: Place, expected: dict[str, Any]) -> list[str]:
    """Return what is wrong with a run that was taken up again and has come to its end."""
    return [
        *conservation(place),
        *one_to_one(place),
        *whole_batches(place),
        *references_whole(place),
        *rejected_named(place),
        *alike(told(place), expected, "unlike the undisturbed run"),
    ]
