"""The periodic review of a target: what it counts, what it finds, and what has become worse since the last one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration.errors import MappingFault, ValidationFailed
from crm_migration.ledger.decisions import Decided, record_decisions
from crm_migration.ledger.ledger import now
from crm_migration.load.full_backup import verify_latest
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Mapping
from crm_migration.report.target_review import raise_if_worse, review_target
from crm_migration.validate.target_review.findings import Reviewed, TargetReview

MAPPING = {
    "version": "1",
    "source": {"name": "old", "connection": "old"},
    "target": {"name": "new", "connection": "new"},
    "entities": {
        "account": {
            "table": "accounts",
            "key": "id",
            "target": {"object": "account", "external_id": "legacy_id"},
            "fields": {
                "legacy_id": {"from": "id", "kind": "text", "required": True},
                "name": {"from": "name", "kind": "name", "required": True},
            },
        },
        "contact": {
            "table": "contacts",
            "key": "id",
            "target": {"object": "contact", "external_id": "legacy_id"},
            "fields": {
                "legacy_id": {"from": "id", "kind": "text", "required": True},
                "last_name": {"from": "last", "kind": "name", "required": True},
                "email": {"from": "mail", "kind": "email"},
                "status": {"from": "status", "kind": "choice", "values": {"1": "active", "2": "closed"}},
                "account_id": {"from": "account", "kind": "reference", "to": "account"},
            },
            "match": {"keys": [{"name": "mail", "fields": ["email"], "ignore": ["info@*"]}]},
        },
    },
}
SECRET = "li@one.example"


@dataclass
class Crm:
    """A target that people work in, and its reviews."""

    engine: sa.Engine
    target: SqlTarget
    root: Path

    def do(self, statement: str, **values: object) -> None:
        """Change something behind everybody's back."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def contact(self, name: str | None, email: str | None, days_ago: int = 1, **values: object) -> None:
        """Add a contact as a person would."""
        filled = {"status": "active", "account_id": 1} | values
        statement = "INSERT INTO contact (last_name, email, updated_at, status, account_id) VALUES (:n, :e, :t, :s, :a)"
        moment = (now() - timedelta(days=days_ago)).replace(tzinfo=None)
        self.do(statement, n=name, e=email, t=moment, s=filled["status"], a=filled["account_id"])

    def review(self, run_id: str) -> TargetReview:
        """Review, and return what was found."""
        return review_target(self.target, str(self.root), run_id)[0]


def made(url: str, root: Path, **changes: object) -> Crm:
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    sa.Table(
        "account", metadata, sa.Column("id", key, primary_key=True), sa.Column("legacy_id", sa.String(64), unique=True),
        sa.Column("name", sa.String(40)),
    )  # fmt: skip
    sa.Table(
        "contact", metadata, sa.Column("id", key, primary_key=True), sa.Column("legacy_id", sa.String(64), unique=True),
        sa.Column("last_name", sa.String(40)), sa.Column("email", sa.String(100)), sa.Column("status", sa.String(10)),
        sa.Column("account_id", sa.BigInteger), sa.Column("updated_at", sa.DateTime),
    )  # fmt: skip
    metadata.create_all(engine)
    target = SqlTarget(url, Mapping.model_validate(MAPPING | changes))
    target.ledger.migrate()
    crm = Crm(engine, target, root)
    crm.do("INSERT INTO account (name) VALUES ('One'), ('Two')")
    for name, email in (("Li", SECRET), ("O'Neil", "ann@two.example"), ("Wu", None)):
        crm.contact(name, email)
    return crm


@pytest.fixture
def crm(sqlite_url: str, tmp_path: Path) -> Iterator[Crm]:
    opened = made(sqlite_url, tmp_path / "staging")
    yield opened
    opened.target.close()
    opened.engine.dispose()


def of(review: TargetReview, name: str = "contact") -> Reviewed:
    (one,) = [one for one in review.objects if one.name == name]
    return one


def failing(review: TargetReview, name: str = "contact") -> dict[tuple[str, str | None], int]:
    return {(one.name, one.field): one.failing for one in of(review, name).findings if one.failing}


