"""What a mapping becomes: tasks, their order, pools, params, retries and the words on the DAG's page."""

import hashlib
import inspect
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crm_migration import errors
from crm_migration.mapping.order import deferred, load_order
from crm_migration.mapping.reader import read_mapping
from tests.dags.project import ROOT, add_migration

MAPPING = ROOT / "include/mappings/legacy_crm.yaml"
POOL = "crm_target_target_crm"
ONCE = {"preflight", "plan", "backup", "load_sample", "validate_sample", "link", "validate_full", "report"}
WRITES = {"backup", "load_sample", "validate_sample", "link", "validate_full", "undo_sample"}
FAMILIES = {
    errors.RetryLater: "retry",
    errors.MappingFault: "fail",
    errors.DataFault: "fail",
    errors.OperatorNeeded: "fail",
}


@pytest.fixture(scope="module")
def dag(parse) -> Any:
    return parse(ROOT / "dags").dags["legacy_crm"]


@pytest.fixture(scope="module")
def order() -> list[str]:
    return load_order(read_mapping(MAPPING).mapping)


@pytest.fixture
def made(parse, tmp_path: Path):
    """Return a function that makes the DAG of a mapping with texts replaced."""

    def make(*changes: tuple[str, str], name: str = "small") -> Any:
        add_migration(tmp_path, name, changes)
        bag = parse(tmp_path / "dags")
        assert bag.import_errors == {}
        assert bag.captured_warnings == {}
        return bag.dags[name]

    return make


def upstream(dag: Any, task_id: str) -> set[str]:
    return set(dag.task_dict[task_id].upstream_task_ids)


def test_the_tasks_are_the_line_with_a_group_per_entity(dag: Any, order: list[str]) -> None:
    prepared = {f"{entity}.{step}" for entity in order for step in ("extract", "clean", "match")}
    assert set(dag.task_ids) == ONCE | prepared | {f"load.{entity}" for entity in order}
    assert set(dag.task_group.children) == ONCE | set(order) | {"load"}


def test_entities_are_prepared_side_by_side(dag: Any, order: list[str]) -> None:
    assert upstream(dag, "preflight") == set()
    for entity in order:
        assert upstream(dag, f"{entity}.extract") == {"preflight"}
        assert upstream(dag, f"{entity}.clean") == {f"{entity}.extract"}
        assert upstream(dag, f"{entity}.match") == {f"{entity}.clean"}
    matched = {f"{entity}.match" for entity in order}
    assert upstream(dag, "plan") == matched
    assert upstream(dag, "backup") == matched


def test_the_target_is_written_in_one_line_behind_backup_and_sample(dag: Any, order: list[str]) -> None:
    loads = [f"load.{entity}" for entity in order]
    line = ["backup", "load_sample", "validate_sample", *loads, "link", "validate_full"]
    for before, after in pairwise(line):
        assert upstream(dag, after) == {before}
    assert upstream(dag, "report") == {"plan", "validate_sample", "validate_full"}
    assert dag.task_dict["report"].trigger_rule == "all_done"
    assert {task.trigger_rule for task in dag.tasks if task.task_id != "report"} == {"all_success"}


def test_parents_load_before_their_children(order: list[str]) -> None:
    mapping = read_mapping(MAPPING).mapping
    later = deferred(mapping)
    for entity in order:
        for field, reference in mapping.entities[entity].references.items():
            if field not in later.get(entity, []):
                assert {order.index(parent) < order.index(entity) for parent in reference.entities} == {True}, field


def test_every_task_that_writes_to_the_target_takes_its_turn(dag: Any, made) -> None:
    for one, pool in ((dag, POOL), (made(("approval: automatic", "approval: manual")), "crm_target_new_books")):
        in_pool = {task.task_id for task in one.tasks if task.pool == pool}
        loads = {task_id for task_id in one.task_ids if task_id.startswith("load.")}
        assert in_pool == (WRITES & set(one.task_ids)) | loads
        assert {task.pool for task in one.tasks} == {pool, "default_pool"}
        assert {task.pool_slots for task in one.tasks} == {1}


def test_deletions_at_the_source_are_followed_in_a_task_of_their_own_where_the_mapping_asks(made) -> None:
    target = "target: {object: account, external_id: legacy_id}"
    one = made((target, target.replace("}", ", on_source_delete: delete}")))
    assert upstream(one, "source_deletes") == {"link"}
    assert upstream(one, "validate_full") == {"source_deletes"}
    assert one.task_dict["source_deletes"].pool == "crm_target_new_books"
    assert "source_deletes" not in made(name="other").task_ids


def test_two_sources_of_one_target_share_its_pool(made) -> None:
    one = made(name="one")
    other = made(("source: {name: old_books", "source: {name: other_books"), name="other")
    assert one.task_dict["load.account"].pool == other.task_dict["load.account"].pool == "crm_target_new_books"


def test_the_page_shows_docstring_and_mapping_version(dag: Any, made) -> None:
    assert dag.doc_md.startswith("# Legacy CRM.")
    assert f"sha256 `{hashlib.sha256(MAPPING.read_bytes()).hexdigest()}`" in dag.doc_md
    before = made().doc_md
    assert made(("rejected_share: 0.5", "rejected_share: 0.4")).doc_md != before
    assert made().doc_md == before


