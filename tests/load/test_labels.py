"""What people said of the pairs that the model showed reaches the match room as labels."""

from pathlib import Path

import polars as pl
import pytest

from crm_migration.ledger.decisions import Decided, record_decisions
from crm_migration.load.known import known_records
from crm_migration.match.thresholds import LABELS
from tests.load.two_sources import Scene


@pytest.fixture
def scene(sqlite_url: str, tmp_path: Path) -> Scene:
    made = Scene.make(tmp_path / "scene", sqlite_url)
    made.run("legacy", "one")
    return made


def show(scene: Scene, *pairs: tuple[str, str, str | None, str, float | None], target_object: str = "contact") -> None:
    """Have the ledger hold pairs for review: two keys, rule, reason, probability."""
    job = scene.job("legacy", "one")
    lines = [
        {
            "pair_sha256": f"{target_object}{a}{b}", "object": target_object, "a": f"legacy.contact:{a}",
            "b": f"legacy.contact:{b}", "stream_no": 1, "rule": rule, "reason": reason, "probability": probability,
            "first_run": 1, "last_run": 1,
        }
        for a, b, rule, reason, probability in pairs
    ]  # fmt: skip
    with job.target.ledger.engine.begin() as connection:
        connection.execute(job.target.ledger.tables.match_review.insert(), lines)
    job.target.close()


def judge(scene: Scene, judgement: str, *pairs: tuple[str, str]) -> None:
    job = scene.job("legacy", "one")
    named = [(f"legacy.contact:{a}", f"legacy.contact:{b}") for a, b in pairs]
    record_decisions(job.target.ledger, "contact", named, judgement, Decided("tester"))
    job.target.close()


def labels(scene: Scene, source: str = "legacy") -> list[tuple[float, bool, bool]]:
    job = scene.job(source, "two")
    found = known_records(job.target, job.mapping, "contact").labels
    job.target.close()
    assert found.schema == pl.Schema(LABELS)
    return sorted(found.iter_rows())


def test_judged_pairs_of_the_model_are_labels_for_every_source_of_the_object(scene: Scene) -> None:
    show(
        scene,
        ("p1", "p2", "model", "below_merge", 0.8),
        ("p1", "p3", "model", "given_name", 0.9),
        ("p2", "p3", "model", "conflict_in_cluster", 0.995),
    )
    assert labels(scene) == [], "nobody has judged yet"
    judge(scene, "same", ("p2", "p1"), ("p2", "p3"))
    judge(scene, "different", ("p1", "p3"))
    expected = [(0.8, True, False), (0.9, False, True), (0.995, True, False)]
    assert labels(scene) == expected
    assert labels(scene, "sheet") == expected


def test_the_last_judgement_counts_and_unsure_is_none(scene: Scene) -> None:
    show(scene, ("p1", "p2", "model", "below_merge", 0.8), ("p1", "p3", "model", "below_merge", 0.7))
    judge(scene, "same", ("p1", "p2"), ("p1", "p3"))
    judge(scene, "different", ("p1", "p2"))
    judge(scene, "unsure", ("p1", "p3"))
    assert labels(scene) == [(0.8, False, False)]


def test_pairs_of_keys_of_other_objects_and_without_a_probability_teach_nothing(scene: Scene) -> None:
    show(
        scene,
        ("p1", "p2", "email", "given_name", 0.8),
        ("p1", "p3", "model", "below_merge", None),
    )
    show(scene, ("p2", "p3", "model", "below_merge", 0.7), target_object="account")
    judge(scene, "same", ("p1", "p2"), ("p1", "p3"), ("p2", "p3"))
    assert labels(scene) == []
