"""The reference of a record whose founding row a run does not read: match knows it as a key of its own source."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration.load.known import GoldenRecords
from crm_migration.match import KnownRecords
from tests.load.small import Bench, account, contact, make_target, mapping
from tests.match.stage import mapping as matched_mapping
from tests.match.stage import run
from tests.match.test_incremental import ANN, known, placed, record, target
from tests.match.test_match import person

CRM = "crm.contact"
FOUNDER = person("1", "Ann", "Lee", "a@x.org", account="f5")
FULLER = person("2", "Ann", "Lee", "a@x.org", phone="+491", city="Bonn", account="f1")
BARE = person("3", "Ann", "Lee", "a@x.org", account="f9")


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Iterator[Bench]:
    make_target(sqlite_url).dispose()
    made = Bench(sqlite_url, tmp_path / "staging", mapping())
    accounts = [account(key) for key in ("a1", "a2")]
    made.stage("one", "account", [*accounts, account("a3", parent_id="a1")], {"a0": "a1"})
    made.stage("one", "contact", [contact("c1", "a1"), contact("c2", None)])
    made.load("one")
    yield made
    made.target.close()


def read(bench: Bench, entity: str, field: str) -> dict[str, str | None]:
    frames = pl.concat(GoldenRecords(bench.target, bench.mapping, entity))
    return dict(frames.select(pl.col("_golden").str.split(":").list.last(), field).iter_rows())


def standing(**founder: str) -> KnownRecords:
    """Return what is known of the founder alone: its line in the crosswalk, and its record in the target."""
    return known(placed(k1=f"{CRM}:1"), records=target({**FOUNDER, "_key": f"{CRM}:1", **founder}))


@pytest.mark.parametrize(("row", "expected"), [(FULLER, "f1"), (BARE, "f5")], ids=["fuller", "no fuller"])
def test_a_row_that_joins_a_record_gives_its_reference_if_it_is_the_fullest(
    tmp_path: Path, row: dict, expected: str
) -> None:
    later = run(tmp_path / "later", [row], standing(city="Bonn" if row is BARE else ""))
    assert later.record(f"{CRM}:1")["account"] == expected
    founder = FOUNDER | {"city": "Bonn" if row is BARE else None}
    assert run(tmp_path / "at once", [founder, row]).record(f"{CRM}:1")["account"] == expected


def test_a_record_that_other_sources_feed_says_nothing_of_this_ones_reference(tmp_path: Path) -> None:
    also = [(f"{CRM}:1", "erp.contact", "7", record(ANN | {"account": "f8"}))]
    shared = known(placed(k1=f"{CRM}:1"), target({**FOUNDER, "_key": f"{CRM}:1"}), also)
    assert run(tmp_path, [person("2", "Ann", "Lee", "a@x.org")], shared).record(f"{CRM}:1")["account"] is None


def test_a_key_of_another_source_is_no_key_of_this_one(tmp_path: Path) -> None:
    asked = matched_mapping({"keys": [{"name": "at one firm", "fields": ["account", "family_name"]}]})
    joined = [("erp.contact:7", "erp.contact", key, record({**ANN, "account": "f1"})) for key in ("7", "8")]
    done = run(tmp_path, [person("2", "Ann", "Lee", account="f1")], known(lineage=joined), config=asked)
    assert done.members == {"2": f"{CRM}:2"}
    stands = known(records=target({**ANN, "_key": "erp.contact:7", "account": "f1"}))
    assert run(tmp_path / "told", [FULLER], stands, config=asked).members == {"2": "erp.contact:7"}


def test_the_targets_ids_are_read_as_keys_of_this_source(bench: Bench) -> None:
    assert read(bench, "contact", "account_id") == {"c1": "a0", "c2": None}, "a1 and a0 are one record"
    assert read(bench, "account", "parent_id") == {"a1": None, "a2": None, "a3": "a0"}


def test_an_id_of_which_this_source_has_no_row_is_nobodys_key(bench: Bench) -> None:
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO account (legacy_id, name) VALUES ('x', 'by hand')"))
        by_hand = "(SELECT id FROM account WHERE legacy_id = 'x')"
        connection.execute(sa.text(f"UPDATE contact SET account_id = {by_hand}"))
    assert read(bench, "contact", "account_id") == {"c1": None, "c2": None}


def load_without_founder(bench: Bench, run_id: str, account_key: str) -> list[tuple[object, ...]]:
    """Load contact c1 as a row that joins it makes it, its own row not read; return the account it then has."""
    bench.stage(run_id, "account", [])
    bench.stage(run_id, "contact", [contact("c1", account_key)], {"c9": "c1"}, absent=frozenset({"c1"}))
    bench.load(run_id)
    return firm_of(bench)


def firm_of(bench: Bench) -> list[tuple[object, ...]]:
    joined = "contact c JOIN account a ON a.id = c.account_id"
    return bench.rows(f"SELECT a.legacy_id FROM {joined} WHERE c.legacy_id = 'c1'")


def test_the_reference_of_the_fullest_row_is_loaded_though_the_founder_was_not_read(bench: Bench) -> None:
    assert load_without_founder(bench, "two", "a2") == [("a2",)]


def test_an_edited_reference_is_not_taken_for_the_founders(bench: Bench) -> None:
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE contact SET account_id = (SELECT id FROM account WHERE legacy_id = 'a2')"))
    assert read(bench, "contact", "account_id")["c1"] == "a2"
    assert load_without_founder(bench, "two", "a2") == [("a2",)]
    bench.stage("three", "account", [])
    bench.stage("three", "contact", [contact("c1", "a1")])
    bench.load("three")
    assert firm_of(bench) == [("a2",)], "a person's choice outlives the founder's next reading"