def test_the_dag_is_labelled_by_its_mapping(dag: Any, made) -> None:
    assert dag.tags == {"crm-migration", "demo", "target_crm"}
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    small = made()
    assert small.tags == {"books", "crm-migration", "new_books"}
    assert small.description == "The old books into the new ones."
    assert {task.owner for task in small.tasks} == {"sales-ops"}
    assert small.start_date == datetime(2026, 1, 1, tzinfo=UTC)


def test_params_take_what_they_are_meant_for(dag: Any) -> None:
    assert dag.params.dump() == {"dry_run": False, "sample_only": False, "full_refresh": False, "sample_size": None}
    dag.params.validate()
    good: dict[str, list[Any]] = {name: [True] for name in ("dry_run", "sample_only", "full_refresh")}
    bad: dict[str, list[Any]] = {name: ["yes", 1, None] for name in good}
    good["sample_size"], bad["sample_size"] = [None, 1, 5000], [0, -1, "many", 1.5]
    for name, values in good.items():
        param = dag.params.get_param(name)
        assert param.schema["title"]
        for value in values:
            assert param.resolve(value) == value
        for value in bad[name]:
            with pytest.raises(Exception, match=r"(?i)is not of type|less than the minimum"):
                param.resolve(value)


def test_each_family_of_errors_is_retried_or_ends_the_task(dag: Any) -> None:
    known = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.MigrationError)]
    raised = [kind for kind in known if kind is not errors.MigrationError]
    assert len(raised) > len(FAMILIES)
    for task in dag.tasks:
        assert task.retries == 3
        for kind in raised:
            (family,) = set(FAMILIES) & set(kind.__mro__)
            more = [datetime.now(UTC)] if kind is errors.QuotaExhausted else []
            decision = task.retry_policy.evaluate(kind(["x"], *more), 1, 3)
            assert decision.action.value == FAMILIES[family], (task.task_id, kind)
            assert decision.reason
            assert decision.retry_delay == (timedelta(seconds=30) if family is errors.RetryLater else None)
        assert task.retry_policy.evaluate(ValueError("a bug, or a machine in trouble"), 1, 3).action.value == "default"


def test_the_schedule_gives_each_run_its_interval(made, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import CronDataIntervalTimetable

    timetable = made(("connection: old_books}", "connection: old_books, timezone: Asia/Shanghai}")).timetable
    assert timetable == CronDataIntervalTimetable("0 2 * * *", timezone="Asia/Shanghai")
    monkeypatch.setenv("CRM_MIGRATION_SCHEDULES", "off")
    assert made().timetable.can_be_scheduled is False
    monkeypatch.delenv("CRM_MIGRATION_SCHEDULES")
    assert made().timetable.can_be_scheduled is True
    assert made(('schedule: "0 2 * * *"\n', "")).timetable.can_be_scheduled is False


def test_approval_asks_a_person_and_undoes_what_is_refused(made) -> None:
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    dag = made(("approval: automatic", "approval: manual"))
    asked, undone = dag.task_dict["approve_sample"], dag.task_dict["undo_sample"]
    assert isinstance(asked, ApprovalOperator)
    assert upstream(dag, "describe_sample") == {"validate_sample"}
    assert upstream(dag, "approve_sample") == {"describe_sample"}
    assert (asked.fail_on_reject, asked.retries) == (True, 0)
    assert (asked.response_timeout, asked.execution_timeout, asked.defaults) == (None, None, None)
    assert asked.subject == "old_books: load everything?"
    assert (upstream(dag, "undo_sample"), undone.trigger_rule) == ({"approve_sample"}, "all_failed")
    assert upstream(dag, "load.account") == {"approve_sample"}
    assert upstream(dag, "report") == {"plan", "describe_sample", "approve_sample", "undo_sample", "validate_full"}
    assert not {"describe_sample", "approve_sample"} & set(made().task_ids)


@pytest.mark.parametrize(("policy", "default"), [("", "Reject"), ("\non_timeout: approve", "Approve")])
def test_a_wait_that_has_an_end_is_answered_by_the_mappings_policy(made, policy: str, default: str) -> None:
    asks = f"approval: manual\napproval_timeout: 90m{policy}"
    asked = made(("approval: automatic", asks)).task_dict["approve_sample"]
    assert (asked.response_timeout, list(asked.defaults)) == (timedelta(minutes=90), [default])


def test_every_other_task_ends_one_day(dag: Any) -> None:
    assert {task.execution_timeout for task in dag.tasks} == {timedelta(hours=12)}


def test_the_rollback_asks_for_mapping_run_and_force(parse) -> None:
    dag = parse(ROOT / "dags").dags["rollback_migration"]
    assert dag.task_ids == ["roll_back"]
    assert (dag.task_dict["roll_back"].retries, dag.max_active_runs) == (0, 1)
    assert dag.timetable.can_be_scheduled is False
    assert dag.params.get_param("mapping").schema["enum"] == sorted(
        path.stem for path in (ROOT / "include/mappings").glob("*.yaml")
    )
    with pytest.raises(Exception, match=r"(?i)should be non-empty|too short"):
        dag.params.get_param("run_id").resolve("")
    assert dag.params.get_param("run_id").resolve("manual__2026") == "manual__2026"
    assert dag.params["force"] is False
