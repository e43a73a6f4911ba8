"""A folder as Airflow deploys it: the repository's DAG files, copied under other names, and mappings for them."""

from collections.abc import Iterable
from pathlib import Path

from tests.end_to_end.small import write_mapping

ROOT = Path(__file__).parents[2]
MIGRATION, ROLLBACK = ROOT / "dags/legacy_crm.py", ROOT / "dags/rollback_migration.py"
RELOAD = ROOT / "dags/reload_rejected.py"
PLUGIN = ROOT / "plugins/crm_migration_plugin.py"
AIRFLOW = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "CRM_MIGRATION_SCHEDULES": "on",
    "GX_ANALYTICS_ENABLED": "false",
}


def settings(home: Path) -> dict[str, str]:
    """Return the environment of an Airflow that lives in `home` and takes its DAGs from there."""
    (home / "plugins").mkdir(parents=True, exist_ok=True)
    folders = {"AIRFLOW_HOME": home, "AIRFLOW__CORE__DAGS_FOLDER": home / "dags"}
    folders["AIRFLOW__CORE__PLUGINS_FOLDER"] = home / "plugins"
    return AIRFLOW | {name: str(folder) for name, folder in folders.items()}


def add_migration(home: Path, name: str, changes: Iterable[tuple[str, str]] = ()) -> Path:
    """Add a migration's DAG file and its mapping, with texts replaced; return the mapping's path."""
    _copy(MIGRATION, home / "dags" / f"{name}.py")
    return write_mapping(home / "include/mappings" / f"{name}.yaml", changes)


def add_rollback(home: Path) -> None:
    """Add the DAG that rolls back."""
    _copy(ROLLBACK, home / "dags" / ROLLBACK.name)


def add_reload(home: Path) -> None:
    """Add the DAG that loads repaired rows."""
    _copy(RELOAD, home / "dags" / RELOAD.name)


def add_monitor(home: Path) -> None:
    """Add the plugin with the monitor's pages."""
    _copy(PLUGIN, home / "plugins" / PLUGIN.name)


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(file.read_bytes())
