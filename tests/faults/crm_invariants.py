"""What must hold of a CRM behind an interface and of the ledger beside it, asked of its stand-in directly.

What has been sent and is not in the crosswalk yet, for the process died, must be noted where the next attempt finds it.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from tests.faults.place import OBJECTS, CrmPlace
from tests.fxiaoke.schema import objects

REFERENCES = {
    name: {key: str(field.target) for key, field in objects()[name].fields.items() if field.type == "object_reference"}
    for name in OBJECTS.values()
}
KEY = "legacy_key__c"
NOT_COMPARED = ("_id", "create_time", "last_modified_time", "last_modified_by", "number__c")
WRITES = ("create", "update", "invalid", "delete", "recover", "changeOwner")
CROSSWALK = (
    "SELECT s.object, c.source_key, c.golden_id, c.target_id, c.fingerprint IS NULL, c.retired"
    " FROM crm_migration_crosswalk c JOIN crm_migration_stream s ON s.stream_no = c.stream_no"
)
SENT = "SELECT object, external_key FROM crm_migration_api_call WHERE state NOT IN ('confirmed', 'refused')"


def live(place: CrmPlace, name: str) -> list[dict[str, Any]]:
    """Return the records of an object outside the recycle bin."""
    with place.server.lock:
        return list(place.server.crm.live(name))


def records(place: CrmPlace) -> dict[str, list[tuple[Any, ...]]]:
    """Return the CRM's records with the keys of what they refer to, whatever ids they have."""
    keys = {one["_id"]: one.get(KEY) for name in OBJECTS.values() for one in live(place, name)}
    found = {}
    for entity, name in OBJECTS.items():
        lines = [
            tuple(
                (field, keys.get(value) if field in REFERENCES[name] else value)
                for field, value in sorted(one.items())
                if field not in NOT_COMPARED
            )
            for one in live(place, name)
        ]
        found[entity] = sorted(lines, key=str)
    return found


def asked(place: CrmPlace, query: str) -> list[tuple[Any, ...]]:
    """Return what the ledger answers, nothing where there is none yet."""
    with closing(sqlite3.connect(place.case.target_url.removeprefix("sqlite:///"))) as ledger:
        known = ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'crm_migration_api_call'").fetchall()
        return ledger.execute(query).fetchall() if known else []


def one_to_one(place: CrmPlace) -> list[str]:
    """Every record has one line of the crosswalk that founded it, and no key is there twice."""
    found, lines = [], asked(place, CROSSWALK)
    for entity, name in OBJECTS.items():
        there = live(place, name)
        mine = [line[1:] for line in lines if line[0] == name]
        founding = Counter(identity for _, _, identity, loser, retired in mine if not loser and retired != "deleted")
        known = {identity for *_, identity, _, retired in mine if retired != "deleted"}
        ids = {one["_id"] for one in there}
        founded = {(golden.partition(":")[2], identity) for _, golden, identity, loser, _ in mine if not loser}
        found += [f"half: {entity} record without its line in the crosswalk" for one in ids if founding[one] == 0]
        found += [f"duplicate: {entity} record with {founding[one]} lines" for one in ids if founding[one] > 1]
        found += [f"half: line in the crosswalk without its {entity} record" for _ in known - ids]
        found += [
            f"half: {entity} record under another key than the ledger says"
            for one in there
            if founding[one["_id"]] and (one[KEY], one["_id"]) not in founded
        ]
    return found + doubled(place)


def doubled(place: CrmPlace) -> list[str]:
    """No key is there twice."""
    found = []
    for entity, name in OBJECTS.items():
        keys = Counter(one.get(KEY) for one in live(place, name))
        found += [f"duplicate: {entity} key is there {count} times" for count in keys.values() if count > 1]
    return found


def all_noted(place: CrmPlace) -> list[str]:
    """Every record is in the crosswalk, or where the next attempt looks: what was sent, what is to be removed."""
    found, lines, sent = [], asked(place, CROSSWALK), set(asked(place, SENT))
    for entity, name in OBJECTS.items():
        known = {line[3] for line in lines if line[0] == name} | _replica(place, name)
        found += [
            f"lost: nobody knows of an {entity} record"
            for one in live(place, name)
            if one["_id"] not in known and (name, one.get(KEY)) not in sent
        ]
    return found


def _replica(place: CrmPlace, name: str) -> set[str]:
    """Return the ids that the CRM is known to hold or to have held."""
    table = f"crm_migration_replica_{name}__confirmed"
    tables = asked(place, f"SELECT name FROM sqlite_master WHERE lower(name) = lower('{table}')")
    return {identity for (found,) in tables for (identity,) in asked(place, f'SELECT _id FROM "{found}"')}


def references_whole(place: CrmPlace) -> list[str]:
    """Every reference leads to a record."""
    ids = {name: {one["_id"] for one in live(place, name)} for name in OBJECTS.values()}
    return [
        f"reference: {entity}.{field} leads nowhere"
        for entity, name in OBJECTS.items()
        for field, parent in REFERENCES[name].items()
        for one in live(place, name)
        if one.get(field) and one[field] not in ids[parent]
    ]


def writes(place: CrmPlace) -> int:
    """Return how many writing calls the CRM has been sent."""
    return sum(place.server.calls_of(verb) for verb in WRITES)
