"""A nonprofit's data set in the shape of Salesforce, out of SQLite: households named alike stay apart."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from crm_migration.closing import undo
from crm_migration.job import Job
from crm_migration.report.model import Report
from tests import servers
from tests.cases import target
from tests.cases.line import Case, ask, counts, outcomes

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("npsp")

ROWS = {"account": 1223, "contact": 1024, "campaign": 13, "opportunity": 1517, "campaign_member": 1699}
SAME_PERSON = (
    "      employer_id: {from: primary_affiliation__c, kind: reference, to: account}\n",
    "      employer_id: {from: primary_affiliation__c, kind: reference, to: account}\n"
    "    match:\n"
    "      keys: [{name: email, fields: [email], similar: {fields: [first_name, last_name]}}]\n"
    "      guards: {given_name: first_name}\n",
)


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
def migrated(server_url: str, npsp_url: str, tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    target.create(server_url, [])
    case = Case.of("npsp", npsp_url, server_url, tmp_path_factory.mktemp("npsp"))
    empty = case.content()
    made = case.run("one")
    return Migrated(case, made, empty, case.content())


def test_every_row_is_inserted_and_no_household_is_merged(migrated: Migrated) -> None:
    assert counts(migrated.made) == {entity: {"inserted": rows} for entity, rows in ROWS.items()}
    assert migrated.case.ask("SELECT type, count(*) FROM crm.account GROUP BY type ORDER BY type") == [
        ("household", 880), ("organization", 343),
    ]  # fmt: skip
    assert migrated.one(
        "SELECT count(*), sum(n) FROM"
        " (SELECT name, count(*) AS n FROM crm.account GROUP BY name HAVING count(*) > 1) AS alike"
    ) == (216, 835)


def test_accounts_and_contacts_are_the_sources_to_the_letter(migrated: Migrated, npsp_url: str) -> None:
    held = migrated.case.ask(
        "SELECT legacy_id, name, coalesce(billing_street, ''), coalesce(billing_city, '') FROM crm.account"
    )
    assert sorted(held) == composed(
        ask(npsp_url, "SELECT CAST(id AS TEXT), Name, trim(BillingStreet), trim(BillingCity) FROM Account")
    )
    people = "SELECT legacy_id, first_name, last_name, coalesce(phone, ''), coalesce(title, '') FROM crm.contact"
    expected = ask(npsp_url, "SELECT CAST(id AS TEXT), FirstName, LastName, Phone, Title FROM Contact")
    assert sorted(migrated.case.ask(people)) == composed(expected)


def composed(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the rows with their texts in NFC, sorted: a few cities are in NFD at the source."""
    return sorted(tuple(unicodedata.normalize("NFC", text) for text in row) for row in rows)


def test_addresses_that_several_share_are_kept_by_each(migrated: Migrated) -> None:
    assert migrated.one("SELECT count(*) - count(email), count(DISTINCT lower(email)) FROM crm.contact") == (554, 457)
    shared = (
        "SELECT lower(email) AS e, count(*) AS n FROM crm.contact WHERE email IS NOT NULL"
        " GROUP BY lower(email) HAVING count(*) > 1"
    )
    assert migrated.one(f"SELECT count(*), sum(n) FROM ({shared}) AS alike") == (13, 26)


def test_gifts_are_worth_what_they_were(migrated: Migrated) -> None:
    whole = migrated.one("SELECT count(*), sum(amount), min(close_date), max(close_date) FROM crm.opportunity")
    assert (whole[0], whole[1]) == (1517, Decimal(1739555))
    assert [str(day) for day in whole[2:]] == ["2016-02-01", "2019-11-04"]
    stages = migrated.case.ask("SELECT stage, count(*), sum(amount) FROM crm.opportunity GROUP BY stage ORDER BY stage")
    assert stages == [("closed_won", 1516, Decimal(1739555)), ("pledged", 1, Decimal(0))]
    assert migrated.one("SELECT count(campaign_id) FROM crm.opportunity") == (0,)