@pytest.mark.parametrize("url", ["postgres_url", "mariadb_url", "sqlite_url"])
def test_every_kind_of_trouble_is_found_on_every_database(
    url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    crm = made(request.getfixturevalue(url), tmp_path / "staging")
    crm.contact("Li", SECRET.upper(), days_ago=800)
    crm.contact(None, "no address", status="lost", account_id=99)
    crm.contact("", None, account_id=None)
    review = crm.review("one")
    found = of(review)
    assert (review.state, review.previous, review.changes) == ("first", None, ())
    assert (found.records, found.entities) == (6, ("contact",))
    assert found.filled == {"legacy_id": 0, "last_name": 4, "email": 4, "status": 6, "account_id": 5}
    assert found.values == {"status": {"active": 5, "closed": 0, "other": 1}}
    assert found.stale is not None
    assert (found.stale.column, found.stale.days, found.stale.records, found.stale.unknown) == ("updated_at", 730, 1, 0)
    assert failing(review) == {
        ("expect_column_values_to_not_be_null", "last_name"): 1,
        ("expect_column_values_to_match_regex", "email"): 1,
        ("reference_resolves", "account_id"): 1,
    }
    assert [one.could_not_run for one in found.findings] == [None] * len(found.findings)
    assert {one.ids for one in found.findings if one.failing} == {("5",)}
    assert found.duplicates is not None
    assert (found.duplicates.pairs, found.duplicates.examples) == (1, (("1", "4"),))
    crm.target.close()
    crm.engine.dispose()


def test_what_is_as_bad_as_before_is_no_news(crm: Crm) -> None:
    crm.contact(None, "no address")
    crm.contact("Li", SECRET)
    assert crm.review("one").state == "first"
    again = crm.review("two")
    assert (again.state, again.changes, again.reasons) == ("same", (), ())
    assert of(again).duplicates.arisen == 0
    raise_if_worse(again, "page")


def test_what_has_become_worse_is_red_and_named_by_its_count(crm: Crm) -> None:
    crm.review("one")
    crm.contact("Li", SECRET)
    crm.contact(None, "no address", status="lost")
    worse = crm.review("two")
    assert worse.state == "worse"
    beyond = {(one.what, one.field) for one in worse.changes if one.beyond}
    assert {("records", None), ("failing", "email"), ("failing", "last_name"), ("value", "status")} <= beyond
    assert ("duplicates", None) in beyond
    assert of(worse).duplicates.examples == (("1", "4"),)
    with pytest.raises(ValidationFailed, match="the page") as told:
        raise_if_worse(worse, "the page")
    assert "contact: expect_column_values_to_match_regex of email: more records fail (0 before, 1 now)" in str(
        told.value
    )


def test_within_the_mappings_limits_a_change_is_told_but_not_red(sqlite_url: str, tmp_path: Path) -> None:
    limits = {"records_share": 2.0, "filled_share": 1.0, "value_share": 1.0, "worse_share": 1.0, "stale_days": 3}
    crm = made(sqlite_url, tmp_path / "staging", target_review=limits)
    crm.review("one")
    crm.contact("Li", SECRET, days_ago=5)
    second = crm.review("two")
    assert second.state == "same"
    assert {one.what for one in second.changes} >= {"records", "duplicates"}
    assert of(second).stale.records == 1
    crm.target.close()
    crm.engine.dispose()


def test_a_review_that_is_repeated_compares_with_the_one_before_it(crm: Crm) -> None:
    crm.review("one")
    crm.contact(None, "no address")
    assert crm.review("two").state == "worse"
    assert crm.review("two").state == "worse"
    assert crm.review("three").state == "same"


def test_pairs_that_people_keep_apart_and_shared_mailboxes_are_no_duplicates(crm: Crm) -> None:
    crm.contact("Li", SECRET)
    crm.contact("A", "info@x.example")
    crm.contact("B", "info@x.example")
    assert of(crm.review("one")).duplicates.pairs == 1
    stream = crm.target.ledger.stream_no("old", "contact", "contact")
    lines = [
        {"stream_no": stream, "source_key": key, "golden_id": f"old.contact:{key}", "target_id": key, "created": True,
         "inserted_run": 1}
        for key in ("1", "4")
    ]  # fmt: skip
    with crm.engine.begin() as connection:
        connection.execute(crm.target.ledger.tables.crosswalk.insert(), lines)
    record_decisions(
        crm.target.ledger, "contact", [("old.contact:1", "old.contact:4")], "different", Decided("tester")
    )  # fmt: skip
    assert of(crm.review("two")).duplicates.pairs == 0


def test_reports_hold_no_customers_value_and_the_backup_reads_back(crm: Crm) -> None:
    crm.contact("Li", SECRET, status="<script>")
    review, paths = review_target(crm.target, str(crm.root), "one")
    pages = {kind: Path(path).read_text() for kind, path in paths.items()}
    assert TargetReview.model_validate_json(pages["json"]) == review
    for page in pages.values():
        assert not any(value in page for value in (SECRET, "O'Neil", "O&#39;Neil", "<script>", "&lt;script"))
    assert "This is the first review" in pages["html"]
    assert verify_latest(crm.target, str(crm.root)).folder.run_id == review.backup


def test_old_backups_end_with_a_review(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    crm.review("one")
    monkeypatch.setenv("CRM_MIGRATION_BACKUP_DAYS", "0.0000001")
    assert crm.review("two").expired == 1


def test_a_check_that_cannot_run_is_red(sqlite_url: str, tmp_path: Path) -> None:
    entities = dict(MAPPING["entities"])
    account = dict(entities["account"])
    account["expectations"] = [{"type": "expect_column_values_to_be_unique", "kwargs": {"column": "nowhere"}}]
    crm = made(sqlite_url, tmp_path / "staging", entities=entities | {"account": account})
    review = crm.review("one")
    assert review.state == "red"
    assert review.reasons == ("account: expect_column_values_to_be_unique of nowhere could not be checked",)
    with pytest.raises(ValidationFailed):
        raise_if_worse(review, "page")
    crm.target.close()
    crm.engine.dispose()


def test_a_target_that_has_lost_a_column_is_red_and_the_rest_is_told(crm: Crm) -> None:
    crm.do("ALTER TABLE contact DROP COLUMN email")
    review = crm.review("one")
    assert (review.state, review.reasons) == ("red", ("contact: suite could not be checked",))
    assert of(review).filled == {"legacy_id": 0, "last_name": 3, "status": 3, "account_id": 3}
    assert of(review).duplicates is None


def test_a_column_that_is_not_there_is_the_mappings_fault(sqlite_url: str, tmp_path: Path) -> None:
    crm = made(sqlite_url, tmp_path / "staging", target_review={"changed": {"contact": "touched"}})
    with pytest.raises(MappingFault, match="contact: expected the column 'touched'"):
        crm.review("one")
    crm.target.close()
    crm.engine.dispose()


def test_an_empty_target_can_be_reviewed(crm: Crm, sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        database.executescript("DELETE FROM contact; DELETE FROM account;")
    review = crm.review("one")
    assert (review.state, of(review).records, of(review).duplicates.pairs) == ("first", 0, 0)
