"""The truth agrees with the data as they were written, on each database."""

import json
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from demo import legacy, record, sinks
from demo.plan import ENTITIES
from demo.schema import METADATA
from tests.demo.conftest import SEED, SMALL, Written

NAMES = {
    "accounts": ("name", 255),
    "contacts": ("last_name", 100),
    "leads": ("last_name", 100),
    "opportunities": ("name", 255),
    "activities": ("name", 255),
    "campaigns": ("name", 255),
}
BAD_CODES = {"leads": "status", "opportunities": "sales_stage", "campaign_members": "status"}
LIVE_LINKS = {
    ("contacts", "account_id"): ("accounts_contacts", "contact_id"),
    ("opportunities", "account_id"): ("accounts_opportunities", "opportunity_id"),
}
Keys = set[str]


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def written(request: pytest.FixtureRequest, small: Written, tmp_path: Path) -> Written:
    if request.param == "sqlite":
        return small
    url = request.getfixturevalue(f"{request.param}_url")
    return Written(url, legacy.write(url, SMALL, SEED, tmp_path), tmp_path)


def listed(written: Written, name: str, table: str, **equal: str) -> Keys:
    found = record.table_of(written.folder, name).filter(pl.col("table") == table)
    return set(found.filter(**equal)["key"])


def asked(connection: sa.Connection, query: "sa.Select[tuple[str]]") -> Keys:
    return set(connection.scalars(query))


def test_truth_is_what_the_database_says(written: Written) -> None:
    engine = sinks.connect(written.url)
    with engine.connect() as connection:
        counts = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in METADATA.tables.items()
        }
        assert counts == written.truth.counts
        for table in ENTITIES:
            check_fates(connection, written, table)
        for table, column, to in (
            ("accounts", "parent_id", "accounts"),
            ("accounts", "primary_contact_id", "contacts"),
            ("contacts", "reports_to_id", "contacts"),
            ("contacts", "account_id", "accounts"),
            ("opportunities", "account_id", "accounts"),
            ("campaign_members", "campaign_id", "campaigns"),
        ):
            check_orphans(connection, written, (table, column, to))
    engine.dispose()


def check_fates(connection: sa.Connection, written: Written, name: str) -> None:
    table = METADATA.tables[name]
    key, alive = sa.select(table.c.id), table.c.deleted == 0
    assert asked(connection, key.where(table.c.deleted == 1)) == listed(written, "filtered", name)
    if name in NAMES:
        column, length = table.c[NAMES[name][0]], NAMES[name][1]
        blank = sa.func.coalesce(sa.func.trim(column), "") == ""
        assert asked(connection, key.where(alive, blank)) == listed(written, "rejected", name, reason="required")
        endless = sa.func.length(column) > max(length, 255)
        assert asked(connection, key.where(alive, endless)) == listed(written, "rejected", name, reason="length")
    if name in BAD_CODES:
        bad = table.c[BAD_CODES[name]] == "XX9"
        assert asked(connection, key.where(alive, bad)) == listed(written, "rejected", name, reason="choice")


def check_orphans(connection: sa.Connection, written: Written, reference: tuple[str, str, str]) -> None:
    """Compare one reference with outer joins; a link table stands between in two cases."""
    name, column, to = reference
    table, parent = METADATA.tables[name], METADATA.tables[to].alias("parent")
    if (name, column) in LIVE_LINKS:
        link_name, back = LIVE_LINKS[name, column]
        link = METADATA.tables[link_name]
        joined = table.join(link, sa.and_(link.c[back] == table.c.id, link.c.deleted == 0))
        foreign = link.c[column]
    else:
        joined, foreign = table, table.c[column]
    query = sa.select(table.c.id).select_from(joined.outerjoin(parent, parent.c.id == foreign))
    query = query.where(table.c.deleted == 0, foreign.is_not(None))
    missing = asked(connection, query.where(parent.c.id.is_(None)))
    deleted = asked(connection, query.where(parent.c.deleted == 1))
    refused = asked(connection, query.where(parent.c.id.in_(listed(written, "rejected", to))))
    for kind, keys in (("missing", missing), ("deleted", deleted), ("rejected", refused)):
        assert keys == listed(written, "orphans", name, reference=column, kind=kind)
    if name == "opportunities":
        own = set().union(
            *(listed(written, "rejected", name, reason=r) for r in ("required", "date", "decimal", "choice"))
        )
        expected = (missing | deleted | refused) - own
        assert listed(written, "rejected", name, reason="missing_parent") == expected


