"""The matcher on labelled sets, with one configuration per kind: the floors that it must never fall below."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from benchmarks.matching import run_set
from benchmarks.matching_run import resolve
from benchmarks.matching_sets import COLUMNS, LIKELY_F1
from demo.duplicates.sets import SETS, write

ROWS = {"persons_western": 10_000, "persons_chinese": 10_000}
FEWER, SEED = 4_000, 7


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the generated sets, each written when a test first asks for it."""
    return tmp_path_factory.mktemp("labelled")


@pytest.mark.parametrize("name", LIKELY_F1)
def test_real_sets_reach_their_floors(shared_data, name):
    outcome, _ = run_set(shared_data / "dedupe" / name)
    assert outcome.missed() == []


@pytest.mark.parametrize("name", SETS)
def test_planted_duplicates_are_found_and_hard_cases_stay_apart(planted, name):
    outcome, _ = run_set(write(name, ROWS.get(name, FEWER), SEED, planted))
    assert outcome.wrong, "the set has no hard cases: this test would prove nothing"
    assert outcome.missed() == []


CONTACTS = """
SELECT c.id, c.FirstName given_name, c.LastName surname, c.Email email, c.Phone phone, e.Name company,
    a.BillingStreet address, a.BillingCity city, a.BillingPostalCode postcode, a.BillingCountry country
FROM Contact c LEFT JOIN Account a ON a.id = c.account_id LEFT JOIN Account e ON e.id = c.primary_affiliation__c
"""
OWN = ("email", "phone", "address")


@pytest.fixture(scope="module")
def contacts(shared_data: Path) -> list[dict[str, str | None]]:
    """The contacts of a nonprofit's CRM, many of whom live in households named alike."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript((shared_data / "npsp/1k.sql").read_text(encoding="utf-8"))
        found = database.execute(CONTACTS)
        names = [column[0] for column in found.description]
        return [{name: str(value) if value else None for name, value in zip(names, row, strict=True)} for row in found]


def test_in_a_crm_only_those_who_are_one_by_name_and_by_something_of_their_own_merge(contacts):
    found = resolve(pl.DataFrame(contacts, schema=dict.fromkeys(COLUMNS, pl.String)), "person")
    assert found.facts["model"] == "trained"
    known, members = {row["id"]: row for row in contacts}, defaultdict(list)
    for one, cluster in found.merged.items():
        members[cluster].append(known[one])
    merged = [rows for rows in members.values() if len(rows) > 1]
    wrong = [
        rows
        for rows in merged
        if len({(row["given_name"], row["surname"]) for row in rows}) > 1
        or not any(rows[0][own] and len({row[own] for row in rows}) == 1 for own in OWN)
    ]
    assert wrong == []
    by_mail = {row["email"] for rows in merged for row in rows if row["email"]}
    assert len(by_mail) == 13, "so many mailboxes stand at two contacts, each of one name"
