"""A report of a hundred thousand rows is there in a moment."""

import time
from pathlib import Path

from crm_migration.report.assemble import report
from crm_migration.report.write import write_report
from tests.report.staged_run import Builder, facts, mapping


def test_a_report_of_100_000_rows_takes_less_than_three_seconds(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=100_000).everything()
    started = time.process_time(), time.monotonic()
    write_report(report(mapping(), run.folder, facts()), run.folder)
    busy, passed = time.process_time() - started[0], time.monotonic() - started[1]
    # Where other programs keep the machine busy, the processor's time is the fair one.
    assert min(busy, passed) < 3
