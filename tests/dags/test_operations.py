"""The DAGs of operations: a task for each mapping's review, and a form for the results of an import."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crm_migration.errors import MappingFault, ValidationFailed
from tests.dags.project import ROOT, add_migration, add_reload
from tests.dags.receivers import web_address
from tests.end_to_end.small import Books
from tests.import_files.wizard_runs import Wizard

NOTIFY = "notify:\n  - {events: [target_worse], via: webhook, connection: chat}\nentities:\n"
MORE = "INSERT INTO contact (last_name, email) VALUES ('A', 'a@b.c'), ('A', 'A@b.c');"


def dag(parse: Any, name: str) -> Any:
    bag = parse(ROOT / "dags")
    assert bag.import_errors == {}
    return bag.dags[name]


def running(monkeypatch: pytest.MonkeyPatch, run_id: str, /, **params: Any) -> None:
    """Have tasks believe that they run in a run of this id."""
    from crm_migration.orchestration import context, read_results, target_review

    run = SimpleNamespace(run_id=run_id, run_type="manual")
    instance = SimpleNamespace(dag_id="review_target", run_id=run_id, task_id="review_one", xcom_pull=dict)
    made = {"dag_run": run, "params": params, "task_instance": instance}
    for module in (context, read_results, target_review):
        monkeypatch.setattr(module, "get_current_context", lambda: made)


def test_each_target_is_reviewed_once_a_month_and_one_after_the_other(parse) -> None:
    made = dag(parse, "review_target")
    assert made.task_ids == ["review_one"]
    assert (made.max_active_tasks, made.max_active_runs) == (1, 1)
    mapped = made.task_dict["review_one"].op_kwargs_expand_input.value["path"]
    assert sorted(Path(path).stem for path in mapped) == sorted(
        path.stem for path in (ROOT / "include/mappings").glob("*.yaml")
    )


def test_a_review_that_finds_the_target_worse_is_red_and_told(
    airflow_home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migration.orchestration.target_review import review_one

    books = Books.make(tmp_path)
    path = str(add_migration(tmp_path, "books", [("entities:\n", NOTIFY)]))
    for name, value in books.environment.items():
        monkeypatch.setenv(name, value)
    with web_address() as chat:
        monkeypatch.setenv("AIRFLOW_CONN_CHAT", chat.connection())
        running(monkeypatch, "one")
        assert review_one.function(path)["state"] == "first"
        books.change(books.target, MORE)
        running(monkeypatch, "two")
        for _attempt in range(2):
            with pytest.raises(ValidationFailed, match="1 new pairs of duplicates"):
                review_one.function(path)
        assert [(body["event"], body["run_id"]) for _, _, body in chat.taken] == [("target_worse", "two")] * 2
        assert "a@b.c" not in str(chat.taken).lower()


def test_a_reload_ends_as_the_migrations_do_whose_rows_it_loads(airflow_home, tmp_path: Path, parse) -> None:
    from airflow.sdk import AssetAlias

    from crm_migration.orchestration.notify import ChosenNotifier

    for name in ("books", "again"):
        add_migration(tmp_path, name)
    (tmp_path / "include/mappings/broken.yaml").write_text("source: {}\n", encoding="utf-8")
    add_reload(tmp_path)
    made = parse(tmp_path / "dags").dags["reload_rejected"]
    line = ["preflight", "prepare", "backup", "load_sample", "validate_sample", "load", "validate_full", "report"]
    assert [task.task_id for task in made.topological_sort()] == line
    assert made.task_dict["report"].outlets == [AssetAlias("old_books_into_new_books")]
    assert {type(told) for task in made.tasks for told in task.on_failure_callback} == {ChosenNotifier}
    assert {len(task.on_failure_callback) for task in made.tasks} == {1}
    assert {task.pool for task in made.tasks} == {"default_pool"}, "the target of a broken mapping is not known"
    (tmp_path / "include/mappings/broken.yaml").unlink()
    made = parse(tmp_path / "dags").dags["reload_rejected"]
    in_pool = [task_id for task_id in line if made.task_dict[task_id].pool == "crm_target_new_books"]
    assert in_pool == line[2:-1]


def test_the_form_of_results_asks_for_run_and_files(parse) -> None:
    params = dag(parse, "read_results").params
    assert params.get_param("files").resolve(["a.csv"]) == ["a.csv"]
    for name, wrong in (("files", []), ("files", [""]), ("run_id", ""), ("action", "delete")):
        with pytest.raises(Exception, match=r"(?i)non-empty|too short|is not one of"):
            params.get_param(name).resolve(wrong)


def test_results_are_read_from_the_folder_of_the_import_files_alone(
    airflow_home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migration.orchestration.read_results import read_results

    wizard = Wizard(tmp_path / "wizard", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    wizard.load("first")
    wizard.close()
    connections = {
        "LEGACY": f"sqlite:///{wizard.root / 'legacy.sqlite'}",
        "LEDGER": wizard.ledger_url,
        "FOLDER": json.dumps({"conn_type": "fs", "extra": {"path": str(wizard.root / "out")}}),
    }
    for name, value in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", value)
    monkeypatch.setenv("CRM_MIGRATION_STAGING", str(wizard.root / "staging"))
    paths = {"legacy": str(wizard.root / "legacy.yaml")}
    with (wizard.root / "out" / "results.csv").open("w", newline="") as handle:
        csv.writer(handle).writerows(
            [["Legacy key", "Status"], *([key, "created"] for key in ("f1", "f2", "f3", "f4"))]
        )
    (tmp_path / "elsewhere.csv").write_text("x\n")
    asked = {"mapping": "legacy", "run_id": "first", "object": "Account", "action": "create"}
    for wrong in ("../../elsewhere.csv", str(tmp_path / "elsewhere.csv"), "missing.csv", "."):
        running(monkeypatch, "by hand", files=["results.csv", wrong], **asked)
        with pytest.raises(MappingFault, match=r"no\. 2 is none"):
            read_results.function(paths)
    running(monkeypatch, "by hand", files=["results.csv"], **asked)
    assert read_results.function(paths) == {"records": {"Account": {"created": 4}}}
