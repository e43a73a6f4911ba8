"""What a run tells other systems: metrics through Airflow's own, and events of assets after green full loads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crm_migration.mapping.reader import read_mapping
from crm_migration.report.model import (
    EntityReport,
    Identity,
    Mode,
    OutcomeCounts,
    Report,
    RunFacts,
    Status,
    StepTiming,
    Verdict,
)
from tests.dags.project import add_migration

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Recorder:
    """Stands where StatsD or OpenTelemetry would."""

    def __init__(self) -> None:
        """Have heard nothing yet."""
        self.heard: list[tuple[str, str, Any, dict[str, str]]] = []

    def incr(self, stat: str, count: int = 1, rate: float = 1, *, tags: dict[str, str]) -> None:
        """Count."""
        self.heard.append(("counter", stat, count, tags))

    def gauge(self, stat: str, value: float, rate: float = 1, delta: bool = False, *, tags: dict[str, str]) -> None:
        """Set."""
        self.heard.append(("gauge", stat, value, tags))

    def timing(self, stat: str, dt: timedelta, *, tags: dict[str, str]) -> None:
        """Time."""
        self.heard.append(("timer", stat, dt, tags))


@pytest.fixture
def recorder(airflow_home) -> Iterator[Recorder]:
    from airflow.sdk._shared.observability.metrics.base_stats_logger import NoStatsLogger
    from airflow.sdk.observability.stats import Stats

    made = Recorder()
    Stats.initialize(factory=lambda: made, export_legacy_names=True)
    yield made
    Stats.initialize(factory=NoStatsLogger, export_legacy_names=True)


def entity(name: str, target_object: str, **counts: int) -> EntityReport:
    extracted = sum(counts.values())
    made = Identity(extracted=extracted, counts=OutcomeCounts(**counts))
    return EntityReport.model_construct(name=name, object=target_object, identity=made, rejections=None)


def report(state: Status = "green", mode: Mode = "full") -> Report:
    timed = (("extract", "contact", 1.5), ("match_chunk_7", "contact", 2.0), ("link", None, 0.5))
    steps = [StepTiming(step, name, 9, seconds) for step, name, seconds in timed]
    facts = RunFacts(
        "run", "old_books", "new_books", "0", "m.yaml", None, None, state, NOW, NOW, mode, steps
    )  # fmt: skip
    contact = entity("contact", "contact", inserted=5, rejected=2, unchanged=2)
    return Report.model_construct(
        facts=facts,
        verdict=Verdict(state=state, headline="", summary="", reasons=()),
        entities=(contact, entity("lead", "contact", updated=1)),
    )


def test_rows_rejections_and_times_are_measured_by_source_target_and_entity(recorder: Recorder) -> None:
    from crm_migration.orchestration.measures import measure

    measure(report())
    run = {"source": "old_books", "target": "new_books"}
    contact, lead = run | {"entity": "contact"}, run | {"entity": "lead"}
    for line in (
        ("counter", "crm_migration.rows.inserted", 5, contact),
        ("counter", "crm_migration.rows.rejected", 2, contact),
        ("counter", "crm_migration.rows.updated", 1, lead),
        ("gauge", "crm_migration.rejected", 2, contact),
        ("gauge", "crm_migration.rejected", 0, lead),
        ("timer", "crm_migration.step.extract", timedelta(seconds=1.5), contact),
        ("timer", "crm_migration.step.match_chunk", timedelta(seconds=2), contact),
        ("timer", "crm_migration.step.link", timedelta(seconds=0.5), run),
        ("counter", "crm_migration.runs.green", 1, run),
    ):
        assert line in recorder.heard


@pytest.mark.parametrize(("state", "mode"), [("planned", "dry_run"), ("rolled_back", "full")])
def test_of_a_plan_and_of_what_was_rolled_back_no_row_is_counted(recorder: Recorder, state: Status, mode: Mode) -> None:
    from crm_migration.orchestration.measures import measure

    measure(report(state, mode))
    assert [stat for _, stat, *_ in recorder.heard if ".rows." in stat] == []
    assert f"crm_migration.runs.{state}" in [stat for _, stat, *_ in recorder.heard]


@pytest.mark.parametrize(
    ("state", "mode", "told"),
    [
        ("green", "full", True),
        ("red", "full", False),
        ("rolled_back", "full", False),
        ("sample_only", "sample_only", False),
        ("planned", "dry_run", False),
    ],
)
def test_only_a_green_full_load_gives_each_object_its_event(
    airflow_home, tmp_path: Path, state: Status, mode: Mode, told: bool
) -> None:
    from crm_migration.orchestration.measures import announce, asset_of, loaded_alias

    mapping, events = read_mapping(add_migration(tmp_path, "books")).mapping, []
    outlet = SimpleNamespace(add=lambda asset, extra: events.append((asset, extra)))
    announce(mapping, report(state, mode), {"outlet_events": {loaded_alias(mapping): outlet}})
    counts = {"inserted": 5, "updated": 1, "unchanged": 2, "merged": 0, "rejected": 2, "filtered": 0, "changed": 6}
    assert events == ([(asset_of("new_books", "contact"), counts)] if told else [])


def test_the_last_task_names_what_is_read_and_what_is_loaded(airflow_home, tmp_path: Path, parse) -> None:
    from airflow.sdk import AssetAlias

    from crm_migration.orchestration.measures import asset_of

    add_migration(tmp_path, "books")
    done = parse(tmp_path / "dags").dags["books"].task_dict["report"]
    assert done.outlets == [AssetAlias("old_books_into_new_books")]
    assert {asset.uri for asset in done.inlets} == {"crm://old_books/contact", "crm://old_books/account"}
    assert asset_of("new books", "客户").uri == "crm://new%20books/%E5%AE%A2%E6%88%B7"
