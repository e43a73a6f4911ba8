"""The DAG files of the repository, as Airflow's parser sees them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dags.project import ROOT, add_migration, add_rollback, settings

HEAVY = (
    "connectorx", "crm_migration.job", "crm_migration.pipeline", "duckdb", "great_expectations", "pandas", "polars",
    "psycopg", "pyarrow", "pymysql", "splink",
)  # fmt: skip
PARSE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag(sys.argv[1], load_op_links=False)
print(json.dumps({"errors": bag.import_errors, "dags": sorted(bag.dags), "modules": sorted(set(sys.modules))}))
"""
PLUGINS = """
import json, sys
from airflow import plugins_manager
plugins_manager.ensure_plugins_loaded()
files = {name: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}
print(json.dumps(sorted(name for name, file in files.items() if file.startswith(sys.argv[1]))))
"""


def ask(script: str, argument: Path, environment: dict[str, str]) -> dict | list:
    """Run a script in a Python of its own and return the JSON on the last line that it prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    command = [sys.executable, "-c", script, str(argument)]
    ran = subprocess.run(command, env=inherited | environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_every_file_is_a_dag_of_its_name(parse) -> None:
    bag = parse(ROOT / "dags")
    assert bag.import_errors == {}
    assert bag.captured_warnings == {}
    assert sorted(bag.dags) == sorted(path.stem for path in (ROOT / "dags").glob("*.py"))


def test_every_mapping_has_its_dag() -> None:
    mappings = {path.stem for path in (ROOT / "include/mappings").glob("*.yaml")}
    assert mappings <= {path.stem for path in (ROOT / "dags").glob("*.py")}


def test_parsing_imports_no_heavy_library(tmp_path: Path) -> None:
    environment = settings(tmp_path) | {"PYTHONPATH": str(ROOT / "plugins")}
    parsed = ask(PARSE, ROOT / "dags", environment)
    assert parsed["errors"] == {}
    assert "legacy_crm" in parsed["dags"]
    assert [name for name in HEAVY if name in parsed["modules"]] == []


@pytest.mark.parametrize(("kept", "imported"), [(True, ["beside"]), (False, ["beside", "sentinel"])])
def test_the_package_is_no_pile_of_plugins(tmp_path: Path, kept: bool, imported: list[str]) -> None:
    """Airflow imports what is not ignored under its bare name: `clean/types.py` would stand in for `types`."""
    plugins = tmp_path / "plugins"
    (plugins / "crm_migration").mkdir(parents=True)
    (plugins / "crm_migration/sentinel.py").write_text("")
    (plugins / "beside.py").write_text("")
    if kept:
        (plugins / ".airflowignore").write_bytes((ROOT / "plugins/.airflowignore").read_bytes())
    assert ask(PLUGINS, plugins, settings(tmp_path)) == imported


def test_only_plugins_lie_beside_the_package() -> None:
    beside = {path.name for path in (ROOT / "plugins").glob("*.py")}
    assert [name for name in beside if not name.endswith("_plugin.py")] == []


def test_a_broken_mapping_breaks_its_own_dag_only(parse, tmp_path: Path) -> None:
    add_migration(tmp_path, "good")
    add_rollback(tmp_path)
    path = add_migration(
        tmp_path, "broken", [("kind: email", "kind: e-mail"), ("to: account}\n    match", "to: acount}\n    match")]
    )
    bag = parse(tmp_path / "dags")
    assert sorted(bag.dags) == ["good", "rollback_migration"]
    (error,) = bag.import_errors.values()
    lines = path.read_text().splitlines()
    for text in ("e-mail", "acount}"):
        (number,) = [number for number, line in enumerate(lines, 1) if text in line]
        assert f"{path}:{number}:" in error
    assert "MappingInvalid" in error
    assert sorted(bag.dags["rollback_migration"].params.get_param("mapping").schema["enum"]) == ["broken", "good"]


def test_a_dag_file_without_its_mapping_says_which_file_it_wants(parse, tmp_path: Path) -> None:
    add_migration(tmp_path, "orphan").unlink()
    (error,) = parse(tmp_path / "dags").import_errors.values()
    assert f"{tmp_path / 'include/mappings/orphan.yaml'}:1:1: expected a mapping file" in error


def test_the_rollback_stands_without_any_mapping(parse, tmp_path: Path) -> None:
    add_rollback(tmp_path)
    bag = parse(tmp_path / "dags")
    assert (bag.import_errors, sorted(bag.dags)) == ({}, ["rollback_migration"])


@pytest.mark.parametrize("name", ["legacy_crm", "rollback_migration"])
def test_the_scheduler_can_store_the_dag(parse, name: str) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    dag = parse(ROOT / "dags").dags[name]
    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    assert DagSerialization.from_dict(stored).task_ids == dag.task_ids