def test_every_reference_leads_where_it_led(migrated: Migrated, npsp_url: str) -> None:
    for child, field, parent, query in (
        ("contact", "account_id", "account", "SELECT id, account_id FROM Contact"),
        (
            "contact",
            "employer_id",
            "account",
            "SELECT id, primary_affiliation__c FROM Contact WHERE primary_affiliation__c <> ''",
        ),
        ("opportunity", "account_id", "account", "SELECT id, account_id FROM Opportunity"),
        (
            "opportunity",
            "contact_id",
            "contact",
            "SELECT id, primary_contact__c FROM Opportunity WHERE primary_contact__c <> ''",
        ),
        ("campaign_member", "contact_id", "contact", "SELECT id, contact_id FROM CampaignMember"),
        ("campaign_member", "campaign_id", "campaign", "SELECT id, campaign_id FROM CampaignMember"),
    ):
        held = migrated.case.ask(
            f"SELECT c.legacy_id, p.legacy_id FROM crm.{child} c JOIN crm.{parent} p ON p.id = c.{field}"
        )
        assert sorted(held) == sorted((str(key), str(to)) for key, to in ask(npsp_url, query)), (child, field)


def test_a_second_run_changes_nothing_and_the_first_can_be_taken_back(migrated: Migrated) -> None:
    """Stands last: it empties the target that the tests before it share."""
    again = migrated.case.run("two")
    assert counts(again) == {entity: {"unchanged": rows} for entity, rows in ROWS.items()}
    assert migrated.case.content() == migrated.full != migrated.empty
    job = migrated.case.job("one")
    assert undo(job).differing == []
    job.target.close()
    assert migrated.case.content() == migrated.empty


@pytest.fixture(scope="module")
def deduplicated(
    postgres_server: str, npsp_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Case, Job]]:
    """The data set loaded by a mapping that asks for one record per person: one e-mail address and alike in name."""
    with servers.fresh_database(postgres_server) as url:
        target.create(url, [])
        case = Case.of("npsp", npsp_url, url, tmp_path_factory.mktemp("persons"), [SAME_PERSON])
        job = case.job("one")
        case.load(job)
        yield case, job
        job.target.close()


def test_people_who_stand_twice_are_merged_where_the_mapping_asks(
    deduplicated: tuple[Case, Job], npsp_url: str
) -> None:
    case, job = deduplicated
    twice = (
        "SELECT min(id), max(id) FROM Contact WHERE Email <> ''"
        " GROUP BY lower(Email), FirstName, LastName HAVING count(*) > 1"
    )
    pairs = {(str(first), str(second)) for first, second in ask(npsp_url, twice)}
    assert len(pairs) == 13
    lines = {line["_key"]: line for line in outcomes(job, "contact")}
    assert len(lines) == ROWS["contact"]
    merged = {key for key, line in lines.items() if line["outcome"] == "merged"}
    assert {tuple(sorted(pair, key=int)) for pair in pairs if merged & set(pair)} == pairs
    assert len(merged) == 13
    for first, second in pairs:
        assert lines[first]["target_id"] == lines[second]["target_id"]
    assert case.ask("SELECT count(*) FROM crm.contact") == [(ROWS["contact"] - 13,)]
    assert case.ask("SELECT count(*), sum(amount) FROM crm.opportunity") == [(1517, Decimal(1739555))]


def test_a_person_who_was_merged_stays_once_in_a_campaign(deduplicated: tuple[Case, Job], npsp_url: str) -> None:
    """Both rows of such a person were members of one campaign; the target takes one, and says why not the other."""
    case, job = deduplicated
    ended = Counter((line["outcome"], line["reason"]) for line in outcomes(job, "campaign_member"))
    assert ended == {("inserted", None): ROWS["campaign_member"] - 13, ("rejected", "refused_by_target"): 13}
    assert case.ask("SELECT count(*), count(DISTINCT contact_id) FROM crm.campaign_member") == [
        (
            ROWS["campaign_member"] - 13,
            ask(npsp_url, "SELECT count(DISTINCT contact_id) FROM CampaignMember")[0][0] - 13,
        )
    ]