def test_the_same_rows_stand_in_each_database(written: Written, small: Written) -> None:
    def content(url: str) -> list[str]:
        engine = sinks.connect(url)
        with engine.connect() as connection:
            table = METADATA.tables["contacts"]
            query = sa.select(table).order_by(table.c.id)
            found = [[str(value) for value in row] for row in connection.execute(query)]
        engine.dispose()
        return found

    assert content(written.url) == content(small.url)
    assert {p.name: p.read_bytes() for p in written.folder.iterdir()} == {
        p.name: p.read_bytes() for p in small.folder.iterdir()
    }


def test_zero_dates_are_there_in_mariadb(mariadb_url: str, tmp_path: Path) -> None:
    legacy.write(mariadb_url, SMALL, SEED, tmp_path)
    engine = sinks.connect(mariadb_url)
    with engine.connect() as connection:
        for table, column in (("accounts_cstm", "customer_since_c"), ("activities", "date_due")):
            query = f"SELECT count(*) FROM {table} WHERE CAST({column} AS CHAR) LIKE '0000-00-00%'"
            assert connection.scalar(sa.text(query)) > 0
        kept = connection.scalars(
            sa.text("SELECT description FROM contacts WHERE description LIKE '%family business%'")
        ).first()
        assert kept.startswith("👨\u200d👩\u200d👧 family business, third generation\n\n\n")
        assert connection.scalar(sa.text("SELECT count(*) FROM contacts WHERE description = 'NULL'")) > 0
    engine.dispose()


def test_mariadb_that_refuses_files_takes_inserts(mariadb_server: str, mariadb_url: str, tmp_path: Path) -> None:
    server = sa.create_engine(mariadb_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text("SET GLOBAL local_infile = 0"))
        try:
            truth = legacy.write(mariadb_url, 200, SEED, tmp_path)
        finally:
            connection.execute(sa.text("SET GLOBAL local_infile = 1"))
    engine = sinks.connect(mariadb_url)
    with engine.connect() as written:
        assert written.scalar(sa.text("SELECT count(*) FROM contacts")) == truth.counts["contacts"] == 200
    engine.dispose()


def test_a_database_that_holds_such_tables_is_left_alone(small: Written, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"found.*accounts"):
        legacy.write(small.url, SMALL, SEED, tmp_path)


def test_shares_of_a_larger_plan(tmp_path: Path) -> None:
    contacts = 20_000
    truth = record.record(record.Plan(contacts, 3), {}, tmp_path)
    rows = truth.plan.rows
    assert truth.duplicates == {"accounts": rows["accounts"] * 0.05, "contacts": contacts * 0.1}
    for table in ENTITIES:
        refused = sum(count for reason, count in truth.rejected[table].items() if reason != "missing_parent")
        assert 0.01 < truth.filtered[table] / rows[table] < 0.035
        assert 0.001 < refused / rows[table] < 0.025
        assert sum(truth.rejected[table].values()) / rows[table] < 0.05
    reasons = {reason for counts in truth.rejected.values() for reason in counts}
    assert reasons == {"required", "length", "date", "decimal", "choice", "missing_parent"}
    for reference, kinds in truth.orphans.items():
        assert set(kinds) == {"missing", "deleted", "rejected"}, reference
    assert len(truth.orphans) == 8
    assert record.load(tmp_path) == truth
    assert json.loads((tmp_path / "truth.json").read_text())["zone"] == "Europe/Berlin"


def test_clusters_and_traps_hold_neither_bad_nor_deleted_rows(small: Written) -> None:
    bad = {key for name in ("rejected", "filtered") for key in record.table_of(small.folder, name)["key"]}
    for name, columns in (("clusters", ["key"]), ("hard_clusters", ["key"]), ("traps", ["key_a", "key_b"])):
        frame = record.table_of(small.folder, name)
        assert not bad & {key for column in columns for key in frame[column]}
