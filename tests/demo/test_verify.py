"""`truth.verify` is silent about the ideal migration, and names each way to fall short of it."""

from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from demo import record, target, truth
from tests.demo import ideal
from tests.demo.conftest import Written

KEY = pl.col("source_key")
USES_OF_CONTACTS = (
    ("contact", "reports_to_id"),
    ("account", "primary_contact_id"),
    ("campaign_member", "contact_id"),
    ("activity", "parent_id"),
)


@pytest.fixture(scope="module")
def lines(small: Written) -> pl.DataFrame:
    return ideal.outcomes(small.folder)


@pytest.fixture(scope="module")
def crm(small: Written, lines: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('crm') / 'target.sqlite'}"
    target.create(url, small.url)
    ideal.fill(small.truth.plan, url, lines)
    return url


@pytest.fixture
def broken_crm(crm: str, tmp_path: Path) -> str:
    """A copy of the ideal target, to be damaged."""
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(Path(crm.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{copy}"


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            assert connection.execute(sa.text(statement)).rowcount > 0
    engine.dispose()


def told(small: Written, crm: str, lines: pl.DataFrame) -> str:
    return "\n".join(truth.verify(small.folder, crm, lines))


def pair(small: Written, name: str, **equal: str) -> dict[str, str]:
    return record.table_of(small.folder, name).filter(**equal).row(0, named=True)


def with_golden(lines: pl.DataFrame, key: str, golden: str) -> pl.DataFrame:
    return lines.with_columns(pl.when(key == KEY).then(pl.lit(golden)).otherwise("golden_id").alias("golden_id"))


def test_the_ideal_migration_meets_the_truth(small: Written, crm: str, lines: pl.DataFrame) -> None:
    assert truth.verify(small.folder, crm, lines) == []


def test_rows_without_or_with_two_outcomes(small: Written, crm: str, lines: pl.DataFrame) -> None:
    twice = pl.concat([lines.slice(1), lines.slice(5, 1), lines.slice(6, 1).with_columns(source_key=pl.lit("new"))])
    said = told(small, crm, twice)
    assert "account: 1 row(s) have no outcome" in said
    assert "account: 2 row(s) have several outcomes" in said
    assert "account: 1 row(s) have an outcome and are not in the source, such as new" in said


def test_unknown_outcomes_and_missing_golden_ids(small: Written, crm: str, lines: pl.DataFrame) -> None:
    lost = pl.when(pl.int_range(pl.len()) == 5).then(pl.lit("vanished")).otherwise("outcome").alias("outcome")
    assert "have an outcome other than inserted" in told(small, crm, lines.with_columns(lost))
    nobody = lines.with_columns(golden_id=pl.when(pl.col("entity") != "lead").then("golden_id"))
    assert "were migrated and have no golden id" in told(small, crm, nobody)


def test_filtered_and_rejected_rows(small: Written, crm: str, lines: pl.DataFrame) -> None:
    outcome = pl.col("outcome")
    kept = lines.with_columns(outcome.replace({"filtered": "inserted"}))
    assert "contact: " in (said := told(small, crm, kept))
    assert "should be filtered and are not" in said
    forgiven = lines.with_columns(outcome.replace({"rejected": "inserted"}), golden_id=pl.coalesce("golden_id", KEY))
    assert "should be rejected (required) and are not" in told(small, crm, forgiven)
    harsh = lines.with_columns(
        pl.when(lines.filter(outcome == "inserted")["source_key"][0] == KEY).then(pl.lit("rejected"))
        .otherwise(outcome).alias("outcome")
    )  # fmt: skip
    assert "account: 1 row(s) should not be rejected and are (None)" in told(small, crm, harsh)


def test_reasons_go_by_class(small: Written, crm: str, lines: pl.DataFrame) -> None:
    emptied = lines.with_columns(pl.col("reason").replace({"choice": "required"}))
    assert told(small, crm, emptied) == ""
    wrong = lines.with_columns(pl.col("reason").replace({"required": "phone"}))
    assert "should be rejected for 'required' and are for 'phone'" in told(small, crm, wrong)


def test_duplicates_left_apart(small: Written, crm: str, lines: pl.DataFrame) -> None:
    key = pair(small, "clusters", table="contacts")
    member = lines.filter(pl.col("golden_id") == key["cluster"], key["cluster"] != KEY)["source_key"][0]
    said = told(small, crm, with_golden(lines, member, member))
    assert "contact: 1 row(s) lead a duplicate cluster that did not become one record" in said
    assert "of which no row survived" in said


@pytest.mark.parametrize("kind", ["household_phone", "father_son", "role_mailbox", "switchboard", "same_name"])
def test_look_alikes_merged(small: Written, crm: str, lines: pl.DataFrame, kind: str) -> None:
    trap = pair(small, "traps", kind=kind)
    said = told(small, crm, with_golden(lines, trap["key_b"], trap["key_a"]))
    assert f"merged with a look-alike ({kind})" in said
    assert "merged with somebody who is not a duplicate" in said
    assert "of which several rows survived" in said


def test_hard_duplicates_may_be_merged(small: Written, broken_crm: str, lines: pl.DataFrame) -> None:
    hard = record.table_of(small.folder, "hard_clusters").filter(pl.col("key") != pl.col("cluster"))
    key, leader = hard.row(0, named=True)["key"], hard.row(0, named=True)["cluster"]
    merged = with_golden(lines, key, leader).with_columns(
        pl.when(key == KEY).then(pl.lit("merged")).otherwise("outcome").alias("outcome")
    )
    engine = sa.create_engine(broken_crm, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for table, column in (
            ("contact", "reports_to_id"),
            ("account", "primary_contact_id"),
            ("campaign_member", "contact_id"),
            ("activity", "parent_id"),
        ):
            ids = {"old": key, "new": leader}
            connection.execute(
                sa.text(
                    f"UPDATE {table} SET {column} = (SELECT id FROM contact WHERE legacy_id = :new)"
                    f" WHERE {column} = (SELECT id FROM contact WHERE legacy_id = :old)"
                ),
                ids,
            )
        connection.execute(sa.text("DELETE FROM contact WHERE legacy_id = :old"), {"old": key})
    engine.dispose()
    assert told(small, broken_crm, merged) == ""


def test_records_that_are_not_in_the_target_or_too_many(small: Written, broken_crm: str, lines: pl.DataFrame) -> None:
    run(
        broken_crm,
        "DELETE FROM activity WHERE id = (SELECT min(id) FROM activity)",
        "INSERT INTO campaign (legacy_id, name, created_at) VALUES ('stray', 'x', '2020-01-01')",
    )
    said = told(small, broken_crm, lines)
    assert "activity: 1 row(s) were written and are not in the target" in said
    assert "campaign: 1 row(s) are in the target and were not written, such as stray" in said


WRONG_REFERENCES = [
    ("contact", "account_id = NULL", "account_id: is empty although the parent was migrated"),
    ("contact", "reports_to_id = NULL", "reports_to_id: is empty although"),
    ("account", "parent_id = NULL", "parent_id: is empty although"),
    ("account", "primary_contact_id = NULL", "primary_contact_id: is empty although"),
    ("activity", "parent_id = NULL", "parent_id: is empty although"),
    ("campaign_member", "contact_id = NULL", "contact_id: is empty although"),
    ("campaign_member", "lead_id = NULL", "lead_id: is empty although"),
    ("opportunity", "account_id = (SELECT min(id) FROM account)", "account_id: leads to another record"),
    ("contact", "account_id = (SELECT min(id) FROM account)", "account_id: is filled although the parent is missing"),
]


@pytest.mark.parametrize("wrong", WRONG_REFERENCES)
def test_references_that_are_wrong(
    small: Written, broken_crm: str, lines: pl.DataFrame, wrong: tuple[str, str, str]
) -> None:
    entity, change, says = wrong
    run(broken_crm, f"UPDATE {entity} SET {change}")
    assert f"{entity}.{says}" in told(small, broken_crm, lines)
