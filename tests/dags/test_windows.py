"""Which rows a run is asked for: `dag.test()` makes manual runs only, so the context of the others is made here."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("run_type", "full_refresh", "end", "window"),
    [
        ("scheduled", False, END, (START, END)),
        ("backfill", False, END, (START, END)),
        ("scheduled", True, END, None),
        ("manual", False, END, None),
        ("scheduled", False, START, None),
    ],
)
def test_a_scheduled_run_reads_its_interval_and_one_by_hand_everything(
    airflow_home, run_type: str, full_refresh: bool, end: datetime, window: tuple[datetime, datetime] | None
) -> None:
    from airflow.utils.types import DagRunType

    from crm_migration.orchestration.context import _window

    context = {
        "dag_run": SimpleNamespace(run_type=DagRunType(run_type)),
        "params": {"full_refresh": full_refresh},
        "data_interval_start": START,
        "data_interval_end": end,
    }
    assert _window(context) == window


def test_a_run_that_files_have_started_reads_what_changed_since_the_last_load(airflow_home) -> None:
    from crm_migration.orchestration.context import _window

    started = SimpleNamespace(run_type="asset_triggered")
    assert _window({"dag_run": started, "params": {}}) == (None, None)
    assert _window({"dag_run": started, "params": {"full_refresh": True}}) is None
