"""SuiteCRM's demo database, out of MariaDB: the numbers that its own database gives are those of the target."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crm_migration.closing import undo
from crm_migration.report.model import Report
from tests.cases import target
from tests.cases.golden import Line, read_golden
from tests.cases.line import Case, ask, counts, outcomes

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("suitecrm")

ROWS = {"account": 50, "contact": 27, "opportunity": 50, "call": 50, "meeting": 26, "note": 50, "task": 26, "email": 26}
USERS = """
SELECT m.email_address FROM email_addr_bean_rel r JOIN email_addresses m ON m.id = r.email_address_id
WHERE r.bean_module = 'Users' AND r.primary_address = {primary}
"""


@dataclass(frozen=True)
class Migrated:
    """The case after its first run, and what the target held before and after it."""

    case: Case
    made: Report
    empty: dict[str, str]
    full: dict[str, str]

    def one(self, query: str) -> tuple[Any, ...]:
        """Ask the target for a single line."""
        (line,) = self.case.ask(query)
        return line


@pytest.fixture(scope="module")
def migrated(server_url: str, suitecrm_url: str, tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    users = [email for (email,) in ask(suitecrm_url, USERS.format(primary=1))]
    target.create(server_url, users)
    case = Case.of("suitecrm", suitecrm_url, server_url, tmp_path_factory.mktemp("suitecrm"))
    empty = case.content()
    made = case.run("one")
    return Migrated(case, made, empty, case.content())


@pytest.fixture(scope="module")
def golden(shared_data: Path) -> dict[str, list[Line]]:
    return read_golden(shared_data / "suitecrm" / "golden.txt")


def test_every_row_is_inserted_and_nobody_is_merged(migrated: Migrated) -> None:
    assert counts(migrated.made) == {entity: {"inserted": rows} for entity, rows in ROWS.items()}


def test_accounts_are_the_sources_to_the_letter(migrated: Migrated, golden: dict[str, list[Line]]) -> None:
    lines = sorted(migrated.case.ask("SELECT legacy_id, name FROM crm.account"))
    text = "\n".join(f"{key}|{name}" for key, name in lines)
    (checksum,) = golden["checksum"]
    assert hashlib.md5(text.encode()).hexdigest() == checksum["accounts_md5"]
    (expected,) = golden["accounts"]
    names = [name for _, name in lines]
    assert (len(names), len(set(names))) == (int(expected["n"]), int(expected["distinct_name"])) == (50, 46)
    assert sum("&" in name for name in names) == int(expected["name_amp"]) == 3
    assert sum("'" in name for name in names) == int(expected["apostrophe"]) == 1
    assert not [name for name in names if "&amp;" in name or "&#" in name]


def test_accounts_of_one_name_stay_different_companies(migrated: Migrated, golden: dict[str, list[Line]]) -> None:
    pairs = migrated.case.ask(
        "SELECT name, count(*), count(DISTINCT phone), count(DISTINCT website) FROM crm.account"
        " GROUP BY name HAVING count(*) > 1 ORDER BY name"
    )
    expected = [
        (line["name"], *(int(line[count]) for count in ("n", "phones", "sites")))
        for line in golden["account_dup_names"]
    ]
    assert pairs == expected
    assert len(pairs) == 4


def test_each_contact_has_its_account_and_its_own_address(migrated: Migrated, suitecrm_url: str) -> None:
    people = dict(
        migrated.case.ask(
            "SELECT c.legacy_id, a.legacy_id FROM crm.contact c JOIN crm.account a ON a.id = c.account_id"
        )
    )
    assert people == dict(ask(suitecrm_url, "SELECT contact_id, account_id FROM accounts_contacts WHERE deleted = 0"))
    assert len(people) == 27
    emails = {email.lower() for (email,) in migrated.case.ask("SELECT email FROM crm.contact")}
    assert len(emails) == 27
    users = {email.lower() for primary in (0, 1) for (email,) in ask(suitecrm_url, USERS.format(primary=primary))}
    assert len(users) == 18
    assert not emails & users


def test_names_numbers_and_sources_of_contacts_are_kept(
    migrated: Migrated, suitecrm_url: str, golden: dict[str, list[Line]]
) -> None:
    held = sorted(migrated.case.ask("SELECT legacy_id, first_name, last_name, title FROM crm.contact"))
    assert held == sorted(ask(suitecrm_url, "SELECT id, first_name, last_name, title FROM contacts"))
    (phones,) = golden["phones"]
    assert migrated.one("SELECT count(phone), count(mobile) FROM crm.contact") == (int(phones["w"]), int(phones["m"]))
    impossible = migrated.one("SELECT count(*) FROM crm.contact WHERE phone LIKE '(0%'")
    assert impossible == (int(phones["invalid_us_area_0_or_1"]),)
    sources = dict(
        migrated.case.ask("SELECT coalesce(lead_source, ''), count(*) FROM crm.contact GROUP BY lead_source")
    )
    assert sources == {line["lead_source"].lower().replace(" ", "_"): int(line["n"]) for line in golden["lead_source"]}


def test_opportunities_are_worth_what_they_were_stage_by_stage(
    migrated: Migrated, golden: dict[str, list[Line]]
) -> None:
    (expected,) = golden["opportunities"]
    count, amount, first, last = migrated.one(
        "SELECT count(*), sum(amount), min(close_date), max(close_date) FROM crm.opportunity"
    )
    assert (count, amount) == (50, Decimal(1905000)) == (int(expected["n"]), Decimal(expected["amount"]))
    assert [str(first), str(last)] == [expected["min_close"], expected["max_close"]]
    stages = migrated.case.ask(
        "SELECT count(*), sum(amount), min(probability), max(probability) FROM crm.opportunity GROUP BY stage"
    )
    assert sorted(stages) == sorted(
        (int(line["n"]), Decimal(line["amt"]), int(line["p1"]), int(line["p2"])) for line in golden["opp_stage"]
    )
    assert migrated.one("SELECT count(*), sum(amount) FROM crm.opportunity WHERE stage = 'closed_won'") == (
        6,
        Decimal(185000),
    )


def test_opportunities_keep_their_accounts(migrated: Migrated, suitecrm_url: str) -> None:
    deals = migrated.case.ask(
        "SELECT o.legacy_id, a.legacy_id FROM crm.opportunity o JOIN crm.account a ON a.id = o.account_id"
    )
    assert dict(deals) == dict(
        ask(suitecrm_url, "SELECT opportunity_id, account_id FROM accounts_opportunities WHERE deleted = 0")
    )


def test_five_kinds_of_activities_stand_in_one_table_with_their_parents(migrated: Migrated, suitecrm_url: str) -> None:
    kinds = migrated.case.ask(
        "SELECT type, count(*), count(parent_id), count(parent_type) FROM crm.activity GROUP BY type"
    )
    expected = {(kind, ROWS[kind], ROWS[kind], ROWS[kind]) for kind in ("call", "meeting", "note", "email")}
    assert set(kinds) == {*expected, ("task", 26, 2, 2)}
    parents = " UNION ALL ".join(
        f"SELECT id, parent_id FROM {kind}s WHERE parent_type = 'Accounts'"
        for kind in ("call", "meeting", "note", "task", "email")
    )
    held = migrated.case.ask(
        "SELECT v.legacy_id, a.legacy_id FROM crm.activity v"
        " JOIN crm.account a ON a.id = v.parent_id AND v.parent_type = 'account'"
    )
    assert sorted(held) == sorted(ask(suitecrm_url, parents))
    people = migrated.case.ask(
        "SELECT v.legacy_id, c.legacy_id FROM crm.activity v JOIN crm.contact c ON c.id = v.contact_id"
    )
    assert sorted(people) == sorted(ask(suitecrm_url, "SELECT id, contact_id FROM tasks"))


def test_times_stay_the_moments_they_were(migrated: Migrated, suitecrm_url: str, golden: dict[str, list[Line]]) -> None:
    (expected,) = golden["call_range"]
    bounds = ["min(starts_at)", "max(starts_at)", "min(ends_at)", "max(ends_at)"]
    found = migrated.one(f"SELECT {', '.join(bounds)} FROM crm.activity WHERE type = 'call'")
    named = [name.replace("starts_at", "date_start").replace("ends_at", "date_end") for name in bounds]
    assert [utc(moment) for moment in found] == [expected[name] for name in named]
    held = {key: utc(moment) for key, moment in migrated.case.ask("SELECT legacy_id, updated_at FROM crm.contact")}
    assert held == {key: str(moment) for key, moment in ask(suitecrm_url, "SELECT id, date_modified FROM contacts")}


def utc(moment: datetime) -> str:
    """Return a moment of the target in UTC, without zone."""
    offset = moment.utcoffset()
    return str((moment - offset if offset else moment).replace(tzinfo=None))


def test_records_have_the_owners_that_they_had(migrated: Migrated, suitecrm_url: str) -> None:
    held = migrated.case.ask("SELECT a.legacy_id, u.email FROM crm.account a JOIN crm.crm_user u ON u.id = a.owner_id")
    owners = USERS.format(primary=1).replace("SELECT", "SELECT a.id,").replace("FROM", "FROM accounts a JOIN", 1)
    owners = owners.replace("rel r JOIN", "rel r ON r.bean_id = a.assigned_user_id JOIN")
    assert sorted(held) == sorted(ask(suitecrm_url, owners))
    assert len(held) == 50


def test_a_second_run_changes_nothing_and_the_first_can_be_taken_back(migrated: Migrated) -> None:
    """Stands last: it empties the target that the tests of this module share."""
    again = migrated.case.job("two")
    migrated.case.load(again)
    for entity, rows in ROWS.items():
        assert Counter(line["outcome"] for line in outcomes(again, entity)) == {"unchanged": rows}
    again.target.close()
    assert migrated.case.content() == migrated.full != migrated.empty
    job = migrated.case.job("one")
    assert undo(job).differing == []
    job.target.close()
    assert migrated.case.content() == migrated.empty
