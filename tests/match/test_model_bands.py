"""The room merges and shows by the thresholds that people's judgements teach, and tells which those were."""

from dataclasses import replace

import polars as pl
import pytest

from crm_migration.match import KnownRecords, match
from crm_migration.match.thresholds import LABELS
from crm_migration.staging import RunFolder, TableWriter, open_table
from tests.match.people import mapping, people


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a folder with clean rows, the model that a first match trained on them, and what that match showed."""
    root = tmp_path_factory.mktemp("bands")
    folder = RunFolder(str(root), "crm", "run")
    with TableWriter(folder, "contact", "clean") as writer:
        writer.write(people())
    first = match(mapping(), "contact", folder, KnownRecords.nothing())
    saved = root / "contact.model.json"
    saved.write_text(open_table(folder, "contact", "model").frame()["model"].item(), encoding="utf-8")
    return folder, saved, first.facts, open_table(folder, "contact", "review").frame()


def again(trained, labels):
    folder, saved, *_ = trained
    known = replace(KnownRecords.nothing(), labels=pl.DataFrame(labels, schema=LABELS, orient="row"))
    facts = match(mapping(), "contact", folder, known, saved).facts
    return facts, open_table(folder, "contact", "review").frame()


def test_without_judgements_the_mapping_s_own_thresholds_are_told(trained):
    facts, review = trained[2:]
    assert (facts["merge_at"], facts["review_at"], facts["labels"]) == (0.99, 0.5, 0)
    assert review["probability"].min() >= 0.5
    assert {"below_merge"} < set(review["reason"])


def test_judgements_let_more_merge_and_fewer_be_shown(trained):
    before, shown = trained[2:]
    facts, review = again(trained, [(0.93, True, False)] * 400)
    assert (facts["merge_at"], facts["review_at"], facts["labels"]) == (0.93, 0.93, 400)
    likely = shown.filter(pl.col("reason") == "below_merge")["probability"] >= 0.93
    assert likely.sum() > 0
    assert facts["merged"] == before["merged"] + likely.sum()
    assert review["probability"].min() >= 0.93
    assert "below_merge" not in set(review["reason"])


def test_judgements_of_different_customers_let_fewer_merge(trained):
    facts, review = again(trained, [(0.999, False, False)] * 100)
    assert (facts["merge_at"], facts["labels"]) == (0.999001, 100)
    assert facts["merged"] < trained[2]["merged"]
    assert review.filter((pl.col("reason") == "below_merge") & (pl.col("probability") > 0.99)).height > 0


def test_ninety_nine_judgements_change_nothing(trained):
    facts, review = again(trained, [(0.999, False, False)] * 99)
    assert facts["merged"] == trained[2]["merged"]
    assert (facts["merge_at"], facts["labels"]) == (0.99, 0)
    assert review.equals(trained[3])
