"""Every row is accounted for once, or the report says which keys are not."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.report import identity as room
from crm_migration.report.assemble import report
from crm_migration.report.model import Identity
from crm_migration.staging import open_table
from tests.report.staged_run import HOSTILE, Builder, facts, mapping


def contact(builder: Builder) -> Identity:
    made = report(mapping(), builder.folder, facts())
    return next(entity.identity for entity in made.entities if entity.name == "contact")


def outcome(builder: Builder) -> pl.DataFrame:
    return open_table(builder.folder, "contact", "outcome").frame()


@pytest.fixture
def run(tmp_path: Path) -> Builder:
    return Builder(tmp_path, rows=300, part=70).everything()


def test_a_whole_run_adds_up(run: Builder) -> None:
    found = contact(run)
    assert found.holds is True
    assert found.extracted == 300
    assert found.counts is not None
    assert found.counts.total == 300
    counted = Counter(outcome(run)["outcome"].to_list())
    assert found.counts.as_dict() == dict(counted)
    assert found.examples["rejected"][0] == HOSTILE


def test_a_row_without_an_outcome_is_named(run: Builder) -> None:
    run.write("contact", "outcome", outcome(run).slice(2))
    found = contact(run)
    assert found.holds is False
    assert found.missing.count == 2
    assert found.missing.keys == ("C-1", "C-2")


def test_a_row_with_two_outcomes_is_named_though_the_totals_agree(run: Builder) -> None:
    rows = outcome(run)
    run.write("contact", "outcome", pl.concat([rows.slice(1), rows.slice(9, 1)]))
    found = contact(run)
    assert found.counts is not None
    assert found.counts.total == found.extracted
    assert found.holds is False
    assert found.missing.keys == ("C-1",)
    assert found.doubled.keys == ("C-10",)
    assert found.doubled.count == 1


def test_an_outcome_of_a_row_that_was_never_extracted_is_named(run: Builder) -> None:
    stray = outcome(run).head(1).with_columns(_key=pl.lit("C-999"))
    run.write("contact", "outcome", pl.concat([outcome(run), stray]))
    found = contact(run)
    assert found.holds is False
    assert found.unexpected.keys == ("C-999",)


def test_a_rejected_row_that_was_loaded_after_all_is_named(run: Builder) -> None:
    loaded = pl.when(pl.col("_key") == "C-57").then(pl.lit("inserted")).otherwise("outcome")
    run.write("contact", "outcome", outcome(run).with_columns(outcome=loaded))
    found = contact(run)
    assert found.holds is False
    assert found.contradicted.keys == ("C-57",)


def test_an_outcome_of_an_unknown_name_does_not_count(run: Builder) -> None:
    odd = pl.when(pl.col("_key") == "C-2").then(pl.lit("vanished")).otherwise("outcome")
    run.write("contact", "outcome", outcome(run).with_columns(outcome=odd))
    assert contact(run).holds is False


def test_a_row_that_cleaning_lost_is_named_by_its_key_though_the_load_knows_nothing_of_it(
    run: Builder,
) -> None:
    lost = pl.col("_key") != "C-3"
    clean = open_table(run.folder, "contact", "clean")
    run.write("contact", "clean", clean.frame().filter(lost), **clean.facts)
    run.write("contact", "outcome", outcome(run).filter(lost))
    found = contact(run)
    assert found.holds is False
    assert found.missing.keys == ("C-3",)


def test_a_row_both_clean_and_rejected_is_doubled(run: Builder) -> None:
    rejected = open_table(run.folder, "contact", "rejected").frame()
    again = rejected.head(1).with_columns(_key=pl.lit("C-2"), _row=pl.lit(2, pl.Int64))
    run.write("contact", "rejected", pl.concat([rejected, again]))
    found = contact(run)
    assert found.holds is False
    assert "C-2" in found.doubled.keys


def test_a_lost_row_without_a_key_is_named_by_its_number(run: Builder) -> None:
    extract = open_table(run.folder, "contact", "extract").frame()
    nameless = extract.tail(1).with_columns(_row=pl.lit(301, pl.Int64), id=pl.lit(None, pl.String))
    run.write("contact", "extract", pl.concat([extract, nameless]))
    assert contact(run).missing.keys == ("⟨row 301⟩",)


def test_keys_are_compared_bucket_by_bucket(run: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "BUCKET", 11)
    assert contact(run).holds is True
    run.write("contact", "outcome", outcome(run).slice(1))
    assert contact(run).missing.keys == ("C-1",)


def test_an_entity_without_rows_adds_up(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=100).everything()
    run.entity("contact", 0)
    found = contact(run)
    assert found.extracted == 0
    assert found.holds is True


ids = st.lists(st.sampled_from("abcdefg"), max_size=12)


@given(expected=st.sets(st.sampled_from("abcdefg")), found=ids, rows=st.integers(1, 3))
def test_compare_finds_what_sets_find(expected: set[str], found: list[str], rows: int) -> None:
    def frame(values: list[str]) -> pl.DataFrame:
        return pl.DataFrame({"id": values, "state": [None] * len(values)}, schema={"id": pl.String, "state": pl.String})

    halves = [frame(found[::2]), frame(found[1::2])]
    differences = room.compare(lambda: iter([frame(sorted(expected))]), lambda: iter(halves), rows)
    assert set(differences.missing.found) == expected - set(found)
    assert set(differences.unexpected.found) == set(found) - expected
    known = {key for key, count in Counter(found).items() if count > 1 and key in expected}
    assert known <= set(differences.doubled.found) or not expected
    assert set(differences.doubled.found) <= {key for key, count in Counter(found).items() if count > 1}
