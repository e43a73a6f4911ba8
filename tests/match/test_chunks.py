"""Scoring in chunks gives what scoring at once gives, whoever scores the chunks, and never uses a stale one."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingInvalid
from crm_migration.match import KnownRecords, match
from crm_migration.match.blocking import Part, block
from crm_migration.match.chunks import prepare, score_chunk
from crm_migration.match.engine import engine, put
from crm_migration.match.scoring import estimate_prior
from crm_migration.staging import RunFolder, TableWriter, open_table
from tests.match.people import mapping, people
from tests.match.stage import mapping as by_keys

NOBODY = KnownRecords.nothing()
TABLES = ("members", "golden", "lineage", "review", "evidence")


def stage(root: Path, rows: pl.DataFrame) -> RunFolder:
    folder = RunFolder(str(root), "crm", "run")
    with TableWriter(folder, "contact", "clean") as writer:
        for part in rows.iter_slices(200):
            writer.write(part)
    return folder


def result(folder: RunFolder, chunks: int, known: KnownRecords = NOBODY, saved: Path | None = None):
    """Return what a match in so many chunks writes, and its facts."""
    facts = match(mapping(chunks=chunks), "contact", folder, known, saved).facts
    return {step: open_table(folder, "contact", step).frame() for step in TABLES}, facts


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return people()


@pytest.fixture(scope="module")
def at_once(rows, tmp_path_factory):
    """Return tables and facts of a match in one piece, and the model that it trained."""
    root = tmp_path_factory.mktemp("at_once")
    folder = stage(root, rows)
    tables, facts = result(folder, 1)
    saved = root / "contact.model.json"
    saved.write_text(open_table(folder, "contact", "model").frame()["model"].item(), encoding="utf-8")
    return tables, facts, saved


def same(one, other) -> None:
    tables, facts = one
    assert set(tables) == set(other[0])
    for step, frame in tables.items():
        assert frame.equals(other[0][step]), step
    assert {**facts, "model": None} == {**other[1], "model": None}


def test_a_match_in_one_piece_finds_what_this_is_about(at_once) -> None:
    tables, facts, _ = at_once
    assert facts["by_model"] > 50
    assert facts["review"] > 20
    assert tables["review"]["probability"].n_unique() > 10


@pytest.mark.parametrize(("chunks", "origin"), [(2, "trained"), (5, "saved")])
def test_the_number_of_chunks_makes_no_difference(at_once, rows, tmp_path, chunks, origin) -> None:
    folder = stage(tmp_path, rows)
    found = result(folder, chunks, saved=at_once[2] if origin == "saved" else None)
    same(found, at_once[:2])
    assert found[1]["model"] == origin
    assert found[1]["prior"] == at_once[1]["prior"]
    parts = [open_table(folder, "contact", f"chunk_{number}_of_{chunks}") for number in range(chunks)]
    assert sum(part.facts["proposed"] for part in parts) == found[1]["scored_pairs"] == at_once[1]["scored_pairs"]
    assert max(part.rows for part in parts) < sum(part.rows for part in parts) * 1.5 / chunks


def test_workers_may_score_the_chunks_in_any_order(at_once, rows, tmp_path) -> None:
    folder = stage(tmp_path, rows)
    prepare(mapping(chunks=3), "contact", folder, NOBODY, at_once[2])
    staged = {number: score_chunk(folder, "contact", Part(number, 3)) for number in (2, 0, 1)}
    same(result(folder, 3, saved=at_once[2]), at_once[:2])
    for number, chunk in staged.items():
        assert open_table(folder, "contact", f"chunk_{number}_of_3") == chunk, "it is used as it lies there"


def test_new_rows_meet_the_known_ones_and_what_was_staged_before_a_decision_is_not_used(
    at_once, rows, tmp_path
) -> None:
    tables, _, saved = at_once
    placed = tables["members"].select(source_key="_key", golden_id="_golden")
    before, now = (KnownRecords(placed.head(count), None, NOBODY.lineage) for count in (600, 500))
    one = result(stage(tmp_path / "one", rows), 1, now, saved)
    assert 0 < one[1]["scored_pairs"] < at_once[1]["scored_pairs"]
    folder = stage(tmp_path / "four", rows)
    prepare(mapping(chunks=4), "contact", folder, before, saved)
    stale = score_chunk(folder, "contact", Part(0, 4))
    same(result(folder, 4, now, saved), one)
    assert open_table(folder, "contact", "chunk_0_of_4").facts["made_of"] != stale.facts["made_of"]


def test_rows_that_are_all_known_need_no_chunk(rows, tmp_path) -> None:
    folder = stage(tmp_path, rows)
    placed = rows.select(source_key="_key", golden_id="crm.contact:" + pl.col("_key"))
    known = KnownRecords(placed, None, NOBODY.lineage)
    assert prepare(mapping(chunks=2), "contact", folder, known, None).rows == 0
    assert score_chunk(folder, "contact", Part(1, 2)).rows == 0
    assert match(mapping(chunks=2), "contact", folder, known).facts["merged"] == 0


def test_too_few_rows_for_a_model_are_said_to_be_so_in_chunks_too(rows, tmp_path) -> None:
    folder = stage(tmp_path, rows.head(100))
    prepare(mapping(chunks=2), "contact", folder, NOBODY, None)
    assert score_chunk(folder, "contact", Part(0, 2)).rows == 0
    assert match(mapping(chunks=2), "contact", folder, NOBODY).facts["model"].startswith("none: too few rows")


def test_there_is_nothing_to_prepare_without_a_model(rows, tmp_path) -> None:
    with pytest.raises(MappingInvalid, match=r"crm\.contact: match: expected a model"):
        prepare(by_keys(), "contact", stage(tmp_path, rows), NOBODY, None)


@settings(max_examples=12)
@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=1, max_size=12), st.integers(1, 5))
def test_chunks_part_the_pairs_of_blocking(names, of) -> None:
    blank = dict.fromkeys(("email", "phone", "birth_date", "company", "city", "postal_code", "address", "house"))
    made = [
        {
            "unique_id": at,
            "fresh": at % 3 > 0,
            "stream": 0 if at % 3 else at % 2,
            "given": one,
            "family": other,
            "name": one + other,
            "email_user": user,
        }
        for at, (one, other, user) in enumerate(names, 1)
    ]
    text = dict.fromkeys([*blank, "given", "family", "name", "name_any_order", "sound", "email_user"], pl.String)
    table = pl.DataFrame(made, schema_overrides=text)
    table = table.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in text if name not in table.columns)
    with engine() as connection:
        put(connection, "feature", iter([table]))
        columns = {name for (name, *_) in connection.sql("DESCRIBE feature").fetchall()}
        assert columns >= set(text)
        whole = block(connection, "person")
        every = set(connection.sql("SELECT * FROM blocked").fetchall())
        found: list[tuple[str, int, int]] = []
        for number in range(of):
            part = block(connection, "person", Part(number, of))
            assert (part.used, part.dropped) == (whole.used, whole.dropped), "rules are chosen by all rows"
            found += connection.sql("SELECT * FROM blocked").fetchall()
    assert sorted(found) == sorted(every)
    assert len(found) == whole.pairs


@given(st.lists(st.floats(-14, 40), max_size=200), st.integers(0, 2**32 - 1))
def test_the_order_of_weights_does_not_touch_the_prior(weights, seed) -> None:
    mixed = np.random.default_rng(seed).permutation(np.array(weights))
    assert estimate_prior(mixed, 1e6) == estimate_prior(np.array(weights), 1e6)
